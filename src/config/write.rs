//! The domain's directory → `directory.yml`, readable, in the order it was given, a remark where something is missing.
//!
//! What is written reads back as the same directory.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::Weekday;
use indexmap::IndexMap;

use crate::domain::directory::{
    AreaMode, Category, Directory, Group, GroupCalendar, GroupProcess, GroupRef, HolidaySource, OfficeHours,
    PersonRef, Section, SmeArea, Stage,
};
use crate::domain::reason::Reason;

use super::completeness::channel_in_words;
use super::hours::interval_in_words;

/// Remarks by place and field: (`group/verify/runner`, `pms`) → `Person 7, add their e-mail address`.
pub(super) type Remarks = HashMap<(String, &'static str), String>;

/// Lines longer than this are broken up.
const WIDTH: usize = 118;

/// The directory as a file.
pub fn to_yaml(directory: &Directory) -> String {
    write(directory, &Remarks::new())
}

/// The directory as a file, with remarks.
pub(super) fn write(directory: &Directory, remarks: &Remarks) -> String {
    let mut page = Page { out: String::new(), depth: 0, remarks };
    page.out.push_str(HEAD);
    page.top(directory);
    page.key("sme_areas", directory.sme_areas.is_empty(), AREAS_MISSING);
    page.each(&directory.sme_areas, |page, key, area| page.area(&key.0, area));
    page.key("sections", directory.sections.is_empty(), "none");
    page.each(&directory.sections, |page, key, section| page.section(key, section));
    page.key("stages", directory.stages.is_empty(), "none");
    page.each(&directory.stages, |page, key, stage| page.stage(key, stage));
    page.out
}

const HEAD: &str = "\
# Who is who. A channel is \"#name\" or an id, a person an e-mail address or a Slack id, a user group \"@handle\" or an id.
# `switchboard check` says what is missing and what happens instead.

";
const AREAS_MISSING: &str = "none yet; for each: name, channel, internal_channel, handle, leads, members";

struct Page<'a> {
    out: String,
    depth: usize,
    remarks: &'a Remarks,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "", indent = self.depth * 2);
    }

    fn key(&mut self, key: &str, is_empty: bool, missing: &str) {
        let key = scalar(key);
        if is_empty { self.line(&format!("{key}: {{}} # {missing}")) } else { self.line(&format!("{key}:")) }
    }

    fn each<K, T>(&mut self, all: &IndexMap<K, T>, mut write: impl FnMut(&mut Self, &K, &T)) {
        self.depth += 1;
        for (key, one) in all {
            write(self, key, one);
        }
        self.depth -= 1;
    }

    /// A field of one value; without one it is there all the same, with a remark that says what happens.
    fn field(&mut self, path: &str, field: &'static str, value: Option<String>, missing: &str) {
        let remark = self.remarks.get(&(path.to_owned(), field)).map(String::as_str);
        match (value, remark) {
            (Some(value), None) => self.line(&format!("{field}: {value}")),
            (Some(value), Some(remark)) => self.line(&format!("{field}: {value} # {}", one_line(remark))),
            (None, remark) => {
                let remark = one_line(remark.unwrap_or(missing));
                if !remark.is_empty() {
                    self.line(&format!("{field}: # {remark}"));
                }
            }
        }
    }

    /// A list; without items it is there only when that needs a remark.
    fn items(&mut self, path: &str, field: &'static str, items: &[String], missing: &str) {
        let remark = self.remarks.get(&(path.to_owned(), field)).map_or(missing, String::as_str);
        let has_remark = self.remarks.contains_key(&(path.to_owned(), field));
        if items.is_empty() && !remark.is_empty() {
            self.line(&format!("{field}: [] # {}", one_line(remark)));
        } else if !items.is_empty() {
            let list = items.join(", ");
            if list.chars().count() + field.len() + self.depth * 2 + 4 <= WIDTH {
                let remark = if has_remark { format!(" # {}", one_line(remark)) } else { String::new() };
                self.line(&format!("{field}: [{list}]{remark}"));
            } else {
                self.line(&format!("{field}:"));
                for item in items {
                    self.line(&format!("  - {item}"));
                }
            }
        }
    }

    fn top(&mut self, directory: &Directory) {
        let Directory {
            fallback_channel,
            sme_fallback_channel,
            field,
            protected,
            workflow_bots,
            taken_emoji,
            ..
        } = directory;
        let channel =
            |channel: &Option<_>| channel.as_ref().map(|channel| quoted(&channel_in_words(channel)));
        self.field(
            "",
            "fallback_channel",
            channel(fallback_channel),
            "asks for PMs of a group and stage without a channel go here",
        );
        self.field(
            "",
            "sme_fallback_channel",
            channel(sme_fallback_channel),
            "questions without an SME area go here",
        );
        self.line(&format!(
            "field: {{groups: [{}]}} # user groups of those who face customers",
            list(field, group_ref)
        ));
        if !protected.is_empty() {
            self.line(&format!("protected: {{people: [{}]}}", list(protected, person)));
        }
        self.items("", "workflow_bots", &texts(workflow_bots), "");
        self.items("", "taken_emoji", &texts(taken_emoji), "");
        self.out.push('\n');
    }

    fn area(&mut self, key: &str, area: &SmeArea) {
        let SmeArea { name, mode, channel, internal_channel, handle, leads, members, pms, office_hours } =
            area;
        let path = format!("area/{key}");
        let mode = match mode {
            AreaMode::Observe => "observe",
            AreaMode::Pilot => "pilot",
            AreaMode::On => "\"on\"",
        };
        let reference =
            |channel: &Option<_>| channel.as_ref().map(|channel| quoted(&channel_in_words(channel)));
        self.key(key, false, "");
        self.depth += 1;
        self.line(&format!("name: {}", scalar(name)));
        self.line(&format!("mode: {mode}"));
        self.field(&path, "channel", reference(channel), "missing");
        self.field(&path, "internal_channel", reference(internal_channel), "missing: no reply clock runs");
        self.field(&path, "handle", handle.as_ref().map(group_ref), "missing: nobody is mentioned");
        self.items(&path, "leads", &people(leads), "nobody yet");
        self.items(&path, "members", &people(members), "");
        self.items(&path, "pms", &people(pms), "");
        if let Some(OfficeHours { text, link }) = office_hours {
            let link = link.as_ref().map(|link| format!(", link: {}", quoted(link))).unwrap_or_default();
            self.line(&format!("office_hours: {{text: {}{link}}}", quoted(text)));
        }
        self.depth -= 1;
    }

    fn section(&mut self, key: &str, section: &Section) {
        let Section { name, leader } = section;
        self.key(key, false, "");
        self.depth += 1;
        self.line(&format!("name: {}", scalar(name)));
        self.field(&format!("section/{key}"), "leader", leader.as_ref().map(person), "nobody yet");
        self.depth -= 1;
    }

    fn stage(&mut self, key: &str, stage: &Stage) {
        let Stage { name, section, channel, pm, sme_area, aliases, groups, categories } = stage;
        let path = format!("stage/{key}");
        self.key(key, false, "");
        self.depth += 1;
        self.line(&format!("name: {}", scalar(name)));
        self.field(&path, "section", section.as_deref().map(scalar), "missing");
        let channel = channel.as_ref().map(|channel| quoted(&channel_in_words(channel)));
        self.field(&path, "channel", channel, "missing: the fallback_channel is used");
        self.field(&path, "pm", pm.as_ref().map(person), "nobody yet");
        self.field(
            &path,
            "sme_area",
            sme_area.as_ref().map(|area| scalar(&area.0)),
            "missing: the sme_fallback_channel is used",
        );
        self.items(&path, "aliases", &texts(aliases), "");
        if !groups.is_empty() {
            self.key("groups", false, "");
            self.each(groups, |page, group_key, group| {
                page.group(&format!("{key}/{group_key}"), group_key, group);
            });
        }
        self.categories(categories);
        self.depth -= 1;
    }

    fn group(&mut self, below: &str, key: &str, group: &Group) {
        let Group {
            name,
            channel,
            pms,
            cover,
            engineering_managers,
            sme_area,
            calendar,
            process,
            aliases,
            keywords,
            categories,
        } = group;
        let path = format!("group/{below}");
        self.key(key, false, "");
        self.depth += 1;
        self.line(&format!("name: {}", scalar(name)));
        let channel = channel.as_ref().map(|channel| quoted(&channel_in_words(channel)));
        self.field(&path, "channel", channel, "missing: its stage's is used");
        self.items(&path, "pms", &people(pms), "nobody yet: the stage PM is asked");
        self.items(&path, "cover", &people(cover), "");
        self.items(&path, "engineering_managers", &people(engineering_managers), "");
        self.field(&path, "sme_area", sme_area.as_ref().map(|area| scalar(&area.0)), "");
        if let Some(calendar) = calendar {
            self.calendar(calendar);
        }
        if let Some(process) = process {
            self.process(process);
        }
        self.items(&path, "aliases", &texts(aliases), "");
        self.items(&path, "keywords", &texts(keywords), "");
        self.categories(categories);
        self.depth -= 1;
    }

    fn calendar(&mut self, calendar: &GroupCalendar) {
        let GroupCalendar { time_zone, hours, holidays } = calendar;
        let days = hours.days();
        let words = |day: Weekday| hours.on(day).iter().map(|one| quoted(&interval_in_words(one))).collect();
        let by_day: Vec<(Weekday, Vec<String>)> = days.into_iter().map(|day| (day, words(day))).collect();
        let first = by_day.first().map(|(_, hours)| hours.clone()).unwrap_or_default();
        let name = |day: &Weekday| day.to_string().to_lowercase();
        let mut off: Vec<String> = holidays.dates.iter().map(ToString::to_string).collect();
        off.extend(holidays.calendars.iter().map(|source| match source {
            HolidaySource::Local(spelled) | HolidaySource::Address(spelled) => quoted(spelled),
        }));
        self.line("calendar:");
        self.depth += 1;
        self.field("", "time_zone", time_zone.map(|zone| zone.name().to_owned()), "");
        if by_day.iter().all(|(_, hours)| *hours == first) {
            let days: Vec<String> = by_day.iter().map(|(day, _)| name(day)).collect();
            self.items("", "days", &days, "");
            self.items("", "hours", &first, "");
        } else {
            self.line("hours:");
            for (day, hours) in &by_day {
                self.line(&format!("  {}: [{}]", name(day), hours.join(", ")));
            }
        }
        self.items("", "holidays", &off, "");
        self.depth -= 1;
    }

    fn process(&mut self, process: &GroupProcess) {
        let GroupProcess { note, link, requires_link, excludes } = process;
        let excludes: Vec<String> = excludes.iter().copied().map(Reason::key).map(str::to_owned).collect();
        self.line("process:");
        self.depth += 1;
        self.field("", "note", note.as_deref().map(quoted), "");
        self.field("", "link", link.as_deref().map(quoted), "");
        self.line(&format!("requires_link: {requires_link}"));
        self.items("", "excludes", &excludes, "");
        self.depth -= 1;
    }

    fn categories(&mut self, categories: &IndexMap<String, Category>) {
        if categories.is_empty() {
            return;
        }
        self.key("categories", false, "");
        self.each(categories, |page, key, category| {
            let Category { name, aliases, keywords } = category;
            let (aliases, keywords) = (texts(aliases), texts(keywords));
            let mut line = format!("{}: {{name: {}", scalar(key), scalar(name));
            for (field, words) in [("aliases", &aliases), ("keywords", &keywords)] {
                if !words.is_empty() {
                    let _ = write!(line, ", {field}: [{}]", words.join(", "));
                }
            }
            line.push('}');
            if line.chars().count() + page.depth * 2 <= WIDTH {
                page.line(&line);
            } else {
                page.key(key, false, "");
                page.depth += 1;
                page.line(&format!("name: {}", scalar(name)));
                page.items("", "aliases", &aliases, "");
                page.items("", "keywords", &keywords, "");
                page.depth -= 1;
            }
        });
    }
}

