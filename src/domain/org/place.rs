//! A place of the taxonomy: section, stage, group or category, with what it inherits from above.

use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::directory::GroupProcess;
use crate::domain::ids::{AreaKey, ChannelId, UserId};
use crate::domain::rules::{Holidays, WorkingHours};

/// The path of a place (`section/ops`, `stage/verify`, `group/verify/runner`, `category/verify/runner/runner_core`).
/// A category without a group has `-` in the group's stead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceId(pub String);

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The level of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A section.
    Section,
    /// A stage.
    Stage,
    /// A group.
    Group,
    /// A category.
    Category,
}

/// A place with all that a decision asks of it; what is not its own is its group's, then its stage's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub id: PlaceId,
    /// Its level.
    pub kind: PlaceKind,
    /// What people call it.
    pub name: String,
    /// With the levels above it: `Verify › Runner › Runner Core`.
    pub full_name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Words that point here.
    pub keywords: Vec<String>,
    /// The name of its section.
    pub section: Option<String>,
    /// Its stage (itself for a stage).
    pub stage: Option<PlaceId>,
    /// Its group (itself for a group).
    pub group: Option<PlaceId>,
    /// The SME area that answers first.
    pub area: Option<AreaKey>,
    /// The group's usable channel.
    pub channel: Option<ChannelId>,
    /// The stage's usable channel.
    pub stage_channel: Option<ChannelId>,
    /// The PMs of the group, the first one on duty first; the stage PM where the group has none; the product leader for a
    /// section.
    pub pms: Vec<UserId>,
    /// Who stands in for them.
    pub cover: Vec<UserId>,
    /// The stage's PM.
    pub stage_pm: Option<UserId>,
    /// The section's product leader.
    pub leader: Option<UserId>,
    /// The group's engineering managers.
    pub engineering_managers: Vec<UserId>,
    /// The group's calendar, with what its holiday calendars hold.
    pub calendar: Option<PlaceCalendar>,
    /// The group's own way of being asked (A10).
    pub process: Option<GroupProcess>,
}

/// The working calendar of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCalendar {
    /// The zone, where the directory names one; else each person's own.
    pub time_zone: Option<Tz>,
    /// The working week.
    pub hours: WorkingHours,
    /// Days off.
    pub holidays: Holidays,
}

impl Place {
    /// Who answers for it: its PMs, their cover, its stage PM and its product leader.
    pub(super) fn answering(&self) -> impl Iterator<Item = &UserId> {
        self.pms.iter().chain(&self.cover).chain(&self.stage_pm).chain(&self.leader)
    }
}
