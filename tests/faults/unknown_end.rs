//! A message whose end is unknown is looked for before it is sent again. Here the look itself fails: for a while, page by
//! page, or for good.

use switchboard::sandbox::{Fault, FaultRule};

use crate::scene::{DRIP, REGIONS, RUNNERS, ask, copies, impatient, not_sent, pass, settle, told_admins};
use crate::support::{Story, minutes, seconds};

const POST: &str = "chat.postMessage";
const HISTORY: &str = "conversations.history";
const REPLIES: &str = "conversations.replies";

/// Ends that leave open whether the message arrived, half of which it did.
fn unknown_ends() -> Vec<Fault> {
    vec![
        Fault::Status(500),
        Fault::Html,
        Fault::Hang,
        Fault::ResetBefore,
        Fault::error("fatal_error"),
        Fault::ResetAfter,
        Fault::ResetAmid,
        Fault::HalfAnswer,
        Fault::HangAfter,
        Fault::InternalErrorAfter,
        DRIP,
    ]
}

/// Calls of posting in `#sme-ci` that took effect, as far as the workspace knows.
async fn asked_with(end: Fault, look: &[Fault]) -> Story {
    let story = impatient().await;
    story.slack.clear_calls();
    story.slack.fail(FaultRule::on(POST, end).in_channel("#sme-ci").times(1));
    for fault in look {
        story.slack.fail(FaultRule::on(HISTORY, fault.clone()).times(1));
    }
    ask(&story, RUNNERS).await;
    settle(&story).await;
    story
}

