//! The vectors of C2, and that the earliest slot is indeed the earliest.

use chrono::{NaiveDate, Timelike};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::local;
use crate::domain::calendar::oracle::{cases, is_worked};
use crate::domain::rules::{Holidays, WorkingHours};

const NOTICE: Duration = Duration::hours(48);

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn office(zone: Tz) -> WorkCalendar {
    WorkCalendar { zone, hours: WorkingHours::default(), holidays: Holidays::default() }
}

/// What a start gives: `ok`, `flagged`, `refused` or `past`.
fn verdict(mode: NoticeMode, calendar: &WorkCalendar, asked: &str, start: &str) -> &'static str {
    match assess(at(asked), at(start), mode, NOTICE, calendar) {
        CallNotice::Enough { second_day: true, .. } => "flagged",
        CallNotice::Enough { second_day: false, .. } => "ok",
        CallNotice::TooSoon { .. } => "refused",
        CallNotice::InThePast => "past",
    }
}

#[test]
fn weekdays_leave_the_weekend_out() {
    let utc = office(Tz::UTC);
    for (asked, start, expected) in [
        // Monday
        ("2026-11-16T09:00:00Z", "2026-11-18T09:00:00Z", "flagged"),
        ("2026-11-16T09:00:00Z", "2026-11-18T08:59:00Z", "refused"),
        ("2026-11-16T09:00:00Z", "2026-11-19T00:00:00Z", "ok"),
        // Friday
        ("2026-11-20T16:00:00Z", "2026-11-23T10:00:00Z", "refused"),
        ("2026-11-20T16:00:00Z", "2026-11-24T15:59:59Z", "refused"),
        ("2026-11-20T16:00:00Z", "2026-11-24T16:00:00Z", "flagged"),
        ("2026-11-20T16:00:00Z", "2026-11-25T09:00:00Z", "ok"),
        // Saturday
        ("2026-11-21T12:00:00Z", "2026-11-24T23:59:00Z", "refused"),
        ("2026-11-21T12:00:00Z", "2026-11-25T00:00:00Z", "flagged"),
        ("2026-11-21T12:00:00Z", "2026-11-26T00:00:00Z", "ok"),
        // From Wednesday, a Saturday's start is no day of the count, but the third day after.
        ("2026-11-18T09:00:00Z", "2026-11-21T09:00:00Z", "ok"),
    ] {
        let found = verdict(NoticeMode::Weekdays, &utc, asked, start);
        assert_eq!(found, expected, "{asked} to {start}");
    }
}

#[test]
fn weekdays_leave_holidays_out_and_are_those_of_the_pm() {
    let mut new_york = office(Tz::America__New_York);
    new_york.holidays = Holidays::new([NaiveDate::from_ymd_opt(2026, 11, 26).unwrap()].into());
    for (asked, start, expected) in [
        // Wednesday 09:00: Thursday is off, so Friday and Monday count.
        ("2026-11-25T09:00:00-05:00", "2026-11-27T09:00:00-05:00", "refused"),
        ("2026-11-25T09:00:00-05:00", "2026-11-30T08:59:00-05:00", "refused"),
        ("2026-11-25T09:00:00-05:00", "2026-11-30T09:00:00-05:00", "flagged"),
        // Friday 23:30 in New York is Saturday elsewhere, and counts half an hour.
        ("2026-12-05T04:30:00Z", "2026-12-08T23:29:00-05:00", "refused"),
        ("2026-12-05T04:30:00Z", "2026-12-08T23:30:00-05:00", "flagged"),
    ] {
        let found = verdict(NoticeMode::Weekdays, &new_york, asked, start);
        assert_eq!(found, expected, "{asked} to {start}");
    }
}

