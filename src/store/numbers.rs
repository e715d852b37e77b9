//! What a report counts (A11), read in one snapshot; and the rounds of reply clocks, kept beside each inquiry as it is written.
//!
//! Each statement rests on an index over the period. What the numbers mean is `domain::numbers`'.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::baseline::{self, number_of};
use super::beside::Beside;
use super::open::Store;
use super::row::{Reading, all, one};
use super::writer::execute;
use crate::domain::calendar::weekly::Period;
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, ReplyClock};
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::{AreaKey, InstallationId, UserId};
use crate::domain::numbers::{
    Asks, ByArea, Calls, Compared, Exceptions, Round, RoundEnd, RoundEnded, Weekly,
};
use crate::domain::rules::ClockMode;

pub(super) const ASKS: &str = "SELECT area, COUNT(*) AS asked, COUNT(taken_at) AS taken, \
    SUM(state IN ('answered', 'closed') AND answered_at IS NOT NULL) AS answered \
    FROM engagement WHERE installation_id = ? AND asked_at >= ? AND asked_at < ? \
    AND kind = 'question' AND home_channel IS NOT NULL GROUP BY area";
/// As our own JSON spells it; what people wrote has its quotes escaped there.
pub(super) const APART: &str = "SELECT area, COUNT(CASE WHEN instr(body, '\"redirected\":true') THEN 1 END) AS redirected, \
    COUNT(CASE WHEN instr(body, '\"no_sme_area\":true') THEN 1 END) AS no_sme_area \
    FROM engagement WHERE installation_id = ? AND asked_at >= ? AND asked_at < ? \
    AND kind = 'question' AND home_channel IS NOT NULL \
    AND (instr(body, '\"redirected\":true') OR instr(body, '\"no_sme_area\":true')) GROUP BY area";
/// From what was asked of PMs back to the question behind it: there are far fewer of these than of questions.
pub(super) const REACHED: &str = "SELECT q.area AS area, COUNT(DISTINCT q.id) AS reached, \
    COUNT(DISTINCT CASE WHEN q.state IN ('answered', 'closed') AND q.answered_at IS NOT NULL THEN q.id END) AS answered \
    FROM engagement p CROSS JOIN engagement q ON q.installation_id = p.installation_id AND q.id = p.parent \
    WHERE p.installation_id = ?1 AND p.asked_at >= ?2 AND p.kind IN ('inquiry', 'pm_ask') AND p.parent IS NOT NULL \
    AND p.home_channel IS NOT NULL AND q.asked_at >= ?2 AND q.asked_at < ?3 AND q.kind = 'question' \
    AND q.home_channel IS NOT NULL GROUP BY q.area";
pub(super) const ROUNDS: &str = "SELECT engagement_id, area, within_seconds, mode, missed, ended, answered_by, \
    elapsed_seconds, working_seconds FROM reply_round \
    WHERE installation_id = ? AND started_at >= ? AND started_at < ?";
pub(super) const CALLS: &str = "SELECT area, COUNT(*) AS asked, COUNT(CASE WHEN instr(body, '\"second_day\":true') THEN 1 END) AS short_notice \
    FROM engagement WHERE installation_id = ? AND asked_at >= ? AND asked_at < ? \
    AND kind = 'call' AND home_channel IS NOT NULL GROUP BY area";
/// Many of them were never posted, so that the index of calls does not hold them. Of each the last one that was asked for.
pub(super) const EXCEPTIONS: &str = "SELECT area, COUNT(*) AS asked, \
    COUNT(CASE WHEN state_of = 'approved' THEN 1 END) AS approved, \
    COUNT(CASE WHEN state_of = 'declined' THEN 1 END) AS declined, \
    COUNT(CASE WHEN state_of = 'lapsed' THEN 1 END) AS lapsed \
    FROM (SELECT area, COALESCE(json_extract(body, '$.moving_exception.state'), json_extract(body, '$.exception.state')) AS state_of \
        FROM engagement WHERE installation_id = ? AND asked_at >= ? AND asked_at < ? \
        AND instr(body, 'exception\":{')) GROUP BY area";
/// Since when areas are not only observed, as it was first seen (`App::note_what_is_enforced`).
pub(super) const ENFORCED: &str = "SELECT SUBSTR(topic, 10) AS area, at FROM told \
    WHERE installation_id = ? AND topic >= 'enforced:' AND topic < 'enforced;'";
pub(super) const FIRST_DAY: &str = "SELECT MIN(day) AS day FROM baseline_day \
    WHERE installation_id = ? AND area = ? AND day >= ? AND day < ?";
