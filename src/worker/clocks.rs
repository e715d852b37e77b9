//! Due clocks: each is decided upon once; those that need to see a thread first read it outside any transaction.

use chrono::{DateTime, Duration, Utc};
use tokio::task::JoinSet;

use super::reading::{self, Reading};
use crate::app::{App, Envelope};
use crate::domain::command::{Command, Errand};
use crate::domain::ids::EngagementId;
use crate::slack::client::Slack;
use crate::store::{DueClock, StoreError};

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

/// How many clocks one tick decides upon at most.
const BATCH: u32 = 200;
/// How many threads are read at once.
const READS_AT_ONCE: usize = 8;
/// How long an errand waits when Slack could not be asked.
const TRY_AGAIN: Duration = Duration::seconds(30);
/// After so long an errand that Slack never answers counts as unreadable.
const GIVE_UP: Duration = Duration::minutes(2);
/// How long a clock rests whose engagement cannot be read from the store.
const REST: Duration = Duration::hours(1);

/// Decides upon the clocks that are due; returns how many there were.
pub async fn tick(app: &Arc<App>, slack: &Slack) -> Result<usize, StoreError> {
    let mut due = app.store().due_clocks(app.installation(), app.now(), BATCH).await?;
    // What needs no look at Slack waits for none.
    due.sort_by_key(|clock| clock.kind.errand().is_some());
    let number = due.len();
    let mut reads = JoinSet::new();
    for clock in due {
        match clock.kind.errand() {
            None => decide(app, clock).await?,
            Some(errand) => {
                if reads.len() >= READS_AT_ONCE
                    && let Some(done) = reads.join_next().await
                {
                    finished(done)?;
                }
                let (app, slack) = (Arc::clone(app), slack.clone());
                reads.spawn(async move { run_errand(&app, &slack, clock, errand).await });
            }
        }
    }
    while let Some(done) = reads.join_next().await {
        finished(done)?;
    }
    Ok(number)
}

fn finished(done: Result<Result<(), StoreError>, tokio::task::JoinError>) -> Result<(), StoreError> {
    done.unwrap_or_else(|error| Err(StoreError::Unavailable(format!("an errand ended: {error}"))))
}

async fn decide(app: &App, clock: DueClock) -> Result<(), StoreError> {
    let command = Command::Due { engagement: clock.engagement, clock: clock.kind };
    commit(app, command, clock).await
}

/// Decides with the clock as its cause. A clock that was moved or stopped meanwhile is nobody's any more.
async fn commit(app: &App, command: Command, clock: DueClock) -> Result<(), StoreError> {
    let envelope = Envelope { fired: Some(clock.clone()), ..Envelope::internal(command) };
    match app.handle(envelope).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(
                engagement = %clock.engagement, clock = clock.kind.key(), %error,
                "a clock rests because its engagement cannot be read"
            );
            app.store().postpone_clock(app.installation(), &clock, app.now() + REST).await
        }
        Err(error) => Err(error),
    }
}

/// Since when Slack does not answer this clock's errand: its own due time moves with every try.
fn unanswered_since(app: &App, clock: &DueClock) -> DateTime<Utc> {
    *unanswered(app).entry((clock.engagement, clock.kind.key())).or_insert_with(|| app.now())
}

type Unanswered = HashMap<(EngagementId, &'static str), DateTime<Utc>>;

fn unanswered(app: &App) -> MutexGuard<'_, Unanswered> {
    app.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run_errand(app: &App, slack: &Slack, clock: DueClock, errand: Errand) -> Result<(), StoreError> {
    let read = reading::read(app, slack, clock.engagement, errand).await?;
    let is_over = match read {
        Reading::NotNow => app.now() >= unanswered_since(app, &clock) + GIVE_UP,
        Reading::NotNeeded | Reading::Messages(_) | Reading::Unreadable => true,
    };
    if is_over {
        unanswered(app).remove(&(clock.engagement, clock.kind.key()));
    }
    let messages = match read {
        Reading::NotNeeded => return decide(app, clock).await,
        Reading::NotNow if !is_over => {
            let again: DateTime<Utc> = app.now() + TRY_AGAIN;
            return app.store().postpone_clock(app.installation(), &clock, again).await;
        }
        Reading::Messages(messages) => Some(messages),
        Reading::Unreadable | Reading::NotNow => None,
    };
    let command = Command::Read { engagement: clock.engagement, errand, messages };
    if clock.kind == crate::domain::command::ClockKind::Reply {
        // B7: what the thread shows is applied first; then the step is decided upon, if its clock still stands.
        app.handle(Envelope::internal(command)).await?;
        return decide(app, clock).await;
    }
    commit(app, command, clock).await
}
