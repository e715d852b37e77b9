//! Reads: every kind comes back as it was written, and each question finds what it asks for.

use proptest::prelude::*;

use super::*;
use crate::domain::engagement::call::{
    Agenda, BriefingAnswer, BriefingQuestion, CallStatus, StoredCallRules,
};
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, Pause, ReplyClock};
use crate::domain::engagement::{
    Call, Detail, ExceptionState, Inquiry, NoticeException, Pending, PmAsk, Triage,
};
use crate::domain::ids::{AreaKey, Ts};
use crate::domain::org::PlaceId;
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::rules::{ClockMode, LadderRole, LadderStep, NoticeMode, ReplyRules, StoredDuration};
use crate::store::{Count, StoreError};

fn bodies() -> Vec<Body> {
    let pending = Some(Pending::Place { candidates: vec![PlaceId("group/verify/runner".to_owned())] });
    let user = UserId::from("UPM");
    let clock = ReplyClock {
        rules: ReplyRules {
            within: StoredDuration::hours(4),
            clock: ClockMode::Elapsed,
            ladder: vec![LadderStep { at: StoredDuration::hours(2), to: vec![LadderRole::Owner] }],
        },
        started_at: at(0),
        pauses: vec![Pause { from: at(1), to: Some(at(2)), why: "logs".to_owned(), by: user.clone() }],
        earlier_owners: Vec::new(),
        steps_done: 1,
        missed: true,
        blind_since: Some(at(3)),
        blind_spell: None,
        end: Some(ClockEnd {
            how: HowEnded::Elsewhere { link: "https://example.com".to_owned() },
            by: Some(user.clone()),
            at: at(9),
            late: true,
            elapsed_seconds: 8,
            working_seconds: 7,
        }),
    };
    let exception = NoticeException {
        why: "They decide tomorrow".to_owned(),
        asked_at: at(1),
        start: at(300_000),
        asked: vec![user.clone()],
        next_at: Some(at(2)),
        state: ExceptionState::Asked,
        decided_by: None,
        outgrown: false,
        because: Vec::new(),
        moves_from: None,
    };
    let call = Call {
        start: at(300_000),
        minutes: 45,
        status: CallStatus::ContextMissing { by: user.clone(), what: "tier?".to_owned() },
        notice_seconds: 300_000,
        second_day: false,
        earliest: None,
        moving: Some(NoticeException { moves_from: Some(at(400_000)), ..exception.clone() }),
        exception: Some(exception.clone()),
        rules: StoredCallRules { agenda_before_seconds: 86_400, mode: NoticeMode::Elapsed },
        goal: "Decide".to_owned(),
        attendees: "CTO".to_owned(),
        briefing: vec![BriefingAnswer { question: BriefingQuestion::Tier, answer: "Ultimate".to_owned() }],
        briefing_link: None,
        agenda: Some(Agenda { link: "https://example.com".to_owned(), by: user.clone(), at: at(4) }),
        agenda_asked: true,
        agenda_missed: false,
    };
    let short = Some(Box::new(exception.clone()));
    let thread = Triage::Thread { channel: ChannelId::from("CSME"), ts: Ts::from("1.2") };
    vec![
        Body::Question(Question { pending, raised: 2, ..Question::default() }),
        Body::PmAsk(PmAsk {
            needed_by: Some(at(50)),
            triage: Some(thread),
            exception: short,
            ..PmAsk::default()
        }),
        Body::Inquiry(Inquiry {
            clock: Some(clock.clone()),
            earlier: vec![clock],
            mentioned: vec![user.clone()],
            seen_by: vec![user],
        }),
        Body::Call(Box::new(call)),
    ]
}

fn full(id: EngagementId, body: Body) -> Engagement {
    let by = UserId::from("USME");
    Engagement {
        reason: Some(Reason::Evaluation),
        place: Some(PlaceId("stage/verify".to_owned())),
        area: Some(AreaKey::from("ci")),
        customer: Some("Acme".to_owned()),
        links: vec!["https://example.com/?a=1&b='2'".to_owned()],
        details: vec![Detail {
            at: at(5), by: by.clone(), text: "ünïcode \u{0} and \"quotes\"".to_owned()
        }],
        origin: Origin {
            channel: ChannelId::from("CASK"),
            message: Some(Ts::from("1.1")),
            thread: Some(Ts::from("1.0")),
            is_private: true,
        },
        home: Some(Home {
            channel: ChannelId::from("CSME"),
            thread: Some(Ts::from("2.0")),
            card: Some(Ts::from("2.1")),
        }),
        owner: Some(by.clone()),
        moves: 2,
        parent: Some(EngagementId(1)),
        because: vec![Because { rule: Rule::Table, fact: Fact::ReasonGiven { reason: Reason::Evaluation } }],
        body,
        taken_at: Some(at(10)),
        answered_at: Some(at(20)),
        answered_by: Some(by),
        closed_at: Some(at(30)),
        ..question(id, "CSME")
    }
}

