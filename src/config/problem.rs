//! A problem of a file that people write: what is wrong, where, and what to do about it.
//!
//! Every problem carries its own copy of the source it points into, with secrets masked, so that showing one can never
//! show a token. Rendering needs no file system.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use super::secret::mask;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing starts with it.
    Error,
    /// Served around, with a loss that is named.
    Warning,
}

/// A text that problems point into: a file, or the value of an environment variable.
#[derive(Debug)]
pub struct SourceText {
    /// The file's path, or the variable's name.
    pub name: String,
    masked: NamedSource<String>,
}

impl SourceText {
    /// Keeps a copy of the text in which everything that may be a secret is masked, byte for byte.
    pub fn new(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), masked: NamedSource::new(name, mask(text)) })
    }

    /// The text, secrets masked; as long as the original.
    pub fn masked(&self) -> &str {
        self.masked.inner()
    }

    /// Line and column (characters) of a byte offset, both from 1.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let text = self.masked();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// Where a problem is.
#[derive(Debug, Clone)]
pub struct Location {
    /// The text it is in.
    pub source: Arc<SourceText>,
    /// The bytes it is about.
    pub span: Range<usize>,
}

impl Location {
    /// Its line, from 1.
    pub fn line(&self) -> usize {
        self.source.position(self.span.start).0
    }

    /// Its column in characters, from 1.
    pub fn column(&self) -> usize {
        self.source.position(self.span.start).1
    }
}

/// Something wrong in what people configured.
#[derive(Debug, Clone)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, if it is anywhere.
    pub at: Option<Location>,
}

impl Problem {
    /// An error that points nowhere yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), help: None, at: None }
    }

    /// A warning that points nowhere yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With where it is.
    #[must_use]
    pub fn at(mut self, source: &Arc<SourceText>, span: Range<usize>) -> Self {
        self.at = Some(Location { source: Arc::clone(source), span });
        self
    }

    /// Whether nothing starts with it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// `file:line:column`, as far as it is known.
    pub fn place(&self) -> Option<String> {
        let at = self.at.as_ref()?;
        Some(format!("{}:{}:{}", at.source.name, at.line(), at.column()))
    }

    /// One line that stands alone: `file:line:column: warning: message`.
    pub fn one_line(&self) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        match self.place() {
            Some(place) => format!("{place}: {word}: {}", self.message),
            None => format!("{word}: {}", self.message),
        }
    }

    /// With the lines it is about and a pointer at the very place; coloured for a terminal.
    pub fn drawn(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut out = String::new();
        let drawn = GraphicalReportHandler::new_themed(theme)
            .with_width(100)
            .with_context_lines(1)
            .render_report(&mut out, self);
        // A span that the renderer cannot follow must not hide the problem itself.
        if drawn.is_err() { self.one_line() } else { out }
    }
}

/// Puts problems in the order of the file they are mainly about, then of other sources, then those that are nowhere.
pub(super) fn sort(problems: &mut [Problem], file: &str) {
    problems.sort_by_key(|problem| match &problem.at {
        Some(at) => (at.source.name != file, at.source.name.clone(), at.span.start),
        None => (true, "\u{10ffff}".to_owned(), 0),
    });
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.at.as_ref().map(|at| &at.source.masked as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let at = self.at.as_ref()?;
        let length = at.source.masked().len();
        let start = at.span.start.min(length);
        let end = at.span.end.clamp(start, length);
        // A value over several lines is shown by its first.
        let shown = at
            .source
            .masked()
            .get(start..end)
            .map_or(0, |text| text.lines().next().map_or(0, |line| line.trim_end().len()));
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, (start, shown)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let source = SourceText::new("a.yml", "one\nzwö lf\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(4), (2, 1));
        assert_eq!(source.position(9), (2, 5));
        assert_eq!(source.position(7), (2, 3), "inside a character");
        assert_eq!(source.position(99), (3, 1), "past the end");
    }

    #[test]
    fn a_problem_says_its_place_in_one_line() {
        let source = SourceText::new("a.yml", "one\ntwo\n");
        let problem = Problem::warning("two is not three").at(&source, 4..7);
        assert_eq!(problem.one_line(), "a.yml:2:1: warning: two is not three");
        assert_eq!(Problem::error("no file").one_line(), "error: no file");
    }

    #[test]
    fn a_drawn_problem_shows_the_line_but_never_a_secret() {
        let source = SourceText::new("a.toml", "[slack]\nbot_token = \"hush-1234\"\nx = 1\n");
        let drawn = Problem::error("unknown").help("Remove it").at(&source, 34..35).drawn(false);
        assert!(drawn.contains("a.toml:3:"), "{drawn}");
        assert!(drawn.contains("bot_token"), "{drawn}");
        assert!(!drawn.contains("hush"), "{drawn}");
    }
}
