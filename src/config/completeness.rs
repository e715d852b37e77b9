//! What a directory lacks, and what it costs: which fallback each incomplete place and area uses.
//!
//! Nothing here is an error. The bot serves around it, and says so before anybody wonders.

use std::collections::HashMap;

use crate::domain::directory::{ChannelRef, Directory, Group, SmeArea, Stage};

use super::marks::Marks;
use super::problem::Problem;

/// Something missing, and what happens instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The path of what is incomplete (`group/verify/runner`), empty for the directory itself.
    pub path: String,
    /// What people call it (`Verify › Runner`).
    pub name: String,
    /// What it lacks, or has too much of.
    pub lacks: String,
    /// What happens instead.
    pub instead: String,
}

/// Everything the directory lacks, in its order.
pub fn gaps(directory: &Directory) -> Vec<Gap> {
    let mut found = Found(Vec::new());
    found.fallbacks(directory);
    for (key, area) in &directory.sme_areas {
        found.area(&key.0, area, directory);
    }
    for (key, section) in &directory.sections {
        if section.leader.is_none() {
            let instead = "nobody is told when an inquiry stays open past the promised time";
            found.add(format!("section/{key}"), &section.name, "no leader", instead);
        }
    }
    for (key, stage) in &directory.stages {
        found.stage(key, stage, directory);
        for (group_key, group) in &stage.groups {
            found.group(&format!("group/{key}/{group_key}"), group, stage, directory);
        }
    }
    found.shared_channels(directory);
    found.categories_in_two_groups(directory);
    found.0
}

/// The gaps as warnings that point at their lines.
pub(super) fn warnings(directory: &Directory, marks: &Marks) -> Vec<Problem> {
    let as_problem = |gap: Gap| {
        let what = if gap.name.is_empty() { gap.lacks } else { format!("{}: {}", gap.name, gap.lacks) };
        marks.point(Problem::warning(what).help(gap.instead), &gap.path)
    };
    gaps(directory).into_iter().map(as_problem).collect()
}

/// A channel as it is written.
pub(super) fn channel_in_words(channel: &ChannelRef) -> String {
    match channel {
        ChannelRef::Name(name) => format!("#{name}"),
        ChannelRef::Id(id) => id.0.clone(),
    }
}

struct Found(Vec<Gap>);

impl Found {
    fn add(&mut self, path: String, name: &str, lacks: impl Into<String>, instead: impl Into<String>) {
        self.0.push(Gap { path, name: name.to_owned(), lacks: lacks.into(), instead: instead.into() });
    }

    fn fallbacks(&mut self, directory: &Directory) {
        if directory.fallback_channel.is_none() {
            let instead = "PMs of a group and stage without a channel cannot be asked; admins are told";
            self.add(String::new(), "", "no fallback_channel", instead);
        }
        if directory.sme_fallback_channel.is_none() {
            let instead = "questions without an SME area go to the group's channel, no PM mentioned";
            self.add(String::new(), "", "no sme_fallback_channel", instead);
        }
        if directory.field.is_empty() {
            let instead = "nobody is offered the SME route when they mention a PM (A6)";
            self.add(String::new(), "", "no user groups under `field`", instead);
        }
    }

    fn area(&mut self, key: &str, area: &SmeArea, directory: &Directory) {
        let path = || format!("area/{key}");
        if area.channel.is_none() {
            self.add(
                path(),
                &area.name,
                "no channel",
                format!("its questions go to {}", sme_fallback(directory)),
            );
        }
        if area.internal_channel.is_none() {
            let instead = "SMEs ask PMs in the group's channel, and no reply clock runs (B3)";
            self.add(path(), &area.name, "no internal_channel", instead);
        }
        let has_people = area.handle.is_some() || !area.members.is_empty();
        if !has_people && area.leads.is_empty() {
            let instead =
                format!("it counts as an area without SMEs: its questions go to {}", sme_fallback(directory));
            self.add(path(), &area.name, "no handle, members or leads", instead);
        } else if area.handle.is_none() {
            let instead = "new questions are posted in its channel, nobody is mentioned";
            self.add(path(), &area.name, "no handle", instead);
        }
        if has_people && area.leads.is_empty() {
            let instead = match &directory.sme_fallback_channel {
                Some(channel) => {
                    format!("a question that nobody takes goes straight to {}", channel_in_words(channel))
                }
                None => "nobody is told of a question that nobody takes".to_owned(),
            };
            self.add(path(), &area.name, "no leads", instead);
        }
        let serves = directory.stages.values().any(|stage| {
            let is_this = |named: &Option<crate::domain::ids::AreaKey>| {
                named.as_ref().is_some_and(|area| area.0 == key)
            };
            is_this(&stage.sme_area) || stage.groups.values().any(|group| is_this(&group.sme_area))
        });
        if !serves {
            let instead = "it is reached only by choosing it, or from its own channels";
            self.add(path(), &area.name, "no stage or group names it", instead);
        }
    }

