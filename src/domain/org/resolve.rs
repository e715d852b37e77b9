//! Resolving: names to ids, and what each place inherits from the levels above it.

use std::collections::{HashMap, HashSet};

use super::finder::Finder;
use super::{Area, Org, Place, PlaceCalendar, PlaceId, PlaceKind};
use crate::domain::absence::Absences;
use crate::domain::directory::{
    Category, ChannelRef, Directory, Group, GroupCalendar, GroupRef, HolidayDates, PersonRef, SmeArea, Stage,
};
use crate::domain::ids::{AreaKey, ChannelId, UserId};
use crate::domain::names::{Former, Names, UserGroup};
use crate::domain::routing::WordIndex;
use crate::domain::rules::Rules;

/// A reference that Slack knows nothing of, or that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// A channel that does not exist, or is private and without us.
    Channel(ChannelRef),
    /// A channel that is archived, shared with another organisation, or private without us.
    UnusableChannel(ChannelRef),
    /// A person not found.
    Person(PersonRef),
    /// A person who left.
    Left(PersonRef),
    /// A user group not found.
    Group(GroupRef),
}

/// Looks names up and remembers which were not found.
struct Lookup<'a> {
    channels: HashMap<&'a str, &'a crate::domain::names::Channel>,
    channels_by_id: HashMap<&'a ChannelId, &'a crate::domain::names::Channel>,
    people: HashMap<&'a str, &'a crate::domain::names::Person>,
    gone: HashSet<&'a UserId>,
    groups: &'a [UserGroup],
    former: &'a Former,
    unresolved: Vec<Unresolved>,
}

impl<'a> Lookup<'a> {
    fn new(names: &'a Names) -> Self {
        // Where a name was used twice, the channel that is still open has it.
        let mut channels = HashMap::new();
        for channel in &names.channels {
            let known: &mut &_ = channels.entry(channel.name.as_str()).or_insert(channel);
            if known.is_archived {
                *known = channel;
            }
        }
        Self {
            channels,
            channels_by_id: names.channels.iter().map(|channel| (&channel.id, channel)).collect(),
            people: names.people.iter().filter_map(|p| Some((p.email.as_deref()?, p))).collect(),
            gone: names.people.iter().filter(|p| p.is_gone).map(|p| &p.id).collect(),
            groups: &names.groups,
            former: &names.former,
            unresolved: Vec::new(),
        }
    }

    fn miss(&mut self, what: Unresolved) {
        if !self.unresolved.contains(&what) {
            self.unresolved.push(what);
        }
    }

    fn channel(&mut self, reference: Option<&ChannelRef>) -> Option<ChannelId> {
        let reference = reference?;
        let found = match reference {
            ChannelRef::Id(id) => self.channels_by_id.get(id),
            ChannelRef::Name(name) => self.channels.get(name.as_str()),
        };
        // What was renamed is meant all the same.
        let spelled = match reference {
            ChannelRef::Id(id) => &id.0,
            ChannelRef::Name(name) => name,
        };
        let former = || self.channels_by_id.get(self.former.channels.get(spelled)?);
        let found = found.or_else(former);
        match found {
            Some(channel) if channel.is_usable() => Some(channel.id.clone()),
            Some(_) => {
                self.miss(Unresolved::UnusableChannel(reference.clone()));
                None
            }
            None => {
                self.miss(Unresolved::Channel(reference.clone()));
                None
            }
        }
    }

    fn person(&mut self, reference: &PersonRef) -> Option<UserId> {
        let found = match reference {
            PersonRef::Id(id) => Some(id),
            PersonRef::Email(email) => match self.people.get(email.as_str()) {
                Some(person) => Some(&person.id),
                None => self.former.people.get(email),
            },
        };
        match found {
            Some(id) if !self.gone.contains(id) => Some(id.clone()),
            Some(_) => {
                self.miss(Unresolved::Left(reference.clone()));
                None
            }
            None => {
                self.miss(Unresolved::Person(reference.clone()));
                None
            }
        }
    }

    fn people(&mut self, references: &[PersonRef]) -> Vec<UserId> {
        let mut found = Vec::new();
        for reference in references {
            if let Some(user) = self.person(reference)
                && !found.contains(&user)
            {
                found.push(user);
            }
        }
        found
    }

    fn group(&mut self, reference: &GroupRef) -> Option<&'a UserGroup> {
        let found = self.groups.iter().find(|group| match reference {
            GroupRef::Id(id) => group.id == *id,
            GroupRef::Handle(handle) => group.handle == *handle,
        });
        let found = found.or_else(|| match reference {
            GroupRef::Handle(handle) => {
                let id = self.former.groups.get(handle)?;
                self.groups.iter().find(|group| group.id == *id)
            }
            GroupRef::Id(_) => None,
        });
        if found.is_none() {
            self.miss(Unresolved::Group(reference.clone()));
        }
        found
    }
}

