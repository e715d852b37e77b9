//! What an operator wants of a notice that was not delivered: tried again, or dropped.
//!
//! States the expected previous state, like a settlement does, so that nothing in flight and nothing delivered is touched.
//! Whether it may have been delivered is kept: such a one is searched for before it is sent. Wanting it twice changes
//! nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::open::Store;
use super::writer::{Ending, Work, execute};
use super::{OutboxId, StoreError};
use crate::domain::ids::InstallationId;
use crate::domain::notice::Notice;

const FIND: &str = "SELECT state, notice, lane, card_of, unsure, mention, urgent FROM outbox \
    WHERE installation_id = ? AND id = ?";
const WAITING_CARD: &str = "SELECT id, unsure, mention, urgent FROM outbox \
    WHERE installation_id = ? AND card_of = ? AND lane = ? AND state = 'waiting'";
const ADD_TO: &str = "UPDATE outbox SET mention = MAX(mention, ?), urgent = MAX(urgent, ?) \
    WHERE installation_id = ? AND id = ? AND state IN ('waiting', 'parked')";
const REMOVE_WAITING: &str = "DELETE FROM outbox WHERE installation_id = ? AND id = ? AND state = 'waiting'";
const BACK: &str = "UPDATE outbox SET state = 'waiting', attempts = 0, next_at = ?, settled_at = NULL, reason = ? \
    WHERE installation_id = ? AND id = ? AND state = 'parked'";
const DROP: &str = "UPDATE outbox SET state = 'dropped', settled_at = ?, reason = ? \
    WHERE installation_id = ? AND id = ? AND state IN ('parked', 'waiting')";
/// `;` follows `:`, so that this is every topic that begins so.
const FORGET_TOLD: &str = "DELETE FROM told WHERE installation_id = ?1 \
    AND topic >= 'parked:' || ?2 || ':' AND topic < 'parked:' || ?2 || ';'";

/// Why a retried notice is not parked any more.
const TRIED_AGAIN: &str = "an operator had it tried again";
/// Why a parked card is dropped that would wait beside a newer one.
const NEWER_CARD: &str = "a newer card of the same waits in its place";

/// What became of an operator's wish for a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeWish {
    /// It is as wanted now.
    Done,
    /// It was as wanted before: it waits, or is being sent, or was dropped.
    WasSo,
    /// A newer card of the same waits in its place and tells more; this one is dropped.
    Overtaken,
    /// Refused: it is being sent at this moment.
    InFlight,
    /// Refused: Slack has it.
    Sent,
    /// Refused: it was dropped, and what it said may not be true any more.
    Dropped,
    /// Refused: it cannot be read, so that it would only be parked again.
    Unreadable,
    /// Refused: there is no such notice.
    Unknown,
}

impl NoticeWish {
    /// Whether the wish was refused.
    pub fn is_refused(self) -> bool {
        match self {
            Self::Done | Self::WasSo | Self::Overtaken => false,
            Self::InFlight | Self::Sent | Self::Dropped | Self::Unreadable | Self::Unknown => true,
        }
    }
}

impl Store {
    /// Lets a parked notice wait again, as if it had never been tried. Admins hear of its lane again if it is parked again.
    pub async fn retry_parked(
        &self,
        installation: InstallationId,
        id: OutboxId,
        now: DateTime<Utc>,
    ) -> Result<NoticeWish, StoreError> {
        self.0.writer.write(Retry { installation, id, now }).await
    }

    /// Drops a notice that waits or is parked, for that reason.
    pub async fn drop_undelivered(
        &self,
        installation: InstallationId,
        id: OutboxId,
        reason: String,
        now: DateTime<Utc>,
    ) -> Result<NoticeWish, StoreError> {
        self.0.writer.write(Drop { installation, id, reason, now }).await
    }
}

/// A row, as far as a wish needs it.
struct Row {
    state: String,
    notice: String,
    lane: String,
    card_of: Option<i64>,
    unsure: bool,
    mention: bool,
    urgent: bool,
}

