//! Reading directory and settings anew, as whoever may ask for it sees it. The files are not this room's: who can read them is
//! told to it at the start.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{App, StoreError};

/// What became of reading directory and settings anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reloaded {
    /// They hold, and are used from now on.
    Used {
        /// What was changed beside, and is used only after a restart.
        after_restart: Vec<String>,
        /// Warnings of the directory.
        warnings: usize,
    },
    /// They do not hold: the last ones that did stay.
    Broken {
        /// What is wrong, each with its file and line.
        problems: Vec<String>,
    },
    /// This process has no files to read.
    NotHere,
}

/// What becomes of it, in a while.
pub type Reloading<'a> = Pin<Box<dyn Future<Output = Result<Reloaded, StoreError>> + Send + 'a>>;

/// Who can read directory and settings anew.
pub trait Reload: fmt::Debug + Send + Sync {
    /// Reads them, and has them used where they hold. Admins are told where they do not.
    fn reload<'a>(&'a self, app: &'a Arc<App>) -> Reloading<'a>;
}

impl App {
    /// Who reads directory and settings anew from now on; the first one stays.
    pub fn reloads_by(&self, reload: Arc<dyn Reload>) {
        // A second one would read the same files.
        let _ = self.reload.set(reload);
    }

    /// Reads directory and settings anew.
    pub async fn reload(self: &Arc<Self>) -> Result<Reloaded, StoreError> {
        match self.reload.get() {
            Some(reload) => Arc::clone(reload).reload(self).await,
            None => Ok(Reloaded::NotHere),
        }
    }
}
