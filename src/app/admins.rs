//! What admins are told that no command led to: each topic once, through the outbox like everything else.

use super::{App, Envelope, StoreError};
use crate::domain::command::Command;
use crate::domain::decision::Decision;
use crate::domain::ids::{ChannelId, EngagementId};
use crate::domain::notice::{Address, Notice, Trouble, What};

impl App {
    /// Tells admins something, once each.
    pub async fn tell_admins(&self, what: What) -> Result<(), StoreError> {
        self.tell_admins_of(None, what).await
    }

    /// Tells admins something that holds for a while, once each change; when it holds no longer it is forgotten, so that the
    /// next time is told again. `start` is how the topics of its like begin.
    pub async fn tell_admins_while(&self, start: &str, holds: Option<What>) -> Result<(), StoreError> {
        let notice = holds.map(|what| Notice { to: Address::Admins, what, engagement: None, urgent: false });
        self.tell_while(start, notice).await
    }

    /// Tells somebody something that holds for a while, likewise.
    pub async fn tell_while(&self, start: &str, notice: Option<Notice>) -> Result<(), StoreError> {
        let topic = notice.as_ref().and_then(Notice::told_once);
        self.store.forget_told_like(self.installation, start, topic.as_deref()).await?;
        let Some(notice) = notice else { return Ok(()) };
        let decision = Decision { notices: vec![notice], ..Decision::default() };
        self.commit_alone(decision, Envelope::internal(Command::Nothing)).await
    }

    /// Tells admins of a trouble when it begins, and that it is well again when it is over; each once.
    pub async fn tell_trouble(&self, trouble: Trouble, holds: bool) -> Result<(), StoreError> {
        let start = trouble.start();
        if holds {
            return self.tell_admins_while(&start, Some(What::Trouble { trouble })).await;
        }
        if !self.store.was_told_like(self.installation, &start).await? {
            return Ok(());
        }
        self.store.forget_told_like(self.installation, &start, None).await?;
        self.tell_admins(What::WellAgain { trouble }).await
    }

    /// A channel has another id: whatever we keep of it has, too.
    pub async fn channel_renumbered(&self, from: &ChannelId, to: &ChannelId) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        let asks = self.store.renumber_channel(self.installation, from, to).await?;
        tracing::info!(%from, %to, asks, "a channel has another id");
        self.homes.everything();
        self.work.notify_one();
        Ok(())
    }

    /// We came into a channel, or were removed from it; admins hear where the directory names it.
    pub async fn came_or_went(&self, channel: &ChannelId, joined: bool) -> Result<(), StoreError> {
        let trouble = Trouble::Removed { channel: channel.clone() };
        if joined || self.policy().org.names_channel(channel) {
            self.tell_trouble(trouble, !joined).await?;
        }
        Ok(())
    }

    /// Tells admins something about that engagement, once each.
    pub async fn tell_admins_of(
        &self,
        engagement: Option<EngagementId>,
        what: What,
    ) -> Result<(), StoreError> {
        let mut decision = Decision::default();
        decision.notices.push(Notice { to: Address::Admins, what, engagement, urgent: false });
        self.commit_alone(decision, Envelope::internal(Command::Nothing)).await
    }

    /// Tells admins of a row that cannot be read: what it is about rests until a person has mended it. Any other error is
    /// none of theirs.
    pub async fn report_unreadable(&self, error: &StoreError) -> Result<(), StoreError> {
        match error {
            StoreError::Corrupt { table, id, .. } => {
                tracing::error!(%error, "what this row is about rests");
                let what = What::UnreadableRow { table: (*table).to_owned(), row: id.clone() };
                self.tell_admins_of(None, what).await
            }
            StoreError::Conflict | StoreError::TooLate | StoreError::Unavailable(_) => Ok(()),
        }
    }
}
