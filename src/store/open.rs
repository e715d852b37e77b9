//! Opens the store: one file, brought up to date by migrations, one writer and a few readers beside it.
//!
//! What a database is called never leaves this file and its siblings: callers see [`Store`] and our own types.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::StoreError;
use super::fresh_ids::FreshIds;
use super::reader::Readers;
use super::writer::Writer;

/// The migrations this program knows.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
/// How long a connection waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Rows a process left in flight when it died: tried again after a look whether they arrived (one process only). Not before
/// five seconds have passed since they began: until then Slack may be at work on them, and a look would find nothing.
const TAKE_BACK: &str = "UPDATE outbox SET next_at = COALESCE(began_at, 0) + 5000000, unsure = 1 \
    WHERE state = 'sending' AND installation_id IN (SELECT id FROM installation)";

/// Whether the database answers.
const ANSWER: &str = "SELECT 1";

/// Where everything is kept. Cheap to clone.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Parts>);

/// What a store is made of.
pub(super) struct Parts {
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    pub(super) fresh: FreshIds,
    pub(super) path: PathBuf,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the database, creates it where it is missing, brings its tables up to date, and takes back what a process
    /// that died had in flight. One process at a time; others use [`Store::open_beside`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (options, mut db) = migrated(url).await?;
        sqlx::query(TAKE_BACK).execute(&mut db).await?;
        db.close().await?;
        Self::start(&options)
    }

    /// Creates the database where it is missing and brings its tables up to date, and nothing else: a bot that serves it
    /// keeps what it has in flight.
    pub async fn migrate(url: &str) -> Result<(), StoreError> {
        let (_, db) = migrated(url).await?;
        db.close().await?;
        Ok(())
    }

    /// Opens a database that another process may be serving: nothing is created, migrated or taken back.
    pub async fn open_beside(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?.create_if_missing(false);
        options.connect().await.map_err(|error| cannot_open(url, &error))?.close().await?;
        Self::start(&options)
    }

    fn start(options: &SqliteConnectOptions) -> Result<Self, StoreError> {
        let path = options.get_filename();
        let (writer, readers) = (Writer::start(path)?, Readers::start(path)?);
        Ok(Self(Arc::new(Parts { readers, writer, fresh: FreshIds::default(), path: path.to_owned() })))
    }

    /// Commits what waits, then closes. Later calls fail.
    pub async fn close(&self) {
        self.0.writer.close().await;
        self.0.readers.close();
    }

    /// Whether the database answers, and the writer works.
    pub async fn check_health(&self) -> Result<(), StoreError> {
        if !self.0.writer.is_running() {
            return Err(StoreError::Unavailable("the writer has ended".to_owned()));
        }
        if !self.0.writer.is_well() {
            return Err(StoreError::Unavailable("the last write was not taken".to_owned()));
        }
        self.0.readers.read(|db| Ok(db.query_row(ANSWER, [], |_| Ok(()))?)).await
    }
}

/// A connection to a database whose tables are up to date.
async fn migrated(url: &str) -> Result<(SqliteConnectOptions, SqliteConnection), StoreError> {
    let options = options(url)?.create_if_missing(true);
    let mut db = options.connect().await.map_err(|error| cannot_open(url, &error))?;
    MIGRATIONS.run_direct(None, &mut db, false).await.map_err(|error| cannot_migrate(&error))?;
    Ok((options, db))
}

pub(super) fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let scheme = url.split(':').next().unwrap_or_default();
    if matches!(scheme, "postgres" | "postgresql") {
        return Err(StoreError::Unavailable(
            "PostgreSQL is not supported yet; set DATABASE_URL to sqlite://path/to/switchboard.db".to_owned(),
        ));
    }
    if scheme != "sqlite" {
        return Err(StoreError::Unavailable(
            "DATABASE_URL must begin with sqlite://, such as sqlite://switchboard.db".to_owned(),
        ));
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Unavailable(
            "a database in memory would lose what was acknowledged; give DATABASE_URL a file".to_owned(),
        ));
    }
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| StoreError::Unavailable(format!("DATABASE_URL cannot be read: {error}")))?;
    Ok(options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging())
}

fn cannot_open(url: &str, error: &sqlx::Error) -> StoreError {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    StoreError::Unavailable(format!("{path} cannot be opened: {error}"))
}

fn cannot_migrate(error: &MigrateError) -> StoreError {
    let sentence = if let MigrateError::VersionMissing(version) = error {
        format!(
            "the database was written by a newer version of switchboard (its migration {version} is unknown here)"
        )
    } else {
        format!("the database's tables cannot be brought up to date: {error}")
    };
    StoreError::Unavailable(sentence)
}
