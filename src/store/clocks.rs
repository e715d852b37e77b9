//! Running clocks: which are due, when the next one is, and putting one off.
//!
//! The row is the guarantee: a clock goes only with the decision that it caused, or by one that stops it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::open::Store;
use super::row::{Reading, all, one};
use super::writer::{Ending, Work, execute};
use super::{DueClock, StoreError};
use crate::domain::command::ClockKind;
use crate::domain::ids::{EngagementId, InstallationId};

pub(super) const DUE: &str = "SELECT engagement_id, kind, due FROM clock \
    WHERE installation_id = ? AND due <= ? ORDER BY due LIMIT ?";
pub(super) const NEXT_DUE: &str =
    "SELECT engagement_id, due FROM clock WHERE installation_id = ? ORDER BY due LIMIT 1";
const OF_ENGAGEMENT: &str = "SELECT engagement_id, kind, due FROM clock \
    WHERE installation_id = ? AND engagement_id = ? ORDER BY due";
const POSTPONE: &str = "UPDATE clock SET due = ? \
    WHERE installation_id = ? AND engagement_id = ? AND kind = ? AND due = ?";

impl Store {
    /// Clocks that are due, the longest overdue first.
    pub async fn due_clocks(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DueClock>, StoreError> {
        let due = (installation.0, now.timestamp_micros(), limit);
        self.0.readers.read(move |db| all(db, DUE, due, read_clock)).await
    }

    /// When the next clock is due, past or future.
    pub async fn next_due(&self, installation: InstallationId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let read_due = |row: &Row<'_>| Reading::new(row, "clock", "engagement_id").at("due");
        self.0.readers.read(move |db| one(db, NEXT_DUE, [installation.0], read_due)).await
    }

    /// The clocks that run for an engagement, the next one first.
    pub async fn clocks_of(
        &self,
        installation: InstallationId,
        engagement: EngagementId,
    ) -> Result<Vec<DueClock>, StoreError> {
        let of = (installation.0, engagement.0);
        self.0.readers.read(move |db| all(db, OF_ENGAGEMENT, of, read_clock)).await
    }

    /// Puts a clock off, where its errand at Slack has to be tried again; a conflict when it changed meanwhile.
    pub async fn postpone_clock(
        &self,
        installation: InstallationId,
        clock: &DueClock,
        to: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Postpone { installation, clock: clock.clone(), to }).await
    }
}

fn read_clock(row: &Row<'_>) -> Result<DueClock, StoreError> {
    let row = Reading::new(row, "clock", "engagement_id");
    Ok(DueClock {
        engagement: EngagementId(row.get("engagement_id")?),
        kind: row.known("kind", ClockKind::from_key)?,
        due: row.at("due")?,
    })
}

struct Postpone {
    installation: InstallationId,
    clock: DueClock,
    to: DateTime<Utc>,
}

impl Work for Postpone {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let DueClock { engagement, kind, due } = self.clock;
        let to = self.to.timestamp_micros();
        let row = params![to, self.installation.0, engagement.0, kind.key(), due.timestamp_micros()];
        if execute(db, POSTPONE, row)? == 1 { Ok(Ending::Keep(())) } else { Err(StoreError::Conflict) }
    }
}
