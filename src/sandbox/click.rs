//! Clicks: finding what a person means by its label, and the `block_actions` that Slack sends for it,
//! from messages, ephemerals, views and the App Home.

use serde_json::{Value, json};

use super::interact::{Answer, channel_word};
use super::people::{NotPossible, Person, not_possible};
use super::reading::Message;
use super::state::{Channel, State, StoredEphemeral, StoredMessage};
use super::views::{fields, value_key};

/// Something to click: the element, the option of a menu, and its block.
struct Control {
    block_id: String,
    element: Value,
    option: Option<Value>,
}

/// Where the control is.
enum Place {
    Message(StoredMessage),
    Ephemeral(StoredEphemeral),
    View(String),
}

impl Person {
    /// Clicks a button or picks from a menu of the message at `(channel, ts)`, by label or `action_id`.
    pub async fn click(&self, channel: &str, ts: &str, label: &str) -> Result<Answer, NotPossible> {
        let found = self.enter(channel)?;
        self.click_where(&found, label, |message_ts, _| message_ts == ts).await
    }

    /// Clicks on a message as it was read: posts, replies, direct messages and ephemerals.
    pub async fn click_on(&self, message: &Message, label: &str) -> Result<Answer, NotPossible> {
        let found = self.enter(&message.channel)?;
        self.click_where(&found, label, |ts, _| ts == message.ts).await
    }

    /// Clicks in the latest message of a channel that has such a label, threads and ephemerals included.
    pub async fn click_in(&self, channel: &str, label: &str) -> Result<Answer, NotPossible> {
        let found = self.enter(channel)?;
        self.click_where(&found, label, |_, _| true).await
    }

    /// Clicks in the latest direct message of the bot that has such a label.
    pub async fn click_in_dm(&self, label: &str) -> Result<Answer, NotPossible> {
        let found = self.direct()?;
        self.click_where(&found, label, |_, _| true).await
    }

    /// Clicks in the latest message of a thread that has such a label, its parent included.
    pub async fn click_in_thread(&self, channel: &str, ts: &str, label: &str) -> Result<Answer, NotPossible> {
        let found = self.enter(channel)?;
        self.click_where(&found, label, |own, parent| own == ts || parent == Some(ts)).await
    }

    async fn click_where(
        &self,
        channel: &Channel,
        label: &str,
        wanted: impl Fn(&str, Option<&str>) -> bool,
    ) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let found = {
            let state = self.workspace.0.state();
            let ephemerals = state
                .ephemerals
                .iter()
                .filter(|shown| shown.channel == channel.id && shown.user == user)
                .filter(|shown| wanted(&shown.ts, shown.thread_ts.as_deref()))
                .filter_map(|shown| {
                    Some((
                        shown.ts.clone(),
                        control(shown.blocks.as_ref()?, label)?,
                        Place::Ephemeral(shown.clone()),
                    ))
                });
            let messages = state
                .messages
                .iter()
                .filter(|message| {
                    message.channel == channel.id && wanted(&message.ts, message.thread_ts.as_deref())
                })
                .filter_map(|message| {
                    let control = control(message.blocks.as_ref()?, label)?;
                    Some((message.ts.clone(), control, Place::Message(message.clone())))
                });
            ephemerals.chain(messages).max_by(|(left, ..), (right, ..)| left.cmp(right))
        };
        match found {
            Some((_, control, place)) => self.act(Some(channel), control, place).await,
            None => not_possible(format!("{} sees no “{label}” there", self.name())),
        }
    }

    /// Clicks a button in the view that is open, by label or `action_id`.
    pub async fn click_view(&self, label: &str) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let view = self.workspace.0.state().top_view(&user).cloned();
        let Some(view) = view else { return not_possible(format!("{} has no view open", self.name())) };
        let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(control) = control(blocks, label) else {
            return not_possible(format!("no “{label}” in the view"));
        };
        self.act(None, control, Place::View(view.id)).await
    }

    /// Opens the bot's App Home: `app_home_opened` goes out.
    pub async fn open_home(&self) -> Result<Option<String>, NotPossible> {
        let user = self.id()?;
        let channel = self.direct()?.id;
        let now = self.workspace.0.clock.now();
        {
            let mut state = self.workspace.0.state();
            if state.has_no_home {
                return not_possible("the app has no Home tab");
            }
            let ts = state.ids.ts(now);
            let mut event = json!({"type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": ts});
            let view =
                state.homes.get(&user).and_then(|id| state.views.get(id)).map(|view| state.view_json(view));
            if let Some(view) = view {
                event["view"] = view;
            }
            state.emit("app_home_opened", None, &event, now);
        }
        self.workspace.deliver_due().await;
        Ok(self.workspace.home_of(self.name()))
    }

    /// Clicks in the App Home.
    pub async fn click_home(&self, label: &str) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let view = {
            let state = self.workspace.0.state();
            state.homes.get(&user).and_then(|id| state.views.get(id)).cloned()
        };
        let Some(view) = view else { return not_possible("there is no App Home yet") };
        let blocks = view.body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(control) = control(blocks, label) else {
            return not_possible(format!("no “{label}” in App Home"));
        };
        self.act(None, control, Place::View(view.id)).await
    }

    /// Sends `block_actions` for a field of a view after it was filled.
    pub(super) async fn acted_in_view(
        &self,
        view: &str,
        block_id: &str,
        element: &Value,
    ) -> Result<Answer, NotPossible> {
        let control = Control { block_id: block_id.to_owned(), element: element.clone(), option: None };
        self.act(None, control, Place::View(view.to_owned())).await
    }

    async fn act(
        &self,
        channel: Option<&Channel>,
        control: Control,
        place: Place,
    ) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let now = self.workspace.0.clock.now();
        let (payload, trigger_id) = {
            let mut state = self.workspace.0.state();
            let from_view = match &place {
                Place::View(id) => Some(id.clone()),
                Place::Message(_) | Place::Ephemeral(_) => None,
            };
            let trigger_id = state.new_trigger(&user, from_view, now);
            let mut payload = state.interaction("block_actions", &user, &trigger_id);
            let values = state.add_place(&mut payload, channel, &place, &user, now);
            let action_ts = state.ids.ts(now);
            payload["actions"] = json!([action(&control, &values, &action_ts)]);
            (payload, trigger_id)
        };
        self.send(payload, trigger_id).await
    }
}

