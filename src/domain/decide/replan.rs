//! Calendars changed: the clocks that count working time are set to the instants that the calendars of now give.
//!
//! Only the clocks move: what fired has fired, and what is due is decided upon as ever. Nothing moves whose instant is the same,
//! and nothing that is due, or about to be: Slack may have had it put off.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Case, call, inquiry};
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::Body;
use crate::domain::reason::{Because, Fact, Rule};

/// The longest that a clock is put off which is due and whose errand at Slack has to wait.
const PUT_OFF: TimeDelta = TimeDelta::hours(1);

/// A running clock: which, and when it is due.
pub type Running = (ClockKind, DateTime<Utc>);

/// Moves the running clocks of an engagement to where the calendars of now want them; nothing where they are there.
pub fn replan(case: &Case<'_>, running: &[Running]) -> Decision {
    match &case.engagement.body {
        Body::Inquiry(_) => inquiry::replan(case, running),
        Body::Call(call) => call::replan(case, call, running),
        // These count days from when something was said, which the row does not keep.
        Body::Question(_) | Body::PmAsk(_) => Decision::default(),
    }
}

/// From when to when a running clock moves that should be due at `wanted`; `None` where it stays.
pub(super) fn moves(
    case: &Case<'_>,
    running: &[Running],
    (kind, wanted): Running,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (_, due) = running.iter().find(|(running, _)| *running == kind)?;
    let is_same = due.timestamp_micros() == wanted.timestamp_micros();
    let may_be_put_off = wanted <= case.now && *due <= case.now + PUT_OFF;
    (*due > case.now && !is_same && !may_be_put_off).then_some((*due, wanted.max(case.now)))
}

/// Keeps on the timeline that a clock moved, and why.
pub(super) fn note(
    decision: &mut Decision,
    case: &Case<'_>,
    (clock, rule): (ClockKind, Rule),
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) {
    let because = vec![Because { rule, fact: Fact::CalendarChanged }];
    let event = Event::Replanned { clock, from, to };
    decision.note(case.engagement.id, case.now, Actor::Directory, event, because);
}
