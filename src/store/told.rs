//! Forgetting what people were told once, when it holds no longer: the next time is told again.

use rusqlite::{Connection, params};

use super::StoreError;
use super::open::Store;
use super::writer::{Ending, Work, execute};
use crate::domain::ids::InstallationId;

/// Every topic that begins like this, save one.
pub(super) const FORGET_LIKE: &str = "DELETE FROM told WHERE installation_id = ? AND topic >= ? AND topic < ? \
    AND topic <> ?";

/// A topic that is none.
const NONE: &str = "";

impl Store {
    /// Forgets every topic that begins like this, save one; the next time is told again.
    pub async fn forget_told_like(
        &self,
        installation: InstallationId,
        start: &str,
        save: Option<&str>,
    ) -> Result<(), StoreError> {
        let save = save.unwrap_or(NONE).to_owned();
        self.0.writer.write(Forget { installation, start: start.to_owned(), save }).await
    }
}

/// A message arrived in that lane: what could not be posted there before is news again.
pub(super) fn lane_works(
    db: &Connection,
    installation: InstallationId,
    lane: &str,
) -> Result<(), StoreError> {
    forget(db, installation, &format!("parked:{lane}:"), NONE)
}

fn forget(db: &Connection, installation: InstallationId, start: &str, save: &str) -> Result<(), StoreError> {
    let end = format!("{start}\u{10ffff}");
    execute(db, FORGET_LIKE, params![installation.0, start, end, save])?;
    Ok(())
}

struct Forget {
    installation: InstallationId,
    start: String,
    save: String,
}

impl Work for Forget {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        forget(db, self.installation, &self.start, &self.save)?;
        Ok(Ending::Keep(()))
    }
}
