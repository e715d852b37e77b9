//! Call notice: whether a PM has enough time before a customer call, and the earliest start that gives it (C1, C2).
//!
//! Seconds of notice are always elapsed seconds; the mode says what counts towards the limit. Counted in the calendar of
//! the PM who would come.

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};

use super::calendar::{Span, WorkCalendar, WorkingDuration};
use super::rules::NoticeMode;

#[cfg(test)]
mod tests;

/// Calls start on the half hour, so that the earliest slot reads like one.
const SLOT_SECONDS: i64 = 1_800;
/// `third_day`: the start's date is so many days after the request's (C2).
const THIRD_DAY: u64 = 3;
/// "The next day" of C2: a start on it is accepted and flagged.
const SECOND_DAY: i64 = 2;
/// How far ahead a slot is looked for: longer than any holidays.
const SEARCHED: Duration = Duration::days(400);

/// What a start gives a PM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallNotice {
    /// Enough.
    Enough {
        /// Elapsed seconds from the complete request to the start.
        seconds: i64,
        /// It falls on the second day: flagged to the PM (C2).
        second_day: bool,
    },
    /// Not enough (C1).
    TooSoon {
        /// Elapsed seconds from the complete request to the start.
        seconds: i64,
        /// The earliest start that gives enough.
        earliest: DateTime<Utc>,
    },
    /// The start has passed.
    InThePast,
}

/// Whether a start gives the PM enough notice.
pub fn assess(
    requested_at: DateTime<Utc>,
    start: DateTime<Utc>,
    mode: NoticeMode,
    notice: Duration,
    pm_calendar: &WorkCalendar,
) -> CallNotice {
    if start <= requested_at {
        return CallNotice::InThePast;
    }
    let seconds = (start - requested_at).num_seconds();
    if is_enough(requested_at, start, mode, notice, pm_calendar) {
        let second_day = is_second_day(requested_at, start, mode, pm_calendar);
        CallNotice::Enough { seconds, second_day }
    } else {
        CallNotice::TooSoon { seconds, earliest: earliest(requested_at, mode, notice, pm_calendar) }
    }
}

/// The first half hour in the PM's working hours that gives enough notice (C1). In a calendar without working time, the
/// first half hour that gives enough.
pub fn earliest(
    requested_at: DateTime<Utc>,
    mode: NoticeMode,
    notice: Duration,
    pm_calendar: &WorkCalendar,
) -> DateTime<Utc> {
    let from = first_enough(requested_at, mode, notice, pm_calendar);
    let to = from.checked_add_signed(SEARCHED).unwrap_or(from);
    pm_calendar
        .spans(from, to)
        .flat_map(half_hours)
        .find(|start| is_enough(requested_at, *start, mode, notice, pm_calendar))
        .unwrap_or_else(|| first_half_hour(from, Duration::zero()))
}

/// Whether the start satisfies the mode. No mode goes below the literal notice: in `third_day`, a date three days on can
/// be 47 hours away when clocks jump ahead, and C1 says at least 48.
fn is_enough(
    requested_at: DateTime<Utc>,
    start: DateTime<Utc>,
    mode: NoticeMode,
    notice: Duration,
    calendar: &WorkCalendar,
) -> bool {
    let elapsed = start - requested_at >= notice;
    match mode {
        NoticeMode::Elapsed => elapsed,
        // A week without working days would refuse every start.
        NoticeMode::Weekdays if calendar.hours.is_empty() => elapsed,
        NoticeMode::Weekdays => {
            let counted = calendar.whole_days().working_between(requested_at, start);
            counted >= WorkingDuration::seconds(notice.num_seconds())
        }
        NoticeMode::ThirdDay => elapsed && calendar.date(start) >= third_day(requested_at, calendar),
    }
}

/// The first instant that gives enough, at whatever time of day.
fn first_enough(
    requested_at: DateTime<Utc>,
    mode: NoticeMode,
    notice: Duration,
    calendar: &WorkCalendar,
) -> DateTime<Utc> {
    let elapsed = requested_at.checked_add_signed(notice).unwrap_or(requested_at);
    match mode {
        NoticeMode::Elapsed => elapsed,
        NoticeMode::Weekdays => {
            let amount = WorkingDuration::seconds(notice.num_seconds());
            calendar.whole_days().add_working(requested_at, amount)
        }
        NoticeMode::ThirdDay => {
            let midnight = third_day(requested_at, calendar).and_time(NaiveTime::MIN);
            elapsed.max(calendar.first_instant(midnight))
        }
    }
}

/// The first date that `third_day` accepts.
fn third_day(requested_at: DateTime<Utc>, calendar: &WorkCalendar) -> chrono::NaiveDate {
    let requested = calendar.date(requested_at);
    requested.checked_add_days(Days::new(THIRD_DAY)).unwrap_or(requested)
}

/// Whether the start is "tomorrow or the next day" in the PM's zone. In `weekdays`, days off are no days: a request or a
/// start on one counts as on the next working day.
fn is_second_day(
    requested_at: DateTime<Utc>,
    start: DateTime<Utc>,
    mode: NoticeMode,
    calendar: &WorkCalendar,
) -> bool {
    let days = match mode {
        NoticeMode::Elapsed | NoticeMode::ThirdDay => {
            (calendar.date(start) - calendar.date(requested_at)).num_days()
        }
        NoticeMode::Weekdays => {
            let whole = calendar.whole_days();
            let (asked, begins) = (whole.next_working(requested_at), whole.next_working(start));
            whole.working_days_between(asked, begins).into()
        }
    };
    days <= SECOND_DAY
}

/// The half hours, as the PM's clocks show them, that lie in a stretch of working time.
fn half_hours(span: Span) -> impl Iterator<Item = DateTime<Utc>> {
    let step = Duration::seconds(SLOT_SECONDS);
    let first = first_half_hour(span.start, span.ahead);
    std::iter::successors(Some(first), move |slot| Some(*slot + step))
        .take_while(move |slot| *slot < span.end)
}

/// The first half hour at or after an instant, on clocks that are so far ahead of UTC.
fn first_half_hour(from: DateTime<Utc>, ahead: Duration) -> DateTime<Utc> {
    let shown = from.checked_add_signed(ahead).unwrap_or(from);
    let over = Duration::seconds(shown.timestamp().rem_euclid(SLOT_SECONDS))
        + Duration::nanoseconds(shown.timestamp_subsec_nanos().into());
    if over.is_zero() {
        return from;
    }
    from.checked_add_signed(Duration::seconds(SLOT_SECONDS) - over).unwrap_or(from)
}
