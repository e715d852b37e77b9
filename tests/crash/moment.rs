//! Waiting for the moment of a kill. One that does not come within seconds is counted as missed, and the kill comes then.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use switchboard::sandbox::{ApiCall, Fault, FaultRule, Workspace};
use tokio::sync::broadcast::Receiver;

use crate::plan::Moment;
use crate::program::Running;
use crate::world::World;

/// How long a moment is waited for.
const PATIENCE: Duration = Duration::from_secs(4);
/// What is called when Slack is searched.
const SEARCHES: [&str; 2] = ["conversations.history", "conversations.replies"];

/// A moment that is listened for: from before the load begins.
pub struct Watch<'a> {
    moment: &'a Moment,
    slack: &'a Workspace,
    calls: Receiver<ApiCall>,
}

impl<'a> Watch<'a> {
    /// Before the bot is started: what has to be in place by then.
    pub fn before_start(moment: &'a Moment, slack: &'a Workspace) -> Self {
        if *moment == Moment::Searching {
            for method in SEARCHES {
                slack.fail(FaultRule::on(method, Fault::Hang).times(1));
            }
        }
        Self { moment, slack, calls: slack.subscribe_calls() }
    }

    /// Waits for it; whether it came.
    pub async fn wait(mut self, world: &World, running: &Running, database: PathBuf) -> bool {
        match self.moment {
            Moment::Starting(after) | Moment::AnyTime(after) | Moment::Burst { then: after, .. } => {
                tokio::time::sleep(*after).await;
                true
            }
            Moment::Stopping(after) => {
                running.signal("-TERM");
                tokio::time::sleep(*after).await;
                true
            }
            Moment::Committing { commits, then } => {
                let (commits, then, log) = (*commits, *then, database.with_extension("db-wal"));
                let watching = tokio::task::spawn_blocking(move || {
                    let came = wait_for_commits(&log, commits);
                    std::thread::sleep(then);
                    came
                });
                watching.await.unwrap_or(false)
            }
            Moment::Acknowledged(more) => wait_for_acknowledgements(world, *more).await,
            Moment::BeforeEffect { method, after } => self.wait_for_fault(method, *after, Fault::Hang).await,
            Moment::AfterEffect { method, after } => {
                self.wait_for_fault(method, *after, Fault::HangAfter).await
            }
            Moment::Answered { calls, then } => {
                let is_one = |call: &ApiCall| call.method == "chat.postMessage" && call.fault.is_none();
                let came = self.wait_for_calls(*calls, is_one).await;
                tokio::time::sleep(*then).await;
                came
            }
            Moment::Searching => {
                let is_search = |call: &ApiCall| SEARCHES.contains(&call.method.as_str());
                self.wait_for_calls(1, |call| is_search(call) && call.fault == Some(Fault::Hang)).await
            }
        }
    }

    async fn wait_for_fault(&mut self, method: &str, after: u32, fault: Fault) -> bool {
        self.slack.fail(FaultRule::on(method, fault.clone()).after(after).times(1));
        self.wait_for_calls(1, |call| call.fault.as_ref() == Some(&fault)).await
    }

    async fn wait_for_calls(&mut self, number: u64, is_one: impl Fn(&ApiCall) -> bool) -> bool {
        let counted = async {
            let mut left = number;
            while left > 0 {
                match self.calls.recv().await {
                    Ok(call) => left -= u64::from(is_one(&call)),
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return false,
                }
            }
            true
        };
        tokio::time::timeout(PATIENCE, counted).await.unwrap_or(false)
    }
}

async fn wait_for_acknowledgements(world: &World, more: usize) -> bool {
    let (wanted, until) = (world.acknowledged() + more, Instant::now() + PATIENCE);
    while world.acknowledged() < wanted && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    world.acknowledged() >= wanted
}

/// Looks at the database's log as fast as it can until it was written to so often.
fn wait_for_commits(log: &std::path::Path, number: u64) -> bool {
    let state = || {
        let about = std::fs::metadata(log).ok()?;
        Some((about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
    };
    let until = Instant::now() + PATIENCE;
    for _ in 0..number {
        let before = state();
        while state() == before {
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_micros(20));
        }
    }
    true
}
