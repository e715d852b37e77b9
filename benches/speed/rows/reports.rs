//! The numbers of a year of a thousand engagements a day (A11), in the three ways in which people get them: what they type in
//! Slack, the post of a week, and comma-separated values.
//!
//! The first and the last are the real program's, asked from outside. The post comes once a week, so that here the same bot
//! runs in this process and forgets each time that it told; its time ends with the commit of what is to be posted.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use switchboard::bot::{Bot, Parts};
use switchboard::clock::Clock;
use switchboard::domain::directory::ChannelRef;
use switchboard::domain::rules::Rules;
use switchboard::store::Store;
use switchboard::worker::names::Written;

use crate::Bench;
use crate::database;
use crate::load::exchange;
use crate::numbers::{grouped, median, millis, quantile};
use crate::requests::{self, SECRET};
use crate::seed::{self, Full};
use crate::site::{Setup, Site};
use crate::table::Row;

/// The aim, in milliseconds.
const AT_MOST: f64 = 1_000.0;
/// Where the post of a week goes; one of the workspace's channels.
const PROGRAMME: &str = "product";

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let stored = bench.scale(365_000, 4_000);
    let times = bench.scale(30, 3);
    let database = seed::database(bench, Full::Year, stored)?;
    let site = Site::new(bench, &Setup { database: Some(&database), ..Setup::default() })?;
    database::mark_alive(&site.database())?;
    let bot = site.serve()?;
    let (mut typed, mut values) = (Vec::new(), Vec::new());
    // Who leads the section answers for every area in it.
    let leader = site.slack.find_user("leader").context("a product leader")?;
    let from = requests::From { user: &leader, ..site.asker(0) };
    for number in 0..times {
        let request = requests::slash(from, "report 365", &format!("report-{number}"));
        let began = Instant::now();
        let (status, answer) = bench.runtime.block_on(exchange(&mut None, bot.address, &request))?;
        typed.push(began.elapsed().as_secs_f64() * 1_000.0);
        ensure!(answer.contains("• Questions: "), "the numbers were answered {status}: {answer}");
        let began = Instant::now();
        let output = site.run(&["report", "--days", "365", "--csv"])?;
        values.push(began.elapsed().as_secs_f64() * 1_000.0);
        let lines = String::from_utf8_lossy(&output.stdout).lines().count();
        ensure!(
            output.status.success() && lines > 1,
            "no values: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    bot.stop()?;
    let posted = bench.runtime.block_on(weeks(bench, &site, times))?;
    let row = |what: &str, taken: &[f64]| {
        let (half, p99) = (median(taken), quantile(taken, 0.99));
        let figure = format!("p50 {}, p99 {}", millis(half), millis(p99));
        Row::alone(format!("{what}, {} engagements stored", grouped(stored)), figure, "< 1 s", p99 < AT_MOST)
    };
    Ok(vec![
        row("report: `/request-pm report 365`, asked and answered", &typed),
        row("report: the post of a week, counted and committed", &posted),
        row("report: `switchboard report --days 365 --csv` beside the bot, its start included", &values),
    ])
}

/// How long it takes to tell a week, by a bot that forgot that it had told it.
async fn weeks(bench: &Bench, site: &Site<'_>, times: usize) -> Result<Vec<f64>> {
    let (path, url) = (site.database(), site.database_url());
    let mut rules = Rules::default();
    rules.reports.channel = Some(ChannelRef::Name(PROGRAMME.to_owned()));
    let directory = bench.town.directory.clone();
    let bot = Bot::assemble(Parts {
        store: Store::open(&url).await?,
        clock: Clock::system(),
        api_url: site.slack.api_url(),
        bot_token: site.slack.bot_token(),
        signing_secrets: vec![SECRET.to_owned()],
        written: Written { directory, rules, admin_channel: None, admins: Vec::new() },
    })
    .await?;
    bot.read_names().await?;
    // The first look only begins to count weeks.
    bot.tell_the_week().await?;
    let mut taken = Vec::new();
    for _ in 0..times {
        forget_the_week(&path)?;
        let began = Instant::now();
        ensure!(bot.tell_the_week().await?, "the week was not told");
        taken.push(began.elapsed().as_secs_f64() * 1_000.0);
        let waiting = database::count(
            &database::look(&path)?,
            "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND notice LIKE '%weekly_report%'",
        )?;
        ensure!(waiting > 0, "the week was told to nobody");
    }
    bot.app.store().close().await;
    Ok(taken)
}

/// As if the week before the last had been the last that was told.
fn forget_the_week(path: &Path) -> Result<()> {
    database::open(path)?.execute_batch(
        "UPDATE note SET value = '0' WHERE key = 'weekly_report'; DELETE FROM told WHERE topic LIKE 'week%'; \
         DELETE FROM outbox WHERE state = 'waiting';",
    )?;
    Ok(())
}
