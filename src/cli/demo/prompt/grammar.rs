//! What the newcomer may type at the prompt, read without knowing who and what exists.

use chrono::Duration;

/// The longest wait at once, in days; every due step of it is played.
const LONGEST_WAIT: i64 = 60;

/// One line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing.
    Empty,
    /// Somebody does something.
    Act { who: String, deed: Deed },
    /// Whoever may clicks this.
    Click { label: String, place: Option<String> },
    /// Time passes.
    Wait(Duration),
    /// Show a channel, or somebody's direct messages.
    Show(String),
    /// Why an ask went where it went.
    Explain(String),
    /// The people and their roles.
    Who,
    /// The channels.
    Channels,
    /// What time it is.
    Time,
    /// What can be typed.
    Help,
    /// The end.
    Quit,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// Says something in a channel, or types a command there.
    Says { channel: String, in_thread: bool, text: String },
    /// Writes to the bot.
    Dm { text: String },
    /// Presses a button.
    Clicks { label: String, place: Option<String> },
    /// Fills a field of the open form.
    Fills { field: String, value: String },
    /// Sends the open form.
    Submits,
    /// Closes the open form.
    Closes,
    /// Reacts to the last message of a channel.
    Reacts { emoji: String, channel: Option<String> },
    /// Uses a message shortcut on the last message that a person wrote there.
    Uses { shortcut: String, channel: Option<String> },
}

/// Understands a line, or says in a sentence what it could have been.
pub(super) fn read(line: &str) -> Result<Line, String> {
    let line = line.trim();
    let (first, rest) = word(line);
    let needs = |what: &str, example: &str| Err(format!("{what} For example: {example}"));
    match first.to_lowercase().as_str() {
        "" => Ok(Line::Empty),
        "help" | "?" if rest.is_empty() => Ok(Line::Help),
        "quit" | "exit" | "q" if rest.is_empty() => Ok(Line::Quit),
        "who" if rest.is_empty() => Ok(Line::Who),
        "channels" if rest.is_empty() => Ok(Line::Channels),
        "time" if rest.is_empty() => Ok(Line::Time),
        "wait" => match span(rest) {
            Some(span) => Ok(Line::Wait(span)),
            None => Err(format!(
                "Say how long, up to {LONGEST_WAIT} days. For example: wait 4h, wait 30m, wait 2d"
            )),
        },
        "show" if !rest.is_empty() => Ok(Line::Show(rest.to_owned())),
        "show" => needs("Say what to show.", "show #field, show @ava"),
        "explain" if !rest.is_empty() => Ok(Line::Explain(rest.to_owned())),
        "explain" => needs("Say which ask.", "explain K7Q"),
        "click" if !rest.is_empty() => {
            let (label, place) = label_and_place(rest);
            Ok(Line::Click { label, place })
        }
        "click" => needs("Say which button.", "click Take it"),
        _ => deed(rest).map(|deed| Line::Act { who: first.trim_start_matches('@').to_owned(), deed }),
    }
}

fn deed(text: &str) -> Result<Deed, String> {
    let (verb, rest) = word(text);
    let verb = verb.to_lowercase();
    match verb.trim_end_matches(':') {
        "in" => says(rest),
        "dm" => {
            let text = rest.trim_start_matches(':').trim();
            if text.is_empty() { Err("Say what. For example: ava dm: mine".to_owned()) } else { Ok(Deed::Dm { text: text.to_owned() }) }
        }
        "clicks" | "click" if !rest.is_empty() => {
            let (label, place) = label_and_place(rest);
            Ok(Deed::Clicks { label, place })
        }
        "fills" | "fill" => match rest.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() => {
                Ok(Deed::Fills { field: field.trim().to_owned(), value: value.trim().to_owned() })
            }
            Some(_) | None => Err("Say field and value. For example: raj fills Minutes = 30".to_owned()),
        },
        "picks" | "pick" if !rest.is_empty() => {
            Ok(Deed::Fills { field: "Area".to_owned(), value: rest.to_owned() })
        }
        "submits" | "submit" if rest.is_empty() => Ok(Deed::Submits),
        "closes" | "close" if rest.is_empty() => Ok(Deed::Closes),
        "reacts" | "react" if !rest.is_empty() => {
            let (emoji, channel) = label_and_place(rest);
            Ok(Deed::Reacts { emoji, channel })
        }
        "uses" | "use" if !rest.is_empty() => {
            let (shortcut, channel) = label_and_place(rest);
            Ok(Deed::Uses { shortcut, channel })
        }
        _ => Err("I know NAME in #channel: TEXT, NAME clicks BUTTON, NAME dm: TEXT, wait 4h, show #channel, who; `help` \
                  has the rest."
            .to_owned()),
    }
}

