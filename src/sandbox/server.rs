//! The HTTP side: reads requests, applies faults, calls the methods, keeps the journal. It never
//! panics on what a bot sends; a connection is dropped only when a fault says so.

use std::sync::{Arc, Weak};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::api::{self, ApiError, Args};
use super::faults::Fault;
use super::journal::ApiCall;
use super::response_url;
use super::slow::Answered;
use super::workspace::Inner;

/// The most of a request that is read.
const MOST_REQUEST_BYTES: usize = 4 << 20;

/// The connection is to be dropped without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox drops this connection")]
pub struct Dropped;

type Page = Response<Answered>;

/// Accepts connections until the workspace is gone.
pub async fn serve(listener: TcpListener, workspace: Weak<Inner>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small frames are not held back for company; where that cannot be had they are only slower.
        let _ = stream.set_nodelay(true);
        let workspace = Weak::clone(&workspace);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let workspace = workspace.upgrade();
                async move { answer(workspace.ok_or(Dropped)?, request).await }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            // A dropped connection is an outcome here, not an error.
            let _ = connection.await;
        });
    }
}

async fn answer(workspace: Arc<Inner>, mut request: Request<Incoming>) -> Result<Page, Dropped> {
    if request.uri().path() == "/link/" {
        return upgrade(&workspace, &mut request);
    }
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_REQUEST_BYTES).collect().await else {
        return Ok(page(413, "text/plain", "too large".to_owned()));
    };
    let body = body.to_bytes();
    let path = head.uri.path().to_owned();
    if let Some(method) = path.strip_prefix("/api/") {
        let content_type = header(&head.headers, "content-type");
        let query = head.uri.query().unwrap_or_default();
        let args = match arguments(method, &head.method, &content_type, query, &body) {
            Ok(args) => args,
            Err(code) => return Ok(json_page(200, &ApiError::from(code).body())),
        };
        let bearer = header(&head.headers, "authorization");
        let args = with_token(args, &bearer);
        return run(&workspace, method, args).await;
    }
    if let Some(id) = path.strip_prefix("/hooks/").and_then(|rest| rest.rsplit('/').next())
        && head.method == Method::POST
    {
        let args = Args { fields: object(&body).unwrap_or_default(), token: None };
        return run(&workspace, &format!("response_url {id}"), args).await;
    }
    Ok(page(404, "text/plain", "no such page".to_owned()))
}

/// A websocket, for whoever brings a ticket that was not used.
fn upgrade(workspace: &Arc<Inner>, request: &mut Request<Incoming>) -> Result<Page, Dropped> {
    if !workspace.sockets.is_reachable() {
        return Err(Dropped);
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let ticket = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "ticket");
    let ticket = ticket.map(|(_, ticket)| ticket.into_owned()).unwrap_or_default();
    if !workspace.state().tickets.remove(&ticket) {
        return Ok(page(408, "text/plain", "this address was used already".to_owned()));
    }
    let key = header(request.headers(), "sec-websocket-key");
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
    let app_id = workspace.state().bot.app_id.clone();
    tokio::spawn(Arc::clone(&workspace.sockets).welcome(hyper::upgrade::on(request), app_id));
    let mut page = page(101, "text/plain", String::new());
    let headers = page.headers_mut();
    headers.remove("content-type");
    for (name, value) in
        [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-accept", &accept)]
    {
        headers.insert(name, value.parse().map_err(|_| Dropped)?);
    }
    Ok(page)
}

fn header(headers: &hyper::HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

fn form(text: &[u8]) -> impl Iterator<Item = (String, Value)> + '_ {
    form_urlencoded::parse(text).map(|(key, value)| (key.into_owned(), json!(value)))
}

fn arguments(
    method: &str,
    verb: &Method,
    content_type: &str,
    query: &str,
    body: &[u8],
) -> Result<Map<String, Value>, &'static str> {
    let mut fields: Map<String, Value> = form(query.as_bytes()).collect();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if *verb == Method::GET || body.is_empty() {
        return Ok(fields);
    }
    match kind.as_str() {
        "application/json" => {
            let parsed: Value = serde_json::from_slice(body).map_err(|_| "invalid_json")?;
            let Value::Object(parsed) = parsed else { return Err("json_not_object") };
            // Read methods silently drop what comes as JSON.
            if api::takes_json(method) {
                fields.extend(parsed);
            }
        }
        "application/x-www-form-urlencoded" => fields.extend(form(body)),
        "" => return Err("missing_post_type"),
        _ => return Err("invalid_post_type"),
    }
    Ok(fields)
}

