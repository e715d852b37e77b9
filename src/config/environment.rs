//! The environment: the variables of the contract, secrets from files, and overrides of any setting.
//!
//! The environment is passed in, so that tests need no process. No message repeats a secret's value.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::node::{Entry, Node, Value};
use super::problem::{Problem, SourceText};
use super::secret::{Secret, is_secret_name, is_secret_value};
use super::settings::SlackSettings;
use super::{Purpose, toml_tree};

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// Where Slack's Web API is.
const SLACK_API_URL: &str = "https://slack.com/api";
/// The database where none is named.
const DATABASE_URL: &str = "sqlite://switchboard.db";
/// Where we listen where nothing else is said.
const LISTEN: &str = "127.0.0.1:8080";
/// What a variable that overrides a setting begins with.
const OVERRIDE: &str = "SWITCHBOARD__";

/// A variable that is set to something.
pub(super) fn variable<'a>(env: &'a Environment, name: &str) -> Option<&'a str> {
    env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// A secret, from its variable or from the file that `NAME_FILE` names.
fn secret(env: &Environment, name: &str, problems: &mut Vec<Problem>) -> Option<Secret> {
    let file_name = format!("{name}_FILE");
    match (variable(env, name), variable(env, &file_name)) {
        (None, None) => None,
        (Some(value), None) => Some(Secret::new(value)),
        (Some(_), Some(_)) => {
            problems.push(
                Problem::error(format!("both {name} and {file_name} are set"))
                    .help("Keep the one that is meant"),
            );
            None
        }
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => Some(Secret::new(text.trim())),
            Ok(_) => {
                problems.push(Problem::error(format!("{file_name} names {path}, which is empty")));
                None
            }
            Err(cause) => {
                let message = format!("{file_name} names {path}, which cannot be read: {cause}");
                problems.push(Problem::error(message));
                None
            }
        },
    }
}

/// What the environment says of Slack; what the purpose needs and lacks is an error.
pub(super) fn slack(
    env: &Environment,
    purpose: Purpose,
    sockets: usize,
    problems: &mut Vec<Problem>,
) -> SlackSettings {
    let before = problems.len();
    let bot_token = secret(env, "SLACK_BOT_TOKEN", problems);
    let app_token = secret(env, "SLACK_APP_TOKEN", problems);
    let signing = secret(env, "SLACK_SIGNING_SECRET", problems);
    let signing_secrets: Vec<Secret> = signing
        .iter()
        .flat_map(|all| all.expose().split(','))
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(Secret::new)
        .collect();
    for (name, token, start) in
        [("SLACK_BOT_TOKEN", &bot_token, "xoxb-"), ("SLACK_APP_TOKEN", &app_token, "xapp-")]
    {
        if token.as_ref().is_some_and(|token| !token.expose().starts_with(start)) {
            problems.push(
                Problem::warning(format!("{name} does not begin with {start}, as Slack's do"))
                    .help("Look whether the right token was copied"),
            );
        }
    }
    if purpose == Purpose::Serve && problems[before..].iter().all(|problem| !problem.is_error()) {
        if bot_token.is_none() {
            problems.push(Problem::error("SLACK_BOT_TOKEN is not set").help(
                "Copy the bot token from the app's page, OAuth & Permissions; or set SLACK_BOT_TOKEN_FILE",
            ));
        }
        if signing_secrets.is_empty() && app_token.is_none() {
            problems.push(Problem::error("neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set").help(
                "Copy the signing secret from the app's page, Basic Information; or set SLACK_SIGNING_SECRET_FILE. \
                 For Socket Mode, without a public address, set SLACK_APP_TOKEN instead",
            ));
        }
    }
    SlackSettings { bot_token, signing_secrets, app_token, sockets, api_url: api_url(env, problems) }
}

/// Whether what is sent there stays unread on its way.
fn is_safe(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Ipv4(ip))) => ip.is_loopback(),
        ("http", Some(url::Host::Ipv6(ip))) => ip.is_loopback(),
        ("http", Some(url::Host::Domain(name))) => name == "localhost",
        (_, _) => false,
    })
}

/// The address that is told of our good health; it often is its own key.
pub(super) fn heartbeat_url(env: &Environment, problems: &mut Vec<Problem>) -> Option<Secret> {
    let url = secret(env, "SWITCHBOARD_HEARTBEAT_URL", problems)?;
    if !is_safe(url.expose()) {
        problems.push(
            Problem::error("SWITCHBOARD_HEARTBEAT_URL is no https address")
                .help("Whoever reads it can say that all is well: plain http is taken for this machine only (127.0.0.1)"),
        );
        return None;
    }
    Some(url)
}

