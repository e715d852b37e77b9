//! Running clocks: which are due, when the next one is, and putting one off.
//!
//! The row is the guarantee: a clock goes only with the decision that it caused, or by one that stops it. Clocks with an
//! errand at Slack are looked up apart from the others, so that neither hides the others.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use super::open::Store;
use super::row::{Reading, all, json, one};
use super::writer::{Ending, Work, execute};
use super::{DueClock, StoreError};
use crate::domain::command::ClockKind;
use crate::domain::ids::{EngagementId, InstallationId};

/// The clocks with an errand, word for word as the index has them: only so does it serve. No list, see migration 0130.
macro_rules! errands {
    () => {
        "(kind = 'read_proof' OR kind = 'read_root' OR kind = 'read_thread' OR kind = 'reply')"
    };
}
pub(super) use errands;

/// The clocks without one, likewise.
macro_rules! plain {
    () => {
        "kind <> 'read_proof' AND kind <> 'read_root' AND kind <> 'read_thread' AND kind <> 'reply'"
    };
}
pub(super) use plain;

pub(super) const DUE: &str = concat!(
    "SELECT engagement_id, kind, due FROM clock WHERE installation_id = ? AND due <= ? AND held = 0 AND ",
    plain!(),
    " ORDER BY due LIMIT ?"
);
pub(super) const DUE_ERRANDS: &str = concat!(
    "SELECT engagement_id, kind, due FROM clock WHERE installation_id = ? AND due <= ? AND held = 0 AND ",
    errands!(),
    " ORDER BY due LIMIT ?"
);
pub(super) const NEXT: &str = concat!(
    "SELECT engagement_id, due FROM clock WHERE installation_id = ? AND held = 0 AND ",
    plain!(),
    " ORDER BY due LIMIT 1"
);
pub(super) const NEXT_ERRAND: &str = concat!(
    "SELECT engagement_id, due FROM clock WHERE installation_id = ? AND due > ? AND held = 0 AND ",
    errands!(),
    " ORDER BY due LIMIT 1"
);
pub(super) const OF_ENGAGEMENT: &str = "SELECT engagement_id, kind, due FROM clock \
    WHERE installation_id = ? AND engagement_id = ? ORDER BY due";
const POSTPONE: &str = "UPDATE clock SET due = ? \
    WHERE installation_id = ? AND engagement_id = ? AND kind = ? AND due = ?";
/// A kind that we do not know was written by another version: it waits, and stands in nobody's way.
const SET_ASIDE: &str = "UPDATE clock SET due = ? WHERE installation_id = ? AND engagement_id = ? AND due = ? \
    AND kind NOT IN (SELECT value FROM json_each(?))";

/// How long a clock rests whose kind we do not know.
const ASIDE: TimeDelta = TimeDelta::hours(1);

impl Store {
    /// Clocks that are due and can be decided upon as they are, the longest overdue first.
    pub async fn due_clocks(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DueClock>, StoreError> {
        let due = (installation.0, now.timestamp_micros(), limit);
        let found = self.0.readers.read(move |db| all(db, DUE, due, read_found)).await?;
        let mut known = Vec::with_capacity(found.len());
        for one in found {
            match one {
                Found::Known(clock) => known.push(clock),
                Found::Unknown { engagement, due } => {
                    tracing::error!(%engagement, "a clock of a kind that we do not know is set aside");
                    let work = SetAside { installation, engagement, due, to: now + ASIDE };
                    self.0.writer.write(work).await?;
                }
            }
        }
        Ok(known)
    }

    /// Clocks that are due and have an errand at Slack first, the longest overdue first.
    pub async fn due_errands(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DueClock>, StoreError> {
        let due = (installation.0, now.timestamp_micros(), limit);
        self.0.readers.read(move |db| all(db, DUE_ERRANDS, due, read_clock)).await
    }

    /// When the next clock is due, past or future.
    pub async fn next_due(&self, installation: InstallationId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let plain = self.next_plain_due(installation).await?;
        let errand = self.next_errand_after(installation, DateTime::<Utc>::MIN_UTC).await?;
        Ok(plain.into_iter().chain(errand).min())
    }

    /// When the next clock without an errand is due, past or future.
    pub async fn next_plain_due(
        &self,
        installation: InstallationId,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.0.readers.read(move |db| one(db, NEXT, [installation.0], read_due)).await
    }

    /// When the first clock with an errand is due that was not due at that instant.
    pub async fn next_errand_after(
        &self,
        installation: InstallationId,
        after: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let after = (installation.0, after.timestamp_micros());
        self.0.readers.read(move |db| one(db, NEXT_ERRAND, after, read_due)).await
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

/// A clock that is due, as far as we know its kind.
enum Found {
    Known(DueClock),
    Unknown { engagement: EngagementId, due: i64 },
}

fn read_found(row: &Row<'_>) -> Result<Found, StoreError> {
    read_clock(row).map(Found::Known).or_else(|_| {
        let row = Reading::new(row, "clock", "engagement_id");
        Ok(Found::Unknown { engagement: EngagementId(row.get("engagement_id")?), due: row.get("due")? })
    })
}

fn read_due(row: &Row<'_>) -> Result<DateTime<Utc>, StoreError> {
    Reading::new(row, "clock", "engagement_id").at("due")
}

pub(super) fn read_clock(row: &Row<'_>) -> Result<DueClock, StoreError> {
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

struct SetAside {
    installation: InstallationId,
    engagement: EngagementId,
    due: i64,
    to: DateTime<Utc>,
}

impl Work for SetAside {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let known = json(&ClockKind::ALL.map(ClockKind::key));
        let row =
            params![self.to.timestamp_micros(), self.installation.0, self.engagement.0, self.due, known];
        // None, where it was moved meanwhile.
        execute(db, SET_ASIDE, row)?;
        Ok(Ending::Keep(()))
    }
}
