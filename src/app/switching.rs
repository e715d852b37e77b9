//! What was switched (observe, pilot, on), applied to who is who: after every switch, and whenever the directory is read.

use std::sync::{Arc, PoisonError};

use super::{App, Envelope, StoreError};
use crate::domain::command::Command;
use crate::domain::decide::switching;
use crate::domain::org::Policy;

impl App {
    /// The rules and who is who, as of now.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// Replaces the rules and who is who; what was switched still holds, and whoever is away still is.
    pub fn set_policy(&self, mut policy: Policy) {
        let switches = self.switches.lock().unwrap_or_else(PoisonError::into_inner);
        policy.org.switch(&switches);
        let before = self.policy.load_full();
        let absences = before.org.absences().clone();
        self.policy.store(Arc::new(Policy { org: policy.org.with_absences(absences), ..policy }));
        self.calendars.replaced(&before.org, &self.policy.load().org);
        self.homes.everything();
    }

    /// Reads what was switched, and has it hold.
    pub async fn learn_switches(&self) -> Result<(), StoreError> {
        let _learning = self.learning.lock().await;
        let learned = self.store.switches(self.installation).await?;
        let mut switches = self.switches.lock().unwrap_or_else(PoisonError::into_inner);
        if *switches != learned {
            *switches = learned;
            let mut policy = Policy::clone(&self.policy.load());
            policy.org.switch(&switches);
            self.policy.store(Arc::new(policy));
            self.homes.everything();
        }
        Ok(())
    }

    /// The directory was read: a line of it that changed wins over what was switched in Slack.
    pub async fn note_directory_modes(&self) -> Result<(), StoreError> {
        self.learn_switches().await?;
        self.keep_directory_modes().await
    }

    /// Keeps what the directory says, where that is new; what was switched is known.
    pub async fn keep_directory_modes(&self) -> Result<(), StoreError> {
        let kept = self.switches.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let decision = switching::directory_read(&self.policy().org, &kept);
        if decision.is_empty() {
            return Ok(());
        }
        self.commit_alone(decision, Envelope::internal(Command::Nothing)).await?;
        self.learn_switches().await
    }
}
