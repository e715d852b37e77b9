//! `apps.connections.open`: an address for one websocket, good once. Wants the app's token, not the bot's.

use serde_json::json;

use super::{Answer, ApiError, Args};
use crate::sandbox::state::State;

/// The scope without which there is no Socket Mode.
const SCOPE: &str = "connections:write";

pub fn open(state: &mut State, args: &Args) -> Answer {
    let Some(token) = &args.token else { return Err("not_authed".into()) };
    if token.starts_with("xoxb-") {
        return Err("not_allowed_token_type".into());
    }
    if *token != state.app_token {
        return Err("invalid_auth".into());
    }
    if !state.app_scopes.contains(SCOPE) {
        let mut error = ApiError::from("missing_scope");
        error.extra.insert("needed".to_owned(), json!(SCOPE));
        return Err(error);
    }
    let ticket = state.ids.id("Tk");
    let base = state.link_url.as_ref().unwrap_or(&state.base_url);
    let host = base.replacen("http", "ws", 1);
    let url = format!("{host}/link/?ticket={ticket}&app_id={}", state.bot.app_id);
    state.tickets.insert(ticket);
    Ok(json!({"ok": true, "url": url}))
}
