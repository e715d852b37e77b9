//! `away until …`, `back`, the buttons of an absence, and what a status says: words and payloads only.
//!
//! Tolerant of how people write days, strict about what is ours: *away messages are lost* is a question to experts. Which day is
//! meant, who may say so, and whether a status means anything, is the domain's. A status' words are looked at here and kept nowhere.

use chrono::{DateTime, NaiveDate, Utc, Weekday};

use super::markup::Plain;
use super::wire::Wire;
use crate::domain::absence::{AwayWish, DaySaid, PersonSaid, WhenSaid};
use crate::domain::command::Command;
use crate::domain::ids::UserId;
use crate::slack::vocabulary::{AwayPress, AwayPressed};

/// What begins the part of the sentence that names a day or a person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Who,
    From,
    Until,
    Cover,
}

/// What somebody wants set or ended, if that is what they say.
pub(super) fn wish(read: &Plain, by: &UserId) -> Option<Command> {
    let words: Vec<&str> = read.text.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    match first.to_lowercase().as_str() {
        "back" => back(rest, read, by),
        "away" => away(rest, read, by),
        _ => None,
    }
}

fn back(rest: &[&str], read: &Plain, by: &UserId) -> Option<Command> {
    let who = match rest {
        [] => None,
        [name, ..] if name.starts_with('@') => Some(person(rest, &mut read.mentions.iter())),
        _ => return None,
    };
    Some(Command::Back { by: by.clone(), who })
}

fn away(rest: &[&str], read: &Plain, by: &UserId) -> Option<Command> {
    let mut parts: Vec<(Part, Vec<&str>)> = vec![(Part::Who, Vec::new())];
    for word in rest {
        let part = match word.to_lowercase().trim_end_matches([':', ',']) {
            "until" | "till" | "til" => Some(Part::Until),
            "from" => Some(Part::From),
            "cover" | "covers" | "covered" => Some(Part::Cover),
            _ => None,
        };
        match (part, parts.last_mut()) {
            (Some(part), _) => parts.push((part, Vec::new())),
            (None, Some((_, words))) => words.push(word),
            (None, None) => {}
        }
    }
    let of = |wanted: Part| parts.iter().find(|(part, _)| *part == wanted).map(|(_, words)| words.as_slice());
    let subject = of(Part::Who).unwrap_or_default();
    let mut mentions = read.mentions.iter();
    // "away tomorrow cover @x": a day where a person could stand.
    let (who, until) = match (subject, of(Part::Until)) {
        ([], Some(until)) => (None, day(until)),
        ([name, ..], Some(until)) if name.starts_with('@') => {
            (Some(person(subject, &mut mentions)), day(until))
        }
        (said, None) => match day(said) {
            DaySaid::Unknown(_) => return None,
            known => (None, known),
        },
        _ => return None,
    };
    let cover = of(Part::Cover).map(|words| {
        let words = if words.first() == Some(&"by") { &words[1..] } else { words };
        person(words, &mut mentions)
    });
    let from = of(Part::From).map(day);
    let (from, until) = (from.map(WhenSaid::Day), WhenSaid::Day(until));
    Some(Command::Away(Box::new(AwayWish { by: by.clone(), who, from, until, cover, in_form: false })))
}

/// The next person that was mentioned; where Slack made no id of the name, the name.
fn person<'a>(words: &[&str], mentions: &mut impl Iterator<Item = &'a UserId>) -> PersonSaid {
    match mentions.next() {
        Some(user) => PersonSaid::Id(user.clone()),
        None => PersonSaid::Name(words.join(" ")),
    }
}

