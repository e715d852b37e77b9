//! What our buttons, forms and shortcuts are called on the wire: written by `render`, read by `parse`.
//!
//! A button's `value` is a [`Press`] as JSON, so that what it does is decided where it is drawn. Fields of forms have the
//! [`field_id`] as both `block_id` and `action_id`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::admin::Wish;
use crate::domain::command::Action;
use crate::domain::decision::Field;
use crate::domain::engagement::call::BriefingQuestion;
use crate::domain::ids::{ChannelId, EngagementId};
use crate::domain::pings::{Offer, OfferAnswer};

/// The slash command.
pub const COMMAND: &str = "/request-pm";
/// Message shortcut "Ask an expert".
pub const SHORTCUT_ASK_EXPERT: &str = "ask_expert";
/// Message shortcut "Ask the PM".
pub const SHORTCUT_ASK_PM: &str = "ask_the_pm";
/// Message shortcut "Redirect to SMEs".
pub const SHORTCUT_REDIRECT: &str = "redirect_to_smes";
/// Global shortcut that opens the request form.
pub const SHORTCUT_REQUEST: &str = "request_pm";
/// `event_type` of the metadata that carries our delivery key.
pub const METADATA_EVENT: &str = "switchboard_delivery";
/// The field of that metadata's payload that holds the key.
pub const METADATA_KEY: &str = "key";

/// The scopes that the bot uses, and no other; the manifest asks for these, and says why for each.
pub const SCOPES: &[&str] = &[
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "reactions:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
];

/// What pressing a button, or choosing from *More*, means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// Of which engagement.
    #[serde(rename = "e")]
    pub engagement: EngagementId,
    /// What it does.
    #[serde(rename = "p")]
    pub pressed: Pressed,
}

/// What pressing a button of an offer means: nothing of ours began yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferPress {
    /// Which offer.
    #[serde(rename = "o")]
    pub offer: Offer,
    /// What is said to it.
    #[serde(rename = "p")]
    pub answer: OfferAnswer,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pressed {
    /// Acts at once.
    Do(Action),
    /// Opens a form first.
    Open(Form),
    /// Shows something to whoever pressed, and changes nothing.
    Show(Show),
    /// Asks something of the bot itself; of no engagement.
    Admin(Wish),
}

/// A button of App Home that is about no engagement in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomePress {
    /// What it does.
    pub home: HomePressed,
}

/// What such a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomePressed {
    /// Opens the request form.
    Ask,
    /// Shows all of a list.
    List(HomeList),
    /// Tries the bot out where an area is in pilot, or no longer.
    Pilot {
        /// From now on.
        on: bool,
    },
    /// Shows whether the reader is away, and how to say it.
    Away,
}

/// A list of App Home, of which only the first few are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeList {
    /// What others wait for.
    Owe,
    /// What they asked.
    Asked,
    /// What nobody took.
    Untaken,
    /// What may come too late.
    AtRisk,
    /// What is today.
    Today,
}

impl HomeList {
    /// The name of its button.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owe => "owe",
            Self::Asked => "asked",
            Self::Untaken => "untaken",
            Self::AtRisk => "at_risk",
            Self::Today => "today",
        }
    }
}

/// What pressing a button about one's own absence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwayPress {
    /// What it does.
    pub away: AwayPressed,
}

/// What a button about one's own absence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayPressed {
    /// Yes, away; this is the last day.
    Until(NaiveDate),
    /// No, others shall not cover.
    No,
    /// Back early.
    Back,
    /// Chooses the days, and who covers, in a form.
    Choose,
}

/// What can be shown to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Why it is where it is, and what happened.
    Why,
    /// Customer, links, attendees and briefing, for those who may see them.
    Briefing,
}

/// A form of ours: its name is the view's `callback_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The request: reason, area, question, and what the reason needs.
    Request,
    /// Add detail.
    Detail,
    /// Wrong area.
    Move,
    /// Ask the PM.
    AskPm,
    /// Not solved.
    NotSolved,
    /// Edit a draft before it is posted.
    EditDraft,
    /// Another place for a draft ("Something else").
    PickPlace,
    /// Answered elsewhere.
    AnsweredElsewhere,
    /// Not mine.
    NotMine,
    /// Waiting on the SME.
    WaitOnSme,
    /// Decline the call.
    DeclineCall,
    /// Propose another time.
    ProposeTime,
    /// Missing context.
    MissingContext,
    /// Reschedule.
    Reschedule,
    /// Cancel the call.
    CancelCall,
    /// Agenda.
    Agenda,
    /// Close with a reason.
    Close,
    /// Give it to somebody.
    Reassign,
    /// Ask for an exception to the notice.
    AskException,
    /// Decline an exception.
    DeclineException,
    /// Away: from when until when, and who covers. Of no engagement.
    Away,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 21] = [
        Self::Request,
        Self::Detail,
        Self::Move,
        Self::AskPm,
        Self::NotSolved,
        Self::EditDraft,
        Self::PickPlace,
        Self::AnsweredElsewhere,
        Self::NotMine,
        Self::WaitOnSme,
        Self::DeclineCall,
        Self::ProposeTime,
        Self::MissingContext,
        Self::Reschedule,
        Self::CancelCall,
        Self::Agenda,
        Self::Close,
        Self::Reassign,
        Self::AskException,
        Self::DeclineException,
        Self::Away,
    ];

    /// The view's `callback_id`.
    pub const fn callback_id(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Detail => "detail",
            Self::Move => "move",
            Self::AskPm => "ask_pm",
            Self::NotSolved => "not_solved",
            Self::EditDraft => "edit_draft",
            Self::PickPlace => "pick_place",
            Self::AnsweredElsewhere => "answered_elsewhere",
            Self::NotMine => "not_mine",
            Self::WaitOnSme => "wait_on_sme",
            Self::DeclineCall => "decline_call",
            Self::ProposeTime => "propose_time",
            Self::MissingContext => "missing_context",
            Self::Reschedule => "reschedule",
            Self::CancelCall => "cancel_call",
            Self::Agenda => "agenda",
            Self::Close => "close",
            Self::Reassign => "reassign",
            Self::AskException => "ask_exception",
            Self::DeclineException => "decline_exception",
            Self::Away => "away",
        }
    }

    /// The form of that `callback_id`.
    pub fn from_callback_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.callback_id() == id)
    }
}

/// What a form carries in its view's `private_metadata`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FormContext {
    /// The engagement it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    /// Where the command was typed or the button pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Where to answer beside the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_url: Option<String>,
}

/// `block_id` and `action_id` of a form's field.
pub const fn field_id(field: Field) -> &'static str {
    match field {
        Field::Reason => "reason",
        Field::Area => "area",
        Field::Question => "question",
        Field::Customer => "customer",
        Field::Links => "links",
        Field::ProofLink => "proof_link",
        Field::Triage => "triage",
        Field::Confirm => "confirm",
        Field::NeededBy => "needed_by",
        Field::Start => "start",
        Field::Minutes => "minutes",
        Field::Goal => "goal",
        Field::Attendees => "attendees",
        Field::BriefingLink => "briefing_link",
        Field::Agenda => "agenda",
        Field::Text => "text",
        Field::Link => "link",
        Field::Person => "person",
        Field::From => "from",
        Field::Until => "until",
        Field::Cover => "cover",
    }
}

/// `block_id` and `action_id` of a briefing question's field.
pub fn briefing_id(question: BriefingQuestion) -> String {
    format!("briefing_{}", question.key())
}
