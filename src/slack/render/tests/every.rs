//! Every message that can be made, with the same text in every place where people's words can stand.

use super::super::{Scene, briefing, notice, reply, why};
use super::facts::{away_replies, events, facts, refusals, whats};
use super::fixture::{World, call, entry, hours, id, inquiry, now, place, pm_ask, question, user};
use crate::domain::decision::{Done, Reply};
use crate::domain::directory::AreaMode;
use crate::domain::engagement::call::{Agenda, BriefingAnswer, BriefingQuestion, CallStatus};
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, Pause};
use crate::domain::engagement::{
    Body, Detail, Engagement, ExceptionState, NoticeException, Pending, Question, State, Triage,
};
use crate::domain::ids::{AreaKey, ChannelId, Ts};
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::PlaceId;
use crate::domain::reason::Reason;
use crate::slack::outgoing::Message;

/// Every state of a card.
pub(super) const STATES: [State; 10] = [
    State::Draft,
    State::Open,
    State::Taken,
    State::Answered,
    State::Closed,
    State::Withdrawn,
    State::Redirected,
    State::Declined,
    State::Lapsed,
    State::Deflected,
];

/// Every message, named.
pub(super) fn messages(text: &str, names_suffix: &str) -> Vec<(String, Message)> {
    let mut world = World::named(names_suffix);
    world.related = vec![question(text), pm_ask(text), inquiry(text), call(text)];
    let mut all = Vec::new();
    for engagement in cards(text) {
        let scene = world.scene(&engagement);
        let name = format!("{} {:?}", engagement.body.kind(), engagement.state);
        let timeline: Vec<_> = events(text).into_iter().map(|event| entry(event, Vec::new())).collect();
        for mention in [true, false] {
            all.push((format!("card of {name}, {mention}"), told(&scene, What::Card { mention })));
        }
        all.push((format!("why of {name}"), why(&scene, &timeline, true)));
        all.push((format!("briefing of {name}"), briefing(&scene)));
        for answer in [asked(&engagement), drafted(&engagement), status(&engagement)] {
            all.extend(reply(&answer, &scene).map(|message| (format!("{answer:?} of {name}"), message)));
        }
    }
    for engagement in [question(text), inquiry(text), call(text)] {
        let scene = world.scene(&engagement);
        for what in whats(text) {
            let name = format!("{what:?} of {}", engagement.body.kind());
            all.push((name, told(&scene, what)));
        }
        for answer in replies(text) {
            let name = format!("{answer:?} of {}", engagement.body.kind());
            all.extend(reply(&answer, &scene).map(|message| (name, message)));
        }
    }
    let nothing = Scene { engagement: None, related: &[], ..world.scene(&world.related[0]) };
    all.extend(
        replies(text)
            .iter()
            .filter_map(|answer| Some((format!("{answer:?}, alone"), reply(answer, &nothing)?))),
    );
    all.extend(whats(text).into_iter().map(|what| (format!("{what:?}, alone"), told(&nothing, what))));
    all
}

fn told(scene: &Scene<'_>, what: What) -> Message {
    let to = Address::Thread { channel: ChannelId::from("CPRD"), ts: Ts::from("1.2") };
    notice(
        &Notice { to, what, engagement: scene.engagement.map(|engagement| engagement.id), urgent: false },
        scene,
    )
}

fn asked(engagement: &Engagement) -> Reply {
    Reply::Asked { engagement: engagement.id }
}

fn drafted(engagement: &Engagement) -> Reply {
    Reply::Draft { engagement: engagement.id }
}

fn status(engagement: &Engagement) -> Reply {
    Reply::Status { engagement: engagement.id, forgotten: None }
}

