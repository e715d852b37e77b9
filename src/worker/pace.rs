//! How fast we may go: a lane about one message a second with a small burst, the workspace within its budgets, and each
//! method as Slack says when it tells us to wait.
//!
//! In memory: losing it costs a request too many, never a message. Knows no messages and sends nothing.

pub(super) mod budget;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::rules::DeliveryRules;
use crate::slack::outgoing::Destination;
use budget::Budget;

/// Slack takes about one message a second in a channel; a little less is asked for, since calls do not all take equally long.
const EVERY: TimeDelta = TimeDelta::milliseconds(1_020);
/// How far ahead of that a lane may run while little is going on: two messages at once, then one a second.
const AHEAD: TimeDelta = EVERY;
/// With more deliveries than this under way no lane runs ahead: what Slack forgives is kept for those who click.
const LITTLE: usize = 8;
/// Two lanes told to wait within this: the method is, everywhere.
const SAME_BREATH: TimeDelta = TimeDelta::seconds(10);
/// Lanes remembered before those at rest are forgotten.
const LANES: usize = 1_000;

/// A method of Slack's that takes our messages, each with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// A new message.
    Post,
    /// A message of ours, replaced in place: limited for the workspace, not by channel.
    Update,
    /// A message for one person's eyes.
    Ephemeral,
}

impl Method {
    /// The one that takes a message there; a `response_url` is none.
    pub const fn of(destination: &Destination) -> Option<Self> {
        match destination {
            Destination::Post { .. } => Some(Self::Post),
            Destination::Update { .. } => Some(Self::Update),
            Destination::Ephemeral { .. } => Some(Self::Ephemeral),
            Destination::Respond { .. } => None,
        }
    }

    /// Slack's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "chat.postMessage",
            Self::Update => "chat.update",
            Self::Ephemeral => "chat.postEphemeral",
        }
    }
}

/// What the outbox remembers between deliveries.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    is_steady: bool,
    under_way: usize,
    last_limited: HashMap<Method, (String, DateTime<Utc>)>,
    paused: HashMap<Method, DateTime<Utc>>,
    posts: Budget,
    updates: Budget,
    /// Until when each lane is used up, at one message a second.
    used_until: HashMap<String, DateTime<Utc>>,
}

impl Pace {
    /// One that keeps to a message a second and to the workspace's budgets. The default does not, for whoever moves the
    /// clock by hand.
    pub fn steady() -> Self {
        Self(Mutex::new(Remembered { is_steady: true, ..Remembered::default() }))
    }

    /// The machine's clock was set back by so much.
    pub fn set_back(&self, by: TimeDelta) {
        let mut remembered = self.remembered();
        let Remembered { used_until, paused, last_limited, .. } = &mut *remembered;
        let limited = last_limited.values_mut().map(|(_, at)| at);
        for instant in used_until.values_mut().chain(paused.values_mut()).chain(limited) {
            *instant -= by;
        }
    }

    /// So many deliveries are under way.
    pub fn under_way(&self, deliveries: usize) {
        self.remembered().under_way = deliveries;
    }

    /// Slack told this lane to wait until then; whether the method pauses everywhere. A second lane's within a breath says
    /// so, and the first one of what is limited for the workspace anyway.
    pub fn limited(&self, method: Method, lane: &str, until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let mut remembered = self.remembered();
        if method != Method::Update {
            let used = remembered.used_until.entry(lane.to_owned()).or_insert(until);
            *used = (*used).max(until + AHEAD);
        }
        let last = remembered.last_limited.insert(method, (lane.to_owned(), now));
        let another = last.is_some_and(|(other, at)| other != lane && now - at < SAME_BREATH);
        let pauses = another || method == Method::Update;
        if pauses {
            let paused = remembered.paused.entry(method).or_insert(until);
            *paused = (*paused).max(until);
        }
        pauses
    }

    /// Until when Slack wants none of this, if it does.
    pub fn paused_until(&self, method: Method, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.remembered().paused.get(&method).copied().filter(|until| *until > now)
    }

    /// How many messages may be posted now.
    pub fn room_for_posts(&self, rules: DeliveryRules, now: DateTime<Utc>) -> u32 {
        if self.paused_until(Method::Post, now).is_some() {
            return 0;
        }
        let mut remembered = self.remembered();
        if !remembered.is_steady {
            return u32::MAX;
        }
        remembered.posts.room(rules.messages_per_minute, now)
    }

    /// When a message may be posted again; `None` when one may be now.
    pub fn posts_again_at(&self, rules: DeliveryRules, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let paused = self.paused_until(Method::Post, now);
        let mut remembered = self.remembered();
        let empty_until = if remembered.is_steady {
            remembered.posts.again_at(rules.messages_per_minute, now)
        } else {
            None
        };
        paused.max(empty_until)
    }

    /// So many messages are about to be posted.
    pub fn spend_posts(&self, number: u32) {
        self.remembered().posts.spend(number);
    }

    /// One of them was none after all.
    pub fn give_back_post(&self) {
        self.remembered().posts.give_back();
    }

    /// Takes an update from the workspace's budget; else when there is one again.
    pub fn take_update(&self, rules: DeliveryRules, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if let Some(until) = self.paused_until(Method::Update, now) {
            return Err(until);
        }
        let mut remembered = self.remembered();
        if !remembered.is_steady {
            return Ok(());
        }
        if let Some(at) = remembered.updates.again_at(rules.updates_per_minute, now) {
            return Err(at);
        }
        remembered.updates.spend(1);
        Ok(())
    }

