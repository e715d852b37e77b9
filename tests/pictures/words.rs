//! Text as Slack shows it: words in their styles, broken into lines of a width that is reckoned and never measured.
//!
//! Which font shows a picture is not known, so widths lean to the wide side, and nothing is placed by them within a line.

/// How a word is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Between stars.
    Bold,
    /// Between backticks.
    Code,
    /// A link, a person, a channel.
    Link,
}

/// Letters in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How they are shown.
    pub style: Style,
    /// What they are.
    pub text: String,
}

/// One line.
pub type Line = Vec<Run>;

/// A text as a reader sees it (stars, backticks and `‹links›` still in it), broken into lines.
pub fn lines(text: &str, width: f64, size: f64) -> Vec<Line> {
    text.lines().flat_map(|line| broken(&runs(line), width, size)).collect()
}

/// Somebody's own words, in which nothing is a sign of style.
pub fn plain_lines(text: &str, width: f64, size: f64) -> Vec<Line> {
    let run = |line: &str| vec![Run { style: Style::Plain, text: line.to_owned() }];
    text.lines().flat_map(|line| broken(&run(line), width, size)).collect()
}

/// How wide a text is, about.
pub fn width_of(text: &str, style: Style, size: f64) -> f64 {
    let widths = text.chars().map(|letter| match letter {
        _ if style == Style::Code => 0.6,
        'i' | 'l' | 'j' | 't' | 'f' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '['
        | ']' => 0.4,
        ' ' | '·' => 0.33,
        'm' | 'w' | 'M' | 'W' | '@' | '●' | '◐' | '◌' | '✓' | '…' | '—' => 1.0,
        letter if letter.is_uppercase() || letter == '#' => 0.72,
        _ => 0.625,
    });
    let bold = if style == Style::Bold { 1.13 } else { 1.0 };
    widths.sum::<f64>() * size * bold
}

/// Takes a line apart by its signs of style.
fn runs(line: &str) -> Line {
    let mut found: Line = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let before = found.last().and_then(|run| run.text.chars().last());
        let is_open = before.is_none_or(|letter| !letter.is_alphanumeric());
        let marked = is_open.then(|| marked(first, rest)).flatten();
        let (style, text, length) =
            marked.unwrap_or_else(|| (Style::Plain, &rest[..first.len_utf8()], first.len_utf8()));
        match found.last_mut() {
            Some(last) if last.style == Style::Plain && style == Style::Plain => last.text.push_str(text),
            Some(_) | None => found.push(Run { style, text: text.to_owned() }),
        }
        rest = &rest[length..];
    }
    found
}

/// What begins with a sign of style: how it is shown, without the sign, and how long it was with it.
fn marked(first: char, rest: &str) -> Option<(Style, &str, usize)> {
    let within = |close: char, style| {
        let inner = &rest[first.len_utf8()..];
        let end = inner.find(close).filter(|end| *end > 0 && !inner.starts_with(' '))?;
        Some((style, &inner[..end], first.len_utf8() + end + close.len_utf8()))
    };
    match first {
        '*' => within('*', Style::Bold),
        '`' => within('`', Style::Code),
        '‹' => within('›', Style::Link),
        '@' | '#' => {
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
            let end = rest[1..].find(|letter| !is_name(letter)).map_or(rest.len(), |end| end + 1);
            (end > 1).then(|| (Style::Link, &rest[..end], end))
        }
        _ => None,
    }
}

/// Breaks a line at its spaces.
fn broken(line: &[Run], width: f64, size: f64) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut at = 0.0;
    for word in words(line) {
        let wide: f64 = word.iter().map(|run| width_of(run.text.trim_end(), run.style, size)).sum();
        if at > 0.0 && at + wide > width {
            lines.push(Vec::new());
            at = 0.0;
        }
        let last = lines.last_mut().expect("there is a line");
        for run in word {
            at += width_of(&run.text, run.style, size);
            match last.last_mut() {
                Some(before) if before.style == run.style => before.text.push_str(&run.text),
                Some(_) | None => last.push(run),
            }
        }
    }
    lines
}

/// The words of a line, each with the spaces behind it; a word may change its style within.
fn words(line: &[Run]) -> Vec<Line> {
    let mut words: Vec<Line> = vec![Vec::new()];
    for run in line {
        for part in run.text.split_inclusive(' ') {
            words.last_mut().expect("a word").push(Run { style: run.style, text: part.to_owned() });
            if part.ends_with(' ') {
                words.push(Vec::new());
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn signs_of_style_go_and_others_stay() {
    let shown = |text: &str| {
        let runs = lines(text, 1e6, 15.0).concat();
        runs.iter().map(|run| format!("{:?}:{}", run.style, run.text)).collect::<Vec<_>>().join("|")
    };
    for (text, expected) in [
        ("*Runner* · roadmap", "Bold:Runner|Plain: · roadmap"),
        ("2 * 3 * 4", "Plain:2 * 3 * 4"),
        ("`/request-pm mine`.", "Code:/request-pm mine|Plain:."),
        (
            "@Paul: ‹K7Q› in #sme-ci, me@x",
            "Link:@Paul|Plain:: |Link:K7Q|Plain: in |Link:#sme-ci|Plain:, me@x",
        ),
        ("", ""),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn lines_break_at_spaces_and_nothing_is_lost() {
    let text = "*Wednesday* 10:00 is 40 h away and PMs need 48 h.";
    let broken = lines(text, 120.0, 15.0);
    assert!(broken.len() > 2, "{broken:?}");
    let joined: String = broken.iter().flatten().map(|run| run.text.as_str()).collect();
    assert_eq!(joined, text.replace('*', ""));
}
