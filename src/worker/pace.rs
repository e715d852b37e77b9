//! How fast a lane may go: about one message a second, with a small burst, and slower when Slack says so.
//!
//! In memory: losing it costs a request too many, never a message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Slack takes about one message a second in a channel.
const EVERY: TimeDelta = TimeDelta::seconds(1);
/// How far ahead of that a lane may run: three messages at once, then one a second.
const AHEAD: TimeDelta = TimeDelta::seconds(2);
/// Two lanes told to wait within this: the whole workspace is.
const SAME_BREATH: TimeDelta = TimeDelta::seconds(10);
/// Lanes remembered before those at rest are forgotten.
const LANES: usize = 1_000;

/// What the outbox remembers between deliveries.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    is_steady: bool,
    last_limited: Option<(String, DateTime<Utc>)>,
    /// Until when each lane is used up, at one message a second.
    used_until: HashMap<String, DateTime<Utc>>,
}

impl Pace {
    /// One that keeps to a message a second. The default does not, for whoever moves the clock by hand.
    pub fn steady() -> Self {
        Self(Mutex::new(Remembered { is_steady: true, ..Remembered::default() }))
    }

    /// Slack told this lane to wait; whether it told another one in the same breath.
    pub fn limited(&self, lane: &str, now: DateTime<Utc>) -> bool {
        let last = self.remembered().last_limited.replace((lane.to_owned(), now));
        last.is_some_and(|(other, at)| other != lane && now - at < SAME_BREATH)
    }

    /// A message was posted in this lane; until when the lane has to rest, if at all.
    pub fn posted(&self, lane: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut remembered = self.remembered();
        if !remembered.is_steady {
            return None;
        }
        if remembered.used_until.len() >= LANES {
            remembered.used_until.retain(|_, until| *until > now);
        }
        let used = remembered.used_until.entry(lane.to_owned()).or_insert(now);
        *used = (*used).max(now) + EVERY;
        let until = *used - AHEAD;
        (until > now).then_some(until)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_165_200_000 + millis).unwrap()
    }

    #[test]
    fn a_lane_may_burst_and_then_goes_at_one_a_second() {
        let pace = Pace::steady();
        assert_eq!(pace.posted("C1", at(0)), None);
        assert_eq!(pace.posted("C1", at(0)), None);
        assert_eq!(pace.posted("C1", at(0)), Some(at(1_000)));
        assert_eq!(pace.posted("C2", at(0)), None, "another lane is not held");
        assert_eq!(pace.posted("C1", at(1_000)), Some(at(2_000)));
        assert_eq!(pace.posted("C1", at(60_000)), None, "a rest earns the burst again");
        assert_eq!(Pace::default().posted("C1", at(0)), None);
    }

    #[test]
    fn a_second_lane_within_ten_seconds_is_noticed() {
        let pace = Pace::default();
        assert!(!pace.limited("C1", at(0)));
        assert!(!pace.limited("C1", at(1_000)), "the same lane again");
        assert!(pace.limited("C2", at(10_999)));
        assert!(!pace.limited("C1", at(20_999)), "too long ago");
    }
}
