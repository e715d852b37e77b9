//! The log of what admins and operators did: who, when, what, to what, and how it ended. Never anybody's words.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::beside::Beside;
use super::open::Store;
use super::row::{Reading, all};
use super::writer::{Ending, Work, execute};
use crate::domain::admin::LogEntry;
use crate::domain::ids::InstallationId;

const ADD: &str =
    "INSERT INTO admin_log (installation_id, at, by_whom, deed, what, outcome) VALUES (?, ?, ?, ?, ?, ?)";
/// Rows of one instant in the order in which they were written.
pub(super) const SINCE: &str = "SELECT id, at, by_whom, deed, what, outcome FROM admin_log \
    WHERE installation_id = ? AND at >= ? ORDER BY at DESC, id DESC LIMIT ?";
pub(super) const FORGET: &str = "DELETE FROM admin_log WHERE installation_id = ?1 AND id IN \
    (SELECT id FROM admin_log WHERE installation_id = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";

impl Store {
    /// Keeps a line of the log.
    pub async fn log(&self, installation: InstallationId, entry: LogEntry) -> Result<(), StoreError> {
        self.0.writer.write(Add { installation, entry }).await
    }

    /// What was done since then, the newest first, at most so many.
    pub async fn log_since(
        &self,
        installation: InstallationId,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LogEntry>, StoreError> {
        self.0.readers.read_long(move |db| lines(db, installation, since, limit)).await
    }

    /// Forgets lines that are older, at most so many at once.
    pub async fn forget_log(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Forget { installation, before, limit }).await
    }
}

impl Beside {
    /// What was done since then, the newest first, at most so many.
    pub fn log_since(
        &self,
        installation: InstallationId,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LogEntry>, StoreError> {
        lines(&self.db, installation, since, limit)
    }
}

fn lines(
    db: &Connection,
    installation: InstallationId,
    since: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<LogEntry>, StoreError> {
    all(db, SINCE, params![installation.0, since.timestamp_micros(), limit], read)
}

fn read(row: &Row<'_>) -> Result<LogEntry, StoreError> {
    let row = Reading::new(row, "admin_log", "id");
    Ok(LogEntry {
        at: row.at("at")?,
        by: row.get("by_whom")?,
        deed: row.get("deed")?,
        what: row.get("what")?,
        outcome: row.get("outcome")?,
    })
}

/// Keeps a line within a transaction that does what it tells of.
pub(super) fn add(db: &Connection, installation: InstallationId, entry: &LogEntry) -> Result<(), StoreError> {
    let LogEntry { at, by, deed, what, outcome } = entry;
    execute(db, ADD, params![installation.0, at.timestamp_micros(), by, deed, what, outcome])?;
    Ok(())
}

struct Add {
    installation: InstallationId,
    entry: LogEntry,
}

impl Work for Add {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        add(db, self.installation, &self.entry)?;
        Ok(Ending::Keep(()))
    }
}

struct Forget {
    installation: InstallationId,
    before: DateTime<Utc>,
    limit: u32,
}

impl Work for Forget {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        execute(db, FORGET, params![self.installation.0, self.before.timestamp_micros(), self.limit])?;
        Ok(Ending::Keep(()))
    }
}
