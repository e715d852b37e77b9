//! Reading what people see: channels, threads, direct messages, ephemerals, App Home, and the log of
//! what landed. Looking at a place marks what landed there as looked at.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::landed::{Landed, LandedKind};
use super::plain::{Reader, Values};
use super::state::{State, StoredEphemeral, StoredMessage};
use super::workspace::Workspace;

/// A message or ephemeral as it stands now.
#[derive(Clone, Debug)]
pub struct Message {
    /// Id of its channel.
    pub channel: String,
    /// `#name`, or `@handle` for the bot's direct messages with a person.
    pub place: String,
    /// Its timestamp.
    pub ts: String,
    /// Its parent's timestamp when it is a reply.
    pub thread_ts: Option<String>,
    /// Handle of its author.
    pub author: String,
    /// Whether our bot wrote it.
    pub by_bot: bool,
    /// The text as stored, with Slack's markup. With blocks it is what notifications show.
    pub text: String,
    /// The blocks as stored.
    pub blocks: Vec<Value>,
    /// The metadata as stored.
    pub metadata: Option<Value>,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether the reply was also sent to the channel.
    pub broadcast: bool,
    /// Slack's subtype, if any.
    pub subtype: Option<String>,
    /// Reactions: emoji and who (handles).
    pub reactions: BTreeMap<String, Vec<String>>,
    /// Who was notified when it was posted (handles): people named, members of groups named, not the author.
    pub notified: Vec<String>,
    /// The only person who sees it (handle), for ephemerals.
    pub only_for: Option<String>,
    reader: Reader,
}

impl Message {
    /// As a person reads it: mentions by name, dates in the reader's zone, buttons as `[Take it]`.
    pub fn plain(&self) -> String {
        self.reader.message(&self.text, Some(&self.blocks))
    }

    /// The same in another time zone.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn plain_in(&self, zone: &str) -> String {
        let zone = zone.parse().unwrap_or_else(|_| panic!("no time zone {zone}"));
        self.reader.in_zone(zone).message(&self.text, Some(&self.blocks))
    }

    /// What a notification or screen reader says: the text alone.
    pub fn fallback(&self) -> String {
        self.reader.text(&self.text)
    }

    /// Labels of all buttons and overflow options, in order.
    pub fn buttons(&self) -> Vec<String> {
        let mut labels = Vec::new();
        for (_, element) in super::views::fields(&self.blocks) {
            match element["type"].as_str() {
                Some("button") => labels.push(self.reader.object(&element["text"])),
                Some("overflow") => {
                    let options = element["options"].as_array().into_iter().flatten();
                    labels.extend(options.map(|option| self.reader.object(&option["text"])));
                }
                Some(_) | None => {}
            }
        }
        labels
    }
}

impl State {
    fn shown(&self, message: &StoredMessage, now: DateTime<Utc>) -> Message {
        let name_of = |id: &String| self.user(id).map_or_else(|| id.clone(), |user| user.name.clone());
        let notified = self
            .landed
            .iter()
            .find(|landed| {
                landed.kind == LandedKind::Posted
                    && landed.channel == message.channel
                    && landed.ts == message.ts
            })
            .map(|landed| landed.notified.clone());
        Message {
            channel: message.channel.clone(),
            place: self.place(&message.channel),
            ts: message.ts.clone(),
            thread_ts: message.thread_ts.clone(),
            author: name_of(&message.user),
            by_bot: message.user == self.bot.user_id,
            text: message.text.clone(),
            blocks: message.blocks.clone().unwrap_or_default(),
            metadata: message.metadata.clone(),
            edited: message.edited.is_some(),
            broadcast: message.broadcast,
            subtype: message.subtype.clone(),
            reactions: message
                .reactions
                .iter()
                .map(|(emoji, users)| (emoji.clone(), users.iter().map(name_of).collect()))
                .collect(),
            notified: notified.unwrap_or_default(),
            only_for: None,
            reader: self.reader_in(&message.channel, now),
        }
    }

    fn shown_only(&self, shown: &StoredEphemeral, now: DateTime<Utc>) -> Message {
        Message {
            channel: shown.channel.clone(),
            place: self.place(&shown.channel),
            ts: shown.ts.clone(),
            thread_ts: shown.thread_ts.clone(),
            author: if shown.from_slack { "slackbot".to_owned() } else { self.bot.name.clone() },
            by_bot: !shown.from_slack,
            text: shown.text.clone(),
            blocks: shown.blocks.clone().unwrap_or_default(),
            metadata: None,
            edited: false,
            broadcast: false,
            subtype: None,
            reactions: BTreeMap::new(),
            notified: Vec::new(),
            only_for: self.user(&shown.user).map(|user| user.name.clone()),
            reader: self.reader_of(&shown.user, now),
        }
    }

    /// Marks what landed as looked at.
    pub fn look(&mut self, at: impl Fn(&Landed) -> bool) {
        self.landed.iter_mut().filter(|landed| at(landed)).for_each(|landed| landed.looked_at = true);
    }
}

