//! Exceptions to a call's notice (C1, C12): asked for with a reason, decided by a PM who is asked directly, counted apart.

use switchboard::domain::engagement::{Body, ExceptionState, State};
use switchboard::sandbox::{Fault, FaultRule, Message, Submission};

use crate::calls::{GROUP, ask};
use crate::support::{Story, hours, minutes, monday};

/// The last message that only Ava sees, or that was written to her.
pub fn last_to_ava(story: &Story) -> Message {
    story.slack.ephemerals_of("ava").pop().or_else(|| story.slack.dms_of("ava").pop()).unwrap()
}

/// Ava's call is in so many hours, and she presses *Ask for an exception*.
async fn asked_in(story: &Story, hours_ahead: i64) {
    let start = story.clock.now() + hours(hours_ahead);
    assert_eq!(ask(story, start, &[]).await, Submission::Cleared);
    story.told().await;
    let ava = story.person("ava");
    ava.click_on(&last_to_ava(story), "Ask for an exception").await.unwrap();
    ava.fill("Why it cannot wait", "Their board decides on Wednesday.").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
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
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    I asked Paul directly whether *HFJ* may come at short notice, Wednesday, November 18, 2026 02:00. Nothing is posted before they approve, and it lapses at that time.
    [Use the earliest time] [Ask an SME instead] [Drop it]
    — @paul
    Ava asks for an exception for Runner: a customer call in 40 h, tomorrow 17:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    ");
    assert!(story.slack.messages(GROUP).is_empty(), "nothing in a channel before");
    story.person("paul").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 01:00 (02:00 for the PM), 30 min. Exception: short notice, approved by Paul.
    Briefing: 0 of 11. Agenda: due tomorrow 01:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul approved the exception for *HFJ*, so it is asked in #g_runner now. Please add its agenda soon.
    [Add agenda]
    — @paul, updated
    Approved. *HFJ* is asked now in #g_runner.
    ");
    let why = story.shown("paul", GROUP, "Why here").await;
    assert!(why.contains("Paul approved an exception to the notice"), "{why}");
    assert!(why.contains("asked Paul for an exception"), "{why}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declined_with_a_word_the_requester_takes_the_earliest_slot() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    story.told().await;
    let paul = story.person("paul");
    paul.click_in_dm("Decline").await.unwrap();
    paul.fill("Why", "Nobody is free.").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @ava
    Paul declined the exception for *HFJ*. The earliest without one is Wednesday, November 18, 2026 10:00.
    > Nobody is free.
    [Use the earliest time] [Ask an SME instead] [Drop it]
    — @paul, updated
    Declined. Ava is told, with the earliest time for *HFJ*.
    ");
    assert_eq!(stands(&story).await, (State::Draft, Some(ExceptionState::Declined)));
    story.person("ava").click_in_dm("Use the earliest time").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— #g_runner, mentions @paul"), "{told}");
    assert!(!told.contains("Exception"), "it has its notice: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_answer_is_followed_by_the_next_and_the_second_to_press_hears_of_the_first() {
    let story = Story::begin().await;
    asked_in(&story, 40).await;
    story.told().await;
    story.pass(hours(4) + minutes(1)).await;
    let told = story.told().await;
    assert!(told.contains("— @petra\nAva asks for an exception for Runner"), "the stage PM: {told}");
    story.pass(hours(4)).await;
    let told = story.told().await;
    assert!(told.contains("— @leo\nAva asks for an exception for Runner"), "the product leader: {told}");
    // Both press before anything could be told.
    story.person("petra").click_in_dm("Approve").await.unwrap();
    story.person("paul").click_in_dm("Approve").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Petra has approved the exception for *HFJ* already"), "{told}");
    for who in ["paul", "leo"] {
        let silent = "Petra approved the exception for *HFJ*. There is nothing left to decide.";
        assert!(told.contains(&format!("— @{who}, updated\n{silent}")), "{who}: {told}");
        story.person(who).click_in_dm("Approve").await.unwrap_err();
    }
    assert_eq!(story.slack.messages(GROUP).len(), 1, "asked once");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_who_asks_never_approves_their_own() {
    let story = Story::begin().await;
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
    assert!(told.contains("— @pavel\nPaul asks") && !told.contains("— @paul\n"), "their cover: {told}");
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
    assert!(told.contains("— @paul, updated\nNobody decided in time, so the exception"), "{told}");
    story.person("paul").click_in_dm("Approve").await.unwrap_err();
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
    story.slack.fail(FaultRule::on("chat.postMessage", Fault::error("user_disabled")).in_channel("@paul"));
    asked_in(&story, 40).await;
    let told = story.told().await;
    assert!(told.contains("— @petra\nAva asks for an exception for Runner"), "{told}");
    story.person("petra").click_in_dm("Approve").await.unwrap();
    story.told().await;
    assert_eq!(stands(&story).await, (State::Open, Some(ExceptionState::Approved)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_away_is_passed_over_and_whoever_was_asked_reads_who_decided() {
    let story = Story::begin().await;
    for (who, away) in [("paul", "away until 2026-12-24"), ("petra", "away until 2026-12-01 cover @ines")] {
        story.person(who).slash_in("#field", &format!("/request-pm {away}")).await.unwrap();
    }
    story.told().await;
    asked_in(&story, 40).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Pavel covers for Paul, who is away until Thu 24 Dec. I asked Pavel directly whether *HFJ* may come at short notice, Wednesday, November 18, 2026 02:00. Nothing is posted before they approve, and it lapses at that time.
    [Use the earliest time] [Ask an SME instead] [Drop it]
    — @pavel
    Ava asks for an exception for Runner: a customer call in 40 h, tomorrow 20:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because you cover for Paul, who is away until Thu 24 Dec.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    ");
    story.pass(hours(4) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @ines
    Ava asks for an exception for Runner: a customer call in 36 h, tomorrow 20:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because nobody has answered for 4 h and you cover for Petra, who is away until Tue 1 Dec.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    — @pavel, updated
    Ava asks for an exception for Runner: a customer call in 36 h, tomorrow 20:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. Ines is asked now as well; you can still decide.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    ");
    story.pass(hours(4)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @ines, updated
    Ava asks for an exception for Runner: a customer call in 32 h, tomorrow 20:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. Leo is asked now as well; you can still decide.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    — @leo
    Ava asks for an exception for Runner: a customer call in 32 h, Wednesday, November 18, 2026 01:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because nobody has answered for 8 h.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    ");
    story.person("leo").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, mentions @pavel
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 01:00 (02:00 for the PM), 30 min. Exception: short notice, approved by Leo.
    Briefing: 0 of 11. Agenda: due tomorrow 01:00.
    Ava · asked today 17:01
    Here because Pavel covers for Paul, who is away until Thu 24 Dec.
    ● *Open*: @Pavel is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Leo approved the exception for *HFJ*, so it is asked in #g_runner now. Please add its agenda soon.
    [Add agenda]
    — @ines, updated
    Leo approved the exception for *HFJ*. There is nothing left to decide.
    — @leo, updated
    Approved. *HFJ* is asked now in #g_runner.
    — @pavel, updated
    Leo approved the exception for *HFJ*. There is nothing left to decide.
    ");
    for who in ["pavel", "ines"] {
        story.person(who).click_in_dm("Approve").await.unwrap_err();
    }
    story.nothing_unread();
}
