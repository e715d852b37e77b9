//! A PM who is not in the channel where they are asked (B8): a mention does not reach them there, and its link does not open.
//! They hear by direct message who waits, how long and in which area, never what was said.

use chrono::{DateTime, Utc};

use super::turn::Turn;
use super::working::OwnersTime;
use crate::domain::decision::Decision;
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Downtime, What};
use crate::domain::org::Policy;
use crate::domain::reply_clock;

/// Whether we saw that this person is not where the inquiry's card is.
fn is_outside(engagement: &Engagement, policy: &Policy, user: &UserId) -> bool {
    engagement.home.as_ref().is_some_and(|home| policy.org.is_outside(user, &home.channel))
}

/// An inquiry that begins, told to an owner who would not see its card.
pub(super) fn tell_at_start(
    decision: &mut Decision,
    engagement: &Engagement,
    policy: &Policy,
    now: DateTime<Utc>,
) {
    let Body::Inquiry(inquiry) = &engagement.body else { return };
    let (Some(owner), Some(clock)) = (&engagement.owner, &inquiry.clock) else { return };
    if is_outside(engagement, policy, owner) {
        let working = OwnersTime::of(&policy.org, engagement, Some(clock));
        tell(decision, engagement, owner, (clock, reply_clock::due_at(clock, &working)), (now, None));
    }
}

fn tell(
    decision: &mut Decision,
    engagement: &Engagement,
    whom: &UserId,
    (clock, due): (&ReplyClock, Option<DateTime<Utc>>),
    (now, late_because): (DateTime<Utc>, Option<Downtime>),
) {
    let waited_seconds = reply_clock::waited(clock, now);
    let what = What::PmAwaited { whom: whom.clone(), waited_seconds, due, late_because };
    decision.tell(engagement, Address::Direct { user: whom.clone() }, what);
}

impl Turn<'_> {
    /// Whether this person would not see what is written in the inquiry's thread.
    pub(super) fn is_outside(&self, user: &UserId) -> bool {
        is_outside(&self.engagement, self.case.policy, user)
    }

    /// Tells somebody who is outside that somebody waits for them.
    pub(super) fn tell_outside(&mut self, whom: &UserId, late_because: Option<Downtime>) {
        let Some(clock) = &self.inquiry.clock else { return };
        let due = reply_clock::due_at(clock, &self.working());
        let when = (self.case.now, late_because);
        tell(&mut self.decision, &self.engagement, whom, (clock, due), when);
    }

    /// Tells an owner who is outside that they owe an answer now: it came to them, or was asked again.
    pub(super) fn tell_new_owner_outside(&mut self) {
        let was = self.case.engagement;
        let began = |body: &Body| match body {
            Body::Inquiry(inquiry) => inquiry.clock.as_ref().map(|clock| clock.started_at),
            Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => None,
        };
        let is_running = self.inquiry.clock.as_ref().is_some_and(reply_clock::is_running);
        let is_new = self.engagement.owner != was.owner || began(&self.engagement.body) != began(&was.body);
        let Some(owner) = self.engagement.owner.clone().filter(|_| is_running && is_new) else { return };
        if self.is_outside(&owner) {
            self.tell_outside(&owner, None);
        }
    }
}
