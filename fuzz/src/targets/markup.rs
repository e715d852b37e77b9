//! People's text in our messages: nothing of it mentions, links or formats, everything fits, and what is made safe once is
//! not made otherwise a second time.

use chrono::{DateTime, Utc};
use serde_json::Value;
use switchboard::domain::engagement::{Body, Engagement, Home, Origin, Question, State};
use switchboard::domain::ids::{ChannelId, EngagementId, Ts, UserId};
use switchboard::domain::names::Names;
use switchboard::domain::notice::{Address, Notice, What};
use switchboard::domain::org::Org;
use switchboard::domain::rules::Rules;
use switchboard::slack::parse;
use switchboard::slack::render::{self, Scene, escape};

/// Checks one input.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(super::bounded(data));
    escaped_text_is_what_was_typed(&text);
    neutral_text_does_nothing(&text);
    what_slack_sends_is_read(&text);
    for message in messages(&text) {
        assert_harmless(&message.text);
        assert!(!message.text.contains('<'), "the fallback text stands alone");
        assert!(escape::units(&message.text) <= 4_000 && message.blocks.len() <= 50);
        message.blocks.iter().for_each(assert_block);
    }
}

/// As Slack shows it.
fn shown(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn escaped_text_is_what_was_typed(text: &str) {
    let escaped = escape::escape(text);
    assert!(!escaped.contains(['<', '>']));
    assert_harmless(&escaped);
    assert_eq!(shown(&escaped), text);
    assert_eq!(parse::plain(&escaped, &|_| None, &[]).text, text.trim());
}

fn neutral_text_does_nothing(text: &str) {
    let neutral = escape::neutral(text);
    assert_harmless(&neutral);
    assert!(!neutral.contains(['<', '>', '*', '~', '`', '\u{202e}']), "{neutral}");
    assert_eq!(escape::neutral(&shown(&neutral)), neutral, "made safe twice, it is another");
    for limit in [1, 2, 7, 75, 150, 3_000] {
        let within = escape::neutral_within(text, limit);
        assert!(escape::units(&within) <= limit, "{} of {limit}", escape::units(&within));
        assert_harmless(&within);
        let cut = escape::cut(text, limit);
        assert!(escape::units(&cut) <= limit);
        assert_eq!(escape::cut(&cut, limit), cut, "cut twice, it is another");
    }
    let folded = escape::fold(text);
    assert_eq!(escape::fold(&folded), folded);
    if let Some(address) = escape::web_address(text) {
        assert!(address.starts_with("http") && !address.contains(['|', '<', '>', ' ', '\n']), "{address}");
        assert_eq!(escape::web_address(&address).as_ref(), Some(&address));
    }
}

fn what_slack_sends_is_read(text: &str) {
    let us = [UserId::from("UBOT")];
    let read = parse::plain(text, &|user| (user.as_str() == "U1").then(|| "Ava".to_owned()), &us);
    assert!(!read.mentions.contains(&us[0]), "we are not among those mentioned");
    let mut once = read.mentions.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), read.mentions.len(), "each once");
    assert!(read.links.iter().all(|link| link.starts_with("http")));
    assert_harmless(&escape::neutral(&read.text));
    parse::permalink(text);
    parse::is_link(text);
}

/// No sign that Slack would read as the beginning of a token of theirs, and every `&` begins one of its three escapes. Dates
/// of ours may stand there, and links that they gave as links.
fn assert_harmless(text: &str) {
    for rest in text.split('<').skip(1) {
        let (token, _) = rest.split_once('>').unwrap_or_else(|| panic!("a token without an end: {text}"));
        let (target, label) = token.split_once('|').unwrap_or((token, ""));
        let is_web = ["http://", "https://"].iter().any(|scheme| target.starts_with(scheme));
        let is_link = is_web && !target.contains(char::is_whitespace);
        let is_ours = target.starts_with("!date^") || target == "#CHOME";
        assert!(is_link || is_ours, "<{token}> in {text}");
        assert!(!label.contains(['|', '\n']), "<{token}> in {text}");
    }
    assert_eq!(text.matches('>').count(), text.matches('<').count(), "a stray sign: {text}");
    for rest in text.split('&').skip(1) {
        let is_escape = ["amp;", "lt;", "gt;"].iter().any(|escape| rest.starts_with(escape));
        assert!(is_escape, "a bare & in {text}");
    }
}

/// Every text that Slack reads as mark-up, and the lengths of all of them.
fn assert_block(block: &Value) {
    match block {
        Value::Object(fields) => {
            if let Some(text) = fields.get("text").and_then(Value::as_str) {
                let limit = if fields.get("type") == Some(&Value::from("plain_text")) { 150 } else { 3_000 };
                assert!((1..=limit).contains(&escape::units(text)), "{} of {limit}", escape::units(text));
                if fields.get("type") == Some(&Value::from("mrkdwn")) {
                    assert_eq!(fields.get("verbatim"), Some(&Value::from(true)));
                    assert_harmless(text);
                }
            }
            fields.values().for_each(assert_block);
        }
        Value::Array(items) => items.iter().for_each(assert_block),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A card, a detail in its thread, and its briefing, with the text wherever people's words can stand.
fn messages(text: &str) -> Vec<switchboard::slack::outgoing::Message> {
    let rules = Rules::default();
    let (org, _) = Org::resolve(
        &switchboard::domain::directory::Directory::default(),
        &Names::default(),
        &rules,
        None,
        &[],
    );
    let engagement = question(text);
    let scene = Scene { org: &org, rules: &rules, engagement: Some(&engagement), related: &[], now: now() };
    let to = Address::Channel { channel: ChannelId::from("CHOME") };
    let told = |what| {
        let notice = Notice { to: to.clone(), what, engagement: Some(engagement.id), urgent: false };
        render::notice(&notice, &scene)
    };
    let detail = What::DetailAdded { by: UserId::from("U2"), text: text.to_owned() };
    vec![told(What::Card { mention: false }), told(detail), render::briefing(&scene)]
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_165_200, 0).expect("an instant")
}

fn question(text: &str) -> Engagement {
    Engagement {
        id: EngagementId(7),
        version: 1,
        state: State::Open,
        requester: UserId::from("U1"),
        reason: None,
        place: None,
        area: None,
        text: text.to_owned(),
        customer: Some(text.to_owned()),
        links: vec![text.to_owned()],
        details: Vec::new(),
        origin: Origin {
            channel: ChannelId::from("CHOME"),
            message: Some(Ts::from("1795165100.000100")),
            thread: None,
            is_private: false,
        },
        home: Some(Home { channel: ChannelId::from("CHOME"), thread: None, card: None }),
        owner: None,
        moves: 0,
        parent: None,
        because: Vec::new(),
        body: Body::Question(Question::default()),
        asked_at: now(),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}
