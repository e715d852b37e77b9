//! An SME asks a PM (B1–B3, B6, B8): the ways in, who is asked, the requester behind it, every button, who may press it.

use crate::support::{Story, example, hours, minutes};
use switchboard::domain::rules::Rules;

/// Where SMEs and PMs of the area talk.
const INSIDE: &str = "#sme-ci-internal";
/// A question of the field.
const ASKED: &str = "/request-pm Can a fleet of runners scale to zero in one region only?";

/// Ines asks in the internal channel; what was said about it is looked at. Her message.
async fn asked(story: &Story) -> String {
    let ines = story.person("ines");
    let ts = ines.say(INSIDE, "@switchboard can runners scale to zero?").await.expect("the story can go on");
    story.told().await;
    ts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_question_the_requester_hears_that_their_sme_relays() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", ASKED).await.unwrap();
    story.settle().await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Take it").await.unwrap();
    story.told().await;
    ines.click_in("#sme-ci", "Ask the PM").await.unwrap();
    insta::assert_snapshot!(ines.open_view().unwrap().plain(), @r"
    == Ask the PM ==
    HFJ · Runner: Can a fleet of runners scale to zero in one region only?
    Your question to the PM: Can a fleet of runners scale to zero in one region only?
      Posted in your name, in the internal channel; without one, in the group's channel.
    (Ask)
    ");
    ines.fill("Your question to the PM", "Can autoscaling go to zero for one region of a fleet?")
        .await
        .unwrap();
    ines.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00 · the PM is asked
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci, only @ines sees it
    The PM is asked in #sme-ci-internal, as *HN6*.
    — #sme-ci-internal, mentions @paul
    *Runner* · a PM's answer · *HN6*
    > Can autoscaling go to zero for one region of a fleet?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    let card = story.slack.last_message(INSIDE);
    story.pass(minutes(100)).await;
    story.person("paul").reply(INSIDE, &card.ts, "Secret plan: yes, in spring.").await.unwrap();
    let told = story.told().await;
    assert!(!told.contains("Secret plan"), "{told}");
    insta::assert_snapshot!(told, @r"
    — #sme-ci › thread, mentions @ines
    @Ines: the PM answered ‹HN6›. Please tell Ava here what they can use.
    — #sme-ci-internal, updated
    *Runner* · a PM's answer · *HN6*
    > Can autoscaling go to zero for one region of a fleet?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 10:40 (1 h 40 min)
    [Ask again] [… Why here]
    — @ava
    A PM answered what *HFJ* needed; Ines will tell you.
    ");
    ines.click_in("#sme-ci", "Answered").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ✓ *Answered*: by Ines, today 10:40
    [Not solved] [… Why here]
    — @ava
    Ines answered *HFJ*: ‹open›.
    [That solves it] [Not solved]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_who_is_mentioned_owns_it() {
    let story = Story::begin().await;
    story.person("ines").say(INSIDE, "@petra is there a plan for runners on that platform?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @petra
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Petra was mentioned in it.
    ● *Open*: @Petra, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.person("paul").say(INSIDE, "@petra lunch?").await.unwrap();
    story.person("ines").say(INSIDE, "@sam lunch?").await.unwrap();
    story.nothing_unread();
    story.pass(hours(2) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @petra
    @Petra: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pm_of_the_chosen_group_owns_it_else_the_first_of_the_area() {
    let story = Story::begin().await;
    let ines = story.person("ines");
    ines.say(INSIDE, "@switchboard which image tag cleanup of the container registry is the fastest?")
        .await
        .unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @rita
    *Container Registry* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Rita is on duty.
    ● *Open*: @Rita, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    ines.say(INSIDE, "@switchboard who knows about contracts?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *CI/CD and Runner* · a PM's answer · *VJC*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_does_what_it_says() {
    let story = Story::begin().await;
    let (ines, paul, petra) = (story.person("ines"), story.person("paul"), story.person("petra"));
    let ts = asked(&story).await;
    paul.click_in_thread(INSIDE, &ts, "Seen").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by today 13:00 (4 h) · seen by Paul
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(1)).await;
    paul.click_in_thread(INSIDE, &ts, "Not mine").await.unwrap();
    insta::assert_snapshot!(paul.open_view().unwrap().plain(), @r"
    == Not mine ==
    HFJ · Runner: can runners scale to zero?
    Who can answer: [… ▾]
    (Hand over)
    ");
    paul.fill("Who can answer", "@pavel").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Paul hands *HFJ* to you. It is due today 13:00, in 3 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Pavel, please reply here by today 13:00 (4 h) · seen by Paul
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(minutes(61)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    petra.click_in_thread(INSIDE, &ts, "Answered elsewhere").await.unwrap();
    petra.fill("Where it was answered", "in the corridor").await.unwrap();
    insta::assert_debug_snapshot!(petra.submit().await.unwrap(), @r#"
    Errors(
        {
            "link": "That is no link. Paste the whole address, with its https://.",
        },
    )
    "#);
    petra.fill("Where it was answered", "https://tracker.example.com/issues/12").await.unwrap();
    petra.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Petra, ‹elsewhere›, today 11:01 (2 h)
    [Ask again] [… Why here]
    ");
    ines.click_in_thread(INSIDE, &ts, "Ask again").await.unwrap();
    story.told().await;
    ines.click_in_thread(INSIDE, &ts, "Answered").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: Ines has what they need, today 11:01 (less than a minute)
    [Ask again] [… Why here]
    ");
    ines.click_in_thread(INSIDE, &ts, "Ask again").await.unwrap();
    story.told().await;
    paul.click_in_thread(INSIDE, &ts, "Not a question").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Closed* today 11:01 · it was no question
    [Why here]
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_people_are_told_kindly_and_nobody_else_is() {
    let story = Story::begin().await;
    let (ines, sam, paul) = (story.person("ines"), story.person("sam"), story.person("paul"));
    let ts = asked(&story).await;
    sam.click_in_thread(INSIDE, &ts, "Seen").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @sam sees it
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    ines.click_in_thread(INSIDE, &ts, "Seen").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @ines sees it
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    paul.click_in_thread(INSIDE, &ts, "Answered").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @paul sees it
    Only the person who asked can do that with *HFJ*; you can write in its thread.
    ");
    sam.click_in_thread(INSIDE, &ts, "Answered elsewhere").await.unwrap();
    assert!(sam.open_view().is_none(), "nobody fills in a form for nothing");
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @sam sees it
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    sam.click_in_thread(INSIDE, &ts, "Not a question").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @sam sees it
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    paul.click_in_thread(INSIDE, &ts, "Not mine").await.unwrap();
    paul.fill("Who can answer", "@sam").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @paul sees it
    Sam cannot answer *HFJ*, so nothing was changed. Please choose a PM.
    ");
    paul.reply(INSIDE, &ts, "They can.").await.unwrap();
    story.told().await;
    sam.click_in_thread(INSIDE, &ts, "Ask again").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @sam sees it
    Only the person who asked can do that with *HFJ*; you can write in its thread.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_the_question_withdraws_it_and_an_edit_starts_nothing() {
    let story = Story::begin().await;
    let ines = story.person("ines");
    let ts = asked(&story).await;
    ines.delete(INSIDE, &ts).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ○ *Withdrawn* today 09:00
    [Why here]
    ");
    let ts = ines.say(INSIDE, "Can runners scale to zero?").await.unwrap();
    ines.edit(INSIDE, &ts, "@switchboard @paul can runners scale to zero?").await.unwrap();
    story.settle().await;
    story.nothing_unread();
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_pm_no_clock_runs_and_it_says_so() {
    let mut directory = example();
    for area in directory.sme_areas.values_mut() {
        area.pms.clear();
    }
    for stage in directory.stages.values_mut() {
        stage.pm = None;
        stage.groups.values_mut().for_each(|group| {
            group.pms.clear();
            group.cover.clear();
        });
    }
    let story = Story::with(directory, Rules::default()).await;
    story.person("ines").say(INSIDE, "@switchboard can runners scale to zero?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because no PM is known for Runner.
    ● *Open*: no PM is known here, so no clock runs
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_internal_channel_the_group_is_asked_and_no_clock_runs() {
    let mut directory = example();
    for area in directory.sme_areas.values_mut() {
        area.internal_channel = None;
    }
    let story = Story::with(directory, Rules::default()).await;
    story.person("ava").slash_in("#field", ASKED).await.unwrap();
    story.told().await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Ask the PM").await.unwrap();
    ines.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, mentions @paul
    *Runner* · a PM's answer · *VJC*
    > Can a fleet of runners scale to zero in one region only?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because CI/CD and Runner has no internal channel, so no clock runs.
    ● *Open*: with @Paul; no clock runs
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00 · the PM is asked
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci, only @ines sees it
    The PM is asked in #g_runner, as *VJC*.
    — @ava
    Ines took *HFJ*.
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

/// Ava asks, Ines takes it and asks the PM from its card; what was said about it is looked at. The inquiry's card.
async fn pm_asked_for_ava(story: &Story) -> String {
    story.person("ava").slash_in("#field", ASKED).await.expect("the story can go on");
    story.settle().await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Take it").await.expect("the story can go on");
    story.settle().await;
    ines.click_in("#sme-ci", "Ask the PM").await.expect("the story can go on");
    ines.submit().await.expect("the story can go on");
    story.told().await;
    story.slack.last_message(INSIDE).ts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pm_is_asked_once_for_a_question() {
    let story = Story::begin().await;
    pm_asked_for_ava(&story).await;
    let sam = story.person("sam");
    let card = story.slack.last_message("#sme-ci");
    insta::assert_debug_snapshot!(card.buttons(), @r#"
    [
        "Answered",
        "Hand back",
        "Wrong area",
        "Add detail",
        "Why here",
        "Withdraw",
    ]
    "#);
    sam.click_in("#sme-ci", "Hand back").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · the PM is asked
    [Take it] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_for_a_requester_is_told_all_the_same() {
    let story = Story::begin().await;
    let card = pm_asked_for_ava(&story).await;
    story.pass(hours(5)).await;
    story.told().await;
    story.person("petra").reply_broadcast(INSIDE, &card, "It can.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @ines
    @Ines: the PM answered ‹HN6›. Please tell Ava here what they can use.
    — #sme-ci-internal, updated
    *Runner* · a PM's answer · *HN6*
    > Can a fleet of runners scale to zero in one region only?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Petra, today 14:00 (5 h, after the promised time)
    [Ask again] [… Why here]
    — @ava
    A PM answered what *HFJ* needed; Ines will tell you.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_requester_who_withdraws_frees_the_pm() {
    let story = Story::begin().await;
    pm_asked_for_ava(&story).await;
    story.person("ava").click_in("#field", "Withdraw").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    ‹HFJ› is withdrawn. Its card says so.
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ○ *Withdrawn* today 09:00
    [Why here]
    — #sme-ci-internal, updated
    *Runner* · a PM's answer · *HN6*
    > Can a fleet of runners scale to zero in one region only?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ○ *Withdrawn* today 09:00
    [Why here]
    ");
    story.pass(hours(9)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sme_who_answers_after_all_frees_the_pm() {
    let story = Story::begin().await;
    pm_asked_for_ava(&story).await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ✓ *Answered*: by Ines, today 09:00
    [Not solved] [… Why here]
    — #sme-ci-internal, updated
    *Runner* · a PM's answer · *HN6*
    > Can a fleet of runners scale to zero in one region only?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ✓ *Closed* today 09:00 · answered by Ines
    [Why here]
    — @ava
    Ines answered *HFJ*: ‹open›.
    [That solves it] [Not solved]
    ");
    story.pass(hours(9)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_area_lead_gives_it_to_somebody_and_closes_it() {
    let story = Story::begin().await;
    let ines = story.person("ines");
    let ts = asked(&story).await;
    insta::assert_snapshot!(story.shown("lena", INSIDE, "Why here").await, @r"
    — #sme-ci-internal › thread, only @lena sees it
    *Runner* · *HFJ*
    *Why*
    • Paul is on duty. One PM owns the answer: the one mentioned, else the one on duty.
    *So far*
    • today 10:00 sent to #sme-ci-internal for Runner · Ines
    ● *Open*: with Paul, due today 14:00 (in 4 h)
    As you look after this area:
    [Close] [Give it to somebody]
    ");
    story.press_and_fill("lena", (INSIDE, "Give it to somebody"), "To whom", "@pavel").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Lena hands *HFJ* to you. It is due today 13:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Pavel, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.press_and_fill("lena", (INSIDE, "Close"), "Why", "Asked twice.").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @ines
    @Ines: Lena closed *HFJ*:
    > Asked twice.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Closed* today 09:00
    [Why here]
    — #sme-ci-internal › thread, only @lena sees it
    ‹HFJ› is closed.
    ");
    ines.reply(INSIDE, &ts, "@switchboard and what about this one?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *CI/CD and Runner* · a PM's answer · *VQZ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_thread_that_was_there_before_the_pm_is_asked_for_its_question() {
    let story = Story::begin().await;
    let (ines, sam) = (story.person("ines"), story.person("sam"));
    let ts = sam.say(INSIDE, "Does anybody know whether runners scale to zero?").await.unwrap();
    sam.reply(INSIDE, &ts, "It is for a customer.").await.unwrap();
    story.pass(hours(1)).await;
    ines.reply(INSIDE, &ts, "@switchboard good question").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *CI/CD and Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 10:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 14:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.person("paul").reply(INSIDE, &ts, "They do.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *CI/CD and Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 10:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 10:00 (less than a minute)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_no_sme_starts_no_clock_there() {
    let story = Story::begin().await;
    story.person("paul").say(INSIDE, "@switchboard can runners scale to zero?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @paul sees it
    Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps.
    • `/request-pm` opens a form: choose what it is about, also for a PM on a customer call
    • `/request-pm your question` sends it to SMEs
    • `/request-pm mine` lists what you asked and what you owe
    • `/request-pm status K7Q` says where a question stands and why
    • `/request-pm away until 2026-12-24 cover @x` has others asked while you are away; `/request-pm back` ends it early
    • `/request-pm report` tells leads and PMs the numbers of their areas
    • Mention me in a thread, or use *Ask an expert* on a message
    SMEs are asked to take a question within 24 h; a PM answers SMEs within 4 h; a PM needs 48 h of notice for a call.
    Office hours: ‹CI/CD and Runner Tuesdays 15:00 UTC›; Application Security Every second Thursday, 14:00 UTC
    ");
    story.person("paul").say(INSIDE, "@petra did you see the runners?").await.unwrap();
    story.pass(hours(9)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_is_told_once_where_the_card_cannot_be_posted() {
    let story = Story::begin().await;
    story.slack.remove_bot(INSIDE);
    // Slack refuses it before anybody told us.
    story.slack.lose_pending();
    story.settle().await;
    story.slack.take_unread();
    story.person("ava").slash_in("#field", ASKED).await.unwrap();
    story.told().await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Ask the PM").await.unwrap();
    ines.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Can a fleet of runners scale to zero in one region only?
    Ava · asked today 09:00
    Here because “Runner” and “fleet” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00 · the PM is asked
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci, only @ines sees it
    The PM is asked in #sme-ci-internal, as *VJC*.
    — #switchboard-admins
    Could not post *VJC* in #sme-ci-internal: the channel is gone, or private and without me. It was not sent anywhere else; the directory wants a new channel.
    — @ava
    Ines took *HFJ*.
    — @ines
    There is no internal channel to ask the PM in for *VJC*, so nobody was asked. The area lead can name one to an admin.
    ");
    story.pass(hours(9)).await;
    story.nothing_unread();
}
