//! Running clocks follow the calendars: after each change of working hours, days off or somebody's zone, what is live is looked
//! at once, and each clock that counts working time is set to where it belongs by now.
//!
//! Decides nothing itself (`decide::replan` does), one engagement a transaction. A change that was not seen to the end is seen to
//! after the next start, and the watchdog asks the same of everything it looks at.

use crate::app::{App, Envelope};
use crate::domain::command::Command;
use crate::domain::decide::Case;
use crate::domain::decide::replan::replan;
use crate::domain::decision::Decision;
use crate::domain::engagement::Engagement;
use crate::domain::ids::EngagementId;
use crate::store::{DueClock, Live, StoreError};

/// How many engagements are looked at in one go.
const PAGE: u32 = 100;
/// What has clocks that count working time.
const LOOKED_AT: [(&str, &str); 4] =
    [("inquiry", "open"), ("inquiry", "taken"), ("call", "open"), ("call", "taken")];

/// Moves the running clocks of what is live, if calendars changed since last time; how many engagements it moved clocks of.
pub async fn tick(app: &App) -> Result<usize, StoreError> {
    if !app.calendars.take() {
        return Ok(0);
    }
    let looked = all(app).await;
    if looked.is_err() {
        app.calendars.again();
    }
    looked
}

async fn all(app: &App) -> Result<usize, StoreError> {
    let mut moved = 0;
    for (kind, state) in LOOKED_AT {
        let mut live = Live { kind, state, after: 0 };
        loop {
            let page = app.store().audit_live(app.installation(), live, PAGE).await?;
            let Some(last) = page.last() else { break };
            live.after = last.place;
            for audited in page {
                // One that cannot be read is the watchdog's to tell.
                let Ok(engagement) = audited.engagement else { continue };
                moved += usize::from(one(app, &engagement, &audited.clocks).await?);
            }
        }
    }
    if moved > 0 {
        tracing::info!(moved, "calendars changed, and running clocks with them");
    }
    Ok(moved)
}

/// Moves the clocks of one engagement; whether there was something to move.
pub(super) async fn one(
    app: &App,
    engagement: &Engagement,
    running: &[DueClock],
) -> Result<bool, StoreError> {
    let decision = wanted(app, engagement, running);
    if decision.is_empty() {
        return Ok(false);
    }
    match app.commit_alone(decision, Envelope::internal(Command::Nothing)).await {
        Ok(()) => Ok(true),
        // Whatever was faster may have known the old calendars only.
        Err(StoreError::Conflict) => {
            app.calendars.again();
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// What would be decided about the clocks of an engagement.
pub(super) fn wanted(app: &App, engagement: &Engagement, running: &[DueClock]) -> Decision {
    let policy = app.policy();
    let running: Vec<_> = running.iter().map(|clock| (clock.kind, clock.due)).collect();
    let case = Case {
        engagement,
        parent: None,
        next_id: EngagementId(0),
        policy: &policy,
        now: app.now(),
        downtime: None,
    };
    replan(&case, &running)
}
