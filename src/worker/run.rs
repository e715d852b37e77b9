//! The loops around the ticks, and how they end. Correct on the timer alone; a ring of the bell is only a hurry-up. A loop
//! that ends by itself is begun anew.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock_loops::{Works, clock_loop, errand_loop};
use super::homes::Desk;
use super::names::{NamesError, Source};
use super::pace::Pace;
use super::steps::Steps;
use super::supervise::supervised;
use super::watchdog::Round;
use super::{absences, gap, health, heartbeat, holidays, homes, membership, names, outbox, replan, upkeep};
use crate::app::App;
use crate::slack::client::{Beacon, Slack};
use crate::store::StoreError;

/// The longest that a reading of the names may be ahead: it is nightly.
const NAMES_AHEAD: chrono::Duration = chrono::Duration::hours(49);
/// The longest sleep until names are read: whether that is due is looked at again.
const NAMES_LOOK: Duration = Duration::from_mins(5);
/// The shortest time between two readings of the names.
const NAMES_REST: chrono::Duration = chrono::Duration::seconds(15);
/// How long it rests where the store does not take what events told.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long the first reading waits where names are known: whoever asks while we start comes first.
const NAMES_AT_START: Duration = Duration::from_secs(2);
/// How often calendars of holidays on the web are read.
const HOLIDAYS_EVERY: chrono::Duration = chrono::Duration::hours(24);
/// How soon they are read again where one could not be.
const HOLIDAYS_AGAIN: chrono::Duration = chrono::Duration::minutes(30);
/// How soon they are read after a reload.
const HOLIDAYS_LOOK: Duration = Duration::from_mins(1);
/// How often the heartbeat's address is told that all is well.
const BEAT: Duration = Duration::from_mins(1);
/// Scopes are looked at each time the bot's health was looked at so often.
const SCOPES_EACH: u32 = 10;
/// How often the watchdog begins a round.
const ROUND: Duration = Duration::from_mins(10);
/// How long the watchdog rests after each page.
const PAGE_REST: Duration = Duration::from_secs(5);
/// How often Homes are looked at when nobody waits for one.
const HOMES_EVERY: Duration = Duration::from_secs(1);
/// The rest between two looks where many Homes changed.
const HOMES_BREATH: Duration = Duration::from_millis(50);
/// How soon they are looked at again where the store did not answer.
const HOMES_AGAIN: Duration = Duration::from_secs(2);
/// How often absences are looked at, should nobody ring.
const ABSENCES: Duration = Duration::from_secs(10);
/// How often a sign of life is kept.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Everything that runs beside the requests.
pub struct Worker {
    /// The bot's inner workings.
    pub app: Arc<App>,
    /// The way out to Slack.
    pub slack: Slack,
    /// What people wrote down.
    pub source: Arc<Source>,
    /// What is known of the machine's clocks.
    pub steps: Arc<Steps>,
}

impl Worker {
    /// Looks how long we were down, has threads read again after a gap, and starts the loops. They end when `stop` says so.
    pub async fn start(self, stop: watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, StoreError> {
        gap::notice(&self.app).await?;
        let Self { app, slack, source, steps } = self;
        let works = Works { app: Arc::clone(&app), slack: slack.clone(), steps: Arc::clone(&steps) };
        let keep = |name| (name, Arc::clone(&app), stop.clone());
        let mut loops = Vec::new();
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("clocks"));
            loops.push(supervised(name, app, until, move || clock_loop(works.clone(), stop.clone())));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("errands"));
            loops.push(supervised(name, app, until, move || errand_loop(works.clone(), stop.clone())));
        }
        {
            let pace = Arc::new(Pace::steady());
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("outbox"));
            loops.push(supervised(name, app, until, move || {
                let (works, pace, stop) = (works.clone(), Arc::clone(&pace), stop.clone());
                async move { outbox::serve(&works, &pace, stop, outbox::ENDS_WITHIN).await }
            }));
        }
        {
            let desk = Arc::new(Desk::steady());
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("homes"));
            loops.push(supervised(name, app, until, move || {
                homes_loop(works.clone(), Arc::clone(&desk), stop.clone())
            }));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("upkeep"));
            loops.push(supervised(name, app, until, move || upkeep_loop(works.clone(), stop.clone())));
        }
        {
            let (source, stop, (name, app, until)) = (Arc::clone(&source), stop.clone(), keep("holidays"));
            let mine = Arc::clone(&app);
            loops.push(supervised(name, app, until, move || {
                holidays_loop(Arc::clone(&mine), Arc::clone(&source), stop.clone())
            }));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("names"));
            loops.push(supervised(name, app, until, move || {
                names_loop(works.clone(), Arc::clone(&source), stop.clone())
            }));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("absences"));
            loops.push(supervised(name, app, until, move || absences_loop(works.clone(), stop.clone())));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("calendars"));
            loops.push(supervised(name, app, until, move || replan_loop(works.clone(), stop.clone())));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("watchdog"));
            loops.push(supervised(name, app, until, move || watchdog_loop(works.clone(), stop.clone())));
        }
        {
            let (works, stop, (name, app, until)) = (works.clone(), stop.clone(), keep("health"));
            loops.push(supervised(name, app, until, move || health_loop(works.clone(), stop.clone())));
        }
        Ok(loops)
    }
}

