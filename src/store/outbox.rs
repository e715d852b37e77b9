//! The outbox: notices leave it by lane, one of a lane in flight, in order, urgent ones first.
//!
//! A pending row's `next_at` says when it may be taken: a waiting row's next try, or the end of a lease. A lane with any
//! row that may not be taken yet rests as a whole, so that its order is kept. How a delivery ended is `settle`'s.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::open::Store;
use super::row::{Reading, all, one};
use super::writer::{Ending, Work, execute};
use super::{Claimed, OutboxId, StoreError};
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
            COALESCE((SELECT h.until FROM lane_hold h WHERE h.installation_id = ?1 AND h.lane = lanes.lane), 0), \
            COALESCE((SELECT h.until FROM lane_hold h WHERE h.installation_id = ?1 AND h.lane = '*'), 0)) \
         FROM lanes WHERE lane IS NOT NULL) "
    };
}

/// The head of each lane that does not rest, the urgent and then the oldest first; one in flight whose lease ended is its
/// lane's head, and may have been delivered.
pub(super) const CLAIM: &str = concat!(
    lanes!(),
    "UPDATE outbox SET unsure = MAX(unsure, state = 'sending'), state = 'sending', attempts = attempts + 1, \
     next_at = ?3 WHERE installation_id = ?1 AND id IN ( \
        SELECT head.id FROM resting JOIN outbox head ON head.id = ( \
            SELECT o.id FROM outbox o WHERE o.installation_id = ?1 AND o.lane = resting.lane \
            AND o.state IN ('sending', 'waiting') ORDER BY o.state, o.urgent DESC, o.id LIMIT 1) \
        WHERE resting.until <= ?2 ORDER BY head.urgent DESC, head.id LIMIT ?4) \
     RETURNING id, lane, notice, urgent, mention, key, attempts, unsure, decided_at"
);
pub(super) const NEXT: &str = concat!(lanes!(), "SELECT MIN(until) AS until FROM resting");
const SPOILED: &str = "UPDATE outbox SET state = 'parked', reason = 'cannot be read', settled_at = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending'";
const HOLD: &str = "INSERT INTO lane_hold (installation_id, lane, until) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, lane) DO UPDATE SET until = MAX(until, excluded.until)";
/// The name under which all lanes are held.
const ALL_LANES: &str = "*";
const BACKLOG: &str = "SELECT COUNT(*) AS number, MIN(decided_at) AS oldest FROM outbox \
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
    /// Takes what may be delivered now, at most one notice of a lane, until the lease ends. The urgent and then the oldest
    /// come first.
    pub async fn claim(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.0.writer.write(Claim { installation, now, limit, lease_ends: now + lease }).await
    }

    /// Lets a lane rest until then (a 429's `Retry-After`, or its pace).
    pub async fn hold_lane(
        &self,
        installation: InstallationId,
        lane: &str,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Hold { installation, lane: lane.to_owned(), until }).await
    }

    /// Lets all lanes of the installation rest until then.
    pub async fn hold_all(
        &self,
        installation: InstallationId,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.hold_lane(installation, ALL_LANES, until).await
    }

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
            Ok(Backlog { number: row.get("number")?, oldest: row.at_if_any("oldest")? })
        };
        Ok(self
            .0
            .readers
            .read(move |db| one(db, BACKLOG, [installation.0], backlog))
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
        self.0.readers.read(move |db| all(db, PARKED, [installation.0], parked)).await
    }
}

/// The notice, with what cards that collapsed into it added.
fn completed(mut notice: Notice, urgent: bool, mentions: bool) -> Notice {
    notice.urgent = urgent;
    if let What::Card { mention } = &mut notice.what {
        *mention = mentions;
    }
    notice
}

struct Claim {
    installation: InstallationId,
    now: DateTime<Utc>,
    limit: u32,
    lease_ends: DateTime<Utc>,
}

impl Work for Claim {
    type Output = Vec<Claimed>;

    fn run(&self, db: &Connection) -> Result<Ending<Vec<Claimed>>, StoreError> {
        let arguments = params![
            self.installation.0,
            self.now.timestamp_micros(),
            self.lease_ends.timestamp_micros(),
            self.limit
        ];
        let mut statement = db.prepare_cached(CLAIM)?;
        let rows: Vec<_> = statement.query_map(arguments, |row| self.read(row))?.collect::<Result<_, _>>()?;
        let mut claimed = Vec::with_capacity(rows.len());
        for (id, read) in rows {
            match read {
                Ok(one) => claimed.push(one),
                Err(error) => self.spoil(db, id, &error)?,
            }
        }
        claimed.sort_by_key(|one| (!one.notice.urgent, one.id));
        Ok(Ending::Keep(claimed))
    }
}

impl Claim {
    /// The row's id, and what it holds where that can be read.
    fn read(&self, row: &Row<'_>) -> Result<(i64, Result<Claimed, StoreError>), rusqlite::Error> {
        let id: i64 = row.get("id")?;
        let corrupt = |column: &'static str, reason: String| StoreError::Corrupt {
            table: "outbox",
            id: id.to_string(),
            column,
            reason,
        };
        let notice = match serde_json::from_str(row.get_ref("notice")?.as_str()?) {
            Ok(notice) => completed(notice, row.get("urgent")?, row.get("mention")?),
            Err(error) => return Ok((id, Err(corrupt("notice", error.to_string())))),
        };
        let Some(decided_at) = DateTime::from_timestamp_micros(row.get("decided_at")?) else {
            return Ok((id, Err(corrupt("decided_at", "no instant".to_owned()))));
        };
        let claimed = Claimed {
            id: OutboxId(id),
            installation: self.installation,
            lane: row.get("lane")?,
            notice,
            key: row.get("key")?,
            attempts: row.get::<_, u32>("attempts")?.saturating_sub(1),
            is_unsure: row.get("unsure")?,
            decided_at,
        };
        Ok((id, Ok(claimed)))
    }

    /// A notice that cannot be read must not stop its lane for ever.
    fn spoil(&self, db: &Connection, id: i64, error: &StoreError) -> Result<(), StoreError> {
        tracing::error!(%error, "a notice cannot be read and is parked");
        execute(db, SPOILED, params![self.now.timestamp_micros(), self.installation.0, id])?;
        Ok(())
    }
}

struct Hold {
    installation: InstallationId,
    lane: String,
    until: DateTime<Utc>,
}

impl Work for Hold {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        execute(db, HOLD, params![self.installation.0, self.lane, self.until.timestamp_micros()])?;
        Ok(Ending::Keep(()))
    }
}
