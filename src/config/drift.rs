//! How two readings of a taxonomy differ, in words: who and what came, went and moved; and what nobody settled yet.

use std::collections::{BTreeMap, BTreeSet};

use super::ToFillIn;
use super::completeness::channel_in_words;
use crate::domain::directory::{ChannelRef, Directory, PersonRef};

/// The end of an importer's remark at an empty place.
const ADD_ADDRESS: &str = ": add their e-mail address";

/// What changed from one to the other, a line each.
pub fn changes(before: &Directory, after: &Directory) -> Vec<String> {
    let (old, new) = (Places::of(before), Places::of(after));
    let mut lines = Vec::new();
    for (what, old, new) in [
        ("section", &old.sections, &new.sections),
        ("stage", &old.stages, &new.stages),
        ("group", &old.groups, &new.groups),
        ("category", &old.categories, &new.categories),
    ] {
        came_and_went(&mut lines, what, old, new);
    }
    for (place, old_channel) in &old.channels {
        match new.channels.get(place) {
            Some(Some(channel)) if Some(channel) != old_channel.as_ref() => {
                lines.push(format!("{place}: its channel is {} now", channel_in_words(channel)));
            }
            Some(None) if old_channel.is_some() => {
                lines.push(format!("{place}: no channel is named any more"));
            }
            Some(_) | None => {}
        }
    }
    for (place, old_people) in &old.pms {
        let Some(people) = new.pms.get(place) else { continue };
        for gone in old_people.difference(people) {
            lines.push(format!("{place}: {gone} is no PM any more"));
        }
        for come in people.difference(old_people) {
            lines.push(format!("{place}: {come} is a PM now"));
        }
    }
    lines
}

/// Who is named in remarks of one file and not of the other: people of whom only a name is known.
pub fn named_changes(before: &str, after: &str) -> Vec<String> {
    let (old, new) = (named(before), named(after));
    let gone = old.difference(&new).map(|name| format!("{name} is not named any more"));
    let come = new.difference(&old).map(|name| format!("{name} is named now"));
    gone.chain(come).collect()
}

/// What has to be filled in still, where `written` (with what people added) does not.
pub fn still_to_fill_in(to_fill_in: Vec<ToFillIn>, written: &Directory) -> Vec<ToFillIn> {
    let places = Places::of(written);
    let has_pm = |role: &str| {
        let place = role.strip_prefix("PM of ").unwrap_or_default();
        places.pms.get(place).is_some_and(|people| !people.is_empty())
    };
    let is_filled = |missing: &ToFillIn| match missing {
        ToFillIn::Email { role, .. } | ToFillIn::Person { role } => has_pm(role),
        ToFillIn::Channel { place } => places.channels.get(place).is_some_and(Option::is_some),
        ToFillIn::SmeArea { place } => places.with_area.contains(place),
    };
    to_fill_in.into_iter().filter(|missing| !is_filled(missing)).collect()
}

/// What is not settled in the taxonomy, and not filled in by `written` either.
pub fn unsettled(to_fill_in: Vec<ToFillIn>, yaml: &str, written: &Directory) -> Vec<String> {
    let left = still_to_fill_in(to_fill_in, written);
    let mut lines: Vec<String> = left
        .iter()
        .filter_map(|missing| match missing {
            ToFillIn::Person { role } => Some(format!("{role}: nobody is named, or only TBD")),
            ToFillIn::Channel { place } => Some(format!("{place}: no channel is named, or only TBD")),
            ToFillIn::Email { .. } | ToFillIn::SmeArea { .. } => None,
        })
        .collect();
    let acting = named(yaml).into_iter().filter(|name| name.to_lowercase().contains("(acting)"));
    lines.extend(acting.map(|name| format!("{name} stands in for somebody not named yet")));
    lines
}

/// Names in the remarks of an importer's file.
fn named(yaml: &str) -> BTreeSet<String> {
    let remarks = yaml.lines().filter_map(|line| {
        let (_, remark) = line.split_once(" # ")?;
        Some(remark.split_once(ADD_ADDRESS)?.0)
    });
    remarks.flat_map(|remark| remark.split(", ")).map(|name| name.trim().to_owned()).collect()
}

fn came_and_went(
    lines: &mut Vec<String>,
    what: &str,
    old: &BTreeMap<String, Placed>,
    new: &BTreeMap<String, Placed>,
) {
    for (key, was) in old {
        match new.get(key) {
            None => lines.push(format!("{what} {} is gone", was.shown)),
            Some(now) if now.at != was.at => {
                lines.push(format!("{what} {} moved: it is {} now", was.shown, now.shown));
            }
            Some(now) if now.own != was.own => {
                lines.push(format!("{what} {} is called {} now", was.shown, now.own));
            }
            Some(_) => {}
        }
    }
    for (key, place) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        lines.push(format!("{what} {} is new (`{key}`)", place.shown));
    }
}

/// Where something is and what it is called.
struct Placed {
    /// The keys above it.
    at: String,
    /// Its own name.
    own: String,
    /// Its name with those above it.
    shown: String,
}

impl Placed {
    fn new(at: &str, above: &str, own: &str) -> Self {
        let shown = if above.is_empty() { own.to_owned() } else { format!("{above} › {own}") };
        Self { at: at.to_owned(), own: own.to_owned(), shown }
    }
}

/// What a directory says of each place, by key or by what people call it.
#[derive(Default)]
struct Places {
    sections: BTreeMap<String, Placed>,
    stages: BTreeMap<String, Placed>,
    groups: BTreeMap<String, Placed>,
    categories: BTreeMap<String, Placed>,
    channels: BTreeMap<String, Option<ChannelRef>>,
    pms: BTreeMap<String, BTreeSet<String>>,
    with_area: BTreeSet<String>,
}

impl Places {
    fn of(directory: &Directory) -> Self {
        let mut all = Self::default();
        for (key, section) in &directory.sections {
            all.sections.insert(key.clone(), Placed::new("", "", &section.name));
        }
        for (stage_key, stage) in &directory.stages {
            let section = stage.section.as_deref().unwrap_or_default();
            all.stages.insert(stage_key.clone(), Placed::new(section, "", &stage.name));
            all.channels.insert(stage.name.clone(), stage.channel.clone());
            if stage.sme_area.is_some() {
                all.with_area.insert(stage.name.clone());
            }
            all.pms.insert(stage.name.clone(), stage.pm.iter().map(person).collect());
            for (key, category) in &stage.categories {
                all.categories.insert(key.clone(), Placed::new(stage_key, &stage.name, &category.name));
            }
            for (group_key, group) in &stage.groups {
                let name = format!("{} › {}", stage.name, group.name);
                all.groups.insert(group_key.clone(), Placed::new(stage_key, &stage.name, &group.name));
                all.channels.insert(name.clone(), group.channel.clone());
                all.pms.insert(name.clone(), group.pms.iter().map(person).collect());
                for (key, category) in &group.categories {
                    let at = format!("{stage_key}/{group_key}");
                    all.categories.insert(key.clone(), Placed::new(&at, &name, &category.name));
                }
            }
        }
        all
    }
}

fn person(person: &PersonRef) -> String {
    match person {
        PersonRef::Email(email) => email.clone(),
        PersonRef::Id(id) => id.to_string(),
    }
}