    fn stage(&mut self, key: &str, stage: &Stage, directory: &Directory) {
        let path = || format!("stage/{key}");
        if stage.channel.is_none() {
            let instead = match &directory.fallback_channel {
                Some(channel) => {
                    format!("what belongs to no group with a channel goes to {}", channel_in_words(channel))
                }
                None => {
                    "what belongs to no group with a channel reaches nobody: there is no fallback_channel"
                        .to_owned()
                }
            };
            self.add(path(), &stage.name, "no channel", instead);
        }
        if stage.pm.is_none() {
            let instead = "the owner's cover is reminded in the stage PM's stead";
            self.add(path(), &stage.name, "no PM", instead);
        }
        if stage.section.is_none() {
            let instead = "no product leader is told when an inquiry stays open past the promised time";
            self.add(path(), &stage.name, "no section", instead);
        }
        let every_group_has_one =
            !stage.groups.is_empty() && stage.groups.values().all(|group| group.sme_area.is_some());
        if stage.sme_area.is_none() && !every_group_has_one {
            let instead = format!("its questions go to {}", sme_fallback(directory));
            self.add(path(), &stage.name, "no sme_area", instead);
        }
    }

    fn group(&mut self, path: &str, group: &Group, stage: &Stage, directory: &Directory) {
        let name = format!("{} › {}", stage.name, group.name);
        if group.channel.is_none() {
            let instead = match stage.channel.as_ref().or(directory.fallback_channel.as_ref()) {
                Some(channel) => format!("its PMs are asked in {}", channel_in_words(channel)),
                None => "its PMs cannot be asked: there is no fallback_channel".to_owned(),
            };
            self.add(path.to_owned(), &name, "no channel", instead);
        }
        if group.pms.is_empty() {
            let instead = if stage.pm.is_some() {
                "the stage PM is asked"
            } else if group.cover.is_empty() {
                "nobody is mentioned, and no reply clock runs"
            } else {
                "its cover is asked"
            };
            self.add(path.to_owned(), &name, "no PMs", instead);
        }
    }

    fn shared_channels(&mut self, directory: &Directory) {
        let mut first_of: HashMap<&ChannelRef, String> = HashMap::new();
        for (key, stage) in &directory.stages {
            for (group_key, group) in &stage.groups {
                let Some(channel) = &group.channel else { continue };
                let name = format!("{} › {}", stage.name, group.name);
                if let Some(other) = first_of.get(channel) {
                    let lacks = format!("{} is also the channel of {other}", channel_in_words(channel));
                    let instead = "asked there, the words of the question decide which group it is";
                    self.add(format!("group/{key}/{group_key}"), &name, lacks, instead);
                } else {
                    first_of.insert(channel, name);
                }
            }
        }
    }

    fn categories_in_two_groups(&mut self, directory: &Directory) {
        let mut first_of: HashMap<&str, String> = HashMap::new();
        for (key, stage) in &directory.stages {
            for (group_key, group) in &stage.groups {
                for (category_key, category) in &group.categories {
                    let group_name = format!("{} › {}", stage.name, group.name);
                    if let Some(other) = first_of.get(category_key.as_str()) {
                        let path = format!("category/{key}/{group_key}/{category_key}");
                        let name = format!("{group_name} › {}", category.name);
                        let lacks = format!("also a category of {other}");
                        self.add(path, &name, lacks, "whoever asks about it is asked which group is meant");
                    } else {
                        first_of.insert(category_key, group_name);
                    }
                }
            }
        }
    }
}

fn sme_fallback(directory: &Directory) -> String {
    let group_channel = || "the group's channel, no PM mentioned".to_owned();
    directory.sme_fallback_channel.as_ref().map_or_else(group_channel, channel_in_words)
}
