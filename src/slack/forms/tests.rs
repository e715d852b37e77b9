//! Forms against Slack's schema and limits, and what people fill in against what it becomes.

mod drawn;
mod sent;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::domain::directory::{Category, Directory, Group, GroupProcess, Stage};
use crate::domain::engagement::{Body, Call, Origin, State};
use crate::domain::ids::{ChannelId, EngagementId};
use crate::domain::names::Names;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn by() -> UserId {
    UserId::from("UAVA")
}

/// One stage with a group that has a category and its own way of being asked.
fn org() -> Org {
    let category = |name: &str| Category { name: name.to_owned(), ..Category::default() };
    let group = Group {
        name: "Runner".to_owned(),
        process: Some(GroupProcess {
            note: Some("Open a request first.".to_owned()),
            link: Some("https://issues.example/new".to_owned()),
            ..GroupProcess::default()
        }),
        categories: [
            ("core".to_owned(), category("Runner Core")),
            ("k".repeat(140), category(&"A very long name ".repeat(8))),
        ]
        .into_iter()
        .collect(),
        ..Group::default()
    };
    let stage = Stage {
        name: "Verify".to_owned(),
        groups: [("runner".to_owned(), group)].into_iter().collect(),
        ..Stage::default()
    };
    let directory =
        Directory { stages: [("verify".to_owned(), stage)].into_iter().collect(), ..Directory::default() };
    Org::resolve(&directory, &Names::default(), &Rules::default(), None, &[]).0
}

fn form_context() -> FormContext {
    FormContext {
        engagement: Some(EngagementId(7)),
        channel: Some(ChannelId::from("C1")),
        response_url: Some("https://hooks.example/1".to_owned()),
    }
}

fn request_form(prefill: &Prefill) -> Value {
    view(Form::Request, &form_context(), prefill, &org(), &Rules::default(), None)
}

/// A call with all that is not for everybody.
fn engagement() -> Engagement {
    let call = json!({
        "start": at(1_800_000_000), "minutes": 30, "status": {"status": "asked"}, "notice_seconds": 0,
        "second_day": false, "rules": {"agenda_before_seconds": 0, "mode": "elapsed"}, "goal": "SECRET goal",
        "attendees": "SECRET attendees", "briefing": [], "briefing_link": "https://SECRET.example", "agenda": null,
        "agenda_asked": false, "agenda_missed": false,
    });
    let call: Call = serde_json::from_value(call).unwrap();
    Engagement {
        id: EngagementId(7),
        version: 1,
        state: State::Open,
        requester: by(),
        reason: Some(Reason::CustomerMeeting),
        place: Some(PlaceId("group/verify/runner".to_owned())),
        area: None,
        text: "Which <roadmap> fits?".to_owned(),
        customer: Some("SECRET customer".to_owned()),
        links: vec!["https://SECRET.example".to_owned()],
        details: Vec::new(),
        origin: Origin { channel: ChannelId::from("C1"), message: None, thread: None, is_private: false },
        home: None,
        owner: None,
        moves: 0,
        parent: None,
        because: Vec::new(),
        body: Body::Call(Box::new(call)),
        asked_at: at(1_700_000_000),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

/// What somebody fills in: the field and its value in Slack's form.
type Entry = (&'static str, Value);

fn typed(id: &'static str, text: &str) -> Entry {
    (id, json!({"type": "plain_text_input", "value": text}))
}

fn chose(id: &'static str, value: &str) -> Entry {
    let option = json!({"text": {"type": "plain_text", "text": format!("<{value}>")}, "value": value});
    (id, json!({"type": "static_select", "selected_option": option}))
}

fn ticked(value: &str) -> Entry {
    ("confirm", json!({"type": "checkboxes", "selected_options": [{"value": value}]}))
}

fn picked(id: &'static str, seconds: i64) -> Entry {
    (id, json!({"type": "datetimepicker", "selected_date_time": seconds}))
}

/// The view as Slack sends it back: fields that nobody touched are there, without a value.
fn fill(view: &Value, entries: &[Entry]) -> Value {
    let mut sent = view.clone();
    for block in view["blocks"].as_array().unwrap() {
        if block["type"] == "input" {
            let id = block["block_id"].as_str().unwrap();
            sent["state"]["values"][id][id] = json!({"type": block["element"]["type"], "value": null});
        }
    }
    for (id, value) in entries {
        assert!(!sent["state"]["values"][id].is_null(), "the form has no field {id}");
        sent["state"]["values"][id] = json!({*id: value});
    }
    sent
}

/// Ids of a view's fields.
fn fields_of(view: &Value) -> Vec<&str> {
    view["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["type"] == "input")
        .map(|block| block["block_id"].as_str().unwrap())
        .collect()
}
