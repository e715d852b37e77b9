//! Names at Slack: read, kept, and the directory resolved against them. What cannot be resolved is reported once.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::app::App;
use crate::domain::directory::{ChannelRef, Directory, GroupRef, HolidaySource, PersonRef};
use crate::domain::ids::{ChannelId, InstallationId};
use crate::domain::names::Names;
use crate::domain::notice::What;
use crate::domain::org::{Org, Policy, Unresolved};
use crate::domain::rules::Rules;
use crate::slack::client::{Slack, SlackError};
use crate::store::{Store, StoreError};

/// How the topics of unknown names begin.
const UNRESOLVED: &str = "unresolved:";
/// Where the last reading of the names is kept.
pub const KEPT_AS: &str = "names";

/// What people wrote down: the directory and the rules. Replaced when they are read anew.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The directory, in names.
    pub directory: Directory,
    /// The numbers of the rules.
    pub rules: Rules,
    /// Where admins are told.
    pub admin_channel: Option<ChannelRef>,
    /// Who administers the bot.
    pub admins: Vec<PersonRef>,
}

/// What people wrote down, as of now.
pub type Source = ArcSwap<Written>;

impl Written {
    /// Every calendar of holidays that directory and rules name.
    pub fn holiday_calendars(&self) -> impl Iterator<Item = &HolidaySource> {
        self.directory.holiday_calendars().chain(&self.rules.holidays.calendars)
    }

    /// The policy that this and Slack's names make.
    pub fn policy(&self, names: &Names) -> (Policy, Vec<Unresolved>) {
        let (org, unresolved) =
            Org::resolve(&self.directory, names, &self.rules, self.admin_channel.as_ref(), &self.admins);
        (Policy { rules: self.rules.clone(), org }, unresolved)
    }
}

/// What went wrong with the names.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// Slack did not tell them.
    #[error(transparent)]
    Slack(#[from] SlackError),
    /// The store did not keep them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The names as they were kept by an earlier run, so that a start waits for nobody.
pub async fn kept(app: &App) -> Result<Option<Names>, StoreError> {
    kept_in(app.store(), app.installation()).await
}

/// The names as they are kept in this database.
pub async fn kept_in(store: &Store, installation: InstallationId) -> Result<Option<Names>, StoreError> {
    let kept = store.kept(installation, KEPT_AS).await?;
    Ok(kept.and_then(|json| match serde_json::from_str(&json) {
        Ok(names) => Some(names),
        Err(error) => {
            tracing::warn!(%error, "the kept names cannot be read; they are asked for again");
            None
        }
    }))
}

/// Reads the names, keeps them, resolves the directory, joins the public channels that it names.
pub async fn tick(app: &Arc<App>, slack: &Slack, source: &Source) -> Result<(), NamesError> {
    let mut names = slack.names().await?;
    let written = source.load_full();
    let joined = join_public_channels(slack, &written.directory, &mut names).await;
    if joined > 0 {
        tracing::info!(joined, "joined configured public channels");
    }
    let json = serde_json::to_string(&names)
        .map_err(|error| StoreError::Unavailable(format!("names cannot be written: {error}")))?;
    app.store().keep(app.installation(), KEPT_AS, &json).await?;
    let (policy, unresolved) = written.policy(&names);
    app.set_policy(policy);
    app.note_directory_modes().await?;
    if unresolved.is_empty() {
        app.tell_admins_while(UNRESOLVED, None).await?;
    } else {
        let what: Vec<String> = unresolved.iter().map(spelled).collect();
        tracing::warn!(
            number = what.len(),
            "names of the directory that Slack does not know are served around"
        );
        app.tell_admins_while(UNRESOLVED, Some(What::Unresolved { what })).await?;
    }
    Ok(())
}

/// Configured public channels are joined; private ones are invited into by people.
async fn join_public_channels(slack: &Slack, directory: &Directory, names: &mut Names) -> usize {
    let mut joined = 0;
    for channel in &mut names.channels {
        let is_wanted = directory.channels().any(|wanted| match wanted {
            ChannelRef::Name(name) => *name == channel.name,
            ChannelRef::Id(id) => *id == channel.id,
        });
        if !is_wanted || channel.is_member || channel.is_private || !channel.is_usable() {
            continue;
        }
        match slack.join(&channel.id).await {
            Ok(()) => {
                channel.is_member = true;
                joined += 1;
            }
            Err(error) => tracing::warn!(channel = %channel.id, %error, "a public channel was not joined"),
        }
    }
    joined
}

/// A reference as people wrote it.
pub fn spelled(unresolved: &Unresolved) -> String {
    let channel = |channel: &ChannelRef| match channel {
        ChannelRef::Name(name) => format!("#{name}"),
        ChannelRef::Id(ChannelId(id)) => id.clone(),
    };
    match unresolved {
        Unresolved::Channel(reference) => channel(reference),
        Unresolved::UnusableChannel(reference) => format!("{} (archived or shared)", channel(reference)),
        Unresolved::Person(PersonRef::Email(email)) => email.clone(),
        Unresolved::Person(PersonRef::Id(id)) => id.to_string(),
        Unresolved::Group(GroupRef::Handle(handle)) => format!("@{handle}"),
        Unresolved::Group(GroupRef::Id(id)) => id.to_string(),
    }
}
