//! The program itself, as operators run it: a process with an environment, signals and exit codes, beside a local Slack
//! workspace with the machine's own clock. It is killed without warning, too: what was acknowledged is never lost.

#[path = "real_binary/operating.rs"]
mod operating;
#[path = "stories/support/mod.rs"]
#[expect(
    dead_code,
    reason = "the stories' stage; here it gives the example directory and the signing secret"
)]
mod support;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use support::SECRET;
use switchboard::cli::demo::world;
use switchboard::config;
use switchboard::domain::ids::EngagementId;
use switchboard::sandbox::{Clock, Fault, FaultRule, Workspace, WorkspaceSetup};
use switchboard::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long anything may take that has no limit of its own.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the kept log ends with once the process has.
const ENDED: &str = "(the process ended)";

/// A folder with configuration and database, and the Slack that goes with it.
struct Site {
    slack: Workspace,
    folder: tempfile::TempDir,
    /// Where the database is, if not in the folder itself.
    database_in: Option<PathBuf>,
}

impl Site {
    async fn begin() -> Self {
        let slack = Workspace::start(WorkspaceSetup::default(), Clock::running()).await.expect("a port");
        world::populate(&slack, &support::example());
        Self::at(slack, config::example_settings(), config::example_directory())
    }

    fn at(slack: Workspace, settings: &str, directory: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("switchboard.toml"), settings).expect("written");
        std::fs::write(folder.path().join("directory.yml"), directory).expect("written");
        Self { slack, folder, database_in: None }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> String {
        let folder = self.database_in.as_deref().unwrap_or(self.folder.path());
        format!("sqlite://{}", folder.join("switchboard.db").display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command
            .args(arguments)
            .env_clear()
            .env("SWITCHBOARD_CONFIG", self.file("switchboard.toml"))
            .env("DATABASE_URL", self.database())
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD__LIMITS__ENGAGEMENTS_PER_PERSON_PER_HOUR", "1000")
            .env("SLACK_API_URL", self.slack.api_url())
            .env("SLACK_BOT_TOKEN", self.slack.bot_token())
            .env("SLACK_SIGNING_SECRET", SECRET)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ends")
    }

    /// Starts the bot, waits until it is ready, and tells Slack where it is.
    async fn serve(&self) -> Running {
        let running = self.serve_unready(&[]).await;
        eventually("readyz", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
        running
    }

    async fn serve_unready(&self, env: &[(&str, &str)]) -> Running {
        let mut command = self.command(&["serve"]);
        command.envs(env.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let pipe = child.stderr.take().expect("a pipe");
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut kept = kept.lock().expect("a log");
                kept.push_str(&line);
                kept.push('\n');
            }
            kept.lock().expect("a log").push_str(ENDED);
        });
        let mut running = Running { child, log, url: String::new() };
        let up = async || running.address().is_some() || !running.is_alive();
        eventually("listening", up).await;
        assert!(running.address().is_some(), "it did not start:\n{}", running.log());
        running.url = format!("http://{}", running.address().expect("an address"));
        self.slack.connect_bot(&running.url, SECRET);
        running
    }
}

/// A process of ours.
struct Running {
    child: Child,
    log: Arc<Mutex<String>>,
    url: String,
}

impl Running {
    fn log(&self) -> String {
        self.log.lock().expect("a log").clone()
    }

    /// Whether the log goes on: a process that ended closes its end.
    fn is_alive(&self) -> bool {
        !self.log().ends_with(ENDED)
    }

    fn address(&self) -> Option<String> {
        let log = without_colour(&self.log());
        let (_, after) = log.split_once("address=")?;
        Some(after.split_whitespace().next()?.to_owned())
    }

