//! Which clocks an engagement must have, by the rules and by what is stored of it: what the watchdog compares with those that
//! run. Pure, and never stricter than the decisions: a clock that may rightly have fired and gone is not asked for.

use chrono::{DateTime, Duration, Utc};

use super::{Case, call, exception, inquiry};
use crate::domain::command::ClockKind;
use crate::domain::engagement::{Body, Call, Engagement, Pending, PmAsk, Question, State};

/// A clock that must run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Which.
    pub kind: ClockKind,
    /// Another that does as well.
    pub or: Option<ClockKind>,
    /// When it is due, as far as the rules and the row say; may be past.
    pub due: DateTime<Utc>,
}

impl Owed {
    fn of(kind: ClockKind, due: DateTime<Utc>) -> Self {
        Self { kind, or: None, due }
    }

    /// Whether one of these clocks is it.
    pub fn is_among(&self, running: &[ClockKind]) -> bool {
        running.contains(&self.kind) || self.or.is_some_and(|or| running.contains(&or))
    }
}

/// The clocks that an engagement must have.
pub fn owed(case: &Case<'_>) -> Vec<Owed> {
    let engagement = case.engagement;
    match (&engagement.body, engagement.state) {
        (Body::Question(question), State::Draft) => of_draft(case, question),
        (Body::Question(question), State::Open) => of_open_question(case, question),
        (Body::Question(question), State::Taken) => {
            let is_watched = engagement.owner.is_some() && !question.silence_asked;
            let silent = super::question::silent_at(engagement, case.policy, case.now);
            Vec::from_iter(is_watched.then(|| Owed::of(ClockKind::TakenSilent, silent)))
        }
        (Body::PmAsk(ask), State::Open) => of_open_ask(case, ask),
        (Body::Inquiry(_), State::Draft | State::Open | State::Taken) => {
            Vec::from_iter(inquiry::wakes_at(case).map(|due| Owed::of(ClockKind::Reply, due)))
        }
        (Body::Call(call), State::Draft) => {
            std::iter::once(Owed::of(ClockKind::DraftLapse, call.start)).chain(of_exception(case)).collect()
        }
        (Body::Call(call), State::Open | State::Taken) => {
            of_call(case, call).into_iter().chain(of_exception(case)).collect()
        }
        (Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_), State::Answered) => {
            let after = case.policy.rules.engagement.close_after.span();
            Vec::from_iter(engagement.answered_at.map(|at| Owed::of(ClockKind::Close, at + after)))
        }
        (Body::PmAsk(_), State::Draft | State::Taken)
        | (Body::Call(_), State::Answered)
        | (
            _,
            State::Closed
            | State::Withdrawn
            | State::Redirected
            | State::Declined
            | State::Lapsed
            | State::Deflected,
        ) => Vec::new(),
    }
}

fn of_draft(case: &Case<'_>, question: &Question) -> Vec<Owed> {
    let lapses = super::draft::lapses_at(case.engagement, case.policy, case.engagement.asked_at);
    let lapse = Owed::of(ClockKind::DraftLapse, lapses);
    match &question.pending {
        Some(Pending::Root | Pending::Message) => vec![Owed::of(ClockKind::ReadRoot, case.now)],
        Some(Pending::Proof) => vec![Owed::of(ClockKind::ReadProof, case.now), lapse],
        Some(Pending::ShortNotice { .. }) => std::iter::once(lapse).chain(of_exception(case)).collect(),
        Some(Pending::Place { .. } | Pending::Preview | Pending::SmeFirst) | None => vec![lapse],
    }
}

/// The next who may approve is asked, or it lapses (C12).
fn of_exception(case: &Case<'_>) -> Option<Owed> {
    exception::wakes_at(case.engagement).map(|at| Owed::of(ClockKind::ExceptionNext, at))
}

/// Raised twice, it is the leads' and the fallback channel's (A8).
fn of_open_question(case: &Case<'_>, question: &Question) -> Vec<Owed> {
    let (asked, rules) = (case.engagement.asked_at, &case.policy.rules.sme);
    match question.raised {
        0 => vec![Owed::of(ClockKind::TakeBy, asked + rules.take_within.span())],
        1 => {
            let again = Owed::of(ClockKind::TakeAgain, asked + rules.raise_again.span());
            // Handed back, it begins anew.
            vec![Owed { or: Some(ClockKind::TakeBy), ..again }]
        }
        _ => Vec::new(),
    }
}

/// One reminder, which somebody has to be there for (A12); advice has its due day (D3).
fn of_open_ask(case: &Case<'_>, ask: &PmAsk) -> Vec<Owed> {
    let Engagement { owner, asked_at, .. } = case.engagement;
    let reminder = super::pm_ask::reminder_at(case, *asked_at);
    match ask.due_at {
        Some(due) if due > case.now => vec![Owed::of(ClockKind::AdviceDue, due)],
        None if !ask.reminded && owner.is_some() => vec![Owed::of(ClockKind::PmReminder, reminder)],
        Some(_) | None => Vec::new(),
    }
}

fn of_call(case: &Case<'_>, call: &Call) -> Vec<Owed> {
    let mut decision = crate::domain::decision::Decision::default();
    call::schedule(&mut decision, case.engagement, call, (&case.policy.org, case.now));
    let is_over = call.start <= case.now;
    let set = decision.clocks.into_iter().filter_map(|change| match change {
        crate::domain::decision::ClockChange::Set { kind, due, .. } => Some(Owed::of(kind, due)),
        crate::domain::decision::ClockChange::Stop { .. }
        | crate::domain::decision::ClockChange::StopAll { .. } => None,
    });
    // Nobody is told of an agenda once the call began.
    set.filter(|owed| !is_over || owed.kind == ClockKind::CallStart).collect()
}

/// How long a clock may be due before something is wrong: longer than the most that are ever due at once take.
pub const OVERDUE: Duration = Duration::minutes(10);
