//! `chat.*`: posting, editing and deleting as the bot, with Slack's limits.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Answer, ApiError, Args};
use crate::sandbox::blocks::{MOST_CHARACTERS, Surface, characters, check};
use crate::sandbox::messages::{Change, MetadataChange};
use crate::sandbox::state::{Kind, State, StoredEphemeral, StoredMessage};

/// Slack splits or refuses longer texts; here they are refused, so that the bot keeps within.
const MOST_TEXT: usize = 4000;
/// Undocumented at Slack; a bot of ours stays far below.
const MOST_METADATA_BYTES: usize = 16_000;
/// How many messages a channel takes at once before the rate of one a second holds.
const BURST: f64 = 3.0;

/// What is to be shown: text, blocks or both.
struct Content {
    text: Option<String>,
    blocks: Option<Vec<Value>>,
}

pub fn post_message(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("chat:write")?;
    let content = content(args)?;
    if content.text.is_none() && content.blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err("no_text".into());
    }
    let metadata = match metadata(args)? {
        MetadataChange::Keep | MetadataChange::Clear => None,
        MetadataChange::Set(metadata) => Some(metadata),
    };
    let channel = target(state, args, now)?;
    let thread_ts = thread(state, args, &channel)?;
    let broadcast = args.flag("reply_broadcast") && thread_ts.is_some();
    let message = StoredMessage {
        channel: channel.clone(),
        thread_ts,
        user: state.bot.user_id.clone(),
        bot_id: Some(state.bot.id.clone()),
        text: content.text.unwrap_or_default(),
        blocks: content.blocks.filter(|blocks| !blocks.is_empty()),
        metadata,
        broadcast,
        ..StoredMessage::default()
    };
    let ts = state.post(message, now);
    let message = state.message(&channel, &ts).map(|message| state.message_json(message, true));
    Ok(json!({"ok": true, "channel": channel, "ts": ts, "message": message}))
}

pub fn update(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("chat:write")?;
    let ts = args.need("ts")?.to_owned();
    let content = content(args)?;
    let metadata = metadata(args)?;
    if content.text.is_none() && content.blocks.is_none() && matches!(metadata, MetadataChange::Keep) {
        return Err("no_text".into());
    }
    let channel = state.seen_channel(args)?;
    if channel.archived {
        return Err("is_archived".into());
    }
    let channel = channel.id.clone();
    own_message(state, &channel, &ts, "cant_update_message")?;
    let change = Change { text: content.text, blocks: content.blocks, metadata };
    let bot = state.bot.user_id.clone();
    state.edit(&channel, &ts, &bot, change, now);
    let message = state.message(&channel, &ts);
    let text = message.map(|message| message.text.clone());
    let shown = message.map(|message| state.message_json(message, true));
    Ok(json!({"ok": true, "channel": channel, "ts": ts, "text": text, "message": shown}))
}

pub fn delete(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("chat:write")?;
    let ts = args.need("ts")?.to_owned();
    let channel = state.seen_channel(args)?.id.clone();
    own_message(state, &channel, &ts, "cant_delete_message")?;
    let bot = state.bot.user_id.clone();
    state.delete(&channel, &ts, &bot, now);
    Ok(json!({"ok": true, "channel": channel, "ts": ts}))
}

pub fn post_ephemeral(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("chat:write")?;
    let content = content(args)?;
    if content.text.is_none() && content.blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err("no_text".into());
    }
    let user = args.need("user")?.to_owned();
    let channel = state.seen_channel(args)?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.has(&state.bot.user_id) {
        return Err("not_in_channel".into());
    }
    if !channel.has(&user) {
        return Err("user_not_in_channel".into());
    }
    let channel = channel.id.clone();
    let thread_ts = thread(state, args, &channel)?;
    let shown = StoredEphemeral {
        ts: String::new(),
        channel,
        user,
        thread_ts,
        text: content.text.unwrap_or_default(),
        blocks: content.blocks.filter(|blocks| !blocks.is_empty()),
        from_slack: false,
    };
    let ts = state.show_only(shown, now);
    Ok(json!({"ok": true, "message_ts": ts}))
}

pub fn permalink(state: &State, args: &Args) -> Answer {
    let ts = args.need("message_ts")?;
    let channel = state.seen_channel(args)?;
    let message = state.message(&channel.id, ts).ok_or(ApiError::from("message_not_found"))?;
    let permalink = state.permalink(message);
    Ok(json!({"ok": true, "channel": channel.id, "permalink": permalink}))
}

impl State {
    /// The link that people copy.
    pub fn permalink(&self, message: &StoredMessage) -> String {
        let place = format!("https://{}.slack.com/archives/{}", self.domain, message.channel);
        let thread =
            message.thread_ts.as_ref().map(|parent| format!("?thread_ts={parent}&cid={}", message.channel));
        format!("{place}/p{}{}", message.ts.replace('.', ""), thread.unwrap_or_default())
    }
}

