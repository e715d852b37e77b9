//! Every payload of the shared folder is understood as something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::*;

/// The shared folder, where there is one.
pub(crate) fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("SWITCHBOARD_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    named.into_iter().chain([beside]).find(|folder| folder.is_dir())
}

fn outcome(inbound: &Inbound) -> &'static str {
    match inbound {
        Inbound::SslCheck => "ssl check",
        Inbound::UrlVerification { .. } => "url verification",
        Inbound::Command(_) => "command",
        Inbound::Suggest { .. } => "suggest",
        Inbound::OpenForm(_) => "open form",
        Inbound::Show { .. } => "show",
        Inbound::HomeOpened { .. } => "home opened",
        Inbound::HomeList { .. } => "home list",
        Inbound::Query { .. } => "query",
        Inbound::Admin { .. } => "admin",
        Inbound::FormProblems(_) => "form problems",
        Inbound::FormNeedsMore { .. } => "form needs more",
        Inbound::EventsLost => "events lost",
        Inbound::NamesChanged { .. } => "names changed",
        Inbound::Ignored { .. } => "ignored",
        Inbound::DeadLetter { .. } => "dead letter",
        Inbound::Malformed { .. } => "malformed",
    }
}

#[test]
fn every_payload_that_slack_sends_is_understood_as_something() {
    let Some(folder) = shared().map(|shared| shared.join("data/slack/payloads")) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return;
    };
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dead = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files += 1;
        let text = fs::read_to_string(&path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let is_event = ["event_callback", "url_verification", "app_rate_limited"]
            .iter()
            .any(|kind| name.starts_with(kind));
        let inbound = if is_event {
            request(Some("application/json"), text.as_bytes(), &names, None)
        } else {
            payload(&value)
        };
        *counted.entry(outcome(&inbound)).or_default() += 1;
        if let Inbound::DeadLetter { reason } = inbound {
            dead.push(reason);
        }
    }
    let reasons: BTreeSet<&str> = dead.iter().map(String::as_str).collect();
    assert!(files >= 80, "only {files} payloads");
    assert_eq!(counted.get("malformed"), None);
    assert!(counted["command"] >= 15, "{counted:?}");
    // Cut-down payloads of SDKs' tests: nobody could do anything with them.
    assert_eq!(
        reasons,
        BTreeSet::from([
            "a message without a channel or a timestamp",
            "an event without a type",
            "view_submission by nobody",
        ])
    );
}
