//! Where an inquiry goes, whose it is, and what is done where it cannot go there (B3).

use crate::domain::decide::inquiry::testing::{
    Desk, at, channel, directory, opening, people, policy_of, question, refusal, start, user,
};
use crate::domain::decide::inquiry::{Opening, open, undeliverable};
use crate::domain::decision::{Done, Reply, Write};
use crate::domain::directory::Directory;
use crate::domain::engagement::Body;
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Address, What};
use crate::domain::org::PlaceId;
use crate::domain::reason::{Fact, Rule};
use crate::domain::refusal::Refusal;

#[test]
fn the_owner_is_the_one_mentioned_else_of_the_group_else_of_the_area() {
    let policy = policy_of(&directory());
    let place = |id: &str| Some(PlaceId(id.to_owned()));
    let cases = [
        ("mentioned", vec!["OTHER", "PM2", "PM1"], place("group/verify/runner"), Some("PM2")),
        ("cover mentioned", vec!["COVER"], None, Some("COVER")),
        ("a PM of elsewhere does not count", vec!["FAR"], None, Some("PM1")),
        ("of the group", vec![], place("group/verify/pipelines"), Some("PM2")),
        ("of the stage", vec![], place("stage/verify"), Some("STAGE")),
        ("of the area", vec![], None, Some("PM1")),
    ];
    for (why, mentioned, place, owner) in cases {
        let desk = Desk::opened(
            policy.clone(),
            |opening| {
                opening.mentioned = mentioned.iter().map(|id| user(id)).collect();
                opening.place = place;
            },
            None,
        );
        assert_eq!(desk.inquiry.owner, owner.map(user), "{why}");
        assert_eq!(desk.inquiry.because.last().unwrap().rule, Rule::B3);
    }
}

#[test]
fn nobody_owes_themselves_an_answer() {
    let desk = Desk::opened(policy_of(&directory()), |opening| opening.asker = user("PM1"), None);
    assert_eq!(desk.inquiry.owner, Some(user("COVER")));
}

#[test]
fn without_a_pm_no_clock_runs_and_it_says_so() {
    let mut empty = directory();
    empty.stages.clear();
    for area in empty.sme_areas.values_mut() {
        area.pms = people(&["GONE"]);
    }
    let policy = policy_of(&empty);
    let decision = open(&Opening { place: None, ..opening(&policy) });
    let inquiry = decision.writes[0].engagement();
    assert_eq!((&inquiry.owner, decision.clocks.len()), (&None, 0));
    assert_eq!(inquiry.because[0].fact, Fact::NoPm { place: None });
    assert_eq!(decision.notices[0].what, What::Card { mention: false });
}

#[test]
fn without_an_internal_channel_the_group_is_asked_and_no_clock_runs() {
    let mut without = directory();
    for area in without.sme_areas.values_mut() {
        area.internal_channel = None;
    }
    let asked = |without: &Directory| {
        let policy = policy_of(without);
        let from_card = Opening { thread: None, asked_in: Some(channel("C_SME")), ..opening(&policy) };
        open(&from_card)
    };
    let decision = asked(&without);
    let inquiry = decision.writes[0].engagement();
    assert_eq!(inquiry.home.as_ref().unwrap().channel, channel("C_GROUP"));
    assert!(matches!(inquiry.because[0].fact, Fact::NoInternalChannel { .. }));
    assert_eq!(decision.clocks, []);
    assert_eq!(decision.notices[0].what, What::Card { mention: true });
    without.stages[0].groups[0].channel = None;
    assert_eq!(asked(&without).writes[0].engagement().home.as_ref().unwrap().channel, channel("C_STAGE"));
    without.stages[0].channel = None;
    assert!(matches!(refusal(&asked(&without)), Some(Refusal::NoInternalChannel { .. })));
}

