//! Reads threads and channels back: what people wrote, and whether a message of ours is there already.
//!
//! The types are ours and tolerant: the SDK's fail a whole page on one odd message.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::error::Again;
use super::{Arguments, Slack, SlackError};
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::slack::vocabulary::{METADATA_EVENT, METADATA_KEY};

/// Messages a page.
const PAGE: &str = "200";
/// Pages read at most when a message of ours is looked for.
const PAGES_FOR_KEY: u32 = 10;
/// Our own word, beside Slack's, for a channel in which a message cannot be found for the others.
const TOO_MANY: &str = "too_many_messages";
/// Pages read at most of one thread.
const PAGES_OF_THREAD: u32 = 25;
/// How far Slack's clock and ours may be apart.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);

/// A message of a thread, as Slack has it. A deleted first message stays as one of subtype `tombstone`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadMessage {
    /// Which message.
    pub ts: Ts,
    /// Who wrote it; bots may have none.
    #[serde(default, deserialize_with = "lenient")]
    pub user: Option<UserId>,
    /// The bot that wrote it.
    #[serde(default, deserialize_with = "lenient")]
    pub bot_id: Option<String>,
    /// What kind of message, where it is not somebody's plain one.
    #[serde(default, deserialize_with = "lenient")]
    pub subtype: Option<String>,
    /// The text in Slack's mark-up, as it is.
    #[serde(default, deserialize_with = "lenient_text")]
    pub text: String,
    /// The first message of its thread.
    #[serde(default, deserialize_with = "lenient")]
    pub thread_ts: Option<Ts>,
}

impl ThreadMessage {
    /// It was deleted; only its place in the thread is left.
    pub fn is_deleted(&self) -> bool {
        self.subtype.as_deref() == Some("tombstone")
    }
}

/// A page of messages, each read on its own so that an odd one costs only itself.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    response_metadata: super::names::Cursor,
}

/// The id of a direct message's channel.
#[derive(Deserialize)]
struct Opened {
    channel: OpenedChannel,
}

/// See [`Opened`].
#[derive(Deserialize)]
struct OpenedChannel {
    id: ChannelId,
}

impl Slack {
    /// Looks for a message of ours by its key, in a thread or among a channel's messages since `oldest`. A person's id
    /// stands for their direct messages. `None` is certain: when not everything could be read, it is an error.
    pub async fn find_by_key(
        &self,
        channel: &ChannelId,
        thread: Option<&Ts>,
        key: &str,
        oldest: DateTime<Utc>,
    ) -> Result<Option<Ts>, SlackError> {
        let channel = self.readable(channel).await?;
        let mut arguments: Arguments = vec![
            ("channel", Some(channel.0)),
            ("limit", Some(PAGE.to_owned())),
            ("include_all_metadata", Some("true".to_owned())),
            ("oldest", Some(slack_time(oldest - CLOCK_DIFFERENCE))),
            ("ts", thread.map(|ts| ts.0.clone())),
            ("cursor", None),
        ];
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        for _ in 0..PAGES_FOR_KEY {
            let page: Page = self.get(method, &arguments).await?;
            if let Some(ts) = page.messages.iter().find_map(|message| ts_if_keyed(message, key)) {
                return Ok(Some(ts));
            }
            let Some(cursor) = page.response_metadata.next() else { return Ok(None) };
            set_cursor(&mut arguments, cursor);
        }
        Err(SlackError::Permanent { code: TOO_MANY.to_owned() })
    }

    /// A thread's messages since `oldest`, the first message always among them. An error that
    /// [`is_gone`](SlackError::is_gone) means that there is no such message any more.
    pub async fn thread(
        &self,
        channel: &ChannelId,
        ts: &Ts,
        oldest: Option<&Ts>,
    ) -> Result<Vec<ThreadMessage>, SlackError> {
        let mut arguments: Arguments = vec![
            ("channel", Some(channel.0.clone())),
            ("ts", Some(ts.0.clone())),
            ("limit", Some(PAGE.to_owned())),
            ("oldest", oldest.map(|oldest| oldest.0.clone())),
            ("cursor", None),
        ];
        let mut messages: Vec<ThreadMessage> = Vec::new();
        for _ in 0..PAGES_OF_THREAD {
            let page: Page = self.get("conversations.replies", &arguments).await?;
            let read = page.messages.into_iter().filter_map(|message| serde_json::from_value(message).ok());
            for message in read.collect::<Vec<ThreadMessage>>() {
                // Slack repeats the first message on every page.
                if messages.first().is_none_or(|first| first.ts != message.ts) {
                    messages.push(message);
                }
            }
            let Some(cursor) = page.response_metadata.next() else {
                return if messages.is_empty() {
                    Err(SlackError::Permanent { code: "thread_not_found".to_owned() })
                } else {
                    Ok(messages)
                };
            };
            set_cursor(&mut arguments, cursor);
        }
        Err(Again::Harmless.unknown("too many messages in the thread"))
    }

    /// Direct messages can be written to by a person's id, but read only by their channel's.
    async fn readable(&self, channel: &ChannelId) -> Result<ChannelId, SlackError> {
        if !channel.0.starts_with(['U', 'W']) {
            return Ok(channel.clone());
        }
        self.direct_channel(&UserId(channel.0.clone())).await
    }

    /// The channel of somebody's direct messages with us, by which they are read and changed.
    pub async fn direct_channel(&self, user: &UserId) -> Result<ChannelId, SlackError> {
        let body = json!({ "users": user });
        let opened: Opened =
            self.post("conversations.open", &body, Again::Harmless, self.limits.list).await?;
        Ok(opened.channel.id)
    }
}

/// The message's timestamp, if it carries our key.
fn ts_if_keyed(message: &Value, key: &str) -> Option<Ts> {
    let metadata = message.get("metadata")?;
    let is_ours = metadata.get("event_type")?.as_str()? == METADATA_EVENT
        && metadata.get("event_payload")?.get(METADATA_KEY)?.as_str()? == key;
    is_ours.then(|| message.get("ts")?.as_str().map(Ts::from)).flatten()
}

/// The next page.
pub(super) fn set_cursor(arguments: &mut Arguments, cursor: String) {
    arguments.retain(|(name, _)| *name != "cursor");
    arguments.push(("cursor", Some(cursor)));
}

/// An instant as Slack writes it.
fn slack_time(instant: DateTime<Utc>) -> String {
    format!("{}.{:06}", instant.timestamp(), instant.timestamp_subsec_micros())
}

/// A field of another form than expected counts as absent.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// A text of another form than expected counts as empty.
fn lenient_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(lenient(deserializer)?.unwrap_or_default())
}