/// Finds a button by label or `action_id`, or a menu's option by its text.
fn control(blocks: &[Value], label: &str) -> Option<Control> {
    let text_is = |object: &Value| object["text"].as_str() == Some(label);
    for (block, element) in fields(blocks) {
        let by_id = element["action_id"] == label;
        let by_label = element["type"] == "button" && text_is(&element["text"]);
        let groups = element["option_groups"].as_array().into_iter().flatten();
        let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
        let options = element["options"].as_array().into_iter().flatten();
        let option = options.chain(grouped).find(|option| text_is(&option["text"])).cloned();
        if by_id || by_label || option.is_some() {
            let block_id = block["block_id"].as_str().unwrap_or_default().to_owned();
            return Some(Control { block_id, element: element.clone(), option });
        }
    }
    None
}

/// One entry of `actions`.
fn action(control: &Control, values: &Value, action_ts: &str) -> Value {
    let element = &control.element;
    let kind = element["type"].as_str().unwrap_or_default();
    let mut action = json!({"type": kind, "action_id": element["action_id"], "block_id": control.block_id,
        "action_ts": action_ts});
    for key in ["text", "value", "style", "url", "placeholder", "confirm"] {
        if kind == "button" && !element[key].is_null() {
            action[key] = element[key].clone();
        }
    }
    if let Some(option) = &control.option {
        let is_list = value_key(kind).is_some_and(|(_, is_list)| is_list);
        let key = if is_list { "selected_options" } else { "selected_option" };
        action[key] = if is_list { json!([option]) } else { option.clone() };
    } else if let Some((key, _)) = value_key(kind) {
        let action_id = element["action_id"].as_str().unwrap_or_default();
        action[key] = values[&control.block_id][action_id][key].clone();
    }
    action
}

impl State {
    /// Adds container, message or view, state and response URL; returns the state's values.
    fn add_place(
        &mut self,
        payload: &mut Value,
        channel: Option<&Channel>,
        place: &Place,
        user: &str,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Value {
        if let Some(channel) = channel {
            payload["channel"] = json!({"id": channel.id, "name": channel_word(channel)});
        }
        let (ts, thread_ts, channel_id, ephemeral) = match place {
            Place::View(id) => {
                let view = self.views.get(id).map(|view| self.view_json(view)).unwrap_or_default();
                let values = view["state"]["values"].clone();
                payload["container"] = json!({"type": "view", "view_id": id});
                payload["view"] = view;
                return values;
            }
            Place::Message(message) => {
                payload["message"] = self.message_json(message, true);
                (&message.ts, &message.thread_ts, &message.channel, false)
            }
            Place::Ephemeral(shown) => (&shown.ts, &shown.thread_ts, &shown.channel, true),
        };
        let mut container =
            json!({"type": "message", "message_ts": ts, "channel_id": channel_id, "is_ephemeral": ephemeral});
        if let Some(thread_ts) = thread_ts {
            container["thread_ts"] = json!(thread_ts);
        }
        payload["container"] = container;
        payload["state"] = json!({"values": {}});
        let url = self.new_response_url(user, channel_id, Some(ts.clone()), thread_ts.clone(), now);
        payload["response_url"] = json!(url);
        json!({})
    }
}
