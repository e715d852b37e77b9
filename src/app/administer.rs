//! What admins ask of the bot itself, and area leads for their area: paused reminders, a card posted again, what was not
//! delivered, how things stand. Who may is decided here; every deed is on the log.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Answer, App, Envelope};
use crate::domain::admin::{self, Card, Deed, LogEntry, RowOutcome, Told, Until, Wish, Wished};
use crate::domain::calendar::WorkCalendar;
use crate::domain::command::{Act, Action, Command};
use crate::domain::decision::Reply;
use crate::domain::engagement::Engagement;
use crate::domain::ids::{AreaKey, EngagementId, UserId};
use crate::domain::org::{Org, Role};
use crate::domain::pause::Pause;
use crate::domain::refusal::Refusal;
use crate::store::{Done, NoticeWish, OutboxId, RereadEnd, StoreError};

/// How many rows a list shows.
const LISTED: usize = 8;
/// How many dead letters are counted.
const COUNTED: u32 = 100;
/// How many lines of the log are read for a summary.
const SUMMED: u32 = 10_000;
/// Why a message was dropped.
const DROPPED: &str = "an admin dropped it";

impl App {
    /// Does what somebody asks of the bot itself. Closing and reassigning are ordinary decisions (see [`App::act_for`]), and a
    /// dead letter is heard by whoever can read it.
    pub async fn administer(&self, wish: &Wish, from: Wished<'_>) -> Result<Reply, StoreError> {
        let (policy, by) = (self.policy(), from.by);
        if wish.is_a_deed() && self.was_done(from.keys).await? {
            return Ok(told(Told::DoneBefore));
        }
        match wish {
            Wish::Pause { area, until } => self.pause(&policy.org, area.as_deref(), *until, from).await,
            Wish::Resume { area } => self.resume(&policy.org, area.as_deref(), from).await,
            Wish::Card => self.admin_card(&policy.org, by).await,
            Wish::CardOf { area } => self.area_card(&policy.org, area, by).await,
            Wish::Resend { id } => self.resend(id, from).await,
            // What can be typed is no secret; who may is decided with each.
            Wish::Help => Ok(told(Told::Help)),
            Wish::NotUnderstood if leads_any(&policy.org, by) => Ok(told(Told::Usage)),
            _ if !policy.org.is_admin(by) => Ok(refused(None)),
            Wish::Parked => self.parked_rows().await,
            Wish::RetryNotice { row } => self.retry_notice(*row, from).await,
            Wish::DropNotice { row } => self.drop_notice(*row, from).await,
            Wish::Letters => self.letter_rows().await,
            Wish::DropLetter { row } => self.drop_letter(*row, from).await,
            Wish::Modes => {
                let modes = policy.org.areas().iter().map(|area| (area.key.clone(), area.mode));
                Ok(told(Told::Modes(modes.collect())))
            }
            Wish::Health => Ok(told(Told::Health(self.wrong().await))),
            Wish::Log { days } => self.log_summary(*days).await,
            Wish::NotUnderstood | Wish::Close { .. } | Wish::Reassign { .. } | Wish::RetryLetter { .. } => {
                Ok(told(Told::Usage))
            }
        }
    }

    /// The engagement of a typed id, where this person may know of it; else the refusal.
    pub async fn typed(&self, id: &str, by: &UserId) -> Result<Result<Engagement, Refusal>, StoreError> {
        let unknown = || Refusal::Unknown { id: id.trim().to_owned() };
        let Ok(number) = id.parse::<EngagementId>() else { return Ok(Err(unknown())) };
        let found = self.engagement(number).await?;
        Ok(found.filter(|found| self.may_see(found, by)).ok_or_else(unknown))
    }

    /// The envelope of an act on an engagement whose id was typed.
    pub fn act_for(&self, engagement: EngagementId, from: Wished<'_>, action: Action) -> Envelope {
        let act = Act { engagement, by: from.by.clone(), action };
        let keys = from.keys.to_vec();
        Envelope { keys, answer: Answer::Inline, ..Envelope::internal(Command::Act(act)) }
    }

