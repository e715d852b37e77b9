//! The outbox: what was decided is told, in the order of each lane, exactly once where Slack lets us know.
//!
//! Here what may go is taken and begun; one delivery is `deliver`'s, the loop around it `serve`'s.

mod asked;
mod behind;
mod deliver;
mod gather;
mod pauses;
mod serve;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::{Id, JoinError, JoinSet};

use super::pace::Pace;
use crate::app::{App, Counted};
use crate::slack::client::Slack;
use crate::store::{Claimed, Flight, Room, StoreError};

pub use serve::{ENDS_WITHIN, serve};

/// How many lanes are served at once: enough for a few hundred messages a second where a call takes a quarter of one.
const LANES_AT_ONCE: u32 = 128;
/// How long a claimed notice is ours; longer than any call to Slack may take.
const LEASE: std::time::Duration = std::time::Duration::from_mins(1);

/// Deliveries under way, one a lane.
#[derive(Debug, Default)]
pub struct Deliveries {
    running: JoinSet<Result<Option<DateTime<Utc>>, StoreError>>,
    flights: HashMap<Id, (Flight, DateTime<Utc>)>,
}

/// What a look at the lanes came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Deliveries that began.
    pub number: usize,
    /// When something can go on that could not now, unless a delivery ends or something new comes before.
    pub next: Option<DateTime<Utc>>,
    /// Lanes are left that any delivery's end makes room for.
    pub is_full: bool,
    /// Lanes are left that the workspace's budget does not let go.
    pub is_spent: bool,
}

/// Delivers what may be delivered now, one notice a lane, to its end; returns how many there were.
pub async fn tick(app: &Arc<App>, slack: &Slack, pace: &Arc<Pace>) -> Result<usize, StoreError> {
    let mut deliveries = Deliveries::default();
    let begun = deliveries.begin(app, slack, pace).await?;
    while deliveries.ended().await.is_some() {}
    Ok(begun.number)
}

impl Deliveries {
    /// Begins to deliver what may be delivered now, beside what is under way: a lane that hangs holds up no other.
    pub async fn begin(
        &mut self,
        app: &Arc<App>,
        slack: &Slack,
        pace: &Arc<Pace>,
    ) -> Result<Begun, StoreError> {
        let under_way = u32::try_from(self.running.len()).unwrap_or(u32::MAX);
        let notices = LANES_AT_ONCE.saturating_sub(under_way);
        if notices == 0 {
            return Ok(Begun { number: 0, next: None, is_full: true, is_spent: false });
        }
        let (now, rules) = (app.now(), app.policy().rules.delivery);
        let room = Room { notices, posts: pace.room_for_posts(rules, now) };
        let claims = app.store().claim(app.installation(), now, room, LEASE).await?;
        app.health.delivery.count(Counted::Claimed, 1);
        pace.spend_posts(claims.posts);
        pace.under_way(self.running.len() + claims.taken.len());
        let number = claims.taken.len();
        for claimed in claims.taken {
            self.spawn(app, slack, pace, claimed);
        }
        let again = if claims.left > 0 { pace.posts_again_at(rules, now) } else { None };
        let is_full = number >= notices as usize;
        let next = claims.next.into_iter().chain(again).min();
        Ok(Begun { number, next, is_full, is_spent: again.is_some() })
    }

    fn spawn(&mut self, app: &Arc<App>, slack: &Slack, pace: &Arc<Pace>, claimed: Claimed) {
        let flight = (Flight::of(&claimed), app.now());
        let (app, slack, pace) = (Arc::clone(app), slack.clone(), Arc::clone(pace));
        let running =
            self.running.spawn(async move { deliver::deliver(&app, &slack, &pace, &claimed).await });
        self.flights.insert(running.id(), flight);
    }

    /// Waits for a delivery to end; the instant until which its lane rests, if it does. `None` when none is under way.
    pub async fn ended(&mut self) -> Option<Option<DateTime<Utc>>> {
        let done = self.running.join_next_with_id().await?;
        let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        self.flights.remove(&id);
        // What was not written down: its lease ends, and it is searched for before it is sent again.
        Some(match done {
            Ok((_, Ok(rests))) => rests,
            Ok((_, Err(error))) => {
                tracing::error!(%error, "a notice was not settled");
                None
            }
            Err(error) => {
                tracing::error!(%error, "a delivery ended unexpectedly");
                None
            }
        })
    }

    /// Ends what is still under way where it is: each notice goes back to its lane, to be looked for before it is sent.
    pub async fn release(&mut self, app: &App) -> Result<usize, StoreError> {
        self.running.abort_all();
        while self.running.join_next().await.is_some() {}
        let at = |began: DateTime<Utc>| began + crate::worker::delivery_plan::UNKNOWN_WAIT;
        let flights: Vec<_> = self.flights.drain().map(|(_, (flight, began))| (flight, at(began))).collect();
        let number = flights.len();
        if number > 0 {
            app.store().release(flights, "we were told to stop").await?;
        }
        Ok(number)
    }
}
