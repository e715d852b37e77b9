//! Modals and App Homes: the stack of at most three views a person has open, and what they filled in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::landed::{Landed, LandedKind};
use super::plain::Values;
use super::state::{State, View};

/// How many views a stack holds.
const MOST_VIEWS: usize = 3;

impl State {
    /// Opens a new stack for the person; what was open before is gone.
    pub fn open_view(&mut self, user: &str, body: Value, now: DateTime<Utc>) -> String {
        self.stacks.insert(user.to_owned(), Vec::new());
        self.stack_view(user, body, now)
    }

    /// Puts a view on the stack; `None` when it is full.
    pub fn push_view(&mut self, user: &str, body: Value, now: DateTime<Utc>) -> Option<String> {
        if self.stacks.get(user).is_some_and(|stack| stack.len() >= MOST_VIEWS) {
            return None;
        }
        Some(self.stack_view(user, body, now))
    }

    fn stack_view(&mut self, user: &str, body: Value, now: DateTime<Utc>) -> String {
        let id = self.ids.id("V");
        let stack = self.stacks.entry(user.to_owned()).or_default();
        let root_id = stack.first().cloned().unwrap_or_else(|| id.clone());
        let previous_id = stack.last().cloned();
        stack.push(id.clone());
        self.store_view(id.clone(), user, root_id, previous_id, body, now);
        self.land_view(&id, LandedKind::Modal, now);
        id
    }

    fn store_view(
        &mut self,
        id: String,
        user: &str,
        root_id: String,
        previous_id: Option<String>,
        mut body: Value,
        now: DateTime<Utc>,
    ) {
        if let Some(blocks) = body["blocks"].as_array_mut() {
            let mut blocks = std::mem::take(blocks);
            self.fill_ids(&mut blocks);
            body["blocks"] = json!(blocks);
        }
        let hash = self.new_hash(now);
        let values = initial_values(&body, &Values::new());
        let view = View {
            id: id.clone(),
            user: user.to_owned(),
            hash,
            root_id,
            previous_id,
            body,
            values,
            errors: BTreeMap::new(),
        };
        self.views.insert(id, view);
    }

    fn new_hash(&mut self, now: DateTime<Utc>) -> String {
        format!("{}.{:08x}", now.timestamp(), self.ids.number())
    }

    /// Replaces a view's body; what was filled in stays where block and action keep their ids.
    pub fn change_view(&mut self, id: &str, mut body: Value, now: DateTime<Utc>) {
        if let Some(blocks) = body["blocks"].as_array_mut() {
            let mut blocks = std::mem::take(blocks);
            self.fill_ids(&mut blocks);
            body["blocks"] = json!(blocks);
        }
        let hash = self.new_hash(now);
        let Some(view) = self.views.get_mut(id) else { return };
        view.values = initial_values(&body, &view.values);
        view.body = body;
        view.hash = hash;
        view.errors.clear();
        self.land_view(id, LandedKind::Modal, now);
    }

    pub fn publish_home(&mut self, user: &str, body: Value, now: DateTime<Utc>) -> String {
        let id = self.homes.get(user).cloned().unwrap_or_else(|| self.ids.id("V"));
        self.homes.insert(user.to_owned(), id.clone());
        self.store_view(id.clone(), user, id.clone(), None, body, now);
        self.land_view(&id, LandedKind::Home, now);
        id
    }

    /// Takes the top view off; the rest of the stack stays.
    pub fn pop_view(&mut self, user: &str) -> Option<View> {
        let id = self.stacks.get_mut(user)?.pop()?;
        self.views.get(&id).cloned()
    }

    /// Closes everything the person has open.
    pub fn clear_views(&mut self, user: &str) {
        self.stacks.remove(user);
    }

    /// The view the person looks at.
    pub fn top_view(&self, user: &str) -> Option<&View> {
        self.views.get(self.stacks.get(user)?.last()?)
    }

    pub fn top_view_mut(&mut self, user: &str) -> Option<&mut View> {
        self.views.get_mut(self.stacks.get(user)?.last()?)
    }

