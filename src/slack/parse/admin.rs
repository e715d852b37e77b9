//! `/request-pm admin …`: what admins and area leads type. The second word tells it from a question about admins; what it is
//! then used wrongly with is answered with what there is, and never sent to anybody as a question.

use crate::domain::admin::{Until, Wish};
use crate::domain::ids::UserId;

/// The words that can only be meant for the bot itself after `admin`.
const KNOWN: &[&str] = &[
    "close", "health", "help", "letters", "log", "modes", "parked", "pause", "reassign", "resend", "resume",
];
/// The longest pause that can be typed: a year.
const LONGEST_PAUSE_MINUTES: u32 = 525_600;
/// The longest stretch of the log.
const LONGEST_LOG_DAYS: u32 = 3_650;
/// The usual stretch of the log.
const LOG_DAYS: u32 = 7;

/// What the words after `/request-pm` ask of the bot itself, if anything; `mentions` are the people in them.
pub(super) fn wish(text: &str, mentions: &[UserId]) -> Option<Wish> {
    let mut words = text.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case("admin") {
        return None;
    }
    let words: Vec<&str> = words.collect();
    let small: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let small: Vec<&str> = small.iter().map(String::as_str).collect();
    match small.first() {
        None => Some(Wish::Card),
        Some(first) if KNOWN.contains(first) => Some(known(&words, &small, mentions)),
        Some(_) => None,
    }
}

fn known(words: &[&str], small: &[&str], mentions: &[UserId]) -> Wish {
    let read = match small {
        ["pause", rest @ ..] => pause(rest),
        ["resume"] => Some(Wish::Resume { area: None }),
        ["resume", area @ ..] => Some(Wish::Resume { area: Some(area.join(" ")) }),
        ["close", _, _, ..] => Some(Wish::Close { id: words[1].to_owned(), why: words[2..].join(" ") }),
        ["reassign", _, _, ..] => {
            mentions.first().map(|to| Wish::Reassign { id: words[1].to_owned(), to: to.clone() })
        }
        ["resend", _] => Some(Wish::Resend { id: words[1].to_owned() }),
        ["parked"] => Some(Wish::Parked),
        ["letters"] => Some(Wish::Letters),
        ["help"] => Some(Wish::Help),
        ["modes"] => Some(Wish::Modes),
        ["health"] => Some(Wish::Health),
        ["log"] => Some(Wish::Log { days: LOG_DAYS }),
        ["log", days] | ["log", days, "day" | "days"] => {
            let days = days.parse().ok().filter(|days| (1..=LONGEST_LOG_DAYS).contains(days));
            days.map(|days| Wish::Log { days })
        }
        _ => None,
    };
    read.unwrap_or(Wish::NotUnderstood)
}

/// `[AREA] [for 2h | until tomorrow]`.
fn pause(words: &[&str]) -> Option<Wish> {
    let (area, until) = match words {
        [area @ .., "for", number, unit] if amount(&format!("{number}{unit}")).is_some() => {
            (area, Until::Minutes(amount(&format!("{number}{unit}"))?))
        }
        [area @ .., "for", span] => (area, Until::Minutes(amount(span)?)),
        [area @ .., "until", "tomorrow"] => (area, Until::Tomorrow),
        [area @ .., "until", "resumed"] => (area, Until::Resumed),
        [.., "until", _] => return None,
        area => (area, Until::Resumed),
    };
    let area = match area {
        [] | ["all"] => None,
        area => Some(area.join(" ")),
    };
    Some(Wish::Pause { area, until })
}

/// `30m`, `2h`, `1d`, in minutes.
fn amount(span: &str) -> Option<u32> {
    let digits = span.len() - span.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
    let (number, unit) = span.split_at(digits);
    let number: u32 = number.parse().ok()?;
    let minutes = match unit {
        "m" | "min" | "minute" | "minutes" => 1,
        "h" | "hour" | "hours" => 60,
        "d" | "day" | "days" => 1_440,
        _ => return None,
    };
    number.checked_mul(minutes).filter(|minutes| (1..=LONGEST_PAUSE_MINUTES).contains(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_admins_type_is_read_and_what_is_not_understood_is_said() {
        let pause = |area: Option<&str>, until| Wish::Pause { area: area.map(str::to_owned), until };
        let to = UserId::from("U1");
        for (text, expected) in [
            ("", Wish::Card),
            ("pause", pause(None, Until::Resumed)),
            ("pause all", pause(None, Until::Resumed)),
            ("Pause CI for 2h", pause(Some("ci"), Until::Minutes(120))),
            ("pause for 90 min", pause(None, Until::Minutes(90))),
            ("pause CI/CD and Runner for 1 day", pause(Some("ci/cd and runner"), Until::Minutes(1_440))),
            ("pause ci until tomorrow", pause(Some("ci"), Until::Tomorrow)),
            ("pause until Friday", Wish::NotUnderstood),
            ("pause for ever", Wish::NotUnderstood),
            ("pause for 0h", Wish::NotUnderstood),
            ("pause for 9999999h", Wish::NotUnderstood),
            ("pause for é", Wish::NotUnderstood),
            ("resume", Wish::Resume { area: None }),
            ("resume ci", Wish::Resume { area: Some("ci".to_owned()) }),
            ("close K7Q asked Twice", Wish::Close { id: "K7Q".to_owned(), why: "asked Twice".to_owned() }),
            ("close K7Q", Wish::NotUnderstood),
            ("reassign K7Q @ines", Wish::Reassign { id: "K7Q".to_owned(), to: to.clone() }),
            ("reassign K7Q", Wish::NotUnderstood),
            ("resend K7Q", Wish::Resend { id: "K7Q".to_owned() }),
            ("parked", Wish::Parked),
            ("letters", Wish::Letters),
            ("modes", Wish::Modes),
            ("health", Wish::Health),
            ("log", Wish::Log { days: 7 }),
            ("log 30 days", Wish::Log { days: 30 }),
            ("log 0", Wish::NotUnderstood),
            ("help", Wish::Help),
            ("help me", Wish::NotUnderstood),
        ] {
            let text = format!("admin {text}");
            assert_eq!(wish(&text, std::slice::from_ref(&to)), Some(expected), "{text}");
        }
        assert_eq!(wish("admin reassign K7Q ines", &[]), Some(Wish::NotUnderstood), "nobody is mentioned");
        for question in
            ["admin rights for runners?", "administration of runners", "how do admins pause runners?", ""]
        {
            assert_eq!(wish(question, &[]), None, "{question}");
        }
    }
}
