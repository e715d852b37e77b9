//! One turn: the inquiry as it evolves while something is decided, and the one decision that comes of it.
//!
//! A turn that changes nothing ends as a decision that stores nothing, so hearing a thing twice is harmless. The clocks
//! are never set by hand: the end of the turn derives them from what the inquiry has become.

use chrono::{DateTime, TimeDelta, Utc};

use super::people::{Choice, area_of, because, is_on_duty};
use super::working::OwnersTime;
use crate::domain::command::ClockKind;
use crate::domain::decide::Case;
use crate::domain::decide::destination::is_on_for_any;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::inquiry::{EarlierOwner, HowEnded, ReplyClock};
use crate::domain::engagement::{Body, Engagement, Inquiry, State};
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::What;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::reply_clock::{self, Ending, NextStep};
use crate::domain::rules::LadderRole;

/// How long a thread that cannot be read is left alone before it is tried again (B7).
const TRY_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// When the ladder of an inquiry has to be looked at next, if ever.
pub fn wakes_at(case: &Case<'_>) -> Option<DateTime<Utc>> {
    Turn::of(case)?.wakes_at()
}

/// The inquiry as it evolves.
pub(super) struct Turn<'a> {
    pub(super) case: Case<'a>,
    pub(super) engagement: Engagement,
    pub(super) inquiry: Inquiry,
    pub(super) decision: Decision,
    /// The card shows something else than before.
    pub(super) redraw: bool,
    /// The clocks are set anew though nothing changed, since one of them fired.
    pub(super) keeps_clocks: bool,
}

impl<'a> Turn<'a> {
    /// Begins a turn; `None` where the engagement is no inquiry.
    pub(super) fn of(case: &Case<'a>) -> Option<Self> {
        let Body::Inquiry(inquiry) = &case.engagement.body else { return None };
        Some(Self {
            case: *case,
            engagement: case.engagement.clone(),
            inquiry: inquiry.clone(),
            decision: Decision::default(),
            redraw: false,
            keeps_clocks: false,
        })
    }

    /// Ends the turn: the write, the card and the clocks, if anything changed.
    pub(super) fn finish(mut self) -> Decision {
        self.engagement.body = Body::Inquiry(self.inquiry.clone());
        let has_changed = self.engagement != *self.case.engagement;
        if has_changed || self.keeps_clocks {
            self.derive_clocks();
        }
        if has_changed {
            self.tell_new_owner_outside();
            if self.redraw {
                self.decision.card(&self.engagement, false);
            }
            self.decision.change(self.engagement);
        }
        self.decision
    }

    /// Sets the clocks to what the inquiry has become. Setting a clock twice to the same instant is harmless.
    fn derive_clocks(&mut self) {
        let id = self.engagement.id;
        let was = self.case.engagement;
        match self.engagement.state {
            State::Draft | State::Open | State::Taken => {
                if !was.state.is_live() {
                    self.decision.stop_clock(id, ClockKind::Close);
                }
                self.derive_reply_clock();
            }
            State::Answered => {
                self.decision.stop_clock(id, ClockKind::Reply);
                if self.engagement.answered_at != was.answered_at || was.state != State::Answered {
                    let after = self.case.policy.rules.engagement.close_after.span();
                    let answered = self.engagement.answered_at.unwrap_or(self.case.now);
                    self.decision.set_clock(id, ClockKind::Close, answered + after);
                }
            }
            State::Closed
            | State::Withdrawn
            | State::Redirected
            | State::Declined
            | State::Lapsed
            | State::Deflected => self.decision.stop_clocks(id),
        }
    }

    fn derive_reply_clock(&mut self) {
        let id = self.engagement.id;
        let wake = self.wakes_at();
        match wake {
            Some(due) => self.decision.set_clock(id, ClockKind::Reply, due),
            None => self.decision.stop_clock(id, ClockKind::Reply),
        }
        let tries_again = self.case.now + TRY_AGAIN;
        let is_blind = self.inquiry.clock.as_ref().is_some_and(|clock| clock.blind_since.is_some());
        if is_blind && wake.is_none_or(|due| due > tries_again) {
            self.decision.set_clock(id, ClockKind::ReadThread, tries_again);
        }
    }

