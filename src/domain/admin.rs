//! What admins (and area leads, for their area) can ask of the bot itself, what they hear, and the log of it.
//!
//! Plain data: who may do what is decided where it is done, with [`super::org::Org::may_oversee`]. The log never holds words
//! that people wrote.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::directory::AreaMode;
use super::ids::{AreaKey, EngagementId, UserId};
use super::pause::Pause;

/// Something asked of the bot itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// What can be done here, and how things stand.
    Card,
    /// The same of one area, to pause and resume its reminders.
    CardOf {
        /// The area.
        area: String,
    },
    /// Reminders wait.
    Pause {
        /// The area, as it was typed; `None` for all.
        area: Option<String>,
        /// Until when.
        until: Until,
    },
    /// Reminders go on.
    Resume {
        /// The area, as it was typed; `None` for all.
        area: Option<String>,
    },
    /// An ask is closed.
    Close {
        /// Which, as it was typed.
        id: String,
        /// Why.
        why: String,
    },
    /// An ask is given to somebody.
    Reassign {
        /// Which, as it was typed.
        id: String,
        /// To whom.
        to: UserId,
    },
    /// A card that is gone is posted again.
    Resend {
        /// Whose, as it was typed.
        id: String,
    },
    /// Messages that could not be delivered.
    Parked,
    /// One of them is tried again.
    RetryNotice {
        /// Which.
        row: i64,
    },
    /// One of them is dropped.
    DropNotice {
        /// Which.
        row: i64,
    },
    /// What could not be understood.
    Letters,
    /// One of them is heard again.
    RetryLetter {
        /// Which.
        row: i64,
    },
    /// One of them is thrown away.
    DropLetter {
        /// Which.
        row: i64,
    },
    /// In which areas the bot acts.
    Modes,
    /// How the bot is.
    Health,
    /// What was done here.
    Log {
        /// In so many days.
        days: u32,
    },
    /// What can be typed here.
    Help,
    /// A word that is none of these.
    NotUnderstood,
}

impl Wish {
    /// Whether it does something that must not be done twice. Closing and reassigning are ordinary acts, with keys of their own.
    pub const fn is_a_deed(&self) -> bool {
        match self {
            Self::Pause { .. }
            | Self::Resume { .. }
            | Self::Resend { .. }
            | Self::RetryNotice { .. }
            | Self::DropNotice { .. }
            | Self::RetryLetter { .. }
            | Self::DropLetter { .. } => true,
            Self::Card
            | Self::CardOf { .. }
            | Self::Close { .. }
            | Self::Reassign { .. }
            | Self::Parked
            | Self::Letters
            | Self::Modes
            | Self::Health
            | Self::Log { .. }
            | Self::Help
            | Self::NotUnderstood => false,
        }
    }
}

/// Somebody's wish as it came.
#[derive(Debug, Clone, Copy)]
pub struct Wished<'a> {
    /// Who.
    pub by: &'a UserId,
    /// Keys under which it must never be done again.
    pub keys: &'a [String],
}

/// Until when reminders wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Until somebody resumes them.
    Resumed,
    /// For so many minutes.
    Minutes(u32),
    /// Until tomorrow, when the working day of whoever asks begins.
    Tomorrow,
}

