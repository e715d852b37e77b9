//! Who and what there is at Slack: ourselves, people, channels, user groups. Also joining a channel.
//!
//! Lists are read whole and slowly: a "too fast" is waited out here, since nobody waits for a list.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::error::{Again, from_status};
use super::read::{lenient, set_cursor};
use super::{Arguments, Slack, SlackError, late, open_envelope};
use crate::domain::ids::{ChannelId, GroupId, UserId};
use crate::domain::names::{Channel, Names, Person, UserGroup};

/// Entries a page.
const PAGE: &str = "200";
/// Pages read at most of one list; a list that never ends is an error.
const PAGES: u32 = 2_000;
/// How often a page is asked for again after a "too fast".
const PATIENCE: u32 = 6;
/// The longest wait for one page.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Who we are, as Slack sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// The workspace.
    pub team_id: String,
    /// The workspace's address with a closing slash.
    pub url: Option<String>,
    /// The bot's user.
    pub bot_user: Option<UserId>,
    /// The bot's id.
    pub bot_id: Option<String>,
    /// What the token allows, where Slack told.
    pub scopes: Option<BTreeSet<String>>,
}

/// Where the next page begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Cursor {
    #[serde(default, deserialize_with = "lenient")]
    next_cursor: Option<String>,
}

impl Cursor {
    /// The next page's cursor, if there is one.
    pub(super) fn next(self) -> Option<String> {
        self.next_cursor.filter(|cursor| !cursor.is_empty())
    }
}

#[derive(Deserialize)]
struct AuthAnswer {
    #[serde(default, deserialize_with = "lenient")]
    team_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user_id: Option<UserId>,
    #[serde(default, deserialize_with = "lenient")]
    bot_id: Option<String>,
}

/// One page of any list: the entries are under a name that differs by method.
#[derive(Deserialize)]
struct ListPage {
    #[serde(default, alias = "channels", alias = "usergroups")]
    members: Vec<Value>,
    #[serde(default)]
    response_metadata: Cursor,
}

#[derive(Deserialize)]
struct UserAnswer {
    user: User,
}

#[derive(Deserialize)]
struct User {
    id: UserId,
    #[serde(default, deserialize_with = "lenient")]
    team_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tz: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    deleted: bool,
    #[serde(default, deserialize_with = "flag")]
    is_bot: bool,
    #[serde(default, deserialize_with = "flag")]
    is_workflow_bot: bool,
    #[serde(default, deserialize_with = "flag")]
    is_restricted: bool,
    #[serde(default, deserialize_with = "flag")]
    is_ultra_restricted: bool,
    #[serde(default, deserialize_with = "flag")]
    is_stranger: bool,
    #[serde(default, deserialize_with = "lenient")]
    profile: Option<Profile>,
    #[serde(default, rename = "enterprise_user", deserialize_with = "lenient")]
    enterprise: Option<Enterprise>,
}

#[derive(Default, Deserialize)]
struct Profile {
    #[serde(default, deserialize_with = "lenient")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
}

#[derive(Deserialize)]
struct Enterprise {
    #[serde(default, deserialize_with = "lenient")]
    teams: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Conversation {
    id: ChannelId,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    is_private: bool,
    #[serde(default, deserialize_with = "flag")]
    is_archived: bool,
    #[serde(default, deserialize_with = "flag")]
    is_shared: bool,
    #[serde(default, deserialize_with = "flag")]
    is_org_shared: bool,
    #[serde(default, deserialize_with = "flag")]
    is_ext_shared: bool,
    #[serde(default, deserialize_with = "flag")]
    is_pending_ext_shared: bool,
    #[serde(default, deserialize_with = "flag")]
    is_member: bool,
}

#[derive(Deserialize)]
struct Group {
    id: GroupId,
    #[serde(default, deserialize_with = "lenient")]
    handle: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    users: Option<Vec<UserId>>,
}

impl Slack {
    /// Who we are. Not by the SDK, which hides the header that names the scopes.
    pub async fn auth(&self) -> Result<Auth, SlackError> {
        let again = Again::Harmless;
        let limit = self.limits.list;
        let address = format!("{}/auth.test", self.api_url);
        let token = Some(self.token.token_value.0.as_str());
        let call = self.raw.post(&address, "application/x-www-form-urlencoded", token, Bytes::new(), again);
        let answer = timeout(limit, call).await.map_err(|_| again.unknown(late(limit)))??;
        if answer.status.as_u16() == 429 {
            return Err(SlackError::rate_limited(answer.retry_after()));
        }
        if !answer.status.is_success() {
            return Err(from_status(answer.status.as_u16(), again));
        }
        let envelope: Value = serde_json::from_slice(&answer.body)
            .map_err(|_| again.unknown("the answer is not Slack's JSON"))?;
        let known: AuthAnswer = open_envelope(envelope, again)?;
        // Taken for one, "no workspace" would be served as a new one, and all that is kept of the right one be out of sight.
        let Some(team_id) = known.team_id.filter(|team| !team.is_empty()) else {
            return Err(again.unknown("the answer names no workspace"));
        };
        let scopes = answer.headers.get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
        Ok(Auth {
            team_id,
            url: known.url,
            bot_user: known.user_id,
            bot_id: known.bot_id,
            scopes: scopes.map(|scopes| {
                scopes.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
            }),
        })
    }

