//! Single reads, each of an instant of its own, for whoever needs no more than one thing; see [`View`].

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method is good for one lifetime only"
)]

use chrono::{DateTime, Utc};

use super::StoreError;
use super::open::Store;
use super::view::{Count, View};
use crate::domain::decision::Entry;
use crate::domain::engagement::Engagement;
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, InstallationId, Ts, UserId};

impl Store {
    /// Reads within one snapshot, on a thread that reads: nothing that is read changes meanwhile.
    pub async fn read<T, F>(&self, installation: InstallationId, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let parts = std::sync::Arc::clone(&self.0);
        self.0.readers.read(move |db| read(&View::of(db, installation, &parts.fresh))).await
    }

    /// See [`View::next_id`].
    pub async fn next_id(&self, installation: InstallationId) -> Result<EngagementId, StoreError> {
        self.read(installation, move |view| view.next_id()).await
    }

    /// See [`View::engagement`].
    pub async fn engagement(
        &self,
        installation: InstallationId,
        id: EngagementId,
    ) -> Result<Option<Engagement>, StoreError> {
        self.read(installation, move |view| view.engagement(id)).await
    }

    /// See [`View::engagements`].
    pub async fn engagements(
        &self,
        installation: InstallationId,
        ids: &[EngagementId],
    ) -> Result<Vec<Engagement>, StoreError> {
        let ids = ids.to_vec();
        self.read(installation, move |view| view.engagements(&ids)).await
    }

    /// See [`View::by_thread`].
    pub async fn by_thread(
        &self,
        installation: InstallationId,
        channel: &ChannelId,
        ts: &Ts,
    ) -> Result<Vec<EngagementId>, StoreError> {
        let (channel, ts) = (channel.clone(), ts.clone());
        self.read(installation, move |view| view.by_thread(&channel, &ts)).await
    }

    /// See [`View::children`].
    pub async fn children(
        &self,
        installation: InstallationId,
        parent: EngagementId,
    ) -> Result<Vec<Engagement>, StoreError> {
        self.read(installation, move |view| view.children(parent)).await
    }

    /// See [`View::live_of`].
    pub async fn live_of(
        &self,
        installation: InstallationId,
        requester: &UserId,
        answered_since: DateTime<Utc>,
    ) -> Result<Vec<Engagement>, StoreError> {
        let requester = requester.clone();
        self.read(installation, move |view| view.live_of(&requester, answered_since)).await
    }

    /// See [`View::owed_by`].
    pub async fn owed_by(
        &self,
        installation: InstallationId,
        user: &UserId,
    ) -> Result<Vec<Engagement>, StoreError> {
        let user = user.clone();
        self.read(installation, move |view| view.owed_by(&user)).await
    }

    /// See [`View::asks_since`].
    pub async fn asks_since(
        &self,
        installation: InstallationId,
        requester: &UserId,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let requester = requester.clone();
        self.read(installation, move |view| view.asks_since(&requester, since)).await
    }

    /// See [`View::duplicate_of`].
    pub async fn duplicate_of(
        &self,
        installation: InstallationId,
        requester: &UserId,
        text: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<EngagementId>, StoreError> {
        let (requester, text) = (requester.clone(), text.to_owned());
        self.read(installation, move |view| view.duplicate_of(&requester, &text, since)).await
    }

    /// See [`View::answered_in_area`].
    pub async fn answered_in_area(
        &self,
        installation: InstallationId,
        requester: &UserId,
        area: &AreaKey,
        since: DateTime<Utc>,
    ) -> Result<Option<Engagement>, StoreError> {
        let (requester, area) = (requester.clone(), area.clone());
        self.read(installation, move |view| view.answered_in_area(&requester, &area, since)).await
    }

    /// See [`View::live_inquiries`].
    pub async fn live_inquiries(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<EngagementId>, StoreError> {
        self.read(installation, move |view| view.live_inquiries()).await
    }

    /// See [`View::counts`].
    pub async fn counts(&self, installation: InstallationId) -> Result<Vec<Count>, StoreError> {
        let parts = std::sync::Arc::clone(&self.0);
        self.0.readers.read_long(move |db| View::of(db, installation, &parts.fresh).counts()).await
    }

    /// See [`View::timeline`].
    pub async fn timeline(
        &self,
        installation: InstallationId,
        id: EngagementId,
    ) -> Result<Vec<Entry>, StoreError> {
        self.read(installation, move |view| view.timeline(id)).await
    }
}