/// Looks how the bot runs, and now and then which scopes Slack grants.
async fn health_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    let mut looks = 0_u32;
    while !*stop.borrow() {
        sleep_or_stop(BEAT, &mut stop).await;
        let mut looked = health::tick(app).await;
        if looked.is_ok() && looks.is_multiple_of(SCOPES_EACH) {
            looked = health::look_at_scopes(app, &works.slack).await;
        }
        looks = looks.wrapping_add(1);
        if let Err(error) = looked {
            tracing::error!(%error, "how the bot runs could not be looked at");
        }
    }
}

/// Tells that address again and again that all is well, until `stop` says so.
pub fn beat(app: &Arc<App>, beacon: Beacon, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    let (mine, until) = (Arc::clone(app), stop.clone());
    supervised("heartbeat", Arc::clone(app), until, move || {
        let (app, beacon, mut stop) = (Arc::clone(&mine), beacon.clone(), stop.clone());
        async move {
            while !*stop.borrow() {
                // The first one comes after a while, when it is known whether all is well.
                sleep_or_stop(BEAT, &mut stop).await;
                if !*stop.borrow() {
                    heartbeat::tick(&app, &beacon).await;
                }
            }
        }
    })
}

/// Goes round over what is live, a page at a time.
async fn watchdog_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    while !*stop.borrow() {
        let began = app.reading().steady;
        let mut round = Round::default();
        let mut is_over = false;
        while !is_over && !*stop.borrow() {
            sleep_or_stop(PAGE_REST, &mut stop).await;
            is_over = round.go_on(app).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the watchdog could not look; it begins anew");
                true
            });
        }
        let took = (app.reading().steady - began).to_std().unwrap_or_default();
        sleep_or_stop(ROUND.saturating_sub(took), &mut stop).await;
    }
}

/// Keeps App Homes up to date: at once for whoever waits, else a few at a time.
async fn homes_loop(works: Works, desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    while !*stop.borrow() {
        let rest = match homes::tick(app, &works.slack, &desk).await {
            Ok(looked) if looked.is_full => HOMES_BREATH,
            Ok(_) => HOMES_EVERY,
            Err(error) => {
                tracing::error!(%error, "Homes could not be kept up to date");
                HOMES_AGAIN
            }
        };
        tokio::select! {
            () = app.homes.waited_for.notified() => {}
            () = sleep_or_stop(rest, &mut stop) => {}
        }
    }
}

/// Sees to absences that begin, end, or were changed.
async fn absences_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    while !*stop.borrow() {
        if let Err(error) = absences::tick(app).await {
            tracing::error!(%error, "absences could not be seen to; they are looked at again");
        }
        tokio::select! {
            () = app.absences_changed.notified() => {}
            () = sleep_or_stop(ABSENCES, &mut stop) => {}
        }
    }
}

/// Has running clocks follow the calendars whenever these change.
async fn replan_loop(works: Works, mut stop: watch::Receiver<bool>) {
    let app = &works.app;
    while !*stop.borrow() {
        if let Err(error) = replan::tick(app).await {
            tracing::error!(%error, "running clocks could not follow the calendars; they are looked at again");
            sleep_or_stop(AFTER_FAILURE, &mut stop).await;
        }
        tokio::select! {
            () = app.calendars.changed.notified() => {}
            () = sleep_or_stop(ROUND, &mut stop) => {}
        }
    }
}

