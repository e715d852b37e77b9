//! Who may do what: a wrong press is refused, kindly and only to whoever pressed.

use insta::assert_snapshot;

use crate::support::{Story, fill_request, hours};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_of_the_table_may() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    story.hear().await;
    let raj = story.person("raj");
    let smes = "Only SMEs of CI/CD and Runner can do that with *HFJ*; you can write in its thread.";
    let requester = "Only the person who asked can do that with *HFJ*; you can write in its thread.";
    for (button, who) in [
        ("Take it", smes),
        ("Answered", smes),
        ("Ask the PM", smes),
        ("Wrong area", smes),
        ("Add detail", requester),
        ("Withdraw", requester),
    ] {
        raj.click_in("#sme-ci", button).await.unwrap();
        assert!(raj.open_view().is_none(), "{button}: nobody fills in a form for nothing");
        assert_eq!(story.hear().await, format!("#sme-ci (only @raj) switchboard:\n{who}"), "{button}");
    }
    raj.click_in("#sme-ci", "Why here").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (only @raj) switchboard:
    *Runner* · question · *HFJ*
    *Why*
    • It names Runner. SMEs are asked before PMs.
    • No reason was given, so SMEs answer first. Technical questions, best practice, demos and discovery are for SMEs.
    *So far*
    • today 10:00 sent to #sme-ci for Runner · Ava
    ● *Open*: nobody has taken it yet
    ");
    story.person("ava").click_in("#sme-ci", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (only @ava) switchboard:
    Only SMEs of CI/CD and Runner can do that with *HFJ*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    ");
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.person("sam").click_in("#sme-ci", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > how do runners scale?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci (only @sam) switchboard:
    Ines has *HFJ* already. You can add to its thread.

    @ava Switchboard:
    Ines took *HFJ*.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_pms_of_the_group_answer_for_it() {
    let story = Story::begin().await;
    fill_request(&story, "ava", "Roadmap", "Verify › Runner").await;
    story.person("ava").submit().await.unwrap();
    story.hear().await;
    let pms = "Only PMs of Runner can do that with *HFJ*; you can write in its thread.";
    for button in ["Answered", "Seen", "Redirect to SMEs", "Not mine"] {
        // A PM of another group is none here.
        let tess = story.person("tess");
        tess.click_in("#g_runner", button).await.unwrap();
        assert!(tess.open_view().is_none(), "{button}: nobody fills in a form for nothing");
        assert_eq!(story.hear().await, format!("#g_runner (only @tess) switchboard:\n{pms}"), "{button}");
    }
    for pm in ["pavel", "petra", "leo"] {
        story.person(pm).click_in("#g_runner", "Show briefing").await.unwrap();
        assert!(
            story.hear().await.contains("Contoso"),
            "{pm} is the cover, the stage's PM, the product leader"
        );
    }
    story.person("petra").click_in("#g_runner", "Answered").await.unwrap();
    assert!(story.hear().await.contains("✓ *Answered*: by Petra"));
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_mine_and_status() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    for (words, begins) in [
        ("help", "Ask here and I bring it to the people who know"),
        ("HELP", "Ask here and I bring it to the people who know"),
        ("mine", "Nothing of yours is open, and nobody waits for you."),
        ("status", "I know `/request-pm`"),
        ("status zzz", "I know no question “zzz”."),
        ("zebras", "I cannot tell which area that is for."),
    ] {
        let answer = ava.slash_in("#field", &format!("/request-pm {words}")).await.unwrap();
        assert!(answer.plain().starts_with(begins), "{words}: {}", answer.plain());
    }
    ava.slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    story.hear().await;
    let sent = ava.slash_in("#field", "/request-pm mine").await.unwrap();
    assert_snapshot!(sent.plain(), @r"
    *You asked*
    • ‹VJC› · Runner · ● *Open*: nobody has taken it yet · asked just now
    • *HFJ* · no area yet · ◌ *Draft*: not sent yet, it waits for the person who asked · asked just now
    ");
    let id = story.last("#sme-ci").split('*').nth(3).unwrap().to_owned();
    let upper = ava.slash_in("#field", &format!("/request-pm status {id}")).await.unwrap();
    assert_snapshot!(upper.plain(), @r"
    *Runner* · question · *VJC*
    Ava · asked today 10:00 · ‹open›
    There because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Why there] [Add detail] [Withdraw]
    ");
    let lower = ava.slash_in("#field", &format!("/request-pm status {}", id.to_lowercase())).await.unwrap();
    assert_eq!(upper.plain(), lower.plain());
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.hear().await;
    let owed = story.person("ines").slash_in("#field", "/request-pm mine").await.unwrap();
    assert_snapshot!(owed.plain(), @r"
    *Others wait for you*
    • ‹VJC› · Runner · ◐ *Taken*: Ines has it, since today 04:00 · asked just now
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_private_is_unknown_to_others() {
    let story = Story::begin().await;
    story.person("ines").say("#sme-ci-internal", "@switchboard will runner fleet get quotas?").await.unwrap();
    story.hear().await;
    let raj = story.person("raj").slash_in("#field", "/request-pm status HFJ").await.unwrap();
    assert_snapshot!(raj.plain(), @"I know no question “HFJ”. `/request-pm mine` lists yours.");
    let paul = story.person("paul").slash_in("#field", "/request-pm status HFJ").await.unwrap();
    assert_snapshot!(paul.plain(), @r"
    *Runner Fleet* · *HFJ*
    Ines · asked today 01:00 · ‹open›
    There because Paul is on duty.
    ● *Open*: with Paul, due today 05:00 (in 4 h)
    [Why there] [Withdraw]
    ");
    assert!(!paul.plain().contains("quotas"), "text of an internal channel never leaves it");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_round_is_owed_by_a_pm_who_is_still_there() {
    let story = Story::begin().await;
    let inside = "#sme-ci-internal";
    let ines = story.person("ines");
    let ts = ines.say(inside, "@paul can runners scale to zero?").await.unwrap();
    story.settle().await;
    story.person("paul").reply(inside, &ts, "Soon.").await.unwrap();
    story.told().await;
    story.slack.deactivate("paul");
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    ines.click_in(inside, "Ask again").await.unwrap();
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @petra
    @Petra: Ines asks again; please reply here by today 13:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul was mentioned in it.
    ● *Open*: Petra, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #switchboard-admins
    Slack does not know these names of the directory: paul@example.com (deactivated). I work around them until the directory is corrected.
    ");
    story.pass(hours(2)).await;
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @petra
    @Petra: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    story.nothing_unread();
}
