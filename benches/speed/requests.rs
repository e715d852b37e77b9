//! Requests as Slack sends them, rendered and signed before any clock starts.
//!
//! Every id is new in its run, so that nothing is taken for a repeat unless the row means it to be.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::clock::Clock;

/// The secret with which requests are signed.
pub const SECRET: &str = "speed-signing-secret";

/// How a request is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// As it should be.
    Well,
    /// With another secret.
    Forged,
    /// Well, but an hour ago.
    Stale,
}

/// Who does something, and where.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// The workspace.
    pub team: &'a str,
    /// The channel's id.
    pub channel: &'a str,
    /// The person's id.
    pub user: &'a str,
}

/// `/request-pm text`; `trigger` tells it from every other.
pub fn slash(from: From<'_>, text: &str, trigger: &str) -> Vec<u8> {
    request(&slash_body(from, text, trigger), FORM, Signed::Well)
}

/// The same with whatever signature.
pub fn slash_signed(from: From<'_>, text: &str, trigger: &str, signed: Signed) -> Vec<u8> {
    request(&slash_body(from, text, trigger), FORM, signed)
}

fn slash_body(from: From<'_>, text: &str, trigger: &str) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("team_id", from.team)
        .append_pair("team_domain", "acme")
        .append_pair("channel_id", from.channel)
        .append_pair("channel_name", "field")
        .append_pair("user_id", from.user)
        .append_pair("user_name", "somebody")
        .append_pair("command", "/request-pm")
        .append_pair("text", text)
        .append_pair("response_url", "http://127.0.0.1:9/nobody")
        .append_pair("trigger_id", trigger);
    body.finish()
}

/// A message that somebody wrote; in a thread where `thread` names one.
pub fn message(from: From<'_>, text: &str, ts: &str, thread: Option<&str>, event: &str) -> Vec<u8> {
    let mut said = json!({"type": "message", "user": from.user, "text": text, "ts": ts, "event_ts": ts,
        "channel": from.channel, "channel_type": "channel", "team": from.team});
    if let Some(thread) = thread {
        said["thread_ts"] = json!(thread);
    }
    let envelope = json!({"token": "x", "team_id": from.team, "api_app_id": "A01SPEED",
        "type": "event_callback", "event_id": event, "event_time": 1_795_165_200, "event": said,
        "is_ext_shared_channel": false,
        "authorizations": [{"enterprise_id": null, "team_id": from.team, "is_bot": false}]});
    request(&envelope.to_string(), "application/json", Signed::Well)
}

/// Somebody types into the area's search field.
pub fn suggest(from: From<'_>, typed: &str) -> Vec<u8> {
    let view = json!({"id": "V01SPEED", "team_id": from.team, "type": "modal", "callback_id": "request",
        "private_metadata": "{}", "state": {"values": {}}, "hash": "1.a", "blocks": [],
        "title": {"type": "plain_text", "text": "Request"}});
    let payload = json!({"type": "block_suggestion", "token": "x", "api_app_id": "A01SPEED",
        "team": {"id": from.team, "domain": "acme"}, "user": {"id": from.user, "team_id": from.team},
        "action_id": "area", "block_id": "area", "value": typed,
        "container": {"type": "view", "view_id": "V01SPEED"}, "view": view});
    interaction(&payload)
}

fn interaction(payload: &Value) -> Vec<u8> {
    let body =
        form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    request(&body, FORM, Signed::Well)
}

const FORM: &str = "application/x-www-form-urlencoded";

fn request(body: &str, content_type: &str, signed: Signed) -> Vec<u8> {
    let (age, secret) = match signed {
        Signed::Well => (0, SECRET),
        Signed::Forged => (0, "somebody-else's-secret"),
        Signed::Stale => (3_600, SECRET),
    };
    let timestamp = Clock::system().now().timestamp() - age;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let length = body.len();
    format!(
        "POST /slack/events HTTP/1.1\r\nhost: switchboard\r\nuser-agent: Slackbot 1.0\r\n\
         content-type: {content_type}\r\ncontent-length: {length}\r\n\
         x-slack-request-timestamp: {timestamp}\r\nx-slack-signature: v0={signature}\r\n\r\n{body}"
    )
    .into_bytes()
}
