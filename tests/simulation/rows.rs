//! The database as it is, read beside the bot by our own statements: what the bot reads back must not be the only witness.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Row, params};
use serde::de::DeserializeOwned;
use switchboard::domain::command::ClockKind;
use switchboard::domain::decision::{Actor, Event};
use switchboard::domain::engagement::{Engagement, Home, Origin, State};
use switchboard::domain::ids::{AreaKey, ChannelId, EngagementId, Ts, UserId};
use switchboard::domain::notice::Notice;
use switchboard::domain::org::PlaceId;
use switchboard::domain::reason::Reason;

const VERSIONS: &str = "SELECT id, version FROM engagement ORDER BY id";
const ENGAGEMENT: &str = "SELECT id, version, state, requester, reason, place, area, text, customer, links, details, \
    origin_channel, origin_message, origin_thread, origin_private, home_channel, home_thread, home_card, owner, moves, \
    parent, because, body, asked_at, taken_at, answered_at, answered_by, closed_at FROM engagement WHERE id = ?";
const CLOCKS: &str = "SELECT engagement_id, kind, due FROM clock ORDER BY engagement_id, kind";
const TIMELINE: &str =
    "SELECT at, actor, event FROM timeline WHERE engagement_id = ? AND seq > ? ORDER BY seq";
const LAST_LINE: &str = "SELECT COALESCE(MAX(seq), 0) FROM timeline WHERE engagement_id = ?";
const OUTBOX: &str = "SELECT id, lane, state, notice, decided_at, next_at, settled_at, ts, reason \
    FROM outbox WHERE id > ? ORDER BY id";
const WORDS: &str = "SELECT COUNT(*) FROM engagement WHERE asked_at < ? \
    AND (text <> '' OR customer IS NOT NULL OR links <> '[]' OR details <> '[]')";
const DEAD_LETTERS: &str = "SELECT COUNT(*) FROM dead_letter";

/// A clock that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whose.
    pub engagement: EngagementId,
    /// Which.
    pub kind: ClockKind,
    /// When it is due.
    pub due: DateTime<Utc>,
}

/// A line of a timeline.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: Actor,
    /// What.
    pub event: Event,
}

/// A notice on its way, or at its end.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its row.
    pub id: i64,
    /// Its lane.
    pub lane: String,
    /// `waiting`, `sending`, `sent`, `dropped`, `parked`.
    pub state: String,
    /// What it says.
    pub notice: Notice,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// When it may be tried.
    pub next_at: DateTime<Utc>,
    /// When it ended.
    pub settled_at: Option<DateTime<Utc>>,
    /// The message, once Slack told us.
    pub ts: Option<String>,
    /// Why it waits, or was dropped or parked.
    pub reason: Option<String>,
}

/// What is in the database, kept up with as it changes.
pub struct Rows {
    db: Connection,
    /// Every engagement.
    pub engagements: BTreeMap<EngagementId, Engagement>,
    /// Every running clock.
    pub clocks: Vec<Clock>,
    /// Every timeline.
    pub timelines: BTreeMap<EngagementId, Vec<Line>>,
    /// Notices that are not at their end.
    pub pending: Vec<Sent>,
    /// The notice that posted, or first changed, each message.
    pub by_message: BTreeMap<String, Sent>,
    /// Notices that were given up, with their reasons.
    pub parked: Vec<Sent>,
    /// What could not be understood.
    pub dead_letters: i64,
    last_sent: i64,
    lines: BTreeMap<EngagementId, i64>,
}

impl Rows {
    /// Opens the database beside the bot, to read only.
    pub fn open(path: &Path) -> Self {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
        Self {
            db,
            engagements: BTreeMap::new(),
            clocks: Vec::new(),
            timelines: BTreeMap::new(),
            pending: Vec::new(),
            by_message: BTreeMap::new(),
            parked: Vec::new(),
            dead_letters: 0,
            last_sent: 0,
            lines: BTreeMap::new(),
        }
    }

    /// Reads what has changed; returns which engagements have.
    pub fn refresh(&mut self) -> Vec<EngagementId> {
        let changed = self.changed();
        for id in &changed {
            let mut one = self.db.prepare_cached(ENGAGEMENT).expect("a statement");
            let read = one.query_row(params![id.0], |row| Ok(engagement(row))).expect("a row");
            self.engagements.insert(*id, read);
            let seen = self.lines.get(id).copied().unwrap_or(0);
            let mut lines = self.db.prepare_cached(TIMELINE).expect("a statement");
            let new = lines.query_map(params![id.0, seen], |row| {
                Ok(Line { at: at(row, 0), by: json(row, 1), event: json(row, 2) })
            });
            let new: Vec<Line> = new.expect("lines").map(|line| line.expect("a line")).collect();
            self.timelines.entry(*id).or_default().extend(new);
            let last = self.db.query_row(LAST_LINE, params![id.0], |row| row.get(0)).expect("a number");
            self.lines.insert(*id, last);
        }
        self.read_clocks();
        self.read_outbox();
        self.dead_letters = self.db.query_row(DEAD_LETTERS, [], |row| row.get(0)).expect("a number");
        changed
    }

