//! Reads of engagements and their timelines. Every statement rests on an index; the contract tests hold them to it.
//!
//! One row that cannot be read is an error where it was asked for by name, and is reported and left out of lists.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;

use super::StoreError;
use super::engagements::{columns, read};
use super::open::Store;
use super::row::{Reading, json, readable};
use crate::domain::decision::Entry;
use crate::domain::engagement::{Engagement, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, InstallationId, Ts, UserId};

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
pub(super) const LIVE_OF: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND requester = ? \
     AND (state IN ('draft', 'open', 'taken') OR (state = 'answered' AND answered_at >= ?)) \
     ORDER BY asked_at DESC, id DESC LIMIT 50"
);
pub(super) const OWED_BY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND owner = ? AND state IN ('draft', 'open', 'taken') \
     ORDER BY asked_at LIMIT 50"
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
pub(super) const LIVE_INQUIRIES: &str = "SELECT id FROM engagement WHERE installation_id = ? AND kind = 'inquiry' \
    AND state IN ('draft', 'open', 'taken')";
pub(super) const COUNTS: &str = "SELECT kind, state, COUNT(*) AS number FROM engagement \
    WHERE installation_id = ? AND state IN ('draft', 'open', 'taken') GROUP BY kind, state";
pub(super) const TIMELINE: &str = "SELECT engagement_id, at, actor, event, because FROM timeline \
    WHERE installation_id = ? AND engagement_id = ? ORDER BY seq";
const HIGHEST_ID: &str = "SELECT COALESCE(MAX(id), 0) FROM engagement WHERE installation_id = ?";

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

impl Store {
    /// A fresh id. Never twice in a process; ids that are not used leave gaps.
    pub async fn next_id(&self, installation: InstallationId) -> Result<EngagementId, StoreError> {
        let known = |ids: &HashMap<InstallationId, Arc<AtomicI64>>| ids.get(&installation).cloned();
        let lock = || self.0.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = known(&lock());
        let last = if let Some(last) = found {
            last
        } else {
            let highest: i64 =
                sqlx::query_scalar(HIGHEST_ID).bind(installation.0).fetch_one(&self.0.readers).await?;
            // Whoever came first has set it, and may have given out ids already.
            Arc::clone(lock().entry(installation).or_insert_with(|| Arc::new(AtomicI64::new(highest))))
        };
        Ok(EngagementId(last.fetch_add(1, Ordering::Relaxed) + 1))
    }

    /// One engagement.
    pub async fn engagement(
        &self,
        installation: InstallationId,
        id: EngagementId,
    ) -> Result<Option<Engagement>, StoreError> {
        let row = sqlx::query(BY_ID).bind(installation.0).bind(id.0).fetch_optional(&self.0.readers).await?;
        row.as_ref().map(read).transpose()
    }

    /// Engagements, in the order of their ids here; those that do not exist are left out.
    pub async fn engagements(
        &self,
        installation: InstallationId,
        ids: &[EngagementId],
    ) -> Result<Vec<Engagement>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows =
            sqlx::query(BY_IDS).bind(installation.0).bind(json(&ids)).fetch_all(&self.0.readers).await?;
        let mut found: HashMap<EngagementId, Engagement> =
            readable(&rows, read).into_iter().map(|engagement| (engagement.id, engagement)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Engagements that a message belongs to, newest first: it is their card, the first message of their thread, or what
    /// asked for them.
    pub async fn by_thread(
        &self,
        installation: InstallationId,
        channel: &ChannelId,
        ts: &Ts,
    ) -> Result<Vec<EngagementId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(BY_THREAD)
            .bind(installation.0)
            .bind(channel.as_str())
            .bind(ts.as_str())
            .fetch_all(&self.0.readers)
            .await?;
        Ok(ids.into_iter().map(EngagementId).collect())
    }

    /// What this person asked and is live, or was answered at or after that instant; newest first, at most 50.
    pub async fn live_of(
        &self,
        installation: InstallationId,
        requester: &UserId,
        answered_since: DateTime<Utc>,
    ) -> Result<Vec<Engagement>, StoreError> {
        let rows = sqlx::query(LIVE_OF)
            .bind(installation.0)
            .bind(requester.as_str())
            .bind(answered_since.timestamp_micros())
            .fetch_all(&self.0.readers)
            .await?;
        Ok(readable(&rows, read))
    }

