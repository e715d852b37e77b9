//! What is wrong with how the bot runs, and holds for a while: scopes that are missing, events that do not arrive, a worker that
//! does not keep up. Admins are told once when it begins and once when it is well again.

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

/// Looks at what can be told without Slack.
pub async fn tick(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let unheard = app.health.unheard_since().filter(|since| now - *since >= HEARD_WITHIN);
    match unheard {
        Some(since) => app.tell_trouble(Trouble::NotHeard { since }, true).await?,
        // Only what was heard shows that we hear: a restart forgets that something was to come.
        None if app.health.has_heard() => app.tell_trouble(Trouble::NotHeard { since: now }, false).await?,
        None => {}
    }
    let urgent = app.store().oldest_waiting(app.installation()).await?.urgent;
    let is_late = app.is_worker_late() || urgent.is_some_and(|since| now - since >= URGENT_WITHIN);
    app.tell_trouble(Trouble::WorkerLate, is_late).await
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
