//! Everything that people have seen, as it stands: kept up with by the workspace's log, so that a look costs what is new.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use switchboard::sandbox::{Landed, LandedKind, Workspace};
use tokio::sync::broadcast::Receiver;

/// Where a message stands: place, timestamp, and who alone sees it.
pub type Spot = (String, String, Option<String>);

/// A message as it stands.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its channel's id.
    pub channel: String,
    /// The first message of its thread, if it is a reply.
    pub thread: Option<String>,
    /// Who wrote it (handle, lower case).
    pub author: String,
    /// Whether we did.
    pub by_bot: bool,
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// As it is read.
    pub body: String,
}

impl Seen {
    /// The labels of its buttons and of the options under *More*.
    pub fn labels(&self) -> Vec<String> {
        self.body.lines().filter(|line| self.by_bot && line.starts_with('[')).flat_map(labels_of).collect()
    }
}

/// The labels in a line of buttons, such as `[Take it] [… Wrong area · Withdraw]`.
pub fn labels_of(line: &str) -> Vec<String> {
    let mut labels = Vec::new();
    for part in line.split('[').skip(1) {
        let inside = part.split(']').next().unwrap_or_default();
        match inside.strip_prefix("… ") {
            Some(options) => labels.extend(options.split(" · ").map(str::to_owned)),
            None => labels.push(inside.to_owned()),
        }
    }
    labels
}

/// What stands where.
pub struct Ledger {
    log: Receiver<Landed>,
    /// Every message that stands, by place and time.
    pub standing: BTreeMap<Spot, Seen>,
}

impl Ledger {
    /// Begins to watch.
    pub fn watch(slack: &Workspace) -> Self {
        Self { log: slack.subscribe_log(), standing: BTreeMap::new() }
    }

    /// What landed since the last look, in order; what stands follows it.
    pub fn look(&mut self) -> Vec<Landed> {
        let mut new = Vec::new();
        while let Ok(landed) = self.log.try_recv() {
            self.keep(&landed);
            new.push(landed);
        }
        new
    }

    fn keep(&mut self, landed: &Landed) {
        let spot = (landed.place.clone(), landed.ts.clone(), landed.only_for.clone());
        match landed.kind {
            LandedKind::Posted | LandedKind::Ephemeral => {
                self.standing.insert(spot, seen(landed));
            }
            LandedKind::Updated => {
                let at = self.standing.get(&spot).map_or(landed.at, |known| known.at);
                self.standing.insert(spot, Seen { at, ..seen(landed) });
            }
            LandedKind::Deleted => {
                self.standing.remove(&spot);
            }
            LandedKind::Modal | LandedKind::Home | LandedKind::Reaction | LandedKind::ReactionRemoved => {}
        }
    }
}

fn seen(landed: &Landed) -> Seen {
    Seen {
        channel: landed.channel.clone(),
        thread: landed.in_thread_of.clone(),
        author: landed.author.to_lowercase(),
        by_bot: landed.by_bot,
        at: landed.at,
        body: landed.body.clone(),
    }
}

#[test]
fn labels_are_read_from_a_line_of_buttons() {
    let line = "[Answered] [Ask the PM] [… Wrong area · Why here]";
    assert_eq!(labels_of(line), ["Answered", "Ask the PM", "Wrong area", "Why here"]);
}
