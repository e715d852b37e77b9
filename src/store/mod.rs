//! SQL only: what was decided is kept here, whole or not at all.
//!
//! One decision is one transaction, with its dedupe keys, notices and clocks. One writer task commits what is waiting as a
//! group; readers have threads of their own. Nobody is answered before the commit. No network, no rules, no words.

mod absences;
mod admin_log;
mod alone;
mod asked;
mod audit;
mod backup;
mod baseline;
mod beside;
mod claim;
mod clocks;
mod commit;
mod copying;
mod dead_letters;
mod engagements;
mod error;
mod fresh_ids;
mod homes;
mod lookups;
mod merge;
mod notes;
mod numbers;
mod open;
mod outbox;
mod owners;
mod parked;
mod pauses;
mod purge;
mod reader;
mod renumber;
mod restore;
mod row;
mod same_file;
mod settle;
mod steps;
mod switches;
mod told;
mod turn;
mod view;
mod writer;

use chrono::{DateTime, Utc};

use crate::domain::command::ClockKind;
use crate::domain::decision::Decision;
use crate::domain::ids::{EngagementId, InstallationId, Ts};
use crate::domain::notice::Notice;

pub use absences::{Stage, Stored};
pub use admin_log::Done;
pub use audit::{Audited, Live, Overdue};
pub use backup::Existing;
pub use beside::{Beside, Letter, Standing, Undelivered, database_file};
pub use claim::{Claims, Room};
pub use commit::Planned;
pub use copying::{CopyError, Holdings};
pub use dead_letters::{Reread, RereadEnd};
pub use error::StoreError;
pub use homes::OpenHome;
pub use merge::WaitingNotice;
pub use notes::DeadLetter;
pub use open::Store;
pub use outbox::{Backlog, Oldest, PAUSED, Parked};
pub use parked::NoticeWish;
pub use purge::Purged;
pub use restore::{Restored, restore};
pub use settle::Flight;
pub use turn::Turn;
pub use view::{Count, View};

/// What is to be committed: one decision, and the keys under which its cause must never be decided again.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Whose.
    pub installation: InstallationId,
    /// Keys of the cause (`event:Ev…`, `message:C…:170…`, `trigger:…`, `view:V…`); kept at least 25 hours. Any of them being
    /// there already makes the whole commit a [`Committed::Duplicate`].
    pub keys: Vec<String>,
    /// The clock whose being due is the cause: its row must still be there with this due time, and is removed; else the
    /// commit is a conflict.
    pub fired: Option<DueClock>,
    /// The decision.
    pub decision: Decision,
    /// The present instant, stored with the rows.
    pub now: DateTime<Utc>,
    /// When this is no longer worth starting: whoever waits has been told to try again by then.
    pub deadline: Option<std::time::Instant>,
    /// Given up by whoever waits, as long as it has not begun.
    pub turn: Option<Turn>,
}

/// How a commit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Done,
    /// Its cause was decided before; nothing changed. With the engagement it began or changed first, if any.
    Duplicate(Option<EngagementId>),
}

/// A clock that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueClock {
    /// Whose.
    pub engagement: EngagementId,
    /// Which.
    pub kind: ClockKind,
    /// Since when.
    pub due: DateTime<Utc>,
}

/// An outbox row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboxId(pub i64);

/// A notice that is ours to deliver until its lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The row.
    pub id: OutboxId,
    /// Whose.
    pub installation: InstallationId,
    /// The lane: nothing else of it is in flight.
    pub lane: String,
    /// What to tell whom.
    pub notice: Notice,
    /// Our opaque key, put into the message's metadata.
    pub key: String,
    /// How often it was tried before.
    pub attempts: u32,
    /// An earlier try may have succeeded: look for the key before sending again.
    pub is_unsure: bool,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// It was counted as one that posts a new message.
    pub posts: bool,
    /// How many wait behind it in its lane; many are not counted to the end.
    pub behind: u32,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Slack has it. For a card's first post the engagement's home learns its timestamp.
    Sent {
        /// The message, where Slack named it.
        ts: Option<Ts>,
        /// The card of this engagement was posted for the first time.
        card_of: Option<EngagementId>,
    },
    /// Its condition no longer holds.
    Dropped {
        /// Why.
        reason: String,
    },
    /// Again, not before then; `unsure` when it may have been delivered.
    Retry {
        /// When.
        at: DateTime<Utc>,
        /// Whether it may have been delivered.
        unsure: bool,
        /// Why.
        reason: String,
    },
    /// Again, not before then, and this was no try: it was not its turn, or Slack said that we are too fast.
    Deferred {
        /// When.
        at: DateTime<Utc>,
        /// In which lane from now on, where it leaves its own.
        lane: Option<String>,
        /// Why.
        reason: String,
    },
    /// It waits for something else than Slack, apart from its lane, which goes on without it.
    Aside {
        /// When it is looked at again.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// Never again: parked for a person to look at.
    Parked {
        /// Why.
        reason: String,
    },
}

/// How a delivery ended, and what that means for a lane: one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub settlement: Settlement,
    /// These lanes rest until then: their pace, or Slack's `Retry-After`.
    pub rests: Vec<(String, DateTime<Utc>)>,
}

impl From<Settlement> for Ended {
    fn from(settlement: Settlement) -> Self {
        Self { settlement, rests: Vec::new() }
    }
}

/// What became of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is written down.
    Done,
    /// The first card was posted where its engagement is no longer: nothing was written, and the message there is stale.
    LeftBehind,
}

/// The lane of updates that the workspace's budget cannot take yet: they hold up no post, and collapse.
pub const UPDATES: &str = "updates";

#[cfg(test)]
mod tests;
