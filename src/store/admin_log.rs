//! The log of what admins and operators did: who, when, what, to what, and how it ended. Never anybody's words.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::beside::Beside;
use super::commit::KEEP_KEY;
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

/// A line of the log, and the keys under which what it tells of must never be done again.
#[derive(Debug, Clone)]
pub struct Done {
    /// The line.
    pub entry: LogEntry,
    /// The keys of its cause; none where nothing repeats it.
    pub keys: Vec<String>,
}

impl From<LogEntry> for Done {
    fn from(entry: LogEntry) -> Self {
        Self { entry, keys: Vec::new() }
    }
}

impl Store {
    /// Keeps a line of the log, unless what it tells of was done before.
    pub async fn log(&self, installation: InstallationId, done: impl Into<Done>) -> Result<(), StoreError> {
        self.0.writer.write(Add { installation, done: done.into() }).await
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

/// The same, once: whether none of its keys was kept before.
pub(super) fn add_once(
    db: &Connection,
    installation: InstallationId,
    done: &Done,
) -> Result<bool, StoreError> {
    for key in &done.keys {
        let row = params![installation.0, key, None::<i64>, done.entry.at.timestamp_micros()];
        if execute(db, KEEP_KEY, row)? != 1 {
            return Ok(false);
        }
    }
    add(db, installation, &done.entry)?;
    Ok(true)
}

struct Add {
    installation: InstallationId,
    done: Done,
}

impl Work for Add {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        let is_new = add_once(db, self.installation, &self.done)?;
        Ok(if is_new { Ending::Keep(()) } else { Ending::Undo(()) })
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
