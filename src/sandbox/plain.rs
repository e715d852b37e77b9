//! Messages and views as a person reads them, in plain text. For asserts and the demo's terminal; it
//! shows what Slack would show and never fails on odd blocks.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::mrkdwn::{Piece, pieces, unescape};
use super::state::State;

/// Seconds beyond which no date is shown, about the year 5138.
const FAR_AWAY: i64 = 100_000_000_000;

/// Values of a form by block and action.
pub type Values = BTreeMap<String, BTreeMap<String, Value>>;

/// What a reader knows: names, their time zone, and what time it is.
#[derive(Clone, Debug)]
pub struct Reader {
    users: BTreeMap<String, String>,
    channels: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    zone: Tz,
    now: DateTime<Utc>,
}

impl Reader {
    pub fn new(state: &State, zone: Tz, now: DateTime<Utc>) -> Self {
        let users = state.users.iter().map(|user| (user.id.clone(), user.display_name.clone())).collect();
        let channels =
            state.channels.iter().map(|channel| (channel.id.clone(), channel.name.clone())).collect();
        let groups = state.groups.iter().map(|group| (group.id.clone(), group.handle.clone())).collect();
        Self { users, channels, groups, zone, now }
    }

    /// The same names, read in another zone.
    pub fn in_zone(&self, zone: Tz) -> Self {
        Self { zone, ..self.clone() }
    }

