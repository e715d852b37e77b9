//! What to do with a notice that is ours to deliver, and what its end means: plain functions, no IO.
//!
//! Invariants: a new message is sent a second time only after Slack was searched for the first; what may reach somebody
//! at most once is never repeated after an unknown end; a message without hope is parked, never lost in silence.

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::engagement::{Body, Engagement, Home};
use crate::domain::ids::{ChannelId, EngagementId, Ts};
use crate::domain::notice::{Address, Change, Notice, What};
use crate::slack::client::{Sent, SlackError};
use crate::slack::outgoing::Destination;
use crate::store::{Claimed, Settlement, UPDATES};

/// The first wait after a failure; doubled each time.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(1);
/// The longest wait after a failure.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(5);
/// The longest wait that Slack is believed to ask for.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(1);
/// After an unknown end Slack may still be at it: it is searched no sooner.
pub const UNKNOWN_WAIT: TimeDelta = TimeDelta::seconds(5);
/// How long a person needs to notice and repair a token.
const AUTH_WAIT: TimeDelta = TimeDelta::minutes(5);
/// How long a reply waits for the card that it belongs under, each time.
const CARD_WAIT: TimeDelta = TimeDelta::seconds(5);
/// How often it waits: the card is older and was tried first, so that it comes soon or was parked.
const CARD_WAITS: u32 = 24;
/// An answer to a click is worth nothing later; a `response_url` dies then, too.
const ANSWER_LIFE: TimeDelta = TimeDelta::minutes(30);

/// How long a message that names another card waits for it, each time, and how often: then it goes without the link.
const LINK_WAIT: TimeDelta = TimeDelta::seconds(2);
const LINK_WAITS: u32 = 5;

/// What to do with a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Send it there.
    Send(Destination),
    /// It is no longer wanted.
    Drop(&'static str),
    /// Not yet: see [`waiting`].
    Wait(&'static str),
}

/// Where a notice goes, as its engagement is now.
pub fn destination(notice: &Notice, engagement: Option<&Engagement>, admins: Option<&ChannelId>) -> Plan {
    let home = engagement.and_then(|engagement| engagement.home.as_ref());
    match &notice.to {
        Address::Card { channel } => home.map_or(Plan::Drop(NO_HOME), |home| card(home, channel)),
        Address::OldCard { channel, ts } => {
            Plan::Send(Destination::Update { channel: channel.clone(), ts: ts.clone() })
        }
        Address::CardThread { channel: _ } => home.map_or(Plan::Drop(NO_HOME), under_card),
        Address::Thread { channel, ts } => post(channel, Some(ts.clone())),
        Address::Channel { channel } => post(channel, None),
        // Where it stands is looked up: `outbox::asked`.
        Address::Asked { user: _ } => Plan::Drop("they were never asked"),
        Address::Direct { user } => post(&ChannelId(user.0.clone()), None),
        Address::OnlyTo { user, channel, thread } => Plan::Send(Destination::Ephemeral {
            channel: channel.clone(),
            user: user.clone(),
            thread: thread.clone(),
        }),
        Address::Answer { url, user: _, replaces } => {
            Plan::Send(Destination::Respond { url: url.clone(), replaces: *replaces })
        }
        Address::Admins => admins.map_or(Plan::Drop("no admin channel is configured"), |to| post(to, None)),
    }
}

/// Why a card, or a reply under it, has nowhere to go.
const NO_HOME: &str = "the engagement has no card";

fn post(channel: &ChannelId, thread: Option<Ts>) -> Plan {
    Plan::Send(Destination::Post { channel: channel.clone(), thread })
}

/// The card is in one place; a notice for a place that it left is for nobody.
fn card(home: &Home, channel: &ChannelId) -> Plan {
    if home.channel != *channel {
        return Plan::Drop("the card moved to another channel");
    }
    match &home.card {
        Some(ts) => Plan::Send(Destination::Update { channel: home.channel.clone(), ts: ts.clone() }),
        None => post(&home.channel, home.thread.clone()),
    }
}

/// A reply follows the card to where it is now.
fn under_card(home: &Home) -> Plan {
    match home.root() {
        Some(root) => post(&home.channel, Some(root.clone())),
        None => Plan::Wait("its card is not posted yet"),
    }
}

/// Until when a notice that leads people to a card of another lane waits, so that it can link to it.
pub fn wait_for_link(
    claimed: &Claimed,
    engagement: Option<&Engagement>,
    related: &[Engagement],
    now: DateTime<Utc>,
) -> Option<Settlement> {
    let find = |id: EngagementId| engagement.into_iter().chain(related).find(|found| found.id == id);
    let target = match (&claimed.notice.what, engagement.map(|engagement| &engagement.body)) {
        (What::StageLink { .. }, _) => engagement,
        (What::Redirected { to } | What::ChangedToRequester { change: Change::Redirected { to, .. } }, _) => {
            find(*to)
        }
        (What::Card { .. }, Some(Body::PmAsk(ask))) => ask.redirected_to.and_then(find),
        _ => None,
    };
    let is_posted = target.and_then(|target| target.home.as_ref()).is_none_or(|home| home.card.is_some());
    (!is_posted && claimed.attempts < LINK_WAITS).then(|| Settlement::Retry {
        at: now + LINK_WAIT,
        unsure: claimed.is_unsure,
        reason: "the card that it links to is not posted yet".to_owned(),
    })
}

/// The engagement whose card is posted for the first time by this.
pub fn first_card_of(notice: &Notice, destination: &Destination) -> Option<EngagementId> {
    let is_new = matches!(destination, Destination::Post { .. });
    notice.engagement.filter(|_| is_new && notice.is_card())
}

/// What a [`Plan::Wait`] comes to: again soon, its lane going on without it, and parked when what it waits for does not come.
pub fn waiting(claimed: &Claimed, reason: &str, now: DateTime<Utc>) -> Settlement {
    if claimed.attempts >= CARD_WAITS {
        return Settlement::Parked { reason: reason.to_owned() };
    }
    Settlement::Aside { at: now + CARD_WAIT, reason: reason.to_owned() }
}

/// What the end of a call to Slack (sending, or searching for what was sent before) means for the notice.
pub fn settlement(
    result: Result<Sent, SlackError>,
    claimed: &Claimed,
    destination: &Destination,
    now: DateTime<Utc>,
) -> Settlement {
    match result {
        Ok(sent) => settle_sent(sent, claimed, destination, now),
        Err(SlackError::RateLimited { after }) => too_fast(now + delta(after), claimed, destination)
            .unwrap_or_else(|| Settlement::Dropped { reason: "too late: Slack asked us to wait".to_owned() }),
        Err(error) => match destination {
            Destination::Ephemeral { .. } | Destination::Respond { .. } => {
                settle_at_most_once(&error, claimed, now)
            }
            Destination::Update { .. } => settle_failure(&error, claimed, Repeat::Harmless, now),
            Destination::Post { .. } => settle_failure(&error, claimed, Repeat::Doubles, now),
        },
    }
}

/// Slack wants none of it until then; `None` where nobody looks any more by then. It was no try. A change of a message
/// leaves its lane, whose posts it does not hold up.
pub fn too_fast(until: DateTime<Utc>, claimed: &Claimed, destination: &Destination) -> Option<Settlement> {
    let reason = "Slack asked us to wait".to_owned();
    match destination {
        Destination::Post { .. } => Some(Settlement::Deferred { at: until, lane: None, reason }),
        Destination::Update { .. } => {
            Some(Settlement::Deferred { at: until, lane: Some(UPDATES.to_owned()), reason })
        }
        Destination::Ephemeral { .. } | Destination::Respond { .. } => {
            let is_alive = until < claimed.decided_at + ANSWER_LIFE;
            is_alive.then_some(Settlement::Deferred { at: until, lane: None, reason })
        }
    }
}

/// What sending again would do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Replace a message by its newest state.
    Harmless,
    /// Post a second message, if the first arrived.
    Doubles,
}