    /// Keeps a line of the log.
    pub async fn log(&self, done: impl Into<Done>) -> Result<(), StoreError> {
        self.store.log(self.installation, done).await
    }

    /// Whether a wish with one of these keys was done before.
    pub async fn was_done(&self, keys: &[String]) -> Result<bool, StoreError> {
        let keys = keys.to_vec();
        let found = self.store.read(self.installation, move |view| view.decided(&keys)).await?;
        Ok(found.is_some())
    }

    fn entry(&self, by: &UserId, deed: Deed, what: impl Into<String>) -> LogEntry {
        LogEntry::of(self.now(), by, deed, what)
    }

    async fn pause(
        &self,
        org: &Org,
        typed: Option<&str>,
        until: Until,
        from: Wished<'_>,
    ) -> Result<Reply, StoreError> {
        let by = from.by;
        let area = match overseen(org, typed, by) {
            Ok(area) => area,
            Err(reply) => return Ok(reply),
        };
        let now = self.now();
        let until = until_when(org, by, until, now);
        let what = area.as_ref().map_or_else(String::new, ToString::to_string);
        let outcome =
            until.map_or_else(|| "until resumed".to_owned(), |until| format!("until {}", until.to_rfc3339()));
        let entry = self.entry(by, Deed::Pause, what).ending(outcome);
        let log = Done { entry, keys: from.keys.to_vec() };
        let pause = Pause { area: area.clone(), by: by.clone(), from: now, until, ended: None };
        self.store.pause(self.installation, pause, log).await?;
        self.load_pauses().await?;
        if let Some(until) = until {
            self.clocks.due(until);
        }
        let running = self
            .pauses()
            .iter()
            .find(|pause| pause.area == area && pause.over_at().is_none_or(|at| at > now))
            .cloned();
        Ok(running.map_or_else(|| told(Told::NotPaused { area }), |pause| told(Told::Paused(pause))))
    }

    async fn resume(&self, org: &Org, typed: Option<&str>, from: Wished<'_>) -> Result<Reply, StoreError> {
        let by = from.by;
        let area = match overseen(org, typed, by) {
            Ok(area) => area,
            Err(reply) => return Ok(reply),
        };
        self.end_pauses().await?;
        let what = area.as_ref().map_or_else(String::new, ToString::to_string);
        let log = Done { entry: self.entry(by, Deed::Resume, what), keys: from.keys.to_vec() };
        let ended = self.store.resume(self.installation, area.clone(), self.now(), log).await?;
        self.load_pauses().await?;
        self.ring_all();
        Ok(told(if ended { Told::Resumed { area } } else { Told::NotPaused { area } }))
    }

    async fn admin_card(&self, org: &Org, by: &UserId) -> Result<Reply, StoreError> {
        let is_admin = org.is_admin(by);
        let led = org.areas().iter().filter(|area| area.leads.contains(by));
        let areas: Vec<AreaKey> = led.map(|area| area.key.clone()).collect();
        if !is_admin && areas.is_empty() {
            return Ok(refused(None));
        }
        self.end_pauses().await?;
        let now = self.now();
        let running = |pause: &&Pause| pause.over_at().is_none_or(|over| now < over);
        let mine = |pause: &&Pause| is_admin || pause.area.as_ref().is_none_or(|area| areas.contains(area));
        let pauses = self.pauses().iter().filter(running).filter(mine).cloned().collect();
        let mut card = Card { pauses, areas: Vec::new(), parked: 0, letters: 0, wrong: Vec::new() };
        if is_admin {
            card.parked = self.store.parked(self.installation).await?.len();
            card.letters = self.store.letters(self.installation, COUNTED).await?.len();
            card.wrong = self.wrong().await;
        } else {
            card.areas = areas;
        }
        Ok(told(Told::Card(card)))
    }

