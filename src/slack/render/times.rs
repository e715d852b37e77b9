//! Times as people read them: Slack's date tokens for the reader's zone, relative words, and a second zone where two
//! people are concerned. Never arithmetic of promises: that is the domain's.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::line::Line;

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// "today 14:10", "Nov 20, 2026 14:10".
    Short,
    /// With the day of the week, for appointments.
    Long,
    /// The time of day alone, beside a date.
    Time,
}

impl DateForm {
    /// Slack's name of the format.
    pub const fn format(self) -> &'static str {
        match self {
            Self::Short => "{date_short_pretty} {time}",
            Self::Long => "{date_long_pretty} {time}",
            Self::Time => "{time}",
        }
    }
}

/// An instant in the reader's zone: "today 14:10".
pub fn date(at: DateTime<Utc>) -> Line {
    Line::date(at, DateForm::Short)
}

/// From an instant until another: "today 13:00 to 15:30", with both days where they are far apart.
pub fn range(from: DateTime<Utc>, to: DateTime<Utc>) -> Line {
    let form = if to - from < Duration::hours(12) { DateForm::Time } else { DateForm::Short };
    date(from).then(" to ").then(Line::date(to, form))
}

/// An appointment in the reader's zone, with the day of the week.
pub fn appointment(at: DateTime<Utc>) -> Line {
    Line::date(at, DateForm::Long)
}

/// An instant for readers without a zone: "Fri 20 Nov 14:10 UTC".
pub fn utc(at: DateTime<Utc>) -> String {
    at.format("%a %-d %b %H:%M UTC").to_string()
}

/// An instant in that zone: "10:30", or with the day where it is another one than at `beside` (the reader's zone, if known).
pub fn in_zone(at: DateTime<Utc>, zone: Tz, beside: Option<Tz>) -> String {
    let local = at.with_timezone(&zone);
    let same_day = beside.is_some_and(|other| at.with_timezone(&other).date_naive() == local.date_naive());
    if same_day { local.format("%H:%M").to_string() } else { local.format("%a %H:%M").to_string() }
}

/// A span: "40 min", "4 h", "1 h 30 min", "3 days".
pub fn span(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours, rest) {
        (0, _) if minutes == 0 => "less than a minute".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, _) if hours >= 73 => format!("{} days", hours / 24),
        (hours, rest) if rest == 0 || hours >= 10 => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// From now: "in 2 h", "2 h ago", "now".
pub fn from_now(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (at - now).num_seconds();
    if seconds.abs() < 60 {
        "now".to_owned()
    } else if seconds > 0 {
        format!("in {}", span(seconds))
    } else {
        format!("{} ago", span(-seconds))
    }
}

/// A day, in the zone of whoever named it: "Thu 24 Dec".
pub fn day(day: NaiveDate) -> String {
    day.format("%a %-d %b").to_string()
}

/// "one day", "2 days".
pub fn days(count: i64) -> String {
    if count == 1 { "one day".to_owned() } else { format!("{count} days") }
}

/// "one working day", "2 working days".
pub fn working_days(count: u32) -> String {
    if count == 1 { "one working day".to_owned() } else { format!("{count} working days") }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn spans_are_short() {
        let shown: Vec<String> =
            [0, 59, 60, 5_400, 7_200, 144_000, 180_000, 172_800, 345_600].map(span).to_vec();
        insta::assert_debug_snapshot!(shown, @r#"
        [
            "less than a minute",
            "less than a minute",
            "1 min",
            "1 h 30 min",
            "2 h",
            "40 h",
            "50 h",
            "48 h",
            "4 days",
        ]
        "#);
    }

    #[test]
    fn another_zone_names_the_day_only_where_it_differs() {
        let at = Utc.with_ymd_and_hms(2026, 11, 20, 18, 30, 0).single().expect("an instant");
        let (berlin, los_angeles, tokyo) =
            (chrono_tz::Europe::Berlin, chrono_tz::America::Los_Angeles, chrono_tz::Asia::Tokyo);
        assert_eq!(in_zone(at, los_angeles, Some(berlin)), "10:30");
        assert_eq!(in_zone(at, tokyo, Some(berlin)), "Sat 03:30");
        assert_eq!(in_zone(at, los_angeles, None), "Fri 10:30");
    }
}
