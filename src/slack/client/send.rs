//! Sends what was rendered: new messages with our key in their metadata, updates, ephemerals, answers by `response_url`.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::error::{Again, from_code, from_status};
use super::transport::{Answer, Reach};
use super::{Slack, SlackError, late};
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::slack::outgoing::{Destination, Message};
use crate::slack::vocabulary::{METADATA_EVENT, METADATA_KEY};

/// What Slack has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The channel it is in: for a person, their direct messages'. Empty where Slack names none (`response_url`).
    pub channel: ChannelId,
    /// The message; `None` where it cannot be found again (ephemeral, `response_url`).
    pub ts: Option<Ts>,
}

/// Slack's answer to a message.
#[derive(Deserialize)]
struct SentAnswer {
    channel: Option<ChannelId>,
    ts: Option<Ts>,
}

impl Slack {
    /// Sends a message where it belongs. `key` goes into a new message's metadata, so that it can be found again; an
    /// update keeps the metadata its message has.
    pub async fn send(
        &self,
        destination: &Destination,
        message: &Message,
        key: Option<&str>,
    ) -> Result<Sent, SlackError> {
        match destination {
            Destination::Post { channel, thread } => {
                self.post_message(channel, thread.as_ref(), message, key).await
            }
            Destination::Update { channel, ts } => self.update_message(channel, ts, message).await,
            Destination::Ephemeral { channel, user, thread } => {
                self.post_ephemeral(channel, user, thread.as_ref(), message).await
            }
            Destination::Respond { url, replaces } => self.respond(url, *replaces, message).await,
        }
    }

    async fn post_message(
        &self,
        channel: &ChannelId,
        thread: Option<&Ts>,
        message: &Message,
        key: Option<&str>,
    ) -> Result<Sent, SlackError> {
        let mut body = content(message);
        body["channel"] = json!(channel);
        body["unfurl_links"] = json!(false);
        body["unfurl_media"] = json!(false);
        if let Some(thread) = thread {
            body["thread_ts"] = json!(thread);
        }
        if let Some(key) = key {
            body["metadata"] =
                json!({ "event_type": METADATA_EVENT, "event_payload": { METADATA_KEY: key } });
        }
        let answer: SentAnswer =
            self.post("chat.postMessage", &body, Again::Doubles, self.limits.send).await?;
        Ok(Sent { channel: answer.channel.unwrap_or_else(|| channel.clone()), ts: answer.ts })
    }

    async fn update_message(
        &self,
        channel: &ChannelId,
        ts: &Ts,
        message: &Message,
    ) -> Result<Sent, SlackError> {
        let mut body = content(message);
        body["channel"] = json!(channel);
        body["ts"] = json!(ts);
        let _: Value = self.post("chat.update", &body, Again::Harmless, self.limits.send).await?;
        Ok(Sent { channel: channel.clone(), ts: Some(ts.clone()) })
    }

    async fn post_ephemeral(
        &self,
        channel: &ChannelId,
        user: &UserId,
        thread: Option<&Ts>,
        message: &Message,
    ) -> Result<Sent, SlackError> {
        let mut body = content(message);
        body["channel"] = json!(channel);
        body["user"] = json!(user);
        if let Some(thread) = thread {
            body["thread_ts"] = json!(thread);
        }
        let _: Value = self.post("chat.postEphemeral", &body, Again::Doubles, self.limits.send).await?;
        Ok(Sent { channel: channel.clone(), ts: None })
    }

    /// Not by the SDK: it knows no `response_type`, and would send our token along and log the address.
    async fn respond(&self, url: &str, replaces: bool, message: &Message) -> Result<Sent, SlackError> {
        let again = Again::Doubles;
        let is_fit = match Reach::of(url) {
            Some(Reach::Tls) => true,
            Some(Reach::Loopback) => self.reach == Reach::Loopback,
            None => false,
        };
        if !is_fit {
            return Err(SlackError::Permanent { code: "response_url_is_not_valid".to_owned() });
        }
        let mut body = content(message);
        body["response_type"] = json!("ephemeral");
        body["replace_original"] = json!(replaces);
        let limit = self.limits.send;
        let call = self.raw.post(url, JSON, None, Bytes::from(body.to_string()), again);
        let answer = timeout(limit, call).await.map_err(|_| again.unknown(late(limit)))??;
        read_response(&answer, again)?;
        Ok(Sent { channel: ChannelId(String::new()), ts: None })
    }
}

/// The type of what we post outside the SDK.
const JSON: &str = "application/json; charset=utf-8";

/// The part that every way of sending shares. Without `parse` and `link_names`, Slack makes no links or mentions of its own.
fn content(message: &Message) -> Value {
    json!({ "text": message.text, "blocks": message.blocks })
}

/// A `response_url` says "ok" in plain text, or an envelope; a web page is neither.
fn read_response(answer: &Answer, again: Again) -> Result<(), SlackError> {
    if answer.status.as_u16() == 429 {
        return Err(SlackError::rate_limited(answer.retry_after()));
    }
    let envelope = serde_json::from_slice::<Value>(&answer.body).ok();
    let code = envelope.as_ref().and_then(|envelope| envelope.get("error")?.as_str());
    let says_ok = answer.body.trim_ascii() == b"ok"
        || envelope.as_ref().is_some_and(|envelope| envelope.get("ok") == Some(&Value::Bool(true)));
    match (answer.status.is_success(), code) {
        (true, _) if says_ok => Ok(()),
        (_, Some(code)) => Err(from_code(code, again)),
        (true, None) => Err(again.unknown("the answer says neither yes nor no")),
        (false, None) if answer.status.as_u16() == 404 => {
            Err(SlackError::Permanent { code: "expired_url".to_owned() })
        }
        (false, None) => Err(from_status(answer.status.as_u16(), again)),
    }
}
