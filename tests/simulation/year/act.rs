//! What people do: they type, press, fill and write, as they can with what is really there.

use chrono::Duration;
use switchboard::domain::ids::EngagementId;
use switchboard::sandbox::NotPossible;

use super::Year;
use super::company::{FIELD, FIELD_CHANNEL, areas, channel_of, field, inside_of};
use super::plan::{Act, later};
use crate::cast::Given;
use crate::chance::Chance;
use crate::ledger::{Seen, Spot};
use crate::steps::forms;

const CALL: &str = "A PM in a customer meeting";

impl Year {
    /// Does one thing; what cannot be done is not.
    pub(super) async fn act(&mut self, act: Act, chance: &mut Chance) {
        self.sim.tell(format!("— {act:?}"));
        let name = format!("{act:?}");
        self.sim.count(name.split(['(', ' ']).next().unwrap_or_default());
        let done = match act {
            Act::Ask => self.ask(chance).await,
            Act::Call => self.call(chance).await,
            Act::Inside => self.inside(chance).await,
            Act::Habit => self.habit(chance).await,
            Act::Press(id, who, label) => self.press(id, &who, label, chance).await,
            Act::Reply(id, who) => self.reply(id, &who).await,
            Act::Answer(area, root, who) => self.answer(area, &root, &who).await,
            Act::Away(days) => self.go_away(days, chance).await,
            Act::Pause => self.pause(chance).await,
            Act::Leaver
            | Act::Taxonomy
            | Act::Switch(_)
            | Act::Outage(_)
            | Act::Back
            | Act::Fault
            | Act::Well
            | Act::Round
            | Act::Week => {
                self.change(act, chance).await;
                Ok(())
            }
        };
        if let Err(NotPossible(why)) = done {
            self.sim.tell(format!("   (could not: {why})"));
            self.sim.count("not possible");
        }
    }

    async fn types(&mut self, who: &str, line: &str) -> Result<(), NotPossible> {
        self.sim.tell(format!("{who} types: {line}"));
        let place = if who.starts_with("fe") { FIELD_CHANNEL } else { "#field" };
        let answer = self.sim.story.person(who).slash_in(place, line).await?;
        self.sim.tell(format!("   {}", answer.plain()));
        self.sim.answered(who, &answer);
        Ok(())
    }

    async fn ask(&mut self, chance: &mut Chance) -> Result<(), NotPossible> {
        let (who, area) = (field(chance.below(FIELD)), chance.below(areas().len()));
        let topic = self.company.topic(area, chance);
        let mark = self.sim.mark(&who, FIELD_CHANNEL, Given::Question);
        self.types(&who, &format!("/request-pm {mark} How do customers set up {topic}?")).await?;
        let _ = self.sim.story.person(&who).close_all().await;
        Ok(())
    }

    /// Some ask too late: they want an exception, or the earliest time.
    async fn call(&mut self, chance: &mut Chance) -> Result<(), NotPossible> {
        let who = field(chance.below(FIELD));
        let group = chance.one(&self.company.groups).expect("a group").name.clone();
        self.sim.tell(format!("{who} asks for a call about {group}"));
        let start = self.sim.now() + Duration::hours(chance.between(20, 240));
        let mark = self.sim.mark(&who, FIELD_CHANNEL, Given::Form);
        let person = self.sim.story.person(&who);
        person.slash_in(FIELD_CHANNEL, "/request-pm").await?;
        person.fill("What is it about?", CALL).await?;
        let offered = person.type_ahead("Area", &group).await?;
        let Some(area) = offered.first() else { return person.close_all().await.map(|_| ()) };
        person.fill("Area", area.as_str()).await?;
        person.fill("Your question", format!("{mark} what comes next")).await?;
        person.fill("Customer", "Contoso").await?;
        person.submit().await?;
        if person.open_view().is_some() {
            person.fill("Start", start).await?;
            person.fill("Goal of the call", "They decide whether to renew.").await?;
            person.fill("Who comes, in which role", "Head of platform").await?;
            person.submit().await?;
        }
        let _ = person.close_all().await;
        self.sim.settle().await;
        self.look();
        let label = if chance.percent(50) { "Ask for an exception" } else { "Use that time" };
        let offered = self.find(|spot, seen| {
            spot.2.as_deref() == Some(who.as_str()) && seen.labels().iter().any(|one| one == label)
        });
        let Some((spot, seen)) = offered else { return Ok(()) };
        self.click(&who, (&spot, &seen), label, chance).await
    }

