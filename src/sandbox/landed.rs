//! What people see happen: every message, update, ephemeral, view and reaction, in order, in plain
//! text. The log behind `Workspace::unread` and the demo's terminal.

use chrono::{DateTime, Utc};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LandedKind {
    /// A message was posted.
    Posted,
    /// A message was edited.
    Updated,
    /// A message was deleted.
    Deleted,
    /// Something only one person sees.
    Ephemeral,
    /// A view was opened, pushed or changed for one person.
    Modal,
    /// A person's App Home was published.
    Home,
    /// A reaction was added.
    Reaction,
    /// A reaction was taken away.
    ReactionRemoved,
}

/// One thing that landed before people's eyes.
#[derive(Clone, Debug)]
pub struct Landed {
    /// When, on the sandbox's clock.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: LandedKind,
    /// `#name`, or `@name` for the bot's direct messages with a person.
    pub place: String,
    /// Id of the channel; empty for views.
    pub channel: String,
    /// Display name of whoever did it.
    pub author: String,
    /// Whether the bot did it.
    pub by_bot: bool,
    /// The only person who sees it (handle), for ephemerals and views.
    pub only_for: Option<String>,
    /// The parent's timestamp when it is in a thread.
    pub in_thread_of: Option<String>,
    /// The message's timestamp; the view's id for views.
    pub ts: String,
    /// As a person reads it.
    pub body: String,
    /// Handles of those who were notified by a mention.
    pub notified: Vec<String>,
    pub(super) looked_at: bool,
}

impl std::fmt::Display for Landed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            LandedKind::Updated => " (updated)",
            LandedKind::Deleted => " (deleted)",
            LandedKind::Posted | LandedKind::Ephemeral | LandedKind::Modal | LandedKind::Home => "",
            LandedKind::Reaction => " (reaction)",
            LandedKind::ReactionRemoved => " (reaction removed)",
        };
        let thread = if self.in_thread_of.is_some() { " › thread" } else { "" };
        let only = self.only_for.as_ref().map(|who| format!(" (only @{who})")).unwrap_or_default();
        write!(out, "{}{thread}{only}{kind} {}:\n{}", self.place, self.author, self.body)
    }
}
