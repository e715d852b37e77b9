//! An inquiry whose owner cannot go on: the next one owes the answer, and its clock runs on (B3, B4).

use super::turn::Turn;
use crate::domain::decide::Case;
use crate::domain::decide::hand_over::{From, is_next, told};
use crate::domain::decision::{Decision, Event};
use crate::domain::engagement::inquiry::EarlierOwner;
use crate::domain::ids::UserId;
use crate::domain::reason::Rule;

/// Somebody else owes the answer now. The asker reads it in the thread.
pub fn handed_over(case: &Case<'_>, from: From<'_>, to: &UserId) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    let owner = turn.engagement.owner.clone();
    is_next(&mut turn.engagement, from, to);
    if let Some(clock) = &mut turn.inquiry.clock {
        clock.earlier_owners.push(EarlierOwner { owner, until: case.now });
    }
    turn.redraw = true;
    turn.note(case.now, from.actor(), Event::Handed { to: to.clone() }, vec![from.because(Rule::B3)]);
    turn.tell_thread(told(from, to));
    turn.finish()
}
