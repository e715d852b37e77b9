//! No nudge after an answer, while it waits on the SME, or early; one message a step, in order (B1, B5, B6, B7).

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::engagement::inquiry::ReplyClock;
use switchboard::domain::engagement::{Body, Engagement};
use switchboard::domain::ids::UserId;
use switchboard::domain::notice::What;

use super::Broken;

/// Message timestamps run a little ahead of a clock that stands still.
const TICKS: Duration = Duration::seconds(1);

/// How far up the ladder a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// To the owner, before the promised time.
    Nudge,
    /// The promised time has passed.
    Miss,
    /// To the product leader.
    Raise,
}

/// A reminder that people saw.
#[derive(Clone, Debug)]
pub struct Reminder {
    /// Which.
    pub rung: Rung,
    /// When it was posted.
    pub at: DateTime<Utc>,
}

impl Reminder {
    /// The reminder that a notice is, if it is one.
    pub fn of(what: &What, at: DateTime<Utc>) -> Option<Self> {
        let rung = match what {
            What::Nudge { .. } => Rung::Nudge,
            What::Miss { .. } => Rung::Miss,
            What::Raise { .. } => Rung::Raise,
            _ => return None,
        };
        Some(Self { rung, at })
    }
}

/// What somebody whose word stops the clock wrote in the thread.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Checks a reminder against its inquiry, what PMs wrote in its thread, and the reminders before it.
pub fn check(
    reminder: &Reminder,
    engagement: &Engagement,
    answers: &[Answer],
    before: &[Reminder],
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let Body::Inquiry(inquiry) = &engagement.body else {
        return vec![Broken::new("reminders are an inquiry's", format!("{reminder:?}"))];
    };
    let mut rounds = inquiry.earlier.iter().chain(&inquiry.clock).rev();
    let Some(clock) = rounds.find(|clock| clock.started_at <= reminder.at) else {
        return vec![Broken::new("no reminder without a clock", format!("{reminder:?}"))];
    };
    let mut breaks = |rule, how: String| broken.push(Broken::new(rule, format!("{reminder:?}: {how}")));
    let round: Vec<&Reminder> = before.iter().filter(|before| before.at >= clock.started_at).collect();
    if let Some(end) = clock.end.as_ref().filter(|end| end.at + TICKS < reminder.at) {
        breaks("no nudge after an answer", format!("its clock ended at {}", end.at));
    }
    let is_blind = clock.blind_since.is_some_and(|since| since < reminder.at);
    let heard = answers.iter().find(|answer| answer.at > clock.started_at && answer.at + TICKS < reminder.at);
    if let Some(answer) = heard.filter(|_| !is_blind) {
        breaks("no nudge after an answer", format!("{} answered at {}", answer.by, answer.at));
    }
    let paused = clock
        .pauses
        .iter()
        .find(|pause| pause.from + TICKS < reminder.at && pause.to.is_none_or(|to| reminder.at + TICKS < to));
    if let Some(pause) = paused {
        breaks("no nudge while it waits on the SME", format!("since {}", pause.from));
    }
    if is_blind && reminder.rung > Rung::Nudge {
        breaks("no raise while blind", format!("since {:?}", clock.blind_since));
    }
    if let Some(needed) =
        needed(clock, reminder.rung, &round).filter(|needed| waited(clock, reminder.at) < *needed)
    {
        breaks("no reminder early", format!("{} s of {needed} s", waited(clock, reminder.at)));
    }
    let most = if reminder.rung == Rung::Nudge { 2 } else { 1 };
    if round.iter().filter(|before| before.rung == reminder.rung).count() >= most {
        breaks("a step happens once", "it did already".to_owned());
    }
    if round.iter().any(|before| before.rung > reminder.rung) {
        breaks("steps come in order", "a later one was before".to_owned());
    }
    if round.iter().any(|before| before.at == reminder.at) {
        breaks("one message a step", "another at the same instant".to_owned());
    }
    broken
}

/// Seconds of waiting after which this rung may be reached.
fn needed(clock: &ReplyClock, rung: Rung, round: &[&Reminder]) -> Option<i64> {
    let within = clock.rules.within.0;
    let mut steps = clock.rules.ladder.iter().map(|step| step.at.0);
    match rung {
        Rung::Nudge => {
            let nudged = round.iter().filter(|before| before.rung == Rung::Nudge).count();
            steps.filter(|at| *at < within).nth(nudged)
        }
        Rung::Miss => Some(within),
        Rung::Raise => steps.find(|at| *at > within),
    }
}