/// Each kind in each state, and in each shade of a state that looks different.
fn cards(text: &str) -> Vec<Engagement> {
    let mut all = Vec::new();
    for state in STATES {
        for base in [question(text), pm_ask(text), inquiry(text), call(text)] {
            all.push(Engagement {
                state,
                customer: Some(text.to_owned()),
                links: vec![format!("https://x.example/{text}"), text.to_owned()],
                details: vec![Detail { at: now(), by: user("UAVA"), text: text.to_owned() }; 12],
                because: facts(text),
                taken_at: Some(now()),
                answered_at: Some(now()),
                answered_by: Some(user("UINES")),
                closed_at: Some(now()),
                ..base
            });
        }
    }
    all.extend(pendings().into_iter().map(|pending| Engagement {
        state: State::Draft,
        home: None,
        body: Body::Question(Question { pending: Some(pending), ..Question::default() }),
        ..question(text)
    }));
    all.extend(call_states(text));
    all.extend(exceptions(text));
    all.extend(inquiry_states(text));
    all.extend(facts(text).into_iter().map(|fact| Engagement { because: vec![fact], ..question(text) }));
    all.extend(Reason::ALL.map(|reason| Engagement { reason: Some(reason), ..pm_ask(text) }));
    let lone = Engagement {
        owner: None,
        place: None,
        area: None,
        home: None,
        because: Vec::new(),
        ..question(text)
    };
    all.push(lone.clone());
    for base in [pm_ask(text), inquiry(text), call(text)] {
        all.push(Engagement { body: base.body, ..lone.clone() });
    }
    let with_lead = Question { no_sme_area: true, inquiry: Some(id("N8V")), ..Question::default() };
    all.push(Engagement { body: Body::Question(with_lead), ..question(text) });
    all.push(Engagement {
        body: Body::Question(Question { with_lead: true, ..Question::default() }),
        ..question(text)
    });
    all.extend(triages().into_iter().map(|triage| {
        let mut ask = pm_ask(text);
        if let Body::PmAsk(body) = &mut ask.body {
            body.triage = Some(triage);
            body.due_at = Some(now() + hours(48));
            body.needed_by = Some(now() + hours(72));
            body.seen_by = Some(user("USAM"));
            body.redirected_to = Some(id("K7Q"));
        }
        ask
    }));
    all
}

fn pendings() -> Vec<Pending> {
    let places = |paths: &[&str]| paths.iter().map(|path| place(path)).collect::<Vec<PlaceId>>();
    vec![
        Pending::Place { candidates: places(&["group/verify/runner", "group/verify/pipeline_execution"]) },
        Pending::Place { candidates: places(&["group/verify/runner"]) },
        Pending::Place {
            candidates: places(&["stage/verify", "group/verify/runner", "section/ops", "x", "y", "z"]),
        },
        Pending::Place { candidates: Vec::new() },
        Pending::Preview,
        Pending::SmeFirst,
        Pending::Root,
        Pending::Message,
        Pending::Proof,
        Pending::ShortNotice { notice_seconds: 90_000, earliest: now() + hours(60) },
    ]
}

fn triages() -> Vec<Triage> {
    vec![
        Triage::Answered { engagement: id("K7Q") },
        Triage::Thread { channel: ChannelId::from("CSME"), ts: Ts::from("1.2") },
        Triage::Ticked,
    ]
}

fn call_states(text: &str) -> Vec<Engagement> {
    let (by, why) = (user("UPAT"), text.to_owned());
    let states = [
        CallStatus::Asked,
        CallStatus::Proposed { start: now() + hours(70), by: by.clone() },
        CallStatus::Confirmed { by: by.clone() },
        CallStatus::ContextMissing { by: by.clone(), what: why.clone() },
        CallStatus::Declined { by: by.clone(), why: why.clone() },
        CallStatus::Cancelled { by: by.clone(), why },
        CallStatus::Held,
        CallStatus::Lapsed,
    ];
    let agenda = Agenda { link: format!("https://docs.example/{text}"), by, at: now() };
    states
        .into_iter()
        .flat_map(|status| [(status.clone(), None), (status, Some(agenda.clone()))])
        .map(|(status, agenda)| {
            let links = vec![format!("https://x.example/{text}"); 12];
            let mut engagement = Engagement { links, ..call(text) };
            if let Body::Call(body) = &mut engagement.body {
                body.status = status;
                body.briefing = BriefingQuestion::ALL
                    .map(|question| BriefingAnswer { question, answer: text.to_owned() })
                    .to_vec();
                body.briefing_link = agenda.as_ref().map(|agenda| agenda.link.clone());
                body.agenda = agenda;
            }
            engagement
        })
        .collect()
}

fn exceptions(text: &str) -> Vec<Engagement> {
    let states = [
        ExceptionState::Asked,
        ExceptionState::Approved,
        ExceptionState::Declined,
        ExceptionState::Withdrawn,
        ExceptionState::Lapsed,
    ];
    let mut all = Vec::new();
    for state in states {
        for is_draft in [true, false] {
            let mut engagement = call(text);
            if let Body::Call(body) = &mut engagement.body {
                body.earliest = Some(now() + hours(60));
                body.exception = Some(NoticeException {
                    why: text.to_owned(),
                    asked_at: now(),
                    start: body.start,
                    asked: vec![user("UPAT")],
                    next_at: None,
                    state,
                    decided_by: Some(user("UPAT")),
                    outgrown: false,
                    because: Vec::new(),
                    moves_from: None,
                });
                if !is_draft {
                    let moving = body.exception.clone();
                    body.moving = moving.map(|it| NoticeException { moves_from: Some(body.start), ..it });
                }
            }
            if is_draft {
                engagement = Engagement { state: State::Draft, home: None, owner: None, ..engagement };
            }
            all.push(answer_with(text, engagement.exception(), is_draft));
            all.push(engagement);
        }
    }
    all
}

