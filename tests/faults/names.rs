//! Who we are and who there is: where Slack does not say, what it said last is used, and a start waits for nobody.

use switchboard::sandbox::{Fault, FaultRule};
use switchboard::worker::names::NamesError;

use crate::scene::{DRIP, RUNNERS, ask, impatient, settle, start};

/// What may go wrong; none of it is waited out, as a "too fast" would be.
fn faults() -> Vec<Fault> {
    let codes =
        ["internal_error", "fatal_error", "service_unavailable", "token_revoked", "missing_scope", "odd"];
    let mut faults = vec![
        Fault::Status(500),
        Fault::Html,
        Fault::Hang,
        Fault::HangAfter,
        DRIP,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::ResetAmid,
        Fault::HalfAnswer,
        Fault::InternalErrorAfter,
    ];
    faults.extend(codes.map(Fault::error));
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_cannot_be_read_leave_the_last_ones_in_use() {
    let story = impatient().await;
    for method in ["auth.test", "users.list", "conversations.list", "usergroups.list"] {
        for fault in faults() {
            story.slack.fail(FaultRule::on(method, fault.clone()));
            story.slack.clear_calls();
            let read = story.bot.read_names().await;
            assert!(matches!(read, Err(NamesError::Slack(_))), "{method}, {fault:?}: {read:?}");
            assert_eq!(story.slack.calls_of(method).len(), 1, "{method}, {fault:?}: asked once, then later");
            story.slack.clear_faults();
            story.slack.release_hung();
        }
    }
    // All the same, people are known.
    ask(&story, RUNNERS).await;
    settle(&story).await;
    assert!(story.last("#sme-ci").contains("Ava"), "{}", story.last("#sme-ci"));
    story.bot.read_names().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_told_to_wait_waits_and_goes_on() {
    let story = impatient().await;
    for method in ["users.list", "conversations.list"] {
        let limited = Fault::TooMany { retry_after: Some(0) };
        story.slack.fail(FaultRule::on(method, limited).times(1));
        story.bot.read_names().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_waits_for_nobody_and_refuses_only_what_slack_refuses() {
    let story = impatient().await;
    let installation = story.bot.app.installation();
    story.bot.app.store().close().await;
    for fault in faults() {
        story.slack.fail(FaultRule::on("auth.test", fault.clone()));
        let is_refusal = matches!(&fault, Fault::Error(code)
            if ["token_revoked", "missing_scope", "odd"].contains(&code.as_str()));
        match start(&story).await {
            Ok(bot) => {
                assert!(!is_refusal, "{fault:?}");
                assert_eq!(bot.app.installation(), installation, "{fault:?}: the workspace it knows");
                bot.app.store().close().await;
            }
            Err(error) => {
                assert!(is_refusal, "{fault:?}: {error}");
                assert!(error.to_string().contains("SLACK_BOT_TOKEN"), "{error}");
            }
        }
        story.slack.clear_faults();
        story.slack.release_hung();
    }
}
