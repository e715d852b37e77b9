//! Section B as stories: each tells what people do and what follows.

mod buttons;
mod ladder;
mod leaving;
mod openings;
mod thread;
mod working;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::decide::inquiry::testing::{Desk, channel, start};
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::notice::{Address, Downtime, What};

fn in_thread() -> Address {
    Address::CardThread { channel: channel("C_INT") }
}

/// One line for each reminder: when, to whom, what.
fn lines(told: &[(DateTime<Utc>, Address, What)]) -> Vec<String> {
    told.iter().map(|(when, to, what)| format!("{} {}", short(*when - start()), line(to, what))).collect()
}

fn short(after: TimeDelta) -> String {
    format!("{}:{:02}", after.num_hours(), after.num_minutes() % 60)
}

fn line(to: &Address, what: &What) -> String {
    let place = match to {
        Address::CardThread { .. } => "thread".to_owned(),
        Address::Direct { user } => format!("dm {user}"),
        other => format!("{other:?}"),
    };
    let late = |down: &Option<Downtime>| if down.is_some() { " late" } else { "" };
    match what {
        What::Nudge { owner, waited_seconds, due, late_because } => format!(
            "{place}: nudge {owner} after {}h, due {}{}",
            waited_seconds / 3_600,
            short(*due - start()),
            late(late_because)
        ),
        What::Miss { owner, second, waited_seconds, late_because } => format!(
            "{place}: miss {owner} and {} after {}h{}",
            second.as_ref().map_or("nobody", |second| second.as_str()),
            waited_seconds / 3_600,
            late(late_because)
        ),
        What::Raise { leader, waited_seconds, direct, late_because, .. } => {
            format!(
                "{place}: raise {leader} after {}h direct={direct}{}",
                waited_seconds / 3_600,
                late(late_because)
            )
        }
        other => format!("{place}: {other:?}"),
    }
}

fn end_of(desk: &Desk) -> (HowEnded, bool, i64) {
    let end = desk.clock().end.as_ref().expect("it ended");
    (end.how.clone(), end.late, end.elapsed_seconds)
}
