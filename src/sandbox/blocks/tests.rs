//! The limits, row by row: at the limit it passes, one past it does not.

use serde_json::{Value, json};
use std::io::Write as _;

use super::{Surface, check, check_view};

fn plain(length: usize) -> Value {
    json!({"type": "plain_text", "text": "x".repeat(length)})
}

fn mrkdwn(length: usize) -> Value {
    json!({"type": "mrkdwn", "text": "x".repeat(length)})
}

fn option(text: usize, value: usize) -> Value {
    json!({"text": plain(text), "value": "v".repeat(value)})
}

fn actions(element: &Value) -> Value {
    json!({"type": "actions", "elements": [element]})
}

fn many(count: usize, item: &Value) -> Value {
    Value::Array(vec![item.clone(); count])
}

/// Each row: what it is, and the block for a given size; then the largest size that passes.
type Row = (&'static str, fn(usize) -> Value, usize);

const ROWS: [Row; 16] = [
    ("section text", |n| json!({"type": "section", "text": mrkdwn(n)}), 3000),
    ("section fields", |n| json!({"type": "section", "fields": many(n, &mrkdwn(1))}), 10),
    ("section field text", |n| json!({"type": "section", "fields": [mrkdwn(n)]}), 2000),
    ("header", |n| json!({"type": "header", "text": plain(n)}), 150),
    ("context elements", |n| json!({"type": "context", "elements": many(n, &mrkdwn(1))}), 10),
    (
        "action elements",
        |n| json!({"type": "actions", "elements": many(n, &json!({"type": "button", "text": plain(1)}))}),
        25,
    ),
    ("button text", |n| actions(&json!({"type": "button", "text": plain(n)})), 75),
    ("button value", |n| actions(&json!({"type": "button", "text": plain(1), "value": "v".repeat(n)})), 2000),
    ("action id", |n| actions(&json!({"type": "button", "text": plain(1), "action_id": "a".repeat(n)})), 255),
    ("block id", |n| json!({"type": "divider", "block_id": "b".repeat(n)}), 255),
    ("overflow options", |n| actions(&json!({"type": "overflow", "options": many(n, &option(1, 1))})), 5),
    (
        "select options",
        |n| actions(&json!({"type": "static_select", "options": many(n, &option(1, 1))})),
        100,
    ),
    ("option text", |n| actions(&json!({"type": "static_select", "options": [option(n, 1)]})), 75),
    ("option value", |n| actions(&json!({"type": "static_select", "options": [option(1, n)]})), 150),
    ("checkboxes", |n| actions(&json!({"type": "checkboxes", "options": many(n, &option(1, 1))})), 10),
    ("placeholder", |n| actions(&json!({"type": "users_select", "placeholder": plain(n)})), 150),
];

#[test]
fn every_limit_holds_at_its_edge() {
    for (what, block, most) in ROWS {
        assert_eq!(check(&[block(most)], Surface::Message), Vec::<String>::new(), "{what} at {most}");
        assert!(!check(&[block(most + 1)], Surface::Message).is_empty(), "{what} at {}", most + 1);
        assert!(
            !check(&[block(0)], Surface::Message).is_empty()
                || what.ends_with("id")
                || what == "button value",
            "{what} empty"
        );
    }
}

#[test]
fn messages_take_50_blocks_and_views_100() {
    let blocks = |count| vec![json!({"type": "divider"}); count];
    assert!(check(&blocks(50), Surface::Message).is_empty());
    assert!(!check(&blocks(51), Surface::Message).is_empty());
    assert!(check(&blocks(100), Surface::Modal).is_empty());
    assert!(!check(&blocks(101), Surface::Home).is_empty());
}

#[test]
fn findings_name_the_culprit() {
    let blocks = [json!({"type": "divider"}), actions(&json!({"type": "button", "text": plain(76)}))];
    insta::assert_snapshot!(check(&blocks, Surface::Message).join("\n"), @"[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]");
}

#[test]
fn odd_shapes_are_found_not_fatal() {
    let odd = [
        json!(null),
        json!(7),
        json!({}),
        json!({"type": 7}),
        json!({"type": "section"}),
        json!({"type": "section", "text": "bare"}),
        json!({"type": "header", "text": mrkdwn(1)}),
        json!({"type": "actions"}),
        actions(&json!({"type": "plain_text_input"})),
        actions(&json!({"type": "multi_users_select"})),
        actions(&json!({"type": "button", "text": plain(1), "style": "green"})),
        actions(&json!({"type": "button", "text": plain(1), "confirm": {}})),
        json!({"type": "section", "text": mrkdwn(1), "accessory": {"type": "datetimepicker"}}),
        json!({"type": "surprise"}),
    ];
    for block in odd {
        assert!(!check(std::slice::from_ref(&block), Surface::Message).is_empty(), "{block}");
    }
}

#[test]
fn ids_are_unique_where_slack_wants_them_unique() {
    let button = json!({"type": "button", "text": plain(1), "action_id": "a"});
    let twice = json!({"type": "actions", "block_id": "b", "elements": [button, button]});
    assert!(!check(&[twice], Surface::Message).is_empty(), "same action_id in a block");
    let block = |id: &str| json!({"type": "actions", "block_id": id, "elements": [button]});
    assert!(check(&[block("b"), block("c")], Surface::Message).is_empty(), "same action_id in two blocks");
    assert!(!check(&[block("b"), block("b")], Surface::Message).is_empty(), "same block_id");
}

#[test]
fn a_view_has_limits_of_its_own() {
    let input = json!({"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}});
    let view =
        |title: usize| json!({"type": "modal", "title": plain(title), "submit": plain(2), "blocks": [input]});
    assert!(check_view(&view(24)).is_empty());
    assert!(!check_view(&view(25)).is_empty());
    let mut without_submit = view(5);
    without_submit["submit"] = Value::Null;
    assert!(!check_view(&without_submit).is_empty(), "inputs need a submit button");
    let mut long_private = view(5);
    long_private["private_metadata"] = json!("x".repeat(3001));
    assert!(!check_view(&long_private).is_empty());
    assert!(check_view(&json!({"type": "home", "blocks": []})).is_empty());
    assert!(!check_view(&json!({"type": "page"})).is_empty());
}

/// Slack's own schema, when the shared folder is there.
fn schema(name: &str) -> Option<jsonschema::Validator> {
    let shared = std::env::var_os("SWITCHBOARD_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        std::path::PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(shared.join("data/slack/schema").join(name)) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return None;
    };
    Some(jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap())
}

#[test]
fn what_passes_here_has_the_shape_of_slacks_schema() {
    let Some(schema) = schema("blocks.schema.json") else { return };
    for (what, block, most) in ROWS {
        let found: Vec<String> =
            schema.iter_errors(&json!([block(most)])).map(|error| error.to_string()).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    }
}

#[test]
fn a_property_that_slack_does_not_know_is_refused_as_by_its_schema() {
    let blocks = [
        json!({"type": "divider", "color": "red"}),
        json!({"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": true}}),
        actions(&json!({"type": "datetimepicker", "placeholder": plain(1)})),
        actions(&json!({"type": "button", "text": plain(1), "disabled": true})),
        actions(&json!({"type": "overflow", "options": [{"text": plain(1), "value": "v", "hint": "h"}]})),
    ];
    let schema = schema("blocks.schema.json");
    for block in blocks {
        assert!(!check(std::slice::from_ref(&block), Surface::Message).is_empty(), "{block}");
        assert!(schema.as_ref().is_none_or(|schema| !schema.is_valid(&json!([block]))), "{block}");
    }
}
