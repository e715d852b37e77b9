//! The agenda is asked for, missed and delivered; the call begins.

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::{Actor, Event};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};

/// Six hours before the agenda is due.
const ASK: &str = "2026-11-19T11:00:00Z";
/// 24 h before the start.
const DUE: &str = "2026-11-19T17:00:00Z";
/// The start.
const START: &str = "2026-11-20T17:00:00Z";

#[test]
fn the_requester_is_asked_first_then_both_then_the_pm_hears_that_it_came() {
    let mut story = Story::confirmed();
    let decision = story.due_at(ClockKind::AgendaAsk, ASK);
    assert_eq!(
        told(&decision),
        [direct(What::AgendaDue { start: at(START), due: at(DUE), late_because: None })]
    );
    let whom = vec![UserId::from(AVA)];
    assert_eq!(decision.timeline[0].event, Event::Reminded { whom, clock: ClockKind::AgendaAsk });
    assert_eq!(decision.timeline[0].by, Actor::Clock(ClockKind::AgendaAsk));
    assert!(story.due_at(ClockKind::AgendaAsk, ASK).is_empty(), "once");

    let decision = story.due_at(ClockKind::AgendaMissed, DUE);
    let (requester, pm) = (UserId::from(AVA), Some(UserId::from(PETRA)));
    assert_eq!(
        told(&decision),
        [
            card("C_G_RUNNER", false),
            thread(What::AgendaMissed { requester, pm: pm.clone(), late_because: None })
        ]
    );
    assert!(story.call().agenda_missed);
    assert!(story.due_at(ClockKind::AgendaMissed, DUE).is_empty(), "once");

    let link = "https://example.com/agenda".to_owned();
    let decision = story.press(AVA, Action::AddAgenda { link: link.clone() });
    let change = Change::AgendaAdded { by: UserId::from(AVA), link };
    assert_eq!(told(&decision)[1], thread(What::CallChanged { change, mention: pm }));
}

#[test]
fn without_an_agenda_the_pm_may_decline() {
    let mut story = Story::confirmed();
    story.due_at(ClockKind::AgendaMissed, DUE);
    story.press(PETRA, Action::DeclineCall { why: "No agenda".to_owned() });
    assert_eq!(story.engagement().state, State::Declined);
}

#[test]
fn a_confirmed_call_is_held_in_silence_and_another_lapses() {
    let mut story = Story::confirmed();
    let decision = story.due_at(ClockKind::CallStart, START);
    assert_eq!(told(&decision), [card("C_G_RUNNER", false)]);
    assert_eq!((story.engagement().state, &story.call().status), (State::Closed, &CallStatus::Held));
    assert_eq!(story.engagement().closed_at, Some(at(START)));

    let mut story = Story::asked();
    let decision = story.due_at(ClockKind::CallStart, START);
    let lapsed = What::ChangedToRequester { change: Change::Lapsed };
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), direct(lapsed)]);
    assert_eq!((story.engagement().state, &story.call().status), (State::Lapsed, &CallStatus::Lapsed));
    assert!(story.due_at(ClockKind::CallStart, START).is_empty());
}

#[test]
fn a_yes_after_the_start_is_too_late() {
    let mut story = Story::asked();
    story.now = at(START);
    let decision = story.press(PETRA, Action::ConfirmCall);
    assert!(decision.is_empty());
    assert_eq!(story.engagement().state, State::Open);
}

#[test]
fn reminders_that_come_late_are_dropped_and_those_that_come_early_wait() {
    let mut story = Story::asked();
    // We were down: the deadline passed, so the miss is told, not the reminder.
    assert!(story.due_at(ClockKind::AgendaAsk, DUE).is_empty());
    // Down until the start: neither.
    assert!(story.due_at(ClockKind::AgendaMissed, START).is_empty());

    let mut story = Story::asked();
    let decision = story.due_at(ClockKind::AgendaAsk, "2026-11-18T11:00:00Z");
    assert_eq!((decision.writes, decision.notices), (vec![], vec![]));
    assert_eq!(story.clocks[&ClockKind::AgendaAsk], at(ASK), "it was moved meanwhile");
    story.due_at(ClockKind::AgendaMissed, "2026-11-18T11:00:00Z");
    assert_eq!(story.clocks[&ClockKind::AgendaMissed], at(DUE));
}

#[test]
fn clocks_of_other_kinds_do_nothing() {
    for clock in ClockKind::ALL {
        let is_ours = matches!(clock, ClockKind::AgendaAsk | ClockKind::AgendaMissed | ClockKind::CallStart);
        let decision = Story::asked().due_at(clock, START);
        assert!(is_ours || decision.is_empty(), "{clock:?}");
    }
}
