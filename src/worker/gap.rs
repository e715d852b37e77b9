//! Times in which we could not act (B7): what comes late because of them says so, and threads are read again.
//!
//! Kept in the store, so that a crash in the middle of catching up still says why the rest is late. Restarts that follow each
//! other closely are one gap.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::domain::notice::Downtime;
use crate::store::StoreError;

/// A silence longer than this is a gap.
pub const GAP: TimeDelta = TimeDelta::seconds(60);
/// Up for less than this between two gaps, and they are one: a process that crashes again and again is down.
const HARDLY_UP: TimeDelta = TimeDelta::minutes(10);
/// A sign of life from the future: the clock was set back while we were down.
const SET_BACK: TimeDelta = TimeDelta::seconds(5);
/// Where the last gap is kept.
const KEPT_AS: &str = "downtime";

/// After a silence the threads that matter are read, and what comes late says why (B7).
pub async fn notice(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let last = match app.store().alive_at(app.installation()).await {
        Err(error @ StoreError::Corrupt { .. }) => {
            // How long we were down is not known; what happened meanwhile is read all the same.
            tracing::error!(%error, "the last sign of life cannot be read; threads are read again");
            app.read_threads_again(None).await?;
            None
        }
        known => known?,
    };
    app.set_downtime(kept(app).await?);
    match last {
        Some(from) if now - from > GAP => {
            tracing::warn!(%from, to = %now, "we were down, or deaf; threads are read again");
            note(app, from, now).await?;
        }
        Some(from) if from - now > SET_BACK => {
            tracing::warn!(%from, to = %now, "the machine's clock was set back while we were down");
            app.store().clock_was_set(app.installation(), from, now).await?;
            forget(app).await?;
            app.read_threads_again(None).await?;
        }
        Some(_) | None => {}
    }
    app.store().mark_alive(app.installation(), now).await
}

/// Keeps a sign of life, unless Slack has no way to reach us: a time without any websocket is a gap like any other.
pub async fn sign_of_life(app: &App) -> Result<(), StoreError> {
    let hearing = &app.health.hearing;
    if hearing.is_deaf() {
        return Ok(());
    }
    if !hearing.take_deafness() {
        return app.store().mark_alive(app.installation(), app.now()).await;
    }
    notice(app).await.inspect_err(|_| hearing.keep_deafness())
}

/// Remembers a gap and has the threads read.
pub(super) async fn note(app: &App, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<(), StoreError> {
    let downtime = joined(kept(app).await?, from, to);
    keep(app, Some(&downtime)).await?;
    app.set_downtime(Some(downtime));
    app.read_threads_again(None).await.map(|_| ())
}

/// A gap whose times mean nothing any more.
pub(super) async fn forget(app: &App) -> Result<(), StoreError> {
    keep(app, None).await?;
    app.set_downtime(None);
    Ok(())
}

/// One gap with the one before, where there was hardly anything between them.
fn joined(before: Option<Downtime>, from: DateTime<Utc>, to: DateTime<Utc>) -> Downtime {
    let begins = before
        .filter(|before| before.to <= from && from - before.to < HARDLY_UP)
        .map_or(from, |before| before.from.min(from));
    Downtime { from: begins, to, blind: false, paused_by: None }
}

async fn keep(app: &App, downtime: Option<&Downtime>) -> Result<(), StoreError> {
    let json = serde_json::to_string(&downtime).expect("two instants always have a JSON form");
    app.store().keep(app.installation(), KEPT_AS, &json).await
}

/// What is kept; what cannot be read explains nothing, and is no reason to stop.
async fn kept(app: &App) -> Result<Option<Downtime>, StoreError> {
    let Some(json) = app.store().kept(app.installation(), KEPT_AS).await? else { return Ok(None) };
    Ok(serde_json::from_str(&json).unwrap_or_else(|error| {
        tracing::warn!(%error, "the last gap cannot be read");
        None
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
    }

    #[test]
    fn gaps_that_follow_each_other_closely_are_one() {
        let gap = |from, to| Downtime { from: at(from), to: at(to), blind: false, paused_by: None };
        assert_eq!(joined(None, at(10), at(20)), gap(10, 20));
        assert_eq!(joined(Some(gap(0, 5)), at(10), at(20)), gap(0, 20));
        assert_eq!(joined(Some(gap(0, 5)), at(15), at(20)), gap(15, 20), "up for ten minutes");
        assert_eq!(joined(Some(gap(0, 500)), at(10), at(20)), gap(10, 20), "a gap of another clock");
    }
}
