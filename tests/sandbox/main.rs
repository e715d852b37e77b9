//! The sandbox against a tiny bot of its own: what Slack promises to apps, the sandbox keeps.

#![expect(clippy::unwrap_used, reason = "the bot and its helpers are test code: a panic is the finding")]

mod bot;
mod events;
mod interactivity;
mod sdk;
mod sockets;
mod web_api;
