//! The directory as people write it: section → stage → group → category, SME areas, people, in names.
//!
//! References are as given (`"#name"`, an e-mail address, `"@handle"`, or an id); [`crate::domain::org`] resolves them.
//! Real taxonomies are dirty, so everything that can be missing is optional here, and `check` says what its absence costs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::ids::AreaKey;
use super::rules::{Holidays, WorkingHours};

/// A channel as the directory names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChannelRef {
    /// By name, without the `#`.
    Name(String),
    /// By id.
    Id(super::ids::ChannelId),
}

/// A person as the directory names them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PersonRef {
    /// By e-mail address, in lower case.
    Email(String),
    /// By id.
    Id(super::ids::UserId),
}

/// A user group as the directory names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupRef {
    /// By handle, without the `@`.
    Handle(String),
    /// By id.
    Id(super::ids::GroupId),
}

/// The whole directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Where asks for PMs go when neither the group nor the stage has a channel (`#product`).
    pub fallback_channel: Option<ChannelRef>,
    /// Where SME questions go when their area has no SMEs.
    pub sme_fallback_channel: Option<ChannelRef>,
    /// User groups whose members face customers.
    pub field: Vec<GroupRef>,
    /// People beside the PMs who are not to be asked directly (A1).
    pub protected: Vec<PersonRef>,
    /// Bots whose posts in SME channels are asks (bot ids).
    pub workflow_bots: Vec<String>,
    /// Emoji names with which an SME takes a question (A8).
    pub taken_emoji: Vec<String>,
    /// What the calendars of holidays held that it or the settings name, as far as they were read.
    pub holiday_dates: HolidayDates,
    /// Calendars of holidays in files that could not be read when it was: their last good copies are used.
    pub holidays_unread: BTreeSet<HolidaySource>,
    /// SME areas by key.
    pub sme_areas: IndexMap<AreaKey, SmeArea>,
    /// Sections by key.
    pub sections: IndexMap<String, Section>,
    /// Stages by key.
    pub stages: IndexMap<String, Stage>,
}

impl Directory {
    /// Every calendar of holidays that it names.
    pub fn holiday_calendars(&self) -> impl Iterator<Item = &HolidaySource> {
        let groups = self.stages.values().flat_map(|stage| stage.groups.values());
        groups.filter_map(|group| group.calendar.as_ref()).flat_map(|calendar| &calendar.holidays.calendars)
    }

    /// Every channel that the directory names; one that it names twice comes twice.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelRef> {
        let of_areas =
            self.sme_areas.values().flat_map(|area| area.channel.iter().chain(&area.internal_channel));
        let of_stages = self.stages.values().flat_map(|stage| {
            stage.channel.iter().chain(stage.groups.values().filter_map(|group| group.channel.as_ref()))
        });
        self.fallback_channel.iter().chain(&self.sme_fallback_channel).chain(of_areas).chain(of_stages)
    }

    /// Everybody whom the directory names; whoever it names twice comes twice.
    pub fn people(&self) -> impl Iterator<Item = &PersonRef> {
        let of_areas =
            self.sme_areas.values().flat_map(|area| area.leads.iter().chain(&area.members).chain(&area.pms));
        let of_stages = self.stages.values().flat_map(|stage| {
            let of_groups = stage
                .groups
                .values()
                .flat_map(|group| group.pms.iter().chain(&group.cover).chain(&group.engineering_managers));
            stage.pm.iter().chain(of_groups)
        });
        let leaders = self.sections.values().filter_map(|section| section.leader.as_ref());
        of_areas.chain(leaders).chain(of_stages).chain(&self.protected)
    }
}

/// Whether the bot acts in an area ("Switching an area on").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaMode {
    /// Count, post nothing.
    Observe,
    /// Only for people who opted in.
    Pilot,
    /// For all.
    #[default]
    On,
}

