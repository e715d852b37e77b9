//! Reminders that were on their way when they were paused: put aside, and back in their lane when the pause is over.
//!
//! Only what reminds waits: its lane goes on. What may have been sent already is looked for all the same.

use std::borrow::Cow;

use chrono::TimeDelta;

use super::deliver::Desk;
use crate::domain::engagement::Engagement;
use crate::domain::notice::{Notice, What};
use crate::store::{PAUSED, Settlement};

/// How soon one is looked at again whose pause has no end yet.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Whether it has to wait, or waited and goes back to its lane.
pub(super) fn waits(
    desk: &Desk<'_>,
    notice: &Notice,
    engagement: Option<&Engagement>,
    related: &[Engagement],
) -> Option<Settlement> {
    let (app, claimed) = (desk.app, desk.claimed);
    let is_paused = |engagement: &Engagement| app.is_paused(engagement);
    let waits = !claimed.is_unsure
        && match &notice.what {
            What::Digest { .. } => related.iter().any(is_paused),
            what => what.is_reminder() && engagement.is_some_and(is_paused),
        };
    let now = app.now();
    if waits {
        let lane = Some(format!("{PAUSED}{}", notice.lane()));
        let reason = "reminders are paused".to_owned();
        return Some(Settlement::Deferred { at: now + LOOK_AGAIN, lane, reason });
    }
    claimed.lane.starts_with(PAUSED).then(|| {
        let (lane, reason) = (Some(notice.lane()), "reminders are not paused any more".to_owned());
        Settlement::Deferred { at: now, lane, reason }
    })
}

/// What was decided before a pause, and comes after it, says so.
pub(super) fn late<'a>(
    desk: &Desk<'_>,
    notice: Cow<'a, Notice>,
    engagement: Option<&Engagement>,
) -> Cow<'a, Notice> {
    let decided = desk.claimed.decided_at;
    let pause = engagement
        .filter(|_| notice.what.is_reminder())
        .and_then(|engagement| desk.app.last_pause_of(engagement))
        .filter(|pause| decided <= pause.to);
    let Some(pause) = pause else { return notice };
    let mut notice = notice.into_owned();
    if let Some(because) = notice.what.late_because_mut() {
        because.get_or_insert(pause);
    }
    Cow::Owned(notice)
}
