//! What Slack shows of an inquiry's thread: messages, reactions, deletions, and the whole thread read after a gap
//! (B1, B2, B6, B7).
//!
//! The instant of a message is its own, not that of our hearing it. What is older than the round that runs, and what was
//! heard before, changes nothing.

use chrono::{DateTime, Utc};

use super::people::{answers, area_of, because};
use super::turn::Turn;
use crate::domain::command::{ClockKind, Heard, Reacted};
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::inquiry::{HowEnded, ReplyClock};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::domain::notice::{Address, What};
use crate::domain::reason::{Fact, Rule};
use crate::domain::reply_clock;

/// Somebody wrote in a thread: the first message of a PM answers (B1), the asker's ends a pause, and after an answer a
/// follow-up that mentions a PM or us begins a new round (B6).
pub fn heard(case: &Case<'_>, heard: &Heard) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    turn.hear(heard);
    turn.finish()
}

/// A reaction: a PM's on the question or its card shows as seen (B2).
pub fn reacted(case: &Case<'_>, reacted: &Reacted) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    let is_here = turn.engagement.home.as_ref().is_some_and(|home| {
        home.channel == reacted.channel
            && (home.root() == Some(&reacted.ts)
                || home.card.as_ref() == Some(&reacted.ts)
                || question_of(&turn.engagement) == Some(&reacted.ts))
    });
    let is_live = turn.engagement.state.is_live();
    if reacted.added && is_here && is_live && answers(case.policy, &turn.engagement, &reacted.by, case.now) {
        turn.seen(&reacted.by);
    }
    turn.finish()
}

/// A message was deleted: the question itself withdraws the inquiry (B2).
pub fn deleted(case: &Case<'_>, channel: &ChannelId, ts: &Ts) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    let is_here = turn.engagement.home.as_ref().is_some_and(|home| home.channel == *channel);
    if is_here && question_of(&turn.engagement) == Some(ts) {
        turn.question_gone();
    }
    turn.finish()
}

/// The thread was read, oldest message first; `None` where it cannot be read (B7). Where the time is up and it holds no answer,
/// the card says so, also while nobody may be reminded.
pub fn read(case: &Case<'_>, messages: Option<&[Heard]>) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    turn.read(messages);
    if turn.engagement.state.is_live() {
        turn.record_miss();
    }
    turn.finish()
}

/// Whether a message in the inquiry's thread still belongs to it: while it is live, and for follow-ups once it is answered
/// (B6). After it was withdrawn or was no question, a mention there is a new ask.
pub fn takes_follow_ups(engagement: &Engagement) -> bool {
    match engagement.state {
        State::Draft | State::Open | State::Taken | State::Answered => true,
        State::Closed => match &engagement.body {
            Body::Inquiry(inquiry) => inquiry.clock.as_ref().is_none_or(was_answered),
            Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => false,
        },
        State::Withdrawn | State::Redirected | State::Declined | State::Lapsed | State::Deflected => false,
    }
}

/// The message that is the question: the asker's own where they asked in the channel of the card, else the card.
pub(super) fn question_of(engagement: &Engagement) -> Option<&Ts> {
    let home = engagement.home.as_ref()?;
    let own = engagement.origin.message.as_ref();
    own.filter(|_| home.thread.is_some() && engagement.origin.channel == home.channel).or(home.root())
}

fn was_answered(clock: &ReplyClock) -> bool {
    clock.end.as_ref().is_some_and(|end| match end.how {
        HowEnded::Replied | HowEnded::Elsewhere { .. } | HowEnded::AskerSatisfied => true,
        HowEnded::NotAQuestion | HowEnded::Withdrawn | HowEnded::AskedAgain => false,
    })
}

