//! Filling a form: finding a field by its label, turning what a person means into the field's value,
//! type-ahead of external menus.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use serde_json::{Value, json};

use super::interact::payload_form;
use super::people::{NotPossible, Person, not_possible};
use super::state::{State, View};
use super::views::{fields, value_key};

/// What goes into a field: text, an instant, or several texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Text; for menus the option's text, for people and channels `@name` and `#name`.
    Text(String),
    /// An instant, for `datetimepicker`.
    At(DateTime<Utc>),
    /// Several, for checkboxes and menus with many choices.
    Many(Vec<String>),
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Input {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<DateTime<Utc>> for Input {
    fn from(at: DateTime<Utc>) -> Self {
        Self::At(at)
    }
}

impl<const N: usize> From<[&str; N]> for Input {
    fn from(texts: [&str; N]) -> Self {
        Self::Many(texts.iter().map(|text| (*text).to_owned()).collect())
    }
}

impl Person {
    /// Fills a field, found by label, `block_id` or `action_id`. Fields that dispatch send their action.
    pub async fn fill(&self, field: &str, input: impl Into<Input>) -> Result<(), NotPossible> {
        let (view, block, element) = self.field(field)?;
        let kind = element["type"].as_str().unwrap_or_default().to_owned();
        let input = input.into();
        let value = if kind.ends_with("external_select") {
            self.pick_external(&view, &block, &element, &input).await?
        } else {
            let state = self.workspace.0.state();
            value_of(&state, &self.id_in(&state)?, &element, &input)?
        };
        let block_id = block["block_id"].as_str().unwrap_or_default().to_owned();
        let action_id = element["action_id"].as_str().unwrap_or_default().to_owned();
        {
            let mut state = self.workspace.0.state();
            let user = self.id_in(&state)?;
            let Some(open) = state.top_view_mut(&user).filter(|open| open.id == view.id) else {
                return not_possible("the view changed meanwhile");
            };
            open.errors.remove(&block_id);
            open.values.entry(block_id.clone()).or_default().insert(action_id, value);
        }
        let dispatches = block["type"] != "input" || block["dispatch_action"] == true;
        if dispatches {
            self.acted_in_view(&view.id, &block_id, &element).await?;
        }
        Ok(())
    }

    fn id_in(&self, state: &State) -> Result<String, NotPossible> {
        let found = state.user_named(self.name()).map(|user| user.id.clone());
        found.ok_or_else(|| NotPossible(format!("nobody is called {}", self.name())))
    }

    /// The open view, and the block and element that a label or id names.
    fn field(&self, field: &str) -> Result<(View, Value, Value), NotPossible> {
        let user = self.id()?;
        self.workspace.look_at_views_of(&user);
        let view = self.workspace.0.state().top_view(&user).cloned();
        let Some(view) = view else { return not_possible(format!("{} has no view open", self.name())) };
        let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named = fields(blocks).into_iter().find(|(block, element)| {
            let label = block["label"]["text"].as_str() == Some(field);
            let text = block["type"] == "section" && block["text"]["text"].as_str() == Some(field);
            label || text || block["block_id"] == field || element["action_id"] == field
        });
        match named {
            Some((block, element)) => Ok((view.clone(), block.clone(), element.clone())),
            None => not_possible(format!(
                "no field “{field}” in “{}”",
                view.body["title"]["text"].as_str().unwrap_or_default()
            )),
        }
    }

    /// Types into an external menu; the texts of the options that the bot offers.
    pub async fn type_ahead(&self, field: &str, query: &str) -> Result<Vec<String>, NotPossible> {
        let (view, block, element) = self.field(field)?;
        let options = self.suggestions(&view, &block, &element, query).await?;
        Ok(options.iter().filter_map(|option| option["text"]["text"].as_str().map(str::to_owned)).collect())
    }

    async fn pick_external(
        &self,
        view: &View,
        block: &Value,
        element: &Value,
        input: &Input,
    ) -> Result<Value, NotPossible> {
        let kind = element["type"].as_str().unwrap_or_default();
        let wanted: Vec<&str> = match input {
            Input::Text(text) => vec![text],
            Input::Many(texts) => texts.iter().map(String::as_str).collect(),
            Input::At(_) => return not_possible("a menu takes no instant"),
        };
        let mut picked = Vec::new();
        for text in wanted {
            let options = self.suggestions(view, block, element, text).await?;
            let offered = || {
                options
                    .iter()
                    .filter_map(|option| option["text"]["text"].as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let Some(option) = options.iter().find(|option| option["text"]["text"] == text) else {
                return not_possible(format!("“{text}” is not offered; offered: {}", offered()));
            };
            picked.push(option.clone());
        }
        match value_key(kind) {
            Some((key, true)) => Ok(json!({"type": kind, key: picked})),
            _ => Ok(json!({"type": kind, "selected_option": picked.first()})),
        }
    }

    async fn suggestions(
        &self,
        view: &View,
        block: &Value,
        element: &Value,
        query: &str,
    ) -> Result<Vec<Value>, NotPossible> {
        if !element["type"].as_str().unwrap_or_default().ends_with("external_select") {
            return not_possible("that field has no type-ahead");
        }
        let least = element["min_query_length"].as_u64().unwrap_or(3);
        if (query.chars().count() as u64) < least {
            return Ok(Vec::new());
        }
        let payload = {
            let state = self.workspace.0.state();
            let user = self.id_in(&state)?;
            let mut payload = state.interaction("block_suggestion", &user, "");
            if let Some(fields) = payload.as_object_mut() {
                fields.remove("trigger_id");
            }
            payload["action_id"] = element["action_id"].clone();
            payload["block_id"] = block["block_id"].clone();
            payload["value"] = json!(query);
            payload["container"] = json!({"type": "view", "view_id": view.id});
            payload["view"] = state.view_json(view);
            payload
        };
        let reply = self.workspace.0.post_form(false, payload_form(&payload)).await;
        let reply = reply.map_err(|reason| NotPossible(format!("the options did not load: {reason}")))?;
        let answer: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let findings = super::blocks::check_suggestions(&answer);
        if reply.status != 200 || !findings.is_empty() {
            return not_possible(format!(
                "the options did not load: {} {}",
                reply.status,
                findings.join(" ")
            ));
        }
        let groups = answer["option_groups"].as_array().into_iter().flatten();
        let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
        Ok(answer["options"].as_array().into_iter().flatten().chain(grouped).cloned().collect())
    }
}

/// The value that an input becomes in the view's state.
fn value_of(state: &State, user: &str, element: &Value, input: &Input) -> Result<Value, NotPossible> {
    let kind = element["type"].as_str().unwrap_or_default();
    let Some((key, is_list)) = value_key(kind) else { return not_possible(format!("cannot fill a {kind}")) };
    let held = match (key, input) {
        ("selected_date_time", Input::At(at)) => json!(at.timestamp()),
        ("selected_date_time", Input::Text(text)) => json!(local_time(state, user, text)?),
        (_, Input::At(_)) => return not_possible(format!("a {kind} takes no instant")),
        (_, Input::Text(text)) if text.is_empty() => {
            if is_list {
                json!([])
            } else {
                Value::Null
            }
        }
        (_, Input::Text(text)) if is_list => json!([one(state, kind, element, text)?]),
        (_, Input::Text(text)) => one(state, kind, element, text)?,
        (_, Input::Many(texts)) if is_list => texts
            .iter()
            .map(|text| one(state, kind, element, text))
            .collect::<Result<Value, NotPossible>>()?,
        (_, Input::Many(_)) => return not_possible(format!("a {kind} takes one")),
    };
    Ok(json!({"type": kind, key: held}))
}

fn one(state: &State, kind: &str, element: &Value, text: &str) -> Result<Value, NotPossible> {
    let unknown = || NotPossible(format!("“{text}” is not there to pick"));
    if kind.ends_with("users_select") {
        return Ok(json!(state.user_named(text).ok_or_else(unknown)?.id));
    }
    if kind.ends_with("channels_select") || kind.ends_with("conversations_select") {
        return Ok(json!(state.channel_named(text).ok_or_else(unknown)?.id));
    }
    if kind.ends_with("static_select") || kind == "checkboxes" || kind == "radio_buttons" {
        let groups = element["option_groups"].as_array().into_iter().flatten();
        let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
        let mut options = element["options"].as_array().into_iter().flatten().chain(grouped);
        return options.find(|option| option["text"]["text"] == text).cloned().ok_or_else(unknown);
    }
    Ok(json!(text))
}

/// `2026-11-24 10:00` in the person's zone, as an instant.
fn local_time(state: &State, user: &str, text: &str) -> Result<i64, NotPossible> {
    let wrong = || NotPossible(format!("“{text}” is not a time like 2026-11-24 10:00"));
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").map_err(|_| wrong())?;
    let zone = state.user(user).map_or(chrono_tz::UTC, |user| user.zone);
    Ok(zone.from_local_datetime(&naive).earliest().ok_or_else(wrong)?.timestamp())
}
