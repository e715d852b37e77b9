//! Notices: what is told to whom, decided now and delivered after the commit.
//!
//! A notice holds facts and an address, no words. Cards are drawn from the engagement as it is when they are delivered,
//! so that cards which wait collapse into one; a reminder is asked once more, before it is sent, whether it still holds.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::absence::Absence;
use super::decision::Reply;
use super::directory::AreaMode;
use super::engagement::{Body, Engagement, State};
use super::ids::{AreaKey, ChannelId, EngagementId, Ts, UserId};
use super::numbers::Report;
use super::org::PlaceId;
use super::pings::Offer;
use super::reason::{Because, Gone};

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub what: What,
    /// The engagement it is about, if any.
    pub engagement: Option<EngagementId>,
    /// Goes before what is routine.
    pub urgent: bool,
}

/// Where a notice goes. The channel is its lane: order is kept in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Address {
    /// The engagement's card in its home: posted when it has none yet, else updated in place.
    Card {
        /// The home's channel.
        channel: ChannelId,
    },
    /// A card that was left behind when its engagement moved: replaced in place.
    OldCard {
        /// The channel it was in.
        channel: ChannelId,
        /// The message.
        ts: Ts,
    },
    /// A reply in the thread of the engagement's home.
    CardThread {
        /// The home's channel.
        channel: ChannelId,
    },
    /// A reply in a known thread.
    Thread {
        /// The channel.
        channel: ChannelId,
        /// The first message.
        ts: Ts,
    },
    /// A message of its own in a channel.
    Channel {
        /// The channel.
        channel: ChannelId,
    },
    /// A direct message.
    Direct {
        /// To whom.
        user: UserId,
    },
    /// The direct message in which somebody was asked for an exception, changed in place; nothing where they never got it.
    Asked {
        /// Who.
        user: UserId,
    },
    /// Only one person sees it, where they are. At most once; never the only carrier of a promise.
    OnlyTo {
        /// To whom.
        user: UserId,
        /// Where.
        channel: ChannelId,
        /// In which thread.
        thread: Option<Ts>,
    },
    /// The answer to a click or command, by its `response_url`. At most once.
    Answer {
        /// The URL, good for 30 minutes and 5 uses.
        url: String,
        /// Who acted; hears by direct message when the URL is dead and it matters.
        user: UserId,
        /// It takes the place of the message that was clicked.
        #[serde(default)]
        replaces: bool,
    },
    /// The admin channel.
    Admins,
}

/// What a notice says. The words are `slack::render`'s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the variants' fields are named by what they hold; each variant says what it tells"
)]
pub enum What {
    /// The engagement's card, whatever its kind, as it is at the moment. `mention` on the first post only: the SME area's
    /// handle, or the PM asked.
    Card { mention: bool },
    /// The answer to whoever acted.
    Reply { reply: Reply },

    // The requester's steps, each once.
    /// Somebody took it.
    TakenToRequester { by: UserId },
    /// It is answered; does that solve it?
    AnsweredToRequester { by: UserId },
    /// It moved to another area.
    MovedToRequester { to: PlaceId, by: UserId },
    /// The PM answered the SME, who will relay (B6).
    PmAnsweredToRequester { sme: UserId },
    /// A PM's ask or call changed in a way the requester has to know: the engagement says which.
    ChangedToRequester { change: Change },