impl Turn<'_> {
    /// Applies one message.
    pub(super) fn hear(&mut self, heard: &Heard) {
        let Some(by) = self.speaker(heard) else { return };
        let at = heard.ts.instant().unwrap_or(self.case.now);
        if !self.is_in_thread(heard) || at <= self.round_began() {
            return;
        }
        let is_live = self.engagement.state.is_live();
        if is_live && answers(self.case.policy, &self.engagement, by, at) {
            self.answered(HowEnded::Replied, by, at);
        } else if is_live && *by == self.engagement.requester {
            self.resumed(by, at);
        } else if !is_live {
            self.follow_up(heard, by, at);
        }
    }

    /// Applies what the thread shows, or goes blind.
    pub(super) fn read(&mut self, messages: Option<&[Heard]>) {
        let Some(messages) = messages else { return self.goes_blind() };
        self.sees_again();
        let question = question_of(&self.engagement).cloned();
        // What is left in the place of a deleted first message is a note of Slack's.
        let is_question = |heard: &Heard| Some(&heard.ts) == question.as_ref() && !heard.is_note;
        if question.is_some() && !messages.iter().any(is_question) {
            return self.question_gone();
        }
        for message in messages {
            self.hear(message);
        }
    }

    /// Who speaks, if it is a person with something to say (B2).
    fn speaker<'h>(&self, heard: &'h Heard) -> Option<&'h UserId> {
        if heard.is_note || heard.bot.is_some() {
            return None;
        }
        let org = &self.case.policy.org;
        let is_bot = |user: &UserId| {
            org.bot_user.as_ref() == Some(user) || org.person(user).is_some_and(|person| person.is_bot)
        };
        heard.by.as_ref().filter(|by| !is_bot(by))
    }

    fn is_in_thread(&self, heard: &Heard) -> bool {
        let Some(home) = &self.engagement.home else { return false };
        home.channel == heard.channel
            && home.root().is_some()
            && home.root() == heard.thread.as_ref()
            && home.root() != Some(&heard.ts)
    }

    /// What is not younger than this belongs to an earlier round, or was heard before.
    fn round_began(&self) -> DateTime<Utc> {
        match &self.inquiry.clock {
            Some(clock) => clock.end.as_ref().map_or(clock.started_at, |end| end.at),
            None => self.engagement.answered_at.unwrap_or(self.engagement.asked_at),
        }
    }

    fn resumed(&mut self, by: &UserId, at: DateTime<Utc>) {
        let Some(clock) = &mut self.inquiry.clock else { return };
        if reply_clock::resume(clock, at) {
            self.redraw = true;
            let why = vec![because(Rule::B6, Fact::Pressed { by: by.clone() })];
            self.note(at, Actor::Person(by.clone()), Event::Resumed, why);
        }
    }

    /// After an answer, an SME's message that mentions a PM or us begins a new round (B6).
    fn follow_up(&mut self, heard: &Heard, by: &UserId, at: DateTime<Utc>) {
        let policy = self.case.policy;
        let is_sme = *by == self.engagement.requester
            || area_of(policy, &self.engagement)
                .is_some_and(|area| policy.org.is_sme_in_internal_channel(by, area));
        let pm = heard.mentions.iter().find(|user| answers(policy, &self.engagement, user, at));
        if !is_sme || !(heard.mentions_us || pm.is_some()) || !takes_follow_ups(&self.engagement) {
            return;
        }
        if self.area_not_on(by).is_some() {
            return;
        }
        self.begin_round(by, at);
        match (pm, self.engagement.owner.clone()) {
            // The SME mentioned them already: the card shows the rest.
            (Some(pm), _) => self.engagement.owner = Some(pm.clone()),
            (None, Some(owner)) => {
                let due =
                    self.inquiry.clock.as_ref().and_then(|clock| reply_clock::due_at(clock, &self.working()));
                self.tell_thread(What::AskedAgain { owner, text: None, due });
            }
            (None, None) => {}
        }
    }

    fn question_gone(&mut self) {
        // Its author took the words back.
        self.engagement.text.clear();
        self.engagement.links.clear();
        if self.engagement.state.is_live() {
            let why = (None, because(Rule::B2, Fact::MessageDeleted));
            self.ended(State::Withdrawn, HowEnded::Withdrawn, None, self.case.now, why);
        }
    }

    fn goes_blind(&mut self) {
        let now = self.case.now;
        let Some(clock) = &mut self.inquiry.clock else { return };
        if clock.end.is_some() {
            return;
        }
        self.keeps_clocks = true;
        if clock.blind_since.is_some() {
            return;
        }
        clock.blind_since = Some(now);
        self.redraw = true;
        self.note(now, Actor::Slack, Event::WentBlind, vec![because(Rule::B7, Fact::ThreadUnreadable)]);
        if let Some(home) = &self.engagement.home {
            let what = What::Blind { channel: home.channel.clone() };
            self.decision.tell(&self.engagement, Address::Admins, what);
        }
    }

    fn sees_again(&mut self) {
        let Some(clock) = &mut self.inquiry.clock else { return };
        if clock.end.is_some() {
            return;
        }
        let Some(since) = clock.blind_since.take() else { return };
        clock.blind_spell = Some((since, self.case.now));
        self.redraw = true;
        let id = self.engagement.id;
        self.decision.stop_clock(id, ClockKind::ReadThread);
        self.note(self.case.now, Actor::Slack, Event::SeesAgain, vec![because(Rule::B7, Fact::ThreadRead)]);
    }
}