fn api_url(env: &Environment, problems: &mut Vec<Problem>) -> String {
    let text = variable(env, "SLACK_API_URL").unwrap_or(SLACK_API_URL).trim_end_matches('/');
    if !is_safe(text) {
        problems.push(
            Problem::error("SLACK_API_URL is no https address")
                .help("Tokens travel there: plain http is taken for this machine only (127.0.0.1)"),
        );
    }
    text.to_owned()
}

/// The database's address, which may hold a password.
pub(super) fn database_url(env: &Environment, problems: &mut Vec<Problem>) -> Secret {
    let url = secret(env, "DATABASE_URL", problems).unwrap_or_else(|| Secret::new(DATABASE_URL));
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if !known.iter().any(|start| url.expose().starts_with(start)) {
        problems.push(
            Problem::error("DATABASE_URL is neither sqlite:// nor postgres://")
                .help(format!("Without it the database is {DATABASE_URL}")),
        );
    }
    url
}

/// Where we listen.
pub(super) fn listen(env: &Environment, problems: &mut Vec<Problem>) -> SocketAddr {
    let text = variable(env, "SWITCHBOARD_LISTEN").unwrap_or(LISTEN);
    let numbers = text.replacen("localhost:", "127.0.0.1:", 1);
    numbers.parse().unwrap_or_else(|_| {
        problems.push(
            Problem::error(format!("SWITCHBOARD_LISTEN is \"{text}\", not an address and a port"))
                .help(format!("Write it as {LISTEN}, or 0.0.0.0:8080 for every interface")),
        );
        LISTEN.parse().expect("the default is an address")
    })
}

/// Puts every `SWITCHBOARD__SECTION__KEY` into the tree of settings, over what the file says.
pub(super) fn override_settings(env: &Environment, settings: &mut Node) {
    for (name, value) in env {
        let Some(path) = name.strip_prefix(OVERRIDE) else { continue };
        // A secret given this way is refused below, and must not be shown for it.
        let shown = if is_secret_name(name) { "*".repeat(value.len()) } else { value.clone() };
        let source = SourceText::new(name, &shown);
        let text = || Node {
            value: Value::Scalar(value.clone()),
            span: 0..value.len(),
            source: std::sync::Arc::clone(&source),
        };
        let node = toml_tree::parse_value(&source, value).unwrap_or_else(text);
        let path = path.to_lowercase();
        put(settings, &path.split("__").collect::<Vec<_>>(), node);
    }
}

fn put(into: &mut Node, path: &[&str], node: Node) {
    let Some((key, rest)) = path.split_first() else {
        *into = node;
        return;
    };
    if !matches!(into.value, Value::Map(_)) {
        into.value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = &mut into.value else { return };
    let known = entries.iter().position(|entry| entry.key == *key);
    let index = known.unwrap_or_else(|| {
        entries.push(Entry {
            key: (*key).to_owned(),
            key_span: node.span.clone(),
            source: std::sync::Arc::clone(&node.source),
            node: Node::empty_map(&node.source),
        });
        entries.len() - 1
    });
    put(&mut entries[index].node, rest, node);
}

fn is_empty_map(node: &Node) -> bool {
    matches!(&node.value, Value::Map(entries) if entries.is_empty())
}

/// Takes secrets out of the tree of settings: they belong in the environment, and a file is too easily shared.
pub(super) fn refuse_secrets(node: &mut Node, problems: &mut Vec<Problem>) {
    match &mut node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => {
            for item in items {
                refuse_secrets(item, problems);
            }
        }
        Value::Map(entries) => entries.retain_mut(|entry| {
            let holds_token = matches!(&entry.node.value, Value::Scalar(text) if is_secret_value(text));
            let is_table = matches!(entry.node.value, Value::Map(_));
            let is_secret = holds_token || (is_secret_name(&entry.key) && !is_table);
            if is_secret {
                problems.push(
                    Problem::error(format!("`{}` holds a secret, which does not belong here", entry.key))
                        .help("Remove it, replace it at Slack if the file was shared, and use SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET or SLACK_APP_TOKEN, or the same with _FILE")
                        .at(&entry.source, entry.key_span.clone()),
                );
                return false;
            }
            let before = problems.len();
            refuse_secrets(&mut entry.node, problems);
            // A table that held nothing but secrets has been spoken of.
            problems.len() == before || !is_empty_map(&entry.node)
        }),
    }
}
