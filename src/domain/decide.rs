//! Deciding: what follows from a command, given what is known. Pure; time is an argument.
//!
//! One file a kind of engagement. Each function takes a [`Case`] and what happened, and returns a [`Decision`](super::decision::Decision).

pub mod absence;
pub mod ask;
mod asker_left;
pub mod call;
pub mod card_gone;
pub mod destination;
pub mod draft;
pub mod exception;
pub mod hand_over;
pub mod inquiry;
pub mod owed;
pub mod own_words;
pub mod pm_ask;
pub mod question;
pub mod replan;
pub mod report;
mod requester;
pub mod switching;
pub mod typed;

use chrono::{DateTime, Utc};

use super::engagement::Engagement;
use super::ids::EngagementId;
use super::org::Policy;

/// What is known when something happens to an engagement.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The engagement, as read.
    pub engagement: &'a Engagement,
    /// The engagement behind it (a question behind an inquiry), as read.
    pub parent: Option<&'a Engagement>,
    /// The id for an engagement that begins; unused where none does.
    pub next_id: EngagementId,
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// A time in which we were down and that just ended, where there was one (B7).
    pub downtime: Option<&'a super::notice::Downtime>,
}

impl Case<'_> {
    /// Why what was due then comes late, where we were the cause (B7).
    fn late_because(&self, due: DateTime<Utc>) -> Option<super::notice::Downtime> {
        self.downtime.filter(|gap| gap.explains(due, self.now)).cloned()
    }
}