    // In the thread of a question.
    /// The requester added something.
    DetailAdded { by: UserId, text: String },
    /// The answer does not help; to the one who answered.
    NotSolved { by: UserId, why: Option<String>, whom: Option<UserId> },
    /// Nobody took it within the time: the area leads (A8). `again` for the second time.
    NotTaken {
        leads: Vec<UserId>,
        again: bool,
        hours: i64,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// Nobody took it even then: to the fallback channel (A8).
    NotTakenAnywhere {
        hours: i64,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// Taken and silent: the taker is asked (A8).
    TakenSilent {
        taker: UserId,
        days: u32,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// The card that was left behind: where it went.
    MovedAway { to: PlaceId },
    /// Moved twice: the area lead places it (A9).
    LeadToPlace { leads: Vec<UserId> },
    /// The PM answered in the internal channel: the SME relays (B6).
    RelayToSme { sme: UserId, inquiry: EngagementId },
    /// A fixed, kind sentence where a PM was asked directly (A5).
    Redirected { to: EngagementId },

    // A PM's ask.
    /// The one reminder (A12).
    PmReminder {
        owner: UserId,
        days: u32,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// Advice is due, or overdue (D3).
    AdviceDue {
        owner: Option<UserId>,
        overdue: bool,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// A link in the stage's channel (customer escalations).
    StageLink { link: Option<String> },

    // An inquiry.
    /// A step of the ladder that mentions the owner before the time is up (B5). How long was waited is in the time that counts
    /// (B4).
    Nudge { owner: UserId, waited_seconds: i64, due: DateTime<Utc>, late_because: Option<Downtime> },
    /// The time is up: owner and stage PM (B5).
    Miss { owner: UserId, second: Option<UserId>, waited_seconds: i64, late_because: Option<Downtime> },
    /// Raised to the product leader (B5). `direct` where they are not in the channel: no text then (B8).
    Raise {
        leader: UserId,
        since: DateTime<Utc>,
        waited_seconds: i64,
        direct: bool,
        late_because: Option<Downtime>,
        /// Why it is not the product leader themselves.
        #[serde(default)]
        instead: Option<Because>,
    },
    /// Somebody waits for a PM's answer: to a PM who is not in the channel where it was asked. No text (B8).
    PmAwaited {
        whom: UserId,
        waited_seconds: i64,
        due: Option<DateTime<Utc>>,
        late_because: Option<Downtime>,
    },
    /// The inquiry has a new owner, who is mentioned.
    OwnerChanged { to: UserId, by: UserId },
    /// Whoever had it cannot go on: the next one has it, or the leads find somebody for a question that is open again.
    HandedOver { from: UserId, to: Option<UserId>, why: Gone, leads: Vec<UserId> },
    /// Whoever has it is away and nobody stands in: the leads find somebody (B3).
    NobodyCovers { who: UserId, until: NaiveDate, leads: Vec<UserId> },
    /// Whoever asked has left: to whoever has it, once.
    AskerLeft { owner: Option<UserId> },
    /// A call that somebody promised to come to falls into their absence: to them, and to whoever asked.
    CallWhileAway { who: UserId, until: NaiveDate },
    /// A new round (B6).
    AskedAgain { owner: UserId, text: Option<String>, due: Option<DateTime<Utc>> },
    /// The PM waits on the asker (B6).
    WaitingOnSme { asker: UserId, why: String },
    /// The SME's thread cannot be read: told to admins, once a blindness (B7).
    Blind { channel: ChannelId },

    // A call.
    /// A change of the call, in its thread: what changed and who is concerned.
    CallChanged { change: Change, mention: Option<UserId> },
    /// The agenda is due soon: to the requester (C6).
    AgendaDue {
        start: DateTime<Utc>,
        due: DateTime<Utc>,
        #[serde(default)]
        late_because: Option<Downtime>,
    },
    /// No agenda in time: the PM may decline (C6).
    AgendaMissed {
        requester: UserId,
        pm: Option<UserId>,
        #[serde(default)]
        late_because: Option<Downtime>,
    },

    /// Somebody asks for an exception to the notice: to one who may approve it, by direct message (C12).
    ExceptionAsked {
        whom: UserId,
        #[serde(default)]
        because: Vec<Because>,
    },
    /// What became of it: in place of what that person was asked.
    ExceptionStands { whom: UserId, start: DateTime<Utc> },

    // Instead of many.
    /// Reminders that waited together in one lane.
    Digest { reminders: Vec<Reminder>, since: DateTime<Utc>, late_because: Option<Downtime> },

    // Of an absence.
    /// Somebody else set it: to whoever is away.
    SetAway { absence: Absence },
    /// Their status says that they are away: shall others cover? `status` tells it from their next one.
    StatusSaysAway { until: NaiveDate, status: String },

    // To admins, once each.
    /// A message could not be delivered, for good.
    Parked { channel: ChannelId, error: String, went_to: Option<ChannelId> },
    /// Whether a message arrived could not be looked up, and it was sent once more.
    Unsearched { channel: ChannelId, error: String },
    /// A row of the database cannot be read, so that what it is about rests.
    UnreadableRow { table: String, row: String },
    /// Names in the directory that Slack does not know.
    Unresolved { what: Vec<String> },
    /// Clocks that should have run did not, and were set again: of these, and so many in all.
    ClocksSet { engagements: Vec<EngagementId>, number: usize },
    /// Clocks are due for long, and nobody decides upon them.
    ClocksLate { number: u32, since: DateTime<Utc> },
    /// Whoever owns these cannot go on, and the directory names nobody who could take over; so many in all.
    NobodyTakesOver { engagements: Vec<EngagementId>, number: usize },
    /// The directory or the settings do not hold any more, so that the last ones that did are used: what is wrong where.
    DirectoryBroken { problems: Vec<String>, number: usize },
    /// They hold again, and are used.
    DirectoryHolds,
    /// PMs of the area who are not in its internal channel (B8).
    PmsOutside { area: AreaKey, pms: Vec<UserId> },
    /// What is stored of these cannot be read; so many in all.
    Unreadable { engagements: Vec<EngagementId>, number: usize },
    /// Somebody deleted a card.
    CardDeleted { channel: ChannelId, card: Ts },
    /// Something is wrong with how the bot runs, until it is told that it is well again.
    Trouble { trouble: Trouble },
    /// It is well again.
    WellAgain { trouble: Trouble },

    // To whoever asked a PM directly.
    /// SMEs are offered with their message (A6).
    SmesOffered { offer: Offer },

    // To those who run an area and the bot.
    /// An area was switched (observe, pilot, on); by a line of the directory where nobody did.
    ModeSwitched { area: AreaKey, mode: AreaMode, by: Option<UserId> },
    // To those who run an area and the programme.
    /// The numbers of a week, once each (A11).
    WeeklyReport { report: Box<Report>, late_because: Option<Downtime> },
}

/// Something wrong with how the bot runs, which holds for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "trouble")]
#[expect(
    missing_docs,
    reason = "the variants' fields are named by what they hold; each variant says what is wrong"
)]
pub enum Trouble {
    /// We were removed from a channel that the directory names.
    Removed { channel: ChannelId },
    /// Slack did not grant these scopes.
    ScopesMissing { scopes: Vec<String> },
    /// We posted, and heard nothing from Slack since, not even of that message.
    NotHeard { since: DateTime<Utc> },
    /// The worker does not keep up.
    WorkerLate,
    /// These calendars of holidays cannot be read: hosts of addresses, paths of files.
    HolidaysUnread { calendars: Vec<String> },
    /// Slack refuses the app's own token, so that it cannot reach us by websocket.
    AppTokenRefused,
    /// No websocket to Slack is open.
    Deaf { since: DateTime<Utc> },
}

impl Trouble {
    /// How the topics of its like begin.
    pub fn start(&self) -> String {
        match self {
            Self::Removed { channel } => format!("trouble:removed:{channel}:"),
            Self::ScopesMissing { .. } => "trouble:scopes:".to_owned(),
            Self::NotHeard { .. } => "trouble:not_heard:".to_owned(),
            Self::WorkerLate => "trouble:worker_late:".to_owned(),
            Self::HolidaysUnread { .. } => "trouble:holidays:".to_owned(),
            Self::AppTokenRefused => "trouble:app_token:".to_owned(),
            Self::Deaf { .. } => "trouble:deaf:".to_owned(),
        }
    }

    /// What it is told once of.
    pub fn topic(&self) -> String {
        match self {
            Self::ScopesMissing { scopes } => format!("{}{}", self.start(), scopes.join(",")),
            Self::HolidaysUnread { calendars } => format!("{}{}", self.start(), calendars.join(",")),
            Self::Removed { .. }
            | Self::NotHeard { .. }
            | Self::WorkerLate
            | Self::AppTokenRefused
            | Self::Deaf { .. } => self.start(),
        }
    }
}

/// A reminder that is told together with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    /// What it is about.
    pub engagement: EngagementId,
    /// What it says.
    pub what: What,
}

/// A change that somebody else has to know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
#[expect(
    missing_docs,
    reason = "the variants' fields are named by what they hold; each variant says what changed"
)]
pub enum Change {
    /// A PM comes.
    Confirmed { by: UserId },
    /// A PM cannot, or will not.
    Declined { by: UserId, why: String },
    /// A PM proposes another time; the requester accepts it or not.
    Proposed { by: UserId, start: DateTime<Utc> },
    /// A PM needs more context.
    ContextMissing { by: UserId, what: String },
    /// The call moved.
    Rescheduled { by: UserId, from: DateTime<Utc>, to: DateTime<Utc> },
    /// The requester takes the time that the PM proposed.
    Accepted { by: UserId, start: DateTime<Utc> },
    /// The call is off.
    Cancelled { by: UserId, why: String },
    /// The agenda is there.
    AgendaAdded { by: UserId, link: String },
    /// The start passed without a PM's word.
    Lapsed,
    /// The PM sent it to SMEs (A5).
    Redirected { by: UserId, to: EngagementId },
    /// Somebody else has it now.
    Handed { by: UserId, to: UserId },
    /// Whoever had it cannot go on: the next one has it, or it is open again.
    HandedOver { from: UserId, to: Option<UserId>, why: Gone },
    /// Whoever has it is away, and nobody stands in.
    NobodyCovers { who: UserId, until: NaiveDate },
    /// The triage is proved, and the PM is asked.
    TriageProved,
    /// The triage is not proved (A4): an SME has to answer first.
    TriageNotProved,
    /// Slack would not take it where it belongs; it went elsewhere.
    Rehomed { to: ChannelId },
    /// It was closed by somebody who oversees the area.
    Closed { by: UserId, why: String },
    /// The call goes its way in spite of its short notice (C12).
    ExceptionApproved { by: UserId },
    /// It does not (C12).
    ExceptionDeclined { by: UserId, why: String },
    /// The start came before anybody decided (C12).
    ExceptionLapsed,
    /// Nobody who may approve can be reached (C12).
    ExceptionUnreachable,
}

