//! What runs by the clock: due clocks, the outbox, the names at Slack, holidays on the web. Each a `tick` without a loop inside; loops and
//! shutdown are in [`run`].

pub mod absences;
mod clock_loops;
pub mod clocks;
pub mod delivery_plan;
pub mod errands;
pub mod gap;
pub mod health;
pub mod heartbeat;
pub mod holidays;
pub mod homes;
mod leavers;
pub mod membership;
pub mod names;
pub mod outbox;
pub mod pace;
mod reading;
pub mod replan;
pub mod run;
mod search;
pub mod steps;
pub mod supervise;
pub mod upkeep;
pub mod watchdog;

pub use clock_loops::Works;
