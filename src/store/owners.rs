//! Who owns what is live, for handing over what people leave behind. Only reads.

use rusqlite::{Connection, params};

use super::StoreError;
use super::engagements::live;
use super::open::Store;
use super::row::all;
use crate::domain::ids::{EngagementId, InstallationId, UserId};

/// Along the index of live engagements by owner.
pub(super) const OWNERS: &str = concat!(
    "SELECT DISTINCT owner FROM engagement WHERE installation_id = ? AND owner IS NOT NULL AND ",
    live!()
);
pub(super) const OWNED: &str = concat!(
    "SELECT id FROM engagement WHERE installation_id = ? AND owner = ? AND ",
    live!(),
    " ORDER BY asked_at"
);

/// Along the index of what is live; there are few of these.
pub(super) const REQUESTERS: &str = concat!(
    "SELECT DISTINCT requester FROM engagement INDEXED BY engagement_live WHERE installation_id = ? AND ",
    live!()
);
pub(super) const ASKED_BY: &str = concat!(
    "SELECT id FROM engagement WHERE installation_id = ? AND requester = ? AND ",
    live!(),
    " ORDER BY asked_at"
);

impl Store {
    /// Everybody who asked something that is live.
    pub async fn requesters(&self, installation: InstallationId) -> Result<Vec<UserId>, StoreError> {
        let read = move |db: &Connection| {
            all(db, REQUESTERS, params![installation.0], |row| Ok(UserId(row.get::<_, String>(0)?)))
        };
        self.0.readers.read_long(read).await
    }

    /// What is live and was asked by this person, oldest first.
    pub async fn asked_by(
        &self,
        installation: InstallationId,
        requester: &UserId,
    ) -> Result<Vec<EngagementId>, StoreError> {
        let requester = requester.clone();
        let read = move |db: &Connection| {
            let of = params![installation.0, requester.as_str()];
            all(db, ASKED_BY, of, |row| Ok(EngagementId(row.get(0)?)))
        };
        self.0.readers.read_long(read).await
    }

    /// Everybody who owns something that is live.
    pub async fn owners(&self, installation: InstallationId) -> Result<Vec<UserId>, StoreError> {
        let read = move |db: &Connection| {
            all(db, OWNERS, params![installation.0], |row| Ok(UserId(row.get::<_, String>(0)?)))
        };
        self.0.readers.read_long(read).await
    }

    /// What is live and this person's, oldest first.
    pub async fn owned(
        &self,
        installation: InstallationId,
        owner: &UserId,
    ) -> Result<Vec<EngagementId>, StoreError> {
        let owner = owner.clone();
        let read = move |db: &Connection| {
            let of = params![installation.0, owner.as_str()];
            all(db, OWNED, of, |row| Ok(EngagementId(row.get(0)?)))
        };
        self.0.readers.read_long(read).await
    }
}
