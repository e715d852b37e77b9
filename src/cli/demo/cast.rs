//! Who plays, and where: people and channels of the chosen group. What the directory lacks is invented, on a copy of it.

use std::collections::HashSet;

use anyhow::Context as _;

use super::place::{self, Questions, email};
use super::world::{self, name_of};
use crate::domain::directory::{
    AreaMode, ChannelRef, Directory, Group, GroupRef, PersonRef, Section, SmeArea, Stage,
};
use crate::domain::ids::AreaKey;

/// The people, places and words of the tour.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// The directory with what the tour needs.
    pub(super) directory: Directory,
    /// What was not in it, in words.
    pub(super) invented: Vec<String>,
    /// The group's name.
    pub(super) group: String,
    /// The group, as the form's menu names it.
    pub(super) group_in_menu: String,
    /// `#…` of the area's SMEs.
    pub(super) sme_channel: String,
    /// `#…` where SMEs ask PMs.
    pub(super) internal_channel: String,
    /// `#…` of the group.
    pub(super) group_channel: String,
    /// An SME.
    pub(super) sme: String,
    /// The group's PM.
    pub(super) pm: String,
    /// The stage's PM.
    pub(super) stage_pm: String,
    /// The section's product leader.
    pub(super) leader: String,
    /// What is asked.
    pub(super) questions: Questions,
}

impl Cast {
    /// Chooses where to play, and completes what is missing there.
    pub(super) fn choose(mut directory: Directory) -> anyhow::Result<Self> {
        let choice = place::choose(&directory).context(
            "the tour found no group in this directory whose name leads clearly to it; `switchboard check` and \
             `switchboard explain` say more",
        )?;
        let mut names = NamesInUse::of(&directory);
        let mut invented = Vec::new();
        if directory.field.is_empty() {
            directory.field = ["ae", "sa", "csm"].map(|handle| GroupRef::Handle(handle.to_owned())).into();
            invented.push("@ae, @sa and @csm for those who face customers".to_owned());
        }
        let stage = directory.stages.get_mut(&choice.stage).context("the chosen stage")?;
        let stage_name = stage.name.clone();
        let sections = &mut directory.sections;
        let leader = complete_leader(stage, sections, &mut names, &mut invented);
        let stage_pm_before = stage.pm.as_ref().and_then(email).map(ToOwned::to_owned);
        let group = stage.groups.get_mut(&choice.group).context("the chosen group")?;
        let area_key = group.sme_area.clone().or_else(|| stage.sme_area.clone());
        let area_key = area_key.unwrap_or_else(|| AreaKey(choice.stage.clone()));
        let pm = complete_group(group, &choice.group, &mut names, &mut invented);
        let (group_name, group_channel) = (group.name.clone(), channel_name(group.channel.as_ref()));
        if group.sme_area.is_none() {
            stage.sme_area = Some(area_key.clone());
        }
        let stage_pm = match stage_pm_before {
            Some(other) if other != pm => other,
            Some(_) | None => {
                let petra = names.person("petra");
                stage.pm = Some(PersonRef::Email(petra.clone()));
                invented.push(format!("{} as PM of {stage_name}", name_of(&petra)));
                petra
            }
        };
        let area = directory.sme_areas.entry(area_key).or_default();
        let sme = complete_area(area, &choice.stage, &stage_name, &pm, &mut names, &mut invented);
        Ok(Self {
            sme_channel: channel_name(area.channel.as_ref()),
            internal_channel: channel_name(area.internal_channel.as_ref()),
            group_channel,
            group_in_menu: format!("{stage_name} › {group_name}"),
            group: group_name,
            sme: name_of(&sme),
            pm: name_of(&pm),
            stage_pm: name_of(&stage_pm),
            leader: name_of(&leader),
            questions: Questions::about(&choice.subject),
            directory,
            invented,
        })
    }
}

fn complete_leader(
    stage: &mut Stage,
    sections: &mut indexmap::IndexMap<String, Section>,
    names: &mut NamesInUse,
    invented: &mut Vec<String>,
) -> String {
    let key = stage.section.get_or_insert_with(|| "product".to_owned()).clone();
    let section = sections.entry(key).or_default();
    if section.name.is_empty() {
        "Product".clone_into(&mut section.name);
    }
    if let Some(leader) = section.leader.as_ref().and_then(email) {
        return leader.to_owned();
    }
    let leo = names.person("leo");
    section.leader = Some(PersonRef::Email(leo.clone()));
    invented.push(format!("{} as product leader of {}", name_of(&leo), section.name));
    leo
}

fn complete_group(
    group: &mut Group,
    key: &str,
    names: &mut NamesInUse,
    invented: &mut Vec<String>,
) -> String {
    if !matches!(group.channel, Some(ChannelRef::Name(_))) {
        let channel = names.channel(&format!("g_{}", slug(key, '_')));
        invented.push(format!("#{channel}"));
        group.channel = Some(ChannelRef::Name(channel));
    }
    if group.process.take().is_some() {
        invented.push(format!("that {} has no process of its own", group.name));
    }
    if let Some(pm) = group.pms.first().and_then(email) {
        return pm.to_owned();
    }
    let paul = names.person("paul");
    group.pms.insert(0, PersonRef::Email(paul.clone()));
    invented.push(format!("{} as PM of {}", name_of(&paul), group.name));
    paul
}

