//! Forgetting what people were told once, when it holds no longer: the next time is told again.

use rusqlite::{Connection, params};

use super::StoreError;
use super::open::Store;
use super::row::one;
use super::writer::{Ending, Work, execute};
use crate::domain::ids::InstallationId;

/// Every topic that begins like this, save one.
pub(super) const FORGET_LIKE: &str = "DELETE FROM told WHERE installation_id = ? AND topic >= ? AND topic < ? \
    AND topic <> ?";

/// A topic that is none.
const NONE: &str = "";

/// Whether anything that begins like this was told.
pub(super) const ANY_LIKE: &str =
    "SELECT 1 FROM told WHERE installation_id = ? AND topic >= ? AND topic < ? LIMIT 1";

impl Store {
    /// Whether people were told of any topic that begins like this.
    pub async fn was_told_like(&self, installation: InstallationId, start: &str) -> Result<bool, StoreError> {
        let (start, end) = (start.to_owned(), format!("{start}\u{10ffff}"));
        let look = move |db: &Connection| one(db, ANY_LIKE, params![installation.0, start, end], |_| Ok(()));
        Ok(self.0.readers.read(look).await?.is_some())
    }

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
