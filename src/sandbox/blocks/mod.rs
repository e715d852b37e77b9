//! Block Kit's limits, checked as strictly as Slack does, for messages and views. Every finding names
//! the JSON pointer of the culprit; an empty list means that Slack would take it.

mod elements;
mod keys;
#[cfg(test)]
mod tests;

pub use elements::check_suggestions;

use std::collections::BTreeSet;

use serde_json::Value;

/// Where blocks are shown; it decides which blocks and how many are allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    fn most_blocks(self) -> usize {
        match self {
            Self::Message => 50,
            Self::Modal | Self::Home => 100,
        }
    }
}

/// The longest total of a message's texts in blocks, as seen in practice.
pub const MOST_CHARACTERS: usize = 13_200;

/// The findings of one check.
pub struct Check {
    surface: Surface,
    block_ids: BTreeSet<String>,
    action_ids: BTreeSet<(String, String)>,
    pub(super) findings: Vec<String>,
}

/// Checks the blocks of a message or view.
pub fn check(blocks: &[Value], surface: Surface) -> Vec<String> {
    let mut check =
        Check { surface, block_ids: BTreeSet::new(), action_ids: BTreeSet::new(), findings: Vec::new() };
    if blocks.len() > surface.most_blocks() {
        check.find(&format!("no more than {} items allowed", surface.most_blocks()), "/blocks");
    }
    for (position, block) in blocks.iter().enumerate() {
        check.block(block, &format!("/blocks/{position}"));
    }
    let markdown: usize =
        blocks.iter().filter(|block| block["type"] == "markdown").map(|b| length(&b["text"])).sum();
    if markdown > 12_000 {
        check.find("markdown blocks must be less than 12001 characters together", "/blocks");
    }
    check.findings
}

/// Checks a whole view: its own fields, then its blocks.
pub fn check_view(view: &Value) -> Vec<String> {
    let surface = match view["type"].as_str() {
        Some("modal") => Surface::Modal,
        Some("home") => Surface::Home,
        _ => return vec![finding("must be `modal` or `home`", "/view/type")],
    };
    let mut outer =
        Check { surface, block_ids: BTreeSet::new(), action_ids: BTreeSet::new(), findings: Vec::new() };
    if surface == Surface::Modal {
        outer.text(&view["title"], "/view/title", 24, TextKind::Plain);
        for key in ["submit", "close"] {
            if !view[key].is_null() {
                outer.text(&view[key], &format!("/view/{key}"), 24, TextKind::Plain);
            }
        }
    }
    outer.known_keys(view, view["type"].as_str().unwrap_or_default(), "/view");
    outer.optional_string(view, "/view", "private_metadata", 3000);
    outer.optional_string(view, "/view", "callback_id", 255);
    outer.optional_string(view, "/view", "external_id", 255);
    let Some(blocks) = view["blocks"].as_array() else {
        outer.find("missing required field: blocks", "/view");
        return outer.findings;
    };
    let has_input = blocks.iter().any(|block| block["type"] == "input");
    if surface == Surface::Modal && has_input && view["submit"].is_null() {
        outer.find("missing required field: submit (the view has inputs)", "/view");
    }
    outer
        .findings
        .extend(check(blocks, surface).into_iter().map(|found| found.replace("pointer:/", "pointer:/view/")));
    outer.findings
}

/// How many characters a message's blocks show, for the limit on the whole.
pub fn characters(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(characters).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(
                |(key, inner)| {
                    if key == "text" && inner.is_string() { length(inner) } else { characters(inner) }
                },
            )
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Plain,
    Any,
}

fn length(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.chars().count())
}

fn finding(what: &str, pointer: &str) -> String {
    format!("[ERROR] {what} [json-pointer:{pointer}]")
}

impl Check {
    fn find(&mut self, what: &str, pointer: &str) {
        self.findings.push(finding(what, pointer));
    }

    fn block(&mut self, block: &Value, at: &str) {
        if !block.is_object() {
            return self.find("must be an object", at);
        }
        self.block_id(block, at);
        self.known_keys(block, block["type"].as_str().unwrap_or_default(), at);
        match block["type"].as_str().unwrap_or_default() {
            "section" => self.section(block, at),
            "header" => self.text(&block["text"], &format!("{at}/text"), 150, TextKind::Plain),
            "divider" | "rich_text" | "file" | "video" | "table" | "context_actions" | "call" => {}
            "context" => self.context(block, at),
            "actions" => self.actions(block, at),
            "image" => self.image(block, at),
            "input" => self.input(block, at),
            "markdown" if self.surface == Surface::Message => self.string(block, at, "text", 12_000),
            other => self.find(&format!("unsupported type: {other}"), &format!("{at}/type")),
        }
    }

