//! The contract: what every caller may rely on, on real files in a folder of their own.

mod absences;
mod claims;
mod clocks;
mod commits;
mod copies;
mod counting;
mod crash;
mod durability;
mod homes_kept;
mod lookups;
mod not_taken;
mod pauses;
mod plans;
mod purging;
mod small_tables;
mod still_saving;
mod switching;
mod wishes;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::{Commit, Committed, Store};
use crate::domain::decision::Decision;
use crate::domain::engagement::{Body, Engagement, Home, Origin, Question, State};
use crate::domain::ids::{ChannelId, EngagementId, InstallationId, UserId};
use crate::domain::notice::{Address, Notice, What};

/// A store in a folder that goes with it.
struct Bench {
    store: Store,
    installation: InstallationId,
    folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&url(&folder)).await.unwrap();
        let installation = store.installation("T1").await.unwrap();
        Self { store, installation, folder }
    }

    /// As if the process had ended well, or (without `close`) the store's parts had been dropped.
    async fn reopened(self) -> Self {
        let Self { store, installation, folder } = self;
        store.close().await;
        let store = Store::open(&url(&folder)).await.unwrap();
        Self { store, installation, folder }
    }

    fn commit_of(&self, decision: Decision) -> Commit {
        Commit {
            installation: self.installation,
            keys: Vec::new(),
            fired: None,
            decision,
            now: at(0),
            deadline: None,
            turn: None,
        }
    }

    async fn commit(&self, decision: Decision) {
        assert_eq!(self.store.commit(self.commit_of(decision)).await.unwrap(), Committed::Done);
    }

    /// Begins a question that is open in that channel.
    async fn begin(&self, channel: &str) -> Engagement {
        let new = question(self.store.next_id(self.installation).await.unwrap(), channel);
        let mut decision = Decision::default();
        decision.begin(new.clone());
        self.commit(decision).await;
        new
    }

    async fn tell(&self, notices: Vec<Notice>) {
        self.commit(Decision { notices, ..Decision::default() }).await;
    }

    async fn read(&self, id: EngagementId) -> Engagement {
        self.store.engagement(self.installation, id).await.unwrap().expect("it is there")
    }

    /// Runs a statement behind the store's back.
    async fn meddle(&self, sql: &'static str) {
        let mut db = SqliteConnection::connect(&url(&self.folder)).await.unwrap();
        sqlx::query(sql).execute(&mut db).await.unwrap();
    }
}

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("switchboard.db").display())
}

/// Seconds after some instant.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn question(id: EngagementId, channel: &str) -> Engagement {
    Engagement {
        id,
        version: 0,
        state: State::Open,
        requester: UserId::from("UALICE"),
        reason: None,
        place: None,
        area: None,
        text: "How does it scale?".to_owned(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: Origin { channel: ChannelId::from("CASK"), message: None, thread: None, is_private: false },
        home: Some(Home { channel: ChannelId::from(channel), thread: None, card: None }),
        owner: None,
        moves: 0,
        parent: None,
        because: Vec::new(),
        body: Body::Question(Question::default()),
        asked_at: at(0),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

fn card(engagement: EngagementId, channel: &str, mention: bool) -> Notice {
    Notice {
        to: Address::Card { channel: ChannelId::from(channel) },
        what: What::Card { mention },
        engagement: Some(engagement),
        urgent: mention,
    }
}

fn message(channel: &str, error: &str, urgent: bool) -> Notice {
    Notice {
        to: Address::Channel { channel: ChannelId::from(channel) },
        what: What::Parked { channel: ChannelId::from(channel), error: error.to_owned(), went_to: None },
        engagement: None,
        urgent,
    }
}

/// What a notice of [`message`] says.
fn said(notice: &Notice) -> &str {
    let What::Parked { error, .. } = &notice.what else { panic!("not one of these: {notice:?}") };
    error
}
