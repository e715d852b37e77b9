//! The owner's working time, for the reply clock (B4): the calendar of whoever owed the answer at each instant.
//!
//! What was counted before a hand-over stays counted, and what is left runs in the new owner's working time, so that an
//! answer is never owed, nor anybody reminded, in somebody else's hours. Calendars are those of now.

use chrono::{DateTime, Utc};

use crate::domain::calendar::{WorkCalendar, WorkingDuration};
use crate::domain::engagement::Engagement;
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::org::Org;
use crate::domain::reply_clock::{self, WorkingTime};

/// The working time of those who owe an answer, one after the other.
pub(super) struct OwnersTime {
    /// Each with the instant until which it holds, in order.
    earlier: Vec<(WorkCalendar, DateTime<Utc>)>,
    /// The owner's.
    last: WorkCalendar,
}

impl OwnersTime {
    /// That of an inquiry with this clock.
    pub(super) fn of(org: &Org, engagement: &Engagement, clock: Option<&ReplyClock>) -> Self {
        let calendar = |owner| WorkCalendar::of(org, owner, engagement.place.as_ref());
        let earlier = clock.map_or(&[][..], |clock| &clock.earlier_owners);
        Self {
            earlier: earlier.iter().map(|one| (calendar(one.owner.as_ref()), one.until)).collect(),
            last: calendar(engagement.owner.as_ref()),
        }
    }

    /// The calendars that hold from an instant on, each with its part of time; the last one without an end.
    fn from(
        &self,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = (&WorkCalendar, DateTime<Utc>, Option<DateTime<Utc>>)> {
        let ends = self.earlier.iter().map(|(calendar, until)| (calendar, Some(*until)));
        let mut start = from;
        ends.chain([(&self.last, None)]).filter_map(move |(calendar, until)| {
            let begins = start;
            start = until.map_or(start, |until| until.max(start));
            until.is_none_or(|until| until > begins).then_some((calendar, begins, until))
        })
    }
}

impl WorkingTime for OwnersTime {
    fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let parts = self.from(from).map(|(calendar, begins, until)| {
            calendar.working_between(begins, until.map_or(to, |until| until.min(to)))
        });
        parts.fold(WorkingDuration::ZERO, |sum, part| sum + part).as_seconds()
    }

    fn add(&self, from: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
        let mut left = WorkingDuration::seconds(seconds);
        for (calendar, begins, until) in self.from(from) {
            let due = calendar.add_working(begins, left);
            match until {
                Some(until) if due > until => left = left.minus(calendar.working_between(begins, until)),
                Some(_) | None => return due,
            }
        }
        from
    }

    fn next(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        for (calendar, begins, until) in self.from(at) {
            let next = calendar.next_working(begins);
            if until.is_none_or(|until| next < until) {
                return next;
            }
        }
        at
    }
}

/// The promised instant of the clock that runs or ran last, for the card; `None` while a pause lasts.
pub fn promised_at(org: &Org, engagement: &Engagement, clock: &ReplyClock) -> Option<DateTime<Utc>> {
    reply_clock::due_at(clock, &OwnersTime::of(org, engagement, Some(clock)))
}

/// The instant at which half of the promised time has passed, counted as the promise is; `None` while a pause lasts.
pub fn half_way(org: &Org, engagement: &Engagement, clock: &ReplyClock) -> Option<DateTime<Utc>> {
    let mut half = clock.clone();
    half.rules.within.0 /= 2;
    reply_clock::due_at(&half, &OwnersTime::of(org, engagement, Some(clock)))
}
