//! Calendars of holidays on the web: read now and then, and the last good copy of each, file or address, kept in the store.
//!
//! A calendar that cannot be read, or is broken, changes nothing. An address may hold a secret: only its host is told.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use url::Url;

use super::names::{Source, Written, kept as kept_names};
use crate::app::App;
use crate::domain::directory::{HolidayDates, HolidaySource};
use crate::domain::ids::InstallationId;
use crate::domain::notice::Trouble;
use crate::ical;
use crate::slack::client::page;
use crate::store::{Store, StoreError};

/// Where the last good copies are kept.
const KEPT_AS: &str = "holidays";

/// Adds the last good copies of calendars that could not be read with what people wrote, or are not read yet, and keeps what
/// could.
pub async fn complete(
    store: &Store,
    installation: InstallationId,
    written: &mut Written,
) -> Result<(), StoreError> {
    let wanted: BTreeSet<HolidaySource> = written.holiday_calendars().cloned().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let of_file = |source: &&HolidaySource| matches!(source, HolidaySource::Local(_));
    let read = &written.directory.holiday_dates;
    let unread = wanted.iter().filter(of_file).filter(|source| !read.contains_key(*source));
    written.directory.holidays_unread = unread.cloned().collect();
    for (source, dates) in kept(store, installation).await? {
        if wanted.contains(&source) {
            written.directory.holiday_dates.entry(source).or_insert(dates);
        }
    }
    keep(store, installation, &written.directory.holiday_dates).await
}

/// Reads the calendars on the web; says how many could not be read. The policy follows where a day has changed. Admins are told
/// of those that cannot be read, files as well, and when all can be again.
pub async fn tick(app: &App, source: &Source) -> Result<usize, StoreError> {
    let before = source.load_full();
    let addresses: BTreeSet<&HolidaySource> = before.holiday_calendars().collect();
    let (mut fresh, mut unread) = (HolidayDates::new(), Vec::new());
    for calendar in addresses {
        let HolidaySource::Address(address) = calendar else { continue };
        match read(address).await {
            Ok(dates) => drop(fresh.insert(calendar.clone(), dates)),
            Err(why) => {
                unread.push(calendar);
                let host = host(address);
                tracing::warn!(%host, %why, "a calendar of holidays could not be read; its last good copy is used");
            }
        }
    }
    let has_changed =
        fresh.iter().any(|(calendar, dates)| before.directory.holiday_dates.get(calendar) != Some(dates));
    if has_changed {
        source.rcu(|written| {
            let mut written = Written::clone(written);
            written.directory.holiday_dates.extend(fresh.clone());
            written
        });
        let written = source.load_full();
        keep(app.store(), app.installation(), &written.directory.holiday_dates).await?;
        let names = kept_names(app).await?.unwrap_or_default();
        app.set_policy(written.policy(&names).0);
    }
    let on_the_web = unread.len();
    unread.extend(&before.directory.holidays_unread);
    let names: BTreeSet<String> = unread.into_iter().map(shown).collect();
    let is_trouble = !names.is_empty();
    let trouble = Trouble::HolidaysUnread { calendars: names.into_iter().collect() };
    app.tell_trouble(trouble, is_trouble).await?;
    Ok(on_the_web)
}

/// What may be shown of a calendar.
fn shown(calendar: &HolidaySource) -> String {
    match calendar {
        HolidaySource::Local(path) => path.clone(),
        HolidaySource::Address(address) => host(address),
    }
}

/// The days off of the calendar at that address; or why there are none, without the address.
pub async fn read(address: &str) -> Result<Vec<NaiveDate>, String> {
    let text = page(address, ical::LARGEST).await.map_err(|error| error.to_string())?;
    // Rules are counted out: not on the thread that serves.
    let read = tokio::task::spawn_blocking(move || ical::days_off(&text)).await;
    let days = read.map_err(|_| "it cannot be read".to_owned())?.map_err(|fault| fault.to_string())?;
    Ok(days.dates)
}

/// What may be shown of an address.
pub fn host(address: &str) -> String {
    let url = Url::parse(address).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "an address".to_owned())
}

async fn kept(
    store: &Store,
    installation: InstallationId,
) -> Result<Vec<(HolidaySource, Vec<NaiveDate>)>, StoreError> {
    let kept = store.kept(installation, KEPT_AS).await?;
    Ok(kept.map_or_else(Vec::new, |json| {
        serde_json::from_str(&json).unwrap_or_else(|error| {
            tracing::warn!(%error, "the kept holidays cannot be read");
            Vec::new()
        })
    }))
}

async fn keep(store: &Store, installation: InstallationId, dates: &HolidayDates) -> Result<(), StoreError> {
    let dates: Vec<_> = dates.iter().collect();
    let json = serde_json::to_string(&dates)
        .map_err(|error| StoreError::Unavailable(format!("holidays cannot be written: {error}")))?;
    store.keep(installation, KEPT_AS, &json).await
}
