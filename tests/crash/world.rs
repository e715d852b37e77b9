//! Everybody's asks while the bot lives and dies: which are under way, what was heard of them, who fills in which form.
//!
//! Invariant: what is noted as heard is what a person in Slack could know, never what the database says.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use switchboard::sandbox::{Delivery, Workspace};

use crate::book::{Heard, Step, Told};
use crate::cases::{Act, Plan};
use crate::deeds::{self, Strand};
use crate::shown::Live;

/// How long a case waits whose card is not there yet.
const NOT_YET: Duration = Duration::from_millis(60);
/// How often it is looked up what became of events.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// An event that Slack was given to deliver: its type, the message it is about, and who caused it.
pub type EventKey = (&'static str, String, String);

/// One ask under way.
#[derive(Debug, Clone)]
pub struct Case {
    pub plan: Plan,
    pub asked: Heard,
    /// The message that asked, where one did.
    pub root: Option<String>,
    /// What was heard of each act.
    pub heard: Vec<Heard>,
    /// The act that comes next.
    pub next: usize,
    /// Events that carry the ask (`None`) or an act.
    pub events: Vec<(EventKey, Option<usize>)>,
}

impl Case {
    /// Whether it is still to be asked: never tried, or tried without an answer.
    pub fn asks(&self) -> bool {
        self.asked == Heard::Nothing || (self.asked == Heard::NoAnswer && self.root.is_none())
    }
}

/// What came of trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged; on to the next.
    Yes,
    /// It was acknowledged, as something that an earlier try without an answer had done.
    Already,
    /// It was given to Slack to deliver; on to the next, and the acknowledgement is looked up later.
    Given(EventKey),
    /// No answer: tried again.
    NoAnswer,
    /// Nothing to press any more after a try without an answer; on to the next.
    Passed,
    /// Cannot be tried yet.
    NotYet,
    /// The harness and the bot disagree about what happens here.
    Mistake(String),
}

/// Everybody's asks.
pub struct World {
    pub slack: Workspace,
    pub shown: Live,
    cases: Mutex<Vec<Case>>,
    ready: Mutex<VecDeque<(usize, Instant)>>,
    hands: Mutex<HashMap<&'static str, Arc<tokio::sync::Mutex<()>>>>,
    /// Whose open form is whose.
    forms: Mutex<HashMap<&'static str, usize>>,
    /// The case whose PM is away, if one is.
    away: Mutex<Option<usize>>,
    /// What is done beside the cases.
    deeds: Mutex<Vec<Strand>>,
    mistakes: Mutex<Vec<String>>,
    acknowledged: AtomicUsize,
    no_answer: AtomicUsize,
    done_unheard: AtomicUsize,
    events: Mutex<Events>,
}

/// What became of the events that Slack was given to deliver.
#[derive(Default)]
struct Events {
    /// Whether it arrived, for each that is over.
    arrived: HashMap<EventKey, bool>,
    /// Those that arrived, to be delivered once more.
    ids: Vec<String>,
    looked_at: usize,
    at: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub fn new(slack: &Workspace) -> Arc<Self> {
        Arc::new(Self {
            slack: slack.clone(),
            shown: Live::follow(slack),
            cases: Mutex::default(),
            ready: Mutex::default(),
            hands: Mutex::default(),
            forms: Mutex::default(),
            away: Mutex::default(),
            deeds: Mutex::new(deeds::strands()),
            mistakes: Mutex::default(),
            acknowledged: AtomicUsize::new(0),
            no_answer: AtomicUsize::new(0),
            done_unheard: AtomicUsize::new(0),
            events: Mutex::default(),
        })
    }

    pub fn add(&self, plans: Vec<Plan>) {
        for plan in plans {
            let heard = vec![Heard::Nothing; plan.acts.len()];
            let case = Case { plan, asked: Heard::Nothing, root: None, heard, next: 0, events: Vec::new() };
            let number = {
                let mut cases = lock(&self.cases);
                cases.push(case);
                cases.len() - 1
            };
            // New ones go first, so that there is always something to ask.
            lock(&self.ready).push_front((number, Instant::now()));
        }
    }

