//! A story while it is told: the workspace, the bot, and all that is kept to check it by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as Wall;

use chrono::{DateTime, Duration, TimeZone, Utc};
use switchboard::domain::engagement::Engagement;
use switchboard::domain::ids::{AreaKey, ChannelId, EngagementId, UserId};
use switchboard::sandbox::{Answer, Landed};

use crate::cast::{Cast, Given, Marks, Source};
use crate::chance::Chance;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::rules::Broken;
use crate::rules::ladder::Reminder;
use crate::support::Story;

/// The longest line of a telling.
const LINE: usize = 200;

/// What a story was told in, readable when it has ended badly.
pub type Telling = Arc<Mutex<Vec<String>>>;

/// How the bot fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It runs and hears.
    Up,
    /// It runs, and Slack does not reach it.
    Deaf,
    /// It does not run.
    Down,
}

/// A story while it is told.
pub struct Sim {
    /// The workspace and the bot.
    pub story: Story,
    /// Who plays.
    pub cast: Cast,
    /// Whose words are whose.
    pub marks: Marks,
    /// What people have seen.
    pub ledger: Ledger,
    /// What is stored.
    pub rows: Rows,
    /// How the bot fares.
    pub health: Health,
    /// Channels that cannot be posted in for now.
    pub wounds: BTreeSet<String>,
    /// Something was played until then that may delay or lose messages.
    pub troubled_until: DateTime<Utc>,
    /// Faults are in force.
    pub faulty: bool,
    /// Who has left.
    pub leavers: Vec<String>,
    /// Who has left, and since when the bot knows.
    pub left: BTreeMap<UserId, DateTime<Utc>>,
    /// Ids that people were told.
    pub acknowledged: Vec<String>,
    /// Rules that do not hold.
    pub broken: Vec<Broken>,
    /// Reminders seen so far.
    pub reminders: BTreeMap<EngagementId, Vec<Reminder>>,
    /// How often a card of an engagement was posted in a channel.
    pub cards: BTreeMap<(EngagementId, ChannelId), usize>,
    /// How often an engagement came to a channel.
    pub came: BTreeMap<(EngagementId, ChannelId), usize>,
    /// Where each engagement was last.
    pub homes: BTreeMap<EngagementId, ChannelId>,
    /// Areas whose handle was mentioned for an engagement.
    pub handles: BTreeSet<(EngagementId, AreaKey)>,
    /// Engagements whose card could not be kept up with, since Slack refused it.
    pub stale: BTreeSet<EngagementId>,
    /// Messages whose notice is not known yet.
    pub unexplained: Vec<Landed>,
    /// What was seen, in an order that does not depend on which lane was faster.
    pub transcript: Vec<String>,
    /// How often each kind of thing happened.
    pub counts: BTreeMap<String, usize>,
    telling: Telling,
}

impl Sim {
    /// Begins a story; most begin on a Monday in November, some before a change of the clocks.
    pub async fn begin(seed: u64, telling: Telling) -> Self {
        let story = Story::begin().await;
        let cast = Cast::join(&story).await;
        let eve = match seed % 3 {
            1 => Utc.with_ymd_and_hms(2027, 3, 26, 8, 0, 0).single(),
            2 => Utc.with_ymd_and_hms(2027, 3, 12, 8, 0, 0).single(),
            _ => None,
        };
        if let Some(eve) = eve {
            story.pass(eve - story.clock.now()).await;
        }
        Self::of(story, cast, telling)
    }

    /// A story on a stage that is set.
    pub fn of(story: Story, cast: Cast, telling: Telling) -> Self {
        let ledger = Ledger::watch(&story.slack);
        let rows = Rows::open(&story.database());
        let troubled_until = story.clock.now();
        story.slack.clear_calls();
        Self {
            story,
            cast,
            marks: Marks::default(),
            ledger,
            rows,
            health: Health::Up,
            wounds: BTreeSet::new(),
            troubled_until,
            faulty: false,
            leavers: Vec::new(),
            left: BTreeMap::new(),
            acknowledged: Vec::new(),
            broken: Vec::new(),
            reminders: BTreeMap::new(),
            cards: BTreeMap::new(),
            came: BTreeMap::new(),
            homes: BTreeMap::new(),
            handles: BTreeSet::new(),
            stale: BTreeSet::new(),
            unexplained: Vec::new(),
            transcript: Vec::new(),
            counts: BTreeMap::new(),
            telling,
        }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.story.clock.now()
    }

