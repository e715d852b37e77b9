//! What admins and area leads do in Slack: pause reminders, close, reassign and resend, mend what was not delivered, and look
//! at the log; who is refused, and what outlives a restart.

use chrono::{DateTime, Utc};
use switchboard::domain::admin::LogEntry;
use switchboard::domain::ids::EngagementId;
use switchboard::sandbox::{Fault, FaultRule};
use switchboard::slack::vocabulary::SCOPES;

use crate::support::{Story, hours, minutes, seconds};

const INSIDE: &str = "#sme-ci-internal";
const INQUIRY: &str = "@switchboard can a fleet of runners scale to zero in one region only?";
const QUESTION: &str = "How do we keep autoscaling runners warm in two regions?";
const ADMINS: &str = "#switchboard-admins";

async fn slash(story: &Story, name: &str, words: &str) -> String {
    story.person(name).slash_in("#field", &format!("/request-pm {words}")).await.unwrap().plain().to_owned()
}

async fn ask(story: &Story) -> String {
    let said = slash(story, "ava", QUESTION).await;
    let after = said.split(" as ").nth(1).unwrap_or_else(|| panic!("no id in {said}"));
    let id: String = after
        .trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric())
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    story.settle().await;
    id
}

fn id(short: &str) -> EngagementId {
    short.parse().unwrap()
}