fn person(person: &PersonRef) -> String {
    match person {
        PersonRef::Email(email) => scalar(email),
        PersonRef::Id(id) => scalar(&id.0),
    }
}

fn people(all: &[PersonRef]) -> Vec<String> {
    all.iter().map(person).collect()
}

fn group_ref(group: &GroupRef) -> String {
    match group {
        GroupRef::Handle(handle) => quoted(&format!("@{handle}")),
        GroupRef::Id(id) => scalar(&id.0),
    }
}

fn texts(all: &[String]) -> Vec<String> {
    all.iter().map(|text| scalar(text)).collect()
}

fn list<T>(all: &[T], write: impl Fn(&T) -> String) -> String {
    all.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// A remark that cannot end early.
fn one_line(remark: &str) -> String {
    remark.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// A text without quotes where nobody can misread it.
fn scalar(text: &str) -> String {
    const MISREAD: [&str; 11] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"];
    let is_plain = text.starts_with(|sign: char| sign.is_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(|sign| sign.is_alphanumeric() || " _-./@()+".contains(sign))
        && !MISREAD.contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control()
                || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{TextFile, example_directory, load_directory};
    use crate::domain::rules::WorkingHours;

    fn load(text: &str) -> Directory {
        let file = TextFile { name: "directory.yml".to_owned(), text: text.to_owned() };
        let (directory, _) = load_directory(&file, &WorkingHours::default()).expect(text);
        directory
    }

    #[test]
    fn what_is_written_reads_back() {
        let directory = load(example_directory());
        assert_eq!(load(&to_yaml(&directory)), directory);
    }

    #[test]
    fn a_calendar_reads_back() {
        for calendar in [
            "{hours: {mon: ['09:00-12:00', '13:00-24:00'], fri: ['09:00-14:00'], sat: []}, holidays: [off.ics, 2026-12-25]}",
            "{days: [sun, mon], holidays: ['https://example.com/off.ics']}",
        ] {
            let directory = load(&format!("stages: {{a: {{groups: {{b: {{calendar: {calendar}}}}}}}}}"));
            assert_eq!(load(&to_yaml(&directory)), directory, "{calendar}");
        }
    }

    #[test]
    fn nothing_reads_back_as_nothing() {
        let directory = load("taken_emoji: [tick]\n");
        assert_eq!(load(&to_yaml(&directory)), directory);
    }

    proptest! {
        #[test]
        fn any_name_reads_back(name in "\\PC{1,30}", keyword in ".{1,30}") {
            let mut directory = load("stages: {a: {name: A}}");
            let stage = directory.stages.get_mut("a").expect("just read");
            stage.name = name.trim().to_owned();
            stage.aliases = vec![keyword.trim().to_owned()];
            prop_assume!(!stage.name.is_empty() && !stage.aliases[0].is_empty());
            prop_assert_eq!(load(&to_yaml(&directory)), directory);
        }
    }
}
