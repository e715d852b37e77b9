//! A year of a company of 500 field people, 60 SMEs and 80 PMs, from what people do in a working day: observed first, then
//! piloted, then on. The clock goes from one thing that happens to the next; after each, the same rules hold as in every
//! other story, and at the end the week's numbers are those that people could have counted themselves.
//!
//! In the gate the year is whole and its days are thin; `SWITCHBOARD_YEAR=full` has as many asks as such a company, any
//! number means at most so many a day. `SWITCHBOARD_SEED` is another year.

mod act;
mod away;
mod book;
mod change;
mod company;
mod habits;
mod numbers;
mod plan;
mod react;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::{Duration as Wall, Instant};

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::calendar::weekly::Period;
use switchboard::domain::directory::ChannelRef;
use switchboard::domain::ids::EngagementId;
use switchboard::domain::rules::Rules;
use tokio::runtime;
use tokio::task::LocalSet;

use self::away::Absences;
use self::company::{Company, PROGRAMME};
use self::habits::Habits;
use self::plan::Act;
use crate::cast::Cast;
use crate::chance::Chance;
use crate::logs;
use crate::rules::Broken;
use crate::sim::{Sim, Telling};
use crate::support::Story;
use crate::watch;

/// How many weeks are played; the last one's numbers are told after it.
const WEEKS: i64 = 52;
/// At most so many asks a day in the gate.
const THIN: usize = 1;
/// And in such a company.
const FULL: usize = 25;
/// How long people's words are kept here, in days.
const KEPT: i64 = 120;
/// How many of the last lines a failure shows.
const LAST: usize = 50;

/// The year while it is played.
struct Year {
    sim: Sim,
    company: Company,
    /// What happens, in order; the number keeps the order of what is planned for the same instant.
    agenda: BTreeMap<(DateTime<Utc>, usize), Act>,
    planned: usize,
    /// What somebody has decided to do about what they see is not decided again.
    decided: BTreeSet<(EngagementId, String)>,
    /// The versions that people have looked at.
    known: BTreeMap<EngagementId, i64>,
    absences: Absences,
    /// Calls whose card said that the notice is short.
    short: BTreeSet<EngagementId>,
    /// What people said as if there were no bot.
    habits: Habits,
    /// Until then the bot only counts.
    switched_at: DateTime<Utc>,
    /// How many people have come.
    newcomers: usize,
}

impl Year {
    async fn begin(asks: usize, chance: &mut Chance, telling: Telling) -> Self {
        let company = Company::begin();
        let mut rules = Rules::default();
        rules.reports.channel = Some(ChannelRef::Name(PROGRAMME.trim_start_matches('#').to_owned()));
        rules.keep_text_days = KEPT;
        let story = Story::with(company.directory(), rules).await;
        Company::join(&story.slack);
        story.bot.read_names().await.expect("names");
        story.settle().await;
        let cast = Cast::around(&story);
        let switched_at = story.clock.now() + Duration::weeks(plan::OBSERVED);
        let mut year = Self {
            sim: Sim::of(story, cast, telling),
            company,
            agenda: BTreeMap::new(),
            planned: 0,
            decided: BTreeSet::new(),
            known: BTreeMap::new(),
            absences: Absences::default(),
            short: BTreeSet::new(),
            habits: Habits::default(),
            switched_at,
            newcomers: 0,
        };
        for (at, act) in plan::year(year.sim.now(), asks, chance) {
            year.plan(at, act);
        }
        year
    }

