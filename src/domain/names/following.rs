//! Keeping names true between two readings: what an event tells is applied, and a reading that looks cut off is not taken for
//! the end of everybody.
//!
//! Whoever and whatever was renamed stays found under the former name, so that a rename breaks no directory. Never forgets a
//! person: Slack lists those who left as well, so that whoever is missing was cut off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Channel, Names, Person, UserGroup};
use crate::domain::ids::{ChannelId, GroupId, UserId};

/// Names that are no longer used, and whose they were. A present name always goes first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Channels' names without the `#`, and ids that were given up for others.
    pub channels: BTreeMap<String, ChannelId>,
    /// Handles without the `@`.
    pub groups: BTreeMap<String, GroupId>,
    /// E-mail addresses in lower case.
    pub people: BTreeMap<String, UserId>,
}

/// What an event tells about names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A person, as they are now: name, address, zone, or gone.
    Person(Box<Person>),
    /// A channel has this name now.
    Renamed {
        /// Which.
        channel: ChannelId,
        /// Its name without the `#`.
        name: String,
    },
    /// A channel was closed for posts, or opened again.
    Archived {
        /// Which.
        channel: ChannelId,
        /// Closed, or opened.
        archived: bool,
    },
    /// A channel is no longer there.
    Deleted {
        /// Which.
        channel: ChannelId,
    },
    /// A channel is shared with another organisation now.
    Shared {
        /// Which.
        channel: ChannelId,
    },
    /// A channel has another id.
    Renumbered {
        /// The former id.
        from: ChannelId,
        /// The id that it has now.
        to: ChannelId,
    },
    /// We came into a channel, or were removed from it (B7: what happened meanwhile has to be read).
    Membership {
        /// Which.
        channel: ChannelId,
        /// In, or out.
        joined: bool,
    },
    /// A user group's handle and, where they were told, its members.
    Group {
        /// Which.
        group: GroupId,
        /// Its handle without the `@`.
        handle: String,
        /// Its members.
        members: Option<Vec<UserId>>,
    },
    /// People came into a user group, or went.
    Members {
        /// Which.
        group: GroupId,
        /// Who came.
        added: Vec<UserId>,
        /// Who went.
        removed: Vec<UserId>,
    },
    /// A user group was switched off.
    GroupGone {
        /// Which.
        group: GroupId,
    },
    /// Something changed, and the event does not say what: Slack has to be asked.
    Unclear,
}

impl Names {
    /// Applies what an event tells; whether that was enough, so that Slack need not be asked.
    pub fn follow(&mut self, change: &Change) -> bool {
        match change {
            Change::Person(person) => self.put_person(person.as_ref().clone()),
            Change::Renamed { channel, name } => {
                let Some(found) = self.channels.iter_mut().find(|known| known.id == *channel) else {
                    return false;
                };
                if found.name != *name {
                    let before = std::mem::replace(&mut found.name, name.clone());
                    self.former.channels.insert(before, channel.clone());
                }
            }
            Change::Archived { channel, archived } => {
                return self.change_channel(channel, |found| found.is_archived = *archived);
            }
            Change::Shared { channel } => {
                return self.change_channel(channel, |found| found.is_shared = true);
            }
            Change::Membership { channel, joined } => {
                return self.change_channel(channel, |found| found.is_member = *joined);
            }
            Change::Deleted { channel } => self.channels.retain(|known| known.id != *channel),
            Change::Renumbered { from, to } => {
                self.former.channels.insert(from.to_string(), to.clone());
                return self.change_channel(from, |found| found.id = to.clone());
            }
            Change::Group { group, handle, members } => {
                return self.put_group(group, handle, members.as_ref());
            }
            Change::Members { group, added, removed } => {
                let Some(found) = self.groups.iter_mut().find(|known| known.id == *group) else {
                    return false;
                };
                found.members.retain(|member| !removed.contains(member));
                found.members.retain(|member| !added.contains(member));
                found.members.extend(added.iter().cloned());
            }
            Change::GroupGone { group } => self.groups.retain(|known| known.id != *group),
            Change::Unclear => return false,
        }
        true
    }