    /// A message went out in this lane at that instant; until when the lane has to rest, if at all.
    pub fn posted(&self, lane: &str, began: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut remembered = self.remembered();
        if !remembered.is_steady {
            return None;
        }
        if remembered.used_until.len() >= LANES {
            remembered.used_until.retain(|_, until| *until > began);
        }
        let ahead = if remembered.under_way > LITTLE { TimeDelta::zero() } else { AHEAD };
        let used = remembered.used_until.entry(lane.to_owned()).or_insert(began);
        *used = (*used).max(began) + EVERY;
        let until = *used - ahead;
        (until > began).then_some(until)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: DeliveryRules = DeliveryRules { messages_per_minute: 60, updates_per_minute: 60 };

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_165_200_000 + millis).unwrap()
    }

    #[test]
    fn a_lane_may_burst_and_then_goes_at_one_a_second() {
        let pace = Pace::steady();
        assert_eq!(pace.posted("C1", at(0)), None);
        assert_eq!(pace.posted("C1", at(0)), Some(at(1_020)));
        assert_eq!(pace.posted("C2", at(0)), None, "another lane is not held");
        assert_eq!(pace.posted("C1", at(1_020)), Some(at(2_040)));
        assert_eq!(pace.posted("C1", at(60_000)), None, "a rest earns the burst again");
        assert_eq!(Pace::default().posted("C1", at(0)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_no_lane() {
        let pace = Pace::steady();
        pace.posted("C1", at(3_600_000));
        pace.posted("C1", at(3_600_000));
        pace.limited(Method::Update, "C1", at(3_610_000), at(3_600_000));
        pace.set_back(TimeDelta::hours(1));
        assert_eq!(pace.paused_until(Method::Update, at(0)), Some(at(10_000)));
        assert!(pace.posted("C2", at(0)).is_none());
        assert!(pace.posted("C1", at(20_000)).is_none());
    }

    #[test]
    fn while_much_is_going_on_no_lane_runs_ahead() {
        let pace = Pace::steady();
        pace.under_way(LITTLE + 1);
        assert_eq!(pace.posted("C1", at(0)), Some(at(1_020)));
        assert_eq!(pace.posted("C1", at(1_100)), Some(at(2_120)), "lateness is not made up for");
    }

    #[test]
    fn a_second_lane_within_ten_seconds_pauses_the_method_and_no_other() {
        let pace = Pace::default();
        let until = at(30_000);
        assert!(!pace.limited(Method::Post, "C1", until, at(0)));
        assert!(!pace.limited(Method::Post, "C1", until, at(1_000)), "the same lane again");
        assert!(!pace.limited(Method::Ephemeral, "C2", until, at(2_000)), "another method");
        assert_eq!(pace.paused_until(Method::Post, at(2_000)), None);
        assert!(pace.limited(Method::Post, "C2", until, at(10_999)));
        assert_eq!(pace.paused_until(Method::Post, at(11_000)), Some(until));
        assert_eq!(pace.room_for_posts(RULES, at(11_000)), 0);
        assert_eq!(pace.posts_again_at(RULES, at(11_000)), Some(until));
        assert_eq!(pace.paused_until(Method::Ephemeral, at(11_000)), None);
        assert_eq!(pace.take_update(RULES, at(11_000)), Ok(()));
        assert_eq!(pace.paused_until(Method::Post, until), None, "it ends");
        assert!(!pace.limited(Method::Post, "C3", at(60_000), at(40_000)), "too long after the last");
    }

    #[test]
    fn updates_pause_everywhere_at_once_and_leave_posts_alone() {
        let pace = Pace::steady();
        assert!(pace.limited(Method::Update, "C1", at(30_000), at(0)));
        assert_eq!(pace.take_update(RULES, at(1_000)), Err(at(30_000)));
        assert_eq!(pace.room_for_posts(RULES, at(1_000)), 6);
        assert_eq!(pace.posted("C1", at(1_000)), None, "in the same lane, too");
        assert!(!pace.limited(Method::Post, "C1", at(30_000), at(2_000)));
        assert!(pace.posted("C1", at(30_000)).is_some(), "after a wait no lane runs ahead");
    }

    #[test]
    fn the_workspace_has_a_budget_of_posts_and_one_of_updates() {
        let pace = Pace::steady();
        assert_eq!(pace.room_for_posts(RULES, at(0)), 6);
        pace.spend_posts(6);
        assert_eq!(pace.room_for_posts(RULES, at(0)), 0);
        assert_eq!(pace.posts_again_at(RULES, at(0)), Some(at(1_000)));
        pace.give_back_post();
        assert_eq!(pace.posts_again_at(RULES, at(0)), None);
        for _ in 0..6 {
            assert_eq!(pace.take_update(RULES, at(0)), Ok(()), "updates have their own");
        }
        assert_eq!(pace.take_update(RULES, at(0)), Err(at(1_000)));
        let off = DeliveryRules { messages_per_minute: 0, updates_per_minute: 0 };
        assert_eq!((pace.room_for_posts(off, at(0)), pace.take_update(off, at(0))), (u32::MAX, Ok(())));
    }
}
