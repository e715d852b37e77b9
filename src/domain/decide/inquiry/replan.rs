//! The calendars of those who owe an answer changed: the ladder's next look is set to where it belongs by now (B4).
//!
//! Steps that were taken stay taken. A clock that counts every hour, or waits for its thread to be readable, is left alone.

use super::turn::Turn;
use crate::domain::command::ClockKind;
use crate::domain::decide::Case;
use crate::domain::decide::replan::{Running, moves, note};
use crate::domain::decision::Decision;
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::reason::Rule;
use crate::domain::rules::ClockMode;

/// Moves the reply clock; its card tells the new instant.
pub fn replan(case: &Case<'_>, running: &[Running]) -> Decision {
    let moved =
        Turn::of(case).filter(|turn| turn.inquiry.clock.as_ref().is_some_and(counts)).and_then(|turn| {
            let wanted = turn.wakes_at()?;
            moves(case, running, (ClockKind::Reply, wanted))
        });
    let Some((from, to)) = moved else { return Decision::default() };
    let mut decision = Decision::default();
    decision.set_clock(case.engagement.id, ClockKind::Reply, to);
    note(&mut decision, case, (ClockKind::Reply, Rule::B4), (from, to));
    decision.card(case.engagement, false);
    decision.change(case.engagement.clone());
    decision
}

fn counts(clock: &ReplyClock) -> bool {
    clock.rules.clock == ClockMode::Working && clock.blind_since.is_none()
}
