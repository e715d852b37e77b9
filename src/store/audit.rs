//! What the watchdog reads: live engagements with their clocks, page by page, as of one instant each; and clocks that are due
//! for long. Only reads.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::clocks::{OF_ENGAGEMENT, errands, plain, read_clock};
use super::engagements::{live, read};
use super::open::Store;
use super::row::{Reading, all, one};
use super::view::BY_ID;
use super::{DueClock, StoreError};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{EngagementId, InstallationId};

/// Along the index of live engagements, which ends in the row's place.
pub(super) const LIVE_PAGE: &str = concat!(
    "SELECT rowid AS place, id FROM engagement WHERE installation_id = ? AND kind = ? AND state = ? AND ",
    live!(),
    " AND rowid > ? ORDER BY rowid LIMIT ?"
);
pub(super) const ANSWERED_PAGE: &str = "SELECT rowid AS place, id FROM engagement WHERE installation_id = ? \
    AND state = 'answered' AND answered_at < ? ORDER BY answered_at LIMIT ?";
pub(super) const OVERDUE: &str = concat!(
    "SELECT COUNT(*) AS number, MIN(due) AS since FROM (SELECT due FROM ( \
        SELECT due FROM clock WHERE installation_id = ?1 AND due < ?2 AND held = 0 AND ",
    plain!(),
    " ORDER BY due LIMIT ?3) UNION ALL SELECT due FROM ( \
        SELECT due FROM clock WHERE installation_id = ?1 AND due < ?2 AND held = 0 AND ",
    errands!(),
    " ORDER BY due LIMIT ?3))"
);

/// Which live engagements: of one kind, in one state, behind the last page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// The kind, as `Body::kind` names it.
    pub kind: &'static str,
    /// The state, as `State::key` names it.
    pub state: &'static str,
    /// The place of the last one seen; 0 at first.
    pub after: i64,
}

/// An engagement with the clocks that run for it.
#[derive(Debug)]
pub struct Audited {
    /// Its place among its like.
    pub place: i64,
    /// Its id.
    pub id: EngagementId,
    /// The engagement, where it can be read.
    pub engagement: Result<Engagement, StoreError>,
    /// Its clocks.
    pub clocks: Vec<DueClock>,
}

/// Clocks that are due for long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many, counted no further than was asked for.
    pub number: u32,
    /// Since when the first.
    pub since: Option<DateTime<Utc>>,
}

impl Store {
    /// The next live engagements of that kind and state, with their clocks.
    pub async fn audit_live(
        &self,
        installation: InstallationId,
        live: Live,
        limit: u32,
    ) -> Result<Vec<Audited>, StoreError> {
        let page = move |db: &Connection| {
            let of = params![installation.0, live.kind, live.state, live.after, limit];
            audited(db, installation, all(db, LIVE_PAGE, of, read_place)?)
        };
        self.0.readers.read_long(page).await
    }

    /// Engagements that were answered before then and are not closed, with their clocks.
    pub async fn audit_answered(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Audited>, StoreError> {
        let page = move |db: &Connection| {
            let of = params![installation.0, before.timestamp_micros(), limit];
            audited(db, installation, all(db, ANSWERED_PAGE, of, read_place)?)
        };
        self.0.readers.read_long(page).await
    }

    /// Clocks that were due before then and are still there; of each queue no more than so many are counted.
    pub async fn overdue(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Overdue, StoreError> {
        let count = move |db: &Connection| {
            let of = params![installation.0, before.timestamp_micros(), limit];
            let found = one(db, OVERDUE, of, |row| {
                let row = Reading::new(row, "clock", "number");
                Ok(Overdue { number: row.get("number")?, since: row.at_if_any("since")? })
            })?;
            Ok(found.unwrap_or_default())
        };
        self.0.readers.read_long(count).await
    }
}

fn read_place(row: &Row<'_>) -> Result<(i64, EngagementId), StoreError> {
    let row = Reading::new(row, "engagement", "id");
    Ok((row.get("place")?, EngagementId(row.get("id")?)))
}

fn audited(
    db: &Connection,
    installation: InstallationId,
    places: Vec<(i64, EngagementId)>,
) -> Result<Vec<Audited>, StoreError> {
    let mut page = Vec::with_capacity(places.len());
    for (place, id) in places {
        let clocks = all(db, OF_ENGAGEMENT, params![installation.0, id.0], read_clock)?;
        let engagement = match one(db, BY_ID, params![installation.0, id.0], read) {
            Ok(Some(engagement)) => Ok(engagement),
            Ok(None) => continue,
            Err(error @ StoreError::Corrupt { .. }) => Err(error),
            Err(error) => return Err(error),
        };
        page.push(Audited { place, id, engagement, clocks });
    }
    Ok(page)
}
