//! Tables for days on which clocks change, and properties; `oracle` has all zones.

use chrono::{NaiveDate, Weekday};
use proptest::prelude::*;

use super::oracle::is_worked as oracle;
use super::*;

/// Zones whose clocks change by an hour, by half an hour, at midnight, or never; and offsets that are no whole hours.
const ZONES: [Tz; 11] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::America__St_Johns,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
    Tz::America__Havana,
    Tz::Africa__Casablanca,
];

const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn office(zone: Tz) -> WorkCalendar {
    WorkCalendar { zone, hours: WorkingHours::default(), holidays: Holidays::default() }
}

fn always(zone: Tz) -> WorkCalendar {
    let hours = WorkingHours::same(&EVERY_DAY, &[(NaiveTime::MIN, None)]);
    WorkCalendar { zone, hours, holidays: Holidays::default() }
}

#[test]
fn hours_are_half_open_and_may_end_at_24() {
    let berlin = office(Tz::Europe__Berlin);
    for (instant, works) in [
        ("2026-11-20T08:59:59+01:00", false),
        ("2026-11-20T09:00:00+01:00", true),
        ("2026-11-20T16:59:59+01:00", true),
        ("2026-11-20T17:00:00+01:00", false),
        ("2026-11-21T12:00:00+01:00", false),
    ] {
        assert_eq!(berlin.is_working(at(instant)), works, "{instant}");
    }
    let mut late = office(Tz::Europe__Berlin);
    late.hours =
        WorkingHours::same(&late.hours.days(), &[(time(0, 0), Some(time(1, 0))), (time(22, 0), None)]);
    assert!(late.is_working(at("2026-11-20T23:59:59+01:00")));
    assert!(!late.is_working(at("2026-11-21T00:30:00+01:00")), "Saturday");
    let week = (at("2026-11-16T00:00:00+01:00"), at("2026-11-23T00:00:00+01:00"));
    assert_eq!(late.working_between(week.0, week.1), WorkingDuration::hours(15));
}

#[test]
fn a_clock_that_jumps_ahead_or_back_changes_how_long_the_night_is() {
    let berlin = always(Tz::Europe__Berlin);
    for (day, next, hours) in [
        ("2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", 24),
        ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23),
        ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25),
    ] {
        assert_eq!(berlin.working_between(at(day), at(next)), WorkingDuration::hours(hours), "{day}");
    }
    // Lord Howe moves by half an hour.
    let lord_howe = always(Tz::Australia__Lord_Howe);
    let day = (at("2026-10-04T00:00:00+10:30"), at("2026-10-05T00:00:00+11:00"));
    assert_eq!(lord_howe.working_between(day.0, day.1), WorkingDuration::minutes(24 * 60 - 30));
}

#[test]
fn hours_inside_a_jump_are_not_worked_and_repeated_hours_are_worked_twice() {
    let mut night = always(Tz::Europe__Berlin);
    night.hours = WorkingHours::same(&EVERY_DAY, &[(time(2, 0), Some(time(3, 0)))]);
    let spring = (at("2026-03-29T00:00:00+01:00"), at("2026-03-29T12:00:00+02:00"));
    assert_eq!(night.working_between(spring.0, spring.1), WorkingDuration::ZERO);
    assert_eq!(night.next_working(spring.0), at("2026-03-30T02:00:00+02:00"));
    let autumn = (at("2026-10-25T00:00:00+02:00"), at("2026-10-25T12:00:00+01:00"));
    assert_eq!(night.working_between(autumn.0, autumn.1), WorkingDuration::hours(2));
    // 90 minutes of it: the first 60 before the clock is set back, 30 after.
    let due = night.add_working(autumn.0, WorkingDuration::minutes(90));
    assert_eq!(due, at("2026-10-25T02:30:00+01:00"));
}

#[test]
fn a_day_may_begin_at_one() {
    // Santiago and Cairo jump from 24:00 to 01:00.
    for (zone, day, begins) in [
        (Tz::America__Santiago, "2026-09-06", "2026-09-06T01:00:00-03:00"),
        (Tz::Africa__Cairo, "2026-04-24", "2026-04-24T01:00:00+03:00"),
    ] {
        let calendar = always(zone);
        assert_eq!(calendar.first_instant(date(day).and_time(NaiveTime::MIN)), at(begins), "{zone}");
        assert_eq!(calendar.first_instant(date(day).and_time(time(0, 59))), at(begins), "{zone}");
    }
}

