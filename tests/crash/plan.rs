//! What a run does, from its seed alone: who asks what, what goes wrong at Slack, and when the bot is killed. Printed for
//! a seed that fails; the machine's own timing is the one thing that no seed repeats.

use std::fmt;
use std::time::Duration;

use switchboard::sandbox::{Fault, FaultRule};

use crate::cases::{self, Plan};
use crate::chance::Chance;

/// The moment of a kill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// So long after it was started, whether it listens or not; a new database has its tables made meanwhile.
    Starting(Duration),
    /// Under load, at any time.
    AnyTime(Duration),
    /// The database's log has just grown for the so many-th time: a commit is being made, or was not acknowledged yet.
    Committing { commits: u64, then: Duration },
    /// Right after so many more acknowledgements.
    Acknowledged(usize),
    /// A call of that method has reached Slack and had no effect yet.
    BeforeEffect { method: &'static str, after: u32 },
    /// A call of that method had its effect and is not answered.
    AfterEffect { method: &'static str, after: u32 },
    /// The so many-th call of that method is being answered: it is sent, and about to be settled.
    Answered { calls: u64, then: Duration },
    /// After a kill that left something in flight: while Slack is searched for it.
    Searching,
    /// So long after it was told to stop.
    Stopping(Duration),
    /// So many asks arrive at once.
    Burst { asks: usize, then: Duration },
}

impl Moment {
    /// Its kind, for the table.
    pub fn phase(&self) -> &'static str {
        match self {
            Self::Starting(_) => "while it starts",
            Self::AnyTime(_) => "at any time under load",
            Self::Committing { .. } => "while a commit is made",
            Self::Acknowledged(_) => "right after an acknowledgement",
            Self::BeforeEffect { .. } => "a call sent, no effect yet",
            Self::AfterEffect { .. } => "a call's effect there, no answer yet",
            Self::Answered { .. } => "a call answered, not settled",
            Self::Searching => "while Slack is searched",
            Self::Stopping(_) => "while it stops",
            Self::Burst { .. } => "in a burst of asks",
        }
    }
}

/// All phases, in the table's order.
pub const PHASES: [&str; 10] = [
    "while it starts",
    "at any time under load",
    "while a commit is made",
    "right after an acknowledgement",
    "a call sent, no effect yet",
    "a call's effect there, no answer yet",
    "a call answered, not settled",
    "while Slack is searched",
    "while it stops",
    "in a burst of asks",
];

/// One life of the bot.
#[derive(Clone)]
pub struct Life {
    pub cases: Vec<Plan>,
    pub faults: Vec<(&'static str, u32, Fault)>,
    /// What was in flight at the kill before is settled before this one.
    pub recovers_first: bool,
    pub moment: Moment,
}

impl fmt::Display for Life {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "killed {}: {:?}", self.moment.phase(), self.moment)?;
        if self.recovers_first {
            write!(out, ", once what was in flight is settled")?;
        }
        for (method, after, fault) in &self.faults {
            write!(out, "\n    {method} fails after {after} calls: {fault:?}")?;
        }
        for case in &self.cases {
            write!(out, "\n    {} by {} in {}: {:?}, then", case.mark, case.asker, case.channel, case.way)?;
            for act in &case.acts {
                write!(out, " {} {},", act.who(), act.event().0)?;
            }
        }
        Ok(())
    }
}

/// Whether Slack reaches the bot by websockets: every other seed.
pub fn is_by_sockets(seed: u64) -> bool {
    seed % 2 == 1
}

/// The lives of one site, one after the other. The same seed gives the same; a longer plan begins as a shorter one.
pub fn lives(seed: u64, kills: usize) -> Vec<Life> {
    let mut number = 0;
    let mut lives: Vec<Life> = Vec::new();
    for life in 0..kills {
        let chance = &mut Chance::part(seed, life as u64);
        let moment = moment(life, lives.last(), chance);
        let asks = match moment {
            Moment::Starting(_) => 0,
            Moment::Burst { asks, .. } => asks,
            _ => 5,
        };
        let cases = (0..asks).map(|_| {
            number += 1;
            cases::plan(number, chance)
        });
        let cases = cases.collect();
        let recovers_first = !matches!(moment, Moment::Starting(_) | Moment::Searching) && !chance.one_in(4);
        let faults = (0..chance.within(0, 3)).map(|_| fault(chance)).collect();
        lives.push(Life { cases, faults, recovers_first, moment });
    }
    lives
}

/// Every phase comes once in ten kills, in an order that lets a search follow what it has to search for.
fn moment(life: usize, before: Option<&Life>, chance: &mut Chance) -> Moment {
    let millis = Duration::from_millis;
    let post = "chat.postMessage";
    let method = if chance.one_in(4) { "chat.update" } else { post };
    if before.is_some_and(|before| matches!(before.moment, Moment::AfterEffect { .. })) {
        return Moment::Searching;
    }
    let after = u32::try_from(chance.within(0, 4)).expect("below four");
    match life % 10 {
        0 => Moment::Starting(millis(chance.within(1, 160))),
        2 => Moment::AfterEffect { method: post, after },
        1 | 3 => Moment::AnyTime(millis(chance.within(5, 700))),
        4 => Moment::Committing {
            commits: chance.within(1, 12),
            then: Duration::from_micros(chance.within(0, 800)),
        },
        5 => Moment::Answered {
            calls: chance.within(1, 6),
            then: Duration::from_micros(chance.within(0, 4_000)),
        },
        6 => Moment::BeforeEffect { method, after },
        7 => Moment::Stopping(millis(chance.within(0, 40))),
        8 => Moment::Burst { asks: 20, then: millis(chance.within(5, 150)) },
        _ => Moment::Acknowledged(usize::try_from(chance.within(1, 8)).expect("below eight")),
    }
}

/// Something that goes wrong at Slack, once.
fn fault(chance: &mut Chance) -> (&'static str, u32, Fault) {
    let method = *chance.pick(&["chat.postMessage", "chat.postMessage", "chat.update", "*"]);
    let fault = match chance.within(0, 6) {
        0 => Fault::ResetAfter,
        1 => Fault::InternalErrorAfter,
        2 => Fault::ResetBefore,
        3 => Fault::TooMany { retry_after: Some(1) },
        4 => Fault::Status(503),
        _ => Fault::Html,
    };
    (method, u32::try_from(chance.within(0, 10)).expect("below ten"), fault)
}

/// The rule for the sandbox.
pub fn rule((method, after, fault): &(&'static str, u32, Fault)) -> FaultRule {
    FaultRule::on(method, fault.clone()).after(*after).times(1)
}