    /// How many engagements from before then still hold somebody's words.
    pub fn with_words_before(&self, at: DateTime<Utc>) -> i64 {
        let count = self.db.query_row(WORDS, params![at.timestamp_micros()], |row| row.get(0));
        count.expect("a number")
    }

    fn changed(&self) -> Vec<EngagementId> {
        let mut versions = self.db.prepare_cached(VERSIONS).expect("a statement");
        let rows = versions.query_map([], |row| Ok((EngagementId(row.get(0)?), row.get::<_, i64>(1)?)));
        rows.expect("versions")
            .map(|row| row.expect("a version"))
            .filter(|(id, version)| self.engagements.get(id).is_none_or(|known| known.version != *version))
            .map(|(id, _)| id)
            .collect()
    }

    fn read_clocks(&mut self) {
        let mut clocks = self.db.prepare_cached(CLOCKS).expect("a statement");
        let rows = clocks.query_map([], |row| {
            let kind: String = row.get(1)?;
            let kind = ClockKind::from_key(&kind).expect("a known clock");
            Ok(Clock { engagement: EngagementId(row.get(0)?), kind, due: at(row, 2) })
        });
        self.clocks = rows.expect("clocks").map(|row| row.expect("a clock")).collect();
    }

    /// Notices that were pending are read again; those behind them are at their end and stay so.
    fn read_outbox(&mut self) {
        let from = self.pending.first().map_or(self.last_sent, |first| first.id - 1);
        let mut outbox = self.db.prepare_cached(OUTBOX).expect("a statement");
        let rows = outbox.query_map(params![from], |row| Ok(sent(row))).expect("notices");
        self.pending.clear();
        for sent in rows.map(|row| row.expect("a notice")) {
            self.last_sent = self.last_sent.max(sent.id);
            match sent.state.as_str() {
                "waiting" | "sending" => self.pending.push(sent),
                "parked" => {
                    if self.parked.iter().all(|known| known.id != sent.id) {
                        self.parked.push(sent);
                    }
                }
                _ => {
                    if let Some(ts) = sent.ts.clone() {
                        self.by_message.entry(ts).or_insert(sent);
                    }
                }
            }
        }
    }
}

fn at(row: &Row<'_>, column: usize) -> DateTime<Utc> {
    let micros: i64 = row.get(column).expect("an instant");
    DateTime::from_timestamp_micros(micros).expect("an instant")
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> T {
    parsed(&row.get::<_, String>(column).expect("text"))
}

fn parsed<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn sent(row: &Row<'_>) -> Sent {
    Sent {
        id: row.get(0).expect("an id"),
        lane: row.get(1).expect("a lane"),
        state: row.get(2).expect("a state"),
        notice: json(row, 3),
        decided_at: at(row, 4),
        next_at: at(row, 5),
        settled_at: row
            .get::<_, Option<i64>>(6)
            .expect("an instant")
            .and_then(DateTime::from_timestamp_micros),
        ts: row.get(7).expect("a timestamp"),
        reason: row.get(8).expect("a reason"),
    }
}

fn engagement(row: &Row<'_>) -> Engagement {
    let text = |column: &str| row.get::<_, Option<String>>(column).expect("text");
    let whole = |column: &str| text(column).expect("text that is there");
    let instant = |column: &str| {
        let micros: Option<i64> = row.get(column).expect("an instant");
        micros.map(|micros| DateTime::from_timestamp_micros(micros).expect("an instant"))
    };
    Engagement {
        id: EngagementId(row.get("id").expect("an id")),
        version: row.get("version").expect("a version"),
        state: State::from_key(&whole("state")).expect("a known state"),
        requester: UserId(whole("requester")),
        reason: text("reason").map(|key| Reason::from_key(&key).expect("a known reason")),
        place: text("place").map(PlaceId),
        area: text("area").map(AreaKey),
        text: whole("text"),
        customer: text("customer"),
        links: parsed(&whole("links")),
        details: parsed(&whole("details")),
        origin: Origin {
            channel: ChannelId(whole("origin_channel")),
            message: text("origin_message").map(Ts),
            thread: text("origin_thread").map(Ts),
            is_private: row.get("origin_private").expect("a truth"),
        },
        home: text("home_channel").map(|channel| Home {
            channel: ChannelId(channel),
            thread: text("home_thread").map(Ts),
            card: text("home_card").map(Ts),
        }),
        owner: text("owner").map(UserId),
        moves: row.get("moves").expect("a number"),
        parent: row.get::<_, Option<i64>>("parent").expect("an id").map(EngagementId),
        because: parsed(&whole("because")),
        body: parsed(&whole("body")),
        asked_at: instant("asked_at").expect("an instant"),
        taken_at: instant("taken_at"),
        answered_at: instant("answered_at"),
        answered_by: text("answered_by").map(UserId),
        closed_at: instant("closed_at"),
    }
}
