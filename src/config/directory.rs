//! `directory.yml` → the domain's directory.
//!
//! Errors are what nobody can have meant; what is merely missing is served around and named by `completeness`.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::domain::directory::{
    AreaMode, Category, Directory, Group, GroupCalendar, GroupProcess, HolidayDates, OfficeHours, Section,
    SmeArea, Stage,
};
use crate::domain::ids::AreaKey;
use crate::domain::reason::Reason;
use crate::domain::rules::WorkingHours;

use super::completeness;
use super::marks::Marks;
use super::node::{Entry, Node};
use super::overlay;
use super::problem::{Problem, SourceText};
use super::reader::{Reader, closest};
use super::{TextFile, yaml};

const TOP: [&str; 9] = [
    "fallback_channel",
    "sme_fallback_channel",
    "field",
    "protected",
    "workflow_bots",
    "taken_emoji",
    "sme_areas",
    "sections",
    "stages",
];
const AREA: [&str; 9] =
    ["name", "mode", "channel", "internal_channel", "handle", "leads", "members", "pms", "office_hours"];
const STAGE: [&str; 8] = ["name", "section", "channel", "pm", "sme_area", "aliases", "groups", "categories"];
const GROUP: [&str; 11] = [
    "name",
    "channel",
    "pms",
    "cover",
    "engineering_managers",
    "sme_area",
    "calendar",
    "process",
    "aliases",
    "keywords",
    "categories",
];

/// Reads a directory of files, each laid over those before it. With an error nothing is returned but the problems.
pub(super) fn load(
    files: &[TextFile],
    defaults: &WorkingHours,
) -> Result<(Directory, Vec<Problem>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut trees = Vec::new();
    let mut first = None;
    for file in files {
        let source = SourceText::new(&file.name, &file.text);
        trees.extend(yaml::parse(&source, &file.text, &mut problems));
        first.get_or_insert(source);
    }
    let main = first.unwrap_or_else(|| SourceText::new("directory.yml", ""));
    if trees.len() < files.len() {
        return Err(problems);
    }
    let tree = trees.into_iter().reduce(|below, over| overlay::lay(below, over, &mut problems));
    let tree = tree.unwrap_or_else(|| Node::empty_map(&main));
    let mut reading = Reading {
        reader: Reader { problems },
        marks: Marks::new(&main),
        defaults,
        areas: Vec::new(),
        sections: Vec::new(),
    };
    let directory = reading.directory(&tree);
    let mut problems = reading.reader.problems;
    super::problem::sort(&mut problems, &main.name);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    problems.extend(completeness::warnings(&directory, &reading.marks));
    super::problem::sort(&mut problems, &main.name);
    Ok((directory, problems))
}

