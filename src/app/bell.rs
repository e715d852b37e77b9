//! A bell for a loop that sleeps until something is due: it rings when something earlier comes up.
//!
//! Only a hurry-up: the loop looks again by itself. Invariant: whoever commits before the loop looks is seen, whoever commits
//! after it began to look rings; nobody falls in between.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// Until when a loop sleeps, and the way to wake it.
#[derive(Debug)]
pub struct Bell {
    /// In microseconds since 1970; the greatest value while the loop is awake, so that everything rings.
    sleeps_until: AtomicI64,
    notify: Notify,
}

impl Default for Bell {
    fn default() -> Self {
        Self { sleeps_until: AtomicI64::new(i64::MAX), notify: Notify::new() }
    }
}

impl Bell {
    /// Something is due then: rings, if the loop would sleep longer.
    pub fn due(&self, at: DateTime<Utc>) {
        if at.timestamp_micros() < self.sleeps_until.load(Ordering::SeqCst) {
            self.notify.notify_one();
        }
    }

    /// Rings whatever the loop waits for.
    pub fn ring(&self) {
        self.notify.notify_one();
    }

    /// The loop begins to look for what is next: from here on everything rings.
    pub fn awake(&self) {
        self.sleeps_until.store(i64::MAX, Ordering::SeqCst);
    }

    /// The loop found what is next, and sleeps until then; without anything, until it rings.
    pub fn asleep(&self, until: Option<DateTime<Utc>>) {
        self.sleeps_until.store(until.map_or(i64::MAX, |at| at.timestamp_micros()), Ordering::SeqCst);
    }

    /// Ends when it rings, or rang since the last time.
    pub async fn rings(&self) {
        self.notify.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    /// Whether it rings, or rang; without waiting.
    async fn rang(bell: &Bell) -> bool {
        tokio::select! {
            biased;
            () = bell.rings() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn only_what_is_earlier_wakes_a_loop_that_sleeps() {
        let bell = Bell::default();
        bell.asleep(Some(at(100)));
        bell.due(at(100));
        bell.due(at(101));
        assert!(!rang(&bell).await);
        bell.due(at(99));
        assert!(rang(&bell).await);
        assert!(!rang(&bell).await, "once");
    }

    #[tokio::test]
    async fn what_comes_up_while_the_loop_looks_is_not_missed() {
        let bell = Bell::default();
        bell.asleep(Some(at(10)));
        bell.awake();
        bell.due(at(5_000));
        bell.asleep(Some(at(6_000)));
        assert!(rang(&bell).await);
    }

    #[tokio::test]
    async fn without_anything_to_wait_for_everything_rings() {
        let bell = Bell::default();
        bell.asleep(None);
        bell.due(at(1_000_000));
        assert!(rang(&bell).await);
    }
}
