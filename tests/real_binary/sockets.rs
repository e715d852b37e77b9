//! The program in Socket Mode, as operators run it: with an app-level token, and without a signing secret.

use std::time::Duration;

use switchboard::sandbox::{Fault, FaultRule};

use crate::WORDS;
use crate::program::{Site, cards, eventually, id_in, said};

async fn site() -> Site {
    Site { by_sockets: true, ..Site::begin().await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_by_websockets_gets_over_losing_them_and_stops() {
    let site = site().await;
    let running = site.serve().await;
    eventually("both are open", async || site.slack.sockets() == 2).await;
    let ava = site.slack.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(id_in(answer.plain()).is_some(), "{}", answer.plain());
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    assert!(running.get("/metrics").await.contains("switchboard_sockets_open 2\n"));

    site.slack.lose_sockets(false);
    let deaf = async || running.get("/readyz").await.contains("slack: no websocket is open");
    eventually("it says that it hears nothing", deaf).await;
    site.slack.connect_bot_by_sockets();
    eventually("ready again", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
    let answer = ava.slash_in("#field", "/request-pm Do runners autoscale on spot machines?").await.unwrap();
    assert!(id_in(answer.plain()).is_some(), "{}", answer.plain());

    let (took, code, log) = running.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    for secret in [site.slack.app_token(), "ticket=".to_owned()] {
        assert!(!log.contains(&secret), "{secret} in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_app_token_stops_the_start_with_one_sentence_and_a_silent_slack_does_not() {
    let site = site().await;
    site.slack.fail(FaultRule::on("apps.connections.open", Fault::error("invalid_auth")));
    let refused = site.run(&["serve"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let (_, errors) = said(&refused);
    assert!(errors.contains("Slack refuses SLACK_APP_TOKEN (invalid_auth)"), "{errors}");
    assert!(!errors.contains(&site.slack.app_token()), "{errors}");
    site.slack.clear_faults();
    site.slack.fail(FaultRule::on("apps.connections.open", Fault::Status(503)));
    let running = site.serve_unready(&[]).await;
    site.slack.clear_faults();
    eventually("ready", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_live_says_what_is_wrong_with_the_app_token() {
    let site = site().await;
    let output = site.run(&["check", "--serve", "--live"]).await;
    let (report, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{report}{errors}");
    site.slack.set_app_scopes(&[]);
    let output = site.run(&["check", "--live"]).await;
    let (report, errors) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{report}{errors}");
    assert!(report.contains("SLACK_APP_TOKEN lacks the scope connections:write"), "{report}");
}
