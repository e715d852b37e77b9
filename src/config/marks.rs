//! Where each place and area of a directory was written, so that a judgement of the whole can still point at a line.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::node::Entry;
use super::problem::{Problem, SourceText};

/// Lines by the path of what is written there (`stage/verify`).
pub(super) struct Marks {
    source: Arc<SourceText>,
    by_path: HashMap<String, Range<usize>>,
}

impl Marks {
    /// None yet.
    pub(super) fn new(source: &Arc<SourceText>) -> Self {
        Self { source: Arc::clone(source), by_path: HashMap::new() }
    }

    /// Remembers where this was written.
    pub(super) fn set(&mut self, path: String, entry: &Entry) {
        self.by_path.insert(path, entry.key_span.clone());
    }

    /// The problem, pointed at where this was written; at the file's first line where that is nowhere.
    pub(super) fn point(&self, problem: Problem, path: &str) -> Problem {
        problem.at(&self.source, self.by_path.get(path).cloned().unwrap_or(0..0))
    }
}
