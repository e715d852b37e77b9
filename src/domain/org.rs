//! The directory resolved against Slack's names: who is who, which channel is whose, and every place of the taxonomy
//! with what it inherits.
//!
//! Built once for each change of directory or names, then shared and only read. What cannot be resolved is left out and
//! listed: it is served around and reported, never fatal.

mod duty;
mod finder;
mod place;
mod resolve;
mod roles;

use std::collections::{BTreeSet, HashMap, HashSet};

pub use duty::OnDuty;
use finder::Finder;
pub use place::{Place, PlaceCalendar, PlaceId, PlaceKind};
pub use resolve::Unresolved;
pub use roles::Role;

use super::absence::Absences;
use super::directory::{AreaMode, OfficeHours};
use super::ids::{AreaKey, ChannelId, GroupId, UserId};
use super::names::{Channel, Person};
use super::routing::WordIndex;
use super::rules::{Holidays, Rules, WorkingHours};

/// What a decision may know beside the engagement itself: the numbers, and who is who.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The numbers of the rules.
    pub rules: Rules,
    /// Who is who and where.
    pub org: Org,
}

/// An SME area, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its key in the directory.
    pub key: AreaKey,
    /// What people call it.
    pub name: String,
    /// Whether the bot acts in it, as it is now.
    pub mode: AreaMode,
    /// The same as the directory says it.
    pub directory_mode: AreaMode,
    /// Where questions go, if it is known and usable.
    pub channel: Option<ChannelId>,
    /// Where SMEs ask PMs, if it is known and usable.
    pub internal_channel: Option<ChannelId>,
    /// The group mentioned once a question.
    pub handle: Option<GroupId>,
    /// Who is told when nobody takes a question.
    pub leads: Vec<UserId>,
    /// The experts: the area's list and its handle's members, leads included, PMs excluded unless listed.
    pub members: Vec<UserId>,
    /// Who answers in the internal channel, the first on duty first: the area's list, else PMs of its stages and groups.
    pub pms: Vec<UserId>,
    /// When people can just come by.
    pub office_hours: Option<OfficeHours>,
}

/// Who is who and where.
#[derive(Debug, Clone, Default)]
pub struct Org {
    /// The bot's own user, once known.
    pub bot_user: Option<UserId>,
    /// The workspace's address, once known.
    pub team_url: Option<String>,
    /// `#product`, if usable.
    pub fallback_channel: Option<ChannelId>,
    /// Where SME questions without an area go, if usable.
    pub sme_fallback_channel: Option<ChannelId>,
    /// Where admins are told, if usable.
    pub admin_channel: Option<ChannelId>,
    /// Where the numbers of all areas are posted, if usable.
    pub reports_channel: Option<ChannelId>,
    /// Admins.
    pub admins: Vec<UserId>,
    /// Emoji names that take a question (A8).
    pub taken_emoji: Vec<String>,
    /// Bots whose posts in SME channels are asks.
    pub workflow_bots: Vec<String>,
    pub(super) hours: WorkingHours,
    pub(super) holidays: Holidays,
    pub(super) home_groups: HashMap<UserId, usize>,
    pub(super) words: WordIndex,
    finder: Finder,
    pub(super) places: Vec<Place>,
    pub(super) areas: Vec<Area>,
    pub(super) people: HashMap<UserId, Person>,
    pub(super) channels: HashMap<ChannelId, Channel>,
    pub(super) field: HashSet<UserId>,
    pub(super) protected: HashSet<UserId>,
    absences: Absences,
    pub(super) inside: HashMap<ChannelId, BTreeSet<UserId>>,
    pub(super) pilots: HashSet<UserId>,
}

impl Org {
    /// Every place, sections first, then each stage followed by its groups and their categories.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The place of that id.
    pub fn place(&self, id: &PlaceId) -> Option<&Place> {
        self.finder.place(id).map(|number| &self.places[number])
    }

    /// Every SME area.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The words of the taxonomy.
    pub(super) fn words(&self) -> &WordIndex {
        &self.words
    }

    /// The SME area of that key.
    pub fn area(&self, key: &AreaKey) -> Option<&Area> {
        self.finder.area(key).map(|number| &self.areas[number])
    }

