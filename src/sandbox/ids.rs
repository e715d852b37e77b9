//! Identifiers from counters, in Slack's shapes, and message timestamps that never repeat.

use chrono::{DateTime, Utc};

/// Every counter of one workspace.
#[derive(Debug, Default)]
pub struct Ids {
    next: u64,
    last_ts_micros: i64,
}

impl Ids {
    /// The next identifier with this prefix, e.g. `U01AAAAAAB`.
    pub fn id(&mut self, prefix: &str) -> String {
        self.next += 1;
        let mut letters = [b'A'; 7];
        let mut rest = self.next;
        for letter in letters.iter_mut().rev() {
            *letter = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[(rest % 32) as usize];
            rest /= 32;
        }
        format!("{prefix}01{}", String::from_utf8_lossy(&letters))
    }

    /// A bare running number, for hashes, triggers and generated block ids.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A message timestamp for `now`, later than every one before.
    pub fn ts(&mut self, now: DateTime<Utc>) -> String {
        let micros = now.timestamp_micros().max(self.last_ts_micros + 100);
        self.last_ts_micros = micros;
        format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
    }
}

/// A timestamp as microseconds, to compare; `None` when it is not one.
pub fn ts_micros(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.is_empty() || seconds.len() > 12 || fraction.len() > 6 || !digits(seconds) || !digits(fraction)
    {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_strictly_increase_on_a_clock_that_stands_still() {
        let now = DateTime::from_timestamp(1_795_165_200, 0).unwrap();
        let mut ids = Ids::default();
        assert_eq!(ids.ts(now), "1795165200.000000");
        assert_eq!(ids.ts(now), "1795165200.000100");
    }

    #[test]
    fn only_timestamps_are_read_as_timestamps() {
        assert_eq!(ts_micros("1795165200.000100"), Some(1_795_165_200_000_100));
        assert_eq!(ts_micros("0"), Some(0));
        for odd in ["", "x", "1.2.3", "-1", "99999999999999", "1.1234567"] {
            assert_eq!(ts_micros(odd), None, "{odd}");
        }
    }
}
