//! What people read, as inline snapshots; that nothing they wrote can do harm; that Slack would take every message.

mod cards;
mod digests;
mod every;
mod facts;
mod fixture;
mod numbers;
mod safety;
mod samples;
mod shown;
mod told;
