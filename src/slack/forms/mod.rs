//! Forms (modals): drawing them, reading what people filled in, and the answers that Slack expects to a submission.
//!
//! Checks form only: what is missing, no link, or too long. Whether a time is soon enough, a proof proves, or a person may,
//! is the domain's; its answer comes back as [`FieldProblem`]s. All words are in `words`.

mod away;
mod fields;
mod request;
mod small;
mod state;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::domain::absence::AwayWish;
use crate::domain::command::{Act, Action, Ask};
use crate::domain::decision::FieldProblem;
use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::org::{Org, Place, PlaceId};
use crate::domain::reason::Reason;
use crate::domain::rules::Rules;
use crate::slack::outgoing::Message;
use crate::slack::parse::Wire;
use crate::slack::vocabulary::{Form, FormContext, field_id};

/// Most options that Slack takes in one answer.
const OPTIONS: usize = 100;

/// What is filled in before a form opens. The engagement, where there is one, fills reason, place and text where these
/// are left open; its customer and links have to be given here, after looking who may see them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefill {
    /// The reason.
    pub reason: Option<Reason>,
    /// The place.
    pub place: Option<PlaceId>,
    /// The question, or the text of a small form.
    pub text: Option<String>,
    /// The customer.
    pub customer: Option<String>,
    /// Links.
    pub links: Vec<String>,
}

/// What a submission means.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// An ask.
    Ask(Box<Ask>),
    /// Somebody is away, or will be.
    Away(Box<AwayWish>),
    /// Something done to an engagement.
    Act(Act),
    /// The reason needs fields that the form does not have yet: the form with them.
    NeedsMore(Box<Value>),
    /// Fields that need another value.
    Problems(Vec<FieldProblem>),
    /// A form of somebody else's.
    NotOurs,
    /// A form of an engagement that does not say which.
    NoEngagement,
}

/// A form, ready for `views.open`.
pub fn view(
    form: Form,
    context: &FormContext,
    prefill: &Prefill,
    org: &Org,
    rules: &Rules,
    engagement: Option<&Engagement>,
) -> Value {
    let blocks = if form == Form::Request {
        let state = request::prepared(prefill, org, engagement);
        request::blocks(&state, request::reason_of(&state))
    } else {
        let state = small::prepared(form, prefill, org, engagement);
        small::blocks(form, &state, org, rules, engagement)
    };
    modal(form, context, &blocks)
}

/// The form of somebody's absence, with what is set for them.
pub fn away_view(context: &FormContext, by: &UserId, org: &Org, now: DateTime<Utc>) -> Value {
    let known = org.absences().of(by).filter(|absence| now < absence.until);
    modal(Form::Away, context, &away::blocks(known, org, now))
}

/// A view with these blocks.
fn modal(form: Form, context: &FormContext, blocks: &[Value]) -> Value {
    let (title, submit) = words::title(form);
    let metadata = serde_json::to_string(context).expect("ids and a URL are always JSON");
    json!({
        "type": "modal",
        "callback_id": form.callback_id(),
        "private_metadata": metadata,
        "title": fields::words(title),
        "submit": fields::words(submit),
        "close": fields::words("Not now"),
        "blocks": blocks,
    })
}

/// What sending this form would do, as far as it decides who may: to be asked before it opens. Nothing where everybody may.
pub fn would_do(form: Form, by: &UserId, now: DateTime<Utc>) -> Option<Action> {
    let text = || "…".to_owned();
    let start = now + TimeDelta::days(30);
    Some(match form {
        Form::Request | Form::EditDraft | Form::PickPlace | Form::Away => return None,
        Form::Move => Action::Move { to: PlaceId(String::new()) },
        Form::Detail => Action::AddDetail { text: text() },
        Form::AskPm => Action::AskPm { text: text() },
        Form::NotSolved => Action::NotSolved { why: None },
        Form::AnsweredElsewhere => Action::AnsweredElsewhere { link: text() },
        Form::NotMine => Action::NotMine { to: by.clone() },
        Form::WaitOnSme => Action::WaitOnSme { why: text() },
        Form::DeclineCall => Action::DeclineCall { why: text() },
        Form::ProposeTime => Action::ProposeTime { start },
        Form::MissingContext => Action::MissingContext { what: text() },
        Form::Reschedule => Action::Reschedule { start, why: None },
        Form::CancelCall => Action::CancelCall { why: text() },
        Form::Agenda => Action::AddAgenda { link: text() },
        Form::Close => Action::Close { why: text() },
        Form::Reassign => Action::Reassign { to: by.clone() },
        Form::AskException => Action::AskException { why: text() },
        Form::DeclineException => Action::DeclineException { why: text() },
    })
}