#[test]
fn working_time_skips_nights_weekends_and_holidays() {
    let mut berlin = office(Tz::Europe__Berlin);
    berlin.holidays = Holidays::new([date("2026-12-25")].into());
    let asked = at("2026-12-24T16:00:00+01:00");
    let due = berlin.add_working(asked, WorkingDuration::hours(4));
    assert_eq!(due, at("2026-12-28T12:00:00+01:00"));
    assert_eq!(berlin.working_between(asked, due), WorkingDuration::hours(4));
    // What ends with the day is due at its end, not on the next morning.
    let due = berlin.add_working(asked, WorkingDuration::hours(1));
    assert_eq!(due, at("2026-12-24T17:00:00+01:00"));
    assert_eq!(berlin.working_between(due, asked), WorkingDuration::ZERO, "never less than nothing");
}

#[test]
fn working_days_keep_the_time_of_day() {
    let mut berlin = office(Tz::Europe__Berlin);
    berlin.holidays = Holidays::new([date("2026-12-25")].into());
    for (from, days, to) in [
        ("2026-11-20T10:00:00+01:00", 1, "2026-11-23T10:00:00+01:00"),
        ("2026-11-20T18:00:00+01:00", 1, "2026-11-24T09:00:00+01:00"),
        ("2026-11-21T12:00:00+01:00", 1, "2026-11-23T12:00:00+01:00"),
        ("2026-11-21T12:00:00+01:00", 0, "2026-11-23T09:00:00+01:00"),
        ("2026-12-23T10:00:00+01:00", 2, "2026-12-28T10:00:00+01:00"),
        // Over the change of clocks, ten stays ten.
        ("2026-10-23T10:00:00+02:00", 1, "2026-10-26T10:00:00+01:00"),
        ("2026-03-27T10:00:00+01:00", 2, "2026-03-31T10:00:00+02:00"),
    ] {
        let (from, to) = (at(from), at(to));
        assert_eq!(berlin.add_working_days(from, days), to, "{from} and {days}");
    }
    let days = berlin.working_days_between(at("2026-12-23T10:00:00+01:00"), at("2026-12-28T00:00:00+01:00"));
    assert_eq!(days, 2);
}

#[test]
fn a_calendar_without_working_time_waits_for_nobody() {
    let mut never = office(Tz::UTC);
    never.hours = WorkingHours::same(&[], &[]);
    let now = at("2026-11-20T10:00:00Z");
    assert_eq!(never.next_working(now), now);
    assert_eq!(never.add_working(now, WorkingDuration::hours(4)), at("2026-11-20T14:00:00Z"));
    assert_eq!(never.add_working_days(now, 2), at("2026-11-22T10:00:00Z"));
    assert_eq!(never.working_between(now, now + Duration::days(9)), WorkingDuration::ZERO);
    // A start in the far future is counted no further than the horizon.
    let far = DateTime::from_timestamp(250_000_000_000, 0).unwrap();
    assert!(office(Tz::UTC).working_between(now, far) < WorkingDuration::hours(24 * 3_660));
}

#[test]
fn each_day_of_the_week_has_its_own_hours() {
    let hours = [
        (Weekday::Mon, vec![(time(9, 0), Some(time(12, 0))), (time(13, 0), Some(time(17, 0)))]),
        (Weekday::Fri, vec![(time(9, 0), Some(time(14, 0)))]),
        (Weekday::Sat, vec![(time(20, 0), None)]),
    ];
    let berlin = WorkCalendar { hours: WorkingHours::of_week(hours), ..office(Tz::Europe__Berlin) };
    let asked = at("2026-11-16T11:00:00+01:00");
    for (hours, due) in [
        (1, "2026-11-16T12:00:00+01:00"),
        (2, "2026-11-16T14:00:00+01:00"),
        (6, "2026-11-20T10:00:00+01:00"),
        (14, "2026-11-22T00:00:00+01:00"),
        (15, "2026-11-23T10:00:00+01:00"),
    ] {
        assert_eq!(berlin.add_working(asked, WorkingDuration::hours(hours)), at(due), "{hours}");
    }
    assert_eq!(berlin.add_working_days(asked, 1), at("2026-11-20T11:00:00+01:00"));
    assert_eq!(berlin.hours.days(), [Weekday::Mon, Weekday::Fri, Weekday::Sat]);
}