#[test]
fn forty_eight_hours_are_enough_and_a_second_less_is_not() {
    let berlin = office(Tz::Europe__Berlin);
    for (asked, start, expected) in [
        ("2026-11-16T09:00:00Z", "2026-11-18T09:00:00Z", "flagged"),
        ("2026-11-16T09:00:00Z", "2026-11-18T08:59:59Z", "refused"),
        // 50 h on the second day; 49 h into the third, in the PM's zone.
        ("2026-11-16T09:00:00Z", "2026-11-18T11:00:00Z", "flagged"),
        ("2026-11-16T22:30:00Z", "2026-11-18T23:30:00Z", "ok"),
        ("2026-11-16T09:00:00Z", "2026-11-19T09:00:00Z", "ok"),
        // Weekends count.
        ("2026-11-20T16:00:00Z", "2026-11-23T10:00:00Z", "ok"),
        // Clocks jump ahead: the same time of day is only 47 h away. Set back: 49 h.
        ("2026-03-28T10:00:00+01:00", "2026-03-30T10:00:00+02:00", "refused"),
        ("2026-03-28T10:00:00+01:00", "2026-03-30T11:00:00+02:00", "flagged"),
        ("2026-10-24T10:00:00+02:00", "2026-10-26T09:00:00+01:00", "flagged"),
        ("2026-10-24T10:00:00+02:00", "2026-10-26T08:59:59+01:00", "refused"),
        ("2026-11-16T09:00:00Z", "2026-11-16T09:00:00Z", "past"),
        ("2026-11-16T09:00:00Z", "2026-11-15T09:00:00Z", "past"),
    ] {
        let found = verdict(NoticeMode::Elapsed, &berlin, asked, start);
        assert_eq!(found, expected, "{asked} to {start}");
    }
}

#[test]
fn the_third_day_is_a_date_in_the_zone_of_the_pm() {
    let berlin = office(Tz::Europe__Berlin);
    for (asked, start, expected) in [
        ("2026-11-16T00:00:00+01:00", "2026-11-18T23:59:00+01:00", "refused"),
        ("2026-11-16T00:00:00+01:00", "2026-11-19T00:00:00+01:00", "ok"),
        ("2026-11-16T23:30:00+01:00", "2026-11-19T00:00:00+01:00", "ok"),
        // Already Tuesday for the PM.
        ("2026-11-16T23:30:00Z", "2026-11-19T12:00:00+01:00", "refused"),
        // Never below 48 h, even where the clock jumps ahead.
        ("2026-03-28T23:30:00+01:00", "2026-03-31T00:00:00+02:00", "refused"),
        ("2026-03-28T23:30:00+01:00", "2026-03-31T00:30:00+02:00", "ok"),
    ] {
        let found = verdict(NoticeMode::ThirdDay, &berlin, asked, start);
        assert_eq!(found, expected, "{asked} to {start}");
    }
}

#[test]
fn the_earliest_slot_is_a_half_hour_at_work() {
    for (mode, zone, asked, slot) in [
        (NoticeMode::Elapsed, Tz::Europe__Berlin, "2026-11-16T10:00:00+01:00", "2026-11-18T10:00:00+01:00"),
        (NoticeMode::Elapsed, Tz::Europe__Berlin, "2026-11-16T10:00:01+01:00", "2026-11-18T10:30:00+01:00"),
        (NoticeMode::Elapsed, Tz::Europe__Berlin, "2026-11-16T16:31:00+01:00", "2026-11-19T09:00:00+01:00"),
        (NoticeMode::Elapsed, Tz::Europe__Berlin, "2026-11-19T10:00:00+01:00", "2026-11-23T09:00:00+01:00"),
        (NoticeMode::Elapsed, Tz::Asia__Kathmandu, "2026-11-16T10:01:00+05:45", "2026-11-18T10:30:00+05:45"),
        (NoticeMode::Weekdays, Tz::UTC, "2026-11-20T16:00:00Z", "2026-11-24T16:00:00Z"),
        (NoticeMode::Weekdays, Tz::UTC, "2026-11-21T12:00:00Z", "2026-11-25T09:00:00Z"),
        (NoticeMode::ThirdDay, Tz::UTC, "2026-11-16T09:10:00Z", "2026-11-19T09:00:00Z"),
        (NoticeMode::ThirdDay, Tz::UTC, "2026-11-19T09:10:00Z", "2026-11-23T09:00:00Z"),
    ] {
        let found = earliest(at(asked), mode, NOTICE, &office(zone));
        assert_eq!(found, at(slot), "{mode:?} in {zone} from {asked}");
    }
    let mut never = office(Tz::UTC);
    never.hours = WorkingHours::same(&[], &[]);
    let found = earliest(at("2026-11-16T09:10:00Z"), NoticeMode::Weekdays, NOTICE, &never);
    assert_eq!(found, at("2026-11-18T09:30:00Z"), "nobody works: every hour counts");
}

