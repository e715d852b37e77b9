//! A small organisation and a desk at which an inquiry lives through a story, for tests.

mod organisation;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

pub(super) use organisation::{directory, people, policy_of};

use super::{Opening, act, closing, deleted, due, heard, open, reacted, read};
use crate::domain::command::{Act, Action, ClockKind, Heard, Reacted};
use crate::domain::decide::Case;
use crate::domain::decision::{ClockChange, Decision, Event, Reply};
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::engagement::{Body, Engagement, Home, Inquiry, Origin, Question, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, Ts, UserId};
use crate::domain::notice::{Address, Downtime, What};
use crate::domain::org::{PlaceId, Policy};
use crate::domain::refusal::Refusal;

pub(super) fn user(id: &str) -> UserId {
    UserId::from(id)
}

pub(super) fn channel(id: &str) -> ChannelId {
    ChannelId::from(id)
}

/// The instant at which the SME asks: a Monday.
pub(super) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 16, 9, 0, 0).unwrap()
}

pub(super) fn at(hours: i64, minutes: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours) + TimeDelta::minutes(minutes)
}

pub(super) fn ts(instant: DateTime<Utc>) -> Ts {
    Ts(format!("{}.{:06}", instant.timestamp(), instant.timestamp_subsec_micros()))
}

