//! The owner's working time, for the reply clock (B4): the calendar of the owner at the inquiry's place.

use chrono::{DateTime, Utc};

use crate::domain::calendar::{WorkCalendar, WorkingDuration};
use crate::domain::engagement::Engagement;
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::org::Org;
use crate::domain::reply_clock::{self, WorkingTime};

/// The working time of one owner at one place.
pub(super) struct OwnersTime(WorkCalendar);

impl OwnersTime {
    pub(super) fn of(org: &Org, engagement: &Engagement) -> Self {
        Self(WorkCalendar::of(org, engagement.owner.as_ref(), engagement.place.as_ref()))
    }
}

impl WorkingTime for OwnersTime {
    fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        self.0.working_between(from, to).as_seconds()
    }

    fn add(&self, from: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
        self.0.add_working(from, WorkingDuration::seconds(seconds))
    }
}

/// The promised instant of the clock that runs or ran last, for the card; `None` while a pause lasts.
pub fn promised_at(org: &Org, engagement: &Engagement, clock: &ReplyClock) -> Option<DateTime<Utc>> {
    reply_clock::due_at(clock, &OwnersTime::of(org, engagement))
}
