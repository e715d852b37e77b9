//! Numbers (A11): who is told which, the post of a week, never twice, and never of a person.

use switchboard::domain::directory::ChannelRef;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::Submission;

use crate::calls;
use crate::support::{Story, example, hours, minutes};

/// An area's week: two questions, one of which reaches a PM, who is late.
async fn a_week(story: &Story) {
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm How do we keep autoscaling runners warm?").await.unwrap();
    ava.slash_in("#field", "/request-pm Can a fleet of runners scale to zero in one region only?")
        .await
        .unwrap();
    story.settle().await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    ines.click_in("#sme-ci", "Ask the PM").await.unwrap();
    ines.fill("Your question to the PM", "Can it go to zero?").await.unwrap();
    ines.submit().await.unwrap();
    story.settle().await;
    let card = story.slack.last_message("#sme-ci-internal");
    story.pass(hours(5)).await;
    story.person("paul").reply("#sme-ci-internal", &card.ts, "Yes.").await.unwrap();
    story.pass(minutes(1)).await;
    story.read();
}

async fn report(story: &Story, name: &str, words: &str) -> String {
    story.person(name).slash_in("#field", words).await.unwrap().plain().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_told_to_those_who_answer_for_an_area() {
    let story = Story::begin().await;
    a_week(&story).await;
    insta::assert_snapshot!(report(&story, "lena", "/request-pm report").await, @r"
    *CI/CD and Runner* · Nov 9, 2026 15:01 to today 15:01
    • Questions: 2 asked · 1 taken · 0 answered by SMEs alone · 1 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: once · 1 answered · half within 5 h, nine of ten within 5 h (working time: half within 4 h, nine of ten within 4 h) · 1 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    Each question counts in the time in which it was asked, whatever became of it since.
    ");
    insta::assert_snapshot!(report(&story, "ava", "/request-pm report").await, @r"
    Numbers are for the leads and PMs of an area, and for admins. `/request-pm mine` lists what you asked.
    ");
    insta::assert_snapshot!(report(&story, "lena", "/request-pm report planning 30").await, @r"
    The numbers of Planning and Portfolios are for its leads, its PMs and admins. `/request-pm mine` lists what you asked.
    ");
    insta::assert_snapshot!(report(&story, "lena", "/request-pm report zebras").await, @r"
    I know no SME area “zebras”, so nothing was changed. The areas are ci (on), planning (on), security (on) and storage (pilot).
    ");
    insta::assert_snapshot!(report(&story, "lena", "/request-pm report ci 500").await, @r"
    I know `/request-pm`, `/request-pm your question`, `mine`, `status K7Q`, `away until 2026-12-24 cover @x`, `back`, `help`.
    ");
    insta::assert_snapshot!(report(&story, "admin", "/request-pm report").await, @r"
    *All areas* · Nov 9, 2026 14:01 to today 14:01
    • Questions: 2 asked · 1 taken · 0 answered by SMEs alone · 1 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: once · 1 answered · half within 5 h, nine of ten within 5 h (working time: half within 4 h, nine of ten within 4 h) · 1 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    *CI/CD and Runner*: 2 asked, 0 answered by SMEs alone, 1 reached a PM; PMs answered 1 of 1, half within 5 h, 1 late
    Each question counts in the time in which it was asked, whatever became of it since.
    ");
    let paul = report(&story, "paul", "/request-pm report CI/CD and Runner 30").await;
    assert!(paul.contains("2 asked") && !paul.contains("By PM"), "{paul}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_named_only_where_an_admin_wants_it() {
    let mut rules = Rules::default();
    rules.reports.per_person = true;
    let story = Story::with(example(), rules).await;
    a_week(&story).await;
    let told = report(&story, "lena", "/request-pm report ci").await;
    assert!(told.contains("By PM") && told.contains("Paul: 1 answered"), "{told}");
    let told = report(&story, "admin", "/request-pm report").await;
    assert!(!told.contains("By PM"), "of several areas nobody is named: {told}");
    story.read();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_week_is_told_once_whatever_happens_to_us() {
    let mut rules = Rules::default();
    rules.reports.channel = Some(ChannelRef::Name("product".to_owned()));
    let mut story = Story::with(example(), rules).await;
    assert!(!story.bot.tell_the_week().await.unwrap(), "of a week before us nothing is known");
    a_week(&story).await;
    story.pass(hours(6 * 24)).await;
    story.read();
    assert!(!story.bot.tell_the_week().await.unwrap(), "not before its end");
    story.pass(hours(24)).await;
    story.read();
    assert!(story.bot.tell_the_week().await.unwrap());
    insta::assert_snapshot!(story.told().await, @r"
    — #product
    *All areas* · Nov 16, 2026 09:00 to today 09:00
    • Questions: 2 asked · 1 taken · 0 answered by SMEs alone · 1 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: once · 1 answered · half within 5 h, nine of ten within 5 h (working time: half within 4 h, nine of ten within 4 h) · 1 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    *CI/CD and Runner*: 2 asked, 0 answered by SMEs alone, 1 reached a PM; PMs answered 1 of 1, half within 5 h, 1 late
    Each question counts in the time in which it was asked, whatever became of it since.
    — @lena
    *CI/CD and Runner* · Nov 16, 2026 10:00 to today 10:00
    • Questions: 2 asked · 1 taken · 0 answered by SMEs alone · 1 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: once · 1 answered · half within 5 h, nine of ten within 5 h (working time: half within 4 h, nine of ten within 4 h) · 1 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    Each question counts in the time in which it was asked, whatever became of it since.
    ");
    assert!(!story.bot.tell_the_week().await.unwrap());
    // Killed before it was written down that it was told: the posts themselves know.
    let app = &story.bot.app;
    let before = app.now() - hours(10 * 24);
    app.store()
        .keep(app.installation(), "weekly_report", &before.timestamp_micros().to_string())
        .await
        .unwrap();
    story.bot.tell_the_week().await.unwrap();
    story.settle().await;
    story.nothing_unread();
    // Down for two weeks: one post, of the last week, which says that it comes late.
    story.restart_after(hours(15 * 24)).await;
    story.read();
    assert!(story.bot.tell_the_week().await.unwrap());
    insta::assert_snapshot!(story.told().await, @r"
    — #product
    *All areas* · Nov 30, 2026 09:00 to yesterday 09:00
    • Questions: 0 asked · 0 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: 0 times · 0 answered · 0 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    I was down from Nov 23, 2026 14:01 to today 14:01, so this comes late. Each question counts in the time in which it was asked, whatever became of it since.
    ");
}

/// Ava asks for a call in so many hours, and for an exception.
async fn exception(story: &Story, hours_ahead: i64) {
    let start = story.clock.now() + hours(hours_ahead);
    assert_eq!(calls::ask(story, start, &[]).await, Submission::Cleared);
    story.told().await;
    let ava = story.person("ava");
    let offer = story.slack.ephemerals_of("ava").pop().unwrap();
    ava.click_on(&offer, "Ask for an exception").await.unwrap();
    ava.fill("Why it cannot wait", "Their board decides soon.").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    story.told().await;
}

/// Of four exceptions one is approved, one declined, one lapses and one is still open; a call with enough notice is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exceptions_are_counted_apart_in_a_report_and_in_the_post_of_the_week() {
    let mut rules = Rules::default();
    rules.reports.channel = Some(ChannelRef::Name("product".to_owned()));
    let story = Story::with(example(), rules).await;
    story.bot.tell_the_week().await.unwrap();
    calls::asked(&story).await;
    story.pass(minutes(11)).await;
    exception(&story, 40).await;
    let paul = story.person("paul");
    paul.click_in_dm("Approve").await.unwrap();
    story.pass(minutes(11)).await;
    exception(&story, 40).await;
    paul.click_in_dm("Decline").await.unwrap();
    paul.fill("Why", "Nobody is free.").await.unwrap();
    paul.submit().await.unwrap();
    story.pass(minutes(11)).await;
    exception(&story, 2).await;
    story.pass(hours(3)).await;
    exception(&story, 40).await;
    story.pass(minutes(1)).await;
    story.read();
    insta::assert_snapshot!(report(&story, "lena", "/request-pm report ci 1").await, @r"
    *CI/CD and Runner* · yesterday 13:34 to today 13:34
    • Questions: 0 asked · 0 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: 0 times · 0 answered · 0 late (0 in working time)
    • Calls: 2 asked for · 0 at short notice · apart from these 4 exceptions asked for: 1 approved, 1 declined, 1 lapsed
    • Against before: no baseline was counted
    Each question counts in the time in which it was asked, whatever became of it since.
    ");
    story.pass(hours(7 * 24)).await;
    story.read();
    assert!(story.bot.tell_the_week().await.unwrap());
    insta::assert_snapshot!(story.told().await, @r"
    — #product
    *All areas* · Nov 16, 2026 09:00 to today 09:00
    • Questions: 0 asked · 0 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: 0 times · 0 answered · 0 late (0 in working time)
    • Calls: 2 asked for · 0 at short notice · apart from these 4 exceptions asked for: 1 approved, 1 declined, 2 lapsed
    • Against before: no baseline was counted
    *CI/CD and Runner*: 0 asked, 0 answered by SMEs alone, 0 reached a PM; PMs answered 0 of 0; calls 2
    Each question counts in the time in which it was asked, whatever became of it since.
    — @lena
    *CI/CD and Runner* · Nov 16, 2026 10:00 to today 10:00
    • Questions: 0 asked · 0 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: 0 times · 0 answered · 0 late (0 in working time)
    • Calls: 2 asked for · 0 at short notice · apart from these 4 exceptions asked for: 1 approved, 1 declined, 2 lapsed
    • Against before: no baseline was counted
    Each question counts in the time in which it was asked, whatever became of it since.
    ");
}
