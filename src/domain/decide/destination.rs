//! Where an ask goes once its place is known, and why: the right-hand column of the deciding table.

use chrono::{DateTime, Utc};

use crate::domain::engagement::Engagement;
use crate::domain::ids::{AreaKey, ChannelId, UserId};
use crate::domain::org::{Org, Place, PlaceId};
use crate::domain::reason::{Because, Fact, Rule};

/// Where a question to SMEs goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmeDestination {
    /// The channel.
    pub channel: ChannelId,
    /// The area, where one serves the place.
    pub area: Option<AreaKey>,
    /// No SMEs serve the place: counted as *no SME area*.
    pub no_sme_area: bool,
    /// Why there.
    pub because: Vec<Because>,
}

/// The area, where the bot is not switched on for whoever acts: then nobody is asked, neither SMEs nor PMs.
pub fn not_on(org: &Org, area: Option<&AreaKey>, by: &UserId) -> Option<AreaKey> {
    let area = org.area(area?)?;
    (!area.is_on_for(by, org)).then(|| area.key.clone())
}

/// Whether the bot works in the area for one of these people: what one of them began goes on for all who work on it.
pub fn is_on_for_any<'a>(
    org: &Org,
    area: Option<&AreaKey>,
    mut people: impl Iterator<Item = &'a UserId>,
) -> bool {
    area.and_then(|key| org.area(key)).is_none_or(|area| people.any(|user| area.is_on_for(user, org)))
}

/// The SME channel of the area; without SMEs the SME fallback channel, else the group's channel with no PM mentioned; `None`
/// where no channel is known and usable. Whether the bot is on there is asked where something begins or comes to the area:
/// see [`not_on`].
pub fn to_smes(org: &Org, place: Option<&Place>, area: Option<&AreaKey>) -> Option<SmeDestination> {
    let area = area.or_else(|| place.and_then(|place| place.area.as_ref())).and_then(|key| org.area(key));
    if let Some(area) = area
        && let Some(channel) = &area.channel
        && !area.members.is_empty()
    {
        return Some(SmeDestination {
            channel: channel.clone(),
            area: Some(area.key.clone()),
            no_sme_area: false,
            because: Vec::new(),
        });
    }
    let place_id = place.map_or_else(|| PlaceId(String::new()), |place| place.id.clone());
    let because = vec![Because { rule: Rule::Table, fact: Fact::NoSmeArea { place: place_id } }];
    let channel = org
        .sme_fallback_channel
        .clone()
        .or_else(|| place.and_then(|place| place.channel.clone().or_else(|| place.stage_channel.clone())))?;
    Some(SmeDestination { channel, area: area.map(|area| area.key.clone()), no_sme_area: true, because })
}

/// Group channel, else the stage's, else `#product` (C3); `refused` are channels that Slack would not take.
pub fn to_pms(org: &Org, place: &Place, refused: Option<&ChannelId>) -> Option<(ChannelId, Vec<Because>)> {
    let mut because = Vec::new();
    let usable = |channel: &Option<ChannelId>| channel.clone().filter(|channel| Some(channel) != refused);
    if let Some(channel) = usable(&place.channel) {
        return Some((channel, because));
    }
    because.push(Because { rule: Rule::Table, fact: Fact::NoGroupChannel { place: place.id.clone() } });
    if let Some(channel) = usable(&place.stage_channel) {
        return Some((channel, because));
    }
    because.push(Because { rule: Rule::C3, fact: Fact::NoStageChannel { place: place.id.clone() } });
    usable(&org.fallback_channel).map(|channel| (channel, because))
}

/// The next of these channels for a card that Slack refused in `refused`. Each is tried once: two channels that both refuse
/// would otherwise send it to and fro for ever.
pub fn after_refusal<'a>(
    known: impl Iterator<Item = &'a ChannelId>,
    engagement: &Engagement,
    refused: &ChannelId,
) -> Option<ChannelId> {
    let known: Vec<&ChannelId> = known.collect();
    let was_refused =
        engagement.because.iter().any(|because| matches!(because.fact, Fact::Undeliverable { .. }));
    let here = known.iter().position(|known| *known == refused).filter(|_| was_refused);
    let left = known.into_iter().skip(here.map_or(0, |here| here + 1));
    left.into_iter().find(|next| *next != refused).cloned()
}

/// The first PM of the place who is there, and why that one (B3).
pub fn pm_on_duty(org: &Org, place: &Place, now: DateTime<Utc>) -> (Option<UserId>, Because) {
    let known = place.pms.iter().chain(&place.cover).chain(&place.stage_pm);
    let on_duty = org.on_duty(known, |_| true, &[now]);
    let fact = on_duty.why(|pm| Fact::PmOnDuty { pm });
    let fact = fact.unwrap_or_else(|| Fact::NoPm { place: Some(place.id.clone()) });
    (on_duty.who, Because { rule: Rule::B3, fact })
}
