//! A PM on a customer call (section C), as stored. The arithmetic of notice is `domain::call_notice`'s.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::exception::NoticeException;
use crate::domain::ids::UserId;
use crate::domain::rules::CallRules;

/// A request for a PM on a customer call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// How long it is planned, in minutes.
    pub minutes: u32,
    /// Where it stands with the PM.
    pub status: CallStatus,
    /// Seconds of notice that the PM was given, from the complete request to the start.
    pub notice_seconds: i64,
    /// Accepted, but on the second day: flagged to the PM (C2).
    pub second_day: bool,
    /// The numbers it was accepted under.
    pub rules: StoredCallRules,
    /// What it is for, in one sentence (required, C5).
    pub goal: String,
    /// Who comes, with roles (required, C5).
    pub attendees: String,
    /// What else the PM should know: the questions of C4 and C5, each with its answer, unanswered ones left out.
    pub briefing: Vec<BriefingAnswer>,
    /// A filled briefing document, which replaces the questions (C5).
    pub briefing_link: Option<String>,
    /// The detailed agenda (C6).
    pub agenda: Option<Agenda>,
    /// The requester was asked for the agenda.
    pub agenda_asked: bool,
    /// It was not there in time (C6).
    pub agenda_missed: bool,
    /// While it is a draft, since its start was too soon (C1): the earliest start that is accepted.
    pub earliest: Option<DateTime<Utc>>,
    /// Below its notice, and somebody is or was asked to let it pass (C12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<NoticeException>,
    /// Posted, and somebody is or was asked to let it move below its notice (C1, C12). Approved, it takes the place of the
    /// one above.
    #[serde(rename = "moving_exception", default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<NoticeException>,
}

/// The numbers a call was accepted under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCallRules {
    /// Seconds before the start at which the agenda is due.
    pub agenda_before_seconds: i64,
    /// How notice is counted.
    pub mode: crate::domain::rules::NoticeMode,
}

impl From<&CallRules> for StoredCallRules {
    fn from(rules: &CallRules) -> Self {
        Self { agenda_before_seconds: rules.agenda_before.0, mode: rules.mode }
    }
}

/// Where a call stands with the PM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum CallStatus {
    /// Asked; no PM has answered.
    Asked,
    /// A PM would come at another time.
    Proposed {
        /// When instead.
        start: DateTime<Utc>,
        /// Who proposes it.
        by: UserId,
    },
    /// A PM comes.
    Confirmed {
        /// Who.
        by: UserId,
    },
    /// A PM needs more context before they can say (C6).
    ContextMissing {
        /// Who asks.
        by: UserId,
        /// What is missing, in their words.
        what: String,
    },
    /// A PM said no.
    Declined {
        /// Who.
        by: UserId,
        /// Why, in their words.
        why: String,
    },
    /// Taken back.
    Cancelled {
        /// By whom.
        by: UserId,
        /// Why, in their words.
        why: String,
    },
    /// Its start passed with a PM confirmed.
    Held,
    /// Its start passed without a PM's word.
    Lapsed,
}

/// An agenda (C6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// Where it is.
    pub link: String,
    /// Who gave it.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// One of the questions of C4 and C5, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefingAnswer {
    /// Which.
    pub question: BriefingQuestion,
    /// The answer.
    pub answer: String,
}

/// The questions of C4 (context) and C5 (preparation) beside topic, goal, attendees and time, which are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BriefingQuestion {
    /// C4: familiarity with the features.
    Familiarity,
    /// C4: have they seen a demo?
    SeenDemo,
    /// C4: production, POC or not tried.
    Usage,
    /// C4: existing functionality or roadmap.
    ExistingOrRoadmap,
    /// C5: tier.
    Tier,
    /// C5: SaaS or self-managed, and then the version.
    Deployment,
    /// C5: health in one sentence.
    Health,
    /// C5: the running notes.
    NotesDocument,
    /// C5: the customer's questions.
    CustomerQuestions,
    /// C5: specific issues.
    SpecificIssues,
    /// C5: their attitude.
    Attitude,
}

impl BriefingQuestion {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 11] = [
        Self::Familiarity,
        Self::SeenDemo,
        Self::Usage,
        Self::ExistingOrRoadmap,
        Self::Tier,
        Self::Deployment,
        Self::Health,
        Self::NotesDocument,
        Self::CustomerQuestions,
        Self::SpecificIssues,
        Self::Attitude,
    ];

    /// The name in forms and the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Familiarity => "familiarity",
            Self::SeenDemo => "seen_demo",
            Self::Usage => "usage",
            Self::ExistingOrRoadmap => "existing_or_roadmap",
            Self::Tier => "tier",
            Self::Deployment => "deployment",
            Self::Health => "health",
            Self::NotesDocument => "notes_document",
            Self::CustomerQuestions => "customer_questions",
            Self::SpecificIssues => "specific_issues",
            Self::Attitude => "attitude",
        }
    }
}
