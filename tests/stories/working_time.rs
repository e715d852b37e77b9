//! Working time as people see it (B4, C2): over a lunch, a weekend and holidays, from one owner to the next, and for calls.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use chrono::Duration;
use chrono_tz::Tz;
use switchboard::domain::directory::{GroupCalendar, HolidaySource};
use switchboard::domain::rules::{ClockMode, Rules};
use tokio::net::TcpListener;

use crate::support::{Story, example, hours, minutes};

/// Where SMEs and PMs of the area talk.
const INSIDE: &str = "#sme-ci-internal";
/// A question about Runner, whose PMs work from nine to noon and from one to five in Berlin.
const QUESTION: &str = "@switchboard can a fleet of runners scale to zero in one region only?";

/// A Monday at nine in UTC, on a clock that counts working time.
async fn begin() -> Story {
    let mut rules = Rules::default();
    rules.reply.clock = ClockMode::Working;
    Story::with(example(), rules).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_christmas_and_a_weekend_an_hour_takes_five_days() {
    let story = begin().await;
    // Wednesday the 23rd of December, 16:00 in Berlin.
    story.pass(Duration::days(37) + hours(6)).await;
    story.told().await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 15:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by Dec 28, 2026 11:00 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    // Until Monday, 09:59 in Berlin: two holidays and a weekend.
    story.pass(Duration::days(4) + hours(17) + minutes(59)).await;
    story.nothing_unread();
    story.pass(minutes(61)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h of working time for this; it is due today 11:00, with 2 h of it left.
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h of working time for this; it is due today 11:00, with 1 h of it left.
    ");
    // It is due as lunch begins; who is at table is not disturbed.
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked Dec 23, 2026 15:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 11:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h of working time have passed. @Petra, could you or a colleague answer, or say who can?
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handed_on_the_rest_of_the_time_is_the_new_owners() {
    let mut directory = example();
    // Pavel's group works in California.
    let stage = directory.stages.get_mut("verify").unwrap();
    let calendar = stage.groups["runner"].calendar.clone().unwrap();
    stage.groups["pipelines"].calendar =
        Some(GroupCalendar { time_zone: Some(Tz::America__Los_Angeles), ..calendar });
    let mut rules = Rules::default();
    rules.reply.clock = ClockMode::Working;
    let story = Story::with(directory, rules).await;
    story.pass(hours(5)).await;
    // 15:00 in Berlin.
    let ts = story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 14:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by tomorrow 10:00 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    // 16:00 in Berlin, 07:00 in California.
    story.pass(hours(1)).await;
    let paul = story.person("paul");
    paul.click_in_thread(INSIDE, &ts, "Not mine").await.unwrap();
    paul.fill("Who can answer", "@pavel").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Paul hands *HFJ* to you. It is due today 20:00, in 5 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 14:00
    Here because Paul is on duty.
    ● *Open*: Pavel, please reply here by today 20:00 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(4)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 2 h of working time for this; it is due today 20:00, with 2 h of it left.
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 3 h of working time for this; it is due today 20:00, with 1 h of it left.
    ");
    story.person("pavel").reply(INSIDE, &ts, "It can, from next month on.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 14:00
    Here because Paul is on duty.
    ✓ *Answered*: by Pavel, today 19:00 (3 h of working time, 5 h in all)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

/// A calendar on the web, as long as it is well: then the same address shows something else.
async fn on_the_web(text: &'static str) -> (String, Arc<Mutex<&'static str>>) {
    let shown = Arc::new(Mutex::new(text));
    let page = Arc::clone(&shown);
    let router = Router::new()
        .route("/moved.ics", get(|| async { Redirect::temporary("/off.ics") }))
        .route("/off.ics", get(move || async move { *page.lock().unwrap() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/moved.ics", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, shown)
}

/// The promised time on the card of a question that is asked now.
async fn promised(story: &Story, question: usize) -> String {
    story.person("ines").say(INSIDE, &format!("{QUESTION} ({question})")).await.unwrap();
    let told = story.told().await;
    let (_, promised) = told.split_once("reply here by ").expect("a promise");
    promised.lines().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holidays_on_the_web_count_and_the_last_good_copy_is_kept() {
    let tuesdays = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261103\r\n\
        RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let (address, shown) = on_the_web(tuesdays).await;
    let mut directory = example();
    let runner = directory.stages.get_mut("verify").unwrap().groups.get_mut("runner").unwrap();
    runner.calendar.as_mut().unwrap().holidays.calendars.push(HolidaySource::Address(address));
    let mut rules = Rules::default();
    rules.reply.clock = ClockMode::Working;
    let mut story = Story::with(directory, rules).await;
    // Monday, 15:30 in Berlin.
    story.pass(hours(5) + minutes(30)).await;
    assert_eq!(promised(&story, 1).await, "tomorrow 10:30 (4 h of working time)");
    assert_eq!(story.bot.read_holidays().await.unwrap(), 0);
    assert_eq!(promised(&story, 2).await, "Nov 18, 2026 10:30 (4 h of working time)");
    let broken = ["", "<html>Sign in</html>", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2026"];
    for (number, broken) in broken.into_iter().enumerate() {
        *shown.lock().unwrap() = broken;
        assert_eq!(story.bot.read_holidays().await.unwrap(), 1, "{broken}");
        assert_eq!(promised(&story, 10 + number).await, "Nov 18, 2026 10:30 (4 h of working time)");
    }
    story.restart_after(minutes(1)).await;
    assert_eq!(promised(&story, 4).await, "Nov 18, 2026 10:31 (4 h of working time)");
    // Asked before the holiday was known, the first one is not nagged for on it either.
    story.pass(hours(20)).await;
    assert!(!story.told().await.contains("has waited"));
    *shown.lock().unwrap() = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    assert_eq!(story.bot.read_holidays().await.unwrap(), 0);
    assert_eq!(promised(&story, 5).await, "today 15:31 (4 h of working time)");
}
