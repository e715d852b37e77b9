//! A file as a tree of values that know where they were written, the same for TOML, YAML and environment variables.
//!
//! Scalars stay text: whoever reads one says what it must be, and can point at it when it is not.

use std::ops::Range;
use std::sync::Arc;

use super::problem::SourceText;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What is there.
    pub value: Value,
    /// The bytes of it.
    pub span: Range<usize>,
    /// The text they are in.
    pub source: Arc<SourceText>,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Nothing.
    Null,
    /// One value, as written, without its quotes.
    Scalar(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in order.
    Map(Vec<Entry>),
}

/// A named value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its name.
    pub key: String,
    /// The bytes of the name.
    pub key_span: Range<usize>,
    /// The text the name is in.
    pub source: Arc<SourceText>,
    /// The value.
    pub node: Node,
}

impl Node {
    /// An empty map at the start of a text.
    pub(super) fn empty_map(source: &Arc<SourceText>) -> Self {
        Self { value: Value::Map(Vec::new()), span: 0..0, source: Arc::clone(source) }
    }

    /// What kind of value this is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a table of keys",
        }
    }
}