/// A time in which we could not act, named when something comes late because of it (B7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downtime {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// We ran, but could not read the thread.
    #[serde(default)]
    pub blind: bool,
    /// We ran, and this person had paused reminders.
    #[serde(default)]
    pub paused_by: Option<UserId>,
}

impl Downtime {
    /// Whether something that was due then and happens now is late because of this.
    pub fn explains(&self, due: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        due < self.to && self.from < now
    }
}

impl What {
    /// Whether it only reminds of what is stored elsewhere: the reminders of one lane may be told as one message. What
    /// carries somebody's words, answers, or asks for a decision of its own stands alone.
    pub fn is_reminder(&self) -> bool {
        matches!(
            self,
            Self::NotTaken { .. }
                | Self::NotTakenAnywhere { .. }
                | Self::TakenSilent { .. }
                | Self::PmReminder { .. }
                | Self::AdviceDue { .. }
                | Self::Nudge { .. }
                | Self::Miss { .. }
                | Self::Raise { .. }
                | Self::PmAwaited { .. }
                | Self::AgendaDue { .. }
                | Self::AgendaMissed { .. }
        )
    }

    /// Why a reminder says that it is late.
    pub fn late_because(&self) -> Option<&Downtime> {
        match self {
            Self::NotTaken { late_because, .. }
            | Self::NotTakenAnywhere { late_because, .. }
            | Self::TakenSilent { late_because, .. }
            | Self::PmReminder { late_because, .. }
            | Self::AdviceDue { late_because, .. }
            | Self::Nudge { late_because, .. }
            | Self::Miss { late_because, .. }
            | Self::Raise { late_because, .. }
            | Self::PmAwaited { late_because, .. }
            | Self::AgendaDue { late_because, .. }
            | Self::AgendaMissed { late_because, .. }
            | Self::Digest { late_because, .. } => late_because.as_ref(),
            _ => None,
        }
    }

