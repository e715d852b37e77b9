//! A PM who is not in the internal channel where they are asked: what they are told by direct message, and when (B8).

use insta::assert_snapshot;
use switchboard::sandbox::Message;

use crate::support::{Story, hours, seconds};

const INTERNAL: &str = "#sme-ci-internal";

/// Paul left the internal channel, and that was seen.
async fn without_paul() -> Story {
    let story = Story::begin().await;
    story.slack.remove("paul", INTERNAL);
    story.bot.look_who_is_inside().await.unwrap();
    story.hear().await;
    story
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_outside_hears_by_direct_message_at_every_step() {
    let story = without_paul().await;
    story.person("ines").say(INTERNAL, "@switchboard will runner fleet get quotas?").await.unwrap();
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner Fleet* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — @paul
    Ines asks for your answer in CI/CD and Runner; it is due today 05:00, in 4 h. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(seconds(1)).await;
    story.pass(hours(2)).await;
    assert_snapshot!(story.told().await, @r"
    — @paul
    Ines has waited 2 h for your answer in CI/CD and Runner; it is due today 05:00, in 2 h. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(hours(1)).await;
    let told = story.told().await;
    assert!(told.starts_with("— @paul\nInes has waited 3 h"), "{told}");
    story.pass(hours(1)).await;
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner Fleet* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — @paul
    Ines has waited 4 h for your answer in CI/CD and Runner; it was due today 05:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(hours(4)).await;
    let told = story.told().await;
    assert!(told.starts_with("— @leo\nInes has waited 8 h"), "the owner is not told again: {told}");
    let said: Vec<String> = story.slack.dms_of("paul").iter().map(Message::plain).collect();
    assert!(!said.iter().any(|said| said.contains("quotas")), "no text leaves the channel: {said:?}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_to_own_it_or_is_asked_again_hears_as_well() {
    let story = without_paul().await;
    story.person("sam").say(INTERNAL, "@petra will runner fleet get quotas?").await.unwrap();
    let told = story.told().await;
    assert!(!told.contains("— @p"), "Petra reads the channel: {told}");
    story.press_and_fill("petra", (INTERNAL, "Not mine"), "Who can answer", "@paul").await;
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Petra hands *HFJ* to you. It is due today 13:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner Fleet* · a PM's answer · *HFJ*
    Sam · SME · asked today 09:00
    Here because Petra was mentioned in it.
    ● *Open*: Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — @paul
    Sam asks for your answer in CI/CD and Runner; it is due today 05:00, in 4 h. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.person("sam").click_in(INTERNAL, "Answered").await.unwrap();
    story.told().await;
    story.person("sam").click_in(INTERNAL, "Ask again").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— @paul\nSam asks for your answer in CI/CD and Runner"), "{told}");
    // Inside again, he is reminded where all read it.
    story.slack.invite("paul", INTERNAL);
    story.bot.look_who_is_inside().await.unwrap();
    story.told().await;
    story.pass(hours(2)).await;
    let told = story.told().await;
    assert!(told.starts_with("— #sme-ci-internal › thread, mentions @paul\n"), "{told}");
    story.nothing_unread();
}
