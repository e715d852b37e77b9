//! The people and channels of a directory, brought to life in the local workspace.
//!
//! Everybody and everything that the directory names exists; beside them three people who face customers and the channel
//! in which they ask. Tests play on the same stage.

use std::collections::HashSet;

use chrono_tz::Tz;

use crate::domain::directory::{ChannelRef, Directory, GroupRef, PersonRef};
use crate::sandbox::Workspace;

/// The channel of the people who face customers.
pub const FIELD_CHANNEL: &str = "#field";
/// Where admins are told.
pub const ADMIN_CHANNEL: &str = "#switchboard-admins";
/// The admin.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// People who face customers: an account executive, a solutions architect, a customer success manager.
pub const FIELD_PEOPLE: [&str; 3] = ["ava", "raj", "cara"];
/// Zones that people live in, in turn.
const ZONES: [Tz; 4] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Europe__London, Tz::America__Los_Angeles];

/// Makes everybody and everything that the directory names.
pub fn populate(workspace: &Workspace, directory: &Directory) {
    let mut stage = Stage { workspace, met: 0, groups: HashSet::new() };
    for name in FIELD_PEOPLE {
        stage.person(name, &format!("{name}@example.com"), Tz::Europe__Berlin);
    }
    stage.person("admin", ADMIN_EMAIL, Tz::Europe__London);
    stage.people_of(directory);
    stage.groups_of(directory);
    stage.channels_of(directory);
    let everybody = workspace.user_names();
    let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
    workspace.add_channel(FIELD_CHANNEL).members(&everybody).with_bot();
    workspace.add_channel(ADMIN_CHANNEL).private().members(&["admin"]).with_bot();
}

/// The stage being set.
struct Stage<'a> {
    workspace: &'a Workspace,
    met: usize,
    groups: HashSet<String>,
}

impl Stage<'_> {
    fn person(&mut self, name: &str, email: &str, zone: Tz) {
        if self.workspace.find_user(name).is_some() {
            return;
        }
        let mut letters = name.chars();
        let real: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        self.workspace
            .add_user(name)
            .email(email)
            .real_name(&real)
            .display_name(&real)
            .time_zone(zone.name());
    }

    fn meet(&mut self, person: &PersonRef) {
        if let PersonRef::Email(email) = person {
            let zone = ZONES[self.met % ZONES.len()];
            self.met += 1;
            self.person(&name_of(email), email, zone);
        }
    }

    fn people_of(&mut self, directory: &Directory) {
        for person in people_of(directory) {
            self.meet(person);
        }
    }

    fn groups_of(&mut self, directory: &Directory) {
        for (number, group) in directory.field.iter().enumerate() {
            if let GroupRef::Handle(handle) = group {
                let member = FIELD_PEOPLE.get(number).copied();
                self.group(handle, &member.into_iter().collect::<Vec<_>>());
            }
        }
        for area in directory.sme_areas.values() {
            if let Some(GroupRef::Handle(handle)) = &area.handle {
                let members = names_of(area.members.iter().chain(&area.leads));
                self.group(handle, &members.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
    }

    /// A user group, unless another part of the directory named it before.
    fn group(&mut self, handle: &str, members: &[&str]) {
        if self.groups.contains(handle) {
            return;
        }
        self.groups.insert(handle.to_owned());
        self.workspace.add_group(&format!("@{handle}"), members);
    }

    fn channels_of(&mut self, directory: &Directory) {
        self.channel(directory.fallback_channel.as_ref(), &[], false);
        self.channel(directory.sme_fallback_channel.as_ref(), &[], false);
        for (key, area) in &directory.sme_areas {
            let smes = names_of(area.members.iter().chain(&area.leads));
            self.channel(area.channel.as_ref(), &smes, false);
            let mut inside = smes;
            inside.extend(names_of(area.pms.iter()));
            for stage in directory.stages.values().filter(|stage| stage.sme_area.as_ref() == Some(key)) {
                inside.extend(names_of(stage.pm.iter()));
                inside.extend(names_of(stage.groups.values().flat_map(|group| &group.pms)));
            }
            self.channel(area.internal_channel.as_ref(), &inside, true);
        }
        for stage in directory.stages.values() {
            self.channel(stage.channel.as_ref(), &names_of(stage.pm.iter()), false);
            for group in stage.groups.values() {
                self.channel(group.channel.as_ref(), &names_of(group.pms.iter()), false);
            }
        }
    }

    /// A channel, unless another part of the directory named it before; internal ones are private, with us invited.
    fn channel(&self, channel: Option<&ChannelRef>, members: &[String], is_internal: bool) {
        let Some(ChannelRef::Name(name)) = channel else { return };
        let name = format!("#{name}");
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        if self.workspace.find_channel(&name).is_some() {
            return;
        }
        let made = self.workspace.add_channel(&name);
        let made = made.members(&members);
        if is_internal {
            made.private().with_bot();
        }
    }
}

/// Everybody whom the directory names, experts first, some of them more than once.
pub fn people_of(directory: &Directory) -> Vec<&PersonRef> {
    let mut people: Vec<&PersonRef> = Vec::new();
    for area in directory.sme_areas.values() {
        people.extend(area.leads.iter().chain(&area.members).chain(&area.pms));
    }
    people.extend(directory.sections.values().filter_map(|section| section.leader.as_ref()));
    for stage in directory.stages.values() {
        people.extend(&stage.pm);
        for group in stage.groups.values() {
            people.extend(group.pms.iter().chain(&group.cover).chain(&group.engineering_managers));
        }
    }
    people.extend(&directory.protected);
    people
}

/// What the sandbox calls the person of that address.
pub fn name_of(email: &str) -> String {
    email.split('@').next().unwrap_or(email).to_lowercase()
}

fn names_of<'a>(people: impl Iterator<Item = &'a PersonRef>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for person in people {
        if let PersonRef::Email(email) = person {
            let name = name_of(email);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
