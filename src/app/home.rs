//! App Homes: what is read for one, and the word that one may have changed.
//!
//! The word is a hurry-up, in memory: whoever keeps Homes looks at each of them again by itself, and at all after a start.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::App;
use crate::domain::engagement::Engagement;
use crate::domain::home::{Everything, Home, Read, areas_of, is_a_guest};
use crate::domain::ids::{AreaKey, EngagementId, UserId};
use crate::store::{Count, StoreError, View};

/// How much of an area is read.
const MOST_OF_AN_AREA: u32 = 300;
/// How many changes are remembered by name; with more, every Home is looked at.
const MOST_CHANGES: usize = 5_000;

/// What happened since Homes were looked at last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Engagements that changed.
    pub changed: HashSet<EngagementId>,
    /// There were too many of them.
    pub everything: bool,
    /// People who opened theirs; whether Slack still has what they were shown.
    pub opened: Vec<(UserId, bool)>,
    /// People who did something, and look at theirs for what came of it.
    pub acted: HashSet<UserId>,
}

/// Where that is said.
#[derive(Debug, Default)]
pub struct Homes {
    word: Mutex<Word>,
    /// Rings when somebody waits for their Home.
    pub waited_for: tokio::sync::Notify,
}

impl Homes {
    /// These changed.
    pub fn changed(&self, engagements: impl IntoIterator<Item = EngagementId>) {
        let mut word = self.word();
        if word.changed.len() >= MOST_CHANGES {
            word.everything = true;
            word.changed.clear();
        }
        if !word.everything {
            word.changed.extend(engagements);
        }
    }

    /// Who is who, or what is on, is another: what each shows may be.
    pub fn everything(&self) {
        self.word().everything = true;
    }

    /// Somebody opened theirs.
    pub fn opened(&self, user: UserId, has_view: bool) {
        self.word().opened.push((user, has_view));
        self.waited_for.notify_one();
    }

    /// Somebody did something there.
    pub fn acted(&self, user: UserId) {
        self.word().acted.insert(user);
        self.waited_for.notify_one();
    }

    /// What was said since this was asked last.
    pub fn take(&self) -> Word {
        std::mem::take(&mut *self.word())
    }

    fn word(&self) -> std::sync::MutexGuard<'_, Word> {
        self.word.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Somebody opened their Home: kept, and shown soon.
    pub async fn home_opened(&self, user: &UserId, has_view: bool) -> Result<(), StoreError> {
        self.store.home_opened(self.installation, user, has_view, self.now()).await?;
        self.homes.opened(user.clone(), has_view);
        Ok(())
    }

    /// What somebody's Home shows now, and everything that it names.
    pub async fn home_of(&self, user: &UserId) -> Result<(Home, Vec<Engagement>), StoreError> {
        let (policy, now) = (self.policy(), self.now());
        if is_a_guest(&policy.org, user) {
            return Ok((Home::of_a_guest(user), Vec::new()));
        }
        let areas: Vec<AreaKey> = areas_of(&policy.org, user).map(|area| area.key.clone()).collect();
        let is_admin = policy.org.is_admin(user);
        let disputable = chrono::Duration::days(policy.rules.engagement.reopen_within_days);
        let (reader, since) = (user.clone(), now - disputable);
        let read = move |view: &View<'_>| {
            let mut read = Read {
                owned: view.owed_by(&reader)?,
                asked: view.live_of(&reader, since)?,
                has_asked: view.has_asked(&reader)?,
                in_all: if is_admin { Some(everything(&view.counts()?)) } else { None },
                ..Read::default()
            };
            for area in &areas {
                let live = view.live_in_area(area, MOST_OF_AN_AREA)?;
                read.is_cut |= u32::try_from(live.len()).is_ok_and(|number| number >= MOST_OF_AN_AREA);
                read.in_areas.extend(live);
            }
            read.in_areas.sort_by_key(|engagement| (engagement.asked_at, engagement.id.0));
            Ok(read)
        };
        let read = self.store.read(self.installation, read).await?;
        let home = Home::of(user, &read, &policy, now);
        let named: HashSet<EngagementId> = home.names().collect();
        let mut seen = HashSet::new();
        let all = read.owned.into_iter().chain(read.asked).chain(read.in_areas);
        let related = all.filter(|one| named.contains(&one.id) && seen.insert(one.id)).collect();
        Ok((home, related))
    }
}

fn everything(counts: &[Count]) -> Everything {
    let of = |kind: &str| {
        let of_kind = counts.iter().filter(|count| count.kind == kind);
        of_kind
            .filter(|count| count.state != crate::domain::engagement::State::Draft)
            .map(|count| count.number)
            .sum()
    };
    Everything {
        questions: of("question"),
        pm_asks: of("pm_ask"),
        inquiries: of("inquiry"),
        calls: of("call"),
    }
}
