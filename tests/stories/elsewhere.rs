//! The command and the shortcuts where they cannot do what they do elsewhere: between two people, where another organisation
//! reads along, where we are not, and in a thread. Each gets a way on, and nothing is said where it should not be (point 9).

use std::io::Write as _;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};
use switchboard::sandbox::Message;
use switchboard::slack::verify::sign;
use tower::ServiceExt;

use crate::support::{SECRET, Story};

const ASKED: &str = "/request-pm how does SAST handle monorepos for Contoso?";

/// A channel that is there from now on; it is known to the bot as far as Slack shows it.
async fn known(story: &Story) {
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    story.hear().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_between_two_people_is_previewed_and_sent() {
    let story = Story::begin().await;
    let direct = story.slack.add_direct(&["ava", "raj"]);
    let ava = story.person("ava");
    let answer = ava.slash_in(&direct, ASKED).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    This was said in a private place. It would go to #sme-security in these words:
    > how does SAST handle monorepos for Contoso?
    [Post] [Edit] [Cancel]
    ");
    ava.click_in(&direct, "Post").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > how does SAST handle monorepos for Contoso?
    Ava · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]

    @ava+raj (only @ava) switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    story.person("ada").click_in("#sme-security", "Take it").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("@ava Switchboard:\nAda took *HFJ*."), "she hears by direct message: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_in_our_own_direct_messages() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in_dm(ASKED).await.unwrap();
    assert!(answer.plain().starts_with("This was said in a private place."), "{}", answer.plain());
    ava.click_in_dm("Post").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-security").contains("> how does SAST handle monorepos for Contoso?"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_where_another_organisation_reads_along() {
    let story = Story::begin().await;
    story.slack.add_user("otto").stranger("T0OTHER");
    story.slack.add_channel("#ext-contoso").shared().members(&["ava", "otto"]).with_bot();
    known(&story).await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#ext-contoso", ASKED).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    This was said in a private place. It would go to #sme-security in these words:
    > how does SAST handle monorepos for Contoso?
    [Post] [Edit] [Cancel]
    ");
    ava.click_in("#ext-contoso", "Post").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #ext-contoso (only @ava) switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > how does SAST handle monorepos for Contoso?
    Ava · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]
    ");
    story.person("ada").click_in("#sme-security", "Answered").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("@ava Switchboard:\nAda answered *HFJ*"), "{told}");
    // By the form as well, which says nothing there either.
    ava.say("#ext-contoso", "@switchboard how do runners scale?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #ext-contoso (only @ava) switchboard:
    This is shared with another organisation, so I do not post here and took nothing from here. You can ask in your own words with `/request-pm`, which only you see.
    [Ask in a form]
    ");
    ava.click_in("#ext-contoso", "Ask in a form").await.unwrap();
    ava.fill("What is it about?", "Technical question").await.unwrap();
    ava.fill("Your question", "How do runners scale?").await.unwrap();
    ava.fill("Area", "Verify › Runner").await.unwrap();
    ava.submit().await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("#ext-contoso (only @ava) switchboard:\nSent to #sme-ci"), "{told}");
    let said: Vec<String> = story.slack.messages("#ext-contoso").iter().map(Message::plain).collect();
    assert_eq!(said.len(), 1, "we posted nothing there: {said:?}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_where_we_are_not() {
    let story = Story::begin().await;
    story.slack.add_channel("#deal-fabrikam").private().members(&["ava", "raj"]);
    story.slack.add_channel("#town").members(&["ava", "raj"]);
    known(&story).await;
    let ava = story.person("ava");
    // Of a private channel we know nothing, so that its words are previewed.
    let answer = ava.slash_in("#deal-fabrikam", ASKED).await.unwrap();
    assert!(answer.plain().starts_with("This was said in a private place."), "{}", answer.plain());
    ava.click_in("#deal-fabrikam", "Post").await.unwrap();
    let told = story.hear().await;
    assert!(
        told.contains("#deal-fabrikam (only @ava) switchboard:\nSent to #sme-security as *HFJ*"),
        "{told}"
    );
    let answer = ava.slash_in("#town", "/request-pm how do runners scale?").await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-ci as"), "{}", answer.plain());
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("@ava Switchboard:\nInes took"), "{told}");
    for place in ["#deal-fabrikam", "#town"] {
        assert!(story.slack.messages(place).is_empty(), "nothing was posted in {place}");
    }
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_typed_in_a_thread() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = story.person("raj").say("#field", "Lunch?").await.unwrap();
    ava.reply("#field", &root, ASKED).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    Slack takes no commands in a thread, so that was only a message. Shall I ask SMEs with it?
    [Ask SMEs] [It is about direction] [No]
    ");
    ava.click_in_thread("#field", &root, "Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 09:00, I ask the area lead.
    There because it names SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #field › thread (only @ava) switchboard:
    I am reading your message; then I say where it goes.

    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > how does SAST handle monorepos for Contoso?
    Ava · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]
    ");
    // Colleagues show each other what to type: nothing is asked unasked, and outside threads Slack would have taken it.
    let other = story.person("raj").say("#field", "Coffee?").await.unwrap();
    ava.reply("#field", &other, "/request-pm").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    Slack takes no commands in a thread, so that was only a message. Please mention me here, or use *Ask an expert* on the message that asks.
    [Ask in a form]
    ");
    ava.say("#field", "/request-pm is what you want, Raj.").await.unwrap();
    ava.reply("#field", &root, "/request-pms are many").await.unwrap();
    assert_eq!(story.hear().await, "");
    // What is about ourselves is answered, to them alone.
    ava.reply("#field", &root, "/request-pm mine").await.unwrap();
    let told = story.hear().await;
    assert!(told.starts_with("#field › thread (only @ava) switchboard:\n*You asked*"), "{told}");
    // A mention may quote it.
    ava.say("#field", "@switchboard /request-pm do merge trains work with forks?").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("\n> do merge trains work with forks?\n"), "{told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_typed_in_threads_where_nothing_is_taken() {
    let story = Story::begin().await;
    story.slack.add_channel("#ext-contoso").shared().members(&["ava"]).with_bot();
    known(&story).await;
    let ava = story.person("ava");
    let root = ava.say("#ext-contoso", "Hello").await.unwrap();
    ava.reply("#ext-contoso", &root, ASKED).await.unwrap();
    let told = story.hear().await;
    assert!(told.starts_with("#ext-contoso › thread (only @ava) switchboard:\nThis is shared"), "{told}");
    let sam = story.person("sam");
    let root = sam.say("#sme-ci-internal", "Lunch?").await.unwrap();
    sam.reply("#sme-ci-internal", &root, ASKED).await.unwrap();
    let told = story.hear().await;
    assert!(
        told.contains("(only @sam) switchboard:\nWhat is said in an internal channel stays there"),
        "{told}"
    );
    // Under a card that is there already its state is told.
    ava.slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    story.hear().await;
    let card = story.slack.last_message("#sme-ci").ts;
    story.person("sam").reply("#sme-ci", &card, "/request-pm how do runners scale?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread (only @sam) switchboard:
    *Runner* · question · *HFJ*
    Ava · asked today 09:00 · ‹open›
    There because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Why there] [Add detail] [Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shortcuts_between_two_people() {
    let story = Story::begin().await;
    let direct = story.slack.add_direct(&["ava", "paul"]);
    let (ava, paul) = (story.person("ava"), story.person("paul"));
    let asked = ava.say(&direct, "Hi Paul, how does SAST handle monorepos?").await.unwrap();
    paul.message_shortcut("redirect_to_smes", &direct, &asked).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    This was said in a private place. It would go to #sme-security in these words:
    > Hi Paul, how does SAST handle monorepos?
    [Post] [Edit] [Cancel]

    @ava+paul (only @paul) switchboard:
    Ava sees it first, and decides whether it is posted.
    ");
    ava.click_in_dm("Post").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("#sme-security Switchboard:\n*SAST* · question · *HFJ*"), "{told}");
    paul.message_shortcut("ask_the_pm", &direct, &asked).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava+paul (only @paul) switchboard:
    SMEs put a message to the PM in their internal channel, so nothing was sent. *Ask an expert* takes it to SMEs, and `/request-pm` reaches a PM for roadmap, direction or a gap.
    [Ask in a form]
    ");
    let own = ava.say(&direct, "And do merge trains work with forks?").await.unwrap();
    ava.message_shortcut("ask_expert", &direct, &own).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    This was said in a private place. It would go to #sme-planning in these words:
    > And do merge trains work with forks?
    [Post] [Edit] [Cancel]
    ");
    ava.click_in_dm("Post").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("#sme-planning Switchboard:\n*Merge Trains* · question"), "{told}");
    story.person("mei").click_in("#sme-planning", "Take it").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("@ava Switchboard:\nMei took"), "not where we are not: {told}");
    assert_eq!(story.slack.messages(&direct).len(), 2, "we posted nothing there");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shortcuts_where_another_organisation_reads_along() {
    let story = Story::begin().await;
    story.slack.add_user("otto").stranger("T0OTHER");
    // One that we see, and one that we do not: there the message itself says that it is from outside.
    story.slack.add_channel("#ext-contoso").shared().members(&["ava", "paul", "otto"]).with_bot();
    story.slack.add_channel("#ext-fabrikam").shared().private().members(&["ava", "paul", "otto"]);
    known(&story).await;
    for place in ["#ext-contoso", "#ext-fabrikam"] {
        let said = story.person("otto").say(place, "How does SAST handle monorepos?").await.unwrap();
        for (who, shortcut) in [("ava", "ask_expert"), ("paul", "redirect_to_smes"), ("ava", "ask_the_pm")] {
            story.person(who).message_shortcut(shortcut, place, &said).await.unwrap();
            let told = story.hear().await;
            assert!(told.contains(&format!("{place} (only @{who}) switchboard:\nThis is shared")), "{told}");
            assert!(told.ends_with("\n[Ask in a form]"), "a way on: {told}");
        }
    }
    assert_eq!(story.slack.messages("#ext-contoso").len(), 1);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shortcuts_where_we_are_not() {
    let story = Story::begin().await;
    story.slack.add_channel("#town").members(&["ava", "raj", "paul"]);
    known(&story).await;
    let (ava, raj) = (story.person("ava"), story.person("raj"));
    let asked = ava.say("#town", "How does SAST handle monorepos?").await.unwrap();
    raj.message_shortcut("ask_expert", "#town", &asked).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > How does SAST handle monorepos?
    Ava · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]

    #town (only @raj) switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    story.person("ada").click_in("#sme-security", "Answered").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("@ava Switchboard:\nAda answered *HFJ*"), "{told}");
    let asked = ava.say("#town", "@paul do merge trains work with forks?").await.unwrap();
    story.person("paul").message_shortcut("redirect_to_smes", "#town", &asked).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-planning Switchboard:
    *Merge Trains* · question · *HN6*
    > @Paul do merge trains work with forks?
    Ava · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-planning
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @oskar @mei @noor]

    #town (only @paul) switchboard:
    Sent to #sme-planning as *HN6*. If nobody takes it by tomorrow 01:00, I ask the area lead.
    There because it names Merge Trains, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert_eq!(story.slack.messages("#town").len(), 2, "we posted nothing there");
    story.nothing_unread();
}