impl Workspace {
    /// What stands in a channel, oldest first; replies only when also sent to the channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        let id = self.channel_id(channel);
        self.read(&id, |message| message.thread_ts.is_none() || message.broadcast)
    }

    /// A thread, its parent first.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<Message> {
        let id = self.channel_id(channel);
        self.read(&id, |message| message.ts == ts || message.thread_ts.as_deref() == Some(ts))
    }

    /// The message with this timestamp.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn message(&self, channel: &str, ts: &str) -> Option<Message> {
        let id = self.channel_id(channel);
        self.read(&id, |message| message.ts == ts).pop()
    }

    /// The last message in a channel, replies left out.
    ///
    /// # Panics
    /// When no channel has this name or it is empty.
    pub fn last_message(&self, channel: &str) -> Message {
        self.messages(channel).pop().unwrap_or_else(|| panic!("{channel} is empty"))
    }

    /// The bot's direct messages with a person, both sides, threads included, oldest first.
    ///
    /// # Panics
    /// When nobody has this handle.
    pub fn dms_of(&self, name: &str) -> Vec<Message> {
        let user = self.user_id(name);
        let channel = {
            let state = self.0.state();
            let direct =
                state.channels.iter().find(|channel| channel.is_direct_with(&state.bot.user_id, &user));
            direct.map(|channel| channel.id.clone())
        };
        channel.map(|id| self.read(&id, |_| true)).unwrap_or_default()
    }

    fn read(&self, channel: &str, wanted: impl Fn(&StoredMessage) -> bool) -> Vec<Message> {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let found: Vec<Message> = state
            .messages
            .iter()
            .filter(|message| message.channel == channel && wanted(message))
            .map(|message| state.shown(message, now))
            .collect();
        state.look(|landed| {
            let gone = landed.kind == LandedKind::Deleted;
            landed.channel == channel
                && landed.only_for.is_none()
                && (gone || found.iter().any(|message| message.ts == landed.ts))
        });
        found
    }

    /// Every message of the bot that stands, in all places, oldest first: its channel's id, its timestamp, its metadata.
    /// Whoever looks for doubles reads this and nothing else; nothing counts as looked at.
    pub fn keyed_messages(&self) -> Vec<(String, String, Option<Value>)> {
        let state = self.0.state();
        let own = state.messages.iter().filter(|message| message.user == state.bot.user_id);
        own.map(|message| (message.channel.clone(), message.ts.clone(), message.metadata.clone())).collect()
    }

    /// What only this person was shown and still stands, in all channels, oldest first.
    ///
    /// # Panics
    /// When nobody has this handle.
    pub fn ephemerals_of(&self, name: &str) -> Vec<Message> {
        let user = self.user_id(name);
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let found = state
            .ephemerals
            .iter()
            .filter(|shown| shown.user == user)
            .map(|shown| state.shown_only(shown, now))
            .collect();
        let handle = state.user(&user).map(|user| user.name.clone());
        state.look(|landed| landed.kind == LandedKind::Ephemeral && landed.only_for == handle);
        found
    }

    /// A person's App Home in plain text, if the bot published one.
    ///
    /// # Panics
    /// When nobody has this handle.
    pub fn home_of(&self, name: &str) -> Option<String> {
        let user = self.user_id(name);
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let text = {
            let view = state.homes.get(&user).and_then(|id| state.views.get(id))?;
            state.view_text(view, now)
        };
        let handle = state.user(&user).map(|user| user.name.clone());
        state.look(|landed| landed.kind == LandedKind::Home && landed.only_for == handle);
        Some(text)
    }

    pub(super) fn look_at_views_of(&self, user: &str) {
        let mut state = self.0.state();
        let handle = state.user(user).map(|user| user.name.clone());
        state.look(|landed| landed.kind == LandedKind::Modal && landed.only_for == handle);
    }

    /// What the bot did that nobody looked at yet, oldest first.
    pub fn unread(&self) -> Vec<Landed> {
        self.0.state().landed.iter().filter(|landed| !landed.looked_at).cloned().collect()
    }

    /// The same, and marks it as looked at.
    pub fn take_unread(&self) -> Vec<Landed> {
        let unread = self.unread();
        self.0.state().look(|_| true);
        unread
    }

    /// Everything that landed so far, people's own included.
    pub fn landed(&self) -> Vec<Landed> {
        self.0.state().landed.clone()
    }

    /// A text with Slack's markup as a person reads it.
    pub fn plain(&self, text: &str) -> String {
        let now = self.0.clock.now();
        Reader::new(&self.0.state(), chrono_tz::UTC, now).text(text)
    }

    /// Blocks as a person reads them.
    pub fn plain_blocks(&self, blocks: &[Value]) -> String {
        let now = self.0.clock.now();
        Reader::new(&self.0.state(), chrono_tz::UTC, now).blocks(blocks, &Values::new())
    }

    /// The permalink that people copy.
    ///
    /// # Panics
    /// When there is no such channel or message.
    pub fn permalink(&self, channel: &str, ts: &str) -> String {
        let id = self.channel_id(channel);
        let state = self.0.state();
        let message = state.message(&id, ts).unwrap_or_else(|| panic!("no message {ts} in {channel}"));
        state.permalink(message)
    }
}
