//! What the newcomer reads: narrator, acts, and messages as they land. Plain text of at most a hundred columns; colours only
//! on a terminal, and never with `NO_COLOR`.

use std::io::{IsTerminal as _, Write as _};

use chrono::{DateTime, Utc};

/// The widest line.
const WIDTH: usize = 98;
/// How far bodies are set in.
const INDENT: &str = "           ";

/// Where everything is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    colour: bool,
}

impl Screen {
    /// Standard output.
    pub(super) fn for_stdout() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { colour: wanted && std::io::stdout().is_terminal() }
    }

    /// The title of the whole, or of a scene.
    pub(super) fn heading(self, text: &str) {
        self.out("");
        self.painted("1", text);
    }

    /// The narrator.
    pub(super) fn text(self, text: &str) {
        for line in wrapped(text, "", WIDTH) {
            self.out(&line);
        }
    }

    /// Somebody does something.
    pub(super) fn act(self, text: &str) {
        for line in wrapped(&format!("» {text}"), "  ", WIDTH) {
            self.painted("36", &line);
        }
    }

    /// Time passes.
    pub(super) fn time(self, text: &str) {
        self.painted("2", &format!("· {text}"));
    }

    /// Something landed: when, where, and what people read.
    pub(super) fn landed(self, at: DateTime<Utc>, place: &str, body: &str) {
        self.painted("33", &format!("{}  {place}", at.format("%a %H:%M")));
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            let line = &without_stars(line);
            let hanging = if line.starts_with("> ") { "> " } else { "" };
            for line in wrapped(line, hanging, WIDTH - INDENT.len()) {
                self.out(&format!("{INDENT}{line}"));
            }
        }
    }

    /// One line that is set in, such as a step of a history.
    pub(super) fn item(self, text: &str) {
        for line in wrapped(text, "  ", WIDTH - INDENT.len()) {
            self.out(&format!("{INDENT}{line}"));
        }
    }

    fn painted(self, code: &str, text: &str) {
        if self.colour {
            self.out(&format!("\u{1b}[{code}m{text}\u{1b}[0m"));
        } else {
            self.out(text);
        }
    }

    /// A reader who closed the pipe has seen enough; there is nobody to tell.
    #[expect(clippy::unused_self, reason = "one way out for everything that is shown")]
    fn out(self, line: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// Slack shows words between stars in bold; here they stand without them.
fn without_stars(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    let is_edge = |letter: Option<&char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    let mut kept = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let mark = *letter == '*' && (is_edge(before) != is_edge(letters.get(index + 1)));
        if !mark {
            kept.push(*letter);
        }
    }
    kept
}

/// Breaks a line at spaces; lines after the first begin with `hanging`. Control characters never reach a terminal.
fn wrapped(text: &str, hanging: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let clean: String = text.chars().filter(|letter| !letter.is_control()).collect();
    for (index, word) in clean.split(' ').enumerate() {
        let longer = line.chars().count() + 1 + word.chars().count();
        if !line.trim().is_empty() && longer > width {
            lines.push(std::mem::replace(&mut line, hanging.to_owned()));
            line.push_str(word);
        } else {
            if index > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_of_bold_words_go_and_others_stay() {
        for (line, shown) in [
            ("*Runner* · *K7Q*", "Runner · K7Q"),
            ("✓ *Closed* today", "✓ Closed today"),
            ("Sent as *K7Q*.", "Sent as K7Q."),
            ("2 * 3 = 6", "2 * 3 = 6"),
        ] {
            assert_eq!(without_stars(line), shown);
        }
    }

    #[test]
    fn long_lines_break_at_spaces_and_nothing_is_lost() {
        for (text, hanging, width, lines) in [
            ("one two three", "", 7, vec!["one two", "three"]),
            ("> one two three", "> ", 9, vec!["> one two", "> three"]),
            ("unbreakable", "", 3, vec!["unbreakable"]),
            ("", "", 3, vec![""]),
            ("a\u{1b}[31mb", "", 80, vec!["a[31mb"]),
            ("  in  two", "", 80, vec!["  in  two"]),
        ] {
            assert_eq!(wrapped(text, hanging, width), lines, "{text}");
        }
    }
}
