//! What a bot posts to a `response_url`: five times in half an hour, to the person alone unless it says
//! `in_channel`, in place of the message that was clicked, or to delete that one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::api::{ApiError, Args};
use super::blocks::{Surface, check};
use super::messages::{Change, MetadataChange};
use super::state::{ResponseUrl, Spent, State, StoredEphemeral, StoredMessage};
use super::workspace::Workspace;

impl Workspace {
    /// A URL as Slack hands it out with a command or a shortcut of this person's in that channel.
    pub fn response_url(&self, name: &str, channel: &str) -> String {
        let (user, now) = (self.user_id(name), self.0.clock.now());
        self.0.state().new_response_url(&user, channel, None, None, now)
    }
}

/// Handles one use; the HTTP status and the answer.
pub fn respond(state: &mut State, id: &str, args: &Args, now: DateTime<Utc>) -> (u16, Value) {
    let refuse = |status: u16, code: &str| (status, ApiError::from(code).body());
    let shown = match read(args) {
        Ok(shown) => shown,
        Err((status, code)) => return refuse(status, code),
    };
    let url = match state.spend_response_url(id, now) {
        Ok(url) => url,
        Err(Spent::Unknown) => return refuse(404, "invalid_url"),
        Err(Spent::Used) => return refuse(404, "used_url"),
        Err(Spent::Expired) => return refuse(404, "expired_url"),
    };
    if args.fields.get("delete_original") == Some(&Value::Bool(true)) {
        delete_original(state, &url, now);
        return (200, json!({"ok": true}));
    }
    let Some(shown) = shown else { return refuse(500, "no_text") };
    if args.fields.get("replace_original") == Some(&Value::Bool(true)) && url.message_ts.is_some() {
        replace_original(state, &url, shown, now);
    } else {
        let in_channel = args.text("response_type") == Some("in_channel");
        let thread_ts = args.text("thread_ts").map(str::to_owned).or_else(|| url.thread_ts.clone());
        show(state, &url, shown, in_channel, thread_ts, now);
    }
    (200, json!({"ok": true}))
}

/// What is to be shown.
pub struct Shown {
    pub text: String,
    pub blocks: Option<Vec<Value>>,
}

/// Text and blocks of an answer; `None` when there is neither.
pub fn read(args: &Args) -> Result<Option<Shown>, (u16, &'static str)> {
    let text = args.text("text").unwrap_or_default().to_owned();
    let blocks = match args.fields.get("blocks") {
        None | Some(Value::Null) => None,
        Some(Value::Array(blocks)) => Some(blocks.clone()).filter(|blocks| !blocks.is_empty()),
        Some(_) => return Err((400, "invalid_blocks_format")),
    };
    if blocks.as_ref().is_some_and(|blocks| !check(blocks, Surface::Message).is_empty()) {
        return Err((400, "invalid_blocks"));
    }
    if text.chars().count() > 4000 {
        return Err((400, "msg_too_long"));
    }
    Ok((!text.is_empty() || blocks.is_some()).then_some(Shown { text, blocks }))
}

/// Shows an answer in the channel or to the person alone; its timestamp.
pub fn show(
    state: &mut State,
    url: &ResponseUrl,
    shown: Shown,
    in_channel: bool,
    thread_ts: Option<String>,
    now: DateTime<Utc>,
) -> String {
    let Shown { text, blocks } = shown;
    if in_channel {
        let message = StoredMessage {
            channel: url.channel.clone(),
            thread_ts,
            user: state.bot.user_id.clone(),
            bot_id: Some(state.bot.id.clone()),
            text,
            blocks,
            ..StoredMessage::default()
        };
        return state.post(message, now);
    }
    let ephemeral = StoredEphemeral {
        ts: String::new(),
        channel: url.channel.clone(),
        user: url.user.clone(),
        thread_ts,
        text,
        blocks,
        from_slack: false,
    };
    state.show_only(ephemeral, now)
}

fn delete_original(state: &mut State, url: &ResponseUrl, now: DateTime<Utc>) {
    let Some(ts) = &url.message_ts else { return };
    if state.ephemerals.iter().any(|shown| shown.ts == *ts) {
        state.ephemerals.retain(|shown| shown.ts != *ts);
        return;
    }
    let bot = state.bot.user_id.clone();
    if state.message(&url.channel, ts).is_some_and(|message| message.user == bot) {
        state.delete(&url.channel, ts, &bot, now);
    }
}

fn replace_original(state: &mut State, url: &ResponseUrl, shown: Shown, now: DateTime<Utc>) {
    let Some(ts) = &url.message_ts else { return };
    if let Some(position) = state.ephemerals.iter().position(|known| known.ts == *ts) {
        // The ephemeral keeps its timestamp: buttons of the new one refer to the same message.
        let old = state.ephemerals.remove(position);
        let (text, blocks) = (shown.text, shown.blocks);
        state.show_only(StoredEphemeral { text, blocks, from_slack: false, ..old }, now);
        return;
    }
    let bot = state.bot.user_id.clone();
    if state.message(&url.channel, ts).is_some_and(|message| message.user == bot) {
        let change = Change {
            text: Some(shown.text),
            blocks: Some(shown.blocks.unwrap_or_default()),
            metadata: MetadataChange::Keep,
        };
        state.edit(&url.channel, ts, &bot, change, now);
    }
}
