//! What is purged is nowhere any more: in no column of any table, and in no byte of the file or of the log beside it.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::*;
use crate::domain::decision::{Actor, Event};
use crate::domain::engagement::call::{
    Agenda, BriefingAnswer, BriefingQuestion, CallStatus, StoredCallRules,
};
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, Pause};
use crate::domain::engagement::{Call, Detail, ExceptionState, Inquiry, NoticeException, PmAsk};
use crate::domain::reply_clock;
use crate::domain::rules::Rules;
use crate::store::{Beside, DeadLetter, Purged};

/// A word that stands nowhere else.
const CANARY: &str = "zanzibar-quokka";

impl Bench {
    /// Where the word still stands, of all columns of all tables.
    fn found(&self) -> Vec<String> {
        let db = Connection::open(self.folder.path().join("switchboard.db")).unwrap();
        let names = |sql: &str| -> Vec<String> {
            let mut statement = db.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let mut found = Vec::new();
        for table in names("SELECT name FROM sqlite_schema WHERE type = 'table'") {
            let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns: Vec<String> = statement.column_names().iter().map(ToString::to_string).collect();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for (at, column) in columns.iter().enumerate() {
                    let bytes = match row.get::<_, Value>(at).unwrap() {
                        Value::Text(text) => text.into_bytes(),
                        Value::Blob(bytes) => bytes,
                        Value::Null | Value::Integer(_) | Value::Real(_) => continue,
                    };
                    if holds(&bytes) {
                        found.push(format!("{table}.{column}"));
                    }
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether the word stands anywhere in the database's files.
    fn is_in_the_files(&self) -> bool {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.into_iter().any(|file| holds(&std::fs::read(file.unwrap().path()).unwrap_or_default()))
    }

    async fn purge(&self, before: i64, limit: u32) -> Purged {
        self.store.purge(self.installation, (at(before), at(before)), limit).await.unwrap()
    }
}

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}

fn word() -> String {
    CANARY.to_owned()
}

fn exception() -> NoticeException {
    NoticeException {
        why: word(),
        asked_at: at(1),
        start: at(9),
        asked: vec![UserId::from("UPAT")],
        next_at: None,
        state: ExceptionState::Approved,
        decided_by: Some(UserId::from("UPAT")),
        outgrown: false,
        because: Vec::new(),
        moves_from: None,
    }
}

/// Every kind, with the word wherever people's words can stand.
fn kinds() -> Vec<Body> {
    let user = || UserId::from("UPAT");
    let rules = Rules::default();
    let mut clock = reply_clock::start(&rules.reply, at(0));
    clock.pauses.push(Pause { from: at(1), to: Some(at(2)), why: word(), by: user() });
    clock.end = Some(ClockEnd {
        how: HowEnded::Elsewhere { link: word() },
        by: Some(user()),
        at: at(3),
        late: false,
        elapsed_seconds: 2,
        working_seconds: 1,
    });
    let inquiry = Inquiry { clock: Some(clock.clone()), earlier: vec![clock], ..Inquiry::default() };
    let statuses = [
        CallStatus::Declined { by: user(), why: word() },
        CallStatus::Cancelled { by: user(), why: word() },
        CallStatus::ContextMissing { by: user(), what: word() },
    ];
    let call = |status| {
        Body::Call(Box::new(Call {
            start: at(9),
            minutes: 30,
            status,
            notice_seconds: 1,
            second_day: true,
            rules: StoredCallRules::from(&rules.call),
            goal: word(),
            attendees: word(),
            briefing: vec![BriefingAnswer { question: BriefingQuestion::Tier, answer: word() }],
            briefing_link: Some(word()),
            agenda: Some(Agenda { link: word(), by: user(), at: at(1) }),
            agenda_asked: false,
            agenda_missed: false,
            earliest: None,
            exception: Some(exception()),
            moving: Some(exception()),
        }))
    };
    let exception = Some(Box::new(exception()));
    let ask = PmAsk { exception: exception.clone(), ..PmAsk::default() };
    [Body::Question(Question { exception, ..Question::default() }), Body::PmAsk(ask), Body::Inquiry(inquiry)]
        .into_iter()
        .chain(statuses.map(call))
        .collect()
}

/// Fills every table that may hold words.
async fn fill(bench: &Bench) {
    for body in kinds() {
        let id = bench.store.next_id(bench.installation).await.unwrap();
        let detail = Detail { at: at(0), by: UserId::from("UALICE"), text: word() };
        let ask = Engagement {
            // Longer than a page, so that it overflows into pages of its own.
            text: word().repeat(500),
            customer: Some(word()),
            links: vec![word()],
            details: vec![detail],
            body,
            state: State::Answered,
            answered_at: Some(at(5)),
            ..question(id, "C1")
        };
        let mut decision = Decision::default();
        decision.begin(ask);
        for event in [
            Event::Paused { why: word() },
            Event::CallDeclined { why: word() },
            Event::ContextMissing { what: word() },
            Event::AgendaAdded { link: word() },
            Event::Ended { state: State::Closed, why: Some(word()) },
        ] {
            decision.note(id, at(0), Actor::Slack, event, Vec::new());
        }
        bench.commit(decision).await;
    }
    bench.tell(vec![message("C1", CANARY, false), message("C2", CANARY, false)]).await;
    bench
        .meddle(
            "UPDATE outbox SET state = 'parked', settled_at = 1800000000000000, reason = 'zanzibar-quokka'",
        )
        .await;
    for installation in [Some(bench.installation), None] {
        let body = CANARY.repeat(900).into_bytes();
        let letter = DeadLetter { installation, kind: "event".to_owned(), body, reason: word(), at: at(0) };
        bench.store.keep_dead_letter(letter).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_purged_is_nowhere_any_more() {
    let bench = Bench::new().await;
    fill(&bench).await;
    let places = ["dead_letter.body", "dead_letter.reason", "engagement.body", "engagement.customer"];
    let found = bench.found();
    assert!(places.iter().all(|place| found.iter().any(|known| known == place)), "{found:?}");
    assert!(bench.is_in_the_files(), "or the test sees nothing");
    let beside = Beside::open(&url(&bench.folder)).unwrap();
    let would = beside.would_purge(bench.installation, at(1)).unwrap();
    drop(beside);

    assert_eq!(bench.purge(0, 100).await, Purged { is_over: true, ..Purged::default() }, "half-open");
    let mut all = Purged::default();
    loop {
        let page = bench.purge(1, 2).await;
        all.add(page);
        if page.is_over {
            break;
        }
    }
    assert_eq!(all, Purged { is_over: false, ..would });
    assert_eq!((all.asks, all.messages, all.letters), (6, 2, 2));
    bench.store.empty_log().await.unwrap();
    assert_eq!(bench.found(), Vec::<String>::new());
    assert!(!bench.is_in_the_files(), "what was deleted still stands in the file");
    assert_eq!(bench.purge(1, 2).await, Purged { is_over: true, ..Purged::default() }, "once");
}

#[tokio::test]
async fn times_stay_and_numbers_are_the_same() {
    let bench = Bench::new().await;
    fill(&bench).await;
    let period = crate::domain::calendar::weekly::Period { from: at(0), to: at(1) };
    let before = bench.store.numbers(bench.installation, period).await.unwrap();
    assert_eq!(before[&None].rounds.len(), 2, "each round of the inquiry");
    bench.purge(1, 100).await;
    assert_eq!(bench.store.numbers(bench.installation, period).await.unwrap(), before);
    let kept = bench.read(EngagementId(1)).await;
    assert_eq!((kept.text.as_str(), kept.answered_at, kept.asked_at), ("", Some(at(5)), at(0)));
}

#[tokio::test]
async fn words_that_come_after_a_purge_go_with_the_next_and_none_is_written_back() {
    let bench = Bench::new().await;
    let old = bench.begin("C1").await;
    let read = bench.read(old.id).await;
    bench.purge(1, 100).await;
    let mut late = Decision::default();
    late.change(read);
    let commit = bench.commit_of(late);
    assert!(bench.store.commit(commit).await.is_err(), "it was read before");
    let mut added = bench.read(old.id).await;
    added.details = vec![Detail { at: at(2), by: UserId::from("UALICE"), text: word() }];
    let mut decision = Decision::default();
    decision.change(added);
    bench.commit(decision).await;
    assert_eq!(bench.purge(1, 100).await.asks, 1);
    assert_eq!(bench.found(), Vec::<String>::new());
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_purged_all_the_same() {
    let bench = Bench::new().await;
    bench.begin("C1").await;
    bench.meddle("UPDATE engagement SET body = 'zanzibar-quokka'").await;
    assert_eq!(bench.purge(1, 100).await.asks, 1);
    assert_eq!(bench.found(), Vec::<String>::new());
}
