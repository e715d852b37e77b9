//! Which of what is kept of an ask are people's words ("Confidentiality": text is purged after a set time, times stay).
//!
//! Taken apart field by field, so that a new field is decided upon here.

use super::decision::Event;
use super::engagement::call::{Agenda, Call, CallStatus};
use super::engagement::inquiry::{ClockEnd, HowEnded, Inquiry, Pause, ReplyClock};
use super::engagement::{Body, NoticeException, PmAsk, Question};

/// Forgets every word that somebody wrote, and every link that they gave.
pub fn in_body(body: &mut Body) {
    match body {
        Body::Question(Question {
            pending: _,
            raised: _,
            silence_asked: _,
            no_sme_area: _,
            redirected: _,
            inquiry: _,
            with_lead: _,
            triage: _,
            needed_by: _,
            exception,
        })
        | Body::PmAsk(PmAsk {
            needed_by: _,
            triage: _,
            seen_by: _,
            reminded: _,
            due_at: _,
            redirected_to: _,
            exception,
        }) => exception.iter_mut().for_each(|exception| in_exception(exception)),
        Body::Inquiry(Inquiry { clock, earlier, mentioned: _, seen_by: _ }) => {
            earlier.iter_mut().chain(clock).for_each(in_clock);
        }
        Body::Call(call) => in_call(call),
    }
}

fn in_exception(exception: &mut NoticeException) {
    let NoticeException {
        why,
        asked_at: _,
        start: _,
        asked: _,
        because: _,
        next_at: _,
        state: _,
        decided_by: _,
        outgrown: _,
        moves_from: _,
    } = exception;
    why.clear();
}

fn in_clock(clock: &mut ReplyClock) {
    let ReplyClock {
        rules: _,
        started_at: _,
        pauses,
        earlier_owners: _,
        steps_done: _,
        missed: _,
        blind_since: _,
        blind_spell: _,
        end,
    } = clock;
    for Pause { from: _, to: _, why, by: _ } in pauses {
        why.clear();
    }
    if let Some(ClockEnd { how: HowEnded::Elsewhere { link }, .. }) = end {
        link.clear();
    }
}

fn in_call(call: &mut Call) {
    let Call {
        start: _,
        minutes: _,
        status,
        notice_seconds: _,
        second_day: _,
        rules: _,
        goal,
        attendees,
        briefing,
        briefing_link,
        agenda,
        agenda_asked: _,
        agenda_missed: _,
        earliest: _,
        exception,
        moving,
    } = call;
    exception.iter_mut().chain(moving).for_each(in_exception);
    goal.clear();
    attendees.clear();
    briefing.clear();
    *briefing_link = None;
    if let Some(Agenda { link, by: _, at: _ }) = agenda {
        link.clear();
    }
    match status {
        CallStatus::ContextMissing { by: _, what: words }
        | CallStatus::Declined { by: _, why: words }
        | CallStatus::Cancelled { by: _, why: words } => words.clear(),
        CallStatus::Asked
        | CallStatus::Proposed { .. }
        | CallStatus::Confirmed { .. }
        | CallStatus::Held
        | CallStatus::Lapsed => {}
    }
}

/// The same for a line of the timeline.
pub fn in_event(event: &mut Event) {
    match event {
        Event::Paused { why: words }
        | Event::CallDeclined { why: words }
        | Event::ExceptionDeclined { why: words }
        | Event::ContextMissing { what: words }
        | Event::AgendaAdded { link: words } => words.clear(),
        Event::Ended { state: _, why } => *why = None,
        Event::Drafted
        | Event::Sent { .. }
        | Event::Taken { .. }
        | Event::HandedBack
        | Event::Moved { .. }
        | Event::Answered { .. }
        | Event::Reopened
        | Event::DetailAdded
        | Event::Edited
        | Event::Reminded { .. }
        | Event::Raised { .. }
        | Event::Missed
        | Event::Seen { .. }
        | Event::Resumed
        | Event::Handed { .. }
        | Event::AskedAgain
        | Event::WentBlind
        | Event::SeesAgain
        | Event::InquiryOpened { .. }
        | Event::InquiryAnswered { .. }
        | Event::Redirected { .. }
        | Event::StepsMerged { .. }
        | Event::CallConfirmed
        | Event::TimeProposed { .. }
        | Event::Rescheduled { .. }
        | Event::AgendaMissed
        | Event::TriageChecked { .. }
        | Event::ExceptionAsked { .. }
        | Event::ExceptionApproved
        | Event::ExceptionEnded
        | Event::NobodyCovers
        | Event::PromisedWhileAway
        | Event::Replanned { .. }
        | Event::AskerLeft
        | Event::CardResent
        | Event::Rehomed { .. } => {}
    }
}