/// What a form carries; nothing where it is none of ours.
pub fn context(view: &Value) -> FormContext {
    let metadata = Wire::new(view).str("private_metadata").unwrap_or_default();
    serde_json::from_str(metadata).unwrap_or_default()
}

/// Reads a form that was sent.
pub fn submitted(view: &Value, by: &UserId) -> Submitted {
    let Some(form) = Wire::new(view).str("callback_id").and_then(Form::from_callback_id) else {
        return Submitted::NotOurs;
    };
    let context = context(view);
    if form == Form::Request {
        request::submitted(view, &context, by)
    } else if form == Form::Away {
        away::submitted(view, by)
    } else {
        small::submitted(form, view, context.engagement, by)
    }
}

/// The answer to a submission with fields that need another value: a sentence at each. `reader` is the zone of whoever
/// filled the form in.
pub fn problems(problems: &[FieldProblem], org: &Org, rules: &Rules, reader: Option<Tz>) -> Value {
    let mut errors = Map::new();
    for FieldProblem { field, problem } in problems {
        // The first problem of a field is the one to mend first.
        errors
            .entry(field_id(*field))
            .or_insert_with(|| json!(words::problem(*field, problem, org, rules, reader)));
    }
    json!({"response_action": "errors", "errors": errors})
}

/// The answer to a submission that was taken: every form closes.
pub fn clear() -> Value {
    json!({"response_action": "clear"})
}

/// The answer to a submission that shows another view in the form's stead.
pub fn update(view: &Value) -> Value {
    json!({"response_action": "update", "view": view})
}

/// The answer to a slash command, seen by whoever typed it.
pub fn slash_answer(message: Message) -> Value {
    let Message { text, blocks } = message;
    let fields = [
        ("response_type", Value::from("ephemeral")),
        ("text", Value::from(text)),
        ("blocks", Value::from(blocks)),
    ];
    // Moved in, where `json!` would copy every block.
    Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).into_iter().collect())
}

/// The answer to letters typed into the area's search field.
pub fn options(found: &[&Place]) -> Value {
    let mut options: Vec<Value> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for place in found {
        if options.len() == OPTIONS {
            break;
        }
        if let Some((value, text)) = place_option(place)
            && !seen.contains(&text)
        {
            options.push(fields::option(&value, &text));
            seen.push(text);
        }
    }
    json!({"options": options})
}

/// A place as an option: its id, and its name with the levels above it.
///
/// Ids that do not fit are stood in for by the level above: its channels and PMs are the same. `None` where none fits.
fn place_option(place: &Place) -> Option<(String, String)> {
    let fits = |id: &&PlaceId| id.0.chars().count() <= fields::OPTION_VALUE;
    let id = Some(&place.id)
        .filter(fits)
        .or_else(|| place.group.as_ref().filter(fits))
        .or_else(|| place.stage.as_ref().filter(fits))?;
    Some((id.0.clone(), name_that_fits(place)))
}

/// The full name, shortened at its start: the end says most.
fn name_that_fits(place: &Place) -> String {
    let length = place.full_name.chars().count();
    if length <= fields::OPTION_TEXT {
        return place.full_name.clone();
    }
    let end: String = place.full_name.chars().skip(length - (fields::OPTION_TEXT - 1)).collect();
    format!("…{end}")
}
