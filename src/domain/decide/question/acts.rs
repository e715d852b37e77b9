//! What people do with a question's buttons ("Who may do what": SME card).

use super::placing::{close, move_to, reassign};
use super::{body, may_take, take, watch_silence};
use crate::domain::command::{Act, Action, ClockKind};
use crate::domain::decide::{Case, destination, inquiry, requester};
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Engagement, State};
use crate::domain::ids::UserId;
use crate::domain::notice::What;
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// What follows from a button of a question's card, or of the requester's messages about it.
pub fn act(case: &Case<'_>, act: &Act) -> Decision {
    match &act.action {
        Action::Take => take_it(case, &act.by),
        Action::HandBack => hand_back(case, &act.by),
        Action::AskPm { text } => ask_pm(case, &act.by, text),
        Action::Answered => answered(case, &act.by),
        Action::Move { to } => move_to(case, &act.by, to),
        Action::Withdraw | Action::Discard => requester::withdraw(case, &act.by),
        Action::AddDetail { text } => requester::add_detail(case, &act.by, text),
        Action::NotSolved { why } => not_solved(case, &act.by, why.as_deref()),
        Action::Solved => solved(case, &act.by),
        Action::Close { why } => close(case, &act.by, why),
        Action::Reassign { to } => reassign(case, &act.by, to),
        // Buttons of a draft that has gone out, or has lapsed.
        Action::PickPlace { .. }
        | Action::Post { .. }
        | Action::AskSmes
        | Action::AboutProduct { .. }
        | Action::UseSlot { .. }
        | Action::Seen
        | Action::NotMine { .. }
        | Action::RedirectToSmes
        | Action::WaitOnSme { .. }
        | Action::AnsweredElsewhere { .. }
        | Action::NotAQuestion
        | Action::AskAgain { .. }
        | Action::AskException { .. }
        | Action::ApproveException
        | Action::DeclineException { .. }
        | Action::ConfirmCall
        | Action::DeclineCall { .. }
        | Action::ProposeTime { .. }
        | Action::AcceptProposal
        | Action::MissingContext { .. }
        | Action::Reschedule { .. }
        | Action::CancelCall { .. }
        | Action::AddAgenda { .. } => not_now(case.engagement),
    }
}

pub(super) fn not_now(question: &Engagement) -> Decision {
    Decision::refuse(Refusal::NotNow { engagement: question.id, state: question.state })
}

pub(super) fn only(case: &Case<'_>, by: &UserId, who: Role) -> Decision {
    Decision::refuse(Refusal::NotYours {
        engagement: case.engagement.id,
        who,
        is_requester: *by == case.engagement.requester,
    })
}

pub(super) fn smes_of(question: &Engagement) -> Role {
    question.area.clone().map_or(Role::Taker, Role::SmesOf)
}

pub(super) fn leads_of(question: &Engagement) -> Role {
    question.area.clone().map_or(Role::Admins, Role::LeadsOf)
}

pub(super) fn pressed(rule: Rule, by: &UserId) -> Vec<Because> {
    vec![Because { rule, fact: Fact::Pressed { by: by.clone() } }]
}

pub(super) fn take_it(case: &Case<'_>, by: &UserId) -> Decision {
    let mut question = case.engagement.clone();
    if !may_take(&question, by, case.policy) {
        return only(case, by, smes_of(&question));
    }
    match question.state {
        State::Open => {}
        State::Taken => {
            return Decision::refuse(Refusal::AlreadyTaken {
                engagement: question.id,
                by: question.owner.clone(),
            });
        }
        State::Draft
        | State::Answered
        | State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => return not_now(&question),
    }
    let mut decision = Decision::default();
    take(&mut question, by, case.policy, case.now, &mut decision);
    let because = pressed(Rule::A8, by);
    decision.note(question.id, case.now, Actor::Person(by.clone()), Event::Taken { by: by.clone() }, because);
    decision.card(&question, false);
    if *by != question.requester {
        decision.tell_requester(&question, What::TakenToRequester { by: by.clone() });
    }
    decision.change(question);
    decision
}

fn hand_back(case: &Case<'_>, by: &UserId) -> Decision {
    let mut question = case.engagement.clone();
    if !may_take(&question, by, case.policy) {
        return only(case, by, smes_of(&question));
    }
    if question.state != State::Taken {
        return not_now(&question);
    }
    let mut decision = Decision::default();
    question.state = State::Open;
    question.owner = None;
    decision.stop_clock(question.id, ClockKind::TakenSilent);
    let due = case.now + case.policy.rules.sme.take_within.span();
    decision.set_clock(question.id, ClockKind::TakeBy, due);
    decision.note(question.id, case.now, Actor::Person(by.clone()), Event::HandedBack, pressed(Rule::A8, by));
    decision.card(&question, false);
    decision.change(question);
    decision
}