    /// Tells what happens.
    pub fn tell(&mut self, what: impl AsRef<str>) {
        let what: String = what.as_ref().replace('\n', "⏎").chars().take(LINE).collect();
        let line = format!("{} {what}", self.now().format("%a %d %b %H:%M"));
        self.telling.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Counts that something happened.
    pub fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// Nothing is played, or was lately, that may delay or lose a message.
    pub fn is_calm(&self) -> bool {
        self.health == Health::Up
            && !self.faulty
            && self.wounds.is_empty()
            && self.now() > self.troubled_until
    }

    /// Something is played that may delay or lose messages for so long.
    pub fn trouble(&mut self, span: Duration) {
        self.troubled_until = self.troubled_until.max(self.now() + span);
    }

    /// Lets everything that is due happen; calls that hang are dropped before they cost real time.
    pub async fn settle(&mut self) {
        if self.health == Health::Down {
            return self.story.slack.deliver_due().await;
        }
        let story = &self.story;
        tokio::select! {
            () = story.settle() => {}
            () = release(story) => {}
        }
    }

    /// Lets time pass.
    pub async fn pass(&mut self, span: Duration) {
        if self.health == Health::Down {
            return self.story.slack.pass(span).await;
        }
        let story = &self.story;
        tokio::select! {
            () = story.pass(span) => {}
            () = release(story) => {}
        }
    }

    /// A mark for words that somebody gives somewhere.
    pub fn mark(&mut self, author: &str, place: &str, given: Given) -> String {
        let kind = self.cast.place(place);
        let (author, place) = (author.to_owned(), place.to_owned());
        self.marks.new_mark(Source { author, place, kind, given, released: false })
    }

    /// A word of chance about whom an engagement belongs to: the person who asked.
    pub fn requester_of(&self, body: &str) -> Option<String> {
        let engagement =
            self.rows.engagements.values().find(|one| body.contains(&format!("*{}*", one.id)))?;
        self.handle_of(&engagement.requester)
    }

    /// A person's handle.
    pub fn handle_of(&self, user: &UserId) -> Option<String> {
        let is_theirs = |name: &&String| self.story.slack.find_user(name).as_deref() == Some(user.as_str());
        self.cast.everybody.iter().find(is_theirs).cloned()
    }

    /// A person's id.
    pub fn user(&self, handle: &str) -> UserId {
        UserId(self.story.slack.user_id(handle))
    }

    /// One of the engagements so far.
    pub fn some_engagement(&self, chance: &mut Chance) -> Option<&Engagement> {
        let all: Vec<&Engagement> = self.rows.engagements.values().collect();
        chance.one(&all).copied()
    }

    /// Keeps what somebody was answered: it came in time, and the ids in it are stored.
    pub fn answered(&mut self, who: &str, answer: &Answer) {
        let said = answer.plain().to_owned();
        if self.health != Health::Up {
            return;
        }
        if !answer.ok() {
            let how = format!("{who}: {:?} {:?}", answer.status, answer.failed);
            self.broken.push(Broken::new("Slack is answered in time", how));
        }
        if let Some(id) = said.strip_prefix("Sent to ").and_then(|rest| rest.split(" as *").nth(1)) {
            self.acknowledged.push(id.chars().take_while(char::is_ascii_alphanumeric).collect());
        }
    }
}

/// Drops the connections of calls that hang, for as long as it is polled.
async fn release(story: &Story) {
    loop {
        tokio::time::sleep(Wall::from_millis(40)).await;
        story.slack.release_hung();
    }
}
