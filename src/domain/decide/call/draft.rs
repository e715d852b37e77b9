//! A call that was asked for too soon (C1): use the earliest slot, or drop it.
//!
//! Nothing of a draft was posted, so nobody but its requester hears of what becomes of it.

use chrono::{DateTime, Utc};

use super::exception;
use super::home::{self, Target};
use super::opening;
use super::step::Step;
use crate::domain::call_notice::{CallNotice, assess};
use crate::domain::command::ClockKind;
use crate::domain::decision::{Decision, Done, Event, Reply};
use crate::domain::engagement::State;
use crate::domain::engagement::call::{CallStatus, StoredCallRules};
use crate::domain::reason::Fact;
use crate::domain::refusal::Refusal;

/// *Use that time*: counted again from now, since this is the complete request. A slot that was offered too long ago gets
/// the next one.
pub(super) fn use_slot(mut step: Step<'_>, start: DateTime<Utc>) -> Decision {
    let policy = step.case.policy;
    let target = step.engagement.place.as_ref().and_then(|id| {
        let place = policy.org.place(id)?;
        Target::of(&policy.org, place, &step.engagement.requester, &[step.now(), start])
    });
    let Some(target) = target else { return nowhere(&step) };
    let calendar = home::pm_calendar(&policy.org, &step.engagement);
    let rules = &policy.rules.call;
    let now = step.now();
    if start > now {
        exception::withdraw(&mut step.call, &mut step.decision, &step.engagement);
    }
    match assess(now, start, rules.mode, rules.notice.span(), &calendar) {
        CallNotice::Enough { seconds, second_day } => {
            step.call.start = start;
            step.call.notice_seconds = seconds;
            step.call.second_day = second_day;
            step.call.rules = StoredCallRules::from(rules);
            step.decision.stop_clock(step.engagement.id, ClockKind::DraftLapse);
            let engagement =
                opening::send(step.engagement, step.call, target, (&policy.org, now), &mut step.decision);
            step.decision.change(engagement);
            step.decision
        }
        CallNotice::TooSoon { seconds, earliest } => {
            step.call.start = start;
            step.call.notice_seconds = seconds;
            step.call.second_day = false;
            step.call.earliest = Some(earliest);
            step.decision.set_clock(step.engagement.id, ClockKind::DraftLapse, start);
            let notice = opening::notice_because(&step.call);
            step.engagement.because.retain(|because| !matches!(because.fact, Fact::Notice { .. }));
            step.engagement.because.push(notice.clone());
            step.note_because(Event::Drafted, vec![notice]);
            step.decision.reply = Reply::Draft { engagement: step.engagement.id };
            step.finish()
        }
        CallNotice::InThePast => Decision::refuse(Refusal::InThePast),
    }
}

/// The directory has no channel for it any more.
fn nowhere(step: &Step<'_>) -> Decision {
    match step.engagement.place.clone() {
        Some(place) => Decision::refuse(Refusal::NowhereToSend { place }),
        None => step.not_now(),
    }
}

/// Drops it.
pub(super) fn discard(mut step: Step<'_>) -> Decision {
    exception::withdraw(&mut step.call, &mut step.decision, &step.engagement);
    let status = CallStatus::Cancelled { by: step.by.clone(), why: String::new() };
    step.end(State::Deflected, status);
    step.note(Event::Ended { state: State::Deflected, why: None });
    step.finish_with(Done::Discarded)
}
