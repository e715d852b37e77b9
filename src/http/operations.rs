//! For whoever operates the bot: alive, ready, and its numbers.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration};

use super::Edge;
use crate::app::Numbers;

/// A worker that has not looked at its clocks for so long is late.
const WORKER_LATE: Duration = Duration::seconds(60);

/// The process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Database, worker and Slack's token; what is wrong, one a line.
pub async fn ready(State(edge): State<Edge>) -> Response {
    let mut wrong = Vec::new();
    if let Err(error) = edge.app.check_database().await {
        tracing::error!(%error, "the database does not answer");
        wrong.push("database: no answer");
    }
    let last = edge.app.health.last_tick.load(Ordering::Relaxed);
    let late = DateTime::from_timestamp_micros(last).is_none_or(|last| edge.app.now() - last > WORKER_LATE);
    if late {
        wrong.push("worker: late");
    }
    if edge.app.health.token_refused.load(Ordering::Relaxed) {
        wrong.push("slack: token or scopes refused");
    }
    if !edge.app.policy().org.knows_names() {
        wrong.push("slack: names not read yet");
    }
    if wrong.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, wrong.join("\n") + "\n").into_response()
}

/// Prometheus text.
pub async fn metrics(State(edge): State<Edge>) -> Response {
    match edge.app.numbers().await {
        Ok(numbers) => {
            let text = told(&numbers, edge.refused.total());
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the numbers could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn told(numbers: &Numbers, refused: u64) -> String {
    let mut text = String::from("# TYPE switchboard_engagements gauge\n");
    for count in &numbers.engagements {
        let (kind, state) = (&count.kind, count.state.key());
        let _ =
            writeln!(text, "switchboard_engagements{{kind=\"{kind}\",state=\"{state}\"}} {}", count.number);
    }
    for (name, value) in [
        ("switchboard_outbox_waiting", numbers.waiting),
        ("switchboard_outbox_oldest_seconds", numbers.oldest_seconds),
        ("switchboard_outbox_parked", i64::try_from(numbers.parked).unwrap_or(i64::MAX)),
        ("switchboard_clock_late_seconds", numbers.late_seconds),
    ] {
        let _ = writeln!(text, "# TYPE {name} gauge\n{name} {value}");
    }
    let name = "switchboard_requests_refused_total";
    let _ = writeln!(text, "# TYPE {name} counter\n{name} {refused}");
    text
}
