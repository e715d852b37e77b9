//! Whatever people write: nothing of theirs becomes a token, every message fits, and Slack's own schema takes it. Also the
//! voice: no word of ours that is not theirs.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::every::messages;
use super::shown::{elements, plain};
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{AwayPress, HomePress, OfferPress, Press};

const EVIL: &str =
    "<!channel> <@UEVIL|x> <https://evil.example|click> & *bold* | @here #general :tada: ``` > q";

/// People, groups and channels that our own tokens may name.
const KNOWN: [&str; 16] = [
    "@UAVA",
    "@UINES",
    "@ULIN",
    "@UPAT",
    "@USAM",
    "@ULEE",
    "!subteam^SSME",
    "#CSME",
    "#CINT",
    "#CGRP",
    "#CSTG",
    "#CPRD",
    "#CADM",
    "!date",
    "https://",
    "http://",
];

/// Every text that Slack would read as its mark-up.
fn marked_up(message: &Message) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if fields.get("type") == Some(&Value::from("mrkdwn")) {
                    assert_eq!(fields.get("verbatim"), Some(&Value::from(true)));
                    found.push(fields["text"].as_str().expect("text").to_owned());
                }
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = vec![message.text.clone()];
    message.blocks.iter().for_each(|block| walk(block, &mut found));
    found
}

/// What stands between `<` and `>`.
fn tokens(text: &str) -> Vec<&str> {
    let tokens: Vec<&str> =
        text.split('<').skip(1).map(|rest| rest.split_once('>').expect("a token ends").0).collect();
    assert_eq!(text.matches('>').count(), tokens.len(), "a stray sign in {text}");
    tokens
}

fn check(name: &str, message: &Message) {
    assert!(!message.text.trim().is_empty(), "{name} has no fallback text");
    assert!(message.text.encode_utf16().count() <= 4_000, "{name} is too long");
    assert!(!message.text.contains('<'), "{name}: the fallback text stands alone: {}", message.text);
    assert!((1..=50).contains(&message.blocks.len()), "{name}");
    for text in marked_up(message) {
        for token in tokens(&text) {
            let ours = KNOWN.iter().any(|known| token.starts_with(known));
            assert!(ours && !token.starts_with("https://evil"), "{name}: <{token}> in {text}");
        }
    }
    let mut ids = HashSet::new();
    for block in &message.blocks {
        match block["type"].as_str().expect("a type") {
            "section" => check_length(name, &block["text"]["text"], 3_000),
            "context" => check_length(name, &block["elements"][0]["text"], 3_000),
            "rich_text" => check_length(name, &block["elements"][0]["elements"][0]["text"], 3_000),
            "actions" => check_actions(name, block, &mut ids),
            other => panic!("{name}: unexpected {other}"),
        }
    }
    if name.starts_with("card") && name.ends_with("false") {
        let all = marked_up(message).join(" ");
        assert!(!all.contains("<@") && !all.contains("<!subteam"), "{name} mentions somebody: {all}");
    }
    let total: usize = message.blocks.iter().map(length).sum();
    assert!(total < 13_000, "{name}: {total} in all");
}

/// How much text a block holds, wherever it stands.
fn length(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match value.as_str() {
                Some(text) if key == "text" => text.encode_utf16().count(),
                Some(_) | None => length(value),
            })
            .sum(),
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn check_length(name: &str, text: &Value, limit: usize) {
    let length = text.as_str().expect("text").encode_utf16().count();
    assert!((1..=limit).contains(&length), "{name}: {length} of {limit} in {text}");
}

fn check_actions(name: &str, block: &Value, ids: &mut HashSet<String>) {
    assert!(elements(block).len() <= 25);
    for element in elements(block) {
        let id = element["action_id"].as_str().expect("an action id").to_owned();
        assert!(ids.insert(id), "{name}: an action id twice");
        let (values, limit) = match element["options"].as_array() {
            Some(options) => {
                assert!((1..=5).contains(&options.len()), "{name}");
                (options.clone(), 150)
            }
            None => (vec![element], 2_000),
        };
        for value in values {
            check_length(name, &value["text"]["text"], 75);
            check_length(name, &value["value"], limit);
            let press = value["value"].as_str().expect("a value");
            let is_ours = serde_json::from_str::<Press>(press).is_ok()
                || serde_json::from_str::<OfferPress>(press).is_ok()
                || serde_json::from_str::<AwayPress>(press).is_ok()
                || serde_json::from_str::<HomePress>(press).is_ok();
            assert!(is_ours, "{name}: {value}");
        }
    }
}

#[test]
fn nothing_of_theirs_becomes_a_token_and_all_fits() {
    let long = format!("{EVIL} ").repeat(35);
    let emoji = "👩‍🚀".repeat(700);
    for text in ["", &long, &emoji, &"&".repeat(5_000), "a\n> b\n```c"] {
        for (name, message) in messages(text, "") {
            check(&name, &message);
        }
    }
    for (name, message) in messages(EVIL, EVIL) {
        check(&name, &message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn arbitrary_text_is_harmless(text in r"(\PC|[<>&*_~`|\n@#:]|<!here>|<@U1>){0,300}", names in r"[<>&*_|a-z ]{0,20}") {
        for (name, message) in messages(&text, &names) {
            check(&name, &message);
        }
    }
}

#[test]
fn slacks_schema_takes_every_message() {
    let shared = std::env::var_os("SWITCHBOARD_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let Ok(schema) = std::fs::read_to_string(shared.join("data/slack/schema/blocks.schema.json")) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return;
    };
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    for (name, message) in messages(EVIL, "") {
        let blocks = Value::Array(message.blocks);
        let problems: Vec<String> = schema.iter_errors(&blocks).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?} in {blocks:#}");
    }
}

#[test]
fn the_voice_is_calm_and_the_words_are_theirs() {
    for (name, message) in messages("words", "") {
        for text in [message.text.clone(), plain(&message).replace("<!subteam", "")] {
            let lower = text.to_lowercase().replace("customer escalation", "");
            for word in ["engagement", "!", "escalat", "please wait", "sorry", "oops", "{", "none"] {
                let found = lower.contains(word) && !(word == "none" && lower.contains("agenda: none"));
                assert!(!found, "{name} says “{word}”: {text}");
            }
        }
    }
}
