//! The edge to Slack: verify and parse what comes in, render and send what goes out. Knows the domain, never the store.

pub mod client;
pub mod forms;
pub mod frames;
pub mod outgoing;
pub mod parse;
pub mod render;
pub mod verify;
pub mod vocabulary;