fn find(db: &Connection, installation: InstallationId, id: OutboxId) -> Result<Option<Row>, StoreError> {
    let mut statement = db.prepare_cached(FIND)?;
    let row = statement.query_row(params![installation.0, id.0], |row| {
        Ok(Row {
            state: row.get("state")?,
            notice: row.get("notice")?,
            lane: row.get("lane")?,
            card_of: row.get("card_of")?,
            unsure: row.get("unsure")?,
            mention: row.get("mention")?,
            urgent: row.get("urgent")?,
        })
    });
    Ok(row.optional()?)
}

struct Retry {
    installation: InstallationId,
    id: OutboxId,
    now: DateTime<Utc>,
}

impl Work for Retry {
    type Output = NoticeWish;

    fn run(&self, db: &Connection) -> Result<Ending<NoticeWish>, StoreError> {
        let Some(row) = find(db, self.installation, self.id)? else {
            return Ok(Ending::Undo(NoticeWish::Unknown));
        };
        match row.state.as_str() {
            "parked" => {}
            "waiting" | "sending" => return Ok(Ending::Undo(NoticeWish::WasSo)),
            "sent" => return Ok(Ending::Undo(NoticeWish::Sent)),
            _ => return Ok(Ending::Undo(NoticeWish::Dropped)),
        }
        if serde_json::from_str::<Notice>(&row.notice).is_err() {
            return Ok(Ending::Undo(NoticeWish::Unreadable));
        }
        execute(db, FORGET_TOLD, params![self.installation.0, row.lane])?;
        if self.gives_way_to_a_newer_card(db, &row)? {
            drop_row(db, (self.installation, self.id), NEWER_CARD, self.now)?;
            return Ok(Ending::Keep(NoticeWish::Overtaken));
        }
        let back = params![self.now.timestamp_micros(), TRIED_AGAIN, self.installation.0, self.id.0];
        expect_one(execute(db, BACK, back)?)?;
        Ok(Ending::Keep(NoticeWish::Done))
    }
}

impl Retry {
    /// Two cards of the same in a lane become one: the one that may have been delivered stays, so that it is found.
    fn gives_way_to_a_newer_card(&self, db: &Connection, row: &Row) -> Result<bool, StoreError> {
        let Some(engagement) = row.card_of else { return Ok(false) };
        let installation = self.installation.0;
        let waiting: Option<(i64, bool, bool, bool)> = db
            .prepare_cached(WAITING_CARD)?
            .query_row(params![installation, engagement, row.lane], |row| {
                Ok((row.get("id")?, row.get("unsure")?, row.get("mention")?, row.get("urgent")?))
            })
            .optional()?;
        let Some((newer, newer_is_unsure, mention, urgent)) = waiting else { return Ok(false) };
        if newer_is_unsure && !row.unsure {
            expect_one(execute(db, ADD_TO, params![row.mention, row.urgent, installation, newer])?)?;
            return Ok(true);
        }
        expect_one(execute(db, ADD_TO, params![mention, urgent, installation, self.id.0])?)?;
        expect_one(execute(db, REMOVE_WAITING, params![installation, newer])?)?;
        Ok(false)
    }
}

struct Drop {
    installation: InstallationId,
    id: OutboxId,
    reason: String,
    now: DateTime<Utc>,
}

impl Work for Drop {
    type Output = NoticeWish;

    fn run(&self, db: &Connection) -> Result<Ending<NoticeWish>, StoreError> {
        let Some(row) = find(db, self.installation, self.id)? else {
            return Ok(Ending::Undo(NoticeWish::Unknown));
        };
        match row.state.as_str() {
            "parked" | "waiting" => {}
            "sending" => return Ok(Ending::Undo(NoticeWish::InFlight)),
            "sent" => return Ok(Ending::Undo(NoticeWish::Sent)),
            _ => return Ok(Ending::Undo(NoticeWish::WasSo)),
        }
        drop_row(db, (self.installation, self.id), &self.reason, self.now)?;
        Ok(Ending::Keep(NoticeWish::Done))
    }
}

fn drop_row(
    db: &Connection,
    (installation, id): (InstallationId, OutboxId),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    expect_one(execute(db, DROP, params![now.timestamp_micros(), reason, installation.0, id.0])?)
}

/// The row was looked at in the same transaction, so that anything but one is a conflict.
fn expect_one(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
