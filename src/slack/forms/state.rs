//! What people filled into a form, by field; read from a view's state, or prepared to fill a new one.
//!
//! Values are as typed: what comes from a form is never escaped.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::slack::parse::Wire;

/// The value of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Typed text or number, trimmed.
    pub text: Option<String>,
    /// The chosen option: its value and what people read.
    pub option: Option<(String, String)>,
    /// Values of ticked boxes.
    pub ticked: Vec<String>,
    /// A date and time.
    pub instant: Option<DateTime<Utc>>,
    /// A person's id.
    pub person: Option<String>,
}

/// All fields of a form, by `block_id`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    fields: HashMap<String, Filled>,
}

impl State {
    /// From a view as Slack sends it.
    pub fn of_view(view: &Value) -> Self {
        let values = Wire::new(view).at("state").at("values");
        let mut fields = HashMap::new();
        for (block, actions) in values.value().and_then(Value::as_object).into_iter().flatten() {
            // One element a block: whatever its `action_id` is.
            let first = actions.as_object().and_then(|actions| actions.values().next());
            if let Some(element) = first {
                fields.insert(block.clone(), filled(Wire::new(element)));
            }
        }
        Self { fields }
    }

    /// What is in that field; `None` where the form does not have it.
    pub fn get(&self, block: &str) -> Option<&Filled> {
        self.fields.get(block)
    }

    /// The text of that field, if any was typed.
    pub fn text(&self, block: &str) -> Option<&str> {
        self.get(block)?.text.as_deref()
    }

    /// Fills a field with text.
    pub fn with_text(mut self, block: &str, text: Option<String>) -> Self {
        let text = text.filter(|text| !text.trim().is_empty());
        if text.is_some() {
            self.fields.entry(block.to_owned()).or_default().text = text;
        }
        self
    }

    /// Fills a field with an option.
    pub fn with_option(mut self, block: &str, option: Option<(String, String)>) -> Self {
        if option.is_some() {
            self.fields.entry(block.to_owned()).or_default().option = option;
        }
        self
    }

    /// Fills a field with a date and time.
    pub fn with_instant(mut self, block: &str, instant: Option<DateTime<Utc>>) -> Self {
        if instant.is_some() {
            self.fields.entry(block.to_owned()).or_default().instant = instant;
        }
        self
    }
}

fn filled(element: Wire<'_>) -> Filled {
    let option = element.at("selected_option");
    let instant = element.at("selected_date_time").value().and_then(seconds);
    Filled {
        text: element.text("value").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        option: option
            .text("value")
            .map(|value| (value.clone(), option.at("text").text("text").unwrap_or(value))),
        ticked: element.at("selected_options").items().filter_map(|option| option.text("value")).collect(),
        instant: instant.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        person: element.text("selected_user"),
    }
}

/// Seconds, as a number or as digits.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|digits| digits.parse().ok()))
}
