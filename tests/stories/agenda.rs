//! The agenda of a call, and its briefing (C5, C6): asked for before it is due, missed, given late, given at once.

use chrono::{Duration, NaiveDate};
use switchboard::domain::rules::{NoticeMode, Rules};
use switchboard::sandbox::Submission;
use switchboard::worker::names::Written;

use crate::calls::{GROUP, ask, asked};
use crate::support::{Story, example, hours, minutes, monday};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_asked_for_then_missed_then_given() {
    let story = Story::begin().await;
    asked(&story).await;
    story.person("paul").click_in(GROUP, "Confirm").await.unwrap();
    story.told().await;
    story.pass(hours(42) - minutes(1)).await;
    story.nothing_unread();
    story.pass(minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @ava
    Your call with Contoso is tomorrow 10:00; its agenda is due in 6 h.
    [Add agenda]
    ");
    story.pass(hours(6)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner › thread, mentions @ava
    @Ava: No agenda, 24 h before. Paul may decline without it.
    [Add agenda]
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: missing.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    let ava = story.person("ava");
    ava.click_in_dm("Add agenda").await.unwrap();
    insta::assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Agenda ==
    HFJ · Runner: Where runners go in the next year
    The agenda: […]
      A link that the customer and Product can open.
    (Save)
    ");
    ava.fill("The agenda", "https://docs.example.com/agenda").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: there, from Ava.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Paul comes
    [Decline] [Propose another time] [Show briefing] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava added the agenda of *HFJ*.
    — @ava, only @ava sees it
    The agenda is on the card of ‹HFJ›.
    ");
    story.pass(hours(25)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* today 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: there, from Ava.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ✓ *Held*: the call has taken place
    [Why here] [Show briefing]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_time_it_ends_its_reminders() {
    let story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(42)).await;
    story.told().await;
    let ava = story.person("ava");
    ava.click_in_dm("Add agenda").await.unwrap();
    ava.fill("The agenda", "https://docs.example.com/agenda").await.unwrap();
    ava.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: there, from Ava.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread
    Ava added the agenda of *HFJ*.
    — @ava, only @ava sees it
    The agenda is on the card of ‹HFJ›.
    ");
    story.pass(hours(20)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_in_the_form_nobody_is_asked_for_it() {
    let story = Story::begin().await;
    let more = [
        ("Agenda", "https://docs.example.com/agenda"),
        ("Their tier", "Ultimate"),
        ("SaaS, or self-managed (which version)?", "Self-managed 18.4"),
        ("The running notes", "https://docs.example.com/notes"),
    ];
    assert_eq!(ask(&story, monday() + hours(72), &more).await, Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *HFJ*, for Paul. I tell you when the PM says.
    There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @paul
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 3 of 11. Agenda: there, from Ava.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: @Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    insta::assert_snapshot!(story.shown("paul", GROUP, "Show briefing").await, @r"
    — #g_runner, only @paul sees it
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *Customer* Contoso
    *Attendees* Head of platform, two engineers
    *Goal* They decide whether to renew.
    *Agenda* ‹https://docs.example.com/agenda›
    *Tier* Ultimate
    *SaaS, or self-managed and which version* Self-managed 18.4
    *Running notes* https://docs.example.com/notes
    ");
    story.person("paul").click_in(GROUP, "Confirm").await.unwrap();
    story.told().await;
    story.pass(hours(71)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_may_decline_when_it_is_missing() {
    let story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(48)).await;
    story.told().await;
    let paul = story.person("paul");
    paul.click_in(GROUP, "Decline").await.unwrap();
    paul.fill("Why", "There is no agenda.").await.unwrap();
    paul.submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: none.
    Ava · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ✕ *Declined*: by Paul
    [Why here] [Show briefing]
    — @ava
    Paul declined *HFJ*:
    > There is no agenda.
    ");
    story.pass(hours(30)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_notice_counts_weekdays_the_question_for_it_comes_in_working_time() {
    for mode in [NoticeMode::Weekdays, NoticeMode::ThirdDay] {
        let mut rules = Rules::default();
        rules.call.mode = mode;
        let story = Story::with(example(), rules).await;
        // For Monday next week at ten: due on Sunday at ten, 24 h before.
        assert_eq!(ask(&story, monday() + Duration::days(7) + hours(1), &[]).await, Submission::Cleared);
        assert!(story.told().await.contains("The agenda is due Nov 22, 2026 11:00"));
        // On Friday six hours of work are left for it from 11:00 on: not on Sunday at four.
        story.pass(Duration::days(4) + hours(1) - minutes(1)).await;
        assert_eq!(story.told().await, "");
        story.pass(minutes(1)).await;
        let told = story.told().await;
        assert!(told.contains("Your call with Contoso"), "on Friday: {told}");
        story.pass(Duration::days(2)).await;
        assert!(story.told().await.contains("No agenda, 24 h before"), "on Sunday");
        story.nothing_unread();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_day_off_moves_the_question_for_it() {
    let mut rules = Rules::default();
    rules.call.mode = NoticeMode::Weekdays;
    let mut story = Story::with(example(), rules).await;
    assert_eq!(ask(&story, monday() + Duration::days(7) + hours(1), &[]).await, Submission::Cleared);
    story.told().await;
    story.written.rules.holidays.dates.push(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
    story.bot.reload(Written::clone(&story.written)).await.unwrap();
    assert_eq!(story.told().await, "", "nothing that the card shows has moved");
    insta::assert_snapshot!(story.shown("lena", GROUP, "Why here").await, @r"
    — #g_runner, only @lena sees it
    *Runner* · PM on a customer call · *HFJ*
    *Why*
    • Customer calls with a PM are asked in the group's channel. PMs come in for roadmap, direction and gaps.
    • Ava chose Runner. A PM is asked for a call in the group's channel.
    • It gives 7 days of notice. A PM needs notice before a customer call.
    • Paul is on duty. The reason decides who is asked.
    *So far*
    • today 10:00 sent to #g_runner for Runner · Ava
    • today 10:00 the question for the agenda moved from Nov 20, 2026 11:00 to Nov 19, 2026 11:00 · the directory
    ● *Open*: Paul is asked
    As you look after this area:
    [Close] [Give it to somebody]
    ");
    story.pass(Duration::days(3) + hours(1) - minutes(1)).await;
    assert_eq!(story.told().await, "");
    story.pass(minutes(1)).await;
    let told = story.told().await;
    assert!(told.contains("Your call with Contoso"), "on Thursday: {told}");
    story.pass(Duration::days(2)).await;
    assert_eq!(story.told().await, "", "asked once");
}
