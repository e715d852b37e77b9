//! Where each place and area of a directory was written, so that a judgement of the whole can still point at a line.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::node::Entry;
use super::problem::{Problem, SourceText};

/// Lines by the path of what is written there (`stage/verify`).
pub(super) struct Marks {
    source: Arc<SourceText>,
    by_path: HashMap<String, (Arc<SourceText>, Range<usize>)>,
}

impl Marks {
    /// None yet.
    pub(super) fn new(source: &Arc<SourceText>) -> Self {
        Self { source: Arc::clone(source), by_path: HashMap::new() }
    }

    /// Remembers where this was written.
    pub(super) fn set(&mut self, path: String, entry: &Entry) {
        self.by_path.insert(path, (Arc::clone(&entry.source), entry.key_span.clone()));
    }

    /// The problem, pointed at where this was written; at the file's first line where that is nowhere.
    pub(super) fn point(&self, problem: Problem, path: &str) -> Problem {
        match self.by_path.get(path) {
            Some((source, span)) => problem.at(source, span.clone()),
            None => problem.at(&self.source, 0..0),
        }
    }
}