fn with_token(mut fields: Map<String, Value>, authorization: &str) -> Args {
    let given = fields.remove("token").and_then(|token| token.as_str().map(str::to_owned));
    let bearer = authorization.strip_prefix("Bearer ").map(|token| token.trim().to_owned());
    Args { token: bearer.or(given).filter(|token| !token.is_empty()), fields }
}

/// Applies a fault around the call, if there is one for it.
async fn run(workspace: &Arc<Inner>, method: &str, args: Args) -> Result<Page, Dropped> {
    let name = method.split(' ').next().unwrap_or_default();
    let fault = workspace.take_fault(name, &args);
    let effect = fault.as_ref().is_none_or(Fault::takes_effect);
    let result = if effect { execute(workspace, method, &args) } else { (200, Value::Null) };
    let answered = match &fault {
        None => result.1.clone(),
        Some(Fault::Error(code)) => ApiError::from(code.as_str()).body(),
        Some(Fault::InternalErrorAfter) => ApiError::from("internal_error").body(),
        Some(_) => Value::Null,
    };
    let released = workspace.hung();
    workspace.write_journal(ApiCall {
        method: name.to_owned(),
        args: args.fields,
        at: workspace.clock.now(),
        answer: answered.clone(),
        fault: fault.clone(),
    });
    match fault {
        None => Ok(finish(workspace, result.0, &answered)),
        Some(Fault::Error(_) | Fault::InternalErrorAfter) => Ok(json_page(200, &answered)),
        Some(Fault::Status(status)) => Ok(page(status, "text/plain", "upstream error".to_owned())),
        Some(Fault::TooMany { retry_after }) => Ok(too_many(retry_after)),
        Some(Fault::Html) => {
            let html = "<!doctype html><title>Slack</title><h1>We are upgrading</h1>";
            Ok(page(200, "text/html; charset=utf-8", html.to_owned()))
        }
        Some(Fault::ResetBefore | Fault::ResetAfter) => Err(Dropped),
        Some(Fault::Hang | Fault::HangAfter) => {
            released.await;
            Err(Dropped)
        }
        Some(Fault::Drip { every }) => Ok(slowly(&result, |body| Answered::drip(body, every))),
        Some(Fault::ResetAmid) => Ok(slowly(&result, Answered::cut)),
        Some(Fault::HalfAnswer) => {
            let half = |body: String| Answered::whole(body.chars().take(body.chars().count() / 2).collect());
            Ok(slowly(&result, half))
        }
    }
}

fn execute(workspace: &Inner, method: &str, args: &Args) -> (u16, Value) {
    let now = workspace.clock.now();
    let mut state = workspace.state();
    if let Some(id) = method.strip_prefix("response_url ") {
        return response_url::respond(&mut state, id, args, now);
    }
    match api::call(&mut state, method, args, now) {
        Ok(answer) => (200, answer),
        Err(error) if error.code == "ratelimited" => (429, error.body()),
        Err(error) => (200, error.body()),
    }
}

fn finish(workspace: &Inner, status: u16, answer: &Value) -> Page {
    if status == 429 {
        return too_many(Some(1));
    }
    let mut page = json_page(status, answer);
    let scopes = workspace.state().scopes_header();
    if let Ok(scopes) = scopes.parse() {
        page.headers_mut().insert("x-oauth-scopes", scopes);
    }
    page
}

fn too_many(retry_after: Option<u64>) -> Page {
    let mut page = json_page(429, &ApiError::from("ratelimited").body());
    if let Some(seconds) = retry_after {
        page.headers_mut().insert("retry-after", seconds.into());
    }
    page
}

fn json_page(status: u16, body: &Value) -> Page {
    page(status, "application/json; charset=utf-8", body.to_string())
}

fn page(status: u16, content_type: &'static str, body: String) -> Page {
    slow_page(status, content_type, Answered::whole(body))
}

/// The answer as it would be, on a bad line.
fn slowly((status, answer): &(u16, Value), line: impl FnOnce(String) -> Answered) -> Page {
    slow_page(*status, "application/json; charset=utf-8", line(answer.to_string()))
}

fn slow_page(status: u16, content_type: &'static str, body: Answered) -> Page {
    let mut page = Response::new(body);
    *page.status_mut() =
        hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    page.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(content_type));
    page
}
