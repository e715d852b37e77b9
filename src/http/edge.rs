//! The trust boundary: a bounded body, a good signature over its raw bytes, and only then a look inside.
//!
//! Whoever floods us with forged requests gets one line a second in the log, which says how many there were.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

use super::Door;
use crate::slack::verify::Rejection;

/// Requests that were refused.
#[derive(Debug, Default)]
pub struct Refused {
    /// In all.
    total: AtomicU64,
    /// How many of them the log has told of.
    told: AtomicU64,
    /// In which second it did so last.
    told_in: AtomicI64,
}

impl Refused {
    /// How many there were since we started.
    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Counts one; the log hears of it once a second.
    fn note(&self, rejection: Rejection, bytes: usize, second: i64) {
        let total = self.total.fetch_add(1, Ordering::Relaxed) + 1;
        if self.told_in.swap(second, Ordering::Relaxed) != second {
            let number = total.saturating_sub(self.told.swap(total, Ordering::Relaxed));
            tracing::warn!(%rejection, bytes, number, "requests that are not Slack's were refused");
        }
    }
}

impl Door {
    /// Checks the signature; what is forged or stale is never parsed.
    pub(super) fn check(&self, headers: &HeaderMap, body: &Bytes) -> Result<(), StatusCode> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let timestamp = header("x-slack-request-timestamp");
        let signature = header("x-slack-signature");
        let now = self.edge.app.now();
        self.verifier.verify(timestamp, signature, body, now).map_err(|rejection| {
            self.refused.note(rejection, body.len(), now.timestamp());
            StatusCode::UNAUTHORIZED
        })
    }
}
