//! What happens to messages, whoever does it: posted, edited, deleted, reacted to, shown to one person.
//! Each change queues its events and lands before people's eyes in the same step.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::landed::{Landed, LandedKind};
use super::mrkdwn;
use super::plain::Reader;
use super::state::{Kind, State, StoredEphemeral, StoredMessage};

/// A change of a message: what is `None` stays as it is.
#[derive(Default)]
pub struct Change {
    pub text: Option<String>,
    pub blocks: Option<Vec<Value>>,
    pub metadata: MetadataChange,
}

/// What happens to a message's metadata.
#[derive(Default)]
pub enum MetadataChange {
    #[default]
    Keep,
    Clear,
    Set(Value),
}

impl State {
    /// Posts, with events. `message.ts` is set here.
    pub fn post(&mut self, mut message: StoredMessage, now: DateTime<Utc>) -> String {
        message.ts = self.ids.ts(now);
        if message.broadcast {
            message.subtype = Some("thread_broadcast".to_owned());
        }
        if let Some(blocks) = &mut message.blocks {
            self.fill_ids(blocks);
        }
        let ts = message.ts.clone();
        self.messages.push(message.clone());
        self.emit_posted(&message, now);
        self.land_message(LandedKind::Posted, &message, &message.user, now);
        ts
    }

    /// Edits, with its event.
    pub fn edit(&mut self, channel: &str, ts: &str, by: &str, change: Change, now: DateTime<Utc>) {
        let edited_ts = self.ids.ts(now);
        let Some(before) = self.message(channel, ts).cloned() else { return };
        let mut after = before.clone();
        if let Some(text) = change.text {
            after.text = text;
        }
        if let Some(mut blocks) = change.blocks {
            self.fill_ids(&mut blocks);
            after.blocks = (!blocks.is_empty()).then_some(blocks);
        }
        match change.metadata {
            MetadataChange::Keep => {}
            MetadataChange::Clear => after.metadata = None,
            MetadataChange::Set(metadata) => after.metadata = Some(metadata),
        }
        after.edited = Some((by.to_owned(), edited_ts));
        if let Some(stored) = self.message_mut(channel, ts) {
            *stored = after.clone();
        }
        self.emit_changed(&before, &after, now);
        self.land_message(LandedKind::Updated, &after, by, now);
    }

    /// Deletes, with its event. A parent with replies stays as a tombstone.
    pub fn delete(&mut self, channel: &str, ts: &str, by: &str, now: DateTime<Utc>) {
        let Some(before) = self.message(channel, ts).cloned() else { return };
        if self.replies(channel, ts).next().is_some() {
            if let Some(stored) = self.message_mut(channel, ts) {
                "This message was deleted.".clone_into(&mut stored.text);
                stored.subtype = Some("tombstone".to_owned());
                "USLACKBOT".clone_into(&mut stored.user);
                (stored.bot_id, stored.blocks, stored.metadata) = (None, None, None);
            }
        } else {
            self.messages.retain(|message| message.channel != channel || message.ts != ts);
        }
        self.emit_deleted(&before, now);
        self.land_message(LandedKind::Deleted, &before, by, now);
    }

    /// Adds a reaction; `false` when it was there already.
    pub fn react(&mut self, channel: &str, ts: &str, by: &str, name: &str, now: DateTime<Utc>) -> bool {
        let Some(message) = self.message_mut(channel, ts) else { return false };
        let position = message.reactions.iter().position(|(known, _)| known == name);
        let position = position.unwrap_or_else(|| {
            message.reactions.push((name.to_owned(), Vec::new()));
            message.reactions.len() - 1
        });
        let users = &mut message.reactions[position].1;
        if users.iter().any(|user| user == by) {
            return false;
        }
        users.push(by.to_owned());
        let message = message.clone();
        self.emit_reaction("reaction_added", &message, by, name, now);
        self.land_reaction(LandedKind::Reaction, &message, by, name, now);
        true
    }

    /// Takes a reaction away; `false` when there was none.
    pub fn unreact(&mut self, channel: &str, ts: &str, by: &str, name: &str, now: DateTime<Utc>) -> bool {
        let Some(message) = self.message_mut(channel, ts) else { return false };
        let Some((_, users)) = message.reactions.iter_mut().find(|(known, _)| known == name) else {
            return false;
        };
        let before = users.len();
        users.retain(|user| user != by);
        if users.len() == before {
            return false;
        }
        message.reactions.retain(|(_, users)| !users.is_empty());
        let message = message.clone();
        self.emit_reaction("reaction_removed", &message, by, name, now);
        self.land_reaction(LandedKind::ReactionRemoved, &message, by, name, now);
        true
    }