#[tokio::test]
async fn every_kind_comes_back_as_it_was_begun_and_as_it_was_changed() {
    let bench = Bench::new().await;
    for body in bodies() {
        let id = bench.store.next_id(bench.installation).await.unwrap();
        let new = Engagement { body: body.clone(), ..question(id, "CSME") };
        let mut decision = Decision::default();
        decision.begin(new.clone());
        bench.commit(decision).await;
        assert_eq!(bench.read(id).await, new);

        let changed = full(id, body);
        let mut decision = Decision::default();
        decision.change(changed.clone());
        bench.commit(decision).await;
        assert_eq!(bench.read(id).await, Engagement { version: 1, ..changed });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_words_come_back(texts in proptest::collection::vec(any::<String>(), 1..20), micros in 0_i64..4_000_000_000_000_000) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new().await;
            let mut decision = Decision::default();
            let mut all = Vec::new();
            for text in texts {
                let id = bench.store.next_id(bench.installation).await.unwrap();
                let asked_at = DateTime::from_timestamp_micros(micros).unwrap();
                let one = Engagement { customer: Some(text.clone()), text, asked_at, ..question(id, "CSME") };
                decision.begin(one.clone());
                all.push(one);
            }
            bench.commit(decision).await;
            let ids: Vec<EngagementId> = all.iter().map(|one| one.id).collect();
            assert_eq!(bench.store.engagements(bench.installation, &ids).await.unwrap(), all);
        });
    }
}