    /// What was read, with what is known and a reading does not tell: former names, who is in internal channels, and the people
    /// and addresses that it left out.
    #[must_use]
    pub fn read_after(mut self, known: &Self) -> Self {
        self.former = known.former.clone();
        self.inside = known.inside.clone();
        for before in &known.channels {
            if let Some(now) = self.channels.iter().find(|now| now.id == before.id && now.name != before.name)
            {
                self.former.channels.insert(before.name.clone(), now.id.clone());
            }
        }
        for before in &known.groups {
            if let Some(now) =
                self.groups.iter().find(|now| now.id == before.id && now.handle != before.handle)
            {
                self.former.groups.insert(before.handle.clone(), now.id.clone());
            }
        }
        let mut places: BTreeMap<UserId, usize> =
            self.people.iter().enumerate().map(|(place, person)| (person.id.clone(), place)).collect();
        for before in &known.people {
            let Some(place) = places.get(&before.id) else {
                places.insert(before.id.clone(), self.people.len());
                self.people.push(before.clone());
                continue;
            };
            let now = &mut self.people[*place];
            match (&before.email, &now.email) {
                (Some(address), None) => now.email = Some(address.clone()),
                (Some(address), Some(new)) if address != new => {
                    self.former.people.insert(address.clone(), before.id.clone());
                }
                (Some(_) | None, _) => {}
            }
        }
        self
    }

    /// Whether anything was ever read.
    pub fn knows_something(&self) -> bool {
        !self.people.is_empty() || !self.channels.is_empty()
    }

    /// How many people, channels and groups are not as they are there.
    pub fn differences(&self, other: &Self) -> usize {
        fn count<T: PartialEq, K: Ord>(these: &[T], those: &[T], id: impl Fn(&T) -> &K) -> usize {
            let before: BTreeMap<&K, &T> = those.iter().map(|one| (id(one), one)).collect();
            let found = these.iter().filter_map(|one| before.get(id(one)).map(|before| (one, *before)));
            let (same, both) = found
                .fold((0, 0), |(same, both), (one, before)| (same + usize::from(one == before), both + 1));
            these.len() + those.len() - both - same
        }
        count(&self.people, &other.people, |person| &person.id)
            + count(&self.channels, &other.channels, |channel| &channel.id)
            + count(&self.groups, &other.groups, |group| &group.id)
    }

    /// Whether this reading looks cut off beside what is known: of a list that was not tiny, more than half is missing.
    pub fn looks_cut_beside(&self, known: &Self) -> bool {
        let is_cut = |now: usize, before: usize| before >= 4 && now * 2 < before;
        is_cut(self.people.len(), known.people.len())
            || is_cut(self.channels.len(), known.channels.len())
            || is_cut(self.groups.len(), known.groups.len())
    }

    fn put_person(&mut self, person: Person) {
        let Some(found) = self.people.iter_mut().find(|known| known.id == person.id) else {
            self.people.push(person);
            return;
        };
        let before = std::mem::replace(found, person);
        match (before.email, &found.email) {
            (Some(address), None) => found.email = Some(address),
            (Some(address), Some(new)) if address != *new => {
                self.former.people.insert(address, before.id);
            }
            (Some(_) | None, _) => {}
        }
    }

    fn put_group(&mut self, group: &GroupId, handle: &str, members: Option<&Vec<UserId>>) -> bool {
        match self.groups.iter_mut().find(|known| known.id == *group) {
            Some(found) => {
                if found.handle != handle {
                    let before = std::mem::replace(&mut found.handle, handle.to_owned());
                    self.former.groups.insert(before, group.clone());
                }
                if let Some(members) = members {
                    found.members.clone_from(members);
                }
                true
            }
            None => match members {
                Some(members) => {
                    let (id, handle) = (group.clone(), handle.to_owned());
                    self.groups.push(UserGroup { id, handle, members: members.clone() });
                    true
                }
                None => false,
            },
        }
    }

