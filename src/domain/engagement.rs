//! One tracked ask, from intake to outcome: a question to SMEs, an ask of a PM, an SME's inquiry, or a customer call.
//!
//! The row is the truth. Whatever people see (the card) is drawn from it, and whatever happens to it is on its timeline.

pub mod call;
pub mod exception;
pub mod inquiry;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use call::Call;
pub use exception::{ExceptionState, NoticeException};
pub use inquiry::Inquiry;

use super::ids::{AreaKey, ChannelId, EngagementId, Ts, UserId};
use super::org::PlaceId;
use super::reason::{Because, Reason};

/// One tracked ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// Its id.
    pub id: EngagementId,
    /// Counts its changes; a write expects the one it read.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// Who asked. For an inquiry, the SME.
    pub requester: UserId,
    /// The reason given, if any.
    pub reason: Option<Reason>,
    /// The place of the taxonomy, once known.
    pub place: Option<PlaceId>,
    /// The SME area it is in, if any.
    pub area: Option<AreaKey>,
    /// The person's own words, as plain text (never Slack's mark-up).
    pub text: String,
    /// The customer, shown only behind *Show briefing* outside private places.
    pub customer: Option<String>,
    /// Links given with it, shown likewise.
    pub links: Vec<String>,
    /// What the requester added later.
    pub details: Vec<Detail>,
    /// Where it was asked, and where the requester hears of it.
    pub origin: Origin,
    /// Where its card is; `None` while it is a draft.
    pub home: Option<Home>,
    /// Who owes the next step: the taker, or the PM.
    pub owner: Option<UserId>,
    /// How often it was moved to another area (A9: at most twice).
    pub moves: u32,
    /// The question behind an inquiry or a redirect.
    pub parent: Option<EngagementId>,
    /// Why it is where it is.
    pub because: Vec<Because>,
    /// What is particular to its kind.
    pub body: Body,
    /// When it was asked (for a draft: begun).
    pub asked_at: DateTime<Utc>,
    /// When it was last taken.
    pub taken_at: Option<DateTime<Utc>>,
    /// When it was last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Who answered it last.
    pub answered_by: Option<UserId>,
    /// When it ended, in whatever way.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Where an engagement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept, but waiting for the requester: which place, whether to post, what proof.
    Draft,
    /// Posted; nobody has taken it.
    Open,
    /// Somebody has it (a call: confirmed).
    Taken,
    /// Answered; the requester may dispute it.
    Answered,
    /// Ended well.
    Closed,
    /// Taken back by the requester (a call: cancelled).
    Withdrawn,
    /// Handed to SMEs by a PM (A5); another engagement goes on.
    Redirected,
    /// A PM said no (a call).
    Declined,
    /// Its time passed.
    Lapsed,
    /// Ended before anybody was asked: the requester took another way.
    Deflected,
}

impl State {
    /// The name in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Taken => "taken",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Redirected => "redirected",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Deflected => "deflected",
        }
    }

    /// The state of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        [
            Self::Draft,
            Self::Open,
            Self::Taken,
            Self::Answered,
            Self::Closed,
            Self::Withdrawn,
            Self::Redirected,
            Self::Declined,
            Self::Lapsed,
            Self::Deflected,
        ]
        .into_iter()
        .find(|state| state.key() == key)
    }

    /// Whether somebody still owes a step.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Draft | Self::Open | Self::Taken)
    }
}

/// What is particular to a kind of engagement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Body {
    /// A question to SMEs (section A). Also every draft, until it is clear what it becomes.
    Question(Question),
    /// An ask of a PM without a promised time (A12).
    PmAsk(PmAsk),
    /// An SME's inquiry with a PM (section B).
    Inquiry(Inquiry),
    /// A PM on a customer call (section C).
    Call(Box<Call>),
}

impl Body {
    /// The name of the kind in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Question(_) => "question",
            Self::PmAsk(_) => "pm_ask",
            Self::Inquiry(_) => "inquiry",
            Self::Call(_) => "call",
        }
    }
}