fn says(rest: &str) -> Result<Deed, String> {
    let wrong = || "Say where and what. For example: ava in #field: /request-pm how do I …".to_owned();
    let (place, text) = rest.split_once(':').ok_or_else(wrong)?;
    let (channel, thread) = word(place.trim());
    let in_thread = match thread.trim().to_lowercase().as_str() {
        "" => false,
        "thread" | "in the thread" | ", thread" => true,
        _ => return Err(wrong()),
    };
    if channel.is_empty() || text.trim().is_empty() {
        return Err(wrong());
    }
    Ok(Deed::Says { channel: channel.to_owned(), in_thread, text: text.trim().to_owned() })
}

/// `[Take it] in #sme-ci`: the brackets and the place are optional.
fn label_and_place(text: &str) -> (String, Option<String>) {
    let (label, place) = match text.rsplit_once(" in #").or_else(|| text.rsplit_once(" in @")) {
        Some((label, place)) if !place.contains(' ') => (label, Some(place.to_owned())),
        Some(_) | None => (text, None),
    };
    let bare = |sign: char| matches!(sign, '[' | ']' | '“' | '”' | '"' | '`' | '*');
    (label.trim().trim_matches(bare).trim().to_owned(), place)
}

/// The first word, and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// `4h`, `30m`, `2d`, `1d 4h`.
fn span(text: &str) -> Option<Duration> {
    let mut total = Duration::zero();
    let mut digits = String::new();
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let number: i64 = std::mem::take(&mut digits).parse().ok().filter(|number| *number <= 100_000)?;
        total += match letter.to_ascii_lowercase() {
            'm' => Duration::minutes(number),
            'h' => Duration::hours(number),
            'd' => Duration::days(number),
            _ => return None,
        };
    }
    (digits.is_empty() && total > Duration::zero() && total <= Duration::days(LONGEST_WAIT)).then_some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn act(who: &str, deed: Deed) -> Line {
        Line::Act { who: who.to_owned(), deed }
    }

    fn says(channel: &str, in_thread: bool, text: &str) -> Deed {
        Deed::Says { channel: channel.to_owned(), in_thread, text: text.to_owned() }
    }

    #[test]
    fn what_people_type_is_understood() {
        let click = |label: &str, place: Option<&str>| Deed::Clicks {
            label: label.to_owned(),
            place: place.map(ToOwned::to_owned),
        };
        for (line, meaning) in [
            ("", Line::Empty),
            (
                "ava in #field: /request-pm how: why?",
                act("ava", says("#field", false, "/request-pm how: why?")),
            ),
            ("@Ines in sme-ci thread: yes", act("Ines", says("sme-ci", true, "yes"))),
            ("ava dm: mine", act("ava", Deed::Dm { text: "mine".to_owned() })),
            ("ines clicks [Take it]", act("ines", click("Take it", None))),
            ("ines clicks Take it in #sme-ci", act("ines", click("Take it", Some("sme-ci")))),
            ("click Seen", Line::Click { label: "Seen".to_owned(), place: None }),
            (
                "raj fills Start = 2026-11-24 10:00",
                act("raj", Deed::Fills { field: "Start".to_owned(), value: "2026-11-24 10:00".to_owned() }),
            ),
            ("raj submits", act("raj", Deed::Submits)),
            ("wait 1d 4h", Line::Wait(Duration::hours(28))),
            ("QUIT", Line::Quit),
            ("show #field", Line::Show("#field".to_owned())),
        ] {
            assert_eq!(read(line), Ok(meaning), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_gets_a_sentence() {
        for line in [
            "wait",
            "wait 4",
            "wait -1h",
            "wait 61d",
            "wait 99999999999999999999d",
            "ava",
            "ava in #field",
            "ava in : x",
            "ava fills x",
        ] {
            let Err(sentence) = read(line) else { panic!("{line} was understood") };
            assert!(
                sentence.ends_with('…') || sentence.contains("example") || sentence.ends_with('.'),
                "{sentence}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in "\\PC*") {
            let _ = read(&line);
        }
    }
}
