//! Exceptions to a call's notice (C12): asked for with a reason, decided by whoever would be asked for the call, their stage
//! PM or their product leader, never by the requester.
//!
//! Nothing is posted in a channel before: each is asked by direct message, the next one where a message cannot be delivered
//! or nobody answers for a while. It ends at the start of the call.

use chrono::{DateTime, Utc};

use super::home::{self, Target};
use super::opening;
use super::step::Step;
use super::{clocks, not_now};
use crate::domain::call_notice::{CallNotice, assess};
use crate::domain::command::ClockKind;
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::call::StoredCallRules;
use crate::domain::engagement::{Body, Call, CallException, Engagement, ExceptionState, State};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// *Ask for an exception*: the first who may approve is asked, and only they.
pub(super) fn ask(mut step: Step<'_>, why: &str) -> Decision {
    let now = step.now();
    if why.trim().is_empty() {
        return Decision::refuse(Refusal::Empty);
    }
    if step.call.start <= now {
        return Decision::refuse(Refusal::InThePast);
    }
    if let Some(before) = &step.call.exception
        && before.start == step.call.start
        && matches!(before.state, ExceptionState::Asked | ExceptionState::Declined)
    {
        return stands(&step.engagement, before);
    }
    let exception = CallException {
        why: why.trim().to_owned(),
        asked_at: now,
        start: step.call.start,
        asked: Vec::new(),
        next_at: None,
        state: ExceptionState::Asked,
        decided_by: None,
        outgrown: false,
    };
    let Some(to) = pass_on(&mut step.decision, step.case, &step.engagement, &step.call, exception) else {
        let place = step.engagement.place.clone();
        return Decision::refuse(Refusal::NobodyApproves { place });
    };
    let whom = to.asked.last().cloned();
    step.call.exception = Some(to);
    step.note(Event::ExceptionAsked { whom: whom.into_iter().collect() });
    step.decision.reply = Reply::Draft { engagement: step.engagement.id };
    step.finish()
}

/// *Approve*: the call goes its ordinary way, flagged.
pub(super) fn approve(case: &Case<'_>, by: &UserId) -> Decision {
    let mut step = match as_approver(case, by) {
        Ok(step) => step,
        Err(refused) => return *refused,
    };
    let policy = case.policy;
    let place = step.engagement.place.as_ref().and_then(|id| policy.org.place(id));
    let target = place.and_then(|place| {
        Target::of(&policy.org, place, &step.engagement.requester, &[case.now, step.call.start])
    });
    let Some(target) = target else {
        let place = step.engagement.place.clone();
        return place
            .map_or_else(|| step.not_now(), |place| Decision::refuse(Refusal::NowhereToSend { place }));
    };
    let rules = &policy.rules.call;
    let calendar = home::pm_calendar(&policy.org, &step.engagement);
    let notice = assess(case.now, step.call.start, rules.mode, rules.notice.span(), &calendar);
    step.call.notice_seconds = match notice {
        CallNotice::Enough { seconds, .. } | CallNotice::TooSoon { seconds, .. } => seconds,
        CallNotice::InThePast => 0,
    };
    step.call.second_day = false;
    step.call.rules = StoredCallRules::from(rules);
    // The agenda's time may be over before anybody could have kept it: nobody is told that they missed it.
    step.call.agenda_missed = clocks::agenda_deadline(&step.call) <= case.now;
    settle(&mut step, ExceptionState::Approved);
    step.decision.stop_clock(step.engagement.id, ClockKind::DraftLapse);
    let approved = Because { rule: Rule::C12, fact: Fact::ExceptionApproved { by: by.clone() } };
    step.note_because(Event::ExceptionApproved, vec![approved.clone()]);
    step.engagement.because.push(approved);
    let engagement = opening::send(step.engagement, step.call, target, case.now, &mut step.decision);
    let change = Change::ExceptionApproved { by: by.clone() };
    step.decision.tell_requester(&engagement, What::ChangedToRequester { change });
    step.decision.reply = Reply::Done { engagement: engagement.id, done: Done::ExceptionApproved };
    step.decision.change(engagement);
    step.decision
}

