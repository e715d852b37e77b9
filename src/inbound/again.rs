//! A kept request heard again, long after whoever sent it stopped waiting: read and decided as it would have been, with the same
//! keys, so that it happens once whichever way it came. What only that moment could use is not done: no form opens, nothing
//! is shown, and no answer goes to a click that nobody remembers.

use chrono::TimeDelta;

use super::Edge;
use super::answers::app_answer;
use crate::app::{Answer, App, Envelope, StoreError};
use crate::domain::command::Command;
use crate::domain::decision::Reply;
use crate::domain::ids::UserId;
use crate::domain::names::Change;
use crate::slack::parse::{self, AnswerTo, Inbound, Incoming};

/// What became of a request that was heard again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeardAgain {
    /// It was understood; what it leads to is committed.
    Decided,
    /// It was understood, and there is nothing left to do.
    NothingToDo,
    /// It is still not understood, or cannot be done as it is.
    Not {
        /// Why; never what it says.
        reason: String,
    },
}

/// What became of a dead letter that was heard again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterHeard {
    /// It was understood, and what it asks for was done; it is gone.
    Understood,
    /// It was understood, and asks for nothing that could still be done; it is gone.
    NothingToDo,
    /// It is still not understood, and stays.
    Stays {
        /// Why.
        reason: String,
    },
    /// It was begun to be heard so long ago that nobody can tell any more whether it was done.
    Doubtful,
    /// There is no such letter.
    Unknown,
}

/// How long the keys surely stop a second decision; they are kept a little longer.
const KEYS_HOLD: TimeDelta = TimeDelta::hours(25);

/// Hears a dead letter again. It goes only after what it led to is committed; its keys stop a second hearing in between.
pub async fn hear_letter(app: &App, id: i64) -> Result<LetterHeard, StoreError> {
    let Some((body, begun_at)) = app.begin_letter(id).await? else { return Ok(LetterHeard::Unknown) };
    if app.now() - begun_at >= KEYS_HOLD {
        return Ok(LetterHeard::Doubtful);
    }
    let (stays, heard) = match hear_again(app, &body).await? {
        HeardAgain::Decided => (None, LetterHeard::Understood),
        HeardAgain::NothingToDo => (None, LetterHeard::NothingToDo),
        HeardAgain::Not { reason } => (Some(reason.clone()), LetterHeard::Stays { reason }),
    };
    app.end_letter(id, stays).await?;
    Ok(heard)
}

/// Hears a request again, whose signature was checked when it came.
pub async fn hear_again(app: &App, body: &[u8]) -> Result<HeardAgain, StoreError> {
    let policy = app.policy();
    let names = |user: &UserId| policy.org.person(user).map(|person| person.name.clone());
    let not = |reason: &str| HeardAgain::Not { reason: reason.to_owned() };
    // The media type was not kept: the body shows which of the two it is.
    Ok(match parse::request(None, body, &names, policy.org.bot_user.as_ref()) {
        Inbound::Command(incoming) => return decide(app, *incoming).await,
        Inbound::EventsLost => {
            app.read_threads_again(None).await?;
            HeardAgain::Decided
        }
        Inbound::NamesChanged { change, status: _, keys: _ } => {
            // What it told may be old by now: Slack is asked.
            app.names_changed(Change::Unclear);
            if matches!(change, Change::Membership { joined: true, .. }) {
                app.read_threads_again(None).await?;
            }
            HeardAgain::Decided
        }
        Inbound::SslCheck
        | Inbound::UrlVerification { .. }
        | Inbound::Suggest { .. }
        | Inbound::OpenForm(_)
        | Inbound::Show { .. }
        | Inbound::HomeOpened { .. }
        | Inbound::HomeList { .. }
        | Inbound::Query { .. }
        | Inbound::Admin { .. }
        | Inbound::Ignored { .. } => HeardAgain::NothingToDo,
        Inbound::FormProblems(_) | Inbound::FormNeedsMore { .. } => not(UNFINISHED_FORM),
        Inbound::DeadLetter { reason } => HeardAgain::Not { reason },
        Inbound::Malformed { why } => not(why),
    })
}

/// Why a form is not taken that its author would have been shown again.
const UNFINISHED_FORM: &str =
    "a form that cannot be sent as it was filled in; ask its author to fill it in again";

async fn decide(app: &App, incoming: Incoming) -> Result<HeardAgain, StoreError> {
    if incoming.outsider {
        return Ok(HeardAgain::NothingToDo);
    }
    let answer = late_answer(&incoming);
    let command =
        if incoming.shared_channel { Edge::in_shared_channel(incoming.command) } else { incoming.command };
    let envelope = Envelope { keys: incoming.keys, answer, ..Envelope::internal(command) };
    let outcome = app.handle(envelope).await?;
    Ok(match outcome.reply {
        Reply::Form(_) => HeardAgain::Not { reason: UNFINISHED_FORM.to_owned() },
        Reply::Nothing
        | Reply::Refused(_)
        | Reply::Asked { .. }
        | Reply::Draft { .. }
        | Reply::Duplicate { .. }
        | Reply::Done { .. }
        | Reply::Help
        | Reply::Mine { .. }
        | Reply::Away(_)
        | Reply::Admin(_)
        | Reply::Reloaded { .. }
        | Reply::OfferAnswered { .. }
        | Reply::Pilot { .. }
        | Reply::Mode { .. }
        | Reply::Status { .. }
        | Reply::Numbers { .. } => HeardAgain::Decided,
    })
}

/// Where its author hears now. Whoever asked something has heard nothing yet, and hears by direct message; whoever clicked
/// sees it on the card. In a thread it is answered there, as ever.
fn late_answer(incoming: &Incoming) -> Answer {
    let is_ask = matches!(incoming.command, Command::Ask(_));
    match (&incoming.answer, &incoming.by) {
        (AnswerTo::Thread { .. }, _) => app_answer(&incoming.answer, incoming.shared_channel),
        (
            AnswerTo::Inline { .. }
            | AnswerTo::Form { .. }
            | AnswerTo::Url { .. }
            | AnswerTo::Home { .. }
            | AnswerTo::Direct { .. }
            | AnswerTo::Nowhere,
            Some(user),
        ) if is_ask => Answer::Direct { user: user.clone() },
        (
            AnswerTo::Inline { .. }
            | AnswerTo::Form { .. }
            | AnswerTo::Url { .. }
            | AnswerTo::Home { .. }
            | AnswerTo::Direct { .. }
            | AnswerTo::Nowhere,
            _,
        ) => Answer::Nowhere,
    }
}