#[test]
fn nothing_panics_at_the_ends_of_time() {
    let ends = [DateTime::<Utc>::MIN_UTC, at("1969-12-31T23:59:59Z"), DateTime::<Utc>::MAX_UTC];
    for zone in [Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago, Tz::Australia__Lord_Howe] {
        for calendar in [always(zone), office(zone)] {
            for from in ends {
                let (date, _) = (calendar.date(from), calendar.is_working(from));
                let (naive, hour) = (from.naive_utc(), WorkingDuration::hours(1));
                let _ = (calendar.is_working_day(date), calendar.first_instant(naive));
                assert!(calendar.next_working(from) >= from);
                assert!(
                    calendar.add_working(from, hour) >= from && calendar.add_working_days(from, 3) >= from
                );
                for to in ends {
                    let (_, worked) =
                        (calendar.working_days_between(from, to), calendar.working_between(from, to));
                    assert!(
                        worked >= WorkingDuration::ZERO && (to > from || worked == WorkingDuration::ZERO)
                    );
                }
            }
        }
    }
}

fn any_calendar() -> impl Strategy<Value = WorkCalendar> {
    let hours = prop_oneof![
        Just(vec![(time(9, 0), Some(time(17, 0)))]),
        Just(vec![(time(9, 0), Some(time(12, 30))), (time(13, 15), Some(time(18, 0)))]),
        Just(vec![(time(0, 0), None)]),
        Just(vec![(time(0, 0), Some(time(2, 30))), (time(22, 0), None)]),
        Just(vec![(time(1, 15), Some(time(3, 0)))]),
    ];
    let days = prop_oneof![
        Just(WorkingHours::default().days()),
        Just(vec![Weekday::Sun, Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu]),
        Just(vec![Weekday::Sat, Weekday::Sun]),
    ];
    let holidays = prop::collection::vec(0_u64..800, 0..40)
        .prop_map(|days| days.into_iter().map(|day| date("2026-01-01") + Days::new(day)).collect::<Vec<_>>());
    (prop::sample::select(ZONES.to_vec()), hours, days, holidays).prop_map(|(zone, hours, days, holidays)| {
        WorkCalendar {
            zone,
            hours: WorkingHours::same(&days, &hours),
            holidays: Holidays::new(holidays.into_iter().collect()),
        }
    })
}

/// Whole minutes; half of them within two days of the changes of clocks of 2026.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let changes = [
        "2026-03-08T05:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-04-04T15:00:00Z",
        "2026-04-05T03:00:00Z",
        "2026-04-23T22:00:00Z",
        "2026-09-06T04:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-10-25T01:00:00Z",
        "2026-10-29T21:00:00Z",
        "2026-11-01T05:00:00Z",
    ];
    let near = (prop::sample::select(changes.to_vec()), -2_880_i64..2_880)
        .prop_map(|(change, minutes)| at(change) + Duration::minutes(minutes));
    let wherever =
        (0_i64..1_000_000).prop_map(|minutes| at("2026-01-01T00:00:00Z") + Duration::minutes(minutes));
    prop_oneof![near, wherever]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_next_working_moment_is_the_first(calendar in any_calendar(), from in any_instant()) {
        let next = calendar.next_working(from);
        prop_assert!(next >= from && oracle(&calendar, next));
        let first = (0..40_000).map(|m| from + Duration::minutes(m)).find(|m| oracle(&calendar, *m));
        prop_assert_eq!(Some(next), first);
    }

    #[test]
    fn added_working_time_is_found_again(
        calendar in any_calendar(), from in any_instant(), micros in 1_i64..150_000_000_000, later in 0_i64..60_000_000,
    ) {
        let from = from + Duration::microseconds(later);
        let amount = WorkingDuration(Duration::microseconds(micros));
        let due = calendar.add_working(from, amount);
        prop_assert_eq!(calendar.working_between(from, due), amount);
        let before = due - Duration::microseconds(1);
        prop_assert!(calendar.working_between(from, before) < amount, "the first such instant");
        // In parts it is the same.
        let half = WorkingDuration(Duration::microseconds(micros / 2));
        let rest = amount.minus(half);
        prop_assert_eq!(calendar.add_working(calendar.add_working(from, half), rest), due);
    }

    #[test]
    fn working_days_are_counted_as_they_are_added(calendar in any_calendar(), from in any_instant(), days in 1_u32..12) {
        let whole = calendar.whole_days();
        let later = whole.add_working_days(from, days);
        prop_assert_eq!(whole.working_days_between(from, later), days);
        prop_assert!(whole.is_working(later));
        let due = calendar.add_working_days(from, days);
        prop_assert!(calendar.is_working(due) && due >= later);
    }
}
