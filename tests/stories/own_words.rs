//! Authors edit and delete what an ask was made from: cards follow, no clock does, and private places keep their words (B2).

use crate::support::{Story, hours, minutes};

const ASKED: &str = "@switchboard why is the runner cache cold?";
const INSIDE: &str = "#sme-ci-internal";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_shown_on_the_card_and_moves_no_clock() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#field", ASKED).await.unwrap();
    assert!(story.hear().await.contains("> why is the runner cache cold?"));
    story.pass(hours(20)).await;
    let edited = "@switchboard why is the runner cache cold on Mondays? @paul https://example.com/job/1";
    ava.edit("#field", &root, edited).await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("#sme-ci (updated)") && heard.contains("cache cold on Mondays?"), "{heard}");
    assert!(!heard.contains("notifies"), "{heard}");
    let why = story.shown("ines", "#sme-ci", "Why here").await;
    assert!(why.contains("its message was edited · Ava"), "{why}");
    story.pass(hours(5)).await;
    let heard = story.hear().await;
    assert!(heard.contains("has waited") || heard.contains("nobody has taken"), "{heard}");
    // The words that came with the edit go with the message, too.
    ava.delete("#field", &root).await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("○ *Withdrawn*") && !heard.contains("Mondays"), "{heard}");
    // What changes no words is no edit.
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_an_inquiry_stays_inside_and_a_reply_is_not_the_question() {
    let story = Story::begin().await;
    let ines = story.person("ines");
    let root = ines.say(INSIDE, "@switchboard @paul can runners scale to zero?").await.unwrap();
    let reply = ines.reply(INSIDE, &root, "I mean hosted ones.").await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("reply here"), "{heard}");
    ines.edit(INSIDE, &root, "@switchboard @paul can hosted runners scale to zero?").await.unwrap();
    ines.edit(INSIDE, &reply, "I mean all of them.").await.unwrap();
    let heard = story.hear().await;
    assert!(!heard.contains("all of them"), "{heard}");
    let app = &story.bot.app;
    let live =
        app.store().by_thread(app.installation(), &place(&story), &root.as_str().into()).await.unwrap();
    let row = app.store().engagement(app.installation(), live[0]).await.unwrap().unwrap();
    assert_eq!(row.text, "@Paul can hosted runners scale to zero?");
    assert_eq!(live.len(), 1, "an edit asks nothing");
    story.pass(hours(4) + minutes(1)).await;
    let heard = story.hear().await;
    assert!(heard.contains("4 h have passed"), "the clock goes on: {heard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_in_a_private_place_posts_nothing_that_its_author_has_not_seen() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let ts = ava.dm("How long are compute minutes kept for hosted runners?").await.unwrap();
    story.hear().await;
    ava.edit("@switchboard", &ts, "How long does Contoso keep compute minutes?").await.unwrap();
    assert_eq!(story.hear().await, "");
    ava.click_in_dm("Post").await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("> How long are compute minutes kept") && !heard.contains("Contoso"), "{heard}");
    ava.edit("@switchboard", &ts, "How long does Fabrikam keep compute minutes?").await.unwrap();
    story.settle().await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ask_of_a_pm_and_a_draft_go_with_their_message() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#field", "@paul will shared runners get quotas?").await.unwrap();
    story.hear().await;
    ava.click_in("#field", "It is about direction").await.unwrap();
    assert!(story.hear().await.contains("#g_runner Switchboard:"));
    ava.edit("#field", &root, "@paul will all shared runners get quotas?").await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("#g_runner (updated)") && heard.contains("will all shared runners"), "{heard}");
    ava.delete("#field", &root).await.unwrap();
    let heard = story.hear().await;
    assert!(heard.contains("○ *Withdrawn*") && !heard.contains("quotas"), "{heard}");
    story.pass(hours(24 * 7)).await;
    story.nothing_unread();
    let root = ava.say("#field", "@switchboard something about zebras").await.unwrap();
    story.hear().await;
    ava.delete("#field", &root).await.unwrap();
    story.settle().await;
    let mine = ava.slash_in("#field", "/request-pm mine").await.unwrap();
    assert!(!mine.plain().contains("zebras"), "{}", mine.plain());
    story.nothing_unread();
}

fn place(story: &Story) -> switchboard::domain::ids::ChannelId {
    story.slack.channel_id(INSIDE).as_str().into()
}
