//! Socket Mode, Slack's end: open websockets, and which of them an envelope takes. One envelope goes to one connection; what
//! is not acknowledged there is for `Workspace` to send again. It never looks into a payload.
//!
//! As documented: up to ten connections, each by an address of its own; `hello` first; `disconnect` with a reason.

mod acts;
mod line;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::delivery::{Letter, Reply};
use line::{Line, Out};

/// The most connections that an app may have open.
const MOST_CONNECTIONS: usize = 10;

/// What goes wrong with the next envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketMishap {
    /// It never arrives: the connection is lost first.
    LoseEnvelope,
    /// It arrives and is acknowledged; the connection is lost before Slack reads that.
    LoseAcknowledgement,
    /// It comes on two connections at once.
    Double,
}

/// What an envelope holds.
pub struct Cargo {
    pub kind: &'static str,
    pub payload: Value,
    pub accepts_response: bool,
    pub retry: Option<(usize, &'static str)>,
}

impl Cargo {
    /// What would be sent to a URL, as an envelope has it.
    pub fn of(letter: &Letter<'_>, is_command: bool) -> Self {
        match letter {
            Letter::Json { body, retry } => {
                let payload = serde_json::from_str(body).unwrap_or_default();
                Self { kind: "events_api", payload, accepts_response: false, retry: *retry }
            }
            Letter::Form { body } => {
                let fields: Map<String, Value> = form_urlencoded::parse(body.as_bytes())
                    .map(|(key, value)| (key.into_owned(), json!(value)))
                    .collect();
                if is_command {
                    let payload = Value::Object(fields);
                    return Self { kind: "slash_commands", payload, accepts_response: true, retry: None };
                }
                let inner = fields.get("payload").and_then(Value::as_str).unwrap_or_default();
                let payload: Value = serde_json::from_str(inner).unwrap_or_default();
                let accepts_response =
                    matches!(payload["type"].as_str(), Some("view_submission" | "block_suggestion"));
                Self { kind: "interactive", payload, accepts_response, retry: None }
            }
        }
    }
}

impl Cargo {
    /// As it is sent.
    fn envelope(&self, id: &str) -> Value {
        let mut envelope = json!({"envelope_id": id, "type": self.kind, "payload": self.payload,
            "accepts_response_payload": self.accepts_response});
        if self.kind == "events_api" {
            let (attempt, reason) = self.retry.unwrap_or((0, ""));
            envelope["retry_attempt"] = json!(attempt);
            envelope["retry_reason"] = json!(reason);
        }
        envelope
    }
}

/// Every open websocket.
pub struct Sockets {
    lines: Mutex<Vec<Arc<Line>>>,
    mishaps: Mutex<VecDeque<SocketMishap>>,
    acknowledged: Mutex<Vec<Value>>,
    counter: AtomicU64,
    turn: AtomicU64,
    reachable: Mutex<bool>,
    number: watch::Sender<usize>,
    fewest: AtomicUsize,
}

impl Default for Sockets {
    fn default() -> Self {
        Self {
            lines: Mutex::default(),
            mishaps: Mutex::default(),
            acknowledged: Mutex::default(),
            counter: AtomicU64::default(),
            turn: AtomicU64::default(),
            reachable: Mutex::new(true),
            number: watch::Sender::new(0),
            fewest: AtomicUsize::new(0),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sockets {
    /// Whether a new connection gets through.
    pub fn is_reachable(&self) -> bool {
        *lock(&self.reachable)
    }

    /// Takes a connection in, says hello, and serves it to its end.
    pub async fn welcome(self: Arc<Self>, upgrading: OnUpgrade, app_id: String) {
        let Ok(upgraded) = upgrading.await else { return };
        let ws = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        let (out, orders) = mpsc::unbounded_channel();
        let id = self.counter.fetch_add(1, Ordering::SeqCst);
        let line = Arc::new(Line::new(id, out));
        let number = {
            let mut lines = lock(&self.lines);
            lines.push(Arc::clone(&line));
            lines.len()
        };
        if number > MOST_CONNECTIONS {
            line.say(&disconnect("too_many_websockets"));
            line.order(Out::Close);
        } else {
            line.say(&json!({"type": "hello", "num_connections": number, "connection_info": {"app_id": app_id},
                "debug_info": {"host": "applink-sandbox", "started": "2026-11-16 00:00:00.000", "build_number": 10,
                    "approximate_connection_time": 18_060}}));
        }
        self.recount();
        line.serve(ws, orders, |frame| lock(&self.acknowledged).push(frame.clone())).await;
        lock(&self.lines).retain(|other| other.id != id);
        line.forget_all();
        self.recount();
    }

    fn recount(&self) {
        let open = lock(&self.lines).iter().filter(|line| !line.is_silent()).count();
        self.fewest.fetch_min(open, Ordering::SeqCst);
        self.number.send_replace(open);
    }

    /// The line whose turn it is; one that was asked to go only where there is no other.
    fn next_line(&self, not: Option<u64>) -> Option<Arc<Line>> {
        let lines = lock(&self.lines);
        let fit = |line: &&Arc<Line>| Some(line.id) != not;
        let staying: Vec<_> = lines.iter().filter(fit).filter(|line| !line.is_leaving()).collect();
        let all: Vec<_> = lines.iter().filter(fit).collect();
        let those = if staying.is_empty() { all } else { staying };
        let turn = usize::try_from(self.turn.fetch_add(1, Ordering::SeqCst)).unwrap_or_default();
        those.get(turn.checked_rem(those.len())?).map(|line| Arc::clone(line))
    }

    /// Sends an envelope and waits for its acknowledgement; `Err` has Slack's name for the failure.
    pub async fn send(&self, cargo: &Cargo, within: Duration) -> Result<Reply, &'static str> {
        let Some(line) = self.next_line(None) else { return Err("connection_failed") };
        let mishap = lock(&self.mishaps).pop_front();
        if mishap == Some(SocketMishap::LoseEnvelope) {
            line.order(Out::Lose);
            return Err("connection_failed");
        }
        let id = format!("env-{}", self.counter.fetch_add(1, Ordering::SeqCst));
        let envelope = cargo.envelope(&id);
        let answer = line.expect(&id);
        line.say(&envelope);
        if mishap == Some(SocketMishap::Double)
            && let Some(other) = self.next_line(Some(line.id))
        {
            let same = other.expect(&id);
            other.say(&envelope);
            // Both are handled before anybody goes on.
            let _ = wait(same, within).await;
        }
        let acknowledged = wait(answer, within).await;
        line.give_up(&id);
        if mishap == Some(SocketMishap::LoseAcknowledgement) {
            line.order(Out::Lose);
            return Err("connection_failed");
        }
        match acknowledged?.get("payload") {
            Some(_) if !cargo.accepts_response => Err("unknown_error"),
            Some(body) => Ok(Reply { status: 200, no_retry: false, body: body.to_string() }),
            None => Ok(Reply { status: 200, no_retry: false, body: String::new() }),
        }
    }
}

async fn wait(answer: oneshot::Receiver<Value>, within: Duration) -> Result<Value, &'static str> {
    match tokio::time::timeout(within, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err("connection_failed"),
        Err(_) => Err("http_timeout"),
    }
}

fn disconnect(reason: &str) -> Value {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})
}