    /// Why a reminder says that it is late, to be filled in where something else made it late.
    pub fn late_because_mut(&mut self) -> Option<&mut Option<Downtime>> {
        match self {
            Self::NotTaken { late_because, .. }
            | Self::NotTakenAnywhere { late_because, .. }
            | Self::TakenSilent { late_because, .. }
            | Self::PmReminder { late_because, .. }
            | Self::AdviceDue { late_because, .. }
            | Self::Nudge { late_because, .. }
            | Self::Miss { late_because, .. }
            | Self::Raise { late_because, .. }
            | Self::PmAwaited { late_because, .. }
            | Self::AgendaDue { late_because, .. }
            | Self::AgendaMissed { late_because, .. }
            | Self::Digest { late_because, .. } => Some(late_because),
            _ => None,
        }
    }

    /// Whom a reminder mentions.
    pub fn mentions(&self) -> Vec<&UserId> {
        match self {
            Self::NotTaken { leads, .. } => leads.iter().collect(),
            Self::TakenSilent { taker, .. } => vec![taker],
            Self::PmReminder { owner, .. } | Self::Nudge { owner, .. } => vec![owner],
            Self::AdviceDue { owner, .. } => owner.iter().collect(),
            Self::Miss { owner, second, .. } => {
                std::iter::once(owner).chain(second.as_ref().filter(|second| *second != owner)).collect()
            }
            Self::Raise { leader, direct: false, .. } => vec![leader],
            Self::AgendaMissed { requester, .. } => vec![requester],
            _ => Vec::new(),
        }
    }

