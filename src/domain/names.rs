//! What Slack told us about names: channels, people, user groups, and ourselves.
//!
//! A snapshot, refreshed by the worker and followed by events. The directory's references are resolved against it.

mod assumed;
mod following;
mod quiet;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::{ChannelId, GroupId, UserId};

pub use following::{Change, Former};

/// Everything Slack told us, as of the last reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The workspace's address with a closing slash (`https://example.slack.com/`), for links to messages.
    pub team_url: Option<String>,
    /// The bot's own user.
    pub bot_user: Option<UserId>,
    /// The bot's own bot id.
    pub bot_id: Option<String>,
    /// Channels we can see.
    pub channels: Vec<Channel>,
    /// People.
    pub people: Vec<Person>,
    /// User groups with their members.
    pub groups: Vec<UserGroup>,
    /// Names that were given up for others.
    #[serde(default)]
    pub former: Former,
    /// Who is in which internal channel, as of the last look (B8).
    #[serde(default)]
    pub inside: BTreeMap<ChannelId, BTreeSet<UserId>>,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its name without the `#`.
    pub name: String,
    /// Only for invited people.
    pub is_private: bool,
    /// Closed for posts.
    pub is_archived: bool,
    /// Shared with another organisation: we never post there ("Confidentiality").
    pub is_shared: bool,
    /// Whether the bot is in it.
    pub is_member: bool,
}

impl Channel {
    /// Whether we may and can post here: ours, open, and either public (then it is joined) or we were invited.
    pub fn is_usable(&self) -> bool {
        !self.is_archived && !self.is_shared && (self.is_member || !self.is_private)
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// The name people know them by.
    pub name: String,
    /// Their e-mail address in lower case, where Slack shows it.
    pub email: Option<String>,
    /// Their zone.
    pub time_zone: Option<Tz>,
    /// Deactivated.
    pub is_gone: bool,
    /// A bot or an app.
    pub is_bot: bool,
    /// A guest, or from another organisation: never "every full member".
    pub is_guest: bool,
}

/// A user group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Its id.
    pub id: GroupId,
    /// Its handle without the `@`.
    pub handle: String,
    /// Its members.
    pub members: Vec<UserId>,
}
