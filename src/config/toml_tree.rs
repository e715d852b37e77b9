//! TOML text → tree of nodes.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Entry, Node, Value};
use super::problem::{Problem, SourceText};

/// Reads TOML; of a file with errors, all that can be read, and every error.
pub(super) fn parse(source: &Arc<SourceText>, text: &str, problems: &mut Vec<Problem>) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let words = error.message().lines().next().unwrap_or_default().to_owned();
        problems.push(
            Problem::error(format!("this is not TOML: {words}")).at(source, error.span().unwrap_or_default()),
        );
    }
    let span = table.span();
    Node { value: map(source, table.into_inner()), span, source: Arc::clone(source) }
}

/// Reads one TOML value, as an environment variable has it; `None` when it is plain text.
pub(super) fn parse_value(source: &Arc<SourceText>, text: &str) -> Option<Node> {
    DeValue::parse(text).ok().map(|value| node(source, value))
}

fn node(source: &Arc<SourceText>, value: Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Scalar(text.into_owned()),
        DeValue::Integer(number) => Value::Scalar(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        ),
        DeValue::Float(number) => Value::Scalar(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Scalar(truth.to_string()),
        DeValue::Datetime(instant) => Value::Scalar(instant.to_string()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(source, item)).collect()),
        DeValue::Table(table) => map(source, table),
    };
    Node { value, span, source: Arc::clone(source) }
}

fn map(source: &Arc<SourceText>, table: DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            key_span: key.span(),
            key: key.into_inner().into_owned(),
            source: Arc::clone(source),
            node: node(source, value),
        })
        .collect();
    // The parser sorts by name; people read from top to bottom.
    entries.sort_by_key(|entry| entry.key_span.start);
    Value::Map(entries)
}
