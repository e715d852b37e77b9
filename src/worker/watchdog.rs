//! The watchdog: goes through what is live, page by page, and asks of each engagement whether the clocks run that the rules
//! want. A lost one is set again, so that the ordinary way decides; admins hear once, and again when it changes.
//!
//! Never decides anything itself, and never hurries: a page at a time, so that a million engagements cost no more than ten.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};

use super::replan;
use crate::app::{App, Envelope};
use crate::domain::command::{ClockKind, Command};
use crate::domain::decide::Case;
use crate::domain::decide::owed::{OVERDUE, Owed, owed};
use crate::domain::decision::{ClockChange, Decision};
use crate::domain::engagement::Engagement;
use crate::domain::ids::EngagementId;
use crate::domain::notice::What;
use crate::store::{Audited, Live, StoreError};

/// How many engagements are looked at in one go.
const PAGE: u32 = 100;
/// How many overdue clocks are counted.
const COUNTED: u32 = 1_000;
/// How many engagements admins are told by name.
const NAMED: usize = 10;
/// What is gone through, in this order.
const KINDS: [&str; 4] = ["inquiry", "call", "question", "pm_ask"];
const STATES: [&str; 3] = ["draft", "open", "taken"];

/// One round over everything that is live.
#[derive(Debug, Default)]
pub struct Round {
    /// Which kind and state, counted through.
    at: usize,
    after: i64,
    repaired: Vec<EngagementId>,
    unreadable: Vec<EngagementId>,
}

/// Goes round once, to its end.
pub async fn tick(app: &App) -> Result<(), StoreError> {
    let mut round = Round::default();
    while !round.go_on(app).await? {}
    Ok(())
}

/// What a round would find lost, or at another instant than the calendars give, and would set; changes nothing.
pub async fn lost_now(app: &App) -> Result<Vec<(EngagementId, ClockKind)>, StoreError> {
    let mut all = Vec::new();
    for (kind, state) in KINDS.into_iter().flat_map(|kind| STATES.map(|state| (kind, state))) {
        let mut live = Live { kind, state, after: 0 };
        loop {
            let page = app.store().audit_live(app.installation(), live, PAGE).await?;
            let Some(last) = page.last() else { break };
            live.after = last.place;
            for audited in &page {
                let Ok(engagement) = &audited.engagement else { continue };
                let lost = lost(app, engagement, &running(audited));
                all.extend(lost.into_iter().map(|owed| (audited.id, owed.kind)));
                let moved = replan::wanted(app, engagement, &audited.clocks).clocks;
                all.extend(moved.into_iter().filter_map(|change| match change {
                    ClockChange::Set { kind, .. } => Some((audited.id, kind)),
                    ClockChange::Stop { .. } | ClockChange::StopAll { .. } => None,
                }));
            }
        }
    }
    Ok(all)
}

fn running(audited: &Audited) -> Vec<ClockKind> {
    audited.clocks.iter().map(|clock| clock.kind).collect()
}

impl Round {
    /// Looks at the next page; whether that was the last one, and what was found is told.
    pub async fn go_on(&mut self, app: &App) -> Result<bool, StoreError> {
        app.health.last_audit.store(app.now().timestamp_micros(), Ordering::Relaxed);
        let (Some(kind), Some(state)) =
            (KINDS.get(self.at / STATES.len()), STATES.get(self.at % STATES.len()))
        else {
            self.look_at_answered(app).await?;
            self.report(app).await?;
            return Ok(true);
        };
        let live = Live { kind, state, after: self.after };
        let page = app.store().audit_live(app.installation(), live, PAGE).await?;
        let is_full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        self.after = page.last().map_or(0, |last| last.place);
        for audited in page {
            self.look_at(app, audited).await?;
        }
        if !is_full {
            self.at += 1;
            self.after = 0;
        }
        Ok(false)
    }

    /// What was answered long enough to be closed by now.
    async fn look_at_answered(&mut self, app: &App) -> Result<(), StoreError> {
        let after = app.policy().rules.engagement.close_after.span();
        let before = app.now() - after - OVERDUE;
        for audited in app.store().audit_answered(app.installation(), before, PAGE).await? {
            self.look_at(app, audited).await?;
        }
        Ok(())
    }

    async fn look_at(&mut self, app: &App, audited: Audited) -> Result<(), StoreError> {
        let running = running(&audited);
        let Audited { place: _, id, engagement, clocks } = audited;
        let engagement = match engagement {
            Ok(engagement) => engagement,
            Err(error) => {
                tracing::error!(engagement = %id, %error, "an engagement cannot be read");
                self.unreadable.push(id);
                return Ok(());
            }
        };
        let lost = lost(app, &engagement, &running);
        if lost.is_empty() {
            return replan::one(app, &engagement, &clocks).await.map(|_| ());
        }
        match repair(app, engagement, &lost).await {
            Ok(()) => {
                app.health.repaired.fetch_add(1, Ordering::Relaxed);
                self.repaired.push(id);
                Ok(())
            }
            // It changed meanwhile: the next round looks again.
            Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn report(&self, app: &App) -> Result<(), StoreError> {
        let overdue = app.store().overdue(app.installation(), app.now() - OVERDUE, COUNTED).await?;
        app.health.overdue.store(overdue.number.into(), Ordering::Relaxed);
        let late = overdue.since.map(|since| {
            tracing::error!(number = overdue.number, %since, "clocks are due for long and not decided upon");
            What::ClocksLate { number: overdue.number, since }
        });
        let set = (!self.repaired.is_empty())
            .then(|| What::ClocksSet { engagements: named(&self.repaired), number: self.repaired.len() });
        let unreadable = (!self.unreadable.is_empty()).then(|| What::Unreadable {
            engagements: named(&self.unreadable),
            number: self.unreadable.len(),
        });
        for (start, found) in [("clocks_late", late), ("clocks_set:", set), ("unreadable:", unreadable)] {
            app.tell_admins_while(start, found).await?;
        }
        Ok(())
    }
}

fn named(ids: &[EngagementId]) -> Vec<EngagementId> {
    ids.iter().copied().take(NAMED).collect()
}

/// The clocks that the rules want and that do not run.
fn lost(app: &App, engagement: &Engagement, running: &[ClockKind]) -> Vec<Owed> {
    let policy = app.policy();
    let case = Case {
        engagement,
        parent: None,
        next_id: EngagementId(0),
        policy: &policy,
        now: app.now(),
        downtime: None,
    };
    owed(&case).into_iter().filter(|owed| !owed.is_among(running)).collect()
}

/// Sets them, if the engagement is still what it was.
async fn repair(app: &App, engagement: Engagement, lost: &[Owed]) -> Result<(), StoreError> {
    let (id, now) = (engagement.id, app.now());
    let mut decision = Decision::default();
    for owed in lost {
        let due: DateTime<Utc> = owed.due.max(now);
        tracing::error!(engagement = %id, clock = owed.kind.key(), %due, "a clock was lost, and is set again");
        decision.set_clock(id, owed.kind, due);
    }
    // A change that changes nothing: it is a conflict where somebody else was faster.
    decision.change(engagement);
    app.commit_alone(decision, Envelope::internal(Command::Nothing)).await
}
