//! The question behind an inquiry is over: nobody waits for the PM any more, so nobody is reminded (B5: a step whose
//! condition no longer holds is dropped). Told by the card alone.

use super::people::because;
use super::turn::Turn;
use crate::domain::decide::Case;
use crate::domain::decision::Decision;
use crate::domain::engagement::State;
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::ids::UserId;
use crate::domain::reason::{Fact, Rule};

/// The question behind it became this, by that person where it was one. Answered: as good as the asker's word (B2).
pub fn freed(case: &Case<'_>, question: State, by: Option<&UserId>) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    if !turn.engagement.state.is_live() {
        return Decision::default();
    }
    let fact = by.map_or(Fact::MessageDeleted, |by| Fact::Pressed { by: by.clone() });
    let why = (None, because(Rule::B5, fact));
    match question {
        State::Draft | State::Open | State::Taken => return Decision::default(),
        State::Answered | State::Closed => {
            turn.engagement.answered_at = Some(case.now);
            turn.engagement.answered_by = by.cloned();
            turn.ended(State::Closed, HowEnded::AskerSatisfied, by, case.now, why);
        }
        State::Withdrawn | State::Redirected | State::Declined | State::Lapsed | State::Deflected => {
            turn.ended(State::Withdrawn, HowEnded::Withdrawn, by, case.now, why);
        }
    }
    turn.finish()
}
