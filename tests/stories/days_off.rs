//! Days off from files and from the web: a file that changed alone is noticed, and admins hear once of what cannot be read and
//! once when it can be again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use switchboard::app::Reloaded;
use switchboard::cli::reload::Reloader;
use switchboard::config::{self, Environment, Purpose, Source};
use switchboard::domain::directory::HolidaySource;
use switchboard::domain::rules::Rules;
use tokio::net::TcpListener;

use crate::support::{Story, example, hours, minutes};

const SETTINGS: &str = "directory = \"who.yml\"\n\n[admin]\nchannel = \"#switchboard-admins\"\npeople = [\"admin@example.com\"]\n\
    \n[reply]\nclock = \"working\"\n\n[hours]\nholidays = [\"days.ics\"]\n";

/// A calendar with these days off.
fn calendar(days: &[&str]) -> String {
    let events = days.iter().map(|day| format!("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\n"));
    format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_which_only_the_days_changed_is_noticed_and_clocks_follow() {
    let story = Story::begin().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("switchboard.toml", SETTINGS);
    // Pavel's group has no calendar of its own.
    write("who.yml", config::example_directory());
    write("days.ics", &calendar(&[]));
    let env = Environment::from([(
        "SWITCHBOARD_CONFIG".to_owned(),
        folder.path().join("switchboard.toml").display().to_string(),
    )]);
    let source = Source::from_environment(env.clone(), Purpose::Look).unwrap();
    let (settings, _) = config::load(&source).unwrap();
    let reloader = Reloader::begin(&story.bot, env, Purpose::Look, settings);
    let app = &story.bot.app;
    assert!(matches!(reloader.read(app).await.unwrap(), Reloaded::Used { .. }));
    assert_eq!(reloader.look(app).await.unwrap(), None, "nothing changed");
    let days = || app.policy().org.default_holidays().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(days(), Vec::<String>::new());

    write("days.ics", &calendar(&["20261224"]));
    assert_eq!(reloader.look(app).await.unwrap(), None, "a file that just changed may be half");
    assert!(matches!(reloader.look(app).await.unwrap(), Some(Reloaded::Used { .. })));
    assert_eq!(days(), ["2026-12-24"]);
    assert_eq!(reloader.look(app).await.unwrap(), None, "read once");
    story.told().await;

    // Gone or cut off: the last good copy counts, and admins are told once of both files together.
    std::fs::remove_file(folder.path().join("days.ics")).unwrap();
    reloader.look(app).await.unwrap();
    assert!(matches!(reloader.look(app).await.unwrap(), Some(Reloaded::Used { .. })));
    assert_eq!(days(), ["2026-12-24"]);
    for _ in 0..2 {
        story.bot.read_holidays().await.unwrap();
    }
    let told = story.told().await.replace(&folder.path().display().to_string(), "…");
    insta::assert_snapshot!(told, @r"
    — #switchboard-admins
    I cannot read the days off in …/days.ics. The last ones that I could read count; without any, these are working days. `switchboard check --live` says what is wrong.
    ");
    write("days.ics", &calendar(&["20261224", "20261231"]));
    reloader.look(app).await.unwrap();
    reloader.look(app).await.unwrap();
    for _ in 0..2 {
        story.bot.read_holidays().await.unwrap();
    }
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    I can read all days off again.
    ");
    assert_eq!(days(), ["2026-12-24", "2026-12-31"]);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_cannot_be_read_is_told_once_by_its_host_alone() {
    let shown = Arc::new(Mutex::new(String::new()));
    let page = Arc::clone(&shown);
    let router =
        Router::new().route("/secret-ticket.ics", get(move || async move { page.lock().unwrap().clone() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/secret-ticket.ics", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut rules = Rules::default();
    rules.holidays.calendars.push(HolidaySource::Address(address));
    let mut story = Story::with(example(), rules).await;
    for _ in 0..3 {
        assert_eq!(story.bot.read_holidays().await.unwrap(), 1);
        story.pass(minutes(30)).await;
    }
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    I cannot read the days off in 127.0.0.1. The last ones that I could read count; without any, these are working days. `switchboard check --live` says what is wrong.
    ");
    // Known from before the restart, it is not told again.
    story.restart_after(hours(1)).await;
    assert_eq!(story.bot.read_holidays().await.unwrap(), 1);
    assert_eq!(story.told().await, "");
    *shown.lock().unwrap() = calendar(&["20261224"]);
    for _ in 0..2 {
        assert_eq!(story.bot.read_holidays().await.unwrap(), 0);
    }
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    I can read all days off again.
    ");
    *shown.lock().unwrap() = "<html>Sign in</html>".to_owned();
    assert_eq!(story.bot.read_holidays().await.unwrap(), 1);
    assert!(story.told().await.contains("I cannot read the days off"), "it came back, which is news");
    story.nothing_unread();
}