    /// Whether somebody waits for this now: answers, reminders with a clock, and the first card go before updates.
    pub fn is_urgent(&self) -> bool {
        matches!(
            self,
            Self::Card { mention: true }
                | Self::Reply { .. }
                | Self::Nudge { .. }
                | Self::Miss { .. }
                | Self::Raise { .. }
                | Self::PmAwaited { .. }
                | Self::AskedAgain { .. }
                | Self::AgendaDue { .. }
                | Self::AgendaMissed { .. }
                | Self::ExceptionAsked { .. }
        )
    }

    /// Whether what this reminds of still holds (B5: a step whose condition no longer holds is dropped).
    pub fn still_holds(&self, engagement: &Engagement) -> bool {
        match self {
            Self::NotTaken { .. } | Self::NotTakenAnywhere { .. } => engagement.state == State::Open,
            Self::TakenSilent { taker, .. } => {
                engagement.state == State::Taken && engagement.owner.as_ref() == Some(taker)
            }
            Self::PmReminder { .. } | Self::AdviceDue { .. } | Self::AskerLeft { .. } => {
                engagement.state.is_live()
            }
            Self::HandedOver { to, .. } => engagement.owner == *to && engagement.state.is_live(),
            Self::NobodyCovers { who, .. } | Self::CallWhileAway { who, .. } => {
                engagement.owner.as_ref() == Some(who) && engagement.state.is_live()
            }
            Self::Nudge { .. } | Self::Miss { .. } | Self::Raise { .. } | Self::PmAwaited { .. } => {
                match &engagement.body {
                    Body::Inquiry(inquiry) => inquiry.clock.as_ref().is_some_and(|clock| {
                        clock.end.is_none() && clock.pauses.last().is_none_or(|pause| pause.to.is_some())
                    }),
                    Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => false,
                }
            }
            Self::AgendaDue { .. } | Self::AgendaMissed { .. } => match &engagement.body {
                Body::Call(call) => call.agenda.is_none() && engagement.state.is_live(),
                Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => false,
            },
            Self::ExceptionAsked { .. } => {
                engagement.state.is_live() && engagement.open_exception().is_some()
            }
            Self::Card { .. }
            | Self::Digest { .. }
            | Self::Reply { .. }
            | Self::TakenToRequester { .. }
            | Self::AnsweredToRequester { .. }
            | Self::MovedToRequester { .. }
            | Self::PmAnsweredToRequester { .. }
            | Self::ChangedToRequester { .. }
            | Self::DetailAdded { .. }
            | Self::NotSolved { .. }
            | Self::LeadToPlace { .. }
            | Self::MovedAway { .. }
            | Self::RelayToSme { .. }
            | Self::ExceptionStands { .. }
            | Self::Redirected { .. }
            | Self::StageLink { .. }
            | Self::OwnerChanged { .. }
            | Self::AskedAgain { .. }
            | Self::WaitingOnSme { .. }
            | Self::Blind { .. }
            | Self::CallChanged { .. }
            | Self::Parked { .. }
            | Self::Unsearched { .. }
            | Self::UnreadableRow { .. }
            | Self::Unresolved { .. }
            | Self::SetAway { .. }
            | Self::StatusSaysAway { .. }
            | Self::NobodyTakesOver { .. }
            | Self::DirectoryBroken { .. }
            | Self::DirectoryHolds
            | Self::PmsOutside { .. }
            | Self::ClocksSet { .. }
            | Self::ClocksLate { .. }
            | Self::Unreadable { .. }
            | Self::CardDeleted { .. }
            | Self::Trouble { .. }
            | Self::WellAgain { .. }
            | Self::SmesOffered { .. }
            | Self::ModeSwitched { .. }
            | Self::WeeklyReport { .. } => true,
        }
    }
}