/// The longest baseline, in days: longer ago it was another company.
const LONGEST_BASELINE: i64 = 28;
const KEEP_ROUND: &str = "INSERT INTO reply_round (installation_id, engagement_id, round, area, started_at, within_seconds, \
    mode, missed, ended, answered_by, elapsed_seconds, working_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
    ON CONFLICT (installation_id, engagement_id, round) DO UPDATE SET area = excluded.area, started_at = excluded.started_at, \
    missed = excluded.missed, ended = excluded.ended, answered_by = excluded.answered_by, \
    elapsed_seconds = excluded.elapsed_seconds, working_seconds = excluded.working_seconds";

impl Store {
    /// What was counted in that period, by area.
    pub async fn numbers(&self, installation: InstallationId, period: Period) -> Result<ByArea, StoreError> {
        self.0.readers.read_long(move |db| counted(db, installation, period)).await
    }
}

impl Beside {
    /// What was counted in that period, by area, as of one instant.
    pub fn numbers(&self, installation: InstallationId, period: Period) -> Result<ByArea, StoreError> {
        let snapshot = self.db.unchecked_transaction()?;
        let counted = counted(&snapshot, installation, period)?;
        snapshot.finish()?;
        Ok(counted)
    }
}

fn counted(db: &Connection, installation: InstallationId, period: Period) -> Result<ByArea, StoreError> {
    let (from, to) = (period.from.timestamp_micros(), period.to.timestamp_micros());
    let within = params![installation.0, from, to];
    let mut counted = ByArea::new();
    for (area, asks) in all(db, ASKS, within, read_asks)? {
        counted.entry(area).or_default().asks = asks;
    }
    for (area, redirected, no_sme_area) in all(db, APART, within, read_apart)? {
        let asks = &mut counted.entry(area).or_default().asks;
        (asks.redirected, asks.no_sme_area) = (redirected, no_sme_area);
    }
    for (area, reached, answered) in all(db, REACHED, within, read_reached)? {
        let asks = &mut counted.entry(area).or_default().asks;
        asks.reached_a_pm = reached;
        asks.answered_by_smes = asks.answered_by_smes.saturating_sub(answered);
    }
    for (area, round) in all(db, ROUNDS, within, read_round)? {
        counted.entry(area).or_default().rounds.push(round);
    }
    for (area, calls) in all(db, CALLS, within, read_calls)? {
        counted.entry(area).or_default().calls = calls;
    }
    for (area, exceptions) in all(db, EXCEPTIONS, within, read_exceptions)? {
        counted.entry(area).or_default().calls.exceptions = exceptions;
    }
    for (area, since) in all(db, ENFORCED, params![installation.0], read_enforced)? {
        if let Some(compared) = compared(db, installation, (&area, since), period)? {
            counted.entry(Some(area)).or_default().compared = Some(compared);
        }
    }
    Ok(counted)
}

/// The days (of UTC) before the area was switched on against those of the period.
fn compared(
    db: &Connection,
    installation: InstallationId,
    (area, since): (&AreaKey, DateTime<Utc>),
    period: Period,
) -> Result<Option<Compared>, StoreError> {
    let key = area.as_str();
    let end = number_of(since.date_naive());
    let of = params![installation.0, key, end - LONGEST_BASELINE, end];
    let first: Option<i64> = one(db, FIRST_DAY, of, |row| Ok(row.get("day")?))?.flatten();
    let Some(first) = first else { return Ok(None) };
    let (from, to) = (number_of(period.from.date_naive()), number_of(period.to.date_naive()));
    let before = baseline::counted(db, installation, key, (first, end - 1))?;
    let now = baseline::counted(db, installation, key, (from, to - 1))?;
    let weekly = Weekly::of(&before, end - first).zip(Weekly::of(&now, to - from));
    Ok(weekly.map(|(before, now)| Compared { before, now, areas: 1 }))
}

fn read_enforced(row: &Row<'_>) -> Result<(AreaKey, DateTime<Utc>), StoreError> {
    let row = Reading::new(row, "told", "area");
    Ok((AreaKey(row.get("area")?), row.at("at")?))
}

impl Store {
    /// Which areas are not only observed, as it was seen last.
    pub async fn enforced(&self, installation: InstallationId) -> Result<Vec<AreaKey>, StoreError> {
        let read = move |db: &Connection| all(db, ENFORCED, params![installation.0], read_enforced);
        let found = self.0.readers.read(read).await?;
        Ok(found.into_iter().map(|(area, _)| area).collect())
    }
}

fn area(row: &Reading<'_>) -> Result<Option<AreaKey>, StoreError> {
    Ok(row.get::<Option<String>>("area")?.map(AreaKey))
}

