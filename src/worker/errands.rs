//! Errands: clocks for which a thread at Slack has to be read first, each apart from everything else.
//!
//! A Slack that hangs delays nothing but the errand it hangs for. An engagement has one errand under way at most, and what
//! is under way is not begun again; its clock's row stays until it was decided upon, so a crash loses nothing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use tokio::task::{Id, JoinError, JoinSet};

use super::clocks::{commit, decide, put_off, rest};
use super::reading::{self, Reading};
use crate::app::{App, Envelope};
use crate::domain::command::{ClockKind, Command, Errand};
use crate::domain::ids::EngagementId;
use crate::slack::client::Slack;
use crate::store::{DueClock, StoreError};

/// How many threads are read at once.
pub const AT_ONCE: usize = 64;
/// How many due clocks are looked at for each of them: an engagement has four kinds of errands, and one under way.
const EACH: usize = 5;
/// How long one errand may read; a longer thread than fits counts as unreadable in the end.
const READ_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);
/// How long an errand waits when Slack could not be asked.
const TRY_AGAIN: Duration = Duration::seconds(30);
/// After so long an errand that Slack never answers counts as unreadable.
const GIVE_UP: Duration = Duration::minutes(2);
/// So long Slack may tell us to wait: after a gap there are more threads than it lets us read at once.
const GIVE_UP_LIMITED: Duration = Duration::minutes(30);

/// Errands under way.
#[derive(Debug, Default)]
pub struct Errands {
    running: JoinSet<Result<Ended, StoreError>>,
    clocks: HashMap<Id, DueClock>,
    /// Slack told us to wait: nothing is begun until then.
    held_until: Option<DateTime<Utc>>,
}

/// How an errand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It was decided upon, or put off.
    Done,
    /// Slack tells us to wait so long.
    Limited(Duration),
}

impl Errands {
    /// How many are under way.
    pub fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Until when nothing is begun, since Slack told us to wait.
    pub fn held_until(&self) -> Option<DateTime<Utc>> {
        self.held_until
    }

    /// Waits no longer than everybody else: the machine's clock was set.
    pub fn forget_hold(&mut self) {
        self.held_until = None;
    }

    /// Begins what is due by `now`, beside what is under way; returns how many it began.
    pub async fn begin(
        &mut self,
        app: &Arc<App>,
        slack: &Slack,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let room = AT_ONCE.saturating_sub(self.running.len());
        if room == 0 || self.held_until.is_some_and(|until| now < until) {
            return Ok(0);
        }
        self.held_until = None;
        let limit = u32::try_from(AT_ONCE * EACH).unwrap_or(u32::MAX);
        let due = app.store().due_errands(app.installation(), now, limit).await?;
        let mut busy: HashSet<EngagementId> = self.clocks.values().map(|clock| clock.engagement).collect();
        let mut begun = 0;
        for clock in due {
            let Some(errand) = clock.kind.errand() else { continue };
            if begun == room {
                break;
            }
            if busy.insert(clock.engagement) {
                self.spawn(app, slack, clock, errand);
                begun += 1;
            }
        }
        Ok(begun)
    }

    fn spawn(&mut self, app: &Arc<App>, slack: &Slack, clock: DueClock, errand: Errand) {
        let (app, slack, mine) = (Arc::clone(app), slack.clone(), clock.clone());
        let task = self.running.spawn(async move { run(&app, &slack, mine, errand).await });
        self.clocks.insert(task.id(), clock);
    }

    /// Waits until one ends; for ever where none is under way. To be given to [`Errands::note`].
    pub async fn one_ended(&mut self) -> OneEnded {
        match self.running.join_next_with_id().await {
            Some(done) => OneEnded(done),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have ended; the first error of those that could not even be put off.
    pub async fn all_ended(&mut self, app: &App) -> Result<(), StoreError> {
        let mut first_error = Ok(());
        while let Some(done) = self.running.join_next_with_id().await {
            let noted = self.note(app, OneEnded(done)).await;
            first_error = first_error.and(noted);
        }
        first_error
    }

    /// Notes how one ended: one that failed rests.
    pub async fn note(&mut self, app: &App, OneEnded(done): OneEnded) -> Result<(), StoreError> {
        let (id, ended) = match done {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(StoreError::Unavailable(format!("an errand ended: {error}")))),
        };
        let Some(clock) = self.clocks.remove(&id) else { return Ok(()) };
        match ended {
            Ok(Ended::Done) => Ok(()),
            Ok(Ended::Limited(span)) => {
                self.held_until = self.held_until.max(Some(app.now() + span));
                Ok(())
            }
            Err(error) => rest(app, &clock, &error).await,
        }
    }
}

/// An errand that ended, not yet noted.
#[derive(Debug)]
pub struct OneEnded(Result<(Id, Result<Ended, StoreError>), JoinError>);

/// Since when Slack does not answer this clock's errand: its own due time moves with every try.
fn unanswered_since(app: &App, clock: &DueClock) -> DateTime<Utc> {
    *unanswered(app).entry((clock.engagement, clock.kind.key())).or_insert_with(|| app.now())
}

type Unanswered = HashMap<(EngagementId, &'static str), DateTime<Utc>>;

fn unanswered(app: &App) -> MutexGuard<'_, Unanswered> {
    app.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(app: &App, slack: &Slack, clock: DueClock, errand: Errand) -> Result<Ended, StoreError> {
    if app.held(&clock).await? {
        return Ok(Ended::Done);
    }
    let read = tokio::time::timeout(READ_WITHIN, reading::read(app, slack, clock.engagement, errand)).await;
    let read = read.unwrap_or(Ok(Reading::NotNow))?;
    let patience = match read {
        Reading::NotNow => Some(GIVE_UP),
        Reading::Limited(_) => Some(GIVE_UP_LIMITED),
        Reading::NotNeeded | Reading::Messages(_) | Reading::Unreadable => None,
    };
    let is_over = patience.is_none_or(|patience| app.now() >= unanswered_since(app, &clock) + patience);
    if is_over {
        unanswered(app).remove(&(clock.engagement, clock.kind.key()));
    }
    let messages = match read {
        Reading::NotNeeded => return decide(app, clock).await.map(|()| Ended::Done),
        Reading::NotNow if !is_over => return put_off(app, &clock, TRY_AGAIN).await.map(|()| Ended::Done),
        Reading::Limited(after) if !is_over => {
            return put_off(app, &clock, after).await.map(|()| Ended::Limited(after));
        }
        Reading::Messages(messages) => Some(messages),
        Reading::Unreadable | Reading::NotNow | Reading::Limited(_) => None,
    };
    let command = Command::Read { engagement: clock.engagement, errand, messages };
    if clock.kind == ClockKind::Reply {
        // B7: what the thread shows is applied first; then the step is decided upon, if its clock still stands.
        app.handle(Envelope::internal(command)).await?;
        return decide(app, clock).await.map(|()| Ended::Done);
    }
    commit(app, command, clock).await.map(|()| Ended::Done)
}
