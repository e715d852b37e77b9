//! Which area or place a key, a channel or a person belongs to, found without a look at each: some of this is asked of every
//! message in the company. Built once with places and areas; says nothing that they do not.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Area, Place, PlaceId, PlaceKind};
use crate::domain::ids::{AreaKey, ChannelId, UserId};

/// Numbers of places and areas, by what is known of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder {
    places: HashMap<PlaceId, usize>,
    areas: HashMap<AreaKey, usize>,
    sme_channels: HashMap<ChannelId, usize>,
    internal_channels: HashMap<ChannelId, usize>,
    /// Groups and stages; nothing where several share a channel.
    place_channels: HashMap<ChannelId, Option<usize>>,
    /// For which areas each PM answers.
    answering: HashMap<UserId, BTreeSet<AreaKey>>,
    pms: HashSet<UserId>,
}

impl Finder {
    pub(super) fn of(places: &[Place], areas: &[Area]) -> Self {
        let mut finder = Self::default();
        for (number, area) in areas.iter().enumerate() {
            finder.add_area(number, area);
        }
        for (number, place) in places.iter().enumerate() {
            finder.add_place(number, place);
        }
        finder
    }

    /// Of several areas with one channel the first is meant.
    fn add_area(&mut self, number: usize, area: &Area) {
        self.areas.entry(area.key.clone()).or_insert(number);
        if let Some(channel) = &area.channel {
            self.sme_channels.entry(channel.clone()).or_insert(number);
        }
        if let Some(channel) = &area.internal_channel {
            self.internal_channels.entry(channel.clone()).or_insert(number);
        }
        self.add_pms(area.pms.iter(), Some(&area.key));
    }

    fn add_place(&mut self, number: usize, place: &Place) {
        self.places.insert(place.id.clone(), number);
        let channel = match place.kind {
            PlaceKind::Group => place.channel.as_ref(),
            PlaceKind::Stage => place.stage_channel.as_ref(),
            PlaceKind::Section | PlaceKind::Category => None,
        };
        if let Some(channel) = channel {
            self.place_channels
                .entry(channel.clone())
                .and_modify(|place| *place = None)
                .or_insert(Some(number));
        }
        self.add_pms(place.answering(), place.area.as_ref());
    }

    fn add_pms<'u>(&mut self, pms: impl Iterator<Item = &'u UserId>, area: Option<&AreaKey>) {
        for pm in pms {
            self.pms.insert(pm.clone());
            if let Some(area) = area {
                self.answering.entry(pm.clone()).or_default().insert(area.clone());
            }
        }
    }

    pub(super) fn place(&self, id: &PlaceId) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(super) fn area(&self, key: &AreaKey) -> Option<usize> {
        self.areas.get(key).copied()
    }

    pub(super) fn area_of_channel(&self, channel: &ChannelId) -> Option<usize> {
        self.sme_channels.get(channel).copied()
    }

    pub(super) fn area_of_internal_channel(&self, channel: &ChannelId) -> Option<usize> {
        self.internal_channels.get(channel).copied()
    }

    pub(super) fn place_of_channel(&self, channel: &ChannelId) -> Option<usize> {
        self.place_channels.get(channel).copied().flatten()
    }

    pub(super) fn answers_for(&self, user: &UserId, area: &AreaKey) -> bool {
        self.answering.get(user).is_some_and(|areas| areas.contains(area))
    }

    pub(super) fn is_pm(&self, user: &UserId) -> bool {
        self.pms.contains(user)
    }
}
