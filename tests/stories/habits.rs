//! Habits that are there already: emoji, posts of workflows, shortcuts on messages, the same ask twice (A5, A8, B1).

use switchboard::domain::engagement::State;

use crate::support::{Story, hours};

const INTERNAL: &str = "#sme-ci-internal";
const WORDS: &str = "Why is the runner cache cold after a restart?";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sme_puts_a_message_of_the_internal_channel_to_the_pm() {
    let story = Story::begin().await;
    let sam = story.person("sam");
    let root = sam.say(INTERNAL, "Is autoscaling on two regions supported by design?").await.unwrap();
    story.read();
    let ines = story.person("ines");
    ines.message_shortcut("ask_the_pm", INTERNAL, &root).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    ines.message_shortcut("ask_the_pm", INTERNAL, &root).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("The PM is asked already"), "once for a thread: {told}");
    story.pass(hours(3)).await;
    let told = story.told().await;
    assert!(told.contains("mentions @paul"), "the clock runs: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shortcut_is_refused_where_it_cannot_work_and_says_what_can() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let outside = ava.say("#sme-ci", WORDS).await.unwrap();
    ava.message_shortcut("ask_the_pm", "#sme-ci", &outside).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("SMEs put a message to the PM in their internal channel"), "{told}");
    let inside = story.person("sam").say(INTERNAL, "Is this by design?").await.unwrap();
    story.person("paul").message_shortcut("ask_the_pm", INTERNAL, &inside).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Only SMEs of CI/CD and Runner can do that."), "a PM asks nobody there: {told}");
    ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    story.told().await;
    let card = story.slack.last_message("#sme-ci").ts;
    for shortcut in ["ask_expert", "redirect_to_smes"] {
        story.person("paul").message_shortcut(shortcut, "#sme-ci", &card).await.unwrap();
        let told = story.told().await;
        assert!(told.contains("There is nobody to ask for behind that message"), "{shortcut}: {told}");
    }
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bots_message_is_taken_up_by_whoever_uses_the_shortcut() {
    let story = Story::begin().await;
    story.slack.add_user("otherflow").bot("B0OTHER");
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ts = story.person("otherflow").say("#field", WORDS).await.unwrap();
    story.read();
    story.person("raj").message_shortcut("ask_expert", "#field", &ts).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Raj · asked"), "nobody can ask a bot back: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_question_by_every_road_is_one() {
    let story = Story::begin().await;
    story.slack.add_user("smeflow").bot("B0SMEFLOW");
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ava = story.person("ava");
    let words = format!("@Ava {WORDS}");
    story.person("smeflow").say("#sme-ci", &format!("@ava {WORDS}")).await.unwrap();
    story.told().await;
    let answer = ava.slash_in("#field", &format!("/request-pm {words}")).await.unwrap();
    assert!(answer.plain().starts_with("That was asked already"), "{}", answer.plain());
    let said = ava.say("#field", &words).await.unwrap();
    story.person("raj").message_shortcut("ask_expert", "#field", &said).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("That was asked already"), "{told}");
    ava.say("#field", &format!("@switchboard {words}")).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("That was asked already"), "{told}");
    story.person("smeflow").say("#sme-ci", &format!("@ava {WORDS}")).await.unwrap();
    assert_eq!(story.told().await, "", "the workflow posted it twice: nobody is told again");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reaction_that_is_taken_away_gives_nothing_back() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    story.told().await;
    let card = story.slack.last_message("#sme-ci").ts;
    let ines = story.person("ines");
    story.person("raj").react("#sme-ci", &card, "white_check_mark").await.unwrap();
    ines.react("#sme-ci", &card, "eyes").await.unwrap();
    assert_eq!(story.told().await, "", "another person's, and another emoji, are just reactions");
    ines.react("#sme-ci", &card, "white_check_mark").await.unwrap();
    assert!(story.told().await.contains("Ines has it"));
    ines.unreact("#sme-ci", &card, "white_check_mark").await.unwrap();
    assert_eq!(story.told().await, "", "*Hand back* says it on purpose");
    let kept = story.bot.app.engagement("HFJ".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.state, State::Taken);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_that_names_nobody_asks_in_its_own_name() {
    let story = Story::begin().await;
    story.slack.add_user("smeflow").bot("B0SMEFLOW");
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    for number in 0..21 {
        let words = format!("Request {number}: {WORDS}");
        story.person("smeflow").say("#sme-ci", &words).await.unwrap();
        story.settle().await;
    }
    story.pass(hours(1)).await;
    let told = story.told().await;
    assert_eq!(told.matches("A workflow · asked").count(), 21, "many people ask through one: {told}");
    let root =
        story.slack.messages("#sme-ci").into_iter().find(|message| message.text.contains("Request 3:"));
    story.person("ines").react("#sme-ci", &root.unwrap().ts, "heavy_check_mark::skin-tone-2").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Ines took") && !told.contains("B0SMEFLOW"), "told in the thread: {told}");
    story.nothing_unread();
}
