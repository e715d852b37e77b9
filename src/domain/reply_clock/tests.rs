//! Tables and properties of the arithmetic.

use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::rules::Rules;

/// Works in the even hours of every day: enough to tell working time from time.
struct EvenHours;

impl WorkingTime for EvenHours {
    fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let before = |at: DateTime<Utc>| {
            let seconds = at.timestamp();
            seconds.div_euclid(7_200) * 3_600 + seconds.rem_euclid(7_200).min(3_600)
        };
        (before(to) - before(from)).max(0)
    }

    fn add(&self, from: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
        let mut at = from;
        let mut left = seconds;
        while left > 0 {
            let here = (3_600 - at.timestamp().rem_euclid(7_200)).clamp(0, left);
            left -= here;
            at += TimeDelta::seconds(if here > 0 { here } else { 1 });
        }
        at
    }

    fn next(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let into = at.timestamp().rem_euclid(7_200);
        if into < 3_600 { at } else { at + TimeDelta::seconds(7_200 - into) }
    }
}

fn begun() -> ReplyClock {
    start(&Rules::default().reply, Utc.with_ymd_and_hms(2026, 11, 16, 10, 0, 0).unwrap())
}

fn after(clock: &ReplyClock, minutes: i64) -> DateTime<Utc> {
    clock.started_at + TimeDelta::minutes(minutes)
}

fn by() -> UserId {
    UserId::from("PM")
}

fn end(how: HowEnded, at: DateTime<Utc>) -> Ending {
    Ending { how, by: Some(by()), at }
}

#[test]
fn a_step_is_due_from_its_very_instant_on() {
    let clock = begun();
    let cases = [(119, 0..0), (120, 0..1), (180, 0..2), (240, 0..3), (479, 0..3), (480, 0..4), (9_999, 0..4)];
    for (minutes, steps) in cases {
        assert_eq!(due_steps(&clock, after(&clock, minutes), &EvenHours), steps, "{minutes}");
    }
    assert_eq!(next_step(&clock, &EvenHours), Some(NextStep { index: 0, due: after(&clock, 120) }));
    let done = ReplyClock { steps_done: 4, ..clock };
    assert_eq!(next_step(&done, &EvenHours), None);
}

#[test]
fn an_answer_at_the_promised_instant_is_in_time() {
    for (micros, late) in [(-1, false), (0, false), (1, true)] {
        let mut clock = begun();
        let at = after(&clock, 240) + TimeDelta::microseconds(micros);
        stop(&mut clock, end(HowEnded::Replied, at), &EvenHours);
        let end = clock.end.unwrap();
        assert_eq!((end.late, clock.missed), (late, late), "{micros}");
    }
}

#[test]
fn a_pause_moves_what_is_due_after_it_and_nothing_before() {
    let mut clock = begun();
    let (from, to) = (after(&clock, 150), after(&clock, 210));
    assert!(pause(&mut clock, &by(), "which version?", from));
    assert!(!pause(&mut clock, &by(), "again", to), "paused already");
    assert_eq!(due_of_step(&clock, 0, &EvenHours), Some(after(&clock, 120)));
    assert_eq!((due_of_step(&clock, 1, &EvenHours), due_at(&clock, &EvenHours)), (None, None));
    assert_eq!(waited(&clock, after(&clock, 500)), 150 * 60);
    assert!(!resume(&mut clock, from), "by what was said before");
    assert!(resume(&mut clock, to));
    assert!(!resume(&mut clock, to), "resumed already");
    assert_eq!(due_of_step(&clock, 1, &EvenHours), Some(after(&clock, 240)));
    assert_eq!(due_at(&clock, &EvenHours), Some(after(&clock, 300)));
}

#[test]
fn an_end_learned_late_corrects_what_came_after_it() {
    let mut clock = begun();
    clock.missed = true;
    let (from, answered) = (after(&clock, 300), after(&clock, 60));
    pause(&mut clock, &by(), "why", from);
    assert!(stop(&mut clock, end(HowEnded::Replied, answered), &EvenHours));
    assert!(clock.pauses.is_empty() && !clock.missed);
    assert_eq!(clock.end.as_ref().unwrap().elapsed_seconds, 3_600);
    assert!(!stop(&mut clock, end(HowEnded::Withdrawn, from), &EvenHours), "the first ending stands");
}

