//! Names as if everything that a directory names existed: to say where a text would go before Slack was ever asked.

use super::{Channel, Names, Person, UserGroup};
use crate::domain::directory::{ChannelRef, Directory, GroupRef, PersonRef};
use crate::domain::ids::{ChannelId, GroupId, UserId};

impl Names {
    /// Everything that the directory names, each under its own name as its id (`#sme-ci`, an e-mail address, `@sme-ci`).
    /// Internal channels are private and have us in them.
    pub fn assumed(directory: &Directory) -> Self {
        let mut names = Self::default();
        for channel in directory.channels() {
            let is_private =
                directory.sme_areas.values().any(|area| area.internal_channel.as_ref() == Some(channel));
            names.assume_channel(channel, is_private);
        }
        for person in directory.people() {
            names.assume_person(person);
        }
        for area in directory.sme_areas.values() {
            if let Some(handle) = &area.handle {
                names.assume_group(handle);
            }
        }
        for group in &directory.field {
            names.assume_group(group);
        }
        names
    }

    fn assume_channel(&mut self, channel: &ChannelRef, is_private: bool) {
        let (id, name) = match channel {
            ChannelRef::Name(name) => (ChannelId(format!("#{name}")), name.clone()),
            ChannelRef::Id(id) => (id.clone(), id.0.clone()),
        };
        if self.channels.iter().all(|known| known.id != id) {
            self.channels.push(Channel {
                id,
                name,
                is_private,
                is_archived: false,
                is_shared: false,
                is_member: true,
            });
        }
    }

    fn assume_person(&mut self, person: &PersonRef) {
        let (id, email) = match person {
            PersonRef::Email(email) => (UserId(email.clone()), Some(email.clone())),
            PersonRef::Id(id) => (id.clone(), None),
        };
        if self.people.iter().all(|known| known.id != id) {
            self.people.push(Person {
                name: id.0.clone(),
                id,
                email,
                time_zone: None,
                is_gone: false,
                is_bot: false,
                is_guest: false,
            });
        }
    }

    fn assume_group(&mut self, group: &GroupRef) {
        let (id, handle) = match group {
            GroupRef::Handle(handle) => (GroupId(format!("@{handle}")), handle.clone()),
            GroupRef::Id(id) => (id.clone(), id.0.clone()),
        };
        if self.groups.iter().all(|known| known.id != id) {
            self.groups.push(UserGroup { id, handle, members: Vec::new() });
        }
    }
}
