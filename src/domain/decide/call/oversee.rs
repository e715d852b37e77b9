//! What an area lead or admin does with a call: close it with a reason, or give it to somebody.

use super::answer;
use super::step::Step;
use crate::domain::decision::{Decision, Done, Event};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::UserId;
use crate::domain::notice::Change;
use crate::domain::refusal::Refusal;

/// Closes it: everybody concerned is told, as when it is cancelled (C11).
pub(super) fn close(mut step: Step<'_>, why: &str) -> Decision {
    let (by, why) = (step.by.clone(), why.to_owned());
    step.end(State::Closed, CallStatus::Cancelled { by: by.clone(), why: why.clone() });
    step.note(Event::Ended { state: State::Closed, why: Some(why.clone()) });
    let change = Change::Closed { by, why };
    step.tell_owner(change.clone());
    step.tell_requester(change);
    step.finish_with(Done::Closed)
}

/// Gives it to somebody: anybody who can act, since the lead may know a PM whom the directory does not.
pub(super) fn reassign(step: Step<'_>, to: &UserId) -> Decision {
    let person = step.case.policy.org.person(to);
    let cannot_act = person.is_some_and(|person| person.is_gone || person.is_bot);
    if cannot_act || *to == step.engagement.requester {
        return Decision::refuse(Refusal::CannotAnswer { engagement: step.engagement.id, user: to.clone() });
    }
    answer::hand(step, to)
}
