//! Working time: when a person works, how much of it lies between two instants, and when so much of it has passed.
//!
//! The only place in the domain that knows zones. All of it rests on stretches of constant offset to UTC, in which local
//! time runs evenly: a clock that jumps ahead or is set back needs no case of its own. Intervals are half-open. Working
//! time is a [`WorkingDuration`] and never mixes with elapsed time.

use std::ops::Add;

use chrono::{
    DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::ids::UserId;
use super::org::{Org, PlaceCalendar, PlaceId};
use super::rules::{Holidays, WorkingHours};

pub mod weekly;

#[cfg(test)]
pub(super) mod oracle;
#[cfg(test)]
mod tests;

/// How far ahead working time is looked for. A calendar that has none in it is taken to have none at all, and a span that
/// is longer counts no further.
const HORIZON: Duration = Duration::days(3_660);
/// The ends of time itself, in which nothing could be added to an instant any more, are left out.
const MARGIN: Duration = Duration::days(8_000);

/// An amount of working time. Not a `Duration`: an hour of it may take a weekend to pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkingDuration(Duration);

impl WorkingDuration {
    /// None.
    pub const ZERO: Self = Self(Duration::zero());

    /// So many seconds of work.
    pub const fn seconds(seconds: i64) -> Self {
        Self(Duration::seconds(seconds))
    }

    /// So many minutes of work.
    pub const fn minutes(minutes: i64) -> Self {
        Self(Duration::minutes(minutes))
    }

    /// So many hours of work.
    pub const fn hours(hours: i64) -> Self {
        Self(Duration::hours(hours))
    }

    /// The whole seconds of it.
    pub const fn as_seconds(self) -> i64 {
        self.0.num_seconds()
    }

    /// What is left of it after `other`; nothing where `other` is more.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self((self.0 - other.0).max(Duration::zero()))
    }
}

impl Add for WorkingDuration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

/// When a person works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    /// The zone in which days and hours are meant.
    pub zone: Tz,
    /// Days of the week, and hours of a day.
    pub hours: WorkingHours,
    /// Whole days off.
    pub holidays: Holidays,
}

/// A stretch of working time with one offset to UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Its first instant.
    pub(super) start: DateTime<Utc>,
    /// The first instant after it.
    pub(super) end: DateTime<Utc>,
    /// What local time is ahead of UTC in it.
    pub(super) ahead: Duration,
}

impl WorkCalendar {
    /// The calendar of a person at a place: that of the group whose PM they are, this one first; else, where they only stand
    /// in, this place's; else their zone in Slack with the settings' hours and holidays. Where nobody is known, the place's.
    pub fn of(org: &Org, user: Option<&UserId>, place: Option<&PlaceId>) -> Self {
        let zone = Self::zone_of(org, user, place).unwrap_or(Tz::UTC);
        match written_for(org, user, place) {
            Some(calendar) => {
                Self { zone, hours: calendar.hours.clone(), holidays: Holidays::clone(&calendar.holidays) }
            }
            None => Self {
                zone,
                hours: org.default_hours().clone(),
                holidays: Holidays::clone(org.default_holidays()),
            },
        }
    }

    /// The zone of that calendar, where one is known.
    pub fn zone_of(org: &Org, user: Option<&UserId>, place: Option<&PlaceId>) -> Option<Tz> {
        let own = || org.person(user?)?.time_zone;
        written_for(org, user, place).and_then(|calendar| calendar.time_zone).or_else(own)
    }

    /// The same days without hours: a working day counts from midnight to midnight (C2, `weekdays`).
    #[must_use]
    pub fn whole_days(&self) -> Self {
        let hours = WorkingHours::same(&self.hours.days(), &[(NaiveTime::MIN, None)]);
        Self { hours, ..self.clone() }
    }

