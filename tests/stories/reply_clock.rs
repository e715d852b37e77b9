//! The four-hour reply clock (B1–B6): the ladder, what stops it and what does not, pauses, new rounds, working time.

use chrono::Duration;
use switchboard::domain::directory::PersonRef;
use switchboard::domain::rules::{ClockMode, Rules};

use crate::support::{Story, example, hours, minutes};

/// Where SMEs and PMs of the area talk.
const INSIDE: &str = "#sme-ci-internal";
/// A question that names no group.
const QUESTION: &str = "@switchboard can a fleet of runners scale to zero in one region only?";

/// Timestamps are later than the clock by a hair, so that two are never the same; what is due is due a hair later.
async fn a_breath(story: &Story) {
    story.pass(Duration::seconds(1)).await;
}

/// Ines asks in the internal channel by mentioning the bot; what was said about it is looked at.
async fn asked(story: &Story) -> String {
    let ts = story.person("ines").say(INSIDE, QUESTION).await.expect("the story can go on");
    story.told().await;
    a_breath(story).await;
    ts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_and_the_ladder_is_climbed_step_by_step() {
    let story = Story::begin().await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    a_breath(&story).await;
    story.pass(minutes(119)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h for this; it is due today 13:00, in 1 h.
    ");
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(4)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @leo
    Ines has waited 8 h for a PM's answer in CI/CD and Runner, since today 09:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_product_leader_who_is_in_the_internal_channel_is_told_in_the_thread() {
    let mut directory = example();
    let area = directory.sme_areas.values_mut().find(|area| area.name == "CI/CD and Runner").unwrap();
    area.pms.push(PersonRef::Email("leo@example.com".to_owned()));
    let story = Story::with(directory, Rules::default()).await;
    let ts = asked(&story).await;
    story.pass(hours(7)).await;
    story.told().await;
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @leo
    @Leo: open for 8 h now, since today 09:00.
    ");
    assert!(story.slack.dms_of("leo").is_empty());
    story.person("leo").reply(INSIDE, &ts, "Yes, it can: one fleet a region.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Leo, today 17:00 (8 h, after the promised time)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_time_ends_it_and_nobody_is_reminded() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(minutes(110)).await;
    story.person("petra").reply(INSIDE, &ts, "Not yet; it comes with the next release.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Petra, today 10:50 (1 h 50 min)
    [Ask again] [… Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
    story.pass(hours(80)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked Nov 16, 2026 09:00
    Here because Paul is on duty.
    ✓ *Closed* today 10:50 · answered by Petra
    [Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_is_recorded_as_late() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(hours(5)).await;
    story.told().await;
    story.person("paul").reply_broadcast(INSIDE, &ts, "It can, with two managers.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 14:00 (5 h, after the promised time)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_answer_of_a_pm_does_not_stop_it() {
    let story = Story::begin().await;
    story.slack.add_user("tool").bot("B0TOOL");
    story.slack.invite("tool", INSIDE);
    let ts = asked(&story).await;
    story.person("tool").reply(INSIDE, &ts, "Build 4711 passed.").await.unwrap();
    story.person("ines").reply(INSIDE, &ts, "It is for a customer in two regions.").await.unwrap();
    story.person("sam").reply(INSIDE, &ts, "I had that one too.").await.unwrap();
    story.person("ines").edit(INSIDE, &ts, &format!("{QUESTION} Thanks.")).await.unwrap();
    story.slack.invite("mei", INSIDE);
    story.person("paul").say(INSIDE, "Good morning, this is about something else.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.person("petra").react(INSIDE, &ts, "eyes").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by today 13:00 (4 h) · seen by Petra
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.person("sam").react(INSIDE, &ts, "eyes").await.unwrap();
    story.nothing_unread();
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_on_the_sme_rests_the_clock_until_they_write() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(hours(1)).await;
    let paul = story.person("paul");
    paul.click_in_thread(INSIDE, &ts, "Waiting on the SME").await.unwrap();
    insta::assert_snapshot!(paul.open_view().unwrap().plain(), @r"
    == Waiting on the SME ==
    HFJ · Runner: can a fleet of runners scale to zero in one region only?
    What you wait for: […]
      The SME's next message resumes.
    (Pause)
    ");
    paul.fill("What you wait for", "Which cloud is it?").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @ines
    @Ines: Paul waits on you. The clock rests until you write here.
    > Which cloud is it?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ‖ *Paused*: Paul waits on Ines, since today 10:00
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(20)).await;
    story.nothing_unread();
    story.person("ines").reply(INSIDE, &ts, "A public one, two regions.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked yesterday 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by today 09:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    a_breath(&story).await;
    story.pass(minutes(59)).await;
    story.nothing_unread();
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 09:00, in 2 h.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_again_is_a_new_clock_and_what_was_late_stays_late() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(hours(5)).await;
    story.person("paul").reply(INSIDE, &ts, "It can.").await.unwrap();
    story.told().await;
    story.person("ines").click_in_thread(INSIDE, &ts, "Ask again").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines asks again; please reply here by today 18:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by today 18:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 18:00, in 2 h.
    ");
    story.person("paul").reply(INSIDE, &ts, "With two managers.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 16:00 (2 h)
    [Ask again] [… Why here]
    ");
    story.person("ines").reply(INSIDE, &ts, "Thanks, that helps.").await.unwrap();
    story.nothing_unread();
    story.person("ines").reply(INSIDE, &ts, "@petra is that documented?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Petra, please reply here by today 20:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.person("petra").reply(INSIDE, &ts, "It is.").await.unwrap();
    story.told().await;
    story.person("ines").reply(INSIDE, &ts, "@switchboard and for self-managed?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @petra
    @Petra: Ines asks again; please reply here by today 22:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Petra, please reply here by today 22:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    insta::assert_snapshot!(story.shown("sam", INSIDE, "Why here").await, @r"
    — #sme-ci-internal › thread, only @sam sees it
    *Runner* · *HFJ*
    *Why*
    • Paul is on duty. One PM owns the answer: the one mentioned, else the one on duty.
    *So far*
    • today 09:00 sent to #sme-ci-internal for Runner · Ines
    • today 11:00 reminded Paul · the reply clock
    • today 12:00 reminded Paul · the reply clock
    • today 13:00 the promised time passed · the reply clock
    • today 13:00 reminded Paul and Petra · the reply clock
    • today 14:00 answered by Paul
    • today 14:00 asked again · Ines
    • today 16:00 reminded Paul · the reply clock
    • today 16:00 answered by Paul
    • today 16:00 asked again · Ines
    • today 18:00 answered by Petra
    • today 18:00 asked again · Ines
    ● *Open*: with Petra, due today 22:00 (in 4 h)
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_working_time_the_night_does_not_count_and_nobody_is_woken() {
    let mut rules = Rules::default();
    rules.reply.clock = ClockMode::Working;
    let story = Story::with(example(), rules).await;
    story.pass(hours(5)).await;
    // Monday 15:00 in Berlin: two working hours are left today.
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 14:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by tomorrow 10:00 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    // Two hours of work end with the day: who goes home is not reminded, nor at 08:59 on the next day.
    story.pass(hours(17) + minutes(59)).await;
    story.nothing_unread();
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h of working time for this; it is due today 10:00, with 2 h of it left.
    ");
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h of working time for this; it is due today 10:00, with 1 h of it left.
    ");
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h of working time have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked yesterday 14:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 10:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.nothing_unread();
}
