//! What people see of the bot, kept up to date as it lands, so that players find their card without reading everything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use switchboard::sandbox::{Landed, LandedKind, Workspace};
use tokio::sync::broadcast::error::RecvError;

/// A message of the bot.
#[derive(Debug, Clone)]
pub struct Post {
    pub channel: String,
    pub ts: String,
    pub thread: Option<String>,
    /// As it reads now.
    pub body: String,
}

/// Every message of the bot so far.
#[derive(Default)]
pub struct Board {
    pub posts: Vec<Post>,
    by_ts: HashMap<(String, String), usize>,
}

impl Board {
    /// Of everything that landed.
    pub fn of(landed: &[Landed]) -> Self {
        let mut board = Self::default();
        for one in landed {
            board.add(one);
        }
        board
    }

    fn add(&mut self, landed: &Landed) {
        let place = (landed.channel.clone(), landed.ts.clone());
        match landed.kind {
            LandedKind::Posted if landed.by_bot => {
                self.by_ts.insert(place, self.posts.len());
                self.posts.push(Post {
                    channel: landed.channel.clone(),
                    ts: landed.ts.clone(),
                    thread: landed.in_thread_of.clone(),
                    body: landed.body.clone(),
                });
            }
            LandedKind::Updated => {
                if let Some(post) = self.by_ts.get(&place).and_then(|index| self.posts.get_mut(*index)) {
                    post.body.clone_from(&landed.body);
                }
            }
            LandedKind::Posted
            | LandedKind::Deleted
            | LandedKind::Ephemeral
            | LandedKind::Modal
            | LandedKind::Home
            | LandedKind::Reaction
            | LandedKind::ReactionRemoved => {}
        }
    }

    pub fn find_at(&self, channel: &str, ts: &str) -> Option<&Post> {
        self.posts.get(*self.by_ts.get(&(channel.to_owned(), ts.to_owned()))?)
    }

    /// The latest that fits.
    pub fn find(&self, fits: impl Fn(&Post) -> bool) -> Option<Post> {
        self.posts.iter().rev().find(|post| fits(post)).cloned()
    }
}

/// A board that follows what lands.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Board>>);

impl Live {
    /// Follows a workspace for as long as it lives.
    pub fn follow(slack: &Workspace) -> Self {
        let live = Self::default();
        let (board, mut log) = (live.clone(), slack.subscribe_log());
        tokio::spawn(async move {
            loop {
                match log.recv().await {
                    Ok(landed) => board.board().add(&landed),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        live
    }

    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
