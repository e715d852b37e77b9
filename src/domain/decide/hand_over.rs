//! Whoever cannot go on hands over what they own: an ask, an inquiry or a call to cover, the next PM on duty, or the stage PM,
//! its clock running on; a question taken by an SME goes back to all of its area's. Whoever is away may have named somebody.
//!
//! Pure, and once: what has another owner by now is left alone. Where nobody can take over nothing changes, so that it is handed
//! over as soon as the directory names somebody; of whoever is away, the leads are told.

mod away;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Case, asker_left, call, inquiry, question};
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::org::{Org, Policy};
use crate::domain::reason::{Because, Fact, Gone, Reason, Rule};

/// Somebody who hands over, and why.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// Who.
    pub who: &'a UserId,
    /// Why.
    pub why: Gone,
}

impl From<'_> {
    /// The reason, for the timeline.
    pub(super) fn because(&self, rule: Rule) -> Because {
        Because { rule, fact: Fact::Gone { who: self.who.clone(), why: self.why } }
    }

    /// Where it was seen.
    pub(super) fn actor(&self) -> Actor {
        match self.why {
            Gone::Left => Actor::Slack,
            Gone::Unlisted => Actor::Directory,
            Gone::Away { .. } => Actor::Person(self.who.clone()),
        }
    }
}

/// Why this owner cannot go on, if they cannot: Slack says that they left, or the directory named them and does no longer.
pub fn why_gone(org: &Org, owner: &UserId, unlisted: &BTreeSet<UserId>) -> Option<Gone> {
    if org.person(owner).is_some_and(|person| person.is_gone) {
        return Some(Gone::Left);
    }
    (unlisted.contains(owner) && !org.has_role(owner)).then_some(Gone::Unlisted)
}

/// Whether there is nobody to whom it could go.
pub fn has_no_way(policy: &Policy, engagement: &Engagement, from: &UserId, now: DateTime<Utc>) -> bool {
    is_handed(engagement) && goes_to_a_pm(engagement) && successor(policy, engagement, from, now).is_none()
}

/// Hands it over.
pub fn hand_over(case: &Case<'_>, from: From<'_>) -> Decision {
    let engagement = case.engagement;
    if engagement.owner.as_ref() != Some(from.who) && engagement.requester == *from.who {
        return if from.why == Gone::Left { asker_left::asker_left(case) } else { Decision::default() };
    }
    if engagement.owner.as_ref() != Some(from.who) || !is_handed(engagement) {
        return Decision::default();
    }
    if let Gone::Away { until } = from.why {
        return away::hand_over(case, from, until);
    }
    if !goes_to_a_pm(engagement) {
        return back_to_all(case, from);
    }
    match successor(case.policy, engagement, from.who, case.now) {
        Some(to) => to_the_next(case, from, &to),
        None => Decision::default(),
    }
}

/// A PM's has another owner.
fn to_the_next(case: &Case<'_>, from: From<'_>, to: &UserId) -> Decision {
    match &case.engagement.body {
        Body::Inquiry(_) => inquiry::handed_over(case, from, to),
        Body::Call(_) => call::handed_over(case, from, to),
        Body::PmAsk(_) | Body::Question(_) => to_next_pm(case, from, to),
    }
}

/// Whether somebody still owes a step in it. A draft is its author's: nobody was asked yet.
fn is_handed(engagement: &Engagement) -> bool {
    matches!(engagement.state, State::Open | State::Taken)
}

fn goes_to_a_pm(engagement: &Engagement) -> bool {
    match engagement.body {
        Body::Question(_) => false,
        Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => true,
    }
}

