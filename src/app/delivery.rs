//! How delivery goes, as `/metrics` tells it: what was counted since the start, and which of Slack's methods pause.
//!
//! In memory, and only ever told: nothing is decided by it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::notice::Downtime;

/// Something that delivery counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// A look at all lanes that took what could go.
    Claimed,
    /// Slack has it.
    Sent,
    /// Sent later, for Slack asked this lane to wait.
    RateLimited,
    /// Sent later, for Slack asked every lane to wait with this method.
    Paused,
    /// Sent later, for the workspace's budget was spent.
    OverBudget,
    /// Told in another message, together with others.
    Merged,
    /// Not wanted any more when its turn came.
    Dropped,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Claimed,
        Self::Sent,
        Self::RateLimited,
        Self::Paused,
        Self::OverBudget,
        Self::Merged,
        Self::Dropped,
    ];

    /// What it is called outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claims",
            Self::Sent => "sent",
            Self::RateLimited => "rate_limited",
            Self::Paused => "paused",
            Self::OverBudget => "over_budget",
            Self::Merged => "merged",
            Self::Dropped => "dropped",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Claimed => 0,
            Self::Sent => 1,
            Self::RateLimited => 2,
            Self::Paused => 3,
            Self::OverBudget => 4,
            Self::Merged => 5,
            Self::Dropped => 6,
        }
    }
}

/// How delivery goes.
#[derive(Debug, Default)]
pub struct Delivery {
    counts: [AtomicU64; Counted::ALL.len()],
    paused: Mutex<BTreeMap<&'static str, DateTime<Utc>>>,
}

impl Delivery {
    /// Counts so many.
    pub fn count(&self, what: Counted, number: u64) {
        self.counts[what.place()].fetch_add(number, Ordering::Relaxed);
    }

    /// How many there were since the start.
    pub fn counted(&self, what: Counted) -> u64 {
        self.counts[what.place()].load(Ordering::Relaxed)
    }

    /// This method pauses in the whole workspace until then.
    pub fn pause(&self, method: &'static str, until: DateTime<Utc>) {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner).insert(method, until);
    }

    /// How many seconds each method that ever paused still pauses.
    pub fn pauses(&self, now: DateTime<Utc>) -> Vec<(&'static str, i64)> {
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        paused.iter().map(|(method, until)| (*method, (*until - now).num_seconds().max(0))).collect()
    }
}

impl App {
    /// The last time in which we were down, as far as this process knows (B7).
    pub fn downtime(&self) -> Option<Downtime> {
        self.downtime.load().as_ref().clone()
    }
}
