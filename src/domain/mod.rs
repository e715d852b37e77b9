//! The pure core: the rules of engagement as data and functions.
//!
//! Owns what an ask is, who may do what with it, where it goes and why. Does no IO, holds no clock (time is an
//! argument), is never async, and imports nothing else of ours: every rule is a table test.

pub mod absence;
pub mod admin;
pub mod baseline;
pub mod calendar;
pub mod call_notice;
pub mod command;
pub mod decide;
pub mod decision;
pub mod digest;
pub mod directory;
pub mod engagement;
pub mod forget;
pub mod home;
pub mod ids;
pub mod names;
pub mod notice;
pub mod numbers;
pub mod org;
pub mod pause;
pub mod pings;
pub mod reason;
pub mod refusal;
pub mod reply_clock;
pub mod routing;
pub mod rules;
pub mod switches;
