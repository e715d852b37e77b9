//! Picking values out of a taxonomy that nobody promised a shape: what is not there, or not as expected, is simply absent.

use crate::config::node::{Entry, Node, Value};
use crate::config::references::is_to_be_decided;

/// The value of a key.
pub(super) fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    entries(node).iter().find(|entry| entry.key == key).map(|entry| &entry.node)
}

/// The entries of a table; none of anything else.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        Value::Null | Value::Scalar(_) | Value::List(_) => &[],
    }
}

/// A text that says something.
pub(super) fn text(node: &Node, key: &str) -> Option<String> {
    texts(node, key).into_iter().next()
}

/// The texts that name somebody or something, of a list or of one value; `TBD` and its like name nobody.
pub(super) fn texts(node: &Node, key: &str) -> Vec<String> {
    words(node, key).into_iter().filter(|text| !is_to_be_decided(text)).collect()
}

/// The texts of a list or of one value, as they are.
pub(super) fn words(node: &Node, key: &str) -> Vec<String> {
    let items = match get(node, key).map(|node| &node.value) {
        Some(Value::List(items)) => items.iter().collect(),
        Some(Value::Scalar(_)) => get(node, key).into_iter().collect(),
        Some(Value::Null | Value::Map(_)) | None => Vec::new(),
    };
    let said = |node: &Node| match &node.value {
        Value::Scalar(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Scalar(_) | Value::Null | Value::List(_) | Value::Map(_) => None,
    };
    items.into_iter().filter_map(said).collect()
}

/// A key that a directory can have.
pub(super) fn plain_key(key: &str) -> String {
    let fits = |sign: char| sign.is_alphanumeric() || "_-.".contains(sign);
    let plain: String = key.trim().chars().map(|sign| if fits(sign) { sign } else { '_' }).collect();
    if plain.is_empty() { "_".to_owned() } else { plain }
}
