//! Exceptions to the notice (C12): who is asked, who decides, and how each ends.

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::{Done, Problem, Reply};
use crate::domain::engagement::{ExceptionState, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::{PlaceId, Role};
use crate::domain::reason::{Fact, Rule};
use crate::domain::refusal::Refusal;

const RUNNER: &str = "group/verify/runner";
/// Tuesday, 10:00 in Berlin.
const TUESDAY: &str = "2026-11-17T09:00:00Z";
/// 40 h later.
const TOO_SOON: &str = "2026-11-19T01:00:00Z";

fn why() -> Action {
    Action::AskException { why: "They decide that day".to_owned() }
}

fn no() -> Action {
    Action::DeclineException { why: "Nobody is free".to_owned() }
}

/// Ava's call is too soon, and she asked for an exception.
fn asked() -> Story {
    let mut story = Story::begins(TUESDAY);
    story.ask(RUNNER, &ask(TOO_SOON));
    let decision = story.press(AVA, why());
    assert_eq!(told(&decision), [to(PETRA)], "by direct message, and nowhere else");
    assert_eq!(decision.reply, Reply::Draft { engagement: ID });
    story
}

/// The question whether it may pass, to that person.
fn to(user: &str) -> (Address, What) {
    let whom = UserId::from(user);
    (Address::Direct { user: whom.clone() }, What::ExceptionAsked { whom })
}

fn state(story: &Story) -> ExceptionState {
    story.call().exception.as_ref().unwrap().state
}

#[test]
fn approved_it_goes_its_ordinary_way_and_says_by_whom() {
    let mut story = asked();
    let decision = story.press(PETRA, Action::ApproveException);
    assert_eq!(decision.reply, Reply::Done { engagement: ID, done: Done::ExceptionApproved });
    let change = Change::ExceptionApproved { by: UserId::from(PETRA) };
    assert_eq!(told(&decision), [card("C_G_RUNNER", true), direct(What::ChangedToRequester { change })]);
    assert_eq!((story.engagement().state, state(&story)), (State::Open, ExceptionState::Approved));
    assert_eq!(story.call().notice_seconds, 40 * 3_600);
    let because = story.engagement().because.iter().find(|because| because.rule == Rule::C12).unwrap();
    assert_eq!(because.fact, Fact::ExceptionApproved { by: UserId::from(PETRA) });
    let kinds: Vec<_> = story.clocks.keys().copied().collect();
    assert_eq!(kinds, [ClockKind::AgendaAsk, ClockKind::AgendaMissed, ClockKind::CallStart]);
}

#[test]
fn only_who_is_asked_the_stage_pm_and_the_product_leader_decide_never_the_requester() {
    for (by, may) in
        [(AVA, false), (INES, false), (LEA, false), (ADA, false), (CLEO, false), (PAUL, false), (STAN, true)]
    {
        for action in [Action::ApproveException, no()] {
            let mut story = asked();
            let decision = story.press(by, action);
            let who = Role::Approvers(Some(PlaceId(RUNNER.to_owned())));
            let refused = Reply::Refused(Refusal::NotYours { engagement: ID, who, is_requester: false });
            assert_eq!(decision.reply != refused, may, "{by}");
        }
    }
}

#[test]
fn the_second_to_decide_hears_what_the_first_one_did() {
    for (first, state) in
        [(Action::ApproveException, ExceptionState::Approved), (no(), ExceptionState::Declined)]
    {
        let mut story = asked();
        story.press(PETRA, first);
        for second in [Action::ApproveException, no()] {
            let decision = story.press(STAN, second);
            let by = Some(UserId::from(PETRA));
            let refusal = Refusal::ExceptionStands { engagement: ID, by, state };
            assert_eq!(decision.reply, Reply::Refused(refusal));
            assert!(decision.is_empty());
        }
    }
}

#[test]
fn declined_the_requester_hears_the_earliest_slot_and_asks_no_second_time_for_that_start() {
    let mut story = asked();
    story.now = at("2026-11-18T09:00:00Z");
    let decision = story.press(PETRA, no());
    let change = Change::ExceptionDeclined { by: UserId::from(PETRA), why: "Nobody is free".to_owned() };
    assert_eq!(told(&decision), [direct(What::ChangedToRequester { change })]);
    assert_eq!(story.call().earliest, Some(at("2026-11-20T17:00:00Z")), "as of now");
    assert_eq!(story.engagement().state, State::Draft);
    let again = story.press(AVA, why());
    let by = Some(UserId::from(PETRA));
    let refusal = Refusal::ExceptionStands { engagement: ID, by, state: ExceptionState::Declined };
    assert_eq!(again.reply, Reply::Refused(refusal));
}

#[test]
fn whoever_does_not_answer_is_followed_by_the_next_who_may() {
    let mut story = asked();
    assert_eq!(
        story.clocks[&ClockKind::ExceptionNext],
        at("2026-11-17T13:00:00Z"),
        "as long as an answer may take"
    );
    let decision = story.due_at(ClockKind::ExceptionNext, "2026-11-17T13:00:00Z");
    assert_eq!(told(&decision), [to(STAN)]);
    assert!(!story.clocks.contains_key(&ClockKind::ExceptionNext), "nobody is left");
    // Both may decide from now on.
    story.press(PETRA, Action::ApproveException);
    assert_eq!(story.engagement().state, State::Open);
}

#[test]
fn of_a_call_in_an_hour_nobody_waits_longer_than_half_of_it() {
    let mut story = Story::begins(TUESDAY);
    story.ask(RUNNER, &ask("2026-11-17T10:00:00Z"));
    story.press(AVA, why());
    assert_eq!(story.clocks[&ClockKind::ExceptionNext], at("2026-11-17T09:30:00Z"));
}

#[test]
fn who_cannot_be_reached_is_followed_at_once_and_nobody_left_is_said() {
    let mut story = asked();
    assert_eq!(told(&story.cannot_reach(STAN)), [], "nobody waits for them");
    assert_eq!(told(&story.cannot_reach(PETRA)), [to(STAN)]);
    let decision = story.cannot_reach(STAN);
    let change = Change::ExceptionUnreachable;
    assert_eq!(told(&decision), [direct(What::ChangedToRequester { change })]);
    assert_eq!((story.engagement().state, state(&story)), (State::Draft, ExceptionState::Withdrawn));
    assert_eq!(told(&story.press(AVA, why())), [to(PETRA)], "and may be asked for again");
}

#[test]
fn it_lapses_at_the_start_and_nobody_approves_after_it() {
    let mut story = asked();
    story.now = at(TOO_SOON);
    let late = story.press(PETRA, Action::ApproveException);
    let refusal = Refusal::NotNow { engagement: ID, state: State::Lapsed };
    assert_eq!(late.reply, Reply::Refused(refusal.clone()), "before the clock was heard");
    let decision = story.due_at(ClockKind::DraftLapse, TOO_SOON);
    let change = Change::ExceptionLapsed;
    assert_eq!(told(&decision), [direct(What::ChangedToRequester { change })]);
    assert_eq!((story.engagement().state, state(&story)), (State::Lapsed, ExceptionState::Lapsed));
    assert_eq!(story.press(PETRA, Action::ApproveException).reply, Reply::Refused(refusal));
}

#[test]
fn another_way_taken_meanwhile_ends_it() {
    let mut story = asked();
    let start = at("2026-11-19T17:00:00Z");
    story.press(AVA, Action::UseSlot { start });
    assert_eq!((story.engagement().state, state(&story)), (State::Open, ExceptionState::Withdrawn));
    assert!(!story.clocks.contains_key(&ClockKind::ExceptionNext));
    assert!(story.press(PETRA, Action::ApproveException).is_empty());
    let mut story = asked();
    story.press(AVA, Action::Discard);
    assert_eq!(state(&story), ExceptionState::Withdrawn);
}

#[test]
fn an_approved_one_moves_later_by_itself_and_earlier_only_with_notice() {
    let mut story = asked();
    story.press(PETRA, Action::ApproveException);
    let earlier = story.press(AVA, Action::Reschedule { start: at("2026-11-18T22:00:00Z") });
    assert!(
        matches!(&earlier.reply, Reply::Form(problems) if matches!(problems[0].problem, Problem::TooSoon { .. }))
    );
    story.now = at("2026-11-18T09:00:00Z");
    let later = story.press(AVA, Action::Reschedule { start: at("2026-11-19T20:00:00Z") });
    assert!(!later.is_empty(), "more time than was approved");
    assert!(story.call().exception.as_ref().unwrap().approver().is_some());
    story.press(AVA, Action::Reschedule { start: at("2026-11-23T20:00:00Z") });
    assert!(story.call().exception.as_ref().unwrap().approver().is_none(), "a start that needs none");
    assert_eq!(state(&story), ExceptionState::Approved, "and it is counted all the same");
}

#[test]
fn where_nobody_may_approve_it_says_so() {
    let mut story = Story::begins(TUESDAY);
    story.ask("stage/plan", &ask(TOO_SOON));
    let decision = story.press(AVA, why());
    let place = Some(PlaceId("stage/plan".to_owned()));
    assert_eq!(decision.reply, Reply::Refused(Refusal::NobodyApproves { place }));
    assert!(decision.is_empty());
}