/// A circle of subject-matter experts and its channels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmeArea {
    /// What people call it.
    pub name: String,
    /// Whether the bot acts in it.
    pub mode: AreaMode,
    /// Where questions go.
    pub channel: Option<ChannelRef>,
    /// Where SMEs ask PMs (private).
    pub internal_channel: Option<ChannelRef>,
    /// Mentioned once a question.
    pub handle: Option<GroupRef>,
    /// Who is told when nobody takes a question.
    pub leads: Vec<PersonRef>,
    /// The experts, beside the handle's members.
    pub members: Vec<PersonRef>,
    /// The PMs who answer in the internal channel; empty: those of its stages and groups.
    pub pms: Vec<PersonRef>,
    /// When people can just come by.
    pub office_hours: Option<OfficeHours>,
}

/// When an area's experts can be met without asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficeHours {
    /// In words.
    pub text: String,
    /// Where to join.
    pub link: Option<String>,
}

/// The top of the taxonomy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// What people call it.
    pub name: String,
    /// The product leader, to whom an unanswered inquiry is raised (B5).
    pub leader: Option<PersonRef>,
}

/// A stage of a section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stage {
    /// What people call it.
    pub name: String,
    /// The key of its section.
    pub section: Option<String>,
    /// Its channel.
    pub channel: Option<ChannelRef>,
    /// Its PM.
    pub pm: Option<PersonRef>,
    /// The SME area that answers first.
    pub sme_area: Option<AreaKey>,
    /// Other names people use.
    pub aliases: Vec<String>,
    /// Groups by key.
    pub groups: IndexMap<String, Group>,
    /// Categories that belong to no group of the stage.
    pub categories: IndexMap<String, Category>,
}

/// A group of a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What people call it.
    pub name: String,
    /// Its channel.
    pub channel: Option<ChannelRef>,
    /// Its PMs, the first one on duty first.
    pub pms: Vec<PersonRef>,
    /// Who stands in for them.
    pub cover: Vec<PersonRef>,
    /// Its engineering managers.
    pub engineering_managers: Vec<PersonRef>,
    /// An SME area of its own; else its stage's.
    pub sme_area: Option<AreaKey>,
    /// When its PMs work.
    pub calendar: Option<GroupCalendar>,
    /// Its own way of being asked (A10).
    pub process: Option<GroupProcess>,
    /// Other names people use.
    pub aliases: Vec<String>,
    /// Words that point here.
    pub keywords: Vec<String>,
    /// Categories by key.
    pub categories: IndexMap<String, Category>,
}

/// A category: what customers have names for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category {
    /// What people call it.
    pub name: String,
    /// Other names people use.
    pub aliases: Vec<String>,
    /// Words that point here.
    pub keywords: Vec<String>,
}

/// When a group's PMs work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCalendar {
    /// Their zone; else each person's own from Slack.
    pub time_zone: Option<Tz>,
    /// Days and hours; else the settings'.
    pub hours: WorkingHours,
    /// Whole days off, in their zone.
    pub holidays: DaysOff,
}

/// Whole days off, as people write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaysOff {
    /// One by one.
    pub dates: Vec<NaiveDate>,
    /// iCalendar files and addresses, whose days are added.
    pub calendars: Vec<HolidaySource>,
}

/// An iCalendar of holidays: where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HolidaySource {
    /// A file; a relative path begins at the file that names it.
    Local(String),
    /// A web address.
    Address(String),
}

/// The days off that each iCalendar held when it was last read well.
pub type HolidayDates = BTreeMap<HolidaySource, Vec<NaiveDate>>;

impl DaysOff {
    /// All of them, with what its calendars held.
    pub fn with(&self, read: &HolidayDates) -> Holidays {
        let of_calendars = self.calendars.iter().filter_map(|source| read.get(source)).flatten();
        Holidays::new(self.dates.iter().chain(of_calendars).copied().collect())
    }
}

/// A group's own way of being asked (A10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupProcess {
    /// One sentence that says what to do first.
    pub note: Option<String>,
    /// Where to do it.
    pub link: Option<String>,
    /// An ask without a link of its own is sent back with the note.
    pub requires_link: bool,
    /// Reasons that are not taken here.
    pub excludes: Vec<super::reason::Reason>,
}
