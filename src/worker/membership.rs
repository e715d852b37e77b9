//! PMs belong in the internal channels (B8): who is in them is looked up weekly, the area leads are told of a PM who is not, and
//! again only when that changes.
//!
//! A channel that cannot be looked at stays as it was last seen: nobody is told of what we could not see.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::names::{self, Source};
use crate::app::App;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::{Area, Org};
use crate::slack::client::Slack;
use crate::store::StoreError;

/// How often it is looked. A little less than a week, so that a look each night comes to one a week.
const EVERY: TimeDelta = TimeDelta::hours(7 * 24 - 2);
/// Where it is kept when it was looked last.
const KEPT_AS: &str = "looked_who_is_inside";

/// Looks, unless it did in the last week.
pub async fn tick_weekly(app: &Arc<App>, slack: &Slack, source: &Source) -> Result<(), StoreError> {
    let last = app.store().kept(app.installation(), KEPT_AS).await?;
    let last = last.and_then(|text| text.parse::<DateTime<Utc>>().ok());
    if last.is_some_and(|last| app.now() - last < EVERY) {
        return Ok(());
    }
    tick(app, slack, source).await
}

/// Looks who is in each internal channel, and tells the leads.
pub async fn tick(app: &Arc<App>, slack: &Slack, source: &Source) -> Result<(), StoreError> {
    let Some(mut names) = names::kept(app).await? else { return Ok(()) };
    let policy = app.policy();
    let channels: BTreeSet<&ChannelId> =
        policy.org.areas().iter().filter_map(|area| area.internal_channel.as_ref()).collect();
    let mut is_whole = true;
    for channel in channels {
        match slack.members(channel).await {
            Ok(members) => {
                names.inside.insert(channel.clone(), members.into_iter().collect());
            }
            Err(error) => {
                is_whole = false;
                tracing::warn!(%channel, %error, "who is in an internal channel could not be read");
            }
        }
    }
    // What events told meanwhile is not undone.
    let mut latest = names::kept(app).await?.unwrap_or_default();
    latest.inside = names.inside;
    names::take(app, &source.load_full(), &latest).await?;
    for area in app.policy().org.areas() {
        tell_leads(app, area).await?;
    }
    if is_whole {
        app.store().keep(app.installation(), KEPT_AS, &app.now().to_rfc3339()).await?;
    }
    Ok(())
}

async fn tell_leads(app: &App, area: &Area) -> Result<(), StoreError> {
    let pms = outside(&app.policy().org, area);
    for lead in &area.leads {
        let what = What::PmsOutside { area: area.key.clone(), pms: pms.clone() };
        let to = Address::Direct { user: lead.clone() };
        let notice = Notice { to, what, engagement: None, urgent: false };
        let start = format!("pms_outside:{}:{lead}:", area.key);
        app.tell_while(&start, (!pms.is_empty()).then_some(notice)).await?;
    }
    Ok(())
}

/// The PMs of an area who are known not to be in its internal channel.
fn outside(org: &Org, area: &Area) -> Vec<UserId> {
    let Some(channel) = &area.internal_channel else { return Vec::new() };
    area.pms.iter().filter(|pm| org.is_outside(pm, channel)).cloned().collect()
}
