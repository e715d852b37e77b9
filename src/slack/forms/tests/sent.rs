//! What people fill in, and what it becomes.

use proptest::prelude::*;

use super::*;
use crate::domain::command::{Action, Via};
use crate::domain::decision::{Field, Problem};
use crate::domain::engagement::Triage;
use crate::domain::engagement::call::BriefingQuestion;
use crate::domain::ids::Ts;
use crate::domain::rules::NoticeMode;

/// The whole way of a request form: the reason is chosen, the form grows if it has to, then the rest is filled in.
fn send(reason: &str, rest: &[Entry]) -> Submitted {
    let first = [chose("reason", reason), typed("question", " How? ")];
    let short = fill(&request_form(&Prefill::default()), &first);
    let grown = match submitted(&short, &by()) {
        Submitted::NeedsMore(view) => *view,
        other => {
            assert!(rest.is_empty(), "the form did not grow");
            return other;
        }
    };
    let entries: Vec<Entry> = first.into_iter().chain(rest.iter().cloned()).collect();
    submitted(&fill(&grown, &entries), &by())
}

fn ask(submitted: Submitted) -> Ask {
    match submitted {
        Submitted::Ask(ask) => *ask,
        other => panic!("not an ask: {other:?}"),
    }
}

fn problems_of(submitted: Submitted) -> Vec<(Field, Problem)> {
    match submitted {
        Submitted::Problems(problems) => problems.into_iter().map(|p| (p.field, p.problem)).collect(),
        other => panic!("no problems: {other:?}"),
    }
}

#[test]
fn a_reason_that_needs_nothing_is_asked_at_once() {
    for reason in ["technical", "best_practice", "demo", "discovery", "roadmap", "direction"] {
        let ask = ask(send(reason, &[]));
        assert_eq!(ask.reason, Reason::from_key(reason));
        assert_eq!(ask.text, "How?");
        assert_eq!(ask.by, by());
        assert_eq!(ask.via, Via::Form { channel: Some(ChannelId::from("C1")) });
        assert_eq!((ask.place, ask.customer, ask.call), (None, None, None));
    }
}

#[test]
fn what_everybody_is_asked_is_kept_as_typed() {
    let entries = [
        chose("reason", "roadmap"),
        chose("area", "group/verify/runner"),
        typed("question", "Is <this> & that planned?"),
        typed("customer", "Contoso"),
        typed("links", "https://a.example\n https://b.example, http://c.example "),
    ];
    let ask = ask(submitted(&fill(&request_form(&Prefill::default()), &entries), &by()));
    assert_eq!(ask.text, "Is <this> & that planned?");
    assert_eq!(ask.place, Some(PlaceId("group/verify/runner".to_owned())));
    assert_eq!(ask.customer.as_deref(), Some("Contoso"));
    assert_eq!(ask.links, ["https://a.example", "https://b.example", "http://c.example"]);
}

#[test]
fn the_form_grows_by_what_the_reason_needs_and_keeps_what_was_filled_in() {
    let first = fill(
        &request_form(&Prefill::default()),
        &[
            chose("reason", "evaluation"),
            chose("area", "group/verify/runner"),
            typed("question", "How?"),
            typed("customer", "Contoso"),
        ],
    );
    let Submitted::NeedsMore(grown) = submitted(&first, &by()) else { panic!("the form did not grow") };
    assert_eq!(
        fields_of(&grown),
        ["reason", "area", "question", "customer", "links", "proof_link", "triage", "confirm", "needed_by"]
    );
    let element = |index: usize| grown["blocks"][index]["element"].clone();
    assert_eq!(element(0)["initial_option"]["value"], "evaluation");
    assert_eq!(element(1)["initial_option"]["text"]["text"], "<group/verify/runner>");
    assert_eq!(element(2)["initial_value"], "How?");
    assert_eq!(element(3)["initial_value"], "Contoso");
    assert_eq!(context(&grown), form_context());
    assert_eq!(update(&grown)["response_action"], "update");
}

#[test]
fn another_reason_changes_the_fields_again_and_a_tick_counts_for_its_own_statement_only() {
    let first = [chose("reason", "advice"), typed("question", "How?")];
    let Submitted::NeedsMore(advice) = submitted(&fill(&request_form(&Prefill::default()), &first), &by())
    else {
        panic!("the form did not grow")
    };
    let changed = [chose("reason", "escalation"), typed("question", "How?"), ticked("advice")];
    let Submitted::NeedsMore(escalation) = submitted(&fill(&advice, &changed), &by()) else {
        panic!("the form did not change")
    };
    assert_eq!(
        fields_of(&escalation),
        ["reason", "area", "question", "customer", "links", "proof_link", "confirm"]
    );
    let stale = [
        chose("reason", "escalation"),
        typed("question", "How?"),
        typed("proof_link", "https://i.example/1"),
        ticked("advice"),
    ];
    assert_eq!(
        problems_of(submitted(&fill(&escalation, &stale), &by())),
        [(Field::Confirm, Problem::NotConfirmed)]
    );
    let back = [chose("reason", "technical"), typed("question", "How?")];
    assert_eq!(ask(submitted(&fill(&escalation, &back), &by())).reason, Some(Reason::Technical));
}

