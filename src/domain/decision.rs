//! A decision: plain data that says what changes, what is told to whom, which clocks run, and what the person hears.
//!
//! Committed as one transaction. Every decision carries its reasons on the timeline.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::absence::{AbsenceChange, AwayProblem, AwayReply};
use super::admin::{LogEntry, Told};
use super::baseline::Count;
use super::command::ClockKind;
use super::directory::AreaMode;
use super::engagement::{Engagement, State};
use super::ids::{AreaKey, ChannelId, EngagementId, UserId};
use super::notice::{Address, Notice, What};
use super::numbers::Report;
use super::org::PlaceId;
use super::reason::Because;
use super::refusal::Refusal;
use super::switches::Switch;

/// What follows from a command. The default changes nothing and says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// Engagements that begin or change. A change expects the version it carries; the store counts it up.
    pub writes: Vec<Write>,
    /// What is told to whom, in order.
    pub notices: Vec<Notice>,
    /// Clocks to start, move or stop.
    pub clocks: Vec<ClockChange>,
    /// Absences that are set or end.
    pub absences: Vec<AbsenceChange>,
    /// What is kept of it, with the reasons.
    pub timeline: Vec<Entry>,
    /// What the log of admins keeps of it.
    pub log: Vec<LogEntry>,
    /// What is switched (observe, pilot, on).
    pub switches: Vec<Switch>,
    /// What is counted of it (A11).
    pub counts: Vec<Count>,
    /// What the person who acted hears at once.
    pub reply: Reply,
}

impl Decision {
    /// Nothing but a refusal.
    pub fn refuse(refusal: Refusal) -> Self {
        Self { reply: Reply::Refused(refusal), ..Self::default() }
    }

    /// Adds an engagement that begins.
    pub fn begin(&mut self, engagement: Engagement) {
        self.writes.push(Write::Begin(Box::new(engagement)));
    }

    /// Adds an engagement that changes.
    pub fn change(&mut self, engagement: Engagement) {
        self.writes.push(Write::Change(Box::new(engagement)));
    }

    /// Starts or moves a clock.
    pub fn set_clock(&mut self, engagement: EngagementId, kind: ClockKind, due: DateTime<Utc>) {
        self.clocks.push(ClockChange::Set { engagement, kind, due });
    }

    /// Stops a clock.
    pub fn stop_clock(&mut self, engagement: EngagementId, kind: ClockKind) {
        self.clocks.push(ClockChange::Stop { engagement, kind });
    }

    /// Stops every clock of an engagement.
    pub fn stop_clocks(&mut self, engagement: EngagementId) {
        self.clocks.push(ClockChange::StopAll { engagement });
    }

    /// Draws or updates the engagement's card, if it has a home.
    pub fn card(&mut self, engagement: &Engagement, mention: bool) {
        if let Some(home) = &engagement.home {
            self.tell(engagement, Address::Card { channel: home.channel.clone() }, What::Card { mention });
        }
    }

    /// Tells something in the thread of the engagement's card, if it has a home.
    pub fn tell_thread(&mut self, engagement: &Engagement, what: What) {
        if let Some(home) = &engagement.home {
            self.tell(engagement, Address::CardThread { channel: home.channel.clone() }, what);
        }
    }

    /// Tells the requester: in the thread where they asked, else by direct message.
    pub fn tell_requester(&mut self, engagement: &Engagement, what: What) {
        let to = match &engagement.origin.thread {
            Some(ts) => Address::Thread { channel: engagement.origin.channel.clone(), ts: ts.clone() },
            None => Address::Direct { user: engagement.requester.clone() },
        };
        self.tell(engagement, to, what);
    }

    /// Tells something about an engagement.
    pub fn tell(&mut self, engagement: &Engagement, to: Address, what: What) {
        let urgent = what.is_urgent();
        self.notices.push(Notice { to, what, engagement: Some(engagement.id), urgent });
    }

    /// Keeps a line of the timeline.
    pub fn note(
        &mut self,
        engagement: EngagementId,
        at: DateTime<Utc>,
        by: Actor,
        event: Event,
        because: Vec<Because>,
    ) {
        self.timeline.push(Entry { engagement, at, by, event, because });
    }

    /// The engagements that begin or change, as they will be.
    pub fn written(&self) -> Vec<Engagement> {
        self.writes.iter().map(|write| write.engagement().clone()).collect()
    }

    /// Whether nothing has to be stored.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
            && self.notices.is_empty()
            && self.clocks.is_empty()
            && self.timeline.is_empty()
            && self.absences.is_empty()
            && self.log.is_empty()
            && self.switches.is_empty()
            && self.counts.is_empty()
    }
}

/// An engagement that begins or changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new one (version 0).
    Begin(Box<Engagement>),
    /// A changed one, with the version that was read.
    Change(Box<Engagement>),
}

impl Write {
    /// The engagement as it will be.
    pub fn engagement(&self) -> &Engagement {
        match self {
            Self::Begin(engagement) | Self::Change(engagement) => engagement,
        }
    }
}

