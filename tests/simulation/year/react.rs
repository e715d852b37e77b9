//! What people do about what they see: whoever may take, answer, confirm or approve decides once, and does it after a while of
//! their working time; some late, some never.

use switchboard::domain::engagement::call::CallStatus;
use switchboard::domain::engagement::{Body, Engagement, State};
use switchboard::domain::ids::{AreaKey, UserId};

use super::Year;
use super::company::{areas, key_of};
use super::plan::{Act, later};
use crate::chance::Chance;
use crate::ledger::Seen;

impl Year {
    /// People look at what has changed.
    pub(super) fn react(&mut self, chance: &mut Chance) {
        let changed: Vec<Engagement> = self
            .sim
            .rows
            .engagements
            .values()
            .filter(|one| self.known.get(&one.id) != Some(&one.version))
            .cloned()
            .collect();
        for one in changed {
            self.known.insert(one.id, one.version);
            if matches!(one.body, Body::Call(_)) {
                let bold = format!("*{}*", one.id);
                let is_short =
                    |seen: &Seen| seen.body.contains(&bold) && seen.body.contains(". Short notice: ");
                if self.find(|(.., only), seen| only.is_none() && is_short(seen)).is_some() {
                    self.short.insert(one.id);
                }
            }
            self.consider(&one, chance);
        }
    }

    fn consider(&mut self, one: &Engagement, chance: &mut Chance) {
        let owner = one.owner.as_ref().and_then(|owner| self.sim.handle_of(owner));
        match (&one.body, one.state) {
            (Body::Question(question), State::Open) => {
                let raised = question.raised;
                let Some(who) = self.some_sme(one.area.as_ref(), raised > 0, chance) else { return };
                let is_late = chance.percent(10);
                let minutes = if is_late { 12 * 60 } else { chance.between(2, 200) };
                self.decide(one, &format!("take {raised}"), minutes, Act::Press(one.id, who, "Take it"));
            }
            (Body::Question(_), State::Taken) => {
                let Some(who) = owner else { return };
                let (label, minutes) = match chance.below(20) {
                    0..=12 => ("Answered", chance.between(3, 300)),
                    13..=18 => ("Ask the PM", chance.between(3, 120)),
                    _ => ("Answered", 4 * 24 * 60),
                };
                self.decide(one, &format!("work {who}"), minutes, Act::Press(one.id, who, label));
            }
            (Body::Inquiry(inquiry), State::Open | State::Taken) => {
                let Some(who) = owner.filter(|_| inquiry.clock.is_some()) else { return };
                let minutes = match chance.below(20) {
                    0..=12 => chance.between(4, 200),
                    13..=17 => chance.between(240, 1_200),
                    18 => 3 * 24 * 60,
                    // Never: whoever it is raised to may do something.
                    _ => return,
                };
                self.decide(one, &format!("reply {who}"), minutes, Act::Reply(one.id, who));
            }
            (Body::Inquiry(_), State::Answered | State::Closed) => {
                let parent = one.parent.and_then(|id| self.sim.rows.engagements.get(&id)).cloned();
                let Some(parent) = parent.filter(|parent| parent.state == State::Taken) else { return };
                let who = parent.owner.as_ref().and_then(|owner| self.sim.handle_of(owner));
                let Some(who) = who else { return };
                let act = Act::Press(parent.id, who, "Answered");
                self.decide(&parent, &format!("relay {}", one.id), chance.between(2, 90), act);
            }
            (Body::Call(call), State::Open) if call.status == CallStatus::Asked => {
                let Some(who) = owner else { return };
                let label = if chance.percent(85) { "Confirm" } else { "Decline" };
                self.decide(one, "confirm", chance.between(5, 500), Act::Press(one.id, who, label));
                if let Some(asker) = self.sim.handle_of(&one.requester).filter(|_| chance.percent(60)) {
                    let act = Act::Press(one.id, asker, "Add agenda");
                    self.decide(one, "agenda", chance.between(5, 900), act);
                }
            }
            (Body::Call(call), State::Draft) => {
                // Whoever is asked has it in a direct message.
                let bold = format!("*{}*", one.id);
                let asked = call.exception.as_ref().and_then(|_| {
                    self.find(|_, seen| seen.body.contains(&bold) && seen.body.contains("[Approve]"))
                });
                let who = asked.and_then(|((place, ..), _)| place.strip_prefix('@').map(str::to_owned));
                if let Some(who) = who.filter(|_| chance.percent(70)) {
                    self.decide(one, "approve", chance.between(5, 90), Act::Press(one.id, who, "Approve"));
                }
            }
            (Body::PmAsk(_), State::Open | State::Taken) => {
                let Some(who) = owner else { return };
                self.decide(one, "answer", chance.between(5, 600), Act::Press(one.id, who, "Answered"));
            }
            (Body::Question(_) | Body::Inquiry(_) | Body::Call(_) | Body::PmAsk(_), _) => {}
        }
    }

    /// Decided once, done later.
    fn decide(&mut self, one: &Engagement, what: &str, minutes: i64, act: Act) {
        if self.decided.insert((one.id, what.to_owned())) {
            self.plan(later(self.sim.now(), minutes), act);
        }
    }

    /// An SME of the area who is there, or its lead.
    fn some_sme(&self, area: Option<&AreaKey>, lead: bool, chance: &mut Chance) -> Option<String> {
        let area = areas().find(|number| area.is_some_and(|key| key.as_str() == key_of(*number)))?;
        let smes = &self.company.smes[area];
        let there: Vec<&String> = smes.iter().filter(|name| !self.is_away(name)).collect();
        let fitting = if lead { &there[..1.min(there.len())] } else { &there[..] };
        chance.one(fitting).map(|name| (*name).clone())
    }

    /// Whether they said that they are away.
    pub(super) fn is_away(&self, name: &str) -> bool {
        let user: UserId = self.sim.user(name);
        self.absences.is_away(&user, self.sim.now())
    }
}
