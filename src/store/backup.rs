//! A copy of the database beside a running bot: whole, checked, and forced to the disk before it gets its name.
//!
//! Only reads, and never holds up the writer. Never writes over anything that it was not told to, nor over the database.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::beside::Beside;
use super::copying::{
    COMPANIONS, CopyError, Holdings, Unnamed, check_integrity, folder_of, holdings, with_suffix,
};

/// What to do with a file that has the backup's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and there is no backup.
    Keep,
    /// The backup takes its place, once it is whole.
    Replace,
}

impl Beside {
    /// Copies the database, as it is at one instant, to that file.
    pub fn back_up(&self, file: &Path, existing: Existing) -> Result<Holdings, CopyError> {
        if self.is_ours(file) {
            return Err(CopyError::IsTheDatabase(file.to_owned()));
        }
        if existing == Existing::Keep && file.symlink_metadata().is_ok() {
            return Err(CopyError::Exists(file.to_owned()));
        }
        let copy = Unnamed::begin(with_suffix(file, ".part"))?;
        let db = copy.fill(&self.db)?;
        check_integrity(&db, &copy.path)?;
        let held = holdings(&db, &copy.path)?;
        drop(db);
        copy.sync()?;
        match existing {
            Existing::Keep => copy.place(file)?,
            Existing::Replace => copy.replace(file)?,
        }
        Ok(held)
    }

    /// Whether the name is the database's, or that of a file that belongs to it, by whatever way it is spelled.
    fn is_ours(&self, file: &Path) -> bool {
        let inode = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
        let place = |path: &Path| {
            let folder = std::fs::canonicalize(folder_of(path)).ok()?;
            Some(folder.join(path.file_name()?))
        };
        let others = COMPANIONS.into_iter().chain(["", ".lock", ".sock"]);
        others.map(|suffix| with_suffix(&self.path, suffix)).any(|ours| {
            let same_file = inode(&ours).is_some_and(|ours| inode(file) == Some(ours));
            same_file || place(&ours).is_some_and(|ours| place(file) == Some(ours))
        })
    }
}