impl Org {
    /// Resolves the directory against what Slack told us. What cannot be resolved is left out and listed.
    pub fn resolve(
        directory: &Directory,
        names: &Names,
        rules: &Rules,
        admin_channel: Option<&ChannelRef>,
        admins: &[PersonRef],
    ) -> (Self, Vec<Unresolved>) {
        let mut lookup = Lookup::new(names);
        let places = all_places(directory, &mut lookup);
        let mut areas: Vec<Area> =
            directory.sme_areas.iter().map(|(key, area)| resolve_area(key, area, &mut lookup)).collect();
        complete_areas(&mut areas, &places);
        let mut field = HashSet::new();
        for reference in &directory.field {
            field.extend(lookup.group(reference).into_iter().flat_map(|group| group.members.iter().cloned()));
        }
        let org = Self {
            bot_user: names.bot_user.clone(),
            team_url: names.team_url.clone(),
            fallback_channel: lookup.channel(directory.fallback_channel.as_ref()),
            sme_fallback_channel: lookup.channel(directory.sme_fallback_channel.as_ref()),
            admin_channel: lookup.channel(admin_channel),
            reports_channel: lookup.channel(rules.reports.channel.as_ref()),
            admins: lookup.people(admins),
            taken_emoji: directory.taken_emoji.clone(),
            workflow_bots: directory.workflow_bots.clone(),
            hours: rules.hours.clone(),
            holidays: rules.holidays.with(&directory.holiday_dates),
            home_groups: home_groups(&places),
            words: WordIndex::of(&places),
            finder: Finder::of(&places, &areas),
            places,
            areas,
            people: names.people.iter().map(|person| (person.id.clone(), person.clone())).collect(),
            channels: names.channels.iter().map(|channel| (channel.id.clone(), channel.clone())).collect(),
            field,
            inside: names.inside.iter().map(|(channel, inside)| (channel.clone(), inside.clone())).collect(),
            protected: lookup.people(&directory.protected).into_iter().collect(),
            absences: Absences::default(),
            pilots: HashSet::new(),
        };
        (org, lookup.unresolved)
    }
}

fn resolve_area(key: &AreaKey, area: &SmeArea, lookup: &mut Lookup<'_>) -> Area {
    let leads = lookup.people(&area.leads);
    let mut members = lookup.people(&area.members);
    let handle = area.handle.as_ref().and_then(|reference| lookup.group(reference));
    let from_handle = handle.map_or(&[][..], |group| &group.members);
    for member in from_handle.iter().chain(&leads) {
        if !members.contains(member) {
            members.push(member.clone());
        }
    }
    Area {
        key: key.clone(),
        name: area.name.clone(),
        mode: area.mode,
        directory_mode: area.mode,
        channel: lookup.channel(area.channel.as_ref()),
        internal_channel: lookup.channel(area.internal_channel.as_ref()),
        handle: handle.map(|group| group.id.clone()),
        leads,
        members,
        pms: lookup.people(&area.pms),
        office_hours: area.office_hours.clone(),
    }
}

/// An area without PMs of its own is answered for by those of its groups and stages, in the directory's order.
fn complete_areas(areas: &mut [Area], places: &[Place]) {
    let mut of_areas: HashMap<&AreaKey, Vec<&UserId>> = HashMap::new();
    // A section's only PM is its leader, to whom things are raised: never the first to be asked.
    for place in places.iter().filter(|place| place.kind != PlaceKind::Section) {
        let Some(area) = &place.area else { continue };
        let known = of_areas.entry(area).or_default();
        for pm in place.pms.iter().chain(&place.stage_pm) {
            if !known.contains(&pm) {
                known.push(pm);
            }
        }
    }
    for area in areas.iter_mut().filter(|area| area.pms.is_empty()) {
        area.pms = of_areas.get(&area.key).into_iter().flatten().copied().cloned().collect();
    }
}

/// Where each PM's own calendar is: the first group that has one and lists them. A stage PM of a group without PMs is listed
/// for the stage.
fn home_groups(places: &[Place]) -> HashMap<UserId, usize> {
    let mut homes = HashMap::new();
    for (index, place) in places.iter().enumerate() {
        if place.kind == PlaceKind::Group && place.calendar.is_some() {
            for pm in place.pms.iter().filter(|pm| place.stage_pm.as_ref() != Some(pm)) {
                homes.entry(pm.clone()).or_insert(index);
            }
        }
    }
    homes
}

