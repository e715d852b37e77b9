//! What `render` makes and `client` sends: a message or an answer in Slack's own form, with nothing left to decide.

use serde_json::Value;

use crate::domain::ids::{ChannelId, Ts, UserId};

/// A rendered message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Stands alone in a notification and for a screen reader; escaped, at most 4,000 characters.
    pub text: String,
    /// Block Kit blocks, at most 50.
    pub blocks: Vec<Value>,
}

/// Where a rendered message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A new message.
    Post {
        /// A channel's id, or a person's for a direct message.
        channel: ChannelId,
        /// The thread it is a reply in.
        thread: Option<Ts>,
    },
    /// A message of ours, replaced in place.
    Update {
        /// The channel.
        channel: ChannelId,
        /// The message.
        ts: Ts,
    },
    /// Seen by one person only.
    Ephemeral {
        /// The channel.
        channel: ChannelId,
        /// The person.
        user: UserId,
        /// In which thread.
        thread: Option<Ts>,
    },
    /// By a `response_url`.
    Respond {
        /// The URL.
        url: String,
        /// In place of the message that was clicked.
        replaces: bool,
    },
}
