//! The readers: two threads, each with a connection that cannot write, beside the one writer. One is for what somebody waits for
//! and is over in a moment; the other for what may take its time (counts, audits), so that it holds up nobody.
//!
//! A piece of reading runs whole on one of them, inside one snapshot: what a decision is made from never changes while it is
//! made. What waits together is read in the same snapshot, which began after each of them was asked for; a new one costs a few
//! locks and whatever was kept of the file. Whoever gave up waiting is not read for. Plain calls, since a statement handed to another thread and back costs more
//! than the statement. Knows no tables.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::StoreError;
use super::writer::{closed, execute};

/// Prepared statements that a reader keeps.
const STATEMENTS: usize = 128;
/// How long a reader waits where the database is being repaired after a crash: nothing else makes a reader wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Most pieces of reading in one snapshot: an old one keeps the log from being taken up.
const TOGETHER: usize = 64;
/// What a reader keeps of the file, in KiB.
const CACHE: i64 = -1_024;

const BEGIN: &str = "BEGIN";
const END: &str = "COMMIT";

/// Reading with somebody who waits for it.
trait Job: Send {
    /// Whether nobody waits any more.
    fn is_forsaken(&self) -> bool;

    /// Reads and answers; whether the connection is good for more.
    fn run(self: Box<Self>, db: Result<&Connection, StoreError>) -> Health;
}

/// What became of the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Doubtful,
}

/// Where whoever asked hears what was read.
pub(super) type Answered<U> = oneshot::Receiver<Result<U, StoreError>>;

struct Task<T, U, F, G> {
    read: F,
    then: G,
    answer: oneshot::Sender<Result<U, StoreError>>,
    what: PhantomData<fn() -> T>,
}

impl<T, U, F, G> Job for Task<T, U, F, G>
where
    T: 'static,
    U: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    G: FnOnce(T) -> U + Send + 'static,
{
    fn is_forsaken(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(self: Box<Self>, db: Result<&Connection, StoreError>) -> Health {
        let Self { read, then, answer, what: _ } = *self;
        let outcome =
            db.and_then(|db| catch_unwind(AssertUnwindSafe(|| read(db))).unwrap_or_else(|_| Err(panicked())));
        let health = match &outcome {
            Err(StoreError::Unavailable(_)) => Health::Doubtful,
            Ok(_) | Err(StoreError::Conflict | StoreError::TooLate | StoreError::Corrupt { .. }) => {
                Health::Good
            }
        };
        // Whoever asked may have gone.
        let _ = answer.send(outcome.map(then));
        health
    }
}

fn panicked() -> StoreError {
    StoreError::Unavailable("what was read made a thread panic".to_owned())
}

/// The way to the readers.
pub(super) struct Readers {
    quick: Arc<Queue>,
    long: Arc<Queue>,
}

struct Queue {
    path: PathBuf,
    /// Most pieces of reading in one snapshot.
    together: usize,
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    is_closed: bool,
}

impl Readers {
    /// Starts the readers of a database that is there already.
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            quick: Queue::start(path, "store-reader", TOGETHER)?,
            long: Queue::start(path, "store-counter", 1)?,
        })
    }

    /// Reads within one snapshot what is found by an index and is little.
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.quick.read(read).await
    }

    /// The same, and then something else on the same thread, which must neither read nor wait.
    pub(super) fn read_then<T, U, F, G>(&self, read: F, then: G) -> Result<Answered<U>, StoreError>
    where
        T: 'static,
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        self.quick.begin(read, then)
    }

    /// Reads within one snapshot what may be much; nobody is held up by it.
    pub(super) async fn read_long<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.long.read(read).await
    }

    /// Serves what waits, then ends; later reads are refused.
    pub(super) fn close(&self) {
        for queue in [&self.quick, &self.long] {
            queue.lock().is_closed = true;
            queue.bell.notify_all();
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.close();
    }
}

impl Queue {
    fn start(path: &Path, name: &str, together: usize) -> Result<Arc<Self>, StoreError> {
        let queue = Arc::new(Self {
            path: path.to_owned(),
            together,
            waiting: Mutex::default(),
            bell: Condvar::new(),
        });
        let serving = Arc::clone(&queue);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serving.serve())
            .map_err(|error| StoreError::Unavailable(format!("a reader cannot be started: {error}")))?;
        Ok(queue)
    }

    async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.begin(read, |read| read)?.await.unwrap_or_else(|_| Err(closed()))
    }

    fn begin<T, U, F, G>(&self, read: F, then: G) -> Result<Answered<U>, StoreError>
    where
        T: 'static,
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.push(Box::new(Task { read, then, answer, what: PhantomData }))?;
        Ok(answered)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return Err(closed());
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.bell.notify_one();
        Ok(())
    }

    /// The next jobs, in order; none when the store is closed and nothing waits.
    fn next(&self) -> Vec<Box<dyn Job>> {
        let mut waiting = self.lock();
        let mut has_yielded = false;
        loop {
            let number = waiting.jobs.len().min(self.together);
            if number > 0 || waiting.is_closed {
                return waiting.jobs.drain(..number).collect();
            }
            if has_yielded {
                waiting = self.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            } else {
                // On a busy machine somebody is about to come; waking up costs more than the reading.
                drop(waiting);
                std::thread::yield_now();
                waiting = self.lock();
            }
            has_yielded = !has_yielded;
        }
    }

    fn serve(&self) {
        let mut kept: Option<Connection> = None;
        loop {
            let jobs = self.next();
            if jobs.is_empty() {
                return;
            }
            kept = self.read_together(jobs, kept);
        }
    }

    /// Reads for each of them in one snapshot. After a failure that the connection may have had a part in, the rest begins on
    /// another one.
    fn read_together(&self, jobs: Vec<Box<dyn Job>>, mut kept: Option<Connection>) -> Option<Connection> {
        let mut has_begun = false;
        for job in jobs {
            if job.is_forsaken() {
                continue;
            }
            let at_hand = match kept.take() {
                Some(db) if has_begun => Ok(db),
                db => self.begin_snapshot(db),
            };
            has_begun = match at_hand {
                Ok(db) => {
                    let is_good = job.run(Ok(&db)) == Health::Good;
                    kept = Some(db).filter(|_| is_good);
                    is_good
                }
                Err(error) => {
                    job.run(Err(error));
                    false
                }
            };
        }
        kept.filter(|db| !has_begun || execute(db, END, []).is_ok())
    }

    fn begin_snapshot(&self, db: Option<Connection>) -> Result<Connection, StoreError> {
        let db = match db {
            Some(db) => db,
            None => connect(&self.path)?,
        };
        execute(&db, BEGIN, [])?;
        Ok(db)
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "query_only", true)?;
    db.pragma_update(None, "cache_size", CACHE)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}
