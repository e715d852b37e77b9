//! The Events API: messages, mentions, reactions, and what changes names.
//!
//! Mentions come twice, as `app_mention` and as `message`: both carry the same key, so that whichever is committed first
//! wins. Edits never count (B2), our own messages never, and notes of Slack's (joins, topics) are nobody's words.

mod to_us;

use serde_json::Value;

use super::away;
use super::wire::Wire;
use super::{AnswerTo, Inbound, Incoming, dead, message, naming, shown};
use crate::domain::command::{Command, Edited, Reacted};
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::domain::names::Change;

/// Why our own messages are ignored; that they come at all shows that events arrive.
pub const OUR_OWN_MESSAGE: &str = "our own message";

/// The events that we subscribe to, by the names of the manifest. The messages' names end in the kind of channel.
pub const EVENTS: &[&str] = &[
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_created",
    "subteam_members_changed",
    "subteam_updated",
    "team_join",
    "user_change",
];

/// Events that Slack may send to an app with our settings, or with more, and that change nothing for us.
const NOT_OURS: &[&str] = &[
    "app_uninstalled",
    "app_rate_limited",
    "channel_created",
    "function_executed",
    "goodbye",
    "grid_migration_finished",
    "grid_migration_started",
    "member_left_channel",
    "message_metadata_deleted",
    "message_metadata_posted",
    "message_metadata_updated",
    "file_public",
    "file_shared",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
    "workflow_step_execute",
];

/// What surrounds an event.
struct Envelope<'a> {
    event: Wire<'a>,
    /// The users that are this app.
    us: Vec<UserId>,
    /// Whose installation hears it.
    team: Option<String>,
    app: Option<String>,
    id: Option<String>,
    outsider: bool,
    shared_channel: bool,
    names: &'a dyn Fn(&UserId) -> Option<String>,
}

/// A JSON body.
pub(super) fn envelope(
    value: &Value,
    names: &dyn Fn(&UserId) -> Option<String>,
    bot_user: Option<&UserId>,
) -> Inbound {
    let outer = Wire::new(value);
    match outer.str("type") {
        Some("url_verification") => match outer.text("challenge") {
            Some(challenge) => Inbound::UrlVerification { challenge },
            None => dead("a URL verification without a challenge"),
        },
        Some("app_rate_limited") => Inbound::EventsLost,
        Some("event_callback") => event(&Envelope::read(outer, names, bot_user)),
        Some(other) => dead(format!("unknown envelope {}", shown(other))),
        None => dead("no type"),
    }
}

impl<'a> Envelope<'a> {
    fn read(
        outer: Wire<'a>,
        names: &'a dyn Fn(&UserId) -> Option<String>,
        bot_user: Option<&UserId>,
    ) -> Self {
        let event = outer.at("event");
        let authorization = outer.at("authorizations").first();
        let mut us: Vec<UserId> = bot_user.cloned().into_iter().collect();
        if authorization.flag("is_bot") == Some(true)
            && let Some(user) = authorization.text("user_id")
            && !us.contains(&UserId(user.clone()))
        {
            us.push(UserId(user));
        }
        let shared_channel = outer.flag("is_ext_shared_channel") == Some(true);
        Self {
            event,
            us,
            team: authorization
                .text("team_id")
                .or_else(|| outer.text("team_id"))
                .or_else(|| authorization.text("enterprise_id"))
                .or_else(|| outer.text("enterprise_id")),
            app: outer.text("api_app_id"),
            id: outer.text("event_id"),
            outsider: is_outsider(outer, event),
            shared_channel,
            names,
        }
    }

    fn keys(&self, own: Option<String>) -> Vec<String> {
        self.id.iter().map(|id| format!("event:{id}")).chain(own).collect()
    }

    fn key_of(&self, what: &str, channel: &ChannelId, ts: &Ts) -> String {
        format!("{what}:{}:{channel}:{ts}", self.team.as_deref().unwrap_or("-"))
    }

    fn incoming(&self, keys: Vec<String>, command: Command, by: Option<UserId>, answer: AnswerTo) -> Inbound {
        Inbound::Command(Box::new(Incoming {
            team: self.team.clone(),
            keys,
            command,
            answer,
            by,
            outsider: self.outsider,
            shared_channel: self.shared_channel,
        }))
    }
}

