//! What is overheard where we are a member: a PM asked directly (A6), an ask in an SME channel, asks and answers in an
//! internal channel (A11). Pure, and cheap for what is none of these: most of what is said in a company.

use chrono::{DateTime, Utc};

use super::baseline::{Count, Took};
use super::calendar::WorkCalendar;
use super::command::{Command, Via};
use super::decision::{Decision, Entry, Event, Write};
use super::engagement::{Body, Engagement};
use super::ids::{AreaKey, ChannelId, Ts, UserId};
use super::notice::{Address, Notice, What};
use super::org::{Area, Org, PlaceKind, Policy};
use super::routing::{self, Outcome};
use super::rules::PingRules;

/// A message of a person's, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Who.
    pub by: &'a UserId,
    /// Where.
    pub channel: &'a ChannelId,
    /// The message.
    pub ts: &'a Ts,
    /// The thread it stands in.
    pub thread: Option<&'a Ts>,
    /// Plain text.
    pub text: &'a str,
    /// People mentioned, ourselves left out.
    pub mentions: &'a [UserId],
    /// It was said to us.
    pub to_us: bool,
    /// Who began the thread, where Slack says so.
    pub thread_by: Option<&'a UserId>,
}

impl<'a> Said<'a> {
    /// The message that this is, if a person wrote one.
    pub fn of(command: &'a Command) -> Option<Self> {
        match command {
            Command::Heard(heard) if !heard.is_note => Some(Self {
                by: heard.by.as_ref()?,
                channel: &heard.channel,
                ts: &heard.ts,
                thread: heard.thread.as_ref(),
                text: &heard.text,
                mentions: &heard.mentions,
                to_us: heard.mentions_us,
                thread_by: heard.thread_by.as_ref(),
            }),
            Command::Ask(ask) => match &ask.via {
                Via::Mention { channel, ts, thread } => Some(Self {
                    by: &ask.by,
                    channel,
                    ts,
                    thread: thread.as_ref(),
                    text: &ask.text,
                    mentions: &ask.mentions,
                    to_us: true,
                    thread_by: None,
                }),
                Via::Slash { .. } | Via::Form { .. } | Via::Offered { .. } | Via::Shortcut { .. } => None,
            },
            Command::Nothing
            | Command::Heard(_)
            | Command::Away(_)
            | Command::Back { .. }
            | Command::StatusSays { .. }
            | Command::NotAway { .. }
            | Command::Act(_)
            | Command::Reacted(_)
            | Command::Deleted { .. }
            | Command::Edited(_)
            | Command::Due { .. }
            | Command::Read { .. }
            | Command::Switch(_)
            | Command::Offer(_)
            | Command::Resend { .. }
            | Command::HandOver { .. }
            | Command::Undeliverable { .. } => None,
        }
    }

    /// The thread's first message; the message itself where it began none.
    pub fn root(&self) -> &'a Ts {
        self.thread.unwrap_or(self.ts)
    }

    fn at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.ts.instant().unwrap_or(now)
    }
}

/// Whether something of it is counted or offered.
pub fn concerns_us(said: &Said<'_>, org: &Org) -> bool {
    sme_ask(said, org).is_some()
        || internal_ask(said, org).is_some()
        || internal_reply(said, org).is_some()
        || is_ping(said, org)
}

/// An ask in an SME channel: a message of its own by somebody who does not answer there.
pub fn sme_ask(said: &Said<'_>, org: &Org) -> Option<Count> {
    let area = org.area_of_channel(said.channel).filter(|_| said.thread.is_none())?;
    (!answers_in(area, said.by, org)).then(|| Count::SmeAsk { area: area.key.clone() })
}

fn answers_in(area: &Area, who: &UserId, org: &Org) -> bool {
    org.is_sme(who, &area.key) || org.answers_for(who, area)
}

/// An SME channel gets an ask by us as well: what is posted there and was not said there, where it was counted already.
pub fn sent_counted(decision: &mut Decision, org: &Org) {
    let counted = |entry: &Entry| {
        let Event::Sent { channel, .. } = &entry.event else { return None };
        let area = org.area_of_channel(channel)?;
        let is_it = |one: &&Engagement| one.id == entry.engagement && matches!(one.body, Body::Question(_));
        let question = decision.writes.iter().map(Write::engagement).find(is_it)?;
        let is_counted = question.origin.channel != *channel && !answers_in(area, &question.requester, org);
        is_counted.then(|| Count::SmeAsk { area: area.key.clone() })
    };
    let counts: Vec<Count> = decision.timeline.iter().filter_map(counted).collect();
    decision.counts.extend(counts);
}

/// An SME asks a PM in the internal channel, and the answer is awaited.
pub fn internal_ask<'o>(said: &Said<'_>, org: &'o Org) -> Option<&'o Area> {
    let area = org.area_of_internal_channel(said.channel)?;
    let asks = org.is_sme_in_internal_channel(said.by, area)
        && said.mentions.iter().any(|user| org.answers_for(user, area));
    asks.then_some(area)
}

/// A PM writes in a thread of the internal channel.
pub fn internal_reply<'o>(said: &Said<'_>, org: &'o Org) -> Option<&'o Area> {
    said.thread?;
    org.area_of_internal_channel(said.channel).filter(|area| org.answers_for(said.by, area))
}

/// The ask, as it is counted.
pub fn ask_counted(said: &Said<'_>, area: &Area, now: DateTime<Utc>) -> Count {
    Count::InternalAsk {
        area: area.key.clone(),
        channel: said.channel.clone(),
        root: said.root().clone(),
        at: said.at(now),
    }
}

