//! Due clocks that can be decided upon as they are: each once, many side by side, so that they share the writer's commits.
//!
//! Never waits for Slack (see `errands`). Clocks of one engagement are decided one after the other. A clock that cannot be
//! decided upon rests and stands in nobody's way; its row stays until it was.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use tokio::task::{JoinError, JoinSet};

use super::errands::Errands;
use crate::app::{App, Envelope};
use crate::domain::command::Command;
use crate::domain::ids::EngagementId;
use crate::slack::client::Slack;
use crate::store::{DueClock, StoreError};

/// How many clocks are looked up at once: what is held in memory however many are due.
const PAGE: u32 = 1_000;
/// How many engagements are decided upon side by side: enough for the writer to commit groups, few enough that a command
/// which comes meanwhile waits for no more than these.
pub const SIDE_BY_SIDE: usize = 128;
/// How long a clock rests whose engagement cannot be read, or whose decision broke.
const REST: Duration = Duration::hours(1);
/// How long a clock rests that was not kept.
const SHORT_REST: Duration = Duration::seconds(10);

/// Decides upon whatever is due, errands included, to its end; returns how many clocks there were.
pub async fn tick(app: &Arc<App>, slack: &Slack) -> Result<usize, StoreError> {
    let mut errands = Errands::default();
    // One by one, so that a story is told in the same order each time.
    let mut number = decide_due(app, 1).await?;
    number += errands.begin(app, slack, app.now()).await?;
    errands.all_ended(app).await?;
    Ok(number)
}

/// Decides upon a page of the clocks that are due and need no look at Slack; returns how many there were.
pub async fn decide_due(app: &Arc<App>, side_by_side: usize) -> Result<usize, StoreError> {
    app.end_pauses().await?;
    let due = app.store().due_clocks(app.installation(), app.now(), PAGE).await?;
    let number = due.len();
    let mut deciding: JoinSet<Result<(), StoreError>> = JoinSet::new();
    let mut first_error = Ok(());
    for clocks in by_engagement(due) {
        if deciding.len() >= side_by_side
            && let Some(done) = deciding.join_next().await
        {
            first_error = first_error.and(flat(done));
        }
        if first_error.is_err() {
            // The store does not even take a rest: the others would fare no better.
            break;
        }
        let app = Arc::clone(app);
        deciding.spawn(async move {
            for clock in clocks {
                decide_or_rest(&app, clock).await?;
            }
            Ok(())
        });
    }
    while let Some(done) = deciding.join_next().await {
        first_error = first_error.and(flat(done));
    }
    first_error.map(|()| number)
}

/// The clocks of each engagement, in the order in which they are due.
fn by_engagement(due: Vec<DueClock>) -> Vec<Vec<DueClock>> {
    let mut groups: Vec<Vec<DueClock>> = Vec::with_capacity(due.len());
    let mut known: HashMap<EngagementId, usize> = HashMap::with_capacity(due.len());
    for clock in due {
        let group = *known.entry(clock.engagement).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(clocks) => clocks.push(clock),
            None => groups.push(vec![clock]),
        }
    }
    groups
}

/// What a task came to; one that ended by itself has told why.
fn flat(done: Result<Result<(), StoreError>, JoinError>) -> Result<(), StoreError> {
    done.unwrap_or_else(|error| Err(StoreError::Unavailable(format!("a decision ended: {error}"))))
}

async fn decide_or_rest(app: &Arc<App>, clock: DueClock) -> Result<(), StoreError> {
    let apart = {
        let (app, clock) = (Arc::clone(app), clock.clone());
        // In a task of its own, so that a decision that panics ends nothing else.
        tokio::spawn(async move { decide(&app, clock).await })
    };
    match apart.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => rest(app, &clock, &error).await,
        Err(error) => {
            let error = StoreError::Unavailable(format!("the decision broke: {error}"));
            rest_for(app, &clock, &error, REST).await
        }
    }
}

/// Decides with the clock as its cause, or holds it while its reminders are paused. A clock that was moved or stopped meanwhile
/// is nobody's any more.
pub(super) async fn decide(app: &App, clock: DueClock) -> Result<(), StoreError> {
    if app.held(&clock).await? {
        return Ok(());
    }
    let command = Command::Due { engagement: clock.engagement, clock: clock.kind, since: clock.due };
    commit(app, command, clock).await
}

/// Decides upon that command with the clock as its cause.
pub(super) async fn commit(app: &App, command: Command, clock: DueClock) -> Result<(), StoreError> {
    match app.handle(Envelope { fired: Some(clock), ..Envelope::internal(command) }).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts a clock off whose decision failed, so that the others come to their turn.
pub(super) async fn rest(app: &App, clock: &DueClock, error: &StoreError) -> Result<(), StoreError> {
    let span = match error {
        StoreError::Corrupt { .. } => REST,
        StoreError::Conflict | StoreError::TooLate | StoreError::Unavailable(_) => SHORT_REST,
    };
    rest_for(app, clock, error, span).await
}

async fn rest_for(app: &App, clock: &DueClock, error: &StoreError, span: Duration) -> Result<(), StoreError> {
    tracing::error!(
        engagement = %clock.engagement, clock = clock.kind.key(), %error, seconds = span.num_seconds(),
        "a clock could not be decided upon, and rests"
    );
    put_off(app, clock, span).await
}

/// Puts a clock off; one that was moved or stopped meanwhile is left as it is.
pub(super) async fn put_off(app: &App, clock: &DueClock, span: Duration) -> Result<(), StoreError> {
    match app.store().postpone_clock(app.installation(), clock, app.now() + span).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}
