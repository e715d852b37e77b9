//! App Homes: each is the latest state, shown to whoever opened it within a month; nothing is promised by one.
//!
//! Apart from the outbox, so that Homes never hold up a message: one after the other, a budget of their own. What is shown is
//! published only when it differs from what was shown last. Lost with the process is only the word that something changed:
//! after a start every Home is looked at.

mod desk;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::delivery_plan::delta;
use crate::app::App;
use crate::domain::home::{Home, concerns};
use crate::domain::ids::{EngagementId, UserId};
use crate::slack::client::{Slack, SlackError};
use crate::slack::render::{self, Scene};
use crate::store::StoreError;

pub use desk::Desk;

/// A Home that nobody opened for so long is kept up to date no longer.
pub const KEPT: TimeDelta = TimeDelta::days(30);
/// The most Homes that are kept up to date.
const MOST: u32 = 20_000;
/// How many are looked at in one go.
const AT_ONCE: usize = 20;
/// How long nothing is shown where a person has to mend something first.
const MENDING: TimeDelta = TimeDelta::minutes(5);
/// How long nothing is shown where the app's settings have no Home.
const SWITCHED_OFF: TimeDelta = TimeDelta::hours(1);

/// What a look came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Homes that Slack was told of.
    pub published: usize,
    /// More are to be looked at.
    pub is_full: bool,
}

/// Looks at the Homes that may have changed, and publishes those that did.
pub async fn tick(app: &Arc<App>, slack: &Slack, desk: &Desk) -> Result<Looked, StoreError> {
    if !desk.is_loaded() {
        let since = app.now() - KEPT;
        desk.load(app.store().open_homes(app.installation(), since, MOST).await?, app.now());
    }
    hear(app, desk).await?;
    let due = desk.due(app.now(), AT_ONCE);
    let mut looked = Looked { published: 0, is_full: due.len() == AT_ONCE };
    for user in due {
        if desk.is_paused(app.now()) {
            break;
        }
        looked.published += usize::from(show(app, slack, desk, &user).await?);
    }
    Ok(looked)
}

/// Whose Home what happened may change.
async fn hear(app: &App, desk: &Desk) -> Result<(), StoreError> {
    let (word, now) = (app.homes.take(), app.now());
    for (user, has_view) in word.opened {
        desk.opened(user, has_view, now);
    }
    for user in word.acted {
        desk.acted(&user, now);
    }
    if word.everything {
        desk.everything(now);
    }
    if word.changed.is_empty() || desk.is_empty() {
        return Ok(());
    }
    let changed: Vec<EngagementId> = word.changed.into_iter().collect();
    let read = app.store().engagements(app.installation(), &changed).await;
    // What cannot be told apart concerns everybody.
    let Ok(engagements) = read else {
        desk.everything(now);
        return read.map(|_| ());
    };
    let policy = app.policy();
    desk.changed(now, |user, named| {
        changed.iter().any(|id| named.contains(id))
            || engagements.iter().any(|engagement| concerns(engagement, user, &policy.org))
    });
    Ok(())
}

/// Looks at one Home; whether Slack was told of it.
#[tracing::instrument(name = "homes.show", skip_all, fields(user = %user))]
async fn show(app: &App, slack: &Slack, desk: &Desk, user: &UserId) -> Result<bool, StoreError> {
    let policy = app.policy();
    if policy.org.person(user).is_some_and(|person| person.is_gone) {
        forget(app, desk, user).await?;
        return Ok(false);
    }
    let (home, related) = app.home_of(user).await?;
    let now = app.now();
    let scene = Scene { org: &policy.org, rules: &policy.rules, engagement: None, related: &related, now };
    let view = render::home(&home, &scene);
    let mark = mark_of(&view.to_string());
    if !desk.looked(user, &mark, names(&home), now) {
        return Ok(false);
    }
    if !desk.may_publish(now) {
        return Ok(false);
    }
    let result = slack.publish_home(user, &view).await;
    let now = app.now();
    match result {
        Ok(()) => {
            app.health.token_refused.store(false, Ordering::Relaxed);
            desk.shown(user, mark.clone(), now);
            app.store().home_shown(app.installation(), user, &mark).await?;
        }
        Err(error) => not_shown(app, desk, user, &error).await?,
    }
    Ok(true)
}

/// Slack did not take it: it waits, all of them wait, or it is kept no longer.
async fn not_shown(app: &App, desk: &Desk, user: &UserId, error: &SlackError) -> Result<(), StoreError> {
    let now = app.now();
    match error {
        SlackError::RateLimited { after } => desk.pause(now + delta(*after)),
        SlackError::Retry { after, .. } => desk.failed(user, after.map(delta), now),
        SlackError::Ambiguous { .. } => desk.failed(user, None, now),
        SlackError::Auth { code } => {
            app.health.token_refused.store(true, Ordering::Relaxed);
            tracing::error!(code, "Slack does not accept the bot's token or its scopes");
            desk.pause(now + MENDING);
        }
        SlackError::Permanent { code } if code == "not_enabled" => {
            tracing::error!("the app's settings at Slack have no Home: switch on its Home tab");
            desk.pause(now + SWITCHED_OFF);
        }
        // A newer one is there: ours is the only hand that writes it, so it is written again.
        SlackError::Permanent { code } if code == "hash_conflict" => desk.failed(user, None, now),
        SlackError::Permanent { code } => {
            tracing::error!(
                code,
                "Slack refuses a Home for good; it is kept no longer until it is opened again"
            );
            forget(app, desk, user).await?;
        }
    }
    Ok(())
}

async fn forget(app: &App, desk: &Desk, user: &UserId) -> Result<(), StoreError> {
    app.store().forget_home(app.installation(), user).await?;
    desk.forget(user);
    Ok(())
}

fn names(home: &Home) -> std::collections::HashSet<EngagementId> {
    home.names().collect()
}

/// A short mark of a view: the same for the same view, also after a start.
fn mark_of(view: &str) -> String {
    let digest = Sha256::digest(view.as_bytes());
    digest.chunks(8).take(2).fold(String::new(), |mark, part| {
        let number = part.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{mark}{number:016x}")
    })
}
