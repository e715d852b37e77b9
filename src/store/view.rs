//! What is stored, as of one instant: reads of engagements and their timelines. Every statement rests on an index; the
//! contract tests hold them to it.
//!
//! One row that cannot be read is an error where it was asked for by name, and is reported and left out of lists.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::engagements::{columns, live, read};
use super::fresh_ids::FreshIds;
use super::purge::FORGOTTEN;
use super::row::{Reading, all, json, one};
use crate::domain::decision::Entry;
use crate::domain::engagement::{Engagement, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, InstallationId, Ts, UserId};
use crate::domain::notice::{Address, Notice, What};

pub(super) const DECIDED: &str = "SELECT engagement_id FROM decided WHERE installation_id = ? AND key = ?";
pub(super) const WAS_TOLD: &str = "SELECT 1 FROM told WHERE installation_id = ? AND topic = ?";
pub(super) const BY_ID: &str =
    concat!("SELECT ", columns!(), " FROM engagement WHERE installation_id = ? AND id = ?");
pub(super) const BY_IDS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND id IN (SELECT value FROM json_each(?))"
);
/// The ids are gathered without an order: asked for one, the database would walk every engagement instead.
pub(super) const BY_THREAD: &str = "SELECT id FROM engagement WHERE installation_id = ?1 AND id IN ( \
    SELECT id FROM engagement WHERE installation_id = ?1 AND home_channel = ?2 AND home_card = ?3 \
    UNION ALL SELECT id FROM engagement WHERE installation_id = ?1 AND home_channel = ?2 AND home_thread = ?3 \
    UNION ALL SELECT id FROM engagement WHERE installation_id = ?1 AND origin_channel = ?2 AND origin_message = ?3 \
    UNION ALL SELECT id FROM engagement WHERE installation_id = ?1 AND origin_channel = ?2 AND origin_thread = ?3) \
    ORDER BY id DESC";
/// First cards of a channel that Slack may have, and whose delivery is not settled: in flight, or of an unknown end.
pub(super) const CARD_ON_ITS_WAY: &str = "SELECT 1 FROM outbox o JOIN engagement e \
    ON e.installation_id = o.installation_id AND e.id = o.card_of WHERE o.installation_id = ?1 AND o.lane = ?2 \
    AND o.state IN ('sending', 'waiting') AND (o.state = 'sending' OR o.unsure = 1) AND o.decided_at <= ?3 \
    AND e.home_card IS NULL LIMIT 1";
/// How far Slack's clock and ours may be apart.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);
/// The states are told by the index; only of what is in one of them the row is read.
pub(super) const LIVE_OF: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND requester = ? \
     AND state IN ('draft', 'open', 'taken', 'answered') AND (state <> 'answered' OR answered_at >= ?) \
     ORDER BY asked_at DESC, id DESC LIMIT 50"
);
pub(super) const OWED_BY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND owner = ? AND ",
    live!(),
    " ORDER BY asked_at LIMIT 50"
);
pub(super) const CHILDREN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND parent = ? ORDER BY id LIMIT 100"
);
pub(super) const ASKS_SINCE: &str = "SELECT id, asked_at FROM engagement \
    WHERE installation_id = ? AND requester = ? AND asked_at >= ? ORDER BY asked_at";
pub(super) const DUPLICATE_OF: &str = "SELECT id FROM engagement \
    WHERE installation_id = ? AND requester = ? AND asked_at >= ? AND text = ? \
    AND state IN ('draft', 'open', 'taken') ORDER BY asked_at DESC LIMIT 1";
pub(super) const ANSWERED_IN_AREA: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND requester = ? AND area = ? AND kind = 'question' \
     AND state IN ('answered', 'closed') AND answered_at >= ? ORDER BY answered_at DESC LIMIT 1"
);
pub(super) const LIVE_INQUIRIES: &str =
    concat!("SELECT id FROM engagement WHERE installation_id = ? AND kind = 'inquiry' AND ", live!());
