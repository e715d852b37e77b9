//! What needs an admin, once each: a message that cannot be delivered or may be there twice, a thread or a row that cannot
//! be read, names that Slack does not know.

use chrono::{DateTime, Utc};

use super::blocks::said;
use super::line::{Line, line};
use super::notices::Told;
use super::times::date;
use super::{Scene, words};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{ChannelId, EngagementId};
use crate::domain::notice::Trouble;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::COMMAND;

/// How many unknown names are listed.
const NAMES_SHOWN: usize = 20;

/// A message could not be delivered, for good.
pub(super) fn parked(
    scene: &Scene<'_>,
    about: Option<&Engagement>,
    channel: &ChannelId,
    error: &str,
    went_to: Option<&ChannelId>,
) -> Message {
    let end = match went_to {
        Some(other) => {
            line!["Sent to ", scene.channel(other), " instead; the directory wants a new channel."]
        }
        None => line!["It was not sent anywhere else; the directory wants a new channel."],
    };
    let line = line![
        "Could not post ",
        which(about),
        " in ",
        scene.channel(channel),
        format!(": {}. ", words::slack_error(error)),
        end
    ];
    said(&line, None)
}

/// Whether a message arrived could not be looked up, and it was sent once more.
pub(super) fn unsearched(
    scene: &Scene<'_>,
    about: Option<&Engagement>,
    channel: &ChannelId,
    error: &str,
) -> Message {
    let line = line![
        "Slack did not say whether ",
        which(about),
        " arrived in ",
        scene.channel(channel),
        format!(", and I cannot look there: {}. ", words::slack_error(error)),
        "I sent it again, so it may be there twice.",
    ];
    said(&line, None)
}

/// What an undelivered message is about, where it is about one ask.
fn which(about: Option<&Engagement>) -> Line {
    about.map_or_else(|| Line::from("a message"), |engagement| Line::id(engagement.id))
}

/// A row of the database cannot be read.
pub(super) fn unreadable_row(table: &str, row: &str) -> Message {
    let kept = match (table, row.parse()) {
        ("engagement", Ok(id)) => Line::id(EngagementId(id)),
        _ => line![format!("row {row} of the table {table}")],
    };
    let line = line![
        "What the database keeps of ",
        kept,
        " cannot be read, so I leave it as it is. The log says what is wrong; it goes on once that is mended.",
    ];
    said(&line, None)
}

/// A thread cannot be read, so nothing is raised for it (B7).
pub(super) fn blind(told: Told<'_>, channel: &ChannelId) -> Message {
    let line = line![
        "I cannot read the thread of ",
        Line::id(told.engagement.id),
        " in ",
        told.scene.channel(channel),
        ", so nothing is raised for it. If I was removed there, inviting me again mends that.",
    ];
    said(&line, None)
}

/// Names in the directory that Slack does not know.
pub(super) fn unresolved(what: &[String]) -> Message {
    let mut names: Vec<String> = what.iter().take(NAMES_SHOWN).cloned().collect();
    if what.len() > NAMES_SHOWN {
        names.push(format!("{} more", what.len() - NAMES_SHOWN));
    }
    let line = line![
        "Slack does not know these names of the directory: ",
        words::listed(&names, "and"),
        ". I work around them until the directory is corrected.",
    ];
    said(&line, None)
}

/// Reminders were lost, and are set again.
pub(super) fn clocks_set(engagements: &[EngagementId], number: usize) -> Message {
    let line = line![
        "These had lost a reminder, which I found and set again: ",
        ids(engagements, number),
        ". What comes late because of it comes now; the log says which it was.",
    ];
    said(&line, None)
}

/// Reminders are due for long.
pub(super) fn clocks_late(number: u32, since: DateTime<Utc>) -> Message {
    let what = if number == 1 { "1 reminder is" } else { "reminders are" };
    let many = if number == 1 { String::new() } else { format!("{number} ") };
    let line = line![
        format!("{many}{what} due for more than 10 minutes and not decided upon, the first since "),
        date(since),
        ". The log says why.",
    ];
    said(&line, None)
}

