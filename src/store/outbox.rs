//! The outbox: notices leave it by lane, one of a lane in flight, in order, urgent ones first.
//!
//! A pending row's `next_at` says when it may be taken: a waiting row's next try, or the end of a lease. A lane with any
//! row that may not be taken yet rests as a whole, so that its order is kept. Taking is `claim`'s, how a delivery ended is `settle`'s.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

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
/// How many wait, counted in an index without a look at their rows.
pub(super) const BACKLOG: &str = "SELECT COUNT(*) AS number, COALESCE(SUM(urgent), 0) AS urgent FROM outbox \
    WHERE installation_id = ? AND state IN ('sending', 'waiting')";

/// When the first one of a lane was decided that is in such a state.
macro_rules! head {
    ($state:literal, $urgent:literal) => {
        concat!(
            "(SELECT o.decided_at FROM outbox o WHERE o.installation_id = ?1 AND o.lane = lanes.lane \
             AND o.state IN ('sending', 'waiting') AND o.state = '",
            $state,
            "' AND o.urgent = ",
            $urgent,
            " ORDER BY o.id LIMIT 1)"
        )
    };
}

/// Rows of a lane are in the order in which they were decided, so that its oldest one is at its head.
pub(super) const OLDEST: &str = concat!(
    lanes!(),
    "SELECT MIN(",
    head!("waiting", "1"),
    ") AS urgent_waiting, MIN(",
    head!("sending", "1"),
    ") AS urgent_sending, MIN(",
    head!("waiting", "0"),
    ") AS routine_waiting, MIN(",
    head!("sending", "0"),
    ") AS routine_sending FROM lanes WHERE lane IS NOT NULL AND substr(lane, 1, length(?2)) <> ?2"
);
/// How the lanes of reminders begin that were put aside by a pause; the lane that each came from follows.
pub const PAUSED: &str = "paused:";
const PARKED: &str = "SELECT id, lane, notice, urgent, mention, reason, decided_at, settled_at FROM outbox \
    WHERE installation_id = ? AND state = 'parked' ORDER BY id DESC LIMIT 100";

/// What is still to be delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many notices.
    pub number: i64,
    /// How many of them are urgent.
    pub urgent: i64,
    /// Since when.
    pub oldest: Oldest,
}

/// Since when notices wait or are in flight, save those that a pause put aside: they are not late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Oldest {
    /// When the oldest urgent one was decided.
    pub urgent: Option<DateTime<Utc>>,
    /// When the oldest of the others was decided.
    pub routine: Option<DateTime<Utc>>,
}

impl Oldest {
    /// When the oldest of all was decided.
    pub fn of_all(self) -> Option<DateTime<Utc>> {
        self.urgent.into_iter().chain(self.routine).min()
    }
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
        let number = |row: &Row<'_>| {
            let row = Reading::new(row, "outbox", "number");
            Ok((row.get("number")?, row.get("urgent")?))
        };
        let read = move |db: &Connection| {
            let (number, urgent) = one(db, BACKLOG, [installation.0], number)?.unwrap_or_default();
            Ok(Backlog { number, urgent, oldest: oldest(db, installation)? })
        };
        self.0.readers.read_long(read).await
    }

    /// Since when something waits or is in flight: a look at the head of each lane, however much is behind it.
    pub async fn oldest_waiting(&self, installation: InstallationId) -> Result<Oldest, StoreError> {
        self.0.readers.read(move |db| oldest(db, installation)).await
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

fn oldest(db: &Connection, installation: InstallationId) -> Result<Oldest, StoreError> {
    let oldest = |row: &Row<'_>| {
        let row = Reading::new(row, "outbox", "oldest");
        let first = |waiting, sending| -> Result<Option<DateTime<Utc>>, StoreError> {
            Ok(row.at_if_any(waiting)?.into_iter().chain(row.at_if_any(sending)?).min())
        };
        Ok(Oldest {
            urgent: first("urgent_waiting", "urgent_sending")?,
            routine: first("routine_waiting", "routine_sending")?,
        })
    };
    Ok(one(db, OLDEST, params![installation.0, PAUSED], oldest)?.unwrap_or_default())
}

/// The notice, with what cards that collapsed into it added.
pub(super) fn completed(mut notice: Notice, urgent: bool, mentions: bool) -> Notice {
    notice.urgent = urgent;
    if let What::Card { mention } = &mut notice.what {
        *mention = mentions;
    }
    notice
}
