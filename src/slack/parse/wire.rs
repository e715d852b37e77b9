//! A tolerant view of Slack's JSON: everything may be missing, of another type, or more than we know.
//!
//! Strict types reject whole real events (org-wide installs send `team: null`) or lose their text without a word; here a
//! field that is not as expected is absent, and nothing else suffers.

use serde_json::Value;

/// A place in a payload, which may not be there.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a>(Option<&'a Value>);

impl<'a> Wire<'a> {
    /// The whole payload.
    pub fn new(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// A field of it.
    #[must_use]
    pub fn at(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    /// The first of a list.
    #[must_use]
    pub fn first(self) -> Self {
        Self(self.0.and_then(|value| value.get(0)))
    }

    /// The value itself.
    pub fn value(self) -> Option<&'a Value> {
        self.0
    }

    /// Whether there is anything but null.
    pub fn is_there(self) -> bool {
        self.0.is_some_and(|value| !value.is_null())
    }

    /// A text that is not empty; a number counts as its digits.
    pub fn text(self, key: &str) -> Option<String> {
        match self.at(key).0? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A text, in place, without copying.
    pub fn str(self, key: &str) -> Option<&'a str> {
        self.at(key).0.and_then(Value::as_str)
    }

    /// A flag, also as the texts and numbers that stand for one.
    pub fn flag(self, key: &str) -> Option<bool> {
        match self.at(key).0? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" || text == "1" => Some(true),
            Value::String(text) if text == "false" || text == "0" => Some(false),
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Everything in a list; nothing where it is none.
    pub fn items(self) -> impl Iterator<Item = Wire<'a>> {
        self.0.and_then(Value::as_array).into_iter().flatten().map(Wire::new)
    }

    /// The id of something that is sent either as an id or as an object with one.
    pub fn id(self, key: &str) -> Option<String> {
        self.at(key).text("id").or_else(|| self.text(key))
    }
}