    fn plan(&mut self, at: DateTime<Utc>, act: Act) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), act);
    }

    /// Plays one thing after the other; what broke, if something did.
    async fn play(&mut self, seed: u64) -> Vec<Broken> {
        let end = self.sim.now() + Duration::weeks(WEEKS) + Duration::minutes(6);
        let mut number = 0;
        while let Some(((at, _), act)) = self.agenda.pop_first() {
            if at > end {
                break;
            }
            if at > self.sim.now() {
                self.sim.pass(at - self.sim.now()).await;
                self.look();
            }
            number += 1;
            self.act(act, &mut Chance::of_step(seed, number)).await;
            self.sim.settle().await;
            self.look();
            if !self.sim.broken.is_empty() {
                return std::mem::take(&mut self.sim.broken);
            }
            self.react(&mut Chance::of_step(!seed, number));
        }
        self.check_purged();
        self.check_the_week().await;
        std::mem::take(&mut self.sim.broken)
    }

    fn look(&mut self) {
        watch::look(&mut self.sim);
        let found = self.absences.check(&self.sim);
        self.sim.broken.extend(found);
    }

    /// Nobody's words are kept longer than the setting says; a few days are left for the daily round and what was down.
    fn check_purged(&mut self) {
        let left = self.sim.rows.with_words_before(self.sim.now() - Duration::days(KEPT + 4));
        if left > 0 {
            self.sim.broken.push(Broken::new("words are forgotten in time", format!("{left} engagements")));
        }
    }

    /// The last week's post says what could be counted by hand.
    async fn check_the_week(&mut self) {
        let sim = &mut self.sim;
        let is_post = |body: &str| body.starts_with("*All areas*");
        let posts = sim
            .ledger
            .standing
            .iter()
            .filter(|((place, ..), seen)| place == PROGRAMME && is_post(&seen.body));
        let Some((at, post)) = posts.map(|(_, seen)| (seen.at, seen.body.clone())).max() else {
            return sim.broken.push(Broken::new("each week is told", "there is no post"));
        };
        println!("{post}");
        if sim.now() - at > Duration::minutes(10) {
            sim.broken.push(Broken::new("each week is told", format!("the last one at {at}")));
        }
        let monday = at - Duration::minutes(5);
        let week = Period { from: monday - Duration::weeks(1), to: monday };
        let (own, told) =
            (book::count(&sim.ledger, &self.short, (week.from, week.to), |_| true), book::told(&post));
        if own != told || own.asked == 0 {
            let how = format!("counted {own:?}, told {told:?}");
            sim.broken.push(Broken::new("the week's numbers are those of its cards", how));
        }
        self.check_every_area(week, &post).await;
    }
}

/// At most how many asks a day; on most days there are fewer.
fn asks() -> usize {
    match std::env::var("SWITCHBOARD_YEAR") {
        Ok(word) if word == "full" => FULL,
        Ok(number) => number.parse().unwrap_or_else(|_| panic!("SWITCHBOARD_YEAR={number} is no number")),
        Err(_) => THIN,
    }
}

#[test]
fn a_year_of_a_company_keeps_the_rules() {
    logs::listen();
    let seed = crate::number("SWITCHBOARD_SEED").unwrap_or(1);
    let began = Instant::now();
    let mut runtime = runtime::Builder::new_multi_thread();
    let runtime =
        runtime.worker_threads(2).thread_name(logs::name()).enable_all().build().expect("a runtime");
    let telling = Telling::default();
    let shared = telling.clone();
    let played = LocalSet::new().block_on(&runtime, async move {
        tokio::task::spawn_local(async move {
            let mut year = Year::begin(asks(), &mut Chance::of_step(seed, 0), shared).await;
            let broken = year.play(seed).await;
            (broken, year.sim.counts.clone(), year.sim.rows.engagements.len())
        })
        .await
    });
    runtime.shutdown_timeout(Wall::from_secs(1));
    let broken = match played {
        Ok((broken, counts, number)) => {
            println!("{number} engagements in {:?}: {counts:?}", began.elapsed());
            broken
        }
        Err(panic) => vec![Broken::new("nothing panics", panic.to_string())],
    };
    if broken.is_empty() {
        return;
    }
    let lines = telling.lock().unwrap_or_else(PoisonError::into_inner);
    let last = lines[lines.len().saturating_sub(LAST)..].join("\n  ");
    let rules: Vec<String> = broken.iter().map(ToString::to_string).collect();
    panic!(
        "year {seed}\n  {last}\n{}\nagain: SWITCHBOARD_SEED={seed} SWITCHBOARD_YEAR={} cargo test --test simulation -- --nocapture a_year",
        rules.join("\n"),
        asks()
    );
}
