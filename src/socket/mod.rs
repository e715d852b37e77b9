//! Socket Mode: websockets to Slack, kept open, and what comes over them handed to `inbound` as HTTP's bodies are.
//!
//! An envelope is acknowledged after its commit, and only on the connection that brought it: what is not, Slack sends again,
//! and its keys keep it from happening twice. Nothing is read off the connection that nobody would answer.

mod backoff;
mod line;
mod slot;

use std::time::Duration;

use tokio::sync::watch;

use crate::inbound::Edge;
use crate::slack::client::AppSlack;

/// Ends when the bot is to stop.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to say so.
    let _ = stop.wait_for(|stop| *stop).await.map(drop);
}

/// How long things may take; the usual for all but tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Slack says hello by then.
    pub hello_within: Duration,
    /// How often a sign of life is asked for.
    pub ping_every: Duration,
    /// A connection without a sign of life for so long is replaced.
    pub silent_after: Duration,
    /// The first wait after a connection that failed; each is twice the last, and none is longer than the next one.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// A connection that lasted for so long was a good one: the next is opened at once, and waits begin anew.
    pub settled_after: Duration,
    /// How long a connection that is replaced is still listened to.
    pub leaves_within: Duration,
    /// How long what came may take to be answered once nothing more is read.
    pub ends_within: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            hello_within: Duration::from_secs(10),
            ping_every: Duration::from_secs(5),
            silent_after: Duration::from_secs(20),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            settled_after: Duration::from_secs(30),
            leaves_within: Duration::from_secs(10),
            ends_within: Duration::from_secs(4),
        }
    }
}

/// What keeping websockets open needs.
#[derive(Debug, Clone)]
pub struct Sockets {
    /// What hearing needs.
    pub edge: Edge,
    /// Opens them.
    pub client: AppSlack,
    /// How long things may take.
    pub timing: Timing,
}
