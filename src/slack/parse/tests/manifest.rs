//! The app's settings at Slack and the code say the same: what is subscribed is handled, what is handled is subscribed,
//! and no scope is asked for without a use.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::*;
use crate::slack::vocabulary::COMMAND;

fn text_of(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests").join(name);
    fs::read_to_string(path).unwrap()
}

fn manifest() -> Value {
    serde_saphyr::from_str(&text_of("slack-app.yaml")).unwrap()
}

/// The one for companies without a public address.
fn socket_manifest() -> Value {
    serde_saphyr::from_str(&text_of("slack-app-socket-mode.yaml")).unwrap()
}

/// Takes out every address of ours.
fn without_addresses(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.as_str().is_some_and(|text| text.contains("YOUR-HOST")));
            fields.values_mut().for_each(without_addresses);
        }
        Value::Array(items) => items.iter_mut().for_each(without_addresses),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn socket_mode_is_the_same_app_without_addresses() {
    let mut expected = manifest();
    without_addresses(&mut expected);
    expected["settings"]["socket_mode_enabled"] = Value::from(true);
    assert_eq!(socket_manifest(), expected);
    assert!(!text_of("slack-app-socket-mode.yaml").contains("https://YOUR-HOST"));
}

/// The texts at a place of the manifest, or those of a field of the objects there.
fn listed(place: &str, field: Option<&str>) -> BTreeSet<String> {
    let manifest = manifest();
    let items = manifest.pointer(place).and_then(Value::as_array).unwrap();
    let text = |item: &Value| field.map_or_else(|| item.clone(), |field| item[field].clone());
    let found: BTreeSet<String> = items.iter().map(|item| text(item).as_str().unwrap().to_owned()).collect();
    assert_eq!(found.len(), items.len(), "{place} names something twice");
    found
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Each scope with the events that Slack sends for it, and the methods that it lets us call.
const USES: &[(&str, &[&str], &[&str])] = &[
    ("app_mentions:read", &["app_mention"], &[]),
    ("channels:history", &["message.channels"], &["conversations.history", "conversations.replies"]),
    ("channels:join", &[], &["conversations.join"]),
    (
        "channels:read",
        &[
            "channel_archive",
            "channel_deleted",
            "channel_id_changed",
            "channel_left",
            "channel_rename",
            "channel_shared",
            "channel_unarchive",
            "channel_unshared",
            "member_joined_channel",
        ],
        &["conversations.list", "conversations.members"],
    ),
    ("chat:write", &[], &["chat.postMessage", "chat.update", "chat.postEphemeral"]),
    ("commands", &[], &["views.open"]),
    ("groups:history", &["message.groups"], &["conversations.history", "conversations.replies"]),
    (
        "groups:read",
        &[
            "group_archive",
            "group_deleted",
            "group_left",
            "group_rename",
            "group_unarchive",
            "member_joined_channel",
        ],
        &["conversations.list", "conversations.members"],
    ),
    ("im:history", &["message.im"], &["conversations.replies"]),
    ("im:write", &[], &["conversations.open"]),
    ("reactions:read", &["reaction_added", "reaction_removed"], &[]),
    (
        "usergroups:read",
        &["subteam_created", "subteam_members_changed", "subteam_updated"],
        &["usergroups.list"],
    ),
    ("users:read", &["team_join", "user_change"], &["users.list", "users.info"]),
    ("users:read.email", &[], &["users.list"]),
];

/// Events that Slack sends without a scope.
const FREE: &[&str] = &["app_home_opened"];

#[test]
fn the_manifest_and_the_code_name_the_same_events_shortcuts_and_command() {
    assert_eq!(listed("/settings/event_subscriptions/bot_events", None), set(EVENTS));
    assert_eq!(listed("/features/shortcuts", Some("callback_id")), set(SHORTCUTS));
    assert_eq!(listed("/features/slash_commands", Some("command")), set(&[COMMAND]));
}

#[test]
fn every_scope_has_its_use_and_every_event_its_scope() {
    let scopes: Vec<&str> = USES.iter().map(|(scope, _, _)| *scope).collect();
    assert_eq!(listed("/oauth_config/scopes/bot", None), set(&scopes));
    assert_eq!(set(crate::slack::vocabulary::SCOPES), set(&scopes));
    for (scope, events, methods) in USES {
        assert!(!events.is_empty() || !methods.is_empty(), "{scope} is used by nothing");
        for event in *events {
            assert!(EVENTS.contains(event), "{scope} is explained by {event}, which is not subscribed");
        }
    }
    let covered: BTreeSet<String> =
        USES.iter().flat_map(|(_, events, _)| events.iter().map(|event| (*event).to_owned())).collect();
    let free = set(FREE);
    assert!(covered.is_disjoint(&free));
    assert_eq!(&covered | &free, set(EVENTS), "an event without its scope");
}

/// The source of the client, tests left out.
fn client() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/slack/client");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_method_that_explains_a_scope_is_called_and_every_one_called_has_its_scope() {
    let client = client();
    for (scope, _, methods) in USES {
        for method in *methods {
            assert!(
                client.contains(&format!("\"{method}\"")),
                "{scope} is explained by {method}, which is not called"
            );
        }
    }
    // Methods of the families that need scopes, as the client names them.
    let called: BTreeSet<&str> = client
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.'))
        .filter(|text| {
            ["chat.", "conversations.", "reactions.", "usergroups.", "users.", "files."]
                .iter()
                .any(|family| text.starts_with(family))
        })
        .collect();
    assert!(called.len() >= 8, "{called:?}");
    for method in called {
        assert!(USES.iter().any(|(_, _, methods)| methods.contains(&method)), "{method} without a scope");
    }
}

#[test]
fn every_scope_says_why_it_is_there() {
    let text = text_of("slack-app.yaml");
    let scopes = text.split("    bot:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert_eq!(scopes.lines().count(), USES.len());
    for line in scopes.lines() {
        assert!(line.split_once(" # ").is_some_and(|(_, why)| why.len() > 10), "{line}");
    }
}

#[test]
fn the_manifest_lets_people_write_to_us_and_has_one_address() {
    let manifest = manifest();
    let at = |place: &str| manifest.pointer(place).cloned().unwrap();
    assert_eq!(at("/features/app_home/home_tab_enabled"), Value::from(true));
    assert_eq!(at("/features/app_home/messages_tab_enabled"), Value::from(true));
    assert_eq!(at("/features/app_home/messages_tab_read_only_enabled"), Value::from(false));
    assert_eq!(at("/features/slash_commands/0/should_escape"), Value::from(true));
    assert_eq!(at("/settings/socket_mode_enabled"), Value::from(false));
    let long = at("/display_information/long_description");
    assert!((175..=4_000).contains(&long.as_str().unwrap().chars().count()));
    for place in [
        "/features/slash_commands/0/url",
        "/settings/event_subscriptions/request_url",
        "/settings/interactivity/request_url",
        "/settings/interactivity/message_menu_options_url",
    ] {
        assert_eq!(at(place), "https://YOUR-HOST/slack/events", "{place}");
    }
}

#[test]
fn the_manifest_fits_slacks_schema() {
    let Some(folder) = data::shared().map(|shared| shared.join("data/slack/schema")) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return;
    };
    let text = fs::read_to_string(folder.join("manifest.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for manifest in [manifest(), socket_manifest()] {
        let errors: Vec<String> = validator
            .iter_errors(&manifest)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = manifest();
    broken["features"]["shortcuts"][0]["type"] = Value::from("elsewhere");
    assert!(!validator.is_valid(&broken), "the schema refuses nothing");
}