/// An answer that is needed soon, with that exception.
fn answer_with(text: &str, exception: Option<&NoticeException>, is_draft: bool) -> Engagement {
    let exception = exception.cloned().map(|it| Box::new(NoticeException { moves_from: None, ..it }));
    let needed_by = Some(now() + hours(40));
    let pending = Some(Pending::ShortNotice { notice_seconds: 144_000, earliest: now() + hours(60) });
    let asked = pm_ask(text);
    if is_draft {
        let body = Body::Question(Question { pending, needed_by, exception, ..Question::default() });
        return Engagement { state: State::Draft, home: None, owner: None, body, ..asked };
    }
    let body = Body::PmAsk(crate::domain::engagement::PmAsk { needed_by, exception, ..Default::default() });
    Engagement { body, ..asked }
}

fn inquiry_states(text: &str) -> Vec<Engagement> {
    let with = |change: &dyn Fn(&mut crate::domain::engagement::Inquiry)| {
        let mut engagement = inquiry(text);
        if let Body::Inquiry(body) = &mut engagement.body {
            change(body);
        }
        engagement
    };
    let pause = Pause { from: now(), to: None, why: text.to_owned(), by: user("UPAT") };
    let mut all = vec![
        with(&|body| body.clock = None),
        with(&|body| body.seen_by = vec![user("UPAT"), user("USAM")]),
        with(&|body| body.clock.iter_mut().for_each(|clock| clock.pauses = vec![pause.clone()])),
        with(&|body| body.clock.iter_mut().for_each(|clock| clock.blind_since = Some(now()))),
        with(&|body| body.clock.iter_mut().for_each(|clock| clock.started_at = now() - hours(9))),
        with(&|body| {
            body.clock
                .iter_mut()
                .for_each(|clock| clock.rules.clock = crate::domain::rules::ClockMode::Working);
        }),
    ];
    let hows = [
        HowEnded::Replied,
        HowEnded::Elsewhere { link: format!("https://x.example/{text}") },
        HowEnded::Elsewhere { link: text.to_owned() },
        HowEnded::AskerSatisfied,
        HowEnded::NotAQuestion,
        HowEnded::Withdrawn,
        HowEnded::AskedAgain,
    ];
    for how in hows {
        let end = ClockEnd {
            how,
            by: Some(user("UPAT")),
            at: now(),
            late: true,
            elapsed_seconds: 17_000,
            working_seconds: 9_000,
        };
        let ended = with(&|body| body.clock.iter_mut().for_each(|clock| clock.end = Some(end.clone())));
        all.push(Engagement { state: State::Answered, ..ended.clone() });
        all.push(Engagement { state: State::Closed, ..ended });
    }
    all
}

fn replies(text: &str) -> Vec<Reply> {
    let engagement = id("K7Q");
    let mut all = vec![
        Reply::Nothing,
        Reply::Asked { engagement },
        Reply::Draft { engagement },
        Reply::Duplicate { engagement },
        Reply::Help,
        Reply::Mine { asked: vec![engagement, id("P4M"), id("BCD")], owed: vec![id("N8V"); 30] },
        Reply::Mine { asked: Vec::new(), owed: Vec::new() },
        Reply::Status { engagement, forgotten: None },
        Reply::Numbers { report: super::facts::numbers(text) },
        Reply::Form(Vec::new()),
        Reply::OfferAnswered { taken: true },
        Reply::OfferAnswered { taken: false },
        Reply::Pilot { on: true, areas: vec![AreaKey::from("ci"), AreaKey::from(text)] },
        Reply::Pilot { on: true, areas: Vec::new() },
        Reply::Pilot { on: false, areas: Vec::new() },
        Reply::Mode { area: AreaKey::from(text), mode: AreaMode::Pilot, was: AreaMode::On, switched: true },
    ];
    all.extend(away_replies(text));
    let done = [
        Done::Discarded,
        Done::Withdrawn,
        Done::DetailAdded,
        Done::Reopened,
        Done::Closed,
        Done::PmAsked,
        Done::Redirected,
        Done::AgendaAdded,
        Done::ShownToAuthor,
        Done::ExceptionApproved,
        Done::ExceptionDeclined,
        Done::Noted,
    ];
    all.extend(done.map(|done| Reply::Done { engagement, done }));
    all.extend(refusals(text).into_iter().map(Reply::Refused));
    all
}
