//! Commands, buttons, shortcuts and forms.

use serde_json::json;

use super::*;
use crate::domain::command::{Act, Action, Shortcut, Via};
use crate::slack::vocabulary::{Press, Pressed};

fn slash(text: &str) -> Inbound {
    form(&[
        ("command", "/request-pm"),
        ("team_id", "T1"),
        ("channel_id", "C1"),
        ("user_id", "UINES"),
        ("text", text),
        ("response_url", "https://hooks.example/1"),
        ("trigger_id", "1.2.3"),
    ])
}

/// An interaction by Ines, with these fields more or otherwise.
fn interaction(kind: &str, fields: &Value) -> Value {
    let mut value = json!({
        "type": kind, "team": {"id": "T1"}, "user": {"id": "UINES", "team_id": "T1"}, "channel": {"id": "C1"},
        "trigger_id": "1.2.3", "response_url": "https://hooks.example/1",
    });
    for (key, field) in fields.as_object().unwrap() {
        value[key] = field.clone();
    }
    value
}

fn pressed(press: &Pressed) -> Inbound {
    let press = Press { engagement: EngagementId(7), pressed: press.clone() };
    let value = serde_json::to_string(&press).unwrap();
    payload(&interaction("block_actions", &json!({"actions": [{"type": "button", "value": value}]})))
}

fn url_answer() -> AnswerTo {
    AnswerTo::Url {
        user: UserId::from("UINES"),
        url: "https://hooks.example/1".to_owned(),
        channel: Some(ChannelId::from("C1")),
    }
}

#[test]
fn a_probe_of_the_certificate_is_answered_and_so_is_the_challenge() {
    assert_eq!(form(&[("ssl_check", "1"), ("token", "x")]), Inbound::SslCheck);
    let challenge = json(&json!({"type": "url_verification", "challenge": "abc", "token": "x"}));
    assert_eq!(challenge, Inbound::UrlVerification { challenge: "abc".to_owned() });
}

#[test]
fn a_command_with_text_is_an_ask() {
    let got = command(slash("How do <@UAVA|ava> and <#C2|> fit &amp; why? + 1"));
    assert_eq!((got.team.as_deref(), got.keys), (Some("T1"), vec!["trigger:1.2.3".to_owned()]));
    assert_eq!(
        got.answer,
        AnswerTo::Inline {
            user: UserId::from("UINES"),
            channel: Some(ChannelId::from("C1")),
            url: Some("https://hooks.example/1".to_owned())
        }
    );
    let Command::Ask(ask) = got.command else { panic!("not an ask") };
    assert_eq!(ask.text, "How do @Ava and #private channel fit & why? + 1");
    assert_eq!(ask.via, Via::Slash { channel: ChannelId::from("C1") });
    assert_eq!((ask.reason, ask.mentions), (None, vec![UserId::from("UAVA")]));
}

#[test]
fn a_command_without_text_opens_the_form_and_words_of_ours_are_queries() {
    for text in ["", "   "] {
        let Inbound::OpenForm(open) = slash(text) else { panic!("no form") };
        assert_eq!((open.form, open.trigger_id.as_str()), (Form::Request, "1.2.3"));
        assert_eq!(open.context.channel, Some(ChannelId::from("C1")));
        assert_eq!(open.context.response_url.as_deref(), Some("https://hooks.example/1"));
    }
    for (text, query) in [
        ("help", Query::Help),
        ("mine", Query::Mine),
        ("status k7q", Query::Status { id: "k7q".to_owned() }),
        ("pilot", Query::NotUnderstood),
    ] {
        assert!(matches!(slash(text), Inbound::Query { query: got, .. } if got == query), "{text}");
    }
    // Without a trigger no form can be opened: better the help than nothing.
    let bare = form(&[("command", "/request-pm"), ("user_id", "U1"), ("channel_id", "C1")]);
    assert!(matches!(bare, Inbound::Query { query: Query::Help, .. }));
}

#[test]
fn a_button_does_opens_or_shows_what_its_value_says() {
    let got = command(pressed(&Pressed::Do(Action::Take)));
    assert_eq!((got.keys, got.answer), (vec!["trigger:1.2.3".to_owned()], url_answer()));
    let act = Act { engagement: EngagementId(7), by: UserId::from("UINES"), action: Action::Take };
    assert_eq!(got.command, Command::Act(act));

    let Inbound::OpenForm(open) = pressed(&Pressed::Open(Form::Move)) else { panic!("no form") };
    assert_eq!((open.form, open.context.engagement), (Form::Move, Some(EngagementId(7))));

    let shown = pressed(&Pressed::Show(Show::Why));
    assert_eq!(
        shown,
        Inbound::Show {
            what: Show::Why,
            engagement: EngagementId(7),
            by: UserId::from("UINES"),
            answer: url_answer(),
            outsider: false,
        }
    );
}

