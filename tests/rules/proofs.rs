//! What a form's proofs lack, and what that means for an ask that came without the form (A4, A10, C1, Modes).

use chrono::Duration;
use switchboard::domain::command::Action;
use switchboard::domain::decision::{Field, Problem, Reply};
use switchboard::domain::directory::AreaMode;
use switchboard::domain::engagement::{Body, Pending, State, Triage};
use switchboard::domain::org::PlaceId;
use switchboard::domain::reason::Reason;
use switchboard::domain::refusal::Refusal;

use crate::world::{act, ask, directory, form, monday, person, policy_of, written};

const RUNNER: &str = "group/verify/runner";
const DEPLOYMENTS: &str = "group/release/deployments";
const ISSUE: &str = "https://tracker.example.com/issues/7";

/// Who asks, in which area, with which words, ticked, with an issue; and the fields that lack something.
type Row = (&'static str, Option<&'static str>, &'static str, bool, bool, &'static [Field]);

#[test]
fn a_triage_needs_an_sme_an_issue_and_a_known_area() {
    let policy = policy_of(&directory());
    let rows: [Row; 7] = [
        ("ines", Some(RUNNER), "warm?", true, true, &[]),
        ("ines", None, "do runners stay warm?", true, true, &[]),
        ("ava", Some(RUNNER), "warm?", true, true, &[Field::Triage]),
        ("ava", None, "do runners stay warm?", true, true, &[Field::Triage]),
        ("ines", Some(RUNNER), "warm?", true, false, &[Field::ProofLink]),
        ("ines", None, "zebras?", true, false, &[Field::Area, Field::ProofLink]),
        ("ava", None, "zebras?", false, false, &[]),
    ];
    for (by, at, words, ticked, issue, lacking) in rows {
        let mut asked = form(by, Some(Reason::Evaluation), RUNNER);
        asked.place = asked.place.filter(|_| at.is_some());
        words.clone_into(&mut asked.text);
        asked.proof.triage = ticked.then_some(Triage::Ticked);
        asked.proof.link = issue.then(|| ISSUE.to_owned());
        let decision = ask(&asked, &policy);
        let fields: Vec<Field> = match &decision.reply {
            Reply::Form(problems) => problems.iter().map(|problem| problem.field).collect(),
            _ => Vec::new(),
        };
        assert_eq!(fields, lacking, "{by} {at:?} {words}: {:?}", decision.reply);
        assert_eq!(decision.writes.is_empty(), !lacking.is_empty(), "{by} {at:?} {words}");
    }
}

#[test]
fn a_needed_by_below_the_notice_waits_for_its_author_once_the_area_is_known() {
    let policy = policy_of(&directory());
    for (hours, short) in [(47, true), (48, false)] {
        for words in ["do runners stay warm?", "zebras?"] {
            let mut asked = form("ava", Some(Reason::Gap), RUNNER);
            asked.place = None;
            words.clone_into(&mut asked.text);
            asked.proof.needed_by = Some(monday() + Duration::hours(hours));
            let mut decision = ask(&asked, &policy);
            if words == "zebras?" {
                let draft = decision.written().remove(0);
                let place = PlaceId(RUNNER.to_owned());
                decision = act(&draft, "ava", Action::PickPlace { place }, 0, &policy);
            }
            let Some(written) = decision.written().into_iter().next() else { panic!("{:?}", decision.reply) };
            let is_short = matches!(&written.body,
                Body::Question(question) if matches!(question.pending, Some(Pending::ShortNotice { .. })));
            assert_eq!((is_short, written.state == State::Draft), (short, short), "{words} in {hours} h");
        }
    }
    let mut past = form("ava", Some(Reason::Gap), RUNNER);
    past.proof.needed_by = Some(monday() - Duration::hours(1));
    let Reply::Form(problems) = ask(&past, &policy).reply else { panic!("a past instant is no wish") };
    assert_eq!((problems[0].field, &problems[0].problem), (Field::NeededBy, &Problem::InThePast));
}

#[test]
fn a_groups_own_way_comes_first_however_it_is_asked() {
    let policy = policy_of(&directory());
    // By form, without a place: the words name it, and the problem stands at its field.
    let mut asked = form("ava", Some(Reason::Roadmap), DEPLOYMENTS);
    asked.place = None;
    "will the kubernetes agent get quotas?".clone_into(&mut asked.text);
    let decision = ask(&asked, &policy);
    let Reply::Form(problems) = &decision.reply else { panic!("{:?}", decision.reply) };
    assert!(matches!(problems[0].problem, Problem::OwnProcess { .. }));
    asked.links.push(ISSUE.to_owned());
    assert!(matches!(ask(&asked, &policy).reply, Reply::Asked { .. }));
    // A draft that turns to the PM later.
    let mut named = form("ava", None, DEPLOYMENTS);
    named.mentions.push(person("dario"));
    let draft = written(&ask(&named, &policy), 1).expect("a draft");
    assert!(matches!(&draft.body, Body::Question(question) if question.pending == Some(Pending::SmeFirst)));
    let turned = act(&draft, "ava", Action::AboutProduct { reason: Reason::Roadmap }, 1, &policy);
    assert!(matches!(turned.reply, Reply::Refused(Refusal::ReasonNotTaken { .. })), "{:?}", turned.reply);
    assert!(turned.writes.is_empty());
    let to_smes = act(&draft, "ava", Action::AskSmes, 1, &policy);
    assert_eq!(written(&to_smes, 1).expect("a question").state, State::Open);
}

#[test]
fn where_an_area_is_not_on_nobody_is_asked() {
    for mode in [AreaMode::Observe, AreaMode::Pilot] {
        let mut directory = directory();
        for area in directory.sme_areas.values_mut() {
            area.mode = mode;
        }
        let policy = policy_of(&directory);
        for reason in std::iter::once(None).chain(Reason::ALL.into_iter().map(Some)) {
            let mut asked = form("ava", reason, RUNNER);
            asked.links.push(ISSUE.to_owned());
            let decision = ask(&asked, &policy);
            assert!(matches!(decision.reply, Reply::Refused(Refusal::AreaNotOn { .. })), "{reason:?}");
            assert!(decision.writes.is_empty() && decision.notices.is_empty(), "{reason:?}");
        }
    }
}
