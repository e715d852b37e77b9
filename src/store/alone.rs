//! One serving process a database: two would both deliver what is in flight.

use std::fs::{File, OpenOptions, TryLockError};

use super::beside::database_file;
use super::copying::{belong_like, folder_of, with_suffix};
use super::{Store, StoreError};

impl Store {
    /// Makes this the only process that serves the database, for as long as the file is held; the system lets go of it when
    /// the process ends, in whatever way.
    pub fn serve_alone(url: &str) -> Result<File, StoreError> {
        let held = Self::take_alone(url)?;
        held.ok_or_else(|| {
            StoreError::Unavailable(
                "another `switchboard` has it, a `serve` or a command that changes something; \
                 stop that one first, or give this one a database of its own"
                    .to_owned(),
            )
        })
    }

    /// The same for whoever can go on without: `None` where another process has it.
    pub fn take_alone(url: &str) -> Result<Option<File>, StoreError> {
        let database = database_file(url)?;
        let path = with_suffix(&database, ".lock");
        let unavailable = |error: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("{} cannot be locked: {error}", path.display()))
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| unavailable(&error))?;
        belong_like(&path, if database.exists() { &database } else { folder_of(&database) });
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unavailable(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_to_serve_a_database_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("one.db").display());
        let first = Store::serve_alone(&url).unwrap();
        let second = Store::serve_alone(&url).map(drop);
        assert!(
            matches!(&second, Err(StoreError::Unavailable(said)) if said.contains("another")),
            "{second:?}"
        );
        drop(first);
        Store::serve_alone(&url).unwrap();
    }
}