    /// A text with Slack's markup.
    pub fn text(&self, text: &str) -> String {
        let mut shown = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(plain) => shown.push_str(&unescape(plain)),
                Piece::User(id) => {
                    shown.push('@');
                    shown.push_str(self.users.get(id).map_or(id, String::as_str));
                }
                Piece::Channel { id, label } => {
                    shown.push('#');
                    shown.push_str(self.channels.get(id).map_or_else(|| label.unwrap_or(id), String::as_str));
                }
                Piece::Group { id, label } => {
                    shown.push('@');
                    let fallback = || label.unwrap_or(id).trim_start_matches('@');
                    shown.push_str(self.groups.get(id).map_or_else(fallback, String::as_str));
                }
                Piece::Everybody(word) => {
                    shown.push('@');
                    shown.push_str(word);
                }
                Piece::Date { unix, format, fallback } => shown.push_str(&self.date(unix, format, fallback)),
                Piece::Link { label: Some(label), .. } => {
                    shown.push('‹');
                    shown.push_str(&unescape(label));
                    shown.push('›');
                }
                Piece::Link { url, label: None } => shown.push_str(&unescape(url)),
            }
        }
        shown
    }

    fn date(&self, unix: i64, format: &str, fallback: &str) -> String {
        // Far outside any calendar a local time cannot be computed.
        let Some(at) = DateTime::from_timestamp(unix, 0).filter(|_| unix.abs() < FAR_AWAY) else {
            return unescape(fallback);
        };
        let local = at.with_timezone(&self.zone);
        let days = (local.date_naive() - self.now.with_timezone(&self.zone).date_naive()).num_days();
        let pretty = match days {
            0 => Some("today"),
            1 => Some("tomorrow"),
            -1 => Some("yesterday"),
            _ => None,
        };
        let or_pretty =
            |pattern: &str| pretty.map_or_else(|| local.format(pattern).to_string(), str::to_owned);
        format
            .replace("{date_num}", &local.format("%Y-%m-%d").to_string())
            .replace("{date}", &local.format("%B %-d, %Y").to_string())
            .replace("{date_short}", &local.format("%b %-d, %Y").to_string())
            .replace("{date_long}", &local.format("%A, %B %-d, %Y").to_string())
            .replace("{date_pretty}", &or_pretty("%B %-d, %Y"))
            .replace("{date_short_pretty}", &or_pretty("%b %-d, %Y"))
            .replace("{date_long_pretty}", &or_pretty("%A, %B %-d, %Y"))
            .replace("{day_divider_pretty}", &or_pretty("%A, %B %-d"))
            .replace("{time}", &local.format("%H:%M").to_string())
            .replace("{time_secs}", &local.format("%H:%M:%S").to_string())
            .replace("{ago}", &ago((self.now - at).num_minutes()))
    }

    /// A whole message: its blocks, or its text when it has none.
    pub fn message(&self, text: &str, blocks: Option<&[Value]>) -> String {
        match blocks {
            Some(blocks) if !blocks.is_empty() => self.blocks(blocks, &Values::new()),
            _ => self.text(text),
        }
    }

    /// Blocks, one or more lines each; inputs show their value from `values`.
    pub fn blocks(&self, blocks: &[Value], values: &Values) -> String {
        let lines: Vec<String> =
            blocks.iter().map(|block| self.block(block, values)).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }

    fn block(&self, block: &Value, values: &Values) -> String {
        let id = block["block_id"].as_str().unwrap_or_default();
        let filled = |element: &Value| {
            let action = element["action_id"].as_str().unwrap_or_default();
            values.get(id).and_then(|actions| actions.get(action)).cloned()
        };
        let elements = || block["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
        match block["type"].as_str().unwrap_or_default() {
            "section" => self.section(block, &filled),
            "header" => format!("# {}", self.object(&block["text"])),
            "markdown" => block["text"].as_str().unwrap_or_default().to_owned(),
            "divider" => "---".to_owned(),
            "image" => format!("[image: {}]", block["alt_text"].as_str().unwrap_or_default()),
            "context" => join(elements().iter().map(|element| self.element(element, None)), " "),
            "actions" => join(elements().iter().map(|element| self.element(element, filled(element))), " "),
            "input" => self.input(block, &filled),
            "rich_text" => join(elements().iter().map(|element| self.rich(element)), "\n"),
            other => format!("[{other}]"),
        }
    }

    fn section(&self, block: &Value, filled: &dyn Fn(&Value) -> Option<Value>) -> String {
        let mut lines = vec![self.object(&block["text"])];
        lines.extend(block["fields"].as_array().into_iter().flatten().map(|field| self.object(field)));
        let accessory = &block["accessory"];
        if accessory.is_object() {
            lines.push(self.element(accessory, filled(accessory)));
        }
        join(lines.into_iter(), "\n")
    }

    fn input(&self, block: &Value, filled: &dyn Fn(&Value) -> Option<Value>) -> String {
        let element = &block["element"];
        let optional = if block["optional"].as_bool() == Some(true) { " (optional)" } else { "" };
        let field = self.element(element, filled(element));
        let hint = self.object(&block["hint"]);
        let hint = if hint.is_empty() { hint } else { format!("\n  {hint}") };
        format!("{}{optional}: {field}{hint}", self.object(&block["label"]))
    }

    /// A text object: markup only where Slack parses it.
    pub fn object(&self, object: &Value) -> String {
        let text = object["text"].as_str().unwrap_or_default();
        if object["type"] == "mrkdwn" { self.text(text) } else { unescape(text) }
    }

    fn element(&self, element: &Value, value: Option<Value>) -> String {
        let kind = element["type"].as_str().unwrap_or_default();
        let shown = value.and_then(|value| self.value(&value));
        let placeholder = || {
            let text = self.object(&element["placeholder"]);
            if text.is_empty() { "…".to_owned() } else { text }
        };
        let options = |mark: &str| {
            let labels = element["options"].as_array().into_iter().flatten();
            join(labels.map(|option| format!("{mark}{}", self.object(&option["text"]))), " · ")
        };
        match kind {
            "mrkdwn" | "plain_text" => self.object(element),
            "image" => format!("[image: {}]", element["alt_text"].as_str().unwrap_or_default()),
            "button" | "workflow_button" => format!("[{}]", self.object(&element["text"])),
            "overflow" => format!("[… {}]", options("")),
            "checkboxes" => {
                format!("{} {}", options("☐ "), shown.map(|on| format!("(on: {on})")).unwrap_or_default())
                    .trim_end()
                    .to_owned()
            }
            "radio_buttons" => {
                format!("{} {}", options("○ "), shown.map(|on| format!("(on: {on})")).unwrap_or_default())
                    .trim_end()
                    .to_owned()
            }
            "plain_text_input" | "email_text_input" | "url_text_input" | "number_input"
            | "rich_text_input" => shown.unwrap_or_else(|| format!("[{}]", placeholder())),
            _ => format!("[{} ▾]", shown.unwrap_or_else(placeholder)),
        }
    }

    /// What a filled field shows.
    pub fn value(&self, value: &Value) -> Option<String> {
        let name = |id: &Value| {
            let id = id.as_str()?;
            let name = self.users.get(id).map(|name| format!("@{name}"));
            name.or_else(|| self.channels.get(id).map(|name| format!("#{name}")))
                .or_else(|| Some(id.to_owned()))
        };
        let many = |items: &Value, each: &dyn Fn(&Value) -> Option<String>| {
            let shown: Vec<String> = items.as_array()?.iter().filter_map(each).collect();
            (!shown.is_empty()).then(|| shown.join(", "))
        };
        let option = |option: &Value| option["text"].is_object().then(|| self.object(&option["text"]));
        let fields = value.as_object()?;
        fields.iter().find_map(|(key, held)| match key.as_str() {
            "value" | "selected_date" | "selected_time" => held.as_str().map(str::to_owned),
            "selected_option" => option(held),
            "selected_options" => many(held, &option),
            "selected_user" | "selected_channel" | "selected_conversation" => name(held),
            "selected_users" | "selected_channels" | "selected_conversations" => many(held, &name),
            "selected_date_time" => held.as_i64().map(|unix| self.date(unix, "{date_num} {time}", "")),
            _ => None,
        })
    }

    fn rich(&self, element: &Value) -> String {
        let inner = || element["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |key: &str| element[key].as_str().unwrap_or_default();
        let named = |names: &BTreeMap<String, String>, key: &str| {
            names.get(text(key)).cloned().unwrap_or_else(|| text(key).to_owned())
        };
        match element["type"].as_str().unwrap_or_default() {
            "rich_text_section" | "rich_text_preformatted" => {
                inner().iter().map(|piece| self.rich(piece)).collect()
            }
            "rich_text_quote" => {
                let quoted: String = inner().iter().map(|piece| self.rich(piece)).collect();
                join(quoted.lines().map(|line| format!("> {line}")), "\n")
            }
            "rich_text_list" => join(inner().iter().map(|item| format!("• {}", self.rich(item))), "\n"),
            "text" => text("text").to_owned(),
            "link" if !text("text").is_empty() => format!("‹{}›", text("text")),
            "link" => text("url").to_owned(),
            "user" => format!("@{}", named(&self.users, "user_id")),
            "usergroup" => format!("@{}", named(&self.groups, "usergroup_id")),
            "channel" => format!("#{}", named(&self.channels, "channel_id")),
            "broadcast" => format!("@{}", text("range")),
            "emoji" => format!(":{}:", text("name")),
            "date" => {
                self.date(element["timestamp"].as_i64().unwrap_or_default(), text("format"), text("fallback"))
            }
            other => format!("[{other}]"),
        }
    }
}

fn join(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

fn ago(minutes: i64) -> String {
    let (size, unit) = match minutes.abs() {
        0 => return "now".to_owned(),
        under @ 1..60 => (under, "minute"),
        under @ 60..1440 => (under / 60, "hour"),
        over => (over / 1440, "day"),
    };
    let plural = if size == 1 { "" } else { "s" };
    if minutes > 0 { format!("{size} {unit}{plural} ago") } else { format!("in {size} {unit}{plural}") }
}
