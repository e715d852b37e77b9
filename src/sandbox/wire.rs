//! The workspace's things as Slack's JSON: users, channels, groups, messages, views. Shapes only.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::mrkdwn;
use super::state::{Channel, Group, Kind, State, StoredMessage, User, View};

impl State {
    pub fn user_json(&self, user: &User, with_email: bool, now: DateTime<Utc>) -> Value {
        let mut profile = json!({
            "real_name": user.real_name, "real_name_normalized": user.real_name,
            "display_name": user.display_name, "display_name_normalized": user.display_name,
            "title": "", "phone": "", "status_text": user.status.text,
            "status_emoji": user.status.emoji, "status_expiration": user.status.expires, "team": user.team_id,
        });
        if with_email && !user.is_bot && user.team_id == self.team_id {
            profile["email"] = json!(user.email);
        }
        let mut found = json!({
            "id": user.id, "team_id": user.team_id, "name": user.name, "deleted": user.deleted,
            "is_bot": user.is_bot, "is_app_user": false, "updated": 1_700_000_000, "profile": profile,
        });
        if user.is_bot {
            found["profile"]["bot_id"] = json!(user.bot_id);
            found["profile"]["api_app_id"] = json!(self.bot.app_id);
        }
        if user.team_id != self.team_id {
            found["is_stranger"] = json!(true);
        }
        if !user.deleted {
            found["real_name"] = json!(user.real_name);
            found["tz"] = json!(user.zone.name());
            found["tz_label"] = json!(user.zone.name());
            found["tz_offset"] = json!(user.offset_seconds(now));
            found["is_admin"] = json!(user.is_admin);
            found["is_owner"] = json!(false);
            found["is_primary_owner"] = json!(false);
            found["is_restricted"] = json!(user.is_restricted);
            found["is_ultra_restricted"] = json!(user.is_ultra_restricted);
        }
        found
    }

    pub fn channel_json(&self, channel: &Channel) -> Value {
        let created = channel.created.timestamp();
        if channel.kind == Kind::Direct {
            let other = channel.members.iter().find(|member| **member != self.bot.user_id);
            return json!({"id": channel.id, "created": created, "is_im": true, "is_org_shared": false,
                "is_archived": false, "user": other, "is_user_deleted": false, "priority": 0});
        }
        json!({
            "id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": created,
            "is_channel": channel.kind == Kind::Public, "is_group": channel.kind == Kind::Private,
            "is_im": false, "is_mpim": false, "is_private": channel.kind == Kind::Private,
            "is_archived": channel.archived, "is_general": false, "is_shared": channel.ext_shared,
            "is_ext_shared": channel.ext_shared, "is_org_shared": false, "is_pending_ext_shared": false,
            "is_member": channel.has(&self.bot.user_id), "num_members": channel.members.len(),
            "context_team_id": self.team_id, "creator": channel.members.first(), "unlinked": 0,
            "topic": {"value": "", "creator": "", "last_set": 0}, "purpose": {"value": "", "creator": "", "last_set": 0},
        })
    }

    pub fn group_json(&self, group: &Group, with_users: bool, with_count: bool) -> Value {
        let mut found = json!({
            "id": group.id, "team_id": self.team_id, "is_usergroup": true, "name": group.name,
            "handle": group.handle, "description": "", "is_external": false, "date_create": 1_700_000_000,
            "date_update": 1_700_000_000, "date_delete": i64::from(group.disabled), "auto_type": null,
            "prefs": {"channels": [], "groups": []},
        });
        if with_users {
            found["users"] = json!(group.users);
        }
        if with_count {
            // Documented as a string in places, a number in others: here the string, which is stricter on readers.
            found["user_count"] = json!(group.users.len().to_string());
        }
        found
    }

