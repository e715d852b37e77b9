//! App Home: somebody opened it, looks through a list of it, or pressed there what is answered.
//!
//! A press in Home has neither a channel nor a URL to answer in. What was done shows in the Home itself; everything else,
//! refusals first of all, opens as a small view over it, and goes by direct message where that fails.

use super::{Answered, Edge, PREPARE_WITHIN};
use crate::app::Outcome;
use crate::domain::command::Command;
use crate::domain::decision::Reply;
use crate::domain::ids::{ChannelId, UserId};
use crate::slack::outgoing::{Destination, Message};
use crate::slack::parse::{AnswerTo, Incoming};
use crate::slack::render;
use crate::slack::vocabulary::HomeList;

/// Keeps it, so that it is shown and kept up to date. Slack repeats what is not kept.
pub(super) async fn opened(edge: &Edge, user: &UserId, has_view: bool, outsider: bool) -> Answered {
    if outsider {
        return Answered::Taken;
    }
    match edge.app.home_opened(user, has_view).await {
        Ok(()) => Answered::Taken,
        Err(error) => {
            tracing::error!(%error, "an opened Home could not be kept");
            Answered::NotSaved
        }
    }
}

/// All of a list, as it is now; before the answer, since the trigger dies after three seconds.
pub(super) async fn list(
    edge: &Edge,
    list: HomeList,
    by: UserId,
    trigger_id: String,
    outsider: bool,
) -> Answered {
    if outsider {
        return Answered::Taken;
    }
    let answer = AnswerTo::Home { user: by.clone(), trigger_id: trigger_id.clone() };
    let read = tokio::time::timeout(PREPARE_WITHIN, edge.app.home_of(&by)).await;
    let Ok(Ok((home, related))) = read else {
        tracing::error!(list = list.key(), "a list of a Home could not be read in time");
        return edge.say_refusal(&answer, crate::domain::refusal::Refusal::FormNotOpened);
    };
    let policy = edge.app.policy();
    let view = render::home_list(list, &home, &edge.scene(&policy, None, &related));
    if let Err(error) = edge.slack.open_view(&trigger_id, &view).await {
        tracing::warn!(%error, list = list.key(), "a list of a Home could not be shown");
        return edge.say_refusal(&answer, crate::domain::refusal::Refusal::FormNotOpened);
    }
    Answered::Taken
}

/// Whoever acts in their Home, or by a form opened there, looks at it for what comes of it.
pub(super) fn looks_at_it(incoming: &Incoming) -> Option<UserId> {
    let is_act = matches!(incoming.command, Command::Act(_) | Command::Ask(_) | Command::Switch(_));
    match &incoming.answer {
        AnswerTo::Home { user, .. } | AnswerTo::Form { user, url: None } if is_act => Some(user.clone()),
        AnswerTo::Home { .. }
        | AnswerTo::Form { .. }
        | AnswerTo::Inline { .. }
        | AnswerTo::Url { .. }
        | AnswerTo::Thread { .. }
        | AnswerTo::Direct { .. }
        | AnswerTo::Nowhere => None,
    }
}

impl Edge {
    /// What was done shows in the Home; what was not, or goes on elsewhere, is said over it.
    pub(super) fn answer_over_home(&self, answer: &AnswerTo, outcome: &Outcome) -> Answered {
        if matches!(outcome.reply, Reply::Done { .. } | Reply::Pilot { .. }) {
            return Answered::Taken;
        }
        let policy = self.app.policy();
        let scene = self.scene(&policy, outcome.engagement.as_ref(), &outcome.related);
        if let Some(message) = render::reply(&outcome.reply, &scene) {
            self.send_after_answer(answer, message);
        }
        Answered::Taken
    }

    /// A small view over the Home, beside the answer; a direct message where it does not open.
    pub(super) fn send_over_home(&self, user: &UserId, trigger_id: &str, message: Message) {
        let (slack, trigger_id) = (self.slack.clone(), trigger_id.to_owned());
        let direct = Destination::Post { channel: ChannelId(user.0.clone()), thread: None };
        self.after_answer.spawn(async move {
            let Err(error) = slack.open_view(&trigger_id, &render::over_home(&message)).await else { return };
            tracing::info!(%error, "what was to be shown over a Home goes by direct message");
            if let Err(error) = slack.send(&direct, &message, None).await {
                tracing::info!(%error, "what was only to be shown was not delivered");
            }
        });
    }
}
