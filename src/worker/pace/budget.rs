//! So many a minute for the whole workspace, with a little in hand. A rate of 0 is no limit.
//!
//! Invariant: over any span no more than its share of a minute is spent, and a tenth of a minute's on top.

use chrono::{DateTime, TimeDelta, Utc};

/// The share of a minute's budget that may be spent at once.
const IN_HAND: f64 = 0.1;

/// A budget that fills with time.
#[derive(Debug, Default)]
pub(in crate::worker) struct Budget {
    /// What was spent and has not been earned back by then; less than nothing when some was given back early.
    spent: f64,
    since: Option<DateTime<Utc>>,
}

impl Budget {
    /// How many may be spent now.
    pub(in crate::worker) fn room(&mut self, per_minute: u32, now: DateTime<Utc>) -> u32 {
        if per_minute == 0 {
            return u32::MAX;
        }
        let left = self.left(per_minute, now);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number far below the limit, rounded down on purpose"
        )]
        let whole = left.max(0.0) as u32;
        whole
    }

    /// When one may be spent again; `None` when one may be now.
    pub(in crate::worker) fn again_at(
        &mut self,
        per_minute: u32,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if per_minute == 0 {
            return None;
        }
        let lacks = 1.0 - self.left(per_minute, now);
        if lacks <= 0.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a wait of minutes at most")]
        let millis = (lacks * 60_000.0 / f64::from(per_minute)).ceil() as i64;
        Some(now + TimeDelta::milliseconds(millis))
    }

    /// Spends, whatever is left.
    pub(in crate::worker) fn spend(&mut self, number: u32) {
        self.spent += f64::from(number);
    }

    /// Takes back one that was spent.
    pub(in crate::worker) fn give_back(&mut self) {
        self.spent = (self.spent - 1.0).max(0.0);
    }

    fn left(&mut self, per_minute: u32, now: DateTime<Utc>) -> f64 {
        let since = self.since.replace(now).unwrap_or(now);
        // A clock that was set back earns nothing, and takes nothing.
        let earned = (now - since).max(TimeDelta::zero()).as_seconds_f64() * f64::from(per_minute) / 60.0;
        self.spent = (self.spent - earned).max(0.0);
        // Whole, but for what sums of fractions lose.
        (f64::from(per_minute) * IN_HAND).max(1.0) - self.spent + 1e-9
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_165_200_000 + millis).unwrap()
    }

    #[test]
    fn a_clock_that_was_set_back_neither_gives_nor_stops() {
        let mut budget = Budget::default();
        assert_eq!(budget.room(60, at(100_000)), 6);
        budget.spend(6);
        assert_eq!(budget.room(60, at(0)), 0);
        assert_eq!(budget.room(60, at(3_000)), 3, "it earns from there on");
    }

    #[test]
    fn a_rate_that_is_changed_holds_from_then_on() {
        let mut budget = Budget::default();
        budget.spend(60);
        assert_eq!(budget.again_at(600, at(0)), Some(at(100)));
        assert_eq!(budget.again_at(60, at(0)), Some(at(55_000)));
        assert_eq!(budget.again_at(0, at(0)), None);
    }

    proptest! {
        #[test]
        fn never_more_than_its_share(rate in 1_u32..2_000, steps in prop::collection::vec(0_i64..5_000, 1..100)) {
            let mut budget = Budget::default();
            let (mut now, mut sent) = (0, 0.0);
            for step in steps {
                now += step;
                let room = budget.room(rate, at(now));
                budget.spend(room);
                sent += f64::from(room);
                let minutes = f64::from(i32::try_from(now).unwrap()) / 60_000.0;
                prop_assert!(sent <= f64::from(rate) * minutes + (f64::from(rate) * IN_HAND).max(1.0) + 1e-3);
                let waits = budget.again_at(rate, at(now)).expect("all of it is spent");
                prop_assert!(waits > at(now));
            }
        }
    }
}
