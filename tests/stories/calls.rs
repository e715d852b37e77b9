//! A PM on a customer call (C1–C4, C11): notice, the card in the group's channel, the PM's word, moves, the end.

use chrono::{DateTime, Duration, TimeZone, Utc};
use switchboard::domain::rules::{NoticeMode, Rules};
use switchboard::sandbox::Submission;

use crate::support::{Story, example, hours, monday};

/// The group's channel.
pub const GROUP: &str = "#g_runner";

/// Ava fills the form for a customer meeting with a start, and sends it.
pub async fn ask(story: &Story, start: DateTime<Utc>, more: &[(&str, &str)]) -> Submission {
    let ava = story.person("ava");
    let question = "Where runners go in the next year";
    story.fill_form("ava", "A PM in a customer meeting", "Verify › Runner", question).await;
    ava.fill("Customer", "Contoso").await.expect("the story can go on");
    assert_eq!(ava.submit().await.expect("the story can go on"), Submission::Updated);
    ava.fill("Start", start).await.expect("the story can go on");
    ava.fill("Goal of the call", "They decide whether to renew.").await.expect("the story can go on");
    ava.fill("Who comes, in which role", "Head of platform, two engineers")
        .await
        .expect("the story can go on");
    for (field, text) in more {
        ava.fill(field, *text).await.expect("the story can go on");
    }
    ava.submit().await.expect("the story can go on")
}

/// Ava asked for a call 72 h ahead; what was said about it is looked at.
pub async fn asked(story: &Story) -> DateTime<Utc> {
    let start = story.clock.now() + hours(72);
    assert_eq!(ask(story, start, &[]).await, Submission::Cleared);
    story.told().await;
    start
}

