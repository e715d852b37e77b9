//! The one writer: a thread that owns the only connection that writes, and commits whatever waits as a group.
//!
//! A bad job never sinks its group: what it wrote is undone alone. Nobody is answered before the group's COMMIT; when that
//! fails nothing of the group is kept and all of it hears so. Whoever gave up waiting before their job began is not written
//! for (see [`Turn`]). Knows no tables. A thread and plain calls, since handing every statement to another thread and back
//! cost more than the statements did.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, Params};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::same_file::SameFile;
use super::{StoreError, Turn};

/// Jobs that may wait; whoever comes then waits for room.
const ROOM: usize = 4_096;
/// Most jobs in one transaction.
const GROUP: usize = 256;

/// How long the writer waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What the writer keeps of the file, in KiB: the places in the indexes at which a busy hour writes.
const CACHE: i64 = -8_192;
/// Prepared statements kept.
const STATEMENTS: usize = 128;

const BEGIN: &str = "BEGIN IMMEDIATE";
const SAVE: &str = "SAVEPOINT job";
const KEEP: &str = "RELEASE job";
const UNDO: &str = "ROLLBACK TO job";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// How a piece of work ended.
pub(super) enum Ending<T> {
    /// What it wrote is kept.
    Keep(T),
    /// What it wrote is undone; this is its answer all the same.
    Undo(T),
}

/// Something to write.
pub(super) trait Work: Send + 'static {
    /// Its answer.
    type Output: Send + 'static;

    /// Writes it, inside the group's transaction. An error undoes it. It may be run a second time, when all that the first
    /// run wrote was undone because of another job.
    fn run(&self, db: &Connection) -> Result<Ending<Self::Output>, StoreError>;
}

/// Until when, and for whom, a piece of work is worth beginning.
#[derive(Debug, Clone, Default)]
pub(super) struct Worth {
    /// Not after this instant.
    pub(super) deadline: Option<Instant>,
    /// Not after whoever waits gave up.
    pub(super) turn: Option<Turn>,
}

/// Whether what a job wrote is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

/// Work of whatever kind, with somebody who waits for its answer.
trait Job: Send {
    /// Runs it, unless it is too late for that.
    fn run(&mut self, db: &Connection) -> Kept;

    /// Why the database did not take it, if so: it is full, read-only or broken.
    fn failure(&self) -> Option<&str>;

    /// Answers, once the group is committed or lost.
    fn answer(self: Box<Self>, lost: Option<&str>);
}

/// Where whoever asked hears how it ended.
pub(super) type Answer<W> = oneshot::Sender<Result<<W as Work>::Output, StoreError>>;

struct Task<W: Work> {
    work: W,
    worth: Worth,
    has_begun: bool,
    outcome: Option<Result<W::Output, StoreError>>,
    answer: Answer<W>,
}

impl<W: Work> Task<W> {
    /// Whether it is still worth it; from then on nobody gives up.
    fn begins(&mut self) -> bool {
        let Worth { deadline, turn } = &self.worth;
        let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
        self.has_begun = self.has_begun || (!is_late && turn.as_ref().is_none_or(Turn::begin));
        self.has_begun
    }
}

impl<W: Work> Job for Task<W> {
    fn run(&mut self, db: &Connection) -> Kept {
        if !self.begins() {
            self.outcome = Some(Err(StoreError::TooLate));
            return Kept::No;
        }
        let ran = catch_unwind(AssertUnwindSafe(|| self.work.run(db)));
        let (outcome, kept) = match ran {
            Ok(Ok(Ending::Keep(output))) => (Ok(output), Kept::Yes),
            Ok(Ok(Ending::Undo(output))) => (Ok(output), Kept::No),
            Ok(Err(error)) => (Err(error), Kept::No),
            Err(_) => (Err(StoreError::Unavailable("a write made its thread panic".to_owned())), Kept::No),
        };
        self.outcome = Some(outcome);
        kept
    }

