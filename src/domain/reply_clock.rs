//! The arithmetic of a reply clock (B1, B4, B5, B6): how long somebody has waited, when each step is due, how it ended.
//!
//! Only arithmetic on the stored [`ReplyClock`]: who is told what is `decide::inquiry`'s. Intervals are half-open: a step
//! is due from its very instant on, a pause counts from its first instant and no longer at its last. An answer at exactly
//! the promised instant is in time ("within 4 h" includes the fourth hour's end); later is late. Working time is asked of
//! whoever calls, since only `calendar` knows zones.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use super::engagement::inquiry::{ClockEnd, HowEnded, Pause, ReplyClock};
use super::ids::UserId;
use super::rules::{ClockMode, ReplyRules, StoredDuration};

/// The owner's working time, as far as a clock needs it (B4).
pub trait WorkingTime {
    /// Seconds of working time in the half-open interval.
    fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64;

    /// The earliest instant by which so many seconds of working time have passed since `from`.
    fn add(&self, from: DateTime<Utc>, seconds: i64) -> DateTime<Utc>;

    /// The first instant of working time at or after `at`.
    fn next(&self, at: DateTime<Utc>) -> DateTime<Utc>;
}

/// The step of the ladder that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextStep {
    /// Which step of the ladder.
    pub index: usize,
    /// When it is due; may be past.
    pub due: DateTime<Utc>,
}

/// How a clock ends: what [`stop`] needs beside the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// In which way.
    pub how: HowEnded,
    /// Who ended it, where somebody did.
    pub by: Option<UserId>,
    /// The instant at which it happened, which may be before we heard of it.
    pub at: DateTime<Utc>,
}

/// A clock that begins; it keeps these rules to its end (B4).
pub fn start(rules: &ReplyRules, at: DateTime<Utc>) -> ReplyClock {
    ReplyClock {
        rules: rules.clone(),
        started_at: at,
        pauses: Vec::new(),
        earlier_owners: Vec::new(),
        steps_done: 0,
        missed: false,
        blind_since: None,
        blind_spell: None,
        end: None,
    }
}

/// Whether the PM waits on the SME (B6).
pub fn is_paused(clock: &ReplyClock) -> bool {
    clock.end.is_none() && clock.pauses.last().is_some_and(|pause| pause.to.is_none())
}

/// Whether time counts: neither ended nor paused.
pub fn is_running(clock: &ReplyClock) -> bool {
    clock.end.is_none() && !is_paused(clock)
}

/// Seconds of waiting until `now`, or until the end; pauses left out.
pub fn waited(clock: &ReplyClock, now: DateTime<Utc>) -> i64 {
    let span = counted(clock, now).map(|(from, to)| to - from).sum::<TimeDelta>();
    span.num_seconds()
}

/// Seconds of working time in [`waited`] (B4: both are recorded).
pub fn worked(clock: &ReplyClock, now: DateTime<Utc>, working: &dyn WorkingTime) -> i64 {
    counted(clock, now).map(|(from, to)| working.between(from, to)).sum()
}

/// The promised instant, moved by pauses that began before it; `None` while one of these lasts.
pub fn due_at(clock: &ReplyClock, working: &dyn WorkingTime) -> Option<DateTime<Utc>> {
    due_after(clock, clock.rules.within, working)
}

/// When a step of the ladder is due, moved by pauses; `None` where there is no such step, or a pause before it lasts. One that
/// would fall on the end of the owner's day is due when the next one begins (B4: nudges only inside working time).
pub fn due_of_step(clock: &ReplyClock, index: usize, working: &dyn WorkingTime) -> Option<DateTime<Utc>> {
    let due = due_after(clock, clock.rules.ladder.get(index)?.at, working)?;
    Some(first_fit(clock, due, working))
}

/// The first instant from `at` on at which somebody may be reminded (B4).
pub fn first_fit(clock: &ReplyClock, at: DateTime<Utc>, working: &dyn WorkingTime) -> DateTime<Utc> {
    match clock.rules.clock {
        ClockMode::Elapsed => at,
        ClockMode::Working => working.next(at),
    }
}

/// The next step of the ladder; `None` once ended, while paused, and after the last step.
pub fn next_step(clock: &ReplyClock, working: &dyn WorkingTime) -> Option<NextStep> {
    if !is_running(clock) {
        return None;
    }
    let due = due_of_step(clock, clock.steps_done, working)?;
    Some(NextStep { index: clock.steps_done, due })
}

