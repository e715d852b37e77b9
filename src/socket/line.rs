//! One websocket from hello to its end: each envelope is handled on its own, and acknowledged once it is committed.
//!
//! What was begun goes on when the connection ends: it is committed, and Slack, which heard nothing, sends it again. What is
//! not committed is never acknowledged.

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::{Sockets, told_to_stop};
use crate::inbound::{Answered, Edge};
use crate::slack::client::{Received, Socket};
use crate::slack::frames::{Envelope, Frame, Leave, acknowledgement, frame};

/// How many acknowledgements may wait to be sent.
const WAITING: usize = 256;

/// What a connection tells its keeper; that it ended, by telling nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Slack said hello.
    Open,
    /// Slack wants it to end.
    MustLeave(Leave),
}

/// What ends a connection from our side.
pub(super) struct Until {
    /// Another one has taken its place.
    pub(super) replaced: watch::Receiver<bool>,
    /// The bot stops.
    pub(super) stop: watch::Receiver<bool>,
}

/// A websocket in use.
struct Line {
    edge: Edge,
    socket: Socket,
    tell: mpsc::UnboundedSender<Told>,
    acknowledge: mpsc::Sender<String>,
    is_open: bool,
    last_sign: Instant,
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_open {
            self.edge.app.health.hearing.closed();
        }
    }
}

/// Serves a websocket to its end.
pub(super) async fn serve(
    sockets: &Sockets,
    socket: Socket,
    tell: mpsc::UnboundedSender<Told>,
    mut until: Until,
) {
    let (acknowledge, mut acknowledged) = mpsc::channel(WAITING);
    let last_sign = Instant::now();
    let mut line = Line { edge: sockets.edge.clone(), socket, tell, acknowledge, is_open: false, last_sign };
    let is_alive = line.listen(sockets, &mut acknowledged, &mut until).await;
    if is_alive {
        line.end(sockets, acknowledged).await;
    }
}

impl Line {
    /// Listens until it is enough; whether the connection is still there.
    async fn listen(
        &mut self,
        sockets: &Sockets,
        acknowledged: &mut mpsc::Receiver<String>,
        until: &mut Until,
    ) -> bool {
        let timing = &sockets.timing;
        let mut ping = interval(timing.ping_every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let hello_by = self.last_sign + timing.hello_within;
        let mut leaves_at: Option<Instant> = None;
        loop {
            let leaves = leaves_at.unwrap_or(hello_by);
            tokio::select! {
                received = self.socket.next() => match received {
                    Received::Text(text) => self.hear(&text),
                    Received::Sign => self.last_sign = Instant::now(),
                    Received::Ended => return false,
                },
                Some(text) = acknowledged.recv() => {
                    if self.socket.send(text).await.is_err() {
                        return false;
                    }
                }
                _ = ping.tick() => {
                    if self.last_sign.elapsed() > timing.silent_after {
                        tracing::warn!("a websocket to Slack gives no sign of life, and is replaced");
                        return false;
                    }
                    if self.socket.ping().await.is_err() {
                        return false;
                    }
                }
                () = sleep_until(leaves), if leaves_at.is_some() || !self.is_open => return leaves_at.is_some(),
                Ok(()) = until.replaced.changed(), if leaves_at.is_none() => {
                    leaves_at = Some(Instant::now() + timing.leaves_within);
                }
                () = told_to_stop(&mut until.stop) => return true,
            }
        }
    }

    fn hear(&mut self, text: &str) {
        self.last_sign = Instant::now();
        match frame(text) {
            Frame::Hello => {
                if !self.is_open {
                    self.is_open = true;
                    tracing::info!("a websocket to Slack is open");
                    self.edge.app.health.hearing.opened();
                    self.say(Told::Open);
                }
            }
            Frame::Leave(leave) => self.say(Told::MustLeave(leave)),
            Frame::Envelope(envelope) => {
                let (edge, acknowledge) = (self.edge.clone(), self.acknowledge.clone());
                self.edge.after_answer.spawn(async move { handle(&edge, envelope, &acknowledge).await });
            }
            Frame::Unknown { id, reason } => {
                let (edge, acknowledge) = (self.edge.clone(), self.acknowledge.clone());
                let body = text.as_bytes().to_vec();
                self.edge.after_answer.spawn(async move {
                    let answered = edge.keep(&body, reason.to_owned()).await;
                    if let Some(id) = id {
                        settle(&id, &answered, false, &acknowledge).await;
                    }
                });
            }
        }
    }

    fn say(&self, told: Told) {
        // A keeper that is gone has other worries.
        let _ = self.tell.send(told);
    }

    /// Nothing more is read; what came is still answered, and then the connection ends.
    async fn end(self, sockets: &Sockets, mut acknowledged: mpsc::Receiver<String>) {
        let mut line = self;
        // Once this one is gone, whoever holds another still has something to answer.
        let (nobody, _) = mpsc::channel(1);
        line.acknowledge = nobody;
        let answering = async {
            while let Some(text) = acknowledged.recv().await {
                if line.socket.send(text).await.is_err() {
                    return;
                }
            }
        };
        if timeout(sockets.timing.ends_within, answering).await.is_err() {
            tracing::warn!(
                "something that came by a websocket was not answered in time; Slack sends events again"
            );
        }
        line.socket.close().await;
    }
}

/// Does what an envelope holds, and acknowledges it if it was taken.
async fn handle(edge: &Edge, envelope: Envelope, acknowledge: &mpsc::Sender<String>) {
    let inbound = edge.read(Some(envelope.content_type), &envelope.body);
    let answered = match edge.hear(inbound, &envelope.body).await {
        Answered::Malformed => {
            edge.keep(&envelope.body, "an envelope whose payload cannot be read".to_owned()).await
        }
        other => other,
    };
    settle(&envelope.id, &answered, envelope.accepts_answer, acknowledge).await;
}

async fn settle(id: &str, answered: &Answered, accepts_answer: bool, acknowledge: &mpsc::Sender<String>) {
    let answer = match answered {
        Answered::NotSaved | Answered::Malformed => return,
        Answered::Taken | Answered::Challenge(_) => None,
        Answered::Body(body) if accepts_answer => Some(body),
        Answered::Body(_) => {
            tracing::warn!("Slack takes no answer with this acknowledgement; it is not shown");
            None
        }
    };
    // The connection may be gone: then it comes again, and its keys say that it was done.
    let _ = acknowledge.send(acknowledgement(id, answer)).await;
}