#[test]
fn a_view_that_comes_without_its_blocks_is_told_by_its_state() {
    let mut short =
        fill(&request_form(&Prefill::default()), &[chose("reason", "gap"), typed("question", "How?")]);
    short["blocks"] = json!(null);
    let Submitted::NeedsMore(grown) = submitted(&short, &by()) else { panic!("the form did not grow") };
    let mut sent = fill(
        &grown,
        &[chose("reason", "gap"), typed("question", "How?"), picked("needed_by", 1_800_000_000)],
    );
    sent["blocks"] = json!(null);
    assert_eq!(ask(submitted(&sent, &by())).proof.needed_by, Some(at(1_800_000_000)));
}

#[test]
fn an_evaluation_proves_its_triage_in_one_of_three_ways_or_goes_without() {
    let thread = "https://x.slack.com/archives/C024/p1700000009000200?thread_ts=1700000000.000100";
    let id = EngagementId(7);
    let short = id.short();
    for (entries, triage) in [
        (vec![], None),
        (vec![ticked("evaluation")], Some(Triage::Ticked)),
        (
            vec![typed("triage", thread), ticked("evaluation")],
            Some(Triage::Thread { channel: ChannelId::from("C024"), ts: Ts::from("1700000000.000100") }),
        ),
        (vec![typed("triage", &short)], Some(Triage::Answered { engagement: id })),
    ] {
        let ask = ask(send("evaluation", &entries));
        assert_eq!(ask.proof.triage, triage, "{entries:?}");
        assert_eq!(ask.proof.link, None);
    }
    assert_eq!(
        problems_of(send("evaluation", &[typed("triage", "Ines said so"), typed("proof_link", "issue 4")])),
        [(Field::ProofLink, Problem::NotALink), (Field::Triage, Problem::NotATriage)]
    );
}

#[test]
fn each_reason_wants_its_proof() {
    let link = || typed("proof_link", "https://i.example/1");
    for reason in ["gap_to_resolve", "high_priority"] {
        assert_eq!(problems_of(send(reason, &[])), [(Field::ProofLink, Problem::Missing)], "{reason}");
        assert_eq!(ask(send(reason, &[link()])).proof.link.as_deref(), Some("https://i.example/1"));
    }
    assert_eq!(
        problems_of(send("escalation", &[])),
        [(Field::ProofLink, Problem::Missing), (Field::Confirm, Problem::NotConfirmed)]
    );
    assert!(ask(send("escalation", &[link(), ticked("escalation")])).proof.escalation_steps_done);
    assert_eq!(problems_of(send("advice", &[])), [(Field::Confirm, Problem::NotConfirmed)]);
    assert!(ask(send("advice", &[ticked("advice")])).proof.csm_could_not);
    assert_eq!(ask(send("gap", &[])).proof.needed_by, None);
}

#[test]
fn a_customer_meeting_wants_time_goal_and_attendees_and_takes_the_rest() {
    assert_eq!(
        problems_of(send("customer_meeting", &[])),
        [
            (Field::Start, Problem::Missing),
            (Field::Minutes, Problem::Missing),
            (Field::Goal, Problem::Missing),
            (Field::Attendees, Problem::Missing),
        ]
    );
    let entries = [
        picked("start", 1_800_000_000),
        typed("minutes", "45"),
        typed("goal", "Agree on a plan"),
        typed("attendees", "Max (CTO)"),
        typed("agenda", "https://docs.example/agenda"),
        typed("briefing_tier", "Ultimate"),
        typed("briefing_attitude", "friendly"),
    ];
    let call = ask(send("customer_meeting", &entries)).call.unwrap();
    assert_eq!((call.start, call.minutes), (at(1_800_000_000), 45));
    assert_eq!((call.goal.as_str(), call.attendees.as_str()), ("Agree on a plan", "Max (CTO)"));
    assert_eq!(call.agenda_link.as_deref(), Some("https://docs.example/agenda"));
    assert_eq!(call.briefing_link, None);
    let answers: Vec<_> =
        call.briefing.iter().map(|answer| (answer.question, answer.answer.as_str())).collect();
    assert_eq!(answers, [(BriefingQuestion::Tier, "Ultimate"), (BriefingQuestion::Attitude, "friendly")]);
    for minutes in ["0", "4", "481", "-5", "soon"] {
        let mut entries = entries.clone();
        entries[1] = typed("minutes", minutes);
        let problems = problems_of(send("customer_meeting", &entries));
        assert_eq!(problems, [(Field::Minutes, Problem::Missing)], "{minutes}");
    }
}

