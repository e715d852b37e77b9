//! When most people sleep: what reads all of Slack's lists waits for it.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::Names;

/// The hour, in the zone where most people are.
const HOUR: u32 = 3;

impl Names {
    /// The next quiet hour after that instant: three in the morning where most people are.
    pub fn next_quiet_hour(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let zone = self.main_zone();
        let at = NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default();
        let today = now.with_timezone(&zone).date_naive();
        (0..3)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            // Where clocks skip that hour, that night has none.
            .filter_map(|day| zone.from_local_datetime(&day.and_time(at)).earliest())
            .map(|quiet| quiet.with_timezone(&Utc))
            .find(|quiet| *quiet > now)
            .unwrap_or(now + Duration::days(1))
    }

    /// The zone where most people are; of equals the first by name, so that it does not change from night to night.
    fn main_zone(&self) -> Tz {
        let mut people: HashMap<Tz, usize> = HashMap::new();
        for person in self.people.iter().filter(|person| !person.is_gone && !person.is_bot) {
            *people.entry(person.time_zone.unwrap_or(Tz::UTC)).or_default() += 1;
        }
        let most = people.into_iter().max_by_key(|(zone, number)| (*number, std::cmp::Reverse(zone.name())));
        most.map_or(Tz::UTC, |(zone, _)| zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;
    use crate::domain::names::Person;

    fn people(zones: &[Tz]) -> Names {
        let person = |zone: &Tz| Person {
            id: UserId::from(zone.name()),
            name: "Pat".to_owned(),
            email: None,
            time_zone: Some(*zone),
            is_gone: false,
            is_bot: false,
            is_guest: false,
        };
        Names { people: zones.iter().map(person).collect(), ..Names::default() }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn it_is_three_in_the_morning_where_most_people_are() {
        let berlin = people(&[Tz::Europe__Berlin, Tz::Europe__Berlin, Tz::America__New_York]);
        for (now, quiet) in [
            ("2026-11-20T01:59:59Z", "2026-11-20T02:00:00Z"),
            ("2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z"),
            // The hour is there twice in that night, and once not at all in another.
            ("2026-10-24T22:00:00Z", "2026-10-25T02:00:00Z"),
            ("2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(berlin.next_quiet_hour(at(now)), at(quiet), "{now}");
        }
        assert_eq!(Names::default().next_quiet_hour(at("2026-11-20T04:00:00Z")), at("2026-11-21T03:00:00Z"));
    }
}
