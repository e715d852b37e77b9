//! Does what an operator wants, in the process that may write. The same for a question that came over the socket and for a
//! command that found no bot. Logs ids and outcomes.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{End, Ended, LetterWish, Wish};
use crate::app::{App, Reloaded, StoreError};
use crate::domain::admin::{self, Deed, LogEntry};
use crate::inbound::{LetterHeard, hear_letter};
use crate::store::{NoticeWish, OutboxId, Purged, RereadEnd};

/// Of how many people's words are forgotten in one transaction, and in how many of these for one answer.
const WORDS_AT_ONCE: u32 = 100;
const MOST_PAGES: u32 = 20;
/// The longest reason that is kept.
const LONGEST_REASON: usize = 200;

/// Does what an operator wants.
#[derive(Debug, Clone)]
pub struct Operator {
    /// One for each installation of the database.
    apps: Vec<Arc<App>>,
}

impl Operator {
    /// For these installations.
    pub fn new(apps: Vec<Arc<App>>) -> Self {
        Self { apps }
    }

    /// Does it for each of these rows, one after the other.
    pub async fn perform(&self, wish: &Wish, ids: &[i64]) -> Vec<Ended> {
        let mut ended = Vec::with_capacity(ids.len());
        for id in ids {
            let end = match self.one(wish, *id).await {
                Ok(end) => end,
                Err(error) => End::Failed { why: error.to_string() },
            };
            tracing::info!(id, wish = wish.name(), ?end, "an operator wanted it");
            ended.push(Ended { id: *id, end });
        }
        for app in &self.apps {
            app.work.notify_one();
        }
        ended
    }

    /// Forgets words of every installation, page after page, for a while.
    async fn purge(&self, before: DateTime<Utc>) -> Result<Purged, StoreError> {
        let mut all = Purged { is_over: true, ..Purged::default() };
        for app in &self.apps {
            let mut pages = 0;
            loop {
                let purged = app.forget_words(before, WORDS_AT_ONCE).await?;
                all.add(purged);
                pages += 1;
                if purged.is_over {
                    break;
                }
                if pages == MOST_PAGES {
                    all.is_over = false;
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Asks one installation after the other until one has the row.
    async fn one(&self, wish: &Wish, id: i64) -> Result<End, StoreError> {
        let mut end = match wish {
            Wish::Purge { before } => {
                let purged = self.purge(*before).await?;
                if purged.is_over {
                    for app in &self.apps {
                        keep(app, wish, id, &End::Purged(purged)).await?;
                    }
                }
                return Ok(End::Purged(purged));
            }
            Wish::RetryNotices | Wish::DropNotices { .. } => End::Notice(NoticeWish::Unknown),
            Wish::RetryDeadLetters | Wish::DropDeadLetters => End::Letter(LetterWish::Unknown),
            Wish::Reload => End::Reloaded(Reloaded::NotHere),
        };
        for app in &self.apps {
            end = of_installation(app, wish, id).await?;
            if !matches!(end, End::Notice(NoticeWish::Unknown) | End::Letter(LetterWish::Unknown)) {
                keep(app, wish, id, &end).await?;
                break;
            }
        }
        Ok(end)
    }
}

async fn of_installation(app: &Arc<App>, wish: &Wish, id: i64) -> Result<End, StoreError> {
    let (store, installation) = (app.store(), app.installation());
    Ok(match wish {
        Wish::Purge { before } => End::Purged(app.forget_words(*before, WORDS_AT_ONCE).await?),
        Wish::RetryNotices => End::Notice(store.retry_parked(installation, OutboxId(id), app.now()).await?),
        Wish::DropNotices { why } => {
            let reason = dropped_because(why.as_deref());
            End::Notice(store.drop_undelivered(installation, OutboxId(id), reason, app.now()).await?)
        }
        Wish::Reload => End::Reloaded(app.reload().await?),
        Wish::RetryDeadLetters => End::Letter(hear(app, id).await?),
        Wish::DropDeadLetters => {
            let was_there = store.end_reread(installation, id, RereadEnd::Gone).await?;
            End::Letter(if was_there { LetterWish::Dropped } else { LetterWish::Unknown })
        }
    })
}

fn dropped_because(why: Option<&str>) -> String {
    match why.map(str::trim).filter(|why| !why.is_empty()) {
        Some(why) => {
            format!("an operator dropped it: {}", why.chars().take(LONGEST_REASON).collect::<String>())
        }
        None => "an operator dropped it".to_owned(),
    }
}

/// Hears a dead letter again.
async fn hear(app: &App, id: i64) -> Result<LetterWish, StoreError> {
    Ok(match hear_letter(app, id).await? {
        LetterHeard::Understood => LetterWish::Understood,
        LetterHeard::NothingToDo => LetterWish::NothingToDo,
        LetterHeard::Stays { reason } => LetterWish::Stays { reason },
        LetterHeard::Doubtful => LetterWish::Doubtful,
        LetterHeard::Unknown => LetterWish::Unknown,
    })
}

/// Keeps on the log what an operator wanted, in the installation that has it.
async fn keep(app: &App, wish: &Wish, id: i64, end: &End) -> Result<(), StoreError> {
    let mut what = id.to_string();
    let deed = match wish {
        Wish::Purge { before } => {
            what = format!("before {}", before.format("%F"));
            Deed::ForgetWords
        }
        Wish::RetryNotices => Deed::RetryNotice,
        Wish::DropNotices { why: _ } => Deed::DropNotice,
        Wish::RetryDeadLetters => Deed::RetryLetter,
        Wish::DropDeadLetters => Deed::DropLetter,
        Wish::Reload => Deed::Reload,
    };
    let outcome = if end.is_refused() { admin::REFUSED } else { admin::DONE };
    app.log(LogEntry {
        at: app.now(),
        by: admin::OPERATOR.to_owned(),
        deed: deed.key().to_owned(),
        what,
        outcome: outcome.to_owned(),
    })
    .await
}
