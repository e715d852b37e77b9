//! What the workspace knows: people, channels, groups, messages, views. Plain data and look-ups; the
//! Web API and people's acts change it, nothing here sends anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Offset, TimeDelta, Utc};
use serde_json::Value;

use super::delivery::Delivery;
use super::ids::Ids;
use super::journal::ApiCall;
use super::landed::Landed;

/// How long a trigger lives.
const TRIGGER_LIVES: TimeDelta = TimeDelta::seconds(3);
/// How long a response URL lives.
const RESPONSE_URL_LIVES: TimeDelta = TimeDelta::minutes(30);
/// How often a response URL can be used.
const RESPONSE_URL_USES: u8 = 5;

pub struct State {
    pub ids: Ids,
    pub team_id: String,
    pub team_name: String,
    pub domain: String,
    pub bot: Bot,
    pub app_token: String,
    pub app_scopes: BTreeSet<String>,
    pub tickets: BTreeSet<String>,
    pub users: Vec<User>,
    pub channels: Vec<Channel>,
    pub groups: Vec<Group>,
    pub messages: Vec<StoredMessage>,
    pub ephemerals: Vec<StoredEphemeral>,
    pub views: BTreeMap<String, View>,
    pub stacks: BTreeMap<String, Vec<String>>,
    pub homes: BTreeMap<String, String>,
    pub has_no_home: bool,
    pub triggers: BTreeMap<String, Trigger>,
    pub response_urls: BTreeMap<String, ResponseUrl>,
    pub subscriptions: BTreeSet<String>,
    pub ever_connected: bool,
    pub queue: VecDeque<Delivery>,
    pub delivered: Vec<Delivery>,
    pub journal: Vec<ApiCall>,
    pub landed: Vec<Landed>,
    pub watchers: tokio::sync::broadcast::Sender<Landed>,
    pub limits: bool,
    pub budgets: BTreeMap<String, (f64, DateTime<Utc>)>,
    pub base_url: String,
    /// Where websockets are opened instead.
    pub link_url: Option<String>,
}

pub struct Bot {
    pub token: String,
    pub id: String,
    pub user_id: String,
    pub app_id: String,
    pub name: String,
    pub scopes: BTreeSet<String>,
    pub token_state: TokenState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    Valid,
    Revoked,
    AccountInactive,
}

#[derive(Clone)]
pub struct User {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub display_name: String,
    pub email: String,
    pub zone: chrono_tz::Tz,
    pub team_id: String,
    pub is_bot: bool,
    pub deleted: bool,
    pub is_restricted: bool,
    pub is_ultra_restricted: bool,
    pub is_admin: bool,
    pub bot_id: Option<String>,
    pub status: Status,
}

/// What somebody's profile says of the moment.
#[derive(Clone, Default)]
pub struct Status {
    pub emoji: String,
    pub text: String,
    /// Seconds since 1970; 0 where it does not end by itself.
    pub expires: i64,
}

impl User {
    pub fn offset_seconds(&self, now: DateTime<Utc>) -> i32 {
        now.with_timezone(&self.zone).offset().fix().local_minus_utc()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Public,
    Private,
    Direct,
}

impl Kind {
    /// The word that events use.
    pub fn channel_type(self) -> &'static str {
        match self {
            Self::Public => "channel",
            Self::Private => "group",
            Self::Direct => "im",
        }
    }

    /// The first half of the scope's name.
    pub fn scope_family(self) -> &'static str {
        match self {
            Self::Public => "channels",
            Self::Private => "groups",
            Self::Direct => "im",
        }
    }
}

#[derive(Clone)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub kind: Kind,
    pub archived: bool,
    pub ext_shared: bool,
    pub members: Vec<String>,
    pub created: DateTime<Utc>,
}

impl Channel {
    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|member| member == user)
    }

    /// Whether it is the direct channel of these two.
    pub fn is_direct_with(&self, bot: &str, user: &str) -> bool {
        self.kind == Kind::Direct && self.has(bot) && self.has(user)
    }
}

#[derive(Clone)]
pub struct Group {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub users: Vec<String>,
    pub disabled: bool,
}

#[derive(Clone, Default)]
pub struct StoredMessage {
    pub ts: String,
    pub channel: String,
    pub thread_ts: Option<String>,
    pub user: String,
    pub bot_id: Option<String>,
    pub text: String,
    pub blocks: Option<Vec<Value>>,
    pub metadata: Option<Value>,
    pub edited: Option<(String, String)>,
    pub broadcast: bool,
    pub subtype: Option<String>,
    pub reactions: Vec<(String, Vec<String>)>,
}

