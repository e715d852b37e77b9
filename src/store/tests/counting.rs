//! What a report counts, over half-open periods and by area.

use super::*;
use crate::domain::baseline::{Count, Took};
use crate::domain::calendar::weekly::Period;
use crate::domain::engagement::call::{CallStatus, StoredCallRules};
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, ReplyClock};
use crate::domain::engagement::{Call, ExceptionState, Inquiry, NoticeException, PmAsk};
use crate::domain::ids::{AreaKey, Ts};
use crate::domain::numbers::{Asks, Calls, Exceptions, Replies, Spread};
use crate::domain::rules::{NoticeMode, Rules};

fn period(from: i64, to: i64) -> Period {
    Period { from: at(from), to: at(to) }
}

impl Bench {
    async fn asked(&self, change: impl FnOnce(&mut Engagement)) -> EngagementId {
        let id = self.store.next_id(self.installation).await.unwrap();
        let mut ask = Engagement { area: Some(AreaKey::from("ci")), ..question(id, "C1") };
        change(&mut ask);
        let mut decision = Decision::default();
        decision.begin(ask);
        self.commit(decision).await;
        id
    }

    async fn asks(&self, area: Option<&str>, period: Period) -> Asks {
        let counted = self.store.numbers(self.installation, period).await.unwrap();
        counted.get(&area.map(AreaKey::from)).map(|of| of.asks).unwrap_or_default()
    }
}

#[tokio::test]
async fn each_question_counts_once_in_its_period_and_area() {
    let bench = Bench::new().await;
    let answered = |ask: &mut Engagement| {
        ask.state = State::Closed;
        ask.taken_at = Some(at(1));
        ask.answered_at = Some(at(2));
    };
    bench.asked(answered).await;
    let reached = bench.asked(answered).await;
    for _ in 0..2 {
        bench
            .asked(|pm| {
                pm.parent = Some(reached);
                pm.body = Body::Inquiry(Inquiry::default());
                pm.asked_at = at(90);
            })
            .await;
    }
    bench.asked(|ask| ask.body = Body::Question(Question { redirected: true, ..Question::default() })).await;
    let without = Question { no_sme_area: true, ..Question::default() };
    bench.asked(|ask| (ask.area, ask.body) = (None, Body::Question(without))).await;
    bench.asked(|draft| (draft.state, draft.home) = (State::Draft, None)).await;
    bench.asked(|reopened| reopened.answered_at = Some(at(2))).await;
    bench.asked(|next| next.asked_at = at(10)).await;

    let ci = bench.asks(Some("ci"), period(0, 10)).await;
    let expected =
        Asks { asked: 4, taken: 2, answered_by_smes: 1, redirected: 1, no_sme_area: 0, reached_a_pm: 1 };
    assert_eq!(ci, expected);
    assert_eq!(bench.asks(None, period(0, 10)).await, Asks { asked: 1, no_sme_area: 1, ..Asks::default() });
    assert_eq!(bench.asks(Some("ci"), period(10, 11)).await.asked, 1, "its first instant");
    assert_eq!(bench.asks(Some("ci"), period(-10, 0)).await.asked, 0, "not its end");
}

#[tokio::test]
async fn the_baseline_is_what_was_counted_before_an_area_was_switched_on() {
    let bench = Bench::new().await;
    let (ci, day) = (AreaKey::from("ci"), 86_400);
    let count = |counts: Vec<Count>, seconds: i64| Commit {
        now: at(seconds),
        ..bench.commit_of(Decision { counts, ..Decision::default() })
    };
    let ping = |root: &str| Count::PmPing {
        area: Some(ci.clone()),
        channel: ChannelId::from("C1"),
        root: Ts::from(root),
    };
    let took = Took { elapsed_seconds: 60, working_seconds: 60 };
    let (channel, root) = (ChannelId::from("CINT"), Ts::from("9.1"));
    let ask =
        Count::InternalAsk { area: ci.clone(), channel: channel.clone(), root: root.clone(), at: at(0) };
    let reply = Count::InternalReply { area: ci.clone(), channel, root, at: at(60), took };
    for commit in [count(vec![ping("1"), ping("2"), ask, reply], 0), count(vec![ping("3")], 8 * day)] {
        bench.store.commit(commit).await.unwrap();
    }
    let week = period(7 * day, 14 * day);
    let compared =
        async || bench.store.numbers(bench.installation, week).await.unwrap().remove(&Some(ci.clone()));
    assert_eq!(compared().await, None, "nothing is known of when it was switched on");
    bench.store.tell_once(bench.installation, "enforced:ci", at(7 * day)).await.unwrap();
    let found = compared().await.unwrap().compared.unwrap();
    assert_eq!((found.before.pm_pings_tenths, found.now.pm_pings_tenths), (20, 10));
    assert_eq!(found.before.took.unwrap().p50, 60);
    bench.store.forget_told(bench.installation, "enforced:ci").await.unwrap();
    bench.store.tell_once(bench.installation, "enforced:ci", at(0)).await.unwrap();
    assert_eq!(compared().await.and_then(|of| of.compared), None, "on from its first day");
}