    fn change_channel(&mut self, id: &ChannelId, change: impl FnOnce(&mut Channel)) -> bool {
        match self.channels.iter_mut().find(|known| known.id == *id) {
            Some(found) => {
                change(found);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, email: Option<&str>) -> Person {
        Person {
            id: UserId::from(id),
            name: id.to_owned(),
            email: email.map(str::to_owned),
            time_zone: None,
            is_gone: false,
            is_bot: false,
            is_guest: false,
        }
    }

    fn channel(id: &str, name: &str) -> Channel {
        Channel {
            id: ChannelId::from(id),
            name: name.to_owned(),
            is_private: false,
            is_archived: false,
            is_shared: false,
            is_member: true,
        }
    }

    fn names() -> Names {
        Names {
            channels: vec![channel("C1", "g_runner"), channel("C2", "s_verify")],
            people: vec![person("U1", Some("pat@example.com")), person("U2", None)],
            groups: vec![UserGroup {
                id: GroupId::from("S1"),
                handle: "sme-ci".to_owned(),
                members: vec![UserId::from("U1")],
            }],
            ..Names::default()
        }
    }

    #[test]
    fn a_rename_is_followed_and_the_former_name_still_finds_it() {
        let mut known = names();
        let renamed = Change::Renamed { channel: ChannelId::from("C1"), name: "g_runners".to_owned() };
        assert!(known.follow(&renamed) && known.follow(&renamed), "twice is once");
        assert_eq!(known.channels[0].name, "g_runners");
        assert_eq!(known.former.channels["g_runner"], ChannelId::from("C1"));
        let handle = "sme-cicd".to_owned();
        assert!(known.follow(&Change::Group { group: GroupId::from("S1"), handle, members: None }));
        assert_eq!(known.groups[0].members.len(), 1, "members that were not told stay");
        assert_eq!(known.former.groups["sme-ci"], GroupId::from("S1"));
        assert!(known.follow(&Change::Person(Box::new(person("U1", Some("pat.new@example.com"))))));
        assert_eq!(known.former.people["pat@example.com"], UserId::from("U1"));
        let renumbered = Change::Renumbered { from: ChannelId::from("C2"), to: ChannelId::from("C9") };
        assert!(known.follow(&renumbered));
        assert_eq!((known.channels[1].id.as_str(), &known.former.channels["C2"].0), ("C9", &"C9".to_owned()));
    }

    #[test]
    fn what_is_not_known_has_to_be_asked_for() {
        let other = || ChannelId::from("C7");
        for change in [
            Change::Unclear,
            Change::Renamed { channel: other(), name: "x".to_owned() },
            Change::Archived { channel: other(), archived: true },
            Change::Membership { channel: other(), joined: true },
            Change::Group { group: GroupId::from("S7"), handle: "x".to_owned(), members: None },
            Change::Members { group: GroupId::from("S7"), added: Vec::new(), removed: Vec::new() },
        ] {
            let mut known = names();
            assert!(!known.follow(&change), "{change:?}");
            assert_eq!(known, names(), "{change:?}");
        }
    }

    #[test]
    fn members_come_and_go_once() {
        let mut known = names();
        let (group, u) = (GroupId::from("S1"), |id: &str| UserId::from(id));
        let change = Change::Members { group, added: vec![u("U2")], removed: vec![u("U1")] };
        assert!(known.follow(&change) && known.follow(&change));
        assert_eq!(known.groups[0].members, [u("U2")]);
    }

    #[test]
    fn a_reading_forgets_no_person_and_no_address() {
        let mut read = names();
        read.people.remove(1);
        read.people[0].email = None;
        read.channels[0].name = "g_runners".to_owned();
        let after = read.read_after(&names());
        assert_eq!(after.people, names().people);
        assert_eq!(after.former.channels["g_runner"], ChannelId::from("C1"));
    }

    #[test]
    fn a_list_that_lost_more_than_half_looks_cut() {
        let mut many = names();
        many.channels = (0..10).map(|n| channel(&format!("C{n}"), &format!("c{n}"))).collect();
        let mut fewer = many.clone();
        fewer.channels.truncate(5);
        assert!(!fewer.looks_cut_beside(&many));
        fewer.channels.truncate(4);
        assert!(fewer.looks_cut_beside(&many));
        assert!(!Names::default().looks_cut_beside(&names()), "tiny lists change as they like");
    }
}
