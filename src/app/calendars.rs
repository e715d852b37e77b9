//! Whether calendars changed since the running clocks were last looked at. In memory: a start looks at them all.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::domain::org::Org;

/// A change of calendars, on its way to the clocks.
#[derive(Debug)]
pub struct Calendars {
    is_news: AtomicBool,
    /// Rings when they changed.
    pub changed: Notify,
}

impl Default for Calendars {
    fn default() -> Self {
        Self { is_news: AtomicBool::new(true), changed: Notify::new() }
    }
}

impl Calendars {
    /// Who is who was replaced.
    pub(super) fn replaced(&self, before: &Org, now: &Org) {
        if !now.has_calendars_of(before) {
            self.again();
        }
    }

    /// The clocks have to be looked at, perhaps once more.
    pub fn again(&self) {
        self.is_news.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }

    /// Whether the clocks have to be looked at; asked once.
    pub fn take(&self) -> bool {
        self.is_news.swap(false, Ordering::SeqCst)
    }
}