pub(super) const COUNTS: &str = concat!(
    "SELECT kind, state, COUNT(*) AS number FROM engagement WHERE installation_id = ? AND ",
    live!(),
    " GROUP BY kind, state"
);
pub(super) const TIMELINE: &str = "SELECT engagement_id, at, actor, event, because FROM timeline \
    WHERE installation_id = ? AND engagement_id = ? ORDER BY seq";
/// After a restore, ids that were given out since its backup are never given out again.
pub(super) const HIGHEST_ID: &str = "SELECT MAX(COALESCE((SELECT MAX(id) FROM engagement WHERE installation_id = ?1), 0), \
    COALESCE((SELECT CAST(value AS INTEGER) FROM note WHERE installation_id = ?1 AND key = 'ids_after'), 0))";

/// How many live engagements of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind, as `Body::kind` names it.
    pub kind: String,
    /// The state.
    pub state: State,
    /// How many.
    pub number: i64,
}

/// An installation's rows, as of one instant: whatever is read through it agrees.
pub struct View<'a> {
    db: &'a Connection,
    installation: InstallationId,
    fresh: &'a FreshIds,
}

impl View<'_> {
    /// Whether admins were told that.
    pub fn was_told(&self, what: &What) -> Result<bool, StoreError> {
        let notice = Notice { to: Address::Admins, what: what.clone(), engagement: None, urgent: false };
        let Some(topic) = notice.told_once() else { return Ok(false) };
        Ok(one(self.db, WAS_TOLD, params![self.installation.0, topic], |_| Ok(()))?.is_some())
    }
}

impl<'a> View<'a> {
    pub(super) fn of(db: &'a Connection, installation: InstallationId, fresh: &'a FreshIds) -> Self {
        Self { db, installation, fresh }
    }

