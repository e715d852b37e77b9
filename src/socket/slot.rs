//! One place for a websocket, kept filled: a fresh address each time, the next one opened before the last one ends where Slack
//! says so in time, and patience where it fails.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::line::{self, Told, Until};
use super::{Sockets, backoff, told_to_stop};
use crate::slack::client::{SlackError, Socket};
use crate::slack::frames::Leave;

/// How a connection went, once another one is wanted.
enum Went {
    /// Well: the next one is opened at once.
    Well,
    /// Well, and it was lost: the next one is opened after a moment, since others may have lost theirs, too.
    Lost,
    /// It failed early, or did not come to be.
    Badly,
    /// There is no sense in trying again soon.
    Hopeless,
    /// The bot stops.
    Stopped,
}

impl Sockets {
    /// Keeps one websocket open until `stop` says so, and then waits until what came over it is answered.
    pub async fn keep(self, mut stop: watch::Receiver<bool>) {
        let mut lines = JoinSet::new();
        let mut leaving = Vec::new();
        let (mut failures, mut is_first) = (0_u32, true);
        while !*stop.borrow() {
            if !std::mem::take(&mut is_first) {
                self.edge.app.health.hearing.reconnects();
            }
            let mut at_least = Duration::ZERO;
            let connected = tokio::select! {
                connected = self.client.connect() => connected,
                () = told_to_stop(&mut stop) => break,
            };
            let went = match connected {
                Ok(socket) => self.one(socket, &mut lines, &mut leaving, &mut stop).await,
                Err(error) => {
                    at_least = self.note(&error);
                    Went::Badly
                }
            };
            failures = match went {
                Went::Well => 0,
                Went::Lost => 1,
                Went::Badly => failures.saturating_add(1),
                Went::Hopeless => u32::MAX,
                Went::Stopped => break,
            };
            let wait = backoff::wait(&self.timing, failures, rand::random()).max(at_least);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = told_to_stop(&mut stop) => {}
            }
        }
        while lines.join_next().await.is_some() {}
    }

    /// One connection, until another one is wanted in its place. It goes on by itself until that one is open.
    async fn one(
        &self,
        socket: Socket,
        lines: &mut JoinSet<()>,
        leaving: &mut Vec<watch::Sender<bool>>,
        stop: &mut watch::Receiver<bool>,
    ) -> Went {
        let (tell, mut told) = mpsc::unbounded_channel();
        let (replace, replaced) = watch::channel(false);
        let (sockets, until) = (self.clone(), Until { replaced, stop: stop.clone() });
        lines.spawn(async move { line::serve(&sockets, socket, tell, until).await });
        let began = Instant::now();
        let mut was_open = false;
        let leave = loop {
            tokio::select! {
                heard = told.recv() => match heard {
                    Some(Told::Open) => {
                        was_open = true;
                        for old in leaving.drain(..) {
                            old.send_replace(true);
                        }
                    }
                    Some(Told::MustLeave(leave)) => break Some(leave),
                    None => break None,
                },
                // Those that have ended are forgotten.
                Some(_) = lines.join_next(), if lines.len() > 1 => {}
                () = told_to_stop(stop) => return Went::Stopped,
            }
        };
        if leave.is_some() {
            leaving.push(replace);
        }
        self.judge(leave, was_open && began.elapsed() >= self.timing.settled_after)
    }

    /// How a connection went that is to end for that reason, or ended without one.
    fn judge(&self, leave: Option<Leave>, was_good: bool) -> Went {
        match leave {
            Some(Leave::LinkDisabled) => {
                if self.edge.app.health.hearing.refuses() {
                    tracing::error!(
                        "Socket Mode is switched off in the app's settings at Slack; switch it on there"
                    );
                }
                Went::Hopeless
            }
            Some(Leave::TooMany) => {
                tracing::error!(
                    "Slack allows no more websockets for this app; does another bot use its token?"
                );
                Went::Hopeless
            }
            Some(Leave::Soon) | None if !was_good => Went::Badly,
            Some(Leave::Soon) => Went::Well,
            None => Went::Lost,
        }
    }

    /// Tells the operator why there is no connection, and says how long Slack wants to be left alone.
    fn note(&self, error: &SlackError) -> Duration {
        let hearing = &self.edge.app.health.hearing;
        match error {
            SlackError::Auth { code } | SlackError::Permanent { code } => {
                if hearing.refuses() {
                    tracing::error!(
                        code,
                        "Slack refuses SLACK_APP_TOKEN; it needs an app-level token with connections:write"
                    );
                }
                self.timing.longest_wait
            }
            SlackError::RateLimited { after } => *after,
            SlackError::Retry { after, .. } => {
                tracing::warn!(%error, "no websocket to Slack; it is tried again");
                after.unwrap_or_default()
            }
            SlackError::Ambiguous { .. } => {
                tracing::warn!(%error, "no websocket to Slack; it is tried again");
                Duration::ZERO
            }
        }
    }
}
