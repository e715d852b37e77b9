//! Claiming: one statement looks at every lane, and what may be delivered is leased until a delivery's end is settled.
//!
//! One write takes the heads of as many lanes as there is room for, so that its cost is not a message's. It says when the
//! next lane wakes, so that nobody has to ask in between. Invariant: nothing else of a claimed notice's lane is in flight.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::open::Store;
use super::outbox::{completed, lanes};
use super::row::Reading;
use super::writer::{Ending, Work, execute};
use super::{Claimed, OutboxId, StoreError};
use crate::domain::ids::InstallationId;

/// Every lane with something pending: when it wakes, and, where that is past, its head. One in flight whose lease ended is
/// its lane's head. A head that changes or answers what is there already posts nothing.
pub(super) const LANES: &str = concat!(
    lanes!(),
    "SELECT resting.until AS until, head.id AS id, head.urgent AS urgent, \
        NOT (head.lane = 'updates' OR head.lane LIKE 'answer:%' \
            OR head.notice LIKE '{\"to\":{\"to\":\"old_card\"%' OR head.notice LIKE '{\"to\":{\"to\":\"only_to\"%' \
            OR head.notice LIKE '{\"to\":{\"to\":\"asked\"%' \
            OR (head.card_of IS NOT NULL AND EXISTS (SELECT 1 FROM engagement e \
                WHERE e.installation_id = ?1 AND e.id = head.card_of AND e.home_card IS NOT NULL))) AS posts \
     FROM resting LEFT JOIN outbox head ON head.id = CASE WHEN resting.until <= ?2 THEN ( \
        SELECT o.id FROM outbox o WHERE o.installation_id = ?1 AND o.lane = resting.lane \
        AND o.state IN ('sending', 'waiting') ORDER BY o.state, o.urgent DESC, o.id LIMIT 1) END"
);
/// One in flight whose lease ended may have been delivered.
const TAKE: &str = "UPDATE outbox SET unsure = MAX(unsure, state = 'sending'), state = 'sending', \
    attempts = attempts + 1, began_at = ?, next_at = ? WHERE installation_id = ? AND id = ? AND state IN ('sending', 'waiting') \
    RETURNING id, lane, notice, urgent, mention, key, attempts, unsure, decided_at";
/// How many wait in the lane, as far as anybody wants to know.
pub(super) const BEHIND: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox \
    WHERE installation_id = ? AND lane = ? AND state IN ('sending', 'waiting') AND state = 'waiting' LIMIT ?)";
const SPOILED: &str = "UPDATE outbox SET state = 'parked', reason = 'cannot be read', settled_at = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending'";
/// Nobody counts further than this behind a head.
const COUNTED: u32 = 32;

/// How much may be taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Notices.
    pub notices: u32,
    /// Those of them that post a new message.
    pub posts: u32,
}

impl Room {
    /// So many, of whatever kind.
    pub const fn of(notices: u32) -> Self {
        Self { notices, posts: notices }
    }
}

/// What a claim took, and what it left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claims {
    /// Ours to deliver, the urgent and then the oldest first.
    pub taken: Vec<Claimed>,
    /// How many of them were counted as posting a new message.
    pub posts: u32,
    /// Lanes that could go on now, had there been room.
    pub left: u32,
    /// When the next resting lane wakes.
    pub next: Option<DateTime<Utc>>,
}

impl Store {
    /// Takes what may be delivered now, at most one notice of a lane, until the lease ends. The urgent and then the oldest
    /// come first.
    pub async fn claim(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
        room: Room,
        lease: Duration,
    ) -> Result<Claims, StoreError> {
        self.0.writer.write(Claim { installation, now, room, lease_ends: now + lease }).await
    }
}

/// A lane's head that may go now.
struct Head {
    id: i64,
    is_urgent: bool,
    posts: bool,
}

struct Claim {
    installation: InstallationId,
    now: DateTime<Utc>,
    room: Room,
    lease_ends: DateTime<Utc>,
}

impl Work for Claim {
    type Output = Claims;

    fn run(&self, db: &Connection) -> Result<Ending<Claims>, StoreError> {
        let mut claims = Claims::default();
        for head in self.heads(db, &mut claims.next)? {
            let is_full = claims.taken.len() >= self.room.notices as usize;
            if is_full || (head.posts && claims.posts >= self.room.posts) {
                claims.left += 1;
                continue;
            }
            if let Some(mut one) = self.take(db, head.id)? {
                one.posts = head.posts;
                claims.posts += u32::from(head.posts);
                claims.taken.push(one);
            }
        }
        Ok(Ending::Keep(claims))
    }
}

impl Claim {
    /// The heads of lanes that do not rest, the urgent and then the oldest first.
    fn heads(&self, db: &Connection, next: &mut Option<DateTime<Utc>>) -> Result<Vec<Head>, StoreError> {
        let mut statement = db.prepare_cached(LANES)?;
        let mut rows = statement.query(params![self.installation.0, self.now.timestamp_micros()])?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(id) = row.get("id")? {
                heads.push(Head { id, is_urgent: row.get("urgent")?, posts: row.get("posts")? });
            } else if let Some(until) = DateTime::from_timestamp_micros(row.get("until")?) {
                *next = Some(next.map_or(until, |next| next.min(until)));
            }
        }
        heads.sort_unstable_by_key(|head| (!head.is_urgent, head.id));
        Ok(heads)
    }

    /// The notice; `None` where it cannot be read: it must not stop its lane for ever.
    fn take(&self, db: &Connection, id: i64) -> Result<Option<Claimed>, StoreError> {
        let (now, lease_ends) = (self.now.timestamp_micros(), self.lease_ends.timestamp_micros());
        let row = params![now, lease_ends, self.installation.0, id];
        let read = db.prepare_cached(TAKE)?.query_row(row, |row| Ok(self.read(row)))?;
        match read {
            Ok(mut one) => {
                let counted = params![self.installation.0, one.lane, COUNTED];
                one.behind = db.prepare_cached(BEHIND)?.query_row(counted, |row| row.get(0))?;
                Ok(Some(one))
            }
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "a notice cannot be read and is parked");
                execute(db, SPOILED, params![self.now.timestamp_micros(), self.installation.0, id])?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn read(&self, row: &Row<'_>) -> Result<Claimed, StoreError> {
        let row = Reading::new(row, "outbox", "id");
        Ok(Claimed {
            id: OutboxId(row.get("id")?),
            installation: self.installation,
            lane: row.get("lane")?,
            notice: completed(row.json("notice")?, row.get("urgent")?, row.get("mention")?),
            key: row.get("key")?,
            attempts: row.get::<u32>("attempts")?.saturating_sub(1),
            is_unsure: row.get("unsure")?,
            decided_at: row.at("decided_at")?,
            posts: false,
            behind: 0,
        })
    }
}