/// Whether the author is of another organisation. Only where Slack does not rule it out: inside one organisation people of
/// other workspaces are colleagues.
fn is_outsider(outer: Wire<'_>, event: Wire<'_>) -> bool {
    if outer.flag("is_ext_shared_channel") == Some(false) {
        return false;
    }
    let message = if event.at("message").is_there() { event.at("message") } else { event };
    let Some(theirs) =
        message.text("user_team").or_else(|| message.text("source_team")).or_else(|| message.text("team"))
    else {
        return false;
    };
    let mut ours: Vec<String> = outer
        .at("authorizations")
        .items()
        .flat_map(|authorization| [authorization.text("team_id"), authorization.text("enterprise_id")])
        .flatten()
        .collect();
    if ours.is_empty() {
        ours.extend(outer.text("team_id"));
        ours.extend(outer.text("enterprise_id"));
    }
    !ours.is_empty() && !ours.contains(&theirs)
}

fn event(envelope: &Envelope<'_>) -> Inbound {
    let Some(kind) = envelope.event.str("type") else {
        return dead("an event without a type");
    };
    match kind {
        "message" | "app_mention" => said(envelope, kind == "app_mention"),
        "reaction_added" | "reaction_removed" => reaction(envelope, kind == "reaction_added"),
        "member_joined_channel" => joined(envelope),
        "app_home_opened" => home_opened(envelope),
        "channel_left" | "group_left" => match channel(envelope.event) {
            Some(channel) => names(envelope, Change::Membership { channel, joined: false }),
            None => dead("we left a channel without an id"),
        },
        // The first three tell of a status; whoever hears more than one of them asks once.
        "user_change" | "user_profile_changed" | "user_status_changed" | "team_join" => person(envelope),
        "subteam_created" | "subteam_updated" => names(envelope, naming::group(envelope.event)),
        "subteam_members_changed" => names(envelope, naming::members(envelope.event)),
        "channel_id_changed" => names(envelope, naming::renumbered(envelope.event)),
        _ if kind.starts_with("channel_") || kind.starts_with("group_") => renamed(envelope, kind),
        _ if NOT_OURS.contains(&kind) => Inbound::Ignored { why: "an event that changes nothing for us" },
        _ => dead(format!("unknown event {}", shown(kind))),
    }
}

/// Somebody changed: their name, their zone, or their status.
fn person(envelope: &Envelope<'_>) -> Inbound {
    let Some(user) = envelope.event.id("user") else { return dead("a person without an id") };
    let change = naming::person(envelope.event, envelope.team.as_deref());
    let status = away::status(UserId(user), envelope.event);
    Inbound::NamesChanged { change, status, keys: envelope.keys(None) }
}

fn names(envelope: &Envelope<'_>, change: Change) -> Inbound {
    Inbound::NamesChanged { change, status: None, keys: envelope.keys(None) }
}

fn channel(event: Wire<'_>) -> Option<ChannelId> {
    event.id("channel").map(ChannelId)
}

fn renamed(envelope: &Envelope<'_>, kind: &str) -> Inbound {
    if NOT_OURS.contains(&kind) {
        return Inbound::Ignored { why: "an event that changes nothing for us" };
    }
    if !EVENTS.contains(&kind) {
        return dead(format!("unknown event {}", shown(kind)));
    }
    match channel(envelope.event) {
        Some(channel) => names(envelope, naming::channel(envelope.event, kind, channel)),
        None => dead("a channel without an id"),
    }
}

fn joined(envelope: &Envelope<'_>) -> Inbound {
    let event = envelope.event;
    let (Some(user), Some(channel)) = (event.id("user").map(UserId), channel(event)) else {
        return dead("a join without a person or a channel");
    };
    if envelope.us.contains(&user) {
        return names(envelope, Change::Membership { channel, joined: true });
    }
    Inbound::Ignored { why: "somebody else joined a channel" }
}

/// The Home tab is looked at; the tab with the direct messages is nothing to us.
fn home_opened(envelope: &Envelope<'_>) -> Inbound {
    let event = envelope.event;
    if event.str("tab").is_some_and(|tab| tab != "home") {
        return Inbound::Ignored { why: "another tab than Home" };
    }
    match event.id("user").map(UserId) {
        Some(user) => {
            let has_view = event.at("view").is_there();
            Inbound::HomeOpened { user, has_view, outsider: envelope.outsider }
        }
        None => dead("a Home that nobody opened"),
    }
}

