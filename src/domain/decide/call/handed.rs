//! A call whose PM cannot come any more: the next one is asked, and the requester knows.

use super::clocks;
use crate::domain::decide::Case;
use crate::domain::decide::hand_over::{From, is_next, told};
use crate::domain::decision::{Decision, Event};
use crate::domain::engagement::call::CallStatus;
use crate::domain::engagement::{Body, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::reason::Rule;

/// The next one is asked; a yes, or a time proposed, of the one before does not bind them.
pub fn handed_over(case: &Case<'_>, from: From<'_>, to: &UserId) -> Decision {
    let Body::Call(call) = &case.engagement.body else { return Decision::default() };
    let (mut engagement, mut call) = (case.engagement.clone(), call.clone());
    let mut decision = Decision::default();
    is_next(&mut engagement, from, to);
    if matches!(call.status, CallStatus::Confirmed { .. } | CallStatus::Proposed { .. }) {
        call.status = CallStatus::Asked;
        engagement.state = State::Open;
        engagement.taken_at = None;
        clocks::schedule(&mut decision, &engagement, &call, (&case.policy.org, case.now));
    }
    engagement.body = Body::Call(call);
    let event = Event::Handed { to: to.clone() };
    decision.note(engagement.id, case.now, from.actor(), event, vec![from.because(Rule::C3)]);
    decision.card(&engagement, false);
    decision.tell_thread(&engagement, told(from, to));
    let change = Change::HandedOver { from: from.who.clone(), to: Some(to.clone()), why: from.why };
    decision.tell_requester(&engagement, What::ChangedToRequester { change });
    decision.change(engagement);
    decision
}