#[test]
fn what_everybody_is_asked_is_checked_before_the_form_grows() {
    let wrong = [typed("question", &"x".repeat(2_001)), typed("links", "https://a.example see there")];
    assert_eq!(
        problems_of(submitted(&fill(&request_form(&Prefill::default()), &wrong), &by())),
        [
            (Field::Reason, Problem::Missing),
            (Field::Question, Problem::TooLong { limit: 2_000 }),
            (Field::Links, Problem::NotALink),
        ]
    );
}

/// A small form, drawn, filled in and sent.
fn send_small(form: Form, entries: &[Entry]) -> Submitted {
    let view = view(form, &form_context(), &Prefill::default(), &org(), &Rules::default(), None);
    submitted(&fill(&view, entries), &by())
}

#[test]
fn every_small_form_becomes_its_action() {
    let text = || typed("text", "because");
    let link = || typed("link", "https://a.example");
    let person = || ("person", json!({"type": "users_select", "selected_user": "UPM"}));
    let place = || chose("area", "group/verify/runner");
    let start = || picked("start", 1_800_000_000);
    let (why, start_at) = ("because".to_owned(), at(1_800_000_000));
    let runner = PlaceId("group/verify/runner".to_owned());
    let pm = UserId::from("UPM");
    let table: Vec<(Form, Entry, Action)> = vec![
        (Form::Detail, text(), Action::AddDetail { text: why.clone() }),
        (Form::Move, place(), Action::Move { to: runner.clone() }),
        (Form::AskPm, text(), Action::AskPm { text: why.clone() }),
        (Form::NotSolved, text(), Action::NotSolved { why: Some(why.clone()) }),
        (Form::EditDraft, text(), Action::Post { text: Some(why.clone()) }),
        (Form::PickPlace, place(), Action::PickPlace { place: runner }),
        (Form::AnsweredElsewhere, link(), Action::AnsweredElsewhere { link: "https://a.example".to_owned() }),
        (Form::NotMine, person(), Action::NotMine { to: pm.clone() }),
        (Form::WaitOnSme, text(), Action::WaitOnSme { why: why.clone() }),
        (Form::DeclineCall, text(), Action::DeclineCall { why: why.clone() }),
        (Form::ProposeTime, start(), Action::ProposeTime { start: start_at }),
        (Form::MissingContext, text(), Action::MissingContext { what: why.clone() }),
        (Form::Reschedule, start(), Action::Reschedule { start: start_at, why: None }),
        (Form::CancelCall, text(), Action::CancelCall { why: why.clone() }),
        (Form::Agenda, link(), Action::AddAgenda { link: "https://a.example".to_owned() }),
        (Form::AskException, text(), Action::AskException { why: why.clone() }),
        (Form::DeclineException, text(), Action::DeclineException { why: why.clone() }),
        (Form::Close, text(), Action::Close { why }),
        (Form::Reassign, person(), Action::Reassign { to: pm }),
    ];
    assert_eq!(table.len() + 2, Form::ALL.len(), "every form but the request form and that of an absence");
    for (form, entry, action) in table {
        let field = entry.0;
        let expected = Submitted::Act(Act { engagement: EngagementId(7), by: by(), action });
        assert_eq!(send_small(form, &[entry]), expected, "{form:?}");
        let empty = send_small(form, &[]);
        if form == Form::NotSolved {
            let action = Action::NotSolved { why: None };
            assert_eq!(empty, Submitted::Act(Act { engagement: EngagementId(7), by: by(), action }));
        } else {
            let problems = problems_of(empty);
            assert_eq!(problems.len(), 1);
            assert_eq!((field_id(problems[0].0), &problems[0].1), (field, &Problem::Missing), "{form:?}");
        }
    }
    assert_eq!(
        problems_of(send_small(Form::Agenda, &[typed("link", "on the drive")])),
        [(Field::Link, Problem::NotALink)]
    );
}

#[test]
fn a_form_that_is_not_ours_or_says_of_nothing_is_told_apart() {
    assert_eq!(submitted(&json!({"callback_id": "theirs"}), &by()), Submitted::NotOurs);
    assert_eq!(submitted(&json!({}), &by()), Submitted::NotOurs);
    assert_eq!(submitted(&json!({"callback_id": "detail"}), &by()), Submitted::NoEngagement);
}

/// A problem's sentence, for somebody in Berlin.
fn sentence(field: Field, problem: Problem) -> String {
    let zone = Some(chrono_tz::Europe::Berlin);
    let answer = problems(&[FieldProblem { field, problem }], &org(), &Rules::default(), zone);
    assert_eq!(answer["response_action"], "errors");
    answer["errors"][field_id(field)].as_str().unwrap().to_owned()
}

