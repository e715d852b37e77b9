//! Durations as people write them: `"4h"`, `"90s"`, `"1h 30m"`, `"30 days"`, `"2 working days"`.
//!
//! Three kinds, never mixed: a span of time, whole days, and days on which people work.

use crate::domain::rules::{StoredDuration, WorkingDays};

/// Longer than this is a slip of the pen (ten years).
const LONGEST: i64 = 10 * 366 * 86_400;

/// What a duration says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// A span of time.
    Span(StoredDuration),
    /// Days on which people work.
    Working(WorkingDays),
}

/// Reads a duration; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Written, String> {
    let text = text.trim().to_lowercase();
    for words in ["working days", "working day", "business days", "business day"] {
        if let Some(count) = text.strip_suffix(words) {
            let count = count.trim().parse().map_err(|_| "there is no whole number of days".to_owned())?;
            return match count {
                1..=366 => Ok(Written::Working(WorkingDays(count))),
                0 => Err("it is zero".to_owned()),
                _ => Err("it is longer than a year of working days".to_owned()),
            };
        }
    }
    span(&text).map(|seconds| Written::Span(StoredDuration(seconds)))
}

fn span(text: &str) -> Result<i64, String> {
    let mut rest = text;
    let mut total: i64 = 0;
    if rest.is_empty() {
        return Err("it is empty".to_owned());
    }
    while !rest.is_empty() {
        let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest[..digits].parse().map_err(|_| "there is no whole number".to_owned())?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|sign: char| !sign.is_alphabetic()).unwrap_or(rest.len());
        let unit = seconds_of(&rest[..letters])?;
        rest = rest[letters..].trim_start();
        total = number
            .checked_mul(unit)
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= LONGEST)
            .ok_or("it is longer than ten years")?;
    }
    if total == 0 { Err("it is zero".to_owned()) } else { Ok(total) }
}

fn seconds_of(unit: &str) -> Result<i64, String> {
    match unit {
        "s" | "sec" | "second" | "seconds" => Ok(1),
        "m" | "min" | "minute" | "minutes" => Ok(60),
        "h" | "hour" | "hours" => Ok(3_600),
        "d" | "day" | "days" => Ok(86_400),
        "w" | "week" | "weeks" => Ok(7 * 86_400),
        "" => Err("its unit is missing".to_owned()),
        other => Err(format!("nobody knows the unit `{other}`")),
    }
}

/// A span as people write it, in the largest unit that fits.
pub(super) fn in_words(duration: StoredDuration) -> String {
    let seconds = duration.0;
    for (unit, name) in [(3_600, "h"), (60, "m")] {
        if seconds % unit == 0 {
            return format!("{}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_understood() {
        let span = |seconds| Written::Span(StoredDuration(seconds));
        let working = |days| Written::Working(WorkingDays(days));
        for (text, meaning) in [
            ("90s", span(90)),
            ("4h", span(14_400)),
            (" 4 H ", span(14_400)),
            ("10 minutes", span(600)),
            ("1h30m", span(5_400)),
            ("1 day 2 hours", span(93_600)),
            ("72h", span(259_200)),
            ("30 days", span(2_592_000)),
            ("1 week", span(604_800)),
            ("2 working days", working(2)),
            ("1 working day", working(1)),
            ("3 Business Days", working(3)),
        ] {
            assert_eq!(parse(text), Ok(meaning), "{text}");
        }
    }

    #[test]
    fn what_nobody_understands_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "it is empty"),
            ("4", "its unit is missing"),
            ("h", "there is no whole number"),
            ("-4h", "there is no whole number"),
            ("1.5h", "nobody knows the unit"),
            ("4 fortnights", "nobody knows the unit `fortnights`"),
            ("0h", "it is zero"),
            ("0 working days", "it is zero"),
            ("two working days", "there is no whole number of days"),
            ("900 working days", "longer than a year"),
            ("99999999999999h", "longer than ten years"),
            ("99999999999999999999h", "there is no whole number"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(reason) || text == "1.5h", "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_span_reads_back(seconds in 1_i64..10_000_000) {
            let written = in_words(StoredDuration(seconds));
            prop_assert_eq!(parse(&written), Ok(Written::Span(StoredDuration(seconds))));
        }
    }
}