    /// A message as history shows it; `parent` adds what only thread parents have.
    pub fn message_json(&self, message: &StoredMessage, with_metadata: bool) -> Value {
        let team = self.user(&message.user).map_or(&self.team_id, |user| &user.team_id);
        let mut found = json!({"type": "message", "user": message.user, "ts": message.ts,
            "text": message.text, "team": team});
        if let Some(bot_id) = &message.bot_id {
            found["bot_id"] = json!(bot_id);
            if *bot_id == self.bot.id {
                found["app_id"] = json!(self.bot.app_id);
                found["bot_profile"] = json!({"id": bot_id, "app_id": self.bot.app_id, "name": self.bot.name,
                    "deleted": false, "updated": 1_700_000_000, "team_id": self.team_id});
            }
        } else {
            found["client_msg_id"] =
                json!(format!("{:0>8}-0000-4000-8000-000000000000", message.ts.replace('.', "")));
        }
        match &message.blocks {
            Some(blocks) => found["blocks"] = json!(blocks),
            None if message.bot_id.is_none() && !message.text.is_empty() => {
                found["blocks"] = json!([mrkdwn::rich_text(&message.text, &message.ts.replace('.', ""))]);
            }
            None => {}
        }
        if let Some(subtype) = &message.subtype {
            found["subtype"] = json!(subtype);
            if subtype == "bot_message" {
                found["username"] = json!(self.user(&message.user).map(|user| &user.display_name));
                for key in ["user", "team"] {
                    found.as_object_mut().and_then(|fields| fields.remove(key));
                }
            }
        }
        if let Some((user, ts)) = &message.edited {
            found["edited"] = json!({"user": user, "ts": ts});
        }
        if !message.reactions.is_empty() {
            found["reactions"] = message
                .reactions
                .iter()
                .map(|(name, users)| json!({"name": name, "users": users, "count": users.len()}))
                .collect();
        }
        if with_metadata && let Some(metadata) = &message.metadata {
            found["metadata"] = metadata.clone();
        }
        self.add_thread(&mut found, message);
        found
    }

    fn add_thread(&self, found: &mut Value, message: &StoredMessage) {
        if let Some(parent) = &message.thread_ts {
            found["thread_ts"] = json!(parent);
            if let Some(parent) = self.message(&message.channel, parent) {
                found["parent_user_id"] = json!(parent.user);
            }
            return;
        }
        let replies: Vec<&StoredMessage> = self.replies(&message.channel, &message.ts).collect();
        if let Some(last) = replies.last() {
            let mut users: Vec<&String> = Vec::new();
            for reply in &replies {
                if !users.contains(&&reply.user) {
                    users.push(&reply.user);
                }
            }
            found["thread_ts"] = json!(message.ts);
            found["reply_count"] = json!(replies.len());
            found["reply_users_count"] = json!(users.len());
            found["reply_users"] = json!(users);
            found["latest_reply"] = json!(last.ts);
            found["is_locked"] = json!(false);
            found["subscribed"] = json!(false);
        }
    }

    /// A view as Slack sends it in answers and payloads.
    pub fn view_json(&self, view: &View) -> Value {
        let mut found = view.body.as_object().cloned().unwrap_or_default();
        let default = |found: &mut Map<String, Value>, key: &str, value: Value| {
            found.entry(key).or_insert(value);
        };
        for key in ["private_metadata", "callback_id", "external_id"] {
            default(&mut found, key, json!(""));
        }
        for key in ["clear_on_close", "notify_on_close"] {
            default(&mut found, key, json!(false));
        }
        for key in ["submit", "close", "title"] {
            default(&mut found, key, Value::Null);
        }
        for (key, value) in [
            ("id", json!(view.id)),
            ("team_id", json!(self.team_id)),
            ("hash", json!(view.hash)),
            ("root_view_id", json!(view.root_id)),
            ("previous_view_id", json!(view.previous_id)),
            ("app_id", json!(self.bot.app_id)),
            ("app_installed_team_id", json!(self.team_id)),
            ("bot_id", json!(self.bot.id)),
            ("state", json!({"values": view.values})),
        ] {
            found.insert(key.to_owned(), value);
        }
        Value::Object(found)
    }
}
