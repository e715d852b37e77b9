//! Refusals: normal outcomes, each with what the person can do now. The words are `slack::render`'s.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::absence::AwayProblem;
use super::engagement::{ExceptionState, State};
use super::ids::{AreaKey, EngagementId, UserId};
use super::org::{PlaceId, Role};
use super::reason::Reason;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// No engagement has that id.
    Unknown {
        /// As it was typed.
        id: String,
    },
    /// Only others can do that ("Who may do what"); `can_instead` says what this person can do.
    NotYours {
        /// Which engagement.
        engagement: EngagementId,
        /// Who can.
        who: Role,
        /// Whether this person is its requester, who can add detail or withdraw.
        is_requester: bool,
    },
    /// Somebody was faster.
    AlreadyTaken {
        /// Which.
        engagement: EngagementId,
        /// By whom.
        by: Option<UserId>,
    },
    /// It is in a state in which that makes no sense.
    NotNow {
        /// Which.
        engagement: EngagementId,
        /// Its state.
        state: State,
    },
    /// Too many asks in an hour.
    TooMany {
        /// The limit.
        limit: u32,
        /// When the next one is taken.
        again_at: DateTime<Utc>,
    },
    /// Nothing was asked.
    Empty,
    /// The text is longer than fits.
    TooLong {
        /// At most so many characters.
        limit: usize,
    },
    /// The channel is shared with another organisation; the employee is told what to do.
    SharedChannel,
    /// Our command was typed in a thread, where Slack takes none, with nothing after it.
    CommandInThread,
    /// The area is not served by the bot yet; where to ask by hand.
    AreaNotOn {
        /// Which area.
        area: AreaKey,
    },
    /// Nothing to post in: neither an SME channel nor any fallback is known.
    NowhereToSend {
        /// For which place.
        place: PlaceId,
    },
    /// No PM is known for it.
    NoPm {
        /// For which engagement.
        engagement: EngagementId,
    },
    /// Somebody was named to answer who cannot: no PM, gone, or whoever asked.
    CannotAnswer {
        /// Which engagement.
        engagement: EngagementId,
        /// Who was named.
        user: UserId,
    },
    /// Somebody was named who is away.
    IsAway {
        /// Who.
        user: UserId,
        /// The last day of it.
        until: NaiveDate,
    },
    /// An absence that cannot be set, or ended.
    Absence {
        /// Why not.
        problem: AwayProblem,
    },
    /// The area has no internal channel, and its place no group channel.
    NoInternalChannel {
        /// Which engagement.
        engagement: EngagementId,
    },
    /// The inquiry with the PM is open already.
    PmAskedAlready {
        /// Which inquiry.
        inquiry: EngagementId,
    },
    /// Moved twice already: the area lead decides (A9).
    MovedTwice {
        /// Which.
        engagement: EngagementId,
    },
    /// It is there already.
    SamePlace {
        /// Which place.
        place: PlaceId,
    },
    /// The time to reopen it is over (14 days).
    TooLateToReopen {
        /// Which.
        engagement: EngagementId,
        /// So many days.
        days: i64,
    },
    /// The link is none.
    NotALink,
    /// Not enough notice for the call (C1), or for the moved start.
    TooSoon {
        /// The start that was asked.
        start: DateTime<Utc>,
        /// Seconds of notice that it gives.
        notice_seconds: i64,
        /// The earliest start that is accepted.
        earliest: DateTime<Utc>,
        /// The zone of the PM who would come.
        pm_zone: Option<chrono_tz::Tz>,
    },
    /// The exception was asked for, or decided upon, already (C12).
    ExceptionStands {
        /// Of which call.
        engagement: EngagementId,
        /// Who is asked, or decided.
        by: Option<UserId>,
        /// Where it stands.
        state: ExceptionState,
    },
    /// Nobody is known who could approve an exception (C12).
    NobodyApproves {
        /// For which place.
        place: Option<PlaceId>,
    },
    /// The time is past.
    InThePast,
    /// A PM cannot be asked for this here: SMEs answer it (A2), or the group excludes it (A10).
    ReasonNotTaken {
        /// The reason.
        reason: Reason,
        /// The place.
        place: PlaceId,
    },
    /// What was said in an internal channel stays there ("Confidentiality"), also where its own author would take it out.
    StaysInside,
    /// *Ask the PM* on a message outside the internal channels, where PMs are asked by SMEs (B1).
    AskPmInside,
    /// That message is from nobody we could ask for, or is our own.
    NothingToRedirect,
    /// Only admins can do that.
    OnlyAdmins,
    /// Directory or settings do not hold: what is wrong, each with its file and line.
    DirectoryBroken {
        /// What.
        problems: Vec<String>,
    },
    /// This process cannot read directory and settings anew.
    NoReload,
    /// What we did not understand; with what we know.
    NotUnderstood,
    /// It could not be saved; nothing was sent.
    NotSaved,
    /// It is being saved for so long that whoever waits has to be answered; how it ends is told.
    StillSaving,
    /// A form could not be opened in time.
    FormNotOpened,
    /// Only members of this organisation are served.
    Outsider,
    /// Only these people can do that.
    OnlyFor {
        /// Who can.
        who: Role,
    },
    /// No SME area is called that.
    UnknownArea {
        /// As it was typed; nothing where none was.
        typed: String,
    },
    /// An area cannot be switched to that.
    UnknownMode {
        /// Which area.
        area: AreaKey,
        /// As it was typed.
        typed: String,
    },
    /// No reply clock runs in the area yet: the PM is asked by hand.
    ClockNotOn {
        /// Which area.
        area: AreaKey,
    },
    /// Numbers are for those who answer for an area.
    NumbersNotYours {
        /// Which area, where one was named.
        area: Option<AreaKey>,
    },
}
