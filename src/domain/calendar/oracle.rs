//! An oracle for working time: it knows no offsets, no spans and no arithmetic of days, only what a clock on the wall shows, and
//! looks at it minute by minute. Cases are numbered: case `n` is always the same.
//!
//! Written without the code under test: from it come the calendars' data types alone.

use std::fmt::Debug;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{WorkCalendar, WorkingDuration};
use crate::domain::rules::{Holidays, WorkingHours};

/// The variable that asks for so many cases.
const CASES: &str = "SWITCHBOARD_CALENDAR_CASES";
/// The variable that asks for one of them.
const CASE: &str = "SWITCHBOARD_CALENDAR_CASE";

/// Numbers that look as if nobody had chosen them (splitmix64), always the same from the same seed.
pub(in crate::domain) struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `end`.
    pub(in crate::domain) fn below(&mut self, end: i64) -> i64 {
        (self.next() % end.unsigned_abs()).cast_signed()
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(i64::try_from(of.len()).unwrap())).unwrap()].clone()
    }
}

/// A calendar and an instant, near a change of clocks more often than not.
pub(in crate::domain) struct OracleCase {
    pub(in crate::domain) number: u64,
    pub(in crate::domain) calendar: WorkCalendar,
    pub(in crate::domain) from: DateTime<Utc>,
    pub(in crate::domain) dice: Dice,
}

impl OracleCase {
    /// The case of that number: consecutive ones go through all zones.
    fn numbered(number: u64) -> Self {
        let mut dice = Dice(number);
        let zone = TZ_VARIANTS[usize::try_from(number % TZ_VARIANTS.len() as u64).unwrap()];
        let year = i32::try_from(1990 + dice.below(48)).unwrap();
        let first_day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_time(NaiveTime::MIN).and_utc();
        let changes: Vec<DateTime<Utc>> = (0..365)
            .map(|day| first_day + TimeDelta::days(day))
            .filter(|day| shown(*day, zone) != shown(*day + TimeDelta::days(1), zone))
            .collect();
        let near = !changes.is_empty() && dice.below(4) > 0;
        let day = if near { dice.one_of(&changes) } else { first_day + TimeDelta::days(dice.below(365)) };
        let from = day + TimeDelta::minutes(dice.below(4_320) - 1_440);
        let seconds = if dice.below(2) == 0 { 0 } else { dice.below(60) };
        let from = from + TimeDelta::seconds(seconds);
        let holidays = (0..dice.below(4)).map(|_| from.date_naive() + TimeDelta::days(dice.below(9) - 2));
        let holidays = Holidays::new(holidays.collect());
        let hours = week(&mut dice);
        Self { number, calendar: WorkCalendar { zone, hours, holidays }, from, dice }
    }

    /// Must be equal, or it is said how to see it again.
    pub(in crate::domain) fn same<T: PartialEq + Debug>(&self, what: &str, found: &T, oracle: &T) {
        assert!(
            found == oracle,
            "{what}: {found:?}, but the oracle says {oracle:?}\nfrom {:?} in {:?}\nagain: {CASE}={} cargo test --lib oracle",
            self.from,
            self.calendar,
            self.number,
        );
    }

    /// The minutes from `from` on, each cut to what of it is not before `from`: its first instant, its seconds, whether work is
    /// done in it.
    fn minutes(&self) -> impl Iterator<Item = (DateTime<Utc>, i64, bool)> {
        let into = self.from.timestamp().rem_euclid(60);
        (0..).map(move |minute| {
            let begins = self.from - TimeDelta::seconds(into) + TimeDelta::minutes(minute);
            let cut = if minute == 0 { into } else { 0 };
            (begins + TimeDelta::seconds(cut), 60 - cut, is_worked(&self.calendar, begins))
        })
    }
}

/// What is ahead of UTC there, in seconds, told from two faces of clocks.
fn shown(at: DateTime<Utc>, zone: Tz) -> i64 {
    (at.with_timezone(&zone).naive_local() - at.naive_utc()).num_seconds()
}

/// A week: the same intervals every day, or others on each; with lunch, until 24:00, in the night, or a single quarter of an hour.
fn week(dice: &mut Dice) -> WorkingHours {
    let time = |minutes: i64| {
        let seconds = u32::try_from(minutes * 60).unwrap();
        if seconds == 86_400 { None } else { NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0) }
    };
    let kinds: [&[(i64, i64)]; 9] = [
        &[(540, 1_020)],
        &[(540, 720), (780, 1_020)],
        &[(0, 1_440)],
        &[(0, 150), (1_320, 1_440)],
        &[(60, 180)],
        &[(1_439, 1_440)],
        &[(0, 1), (1, 2), (115, 130), (175, 185)],
        &[(1_425, 1_440)],
        &[(30, 90), (90, 150), (600, 601)],
    ];
    let is_same = dice.below(2) == 0;
    let usual = dice.one_of(&kinds);
    let mut days = Vec::new();
    for day in 0_u8..7 {
        // Some days are off, but never all of them.
        if day == 2 || dice.below(4) > 0 {
            let kind = if is_same { usual } else { dice.one_of(&kinds) };
            let hours = kind.iter().map(|(from, to)| (time(*from).unwrap(), time(*to))).collect();
            days.push((Weekday::try_from(day).unwrap(), hours));
        }
    }
    WorkingHours::of_week(days)
}

