//! The company of the year: 8 areas, 40 groups, 60 SMEs, 80 PMs and 500 people who face customers; generated, always the
//! same. What its directory says changes in the course of the year, and is written anew each time.

use std::fmt::Write as _;

use switchboard::config::{self, TextFile};
use switchboard::domain::directory::Directory;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::Workspace;

use crate::chance::Chance;

/// A stage each, with SMEs of its own.
const STAGES: [&str; 8] = ["Plan", "Create", "Verify", "Package", "Release", "Secure", "Monitor", "Govern"];
/// A group each, five to a stage.
const THINGS: [&str; 40] = [
    "Roadmap",
    "Swimlane",
    "Portfolio",
    "Timesheet",
    "Objective",
    "Repository",
    "Snippet",
    "Editor",
    "Mirror",
    "Branch",
    "Pipeline",
    "Runner",
    "Artifact",
    "Coverage",
    "Matrix",
    "Container",
    "Registry",
    "Wheel",
    "Chart",
    "Proxy",
    "Deployment",
    "Rollout",
    "Cluster",
    "Flag",
    "Canary",
    "Scanner",
    "Secret",
    "Dependency",
    "Fuzzer",
    "Vulnerability",
    "Dashboard",
    "Alert",
    "Trace",
    "Metric",
    "Incident",
    "License",
    "Audit",
    "Policy",
    "Approval",
    "Retention",
];
/// What every group has.
const FEATURES: [&str; 5] = ["Import", "Export", "Backups", "Quotas", "Templates"];
/// How many face customers.
pub const FIELD: usize = 500;
/// How many SMEs there are in the beginning.
const SMES: usize = 60;
/// Where they ask.
pub const FIELD_CHANNEL: &str = "#customer-facing";
/// What they are called together.
const FIELD_HANDLE: &str = "@field";
/// Where the numbers of all areas go.
pub const PROGRAMME: &str = "#product";

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its key, which stays.
    pub key: String,
    /// What it is called now.
    pub name: String,
    /// Its channel.
    pub channel: String,
    /// In which stage it is now.
    pub stage: usize,
    /// Its PMs, by handle; who is last stands in.
    pub pms: Vec<String>,
    /// What its categories are called, by key.
    pub categories: Vec<(String, String)>,
}

/// The company as it is now.
#[derive(Clone, Debug)]
pub struct Company {
    /// Its groups.
    pub groups: Vec<Group>,
    /// The SMEs of each area, the lead first.
    pub smes: Vec<Vec<String>>,
    /// Who leads it all.
    pub leader: String,
}

/// The channel in which an area's SMEs are asked.
pub fn channel_of(area: usize) -> String {
    format!("#sme-{}", STAGES[area].to_lowercase())
}

/// The channel in which they ask PMs.
pub fn inside_of(area: usize) -> String {
    format!("{}-internal", channel_of(area))
}

/// The key of an area.
pub fn key_of(area: usize) -> String {
    STAGES[area].to_lowercase()
}

/// Areas.
pub fn areas() -> std::ops::Range<usize> {
    0..STAGES.len()
}

/// Somebody who faces customers.
pub fn field(number: usize) -> String {
    format!("fe{number:03}")
}

impl Company {
    /// As it is in the beginning.
    pub fn begin() -> Self {
        let groups = THINGS.iter().enumerate().map(|(number, thing)| {
            let categories = FEATURES.iter().map(|feature| {
                (format!("{}_{}", thing.to_lowercase(), feature.to_lowercase()), format!("{thing} {feature}"))
            });
            Group {
                key: thing.to_lowercase(),
                name: (*thing).to_owned(),
                channel: format!("#g_{}", thing.to_lowercase()),
                stage: number / FEATURES.len(),
                pms: vec![format!("pm{:02}", number * 2), format!("pm{:02}", number * 2 + 1)],
                categories: categories.collect(),
            }
        });
        let mut smes = vec![Vec::new(); STAGES.len()];
        for number in 0..SMES {
            smes[number % STAGES.len()].push(format!("sme{number:02}"));
        }
        Self { groups: groups.collect(), smes, leader: "leader".to_owned() }
    }

    /// Everybody who helps, once each.
    pub fn helpers(&self) -> Vec<String> {
        let pms = self.groups.iter().flat_map(|group| &group.pms);
        self.smes.iter().flatten().chain(pms).cloned().collect()
    }

    /// The groups of an area.
    pub fn groups_of(&self, area: usize) -> Vec<&Group> {
        self.groups.iter().filter(|group| group.stage == area).collect()
    }

