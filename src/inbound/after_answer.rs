//! What goes on beside an answer: what is shown to one person, changes nothing and is lost with the process; and what came by
//! a websocket, which may end earlier. Counted, so that whoever stops the bot, or tells a story, can wait for it.

use std::future::Future;

use tokio::sync::watch;

/// The sends under way; cheap to clone.
#[derive(Debug, Clone)]
pub struct AfterAnswer(watch::Sender<usize>);

impl Default for AfterAnswer {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl AfterAnswer {
    /// Runs it beside the answer.
    pub fn spawn(&self, send: impl Future<Output = ()> + Send + 'static) {
        self.0.send_modify(|under_way| *under_way += 1);
        let counter = Counter(self.0.clone());
        tokio::spawn(async move {
            send.await;
            drop(counter);
        });
    }

    /// Waits until nothing is under way.
    pub async fn ended(&self) {
        let ended = self.0.subscribe().wait_for(|under_way| *under_way == 0).await.map(drop);
        debug_assert!(ended.is_ok(), "the sender lives as long as we do");
    }
}

/// Counts down when a send ends, in whatever way.
struct Counter(watch::Sender<usize>);

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.send_modify(|under_way| *under_way -= 1);
    }
}