/// The ids of these, in one word.
fn short(engagements: &[EngagementId]) -> String {
    engagements.iter().map(|id| id.short()).collect::<Vec<_>>().join(",")
}

impl Notice {
    /// The channel, or its stand-in, in whose order this goes.
    pub fn lane(&self) -> String {
        match &self.to {
            Address::Card { channel }
            | Address::CardThread { channel }
            | Address::OldCard { channel, .. }
            | Address::Thread { channel, .. }
            | Address::Channel { channel }
            | Address::OnlyTo { channel, .. } => channel.to_string(),
            Address::Direct { user } | Address::Asked { user } => user.to_string(),
            Address::Answer { user, .. } => format!("answer:{user}"),
            Address::Admins => "admins".to_owned(),
        }
    }

    /// What admins, leads, or one person are told once of: a second notice about the same is not kept.
    pub fn told_once(&self) -> Option<String> {
        if let What::WeeklyReport { report, .. } = &self.what {
            return Some(format!("week:{}:{}", self.lane(), report.period.to.timestamp()));
        }
        if let (What::PmsOutside { area, pms }, Address::Direct { user }) = (&self.what, &self.to) {
            let pms: Vec<&str> = pms.iter().map(UserId::as_str).collect();
            return Some(format!("pms_outside:{area}:{user}:{}", pms.join(",")));
        }
        if let (What::StatusSaysAway { status, .. }, Address::Direct { user }) = (&self.what, &self.to) {
            return Some(format!("status:{user}:{status}"));
        }
        if self.to != Address::Admins {
            return None;
        }
        match &self.what {
            What::Parked { channel, error, .. } => Some(format!("parked:{channel}:{error}")),
            What::Unsearched { channel, error } => Some(format!("unsearched:{channel}:{error}")),
            What::UnreadableRow { table, row } => Some(format!("unreadable:{table}:{row}")),
            What::NobodyTakesOver { engagements, number } => {
                Some(format!("nobody_takes_over:{number}:{}", short(engagements)))
            }
            What::DirectoryBroken { problems, number } => {
                Some(format!("directory:{number}:{}", problems.join(";")))
            }
            What::Unresolved { what } => Some(format!("unresolved:{}", what.join(","))),
            What::ClocksSet { engagements, number } => {
                Some(format!("clocks_set:{number}:{}", short(engagements)))
            }
            What::ClocksLate { .. } => Some("clocks_late".to_owned()),
            What::Unreadable { engagements, number } => {
                Some(format!("unreadable:{number}:{}", short(engagements)))
            }
            What::CardDeleted { channel, card } => Some(format!("card_deleted:{channel}:{card}")),
            What::Trouble { trouble } => Some(trouble.topic()),
            _ => None,
        }
    }

    /// Whether this is the engagement's card: cards that wait collapse into the newest state.
    pub fn is_card(&self) -> bool {
        matches!(self.to, Address::Card { .. })
    }

    /// Whether what this reminds of still holds (B5: a step whose condition no longer holds is dropped).
    pub fn still_holds(&self, engagement: &Engagement) -> bool {
        self.what.still_holds(engagement)
    }
}
