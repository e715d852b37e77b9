//! `/request-pm`, and the few words that are about ourselves.
//!
//! Words count only where nothing else could be meant: *status of the runners?* is a question, *status K7Q* is not.

use super::admin;
use super::away;
use super::markup::{Plain, plain};
use super::{AnswerTo, Inbound, Incoming, OpenForm, Query, dead};
use crate::domain::command::{Ask, Command, Via};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::switches::{Switching, Wish};
use crate::slack::forms::Prefill;
use crate::slack::vocabulary::{Form, FormContext};

/// A slash command. Whatever its name: an app's settings may call it otherwise.
pub(super) fn slash(
    field: &dyn Fn(&str) -> Option<String>,
    names: &dyn Fn(&UserId) -> Option<String>,
    bot_user: Option<&UserId>,
) -> Inbound {
    if field("command").is_none() {
        return dead("a form that is neither command nor payload");
    }
    let (Some(user), Some(channel)) = (field("user_id"), field("channel_id")) else {
        return dead("a command without a person or a channel");
    };
    let (by, channel) = (UserId(user), ChannelId(channel));
    let url = field("response_url");
    let answer = AnswerTo::Inline { user: by.clone(), channel: Some(channel.clone()), url: url.clone() };
    let us: Vec<UserId> = bot_user.cloned().into_iter().collect();
    let read = plain(&field("text").unwrap_or_default(), names, &us);
    let trigger = field("trigger_id");
    let is_away = read.text.trim().eq_ignore_ascii_case("away");
    if read.text.is_empty() || is_away {
        let Some(trigger_id) = trigger else {
            let query = if is_away { Query::Away } else { Query::Help };
            return Inbound::Query { query, keys: Vec::new(), by, answer, outsider: false };
        };
        let context = FormContext { engagement: None, channel: Some(channel), response_url: url };
        return Inbound::OpenForm(Box::new(OpenForm {
            form: if is_away { Form::Away } else { Form::Request },
            context,
            trigger_id,
            by,
            in_home: false,
            outsider: false,
            prefill: Prefill::default(),
        }));
    }
    if let Some(command) = away::wish(&read, &by) {
        return Inbound::Command(Box::new(Incoming {
            team: field("team_id").or_else(|| field("enterprise_id")),
            keys: keys(trigger),
            command,
            answer,
            by: Some(by),
            outsider: false,
            shared_channel: false,
        }));
    }
    if let Some(wish) = admin::wish(&read.text, &read.mentions) {
        return Inbound::Admin { wish, keys: keys(trigger), by, answer, outsider: false };
    }
    if let Some(query) = about_ourselves(&read.text) {
        return Inbound::Query { query, keys: keys(trigger), by, answer, outsider: false };
    }
    let command = match switching(&by, &read.text) {
        Some(switching) => Command::Switch(switching),
        None => Command::Ask(Box::new(asked(&by, Via::Slash { channel }, read))),
    };
    Inbound::Command(Box::new(Incoming {
        team: field("team_id").or_else(|| field("enterprise_id")),
        keys: keys(trigger),
        command,
        answer,
        by: Some(by),
        // Another organisation's members have their own commands, never ours.
        outsider: false,
        shared_channel: false,
    }))
}

/// What tells a repeat of a command or a click.
pub(super) fn keys(trigger: Option<String>) -> Vec<String> {
    trigger.map(|id| format!("trigger:{id}")).into_iter().collect()
}

/// An ask in people's own words, with no reason given.
pub(super) fn asked(by: &UserId, via: Via, read: Plain) -> Ask {
    Ask { mentions: read.mentions, links: read.links, ..Ask::of(by.clone(), via, read.text) }
}

/// Whether the text switches something: `pilot on`, or `admin mode AREA MODE`, where the area may have spaces in its name.
pub(super) fn switching(by: &UserId, text: &str) -> Option<Switching> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let wish = match lower.as_slice() {
        ["pilot", "on"] => Wish::Pilot { on: true },
        ["pilot", "off"] => Wish::Pilot { on: false },
        ["admin", "mode"] => Wish::Mode { area: String::new(), mode: String::new() },
        ["admin", "mode", _] => Wish::Mode { area: words[2].to_owned(), mode: String::new() },
        ["admin", "mode", .., _] => {
            let (area, mode) = (&words[2..words.len() - 1], words[words.len() - 1]);
            Wish::Mode { area: area.join(" "), mode: mode.to_owned() }
        }
        _ => return None,
    };
    Some(Switching { by: by.clone(), wish })
}