#[test]
fn from_a_question_both_are_linked() {
    let policy = policy_of(&directory());
    let question = question();
    let from_card = |live| {
        let mut parent = question.clone();
        if live {
            let Body::Question(body) = &mut parent.body else { panic!("a question") };
            body.inquiry = Some(EngagementId(5));
        }
        open(&Opening {
            thread: None,
            asked_in: Some(channel("C_SME")),
            parent: Some(&parent),
            parent_inquiry_live: live,
            ..opening(&policy)
        })
    };
    let decision = from_card(false);
    assert_eq!(decision.reply, Reply::Done { engagement: EngagementId(8), done: Done::PmAsked });
    let parent = decision.writes.iter().find_map(|write| match write {
        Write::Change(parent) => Some(parent),
        Write::Begin(_) => None,
    });
    let Body::Question(body) = &parent.expect("the question changes").body else { panic!("a question") };
    assert_eq!(body.inquiry, Some(EngagementId(8)));
    assert_eq!(decision.notices.iter().filter(|notice| notice.is_card()).count(), 2);
    let again = from_card(true);
    assert_eq!(refusal(&again), Some(&Refusal::PmAskedAlready { inquiry: EngagementId(5) }));
}

#[test]
fn a_refused_card_of_the_group_goes_to_the_stage_without_a_clock() {
    let mut desk = Desk::opened(
        policy_of(&directory()),
        |opening| {
            opening.thread = None;
            opening.asked_in = Some(channel("C_SME"));
        },
        None,
    );
    // Without an internal channel the PM is asked in the group's.
    let home = desk.inquiry.home.as_mut().unwrap();
    home.channel = channel("C_GROUP");
    let decision = undeliverable(&desk.case(), &channel("C_GROUP"), "is_archived");
    let moved = decision.writes[0].engagement().clone();
    assert_eq!(moved.home.as_ref().unwrap().channel, channel("C_STAGE"));
    assert!(matches!(&moved.body, Body::Inquiry(inquiry) if inquiry.clock.is_none()));
    assert!(decision.notices.iter().any(|notice| notice.what == What::Card { mention: true }));
    desk.inquiry = moved;
    assert!(
        undeliverable(&desk.case(), &channel("C_GROUP"), "is_archived").is_empty(),
        "the same refusal again"
    );
}

#[test]
fn what_was_typed_for_the_internal_channel_is_posted_nowhere_else() {
    let desk = Desk::opened(
        policy_of(&directory()),
        |opening| {
            opening.thread = None;
            opening.asked_in = Some(channel("C_SME"));
        },
        None,
    );
    let decision = undeliverable(&desk.case(), &channel("C_INT"), "is_archived");
    assert_eq!(decision.writes[0].engagement().home.as_ref().unwrap().channel, channel("C_INT"));
    assert!(
        decision.notices.iter().all(|notice| matches!(notice.to, Address::Admins | Address::Direct { .. }))
    );
}

#[test]
fn words_of_the_internal_channel_never_leave_it() {
    let mut desk = Desk::asked();
    let decision = undeliverable(&desk.case(), &channel("C_INT"), "is_archived");
    desk.inquiry = decision.writes[0].engagement().clone();
    assert!(undeliverable(&desk.case(), &channel("C_INT"), "is_archived").is_empty(), "told once");
    assert_eq!(decision.writes[0].engagement().home.as_ref().unwrap().channel, channel("C_INT"));
    assert!(
        decision.notices.iter().all(|notice| matches!(notice.to, Address::Admins | Address::Direct { .. }))
    );
}

#[test]
fn a_posted_card_that_cannot_be_updated_keeps_its_clock() {
    let desk = Desk::asked();
    let decision = undeliverable(&desk.case(), &channel("C_INT"), "not_in_channel");
    assert_eq!((decision.writes.len(), decision.clocks.len()), (0, 0));
    assert_eq!(decision.notices[0].to, Address::Admins);
}

#[test]
fn the_clock_starts_when_the_sme_asked_not_when_we_heard() {
    let desk = Desk::opened(policy_of(&directory()), |opening| opening.now = at(1, 0), None);
    assert_eq!((desk.clock().started_at, desk.reply_due()), (start(), Some(at(2, 0))));
}
