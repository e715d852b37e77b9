//! Our command typed in a thread: what runs there already, and then the decision (`decide::typed`).

use super::load::Known;
use crate::domain::command::Heard;
use crate::domain::decide::typed;
use crate::domain::decision::Decision;
use crate::domain::engagement::State;
use crate::store::StoreError;

impl Known<'_> {
    /// What whoever typed it is told, where nothing else follows from their message.
    pub(super) fn typed_in_thread(&self, heard: &Heard) -> Result<Decision, StoreError> {
        let Some(thread) = &heard.thread else { return Ok(Decision::default()) };
        let found = self.view.engagements(&self.view.by_thread(&heard.channel, thread)?)?;
        // A draft is its author's alone.
        let is_theirs = |state: State| state.is_live() && state != State::Draft;
        let open = match found.iter().find(|found| is_theirs(found.state)).map(|found| found.id) {
            Some(engagement) => {
                Some(typed::Open { engagement, forgotten: self.view.forgotten_at(engagement)? })
            }
            None => None,
        };
        Ok(typed::typed(heard, open, &self.policy.org))
    }
}
