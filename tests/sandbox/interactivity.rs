//! Commands, clicks, shortcuts and modals, as a person meets them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use switchboard::sandbox::{NotPossible, Submission, WorkspaceSetup};

use crate::bot::{button, section, workspace, workspace_with};

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn form() -> Value {
    json!({"type": "modal", "callback_id": "ask", "title": plain("Ask"), "submit": plain("Send"),
        "notify_on_close": true, "blocks": [
        {"type": "input", "block_id": "question", "label": plain("Question"),
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20}},
        {"type": "input", "block_id": "area", "label": plain("Area"), "optional": true,
            "element": {"type": "external_select", "action_id": "area", "min_query_length": 1}},
        {"type": "input", "block_id": "when", "label": plain("When"), "optional": true,
            "element": {"type": "datetimepicker", "action_id": "at"}},
        {"type": "section", "block_id": "kind", "text": plain("Kind"), "accessory":
            {"type": "static_select", "action_id": "kind", "options": [
                {"text": plain("Roadmap"), "value": "r"}, {"text": plain("Gap"), "value": "g"}]}}]})
}

#[tokio::test]
async fn a_command_is_answered_to_the_person_alone() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    bot.next_body(&json!({"text": "I ask <#C0|sme-ci>."}));
    let answer =
        ws.person("ava").slash_in("#field", "/request-pm ask @ines about #field & #sme-ci-internal").await?;
    assert_eq!(answer.plain(), "I ask #sme-ci.");
    let sent = bot.last();
    let expected = format!(
        "ask <@{}|ines> about <#{}|field> &amp; <#{}|>",
        ws.user_id("ines"),
        ws.channel_id("#field"),
        ws.channel_id("#sme-ci-internal")
    );
    assert_eq!(sent.field("text"), expected);
    assert_eq!(
        (sent.field("command").as_str(), sent.field("channel_name").as_str()),
        ("/request-pm", "field")
    );
    assert_eq!(ws.ephemerals_of("ava")[0].plain(), "I ask #sme-ci.");
    ws.person("ines").slash_in("#sme-ci-internal", "/request-pm").await?;
    assert_eq!(bot.last().field("channel_name"), "privategroup");
    ws.person("ava").slash_in_dm("/request-pm help").await?;
    assert_eq!(bot.last().field("channel_name"), "directmessage");
    Ok(())
}

#[tokio::test]
async fn a_broken_answer_is_shown_as_slack_shows_it() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    bot.next_status(500);
    let answer = ws.person("ava").slash_in("#field", "/request-pm").await?;
    assert_eq!(answer.plain(), "/request-pm failed with the error \"dispatch_failed\"");
    assert!(!answer.ok());
    bot.next_body(&json!({"response_type": "in_channel", "text": "for all"}));
    assert!(ws.person("ava").slash_in("#field", "/request-pm").await?.in_channel);
    assert_eq!(ws.last_message("#field").plain(), "for all");
    Ok(())
}

#[tokio::test]
async fn a_click_brings_the_message_and_a_response_url() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    let blocks = json!([section("Runner"), {"type": "actions", "block_id": "acts", "elements": [button("Take it", "take"),
        {"type": "overflow", "action_id": "more", "options": [{"text": plain("Wrong area"), "value": "w"}]}]}]);
    let post = json!({"channel": ws.channel_id("#field"), "text": "card", "blocks": blocks});
    let ts = api.call("chat.postMessage", &post).await["ts"].as_str().unwrap().to_owned();
    ws.person("ines").click("#field", &ts, "Take it").await?;
    let payload = bot.arrived().iter().rev().find(|one| !one.field("payload").is_empty()).unwrap().json();
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["container"]["message_ts"], ts);
    assert_eq!(
        (&payload["actions"][0]["action_id"], &payload["actions"][0]["value"]),
        (&json!("take"), &json!("K7Q"))
    );
    assert_eq!(payload["user"]["id"], ws.user_id("ines"));
    ws.person("ines").click_in("#field", "Wrong area").await?;
    let payload = bot.last().json();
    assert_eq!(payload["actions"][0]["selected_option"]["value"], "w");
    let refused = ws.person("ines").click_in("#field", "Ask the PM").await.unwrap_err();
    assert_eq!(refused.to_string(), "ines sees no “Ask the PM” there");

    let url = payload["response_url"].as_str().unwrap();
    let respond = |body: Value| api.post(url, "application/json", body.to_string());
    assert_eq!(respond(json!({"text": "only you"})).await.unwrap().0, 200);
    assert_eq!(ws.ephemerals_of("ines").len(), 1);
    respond(json!({"replace_original": true, "text": "gone over"})).await.unwrap();
    assert_eq!(ws.last_message("#field").plain(), "gone over");
    respond(json!({"response_type": "in_channel", "text": "all"})).await.unwrap();
    assert_eq!(ws.messages("#field").len(), 2);
    respond(json!({"delete_original": true})).await.unwrap();
    assert_eq!(ws.messages("#field").len(), 1);
    respond(json!({"text": "fifth"})).await.unwrap();
    let (status, _, body) = respond(json!({"text": "sixth"})).await.unwrap();
    assert_eq!((status, body.contains("used_url")), (404, true));
    Ok(())
}