    async fn get(&self, path: &str) -> String {
        let address = self.url.trim_start_matches("http://").to_owned();
        let Ok(mut stream) = tokio::net::TcpStream::connect(&address).await else { return String::new() };
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        if stream.write_all(request.as_bytes()).await.is_ok() {
            let _ = stream.read_to_string(&mut answer).await;
        }
        answer
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success(), "{name}");
    }

    /// Asks it to stop; how long it took, and the exit code.
    async fn stop(mut self) -> (Duration, Option<i32>, String) {
        let asked = Instant::now();
        self.signal("-TERM");
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return (asked.elapsed(), status.code(), self.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it does not stop:\n{}", self.log());
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

fn said(output: &Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The id in "Sent to #… as ID."
fn id_in(answer: &str) -> Option<String> {
    let after = answer.strip_prefix("Sent to #")?.split(" as ").nth(1)?;
    let word = after.trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric());
    Some(word.chars().take_while(char::is_ascii_alphanumeric).collect())
}

fn cards(site: &Site, channel: &str, words: &str) -> usize {
    let is_card =
        |message: &&switchboard::sandbox::Message| message.by_bot && message.plain().contains(words);
    site.slack.messages(channel).iter().filter(is_card).count()
}

const WORDS: &str = "How do we keep autoscaling runners warm for Contoso?";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_serves_explains_reloads_and_stops() {
    let site = Site::begin().await;
    let running = site.serve().await;
    assert!(running.get("/healthz").await.contains("alive"));
    let answer = site.slack.person("ava").slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    let id = id_in(answer.plain()).unwrap_or_else(|| panic!("{}", answer.plain()));
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;

    let (explained, errors) = said(&site.run(&["explain", &id]).await);
    assert!(explained.contains(&id) && explained.contains("#sme-ci"), "{explained}{errors}");
    let (explained, errors) = said(&site.run(&["explain", "Do swimlanes show wip limits?"]).await);
    assert!(explained.contains("Goes to #sme-planning"), "{explained}{errors}");
    let unknown = site.run(&["explain", "ZZZ"]).await;
    assert_eq!(unknown.status.code(), Some(1));

    let moved = config::example_directory().replacen("channel: \"#sme-ci\"", "channel: \"#sme-planning\"", 1);
    std::fs::write(site.file("directory.yml"), moved).unwrap();
    running.signal("-HUP");
    eventually("a reload", async || running.log().contains("were read anew")).await;
    let ava = site.slack.person("ava");
    let answer = ava.slash_in("#field", "/request-pm Do runners autoscale on spot machines?").await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-planning"), "{}", answer.plain());

    std::fs::write(site.file("directory.yml"), "stages: [broken").unwrap();
    running.signal("-HUP");
    eventually("a refusal", async || running.log().contains("the old directory and settings stay")).await;
    let answer = ava.slash_in("#field", "/request-pm Do runners autoscale on arm machines?").await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-planning"), "{}", answer.plain());

    let (took, code, log) = running.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_stops_in_time_while_slack_hangs_and_goes_on_later() {
    let site = Site::begin().await;
    let running = site.serve().await;
    site.slack.fail(FaultRule::on("*", Fault::Hang));
    let answer = site.slack.person("ava").slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(id_in(answer.plain()).is_some(), "{}", answer.plain());
    eventually("a call that hangs", async || !site.slack.calls_of("chat.postMessage").is_empty()).await;
    let (took, code, log) = running.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    site.slack.clear_faults();
    site.slack.release_hung();
    let running = site.serve().await;
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    assert_eq!(running.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_while_slack_is_down_where_it_knows_the_workspace() {
    let site = Site::begin().await;
    site.slack.fail(FaultRule::on("*", Fault::Status(503)));
    let unknown = site.run(&["serve"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).1.contains("Slack did not tell who the bot is"), "{}", said(&unknown).1);
    site.slack.clear_faults();
    assert_eq!(site.serve().await.stop().await.1, Some(0));
    site.slack.fail(FaultRule::on("*", Fault::Status(503)));
    let running = site.serve_unready(&[]).await;
    let answer = site.slack.person("ava").slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(id_in(answer.plain()).is_some(), "{}", answer.plain());
    site.slack.clear_faults();
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    running.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_and_no_word_of_anybody_is_logged() {
    let site = Site::begin().await;
    let loud = "debug,slack_morphism=trace,hyper=trace,hyper_util::client=trace,sqlx=trace";
    let running = site.serve_unready(&[("RUST_LOG", loud)]).await;
    eventually("readyz", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
    let ava = site.slack.person("ava");
    ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    ava.say("#field", "@switchboard what about zebra pipelines for Contoso, ava@example.com?").await.unwrap();
    eventually("the cards", async || cards(&site, "#sme-ci", "for Contoso") == 2).await;
    let ines = site.slack.person("ines");
    ines.click_in("#sme-ci", "Take it").await.unwrap();
    ines.click_in("#sme-ci", "Why there").await.ok();
    site.slack.fail_once("chat.update", Fault::error("zebra_error"));
    site.slack.fail_once("chat.postMessage", Fault::Html);
    ines.click_in("#sme-ci", "Answered").await.unwrap();
    let told = |landed: &switchboard::sandbox::Landed| landed.body.contains("Ines answered");
    eventually("told", async || site.slack.landed().iter().any(told)).await;
    let (_, code, log) = running.stop().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("listening"), "{log}");
    let token = site.slack.bot_token();
    for secret in [token.as_str(), SECRET, "@example.com", "Contoso", "zebra pipelines", "/hooks/", "Bearer"]
    {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "`{secret}` is in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_configuration_never_starts_and_says_where() {
    let slack = Workspace::start(WorkspaceSetup::default(), Clock::running()).await.unwrap();
    let site = Site::at(slack, "[reply]\nwitin = \"4h\"\n", "stages:\n  verify:\n    sme_area: nowhere\n");
    for command in ["serve", "migrate", "explain"] {
        let arguments: &[&str] = if command == "explain" { &["explain", "K7Q"] } else { &[command] };
        let output = site.run(arguments).await;
        assert_eq!(output.status.code(), Some(1), "{command}");
        let (_, errors) = said(&output);
        assert!(errors.contains("switchboard.toml:2:1"), "{command}: {errors}");
        assert!(!site.file("switchboard.db").exists(), "{command} made a database");
    }
    std::fs::write(site.file("switchboard.toml"), "").unwrap();
    let (_, errors) = said(&site.run(&["serve"]).await);
    assert!(errors.contains("directory.yml:3:15"), "{errors}");
    assert!(!errors.contains(SECRET) && !errors.contains(&site.slack.bot_token()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_makes_the_database_and_may_run_again_also_beside_the_bot() {
    let site = Site::begin().await;
    for _ in 0..2 {
        let output = site.run(&["migrate"]).await;
        assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
        assert!(site.file("switchboard.db").exists());
    }
    let running = site.serve().await;
    assert_eq!(site.run(&["migrate"]).await.status.code(), Some(0));
    assert!(running.get("/readyz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_live_says_what_slack_still_lacks() {
    let scopes = ["channels:read", "groups:read", "users:read", "users:read.email", "usergroups:read"];
    let slack = Workspace::start(WorkspaceSetup::default().scopes(&scopes), Clock::running()).await.unwrap();
    slack.add_channel("#product");
    slack.add_channel("#old").archived();
    slack.add_channel("#hidden").private();
    slack.add_user("pat").email("pat@example.com");
    let directory = "\
fallback_channel: \"#product\"
sme_fallback_channel: \"#nowhere\"
field: {groups: [\"@ae\"]}
sme_areas:
  ci: {name: CI, channel: \"#old\", internal_channel: \"#hidden\", members: [pat@example.com, gone@example.com]}
stages:
  verify: {name: Verify, sme_area: ci, pm: pat@example.com, groups: {runner: {name: Runner, pms: [pat@example.com]}}}
";
    let site = Site::at(slack, "[admin]\nchannel = \"#product\"\n", directory);
    let output = site.run(&["check", "--live"]).await;
    let (report, errors) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{report}{errors}");
    for line in [
        "Scopes are missing: app_mentions:read, channels:history, channels:join, chat:write, commands,",
        "#nowhere is not there",
        "#hidden is not there, or private without the bot. If it exists, say in it: /invite @Switchboard",
        "#old is archived",
        "gone@example.com is nobody in this workspace",
        "@ae is no user group of this workspace",
    ] {
        assert!(report.contains(line), "no `{line}` in:\n{report}{errors}");
    }
    let site = Site::begin().await;
    let output = site.run(&["check", "--live"]).await;
    let (report, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{report}{errors}");
    assert!(report.contains("Slack has everything"), "{report}");
}

/// Questions whose words no other question has, and the channel that each belongs in.
fn question(number: usize) -> (String, &'static str, String) {
    let mark = format!("case{number:04}");
    let (words, channel) = match number % 3 {
        0 => ("How do autoscaling runners behave in", "#sme-ci"),
        1 => ("How do swimlanes on boards behave in", "#sme-planning"),
        _ => ("Is there a SAST semgrep rule for", "#sme-security"),
    };
    (format!("{words} {mark}?"), channel, mark)
}

/// A small generator, so that a failing run can be repeated by its seed.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// What was acknowledged: the question's number, and its id where the answer had one.
type Acknowledged = Arc<Mutex<Vec<(usize, Option<String>)>>>;

/// Two people type commands and one mentions the bot, until there are enough questions or nobody answers.
async fn load(site: &Site, numbers: &Arc<AtomicUsize>, until: usize, acknowledged: &Acknowledged) {
    let mut people = tokio::task::JoinSet::new();
    for name in ["ava", "raj", "cara"] {
        let (slack, person) = (site.slack.clone(), site.slack.person(name));
        let (numbers, acknowledged) = (Arc::clone(numbers), Arc::clone(acknowledged));
        people.spawn(async move {
            loop {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                if number >= until {
                    return;
                }
                let (words, _, _) = question(number);
                if name == "cara" {
                    let ts = person.say("#field", &format!("@switchboard {words}")).await.expect("said");
                    let is_it = |body: &str| body.contains(&ts);
                    let taken = slack.deliveries().iter().any(|event| event.arrived() && is_it(&event.body));
                    if taken {
                        acknowledged.lock().expect("a list").push((number, None));
                    }
                } else {
                    let answer =
                        person.slash_in("#field", &format!("/request-pm {words}")).await.expect("an answer");
                    if let Some(id) = id_in(answer.plain()) {
                        acknowledged.lock().expect("a list").push((number, Some(id)));
                    }
                }
            }
        });
    }
    people.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_it_loses_nothing_that_it_acknowledged() {
    let mut seed = std::env::var("SWITCHBOARD_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 88_172_645_463_325_252);
    eprintln!("SWITCHBOARD_SEED={seed}");
    let site = Site::begin().await;
    let numbers = Arc::new(AtomicUsize::new(0));
    let acknowledged = Acknowledged::default();
    for round in 1..=5 {
        let running = site.serve().await;
        // One message arrives whose answer never comes.
        let lost = u32::try_from(next(&mut seed) % 4).unwrap();
        site.slack.fail(FaultRule::on("chat.postMessage", Fault::HangAfter).after(lost).times(1));
        let moment = Duration::from_millis(10 + next(&mut seed) % 90);
        let begun = numbers.load(Ordering::Relaxed);
        let killed = async {
            tokio::time::sleep(moment).await;
            running.kill();
        };
        tokio::join!(load(&site, &numbers, begun + 12, &acknowledged), killed);
        site.slack.clear_faults();
        site.slack.release_hung();
        eprintln!(
            "round {round}: killed after {moment:?}, {} acknowledged",
            acknowledged.lock().unwrap().len()
        );
    }
    let running = site.serve().await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 4, "hardly any load: {acknowledged:?}");
    let is_there = |number: usize| {
        let (_, channel, mark) = question(number);
        cards(&site, channel, &mark) == 1
    };
    let started = Instant::now();
    while !acknowledged.iter().all(|(number, _)| is_there(*number)) {
        let missing: Vec<_> = acknowledged.iter().filter(|(number, _)| !is_there(*number)).collect();
        assert!(
            started.elapsed() < Duration::from_secs(40),
            "not there once: {missing:?}\n{}",
            running.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What nobody heard of may have happened or not, but never twice.
    for number in 0..numbers.load(Ordering::Relaxed) {
        let (_, channel, mark) = question(number);
        assert!(cards(&site, channel, &mark) <= 1, "{mark} twice in {channel}");
    }
    in_the_database(&site, &acknowledged).await;
    // And it goes on: somebody takes the last one.
    site.slack.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    eventually("taken", async || cards(&site, "#sme-ci", "Ines has it") == 1).await;
    assert_eq!(running.stop().await.1, Some(0));
}

async fn in_the_database(site: &Site, acknowledged: &[(usize, Option<String>)]) {
    let store = Store::open_beside(&site.database()).await.expect("a database");
    let installation = store.installations().await.expect("an installation")[0];
    for id in acknowledged.iter().filter_map(|(_, id)| id.as_ref()) {
        let id: EngagementId = id.parse().expect("an id");
        let found = store.engagement(installation, id).await.expect("a look-up");
        assert!(found.is_some_and(|found| found.home.is_some_and(|home| home.card.is_some())), "{id}");
        assert!(!store.clocks_of(installation, id).await.expect("a look-up").is_empty(), "{id} has no clock");
    }
    store.close().await;
}
