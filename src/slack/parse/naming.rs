//! Events that change names: people, channels, user groups. What an event tells whole is followed at once; of what it tells in
//! part it is only said that something changed, so that Slack is asked.

use super::wire::Wire;
use crate::domain::ids::{ChannelId, GroupId, UserId};
use crate::domain::names::Change;
use crate::slack::client;

/// Somebody came, was renamed, moved, or left.
pub(super) fn person(event: Wire<'_>, team: Option<&str>) -> Change {
    let read = event.at("user").value().and_then(|user| client::person(user, team.unwrap_or_default()));
    read.map_or(Change::Unclear, |person| Change::Person(Box::new(person)))
}

/// What became of a channel, by the name of its event.
pub(super) fn channel(event: Wire<'_>, kind: &str, channel: ChannelId) -> Change {
    match kind {
        "channel_rename" | "group_rename" => match event.at("channel").text("name") {
            Some(name) => Change::Renamed { channel, name },
            None => Change::Unclear,
        },
        "channel_archive" | "group_archive" => Change::Archived { channel, archived: true },
        "channel_unarchive" | "group_unarchive" => Change::Archived { channel, archived: false },
        "channel_deleted" | "group_deleted" => Change::Deleted { channel },
        "channel_shared" => Change::Shared { channel },
        // With whom it is still shared is not said.
        _ => Change::Unclear,
    }
}

/// A channel got another id.
pub(super) fn renumbered(event: Wire<'_>) -> Change {
    match (event.text("old_channel_id"), event.text("new_channel_id")) {
        (Some(from), Some(to)) => Change::Renumbered { from: ChannelId(from), to: ChannelId(to) },
        (Some(_) | None, _) => Change::Unclear,
    }
}

/// A user group was made, renamed, filled anew or switched off. Of a large one Slack tells fewer members than it has.
pub(super) fn group(event: Wire<'_>) -> Change {
    let group = event.at("subteam");
    let (Some(id), Some(handle)) = (group.text("id").map(GroupId), group.text("handle")) else {
        return Change::Unclear;
    };
    if group.text("date_delete").is_some_and(|at| at != "0") {
        return Change::GroupGone { group: id };
    }
    let members = group.at("users").is_there().then(|| people(group, "users"));
    if members.as_ref().is_some_and(|told| !is_all(group, "user_count", told)) {
        return Change::Unclear;
    }
    Change::Group { group: id, handle, members }
}

/// People came into a user group, or went.
pub(super) fn members(event: Wire<'_>) -> Change {
    let (added, removed) = (people(event, "added_users"), people(event, "removed_users"));
    let is_all = is_all(event, "added_users_count", &added) && is_all(event, "removed_users_count", &removed);
    match event.text("subteam_id") {
        Some(id) if is_all && !(added.is_empty() && removed.is_empty()) => {
            Change::Members { group: GroupId(id), added, removed }
        }
        Some(_) | None => Change::Unclear,
    }
}

fn people(of: Wire<'_>, key: &str) -> Vec<UserId> {
    of.at(key).items().filter_map(|item| Some(UserId::from(item.value()?.as_str()?))).collect()
}

/// Whether as many were told as there are, as far as their number is told.
fn is_all(of: Wire<'_>, count: &str, told: &[UserId]) -> bool {
    of.text(count).and_then(|count| count.parse::<usize>().ok()).is_none_or(|count| count == told.len())
}