/// A question of an AE that an SME has taken.
pub(super) fn question() -> Engagement {
    Engagement {
        id: EngagementId(7),
        version: 3,
        state: State::Taken,
        requester: user("AE"),
        reason: None,
        place: Some(runner()),
        area: Some(AreaKey::from("ci")),
        text: "Can it do that?".to_owned(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: Origin { channel: channel("C_SME"), message: None, thread: None, is_private: false },
        home: Some(Home { channel: channel("C_SME"), thread: None, card: Some(Ts::from("1.000000")) }),
        owner: Some(user("SME")),
        moves: 0,
        parent: None,
        because: Vec::new(),
        body: Body::Question(Question::default()),
        asked_at: start(),
        taken_at: Some(start()),
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

pub(super) fn runner() -> PlaceId {
    PlaceId("group/verify/runner".to_owned())
}

/// What an SME asks in the internal channel, by mention.
pub(super) fn opening(policy: &Policy) -> Opening<'_> {
    Opening {
        id: EngagementId(8),
        asker: user("SME"),
        area: policy.org.area(&AreaKey::from("ci")).unwrap(),
        place: Some(runner()),
        text: "How do we size the cache?".to_owned(),
        mentioned: Vec::new(),
        origin: Origin {
            channel: channel("C_INT"),
            message: Some(ts(start())),
            thread: Some(ts(start())),
            is_private: true,
        },
        thread: Some(ts(start())),
        asked_in: Some(channel("C_INT")),
        parent: None,
        parent_inquiry_live: false,
        because: Vec::new(),
        policy,
        now: start(),
    }
}

/// A message in the inquiry's thread.
pub(super) fn message(by: &str, instant: DateTime<Utc>) -> Heard {
    Heard {
        channel: channel("C_INT"),
        ts: ts(instant),
        thread: Some(ts(start())),
        by: Some(user(by)),
        bot: None,
        text: "words".to_owned(),
        mentions: Vec::new(),
        mentions_us: false,
        is_note: false,
        thread_by: None,
        types_command: false,
    }
}

/// The desk: what the store and the worker would do with each decision.
pub(super) struct Desk {
    pub(super) policy: Policy,
    pub(super) inquiry: Engagement,
    pub(super) parent: Option<Engagement>,
    pub(super) now: DateTime<Utc>,
    pub(super) clocks: BTreeMap<ClockKind, DateTime<Utc>>,
    pub(super) events: Vec<Event>,
    pub(super) downtime: Option<Downtime>,
    /// What the thread holds; `None` while it cannot be read.
    pub(super) thread: Option<Vec<Heard>>,
}

impl Desk {
    /// Asked by mention, at the start.
    pub(super) fn asked() -> Self {
        Self::opened(policy_of(&directory()), |_| {}, None)
    }

    /// Asked from a question's card.
    pub(super) fn asked_for_question() -> Self {
        Self::opened(policy_of(&directory()), |_| {}, Some(question()))
    }

    pub(super) fn opened(
        policy: Policy,
        change: impl FnOnce(&mut Opening<'_>),
        parent: Option<Engagement>,
    ) -> Self {
        let mut opening = opening(&policy);
        opening.parent = parent.as_ref();
        change(&mut opening);
        let decision = open(&opening);
        let inquiry = decision
            .writes
            .iter()
            .find(|write| matches!(write.engagement().body, Body::Inquiry(_)))
            .expect("it began")
            .engagement()
            .clone();
        let question = Heard { thread: Some(ts(start())), ..message("SME", start()) };
        let mut desk = Self {
            inquiry,
            parent,
            now: start(),
            clocks: BTreeMap::new(),
            events: Vec::new(),
            downtime: None,
            thread: Some(vec![question]),
            policy,
        };
        desk.apply(&decision);
        if let Some(home) = &mut desk.inquiry.home {
            home.card = Some(Ts("1000.000001".to_owned()));
        }
        desk
    }

    pub(super) fn case(&self) -> Case<'_> {
        Case {
            engagement: &self.inquiry,
            parent: self.parent.as_ref(),
            next_id: EngagementId(99),
            policy: &self.policy,
            now: self.now,
            downtime: self.downtime.as_ref(),
        }
    }

    fn apply(&mut self, decision: &Decision) {
        for write in &decision.writes {
            let written = write.engagement();
            if written.id == self.inquiry.id {
                self.inquiry = written.clone();
                self.inquiry.version += 1;
            } else {
                self.parent = Some(written.clone());
            }
        }
        for change in &decision.clocks {
            match change {
                ClockChange::Set { engagement, kind, due } if *engagement == self.inquiry.id => {
                    self.clocks.insert(*kind, *due);
                }
                ClockChange::Stop { engagement, kind } if *engagement == self.inquiry.id => {
                    self.clocks.remove(kind);
                }
                ClockChange::StopAll { engagement } if *engagement == self.inquiry.id => self.clocks.clear(),
                ClockChange::Set { .. } | ClockChange::Stop { .. } | ClockChange::StopAll { .. } => {}
            }
        }
        self.events.extend(decision.timeline.iter().map(|entry| entry.event.clone()));
    }

    fn done(&mut self, decision: Decision) -> Decision {
        self.apply(&decision);
        decision
    }

    pub(super) fn act(&mut self, by: &str, action: Action) -> Decision {
        let decision = act(&self.case(), &Act { engagement: self.inquiry.id, by: user(by), action });
        self.done(decision)
    }

    /// The message is in the thread, and we hear of it.
    pub(super) fn heard(&mut self, message: &Heard) -> Decision {
        if let Some(thread) = &mut self.thread {
            thread.push(message.clone());
        }
        let decision = heard(&self.case(), message);
        self.done(decision)
    }

    /// Somebody writes in the thread now.
    pub(super) fn writes(&mut self, by: &str) -> Decision {
        let message = message(by, self.now);
        self.heard(&message)
    }

    pub(super) fn reacts(&mut self, by: &str, ts: Ts) -> Decision {
        let reaction =
            Reacted { channel: channel("C_INT"), ts, by: user(by), emoji: "eyes".to_owned(), added: true };
        let decision = reacted(&self.case(), &reaction);
        self.done(decision)
    }

    pub(super) fn deletes(&mut self, ts: &Ts) -> Decision {
        let decision = deleted(&self.case(), &channel("C_INT"), ts);
        self.done(decision)
    }

    /// The thread is read.
    pub(super) fn reads(&mut self) -> Decision {
        let messages = self.thread.clone();
        let decision = read(&self.case(), messages.as_deref());
        self.done(decision)
    }

    /// The reply clock fires: the thread is read, then the step is decided; both are told.
    pub(super) fn fires(&mut self) -> Vec<(Address, What)> {
        self.clocks.remove(&ClockKind::Reply);
        let first = self.reads();
        let decision = due(&self.case());
        let second = self.done(decision);
        told(&first).into_iter().chain(told(&second)).collect()
    }

    /// Time passes until then; every clock fires when it is due. What was told meanwhile, with its instant.
    pub(super) fn runs_until(&mut self, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, Address, What)> {
        let mut heard = Vec::new();
        let mut rounds = 0;
        while let Some((kind, due)) = self.next_clock().filter(|(_, due)| *due <= until) {
            rounds += 1;
            assert!(rounds < 1_000, "clocks that fire for ever");
            self.now = self.now.max(due);
            let said = match kind {
                ClockKind::Reply => self.fires(),
                ClockKind::ReadThread => {
                    self.clocks.remove(&kind);
                    told(&self.reads())
                }
                other => {
                    assert_eq!(other, ClockKind::Close, "a clock that no inquiry has");
                    self.clocks.remove(&other);
                    let decision = closing(&self.case());
                    told(&self.done(decision))
                }
            };
            heard.extend(said.into_iter().map(|(to, what)| (self.now, to, what)));
        }
        self.now = until;
        heard
    }

    fn next_clock(&self) -> Option<(ClockKind, DateTime<Utc>)> {
        self.clocks.iter().map(|(kind, due)| (*kind, *due)).min_by_key(|(_, due)| *due)
    }

    pub(super) fn body(&self) -> &Inquiry {
        match &self.inquiry.body {
            Body::Inquiry(inquiry) => inquiry,
            Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => panic!("an inquiry"),
        }
    }

    pub(super) fn clock(&self) -> &ReplyClock {
        self.body().clock.as_ref().expect("a clock")
    }

    pub(super) fn reply_due(&self) -> Option<DateTime<Utc>> {
        self.clocks.get(&ClockKind::Reply).copied()
    }

    pub(super) fn count(&self, event: &Event) -> usize {
        self.events.iter().filter(|kept| *kept == event).count()
    }
}

/// What is told beside cards.
pub(super) fn told(decision: &Decision) -> Vec<(Address, What)> {
    decision
        .notices
        .iter()
        .filter(|notice| !notice.is_card())
        .map(|notice| (notice.to.clone(), notice.what.clone()))
        .collect()
}

pub(super) fn refusal(decision: &Decision) -> Option<&Refusal> {
    if let Reply::Refused(refusal) = &decision.reply { Some(refusal) } else { None }
}

pub(super) fn is_reminder(what: &What) -> bool {
    matches!(what, What::Nudge { .. } | What::Miss { .. } | What::Raise { .. })
}
