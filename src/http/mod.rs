//! Router and handlers: what may come in by HTTP, whether it is Slack's, and the answer in HTTP's words. What it means is
//! `inbound`'s.

mod edge;
mod from_slack;
mod operations;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::inbound::Edge;
use crate::slack::verify::Verifier;

pub use edge::Refused;

/// The largest body that is read; Slack's own are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;
/// What the handlers share.
pub struct Door {
    /// What hearing needs.
    pub edge: Edge,
    /// The trust boundary.
    pub verifier: Arc<Verifier>,
    /// What was not Slack's.
    pub refused: Arc<Refused>,
}

/// Every route of the bot.
pub fn router(door: Door) -> Router {
    Router::new()
        .route("/slack/events", post(from_slack::from_slack))
        .route("/slack/commands", post(from_slack::from_slack))
        .route("/slack/interactions", post(from_slack::from_slack))
        .route("/healthz", get(operations::alive))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::new())
        .with_state(Arc::new(door))
}