    /// Everything that has a name: read anew, whole.
    pub async fn names(&self) -> Result<Names, SlackError> {
        let auth = self.auth().await?;
        let team = Some(auth.team_id.clone()).filter(|team| !team.is_empty());
        let users: Vec<User> = self.list("users.list", vec![("team_id", team.clone())]).await?;
        let conversations: Vec<Conversation> = self
            .list(
                "conversations.list",
                vec![
                    ("types", Some("public_channel,private_channel".to_owned())),
                    ("exclude_archived", Some("false".to_owned())),
                    ("team_id", team.clone()),
                ],
            )
            .await?;
        let groups: Vec<Group> = self
            .list("usergroups.list", vec![("include_users", Some("true".to_owned())), ("team_id", team)])
            .await?;
        Ok(Names {
            team_url: auth.url,
            bot_user: auth.bot_user,
            bot_id: auth.bot_id,
            channels: conversations.into_iter().map(channel_of).collect(),
            people: users.into_iter().map(|user| person_of(user, &auth.team_id)).collect(),
            groups: groups.into_iter().map(group_of).collect(),
            ..Names::default()
        })
    }

    /// Everybody who is in a channel that we are in, too (B8).
    pub async fn members(&self, channel: &ChannelId) -> Result<Vec<UserId>, SlackError> {
        self.list("conversations.members", vec![("channel", Some(channel.0.clone()))]).await
    }

    /// One person, for whom a list is not worth it; `team_id` as [`auth`](Self::auth) told it.
    pub async fn user(&self, id: &UserId, team_id: &str) -> Result<Person, SlackError> {
        let answer: UserAnswer = self.get("users.info", &vec![("user", Some(id.0.clone()))]).await?;
        Ok(person_of(answer.user, team_id))
    }

    /// Joins a public channel; being there already is fine.
    pub async fn join(&self, channel: &ChannelId) -> Result<(), SlackError> {
        let body = json!({ "channel": channel });
        let _: Value = self.post("conversations.join", &body, Again::Harmless, self.limits.list).await?;
        Ok(())
    }

    /// Reads a list page by page; an entry without the least we need is left out.
    async fn list<T: DeserializeOwned>(
        &self,
        method: &str,
        mut arguments: Arguments,
    ) -> Result<Vec<T>, SlackError> {
        if method != "usergroups.list" {
            arguments.push(("limit", Some(PAGE.to_owned())));
        }
        let mut entries = Vec::new();
        for _ in 0..PAGES {
            let page: ListPage = self.get_patiently(method, &arguments).await?;
            entries.extend(page.members.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()));
            let Some(cursor) = page.response_metadata.next() else { return Ok(entries) };
            set_cursor(&mut arguments, cursor);
        }
        Err(Again::Harmless.unknown("the list does not end"))
    }

    /// Waits out "too fast", a few times.
    async fn get_patiently<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &Arguments,
    ) -> Result<T, SlackError> {
        for _ in 1..PATIENCE {
            match self.get(method, arguments).await {
                Err(SlackError::RateLimited { after }) => sleep(after.min(LONGEST_WAIT)).await,
                ended => return ended,
            }
        }
        self.get(method, arguments).await
    }
}

/// A person as an event tells them; nobody where not even their id is there.
pub(in crate::slack) fn person(user: &Value, team_id: &str) -> Option<Person> {
    let user: User = User::deserialize(user).ok()?;
    // An event of a few words (the tests of others' tools send such) says who, but not what they are like.
    (user.name.is_some() || user.profile.is_some()).then(|| person_of(user, team_id))
}

fn person_of(user: User, team_id: &str) -> Person {
    let User {
        id,
        team_id: home,
        name,
        real_name,
        tz,
        deleted,
        is_bot,
        is_workflow_bot,
        is_restricted,
        is_ultra_restricted,
        is_stranger,
        profile,
        enterprise,
    } = user;
    let Profile { display_name, real_name: profile_name, email } = profile.unwrap_or_default();
    let teams = enterprise.and_then(|enterprise| enterprise.teams).unwrap_or_default();
    let is_of_another_team = !team_id.is_empty()
        && home.is_some_and(|home| home != team_id)
        && !teams.iter().any(|team| team == team_id);
    let is_slackbot = id.as_str() == "USLACKBOT";
    Person {
        name: [display_name, profile_name, real_name, name]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty())
            .unwrap_or_else(|| id.0.clone()),
        id,
        email: email.filter(|email| !email.is_empty()).map(|email| email.to_lowercase()),
        time_zone: tz.and_then(|zone| zone.parse().ok()),
        is_gone: deleted,
        is_bot: is_bot || is_workflow_bot || is_slackbot,
        is_guest: is_restricted || is_ultra_restricted || is_stranger || is_of_another_team,
    }
}

fn channel_of(conversation: Conversation) -> Channel {
    let Conversation {
        id,
        name,
        is_private,
        is_archived,
        is_shared,
        is_org_shared,
        is_ext_shared,
        is_pending_ext_shared,
        is_member,
    } = conversation;
    Channel {
        name: name.unwrap_or_else(|| id.0.clone()),
        id,
        is_private,
        is_archived,
        is_shared: is_ext_shared || is_pending_ext_shared || (is_shared && !is_org_shared),
        is_member,
    }
}

fn group_of(group: Group) -> UserGroup {
    let Group { id, handle, users } = group;
    UserGroup { handle: handle.unwrap_or_else(|| id.0.clone()), id, members: users.unwrap_or_default() }
}

/// A flag of another form than expected counts as down.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(lenient(deserializer)?.unwrap_or(false))
}