    /// The local date of an instant.
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        local(within_time(at), self.zone).date_naive()
    }

    /// Whether people work on that date.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.hours.on(date.weekday()).is_empty() && !self.holidays.contains(&date)
    }

    /// Whether it is working time.
    pub fn is_working(&self, at: DateTime<Utc>) -> bool {
        let local = local(within_time(at), self.zone);
        let (date, time) = (local.date_naive(), local.time());
        let mut hours = self.hours.on(date.weekday()).iter();
        self.is_working_day(date)
            && hours.any(|(start, end)| *start <= time && end.is_none_or(|end| time < end))
    }

    /// The first instant of working time at or after `at`; `at` itself where the calendar has none.
    pub fn next_working(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.spans(at, horizon(at)).next().map_or(at, |span| span.start.max(at))
    }

    /// The working time from one instant up to another; none where `to` is not later.
    pub fn working_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> WorkingDuration {
        let spans = self.spans(from, to.min(horizon(from)));
        WorkingDuration(spans.fold(Duration::zero(), |sum, span| sum + (span.end - span.start)))
    }

    /// The first instant at which so much working time has passed since `from`; without working time, as if every hour
    /// counted, so that no promise waits for ever.
    pub fn add_working(&self, from: DateTime<Utc>, amount: WorkingDuration) -> DateTime<Utc> {
        if amount <= WorkingDuration::ZERO {
            return from;
        }
        let mut left = amount.0;
        for span in self.spans(from, horizon(from)) {
            let length = span.end - span.start;
            if left <= length {
                return from.max(span.start + left);
            }
            left -= length;
        }
        from.checked_add_signed(amount.0).unwrap_or(from)
    }

    /// The last instant from which so much working time passes until `to`; without working time, as if every hour counted.
    pub fn subtract_working(&self, to: DateTime<Utc>, amount: WorkingDuration) -> DateTime<Utc> {
        if amount <= WorkingDuration::ZERO {
            return to;
        }
        let mut left = amount.0;
        let mut end = to;
        // Week by week, since spans are found forwards.
        while to - end < HORIZON {
            let start = end.checked_sub_signed(Duration::weeks(1)).unwrap_or(end);
            let week: Vec<Span> = self.spans(start, end).collect();
            for span in week.iter().rev() {
                let length = span.end - span.start;
                if left <= length {
                    return to.min(span.end - left);
                }
                left -= length;
            }
            if start == end {
                break;
            }
            end = start;
        }
        to.checked_sub_signed(amount.0).unwrap_or(to)
    }

    /// The same time of day so many working days later; where people do not work then, the next instant they do.
    pub fn add_working_days(&self, from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let local = local(within_time(from), self.zone).naive_local();
        let later = local.date().iter_days().skip(1).take(days_of(HORIZON));
        let date = match days.checked_sub(1) {
            None => return self.next_working(from),
            Some(before) => later
                .filter(|date| self.is_working_day(*date))
                .nth(usize::try_from(before).unwrap_or(usize::MAX)),
        };
        match date {
            Some(date) => from.max(self.next_working(self.first_instant(date.and_time(local.time())))),
            // Nobody works at all: every day counts.
            None => from.checked_add_days(Days::new(days.into())).unwrap_or(from),
        }
    }

    /// How many working days begin after `from`'s day and up to `to`'s day, that one included.
    pub fn working_days_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
        let (first, last) = (self.date(from), self.date(to));
        let later = first.iter_days().skip(1).take(days_of(HORIZON)).take_while(|date| *date <= last);
        u32::try_from(later.filter(|date| self.is_working_day(*date)).count()).unwrap_or(u32::MAX)
    }

    /// The first instant at which the local clock shows this time or, where it jumps over it, a later one.
    pub fn first_instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let around = within_time(local.and_utc());
        let local = around.naive_utc();
        let (from, to) = (around - Duration::days(2), around + Duration::days(2));
        self.stretches(from, to)
            .find(|span| local < (span.end + span.ahead).naive_utc())
            .map_or(around, |span| span.start.max(around - span.ahead))
    }

    /// The working time of `[from, to)`, in order.
    pub(super) fn spans(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Span> + '_ {
        let (from, to) = (within_time(from), within_time(to));
        let to = if self.hours.is_empty() { from } else { to };
        self.stretches(from, to).flat_map(|stretch| self.work_in(stretch))
    }

    /// The working time of a stretch of constant offset.
    fn work_in(&self, stretch: Span) -> Vec<Span> {
        let first = (stretch.start + stretch.ahead).date_naive();
        let last = (stretch.end + stretch.ahead).date_naive();
        let mut work = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            if !self.is_working_day(date) {
                continue;
            }
            for (from, to) in self.hours.on(date.weekday()) {
                let end = match to {
                    Some(to) => date.and_time(*to),
                    None => date.and_time(NaiveTime::MIN) + Duration::days(1),
                };
                let start = stretch.start.max(date.and_time(*from).and_utc() - stretch.ahead);
                let end = stretch.end.min(end.and_utc() - stretch.ahead);
                if start < end {
                    work.push(Span { start, end, ahead: stretch.ahead });
                }
            }
        }
        work
    }

    /// `[from, to)`, cut at every midnight of UTC and wherever the offset changes.
    fn stretches(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Span> + '_ {
        let mut start = from;
        std::iter::from_fn(move || {
            if start >= to {
                return None;
            }
            let midnight = start.date_naive().and_time(NaiveTime::MIN).and_utc() + Duration::days(1);
            let ahead = self.ahead(start);
            let end = self.end_of_offset(start, midnight.min(to), ahead);
            let stretch = Span { start, end, ahead };
            start = end;
            Some(stretch)
        })
    }

    /// Where the offset that holds at `start` ends, at the latest `end`. Zones change at most once in a day.
    fn end_of_offset(&self, start: DateTime<Utc>, end: DateTime<Utc>, ahead: Duration) -> DateTime<Utc> {
        if self.ahead(end - Duration::nanoseconds(1)) == ahead {
            return end;
        }
        // Changes fall on whole seconds.
        let (mut same, mut other) = (start.timestamp(), end.timestamp());
        while other - same > 1 {
            let middle = i64::midpoint(same, other);
            let at = DateTime::from_timestamp(middle, 0).unwrap_or(start);
            if self.ahead(at) == ahead {
                same = middle;
            } else {
                other = middle;
            }
        }
        DateTime::from_timestamp(other, 0).unwrap_or(end).clamp(start, end)
    }

    /// What local time is ahead of UTC at an instant.
    fn ahead(&self, at: DateTime<Utc>) -> Duration {
        let offset = self.zone.offset_from_utc_datetime(&at.naive_utc());
        Duration::seconds(offset.fix().local_minus_utc().into())
    }
}