/// A day, however it is written.
fn day(words: &[&str]) -> DaySaid {
    let said = words.join(" ");
    let plain = said.to_lowercase();
    let plain = plain.trim_end_matches(['.', ',', '!', ')']).trim_start_matches('(');
    let plain = plain.strip_prefix("including ").unwrap_or(plain);
    let plain = plain.strip_prefix("on ").unwrap_or(plain);
    match plain {
        "today" => return DaySaid::Today,
        "tomorrow" => return DaySaid::Tomorrow,
        _ => {}
    }
    let weekday = plain.strip_prefix("next ").unwrap_or(plain);
    if let Ok(weekday) = weekday.parse::<Weekday>() {
        return DaySaid::Next(weekday);
    }
    let date = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%B %d %Y", "%d. %B %Y", "%a %d %B %Y"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(&plain.replace(',', ""), form).ok());
    date.map(DaySaid::Date).or_else(|| without_year(plain)).unwrap_or(DaySaid::Unknown(said))
}

/// "24 Dec", "Dec 24", "24.12": the leap year lets the last of February pass.
fn without_year(plain: &str) -> Option<DaySaid> {
    use chrono::Datelike;
    let dated = format!("{plain} 2028");
    let found = ["%d %B %Y", "%B %d %Y", "%d. %B %Y", "%d.%m %Y"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(&dated, form).ok())?;
    Some(DaySaid::OfYear { month: found.month(), day: found.day() })
}

/// A button of an absence, pressed.
pub(super) fn pressed(value: &str, by: &UserId) -> Option<Command> {
    let AwayPress { away } = serde_json::from_str(value).ok()?;
    let by = by.clone();
    Some(match away {
        AwayPressed::Until(day) => {
            let until = WhenSaid::Day(DaySaid::Date(day));
            let wish = AwayWish { by, who: None, from: None, until, cover: None, in_form: false };
            Command::Away(Box::new(wish))
        }
        AwayPressed::Choose => return None,
        AwayPressed::No => Command::NotAway { by },
        AwayPressed::Back => Command::Back { by, who: None },
    })
}

/// Whether a button opens the form of an absence.
pub(super) fn chooses(value: &str) -> bool {
    serde_json::from_str::<AwayPress>(value).is_ok_and(|press| press.away == AwayPressed::Choose)
}

/// A status that says that somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwayStatus {
    /// Whose.
    pub who: UserId,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
    /// What tells it from their next one; never its words.
    pub mark: String,
}

/// What somebody's status says, where it says that they are away and until when.
pub(super) fn status(who: UserId, event: Wire<'_>) -> Option<AwayStatus> {
    let profile = event.at("user").at("profile");
    let emoji = profile.str("status_emoji").unwrap_or_default().trim_matches(':');
    if !says_away(emoji, profile.str("status_text").unwrap_or_default()) {
        return None;
    }
    let seconds = profile.at("status_expiration").value().and_then(serde_json::Value::as_i64);
    let until = DateTime::<Utc>::from_timestamp(seconds.filter(|seconds| *seconds > 0)?, 0)?;
    let emoji: String = emoji.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    Some(AwayStatus { who, until, mark: format!("{}:{emoji}", until.timestamp()) })
}

/// Emoji with which people say that they are away, among them Slack's own suggestions.
const AWAY_EMOJI: [&str; 11] = [
    "airplane",
    "airplane_departure",
    "baby",
    "beach_with_umbrella",
    "camping",
    "desert_island",
    "face_with_thermometer",
    "hospital",
    "island",
    "luggage",
    "palm_tree",
];
/// Words with which they do.
const AWAY_WORDS: [&str; 15] = [
    "away",
    "holiday",
    "holidays",
    "annual leave",
    "off sick",
    "on leave",
    "ooo",
    "ooto",
    "out of office",
    "out of the office",
    "out sick",
    "pto",
    "sick",
    "vacation",
    "vacationing",
];

fn says_away(emoji: &str, text: &str) -> bool {
    if AWAY_EMOJI.contains(&emoji) {
        return true;
    }
    let only_letters = |sign: char| if sign.is_alphanumeric() { sign.to_ascii_lowercase() } else { ' ' };
    let text: String = text.chars().map(only_letters).collect();
    let text = format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
    AWAY_WORDS.iter().any(|word| text.contains(&format!(" {word} ")))
}

#[cfg(test)]
#[path = "away/tests.rs"]
mod tests;
