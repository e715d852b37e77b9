//! Keeps a loop running: one that panics or ends by itself is begun anew, counted and logged. Nothing dies in silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::App;

/// How long after its end a loop is begun anew.
const BREATH: Duration = Duration::from_secs(1);

/// Runs what `begin` makes until `stop` says so, and again whenever it ended before.
pub fn supervised<F>(
    name: &'static str,
    app: Arc<App>,
    stop: watch::Receiver<bool>,
    begin: impl Fn() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move { keep(name, &app.health.restarts, stop, begin, BREATH).await })
}

async fn keep<F>(
    name: &'static str,
    restarts: &AtomicU64,
    mut stop: watch::Receiver<bool>,
    begin: impl Fn() -> F,
    breath: Duration,
) where
    F: Future<Output = ()> + Send + 'static,
{
    while !*stop.borrow() {
        // A set of one: it is ended with its keeper.
        let mut running = JoinSet::new();
        running.spawn(begin());
        let ended = running.join_next().await;
        if *stop.borrow() {
            return;
        }
        let why = match ended {
            Some(Err(error)) => error.to_string(),
            Some(Ok(())) | None => "it returned".to_owned(),
        };
        let times = restarts.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::error!(name, why, times, "a loop of the worker ended, and is begun anew");
        tokio::select! {
            () = tokio::time::sleep(breath) => {}
            _ = stop.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loop_that_panics_or_returns_is_begun_anew_until_it_is_told_to_stop() {
        let (tell, stop) = watch::channel(false);
        let (begun, restarts) = (Arc::new(AtomicU64::new(0)), AtomicU64::new(0));
        let (counted, tell) = (Arc::clone(&begun), Arc::new(tell));
        let begin = move || {
            let (time, tell) = (counted.fetch_add(1, Ordering::SeqCst), Arc::clone(&tell));
            async move {
                match time {
                    0 => panic!("it happens"),
                    1 => {}
                    _ => drop(tell.send(true)),
                }
            }
        };
        keep("test", &restarts, stop, begin, Duration::ZERO).await;
        assert_eq!(begun.load(Ordering::SeqCst), 3);
        assert_eq!(restarts.load(Ordering::SeqCst), 2, "its end at the stop is none to count");
    }
}
