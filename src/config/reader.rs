//! Reading a tree of nodes: every value once, every problem noted, never stopping at the first.
//!
//! A getter returns `None` when the value is absent or wrong; wrong has been noted then.

use std::fmt::Display;

use super::node::{Entry, Node, Value};
use super::problem::Problem;
use super::secret::is_secret_value;

/// Collects what is wrong while a tree is read.
#[derive(Default)]
pub(super) struct Reader {
    /// What was wrong so far.
    pub problems: Vec<Problem>,
}

/// A table whose keys are known.
pub(super) struct Fields<'a> {
    entries: &'a [Entry],
}

impl<'a> Fields<'a> {
    /// The value of that key, if it is there and not empty.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.written(key).filter(|node| !matches!(node.value, Value::Null))
    }

    /// The value of that key, also when it is empty.
    pub(super) fn written(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }
}

impl Reader {
    /// Notes an error at a node.
    pub(super) fn error(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::error(message).help(help).at(&node.source, node.span.clone());
        self.problems.push(problem);
    }

    /// Notes a warning at a node.
    pub(super) fn warn(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::warning(message).help(help).at(&node.source, node.span.clone());
        self.problems.push(problem);
    }

    /// A table with these keys and no others; an empty one where there is none.
    pub(super) fn fields<'a>(
        &mut self,
        node: Option<&'a Node>,
        what: impl Display,
        known: &[&str],
    ) -> Fields<'a> {
        let entries = self.entries(node, &what);
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                self.unknown_key(entry, &what, known);
            } else if matches!(entry.node.value, Value::Null) {
                self.comment_by_mistake(entry);
            }
        }
        Fields { entries }
    }

    /// A table whose keys people choose.
    pub(super) fn entries<'a>(&mut self, node: Option<&'a Node>, what: &impl Display) -> &'a [Entry] {
        match node.map(|node| (node, &node.value)) {
            None | Some((_, Value::Null)) => &[],
            Some((_, Value::Map(entries))) => entries,
            Some((node, Value::Scalar(_) | Value::List(_))) => {
                self.error(
                    node,
                    format!("{what} is {}, not a table of keys", node.kind()),
                    "Write it as `key: value` lines, indented below it",
                );
                &[]
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, what: &impl Display, known: &[&str]) {
        let help = match closest(&entry.key, known) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("Known here: {}", known.join(", ")),
        };
        self.problems.push(
            Problem::error(format!("{what} has no setting `{}`", entry.key))
                .help(help)
                .at(&entry.source, entry.key_span.clone()),
        );
    }

    /// `channel: #s_verify` is an empty value and a comment: nobody means that.
    fn comment_by_mistake(&mut self, entry: &Entry) {
        let rest = entry.source.masked().get(entry.key_span.end..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let Some((_, comment)) = line.split_once(" #") else {
            return;
        };
        let name: String = comment.chars().take_while(|sign| !sign.is_whitespace()).collect();
        if name.starts_with(char::is_alphanumeric) {
            self.problems.push(
                Problem::error(format!("`#{name}` is a comment here, so `{}` is empty", entry.key))
                    .help(format!("Put it in quotes: \"#{name}\""))
                    .at(&entry.source, entry.key_span.clone()),
            );
        }
    }

    /// A text of one value.
    pub(super) fn text(&mut self, node: Option<&Node>, what: impl Display) -> Option<String> {
        let node = node?;
        match &node.value {
            Value::Scalar(text) => Some(text.trim().to_owned()),
            Value::Null => None,
            Value::List(_) | Value::Map(_) => {
                self.error(node, format!("{what} is {}, not one value", node.kind()), "Give one value");
                None
            }
        }
    }

    /// The items of a list; a single value is a list of one.
    pub(super) fn list<'a>(&mut self, node: Option<&'a Node>, what: impl Display) -> Vec<&'a Node> {
        match node.map(|node| (node, &node.value)) {
            None | Some((_, Value::Null)) => Vec::new(),
            Some((_, Value::List(items))) => items.iter().collect(),
            Some((node, Value::Scalar(_))) => vec![node],
            Some((node, Value::Map(_))) => {
                self.error(node, format!("{what} is a table of keys, not a list"), "Write it as [a, b]");
                Vec::new()
            }
        }
    }

    /// A list of texts, empty ones left out.
    pub(super) fn texts(&mut self, node: Option<&Node>, what: impl Display) -> Vec<String> {
        let items = self.list(node, &what);
        let texts = items.into_iter().filter_map(|item| self.text(Some(item), &what));
        texts.collect::<Vec<_>>().into_iter().filter(|text| !text.is_empty()).collect()
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, node: Option<&Node>, what: impl Display) -> Option<bool> {
        let node = node?;
        let text = self.text(Some(node), &what)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => {
                self.error(
                    node,
                    format!("{what} is {}, not true or false", shown(&text)),
                    "Write true or false",
                );
                None
            }
        }
    }

    /// A whole number within these bounds.
    pub(super) fn number(
        &mut self,
        node: Option<&Node>,
        what: impl Display,
        least: u32,
        most: u32,
    ) -> Option<u32> {
        let node = node?;
        let text = self.text(Some(node), &what)?;
        let number = text.replace('_', "").parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.error(
                node,
                format!("{what} is {}, not a whole number from {least} to {most}", shown(&text)),
                "Write the number without a unit",
            );
        }
        number
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(
        &mut self,
        node: Option<&Node>,
        what: impl Display,
        words: &[(&str, T)],
    ) -> Option<T> {
        let node = node?;
        let text = self.text(Some(node), &what)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)) {
            return Some(*meaning);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = match closest(&text, &names) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("Known: {}", names.join(", ")),
        };
        self.error(node, format!("{what} cannot be {}", shown(&text)), help);
        None
    }

    /// An address on the web.
    pub(super) fn link(&mut self, node: Option<&Node>, what: impl Display) -> Option<String> {
        let node = node?;
        let text = self.text(Some(node), &what)?;
        // Only its form: whether anything answers there is nobody's business here.
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_web = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
        if is_web {
            return Some(text);
        }
        self.error(
            node,
            format!("{what} is {}, not a link", shown(&text)),
            "Write it with https:// in front",
        );
        None
    }
}

/// A value in quotes for a message; what looks like a token is not repeated.
pub(super) fn shown(text: &str) -> String {
    if is_secret_value(text) {
        return "something secret".to_owned();
    }
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// The known name that was probably meant.
pub(super) fn closest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .iter()
        .map(|name| (*name, strsim::jaro_winkler(&given, &name.to_lowercase())))
        .filter(|(_, likeness)| *likeness > 0.8)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_close() {
        let known = ["within", "clock", "ladder", "channel", "internal_channel"];
        assert_eq!(closest("witin", &known), Some("within"));
        assert_eq!(closest("chanel", &known), Some("channel"));
        assert_eq!(closest("colour", &known), None);
    }

    #[test]
    fn a_value_is_shown_short_and_a_token_never() {
        assert_eq!(shown("4 ours"), "\"4 ours\"");
        assert_eq!(shown("xoxb-1"), "something secret");
        assert_eq!(shown(&"é".repeat(99)).chars().count(), 63);
    }
}
