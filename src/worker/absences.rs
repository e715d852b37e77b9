//! Absences that begin: what somebody owns is handed on, and promises that fall into their absence are told.
//!
//! Decides nothing itself: it looks who is away, and has `decide::hand_over` decide, one engagement at a time. How far an absence
//! was seen to is kept, and only moves on once all of theirs was decided upon, so that a crash in between loses none; deciding
//! twice is harmless. What somebody takes on in the midst of their absence is theirs, and is not looked at again.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::app::{App, Envelope};
use crate::domain::command::Command;
use crate::domain::reason::Gone;
use crate::store::{Stage, StoreError, Stored};

/// For so long after its beginning an absence is looked at again: a decision may have been under way that knew nothing of it.
const LOOKS_AGAIN: Duration = Duration::seconds(10);

/// Sees to every absence as far as its time has come; forgets those that are over.
pub async fn tick(app: &Arc<App>) -> Result<(), StoreError> {
    let (store, installation) = (app.store(), app.installation());
    let (all, now) = (app.read_absences().await?, app.now());
    if all.iter().any(|stored| stored.absence.until <= now) {
        store.forget_absences(installation, now).await?;
        app.read_absences().await?;
    }
    for stored in all.iter().filter(|stored| now < stored.absence.until) {
        let Some(stage) = next_stage(stored, now) else { continue };
        hand_over(app, stored).await?;
        if stage != stored.stage {
            store.absence_seen_to(installation, stored, stage).await?;
        }
    }
    Ok(())
}

/// How far it will be seen to when it was looked at now; `None` where there is nothing to look at.
fn next_stage(stored: &Stored, now: DateTime<Utc>) -> Option<Stage> {
    let began = stored.absence.from.max(stored.set_at);
    match stored.stage {
        Stage::Begun => None,
        Stage::Set if now < began => Some(Stage::Told),
        Stage::Told if now < began => None,
        Stage::Set | Stage::Told if now < began + LOOKS_AGAIN => Some(stored.stage),
        Stage::Set | Stage::Told => Some(Stage::Begun),
    }
}

async fn hand_over(app: &Arc<App>, stored: &Stored) -> Result<(), StoreError> {
    let absence = &stored.absence;
    for engagement in app.store().owned(app.installation(), &absence.who).await? {
        let why = Gone::Away { until: absence.last_day };
        let command = Command::HandOver { engagement, from: absence.who.clone(), why };
        match app.handle(Envelope::internal(command)).await {
            Ok(_) => {}
            // Admins were told, and the watchdog goes on telling them; it holds up nothing else.
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "what somebody owns who is away cannot be read");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::domain::absence::Absence;
    use crate::domain::ids::UserId;

    #[test]
    fn an_absence_is_seen_to_when_it_is_set_and_when_it_begins() {
        let at = |seconds: i64| Utc.timestamp_opt(1_800_000_000 + seconds, 0).single().expect("an instant");
        let stored = |stage, set_at| Stored {
            absence: Absence {
                who: UserId::from("UPAUL"),
                from: at(1_000),
                until: at(90_000),
                last_day: at(0).date_naive(),
                cover: None,
                set_by: UserId::from("UPAUL"),
            },
            set_at: at(set_at),
            stage,
        };
        for (stage, set_at, now, next) in [
            (Stage::Set, 0, 1, Some(Stage::Told)),
            (Stage::Told, 0, 1, None),
            (Stage::Told, 0, 1_000, Some(Stage::Told)),
            (Stage::Told, 0, 1_010, Some(Stage::Begun)),
            (Stage::Begun, 0, 1_011, None),
            // Begun at once.
            (Stage::Set, 1_000, 1_000, Some(Stage::Set)),
            (Stage::Set, 2_000, 2_009, Some(Stage::Set)),
            (Stage::Set, 2_000, 2_010, Some(Stage::Begun)),
            // We were down when it began.
            (Stage::Set, 0, 50_000, Some(Stage::Begun)),
        ] {
            assert_eq!(next_stage(&stored(stage, set_at), at(now)), next, "{stage:?} set {set_at}, at {now}");
        }
    }
}
