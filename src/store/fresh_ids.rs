//! Ids for new engagements: counted up in memory from the highest that is stored, so that drawing one writes nothing.
//! Sound because one process serves a database (see `alone`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::StoreError;
use crate::domain::ids::{EngagementId, InstallationId};

/// The highest id given out, an installation.
#[derive(Default)]
pub(super) struct FreshIds(Mutex<HashMap<InstallationId, Arc<AtomicI64>>>);

impl FreshIds {
    /// The next id; `highest` tells the highest one that is stored, the first time.
    pub(super) fn next(
        &self,
        installation: InstallationId,
        highest: impl FnOnce() -> Result<i64, StoreError>,
    ) -> Result<EngagementId, StoreError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lock().get(&installation).cloned();
        let last = if let Some(last) = found {
            last
        } else {
            let highest = highest()?;
            // Whoever came first has set it, and may have given out ids already.
            Arc::clone(lock().entry(installation).or_insert_with(|| Arc::new(AtomicI64::new(highest))))
        };
        Ok(EngagementId(last.fetch_add(1, Ordering::Relaxed) + 1))
    }
}
