//! Clocks under pressure: a Slack that hangs delays nothing but its own errand, a crash loses no clock, and many that are due
//! at once share the store's commits.

use rusqlite::Connection;
use switchboard::sandbox::{Fault, FaultRule};
use switchboard::worker::clocks::{SIDE_BY_SIDE, decide_due};
use switchboard::worker::errands::Errands;

use crate::support::{Story, hours, minutes, seconds};

/// Where SMEs and PMs of two areas talk.
const CI: &str = "#sme-ci-internal";
const PLANNING: &str = "#sme-planning-internal";

/// Two SMEs wait for their PMs, and Ava for any SME: the two nudges and the lead's reminder are all due now.
async fn all_due(story: &Story) {
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.settle().await;
    story.pass(hours(22)).await;
    story.person("ines").say(CI, "@switchboard can runners scale to zero?").await.unwrap();
    story
        .person("oskar")
        .say(PLANNING, "@switchboard can a board have two columns of one name?")
        .await
        .unwrap();
    story.told().await;
    story.clock.advance(hours(2) + seconds(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slack_that_hangs_delays_nothing_but_its_own_errand() {
    let story = Story::begin().await;
    all_due(&story).await;
    story.slack.fail(FaultRule::on("conversations.replies", Fault::Hang).in_channel(CI));
    let (app, slack) = (&story.bot.app, &story.bot.slack);
    let mut errands = Errands::default();
    assert_eq!(errands.begin(app, slack, app.now()).await.unwrap(), 2);
    assert_eq!(
        errands.begin(app, slack, app.now()).await.unwrap(),
        0,
        "what is under way is not begun again"
    );
    // Beside the one that hangs, the other errand ends, and what needs no look at Slack is decided upon.
    let ended = errands.one_ended().await;
    errands.note(app, ended).await.unwrap();
    assert_eq!(decide_due(app, SIDE_BY_SIDE).await.unwrap(), 1);
    assert_eq!(errands.len(), 1, "one hangs still");
    assert_eq!(errands.begin(app, slack, app.now()).await.unwrap(), 0);
    // It is Slack's to answer, and later than that it is tried again.
    story.slack.clear_faults();
    story.slack.release_hung();
    errands.all_ended(app).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @lena
    @Lena: nobody has taken this for 24 h. Could you take it, or find somebody who can?
    — #sme-planning-internal › thread, mentions @priya
    @Priya: Oskar has waited 2 h for this; it is due today 11:00, in 1 h 59 min.
    ");
    story.pass(seconds(30)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 11:00, in 1 h 59 min.
    ");
    story.pass(hours(1) - minutes(1)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_errand_that_a_crash_ends_is_run_again_and_tells_once() {
    let story = Story::begin().await;
    all_due(&story).await;
    story.told().await;
    story.pass(hours(1) - minutes(1)).await;
    story.clock.advance(minutes(1) + seconds(1));
    story.slack.fail(FaultRule::on("conversations.replies", Fault::Hang));
    let (app, slack) = (&story.bot.app, &story.bot.slack);
    let mut errands = Errands::default();
    assert_eq!(errands.begin(app, slack, app.now()).await.unwrap(), 2);
    drop(errands);
    story.slack.clear_faults();
    story.slack.release_hung();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h for this; it is due today 11:00, in 59 min.
    — #sme-planning-internal › thread, mentions @priya
    @Priya: Oskar has waited 3 h for this; it is due today 11:00, in 59 min.
    ");
    story.pass(minutes(30)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_are_due_at_once_share_the_stores_commits() {
    const MANY: i64 = 600;
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.told().await;
    multiply(&story, MANY);
    story.clock.advance(hours(25));
    let app = &story.bot.app;
    // Somebody who reads keeps the journal from being begun anew, so that it holds every commit.
    let reader = open(&story);
    reader.execute_batch("BEGIN; SELECT COUNT(*) FROM clock;").unwrap();
    let before = commits(&story);
    let mut decided = 0;
    loop {
        match decide_due(app, SIDE_BY_SIDE).await.unwrap() {
            0 => break,
            number => decided += number,
        }
    }
    let made = commits(&story) - before;
    assert_eq!(decided, usize::try_from(MANY).unwrap());
    assert!(made > 0 && made <= decided / 4, "{made} commits for {decided} clocks");
    let told: i64 = query(&story, "SELECT COUNT(*) FROM timeline WHERE event LIKE '%raised%'");
    assert_eq!(told, MANY, "each of them once");
    let running: i64 = query(&story, "SELECT COUNT(*) FROM clock WHERE kind = 'take_again'");
    assert_eq!(running, MANY, "and each has its next clock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_cannot_be_decided_upon_stands_in_nobodys_way() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.told().await;
    multiply(&story, 3);
    open(&story).execute_batch("UPDATE engagement SET body = 'no body' WHERE id = 2").unwrap();
    story.clock.advance(hours(24) + seconds(1));
    let app = &story.bot.app;
    assert_eq!(decide_due(app, SIDE_BY_SIDE).await.unwrap(), 3);
    assert_eq!(decide_due(app, SIDE_BY_SIDE).await.unwrap(), 0, "it rests");
    let told: i64 = query(&story, "SELECT COUNT(*) FROM timeline WHERE event LIKE '%raised%'");
    assert_eq!(told, 2);
    let there: i64 = query(&story, "SELECT COUNT(*) FROM clock WHERE engagement_id = 2");
    assert_eq!(there, 1, "its clock is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loops_wake_by_themselves_when_something_is_due_and_end_when_told() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.person("ines").say(CI, "@switchboard can runners scale to zero?").await.unwrap();
    story.told().await;
    let mut log = story.slack.subscribe_log();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let loops = story.bot.work(stopped).await.unwrap();
    story.clock.advance(hours(24) + seconds(1));
    let both = async {
        let (mut lead, mut leader) = (false, false);
        while !(lead && leader) {
            let landed = log.recv().await.unwrap();
            lead |= landed.body.contains("nobody has taken this");
            leader |= landed.body.contains("Ines has waited");
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, both).await.expect("a clock and an errand are decided upon");
    assert_eq!(story.bot.app.health.restarts.load(std::sync::atomic::Ordering::Relaxed), 0);
    stop.send_replace(true);
    for running in loops {
        tokio::time::timeout(patience, running).await.expect("it ends").unwrap();
    }
}

fn open(story: &Story) -> Connection {
    Connection::open(story.database()).unwrap()
}

fn query(story: &Story, sql: &str) -> i64 {
    open(story).query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Makes so many of the only engagement, each with its clocks.
fn multiply(story: &Story, many: i64) {
    let mut db = open(story);
    let all = db.transaction().unwrap();
    all.execute_batch(
        "CREATE TEMP TABLE one AS SELECT * FROM engagement; CREATE TEMP TABLE its AS SELECT * FROM clock",
    )
    .unwrap();
    for id in 2..=many {
        all.execute("UPDATE one SET id = ?", [id]).unwrap();
        all.execute("UPDATE its SET engagement_id = ?", [id]).unwrap();
        all.execute_batch("INSERT INTO engagement SELECT * FROM one; INSERT INTO clock SELECT * FROM its")
            .unwrap();
    }
    all.commit().unwrap();
}

/// How many commits the journal beside the database holds: a frame that ends one says how large the database is then.
fn commits(story: &Story) -> usize {
    let mut journal = story.database().into_os_string();
    journal.push("-wal");
    let bytes = std::fs::read(journal).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let (page, salts) = (usize::try_from(number(8)).unwrap(), (number(16), number(20)));
    let frames = (32..).step_by(24 + page).take_while(|at| at + 24 + page <= bytes.len());
    frames.filter(|at| number(at + 4) != 0 && (number(at + 8), number(at + 12)) == salts).count()
}