    /// The connection, for reads that stand in files of their own.
    pub(super) fn db(&self) -> &'a Connection {
        self.db
    }

    /// Whose rows these are.
    pub(super) fn installation(&self) -> InstallationId {
        self.installation
    }

    /// A fresh id. Never twice in a process; ids that are not used leave gaps.
    pub fn next_id(&self) -> Result<EngagementId, StoreError> {
        self.fresh.next(self.installation, || {
            let highest = one(self.db, HIGHEST_ID, params![self.installation.0], |row| Ok(row.get(0)?))?;
            Ok(highest.unwrap_or(0))
        })
    }

    /// Whether a cause with one of these keys was decided upon before; with the engagement it began or changed first, if any.
    pub fn decided(&self, keys: &[String]) -> Result<Option<Option<EngagementId>>, StoreError> {
        for key in keys {
            let first = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(EngagementId));
            if let Some(first) = one(self.db, DECIDED, params![self.installation.0, key], first)? {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// One engagement.
    pub fn engagement(&self, id: EngagementId) -> Result<Option<Engagement>, StoreError> {
        one(self.db, BY_ID, params![self.installation.0, id.0], read)
    }

    /// The one row of a statement about a thread: its kind, channel, first message and person.
    pub(super) fn one_of<T>(
        &self,
        sql: &'static str,
        (kind, channel, root, user): (&str, &str, &str, &str),
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        one(self.db, sql, params![self.installation.0, kind, channel, root, user], read)
    }

    /// When the words of that one were forgotten, where they were.
    pub fn forgotten_at(&self, id: EngagementId) -> Result<Option<DateTime<Utc>>, StoreError> {
        one(self.db, FORGOTTEN, params![self.installation.0, id.0], |row| {
            Reading::new(row, "engagement", "purged_at").at("purged_at")
        })
    }

    /// Engagements, in the order of their ids here; those that do not exist are left out.
    pub fn engagements(&self, ids: &[EngagementId]) -> Result<Vec<Engagement>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = all(self.db, BY_IDS, params![self.installation.0, json(&ids)], read)?;
        let mut found: HashMap<EngagementId, Engagement> =
            rows.into_iter().map(|engagement| (engagement.id, engagement)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Engagements that a message belongs to, newest first: it is their card, the first message of their thread, or what
    /// asked for them.
    pub fn by_thread(&self, channel: &ChannelId, ts: &Ts) -> Result<Vec<EngagementId>, StoreError> {
        all(self.db, BY_THREAD, params![self.installation.0, channel.as_str(), ts.as_str()], read_id)
    }

    /// Whether a message that belongs to no engagement may be a card of ours all the same: one that Slack has, and whose
    /// delivery is not settled yet.
    pub fn may_be_a_card(&self, channel: &ChannelId, ts: &Ts) -> Result<bool, StoreError> {
        let Some(posted_at) = ts.instant() else { return Ok(false) };
        let decided_before = (posted_at + CLOCK_DIFFERENCE).timestamp_micros();
        let arguments = params![self.installation.0, channel.as_str(), decided_before];
        Ok(one(self.db, CARD_ON_ITS_WAY, arguments, |_| Ok(()))?.is_some())
    }

    /// What this person asked and is live, or was answered at or after that instant; newest first, at most 50.
    pub fn live_of(
        &self,
        requester: &UserId,
        answered_since: DateTime<Utc>,
    ) -> Result<Vec<Engagement>, StoreError> {
        let since = answered_since.timestamp_micros();
        all(self.db, LIVE_OF, params![self.installation.0, requester.as_str(), since], read)
    }

    /// What is live and this person's to do, oldest first, at most 50.
    pub fn owed_by(&self, user: &UserId) -> Result<Vec<Engagement>, StoreError> {
        all(self.db, OWED_BY, params![self.installation.0, user.as_str()], read)
    }

    /// Engagements that began from this one, oldest first.
    pub fn children(&self, parent: EngagementId) -> Result<Vec<Engagement>, StoreError> {
        all(self.db, CHILDREN, params![self.installation.0, parent.0], read)
    }

    /// When this person asked, at or after that instant, oldest first.
    pub fn asks_since(
        &self,
        requester: &UserId,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let of = params![self.installation.0, requester.as_str(), since.timestamp_micros()];
        all(self.db, ASKS_SINCE, of, |row| Reading::new(row, "engagement", "id").at("asked_at"))
    }

    /// The live ask of the same person in the same words, asked at or after that instant.
    pub fn duplicate_of(
        &self,
        requester: &UserId,
        text: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<EngagementId>, StoreError> {
        let of = params![self.installation.0, requester.as_str(), since.timestamp_micros(), text];
        one(self.db, DUPLICATE_OF, of, read_id)
    }

    /// This person's question that SMEs of the area answered last, at or after that instant (A4).
    pub fn answered_in_area(
        &self,
        requester: &UserId,
        area: &AreaKey,
        since: DateTime<Utc>,
    ) -> Result<Option<Engagement>, StoreError> {
        let since = since.timestamp_micros();
        let of = params![self.installation.0, requester.as_str(), area.as_str(), since];
        one(self.db, ANSWERED_IN_AREA, of, read)
    }

    /// SMEs' inquiries that are live, oldest first.
    pub fn live_inquiries(&self) -> Result<Vec<EngagementId>, StoreError> {
        let mut ids = all(self.db, LIVE_INQUIRIES, params![self.installation.0], read_id)?;
        // Asked for in order, the database would walk every engagement instead.
        ids.sort_unstable();
        Ok(ids)
    }

    /// How many live engagements there are, by kind and state.
    pub fn counts(&self) -> Result<Vec<Count>, StoreError> {
        all(self.db, COUNTS, params![self.installation.0], |row| {
            let row = Reading::new(row, "engagement", "kind");
            Ok(Count {
                kind: row.get("kind")?,
                state: row.known("state", State::from_key)?,
                number: row.get("number")?,
            })
        })
    }

    /// What happened to an engagement, oldest first.
    pub fn timeline(&self, id: EngagementId) -> Result<Vec<Entry>, StoreError> {
        all(self.db, TIMELINE, params![self.installation.0, id.0], read_entry)
    }
}

fn read_id(row: &Row<'_>) -> Result<EngagementId, StoreError> {
    Ok(EngagementId(row.get(0)?))
}

fn read_entry(row: &Row<'_>) -> Result<Entry, StoreError> {
    let row = Reading::new(row, "timeline", "engagement_id");
    Ok(Entry {
        engagement: EngagementId(row.get("engagement_id")?),
        at: row.at("at")?,
        by: row.json("actor")?,
        event: row.json("event")?,
        because: row.json("because")?,
    })
}