/// Seconds of waiting until then, pauses left out; counted here once more, by hand.
fn waited(clock: &ReplyClock, at: DateTime<Utc>) -> i64 {
    let paused: Duration = clock
        .pauses
        .iter()
        .map(|pause| pause.to.map_or(at, |to| to.min(at)) - pause.from.min(at))
        .fold(Duration::zero(), |sum, pause| sum + pause);
    (at - clock.started_at - paused + TICKS).num_seconds()
}

#[cfg(test)]
mod tests {
    use switchboard::domain::engagement::inquiry::{ClockEnd, HowEnded, Pause};

    use super::super::samples;
    use super::*;

    fn reminder(rung: Rung, hours: i64) -> Reminder {
        let at = samples::monday() + Duration::hours(hours);
        Reminder { rung, at }
    }

    fn rules(reminder: &Reminder, engagement: &Engagement, before: &[Reminder]) -> Vec<&'static str> {
        check(reminder, engagement, &[], before).into_iter().map(|broken| broken.rule).collect()
    }

    fn with_clock(change: impl FnOnce(&mut ReplyClock)) -> Engagement {
        let mut engagement = samples::inquiry();
        if let Body::Inquiry(inquiry) = &mut engagement.body {
            change(inquiry.clock.as_mut().expect("a sample with a clock"));
        }
        engagement
    }

    #[test]
    fn a_ladder_as_it_should_be_holds() {
        let steps = [(Rung::Nudge, 2), (Rung::Nudge, 3), (Rung::Miss, 4), (Rung::Raise, 8)];
        let steps: Vec<Reminder> = steps.iter().map(|(rung, hours)| reminder(*rung, *hours)).collect();
        for (number, step) in steps.iter().enumerate() {
            assert_eq!(rules(step, &samples::inquiry(), &steps[..number]), Vec::<&str>::new());
        }
    }

    #[test]
    fn a_nudge_after_an_answer_is_seen() {
        let at = samples::monday() + Duration::hours(1);
        let by = samples::pm();
        let answer = Answer { by: by.clone(), at };
        let found = check(&reminder(Rung::Nudge, 2), &samples::inquiry(), &[answer], &[]);
        assert_eq!(found[0].rule, "no nudge after an answer");
        let how = HowEnded::Replied;
        let end = ClockEnd { how, by: Some(by), at, late: false, elapsed_seconds: 0, working_seconds: 0 };
        let ended = with_clock(|clock| clock.end = Some(end));
        assert_eq!(rules(&reminder(Rung::Nudge, 2), &ended, &[]), ["no nudge after an answer"]);
    }

    #[test]
    fn a_nudge_while_it_waits_or_early_is_seen() {
        let pause = Pause { from: samples::monday(), to: None, why: "log".to_owned(), by: samples::pm() };
        let paused = with_clock(|clock| clock.pauses.push(pause));
        let found = rules(&reminder(Rung::Nudge, 2), &paused, &[]);
        assert_eq!(found, ["no nudge while it waits on the SME", "no reminder early"]);
        assert_eq!(rules(&reminder(Rung::Nudge, 1), &samples::inquiry(), &[]), ["no reminder early"]);
        assert_eq!(rules(&reminder(Rung::Raise, 7), &samples::inquiry(), &[]), ["no reminder early"]);
    }

    #[test]
    fn a_raise_while_blind_is_seen() {
        let blind = with_clock(|clock| clock.blind_since = Some(samples::monday() + Duration::hours(1)));
        assert_eq!(rules(&reminder(Rung::Raise, 9), &blind, &[]), ["no raise while blind"]);
        assert_eq!(rules(&reminder(Rung::Nudge, 2), &blind, &[]), Vec::<&str>::new());
    }

    #[test]
    fn a_step_twice_out_of_order_or_two_at_once_is_seen() {
        let inquiry = samples::inquiry();
        let missed = reminder(Rung::Miss, 4);
        assert_eq!(
            rules(&reminder(Rung::Miss, 5), &inquiry, std::slice::from_ref(&missed)),
            ["a step happens once"]
        );
        assert_eq!(rules(&reminder(Rung::Nudge, 5), &inquiry, &[missed]), ["steps come in order"]);
        let nudged = reminder(Rung::Nudge, 4);
        assert_eq!(rules(&reminder(Rung::Miss, 4), &inquiry, &[nudged]), ["one message a step"]);
    }
}
