//! Switching an area on: what was switched by hand, who tries the bot out, and for whom it works in an area.
//!
//! A mode that was switched in Slack holds until the directory's line for that area changes, or until it is cleared. Plain
//! values; nothing here posts or stores.

use std::collections::{HashMap, HashSet};

use super::directory::AreaMode;
use super::ids::{AreaKey, UserId};
use super::org::{Area, Org};

/// What is kept of an area's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptMode {
    /// What the directory said when it was last looked at.
    pub directory: AreaMode,
    /// What was switched in Slack since, which wins.
    pub switched: Option<AreaMode>,
}

/// Everything that was switched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// What is kept of each area's mode.
    pub modes: HashMap<AreaKey, KeptMode>,
    /// Who tries the bot out where an area is in pilot.
    pub pilots: HashSet<UserId>,
}

/// One switch, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// Somebody tries the bot out, or no longer.
    Pilot {
        /// Who.
        user: UserId,
        /// Whether from now on.
        on: bool,
    },
    /// An area's mode.
    Mode {
        /// Which area.
        area: AreaKey,
        /// What is kept of it from now on.
        kept: KeptMode,
        /// Who switched it; `None` for a line of the directory.
        by: Option<UserId>,
    },
}

/// Somebody wants something switched, in the words that they typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switching {
    /// Who.
    pub by: UserId,
    /// What.
    pub wish: Wish,
}

/// What can be switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Trying the bot out, for oneself.
    Pilot {
        /// From now on, or no longer.
        on: bool,
    },
    /// An area's mode, for everybody.
    Mode {
        /// The area, as typed: its key, name or channel.
        area: String,
        /// The mode, as typed.
        mode: String,
    },
}

impl AreaMode {
    /// Every mode, the quietest first.
    pub const ALL: [Self; 3] = [Self::Observe, Self::Pilot, Self::On];

    /// Its word in the directory, in Slack and in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Pilot => "pilot",
            Self::On => "on",
        }
    }

    /// The mode of that word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.key() == key)
    }
}

impl Area {
    /// Whether the bot works in this area for that person.
    pub fn is_on_for(&self, user: &UserId, org: &Org) -> bool {
        match self.mode {
            AreaMode::On => true,
            AreaMode::Pilot => org.pilots.contains(user),
            AreaMode::Observe => false,
        }
    }
}

impl Org {
    /// Applies what was switched. What was switched while the directory said something else holds no longer.
    pub fn switch(&mut self, switches: &Switches) {
        for area in &mut self.areas {
            let kept = switches.modes.get(&area.key).filter(|kept| kept.directory == area.directory_mode);
            area.mode = kept.and_then(|kept| kept.switched).unwrap_or(area.directory_mode);
        }
        self.pilots.clone_from(&switches.pilots);
    }

    /// Whether this person tries the bot out where an area is in pilot.
    pub fn is_pilot(&self, user: &UserId) -> bool {
        self.pilots.contains(user)
    }

    /// The area that people mean by that: its key, its name, or its SME channel.
    pub fn area_by_word(&self, typed: &str) -> Option<&Area> {
        let typed = typed.trim();
        let channel = typed.strip_prefix('#').unwrap_or(typed);
        self.areas.iter().find(|area| {
            let same = |word: &str, other: &str| word.to_lowercase() == other.to_lowercase();
            let is_channel = |id| {
                self.channel(id).is_some_and(|known| same(&known.name, channel) || id.as_str() == channel)
            };
            same(area.key.as_str(), typed)
                || same(&area.name, typed)
                || area.channel.as_ref().is_some_and(is_channel)
        })
    }
}
