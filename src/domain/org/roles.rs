//! "Who is who" and "Who may do what": the roles of a person, from the resolved directory.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Area, Org, Place, PlaceId};
use crate::domain::ids::{AreaKey, UserId};

/// A role in a refusal: who could have pressed the button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// SMEs of that area.
    SmesOf(AreaKey),
    /// Area leads and admins.
    LeadsOf(AreaKey),
    /// PMs of that place (or of the area, where no place is known) and their cover.
    PmsOf(Option<PlaceId>),
    /// Who may let a call of that place pass below its notice (C12).
    Approvers(Option<PlaceId>),
    /// Whoever asked.
    Requester,
    /// Whoever takes it where no SMEs are known: anybody but the requester.
    Taker,
    /// Admins.
    Admins,
}

impl Org {
    /// Whether this person is an expert of the area: listed, in its handle's group, or a lead.
    pub fn is_sme(&self, user: &UserId, area: &AreaKey) -> bool {
        self.area(area).is_some_and(|area| area.members.contains(user) || area.leads.contains(user))
    }

    /// Whether this person counts as an SME in the area's internal channel: every full member who is not a PM.
    pub fn is_sme_in_internal_channel(&self, user: &UserId, area: &Area) -> bool {
        let full_member =
            self.person(user).is_none_or(|person| !person.is_guest && !person.is_bot && !person.is_gone);
        full_member && !self.answers_for(user, area)
    }

    /// Whether this person leads the area, or administers the bot.
    pub fn may_oversee(&self, user: &UserId, area: Option<&AreaKey>) -> bool {
        self.is_admin(user)
            || area.and_then(|key| self.area(key)).is_some_and(|area| area.leads.contains(user))
    }

    /// Whether this person administers the bot.
    pub fn is_admin(&self, user: &UserId) -> bool {
        self.admins.contains(user)
    }

    /// Whether this person's message stops the area's reply clocks (B1): a PM listed for the area, or cover, stage PM or
    /// product leader of one of its places.
    pub fn answers_for(&self, user: &UserId, area: &Area) -> bool {
        area.pms.contains(user) || self.finder.answers_for(user, &area.key)
    }

    /// Whether this person is a PM of the place, its cover, its stage PM, or its product leader.
    pub fn is_pm_of(&self, user: &UserId, place: &PlaceId) -> bool {
        self.place(place).is_some_and(|place| place.answering().any(|pm| pm == user))
    }

    /// The same then: whoever covers for a PM who is away counts as one as long as that lasts (B1).
    pub fn answers_for_then(&self, user: &UserId, area: &Area, at: DateTime<Utc>) -> bool {
        self.answers_for(user, area) || self.covers_for(user, at).any(|pm| self.answers_for(pm, area))
    }

    /// The same of a place.
    pub fn is_pm_of_then(&self, user: &UserId, place: &PlaceId, at: DateTime<Utc>) -> bool {
        self.is_pm_of(user, place) || self.covers_for(user, at).any(|pm| self.is_pm_of(pm, place))
    }

    /// Whether this person is a PM anywhere: listed for a group, stage or SME area, or a product leader.
    pub fn is_pm(&self, user: &UserId) -> bool {
        self.finder.is_pm(user)
    }

    /// Whether the directory gives this person any part: PM, cover, expert or lead.
    pub fn has_role(&self, user: &UserId) -> bool {
        self.is_pm(user)
            || self.areas.iter().any(|area| area.members.contains(user) || area.leads.contains(user))
    }

    /// Everybody to whom the directory gives a part.
    pub fn with_roles(&self) -> BTreeSet<UserId> {
        let of_places = self.places.iter().flat_map(Place::answering);
        let of_areas =
            self.areas.iter().flat_map(|area| area.pms.iter().chain(&area.members).chain(&area.leads));
        of_places.chain(of_areas).cloned().collect()
    }

    /// Whether this person is not to be asked directly (A1): PMs and whoever is listed.
    pub fn is_protected(&self, user: &UserId) -> bool {
        self.protected.contains(user) || self.is_pm(user)
    }

    /// Whether this person faces customers.
    pub fn is_field(&self, user: &UserId) -> bool {
        self.field.contains(user)
    }
}