fn complete_area(
    area: &mut SmeArea,
    stage: &str,
    stage_name: &str,
    pm: &str,
    names: &mut NamesInUse,
    invented: &mut Vec<String>,
) -> String {
    if area.name.is_empty() {
        stage_name.clone_into(&mut area.name);
        area.handle = Some(GroupRef::Handle(names.handle(&format!("sme-{}", slug(stage, '-')))));
        invented.push(format!("SMEs of {stage_name}"));
    }
    if area.mode != AreaMode::On {
        area.mode = AreaMode::On;
        invented.push(format!("that {} is switched on", area.name));
    }
    for (channel, end) in [(&mut area.channel, ""), (&mut area.internal_channel, "-internal")] {
        if !matches!(channel, Some(ChannelRef::Name(_))) {
            let name = names.channel(&format!("sme-{}{end}", slug(stage, '-')));
            invented.push(format!("#{name}"));
            *channel = Some(ChannelRef::Name(name));
        }
    }
    let pm = PersonRef::Email(pm.to_owned());
    if !area.pms.is_empty() && !area.pms.contains(&pm) {
        area.pms.insert(0, pm);
    }
    if area.leads.iter().all(|lead| email(lead).is_none()) {
        let lena = names.person("lena");
        invented.push(format!("{} as their lead", name_of(&lena)));
        area.leads.push(PersonRef::Email(lena));
    }
    if let Some(sme) = area.members.iter().find_map(email) {
        return sme.to_owned();
    }
    let ines = names.person("ines");
    invented.push(format!("{} as an SME", name_of(&ines)));
    area.members.push(PersonRef::Email(ines.clone()));
    ines
}

fn channel_name(channel: Option<&ChannelRef>) -> String {
    match channel {
        Some(ChannelRef::Name(name)) => format!("#{name}"),
        Some(ChannelRef::Id(id)) => id.to_string(),
        None => String::new(),
    }
}

/// A name as channels may have it.
fn slug(name: &str, between: char) -> String {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { between })
        .collect();
    plain.chars().take(50).collect()
}

/// Names that are taken, so that nobody invented is mistaken for somebody real.
struct NamesInUse {
    people: HashSet<String>,
    channels: HashSet<String>,
    handles: HashSet<String>,
}

impl NamesInUse {
    fn of(directory: &Directory) -> Self {
        let people = world::people_of(directory).into_iter().filter_map(email).map(name_of);
        let own = world::FIELD_PEOPLE.iter().chain(&["admin"]).map(|name| (*name).to_owned());

        let channels = directory
            .channels()
            .map(|channel| channel_name(Some(channel)).trim_start_matches('#').to_owned());
        let groups =
            directory.sme_areas.values().filter_map(|area| area.handle.as_ref()).chain(&directory.field);
        let handles = groups.filter_map(|group| match group {
            GroupRef::Handle(handle) => Some(handle.clone()),
            GroupRef::Id(_) => None,
        });
        Self { people: people.chain(own).collect(), channels: channels.collect(), handles: handles.collect() }
    }

    fn person(&mut self, name: &str) -> String {
        format!("{}@example.com", free(&mut self.people, name))
    }

    fn handle(&mut self, name: &str) -> String {
        free(&mut self.handles, name)
    }

    fn channel(&mut self, name: &str) -> String {
        free(&mut self.channels, name)
    }
}

fn free(taken: &mut HashSet<String>, name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let found = names.find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned());
    taken.insert(found.clone());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, TextFile};
    use crate::domain::rules::Rules;

    fn cast(text: &str) -> anyhow::Result<Cast> {
        let file = TextFile { name: "directory.yml".to_owned(), text: text.to_owned() };
        let (directory, _) = config::load_directory(&file, &Rules::default().hours).unwrap();
        Cast::choose(directory)
    }

    #[test]
    fn the_example_lacks_nothing() {
        let cast = cast(config::example_directory()).unwrap();
        assert_eq!(cast.invented, Vec::<String>::new());
        assert_eq!(
            (cast.sme_channel.as_str(), cast.internal_channel.as_str()),
            ("#sme-ci", "#sme-ci-internal")
        );
        assert_eq!((cast.sme.as_str(), cast.pm.as_str()), ("ines", "paul"));
        assert_eq!((cast.stage_pm.as_str(), cast.leader.as_str()), ("petra", "leo"));
        let (before, _) = config::load_directory(
            &TextFile { name: String::new(), text: config::example_directory().to_owned() },
            &Rules::default().hours,
        )
        .unwrap();
        assert_eq!(cast.directory, before);
    }

    #[test]
    fn what_is_missing_is_invented_beside_what_is_there() {
        let text = "{sections: {ops: {name: Ops, leader: paul@corp.example}}, stages: {verify: {name: Verify, section: \
                    ops, channel: '#g_runner', groups: {runner: {name: Runner}}}}}";
        let cast = cast(text).unwrap();
        assert_eq!((cast.leader.as_str(), cast.pm.as_str()), ("paul", "paul2"), "nobody plays two parts");
        assert_eq!(cast.group_channel, "#g_runner2", "nobody else's channel is taken");
        insta::assert_snapshot!(cast.invented.join(", "), @"@ae, @sa and @csm for those who face customers, #g_runner2, paul2 as PM of Runner, petra as PM of Verify, SMEs of Verify, #sme-verify, #sme-verify-internal, lena as their lead, ines as an SME");
    }

    #[test]
    fn a_directory_without_groups_is_refused_in_a_sentence() {
        let refused = cast("{stages: {}}").map(|cast| cast.group).unwrap_err();
        assert!(refused.to_string().starts_with("the tour found no group"), "{refused}");
    }
}
