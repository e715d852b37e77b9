//! Who is away, as every decision knows it: read from the store into the policy, whenever it changes.
//!
//! The store is the truth. A decision that was made beside a change is seen to by the worker, which looks at what somebody owns
//! for a while after their absence began (`worker::absences`).

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};

use super::{App, StoreError};
use crate::domain::absence::{Absence, Absences};
use crate::domain::ids::AreaKey;
use crate::domain::org::Policy;
use crate::store::Stored;

impl App {
    /// Reads who is away; as it is kept. Nothing is built anew where nothing changed.
    pub async fn read_absences(&self) -> Result<Vec<Stored>, StoreError> {
        let _learning = self.learning.lock().await;
        let stored = self.store.absences(self.installation).await?;
        let known: Absences = stored.iter().map(|stored| stored.absence.clone()).collect();
        let _held = self.switches.lock().unwrap_or_else(PoisonError::into_inner);
        let policy = self.policy.load();
        if *policy.org.absences() != known {
            let policy = Policy::clone(&policy);
            self.policy.store(Arc::new(Policy { org: policy.org.with_absences(known), ..policy }));
            self.homes.everything();
        }
        Ok(stored)
    }

    /// A decision that was just committed set or ended one.
    pub(super) async fn absences_were_changed(&self) {
        if let Err(error) = self.read_absences().await {
            // The worker reads them again soon, and whoever is away hands over what they were given meanwhile.
            tracing::error!(%error, "who is away could not be read after it changed");
        }
        self.absences_changed.notify_one();
    }

    /// Who of this area is away or will be: its experts, leads and PMs, by the beginning of their absence.
    pub fn who_is_away(&self, area: &AreaKey) -> Vec<Absence> {
        let (policy, now) = (self.policy(), self.now());
        let area = policy.org.area(area);
        area.map(|area| policy.org.who_is_away(area, now).into_iter().cloned().collect()).unwrap_or_default()
    }

    /// When somebody's absence begins or ends next.
    pub fn next_absence(&self) -> Option<DateTime<Utc>> {
        self.policy().org.absences().next_change(self.now())
    }
}