    /// A view as the person reads it.
    pub fn view_text(&self, view: &View, now: DateTime<Utc>) -> String {
        let reader = self.reader_of(&view.user, now);
        let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut lines = Vec::new();
        if view.body["type"] == "modal" {
            lines.push(format!("== {} ==", reader.object(&view.body["title"])));
        }
        lines.push(reader.blocks(blocks, &view.values));
        for (block, error) in &view.errors {
            lines.push(format!("! {}: {error}", label_of(blocks, block).unwrap_or_else(|| block.clone())));
        }
        let submit = reader.object(&view.body["submit"]);
        if !submit.is_empty() {
            lines.push(format!("({submit})"));
        }
        lines.join("\n")
    }

    fn land_view(&mut self, id: &str, kind: LandedKind, now: DateTime<Utc>) {
        let Some(view) = self.views.get(id) else { return };
        let name = self.user(&view.user).map_or_else(String::new, |user| user.name.clone());
        self.land(Landed {
            at: now,
            kind,
            place: format!("@{name}"),
            channel: String::new(),
            author: self.bot.name.clone(),
            by_bot: true,
            only_for: Some(name),
            in_thread_of: None,
            ts: id.to_owned(),
            body: self.view_text(view, now),
            notified: Vec::new(),
            looked_at: false,
        });
    }
}

fn label_of(blocks: &[Value], id: &str) -> Option<String> {
    let block = blocks.iter().find(|block| block["block_id"] == id)?;
    block["label"]["text"].as_str().map(str::to_owned)
}

/// The elements of a view or message that hold a value, with their block's id.
pub fn fields(blocks: &[Value]) -> Vec<(&Value, &Value)> {
    let mut found = Vec::new();
    for block in blocks {
        let elements: Vec<&Value> = match block["type"].as_str().unwrap_or_default() {
            "input" => vec![&block["element"]],
            "section" => vec![&block["accessory"]],
            "actions" => block["elements"].as_array().into_iter().flatten().collect(),
            _ => Vec::new(),
        };
        found.extend(
            elements
                .into_iter()
                .filter(|element| element["action_id"].is_string())
                .map(|element| (block, element)),
        );
    }
    found
}

/// Each field's value: as filled before, else its initial one, else empty.
pub fn initial_values(body: &Value, before: &Values) -> Values {
    let mut values = Values::new();
    let blocks = body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (block, element) in fields(blocks) {
        let kind = element["type"].as_str().unwrap_or_default();
        let Some(empty) = empty_value(kind) else { continue };
        let block_id = block["block_id"].as_str().unwrap_or_default();
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let kept = before.get(block_id).and_then(|actions| actions.get(action_id));
        let value = kept
            .filter(|value| value["type"] == kind)
            .cloned()
            .unwrap_or_else(|| with_initial(empty, element));
        values.entry(block_id.to_owned()).or_default().insert(action_id.to_owned(), value);
    }
    values
}

fn with_initial(mut value: Value, element: &Value) -> Value {
    let Some((key, _)) = value_key(element["type"].as_str().unwrap_or_default()) else { return value };
    let initial_key = match key {
        "value" => "initial_value".to_owned(),
        selected => selected.replacen("selected_", "initial_", 1),
    };
    if !element[&initial_key].is_null() {
        value[key] = element[&initial_key].clone();
    }
    value
}

/// Where an element keeps its value in a state, and whether it is a list.
pub fn value_key(kind: &str) -> Option<(&'static str, bool)> {
    Some(match kind {
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => ("value", false),
        "static_select" | "external_select" | "radio_buttons" => ("selected_option", false),
        "multi_static_select" | "multi_external_select" | "checkboxes" => ("selected_options", true),
        "users_select" => ("selected_user", false),
        "multi_users_select" => ("selected_users", true),
        "conversations_select" => ("selected_conversation", false),
        "multi_conversations_select" => ("selected_conversations", true),
        "channels_select" => ("selected_channel", false),
        "multi_channels_select" => ("selected_channels", true),
        "datepicker" => ("selected_date", false),
        "timepicker" => ("selected_time", false),
        "datetimepicker" => ("selected_date_time", false),
        _ => return None,
    })
}

fn empty_value(kind: &str) -> Option<Value> {
    let (key, is_list) = value_key(kind)?;
    let empty = if is_list { json!([]) } else { Value::Null };
    Some(json!({"type": kind, key: empty}))
}