#[test]
fn an_end_in_a_pause_counts_to_its_beginning() {
    let mut clock = begun();
    let (from, at) = (after(&clock, 60), after(&clock, 600));
    pause(&mut clock, &by(), "why", from);
    stop(&mut clock, end(HowEnded::Replied, at), &EvenHours);
    let end = clock.end.as_ref().unwrap();
    assert_eq!((end.late, end.elapsed_seconds), (false, 3_600));
    assert!(!is_running(&clock) && !is_paused(&clock));
}

#[test]
fn a_pause_from_the_promised_instant_on_does_not_move_it() {
    let mut clock = begun();
    let (from, at) = (after(&clock, 240), after(&clock, 300));
    pause(&mut clock, &by(), "why", from);
    assert_eq!(due_at(&clock, &EvenHours), Some(from));
    stop(&mut clock, end(HowEnded::Replied, at), &EvenHours);
    assert!(clock.end.as_ref().unwrap().late);
}

#[test]
fn working_time_counts_only_when_people_work() {
    let mut clock = begun();
    clock.rules.clock = ClockMode::Working;
    // 10–11, 12–13, 14–15 and 16–17 are four hours of work.
    assert_eq!(due_at(&clock, &EvenHours), Some(after(&clock, 7 * 60)));
    assert_eq!(worked(&clock, after(&clock, 90), &EvenHours), 3_600);
    let (from, to) = (after(&clock, 120), after(&clock, 240));
    pause(&mut clock, &by(), "why", from);
    resume(&mut clock, to);
    assert_eq!(due_at(&clock, &EvenHours), Some(after(&clock, 9 * 60)));
}

/// Minutes until, and of, each pause.
fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((1_i64..200, 1_i64..200), 0..5)
}

fn paused(pauses: &[(i64, i64)]) -> ReplyClock {
    let mut clock = begun();
    let mut at = clock.started_at;
    for (until, of) in pauses {
        at += TimeDelta::minutes(*until);
        pause(&mut clock, &by(), "why", at);
        at += TimeDelta::minutes(*of);
        resume(&mut clock, at);
    }
    clock
}

proptest! {
    #[test]
    fn what_is_due_has_been_waited_for_exactly(pauses in pauses(), working in any::<bool>()) {
        let mut clock = paused(&pauses);
        if working {
            clock.rules.clock = ClockMode::Working;
        }
        for index in 0..clock.rules.ladder.len() {
            let due = due_after(&clock, clock.rules.ladder[index].at, &EvenHours).unwrap();
            let told = if working { EvenHours.next(due) } else { due };
            prop_assert_eq!(due_of_step(&clock, index, &EvenHours), Some(told));
            let measure = |at| if working { worked(&clock, at, &EvenHours) } else { waited(&clock, at) };
            prop_assert_eq!(measure(due), clock.rules.ladder[index].at.0);
            prop_assert!(measure(due - TimeDelta::seconds(1)) < clock.rules.ladder[index].at.0);
        }
    }

    #[test]
    fn waiting_never_shrinks_and_pauses_only_delay(pauses in pauses(), a in 0_i64..3_000, b in 0_i64..3_000) {
        let clock = paused(&pauses);
        let (first, second) = (a.min(b), a.max(b));
        prop_assert!(waited(&clock, after(&clock, first)) <= waited(&clock, after(&clock, second)));
        prop_assert!(waited(&clock, after(&clock, first)) <= first * 60);
        prop_assert!(due_at(&clock, &EvenHours) >= due_at(&begun(), &EvenHours));
    }

    #[test]
    fn steps_are_due_in_their_order(pauses in pauses()) {
        let clock = paused(&pauses);
        let due: Vec<_> = (0..4).map(|index| due_of_step(&clock, index, &EvenHours)).collect();
        prop_assert!(due.is_sorted() && due.iter().all(Option::is_some));
    }

    #[test]
    fn late_means_longer_than_promised(pauses in pauses(), minutes in 0_i64..3_000) {
        let mut clock = paused(&pauses);
        let at = after(&clock, minutes);
        stop(&mut clock, end(HowEnded::Replied, at), &EvenHours);
        let end = clock.end.clone().unwrap();
        let within = clock.rules.within.0;
        // A pause from the promised instant on does not move it: an answer in it is late at just so many seconds.
        let fits = if end.late { end.elapsed_seconds >= within } else { end.elapsed_seconds <= within };
        prop_assert!(fits);
        prop_assert_eq!(Some(end.at) > due_at(&clock, &EvenHours), end.late);
        prop_assert!(end.working_seconds <= end.elapsed_seconds);
        prop_assert_eq!(waited(&clock, after(&clock, 9_999)), end.elapsed_seconds);
    }
}
