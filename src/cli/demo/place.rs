//! Which group of a directory the tour plays in: the one that lacks least and whose name routes clearly.

use crate::domain::directory::{AreaMode, ChannelRef, Directory, Group, PersonRef, Stage};
use crate::domain::ids::AreaKey;
use crate::domain::names::Names;
use crate::domain::org::Org;
use crate::domain::routing::{self, Outcome};
use crate::domain::rules::Rules;

/// A group to play in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// The key of its stage.
    pub(super) stage: String,
    /// Its own key.
    pub(super) group: String,
    /// What people call the thing that the tour asks about.
    pub(super) subject: String,
}

/// What the tour's people ask, about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Questions {
    /// Of SMEs.
    pub(super) technical: String,
    /// Of SMEs, who need the PM for it.
    pub(super) hard: String,
    /// Of the PM, directly.
    pub(super) direct: String,
    /// For a customer's call.
    pub(super) call: String,
}

impl Questions {
    /// The same questions for every subject.
    pub(super) fn about(subject: &str) -> Self {
        Self {
            technical: format!("How do others set up {subject} in two regions?"),
            hard: format!("May a customer count on {subject} surviving the loss of a region?"),
            direct: format!("what do you advise for {subject} in two regions?"),
            call: format!("What comes next for {subject}, and what a migration would take"),
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.technical, &self.hard, &self.direct, &self.call]
    }
}

/// The best group: of those whose questions route clearly, the one that lacks least; the first one where none is better.
pub(super) fn choose(directory: &Directory) -> Option<Choice> {
    let (org, _) = Org::resolve(directory, &Names::default(), &Rules::default(), None, &[]);
    let mut groups: Vec<(u32, &String, &Stage, &String, &Group)> = directory
        .stages
        .iter()
        .flat_map(|(stage_key, stage)| {
            stage.groups.iter().map(move |(key, group)| (stage_key, stage, key, group))
        })
        .map(|(stage_key, stage, key, group)| (lacks(directory, stage, group), stage_key, stage, key, group))
        .collect();
    groups.sort_by_key(|(lacks, .., group)| (*lacks, std::cmp::Reverse(group.categories.len())));
    let choice = |stage: &String, group: &String, subject: &str| Choice {
        stage: stage.clone(),
        group: group.clone(),
        subject: subject.to_owned(),
    };
    for (_, stage_key, _, key, group) in &groups {
        let id = format!("group/{stage_key}/{key}");
        let subject = subjects(group).into_iter().find(|subject| routes_clearly(&org, subject, &id));
        if let Some(subject) = subject {
            return Some(choice(stage_key, key, &subject));
        }
    }
    None
}

/// What could be asked about: categories first, they are what customers have names for.
fn subjects(group: &Group) -> Vec<String> {
    let categories = group.categories.values().map(|category| category.name.clone());
    let both = group.categories.values().map(|category| format!("{} in {}", category.name, group.name));
    categories.chain([group.name.clone()]).chain(both).collect()
}

fn routes_clearly(org: &Org, subject: &str, group: &str) -> bool {
    Questions::about(subject).all().iter().all(|text| match routing::route(org, text, None) {
        Outcome::Clear { place, .. } => org
            .place(&place)
            .and_then(|place| place.group.as_ref())
            .is_some_and(|found| found.to_string() == group),
        Outcome::Unclear { .. } | Outcome::Nothing => false,
    })
}

/// How much of what the tour needs is missing; what would have to be changed counts more.
fn lacks(directory: &Directory, stage: &Stage, group: &Group) -> u32 {
    let area = area_of(stage, group).and_then(|key| directory.sme_areas.get(&key));
    let named = |channel: Option<&ChannelRef>| matches!(channel, Some(ChannelRef::Name(_)));
    let leader = stage.section.as_ref().and_then(|key| directory.sections.get(key)?.leader.as_ref());
    let pm = group.pms.iter().find_map(email);
    let missing = [
        area.is_none(),
        !area.is_some_and(|area| named(area.channel.as_ref())),
        !area.is_some_and(|area| named(area.internal_channel.as_ref())),
        !area.is_some_and(|area| area.members.iter().any(|member| email(member).is_some())),
        area.is_some_and(|area| area.mode != AreaMode::On),
        pm.is_none(),
        !stage.pm.as_ref().is_some_and(|other| email(other).is_some() && email(other) != pm),
        leader.and_then(email).is_none(),
        !named(group.channel.as_ref()),
        !area.is_some_and(|area| area.pms.is_empty() || group.pms.iter().any(|pm| area.pms.contains(pm))),
    ];
    let many = u32::try_from(missing.iter().filter(|missing| **missing).count()).unwrap_or(u32::MAX);
    let bare = u32::from(group.calendar.is_none()) + u32::from(group.cover.is_empty());
    many * 4 + bare + if group.process.is_some() { 20 } else { 0 }
}

/// The area that answers for a group.
pub(super) fn area_of(stage: &Stage, group: &Group) -> Option<AreaKey> {
    group.sme_area.clone().or_else(|| stage.sme_area.clone())
}

/// A person's address, if they have one here.
pub(super) fn email(person: &PersonRef) -> Option<&str> {
    match person {
        PersonRef::Email(email) => Some(email),
        PersonRef::Id(_) => None,
    }
}
