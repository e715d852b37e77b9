//! Switchboard: a Slack bot that puts subject-matter experts first and keeps everybody's promises.
//!
//! The rooms and what each may import are drawn in `ARCHITECTURE.md`; a test enforces the table.

pub mod app;
pub mod bot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod domain;
pub mod http;
pub mod ical;
pub mod inbound;
pub mod sandbox;
pub mod slack;
pub mod socket;
pub mod store;
pub mod worker;