#[test]
fn a_menu_is_a_button_and_what_is_not_ours_is_ignored() {
    let press = Press { engagement: EngagementId(7), pressed: Pressed::Do(Action::Withdraw) };
    let value = serde_json::to_string(&press).unwrap();
    let menu = json!({"actions": [{"type": "overflow", "selected_option": {"value": value}}]});
    command(payload(&interaction("block_actions", &menu)));
    for actions in [
        json!([]),
        json!(null),
        json!([{"value": "clicked"}]),
        json!([{"value": "{\"e\":1}"}]),
        json!([{"value": "{\"e\":1,\"p\":{\"do\":{\"action\":\"explode\"}}}"}]),
        json!([{"type": "static_select", "selected_option": {"value": "technical"}}]),
        json!([{"url": "https://a.example"}]),
    ] {
        let got = payload(&interaction("block_actions", &json!({"actions": actions})));
        assert!(matches!(got, Inbound::Ignored { .. }), "{actions}");
    }
}

#[test]
fn a_message_shortcut_asks_with_that_message() {
    for (callback, shortcut) in [
        ("ask_expert", Shortcut::AskExpert),
        ("ask_the_pm", Shortcut::AskPm),
        ("redirect_to_smes", Shortcut::RedirectToSmes),
    ] {
        let message = json!({
            "ts": "1700000009.000200", "thread_ts": "1700000000.000100", "user": "UAVA", "text": "Can &lt;it&gt;?"
        });
        let fields = json!({"callback_id": callback, "message": message, "channel": {"id": "D1"}});
        let got = command(payload(&interaction("message_action", &fields)));
        assert_eq!(got.keys, ["trigger:1.2.3"]);
        let Command::Ask(ask) = got.command else { panic!("not an ask") };
        assert_eq!((ask.by.as_str(), ask.text.as_str(), ask.reason), ("UINES", "Can <it>?", None));
        assert_eq!(
            ask.via,
            Via::Shortcut {
                channel: ChannelId::from("D1"),
                ts: Ts::from("1700000009.000200"),
                thread: Some(Ts::from("1700000000.000100")),
                author: Some(UserId::from("UAVA")),
                shortcut,
            }
        );
    }
    let theirs = payload(&interaction("message_action", &json!({"callback_id": "theirs"})));
    assert!(matches!(theirs, Inbound::Ignored { .. }));
    let nowhere = payload(&interaction("message_action", &json!({"callback_id": "ask_expert"})));
    assert!(matches!(nowhere, Inbound::DeadLetter { .. }));
}

#[test]
fn the_global_shortcut_opens_the_form() {
    let fields = json!({"callback_id": "request_pm", "channel": null, "response_url": null});
    let Inbound::OpenForm(open) = payload(&interaction("shortcut", &fields)) else { panic!("no form") };
    assert_eq!((open.form, open.context), (Form::Request, FormContext::default()));
    let theirs = payload(&interaction("shortcut", &json!({"callback_id": "theirs"})));
    assert!(matches!(theirs, Inbound::Ignored { .. }));
}

#[test]
fn letters_typed_into_the_areas_field_ask_for_options() {
    let ours = payload(&interaction("block_suggestion", &json!({"action_id": "area", "value": "CI"})));
    assert_eq!(ours, Inbound::Suggest { field: Field::Area, query: "CI".to_owned() });
    let theirs = payload(&interaction("block_suggestion", &json!({"action_id": "theirs", "value": "CI"})));
    assert!(matches!(theirs, Inbound::Ignored { .. }));
}

/// A form of engagement 7, sent with this text.
fn sent(text: &Value) -> Inbound {
    let metadata = json!({"engagement": 7, "channel": "C1", "response_url": "https://hooks.example/2"});
    let view = json!({
        "id": "V2", "root_view_id": "V1", "callback_id": "detail", "private_metadata": metadata.to_string(),
        "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": text}}}},
    });
    payload(&interaction("view_submission", &json!({"view": view, "response_url": null, "channel": null})))
}

