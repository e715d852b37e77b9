//! One site, from its first start to its last: it lives, is killed, is looked at, lives again, and is judged.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use switchboard::sandbox::WorkspaceSetup;
use tokio::sync::watch;

use crate::book::{Objection, objections};
use crate::cases::{FIELDS, REQUESTERS};
use crate::deeds;
use crate::look::{self, Remains};
use crate::moment::Watch;
use crate::plan::{self, Life, Moment};
use crate::play;
use crate::program::{Running, Site, eventually};
use crate::world::World;

/// What is promised: what was in flight at a kill is settled within this time.
const PROMISED: Duration = Duration::from_mins(1);
/// How long people go on in the end, until all they began has come to its end.
const LAST_WORDS: Duration = Duration::from_secs(12);
/// How many act at once, usually and in a burst.
const AT_ONCE: usize = 12;
const AT_ONCE_IN_A_BURST: usize = 24;

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By phase: kills, and those whose moment did not come in time.
    pub kills: BTreeMap<&'static str, (usize, usize)>,
    pub asks: usize,
    pub acknowledged: usize,
    /// Of admins and of people who go away and come back, beside these.
    pub deeds: usize,
    /// Tries without an answer, and those of them that had been committed all the same.
    pub unanswered: (usize, usize),
    pub messages: usize,
    /// Rows in flight at a kill.
    pub in_flight: usize,
    /// Rows of which it was not known, at some time, whether Slack had them.
    pub of_unknown_end: usize,
    /// The longest time from a kill until all that it left in flight was settled.
    pub settled_within: Duration,
    /// The longest time from the last word until nothing was left to deliver.
    pub drained_within: Duration,
    /// What is wrong, with the life after which it was seen.
    pub wrong: Vec<(usize, Objection)>,
    /// Where the harness and the bot disagree about what happens.
    pub mistakes: Vec<String>,
    /// Copies of databases in which something is wrong.
    pub kept: Vec<PathBuf>,
}

impl Tally {
    pub fn kills(&self) -> usize {
        self.kills.values().map(|(kills, _)| kills).sum()
    }

    pub fn add(&mut self, other: Self) {
        for (phase, (kills, missed)) in other.kills {
            let entry = self.kills.entry(phase).or_default();
            *entry = (entry.0 + kills, entry.1 + missed);
        }
        self.asks += other.asks;
        self.acknowledged += other.acknowledged;
        self.deeds += other.deeds;
        self.unanswered.0 += other.unanswered.0;
        self.unanswered.1 += other.unanswered.1;
        self.of_unknown_end += other.of_unknown_end;
        self.messages += other.messages;
        self.in_flight += other.in_flight;
        self.settled_within = self.settled_within.max(other.settled_within);
        self.drained_within = self.drained_within.max(other.drained_within);
        self.wrong.extend(other.wrong);
        self.mistakes.extend(other.mistakes);
    }
}

/// Everything about a site that is being run.
struct Run {
    site: Site,
    world: Arc<World>,
    seed: u64,
    /// What was in flight at a kill and is not settled yet, and when the last kill was.
    in_flight: HashSet<i64>,
    killed_at: Instant,
    tally: Tally,
}

/// Runs a site through its lives, or as many as fit until that time; then lets it come to rest and judges it.
pub async fn run(seed: u64, lives: &[Life], until: Option<Instant>) -> Tally {
    let retries = [TimeDelta::seconds(2), TimeDelta::seconds(6)];
    let mut site = Site::with(WorkspaceSetup::default().later_retries(retries)).await;
    site.by_sockets = plan::is_by_sockets(seed);
    let askers = lives.iter().flat_map(|life| &life.cases).map(|case| case.asker);
    for name in REQUESTERS.into_iter().chain(askers) {
        if site.slack.find_user(name).is_none() {
            site.slack
                .add_user(name)
                .email(&format!("{name}@example.com"))
                .real_name(name)
                .display_name(name);
        }
    }
    for field in FIELDS {
        if site.slack.find_channel(field).is_none() {
            site.slack.add_channel(field).members(&REQUESTERS).with_bot();
        }
    }
    site.slack.deliver_in_background(Duration::from_millis(50));
    let world = World::new(&site.slack);
    let (in_flight, killed_at) = (HashSet::new(), Instant::now());
    let mut run = Run { site, world, seed, in_flight, killed_at, tally: Tally::default() };
    for (number, life) in lives.iter().enumerate() {
        if until.is_some_and(|until| Instant::now() > until) || !run.tally.wrong.is_empty() {
            break;
        }
        let came = run.live(life).await;
        run.look(number);
        let (kills, missed) = run.tally.kills.entry(life.moment.phase()).or_default();
        *kills += 1;
        *missed += usize::from(!came);
    }
    if run.tally.wrong.is_empty() {
        run.come_to_rest(lives.len()).await;
    }
    run.tally.mistakes = run.world.mistakes();
    run.tally
}

