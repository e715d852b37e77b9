//! Whatever Slack sends, on whichever road it came: understand, call `app`, answer. Nothing is acknowledged before it is
//! committed, and nothing but `views.open` is called before the answer; every answer is given within Slack's three seconds.
//!
//! It knows neither HTTP nor websockets: `http` and `socket` bring a body that is known to be Slack's, and carry the answer back.

mod admin;
mod after_answer;
mod again;
mod answers;
mod hear;
mod home;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::domain::ids::UserId;
use crate::slack::client::Slack;
use crate::slack::parse::{self, Inbound};

pub use after_answer::AfterAnswer;
pub use again::{LetterHeard, hear_letter};

/// A command that could not start by then is dropped unstarted: its author was told to try again.
const START_WITHIN: Duration = Duration::from_secs(2);
/// What a form shows is read by then: opening it needs the rest of the three seconds.
const PREPARE_WITHIN: Duration = Duration::from_millis(800);
/// Whoever waits is answered by then, whatever happens.
pub const ANSWER_WITHIN: Duration = Duration::from_millis(2_300);

/// What hearing needs, whichever road it is.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The bot's inner workings.
    pub app: Arc<App>,
    /// The way out to Slack, for forms and for what is shown to one person.
    pub slack: Slack,
    /// What is sent beside an answer.
    pub after_answer: AfterAnswer,
}

/// How something that Slack sent was taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// Taken, and there is nothing to say.
    Taken,
    /// Taken, and this is shown or done where its author waits.
    Body(Value),
    /// The address is ours: the challenge, as it is.
    Challenge(String),
    /// Not committed: to be sent again.
    NotSaved,
    /// It cannot be read at all.
    Malformed,
}

impl Edge {
    /// Reads a body that is known to be Slack's.
    pub fn read(&self, content_type: Option<&str>, body: &[u8]) -> Inbound {
        let policy = self.app.policy();
        let names = |user: &UserId| policy.org.person(user).map(|person| person.name.clone());
        parse::request(content_type, body, &names, policy.org.bot_user.as_ref())
    }

    /// Does what a body means, and says how it was taken.
    pub async fn hear(&self, inbound: Inbound, body: &[u8]) -> Answered {
        hear::hear(self, inbound, body).await
    }

    /// Keeps what cannot be read whole, for a person to look at.
    pub async fn keep(&self, body: &[u8], reason: String) -> Answered {
        self.hear(Inbound::DeadLetter { reason }, body).await
    }
}
