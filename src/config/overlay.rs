//! What people wrote down over what was imported: files of one shape, each laid over those before it.
//!
//! Tables merge by key, lists and single values replace, `null` takes away. Every value keeps where it was written, so that a
//! problem points into the file that it is in.

use super::node::{Entry, Node, Value};
use super::problem::Problem;

/// Levels whose keys are places: one that only the overlay names, without a name of its own, is a slip, or is gone below.
const PLACES: [&str; 4] = ["sections", "stages", "groups", "categories"];

/// Lays one tree over another. Warnings say which of its places have nothing below them.
pub(super) fn lay(base: Node, over: Node, warnings: &mut Vec<Problem>) -> Node {
    // A file with nothing in it says nothing.
    if matches!(over.value, Value::Null) {
        return base;
    }
    merge(base, over, "", warnings)
}

fn merge(base: Node, over: Node, level: &str, warnings: &mut Vec<Problem>) -> Node {
    let Node { value, span, source } = over;
    match (base.value, value) {
        (Value::Map(entries), Value::Map(over)) => {
            let value = Value::Map(merge_entries(entries, over, level, warnings));
            Node { value, span: base.span, source: base.source }
        }
        // A table with nothing in it, as `groups:` alone, takes nothing away from what comes over it.
        (_, value) => Node { value: without_nulls(value), span, source },
    }
}

fn merge_entries(
    mut entries: Vec<Entry>,
    over: Vec<Entry>,
    level: &str,
    warnings: &mut Vec<Problem>,
) -> Vec<Entry> {
    for entry in over {
        let at = entries.iter().position(|known| known.key == entry.key);
        match (at, &entry.node.value) {
            (Some(at), Value::Null) => {
                entries.remove(at);
            }
            (None, Value::Null) => {}
            (Some(at), _) => {
                let known = entries.remove(at);
                let below = if PLACES.contains(&level) { "" } else { known.key.as_str() };
                let node = merge(known.node, entry.node, below, warnings);
                entries.insert(at, Entry { node, ..known });
            }
            (None, _) => {
                warn_of_nothing_below(&entry, level, warnings);
                let Entry { key, key_span, source, node } = entry;
                let Node { value, span, source: of } = node;
                let node = Node { value: without_nulls(value), span, source: of };
                entries.push(Entry { key, key_span, source, node });
            }
        }
    }
    entries
}

/// A null says that nothing is there; where nothing was, nothing is to be said.
fn without_nulls(value: Value) -> Value {
    let Value::Map(entries) = value else { return value };
    let kept = entries.into_iter().filter(|entry| !matches!(entry.node.value, Value::Null));
    let inside = |entry: Entry| {
        let Node { value, span, source } = entry.node;
        Entry { node: Node { value: without_nulls(value), span, source }, ..entry }
    };
    Value::Map(kept.map(inside).collect())
}

fn warn_of_nothing_below(entry: &Entry, level: &str, warnings: &mut Vec<Problem>) {
    let Value::Map(fields) = &entry.node.value else { return };
    if !PLACES.contains(&level) || fields.iter().any(|field| field.key == "name") {
        return;
    }
    let message = format!("`{}` is not among the {level} that this is laid over", entry.key);
    let help = "It moved or is gone, or the key is another: take it out here, or give it a `name` to begin a new one";
    warnings.push(Problem::warning(message).help(help).at(&entry.source, entry.key_span.clone()));
}