    async fn area_card(&self, org: &Org, area: &str, by: &UserId) -> Result<Reply, StoreError> {
        let area = match overseen(org, Some(area), by) {
            Ok(Some(area)) => area,
            Ok(None) => return Ok(refused(None)),
            Err(reply) => return Ok(reply),
        };
        self.end_pauses().await?;
        let now = self.now();
        let runs = |pause: &&Pause| {
            pause.over_at().is_none_or(|over| now < over)
                && pause.area.as_ref().is_none_or(|own| *own == area)
        };
        let pauses = self.pauses().iter().filter(runs).cloned().collect();
        let card = Card { pauses, areas: vec![area], parked: 0, letters: 0, wrong: Vec::new() };
        Ok(told(Told::Card(card)))
    }

    /// Posts a card again that is gone, or lets one that was given up be tried again. One that stands is left alone, so that
    /// nobody sees two.
    async fn resend(&self, id: &str, from: Wished<'_>) -> Result<Reply, StoreError> {
        let by = from.by;
        let engagement = match self.typed(id, by).await? {
            Ok(engagement) => engagement,
            Err(_) if !leads_any(&self.policy().org, by) => return Ok(refused(None)),
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        let policy = self.policy();
        if !policy.org.may_oversee(by, engagement.area.as_ref()) {
            return Ok(refused(engagement.area.clone()));
        }
        let mut is_resent = false;
        for parked in self.store.parked(self.installation).await? {
            if parked.notice.engagement == Some(engagement.id) && parked.notice.is_card() {
                // Its key goes with it: one that may have arrived is looked for before it is sent.
                let wish = self.store.retry_parked(self.installation, parked.id, self.now()).await?;
                is_resent |= !wish.is_refused();
            }
        }
        if !is_resent {
            let command = Command::Resend { engagement: engagement.id, by: by.clone() };
            let keys = from.keys.to_vec();
            let envelope = Envelope { keys, answer: Answer::Inline, ..Envelope::internal(command) };
            return Ok(self.handle(envelope).await?.reply);
        }
        let entry = self.entry(by, Deed::Resend, engagement.id.short());
        self.log(Done { entry, keys: from.keys.to_vec() }).await?;
        self.work.notify_one();
        Ok(told(Told::Resent { id: engagement.id }))
    }

    async fn parked_rows(&self) -> Result<Reply, StoreError> {
        let parked = self.store.parked(self.installation).await?;
        let rows = parked.iter().take(LISTED).map(|one| admin::ParkedRow {
            row: one.id.0,
            lane: one.lane.clone(),
            engagement: one.notice.engagement,
            reason: one.reason.clone(),
        });
        Ok(told(Told::Parked { rows: rows.collect(), number: parked.len() }))
    }

    async fn retry_notice(&self, row: i64, from: Wished<'_>) -> Result<Reply, StoreError> {
        let wish = self.store.retry_parked(self.installation, OutboxId(row), self.now()).await?;
        self.work.notify_one();
        self.row_done(row, from, Deed::RetryNotice, of_notice(wish, RowOutcome::TriedAgain)).await
    }

    async fn drop_notice(&self, row: i64, from: Wished<'_>) -> Result<Reply, StoreError> {
        let (id, now) = (OutboxId(row), self.now());
        let wish = self.store.drop_undelivered(self.installation, id, DROPPED.to_owned(), now).await?;
        self.row_done(row, from, Deed::DropNotice, of_notice(wish, RowOutcome::Dropped)).await
    }

    async fn letter_rows(&self) -> Result<Reply, StoreError> {
        let letters = self.store.letters(self.installation, COUNTED).await?;
        let number = letters.len();
        Ok(told(Told::Letters { rows: letters.into_iter().take(LISTED).collect(), number }))
    }

    async fn drop_letter(&self, row: i64, from: Wished<'_>) -> Result<Reply, StoreError> {
        let was_there = self.store.end_reread(self.installation, row, RereadEnd::Gone).await?;
        let outcome = if was_there { RowOutcome::Dropped } else { RowOutcome::Gone };
        self.row_done(row, from, Deed::DropLetter, outcome).await
    }

    /// Keeps what became of a row, and tells it.
    pub async fn row_done(
        &self,
        row: i64,
        from: Wished<'_>,
        deed: Deed,
        outcome: RowOutcome,
    ) -> Result<Reply, StoreError> {
        let end = match &outcome {
            RowOutcome::TriedAgain | RowOutcome::Dropped | RowOutcome::Overtaken | RowOutcome::Understood => {
                admin::DONE
            }
            RowOutcome::Stays { .. } | RowOutcome::Doubtful | RowOutcome::Gone => admin::REFUSED,
        };
        let entry = self.entry(from.by, deed, row.to_string()).ending(end);
        self.log(Done { entry, keys: from.keys.to_vec() }).await?;
        Ok(told(Told::Row { row, outcome }))
    }

    async fn log_summary(&self, days: u32) -> Result<Reply, StoreError> {
        let since = self.now() - TimeDelta::days(i64::from(days));
        let lines = self.store.log_since(self.installation, since, SUMMED).await?;
        let mut counts: Vec<(String, usize)> = Vec::new();
        for line in &lines {
            match counts.iter_mut().find(|(deed, _)| *deed == line.deed) {
                Some((_, count)) => *count += 1,
                None => counts.push((line.deed.clone(), 1)),
            }
        }
        counts.sort();
        Ok(told(Told::Log { days, counts, last: lines.into_iter().take(LISTED).collect() }))
    }

    async fn wrong(&self) -> Vec<String> {
        self.ailments().await.into_iter().map(str::to_owned).collect()
    }
}

fn told(what: Told) -> Reply {
    Reply::Admin(Box::new(what))
}

fn refused(area: Option<AreaKey>) -> Reply {
    let who = area.map_or(Role::Admins, Role::LeadsOf);
    Reply::Refused(Refusal::OnlyFor { who })
}

/// The area that was typed (`None`: all), where this person oversees it; else what they hear.
fn overseen(org: &Org, typed: Option<&str>, by: &UserId) -> Result<Option<AreaKey>, Reply> {
    let area = match typed {
        None => None,
        Some(typed) => match org.area_by_word(typed).map(|area| area.key.clone()) {
            Some(area) => Some(area),
            None if !leads_any(org, by) => return Err(refused(None)),
            None => {
                return Err(Reply::Refused(Refusal::UnknownArea { typed: typed.to_owned() }));
            }
        },
    };
    if org.may_oversee(by, area.as_ref()) { Ok(area) } else { Err(refused(area)) }
}

/// Whether this person oversees anything at all.
fn leads_any(org: &Org, by: &UserId) -> bool {
    org.is_admin(by) || org.areas().iter().any(|area| area.leads.contains(by))
}

fn until_when(org: &Org, by: &UserId, until: Until, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match until {
        Until::Resumed => None,
        Until::Minutes(minutes) => Some(now + TimeDelta::minutes(i64::from(minutes))),
        Until::Tomorrow => {
            let calendar = WorkCalendar::of(org, Some(by), None);
            let tomorrow = calendar.date(now).succ_opt()?.and_time(NaiveTime::MIN);
            Some(calendar.next_working(calendar.first_instant(tomorrow)))
        }
    }
}

fn of_notice(wish: NoticeWish, done: RowOutcome) -> RowOutcome {
    match wish {
        NoticeWish::Done | NoticeWish::WasSo => done,
        NoticeWish::Overtaken => RowOutcome::Overtaken,
        NoticeWish::InFlight
        | NoticeWish::Sent
        | NoticeWish::Dropped
        | NoticeWish::Unreadable
        | NoticeWish::Unknown => RowOutcome::Gone,
    }
}
