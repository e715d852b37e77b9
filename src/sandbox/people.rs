//! What a person does in channels and direct messages. Every act delivers the events that it causes
//! before it returns, so a story reads top to bottom. Acts that Slack would not offer are `NotPossible`.

use super::messages::Change;
use super::state::{Channel, Kind, StoredMessage};
use super::typed::Typed;
use super::workspace::Workspace;

/// An act that a person could not do in Slack, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotPossible(pub String);

pub(super) fn not_possible<T>(why: impl Into<String>) -> Result<T, NotPossible> {
    Err(NotPossible(why.into()))
}

/// Somebody's hands. Cheap to clone.
#[derive(Clone)]
pub struct Person {
    pub(super) workspace: Workspace,
    name: String,
}

impl Person {
    pub(super) fn new(workspace: Workspace, name: &str) -> Self {
        Self { workspace, name: name.trim_start_matches('@').to_owned() }
    }

    /// Their handle.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Their id.
    ///
    /// # Errors
    /// When nobody has this handle, or they are deactivated.
    pub fn id(&self) -> Result<String, NotPossible> {
        let state = self.workspace.0.state();
        match state.user_named(&self.name) {
            Some(user) if user.deleted => not_possible(format!("{} is deactivated", self.name)),
            Some(user) => Ok(user.id.clone()),
            None => not_possible(format!("nobody is called {}", self.name)),
        }
    }

    /// The channel, with this person in it: a public one is joined on the way.
    pub(super) fn enter(&self, channel: &str) -> Result<Channel, NotPossible> {
        let user = self.id()?;
        if let Some(other) = channel.strip_prefix('@') {
            return if other == self.workspace.0.state().bot.name {
                self.direct()
            } else {
                not_possible("only direct messages with the bot exist here")
            };
        }
        let now = self.workspace.0.clock.now();
        let mut state = self.workspace.0.state();
        let Some(found) = state.channel_named(channel).cloned() else {
            return not_possible(format!("no channel is called {channel}"));
        };
        match found.kind {
            Kind::Private | Kind::Direct if !found.has(&user) => {
                not_possible(format!("{} is not in {channel}", self.name))
            }
            Kind::Public if found.archived => Ok(found),
            Kind::Public | Kind::Private | Kind::Direct => {
                state.join(&found.id, &user, None, now);
                Ok(found)
            }
        }
    }

    /// The direct channel with the bot.
    pub(super) fn direct(&self) -> Result<Channel, NotPossible> {
        let user = self.id()?;
        let now = self.workspace.0.clock.now();
        let mut state = self.workspace.0.state();
        let id = state.direct_channel(&user, now);
        state.channel(&id).cloned().ok_or_else(|| NotPossible("no direct channel".to_owned()))
    }

    fn open_channel(&self, channel: &str) -> Result<Channel, NotPossible> {
        let found = self.enter(channel)?;
        if found.archived { not_possible(format!("{channel} is archived")) } else { Ok(found) }
    }

    /// Says something in a channel; the message's timestamp.
    pub async fn say(&self, channel: &str, text: &str) -> Result<String, NotPossible> {
        let found = self.open_channel(channel)?;
        self.post(&found.id, text, None, false).await
    }

    /// Replies in a thread.
    pub async fn reply(&self, channel: &str, ts: &str, text: &str) -> Result<String, NotPossible> {
        let found = self.open_channel(channel)?;
        self.post(&found.id, text, Some(ts), false).await
    }

    /// Replies in a thread and also sends it to the channel.
    pub async fn reply_broadcast(&self, channel: &str, ts: &str, text: &str) -> Result<String, NotPossible> {
        let found = self.open_channel(channel)?;
        self.post(&found.id, text, Some(ts), true).await
    }

    /// Writes to the bot directly.
    pub async fn dm(&self, text: &str) -> Result<String, NotPossible> {
        let found = self.direct()?;
        self.post(&found.id, text, None, false).await
    }

    /// Replies in a thread of the direct messages with the bot.
    pub async fn dm_reply(&self, ts: &str, text: &str) -> Result<String, NotPossible> {
        let found = self.direct()?;
        self.post(&found.id, text, Some(ts), false).await
    }

