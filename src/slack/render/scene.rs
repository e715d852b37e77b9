//! What a message is drawn from, and the names of what is in it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::line::Line;
use super::words;
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::{ChannelId, EngagementId, UserId};
use crate::domain::notice::Address;
use crate::domain::org::{Area, Org, PlaceId};
use crate::domain::rules::Rules;

/// What a message is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// Who is who and where.
    pub org: &'a Org,
    /// The numbers of the rules.
    pub rules: &'a Rules,
    /// What it is about, if anything.
    pub engagement: Option<&'a Engagement>,
    /// Others that it names: the question behind an inquiry, an inquiry, where it was redirected, lists.
    pub related: &'a [Engagement],
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl<'a> Scene<'a> {
    /// The one of that id, where it was read.
    pub fn find(&self, id: EngagementId) -> Option<&'a Engagement> {
        self.engagement.into_iter().chain(self.related).find(|engagement| engagement.id == id)
    }

    /// What people call somebody, without notifying them.
    pub fn name(&self, user: &UserId) -> String {
        self.org.name_of(user)
    }

    /// Somebody, who is notified.
    pub fn mention(&self, user: &UserId) -> Line {
        match self.org.person(user) {
            // Whoever has left is named, and cannot be reached.
            Some(person) if person.is_gone => Line::from(self.name(user)),
            Some(_) | None => Line::mention(user, self.name(user)),
        }
    }

    /// Somebody: notified, or by name.
    pub fn person(&self, user: &UserId, notified: bool) -> Line {
        if notified { self.mention(user) } else { Line::from(self.name(user)) }
    }

    /// Several people, notified.
    pub fn mentions(&self, users: &[UserId]) -> Line {
        let mut line = Line::default();
        for (index, user) in users.iter().enumerate() {
            let before = match index {
                0 => "",
                last if last + 1 == users.len() => " and ",
                _ => ", ",
            };
            line = line.then(before).then(self.mention(user));
        }
        line
    }

    /// What people call the place.
    pub fn place(&self, place: &PlaceId) -> String {
        words::place_name(place, self.org)
    }

    /// Where an ask is in people's words: its place, else its area, else nothing known.
    pub fn place_of(&self, engagement: &Engagement) -> String {
        match (&engagement.place, &engagement.area) {
            (Some(place), _) => self.place(place),
            (None, Some(area)) => words::area_name(area, self.org),
            (None, None) => "no area yet".to_owned(),
        }
    }

    /// The SME area of an ask.
    pub fn area_of(&self, engagement: &Engagement) -> Option<&'a Area> {
        engagement.area.as_ref().and_then(|key| self.org.area(key))
    }

    /// A channel, by Slack's token.
    pub fn channel(&self, channel: &ChannelId) -> Line {
        words::channel(channel, self.org)
    }

    /// The SME channel of an ask's area, else "the SMEs".
    pub fn sme_channel(&self, engagement: &Engagement) -> Line {
        self.area_of(engagement)
            .and_then(|area| area.channel.as_ref())
            .or(self.org.sme_fallback_channel.as_ref())
            .map_or_else(|| Line::from("the SMEs"), |channel| self.channel(channel))
    }

    /// The id, linked to its card once there is one.
    pub fn linked_id(&self, id: EngagementId) -> Line {
        match self.find(id).and_then(|engagement| self.permalink(engagement)) {
            Some(url) => Line::link(&url, id.short()),
            None => Line::id(id),
        }
    }

    /// A link to the card, once there is one.
    pub fn permalink(&self, engagement: &Engagement) -> Option<String> {
        let home = engagement.home.as_ref()?;
        self.org.permalink(&home.channel, home.card.as_ref().or(home.thread.as_ref())?)
    }

    /// ", open" as a link to the card; nothing without one, nor in plain text, where nobody could follow it.
    pub fn open_link(&self, engagement: &Engagement, before: &'static str) -> Line {
        self.permalink(engagement)
            .map_or_else(Line::default, |url| Line::aside(Line::from(before).then(Line::link(&url, "open"))))
    }

    /// The zone of the PM who is asked, or would be.
    pub fn pm_zone(&self, engagement: &Engagement) -> Option<Tz> {
        crate::domain::decide::call::pm_zone(self.org, engagement)
    }

    /// The requester's zone.
    pub fn requester_zone(&self, engagement: &Engagement) -> Option<Tz> {
        self.org.person(&engagement.requester)?.time_zone
    }

    /// An appointment in the reader's zone and the PM's.
    pub fn both_zones(&self, at: DateTime<Utc>, engagement: &Engagement) -> Line {
        words::both_zones(at, self.pm_zone(engagement), self.requester_zone(engagement))
    }

    /// An appointment on a card, whose readers live in many zones: the PM's stands beside theirs.
    pub fn on_a_card(&self, at: DateTime<Utc>, engagement: &Engagement) -> Line {
        let for_the_pm = self.pm_zone(engagement).map_or_else(String::new, |zone| {
            format!(" ({} for the PM)", super::times::in_zone(at, zone, self.requester_zone(engagement)))
        });
        super::times::appointment(at).then(for_the_pm)
    }

    /// Who asked, as a salutation of a step: notified in a channel, not in a direct message ("Who is mentioned").
    pub fn to_requester(&self, engagement: &Engagement, to: &Address) -> Line {
        if self.org.is_workflow(&engagement.requester) {
            return Line::default();
        }
        match to {
            Address::Thread { .. } | Address::Channel { .. } | Address::CardThread { .. } => {
                self.mention(&engagement.requester).then(": ")
            }
            Address::Card { .. }
            | Address::OldCard { .. }
            | Address::Direct { .. }
            | Address::Asked { .. }
            | Address::OnlyTo { .. }
            | Address::Answer { .. }
            | Address::Admins => Line::default(),
        }
    }

    /// Whether its words are hidden from people who may not see its card: an inquiry's, a draft's, a private channel's.
    pub fn hides_words(&self, engagement: &Engagement) -> bool {
        matches!(engagement.body, Body::Inquiry(_))
            || engagement.home.as_ref().is_none_or(|home| self.org.is_private(&home.channel))
    }
}