    async fn inside(&mut self, chance: &mut Chance) -> Result<(), NotPossible> {
        let area = chance.below(areas().len());
        let who = chance.one(&self.company.smes[area]).expect("an SME").clone();
        let place = inside_of(area);
        let asks_us = chance.percent(50) && self.sim.now() >= self.switched_at;
        let whom = if asks_us {
            "switchboard".to_owned()
        } else {
            let groups = self.company.groups_of(area);
            chance.one(&groups).and_then(|group| group.pms.first()).cloned().unwrap_or_default()
        };
        let topic = self.company.topic(area, chance);
        let mark = self.sim.mark(&who, &place, Given::Said);
        let text = format!("@{whom} {mark} does {topic} scale?");
        self.sim.tell(format!("{who} says in {place}: {text}"));
        let now = self.sim.now();
        let ts = self.sim.story.person(&who).say(&place, &text).await?;
        if !asks_us {
            self.habits.asked_inside(now, area, &ts);
        }
        if now < self.switched_at && chance.percent(80) {
            let minutes = chance.between(3, 900);
            self.plan(later(now, minutes), Act::Answer(area, ts, whom));
        }
        Ok(())
    }

    /// A PM answers inside where there is no engagement.
    async fn answer(&mut self, area: usize, root: &str, who: &str) -> Result<(), NotPossible> {
        let place = inside_of(area);
        let mark = self.sim.mark(who, &place, Given::Said);
        self.sim.tell(format!("{who} replies in {place}"));
        let now = self.sim.now();
        let ts = self.sim.story.person(who).reply(&place, root, &format!("{mark} yes, it does")).await?;
        self.habits.answered_inside(now, area, (root, &ts));
        Ok(())
    }

    /// A PM is asked directly, or an SME channel without us.
    async fn habit(&mut self, chance: &mut Chance) -> Result<(), NotPossible> {
        let area = chance.below(areas().len());
        let group = (*chance.one(&self.company.groups_of(area)).expect("an area has groups")).clone();
        let who = field(chance.below(FIELD));
        let topic = self.company.topic(area, chance);
        let (place, whom) = if chance.percent(60) {
            (FIELD_CHANNEL.to_owned(), format!("@{} ", group.pms[0]))
        } else {
            (channel_of(area), String::new())
        };
        let slack = &self.sim.story.slack;
        if !slack.members_of(&place).contains(&who) {
            slack.invite(&who, &place);
        }
        let mark = self.sim.mark(&who, &place, Given::Said);
        let text = format!("{whom}{mark} how is {topic} set up?");
        self.sim.tell(format!("{who} says in {place}: {text}"));
        let now = self.sim.now();
        if whom.is_empty() {
            self.habits.posted(now, area);
        } else {
            self.habits.pinged(now, area);
        }
        self.sim.story.person(&who).say(&place, &text).await.map(|_| ())
    }

    /// A message of ours that stands and fits, the last one.
    pub(super) fn find(&self, fits: impl Fn(&Spot, &Seen) -> bool) -> Option<(Spot, Seen)> {
        let found = self.sim.ledger.standing.iter().filter(|(spot, seen)| seen.by_bot && fits(spot, seen));
        found.max_by_key(|(_, seen)| seen.at).map(|(spot, seen)| (spot.clone(), seen.clone()))
    }

