//! The form of an absence: from when until when, and who covers. What a field may hold is the domain's to say.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Submitted;
use super::fields::{self, Label, Need};
use super::request::Reading;
use super::state::State;
use crate::domain::absence::{Absence, AwayWish, PersonSaid, WhenSaid};
use crate::domain::decision::Field;
use crate::domain::ids::UserId;
use crate::domain::org::Org;
use crate::slack::vocabulary::{COMMAND, field_id};

/// Its blocks, with what is set already.
pub(super) fn blocks(known: Option<&Absence>, org: &Org, now: DateTime<Utc>) -> Vec<Value> {
    let state = State::default()
        .with_instant(field_id(Field::From), known.map(|known| known.from).filter(|from| *from > now))
        .with_instant(field_id(Field::Until), known.map(|known| known.until));
    let label = |field, name, hint, need| Label { id: field_id(field), name, hint, need };
    let mut cover = fields::person(label(
        Field::Cover,
        "Who covers",
        "Without one it goes to whoever covers for your group, or to the stage PM.",
        Need::Optional,
    ));
    if let Some(user) = known.and_then(|known| known.cover.as_ref()).filter(|user| org.is_with_us(user)) {
        cover["element"]["initial_user"] = json!(user);
    }
    let opening = match known {
        Some(known) if known.is_at(now) => format!("You are away now. {COMMAND} back ends it early."),
        Some(_) => format!("This is set for you, and has not begun. {COMMAND} back takes it away."),
        None => "What waits for you goes on to others while you are away, and new questions go to them."
            .to_owned(),
    };
    vec![
        fields::sentence("about", &opening),
        fields::instant(label(Field::From, "From", "Empty: from now on.", Need::Optional), &state),
        fields::instant(label(Field::Until, "Back at", "In your own time zone.", Need::Required), &state),
        cover,
    ]
}

/// Reads the form that was sent.
pub(super) fn submitted(view: &Value, by: &UserId) -> Submitted {
    let state = State::of_view(view);
    let mut reading = Reading { state: &state, problems: Vec::new() };
    let filled = |field| state.get(field_id(field));
    let from = filled(Field::From).and_then(|filled| filled.instant).map(WhenSaid::At);
    let cover = filled(Field::Cover).and_then(|filled| filled.person.clone());
    let Some(until) = reading.instant(Field::Until).map(WhenSaid::At) else {
        return Submitted::Problems(reading.problems);
    };
    let cover = cover.map(|user| PersonSaid::Id(UserId(user)));
    Submitted::Away(Box::new(AwayWish { by: by.clone(), who: None, from, until, cover, in_form: true }))
}
