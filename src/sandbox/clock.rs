//! The sandbox's own movable clock. It is the only time the sandbox knows: timestamps, triggers,
//! retries and rate limits all read it, so a story can move hours in no time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that stands still until moved, or runs with real time from an offset. Clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Hands>>);

#[derive(Clone, Copy, Debug)]
enum Hands {
    Standing(DateTime<Utc>),
    Running(TimeDelta),
}

impl Clock {
    /// A clock that shows `now` and stands still until it is moved.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Hands::Standing(now))))
    }

    /// A clock that runs with real time; `advance` puts it ahead.
    pub fn running() -> Self {
        Self(Arc::new(Mutex::new(Hands::Running(TimeDelta::zero()))))
    }

    /// What the clock shows.
    pub fn now(&self) -> DateTime<Utc> {
        match *self.hands() {
            Hands::Standing(now) => now,
            Hands::Running(offset) => real_now() + offset,
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        let mut hands = self.hands();
        *hands = match *hands {
            Hands::Standing(now) => Hands::Standing(now + by),
            Hands::Running(offset) => Hands::Running(offset + by),
        };
    }

    /// Moves the clock forward to `instant`; a clock that is already past it stays.
    pub fn advance_to(&self, instant: DateTime<Utc>) {
        let ahead = instant - self.now();
        if ahead > TimeDelta::zero() {
            self.advance(ahead);
        }
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox's clock is the one place that may read real time")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_told_and_its_clones_move_with_it() {
        let start = DateTime::from_timestamp(1_795_165_200, 0).unwrap();
        let clock = Clock::at(start);
        let twin = clock.clone();
        assert_eq!(twin.now(), start);
        clock.advance(TimeDelta::hours(4));
        assert_eq!(twin.now(), start + TimeDelta::hours(4));
        twin.advance_to(start);
        assert_eq!(clock.now(), start + TimeDelta::hours(4), "a clock never goes back");
    }

    #[test]
    fn a_running_clock_keeps_its_offset() {
        let clock = Clock::running();
        let before = clock.now();
        clock.advance(TimeDelta::days(1));
        assert!(clock.now() >= before + TimeDelta::days(1));
    }
}
