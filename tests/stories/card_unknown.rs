//! A card that Slack has and whose timestamp we do not know yet: who mentions us under it is heard when we do, and asks
//! nothing anew; where we do not find it for long, it is an ask all the same, so that nobody is left without an answer.

use switchboard::sandbox::{Fault, FaultRule};

use crate::support::{Story, minutes, seconds};

const POST: &str = "chat.postMessage";
const RUNNERS: &str = "How do we keep autoscaling runners warm in two regions?";

/// Ava's question is in #sme-ci, and Slack did not say so.
async fn posted_unseen(story: &Story) -> String {
    story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("#sme-ci").times(1));
    story.person("ava").slash_in("#field", &format!("/request-pm {RUNNERS}")).await.unwrap();
    story.settle().await;
    story.read();
    story.slack.last_message("#sme-ci").ts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_under_it_waits_until_it_is_known() {
    let story = Story::begin().await;
    let card = posted_unseen(&story).await;
    story.person("raj").reply("#sme-ci", &card, "@switchboard is anybody on it?").await.unwrap();
    assert_eq!(story.hear().await, "", "not heard yet");
    story.pass(minutes(2)).await;
    let told = story.hear().await;
    assert!(told.contains("#sme-ci › thread (only @raj) switchboard:\n*Runner* · question"), "{told}");
    assert!(told.contains("nobody has taken it yet"), "{told}");
    story.pass(minutes(10)).await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "and nothing was asked anew");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_under_it_is_an_ask_where_it_is_not_found_for_long() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on("conversations.history", Fault::Status(503)));
    let card = posted_unseen(&story).await;
    story.pass(seconds(30)).await;
    story.person("raj").reply("#sme-ci", &card, "@switchboard how do merge trains queue?").await.unwrap();
    assert_eq!(story.hear().await, "");
    // The last time that Slack repeats it; what is posted in that channel waits until the first card was looked for.
    story.pass(minutes(6)).await;
    assert_eq!(story.hear().await, "");
    story.slack.clear_faults();
    story.pass(minutes(10)).await;
    let told = story.hear().await;
    assert!(told.contains("#sme-ci › thread Switchboard:\n"), "{told}");
    assert!(told.contains("how do merge trains queue?"), "asked all the same: {told}");
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "{}", story.all("#sme-ci"));
    story.nothing_unread();
}
