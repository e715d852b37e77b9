//! What needs an admin, once each: a message that cannot be delivered, a thread that cannot be read, names that Slack does
//! not know.

use super::blocks::said;
use super::line::{Line, line};
use super::notices::Told;
use super::words;
use crate::domain::ids::ChannelId;
use crate::slack::outgoing::Message;

/// How many unknown names are listed.
const NAMES_SHOWN: usize = 20;

/// A message could not be delivered, for good.
pub(super) fn parked(
    told: Told<'_>,
    channel: &ChannelId,
    error: &str,
    went_to: Option<&ChannelId>,
) -> Message {
    let scene = told.scene;
    let end = match went_to {
        Some(other) => {
            line!["Sent to ", scene.channel(other), " instead; the directory wants a new channel."]
        }
        None => line!["It was not sent anywhere else; the directory wants a new channel."],
    };
    let line = line![
        "Could not post ",
        Line::id(told.engagement.id),
        " in ",
        scene.channel(channel),
        format!(": {}. ", words::slack_error(error)),
        end
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
