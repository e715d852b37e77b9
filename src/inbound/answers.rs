//! Answers: an outcome in the form that Slack expects where its author waits.

use super::{Answered, Edge};
use crate::app::{Answer, Outcome, StoreError};
use crate::domain::command::{Action, Command, Via};
use crate::domain::decision::{Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::Engagement;
use crate::domain::ids::ChannelId;
use crate::domain::org::Policy;
use crate::domain::refusal::Refusal;
use crate::slack::forms;
use crate::slack::outgoing::{Destination, Message};
use crate::slack::parse::AnswerTo;
use crate::slack::render::{self, Scene};

/// Where the author of a command hears, for `app`. In a shared channel we never post: only they see it.
pub(super) fn app_answer(answer: &AnswerTo, shared_channel: bool) -> Answer {
    match answer {
        AnswerTo::Inline { .. } | AnswerTo::Home { .. } => Answer::Inline,
        AnswerTo::Form { user, url: Some(url) } | AnswerTo::Url { user, url, .. } => {
            Answer::Url { url: url.clone(), user: user.clone() }
        }
        AnswerTo::Form { user, url: None } | AnswerTo::Direct { user } => {
            Answer::Direct { user: user.clone() }
        }
        AnswerTo::Thread { user, channel, .. } if shared_channel => {
            Answer::OnlyTo { user: user.clone(), channel: channel.clone() }
        }
        AnswerTo::Thread { user, channel, .. } if channel.as_str().starts_with('D') => {
            Answer::Direct { user: user.clone() }
        }
        AnswerTo::Thread { user, channel, thread } => {
            Answer::Thread { user: user.clone(), channel: channel.clone(), ts: thread.clone() }
        }
        AnswerTo::Nowhere => Answer::Nowhere,
    }
}

/// The field of its form at which a submission that was not saved is told so.
pub(super) fn first_field(command: &Command) -> Field {
    if matches!(command, Command::Away(_)) {
        return Field::Until;
    }
    let Command::Act(act) = command else { return Field::Question };
    match &act.action {
        Action::Move { .. } | Action::PickPlace { .. } => Field::Area,
        Action::NotMine { .. } | Action::Reassign { .. } => Field::Person,
        Action::AnsweredElsewhere { .. } | Action::AddAgenda { .. } => Field::Link,
        Action::ProposeTime { .. } | Action::Reschedule { .. } => Field::Start,
        _ => Field::Text,
    }
}

impl Edge {
    pub(super) fn scene<'a>(
        &self,
        policy: &'a Policy,
        engagement: Option<&'a Engagement>,
        related: &'a [Engagement],
    ) -> Scene<'a> {
        Scene { org: &policy.org, rules: &policy.rules, engagement, related, now: self.app.now() }
    }

    /// The outcome as the body of the response.
    pub(super) fn answered(&self, answer: &AnswerTo, outcome: &Outcome) -> Answered {
        if let Reply::Form(problems) = &outcome.reply {
            return self.problems(problems, Some(answer));
        }
        match answer {
            AnswerTo::Inline { .. } => {
                let policy = self.app.policy();
                let scene = self.scene(&policy, outcome.engagement.as_ref(), &outcome.related);
                match render::reply(&outcome.reply, &scene) {
                    Some(message) => Answered::Body(forms::slash_answer(message)),
                    None => Answered::Taken,
                }
            }
            AnswerTo::Home { .. } => self.answer_over_home(answer, outcome),
            AnswerTo::Form { .. } => Answered::Body(forms::clear()),
            AnswerTo::Url { .. } | AnswerTo::Thread { .. } | AnswerTo::Direct { .. } | AnswerTo::Nowhere => {
                Answered::Taken
            }
        }
    }

    /// What is wrong with a form, at its fields, in the time zone of whoever fills it in.
    pub(super) fn problems(&self, problems: &[FieldProblem], answer: Option<&AnswerTo>) -> Answered {
        let policy = self.app.policy();
        let reader = match answer {
            Some(AnswerTo::Form { user, .. }) => policy.org.person(user).and_then(|person| person.time_zone),
            Some(_) | None => None,
        };
        Answered::Body(forms::problems(problems, &policy.org, &policy.rules, reader))
    }

    /// It was not committed. Slack repeats events, so they are refused; a person is told to try again.
    pub(super) fn not_saved(&self, answer: &AnswerTo, field: Field, error: &str) -> Answered {
        tracing::error!(error, "a request was not committed");
        let reply = Reply::Refused(Refusal::NotSaved);
        match answer {
            AnswerTo::Thread { .. } | AnswerTo::Nowhere => Answered::NotSaved,
            AnswerTo::Form { .. } => {
                self.problems(&[FieldProblem { field, problem: Problem::NotSaved }], Some(answer))
            }
            AnswerTo::Inline { .. } | AnswerTo::Home { .. } => {
                self.answered(answer, &Outcome { reply, ..Outcome::default() })
            }
            AnswerTo::Url { .. } | AnswerTo::Direct { .. } => {
                let policy = self.app.policy();
                if let Some(message) = render::reply(&reply, &self.scene(&policy, None, &[])) {
                    self.send_after_answer(answer, message);
                }
                Answered::Taken
            }
        }
    }

    /// It was begun and its end is not known: nobody is told to try again what may be done already. Slack repeats events and
    /// people repeat submissions under the same key; whoever typed or pressed hears how it ended.
    pub(super) fn still_saving(
        &self,
        answer: AnswerTo,
        field: Field,
        handling: impl Future<Output = Result<Outcome, StoreError>> + Send + 'static,
    ) -> Answered {
        tracing::error!("a request is still being committed");
        match &answer {
            AnswerTo::Thread { .. } | AnswerTo::Nowhere => Answered::NotSaved,
            AnswerTo::Form { .. } => {
                self.problems(&[FieldProblem { field, problem: Problem::StillSaving }], Some(&answer))
            }
            AnswerTo::Inline { .. }
            | AnswerTo::Home { .. }
            | AnswerTo::Url { .. }
            | AnswerTo::Direct { .. } => {
                let reply = Reply::Refused(Refusal::StillSaving);
                let edge = self.clone();
                let said = self.answered(&answer, &Outcome { reply, ..Outcome::default() });
                self.after_answer.spawn(async move { edge.tell_the_end(&answer, &handling.await) });
                said
            }
        }
    }

    /// How it ended, for somebody who was answered before.
    fn tell_the_end(&self, answer: &AnswerTo, ended: &Result<Outcome, StoreError>) {
        let policy = self.app.policy();
        let message = match ended {
            // The outbox tells whoever pressed a button.
            Ok(_) if !matches!(answer, AnswerTo::Inline { .. } | AnswerTo::Home { .. }) => return,
            Ok(outcome) => {
                let scene = self.scene(&policy, outcome.engagement.as_ref(), &outcome.related);
                render::reply(&outcome.reply, &scene)
            }
            Err(error) => {
                tracing::error!(%error, "a request was not committed");
                render::reply(&Reply::Refused(Refusal::NotSaved), &self.scene(&policy, None, &[]))
            }
        };
        if let Some(message) = message {
            self.send_after_answer(answer, message);
        }
    }

    /// Says why something was not done, without keeping it: nothing changed.
    pub(super) fn say_refusal(&self, answer: &AnswerTo, refusal: Refusal) -> Answered {
        let reply = Reply::Refused(refusal);
        let policy = self.app.policy();
        let Some(message) = render::reply(&reply, &self.scene(&policy, None, &[])) else {
            return Answered::Taken;
        };
        if matches!(answer, AnswerTo::Inline { .. }) {
            return Answered::Body(forms::slash_answer(message));
        }
        self.send_after_answer(answer, message);
        Answered::Taken
    }

    /// Sends what is only shown, beside the answer: it changes nothing, and is lost with the process.
    pub(super) fn send_after_answer(&self, answer: &AnswerTo, message: Message) {
        let destination = match answer {
            AnswerTo::Url { url, .. }
            | AnswerTo::Form { url: Some(url), .. }
            | AnswerTo::Inline { url: Some(url), .. } => {
                Destination::Respond { url: url.clone(), replaces: false }
            }
            AnswerTo::Thread { user, channel, thread } => Destination::Ephemeral {
                channel: channel.clone(),
                user: user.clone(),
                thread: Some(thread.clone()),
            },
            AnswerTo::Direct { user }
            | AnswerTo::Form { user, url: None }
            | AnswerTo::Inline { user, url: None, .. } => {
                Destination::Post { channel: ChannelId(user.0.clone()), thread: None }
            }
            AnswerTo::Home { user, trigger_id } => {
                self.send_over_home(user, trigger_id, message);
                return;
            }
            AnswerTo::Nowhere => return,
        };
        let slack = self.slack.clone();
        self.after_answer.spawn(async move {
            if let Err(error) = slack.send(&destination, &message, None).await {
                tracing::info!(%error, "what was only to be shown was not delivered");
            }
        });
    }

    /// An ask in a shared channel is decided as one there, even before Slack's names say that it is shared.
    pub(super) fn in_shared_channel(command: Command) -> Command {
        match command {
            Command::Ask(mut ask) => {
                ask.in_shared_channel = true;
                if let Via::Form { channel } = &mut ask.via {
                    *channel = None;
                    ask.in_shared_channel = false;
                }
                Command::Ask(ask)
            }
            other => other,
        }
    }
}
