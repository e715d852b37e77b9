//! What becomes of a call by its requester or a PM: moved, cancelled, its agenda, more detail, a proposal accepted.
//!
//! Clocks follow the start; cancelling ends every one of them and tells everybody (C11).

use chrono::{DateTime, Utc};

use super::exception;
use super::home;
use super::opening::notice_because;
use super::step::Step;
use crate::domain::call_notice::{CallNotice, assess};
use crate::domain::command::ClockKind;
use crate::domain::decision::{Decision, Done, Event, Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::call::{Agenda, Call, CallStatus};
use crate::domain::engagement::{Detail, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// The call moves.
///
/// C1 asks for a new notice where the start moves earlier, C11 for every moved date: so a start that is earlier, or on
/// another date in the PM's zone, is counted anew from now; a later time on the same date is one of C1's "other edits".
/// A PM who wants less notice proposes the time instead, and the requester accepts. A requester who wants it says why it cannot
/// wait, and somebody who may is asked first (C12).
pub(super) fn reschedule(mut step: Step<'_>, start: DateTime<Utc>, why: Option<&str>) -> Decision {
    let from = step.call.start;
    if start == from {
        return Decision::default();
    }
    let mut because = vec![Because { rule: Rule::C11, fact: Fact::Pressed { by: step.by.clone() } }];
    match count_notice(&mut step, start) {
        Ok(counted) => because.extend(counted),
        Err(problem) => {
            let is_short = matches!(problem, Problem::TooSoon { .. });
            return match why.filter(|_| is_short && step.is_requesters()) {
                Some(why) => exception::ask_to_move(step, start, why),
                None => not_without_a_reason(problem, is_short && step.is_requesters()),
            };
        }
    }
    // A PM said yes to another time; and a proposal is overtaken.
    let was_proposed = matches!(step.call.status, CallStatus::Proposed { .. });
    let was_confirmed = matches!(step.call.status, CallStatus::Confirmed { .. });
    if was_proposed || (was_confirmed && step.is_requesters()) {
        step.ask_again();
    }
    exception::withdraw(&mut step.call, &mut step.decision, &step.engagement);
    move_to(&mut step, start);
    step.note_because(Event::Rescheduled { from, to: start }, because);
    let change = Change::Rescheduled { by: step.by.clone(), from, to: start };
    step.tell_owner(change.clone());
    step.tell_requester(change);
    step.finish()
}

/// Counts the notice of a moved start, where it has to be counted; the reason says what it came to.
fn count_notice(step: &mut Step<'_>, start: DateTime<Utc>) -> Result<Option<Because>, Problem> {
    let (now, from) = (step.now(), step.call.start);
    let policy = step.case.policy;
    let calendar = home::pm_calendar(&policy.org, &step.engagement);
    let is_same_date = calendar.date(start) == calendar.date(from);
    if start > now && start > from && is_same_date {
        step.call.notice_seconds += (start - from).num_seconds();
        return Ok(None);
    }
    let rules = &policy.rules.call;
    match assess(now, start, rules.mode, rules.notice.span(), &calendar) {
        CallNotice::Enough { seconds, second_day } => {
            if let Some(exception) = &mut step.call.exception {
                exception.outgrown = true;
            }
            step.call.notice_seconds = seconds;
            step.call.second_day = second_day;
            Ok(Some(notice_because(&step.call)))
        }
        // C12: an approved exception covers a later start; an earlier one needs another.
        CallNotice::TooSoon { seconds, .. }
            if start > from && step.call.exception.as_ref().is_some_and(|it| it.approver().is_some()) =>
        {
            step.call.notice_seconds = seconds;
            Ok(Some(notice_because(&step.call)))
        }
        CallNotice::TooSoon { seconds: notice_seconds, earliest } => {
            let pm_zone = home::pm_zone(&policy.org, &step.engagement);
            Err(Problem::TooSoon { notice_seconds, earliest, pm_zone })
        }
        CallNotice::InThePast => Err(Problem::InThePast),
    }
}

/// A start is chosen in a form: what is wrong with it is said at its field, where another can be chosen.
pub(super) fn at_the_start(problem: Problem) -> Decision {
    let problems = vec![FieldProblem { field: Field::Start, problem }];
    Decision { reply: Reply::Form(problems), ..Decision::default() }
}

/// A start that is too soon, with what its requester may do about it where they are.
fn not_without_a_reason(problem: Problem, may_say_why: bool) -> Decision {
    let start = FieldProblem { field: Field::Start, problem };
    let why = FieldProblem { field: Field::Text, problem: Problem::NeedsWhy };
    let problems = std::iter::once(start).chain(may_say_why.then_some(why)).collect();
    Decision { reply: Reply::Form(problems), ..Decision::default() }
}

/// The requester accepts the proposed time. The PM chose it, so no notice is asked for.
pub(super) fn accept(mut step: Step<'_>) -> Decision {
    let CallStatus::Proposed { start, by } = step.call.status.clone() else { return step.not_now() };
    let (now, from) = (step.now(), step.call.start);
    if start <= now {
        return Decision::refuse(Refusal::InThePast);
    }
    step.call.status = CallStatus::Confirmed { by: by.clone() };
    step.call.notice_seconds = (start - step.engagement.asked_at).num_seconds();
    step.call.second_day = false;
    step.engagement.state = State::Taken;
    step.engagement.taken_at = Some(now);
    step.engagement.owner = Some(by.clone());
    exception::withdraw(&mut step.call, &mut step.decision, &step.engagement);
    move_to(&mut step, start);
    step.note(Event::Rescheduled { from, to: start });
    let confirmed = vec![Because { rule: Rule::Roles, fact: Fact::Pressed { by } }];
    step.note_because(Event::CallConfirmed, confirmed);
    step.tell_owner(Change::Accepted { by: step.by.clone(), start });
    step.finish()
}

/// The start, and with it the agenda's reminders where its time is ahead again, and the clocks.
pub(super) fn move_to(step: &mut Step<'_>, start: DateTime<Utc>) {
    step.call.start = start;
    if super::clocks::agenda_deadline(&step.call) > step.now() {
        step.call.agenda_asked = false;
        step.call.agenda_missed = false;
    } else {
        // The PM chose a start so near that nobody could have kept the agenda's time: nobody is told that they missed it.
        step.call.agenda_missed = true;
    }
    step.schedule();
}

/// Whether it is this person who said that they come.
pub(super) fn is_promised_by(call: &Call, user: &UserId) -> bool {
    matches!(&call.status, CallStatus::Confirmed { by } if by == user)
}

/// The call is off.
pub(super) fn cancel(mut step: Step<'_>, why: &str) -> Decision {
    let (by, why) = (step.by.clone(), why.to_owned());
    step.end(State::Withdrawn, CallStatus::Cancelled { by: by.clone(), why: why.clone() });
    let said = (!why.trim().is_empty()).then(|| why.clone());
    step.note(Event::Ended { state: State::Withdrawn, why: said });
    let change = Change::Cancelled { by, why };
    step.tell_owner(change.clone());
    step.tell_requester(change);
    if step.is_requesters() { step.finish_with(Done::Withdrawn) } else { step.finish() }
}

/// The agenda is there (C6): its reminders end. Only a PM who was told that it is missing is mentioned.
pub(super) fn add_agenda(mut step: Step<'_>, link: &str) -> Decision {
    let (by, link) = (step.by.clone(), link.to_owned());
    step.call.agenda = Some(Agenda { link: link.clone(), by: by.clone(), at: step.now() });
    step.decision.stop_clock(step.engagement.id, ClockKind::AgendaAsk);
    step.decision.stop_clock(step.engagement.id, ClockKind::AgendaMissed);
    step.note(Event::AgendaAdded { link: link.clone() });
    let was_missed = step.call.agenda_missed;
    let mention = step.engagement.owner.clone().filter(|owner| was_missed && *owner != by);
    let change = Change::AgendaAdded { by, link };
    step.decision.tell_thread(&step.engagement, What::CallChanged { change, mention });
    step.finish_with(Done::AgendaAdded)
}

/// The requester adds something; where a PM asked for context, it is the PM's turn again.
pub(super) fn add_detail(mut step: Step<'_>, text: &str) -> Decision {
    let (by, text) = (step.by.clone(), text.trim().to_owned());
    if text.is_empty() {
        return Decision::refuse(Refusal::Empty);
    }
    step.engagement.details.push(Detail { at: step.now(), by: by.clone(), text: text.clone() });
    if matches!(step.call.status, CallStatus::ContextMissing { .. }) {
        step.ask_again();
    }
    step.note(Event::DetailAdded);
    step.decision.tell_thread(&step.engagement, What::DetailAdded { by, text });
    step.finish_with(Done::DetailAdded)
}
