//! The Web API's methods over the state: who may call, what it does, Slack's own error codes. No HTTP
//! here, and no waiting; `server` brings the bytes.

mod chat;
mod connections;
mod conversations;
mod people;
mod reactions;
mod views;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::state::{Channel, Kind, State, TokenState};

/// The arguments of one call and who calls.
#[derive(Debug, Default)]
pub struct Args {
    pub fields: Map<String, Value>,
    pub token: Option<String>,
}

/// An `ok: false`.
#[derive(Debug)]
pub struct ApiError {
    pub code: String,
    pub extra: Map<String, Value>,
}

pub type Answer = Result<Value, ApiError>;

impl From<&str> for ApiError {
    fn from(code: &str) -> Self {
        Self { code: code.to_owned(), extra: Map::new() }
    }
}

impl ApiError {
    fn with_messages(code: &str, messages: &[String]) -> Self {
        let mut extra = Map::new();
        extra.insert("response_metadata".to_owned(), json!({"messages": messages}));
        Self { code: code.to_owned(), extra }
    }

    fn missing(argument: &str) -> Self {
        let message = format!("[ERROR] missing required field: {argument}");
        Self::with_messages("invalid_arguments", &[message])
    }

    pub fn body(self) -> Value {
        let mut body = self.extra;
        body.insert("ok".to_owned(), json!(false));
        body.insert("error".to_owned(), json!(self.code));
        Value::Object(body)
    }
}

impl Args {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn need(&self, key: &str) -> Result<&str, ApiError> {
        self.text(key).ok_or_else(|| ApiError::missing(key))
    }

    fn flag(&self, key: &str) -> bool {
        match self.fields.get(key) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(word)) => word == "true" || word == "1",
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        }
    }

    fn number(&self, key: &str) -> Option<i64> {
        let value = self.fields.get(key)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// A structured argument: JSON itself, or JSON in a form's string.
    fn json(&self, key: &str) -> Result<Option<Value>, ()> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| ()),
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

/// Methods that take a JSON body. The others read forms and queries only, and ignore JSON silently.
pub fn takes_json(method: &str) -> bool {
    matches!(
        method,
        "api.test"
            | "apps.connections.open"
            | "auth.test"
            | "chat.postMessage"
            | "chat.update"
            | "chat.delete"
            | "chat.postEphemeral"
            | "conversations.join"
            | "conversations.open"
            | "reactions.add"
            | "reactions.remove"
            | "views.open"
            | "views.push"
            | "views.update"
            | "views.publish"
    )
}

/// Runs one method.
pub fn call(state: &mut State, method: &str, args: &Args, now: DateTime<Utc>) -> Answer {
    if method == "api.test" {
        return Ok(json!({"ok": true, "args": args.fields}));
    }
    if method == "apps.connections.open" {
        return connections::open(state, args);
    }
    authenticate(state, args)?;
    match method {
        "auth.test" => Ok(people::auth_test(state)),
        "bots.info" => people::bots_info(state, args),
        "chat.delete" => chat::delete(state, args, now),
        "chat.getPermalink" => chat::permalink(state, args),
        "chat.postEphemeral" => chat::post_ephemeral(state, args, now),
        "chat.postMessage" => chat::post_message(state, args, now),
        "chat.update" => chat::update(state, args, now),
        "conversations.history" => conversations::history(state, args),
        "conversations.info" => conversations::info(state, args),
        "conversations.join" => conversations::join(state, args, now),
        "conversations.list" => conversations::list(state, args),
        "conversations.members" => conversations::members(state, args),
        "conversations.open" => conversations::open(state, args, now),
        "conversations.replies" => conversations::replies(state, args),
        "dnd.info" => people::dnd_info(state, args),
        "reactions.add" => reactions::add(state, args, now),
        "reactions.get" => reactions::get(state, args),
        "reactions.remove" => reactions::remove(state, args, now),
        "team.info" => people::team_info(state),
        "usergroups.list" => people::usergroups_list(state, args),
        "usergroups.users.list" => people::usergroup_users(state, args),
        "users.conversations" => conversations::of_user(state, args),
        "users.info" => people::users_info(state, args, now),
        "users.list" => people::users_list(state, args, now),
        "users.lookupByEmail" => people::lookup_by_email(state, args, now),
        "users.profile.get" => people::profile(state, args, now),
        "views.open" => views::open(state, args, now),
        "views.publish" => views::publish(state, args, now),
        "views.push" => views::push(state, args, now),
        "views.update" => views::update(state, args, now),
        _ => Err(ApiError::from("unknown_method")),
    }
}

fn authenticate(state: &State, args: &Args) -> Result<(), ApiError> {
    let Some(token) = &args.token else { return Err("not_authed".into()) };
    if *token != state.bot.token {
        return Err("invalid_auth".into());
    }
    match state.bot.token_state {
        TokenState::Valid => Ok(()),
        TokenState::Revoked => Err("token_revoked".into()),
        TokenState::AccountInactive => Err("account_inactive".into()),
    }
}