/// The calendar that the directory has for this person at this place.
fn written_for<'a>(
    org: &'a Org,
    user: Option<&UserId>,
    place: Option<&PlaceId>,
) -> Option<&'a PlaceCalendar> {
    let here = place.and_then(|id| org.place(id)).filter(|place| place.calendar.is_some());
    let found = match user {
        None => here,
        Some(user) => here
            .filter(|place| place.pms.contains(user))
            .or_else(|| org.home_group(user))
            .or_else(|| here.filter(|place| place.cover.contains(user))),
    };
    found.and_then(|place| place.calendar.as_ref())
}

/// An instant as the clocks of a zone show it.
pub fn local(at: DateTime<Utc>, zone: Tz) -> DateTime<Tz> {
    at.with_timezone(&zone)
}

/// The instant, away from the ends of time.
fn within_time(at: DateTime<Utc>) -> DateTime<Utc> {
    at.clamp(DateTime::<Utc>::MIN_UTC + MARGIN, DateTime::<Utc>::MAX_UTC - MARGIN)
}

/// The end of what is looked at from an instant on.
fn horizon(from: DateTime<Utc>) -> DateTime<Utc> {
    from.checked_add_signed(HORIZON).unwrap_or(from)
}

/// The days of a duration, as a count.
fn days_of(duration: Duration) -> usize {
    usize::try_from(duration.num_days()).unwrap_or(usize::MAX)
}
