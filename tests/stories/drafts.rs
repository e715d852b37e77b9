//! Asks that wait for their author: which place, whether to post, what proof (A4, C1).

use insta::assert_snapshot;

use switchboard::sandbox::Submission;

use crate::support::{Story, fill_request, hours, seconds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unclear_words_are_offered_candidates() {
    let mut story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", "/request-pm merge trains or runners?").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    That could be *Runner* or *Merge Trains*. Which fits?
    [Runner] [Merge Trains] [Something else] [Drop it]
    ");
    story.restart_after(hours(5)).await;
    ava.click_in("#field", "Runner").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 15:00, I ask the area lead.
    There because Ava chose Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > merge trains or runners?
    Ava · asked today 14:00
    Here because Ava chose Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_fit_nothing_are_placed_from_the_form() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", "/request-pm something about zebras").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    I cannot tell which area that is for. Which one fits?
    [Choose an area] [Drop it]
    ");
    ava.click_in("#field", "Choose an area").await.unwrap();
    assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Where it belongs ==
    HFJ: something about zebras
    Area: [… ▾]
      Type a stage, group or category.
    (Use this)
    ");
    ava.fill("Area", "Secure › Code Scanning › SAST").await.unwrap();
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because Ava chose SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > something about zebras
    Ava · asked today 09:00
    Here because Ava chose SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_lapses_after_three_days() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm something about zebras").await.unwrap();
    story.pass(hours(73)).await;
    assert_snapshot!(story.read(), @"");
    ava.click_in("#field", "Choose an area").await.unwrap();
    ava.fill("Area", "Secure › Code Scanning › SAST").await.unwrap();
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    *HFJ* waited too long and has lapsed, so nothing was sent. Please ask again.
    ");
    story.nothing_unread();
}

const EVALUATION: &str = "Help in an evaluation (trial, POV)";

/// Fills both pages for an evaluation, its issue included.
async fn fill_evaluation(story: &Story, name: &str) {
    fill_request(story, name, EVALUATION, "Verify › Runner").await;
    let person = story.person(name);
    assert_eq!(person.submit().await.unwrap(), Submission::Updated);
    person.fill("The evaluation's issue", "https://tracker.example.com/evaluations/3").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_with_a_thread_is_checked_and_then_reaches_the_pm() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "does a fleet span regions?").await.unwrap();
    story.person("ines").reply("#sme-ci", &root, "yes, with two managers").await.unwrap();
    story.hear().await;
    fill_evaluation(&story, "ava").await;
    ava.fill("Where an SME answered", story.slack.permalink("#sme-ci", &root)).await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am checking the thread where an SME answered; then *HFJ* goes on by itself.
    [Ask SMEs] [Drop it]
    ");
    story.pass(seconds(1)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner Switchboard:
    *Runner* · help in an evaluation · *HFJ*
    > Can a fleet stay warm?
    An SME looked at it first.
    Ava · asked today 09:00
    Here because an SME looked at it first.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    [notifies @paul]

    @ava Switchboard:
    An SME looked at *HFJ* first, so the PM is asked now.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_whose_thread_proves_nothing_is_offered_smes() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "does a fleet span regions?").await.unwrap();
    story.person("raj").reply("#sme-ci", &root, "I would like to know that too").await.unwrap();
    story.hear().await;
    fill_evaluation(&story, "ava").await;
    ava.fill("Where an SME answered", story.slack.permalink("#sme-ci", &root)).await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am checking the thread where an SME answered; then *HFJ* goes on by itself.
    [Ask SMEs] [Drop it]
    ");
    story.pass(seconds(1)).await;
    assert_snapshot!(story.read(), @r"
    @ava Switchboard:
    I found no SME's answer in the thread you gave for *HFJ*. Give me the thread where an SME answered, or I ask #sme-ci.
    [Ask SMEs] [Drop it]
    ");
    let status = ava.slash_in("#field", "/request-pm status HFJ").await.unwrap();
    assert!(status.plain().contains("[Ask SMEs]"), "{}", status.plain());
    ava.click_in_dm("Ask SMEs").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > Can a fleet stay warm?
    Ava · asked today 09:00
    Here because Ava chose Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Show briefing · Why here · Withdraw]
    [notifies @ines @sam @lena]

    @ava (updated) Switchboard:
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because Ava chose Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_is_proved_by_an_answered_question_or_ticked_by_an_sme() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let sent = ava.slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    let id = sent.plain().split('*').nth(1).unwrap().to_owned();
    fill_evaluation(&story, "ava").await;
    ava.fill("Where an SME answered", &id).await.unwrap();
    let refused = ava.submit().await.unwrap();
    assert!(
        matches!(&refused, Submission::Errors(at) if at.contains_key("triage")),
        "not answered yet: {refused:?}"
    );
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.hear().await;
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *VQZ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because an SME looked at it first.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner* · help in an evaluation · *VQZ*
    > Can a fleet stay warm?
    An SME answered *HFJ* first.
    Ava · asked today 09:00
    Here because an SME looked at it first.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    [notifies @paul]
    ");
    fill_evaluation(&story, "ava").await;
    ava.fill("Your question", "And across three?").await.unwrap();
    ava.fill("To confirm", "I am an SME of this area and have done the triage").await.unwrap();
    let refused = ava.submit().await.unwrap();
    assert!(matches!(&refused, Submission::Errors(at) if at.contains_key("triage")), "no SME: {refused:?}");
    ava.close_all().await.unwrap();
    fill_evaluation(&story, "sam").await;
    story
        .person("sam")
        .fill("To confirm", "I am an SME of this area and have done the triage")
        .await
        .unwrap();
    assert_eq!(story.person("sam").submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @sam) switchboard:
    Sent to #g_runner as *VXN*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because Sam looked at it first, as an SME.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner* · help in an evaluation · *VXN*
    > Can a fleet stay warm?
    The asker, an SME, looked at it first.
    Sam · SME · asked today 09:00
    Here because Sam looked at it first, as an SME.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    [notifies @paul]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_triage_needs_the_issue_and_a_known_area() {
    let story = Story::begin().await;
    fill_request(&story, "sam", EVALUATION, "").await;
    let sam = story.person("sam");
    sam.fill("Your question", "Does it work with zebras?").await.unwrap();
    sam.submit().await.unwrap();
    sam.fill("To confirm", "I am an SME of this area and have done the triage").await.unwrap();
    let refused = sam.submit().await.unwrap();
    let Submission::Errors(problems) = refused else { panic!("{refused:?}") };
    assert_eq!(problems.keys().map(String::as_str).collect::<Vec<_>>(), ["area", "proof_link"]);
    story.read();
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_triage_thread_counts_for_thirty_days() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let root = ava.say("#sme-ci", "does a fleet span regions?").await.unwrap();
    story.person("ines").reply("#sme-ci", &root, "yes, with two managers").await.unwrap();
    story.pass(hours(24 * 31)).await;
    story.read();
    fill_evaluation(&story, "ava").await;
    ava.fill("Where an SME answered", story.slack.permalink("#sme-ci", &root)).await.unwrap();
    let refused = ava.submit().await.unwrap();
    let Submission::Errors(problems) = refused else { panic!("{refused:?}") };
    assert_snapshot!(problems["triage"], @"Paste the link to the thread where an SME of this area answered, or the id of an answered question, such as K7Q. It counts for 30 days.");
    story.read();
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_smes_own_answer_is_no_triage_for_themselves() {
    let story = Story::begin().await;
    let sam = story.person("sam");
    let root = sam.say("#sme-ci", "does a fleet span regions?").await.unwrap();
    sam.reply("#sme-ci", &root, "yes").await.unwrap();
    story.hear().await;
    fill_evaluation(&story, "sam").await;
    sam.fill("Where an SME answered", story.slack.permalink("#sme-ci", &root)).await.unwrap();
    assert_eq!(sam.submit().await.unwrap(), Submission::Cleared);
    story.hear().await;
    story.pass(seconds(1)).await;
    let heard = story.read();
    assert!(heard.contains("I found no SME's answer"), "{heard}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_that_waited_into_the_pms_notice_is_not_posted() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    fill_request(&story, "ava", "Feedback or a question on a gap", "").await;
    ava.fill("Your question", "What about that thing we talked of last week?").await.unwrap();
    ava.submit().await.unwrap();
    ava.fill("Needed by", story.clock.now() + hours(60)).await.unwrap();
    ava.submit().await.unwrap();
    story.hear().await;
    story.pass(hours(34)).await;
    story.nothing_unread();
    ava.click_in("#field", "Choose an area").await.unwrap();
    ava.fill("Area", "Verify › Runner").await.unwrap();
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    tomorrow 22:00 is 26 h away and PMs need 48 h. The earliest is Friday, November 20, 2026 09:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    story.nothing_unread();
}
