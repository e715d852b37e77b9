//! What is said in the thread of an ask, beside reminders: details, disputes, hand-overs, relays.

use chrono::{DateTime, Utc};

use super::blocks::{said, said_with};
use super::line::{Line, line};
use super::notices::Told;
use super::times::{date, from_now};
use crate::domain::engagement::Body;
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::PlaceId;
use crate::slack::outgoing::Message;

/// The requester added something.
pub(super) fn detail_added(told: Told<'_>, by: &UserId, text: &str) -> Message {
    said_with(&line![told.scene.name(by), " adds:"], Some(text), None)
}

/// The answer does not help; to the one who answered.
pub(super) fn not_solved(told: Told<'_>, by: &UserId, why: Option<&str>, whom: Option<&UserId>) -> Message {
    let whom = whom.map_or_else(Line::default, |user| told.scene.mention(user).then(": "));
    let end = if why.is_some() { " is not solved yet:" } else { " is not solved yet, so it is open again." };
    said_with(&line![whom, told.scene.name(by), " says that ", Line::id(told.engagement.id), end], why, None)
}

/// The PM answered in the internal channel: the SME relays. None of its text is shown here (B6).
pub(super) fn relay(told: Told<'_>, sme: &UserId, inquiry: EngagementId) -> Message {
    let scene = told.scene;
    let who = scene.name(&told.engagement.requester);
    said(
        &line![
            scene.mention(sme),
            ": the PM answered ",
            scene.linked_id(inquiry),
            format!(". Please tell {who} here what they can use."),
        ],
        None,
    )
}

/// A fixed, kind sentence where a PM was asked directly (A5).
pub(super) fn redirected(told: Told<'_>, to: EngagementId) -> Message {
    let scene = told.scene;
    let target = scene.find(to).unwrap_or(told.engagement);
    let place = match &target.home {
        Some(home) => scene.channel(&home.channel),
        None => scene.sme_channel(target),
    };
    said(
        &line![
            "An SME is the faster way for this one: it is in ",
            place,
            " now as ",
            Line::id(to),
            scene.open_link(target, ", "),
            "."
        ],
        None,
    )
}

/// A customer escalation, told in the stage's channel by its link alone.
pub(super) fn stage_link(told: Told<'_>, link: Option<&str>) -> Message {
    let scene = told.scene;
    let owner = told
        .engagement
        .owner
        .as_ref()
        .map_or_else(Line::default, |owner| line![", with ", scene.name(owner)]);
    let link = link.map_or_else(Line::default, |link| line![": ", Line::link(link, link)]);
    let home = &told.engagement.home;
    let home = home.as_ref().map_or_else(Line::default, |home| line![" in ", scene.channel(&home.channel)]);
    said(
        &line![
            "A customer escalation for ",
            scene.place_of(told.engagement),
            " is",
            home,
            " as ",
            scene.linked_id(told.engagement.id),
            owner,
            link,
            "."
        ],
        None,
    )
}

/// Somebody else owes the answer now, and is told.
pub(super) fn owner_changed(told: Told<'_>, to: &UserId, by: &UserId) -> Message {
    let scene = told.scene;
    let line =
        line![scene.mention(to), ": ", scene.name(by), " hands ", Line::id(told.engagement.id), " to you"];
    let due = match &told.engagement.body {
        Body::Inquiry(inquiry) => inquiry
            .clock
            .as_ref()
            .and_then(|clock| super::card_inquiry::due(told.engagement, clock, scene))
            .filter(|due| *due > scene.now),
        Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => None,
    };
    match due {
        Some(due) => {
            said(&line![line, ". It is due ", date(due), format!(", {}.", from_now(due, scene.now))], None)
        }
        None => said(&line.then("."), None),
    }
}

/// A new round of the same inquiry (B6).
pub(super) fn asked_again(
    told: Told<'_>,
    owner: &UserId,
    text: Option<&str>,
    due: Option<DateTime<Utc>>,
) -> Message {
    let scene = told.scene;
    let line = line![scene.mention(owner), ": ", scene.name(&told.engagement.requester), " asks again"];
    let line = match due {
        Some(due) => {
            line![line, "; please reply here by ", date(due), format!(", {}.", from_now(due, scene.now))]
        }
        None => line.then("; no clock runs for it."),
    };
    said_with(&line, text, None)
}

/// The PM waits on the asker (B6).
pub(super) fn waiting_on_sme(told: Told<'_>, asker: &UserId, why: &str) -> Message {
    let scene = told.scene;
    let by = match &told.engagement.body {
        Body::Inquiry(inquiry) => inquiry
            .clock
            .as_ref()
            .and_then(|clock| clock.pauses.last())
            .map_or_else(|| "the PM".to_owned(), |pause| scene.name(&pause.by)),
        Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => "the PM".to_owned(),
    };
    let line =
        line![scene.mention(asker), format!(": {by} waits on you. The clock rests until you write here.")];
    said_with(&line, Some(why), None)
}

/// The card that was left behind: where its question went (A9). Nothing is left to do here.
pub(super) fn moved_away(told: Told<'_>, to: &PlaceId) -> Message {
    let place = Line::bold(told.scene.place(to));
    said(
        &line!["→ ", Line::bold("Moved"), ": ", Line::id(told.engagement.id), " is with ", place, " now."],
        None,
    )
}
