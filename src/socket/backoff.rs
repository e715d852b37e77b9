//! How long to wait before the next try: twice as long each time, and never the same for two who failed together.

use std::time::Duration;

use super::Timing;

/// Doublings after which the longest wait is reached, whatever the first was.
const MOST_DOUBLINGS: u32 = 16;

/// The wait after so many failures in a row; `chance` is from 0 to 1, and takes away up to half.
pub(super) fn wait(timing: &Timing, failures: u32, chance: f64) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let doubled = timing.first_wait.saturating_mul(1 << (failures - 1).min(MOST_DOUBLINGS));
    doubled.min(timing.longest_wait).mul_f64(1.0 - chance / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_longest_and_differ_by_up_to_half() {
        let timing = Timing::default();
        let waits = |chance: f64| -> Vec<u128> {
            (0..9).map(|failures| wait(&timing, failures, chance).as_millis()).collect()
        };
        assert_eq!(waits(0.0), [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(waits(1.0), [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
        assert_eq!(wait(&timing, u32::MAX, 0.0), timing.longest_wait);
    }
}
