//! Exceptions to the notice (C12): who is asked, who decides, and how each ends.

use chrono::NaiveDate;

use super::super::testing::*;
use crate::domain::absence::Absence;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::{Done, Field, Problem, Reply};
use crate::domain::engagement::{ExceptionState, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::{PlaceId, Role};
use crate::domain::reason::{Because, Fact, Rule};
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
    (Address::Direct { user: whom.clone() }, What::ExceptionAsked { whom, because: Vec::new() })
}

/// The same, and why it is them.
fn to_because(user: &str, facts: Vec<Fact>) -> (Address, What) {
    let whom = UserId::from(user);
    let because = facts.into_iter().map(|fact| Because { rule: Rule::C12, fact }).collect();
    (Address::Direct { user: whom.clone() }, What::ExceptionAsked { whom, because })
}

/// What somebody was asked says how it stands.
fn silent(user: &str, start: &str) -> (Address, What) {
    let user = UserId::from(user);
    (Address::Asked { user: user.clone() }, What::ExceptionStands { whom: user, start: at(start) })
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
    let passed = Fact::TimePassed { seconds: 4 * 3_600 };
    assert_eq!(told(&decision), [silent(PETRA, TOO_SOON), to_because(STAN, vec![passed])]);
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
    let gone = Fact::Undeliverable { error: "user_disabled".to_owned() };
    let asked = [silent(PETRA, TOO_SOON), to_because(STAN, vec![gone])];
    assert_eq!(told(&story.cannot_reach(PETRA)), asked);
    let decision = story.cannot_reach(STAN);
    let change = direct(What::ChangedToRequester { change: Change::ExceptionUnreachable });
    assert_eq!(told(&decision), [silent(PETRA, TOO_SOON), silent(STAN, TOO_SOON), change]);
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
    let change = direct(What::ChangedToRequester { change: Change::ExceptionLapsed });
    assert_eq!(told(&decision), [silent(PETRA, TOO_SOON), change]);
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
    let earlier = story.press(AVA, Action::Reschedule { start: at("2026-11-18T22:00:00Z"), why: None });
    assert!(
        matches!(&earlier.reply, Reply::Form(problems) if matches!(problems[0].problem, Problem::TooSoon { .. }))
    );
    story.now = at("2026-11-18T09:00:00Z");
    let later = story.press(AVA, Action::Reschedule { start: at("2026-11-19T20:00:00Z"), why: None });
    assert!(!later.is_empty(), "more time than was approved");
    assert!(story.call().exception.as_ref().unwrap().approver().is_some());
    story.press(AVA, Action::Reschedule { start: at("2026-11-23T20:00:00Z"), why: None });
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

/// Nobody of these is there until the end of the week; the first ones name somebody who stands in.
fn away(story: &mut Story, who: &[(&str, Option<&str>)]) -> NaiveDate {
    let last_day = at("2026-11-21T00:00:00Z").date_naive();
    let absence = |(who, cover): &(&str, Option<&str>)| Absence {
        who: UserId::from(*who),
        from: at("2026-11-16T00:00:00Z"),
        until: at("2026-11-22T00:00:00Z"),
        last_day,
        cover: cover.map(UserId::from),
        set_by: UserId::from(*who),
    };
    let org = story.policy.org.clone().with_absences(who.iter().map(absence).collect());
    story.policy.org = org;
    last_day
}

#[test]
fn whoever_is_away_is_passed_over_and_the_next_one_reads_why() {
    let away_is = |pm: &str, until| Fact::NobodyCovers { pm: UserId::from(pm), until };
    let covers =
        |by: &str, pm: &str, until| Fact::Covers { by: UserId::from(by), pm: UserId::from(pm), until };
    // Who is away, and who is asked first, and why.
    let mut story = Story::begins(TUESDAY);
    let until = away(&mut story, &[(STAN, Some(INES))]);
    story.ask(RUNNER, &ask(TOO_SOON));
    assert_eq!(told(&story.press(AVA, why())), [to(PETRA)], "she is there");
    let passed = Fact::TimePassed { seconds: 4 * 3_600 };
    let next = told(&story.due_at(ClockKind::ExceptionNext, "2026-11-17T13:00:00Z"));
    assert_eq!(next, [silent(PETRA, TOO_SOON), to_because(INES, vec![passed, covers(INES, STAN, until)])]);
    assert!(!story.press(INES, Action::ApproveException).is_empty(), "in his stead");

    let mut story = Story::begins(TUESDAY);
    let until = away(&mut story, &[(PETRA, None), (PAUL, None), (CLEO, None)]);
    story.ask(RUNNER, &ask(TOO_SOON));
    assert_eq!(told(&story.press(AVA, why())), [to_because(STAN, vec![covers(STAN, PETRA, until)])]);
    assert!(!story.clocks.contains_key(&ClockKind::ExceptionNext), "nobody else is there");

    let mut story = Story::begins(TUESDAY);
    away(&mut story, &[(PETRA, None), (PAUL, None), (CLEO, None), (STAN, None)]);
    story.ask(RUNNER, &ask(TOO_SOON));
    let place = Some(PlaceId(RUNNER.to_owned()));
    assert_eq!(story.press(AVA, why()).reply, Reply::Refused(Refusal::NobodyApproves { place }));

    // Away since they were asked, and the stage PM without a cover: nobody else is left.
    let mut story = asked();
    let until = away(&mut story, &[(STAN, None)]);
    let decision = story.due_at(ClockKind::ExceptionNext, "2026-11-17T13:00:00Z");
    assert_eq!(told(&decision), []);
    assert!(!story.press(STAN, Action::ApproveException).is_empty(), "from where he is, he may");
    assert_eq!(away_is(STAN, until), Fact::NobodyCovers { pm: UserId::from(STAN), until });
}

/// Friday's call, and Ava wants it on Thursday, 40 h from now.
fn asked_to_move(confirmed: bool) -> Story {
    let mut story = if confirmed { Story::confirmed() } else { Story::asked() };
    let start = at(TOO_SOON);
    let refused = story.press(AVA, Action::Reschedule { start, why: None });
    let fields: Vec<Field> = match &refused.reply {
        Reply::Form(problems) => problems.iter().map(|problem| problem.field).collect(),
        _ => panic!("{:?}", refused.reply),
    };
    assert_eq!(fields, [Field::Start, Field::Text], "and why is asked");
    let why = Some("They decide that day".to_owned());
    let decision = story.press(AVA, Action::Reschedule { start, why });
    assert_eq!(told(&decision), [to(PETRA)], "nothing in the channel, and the call stays");
    assert_eq!(decision.reply, Reply::Done { engagement: ID, done: Done::ExceptionAsked });
    assert_eq!(story.call().start, at("2026-11-20T17:00:00Z"));
    story
}

#[test]
fn a_call_that_stands_moves_below_its_notice_once_that_is_approved() {
    let mut story = asked_to_move(false);
    assert_eq!(story.clocks[&ClockKind::ExceptionNext], at("2026-11-17T13:00:00Z"));
    let decision = story.press(STAN, Action::ApproveException);
    let (from, start) = (at("2026-11-20T17:00:00Z"), at(TOO_SOON));
    let moved = Change::Rescheduled { by: UserId::from(AVA), from, to: start };
    let mention = Some(UserId::from(PETRA));
    let approved = Change::ExceptionApproved { by: UserId::from(STAN) };
    assert_eq!(
        told(&decision),
        [
            card("C_G_RUNNER", false),
            silent(PETRA, TOO_SOON),
            thread(What::CallChanged { change: moved, mention }),
            direct(What::ChangedToRequester { change: approved }),
        ]
    );
    let call = story.call();
    assert_eq!((call.start, call.notice_seconds, &call.moving), (start, 40 * 3_600, &None));
    assert_eq!(call.exception.as_ref().unwrap().approver(), Some(&UserId::from(STAN)));
    assert!(!story.clocks.contains_key(&ClockKind::ExceptionNext));
    assert!(story.engagement().because.iter().any(|because| because.rule == Rule::C12));
}

#[test]
fn whoever_said_yes_to_another_time_is_asked_again_unless_the_approval_is_theirs() {
    for (by, state) in [(PETRA, State::Taken), (STAN, State::Open)] {
        let mut story = asked_to_move(true);
        story.press(by, Action::ApproveException);
        assert_eq!((story.engagement().state, story.call().start), (state, at(TOO_SOON)), "{by}");
    }
}

#[test]
fn a_move_that_is_not_approved_leaves_the_call_where_it_is() {
    let stays = |story: &Story, state| {
        assert_eq!(story.call().start, at("2026-11-20T17:00:00Z"));
        assert_eq!(story.call().moving.as_ref().unwrap().state, state);
        assert_eq!(story.engagement().state, State::Open);
        assert!(!story.clocks.contains_key(&ClockKind::ExceptionNext));
    };
    let mut story = asked_to_move(false);
    let declined = story.press(PETRA, no());
    assert_eq!(told(&declined).len(), 1, "its requester");
    stays(&story, ExceptionState::Declined);
    let again = story.press(AVA, Action::Reschedule { start: at(TOO_SOON), why: Some("please".to_owned()) });
    assert!(matches!(again.reply, Reply::Refused(Refusal::ExceptionStands { .. })), "once for a start");

    let mut story = asked_to_move(false);
    story.due_at(ClockKind::ExceptionNext, "2026-11-17T13:00:00Z");
    assert_eq!(story.clocks[&ClockKind::ExceptionNext], at(TOO_SOON), "nobody is left, it lapses then");
    let decision = story.due_at(ClockKind::ExceptionNext, TOO_SOON);
    let change = direct(What::ChangedToRequester { change: Change::ExceptionLapsed });
    assert_eq!(told(&decision), [silent(PETRA, TOO_SOON), silent(STAN, TOO_SOON), change]);
    stays(&story, ExceptionState::Lapsed);

    for action in [
        Action::Reschedule { start: at("2026-11-20T18:00:00Z"), why: None },
        Action::CancelCall { why: "off".to_owned() },
    ] {
        let mut story = asked_to_move(false);
        let decision = story.press(AVA, action);
        assert!(told(&decision).contains(&silent(PETRA, TOO_SOON)), "she is not asked any longer");
        assert_eq!(story.call().moving.as_ref().unwrap().state, ExceptionState::Withdrawn);
    }
    // A PM proposes a time instead of giving a reason.
    let mut story = Story::asked();
    let refused = story.press(PETRA, Action::Reschedule { start: at(TOO_SOON), why: Some("so".to_owned()) });
    assert!(matches!(refused.reply, Reply::Form(problems) if problems.len() == 1));
}
