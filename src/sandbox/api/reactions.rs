//! `reactions.*`.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Answer, ApiError, Args};
use crate::sandbox::state::State;

pub fn add(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let (channel, ts, name) = target(state, args)?;
    let bot = state.bot.user_id.clone();
    if state.react(&channel, &ts, &bot, &name, now) {
        Ok(json!({"ok": true}))
    } else {
        Err("already_reacted".into())
    }
}

pub fn remove(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let (channel, ts, name) = target(state, args)?;
    let bot = state.bot.user_id.clone();
    if state.unreact(&channel, &ts, &bot, &name, now) {
        Ok(json!({"ok": true}))
    } else {
        Err("no_reaction".into())
    }
}

pub fn get(state: &State, args: &Args) -> Answer {
    state.need_scope("reactions:read")?;
    let ts = args.need("timestamp")?;
    let channel = state.seen_channel(args)?;
    let message = state.message(&channel.id, ts).ok_or(ApiError::from("message_not_found"))?;
    Ok(
        json!({"ok": true, "type": "message", "channel": channel.id, "message": state.message_json(message, false)}),
    )
}

/// The message to react to and the emoji, which the bot must reach as a member.
fn target(state: &State, args: &Args) -> Result<(String, String, String), ApiError> {
    state.need_scope("reactions:write")?;
    let name = args.text("name").ok_or(ApiError::from("invalid_name"))?.trim_matches(':');
    let ts = args.text("timestamp").ok_or(ApiError::from("no_item_specified"))?;
    let channel = state.seen_channel(args)?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.has(&state.bot.user_id) {
        return Err("not_in_channel".into());
    }
    if state.message(&channel.id, ts).is_none() {
        return Err("message_not_found".into());
    }
    Ok((channel.id.clone(), ts.to_owned(), name.to_owned()))
}
