//! The small words that cards and answers share: reasons, states, roles, questions, channels. No sentences about one ask:
//! those are in the files of their kind; what forms say is theirs.

use super::line::Line;
use super::line::line;
use super::times::{appointment, in_zone, span};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::engagement::State;
use crate::domain::engagement::call::BriefingQuestion;
use crate::domain::ids::{AreaKey, ChannelId};
use crate::domain::org::{Org, PlaceId, Role};
use crate::domain::reason::{Gone, Reason};
use crate::domain::rules::{NoticeMode, Rules};

/// Why somebody of this name cannot go on.
pub fn gone(name: &str, why: Gone) -> String {
    match why {
        Gone::Away { until } => format!("{name} is away until {}", super::times::day(until)),
        Gone::Left => format!("{name} has left"),
        Gone::Unlisted => format!("{name} is no longer in the directory"),
    }
}

/// The reason on a card and in the form's list.
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Technical => "technical question",
        Reason::BestPractice => "best practice",
        Reason::Demo => "demo or deep dive",
        Reason::Discovery => "discovery",
        Reason::Evaluation => "help in an evaluation",
        Reason::Roadmap => "roadmap",
        Reason::Direction => "product direction",
        Reason::Gap => "feedback or question on a gap",
        Reason::CustomerMeeting => "PM on a customer call",
        Reason::GapToResolve => "product gap to resolve",
        Reason::HighPriority => "high-priority customer issue",
        Reason::Escalation => "customer escalation",
        Reason::Advice => "support configuring, prescriptive advice",
    }
}

/// The reason as the subject of a sentence: "Roadmap questions".
pub const fn reason_plural(reason: Reason) -> &'static str {
    match reason {
        Reason::Technical => "technical questions",
        Reason::BestPractice => "best-practice questions",
        Reason::Demo => "demos and deep dives",
        Reason::Discovery => "discovery calls",
        Reason::Evaluation => "evaluations",
        Reason::Roadmap => "roadmap questions",
        Reason::Direction => "questions on product direction",
        Reason::Gap => "feedback and questions on gaps",
        Reason::CustomerMeeting => "customer calls with a PM",
        Reason::GapToResolve => "product gaps to resolve",
        Reason::HighPriority => "high-priority customer issues",
        Reason::Escalation => "customer escalations",
        Reason::Advice => "requests for prescriptive advice",
    }
}

/// The first letter large.
pub fn sentence_case(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// A group's own way of being asked, in its own words where it has them (A10); its link is beside it.
pub fn own_process(place: &PlaceId, org: &Org) -> String {
    let name = place_name(place, org);
    let process = org.place(place).and_then(|place| place.process.as_ref());
    let note =
        process.and_then(|process| process.note.as_deref()).map(str::trim).filter(|note| !note.is_empty());
    match note {
        Some(note) => format!("{name} has its own way of being asked. {note}"),
        None => format!("{name} has its own way of being asked. Please go that way first and add its link."),
    }
}

/// What people call the place; the last part of its path where the directory has lost it.
pub fn place_name(place: &PlaceId, org: &Org) -> String {
    org.place(place).map_or_else(
        || place.0.rsplit('/').next().unwrap_or(&place.0).replace(['_', '-'], " "),
        |place| place.name.clone(),
    )
}

/// What people call the SME area.
pub fn area_name(area: &AreaKey, org: &Org) -> String {
    org.area(area).map_or_else(|| area.to_string(), |area| area.name.clone())
}

/// A channel: Slack shows its name only to those who may know it; a private one has no name in plain text.
pub fn channel(channel: &ChannelId, org: &Org) -> Line {
    Line::channel(channel, channel_name(channel, org))
}

/// The channel in plain text: `#sme-ci`, or "a private channel".
pub fn channel_name(channel: &ChannelId, org: &Org) -> String {
    match org.channel(channel) {
        Some(known) if !known.is_private => format!("#{}", known.name),
        Some(_) | None => "a private channel".to_owned(),
    }
}

/// The sign beside a state's word.
pub const fn symbol(state: State) -> &'static str {
    match state {
        State::Draft => "◌",
        State::Open => "●",
        State::Taken => "◐",
        State::Answered | State::Closed => "✓",
        State::Withdrawn | State::Lapsed | State::Deflected => "○",
        State::Redirected => "→",
        State::Declined => "✕",
    }
}

/// The word of a state.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Open => "Open",
        State::Taken => "Taken",
        State::Answered => "Answered",
        State::Closed => "Closed",
        State::Withdrawn => "Withdrawn",
        State::Redirected => "Redirected",
        State::Declined => "Declined",
        State::Lapsed => "Lapsed",
        State::Deflected => "Not sent",
    }
}

