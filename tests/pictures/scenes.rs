//! The small stories behind the pictures: what people do, and which of what they then see is drawn.
//!
//! Everything runs through the real router, store and worker with a clock that is moved, so that a picture shows what the bot
//! sends and nothing else.

use std::sync::atomic::Ordering;

use chrono::Duration;
use serde_json::Value;
use switchboard::domain::directory::{AreaMode, ChannelRef};
use switchboard::domain::ids::AreaKey;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::Message;

use crate::frame::{Frame, named};
use crate::support::{Story, example, fill_request, hours, minutes, monday};

const FIELD: &str = "#field";
const AREA: &str = "#sme-ci";
const INSIDE: &str = "#sme-ci-internal";
const GROUP: &str = "#g_runner";
const QUESTION: &str =
    "/request-pm How do we keep autoscaling runners warm in two regions without paying for idle machines?";

/// A picture: the name of its file, and what it is.
pub type Picture = (&'static str, String);

/// All pictures.
pub async fn all() -> Vec<Picture> {
    let mut pictures = a_question().await;
    pictures.extend(a_pm_is_asked().await);
    pictures.extend(calls().await);
    pictures.extend(smes_first().await);
    pictures.extend(switching_on().await);
    pictures.push(a_week().await);
    pictures
}

fn one(story: &Story, place: &str, title: &str, messages: &[Message]) -> String {
    let mut frame = Frame::of(&story.slack, place);
    for message in messages {
        frame.message(message);
    }
    frame.picture(title)
}

fn only_for(story: &Story, name: &str) -> Message {
    story.slack.ephemerals_of(name).pop().expect("something that only they see")
}

async fn press(story: &Story, name: &str, channel: &str, label: &str) {
    story.person(name).click_in(channel, label).await.expect("the button is there");
    story.settle().await;
}

/// Asked, taken and answered: the card of each state, and what the requester hears.
async fn a_question() -> Vec<Picture> {
    let story = Story::begin().await;
    story.person("ava").slash_in(FIELD, QUESTION).await.expect("an answer");
    story.settle().await;
    let card = |title| one(&story, AREA, title, &[story.slack.last_message(AREA)]);
    let sent = one(&story, FIELD, "What you see after asking", &[only_for(&story, "ava")]);
    let open = card("A question that nobody has taken yet");
    story.pass(minutes(20)).await;
    press(&story, "ines", AREA, "Take it").await;
    let taken = card("The same question, taken");
    story.pass(minutes(40)).await;
    press(&story, "ines", AREA, "Answered").await;
    let answered = card("The same question, answered");
    let told: Vec<Message> = story.slack.dms_of("ava");
    vec![
        ("sent", sent),
        ("question-open", open),
        ("question-taken", taken),
        ("question-answered", answered),
        ("requester-told", one(&story, "Switchboard, to Ava", "What you hear of your question", &told)),
    ]
}

/// An SME asks a PM: the card with its clock, the reminders, and the Homes of the PM and of the area's lead.
async fn a_pm_is_asked() -> Vec<Picture> {
    let story = Story::begin().await;
    let ask = "/request-pm Can a fleet of runners scale to zero in one region only?";
    story.person("ava").slash_in(FIELD, ask).await.expect("an answer");
    story.settle().await;
    press(&story, "ines", AREA, "Take it").await;
    let words = "Can autoscaling go to zero for one region of a fleet?";
    story.press_and_fill("ines", (AREA, "Ask the PM"), "Your question to the PM", words).await;
    story.settle().await;
    let card = story.slack.last_message(INSIDE);
    let inquiry =
        one(&story, INSIDE, "An SME asks a PM, with the time to answer by", std::slice::from_ref(&card));
    let pm = home(&story, "paul", "The Home tab of a PM who owes an answer").await;
    story.pass(hours(3)).await;
    story.person("ava").slash_in(FIELD, QUESTION).await.expect("an answer");
    story.settle().await;
    let lead = home(&story, "lena", "The Home tab of an area lead").await;
    story.pass(hours(1)).await;
    let thread = story.slack.thread(INSIDE, &card.ts);
    let reminders = one(&story, INSIDE, "The reminders after 2, 3 and 4 hours", &thread);
    vec![("inquiry", inquiry), ("reminders", reminders), ("home-pm", pm), ("home-lead", lead)]
}

/// A customer call that comes too soon, and one that holds.
async fn calls() -> Vec<Picture> {
    let story = Story::begin().await;
    ask_for_call(&story, hours(40)).await;
    let soon = one(&story, FIELD, "A call that is asked for too late", &[only_for(&story, "ava")]);
    let story = Story::begin().await;
    ask_for_call(&story, hours(75)).await;
    let card =
        one(&story, GROUP, "A PM is asked to join a customer call", &[story.slack.last_message(GROUP)]);
    vec![("call-too-soon", soon), ("call", card)]
}

async fn ask_for_call(story: &Story, ahead: Duration) {
    let ava = story.person("ava");
    fill_request(story, "ava", "A PM in a customer meeting", "Verify › Runner").await;
    ava.fill("Your question", "Where runners go in the next year").await.expect("a field");
    ava.submit().await.expect("a second page");
    ava.fill("Start", monday() + ahead).await.expect("a field");
    ava.fill("Goal of the call", "They decide whether to renew.").await.expect("a field");
    ava.fill("Who comes, in which role", "Head of platform, two engineers").await.expect("a field");
    ava.submit().await.expect("a form that can be sent");
    story.settle().await;
}

/// A PM named in a question, and a PM mentioned in a channel: SMEs are offered, only to whoever wrote it.
async fn smes_first() -> Vec<Picture> {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let ask = "/request-pm @paul why does the runner fleet wait so long?";
    ava.slash_in(FIELD, ask).await.expect("an answer");
    let first = one(&story, FIELD, "SMEs are offered first", &[only_for(&story, "ava")]);
    let story = Story::begin().await;
    story.person("raj").say(FIELD, "@paul how do shared runners cache?").await.expect("a message");
    story.settle().await;
    let seen = [story.slack.last_message(FIELD), only_for(&story, "raj")];
    vec![
        ("sme-first", first),
        ("ping-offer", one(&story, FIELD, "A PM was mentioned, and SMEs are offered", &seen)),
    ]
}

/// Where an area is only observed, and what admins see.
async fn switching_on() -> Vec<Picture> {
    let story = Story::begin().await;
    let ask = "/request-pm how does failover of geo replicas work?";
    story.person("raj").slash_in(FIELD, ask).await.expect("an answer");
    let not_yet = one(&story, FIELD, "An area that is being tried out", &[only_for(&story, "raj")]);
    // The story lets the worker work, whose loops would have left these signs.
    let health = &story.bot.app.health;
    for sign in [&health.last_tick, &health.last_errands] {
        sign.store(story.clock.now().timestamp_micros(), Ordering::Relaxed);
    }
    story.person("admin").slash_in(FIELD, "/request-pm admin").await.expect("a card");
    let admin = one(&story, FIELD, "The card for admins", &[only_for(&story, "admin")]);
    vec![("not-on-yet", not_yet), ("admin-card", admin)]
}

/// The numbers of a week, against what was counted while the area was observed.
async fn a_week() -> Picture {
    let mut rules = Rules::default();
    rules.reports.channel = Some(ChannelRef::Name("product".to_owned()));
    let mut directory = example();
    directory.sme_areas[&AreaKey::from("ci")].mode = AreaMode::Observe;
    let story = Story::with(directory, rules).await;
    story.bot.tell_the_week().await.expect("nothing to tell yet");
    for day in 0..7 {
        let text = format!("@paul how do shared runners cache on day {day}?");
        story.person("ava").say(FIELD, &text).await.expect("a message");
        let text = format!("@petra who knows why runners wait on day {day}?");
        story.person("raj").say(FIELD, &text).await.expect("a message");
        story.pass(hours(24)).await;
    }
    let on = "/request-pm admin mode ci on";
    story.person("admin").slash_in(FIELD, on).await.expect("an answer");
    story.bot.tell_the_week().await.expect("since now it is on");
    for name in ["ava", "raj"] {
        let text = format!("@petra is that so, asks {name}?");
        story.person(name).say(FIELD, &text).await.expect("a message");
        story.person(name).slash_in(FIELD, QUESTION).await.expect("an answer");
        story.settle().await;
        press(&story, "ines", AREA, "Take it").await;
        press(&story, "ines", AREA, "Answered").await;
    }
    let words = "Does the scheduler share its cache?";
    story
        .person("cara")
        .slash_in(FIELD, "/request-pm How do shared runners cache?")
        .await
        .expect("an answer");
    story.settle().await;
    story.press_and_fill("ines", (AREA, "Ask the PM"), "Your question to the PM", words).await;
    story.settle().await;
    let card = story.slack.last_message(INSIDE);
    story.pass(hours(2) + minutes(30)).await;
    story.person("paul").reply(INSIDE, &card.ts, "Only within a fleet.").await.expect("a reply");
    story.pass(hours(24 * 7)).await;
    story.bot.tell_the_week().await.expect("the week");
    story.settle().await;
    let post = story.slack.dms_of("lena").pop().expect("the post of the week");
    ("week", one(&story, "Switchboard, to Lena", "The numbers of a week, to an area's lead", &[post]))
}

/// A person's Home, as it was published last.
async fn home(story: &Story, name: &str, title: &str) -> String {
    story.person(name).open_home().await.expect("a Home tab");
    story.settle().await;
    let person = story.person(name).id().expect("somebody");
    let calls = story.slack.calls_of("views.publish");
    let shown = calls.iter().rev().find(|call| call.args.get("user_id").is_some_and(|id| *id == *person));
    let view = match &shown.expect("a Home").args["view"] {
        Value::String(text) => serde_json::from_str(text).expect("a view"),
        other => other.clone(),
    };
    let mut frame = Frame::of(&story.slack, &format!("Switchboard › Home, as {} sees it", named(name)));
    frame.home(view["blocks"].as_array().expect("blocks"));
    frame.picture(title)
}
