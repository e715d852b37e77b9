//! What Slack sent, made into what happened. Pure: no IO, no clock, nothing stored.
//!
//! Called after `verify` with the raw body. Every body becomes exactly one [`Inbound`] and none panics: what we do not
//! know is kept as a dead letter, what is not ours is ignored with the reason, and only what cannot be read is malformed.
//! Deciding who may do what, and whether a time is too soon, is the domain's.

mod admin;
mod away;
mod commands;
mod events;
mod interactions;
mod markup;
mod message;
mod naming;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

use serde_json::Value;

pub use away::AwayStatus;
pub use events::{EVENTS, OUR_OWN_MESSAGE};
pub use interactions::SHORTCUTS;
pub use markup::{Plain, is_link, permalink, plain};
pub use message::heard;
pub use wire::Wire;

use crate::domain::admin::Wish;
use crate::domain::command::Command;
use crate::domain::decision::{Field, FieldProblem};
use crate::domain::ids::{ChannelId, EngagementId, Ts, UserId};
use crate::domain::names::Change;
use crate::slack::forms::Prefill;
use crate::slack::vocabulary::{Form, FormContext, HomeList, Show};

/// What a request from Slack means.
#[derive(Debug, Clone, PartialEq)]
pub enum Inbound {
    /// Slack looks whether our certificate is good: 200, nothing else.
    SslCheck,
    /// Slack looks whether the URL is ours: the challenge is answered as it is.
    UrlVerification {
        /// What to answer.
        challenge: String,
    },
    /// Something to decide upon and commit.
    Command(Box<Incoming>),
    /// What somebody typed into a search field: answer with [`crate::slack::forms::options`].
    Suggest {
        /// In which field.
        field: Field,
        /// What they typed so far.
        query: String,
    },
    /// A form to open at once: its trigger dies after three seconds.
    OpenForm(Box<OpenForm>),
    /// Something to show to one person; changes nothing.
    Show {
        /// What.
        what: Show,
        /// Of which engagement.
        engagement: EngagementId,
        /// To whom.
        by: UserId,
        /// Where.
        answer: AnswerTo,
        /// From another organisation.
        outsider: bool,
    },
    /// Somebody opened their App Home.
    HomeOpened {
        /// Who.
        user: UserId,
        /// Slack still has what we showed them last.
        has_view: bool,
        /// From another organisation.
        outsider: bool,
    },
    /// All of a list of App Home, over it; changes nothing.
    HomeList {
        /// Which.
        list: HomeList,
        /// To whom.
        by: UserId,
        /// Good for one use within three seconds.
        trigger_id: String,
        /// From another organisation.
        outsider: bool,
    },
    /// A question about ourselves; changes nothing.
    Query {
        /// Which.
        query: Query,
        /// Of which of these one seen before means that it was answered already.
        keys: Vec<String>,
        /// Who asks.
        by: UserId,
        /// Where to answer.
        answer: AnswerTo,
        /// From another organisation.
        outsider: bool,
    },
    /// Something that admins, or area leads, ask of the bot itself.
    Admin {
        /// What.
        wish: Wish,
        /// Of which of these one seen before means that it was answered already.
        keys: Vec<String>,
        /// Who asks.
        by: UserId,
        /// Where to answer.
        answer: AnswerTo,
        /// From another organisation.
        outsider: bool,
    },
    /// A submission that cannot be right: answer with [`crate::slack::forms::problems`].
    FormProblems(Vec<FieldProblem>),
    /// The request form has to show the fields of the chosen reason: answer with [`crate::slack::forms::update`].
    FormNeedsMore {
        /// The view with the new fields, and what was filled in already.
        view: Box<Value>,
    },
    /// Names, channels or groups changed: the directory's references are resolved anew.
    NamesChanged {
        /// What changed.
        change: Change,
        /// What somebody's status says, where it says that they are away.
        status: Option<AwayStatus>,
        /// The event, for telling a repeat.
        keys: Vec<String>,
    },
    /// Slack held events back from us (its rate limit): what they told has to be read (B7).
    EventsLost,
    /// Understood, and nothing to us. 200.
    Ignored {
        /// Why.
        why: &'static str,
    },
    /// Signed and well-formed, but not understood: kept whole, answered 200.
    DeadLetter {
        /// What is not understood; never the content.
        reason: String,
    },
    /// Neither JSON nor a form: 400.
    Malformed {
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A command with all that surrounds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The workspace (or organisation) it came from.
    pub team: Option<String>,
    /// Any of these seen before means that it was committed already. Consumed by the commit alone: a form that was
    /// answered with problems keeps its key.
    pub keys: Vec<String>,
    /// What happened.
    pub command: Command,
    /// Where the person who acted hears.
    pub answer: AnswerTo,
    /// Who acted; `None` for bots and for notes of Slack's.
    pub by: Option<UserId>,
    /// They belong to another organisation.
    pub outsider: bool,
    /// The channel is shared with another organisation, as far as the payload says so.
    pub shared_channel: bool,
}

/// A form to open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenForm {
    /// Which.
    pub form: Form,
    /// What it carries.
    pub context: FormContext,
    /// Good for one use within three seconds.
    pub trigger_id: String,
    /// For whom.
    pub by: UserId,
    /// They pressed in App Home.
    pub in_home: bool,
    /// From another organisation.
    pub outsider: bool,
    /// What is filled in already.
    pub prefill: Prefill,
}

