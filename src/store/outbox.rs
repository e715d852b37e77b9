//! The outbox: notices leave it by lane, one of a lane in flight, in order, urgent ones first.
//!
//! A pending row's `next_at` says when it may be taken: a waiting row's next try, or the end of a lease. A lane with any
//! row that may not be taken yet rests as a whole, so that its order is kept. Taking is `claim`'s, how a delivery ended is `settle`'s.

use chrono::{DateTime, Utc};
use rusqlite::Row;

use super::open::Store;
use super::row::{Reading, all, one};
use super::{OutboxId, StoreError};
use crate::domain::ids::InstallationId;
use crate::domain::notice::{Notice, What};

/// The lanes with something pending, found by hopping along the index: its cost is the number of lanes, not of rows.
macro_rules! lanes {
    () => {
        "WITH RECURSIVE lanes (lane) AS ( \
         SELECT (SELECT lane FROM outbox WHERE installation_id = ?1 AND state IN ('sending', 'waiting') \
            ORDER BY lane LIMIT 1) \
         UNION ALL \
         SELECT (SELECT o.lane FROM outbox o WHERE o.installation_id = ?1 AND o.state IN ('sending', 'waiting') \
            AND o.lane > lanes.lane ORDER BY o.lane LIMIT 1) FROM lanes WHERE lanes.lane IS NOT NULL), \
         resting (lane, until) AS ( \
         SELECT lane, MAX( \
            (SELECT o.next_at FROM outbox o WHERE o.installation_id = ?1 AND o.lane = lanes.lane \
                AND o.state IN ('sending', 'waiting') ORDER BY o.next_at DESC LIMIT 1), \
            COALESCE((SELECT h.until FROM lane_hold h WHERE h.installation_id = ?1 AND h.lane = lanes.lane), 0)) \
         FROM lanes WHERE lane IS NOT NULL) "
    };
}
pub(super) use lanes;

pub(super) const NEXT: &str = concat!(lanes!(), "SELECT MIN(until) AS until FROM resting");
const BACKLOG: &str = "SELECT COUNT(*) AS number, MIN(decided_at) AS oldest, \
    COALESCE(SUM(urgent), 0) AS urgent, MIN(CASE WHEN urgent THEN decided_at END) AS oldest_urgent, \
    MIN(CASE WHEN NOT urgent THEN decided_at END) AS oldest_routine FROM outbox \
    WHERE installation_id = ? AND state IN ('sending', 'waiting')";
const PARKED: &str = "SELECT id, lane, notice, urgent, mention, reason, decided_at, settled_at FROM outbox \
    WHERE installation_id = ? AND state = 'parked' ORDER BY id DESC LIMIT 100";

/// What is still to be delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many notices.
    pub number: i64,
    /// When the oldest of them was decided.
    pub oldest: Option<DateTime<Utc>>,
    /// How many of them are urgent.
    pub urgent: i64,
    /// When the oldest urgent one was decided.
    pub oldest_urgent: Option<DateTime<Utc>>,
    /// When the oldest of the others was decided.
    pub oldest_routine: Option<DateTime<Utc>>,
}

/// A notice that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Parked {
    /// The row.
    pub id: OutboxId,
    /// Its lane.
    pub lane: String,
    /// What it was to tell.
    pub notice: Notice,
    /// Why it was given up.
    pub reason: String,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// When it was given up.
    pub parked_at: DateTime<Utc>,
}

impl Store {
    /// When something can be claimed next, past or future; `None` when nothing is pending.
    pub async fn next_outbox_due(
        &self,
        installation: InstallationId,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let until = |row: &Row<'_>| Reading::new(row, "outbox", "until").at_if_any("until");
        Ok(self.0.readers.read(move |db| one(db, NEXT, [installation.0], until)).await?.flatten())
    }

    /// What waits or is in flight.
    pub async fn outbox_waiting(&self, installation: InstallationId) -> Result<Backlog, StoreError> {
        let backlog = |row: &Row<'_>| {
            let row = Reading::new(row, "outbox", "number");
            Ok(Backlog {
                number: row.get("number")?,
                oldest: row.at_if_any("oldest")?,
                urgent: row.get("urgent")?,
                oldest_urgent: row.at_if_any("oldest_urgent")?,
                oldest_routine: row.at_if_any("oldest_routine")?,
            })
        };
        Ok(self
            .0
            .readers
            .read_long(move |db| one(db, BACKLOG, [installation.0], backlog))
            .await?
            .unwrap_or_default())
    }

    /// What was given up, newest first, at most 100.
    pub async fn parked(&self, installation: InstallationId) -> Result<Vec<Parked>, StoreError> {
        let parked = |row: &Row<'_>| {
            let row = Reading::new(row, "outbox", "id");
            Ok(Parked {
                id: OutboxId(row.get("id")?),
                lane: row.get("lane")?,
                notice: completed(row.json("notice")?, row.get("urgent")?, row.get("mention")?),
                reason: row.get::<Option<String>>("reason")?.unwrap_or_default(),
                decided_at: row.at("decided_at")?,
                parked_at: row.at("settled_at")?,
            })
        };
        self.0.readers.read_long(move |db| all(db, PARKED, [installation.0], parked)).await
    }
}

/// The notice, with what cards that collapsed into it added.
pub(super) fn completed(mut notice: Notice, urgent: bool, mentions: bool) -> Notice {
    notice.urgent = urgent;
    if let What::Card { mention } = &mut notice.what {
        *mention = mentions;
    }
    notice
}
