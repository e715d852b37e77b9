//! The machine's clock was set, or the machine slept: noticed by comparing wall and steady clock, and made good (B7).
//!
//! Whoever is about to act on a due time looks first, and waits until a step is made good. Invariants: promised instants stay
//! what they are; what waits for a span of time waits no longer than that span; a step forward is a gap.

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::gap;
use crate::app::App;
use crate::clock::{Reading, Step};
use crate::store::StoreError;

/// Less than this is the clock's own care: nothing that we do waits so precisely.
const STEP: TimeDelta = TimeDelta::seconds(5);
/// After a step keys of causes are kept for so long anyway: their times cannot be compared with ours.
const KEEP_KEYS: TimeDelta = TimeDelta::hours(26);
/// A process forgets nothing in its first minutes: the machine may still be finding out what time it is.
const FIRST_MINUTES: TimeDelta = TimeDelta::minutes(10);

/// What is known of the machine's clocks.
#[derive(Debug, Default)]
pub struct Steps(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    began: Option<Reading>,
    last: Option<Reading>,
    /// When, by the steady clock, the last step was.
    stepped: Option<TimeDelta>,
}

impl Seen {
    /// The step since the last look; the first look sees none.
    fn step(&self, now: Reading) -> Option<Step> {
        self.last.and_then(|last| last.step_to(now, STEP))
    }

    fn may_forget(&self, now: Reading) -> bool {
        let since = |then: TimeDelta| now.steady - then;
        self.began.is_some_and(|began| since(began.steady) >= FIRST_MINUTES)
            && self.stepped.is_none_or(|stepped| since(stepped) >= KEEP_KEYS)
    }
}

impl Steps {
    /// Looks at the clocks, and makes a step good. An error leaves it to the next look. Whether there was one.
    pub async fn look(&self, app: &App) -> Result<bool, StoreError> {
        let mut seen = self.0.lock().await;
        let now = app.reading();
        let step = seen.step(now);
        if let Some(step) = step {
            make_good(app, step).await?;
            seen.stepped = Some(now.steady);
        }
        seen.began = seen.began.or(Some(now));
        seen.last = Some(now);
        Ok(step.is_some())
    }

    /// Whether the clocks show a step that nobody has made good yet; never waits.
    pub fn is_pending(&self, app: &App) -> bool {
        self.0.try_lock().is_ok_and(|seen| seen.step(app.reading()).is_some())
    }

    /// Whether what is old by the wall clock may be forgotten.
    pub async fn may_forget(&self, app: &App) -> bool {
        self.0.lock().await.may_forget(app.reading())
    }
}

/// Moves what waits, and has threads read where time was lost.
async fn make_good(app: &App, step: Step) -> Result<(), StoreError> {
    tracing::warn!(
        from = %step.from, to = %step.to, seconds = step.by().num_seconds(),
        "the machine's clock was set, or the machine slept"
    );
    app.store().clock_was_set(app.installation(), step.from, step.to).await?;
    app.forget_unanswered();
    if step.by() >= gap::GAP {
        gap::note(app, step.from, step.to).await?;
    } else if step.by() < TimeDelta::zero() {
        gap::forget(app).await?;
    }
    app.store().mark_alive(app.installation(), step.to).await?;
    app.clocks.ring();
    app.errands.ring();
    app.work.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn reading(wall: i64, steady: i64) -> Reading {
        let wall = DateTime::from_timestamp(1_800_000_000 + wall, 0).unwrap();
        Reading { wall, steady: TimeDelta::seconds(steady) }
    }

    #[test]
    fn a_step_is_seen_once_and_small_ones_never() {
        let mut seen = Seen { last: Some(reading(0, 0)), ..Seen::default() };
        assert_eq!(seen.step(reading(64, 60)), None);
        assert!(seen.step(reading(65, 60)).is_some());
        seen.last = Some(reading(65, 60));
        assert_eq!(seen.step(reading(66, 61)), None);
        assert_eq!(Seen::default().step(reading(0, 0)), None, "nothing to compare with");
    }

    #[test]
    fn keys_are_forgotten_neither_at_first_nor_soon_after_a_step() {
        let hour = 3_600;
        let began = Some(reading(0, 0));
        let seen =
            |stepped: Option<i64>| Seen { began, last: began, stepped: stepped.map(TimeDelta::seconds) };
        assert!(!Seen::default().may_forget(reading(0, 0)));
        assert!(!seen(None).may_forget(reading(9 * 60, 9 * 60)));
        assert!(!seen(None).may_forget(reading(90 * hour, 9 * 60)), "only the steady clock counts");
        assert!(seen(None).may_forget(reading(10 * 60, 10 * 60)));
        assert!(!seen(Some(hour)).may_forget(reading(90 * hour, 26 * hour)));
        assert!(seen(Some(hour)).may_forget(reading(90 * hour, 27 * hour)));
    }
}
