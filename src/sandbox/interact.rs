//! Slash commands, clicks and shortcuts: what Slack sends for them, and what the person is shown of the
//! answer. These are never repeated by Slack; a late or broken answer is shown as an error.

use serde_json::{Map, Value, json};

use super::api::Args;
use super::delivery::Reply;
use super::events::VERIFICATION_TOKEN;
use super::people::{NotPossible, Person, not_possible};
use super::response_url::{self, Shown};
use super::state::{Channel, Kind, State, StoredEphemeral};
use super::typed::Typed;

/// How the bot answered a command, click or shortcut.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status; `None` when there was no answer in time.
    pub status: Option<u16>,
    /// The body, parsed; null when empty or not JSON.
    pub body: Value,
    /// What the person was shown right away, as they read it; empty when nothing.
    pub shown: String,
    /// Whether everybody in the channel saw it.
    pub in_channel: bool,
    /// Slack's word when it failed: `operation_timeout`, `dispatch_failed`, `dispatch_unknown_error`.
    pub failed: Option<String>,
    /// The trigger that was sent along.
    pub trigger_id: String,
}

impl Answer {
    /// Whether the bot answered 2xx in time.
    pub fn ok(&self) -> bool {
        self.failed.is_none()
    }

    /// What the person was shown right away. It counts as looked at.
    pub fn plain(&self) -> &str {
        &self.shown
    }
}

impl Person {
    /// Types a slash command in a channel, e.g. `/request-pm how do I …`.
    pub async fn slash_in(&self, channel: &str, line: &str) -> Result<Answer, NotPossible> {
        let found = self.enter(channel)?;
        self.slash(&found, line).await
    }

    /// Types a slash command in the direct messages with the bot.
    pub async fn slash_in_dm(&self, line: &str) -> Result<Answer, NotPossible> {
        let found = self.direct()?;
        self.slash(&found, line).await
    }

    async fn slash(&self, channel: &Channel, line: &str) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let (command, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if !command.starts_with('/') {
            return not_possible(format!("{command} is not a command"));
        }
        let now = self.workspace.0.clock.now();
        let (body, trigger_id, url_id) = {
            let mut state = self.workspace.0.state();
            let trigger_id = state.new_trigger(&user, None, now);
            let response_url = state.new_response_url(&user, &channel.id, None, None, now);
            let text = state.typed(text.trim(), Typed::Command);
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("token", VERIFICATION_TOKEN)
                .append_pair("team_id", &state.team_id)
                .append_pair("team_domain", &state.domain)
                .append_pair("channel_id", &channel.id)
                .append_pair("channel_name", channel_word(channel))
                .append_pair("user_id", &user)
                .append_pair("user_name", self.name())
                .append_pair("command", command)
                .append_pair("text", &text)
                .append_pair("api_app_id", &state.bot.app_id)
                .append_pair("is_enterprise_install", "false")
                .append_pair("response_url", &response_url)
                .append_pair("trigger_id", &trigger_id);
            let url_id = response_url.rsplit('/').next().unwrap_or_default().to_owned();
            (form.finish(), trigger_id, url_id)
        };
        let outcome = self.workspace.0.post_form(true, body).await;
        let mut answer = judge(outcome, trigger_id);
        self.show_answer(&mut answer, command, &url_id);
        self.workspace.deliver_due().await;
        Ok(answer)
    }

    /// Shows what a slash command answered: the body as a message, or Slack's own error.
    fn show_answer(&self, answer: &mut Answer, command: &str, url_id: &str) {
        let now = self.workspace.0.clock.now();
        let mut state = self.workspace.0.state();
        let Some(url) = state.response_urls.get(url_id).cloned() else { return };
        if let Some(failed) = &answer.failed {
            let text = format!("{command} failed with the error \"{failed}\"");
            let shown = StoredEphemeral {
                ts: String::new(),
                channel: url.channel.clone(),
                user: url.user.clone(),
                thread_ts: None,
                text: text.clone(),
                blocks: None,
                from_slack: true,
            };
            let ts = state.show_only(shown, now);
            state.look(|landed| landed.ts == ts);
            answer.shown = text;
            return;
        }
        let fields = match &answer.body {
            Value::Object(fields) => fields.clone(),
            Value::String(text) => Map::from_iter([("text".to_owned(), json!(text))]),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return,
        };
        let args = Args { fields, token: None };
        answer.in_channel = args.text("response_type") == Some("in_channel");
        match response_url::read(&args) {
            Ok(Some(shown)) => {
                let Shown { text, blocks } = &shown;
                answer.shown = state.reader_of(&url.user, now).message(text, blocks.as_deref());
                let ts = response_url::show(&mut state, &url, shown, answer.in_channel, None, now);
                state.look(|landed| landed.ts == ts);
            }
            Ok(None) => {}
            Err((_, code)) => answer.failed = Some(code.to_owned()),
        }
    }

