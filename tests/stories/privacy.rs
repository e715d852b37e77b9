//! What people give us stays where it may be: nobody is pinged, nothing unfurls, customers stay behind a button.

use insta::assert_snapshot;

use crate::support::Story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_look_like_pings_ping_nobody() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let words = "/request-pm do runners <!channel> @here @ines @sme-security scale & <b> https://example.com/x *bold* `code`?";
    let answer = ava.slash_in("#field", words).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > do runners @channel @here @Ines @sme-security scale & <b> https://example.com/x *bold* `code`?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Show briefing · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_behind_a_button() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm").await.unwrap();
    ava.fill("What is it about?", "Technical question").await.unwrap();
    ava.fill("Area", "Verify › Runner").await.unwrap();
    ava.fill("Your question", "Can a fleet stay warm?").await.unwrap();
    ava.fill("Customer", "Contoso").await.unwrap();
    ava.fill("Links", "https://crm.example.com/contoso").await.unwrap();
    ava.submit().await.unwrap();
    let heard = story.hear().await;
    assert!(!heard.contains("ontoso"), "{heard}");
    story.person("ines").click_in("#sme-ci", "Show briefing").await.unwrap();
    story.person("raj").click_in("#sme-ci", "Show briefing").await.unwrap();
    story.person("raj").click_in("#sme-ci", "Why here").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (only @ines) switchboard:
    *Runner* · technical question · *HFJ*
    > Can a fleet stay warm?
    *Customer* Contoso
    *Links*
    • ‹https://crm.example.com/contoso›

    #sme-ci (only @raj) switchboard:
    *Runner* · technical question · *HFJ*
    *Why*
    • Ava chose Runner. The reason decides who is asked.
    • Technical questions go to SMEs first. Technical questions, best practice, demos and discovery are for SMEs.
    *So far*
    • today 10:00 sent to #sme-ci for Runner · Ava
    ● *Open*: nobody has taken it yet

    #sme-ci (only @raj) switchboard:
    Only SMEs of CI/CD and Runner can do that with *HFJ*; you can write in its thread.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_its_authors_alone() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.dm("Contoso wonders about SAST").await.unwrap();
    story.hear().await;
    for name in ["raj", "ada", "tomas", "admin"] {
        let answer = story.person(name).slash_in("#field", "/request-pm status HFJ").await.unwrap();
        assert!(answer.plain().starts_with("I know no question “HFJ”."), "{name}: {}", answer.plain());
    }
    let own = ava.slash_in("#field", "/request-pm status hfj").await.unwrap();
    assert_snapshot!(own.plain(), @r"
    This was said in a private place. It would go to #sme-security in these words:
    > Contoso wonders about SAST
    [Post] [Edit] [Cancel]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn added_words_and_reasons_ping_nobody_either() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    story.hear().await;
    let loud = "<!here> <!channel> <@U0SB00001> <!subteam^S0SB00001> & <https://evil.example|click>";
    ava.click_in("#sme-ci", "Add detail").await.unwrap();
    ava.fill("text", loud).await.unwrap();
    ava.submit().await.unwrap();
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.hear().await;
    ava.click_in_dm("Not solved").await.unwrap();
    ava.fill("text", loud).await.unwrap();
    ava.submit().await.unwrap();
    story.settle().await;
    let lena = story.person("lena");
    lena.click_in("#sme-ci", "Why here").await.unwrap();
    story.settle().await;
    lena.click_in("#sme-ci", "Close").await.unwrap();
    lena.fill("text", loud).await.unwrap();
    lena.submit().await.unwrap();
    story.settle().await;
    let card = story.slack.last_message("#sme-ci");
    let thread = story.slack.thread("#sme-ci", &card.ts);
    let replies = thread.iter().filter(|message| message.ts != card.ts);
    let notified: Vec<_> =
        card.notified.iter().chain(replies.flat_map(|message| &message.notified)).cloned().collect();
    // The card calls the area's SMEs once; *Not solved* calls whoever answered.
    assert_eq!(notified, ["ines", "sam", "lena", "ines"]);
    for call in story.slack.calls_of("chat.postMessage") {
        let text = call.args.get("text").and_then(|text| text.as_str()).unwrap_or_default();
        assert!(!text.contains("<!here>") && !text.contains("<https://evil.example"), "{text}");
        assert_eq!(call.args.get("unfurl_links").and_then(serde_json::Value::as_bool), Some(false), "{text}");
    }
    story.read();
    story.nothing_unread();
}
