//! One message of Slack's, from an event or from a thread that was read.
//!
//! What counts as somebody's words: joins, topics and other notes of Slack's do not (B2).

use std::borrow::Cow;

use serde_json::Value;

use super::markup::{Plain, plain};
use super::wire::Wire;
use crate::domain::command::Heard;
use crate::domain::ids::{ChannelId, Ts, UserId};

/// Slack's own user: it writes as a person does, and is none.
const SLACKBOT: &str = "USLACKBOT";

/// Subtypes under which people and bots write; every other one is a note of Slack's.
pub(super) fn is_written(subtype: Option<&str>) -> bool {
    matches!(subtype, None | Some("thread_broadcast" | "file_share" | "bot_message" | "me_message"))
}

/// A message as `conversations.replies` and `conversations.history` return it; `None` where it has no timestamp. `us` are
/// the users that are this app.
pub fn heard(
    channel: &ChannelId,
    message: &Value,
    names: &dyn Fn(&UserId) -> Option<String>,
    us: &[UserId],
) -> Option<Heard> {
    read(channel.clone(), Wire::new(message), names, us).map(|(heard, _)| heard)
}

/// A message, and what its text holds.
pub(super) fn read(
    channel: ChannelId,
    message: Wire<'_>,
    names: &dyn Fn(&UserId) -> Option<String>,
    us: &[UserId],
) -> Option<(Heard, Plain)> {
    let ts = Ts(message.text("ts")?);
    let user = message.id("user");
    let is_slackbot = user.as_deref() == Some(SLACKBOT);
    let bot = message.text("bot_id").or_else(|| user.clone().filter(|_| is_slackbot));
    let mut read = plain(&marked_up(message), names, us);
    let types_command = read.take_command();
    let heard = Heard {
        channel,
        // A message that began a thread carries its own timestamp as the thread's.
        thread: message.text("thread_ts").map(Ts).filter(|root| *root != ts),
        ts,
        by: user.map(UserId).filter(|_| bot.is_none()),
        bot,
        text: read.text.clone(),
        mentions: read.mentions.clone(),
        mentions_us: read.mentions_us,
        is_note: !is_written(message.str("subtype")),
        thread_by: message.id("parent_user_id").map(UserId),
        types_command,
    };
    Some((heard, read))
}

/// A message's text; where it has none, the text of its blocks and attachments: forms and workflows may post like that.
pub(super) fn marked_up(message: Wire<'_>) -> Cow<'_, str> {
    let text = message.str("text").unwrap_or_default();
    if !text.trim().is_empty() {
        return Cow::Borrowed(text);
    }
    let mut parts = Vec::new();
    for block in message.at("blocks").items() {
        spoken(block, &mut parts);
    }
    for attachment in message.at("attachments").items() {
        let text = attachment.str("text").or_else(|| attachment.str("fallback"));
        parts.extend(text.map(ToOwned::to_owned));
    }
    Cow::Owned(parts.join("\n"))
}

/// The words of a section, a header or a rich text.
fn spoken(block: Wire<'_>, parts: &mut Vec<String>) {
    if let Some(text) = block.at("text").str("text") {
        parts.push(text.to_owned());
    }
    parts.extend(block.at("fields").items().filter_map(|field| field.str("text")).map(ToOwned::to_owned));
    if block.str("type") == Some("rich_text") {
        let mut text = String::new();
        rich(block, &mut text);
        parts.push(text);
    }
}

/// The words of a rich text, in the mark-up of messages: its own text is not escaped.
fn rich(element: Wire<'_>, text: &mut String) {
    for inner in element.at("elements").items() {
        match inner.str("type") {
            Some("user") => token("@", inner.text("user_id"), text),
            Some("channel") => token("#", inner.text("channel_id"), text),
            Some("link") => token("", inner.text("url"), text),
            Some("text") => text.push_str(&escaped(inner.str("text").unwrap_or_default())),
            Some(_) | None => {
                rich(inner, text);
                if inner.at("elements").is_there() {
                    text.push('\n');
                }
            }
        }
    }
}

/// `<@U1>`, `<#C1>` or `<https://…>`.
fn token(sign: &str, target: Option<String>, text: &mut String) {
    for part in ["<", sign, &escaped(&target.unwrap_or_default()), ">"] {
        text.push_str(part);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: &Value) -> Option<Heard> {
        heard(&ChannelId::from("C1"), message, &|_| None, &[UserId::from("UBOT")])
    }

    #[test]
    fn a_thread_that_was_read_tells_people_bots_and_notes_apart() {
        let person =
            read(&json!({"ts": "2.1", "thread_ts": "1.1", "user": "U1", "text": "<@UBOT> hi"})).unwrap();
        assert_eq!((person.by, person.thread), (Some(UserId::from("U1")), Some(Ts::from("1.1"))));
        assert_eq!((person.text.as_str(), person.mentions_us, person.is_note), ("hi", true, false));
        let bot = read(&json!({"ts": "1.1", "thread_ts": "1.1", "user": "U9", "bot_id": "B9", "text": "x"}))
            .unwrap();
        assert_eq!((bot.by, bot.bot.as_deref(), bot.thread), (None, Some("B9"), None));
        let slack = read(&json!({"ts": "1.1", "user": "USLACKBOT", "text": "Reminder"})).unwrap();
        assert_eq!((slack.by, slack.bot.as_deref()), (None, Some("USLACKBOT")));
        let note =
            read(&json!({"ts": "1.1", "user": "U1", "subtype": "channel_join", "text": "joined"})).unwrap();
        assert!(note.is_note);
        assert_eq!(read(&json!({"text": "no timestamp"})), None);
    }

    #[test]
    fn words_are_found_in_blocks_where_the_text_is_empty() {
        let rich = json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "is a < b & c, "}, {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "x"}
        ]}]}]);
        let section = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "How &amp; why?"},
            "fields": [{"type": "mrkdwn", "text": "Area: CI"}]}]);
        for (message, text) in [
            (json!({"ts": "1.1", "text": "seen", "blocks": section}), "seen"),
            (json!({"ts": "1.1", "text": "", "blocks": section}), "How & why?\nArea: CI"),
            (json!({"ts": "1.1", "blocks": rich}), "is a < b & c, @someone"),
            (json!({"ts": "1.1", "attachments": [{"fallback": "How?"}, {"text": "Why?"}]}), "How?\nWhy?"),
            (json!({"ts": "1.1"}), ""),
        ] {
            assert_eq!(read(&message).unwrap().text, text, "{message}");
        }
    }
}
