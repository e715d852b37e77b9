//! Why somebody asks, and why a decision fell as it did: the deciding table's rows and the reasons shown to people.
//!
//! A reason carries facts, never sentences: `slack::render` has the words.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ids::{AreaKey, ChannelId, UserId};
use super::org::PlaceId;

/// The reason of an ask, a row of the deciding table in `process.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Technical question, best practice, demo or deep dive, discovery, a call only for those.
    Technical,
    /// Best practice (SME, A2).
    BestPractice,
    /// Demo or deep dive (SME, A2).
    Demo,
    /// Discovery with a customer (SME, A2, C7).
    Discovery,
    /// Help in an evaluation (PM with an SME's triage, A4).
    Evaluation,
    /// Roadmap (PM).
    Roadmap,
    /// Direction of the product (PM).
    Direction,
    /// Feedback or a question on a gap (PM).
    Gap,
    /// A customer meeting on roadmap, direction or gaps (PM, section C).
    CustomerMeeting,
    /// A product gap to resolve (an SME raises it in the internal channel, B1).
    GapToResolve,
    /// High-priority customer issue (PM, with an issue link).
    HighPriority,
    /// A customer's escalation (PM and stage channel, E9).
    Escalation,
    /// Support configuring, prescriptive advice (section D).
    Advice,
}

impl Reason {
    /// Every reason, in the order of the form.
    pub const ALL: [Self; 13] = [
        Self::Technical,
        Self::BestPractice,
        Self::Demo,
        Self::Discovery,
        Self::Evaluation,
        Self::Roadmap,
        Self::Direction,
        Self::Gap,
        Self::CustomerMeeting,
        Self::GapToResolve,
        Self::HighPriority,
        Self::Escalation,
        Self::Advice,
    ];

    /// The name in files, forms and the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::BestPractice => "best_practice",
            Self::Demo => "demo",
            Self::Discovery => "discovery",
            Self::Evaluation => "evaluation",
            Self::Roadmap => "roadmap",
            Self::Direction => "direction",
            Self::Gap => "gap",
            Self::CustomerMeeting => "customer_meeting",
            Self::GapToResolve => "gap_to_resolve",
            Self::HighPriority => "high_priority",
            Self::Escalation => "escalation",
            Self::Advice => "advice",
        }
    }

    /// The reason of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.key() == key)
    }

    /// Whether SMEs answer it and never a PM (A2).
    pub const fn is_for_smes_only(self) -> bool {
        matches!(self, Self::Technical | Self::BestPractice | Self::Demo | Self::Discovery)
    }
}

/// A rule of `process.md`, by its id; `Table` is the deciding table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the ids are documented in process.md; repeating each sentence here would drift"
)]
pub enum Rule {
    Table,
    A1,
    A2,
    A3,
    A4,
    A5,
    A7,
    A8,
    A9,
    A10,
    A12,
    B1,
    B2,
    B3,
    B4,
    B5,
    B6,
    B7,
    B8,
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    C7,
    C11,
    C12,
    D3,
    E9,
    Roles,
    Confidentiality,
    Modes,
}

/// One reason of a decision: the rule, and the fact that made it apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The rule that decided.
    pub rule: Rule,
    /// What made it apply.
    pub fact: Fact,
}

impl Fact {
    /// Whether this is why it is with its owner, or with nobody.
    pub const fn chooses_owner(&self) -> bool {
        matches!(
            self,
            Self::PmMentioned { .. }
                | Self::PmOnDuty { .. }
                | Self::Covers { .. }
                | Self::NobodyCovers { .. }
        )
    }

    /// Whether this is why an ask belongs to its place.
    pub const fn places(&self) -> bool {
        matches!(
            self,
            Self::TextNames { .. } | Self::Chosen { .. } | Self::AskedIn { .. } | Self::AskedInArea { .. }
        )
    }
}

/// Why somebody cannot go on with what they own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// They are away.
    Away {
        /// The last day of it.
        until: NaiveDate,
    },
    /// They left: their account is deactivated.
    Left,
    /// The directory named them, and does no longer.
    Unlisted,
}

