//! A draft whose answer is needed below a PM's notice (C1): a later time, an exception (C12), or neither.
//!
//! Nothing of it was posted: who may approve reads it by direct message. Approved, it goes the way it would have gone.

use chrono::{DateTime, Utc};

use super::{Step, advance};
use crate::domain::decide::{Case, ask, exception};
use crate::domain::decision::{Actor, Decision, Done, Event, Problem, Reply};
use crate::domain::engagement::{Body, Engagement, ExceptionState, Pending, Question, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// The instant that is too soon, while the draft waits for that.
fn needed_by(draft: &Engagement) -> Option<DateTime<Utc>> {
    let is_draft = draft.state == State::Draft;
    match &draft.body {
        Body::Question(Question { pending: Some(Pending::ShortNotice { .. }), needed_by, .. })
            if is_draft =>
        {
            *needed_by
        }
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => None,
    }
}

/// *Use that time*: an answer by then will do; counted again from now.
pub(super) fn use_time(
    case: &Case<'_>,
    mut changed: Engagement,
    at: DateTime<Utc>,
    step: Step<'_>,
) -> Decision {
    let not_now = Refusal::NotNow { engagement: changed.id, state: changed.state };
    if needed_by(&changed).is_none() {
        return Decision::refuse(not_now);
    }
    if at <= case.now {
        return Decision::refuse(Refusal::InThePast);
    }
    if let Body::Question(question) = &mut changed.body {
        question.needed_by = Some(at);
    }
    let by = Actor::Person(changed.requester.clone());
    advance(changed, Step { confirmed: true, ..step }, by)
}

/// Its author takes another way: nobody is asked for an exception any longer.
pub(super) fn otherwise(
    draft: &Engagement,
    mut changed: Engagement,
    then: impl FnOnce(Engagement) -> Decision,
) -> Decision {
    let mut withdrawn = Decision::default();
    exception::withdraw(changed.exception_mut(), &mut withdrawn, draft);
    exception::led_by(withdrawn, then(changed))
}

/// *Ask for an exception*: the first who may approve is asked, and only they.
pub(super) fn ask_exception(case: &Case<'_>, mut draft: Engagement, why: &str) -> Decision {
    let Some(start) = needed_by(&draft) else {
        return Decision::refuse(Refusal::NotNow { engagement: draft.id, state: draft.state });
    };
    let mut decision = Decision::default();
    let wanted = exception::Wanted { start, why, moves_from: None };
    let asked = match exception::ask(&mut decision, case, &wanted, case.engagement.exception()) {
        Ok(asked) => asked,
        Err(refusal) => return Decision::refuse(refusal),
    };
    if let Body::Question(question) = &mut draft.body {
        question.exception = Some(Box::new(asked));
    }
    decision.reply = Reply::Draft { engagement: draft.id };
    decision.change(draft);
    decision
}

/// *Approve*: it goes to the PM as if it had its notice, flagged.
pub(super) fn approve(case: &Case<'_>, by: &UserId) -> Decision {
    if let Err(refused) = exception::to_decide(case, by) {
        return *refused;
    }
    let mut draft = case.engagement.clone();
    let mut settled = Decision::default();
    if let Some(exception) = draft.exception_mut() {
        let approved = (ExceptionState::Approved, by);
        exception::settle(exception, &mut settled, case.engagement, approved);
    }
    let approved = Because { rule: Rule::C12, fact: Fact::ExceptionApproved { by: by.clone() } };
    let person = Actor::Person(by.clone());
    settled.note(draft.id, case.now, person, Event::ExceptionApproved, vec![approved.clone()]);
    draft.because.push(approved);
    // Its author has chosen to send it before anybody was asked.
    let step =
        Step { is_new: false, confirmed: true, offers_smes_first: false, policy: case.policy, now: case.now };
    let requester = Actor::Person(draft.requester.clone());
    let mut decision = exception::led_by(settled, advance(draft, step, requester));
    if decision.writes.is_empty() {
        // There is nowhere to send it any more: the refusal says so.
        return decision;
    }
    if let Some(engagement) = decision.written().into_iter().find(|written| written.id == case.engagement.id)
    {
        let change = Change::ExceptionApproved { by: by.clone() };
        decision.tell_requester(&engagement, What::ChangedToRequester { change });
    }
    decision.reply = Reply::Done { engagement: case.engagement.id, done: Done::ExceptionApproved };
    decision
}

/// *Decline*: the requester hears the earliest time as of now.
pub(super) fn decline(case: &Case<'_>, by: &UserId, why: &str) -> Decision {
    exception::decline(case, by, why, |draft| {
        let place = draft.place.as_ref().and_then(|id| case.policy.org.place(id));
        let Some(at) = needed_by(draft) else { return };
        let notice = ask::notice_of(case.policy, place, at, case.now);
        if let (Body::Question(question), Err(Problem::TooSoon { notice_seconds, earliest, .. })) =
            (&mut draft.body, notice)
        {
            question.pending = Some(Pending::ShortNotice { notice_seconds, earliest });
        }
    })
}