    async fn press(
        &mut self,
        id: EngagementId,
        who: &str,
        label: &'static str,
        chance: &mut Chance,
    ) -> Result<(), NotPossible> {
        let (bold, direct) = (format!("*{id}*"), format!("@{who}"));
        let card = self.find(|(place, _, only), seen| {
            only.is_none()
                && (place.starts_with('#') || *place == direct)
                && seen.body.contains(&bold)
                && seen.labels().iter().any(|one| one == label)
        });
        let Some((spot, seen)) = card else {
            self.sim.tell(format!("   ({id} has no [{label}] any more)"));
            return Ok(());
        };
        self.click(who, (&spot, &seen), label, chance).await
    }

    async fn click(
        &mut self,
        who: &str,
        (spot, seen): (&Spot, &Seen),
        label: &str,
        chance: &mut Chance,
    ) -> Result<(), NotPossible> {
        self.sim.tell(format!("{who} presses [{label}] in {}", spot.0));
        self.sim.count(&format!("[{label}]"));
        let answer = self.sim.story.person(who).click(&seen.channel, &spot.1, label).await?;
        self.sim.answered(who, &answer);
        let place = if spot.2.is_some() { format!("@{who}") } else { spot.0.clone() };
        forms::fill(&mut self.sim, chance, who, &place).await
    }

    async fn reply(&mut self, id: EngagementId, who: &str) -> Result<(), NotPossible> {
        let home = self.sim.rows.engagements.get(&id).and_then(|one| one.home.clone());
        let Some(home) = home else { return Ok(()) };
        let Some(root) = home.root().cloned() else { return Ok(()) };
        let found = self.sim.ledger.standing.values().find(|seen| seen.channel == home.channel.as_str());
        if found.is_none() || self.sim.leavers.iter().any(|left| left == who) {
            return Ok(());
        }
        let place = self.place_of(home.channel.as_str());
        let mark = self.sim.mark(who, &place, Given::Said);
        self.sim.tell(format!("{who} replies to {id} in {place}"));
        let now = self.sim.now();
        let said = format!("{mark} yes, it does");
        let ts = self.sim.story.person(who).reply(&place, root.as_str(), &said).await?;
        if let Some(area) = areas().find(|area| place == inside_of(*area)) {
            self.habits.answered_inside(now, area, (root.as_str(), &ts));
        }
        Ok(())
    }

    fn place_of(&self, channel: &str) -> String {
        let spots = self.sim.ledger.standing.iter();
        spots
            .filter(|(_, seen)| seen.channel == channel)
            .map(|((place, ..), _)| place.clone())
            .next()
            .unwrap_or_default()
    }

    async fn go_away(&mut self, days: i64, chance: &mut Chance) -> Result<(), NotPossible> {
        let helpers = self.company.helpers();
        let who = chance.one(&helpers).expect("a helper").clone();
        let until = (self.sim.now() + Duration::days(days)).format("%Y-%m-%d");
        let cover = if chance.percent(50) {
            format!(" cover @{}", chance.one(&helpers).expect("a helper"))
        } else {
            String::new()
        };
        let answers_before = self.sim.story.clock.now();
        self.sim.tell(format!("{who} types: /request-pm away until {until}{cover}"));
        let line = format!("/request-pm away until {until}{cover}");
        let answer = self.sim.story.person(&who).slash_in("#field", &line).await?;
        self.sim.tell(format!("   {}", answer.plain()));
        self.sim.answered(&who, &answer);
        if answer.plain().starts_with("You are away until") {
            let user = self.sim.user(&who);
            self.absences.begin(user, answers_before, days);
        }
        Ok(())
    }

    async fn pause(&mut self, chance: &mut Chance) -> Result<(), NotPossible> {
        let area = super::company::key_of(chance.below(areas().len()));
        let hours = chance.between(1, 30);
        self.types("admin", &format!("/request-pm admin pause {area} for {hours}h")).await
    }
}