    /// One of an area's categories, as people call it.
    pub fn topic(&self, area: usize, chance: &mut Chance) -> String {
        let all: Vec<&String> = self
            .groups_of(area)
            .into_iter()
            .flat_map(|group| &group.categories)
            .map(|(_, name)| name)
            .collect();
        (*chance.one(&all).expect("an area has categories")).clone()
    }

    /// Takes somebody out of everything that they were.
    pub fn without(&mut self, who: &str) {
        self.smes.iter_mut().for_each(|smes| smes.retain(|sme| sme != who));
        self.groups.iter_mut().for_each(|group| group.pms.retain(|pm| pm != who));
    }

    /// Makes those who face customers, and the channel in which they ask.
    pub fn join(slack: &Workspace) {
        let names: Vec<String> = (0..FIELD).map(field).collect();
        for name in &names {
            slack.add_user(name).email(&format!("{name}@example.com")).real_name(name).display_name(name);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        slack.add_channel(FIELD_CHANNEL).members(&names).with_bot();
        slack.set_group_members(FIELD_HANDLE, &names);
    }

    /// The directory as it is now.
    pub fn directory(&self) -> Directory {
        let file = TextFile { name: "directory.yml".to_owned(), text: self.yaml() };
        let read = config::load_directory(&file, &Rules::default().hours);
        read.unwrap_or_else(|problems| panic!("the directory does not hold: {problems:?}")).0
    }

    fn yaml(&self) -> String {
        let mut out = format!(
            "fallback_channel: \"{PROGRAMME}\"\nsme_fallback_channel: \"#subject-matter-experts\"\n\
             field: {{groups: [\"{FIELD_HANDLE}\"]}}\nsme_areas:\n"
        );
        for area in areas() {
            let (lead, members) = self.smes[area].split_first().expect("an area has a lead");
            line(
                &mut out,
                &format!(
                    "  {}: {{name: \"{} Experts\", mode: observe, channel: \"{}\", internal_channel: \"{}\", leads: {}, members: {}}}",
                    key_of(area),
                    STAGES[area],
                    channel_of(area),
                    inside_of(area),
                    mails(std::slice::from_ref(lead)),
                    mails(members)
                ),
            );
        }
        line(&mut out, "sections:");
        line(&mut out, &format!("  product: {{name: Product, leader: {}@example.com}}", self.leader));
        line(&mut out, "stages:");
        for (stage, name) in STAGES.iter().enumerate() {
            let key = key_of(stage);
            line(
                &mut out,
                &format!(
                    "  {key}:\n    name: {name}\n    section: product\n    channel: \"#s_{key}\"\n    pm: stage{stage}@example.com\n    \
                 sme_area: {key}\n    groups:"
                ),
            );
            self.groups_of(stage).into_iter().for_each(|group| of_group(&mut out, group));
        }
        out
    }
}

/// Every second group has a calendar of its own, with holidays.
fn of_group(out: &mut String, group: &Group) {
    let (first, others) = group.pms.split_first().expect("a group has a PM");
    line(
        out,
        &format!(
            "      {}:\n        name: \"{}\"\n        channel: \"{}\"\n        pms: {}",
            group.key,
            group.name,
            group.channel,
            mails(std::slice::from_ref(first))
        ),
    );
    if !others.is_empty() {
        line(out, &format!("        cover: {}", mails(others)));
    }
    if group.key.len().is_multiple_of(2) {
        line(
            out,
            "        calendar:\n          time_zone: Europe/Berlin\n          days: [mon, tue, wed, thu, fri]",
        );
        line(out, "          hours: [\"09:00-12:00\", \"13:00-17:00\"]");
        line(
            out,
            "          holidays: [2026-12-24, 2026-12-25, 2027-01-01, 2027-03-26, 2027-05-06, 2027-10-03]",
        );
    }
    line(out, "        categories:");
    for (key, name) in &group.categories {
        line(out, &format!("          {key}: {{name: \"{name}\"}}"));
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("a string takes everything");
}

fn mails(names: &[String]) -> String {
    let mails: Vec<String> = names.iter().map(|name| format!("{name}@example.com")).collect();
    format!("[{}]", mails.join(", "))
}

#[test]
fn the_company_has_its_size() {
    let company = Company::begin();
    assert_eq!((company.groups.len(), company.smes.len(), FIELD), (40, 8, 500));
    assert_eq!(company.helpers().len(), SMES + 80);
    assert_eq!(company.directory().sme_areas.len(), 8);
}
