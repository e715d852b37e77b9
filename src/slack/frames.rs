//! What comes and goes over a websocket of Socket Mode, in our own tolerant types. Pure: no IO, no clock.
//!
//! An envelope becomes the very body that HTTP would have brought, so that there is one way to read what Slack says, and a
//! dead letter can be heard again whichever way it came. Every text becomes exactly one [`Frame`], and none panics.

use serde::Serialize;
use serde_json::{Map, Value};

/// What Slack sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The connection is ready: envelopes may come.
    Hello,
    /// The connection is about to end: another one is wanted.
    Leave(Leave),
    /// Something that happened.
    Envelope(Envelope),
    /// Not understood, and worth being kept.
    Unknown {
        /// What to acknowledge it by, where it says so.
        id: Option<String>,
        /// What is not understood; never the content.
        reason: &'static str,
    },
}

/// Why a connection is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Soon, as each does after some hours; or a reason that we do not know.
    Soon,
    /// Socket Mode was switched off in the app's settings.
    LinkDisabled,
    /// More are open than Slack allows.
    TooMany,
}

/// Something that happened, with what acknowledges it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// What to acknowledge it by.
    pub id: String,
    /// Whether the acknowledgement may carry an answer.
    pub accepts_answer: bool,
    /// The media type that HTTP would have named.
    pub content_type: &'static str,
    /// The body that HTTP would have brought.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Acknowledgement<'a> {
    envelope_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Value>,
}

/// The text that acknowledges an envelope, with an answer if there is one.
pub fn acknowledgement(id: &str, answer: Option<&Value>) -> String {
    serde_json::to_string(&Acknowledgement { envelope_id: id, payload: answer })
        .expect("texts and JSON always have a JSON form")
}

/// Reads a frame.
pub fn frame(text: &str) -> Frame {
    let Ok(Value::Object(mut frame)) = serde_json::from_str::<Value>(text) else {
        return Frame::Unknown { id: None, reason: "a frame of a websocket that is no JSON object" };
    };
    let word = |key: &str| frame.get(key).and_then(Value::as_str);
    let kind = word("type").unwrap_or_default().to_owned();
    match kind.as_str() {
        "hello" => return Frame::Hello,
        "disconnect" => {
            return Frame::Leave(match word("reason") {
                Some("link_disabled") => Leave::LinkDisabled,
                Some("too_many_websockets") => Leave::TooMany,
                _ => Leave::Soon,
            });
        }
        _ => {}
    }
    let Some(id) = word("envelope_id").filter(|id| !id.is_empty()).map(str::to_owned) else {
        return Frame::Unknown { id: None, reason: "a frame of a websocket without an envelope's id" };
    };
    let accepts_answer = frame.get("accepts_response_payload").and_then(Value::as_bool).unwrap_or_default();
    let Some(Value::Object(payload)) = frame.remove("payload") else {
        return Frame::Unknown { id: Some(id), reason: "an envelope without a payload" };
    };
    let (content_type, body) = match kind.as_str() {
        "events_api" => ("application/json", Value::Object(payload).to_string()),
        "interactive" => (FORM, form([("payload", Value::Object(payload).to_string())])),
        "slash_commands" => (FORM, form(fields(&payload))),
        _ => return Frame::Unknown { id: Some(id), reason: "an envelope of an unknown type" },
    };
    Frame::Envelope(Envelope { id, accepts_answer, content_type, body: body.into_bytes() })
}

/// The media type of commands and clicks.
const FORM: &str = "application/x-www-form-urlencoded";

