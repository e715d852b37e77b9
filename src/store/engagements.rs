//! An engagement as a row: written whole, read back whole.
//!
//! The fields that are searched have columns of their own; the rest is JSON. Instants of the columns are kept to the
//! microsecond.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, ToSql, params};

use super::StoreError;
use super::row::{Reading, json};
use super::writer::execute;
use crate::domain::engagement::{Body, Engagement, Home, Origin, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, InstallationId, Ts, UserId};
use crate::domain::org::PlaceId;
use crate::domain::reason::Reason;

const INSERT: &str = "INSERT INTO engagement (version, kind, state, requester, reason, place, area, text, customer, \
    links, details, origin_channel, origin_message, origin_thread, origin_private, home_channel, home_thread, home_card, \
    owner, moves, parent, because, body, asked_at, changed_at, taken_at, answered_at, answered_by, closed_at, \
    installation_id, id) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const UPDATE: &str = "UPDATE engagement SET version = ?, kind = ?, state = ?, requester = ?, reason = ?, place = ?, \
    area = ?, text = ?, customer = ?, links = ?, details = ?, origin_channel = ?, origin_message = ?, origin_thread = ?, \
    origin_private = ?, home_channel = ?, home_thread = ?, home_card = ?, owner = ?, moves = ?, parent = ?, because = ?, \
    body = ?, asked_at = ?, changed_at = ?, taken_at = ?, answered_at = ?, answered_by = ?, closed_at = ?, purged_at = NULL \
    WHERE installation_id = ? AND id = ? AND version = ?";

/// The columns an engagement is read from.
macro_rules! columns {
    () => {
        "id, version, kind, state, requester, reason, place, area, text, customer, links, details, origin_channel, \
         origin_message, origin_thread, origin_private, home_channel, home_thread, home_card, owner, moves, parent, \
         because, body, asked_at, taken_at, answered_at, answered_by, closed_at"
    };
}
pub(super) use columns;

/// The states in which something is to be done, word for word as the indexes have them: only so do they serve. No list, see
/// migration 0130.
macro_rules! live {
    () => {
        "(state = 'draft' OR state = 'open' OR state = 'taken')"
    };
}
pub(super) use live;

/// Adds a new engagement.
pub(super) fn begin(
    db: &Connection,
    installation: InstallationId,
    new: &Engagement,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    write(db, INSERT, new, new.version, now, params![installation.0, new.id.0])?;
    Ok(())
}

/// Changes an engagement; a conflict when somebody changed it since it was read.
pub(super) fn change(
    db: &Connection,
    installation: InstallationId,
    changed: &Engagement,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = params![installation.0, changed.id.0, changed.version];
    let rows = write(db, UPDATE, changed, changed.version + 1, now, row)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Writes every field, in the order that both statements have them; `row` says to which row.
fn write(
    db: &Connection,
    sql: &'static str,
    engagement: &Engagement,
    version: i64,
    now: DateTime<Utc>,
    row: &[&dyn ToSql],
) -> Result<usize, StoreError> {
    let Engagement {
        id: _,
        version: _,
        state,
        requester,
        reason,
        place,
        area,
        text,
        customer,
        links,
        details,
        origin,
        home,
        owner,
        moves,
        parent,
        because,
        body,
        asked_at,
        taken_at,
        answered_at,
        answered_by,
        closed_at,
    } = engagement;
    let micros = |at: &Option<DateTime<Utc>>| at.map(|at| at.timestamp_micros());
    let fields = params![
        version,
        body.kind(),
        state.key(),
        requester.as_str(),
        reason.map(Reason::key),
        place.as_ref().map(|place| place.0.as_str()),
        area.as_ref().map(AreaKey::as_str),
        text.as_str(),
        customer.as_deref(),
        json(links),
        json(details),
        origin.channel.as_str(),
        origin.message.as_ref().map(Ts::as_str),
        origin.thread.as_ref().map(Ts::as_str),
        origin.is_private,
        home.as_ref().map(|home| home.channel.as_str()),
        home.as_ref().and_then(|home| home.thread.as_ref()).map(Ts::as_str),
        home.as_ref().and_then(|home| home.card.as_ref()).map(Ts::as_str),
        owner.as_ref().map(UserId::as_str),
        *moves,
        parent.map(|parent| parent.0),
        json(because),
        json(body),
        asked_at.timestamp_micros(),
        now.timestamp_micros(),
        micros(taken_at),
        micros(answered_at),
        answered_by.as_ref().map(UserId::as_str),
        micros(closed_at),
    ];
    let arguments: Vec<&dyn ToSql> = fields.iter().chain(row).copied().collect();
    Ok(execute(db, sql, arguments.as_slice())?)
}

/// Reads an engagement back.
pub(super) fn read(row: &Row<'_>) -> Result<Engagement, StoreError> {
    let row = Reading::new(row, "engagement", "id");
    let body: Body = row.json("body")?;
    row.known("kind", |kind| (kind == body.kind()).then_some(()))?;
    let reason: Option<String> = row.get("reason")?;
    let home = row.get::<Option<String>>("home_channel")?.map(ChannelId);
    let ts = |column| row.get::<Option<String>>(column).map(|ts| ts.map(Ts));
    Ok(Engagement {
        id: EngagementId(row.get("id")?),
        version: row.get("version")?,
        state: row.known("state", State::from_key)?,
        requester: UserId(row.get("requester")?),
        reason: match reason {
            None => None,
            Some(_) => Some(row.known("reason", Reason::from_key)?),
        },
        place: row.get::<Option<String>>("place")?.map(PlaceId),
        area: row.get::<Option<String>>("area")?.map(AreaKey),
        text: row.get("text")?,
        customer: row.get("customer")?,
        links: row.json("links")?,
        details: row.json("details")?,
        origin: Origin {
            channel: ChannelId(row.get("origin_channel")?),
            message: ts("origin_message")?,
            thread: ts("origin_thread")?,
            is_private: row.get("origin_private")?,
        },
        home: match home {
            None => None,
            Some(channel) => Some(Home { channel, thread: ts("home_thread")?, card: ts("home_card")? }),
        },
        owner: row.get::<Option<String>>("owner")?.map(UserId),
        moves: row.get("moves")?,
        parent: row.get::<Option<i64>>("parent")?.map(EngagementId),
        because: row.json("because")?,
        body,
        asked_at: row.at("asked_at")?,
        taken_at: row.at_if_any("taken_at")?,
        answered_at: row.at_if_any("answered_at")?,
        answered_by: row.get::<Option<String>>("answered_by")?.map(UserId),
        closed_at: row.at_if_any("closed_at")?,
    })
}
