//! What operating the bot asks of it: its numbers, its health, and what it could not understand.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Counted, Health};
use crate::domain::engagement::Engagement;
use crate::domain::ids::EngagementId;
use crate::store::{Count, DeadLetter, Purged, RereadEnd, StoreError};

/// How much there is of everything, as `/metrics` tells it.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// Engagements by kind and state.
    pub engagements: Vec<Count>,
    /// Notices that wait or are in flight.
    pub waiting: i64,
    /// How long the oldest of them has waited, in seconds.
    pub oldest_seconds: i64,
    /// Notices that were given up and wait for a person.
    pub parked: usize,
    /// The same by urgency: its name, how many wait, and how long the oldest has, in seconds.
    pub urgencies: [(&'static str, i64, i64); 2],
    /// What delivery counted since the start, by name.
    pub delivered: Vec<(&'static str, u64)>,
    /// For how many seconds Slack still wants nothing by a method.
    pub paused: Vec<(&'static str, i64)>,
    /// Pauses of reminders that run.
    pub pauses: usize,
    /// Clocks that they hold.
    pub held: i64,
    /// How late the clock is that should have been decided upon first, in seconds.
    pub late_seconds: i64,
}

/// A worker that has not looked at its clocks for so long is late.
const WORKER_LATE: TimeDelta = TimeDelta::seconds(60);

impl Health {
    /// A message of ours was posted in a channel whose events we get: its own event has to come.
    pub fn posted(&self, at: DateTime<Utc>) {
        // Of several that nobody heard of, the first counts.
        let _ = self.unheard.compare_exchange(0, at.timestamp_micros(), Ordering::Relaxed, Ordering::Relaxed);
    }

    /// An event came.
    pub fn heard_event(&self) {
        self.has_heard.store(true, Ordering::Relaxed);
        self.unheard.store(0, Ordering::Relaxed);
    }

    /// Slack cannot reach us: of what we posted until now no event has to come.
    pub fn expects_no_event(&self) {
        self.unheard.store(0, Ordering::Relaxed);
    }

    /// Since when we posted without any event.
    pub fn unheard_since(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.unheard.load(Ordering::Relaxed)).filter(|at| at.timestamp() != 0)
    }

    /// Whether any event came since the start.
    pub fn has_heard(&self) -> bool {
        self.has_heard.load(Ordering::Relaxed)
    }

    /// Clocks and errands were looked at by one who goes round by hand instead of by the loops.
    pub fn looked_at_clocks(&self, at: DateTime<Utc>) {
        for sign in [&self.last_tick, &self.last_errands] {
            sign.store(at.timestamp_micros(), Ordering::Relaxed);
        }
    }

    /// Slack took a message.
    pub fn delivered(&self, at: DateTime<Utc>) {
        self.last_delivery.store(at.timestamp_micros(), Ordering::Relaxed);
    }
}

fn is_late(sign: &AtomicI64, now: DateTime<Utc>) -> bool {
    let last = DateTime::from_timestamp_micros(sign.load(Ordering::Relaxed));
    last.is_none_or(|last| now - last > WORKER_LATE)
}

impl App {
    /// Whether the worker has not looked at its clocks for long, or clocks are due for long.
    pub fn is_worker_late(&self) -> bool {
        let overdue = self.health.overdue.load(Ordering::Relaxed) > 0;
        overdue
            || self.health.last_tick.load(Ordering::Relaxed) != 0
                && is_late(&self.health.last_tick, self.now())
    }

    /// What is wrong with database, worker and Slack, in a word each; nothing when all is well.
    pub async fn ailments(&self) -> Vec<&'static str> {
        let (health, now) = (&self.health, self.now());
        let mut wrong = Vec::new();
        if let Err(error) = self.check_database().await {
            tracing::error!(%error, "the database does not answer");
            wrong.push("database: no answer");
        }
        if is_late(&health.last_tick, now) || is_late(&health.last_errands, now) {
            wrong.push("worker: late");
        }
        if health.overdue.load(Ordering::Relaxed) > 0 {
            wrong.push("clocks: due for long");
        }
        if health.token_refused.load(Ordering::Relaxed) {
            wrong.push("slack: token or scopes refused");
        }
        if health.hearing.is_refused() {
            wrong.push("slack: app token refused, or Socket Mode is off");
        }
        if health.hearing.is_deaf() {
            wrong.push("slack: no websocket is open");
        }
        if !self.policy().org.knows_names() {
            wrong.push("slack: names not read yet");
        }
        wrong
    }

    /// How much there is of everything.
    pub async fn numbers(&self) -> Result<Numbers, StoreError> {
        let (store, installation, now) = (&self.store, self.installation, self.now());
        let backlog = store.outbox_waiting(installation).await?;
        let since = |instant: chrono::DateTime<chrono::Utc>| (now - instant).num_seconds().max(0);
        let age = |oldest: Option<_>| oldest.map_or(0, since);
        let delivery = &self.health.delivery;
        Ok(Numbers {
            urgencies: [
                ("urgent", backlog.urgent, age(backlog.oldest.urgent)),
                ("routine", backlog.number - backlog.urgent, age(backlog.oldest.routine)),
            ],
            delivered: Counted::ALL.map(|what| (what.name(), delivery.counted(what))).to_vec(),
            paused: delivery.pauses(now),
            engagements: store.counts(installation).await?,
            waiting: backlog.number,
            oldest_seconds: age(backlog.oldest.of_all()),
            parked: store.parked(installation).await?.len(),
            pauses: self
                .pauses()
                .iter()
                .filter(|pause| pause.over_at().is_none_or(|over| now < over))
                .count(),
            held: store.held_clocks(installation).await?,
            late_seconds: store.next_due(installation).await?.map_or(0, since),
        })
    }

    /// Whether the database answers.
    pub async fn check_database(&self) -> Result<(), StoreError> {
        self.store.check_health().await
    }

    /// Keeps a signed request that was not understood, whole, for a person to look at.
    pub async fn keep_dead_letter(&self, body: &[u8], reason: String) -> Result<(), StoreError> {
        let letter = DeadLetter {
            installation: Some(self.installation),
            kind: "slack.request".to_owned(),
            body: body.to_vec(),
            reason,
            at: self.now(),
        };
        self.store.keep_dead_letter(letter).await
    }

    /// Begins to hear a dead letter again: what it says, and when it was first begun.
    pub async fn begin_letter(&self, id: i64) -> Result<Option<(Vec<u8>, DateTime<Utc>)>, StoreError> {
        let letter = self.store.begin_reread(self.installation, id, self.now()).await?;
        Ok(letter.map(|letter| (letter.body, letter.begun_at)))
    }

    /// Writes down that a dead letter was understood, or why it stays.
    pub async fn end_letter(&self, id: i64, stays: Option<String>) -> Result<(), StoreError> {
        let end = stays.map_or(RereadEnd::Gone, |reason| RereadEnd::Stays { reason });
        self.store.end_reread(self.installation, id, end).await.map(|_| ())
    }

    /// Forgets people's words from before then, a page of them; after the last page none is left in the file, nor in the log
    /// beside it.
    pub async fn forget_words(&self, before: DateTime<Utc>, limit: u32) -> Result<Purged, StoreError> {
        let purged = self.store.purge(self.installation, (before, self.now()), limit).await?;
        if purged.is_over && purged.anything() {
            self.store.empty_log().await?;
            tracing::info!(
                asks = purged.asks,
                messages = purged.messages,
                letters = purged.letters,
                "the last of the words that were old enough are forgotten"
            );
        }
        Ok(purged)
    }

    /// One engagement, as it is now.
    pub async fn engagement(&self, id: EngagementId) -> Result<Option<Engagement>, StoreError> {
        self.store.engagement(self.installation, id).await
    }
}