/// One reading of a directory.
struct Reading<'a> {
    reader: Reader,
    marks: Marks,
    defaults: &'a WorkingHours,
    /// Keys that a stage or group may refer to.
    areas: Vec<&'a str>,
    sections: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    fn directory(&mut self, tree: &'a Node) -> Directory {
        let top = self.reader.fields(Some(tree), "The directory", &TOP);
        let field = self.reader.fields(top.get("field"), "`field`", &["groups"]);
        let protected = self.reader.fields(top.get("protected"), "`protected`", &["people"]);
        let areas = self.reader.entries(top.get("sme_areas"), &"`sme_areas`");
        let sections = self.reader.entries(top.get("sections"), &"`sections`");
        let stages = self.reader.entries(top.get("stages"), &"`stages`");
        self.areas = areas.iter().map(|entry| entry.key.as_str()).collect();
        self.sections = sections.iter().map(|entry| entry.key.as_str()).collect();
        let mut field_groups = Vec::new();
        for node in self.reader.list(field.get("groups"), "groups") {
            field_groups.extend(self.reader.group_ref(Some(node), "a group of `field`"));
        }
        Directory {
            fallback_channel: self.reader.channel(top.get("fallback_channel"), "fallback_channel"),
            sme_fallback_channel: self
                .reader
                .channel(top.get("sme_fallback_channel"), "sme_fallback_channel"),
            field: field_groups,
            protected: self.reader.people(protected.get("people"), "people"),
            workflow_bots: self.reader.texts(top.get("workflow_bots"), "workflow_bots"),
            taken_emoji: self.emoji(top.get("taken_emoji")),
            holiday_dates: HolidayDates::new(),
            holidays_unread: BTreeSet::new(),
            sme_areas: self.each(areas, "area", |reading, _, entry| reading.area(entry), AreaKey),
            sections: self.each(sections, "section", |reading, _, entry| reading.section(entry), |key| key),
            stages: self.each(stages, "stage", Reading::stage, |key| key),
        }
    }

    /// Every entry of a table whose keys people choose.
    fn each<K: std::hash::Hash + Eq, T>(
        &mut self,
        entries: &'a [Entry],
        above: &str,
        read: impl Fn(&mut Self, &str, &'a Entry) -> T,
        key: impl Fn(String) -> K,
    ) -> IndexMap<K, T> {
        let mut all = IndexMap::new();
        for entry in entries {
            let path = format!("{above}/{}", entry.key);
            self.check_key(entry);
            self.marks.set(path.clone(), entry);
            all.insert(key(entry.key.clone()), read(self, &path, entry));
        }
        all
    }

    fn check_key(&mut self, entry: &Entry) {
        let is_plain = !entry.key.is_empty()
            && entry.key.chars().all(|sign| sign.is_alphanumeric() || "_-.".contains(sign));
        if !is_plain {
            self.reader.problems.push(
                Problem::error(format!("`{}` cannot be a key", entry.key))
                    .help("Keys have letters, digits, _ and -; what people read goes into `name`")
                    .at(&entry.source, entry.key_span.clone()),
            );
        }
    }

    fn name(&mut self, node: Option<&Node>, key: &str) -> String {
        let name = self.reader.text(node, "name").filter(|name| !name.is_empty());
        name.unwrap_or_else(|| key.to_owned())
    }

    fn emoji(&mut self, node: Option<&Node>) -> Vec<String> {
        if node.is_none() {
            return vec!["white_check_mark".to_owned(), "heavy_check_mark".to_owned()];
        }
        let names = self.reader.texts(node, "taken_emoji");
        names.iter().map(|name| name.trim_matches(':').to_owned()).collect()
    }

    fn area(&mut self, entry: &Entry) -> SmeArea {
        let fields = self.reader.fields(Some(&entry.node), format!("The SME area {}", entry.key), &AREA);
        let modes = [("observe", AreaMode::Observe), ("pilot", AreaMode::Pilot), ("on", AreaMode::On)];
        let reader = &mut self.reader;
        SmeArea {
            mode: reader.word(fields.get("mode"), "mode", &modes).unwrap_or_default(),
            channel: reader.channel(fields.get("channel"), "channel"),
            internal_channel: reader.channel(fields.get("internal_channel"), "internal_channel"),
            handle: reader.group_ref(fields.get("handle"), "handle"),
            leads: reader.people(fields.get("leads"), "leads"),
            members: reader.people(fields.get("members"), "members"),
            pms: reader.people(fields.get("pms"), "pms"),
            office_hours: office_hours(reader, fields.get("office_hours")),
            name: self.name(fields.get("name"), &entry.key),
        }
    }

    fn section(&mut self, entry: &Entry) -> Section {
        let what = format!("The section {}", entry.key);
        let fields = self.reader.fields(Some(&entry.node), what, &["name", "leader"]);
        Section {
            name: self.name(fields.get("name"), &entry.key),
            leader: self.reader.person(fields.written("leader"), "leader"),
        }
    }

    fn stage(&mut self, path: &str, entry: &'a Entry) -> Stage {
        let what = format!("The stage {}", entry.key);
        let fields = self.reader.fields(Some(&entry.node), what, &STAGE);
        let groups = self.reader.entries(fields.get("groups"), &"`groups`");
        let categories = fields.get("categories");
        let below = path.trim_start_matches("stage/");
        Stage {
            name: self.name(fields.get("name"), &entry.key),
            section: self.known_key(fields.get("section"), Known::Section),
            channel: self.reader.channel(fields.get("channel"), "channel"),
            pm: self.reader.person(fields.written("pm"), "pm"),
            sme_area: self.known_key(fields.get("sme_area"), Known::Area).map(AreaKey),
            aliases: self.reader.texts(fields.get("aliases"), "aliases"),
            groups: self.each(groups, &format!("group/{below}"), Reading::group, |key| key),
            categories: self.categories(categories, &format!("category/{below}/-")),
        }
    }

    fn group(&mut self, path: &str, entry: &'a Entry) -> Group {
        let fields = self.reader.fields(Some(&entry.node), format!("The group {}", entry.key), &GROUP);
        let below = path.trim_start_matches("group/");
        Group {
            name: self.name(fields.get("name"), &entry.key),
            channel: self.reader.channel(fields.get("channel"), "channel"),
            pms: self.reader.people(fields.get("pms"), "pms"),
            cover: self.reader.people(fields.get("cover"), "cover"),
            engineering_managers: self
                .reader
                .people(fields.get("engineering_managers"), "engineering_managers"),
            sme_area: self.known_key(fields.get("sme_area"), Known::Area).map(AreaKey),
            calendar: self.calendar(fields.get("calendar")),
            process: process(&mut self.reader, fields.get("process")),
            aliases: self.reader.texts(fields.get("aliases"), "aliases"),
            keywords: self.reader.texts(fields.get("keywords"), "keywords"),
            categories: self.categories(fields.get("categories"), &format!("category/{below}")),
        }
    }

    fn categories(&mut self, node: Option<&'a Node>, above: &str) -> IndexMap<String, Category> {
        let entries = self.reader.entries(node, &"`categories`");
        self.each(entries, above, |reading, _, entry| reading.category(entry), |key| key)
    }

    fn category(&mut self, entry: &Entry) -> Category {
        let what = format!("The category {}", entry.key);
        let fields = self.reader.fields(Some(&entry.node), what, &["name", "aliases", "keywords"]);
        Category {
            name: self.name(fields.get("name"), &entry.key),
            aliases: self.reader.texts(fields.get("aliases"), "aliases"),
            keywords: self.reader.texts(fields.get("keywords"), "keywords"),
        }
    }

    fn calendar(&mut self, node: Option<&Node>) -> Option<GroupCalendar> {
        let known = ["time_zone", "days", "hours", "holidays"];
        let fields = self.reader.fields(Some(node?), "The calendar", &known);
        let reader = &mut self.reader;
        Some(GroupCalendar {
            time_zone: reader.time_zone(fields.get("time_zone"), "time_zone"),
            hours: reader.week(fields.get("hours"), fields.get("days"), self.defaults),
            holidays: reader.days_off(fields.get("holidays"), "holidays"),
        })
    }

    /// A key that must be one of the directory's own.
    fn known_key(&mut self, node: Option<&Node>, kind: Known) -> Option<String> {
        let node = node?;
        let (what, known) = match kind {
            Known::Area => ("SME area", &self.areas),
            Known::Section => ("section", &self.sections),
        };
        let key = self.reader.text(Some(node), what)?;
        if known.contains(&key.as_str()) {
            return Some(key);
        }
        let help = match closest(&key, known) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if known.is_empty() => format!("The directory has no {what} at all"),
            None => format!("Known: {}", known.join(", ")),
        };
        self.reader.error(node, format!("there is no {what} `{key}`"), help);
        None
    }
}