    /// When the ladder has to be looked at next: its next step, or the promised instant that no step marks. While blind,
    /// what is held is tried again later instead of at once.
    pub(super) fn wakes_at(&self) -> Option<DateTime<Utc>> {
        let clock = self.inquiry.clock.as_ref().filter(|clock| reply_clock::is_running(clock))?;
        let working = self.working();
        let now = self.case.now;
        let step = reply_clock::next_step(clock, &working).map(|step| {
            // What was missed is made up for when its owner works again (B4).
            let fits = reply_clock::first_fit(clock, now, &working);
            NextStep { due: if fits > now { step.due.max(fits) } else { step.due }, ..step }
        });
        let promised = reply_clock::due_at(clock, &working).filter(|_| !clock.missed);
        let due = step.map(|step| step.due).into_iter().chain(promised).min()?;
        let is_held = clock.blind_since.is_some()
            && step.is_none_or(|step| step.due > due || is_held_while_blind(clock, step.index));
        if is_held { Some(due.max(self.case.now + TRY_AGAIN)) } else { Some(due) }
    }

    pub(super) fn working(&self) -> OwnersTime {
        OwnersTime::of(&self.case.policy.org, &self.engagement, self.inquiry.clock.as_ref())
    }

    /// Keeps a line of the inquiry's timeline.
    pub(super) fn note(&mut self, at: DateTime<Utc>, by: Actor, event: Event, because: Vec<Because>) {
        self.decision.note(self.engagement.id, at, by, event, because);
    }

    /// Tells something in the inquiry's thread.
    pub(super) fn tell_thread(&mut self, what: What) {
        self.decision.tell_thread(&self.engagement, what);
    }

    /// Ends the clock, if one has not ended; a miss that nobody had recorded yet is noted. Says whether it ended late.
    pub(super) fn end_clock(&mut self, how: HowEnded, by: Option<&UserId>, at: DateTime<Utc>) -> bool {
        let working = self.working();
        let Some(clock) = &mut self.inquiry.clock else { return false };
        let (was_missed, was_blind) = (clock.missed, clock.blind_since.is_some());
        let promised = reply_clock::due_at(clock, &working);
        let has_ended = reply_clock::stop(clock, Ending { how, by: by.cloned(), at }, &working);
        let (is_missed, waited) = (clock.missed, reply_clock::waited(clock, at));
        if has_ended && is_missed && !was_missed {
            self.note_missed(promised.unwrap_or(at), waited);
        }
        if has_ended && was_blind {
            self.decision.stop_clock(self.engagement.id, ClockKind::ReadThread);
        }
        is_missed
    }

    /// Notes that the promised time passed.
    pub(super) fn note_missed(&mut self, at: DateTime<Utc>, waited: i64) {
        let why = vec![because(Rule::B5, Fact::TimePassed { seconds: waited })];
        self.note(at, Actor::Clock(ClockKind::Reply), Event::Missed, why);
    }

    /// It is answered: the clock ends, and the requester behind it and the SME are told (B6).
    pub(super) fn answered(&mut self, how: HowEnded, by: &UserId, at: DateTime<Utc>) {
        let is_reply = how == HowEnded::Replied;
        let late = self.end_clock(how, Some(by), at);
        let why = if is_reply {
            because(Rule::B1, Fact::RepliedInThread { by: by.clone(), late })
        } else {
            because(Rule::B2, Fact::Pressed { by: by.clone() })
        };
        self.engagement.state = State::Answered;
        self.engagement.answered_at = Some(at);
        self.engagement.answered_by = Some(by.clone());
        self.redraw = true;
        self.note(at, Actor::Person(by.clone()), Event::Answered { by: by.clone() }, vec![why.clone()]);
        self.tell_parent(by, at, why);
    }

    /// The question behind it hears that the answer is there, never its text ("Confidentiality").
    fn tell_parent(&mut self, by: &UserId, at: DateTime<Utc>, why: Because) {
        let Some(parent) = self.case.parent else { return };
        let inquiry = self.engagement.id;
        let sme = self.engagement.requester.clone();
        self.decision.note(
            parent.id,
            at,
            Actor::Person(by.clone()),
            Event::InquiryAnswered { inquiry },
            vec![why],
        );
        if !parent.state.is_live() && parent.state != State::Answered {
            return;
        }
        if parent.requester != sme {
            self.decision.tell_requester(parent, What::PmAnsweredToRequester { sme: sme.clone() });
        }
        self.decision.tell_thread(parent, What::RelayToSme { sme, inquiry });
    }