#[test]
fn a_form_that_was_sent_is_told_by_its_root_and_answers_where_it_was_opened() {
    let got = command(sent(&json!("more")));
    assert_eq!(got.keys, ["view:V1"]);
    let url = Some("https://hooks.example/2".to_owned());
    assert_eq!(got.answer, AnswerTo::Form { user: UserId::from("UINES"), url });
    let action = Action::AddDetail { text: "more".to_owned() };
    let act = Act { engagement: EngagementId(7), by: UserId::from("UINES"), action };
    assert_eq!(got.command, Command::Act(act));
    assert!(matches!(sent(&json!(null)), Inbound::FormProblems(problems) if problems.len() == 1));
}

#[test]
fn the_request_form_grows_in_the_answer_to_its_submission() {
    let values = json!({
        "reason": {"reason": {"selected_option": {"value": "gap", "text": {"text": "Gap"}}}},
        "question": {"question": {"value": "How?"}},
    });
    let view = json!({"id": "V1", "callback_id": "request", "state": {"values": values}});
    let got = payload(&interaction("view_submission", &json!({"view": view})));
    assert!(matches!(got, Inbound::FormNeedsMore { .. }), "{got:?}");
    let empty = json!({"id": "V1", "callback_id": "request", "state": {}});
    let got = payload(&interaction("view_submission", &json!({"view": empty})));
    assert!(matches!(got, Inbound::FormProblems(problems) if problems.len() == 2));
}

#[test]
fn forms_that_are_not_ours_or_were_closed_are_ignored() {
    let theirs = payload(&interaction("view_submission", &json!({"view": {"callback_id": "theirs"}})));
    assert!(matches!(theirs, Inbound::Ignored { .. }));
    for kind in ["view_closed", "dialog_submission", "interactive_message"] {
        assert!(matches!(payload(&interaction(kind, &json!({}))), Inbound::Ignored { .. }), "{kind}");
    }
}

#[test]
fn whoever_belongs_to_another_organisation_is_told_apart() {
    let press = Press { engagement: EngagementId(7), pressed: Pressed::Do(Action::Take) };
    let value = serde_json::to_string(&press).unwrap();
    for (fields, outsider) in [
        (json!({"user": {"id": "U1", "team_id": "T2"}}), true),
        (json!({"user": {"id": "U1", "team_id": "T1"}}), false),
        (json!({"user": {"id": "U1"}}), false),
        (json!({"user": {"id": "U1", "team_id": "E1"}, "enterprise": {"id": "E1"}}), false),
        (json!({"user": {"id": "U1", "team_id": "E1"}, "team": {"id": "T1", "enterprise_id": "E1"}}), false),
        (json!({"user": {"id": "U1", "team_id": "T2"}, "team": null, "enterprise": {"id": "E1"}}), false),
    ] {
        let mut payload_fields = fields.clone();
        payload_fields["actions"] = json!([{"value": value}]);
        let got = command(payload(&interaction("block_actions", &payload_fields)));
        assert_eq!(got.outsider, outsider, "{fields}");
    }
}

#[test]
fn numbers_in_the_place_of_texts_and_the_other_way_round_are_read() {
    let press = Press { engagement: EngagementId(7), pressed: Pressed::Do(Action::Take) };
    let value = serde_json::to_string(&press).unwrap();
    let fields = json!({"trigger_id": 12, "actions": [{"value": value}]});
    assert_eq!(command(payload(&interaction("block_actions", &fields))).keys, ["trigger:12"]);
}

/// A button in App Home: neither a channel nor a URL to answer in.
fn pressed_at_home(value: &str) -> Inbound {
    payload(&interaction(
        "block_actions",
        &json!({
            "channel": null, "response_url": null, "view": {"id": "V1", "type": "home"},
            "container": {"type": "view", "view_id": "V1"},
            "actions": [{"type": "button", "value": value}],
        }),
    ))
}

#[test]
fn what_is_pressed_in_home_is_answered_over_it() {
    let press = Press { engagement: EngagementId(7), pressed: Pressed::Do(Action::Take) };
    let taken = command(pressed_at_home(&serde_json::to_string(&press).unwrap()));
    assert_eq!(taken.answer, AnswerTo::Home { user: UserId::from("UINES"), trigger_id: "1.2.3".to_owned() });
    let Inbound::OpenForm(open) = pressed_at_home(r#"{"home":"ask"}"#) else { panic!("no form") };
    assert!(open.in_home && open.context.engagement.is_none());
    assert!(matches!(pressed_at_home(r#"{"home":{"list":"at_risk"}}"#), Inbound::HomeList { .. }));
    let pilot = command(pressed_at_home(r#"{"home":{"pilot":{"on":true}}}"#));
    assert!(matches!(pilot.command, crate::domain::command::Command::Switch(_)));
    assert!(matches!(pressed_at_home(r#"{"home":"elsewhere"}"#), Inbound::Ignored { .. }));
}