/// *Decline*: the requester is told, with the earliest slot and an SME.
pub(super) fn decline(case: &Case<'_>, by: &UserId, why: &str) -> Decision {
    let mut step = match as_approver(case, by) {
        Ok(step) => step,
        Err(refused) => return *refused,
    };
    settle(&mut step, ExceptionState::Declined);
    let rules = &case.policy.rules.call;
    let calendar = home::pm_calendar(&case.policy.org, &step.engagement);
    // What was the earliest when it was asked may have passed.
    if let CallNotice::TooSoon { earliest, .. } =
        assess(case.now, step.call.start, rules.mode, rules.notice.span(), &calendar)
    {
        step.call.earliest = Some(earliest);
    }
    step.note(Event::ExceptionDeclined { why: why.to_owned() });
    step.tell_requester(Change::ExceptionDeclined { by: by.clone(), why: why.to_owned() });
    step.finish_with(Done::ExceptionDeclined)
}

/// Nobody answered for a while: the next who may approve is asked as well.
pub(super) fn next(case: &Case<'_>, call: &Call) -> Decision {
    let Some(exception) = call.exception.as_ref().filter(|exception| exception.is_open()) else {
        return Decision::default();
    };
    let (now, because) =
        (case.now, Fact::TimePassed { seconds: (case.now - exception.asked_at).num_seconds() });
    if let Some(at) = exception.next_at.filter(|at| now < *at) {
        let mut decision = Decision::default();
        decision.set_clock(case.engagement.id, ClockKind::ExceptionNext, at);
        return decision;
    }
    handed_on(case, call, Actor::Clock(ClockKind::ExceptionNext), because)
}

/// The direct message to somebody who was asked cannot be delivered: the next one is asked at once. Where none is left, the
/// requester is told, since nobody would answer.
pub fn unopened(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let Body::Call(call) = &case.engagement.body else { return Decision::default() };
    let Some(exception) = call.exception.as_ref().filter(|exception| exception.is_open()) else {
        return Decision::default();
    };
    // Of those who were asked, only the last one is waited for.
    if exception.asked.last().is_none_or(|last| last.as_str() != channel.as_str()) {
        return Decision::default();
    }
    let fact = Fact::Undeliverable { error: error.to_owned() };
    let decision = handed_on(case, call, Actor::Slack, fact);
    if decision.notices.is_empty() { nobody_left(case, call) } else { decision }
}

/// Asks the next one; changes only the clock's mark where none is left.
fn handed_on(case: &Case<'_>, call: &Call, by: Actor, fact: Fact) -> Decision {
    let mut decision = Decision::default();
    let Some(exception) = call.exception.clone() else { return decision };
    let next = pass_on(&mut decision, case, case.engagement, call, exception.clone());
    if let Some(asked) = next.as_ref().and_then(|next| next.asked.last()) {
        let because = vec![Because { rule: Rule::C12, fact }];
        let event = Event::ExceptionAsked { whom: vec![asked.clone()] };
        decision.note(case.engagement.id, case.now, by, event, because);
    }
    let exception = next.unwrap_or(CallException { next_at: None, ..exception });
    decision.change(with(case.engagement, Call { exception: Some(exception), ..call.clone() }));
    decision
}

/// Nobody who may approve can be reached: it ends, and the requester chooses again.
fn nobody_left(case: &Case<'_>, call: &Call) -> Decision {
    let mut decision = Decision::default();
    let exception = call.exception.clone().map(|exception| CallException {
        state: ExceptionState::Withdrawn,
        next_at: None,
        ..exception
    });
    decision.stop_clock(case.engagement.id, ClockKind::ExceptionNext);
    let engagement = with(case.engagement, Call { exception, ..call.clone() });
    let change = Change::ExceptionUnreachable;
    decision.tell_requester(&engagement, What::ChangedToRequester { change });
    let because = vec![Because { rule: Rule::C12, fact: Fact::NoPm { place: engagement.place.clone() } }];
    decision.note(engagement.id, case.now, Actor::Slack, Event::ExceptionEnded, because);
    decision.change(engagement);
    decision
}

/// The requester takes another way, or the call ends: nobody is asked any longer.
pub(in crate::domain::decide) fn withdraw(call: &mut Call, decision: &mut Decision, engagement: &Engagement) {
    if let Some(exception) = call.exception.as_mut().filter(|exception| exception.is_open()) {
        exception.state = ExceptionState::Withdrawn;
        exception.next_at = None;
        decision.stop_clock(engagement.id, ClockKind::ExceptionNext);
    }
}

