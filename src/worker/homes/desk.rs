//! What is remembered of Homes between two looks: whose are kept, what each was shown, when it is looked at next.
//!
//! In memory only. Invariant: a Home whose facts may have changed is due until it was looked at, and one that differs from what
//! was shown stays due until Slack took it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::KEPT;
use crate::domain::ids::{EngagementId, UserId};
use crate::store::OpenHome;
use crate::worker::delivery_plan::backoff;
use crate::worker::pace::budget::Budget;

/// Views published a minute, for all people together: Slack lets a hundred pass, and more now and then.
const A_MINUTE: u32 = 90;
/// A Home is looked at no more often than this, save for whoever just opened it or acted.
const REST: TimeDelta = TimeDelta::seconds(10);
/// How often one that was opened within a day is looked at by itself: what is at risk, and today, begins without an event.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// How often the others are.
const STALE: TimeDelta = TimeDelta::minutes(30);
/// For how long one counts as opened just now.
const A_DAY: TimeDelta = TimeDelta::days(1);
/// The longest that anything here waits; what waits longer was counted by a clock that was set.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// What is remembered of Homes.
#[derive(Debug, Default)]
pub struct Desk(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    is_steady: bool,
    is_loaded: bool,
    homes: HashMap<UserId, Kept>,
    paused_until: Option<DateTime<Utc>>,
    budget: Budget,
}

#[derive(Debug)]
struct Kept {
    opened_at: DateTime<Utc>,
    shown: Option<String>,
    /// When it is looked at next.
    look_at: DateTime<Utc>,
    /// Not before then, whatever happens.
    rests_until: DateTime<Utc>,
    /// Its person looks at it.
    is_waited_for: bool,
    tries: u32,
    names: HashSet<EngagementId>,
}

impl Remembered {
    fn is_paused(&self, now: DateTime<Utc>) -> bool {
        self.paused_until.is_some_and(|until| until > now && until <= now + LONGEST)
    }
}

impl Kept {
    fn of(opened_at: DateTime<Utc>, shown: Option<String>, now: DateTime<Utc>) -> Self {
        Self {
            opened_at,
            shown,
            look_at: now,
            rests_until: now,
            is_waited_for: false,
            tries: 0,
            names: HashSet::new(),
        }
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let passed = |at: DateTime<Utc>| at <= now || at > now + LONGEST;
        passed(self.look_at) && passed(self.rests_until)
    }

    fn wait_for(&mut self, now: DateTime<Utc>) {
        self.look_at = now;
        self.is_waited_for = true;
        if self.tries == 0 {
            self.rests_until = now;
        }
    }
}

impl Desk {
    /// One that keeps to Slack's pace; the default does not, for whoever moves the clock by hand.
    pub fn steady() -> Self {
        Self(Mutex::new(Remembered { is_steady: true, ..Remembered::default() }))
    }

    pub(super) fn is_loaded(&self) -> bool {
        self.remembered().is_loaded
    }

    pub(super) fn is_empty(&self) -> bool {
        self.remembered().homes.is_empty()
    }

    /// What is stored; all of it is looked at.
    pub(super) fn load(&self, homes: Vec<OpenHome>, now: DateTime<Utc>) {
        let mut remembered = self.remembered();
        remembered.is_loaded = true;
        for OpenHome { user, opened_at, shown } in homes {
            remembered.homes.entry(user).or_insert_with(|| Kept::of(opened_at, shown, now));
        }
    }

    pub(super) fn opened(&self, user: UserId, has_view: bool, now: DateTime<Utc>) {
        let mut remembered = self.remembered();
        let kept = remembered.homes.entry(user).or_insert_with(|| Kept::of(now, None, now));
        kept.opened_at = now;
        if !has_view {
            kept.shown = None;
        }
        kept.wait_for(now);
    }

    pub(super) fn acted(&self, user: &UserId, now: DateTime<Utc>) {
        if let Some(kept) = self.remembered().homes.get_mut(user) {
            kept.wait_for(now);
        }
    }