#[tokio::test]
async fn exceptions_are_counted_apart_posted_or_not() {
    let bench = Bench::new().await;
    for state in [
        ExceptionState::Asked,
        ExceptionState::Approved,
        ExceptionState::Approved,
        ExceptionState::Declined,
        ExceptionState::Withdrawn,
        ExceptionState::Lapsed,
    ] {
        let is_posted = state == ExceptionState::Approved;
        bench
            .asked(|ask| {
                // Words that look like our own do not count.
                ask.body = Body::Call(Box::new(call_with(state, "\"exception\":{\"state\":\"lapsed\"")));
                if !is_posted {
                    (ask.state, ask.home) = (State::Draft, None);
                }
            })
            .await;
    }
    let counted = bench.store.numbers(bench.installation, period(0, 10)).await.unwrap();
    let calls = counted[&Some(AreaKey::from("ci"))].calls;
    let exceptions = Exceptions { asked: 6, approved: 2, declined: 1, lapsed: 1 };
    assert_eq!(calls, Calls { asked: 2, short_notice: 0, exceptions });
    // A call that was to move, of which the last one counts; an answer that was needed soon.
    let mut moved = call_with(ExceptionState::Approved, "");
    moved.moving = moved.exception.clone().map(|it| NoticeException { state: ExceptionState::Lapsed, ..it });
    let exception = call_with(ExceptionState::Declined, "").exception.map(Box::new);
    let (call, ask) = (Body::Call(Box::new(moved)), Body::PmAsk(PmAsk { exception, ..PmAsk::default() }));
    bench.asked(|asked| asked.body = call).await;
    bench.asked(|asked| asked.body = ask).await;
    let counted = bench.store.numbers(bench.installation, period(0, 10)).await.unwrap();
    let exceptions = Exceptions { asked: 8, approved: 2, declined: 2, lapsed: 2 };
    assert_eq!(counted[&Some(AreaKey::from("ci"))].calls.exceptions, exceptions);
}

fn call_with(state: ExceptionState, why: &str) -> Call {
    Call {
        start: at(90),
        minutes: 30,
        status: CallStatus::Asked,
        notice_seconds: 0,
        second_day: false,
        rules: StoredCallRules { agenda_before_seconds: 0, mode: NoticeMode::Elapsed },
        goal: why.to_owned(),
        attendees: String::new(),
        briefing: Vec::new(),
        briefing_link: None,
        agenda: None,
        agenda_asked: false,
        agenda_missed: false,
        earliest: None,
        exception: Some(NoticeException {
            why: why.to_owned(),
            asked_at: at(1),
            start: at(90),
            asked: Vec::new(),
            next_at: None,
            state,
            decided_by: None,
            outgrown: false,
            because: Vec::new(),
            moves_from: None,
        }),
        moving: None,
    }
}

/// A round counts where it began, whenever and however it ended; one that was asked again counts beside the one that follows.
#[tokio::test]
async fn rounds_of_reply_clocks_are_counted_as_they_ended() {
    let bench = Bench::new().await;
    let hour = 3_600;
    let answered = |hours| Some((HowEnded::Replied, hours * hour));
    for rounds in [
        vec![(0, answered(1))],
        vec![(1, answered(2))],
        vec![(2, answered(9))],
        vec![(3, None)],
        vec![(4, Some((HowEnded::NotAQuestion, hour)))],
        vec![(5, Some((HowEnded::AskedAgain, 5 * hour))), (6, answered(3))],
        // Before the period, and at its end.
        vec![(-1, answered(8))],
        vec![(10, None)],
    ] {
        let mut clocks: Vec<ReplyClock> = rounds.into_iter().map(|(from, end)| clock(from, end)).collect();
        let last = clocks.pop();
        let inquiry = Inquiry { clock: last, earlier: clocks, ..Inquiry::default() };
        bench.asked(|ask| ask.body = Body::Inquiry(inquiry)).await;
    }
    let counted = bench.store.numbers(bench.installation, period(0, 10)).await.unwrap();
    let replies = Replies::of(&counted[&Some(AreaKey::from("ci"))].rounds);
    let expected = Replies {
        asked: 6,
        answered: 4,
        open: 1,
        missed_elapsed: 3,
        missed_working: 0,
        elapsed: Some(Spread { p50: 2 * hour, p90: 9 * hour }),
        working: Some(Spread { p50: hour, p90: hour }),
        cancelled: 1,
    };
    assert_eq!(replies, expected);
}

/// Begun then, and ended after so many seconds; one that runs has passed its promise.
fn clock(from: i64, end: Option<(HowEnded, i64)>) -> ReplyClock {
    let ended = |(how, elapsed_seconds): (HowEnded, i64)| ClockEnd {
        how,
        by: Some(UserId::from("UPM")),
        at: at(from + elapsed_seconds),
        late: false,
        elapsed_seconds,
        working_seconds: 3_600,
    };
    ReplyClock {
        rules: Rules::default().reply,
        started_at: at(from),
        pauses: Vec::new(),
        earlier_owners: Vec::new(),
        steps_done: 0,
        missed: end.is_none(),
        blind_since: None,
        blind_spell: None,
        end: end.map(ended),
    }
}
