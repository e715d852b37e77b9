//! Where a call's card goes and whom it asks: group channel, stage channel, `#product` (C3); never a direct message.
//!
//! Also what follows when Slack refuses the card for good: the next of these.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::WorkCalendar;
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::{Engagement, Home};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::{OnDuty, Org, Place};
use crate::domain::reason::{Because, Fact, Rule};

/// Where a call is asked, and whom it asks.
pub(super) struct Target {
    /// The channel.
    pub(super) channel: ChannelId,
    /// The PM who is mentioned, where one is known.
    pub(super) pm: Option<UserId>,
    /// Why there, and why them.
    pub(super) because: Vec<Because>,
}

impl Target {
    /// The target of a place for a PM who is there at these instants: now, and when the call starts. `None` where no channel at
    /// all can be posted in.
    pub(super) fn of(org: &Org, place: &Place, requester: &UserId, at: &[DateTime<Utc>]) -> Option<Self> {
        let channel = channels(org, Some(place)).into_iter().next()?;
        let mut because = Vec::new();
        if place.channel.is_none() {
            let fact = if place.stage_channel.is_none() {
                Some(Fact::NoStageChannel { place: place.id.clone() })
            } else {
                // A place above the groups has its stage's channel by itself.
                place.group.as_ref().map(|_| Fact::NoGroupChannel { place: place.id.clone() })
            };
            because.extend(fact.map(|fact| Because { rule: Rule::C3, fact }));
        }
        let asked = asked_pm(org, place, requester, at);
        let fact = asked.why(|pm| Fact::PmOnDuty { pm });
        let fact = fact.unwrap_or_else(|| Fact::NoPm { place: Some(place.id.clone()) });
        because.push(Because { rule: Rule::Table, fact });
        Some(Self { channel, pm: asked.who, because })
    }
}

/// The channels in which PMs of a place are asked, the first choice first (C3).
fn channels(org: &Org, place: Option<&Place>) -> Vec<ChannelId> {
    let group = place.and_then(|place| place.channel.as_ref());
    let stage = place.and_then(|place| place.stage_channel.as_ref());
    let mut channels: Vec<ChannelId> = Vec::new();
    for channel in [group, stage, org.fallback_channel.as_ref()].into_iter().flatten() {
        if !channels.contains(channel) {
            channels.push(channel.clone());
        }
    }
    channels
}

/// The PM who is asked: the place's first whom Slack knows and who is there then, else their cover, else the stage PM. Never
/// the requester.
fn asked_pm(org: &Org, place: &Place, requester: &UserId, at: &[DateTime<Utc>]) -> OnDuty {
    let known = place.pms.iter().chain(&place.cover).chain(&place.stage_pm);
    org.on_duty(known, |pm| pm != requester && org.person(pm).is_some(), at)
}

/// The calendar in which notice for this call is counted: that of the PM who would come.
pub(super) fn pm_calendar(org: &Org, engagement: &Engagement) -> WorkCalendar {
    WorkCalendar::of(org, pm_of(org, engagement).as_ref(), engagement.place.as_ref())
}

/// The zone of the PM who would come to this call, where it is known: a start is shown in it too (C1).
pub fn pm_zone(org: &Org, engagement: &Engagement) -> Option<Tz> {
    WorkCalendar::zone_of(org, pm_of(org, engagement).as_ref(), engagement.place.as_ref())
}

/// The owner; for a draft, whoever would be asked.
fn pm_of(org: &Org, engagement: &Engagement) -> Option<UserId> {
    let place = engagement.place.as_ref().and_then(|id| org.place(id));
    engagement.owner.clone().or_else(|| asked_pm(org, place?, &engagement.requester, &[]).who)
}

/// Slack refused the call's card in this channel for good: it goes to the next channel in which its PMs are asked, and the
/// requester is told. Where none is left it stays as it is, on the timeline and with the admins. A call that ended is not
/// posted again.
pub fn undeliverable(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let before = case.engagement;
    let mut decision = Decision::default();
    if before.home.as_ref().is_none_or(|home| home.channel != *channel) {
        return decision;
    }
    let parked = |went_to| What::Parked { channel: channel.clone(), error: error.to_owned(), went_to };
    if !before.state.is_live() {
        decision.tell(before, Address::Admins, parked(None));
        return decision;
    }
    let org = &case.policy.org;
    let place = before.place.as_ref().and_then(|id| org.place(id));
    let known = channels(org, place);
    let tried = known.iter().position(|known| known == channel).map_or(0, |position| position + 1);
    let next = known.get(tried);
    if let Some(next) = next {
        let mut engagement = before.clone();
        engagement.home = Some(Home { channel: next.clone(), thread: None, card: None });
        decision.card(&engagement, true);
        let change = Change::Rehomed { to: next.clone() };
        decision.tell_requester(&engagement, What::ChangedToRequester { change });
        decision.change(engagement);
    }
    decision.tell(before, Address::Admins, parked(next.cloned()));
    // Where none is left, `to` is where it already was.
    let to = next.unwrap_or(channel).clone();
    let because = Because { rule: Rule::C3, fact: Fact::Undeliverable { error: error.to_owned() } };
    let event = Event::Rehomed { from: channel.clone(), to, error: error.to_owned() };
    decision.note(before.id, case.now, Actor::Slack, event, vec![because]);
    decision
}