/// What made a rule apply. Facts name things by id; words are `slack::render`'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// No reason was given, so SMEs answer first.
    NoReasonGiven,
    /// The chosen reason says who answers.
    ReasonGiven {
        /// Which.
        reason: Reason,
    },
    /// Words of the text name a place.
    TextNames {
        /// The words as written in the directory.
        words: Vec<String>,
        /// Where they point.
        place: PlaceId,
    },
    /// The requester, or whoever moved it, chose the place.
    Chosen {
        /// Which.
        place: PlaceId,
        /// By whom.
        by: UserId,
    },
    /// It was asked in a channel of that place.
    AskedIn {
        /// The channel.
        channel: ChannelId,
        /// Its place.
        place: PlaceId,
    },
    /// It was asked in a channel of that SME area.
    AskedInArea {
        /// The channel.
        channel: ChannelId,
        /// Its area.
        area: AreaKey,
    },
    /// The place has no SME area, or its area no channel that we can post in.
    NoSmeArea {
        /// Which place.
        place: PlaceId,
    },
    /// The group has no usable channel: the stage's is used.
    NoGroupChannel {
        /// Which place.
        place: PlaceId,
    },
    /// Neither group nor stage has a usable channel: the fallback channel is used.
    NoStageChannel {
        /// Which place.
        place: PlaceId,
    },
    /// No PM is known for the place.
    NoPm {
        /// Which place, where one is known.
        place: Option<PlaceId>,
    },
    /// The area has no internal channel, so no clock runs (B3).
    NoInternalChannel {
        /// Which area.
        area: AreaKey,
    },
    /// The group wants its own way first (A10).
    OwnProcess {
        /// Which place.
        place: PlaceId,
    },
    /// An SME's triage proves itself (A4).
    TriageProved {
        /// By whom it was answered or ticked, where known.
        by: Option<UserId>,
    },
    /// The PM was mentioned in the ask (B3).
    PmMentioned {
        /// Whom.
        pm: UserId,
    },
    /// The first PM on duty (B3).
    PmOnDuty {
        /// Whom.
        pm: UserId,
    },
    /// Stands in for the PM whose turn it was, who is away (B3).
    Covers {
        /// Who.
        by: UserId,
        /// For whom.
        pm: UserId,
        /// The last day of their absence.
        until: NaiveDate,
    },
    /// The PM whose turn it was is away, and nobody stands in (B3).
    NobodyCovers {
        /// Who is away.
        pm: UserId,
        /// The last day of their absence.
        until: NaiveDate,
    },
    /// Somebody pressed a button or did what counts as one.
    Pressed {
        /// Who.
        by: UserId,
    },
    /// Whoever had it cannot go on.
    Gone {
        /// Who.
        who: UserId,
        /// Why.
        why: Gone,
    },
    /// A PM's message in the thread (B1).
    RepliedInThread {
        /// Who.
        by: UserId,
        /// Whether after the promised time.
        late: bool,
    },
    /// A time passed.
    TimePassed {
        /// So many seconds after it began.
        seconds: i64,
    },
    /// The thread could not be read, so nothing is raised (B7).
    ThreadUnreadable,
    /// The thread was read after a gap (B7).
    ThreadRead,
    /// The start gives so much notice.
    Notice {
        /// Seconds from the complete request to the start.
        seconds: i64,
        /// The start falls on the second day (C2).
        second_day: bool,
    },
    /// Working hours or days off are others than when the clock was set.
    CalendarChanged,
    /// The original message was deleted (B2).
    MessageDeleted,
    /// Somebody let it pass below its notice (C12).
    ExceptionApproved {
        /// Who.
        by: UserId,
    },
    /// Slack would not take the message; the rules' fallback was taken.
    Undeliverable {
        /// Slack's word for it.
        error: String,
    },
    /// The area's SMEs are not served by the bot yet (observe, or pilot without opting in).
    AreaNotOn {
        /// Which area.
        area: AreaKey,
    },
}
