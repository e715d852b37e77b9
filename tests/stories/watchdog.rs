//! The watchdog and the heartbeat: a clock that got lost is set again, what is stuck is told once, and silence is not health.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use rusqlite::Connection;
use switchboard::sandbox::{Fault, FaultRule};
use switchboard::slack::client::Beacon;
use switchboard::worker::heartbeat::{self, Beat};

use crate::support::{Story, hours, minutes};

/// Where admins are told.
const ADMINS: &str = "#switchboard-admins";

async fn asked(story: &Story) {
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.told().await;
}

/// Something goes wrong in the database behind the bot's back.
fn meddle(story: &Story, sql: &str) {
    assert_eq!(Connection::open(story.database()).unwrap().execute(sql, []).unwrap(), 1, "{sql}");
}

fn count(story: &Story, sql: &str) -> i64 {
    Connection::open(story.database()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn audited(story: &Story) -> String {
    story.bot.audit().await.unwrap();
    story.told().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_got_lost_is_set_again_and_decided_upon_when_it_is_due() {
    let story = Story::begin().await;
    asked(&story).await;
    insta::assert_snapshot!(audited(&story).await, @"");
    meddle(&story, "DELETE FROM clock");
    insta::assert_snapshot!(audited(&story).await, @r"
    — #switchboard-admins
    These had lost a reminder, which I found and set again: *HFJ*. What comes late because of it comes now; the log says which it was.
    ");
    insta::assert_snapshot!(audited(&story).await, @"");
    story.pass(hours(24)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @lena
    @Lena: nobody has taken this for 24 h. Could you take it, or find somebody who can?
    ");
    // Lost again, after all was well: it is told again.
    meddle(&story, "DELETE FROM clock");
    insta::assert_snapshot!(audited(&story).await, @r"
    — #switchboard-admins
    These had lost a reminder, which I found and set again: *HFJ*. What comes late because of it comes now; the log says which it was.
    ");
    story.pass(hours(24)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @lena
    @Lena: 48 h now, and nobody has taken this. Who could answer it?
    — #subject-matter-experts
    ‹HFJ› in #sme-ci, about Runner, has waited 48 h and nobody has taken it. Who could answer it there?
    ");
    insta::assert_snapshot!(audited(&story).await, @"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_clock_that_got_lost_takes_up_its_ladder_where_it_should_be() {
    let mut story = Story::begin().await;
    story.is_watched = false;
    story.person("ines").say("#sme-ci-internal", "@switchboard can runners scale to zero?").await.unwrap();
    story.told().await;
    meddle(&story, "DELETE FROM clock");
    story.pass(hours(5)).await;
    story.nothing_unread();
    insta::assert_snapshot!(audited(&story).await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h 59 min have passed. @Petra, could you or a colleague answer, or say who can?
    — #switchboard-admins
    These had lost a reminder, which I found and set again: *HFJ*. What comes late because of it comes now; the log says which it was.
    ");
    story.pass(hours(3) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @leo
    Ines has waited 8 h for a PM's answer in CI/CD and Runner, since today 09:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_closes_is_found() {
    let mut story = Story::begin().await;
    story.is_watched = false;
    asked(&story).await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.told().await;
    meddle(&story, "DELETE FROM clock");
    story.pass(hours(72)).await;
    story.nothing_unread();
    assert_eq!(audited(&story).await, "", "a while is given");
    story.pass(minutes(11)).await;
    insta::assert_snapshot!(audited(&story).await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > Why does the runner not scale?
    Ava · asked Nov 16, 2026 09:00
    Here because it names Runner, whose SMEs answer first.
    ✓ *Closed* today 09:11 · answered by Ines
    [Why here]
    — #switchboard-admins
    These had lost a reminder, which I found and set again: *HFJ*. What comes late because of it comes now; the log says which it was.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_nobody_decides_upon_are_told_once_until_they_are() {
    let story = Story::begin().await;
    asked(&story).await;
    // Whoever should decide is stuck: time passes, and nothing ticks.
    story.clock.advance(hours(24) + minutes(11));
    story.bot.audit().await.unwrap();
    story.bot.audit().await.unwrap();
    assert_eq!(count(&story, "SELECT COUNT(*) FROM outbox WHERE lane = 'admins'"), 1, "once");
    assert!(story.bot.app.ailments().await.contains(&"clocks: due for long"));
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @lena
    @Lena: nobody has taken this for 24 h. Could you take it, or find somebody who can?
    — #switchboard-admins
    1 reminder is due for more than 10 minutes and not decided upon, the first since today 09:00. The log says why.
    ");
    assert_eq!(audited(&story).await, "");
    assert!(!story.bot.app.ailments().await.contains(&"clocks: due for long"));
    story.clock.advance(hours(24) + minutes(11));
    story.bot.audit().await.unwrap();
    assert_eq!(count(&story, "SELECT COUNT(*) FROM outbox WHERE lane = 'admins'"), 2, "it is news again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_told_once_and_hides_nothing_else() {
    let story = Story::begin().await;
    asked(&story).await;
    story.person("raj").slash_in("#field", "/request-pm Can two runners share a cache?").await.unwrap();
    story.told().await;
    meddle(&story, "UPDATE engagement SET body = 'no body' WHERE id = 1");
    meddle(&story, "DELETE FROM clock WHERE engagement_id = 2");
    insta::assert_snapshot!(audited(&story).await, @r"
    — #switchboard-admins
    These had lost a reminder, which I found and set again: *VJC*. What comes late because of it comes now; the log says which it was.
    — #switchboard-admins
    What I keep of these cannot be read, so nobody is reminded of them: *HFJ*. The log says what is wrong with each.
    ");
    insta::assert_snapshot!(audited(&story).await, @"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_refuses_again_after_it_worked_is_told_again() {
    let story = Story::begin().await;
    let archived = || FaultRule::on("chat.postMessage", Fault::error("is_archived")).in_channel("#sme-ci");
    let ask = async |words: &str| {
        story.person("ava").slash_in("#field", &format!("/request-pm {words}")).await.unwrap();
        story.settle().await;
        story.slack.messages(ADMINS).len()
    };
    story.slack.fail(archived());
    assert_eq!(ask("Why does the runner not scale?").await, 1);
    assert_eq!(ask("Can two runners share a cache?").await, 1, "once");
    story.slack.clear_faults();
    assert_eq!(ask("Does a runner need a token of its own?").await, 1, "it works again");
    story.slack.fail(archived());
    assert_eq!(ask("How many jobs may a runner take?").await, 2, "and then no more: that is news");
}

/// A watcher that answers so; its address, with a secret in it, and how often it was told.
async fn watcher(status: StatusCode) -> (String, Arc<AtomicUsize>) {
    let told = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&told);
    let answer = move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        status
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/ping/hush-hush", listener.local_addr().unwrap());
    let router = Router::new().route("/ping/hush-hush", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_heartbeat_is_sent_while_all_is_well_and_only_then() {
    let story = Story::begin().await;
    let app = &story.bot.app;
    let (address, told) = watcher(StatusCode::OK).await;
    let beacon = Beacon::new(&address).unwrap();
    app.health.last_errands.store(0, Ordering::Relaxed);
    assert_eq!(heartbeat::tick(app, &beacon).await, Beat::Unwell, "one loop has not looked yet");
    assert_eq!(told.load(Ordering::SeqCst), 0);
    app.health.looked_at_clocks(app.now());
    assert_eq!(heartbeat::tick(app, &beacon).await, Beat::Told);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    app.health.token_refused.store(true, Ordering::Relaxed);
    assert_eq!(heartbeat::tick(app, &beacon).await, Beat::Unwell);
    app.health.token_refused.store(false, Ordering::Relaxed);
    story.clock.advance(minutes(2));
    assert_eq!(
        heartbeat::tick(app, &beacon).await,
        Beat::Unwell,
        "the worker has not looked for two minutes"
    );
    assert_eq!(told.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heartbeat_that_nobody_hears_harms_nothing_and_tells_no_secret() {
    let story = Story::begin().await;
    let app = &story.bot.app;
    app.health.looked_at_clocks(app.now());
    let (address, told) = watcher(StatusCode::INTERNAL_SERVER_ERROR).await;
    let beacon = Beacon::new(&address).unwrap();
    assert_eq!(heartbeat::tick(app, &beacon).await, Beat::Unheard);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    let gone = Beacon::new("http://127.0.0.1:1/ping/hush-hush").unwrap();
    let error = gone.light().await.unwrap_err();
    assert_eq!(heartbeat::tick(app, &gone).await, Beat::Unheard);
    assert!(!format!("{beacon:?} {gone:?} {error} {error:?}").contains("hush"));
    for unsafe_address in
        ["http://watcher.example.com/ping/hush-hush", "ftp://127.0.0.1/hush-hush", "hush-hush"]
    {
        let error = Beacon::new(unsafe_address).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
