//! The ladder of a reply clock (B5): who is reminded when it is due, and what waits while the thread cannot be read (B7).
//!
//! One reminder at most each time: steps that were missed meanwhile become the highest of them. The conditions are those
//! of the moment, so a step that no longer holds is dropped without a word.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::people::{because, raised_to, reads_along, second_of};
use super::turn::{Turn, is_held_while_blind};
use crate::domain::command::{ClockKind, Heard};
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::State;
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Downtime, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::reply_clock;
use crate::domain::rules::{ClockMode, LadderRole, LadderStep};

/// The reply clock is due: its thread was read just before (B7), see [`read_and_due`].
pub fn due(case: &Case<'_>) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    turn.climb();
    turn.finish_due()
}

/// Reads the thread and takes the steps that are due then, as one decision (B7: the thread is read before every step).
pub fn read_and_due(case: &Case<'_>, messages: Option<&[Heard]>) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    turn.read(messages);
    turn.climb();
    turn.finish_due()
}

/// Answered long enough ([`ClockKind::Close`]): closed.
pub fn closing(case: &Case<'_>) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    let Some(answered) = turn.engagement.answered_at.filter(|_| turn.engagement.state == State::Answered)
    else {
        return Decision::default();
    };
    if case.now < answered + case.policy.rules.engagement.close_after.span() {
        return Decision::default();
    }
    turn.engagement.state = State::Closed;
    turn.engagement.closed_at = Some(case.now);
    turn.redraw = true;
    let seconds = (case.now - answered).num_seconds();
    let why = vec![because(Rule::Roles, Fact::TimePassed { seconds })];
    let event = Event::Ended { state: State::Closed, why: None };
    turn.note(case.now, Actor::Clock(ClockKind::Close), event, why);
    turn.finish()
}

/// A step of the ladder that was reached, with whom it reaches.
struct Reached {
    what: What,
    whom: Vec<UserId>,
    is_raise: bool,
    /// Told by direct message, since they do not read the thread (B8).
    direct_to: Option<UserId>,
    /// Why it is them, in the stead of somebody who is away.
    instead: Option<Because>,
}

