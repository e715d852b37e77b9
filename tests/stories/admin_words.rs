//! What admins type and choose: the help, one area's pause from the card, and deeds that come twice and are done once.

use insta::assert_snapshot;

use crate::support::{Story, hours, minutes};

const ADMINS: &str = "#switchboard-admins";

async fn slash(story: &Story, name: &str, words: &str) -> String {
    story.person(name).slash_in("#field", &format!("/request-pm {words}")).await.unwrap().plain().to_owned()
}

/// The deeds on the log, the oldest first.
async fn log(story: &Story) -> Vec<String> {
    let app = &story.bot.app;
    let lines = app.store().log_since(app.installation(), chrono::DateTime::UNIX_EPOCH, 100).await.unwrap();
    lines.iter().rev().map(|line| format!("{} {}: {}", line.deed, line.what, line.outcome)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_help_lists_what_admins_can_type_and_says_who_may() {
    let story = Story::begin().await;
    let said = slash(&story, "admin", "admin help").await;
    assert_snapshot!(said, @r"
    *For admins, and for area leads in their area*
    • `/request-pm admin` shows how things stand
    • `/request-pm admin pause [AREA] [for 2h | until tomorrow]` reminders wait; cards and clocks go on
    • `/request-pm admin resume [AREA]` reminders go on, and what waited comes
    • `/request-pm admin close K7Q why` closes it, and tells who asked
    • `/request-pm admin reassign K7Q @somebody` gives it to somebody
    • `/request-pm admin resend K7Q` posts a card again that is gone
    *For admins*
    • `/request-pm admin parked` messages that could not be delivered
    • `/request-pm admin letters` what Slack sent and I did not understand
    • `/request-pm admin modes` where I act
    • `/request-pm admin mode AREA observe|pilot|on` switches an area
    • `/request-pm admin health` what is not well
    • `/request-pm admin log [DAYS]` what was done here
    • `/request-pm admin reload` reads directory and settings anew
    ");
    assert_eq!(slash(&story, "raj", "admin help").await, said, "it is no secret what can be typed");
    assert!(slash(&story, "raj", "admin parked").await.starts_with("Only admins can do that"));
    story.person("lena").dm("admin help").await.unwrap();
    story.settle().await;
    assert_eq!(story.last_dm("lena"), said, "in direct messages as well");
    assert!(slash(&story, "admin", "admin help me").await.starts_with("Here I know"));
    story.read();
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_pauses_one_area_from_the_card() {
    let story = Story::begin().await;
    let admin = story.person("admin");
    slash(&story, "ava", "How do autoscaling runners stay warm?").await;
    slash(&story, "raj", "How does SAST handle monorepos?").await;
    slash(&story, "admin", "admin").await;
    story.read();
    admin.click_in("#field", "Application Security").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @admin) switchboard:
    *Switchboard, for admins*
    Reminders of Application Security are sent.
    [Pause: 1 h] [Pause: Until the next working morning] [Pause: Until resumed]
    More: `/request-pm admin pause AREA for 2h`, `admin help`.

    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > How do autoscaling runners stay warm?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]

    #sme-security Switchboard:
    *SAST* · question · *VJC*
    > How does SAST handle monorepos?
    Raj · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]
    ");
    admin.click_in("#field", "Pause: Until resumed").await.unwrap();
    let told = story.hear().await;
    assert!(
        told.contains("Reminders of Application Security are paused until somebody resumes them"),
        "{told}"
    );
    story.pass(hours(25)).await;
    let told = story.told().await;
    assert!(told.contains("— #sme-ci › thread, mentions @lena"), "other areas go on: {told}");
    assert!(!told.contains("#sme-security"), "{told}");
    admin.click_in("#field", "Resume reminders").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("— #sme-security › thread"), "{told}");
    let deeds = log(&story).await;
    assert_eq!(deeds, ["pause security: until resumed", "resume security: done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_that_slack_tells_twice_is_done_once() {
    let mut story = Story::begin().await;
    let admin = story.person("admin");
    admin.dm("admin pause ci for 2h").await.unwrap();
    let told = story.hear().await;
    assert!(told.contains("Reminders of CI/CD and Runner are paused until today 11:00"), "{told}");
    story.pass(minutes(5)).await;
    story.slack.redeliver_last().await;
    story.restart_after(minutes(1)).await;
    story.slack.redeliver_last().await;
    assert_eq!(story.hear().await, "", "and told once");
    assert_eq!(log(&story).await.len(), 1, "{:?}", log(&story).await);
    // Typed again it is another deed.
    admin.dm("admin pause ci for 2h").await.unwrap();
    assert!(story.hear().await.contains("are paused until today 11:06"));
    admin.dm("admin resume ci").await.unwrap();
    story.hear().await;
    admin.dm("admin pause ci for 3h").await.unwrap();
    story.hear().await;
    admin.dm("admin resume ci").await.unwrap();
    story.hear().await;
    story.slack.redeliver_last().await;
    assert_eq!(story.hear().await, "");
    assert_eq!(log(&story).await.len(), 5, "{:?}", log(&story).await);
    // Given to somebody, given to somebody else, and told of the first once more.
    slash(&story, "ava", "How do autoscaling runners stay warm?").await;
    story.settle().await;
    admin.dm("admin reassign HFJ @sam").await.unwrap();
    story.hear().await;
    story.slack.redeliver_last().await;
    assert_eq!(story.hear().await, "");
    assert_eq!(log(&story).await.len(), 6, "{:?}", log(&story).await);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_late_is_told_once_and_when_it_has_caught_up() {
    let story = Story::begin().await;
    let told = || story.slack.messages(ADMINS).len();
    let began = told();
    let app = &story.bot.app;
    story.bot.look_at_health().await.unwrap();
    story.settle().await;
    assert_eq!(told(), began, "it keeps up");
    // Its loops look at nothing for ten minutes; people are served all the same.
    story.clock.advance(minutes(10));
    assert!(app.ailments().await.contains(&"worker: late"));
    for _ in 0..3 {
        story.bot.look_at_health().await.unwrap();
    }
    let said = slash(&story, "admin", "admin health").await;
    assert!(said.contains("worker: late"), "{said}");
    story.settle().await;
    assert_eq!(told() - began, 1, "once: {}", story.last(ADMINS));
    assert_snapshot!(story.last(ADMINS), @"I do not keep up with what is due, so reminders and messages come late. The log says why.");
    for _ in 0..2 {
        story.bot.look_at_health().await.unwrap();
        story.settle().await;
    }
    assert_eq!(told() - began, 2, "once: {}", story.last(ADMINS));
    assert_snapshot!(story.last(ADMINS), @"I keep up again with what is due.");
}
