//! A public taxonomy (`stages.yml`, `categories.yml`, `sections.yml`) → a directory, and what a person must fill in.
//!
//! Survives whatever is in it. E-mail addresses and channel names are never made up: who is only named is kept as a
//! remark beside the empty place.

mod taxonomy;
mod words;

use std::collections::HashMap;

use crate::domain::directory::{ChannelRef, Directory, Group, PersonRef, Section, Stage};

use super::node::{Entry, Node, Value};
use super::problem::{Problem, SourceText};
use super::reader::Reader;
use super::write::{Remarks, write};
use super::{TextFile, yaml};
use taxonomy::{entries, get, plain_key, text, texts};

/// The files of a taxonomy.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Stages with their groups.
    pub stages: TextFile,
    /// Categories.
    pub categories: TextFile,
    /// Sections, where there is such a file.
    pub sections: Option<TextFile>,
}

/// What came of an import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The directory.
    pub directory: Directory,
    /// The directory as a file, with remarks.
    pub yaml: String,
    /// What a person must fill in.
    pub to_fill_in: Vec<ToFillIn>,
    /// What was odd in the taxonomy, and what was made of it.
    pub oddities: Vec<String>,
}

/// Something that only a person can fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToFillIn {
    /// The e-mail address of somebody who is only named.
    Email {
        /// Their name in the taxonomy.
        person: String,
        /// What they are (`PM of Verify › Runner`).
        role: String,
    },
    /// Somebody, where nobody is named.
    Person {
        /// What they would be (`PM of Verify › Runner`).
        role: String,
    },
    /// A channel.
    Channel {
        /// Whose (`Verify › Runner`).
        place: String,
    },
    /// The SME area of a stage.
    SmeArea {
        /// Which stage.
        place: String,
    },
}

/// Imports a taxonomy; only a file that is not YAML at all stops it.
pub fn import(sources: &Sources) -> Result<Import, Vec<Problem>> {
    let mut problems = Vec::new();
    let stages = parse(&sources.stages, &mut problems);
    let categories = parse(&sources.categories, &mut problems);
    let sections = sources.sections.as_ref().map(|file| parse(file, &mut problems));
    let (Some(stages), Some(categories)) = (stages, categories) else {
        return Err(problems);
    };
    if sections.as_ref().is_some_and(Option::is_none) {
        return Err(problems);
    }
    let mut importing = Importing {
        directory: Directory {
            taken_emoji: ["white_check_mark", "heavy_check_mark"].map(str::to_owned).to_vec(),
            ..Directory::default()
        },
        remarks: Remarks::new(),
        to_fill_in: Vec::new(),
        oddities: problems.iter().map(Problem::one_line).collect(),
        categories: inside(&categories, "categories"),
        placed: HashMap::new(),
    };
    if let Some(Some(sections)) = &sections {
        importing.sections(inside(sections, "sections"));
    }
    for entry in entries(inside(&stages, "stages")) {
        importing.stage(entry);
    }
    importing.categories_without_group();
    importing.shared_channels();
    let yaml = write(&importing.directory, &importing.remarks);
    let Importing { directory, to_fill_in, oddities, .. } = importing;
    Ok(Import { directory, yaml, to_fill_in, oddities })
}

fn parse(file: &TextFile, problems: &mut Vec<Problem>) -> Option<Node> {
    let source = SourceText::new(&file.name, &file.text);
    yaml::parse(&source, &file.text, problems)
}

/// Some files have a table of that name around everything.
fn inside<'a>(tree: &'a Node, name: &str) -> &'a Node {
    get(tree, name).filter(|_| entries(tree).len() == 1).unwrap_or(tree)
}

struct Importing<'a> {
    directory: Directory,
    remarks: Remarks,
    to_fill_in: Vec<ToFillIn>,
    oddities: Vec<String>,
    categories: &'a Node,
    /// Where each category went, in words.
    placed: HashMap<String, String>,
}

