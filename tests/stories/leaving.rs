//! People who leave, or whom the directory names no longer, hand over what they own: once, with the clock running on.

use switchboard::domain::directory::{Directory, PersonRef};
use switchboard::sandbox::{Fault, FaultRule};

use crate::support::{Story, fill_request, hours, minutes, seconds};

const INSIDE: &str = "#sme-ci-internal";

fn email(name: &str) -> PersonRef {
    PersonRef::Email(format!("{name}@example.com"))
}

/// The directory without this person in any part.
fn without(mut directory: Directory, name: &str) -> Directory {
    let gone = email(name);
    for area in directory.sme_areas.values_mut() {
        for list in [&mut area.leads, &mut area.members, &mut area.pms] {
            list.retain(|person| *person != gone);
        }
    }
    for stage in directory.stages.values_mut() {
        stage.pm = stage.pm.take().filter(|pm| *pm != gone);
        for group in stage.groups.values_mut() {
            group.pms.retain(|person| *person != gone);
            group.cover.retain(|person| *person != gone);
        }
    }
    directory
}

async fn reload(story: &Story, directory: Directory) {
    let mut written = story.written.clone();
    written.directory = directory;
    story.bot.reload(written).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inquiry_goes_to_the_next_pm_with_its_clock_running() {
    let story = Story::begin().await;
    story.person("ines").say(INSIDE, "@switchboard can a fleet of runners scale to zero?").await.unwrap();
    story.told().await;
    story.pass(minutes(90)).await;
    story.slack.deactivate("paul");
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Paul has left, so *HFJ* is yours now. It is due today 13:00, in 2 h 30 min.
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 09:00
    Here because Pavel is on duty.
    ● *Open*: Pavel, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    — #switchboard-admins
    Slack does not know these names of the directory: paul@example.com (deactivated). I work around them until the directory is corrected.
    ");
    // Nothing is said twice, whatever is read again.
    story.bot.read_names().await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    story.pass(minutes(31)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, mentions @pavel
    @Pavel: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    ");
    insta::assert_snapshot!(story.shown("ines", INSIDE, "Why here").await, @r"
    — #sme-ci-internal › thread, only @ines sees it
    *Runner* · *HFJ*
    *Why*
    • Pavel is on duty. One PM owns the answer: the one mentioned, else the one on duty.
    *So far*
    • today 04:00 sent to #sme-ci-internal for Runner · Ines
    • today 05:30 handed to Pavel · seen in Slack
    • today 06:00 reminded Pavel · the reply clock
    ● *Open*: with Pavel, due today 08:00 (in 1 h 59 min)
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_open_again_for_the_other_smes_and_the_lead_knows() {
    let story = Story::begin().await;
    story
        .person("ava")
        .slash_in("#field", "/request-pm How do we keep autoscaling runners warm?")
        .await
        .unwrap();
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.told().await;
    story.pass(hours(5)).await;
    story.slack.deactivate("ines");
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    — #sme-ci › thread, mentions @lena
    @Lena: Ines has left, so *HFJ* is open again. Could you take it, or find somebody who can?
    — #switchboard-admins
    Slack does not know these names of the directory: ines@example.com (deactivated). I work around them until the directory is corrected.
    — @ava
    Ines has left, so *HFJ* is open again for the other SMEs.
    ");
    story.person("sam").click_in("#sme-ci", "Take it").await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci, updated
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Sam has it, since today 14:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    — @ava
    Sam took *HFJ*.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_the_directory_names_no_longer_hands_over_too() {
    let story = Story::begin().await;
    fill_request(&story, "ava", "Direction of the product", "Verify › Runner").await;
    story.person("ava").submit().await.unwrap();
    story.told().await;
    reload(&story, without(story.written.directory.clone(), "paul")).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · product direction · *HFJ*
    > Can a fleet stay warm?
    Ava · asked today 09:00
    Here because questions on product direction go to the PM.
    ● *Open*: with Pavel
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    — #g_runner › thread, mentions @pavel
    @Pavel: Paul is no longer in the directory, so *HFJ* is yours now.
    — @ava
    Paul is no longer in the directory, so Pavel is asked for *HFJ* now.
    ");
    story.pass(hours(1)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_is_named_admins_hear_once_and_it_goes_on_when_somebody_is() {
    let story = Story::begin().await;
    let full = story.written.directory.clone();
    let mut alone = without(without(full.clone(), "pavel"), "petra");
    for stage in alone.stages.values_mut() {
        stage.pm = None;
        for group in stage.groups.values_mut() {
            group.cover.clear();
        }
    }
    reload(&story, alone.clone()).await;
    story.told().await;
    fill_request(&story, "ava", "Direction of the product", "Verify › Runner").await;
    story.person("ava").submit().await.unwrap();
    story.told().await;
    story.slack.deactivate("paul");
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    Slack does not know these names of the directory: paul@example.com (deactivated). I work around them until the directory is corrected.
    — #switchboard-admins
    Whoever had these has left, and the directory names nobody else for them: *HFJ*. Name a PM or cover there and I hand them over.
    ");
    story.bot.read_names().await.unwrap();
    insta::assert_snapshot!(story.told().await, @"");
    reload(&story, without(full, "paul")).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · product direction · *HFJ*
    > Can a fleet stay warm?
    Ava · asked today 09:00
    Here because questions on product direction go to the PM.
    ● *Open*: with Pavel
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    — #g_runner › thread, mentions @pavel
    @Pavel: Paul has left, so *HFJ* is yours now.
    — @ava
    Paul has left, so Pavel is asked for *HFJ* now.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_cut_off_is_nobodys_leaving() {
    let story = Story::begin().await;
    story.person("ines").say(INSIDE, "@switchboard can a fleet of runners scale to zero?").await.unwrap();
    story.told().await;
    let before = story.bot.app.policy().org.with_roles();
    // A page that fails fails the whole reading; what was known is kept.
    story.slack.fail(FaultRule::on("users.list", Fault::HalfAnswer));
    story.bot.read_names().await.unwrap_err();
    story.slack.clear_faults();
    // Told to wait, it waits, and goes on.
    story.slack.fail(FaultRule::on("users.list", Fault::TooMany { retry_after: Some(0) }).times(2));
    story.bot.read_names().await.unwrap();
    assert_eq!(story.bot.app.policy().org.with_roles(), before);
    story.pass(seconds(10)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_put_to_the_next_pm_and_a_yes_does_not_bind_them() {
    let story = Story::begin().await;
    crate::calls::asked(&story).await;
    story.person("paul").click_in("#g_runner", "Confirm").await.unwrap();
    story.told().await;
    story.slack.deactivate("paul");
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Pavel is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @pavel
    @Pavel: Paul has left, so the call *HFJ* is put to you.
    — #switchboard-admins
    Slack does not know these names of the directory: paul@example.com (deactivated). I work around them until the directory is corrected.
    — @ava
    Paul has left, so Pavel is asked for *HFJ* now.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asked_and_leaves_is_told_of_once_and_hears_nothing_more() {
    let story = Story::begin().await;
    crate::calls::asked(&story).await;
    fill_request(&story, "ava", "Roadmap", "Verify › Runner").await;
    story.person("ava").submit().await.unwrap();
    story.told().await;
    story.slack.deactivate("ava");
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* Thursday, November 19, 2026 09:00 (Thu 10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: due Nov 18, 2026 09:00.
    Ava (has left) · asked today 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava, who asked for *HFJ*, has left. Unless somebody else hosts the call, please cancel it.
    — #g_runner, updated
    *Runner* · roadmap · *VJC*
    > Can a fleet stay warm?
    Ava (has left) · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    — #g_runner › thread, mentions @paul
    @Paul: Ava, who asked for *VJC*, has left. An answer still helps whoever reads along; *Answered* ends it.
    ");
    // The agenda is asked for, and missed: nobody is called who is not there.
    story.pass(hours(50)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #g_runner › thread
    Ava: No agenda, 24 h before. Paul may decline without it.
    [Add agenda]
    — #g_runner, updated
    *Runner* · PM on a customer call · *HFJ*
    > Where runners go in the next year
    *When* tomorrow 09:00 (Thu 10:00 for the PM), 30 min
    Briefing: 0 of 11. Agenda: missing.
    Ava (has left) · asked Nov 16, 2026 09:00
    Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: Paul is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    — #g_runner › thread, mentions @paul
    @Paul: Ava asked this 2 working days ago. Could you answer, or say who can?
    ");
    story.person("paul").click_in("#g_runner", "Answered").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Answered") && !told.contains("@ava"), "{told}");
    story.nothing_unread();
}
