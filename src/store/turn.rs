//! Who was first: the writer who begins a piece of work, or whoever waits for it and gives up.
//!
//! Exactly one of the two comes true, so that nobody who was told to try again finds it done after all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// The turn of a piece of work: begun, given up, or neither yet. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<AtomicU8>);

impl Turn {
    /// Nobody waits any more: it will never be begun. `false` where it has begun already; then only its end tells.
    pub fn give_up(&self) -> bool {
        self.leave_open_for(GIVEN_UP)
    }

    /// It begins; `false` where it was given up.
    pub(super) fn begin(&self) -> bool {
        self.leave_open_for(BEGUN)
    }

    /// It began and nothing of it was kept: whoever waits may give up again before it is tried once more.
    pub(super) fn reopen(&self) {
        let _ = self.0.compare_exchange(BEGUN, OPEN, Ordering::AcqRel, Ordering::Acquire);
    }

    fn leave_open_for(&self, state: u8) -> bool {
        match self.0.compare_exchange(OPEN, state, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(now) => now == state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_first_is_the_only_one() {
        let begun = Turn::default();
        assert!(begun.begin());
        assert!(!begun.clone().give_up());
        assert!(begun.begin());
        let given_up = Turn::default();
        assert!(given_up.clone().give_up());
        assert!(!given_up.begin());
        assert!(given_up.give_up());
    }

    #[test]
    fn what_was_undone_can_be_given_up_or_begun_again() {
        let turn = Turn::default();
        assert!(turn.begin());
        turn.reopen();
        assert!(turn.give_up());
        turn.reopen();
        assert!(!turn.begin(), "what was given up stays so");
    }
}