    /// It ended otherwise than by an answer.
    pub(super) fn ended(
        &mut self,
        state: State,
        how: HowEnded,
        by: Option<&UserId>,
        at: DateTime<Utc>,
        why: (Option<String>, Because),
    ) {
        self.end_clock(how, by, at);
        self.engagement.state = state;
        self.engagement.closed_at = Some(at);
        self.redraw = true;
        let actor = by.map_or(Actor::Slack, |by| Actor::Person(by.clone()));
        let (words, because) = why;
        self.note(at, actor, Event::Ended { state, why: words }, vec![because]);
    }

    /// The area, where the bot is not on for any of those who ask: then no new promise is made. What runs goes on.
    pub(super) fn area_not_on(&self, by: &UserId) -> Option<AreaKey> {
        let area = self.engagement.area.as_ref()?;
        let behind = self.case.parent.map(|parent| &parent.requester);
        let people = [by, &self.engagement.requester].into_iter().chain(behind);
        (!is_on_for_any(&self.case.policy.org, Some(area), people)).then(|| area.clone())
    }

    /// A new round of the same inquiry (B6), under the rules it began with (B4). Where no clock could run, none starts.
    pub(super) fn begin_round(&mut self, by: &UserId, at: DateTime<Utc>) {
        let blind_since = self.inquiry.clock.as_ref().and_then(|clock| clock.blind_since);
        self.end_clock(HowEnded::AskedAgain, Some(by), at);
        if let Some(old) = self.inquiry.clock.take() {
            self.inquiry.clock = Some(ReplyClock { blind_since, ..reply_clock::start(&old.rules, at) });
            self.inquiry.earlier.push(old);
        }
        self.inquiry.seen_by.clear();
        self.engagement.state = State::Open;
        self.engagement.answered_at = None;
        self.engagement.answered_by = None;
        self.engagement.closed_at = None;
        self.redraw = true;
        let why = vec![because(Rule::B6, Fact::Pressed { by: by.clone() })];
        self.note(at, Actor::Person(by.clone()), Event::AskedAgain, why);
        self.replace_who_left(by, at);
    }

    /// A new round is owed by somebody who is there (B3); where nobody is, no clock runs.
    fn replace_who_left(&mut self, by: &UserId, at: DateTime<Utc>) {
        let policy = self.case.policy;
        let engagement = &self.engagement;
        let Some(area) = area_of(policy, engagement) else { return };
        if engagement.owner.as_ref().is_none_or(|owner| is_on_duty(policy, owner, self.case.now)) {
            return;
        }
        let place = engagement.place.as_ref();
        let (asker, now) = (&engagement.requester, self.case.now);
        let (owner, why) = Choice { policy, area, place, mentioned: &[], asker, now }.owner();
        self.engagement.owner.clone_from(&owner);
        match owner {
            Some(to) => self.note(at, Actor::Person(by.clone()), Event::Handed { to }, vec![why]),
            None => self.inquiry.clock = None,
        }
    }

    /// Somebody else owes the answer now; the clock runs on.
    pub(super) fn hand_to(&mut self, to: &UserId, by: &UserId, why: Because) {
        let before = self.engagement.owner.replace(to.clone());
        if let Some(clock) = &mut self.inquiry.clock {
            clock.earlier_owners.push(EarlierOwner { owner: before, until: self.case.now });
        }
        self.redraw = true;
        self.note(self.case.now, Actor::Person(by.clone()), Event::Handed { to: to.clone() }, vec![why]);
        self.tell_thread(What::OwnerChanged { to: to.clone(), by: by.clone() });
    }

    /// A PM has seen it (B2); once each.
    pub(super) fn seen(&mut self, by: &UserId) {
        if self.inquiry.seen_by.contains(by) {
            return;
        }
        self.inquiry.seen_by.push(by.clone());
        self.redraw = true;
        let why = vec![because(Rule::B2, Fact::Pressed { by: by.clone() })];
        self.note(self.case.now, Actor::Person(by.clone()), Event::Seen { by: by.clone() }, why);
    }
}

/// Whether a step of the ladder waits while the thread cannot be read (B7): all but the owner's own reminders.
pub(super) fn is_held_while_blind(clock: &ReplyClock, index: usize) -> bool {
    clock.rules.ladder.get(index).is_some_and(|step| step.to.iter().any(|role| *role != LadderRole::Owner))
}
