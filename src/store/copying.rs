//! Copies a database whole: into a file of its own that nobody else may read, checked, and on the disk before it gets its name.
//!
//! All pages are copied in one step, inside one snapshot: in slices every write of the bot would begin the copy anew, and a
//! `VACUUM INTO` holds the same snapshot longer, for it builds each index again. The writer is never held up; its log
//! cannot be shortened meanwhile. A copy that was not finished never has the name that was asked for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// All pages in one step.
const ALL_PAGES: i32 = -1;
/// Ours alone: it holds people's questions.
const PRIVATE: u32 = 0o600;
/// What SQLite may leave beside a file that it was writing.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

const INTEGRITY: &str = "PRAGMA integrity_check(1)";
const COUNT_ENGAGEMENTS: &str =
    "SELECT COUNT(*) FROM engagement WHERE installation_id IN (SELECT id FROM installation)";
const COUNT_PENDING: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'waiting') \
    AND installation_id IN (SELECT id FROM installation)";
const COUNT_PARKED: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'parked' \
    AND installation_id IN (SELECT id FROM installation)";
const COUNT_LETTERS: &str = "SELECT COUNT(*) FROM dead_letter \
    WHERE installation_id IS NULL OR installation_id IN (SELECT id FROM installation)";

/// Why a copy was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The name is taken.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// The name belongs to the database itself.
    #[error("{0} belongs to the database itself")]
    IsTheDatabase(PathBuf),
    /// Another process writes the same copy.
    #[error("{0} is being written by another process")]
    UnderWay(PathBuf),
    /// A bot, or a command that changes something, has the database.
    #[error("a bot serves this database; stop it first")]
    Served,
    /// The copy is damaged.
    #[error("{path} is damaged: {found}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What the check found first.
        found: String,
    },
    /// It is no database of ours, or one that a newer program wrote.
    #[error("{path} cannot be used: {why}")]
    Unknown {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file could not be read or written.
    #[error("{path} cannot be {action}: {cause}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        cause: io::Error,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdings {
    /// The size of its file.
    pub bytes: u64,
    /// Asks of any kind and state.
    pub engagements: i64,
    /// Notices that wait or are in flight.
    pub pending: i64,
    /// Notices that were given up.
    pub parked: i64,
    /// What could not be understood.
    pub dead_letters: i64,
}

/// A copy that has no name yet: it goes when it is not [placed](Unnamed::sync).
pub(super) struct Unnamed {
    pub(super) path: PathBuf,
    file: File,
    is_placed: bool,
}

impl Unnamed {
    /// Begins a file of that name; what an earlier attempt left there is written over.
    pub(super) fn begin(path: PathBuf) -> Result<Self, CopyError> {
        let cannot = |cause| CopyError::File { path: path.clone(), action: "written", cause };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(PRIVATE)
            .open(&path)
            .map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CopyError::UnderWay(path)),
            Err(TryLockError::Error(cause)) => return Err(cannot(cause)),
        }
        file.set_len(0).map_err(cannot)?;
        remove_companions(&path);
        Ok(Self { path, file, is_placed: false })
    }

    /// Copies a database into it. The copy is one file that needs no other.
    pub(super) fn fill(&self, from: &Connection) -> Result<Connection, CopyError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(&self.path, flags)?;
        // It is forced to the disk as a whole, before it gets its name.
        db.pragma_update(None, "synchronous", "OFF")?;
        match Backup::new(from, &mut db)?.step(ALL_PAGES)? {
            StepResult::Done => {}
            StepResult::More | StepResult::Busy | StepResult::Locked => {
                return Err(StoreError::Unavailable("the database could not be read whole".to_owned()).into());
            }
            _ => return Err(StoreError::Unavailable("the copy ended in an unknown way".to_owned()).into()),
        }
        db.pragma_update(None, "journal_mode", "DELETE")?;
        Ok(db)
    }

    /// Forces it to the disk.
    pub(super) fn sync(&self) -> Result<(), CopyError> {
        self.file.sync_all().map_err(|cause| self.cannot("forced to the disk", cause))
    }

    /// Gives it its name, in place of whatever has it. It is on the disk then.
    pub(super) fn replace(mut self, name: &Path) -> Result<(), CopyError> {
        std::fs::rename(&self.path, name).map_err(|cause| self.cannot("renamed", cause))?;
        self.is_placed = true;
        sync_folder_of(name)
    }

    /// Gives it its name, unless something has it.
    pub(super) fn place(self, name: &Path) -> Result<(), CopyError> {
        match std::fs::hard_link(&self.path, name) {
            // The other name goes with us.
            Ok(()) => sync_folder_of(name),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                Err(CopyError::Exists(name.to_owned()))
            }
            // A file system without such links: nobody else may write there at the same moment.
            Err(_) if name.exists() => Err(CopyError::Exists(name.to_owned())),
            Err(_) => self.replace(name),
        }
    }

    fn cannot(&self, action: &'static str, cause: io::Error) -> CopyError {
        CopyError::File { path: self.path.clone(), action, cause }
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if !self.is_placed {
            // Where even that fails, the next attempt writes over it.
            let _ = std::fs::remove_file(&self.path);
        }
        remove_companions(&self.path);
    }
}

/// Gives it to whoever has the other: what root makes beside a bot that is not root's must not lock the bot out. Best effort,
/// for nobody else may give files away, and theirs are their own already. Links are not followed: root would give away what
/// they lead to.
pub(super) fn belong_like(path: &Path, other: &Path) {
    if let (Ok(it), Ok(other)) = (std::fs::symlink_metadata(path), std::fs::metadata(other))
        && (it.uid(), it.gid()) != (other.uid(), other.gid())
    {
        let _ = std::os::unix::fs::lchown(path, Some(other.uid()), Some(other.gid()));
    }
}

/// A name with something behind it.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder that a name is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn remove_companions(path: &Path) {
    for suffix in COMPANIONS {
        // Most are not there.
        let _ = std::fs::remove_file(with_suffix(path, suffix));
    }
}

/// A new name is on the disk once its folder is.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), CopyError> {
    let folder = folder_of(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|cause| CopyError::File {
        path: folder.to_owned(),
        action: "forced to the disk",
        cause,
    })
}

/// Reads all of it; an error with what is wrong first.
pub(super) fn check_integrity(db: &Connection, path: &Path) -> Result<(), CopyError> {
    let damaged = |found: String| CopyError::Damaged { path: path.to_owned(), found };
    let found: String = match db.query_row(INTEGRITY, [], |row| row.get(0)) {
        Ok(found) => found,
        Err(error) => return Err(damaged(error.to_string())),
    };
    if found == "ok" { Ok(()) } else { Err(damaged(found)) }
}

/// What it holds.
pub(super) fn holdings(db: &Connection, path: &Path) -> Result<Holdings, CopyError> {
    let count = |sql| db.query_row(sql, [], |row| row.get(0));
    let bytes = std::fs::metadata(path)
        .map_err(|cause| CopyError::File { path: path.to_owned(), action: "looked at", cause })?
        .len();
    Ok(Holdings {
        bytes,
        engagements: count(COUNT_ENGAGEMENTS)?,
        pending: count(COUNT_PENDING)?,
        parked: count(COUNT_PARKED)?,
        dead_letters: count(COUNT_LETTERS)?,
    })
}
