//! The machine's clock is set, or the machine sleeps: nothing is told twice, nothing is skipped, nothing freezes (B7).

use switchboard::sandbox::{Fault, FaultRule};
use switchboard::store::Room;

use crate::support::{Story, hours, minutes, seconds};

/// Where SMEs and PMs of the area talk.
const INSIDE: &str = "#sme-ci-internal";

/// Ines asks at 12:00; what was said about it is looked at.
async fn asked(story: &Story) {
    story.pass(hours(3)).await;
    story.person("ines").say(INSIDE, "@switchboard can runners scale to zero?").await.unwrap();
    story.told().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_forward_is_a_gap_and_set_back_again_tells_nothing_twice() {
    let story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(1)).await;
    story.set_wall_clock(hours(2) + minutes(30));
    story.pass(seconds(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: I was down from today 13:00 to 15:30, so this comes late: Ines has waited 3 h 30 min for this; it is due today 16:00, in 29 min.
    ");
    // The right time again: the steps at 14:00 and 15:00 are behind us.
    story.set_wall_clock(-hours(2) - minutes(30));
    story.pass(hours(2) + minutes(59)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 16:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(4)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @leo
    Ines has waited 8 h for a PM's answer in CI/CD and Runner, since today 12:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_skips_no_step_and_repeats_none() {
    let story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 16:00, in 2 h.
    ");
    // At 14:00 it shows 13:00: its 14:00 comes again, and its 15:00 an hour later than it would have.
    story.set_wall_clock(-hours(1));
    story.pass(hours(1) + minutes(59)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h for this; it is due today 16:00, in 1 h.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_waits_as_long_as_slack_said_when_the_clock_is_set_back() {
    let story = Story::begin().await;
    let busy = Fault::TooMany { retry_after: Some(30) };
    story.slack.fail(FaultRule::on("chat.postMessage", busy).times(1));
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    story.settle().await;
    story.set_wall_clock(-hours(5));
    story.pass(seconds(29)).await;
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(seconds(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, mentions @ines @sam @lena
    *Runner* · question · *HFJ*
    > Why does the runner not scale?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_errand_that_was_put_off_is_not_frozen_when_the_clock_is_set_back() {
    let story = Story::begin().await;
    let ts = story.person("raj").say("#field", "Why does the runner not scale?").await.unwrap();
    let busy = Fault::TooMany { retry_after: Some(30) };
    story.slack.fail(FaultRule::on("conversations.replies", busy).times(1));
    story.person("raj").reply("#field", &ts, "@switchboard").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.set_wall_clock(-hours(5));
    insta::assert_snapshot!(story.told().await, @r"
    — #field › thread
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 04:00, I ask the area lead.
    There because it names Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    — #sme-ci, mentions @ines @sam @lena
    *Runner* · question · *HFJ*
    > Why does the runner not scale?
    Raj · asked today 04:00
    Here because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_slept_sends_what_was_in_flight_no_second_time() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    let (app, minute) = (&story.bot.app, std::time::Duration::from_mins(1));
    let claimed = app.store().claim(app.installation(), app.now(), Room::of(10), minute).await.unwrap();
    assert_eq!(claimed.taken.len(), 1);
    story.set_wall_clock(hours(3));
    insta::assert_snapshot!(story.told().await, @"");
    assert!(story.slack.calls_of("chat.postMessage").is_empty(), "its lease slept with it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_while_we_were_down_freezes_nothing() {
    let mut story = Story::begin().await;
    let busy = Fault::TooMany { retry_after: Some(30) };
    story.slack.fail(FaultRule::on("chat.postMessage", busy).times(1));
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.restart_with_the_clock_set(-hours(5)).await;
    story.pass(seconds(30)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, mentions @ines @sam @lena
    *Runner* · question · *HFJ*
    > Why does the runner not scale?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
}
