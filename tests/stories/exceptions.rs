//! Exceptions to a call's notice (C1, C12): asked for with a reason, decided by a PM who is asked directly, counted apart.

use chrono::{DateTime, Utc};
use switchboard::domain::engagement::{Body, ExceptionState, State};
use switchboard::domain::rules::Rules;
use switchboard::sandbox::{Fault, FaultRule, Message, Submission};

use crate::calls::{GROUP, ask};
use crate::support::{Story, example, hours, minutes, monday};

/// The last message that only Ava sees, or that was written to her.
fn last_to_ava(story: &Story) -> Message {
    story.slack.ephemerals_of("ava").pop().or_else(|| story.slack.dms_of("ava").pop()).unwrap()
}

/// Ava's call is in so many hours, and she presses *Ask for an exception*.
async fn asked_in(story: &Story, hours_ahead: i64) -> DateTime<Utc> {
    let start = story.clock.now() + hours(hours_ahead);
    assert_eq!(ask(story, start, &[]).await, Submission::Cleared);
    story.settle().await;
    let ava = story.person("ava");
    ava.click_on(&last_to_ava(story), "Ask for an exception").await.unwrap();
    ava.fill("Why it cannot wait", "Their board decides on Wednesday.").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    start
}

/// Whoever was asked declines, with a word.
async fn declines(story: &Story, name: &str) {
    let person = story.person(name);
    person.click_in_dm("Decline").await.unwrap();
    person.fill("Why", "Nobody is free.").await.unwrap();
    person.submit().await.unwrap();
}

/// Where the exception stands, and the call.
async fn stands(story: &Story) -> (State, Option<ExceptionState>) {
    let app = &story.bot.app;
    let call = app.engagement("HFJ".parse().unwrap()).await.unwrap().unwrap();
    let Body::Call(body) = &call.body else { panic!("a call") };
    (call.state, body.exception.as_ref().map(|exception| exception.state))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pm_is_asked_directly_and_the_call_goes_its_way_once_approved() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    insta::assert_snapshot!(story.told().await, @"");
    assert!(story.slack.messages(GROUP).is_empty(), "nothing in a channel before");
    story.person("paul").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.person("paul").click_in(GROUP, "Confirm").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declined_with_a_word_the_requester_takes_the_earliest_slot() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    story.told().await;
    declines(&story, "paul").await;
    insta::assert_snapshot!(story.told().await, @"");
    assert_eq!(stands(&story).await, (State::Draft, Some(ExceptionState::Declined)));
    story.person("ava").click_in_dm("Use the earliest time").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— #g_runner, mentions @paul"), "{told}");
    assert!(!told.contains("Exception"), "it has its notice: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pm_does_not_answer_so_the_stage_pm_is_asked_and_the_second_to_press_hears_of_the_first() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    story.told().await;
    story.pass(hours(4) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(hours(4)).await;
    let told = story.told().await;
    assert!(told.contains("— @leo"), "and then the product leader: {told}");
    story.person("petra").click_in_dm("Approve").await.unwrap();
    story.told().await;
    story.person("paul").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    assert_eq!(story.slack.messages(GROUP).len(), 1, "asked once");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_who_may_approves_and_never_the_requester() {
    let mut directory = example();
    // Paul, Runner's PM, is who asks now: the stage PM is asked, since nobody approves their own.
    directory.field.people.clear();
    let story = Story::with(directory, Rules::default()).await;
    let paul = story.person("paul");
    story.fill_form("paul", "A PM in a customer meeting", "Verify › Runner", "Where runners go").await;
    paul.submit().await.unwrap();
    paul.fill("Start", monday() + hours(40)).await.unwrap();
    paul.fill("Goal of the call", "They decide whether to renew.").await.unwrap();
    paul.fill("Who comes, in which role", "Head of platform").await.unwrap();
    paul.submit().await.unwrap();
    story.settle().await;
    let draft = story.slack.ephemerals_of("paul").pop().unwrap();
    paul.click_on(&draft, "Ask for an exception").await.unwrap();
    paul.fill("Why it cannot wait", "Their board decides.").await.unwrap();
    paul.submit().await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— @petra") && !told.contains("— @paul"), "{told}");
    // Somebody gets hold of the button: the role is checked on use.
    let asked = story.slack.dms_of("petra").pop().unwrap();
    for name in ["paul", "ines", "ava"] {
        let forwarded = story.person(name).click_on(&asked, "Approve").await;
        if forwarded.is_ok() {
            let told = story.told().await;
            assert!(told.contains("Only the PM asked"), "{name}: {told}");
        }
    }
    assert!(story.slack.messages(GROUP).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lapses_at_the_start_and_is_not_approved_after_it() {
    let story = Story::begin().await;
    asked_in(&story, 3).await;
    story.told().await;
    story.pass(hours(3) + minutes(1)).await;
    let told = story.told().await;
    assert!(told.contains("Nobody approved the exception for *HFJ* before its start"), "{told}");
    story.person("paul").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    assert_eq!(stands(&story).await, (State::Lapsed, Some(ExceptionState::Lapsed)));
    assert!(story.slack.messages(GROUP).is_empty());
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_in_the_middle_changes_nothing() {
    let mut story = Story::begin().await;
    asked_in(&story, 40).await;
    story.told().await;
    story.restart_after(minutes(10)).await;
    story.person("paul").click_in_dm("Approve").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Exception: short notice, approved by Paul."), "{told}");
    assert_eq!(story.slack.messages(GROUP).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_message_cannot_be_delivered_the_next_who_may_is_asked() {
    let story = Story::begin().await;
    let paul = story.slack.user_id("paul");
    story.slack.fail(FaultRule::on("chat.postMessage", Fault::error("user_disabled")).in_channel(&paul));
    asked_in(&story, 40).await;
    let told = story.told().await;
    assert!(told.contains("— @petra"), "{told}");
    let petra = story.slack.user_id("petra");
    let leo = story.slack.user_id("leo");
    drop((petra, leo));
    story.person("petra").click_in_dm("Approve").await.unwrap();
    assert_eq!(stands(&story).await.0, State::Open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_decided_is_found_on_its_timeline() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    story.person("paul").click_in_dm("Approve").await.unwrap();
    story.told().await;
    let why = story.shown("paul", GROUP, "Why here").await;
    assert!(why.contains("Paul approved an exception to the notice"), "{why}");
    assert!(why.contains("asked Paul for an exception"), "{why}");
}
