//! Who has it next when somebody cannot go on, and that it is handed over once.

use std::collections::BTreeSet;

use crate::domain::decide::Case;
use crate::domain::decide::hand_over::{From, hand_over, has_no_way, successor, why_gone};
use crate::domain::decide::inquiry::open;
use crate::domain::decide::inquiry::testing::{directory, opening, people, policy_of, question, start, user};
use crate::domain::decision::{Actor, ClockChange};
use crate::domain::directory::Directory;
use crate::domain::engagement::{Body, Engagement, Inquiry, PmAsk, State};
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Change, What};
use crate::domain::org::Policy;
use crate::domain::reason::{Gone, Reason};

fn case<'a>(engagement: &'a Engagement, policy: &'a Policy) -> Case<'a> {
    Case { engagement, parent: None, next_id: EngagementId(0), policy, now: start(), downtime: None }
}

fn inquiry(policy: &Policy, owner: &str) -> Engagement {
    let mut engagement = open(&opening(policy)).written().remove(0);
    engagement.owner = Some(user(owner));
    engagement
}

fn pm_ask(owner: &str) -> Engagement {
    let body = Body::PmAsk(PmAsk::default());
    Engagement { state: State::Open, owner: Some(user(owner)), body, ..question() }
}

/// The directory with its runner group, and its area's PMs, as given.
fn of(pms: &[&str], cover: &[&str], area: &[&str], stage: &[&str]) -> Policy {
    let mut directory: Directory = directory();
    let verify = directory.stages.get_mut("verify").unwrap();
    verify.pm = people(stage).pop();
    let runner = verify.groups.get_mut("runner").unwrap();
    (runner.pms, runner.cover) = (people(pms), people(cover));
    directory.sme_areas[0].pms = people(area);
    policy_of(&directory)
}

#[test]
fn cover_then_the_next_pm_then_the_stage_pm() {
    let next = |policy: &Policy, engagement: &Engagement| {
        successor(policy, engagement, &user("PM1"), start()).map(|user| user.to_string())
    };
    let next = |policy: &Policy, engagement: &Engagement| next(policy, engagement).unwrap_or_default();
    for (pms, cover, area, stage, asked, inquired) in [
        (&["PM1", "PM2"][..], &["COVER"][..], &["PM1"][..], &["STAGE"][..], "COVER", "COVER"),
        (&["PM1", "PM2"], &[], &["PM1"], &["STAGE"], "PM2", "PM2"),
        (&["PM1"], &[], &["PM1", "FAR"], &["STAGE"], "STAGE", "FAR"),
        (&["PM1"], &["GONE"], &["PM1"], &["STAGE"], "STAGE", "STAGE"),
        (&["PM1"], &["PM1"], &["PM1"], &[], "", ""),
        // Nobody owes an answer to themselves: SME asked the inquiry, AE the ask.
        (&["AE", "PM2"], &["SME"], &["PM1"], &[], "SME", "AE"),
    ] {
        let policy = of(pms, cover, area, stage);
        assert_eq!(next(&policy, &pm_ask("PM1")), asked, "{pms:?} {cover:?} {area:?} {stage:?}");
        assert_eq!(next(&policy, &inquiry(&policy, "PM1")), inquired, "{pms:?} {cover:?} {area:?} {stage:?}");
    }
    let policy = of(&["PM1"], &["COVER"], &[], &[]);
    let advice = Engagement { reason: Some(Reason::Advice), ..pm_ask("PM1") };
    assert_eq!(next(&policy, &advice), "BOSS", "advice is the product leader's first (D3)");
}

#[test]
fn it_is_handed_over_once_and_only_by_whoever_has_it() {
    let policy = of(&["PM1"], &["COVER"], &["PM1"], &["STAGE"]);
    let who = user("PM1");
    let from = From { who: &who, why: Gone::Left };
    let engagement = inquiry(&policy, "PM1");
    let decision = hand_over(&case(&engagement, &policy), from);
    let after = &decision.written()[0];
    assert_eq!(after.owner, Some(user("COVER")));
    assert_eq!(decision.timeline[0].by, Actor::Slack);
    let clock = |engagement: &Engagement| match &engagement.body {
        Body::Inquiry(Inquiry { clock: Some(clock), .. }) => Some((clock.started_at, clock.rules.clone())),
        Body::Inquiry(Inquiry { clock: None, .. }) | Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => {
            None
        }
    };
    assert_eq!(clock(after), clock(&engagement), "the clock runs on as it is");
    assert!(decision.clocks.iter().any(|change| matches!(change, ClockChange::Set { .. })));
    assert!(hand_over(&case(after, &policy), from).is_empty(), "again is nothing");
    for state in [State::Draft, State::Answered, State::Closed, State::Withdrawn] {
        let engagement = Engagement { state, ..pm_ask("PM1") };
        assert!(hand_over(&case(&engagement, &policy), from).is_empty(), "{state:?}");
    }
    let alone = of(&["PM1"], &[], &["PM1"], &[]);
    assert!(hand_over(&case(&pm_ask("PM1"), &alone), from).is_empty(), "nobody could: it waits");
    assert!(
        has_no_way(&alone, &pm_ask("PM1"), &who, start())
            && !has_no_way(&policy, &pm_ask("PM1"), &who, start())
    );
}

#[test]
fn a_taken_question_is_everybodys_again() {
    let policy = of(&["PM1"], &[], &["PM1"], &[]);
    let who = user("SME");
    let decision = hand_over(&case(&question(), &policy), From { who: &who, why: Gone::Unlisted });
    let after = &decision.written()[0];
    assert_eq!((after.state, &after.owner), (State::Open, &None));
    assert_eq!(decision.timeline[0].by, Actor::Directory);
    let leads = decision.notices.iter().find_map(|notice| match &notice.what {
        What::HandedOver { to: None, leads, .. } => Some(leads.clone()),
        _ => None,
    });
    assert_eq!(leads, Some(vec![user("LEAD")]));
    let told = |what: &What| matches!(what, What::ChangedToRequester { change: Change::HandedOver { .. } });
    assert_eq!(decision.notices.iter().filter(|notice| told(&notice.what)).count(), 1);
}

#[test]
fn gone_is_who_left_or_was_named_and_is_no_more() {
    let policy = of(&["PM1"], &[], &["PM1"], &[]);
    let unlisted = BTreeSet::from([user("PM1"), user("AE"), user("GONE")]);
    let why = |id: &str, unlisted: &BTreeSet<_>| why_gone(&policy.org, &user(id), unlisted);
    assert_eq!(why("GONE", &unlisted), Some(Gone::Left));
    assert_eq!(why("GONE", &BTreeSet::new()), Some(Gone::Left));
    assert_eq!(why("AE", &unlisted), Some(Gone::Unlisted));
    assert_eq!(why("AE", &BTreeSet::new()), None, "whoever was never named was chosen by a person");
    assert_eq!(why("PM1", &unlisted), None, "named again");
    assert_eq!(why("STRANGER", &BTreeSet::new()), None, "missing from a list is not left");
}