/// A question about ourselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// What do you know?
    Help,
    /// What is open of mine, and what do I owe?
    Mine,
    /// How does this one stand? As it was typed.
    Status {
        /// Whatever stands after `status`.
        id: String,
    },
    /// Am I away, as far as you know?
    Away,
    /// Who is away in the areas that I look after?
    AwayList,
    /// An admin wants directory and settings read anew.
    Reload,
    /// How do we keep our promises? Of an area, or of all that are theirs.
    Numbers {
        /// The area, as it was typed.
        area: Option<String>,
        /// The last so many days.
        days: u32,
    },
    /// A word of ours, used in a way that we do not know.
    NotUnderstood,
}

/// Where the person who acted hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerTo {
    /// In the body of the answer to a slash command.
    Inline {
        /// Who.
        user: UserId,
        /// Where it was typed.
        channel: Option<ChannelId>,
        /// For whatever comes later than the body.
        url: Option<String>,
    },
    /// A form: it closes with the body; words go by this URL, or by direct message where there is none.
    Form {
        /// Who.
        user: UserId,
        /// Of the command or button that opened it.
        url: Option<String>,
    },
    /// By the `response_url` of a button or a message shortcut.
    Url {
        /// Who.
        user: UserId,
        /// The URL.
        url: String,
        /// Where the button or message is.
        channel: Option<ChannelId>,
    },
    /// Where they wrote to us: in that thread, or to them only.
    Thread {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
        /// The thread's first message; their own message where it began none.
        thread: Ts,
    },
    /// Over their App Home, where they pressed: a small view; by direct message where it does not open.
    Home {
        /// Who.
        user: UserId,
        /// Good for one use within three seconds.
        trigger_id: String,
    },
    /// By direct message: there is a person, but no place to answer in.
    Direct {
        /// Who.
        user: UserId,
    },
    /// Nobody waits for an answer.
    Nowhere,
}

/// Reads a request of Slack's whose signature was checked. `names` tells what people call somebody, `bot_user` is our own
/// user where it is known (else the envelope's word is taken).
pub fn request(
    content_type: Option<&str>,
    body: &[u8],
    names: &dyn Fn(&UserId) -> Option<String>,
    bot_user: Option<&UserId>,
) -> Inbound {
    let Ok(text) = std::str::from_utf8(body) else {
        return Inbound::Malformed { why: "not UTF-8" };
    };
    let text = text.trim();
    if text.is_empty() {
        return Inbound::Malformed { why: "empty" };
    }
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    let is_json =
        kind.contains("json") || (!kind.contains("x-www-form-urlencoded") && text.starts_with(['{', '[']));
    if is_json {
        return match serde_json::from_str(text) {
            Ok(value) => events::envelope(&value, names, bot_user),
            Err(_) => Inbound::Malformed { why: "not JSON" },
        };
    }
    if !text.contains('=') {
        return Inbound::Malformed { why: "not a form" };
    }
    form(text, names, bot_user)
}

/// A form-encoded body: a slash command, a certificate probe, or an interaction under `payload`.
fn form(text: &str, names: &dyn Fn(&UserId) -> Option<String>, bot_user: Option<&UserId>) -> Inbound {
    let fields: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).collect();
    let field = |wanted: &str| {
        let found = fields.iter().find(|(key, value)| key == wanted && !value.is_empty());
        found.map(|(_, value)| value.clone().into_owned())
    };
    if let Some(payload) = field("payload") {
        return match serde_json::from_str(&payload) {
            Ok(value) => interactions::payload(&value, names, bot_user),
            Err(_) => dead("a payload that is not JSON"),
        };
    }
    if field("ssl_check").is_some_and(|probe| probe != "0") {
        return Inbound::SslCheck;
    }
    commands::slash(&field, names, bot_user)
}

/// A dead letter.
fn dead(reason: impl Into<String>) -> Inbound {
    Inbound::DeadLetter { reason: reason.into() }
}

/// Slack's word for a type, short enough and clean enough to be shown to admins.
fn shown(word: &str) -> String {
    word.chars().filter(|sign| sign.is_ascii_alphanumeric() || "_.-".contains(*sign)).take(60).collect()
}