impl State {
    fn need_scope(&self, scope: &str) -> Result<(), ApiError> {
        if self.bot.scopes.contains(scope) {
            return Ok(());
        }
        let mut extra = Map::new();
        extra.insert("needed".to_owned(), json!(scope));
        extra.insert("provided".to_owned(), json!(self.scopes_header()));
        Err(ApiError { code: "missing_scope".to_owned(), extra })
    }

    /// The granted scopes as Slack lists them.
    pub fn scopes_header(&self) -> String {
        self.bot.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }

    /// The channel of a call, if the bot can see it: a private one only from inside.
    fn seen_channel(&self, args: &Args) -> Result<&Channel, ApiError> {
        let id = args.need("channel")?;
        self.channel(id)
            .filter(|channel| channel.kind == Kind::Public || channel.has(&self.bot.user_id))
            .ok_or_else(|| "channel_not_found".into())
    }
}

/// One page of a list, and the cursor of the next.
fn page<T>(items: Vec<T>, args: &Args, usual: usize, most: usize) -> Result<(Vec<T>, String), ApiError> {
    let limit = match args.number("limit") {
        None | Some(0) => usual,
        Some(limit) => usize::try_from(limit).map_err(|_| ApiError::from("invalid_limit"))?.min(most),
    };
    let start = match args.text("cursor") {
        None => 0,
        Some(cursor) => {
            cursor_position(cursor).filter(|at| *at <= items.len()).ok_or(ApiError::from("invalid_cursor"))?
        }
    };
    let end = (start + limit).min(items.len());
    let next = if end < items.len() { hex::encode(format!("next:{end}")) } else { String::new() };
    Ok((items.into_iter().skip(start).take(end - start).collect(), next))
}

fn cursor_position(cursor: &str) -> Option<usize> {
    let plain = String::from_utf8(hex::decode(cursor).ok()?).ok()?;
    plain.strip_prefix("next:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sandbox::setup::WorkspaceSetup;

    const METHODS: [&str; 12] = [
        "chat.postMessage",
        "chat.update",
        "chat.postEphemeral",
        "conversations.history",
        "conversations.list",
        "conversations.open",
        "reactions.add",
        "users.list",
        "views.open",
        "views.update",
        "views.publish",
        "usergroups.list",
    ];

    fn json_value() -> impl Strategy<Value = Value> {
        let words = prop_oneof![
            Just("modal"),
            Just("home"),
            Just("section"),
            Just("actions"),
            Just("input"),
            Just("button"),
            Just("overflow"),
            Just("static_select"),
            Just("mrkdwn"),
            Just("plain_text"),
            Just("<!date^99999999999999^{date} {ago}|x>"),
            Just("<@U1"),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            words.prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
        ];
        let keys = prop_oneof![
            Just("type".to_owned()),
            Just("text".to_owned()),
            Just("blocks".to_owned()),
            Just("elements".to_owned()),
            Just("element".to_owned()),
            Just("accessory".to_owned()),
            Just("options".to_owned()),
            Just("title".to_owned()),
            Just("block_id".to_owned()),
        ];
        leaf.prop_recursive(5, 48, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(keys.clone(), inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_argument_makes_a_method_panic(
            method in prop::sample::select(METHODS.to_vec()),
            blocks in json_value(),
            view in json_value(),
            text in json_value(),
            other in json_value(),
            limit in any::<i64>(),
        ) {
            let now = DateTime::from_timestamp(1_795_165_200, 0).unwrap();
            let (watchers, _) = tokio::sync::broadcast::channel(1);
            let mut state = WorkspaceSetup::default().into_state("http://127.0.0.1:1", watchers, now);
            state.ever_connected = true;
            let user = state.ids.id("U");
            let mut person = state.users[0].clone();
            (person.id, person.name, person.is_bot) = (user.clone(), "ava".to_owned(), false);
            state.users.push(person);
            let channel = state.direct_channel(&user, now);
            let trigger = state.new_trigger(&user, None, now);
            let view = json!({"type": if method == "views.publish" { "home" } else { "modal" },
                "title": {"type": "plain_text", "text": "t"}, "submit": {"type": "plain_text", "text": "s"}, "blocks": view});
            let fields = json!({"channel": channel, "user": user, "user_id": user, "users": user, "trigger_id": trigger,
                "text": text, "blocks": blocks, "view": view, "metadata": other, "oldest": other, "cursor": other,
                "ts": other, "thread_ts": other, "limit": limit, "types": other, "hash": other});
            let args = Args { fields: fields.as_object().unwrap().clone(), token: Some(state.bot.token.clone()) };
            if let Err(error) = call(&mut state, method, &args, now) {
                prop_assert!(!error.code.is_empty());
            }
        }
    }
}
