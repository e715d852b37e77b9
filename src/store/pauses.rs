//! Pauses of reminders, and the clocks that they hold.
//!
//! A held clock stays where it is, with the instant at which it was due; nobody decides upon it before it is released. What is
//! paused or resumed and the line of the log about it are one transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::admin_log::{Done, add_once};
use super::open::Store;
use super::row::{Reading, all};
use super::writer::{Ending, Work, execute};
use super::{DueClock, StoreError};
use crate::domain::ids::{AreaKey, InstallationId, UserId};
use crate::domain::pause::Pause;

/// The newest last; those that ended long ago are of no use to anybody but the log.
pub(super) const PAUSES: &str = "SELECT id, area, by_whom, began_at, until, ended_at FROM pause \
    WHERE installation_id = ?1 AND (ended_at IS NULL OR ended_at > ?2) ORDER BY id";
const MOVE: &str = "UPDATE pause SET until = ?, by_whom = ? \
    WHERE installation_id = ? AND area IS ? AND ended_at IS NULL";
const BEGIN: &str =
    "INSERT INTO pause (installation_id, area, by_whom, began_at, until) VALUES (?, ?, ?, ?, ?)";
const END: &str =
    "UPDATE pause SET ended_at = ? WHERE installation_id = ? AND area IS ? AND ended_at IS NULL";
const END_PAST: &str = "UPDATE pause SET ended_at = until \
    WHERE installation_id = ? AND ended_at IS NULL AND until <= ?";
const HOLD: &str = "UPDATE clock SET held = 1 \
    WHERE installation_id = ? AND engagement_id = ? AND kind = ? AND due = ? AND held = 0";
pub(super) const RELEASE: &str =
    "UPDATE clock INDEXED BY clock_held SET held = 0 WHERE installation_id = ? AND held = 1";
pub(super) const HELD: &str = "SELECT COUNT(*) AS number FROM clock WHERE installation_id = ? AND held = 1";

impl Store {
    /// Pauses that run, and those that ended after that instant, in the order in which they began.
    pub async fn pauses(
        &self,
        installation: InstallationId,
        ended_after: DateTime<Utc>,
    ) -> Result<Vec<Pause>, StoreError> {
        let of = (installation.0, ended_after.timestamp_micros());
        self.0.readers.read(move |db| all(db, PAUSES, of, read_pause)).await
    }

    /// Pauses reminders, or moves the end of the pause of the same that runs.
    pub async fn pause(
        &self,
        installation: InstallationId,
        pause: Pause,
        log: impl Into<Done>,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Begin { installation, pause, log: log.into() }).await
    }

    /// Ends the pause of all, or of that area, and releases what was held; whether one ran. What another pause covers is held
    /// again when it is looked at.
    pub async fn resume(
        &self,
        installation: InstallationId,
        area: Option<AreaKey>,
        now: DateTime<Utc>,
        log: impl Into<Done>,
    ) -> Result<bool, StoreError> {
        self.0.writer.write(Resume { installation, area, now, log: log.into() }).await
    }

    /// Writes down the end of pauses whose time is over, and releases what was held; how many ended.
    pub async fn end_pauses(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.0.writer.write(EndPast { installation, now }).await
    }

    /// Holds a clock that is due in a pause. One that was moved or stopped meanwhile is left as it is.
    pub async fn hold_clock(&self, installation: InstallationId, clock: &DueClock) -> Result<(), StoreError> {
        self.0.writer.write(Hold { installation, clock: clock.clone() }).await
    }

    /// How many clocks are held.
    pub async fn held_clocks(&self, installation: InstallationId) -> Result<i64, StoreError> {
        let count = move |db: &Connection| {
            Ok(db.prepare_cached(HELD)?.query_row(params![installation.0], |row| row.get("number"))?)
        };
        self.0.readers.read(count).await
    }
}

fn read_pause(row: &Row<'_>) -> Result<Pause, StoreError> {
    let row = Reading::new(row, "pause", "id");
    Ok(Pause {
        area: row.get::<Option<String>>("area")?.map(AreaKey),
        by: UserId(row.get("by_whom")?),
        from: row.at("began_at")?,
        until: row.at_if_any("until")?,
        ended: row.at_if_any("ended_at")?,
    })
}

fn key(area: Option<&AreaKey>) -> Option<&str> {
    area.map(AreaKey::as_str)
}

struct Begin {
    installation: InstallationId,
    pause: Pause,
    log: Done,
}

impl Work for Begin {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let Pause { area, by, from, until, ended: _ } = &self.pause;
        let (whose, area) = (self.installation.0, key(area.as_ref()));
        let until = until.map(|until| until.timestamp_micros());
        // One whose time is over is another one, even if nobody has written that down yet.
        execute(db, END_PAST, params![whose, from.timestamp_micros()])?;
        if execute(db, MOVE, params![until, by.as_str(), whose, area])? == 0 {
            execute(db, BEGIN, params![whose, area, by.as_str(), from.timestamp_micros(), until])?;
        }
        let is_new = add_once(db, self.installation, &self.log)?;
        Ok(if is_new { Ending::Keep(()) } else { Ending::Undo(()) })
    }
}

struct Resume {
    installation: InstallationId,
    area: Option<AreaKey>,
    now: DateTime<Utc>,
    log: Done,
}

impl Work for Resume {
    type Output = bool;

    fn run(&self, db: &Connection) -> Result<Ending<bool>, StoreError> {
        let end = params![self.now.timestamp_micros(), self.installation.0, key(self.area.as_ref())];
        if execute(db, END, end)? == 0 {
            return Ok(Ending::Undo(false));
        }
        execute(db, RELEASE, params![self.installation.0])?;
        let is_new = add_once(db, self.installation, &self.log)?;
        Ok(if is_new { Ending::Keep(true) } else { Ending::Undo(false) })
    }
}

struct EndPast {
    installation: InstallationId,
    now: DateTime<Utc>,
}

impl Work for EndPast {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        let ended = execute(db, END_PAST, params![self.installation.0, self.now.timestamp_micros()])?;
        if ended > 0 {
            execute(db, RELEASE, params![self.installation.0])?;
        }
        Ok(Ending::Keep(ended))
    }
}

struct Hold {
    installation: InstallationId,
    clock: DueClock,
}

impl Work for Hold {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let DueClock { engagement, kind, due } = &self.clock;
        execute(db, HOLD, params![self.installation.0, engagement.0, kind.key(), due.timestamp_micros()])?;
        Ok(Ending::Keep(()))
    }
}
