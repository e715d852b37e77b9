//! An exception to a PM's notice (C1, C12), as stored: who asked for it, why, who was asked in turn, and how it ended.
//!
//! It belongs to one instant (a call's start, or when an answer is needed): another one is another thing to decide upon.
//! At most one of an engagement is open.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Body, Engagement};
use crate::domain::ids::UserId;
use crate::domain::reason::Because;

/// Something below a PM's notice, which somebody is asked to let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeException {
    /// Why it cannot wait, in the requester's words.
    pub why: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// The start, or the instant an answer is needed, that it is asked for.
    pub start: DateTime<Utc>,
    /// Who was asked by direct message, in order; the last one is asked now.
    pub asked: Vec<UserId>,
    /// Why the last one is asked, and not somebody before them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
    /// When the next one who may approve is asked, while there is one.
    pub next_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub state: ExceptionState,
    /// Who approved or declined it.
    pub decided_by: Option<UserId>,
    /// Approved, and then moved to a start that needs none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outgrown: bool,
    /// Asked for a call that stands already: the start that it had then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves_from: Option<DateTime<Utc>>,
}

impl NoticeException {
    /// Whether somebody is being asked.
    pub fn is_open(&self) -> bool {
        self.state == ExceptionState::Asked
    }

    /// Who let it pass, as long as it needs that.
    pub fn approver(&self) -> Option<&UserId> {
        let holds = self.state == ExceptionState::Approved && !self.outgrown;
        self.decided_by.as_ref().filter(|_| holds)
    }

    /// When it has to be looked at: the next one is asked, or, where no draft lapses with it, its instant comes.
    pub fn wakes_at(&self) -> Option<DateTime<Utc>> {
        let lapses = self.moves_from.map(|_| self.start);
        self.next_at.into_iter().chain(lapses).min().filter(|_| self.is_open())
    }
}

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Somebody is asked.
    Asked,
    /// It went its ordinary way.
    Approved,
    /// It waits for another time.
    Declined,
    /// Its requester took another way meanwhile.
    Withdrawn,
    /// Its time came before an answer.
    Lapsed,
}

impl Engagement {
    /// The exception that was asked for last.
    pub fn exception(&self) -> Option<&NoticeException> {
        match &self.body {
            Body::Call(call) => call.moving.as_ref().or(call.exception.as_ref()),
            Body::Question(question) => question.exception.as_deref(),
            Body::PmAsk(ask) => ask.exception.as_deref(),
            Body::Inquiry(_) => None,
        }
    }

    /// The same, to change it.
    pub fn exception_mut(&mut self) -> Option<&mut NoticeException> {
        match &mut self.body {
            Body::Call(call) => call.moving.as_mut().or(call.exception.as_mut()),
            Body::Question(question) => question.exception.as_deref_mut(),
            Body::PmAsk(ask) => ask.exception.as_deref_mut(),
            Body::Inquiry(_) => None,
        }
    }

    /// The exception that somebody is being asked for.
    pub fn open_exception(&self) -> Option<&NoticeException> {
        self.exception().filter(|exception| exception.is_open())
    }
}
