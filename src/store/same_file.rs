//! Whether the files that are open are still those that a restart would find: a database that was deleted, moved or replaced
//! takes every write and loses it with the process.
//!
//! Looks at names and inodes only. Where a file system has no inodes, it says that all is well.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// What tells a file from another of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

/// The database's file and its write-ahead log, as they were when they were opened.
#[derive(Debug)]
pub(super) struct SameFile {
    database: (PathBuf, Option<Identity>),
    /// Known from the first transaction on: it is made anew whenever nobody has the database open.
    log: (PathBuf, Option<Identity>),
}

/// What became of a file that is open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} was deleted, moved or replaced while it was open; put it back, or start again", .0.display())]
pub(super) struct Gone(PathBuf);

impl SameFile {
    /// The files as they are now.
    pub(super) fn at(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        Self { database: (path.to_owned(), identity(path)), log: (log, None) }
    }

    /// They were opened anew: it has to be the same database.
    pub(super) fn reopened(&mut self) -> Result<(), Gone> {
        self.log.1 = None;
        same(&self.database)
    }

    /// Whether both are where they were. Called inside a transaction, when the log is there.
    pub(super) fn check(&mut self) -> Result<(), Gone> {
        same(&self.database)?;
        if self.log.1.is_none() {
            self.log.1 = identity(&self.log.0);
        }
        same(&self.log)
    }
}

fn same((path, known): &(PathBuf, Option<Identity>)) -> Result<(), Gone> {
    if identity(path) == *known { Ok(()) } else { Err(Gone(path.clone())) }
}

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|found| of(&found))
}

#[cfg(unix)]
fn of(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity(found.dev(), found.ino())
}

#[cfg(not(unix))]
fn of(_: &Metadata) -> Identity {
    Identity(0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_or_another_is_noticed_and_one_that_is_put_back_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (database, aside) = (folder.path().join("a.db"), folder.path().join("aside"));
        let log = folder.path().join("a.db-wal");
        fs::write(&database, "1").unwrap();
        let mut files = SameFile::at(&database);
        fs::write(&log, "1").unwrap();
        assert_eq!(files.check(), Ok(()));
        fs::rename(&database, &aside).unwrap();
        assert_eq!(files.check(), Err(Gone(database.clone())));
        fs::write(&database, "1").unwrap();
        assert_eq!(files.check(), Err(Gone(database.clone())), "another of the same name");
        assert_eq!(files.reopened(), Err(Gone(database.clone())));
        fs::rename(&aside, &database).unwrap();
        assert_eq!(files.check(), Ok(()));
        fs::remove_file(&log).unwrap();
        assert_eq!(files.check(), Err(Gone(log.clone())), "the log holds what was committed last");
        fs::write(&log, "1").unwrap();
        assert_eq!(files.reopened(), Ok(()));
        assert_eq!(files.check(), Ok(()), "a log made anew by a new connection");
    }
}
