//! The yardstick: the least that a server can do on the same ground. It verifies the signature and answers; or it verifies,
//! inserts so many rows in a transaction that it shares with whoever waits as well, and answers after the COMMIT.
//!
//! It runs as a process of its own (this program with another argument). Its store goes through `sqlx`, as in the kit for
//! which the aims were set; it knows nothing of engagements.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use switchboard::clock::Clock;
use tokio::sync::{mpsc, oneshot};

use crate::Bench;
use crate::machine;
use crate::requests::SECRET;

/// How many wait for one COMMIT at most, as with the bot's writer.
const GROUP: usize = 256;
/// The database's name in its folder; beside it stands `address`, once it listens.
const DATABASE: &str = "yardstick.db";

const TABLES: [&str; 3] = [
    "CREATE TABLE asked (id INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, place TEXT NOT NULL, \
     person TEXT NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
    "CREATE TABLE due (id INTEGER PRIMARY KEY, cause TEXT NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
    "CREATE INDEX due_at ON due (at)",
];
const ADD_ASKED: &str = "INSERT INTO asked (cause, place, person, words, at) VALUES (?, ?, ?, ?, ?) \
    ON CONFLICT (cause) DO NOTHING";
const ADD_DUE: &str = "INSERT INTO due (cause, kind, at) VALUES (?, ?, ?)";

/// What the running process is told.
#[derive(Clone)]
pub struct Told {
    /// Where its files are.
    pub folder: PathBuf,
    /// Rows a request; 0: nothing is stored.
    pub rows: usize,
}

/// A running yardstick.
pub struct Yardstick {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    folder: tempfile::TempDir,
}

impl Yardstick {
    /// Starts one with a new database, where the bot would run.
    pub fn start(bench: &Bench, rows: usize) -> Result<Self> {
        let folder = tempfile::tempdir_in(&bench.folder)?;
        let mut command = if let Some(kit) = &bench.kit {
            kit.yardstick(bench.cores, rows, folder.path())?
        } else {
            let ourselves = std::env::current_exe()?;
            let mut command = bench.cores.server(ourselves.to_str().context("a path in UTF-8")?);
            command.arg("--serve-yardstick").arg(folder.path()).args(["--rows", &rows.to_string()]);
            command
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut yardstick = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), child, folder };
        yardstick.address = yardstick.wait()?;
        Ok(yardstick)
    }

    fn wait(&self) -> Result<SocketAddr> {
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(10) {
            if let Ok(address) = std::fs::read_to_string(self.folder.path().join("address"))
                && let Ok(address) = address.parse()
                && std::net::TcpStream::connect(address).is_ok()
            {
                return Ok(address);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("the yardstick did not start")
    }

    /// Processor seconds so far.
    pub fn cpu(&self) -> Result<f64> {
        machine::cpu_seconds(self.child.id())
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Being the yardstick: serves until killed.
pub fn serve(told: &Told) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let writer = if told.rows == 0 { None } else { Some(begin_writer(told).await?) };
        let desk = Desk { clock: Clock::system(), writer };
        let router = Router::new().route("/slack/events", post(hook)).with_state(Arc::new(desk));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        std::fs::write(told.folder.join("address"), listener.local_addr()?.to_string())?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}

struct Desk {
    clock: Clock,
    writer: Option<mpsc::Sender<Waiting>>,
}

/// A request's fields, and whoever waits for them to be durable.
struct Waiting {
    cause: String,
    place: String,
    person: String,
    words: String,
    at: i64,
    done: oneshot::Sender<()>,
}

async fn hook(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    let at = desk.clock.now().timestamp();
    if !is_genuine(&headers, &body, at) {
        return (StatusCode::UNAUTHORIZED, "");
    }
    let Some(writer) = &desk.writer else { return (StatusCode::OK, "Received") };
    let (done, durable) = oneshot::channel();
    if writer.send(read(&body, at, done)).await.is_err() || durable.await.is_err() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "not stored");
    }
    (StatusCode::OK, "Received")
}

fn is_genuine(headers: &HeaderMap, body: &[u8], now: i64) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(timestamp), Some(signature)) =
        (header("x-slack-request-timestamp"), header("x-slack-signature"))
    else {
        return false;
    };
    if timestamp.parse::<i64>().is_ok_and(|sent| (now - sent).abs() > 300) {
        return false;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes keys of any length");
    for part in [b"v0:".as_slice(), timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    let given = signature.strip_prefix("v0=").and_then(|given| hex::decode(given).ok());
    given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}

fn read(body: &[u8], at: i64, done: oneshot::Sender<()>) -> Waiting {
    let mut waiting = Waiting {
        cause: String::new(),
        place: String::new(),
        person: String::new(),
        words: String::new(),
        at,
        done,
    };
    if body.first() == Some(&b'{') {
        let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let event = &value["event"];
        waiting.cause = text(&value["event_id"]);
        waiting.place = text(&event["channel"]);
        waiting.person = text(&event["user"]);
        waiting.words = text(&event["text"]);
        return waiting;
    }
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "trigger_id" => waiting.cause = value.into_owned(),
            "channel_id" => waiting.place = value.into_owned(),
            "user_id" => waiting.person = value.into_owned(),
            "text" => waiting.words = value.into_owned(),
            _ => {}
        }
    }
    waiting
}

async fn begin_writer(told: &Told) -> Result<mpsc::Sender<Waiting>> {
    let mut db = open(&told.folder.join(DATABASE)).await?;
    for table in TABLES {
        sqlx::query(table).execute(&mut db).await?;
    }
    let (sender, mut jobs) = mpsc::channel::<Waiting>(4_096);
    let rows = i64::try_from(told.rows)?;
    tokio::spawn(async move {
        let mut group = Vec::with_capacity(GROUP);
        while jobs.recv_many(&mut group, GROUP).await > 0 {
            match store(&mut db, &group, rows).await {
                // Whoever asked may have gone.
                Ok(()) => group.drain(..).for_each(|waiting| waiting.done.send(()).unwrap_or_default()),
                Err(error) => {
                    eprintln!("yardstick: {error}");
                    group.clear();
                }
            }
        }
    });
    Ok(sender)
}

async fn open(path: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    Ok(options.connect().await?)
}

/// All of the group or nothing, in one transaction.
async fn store(db: &mut SqliteConnection, group: &[Waiting], rows: i64) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin_with("BEGIN IMMEDIATE").await?;
    for waiting in group {
        let Waiting { cause, place, person, words, at, done: _ } = waiting;
        let added = sqlx::query(ADD_ASKED).bind(cause).bind(place).bind(person).bind(words).bind(at);
        if added.execute(&mut *transaction).await?.rows_affected() == 0 {
            continue;
        }
        for kind in 1..rows {
            let due = sqlx::query(ADD_DUE).bind(cause).bind(kind).bind(at + 900 * kind);
            due.execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await
}
