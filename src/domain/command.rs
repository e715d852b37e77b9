//! What can happen to us: an ask, a button, a message in a thread, a clock that is due, what Slack said of a message.
//!
//! The edge parses into these once; they cannot be wrong in form, only refused.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::absence::{AwayWish, PersonSaid};
use super::engagement::Triage;
use super::engagement::call::BriefingAnswer;
use super::ids::{AreaKey, ChannelId, EngagementId, Ts, UserId};
use super::org::PlaceId;
use super::pings::OfferAnswered;
use super::reason::{Gone, Reason};
use super::switches::Switching;

/// Something that happened, to be decided upon.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Nothing: something is told that no command led to.
    Nothing,
    /// Somebody asks.
    Ask(Box<Ask>),
    /// Somebody pressed a button of an engagement, or sent its form.
    Act(Act),
    /// Somebody wrote a message that is not an ask of us.
    Heard(Heard),
    /// Somebody reacted to a message, or took a reaction away.
    Reacted(Reacted),
    /// A message was deleted.
    Deleted {
        /// Its channel.
        channel: ChannelId,
        /// The message.
        ts: Ts,
    },
    /// A message was edited.
    Edited(Box<Edited>),
    /// A clock of an engagement is due.
    Due {
        /// Whose.
        engagement: EngagementId,
        /// Which.
        clock: ClockKind,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// An errand at Slack came back.
    Read {
        /// For which engagement.
        engagement: EngagementId,
        /// What for.
        errand: Errand,
        /// The messages, oldest first; `None` where the thread cannot be read.
        messages: Option<Vec<Heard>>,
    },
    /// Somebody who oversees the area has a card posted again that is gone.
    Resend {
        /// Whose.
        engagement: EngagementId,
        /// Who wants it.
        by: UserId,
    },
    /// Whoever owns it cannot go on: the next one has it, or it is open again.
    HandOver {
        /// What.
        engagement: EngagementId,
        /// Whose it was.
        from: UserId,
        /// Why they cannot.
        why: Gone,
    },
    /// Somebody is away, or will be.
    Away(Box<AwayWish>),
    /// Somebody is back, or will not be away after all.
    Back {
        /// Who says so.
        by: UserId,
        /// Of whom, where not of themselves.
        who: Option<PersonSaid>,
    },
    /// Somebody's status in Slack says that they are away: they are asked.
    StatusSays {
        /// Who.
        who: UserId,
        /// When it ends by itself.
        until: DateTime<Utc>,
        /// What tells this status from their next one; never its words.
        status: String,
    },
    /// They say that their status does not mean that others should cover.
    NotAway {
        /// Who.
        by: UserId,
    },
    /// Somebody wants something switched (observe, pilot, on).
    Switch(Switching),
    /// Whoever asked a PM directly says whether SMEs shall be asked instead (A6).
    Offer(OfferAnswered),
    /// A message of ours cannot be delivered, for good; the rules' fallback is taken.
    Undeliverable {
        /// The engagement's card, or something else of it.
        engagement: EngagementId,
        /// Whether it was the card.
        is_card: bool,
        /// The channel that refused.
        channel: ChannelId,
        /// Slack's word.
        error: String,
    },
}

/// An ask, from wherever it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Who asks.
    pub by: UserId,
    /// How it reached us.
    pub via: Via,
    /// Their words, plain text.
    pub text: String,
    /// The reason, where one was given.
    pub reason: Option<Reason>,
    /// The place, where one was chosen.
    pub place: Option<PlaceId>,
    /// People mentioned in it, ourselves left out.
    pub mentions: Vec<UserId>,
    /// The customer, if named.
    pub customer: Option<String>,
    /// Links given with it.
    pub links: Vec<String>,
    /// What the reason's proof needs.
    pub proof: Proof,
    /// The call, where the reason is a customer meeting.
    pub call: Option<CallAsk>,
    /// The channel is shared with another organisation, as far as the request itself says so.
    pub in_shared_channel: bool,
}

impl Ask {
    /// Somebody's words, and nothing beside them.
    pub fn of(by: UserId, via: Via, text: String) -> Self {
        Self {
            by,
            via,
            text,
            reason: None,
            place: None,
            mentions: Vec::new(),
            customer: None,
            links: Vec::new(),
            proof: Proof::default(),
            call: None,
            in_shared_channel: false,
        }
    }
}

