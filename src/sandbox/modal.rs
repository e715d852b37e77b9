//! A person in front of a modal: reading, submitting, closing, with the checks that Slack's client does
//! itself and the strict reading of what the bot answers. Filling is in `filling`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::blocks::check_view;
use super::interact::Answer;
use super::people::{NotPossible, Person, not_possible};
use super::state::{State, View};
use super::views::{fields, value_key};

/// What came of pressing the submit button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// The view closed; an earlier one of the stack may show again.
    Closed,
    /// All views closed.
    Cleared,
    /// Errors under fields, by `block_id`; from Slack's own checks or from the bot.
    Errors(BTreeMap<String, String>),
    /// The view was replaced.
    Updated,
    /// Another view came on top.
    Pushed,
    /// The person sees "We had some trouble connecting"; why, for the test.
    Failed(String),
}

/// The view a person looks at.
#[derive(Clone, Debug)]
pub struct OpenView {
    /// Its id.
    pub id: String,
    /// Its callback id.
    pub callback_id: String,
    /// Its title.
    pub title: String,
    /// Its private metadata.
    pub private_metadata: String,
    /// Its blocks.
    pub blocks: Vec<Value>,
    /// What is filled in, by block and action.
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    /// How many views are stacked.
    pub depth: usize,
    /// As the person reads it.
    pub plain: String,
}

impl OpenView {
    /// As the person reads it.
    pub fn plain(&self) -> &str {
        &self.plain
    }
}

/// What Slack's client says under an empty required field.
const REQUIRED: &str = "Please complete this required field.";

impl Person {
    /// The view on top, if one is open.
    pub fn open_view(&self) -> Option<OpenView> {
        let user = self.id().ok()?;
        let now = self.workspace.0.clock.now();
        let open = {
            let state = self.workspace.0.state();
            let view = state.top_view(&user)?;
            let string = |key: &str| view.body[key].as_str().unwrap_or_default().to_owned();
            OpenView {
                id: view.id.clone(),
                callback_id: string("callback_id"),
                title: view.body["title"]["text"].as_str().unwrap_or_default().to_owned(),
                private_metadata: string("private_metadata"),
                blocks: view.body["blocks"].as_array().cloned().unwrap_or_default(),
                values: view.values.clone(),
                depth: state.stacks.get(&user).map_or(0, Vec::len),
                plain: state.view_text(view, now),
            }
        };
        self.workspace.look_at_views_of(&user);
        Some(open)
    }

    /// Presses the submit button of the view on top.
    pub async fn submit(&self) -> Result<Submission, NotPossible> {
        let user = self.id()?;
        self.workspace.look_at_views_of(&user);
        let now = self.workspace.0.clock.now();
        let (payload, trigger_id, view_id) = {
            let mut state = self.workspace.0.state();
            let Some(view) = state.top_view(&user).cloned() else {
                return not_possible(format!("{} has no view open", self.name()));
            };
            if view.body["submit"].is_null() {
                return not_possible("the view has no submit button");
            }
            let wrong = client_checks(&view);
            if !wrong.is_empty() {
                if let Some(open) = state.top_view_mut(&user) {
                    open.errors.clone_from(&wrong);
                }
                return Ok(Submission::Errors(wrong));
            }
            let trigger_id = state.new_trigger(&user, Some(view.id.clone()), now);
            let mut payload = state.interaction("view_submission", &user, &trigger_id);
            payload["view"] = state.view_json(&view);
            payload["response_urls"] = json!([]);
            (payload, trigger_id, view.id)
        };
        let outcome = self.send(payload, trigger_id).await?;
        let mut state = self.workspace.0.state();
        Ok(state.settle_submission(&user, &view_id, &outcome, now))
    }

    /// Closes the view on top, as its close button does; `view_closed` goes out where wanted.
    pub async fn close(&self) -> Result<Option<Answer>, NotPossible> {
        self.dismiss(false).await
    }

    /// Closes all views at once, as the cross does.
    pub async fn close_all(&self) -> Result<Option<Answer>, NotPossible> {
        self.dismiss(true).await
    }

    async fn dismiss(&self, all: bool) -> Result<Option<Answer>, NotPossible> {
        let user = self.id()?;
        let payload = {
            let mut state = self.workspace.0.state();
            let Some(view) = state.pop_view(&user) else {
                return not_possible(format!("{} has no view open", self.name()));
            };
            let all = all || view.body["clear_on_close"] == true;
            if all {
                state.clear_views(&user);
            }
            if view.body["notify_on_close"] != true {
                return Ok(None);
            }
            let mut payload = state.interaction("view_closed", &user, "");
            if let Some(fields) = payload.as_object_mut() {
                fields.remove("trigger_id");
            }
            payload["view"] = state.view_json(&view);
            // Slack leaves out what was filled in.
            payload["view"]["state"] = json!({"values": {}});
            payload["is_cleared"] = json!(all);
            payload
        };
        self.send(payload, String::new()).await.map(Some)
    }
}

