//! What nobody in particular does: outages, faults, a company that changes, and the worker's own rounds.

use switchboard::sandbox::{Fault, FaultRule};
use switchboard::worker::names::Written;

use super::Year;
use super::company::{areas, field, key_of};
use super::plan::Act;
use crate::cast::Cast;
use crate::chance::Chance;
use crate::sim::Health;
use crate::steps::weather;

impl Year {
    pub(super) async fn change(&mut self, act: Act, chance: &mut Chance) {
        match act {
            Act::Leaver => self.somebody_leaves(chance).await,
            Act::Taxonomy => self.taxonomy(chance).await,
            Act::Switch(mode) => self.switch(mode, chance).await,
            Act::Outage(stops) => self.outage(stops).await,
            Act::Back => weather::come_back(&mut self.sim, chance.percent(30)).await,
            Act::Fault => self.fault(chance),
            Act::Well => self.well(),
            Act::Round => self.round().await,
            Act::Week => self.week().await,
            Act::Ask
            | Act::Call
            | Act::Inside
            | Act::Habit
            | Act::Press(..)
            | Act::Reply(..)
            | Act::Answer(..)
            | Act::Away(_)
            | Act::Pause => unreachable!("people do that"),
        }
    }

    async fn switch(&mut self, mode: &str, chance: &mut Chance) {
        if mode == "pilot" {
            for _ in 0..20 {
                let who = field(chance.below(super::company::FIELD));
                let person = self.sim.story.person(&who);
                let _ = person.slash_in(super::company::FIELD_CHANNEL, "/request-pm pilot on").await;
            }
        }
        for area in areas() {
            let line = format!("/request-pm admin mode {} {mode}", key_of(area));
            let answer = self.sim.story.person("admin").slash_in("#field", &line).await;
            assert!(answer.is_ok_and(|answer| answer.ok()), "{line}");
            self.sim.settle().await;
        }
    }

    async fn outage(&mut self, stops: bool) {
        if self.sim.health != Health::Up {
            return;
        }
        self.sim.trouble(weather::AFTERMATH);
        if stops {
            self.sim.story.stop().await;
            self.sim.health = Health::Down;
        } else {
            self.sim.story.slack.disconnect_bot();
            self.sim.health = Health::Deaf;
        }
    }

    fn fault(&mut self, chance: &mut Chance) {
        let faults = [
            Fault::TooMany { retry_after: Some(30) },
            Fault::Status(503),
            Fault::ResetAfter,
            Fault::error("service_unavailable"),
        ];
        let fault = chance.one(&faults).expect("some faults").clone();
        self.sim.tell(format!("Slack fails: {fault:?}"));
        self.sim.faulty = true;
        self.sim.trouble(weather::AFTERMATH);
        for method in ["chat.postMessage", "chat.update"] {
            self.sim.story.slack.fail(FaultRule::on(method, fault.clone()).times(4));
        }
    }

    fn well(&mut self) {
        self.sim.story.slack.clear_faults();
        self.sim.faulty = false;
        self.sim.trouble(weather::AFTERMATH);
    }

    async fn round(&mut self) {
        if self.sim.health == Health::Down {
            return;
        }
        let bot = &self.sim.story.bot;
        bot.upkeep().await.expect("upkeep");
        bot.audit().await.expect("an audit");
    }

    async fn week(&mut self) {
        if self.sim.health == Health::Down {
            return;
        }
        weather::read_names(&mut self.sim).await;
        self.sim.story.bot.tell_the_week().await.expect("the week");
    }

    /// Somebody who helps leaves, and a newcomer takes their place in the directory some days later, or now.
    async fn somebody_leaves(&mut self, chance: &mut Chance) {
        let helpers = self.company.helpers();
        let who = chance.one(&helpers).expect("a helper").clone();
        let old = self.company.clone();
        self.company.without(&who);
        let newcomer = format!("new{}", self.newcomers);
        self.newcomers += 1;
        self.sim.tell(format!("{who} leaves the company, {newcomer} comes"));
        let slack = &self.sim.story.slack;
        slack
            .add_user(&newcomer)
            .email(&format!("{newcomer}@example.com"))
            .real_name(&newcomer)
            .display_name(&newcomer);
        for place in slack.channel_names() {
            let place = format!("#{}", place.trim_start_matches('#'));
            if slack.members_of(&place).contains(&who) {
                slack.invite(&newcomer, &place);
            }
        }
        for (now, before) in self.company.smes.iter_mut().zip(&old.smes) {
            if now.len() < before.len() {
                now.push(newcomer.clone());
            }
        }
        for (now, before) in self.company.groups.iter_mut().zip(&old.groups) {
            if now.pms.len() < before.pms.len() {
                now.pms.push(newcomer.clone());
            }
        }
        slack.deactivate(&who);
        self.sim.leavers.push(who);
        self.sim.trouble(weather::AFTERMATH);
        self.sim.settle().await;
        weather::read_names(&mut self.sim).await;
        self.reload().await;
    }

    /// A group moves to another stage, is renamed, or loses a category.
    async fn taxonomy(&mut self, chance: &mut Chance) {
        let number = chance.below(self.company.groups.len());
        let stage = chance.below(areas().len());
        let alone = self.company.groups_of(self.company.groups[number].stage).len() < 3;
        let group = &mut self.company.groups[number];
        let what = match chance.below(3) {
            0 if !alone => {
                group.stage = stage;
                format!("{} moves to {}", group.name, key_of(stage))
            }
            1 if group.categories.len() > 2 => {
                format!("{} is no more", group.categories.pop().expect("one of several").1)
            }
            _ => {
                group.name = format!("{} Experience", group.name);
                format!("{} is its new name", group.name)
            }
        };
        // Its PMs are where it is.
        let inside = super::company::inside_of(group.stage);
        let slack = &self.sim.story.slack;
        for pm in &group.pms {
            if !slack.members_of(&inside).contains(pm) {
                slack.invite(pm, &inside);
            }
        }
        self.sim.tell(what);
        self.reload().await;
    }

    /// The directory as it is now is used, as it is when its file changes.
    async fn reload(&mut self) {
        let directory = self.company.directory();
        let written = Written { directory, ..self.sim.story.written.clone() };
        self.sim.story.written = written.clone();
        if self.sim.health != Health::Down {
            self.sim.story.bot.reload(written).await.expect("a directory");
            self.sim.settle().await;
            weather::read_names(&mut self.sim).await;
        }
        self.sim.cast = Cast::around(&self.sim.story);
    }
}