    fn failure(&self) -> Option<&str> {
        match &self.outcome {
            Some(Err(StoreError::Unavailable(why))) => Some(why),
            Some(Ok(_) | Err(_)) | None => None,
        }
    }

    fn answer(self: Box<Self>, lost: Option<&str>) {
        let outcome = match (self.outcome, lost) {
            (Some(Err(StoreError::TooLate)), _) => Err(StoreError::TooLate),
            (_, Some(reason)) => Err(StoreError::Unavailable(reason.to_owned())),
            (Some(outcome), None) => outcome,
            (None, None) => Err(StoreError::Unavailable("not started".to_owned())),
        };
        if let (Err(StoreError::Conflict), Some(turn)) = (&outcome, &self.worth.turn) {
            turn.reopen();
        }
        // Whoever asked may have gone; what is committed stays.
        let _ = self.answer.send(outcome);
    }
}

enum Message {
    Job(Box<dyn Job>),
    Close,
}

/// The way to the writer.
pub(super) struct Writer {
    jobs: mpsc::Sender<Message>,
    is_well: Arc<AtomicBool>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Writer {
    /// Starts the writer on a database that is there already.
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(ROOM);
        let (end, ended) = oneshot::channel();
        let is_well = Arc::new(AtomicBool::new(true));
        let desk = Desk {
            path: path.to_owned(),
            db: Some(connect(path)?),
            files: SameFile::at(path),
            is_well: Arc::clone(&is_well),
            waiting,
        };
        let serve = move || {
            desk.serve();
            // Nobody may be waiting for it.
            let _ = end.send(());
        };
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(serve)
            .map_err(|error| StoreError::Unavailable(format!("the writer cannot be started: {error}")))?;
        Ok(Self { jobs, is_well, ended: Mutex::new(Some(ended)) })
    }

    /// Whether it takes jobs.
    pub(super) fn is_running(&self) -> bool {
        !self.jobs.is_closed()
    }

    /// Whether the database took what was last written.
    pub(super) fn is_well(&self) -> bool {
        self.is_well.load(Ordering::Relaxed)
    }

    /// How many jobs nobody has taken up yet.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Has something written, whoever waits for it; answers when it is durable.
    pub(super) async fn write<W: Work>(&self, work: W) -> Result<W::Output, StoreError> {
        self.write_while(work, Worth::default()).await
    }

    /// Has something written if it is still worth it when its turn comes; answers when it is durable.
    pub(super) async fn write_while<W: Work>(&self, work: W, worth: Worth) -> Result<W::Output, StoreError> {
        let (answer, answered) = oneshot::channel();
        let room = match worth.deadline {
            None => self.jobs.reserve().await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), self.jobs.reserve())
                .await
                .map_err(|_| StoreError::TooLate)?,
        };
        let room = room.map_err(|_| closed())?;
        room.send(Message::Job(Box::new(Task { work, worth, has_begun: false, outcome: None, answer })));
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Has something written if it is still worth it when its turn comes, for a thread that waits for nobody; `answer` hears
    /// when it is durable.
    pub(super) fn queue<W: Work>(&self, work: W, worth: Worth, answer: Answer<W>) {
        let task = Task { work, worth, has_begun: false, outcome: None, answer };
        if let Err(refused) = self.jobs.try_send(Message::Job(Box::new(task))) {
            let (message, error) = match refused {
                TrySendError::Full(message) => (message, "too much waits to be written"),
                TrySendError::Closed(message) => (message, "the store is closed"),
            };
            if let Message::Job(job) = message {
                job.answer(Some(error));
            }
        }
    }

    /// Lets the writer finish what waits, and waits for that.
    pub(super) async fn close(&self) {
        // An error means that it has ended already.
        let _ = self.jobs.send(Message::Close).await;
        let ended = self.ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(ended) = ended
            && ended.await.is_err()
        {
            tracing::error!("the store's writer ended badly");
        }
    }
}

/// Nothing is written any more.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

struct Desk {
    path: PathBuf,
    db: Option<Connection>,
    files: SameFile,
    is_well: Arc<AtomicBool>,
    waiting: mpsc::Receiver<Message>,
}

