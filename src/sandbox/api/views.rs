//! `views.*`: opening, pushing, changing and publishing, with triggers and hashes checked.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Answer, ApiError, Args};
use crate::sandbox::blocks::check_view;
use crate::sandbox::state::{Spent, State};

/// The most bytes of a view.
const MOST_BYTES: usize = 250_000;
/// How many Homes may be published a minute.
const HOMES_A_MINUTE: f64 = 100.0;
/// How many of them at once.
const HOMES_AT_ONCE: f64 = 20.0;

pub fn open(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let body = view_argument(args, "modal")?;
    let (user, _) = spend(state, args, now)?;
    let id = state.open_view(&user, body, now);
    answer(state, &id)
}

pub fn push(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let body = view_argument(args, "modal")?;
    let (user, from) = spend(state, args, now)?;
    let open = state.stacks.get(&user).is_some_and(|stack| !stack.is_empty());
    if from.is_none() || !open {
        return Err("not_found".into());
    }
    let id = state.push_view(&user, body, now).ok_or(ApiError::from("push_limit_reached"))?;
    answer(state, &id)
}

pub fn update(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let body = view_argument(args, "modal")?;
    let id = match (args.text("view_id"), args.text("external_id")) {
        (Some(id), _) => id.to_owned(),
        (None, Some(external)) => {
            let found = state.views.values().find(|view| view.body["external_id"] == external);
            found.map(|view| view.id.clone()).ok_or(ApiError::from("not_found"))?
        }
        (None, None) => return Err(ApiError::missing("view_id")),
    };
    let view = state.views.get(&id).ok_or(ApiError::from("not_found"))?;
    if !state.stacks.get(&view.user).is_some_and(|stack| stack.contains(&id)) {
        return Err("not_found".into());
    }
    if args.text("hash").is_some_and(|hash| hash != view.hash) {
        return Err("hash_conflict".into());
    }
    state.change_view(&id, body, now);
    answer(state, &id)
}

pub fn publish(state: &mut State, args: &Args, now: DateTime<Utc>) -> Answer {
    let user = args.need("user_id")?.to_owned();
    if state.has_no_home {
        return Err("not_enabled".into());
    }
    let body = view_argument(args, "home")?;
    keep_pace(state, now)?;
    if state.user(&user).is_none_or(|user| user.deleted || user.is_bot) {
        return Err(ApiError::with_messages("invalid_arguments", &["[ERROR] user not found".to_owned()]));
    }
    if let Some(hash) = args.text("hash") {
        let current = state.homes.get(&user).and_then(|id| state.views.get(id));
        if current.is_none_or(|view| view.hash != hash) {
            return Err("hash_conflict".into());
        }
    }
    let id = state.publish_home(&user, body, now);
    answer(state, &id)
}

/// A hundred Homes a minute, some of them at once, when the workspace's limits are on.
fn keep_pace(state: &mut State, now: DateTime<Utc>) -> Result<(), ApiError> {
    if !state.limits {
        return Ok(());
    }
    let budget = state.budgets.entry("views.publish".to_owned()).or_insert((HOMES_AT_ONCE, now));
    let earned = (now - budget.1).max(TimeDelta::zero()).as_seconds_f64() * HOMES_A_MINUTE / 60.0;
    *budget = ((budget.0 + earned).min(HOMES_AT_ONCE), now);
    if budget.0 < 1.0 {
        return Err("ratelimited".into());
    }
    budget.0 -= 1.0;
    Ok(())
}

fn answer(state: &State, id: &str) -> Answer {
    let view = state.views.get(id).ok_or(ApiError::from("not_found"))?;
    Ok(json!({"ok": true, "view": state.view_json(view)}))
}

fn view_argument(args: &Args, kind: &str) -> Result<Value, ApiError> {
    let wrong = |finding: &str| ApiError::with_messages("invalid_arguments", &[finding.to_owned()]);
    let view = args.json("view").map_err(|()| wrong("[ERROR] view is not JSON"))?;
    let view = view.ok_or_else(|| ApiError::missing("view"))?;
    if view.to_string().len() > MOST_BYTES {
        return Err("view_too_large".into());
    }
    if view["type"] != kind {
        return Err(wrong("[ERROR] unsupported type [json-pointer:/view/type]"));
    }
    let findings = check_view(&view);
    if findings.is_empty() { Ok(view) } else { Err(ApiError::with_messages("invalid_arguments", &findings)) }
}

fn spend(state: &mut State, args: &Args, now: DateTime<Utc>) -> Result<(String, Option<String>), ApiError> {
    let trigger = args.need("trigger_id")?;
    state.spend_trigger(trigger, now).map_err(|spent| {
        ApiError::from(match spent {
            Spent::Unknown => "invalid_trigger_id",
            Spent::Used => "trigger_exchanged",
            Spent::Expired => "trigger_expired",
        })
    })
}
