//! Slack's text markup, taken apart: mentions, links, dates. Grammar only; nothing here knows names.

use serde_json::{Value, json};

/// One piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    User(&'a str),
    Channel {
        id: &'a str,
        label: Option<&'a str>,
    },
    Group {
        id: &'a str,
        label: Option<&'a str>,
    },
    /// `here`, `channel` or `everyone`.
    Everybody(&'a str),
    Date {
        unix: i64,
        format: &'a str,
        fallback: &'a str,
    },
    Link {
        url: &'a str,
        label: Option<&'a str>,
    },
}

/// Takes a text apart. What does not parse stays text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else { break };
        if open > 0 {
            found.push(Piece::Text(&rest[..open]));
        }
        found.push(entity(&rest[open + 1..open + length]));
        rest = &rest[open + length + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

fn entity(inner: &str) -> Piece<'_> {
    let (head, label) = match inner.split_once('|') {
        Some((head, label)) => (head, Some(label).filter(|label| !label.is_empty())),
        None => (inner, None),
    };
    if let Some(id) = head.strip_prefix('@') {
        return Piece::User(id);
    }
    if let Some(id) = head.strip_prefix('#') {
        return Piece::Channel { id, label };
    }
    if let Some(id) = head.strip_prefix("!subteam^") {
        return Piece::Group { id, label };
    }
    if let Some(date) = head.strip_prefix("!date^") {
        let mut parts = date.splitn(3, '^');
        let unix = parts.next().and_then(|unix| unix.parse().ok());
        if let (Some(unix), Some(format)) = (unix, parts.next()) {
            return Piece::Date { unix, format, fallback: label.unwrap_or_default() };
        }
        return Piece::Text(inner);
    }
    if let Some(word) = head.strip_prefix('!') {
        return Piece::Everybody(word);
    }
    Piece::Link { url: head, label }
}

/// Undoes Slack's three escapes.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Slack's three escapes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whom the text names: ids of users, and ids of groups.
pub fn mentioned(text: &str, users: &mut Vec<String>, groups: &mut Vec<String>) {
    for piece in pieces(text) {
        match piece {
            Piece::User(id) => users.push(id.to_owned()),
            Piece::Group { id, .. } => groups.push(id.to_owned()),
            Piece::Text(_)
            | Piece::Channel { .. }
            | Piece::Everybody(_)
            | Piece::Date { .. }
            | Piece::Link { .. } => {}
        }
    }
}

/// The same for blocks: every text that Slack would parse, and rich text's own elements.
pub fn mentioned_in_blocks(value: &Value, users: &mut Vec<String>, groups: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| mentioned_in_blocks(item, users, groups)),
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
            let text_of = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
            match kind {
                "mrkdwn" | "markdown" => mentioned(&text_of("text").unwrap_or_default(), users, groups),
                "user" => users.extend(text_of("user_id")),
                "usergroup" => groups.extend(text_of("usergroup_id")),
                _ => fields.values().for_each(|inner| mentioned_in_blocks(inner, users, groups)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The `rich_text` block that Slack makes of what a person typed.
pub fn rich_text(text: &str, block_id: &str) -> Value {
    let elements: Vec<Value> = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(plain) => json!({"type": "text", "text": unescape(plain)}),
            Piece::User(id) => json!({"type": "user", "user_id": id}),
            Piece::Channel { id, .. } => json!({"type": "channel", "channel_id": id}),
            Piece::Group { id, .. } => json!({"type": "usergroup", "usergroup_id": id}),
            Piece::Everybody(range) => json!({"type": "broadcast", "range": range}),
            Piece::Date { unix, format, fallback } => {
                json!({"type": "date", "timestamp": unix, "format": format, "fallback": fallback})
            }
            Piece::Link { url, label: Some(label) } => json!({"type": "link", "url": url, "text": label}),
            Piece::Link { url, label: None } => json!({"type": "link", "url": url}),
        })
        .collect();
    json!({"type": "rich_text", "block_id": block_id,
        "elements": [{"type": "rich_text_section", "elements": elements}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_apart() {
        let text = "hi <@U1|ava> in <#C1|field>, <!subteam^S1|@sme> <!here> <https://x.test|here> <!date^5^{time}|then>";
        assert_eq!(
            pieces(text),
            vec![
                Piece::Text("hi "),
                Piece::User("U1"),
                Piece::Text(" in "),
                Piece::Channel { id: "C1", label: Some("field") },
                Piece::Text(", "),
                Piece::Group { id: "S1", label: Some("@sme") },
                Piece::Text(" "),
                Piece::Everybody("here"),
                Piece::Text(" "),
                Piece::Link { url: "https://x.test", label: Some("here") },
                Piece::Text(" "),
                Piece::Date { unix: 5, format: "{time}", fallback: "then" },
            ]
        );
        assert_eq!(pieces("1 < 2"), vec![Piece::Text("1 < 2")]);
    }

    #[test]
    fn plain_text_objects_mention_nobody() {
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        let blocks = json!([
            {"type": "header", "text": {"type": "plain_text", "text": "<@U1>"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "<@U2> <!subteam^S1>"}},
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U3"}]}]}
        ]);
        mentioned_in_blocks(&blocks, &mut users, &mut groups);
        assert_eq!((users, groups), (vec!["U2".to_owned(), "U3".to_owned()], vec!["S1".to_owned()]));
    }
}