#[tokio::test]
async fn a_response_url_lives_half_an_hour() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    ws.person("ava").slash_in("#field", "/request-pm").await?;
    let url = bot.last().field("response_url");
    ws.clock().advance(TimeDelta::minutes(31));
    let (_, _, body) = api.post(&url, "application/json", json!({"text": "late"}).to_string()).await.unwrap();
    assert!(body.contains("expired_url"));
    Ok(())
}

#[tokio::test]
async fn a_trigger_works_once_and_for_three_seconds() -> Result<(), NotPossible> {
    let (ws, _, api) = workspace().await;
    let open = |trigger: String| {
        let api = api.clone();
        async move { api.call("views.open", &json!({"trigger_id": trigger, "view": form()})).await }
    };
    let first = ws.person("ava").slash_in("#field", "/request-pm").await?.trigger_id;
    assert_eq!(open(first.clone()).await["ok"], true);
    assert_eq!(open(first).await["error"], "trigger_exchanged");
    let second = ws.person("ava").slash_in("#field", "/request-pm").await?.trigger_id;
    ws.clock().advance(TimeDelta::seconds(4));
    assert_eq!(open(second).await["error"], "trigger_expired");
    assert_eq!(open("1.2.3".into()).await["error"], "invalid_trigger_id");
    Ok(())
}

#[tokio::test]
async fn a_form_is_filled_and_sent() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    let ava = ws.person("ava");
    bot.open_next("views.open", form());
    ava.slash_in("#field", "/request-pm").await?;
    insta::assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Ask ==
    Question: […]
    Area (optional): [… ▾]
    When (optional): [… ▾]
    Kind
    [… ▾]
    (Send)
    ");
    let required = ava.submit().await?;
    assert!(matches!(required, Submission::Errors(errors) if errors.contains_key("question")));
    ava.fill("Question", "how long?").await?;
    bot.next_body(&json!({"options": [{"text": plain("Runner"), "value": "runner"}]}));
    assert_eq!(ava.type_ahead("area", "Ru").await?, ["Runner"]);
    assert!(ava.type_ahead("area", "").await?.is_empty(), "too short to ask");
    bot.next_body(&json!({"options": [{"text": plain("Runner"), "value": "runner"}]}));
    ava.fill("Area", "Runner").await?;
    ava.fill("When", "2026-11-24 10:00").await?;
    ava.fill("Kind", "Gap").await?;
    assert_eq!(
        bot.last().json()["actions"][0]["selected_option"]["value"],
        "g",
        "a menu outside inputs dispatches"
    );
    assert_eq!(ava.submit().await?, Submission::Closed);
    let payload = bot.last().json();
    let values = &payload["view"]["state"]["values"];
    assert_eq!(values["question"]["text"], json!({"type": "plain_text_input", "value": "how long?"}));
    assert_eq!(values["area"]["area"]["selected_option"]["value"], "runner");
    assert_eq!(values["when"]["at"]["selected_date_time"], 1_795_510_800);
    assert_eq!(values["kind"]["kind"]["selected_option"]["value"], "g");
    assert!(ava.open_view().is_none());
    Ok(())
}

#[tokio::test]
async fn a_submission_is_answered_strictly() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    let ava = ws.person("ava");
    bot.open_next("views.open", form());
    ava.slash_in("#field", "/request-pm").await?;
    ava.fill("Question", "how?").await?;
    bot.next_body(&json!({"response_action": "errors", "errors": {"question": "Say more."}}));
    assert_eq!(ava.submit().await?, Submission::Errors([("question".into(), "Say more.".into())].into()));
    assert!(ava.open_view().unwrap().plain().contains("! Question: Say more."));
    bot.next_body(&json!({"response_action": "errors", "errors": {"nowhere": "Say more."}}));
    assert!(matches!(ava.submit().await?, Submission::Failed(_)));
    bot.next_body(&json!({"response_action": "update", "view": form()}));
    assert_eq!(ava.submit().await?, Submission::Updated);
    assert_eq!(ava.open_view().unwrap().values["question"]["text"]["value"], "how?", "what was typed stays");
    for depth in [2, 3] {
        bot.next_body(&json!({"response_action": "push", "view": form()}));
        ava.fill("Question", "how?").await?;
        assert_eq!(ava.submit().await?, Submission::Pushed);
        assert_eq!(ava.open_view().unwrap().depth, depth);
    }
    bot.next_body(&json!({"response_action": "push", "view": form()}));
    ava.fill("Question", "how?").await?;
    assert_eq!(ava.submit().await?, Submission::Failed("push_limit_reached".into()));
    let view = ava.open_view().unwrap();
    let stale = json!({"view_id": view.id, "hash": "1.old", "view": form()});
    assert_eq!(api.call("views.update", &stale).await["error"], "hash_conflict");
    ava.close().await?;
    assert_eq!(bot.last().json()["type"], "view_closed");
    bot.next_body(&json!({"response_action": "clear"}));
    assert_eq!(ava.submit().await?, Submission::Cleared);
    assert!(ava.open_view().is_none());
    Ok(())
}