fn all_places(directory: &Directory, lookup: &mut Lookup<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut leaders: HashMap<&str, Option<UserId>> = HashMap::new();
    for (key, section) in &directory.sections {
        let leader = section.leader.as_ref().and_then(|person| lookup.person(person));
        let mut areas = directory
            .stages
            .values()
            .filter(|stage| stage.section.as_deref() == Some(key))
            .map(|stage| stage.sme_area.as_ref());
        // A section has an SME area only where all its stages share one: anything else would be a guess.
        let first = areas.next().flatten();
        let shared = first.filter(|first| areas.all(|other| other == Some(*first)));
        places.push(Place {
            pms: leader.clone().into_iter().collect(),
            leader: leader.clone(),
            section: Some(section.name.clone()),
            area: shared.cloned(),
            ..blank(PlaceId(format!("section/{key}")), PlaceKind::Section, &section.name)
        });
        leaders.insert(key, leader);
    }
    for (key, stage) in &directory.stages {
        let leader = stage.section.as_deref().and_then(|section| leaders.get(section)).cloned().flatten();
        let section = stage.section.as_ref().and_then(|key| directory.sections.get(key));
        let stage_place = stage_place(key, stage, section.map(|s| s.name.clone()), leader, lookup);
        places.push(stage_place.clone());
        for (group_key, group) in &stage.groups {
            let id = PlaceId(format!("group/{key}/{group_key}"));
            let group_place = group_place(id, group, &stage_place, &directory.holiday_dates, lookup);
            places.push(group_place.clone());
            for (category_key, category) in &group.categories {
                let id = PlaceId(format!("category/{key}/{group_key}/{category_key}"));
                places.push(category_place(id, category, &group_place));
            }
        }
        for (category_key, category) in &stage.categories {
            let id = PlaceId(format!("category/{key}/-/{category_key}"));
            places.push(category_place(id, category, &stage_place));
        }
    }
    places
}

fn blank(id: PlaceId, kind: PlaceKind, name: &str) -> Place {
    Place {
        id,
        kind,
        name: name.to_owned(),
        full_name: name.to_owned(),
        aliases: Vec::new(),
        keywords: Vec::new(),
        section: None,
        stage: None,
        group: None,
        area: None,
        channel: None,
        stage_channel: None,
        pms: Vec::new(),
        cover: Vec::new(),
        stage_pm: None,
        leader: None,
        engineering_managers: Vec::new(),
        calendar: None,
        process: None,
    }
}

fn stage_place(
    key: &str,
    stage: &Stage,
    section: Option<String>,
    leader: Option<UserId>,
    lookup: &mut Lookup<'_>,
) -> Place {
    let id = PlaceId(format!("stage/{key}"));
    let pm = stage.pm.as_ref().and_then(|person| lookup.person(person));
    Place {
        aliases: stage.aliases.clone(),
        section,
        stage: Some(id.clone()),
        area: stage.sme_area.clone(),
        stage_channel: lookup.channel(stage.channel.as_ref()),
        pms: pm.clone().into_iter().collect(),
        stage_pm: pm,
        leader,
        ..blank(id, PlaceKind::Stage, &stage.name)
    }
}

fn group_place(
    id: PlaceId,
    group: &Group,
    stage: &Place,
    read: &HolidayDates,
    lookup: &mut Lookup<'_>,
) -> Place {
    let own = lookup.people(&group.pms);
    Place {
        kind: PlaceKind::Group,
        name: group.name.clone(),
        full_name: format!("{} › {}", stage.full_name, group.name),
        aliases: group.aliases.clone(),
        keywords: group.keywords.clone(),
        group: Some(id.clone()),
        area: group.sme_area.clone().or_else(|| stage.area.clone()),
        channel: lookup.channel(group.channel.as_ref()),
        pms: if own.is_empty() { stage.pms.clone() } else { own },
        cover: lookup.people(&group.cover),
        engineering_managers: lookup.people(&group.engineering_managers),
        calendar: group.calendar.as_ref().map(|calendar| place_calendar(calendar, read)),
        process: group.process.clone(),
        id,
        ..stage.clone()
    }
}

fn place_calendar(calendar: &GroupCalendar, read: &HolidayDates) -> PlaceCalendar {
    let GroupCalendar { time_zone, hours, holidays } = calendar;
    PlaceCalendar { time_zone: *time_zone, hours: hours.clone(), holidays: holidays.with(read) }
}

fn category_place(id: PlaceId, category: &Category, above: &Place) -> Place {
    Place {
        id,
        kind: PlaceKind::Category,
        name: category.name.clone(),
        full_name: format!("{} › {}", above.full_name, category.name),
        aliases: category.aliases.clone(),
        keywords: category.keywords.clone(),
        ..above.clone()
    }
}