/// It is there once, its card is known, and all is at rest.
async fn there_once(story: &Story, after: &str) {
    assert_eq!(copies(story, "#sme-ci", REGIONS), 1, "{after}: {}", story.all("#sme-ci"));
    assert_eq!(copies(story, "#subject-matter-experts", REGIONS), 0, "{after}");
    assert_eq!(not_sent(story), [], "{after}");
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    settle(story).await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{after}: what was found is known");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_that_fails_for_a_while_is_taken_again_and_nothing_is_sent_before() {
    let bad_looks = [
        Fault::Status(500),
        Fault::TooMany { retry_after: Some(20) },
        Fault::Hang,
        DRIP,
        Fault::Html,
        Fault::ResetAmid,
        Fault::error("internal_error"),
        Fault::error("token_revoked"),
    ];
    for end in unknown_ends() {
        let arrived = usize::from(end.takes_effect());
        let story = asked_with(end.clone(), &bad_looks).await;
        for _ in 0..200 {
            if story.slack.calls_of(HISTORY).len() > bad_looks.len() {
                break;
            }
            assert_eq!(copies(&story, "#sme-ci", REGIONS), arrived, "{end:?}: sent without a look");
            pass(&story, seconds(7)).await;
        }
        assert!(story.slack.calls_of(HISTORY).len() > bad_looks.len(), "{end:?}: looked for again and again");
        story.slack.release_hung();
        pass(&story, minutes(1)).await;
        there_once(&story, &format!("{end:?}")).await;
        assert_eq!(told_admins(&story), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_found_behind_many_others() {
    for end in [Fault::ResetAfter, Fault::ResetBefore] {
        let story = asked_with(end.clone(), &[]).await;
        for number in 0..450 {
            story.person("ines").say("#sme-ci", &format!("small talk {number}")).await.unwrap();
        }
        pass(&story, minutes(1)).await;
        assert_eq!(copies(&story, "#sme-ci", REGIONS), 1, "{end:?}");
        assert!(story.slack.calls_of(HISTORY).len() >= 3, "page by page");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_fails_is_no_proof_that_the_message_is_not_there() {
    let story = asked_with(Fault::ResetAfter, &[]).await;
    for number in 0..250 {
        story.person("ines").say("#sme-ci", &format!("small talk {number}")).await.unwrap();
    }
    // The first page comes, the second, which holds it, does not.
    story.slack.clear_calls();
    story.slack.fail(FaultRule::on(HISTORY, Fault::Status(503)).after(1).times(1));
    pass(&story, seconds(6)).await;
    assert_eq!(story.slack.calls_of(HISTORY).len(), 2);
    assert_eq!(copies(&story, "#sme-ci", REGIONS), 1);
    pass(&story, minutes(1)).await;
    assert_eq!(copies(&story, "#sme-ci", REGIONS), 1);
    assert_eq!(not_sent(&story), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_look_is_refused_for_good_one_more_is_sent_and_admins_are_told_once() {
    for refusal in ["missing_scope", "not_in_channel", "channel_not_found", "no_permission", "never_heard_of"]
    {
        for end in [Fault::ResetBefore, Fault::ResetAfter] {
            let story = impatient().await;
            story.slack.clear_calls();
            story.slack.fail(FaultRule::on(HISTORY, Fault::error(refusal)));
            story.slack.fail(FaultRule::on(POST, end.clone()).in_channel("#sme-ci").times(1));
            ask(&story, RUNNERS).await;
            settle(&story).await;
            pass(&story, minutes(10)).await;
            let expected = 1 + usize::from(end.takes_effect());
            assert_eq!(copies(&story, "#sme-ci", REGIONS), expected, "{refusal}, {end:?}");
            assert_eq!(copies(&story, "#subject-matter-experts", REGIONS), 0, "it goes to no other channel");
            assert_eq!(told_admins(&story), 1, "{}", story.all("#switchboard-admins"));
            let told = story.last("#switchboard-admins");
            assert!(told.contains("#sme-ci") && told.contains("there twice"), "{told}");
            assert_eq!(not_sent(&story), []);
            // The newest card is the one that lives.
            story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
            settle(&story).await;
            assert!(story.last("#sme-ci").contains("Ines has it"), "{refusal}, {end:?}");
            assert_eq!(story.slack.calls_of(HISTORY).len(), 1, "{refusal}: asked once");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_never_a_third() {
    let story = impatient().await;
    story.slack.fail(FaultRule::on(HISTORY, Fault::error("missing_scope")));
    story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("#sme-ci"));
    ask(&story, RUNNERS).await;
    settle(&story).await;
    pass(&story, minutes(30)).await;
    assert_eq!(copies(&story, "#sme-ci", REGIONS), 2);
    let parked = not_sent(&story);
    let [(state, reason)] = &parked[..] else { panic!("{parked:?}") };
    assert_eq!(state, "parked");
    assert!(reason.contains("once or twice"), "{reason}");
    assert_eq!(told_admins(&story), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_is_looked_for_in_its_thread() {
    for look in [Fault::Status(500), Fault::TooMany { retry_after: Some(5) }, Fault::error("fatal_error")] {
        for end in unknown_ends() {
            let story = impatient().await;
            let words = "@switchboard How do we keep autoscaling runners warm in two regions?";
            story.slack.fail(FaultRule::on(POST, end.clone()).in_channel("#field").times(1));
            story.slack.fail(FaultRule::on(REPLIES, look.clone()).times(2));
            let ts = story.person("ava").say("#field", words).await.unwrap();
            settle(&story).await;
            pass(&story, minutes(2)).await;
            story.slack.release_hung();
            let thread = story.slack.thread("#field", &ts);
            assert_eq!(thread.len(), 2, "{end:?}, {look:?}: {thread:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_message_whose_channel_cannot_be_opened_is_sent_once_more() {
    for (open, expected) in [(Fault::Status(500), 1), (Fault::error("missing_scope"), 2)] {
        let story = impatient().await;
        ask(&story, RUNNERS).await;
        settle(&story).await;
        story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("@ava").times(1));
        story.slack.fail(FaultRule::on("conversations.open", open.clone()).times(3));
        story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
        settle(&story).await;
        pass(&story, minutes(2)).await;
        let took = story.slack.dms_of("ava").iter().filter(|dm| dm.plain().starts_with("Ines took")).count();
        assert_eq!(took, expected, "{open:?}");
    }
}

/// Sends until Slack has it, and dies before that is noted.
async fn dies_after(story: &mut Story, method: &str) {
    story.slack.fail(FaultRule::on(method, Fault::HangAfter).times(1));
    let bot = story.bot.clone();
    let sending = tokio::spawn(async move { bot.settle().await });
    while story.slack.calls_of(method).is_empty() {
        tokio::task::yield_now().await;
    }
    sending.abort();
    let _ = sending.await;
    story.restart_after(seconds(1)).await;
    story.slack.release_hung();
    pass(story, minutes(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_person_sees_is_not_shown_again_after_a_crash() {
    let mut story = Story::begin().await;
    story.slack.clear_calls();
    story.person("raj").say("#field", "@switchboard status ZZZ").await.unwrap();
    dies_after(&mut story, "chat.postEphemeral").await;
    assert_eq!(story.slack.calls_of("chat.postEphemeral").len(), 1);
    assert_eq!(story.slack.ephemerals_of("raj").len(), 1);
    ask(&story, RUNNERS).await;
    settle(&story).await;
    story.person("raj").click_in("#sme-ci", "Take it").await.unwrap();
    dies_after(&mut story, "response_url").await;
    assert_eq!(story.slack.calls_of("response_url").len(), 1);
    let ended = not_sent(&story);
    assert_eq!(ended.len(), 2, "{ended:?}");
    let is_stated =
        |(state, why): &(String, String)| state == "dropped" && why.contains("may have been delivered");
    assert!(ended.iter().all(is_stated), "{ended:?}");
}
