//! One websocket, Slack's end: frames out in order, acknowledgements to whoever waits for them. It knows nothing of what is in
//! an envelope; it ends when the other side does, or when it is ordered to.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::lock;

/// What a line is told to do.
pub enum Out {
    /// Send this text.
    Frame(String),
    /// Say goodbye.
    Close,
    /// Vanish without a word.
    Lose,
    /// Read and say nothing from now on, and stay.
    Silence,
}

/// A websocket that is open.
pub struct Line {
    pub id: u64,
    out: mpsc::UnboundedSender<Out>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Value>>>,
    leaving: AtomicBool,
    silent: AtomicBool,
}

impl Line {
    pub fn new(id: u64, out: mpsc::UnboundedSender<Out>) -> Self {
        Self {
            id,
            out,
            waiting: Mutex::default(),
            leaving: AtomicBool::new(false),
            silent: AtomicBool::new(false),
        }
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::SeqCst)
    }

    pub fn leave(&self) {
        self.leaving.store(true, Ordering::SeqCst);
    }

    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::SeqCst)
    }

    /// From now on it is there and does nothing.
    pub fn fall_silent(&self) {
        self.leave();
        self.silent.store(true, Ordering::SeqCst);
        self.order(Out::Silence);
    }

    /// Gives an order; one that has ended hears nothing.
    pub fn order(&self, order: Out) {
        let _ = self.out.send(order);
    }

    pub fn say(&self, frame: &Value) {
        self.order(Out::Frame(frame.to_string()));
    }

    /// What comes back for this envelope.
    pub fn expect(&self, envelope: &str) -> oneshot::Receiver<Value> {
        let (tell, heard) = oneshot::channel();
        lock(&self.waiting).insert(envelope.to_owned(), tell);
        heard
    }

    pub fn give_up(&self, envelope: &str) {
        lock(&self.waiting).remove(envelope);
    }

    /// Nothing more will come.
    pub fn forget_all(&self) {
        lock(&self.waiting).clear();
    }

    /// Serves the connection to its end; every acknowledgement is shown to `heard`.
    pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut ws: WebSocketStream<S>,
        mut orders: mpsc::UnboundedReceiver<Out>,
        heard: impl Fn(&Value),
    ) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Out::Frame(text)) => {
                        if ws.send(Message::text(text)).await.is_err() {
                            return;
                        }
                    }
                    Some(Out::Close) => {
                        if ws.close(None).await.is_err() {
                            return;
                        }
                    }
                    Some(Out::Lose) | None => return,
                    Some(Out::Silence) => {
                        while !matches!(orders.recv().await, Some(Out::Lose) | None) {}
                        return;
                    }
                },
                frame = ws.next() => match frame {
                    Some(Ok(Message::Text(text))) => self.take(&text, &heard),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    fn take(&self, text: &str, heard: &impl Fn(&Value)) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
        heard(&frame);
        let Some(envelope) = frame["envelope_id"].as_str() else { return };
        if let Some(waiting) = lock(&self.waiting).remove(envelope) {
            let _ = waiting.send(frame);
        }
    }
}