impl Importing<'_> {
    fn sections(&mut self, tree: &Node) {
        for Entry { key, node, .. } in entries(tree) {
            let name = text(node, "name").unwrap_or_else(|| words::title(key));
            let path = format!("section/{}", plain_key(key));
            let named = texts(node, "pm");
            let leader = self.people(&path, "leader", &named, &format!("product leader of {name}"), true);
            let section = Section { name, leader: leader.into_iter().next() };
            self.directory.sections.insert(plain_key(key), section);
        }
    }

    fn stage(&mut self, entry: &Entry) {
        let node = &entry.node;
        let key = plain_key(&entry.key);
        let name = text(node, "display_name")
            .or_else(|| text(node, "name"))
            .unwrap_or_else(|| words::title(&entry.key));
        let path = format!("stage/{key}");
        self.to_fill_in.push(ToFillIn::SmeArea { place: name.clone() });
        let channel = self.channel(node, &name);
        let pm = self.people(&path, "pm", &texts(node, "pm"), &format!("PM of {name}"), true);
        let mut stage = Stage {
            section: text(node, "section").map(|section| self.section_of(&section, &name)),
            channel,
            pm: pm.into_iter().next(),
            name,
            ..Stage::default()
        };
        if let Some(groups) = get(node, "groups") {
            for entry in entries(groups) {
                let group = self.group(&key, &stage.name, entry);
                stage.groups.insert(plain_key(&entry.key), group);
            }
        }
        self.directory.stages.insert(key, stage);
    }

    /// The key of a section; one that the taxonomy does not explain is made from its key.
    fn section_of(&mut self, section: &str, stage: &str) -> String {
        let key = plain_key(section);
        if !self.directory.sections.contains_key(&key) {
            self.oddities
                .push(format!("section {section} of {stage} is nowhere explained: made from its key"));
            let name = words::title(section);
            self.to_fill_in.push(ToFillIn::Person { role: format!("product leader of {name}") });
            self.directory.sections.insert(key.clone(), Section { name, leader: None });
        }
        key
    }

    fn group(&mut self, stage_key: &str, stage_name: &str, entry: &Entry) -> Group {
        let node = &entry.node;
        let name = text(node, "name").unwrap_or_else(|| words::title(&entry.key));
        let full_name = format!("{stage_name} › {name}");
        let path = format!("group/{stage_key}/{}", plain_key(&entry.key));
        let (aliases, keywords) = words::group(&entry.key, &name, &taxonomy::words(node, "feature_labels"));
        let mut managers = Vec::new();
        for field in [
            "em",
            "backend_engineering_manager",
            "frontend_engineering_manager",
            "fullstack_engineering_manager",
            "fullstack_managers",
        ] {
            managers.extend(texts(node, field));
        }
        let role = format!("engineering manager of {full_name}");
        let mut group = Group {
            channel: self.channel(node, &full_name),
            pms: self.people(&path, "pms", &texts(node, "pm"), &format!("PM of {full_name}"), true),
            engineering_managers: self.people(&path, "engineering_managers", &managers, &role, false),
            name,
            aliases,
            keywords,
            ..Group::default()
        };
        for category in taxonomy::words(node, "categories") {
            if let Some(other) = self.placed.get(&category) {
                self.oddities.push(if *other == full_name {
                    format!("category {category} is twice in {full_name}: kept once")
                } else {
                    format!("category {category} is in two groups: kept in {other}, left out of {full_name}")
                });
                continue;
            }
            self.placed.insert(category.clone(), full_name.clone());
            group.categories.insert(plain_key(&category), self.category(&category));
        }
        group
    }

    fn category(&mut self, key: &str) -> crate::domain::directory::Category {
        let Some(node) = get(self.categories, key) else {
            self.oddities.push(format!("category {key} is nowhere explained: named by its key"));
            return words::category(key, None, None, &[]);
        };
        let labels = taxonomy::words(node, "feature_labels");
        words::category(key, text(node, "name").as_deref(), text(node, "label").as_deref(), &labels)
    }

    fn categories_without_group(&mut self) {
        for Entry { key, node, .. } in entries(self.categories) {
            if self.placed.contains_key(key) {
                continue;
            }
            let stage_key = text(node, "stage").map(|stage| plain_key(&stage)).unwrap_or_default();
            let category = self.category(key);
            match self.directory.stages.get_mut(&stage_key) {
                Some(stage) => {
                    self.oddities
                        .push(format!("category {key} is in no group: put under the stage {}", stage.name));
                    stage.categories.insert(plain_key(key), category);
                }
                None => self.oddities.push(format!("category {key} has neither group nor stage: left out")),
            }
        }
    }

    fn shared_channels(&mut self) {
        let mut first_of: HashMap<&ChannelRef, String> = HashMap::new();
        for stage in self.directory.stages.values() {
            for group in stage.groups.values() {
                let Some(channel) = &group.channel else { continue };
                let name = format!("{} › {}", stage.name, group.name);
                if let Some(other) = first_of.get(channel) {
                    let channel = super::completeness::channel_in_words(channel);
                    self.oddities.push(format!("{other} and {name} share {channel}"));
                } else {
                    first_of.insert(channel, name);
                }
            }
        }
    }

    /// The channel that the taxonomy names; nothing is made from a key.
    fn channel(&mut self, node: &Node, place: &str) -> Option<ChannelRef> {
        let named = get(node, "slack").and_then(|slack| text(slack, "channel"));
        let channel = named.as_ref().and_then(|name| {
            let written = if name.starts_with('#') { name.clone() } else { format!("#{name}") };
            read_as(&written, |reader, node| reader.channel(Some(node), "channel"))
        });
        if channel.is_none() {
            if let Some(name) = named {
                self.oddities.push(format!("{place}: \"{name}\" cannot be a channel: left out"));
            }
            self.to_fill_in.push(ToFillIn::Channel { place: place.to_owned() });
        }
        channel
    }

    /// The people whom the taxonomy gives by address or id; the others become a remark at the empty place.
    fn people(
        &mut self,
        path: &str,
        field: &'static str,
        named: &[String],
        role: &str,
        is_needed: bool,
    ) -> Vec<PersonRef> {
        let mut people = Vec::new();
        let mut only_names: Vec<&str> = Vec::new();
        let mut written: Vec<&str> = Vec::new();
        for name in named {
            let bare = super::references::without_remark(name);
            match read_as(name, |reader, node| reader.person(Some(node), "person")) {
                Some(person) if !people.contains(&person) => people.push(person),
                None if !only_names.contains(&bare) => {
                    only_names.push(bare);
                    written.push(name);
                }
                Some(_) | None => {}
            }
        }
        for person in &only_names {
            self.to_fill_in.push(ToFillIn::Email { person: (*person).to_owned(), role: role.to_owned() });
        }
        if !only_names.is_empty() {
            let whose = if written.len() == 1 { "their e-mail address" } else { "their e-mail addresses" };
            let remark = format!("{}: add {whose}", written.join(", "));
            self.remarks.insert((path.to_owned(), field), remark);
        } else if people.is_empty() && is_needed {
            self.to_fill_in.push(ToFillIn::Person { role: role.to_owned() });
        }
        people
    }
}

/// Reads a text as the directory would.
fn read_as<T>(text: &str, read: impl Fn(&mut Reader, &Node) -> Option<T>) -> Option<T> {
    let source = SourceText::new("", text);
    let node = Node { value: Value::Scalar(text.to_owned()), span: 0..text.len(), source };
    read(&mut Reader::default(), &node)
}
