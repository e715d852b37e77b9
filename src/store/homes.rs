//! App Homes: whose are kept up to date, what each was shown last, and what is live in an area.
//!
//! A mark is written only after Slack took the view: a crash in between shows the same once more, never less.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, params};

use super::StoreError;
use super::engagements::{columns, live, read};
use super::open::Store;
use super::row::{Reading, all, one};
use super::view::View;
use super::writer::{Ending, Work, execute};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{AreaKey, InstallationId, UserId};

pub(super) const OPENED: &str = "INSERT INTO home (installation_id, user_id, opened_at, shown) \
    VALUES (?1, ?2, ?3, NULL) ON CONFLICT (installation_id, user_id) DO UPDATE \
    SET opened_at = excluded.opened_at, shown = CASE WHEN ?4 THEN home.shown END";
pub(super) const SHOWN: &str = "UPDATE home SET shown = ? WHERE installation_id = ? AND user_id = ?";
pub(super) const OPEN_HOMES: &str = "SELECT user_id, opened_at, shown FROM home \
    WHERE installation_id = ? AND opened_at >= ? ORDER BY opened_at DESC LIMIT ?";
pub(super) const FORGET_HOME: &str = "DELETE FROM home WHERE installation_id = ? AND user_id = ?";
pub(super) const FORGET_HOMES: &str = "DELETE FROM home WHERE installation_id = ? AND opened_at < ?";
pub(super) const LIVE_IN_AREA: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM engagement WHERE installation_id = ? AND area = ? AND ",
    live!(),
    " ORDER BY asked_at LIMIT ?"
);
pub(super) const EVER_ASKED: &str =
    "SELECT 1 FROM engagement WHERE installation_id = ? AND requester = ? LIMIT 1";

/// A Home that is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenHome {
    /// Whose.
    pub user: UserId,
    /// When they opened it last.
    pub opened_at: DateTime<Utc>,
    /// The mark of what they were shown last.
    pub shown: Option<String>,
}

impl Store {
    /// Somebody opened their Home; `has_view` when Slack still has what they were shown.
    pub async fn home_opened(
        &self,
        installation: InstallationId,
        user: &UserId,
        has_view: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = (installation.0, user.as_str().to_owned(), now.timestamp_micros(), has_view);
        self.0.writer.write(Statement(OPENED, row)).await.map(|_| ())
    }

    /// They were shown that; whether they still have a Home with us.
    pub async fn home_shown(
        &self,
        installation: InstallationId,
        user: &UserId,
        mark: &str,
    ) -> Result<bool, StoreError> {
        let row = (mark.to_owned(), installation.0, user.as_str().to_owned());
        Ok(self.0.writer.write(Statement(SHOWN, row)).await? == 1)
    }

    /// Homes that were opened since then, the last one first.
    pub async fn open_homes(
        &self,
        installation: InstallationId,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<OpenHome>, StoreError> {
        let find = move |db: &Connection| {
            let of = params![installation.0, since.timestamp_micros(), limit];
            all(db, OPEN_HOMES, of, |row| {
                let row = Reading::new(row, "home", "user_id");
                Ok(OpenHome {
                    user: UserId(row.get("user_id")?),
                    opened_at: row.at("opened_at")?,
                    shown: row.get("shown")?,
                })
            })
        };
        self.0.readers.read(find).await
    }

    /// Keeps somebody's Home no longer; opening it begins anew.
    pub async fn forget_home(&self, installation: InstallationId, user: &UserId) -> Result<(), StoreError> {
        let row = (installation.0, user.as_str().to_owned());
        self.0.writer.write(Statement(FORGET_HOME, row)).await.map(|_| ())
    }

    /// Keeps those no longer that nobody opened since then; how many it were.
    pub async fn forget_homes(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let row = (installation.0, before.timestamp_micros());
        self.0.writer.write(Statement(FORGET_HOMES, row)).await
    }
}

impl View<'_> {
    /// What is live in an area, oldest first, at most so many.
    pub fn live_in_area(&self, area: &AreaKey, limit: u32) -> Result<Vec<Engagement>, StoreError> {
        all(self.db(), LIVE_IN_AREA, params![self.installation().0, area.as_str(), limit], read)
    }

    /// Whether this person ever asked anything.
    pub fn has_asked(&self, user: &UserId) -> Result<bool, StoreError> {
        let found = one(self.db(), EVER_ASKED, params![self.installation().0, user.as_str()], |_| Ok(()))?;
        Ok(found.is_some())
    }
}

/// One statement; its answer is how many rows it changed.
struct Statement<A>(&'static str, A);

impl<A: Params + Clone + Send + 'static> Work for Statement<A> {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        Ok(Ending::Keep(execute(db, self.0, self.1.clone())?))
    }
}