    /// A case to go on with.
    pub fn take(&self) -> Option<(usize, Case)> {
        let now = Instant::now();
        // One lock at a time, here and everywhere: those who put back take them the other way round.
        let number = {
            let mut ready = lock(&self.ready);
            let position = ready.iter().position(|(_, from)| *from <= now)?;
            ready.remove(position)?.0
        };
        Some((number, lock(&self.cases)[number].clone()))
    }

    /// Puts it back with what came of it.
    pub fn put_back(&self, number: usize, outcome: &Outcome) {
        let (again, goes_on) = {
            let case = &mut lock(&self.cases)[number];
            let act = (!case.asks()).then_some(case.next);
            (self.note(case, act, outcome), case.next < case.plan.acts.len())
        };
        if goes_on {
            let wait = if again { NOT_YET } else { Duration::ZERO };
            lock(&self.ready).push_back((number, Instant::now() + wait));
        }
    }

    /// Notes what was heard; whether it waits before it goes on.
    fn note(&self, case: &mut Case, act: Option<usize>, outcome: &Outcome) -> bool {
        let heard = match act {
            None => &mut case.asked,
            Some(act) => &mut case.heard[act],
        };
        match outcome {
            Outcome::Yes | Outcome::Already => {
                *heard = Heard::Yes;
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                self.done_unheard.fetch_add(usize::from(*outcome == Outcome::Already), Ordering::Relaxed);
            }
            Outcome::NoAnswer => {
                *heard = Heard::NoAnswer;
                self.no_answer.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::Given(key) => {
                *heard = Heard::NoAnswer;
                case.events.push((key.clone(), act));
                if act.is_none() {
                    case.root = Some(key.1.clone());
                }
            }
            Outcome::Passed => {
                self.done_unheard.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::NotYet => {}
            Outcome::Mistake(what) => {
                lock(&self.mistakes).push(format!("{}: {what}", case.plan.mark));
                // It goes no further.
                case.next = case.plan.acts.len();
                return false;
            }
        }
        let goes_on =
            matches!(outcome, Outcome::Yes | Outcome::Already | Outcome::Given(_) | Outcome::Passed);
        if goes_on && act.is_some() {
            case.next += 1;
        }
        !goes_on
    }

    /// Looks up which events Slack could deliver, and which it gave up.
    pub fn look_up(&self) {
        let deliveries = self.slack.deliveries();
        let mut events = lock(&self.events);
        for delivery in deliveries.iter().skip(events.looked_at) {
            if delivery.arrived() {
                events.ids.push(delivery.event_id.clone());
            }
            if let Some(key) = key_of(delivery) {
                events.arrived.insert(key, delivery.arrived());
            }
        }
        (events.looked_at, events.at) = (deliveries.len().max(events.looked_at), Some(Instant::now()));
        let arrived = events.arrived.clone();
        drop(events);
        let mut acknowledged = 0;
        for case in lock(&self.cases).iter_mut() {
            for (_, act) in case.events.iter().filter(|(key, _)| arrived.get(key) == Some(&true)) {
                let heard = match act {
                    None => &mut case.asked,
                    Some(act) => &mut case.heard[*act],
                };
                acknowledged += usize::from(*heard != Heard::Yes);
                *heard = Heard::Yes;
            }
        }
        self.acknowledged.fetch_add(acknowledged, Ordering::Relaxed);
    }

    /// Whether Slack still tries to deliver an event of this case: what comes next would overtake it.
    pub fn is_on_its_way(&self, case: &Case) -> bool {
        if case.events.is_empty() {
            return false;
        }
        let is_recent = lock(&self.events).at.is_some_and(|at| at.elapsed() < LOOK_EVERY);
        if !is_recent {
            self.look_up();
        }
        let events = lock(&self.events);
        case.events.iter().any(|(key, _)| !events.arrived.contains_key(key))
    }

    /// What people know.
    pub fn told(&self) -> Vec<Told> {
        let told = |case: &Case| {
            let acts = case.plan.acts.iter().zip(&case.heard);
            let mut before = Heard::Nothing;
            let step = |(act, heard): (&Act, &Heard)| {
                let (event, of_inquiry) = act.event();
                // Handed on is what nobody does themselves: it may be, from the deed before it on.
                let is_seen = matches!(act, Act::HandedOn { .. }) && *heard == Heard::Nothing;
                let heard = if is_seen && before != Heard::Nothing { Heard::NoAnswer } else { *heard };
                before = heard;
                Step { event, of_inquiry, heard, deed: act.deed() }
            };
            let steps = acts.map(step).filter(|step| !step.event.is_empty()).collect();
            Told { mark: case.plan.mark.clone(), asked: case.asked, steps }
        };
        lock(&self.cases).iter().map(told).collect()
    }

    /// How much was acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Tries without an answer, and how many of those turned out to have been committed.
    pub fn unanswered(&self) -> (usize, usize) {
        (self.no_answer.load(Ordering::Relaxed), self.done_unheard.load(Ordering::Relaxed))
    }

    /// Cases that still have something to do.
    pub fn unfinished(&self) -> usize {
        lock(&self.cases).iter().filter(|case| case.next < case.plan.acts.len()).count()
    }

    pub fn mistakes(&self) -> Vec<String> {
        lock(&self.mistakes).clone()
    }

    /// An event that arrived before.
    pub fn arrived(&self, choice: u64) -> Option<String> {
        let ids = &lock(&self.events).ids;
        let length = u64::try_from(ids.len()).ok().filter(|length| *length > 0)?;
        ids.get(usize::try_from(choice % length).ok()?).cloned()
    }

    /// A person's hands: they do one thing at a time.
    pub fn hands_of(&self, who: &'static str) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(lock(&self.hands).entry(who).or_default())
    }

    /// Whether this case may be the one whose PM goes away: another one would be asked of who covers.
    pub fn may_be_away(&self, number: usize) -> bool {
        *lock(&self.away).get_or_insert(number) == number
    }

    pub fn nobody_is_away(&self) {
        *lock(&self.away) = None;
    }

    /// What is done beside the cases, so far.
    pub fn deeds(&self) -> Vec<Strand> {
        lock(&self.deeds).clone()
    }

    /// Notes what was heard of a strand's next deed.
    pub fn deed_heard(&self, strand: usize, outcome: &Outcome) {
        match outcome {
            Outcome::Yes | Outcome::Already => lock(&self.deeds)[strand].heard(),
            Outcome::NoAnswer => lock(&self.deeds)[strand].tried(),
            Outcome::Mistake(what) => lock(&self.mistakes).push(what.clone()),
            Outcome::Given(_) | Outcome::Passed | Outcome::NotYet => {}
        }
    }

    /// Whether this case may use the person's screen for its form.
    pub fn holds_form(&self, who: &'static str, number: usize) -> bool {
        *lock(&self.forms).entry(who).or_insert(number) == number
    }

    pub fn has_form(&self, who: &'static str, number: usize) -> bool {
        lock(&self.forms).get(who) == Some(&number)
    }

    pub fn lets_go_of_form(&self, who: &'static str) {
        lock(&self.forms).remove(who);
    }
}

/// Which event it was, for those that people's acts caused.
fn key_of(delivery: &Delivery) -> Option<EventKey> {
    let (kind, path): (&'static str, &str) = match delivery.event_type.as_str() {
        "app_mention" => ("app_mention", "/event/ts"),
        "message" => ("message", "/event/ts"),
        "reaction_added" => ("reaction_added", "/event/item/ts"),
        _ => return None,
    };
    let body: Value = serde_json::from_str(&delivery.body).ok()?;
    let text = |path: &str| body.pointer(path)?.as_str().map(str::to_owned);
    Some((kind, text(path)?, text("/event/user")?))
}
