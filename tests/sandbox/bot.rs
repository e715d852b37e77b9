//! A bot without a mind: it records what arrives and answers what the test told it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use switchboard::sandbox::{Clock, Workspace, WorkspaceSetup};

pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// One request as it arrived.
#[derive(Clone)]
pub struct Arrived {
    pub headers: HeaderMap,
    pub body: String,
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON body, or the `payload` of a form.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| serde_json::from_str(&self.field("payload")).unwrap())
    }

    pub fn field(&self, name: &str) -> String {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

type Answer = (StatusCode, HeaderMap, String);

/// Opens this view with the trigger of the next request that has one, before answering.
type ViewToOpen = Option<(&'static str, Value)>;

#[derive(Clone, Default)]
pub struct Bot {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    view: Arc<Mutex<ViewToOpen>>,
    api: Arc<Mutex<Option<Api>>>,
    hangs: Arc<std::sync::atomic::AtomicBool>,
}

impl Bot {
    /// The next request gets this status.
    pub fn next_status(&self, status: u16) {
        self.push(status, HeaderMap::new(), String::new());
    }

    pub fn next_body(&self, body: &Value) {
        self.push(200, HeaderMap::new(), body.to_string());
    }

    pub fn next_with_header(&self, status: u16, name: &'static str, value: &'static str) {
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
        self.push(status, headers, String::new());
    }

    fn push(&self, status: u16, headers: HeaderMap, body: String) {
        self.answers.lock().unwrap().push_back((StatusCode::from_u16(status).unwrap(), headers, body));
    }

    /// From now on nothing is answered.
    pub fn hang(&self) {
        self.hangs.store(true, std::sync::atomic::Ordering::SeqCst);
    }

    /// Opens or pushes (`views.open`, `views.push`) when the next request brings a trigger.
    pub fn open_next(&self, method: &'static str, view: Value) {
        *self.view.lock().unwrap() = Some((method, view));
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    pub fn last(&self) -> Arrived {
        self.arrived().pop().expect("something arrived")
    }

    /// The events of this type that arrived, with their envelopes.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let bodies = self.arrived();
        let envelopes = bodies.iter().filter_map(|arrived| serde_json::from_str::<Value>(&arrived.body).ok());
        envelopes.filter(|envelope| envelope["event"]["type"] == kind).collect()
    }
}

async fn receive(State(bot): State<Bot>, headers: HeaderMap, body: Bytes) -> Answer {
    let arrived = Arrived { headers, body: String::from_utf8(body.to_vec()).unwrap() };
    let parsed = serde_json::from_str::<Value>(&arrived.body)
        .or_else(|_| serde_json::from_str(&arrived.field("payload")));
    let trigger = match &parsed {
        Ok(payload) => payload["trigger_id"].as_str().unwrap_or_default().to_owned(),
        Err(_) => arrived.field("trigger_id"),
    };
    bot.arrived.lock().unwrap().push(arrived);
    if let Ok(envelope) = &parsed
        && envelope["type"] == "url_verification"
    {
        return (StatusCode::OK, HeaderMap::new(), envelope["challenge"].as_str().unwrap().to_owned());
    }
    if bot.hangs.load(std::sync::atomic::Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let (view, api) = {
        let mut view = bot.view.lock().unwrap();
        (if trigger.is_empty() { None } else { view.take() }, bot.api.lock().unwrap().clone())
    };
    if let (Some((method, view)), Some(api)) = (view, api) {
        let answer = api.call(method, &json!({"trigger_id": trigger, "view": view})).await;
        assert_eq!(answer["ok"], true, "{answer}");
    }
    let answer = bot.answers.lock().unwrap().pop_front();
    answer.unwrap_or((StatusCode::OK, HeaderMap::new(), String::new()))
}

/// The bot's end of the Web API.
#[derive(Clone)]
pub struct Api {
    url: String,
    token: String,
}

/// Status, headers, body.
pub type Raw = (u16, HeaderMap, String);

impl Api {
    /// That of the app itself, or of whoever has that token.
    pub fn of(ws: &Workspace, token: &str) -> Self {
        Self { url: ws.api_url(), token: token.to_owned() }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { url: self.url.clone(), token: token.to_owned() }
    }

    /// Calls with a JSON body.
    pub async fn call(&self, method: &str, body: &Value) -> Value {
        let (_, _, text) =
            self.raw(method, "application/json; charset=utf-8", body.to_string()).await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Calls with a form.
    pub async fn form(&self, method: &str, fields: &[(&str, &str)]) -> Value {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (_, _, text) = self.raw(method, "application/x-www-form-urlencoded", body).await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub async fn raw(&self, method: &str, content_type: &str, body: String) -> Result<Raw, String> {
        self.post(&format!("{}/{method}", self.url), content_type, body).await
    }

    pub async fn post(&self, url: &str, content_type: &str, body: String) -> Result<Raw, String> {
        use http_body_util::{BodyExt, Full};
        let client =
            hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
        let request = hyper::Request::post(url)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", content_type)
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let response = client.request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok((head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap()))
    }
}

pub fn friday() -> DateTime<Utc> {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

/// A workspace with some people and channels, a bot that is connected, and the bot's Web API.
pub async fn workspace() -> (Workspace, Bot, Api) {
    workspace_with(WorkspaceSetup::default()).await
}

/// The same with a setup of the test's.
pub async fn workspace_with(setup: WorkspaceSetup) -> (Workspace, Bot, Api) {
    let ws = Workspace::start(setup, Clock::at(friday())).await.unwrap();
    ws.add_user("ava").email("ava@example.com").time_zone("Europe/Berlin");
    ws.add_user("ines").time_zone("America/New_York");
    ws.add_user("omar");
    ws.add_channel("#field").members(&["ava", "ines"]).with_bot();
    ws.add_channel("#elsewhere").members(&["ava"]);
    ws.add_channel("#sme-ci-internal").private().members(&["ines"]);
    ws.add_group("@sme-ci", &["ines", "omar"]);
    let api = Api { url: ws.api_url(), token: ws.bot_token() };
    let bot = Bot::default();
    *bot.api.lock().unwrap() = Some(api.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(receive).with_state(bot.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    ws.connect_bot(&url, SECRET);
    (ws, bot, api)
}

pub fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
}

pub fn button(label: &str, action_id: &str) -> Value {
    json!({"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id, "value": "K7Q"})
}
