//! Router and handlers: extract, call `app`, answer. Nothing is acknowledged to Slack before it is committed, and nothing
//! but `views.open` is called before the answer; every answer is given within Slack's three seconds.

mod after_answer;
mod again;
mod answers;
mod edge;
mod operations;
mod slack_events;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::slack::client::Slack;
use crate::slack::verify::Verifier;

pub use after_answer::AfterAnswer;
pub use again::{HeardAgain, hear_again};
pub use edge::Refused;

/// The largest body that is read; Slack's own are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;
/// A command that could not start by then is dropped unstarted: its author was told to try again.
const START_WITHIN: Duration = Duration::from_secs(2);
/// What a form shows is read by then: opening it needs the rest of the three seconds.
const PREPARE_WITHIN: Duration = Duration::from_millis(800);
/// Whoever waits is answered by then, whatever happens.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_300);

/// What the handlers share.
#[derive(Clone)]
pub struct Edge {
    /// The bot's inner workings.
    pub app: Arc<App>,
    /// The way out to Slack, for forms and for what is shown to one person.
    pub slack: Slack,
    /// The trust boundary.
    pub verifier: Arc<Verifier>,
    /// What is sent beside an answer.
    pub after_answer: AfterAnswer,
    /// What was not Slack's.
    pub refused: Arc<Refused>,
}

/// Every route of the bot.
pub fn router(edge: Edge) -> Router {
    Router::new()
        .route("/slack/events", post(slack_events::from_slack))
        .route("/slack/commands", post(slack_events::from_slack))
        .route("/slack/interactions", post(slack_events::from_slack))
        .route("/healthz", get(operations::alive))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::new())
        .with_state(edge)
}
