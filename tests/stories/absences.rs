//! Who is away, and who answers meanwhile (B3): set and refused, handed on when it begins, told on cards, asked about a status.

use std::fmt::Write as _;

use chrono::{DateTime, TimeZone, Utc};
use switchboard::sandbox::Submission;

use crate::support::{Story, hours, minutes, seconds};

const INSIDE: &str = "#sme-ci-internal";
const QUESTION: &str = "@switchboard can a fleet of runners scale to zero in one region only?";

/// Somebody types a command, and is answered at once.
async fn says(story: &Story, name: &str, words: &str) -> String {
    let person = story.person(name);
    person.slash_in("#field", &format!("/request-pm {words}")).await.unwrap().plain().to_owned()
}

/// Ines asks inside; what was said about it is looked at.
async fn asked_inside(story: &Story) {
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    story.told().await;
}

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0).single().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_absence_is_set_shown_changed_and_ended() {
    let story = Story::begin().await;
    insta::assert_snapshot!(says(&story, "paul", "away until 2026-12-24 cover @ines").await, @"You are away until Thu 24 Dec; Ines covers. What waits for you goes on to Ines; `/request-pm back` ends it early.");
    insta::assert_snapshot!(says(&story, "paul", "away until tomorrow").await, @"You are away until Tue 17 Nov. What waits for you goes on to whoever covers for your group, or to the stage PM; `/request-pm back` ends it early.");
    insta::assert_snapshot!(says(&story, "paul", "away from 21 Dec until 24 Dec").await, @"You are away from Mon 21 Dec until Thu 24 Dec. What waits for you goes then to whoever covers for your group, or to the stage PM; `/request-pm back` ends it early.");
    insta::assert_snapshot!(says(&story, "paul", "back").await, @"You are not away after all; nothing had begun.");
    insta::assert_snapshot!(says(&story, "paul", "back").await, @"You are not away, as far as I know, so nothing was changed.");
    says(&story, "paul", "away until tomorrow").await;
    insta::assert_snapshot!(says(&story, "paul", "back").await, @"You are back, so you are asked again. What was handed on stays with whoever has it; they can hand it back.");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_with_a_way_on() {
    let story = Story::begin().await;
    says(&story, "mei", "away until 2026-12-20").await;
    let mut heard = String::new();
    for (name, words) in [
        ("paul", "away until 2026-11-15"),
        ("paul", "away until soon"),
        ("paul", "away until"),
        ("paul", "away until 2028-01-01"),
        ("paul", "away from 24 Dec until 21 Dec"),
        ("paul", "away until 2026-12-24 cover @paul"),
        ("paul", "away until 2026-12-24 cover @mei"),
        ("paul", "away until 2026-12-24 cover Zaphod"),
        ("paul", "away until 2026-12-24 cover @switchboard"),
        ("noor", "away @paul until 2026-12-24"),
        ("paul", "away list"),
        ("lena", "back @paul"),
    ] {
        let answer = says(&story, name, words).await;
        writeln!(heard, "{words}\n  {answer}").expect("a string takes everything");
    }
    insta::assert_snapshot!(heard, @r"
    away until 2026-11-15
      Sun 15 Nov is past, so nothing was changed. Please name a later day.
    away until soon
      I do not know which day “soon” is, so nothing was changed. For example: `/request-pm away until 2026-12-24 cover @x`.
    away until
      Until when? Nothing was changed. For example: `/request-pm away until 2026-12-24 cover @x`.
    away until 2028-01-01
      That is more than 366 days ahead, so nothing was changed. An admin can take somebody out of the directory.
    away from 24 Dec until 21 Dec
      It would end on Mon 21 Dec, before it begins on Thu 24 Dec, so nothing was changed.
    away until 2026-12-24 cover @paul
      Nobody covers for themselves. Please name somebody else, or leave the cover out.
    away until 2026-12-24 cover @mei
      Mei is away until Sun 20 Dec, too. Please name somebody else, or leave the cover out.
    away until 2026-12-24 cover Zaphod
      I know no one person called “Zaphod”, so nothing was changed. Please choose them from what Slack suggests after @.
    away until 2026-12-24 cover @switchboard
      Switchboard cannot cover: it has to be a full member of this workspace. Please name somebody else, or leave the cover out.
    away @paul until 2026-12-24
      Only Paul, the leads of their area and admins can say that. You can ask one of them.
    away list
      Area leads and admins see who is away. `/request-pm away` shows what is set for you.
    back @paul
      Paul is not away, as far as I know, so nothing was changed.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_covers_is_asked_in_their_stead_and_the_card_says_why() {
    let story = Story::begin().await;
    says(&story, "paul", "away until 2026-12-24 cover @tess").await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @tess
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Tess covers for Paul, who is away until Thu 24 Dec.
    ● *Open*: @Tess, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    says(&story, "tess", "away until 2026-12-24").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Tess is away until Thu 24 Dec, so *HFJ* is yours now. It is due today 13:00, in 4 h.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Pavel covers for Tess, who is away until Thu 24 Dec.
    ● *Open*: Pavel, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.pass(hours(4) + seconds(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 3 h for this; it is due today 13:00, in 1 h.
    — #sme-ci-internal › thread, mentions @pavel @petra
    @Pavel: 4 h have passed. @Petra, could you or a colleague answer, or say who can?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Pavel covers for Tess, who is away until Thu 24 Dec.
    ● *Open*: Pavel, please reply here; it was due today 13:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_clocks_are_handed_on_when_it_begins() {
    let story = Story::begin().await;
    asked_inside(&story).await;
    story.pass(minutes(90)).await;
    says(&story, "paul", "away until 2026-12-24 cover @tess").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @tess
    @Tess: Paul is away until Thu 24 Dec, so *HFJ* is yours now. It is due today 13:00, in 2 h 30 min.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Tess covers for Paul, who is away until Thu 24 Dec.
    ● *Open*: Tess, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    // The clock runs on: the next reminder is at its time, and the new owner's.
    story.pass(minutes(30) + seconds(1)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @tess
    @Tess: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    insta::assert_snapshot!(story.shown("lena", INSIDE, "Why here").await, @r"
    — #sme-ci-internal › thread, only @lena sees it
    *Runner* · *HFJ*
    *Why*
    • Tess covers for Paul, who is away until Thu 24 Dec. One PM owns the answer: the one mentioned, else the one on duty.
    *So far*
    • today 10:00 sent to #sme-ci-internal for Runner · Ines
    • today 11:30 handed to Tess · Paul
    • today 12:00 reminded Tess · the reply clock
    ● *Open*: with Tess, due today 14:00 (in 1 h 59 min)
    As you look after this area:
    [Close] [Give it to somebody]
    ");
    // Back early, nothing comes back by itself.
    insta::assert_snapshot!(says(&story, "paul", "back").await, @"You are back, so you are asked again. What was handed on stays with whoever has it; they can hand it back.");
    story.pass(minutes(10)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_absence_that_begins_later_hands_on_when_it_begins_even_while_we_are_down() {
    let mut story = Story::begin().await;
    says(&story, "paul", "away from tomorrow until 2026-12-24 cover @tess").await;
    asked_inside(&story).await;
    story.person("paul").click_in(INSIDE, "Waiting on the SME").await.unwrap();
    story.person("paul").fill("text", "Which region?").await.unwrap();
    story.person("paul").submit().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @ines
    @Ines: Paul waits on you. The clock rests until you write here.
    > Which region?
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ‖ *Paused*: Paul waits on Ines, since today 09:00
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    ");
    // Paul lives in Los Angeles: his tomorrow begins at eight in the morning, UTC.
    story.pass(at(11, 17, 7) - story.clock.now()).await;
    story.nothing_unread();
    story.restart_after(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @tess
    @Tess: Paul is away until Thu 24 Dec, so *HFJ* is yours now.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked yesterday 09:00
    Here because Tess covers for Paul, who is away until Thu 24 Dec.
    ‖ *Paused*: Paul waits on Ines, since yesterday 09:00
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    ");
    story.restart_after(minutes(5)).await;
    insta::assert_snapshot!(story.told().await, @"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_covers_it_says_so_and_the_leads_find_somebody() {
    let story = Story::begin().await;
    asked_inside(&story).await;
    for name in ["pavel", "petra", "tess", "dario", "rita", "rosa"] {
        says(&story, name, "away until 2026-12-24").await;
    }
    story.told().await;
    says(&story, "paul", "away until 2026-12-23").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Paul is away until Wed 23 Dec and nobody covers.
    ● *Open*: Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #sme-ci-internal › thread, mentions @lena
    @Lena: Paul is away until Wed 23 Dec and nobody covers, so *HFJ* waits for them. Could you find somebody who can?
    ");
    // It is said once.
    story.pass(minutes(30)).await;
    story.nothing_unread();
    story.clock.advance(seconds(1));
    story.person("ines").say(INSIDE, "@switchboard and can a runner be paused?").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread
    *Runner* · a PM's answer · *VJC*
    Ines · SME · asked today 09:30
    Here because Paul is away until Wed 23 Dec and nobody covers.
    ● *Open*: nobody is there to answer, so no clock runs
    [Seen] [Not mine] [Answered] [… Answered elsewhere · Not a question · Why here]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ask_of_a_pm_goes_on_and_its_requester_hears_who_answers() {
    let story = Story::begin().await;
    story.fill_form("ava", "Roadmap", "Verify › Runner", "Will fleets span two regions?").await;
    assert_eq!(story.person("ava").submit().await.unwrap(), Submission::Cleared);
    story.told().await;
    says(&story, "paul", "away until friday").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because Pavel covers for Paul, who is away until Fri 20 Nov.
    ● *Open*: with Pavel
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    — #g_runner › thread, mentions @pavel
    @Pavel: Paul is away until Fri 20 Nov, so *HFJ* is yours now.
    — @ava
    Paul is away until Fri 20 Nov, so Pavel is asked for *HFJ* now.
    ");
    // The cover leaves for a while as well.
    story.pass(hours(1)).await;
    says(&story, "pavel", "away until friday cover @tess").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because Tess covers for Pavel, who is away until Fri 20 Nov.
    ● *Open*: with Tess
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    — #g_runner › thread, mentions @tess
    @Tess: Pavel is away until Fri 20 Nov, so *HFJ* is yours now.
    — @ava
    Pavel is away until Fri 20 Nov, so Tess is asked for *HFJ* now.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_goes_to_a_cover_who_is_an_sme_else_back_to_all() {
    let story = Story::begin().await;
    says(&story, "ava", "How do we keep autoscaling runners warm in two regions?").await;
    story.told().await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.told().await;
    says(&story, "ines", "away until friday cover @sam").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Sam has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci › thread, mentions @sam
    @Sam: Ines is away until Fri 20 Nov, so *HFJ* is yours now.
    — @ava
    Ines is away until Fri 20 Nov, so Sam is asked for *HFJ* now.
    ");
    story.pass(hours(1)).await;
    // Mei is an expert of another area.
    says(&story, "sam", "away until friday cover @mei").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci › thread, mentions @lena
    @Lena: Sam is away until Fri 20 Nov, so *HFJ* is open again. Could you take it, or find somebody who can?
    — @ava
    Sam is away until Fri 20 Nov, so *HFJ* is open again for the other SMEs.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promised_call_is_told_and_never_changed_in_silence() {
    let story = Story::begin().await;
    crate::calls::asked(&story).await;
    story.person("paul").click_in("#g_runner", "Confirm").await.unwrap();
    story.told().await;
    // The call is on Thursday; the absence begins on Wednesday, and is known on Monday.
    says(&story, "paul", "away from wednesday until friday cover @tess").await;
    insta::assert_snapshot!(story.told().await, @r"
    — @ava
    Paul is away until Fri 20 Nov, and said to come to the call *HFJ*, Thursday, November 19, 2026 10:00, in 72 h. They are asked whether they still come; you can move it.
    [Another time]
    — @paul
    You are away until Fri 20 Nov, and said that you come to the call *HFJ*, Thursday, November 19, 2026 01:00, in 72 h. If you still come, nothing changes; else please hand it on.
    [Hand it on] [Decline]
    ");
    story.pass(hours(50)).await;
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
    — @ava
    Your call with Contoso is tomorrow 10:00; its agenda is due in 6 h.
    [Add agenda]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_to_somebody_who_is_away() {
    let story = Story::begin().await;
    asked_inside(&story).await;
    says(&story, "pavel", "away until friday").await;
    story.press_and_fill("paul", (INSIDE, "Not mine"), "person", "@pavel").await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, only @paul sees it
    Pavel is away until Fri 20 Nov, so nothing was changed. Please choose somebody else.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_asks_a_pm_who_is_there_when_it_starts() {
    let story = Story::begin().await;
    says(&story, "paul", "away from wednesday until friday").await;
    let start = story.clock.now() + hours(72);
    crate::calls::ask(&story, start, &[]).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @ava sees it
    Sent to #g_runner as *HFJ*, for Pavel. The agenda is due Nov 18, 2026 10:00; I ask you for it before.
    There because Pavel covers for Paul, who is away until Fri 20 Nov.
    [Why there] [Add detail] [Cancel the call]
    — #g_runner, mentions @pavel
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because Pavel covers for Paul, who is away until Fri 20 Nov.
    ● *Open*: @Pavel is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sets_it_for_somebody_and_sees_who_is_away() {
    let story = Story::begin().await;
    insta::assert_snapshot!(says(&story, "lena", "away @paul until 2026-12-24 cover @tess").await, @"Paul is away until Thu 24 Dec; Tess covers. They are told.");
    insta::assert_snapshot!(story.told().await, @r"
    — @paul
    Lena tells me: You are away until Thu 24 Dec; Tess covers. If that is not so, say that you are back.
    [I am back]
    ");
    says(&story, "ines", "away from friday until 2026-12-01").await;
    insta::assert_snapshot!(says(&story, "lena", "away list").await, @r"
    *CI/CD and Runner*
    • Paul is away until Thu 24 Dec; Tess covers
    • Ines is away from Fri 20 Nov until Tue 1 Dec
    ");
    let card = story.slack.dms_of("paul").pop().unwrap();
    story.person("paul").click_on(&card, "I am back").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @paul, updated
    You are back, so you are asked again. What was handed on stays with whoever has it; they can hand it back.
    ");
    let area = switchboard::domain::ids::AreaKey::from("ci");
    let away: Vec<_> = story.bot.app.who_is_away(&area).into_iter().map(|absence| absence.who).collect();
    assert_eq!(away.len(), 1);
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_is_a_hint_that_is_asked_about_once() {
    let story = Story::begin().await;
    story.slack.set_status("paul", ":palm_tree:", "Rome!", Some(at(11, 21, 5)));
    insta::assert_snapshot!(story.told().await, @r"
    — @paul
    Your status says that you are away until Fri 20 Nov. Shall others cover what waits for you?
    [Yes, away until Fri 20 Nov] [Other days] [No]
    ");
    // The same status, told again, and one of somebody whom nobody waits for.
    story.slack.set_time_zone("paul", "America/New_York");
    story.slack.set_status("ava", ":palm_tree:", "", Some(at(11, 21, 5)));
    story.slack.set_status("petra", ":coffee:", "Lunch", Some(at(11, 21, 5)));
    story.slack.set_status("rosa", ":palm_tree:", "", None);
    insta::assert_snapshot!(story.told().await, @"");
    let question = story.slack.dms_of("paul").pop().unwrap();
    story.person("paul").click_on(&question, "Yes, away until Fri 20 Nov").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @paul, updated
    You are away until Fri 20 Nov. What waits for you goes on to whoever covers for your group, or to the stage PM; `/request-pm back` ends it early.
    ");
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Pavel covers for Paul, who is away until Fri 20 Nov.
    ● *Open*: @Pavel, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    story.slack.set_status("petra", ":airplane:", "", Some(at(11, 25, 0)));
    story.told().await;
    let question = story.slack.dms_of("petra").pop().unwrap();
    story.person("petra").click_on(&question, "No").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @petra, updated
    All right, you are asked as before. I say no more about this status.
    ");
    story.slack.set_status("petra", ":airplane:", "", Some(at(11, 25, 0)));
    insta::assert_snapshot!(story.told().await, @"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_by_itself_where_the_person_is_and_clocks_change() {
    let mut story = Story::begin().await;
    // Summer time ends in New York on the first of November 2026; Paul is asked in March 2027, when it begins on the 14th.
    story.slack.set_time_zone("paul", "America/New_York");
    story.told().await;
    story.bot.read_names().await.unwrap();
    story.restart_after(at(12, 1, 9) - story.clock.now()).await;
    story.told().await;
    says(&story, "paul", "away until 2027-03-14").await;
    let until = Utc.with_ymd_and_hms(2027, 3, 15, 4, 0, 0).single().unwrap();
    assert_eq!(story.bot.app.next_absence(), Some(until));
    story.restart_after(until - seconds(10) - story.clock.now()).await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    assert!(story.told().await.contains("Pavel covers for Paul"));
    story.pass(seconds(10)).await;
    story.person("sam").say(INSIDE, "@switchboard and can a runner be paused?").await.unwrap();
    assert!(story.told().await.contains("Paul is on duty"));
    assert_eq!(story.bot.app.next_absence(), None);
}
