//! Whoever cannot go on hands over what they own: an ask, an inquiry or a call to cover, the next PM on duty, or the stage PM,
//! its clock running on; a question taken by an SME goes back to all of its area's.
//!
//! Pure, and once: what has another owner by now is left alone. Where nobody can take over nothing changes, so that it is handed
//! over as soon as the directory names somebody.

use std::collections::BTreeSet;

use super::{Case, call, inquiry, question};
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
pub fn has_no_way(policy: &Policy, engagement: &Engagement, from: &UserId) -> bool {
    is_handed(engagement) && goes_to_a_pm(engagement) && successor(policy, engagement, from).is_none()
}

/// Hands it over.
pub fn hand_over(case: &Case<'_>, from: From<'_>) -> Decision {
    let engagement = case.engagement;
    if engagement.owner.as_ref() != Some(from.who) || !is_handed(engagement) {
        return Decision::default();
    }
    if !goes_to_a_pm(engagement) {
        return back_to_all(case, from);
    }
    let Some(to) = successor(case.policy, engagement, from.who) else { return Decision::default() };
    match &engagement.body {
        Body::Inquiry(_) => inquiry::handed_over(case, from, &to),
        Body::Call(_) => call::handed_over(case, from, &to),
        Body::PmAsk(_) | Body::Question(_) => to_next_pm(case, from, &to),
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

/// Who has it next: the place's cover, the next PM on duty of its group or area, the stage PM. Advice is the product leader's
/// first (D3). Nobody owes themselves an answer.
pub fn successor(policy: &Policy, engagement: &Engagement, from: &UserId) -> Option<UserId> {
    let org = &policy.org;
    let can = |user: &&UserId| {
        *user != from
            && **user != engagement.requester
            && org.person(user).is_some_and(|person| !person.is_gone && !person.is_bot)
    };
    let place = engagement.place.as_ref().and_then(|id| org.place(id));
    let area = engagement.area.as_ref().and_then(|key| org.area(key));
    let is_inquiry = matches!(engagement.body, Body::Inquiry(_));
    let leader = place.and_then(|place| place.leader.as_ref());
    let leader = leader.filter(|_| engagement.reason == Some(Reason::Advice));
    let of_area = area.filter(|_| is_inquiry);
    leader
        .into_iter()
        .chain(place.into_iter().flat_map(|place| place.cover.iter().chain(&place.pms)))
        .chain(of_area.into_iter().flat_map(|area| &area.pms))
        .chain(place.and_then(|place| place.stage_pm.as_ref()))
        .find(can)
        .cloned()
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
    let area = question.area.as_ref().and_then(|key| case.policy.org.area(key));
    let leads: Vec<UserId> = area.map(|area| area.leads.clone()).unwrap_or_default();
    let leads = leads.into_iter().filter(|lead| lead != from.who).collect();
    let what = What::HandedOver { from: from.who.clone(), to: None, why: from.why, leads };
    decision.tell_thread(&question, what);
    let change = Change::HandedOver { from: from.who.clone(), to: None, why: from.why };
    decision.tell_requester(&question, What::ChangedToRequester { change });
    decision.change(question);
    decision
}
