//! A database that another process may be serving, opened to be looked at: nothing is created, migrated or written.
//!
//! Each question runs in a snapshot of its own and never holds up the writer. A plain connection, since whoever asks is a
//! command that waits for its answer. What people wrote never leaves here in a list: kinds, ids and times do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use super::{OutboxId, StoreError};
use crate::domain::ids::{EngagementId, InstallationId};

/// How long a look waits where the database is being repaired after a crash.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const INSTALLATIONS: &str = "SELECT id FROM installation ORDER BY id";
const NOTE: &str = "SELECT value FROM note WHERE installation_id = ? AND key = ?";
const PARKED: &str = "SELECT id, lane, state, notice, attempts, unsure, decided_at, next_at, settled_at, reason FROM outbox \
    WHERE installation_id = ? AND state = 'parked' AND id > ? ORDER BY id LIMIT ?";
const PENDING: &str = "SELECT id, lane, state, notice, attempts, unsure, decided_at, next_at, settled_at, reason FROM outbox \
    WHERE installation_id = ? AND state IN ('sending', 'waiting') AND id > ? ORDER BY id LIMIT ?";
const LETTERS: &str = "SELECT id, installation_id, kind, LENGTH(body) AS bytes, reason, at FROM dead_letter \
    WHERE (installation_id = ?1 OR installation_id IS NULL) AND id > ?2 ORDER BY id LIMIT ?3";
const LETTER_BODY: &str =
    "SELECT body FROM dead_letter WHERE (installation_id = ?1 OR installation_id IS NULL) AND id = ?2";

/// A database to look at.
#[derive(Debug)]
pub struct Beside {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
}

/// Where a notice stands that was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits for its turn.
    Waiting,
    /// It is being delivered.
    Sending,
    /// It was given up, and waits for a person.
    Parked,
}

/// A notice that was not delivered, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The row.
    pub id: OutboxId,
    /// Its lane: a channel, a person, or a stand-in.
    pub lane: String,
    /// Where it stands.
    pub standing: Standing,
    /// Which kind of notice; `None` where it cannot be read.
    pub kind: Option<String>,
    /// What it is about.
    pub engagement: Option<EngagementId>,
    /// How often it was tried.
    pub tries: u32,
    /// It may have been delivered: it is searched for before it is sent.
    pub is_unsure: bool,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// When it may be tried; for one in flight, when its lease ends.
    pub next_at: DateTime<Utc>,
    /// When it was given up.
    pub parked_at: Option<DateTime<Utc>>,
    /// Why it is still here, where something happened to it.
    pub reason: Option<String>,
}

/// Something that could not be understood, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The row.
    pub id: i64,
    /// What it seemed to be.
    pub kind: String,
    /// How long it is.
    pub bytes: i64,
    /// What is wrong with it.
    pub reason: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// The file that an address names.
pub fn database_file(url: &str) -> Result<PathBuf, StoreError> {
    Ok(super::open::options(url)?.get_filename().to_owned())
}

impl Beside {
    /// Opens a database that is there.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_file(&database_file(url)?)
    }

    /// Opens a database file that is there.
    pub(super) fn open_file(path: &Path) -> Result<Self, StoreError> {
        let cannot = |error: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("{} cannot be opened: {error}", path.display()))
        };
        if !path.is_file() {
            return Err(cannot(&"there is no such file"));
        }
        // Not read-only: where the bot is stopped, looking must be able to make the file that readers share.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(|error| cannot(&error))?;
        db.busy_timeout(BUSY_TIMEOUT)?;
        db.pragma_update(None, "query_only", true)?;
        Ok(Self { db, path: path.to_owned() })
    }

    /// Every installation, the first one first.
    pub fn installations(&self) -> Result<Vec<InstallationId>, StoreError> {
        let mut statement = self.db.prepare(INSTALLATIONS)?;
        let ids = statement.query_map([], |row| row.get(0).map(InstallationId))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// What was kept under that key.
    pub fn kept(&self, installation: InstallationId, key: &str) -> Result<Option<String>, StoreError> {
        let row = params![installation.0, key];
        Ok(self.db.query_row(NOTE, row, |row| row.get(0)).optional()?)
    }

    /// Notices that were given up, after that one, the oldest first, at most so many.
    pub fn parked(
        &self,
        installation: InstallationId,
        after: OutboxId,
        limit: u32,
    ) -> Result<Vec<Undelivered>, StoreError> {
        self.undelivered(PARKED, installation, after, limit)
    }

    /// Notices that wait or are in flight, after that one, the oldest first, at most so many.
    pub fn pending(
        &self,
        installation: InstallationId,
        after: OutboxId,
        limit: u32,
    ) -> Result<Vec<Undelivered>, StoreError> {
        self.undelivered(PENDING, installation, after, limit)
    }

    fn undelivered(
        &self,
        sql: &'static str,
        installation: InstallationId,
        after: OutboxId,
        limit: u32,
    ) -> Result<Vec<Undelivered>, StoreError> {
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map(params![installation.0, after.0, limit], undelivered)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What could not be understood, after that one, the oldest first, at most so many.
    pub fn letters(
        &self,
        installation: InstallationId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Letter>, StoreError> {
        let mut statement = self.db.prepare(LETTERS)?;
        let rows = statement.query_map(params![installation.0, after, limit], |row| {
            Ok(Letter {
                id: row.get("id")?,
                kind: row.get("kind")?,
                bytes: row.get("bytes")?,
                reason: row.get("reason")?,
                at: instant(row.get("at")?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What came, byte by byte. It is private: shown only to whoever asks for it by name.
    pub fn letter_body(&self, installation: InstallationId, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.db.query_row(LETTER_BODY, params![installation.0, id], |row| row.get(0)).optional()?)
    }
}

fn undelivered(row: &Row<'_>) -> Result<Undelivered, rusqlite::Error> {
    let state: String = row.get("state")?;
    let (kind, engagement) = about(row.get_ref("notice")?.as_str().unwrap_or_default());
    Ok(Undelivered {
        id: OutboxId(row.get("id")?),
        lane: row.get("lane")?,
        standing: match state.as_str() {
            "waiting" => Standing::Waiting,
            "sending" => Standing::Sending,
            _ => Standing::Parked,
        },
        kind,
        engagement,
        tries: row.get("attempts")?,
        is_unsure: row.get("unsure")?,
        decided_at: instant(row.get("decided_at")?),
        next_at: instant(row.get("next_at")?),
        parked_at: row.get::<_, Option<i64>>("settled_at")?.map(instant),
        reason: row.get("reason")?,
    })
}

/// Which kind a notice is, and what it is about; nothing of what it says.
fn about(notice: &str) -> (Option<String>, Option<EngagementId>) {
    use serde_json::Value;
    let Ok(notice) = serde_json::from_str::<Value>(notice) else { return (None, None) };
    let kind = match notice.get("what") {
        Some(Value::String(kind)) => Some(kind.clone()),
        Some(Value::Object(what)) => what.keys().next().cloned(),
        Some(_) | None => None,
    };
    (kind, notice.get("engagement").and_then(Value::as_i64).map(EngagementId))
}

/// An instant; one that no calendar has is shown as the first.
fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