impl Turn<'_> {
    /// Takes the steps that are due.
    pub(super) fn climb(&mut self) {
        self.keeps_clocks = true;
        if !self.engagement.state.is_live() {
            return;
        }
        self.record_miss();
        let steps = self.steps_due();
        let (Some(first), count) = (steps.clone().next(), steps.len()) else { return };
        let late_because = self.late_because(first);
        let reached = steps.clone().rev().find_map(|index| self.reach(index, late_because.clone()));
        let now = self.case.now;
        if let Some(clock) = &mut self.inquiry.clock {
            clock.steps_done = steps.end;
        }
        if count > 1 {
            let why = vec![because(Rule::B7, self.time_passed())];
            self.note(now, Actor::Clock(ClockKind::Reply), Event::StepsMerged { count }, why);
        }
        self.remind(reached);
    }

    /// The promised time passed without an answer (B5). Blind, we cannot say so.
    pub(super) fn record_miss(&mut self) {
        let (working, now) = (self.working(), self.case.now);
        let Some(clock) = &mut self.inquiry.clock else { return };
        if !reply_clock::is_running(clock) || clock.missed || clock.blind_since.is_some() {
            return;
        }
        let Some(promised) = reply_clock::due_at(clock, &working).filter(|due| *due <= now) else { return };
        clock.missed = true;
        let waited = reply_clock::waited(clock, now);
        self.redraw = true;
        self.note_missed(promised, waited);
    }

    /// The steps that are due and may be taken: blind, only those before the first that goes beyond the owner (B7).
    fn steps_due(&self) -> Range<usize> {
        let Some(clock) = &self.inquiry.clock else { return 0..0 };
        let due = reply_clock::due_steps(clock, self.case.now, &self.working());
        if clock.blind_since.is_none() {
            return due;
        }
        let held = due.clone().find(|index| is_held_while_blind(clock, *index));
        due.start..held.unwrap_or(due.end)
    }

    /// The time in which we were down or could not read the thread, if the first of these steps was due in it (B7).
    fn late_because(&self, first: usize) -> Option<Downtime> {
        let clock = self.inquiry.clock.as_ref()?;
        let was_due = reply_clock::due_of_step(clock, first, &self.working())?;
        let blind = clock.blind_spell.map(|(from, to)| Downtime { from, to, blind: true, paused_by: None });
        let is_why = |gap: &&Downtime| gap.explains(was_due, self.case.now);
        self.case.downtime.into_iter().chain(&blind).find(is_why).cloned()
    }

    /// What a step says to whom; `None` where nobody is known whom it could reach.
    fn reach(&self, index: usize, late_because: Option<Downtime>) -> Option<Reached> {
        let clock = self.inquiry.clock.as_ref()?;
        let step = clock.rules.ladder.get(index)?;
        if step.to.contains(&LadderRole::ProductLeader) {
            return self.raise(clock, late_because);
        }
        let owner = self.engagement.owner.clone()?;
        let waited_seconds = reply_clock::waited(clock, self.case.now);
        if is_before_the_promise(clock, step)
            && let Some(due) = reply_clock::due_at(clock, &self.working())
        {
            let waited_seconds = self.counted(clock);
            let what = What::Nudge { owner: owner.clone(), waited_seconds, due, late_because };
            let direct_to = self.is_outside(&owner).then(|| owner.clone());
            return Some(Reached { what, whom: vec![owner], is_raise: false, direct_to, instead: None });
        }
        let asks_second = step.to.contains(&LadderRole::StagePm);
        let second =
            if asks_second { second_of(self.case.policy, &self.engagement, self.case.now) } else { None };
        let whom = std::iter::once(owner.clone()).chain(second.clone()).collect();
        let what = What::Miss { owner, second, waited_seconds, late_because };
        Some(Reached { what, whom, is_raise: false, direct_to: None, instead: None })
    }

    /// How long somebody has waited, in the time that counts (B4).
    fn counted(&self, clock: &ReplyClock) -> i64 {
        match clock.rules.clock {
            ClockMode::Elapsed => reply_clock::waited(clock, self.case.now),
            ClockMode::Working => reply_clock::worked(clock, self.case.now, &self.working()),
        }
    }

    fn raise(&self, clock: &ReplyClock, late_because: Option<Downtime>) -> Option<Reached> {
        let (leader, instead) = raised_to(self.case.policy, &self.engagement, self.case.now)?;
        let direct_to = (!reads_along(self.case.policy, &self.engagement, &leader)).then(|| leader.clone());
        let what = What::Raise {
            leader: leader.clone(),
            since: clock.started_at,
            waited_seconds: reply_clock::waited(clock, self.case.now),
            direct: direct_to.is_some(),
            late_because,
            instead: instead.clone(),
        };
        Some(Reached { what, whom: vec![leader], is_raise: true, direct_to, instead })
    }

    /// Tells it, and keeps it; where nobody could be told, only that.
    fn remind(&mut self, reached: Option<Reached>) {
        let now = self.case.now;
        let actor = Actor::Clock(ClockKind::Reply);
        let mut why = vec![because(Rule::B5, self.time_passed())];
        let clock = ClockKind::Reply;
        let Some(Reached { what, whom, is_raise, direct_to, instead }) = reached else {
            let event = Event::Raised { whom: Vec::new(), clock };
            let nobody = because(Rule::B5, Fact::NoPm { place: self.engagement.place.clone() });
            return self.note(now, actor, event, vec![nobody]);
        };
        let event = if is_raise { Event::Raised { whom, clock } } else { Event::Reminded { whom, clock } };
        why.extend(instead);
        self.note(now, actor, event, why);
        match (direct_to, what) {
            (Some(user), What::Nudge { late_because, .. }) => self.tell_outside(&user, late_because),
            (Some(user), what) => self.decision.tell(&self.engagement, Address::Direct { user }, what),
            (None, what) => {
                // A miss is for all of the thread to see; whom it names and who does not see it hears of it beside it.
                let outside: Vec<UserId> =
                    what.mentions().into_iter().filter(|user| self.is_outside(user)).cloned().collect();
                for user in outside {
                    self.tell_outside(&user, what.late_because().cloned());
                }
                self.tell_thread(what);
            }
        }
    }

    fn time_passed(&self) -> Fact {
        let clock = self.inquiry.clock.as_ref();
        Fact::TimePassed { seconds: clock.map_or(0, |clock| reply_clock::waited(clock, self.case.now)) }
    }

    /// Ends a turn in which a clock fired: it is set or stopped anew, whatever changed.
    fn finish_due(mut self) -> Decision {
        self.keeps_clocks = true;
        self.finish()
    }
}

fn is_before_the_promise(clock: &ReplyClock, step: &LadderStep) -> bool {
    step.at < clock.rules.within
}

/// When the earliest thing of a clock that begins is due: its first step, or the promised instant.
pub(super) fn first_due(clock: &ReplyClock, working: &dyn reply_clock::WorkingTime) -> Option<DateTime<Utc>> {
    let step = reply_clock::next_step(clock, working).map(|step| step.due);
    step.into_iter().chain(reply_clock::due_at(clock, working)).min()
}
