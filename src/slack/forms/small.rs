//! The small forms behind buttons: a text, a link, a person, a place or a time, each becoming one action.

use serde_json::Value;

use super::fields::{self, Label, Need};
use super::request::Reading;
use super::state::State;
use super::{Prefill, Submitted, place_option};
use crate::domain::command::{Act, Action};
use crate::domain::decision::{Field, Problem};
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::{Org, PlaceId};
use crate::domain::rules::Rules;
use crate::slack::vocabulary::{Form, field_id};

/// The longest piece of a question that is shown above a small form.
const ABOUT: usize = 200;

/// What a small form asks for.
enum Asks {
    Text(&'static str, &'static str, Need),
    Link(&'static str, &'static str),
    Person(&'static str),
    Place(&'static str),
    Start(&'static str),
    /// The request form and that of an absence are no small ones.
    Much,
}

/// The one field of each small form: its name and its hint.
const fn asks(form: Form) -> Asks {
    use Need::{Optional, Required};
    match form {
        Form::Request | Form::Away => Asks::Much,
        Form::Detail => Asks::Text("What to add", "It goes into the question's thread.", Required),
        Form::Move => Asks::Place("Where it belongs"),
        Form::AskPm => {
            let hint = "Posted in your name, in the internal channel; without one, in the group's channel.";
            Asks::Text("Your question to the PM", hint, Required)
        }
        Form::NotSolved => Asks::Text("What is still open", "", Optional),
        Form::EditDraft => Asks::Text("Your question", "This is what others read.", Required),
        Form::PickPlace => Asks::Place("Area"),
        Form::AnsweredElsewhere => Asks::Link("Where it was answered", "A link, so that others find it."),
        Form::NotMine => Asks::Person("Who can answer"),
        Form::WaitOnSme => Asks::Text("What you wait for", "The SME's next message resumes.", Required),
        Form::DeclineCall | Form::DeclineException => {
            Asks::Text("Why", "The requester reads this.", Required)
        }
        Form::ProposeTime => Asks::Start("Another time"),
        Form::MissingContext => Asks::Text("What is missing", "The requester reads this.", Required),
        Form::Reschedule => Asks::Start("New start"),
        Form::CancelCall => Asks::Text("Why", "Everybody concerned is told.", Required),
        Form::Agenda => Asks::Link("The agenda", "A link that the customer and Product can open."),
        Form::Close => Asks::Text("Why", "Kept with it.", Required),
        Form::Reassign => Asks::Person("To whom"),
        Form::AskException => {
            Asks::Text("Why it cannot wait", "A PM reads this, by direct message, and decides.", Required)
        }
    }
}

/// The state of a new small form.
pub(super) fn prepared(form: Form, prefill: &Prefill, org: &Org, engagement: Option<&Engagement>) -> State {
    let own_words = matches!(form, Form::AskPm | Form::EditDraft);
    let text = prefill
        .text
        .clone()
        .or_else(|| engagement.filter(|_| own_words).map(|engagement| engagement.text.clone()));
    let start = engagement.and_then(|engagement| match &engagement.body {
        Body::Call(call) => Some(call.start),
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => None,
    });
    let place = prefill.place.as_ref().and_then(|id| org.place(id)).and_then(place_option);
    State::default()
        .with_text(field_id(Field::Text), text)
        .with_instant(field_id(Field::Start), start)
        .with_option(field_id(Field::Area), place)
}

/// A small form's blocks.
pub(super) fn blocks(
    form: Form,
    state: &State,
    org: &Org,
    rules: &Rules,
    engagement: Option<&Engagement>,
) -> Vec<Value> {
    let mut blocks = Vec::new();
    if let Some(engagement) = engagement {
        blocks.push(fields::sentence("about", &about(engagement, org)));
    }
    let label = |field, name, hint, need| Label { id: field_id(field), name, hint, need };
    blocks.push(match asks(form) {
        Asks::Text(name, hint, need) => fields::paragraph(label(Field::Text, name, hint, need), state),
        Asks::Link(name, hint) => fields::line(label(Field::Link, name, hint, Need::Required), state),
        Asks::Person(name) => fields::person(label(Field::Person, name, "", Need::Required)),
        Asks::Place(name) => {
            let hint = "Type a stage, group or category.";
            fields::search(label(Field::Area, name, hint, Need::Required), state)
        }
        Asks::Start(name) => {
            let hours = rules.call.notice.0 / 3_600;
            let hint = if form == Form::Reschedule {
                format!("In your own time zone. An earlier start needs {hours} h of notice again.")
            } else {
                "In your own time zone.".to_owned()
            };
            fields::instant(label(Field::Start, name, &hint, Need::Required), state)
        }
        Asks::Much => return super::request::blocks(state, super::request::reason_of(state)),
    });
    if form == Form::Reschedule {
        let hint = "Only for an earlier start with a short notice: a PM is asked first, by direct message.";
        let label =
            Label { id: field_id(Field::Text), name: "Why it cannot wait", hint, need: Need::Optional };
        blocks.push(fields::paragraph(label, state));
    }
    blocks
}

/// Which engagement a form is about: what its card says to everybody, and no more.
fn about(engagement: &Engagement, org: &Org) -> String {
    let place = engagement.place.as_ref().and_then(|id| org.place(id)).map(|place| place.name.as_str());
    let head = match place {
        Some(place) => format!("{} · {place}", engagement.id),
        None => engagement.id.to_string(),
    };
    format!("{head}: {}", fields::cut(&engagement.text, ABOUT))
}

/// Reads a small form that was sent.
pub(super) fn submitted(
    form: Form,
    view: &Value,
    engagement: Option<EngagementId>,
    by: &UserId,
) -> Submitted {
    let Some(engagement) = engagement else {
        return Submitted::NoEngagement;
    };
    let state = State::of_view(view);
    let mut reading = Reading { state: &state, problems: Vec::new() };
    let action = action(form, &mut reading);
    match action {
        Some(action) if reading.problems.is_empty() => {
            Submitted::Act(Act { engagement, by: by.clone(), action })
        }
        Some(_) | None => Submitted::Problems(reading.problems),
    }
}

/// What a form means, with what was filled in.
fn action(form: Form, reading: &mut Reading<'_>) -> Option<Action> {
    Some(match form {
        Form::Request | Form::Away => return None,
        Form::Detail => Action::AddDetail { text: reading.required(Field::Text)? },
        Form::Move => Action::Move { to: place(reading)? },
        Form::AskPm => Action::AskPm { text: reading.required(Field::Text)? },
        Form::NotSolved => Action::NotSolved { why: reading.optional(Field::Text) },
        Form::EditDraft => Action::Post { text: Some(reading.required(Field::Text)?) },
        Form::PickPlace => Action::PickPlace { place: place(reading)? },
        Form::AnsweredElsewhere => {
            Action::AnsweredElsewhere { link: reading.link(Field::Link, Need::Required)? }
        }
        Form::NotMine => Action::NotMine { to: person(reading)? },
        Form::WaitOnSme => Action::WaitOnSme { why: reading.required(Field::Text)? },
        Form::DeclineCall => Action::DeclineCall { why: reading.required(Field::Text)? },
        Form::ProposeTime => Action::ProposeTime { start: reading.instant(Field::Start)? },
        Form::MissingContext => Action::MissingContext { what: reading.required(Field::Text)? },
        Form::Reschedule => {
            Action::Reschedule { start: reading.instant(Field::Start)?, why: reading.optional(Field::Text) }
        }
        Form::CancelCall => Action::CancelCall { why: reading.required(Field::Text)? },
        Form::Agenda => Action::AddAgenda { link: reading.link(Field::Link, Need::Required)? },
        Form::Close => Action::Close { why: reading.required(Field::Text)? },
        Form::Reassign => Action::Reassign { to: person(reading)? },
        Form::AskException => Action::AskException { why: reading.required(Field::Text)? },
        Form::DeclineException => Action::DeclineException { why: reading.required(Field::Text)? },
    })
}

fn place(reading: &mut Reading<'_>) -> Option<PlaceId> {
    let chosen = reading.state.get(field_id(Field::Area)).and_then(|filled| filled.option.clone());
    if chosen.is_none() {
        reading.wrong(Field::Area, Problem::Missing);
    }
    chosen.map(|(id, _)| PlaceId(id))
}

fn person(reading: &mut Reading<'_>) -> Option<UserId> {
    let chosen = reading.state.get(field_id(Field::Person)).and_then(|filled| filled.person.clone());
    if chosen.is_none() {
        reading.wrong(Field::Person, Problem::Missing);
    }
    chosen.map(UserId)
}
