//! What an operator wants of a dead letter: to be read again, or thrown away.
//!
//! A letter goes only after what it led to is committed. That a reading began is kept before it begins: were we to end in
//! between, the next reading is told from the first, and never made once the keys that would stop it are forgotten.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use super::open::Store;
use super::row::{Reading, all};
use super::writer::{Ending, Work, execute};
use crate::domain::admin::LetterRow;
use crate::domain::ids::InstallationId;

const BODY: &str =
    "SELECT body FROM dead_letter WHERE (installation_id = ?1 OR installation_id IS NULL) AND id = ?2";
const BEGUN: &str = "SELECT value FROM note WHERE installation_id = ? AND key = ?";
const BEGIN: &str = "INSERT INTO note (installation_id, key, value) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, key) DO NOTHING";
const END: &str = "DELETE FROM note WHERE installation_id = ? AND key = ?";
const REMOVE: &str =
    "DELETE FROM dead_letter WHERE (installation_id = ?1 OR installation_id IS NULL) AND id = ?2";
const STILL_NOT: &str = "UPDATE dead_letter SET reason = ?3 \
    WHERE (installation_id = ?1 OR installation_id IS NULL) AND id = ?2";

/// A letter that is about to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    /// The body as it came.
    pub body: Vec<u8>,
    /// When it was first begun to be read again; an earlier instant than now means that the end of that is not known.
    pub begun_at: DateTime<Utc>,
}

/// How reading a letter again ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RereadEnd {
    /// It was understood, and what it led to is committed; or nobody wants it any more. It goes.
    Gone,
    /// It was not; it stays, with what is wrong with it now.
    Stays {
        /// What is wrong with it; never what it says.
        reason: String,
    },
}

const NEWEST: &str = "SELECT id, reason, at FROM dead_letter \
    WHERE (installation_id = ?1 OR installation_id IS NULL) ORDER BY at DESC, id DESC LIMIT ?2";

impl Store {
    /// What could not be understood, the newest first, at most so many; without what it says.
    pub async fn letters(
        &self,
        installation: InstallationId,
        limit: u32,
    ) -> Result<Vec<LetterRow>, StoreError> {
        let read = |row: &Row<'_>| {
            let row = Reading::new(row, "dead_letter", "id");
            Ok(LetterRow { row: row.get("id")?, reason: row.get("reason")?, at: row.at("at")? })
        };
        self.0.readers.read_long(move |db| all(db, NEWEST, params![installation.0, limit], read)).await
    }

    /// Begins to read a letter again; `None` where there is no such letter.
    pub async fn begin_reread(
        &self,
        installation: InstallationId,
        id: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<Reread>, StoreError> {
        self.0.writer.write(Begin { installation, id, now }).await
    }

    /// Writes down how reading a letter again ended; whether there was such a letter.
    pub async fn end_reread(
        &self,
        installation: InstallationId,
        id: i64,
        end: RereadEnd,
    ) -> Result<bool, StoreError> {
        self.0.writer.write(Finish { installation, id, how: end }).await
    }
}

/// The note that a reading began.
fn note(id: i64) -> String {
    format!("reread:{id}")
}

struct Begin {
    installation: InstallationId,
    id: i64,
    now: DateTime<Utc>,
}

impl Work for Begin {
    type Output = Option<Reread>;

    fn run(&self, db: &Connection) -> Result<Ending<Option<Reread>>, StoreError> {
        let (installation, key) = (self.installation.0, note(self.id));
        let body: Option<Vec<u8>> = db
            .prepare_cached(BODY)?
            .query_row(params![installation, self.id], |row| row.get(0))
            .optional()?;
        let Some(body) = body else { return Ok(Ending::Undo(None)) };
        execute(db, BEGIN, params![installation, key, self.now.timestamp_micros().to_string()])?;
        let begun: String =
            db.prepare_cached(BEGUN)?.query_row(params![installation, key], |row| row.get(0))?;
        let begun_at = begun.parse().ok().and_then(DateTime::from_timestamp_micros);
        let begun_at = begun_at.ok_or_else(|| StoreError::Corrupt {
            table: "note",
            id: key,
            column: "value",
            reason: "not an instant".to_owned(),
        })?;
        Ok(Ending::Keep(Some(Reread { body, begun_at })))
    }
}

struct Finish {
    installation: InstallationId,
    id: i64,
    how: RereadEnd,
}

impl Work for Finish {
    type Output = bool;

    fn run(&self, db: &Connection) -> Result<Ending<bool>, StoreError> {
        let installation = self.installation.0;
        execute(db, END, params![installation, note(self.id)])?;
        let rows = match &self.how {
            RereadEnd::Gone => execute(db, REMOVE, params![installation, self.id])?,
            RereadEnd::Stays { reason } => execute(db, STILL_NOT, params![installation, self.id, reason])?,
        };
        Ok(Ending::Keep(rows == 1))
    }
}