/// A change of an engagement's clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockChange {
    /// Starts, or moves, the clock of that kind.
    Set {
        /// Whose.
        engagement: EngagementId,
        /// Which.
        kind: ClockKind,
        /// When it is due.
        due: DateTime<Utc>,
    },
    /// Stops the clock of that kind, if it runs.
    Stop {
        /// Whose.
        engagement: EngagementId,
        /// Which.
        kind: ClockKind,
    },
    /// Stops all clocks of the engagement.
    StopAll {
        /// Whose.
        engagement: EngagementId,
    },
}

/// A line of an engagement's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub engagement: EngagementId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: Actor,
    /// What happened.
    pub event: Event,
    /// Why.
    pub because: Vec<Because>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    Person(UserId),
    /// A clock that was due.
    Clock(ClockKind),
    /// Slack: a message deleted, a thread read, a channel that refused, somebody who left.
    Slack,
    /// The directory: it names others now.
    Directory,
}

/// What happened to an engagement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[expect(
    missing_docs,
    reason = "the variants' fields are named by what they hold; each variant says what happened"
)]
pub enum Event {
    /// Begun, as a draft.
    Drafted,
    /// Posted where it goes.
    Sent { channel: ChannelId, place: Option<PlaceId> },
    /// Taken.
    Taken { by: UserId },
    /// Given back.
    HandedBack,
    /// Moved elsewhere (A9).
    Moved { from: Option<PlaceId>, to: PlaceId },
    /// Answered.
    Answered { by: UserId },
    /// The requester disputes the answer.
    Reopened,
    /// The requester added something.
    DetailAdded,
    /// Its author edited the message that it was made from.
    Edited,
    /// Somebody was reminded.
    Reminded { whom: Vec<UserId>, clock: ClockKind },
    /// Raised to somebody above.
    Raised { whom: Vec<UserId>, clock: ClockKind },
    /// The promised time passed (B5).
    Missed,
    /// A PM saw it (B2).
    Seen { by: UserId },
    /// The PM waits on the SME (B6).
    Paused { why: String },
    /// The pause ended.
    Resumed,
    /// The owner changed.
    Handed { to: UserId },
    /// A new round of the same inquiry (B6).
    AskedAgain,
    /// The thread cannot be read (B7).
    WentBlind,
    /// The thread was read again.
    SeesAgain,
    /// An SME opened an inquiry with the PM.
    InquiryOpened { inquiry: EngagementId },
    /// A PM answered that inquiry; the SME relays (B6).
    InquiryAnswered { inquiry: EngagementId },
    /// Sent to SMEs by a PM (A5).
    Redirected { to: EngagementId },
    /// Steps of the ladder merged, since we come late (B7).
    StepsMerged { count: usize },
    /// A PM comes to the call.
    CallConfirmed,
    /// A PM declined.
    CallDeclined { why: String },
    /// A PM proposed another time.
    TimeProposed { start: DateTime<Utc> },
    /// A PM asks for context.
    ContextMissing { what: String },
    /// The call moved.
    Rescheduled { from: DateTime<Utc>, to: DateTime<Utc> },
    /// The agenda is there.
    AgendaAdded { link: String },
    /// The agenda is not there in time.
    AgendaMissed,
    /// The state changed in a way that no other event names.
    Ended { state: State, why: Option<String> },
    /// Somebody was asked for an exception to the notice (C12).
    ExceptionAsked { whom: Vec<UserId> },
    /// It was approved.
    ExceptionApproved,
    /// It was declined.
    ExceptionDeclined { why: String },
    /// It ended without an answer, since nobody who may approve can be reached.
    ExceptionEnded,
    /// A triage was checked (A4).
    TriageChecked { proved: bool },
    /// Its owner is away, and nobody stands in.
    NobodyCovers,
    /// A call that its PM promised to come to falls into their absence.
    PromisedWhileAway,
    /// A running clock moved, since working hours or days off changed.
    Replanned { clock: ClockKind, from: DateTime<Utc>, to: DateTime<Utc> },
    /// Whoever asked has left.
    AskerLeft,
    /// Its card was gone, and is posted again.
    CardResent,
    /// Slack refused its card; it went elsewhere.
    Rehomed { from: ChannelId, to: ChannelId, error: String },
}

