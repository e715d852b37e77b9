//! Who there is: `auth`, `users`, `usergroups`, `team`, `bots`, `dnd`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Answer, ApiError, Args, page};
use crate::sandbox::state::{State, User};

pub fn auth_test(state: &State) -> Value {
    json!({"ok": true, "url": format!("https://{}.slack.com/", state.domain), "team": state.team_name,
        "user": state.bot.name, "team_id": state.team_id, "user_id": state.bot.user_id,
        "bot_id": state.bot.id, "is_enterprise_install": false})
}

pub fn team_info(state: &State) -> Answer {
    state.need_scope("team:read")?;
    Ok(json!({"ok": true, "team": {"id": state.team_id, "name": state.team_name, "domain": state.domain,
        "url": format!("https://{}.slack.com/", state.domain), "email_domain": "example.com", "icon": {}}}))
}

pub fn bots_info(state: &State, args: &Args) -> Answer {
    state.need_scope("users:read")?;
    let id = args.text("bot").unwrap_or(&state.bot.id);
    let user = state
        .users
        .iter()
        .find(|user| user.bot_id.as_deref() == Some(id))
        .ok_or(ApiError::from("bot_not_found"))?;
    let app = if id == state.bot.id { state.bot.app_id.clone() } else { format!("A{id}") };
    Ok(
        json!({"ok": true, "bot": {"id": id, "deleted": user.deleted, "name": user.name, "updated": 1_700_000_000,
        "app_id": app, "user_id": user.id, "icons": {}}}),
    )
}

pub fn users_list(state: &State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("users:read")?;
    let with_email = state.bot.scopes.contains("users:read.email");
    // Strangers are only found by id.
    let own = state.users.iter().filter(|user| user.team_id == state.team_id);
    let found: Vec<Value> = own.map(|user| state.user_json(user, with_email, now)).collect();
    let (members, next) = page(found, args, 1000, 1000)?;
    Ok(
        json!({"ok": true, "members": members, "cache_ts": now.timestamp(), "response_metadata": {"next_cursor": next}}),
    )
}

fn asked_user<'a>(state: &'a State, args: &Args) -> Result<&'a User, ApiError> {
    state.need_scope("users:read")?;
    let id = args.text("user").ok_or(ApiError::from("user_not_found"))?;
    state.user(id).ok_or(ApiError::from("user_not_found"))
}

pub fn users_info(state: &State, args: &Args, now: DateTime<Utc>) -> Answer {
    let user = asked_user(state, args)?;
    let with_email = state.bot.scopes.contains("users:read.email");
    Ok(json!({"ok": true, "user": state.user_json(user, with_email, now)}))
}

pub fn profile(state: &State, args: &Args, now: DateTime<Utc>) -> Answer {
    let user = asked_user(state, args)?;
    let with_email = state.bot.scopes.contains("users:read.email");
    Ok(json!({"ok": true, "profile": state.user_json(user, with_email, now)["profile"]}))
}

pub fn lookup_by_email(state: &State, args: &Args, now: DateTime<Utc>) -> Answer {
    state.need_scope("users:read.email")?;
    let email = args.need("email")?;
    let user = state
        .users
        .iter()
        .find(|user| user.email.eq_ignore_ascii_case(email) && !user.deleted && user.team_id == state.team_id)
        .ok_or(ApiError::from("users_not_found"))?;
    Ok(json!({"ok": true, "user": state.user_json(user, true, now)}))
}

pub fn dnd_info(state: &State, args: &Args) -> Answer {
    state.need_scope("dnd:read")?;
    if args.text("user").is_some_and(|id| state.user(id).is_none()) {
        return Err("user_not_found".into());
    }
    Ok(
        json!({"ok": true, "dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": false}),
    )
}

pub fn usergroups_list(state: &State, args: &Args) -> Answer {
    state.need_scope("usergroups:read")?;
    let (users, count) = (args.flag("include_users"), args.flag("include_count"));
    let groups: Vec<Value> = state
        .groups
        .iter()
        .filter(|group| !group.disabled || args.flag("include_disabled"))
        .map(|group| state.group_json(group, users, count))
        .collect();
    Ok(json!({"ok": true, "usergroups": groups}))
}

pub fn usergroup_users(state: &State, args: &Args) -> Answer {
    state.need_scope("usergroups:read")?;
    let id = args.need("usergroup")?;
    let group = state.groups.iter().find(|group| group.id == id).ok_or(ApiError::from("no_such_subteam"))?;
    Ok(json!({"ok": true, "users": group.users}))
}
