//! Load → decide → commit, for HTTP and worker alike.
//!
//! Reads what a decision needs, decides purely, commits once. A change made meanwhile means deciding again. Sends nothing:
//! what is told leaves through the outbox after the commit.

mod absences;
mod administer;
mod admins;
mod answers;
mod bell;
mod calendars;
mod delivery;
mod hearing;
mod home;
mod load;
mod operations;
mod overhear;
mod pauses;
mod queries;
mod reload;
mod report;
mod switching;
mod typed;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::clock::{Clock, Reading};
use crate::domain::command::{ClockKind, Command};
use crate::domain::decision::{ClockChange, Decision, Reply};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{ChannelId, EngagementId, InstallationId, Ts, UserId};
use crate::domain::names::Change;
use crate::domain::notice::Downtime;
use crate::domain::org::Policy;
use crate::domain::pause::Pause;
use crate::domain::switches::Switches;
use crate::store::{Commit, Committed, DueClock, Planned, Store, View};

pub use crate::store::{StoreError, Turn};
pub use bell::Bell;
pub use calendars::Calendars;
pub use delivery::{Counted, Delivery};
pub use hearing::Hearing;
pub use home::{Homes, Word};
pub use operations::Numbers;
pub use queries::Query;
pub use reload::{Reload, Reloaded, Reloading};

/// How often a decision is made again because something changed meanwhile.
const TRIES: usize = 8;
/// How many clocks are set in one transaction, where many are: others want to write, too.
const AT_ONCE: usize = 500;

/// The bot's inner workings, shared by HTTP and worker.
#[derive(Debug)]
pub struct App {
    store: Store,
    installation: InstallationId,
    policy: ArcSwap<Policy>,
    /// What was switched; held while the policy is replaced, so that neither overtakes the other.
    switches: Mutex<Switches>,
    /// Held from reading what the store has of switches, absences or pauses until it is in memory: what was read earlier must
    /// not take the place of what was read later.
    learning: tokio::sync::Mutex<()>,
    downtime: ArcSwap<Option<Downtime>>,
    /// Pauses of reminders, as stored: those that run, and those that still explain something.
    pauses: ArcSwap<Vec<Pause>>,
    clock: Clock,
    /// Rings when something waits to be delivered; only a hurry-up, the timer is the guarantee.
    pub work: tokio::sync::Notify,
    /// Rings for clocks that can be decided upon at once.
    pub clocks: Bell,
    /// Rings for clocks with an errand at Slack.
    pub errands: Bell,
    /// What may have changed in people's App Homes.
    pub homes: Homes,
    /// Whether calendars changed, so that running clocks have to move.
    pub calendars: Calendars,
    /// Rings when an absence was set or ended.
    pub absences_changed: tokio::sync::Notify,
    /// Rings when names at Slack changed.
    pub names_stale: tokio::sync::Notify,
    /// What events told of names and nobody has followed yet. In memory: a start reads them all.
    names_changes: Mutex<Vec<Change>>,
    /// Reads directory and settings anew, where this process can.
    reload: OnceLock<Arc<dyn Reload>>,
    /// How the bot is.
    pub health: Health,
    /// Since when Slack answers no errand of these clocks. In memory: losing it costs some patience, never a clock.
    pub unanswered: Mutex<HashMap<(EngagementId, &'static str), DateTime<Utc>>>,
}

/// How the bot is, as `/readyz` tells it.
#[derive(Debug, Default)]
pub struct Health {
    /// When the worker last looked at its clocks, in microseconds since 1970; 0 before the first time.
    pub last_tick: AtomicI64,
    /// When it last looked at its errands, likewise.
    pub last_errands: AtomicI64,
    /// When the watchdog last looked at something, likewise.
    pub last_audit: AtomicI64,
    /// When Slack last took a message, likewise.
    pub last_delivery: AtomicI64,
    /// When the heartbeat's address was last told that all is well, likewise.
    pub last_heartbeat: AtomicI64,
    /// How often a loop of the worker ended by itself and was begun anew.
    pub restarts: AtomicU64,
    /// Engagements whose lost clocks the watchdog set again.
    pub repaired: AtomicU64,
    /// Clocks that were due for long at the watchdog's last look.
    pub overdue: AtomicI64,
    /// When we first posted since the last event that came, in microseconds since 1970; 0 where nothing is to come.
    unheard: AtomicI64,
    /// An event came since the start.
    has_heard: AtomicBool,
    /// Slack refused our token when it was last used.
    pub token_refused: AtomicBool,
    /// How delivery goes.
    pub delivery: Delivery,
    /// Whether Slack can reach us.
    pub hearing: Hearing,
}

/// Something that happened, on its way to a decision.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Keys under which it must never be decided twice.
    pub keys: Vec<String>,
    /// What happened.
    pub command: Command,
    /// Where its author hears.
    pub answer: Answer,
    /// When it is no longer worth starting.
    pub deadline: Option<Instant>,
    /// Given up by whoever waits, as long as it has not begun.
    pub turn: Option<Turn>,
    /// The clock whose being due this is.
    pub fired: Option<DueClock>,
}