/// What whoever asked hears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// How things stand, and what this person can do.
    Card(Card),
    /// Reminders wait.
    Paused(Pause),
    /// Reminders go on; what waited comes now.
    Resumed {
        /// Of which area; `None` for all.
        area: Option<AreaKey>,
    },
    /// They were not paused.
    NotPaused {
        /// Of which area; `None` for all.
        area: Option<AreaKey>,
    },
    /// Messages that could not be delivered.
    Parked {
        /// The first of them.
        rows: Vec<ParkedRow>,
        /// How many there are.
        number: usize,
    },
    /// What could not be understood.
    Letters {
        /// The newest of them.
        rows: Vec<LetterRow>,
        /// How many there are, as far as they are counted.
        number: usize,
    },
    /// What became of a row.
    Row {
        /// Which.
        row: i64,
        /// How it ended.
        outcome: RowOutcome,
    },
    /// In which areas the bot acts.
    Modes(Vec<(AreaKey, AreaMode)>),
    /// What is wrong, in a word each.
    Health(Vec<String>),
    /// What was done.
    Log {
        /// In so many days.
        days: u32,
        /// How often which deed was done.
        counts: Vec<(String, usize)>,
        /// The newest ones.
        last: Vec<LogEntry>,
    },
    /// The card is posted again.
    Resent {
        /// Whose.
        id: EngagementId,
    },
    /// Its card is where it was.
    CardStands {
        /// Whose.
        id: EngagementId,
    },
    /// It came a second time, and was done the first.
    DoneBefore,
    /// What an admin can type, after what was not understood.
    Usage,
    /// What admins can type, and who may.
    Help,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// What is paused.
    pub pauses: Vec<Pause>,
    /// The areas of a lead, or the one that was chosen; empty for an admin, who may do everything.
    pub areas: Vec<AreaKey>,
    /// How many messages could not be delivered.
    pub parked: usize,
    /// How many requests were not understood, as far as they are counted.
    pub letters: usize,
    /// What is wrong, in a word each.
    pub wrong: Vec<String>,
}

/// A message that could not be delivered, without what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedRow {
    /// Its number.
    pub row: i64,
    /// Where it goes: a channel's or person's id, or a stand-in.
    pub lane: String,
    /// What it is about.
    pub engagement: Option<EngagementId>,
    /// Why it is here.
    pub reason: String,
}

/// A request that was not understood, without what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterRow {
    /// Its number.
    pub row: i64,
    /// What is wrong with it.
    pub reason: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// It waits for its turn again.
    TriedAgain,
    /// It is thrown away.
    Dropped,
    /// A newer message takes its place.
    Overtaken,
    /// It was understood, and is done.
    Understood,
    /// It is still not understood.
    Stays {
        /// Why.
        reason: String,
    },
    /// It cannot be told whether it was done before.
    Doubtful,
    /// It is not here any more: sent, dropped, or never was.
    Gone,
}

/// What can be done that is kept in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Reminders were paused.
    Pause,
    /// Reminders were resumed.
    Resume,
    /// An ask was closed with a reason.
    Close,
    /// An ask was given to somebody.
    Reassign,
    /// A card was posted again.
    Resend,
    /// A parked message was tried again.
    RetryNotice,
    /// A parked message was dropped.
    DropNotice,
    /// A dead letter was heard again.
    RetryLetter,
    /// A dead letter was thrown away.
    DropLetter,
    /// The directory and settings were read anew.
    Reload,
    /// An area was switched.
    Mode,
    /// People's words were forgotten.
    ForgetWords,
}

impl Deed {
    /// Its name in the log and its exports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Close => "close",
            Self::Reassign => "reassign",
            Self::Resend => "resend",
            Self::RetryNotice => "retry message",
            Self::DropNotice => "drop message",
            Self::RetryLetter => "retry letter",
            Self::DropLetter => "drop letter",
            Self::Reload => "reload",
            Self::Mode => "mode",
            Self::ForgetWords => "forget words",
        }
    }
}

/// A line of the log, as it is kept and exported. An older or newer version's words are shown as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: a person's id at Slack, or [`OPERATOR`].
    pub by: String,
    /// What was done.
    pub deed: String,
    /// To what: an ask's id, an area, a row; empty where it is all of it.
    pub what: String,
    /// How it ended.
    pub outcome: String,
}

/// Whoever operates the bot from a shell.
pub const OPERATOR: &str = "operator";
/// The outcome of what was done as it was wanted.
pub const DONE: &str = "done";
/// The outcome of what was refused.
pub const REFUSED: &str = "refused";

impl LogEntry {
    /// Something that somebody did.
    pub fn of(at: DateTime<Utc>, by: &UserId, deed: Deed, what: impl Into<String>) -> Self {
        Self {
            at,
            by: by.to_string(),
            deed: deed.key().to_owned(),
            what: what.into(),
            outcome: DONE.to_owned(),
        }
    }

    /// With another end.
    #[must_use]
    pub fn ending(self, outcome: impl Into<String>) -> Self {
        Self { outcome: outcome.into(), ..self }
    }
}