fn at(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    let year = if month > 6 { 2026 } else { 2027 };
    Utc.with_ymd_and_hms(year, month, day, hour, minute, 0).single().expect("the story can go on")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_hours_are_too_few_and_the_earliest_slot_is_offered() {
    let story = Story::begin().await;
    insta::assert_debug_snapshot!(ask(&story, monday() + hours(40), &[]).await, @"Cleared");
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Wednesday, November 18, 2026 02:00 is 40 h away and PMs need 48 h. The earliest is Wednesday, November 18, 2026 10:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    let card = story.slack.ephemerals_of("ava").pop().or_else(|| story.slack.dms_of("ava").pop());
    story.person("ava").click_on(&card.unwrap(), "Use that time").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *HFJ*, for Paul. The agenda is due tomorrow 10:00; I ask you for it before. Short notice: 3 working days are recommended.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 09:00 (10:00 for the PM), 30 min. Short notice: 48 h, but on the second day.
    Briefing: 0 of 11. Agenda: due tomorrow 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_soon_for_a_pm_the_smes_are_asked_instead() {
    let story = Story::begin().await;
    ask(&story, monday() + hours(40), &[]).await;
    story.told().await;
    let card = story.slack.ephemerals_of("ava").pop().or_else(|| story.slack.dms_of("ava").pop());
    story.person("ava").click_on(&card.unwrap(), "Ask an SME instead").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #sme-ci as *VJC*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because Ava chose Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    — #sme-ci, mentions @ines @sam @lena
    *Runner* · question · *VJC*
    > Where runners go in the next year
    Ava · asked today 09:00
    Here because Ava chose Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Show briefing · Why here · Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_on_the_second_day_is_flagged_and_the_pm_confirms() {
    let story = Story::begin().await;
    insta::assert_debug_snapshot!(ask(&story, monday() + hours(50), &[]).await, @"Cleared");
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *HFJ*, for Paul. The agenda is due tomorrow 12:00; I ask you for it before. Short notice: 3 working days are recommended.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 11:00 (12:00 for the PM), 30 min. Short notice: 50 h, but on the second day.
    Briefing: 0 of 11. Agenda: due tomorrow 11:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.person("paul").click_in(GROUP, "Confirm").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 11:00 (12:00 for the PM), 30 min. Short notice: 50 h, but on the second day.
    Briefing: 0 of 11. Agenda: due tomorrow 11:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul comes to the call *HFJ*, Wednesday, November 18, 2026 12:00.
    ");
    story
        .press_and_fill("paul", (GROUP, "Add agenda"), "The agenda", "https://docs.example.com/agenda")
        .await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 11:00 (12:00 for the PM), 30 min. Short notice: 50 h, but on the second day.
    Briefing: 0 of 11. Agenda: there, from Paul.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread
    Paul added the agenda of *HFJ*.
    — #g_runner, only @paul sees it
    The agenda is on the card of ‹HFJ›.
    ");
    story.pass(hours(51)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* today 11:00 (12:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: there, from Paul.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ✓ *Held*: the call has taken place
    [Why here] [Show briefing]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_declines_with_a_reason() {
    let story = Story::begin().await;
    asked(&story).await;
    story.press_and_fill("paul", (GROUP, "Decline"), "Why", "An SME knows this better.").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: none.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ✕ *Declined*: by Paul
    [Why here] [Show briefing]
    — @ava
    Paul declined *HFJ*:
    > An SME knows this better.
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_proposes_another_time_and_the_requester_uses_it() {
    let story = Story::begin().await;
    let start = asked(&story).await;
    story.press_and_fill("paul", (GROUP, "Propose another time"), "Another time", start + hours(5)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Another time proposed*: Paul would come Thursday, November 19, 2026 14:00 (15:00 for the PM)
    [Confirm] [Use that time] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul would come to *HFJ* at another time: Thursday, November 19, 2026 15:00.
    [Use that time] [Another time] [Cancel the call]
    ");
    story.person("ava").click_in_dm("Use that time").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 14:00 (15:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 14:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava takes your time for the call *HFJ*: Thursday, November 19, 2026 14:00.
    ");
    story.person("ava").click_in_dm("Use that time").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @ava, only @ava sees it
    *HFJ* is confirmed, so that does not apply now. Its card shows what can be done.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_context_is_asked_for_and_given() {
    let story = Story::begin().await;
    asked(&story).await;
    let ava = story.person("ava");
    story
        .press_and_fill("paul", (GROUP, "Missing context"), "What is missing", "Which version do they run?")
        .await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Context missing*: Paul needs more before they can say
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul needs more context for *HFJ*:
    > Which version do they run?
    [Add detail]
    ");
    ava.click_in_dm("Add detail").await.unwrap();
    ava.fill("What to add", "18.4, self-managed.").await.unwrap();
    ava.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread
    Ava adds:
    > 18.4, self-managed.
    — @ava, only @ava sees it
    Added to the thread of ‹HFJ›.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_start_is_a_new_notice_and_a_later_one_is_not() {
    let story = Story::begin().await;
    let start = asked(&story).await;
    let (ava, paul) = (story.person("ava"), story.person("paul"));
    paul.click_in(GROUP, "Confirm").await.unwrap();
    story.told().await;
    ava.click_in(GROUP, "Reschedule").await.unwrap();
    ava.fill("New start", start - hours(30)).await.unwrap();
    insta::assert_debug_snapshot!(ava.submit().await.unwrap(), @r#"
    Errors(
        {
            "start": "That is 42 h away and PMs need 48. The earliest is Wed 18 Nov 10:00 your time.",
            "text": "Or say here why it cannot wait: then I ask a PM for an exception, and the call stays until then.",
        },
    )
    "#);
    ava.fill("New start", start + hours(2)).await.unwrap();
    insta::assert_debug_snapshot!(ava.submit().await.unwrap(), @"Cleared");
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 11:00 (12:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 11:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava moved the call *HFJ* from Thursday, November 19, 2026 09:00 to Thursday, November 19, 2026 11:00.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_tells_everybody_and_ends_every_reminder() {
    let story = Story::begin().await;
    asked(&story).await;
    let paul = story.person("paul");
    paul.click_in(GROUP, "Confirm").await.unwrap();
    story.told().await;
    story.press_and_fill("ava", (GROUP, "Cancel"), "Why", "They moved it to next year.").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: none.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ○ *Cancelled*: by Ava
    [Why here] [Show briefing]
    — #g_runner › thread, mentions @paul
    @Paul: Ava cancelled the call *HFJ*:
    > They moved it to next year.
    — #g_runner, only @ava sees it
    The call ‹HFJ› is cancelled. Everybody concerned is told.
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_who_cancels_tells_the_requester() {
    let story = Story::begin().await;
    asked(&story).await;
    story.press_and_fill("paul", (GROUP, "Cancel"), "Why", "I am ill.").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: none.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ○ *Cancelled*: by Paul
    [Why here] [Show briefing]
    — @ava
    Paul cancelled the call *HFJ*:
    > I am ill.
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_and_the_call_lapses() {
    let story = Story::begin().await;
    let start = story.clock.now() + hours(72);
    ask(&story, start, &[("Agenda", "https://docs.example.com/agenda")]).await;
    story.told().await;
    story.pass(hours(73)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* today 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: there, from Ava.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ○ *Lapsed*: its start passed without a PM's word
    [Why here] [Show briefing]
    — @ava
    The start of the call *HFJ* passed without a PM's word. `/request-pm` asks for a new time.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_do_what() {
    let story = Story::begin().await;
    asked(&story).await;
    let (ava, ines, raj) = (story.person("ava"), story.person("ines"), story.person("raj"));
    ines.click_in(GROUP, "Confirm").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, only @ines sees it
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    ava.click_in(GROUP, "Confirm").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, only @ava sees it
    Only PMs of Runner can do that with *HFJ*; you can add detail or cancel it.
    [Add detail] [Cancel the call]
    ");
    raj.click_in(GROUP, "Cancel").await.unwrap();
    assert!(raj.open_view().is_none(), "nobody fills in a form for nothing");
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, only @raj sees it
    Only the person who asked can do that with *HFJ*; you can write in its thread.
    ");
    raj.click_in(GROUP, "Show briefing").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, only @raj sees it
    Only SMEs of CI/CD and Runner can do that with *HFJ*; you can write in its thread.
    ");
    insta::assert_snapshot!(story.shown("ines", GROUP, "Show briefing").await, @r"
    — #g_runner, only @ines sees it
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *Customer* Contoso
    *Attendees* Head of platform, two engineers
    *Goal* They decide whether to renew.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_group_channel_the_stage_is_asked_and_without_that_the_fallback() {
    let mut directory = example();
    for stage in directory.stages.values_mut() {
        stage.groups.values_mut().for_each(|group| group.channel = None);
    }
    let story = Story::with(directory.clone(), Rules::default()).await;
    ask(&story, monday() + hours(96), &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #s_verify as *HFJ*, for Paul. The agenda is due Nov 19, 2026 10:00; I ask you for it before.
    There because Runner has no channel of its own that I can post in.
    [Why there] [Add detail] [Cancel the call]
    — #s_verify, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Friday, November 20, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 19, 2026 09:00.
    Ava · asked today 09:00
    Here because Runner has no channel of its own that I can post in.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    directory.stages.values_mut().for_each(|stage| stage.channel = None);
    let story = Story::with(directory, Rules::default()).await;
    ask(&story, monday() + hours(96), &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #product as *HFJ*, for Paul. The agenda is due Nov 19, 2026 10:00; I ask you for it before.
    There because neither Runner nor its stage has a channel that I can post in.
    [Why there] [Add detail] [Cancel the call]
    — #product, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Friday, November 20, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 19, 2026 09:00.
    Ava · asked today 09:00
    Here because neither Runner nor its stage has a channel that I can post in.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_clocks_jump_ahead_forty_eight_hours_are_still_that() {
    let story = Story::begin().await;
    // Friday 12:00 in Berlin, before the Sunday on which clocks jump ahead.
    story.clock.advance_to(at(3, 26, 11, 0));
    ask(&story, at(3, 28, 10, 59), &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sunday, March 28, 2027 12:59 is 47 h away and PMs need 48 h. The earliest is Monday, March 29, 2027 09:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    assert_eq!(ask(&story, at(3, 28, 11, 0), &[]).await, Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *VJC*, for Paul. The agenda is due tomorrow 12:00; I ask you for it before. Short notice: 3 working days are recommended.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *VJC*
    > Where runners go in the next year
    *When* Sunday, March 28, 2027 11:00 (13:00 for the PM), 30 min. Short notice: 48 h, but on the second day.
    Briefing: 0 of 11. Agenda: due tomorrow 11:00.
    Ava · asked today 11:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_weekdays_the_weekend_does_not_count() {
    let mut rules = Rules::default();
    rules.call.mode = NoticeMode::Weekdays;
    let story = Story::with(example(), rules).await;
    // Friday 16:00 in Berlin.
    story.clock.advance_to(at(11, 20, 15, 0));
    ask(&story, at(11, 23, 9, 0), &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Monday, November 23, 2026 10:00 leaves less than 48 h of weekdays, and PMs need those; weekends and holidays do not count. The earliest is Tuesday, November 24, 2026 16:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    assert_eq!(ask(&story, at(11, 24, 15, 0), &[]).await, Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *VJC*, for Paul. The agenda is due Nov 23, 2026 16:00; I ask you for it before. Short notice: 3 working days are recommended.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *VJC*
    > Where runners go in the next year
    *When* Tuesday, November 24, 2026 15:00 (16:00 for the PM), 30 min. Short notice: on the second working day.
    Briefing: 0 of 11. Agenda: due Nov 23, 2026 15:00.
    Ava · asked today 15:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_third_day_neither_tomorrow_nor_the_day_after() {
    let mut rules = Rules::default();
    rules.call.mode = NoticeMode::ThirdDay;
    let story = Story::with(example(), rules).await;
    ask(&story, monday() + hours(50), &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Wednesday, November 18, 2026 12:00 is too soon: PMs are not asked for tomorrow or the day after. The earliest is Thursday, November 19, 2026 09:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    assert_eq!(ask(&story, at(11, 19, 8, 0) + Duration::minutes(30), &[]).await, Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *VJC*, for Paul. The agenda is due Nov 18, 2026 09:30; I ask you for it before.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *VJC*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 08:30 (09:30 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 08:30.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_who_proposes_tomorrow_is_not_met_with_a_missing_agenda() {
    let story = Story::begin().await;
    asked(&story).await;
    story.press_and_fill("paul", (GROUP, "Propose another time"), "Another time", monday() + hours(20)).await;
    story.told().await;
    story.person("ava").click_in_dm("Use that time").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 05:00 (06:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: missing.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava takes your time for the call *HFJ*: tomorrow 05:00.
    ");
    story.pass(hours(21)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* today 05:00 (06:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: none.
    Ava · asked yesterday 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ✓ *Held*: the call has taken place
    [Why here] [Show briefing]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_start_with_notice_enough_asks_the_pm_again() {
    let story = Story::begin().await;
    let start = story.clock.now() + hours(120);
    ask(&story, start, &[]).await;
    story.told().await;
    story.person("paul").click_in(GROUP, "Confirm").await.unwrap();
    story.told().await;
    let ava = story.person("ava");
    ava.click_in(GROUP, "Reschedule").await.unwrap();
    insta::assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Reschedule the call ==
    HFJ · Runner: Where runners go in the next year
    New start: [2026-11-21 10:00 ▾]
      In your own time zone. An earlier start needs 48 h of notice again.
    Why it cannot wait (optional): […]
      Only for an earlier start with a short notice: a PM is asked first, by direct message.
    (Reschedule)
    ");
    ava.fill("New start", start - hours(48)).await.unwrap();
    ava.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava moved the call *HFJ* from Saturday, November 21, 2026 09:00 to Thursday, November 19, 2026 09:00.
    ");
    story.press_and_fill("paul", (GROUP, "Reschedule"), "New start", start).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Saturday, November 21, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 20, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul moved the call *HFJ* from Thursday, November 19, 2026 10:00 to Saturday, November 21, 2026 10:00.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_card_reads_in_everybodys_own_time() {
    let story = Story::begin().await;
    asked(&story).await;
    let card = story.slack.last_message(GROUP);
    let when =
        |zone: &str| card.plain_in(zone).lines().find(|line| line.starts_with("*When*")).map(str::to_owned);
    insta::assert_snapshot!(when("Europe/Berlin").unwrap(), @"*When* Thursday, November 19, 2026 10:00 (10:00 for the PM), 30 min");
    insta::assert_snapshot!(when("America/Los_Angeles").unwrap(), @"*When* Thursday, November 19, 2026 01:00 (10:00 for the PM), 30 min");
    insta::assert_snapshot!(card.fallback(), @r"
    Runner · PM on a customer call · HFJ
    Where runners go in the next year
    When Thu 19 Nov 09:00 UTC (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Wed 18 Nov 09:00 UTC.
    Ava · asked Mon 16 Nov 09:00 UTC
    ● Open: Paul is asked
    ");
    insta::assert_snapshot!(story.shown("sam", GROUP, "Why here").await, @r"
    — #g_runner, only @sam sees it
    *Runner* · PM on a customer call · *HFJ*
    *Why*
    • Customer calls with a PM are asked in the group's channel. PMs come in for roadmap, direction and gaps.
    • Ava chose Runner. A PM is asked for a call in the group's channel.
    • It gives 72 h of notice. A PM needs notice before a customer call.
    • Paul is on duty. The reason decides who is asked.
    *So far*
    • today 09:00 sent to #g_runner for Runner · Ava
    ● *Open*: Paul is asked
    ");
    story.nothing_unread();
}
