//! The deciding table, row by row: which reason goes where, with which proof (A1–A4, A10, C3, D3, E9).

use switchboard::domain::command::{Ask, Heard, Via};
use switchboard::domain::decide::{Case, draft};
use switchboard::domain::decision::{Field, Problem, Reply};
use switchboard::domain::engagement::{Body, Engagement, Pending, State, Triage};
use switchboard::domain::ids::Ts;
use switchboard::domain::notice::What;
use switchboard::domain::org::PlaceId;
use switchboard::domain::reason::{Fact, Reason, Rule};
use switchboard::domain::refusal::Refusal;

use crate::world::{ask, channel, directory, form, monday, person, policy_of, written};

const RUNNER: &str = "group/verify/runner";

fn home(engagement: &Engagement) -> &str {
    engagement.home.as_ref().map_or("nowhere", |home| home.channel.as_str())
}

#[test]
fn each_reason_goes_where_its_row_says() {
    let policy = policy_of(&directory());
    for (reason, kind, channel, rule) in [
        (None, "question", "#sme-ci", Rule::A2),
        (Some(Reason::Technical), "question", "#sme-ci", Rule::A2),
        (Some(Reason::BestPractice), "question", "#sme-ci", Rule::A2),
        (Some(Reason::Demo), "question", "#sme-ci", Rule::A2),
        (Some(Reason::Discovery), "question", "#sme-ci", Rule::A2),
        (Some(Reason::Evaluation), "question", "#sme-ci", Rule::A4),
        (Some(Reason::GapToResolve), "question", "#sme-ci", Rule::Table),
        (Some(Reason::Roadmap), "pm_ask", "#g_runner", Rule::A3),
        (Some(Reason::Direction), "pm_ask", "#g_runner", Rule::A3),
        (Some(Reason::Gap), "pm_ask", "#g_runner", Rule::A3),
        (Some(Reason::HighPriority), "pm_ask", "#g_runner", Rule::A3),
        (Some(Reason::Escalation), "pm_ask", "#g_runner", Rule::A3),
        (Some(Reason::Advice), "pm_ask", "#g_runner", Rule::D3),
    ] {
        let decision = ask(&form("ava", reason, RUNNER), &policy);
        let asked = written(&decision, 1).unwrap_or_else(|| panic!("{reason:?}: {:?}", decision.reply));
        assert_eq!((asked.body.kind(), home(&asked)), (kind, channel), "{reason:?}");
        assert!(asked.because.iter().any(|because| because.rule == rule), "{reason:?}: {:?}", asked.because);
        assert_eq!(decision.reply, Reply::Asked { engagement: asked.id }, "{reason:?}");
    }
}

#[test]
fn an_sme_raises_a_gap_in_the_internal_channel() {
    let policy = policy_of(&directory());
    let decision = ask(&form("ines", Some(Reason::GapToResolve), RUNNER), &policy);
    let asked = written(&decision, 1).unwrap();
    assert_eq!((asked.body.kind(), home(&asked)), ("inquiry", "#sme-ci-internal"));
}

#[test]
fn only_whoever_owes_the_next_step_is_mentioned() {
    let policy = policy_of(&directory());
    for (reason, owner) in
        [(Reason::Roadmap, Some("paul")), (Reason::Advice, Some("leo")), (Reason::Technical, None)]
    {
        let decision = ask(&form("ava", Some(reason), RUNNER), &policy);
        let asked = written(&decision, 1).unwrap();
        assert_eq!(asked.owner, owner.map(person), "{reason:?}");
        let mentions =
            decision.notices.iter().filter(|notice| matches!(notice.what, What::Card { mention: true }));
        assert_eq!(mentions.count(), 1, "{reason:?}");
    }
}

