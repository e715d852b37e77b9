//! Every form fits Slack's schema and limits.

use std::fs;
use std::io::Write as _;

use super::*;
use crate::slack::parse::tests::data::shared;

/// Every form, and the request form with the fields of every reason.
fn every_view() -> Vec<(String, Value)> {
    let (org, rules) = (org(), Rules::default());
    let mut views: Vec<(String, Value)> = Form::ALL
        .into_iter()
        .map(|form| {
            let view = view(form, &form_context(), &Prefill::default(), &org, &rules, None);
            (form.callback_id().to_owned(), view)
        })
        .collect();
    for reason in Reason::ALL {
        let prefill = Prefill {
            reason: Some(reason),
            place: Some(PlaceId("category/verify/runner/core".to_owned())),
            text: Some("How do we keep <runners> warm & cheap? ".repeat(100)),
            customer: Some("Contoso".to_owned()),
            links: vec!["https://issues.example/1".to_owned()],
        };
        views.push((reason.key().to_owned(), request_form(&prefill)));
    }
    views
}

#[test]
fn every_form_fits_slacks_schema() {
    let Some(folder) = shared().map(|shared| shared.join("data/slack/schema")) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return;
    };
    let text = fs::read_to_string(folder.join("view.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, view) in every_view() {
        let errors: Vec<String> = validator
            .iter_errors(&view)
            .map(|error| {
                format!(
                    "{}: {}",
                    error.instance_path(),
                    error.to_string().chars().take(300).collect::<String>()
                )
            })
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    assert!(!validator.is_valid(&json!({"type": "modal"})), "the schema refuses nothing");
}

fn length(value: &Value) -> usize {
    value.as_str().unwrap().chars().count()
}

#[test]
fn every_form_keeps_slacks_limits() {
    for (name, view) in every_view() {
        for part in ["title", "submit", "close"] {
            assert!((1..=24).contains(&length(&view[part]["text"])), "{name}: {part}");
        }
        assert!(length(&view["private_metadata"]) <= 3_000);
        assert!(length(&view["callback_id"]) <= 255);
        let blocks = view["blocks"].as_array().unwrap();
        assert!((1..=100).contains(&blocks.len()));
        let mut ids: Vec<&str> = blocks.iter().map(|block| block["block_id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: a block_id twice");
        for block in blocks.iter().filter(|block| block["type"] == "input") {
            assert!(length(&block["label"]["text"]) <= 2_000);
            assert_eq!(block["block_id"], block["element"]["action_id"], "{name}");
            if let Some(initial) = block["element"]["initial_value"].as_str() {
                assert!(initial.chars().count() <= 2_000, "{name}");
            }
            let groups = block["element"]["option_groups"].as_array().cloned().unwrap_or_default();
            for option in groups.iter().flat_map(|group| group["options"].as_array().unwrap()) {
                assert!((1..=75).contains(&length(&option["text"]["text"])), "{name}");
                assert!((1..=150).contains(&length(&option["value"])), "{name}");
            }
        }
    }
}

#[test]
fn the_menu_offers_every_reason_once() {
    let mut offered: Vec<Reason> =
        words::REASON_GROUPS.iter().flat_map(|(_, reasons)| reasons.iter().copied()).collect();
    let mut all = Reason::ALL.to_vec();
    offered.sort_by_key(|reason| reason.key());
    all.sort_by_key(|reason| reason.key());
    assert_eq!(offered, all);
}

#[test]
fn every_form_carries_its_context() {
    for (name, view) in every_view() {
        assert_eq!(context(&view), form_context(), "{name}");
    }
    assert_eq!(context(&json!({"private_metadata": "theirs"})), FormContext::default());
}

#[test]
fn places_are_offered_by_full_name_and_every_option_fits() {
    let org = org();
    let found: Vec<&Place> = org.places().iter().collect();
    let answer = options(&found);
    let shown: Vec<(usize, &str)> = answer["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| (length(&option["text"]["text"]), option["value"].as_str().unwrap()))
        .collect();
    // The last one's own id is too long for Slack: its group stands in.
    let values: Vec<&str> = shown.iter().map(|(_, value)| *value).collect();
    assert_eq!(
        values,
        ["stage/verify", "group/verify/runner", "category/verify/runner/core", "group/verify/runner"]
    );
    assert!(shown.iter().all(|(length, value)| *length <= 75 && value.len() <= 150));
    let many: Vec<&Place> = org.places().iter().cycle().take(500).collect();
    assert_eq!(options(&many)["options"].as_array().unwrap().len(), 4);
    assert_eq!(options(&[]), json!({"options": []}));
}

#[test]
fn no_form_shows_what_is_not_for_everybody() {
    for form in Form::ALL {
        let drawn =
            view(form, &form_context(), &Prefill::default(), &org(), &Rules::default(), Some(&engagement()));
        assert!(!drawn.to_string().contains("SECRET"), "{form:?}");
    }
}

#[test]
fn an_engagements_form_is_filled_with_what_it_is_about() {
    let of = |form| {
        view(form, &form_context(), &Prefill::default(), &org(), &Rules::default(), Some(&engagement()))
    };
    let reschedule = of(Form::Reschedule);
    let about = format!("{} · Runner: Which <roadmap> fits?", EngagementId(7));
    assert_eq!(reschedule["blocks"][0]["text"], fields::words(&about));
    assert_eq!(reschedule["blocks"][1]["element"]["initial_date_time"], 1_800_000_000);
    assert_eq!(of(Form::AskPm)["blocks"][1]["element"]["initial_value"], "Which <roadmap> fits?");
    assert_eq!(of(Form::Detail)["blocks"][1]["element"]["initial_value"], Value::Null);
    let request = of(Form::Request);
    assert_eq!(request["blocks"][0]["element"]["initial_option"]["value"], "customer_meeting");
    assert_eq!(request["blocks"][1]["element"]["initial_option"]["value"], "group/verify/runner");
    assert!(fields_of(&request).contains(&"attendees"));
    let prefill = Prefill { text: Some("How?".to_owned()), ..Prefill::default() };
    let drawn = view(Form::EditDraft, &form_context(), &prefill, &org(), &Rules::default(), None);
    assert_eq!(drawn["blocks"][0]["element"]["initial_value"], "How?");
}
