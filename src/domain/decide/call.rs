//! Deciding about a PM on a customer call (section C): asked, answered, moved, cancelled, reminded, held.
//!
//! A call below the notice limit is never posted; it stays a draft with the earliest slot (C1). A call that ended has no
//! clock left (C11). Roles are checked here, on use, since Slack shows buttons to all.

mod answer;
mod change;
mod clocks;
mod draft;
mod exception;
mod handed;
mod home;
mod opening;
mod oversee;
mod step;

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

pub use clocks::due;
pub(super) use clocks::{replan, schedule};
pub(super) use handed::handed_over;
pub use home::{pm_zone, undeliverable};
pub use opening::{Opening, open};

use super::Case;
use crate::domain::command::{Act, Action};
use crate::domain::decision::Decision;
use crate::domain::engagement::State;
use crate::domain::refusal::Refusal;

/// What follows when somebody presses a button of a call, or sends its form. *Ask an SME instead* on a draft is the
/// caller's, who opens the question; here it is refused like every action of another kind of engagement.
pub fn act(case: &Case<'_>, act: &Act) -> Decision {
    let by = &act.by;
    match &act.action {
        Action::ConfirmCall => step::as_pm(case, by, answer::confirm),
        Action::DeclineCall { why } => step::as_pm(case, by, |step| answer::decline(step, why)),
        Action::ProposeTime { start } => step::as_pm(case, by, |step| answer::propose(step, *start)),
        Action::MissingContext { what } => step::as_pm(case, by, |step| answer::context_missing(step, what)),
        Action::NotMine { to } => step::as_pm(case, by, |step| answer::not_mine(step, to)),
        Action::AcceptProposal => step::as_requester(case, by, change::accept),
        Action::AddDetail { text } => step::as_requester(case, by, |step| change::add_detail(step, text)),
        Action::Reschedule { start, why } => {
            step::as_either(case, by, |step| change::reschedule(step, *start, why.as_deref()))
        }
        Action::CancelCall { why } => step::as_either(case, by, |step| change::cancel(step, why)),
        Action::AddAgenda { link } => step::as_either(case, by, |step| change::add_agenda(step, link)),
        Action::Withdraw if case.engagement.state == State::Draft => {
            step::as_drafter(case, by, draft::discard)
        }
        Action::Withdraw => step::as_requester(case, by, |step| change::cancel(step, "")),
        Action::UseSlot { start } => step::as_drafter(case, by, |step| draft::use_slot(step, *start)),
        Action::Discard => step::as_drafter(case, by, draft::discard),
        Action::AskException { why } => step::as_drafter(case, by, |step| exception::ask(step, why)),
        Action::ApproveException => exception::approve(case, by),
        Action::DeclineException { why } => exception::decline(case, by, why),
        Action::Close { why } => step::as_overseer(case, by, |step| oversee::close(step, why)),
        Action::Reassign { to } => step::as_overseer(case, by, |step| oversee::reassign(step, to)),
        Action::Take
        | Action::HandBack
        | Action::AskPm { .. }
        | Action::Answered
        | Action::Move { .. }
        | Action::NotSolved { .. }
        | Action::Solved
        | Action::PickPlace { .. }
        | Action::Post { .. }
        | Action::AskSmes
        | Action::AboutProduct { .. }
        | Action::Seen
        | Action::RedirectToSmes
        | Action::WaitOnSme { .. }
        | Action::AnsweredElsewhere { .. }
        | Action::NotAQuestion
        | Action::AskAgain { .. } => not_now(case),
    }
}

/// That makes no sense in this state, or for a call.
fn not_now(case: &Case<'_>) -> Decision {
    Decision::refuse(Refusal::NotNow { engagement: case.engagement.id, state: case.engagement.state })
}