impl Envelope {
    /// Something that happened on our side: nobody waits for an answer.
    pub fn internal(command: Command) -> Self {
        Self { keys: Vec::new(), command, answer: Answer::Nowhere, deadline: None, turn: None, fired: None }
    }
}

/// Where the author of a command hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// In the body of the response.
    Inline,
    /// By the `response_url` of a click.
    Url {
        /// The URL.
        url: String,
        /// Who clicked.
        user: UserId,
    },
    /// In a thread; what concerns nobody else, only to them.
    Thread {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
        /// The first message.
        ts: Ts,
    },
    /// Only they see it, in that channel: where we never post ("Confidentiality").
    OnlyTo {
        /// Who.
        user: UserId,
        /// Where.
        channel: ChannelId,
    },
    /// By direct message.
    Direct {
        /// To whom.
        user: UserId,
    },
    /// Nobody waits.
    Nowhere,
}

/// What became of a command, with what is needed to put it into words.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What its author hears, where they hear inline.
    pub reply: Reply,
    /// The engagement the reply is about, as it is now.
    pub engagement: Option<Engagement>,
    /// Others that the reply names.
    pub related: Vec<Engagement>,
}

/// What a decision leaves to do: something to deliver, the earliest clocks that it sets, of either queue, and Homes to look at.
#[derive(Debug, Clone, Default)]
struct NextWork {
    delivers: bool,
    changed: Vec<EngagementId>,
    plain: Option<DateTime<Utc>>,
    errand: Option<DateTime<Utc>>,
}

impl NextWork {
    fn of(decision: &Decision) -> Self {
        let changed = decision.writes.iter().map(|write| write.engagement().id).collect();
        let mut next = Self { delivers: !decision.notices.is_empty(), changed, ..Self::default() };
        for change in &decision.clocks {
            if let ClockChange::Set { kind, due, .. } = change {
                let queue = if kind.errand().is_some() { &mut next.errand } else { &mut next.plain };
                *queue = Some(queue.map_or(*due, |known| known.min(*due)));
            }
        }
        next
    }
}

