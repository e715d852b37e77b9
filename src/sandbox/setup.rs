//! Making a workspace: its name and app, then people, channels and groups. Unknown names here are
//! mistakes of whoever writes the setup, and panic with the name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::broadcast;

use super::delivery::LATER_RETRIES;
use super::events::USUAL_SUBSCRIPTIONS;
use super::ids::Ids;
use super::landed::Landed;
use super::state::{Bot, Channel, Group, Kind, State, TokenState, User};
use super::workspace::Workspace;

/// The scopes an app like ours asks for.
pub const USUAL_SCOPES: [&str; 20] = [
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
    "dnd:read",
];

/// What a workspace starts with.
#[derive(Clone, Debug)]
pub struct WorkspaceSetup {
    domain: String,
    bot_name: String,
    scopes: BTreeSet<String>,
    limits: bool,
    pub(super) answer_within: Duration,
    pub(super) later_retries: [TimeDelta; 2],
    pub(super) listen: SocketAddr,
}

impl Default for WorkspaceSetup {
    fn default() -> Self {
        Self {
            domain: "acme".to_owned(),
            bot_name: "switchboard".to_owned(),
            scopes: USUAL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            limits: false,
            answer_within: Duration::from_secs(3),
            later_retries: LATER_RETRIES,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

impl WorkspaceSetup {
    /// The workspace's domain, as in `https://DOMAIN.slack.com/`.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.domain);
        self
    }

    /// The bot's handle.
    #[must_use]
    pub fn bot_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.bot_name);
        self
    }

    /// The granted scopes, instead of the usual.
    #[must_use]
    pub fn scopes(mut self, scopes: &[&str]) -> Self {
        self.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self
    }

    /// Whether the posting rate is enforced; off by default.
    #[must_use]
    pub fn limits(mut self, on: bool) -> Self {
        self.limits = on;
        self
    }

    /// How long (real time) the bot has for an answer; 3 s by default, as in Slack.
    #[must_use]
    pub fn answer_within(mut self, time: Duration) -> Self {
        self.answer_within = time;
        self
    }

    /// When an event's second and third retry are due, from its first attempt on: 1 and 5 minutes in Slack and by
    /// default; shorter for tests whose bot lives by the machine's own clock and cannot be waited for.
    #[must_use]
    pub fn later_retries(mut self, due: [TimeDelta; 2]) -> Self {
        self.later_retries = due;
        self
    }

    /// Where to listen; a free port of 127.0.0.1 by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    pub(super) fn into_state(
        self,
        base_url: &str,
        watchers: broadcast::Sender<Landed>,
        now: DateTime<Utc>,
    ) -> State {
        let mut ids = Ids::default();
        let bot = Bot {
            token: "xoxb-100000000001-100000000002-sandboxSandboxSandbox".to_owned(),
            id: ids.id("B"),
            user_id: ids.id("U"),
            app_id: ids.id("A"),
            name: self.bot_name.clone(),
            scopes: self.scopes,
            token_state: TokenState::Valid,
        };
        let team_id = ids.id("T");
        let mut bot_user = new_user(&bot.user_id, &self.bot_name, &team_id);
        bot_user.is_bot = true;
        bot_user.bot_id = Some(bot.id.clone());
        State {
            ids,
            team_id,
            team_name: capitalised(&self.domain),
            domain: self.domain,
            bot,
            app_token: "xapp-1-A100000000001-100000000002-sandboxSandboxSandbox".to_owned(),
            app_scopes: BTreeSet::from(["connections:write".to_owned()]),
            tickets: BTreeSet::new(),
            users: vec![bot_user],
            channels: Vec::new(),
            groups: Vec::new(),
            messages: Vec::new(),
            ephemerals: Vec::new(),
            views: BTreeMap::new(),
            stacks: BTreeMap::new(),
            homes: BTreeMap::new(),
            has_no_home: false,
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            subscriptions: USUAL_SUBSCRIPTIONS.iter().map(|event| (*event).to_owned()).collect(),
            ever_connected: false,
            queue: VecDeque::new(),
            delivered: Vec::new(),
            journal: Vec::new(),
            landed: Vec::new(),
            watchers,
            limits: self.limits,
            budgets: BTreeMap::from([(String::new(), (0.0, now))]),
            base_url: base_url.to_owned(),
            link_url: None,
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn new_user(id: &str, name: &str, team_id: &str) -> User {
    User {
        id: id.to_owned(),
        name: name.to_owned(),
        real_name: capitalised(name),
        display_name: capitalised(name),
        email: format!("{name}@example.com"),
        zone: chrono_tz::UTC,
        team_id: team_id.to_owned(),
        is_bot: false,
        deleted: false,
        is_restricted: false,
        is_ultra_restricted: false,
        is_admin: false,
        bot_id: None,
        status: super::state::Status::default(),
    }
}

/// A person that was just added; every call changes them at once.
pub struct NewUser<'a> {
    workspace: &'a Workspace,
    id: String,
}

impl NewUser<'_> {
    fn change(&self, change: impl FnOnce(&mut User)) -> &Self {
        let mut state = self.workspace.0.state();
        if let Some(user) = state.users.iter_mut().find(|user| user.id == self.id) {
            change(user);
        }
        drop(state);
        self
    }

    /// Their e-mail address; `NAME@example.com` by default.
    pub fn email(&self, email: &str) -> &Self {
        self.change(|user| email.clone_into(&mut user.email))
    }

    /// Their time zone, e.g. `Europe/Berlin`; UTC by default.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn time_zone(&self, zone: &str) -> &Self {
        let zone = zone.parse().unwrap_or_else(|_| panic!("no time zone {zone}"));
        self.change(|user| user.zone = zone)
    }

    /// Their full name.
    pub fn real_name(&self, name: &str) -> &Self {
        self.change(|user| name.clone_into(&mut user.real_name))
    }

    /// The name that others see; the handle with a capital by default.
    pub fn display_name(&self, name: &str) -> &Self {
        self.change(|user| name.clone_into(&mut user.display_name))
    }

    /// A guest of several channels.
    pub fn guest(&self) -> &Self {
        self.change(|user| user.is_restricted = true)
    }

    /// A guest of a single channel.
    pub fn single_channel_guest(&self) -> &Self {
        self.change(|user| (user.is_restricted, user.is_ultra_restricted) = (true, true))
    }

    /// Somebody of another organisation, met in shared channels.
    pub fn stranger(&self, team_id: &str) -> &Self {
        self.change(|user| team_id.clone_into(&mut user.team_id))
    }

    /// An admin of the workspace.
    pub fn admin(&self) -> &Self {
        self.change(|user| user.is_admin = true)
    }

    /// Another app's bot, with this bot id (`B…`).
    pub fn bot(&self, bot_id: &str) -> &Self {
        self.change(|user| (user.is_bot, user.bot_id) = (true, Some(bot_id.to_owned())))
    }

    /// Their id.
    pub fn id(&self) -> String {
        self.id.clone()
    }
}