fn reaction(envelope: &Envelope<'_>, added: bool) -> Inbound {
    let event = envelope.event;
    let item = event.at("item");
    if item.str("type").is_some_and(|kind| kind != "message") {
        return Inbound::Ignored { why: "a reaction to something that is no message" };
    }
    let found = (event.id("user"), event.str("reaction"), item.id("channel"), item.text("ts"));
    let (Some(by), Some(reaction), Some(channel), Some(ts)) = found else {
        return dead("a reaction without a person, a name or a message");
    };
    let by = UserId(by);
    if envelope.us.contains(&by) {
        return Inbound::Ignored { why: "our own reaction" };
    }
    // Skin tones come as `thumbsup::skin-tone-2`.
    let emoji = reaction.split("::").next().unwrap_or(reaction).to_owned();
    let reacted = Reacted { channel: ChannelId(channel), ts: Ts(ts), by: by.clone(), emoji, added };
    envelope.incoming(envelope.keys(None), Command::Reacted(reacted), Some(by), AnswerTo::Nowhere)
}

fn said(envelope: &Envelope<'_>, is_mention: bool) -> Inbound {
    let event = envelope.event;
    match event.str("subtype") {
        subtype if message::is_written(subtype) => written(envelope, is_mention),
        Some("message_deleted") => deleted(envelope, event.text("deleted_ts")),
        // A deleted message that has replies stays as a tombstone.
        Some("message_changed") if event.at("message").str("subtype") == Some("tombstone") => {
            deleted(envelope, event.at("message").text("ts"))
        }
        Some("message_changed") => edited(envelope),
        Some(_) | None => Inbound::Ignored { why: "a note of Slack's" },
    }
}

/// Somebody changed their words. Cards that we draw again come as edits, too, and so does a preview of a link.
fn edited(envelope: &Envelope<'_>) -> Inbound {
    let (event, none) =
        (envelope.event, Inbound::Ignored { why: "an edit that changes no words of anybody's" });
    let app =
        event.at("message").text("app_id").or_else(|| event.at("message").at("bot_profile").text("app_id"));
    if app.is_some() && app == envelope.app {
        return none;
    }
    let Some(channel) = channel(event) else { return dead("an edit without a channel") };
    let read = |what| message::read(channel.clone(), event.at(what), envelope.names, &us_in(envelope, false));
    let (Some((old, links_before)), Some((new, links_after))) = (read("previous_message"), read("message"))
    else {
        return none;
    };
    if old.text == new.text || new.by.as_ref().is_some_and(|by| envelope.us.contains(by)) {
        return none;
    }
    let edited = Edited {
        channel,
        ts: new.ts,
        by: new.by,
        before: old.text,
        after: new.text,
        links_before: links_before.links,
        links_after: links_after.links,
    };
    envelope.incoming(envelope.keys(None), Command::Edited(Box::new(edited)), None, AnswerTo::Nowhere)
}

fn deleted(envelope: &Envelope<'_>, ts: Option<String>) -> Inbound {
    let (Some(channel), Some(ts)) = (channel(envelope.event), ts.map(Ts)) else {
        return dead("a deletion without a channel or a message");
    };
    let keys = envelope.keys(Some(envelope.key_of("deleted", &channel, &ts)));
    envelope.incoming(keys, Command::Deleted { channel, ts }, None, AnswerTo::Nowhere)
}

/// A message that somebody wrote: an ask of us, a word about ourselves, or something overheard.
fn written(envelope: &Envelope<'_>, is_mention: bool) -> Inbound {
    let event = envelope.event;
    let user = event.id("user").map(UserId);
    let app = event.text("app_id").or_else(|| event.at("bot_profile").text("app_id"));
    if user.as_ref().is_some_and(|user| envelope.us.contains(user)) || (app.is_some() && app == envelope.app)
    {
        return Inbound::Ignored { why: OUR_OWN_MESSAGE };
    }
    let us = us_in(envelope, is_mention);
    let read = channel(event).and_then(|channel| message::read(channel, event, envelope.names, &us));
    let Some((mut heard, read)) = read else {
        return dead("a message without a channel or a timestamp");
    };
    heard.mentions_us |= is_mention;
    let keys = envelope.keys(Some(envelope.key_of("message", &heard.channel, &heard.ts)));
    match heard.by.clone() {
        Some(by) => to_us::said(envelope, by, to_us::Words { heard, read, keys, is_mention }),
        None if heard.bot.is_none() => dead("a message by nobody"),
        None => envelope.incoming(keys, Command::Heard(heard), None, AnswerTo::Nowhere),
    }
}

/// Who is us in a text: where nobody told us yet, a mention of the app can only be the first one in it.
fn us_in(envelope: &Envelope<'_>, is_mention: bool) -> Vec<UserId> {
    if !envelope.us.is_empty() || !is_mention {
        return envelope.us.clone();
    }
    let text = message::marked_up(envelope.event);
    let first = text.split("<@").nth(1).and_then(|rest| rest.split(['>', '|']).next());
    first.map(UserId::from).into_iter().collect()
}
