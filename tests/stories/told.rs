//! What people were told since they last looked, place by place: where, to whom, and in which words.

use std::fmt::Write as _;

use switchboard::sandbox::{Landed, LandedKind};

use crate::support::Story;

impl Story {
    /// Everything of ours that nobody looked at yet, after all that is due happened. A message that was changed several
    /// times is shown as it stands at last.
    pub async fn told(&self) -> String {
        self.settle().await;
        self.unread_now()
    }

    /// The same, without letting anything happen first.
    pub fn unread_now(&self) -> String {
        let mut unread = self.slack.take_unread();
        // Lanes are served side by side: the order within a place is certain, that of places is not.
        unread.sort_by_key(|landed| (landed.place.clone(), landed.only_for.clone()));
        let is_update = |landed: &Landed| landed.kind == LandedKind::Updated;
        let mut told = String::new();
        for (index, landed) in unread.iter().enumerate() {
            let same =
                |later: &Landed| later.channel == landed.channel && later.ts == landed.ts && is_update(later);
            if is_update(landed) && unread[index + 1..].iter().any(same) {
                continue;
            }
            one(&mut told, landed);
        }
        told.trim_end().to_owned()
    }

    /// What one person is shown when they press this, after our answer (it changes nothing, so nothing waits for it).
    pub async fn shown(&self, name: &str, channel: &str, label: &str) -> String {
        let mut log = self.slack.subscribe_log();
        self.person(name).click_in(channel, label).await.expect("the button is there");
        let wait = tokio::time::timeout(std::time::Duration::from_secs(10), log.recv());
        wait.await.expect("something is shown").expect("the log goes on");
        self.unread_now()
    }
}

fn one(told: &mut String, landed: &Landed) {
    let thread = if landed.in_thread_of.is_some() { " › thread" } else { "" };
    let only = landed.only_for.as_ref().map(|who| format!(", only @{who} sees it")).unwrap_or_default();
    let updated = if landed.kind == LandedKind::Updated { ", updated" } else { "" };
    let mentioned = if landed.notified.is_empty() || landed.kind == LandedKind::Updated {
        String::new()
    } else {
        format!(", mentions @{}", landed.notified.join(" @"))
    };
    let (place, body) = (&landed.place, landed.body.trim_end());
    writeln!(told, "— {place}{thread}{only}{updated}{mentioned}\n{body}").expect("a string takes everything");
}