    fn block_id(&mut self, block: &Value, at: &str) {
        self.optional_string(block, at, "block_id", 255);
        let Some(id) = block["block_id"].as_str() else { return };
        if !id.is_empty() && !self.block_ids.insert(id.to_owned()) {
            self.find(&format!("block_id already exists: {id}"), &format!("{at}/block_id"));
        }
    }

    fn section(&mut self, block: &Value, at: &str) {
        if block["text"].is_null() && block["fields"].is_null() {
            return self.find("missing required field: text or fields", at);
        }
        if !block["text"].is_null() {
            self.text(&block["text"], &format!("{at}/text"), 3000, TextKind::Any);
        }
        if !block["fields"].is_null() {
            let fields = self.items(block, at, "fields", 10);
            for (position, field) in fields.iter().enumerate() {
                self.text(field, &format!("{at}/fields/{position}"), 2000, TextKind::Any);
            }
        }
        if !block["accessory"].is_null() {
            self.element(&block["accessory"], block, &format!("{at}/accessory"), elements::Place::Accessory);
        }
    }

    fn context(&mut self, block: &Value, at: &str) {
        for (position, element) in self.items(block, at, "elements", 10).iter().enumerate() {
            let at = format!("{at}/elements/{position}");
            match element["type"].as_str().unwrap_or_default() {
                "image" => self.image(element, &at),
                _ => self.text(element, &at, 3000, TextKind::Any),
            }
        }
    }

    fn actions(&mut self, block: &Value, at: &str) {
        for (position, element) in self.items(block, at, "elements", 25).iter().enumerate() {
            self.element(element, block, &format!("{at}/elements/{position}"), elements::Place::Actions);
        }
    }

    fn image(&mut self, block: &Value, at: &str) {
        self.string(block, at, "alt_text", 2000);
        if block["slack_file"].is_null() {
            self.string(block, at, "image_url", 3000);
        }
    }

    fn input(&mut self, block: &Value, at: &str) {
        self.text(&block["label"], &format!("{at}/label"), 2000, TextKind::Plain);
        if !block["hint"].is_null() {
            self.text(&block["hint"], &format!("{at}/hint"), 2000, TextKind::Plain);
        }
        self.element(&block["element"], block, &format!("{at}/element"), elements::Place::Input);
    }

    fn known_keys(&mut self, object: &Value, kind: &str, at: &str) {
        let (Some(known), Some(fields)) = (keys::known(kind), object.as_object()) else { return };
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            self.find(&format!("invalid additional property: {key}"), at);
        }
    }

    /// A text object of the right kind, not empty and not too long.
    fn text(&mut self, object: &Value, at: &str, most: usize, kind: TextKind) {
        let found = object["type"].as_str().unwrap_or_default();
        let allowed = match kind {
            TextKind::Plain => found == "plain_text",
            TextKind::Any => found == "plain_text" || found == "mrkdwn",
        };
        if !object.is_object() {
            return self.find("missing required text object", at);
        }
        if !allowed {
            return self.find(&format!("text type not allowed here: {found}"), &format!("{at}/type"));
        }
        self.known_keys(object, found, at);
        self.string(object, at, "text", most);
    }

    /// A required string, not empty and not too long.
    fn string(&mut self, object: &Value, at: &str, key: &str, most: usize) {
        match object[key].as_str() {
            None => self.find(&format!("missing required field: {key}"), at),
            Some("") => self.find("must be more than 0 characters", &format!("{at}/{key}")),
            Some(_) => self.optional_string(object, at, key, most),
        }
    }

    fn optional_string(&mut self, object: &Value, at: &str, key: &str, most: usize) {
        match &object[key] {
            Value::Null => {}
            Value::String(_) if length(&object[key]) <= most => {}
            Value::String(_) => {
                self.find(&format!("must be less than {} characters", most + 1), &format!("{at}/{key}"));
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.find("must be a string", &format!("{at}/{key}"));
            }
        }
    }

    /// A required list of one to `most`.
    fn items<'a>(&mut self, object: &'a Value, at: &str, key: &str, most: usize) -> &'a [Value] {
        let Some(items) = object[key].as_array() else {
            self.find(&format!("missing required field: {key}"), at);
            return &[];
        };
        if items.is_empty() {
            self.find("no fewer than 1 items allowed", &format!("{at}/{key}"));
        }
        if items.len() > most {
            self.find(&format!("no more than {most} items allowed"), &format!("{at}/{key}"));
        }
        items
    }
}