fn own_message(state: &State, channel: &str, ts: &str, otherwise: &str) -> Result<(), ApiError> {
    let message = state.message(channel, ts).ok_or(ApiError::from("message_not_found"))?;
    if message.bot_id.as_ref() == Some(&state.bot.id) { Ok(()) } else { Err(otherwise.into()) }
}

/// Where to post: a channel that takes it, or the direct channel of a person.
fn target(state: &mut State, args: &Args, now: DateTime<Utc>) -> Result<String, ApiError> {
    let id = args.need("channel")?;
    let person =
        state.user(id).map(|user| (user.id.clone(), user.is_bot, user.deleted, user.team_id.clone()));
    let channel = match person {
        Some((_, is_bot, deleted, _)) if is_bot || deleted => return Err("channel_not_found".into()),
        Some((_, _, _, team)) if team != state.team_id => return Err("channel_not_found".into()),
        Some((user, ..)) => {
            let direct = state.direct_channel(&user, now);
            state.channel(&direct).ok_or(ApiError::from("channel_not_found"))?
        }
        None => state.seen_channel(args)?,
    };
    if channel.archived {
        return Err("is_archived".into());
    }
    let inside = channel.has(&state.bot.user_id);
    let from_outside = channel.kind == Kind::Public && state.bot.scopes.contains("chat:write.public");
    if !inside && !from_outside {
        return Err("not_in_channel".into());
    }
    let id = channel.id.clone();
    keep_pace(state, &id, now)?;
    Ok(id)
}

/// One message a second and channel after a small burst, when the workspace's limits are on.
fn keep_pace(state: &mut State, channel: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
    if !state.limits {
        return Ok(());
    }
    let (left, since) = state.budgets.get(channel).copied().unwrap_or((BURST, now));
    let waited = (now - since).max(TimeDelta::zero()).as_seconds_f64();
    let left = (left + waited).min(BURST);
    if left < 1.0 {
        state.budgets.insert(channel.to_owned(), (left, now));
        return Err("ratelimited".into());
    }
    state.budgets.insert(channel.to_owned(), (left - 1.0, now));
    Ok(())
}

fn thread(state: &State, args: &Args, channel: &str) -> Result<Option<String>, ApiError> {
    let Some(ts) = args.text("thread_ts") else { return Ok(None) };
    let parent = state.message(channel, ts).ok_or(ApiError::from("thread_not_found"))?;
    // Slack takes a reply's timestamp too and threads under its parent.
    Ok(Some(parent.thread_ts.clone().unwrap_or_else(|| ts.to_owned())))
}

fn content(args: &Args) -> Result<Content, ApiError> {
    let text = args.text("text").map(str::to_owned);
    if text.as_ref().is_some_and(|text| text.chars().count() > MOST_TEXT) {
        return Err("msg_too_long".into());
    }
    let blocks = args.json("blocks").map_err(|()| ApiError::from("invalid_blocks_format"))?;
    let blocks = match blocks {
        None => None,
        Some(Value::Array(blocks)) => Some(blocks),
        Some(_) => return Err("invalid_blocks_format".into()),
    };
    if let Some(found) = blocks.as_ref() {
        let findings = check(found, Surface::Message);
        if !findings.is_empty() {
            return Err(ApiError::with_messages("invalid_blocks", &findings));
        }
        if found.iter().map(characters).sum::<usize>() > MOST_CHARACTERS {
            return Err("msg_blocks_too_long".into());
        }
    }
    Ok(Content { text, blocks })
}

/// Kept when not given; given empty it is cleared.
fn metadata(args: &Args) -> Result<MetadataChange, ApiError> {
    let wrong = || ApiError::from("invalid_metadata_format");
    let Some(metadata) = args.json("metadata").map_err(|()| wrong())? else {
        return Ok(MetadataChange::Keep);
    };
    let fields = metadata.as_object().ok_or_else(wrong)?;
    if fields.is_empty() {
        return Ok(MetadataChange::Clear);
    }
    let named = fields.get("event_type").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    let payload = fields.get("event_payload").and_then(Value::as_object).ok_or_else(wrong)?;
    if !named || !payload.values().all(is_plain) {
        return Err(wrong());
    }
    if metadata.to_string().len() > MOST_METADATA_BYTES {
        return Err("metadata_too_large".into());
    }
    Ok(MetadataChange::Set(metadata))
}

/// Metadata takes scalars, flat objects and lists of these.
fn is_plain(value: &Value) -> bool {
    let scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let flat =
        |value: &Value| scalar(value) || value.as_object().is_some_and(|fields| fields.values().all(scalar));
    flat(value) || value.as_array().is_some_and(|items| items.iter().all(flat))
}
