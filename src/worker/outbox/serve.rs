//! The loop around the outbox: begins what may be delivered, rests until something may, and ends when it is told to.
//!
//! Correct on the timer alone; a ring of the bell is only a hurry-up. It wakes for the next lane that may go on, looks at
//! all lanes together, and never more often than it is worth.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::Deliveries;
use crate::app::App;
use crate::clock::{Reading, Step};
use crate::worker::clock_loops::Works;
use crate::worker::pace::Pace;
use crate::worker::steps::Steps;

/// The longest sleep between two looks at the outbox: the guarantee, where no bell rang.
const LONGEST: Duration = Duration::from_secs(1);
/// The shortest time between two looks: what becomes ready meanwhile is taken together.
const APART: Duration = Duration::from_millis(20);
/// The same while the workspace's budget of messages is spent: most of what waits could not go, however often anybody looks.
const APART_WHILE_SPENT: Duration = Duration::from_millis(200);
/// Less than this is no step of the clock.
const SET_BACK: TimeDelta = TimeDelta::seconds(2);
/// How long after a failure the next try is made.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How long what is in flight may take to end once we are told to stop: usual, and well within what a stop may take.
pub const ENDS_WITHIN: Duration = Duration::from_secs(4);

/// Serves the outbox until `stop` says so; then what is in flight ends in time, or is given back.
pub async fn serve(works: &Works, pace: &Arc<Pace>, mut stop: watch::Receiver<bool>, ends_within: Duration) {
    let Works { app, slack, steps } = works;
    let mut deliveries = Deliveries::default();
    let mut seen = app.reading();
    while !*stop.borrow() {
        let looked = Instant::now();
        mind_the_clock(app, pace, steps, &mut seen).await;
        let (rest, apart, is_full) = match deliveries.begin(app, slack, pace).await {
            Ok(begun) => {
                let apart = if begun.is_spent { APART_WHILE_SPENT } else { APART };
                (until(begun.next, app.now()), apart, begun.is_full)
            }
            Err(error) => {
                tracing::error!(%error, "the outbox could not be served");
                (AFTER_FAILURE, AFTER_FAILURE, false)
            }
        };
        tokio::select! {
            () = rest_until_worth_it(app, &mut deliveries, rest, is_full) => {}
            _ = stop.changed() => break,
        }
        tokio::select! {
            () = sleep_until(looked + apart) => {}
            _ = stop.changed() => break,
        }
    }
    finish(app, &mut deliveries, ends_within).await;
}

/// What rests until some instant would rest for hours too long after the machine's clock was set back by hours: what the
/// store keeps is moved by `steps`, before anything is claimed by the new time; what the pace remembers, here.
async fn mind_the_clock(app: &App, pace: &Pace, steps: &Steps, seen: &mut Reading) {
    let now = app.reading();
    let step = seen.step_to(now, SET_BACK).map_or(TimeDelta::zero(), Step::by);
    *seen = now;
    if step < TimeDelta::zero() {
        pace.set_back(-step);
    }
    if let Err(error) = steps.look(app).await {
        tracing::error!(%error, "what waits could not be moved with the clock");
    }
}

/// Returns when a lane can go on: at its instant, when a delivery ends, or when the bell rings.
async fn rest_until_worth_it(app: &App, deliveries: &mut Deliveries, rest: Duration, is_full: bool) {
    let mut wake = Instant::now() + rest;
    loop {
        tokio::select! {
            () = sleep_until(wake) => return,
            () = app.work.notified() => return,
            Some(rests) = deliveries.ended() => {
                // Its lane may have more, and whoever had no room has some now.
                let next = rests.filter(|_| !is_full).unwrap_or_else(|| app.now());
                wake = wake.min(Instant::now() + until(Some(next), app.now()));
            }
        }
    }
}

/// From now until then, within what the guarantee allows. A millisecond late rather than early: too early is a look for
/// nothing.
fn until(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let left = at.and_then(|at| (at - now).to_std().ok().or(Some(Duration::ZERO)));
    left.map_or(LONGEST, |left| (left + Duration::from_millis(1)).min(LONGEST))
}

/// What is in flight ends in time, or goes back to its lane.
async fn finish(app: &App, deliveries: &mut Deliveries, within: Duration) {
    let ended = timeout(within, async { while deliveries.ended().await.is_some() {} }).await;
    if ended.is_ok() {
        return;
    }
    match deliveries.release(app).await {
        Ok(released) => tracing::warn!(released, "deliveries did not end in time and are looked for later"),
        Err(error) => tracing::error!(%error, "deliveries that did not end could not be given back"),
    }
}
