//! What a PM says to a call: yes, no, another time, more context, or somebody else.
//!
//! Each is told to the requester once; the card shows it to everybody else.

use chrono::{DateTime, Utc};

use super::change;
use super::step::Step;
use crate::domain::decide::absence;
use crate::domain::decision::{Decision, Event, Problem};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::refusal::Refusal;

/// A PM comes, and owns the call from now on.
pub(super) fn confirm(mut step: Step<'_>) -> Decision {
    if let CallStatus::Confirmed { by } = &step.call.status {
        let by = Some(by.clone());
        return Decision::refuse(Refusal::AlreadyTaken { engagement: step.engagement.id, by });
    }
    if step.call.start <= step.now() {
        return Decision::refuse(Refusal::InThePast);
    }
    let by = step.by.clone();
    set_status(&mut step, CallStatus::Confirmed { by: by.clone() });
    step.engagement.state = State::Taken;
    step.engagement.taken_at = Some(step.now());
    step.engagement.owner = Some(by.clone());
    step.note(Event::CallConfirmed);
    step.tell_requester(Change::Confirmed { by });
    step.finish()
}

/// A PM does not come, without fault (C6).
pub(super) fn decline(mut step: Step<'_>, why: &str) -> Decision {
    let (by, why) = (step.by.clone(), why.to_owned());
    step.end(State::Declined, CallStatus::Declined { by: by.clone(), why: why.clone() });
    step.note(Event::CallDeclined { why: why.clone() });
    step.tell_requester(Change::Declined { by, why });
    step.finish()
}

/// A PM would come at another time. Reminders rest until the requester chose; a PM's own time needs no notice.
pub(super) fn propose(mut step: Step<'_>, start: DateTime<Utc>) -> Decision {
    if start <= step.now() {
        return change::at_the_start(Problem::InThePast);
    }
    let by = step.by.clone();
    step.call.status = CallStatus::Proposed { start, by: by.clone() };
    step.engagement.state = State::Open;
    step.schedule();
    step.note(Event::TimeProposed { start });
    step.tell_requester(Change::Proposed { by, start });
    step.finish()
}

/// A PM needs more context before they can say (C4, C6).
pub(super) fn context_missing(mut step: Step<'_>, what: &str) -> Decision {
    let (by, what) = (step.by.clone(), what.to_owned());
    set_status(&mut step, CallStatus::ContextMissing { by: by.clone(), what: what.clone() });
    step.engagement.state = State::Open;
    step.note(Event::ContextMissing { what: what.clone() });
    step.tell_requester(Change::ContextMissing { by, what });
    step.finish()
}

/// A PM hands it to another PM.
pub(super) fn not_mine(step: Step<'_>, to: &UserId) -> Decision {
    if *to == step.engagement.requester || !step.case.policy.org.is_pm(to) {
        return Decision::refuse(Refusal::CannotAnswer { engagement: step.engagement.id, user: to.clone() });
    }
    hand(step, to)
}

/// Somebody else is asked; a yes of the one before does not bind them.
pub(super) fn hand(mut step: Step<'_>, to: &UserId) -> Decision {
    if let Some(refusal) = absence::refusal_of(step.case.policy, to, step.now()) {
        return Decision::refuse(refusal);
    }
    if step.engagement.owner.as_ref() == Some(to) {
        let by = Some(to.clone());
        return Decision::refuse(Refusal::AlreadyTaken { engagement: step.engagement.id, by });
    }
    let change = Change::Handed { by: step.by.clone(), to: to.clone() };
    let promised = match &step.call.status {
        CallStatus::Confirmed { by } | CallStatus::Proposed { by, .. } => by != to,
        CallStatus::Asked
        | CallStatus::ContextMissing { .. }
        | CallStatus::Declined { .. }
        | CallStatus::Cancelled { .. }
        | CallStatus::Held
        | CallStatus::Lapsed => false,
    };
    if promised {
        set_status(&mut step, CallStatus::Asked);
        step.ask_again();
        step.tell_requester(change.clone());
    }
    step.engagement.owner = Some(to.clone());
    step.note(Event::Handed { to: to.clone() });
    let mention = Some(to.clone());
    step.decision.tell_thread(&step.engagement, What::CallChanged { change, mention });
    step.finish()
}

/// Changes where it stands; reminders that rested during a proposal run again.
fn set_status(step: &mut Step<'_>, status: CallStatus) {
    let rested = matches!(step.call.status, CallStatus::Proposed { .. });
    step.call.status = status;
    if rested {
        step.schedule();
    }
}