/// The start came first (C12). Tells the requester where somebody was asked.
pub(super) fn lapse(call: &mut Call, decision: &mut Decision, engagement: &Engagement) {
    if let Some(exception) = call.exception.as_mut().filter(|exception| exception.is_open()) {
        exception.state = ExceptionState::Lapsed;
        exception.next_at = None;
        let change = Change::ExceptionLapsed;
        decision.tell_requester(engagement, What::ChangedToRequester { change });
    }
}

/// Asks the first who was not asked yet, and says when the next one is; `None` where nobody is left.
fn pass_on(
    decision: &mut Decision,
    case: &Case<'_>,
    engagement: &Engagement,
    call: &Call,
    mut exception: CallException,
) -> Option<CallException> {
    let mut left = home::approvers(&case.policy.org, engagement, case.now)
        .into_iter()
        .filter(|approver| !exception.asked.contains(approver));
    let whom = left.next()?;
    let is_another_left = left.next().is_some();
    exception.asked.push(whom.clone());
    exception.next_at = is_another_left.then(|| {
        // As long as a PM has for an answer, and never more than half of what is left.
        let patience = case.policy.rules.reply.within.span();
        case.now + patience.min((call.start - case.now) / 2)
    });
    match exception.next_at {
        Some(at) => decision.set_clock(engagement.id, ClockKind::ExceptionNext, at),
        None => decision.stop_clock(engagement.id, ClockKind::ExceptionNext),
    }
    decision.tell(engagement, Address::Direct { user: whom.clone() }, What::ExceptionAsked { whom });
    Some(exception)
}

/// The step of somebody who may decide upon an exception that is open.
fn as_approver<'a>(case: &'a Case<'a>, by: &UserId) -> Result<Step<'a>, Box<Decision>> {
    let engagement = case.engagement;
    let refuse = |refusal| Err(Box::new(Decision::refuse(refusal)));
    let Some(step) = Step::of(case, by) else { return Err(Box::new(not_now(case))) };
    let Some(exception) = &step.call.exception else { return Err(Box::new(not_now(case))) };
    let may =
        exception.asked.contains(by) || home::approvers(&case.policy.org, engagement, case.now).contains(by);
    if !may || *by == engagement.requester {
        let who = Role::Approvers(engagement.place.clone());
        return refuse(Refusal::NotYours { engagement: engagement.id, who, is_requester: false });
    }
    match exception.state {
        ExceptionState::Asked if engagement.state != State::Draft => Err(Box::new(not_now(case))),
        ExceptionState::Asked if step.call.start <= case.now => {
            refuse(Refusal::NotNow { engagement: engagement.id, state: State::Lapsed })
        }
        ExceptionState::Asked => Ok(step),
        ExceptionState::Approved | ExceptionState::Declined | ExceptionState::Withdrawn => {
            Err(Box::new(stands(engagement, exception)))
        }
        ExceptionState::Lapsed => Err(Box::new(not_now(case))),
    }
}

/// It was decided, or is being decided, already.
fn stands(engagement: &Engagement, exception: &CallException) -> Decision {
    let by = exception.decided_by.clone().or_else(|| exception.asked.last().cloned());
    Decision::refuse(Refusal::ExceptionStands { engagement: engagement.id, by, state: exception.state })
}

fn settle(step: &mut Step<'_>, state: ExceptionState) {
    let by = step.by.clone();
    step.decision.stop_clock(step.engagement.id, ClockKind::ExceptionNext);
    if let Some(exception) = &mut step.call.exception {
        exception.state = state;
        exception.decided_by = Some(by);
        exception.next_at = None;
    }
}

fn with(engagement: &Engagement, call: Call) -> Engagement {
    Engagement { body: Body::Call(Box::new(call)), ..engagement.clone() }
}

/// When the next one who may approve is asked.
pub(in crate::domain::decide) fn next_at(call: &Call) -> Option<DateTime<Utc>> {
    call.exception.as_ref().filter(|exception| exception.is_open()).and_then(|exception| exception.next_at)
}
