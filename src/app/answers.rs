//! Where replies go: into the response for whoever waits for it, else as a notice through the outbox.

use super::{Answer, App, Envelope, Outcome};
use crate::domain::command::Command;
use crate::domain::decision::{Decision, Done, Reply};
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::{ChannelId, EngagementId, Ts};
use crate::domain::notice::{Address, Notice, What};
use crate::domain::refusal::Refusal;
use crate::store::{StoreError, View};

impl App {
    /// Takes the reply out of the decision; where nobody waits for the response it becomes a notice.
    pub(super) fn route_reply(envelope: &Envelope, decision: &mut Decision) -> Reply {
        let reply = std::mem::take(&mut decision.reply);
        // What is wrong with a form is told in the form.
        if matches!(reply, Reply::Nothing | Reply::Form(_)) {
            return reply;
        }
        let to = match &envelope.answer {
            Answer::Inline => return reply,
            Answer::Nowhere => return Reply::Nothing,
            Answer::Url { url, user } => Address::Answer {
                url: url.clone(),
                user: user.clone(),
                replaces: moves_a_draft_on(&envelope.command, &reply),
            },
            // The card itself is the answer where it stands in the asker's own thread.
            Answer::Thread { channel, ts, .. } if has_card_in(decision, channel, ts) => {
                return Reply::Nothing;
            }
            Answer::Thread { user, channel, ts } if concerns_nobody_else(&reply) => {
                Address::OnlyTo { user: user.clone(), channel: channel.clone(), thread: Some(ts.clone()) }
            }
            Answer::Thread { channel, ts, .. } => {
                Address::Thread { channel: channel.clone(), ts: ts.clone() }
            }
            Answer::OnlyTo { user, channel } => {
                Address::OnlyTo { user: user.clone(), channel: channel.clone(), thread: None }
            }
            Answer::Direct { user } => Address::Direct { user: user.clone() },
        };
        let engagement = engagement_of(&reply);
        decision.notices.push(Notice { to, what: What::Reply { reply }, engagement, urgent: true });
        Reply::Nothing
    }

    /// What the reply is about and names, as it is.
    pub async fn outcome(&self, reply: Reply) -> Result<Outcome, StoreError> {
        self.store.read(self.installation, move |view| told(view, reply, &[])).await
    }

    /// What was done to that one, in a word, where its card says the rest.
    pub async fn noted(&self, engagement: EngagementId) -> Result<Outcome, StoreError> {
        self.outcome(Reply::Done { engagement, done: Done::Noted }).await
    }

    /// The engagement that a notice or reply is about, and those that it names.
    pub async fn scene(
        &self,
        about: Option<EngagementId>,
        reply: &Reply,
        named: &[EngagementId],
    ) -> Result<(Option<Engagement>, Vec<Engagement>), StoreError> {
        let scene = Scene { about, reply: reply.clone(), named: named.to_vec() };
        self.store.read(self.installation, move |view| scene.read(view)).await
    }
}

/// What the reply is about and names; `written` is what the decision itself writes, as it will be.
pub(super) fn told(view: &View<'_>, reply: Reply, written: &[Engagement]) -> Result<Outcome, StoreError> {
    if reply == Reply::Nothing {
        return Ok(Outcome::default());
    }
    let about = engagement_of(&reply).or(written.first().map(|first| first.id));
    let (engagement, related) = Scene::of(&reply, about).read_beside(view, written)?;
    Ok(Outcome { reply, engagement, related })
}

/// What has to be known to put something into words.
pub(super) struct Scene {
    about: Option<EngagementId>,
    reply: Reply,
    named: Vec<EngagementId>,
}

impl Scene {
    /// A reply and what it is about.
    pub(super) fn of(reply: &Reply, about: Option<EngagementId>) -> Self {
        Self { about, reply: reply.clone(), named: Vec::new() }
    }

    /// The engagement it is about, and those that it names.
    pub(super) fn read(&self, view: &View<'_>) -> Result<(Option<Engagement>, Vec<Engagement>), StoreError> {
        self.read_beside(view, &[])
    }

    /// The same, with engagements that are about to be written in place of what is stored of them.
    fn read_beside(
        &self,
        view: &View<'_>,
        written: &[Engagement],
    ) -> Result<(Option<Engagement>, Vec<Engagement>), StoreError> {
        let find = |id: EngagementId| written.iter().find(|engagement| engagement.id == id).cloned();
        let engagement = match self.about {
            Some(id) => find(id).map_or_else(|| view.engagement(id), |found| Ok(Some(found)))?,
            None => None,
        };
        let wanted = self.wanted(engagement.as_ref());
        let missing: Vec<_> = wanted.iter().copied().filter(|id| find(*id).is_none()).collect();
        let mut stored = view.engagements(&missing)?;
        let mut take = |id: EngagementId| {
            let at = stored.iter().position(|engagement| engagement.id == id)?;
            Some(stored.swap_remove(at))
        };
        let related = wanted.into_iter().filter_map(|id| find(id).or_else(|| take(id))).collect();
        Ok((engagement, related))
    }

