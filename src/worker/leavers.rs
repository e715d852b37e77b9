//! People who cannot go on hand over what they own: whoever left, and whom the directory names no longer.
//!
//! Decides nothing itself: it looks who owns something, and has `decide::hand_over` decide. Who had a part is kept over a
//! restart, and only forgotten once all of theirs was handed over, so that a crash in between loses none.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::{App, Envelope};
use crate::domain::command::Command;
use crate::domain::decide::hand_over;
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::notice::What;
use crate::domain::org::Org;
use crate::domain::reason::Gone;
use crate::store::StoreError;

/// Where it is kept who had a part in the directory.
const KEPT_AS: &str = "had_parts";
/// How the topic of what nobody takes over begins.
const STUCK: &str = "nobody_takes_over:";
/// How many engagements admins are told by name.
const NAMED: usize = 10;

/// Hands over what belongs to people who cannot go on.
pub async fn tick(app: &Arc<App>) -> Result<(), StoreError> {
    let policy = app.policy();
    // Before Slack has told who is who, everybody would look gone.
    if !policy.org.knows_names() {
        return Ok(());
    }
    let now = policy.org.with_roles();
    let before = had_parts(app).await?;
    let unlisted: BTreeSet<UserId> = before.difference(&now).cloned().collect();
    let mut stuck = Vec::new();
    for owner in app.store().owners(app.installation()).await? {
        let Some(why) = hand_over::why_gone(&policy.org, &owner, &unlisted) else { continue };
        for engagement in app.store().owned(app.installation(), &owner).await? {
            let command = Command::HandOver { engagement, from: owner.clone(), why };
            app.handle(Envelope::internal(command)).await?;
            let left = app.engagement(engagement).await?;
            if left.is_some_and(|left| {
                left.owner.as_ref() == Some(&owner)
                    && hand_over::has_no_way(&policy, &left, &owner, app.now())
            }) {
                stuck.push(engagement);
            }
        }
    }
    askers_left(app, &policy.org).await?;
    report(app, &stuck).await?;
    // Whose engagements are stuck is remembered, so that they are handed over when somebody is named.
    let kept: BTreeSet<UserId> = if stuck.is_empty() { now } else { now.union(&before).cloned().collect() };
    if kept != before {
        let json = serde_json::to_string(&kept)
            .map_err(|error| StoreError::Unavailable(format!("people cannot be written: {error}")))?;
        app.store().keep(app.installation(), KEPT_AS, &json).await?;
    }
    Ok(())
}

/// What people asked who have left: whoever works on it is told, once.
async fn askers_left(app: &Arc<App>, org: &Org) -> Result<(), StoreError> {
    for who in app.store().requesters(app.installation()).await? {
        if org.person(&who).is_none_or(|person| !person.is_gone) {
            continue;
        }
        for engagement in app.store().asked_by(app.installation(), &who).await? {
            let command = Command::HandOver { engagement, from: who.clone(), why: Gone::Left };
            app.handle(Envelope::internal(command)).await?;
        }
    }
    Ok(())
}

async fn had_parts(app: &App) -> Result<BTreeSet<UserId>, StoreError> {
    let kept = app.store().kept(app.installation(), KEPT_AS).await?;
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

async fn report(app: &App, stuck: &[EngagementId]) -> Result<(), StoreError> {
    let what = (!stuck.is_empty()).then(|| What::NobodyTakesOver {
        engagements: stuck.iter().copied().take(NAMED).collect(),
        number: stuck.len(),
    });
    app.tell_admins_while(STUCK, what).await
}
