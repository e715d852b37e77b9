//! The program itself, as operators run it: a process with an environment, signals and exit codes, beside a local Slack
//! workspace with the machine's own clock. Killed without warning it is in `tests/crash/`.

#[path = "real_binary/directory.rs"]
mod directory;
#[path = "real_binary/load.rs"]
mod load;
#[path = "real_binary/log.rs"]
mod log;
#[path = "real_binary/numbers.rs"]
mod numbers;
#[path = "real_binary/operating.rs"]
mod operating;
#[path = "real_binary/sockets.rs"]
mod sockets;
#[path = "stories/support/mod.rs"]
#[expect(
    dead_code,
    reason = "the stories' stage; here it gives the example directory and the signing secret"
)]
mod support;
#[path = "real_binary/tls.rs"]
mod tls;

#[path = "program/mod.rs"]
mod program;

use std::time::Duration;

use program::{Site, cards, eventually, id_in, said};
use support::SECRET;
use switchboard::config;
use switchboard::sandbox::{Clock, Fault, FaultRule, Workspace, WorkspaceSetup};

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