/// The answered ones are all that were: those about which a PM was asked are taken off later.
fn read_asks(row: &Row<'_>) -> Result<(Option<AreaKey>, Asks), StoreError> {
    let row = Reading::new(row, "engagement", "area");
    let asks = Asks {
        asked: row.get("asked")?,
        taken: row.get("taken")?,
        answered_by_smes: row.get("answered")?,
        ..Asks::default()
    };
    Ok((area(&row)?, asks))
}

fn read_apart(row: &Row<'_>) -> Result<(Option<AreaKey>, u32, u32), StoreError> {
    let row = Reading::new(row, "engagement", "area");
    Ok((area(&row)?, row.get("redirected")?, row.get("no_sme_area")?))
}

fn read_reached(row: &Row<'_>) -> Result<(Option<AreaKey>, u32, u32), StoreError> {
    let row = Reading::new(row, "engagement", "area");
    Ok((area(&row)?, row.get("reached")?, row.get("answered")?))
}

fn read_calls(row: &Row<'_>) -> Result<(Option<AreaKey>, Calls), StoreError> {
    let row = Reading::new(row, "engagement", "area");
    let (asked, short_notice) = (row.get("asked")?, row.get("short_notice")?);
    Ok((area(&row)?, Calls { asked, short_notice, ..Calls::default() }))
}

fn read_exceptions(row: &Row<'_>) -> Result<(Option<AreaKey>, Exceptions), StoreError> {
    let row = Reading::new(row, "engagement", "area");
    let exceptions = Exceptions {
        asked: row.get("asked")?,
        approved: row.get("approved")?,
        declined: row.get("declined")?,
        lapsed: row.get("lapsed")?,
    };
    Ok((area(&row)?, exceptions))
}

fn read_round(row: &Row<'_>) -> Result<(Option<AreaKey>, Round), StoreError> {
    let row = Reading::new(row, "reply_round", "engagement_id");
    let end = match row.get::<Option<String>>("ended")? {
        None => None,
        Some(_) => Some(RoundEnd {
            how: row.known("ended", RoundEnded::from_key)?,
            elapsed_seconds: row.get("elapsed_seconds")?,
            working_seconds: row.get("working_seconds")?,
        }),
    };
    let round = Round {
        within_seconds: row.get("within_seconds")?,
        mode: row.known("mode", mode_of)?,
        missed: row.get("missed")?,
        by: row.get::<Option<String>>("answered_by")?.map(UserId),
        end,
    };
    Ok((area(&row)?, round))
}

const ELAPSED: &str = "elapsed";
const WORKING: &str = "working";

fn mode_of(key: &str) -> Option<ClockMode> {
    match key {
        ELAPSED => Some(ClockMode::Elapsed),
        WORKING => Some(ClockMode::Working),
        _ => None,
    }
}

/// Keeps what is counted of an inquiry's rounds. An earlier round changes no more once a later one has begun, save the one
/// that ended with it.
pub(super) fn keep_rounds(
    db: &Connection,
    installation: InstallationId,
    engagement: &Engagement,
) -> Result<(), StoreError> {
    let Body::Inquiry(inquiry) = &engagement.body else { return Ok(()) };
    let rounds = inquiry.earlier.iter().chain(&inquiry.clock).enumerate();
    for (round, clock) in rounds.skip(inquiry.earlier.len().saturating_sub(1)) {
        keep_round(db, installation, engagement, (round, clock))?;
    }
    Ok(())
}

fn keep_round(
    db: &Connection,
    installation: InstallationId,
    engagement: &Engagement,
    (round, clock): (usize, &ReplyClock),
) -> Result<(), StoreError> {
    let end = clock.end.as_ref();
    let row = params![
        installation.0,
        engagement.id.0,
        i64::try_from(round).unwrap_or(i64::MAX),
        engagement.area.as_ref().map(AreaKey::as_str),
        clock.started_at.timestamp_micros(),
        clock.rules.within.0,
        match clock.rules.clock {
            ClockMode::Elapsed => ELAPSED,
            ClockMode::Working => WORKING,
        },
        clock.missed,
        end.map(|end| ended(end).key()),
        end.and_then(|end| end.by.as_ref()).map(UserId::as_str),
        end.map(|end| end.elapsed_seconds),
        end.map(|end| end.working_seconds),
    ];
    execute(db, KEEP_ROUND, row)?;
    Ok(())
}

fn ended(end: &ClockEnd) -> RoundEnded {
    match end.how {
        HowEnded::Replied | HowEnded::Elsewhere { .. } | HowEnded::AskerSatisfied => RoundEnded::Answered,
        HowEnded::NotAQuestion | HowEnded::Withdrawn => RoundEnded::Cancelled,
        HowEnded::AskedAgain => RoundEnded::AskedAgain,
    }
}
