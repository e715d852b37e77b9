//! For whoever operates the bot: alive, ready, and its numbers.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Door;
use crate::app::{Health, Numbers};

/// The process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Database, worker and Slack's token; what is wrong, one a line.
pub async fn ready(State(door): State<Arc<Door>>) -> Response {
    let wrong = door.edge.app.ailments().await;
    if wrong.is_empty() {
        // Somebody's will, and no failure; whoever wonders why nobody is reminded looks here first.
        let is_paused = door.edge.app.reminds_less();
        return if is_paused { "ready\nreminders: paused\n" } else { "ready\n" }.into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, wrong.join("\n") + "\n").into_response()
}

/// Prometheus text.
pub async fn metrics(State(door): State<Arc<Door>>) -> Response {
    match door.edge.app.numbers().await {
        Ok(numbers) => {
            let mut text = told(&numbers, door.refused.total());
            worked(&mut text, &door.edge.app.health);
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
        ("switchboard_reminders_paused", i64::try_from(numbers.pauses).unwrap_or(i64::MAX)),
        ("switchboard_clocks_held", numbers.held),
    ] {
        let _ = writeln!(text, "# TYPE {name} gauge\n{name} {value}");
    }
    let name = "switchboard_requests_refused_total";
    let _ = writeln!(text, "# TYPE {name} counter\n{name} {refused}");
    delivery(numbers, &mut text);
    text
}

/// When the worker last did what, 0 where it never did, and what the watchdog found.
fn worked(text: &mut String, health: &Health) {
    for (name, sign) in [
        ("switchboard_last_tick_timestamp_seconds", &health.last_tick),
        ("switchboard_last_errands_timestamp_seconds", &health.last_errands),
        ("switchboard_last_audit_timestamp_seconds", &health.last_audit),
        ("switchboard_last_delivery_timestamp_seconds", &health.last_delivery),
        ("switchboard_last_heartbeat_timestamp_seconds", &health.last_heartbeat),
    ] {
        let micros = sign.load(Ordering::Relaxed);
        let (seconds, millis) = (micros / 1_000_000, micros % 1_000_000 / 1_000);
        let _ = writeln!(text, "# TYPE {name} gauge\n{name} {seconds}.{millis:03}");
    }
    let (wanted, open, reconnects) = health.hearing.numbers();
    if wanted > 0 {
        let _ = writeln!(text, "# TYPE switchboard_sockets_open gauge\nswitchboard_sockets_open {open}");
        let name = "switchboard_socket_reconnects_total";
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {reconnects}");
    }
    let overdue = ("switchboard_clocks_overdue", health.overdue.load(Ordering::Relaxed));
    let _ = writeln!(text, "# TYPE {0} gauge\n{0} {1}", overdue.0, overdue.1);
    for (name, count) in [
        ("switchboard_clocks_repaired_total", &health.repaired),
        ("switchboard_worker_restarts_total", &health.restarts),
    ] {
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {}", count.load(Ordering::Relaxed));
    }
}

/// How delivery goes: what waits by urgency, which of Slack's methods pause, and what was counted since the start.
fn delivery(numbers: &Numbers, text: &mut String) {
    let mut family = |name: &str, kind: &str, label: &str, values: &[(&'static str, String)]| {
        let _ = writeln!(text, "# TYPE {name} {kind}");
        for (value_of, value) in values {
            let _ = writeln!(text, "{name}{{{label}=\"{value_of}\"}} {value}");
        }
    };
    let of = |pick: fn(&(&'static str, i64, i64)) -> i64| {
        numbers.urgencies.iter().map(|one| (one.0, pick(one).to_string())).collect::<Vec<_>>()
    };
    family("switchboard_outbox_queue", "gauge", "urgency", &of(|one| one.1));
    family("switchboard_outbox_queue_age_seconds", "gauge", "urgency", &of(|one| one.2));
    let paused: Vec<_> = numbers.paused.iter().map(|(method, left)| (*method, left.to_string())).collect();
    family("switchboard_slack_paused_seconds", "gauge", "method", &paused);
    let counted: Vec<_> =
        numbers.delivered.iter().map(|(what, number)| (*what, number.to_string())).collect();
    family("switchboard_outbox_total", "counter", "what", &counted);
}