/// A channel that was just added; every call changes it at once.
pub struct NewChannel<'a> {
    workspace: &'a Workspace,
    id: String,
}

impl NewChannel<'_> {
    fn change(&self, change: impl FnOnce(&mut Channel)) -> &Self {
        let mut state = self.workspace.0.state();
        if let Some(channel) = state.channel_mut(&self.id) {
            change(channel);
        }
        drop(state);
        self
    }

    /// Makes it private.
    pub fn private(&self) -> &Self {
        self.change(|channel| channel.kind = Kind::Private)
    }

    /// Makes it shared with another organisation.
    pub fn shared(&self) -> &Self {
        self.change(|channel| channel.ext_shared = true)
    }

    /// Archives it.
    pub fn archived(&self) -> &Self {
        self.change(|channel| channel.archived = true)
    }

    /// Puts these people in.
    ///
    /// # Panics
    /// When one of them does not exist.
    pub fn members(&self, names: &[&str]) -> &Self {
        let ids: Vec<String> = names.iter().map(|name| self.workspace.user_id(name)).collect();
        self.change(|channel| {
            for id in ids {
                if !channel.has(&id) {
                    channel.members.push(id);
                }
            }
        })
    }

    /// Puts the bot in, without an event.
    pub fn with_bot(&self) -> &Self {
        let bot = self.workspace.bot_user_id();
        self.change(|channel| {
            if !channel.has(&bot) {
                channel.members.push(bot);
            }
        })
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.id.clone()
    }
}

impl Workspace {
    /// Adds a person by handle.
    ///
    /// # Panics
    /// When the handle is taken.
    pub fn add_user(&self, name: &str) -> NewUser<'_> {
        let mut state = self.0.state();
        assert!(state.user_named(name).is_none(), "there is a {name} already");
        let id = state.ids.id("U");
        let user = new_user(&id, name, &state.team_id);
        state.users.push(user);
        NewUser { workspace: self, id }
    }

    /// Adds an empty public channel.
    ///
    /// # Panics
    /// When the name is taken.
    pub fn add_channel(&self, name: &str) -> NewChannel<'_> {
        let mut state = self.0.state();
        assert!(state.channel_named(name).is_none(), "there is a {name} already");
        let id = state.ids.id("C");
        let channel = Channel {
            id: id.clone(),
            name: name.trim_start_matches('#').to_owned(),
            kind: Kind::Public,
            archived: false,
            ext_shared: false,
            members: Vec::new(),
            created: self.0.clock.now(),
        };
        state.channels.push(channel);
        NewChannel { workspace: self, id }
    }

    /// Adds direct messages between these people, in which the bot is not; their id. People enter by it.
    ///
    /// # Panics
    /// When one of them does not exist.
    pub fn add_direct(&self, names: &[&str]) -> String {
        let members = names.iter().map(|name| self.user_id(name)).collect();
        let mut state = self.0.state();
        let id = state.ids.id("D");
        let created = self.0.clock.now();
        state.channels.push(Channel {
            id: id.clone(),
            name: names.join("+"),
            kind: Kind::Direct,
            archived: false,
            ext_shared: false,
            members,
            created,
        });
        id
    }

    /// Adds a user group; its id.
    ///
    /// # Panics
    /// When a member does not exist.
    pub fn add_group(&self, handle: &str, members: &[&str]) -> String {
        let users = members.iter().map(|name| self.user_id(name)).collect();
        let mut state = self.0.state();
        let id = state.ids.id("S");
        let handle = handle.trim_start_matches('@').to_owned();
        state.groups.push(Group { id: id.clone(), name: handle.clone(), handle, users, disabled: false });
        id
    }
}
