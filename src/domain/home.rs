//! What a person's App Home shows: what they owe, what they asked, and their areas, chosen from what was read for them.
//!
//! Only choosing and sorting; the words are `slack::render`'s. Nothing here depends on the passing of time but what is at
//! risk, what is today, and what was due: a Home whose facts stay stays as it is.

mod area;
mod owe;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use area::{AreaPart, AtRisk, Today};
pub use owe::{Owe, Owed};

use super::directory::AreaMode;
use super::engagement::{Engagement, State};
use super::ids::{AreaKey, EngagementId, UserId};
use super::org::{Area, Org, Policy};

/// What was read for a person.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Live, and theirs to do.
    pub owned: Vec<Engagement>,
    /// What they asked and what still concerns them, newest first.
    pub asked: Vec<Engagement>,
    /// Live in their areas, oldest first.
    pub in_areas: Vec<Engagement>,
    /// More of it than was read.
    pub is_cut: bool,
    /// Whether they ever asked anything.
    pub has_asked: bool,
    /// What is live in the whole company; only read for admins.
    pub in_all: Option<Everything>,
}

/// How much is live in the whole company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Everything {
    /// Questions to SMEs.
    pub questions: i64,
    /// Asks of PMs.
    pub pm_asks: i64,
    /// SMEs' inquiries.
    pub inquiries: i64,
    /// Calls.
    pub calls: i64,
}

/// How somebody is greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// A guest, or somebody we cannot tell from one: what this is, and nothing of anybody.
    Guest,
    /// Nothing of theirs was ever here: what this is, and how to begin.
    First,
    /// They know.
    Back,
}

/// What a Home shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// Whose.
    pub reader: UserId,
    /// How they are greeted.
    pub greeting: Greeting,
    /// What others wait for, the earliest due first; without a due time the oldest first.
    pub owe: Vec<Owed>,
    /// What they asked, newest first.
    pub asked: Vec<EngagementId>,
    /// Their areas, where they have any.
    pub area: Option<AreaPart>,
    /// Where some area is only tried out.
    pub pilot: Option<Pilot>,
    /// For admins.
    pub in_all: Option<Everything>,
}

/// Areas that are tried out by those who opted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pilot {
    /// Which.
    pub areas: Vec<AreaKey>,
    /// Whether the reader did.
    pub is_on: bool,
}

impl Home {
    /// One for a person that may be told nothing.
    pub fn of_a_guest(reader: &UserId) -> Self {
        Self {
            reader: reader.clone(),
            greeting: Greeting::Guest,
            owe: Vec::new(),
            asked: Vec::new(),
            area: None,
            pilot: None,
            in_all: None,
        }
    }

    /// The one of this person, at this instant.
    pub fn of(reader: &UserId, read: &Read, policy: &Policy, now: DateTime<Utc>) -> Self {
        if is_a_guest(&policy.org, reader) {
            return Self::of_a_guest(reader);
        }
        let areas: Vec<&Area> = areas_of(&policy.org, reader).collect();
        let is_known = read.has_asked || !read.owned.is_empty() || !areas.is_empty() || read.in_all.is_some();
        Self {
            reader: reader.clone(),
            greeting: if is_known { Greeting::Back } else { Greeting::First },
            owe: owe::owed(reader, read, policy),
            asked: read.asked.iter().map(|engagement| engagement.id).collect(),
            area: (!areas.is_empty()).then(|| AreaPart::of(reader, &areas, read, policy, now)),
            pilot: Pilot::of(reader, &policy.org),
            in_all: read.in_all,
        }
    }

    /// Everything that is named in it.
    pub fn names(&self) -> impl Iterator<Item = EngagementId> {
        let owed = self.owe.iter().map(|owed| owed.engagement);
        let area = self.area.iter().flat_map(AreaPart::names);
        owed.chain(self.asked.iter().copied()).chain(area)
    }
}

impl Pilot {
    fn of(reader: &UserId, org: &Org) -> Option<Self> {
        let tried = org.areas().iter().filter(|area| area.mode == AreaMode::Pilot);
        let areas: Vec<AreaKey> = tried.map(|area| area.key.clone()).collect();
        (!areas.is_empty()).then(|| Self { areas, is_on: org.is_pilot(reader) })
    }
}

/// Whether somebody is told nothing of anybody: guests, and those whom Slack did not tell us of.
pub fn is_a_guest(org: &Org, user: &UserId) -> bool {
    org.person(user).is_none_or(|person| person.is_guest || person.is_bot || person.is_gone)
}

/// The areas that are this person's: as expert, lead, or one of the PMs who answer for it.
pub fn areas_of<'a>(org: &'a Org, user: &'a UserId) -> impl Iterator<Item = &'a Area> {
    org.areas().iter().filter(|area| org.is_sme(user, &area.key) || org.answers_for(user, area))
}

/// Whether a change of this may change what that person's Home shows.
pub fn concerns(engagement: &Engagement, user: &UserId, org: &Org) -> bool {
    let in_area = |key: &AreaKey| {
        org.is_sme(user, key) || org.area(key).is_some_and(|area| org.answers_for(user, area))
    };
    engagement.requester == *user
        || engagement.owner.as_ref() == Some(user)
        || engagement.area.as_ref().is_some_and(in_area)
}

/// Whether others than its author may be told of it: what was never posted is its author's alone.
fn is_out(engagement: &Engagement) -> bool {
    engagement.state != State::Draft && engagement.home.is_some()
}

/// Whether it goes on, and was sent.
fn is_open(engagement: &Engagement) -> bool {
    matches!(engagement.state, State::Open | State::Taken)
}
