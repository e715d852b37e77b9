//! The parts of a form in Block Kit: one function a kind of field, with Slack's limits kept in one place.

use serde_json::{Value, json};

use super::state::State;

/// Longest text of an option (Slack's limit).
pub const OPTION_TEXT: usize = 75;
/// Longest value of an option (Slack's limit).
pub const OPTION_VALUE: usize = 150;
/// Longest text that people may type into a field of ours.
pub const TYPED: usize = 2_000;
/// Longest sentence in a section (Slack's limit).
const SECTION: usize = 3_000;

/// Whether a field has to be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Slack refuses an empty one, and so do we.
    Required,
    /// May stay empty.
    Optional,
}

/// What a field is called, and how it is explained.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// `block_id` and `action_id`.
    pub id: &'a str,
    /// Above the field.
    pub name: &'a str,
    /// Below it; may be empty.
    pub hint: &'a str,
    /// Whether it has to be filled.
    pub need: Need,
}

/// Cuts a text to so many characters, the end marked.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Plain text, never read as mark-up.
pub fn words(text: &str) -> Value {
    json!({"type": "plain_text", "text": text, "emoji": false})
}

/// An option of a menu.
pub fn option(value: &str, text: &str) -> Value {
    json!({"text": words(&cut(text, OPTION_TEXT)), "value": value})
}

/// A sentence between fields.
pub fn sentence(block_id: &str, text: &str) -> Value {
    json!({"type": "section", "block_id": block_id, "text": words(&cut(text, SECTION))})
}

/// A field with its element.
fn input(label: Label<'_>, mut element: Value) -> Value {
    element["action_id"] = json!(label.id);
    let mut block = json!({
        "type": "input",
        "block_id": label.id,
        "label": words(label.name),
        "optional": label.need == Need::Optional,
    });
    block["element"] = element;
    if !label.hint.is_empty() {
        block["hint"] = words(label.hint);
    }
    block
}

/// Several lines of text.
pub fn paragraph(label: Label<'_>, state: &State) -> Value {
    text(label, state, true)
}

/// One line of text.
pub fn line(label: Label<'_>, state: &State) -> Value {
    text(label, state, false)
}

fn text(label: Label<'_>, state: &State, multiline: bool) -> Value {
    let mut element = json!({"type": "plain_text_input", "multiline": multiline, "max_length": TYPED});
    if let Some(text) = state.text(label.id) {
        element["initial_value"] = json!(cut(text, TYPED));
    }
    input(label, element)
}

/// A whole number in a range.
pub fn number(label: Label<'_>, state: &State, range: (u32, u32), default: u32) -> Value {
    let filled = state.text(label.id).and_then(|digits| digits.parse::<u32>().ok());
    let initial = filled.filter(|number| (range.0..=range.1).contains(number)).unwrap_or(default);
    let element = json!({
        "type": "number_input",
        "is_decimal_allowed": false,
        "min_value": range.0.to_string(),
        "max_value": range.1.to_string(),
        "initial_value": initial.to_string(),
    });
    input(label, element)
}

/// A date and time; Slack asks for it in the person's own zone and sends an instant.
pub fn instant(label: Label<'_>, state: &State) -> Value {
    let mut element = json!({"type": "datetimepicker"});
    if let Some(instant) = state.get(label.id).and_then(|filled| filled.instant) {
        element["initial_date_time"] = json!(instant.timestamp());
    }
    input(label, element)
}

/// A person.
pub fn person(label: Label<'_>) -> Value {
    input(label, json!({"type": "users_select"}))
}

/// A menu of groups of options, each a value with its text.
pub fn menu(label: Label<'_>, state: &State, groups: &[(&str, Vec<(&str, &str)>)]) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(name, options)| {
            let options: Vec<Value> = options.iter().map(|(value, text)| option(value, text)).collect();
            json!({"label": words(name), "options": options})
        })
        .collect();
    let mut element = json!({"type": "static_select", "option_groups": groups});
    chosen(&mut element, label.id, state);
    input(label, element)
}

/// A search field whose options we are asked for. From the first letter on, or "CI" could never be typed.
pub fn search(label: Label<'_>, state: &State) -> Value {
    let mut element = json!({"type": "external_select", "min_query_length": 1});
    chosen(&mut element, label.id, state);
    input(label, element)
}

fn chosen(element: &mut Value, id: &str, state: &State) {
    if let Some((value, text)) = state.get(id).and_then(|filled| filled.option.as_ref()) {
        element["initial_option"] = option(value, text);
    }
}

/// One box to tick. Its value says what is confirmed, so that a tick never counts for another statement.
pub fn tick(label: Label<'_>, state: &State, value: &str, statement: &str) -> Value {
    let option = option(value, statement);
    let mut element = json!({"type": "checkboxes", "options": [option.clone()]});
    if state.get(label.id).is_some_and(|filled| filled.ticked.iter().any(|ticked| ticked == value)) {
        element["initial_options"] = json!([option]);
    }
    input(label, element)
}
