//! What needs an exception beside a new call (C1, C12): an answer that is needed too soon, and a call that is to move.

use switchboard::sandbox::Submission;

use crate::calls::GROUP;
use crate::exceptions::last_to_ava;
use crate::support::{Story, hours, minutes};

/// Ava asks about a gap, and needs an answer in so many hours.
async fn needs_an_answer_in(story: &Story, hours_ahead: i64) {
    let ava = story.person("ava");
    let gap = "Feedback or a question on a gap";
    story.fill_form("ava", gap, "Verify › Runner", "When do runners pause?").await;
    ava.submit().await.unwrap();
    ava.fill("Needed by", story.clock.now() + hours(hours_ahead)).await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_needed_too_soon_waits_for_an_exception_too() {
    let story = Story::begin().await;
    needs_an_answer_in(&story, 40).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Wednesday, November 18, 2026 02:00 is 40 h away and PMs need 48 h. The earliest is Wednesday, November 18, 2026 10:00.
    [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
    ");
    story.person("ava").click_on(&last_to_ava(&story), "Ask for an exception").await.unwrap();
    story.person("ava").fill("Why it cannot wait", "Their trial ends.").await.unwrap();
    story.person("ava").submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    I asked Paul directly whether *HFJ* may be answered at short notice, by Wednesday, November 18, 2026 02:00. Nothing is posted before they approve, and it lapses at that time.
    [Use the earliest time] [Ask an SME instead] [Drop it]
    — @paul
    Ava asks for an exception for Runner: an answer within 40 h, by tomorrow 17:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*.
    *Why it cannot wait*
    > Their trial ends.
    *What it is about*
    > When do runners pause?
    [Approve] [Decline] [Show briefing]
    ");
    assert!(story.slack.messages(GROUP).is_empty(), "nothing in a channel before");
    story.pass(hours(4) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @paul, updated
    Ava asks for an exception for Runner: an answer within 36 h, by tomorrow 17:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. Petra is asked now as well; you can still decide.
    *Why it cannot wait*
    > Their trial ends.
    *What it is about*
    > When do runners pause?
    [Approve] [Decline] [Show briefing]
    — @petra
    Ava asks for an exception for Runner: an answer within 36 h, by Wednesday, November 18, 2026 02:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because nobody has answered for 4 h.
    *Why it cannot wait*
    > Their trial ends.
    *What it is about*
    > When do runners pause?
    [Approve] [Decline] [Show briefing]
    ");
    story.person("petra").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, mentions @paul
    *Runner* · feedback or question on a gap · *HFJ*
    > When do runners pause?
    Answer needed by Nov 18, 2026 01:00. Exception: short notice, approved by Petra.
    Ava · asked today 13:01
    Here because feedback and questions on gaps go to the PM.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    — @ava
    Petra approved the exception for *HFJ*, so it is asked in #g_runner now.
    — @paul, updated
    Petra approved the exception for *HFJ*. There is nothing left to decide.
    — @petra, updated
    Approved. *HFJ* is asked now in #g_runner.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_refused_in_time_takes_another_or_goes_to_smes() {
    for way in ["Use the earliest time", "Ask an SME instead"] {
        let story = Story::begin().await;
        needs_an_answer_in(&story, 40).await;
        story.told().await;
        story.person("ava").click_on(&last_to_ava(&story), "Ask for an exception").await.unwrap();
        story.person("ava").fill("Why it cannot wait", "Their trial ends.").await.unwrap();
        story.person("ava").submit().await.unwrap();
        story.told().await;
        story.person("paul").click_in_dm("Decline").await.unwrap();
        story.person("paul").fill("Why", "Nobody is free.").await.unwrap();
        story.person("paul").submit().await.unwrap();
        let told = story.told().await;
        assert!(
            told.contains("Paul declined the exception for *HFJ*. The earliest without one is"),
            "{told}"
        );
        story.person("ava").click_in_dm(way).await.unwrap();
        let told = story.told().await;
        let place = if way == "Ask an SME instead" {
            "— #sme-ci, mentions"
        } else {
            "— #g_runner, mentions @paul"
        };
        assert!(told.contains(place) && !told.contains("Exception"), "{way}: {told}");
        story.nothing_unread();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_lapses_when_it_was_needed() {
    let story = Story::begin().await;
    needs_an_answer_in(&story, 3).await;
    story.told().await;
    story.person("ava").click_on(&last_to_ava(&story), "Ask for an exception").await.unwrap();
    story.person("ava").fill("Why it cannot wait", "Their trial ends.").await.unwrap();
    story.person("ava").submit().await.unwrap();
    story.told().await;
    story.pass(hours(3) + minutes(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @ava
    Nobody approved the exception for *HFJ* in time, so it has lapsed and nothing was posted.
    — @leo
    Ava asks for an exception for Runner: an answer within 45 min, by today 12:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because nobody has answered for 2 h 15 min.
    *Why it cannot wait*
    > Their trial ends.
    *What it is about*
    > When do runners pause?
    [Approve] [Decline] [Show briefing]
    — @leo, updated
    Nobody decided in time, so the exception for *HFJ* has lapsed.
    — @paul, updated
    Nobody decided in time, so the exception for *HFJ* has lapsed.
    — @petra
    Ava asks for an exception for Runner: an answer within 1 h 30 min, by today 13:00, where PMs need 48 h. Nothing is posted before somebody approves, as *HFJ*. You are asked because nobody has answered for 1 h 30 min.
    *Why it cannot wait*
    > Their trial ends.
    *What it is about*
    > When do runners pause?
    [Approve] [Decline] [Show briefing]
    — @petra, updated
    Nobody decided in time, so the exception for *HFJ* has lapsed.
    ");
    story.nothing_unread();
}

/// Ava wants the call of Thursday in so many hours, and says why.
async fn moves_to(story: &Story, hours_ahead: i64) {
    let ava = story.person("ava");
    ava.click_in(GROUP, "Reschedule").await.unwrap();
    ava.fill("New start", story.clock.now() + hours(hours_ahead)).await.unwrap();
    let refused = ava.submit().await.unwrap();
    let Submission::Errors(errors) = refused else { panic!("{refused:?}") };
    assert!(
        errors["start"].contains("The earliest is") && errors["text"].contains("exception"),
        "{errors:?}"
    );
    ava.fill("Why it cannot wait", "Their board decides on Wednesday.").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_stands_moves_at_short_notice_once_somebody_approves() {
    let story = Story::begin().await;
    crate::calls::asked(&story).await;
    moves_to(&story, 40).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, only @ava sees it
    I asked Paul directly whether *HFJ* may move to Wednesday, November 18, 2026 02:00. It stays Thursday, November 19, 2026 10:00 unless they approve before that.
    — @paul
    Ava asks to move the call for Runner, *HFJ*, to a start in 40 h, tomorrow 17:00, where PMs need 48 h. It stays Thursday, November 19, 2026 01:00 unless somebody approves.
    *Why it cannot wait*
    > Their board decides on Wednesday.
    *What it is about*
    > Where runners go in the next year
    [Approve] [Decline] [Show briefing]
    ");
    story.person("paul").click_in_dm("Approve").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Wednesday, November 18, 2026 01:00 (02:00 for the PM), 30 min. Exception: short notice, approved by Paul.
    Briefing: 0 of 11. Agenda: due tomorrow 01:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — @ava
    Paul approved the exception, so the call *HFJ* moves from Thursday, November 19, 2026 10:00 to Wednesday, November 18, 2026 02:00.
    — @paul, updated
    Approved. *HFJ* moves to tomorrow 17:00.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_declined_or_lapses_changes_nothing() {
    let story = Story::begin().await;
    crate::calls::asked(&story).await;
    moves_to(&story, 40).await;
    story.told().await;
    story.person("paul").click_in_dm("Decline").await.unwrap();
    story.person("paul").fill("Why", "Nobody is free.").await.unwrap();
    story.person("paul").submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @ava
    Paul declined the exception for *HFJ*. The call stays Thursday, November 19, 2026 10:00.
    > Nobody is free.
    — @paul, updated
    Declined. *HFJ* stays Thursday, November 19, 2026 01:00, and its requester is told.
    ");
    moves_to(&story, 20).await;
    story.told().await;
    story.pass(hours(20) + minutes(1)).await;
    let told = story.told().await;
    assert!(told.contains("Nobody approved the exception for *HFJ* in time, so the call stays"), "{told}");
    story.person("petra").click_in_dm("Show briefing").await.unwrap_err();
}