    /// Whether the directory or the settings name this channel.
    pub fn names_channel(&self, channel: &ChannelId) -> bool {
        let own = [&self.fallback_channel, &self.sme_fallback_channel, &self.admin_channel];
        own.into_iter().flatten().any(|named| named == channel)
            || self.area_of_channel(channel).is_some()
            || self.area_of_internal_channel(channel).is_some()
            || self.place_of_channel(channel).is_some()
    }

    /// The SME area whose SME channel this is.
    pub fn area_of_channel(&self, channel: &ChannelId) -> Option<&Area> {
        self.finder.area_of_channel(channel).map(|number| &self.areas[number])
    }

    /// The SME area whose internal channel this is.
    pub fn area_of_internal_channel(&self, channel: &ChannelId) -> Option<&Area> {
        self.finder.area_of_internal_channel(channel).map(|number| &self.areas[number])
    }

    /// The group, else the stage, whose channel this is; `None` where several share it.
    pub fn place_of_channel(&self, channel: &ChannelId) -> Option<&Place> {
        self.finder.place_of_channel(channel).map(|number| &self.places[number])
    }

    /// Whether Slack's names are known: before that no channel can be posted in.
    pub fn knows_names(&self) -> bool {
        !self.channels.is_empty()
    }

    /// The channel of that id, where Slack showed it to us.
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.get(id)
    }

    /// The person of that id, where Slack showed them to us.
    pub fn person(&self, id: &UserId) -> Option<&Person> {
        self.people.get(id)
    }

    /// Whether this person is known not to be in that channel (B8); of a channel that was never looked at nothing is known.
    pub fn is_outside(&self, user: &UserId, channel: &ChannelId) -> bool {
        self.inside.get(channel).is_some_and(|inside| !inside.contains(user))
    }

    /// What people call this person; their id where Slack has not told us.
    pub fn name_of(&self, id: &UserId) -> String {
        let unknown = || if self.is_workflow(id) { "A workflow".to_owned() } else { id.to_string() };
        self.person(id).map_or_else(unknown, |person| person.name.clone())
    }

    /// Whether this is a listed workflow, in whose name asks stand that name nobody: it is never mentioned, nor written to.
    pub fn is_workflow(&self, id: &UserId) -> bool {
        self.workflow_bots.iter().any(|bot| bot == id.as_str())
    }

    /// The working week where nobody has a better one.
    pub fn default_hours(&self) -> &WorkingHours {
        &self.hours
    }

    /// Days off where nobody has better ones.
    pub fn default_holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// Whether everybody works at the same times as there. May say no where only something else changed.
    pub fn has_calendars_of(&self, other: &Self) -> bool {
        self.hours == other.hours
            && self.holidays == other.holidays
            && self.places == other.places
            && self.has_zones_of(other)
            && other.has_zones_of(self)
    }

    fn has_zones_of(&self, other: &Self) -> bool {
        let zone = |user: &UserId| other.person(user).and_then(|person| person.time_zone);
        self.people.iter().all(|(user, person)| person.time_zone == zone(user))
    }

    /// The group with a calendar of its own that lists this person as a PM.
    pub fn home_group(&self, user: &UserId) -> Option<&Place> {
        self.home_groups.get(user).map(|index| &self.places[*index])
    }

    /// A link to a message, once the workspace's address is known.
    pub fn permalink(&self, channel: &ChannelId, ts: &super::ids::Ts) -> Option<String> {
        let url = self.team_url.as_deref()?;
        Some(format!("{url}archives/{channel}/p{}", ts.as_str().replace('.', "")))
    }

    /// Whether text of this channel may be seen by its members only: private channels and direct messages, and any
    /// channel we know nothing of.
    pub fn is_private(&self, channel: &ChannelId) -> bool {
        self.channel(channel).is_none_or(|channel| channel.is_private)
    }

    /// Whether the channel is shared with another organisation ("Confidentiality": we never post there).
    pub fn is_shared(&self, channel: &ChannelId) -> bool {
        self.channel(channel).is_some_and(|channel| channel.is_shared)
    }
}