    /// Others that it names, or is drawn with.
    fn wanted(&self, engagement: Option<&Engagement>) -> Vec<EngagementId> {
        let mut wanted = self.named.clone();
        if let Some(engagement) = engagement {
            wanted.extend(engagement.parent);
            match &engagement.body {
                Body::Question(question) => wanted.extend(question.inquiry),
                Body::PmAsk(ask) => wanted.extend(ask.redirected_to),
                Body::Inquiry(_) | Body::Call(_) => {}
            }
        }
        if let Reply::Mine { asked, owed } = &self.reply {
            wanted.extend(asked.iter().chain(owed));
        }
        if let Reply::Refused(Refusal::PmAskedAlready { inquiry }) = &self.reply {
            wanted.push(*inquiry);
        }
        wanted
    }
}

/// The draft that was clicked has moved on: its message becomes the answer, so that no stale button stays behind.
fn moves_a_draft_on(command: &Command, reply: &Reply) -> bool {
    if matches!(command, Command::Offer(_)) {
        return !matches!(reply, Reply::Refused(_));
    }
    let is_pressed = match command {
        Command::Act(_) | Command::Away(_) | Command::Back { .. } | Command::NotAway { .. } => true,
        Command::Nothing
        | Command::Ask(_)
        | Command::Heard(_)
        | Command::Reacted(_)
        | Command::Deleted { .. }
        | Command::Edited(_)
        | Command::Due { .. }
        | Command::Read { .. }
        | Command::Resend { .. }
        | Command::HandOver { .. }
        | Command::StatusSays { .. }
        | Command::Switch(_)
        | Command::Offer(_)
        | Command::Undeliverable { .. } => false,
    };
    is_pressed
        && match reply {
            // The question whether others shall cover is answered in its place.
            Reply::Away(_)
            | Reply::Asked { .. }
            | Reply::Draft { .. }
            | Reply::Done {
                done: Done::Discarded | Done::ExceptionApproved | Done::ExceptionDeclined, ..
            } => true,
            Reply::Nothing
            | Reply::Refused(_)
            | Reply::Duplicate { .. }
            | Reply::Done { .. }
            | Reply::Help
            | Reply::Mine { .. }
            | Reply::Status { .. }
            | Reply::Admin(_)
            | Reply::Reloaded { .. }
            | Reply::OfferAnswered { .. }
            | Reply::Pilot { .. }
            | Reply::Mode { .. }
            | Reply::Numbers { .. }
            | Reply::Form(_) => false,
        }
}

fn has_card_in(decision: &Decision, channel: &ChannelId, thread: &Ts) -> bool {
    decision.writes.iter().any(|write| {
        write.engagement().home.as_ref().is_some_and(|home| {
            home.channel == *channel && home.thread.as_ref() == Some(thread) && home.card.is_none()
        })
    })
}

/// Refusals and help are for whoever asked alone; where an ask went concerns everybody in its thread.
fn concerns_nobody_else(reply: &Reply) -> bool {
    match reply {
        Reply::Refused(_)
        | Reply::Help
        | Reply::Done { .. }
        | Reply::Duplicate { .. }
        | Reply::Mine { .. }
        | Reply::Away(_)
        | Reply::Admin(_)
        | Reply::Reloaded { .. }
        | Reply::OfferAnswered { .. }
        | Reply::Pilot { .. }
        | Reply::Mode { .. }
        | Reply::Status { .. }
        | Reply::Numbers { .. } => true,
        Reply::Nothing | Reply::Asked { .. } | Reply::Draft { .. } | Reply::Form(_) => false,
    }
}

/// The engagement a reply is about, if one.
pub(super) fn engagement_of(reply: &Reply) -> Option<EngagementId> {
    match reply {
        Reply::Asked { engagement }
        | Reply::Draft { engagement }
        | Reply::Duplicate { engagement }
        | Reply::Done { engagement, .. }
        | Reply::Status { engagement, .. }
        | Reply::Refused(
            Refusal::NotYours { engagement, .. }
            | Refusal::AlreadyTaken { engagement, .. }
            | Refusal::NotNow { engagement, .. }
            | Refusal::NoPm { engagement }
            | Refusal::CannotAnswer { engagement, .. }
            | Refusal::NoInternalChannel { engagement }
            | Refusal::MovedTwice { engagement }
            | Refusal::ExceptionStands { engagement, .. }
            | Refusal::TooLateToReopen { engagement, .. },
        ) => Some(*engagement),
        Reply::Nothing
        | Reply::Refused(_)
        | Reply::Help
        | Reply::Mine { .. }
        | Reply::Away(_)
        | Reply::Admin(_)
        | Reply::Reloaded { .. }
        | Reply::OfferAnswered { .. }
        | Reply::Pilot { .. }
        | Reply::Mode { .. }
        | Reply::Numbers { .. }
        | Reply::Form(_) => None,
    }
}
