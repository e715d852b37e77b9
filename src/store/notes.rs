//! The small tables: installations, what was told once, what could not be understood, notes over a restart, and the
//! forgetting of what is old.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, params};

use super::StoreError;
use super::open::Store;
use super::row::{Reading, all, one};
use super::writer::{Ending, Work, execute};
use crate::domain::ids::InstallationId;

const INSTALLATIONS: &str = "SELECT id FROM installation ORDER BY id";
const FIND_INSTALLATION: &str = "SELECT id FROM installation WHERE team_id = ?";
const ADD_INSTALLATION: &str =
    "INSERT INTO installation (team_id) VALUES (?) ON CONFLICT (team_id) DO NOTHING";
pub(super) const TELL: &str = "INSERT INTO told (installation_id, topic, at) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, topic) DO NOTHING";
const FORGET_TOLD: &str = "DELETE FROM told WHERE installation_id = ? AND topic = ?";
const KEEP_DEAD_LETTER: &str =
    "INSERT INTO dead_letter (installation_id, kind, body, reason, at) VALUES (?, ?, ?, ?, ?)";
const DEAD_LETTERS: &str = "SELECT id, installation_id, kind, body, reason, at FROM dead_letter \
    WHERE installation_id IS ? ORDER BY at DESC, id DESC LIMIT ?";
const KEEP_NOTE: &str = "INSERT INTO note (installation_id, key, value) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, key) DO UPDATE SET value = excluded.value";
const KEPT_NOTE: &str = "SELECT value FROM note WHERE installation_id = ? AND key = ?";
pub(super) const FORGET_KEYS: &str = "DELETE FROM decided WHERE installation_id = ?1 AND key IN \
    (SELECT key FROM decided WHERE installation_id = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";
pub(super) const FORGET_DELIVERED: &str = "DELETE FROM outbox WHERE installation_id = ?1 AND id IN \
    (SELECT id FROM outbox WHERE installation_id = ?1 AND settled_at < ?2 AND state IN ('sent', 'dropped') \
    ORDER BY settled_at LIMIT ?3)";

/// The note under which the last sign of life is kept.
const ALIVE_AT: &str = "alive_at";

/// Something that reached us and could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose, where that could be told.
    pub installation: Option<InstallationId>,
    /// What it seemed to be (`event`, `interaction`, …).
    pub kind: String,
    /// The body as it came, without headers.
    pub body: Vec<u8>,
    /// What is wrong with it.
    pub reason: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

impl Store {
    /// The installation of that Slack team; begun where it is new.
    pub async fn installation(&self, team_id: &str) -> Result<InstallationId, StoreError> {
        if let Some(id) = self.find_installation(team_id).await? {
            return Ok(id);
        }
        self.0.writer.write(Statement(ADD_INSTALLATION, (team_id.to_owned(),))).await?;
        let found = self.find_installation(team_id).await?;
        found.ok_or_else(|| StoreError::Unavailable("an installation vanished while it was added".to_owned()))
    }

    /// Every installation, the first one first.
    pub async fn installations(&self) -> Result<Vec<InstallationId>, StoreError> {
        self.0.readers.read(|db| all(db, INSTALLATIONS, [], |row| Ok(InstallationId(row.get(0)?)))).await
    }

    async fn find_installation(&self, team_id: &str) -> Result<Option<InstallationId>, StoreError> {
        let team_id = team_id.to_owned();
        let find = move |db: &Connection| {
            one(db, FIND_INSTALLATION, params![team_id], |row| Ok(InstallationId(row.get(0)?)))
        };
        self.0.readers.read(find).await
    }

    /// Whether this is the first time that this is told; it is written down.
    pub async fn tell_once(
        &self,
        installation: InstallationId,
        topic: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = (installation.0, topic.to_owned(), now.timestamp_micros());
        Ok(self.0.writer.write(Statement(TELL, row)).await? == 1)
    }

    /// It holds no longer: the next time is told again.
    pub async fn forget_told(&self, installation: InstallationId, topic: &str) -> Result<(), StoreError> {
        let row = (installation.0, topic.to_owned());
        self.0.writer.write(Statement(FORGET_TOLD, row)).await.map(|_| ())
    }

    /// Keeps what could not be understood, for a person to look at.
    pub async fn keep_dead_letter(&self, letter: DeadLetter) -> Result<(), StoreError> {
        let DeadLetter { installation, kind, body, reason, at } = letter;
        let row = (installation.map(|id| id.0), kind, body, reason, at.timestamp_micros());
        self.0.writer.write(Statement(KEEP_DEAD_LETTER, row)).await.map(|_| ())
    }

    /// What could not be understood, newest first; without an installation, what could not be told to belong to one.
    pub async fn dead_letters(
        &self,
        installation: Option<InstallationId>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let installation = installation.map(|id| id.0);
        let read = move |db: &Connection| {
            all(db, DEAD_LETTERS, params![installation, limit], |row| {
                let row = Reading::new(row, "dead_letter", "id");
                Ok(DeadLetter {
                    installation: row.get::<Option<i64>>("installation_id")?.map(InstallationId),
                    kind: row.get("kind")?,
                    body: row.get("body")?,
                    reason: row.get("reason")?,
                    at: row.at("at")?,
                })
            })
        };
        self.0.readers.read(read).await
    }

    /// Keeps a small thing over a restart, in place of what was kept under that key.
    pub async fn keep(&self, installation: InstallationId, key: &str, value: &str) -> Result<(), StoreError> {
        let row = (installation.0, key.to_owned(), value.to_owned());
        self.0.writer.write(Statement(KEEP_NOTE, row)).await.map(|_| ())
    }

    /// What was kept under that key.
    pub async fn kept(&self, installation: InstallationId, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        let find =
            move |db: &Connection| one(db, KEPT_NOTE, params![installation.0, key], |row| Ok(row.get(0)?));
        self.0.readers.read(find).await
    }

    /// A sign of life, so that a time in which we were down can be told (B7).
    pub async fn mark_alive(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.keep(installation, ALIVE_AT, &now.timestamp_micros().to_string()).await
    }

    /// The last sign of life.
    pub async fn alive_at(&self, installation: InstallationId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(text) = self.kept(installation, ALIVE_AT).await? else { return Ok(None) };
        let at = text.parse().ok().and_then(DateTime::from_timestamp_micros);
        at.map(Some).ok_or_else(|| StoreError::Corrupt {
            table: "note",
            id: ALIVE_AT.to_owned(),
            column: "value",
            reason: "not an instant".to_owned(),
        })
    }

    /// Forgets dedupe keys from before then, at most so many; how many it were. Slack's retries must be over (25 hours).
    pub async fn forget_keys(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let rows = (installation.0, before.timestamp_micros(), limit);
        self.0.writer.write(Statement(FORGET_KEYS, rows)).await
    }

    /// Forgets notices that were sent or dropped before then, at most so many; how many it were.
    pub async fn forget_delivered(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let rows = (installation.0, before.timestamp_micros(), limit);
        self.0.writer.write(Statement(FORGET_DELIVERED, rows)).await
    }
}

/// One statement; its answer is how many rows it changed.
struct Statement<A>(&'static str, A);

impl<A: Params + Clone + Send + 'static> Work for Statement<A> {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        Ok(Ending::Keep(execute(db, self.0, self.1.clone())?))
    }
}
