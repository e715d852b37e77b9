//! Calendars change while clocks run: a step that was planned by the old days off comes when the new ones want it, later or
//! earlier, once, and the timeline says why.

use chrono::{Duration, NaiveDate};
use switchboard::domain::directory::Directory;
use switchboard::domain::rules::{ClockMode, Rules};
use switchboard::worker::names::Written;

use crate::support::{Story, example, hours, minutes};

const INSIDE: &str = "#sme-ci-internal";
/// Runner's PMs work from nine to noon and from one to five in Berlin.
const QUESTION: &str = "@switchboard can a fleet of runners scale to zero in one region only?";

fn working() -> Rules {
    let mut rules = Rules::default();
    rules.reply.clock = ClockMode::Working;
    rules
}

/// The example directory, in which Runner does not work on these days of November beside.
fn with_days_off(days: &[u32]) -> Directory {
    let mut directory = example();
    let runner = directory.stages.get_mut("verify").unwrap().groups.get_mut("runner").unwrap();
    let dates = &mut runner.calendar.as_mut().unwrap().holidays.dates;
    dates.extend(days.iter().map(|day| NaiveDate::from_ymd_opt(2026, 11, *day).unwrap()));
    directory
}

impl Story {
    /// The same rules and people, another directory.
    async fn now_with(&self, directory: Directory) {
        self.bot.reload(Written { directory, ..self.written.clone() }).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_off_that_is_taken_back_brings_the_next_step_forward() {
    let story = Story::with(with_days_off(&[17]), working()).await;
    // Monday, 15:30 in Berlin: an hour and a half is left today, tomorrow is off.
    story.pass(hours(5) + minutes(30)).await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    assert!(story.told().await.contains("reply here by Nov 18, 2026 10:30 (4 h of working time)"));
    story.now_with(example()).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 14:30
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by tomorrow 10:30 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.now_with(example()).await;
    assert_eq!(story.told().await, "", "the same calendars move nothing");
    insta::assert_snapshot!(story.shown("lena", INSIDE, "Why here").await, @r"
    — #sme-ci-internal › thread, only @lena sees it
    *Runner* · *HFJ*
    *Why*
    • Paul is on duty. One PM owns the answer: the one mentioned, else the one on duty.
    *So far*
    • today 15:30 sent to #sme-ci-internal for Runner · Ines
    • today 15:30 the next reminder moved from Nov 18, 2026 09:30 to tomorrow 09:30 · the directory
    ● *Open*: with Paul, due tomorrow 11:30 (in 20 h)
    As you look after this area:
    [Close] [Give it to somebody]
    ");
    // On Tuesday at 09:30 in Berlin two hours are over, at 10:30 three.
    story.pass(hours(18)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 2 h of working time for this; it is due today 10:30, with 2 h of it left.
    ");
    story.pass(Duration::days(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h of working time for this; it is due today 10:30, with 1 h of it left.
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h of working time have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked yesterday 14:30
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 10:30
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — @leo
    Ines has waited 25 h for a PM's answer in CI/CD and Runner, since yesterday 14:30. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_day_off_puts_the_next_step_off_and_repeats_none() {
    let story = Story::with(example(), working()).await;
    // Monday, 13:30 in Berlin; its first step comes at 15:30.
    story.pass(hours(3) + minutes(30)).await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    story.pass(hours(2)).await;
    assert!(story.told().await.contains("has waited 2 h of working time"));
    // The next one would come at 16:30, the promised time is over on Tuesday at 09:30.
    story.now_with(with_days_off(&[16, 17])).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:30
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here by Nov 18, 2026 13:00 (4 h of working time)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(Duration::days(1) + hours(17)).await;
    assert_eq!(story.told().await, "", "neither today nor tomorrow");
    story.pass(hours(8)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul
    @Paul: Ines has waited 3 h of working time for this; it is due today 13:00, with 1 h of it left.
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: 4 h of working time have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked Nov 16, 2026 12:30
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_while_we_were_down_or_back_and_forth_each_step_comes_once() {
    let mut story = Story::with(with_days_off(&[17]), working()).await;
    story.pass(hours(5) + minutes(30)).await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    story.told().await;
    story.written.directory = example();
    // Until Tuesday, 12:30 in Berlin: by the new calendar two steps and the promised time are over, and it is lunch.
    story.restart_after(hours(21)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked yesterday 14:30
    Here because Paul is on duty.
    ● *Open*: Paul, please reply here; it was due today 10:30
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.now_with(with_days_off(&[17])).await;
    story.told().await;
    story.now_with(example()).await;
    story.told().await;
    story.pass(minutes(29)).await;
    assert_eq!(story.told().await, "");
    story.pass(Duration::days(3)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @paul @petra
    @Paul: I was down from yesterday 14:30 to today 11:30, so this comes late: 4 h of working time have passed. @Petra, could you or a colleague answer, or say who can?
    — @leo
    Ines has waited 25 h for a PM's answer in CI/CD and Runner, since yesterday 14:30. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.nothing_unread();
}
