//! An SME asks a PM: a new inquiry, its owner, its card and its clock (B1, B3).

use chrono::{DateTime, Utc};

use super::ladder::first_due;
use super::outside::tell_at_start;
use super::people::{Choice, because};
use super::working::OwnersTime;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Body, Engagement, Home, Inquiry, Origin, State};
use crate::domain::ids::{ChannelId, EngagementId, Ts, UserId};
use crate::domain::org::{Area, PlaceId, Policy};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;
use crate::domain::reply_clock;

/// What is known when an SME asks a PM.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// The new inquiry's id.
    pub id: EngagementId,
    /// The SME who asks.
    pub asker: UserId,
    /// The area whose PMs are asked.
    pub area: &'a Area,
    /// The place of the taxonomy, where one is known.
    pub place: Option<PlaceId>,
    /// The SME's words, plain text.
    pub text: String,
    /// People mentioned in them, in order.
    pub mentioned: Vec<UserId>,
    /// Where it was asked, and where the asker hears of it.
    pub origin: Origin,
    /// The thread of the internal channel in which it was asked by mention: the card is a reply in it. `None` for *Ask the
    /// PM*: the card is a message of its own, with the question.
    pub thread: Option<Ts>,
    /// The channel in which it was asked, where it was asked in one; a thread elsewhere cannot hold the card.
    pub asked_in: Option<ChannelId>,
    /// The question behind it, if any.
    pub parent: Option<&'a Engagement>,
    /// Whether the inquiry which that question has already, if any, is still live.
    pub parent_inquiry_live: bool,
    /// Why it comes here.
    pub because: Vec<Because>,
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl Opening<'_> {
    /// The thread that holds the card, if it is one of the channel to which the inquiry goes.
    fn thread_in(&self, channel: &ChannelId) -> Option<&Ts> {
        self.thread.as_ref().filter(|_| self.asked_in.as_ref().is_none_or(|asked_in| asked_in == channel))
    }

    /// Where the asker hears of it. The thread of a question is the requester's, so an SME who asked from its card hears by
    /// direct message.
    fn heard_at(&self) -> Origin {
        let is_requesters = self.parent.is_some() && self.thread.is_none();
        let thread = self.origin.thread.clone().filter(|_| !is_requesters);
        Origin { thread, ..self.origin.clone() }
    }

    /// When the SME asked: the instant of their message, which may be older than our hearing of it; else now.
    fn asked_at(&self) -> DateTime<Utc> {
        let message = self.origin.message.as_ref().filter(|_| self.thread.is_some());
        message.and_then(Ts::instant).unwrap_or(self.now)
    }

    /// Where it goes and why, where that is not the internal channel (B3): the group's channel, else the stage's.
    fn channel(&self) -> Option<(ChannelId, Option<Because>)> {
        let org = &self.policy.org;
        let usable = |channel: &&ChannelId| !org.is_shared(channel);
        if let Some(internal) = self.area.internal_channel.as_ref().filter(usable) {
            return Some((internal.clone(), None));
        }
        let place = self.place.as_ref().and_then(|place| org.place(place))?;
        let channel = place.channel.iter().chain(&place.stage_channel).find(usable)?;
        let fact = Fact::NoInternalChannel { area: self.area.key.clone() };
        Some((channel.clone(), Some(because(Rule::B3, fact))))
    }
}

/// An inquiry begins. The asker is taken to be an SME: whoever may ask is the caller's to check ("Who may do what").
pub fn open(opening: &Opening<'_>) -> Decision {
    if let Some(inquiry) = opening.parent.and_then(inquiry_of).filter(|_| opening.parent_inquiry_live) {
        return Decision::refuse(Refusal::PmAskedAlready { inquiry });
    }
    if opening.thread.is_none() && opening.text.trim().is_empty() {
        return Decision::refuse(Refusal::Empty);
    }
    let Some((channel, elsewhere)) = opening.channel() else {
        let engagement = opening.parent.map_or(opening.id, |parent| parent.id);
        return Decision::refuse(Refusal::NoInternalChannel { engagement });
    };
    let choice = Choice {
        policy: opening.policy,
        area: opening.area,
        place: opening.place.as_ref(),
        mentioned: &opening.mentioned,
        asker: &opening.asker,
        now: opening.now,
    };
    let (owner, owned) = choice.owner();
    let asked_at = opening.asked_at();
    let has_clock = owner.is_some() && elsewhere.is_none();
    let clock = has_clock.then(|| reply_clock::start(&opening.policy.rules.reply, asked_at));
    let mut reasons = opening.because.clone();
    reasons.extend(elsewhere);
    reasons.push(owned);
    let mentioned: Vec<UserId> = opening
        .mentioned
        .iter()
        .filter(|user| opening.policy.org.answers_for(user, opening.area))
        .cloned()
        .collect();
    let engagement = Engagement {
        id: opening.id,
        version: 0,
        state: State::Open,
        requester: opening.asker.clone(),
        reason: opening.parent.and_then(|parent| parent.reason),
        place: opening.place.clone(),
        area: Some(opening.area.key.clone()),
        text: opening.text.clone(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: opening.heard_at(),
        home: Some(Home {
            channel: channel.clone(),
            thread: opening.thread_in(&channel).cloned(),
            card: None,
        }),
        owner,
        moves: 0,
        parent: opening.parent.map(|parent| parent.id),
        because: reasons,
        body: Body::Inquiry(Inquiry { clock, mentioned, ..Inquiry::default() }),
        asked_at,
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    };
    begin(opening, engagement, channel)
}

fn begin(opening: &Opening<'_>, engagement: Engagement, channel: ChannelId) -> Decision {
    let mut decision = Decision::default();
    let by = Actor::Person(opening.asker.clone());
    if let Body::Inquiry(Inquiry { clock: Some(clock), .. }) = &engagement.body {
        let working = OwnersTime::of(&opening.policy.org, &engagement, Some(clock));
        if let Some(due) = first_due(clock, &working) {
            decision.set_clock(engagement.id, ClockKind::Reply, due);
        }
    }
    decision.note(
        engagement.id,
        engagement.asked_at,
        by.clone(),
        Event::Sent { channel, place: engagement.place.clone() },
        engagement.because.clone(),
    );
    decision.card(&engagement, engagement.owner.is_some());
    tell_at_start(&mut decision, &engagement, opening.policy, opening.now);
    if let Some(parent) = opening.parent {
        link_parent(&mut decision, parent, &engagement, by, opening.now);
    }
    // Asked by mention, the card beside the message says it all.
    if opening.thread.is_none() {
        decision.reply = Reply::Done { engagement: engagement.id, done: Done::PmAsked };
    }
    decision.begin(engagement);
    decision
}

fn link_parent(
    decision: &mut Decision,
    parent: &Engagement,
    inquiry: &Engagement,
    by: Actor,
    now: DateTime<Utc>,
) {
    let mut parent = parent.clone();
    if let Body::Question(question) = &mut parent.body {
        question.inquiry = Some(inquiry.id);
    }
    let event = Event::InquiryOpened { inquiry: inquiry.id };
    decision.note(parent.id, now, by, event, inquiry.because.clone());
    decision.card(&parent, false);
    decision.change(parent);
}

fn inquiry_of(parent: &Engagement) -> Option<EngagementId> {
    match &parent.body {
        Body::Question(question) => question.inquiry,
        Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => None,
    }
}
