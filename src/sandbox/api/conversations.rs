//! `conversations.*`: which channels there are, who is in them, what was said, within what the bot may see.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Answer, ApiError, Args, page};
use crate::sandbox::ids::ts_micros;
use crate::sandbox::state::{Channel, Kind, State, StoredMessage};

pub fn list(state: &State, args: &Args) -> Answer {
    listed(state, args, &|_| true)
}

/// `users.conversations`: where the bot, or the given person, is a member.
pub fn of_user(state: &State, args: &Args) -> Answer {
    let user = args.text("user").unwrap_or(&state.bot.user_id).to_owned();
    if state.user(&user).is_none() {
        return Err("user_not_found".into());
    }
    listed(state, args, &|channel: &Channel| channel.has(&user))
}

fn listed(state: &State, args: &Args, wanted: &dyn Fn(&Channel) -> bool) -> Answer {
    let mut kinds = Vec::new();
    for word in args.text("types").unwrap_or("public_channel").split(',').map(str::trim) {
        match word {
            "public_channel" => kinds.push(Kind::Public),
            "private_channel" => kinds.push(Kind::Private),
            "im" => kinds.push(Kind::Direct),
            "mpim" => {}
            _ => return Err("invalid_types".into()),
        }
    }
    for kind in &kinds {
        state.need_scope(&format!("{}:read", kind.scope_family()))?;
    }
    let found: Vec<Value> = state
        .channels
        .iter()
        .filter(|channel| kinds.contains(&channel.kind) && wanted(channel))
        .filter(|channel| channel.kind == Kind::Public || channel.has(&state.bot.user_id))
        .filter(|channel| !(channel.archived && args.flag("exclude_archived")))
        .map(|channel| state.channel_json(channel))
        .collect();
    let (channels, next) = page(found, args, 100, 1000)?;
    Ok(json!({"ok": true, "channels": channels, "response_metadata": {"next_cursor": next}}))
}

pub fn info(state: &State, args: &Args) -> Answer {
    let channel = state.seen_channel(args)?;
    state.need_scope(&format!("{}:read", channel.kind.scope_family()))?;
    let mut found = state.channel_json(channel);
    if !args.flag("include_num_members")
        && let Some(fields) = found.as_object_mut()
    {
        fields.remove("num_members");
    }
    Ok(json!({"ok": true, "channel": found}))
}

pub fn members(state: &State, args: &Args) -> Answer {
    let channel = state.seen_channel(args)?;
    state.need_scope(&format!("{}:read", channel.kind.scope_family()))?;
    let (members, next) = page(channel.members.clone(), args, 100, 1000)?;
    Ok(json!({"ok": true, "members": members, "response_metadata": {"next_cursor": next}}))
}

pub fn join(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("channels:join")?;
    let channel = state.seen_channel(args)?;
    match channel.kind {
        Kind::Public => {}
        Kind::Private | Kind::Direct => return Err("method_not_supported_for_channel_type".into()),
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    let (id, already) = (channel.id.clone(), channel.has(&state.bot.user_id));
    let bot = state.bot.user_id.clone();
    state.join(&id, &bot, None, now);
    let shown = state.channel(&id).map(|channel| state.channel_json(channel));
    let mut answer = json!({"ok": true, "channel": shown});
    if already {
        answer["warning"] = json!("already_in_channel");
    }
    Ok(answer)
}

pub fn open(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("im:write")?;
    // A list in JSON is taken as well as ids with commas between them.
    let listed = args.fields.get("users").and_then(Value::as_array);
    let listed = listed.map(|users| users.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
    let channel = match (args.text("users").or(listed.as_deref()), args.text("channel")) {
        (Some(users), _) => {
            let users: Vec<&str> = users.split(',').map(str::trim).collect();
            let [user] = users.as_slice() else { return Err("method_not_supported_for_channel_type".into()) };
            let person = state.user(user).ok_or(ApiError::from("user_not_found"))?;
            if person.deleted {
                return Err("user_disabled".into());
            }
            if person.is_bot || person.team_id != state.team_id {
                return Err("user_not_visible".into());
            }
            state.direct_channel(user, now)
        }
        (None, Some(_)) => state.seen_channel(args)?.id.clone(),
        (None, None) => return Err("users_list_not_supplied".into()),
    };
    let full = args
        .flag("return_im")
        .then(|| state.channel(&channel).map(|found| state.channel_json(found)))
        .flatten();
    Ok(json!({"ok": true, "channel": full.unwrap_or_else(|| json!({"id": channel}))}))
}

pub fn history(state: &State, args: &Args) -> Answer {
    let channel = readable(state, args)?;
    let within = window(args)?;
    let with_metadata = args.flag("include_all_metadata");
    let mut found: Vec<&StoredMessage> = state
        .messages
        .iter()
        .filter(|message| message.channel == channel.id && (message.thread_ts.is_none() || message.broadcast))
        .filter(|message| within(&message.ts))
        .collect();
    found.reverse();
    answer_page(state, found, args, with_metadata)
}

pub fn replies(state: &State, args: &Args) -> Answer {
    let channel = readable(state, args)?;
    let ts = args.need("ts")?;
    let within = window(args)?;
    let asked = state.message(&channel.id, ts).ok_or(ApiError::from("thread_not_found"))?;
    let with_metadata = args.flag("include_all_metadata");
    if asked.thread_ts.is_some() {
        return answer_page(state, vec![asked], args, with_metadata);
    }
    let replies = state.replies(&channel.id, ts).filter(|message| within(&message.ts));
    // The parent comes with every window.
    answer_page(state, std::iter::once(asked).chain(replies).collect(), args, with_metadata)
}

fn answer_page(state: &State, found: Vec<&StoredMessage>, args: &Args, with_metadata: bool) -> Answer {
    let (messages, next) = page(found, args, 100, 999)?;
    let messages: Vec<Value> =
        messages.into_iter().map(|message| state.message_json(message, with_metadata)).collect();
    let mut answer = json!({"ok": true, "messages": messages, "has_more": !next.is_empty()});
    if !next.is_empty() {
        answer["response_metadata"] = json!({"next_cursor": next});
    }
    Ok(answer)
}

fn readable<'a>(state: &'a State, args: &Args) -> Result<&'a Channel, ApiError> {
    let channel = state.seen_channel(args)?;
    state.need_scope(&format!("{}:history", channel.kind.scope_family()))?;
    if channel.has(&state.bot.user_id) { Ok(channel) } else { Err("not_in_channel".into()) }
}

/// Whether a timestamp is between `oldest` and `latest`; the ends count only with `inclusive`.
fn window(args: &Args) -> Result<impl Fn(&str) -> bool + use<>, ApiError> {
    let edge = |key: &str, code: &str| match args.text(key) {
        None => Ok(None),
        Some(ts) => ts_micros(ts).map(Some).ok_or(ApiError::from(code)),
    };
    let oldest = edge("oldest", "invalid_ts_oldest")?.filter(|micros| *micros > 0);
    let latest = edge("latest", "invalid_ts_latest")?;
    let inclusive = args.flag("inclusive");
    Ok(move |ts: &str| {
        let at = ts_micros(ts).unwrap_or_default();
        oldest.is_none_or(|oldest| at > oldest || (inclusive && at == oldest))
            && latest.is_none_or(|latest| at < latest || (inclusive && at == latest))
    })
}
