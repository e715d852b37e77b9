//! What its author does with a draft: chooses a place, posts it, sends it to SMEs, gives a reason, drops it.

use super::{Step, advance, end, notice};
use crate::domain::command::{Act, Action};
use crate::domain::decide::{Case, exception};
use crate::domain::decision::{Actor, Decision, Done, Reply};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// What its author does with a draft.
pub fn act(case: &Case<'_>, act: &Act) -> Decision {
    let draft = case.engagement;
    if act.action == Action::ApproveException {
        return notice::approve(case, &act.by);
    }
    if let Action::DeclineException { why } = &act.action {
        return notice::decline(case, &act.by, why);
    }
    let is_redirecting = draft.owner.as_ref() == Some(&act.by);
    if act.by != draft.requester && !is_redirecting {
        return Decision::refuse(Refusal::NotYours {
            engagement: draft.id,
            who: Role::Requester,
            is_requester: false,
        });
    }
    let mut changed = draft.clone();
    let mut step = Step {
        is_new: false,
        confirmed: false,
        offers_smes_first: false,
        policy: case.policy,
        now: case.now,
    };
    let pressed = Because { rule: Rule::Table, fact: Fact::Pressed { by: act.by.clone() } };
    match &act.action {
        Action::PickPlace { place } | Action::Move { to: place } => {
            changed.because.push(Because {
                rule: Rule::Table,
                fact: Fact::Chosen { place: place.clone(), by: act.by.clone() },
            });
            changed.area = None;
            changed.place = Some(place.clone());
        }
        Action::Post { text } => {
            if let Some(text) = text {
                text.trim().clone_into(&mut changed.text);
            }
            step.confirmed = true;
        }
        Action::AskSmes => {
            changed.reason = None;
            clear_triage(&mut changed);
            changed.because.push(pressed);
        }
        Action::AboutProduct { reason } => {
            changed.reason = Some(*reason);
            changed.because.push(pressed);
        }
        Action::Discard | Action::Withdraw => {
            let mut decision = Decision::default();
            exception::withdraw(changed.exception_mut(), &mut decision, draft);
            end(&mut changed, State::Deflected, case.now, &mut decision);
            decision.change(changed);
            decision.reply = Reply::Done { engagement: draft.id, done: Done::Discarded };
            return decision;
        }
        Action::AddDetail { text } => {
            changed.text = format!("{}\n{}", changed.text, text.trim());
        }
        Action::AskException { why } => return notice::ask_exception(case, changed, why),
        Action::UseSlot { start } => {
            return notice::otherwise(draft, changed, |changed| {
                notice::use_time(case, changed, *start, step)
            });
        }
        Action::Take
        | Action::HandBack
        | Action::AskPm { .. }
        | Action::Answered
        | Action::NotSolved { .. }
        | Action::Solved
        | Action::Seen
        | Action::NotMine { .. }
        | Action::RedirectToSmes
        | Action::WaitOnSme { .. }
        | Action::AnsweredElsewhere { .. }
        | Action::NotAQuestion
        | Action::AskAgain { .. }
        | Action::ApproveException
        | Action::DeclineException { .. }
        | Action::ConfirmCall
        | Action::DeclineCall { .. }
        | Action::ProposeTime { .. }
        | Action::AcceptProposal
        | Action::MissingContext { .. }
        | Action::Reschedule { .. }
        | Action::CancelCall { .. }
        | Action::AddAgenda { .. }
        | Action::Close { .. }
        | Action::Reassign { .. } => {
            return Decision::refuse(Refusal::NotNow { engagement: draft.id, state: draft.state });
        }
    }
    notice::otherwise(draft, changed, |changed| advance(changed, step, Actor::Person(act.by.clone())))
}

/// A call that came too soon, and whose author would rather ask SMEs: the words become a question of its own.
pub fn call_to_smes(case: &Case<'_>, act: &Act) -> Decision {
    let mut call = case.engagement.clone();
    if act.by != call.requester {
        return Decision::refuse(Refusal::NotYours {
            engagement: call.id,
            who: Role::Requester,
            is_requester: false,
        });
    }
    let mut question = call.clone();
    question.id = case.next_id;
    question.version = 0;
    question.reason = None;
    question.home = None;
    question.owner = None;
    question.parent = Some(call.id);
    question.because.retain(|because| {
        matches!(because.fact, Fact::TextNames { .. } | Fact::Chosen { .. } | Fact::AskedIn { .. })
    });
    question.because.push(Because { rule: Rule::A1, fact: Fact::Pressed { by: act.by.clone() } });
    question.body = Body::Question(crate::domain::engagement::Question::default());
    let step =
        Step { is_new: true, confirmed: false, offers_smes_first: false, policy: case.policy, now: case.now };
    let mut decision = advance(question, step, Actor::Person(act.by.clone()));
    if !decision.writes.is_empty() {
        exception::withdraw(call.exception_mut(), &mut decision, case.engagement);
        end(&mut call, State::Deflected, case.now, &mut decision);
        // The new question's clocks were set before; ending the call stops only the call's own.
        decision.change(call);
    }
    decision
}

fn clear_triage(draft: &mut Engagement) {
    if let Body::Question(question) = &mut draft.body {
        question.triage = None;
    }
}
