//! A small disk of its own, for what only a real one does. Mounting needs the rights for it: where they are missing, that is
//! said past the harness, since a test that did not run is no test that passed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Room for a story's database and its log, and for little else.
const SIZE: &str = "size=12m";

/// A file system in memory; unmounted when it goes.
pub struct SmallDisk {
    at: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts one, where we may.
    pub fn mounted() -> Option<Self> {
        let disk = Self { at: tempfile::tempdir().unwrap() };
        let mut mount = Command::new("mount");
        if run(mount.args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(disk.at.path())) {
            return Some(disk);
        }
        let _ = writeln!(std::io::stderr(), "no right to mount a small disk: test did not run");
        None
    }

    /// A folder on it.
    pub fn folder(&self) -> tempfile::TempDir {
        tempfile::tempdir_in(self.at.path()).unwrap()
    }

    /// Leaves no room.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).unwrap();
        let mut chunk = &[0_u8; 4_096][..];
        while !chunk.is_empty() {
            if file.write_all(chunk).is_err() {
                chunk = &chunk[..chunk.len() / 2];
            }
        }
    }

    /// Leaves room again.
    pub fn empty(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    /// The same disk in another place, where it can only be read.
    pub fn read_only(&self) -> Self {
        let seen = Self { at: tempfile::tempdir().unwrap() };
        let bind = |options: &str| {
            run(Command::new("mount").args(["-o", options]).arg(self.at.path()).arg(seen.at.path()))
        };
        assert!(bind("bind") && bind("remount,bind,ro"), "a disk that was mounted can be seen twice");
        seen
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.at.path()
    }

    fn ballast(&self) -> PathBuf {
        self.at.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a database on it may still be open. What was never mounted is none the worse.
        run(Command::new("umount").arg("--lazy").arg(self.at.path()));
    }
}

fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|done| done.status.success())
}