/// B1: the SME asks the PM in the internal channel, in the SME's own words. Whoever asks works on the question.
fn ask_pm(case: &Case<'_>, by: &UserId, text: &str) -> Decision {
    let question = case.engagement;
    let org = &case.policy.org;
    let area = question.area.as_ref().and_then(|key| org.area(key));
    let is_taker = question.owner.as_ref() == Some(by);
    if !is_taker && !area.is_some_and(|area| org.is_sme(by, &area.key)) {
        return only(case, by, smes_of(question));
    }
    if !matches!(question.state, State::Open | State::Taken) {
        return not_now(question);
    }
    let Some(area) = area else {
        return Decision::refuse(Refusal::NoInternalChannel { engagement: question.id });
    };
    // A new promise of the PM's is made only where the bot is on; the question itself goes on.
    let people = [by, &question.requester];
    if !destination::is_on_for_any(org, Some(&area.key), people.into_iter()) {
        return Decision::refuse(Refusal::ClockNotOn { area: area.key.clone() });
    }
    let mut parent = question.clone();
    let mut taken = Decision::default();
    if parent.state == State::Open {
        take(&mut parent, by, case.policy, case.now, &mut taken);
        let event = Event::Taken { by: by.clone() };
        taken.note(parent.id, case.now, Actor::Person(by.clone()), event, pressed(Rule::B1, by));
        if *by != parent.requester {
            taken.tell_requester(&parent, What::TakenToRequester { by: by.clone() });
        }
    }
    let mut decision = inquiry::open(&inquiry::Opening {
        id: case.next_id,
        asker: by.clone(),
        area,
        place: parent.place.clone(),
        text: text.to_owned(),
        mentioned: Vec::new(),
        origin: question.origin.clone(),
        thread: None,
        asked_in: None,
        parent: Some(&parent),
        // `inquiry` is cleared when the inquiry ends, so whatever stands there is live.
        parent_inquiry_live: body(question).inquiry.is_some(),
        because: pressed(Rule::B1, by),
        policy: case.policy,
        now: case.now,
    });
    if !decision.is_empty() {
        decision.notices.splice(0..0, taken.notices);
        decision.clocks.splice(0..0, taken.clocks);
        decision.timeline.splice(0..0, taken.timeline);
        decision.reply = Reply::Done { engagement: case.next_id, done: Done::PmAsked };
    }
    decision
}

fn answered(case: &Case<'_>, by: &UserId) -> Decision {
    let mut question = case.engagement.clone();
    let is_requester = *by == question.requester;
    let is_taker = question.owner.as_ref() == Some(by);
    if !is_requester && !is_taker && !may_take(&question, by, case.policy) {
        return only(case, by, smes_of(&question));
    }
    if !matches!(question.state, State::Open | State::Taken) {
        return not_now(&question);
    }
    if is_requester {
        return finish(case, by, Event::Answered { by: by.clone() });
    }
    let mut decision = Decision::default();
    question.state = State::Answered;
    question.owner = Some(by.clone());
    question.answered_at = Some(case.now);
    question.answered_by = Some(by.clone());
    decision.stop_clocks(question.id);
    let close_at = case.now + case.policy.rules.engagement.close_after.span();
    decision.set_clock(question.id, ClockKind::Close, close_at);
    let event = Event::Answered { by: by.clone() };
    decision.note(question.id, case.now, Actor::Person(by.clone()), event, pressed(Rule::A8, by));
    decision.card(&question, false);
    decision.tell_requester(&question, What::AnsweredToRequester { by: by.clone() });
    decision.change(question);
    decision
}

/// The requester is content: nothing is left to do.
fn finish(case: &Case<'_>, by: &UserId, event: Event) -> Decision {
    let mut question = case.engagement.clone();
    let mut decision = Decision::default();
    question.state = State::Closed;
    question.answered_at = question.answered_at.or(Some(case.now));
    question.closed_at = Some(case.now);
    decision.stop_clocks(question.id);
    decision.note(question.id, case.now, Actor::Person(by.clone()), event, pressed(Rule::Roles, by));
    decision.card(&question, false);
    decision.reply = Reply::Done { engagement: question.id, done: Done::Closed };
    decision.change(question);
    decision
}

fn solved(case: &Case<'_>, by: &UserId) -> Decision {
    let question = case.engagement;
    if *by != question.requester {
        return only(case, by, Role::Requester);
    }
    if question.state != State::Answered {
        return not_now(question);
    }
    finish(case, by, Event::Ended { state: State::Closed, why: None })
}

/// Back to whoever answered; without one, to all SMEs of the area.
fn not_solved(case: &Case<'_>, by: &UserId, why: Option<&str>) -> Decision {
    requester::reopen(case, by, why, |question, decision| {
        question.owner.clone_from(&question.answered_by);
        if question.owner.is_some() {
            question.state = State::Taken;
            watch_silence(question, case.policy, case.now, decision);
        } else {
            question.state = State::Open;
            let due = case.now + case.policy.rules.sme.take_within.span();
            decision.set_clock(question.id, ClockKind::TakeBy, due);
        }
    })
}
