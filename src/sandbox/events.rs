//! Events as Slack queues them for the bot: one envelope each, only what the app subscribes to, only
//! from channels the bot is in.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::delivery::Delivery;
use super::state::{Kind, State, StoredMessage};

/// The token that Slack still sends in every payload.
pub const VERIFICATION_TOKEN: &str = "sandbox-verification-token";

/// What an app is subscribed to unless told otherwise.
pub const USUAL_SUBSCRIPTIONS: [&str; 23] = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_updated",
    "tokens_revoked",
    "user_change",
    "team_join",
];

impl State {
    /// Queues an event for the bot if it is subscribed and, for a channel's event, a member there.
    pub fn emit(&mut self, subscription: &str, channel: Option<&str>, event: &Value, now: DateTime<Utc>) {
        let member =
            channel.is_none_or(|id| self.channel(id).is_some_and(|channel| channel.has(&self.bot.user_id)));
        if member {
            self.emit_to_outsider(subscription, channel, event, now);
        }
    }

    /// The same where membership does not matter: the bot was just removed.
    pub fn emit_to_outsider(
        &mut self,
        subscription: &str,
        channel: Option<&str>,
        event: &Value,
        now: DateTime<Utc>,
    ) {
        if !self.ever_connected || !self.subscriptions.contains(subscription) {
            return;
        }
        let event_id = self.ids.id("Ev");
        let event_type = event["type"].as_str().unwrap_or_default().to_owned();
        let shared = channel.and_then(|id| self.channel(id)).is_some_and(|channel| channel.ext_shared);
        let context = format!("4-{event_type}-{}-{}", self.team_id, channel.unwrap_or_default());
        let body = json!({
            "token": VERIFICATION_TOKEN, "team_id": self.team_id, "context_team_id": self.team_id,
            "context_enterprise_id": null, "api_app_id": self.bot.app_id, "event": event,
            "type": "event_callback", "event_id": event_id, "event_time": now.timestamp(),
            "authorizations": [{"enterprise_id": null, "team_id": self.team_id, "user_id": self.bot.user_id,
                "is_bot": true, "is_enterprise_install": false}],
            "is_ext_shared_channel": shared, "event_context": context,
        });
        self.queue.push_back(Delivery {
            event_id,
            event_type,
            body: body.to_string(),
            due: now,
            attempts: Vec::new(),
        });
    }

    /// The events of a message that was just posted.
    pub fn emit_posted(&mut self, message: &StoredMessage, now: DateTime<Utc>) {
        let Some(kind) = self.channel(&message.channel).map(|channel| channel.kind) else { return };
        let mut event = self.message_json(message, true);
        for key in
            ["reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "subscribed"]
        {
            if let Some(fields) = event.as_object_mut() {
                fields.remove(key);
            }
        }
        event["channel"] = json!(message.channel);
        event["channel_type"] = json!(kind.channel_type());
        event["event_ts"] = json!(message.ts);
        let author_team = self.user(&message.user).map(|user| user.team_id.clone());
        if let Some(team) = author_team.filter(|team| *team != self.team_id) {
            event["user_team"] = json!(team);
            event["source_team"] = json!(team);
        }
        if message.broadcast
            && let Some(parent) =
                message.thread_ts.as_ref().and_then(|parent| self.message(&message.channel, parent))
        {
            event["root"] = self.message_json(parent, false);
        }
        let mention = format!("<@{}>", self.bot.user_id);
        let mentions_bot =
            message.text.contains(&mention) || message.text.contains(&mention.replace('>', "|"));
        let own = message.user == self.bot.user_id;
        self.emit(subscription_of(kind), Some(&message.channel), &event, now);
        if mentions_bot && !own && kind != Kind::Direct {
            event["type"] = json!("app_mention");
            for key in ["channel_type", "subtype", "root", "metadata"] {
                event.as_object_mut().and_then(|fields| fields.remove(key));
            }
            self.emit("app_mention", Some(&message.channel), &event, now);
        }
    }

    /// `message_changed`, with the message before and after.
    pub fn emit_changed(&mut self, before: &StoredMessage, after: &StoredMessage, now: DateTime<Utc>) {
        let Some(kind) = self.channel(&after.channel).map(|channel| channel.kind) else { return };
        let ts = self.ids.ts(now);
        let event = json!({
            "type": "message", "subtype": "message_changed", "hidden": true, "channel": after.channel,
            "channel_type": kind.channel_type(), "ts": ts, "event_ts": ts,
            "message": self.message_json(after, true), "previous_message": self.message_json(before, true),
        });
        self.emit(subscription_of(kind), Some(&after.channel), &event, now);
    }

    /// `message_deleted`, with the message that went.
    pub fn emit_deleted(&mut self, before: &StoredMessage, now: DateTime<Utc>) {
        let Some(kind) = self.channel(&before.channel).map(|channel| channel.kind) else { return };
        let ts = self.ids.ts(now);
        let event = json!({
            "type": "message", "subtype": "message_deleted", "hidden": true, "channel": before.channel,
            "channel_type": kind.channel_type(), "ts": ts, "event_ts": ts, "deleted_ts": before.ts,
            "previous_message": self.message_json(before, true),
        });
        self.emit(subscription_of(kind), Some(&before.channel), &event, now);
    }
}

fn subscription_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "message.channels",
        Kind::Private => "message.groups",
        Kind::Direct => "message.im",
    }
}
