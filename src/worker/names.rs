//! Names at Slack: read, kept, and the directory resolved against them. What cannot be resolved is reported once.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{holidays, leavers};
use crate::app::App;
use crate::domain::directory::{ChannelRef, Directory, GroupRef, HolidaySource, PersonRef};
use crate::domain::ids::{ChannelId, InstallationId};
use crate::domain::names::{Change, Names};
use crate::domain::notice::{Trouble, What};
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
    /// Slack told far fewer than before, and another number when asked again.
    #[error("Slack told only a part of its lists")]
    Cut,
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

/// Reads the names, keeps them, resolves the directory, joins the public channels that it names. Finds what events missed.
pub async fn tick(app: &Arc<App>, slack: &Slack, source: &Source) -> Result<(), NamesError> {
    let known = kept(app).await?.unwrap_or_default();
    let mut read = slack.names().await?;
    if read.looks_cut_beside(&known) {
        // Said twice alike it is believed: channels may really be gone.
        let again = slack.names().await?;
        if sizes(&again) != sizes(&read) {
            return Err(NamesError::Cut);
        }
        read = again;
    }
    let mut names = read.read_after(&known);
    let written = source.load_full();
    let joined = join_public_channels(slack, &written.directory, &mut names).await;
    if joined > 0 {
        tracing::info!(joined, "joined configured public channels");
    }
    if known.knows_something() {
        let missed = names.differences(&known);
        tracing::info!(missed, "names were read at Slack; so many were not as events had told");
    }
    take(app, &written, &names).await?;
    Ok(())
}

fn sizes(names: &Names) -> [usize; 3] {
    [names.people.len(), names.channels.len(), names.groups.len()]
}

/// Follows what events told of names since last time; whether Slack has to be asked beside.
pub async fn follow(app: &Arc<App>, source: &Source) -> Result<bool, StoreError> {
    let changes = app.take_names_changes();
    if changes.is_empty() {
        return Ok(false);
    }
    let followed = follow_all(app, source, &changes).await;
    if followed.is_err() {
        // They are followed again later; twice is once.
        for change in changes {
            app.names_changed(change);
        }
    }
    followed
}

async fn follow_all(app: &Arc<App>, source: &Source, changes: &[Change]) -> Result<bool, StoreError> {
    let Some(known) = kept(app).await? else { return Ok(true) };
    let mut names = known.clone();
    let mut is_unclear = false;
    for change in changes {
        is_unclear |= !names.follow(change);
    }
    if names != known {
        take(app, &source.load_full(), &names).await?;
    }
    Ok(is_unclear)
}

/// Replaces what people wrote down; names are resolved anew at once, from what is known, and Slack is asked soon.
pub async fn replace(app: &Arc<App>, source: &Source, mut written: Written) -> Result<(), StoreError> {
    holidays::complete(app.store(), app.installation(), &mut written).await?;
    let known = kept(app).await?;
    source.store(Arc::new(written));
    let written = source.load_full();
    match known {
        Some(names) => take(app, &written, &names).await?,
        None => app.set_policy(written.policy(&Names::default()).0),
    }
    app.names_changed(Change::Unclear);
    Ok(())
}

/// Keeps these names and uses them: the directory is resolved anew, what cannot be is told, and who left hands over.
pub(super) async fn take(app: &Arc<App>, written: &Written, names: &Names) -> Result<(), StoreError> {
    let json = serde_json::to_string(names)
        .map_err(|error| StoreError::Unavailable(format!("names cannot be written: {error}")))?;
    app.store().keep(app.installation(), KEPT_AS, &json).await?;
    let (policy, unresolved) = written.policy(names);
    app.set_policy(policy);
    app.note_directory_modes().await?;
    let unresolved = untold(app, names, unresolved).await?;
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
    leavers::tick(app).await
}

/// Without the channels from which admins were told that we were removed: they need not hear of these as names, too.
async fn untold(
    app: &App,
    names: &Names,
    unresolved: Vec<Unresolved>,
) -> Result<Vec<Unresolved>, StoreError> {
    let mut left = Vec::new();
    for one in unresolved {
        let channel = match &one {
            Unresolved::UnusableChannel(ChannelRef::Id(id)) => Some(id),
            Unresolved::UnusableChannel(ChannelRef::Name(name)) => {
                names.channels.iter().find(|channel| channel.name == *name).map(|channel| &channel.id)
            }
            Unresolved::Channel(_) | Unresolved::Person(_) | Unresolved::Left(_) | Unresolved::Group(_) => {
                None
            }
        };
        if let Some(channel) = channel {
            let removed = Trouble::Removed { channel: channel.clone() }.start();
            if app.store().was_told_like(app.installation(), &removed).await? {
                continue;
            }
        }
        left.push(one);
    }
    Ok(left)
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
    let person = |person: &PersonRef| match person {
        PersonRef::Email(email) => email.clone(),
        PersonRef::Id(id) => id.to_string(),
    };
    match unresolved {
        Unresolved::Channel(reference) => channel(reference),
        Unresolved::UnusableChannel(reference) => {
            format!("{} (archived, shared, or private without me)", channel(reference))
        }
        Unresolved::Person(reference) => person(reference),
        Unresolved::Left(reference) => format!("{} (deactivated)", person(reference)),
        Unresolved::Group(GroupRef::Handle(handle)) => format!("@{handle}"),
        Unresolved::Group(GroupRef::Id(id)) => id.to_string(),
    }
}