/// What the person who acted hears at once. The words are `slack::render`'s.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Nothing: the card shows it.
    #[default]
    Nothing,
    /// It cannot be done; with what can be done instead.
    Refused(Refusal),
    /// Where the ask went, why, and what happens next; with *Why there*, *Add detail*, *Withdraw*.
    Asked {
        /// Which.
        engagement: EngagementId,
    },
    /// A draft that waits for the requester: the engagement's `Pending` says for what.
    Draft {
        /// Which.
        engagement: EngagementId,
    },
    /// The same ask is open already (same person, same text).
    Duplicate {
        /// Which.
        engagement: EngagementId,
    },
    /// What was asked for was done, in a way that no card shows to this person.
    Done {
        /// Of which engagement.
        engagement: EngagementId,
        /// What.
        done: Done,
    },
    /// What I know.
    Help,
    /// The person's open asks and what they owe.
    Mine {
        /// Asked by them, newest first.
        asked: Vec<EngagementId>,
        /// Owed by them.
        owed: Vec<EngagementId>,
    },
    /// About somebody's absence.
    Away(Box<AwayReply>),
    /// One engagement's state and why it is where it is.
    Status {
        /// Which.
        engagement: EngagementId,
        /// When its words were forgotten, where they were.
        #[serde(default)]
        forgotten: Option<DateTime<Utc>>,
    },
    /// Numbers (A11).
    Numbers {
        /// Whose, and which.
        report: Box<Report>,
    },
    /// Directory and settings were read anew; what holds only after a restart.
    Reloaded {
        /// Settings by the names that people know them by.
        after_restart: Vec<String>,
        /// Warnings of the directory.
        warnings: usize,
    },
    /// The form needs more for this reason, or a field is wrong.
    Form(Vec<FieldProblem>),
    /// What an admin asked of the bot itself.
    Admin(Box<Told>),
    /// What they said to an offer: their message is read and asked with, or nothing is sent (A6).
    OfferAnswered {
        /// Whether it is asked with.
        taken: bool,
    },
    /// They try the bot out from now on, or no longer.
    Pilot {
        /// Whether from now on.
        on: bool,
        /// Where that makes a difference.
        areas: Vec<AreaKey>,
    },
    /// An area's mode, as it is now.
    Mode {
        /// Which area.
        area: AreaKey,
        /// Its mode.
        mode: AreaMode,
        /// The one before.
        was: AreaMode,
        /// It differs from what the directory says.
        switched: bool,
    },
}

/// Something done that its doer hears about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// Dropped: nothing was sent.
    Discarded,
    /// Taken back.
    Withdrawn,
    /// The detail is in the thread.
    DetailAdded,
    /// Asked again.
    Reopened,
    /// Closed.
    Closed,
    /// The PM was asked in the internal channel.
    PmAsked,
    /// Sent to SMEs.
    Redirected,
    /// The agenda is on the card.
    AgendaAdded,
    /// Its author was shown the draft first.
    ShownToAuthor,
    /// Somebody is asked whether the call may move at short notice.
    ExceptionAsked,
    /// The exception is approved, and the call asked for.
    ExceptionApproved,
    /// The exception is declined, and its requester told.
    ExceptionDeclined,
    /// Recorded.
    Noted,
}

/// A field of a form that needs another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Which field.
    pub field: Field,
    /// What is wrong with it.
    pub problem: Problem,
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The reason.
    Reason,
    /// The area: any place of the taxonomy.
    Area,
    /// The question (a call: what to discuss).
    Question,
    /// The customer.
    Customer,
    /// Links.
    Links,
    /// The proof's link.
    ProofLink,
    /// The link to the thread in which an SME answered, or the id of an answered question.
    Triage,
    /// What is confirmed by ticking.
    Confirm,
    /// When an answer is needed.
    NeededBy,
    /// When the call starts.
    Start,
    /// How long it takes.
    Minutes,
    /// The call's goal.
    Goal,
    /// Who attends.
    Attendees,
    /// A filled briefing document.
    BriefingLink,
    /// The agenda.
    Agenda,
    /// The single text of a small form (why, what, detail).
    Text,
    /// The single link of a small form.
    Link,
    /// The person of a small form.
    Person,
    /// When an absence begins.
    From,
    /// When it ends.
    Until,
    /// Who stands in.
    Cover,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub enum Problem {
    /// It is empty and has to be filled.
    Missing,
    /// It is no link.
    NotALink,
    /// It is no link to a thread, nor an id of an answered question.
    NotATriage,
    /// It is in the past.
    InThePast,
    /// The notice is too short (C1).
    TooSoon {
        /// Seconds of notice that it gives.
        notice_seconds: i64,
        /// The earliest start.
        earliest: DateTime<Utc>,
        /// The zone of the PM who would come, for both zones.
        pm_zone: Option<chrono_tz::Tz>,
    },
    /// A start that is too soon needs a word why it cannot wait (C12).
    NeedsWhy,
    /// It is longer than fits.
    TooLong {
        /// At most so many characters.
        limit: usize,
    },
    /// An absence that cannot be.
    Absence {
        /// Why not.
        why: AwayProblem,
    },
    /// It has to be ticked.
    NotConfirmed,
    /// Nothing is wrong with it: what was sent could not be saved.
    NotSaved,
    /// It is being saved for so long that whoever waits has to be answered. Sending it again does it once.
    StillSaving,
    /// The group wants its own way first (A10).
    OwnProcess {
        /// The place.
        place: PlaceId,
    },
}