/// What is stored of these cannot be read.
pub(super) fn unreadable(engagements: &[EngagementId], number: usize) -> Message {
    let line = line![
        "What I keep of these cannot be read, so nobody is reminded of them: ",
        ids(engagements, number),
        ". The log says what is wrong with each.",
    ];
    said(&line, None)
}

/// Somebody deleted a card.
pub(super) fn card_deleted(scene: &Scene<'_>, about: &Engagement, channel: &ChannelId) -> Message {
    let line = line![
        "The card of ",
        Line::id(about.id),
        " in ",
        scene.channel(channel),
        " was deleted. It goes on all the same; ",
        Line::code(format!("{COMMAND} admin resend {}", about.id.short())),
        " posts the card again."
    ];
    said(&line, None)
}

/// Something is wrong with how the bot runs.
pub(super) fn trouble(scene: &Scene<'_>, trouble: &Trouble) -> Message {
    let line = match trouble {
        Trouble::Removed { channel } => line![
            "I was removed from ",
            scene.channel(channel),
            ", which the directory names. I cannot post or read there until I am invited again."
        ],
        Trouble::ScopesMissing { scopes } => line![format!(
            "Slack did not grant the app {}. What needs it does not work until the app is installed again with the manifest's scopes.",
            words::listed(scopes, "and")
        )],
        Trouble::NotHeard { since } => line![
            "I post messages and hear nothing from Slack since ",
            date(*since),
            ", not even of my own. Look whether the app's event subscriptions are on and their address is right."
        ],
        Trouble::WorkerLate => {
            line!["I do not keep up with what is due, so reminders and messages come late. The log says why."]
        }
        Trouble::HolidaysUnread { calendars } => line![
            format!(
                "I cannot read the days off in {}. The last ones that I could read count; without any, these are working days. ",
                words::listed(calendars, "and")
            ),
            Line::code("switchboard check --live"),
            " says what is wrong."
        ],
        Trouble::AppTokenRefused => line![
            "Slack refuses my app-level token, or Socket Mode is off. Without it I hear nothing of what is said, pressed or asked here. On the app's page switch Socket Mode on, or make another token with ",
            Line::code("connections:write"),
            ", set ",
            Line::code("SLACK_APP_TOKEN"),
            " and start me again. I then read the threads that I missed."
        ],
        Trouble::Deaf { since } => line![
            "I hear nothing from Slack since ",
            date(*since),
            ": no websocket can be opened. I try again twice a minute. Look whether the network lets me reach Slack and whether Slack is well; I then read the threads that I missed."
        ],
    };
    said(&line, None)
}

/// It is well again.
pub(super) fn well_again(scene: &Scene<'_>, trouble: &Trouble) -> Message {
    let line = match trouble {
        Trouble::Removed { channel } => line!["I am in ", scene.channel(channel), " again."],
        Trouble::ScopesMissing { .. } => line!["Slack grants every scope again."],
        Trouble::NotHeard { .. } => line!["I hear from Slack again."],
        Trouble::WorkerLate => line!["I keep up again with what is due."],
        Trouble::HolidaysUnread { .. } => line!["I can read all days off again."],
        Trouble::AppTokenRefused => line!["Slack takes my app-level token again, and I hear from it."],
        Trouble::Deaf { .. } => line!["I hear from Slack again; what I missed in threads I read now."],
    };
    said(&line, None)
}

/// These ids, and how many more.
pub(super) fn ids(engagements: &[EngagementId], number: usize) -> Line {
    let mut all = Line::default();
    for (index, id) in engagements.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        all = line![all, comma, Line::id(*id)];
    }
    let more = number.saturating_sub(engagements.len());
    if more == 0 { all } else { line![all, format!(" and {more} more")] }
}
