//! The two loops of clocks: those decided upon at once, and those with an errand at Slack. Each sleeps until the next due
//! instant, and waits for nothing of the other.
//!
//! A bell wakes them when something earlier comes up, the poll is the guarantee. Every second of sleep they compare the clocks,
//! without a query: the machine's clock may have been set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::clocks::{SIDE_BY_SIDE, decide_due};
use super::errands::{Errands, OneEnded};
use super::steps::Steps;
use crate::app::{App, Bell};
use crate::slack::client::Slack;
use crate::store::StoreError;

/// The longest sleep between two looks into the store.
const POLL: TimeDelta = TimeDelta::seconds(30);
/// The longest sleep between two looks at the clocks.
const LOOK: TimeDelta = TimeDelta::seconds(1);
/// How long after a failure the next try is made.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(2);

/// What the loops work with.
#[derive(Clone)]
pub struct Works {
    /// The bot's inner workings.
    pub app: Arc<App>,
    /// The way out to Slack.
    pub slack: Slack,
    /// What is known of the machine's clocks.
    pub steps: Arc<Steps>,
}

/// Decides upon clocks without an errand when they are due.
pub(super) async fn clock_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    while !*stop.borrow() {
        app.clocks.awake();
        let next = match decide_all(&works, &stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "due clocks could not be decided upon");
                Some(app.now() + AFTER_FAILURE)
            }
        };
        app.clocks.asleep(next);
        rest(&works, (&app.clocks, &app.health.last_tick), next, &mut stop).await;
    }
}

/// Everything that is due; when the next clock is.
async fn decide_all(
    works: &Works,
    stop: &watch::Receiver<bool>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let app = &works.app;
    works.steps.look(app).await?;
    while decide_due(app, SIDE_BY_SIDE).await? > 0 {
        alive(app, &app.health.last_tick);
        if *stop.borrow() {
            break;
        }
        works.steps.look(app).await?;
    }
    app.store().next_plain_due(app.installation()).await
}

/// Runs errands when they are due, each apart.
pub(super) async fn errand_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    let mut errands = Errands::default();
    while !*stop.borrow() {
        app.errands.awake();
        let next = match begin_all(&works, &mut errands).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "errands could not be begun");
                Some(app.now() + AFTER_FAILURE)
            }
        };
        app.errands.asleep(next);
        let ended = tokio::select! {
            ended = errands.one_ended() => Some(ended),
            () = rest(&works, (&app.errands, &app.health.last_errands), next, &mut stop) => None,
        };
        if let Some(ended) = ended {
            note(app, &mut errands, ended).await;
        }
    }
    // What is under way ends here: its clocks' rows are there at the next start.
}

/// Begins what is due; when the next errand is, beside those under way.
async fn begin_all(works: &Works, errands: &mut Errands) -> Result<Option<DateTime<Utc>>, StoreError> {
    let app = &works.app;
    if works.steps.look(app).await? {
        errands.forget_hold();
    }
    let now = app.now();
    errands.begin(app, &works.slack, now).await?;
    alive(app, &app.health.last_errands);
    let next = app.store().next_errand_after(app.installation(), now).await?;
    Ok(match errands.held_until() {
        Some(until) => Some(next.map_or(until, |next| next.max(until))),
        None => next,
    })
}

async fn note(app: &App, errands: &mut Errands, ended: OneEnded) {
    if let Err(error) = errands.note(app, ended).await {
        tracing::error!(%error, "an errand was not written down; it is run again");
    }
}

fn alive(app: &App, sign: &AtomicI64) {
    sign.store(app.now().timestamp_micros(), Ordering::Relaxed);
}

/// Sleeps until that instant by the wall clock, the bell, the poll, a step of the clock or the stop, whichever is first.
async fn rest(
    works: &Works,
    (bell, sign): (&Bell, &AtomicI64),
    until: Option<DateTime<Utc>>,
    stop: &mut watch::Receiver<bool>,
) {
    let app = &works.app;
    let poll = app.reading().steady + POLL;
    loop {
        alive(app, sign);
        if *stop.borrow() || works.steps.is_pending(app) {
            return;
        }
        let Some(nap) = nap(app.reading(), until, poll) else { return };
        tokio::select! {
            _ = stop.changed() => return,
            () = bell.rings() => return,
            () = tokio::time::sleep(nap) => {}
        }
    }
}

/// How long to sleep before looking again; nothing where it is time.
fn nap(now: crate::clock::Reading, until: Option<DateTime<Utc>>, poll: TimeDelta) -> Option<Duration> {
    let left = until.map(|until| until - now.wall).into_iter().chain([LOOK, poll - now.steady]).min()?;
    left.to_std().ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Reading;

    #[test]
    fn a_nap_ends_at_the_due_instant_at_the_poll_or_after_a_second() {
        let wall = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let now = Reading { wall, steady: TimeDelta::seconds(100) };
        let poll = |seconds: i64| TimeDelta::seconds(100 + seconds);
        let millis = |millis| Some(wall + TimeDelta::milliseconds(millis));
        let table = [
            (None, poll(30), Some(1_000)),
            (millis(250), poll(30), Some(250)),
            (millis(5_000), poll(30), Some(1_000)),
            (millis(0), poll(30), None),
            (millis(-9_000), poll(30), None),
            (millis(5_000), poll(0), None),
            (None, poll(-1), None),
        ];
        for (until, poll, expected) in table {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(nap(now, until, poll), expected, "{until:?} {poll:?}");
        }
    }
}