    /// Those whom it concerns, by who they are and what their Home names.
    pub(super) fn changed(
        &self,
        now: DateTime<Utc>,
        concerns: impl Fn(&UserId, &HashSet<EngagementId>) -> bool,
    ) {
        for (user, kept) in &mut self.remembered().homes {
            if kept.look_at > now && concerns(user, &kept.names) {
                kept.look_at = now;
            }
        }
    }

    pub(super) fn everything(&self, now: DateTime<Utc>) {
        for kept in self.remembered().homes.values_mut() {
            kept.look_at = kept.look_at.min(now);
        }
    }

    /// Whose Home is looked at now: first those who wait for it, then what is due for longest.
    pub(super) fn due(&self, now: DateTime<Utc>, limit: usize) -> Vec<UserId> {
        let mut remembered = self.remembered();
        remembered.homes.retain(|_, kept| kept.opened_at >= now - KEPT);
        if remembered.is_paused(now) {
            return Vec::new();
        }
        let mut due: Vec<(&UserId, &Kept)> =
            remembered.homes.iter().filter(|(_, kept)| kept.is_due(now)).collect();
        due.sort_by_key(|(user, kept)| {
            let opened = std::cmp::Reverse(kept.opened_at);
            (!kept.is_waited_for, kept.look_at, opened, user.as_str().to_owned())
        });
        due.into_iter().take(limit).map(|(user, _)| user.clone()).collect()
    }

    /// It was looked at; whether it differs from what was shown.
    pub(super) fn looked(
        &self,
        user: &UserId,
        mark: &str,
        names: HashSet<EngagementId>,
        now: DateTime<Utc>,
    ) -> bool {
        let mut remembered = self.remembered();
        let is_steady = remembered.is_steady;
        let Some(kept) = remembered.homes.get_mut(user) else { return false };
        kept.names = names;
        if kept.shown.as_deref() != Some(mark) {
            return true;
        }
        kept.rest(is_steady, now);
        false
    }

    /// Whether nothing is shown just now.
    pub(super) fn is_paused(&self, now: DateTime<Utc>) -> bool {
        self.remembered().is_paused(now)
    }

    /// Whether there is room for one; else all wait until there is.
    pub(super) fn may_publish(&self, now: DateTime<Utc>) -> bool {
        let mut remembered = self.remembered();
        if !remembered.is_steady {
            return true;
        }
        let Some(at) = remembered.budget.again_at(A_MINUTE, now) else {
            remembered.budget.spend(1);
            return true;
        };
        remembered.paused_until = Some(at);
        false
    }

    pub(super) fn shown(&self, user: &UserId, mark: String, now: DateTime<Utc>) {
        let mut remembered = self.remembered();
        let is_steady = remembered.is_steady;
        if let Some(kept) = remembered.homes.get_mut(user) {
            kept.shown = Some(mark);
            kept.rest(is_steady, now);
        }
    }

    /// Slack could not do it now.
    pub(super) fn failed(&self, user: &UserId, after: Option<TimeDelta>, now: DateTime<Utc>) {
        if let Some(kept) = self.remembered().homes.get_mut(user) {
            let wait = backoff(kept.tries, user.as_str());
            kept.rests_until = now + after.map_or(wait, |after| after.max(wait));
            kept.tries = kept.tries.saturating_add(1);
        }
    }

    /// Slack wants none of them until then.
    pub(super) fn pause(&self, until: DateTime<Utc>) {
        self.remembered().paused_until = Some(until);
    }

    pub(super) fn forget(&self, user: &UserId) {
        self.remembered().homes.remove(user);
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// It is up to date.
    fn rest(&mut self, is_steady: bool, now: DateTime<Utc>) {
        let is_fresh = self.opened_at > now - A_DAY;
        self.look_at = now + if is_fresh { FRESH } else { STALE };
        self.rests_until = if is_steady { now + REST } else { now };
        self.is_waited_for = false;
        self.tries = 0;
    }
}
