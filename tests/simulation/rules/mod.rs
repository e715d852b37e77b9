//! The rules as invariants: what must hold after every step, whatever happened. Each is a plain function over what is
//! stored and what was seen, and each is shown to fail on a sample that breaks it.

pub mod cards;
pub mod clocks;
pub mod ladder;
pub mod mentions;
pub mod notice;
pub mod outbox;
pub mod samples;
pub mod secrecy;

use std::fmt;

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which rule, in short; a shorter story must break the same.
    pub rule: &'static str,
    /// How.
    pub how: String,
}

impl Broken {
    /// This rule does not hold, in that way.
    pub fn new(rule: &'static str, how: impl Into<String>) -> Self {
        Self { rule, how: how.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "[{}] {}", self.rule, self.how)
    }
}
