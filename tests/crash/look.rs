//! What there is: the database and the workspace as plain data for the comparison.
//!
//! Invariant: a database whose bot is dead is read from a copy only, so that recovering it is left to the bot.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row as Line, params};
use serde_json::Value;
use switchboard::domain::ids::EngagementId;
use switchboard::sandbox::Workspace;

use crate::book::{Engagement, Message, Row, Seen};
use crate::deeds::{AWAY as AWAY_NOW, COVER, Kept};
use crate::shown::Board;

const ENGAGEMENTS: &str = "SELECT id, kind, state, text, parent, home_card FROM engagement \
    WHERE installation_id = (SELECT MIN(id) FROM installation) ORDER BY id";
const CLOCKED: &str = "SELECT DISTINCT engagement_id FROM clock \
    WHERE installation_id = (SELECT MIN(id) FROM installation)";
const EVENTS: &str = "SELECT json_extract(event, '$.event') FROM timeline \
    WHERE installation_id = (SELECT MIN(id) FROM installation) AND engagement_id = ? ORDER BY seq";
const OUTBOX: &str = "SELECT id, key, state, json_extract(notice, '$.to.to'), ts, reason FROM outbox \
    WHERE installation_id = (SELECT MIN(id) FROM installation) ORDER BY id";
const LOG: &str = "SELECT deed, CASE deed WHEN 'mode' THEN outcome ELSE what END FROM admin_log \
    WHERE installation_id = (SELECT MIN(id) FROM installation) ORDER BY id";
const PAUSED: &str =
    "SELECT area FROM pause WHERE installation_id = (SELECT MIN(id) FROM installation) AND ended_at IS NULL";
const MODES: &str = "SELECT area, switched FROM area_mode \
    WHERE installation_id = (SELECT MIN(id) FROM installation) AND switched IS NOT NULL";
const AWAY: &str = "SELECT person, cover FROM absence \
    WHERE installation_id = (SELECT MIN(id) FROM installation) AND cover IS NOT NULL";
const IN_FLIGHT: &str = "SELECT id FROM outbox WHERE state = 'sending'";
const OF_UNKNOWN_END: &str = "SELECT id FROM outbox WHERE unsure = 1";
const PENDING: &str = "SELECT id FROM outbox WHERE state IN ('sending', 'waiting')";
/// The last one that is read here: a bot may be killed between two migrations.
const HAS_TABLES: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'admin_log'";

/// A copy of the database of a dead bot.
pub struct Remains {
    folder: tempfile::TempDir,
}

impl Remains {
    /// Copies the database and its log, as they were left.
    pub fn of(database: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for ending in ["", "-wal"] {
            let mut from = database.as_os_str().to_owned();
            from.push(ending);
            if Path::new(&from).exists() {
                std::fs::copy(&from, folder.path().join(format!("copy.db{ending}"))).expect("copied");
            }
        }
        Self { folder }
    }

    /// Leaves the copy where it is, for a person to look at; where that is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    fn open(&self) -> Option<Connection> {
        let db = Connection::open(self.folder.path().join("copy.db")).expect("a database");
        let has_tables: i64 = db.query_row(HAS_TABLES, [], |row| row.get(0)).expect("a database that holds");
        (has_tables > 0).then_some(db)
    }

    /// Rows that were in flight.
    pub fn in_flight(&self) -> Vec<i64> {
        self.open().map(|db| ids(&db, IN_FLIGHT)).unwrap_or_default()
    }

    /// Rows of which it was not known, at some time, whether Slack had them.
    pub fn of_unknown_end(&self) -> usize {
        self.open().map_or(0, |db| ids(&db, OF_UNKNOWN_END).len())
    }

    pub fn seen(&self, slack: &Workspace, is_settled: bool) -> Seen {
        let messages = messages(slack);
        match self.open() {
            Some(db) => {
                let (engagements, outbox, log) = (engagements(&db), outbox(&db), pairs(&db, LOG));
                Seen { engagements, outbox, log, messages, is_settled }
            }
            None => Seen { messages, is_settled, ..Seen::default() },
        }
    }
}

