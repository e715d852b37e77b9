//! What is gone and what is said of it: words that were kept for as long as they may be, a call's card that somebody deleted.

use insta::assert_snapshot;

use crate::calls;
use crate::support::{Story, hours};

const ADMINS: &str = "#switchboard-admins";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_says_that_the_words_are_forgotten() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm how do autoscaling runners stay warm?").await.unwrap();
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.pass(hours(80)).await;
    story.told().await;
    let before = ava.slash_in("#field", "/request-pm status HFJ").await.unwrap();
    assert!(!before.plain().contains("forgotten"), "{}", before.plain());
    story.pass(hours(24 * 401)).await;
    story.bot.upkeep().await.unwrap();
    story.told().await;
    let answer = ava.slash_in("#field", "/request-pm status HFJ").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    *Runner* · question · *HFJ*
    Ava · asked Nov 16, 2026 10:00 · ‹open›
    There because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ✓ *Closed* Nov 19, 2026 10:00 · answered by Ines
    What was asked and answered is forgotten since today 18:00: words are kept for a set time, times and states stay.
    [Why there]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calls_card_that_is_deleted_is_told_once_and_its_promises_stay() {
    let story = Story::begin().await;
    calls::asked(&story).await;
    let card = story.slack.last_message(calls::GROUP);
    story.slack.delete_message(calls::GROUP, &card.ts);
    assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    The card of *HFJ* in #g_runner was deleted. It goes on all the same; `/request-pm admin resend HFJ` posts the card again.
    ");
    // Nobody posts it again unasked, and its requester is reminded of the agenda as ever.
    story.pass(hours(43)).await;
    let told = story.told().await;
    assert!(told.contains("— @ava"), "{told}");
    assert!(!told.contains(ADMINS), "told once: {told}");
    assert_eq!(story.slack.messages(calls::GROUP).len(), 0);
    let admin = story.person("admin");
    let said = admin.slash_in("#field", "/request-pm admin resend HFJ").await.unwrap();
    assert!(said.plain().contains("is on its way again"), "{}", said.plain());
    let told = story.told().await;
    assert!(told.contains("— #g_runner"), "{told}");
    story.person("paul").click_in(calls::GROUP, "Confirm").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— #g_runner, updated"), "the new card acts: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calls_card_that_is_deleted_after_its_end_is_nobodys_business() {
    let story = Story::begin().await;
    calls::asked(&story).await;
    story.press_and_fill("ava", (calls::GROUP, "Cancel"), "text", "The customer moved it.").await;
    story.told().await;
    let card = story.slack.last_message(calls::GROUP);
    story.slack.delete_message(calls::GROUP, &card.ts);
    assert_eq!(story.told().await, "");
    story.nothing_unread();
}