/// The steps that are due by `now` and not behind it yet (B5); empty unless it runs, and outside the working time of a clock
/// that counts it (B4), however long they have been due.
pub fn due_steps(clock: &ReplyClock, now: DateTime<Utc>, working: &dyn WorkingTime) -> Range<usize> {
    let first = clock.steps_done;
    if !is_running(clock) || first_fit(clock, now, working) > now {
        return first..first;
    }
    let is_due = |index: &usize| due_of_step(clock, *index, working).is_some_and(|due| due <= now);
    let count = (first..clock.rules.ladder.len()).take_while(is_due).count();
    first..first + count
}

/// Begins a pause; says whether it did: not when ended or paused already.
pub fn pause(clock: &mut ReplyClock, by: &UserId, why: &str, at: DateTime<Utc>) -> bool {
    if !is_running(clock) {
        return false;
    }
    let earliest = clock.pauses.last().and_then(|pause| pause.to).unwrap_or(clock.started_at);
    clock.pauses.push(Pause { from: at.max(earliest), to: None, why: why.to_owned(), by: by.clone() });
    true
}

/// Ends the pause; says whether it did: not when none lasts, nor by something that happened before it began.
pub fn resume(clock: &mut ReplyClock, at: DateTime<Utc>) -> bool {
    if !is_paused(clock) {
        return false;
    }
    match clock.pauses.last_mut() {
        Some(pause) if at > pause.from => {
            pause.to = Some(at);
            true
        }
        Some(_) | None => false,
    }
}

/// Ends the clock; says whether it did: the first ending stands. What was recorded after the instant of the ending is
/// corrected by it: a later pause falls away, and it is missed only if it ended late.
pub fn stop(clock: &mut ReplyClock, ending: Ending, working: &dyn WorkingTime) -> bool {
    if clock.end.is_some() {
        return false;
    }
    let at = ending.at.max(clock.started_at);
    clock.pauses.retain(|pause| pause.from < at);
    if let Some(last) = clock.pauses.last_mut() {
        last.to = Some(last.to.map_or(at, |to| to.min(at)));
    }
    let late = due_at(clock, working).is_some_and(|due| at > due);
    let elapsed_seconds = waited(clock, at);
    let working_seconds = worked(clock, at, working);
    clock.missed = late;
    clock.blind_since = None;
    clock.end = Some(ClockEnd { how: ending.how, by: ending.by, at, late, elapsed_seconds, working_seconds });
    true
}

/// The intervals in which time counts; the last one is open unless a pause lasts. The end does not cut them.
fn spans(clock: &ReplyClock) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let mut from = clock.started_at;
    let mut spans = Vec::with_capacity(clock.pauses.len() + 1);
    for pause in &clock.pauses {
        if pause.from > from {
            spans.push((from, Some(pause.from)));
        }
        match pause.to {
            Some(to) => from = from.max(to),
            None => return spans,
        }
    }
    spans.push((from, None));
    spans
}

/// The intervals that count until `now` or the end, whichever is first.
fn counted(
    clock: &ReplyClock,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + use<> {
    let until = clock.end.as_ref().map_or(now, |end| end.at.min(now));
    spans(clock)
        .into_iter()
        .map(move |(from, to)| (from, to.map_or(until, |to| to.min(until))))
        .filter(|(from, to)| to > from)
}

fn due_after(clock: &ReplyClock, after: StoredDuration, working: &dyn WorkingTime) -> Option<DateTime<Utc>> {
    match clock.rules.clock {
        ClockMode::Elapsed => walk(
            clock,
            after.span(),
            |from, to| to - from,
            |from, left| from.checked_add_signed(left).unwrap_or(DateTime::<Utc>::MAX_UTC),
        ),
        ClockMode::Working => walk(
            clock,
            after.span(),
            |from, to| TimeDelta::seconds(working.between(from, to)),
            |from, left| working.add(from, left.num_seconds()),
        ),
    }
}

/// Walks along the counted intervals until so much time is used up.
fn walk(
    clock: &ReplyClock,
    span: TimeDelta,
    measure: impl Fn(DateTime<Utc>, DateTime<Utc>) -> TimeDelta,
    add: impl Fn(DateTime<Utc>, TimeDelta) -> DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let mut left = span;
    for (from, to) in spans(clock) {
        let Some(to) = to else { return Some(add(from, left)) };
        let here = measure(from, to);
        if here >= left {
            return Some(add(from, left));
        }
        left -= here;
    }
    None
}

#[cfg(test)]
mod tests;
