//! A question to SMEs (A8, A9): taken, answered, moved, disputed, raised to the area lead, closed.

mod acts;
mod happenings;
mod placing;

pub use acts::act;
pub use happenings::{due, heard, reacted, rehome, undeliverable};

use chrono::{DateTime, Utc};

use super::destination::SmeDestination;
use super::draft::{Step, write};
use crate::domain::calendar::WorkCalendar;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Event, Reply};
use crate::domain::engagement::{Body, Engagement, Home, Question, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, What};
use crate::domain::org::Policy;
use crate::domain::reason::Rule;

/// Posts a draft as a question where SMEs answer.
pub(super) fn send(mut draft: Engagement, to: SmeDestination, step: Step<'_>, by: Actor) -> Decision {
    let mut decision = Decision::default();
    let redirected_by = draft.owner.take();
    draft.state = State::Open;
    draft.area.clone_from(&to.area);
    draft.because.extend(to.because);
    // A question asked in the SME channel itself is adopted: its card is a reply to it, not a second post.
    let adopted = draft.origin.channel == to.channel;
    let thread = draft.origin.thread.clone().filter(|_| adopted);
    draft.home = Some(Home { channel: to.channel.clone(), thread, card: None });
    let redirected = redirected_by.is_some() || draft.because.iter().any(|because| because.rule == Rule::A5);
    draft.body = Body::Question(Question { no_sme_area: to.no_sme_area, redirected, ..Question::default() });
    draft.asked_at = step.now;
    if !step.is_new {
        decision.stop_clock(draft.id, ClockKind::DraftLapse);
    }
    decision.set_clock(draft.id, ClockKind::TakeBy, step.now + step.policy.rules.sme.take_within.span());
    let sent = Event::Sent { channel: to.channel, place: draft.place.clone() };
    decision.note(draft.id, step.now, by, sent, draft.because.clone());
    decision.card(&draft, true);
    if let (Some(_), Some(ts)) = (redirected_by, &draft.origin.thread) {
        // A5: a fixed, kind sentence where the PM was asked.
        let thread = Address::Thread { channel: draft.origin.channel.clone(), ts: ts.clone() };
        decision.tell(&draft, thread, What::Redirected { to: draft.id });
    }
    decision.reply = Reply::Asked { engagement: draft.id };
    write(&mut decision, draft, step.is_new);
    decision
}

/// Whether this person may take it: an SME of its area; without an area any expert, or anybody but the requester.
pub(super) fn may_take(question: &Engagement, user: &UserId, policy: &Policy) -> bool {
    let org = &policy.org;
    match &question.area {
        Some(area) => org.is_sme(user, area) || org.may_oversee(user, Some(area)),
        None => {
            *user != question.requester
                && org.person(user).is_none_or(|person| !person.is_bot && !person.is_guest && !person.is_gone)
        }
    }
}

/// Marks it taken and starts the clock of silence (A8).
pub(super) fn take(
    question: &mut Engagement,
    by: &UserId,
    policy: &Policy,
    now: DateTime<Utc>,
    decision: &mut Decision,
) {
    question.state = State::Taken;
    question.owner = Some(by.clone());
    question.taken_at = Some(now);
    mark_silence(question, false);
    decision.stop_clock(question.id, ClockKind::TakeBy);
    decision.stop_clock(question.id, ClockKind::TakeAgain);
    watch_silence(question, policy, now, decision);
}

/// (Re)starts the clock that asks a silent taker (A8).
pub(super) fn watch_silence(
    question: &Engagement,
    policy: &Policy,
    now: DateTime<Utc>,
    decision: &mut Decision,
) {
    decision.set_clock(question.id, ClockKind::TakenSilent, silent_at(question, policy, now));
}

/// When a taker who is silent from then on is asked (A8).
pub(super) fn silent_at(question: &Engagement, policy: &Policy, from: DateTime<Utc>) -> DateTime<Utc> {
    let calendar = WorkCalendar::of(&policy.org, question.owner.as_ref(), None);
    calendar.add_working_days(from, policy.rules.sme.taken_silent.0)
}

/// Keeps whether a silent taker was asked.
pub(super) fn mark_silence(question: &mut Engagement, asked: bool) {
    if let Body::Question(kept) = &mut question.body {
        kept.silence_asked = asked;
    }
}

/// Nobody was asked about it yet, as when it came: its reminders begin anew.
pub(super) fn begin_anew(question: &mut Engagement) {
    if let Body::Question(kept) = &mut question.body {
        kept.silence_asked = false;
        kept.raised = 0;
    }
}

/// What is particular to a question; a default where the body is another kind's, which never reaches here.
pub(super) fn body(question: &Engagement) -> Question {
    match &question.body {
        Body::Question(body) => body.clone(),
        Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => Question::default(),
    }
}
