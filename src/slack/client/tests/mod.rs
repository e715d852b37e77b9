//! The client against a small server that plays Slack on good and bad days.

mod reading;
mod sending;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::slack::outgoing::{Destination, Message};

const TOKEN: &str = "xoxb-very-secret";
const BODY: &str = "the customer said something confidential";

/// One answer of the server.
enum Play {
    Json(Value),
    Http(u16, &'static [(&'static str, &'static str)], &'static str),
    Silence,
}

/// What the server was asked.
struct Asked {
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

#[derive(Clone, Default)]
struct Stage {
    plays: Arc<Mutex<VecDeque<Play>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn play(State(stage): State<Stage>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    stage.asked.lock().unwrap().push(Asked {
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let play = stage.plays.lock().unwrap().pop_front().expect("a call that the test did not plan");
    match play {
        Play::Json(value) => axum_json(&value),
        Play::Http(status, headers, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            response
        }
        Play::Silence => std::future::pending().await,
    }
}

fn axum_json(value: &Value) -> Response {
    ([("content-type", "application/json; charset=utf-8")], value.to_string()).into_response()
}

/// A client and the stage it plays on. Patient, so that a busy machine fails no test, unless silence is what is played.
async fn on_stage(plays: impl IntoIterator<Item = Play>) -> (Slack, Stage, String) {
    let plays: VecDeque<Play> = plays.into_iter().collect();
    let is_silent = plays.iter().any(|play| matches!(play, Play::Silence));
    let patience = if is_silent { Duration::from_millis(300) } else { Duration::from_secs(20) };
    let stage = Stage { plays: Arc::new(Mutex::new(plays)), ..Stage::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(play).with_state(stage.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (slack_at(&format!("{base}/api/"), patience), stage, base)
}

fn slack_at(api_url: &str, patience: Duration) -> Slack {
    let limits = Limits { send: patience, view: patience, list: patience };
    Slack::with_limits(api_url, TOKEN.to_owned(), limits).unwrap()
}

fn message() -> Message {
    Message { text: BODY.to_owned(), blocks: vec![json!({ "type": "divider" })] }
}

fn post() -> Destination {
    Destination::Post { channel: "C1".into(), thread: None }
}

fn update() -> Destination {
    Destination::Update { channel: "C1".into(), ts: "1.000001".into() }
}

fn ok() -> Play {
    Play::Json(json!({ "ok": true, "channel": "C1", "ts": "1700000000.000100" }))
}

fn refused(code: &str) -> Play {
    Play::Json(json!({ "ok": false, "error": code, "response_metadata": { "messages": [BODY] } }))
}

fn asked(stage: &Stage) -> Vec<Asked> {
    std::mem::take(&mut stage.asked.lock().unwrap())
}

/// Nothing of what must stay secret is in the error.
fn assert_discreet(error: &SlackError) {
    let shown = format!("{error} {error:?}");
    for secret in [TOKEN, BODY, "confidential", "127.0.0.1", "secret-path"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