#[tokio::test]
async fn a_message_finds_its_engagements_newest_first() {
    let bench = &Bench::new().await;
    let mut decision = Decision::default();
    let home = |thread: Option<&str>, card: Option<&str>| {
        Some(Home { channel: "CSME".into(), thread: thread.map(Ts::from), card: card.map(Ts::from) })
    };
    let origin = |message: Option<&str>, thread: Option<&str>| Origin {
        channel: "CSME".into(),
        message: message.map(Ts::from),
        thread: thread.map(Ts::from),
        is_private: false,
    };
    let base = |id| question(EngagementId(id), "CSME");
    decision.begin(Engagement { home: home(None, Some("5.5")), ..base(1) });
    decision.begin(Engagement { home: home(Some("5.5"), Some("5.6")), ..base(2) });
    decision.begin(Engagement { origin: origin(Some("5.5"), None), ..base(3) });
    decision.begin(Engagement { origin: origin(None, Some("5.5")), ..base(4) });
    decision.begin(Engagement {
        home: home(Some("5.5"), Some("5.5")),
        origin: origin(Some("5.5"), None),
        ..base(5)
    });
    decision.begin(base(6));
    bench.commit(decision).await;
    let find = |channel: &'static str, ts: &'static str| async move {
        let (channel, ts) = (ChannelId::from(channel), Ts::from(ts));
        let found = bench.store.by_thread(bench.installation, &channel, &ts).await.unwrap();
        found.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(find("CSME", "5.5").await, [5, 4, 3, 2, 1]);
    assert_eq!(find("CSME", "5.6").await, [2]);
    assert_eq!(find("COTHER", "5.5").await, [0_i64; 0]);
}

#[tokio::test]
async fn each_question_finds_what_it_asks_for() {
    let bench = Bench::new().await;
    let (store, installation) = (&bench.store, bench.installation);
    let area = Some(AreaKey::from("ci"));
    let mut decision = Decision::default();
    let base = |id, asked| Engagement { asked_at: at(asked), ..question(EngagementId(id), "CSME") };
    decision.begin(base(1, 0));
    decision.begin(Engagement { state: State::Taken, owner: Some("USME".into()), ..base(2, 10) });
    decision.begin(Engagement { state: State::Answered, answered_at: Some(at(15)), area, ..base(3, 11) });
    decision.begin(Engagement { state: State::Withdrawn, owner: Some("USME".into()), ..base(4, 12) });
    let inquiry = Body::Inquiry(Inquiry::default());
    let sme = UserId::from("USME");
    let parent = Some(EngagementId(2));
    decision.begin(Engagement { body: inquiry, requester: sme.clone(), parent, ..base(5, 13) });
    bench.commit(decision).await;

    let ids = |found: Vec<Engagement>| found.into_iter().map(|one| one.id.0).collect::<Vec<_>>();
    let alice = UserId::from("UALICE");
    assert_eq!(ids(store.live_of(installation, &alice, at(15)).await.unwrap()), [3, 2, 1]);
    assert_eq!(ids(store.live_of(installation, &alice, at(16)).await.unwrap()), [2, 1]);
    assert_eq!(ids(store.owed_by(installation, &sme).await.unwrap()), [2]);
    assert_eq!(ids(store.children(installation, EngagementId(2)).await.unwrap()), [5]);
    assert_eq!(store.asks_since(installation, &alice, at(10)).await.unwrap(), [at(10), at(11), at(12)]);
    let same = |text: &'static str, since| store.duplicate_of(installation, &alice, text, since);
    assert_eq!(same("How does it scale?", at(0)).await.unwrap(), Some(EngagementId(2)));
    assert_eq!(same("How does it scale?", at(11)).await.unwrap(), None);
    assert_eq!(same("Another?", at(0)).await.unwrap(), None);
    let answered = |since| async move {
        store.answered_in_area(installation, &"UALICE".into(), &"ci".into(), since).await.unwrap()
    };
    assert_eq!(answered(at(15)).await.map(|one| one.id.0), Some(3));
    assert_eq!(answered(at(16)).await, None);
    assert_eq!(store.live_inquiries(installation).await.unwrap(), [EngagementId(5)]);
    let ordered = [EngagementId(3), EngagementId(77), EngagementId(1)];
    assert_eq!(ids(store.engagements(installation, &ordered).await.unwrap()), [3, 1]);
    let count = |kind: &str, state| Count { kind: kind.to_owned(), state, number: 1 };
    let mut counts = store.counts(installation).await.unwrap();
    counts.sort_by_key(|one| (one.kind.clone(), one.state.key()));
    assert_eq!(
        counts,
        [count("inquiry", State::Open), count("question", State::Open), count("question", State::Taken)]
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_hides_no_other() {
    let bench = Bench::new().await;
    let good = bench.begin("CSME").await;
    let bad = bench.begin("CSME").await;
    for (spoil, column) in [
        ("UPDATE engagement SET state = 'elsewhere' WHERE id = 2", "state"),
        ("UPDATE engagement SET state = 'open', body = '{\"kind\":\"question\"' WHERE id = 2", "body"),
        ("UPDATE engagement SET body = '{\"kind\":\"inquiry\"}' WHERE id = 2", "body"),
        ("UPDATE engagement SET body = '[]', asked_at = 9000000000000000000 WHERE id = 2", "body"),
    ] {
        bench.meddle(spoil).await;
        let error = bench.store.engagement(bench.installation, bad.id).await.unwrap_err();
        let StoreError::Corrupt { table, id, column: named, .. } = error else { panic!("{error}") };
        assert_eq!((table, id.as_str(), named), ("engagement", "2", column));
        let found = bench.store.live_of(bench.installation, &good.requester, at(0)).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&good));
    }
}

#[tokio::test]
async fn what_waits_together_is_read_together_and_a_panic_harms_no_other() {
    let bench = Bench::new().await;
    let readers = &bench.store.0.readers;
    let count = |db: &rusqlite::Connection| {
        let asked: i64 = db.query_row("SELECT COUNT(*) FROM engagement", [], |row| row.get(0))?;
        Ok((asked, !db.is_autocommit()))
    };
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let busy = readers.read(move |_| {
        begun.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    let meanwhile = async {
        has_begun.recv().unwrap();
        let waiting = (readers.read(count), readers.read(|_| -> Result<(), _> { panic!("on purpose") }));
        let (before, panicked, behind, ()) = tokio::join!(
            biased;
            waiting.0,
            waiting.1,
            readers.read(count),
            async { release.send(()).unwrap() }
        );
        assert_eq!(before.unwrap(), (0, true));
        assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
        assert_eq!(behind.unwrap(), (0, true));
    };
    let (ended, ()) = tokio::join!(biased; busy, meanwhile);
    ended.unwrap();

    let mut decision = Decision::default();
    decision.begin(question(EngagementId(1), "CSME"));
    bench.commit(decision).await;
    assert_eq!(readers.read(count).await.unwrap(), (1, true), "who comes later sees what was committed");
}
