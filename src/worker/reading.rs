//! Reading a thread at Slack for an engagement, outside any transaction (B7, A4, and mentions inside threads).

use crate::app::App;
use crate::domain::command::{Errand, Heard};
use crate::domain::engagement::{Body, Engagement, Triage};
use crate::domain::ids::{ChannelId, EngagementId, Ts};
use crate::domain::org::Org;
use crate::slack::client::{Slack, SlackError, ThreadMessage};
use crate::slack::parse;
use crate::store::StoreError;

/// The longest wait that Slack is believed to ask for.
const LONGEST_LIMIT: chrono::Duration = chrono::Duration::minutes(5);

/// What came of reading a thread.
pub enum Reading {
    /// The engagement has nothing to read for this.
    NotNeeded,
    /// The messages, oldest first; empty where the first message is gone.
    Messages(Vec<Heard>),
    /// We may not see it.
    Unreadable,
    /// Slack could not be asked; later.
    NotNow,
    /// Slack tells us to wait so long.
    Limited(chrono::Duration),
}

/// Reads the thread that this errand is about.
pub async fn read(
    app: &App,
    slack: &Slack,
    engagement: EngagementId,
    errand: Errand,
) -> Result<Reading, StoreError> {
    let Some(engagement) = app.store().engagement(app.installation(), engagement).await? else {
        return Ok(Reading::NotNeeded);
    };
    let Some((channel, ts)) = thread_of(&engagement, errand) else { return Ok(Reading::NotNeeded) };
    let policy = app.policy();
    Ok(match slack.thread(&channel, &ts, None).await {
        Ok(messages) if messages.first().is_none_or(|first| first.ts != ts || first.is_deleted()) => {
            Reading::Messages(Vec::new())
        }
        Ok(messages) => Reading::Messages(
            messages.iter().map(|message| heard(message, &channel, &ts, &policy.org)).collect(),
        ),
        Err(error) if error.is_gone() => Reading::Messages(Vec::new()),
        Err(SlackError::Permanent { code } | SlackError::Auth { code }) => {
            tracing::warn!(engagement = %engagement.id, %channel, code, "a thread cannot be read");
            Reading::Unreadable
        }
        Err(SlackError::RateLimited { after }) => {
            tracing::info!(engagement = %engagement.id, %channel, seconds = after.as_secs(), "Slack asks us to read later");
            Reading::Limited(chrono::Duration::from_std(after).unwrap_or(LONGEST_LIMIT).min(LONGEST_LIMIT))
        }
        Err(error @ (SlackError::Ambiguous { .. } | SlackError::Retry { .. })) => {
            tracing::info!(engagement = %engagement.id, %channel, %error, "a thread is read later");
            Reading::NotNow
        }
    })
}

fn thread_of(engagement: &Engagement, errand: Errand) -> Option<(ChannelId, Ts)> {
    match (errand, &engagement.body) {
        (Errand::Root, _) => {
            let thread = engagement.origin.thread.clone()?;
            Some((engagement.origin.channel.clone(), thread))
        }
        (Errand::Proof, Body::Question(question)) => match &question.triage {
            Some(Triage::Thread { channel, ts }) => Some((channel.clone(), ts.clone())),
            Some(Triage::Answered { .. } | Triage::Ticked) | None => None,
        },
        (Errand::Thread, Body::Inquiry(inquiry)) => {
            // Without a clock nobody promised anything, and nothing is raised.
            inquiry.clock.as_ref().filter(|clock| clock.end.is_none())?;
            let home = engagement.home.as_ref()?;
            Some((home.channel.clone(), home.root()?.clone()))
        }
        (Errand::Proof | Errand::Thread, _) => None,
    }
}

fn heard(message: &ThreadMessage, channel: &ChannelId, root: &Ts, org: &Org) -> Heard {
    let us: Vec<_> = org.bot_user.iter().cloned().collect();
    let names = |user: &crate::domain::ids::UserId| org.person(user).map(|person| person.name.clone());
    let mut plain = parse::plain(&message.text, &names, &us);
    let types_command = plain.take_command();
    let is_bot = message.bot_id.is_some() || message.user.as_ref() == org.bot_user.as_ref();
    Heard {
        channel: channel.clone(),
        ts: message.ts.clone(),
        thread: Some(root.clone()),
        by: message.user.clone().filter(|_| !is_bot),
        bot: message.bot_id.clone(),
        text: plain.text,
        mentions: plain.mentions,
        mentions_us: plain.mentions_us,
        is_note: message.subtype.as_deref().is_some_and(|subtype| {
            !matches!(subtype, "thread_broadcast" | "file_share" | "me_message" | "bot_message")
        }),
        thread_by: None,
        types_command,
    }
}