#[derive(Clone)]
pub struct StoredEphemeral {
    pub ts: String,
    pub channel: String,
    pub user: String,
    pub thread_ts: Option<String>,
    pub text: String,
    pub blocks: Option<Vec<Value>>,
    pub from_slack: bool,
}

#[derive(Clone)]
pub struct View {
    pub id: String,
    pub user: String,
    pub hash: String,
    pub root_id: String,
    pub previous_id: Option<String>,
    pub body: Value,
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    pub errors: BTreeMap<String, String>,
}

pub struct Trigger {
    pub user: String,
    pub issued: DateTime<Utc>,
    pub used: bool,
    /// The view it came from, for `views.push`.
    pub view: Option<String>,
}

#[derive(Clone)]
pub struct ResponseUrl {
    pub user: String,
    pub channel: String,
    pub message_ts: Option<String>,
    pub thread_ts: Option<String>,
    pub uses_left: u8,
    pub issued: DateTime<Utc>,
}

/// Why a trigger or response URL did not work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spent {
    Unknown,
    Used,
    Expired,
}

impl State {
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// By handle, with or without `@`.
    pub fn user_named(&self, name: &str) -> Option<&User> {
        let name = name.trim_start_matches('@');
        self.users.iter().find(|user| user.name == name || user.id == name)
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// By name, with or without `#`, or id. Direct channels only by id.
    pub fn channel_named(&self, name: &str) -> Option<&Channel> {
        let name = name.trim_start_matches('#');
        self.channels
            .iter()
            .find(|channel| channel.id == name || (channel.kind != Kind::Direct && channel.name == name))
    }

    pub fn group_named(&self, handle: &str) -> Option<&Group> {
        let handle = handle.trim_start_matches('@');
        self.groups.iter().find(|group| group.handle == handle || group.id == handle)
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&StoredMessage> {
        self.messages.iter().find(|message| message.channel == channel && message.ts == ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut StoredMessage> {
        self.messages.iter_mut().find(|message| message.channel == channel && message.ts == ts)
    }

    /// The direct channel of the bot and this person, opened when there is none yet.
    pub fn direct_channel(&mut self, user: &str, now: DateTime<Utc>) -> String {
        let is_theirs = |channel: &&Channel| channel.is_direct_with(&self.bot.user_id, user);
        if let Some(channel) = self.channels.iter().find(is_theirs) {
            return channel.id.clone();
        }
        let id = self.ids.id("D");
        self.channels.push(Channel {
            id: id.clone(),
            name: String::new(),
            kind: Kind::Direct,
            archived: false,
            ext_shared: false,
            members: vec![user.to_owned(), self.bot.user_id.clone()],
            created: now,
        });
        id
    }

    pub fn new_trigger(&mut self, user: &str, view: Option<String>, now: DateTime<Utc>) -> String {
        let number = self.ids.number();
        let id = format!("{number}.1795165.{:032x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let trigger = Trigger { user: user.to_owned(), issued: now, used: false, view };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// Uses a trigger up: whose it is, and the view it came from.
    pub fn spend_trigger(&mut self, id: &str, now: DateTime<Utc>) -> Result<(String, Option<String>), Spent> {
        let trigger = self.triggers.get_mut(id).ok_or(Spent::Unknown)?;
        if trigger.used {
            return Err(Spent::Used);
        }
        if now - trigger.issued > TRIGGER_LIVES {
            return Err(Spent::Expired);
        }
        trigger.used = true;
        Ok((trigger.user.clone(), trigger.view.clone()))
    }

    pub fn new_response_url(
        &mut self,
        user: &str,
        channel: &str,
        message_ts: Option<String>,
        thread_ts: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let id = self.ids.id("R");
        self.response_urls.insert(
            id.clone(),
            ResponseUrl {
                user: user.to_owned(),
                channel: channel.to_owned(),
                message_ts,
                thread_ts,
                uses_left: RESPONSE_URL_USES,
                issued: now,
            },
        );
        format!("{}/hooks/{}/{id}", self.base_url, self.team_id)
    }

    pub fn spend_response_url(&mut self, id: &str, now: DateTime<Utc>) -> Result<ResponseUrl, Spent> {
        let url = self.response_urls.get_mut(id).ok_or(Spent::Unknown)?;
        if now - url.issued > RESPONSE_URL_LIVES {
            return Err(Spent::Expired);
        }
        if url.uses_left == 0 {
            return Err(Spent::Used);
        }
        url.uses_left -= 1;
        Ok(url.clone())
    }

    /// Replies of a thread, oldest first, without its parent.
    pub fn replies<'a>(&'a self, channel: &'a str, ts: &'a str) -> impl Iterator<Item = &'a StoredMessage> {
        self.messages.iter().filter(move |message| {
            message.channel == channel && message.ts != ts && message.thread_ts.as_deref() == Some(ts)
        })
    }
}