    /// Uses a message shortcut on a message, also where the bot is absent.
    pub async fn message_shortcut(
        &self,
        callback_id: &str,
        channel: &str,
        ts: &str,
    ) -> Result<Answer, NotPossible> {
        let found = self.enter(channel)?;
        let user = self.id()?;
        let now = self.workspace.0.clock.now();
        let (payload, trigger_id) = {
            let mut state = self.workspace.0.state();
            let Some(message) = state.message(&found.id, ts).cloned() else {
                return not_possible(format!("no message {ts} in {channel}"));
            };
            let trigger_id = state.new_trigger(&user, None, now);
            let mut payload = state.interaction("message_action", &user, &trigger_id);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.ids.ts(now));
            payload["message_ts"] = json!(ts);
            payload["message"] = state.message_json(&message, true);
            payload["channel"] = json!({"id": found.id, "name": channel_word(&found)});
            payload["response_url"] =
                json!(state.new_response_url(&user, &found.id, None, message.thread_ts.clone(), now));
            (payload, trigger_id)
        };
        self.send(payload, trigger_id).await
    }

    /// Uses a global shortcut.
    pub async fn global_shortcut(&self, callback_id: &str) -> Result<Answer, NotPossible> {
        let user = self.id()?;
        let now = self.workspace.0.clock.now();
        let (payload, trigger_id) = {
            let mut state = self.workspace.0.state();
            let trigger_id = state.new_trigger(&user, None, now);
            let mut payload = state.interaction("shortcut", &user, &trigger_id);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.ids.ts(now));
            (payload, trigger_id)
        };
        self.send(payload, trigger_id).await
    }

    pub(super) async fn send(&self, payload: Value, trigger_id: String) -> Result<Answer, NotPossible> {
        let outcome = self.workspace.0.post_form(false, payload_form(&payload)).await;
        let answer = judge(outcome, trigger_id);
        self.workspace.deliver_due().await;
        Ok(answer)
    }
}

/// The one field of interactive requests.
pub fn payload_form(payload: &Value) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish()
}

/// What Slack makes of the bot's answer.
fn judge(outcome: Result<Reply, &'static str>, trigger_id: String) -> Answer {
    let mut answer = Answer {
        status: None,
        body: Value::Null,
        shown: String::new(),
        in_channel: false,
        failed: None,
        trigger_id,
    };
    match outcome {
        Ok(reply) if reply.status == 200 => {
            answer.status = Some(200);
            answer.body = match serde_json::from_str(&reply.body) {
                Ok(body) => body,
                Err(_) if reply.body.trim().is_empty() => Value::Null,
                Err(_) => json!(reply.body),
            };
        }
        Ok(reply) => {
            answer.status = Some(reply.status);
            answer.failed = Some("dispatch_failed".to_owned());
        }
        Err("http_timeout") => answer.failed = Some("operation_timeout".to_owned()),
        Err(_) => answer.failed = Some("dispatch_failed".to_owned()),
    }
    answer
}

/// What payloads call a channel: its name only when it is public.
pub fn channel_word(channel: &Channel) -> &str {
    match channel.kind {
        Kind::Public => &channel.name,
        Kind::Private => "privategroup",
        Kind::Direct => "directmessage",
    }
}

impl State {
    /// What every interactive payload has.
    pub fn interaction(&self, kind: &str, user: &str, trigger_id: &str) -> Value {
        let person = self.user(user);
        let name = person.map_or("", |person| person.name.as_str());
        let team = person.map_or(self.team_id.as_str(), |person| person.team_id.as_str());
        json!({
            "type": kind, "token": VERIFICATION_TOKEN, "api_app_id": self.bot.app_id, "enterprise": null,
            "is_enterprise_install": false, "trigger_id": trigger_id,
            "team": {"id": self.team_id, "domain": self.domain},
            "user": {"id": user, "username": name, "name": name, "team_id": team},
        })
    }
}