/// What a key refers to.
#[derive(Clone, Copy)]
enum Known {
    Area,
    Section,
}

fn office_hours(reader: &mut Reader, node: Option<&Node>) -> Option<OfficeHours> {
    let fields = reader.fields(Some(node?), "`office_hours`", &["text", "link"]);
    let text = reader.text(fields.get("text"), "text");
    let link = reader.link(fields.get("link"), "link");
    Some(OfficeHours { text: text.unwrap_or_default(), link })
}

fn process(reader: &mut Reader, node: Option<&Node>) -> Option<GroupProcess> {
    let node = node?;
    let fields = reader.fields(Some(node), "`process`", &["note", "link", "requires_link", "excludes"]);
    let reasons: Vec<(&str, Reason)> = Reason::ALL.iter().map(|reason| (reason.key(), *reason)).collect();
    let mut excludes = Vec::new();
    for item in reader.list(fields.get("excludes"), "excludes") {
        excludes.extend(reader.word(Some(item), "excludes", &reasons));
    }
    let process = GroupProcess {
        note: reader.text(fields.get("note"), "note").filter(|note| !note.is_empty()),
        link: reader.link(fields.get("link"), "link"),
        requires_link: reader.truth(fields.get("requires_link"), "requires_link").unwrap_or(false),
        excludes,
    };
    if process.requires_link && process.note.is_none() && process.link.is_none() {
        let help = "Add a `note` or a `link`: people are sent back with it";
        reader.error(node, "`requires_link` is set, but nothing says which link", help);
    }
    Some(process)
}

#[cfg(test)]
mod tests;