/// How an ask reached us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// `/request-pm` with text, in that channel.
    Slash {
        /// Where it was typed.
        channel: ChannelId,
    },
    /// The form.
    Form {
        /// Where the command was typed, where known.
        channel: Option<ChannelId>,
    },
    /// A mention of us, or a direct message to us (then without a thread of its own).
    Mention {
        /// The channel.
        channel: ChannelId,
        /// The message.
        ts: Ts,
        /// The thread it stands in.
        thread: Option<Ts>,
    },
    /// A message shortcut on somebody's message ("Ask an expert", "Redirect to SMEs", "Ask the PM").
    Shortcut {
        /// The channel.
        channel: ChannelId,
        /// The message.
        ts: Ts,
        /// The thread it stands in.
        thread: Option<Ts>,
        /// Who wrote the message.
        author: Option<UserId>,
        /// Which shortcut.
        shortcut: Shortcut,
    },
    /// Their own message, with which they let us ask (A6). Its words are read then, and not before.
    Offered {
        /// The channel.
        channel: ChannelId,
        /// The message.
        ts: Ts,
        /// The thread it stands in.
        thread: Option<Ts>,
        /// Whose SMEs are to be asked; `None` where a PM is.
        area: Option<AreaKey>,
    },
}

/// A message shortcut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortcut {
    /// "Ask an expert": the message becomes a question to SMEs.
    AskExpert,
    /// "Ask the PM": an SME puts a message of the internal channel to the area's PM (B1).
    AskPm,
    /// "Redirect to SMEs": a PM hands a direct ask on (A5).
    RedirectToSmes,
}

/// What the deciding table's proofs are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The issue of the evaluation, the gap, or the high-priority problem; the escalation's link.
    pub link: Option<String>,
    /// An SME's triage (A4).
    pub triage: Option<Triage>,
    /// The CSM tried and could not (D3).
    pub csm_could_not: bool,
    /// The steps before a customer escalation were taken (E9).
    pub escalation_steps_done: bool,
    /// When an answer is needed (C1).
    pub needed_by: Option<DateTime<Utc>>,
}

/// A PM asked on a customer call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAsk {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// How long, in minutes.
    pub minutes: u32,
    /// What it is for.
    pub goal: String,
    /// Who comes, with roles.
    pub attendees: String,
    /// Answers to the questions of C4 and C5.
    pub briefing: Vec<BriefingAnswer>,
    /// A filled briefing document.
    pub briefing_link: Option<String>,
    /// The agenda, where it is there already.
    pub agenda_link: Option<String>,
}

/// A button pressed on an engagement, or its form sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Whose.
    pub engagement: EngagementId,
    /// Who pressed.
    pub by: UserId,
    /// What.
    pub action: Action,
}

/// What can be done with an engagement ("Who may do what").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
#[expect(
    missing_docs,
    reason = "the variants' fields are named by what they hold; each variant says what it does"
)]
pub enum Action {
    /// An SME takes the question.
    Take,
    /// The taker gives it back.
    HandBack,
    /// An SME asks the PM in the internal channel, in these words.
    AskPm { text: String },
    /// It is answered (SMEs, the requester; the asker of an inquiry; PMs of an ask).
    Answered,
    /// It belongs elsewhere (A9).
    Move { to: PlaceId },
    /// The requester takes it back.
    Withdraw,
    /// The requester adds something.
    AddDetail { text: String },
    /// The requester says that the answer does not help.
    NotSolved { why: Option<String> },
    /// The requester says that the answer helps.
    Solved,
    /// A draft: this place.
    PickPlace { place: PlaceId },
    /// A draft: these words, post them.
    Post { text: Option<String> },
    /// A draft: drop it.
    Discard,
    /// A draft: ask the SMEs instead.
    AskSmes,
    /// A draft: it is about the roadmap, direction or a gap.
    AboutProduct { reason: Reason },
    /// A draft: the call at the earliest slot.
    UseSlot { start: DateTime<Utc> },
    /// A draft: the call may not wait for its notice (C12).
    AskException { why: String },
    /// A PM lets it pass (C12).
    ApproveException,
    /// A PM does not (C12).
    DeclineException { why: String },
    /// A PM has seen it.
    Seen,
    /// A PM hands it to another person.
    NotMine { to: UserId },
    /// A PM sends the ask to SMEs (A5).
    RedirectToSmes,
    /// The PM waits on the SME (B6).
    WaitOnSme { why: String },
    /// A PM answered elsewhere (B2).
    AnsweredElsewhere { link: String },
    /// It was no question (B2).
    NotAQuestion,
    /// The asker asks again (B6).
    AskAgain { text: Option<String> },
    /// A PM comes to the call.
    ConfirmCall,
    /// A PM declines the call.
    DeclineCall { why: String },
    /// A PM proposes another time.
    ProposeTime { start: DateTime<Utc> },
    /// The requester accepts the proposed time.
    AcceptProposal,
    /// A PM asks for context.
    MissingContext { what: String },
    /// The call moves; with a word why it cannot wait, in spite of a short notice (C12).
    Reschedule { start: DateTime<Utc>, why: Option<String> },
    /// The call is off.
    CancelCall { why: String },
    /// The agenda.
    AddAgenda { link: String },
    /// An area lead or admin closes it.
    Close { why: String },
    /// An area lead or admin gives it to somebody.
    Reassign { to: UserId },
}

