//! An SME's inquiry with a PM, and its reply clock (section B), as stored. The arithmetic is `domain::reply_clock`'s.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::UserId;
use crate::domain::rules::ReplyRules;

/// An SME's inquiry with a PM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The clock that runs or ran last; `None` where none could (no PM, no internal channel: B3).
    pub clock: Option<ReplyClock>,
    /// Clocks of earlier rounds of the same inquiry (*Ask again*, B6); late answers stay late.
    pub earlier: Vec<ReplyClock>,
    /// PMs mentioned in the ask, in order (B3).
    pub mentioned: Vec<UserId>,
    /// PMs who reacted or pressed *Seen* (B2).
    pub seen_by: Vec<UserId>,
}

/// The clock of one round of an inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyClock {
    /// The policy it began with, and keeps (B4).
    pub rules: ReplyRules,
    /// When the SME asked.
    pub started_at: DateTime<Utc>,
    /// *Waiting on the SME*, in order; only the last may be open (B6).
    pub pauses: Vec<Pause>,
    /// Who owed the answer before its present owner, in order: their working time counts until they handed it on (A5, B4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_owners: Vec<EarlierOwner>,
    /// How many steps of the ladder are behind it, done or merged (B5: a step happens once).
    pub steps_done: usize,
    /// The promised time passed without an answer.
    pub missed: bool,
    /// Since when the thread cannot be read (B7: no raise meanwhile).
    pub blind_since: Option<DateTime<Utc>>,
    /// The last time in which it could not be read, from and to: what comes late because of it says so (B7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blind_spell: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How it ended.
    pub end: Option<ClockEnd>,
}

/// Somebody who owed the answer for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierOwner {
    /// Who; nobody where nobody was known.
    pub owner: Option<UserId>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// A time in which the PM waits on the SME (B6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; `None` while it lasts.
    pub to: Option<DateTime<Utc>>,
    /// Why, in the PM's words.
    pub why: String,
    /// Who paused it.
    pub by: UserId,
}

/// How a reply clock ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockEnd {
    /// In which way.
    pub how: HowEnded,
    /// Who ended it; nobody where the question was deleted.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// After the promised time.
    pub late: bool,
    /// Seconds of waiting, pauses left out (B4: both are recorded).
    pub elapsed_seconds: i64,
    /// Seconds of the owner's working time in them (B4).
    pub working_seconds: i64,
}

/// In which way a reply clock ended (B1, B2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum HowEnded {
    /// A PM of the area wrote in the thread.
    Replied,
    /// A PM answered somewhere else.
    Elsewhere {
        /// Where.
        link: String,
    },
    /// The asker says it is answered.
    AskerSatisfied,
    /// It was no question; counted apart.
    NotAQuestion,
    /// The question was deleted, or taken back.
    Withdrawn,
    /// A new round began before it was answered (*Ask again*).
    AskedAgain,
}
