//! Notices that are told as one: looked at together, then replaced by one row, in one transaction before anything is sent.
//!
//! Invariant: each of them leaves the outbox exactly when the one that tells them all is in it. What may have been sent
//! already is never among them.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::open::Store;
use super::outbox::completed;
use super::row::{Reading, all, json};
use super::writer::{Ending, Work, execute};
use super::{Claimed, OutboxId, StoreError};
use crate::domain::notice::Notice;

/// Those that were never tried, as they would leave.
pub(super) const UNTRIED: &str = "SELECT id, notice, urgent, mention, decided_at FROM outbox \
    WHERE installation_id = ? AND lane = ? AND state IN ('sending', 'waiting') AND state = 'waiting' \
    AND attempts = 0 AND unsure = 0 ORDER BY urgent DESC, id LIMIT ?";
const ADD: &str = "INSERT INTO outbox (installation_id, lane, state, urgent, mention, card_of, notice, key, attempts, \
    unsure, decided_at, next_at) VALUES (?, ?, 'waiting', ?, 0, NULL, ?, ?, 0, 0, ?, ?)";
pub(super) const WITHDRAW: &str = "UPDATE outbox SET state = 'dropped', reason = ?, settled_at = ? WHERE installation_id = ? \
    AND id = ? AND state = 'waiting' AND attempts = 0 AND unsure = 0";
pub(super) const WITHDRAW_FLYING: &str = "UPDATE outbox SET state = 'dropped', reason = ?, settled_at = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
/// The most that are told as one.
const MOST: u32 = 2_000;

/// A notice that waits in a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingNotice {
    /// The row.
    pub id: OutboxId,
    /// What it tells.
    pub notice: Notice,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
}

impl Store {
    /// What waits behind a claimed notice and was never tried, in the order in which it would leave. What cannot be read is
    /// left out: its own turn reports it.
    pub async fn waiting_behind(&self, claimed: &Claimed) -> Result<Vec<WaitingNotice>, StoreError> {
        let (installation, lane) = (claimed.installation.0, claimed.lane.clone());
        let waiting = |row: &Row<'_>| {
            let row = Reading::new(row, "outbox", "id");
            Ok(WaitingNotice {
                id: OutboxId(row.get("id")?),
                notice: completed(row.json("notice")?, row.get("urgent")?, row.get("mention")?),
                decided_at: row.at("decided_at")?,
            })
        };
        self.0.readers.read(move |db| all(db, UNTRIED, params![installation, lane, MOST], waiting)).await
    }

    /// Replaces a claimed notice and those that wait behind it by one that tells them all. A conflict, and nothing changed,
    /// when one of them is no longer as it was.
    pub async fn merge(
        &self,
        claimed: &Claimed,
        behind: Vec<OutboxId>,
        told: &Notice,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let merge = Merge {
            installation: claimed.installation.0,
            flying: claimed.id,
            attempt: claimed.attempts + 1,
            behind,
            lane: told.lane(),
            urgent: told.urgent,
            told: json(told),
            now: now.timestamp_micros(),
        };
        self.0.writer.write(merge).await
    }
}

struct Merge {
    installation: i64,
    flying: OutboxId,
    attempt: u32,
    behind: Vec<OutboxId>,
    lane: String,
    urgent: bool,
    told: String,
    now: i64,
}

impl Work for Merge {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let key = hex::encode(rand::random::<[u8; 16]>());
        let row = params![self.installation, self.lane, self.urgent, self.told, key, self.now, self.now];
        execute(db, ADD, row)?;
        let reason = format!("told together with others, in {}", db.last_insert_rowid());
        let flying = params![reason, self.now, self.installation, self.flying.0, self.attempt];
        let mut changed = execute(db, WITHDRAW_FLYING, flying)?;
        for one in &self.behind {
            changed += execute(db, WITHDRAW, params![reason, self.now, self.installation, one.0])?;
        }
        if changed == self.behind.len() + 1 { Ok(Ending::Keep(())) } else { Err(StoreError::Conflict) }
    }
}
