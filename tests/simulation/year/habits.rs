//! What people said as if there were no bot, as the year itself knows it: PMs asked directly, asks in SME channels, and how long
//! PMs took in internal channels. From it comes what must be told as before and as now.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

/// The longest baseline, in days.
const LONGEST: i64 = 28;

/// Something that counts whether we act there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A PM was asked directly.
    Ping,
    /// Somebody asked in the SME channel.
    Posted,
    /// An SME asked a PM inside.
    Inside,
    /// That was answered, after so many seconds.
    Took(i64),
}

/// What was said, by day and area.
#[derive(Debug, Default)]
pub struct Habits {
    said: Vec<(NaiveDate, usize, What)>,
    /// Threads in which a PM's answer is awaited: since when, and whose.
    awaited: BTreeMap<(usize, String), i64>,
}

/// What was counted in some days.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// PMs asked directly.
    pub pings: i64,
    /// Asks in the SME channel.
    pub posted: i64,
    /// How long PMs took inside, in seconds.
    pub took: Vec<i64>,
}

impl Habits {
    /// A PM was asked directly.
    pub fn pinged(&mut self, at: DateTime<Utc>, area: usize) {
        self.said.push((at.date_naive(), area, What::Ping));
    }

    /// Somebody asked in the area's SME channel.
    pub fn posted(&mut self, at: DateTime<Utc>, area: usize) {
        self.said.push((at.date_naive(), area, What::Posted));
    }

    /// An SME asked a PM inside, with that message.
    pub fn asked_inside(&mut self, at: DateTime<Utc>, area: usize, ts: &str) {
        self.said.push((at.date_naive(), area, What::Inside));
        self.awaited.insert((area, ts.to_owned()), micros(ts));
    }

    /// A PM wrote in that thread; only the first answer counts.
    pub fn answered_inside(&mut self, at: DateTime<Utc>, area: usize, (root, ts): (&str, &str)) {
        if let Some(asked) = self.awaited.remove(&(area, root.to_owned())) {
            let took = ((micros(ts) - asked) / 1_000 + 500) / 1_000;
            self.said.push((at.date_naive(), area, What::Took(took)));
        }
    }

    /// What was said on these days, the last one left out.
    pub fn between(&self, area: usize, (from, to): (NaiveDate, NaiveDate)) -> Said {
        let mut some = Said::default();
        let within = |day: NaiveDate| from <= day && day < to;
        for (_, _, what) in self.said.iter().filter(|(day, of, _)| *of == area && within(*day)) {
            match what {
                What::Ping => some.pings += 1,
                What::Posted => some.posted += 1,
                What::Inside => {}
                What::Took(seconds) => some.took.push(*seconds),
            }
        }
        some
    }

    /// The first day on which anything counted of what is before that day, and not too long before it.
    pub fn first_before(&self, area: usize, day: NaiveDate) -> Option<NaiveDate> {
        let counts = |(at, of, what): &&(NaiveDate, usize, What)| {
            let is_before = *at < day && *at >= day - Duration::days(LONGEST);
            *of == area && is_before && !matches!(what, What::Took(_))
        };
        self.said.iter().filter(counts).map(|(at, ..)| *at).min()
    }
}

/// So much a week as it is written, of what was counted in so many days.
pub fn a_week(count: i64, days: i64) -> String {
    let tenths = (count * 70 + days / 2) / days;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A timestamp of Slack's, in microseconds.
pub fn micros(ts: &str) -> i64 {
    let digits: String = ts.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a timestamp")
}

#[test]
fn what_was_said_is_counted_by_day_and_area() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    let mut habits = Habits::default();
    habits.pinged(at("2026-11-16T10:00:00Z"), 1);
    habits.posted(at("2026-11-17T23:59:59Z"), 1);
    habits.posted(at("2026-11-18T00:00:00Z"), 2);
    habits.asked_inside(at("2026-11-17T10:00:00Z"), 1, "100.000000");
    habits.answered_inside(at("2026-11-17T11:00:00Z"), 1, ("100.000000", "161.600000"));
    habits.answered_inside(at("2026-11-17T12:00:00Z"), 1, ("100.000000", "999.000000"));
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 11, day).expect("a day");
    assert_eq!(habits.between(1, (day(16), day(18))), Said { pings: 1, posted: 1, took: vec![62] });
    assert_eq!(habits.between(1, (day(17), day(18))).pings, 0);
    assert_eq!(habits.first_before(1, day(18)), Some(day(16)));
    assert_eq!(habits.first_before(1, day(16)), None);
    assert_eq!((a_week(1, 7), a_week(20, 28), a_week(3, 25)), ("1.0".into(), "5.0".into(), "0.8".into()));
}
