//! Gaps (B7): what happened while we were down, or could not see a thread, is read and applied before anybody is reminded.

use crate::support::{Story, fill_request, hours, minutes, seconds};
use switchboard::sandbox::{Fault, FaultRule};

/// Where SMEs and PMs of the area talk.
const INSIDE: &str = "#sme-ci-internal";

/// Ines asks at 12:00; what was said about it is looked at.
async fn asked(story: &Story) -> String {
    story.pass(hours(3)).await;
    let ts = story
        .person("ines")
        .say(INSIDE, "@switchboard can runners scale to zero?")
        .await
        .expect("the story can go on");
    story.told().await;
    ts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_given_while_we_were_down_counts_from_when_it_was_given() {
    let mut story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(hours(1)).await;
    story.slack.disconnect_bot();
    story.person("paul").reply(INSIDE, &ts, "They can, from 17.2 on.").await.unwrap();
    story.slack.lose_pending();
    story.restart_after(minutes(150)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 13:00 (1 h)
    [Ask again] [… Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_missed_while_we_were_down_become_one_that_says_why() {
    let mut story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(1)).await;
    story.restart_after(minutes(150)).await;
    story.pass(seconds(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: I was down from today 13:00 to 15:30, so this comes late: Ines has waited 3 h 30 min for this; it is due today 16:00, in 29 min.
    ");
    story.pass(minutes(30)).await;
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
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_cannot_be_read_is_not_raised() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.slack.fail(FaultRule::on("conversations.replies", Fault::error("missing_scope")));
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h for this; it is due today 16:00, in 2 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by today 16:00 (4 h) · I cannot read this thread just now, so nothing is raised
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #switchboard-admins
    I cannot read the thread of *HFJ* in #sme-ci-internal, so nothing is raised for it. If I was removed there, inviting me again mends that.
    ");
    story.pass(hours(7)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h for this; it is due today 16:00, in 1 h.
    ");
    story.slack.clear_faults();
    story.pass(minutes(15)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 16:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — @leo
    I could not read the thread from today 14:00 to 21:10, so this comes late: Ines has waited 9 h 10 min for a PM's answer in CI/CD and Runner, since today 12:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.person("paul").reply(INSIDE, &ts, "They can.").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 21:15 (9 h 15 min, after the promised time)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_we_were_never_told_of_is_found_before_anybody_is_reminded() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.slack.disconnect_bot();
    story.person("paul").reply(INSIDE, &ts, "They can, from 17.2 on.").await.unwrap();
    story.slack.lose_pending();
    story.slack.connect_bot(&story.url, crate::support::SECRET);
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 12:00 (less than a minute)
    [Ask again] [… Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_from_the_channel_and_invited_again_we_read_what_we_missed() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.slack.remove_bot(INSIDE);
    story.pass(minutes(30)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    I was removed from #sme-ci-internal, which the directory names. I cannot post or read there until I am invited again.
    ");
    story.person("petra").reply(INSIDE, &ts, "They can, from 17.2 on.").await.unwrap();
    story.pass(minutes(30)).await;
    story.slack.invite_bot(INSIDE);
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Petra, today 12:30 (30 min)
    [Ask again] [… Why here]
    — #switchboard-admins
    I am in #sme-ci-internal again.
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_given_while_we_were_blind_is_found_and_nothing_is_raised() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    story.pass(hours(5)).await;
    story.told().await;
    story.slack.fail(FaultRule::on("conversations.replies", Fault::error("not_in_channel")));
    story.pass(hours(4)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 16:00 · I cannot read this thread just now, so nothing is raised
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #switchboard-admins
    I cannot read the thread of *HFJ* in #sme-ci-internal, so nothing is raised for it. If I was removed there, inviting me again mends that.
    ");
    story.slack.disconnect_bot();
    story.person("paul").reply(INSIDE, &ts, "They can, from 17.2 on.").await.unwrap();
    story.slack.lose_pending();
    story.slack.connect_bot(&story.url, crate::support::SECRET);
    story.slack.clear_faults();
    story.pass(minutes(15)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 21:00 (9 h, after the promised time)
    [Ask again] [… Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_slack_makes_us_wait_the_thread_is_read_a_little_later() {
    let story = Story::begin().await;
    let ts = asked(&story).await;
    let busy = Fault::TooMany { retry_after: Some(20) };
    story.slack.fail(FaultRule::on("conversations.replies", busy).times(1));
    story.slack.disconnect_bot();
    story.person("paul").reply(INSIDE, &ts, "They can, from 17.2 on.").await.unwrap();
    story.slack.lose_pending();
    story.slack.connect_bot(&story.url, crate::support::SECRET);
    story.pass(hours(2) + minutes(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 12:00 (less than a minute)
    [Ask again] [… Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_deleted_while_we_were_down_is_withdrawn() {
    let mut story = Story::begin().await;
    let ts = asked(&story).await;
    story.slack.disconnect_bot();
    story.person("ines").delete(INSIDE, &ts).await.unwrap();
    story.slack.lose_pending();
    story.restart_after(hours(5)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ○ *Withdrawn* today 17:00
    [Why here]
    ");
    story.pass(hours(12)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_week_down_each_engagement_catches_up_once_and_says_why() {
    let mut story = Story::begin().await;
    asked(&story).await;
    story.person("ava").slash_in("#field", "/request-pm Why does the runner not scale?").await.unwrap();
    fill_request(&story, "raj", "Roadmap", "Plan › Boards › Kanban Boards").await;
    story.person("raj").submit().await.unwrap();
    story.told().await;
    story.restart_after(hours(7 * 24)).await;
    story.pass(seconds(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_boards › thread, mentions @bo
    @Bo: I was down from Nov 16, 2026 12:00 to today 12:00, so this comes late: Raj asked this Nov 16, 2026 12:00. Could you answer, or say who can?
    — #sme-ci › thread, mentions @lena
    @Lena: I was down from Nov 16, 2026 12:00 to today 12:00, so this comes late: 7 days now, and nobody has taken this. Who could answer it?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked Nov 16, 2026 12:00
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due Nov 16, 2026 16:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #subject-matter-experts
    I was down from Nov 16, 2026 12:00 to today 12:00, so this comes late: ‹VJC› in #sme-ci, about Runner, has waited 7 days and nobody has taken it. Who could answer it there?
    — @leo
    I was down from Nov 16, 2026 12:00 to today 12:00, so this comes late: Ines has waited 7 days for a PM's answer in CI/CD and Runner, since Nov 16, 2026 12:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.pass(hours(7 * 24)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_crashes_again_and_again_catches_up_once() {
    let mut story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(1)).await;
    // Down from 13:00 on, up for a moment every half an hour, and gone before it could say anything.
    story.slack.fail(FaultRule::on("conversations.replies", Fault::Status(503)));
    for _ in 0..5 {
        story.restart_after(minutes(30)).await;
        story.nothing_unread();
    }
    story.slack.clear_faults();
    story.restart_after(seconds(30)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: I was down from today 13:00 to 15:30, so this comes late: Ines has waited 3 h 30 min for this; it is due today 16:00, in 29 min.
    ");
    for _ in 0..3 {
        story.restart_after(seconds(90)).await;
        story.nothing_unread();
    }
    story.pass(minutes(20)).await;
    story.nothing_unread();
}
