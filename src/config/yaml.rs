//! YAML text → tree of nodes.
//!
//! Leniently: everything that is YAML comes through, also keys nobody knows, so that all problems can be named at once.

use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Error, Location, Spanned};

use super::node::{Entry, Node, Value};
use super::problem::{Problem, SourceText};

/// Reads YAML. A key written twice is a problem, and the first one is read, so that the rest can be looked at too.
pub(super) fn parse(source: &Arc<SourceText>, text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let raw = match read(text, DuplicateKeyPolicy::Error) {
        Ok(raw) => raw,
        Err(error) => {
            let is_duplicate = is_duplicate_key(&error);
            problems.push(syntax_problem(source, text, &error));
            if !is_duplicate {
                return None;
            }
            read(text, DuplicateKeyPolicy::FirstWins).ok()?
        }
    };
    Some(raw.into_node(source, text))
}

fn read(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Raw, Error> {
    // Room for a few ten thousand entries, and no room for a file made to exhaust memory.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 500_000, max_aliases: 10_000, max_depth: 40 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
        duplicate_keys: duplicate_keys,
    };
    serde_saphyr::from_str_with_options(text, options)
}

fn is_duplicate_key(error: &Error) -> bool {
    matches!(error.without_snippet(), Error::DuplicateMappingKey { .. })
}

fn syntax_problem(source: &Arc<SourceText>, text: &str, error: &Error) -> Problem {
    let plain = error.without_snippet();
    let message = match plain {
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` is there twice"),
        other => {
            let words = other.to_string();
            let words = words.lines().next().unwrap_or_default();
            format!("this is not YAML: {}", words.split(" at line ").next().unwrap_or(words))
        }
    };
    let problem = Problem::error(message);
    let Some(location) = error.location() else {
        return problem;
    };
    let span = span_of(text, &location);
    let line_start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let problem = problem.at(source, span);
    if is_duplicate_key(error) {
        problem.help("Keep one of them; keys are unique in their table")
    } else if line.contains(": @") || line.contains("- @") || line.contains("[@") || line.contains(", @") {
        problem.help("A handle begins with `@`, so YAML wants it in quotes: \"@sme-ci\"")
    } else {
        problem
    }
}

/// The bytes that a location covers, always inside the text and on character boundaries.
fn span_of(text: &str, location: &Location) -> std::ops::Range<usize> {
    let span = location.span();
    let start = span
        .byte_offset()
        .and_then(|offset| usize::try_from(offset).ok())
        .unwrap_or_else(|| offset_of(text, location.line(), location.column()));
    let length = span.byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let start = floor(text, start);
    start..floor(text, start.saturating_add(length)).max(start)
}

fn offset_of(text: &str, line: u64, column: u64) -> usize {
    let skip = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(line) = text.split_inclusive('\n').nth(skip) else {
        return text.len();
    };
    let line_start = line.as_ptr() as usize - text.as_ptr() as usize;
    let characters = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    line_start + line.chars().take(characters).map(char::len_utf8).sum::<usize>()
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A value as the parser gives it.
struct Raw(Spanned<RawValue>);

enum RawValue {
    Null,
    Text(String),
    /// A number or a truth value: its text is taken from the source, where `1.20` is still `1.20`.
    Typed,
    List(Vec<Raw>),
    Map(Vec<(Spanned<String>, Raw)>),
}

impl Raw {
    fn into_node(self, source: &Arc<SourceText>, text: &str) -> Node {
        let Spanned { value, defined, .. } = self.0;
        let span = span_of(text, &defined);
        let value = match value {
            RawValue::Null => Value::Null,
            RawValue::Text(words) => Value::Scalar(words),
            RawValue::Typed => Value::Scalar(text[span.clone()].trim().to_owned()),
            RawValue::List(items) => {
                Value::List(items.into_iter().map(|item| item.into_node(source, text)).collect())
            }
            RawValue::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key_span: span_of(text, &key.defined),
                        key: key.value,
                        source: Arc::clone(source),
                        node: value.into_node(source, text),
                    })
                    .collect(),
            ),
        };
        Node { value, span, source: Arc::clone(source) }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = RawValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<RawValue, E> {
        Ok(RawValue::Typed)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<RawValue, E> {
        Ok(RawValue::Typed)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<RawValue, E> {
        Ok(RawValue::Typed)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<RawValue, E> {
        Ok(RawValue::Typed)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RawValue, E> {
        Ok(RawValue::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(RawValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawValue, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(RawValue::Map(map))
    }
}
