//! A PM asked without a clock: where, by whom, reminded once, redirected (A3, A5, A10, A12, D3, E9).

use insta::assert_snapshot;

use switchboard::sandbox::Submission;

use crate::support::{Story, example, fill_request, hours, seconds};

async fn asks(story: &Story, reason: &str, area: &str) {
    story.fill_form("ava", reason, area, "Will fleets span two regions?").await;
    story.person("ava").submit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roadmap_question_reaches_the_pm() {
    let story = Story::begin().await;
    asks(&story, "Roadmap", "Verify › Runner").await;
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *HFJ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because roadmap questions go to the PM.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @paul]
    ");
    story.person("paul").click_in("#g_runner", "Seen").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with Paul, who has seen it
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    ");
    story.person("paul").click_in("#g_runner", "Not mine").await.unwrap();
    assert_snapshot!(story.person("paul").open_view().unwrap().plain(), @r"
    == Not mine ==
    HFJ · Runner: Will fleets span two regions?
    Who can answer: [… ▾]
    (Hand over)
    ");
    story.person("paul").fill("person", "@pavel").await.unwrap();
    story.person("paul").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with Pavel, seen by Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]

    #g_runner › thread Switchboard:
    @Pavel: Paul hands *HFJ* to you.
    [notifies @pavel]
    ");
    story.pass(hours(24 * 7)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner › thread Switchboard:
    @Pavel: Ava asked this 2 working days ago. Could you answer, or say who can?
    [notifies @pavel]
    ");
    story.person("pavel").click_in("#g_runner", "Answered").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked Nov 16, 2026 09:00
    Here because roadmap questions go to the PM.
    ✓ *Answered*: by Pavel, today 09:00
    [Not solved] [… Why here]

    @ava Switchboard:
    Pavel answered *HFJ*: ‹open›.
    [That solves it] [Not solved]
    ");
    story.person("ava").click_in_dm("Not solved").await.unwrap();
    story.person("ava").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked Nov 16, 2026 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with Pavel, seen by Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]

    #g_runner › thread Switchboard:
    @Pavel: Ava says that *HFJ* is not solved yet, so it is open again.
    [notifies @pavel]

    @ava (only @ava) switchboard:
    ‹HFJ› is open again, and whoever answered it is told.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_redirects_to_smes() {
    let story = Story::begin().await;
    asks(&story, "Roadmap", "Verify › Runner").await;
    story.hear().await;
    story.person("raj").click_in("#g_runner", "Redirect to SMEs").await.unwrap();
    story.pass(seconds(2)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner (only @raj) switchboard:
    Only PMs of Runner can do that with *HFJ*; you can write in its thread.
    ");
    story.person("paul").click_in("#g_runner", "Redirect to SMEs").await.unwrap();
    story.pass(seconds(2)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    → *Redirected*: SMEs go on with it as ‹HN6›
    [Why here]

    #g_runner › thread Switchboard:
    An SME is the faster way for this one: it is in #sme-ci now as *HN6*, ‹open›.

    #sme-ci Switchboard:
    *Runner* · question · *HN6*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because Ava chose Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]

    @ava Switchboard:
    Paul handed *HFJ* to SMEs, who are faster here: it is in #sme-ci now as *HN6*, ‹open›.
    ");
    let ts = story.person("ava").say("#g_pipelines", "@pavel how do pipeline caches work?").await.unwrap();
    story.settle().await;
    story.person("raj").message_shortcut("redirect_to_smes", "#g_pipelines", &ts).await.unwrap();
    story.pass(seconds(2)).await;
    assert_snapshot!(story.read(), @r"
    #g_pipelines (only @raj) switchboard:
    Only PMs of the area can do that.
    ");
    story.person("pavel").message_shortcut("redirect_to_smes", "#g_pipelines", &ts).await.unwrap();
    story.pass(seconds(2)).await;
    assert_snapshot!(story.read(), @r"
    #g_pipelines › thread Switchboard:
    An SME is the faster way for this one: it is in #sme-ci now as *HTT*, ‹open›.

    #g_pipelines (only @pavel) switchboard:
    Sent to #sme-ci as *HTT*. If nobody takes it by tomorrow 04:00, I ask the area lead.
    There because “Pipelines” and “cache” are Pipelines, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-ci Switchboard:
    *Pipelines* · question · *HTT*
    > @Pavel how do pipeline caches work?
    Ava · asked today 09:00
    Here because “Pipelines” and “cache” are Pipelines, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_without_a_channel_is_asked_in_its_stage() {
    let story = Story::begin().await;
    asks(&story, "Direction of the product", "Create › Editor").await;
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #s_create as *HFJ*, for Edda. No time is promised; I remind Edda after 2 working days.
    There because Editor has no channel of its own that I can post in.
    [Why there] [Add detail] [Withdraw]

    #s_create Switchboard:
    *Editor* · product direction · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because Editor has no channel of its own that I can post in.
    ● *Open*: with @Edda
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @edda]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_is_due_in_five_working_days() {
    let story = Story::begin().await;
    asks(&story, "Support configuring, prescriptive advice", "Verify › Runner").await;
    let ava = story.person("ava");
    assert!(matches!(ava.submit().await.unwrap(), Submission::Errors(_)));
    ava.fill("To confirm", "The CSM could not give this advice").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *HFJ*, for Leo. It is due Nov 23, 2026 10:00.
    There because requests for prescriptive advice go to the product leader.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner* · support configuring, prescriptive advice · *HFJ*
    > Will fleets span two regions?
    Due Nov 23, 2026 09:00.
    Ava · asked today 09:00
    Here because requests for prescriptive advice go to the product leader.
    ● *Open*: with @Leo
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @leo]
    ");
    story.pass(hours(24 * 10)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner › thread Switchboard:
    @Leo: the advice that Ava asked for is due today 09:00. Could you answer, or say who can?
    [notifies @leo]

    #g_runner › thread Switchboard:
    @Leo: the advice that Ava asked for was due yesterday 09:00. Could you answer, or say who can?
    [notifies @leo]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_escalation_links_in_the_stage_channel() {
    let story = Story::begin().await;
    asks(&story, "Customer escalation", "Verify › Runner").await;
    let ava = story.person("ava");
    ava.fill("The escalation's issue", "https://tracker.example.com/issues/7").await.unwrap();
    ava.fill("To confirm", "All information is in the issue, and I followed up there").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    story.pass(seconds(2)).await;
    assert_snapshot!(story.read(), @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *HFJ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because customer escalations go to the PM and the stage's channel.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner* · customer escalation · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because customer escalations go to the PM and the stage's channel.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    [notifies @paul]

    #s_verify Switchboard:
    A customer escalation for Runner is in #g_runner as ‹HFJ›, with Paul: ‹https://tracker.example.com/issues/7›.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_with_its_own_process() {
    let story = Story::begin().await;
    asks(&story, "Roadmap", "Release › Deployments").await;
    assert_snapshot!(story.person("ava").open_view().unwrap().plain(), @r"
    == Ask an expert ==
    What is it about?: [Roadmap ▾]
    Area (optional): [Release › Deployments ▾]
      Stage, group or category. Leave it empty if you are not sure: I go by your words.
    Your question: Will fleets span two regions?
      For a call: what to discuss.
    Customer (optional): […]
      Shown only to those who help you.
    Links (optional): […]
      One a line.
    ! Links: Deployments takes requests as an issue from its template first, then in its channel: https://tracker.example.com/deployments/new?template=request
    (Send)
    ");
    story.nothing_unread();
    story.person("ava").fill("Links", "https://tracker.example.com/deployments/1").await.unwrap();
    assert_eq!(story.person("ava").submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #g_deployments as *VJC*, for Dario. No time is promised; I remind Dario after 2 working days.
    There because roadmap questions go to the PM.
    [Why there] [Add detail] [Withdraw]

    #g_deployments Switchboard:
    *Deployments* · roadmap · *VJC*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with @Dario
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Show briefing · Why here · Withdraw]
    [notifies @dario]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_with_its_own_process_has_it_also_without_the_form() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm @dario will the kubernetes agent get quotas?").await.unwrap();
    story.hear().await;
    ava.click_in("#field", "It is about the roadmap").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Kubernetes Agent has its own way of being asked. Deployments takes requests as an issue from its template first, then in its channel. ‹Start there›. Then use `/request-pm` with its link.
    ");
    ava.click_in("#field", "Ask SMEs").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("*Kubernetes Agent*"));
    story.read();
    fill_request(&story, "ava", "A PM in a customer meeting", "Release › Deployments").await;
    ava.submit().await.unwrap();
    for (field, entry) in [
        ("Start", "2026-11-25 10:00"),
        ("Goal of the call", "Decide"),
        ("Who comes, in which role", "Their CTO"),
    ] {
        ava.fill(field, entry).await.unwrap();
    }
    let refused = ava.submit().await.unwrap();
    let Submission::Errors(problems) = refused else { panic!("{refused:?}") };
    assert_snapshot!(problems["reason"], @"This is not asked here. Deployments takes requests as an issue from its template first, then in its channel: https://tracker.example.com/deployments/new?template=request");
    story.read();
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_channel_of_its_own_a_pm_is_asked_in_product() {
    let mut directory = example();
    for stage in directory.stages.values_mut().filter(|stage| stage.name == "Create") {
        stage.channel = None;
    }
    let story = Story::with(directory, switchboard::domain::rules::Rules::default()).await;
    asks(&story, "Direction of the product", "Create › Editor").await;
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #product as *HFJ*, for Edda. No time is promised; I remind Edda after 2 working days.
    There because neither Editor nor its stage has a channel that I can post in.
    [Why there] [Add detail] [Withdraw]

    #product Switchboard:
    *Editor* · product direction · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because neither Editor nor its stage has a channel that I can post in.
    ● *Open*: with @Edda
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @edda]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unanswered_ask_that_is_reopened_is_still_reminded_of_once() {
    let story = Story::begin().await;
    asks(&story, "Roadmap", "Verify › Runner").await;
    story.hear().await;
    story.person("paul").click_in("#g_runner", "Answered").await.unwrap();
    story.hear().await;
    story.person("ava").click_in_dm("Not solved").await.unwrap();
    story.person("ava").fill("text", "Only for one region").await.unwrap();
    story.person("ava").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #g_runner (updated) Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]

    #g_runner › thread Switchboard:
    @Paul: Ava says that *HFJ* is not solved yet:
    > Only for one region
    [notifies @paul]

    @ava (only @ava) switchboard:
    ‹HFJ› is open again, and whoever answered it is told.
    ");
    story.pass(hours(24 * 7)).await;
    assert_snapshot!(story.read(), @r"
    #g_runner › thread Switchboard:
    @Paul: Ava asked this 2 working days ago. Could you answer, or say who can?
    [notifies @paul]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ask_that_nobody_disputes_is_closed() {
    let story = Story::begin().await;
    asks(&story, "Roadmap", "Verify › Runner").await;
    story.hear().await;
    story.press_and_fill("ava", ("#g_runner", "Add detail"), "text", "For Europe").await;
    assert_snapshot!(story.hear().await, @r"
    #g_runner › thread Switchboard:
    Ava adds:
    > For Europe

    #g_runner (only @ava) switchboard:
    Added to the thread of ‹HFJ›.
    ");
    story.person("paul").click_in("#g_runner", "Answered").await.unwrap();
    story.hear().await;
    story.pass(hours(72)).await;
    let heard = story.read();
    assert!(heard.contains("✓ *Closed*"), "{heard}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_group_channel_is_gone_round() {
    let story = Story::begin().await;
    story.slack.archive("#g_runner");
    // Slack refuses it before anybody told us.
    story.slack.lose_pending();
    asks(&story, "Roadmap", "Verify › Runner").await;
    story.settle().await;
    story.pass(seconds(10)).await;
    assert_snapshot!(story.read(), @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *HFJ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because roadmap questions go to the PM.
    [Why there] [Add detail] [Withdraw]

    #s_verify Switchboard:
    *Runner* · roadmap · *HFJ*
    > Will fleets span two regions?
    Ava · asked today 09:00
    Here because it could not be posted where it belongs: the channel is archived.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @paul]

    #switchboard-admins Switchboard:
    Could not post *HFJ* in #g_runner: the channel is archived. Sent to #s_verify instead; the directory wants a new channel.

    @ava Switchboard:
    I could not post *HFJ* where it belongs; it is in #s_verify now.
    ");
    story.nothing_unread();
}