impl App {
    /// Puts the bot together; `policy` is what is known of the organisation so far.
    pub fn new(store: Store, installation: InstallationId, policy: Policy, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            store,
            installation,
            policy: ArcSwap::from_pointee(policy),
            switches: Mutex::default(),
            learning: tokio::sync::Mutex::default(),
            downtime: ArcSwap::from_pointee(None),
            pauses: ArcSwap::from_pointee(Vec::new()),
            clock,
            work: tokio::sync::Notify::new(),
            clocks: Bell::default(),
            errands: Bell::default(),
            homes: Homes::default(),
            calendars: Calendars::default(),
            absences_changed: tokio::sync::Notify::new(),
            names_stale: tokio::sync::Notify::new(),
            names_changes: Mutex::default(),
            reload: OnceLock::new(),
            health: Health::default(),
            unanswered: Mutex::default(),
        })
    }

    /// An event told something of names: it is followed soon.
    pub fn names_changed(&self, change: Change) {
        self.names_changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        self.names_stale.notify_one();
    }

    /// What events told of names since last time.
    pub fn take_names_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.names_changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers a time in which we were down, for what comes late because of it (B7).
    pub fn set_downtime(&self, downtime: Option<Downtime>) {
        self.downtime.store(Arc::new(downtime));
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whose rows these are.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Both of the machine's clocks at this moment.
    pub fn reading(&self) -> Reading {
        self.clock.reading()
    }

    /// Slack's silence counts anew: the clock that it was measured with was set.
    pub fn forget_unanswered(&self) {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Has the threads of all live inquiries read again: after any gap Slack is not a reliable witness (B7).
    pub async fn read_threads_again(&self, deadline: Option<Instant>) -> Result<usize, StoreError> {
        let live = self.store.live_inquiries(self.installation).await?;
        let now = self.now();
        for some in live.chunks(AT_ONCE) {
            let mut decision = Decision::default();
            for engagement in some {
                decision.set_clock(*engagement, ClockKind::ReadThread, now);
            }
            let envelope = Envelope { deadline, ..Envelope::internal(Command::Nothing) };
            self.commit_alone(decision, envelope).await?;
        }
        Ok(live.len())
    }

    /// Tells something that no command led to, unless it is too late to begin.
    pub async fn tell(
        &self,
        keys: Vec<String>,
        answer: Answer,
        reply: Reply,
        deadline: Option<Instant>,
    ) -> Result<(), StoreError> {
        let mut decision = Decision { reply, ..Decision::default() };
        let envelope = Envelope { keys, answer, deadline, ..Envelope::internal(Command::Nothing) };
        Self::route_reply(&envelope, &mut decision);
        self.commit_alone(decision, envelope).await
    }

    /// Commits what no command led to.
    pub async fn commit_alone(&self, decision: Decision, envelope: Envelope) -> Result<(), StoreError> {
        if decision.is_empty() {
            return Ok(());
        }
        let next = NextWork::of(&decision);
        let commit = Commit {
            installation: self.installation,
            keys: envelope.keys,
            fired: None,
            decision,
            now: self.now(),
            deadline: envelope.deadline,
            turn: envelope.turn,
        };
        self.store.commit(commit).await?;
        self.ring(next);
        Ok(())
    }

    /// Wakes whoever has something to do earlier than they thought.
    fn ring(&self, next: NextWork) {
        if next.delivers {
            self.work.notify_one();
        }
        if !next.changed.is_empty() {
            self.homes.changed(next.changed);
        }
        for (bell, due) in [(&self.clocks, next.plain), (&self.errands, next.errand)] {
            if let Some(due) = due {
                bell.due(due);
            }
        }
    }

    /// Decides and commits. Returns only after the commit. What seldom follows waits in boxes, so that what is nearly always done
    /// stays small.
    pub async fn handle(&self, envelope: Envelope) -> Result<Outcome, StoreError> {
        if envelope.fired.is_none() && load::is_nothing_to_us(&envelope.command, &self.policy.load()) {
            return Ok(Outcome::default());
        }
        let envelope = Arc::new(envelope);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_once(&envelope).await {
                Err(StoreError::Conflict) if tries < TRIES => {}
                Err(error @ StoreError::Corrupt { .. }) => {
                    if let Err(error) = Box::pin(self.report_unreadable(&error)).await {
                        tracing::error!(%error, "admins could not be told of a row that cannot be read");
                    }
                    return Err(error);
                }
                Ok(outcome) => {
                    if matches!(envelope.command, Command::Switch(_)) {
                        // It is kept; were this to fail, it holds from the next reading of the names on.
                        if let Err(error) = Box::pin(self.learn_switches()).await {
                            tracing::error!(%error, "what was switched could not be read");
                        }
                    }
                    return Ok(outcome);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_once(&self, envelope: &Arc<Envelope>) -> Result<Outcome, StoreError> {
        let (policy, downtime, pauses) = (self.policy(), self.downtime.load_full(), self.pauses());
        let (installation, now, envelope) = (self.installation, self.clock.now(), Arc::clone(envelope));
        let plan = move |view: &View<'_>| {
            if let Some(first) = view.decided(&envelope.keys)? {
                return Ok(Planned::Nothing(Carried::of(repeated(view, first)?)));
            }
            let late = load::Late { downtime: downtime.as_ref().as_ref(), pauses: &pauses };
            let mut decision = load::decide(view, &envelope.command, &policy, now, late)?;
            let reply = Self::route_reply(&envelope, &mut decision);
            if decision.is_empty() && envelope.fired.is_none() {
                return Ok(Planned::Nothing(Carried::of(answers::told(view, reply, &[])?)));
            }
            let written = if reply == Reply::Nothing { Vec::new() } else { decision.written() };
            let outcome = answers::told(view, reply, &written)?;
            let changes_absences = !decision.absences.is_empty();
            let carried = Carried { outcome, next: NextWork::of(&decision), changes_absences };
            let commit = Commit {
                installation,
                keys: envelope.keys.clone(),
                fired: envelope.fired.clone(),
                decision,
                now,
                deadline: envelope.deadline,
                turn: envelope.turn.clone(),
            };
            Ok(Planned::Commit(Box::new(commit), carried))
        };
        let (carried, committed) = self.store.decide(installation, plan).await?;
        match committed {
            None => Ok(carried.outcome),
            Some(Committed::Done) => {
                if carried.changes_absences {
                    Box::pin(self.absences_were_changed()).await;
                }
                self.ring(carried.next);
                Ok(carried.outcome)
            }
            Some(Committed::Duplicate(first)) => {
                Box::pin(self.store.read(installation, move |view| repeated(view, first))).await
            }
        }
    }
}

/// What is needed of a decision once it is committed.
struct Carried {
    outcome: Outcome,
    next: NextWork,
    changes_absences: bool,
}

impl Carried {
    /// Nothing is committed.
    fn of(outcome: Outcome) -> Self {
        Self { outcome, next: NextWork::default(), changes_absences: false }
    }
}

/// A repeated command hears again what its first hearing led to.
fn repeated(view: &View<'_>, first: Option<EngagementId>) -> Result<Outcome, StoreError> {
    let Some(engagement) = first else { return Ok(Outcome::default()) };
    let reply = Reply::Asked { engagement };
    let (engagement, related) = answers::Scene::of(&reply, first).read(view)?;
    Ok(Outcome { reply, engagement, related })
}