/// Whether the text is about ourselves rather than a question to people.
pub(super) fn about_ourselves(text: &str) -> Option<Query> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["help" | "?" | "help?"] => Some(Query::Help),
        ["mine"] => Some(Query::Mine),
        ["away"] => Some(Query::Away),
        ["away", "list"] => Some(Query::AwayList),
        ["status", _] => {
            let id = text.split_whitespace().nth(1).unwrap_or_default().trim_end_matches('?');
            Some(Query::Status { id: id.to_owned() })
        }
        ["admin", "reload"] => Some(Query::Reload),
        // Words that the help may come to know: better told so than sent to experts as a question.
        ["report", rest @ ..] => numbers(text, rest),
        ["status" | "pilot"] => Some(Query::NotUnderstood),
        _ => None,
    }
}

/// How many days a report tells of where nobody says, and at most.
const DAYS: u32 = 7;
const MOST_DAYS: u32 = 366;

/// What stands after `report`: an area, days, or both. An area of several words is told from a question by the days after it.
fn numbers(text: &str, rest: &[&str]) -> Option<Query> {
    let days = rest.last().and_then(|word| word.parse::<u32>().ok());
    let area = match (rest, days) {
        ([] | [_], None) => rest,
        ([area @ .., _], Some(1..=MOST_DAYS)) => area,
        ([_] | [_, _], Some(_)) => return Some(Query::NotUnderstood),
        _ => return None,
    };
    let typed: Vec<&str> = text.split_whitespace().skip(1).take(area.len()).collect();
    let area = (!typed.is_empty()).then(|| typed.join(" ").trim_matches('"').to_owned());
    Some(Query::Numbers { area, days: days.unwrap_or(DAYS) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_mean_nothing_else_is_about_ourselves() {
        let status = |id: &str| Some(Query::Status { id: id.to_owned() });
        let numbers =
            |area: Option<&str>, days| Some(Query::Numbers { area: area.map(ToOwned::to_owned), days });
        for (text, query) in [
            ("help", Some(Query::Help)),
            (" HELP ", Some(Query::Help)),
            ("help me with runners", None),
            ("mine", Some(Query::Mine)),
            ("mine craft", None),
            ("status K7Q", status("K7Q")),
            ("Status k7q?", status("k7q")),
            ("status", Some(Query::NotUnderstood)),
            ("status of the runners?", None),
            ("pilot", Some(Query::NotUnderstood)),
            ("pilot customers want this", None),
            ("away", Some(Query::Away)),
            ("Away list", Some(Query::AwayList)),
            ("away messages are not shown", None),
            ("Admin reload", Some(Query::Reload)),
            ("admin reload the page twice", None),
            ("report", numbers(None, 7)),
            ("Report 30", numbers(None, 30)),
            ("report CI", numbers(Some("CI"), 7)),
            ("report ci 366", numbers(Some("ci"), 366)),
            ("report CI/CD and Runner 30", numbers(Some("CI/CD and Runner"), 30)),
            ("report 0", Some(Query::NotUnderstood)),
            ("report ci 367", Some(Query::NotUnderstood)),
            ("report of what we did in 2025", None),
            ("report of vulnerabilities is empty", None),
            ("", None),
        ] {
            assert_eq!(about_ourselves(text), query, "{text}");
        }
    }

    #[test]
    fn what_switches_something_is_told_from_questions() {
        let mode = |area: &str, mode: &str| Wish::Mode { area: area.to_owned(), mode: mode.to_owned() };
        for (text, wish) in [
            ("pilot on", Some(Wish::Pilot { on: true })),
            (" Pilot  OFF ", Some(Wish::Pilot { on: false })),
            ("pilot", None),
            ("pilot on the new runner?", None),
            ("admin mode", Some(mode("", ""))),
            ("admin mode ci", Some(mode("ci", ""))),
            ("admin mode ci on", Some(mode("ci", "on"))),
            ("Admin Mode CI/CD and Runner Observe", Some(mode("CI/CD and Runner", "Observe"))),
            ("admin mode of the cluster?", Some(mode("of the", "cluster?"))),
            ("admin", None),
            ("how do I switch admin mode on", None),
            ("", None),
        ] {
            let got = switching(&UserId::from("U1"), text).map(|switching| switching.wish);
            assert_eq!(got, wish, "{text}");
        }
    }
}
