//! Changes of the workspace itself, with their events: who is where, channels archived or renamed,
//! people and groups changed, the app removed.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::state::{Kind, State, TokenState};

impl State {
    /// Puts somebody into a channel; nothing happens when they are there.
    pub fn join(&mut self, channel: &str, user: &str, inviter: Option<&str>, now: DateTime<Utc>) {
        let Some(found) = self.channel_mut(channel) else { return };
        if found.has(user) {
            return;
        }
        found.members.push(user.to_owned());
        let event = self.membership_event("member_joined_channel", channel, user, inviter, now);
        self.emit("member_joined_channel", Some(channel), &event, now);
    }

    /// Takes somebody out of a channel.
    pub fn leave(&mut self, channel: &str, user: &str, now: DateTime<Utc>) {
        let Some(found) = self.channel_mut(channel) else { return };
        if !found.has(user) {
            return;
        }
        let kind = found.kind;
        found.members.retain(|member| member != user);
        if user == self.bot.user_id {
            let name = if kind == Kind::Private { "group_left" } else { "channel_left" };
            let event =
                json!({"type": name, "channel": channel, "actor_id": null, "event_ts": self.ids.ts(now)});
            self.emit_to_outsider(name, Some(channel), &event, now);
        } else {
            let event = self.membership_event("member_left_channel", channel, user, None, now);
            self.emit("member_left_channel", Some(channel), &event, now);
        }
    }

    fn membership_event(
        &mut self,
        name: &str,
        channel: &str,
        user: &str,
        inviter: Option<&str>,
        now: DateTime<Utc>,
    ) -> Value {
        let kind = self.channel(channel).map(|channel| channel.kind);
        let letter = if kind == Some(Kind::Private) { "G" } else { "C" };
        let mut event = json!({"type": name, "user": user, "channel": channel, "channel_type": letter,
            "team": self.team_id, "event_ts": self.ids.ts(now)});
        if let Some(inviter) = inviter {
            event["inviter"] = json!(inviter);
        }
        event
    }

    pub fn set_archived(&mut self, channel: &str, archived: bool, by: &str, now: DateTime<Utc>) {
        let Some(found) = self.channel_mut(channel) else { return };
        found.archived = archived;
        let family = family(found.kind);
        let name = format!("{family}_{}", if archived { "archive" } else { "unarchive" });
        let event = json!({"type": name, "channel": channel, "user": by, "is_moved": 0, "event_ts": self.ids.ts(now)});
        self.emit(&name, Some(channel), &event, now);
    }

    pub fn rename(&mut self, channel: &str, new_name: &str, now: DateTime<Utc>) {
        let Some(found) = self.channel_mut(channel) else { return };
        new_name.trim_start_matches('#').clone_into(&mut found.name);
        let name = format!("{}_rename", family(found.kind));
        let renamed = json!({"id": channel, "name": found.name, "created": found.created.timestamp(),
            "is_channel": found.kind == Kind::Public, "is_mpim": false});
        let event = json!({"type": name, "channel": renamed, "event_ts": self.ids.ts(now)});
        self.emit(&name, Some(channel), &event, now);
    }

    pub fn renumber(&mut self, channel: &str, new: &str, now: DateTime<Utc>) {
        let Some(found) = self.channel_mut(channel) else { return };
        new.clone_into(&mut found.id);
        for message in self.messages.iter_mut().filter(|message| message.channel == channel) {
            new.clone_into(&mut message.channel);
        }
        let event = json!({"type": "channel_id_changed", "old_channel_id": channel, "new_channel_id": new,
            "event_ts": self.ids.ts(now)});
        self.emit("channel_id_changed", None, &event, now);
    }

    /// Tells the bot that a person changed.
    pub fn user_changed(&mut self, user: &str, now: DateTime<Utc>) {
        let Some(person) = self.user(user) else { return };
        let with_email = self.bot.scopes.contains("users:read.email");
        let shown = self.user_json(person, with_email, now);
        let ts = self.ids.ts(now);
        let event =
            json!({"type": "user_change", "user": shown, "cache_ts": now.timestamp(), "event_ts": ts});
        self.emit("user_change", None, &event, now);
    }

    pub fn set_group_users(&mut self, group: &str, users: Vec<String>, now: DateTime<Utc>) {
        let Some(found) = self.groups.iter_mut().find(|known| known.id == group) else { return };
        found.users = users;
        let found = found.clone();
        let event = json!({"type": "subteam_updated", "subteam": self.group_json(&found, true, true),
            "event_ts": self.ids.ts(now)});
        self.emit("subteam_updated", None, &event, now);
    }

    /// Revokes the token, as an uninstall does; the events still arrive.
    pub fn revoke(&mut self, state: TokenState, now: DateTime<Utc>) {
        let event = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.user_id]},
            "event_ts": self.ids.ts(now)});
        self.emit("tokens_revoked", None, &event, now);
        if state == TokenState::AccountInactive {
            let event = json!({"type": "app_uninstalled", "event_ts": self.ids.ts(now)});
            self.emit("app_uninstalled", None, &event, now);
        }
        self.bot.token_state = state;
    }
}

fn family(kind: Kind) -> &'static str {
    match kind {
        Kind::Private => "group",
        Kind::Public | Kind::Direct => "channel",
    }
}
