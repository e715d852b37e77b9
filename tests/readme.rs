//! What the README shows has to hold: its directory loads, and every setting and variable stands in it with its default.

use std::fs;
use std::path::Path;

use switchboard::config::{Problem, TextFile, example_settings, load_directory};
use switchboard::domain::directory::Directory;
use switchboard::domain::ids::{ChannelId, UserId};
use switchboard::domain::names::{Channel, Names, Person};
use switchboard::domain::org::Org;
use switchboard::domain::routing::{Outcome, route};
use switchboard::domain::rules::{Rules, WorkingHours};

fn text_of(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a document can be read")
}

/// The directory of the set-up's third step.
fn smallest_directory(readme: &str) -> Directory {
    let (_, rest) = readme.split_once("```yaml\n").expect("the README shows a directory");
    let (text, _) = rest.split_once("```").expect("the example ends");
    let file = TextFile { name: "README.md".to_owned(), text: text.to_owned() };
    match load_directory(&file, &WorkingHours::default()) {
        Ok((directory, _)) => directory,
        Err(problems) => panic!("{}", problems.iter().map(Problem::one_line).collect::<Vec<_>>().join("\n")),
    }
}

/// A workspace that has what the directory names.
fn workspace() -> Names {
    let channel = |name: &str| Channel {
        id: ChannelId(format!("C-{name}")),
        name: name.to_owned(),
        is_private: false,
        is_archived: false,
        is_shared: false,
        is_member: true,
    };
    let person = |name: &str| Person {
        id: UserId(format!("U-{name}")),
        name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        time_zone: None,
        is_gone: false,
        is_bot: false,
        is_guest: false,
    };
    Names {
        channels: ["product", "sme-ci", "g_runner"].map(channel).to_vec(),
        people: ["ines", "lena", "paul"].map(person).to_vec(),
        ..Names::default()
    }
}

#[test]
fn the_first_question_of_the_set_up_finds_its_experts() {
    let readme = text_of("README.md");
    let directory = smallest_directory(&readme);
    let (org, unresolved) = Org::resolve(&directory, &workspace(), &Rules::default(), None, &[]);
    assert_eq!(unresolved, []);
    let (_, rest) = readme.split_once("Anywhere: `/request-pm ").expect("the README asks a first question");
    let (question, _) = rest.split_once('`').expect("the question ends");
    let Outcome::Clear { place, .. } = route(&org, question, None) else {
        panic!("{question}: {:?}", route(&org, question, None));
    };
    let place = org.place(&place).expect("a place of the directory");
    assert_eq!(
        (place.name.as_str(), place.area.as_ref().map(|area| area.0.as_str())),
        ("Runner", Some("ci"))
    );
}

#[test]
fn every_setting_is_described_with_its_default() {
    let readme = text_of("README.md");
    let settings: toml::Table = example_settings().parse().expect("the example settings are TOML");
    let mut missing = Vec::new();
    for (table, keys) in &settings {
        let Some(keys) = keys.as_table() else {
            if !readme.contains(&format!("| `{table}` | `{keys}` |")) {
                missing.push(table.clone());
            }
            continue;
        };
        for (key, value) in keys {
            let is_described =
                readme.lines().filter(|line| line.starts_with(&format!("| `[{table}] "))).any(|line| {
                    let is_named =
                        line.contains(&format!("] {key}`")) || line.contains(&format!(", `{key}`"));
                    // What has no default has an example in the file; a list is put into words.
                    let has_default = matches!(table.as_str(), "admin" | "handbook") || value.is_array();
                    is_named && (has_default || line.contains(&format!("| `{value}` |")))
                });
            if !is_described {
                missing.push(format!("[{table}] {key} = {value}"));
            }
        }
    }
    assert!(missing.is_empty(), "the README's table of settings lacks:\n{}", missing.join("\n"));
}

#[test]
fn every_variable_is_described() {
    let readme = text_of("README.md");
    for line in text_of("examples/env.sample").lines() {
        let Some((name, value)) = line.trim_start_matches("# ").split_once('=') else { continue };
        if name.contains(' ') || name.ends_with("_FILE") || name.starts_with("SWITCHBOARD__") {
            continue;
        }
        let row = format!(
            "| `{name}` | {} |",
            if value.is_empty() { "–".to_owned() } else { format!("`{value}`") }
        );
        assert!(readme.contains(&row), "the README's table of variables lacks: {row}");
    }
}