fn form<K: AsRef<str>, V: AsRef<str>>(fields: impl IntoIterator<Item = (K, V)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The fields of a command, each as a form would have it; one without a value is left out.
fn fields(payload: &Map<String, Value>) -> impl Iterator<Item = (&String, String)> {
    payload.iter().filter_map(|(key, value)| match value {
        Value::Null => None,
        Value::String(text) => Some((key, text.clone())),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some((key, value.to_string()))
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_some_frame(text in "(?s).{0,200}", id in ".{0,20}", payload in "\\{[^}]{0,40}\\}|[a-z0-9\"]{0,9}") {
            let _ = frame(&text);
            let id = json!(id);
            for kind in ["events_api", "slash_commands", "interactive", "x"] {
                let text = format!(r#"{{"type": "{kind}", "envelope_id": {id}, "payload": {payload}}}"#);
                if let Frame::Envelope(envelope) = frame(&text) {
                    assert_eq!(json!(envelope.id), id);
                    assert!(!envelope.body.is_empty() || kind == "slash_commands");
                }
            }
        }
    }

    fn envelope(kind: &str, payload: &Value) -> Frame {
        let text =
            json!({"envelope_id": "e1", "type": kind, "payload": payload, "accepts_response_payload": true});
        frame(&text.to_string())
    }

    #[test]
    fn an_envelope_is_the_body_that_http_would_bring() {
        let event = json!({"type": "event_callback", "event": {"type": "app_mention", "text": "a & b"}});
        let Frame::Envelope(read) = envelope("events_api", &event) else { panic!("no envelope") };
        assert_eq!(
            (read.id.as_str(), read.accepts_answer, read.content_type),
            ("e1", true, "application/json")
        );
        assert_eq!(serde_json::from_slice::<Value>(&read.body).unwrap(), event);

        let command =
            json!({"command": "/request-pm", "text": "a & b=c", "is_enterprise_install": false, "x": null});
        let Frame::Envelope(read) = envelope("slash_commands", &command) else { panic!("no envelope") };
        let fields: Vec<_> = url::form_urlencoded::parse(&read.body).into_owned().collect();
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(field("text"), Some("a & b=c"));
        assert_eq!(field("is_enterprise_install"), Some("false"));
        assert_eq!(field("x"), None, "nothing is not the word null");

        let click = json!({"type": "block_actions", "actions": [{"value": "a&b"}]});
        let Frame::Envelope(read) = envelope("interactive", &click) else { panic!("no envelope") };
        let (key, value) = url::form_urlencoded::parse(&read.body).into_owned().next().unwrap();
        assert_eq!((key.as_str(), serde_json::from_str::<Value>(&value).unwrap()), ("payload", click));
    }

    #[test]
    fn what_is_not_understood_is_told_apart_by_what_acknowledges_it() {
        let unknown = |text: &str| match frame(text) {
            Frame::Unknown { id, .. } => id,
            other => panic!("{other:?}"),
        };
        assert_eq!(unknown("not JSON"), None);
        assert_eq!(unknown("[]"), None);
        assert_eq!(unknown(r#"{"type": "events_api", "payload": {}}"#), None);
        assert_eq!(unknown(r#"{"type": "events_api", "envelope_id": "e"}"#).as_deref(), Some("e"));
        assert_eq!(unknown(r#"{"type": "new", "envelope_id": "e", "payload": {}}"#).as_deref(), Some("e"));
        assert_eq!(unknown(r#"{"envelope_id": "e", "payload": []}"#).as_deref(), Some("e"));
    }

    #[test]
    fn a_request_to_leave_is_believed_whatever_its_reason() {
        let leave = |reason: &str| frame(&json!({"type": "disconnect", "reason": reason}).to_string());
        for reason in ["warning", "refresh_requested", "something_new"] {
            assert_eq!(leave(reason), Frame::Leave(Leave::Soon), "{reason}");
        }
        assert_eq!(leave("link_disabled"), Frame::Leave(Leave::LinkDisabled));
        assert_eq!(leave("too_many_websockets"), Frame::Leave(Leave::TooMany));
        assert_eq!(frame(r#"{"type": "disconnect"}"#), Frame::Leave(Leave::Soon));
        assert_eq!(frame(r#"{"type": "hello", "num_connections": "2"}"#), Frame::Hello);
    }

    #[test]
    fn an_acknowledgement_carries_an_answer_only_where_there_is_one() {
        assert_eq!(acknowledgement("e1", None), r#"{"envelope_id":"e1"}"#);
        assert_eq!(acknowledgement("e1", Some(&json!({}))), r#"{"envelope_id":"e1","payload":{}}"#);
    }
}
