//! One step of a call: who may take it, and the engagement, call and decision while it is worked out.
//!
//! A step is only handed out after role and state were checked ("Who may do what").

use chrono::{DateTime, Utc};

use super::{clocks, exception, not_now};
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::call::{Call, CallStatus};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::UserId;
use crate::domain::notice::{Change, What};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// A step in the making.
pub(super) struct Step<'a> {
    /// What is known.
    pub(super) case: &'a Case<'a>,
    /// Who takes it.
    pub(super) by: UserId,
    /// The engagement as it will be; its body is put in by `finish`.
    pub(super) engagement: Engagement,
    /// The call as it will be.
    pub(super) call: Call,
    /// What follows so far.
    pub(super) decision: Decision,
}

impl<'a> Step<'a> {
    /// The step of a person, if the engagement is a call.
    pub(super) fn of(case: &'a Case<'a>, by: &UserId) -> Option<Self> {
        let Body::Call(call) = &case.engagement.body else { return None };
        Some(Self {
            case,
            by: by.clone(),
            engagement: case.engagement.clone(),
            call: Call::clone(call),
            decision: Decision::default(),
        })
    }

    /// The present instant.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.case.now
    }

    /// Whether the requester takes it.
    pub(super) fn is_requesters(&self) -> bool {
        self.by == self.engagement.requester
    }

    /// Keeps on the timeline that this person did it.
    pub(super) fn note(&mut self, event: Event) {
        let pressed = Because { rule: Rule::Roles, fact: Fact::Pressed { by: self.by.clone() } };
        self.note_because(event, vec![pressed]);
    }

    /// Keeps on the timeline what this person did, and why it was accepted.
    pub(super) fn note_because(&mut self, event: Event, because: Vec<Because>) {
        let by = Actor::Person(self.by.clone());
        self.decision.note(self.engagement.id, self.case.now, by, event, because);
    }

    /// Tells the requester, unless they did it.
    pub(super) fn tell_requester(&mut self, change: Change) {
        if !self.is_requesters() {
            self.decision.tell_requester(&self.engagement, What::ChangedToRequester { change });
        }
    }

    /// Tells the owner in the thread, unless they did it; without an owner, whoever reads there.
    pub(super) fn tell_owner(&mut self, change: Change) {
        if self.engagement.owner.as_ref() != Some(&self.by) {
            let mention = self.engagement.owner.clone();
            self.decision.tell_thread(&self.engagement, What::CallChanged { change, mention });
        }
    }

    /// It waits for a PM's word again.
    pub(super) fn ask_again(&mut self) {
        self.call.status = CallStatus::Asked;
        self.engagement.state = State::Open;
    }

    /// Sets, moves or stops the clocks as the call is now.
    pub(super) fn schedule(&mut self) {
        let at = (&self.case.policy.org, self.case.now);
        clocks::schedule(&mut self.decision, &self.engagement, &self.call, at);
    }

    /// The call ends, and every reminder of it (C11).
    pub(super) fn end(&mut self, state: State, status: CallStatus) {
        self.engagement.state = state;
        self.engagement.closed_at = Some(self.case.now);
        self.call.status = status;
        exception::withdraw(&mut self.call, &mut self.decision, &self.engagement);
        self.decision.stop_clocks(self.engagement.id);
    }

    /// The decision, with the card as it will be before all else that is told.
    pub(super) fn finish(mut self) -> Decision {
        self.engagement.body = Body::Call(Box::new(self.call));
        let told = std::mem::take(&mut self.decision.notices);
        self.decision.card(&self.engagement, false);
        self.decision.notices.extend(told);
        self.decision.change(self.engagement);
        self.decision
    }

    /// The decision, with a word for whoever did it.
    pub(super) fn finish_with(self, done: Done) -> Decision {
        let engagement = self.engagement.id;
        let mut decision = self.finish();
        decision.reply = Reply::Done { engagement, done };
        decision
    }

    /// Nothing: that makes no sense as the call is.
    pub(super) fn not_now(&self) -> Decision {
        not_now(self.case)
    }
}

/// A step of PMs of the group, and their cover.
pub(super) fn as_pm(case: &Case<'_>, by: &UserId, step: impl FnOnce(Step<'_>) -> Decision) -> Decision {
    let who = Role::PmsOf(case.engagement.place.clone());
    checked(case, by, is_pm(case, by), who, &[State::Open, State::Taken], step)
}

/// A step of the requester.
pub(super) fn as_requester(
    case: &Case<'_>,
    by: &UserId,
    step: impl FnOnce(Step<'_>) -> Decision,
) -> Decision {
    let may = *by == case.engagement.requester;
    checked(case, by, may, Role::Requester, &[State::Open, State::Taken], step)
}

/// A step of the requester or a PM. The refusal names the requester, who is easier to find.
pub(super) fn as_either(case: &Case<'_>, by: &UserId, step: impl FnOnce(Step<'_>) -> Decision) -> Decision {
    let may = *by == case.engagement.requester || is_pm(case, by);
    checked(case, by, may, Role::Requester, &[State::Open, State::Taken], step)
}

/// A step of the requester, while the call is a draft.
pub(super) fn as_drafter(case: &Case<'_>, by: &UserId, step: impl FnOnce(Step<'_>) -> Decision) -> Decision {
    let may = *by == case.engagement.requester;
    checked(case, by, may, Role::Requester, &[State::Draft], step)
}

/// A step of an area lead or admin.
pub(super) fn as_overseer(case: &Case<'_>, by: &UserId, step: impl FnOnce(Step<'_>) -> Decision) -> Decision {
    let area = case.engagement.area.as_ref();
    let may = case.policy.org.may_oversee(by, area);
    let who = area.map_or(Role::Admins, |area| Role::LeadsOf(area.clone()));
    checked(case, by, may, who, &[State::Open, State::Taken], step)
}

/// Hands the step out if the role may take it and the call is in one of these states.
fn checked(
    case: &Case<'_>,
    by: &UserId,
    may: bool,
    who: Role,
    states: &[State],
    step: impl FnOnce(Step<'_>) -> Decision,
) -> Decision {
    let engagement = case.engagement;
    if !may {
        let is_requester = *by == engagement.requester;
        return Decision::refuse(Refusal::NotYours { engagement: engagement.id, who, is_requester });
    }
    match Step::of(case, by) {
        Some(taken) if states.contains(&engagement.state) => step(taken),
        Some(_) | None => not_now(case),
    }
}

/// Whether this person answers for the call: its owner, or a PM or cover of its place.
fn is_pm(case: &Case<'_>, user: &UserId) -> bool {
    let place = case.engagement.place.as_ref();
    case.engagement.owner.as_ref() == Some(user)
        || place.is_some_and(|place| case.policy.org.is_pm_of_then(user, place, case.now))
}