/// How many act at once until that moment.
fn at_once(moment: &Moment) -> usize {
    if matches!(moment, Moment::Burst { .. }) { AT_ONCE_IN_A_BURST } else { AT_ONCE }
}

impl Run {
    fn database(&self) -> PathBuf {
        self.site.file("switchboard.db")
    }

    /// Starts it, has people act, and kills it at its moment; whether that came.
    async fn live(&mut self, life: &Life) -> bool {
        let slack = self.site.slack.clone();
        let watch = Watch::before_start(&life.moment, &slack);
        if let Moment::Starting(_) = life.moment {
            let running = self.site.launch(&[]);
            watch.wait(&self.world, &running, self.database()).await;
            self.kill(running);
            return true;
        }
        let running = self.site.serve_unready(&[]).await;
        if life.moment != Moment::Searching {
            eventually("readyz", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
            life.faults.iter().for_each(|fault| slack.fail(plan::rule(fault)));
        }
        let (stop, stopped) = watch::channel(false);
        if life.recovers_first {
            self.wait_until_settled().await;
        }
        self.tally.asks += life.cases.len();
        self.world.add(life.cases.clone());
        let people = play::start(&self.world, at_once(&life.moment), self.seed, &stopped);
        let came = watch.wait(&self.world, &running, self.database()).await;
        self.kill(running);
        stop.send_replace(true);
        slack.clear_faults();
        slack.release_hung();
        people.join_all().await;
        came
    }

    fn kill(&mut self, running: Running) {
        running.kill();
        self.killed_at = Instant::now();
        self.site.slack.disconnect_bot();
    }

    /// Waits until what was in flight at the last kill is settled, and notes how long it took.
    async fn wait_until_settled(&mut self) {
        while !self.in_flight.is_empty() {
            let pending: HashSet<i64> = self.pending().await.into_iter().collect();
            self.in_flight.retain(|row| pending.contains(row));
            let took = self.killed_at.elapsed();
            self.tally.settled_within = self.tally.settled_within.max(took);
            if took > PROMISED {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is left to deliver, on either side, and notes how long it took.
    async fn wait_until_drained(&mut self) {
        let begun = Instant::now();
        // A lane goes on at its pace, however long it is; stuck is what gets no shorter.
        let mut shortest = (usize::MAX, begun);
        while shortest.1.elapsed() < PROMISED {
            let pending = self.pending().await.len();
            if pending < shortest.0 {
                shortest = (pending, Instant::now());
            }
            let is_done = pending == 0 && self.site.slack.pending().is_empty();
            self.tally.drained_within = begun.elapsed();
            if is_done {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn pending(&self) -> Vec<i64> {
        let database = self.database();
        tokio::task::spawn_blocking(move || look::pending(&database)).await.expect("looked up")
    }

    /// What a dead bot left, against what people know.
    fn look(&mut self, number: usize) {
        self.world.look_up();
        let remains = Remains::of(&self.database());
        let in_flight = remains.in_flight();
        self.tally.in_flight += in_flight.len();
        self.in_flight.extend(in_flight);
        let seen = remains.seen(&self.site.slack, false);
        let mut found = objections(&self.world.told(), &seen);
        found.extend(deeds::objections(&self.world.deeds(), &remains.kept(&self.site.slack), &seen));
        self.object(number, found, remains);
    }

    /// Notes what is wrong, and keeps what it was seen in.
    fn object(&mut self, number: usize, found: Vec<Objection>, remains: Remains) {
        if !found.is_empty() {
            self.tally.wrong.extend(found.into_iter().map(|one| (number, one)));
            self.tally.kept.push(remains.keep());
        }
    }

    /// The last start: everything is delivered, the bot stops by itself, and all has to be right.
    async fn come_to_rest(&mut self, number: usize) {
        let running = self.site.serve().await;
        self.wait_until_settled().await;
        let (stop, stopped) = watch::channel(false);
        let people = play::start(&self.world, AT_ONCE, self.seed, &stopped);
        let begun = Instant::now();
        while self.world.unfinished() > 0 && begun.elapsed() < LAST_WORDS {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.send_replace(true);
        people.join_all().await;
        self.wait_until_drained().await;
        let (_, code, log) = running.stop().await;
        assert_eq!(code, Some(0), "it does not stop by itself:\n{log}");
        self.world.look_up();
        let remains = Remains::of(&self.database());
        let seen = remains.seen(&self.site.slack, true);
        let told = self.world.told();
        self.tally.unanswered = self.world.unanswered();
        self.tally.of_unknown_end = remains.of_unknown_end();
        self.tally.acknowledged = self.world.acknowledged();
        self.tally.messages = seen.messages.len();
        self.tally.deeds = self.world.deeds().iter().map(|strand| strand.done.len()).sum();
        let mut found = objections(&told, &seen);
        found.extend(deeds::objections(&self.world.deeds(), &remains.kept(&self.site.slack), &seen));
        self.object(number, found, remains);
    }
}