#[test]
fn a_triage_opens_the_way_to_the_pm() {
    let policy = policy_of(&directory());
    let with = |by: &str, triage: Triage| {
        let mut asked = form(by, Some(Reason::Evaluation), RUNNER);
        asked.proof.triage = Some(triage);
        asked.proof.link = Some("https://issues.example.com/evaluations/7".to_owned());
        ask(&asked, &policy)
    };
    let ticked = with("ines", Triage::Ticked);
    assert_eq!(written(&ticked, 1).unwrap().body.kind(), "pm_ask");

    let in_thread =
        |channel_name: &str, ts: &str| Triage::Thread { channel: channel(channel_name), ts: Ts::from(ts) };
    // Last Friday, in the area's SME channel: read before the PM hears of it.
    let checking = written(&with("ava", in_thread("#sme-ci", "1763114400.000100")), 1);
    assert_eq!(checking, None, "a thread of last year proves nothing");
    let checking = written(&with("ava", in_thread("#sme-ci", "1794650400.000100")), 1).unwrap();
    assert_eq!(checking.state, State::Draft);
    assert!(matches!(&checking.body, Body::Question(body) if body.pending == Some(Pending::Proof)));

    for refused in [
        with("ava", Triage::Ticked),
        with("ava", in_thread("#field", "1794650400.000100")),
        with("ava", in_thread("#sme-ci", "1789000000.000100")),
    ] {
        let Reply::Form(problems) = &refused.reply else { panic!("{:?}", refused.reply) };
        assert_eq!(problems[0].field, Field::Triage);
        assert!(refused.is_empty());
    }
}

#[test]
fn without_a_channel_the_next_one_of_the_rules_is_used() {
    let mut directory = directory();
    let verify = directory.stages.get_mut("verify").unwrap();
    verify.groups.get_mut("runner").unwrap().channel = None;
    let policy = policy_of(&directory);
    let roadmap = |policy| written(&ask(&form("ava", Some(Reason::Roadmap), RUNNER), policy), 1).unwrap();
    let asked = roadmap(&policy);
    assert_eq!(home(&asked), "#s_verify");
    assert!(asked.because.iter().any(|because| matches!(because.fact, Fact::NoGroupChannel { .. })));

    directory.stages.get_mut("verify").unwrap().channel = None;
    assert_eq!(home(&roadmap(&policy_of(&directory))), "#product");

    directory.fallback_channel = None;
    let refused = ask(&form("ava", Some(Reason::Roadmap), RUNNER), &{
        let mut names_of_all = directory.clone();
        names_of_all.fallback_channel = None;
        let names = switchboard::domain::names::Names::assumed(&names_of_all);
        let rules = switchboard::domain::rules::Rules::default();
        let (org, _) = switchboard::domain::org::Org::resolve(&names_of_all, &names, &rules, None, &[]);
        switchboard::domain::org::Policy { rules, org }
    });
    assert!(matches!(refused.reply, Reply::Refused(Refusal::NowhereToSend { .. })), "{:?}", refused.reply);
}

#[test]
fn an_area_without_smes_goes_to_the_fallback_and_is_counted_apart() {
    let mut directory = directory();
    let area = directory.sme_areas.values_mut().find(|area| area.name.starts_with("CI/CD")).unwrap();
    area.members.clear();
    area.leads.clear();
    let policy = policy_of(&directory);
    let asked = written(&ask(&form("ava", None, RUNNER), &policy), 1).unwrap();
    assert_eq!(home(&asked), "#subject-matter-experts");
    assert!(matches!(&asked.body, Body::Question(body) if body.no_sme_area));

    directory.sme_fallback_channel = None;
    let asked = written(&ask(&form("ava", None, RUNNER), &policy_of(&directory)), 1).unwrap();
    assert_eq!((home(&asked), &asked.owner), ("#g_runner", &None), "no PM is mentioned");
}

#[test]
fn naming_a_pm_without_a_reason_offers_smes_first() {
    let policy = policy_of(&directory());
    let mut asked = form("ava", None, RUNNER);
    asked.mentions = vec![person("paul")];
    let decision = ask(&asked, &policy);
    let draft = written(&decision, 1).unwrap();
    assert_eq!((draft.state, draft.home.clone()), (State::Draft, None));
    assert!(matches!(&draft.body, Body::Question(body) if body.pending == Some(Pending::SmeFirst)));
    assert_eq!(decision.notices, Vec::new(), "nobody else hears of it");
}

