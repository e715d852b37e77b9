//! Placing a question elsewhere: another area (A9), another taker, or closed by whoever oversees the area.

use super::acts::{leads_of, not_now, only, pressed, smes_of};
use super::{body, may_take, take};
use crate::domain::command::ClockKind;
use crate::domain::decide::destination;
use crate::domain::decide::{Case, absence};
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Body, Engagement, Home, Question, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::PlaceId;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// How often others than the area lead may move a question (A9).
const MOVES_BY_ANYONE: u32 = 2;

/// A9: at most two moves, then the area lead; every correction is kept.
pub(super) fn move_to(case: &Case<'_>, by: &UserId, to: &PlaceId) -> Decision {
    let question = case.engagement;
    let org = &case.policy.org;
    let oversees = org.may_oversee(by, question.area.as_ref());
    let is_pm = question.place.as_ref().is_some_and(|place| org.is_pm_of(by, place));
    if !oversees && !is_pm && !may_take(question, by, case.policy) {
        return only(case, by, smes_of(question));
    }
    if !matches!(question.state, State::Open | State::Taken) {
        return not_now(question);
    }
    if question.place.as_ref() == Some(to) {
        return Decision::refuse(Refusal::SamePlace { place: to.clone() });
    }
    if question.moves >= MOVES_BY_ANYONE && !oversees {
        return leave_to_lead(case);
    }
    let Some(place) = org.place(to) else { return not_now(question) };
    // Within its area it keeps what was promised, also where that was switched off meanwhile.
    if place.area != question.area
        && let Some(area) = destination::not_on(org, place.area.as_ref(), &question.requester)
    {
        return Decision::refuse(Refusal::AreaNotOn { area });
    }
    let Some(destination) = destination::to_smes(org, Some(place), None) else {
        return Decision::refuse(Refusal::NowhereToSend { place: to.clone() });
    };
    let mut moved = question.clone();
    let mut decision = Decision::default();
    let chosen = Because { rule: Rule::A9, fact: Fact::Chosen { place: to.clone(), by: by.clone() } };
    moved.place = Some(to.clone());
    moved.area.clone_from(&destination.area);
    moved.moves += 1;
    moved.because = std::iter::once(chosen).chain(destination.because).collect();
    let stays = question.home.as_ref().is_some_and(|home| home.channel == destination.channel);
    if !stays {
        leave_card_behind(question, to, &mut decision);
        moved.home = Some(Home { channel: destination.channel, thread: None, card: None });
        moved.state = State::Open;
        moved.owner = None;
        moved.body = Body::Question(Question { no_sme_area: destination.no_sme_area, ..Question::default() });
        decision.stop_clocks(moved.id);
        let due = case.now + case.policy.rules.sme.take_within.span();
        decision.set_clock(moved.id, ClockKind::TakeBy, due);
    }
    let event = Event::Moved { from: question.place.clone(), to: to.clone() };
    decision.note(moved.id, case.now, Actor::Person(by.clone()), event, moved.because.clone());
    decision.card(&moved, !stays);
    if !stays {
        decision.tell_requester(&moved, What::MovedToRequester { to: to.clone(), by: by.clone() });
    }
    decision.change(moved);
    decision
}

fn leave_card_behind(question: &Engagement, to: &PlaceId, decision: &mut Decision) {
    if let Some(home) = &question.home
        && let Some(card) = &home.card
    {
        let address = Address::OldCard { channel: home.channel.clone(), ts: card.clone() };
        decision.tell(question, address, What::MovedAway { to: to.clone() });
    }
}

/// The third wish to move it goes to the area lead, who is told once (A9).
fn leave_to_lead(case: &Case<'_>) -> Decision {
    let mut question = case.engagement.clone();
    let mut decision = Decision::refuse(Refusal::MovedTwice { engagement: question.id });
    let mut kept = body(&question);
    if !kept.with_lead {
        kept.with_lead = true;
        question.body = Body::Question(kept);
        let leads = question.area.as_ref().and_then(|area| case.policy.org.area(area));
        let leads = leads.map(|area| area.leads.clone()).unwrap_or_default();
        decision.tell_thread(&question, What::LeadToPlace { leads });
        decision.card(&question, false);
        decision.change(question);
    }
    decision
}

pub(super) fn close(case: &Case<'_>, by: &UserId, why: &str) -> Decision {
    let mut question = case.engagement.clone();
    if !case.policy.org.may_oversee(by, question.area.as_ref()) {
        return only(case, by, leads_of(&question));
    }
    if !question.state.is_live() && question.state != State::Answered {
        return not_now(&question);
    }
    let mut decision = Decision::default();
    question.state = State::Closed;
    question.closed_at = Some(case.now);
    decision.stop_clocks(question.id);
    let event = Event::Ended { state: State::Closed, why: Some(why.to_owned()) };
    decision.note(question.id, case.now, Actor::Person(by.clone()), event, pressed(Rule::Roles, by));
    decision.card(&question, false);
    if *by != question.requester {
        let change = Change::Closed { by: by.clone(), why: why.to_owned() };
        decision.tell_requester(&question, What::ChangedToRequester { change });
    }
    decision.reply = Reply::Done { engagement: question.id, done: Done::Closed };
    decision.change(question);
    decision
}

pub(super) fn reassign(case: &Case<'_>, by: &UserId, to: &UserId) -> Decision {
    let mut question = case.engagement.clone();
    if !case.policy.org.may_oversee(by, question.area.as_ref()) {
        return only(case, by, leads_of(&question));
    }
    if !matches!(question.state, State::Open | State::Taken) {
        return not_now(&question);
    }
    if let Some(refusal) = absence::refusal_of(case.policy, to, case.now) {
        return Decision::refuse(refusal);
    }
    // Typed again, since no answer came, it is not told twice.
    if question.state == State::Taken && question.owner.as_ref() == Some(to) {
        return Decision::refuse(Refusal::AlreadyTaken { engagement: question.id, by: Some(to.clone()) });
    }
    let mut decision = Decision::default();
    take(&mut question, to, case.policy, case.now, &mut decision);
    decision.note(
        question.id,
        case.now,
        Actor::Person(by.clone()),
        Event::Handed { to: to.clone() },
        pressed(Rule::Roles, by),
    );
    decision.card(&question, false);
    decision.tell_thread(&question, What::OwnerChanged { to: to.clone(), by: by.clone() });
    decision.change(question);
    decision
}
