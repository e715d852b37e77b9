//! What a person owes: each with what is waited for and until when, the earliest first.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Read, is_open};
use crate::domain::decide::inquiry::promised_at;
use crate::domain::engagement::call::CallStatus;
use crate::domain::engagement::{Body, Call, Engagement, State};
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::Policy;
use crate::domain::reply_clock::is_paused;

/// What somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owe {
    /// A PM's answer to an SME (B1).
    Reply,
    /// The answer to a question that was taken (A8).
    Answer,
    /// A PM's answer to an ask (A12, D3).
    PmAnswer,
    /// A word whether the PM comes (section C).
    Confirm,
    /// The agenda (C6).
    Agenda,
    /// A word on the time that the PM proposed.
    Proposal,
    /// The context that the PM asked for.
    Context,
    /// An SME's word: the PM waits for it (B6).
    Word,
}

/// Something owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// For what.
    pub engagement: EngagementId,
    /// What.
    pub what: Owe,
    /// Until when, where a time was promised.
    pub due: Option<DateTime<Utc>>,
}

/// What this person owes.
pub(super) fn owed(reader: &UserId, read: &Read, policy: &Policy) -> Vec<Owed> {
    let mut found: Vec<(Owed, DateTime<Utc>)> = Vec::new();
    let mut add = |engagement: &Engagement, (what, due): (Owe, Option<DateTime<Utc>>)| {
        let owed = Owed { engagement: engagement.id, what, due };
        if !found.iter().any(|(known, _)| *known == owed) {
            found.push((owed, engagement.asked_at));
        }
    };
    for engagement in read.owned.iter().filter(|engagement| is_open(engagement)) {
        if let Some(what) = as_owner(engagement, policy) {
            add(engagement, what);
        }
    }
    let mine = read.asked.iter().filter(|engagement| engagement.requester == *reader && is_open(engagement));
    for engagement in mine {
        if let Some(what) = as_requester(engagement) {
            add(engagement, what);
        }
    }
    // Without a promised time it comes after what has one, the oldest first.
    found.sort_by_key(|(owed, asked_at)| (owed.due.is_none(), owed.due, *asked_at, owed.engagement.0));
    found.into_iter().map(|(owed, _)| owed).collect()
}

fn as_owner(engagement: &Engagement, policy: &Policy) -> Option<(Owe, Option<DateTime<Utc>>)> {
    match &engagement.body {
        Body::Question(_) => (engagement.state == State::Taken).then_some((Owe::Answer, None)),
        Body::PmAsk(ask) => {
            let due = ask.due_at.into_iter().chain(ask.needed_by).min();
            Some((Owe::PmAnswer, due))
        }
        Body::Inquiry(inquiry) => match &inquiry.clock {
            Some(clock) if is_paused(clock) => None,
            Some(clock) => Some((Owe::Reply, promised_at(&policy.org, engagement, clock))),
            None => Some((Owe::Reply, None)),
        },
        Body::Call(call) => match &call.status {
            CallStatus::Asked => Some((Owe::Confirm, Some(call.start))),
            CallStatus::Proposed { .. }
            | CallStatus::Confirmed { .. }
            | CallStatus::ContextMissing { .. }
            | CallStatus::Declined { .. }
            | CallStatus::Cancelled { .. }
            | CallStatus::Held
            | CallStatus::Lapsed => None,
        },
    }
}

fn as_requester(engagement: &Engagement) -> Option<(Owe, Option<DateTime<Utc>>)> {
    match &engagement.body {
        Body::Question(_) | Body::PmAsk(_) => None,
        Body::Inquiry(inquiry) => inquiry.clock.as_ref().is_some_and(is_paused).then_some((Owe::Word, None)),
        Body::Call(call) => match &call.status {
            CallStatus::Proposed { .. } => Some((Owe::Proposal, Some(call.start))),
            CallStatus::ContextMissing { .. } => Some((Owe::Context, Some(call.start))),
            CallStatus::Asked | CallStatus::Confirmed { .. } => {
                call.agenda.is_none().then(|| (Owe::Agenda, Some(agenda_due(call))))
            }
            CallStatus::Declined { .. }
            | CallStatus::Cancelled { .. }
            | CallStatus::Held
            | CallStatus::Lapsed => None,
        },
    }
}

/// When the agenda is due (C6).
pub(super) fn agenda_due(call: &Call) -> DateTime<Utc> {
    call.start - TimeDelta::seconds(call.rules.agenda_before_seconds)
}