#[test]
fn problems_say_what_to_do() {
    let earliest = DateTime::parse_from_rfc3339("2026-11-26T18:30:00Z").unwrap().to_utc();
    let too_soon =
        |hours: i64, pm_zone| Problem::TooSoon { notice_seconds: hours * 3_600, earliest, pm_zone };
    let place = PlaceId("group/verify/runner".to_owned());
    let said: Vec<String> = [
        (Field::Start, too_soon(40, Some(chrono_tz::America::Los_Angeles))),
        (Field::NeededBy, too_soon(0, Some(chrono_tz::Australia::Sydney))),
        (Field::Start, too_soon(47, Some(chrono_tz::Europe::Paris))),
        (Field::Start, Problem::InThePast),
        (Field::Question, Problem::Missing),
        (Field::Links, Problem::NotALink),
        (Field::ProofLink, Problem::NotALink),
        (Field::Triage, Problem::NotATriage),
        (Field::Text, Problem::TooLong { limit: 2_000 }),
        (Field::Confirm, Problem::NotConfirmed),
        (Field::Area, Problem::OwnProcess { place }),
    ]
    .into_iter()
    .map(|(field, problem)| sentence(field, problem))
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    That is 40 h away and PMs need 48. The earliest is Thu 26 Nov 19:30 your time (10:30 for the PM).
    That is less than 1 h away and PMs need 48. The earliest is Thu 26 Nov 19:30 your time (Fri 27 Nov 05:30 for the PM).
    That is 47 h away and PMs need 48. The earliest is Thu 26 Nov 19:30 your time.
    That time has passed. Choose a later one.
    Say what you would like to know.
    Only links here, one a line, each with its https://.
    That is no link. Paste the whole address, with its https://.
    Paste the link to the thread where an SME of this area answered, or the id of an answered question, such as K7Q. It counts for 30 days.
    That is too long: 2000 characters fit.
    Tick this once it is so; until then an SME is the faster way.
    Open a request first: https://issues.example/new
    ");
}

#[test]
fn too_soon_is_explained_in_the_mode_that_counts() {
    let earliest = DateTime::parse_from_rfc3339("2026-11-26T18:30:00Z").unwrap().to_utc();
    let problem = Problem::TooSoon { notice_seconds: 40 * 3_600, earliest, pm_zone: None };
    let problem = [FieldProblem { field: Field::Start, problem }];
    for (mode, sentence) in [
        (NoticeMode::Elapsed, "That is 40 h away and PMs need 48. The earliest is Thu 26 Nov 18:30 UTC."),
        (
            NoticeMode::Weekdays,
            "PMs need 48 h of weekdays; weekends and holidays do not count. The earliest is Thu 26 Nov 18:30 UTC.",
        ),
        (
            NoticeMode::ThirdDay,
            "PMs need three days: neither tomorrow nor the day after. The earliest is Thu 26 Nov 18:30 UTC.",
        ),
    ] {
        let mut rules = Rules::default();
        rules.call.mode = mode;
        assert_eq!(problems(&problem, &org(), &rules, None)["errors"]["start"], sentence);
    }
}

/// Any value that a field may come with.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        "\\PC{0,40}".prop_map(|text| json!({"value": text})),
        any::<i64>().prop_map(|number| json!({"value": number, "selected_date_time": number})),
        any::<f64>().prop_map(|number| json!({"selected_date_time": number, "selected_option": number})),
        prop::sample::select(Reason::ALL.to_vec()).prop_map(|reason| json!({
            "selected_option": {"value": reason.key()}, "selected_options": [{"value": reason.key()}, 7],
        })),
        "\\PC{0,40}".prop_map(|text| json!({"selected_user": text, "selected_option": {"value": text}})),
    ]
}

proptest! {
    #[test]
    fn whatever_is_filled_in_a_form_never_panics(
        values in prop::collection::vec(any_value(), 30),
        form in prop::sample::select(Form::ALL.to_vec()),
        reason in prop::sample::select(Reason::ALL.to_vec()),
    ) {
        let prefill = Prefill { reason: Some(reason), ..Prefill::default() };
        let drawn = view(form, &form_context(), &prefill, &org(), &Rules::default(), None);
        let ids: Vec<String> = fields_of(&drawn).into_iter().map(ToOwned::to_owned).collect();
        let mut sent = drawn;
        for (id, value) in ids.iter().zip(values) {
            sent["state"]["values"][id] = json!({id: value});
        }
        // A form that grows can be sent again, and shows what its reason needs by then.
        if let Submitted::NeedsMore(mut grown) = submitted(&sent, &by()) {
            grown["state"] = sent["state"].clone();
            prop_assert!(!matches!(submitted(&grown, &by()), Submitted::NeedsMore(_)));
        }
    }
}
