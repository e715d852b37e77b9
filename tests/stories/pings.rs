//! Whoever faces customers and mentions a PM is offered SMEs, only to them and once (A6); what is counted in every mode (A11).

use insta::assert_snapshot;
use switchboard::domain::baseline::{Baseline, Days, Took};
use switchboard::domain::directory::AreaMode;
use switchboard::domain::ids::AreaKey;
use switchboard::domain::rules::{PingRules, Rules};
use switchboard::sandbox::{Fault, FaultRule};

use crate::support::{Story, example, hours, minutes};

/// What was counted of an area so far.
async fn counted(story: &Story, area: &str) -> Baseline {
    let app = &story.bot.app;
    let days = Days::last(30, app.now());
    app.store().baseline(app.installation(), Some(&AreaKey::from(area)), days).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_is_mentioned_and_smes_are_asked_with_the_message() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#field", "@paul how do shared runners cache?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    PMs here ask that technical questions go to SMEs first; #sme-ci answers within a day. Shall I ask there with your message?
    [Ask SMEs] [It is about direction] [No]
    ");
    ava.click_in("#field", "Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 09:00, I ask the area lead.
    There because “shared runners” is Runner Fleet, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #field (only @ava) switchboard:
    I am reading your message; then I say where it goes.

    #sme-ci Switchboard:
    *Runner Fleet* · question · *HFJ*
    > @Paul how do shared runners cache?
    Ava · asked today 09:00
    Here because “shared runners” is Runner Fleet, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    // Once a thread, also where it goes on.
    ava.reply("#field", &root, "@paul and where?").await.unwrap();
    assert_snapshot!(story.hear().await, @"");
    assert_eq!(counted(&story, "ci").await.pm_pings, 1);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_about_direction_or_nothing_at_all() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.say("#field", "@paul will shared runners get quotas?").await.unwrap();
    story.hear().await;
    ava.click_in("#field", "It is about direction").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread Switchboard:
    Sent to #g_runner as *HFJ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because questions on product direction go to the PM.
    [Why there] [Add detail] [Withdraw]

    #field (only @ava) switchboard:
    I am reading your message; then I say where it goes.

    #g_runner Switchboard:
    *Runner Fleet* · product direction · *HFJ*
    > @Paul will shared runners get quotas?
    Ava · asked today 09:00
    Here because questions on product direction go to the PM.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @paul]
    ");
    let root = ava.say("#field", "Lunch?").await.unwrap();
    ava.reply("#field", &root, "@petra do you come, too?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    PMs here ask that technical questions go to SMEs first; #sme-ci answers within a day. Shall I ask there with your message?
    [Ask SMEs] [It is about direction] [No]
    ");
    ava.click_in_thread("#field", &root, "No").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    Fine, nothing was sent.
    ");
    // Somebody else of the field in the same thread is asked for themselves.
    story.person("raj").reply("#field", &root, "@petra and with me?").await.unwrap();
    assert!(story.hear().await.contains("(only @raj)"));
    assert_eq!(counted(&story, "ci").await.pm_pings, 2, "a thread counts once");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_is_offered_anything() {
    let mut directory = example();
    directory.sme_areas[&AreaKey::from("security")].mode = AreaMode::Observe;
    let story = Story::with(directory, Rules::default()).await;
    story.slack.add_user("uwe");
    story.slack.add_channel("#ext-contoso").shared().members(&["ava", "paul"]).with_bot();
    story.slack.add_channel("#town").members(&["ava", "uwe", "ines", "petra", "paul"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    story.hear().await;
    for (who, place, words) in [
        // Nobody of the field: unknown, an SME of the area, a PM.
        ("uwe", "#town", "@paul how do shared runners cache?"),
        ("ines", "#town", "@paul how do shared runners cache?"),
        ("petra", "#town", "@paul how do shared runners cache?"),
        // Where PMs are at home, where SMEs answer, and where others read along.
        ("ava", "#g_runner", "@paul how do shared runners cache?"),
        ("ava", "#s_verify", "@paul how do shared runners cache?"),
        ("ava", "#product", "@paul how do shared runners cache?"),
        ("ava", "#sme-ci", "@paul how do shared runners cache?"),
        ("ava", "#ext-contoso", "@paul how do shared runners cache?"),
        // No PM, and where the bot is not on.
        ("ava", "#town", "@uwe how do shared runners cache?"),
        ("ava", "#town", "@sofia how does SAST handle monorepos?"),
        ("ava", "#town", "@sofia how does failover of geo replicas work?"),
    ] {
        let person = story.person(who);
        let _ = person.join(place).await;
        person.say(place, words).await.unwrap();
        assert_eq!(story.hear().await, "", "{who} in {place}: {words}");
    }
    // What was not offered is counted all the same.
    assert_eq!(counted(&story, "ci").await.pm_pings, 4);
    assert_eq!(counted(&story, "security").await.pm_pings, 1);
    assert_eq!(counted(&story, "storage").await.pm_pings, 1);
    // In a pilot it is offered to those who opted in.
    story.person("ava").slash_in("#town", "/request-pm pilot on").await.unwrap();
    story.person("ava").say("#town", "@sofia why does failover of geo replicas lag?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #town (only @ava) switchboard:
    PMs here ask that technical questions go to SMEs first; #sme-storage answers within a day. Shall I ask there with your message?
    [Ask SMEs] [It is about direction] [No]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_answers_a_pm_in_their_own_thread_asks_nobody() {
    let story = Story::begin().await;
    let (ava, paul) = (story.person("ava"), story.person("paul"));
    let root = paul.say("#field", "Who has a customer on shared runners?").await.unwrap();
    ava.reply("#field", &root, "@paul Contoso, how do shared runners cache for them?").await.unwrap();
    assert_eq!(story.hear().await, "", "the PM asked, she answers");
    assert_eq!(counted(&story, "ci").await.pm_pings, 0);
    // Another PM did not ask, and somebody else's thread is no invitation.
    ava.reply("#field", &root, "@petra how do shared runners cache?").await.unwrap();
    assert!(story.hear().await.contains("#field › thread (only @ava) switchboard:\nPMs here ask"));
    let root = story.person("raj").say("#field", "Shared runners are slow.").await.unwrap();
    paul.reply("#field", &root, "Which ones?").await.unwrap();
    ava.reply("#field", &root, "@paul all of them, why?").await.unwrap();
    assert!(story.hear().await.contains("#field › thread (only @ava) switchboard:\nPMs here ask"));
    assert_eq!(counted(&story, "ci").await.pm_pings, 2);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_switch_it_on_where_pms_are_at_home() {
    let pings = PingRules { in_group_channels: true, in_stage_channels: true };
    let story = Story::with(example(), Rules { pings, ..Rules::default() }).await;
    let ava = story.person("ava");
    for place in ["#g_runner", "#s_verify", "#product"] {
        let _ = ava.join(place).await;
        ava.say(place, "@paul how do shared runners cache?").await.unwrap();
        let heard = story.hear().await;
        assert!(heard.starts_with(&format!("{place} (only @ava) switchboard:\nPMs here ask")), "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_in_a_private_place_is_shown_first() {
    let story = Story::begin().await;
    story.slack.add_channel("#deal-room").private().members(&["ava", "paul"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ava = story.person("ava");
    ava.say("#deal-room", "@paul how do shared runners cache for Contoso?").await.unwrap();
    story.hear().await;
    ava.click_in("#deal-room", "Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #deal-room (only @ava) switchboard:
    I am reading your message; then I say where it goes.

    @ava Switchboard:
    This was said in a private place. It would go to #sme-ci in these words:
    > @Paul how do shared runners cache for Contoso?
    [Post] [Edit] [Cancel]
    ");
    assert!(story.slack.messages("#sme-ci").is_empty());
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_or_the_area_is_gone_when_it_is_to_be_asked() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#field", "@paul how do shared runners cache?").await.unwrap();
    story.hear().await;
    ava.delete("#field", &root).await.unwrap();
    ava.click_in("#field", "Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am reading your message; then I say where it goes.

    @ava Switchboard:
    There was no question in it, so nothing was sent. Please add a sentence.
    ");
    ava.say("#field", "@paul how do shared runners scale?").await.unwrap();
    story.hear().await;
    story.person("admin").slash_in("#field", "/request-pm admin mode ci observe").await.unwrap();
    story.hear().await;
    ava.click_in("#field", "Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am not switched on for CI/CD and Runner yet. Please ask in #sme-ci yourself; its SMEs answer there.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_baseline_is_counted_where_nothing_is_posted() {
    let mut directory = example();
    directory.sme_areas[&AreaKey::from("ci")].mode = AreaMode::Observe;
    let mut story = Story::with(directory, Rules::default()).await;
    let (ava, ines, paul) = (story.person("ava"), story.person("ines"), story.person("paul"));
    ava.say("#sme-ci", "How do shared runners cache?").await.unwrap();
    let root = story.person("raj").say("#sme-ci", "Why is my runner slow?").await.unwrap();
    ines.reply("#sme-ci", &root, "Which one?").await.unwrap();
    ines.say("#sme-ci", "Office hours are at three today.").await.unwrap();
    ava.say("#field", "@paul how do shared runners cache?").await.unwrap();
    // Asked on a Monday at ten in Berlin and answered on Tuesday at noon, with nine hours of Paul's work between (he has
    // lunch). A restart loses nothing.
    let root = ines.say("#sme-ci-internal", "@paul will runner fleet get quotas?").await.unwrap();
    story.pass(hours(2)).await;
    ines.reply("#sme-ci-internal", &root, "@paul any news?").await.unwrap();
    story.person("sam").reply("#sme-ci-internal", &root, "I wonder, too.").await.unwrap();
    story.settle().await;
    story.restart_after(hours(24)).await;
    paul.reply("#sme-ci-internal", &root, "Yes, in spring.").await.unwrap();
    story.settle().await;
    paul.reply("#sme-ci-internal", &root, "Or in summer.").await.unwrap();
    story.slack.redeliver_last().await;
    // A second ask in the same thread is one of its own; it is still open.
    ines.reply("#sme-ci-internal", &root, "@paul which quotas?").await.unwrap();
    story.pass(minutes(1)).await;
    assert_snapshot!(story.hear().await, @"");
    let counted_of_ci = counted(&story, "ci").await;
    let [Took { elapsed_seconds, working_seconds }] = counted_of_ci.internal_replies[..] else {
        panic!("one answer: {counted_of_ci:?}");
    };
    assert_eq!(elapsed_seconds, 26 * 3_600);
    assert!(
        (9 * 3_600 - working_seconds).abs() <= 1,
        "nine hours, to the instant of the messages: {working_seconds}"
    );
    let Baseline { pm_pings, sme_asks, internal_asks, .. } = counted_of_ci;
    assert_eq!((pm_pings, sme_asks, internal_asks), (1, 2, 2));
    assert_eq!(counted(&story, "planning").await, Baseline::default());
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_is_down_when_the_message_is_to_be_read() {
    let mut story = Story::begin().await;
    let ava = story.person("ava");
    ava.say("#field", "@paul how do shared runners cache?").await.unwrap();
    story.hear().await;
    story.slack.fail(FaultRule::on("conversations.replies", Fault::Status(503)));
    ava.click_in("#field", "Ask SMEs").await.unwrap();
    // The answer to the press is all that is seen; what was pressed outlives the outage and a crash.
    assert!(story.hear().await.ends_with("I am reading your message; then I say where it goes."));
    story.restart_after(minutes(2)).await;
    assert!(story.slack.messages("#sme-ci").is_empty());
    story.slack.clear_faults();
    story.pass(minutes(10)).await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1);
    story.hear().await;
    // What one person sees at most once is not shown again where Slack did not say whether it arrived.
    story.slack.fail(FaultRule::on("chat.postEphemeral", Fault::ResetAfter).times(1));
    ava.say("#field", "@petra how do shared runners cache?").await.unwrap();
    story.pass(minutes(10)).await;
    let heard = story.hear().await;
    assert_eq!(heard.matches("Shall I ask there").count(), 1, "{heard}");
    story.nothing_unread();
}
