//! The loops around the ticks, and how they end. Correct on the timer alone; a ring of the bell is only a hurry-up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::names::{NamesError, Source};
use super::outbox::Deliveries;
use super::pace::Pace;
use super::{clocks, names, outbox};
use crate::app::App;
use crate::domain::notice::Downtime;
use crate::slack::client::Slack;
use crate::store::StoreError;

/// The longest sleep between two looks at clocks and outbox.
const POLL: Duration = Duration::from_millis(500);
/// How long after a failure the next try is made.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How often names are read when nothing rings.
const NAMES_EVERY: Duration = Duration::from_hours(1);
/// The shortest time between two readings of the names.
const NAMES_REST: Duration = Duration::from_secs(15);
/// How often a sign of life is kept.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// A silence longer than this is a gap: threads are read again (B7).
const GAP: chrono::Duration = chrono::Duration::seconds(60);
/// How long keys of causes are kept: longer than Slack repeats anything.
const KEYS_KEPT: chrono::Duration = chrono::Duration::hours(26);

/// Everything that runs beside the requests.
pub struct Worker {
    /// The bot's inner workings.
    pub app: Arc<App>,
    /// The way out to Slack.
    pub slack: Slack,
    /// What people wrote down.
    pub source: Arc<Source>,
}

impl Worker {
    /// Looks how long we were down, has threads read again after a gap, and starts the loops. They end when `stop` says so.
    pub async fn start(self, stop: watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, StoreError> {
        notice_gap(&self.app).await?;
        let Self { app, slack, source } = self;
        let pace = Arc::new(Pace::steady());
        let mut loops = Vec::new();
        {
            let (app, slack, stop) = (Arc::clone(&app), slack.clone(), stop.clone());
            loops.push(tokio::spawn(async move { clock_loop(&app, &slack, stop).await }));
        }
        {
            let (app, slack, stop) = (Arc::clone(&app), slack.clone(), stop.clone());
            loops.push(tokio::spawn(async move { outbox_loop(&app, &slack, &pace, stop).await }));
        }
        {
            let (app, stop) = (Arc::clone(&app), stop.clone());
            loops.push(tokio::spawn(async move { upkeep_loop(&app, stop).await }));
        }
        loops.push(tokio::spawn(async move { names_loop(&app, &slack, &source, stop).await }));
        Ok(loops)
    }
}

/// After a silence the threads that matter are read, and what comes late says why (B7).
pub async fn notice_gap(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let last = app.store().alive_at(app.installation()).await?;
    if let Some(from) = last.filter(|from| now - *from > GAP) {
        tracing::warn!(%from, to = %now, "we were down; threads are read again");
        app.set_downtime(Some(Downtime { from, to: now, blind: false }));
        app.read_threads_again(None).await?;
    }
    app.store().mark_alive(app.installation(), now).await
}

async fn clock_loop(app: &Arc<App>, slack: &Slack, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let rest = match clocks::tick(app, slack).await {
            Ok(0) => POLL,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "due clocks could not be decided upon");
                AFTER_FAILURE
            }
        };
        app.health.last_tick.store(app.now().timestamp_micros(), Ordering::Relaxed);
        sleep_or_stop(rest, &mut stop).await;
    }
}

async fn outbox_loop(app: &Arc<App>, slack: &Slack, pace: &Arc<Pace>, mut stop: watch::Receiver<bool>) {
    let mut deliveries = Deliveries::new();
    while !*stop.borrow() {
        let rest = match outbox::begin(app, slack, pace, &mut deliveries).await {
            Ok(_) => POLL,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be served");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            Some(done) = deliveries.join_next() => outbox::ended(done),
            () = app.work.notified() => {}
            () = sleep_or_stop(rest, &mut stop) => {}
        }
    }
    while let Some(done) = deliveries.join_next().await {
        outbox::ended(done);
    }
}

async fn upkeep_loop(app: &App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let now = app.now();
        let upkeep = async {
            app.store().mark_alive(app.installation(), now).await?;
            app.store().forget_keys(app.installation(), now - KEYS_KEPT, 5_000).await
        };
        if let Err(error) = upkeep.await {
            tracing::error!(%error, "the sign of life could not be kept");
        }
        sleep_or_stop(HEARTBEAT, &mut stop).await;
    }
}

async fn names_loop(app: &Arc<App>, slack: &Slack, source: &Source, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let rest = match names::tick(app, slack, source).await {
            Ok(()) => NAMES_EVERY,
            Err(NamesError::Slack(error)) => {
                tracing::error!(%error, "names could not be read at Slack; the last known ones are used");
                NAMES_REST
            }
            Err(NamesError::Store(error)) => {
                tracing::error!(%error, "names could not be kept");
                NAMES_REST
            }
        };
        tokio::select! {
            () = app.names_stale.notified() => sleep_or_stop(NAMES_REST.min(rest), &mut stop).await,
            () = sleep_or_stop(rest, &mut stop) => {}
        }
    }
}

async fn sleep_or_stop(rest: Duration, stop: &mut watch::Receiver<bool>) {
    if rest.is_zero() || *stop.borrow() {
        return;
    }
    tokio::select! {
        () = tokio::time::sleep(rest) => {}
        _ = stop.changed() => {}
    }
}
