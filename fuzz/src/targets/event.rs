//! Event bodies: what is JSON is read, ignored for a reason or kept as a dead letter; text is never lost on the way.

use serde_json::{Value, json};
use switchboard::domain::command::Command;
use switchboard::slack::parse::Inbound;

const JSON: &str = "application/json";

/// Checks one input.
pub fn check(data: &[u8]) {
    let data = super::bounded(data);
    let read = super::read(JSON, data);
    let value: Option<Value> =
        std::str::from_utf8(data).ok().and_then(|text| serde_json::from_str(text.trim()).ok());
    assert_eq!(matches!(read, Inbound::Malformed { .. }), value.is_none(), "{read:?}");
    if let Some(Value::Object(mut envelope)) = value {
        let mut unknown = envelope.clone();
        unknown.insert("type".to_owned(), Value::from("never_heard_of"));
        assert_dead(&Value::Object(unknown));
        if let Some(event) = envelope.get_mut("event").and_then(Value::as_object_mut) {
            event.insert("type".to_owned(), Value::from("never_heard_of"));
            envelope.insert("type".to_owned(), Value::from("event_callback"));
            assert_dead(&Value::Object(envelope));
        }
    }
    a_message_keeps_its_words(&String::from_utf8_lossy(data));
}

fn assert_dead(envelope: &Value) {
    let read = super::read(JSON, envelope.to_string().as_bytes());
    assert!(matches!(read, Inbound::DeadLetter { .. }), "{read:?} of {envelope}");
}

/// A message in a channel, typed by somebody, escaped as Slack does: its words come through as they were typed.
fn a_message_keeps_its_words(typed: &str) {
    let escaped = typed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let message = json!({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {
        "type": "message", "channel": "C1", "channel_type": "channel", "user": "U2", "ts": "1795165200.000100",
        "thread_ts": "1795165100.000100", "text": escaped}});
    let read = super::read(JSON, message.to_string().as_bytes());
    let Inbound::Command(incoming) = read else { panic!("{read:?}") };
    let Command::Heard(heard) = incoming.command else { panic!("{:?}", incoming.command) };
    assert_eq!(heard.text, typed.trim());
    assert!(heard.mentions.is_empty() && !heard.mentions_us, "nobody was mentioned");
    assert_eq!(incoming.keys.len(), 2, "of the event, and of its message");
}