/// Who can, in a refusal: "SMEs of CI/CD".
pub fn role(role: &Role, org: &Org) -> String {
    match role {
        Role::SmesOf(area) => format!("SMEs of {}", area_name(area, org)),
        Role::LeadsOf(area) => format!("the area lead of {} and admins", area_name(area, org)),
        Role::PmsOf(Some(place)) => format!("PMs of {}", place_name(place, org)),
        Role::PmsOf(None) => "PMs of the area".to_owned(),
        Role::Approvers(Some(place)) => {
            format!("the PM asked, the stage PM or the product leader of {}", place_name(place, org))
        }
        Role::Approvers(None) => "the PM asked, the stage PM or the product leader".to_owned(),
        Role::Requester => "the person who asked".to_owned(),
        Role::Taker => "colleagues of the person who asked".to_owned(),
        Role::Admins => "admins".to_owned(),
    }
}

/// A question of the briefing, in the form and behind *Show briefing* (C4, C5).
pub const fn briefing_question(question: BriefingQuestion) -> &'static str {
    match question {
        BriefingQuestion::Familiarity => "How familiar are they with the features?",
        BriefingQuestion::SeenDemo => "Have they seen a demo?",
        BriefingQuestion::Usage => "In production, in a POC, or not tried?",
        BriefingQuestion::ExistingOrRoadmap => "What exists, or the roadmap?",
        BriefingQuestion::Tier => "Tier",
        BriefingQuestion::Deployment => "SaaS, or self-managed and which version",
        BriefingQuestion::Health => "Health of the account, in one sentence",
        BriefingQuestion::NotesDocument => "Running notes",
        BriefingQuestion::CustomerQuestions => "The customer's questions",
        BriefingQuestion::SpecificIssues => "Specific issues",
        BriefingQuestion::Attitude => "Their attitude",
    }
}

/// An appointment in both zones: the reader's, and the PM's as text where it is known and shows another time than
/// `beside`, the zone of the only reader where there is one.
pub fn both_zones(at: DateTime<Utc>, pm_zone: Option<Tz>, beside: Option<Tz>) -> Line {
    let shows_the_same = |zone: &Tz| {
        beside.is_some_and(|other| {
            at.with_timezone(zone).naive_local() == at.with_timezone(&other).naive_local()
        })
    };
    match pm_zone.filter(|zone| !shows_the_same(zone)) {
        Some(zone) => line![appointment(at), format!(" ({} for the PM)", in_zone(at, zone, beside))],
        None => appointment(at),
    }
}

/// Why a start is too soon, in the mode that counts (C1, C2).
pub fn too_soon(start: chrono::DateTime<chrono::Utc>, notice_seconds: i64, rules: &Rules) -> Line {
    let needed = span(rules.call.notice.0);
    let is_short = notice_seconds < rules.call.notice.0;
    let why = match rules.call.mode {
        NoticeMode::Weekdays => {
            format!(
                " leaves less than {needed} of weekdays, and PMs need those; weekends and holidays do not count."
            )
        }
        NoticeMode::ThirdDay if !is_short => {
            " is too soon: PMs are not asked for tomorrow or the day after.".to_owned()
        }
        NoticeMode::Elapsed | NoticeMode::ThirdDay => {
            format!(" is {} away and PMs need {needed}.", span(notice_seconds))
        }
    };
    line![appointment(start), why]
}

/// Slack's word for a refused message, as people say it.
pub fn slack_error(error: &str) -> String {
    match error {
        "is_archived" => "the channel is archived".to_owned(),
        "channel_not_found" => "the channel is gone, or private and without me".to_owned(),
        "not_in_channel" => "I am not in the channel".to_owned(),
        "user_not_found" | "user_disabled" | "cannot_dm_bot" => "that person cannot be reached".to_owned(),
        "missing_scope" => "the app was not given the scope for it".to_owned(),
        "too_many_messages" => "too much was written there since".to_owned(),
        "messages_tab_disabled" => "direct messages to me are switched off".to_owned(),
        "msg_too_long" | "msg_blocks_too_long" | "invalid_blocks" | "invalid_blocks_format" => {
            format!("Slack did not accept its form ({error})")
        }
        other if other.starts_with("restricted_action") => "posting there is restricted".to_owned(),
        other => format!("Slack said “{other}”"),
    }
}

/// “one”, “two” and “three”.
pub fn in_quotes(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
    listed(&quoted, "and")
}

/// "a", "a and b", "a, b and c".
pub fn listed(items: &[String], joined: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {joined} {last}", rest.join(", ")),
    }
}