fn settle_sent(sent: Sent, claimed: &Claimed, destination: &Destination, now: DateTime<Utc>) -> Settlement {
    let card_of = first_card_of(&claimed.notice, destination);
    if card_of.is_some() && sent.ts.is_none() {
        // A card that cannot be found can never be updated: its key finds it.
        let at = now + UNKNOWN_WAIT;
        return Settlement::Retry { at, unsure: true, reason: "Slack did not name the message".to_owned() };
    }
    Settlement::Sent { ts: sent.ts, card_of }
}

fn settle_failure(error: &SlackError, claimed: &Claimed, repeat: Repeat, now: DateTime<Utc>) -> Settlement {
    let is_unknown = matches!(error, SlackError::Ambiguous { .. });
    match wait_after(error, claimed) {
        Some(wait) => Settlement::Retry {
            at: now + wait,
            unsure: repeat == Repeat::Doubles && (is_unknown || claimed.is_unsure),
            reason: error.to_string(),
        },
        None => Settlement::Parked { reason: error.to_string() },
    }
}

/// Ephemerals and answers: repeated only while it is certain that they did not arrive, and somebody may still look.
fn settle_at_most_once(error: &SlackError, claimed: &Claimed, now: DateTime<Utc>) -> Settlement {
    if matches!(error, SlackError::Ambiguous { .. }) {
        return Settlement::Dropped { reason: format!("may have been delivered: {error}") };
    }
    let Some(wait) = wait_after(error, claimed) else {
        return Settlement::Dropped { reason: error.to_string() };
    };
    let at = now + wait;
    if at >= claimed.decided_at + ANSWER_LIFE {
        return Settlement::Dropped { reason: format!("too late: {error}") };
    }
    Settlement::Retry { at, unsure: false, reason: error.to_string() }
}

/// How long to wait before the next try; `None` when there is no hope.
fn wait_after(error: &SlackError, claimed: &Claimed) -> Option<TimeDelta> {
    let usual = backoff(claimed.attempts, &claimed.key);
    match error {
        SlackError::RateLimited { after } => Some(usual.max(delta(*after))),
        SlackError::Ambiguous { .. } => Some(usual.max(UNKNOWN_WAIT)),
        SlackError::Retry { after, .. } => Some(after.map_or(usual, |after| usual.max(delta(after)))),
        SlackError::Auth { .. } => Some(AUTH_WAIT),
        SlackError::Permanent { .. } => None,
    }
}

/// 1 s, 2 s, 4 s … 5 min, each shortened by up to a quarter, so that what failed together is not tried together. The
/// same try of the same message always waits the same.
pub fn backoff(attempts: u32, key: &str) -> TimeDelta {
    let doubled = FIRST_WAIT * 2_i32.pow(attempts.min(9));
    let wait = doubled.min(LONGEST_WAIT);
    let share = i32::try_from(spread(key, attempts) % 251).expect("below 251");
    wait - wait * share / 1_000
}

/// A number that looks like chance and is none (FNV-1a).
fn spread(key: &str, attempts: u32) -> u64 {
    key.bytes()
        .chain(attempts.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A wait as the calendar counts it, an hour at most.
pub fn delta(wait: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(wait).map_or(LONGEST_ASKED, |wait| wait.min(LONGEST_ASKED))
}