#[tokio::test]
async fn shortcuts_work_where_the_bot_is_absent() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    let ts = ws.person("ava").say("#elsewhere", "a question").await?;
    ws.person("ava").message_shortcut("ask_expert", "#elsewhere", &ts).await?;
    let payload = bot.last().json();
    assert_eq!(
        (&payload["type"], &payload["message"]["text"]),
        (&json!("message_action"), &json!("a question"))
    );
    ws.person("ava").global_shortcut("ask").await?;
    let payload = bot.last().json();
    assert_eq!((&payload["type"], &payload["response_url"]), (&json!("shortcut"), &Value::Null));
    Ok(())
}

#[tokio::test]
async fn app_home_is_published_opened_and_clicked() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    let home = json!({"type": "home", "blocks": [section("Yours: none"), {"type": "actions", "elements": [button("Ask", "ask")]}]});
    let published = api.call("views.publish", &json!({"user_id": ws.user_id("ava"), "view": home})).await;
    assert_eq!(published["ok"], true);
    assert_eq!(ws.person("ava").open_home().await?.unwrap(), "Yours: none\n[Ask]");
    assert_eq!(bot.events("app_home_opened")[0]["event"]["tab"], "home");
    ws.person("ava").click_home("Ask").await?;
    assert_eq!(bot.last().json()["view"]["type"], "home");
    Ok(())
}

#[tokio::test]
async fn a_home_has_slacks_limits_and_errors() -> Result<(), NotPossible> {
    let (ws, _, api) = workspace().await;
    let home = |blocks: usize| json!({"type": "home", "blocks": vec![section("x"); blocks]});
    let publish = async |more: Value| {
        let mut call = json!({"user_id": ws.user_id("ava"), "view": home(1)});
        for (key, value) in more.as_object().unwrap() {
            call[key] = value.clone();
        }
        let answer = api.call("views.publish", &call).await;
        if answer["ok"] == true { "ok".to_owned() } else { answer["error"].as_str().unwrap().to_owned() }
    };
    assert_eq!(publish(json!({"view": home(100)})).await, "ok");
    assert_eq!(publish(json!({"view": home(101)})).await, "invalid_arguments");
    assert_eq!(publish(json!({"view": {"type": "modal", "blocks": []}})).await, "invalid_arguments");
    assert_eq!(publish(json!({"user_id": "UNOBODY"})).await, "invalid_arguments");
    assert_eq!(publish(json!({"hash": "1.2"})).await, "hash_conflict");
    ws.limits(true);
    for _ in 0..20 {
        assert_eq!(publish(json!({})).await, "ok");
    }
    assert_eq!(publish(json!({})).await, "ratelimited");
    ws.switch_home(false);
    assert_eq!(publish(json!({})).await, "not_enabled");
    assert!(ws.person("ava").open_home().await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_bot_that_does_not_answer_in_time_is_shown_and_tried_again() -> Result<(), NotPossible> {
    let setup = WorkspaceSetup::default().answer_within(std::time::Duration::from_millis(20));
    let (ws, bot, _) = workspace_with(setup).await;
    bot.hang();
    let answer = ws.person("ava").slash_in("#field", "/request-pm").await?;
    assert_eq!(answer.plain(), "/request-pm failed with the error \"operation_timeout\"");
    ws.person("ava").say("#field", "anybody?").await?;
    assert_eq!(bot.last().header("x-slack-retry-reason"), "http_timeout");
    Ok(())
}

#[tokio::test]
async fn two_people_can_click_at_the_same_time() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    let blocks = json!([{"type": "actions", "elements": [button("Take it", "take")]}]);
    let post = json!({"channel": ws.channel_id("#field"), "text": "card", "blocks": blocks});
    api.call("chat.postMessage", &post).await;
    ws.deliver_due().await;
    let (ava, ines) = (ws.person("ava"), ws.person("ines"));
    let (first, second) = tokio::join!(ava.click_in("#field", "Take it"), ines.click_in("#field", "Take it"));
    assert_ne!(first?.trigger_id, second?.trigger_id);
    assert_eq!(bot.arrived().iter().filter(|one| !one.field("payload").is_empty()).count(), 2);
    Ok(())
}
