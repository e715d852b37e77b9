//! What holds of a call whatever people press, and whenever clocks are due.

use chrono::Duration;
use proptest::prelude::*;

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::Reply;
use crate::domain::engagement::call::CallStatus;
use crate::domain::engagement::{ExceptionState, NoticeException, State};
use crate::domain::ids::UserId;

/// Something that happens.
#[derive(Debug, Clone)]
enum Happens {
    /// Somebody presses a button so many minutes later; its time, where it has one, is so many hours after that.
    Press(&'static str, usize, i64, i64),
    /// The next clock is due.
    Due,
}

fn action(which: usize, story: &Story, hours: i64) -> Action {
    let start = story.now + Duration::hours(hours);
    let text = || "because".to_owned();
    match which {
        0 => Action::ConfirmCall,
        1 => Action::DeclineCall { why: text() },
        2 | 3 => Action::ProposeTime { start },
        4 => Action::AcceptProposal,
        5 => Action::MissingContext { what: text() },
        6 | 7 => Action::Reschedule { start, why: None },
        23 | 24 => Action::Reschedule { start, why: Some(text()) },
        8 => Action::CancelCall { why: text() },
        9 => Action::AddAgenda { link: text() },
        10 => Action::AddDetail { text: text() },
        11 => Action::NotMine { to: UserId::from(PAUL) },
        12 => Action::Reassign { to: UserId::from(STAN) },
        13 => Action::Close { why: text() },
        14 | 15 => Action::UseSlot { start },
        16 => Action::Discard,
        17 | 18 => Action::AskException { why: text() },
        19 | 20 => Action::ApproveException,
        21 => Action::DeclineException { why: text() },
        22 => Action::Withdraw,
        _ => unreachable!("drawn below 25"),
    }
}

fn happens() -> impl Strategy<Value = Happens> {
    let person = prop::sample::select(vec![AVA, AVA, PETRA, PETRA, PAUL, STAN, CLEO, INES, LEA, ADA]);
    let press = (person, 0_usize..25, 1_i64..600, 1_i64..150)
        .prop_map(|(by, action, minutes, hours)| Happens::Press(by, action, minutes, hours));
    prop_oneof![4 => press, 1 => Just(Happens::Due)]
}

/// State, status and clocks agree.
fn check(story: &Story) -> Result<(), TestCaseError> {
    let (state, call) = (story.engagement().state, story.call());
    let agree = match &call.status {
        CallStatus::Asked => matches!(state, State::Open | State::Draft),
        CallStatus::Proposed { .. } | CallStatus::ContextMissing { .. } => state == State::Open,
        CallStatus::Confirmed { .. } => state == State::Taken,
        CallStatus::Declined { .. } => state == State::Declined,
        CallStatus::Cancelled { .. } => {
            matches!(state, State::Withdrawn | State::Closed | State::Deflected)
        }
        CallStatus::Held => state == State::Closed,
        CallStatus::Lapsed => state == State::Lapsed,
    };
    let exception = call.exception.as_ref();
    let is_asked = exception.is_some_and(NoticeException::is_open);
    prop_assert!(!is_asked || state == State::Draft, "C12: nobody is asked for what was posted or ended");
    let moving = call.moving.as_ref();
    let is_posted = matches!(state, State::Open | State::Taken);
    prop_assert!(!moving.is_some_and(NoticeException::is_open) || is_posted, "only what stands can move");
    prop_assert!(moving.is_none_or(|moving| moving.state != ExceptionState::Approved), "then it has moved");
    let mut both = exception.into_iter().chain(moving);
    prop_assert!(both.all(|exception| exception.decided_by != Some(UserId::from(AVA))));
    prop_assert!(agree, "{:?} and {:?}", state, call.status);
    prop_assert_eq!(story.engagement().closed_at.is_some(), !state.is_live());
    prop_assert_eq!(story.engagement().home.is_some(), story.engagement().owner.is_some());
    if !state.is_live() {
        prop_assert!(story.clocks.is_empty(), "C11");
    } else if state == State::Draft {
        let next = exception.and_then(|exception| exception.next_at);
        prop_assert_eq!(story.clocks.get(&ClockKind::ExceptionNext), next.as_ref());
        let others = story.clocks.keys().filter(|kind| **kind != ClockKind::ExceptionNext);
        prop_assert_eq!(others.collect::<Vec<_>>(), [&ClockKind::DraftLapse]);
        prop_assert_eq!(story.clocks[&ClockKind::DraftLapse], call.start);
    } else {
        prop_assert!(story.clocks[&ClockKind::CallStart] >= call.start, "every call ends");
        let next = moving.and_then(NoticeException::wakes_at);
        prop_assert_eq!(story.clocks.get(&ClockKind::ExceptionNext), next.as_ref());
        let reminds = |kind: &&ClockKind| !matches!(kind, ClockKind::CallStart | ClockKind::ExceptionNext);
        prop_assert!(story.clocks.keys().filter(reminds).count() == 0 || call.agenda.is_none());
        prop_assert!(!story.clocks.contains_key(&ClockKind::DraftLapse));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_call_is_never_left_hanging(first in 30_i64..100, steps in prop::collection::vec(happens(), 0..25)) {
        let mut story = Story::begins("2026-11-17T09:00:00Z");
        let start = story.now + Duration::hours(first);
        story.ask("group/verify/runner", &ask(&start.to_rfc3339()));
        check(&story)?;
        for step in steps {
            let next = story.clocks.iter().min_by_key(|(_, due)| **due).map(|(kind, due)| (*kind, *due));
            match (step, next) {
                (Happens::Press(by, which, minutes, hours), _) => {
                    let later = story.now + Duration::minutes(minutes);
                    // Clocks are due before what people press later.
                    if let Some((kind, due)) = next.filter(|(_, due)| *due <= later) {
                        story.due_at(kind, &due.max(story.now).to_rfc3339());
                        check(&story)?;
                    }
                    story.now = story.now.max(later);
                    let before = story.engagement().clone();
                    let decision = story.press(by, action(which, &story, hours));
                    if matches!(decision.reply, Reply::Refused(_)) {
                        prop_assert!(decision.is_empty());
                        prop_assert_eq!(&before, story.engagement());
                    }
                }
                (Happens::Due, Some((kind, due))) => {
                    story.due_at(kind, &due.max(story.now).to_rfc3339());
                }
                (Happens::Due, None) => {}
            }
            check(&story)?;
        }
        // Left alone, it ends.
        for _ in 0..6 {
            let next = story.clocks.iter().min_by_key(|(_, due)| **due).map(|(kind, due)| (*kind, *due));
            let Some((kind, due)) = next else { break };
            story.due_at(kind, &due.max(story.now).to_rfc3339());
            check(&story)?;
        }
        prop_assert!(!story.engagement().state.is_live());
    }
}