#[test]
fn what_was_said_in_private_is_shown_to_its_author_first() {
    let policy = policy_of(&directory());
    let mut asked = form("ava", None, RUNNER);
    asked.via = Via::Slash { channel: channel("D0AVA") };
    let draft = written(&ask(&asked, &policy), 1).unwrap();
    assert!(matches!(&draft.body, Body::Question(body) if body.pending == Some(Pending::Preview)));
}

#[test]
fn a_group_with_its_own_way_is_asked_its_own_way() {
    let directory = directory();
    let (stage, group, process) = directory
        .stages
        .iter()
        .flat_map(|(stage, found)| found.groups.iter().map(move |(group, found)| (stage, group, found)))
        .find_map(|(stage, group, found)| Some((stage, group, found.process.clone()?)))
        .expect("the example has one");
    let id = format!("group/{stage}/{group}");
    let policy = policy_of(&directory);
    let problem_of = |asked: &Ask| match ask(asked, &policy).reply {
        Reply::Form(problems) => problems.first().map(|problem| problem.problem.clone()),
        _ => None,
    };
    let own = Some(Problem::OwnProcess { place: PlaceId(id.clone()) });
    if process.requires_link {
        let mut asked = form("ava", Some(Reason::Roadmap), &id);
        assert_eq!(problem_of(&asked), own);
        asked.links = vec!["https://example.com/request/1".to_owned()];
        assert_eq!(problem_of(&asked), None);
    }
    for excluded in &process.excludes {
        assert_eq!(problem_of(&form("ava", Some(*excluded), &id)), own);
    }
    assert_eq!(problem_of(&form("ava", Some(Reason::Technical), &id)), None, "SMEs are asked as everywhere");
}

#[test]
fn an_ask_is_refused_with_what_to_do() {
    let policy = policy_of(&directory());
    let mut empty = form("ava", None, RUNNER);
    empty.text = "  ".to_owned();
    assert_eq!(ask(&empty, &policy).reply, Reply::Refused(Refusal::Empty));
    let mut long = form("ava", None, RUNNER);
    long.text = "a".repeat(3_001);
    assert_eq!(ask(&long, &policy).reply, Reply::Refused(Refusal::TooLong { limit: 3_000 }));
}

#[test]
fn a_mention_in_a_private_thread_takes_nobody_elses_words() {
    let policy = policy_of(&directory());
    let root = Ts::from("1794650400.000100");
    let read = |where_asked: &str, author: &str| {
        let mut asked = form("ava", None, RUNNER);
        asked.text = "Runner: who knows?".to_owned();
        asked.place = None;
        asked.via = Via::Mention {
            channel: channel(where_asked),
            ts: Ts::from("1794650500.000100"),
            thread: Some(root.clone()),
        };
        let draft = written(&ask(&asked, &policy), 1).unwrap();
        let said = Heard {
            channel: channel(where_asked),
            ts: root.clone(),
            thread: Some(root.clone()),
            by: Some(person(author)),
            bot: None,
            text: "The secret plan".to_owned(),
            mentions: Vec::new(),
            mentions_us: false,
            is_note: false,
            thread_by: None,
            types_command: false,
        };
        let case = Case {
            engagement: &draft,
            parent: None,
            next_id: draft.id,
            policy: &policy,
            now: monday(),
            downtime: None,
        };
        written(&draft::root_read(&case, Some(&[said])), 1).unwrap().text
    };
    assert!(read("#product", "raj").contains("The secret plan"), "a public thread is everybody's");
    assert!(read("C0PRIVATE", "ava").contains("The secret plan"), "her own words are hers to ask with");
    assert!(!read("C0PRIVATE", "raj").contains("The secret plan"));
}