async fn log(story: &Story) -> Vec<(String, String, String)> {
    let app = &story.bot.app;
    let lines = app.store().log_since(app.installation(), DateTime::<Utc>::UNIX_EPOCH, 100).await.unwrap();
    let told = |line: LogEntry| {
        let by = app.policy().org.name_of(&line.by.as_str().into());
        (by, format!("{} {}", line.deed, line.what).trim().to_owned(), line.outcome)
    };
    lines.into_iter().rev().map(told).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_of_all_reminders_ends_in_one_that_says_why_it_is_late() {
    let mut story = Story::begin().await;
    story.person("ines").say(INSIDE, INQUIRY).await.unwrap();
    story.told().await;
    story.pass(seconds(1)).await;
    assert!(!story.bot.app.reminds_less());
    let said = slash(&story, "admin", "admin pause for 5h").await;
    assert!(story.bot.app.reminds_less(), "which is told where health is");
    assert!(
        said.contains("All reminders are paused until today 14:00, by Admin since today 09:00."),
        "{said}"
    );
    story.pass(hours(2)).await;
    story.restart_after(minutes(1)).await;
    story.pass(minutes(118)).await;
    assert_eq!(story.told().await, "", "two reminders fell due, and nobody was told");
    story.pass(minutes(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    let app = &story.bot.app;
    assert_eq!(app.store().held_clocks(app.installation()).await.unwrap(), 1);
    assert!(app.ailments().await.iter().all(|wrong| !wrong.contains("clocks")));
    story.bot.audit().await.unwrap();
    assert_eq!(story.told().await, "", "the watchdog is content");
    // Cards and answers are sent all the same.
    ask(&story).await;
    assert!(story.last("#sme-ci").contains("two regions"));
    story.slack.take_unread();
    story.pass(hours(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: Admin paused reminders from today 09:00 to 14:00, so this comes late: 5 h 1 min have passed. @Petra, could you or a colleague answer, or say who can?
    ");
    let lines = log(&story).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((lines[0].0.as_str(), lines[0].1.as_str()), ("Admin", "pause"));
    // After it the ladder goes on as ever.
    story.pass(hours(4)).await;
    assert!(story.last_dm("leo").contains("waited 8 h"), "{}", story.last_dm("leo"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_pauses_and_resumes_their_own_area_and_no_other() {
    let story = Story::begin().await;
    let short = ask(&story).await;
    let said = slash(&story, "lena", "admin pause planning").await;
    insta::assert_snapshot!(said, @"Only the area lead of Planning and Portfolios and admins can do that, so nothing was changed.");
    let said = slash(&story, "lena", "admin pause").await;
    assert!(said.starts_with("Only admins can do that"), "{said}");
    let said = slash(&story, "lena", "admin pause CI").await;
    assert!(
        said.contains("Reminders of CI/CD and Runner are paused until somebody resumes them, by Lena"),
        "{said}"
    );
    story.slack.take_unread();
    story.pass(hours(30)).await;
    assert_eq!(story.told().await, "", "nobody took it for a day");
    let said = slash(&story, "lena", "admin resume planning").await;
    assert!(said.contains("Only the area lead of Planning and Portfolios and admins can do that"), "{said}");
    let said = slash(&story, "lena", "admin resume ci").await;
    assert!(said.contains("go on"), "{said}");
    insta::assert_snapshot!(story.told().await, @r###"
    — #sme-ci › thread, mentions @lena
    @Lena: Lena paused reminders from yesterday 09:00 to today 15:00, so this comes late: nobody has taken this for 30 h. Could you take it, or find somebody who can?
    "###);
    assert!(slash(&story, "lena", "admin resume ci").await.contains("are not paused"));
    // Answered meanwhile, nobody is reminded.
    slash(&story, "admin", "admin pause ci").await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.pass(hours(30)).await;
    story.slack.take_unread();
    slash(&story, "admin", "admin resume ci").await;
    assert_eq!(story.told().await, "", "{short}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reminder_that_was_on_its_way_waits_for_the_end_of_the_pause() {
    let story = Story::begin().await;
    story.person("ines").say(INSIDE, INQUIRY).await.unwrap();
    story.settle().await;
    story.pass(seconds(1)).await;
    let slow = FaultRule::on("chat.postMessage", Fault::TooMany { retry_after: Some(60) }).times(1);
    story.pass(minutes(119)).await;
    story.slack.fail(slow);
    story.clock.advance(minutes(1));
    story.settle().await;
    slash(&story, "admin", "admin pause for 30m").await;
    story.slack.take_unread();
    story.pass(minutes(20)).await;
    assert_eq!(story.told().await, "", "it waits");
    story.bot.look_at_health().await.unwrap();
    story.settle().await;
    assert_eq!(story.told().await, "", "and nobody is told that I am late");
    // Another message of that channel does not wait with it.
    story.person("sam").say(INSIDE, "@switchboard do runners log to disk?").await.unwrap();
    story.settle().await;
    assert!(story.told().await.contains("a PM's answer"));
    story.pass(minutes(12)).await;
    let told = story.told().await;
    assert_eq!(told.matches("Admin paused reminders from").count(), 1, "{told}");
    assert_eq!(told.matches("Ines has waited").count(), 1, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_is_told_who_can_and_learns_nothing() {
    let story = Story::begin().await;
    let short = ask(&story).await;
    for words in
        ["admin", "admin pause", "admin parked", "admin letters", "admin health", "admin log", "admin modes"]
    {
        let said = slash(&story, "raj", words).await;
        assert_eq!(said, "Only admins can do that, so nothing was changed.", "{words}");
    }
    let said = slash(&story, "raj", &format!("admin close {short} because")).await;
    assert!(said.contains("Only the area lead"), "{said}");
    let said = slash(&story, "admin", "admin close ZZZZZ because").await;
    assert!(said.contains("ZZZZZ"), "{said}");
    assert!(slash(&story, "admin", "admin pause ci until friday").await.starts_with("Here I know"));
    assert!(slash(&story, "admin", "admin pause nowhere").await.contains("nowhere"));
    assert_eq!(log(&story).await, [], "nothing was done");
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "no command is a question");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_closes_and_reassigns_with_the_usual_words_and_it_is_on_the_log() {
    let story = Story::begin().await;
    let (first, second) = (ask(&story).await, {
        slash(&story, "raj", "Do autoscaling runners share their cache?").await;
        story.settle().await;
        story.slack.messages("#sme-ci").len()
    });
    assert_eq!(second, 2);
    let said = slash(&story, "admin", &format!("admin reassign {first} @sam")).await;
    assert!(said.contains(&first), "{said}");
    story.settle().await;
    assert!(story.all("#sme-ci").contains("Sam has it"), "{}", story.all("#sme-ci"));
    let again = slash(&story, "admin", &format!("admin reassign {first} @sam")).await;
    insta::assert_snapshot!(again, @"Sam has *HFJ* already. You can add to its thread.");
    let said = slash(&story, "lena", &format!("admin close {first} asked twice")).await;
    assert!(said.contains("is closed"), "{said}");
    story.settle().await;
    assert!(story.last_dm("ava").contains("asked twice"), "{}", story.last_dm("ava"));
    let lines = log(&story).await;
    let expected = [("Admin", format!("reassign {first}")), ("Lena", format!("close {first}"))];
    let found: Vec<_> = lines.iter().map(|(by, what, _)| (by.as_str(), what.clone())).collect();
    assert_eq!(found, expected, "and nobody's words are in it");
    insta::assert_snapshot!(slash(&story, "admin", "admin log").await, @r###"
    *In 7 days*: close 1 · reassign 1
    • today 09:00, Lena: close HFJ (done)
    • today 09:00, Admin: reassign HFJ (done)
    All of it: `switchboard log --format csv`.
    "###);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_was_deleted_is_told_once_and_posted_again_when_an_admin_says_so() {
    let story = Story::begin().await;
    let short = ask(&story).await;
    let card = story.slack.last_message("#sme-ci");
    assert!(slash(&story, "lena", &format!("admin resend {short}")).await.contains("is where it was"));
    story.slack.delete_message("#sme-ci", &card.ts);
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 0, "never by itself");
    insta::assert_snapshot!(story.last(ADMINS), @"The card of *HFJ* in #sme-ci was deleted. It goes on all the same; `/request-pm admin resend HFJ` posts the card again.");
    let told = story.slack.messages(ADMINS).len();
    // Whoever changes it meanwhile finds that the card is gone; nobody is told twice.
    story.person("ava").slash_in("#field", &format!("/request-pm status {short}")).await.unwrap();
    story.settle().await;
    assert_eq!(story.slack.messages(ADMINS).len(), told);
    let said = slash(&story, "raj", &format!("admin resend {short}")).await;
    assert!(said.starts_with("Only "), "{said}");
    let said = slash(&story, "lena", &format!("admin resend {short}")).await;
    assert!(said.contains("is on its way again"), "{said}");
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1);
    assert!(slash(&story, "lena", &format!("admin resend {short}")).await.contains("is where it was"));
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "once");
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "the new card acts");
    assert_eq!(log(&story).await.len(), 1);
    assert!(story.bot.app.engagement(id(&short)).await.unwrap().unwrap().home.unwrap().card.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_delivered_is_mended_from_the_admin_card() {
    let story = Story::begin().await;
    let admin = story.person("admin");
    ask(&story).await;
    story.slack.fail(FaultRule::on("chat.postMessage", Fault::error("user_disabled")).in_channel("@ava"));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    story.slack.clear_faults();
    insta::assert_snapshot!(slash(&story, "admin", "admin").await, @r"
    *Switchboard, for admins*
    Reminders are sent.
    [Pause reminders: 1 h] [Pause reminders: Until the next working morning] [Pause reminders: Until resumed]
    Of one area alone:
    [Choose an area ▾]
    1 message could not be delivered · nothing was not understood · All is well.
    [Parked messages] [Dead letters] [Modes] [Health] [Log]
    More: `/request-pm admin pause AREA for 2h`, `admin help`.
    ");
    let card = story.slack.ephemerals_of("admin").pop().unwrap();
    admin.click_on(&card, "Parked messages").await.unwrap();
    story.settle().await;
    let list = story.slack.ephemerals_of("admin").pop().unwrap();
    insta::assert_snapshot!(list.plain(), @r###"
    *1 message could not be delivered*
    *HFJ* to Ava: that person cannot be reached.
    [Try again] [Drop]
    "###);
    admin.click_on(&list, "Try again").await.unwrap();
    story.settle().await;
    assert!(story.last_dm("ava").contains("Ines took"), "{}", story.last_dm("ava"));
    admin.click_on(&list, "Drop").await.unwrap();
    story.settle().await;
    let said = story.slack.ephemerals_of("admin").pop().unwrap().plain();
    assert!(said.contains("is not there any more, so nothing was changed"), "{said}");
    story
        .bot
        .app
        .keep_dead_letter(b"{\"type\":\"zebra\"}", "an event of type zebra".to_owned())
        .await
        .unwrap();
    admin.click_on(&card, "Dead letters").await.unwrap();
    story.settle().await;
    let letters = story.slack.ephemerals_of("admin").pop().unwrap();
    admin.click_on(&letters, "Read again").await.unwrap();
    story.settle().await;
    let said = story.slack.ephemerals_of("admin").pop().unwrap().plain();
    assert!(said.contains(" stays: "), "{said}");
    admin.click_on(&letters, "Throw away").await.unwrap();
    story.settle().await;
    assert!(slash(&story, "admin", "admin letters").await.contains("was understood"));
    let ends: Vec<_> = log(&story).await.into_iter().map(|(_, what, end)| format!("{what}: {end}")).collect();
    assert_eq!(ends.len(), 4, "{ends:?}");
    assert!(ends[0].ends_with("done") && ends[1].ends_with("refused"), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn troubles_are_told_once_when_they_begin_and_once_when_they_are_over() {
    let story = Story::begin().await;
    let admins =
        || story.slack.messages(ADMINS).iter().map(switchboard::sandbox::Message::plain).collect::<Vec<_>>();
    let began = admins().len();
    story.slack.remove_bot("#sme-ci");
    story.settle().await;
    story.slack.invite_bot("#sme-ci");
    story.settle().await;
    let scopes: Vec<&str> = SCOPES.iter().copied().filter(|scope| *scope != "reactions:read").collect();
    story.slack.set_scopes(&scopes);
    for _ in 0..2 {
        story.bot.look_at_health().await.unwrap();
        story.settle().await;
    }
    story.slack.set_scopes(SCOPES);
    for _ in 0..2 {
        story.bot.look_at_health().await.unwrap();
        story.settle().await;
    }
    insta::assert_snapshot!(admins()[began..].join("\n"), @r###"
    I was removed from #sme-ci, which the directory names. I cannot post or read there until I am invited again.
    I am in #sme-ci again.
    Slack did not grant the app reactions:read. What needs it does not work until the app is installed again with the manifest's scopes.
    Slack grants every scope again.
    "###);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_do_not_arrive_are_told_and_it_is_told_when_they_do() {
    let story = Story::begin().await;
    let admins =
        || story.slack.messages(ADMINS).iter().map(switchboard::sandbox::Message::plain).collect::<Vec<_>>();
    let began = admins().len();
    ask(&story).await;
    story.pass(minutes(30)).await;
    story.bot.look_at_health().await.unwrap();
    story.settle().await;
    assert_eq!(admins().len(), began, "our own message came back as an event");
    // Commands still reach us, events do not.
    story.slack.subscribe(&[]);
    slash(&story, "raj", "Do autoscaling runners share their cache?").await;
    story.settle().await;
    story.pass(minutes(9)).await;
    story.bot.look_at_health().await.unwrap();
    story.settle().await;
    assert_eq!(admins().len(), began, "they may still come");
    for _ in 0..2 {
        story.pass(minutes(2)).await;
        story.bot.look_at_health().await.unwrap();
        story.settle().await;
    }
    story.slack.subscribe(&["message.channels"]);
    story.person("raj").say("#sme-ci", "Thanks").await.unwrap();
    story.settle().await;
    story.bot.look_at_health().await.unwrap();
    story.settle().await;
    insta::assert_snapshot!(admins()[began..].join("\n"), @r###"
    I post messages and hear nothing from Slack since today 09:30, not even of my own. Look whether the app's event subscriptions are on and their address is right.
    I hear from Slack again.
    "###);
}