    async fn post(
        &self,
        channel: &str,
        text: &str,
        thread: Option<&str>,
        broadcast: bool,
    ) -> Result<String, NotPossible> {
        let user = self.id()?;
        let now = self.workspace.0.clock.now();
        let ts = {
            let mut state = self.workspace.0.state();
            let thread_ts = match thread {
                None => None,
                Some(ts) => match state.message(channel, ts) {
                    None => return not_possible(format!("no message {ts} to reply to")),
                    Some(parent) => Some(parent.thread_ts.clone().unwrap_or_else(|| ts.to_owned())),
                },
            };
            let bot_id = state.user(&user).and_then(|user| user.bot_id.clone());
            let message = StoredMessage {
                channel: channel.to_owned(),
                thread_ts,
                // Workflows and classic bots post under this subtype.
                subtype: bot_id.as_ref().map(|_| "bot_message".to_owned()),
                bot_id,
                user,
                text: state.typed(text, Typed::Message),
                broadcast,
                ..StoredMessage::default()
            };
            state.post(message, now)
        };
        self.workspace.deliver_due().await;
        Ok(ts)
    }

    /// Edits a message of theirs.
    pub async fn edit(&self, channel: &str, ts: &str, text: &str) -> Result<(), NotPossible> {
        let (found, user) = self.own(channel, ts)?;
        let now = self.workspace.0.clock.now();
        {
            let mut state = self.workspace.0.state();
            let change = Change { text: Some(state.typed(text, Typed::Message)), ..Change::default() };
            state.edit(&found.id, ts, &user, change, now);
        }
        self.workspace.deliver_due().await;
        Ok(())
    }

    /// Deletes a message of theirs.
    pub async fn delete(&self, channel: &str, ts: &str) -> Result<(), NotPossible> {
        let (found, user) = self.own(channel, ts)?;
        let now = self.workspace.0.clock.now();
        self.workspace.0.state().delete(&found.id, ts, &user, now);
        self.workspace.deliver_due().await;
        Ok(())
    }

    fn own(&self, channel: &str, ts: &str) -> Result<(Channel, String), NotPossible> {
        let found = self.enter(channel)?;
        let user = self.id()?;
        let owner = self.workspace.0.state().message(&found.id, ts).map(|message| message.user.clone());
        match owner {
            Some(owner) if owner == user => Ok((found, user)),
            Some(_) => not_possible(format!("{} did not write {ts}", self.name)),
            None => not_possible(format!("no message {ts} in {channel}")),
        }
    }

    /// Adds a reaction, e.g. `white_check_mark`.
    pub async fn react(&self, channel: &str, ts: &str, emoji: &str) -> Result<(), NotPossible> {
        let found = self.enter(channel)?;
        let (user, now) = (self.id()?, self.workspace.0.clock.now());
        let done = self.workspace.0.state().react(&found.id, ts, &user, emoji.trim_matches(':'), now);
        self.workspace.deliver_due().await;
        if done { Ok(()) } else { not_possible(format!("no message {ts}, or reacted already")) }
    }

    /// Takes a reaction away.
    pub async fn unreact(&self, channel: &str, ts: &str, emoji: &str) -> Result<(), NotPossible> {
        let found = self.enter(channel)?;
        let (user, now) = (self.id()?, self.workspace.0.clock.now());
        let done = self.workspace.0.state().unreact(&found.id, ts, &user, emoji.trim_matches(':'), now);
        self.workspace.deliver_due().await;
        if done { Ok(()) } else { not_possible(format!("no such reaction on {ts}")) }
    }

    /// Joins a public channel, or stays in it.
    pub async fn join(&self, channel: &str) -> Result<(), NotPossible> {
        self.enter(channel)?;
        self.workspace.deliver_due().await;
        Ok(())
    }

    /// Leaves a channel.
    pub async fn leave(&self, channel: &str) -> Result<(), NotPossible> {
        let found = self.enter(channel)?;
        let (user, now) = (self.id()?, self.workspace.0.clock.now());
        self.workspace.0.state().leave(&found.id, &user, now);
        self.workspace.deliver_due().await;
        Ok(())
    }
}
