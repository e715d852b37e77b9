//! An exception to a call's notice (C12), as stored: who asked for it, why, who was asked in turn, and how it ended.
//!
//! It belongs to one start: another start is another call to decide upon.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::UserId;

/// A call below its notice, which somebody is asked to let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallException {
    /// Why it cannot wait, in the requester's words.
    pub why: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// The start that it is asked for.
    pub start: DateTime<Utc>,
    /// Who was asked by direct message, in order; the last one is asked now.
    pub asked: Vec<UserId>,
    /// When the next one who may approve is asked, while there is one.
    pub next_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub state: ExceptionState,
    /// Who approved or declined it.
    pub decided_by: Option<UserId>,
    /// Approved, and then moved to a start that needs none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outgrown: bool,
}

impl CallException {
    /// Whether somebody is being asked.
    pub fn is_open(&self) -> bool {
        self.state == ExceptionState::Asked
    }

    /// Who let this call pass, as long as it needs that.
    pub fn approver(&self) -> Option<&UserId> {
        let holds = self.state == ExceptionState::Approved && !self.outgrown;
        self.decided_by.as_ref().filter(|_| holds)
    }
}

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Somebody is asked.
    Asked,
    /// The call went its ordinary way.
    Approved,
    /// The call waits for another start.
    Declined,
    /// Its requester took another way meanwhile.
    Withdrawn,
    /// The start came before an answer.
    Lapsed,
}