impl State {
    /// Does what the bot answered to a submission, strictly.
    fn settle_submission(
        &mut self,
        user: &str,
        view_id: &str,
        answer: &Answer,
        now: DateTime<Utc>,
    ) -> Submission {
        if let Some(failed) = &answer.failed {
            return Submission::Failed(failed.clone());
        }
        let body = &answer.body;
        match body["response_action"].as_str() {
            None if body.is_null() || body.as_object().is_some_and(serde_json::Map::is_empty) => {
                if let Some(stack) = self.stacks.get_mut(user) {
                    stack.retain(|id| id != view_id);
                }
                Submission::Closed
            }
            Some("clear") => {
                self.clear_views(user);
                Submission::Cleared
            }
            Some("errors") => self.settle_errors(view_id, &body["errors"]),
            Some("update") => refusal(&body["view"])
                .map_or_else(|| self.settle_update(view_id, &body["view"], now), Submission::Failed),
            Some("push") => match refusal(&body["view"]) {
                Some(why) => Submission::Failed(why),
                None => match self.push_view(user, body["view"].clone(), now) {
                    Some(_) => Submission::Pushed,
                    None => Submission::Failed("push_limit_reached".to_owned()),
                },
            },
            Some(_) | None => Submission::Failed(format!("not a response to a submission: {body}")),
        }
    }

    fn settle_update(&mut self, view_id: &str, view: &Value, now: DateTime<Utc>) -> Submission {
        self.change_view(view_id, view.clone(), now);
        Submission::Updated
    }

    fn settle_errors(&mut self, view_id: &str, errors: &Value) -> Submission {
        let Some(errors) = errors.as_object().filter(|errors| !errors.is_empty()) else {
            return Submission::Failed("errors are missing".to_owned());
        };
        let Some(view) = self.views.get_mut(view_id) else {
            return Submission::Failed("the view is gone".to_owned());
        };
        let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut found = BTreeMap::new();
        for (block_id, error) in errors {
            let is_input =
                blocks.iter().any(|block| block["block_id"] == block_id.as_str() && block["type"] == "input");
            let Some(error) = error.as_str().filter(|_| is_input) else {
                return Submission::Failed(format!("no input block for the error: {block_id}"));
            };
            found.insert(block_id.clone(), error.to_owned());
        }
        view.errors.clone_from(&found);
        Submission::Errors(found)
    }
}

fn refusal(view: &Value) -> Option<String> {
    if view["type"] != "modal" {
        return Some("the answer has no modal".to_owned());
    }
    let findings = check_view(view);
    (!findings.is_empty()).then(|| findings.join(" "))
}

/// What Slack's client checks before it sends anything.
fn client_checks(view: &View) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (block, element) in fields(blocks) {
        let block_id = block["block_id"].as_str().unwrap_or_default();
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let Some((key, _)) = value_key(element["type"].as_str().unwrap_or_default()) else { continue };
        let value =
            view.values.get(block_id).and_then(|actions| actions.get(action_id)).map(|value| &value[key]);
        let empty = value.is_none_or(|value| match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        });
        let complaint = match (empty, value) {
            (true, _) if block["type"] == "input" && block["optional"] != true => Some(REQUIRED.to_owned()),
            (false, Some(Value::String(text))) => text_complaint(element, text),
            (true | false, _) => None,
        };
        if let Some(complaint) = complaint {
            wrong.insert(block_id.to_owned(), complaint);
        }
    }
    wrong
}

fn text_complaint(element: &Value, text: &str) -> Option<String> {
    let length = text.chars().count() as u64;
    let least = element["min_length"].as_u64().unwrap_or(0);
    let most = element["max_length"].as_u64().unwrap_or(3000);
    match element["type"].as_str() {
        Some("plain_text_input") if length < least => {
            Some(format!("This entry must be at least {least} characters long."))
        }
        Some("plain_text_input") if length > most => {
            Some(format!("This entry must be at most {most} characters long."))
        }
        Some("url_text_input") if !text.contains("://") => Some("Please enter a valid URL.".to_owned()),
        Some("email_text_input") if !text.contains('@') => {
            Some("Please enter a valid email address.".to_owned())
        }
        Some("number_input") if text.parse::<f64>().is_err() => Some("Please enter a number.".to_owned()),
        Some(_) | None => None,
    }
}
