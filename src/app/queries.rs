//! Questions about what is stored; they change nothing.

use std::sync::Arc;

use super::{App, Outcome, Reloaded};
use crate::domain::admin::{Deed, LogEntry, REFUSED};
use crate::domain::command::Act;
use crate::domain::decide::absence;
use crate::domain::decision::{Entry, Reply};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::Role;
use crate::domain::refusal::Refusal;
use crate::store::{StoreError, View};

/// What a person can ask about what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// What I know.
    Help,
    /// The person's open asks and what they owe.
    Mine,
    /// One engagement, by the id they typed.
    Status(String),
    /// Whether they are away, as far as we know.
    Away,
    /// Who is away in the areas that they look after.
    AwayList,
    /// An admin wants directory and settings read anew.
    Reload,
    /// The numbers of the last so many days, of that area or of all that are theirs.
    Numbers {
        /// The area, as it was typed.
        area: Option<String>,
        /// How many days.
        days: u32,
    },
    /// A word of ours, used in a way that we do not know.
    NotUnderstood,
}

impl App {
    /// Answers a query.
    pub async fn query(self: &Arc<Self>, query: &Query, by: &UserId) -> Result<Outcome, StoreError> {
        let reply = match query {
            Query::Help => Reply::Help,
            Query::Mine => {
                let disputable = chrono::Duration::days(self.policy().rules.engagement.reopen_within_days);
                let since = self.now() - disputable;
                let by = by.clone();
                let read = move |view: &View<'_>| {
                    Ok(Reply::Mine { asked: ids(&view.live_of(&by, since)?), owed: ids(&view.owed_by(&by)?) })
                };
                self.store.read(self.installation, read).await?
            }
            Query::Status(typed) => self.status(typed, by).await?,
            Query::Away => absence::shown(&self.policy(), by, self.now()),
            Query::AwayList => absence::listed(&self.policy(), by, self.now()),
            Query::Reload => self.reload_for(by).await?,
            Query::Numbers { area, days } => self.report(area.as_deref(), *days, by).await?,
            Query::NotUnderstood => Reply::Refused(Refusal::NotUnderstood),
        };
        self.outcome(reply).await
    }

    async fn reload_for(self: &Arc<Self>, by: &UserId) -> Result<Reply, StoreError> {
        if !self.policy().org.is_admin(by) {
            return Ok(Reply::Refused(Refusal::OnlyAdmins));
        }
        let reloaded = self.reload().await?;
        let entry = LogEntry::of(self.now(), by, Deed::Reload, "");
        let is_used = matches!(reloaded, Reloaded::Used { .. });
        self.log(if is_used { entry } else { entry.ending(REFUSED) }).await?;
        Ok(match reloaded {
            Reloaded::Used { after_restart, warnings } => Reply::Reloaded { after_restart, warnings },
            Reloaded::Broken { problems } => Reply::Refused(Refusal::DirectoryBroken { problems }),
            Reloaded::NotHere => Reply::Refused(Refusal::NoReload),
        })
    }

    async fn status(&self, typed: &str, by: &UserId) -> Result<Reply, StoreError> {
        let unknown = || Reply::Refused(Refusal::Unknown { id: typed.trim().to_owned() });
        let Ok(id) = typed.parse::<EngagementId>() else { return Ok(unknown()) };
        let Some(engagement) = self.store.engagement(self.installation, id).await? else {
            return Ok(unknown());
        };
        // An id that is not theirs to see is answered as one that does not exist.
        if !self.may_see(&engagement, by) {
            return Ok(unknown());
        }
        let forgotten = self.store.read(self.installation, move |view| view.forgotten_at(id)).await?;
        Ok(Reply::Status { engagement: id, forgotten })
    }

    /// Whether this person may see an engagement's state: its requester, its owner, its area's experts, its PMs, and admins;
    /// everybody where its card is in a public channel.
    pub fn may_see(&self, engagement: &Engagement, by: &UserId) -> bool {
        if engagement.home.is_none() {
            return is_its_author(engagement, by);
        }
        let policy = self.policy();
        let org = &policy.org;
        let public = engagement.home.as_ref().is_some_and(|home| !org.is_private(&home.channel));
        public || engagement.requester == *by || self.may_see_briefing(engagement, by)
    }

    /// Whether this person may see customer, links, attendees and briefing ("Confidentiality": PMs, SMEs, requester).
    pub fn may_see_briefing(&self, engagement: &Engagement, by: &UserId) -> bool {
        if engagement.home.is_none() {
            return is_its_author(engagement, by) || is_asked_for_exception(engagement, by);
        }
        let policy = self.policy();
        let org = &policy.org;
        let now = self.now();
        let is_pm = engagement.place.as_ref().is_some_and(|place| org.is_pm_of_then(by, place, now));
        let area = engagement.area.as_ref();
        let in_area = area.is_some_and(|key| {
            org.is_sme(by, key) || org.area(key).is_some_and(|area| org.answers_for_then(by, area, now))
        });
        engagement.requester == *by
            || engagement.owner.as_ref() == Some(by)
            || is_asked_for_exception(engagement, by)
            || is_pm
            || in_area
            || org.may_oversee(by, area)
    }

    /// Who could see what this person may not.
    pub fn briefing_role(engagement: &Engagement) -> Role {
        engagement.area.clone().map_or(Role::PmsOf(engagement.place.clone()), Role::SmesOf)
    }

    /// What this person would be refused if they did that now, because it is not theirs to do; nothing changes.
    pub async fn refusal_of(&self, act: &Act) -> Result<Option<Refusal>, StoreError> {
        let (policy, now, act) = (self.policy(), self.now(), act.clone());
        let would = move |view: &View<'_>| super::load::would_decide(view, &act, &policy, now);
        let decision = self.store.read(self.installation, would).await?;
        Ok(match decision.reply {
            Reply::Refused(
                refusal @ (Refusal::NotYours { .. }
                | Refusal::PmAskedAlready { .. }
                | Refusal::ClockNotOn { .. }),
            ) => Some(refusal),
            _ => None,
        })
    }

    /// An engagement with its timeline, for *Why here* and `explain`.
    pub async fn history(&self, id: EngagementId) -> Result<Option<(Engagement, Vec<Entry>)>, StoreError> {
        let read = move |view: &View<'_>| {
            let Some(engagement) = view.engagement(id)? else { return Ok(None) };
            Ok(Some((engagement, view.timeline(id)?)))
        };
        self.store.read(self.installation, read).await
    }
}

/// Who is asked to let a call pass below its notice decides upon what it is about (C12).
fn is_asked_for_exception(engagement: &Engagement, by: &UserId) -> bool {
    engagement.exception().is_some_and(|exception| exception.asked.contains(by))
}

/// What was never posted is its author's alone, and of the PM who redirects it.
fn is_its_author(engagement: &Engagement, by: &UserId) -> bool {
    engagement.requester == *by || engagement.owner.as_ref() == Some(by)
}

fn ids(engagements: &[Engagement]) -> Vec<EngagementId> {
    engagements.iter().map(|engagement| engagement.id).collect()
}