    fn emit_reaction(
        &mut self,
        kind: &str,
        message: &StoredMessage,
        by: &str,
        name: &str,
        now: DateTime<Utc>,
    ) {
        let ts = self.ids.ts(now);
        let event = json!({"type": kind, "user": by, "reaction": name, "item_user": message.user,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts}, "event_ts": ts});
        self.emit(kind, Some(&message.channel), &event, now);
    }

    /// Shows something to one person only; what takes another's place has its timestamp already.
    pub fn show_only(&mut self, mut shown: StoredEphemeral, now: DateTime<Utc>) -> String {
        if shown.ts.is_empty() {
            shown.ts = self.ids.ts(now);
        }
        if let Some(blocks) = &mut shown.blocks {
            self.fill_ids(blocks);
        }
        let body = self.reader_of(&shown.user, now).message(&shown.text, shown.blocks.as_deref());
        let author = if shown.from_slack { "Slackbot".to_owned() } else { self.bot.name.clone() };
        self.land(Landed {
            at: now,
            kind: LandedKind::Ephemeral,
            place: self.place(&shown.channel),
            channel: shown.channel.clone(),
            author,
            by_bot: !shown.from_slack,
            only_for: self.user(&shown.user).map(|user| user.name.clone()),
            in_thread_of: shown.thread_ts.clone(),
            ts: shown.ts.clone(),
            body,
            notified: Vec::new(),
            looked_at: false,
        });
        let ts = shown.ts.clone();
        self.ephemerals.push(shown);
        ts
    }

    /// Gives blocks and elements without ids theirs, as Slack does.
    pub fn fill_ids(&mut self, blocks: &mut [Value]) {
        for block in blocks.iter_mut().filter(|block| block.is_object()) {
            if block["block_id"].as_str().unwrap_or_default().is_empty() {
                block["block_id"] = json!(format!("b{:04}", self.ids.number()));
            }
            let kind = block["type"].as_str().unwrap_or_default().to_owned();
            let elements: Vec<&mut Value> = match (kind.as_str(), block.as_object_mut()) {
                ("actions", Some(fields)) => {
                    fields.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten().collect()
                }
                ("section", Some(fields)) => fields.get_mut("accessory").into_iter().collect(),
                ("input", Some(fields)) => fields.get_mut("element").into_iter().collect(),
                _ => Vec::new(),
            };
            for element in elements.into_iter().filter(|element| element.is_object()) {
                if element["type"] != "image" && element["action_id"].as_str().unwrap_or_default().is_empty()
                {
                    element["action_id"] = json!(format!("a{:04}", self.ids.number()));
                }
            }
        }
    }

    /// `#name`, or `@handle` for a direct channel.
    pub fn place(&self, channel: &str) -> String {
        match self.channel(channel) {
            Some(found) if found.kind == Kind::Direct && !found.has(&self.bot.user_id) => {
                format!("@{}", found.name)
            }
            Some(found) if found.kind == Kind::Direct => {
                let other = found.members.iter().find(|member| **member != self.bot.user_id);
                let name = other.and_then(|id| self.user(id)).map_or("somebody", |user| user.name.as_str());
                format!("@{name}")
            }
            Some(found) => format!("#{}", found.name),
            None => channel.to_owned(),
        }
    }

    /// Who reads a channel: the person of a direct channel in their zone, else UTC.
    pub fn reader_in(&self, channel: &str, now: DateTime<Utc>) -> Reader {
        let zone = self
            .channel(channel)
            .filter(|channel| channel.kind == Kind::Direct)
            .and_then(|channel| channel.members.iter().find(|member| **member != self.bot.user_id))
            .and_then(|member| self.user(member))
            .map_or(chrono_tz::UTC, |user| user.zone);
        Reader::new(self, zone, now)
    }

    pub fn reader_of(&self, user: &str, now: DateTime<Utc>) -> Reader {
        Reader::new(self, self.user(user).map_or(chrono_tz::UTC, |user| user.zone), now)
    }

    /// Handles of those whom a post notifies: named people and the members of named groups, not its author.
    pub fn notified(&self, message: &StoredMessage) -> Vec<String> {
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        mrkdwn::mentioned(&message.text, &mut users, &mut groups);
        for block in message.blocks.iter().flatten() {
            mrkdwn::mentioned_in_blocks(block, &mut users, &mut groups);
        }
        let members =
            groups.iter().filter_map(|id| self.group_named(id)).flat_map(|group| group.users.clone());
        let mut names: Vec<String> = Vec::new();
        for id in users.iter().cloned().chain(members) {
            let name = self.user(&id).map_or_else(|| id.clone(), |user| user.name.clone());
            if id != message.user && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn land_message(&mut self, kind: LandedKind, message: &StoredMessage, by: &str, now: DateTime<Utc>) {
        let body = self.reader_in(&message.channel, now).message(&message.text, message.blocks.as_deref());
        let notified = if kind == LandedKind::Posted { self.notified(message) } else { Vec::new() };
        self.land_about(kind, message, by, body, notified, now);
    }

    fn land_reaction(
        &mut self,
        kind: LandedKind,
        message: &StoredMessage,
        by: &str,
        name: &str,
        now: DateTime<Utc>,
    ) {
        self.land_about(kind, message, by, format!(":{name}:"), Vec::new(), now);
    }

    fn land_about(
        &mut self,
        kind: LandedKind,
        message: &StoredMessage,
        by: &str,
        body: String,
        notified: Vec<String>,
        now: DateTime<Utc>,
    ) {
        self.land(Landed {
            at: now,
            kind,
            place: self.place(&message.channel),
            channel: message.channel.clone(),
            author: self.user(by).map_or_else(|| by.to_owned(), |user| user.display_name.clone()),
            by_bot: by == self.bot.user_id,
            only_for: None,
            in_thread_of: message.thread_ts.clone(),
            ts: message.ts.clone(),
            body,
            notified,
            looked_at: by != self.bot.user_id,
        });
    }

    pub fn land(&mut self, landed: Landed) {
        // Nobody may be listening; the log is kept all the same.
        let _ = self.watchers.send(landed.clone());
        self.landed.push(landed);
    }
}