#[test]
fn a_start_at_the_end_of_time_is_far_enough() {
    for mode in [NoticeMode::Elapsed, NoticeMode::Weekdays, NoticeMode::ThirdDay] {
        for zone in [Tz::Asia__Kolkata, Tz::America__New_York] {
            let asked = at("2026-11-16T09:10:00Z");
            let found = assess(asked, DateTime::<Utc>::MAX_UTC, mode, NOTICE, &office(zone));
            assert!(matches!(found, CallNotice::Enough { second_day: false, .. }), "{mode:?} in {zone}");
        }
    }
}

#[test]
fn in_every_zone_notice_is_what_the_oracle_counts_and_the_earliest_slot_is_the_first() {
    cases(TZ_VARIANTS.len() as u64, |case| {
        let notice = Duration::hours(1 + case.dice.below(60));
        let whole = WorkCalendar { hours: case.calendar.whole_days().hours, ..case.calendar.clone() };
        let into = case.from.timestamp().rem_euclid(60);
        let begin = case.from - Duration::seconds(into);
        let modes = [NoticeMode::Elapsed, NoticeMode::Weekdays, NoticeMode::ThirdDay];
        let mode = modes[usize::try_from(case.dice.below(3)).unwrap()];
        let slot = earliest(case.from, mode, notice, &case.calendar);
        let date = |at: DateTime<Utc>| at.with_timezone(&case.calendar.zone).naive_local().date();
        let (mut counted, mut first) = (-into, None);
        // Minute by minute until a half hour on the wall lies in working time and far enough ahead.
        for minute in (0..12_000).map(|passed| begin + Duration::minutes(passed)) {
            let elapsed = minute - case.from;
            let is_enough = match mode {
                NoticeMode::Elapsed => elapsed >= notice,
                NoticeMode::Weekdays => counted >= notice.num_seconds(),
                NoticeMode::ThirdDay => elapsed >= notice && (date(minute) - date(case.from)).num_days() >= 3,
            };
            let shows = minute.with_timezone(&case.calendar.zone).naive_local();
            let is_slot = shows.minute().is_multiple_of(30) && is_worked(&case.calendar, minute);
            if minute >= case.from && is_slot && is_enough {
                first = Some(minute);
                break;
            }
            counted += if is_worked(&whole, minute) {
                60
            } else if minute == begin {
                into
            } else {
                0
            };
        }
        // Some weeks hold no half hour at all.
        if first.is_some() {
            case.same(&format!("the earliest slot in {mode:?} after {notice}"), &Some(slot), &first);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn no_earlier_half_hour_would_do(
        mode in prop::sample::select(vec![NoticeMode::Elapsed, NoticeMode::Weekdays, NoticeMode::ThirdDay]),
        zone in prop::sample::select(vec![
            Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Asia__Kolkata,
            Tz::America__St_Johns, Tz::America__Santiago, Tz::Africa__Cairo, Tz::Asia__Kathmandu,
        ]),
        asked in 0_i64..60_000_000,
        hours in prop::sample::select(vec![24_i64, 48, 72]),
        holiday in 0_i64..700,
    ) {
        let begin = at("2026-01-01T00:00:00Z");
        let asked = begin + Duration::seconds(asked);
        let mut calendar = office(zone);
        let days = (0..3).map(|day| calendar.date(begin + Duration::days(holiday + day)));
        calendar.holidays = Holidays::new(days.collect());
        let notice = Duration::hours(hours);
        let slot = earliest(asked, mode, notice, &calendar);
        let verdict = assess(asked, slot, mode, notice, &calendar);
        prop_assert!(matches!(verdict, CallNotice::Enough { .. }), "{:?} at {}", verdict, slot);
        prop_assert!(calendar.is_working(slot));
        let mut minute = begin + Duration::minutes((asked - begin).num_minutes() + 1);
        while minute < slot {
            let shown = local(minute, zone);
            if shown.minute().is_multiple_of(30) && calendar.is_working(minute) {
                let earlier = assess(asked, minute, mode, notice, &calendar);
                prop_assert_eq!(
                    earlier,
                    CallNotice::TooSoon { seconds: (minute - asked).num_seconds(), earliest: slot }
                );
            }
            minute += Duration::minutes(1);
        }
    }
}
