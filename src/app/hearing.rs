//! Whether Slack can reach us, where it does so by websockets that we open (Socket Mode). Only counts: `socket` says what
//! happens, the worker keeps no sign of life while we are deaf, so that a deafness is a gap even after a crash (B7).

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// Websockets to Slack.
#[derive(Debug, Default)]
pub struct Hearing {
    wanted: AtomicUsize,
    open: AtomicUsize,
    reconnects: AtomicU64,
    refused: AtomicBool,
    was_deaf: AtomicBool,
    /// When we were first seen to be deaf, in microseconds since 1970; 0 while we hear.
    seen_deaf: AtomicI64,
    /// Rings when we hear again.
    pub heard: Notify,
}

impl Hearing {
    /// So many websockets are to be open; none: Slack reaches us by HTTP. Until the first is open we are deaf.
    pub fn expects(&self, sockets: usize) {
        self.wanted.store(sockets, Ordering::SeqCst);
        self.was_deaf.store(sockets > 0, Ordering::SeqCst);
    }

    /// A websocket is open, and Slack said hello.
    pub fn opened(&self) {
        self.refused.store(false, Ordering::SeqCst);
        if self.open.fetch_add(1, Ordering::SeqCst) == 0 {
            self.heard.notify_one();
        }
    }

    /// A websocket ended that was open.
    pub fn closed(&self) {
        if self.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.was_deaf.store(true, Ordering::SeqCst);
        }
    }

    /// Another one is opened in the place of one that ended or is about to.
    pub fn reconnects(&self) {
        self.reconnects.fetch_add(1, Ordering::SeqCst);
    }

    /// Slack refuses the app's token; whether that is news.
    pub fn refuses(&self) -> bool {
        !self.refused.swap(true, Ordering::SeqCst)
    }

    /// Whether Slack refused the app's token when it was last used.
    pub fn is_refused(&self) -> bool {
        self.refused.load(Ordering::SeqCst)
    }

    /// Whether Slack reaches us by websockets.
    pub fn is_by_sockets(&self) -> bool {
        self.wanted.load(Ordering::SeqCst) > 0
    }

    /// Whether Slack has no way to reach us.
    pub fn is_deaf(&self) -> bool {
        self.is_by_sockets() && self.open.load(Ordering::SeqCst) == 0
    }

    /// Since when we are deaf, as far as somebody looked.
    pub fn deaf_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.is_deaf() {
            self.seen_deaf.store(0, Ordering::SeqCst);
            return None;
        }
        let now_micros = now.timestamp_micros();
        let seen = self.seen_deaf.compare_exchange(0, now_micros, Ordering::SeqCst, Ordering::SeqCst);
        DateTime::from_timestamp_micros(seen.err().unwrap_or(now_micros))
    }

    /// Whether we were deaf since this was asked last.
    pub fn take_deafness(&self) -> bool {
        self.was_deaf.swap(false, Ordering::SeqCst)
    }

    /// The deafness could not be noted: it is asked for again.
    pub fn keep_deafness(&self) {
        self.was_deaf.store(true, Ordering::SeqCst);
    }

    /// How many are to be open, how many are, and how often one was replaced.
    pub fn numbers(&self) -> (usize, usize, u64) {
        let of = |number: &AtomicUsize| number.load(Ordering::SeqCst);
        (of(&self.wanted), of(&self.open), self.reconnects.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_waits_for_websockets_can_be_deaf_and_each_deafness_is_told_once() {
        let hearing = Hearing::default();
        assert!(!hearing.is_deaf() && !hearing.take_deafness(), "by HTTP");
        hearing.expects(2);
        assert!(hearing.is_deaf());
        hearing.opened();
        assert!(!hearing.is_deaf() && hearing.take_deafness() && !hearing.take_deafness());
        hearing.opened();
        hearing.closed();
        assert!(!hearing.is_deaf() && !hearing.take_deafness(), "the other one hears");
        hearing.closed();
        assert!(hearing.is_deaf());
        hearing.opened();
        assert!(hearing.take_deafness());
    }

    #[test]
    fn a_refused_token_is_news_once_until_it_is_taken() {
        let hearing = Hearing::default();
        assert!(hearing.refuses() && !hearing.refuses() && hearing.is_refused());
        hearing.opened();
        assert!(!hearing.is_refused() && hearing.refuses());
    }
}
