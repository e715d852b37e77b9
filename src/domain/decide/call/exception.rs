//! Exceptions to a call's notice (C12): what a yes leads to, for a call that waits as a draft and for one that stands and is to
//! move. Who is asked and how it ends otherwise is `decide::exception`'s.

use chrono::{DateTime, Utc};

use super::change;
use super::home::{self, Target};
use super::opening;
use super::step::Step;
use super::{clocks, not_now};
use crate::domain::call_notice::{CallNotice, assess};
use crate::domain::command::ClockKind;
use crate::domain::decide::{Case, exception};
use crate::domain::decision::{Decision, Done, Event, Reply};
use crate::domain::engagement::call::StoredCallRules;
use crate::domain::engagement::{Body, Call, Engagement, ExceptionState, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// *Ask for an exception*: the first who may approve is asked, and only they.
pub(super) fn ask(mut step: Step<'_>, why: &str) -> Decision {
    let wanted = exception::Wanted { start: step.call.start, why, moves_from: None };
    match exception::ask(&mut step.decision, step.case, &wanted, step.call.exception.as_ref()) {
        Ok(asked) => step.call.exception = Some(asked),
        Err(refusal) => return Decision::refuse(refusal),
    }
    step.decision.reply = Reply::Draft { engagement: step.engagement.id };
    step.finish()
}

/// A call that stands is to move below its notice: it stays as it is until somebody who may approves (C1, C12).
pub(super) fn ask_to_move(mut step: Step<'_>, start: DateTime<Utc>, why: &str) -> Decision {
    let mut decision = Decision::default();
    if step.call.moving.as_ref().is_some_and(|before| before.start != start) {
        exception::withdraw(step.call.moving.as_mut(), &mut decision, &step.engagement);
    }
    let wanted = exception::Wanted { start, why, moves_from: Some(step.call.start) };
    match exception::ask(&mut decision, step.case, &wanted, step.call.moving.as_ref()) {
        Ok(asked) => step.call.moving = Some(asked),
        Err(refusal) => return Decision::refuse(refusal),
    }
    let engagement = Engagement { body: Body::Call(Box::new(step.call)), ..step.engagement };
    decision.reply = Reply::Done { engagement: engagement.id, done: Done::ExceptionAsked };
    decision.change(engagement);
    decision
}

/// *Approve*: the call goes its ordinary way, flagged; or it moves.
pub(super) fn approve(case: &Case<'_>, by: &UserId) -> Decision {
    if let Err(refused) = exception::to_decide(case, by) {
        return *refused;
    }
    match Step::of(case, by) {
        Some(step) if step.call.moving.is_some() => approve_move(step),
        Some(step) => approve_call(step),
        None => not_now(case),
    }
}

fn approve_call(mut step: Step<'_>) -> Decision {
    let (policy, now) = (step.case.policy, step.now());
    let place = step.engagement.place.as_ref().and_then(|id| policy.org.place(id));
    let target = place.and_then(|place| {
        Target::of(&policy.org, place, &step.engagement.requester, &[now, step.call.start])
    });
    let Some(target) = target else {
        let place = step.engagement.place.clone();
        return place
            .map_or_else(|| step.not_now(), |place| Decision::refuse(Refusal::NowhereToSend { place }));
    };
    let rules = &policy.rules.call;
    step.call.notice_seconds = seconds_until(&step, step.call.start);
    step.call.second_day = false;
    step.call.rules = StoredCallRules::from(rules);
    // The agenda's time may be over before anybody could have kept it: nobody is told that they missed it.
    step.call.agenda_missed = clocks::agenda_deadline(&step.call) <= now;
    let as_approved = (ExceptionState::Approved, &step.by);
    if let Some(asked) = &mut step.call.exception {
        exception::settle(asked, &mut step.decision, &step.engagement, as_approved);
    }
    step.decision.stop_clock(step.engagement.id, ClockKind::DraftLapse);
    let approved = flagged(&mut step);
    step.engagement.because.push(approved);
    let by = step.by;
    let engagement =
        opening::send(step.engagement, step.call, target, (&policy.org, now), &mut step.decision);
    told(engagement, step.decision, by)
}

/// It moves to where it may not by itself. Whoever said yes to another time is asked again, unless the approval is theirs.
fn approve_move(mut step: Step<'_>) -> Decision {
    let Some(mut moving) = step.call.moving.take() else { return step.not_now() };
    let (from, start) = (step.call.start, moving.start);
    exception::settle(
        &mut moving,
        &mut step.decision,
        &step.engagement,
        (ExceptionState::Approved, &step.by),
    );
    step.call.notice_seconds = seconds_until(&step, start);
    step.call.second_day = false;
    step.call.exception = Some(moving);
    if !change::is_promised_by(&step.call, &step.by) {
        step.ask_again();
    }
    change::move_to(&mut step, start);
    let approved = flagged(&mut step);
    let moved = Because { rule: Rule::C11, fact: approved.fact.clone() };
    step.note_because(Event::Rescheduled { from, to: start }, vec![moved]);
    step.engagement.because.retain(|because| !matches!(because.fact, Fact::ExceptionApproved { .. }));
    step.engagement.because.push(approved);
    let by = step.engagement.requester.clone();
    step.tell_owner(Change::Rescheduled { by, from, to: start });
    let (by, engagement) = (step.by.clone(), step.engagement.id);
    step.tell_requester(Change::ExceptionApproved { by });
    let mut decision = step.finish();
    decision.reply = Reply::Done { engagement, done: Done::ExceptionApproved };
    decision
}

/// Keeps on the timeline who let it pass; the reason.
fn flagged(step: &mut Step<'_>) -> Because {
    let approved = Because { rule: Rule::C12, fact: Fact::ExceptionApproved { by: step.by.clone() } };
    step.note_because(Event::ExceptionApproved, vec![approved.clone()]);
    approved
}

fn told(engagement: Engagement, mut decision: Decision, by: UserId) -> Decision {
    let change = Change::ExceptionApproved { by };
    decision.tell_requester(&engagement, What::ChangedToRequester { change });
    decision.reply = Reply::Done { engagement: engagement.id, done: Done::ExceptionApproved };
    decision.change(engagement);
    decision
}

fn seconds_until(step: &Step<'_>, start: DateTime<Utc>) -> i64 {
    let policy = step.case.policy;
    let rules = &policy.rules.call;
    let calendar = home::pm_calendar(&policy.org, &step.engagement);
    match assess(step.now(), start, rules.mode, rules.notice.span(), &calendar) {
        CallNotice::Enough { seconds, .. } | CallNotice::TooSoon { seconds, .. } => seconds,
        CallNotice::InThePast => 0,
    }
}

/// *Decline*: a draft waits for another start, with the earliest one as of now; a call that stands stays as it is.
pub(super) fn decline(case: &Case<'_>, by: &UserId, why: &str) -> Decision {
    exception::decline(case, by, why, |engagement| {
        let calendar = home::pm_calendar(&case.policy.org, engagement);
        let rules = &case.policy.rules.call;
        let Body::Call(call) = &mut engagement.body else { return };
        let start = call.start;
        // What was the earliest when it was asked may have passed.
        if let (State::Draft, CallNotice::TooSoon { earliest, .. }) =
            (case.engagement.state, assess(case.now, start, rules.mode, rules.notice.span(), &calendar))
        {
            call.earliest = Some(earliest);
        }
    })
}

/// Another way is taken, or the call ends.
pub(super) fn withdraw(call: &mut Call, decision: &mut Decision, engagement: &Engagement) {
    exception::withdraw(call.moving.as_mut(), decision, engagement);
    exception::withdraw(call.exception.as_mut(), decision, engagement);
}