/// A message somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub ts: Ts,
    /// The thread it stands in; `None` for a top-level message.
    pub thread: Option<Ts>,
    /// Who wrote it; `None` for bots.
    pub by: Option<UserId>,
    /// The bot that wrote it, where it was one.
    pub bot: Option<String>,
    /// Plain text.
    pub text: String,
    /// People mentioned.
    pub mentions: Vec<UserId>,
    /// Whether we are mentioned.
    pub mentions_us: bool,
    /// A join, an edit or another note of Slack's: never a reply (B2).
    pub is_note: bool,
    /// Who began the thread it stands in, where Slack says so.
    pub thread_by: Option<UserId>,
    /// It begins with our command, which Slack took as words; they are the text without it.
    pub types_command: bool,
}

/// A message whose words somebody changed. What it says is kept only where an ask was made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub ts: Ts,
    /// Who wrote it; `None` for bots.
    pub by: Option<UserId>,
    /// What it said, as plain text.
    pub before: String,
    /// What it says now.
    pub after: String,
    /// The links in what it said.
    pub links_before: Vec<String>,
    /// The links in what it says.
    pub links_after: Vec<String>,
}

/// A reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reacted {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub ts: Ts,
    /// Who.
    pub by: UserId,
    /// The emoji's name, without skin tone.
    pub emoji: String,
    /// Added, or taken away.
    pub added: bool,
}

/// The clocks of an engagement; at most one of each kind runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Nobody took the question: area lead (A8).
    TakeBy,
    /// Still nobody: area lead again, then the fallback channel (A8).
    TakeAgain,
    /// Taken and silent (A8).
    TakenSilent,
    /// Answered long enough: closed.
    Close,
    /// The one reminder of a PM's ask (A12).
    PmReminder,
    /// Advice is due (D3).
    AdviceDue,
    /// Advice is overdue (D3).
    AdviceOverdue,
    /// The next step of the reply ladder (B5).
    Reply,
    /// The requester is asked for the agenda (C6).
    AgendaAsk,
    /// The agenda is missed (C6).
    AgendaMissed,
    /// The call starts: reminders end.
    CallStart,
    /// A draft that nobody finished.
    DraftLapse,
    /// Nobody decided upon an exception: the next who may is asked (C12).
    ExceptionNext,
    /// Read the first message of the thread.
    ReadRoot,
    /// Read the thread that proves an SME's triage (A4).
    ReadProof,
    /// Read the inquiry's thread after a gap (B7).
    ReadThread,
}

impl ClockKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::TakeBy,
        Self::TakeAgain,
        Self::TakenSilent,
        Self::Close,
        Self::PmReminder,
        Self::AdviceDue,
        Self::AdviceOverdue,
        Self::Reply,
        Self::AgendaAsk,
        Self::AgendaMissed,
        Self::CallStart,
        Self::DraftLapse,
        Self::ExceptionNext,
        Self::ReadRoot,
        Self::ReadProof,
        Self::ReadThread,
    ];

    /// The name in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TakeBy => "take_by",
            Self::TakeAgain => "take_again",
            Self::TakenSilent => "taken_silent",
            Self::Close => "close",
            Self::PmReminder => "pm_reminder",
            Self::AdviceDue => "advice_due",
            Self::AdviceOverdue => "advice_overdue",
            Self::Reply => "reply",
            Self::AgendaAsk => "agenda_ask",
            Self::AgendaMissed => "agenda_missed",
            Self::CallStart => "call_start",
            Self::DraftLapse => "draft_lapse",
            Self::ExceptionNext => "exception_next",
            Self::ReadRoot => "read_root",
            Self::ReadProof => "read_proof",
            Self::ReadThread => "read_thread",
        }
    }

    /// The kind of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What has to be read at Slack before this clock can be decided upon, if anything. The reply ladder reads its thread
    /// before every step (B7).
    pub const fn errand(self) -> Option<Errand> {
        match self {
            Self::ReadRoot => Some(Errand::Root),
            Self::ReadProof => Some(Errand::Proof),
            Self::ReadThread | Self::Reply => Some(Errand::Thread),
            Self::TakeBy
            | Self::TakeAgain
            | Self::TakenSilent
            | Self::Close
            | Self::PmReminder
            | Self::AdviceDue
            | Self::AdviceOverdue
            | Self::AgendaAsk
            | Self::AgendaMissed
            | Self::CallStart
            | Self::DraftLapse
            | Self::ExceptionNext => None,
        }
    }
}

/// Something to read at Slack for an engagement, outside any transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// The first message of the thread in which we were mentioned.
    Root,
    /// The thread that is claimed to hold an SME's triage (A4).
    Proof,
    /// The inquiry's own thread (B7).
    Thread,
}
