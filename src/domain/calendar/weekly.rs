//! Days and weeks on the wall of a zone, as periods of instants: half-open, whole in local time, whatever a change of clocks
//! takes from them or adds.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A wall may skip a whole day, where a zone crosses the date line; none skips two.
const LONGEST_GAP_MINUTES: i64 = 2 * 24 * 60;

/// A period, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

impl Period {
    /// The last so many days of that zone up to this instant.
    pub fn last_days(days: u32, now: DateTime<Utc>, zone: Tz) -> Self {
        let wall = now.with_timezone(&zone).naive_local();
        let from = wall.checked_sub_days(Days::new(u64::from(days))).unwrap_or(wall);
        // The same time of day, to the minute that a change of clocks leaves of it.
        Self { from: first_at(zone, from).min(now), to: now }
    }

    /// From the beginning of one day to the beginning of another.
    pub fn between(from: NaiveDate, to: NaiveDate, zone: Tz) -> Self {
        let start = |day: NaiveDate| first_at(zone, day.and_time(NaiveTime::MIN));
        Self { from: start(from), to: start(to) }
    }

    /// Whole days in it, rounded: an hour more or less, when clocks change, is no day.
    pub fn days(&self) -> i64 {
        ((self.to - self.from).num_hours() + 12) / 24
    }
}

/// A time of the week on the wall of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekly {
    /// The day.
    pub day: Weekday,
    /// The time of day.
    pub at: NaiveTime,
}

impl Weekly {
    /// The last time that it was, at or before this instant, and the seven days up to then.
    pub fn last_week(self, now: DateTime<Utc>, zone: Tz) -> Period {
        let mut day = now.with_timezone(&zone).date_naive();
        // Eight looks: today's may be still to come, and seven days before is the same day of the week.
        for _ in 0..8 {
            let at = first_at(zone, day.and_time(self.at));
            if day.weekday() == self.day && at <= now {
                let before = day.checked_sub_days(Days::new(7)).unwrap_or(day);
                return Period { from: first_at(zone, before.and_time(self.at)), to: at };
            }
            day = day.pred_opt().unwrap_or(day);
        }
        Period { from: now - TimeDelta::days(7), to: now }
    }
}

/// The first instant at which the wall shows that, or, where clocks jump over it, the first after the jump.
pub fn first_at(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    for minutes in 0..=LONGEST_GAP_MINUTES {
        let Some(shown) = wall.checked_add_signed(TimeDelta::minutes(minutes)) else { break };
        if let Some(found) = zone.from_local_datetime(&shown).earliest() {
            return found.with_timezone(&Utc);
        }
    }
    wall.and_utc()
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Europe, Pacific};

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    const MONDAY: Weekly =
        Weekly { day: Weekday::Mon, at: NaiveTime::from_hms_opt(9, 0, 0).expect("a time of day") };

    #[test]
    fn a_week_ends_at_its_instant_and_not_before() {
        let week = |from: &str, to: &str| Period { from: utc(from), to: utc(to) };
        for (now, zone, expected) in [
            // The very instant belongs to the week that begins.
            ("2026-11-16T09:00:00Z", Tz::UTC, week("2026-11-09T09:00:00Z", "2026-11-16T09:00:00Z")),
            ("2026-11-16T08:59:59Z", Tz::UTC, week("2026-11-02T09:00:00Z", "2026-11-09T09:00:00Z")),
            ("2026-11-22T23:59:59Z", Tz::UTC, week("2026-11-09T09:00:00Z", "2026-11-16T09:00:00Z")),
            // Clocks go back on 25 October: the week has 169 hours.
            ("2026-10-26T12:00:00Z", Europe::Berlin, week("2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z")),
            // Clocks go forward on 29 March: 167.
            ("2026-03-30T12:00:00Z", Europe::Berlin, week("2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z")),
            // Monday has come in Auckland, not yet in UTC.
            ("2026-11-15T21:00:00Z", Pacific::Auckland, week("2026-11-08T20:00:00Z", "2026-11-15T20:00:00Z")),
        ] {
            assert_eq!(MONDAY.last_week(utc(now), zone), expected, "{now} in {zone}");
        }
    }

    #[test]
    fn every_instant_is_in_one_week_of_every_zone() {
        for zone in [Tz::UTC, Europe::Berlin, America::St_Johns, Pacific::Apia, Pacific::Auckland] {
            let mut now = utc("2011-12-01T00:00:00Z");
            let mut known = MONDAY.last_week(now, zone);
            while now < utc("2012-12-31T00:00:00Z") {
                let week = MONDAY.last_week(now, zone);
                assert!(week.to <= now && now - week.to <= TimeDelta::days(8), "{now} in {zone}");
                assert!(week == known || week.from == known.to, "{known:?} and {week:?} in {zone}");
                known = week;
                now += TimeDelta::hours(5);
            }
        }
    }

    #[test]
    fn days_are_those_of_the_wall() {
        let berlin = Europe::Berlin;
        let last = |days, now| Period::last_days(days, utc(now), berlin);
        assert_eq!(last(1, "2026-10-25T12:00:00Z").from, utc("2026-10-24T11:00:00Z"), "25 hours");
        assert_eq!(last(1, "2026-03-29T12:00:00Z").from, utc("2026-03-28T13:00:00Z"), "23 hours");
        assert_eq!(last(7, "2026-10-26T12:00:00Z").days(), 7);
        assert_eq!(last(0, "2026-10-26T12:00:00Z").days(), 0);
        // The wall skips 02:30 on 29 March.
        assert_eq!(last(1, "2026-03-30T00:30:00Z").from, utc("2026-03-29T01:00:00Z"));
        let day = |text: &str| text.parse().expect("a day");
        let october = Period::between(day("2026-10-01"), day("2026-11-01"), berlin);
        assert_eq!((october.from, october.to), (utc("2026-09-30T22:00:00Z"), utc("2026-10-31T23:00:00Z")));
        assert_eq!(october.days(), 31);
        // Apia had no 30 December in 2011.
        let none = Period::between(day("2011-12-30"), day("2011-12-31"), Pacific::Apia);
        assert_eq!(none.days(), 0);
    }
}
