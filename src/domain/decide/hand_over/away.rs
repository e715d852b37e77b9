//! Whoever is away hands over what waits for them; they come back, and so do promises that they gave.
//!
//! Before an absence has begun nothing changes hands. A call that was promised never does in silence: its PM and its requester
//! are told, and choose. Where nobody stands in it stays whose it is, and the leads are told, once.

use chrono::{DateTime, NaiveDate, Utc};

use super::{From, back_to_all, leads_of, successor, to_the_next, told};
use crate::domain::absence::Absence;
use crate::domain::decide::{Case, question};
use crate::domain::decision::{Decision, Event};
use crate::domain::engagement::call::{Call, CallStatus};
use crate::domain::engagement::{Body, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Change, What};
use crate::domain::reason::{Because, Fact, Rule};

/// Hands over what is theirs and live.
pub(super) fn hand_over(case: &Case<'_>, from: From<'_>, until: NaiveDate) -> Decision {
    let engagement = case.engagement;
    if let Body::Call(call) = &engagement.body
        && let Some(start) = promised(call, from.who)
    {
        return tell_of_promise(case, from, (start, until));
    }
    let Some(absence) = case.policy.org.away(from.who, case.now) else { return Decision::default() };
    if matches!(engagement.body, Body::Question(_)) {
        return question_of(case, from, absence);
    }
    match successor(case.policy, engagement, from.who, case.now) {
        Some(to) => to_the_next(case, from, &to),
        None => nobody_covers(case, from, until),
    }
}

/// A question whose taker is away: their cover's, where that is an SME of its area; else open again, for all of them.
fn question_of(case: &Case<'_>, from: From<'_>, absence: &Absence) -> Decision {
    let question = case.engagement;
    let org = &case.policy.org;
    let is_sme = |user: &UserId| {
        *user != question.requester && question.area.as_ref().is_some_and(|area| org.is_sme(user, area))
    };
    match org.named_cover(absence, is_sme, &[case.now]) {
        Some(to) if question.state == State::Taken => to_cover(case, from, &to),
        Some(_) | None => back_to_all(case, from),
    }
}

fn to_cover(case: &Case<'_>, from: From<'_>, to: &UserId) -> Decision {
    let mut question = case.engagement.clone();
    let mut decision = Decision::default();
    question::take(&mut question, to, case.policy, case.now, &mut decision);
    let event = Event::Handed { to: to.clone() };
    decision.note(question.id, case.now, from.actor(), event, vec![from.because(Rule::A8)]);
    decision.card(&question, false);
    decision.tell_thread(&question, told(from, to));
    let change = Change::HandedOver { from: from.who.clone(), to: Some(to.clone()), why: from.why };
    decision.tell_requester(&question, What::ChangedToRequester { change });
    decision.change(question);
    decision
}

/// Nobody stands in: it stays whose it is, and the leads and whoever asked are told, once.
fn nobody_covers(case: &Case<'_>, from: From<'_>, until: NaiveDate) -> Decision {
    let who = from.who.clone();
    let reason = Because { rule: Rule::B3, fact: Fact::NobodyCovers { pm: who.clone(), until } };
    let mut engagement = case.engagement.clone();
    if engagement.because.contains(&reason) {
        return Decision::default();
    }
    let mut decision = Decision::default();
    engagement.because.retain(|because| !because.fact.chooses_owner());
    engagement.because.push(reason.clone());
    decision.note(engagement.id, case.now, from.actor(), Event::NobodyCovers, vec![reason]);
    decision.card(&engagement, false);
    let leads = leads_of(case, from.who);
    decision.tell_thread(&engagement, What::NobodyCovers { who: who.clone(), until, leads });
    // The asker of an inquiry reads its thread.
    if !matches!(engagement.body, Body::Inquiry(_)) {
        let change = Change::NobodyCovers { who, until };
        decision.tell_requester(&engagement, What::ChangedToRequester { change });
    }
    decision.change(engagement);
    decision
}

/// When this person promised, or proposed, to come.
fn promised(call: &Call, who: &UserId) -> Option<DateTime<Utc>> {
    match &call.status {
        CallStatus::Confirmed { by } => (by == who).then_some(call.start),
        CallStatus::Proposed { by, start } => (by == who).then_some(*start),
        CallStatus::Asked
        | CallStatus::ContextMissing { .. }
        | CallStatus::Declined { .. }
        | CallStatus::Cancelled { .. }
        | CallStatus::Held
        | CallStatus::Lapsed => None,
    }
}

/// A promise that falls into the absence stays a promise: its PM and its requester are told, once, and choose.
fn tell_of_promise(case: &Case<'_>, from: From<'_>, (start, until): (DateTime<Utc>, NaiveDate)) -> Decision {
    let reason = from.because(Rule::C11);
    let falls_into = case.policy.org.away(from.who, start).is_some();
    if !falls_into || case.engagement.because.contains(&reason) {
        return Decision::default();
    }
    let mut call = case.engagement.clone();
    let mut decision = Decision::default();
    call.because.push(reason.clone());
    decision.note(call.id, case.now, from.actor(), Event::PromisedWhileAway, vec![reason]);
    let what = What::CallWhileAway { who: from.who.clone(), until };
    decision.tell(&call, Address::Direct { user: from.who.clone() }, what.clone());
    decision.tell_requester(&call, what);
    decision.change(call);
    decision
}