/// The answer to what was asked then, as it is counted: in the working time of whoever answers.
pub fn reply_counted(
    said: &Said<'_>,
    (area, asked_at): (AreaKey, DateTime<Utc>),
    org: &Org,
    now: DateTime<Utc>,
) -> Count {
    let at = said.at(now).max(asked_at);
    let worked = WorkCalendar::of(org, Some(said.by), None).working_between(asked_at, at);
    let elapsed_seconds = ((at - asked_at).num_milliseconds() + 500) / 1_000;
    let took = Took { elapsed_seconds, working_seconds: worked.as_seconds() };
    Count::InternalReply { area, channel: said.channel.clone(), root: said.root().clone(), at, took }
}

/// A6: a field person mentions a PM or a protected person, outside internal channels (where everybody but PMs is an SME),
/// direct messages and channels that are shared. Whoever is unknown, or a PM or protected themselves, is none of ours. In a
/// thread that a PM began, they asked: whoever names them there answers.
pub fn is_ping(said: &Said<'_>, org: &Org) -> bool {
    !said.mentions.is_empty()
        && org.is_field(said.by)
        && !said.channel.as_str().starts_with('D')
        && !org.is_shared(said.channel)
        && org.area_of_internal_channel(said.channel).is_none()
        && said
            .mentions
            .iter()
            .any(|user| user != said.by && said.thread_by != Some(user) && org.is_protected(user))
        && !org.is_protected(said.by)
}

/// Whose SMEs would have been asked: of the SME channel it was said in, of its words, of the group's or stage's channel, else
/// of whoever was mentioned.
pub fn area_of<'o>(said: &Said<'_>, org: &'o Org) -> Option<&'o Area> {
    let here = org.area_of_channel(said.channel);
    let by_words = || match routing::route(org, said.text, None) {
        Outcome::Clear { place, .. } => org.place(&place).and_then(|place| org.area(place.area.as_ref()?)),
        Outcome::Unclear { .. } | Outcome::Nothing => None,
    };
    let by_place = || org.place_of_channel(said.channel).and_then(|place| org.area(place.area.as_ref()?));
    let by_person =
        || said.mentions.iter().find_map(|user| org.areas().iter().find(|area| org.answers_for(user, area)));
    here.or_else(by_words).or_else(by_place).or_else(by_person)
}

/// The ping, as it is counted. An SME of the area may ask its PM as they like.
pub fn ping_counted(said: &Said<'_>, area: Option<&Area>, org: &Org) -> Option<Count> {
    let is_sme = area.is_some_and(|area| org.is_sme(said.by, &area.key));
    (!is_sme).then(|| Count::PmPing {
        area: area.map(|area| area.key.clone()),
        channel: said.channel.clone(),
        root: said.root().clone(),
    })
}

/// The offer to ask SMEs instead, only to whoever asked a PM directly; where the bot is on for them, and where a PM may not
/// be asked anyway.
pub fn offer(said: &Said<'_>, area: &Area, policy: &Policy) -> Option<Notice> {
    let (org, rules) = (&policy.org, policy.rules.pings);
    let sme_channel = area.channel.as_ref()?;
    // Whoever wrote to us is answered, and who asks where SMEs answer does what we would offer.
    if said.to_us || sme_channel == said.channel || area.members.is_empty() {
        return None;
    }
    if !area.is_on_for(said.by, org) || !may_offer_in(said.channel, org, rules) {
        return None;
    }
    let offer = Offer {
        channel: said.channel.clone(),
        ts: said.ts.clone(),
        thread: said.thread.cloned(),
        area: Some(area.key.clone()),
    };
    let to = Address::OnlyTo {
        user: said.by.clone(),
        channel: said.channel.clone(),
        thread: said.thread.cloned(),
    };
    Some(Notice { to, what: What::SmesOffered { offer }, engagement: None, urgent: true })
}

/// Whether PMs are not at home in this channel, or the settings say that it is offered there all the same.
fn may_offer_in(channel: &ChannelId, org: &Org, rules: PingRules) -> bool {
    let is_home = |kind: PlaceKind| {
        org.places().iter().filter(|place| place.kind == kind).any(|place| match kind {
            PlaceKind::Stage => place.stage_channel.as_ref() == Some(channel),
            PlaceKind::Group => place.channel.as_ref() == Some(channel),
            PlaceKind::Section | PlaceKind::Category => false,
        })
    };
    let is_stage = || is_home(PlaceKind::Stage) || org.fallback_channel.as_ref() == Some(channel);
    (rules.in_group_channels || !is_home(PlaceKind::Group)) && (rules.in_stage_channels || !is_stage())
}

/// The message for which SMEs were offered. Its text stays at Slack until its author accepts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Offer {
    /// Where it stands.
    #[serde(rename = "c")]
    pub channel: ChannelId,
    /// The message.
    #[serde(rename = "m")]
    pub ts: Ts,
    /// The thread it stands in.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Ts>,
    /// Whose SMEs were offered; `None` where our command was typed in a thread, and the words are to say whose.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaKey>,
}

/// What can be said to the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    /// Ask SMEs with that message.
    AskSmes,
    /// It is about direction: PMs it is (A3).
    AboutDirection,
    /// Leave it.
    No,
}

/// Somebody answered an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferAnswered {
    /// Who.
    pub by: UserId,
    /// Which offer.
    pub offer: Offer,
    /// What they said.
    pub answer: OfferAnswer,
}
