//! Forgetting people's words: texts, links, customers, briefings and reasons of old asks, messages that were delivered or given
//! up, and dead letters. Times, people and states stay, so that what was counted stays the same.
//!
//! A page at a time, so that nobody waits for the writer. What is forgotten is overwritten in the file (`secure_delete`), and
//! gone from the log beside it once that is emptied. A row that cannot be read is forgotten all the same.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, params};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::beside::Beside;
use super::open::Store;
use super::row::{all, json};
use super::writer::{Ending, Work, execute};
use crate::domain::decision::Event;
use crate::domain::engagement::Body;
use crate::domain::forget;
use crate::domain::ids::InstallationId;

pub(super) const OLD: &str = "SELECT id, body FROM engagement \
    WHERE installation_id = ? AND purged_at IS NULL AND asked_at < ? ORDER BY asked_at LIMIT ?";
/// Whoever read the row before writes nothing back: its version is another one.
const FORGET: &str = "UPDATE engagement SET version = version + 1, text = '', customer = NULL, links = '[]', details = '[]', \
    body = ?, purged_at = ? WHERE installation_id = ? AND id = ?";
const EVENTS: &str = "SELECT seq, event FROM timeline WHERE installation_id = ? AND engagement_id = ?";
const FORGET_EVENT: &str =
    "UPDATE timeline SET event = ? WHERE installation_id = ? AND engagement_id = ? AND seq = ?";
pub(super) const FORGET_MESSAGES: &str = "DELETE FROM outbox WHERE installation_id = ?1 AND id IN \
    (SELECT id FROM outbox WHERE installation_id = ?1 AND settled_at < ?2 AND state IN ('sent', 'dropped', 'parked') \
    ORDER BY settled_at LIMIT ?3)";
/// What cannot be told to belong to anybody is forgotten with everybody's.
pub(super) const FORGET_LETTERS: &str = "DELETE FROM dead_letter WHERE id IN \
    (SELECT id FROM dead_letter WHERE installation_id IS ? AND at < ? ORDER BY at LIMIT ?)";
/// When the words of an ask went, where they did.
pub(super) const FORGOTTEN: &str =
    "SELECT purged_at FROM engagement WHERE installation_id = ? AND id = ? AND purged_at IS NOT NULL";
const COUNT: &str = "SELECT \
    (SELECT COUNT(*) FROM engagement WHERE installation_id = ?1 AND purged_at IS NULL AND asked_at < ?2), \
    (SELECT COUNT(*) FROM outbox WHERE installation_id = ?1 AND settled_at < ?2 AND state IN ('sent', 'dropped', 'parked')), \
    (SELECT COUNT(*) FROM dead_letter WHERE (installation_id = ?1 OR installation_id IS NULL) AND at < ?2)";
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// How long emptying the log waits for whoever reads or writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// What cannot be read is replaced by this.
const NOTHING: &str = "{}";

/// What was forgotten, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// Asks whose words went.
    pub asks: u64,
    /// Messages that were delivered, dropped or given up.
    pub messages: u64,
    /// Dead letters.
    pub letters: u64,
    /// Nothing more is old enough.
    pub is_over: bool,
}

impl Purged {
    /// Whether it is anything at all.
    pub fn anything(&self) -> bool {
        self.asks + self.messages + self.letters > 0
    }

    /// Counts more of it.
    pub fn add(&mut self, more: Self) {
        self.asks += more.asks;
        self.messages += more.messages;
        self.letters += more.letters;
    }
}

impl Store {
    /// Forgets the words of what was asked before then, at most so many of each sort.
    pub async fn purge(
        &self,
        installation: InstallationId,
        (before, now): (DateTime<Utc>, DateTime<Utc>),
        limit: u32,
    ) -> Result<Purged, StoreError> {
        // Found out beside the writer: nearly always there is nothing.
        let count = move |db: &Connection| counted(db, installation, before);
        let waiting = self.0.readers.read_long(count).await?;
        if !waiting.anything() {
            return Ok(Purged { is_over: true, ..waiting });
        }
        self.0.writer.write(Page { installation, before, now, limit }).await
    }

    /// Empties the log beside the database, in which older versions of its pages stand. Where somebody reads for longer than a
    /// moment it is left to the next time, or to the database itself, which writes over it.
    pub async fn empty_log(&self) -> Result<(), StoreError> {
        let path = self.0.path.clone();
        let empty = move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(&path, flags)?;
            db.busy_timeout(BUSY_TIMEOUT)?;
            let is_busy: bool = db.query_row(EMPTY_LOG, [], |row| row.get(0))?;
            if is_busy {
                tracing::info!("the database's log could not be emptied now; it is written over in its turn");
            }
            Ok(())
        };
        let emptied = tokio::task::spawn_blocking(empty).await;
        emptied.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
    }
}

impl Beside {
    /// What would be forgotten.
    pub fn would_purge(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
    ) -> Result<Purged, StoreError> {
        counted(&self.db, installation, before)
    }
}

fn counted(
    db: &Connection,
    installation: InstallationId,
    before: DateTime<Utc>,
) -> Result<Purged, StoreError> {
    let of = params![installation.0, before.timestamp_micros()];
    let number = |row: &rusqlite::Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let counted = db.prepare_cached(COUNT)?.query_row(of, |row| {
        Ok(Purged {
            asks: number(row, 0)?,
            messages: number(row, 1)?,
            letters: number(row, 2)?,
            is_over: false,
        })
    });
    Ok(counted?)
}

struct Page {
    installation: InstallationId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u32,
}

impl Work for Page {
    type Output = Purged;

    fn run(&self, db: &Connection) -> Result<Ending<Purged>, StoreError> {
        let (installation, before) = (self.installation.0, self.before.timestamp_micros());
        let old = all(db, OLD, params![installation, before, self.limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get_ref(1)?.as_str().unwrap_or_default().to_owned()))
        })?;
        for (id, body) in &old {
            self.forget(db, *id, body)?;
        }
        let messages = execute(db, FORGET_MESSAGES, params![installation, before, self.limit])?;
        let ours = execute(db, FORGET_LETTERS, params![installation, before, self.limit])?;
        let nobodys = execute(db, FORGET_LETTERS, params![None::<i64>, before, self.limit])?;
        let is_full = |number: usize| number >= self.limit as usize;
        Ok(Ending::Keep(Purged {
            asks: old.len() as u64,
            messages: messages as u64,
            letters: (ours + nobodys) as u64,
            is_over: ![old.len(), messages, ours, nobodys].into_iter().any(is_full),
        }))
    }
}

impl Page {
    fn forget(&self, db: &Connection, id: i64, body: &str) -> Result<(), StoreError> {
        let installation = self.installation.0;
        let body = match serde_json::from_str::<Body>(body) {
            Ok(mut body) => {
                forget::in_body(&mut body);
                json(&body)
            }
            Err(_) => NOTHING.to_owned(),
        };
        let row = params![body, self.now.timestamp_micros(), installation, id];
        if execute(db, FORGET, row)? != 1 {
            return Err(StoreError::Conflict);
        }
        let events = all(db, EVENTS, params![installation, id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get_ref(1)?.as_str().unwrap_or_default().to_owned()))
        })?;
        for (seq, event) in events {
            let left = match serde_json::from_str::<Event>(&event) {
                Ok(mut event) => {
                    forget::in_event(&mut event);
                    json(&event)
                }
                Err(_) => NOTHING.to_owned(),
            };
            if left != event {
                execute(db, FORGET_EVENT, params![left, installation, id, seq])?;
            }
        }
        Ok(())
    }
}
