//! Events, slash commands and interactivity: one URL is enough, two more do the same. Checks, hears, answers as HTTP does.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use serde_json::Value;

use super::Door;
use crate::inbound::Answered;

/// What whoever calls without need is told where everything comes by websocket.
const NOT_BY_HTTP: &str =
    "Slack reaches this bot in Socket Mode: without SLACK_SIGNING_SECRET nothing is taken here.\n";

/// Whatever Slack sends.
pub async fn from_slack(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(status) = door.check(&headers, &body) {
        let said = if door.verifier.has_secrets() { "" } else { NOT_BY_HTTP };
        return (status, said).into_response();
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let inbound = door.edge.read(content_type, &body);
    match door.edge.hear(inbound, &body).await {
        Answered::Taken => StatusCode::OK.into_response(),
        Answered::Body(value) => {
            ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], json_of(&value)).into_response()
        }
        Answered::Challenge(challenge) => challenge.into_response(),
        Answered::NotSaved => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Answered::Malformed => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The body of an answer; bytes, since nothing looks at them again.
fn json_of(answer: &Value) -> Vec<u8> {
    serde_json::to_vec(answer).expect("a value always has a JSON form")
}
