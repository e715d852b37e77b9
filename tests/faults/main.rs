//! Faults: whatever Slack, the database or a row of it does, each thing that was promised ends in a stated way. Never a
//! panic, never silence, never a busy loop. Through the real router, the real store and the local workspace; time is moved.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed, in its helpers too")]

#[path = "../stories/support/mod.rs"]
#[expect(dead_code, reason = "the stories' stage; not every test plays every part of it")]
mod support;

mod names;
mod outages;
mod place;
mod rows;
mod scene;
mod table;
mod unknown_end;