impl Remains {
    /// What holds for the whole and not for an ask.
    pub fn kept(&self, slack: &Workspace) -> Kept {
        let Some(db) = self.open() else { return Kept::default() };
        let modes = pairs(&db, MODES).into_iter().collect();
        let handle = |id: String| {
            let mut known = [AWAY_NOW, COVER].into_iter();
            known.find(|name| slack.find_user(name).as_ref() == Some(&id)).map_or(id.clone(), str::to_owned)
        };
        let covers = pairs(&db, AWAY).into_iter().map(|(who, cover)| (handle(who), handle(cover)));
        Kept { paused: texts(&db, PAUSED), modes, covers: covers.collect() }
    }
}

fn texts(db: &Connection, query: &str) -> Vec<String> {
    let mut statement = db.prepare(query).expect("a query");
    let read = |row: &Line<'_>| Ok(row.get::<_, Option<String>>(0)?.unwrap_or_default());
    statement.query_map([], read).expect("rows").collect::<Result<_, _>>().expect("texts")
}

fn pairs(db: &Connection, query: &str) -> Vec<(String, String)> {
    let mut statement = db.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("pairs")
}

/// Rows that a running bot has not delivered yet.
pub fn pending(database: &Path) -> Vec<i64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(database, flags).expect("a database that is served");
    db.busy_timeout(Duration::from_secs(5)).expect("a timeout");
    ids(&db, PENDING)
}

fn ids(db: &Connection, query: &str) -> Vec<i64> {
    let mut statement = db.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("ids")
}

fn engagements(db: &Connection) -> Vec<Engagement> {
    let clocked: HashSet<i64> = ids(db, CLOCKED).into_iter().collect();
    let mut events = db.prepare(EVENTS).expect("a query");
    let mut statement = db.prepare(ENGAGEMENTS).expect("a query");
    let rows = statement.query_map([], |row| {
        let id: i64 = row.get(0)?;
        let text: String = row.get(3)?;
        Ok((
            id,
            Engagement {
                id: EngagementId(id).short(),
                mark: mark_in(&text),
                kind: row.get(1)?,
                state: row.get(2)?,
                has_parent: row.get::<_, Option<i64>>(4)?.is_some(),
                has_clock: clocked.contains(&id),
                has_card: row.get::<_, Option<String>>(5)?.is_some(),
                events: Vec::new(),
            },
        ))
    });
    let found: Vec<(i64, Engagement)> =
        rows.expect("rows").collect::<Result<_, _>>().expect("engagements that can be read");
    let with_events = |(id, engagement): (i64, Engagement)| {
        let rows = events.query_map(params![id], |row| row.get(0)).expect("rows");
        Engagement { events: rows.collect::<Result<_, _>>().expect("events"), ..engagement }
    };
    found.into_iter().map(with_events).collect()
}

/// The word of the case.
fn mark_in(text: &str) -> String {
    let Some(from) = text.find("case0") else { return String::new() };
    text[from..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn outbox(db: &Connection) -> Vec<Row> {
    let mut statement = db.prepare(OUTBOX).expect("a query");
    let read = |row: &Line<'_>| {
        Ok(Row {
            id: row.get(0)?,
            key: row.get(1)?,
            state: row.get(2)?,
            to: row.get(3)?,
            ts: row.get(4)?,
            reason: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        })
    };
    statement.query_map([], read).expect("rows").collect::<Result<_, _>>().expect("rows that can be read")
}

fn messages(slack: &Workspace) -> Vec<Message> {
    let board = Board::of(&slack.landed());
    let key = |metadata: &Value| metadata.pointer("/event_payload/key")?.as_str().map(str::to_owned);
    let keyed = slack.keyed_messages().into_iter();
    keyed
        .map(|(channel, ts, metadata)| {
            let post = board.find_at(&channel, &ts);
            Message {
                thread: post.and_then(|post| post.thread.clone()),
                body: post.map(|post| post.body.clone()).unwrap_or_default(),
                key: metadata.as_ref().and_then(key),
                channel,
                ts,
            }
        })
        .collect()
}