async fn upkeep_loop(works: Works, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = upkeep::tick(&works.app, &works.steps).await {
            tracing::error!(%error, "the sign of life could not be kept");
        }
        if let Err(error) = works.app.tell_the_week().await {
            tracing::error!(%error, "the numbers of the week could not be told yet");
        }
        tokio::select! {
            () = works.app.health.hearing.heard.notified() => {}
            () = sleep_or_stop(HEARTBEAT, &mut stop) => {}
        }
    }
}

/// Follows what events tell, reads everything at the start, whenever an event did not say enough, and at night; looks weekly who
/// is in the internal channels (B8).
async fn names_loop(works: Works, source: Arc<Source>, mut stop: watch::Receiver<bool>) {
    let (app, slack) = (&works.app, &works.slack);
    if app.policy().org.knows_names() {
        sleep_or_stop(NAMES_AT_START, &mut stop).await;
    }
    let mut read_at = app.now();
    while !*stop.borrow() {
        // Set back by days, the clock would have it wait for days.
        if app.now() >= read_at || read_at - app.now() > NAMES_AHEAD {
            let rest = read_names(app, slack, &source).await;
            read_at = match rest {
                Some(rest) => app.now() + rest,
                None => quiet_hour(app).await,
            };
        }
        let left = (read_at - app.now()).to_std().unwrap_or_default();
        tokio::select! {
            () = app.names_stale.notified() => match names::follow(app, &source).await {
                Ok(false) => {}
                Ok(true) => read_at = read_at.min(app.now() + NAMES_REST),
                Err(error) => {
                    tracing::error!(%error, "names could not be followed");
                    sleep_or_stop(AFTER_FAILURE, &mut stop).await;
                }
            },
            // The machine may sleep, and its clock be set: the instant is looked at again.
            () = sleep_or_stop(left.min(NAMES_LOOK), &mut stop) => {}
        }
    }
}

/// Reads everything; how long to rest where that failed.
async fn read_names(app: &Arc<App>, slack: &Slack, source: &Source) -> Option<chrono::Duration> {
    match names::tick(app, slack, source).await {
        Ok(()) => {}
        Err(error @ (NamesError::Slack(_) | NamesError::Cut)) => {
            tracing::error!(%error, "names could not be read at Slack; the last known ones are used");
            return Some(NAMES_REST);
        }
        Err(NamesError::Store(error)) => {
            tracing::error!(%error, "names could not be kept");
            return Some(NAMES_REST);
        }
    }
    if let Err(error) = membership::tick_weekly(app, slack, source).await {
        tracing::error!(%error, "who is in the internal channels could not be kept");
    }
    None
}

async fn quiet_hour(app: &App) -> chrono::DateTime<chrono::Utc> {
    let names = names::kept(app).await.ok().flatten().unwrap_or_default();
    names.next_quiet_hour(app.now())
}

/// Reads the holidays at once, each night, soon after a reload, and again where that failed.
async fn holidays_loop(app: Arc<App>, source: Arc<Source>, mut stop: watch::Receiver<bool>) {
    let mut last = None;
    while !*stop.borrow() {
        let steady = app.reading().steady;
        let is_due = last
            .as_ref()
            .is_none_or(|(written, at, rest)| !Arc::ptr_eq(written, &source.load()) || steady - *at >= *rest);
        if is_due {
            let rest = match holidays::tick(&app, &source).await {
                Ok(0) => HOLIDAYS_EVERY,
                Ok(_) => HOLIDAYS_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "holidays could not be kept");
                    HOLIDAYS_AGAIN
                }
            };
            last = Some((source.load_full(), steady, rest));
        }
        sleep_or_stop(HOLIDAYS_LOOK, &mut stop).await;
    }
}

async fn sleep_or_stop(rest: Duration, stop: &mut watch::Receiver<bool>) {
    if rest.is_zero() || *stop.borrow() {
        return;
    }
    tokio::select! {
        () = tokio::time::sleep(rest) => {}
        _ = stop.changed() => {}
    }
}
