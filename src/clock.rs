//! The only room with a clock. Everything else is given `now`.
//!
//! The wall clock says what time people have, and may be set; the steady one only ever goes on. A step of the wall clock is
//! told by comparing the two, as values.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time; cheap to clone. The real one outside tests and the demo, theirs there.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    steady: Arc<dyn Fn() -> TimeDelta + Send + Sync>,
}

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What time it is.
    pub wall: DateTime<Utc>,
    /// How long the steady clock runs.
    pub steady: TimeDelta,
}

/// The wall clock was set, or the machine slept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it would show without that.
    pub from: DateTime<Utc>,
    /// What it shows.
    pub to: DateTime<Utc>,
}

impl Step {
    /// How far forward; less than nothing where it was set back.
    pub fn by(self) -> TimeDelta {
        self.to - self.from
    }
}

impl Reading {
    /// The step that the wall clock made between this reading and a later one, where it made one of at least that size.
    pub fn step_to(self, later: Self, at_least: TimeDelta) -> Option<Step> {
        let from = self.wall + (later.steady - self.steady);
        let step = Step { from, to: later.wall };
        (step.by().abs() >= at_least).then_some(step)
    }
}

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        let began = Instant::now();
        let steady = move || TimeDelta::from_std(began.elapsed()).unwrap_or(TimeDelta::MAX);
        #[expect(clippy::disallowed_methods, reason = "the one place that may read the machine's clock")]
        let wall = Utc::now;
        Self { wall: Arc::new(wall), steady: Arc::new(steady) }
    }

    /// A clock that somebody else moves, and that is never set.
    pub fn from_fn(tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        let wall = Arc::new(tell);
        let steady = Arc::clone(&wall);
        Self { wall, steady: Arc::new(move || steady() - DateTime::UNIX_EPOCH) }
    }

    /// Both clocks are somebody else's.
    pub fn from_fns(
        wall: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        steady: impl Fn() -> TimeDelta + Send + Sync + 'static,
    ) -> Self {
        Self { wall: Arc::new(wall), steady: Arc::new(steady) }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        (self.wall)()
    }

    /// Both clocks at this moment.
    pub fn reading(&self) -> Reading {
        Reading { wall: (self.wall)(), steady: (self.steady)() }
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(wall: i64, steady: i64) -> Reading {
        let wall = DateTime::from_timestamp(1_800_000_000 + wall, 0).unwrap();
        Reading { wall, steady: TimeDelta::seconds(steady) }
    }

    #[test]
    fn a_step_is_what_the_wall_clock_went_beyond_the_steady_one() {
        let five = TimeDelta::seconds(5);
        let table = [
            // (wall, steady) later than (0, 0), and the step in seconds.
            (0, 0, None),
            (3_600, 3_600, None),
            (14, 10, None),
            (6, 10, None),
            (15, 10, Some(5)),
            (5, 10, Some(-5)),
            (7_200, 1, Some(7_199)),
            (-7_199, 1, Some(-7_200)),
        ];
        for (wall, steady, expected) in table {
            let step = reading(0, 0).step_to(reading(wall, steady), five);
            let by = step.map(|step| step.by().num_seconds());
            assert_eq!(by, expected, "{wall} {steady}");
            assert!(step.is_none_or(|step| step.to == reading(wall, 0).wall));
            assert!(step.is_none_or(|step| step.from == reading(steady, 0).wall));
        }
    }

    #[test]
    fn a_clock_that_is_only_moved_makes_no_step() {
        let hour = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
        let told = std::sync::Arc::clone(&hour);
        let clock = Clock::from_fn(move || {
            let hour = told.load(std::sync::atomic::Ordering::Relaxed);
            DateTime::from_timestamp(1_800_000_000 + hour * 3_600, 0).unwrap()
        });
        let before = clock.reading();
        hour.store(100, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(before.step_to(clock.reading(), TimeDelta::seconds(1)), None);
    }
}
