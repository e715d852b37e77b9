//! The machine's clock was set: what waits for a span of time waits as long as it would have.
//!
//! Lane holds, leases and retries are spans, written as instants; they move with the clock. Promised instants (due clocks) are
//! people's, and stay. An errand that was put off is due at once, since it derives its next instant anew.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::StoreError;
use super::open::Store;
use super::writer::{Ending, Work, execute};
use crate::domain::ids::InstallationId;

/// What waits goes with the clock; what could be taken already, still can (?2 before, ?3 after, ?4 the smaller one).
pub(super) const MOVE_OUTBOX: &str = "UPDATE outbox SET next_at = \
    CASE WHEN next_at > ?2 THEN next_at + (?3 - ?2) ELSE MIN(next_at, ?3) END, \
    began_at = began_at + (?3 - ?2) WHERE installation_id = ?1 AND state IN ('sending', 'waiting') AND next_at > ?4";
pub(super) const MOVE_HOLDS: &str = "UPDATE lane_hold SET until = until + (?3 - ?2) \
    WHERE installation_id = ?1 AND until > ?2";
/// Holds that had ended before the clock was set back would begin again.
pub(super) const END_HOLDS: &str = "DELETE FROM lane_hold WHERE installation_id = ?1 AND until <= ?2";
pub(super) const HURRY_ERRANDS: &str = concat!(
    "UPDATE clock SET due = ?3 WHERE installation_id = ?1 AND held = 0 AND ",
    super::clocks::errands!(),
    " AND due > ?3 AND due <= ?2 + ?4"
);

/// No errand is put off for longer than this.
const ERRANDS_REST: TimeDelta = TimeDelta::minutes(15);

impl Store {
    /// Moves what waits for a span of time, since the clock that showed `from` shows `to` now.
    pub async fn clock_was_set(
        &self,
        installation: InstallationId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Set { installation, from, to }).await
    }
}

struct Set {
    installation: InstallationId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Work for Set {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let (whose, from, to) =
            (self.installation.0, self.from.timestamp_micros(), self.to.timestamp_micros());
        execute(db, MOVE_OUTBOX, params![whose, from, to, from.min(to)])?;
        execute(db, END_HOLDS, params![whose, from])?;
        execute(db, MOVE_HOLDS, params![whose, from, to])?;
        if to < from {
            let rest = ERRANDS_REST.num_microseconds().expect("minutes have microseconds");
            execute(db, HURRY_ERRANDS, params![whose, from, to, rest])?;
        }
        Ok(Ending::Keep(()))
    }
}
