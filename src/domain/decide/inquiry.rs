//! An SME's inquiry with a PM (section B): what follows from each thing that can happen to it.
//!
//! One file a happening: opened, a button, a message (or the whole thread read), a step of the ladder, a channel that
//! refuses. Everything works on a turn (`turn.rs`), which carries the engagement along and ends as one decision. The text
//! of a message is never judged (B6), and no text leaves the internal channel ("Confidentiality").

mod act;
mod freed;
mod handed;
mod hear;
mod ladder;
mod open;
mod outside;
mod people;
mod rehome;
mod replan;
mod turn;
mod working;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod testing;

pub use act::act;
pub use freed::freed;
pub(super) use handed::handed_over;
pub use hear::{deleted, heard, reacted, read, takes_follow_ups};
pub use ladder::{closing, due, read_and_due};
pub use open::{Opening, open};
pub use people::{Choice, answers};
pub use rehome::undeliverable;
pub(super) use replan::replan;
pub use turn::wakes_at;
pub use working::{half_way, promised_at};