/// Who has it next: whom the owner named for their absence, the place's cover, the next PM on duty of its group or area, the
/// stage PM. Advice is the product leader's first (D3). Nobody owes themselves an answer, and nobody is asked for a call that
/// begins while they are away.
pub fn successor(
    policy: &Policy,
    engagement: &Engagement,
    from: &UserId,
    now: DateTime<Utc>,
) -> Option<UserId> {
    let org = &policy.org;
    let is_away = org.away(from, now).is_some();
    let can = |user: &UserId| {
        (user != from || is_away) && *user != engagement.requester && org.person(user).is_some()
    };
    let place = engagement.place.as_ref().and_then(|id| org.place(id));
    let area = engagement.area.as_ref().and_then(|key| org.area(key));
    let leader = place.and_then(|place| place.leader.as_ref());
    let leader = leader.filter(|_| engagement.reason == Some(Reason::Advice));
    let (of_area, start) = match &engagement.body {
        Body::Inquiry(_) => (area, now),
        Body::Call(call) => (None, call.start),
        Body::PmAsk(_) | Body::Question(_) => (None, now),
    };
    let known = std::iter::once(from)
        .chain(leader)
        .chain(place.into_iter().flat_map(|place| place.cover.iter().chain(&place.pms)))
        .chain(of_area.into_iter().flat_map(|area| &area.pms))
        .chain(place.and_then(|place| place.stage_pm.as_ref()));
    org.on_duty(known, can, &[now, start]).who
}

/// An ask of a PM has another owner, who is told in its thread; its requester hears once. Its one reminder is left as it is.
fn to_next_pm(case: &Case<'_>, from: From<'_>, to: &UserId) -> Decision {
    let mut ask = case.engagement.clone();
    let mut decision = Decision::default();
    is_next(&mut ask, from, to);
    let event = Event::Handed { to: to.clone() };
    decision.note(ask.id, case.now, from.actor(), event, vec![from.because(Rule::A12)]);
    decision.card(&ask, false);
    decision.tell_thread(&ask, told(from, to));
    let change = Change::HandedOver { from: from.who.clone(), to: Some(to.clone()), why: from.why };
    decision.tell_requester(&ask, What::ChangedToRequester { change });
    decision.change(ask);
    decision
}

/// Why it is who it is: the next one's turn, in place of the one before.
pub(super) fn is_next(engagement: &mut Engagement, from: From<'_>, to: &UserId) {
    engagement.owner = Some(to.clone());
    if let Gone::Away { until } = from.why {
        let fact = Fact::Covers { by: to.clone(), pm: from.who.clone(), until };
        engagement.because.retain(|because| !because.fact.chooses_owner());
        return engagement.because.push(Because { rule: Rule::B3, fact });
    }
    for because in &mut engagement.because {
        if let Fact::PmOnDuty { pm } | Fact::PmMentioned { pm } = &because.fact
            && pm == from.who
        {
            because.fact = Fact::PmOnDuty { pm: to.clone() };
        }
    }
}

/// What the next one is told in the thread.
pub(super) fn told(from: From<'_>, to: &UserId) -> What {
    What::HandedOver { from: from.who.clone(), to: Some(to.clone()), why: from.why, leads: Vec::new() }
}

/// A question that its taker cannot go on with is open again, for all SMEs of its area; the leads and the requester are told.
fn back_to_all(case: &Case<'_>, from: From<'_>) -> Decision {
    let mut question = case.engagement.clone();
    if question.state != State::Taken {
        return Decision::default();
    }
    let mut decision = Decision::default();
    question.state = State::Open;
    question.owner = None;
    question::begin_anew(&mut question);
    decision.stop_clock(question.id, ClockKind::TakenSilent);
    let due = case.now + case.policy.rules.sme.take_within.span();
    decision.set_clock(question.id, ClockKind::TakeBy, due);
    let because = vec![from.because(Rule::A8)];
    decision.note(question.id, case.now, from.actor(), Event::HandedBack, because);
    decision.card(&question, false);
    let leads = leads_of(case, from.who);
    let what = What::HandedOver { from: from.who.clone(), to: None, why: from.why, leads };
    decision.tell_thread(&question, what);
    let change = Change::HandedOver { from: from.who.clone(), to: None, why: from.why };
    decision.tell_requester(&question, What::ChangedToRequester { change });
    decision.change(question);
    decision
}

/// The leads who are there, to find somebody.
fn leads_of(case: &Case<'_>, from: &UserId) -> Vec<UserId> {
    let (org, engagement) = (&case.policy.org, case.engagement);
    let of_place = || org.place(engagement.place.as_ref()?)?.area.as_ref();
    let area = engagement.area.as_ref().or_else(of_place).and_then(|key| org.area(key));
    let leads = area.into_iter().flat_map(|area| &area.leads);
    leads.filter(|lead| *lead != from && org.away(lead, case.now).is_none()).cloned().collect()
}
