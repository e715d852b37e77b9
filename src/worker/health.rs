//! What is wrong with how the bot runs, and holds for a while: scopes that are missing, events that do not arrive, websockets that
//! cannot be had, a worker that does not keep up. Admins are told once when it begins and once when it is well again.

use chrono::TimeDelta;

use crate::app::App;
use crate::domain::notice::Trouble;
use crate::slack::client::Slack;
use crate::slack::vocabulary::SCOPES;
use crate::store::StoreError;

/// Our own messages come back as events within seconds; Slack repeats an event for some minutes.
const HEARD_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Urgent messages leave at once; what is kept by a paused method of Slack's waits some minutes.
const URGENT_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// A websocket that is lost is replaced within seconds; Slack's own troubles mostly end sooner than this.
const OPEN_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// Looks at what can be told without Slack.
pub async fn tick(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    look_at_hearing(app).await?;
    if app.health.hearing.is_deaf() {
        app.health.expects_no_event();
    } else {
        look_at_events(app).await?;
    }
    let urgent = app.store().oldest_waiting(app.installation()).await?.urgent;
    let is_late = app.is_worker_late() || urgent.is_some_and(|since| now - since >= URGENT_WITHIN);
    app.tell_trouble(Trouble::WorkerLate, is_late).await
}

/// Whether what we post comes back as events.
async fn look_at_events(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    match app.health.unheard_since().filter(|since| now - *since >= HEARD_WITHIN) {
        Some(since) => app.tell_trouble(Trouble::NotHeard { since }, true).await,
        // Only what was heard shows that we hear: a restart forgets that something was to come.
        None if app.health.has_heard() => app.tell_trouble(Trouble::NotHeard { since: now }, false).await,
        None => Ok(()),
    }
}

/// Whether Slack can reach us by websocket. The token that it refuses explains a deafness, which is then not told beside.
async fn look_at_hearing(app: &App) -> Result<(), StoreError> {
    let (hearing, now) = (&app.health.hearing, app.now());
    let deaf_since = hearing.deaf_since(now);
    if hearing.is_refused() {
        return app.tell_trouble(Trouble::AppTokenRefused, true).await;
    }
    match deaf_since {
        Some(since) if now - since >= OPEN_WITHIN => app.tell_trouble(Trouble::Deaf { since }, true).await,
        // Not open yet: neither is anything over.
        Some(_) => Ok(()),
        None => {
            app.tell_trouble(Trouble::AppTokenRefused, false).await?;
            app.tell_trouble(Trouble::Deaf { since: now }, false).await
        }
    }
}

/// Asks Slack which scopes it grants. One that does not answer, or does not say, tells nothing.
pub async fn look_at_scopes(app: &App, slack: &Slack) -> Result<(), StoreError> {
    let Ok(auth) = slack.auth().await else { return Ok(()) };
    let Some(granted) = auth.scopes else { return Ok(()) };
    let missing: Vec<String> =
        SCOPES.iter().filter(|scope| !granted.contains(**scope)).map(|scope| (*scope).to_owned()).collect();
    let is_missing = !missing.is_empty();
    app.tell_trouble(Trouble::ScopesMissing { scopes: missing }, is_missing).await
}
