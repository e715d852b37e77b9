//! Asks by mention, by shortcut and by a listed workflow, where they were said (A5, A7, A8).

use insta::assert_snapshot;

use crate::support::{Story, hours, minutes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_in_a_channel() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.say("#field", "@switchboard how do shared runners cache?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 09:00, I ask the area lead.
    There because “shared runners” is Runner Fleet, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-ci Switchboard:
    *Runner Fleet* · question · *HFJ*
    > how do shared runners cache?
    Ava · asked today 09:00
    Here because “shared runners” is Runner Fleet, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    let root =
        ava.say("#field", "Customer wants merge trains with 40 projects, is that sane?").await.unwrap();
    story.person("raj").reply("#field", &root, "@switchboard who knows?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    Sent to #sme-planning as *VJC*. If nobody takes it by tomorrow 09:00, I ask the area lead.
    There because it names Merge Trains, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-planning Switchboard:
    *Merge Trains* · question · *VJC*
    > who knows?
    > Customer wants merge trains with 40 projects, is that sane?
    Raj · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-planning
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @oskar @mei @noor]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_in_an_sme_channel_is_adopted() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "@switchboard why is the cache cold?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread Switchboard:
    *CI/CD and Runner* · question · *HFJ*
    > why is the cache cold?
    Ava · asked today 09:00
    Here because it was asked in #sme-ci, where SMEs of CI/CD and Runner answer.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.person("sam").react("#sme-ci", &root, "heavy_check_mark").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread (updated) Switchboard:
    *CI/CD and Runner* · question · *HFJ*
    > why is the cache cold?
    Ava · asked today 09:00
    Here because it was asked in #sme-ci, where SMEs of CI/CD and Runner answer.
    ◐ *Taken*: Sam has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci › thread Switchboard:
    @Ava: Sam took *HFJ*.
    [notifies @ava]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_shared_with_another_organisation() {
    let story = Story::begin().await;
    story.slack.add_user("otto").stranger("T0OTHER");
    story.slack.add_channel("#ext-contoso").shared().members(&["ava", "otto"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    story.person("otto").say("#ext-contoso", "@switchboard how do runners scale?").await.unwrap();
    story.settle().await;
    story.nothing_unread();
    story.person("ava").say("#ext-contoso", "@switchboard how do runners scale?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #ext-contoso (only @ava) switchboard:
    This is shared with another organisation, so I do not post here and took nothing from here. You can ask in your own words with `/request-pm`, which only you see.
    [Ask in a form]
    ");
    let answer =
        story.person("ava").slash_in("#ext-contoso", "/request-pm how do runners scale?").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    This was said in a private place. It would go to #sme-ci in these words:
    > how do runners scale?
    [Post] [Edit] [Cancel]
    ");
    assert_snapshot!(story.hear().await, @"");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sme_asks_the_pm_in_the_internal_channel() {
    let story = Story::begin().await;
    story.person("ines").say("#sme-ci-internal", "@switchboard will runner fleet get quotas?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci-internal › thread Switchboard:
    *Runner Fleet* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    [notifies @paul]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_ask_is_one_question_however_often_it_arrives() {
    let mut story = Story::begin().await;
    let ava = story.person("ava");
    ava.say("#field", "@switchboard how does SAST handle monorepos?").await.unwrap();
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-security").len(), 1);
    story.slack.redeliver_last().await;
    story.settle().await;
    story.restart_after(minutes(2)).await;
    story.slack.redeliver_last().await;
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-security").len(), 1);
    story.read();
    // The same words by hand are offered what is open, for ten minutes.
    let answer = ava.slash_in("#field", "/request-pm how does SAST handle monorepos?").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    That was asked already today 10:00: it is *HFJ*, ‹open›. You can add to it instead.
    [Why there] [Add detail] [Withdraw]
    ");
    story.pass(minutes(10)).await;
    let answer = ava.slash_in("#field", "/request-pm how does SAST handle monorepos?").await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-security"), "{}", answer.plain());
    story.hear().await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleagues_message_is_asked_by_shortcut() {
    let story = Story::begin().await;
    let ts = story.person("ava").say("#field", "Do merge trains work with forks?").await.unwrap();
    story.settle().await;
    story.read();
    story.person("raj").message_shortcut("ask_expert", "#field", &ts).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @raj) switchboard:
    Sent to #sme-planning as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names Merge Trains, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-planning Switchboard:
    *Merge Trains* · question · *HFJ*
    > Do merge trains work with forks?
    Ava · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-planning
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @oskar @mei @noor]
    ");
    story.person("cara").message_shortcut("ask_expert", "#field", &ts).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @cara) switchboard:
    That was asked already today 10:00: it is *HFJ*, ‹open›. You can add to it instead.
    [Why there] [Add detail] [Withdraw]
    ");
    story.person("mei").click_in("#sme-planning", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    @Ava: Mei took *HFJ*.
    [notifies @ava]

    #sme-planning (updated) Switchboard:
    *Merge Trains* · question · *HFJ*
    > Do merge trains work with forks?
    Ava · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ◐ *Taken*: Mei has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_question_is_withdrawn() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "@switchboard why is the cache cold?").await.unwrap();
    story.hear().await;
    ava.delete("#sme-ci", &root).await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("○ *Withdrawn*"), "{heard}");
    story.pass(hours(60)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_in_its_own_thread_tells_its_state() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "@switchboard why is the cache cold?").await.unwrap();
    story.hear().await;
    ava.reply("#sme-ci", &root, "@switchboard any news?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread (only @ava) switchboard:
    *CI/CD and Runner* · question · *HFJ*
    Ava · asked today 10:00 · ‹open›
    There because it was asked in #sme-ci, where SMEs of CI/CD and Runner answer.
    ● *Open*: nobody has taken it yet
    [Why there] [Add detail] [Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_listed_workflow_posts_is_adopted() {
    let story = Story::begin().await;
    story.slack.add_user("smeflow").bot("B0SMEFLOW");
    story.slack.add_user("otherflow").bot("B0OTHER");
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    story.person("otherflow").say("#sme-ci", "@ava asks: why is the cache cold?").await.unwrap();
    story.person("smeflow").say("#field", "@ava asks: why is the cache cold?").await.unwrap();
    let heard = story.hear().await;
    assert!(!heard.contains("witchboard"), "{heard}");
    let root = story.person("smeflow").say("#sme-ci", "@ava asks: why is the cache cold?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread Switchboard:
    *CI/CD and Runner* · question · *HFJ*
    > @Ava asks: why is the cache cold?
    Ava · asked today 09:00
    Here because it was asked in #sme-ci, where SMEs of CI/CD and Runner answer.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.person("sam").react("#sme-ci", &root, "white_check_mark").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread (updated) Switchboard:
    *CI/CD and Runner* · question · *HFJ*
    > @Ava asks: why is the cache cold?
    Ava · asked today 09:00
    Here because it was asked in #sme-ci, where SMEs of CI/CD and Runner answer.
    ◐ *Taken*: Sam has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci › thread Switchboard:
    @Ava: Sam took *HFJ*.
    [notifies @ava]
    ");
    story.nothing_unread();
}