impl Desk {
    fn serve(mut self) {
        let mut messages = Vec::with_capacity(GROUP);
        while self.waiting.blocking_recv_many(&mut messages, GROUP) > 0 {
            self.wait_for_company(&mut messages);
            let mut group = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Job(job) => group.push(job),
                    // What was sent before stays in the channel and is served.
                    Message::Close => self.waiting.close(),
                }
            }
            self.serve_group(group);
        }
    }

    /// Lets others run who are about to come: on a busy machine they share the COMMIT, on an idle one nobody is let go first.
    fn wait_for_company(&mut self, messages: &mut Vec<Message>) {
        let mut before = 0;
        while messages.len() > before && messages.len() < GROUP {
            before = messages.len();
            std::thread::yield_now();
            while messages.len() < GROUP
                && let Ok(message) = self.waiting.try_recv()
            {
                messages.push(message);
            }
        }
    }

    fn serve_group(&mut self, mut group: Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let committed = self.commit_group(&mut group);
        let failure = group.iter().find_map(|job| job.failure()).map(str::to_owned);
        self.is_well.store(committed.is_ok() && failure.is_none(), Ordering::Relaxed);
        // What the job says is nearer to the cause than what came of it.
        let lost = committed.err().map(|error| failure.unwrap_or(error));
        if let Some(reason) = &lost {
            // A new connection begins without whatever state this one is in.
            self.db = None;
            tracing::error!(jobs = group.len(), reason, "a group of writes was lost and nothing of it kept");
        }
        for job in group {
            job.answer(lost.as_deref());
        }
    }

    /// Runs and commits a group, or says why nothing of it was kept.
    fn commit_group(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), String> {
        let db = if let Some(db) = self.db.take() {
            self.db.insert(db)
        } else {
            self.files.reopened().map_err(|gone| gone.to_string())?;
            self.db.insert(connect(&self.path).map_err(|error| error.to_string())?)
        };
        run_group(db, group).map_err(|error| error.to_string())?;
        // Looked at last: what is committed to a file that has no name any more is lost.
        self.files.check().map_err(|gone| gone.to_string())?;
        execute(db, COMMIT, []).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// Runs a group inside a transaction that stays open.
fn run_group(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
    execute(db, BEGIN, [])?;
    if run_plainly(db, group)? == Kept::No {
        execute(db, ROLLBACK, [])?;
        execute(db, BEGIN, [])?;
        run_each_apart(db, group)?;
    }
    Ok(())
}

/// Runs a group without savepoints, which cost as much as a small job: nearly always there is nothing to undo. `No` where
/// there is.
fn run_plainly(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<Kept, rusqlite::Error> {
    for job in group {
        let before = db.total_changes();
        let kept = job.run(db);
        expect_open(db)?;
        if kept == Kept::No && db.total_changes() != before {
            return Ok(Kept::No);
        }
    }
    Ok(Kept::Yes)
}

/// Runs a group with a savepoint for each job.
fn run_each_apart(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
    for job in group {
        execute(db, SAVE, [])?;
        let kept = job.run(db);
        expect_open(db)?;
        if kept == Kept::No {
            execute(db, UNDO, [])?;
        }
        execute(db, KEEP, [])?;
    }
    Ok(())
}

/// A full disk and the like end the transaction behind our back: what came after would be kept one by one.
fn expect_open(db: &Connection) -> Result<(), rusqlite::Error> {
    if db.is_autocommit() { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) }
}

/// Runs a statement that stays prepared; how many rows it changed.
pub(super) fn execute(
    db: &Connection,
    sql: &'static str,
    arguments: impl Params,
) -> Result<usize, rusqlite::Error> {
    db.prepare_cached(sql)?.execute(arguments)
}

/// The settings that durability rests on: a COMMIT that returned is on the disk.
fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // What is deleted or written over is overwritten in the file, too: words that were purged are in no free page.
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "cache_size", CACHE)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}