    /// What is live and this person's to do, oldest first, at most 50.
    pub async fn owed_by(
        &self,
        installation: InstallationId,
        user: &UserId,
    ) -> Result<Vec<Engagement>, StoreError> {
        let rows =
            sqlx::query(OWED_BY).bind(installation.0).bind(user.as_str()).fetch_all(&self.0.readers).await?;
        Ok(readable(&rows, read))
    }

    /// Engagements that began from this one, oldest first.
    pub async fn children(
        &self,
        installation: InstallationId,
        parent: EngagementId,
    ) -> Result<Vec<Engagement>, StoreError> {
        let rows =
            sqlx::query(CHILDREN).bind(installation.0).bind(parent.0).fetch_all(&self.0.readers).await?;
        Ok(readable(&rows, read))
    }

    /// When this person asked, at or after that instant, oldest first.
    pub async fn asks_since(
        &self,
        installation: InstallationId,
        requester: &UserId,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let rows = sqlx::query(ASKS_SINCE)
            .bind(installation.0)
            .bind(requester.as_str())
            .bind(since.timestamp_micros())
            .fetch_all(&self.0.readers)
            .await?;
        Ok(readable(&rows, |row| Reading::new(row, "engagement", "id").at("asked_at")))
    }

    /// The live ask of the same person in the same words, asked at or after that instant.
    pub async fn duplicate_of(
        &self,
        installation: InstallationId,
        requester: &UserId,
        text: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<EngagementId>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar(DUPLICATE_OF)
            .bind(installation.0)
            .bind(requester.as_str())
            .bind(since.timestamp_micros())
            .bind(text)
            .fetch_optional(&self.0.readers)
            .await?;
        Ok(id.map(EngagementId))
    }

    /// This person's question that SMEs of the area answered last, at or after that instant (A4).
    pub async fn answered_in_area(
        &self,
        installation: InstallationId,
        requester: &UserId,
        area: &AreaKey,
        since: DateTime<Utc>,
    ) -> Result<Option<Engagement>, StoreError> {
        let row = sqlx::query(ANSWERED_IN_AREA)
            .bind(installation.0)
            .bind(requester.as_str())
            .bind(area.as_str())
            .bind(since.timestamp_micros())
            .fetch_optional(&self.0.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// SMEs' inquiries that are live, oldest first.
    pub async fn live_inquiries(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<EngagementId>, StoreError> {
        let mut ids: Vec<i64> =
            sqlx::query_scalar(LIVE_INQUIRIES).bind(installation.0).fetch_all(&self.0.readers).await?;
        // Asked for in order, the database would walk every engagement instead.
        ids.sort_unstable();
        Ok(ids.into_iter().map(EngagementId).collect())
    }

    /// How many live engagements there are, by kind and state.
    pub async fn counts(&self, installation: InstallationId) -> Result<Vec<Count>, StoreError> {
        let rows = sqlx::query(COUNTS).bind(installation.0).fetch_all(&self.0.readers).await?;
        Ok(readable(&rows, |row| {
            let row = Reading::new(row, "engagement", "kind");
            Ok(Count {
                kind: row.get("kind")?,
                state: row.known("state", State::from_key)?,
                number: row.get("number")?,
            })
        }))
    }

    /// What happened to an engagement, oldest first.
    pub async fn timeline(
        &self,
        installation: InstallationId,
        id: EngagementId,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(TIMELINE).bind(installation.0).bind(id.0).fetch_all(&self.0.readers).await?;
        Ok(readable(&rows, read_entry))
    }
}

fn read_entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let row = Reading::new(row, "timeline", "engagement_id");
    Ok(Entry {
        engagement: EngagementId(row.get("engagement_id")?),
        at: row.at("at")?,
        by: row.json("actor")?,
        event: row.json("event")?,
        because: row.json("because")?,
    })
}
