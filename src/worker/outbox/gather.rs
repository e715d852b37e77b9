//! Noise falls: reminders that wait in one lane together become one message, before any of them is sent.
//!
//! What they say together is `domain::digest`'s. Invariant: replaced in one transaction, so that none is told twice or lost.

use chrono::TimeDelta;

use super::deliver::Desk;
use crate::app::Counted;
use crate::domain::digest::{self, Waiting};
use crate::domain::notice::Address;
use crate::store::PAUSED;
use crate::store::{Settlement, StoreError};

/// For so long after a time in which we were down, what comes late may still be being decided.
const CATCHING_UP: TimeDelta = TimeDelta::minutes(2);
/// While it is, a reminder waits so long for others of its kind.
const TOGETHER_WITHIN: TimeDelta = TimeDelta::milliseconds(1_500);

/// Whether this notice was replaced by one that tells others, too, or waits for them.
pub(super) async fn gathered(desk: &Desk<'_>) -> Result<bool, StoreError> {
    let (app, claimed) = (desk.app, desk.claimed);
    let is_apart = claimed.lane.starts_with(PAUSED) || claimed.attempts > 0 || claimed.is_unsure;
    if !claimed.notice.what.is_reminder() || is_apart {
        return Ok(false);
    }
    let now = app.now();
    let downtime = app.downtime();
    let ripe_at = claimed.decided_at + TOGETHER_WITHIN;
    if now < ripe_at
        && app.last_gap().is_some_and(|gap| now < gap.to + CATCHING_UP)
        && app.store().next_due(app.installation()).await?.is_some_and(|due| due <= now)
    {
        let reason = "others may come to be told together with it".to_owned();
        let wait = Settlement::Deferred { at: ripe_at, lane: None, reason };
        app.store().settle(claimed, wait, now).await?;
        return Ok(true);
    }
    if claimed.behind < fewest_behind(&claimed.notice.to) {
        return Ok(false);
    }
    let behind = app.store().waiting_behind(claimed).await?;
    let head = Waiting { notice: &claimed.notice, since: claimed.decided_at };
    let rest = behind.iter().map(|one| Waiting { notice: &one.notice, since: one.decided_at });
    let waiting: Vec<_> = std::iter::once(head).chain(rest).collect();
    let Some((chosen, told)) = digest::together(&waiting, downtime.as_ref()) else { return Ok(false) };
    let ids: Vec<_> = chosen.iter().skip(1).map(|at| behind[at - 1].id).collect();
    let number = chosen.len();
    app.store().merge(claimed, ids, &told, now).await?;
    app.health.delivery.count(Counted::Merged, u64::try_from(number).unwrap_or(u64::MAX));
    tracing::info!(number, "reminders are told as one");
    Ok(true)
}

/// With fewer behind it, nothing can come of looking at them.
fn fewest_behind(to: &Address) -> u32 {
    let least = if matches!(to, Address::Direct { .. }) { digest::DIRECT } else { digest::FOR_ONE };
    u32::try_from(least - 1).expect("a small number")
}