/// A request that Slack really sent, from the shared folder; `None` where that is absent.
fn real(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SWITCHBOARD_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("data/slack/payloads").join(name);
    if !path.is_file() {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// Sends it as Slack does.
async fn send(story: &Story, content_type: &str, body: String) {
    let timestamp = story.clock.now().timestamp();
    let request = Request::post("/slack/events")
        .header("content-type", content_type)
        .header("X-Slack-Request-Timestamp", timestamp.to_string())
        .header("X-Slack-Signature", sign(SECRET, timestamp, body.as_bytes()))
        .body(Body::from(body))
        .unwrap();
    let answer = story.bot.router().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_shortcut_on_a_message_between_two_people() {
    let Some(mut payload) = real("message_action.706521ff.json") else { return };
    assert!(payload["channel"]["id"].as_str().unwrap().starts_with('D'), "a direct message: {payload}");
    let story = Story::begin().await;
    let (ava, paul) = (story.person("ava").id().unwrap(), story.person("paul").id().unwrap());
    payload["team"]["id"] = json!(story.slack.team_id());
    payload["user"]["id"] = json!(paul);
    payload["message"]["user"] = json!(ava);
    let link = payload["message"]["text"].as_str().unwrap().to_owned();
    payload["message"]["text"] = json!(format!("How does SAST handle monorepos? {link}"));
    let direct = story.slack.add_direct(&["ava", "paul"]);
    for (callback, told) in [
        ("ask_the_pm", "SMEs put a message to the PM in their internal channel"),
        ("redirect_to_smes", "Ava sees it first, and decides whether it is posted."),
    ] {
        payload["callback_id"] = json!(callback);
        payload["trigger_id"] = json!(format!("1.{callback}"));
        payload["response_url"] = json!(story.slack.response_url("paul", &direct));
        let form = form_urlencoded::Serializer::new(String::new());
        let body = { form }.append_pair("payload", &payload.to_string()).finish();
        send(&story, "application/x-www-form-urlencoded", body).await;
        let heard = story.hear().await;
        assert!(heard.contains(&format!("@ava+paul (only @paul) switchboard:\n{told}")), "{heard}");
    }
    let preview = story.last_dm("ava");
    assert!(preview.contains("> How does SAST handle monorepos? "), "its author sees it first: {preview}");
    assert!(story.slack.messages("#sme-security").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_mention_in_a_channel_that_is_shared() {
    let Some(mut envelope) = real("event_callback.app_mention.0be0616f.json") else { return };
    assert_eq!(envelope["is_ext_shared_channel"], json!(true));
    let story = Story::begin().await;
    // What our names do not tell yet, the envelope does.
    story.slack.add_channel("#ext-contoso").members(&["ava"]).with_bot();
    let us = story.slack.bot_user_id();
    envelope["team_id"] = json!(story.slack.team_id());
    envelope["authorizations"][0]["team_id"] = json!(story.slack.team_id());
    envelope["authorizations"][0]["user_id"] = json!(us);
    let event = &mut envelope["event"];
    event["channel"] = json!(story.slack.channel_id("#ext-contoso"));
    event["user"] = json!(story.person("ava").id().unwrap());
    event["text"] = json!(format!("<@{us}> how does SAST handle monorepos?"));
    event["ts"] = json!("1795165200.000100");
    // As it is, somebody of another organisation: nobody is answered.
    send(&story, "application/json", envelope.to_string()).await;
    assert_eq!(story.hear().await, "");
    // The same of a colleague.
    for key in ["team", "user_team", "source_team"] {
        envelope["event"][key] = json!(story.slack.team_id());
    }
    send(&story, "application/json", envelope.to_string()).await;
    let told = story.hear().await;
    assert!(told.starts_with("#ext-contoso (only @ava) switchboard:\nThis is shared"), "{told}");
    assert!(story.slack.messages("#ext-contoso").is_empty());
    story.nothing_unread();
}
