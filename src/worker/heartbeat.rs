//! The heartbeat: while all is well an address of the operator's is told so, again and again. A watcher elsewhere raises the
//! alarm when it hears nothing: silence is not health.
//!
//! Never tells the address, which may hold a secret, and its failure harms nothing.

use std::sync::atomic::Ordering;

use crate::app::App;
use crate::slack::client::Beacon;

/// What became of a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// All is well, and the address was told.
    Told,
    /// All is well, but the address could not be told.
    Unheard,
    /// Something is wrong, so nothing was told.
    Unwell,
}

/// Tells the address that all is well, if it is.
pub async fn tick(app: &App, beacon: &Beacon) -> Beat {
    let ailments = app.ailments().await;
    if !ailments.is_empty() {
        tracing::warn!(wrong = ailments.join("; "), "no heartbeat is sent, since something is wrong");
        return Beat::Unwell;
    }
    match beacon.light().await {
        Ok(()) => {
            app.health.last_heartbeat.store(app.now().timestamp_micros(), Ordering::Relaxed);
            Beat::Told
        }
        Err(error) => {
            tracing::warn!(%error, "the heartbeat was not heard");
            Beat::Unheard
        }
    }
}
