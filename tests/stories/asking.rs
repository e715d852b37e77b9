//! Where an ask goes by command and form, and what is refused (the deciding table, Modes).

use insta::assert_snapshot;
use switchboard::domain::directory::AreaMode;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::Submission;

use crate::support::{Story, example, fill_request, hours};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_opens_and_finds_areas() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm").await.unwrap();
    assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Ask an expert ==
    What is it about?: [… ▾]
    Area (optional): [… ▾]
      Stage, group or category. Leave it empty if you are not sure: I go by your words.
    Your question: […]
      For a call: what to discuss.
    Customer (optional): […]
      Shown only to those who help you.
    Links (optional): […]
      One a line.
    (Send)
    ");
    for (query, first) in [
        ("veri", Some("Verify")),
        ("runner", Some("Verify › Runner")),
        ("shared run", Some("Verify › Runner › Runner Fleet")),
        ("ops", Some("Ops")),
        ("SAST", Some("Secure › Code Scanning › SAST")),
        ("zzz", None),
    ] {
        let found = ava.type_ahead("Area", query).await.unwrap();
        assert_eq!(found.first().map(String::as_str), first, "{query}");
    }
    story.nothing_unread();
}

/// Reason, what its second page wants, where it lands, who is called, why.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a [&'a str], &'a str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reason_lands_where_the_table_says() {
    let link = "https://tracker.example.com/issues/7";
    let starts = "2026-11-25 10:00";
    let smes = ["ines", "sam", "lena"];
    let table: [Row<'_>; 13] = [
        ("Technical question", &[], "#sme-ci", &smes, "Ava chose Runner, whose SMEs answer first"),
        ("Best practice", &[], "#sme-ci", &smes, "Ava chose Runner, whose SMEs answer first"),
        ("Demo or deep dive", &[], "#sme-ci", &smes, "Ava chose Runner, whose SMEs answer first"),
        ("Discovery with a customer", &[], "#sme-ci", &smes, "Ava chose Runner, whose SMEs answer first"),
        (
            "Help in an evaluation (trial, POV)",
            &[("The evaluation's issue", link)],
            "#sme-ci",
            &smes,
            "evaluations go to a PM once an SME has looked at them",
        ),
        ("Roadmap", &[], "#g_runner", &["paul"], "roadmap questions go to the PM"),
        (
            "Direction of the product",
            &[],
            "#g_runner",
            &["paul"],
            "questions on product direction go to the PM",
        ),
        (
            "Feedback or a question on a gap",
            &[("Needed by", starts)],
            "#g_runner",
            &["paul"],
            "feedback and questions on gaps go to the PM",
        ),
        (
            "A PM in a customer meeting",
            &[("Start", starts), ("Goal of the call", "Decide"), ("Who comes, in which role", "Their CTO")],
            "#g_runner",
            &["paul"],
            "customer calls with a PM are asked in the group's channel",
        ),
        (
            "A product gap to resolve",
            &[("The issue in the customer's project", link)],
            "#sme-ci",
            &smes,
            "product gaps to resolve are raised by SMEs in the internal channel",
        ),
        (
            "High-priority issue: work has stopped, or there is a deadline",
            &[("The issue", link)],
            "#g_runner",
            &["paul"],
            "high-priority customer issues go to the PM",
        ),
        (
            "Customer escalation",
            &[
                ("The escalation's issue", link),
                ("To confirm", "All information is in the issue, and I followed up there"),
            ],
            "#g_runner",
            &["paul"],
            "customer escalations go to the PM and the stage's channel",
        ),
        (
            "Support configuring, prescriptive advice",
            &[("To confirm", "The CSM could not give this advice")],
            "#g_runner",
            &["leo"],
            "requests for prescriptive advice go to the product leader",
        ),
    ];
    for (reason, second_page, channel, called, why) in table {
        let story = Story::begin().await;
        let ava = story.person("ava");
        fill_request(&story, "ava", reason, "Verify › Runner").await;
        let first = ava.submit().await.unwrap();
        if !second_page.is_empty() {
            assert_eq!(first, Submission::Updated, "{reason}");
            let needs_proof =
                !matches!(reason, "Help in an evaluation (trial, POV)" | "Feedback or a question on a gap");
            if needs_proof {
                let missing = ava.submit().await.unwrap();
                assert!(matches!(missing, Submission::Errors(_)), "{reason}: {missing:?}");
            }
            for (field, entry) in second_page {
                ava.fill(field, *entry).await.unwrap();
            }
            assert_eq!(ava.submit().await.unwrap(), Submission::Cleared, "{reason}");
        }
        story.settle().await;
        let card = story.slack.last_message(channel);
        assert!(card.plain().contains(&format!("Here because {why}.")), "{reason}: {}", card.plain());
        assert_eq!(card.notified, called, "{reason}");
        assert_eq!(story.slack.ephemerals_of("ava").len(), 1, "{reason}: told once");
        let everything = story.read();
        assert!(!everything.contains("Contoso"), "{reason}: {everything}");
        assert!(
            !everything.contains("tracker.example.com") || reason == "Customer escalation",
            "{reason}: {everything}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_pm_without_a_reason_is_offered_smes_first() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", "/request-pm @paul will runner fleet get quotas?").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    Questions go to SMEs first; PMs come in for roadmap, direction and gaps. I can ask #sme-ci now.
    [Ask SMEs] [It is about the roadmap] [Drop it]
    ");
    assert_snapshot!(story.hear().await, @"");
    ava.click_in("#field", "It is about the roadmap").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    Sent to #g_runner as *HFJ*, for Paul. No time is promised; I remind Paul after 2 working days.
    There because roadmap questions go to the PM.
    [Why there] [Add detail] [Withdraw]

    #g_runner Switchboard:
    *Runner Fleet* · roadmap · *HFJ*
    > @Paul will runner fleet get quotas?
    Ava · asked today 09:00
    Here because roadmap questions go to the PM.
    ● *Open*: with @Paul
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [… Add detail · Why here · Withdraw]
    [notifies @paul]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_area_that_is_not_on_says_where_to_ask() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", "/request-pm how does failover of geo replicas work?").await.unwrap();
    assert_snapshot!(answer.plain(), @"I am not switched on for Storage and Self-Managed yet. Please ask in #sme-storage yourself; its SMEs answer there. I am being tried out there: `/request-pm pilot on` takes part.");
    let answer = ava
        .slash_in("#field", "/request-pm which upgrade path for air-gapped self-managed installation?")
        .await
        .unwrap();
    assert_snapshot!(answer.plain(), @r"
    Sent to #subject-matter-experts as *VJC*, where nobody is called by name.
    There because Self-Managed Installation has no SMEs to ask yet.
    [Why there] [Add detail] [Withdraw]
    ");
    assert_snapshot!(story.hear().await, @r"
    #subject-matter-experts Switchboard:
    *Self-Managed Installation* · question · *VJC*
    > which upgrade path for air-gapped self-managed installation?
    Ava · asked today 09:00
    Here because Self-Managed Installation has no SMEs to ask yet.
    ● *Open*: no SMEs are known here, so nobody is called
    [Take it] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_said_kindly() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let long = format!("/request-pm runner {}", "x".repeat(3_001));
    assert_snapshot!(ava.slash_in("#field", &long).await.unwrap().plain(), @"That is longer than the 3000 characters that fit, so nothing was sent. Please shorten it and link to the rest.");
    ava.say("#field", "@switchboard").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    There was no question in it, so nothing was sent. Please add a sentence.
    ");
    for number in 0..20 {
        let answer = ava.slash_in("#field", &format!("/request-pm runner question {number}")).await.unwrap();
        assert!(answer.plain().starts_with("Sent to #sme-ci"), "{}", answer.plain());
    }
    assert_snapshot!(ava.slash_in("#field", "/request-pm one more on runners").await.unwrap().plain(), @"You have asked 20 times within an hour, which is as much as I take. I can take the next one today 11:00.");
    let other = story.person("raj").slash_in("#field", "/request-pm runner question").await.unwrap();
    assert!(other.plain().starts_with("Sent to #sme-ci"));
    story.hear().await;
    story.pass(hours(1)).await;
    story.read();
    let answer = ava.slash_in("#field", "/request-pm one more on runners").await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-ci"), "{}", answer.plain());
    story.hear().await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_smes_gap_is_raised_in_the_internal_channel() {
    let story = Story::begin().await;
    fill_request(&story, "ines", "A product gap to resolve", "Verify › Runner").await;
    let ines = story.person("ines");
    ines.submit().await.unwrap();
    ines.fill("The issue in the customer's project", "https://tracker.example.com/issues/7").await.unwrap();
    assert_eq!(ines.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ines) switchboard:
    The PM is asked in #sme-ci-internal, as *HFJ*.

    #sme-ci-internal Switchboard:
    *Runner* · a PM's answer · *HFJ*
    > Can a fleet stay warm?
    Ines · SME · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Show briefing · Why here]
    [notifies @paul]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_smes_are_nobody_is_called_and_anybody_may_take_it() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm which node sizing for 10k people?").await.unwrap();
    story.hear().await;
    ava.click_in("#subject-matter-experts", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #subject-matter-experts (only @ava) switchboard:
    Only colleagues of the person who asked can do that with *HFJ*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    ");
    story.pass(hours(100)).await;
    story.nothing_unread();
    story.person("stella").click_in("#subject-matter-experts", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #subject-matter-experts (updated) Switchboard:
    *Reference Sizing* · question · *HFJ*
    > which node sizing for 10k people?
    Ava · asked Nov 16, 2026 09:00
    Here because Reference Sizing has no SMEs to ask yet.
    ◐ *Taken*: Stella has it, since today 13:00
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    @ava Switchboard:
    Stella took *HFJ*.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_area_in_observe_mode_posts_nothing() {
    let mut directory = example();
    for area in directory.sme_areas.values_mut() {
        area.mode = AreaMode::Observe;
    }
    let story = Story::with(directory, Rules::default()).await;
    let ava = story.person("ava");
    ava.say("#field", "@switchboard do merge trains work with forks?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field › thread (only @ava) switchboard:
    I am not switched on for Planning and Portfolios yet. Please ask in #sme-planning yourself; its SMEs answer there.
    ");
    fill_request(&story, "ava", "Technical question", "Verify › Runner").await;
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am not switched on for CI/CD and Runner yet. Please ask in #sme-ci yourself; its SMEs answer there.
    ");
    ava.say("#sme-ci", "@switchboard why is the cache cold?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread (only @ava) switchboard:
    I am not switched on for CI/CD and Runner yet. Please ask in #sme-ci yourself; its SMEs answer there.
    ");
    fill_request(&story, "ava", "Roadmap", "Verify › Runner").await;
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #field (only @ava) switchboard:
    I am not switched on for CI/CD and Runner yet. Please ask in #sme-ci yourself; its SMEs answer there.
    ");
    story.nothing_unread();
}
