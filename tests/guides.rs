//! What the guides say is there: their pictures, their links, the commands they name, the buttons they speak of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use switchboard::domain::admin::Wish;
use switchboard::domain::command;
use switchboard::domain::ids::UserId;
use switchboard::domain::switches;
use switchboard::slack::parse::{Inbound, Query, request};
use url::form_urlencoded;

const GUIDES: [&str; 5] = ["rollout", "admin", "sme", "pm", "requester"];
/// Lines of a guide at most: about a screen.
const LONGEST: usize = 60;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn text_of(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn guides() -> impl Iterator<Item = (String, String)> {
    GUIDES.into_iter().map(|name| format!("docs/{name}.md")).map(|name| (name.clone(), text_of(&name)))
}

/// What stands between these signs on a line.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().flat_map(move |line| {
        let parts = line.split(open).skip(1);
        parts.filter_map(move |part| part.split_once(close).map(|(inner, _)| inner))
    })
}

/// What is written as code.
fn code(text: &str) -> Vec<&str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// Labels of buttons: what stands between single stars.
fn labels(text: &str) -> Vec<String> {
    let text = text.replace("**", "");
    text.lines().flat_map(|line| line.split('*').skip(1).step_by(2).map(str::to_owned)).collect()
}

/// Where a heading leads, as the usual sites make it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

#[test]
fn every_guide_is_a_screen_and_named_in_the_readme() {
    let readme = text_of("README.md");
    for (name, text) in guides() {
        assert!(text.lines().count() <= LONGEST, "{name} has {} lines", text.lines().count());
        assert!(readme.contains(&format!("({name})")), "the README does not name {name}");
    }
}

#[test]
fn every_picture_is_shown_and_every_shown_picture_is_there() {
    let mut shown = BTreeSet::new();
    for (name, text) in guides() {
        for line in text.lines().filter(|line| line.starts_with("![")) {
            let (said, target) =
                line[2..].split_once("](pictures/").unwrap_or_else(|| panic!("{name}: {line}"));
            assert!(said.len() > 20, "{name}: a picture is told in words, too: {line}");
            shown.insert(target.trim_end_matches(')').to_owned());
        }
    }
    let files = fs::read_dir(root().join("docs/pictures")).expect("pictures");
    let there = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(shown, there);
}

#[test]
fn every_link_leads_somewhere() {
    let mut followed = 0;
    for (name, text) in guides() {
        for target in between(&text, "](", ")") {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = root().join("docs").join(file);
            let there = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {target}: {error}"));
            let headings = there.lines().filter(|line| line.starts_with('#'));
            let leads =
                headings.map(|line| anchor(line.trim_start_matches('#').trim())).any(|at| at == heading);
            assert!(heading.is_empty() || leads, "{name}: {target}");
            followed += 1;
        }
    }
    assert!(followed > 20, "or the test sees nothing");
}

/// What becomes of a command, in a word; `None` where the bot would say that it does not know it.
fn understood(typed: &str) -> Option<&'static str> {
    let (command, text) = typed.split_once(' ').unwrap_or((typed, ""));
    // People are typed by name, and sent by id.
    let words = text.split(' ').map(|word| if word.starts_with('@') { "<@U0INES>" } else { word });
    let text = words.collect::<Vec<_>>().join(" ");
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("command", command),
            ("text", &text),
            ("user_id", "U0AVA"),
            ("channel_id", "C0FIELD"),
        ])
        .extend_pairs([("trigger_id", "1.2.3"), ("response_url", "https://hooks.example.com/1")])
        .finish();
    let names = |_: &UserId| Some("Ines".to_owned());
    match request(Some("application/x-www-form-urlencoded"), body.as_bytes(), &names, None) {
        Inbound::OpenForm(_) => Some("form"),
        Inbound::Query { query: Query::NotUnderstood, .. }
        | Inbound::Admin { wish: Wish::NotUnderstood, .. } => None,
        Inbound::Query { .. } => Some("query"),
        Inbound::Admin { .. } => Some("admin"),
        Inbound::Command(incoming) => match incoming.command {
            command::Command::Ask(_) => Some("ask"),
            command::Command::Switch(switching) => match switching.wish {
                switches::Wish::Pilot { .. } => Some("pilot"),
                switches::Wish::Mode { mode, .. } => {
                    ["observe", "pilot", "on", "clear"].contains(&mode.as_str()).then_some("mode")
                }
            },
            _ => Some("command"),
        },
        other => panic!("{typed}: {other:?}"),
    }
}

#[test]
fn commands_in_slack_mean_what_the_guides_say() {
    let mut asked = Vec::new();
    let mut kinds = BTreeSet::new();
    for (name, text) in guides() {
        for typed in code(&text).into_iter().filter(|code| code.starts_with("/request-pm")) {
            let kind = understood(typed).unwrap_or_else(|| panic!("{name}: {typed} is not understood"));
            if kind == "ask" {
                asked.push(typed.to_owned());
            }
            kinds.insert(kind);
        }
    }
    // What is no command is sent to experts, so only what is meant as a question may be one.
    asked.sort();
    asked.dedup();
    assert_eq!(asked, ["/request-pm How do we keep autoscaling runners warm?", "/request-pm your question"]);
    assert_eq!(kinds, BTreeSet::from(["admin", "ask", "command", "form", "mode", "pilot", "query"]));
    assert_eq!(understood("/request-pm admin pause until Friday"), None, "or the test sees nothing");
}

#[test]
fn commands_beside_the_bot_are_known_with_their_options() {
    let mut tried = 0;
    for (name, text) in guides() {
        for typed in code(&text) {
            let Some(words) = typed.strip_prefix("switchboard ") else { continue };
            let words: Vec<&str> = words.split(' ').collect();
            let (options, plain): (Vec<&str>, Vec<&str>) =
                words.iter().partition(|word| word.starts_with("--"));
            let is_part = |word: &&&str| word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-');
            let parts = plain.iter().take(if plain[0] == "directory" { 2 } else { 1 }).filter(is_part);
            let help = Command::new(env!("CARGO_BIN_EXE_switchboard")).args(parts).arg("--help").output();
            let help = help.expect("the program starts");
            assert!(help.status.success(), "{name}: {typed}");
            let told = String::from_utf8_lossy(&help.stdout);
            for option in options {
                assert!(told.contains(option), "{name}: {typed}: no {option}");
            }
            tried += 1;
        }
    }
    assert!(tried > 5, "or the test sees nothing");
}

/// Everything that words for buttons may stand in.
fn sources() -> String {
    let mut folders = vec![root().join("src/slack/render"), root().join("src/slack/forms")];
    let mut text = text_of("manifests/slack-app.yaml");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text.push_str(&fs::read_to_string(path).expect("a source"));
            }
        }
    }
    text
}

#[test]
fn every_button_that_is_spoken_of_has_that_label() {
    let sources = sources();
    let mut found = BTreeSet::new();
    for (name, text) in guides() {
        for label in labels(&text) {
            let is_there = [format!("\"{label}\""), format!("name: {label}\n")];
            assert!(is_there.iter().any(|form| sources.contains(form)), "{name}: no button says “{label}”");
            found.insert(label);
        }
    }
    assert!(found.len() > 20 && found.contains("Take it"), "or the test sees nothing: {found:?}");
}