/// By what the wall shows: is work done in the minute that begins at this instant?
pub(in crate::domain) fn is_worked(calendar: &WorkCalendar, minute: DateTime<Utc>) -> bool {
    let wall = minute.with_timezone(&calendar.zone).naive_local();
    let of_day = wall.hour() * 60 + wall.minute();
    let mut hours = calendar.hours.on(wall.weekday()).iter();
    !calendar.holidays.iter().any(|holiday| *holiday == wall.date())
        && hours.any(|(from, to)| {
            let from = from.hour() * 60 + from.minute();
            let to = to.map_or(24 * 60, |to| to.hour() * 60 + to.minute());
            from <= of_day && of_day < to
        })
}

/// Runs the cases that the environment asks for, else so many.
pub(in crate::domain) fn cases(usual: u64, run: impl Fn(&mut OracleCase)) {
    let asked = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    if let Some(number) = asked(CASE) {
        return run(&mut OracleCase::numbered(number));
    }
    (0..asked(CASES).unwrap_or(usual)).for_each(|number| run(&mut OracleCase::numbered(number)));
}

#[test]
fn working_time_is_what_the_oracle_counts_in_every_zone() {
    cases(3 * TZ_VARIANTS.len() as u64, |case| {
        let length = case.dice.below(3_000);
        let to = case.from + TimeDelta::minutes(length) + TimeDelta::seconds(case.dice.below(60));
        let (mut worked, mut first, mut last) = (0, None, None);
        for (begins, seconds, is_worked) in case.minutes().take_while(|(begins, ..)| *begins < to) {
            case.same("is_working", &case.calendar.is_working(begins), &is_worked);
            let seconds = seconds.min((to - begins).num_seconds());
            if is_worked {
                worked += seconds;
                first = first.or(Some(begins));
                last = Some(begins + TimeDelta::seconds(seconds));
            }
        }
        let found = case.calendar.working_between(case.from, to);
        case.same("working_between", &found, &WorkingDuration::seconds(worked));
        let Some((first, last)) = first.zip(last) else { return };
        case.same("next_working", &case.calendar.next_working(case.from), &first);
        // All of it has passed at the end of the last minute that was worked, and not before.
        case.same("add_working", &case.calendar.add_working(case.from, found), &last);
        let part = case.dice.below(worked) + 1;
        let mut left = part;
        let due = case.minutes().filter(|(.., is_worked)| *is_worked).find_map(|(begins, seconds, _)| {
            let due = (left <= seconds).then(|| begins + TimeDelta::seconds(left));
            left -= seconds;
            due
        });
        let part = WorkingDuration::seconds(part);
        case.same("a part of it", &Some(case.calendar.add_working(case.from, part)), &due);
    });
}

#[test]
fn working_time_is_subtracted_as_the_oracle_counts_it_backwards() {
    cases(TZ_VARIANTS.len() as u64, |case| {
        // `from` is where it is counted back from here.
        let amount = case.dice.below(40_000) + 1;
        let into = case.from.timestamp().rem_euclid(60);
        let first = (case.from - TimeDelta::seconds(into), into);
        let earlier = (1..).map(|minute| (first.0 - TimeDelta::minutes(minute), 60));
        let mut left = amount;
        let oracle = std::iter::once(first)
            .chain(earlier)
            .filter(|(begins, _)| is_worked(&case.calendar, *begins))
            .find_map(|(begins, seconds)| {
                let found = (left <= seconds).then(|| begins + TimeDelta::seconds(seconds - left));
                left -= seconds;
                found
            });
        let found = case.calendar.subtract_working(case.from, WorkingDuration::seconds(amount));
        case.same("subtract_working", &Some(found), &oracle);
        let between = case.calendar.working_between(found, case.from);
        case.same("what lies between", &between, &WorkingDuration::seconds(amount));
    });
}

#[test]
fn the_first_instant_of_a_local_time_is_the_first_at_which_the_wall_shows_it_or_more() {
    cases(2 * TZ_VARIANTS.len() as u64, |case| {
        let minute = case.from - TimeDelta::seconds(case.from.timestamp().rem_euclid(60));
        let wanted = minute.naive_utc();
        let zone = case.calendar.zone;
        // Two days before, no wall on Earth shows it yet, save one that is set back by a day.
        let begin = minute - TimeDelta::hours(40);
        let walls = (0..80 * 60).map(|passed| begin + TimeDelta::minutes(passed));
        let first = walls.clone().find(|at| at.with_timezone(&zone).naive_local() >= wanted);
        case.same("first_instant", &Some(case.calendar.first_instant(wanted)), &first);
    });
}
