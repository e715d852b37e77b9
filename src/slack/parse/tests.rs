//! Payloads in Slack's own form, and whatever else may arrive.

pub(crate) mod data;
mod events;
mod interactions;
mod manifest;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// People whom everybody knows.
fn names(user: &UserId) -> Option<String> {
    (user.as_str() == "UAVA").then(|| "Ava".to_owned())
}

fn bot() -> UserId {
    UserId::from("UBOT")
}

/// A JSON body.
fn json(value: &Value) -> Inbound {
    request(Some("application/json"), value.to_string().as_bytes(), &names, Some(&bot()))
}

/// A form body.
fn form(fields: &[(&str, &str)]) -> Inbound {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request(Some("application/x-www-form-urlencoded"), body.as_bytes(), &names, Some(&bot()))
}

/// An interaction.
fn payload(value: &Value) -> Inbound {
    form(&[("payload", &value.to_string())])
}

/// What was to be decided upon.
fn command(inbound: Inbound) -> Incoming {
    match inbound {
        Inbound::Command(incoming) => *incoming,
        other => panic!("not a command: {other:?}"),
    }
}

#[test]
fn what_cannot_be_read_is_malformed_and_what_is_unknown_is_kept() {
    let read = |kind: Option<&str>, body: &[u8]| request(kind, body, &names, None);
    let json = Some("application/json; charset=utf-8");
    let form = Some("application/x-www-form-urlencoded");
    for (kind, body) in [
        (json, &b""[..]),
        (json, b"  "),
        (json, b"{"),
        (json, b"payload=%7B%7D"),
        (json, &[0xFF, 0xFE]),
        (form, b"hello"),
        (form, &[b'a', b'=', 0xFF]),
        (None, b"{"),
        (None, b"hello"),
        (Some("text/plain"), b"hello"),
    ] {
        assert!(matches!(read(kind, body), Inbound::Malformed { .. }), "{kind:?} {body:?}");
    }
    for (kind, body) in [
        (json, &b"{}"[..]),
        (json, b"[]"),
        (json, b"12"),
        (json, br#"{"type":"new_thing"}"#),
        (json, br#"{"type":7}"#),
        (json, br#"{"type":"event_callback"}"#),
        (json, br#"{"type":"event_callback","event":{"type":"new_event"}}"#),
        (json, br#"{"type":"url_verification"}"#),
        (form, b"a=b"),
        (form, b"payload=hello"),
        (form, b"payload=%7B%7D"),
        (form, b"payload=%7B%22type%22%3A%22new_thing%22%7D"),
        (form, b"command=%2Frequest-pm"),
        (None, br#"{"type":"new_thing"}"#),
    ] {
        assert!(matches!(read(kind, body), Inbound::DeadLetter { .. }), "{kind:?} {body:?}");
    }
}

#[test]
fn a_dead_letters_reason_never_holds_what_somebody_wrote() {
    let reason = match json(&serde_json::json!({"type": "<@U1> a secret & \u{7}".repeat(20)})) {
        Inbound::DeadLetter { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason.len() < 90, "{reason}");
    assert!(!reason.contains(['<', '&', '\u{7}']), "{reason}");
}

/// Any JSON, with the names that the parser looks for among the keys.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("event_callback".to_owned()),
        Just("message".to_owned()),
        Just("app_mention".to_owned()),
        Just("block_actions".to_owned()),
        Just("view_submission".to_owned()),
        Just("message_action".to_owned()),
        Just("ask_expert".to_owned()),
        Just("request".to_owned()),
        Just("customer_meeting".to_owned()),
        Just("reaction_added".to_owned()),
        Just("message_deleted".to_owned()),
        "[<@#!U|>^&;a-z0-9.]{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "type",
        "event",
        "subtype",
        "text",
        "user",
        "channel",
        "ts",
        "thread_ts",
        "item",
        "reaction",
        "message",
        "view",
        "state",
        "values",
        "reason",
        "question",
        "start",
        "minutes",
        "blocks",
        "block_id",
        "callback_id",
        "actions",
        "value",
        "selected_option",
        "selected_date_time",
        "selected_options",
        "authorizations",
        "id",
        "team",
        "bot_id",
        "trigger_id",
        "private_metadata",
        "payload",
        "challenge",
        "deleted_ts",
        "x",
    ]);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..8).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// An object of that type whose other fields are arbitrary.
fn typed(kind: &str, value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("type".to_owned(), Value::from(kind));
    }
    value
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300), kind in 0_usize..3) {
        let kind = [None, Some("application/json"), Some("application/x-www-form-urlencoded")][kind];
        let _ = request(kind, &body, &names, None);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = plain(&text, &names, &[bot()]);
        let _ = permalink(&text);
        let _ = form(&[("command", "/request-pm"), ("user_id", "U1"), ("channel_id", "C1"), ("text", &text)]);
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json()) {
        let _ = json(&value);
        for kind in ["block_actions", "view_submission", "message_action", "shortcut", "block_suggestion"] {
            let _ = payload(&typed(kind, &value));
        }
        for kind in EVENTS {
            let kind = kind.split('.').next().unwrap_or_default();
            let event = typed(kind, &value);
            let _ = json(&serde_json::json!({"type": "event_callback", "event": event, "authorizations": value}));
        }
    }
}
