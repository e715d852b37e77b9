//! Form bodies: slash commands and interactions. What is not understood is kept as a dead letter, never passed over.

use serde_json::Value;
use switchboard::slack::parse::{AnswerTo, Inbound};

const FORM: &str = "application/x-www-form-urlencoded";
/// Interactions of which some, or all, are nothing to us.
const MAY_BE_IGNORED: [&str; 10] = [
    "block_actions",
    "view_submission",
    "message_action",
    "shortcut",
    "block_suggestion",
    "dialog_cancellation",
    "dialog_submission",
    "dialog_suggestion",
    "interactive_message",
    "view_closed",
];

/// Checks one input.
pub fn check(data: &[u8]) {
    let data = super::bounded(data);
    let read = super::read(FORM, data);
    let text = std::str::from_utf8(data).map(str::trim);
    let is_form = text.is_ok_and(|text| text.contains('='));
    assert_eq!(matches!(read, Inbound::Malformed { .. }), !is_form, "{read:?}");
    let payload = text.ok().filter(|_| is_form).and_then(payload);
    if let Inbound::Ignored { why } = &read {
        let payload: Value = serde_json::from_str(&payload.clone().unwrap_or_default()).expect("a payload");
        let kind = payload["type"].as_str().unwrap_or_default();
        let is_known = MAY_BE_IGNORED.contains(&kind) || kind == "workflow_step_edit";
        assert!(is_known && !why.is_empty(), "{kind} passed over");
    }
    if let Some(Ok(Value::Object(mut fields))) = payload.map(|text| serde_json::from_str(&text)) {
        fields.insert("type".to_owned(), Value::from("never_heard_of"));
        let body = body(&[("payload", &Value::Object(fields).to_string())]);
        assert!(matches!(super::read(FORM, body.as_bytes()), Inbound::DeadLetter { .. }), "{body}");
    }
    a_command_is_always_answered(&String::from_utf8_lossy(data));
}

/// The first payload that is not empty, as the edge takes it.
fn payload(text: &str) -> Option<String> {
    form_urlencoded::parse(text.as_bytes())
        .find(|(key, value)| key == "payload" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

fn body(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Whatever somebody types after the command, they wait for words.
fn a_command_is_always_answered(text: &str) {
    let fields = [
        ("command", "/request-pm"),
        ("user_id", "U1"),
        ("channel_id", "C1"),
        ("team_id", "T1"),
        ("trigger_id", "1.2.three"),
        ("text", text),
    ];
    let inline = |answer: &AnswerTo| matches!(answer, AnswerTo::Inline { .. });
    let is_answered = match super::read(FORM, body(&fields).as_bytes()) {
        Inbound::Command(incoming) => {
            assert_eq!(incoming.keys, ["trigger:1.2.three"], "done once");
            inline(&incoming.answer)
        }
        Inbound::Query { answer, .. } | Inbound::Admin { answer, .. } => inline(&answer),
        Inbound::OpenForm(_) => true,
        Inbound::SslCheck
        | Inbound::UrlVerification { .. }
        | Inbound::Suggest { .. }
        | Inbound::Show { .. }
        | Inbound::HomeOpened { .. }
        | Inbound::HomeList { .. }
        | Inbound::FormProblems(_)
        | Inbound::FormNeedsMore { .. }
        | Inbound::NamesChanged { .. }
        | Inbound::EventsLost
        | Inbound::Ignored { .. }
        | Inbound::DeadLetter { .. }
        | Inbound::Malformed { .. } => false,
    };
    assert!(is_answered, "nobody answers {text:?}");
}