/// A question to SMEs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// While it is a draft: what it waits for.
    pub pending: Option<Pending>,
    /// The area lead was told, so many times (A8).
    pub raised: u32,
    /// The taker was asked since it was taken (A8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silence_asked: bool,
    /// Its place has no SMEs: counted apart ("Deciding where an ask goes").
    pub no_sme_area: bool,
    /// A PM who was asked sent it here (A5): counted apart (A11).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redirected: bool,
    /// The inquiry that an SME opened with the PM.
    pub inquiry: Option<EngagementId>,
    /// Wrong area twice: only the area lead moves it now (A9).
    pub with_lead: bool,
    /// While it is a draft: an SME's triage that is being checked (A4).
    pub triage: Option<Triage>,
    /// While it is a draft: when an answer is needed (C1).
    pub needed_by: Option<DateTime<Utc>>,
    /// While it is a draft: below a PM's notice, and somebody is or was asked to let it pass (C12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Box<NoticeException>>,
}

/// What a draft waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "pending")]
pub enum Pending {
    /// Which of these places, the best first; may be empty when nothing fits.
    Place {
        /// The candidates.
        candidates: Vec<PlaceId>,
    },
    /// Whether it may be posted where it goes, since it was given in a private place.
    Preview,
    /// The reason goes to SMEs first, or the proof is missing (A3, A4): SMEs, or say more.
    SmeFirst,
    /// The thread's first message is being read, since a mention carries only its own text.
    Root,
    /// Their own message is being read, with which they let us ask (A6).
    Message,
    /// An SME's triage is being checked (A4).
    Proof,
    /// An answer is needed sooner than a PM's notice allows (C1): later, SMEs, or an exception.
    ShortNotice {
        /// Seconds of notice that it gives.
        notice_seconds: i64,
        /// The earliest instant that needs no exception.
        earliest: DateTime<Utc>,
    },
}

/// An ask of a PM without a promised time (A12).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PmAsk {
    /// When an answer is needed, for gap and evaluation asks (C1).
    pub needed_by: Option<DateTime<Utc>>,
    /// An SME's triage, where the reason needs one (A4).
    pub triage: Option<Triage>,
    /// Who among the PMs has seen it.
    pub seen_by: Option<UserId>,
    /// The one reminder went out.
    pub reminded: bool,
    /// Due, for advice (D3).
    pub due_at: Option<DateTime<Utc>>,
    /// The SME engagement it was redirected to (A5).
    pub redirected_to: Option<EngagementId>,
    /// Below its notice, and somebody let it pass (C12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Box<NoticeException>>,
}

/// An SME's triage as proof (A4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "triage")]
pub enum Triage {
    /// An answered engagement of ours.
    Answered {
        /// Which.
        engagement: EngagementId,
    },
    /// A thread in the area's SME channel; checked after the acknowledgement.
    Thread {
        /// The channel of the link.
        channel: ChannelId,
        /// The thread's first message.
        ts: Ts,
    },
    /// The requester, an SME of the area, ticked the list.
    Ticked,
}

/// Something the requester added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: UserId,
    /// Their words, plain.
    pub text: String,
}

/// Where an ask was made, and where the requester hears of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The channel in which it was asked.
    pub channel: ChannelId,
    /// The message that asked, where there is one.
    pub message: Option<Ts>,
    /// The thread in which the requester hears; without one they hear by direct message.
    pub thread: Option<Ts>,
    /// Private channel or direct message: its text is shown to its author before it is posted anywhere else.
    pub is_private: bool,
}

/// Where an engagement's card is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The channel.
    pub channel: ChannelId,
    /// The thread in which the card is a reply; `None` where the card is the first message.
    pub thread: Option<Ts>,
    /// The card itself, once Slack told us.
    pub card: Option<Ts>,
}

impl Home {
    /// The first message of the thread that belongs to this engagement.
    pub fn root(&self) -> Option<&Ts> {
        self.thread.as_ref().or(self.card.as_ref())
    }
}
