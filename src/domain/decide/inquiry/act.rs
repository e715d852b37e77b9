//! The buttons of an inquiry, and who may press them ("Who may do what", row "reply clock"; B2, B6).

use super::people::{answers, because, is_on_duty};
use super::turn::Turn;
use crate::domain::command::{Act, Action};
use crate::domain::decide::{Case, absence};
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::State;
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::{Change, What};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;
use crate::domain::reply_clock;

/// Somebody pressed a button of an inquiry, or sent its form.
pub fn act(case: &Case<'_>, act: &Act) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    match turn.act(&act.by, &act.action) {
        Ok(reply) => {
            turn.decision.reply = reply;
            turn.finish()
        }
        Err(refusal) => Decision::refuse(refusal),
    }
}

impl Turn<'_> {
    fn act(&mut self, by: &UserId, action: &Action) -> Result<Reply, Refusal> {
        match action {
            Action::Seen => self.press_seen(by),
            Action::WaitOnSme { why } => self.wait_on_sme(by, why),
            Action::NotMine { to } => self.not_mine(by, to),
            Action::AnsweredElsewhere { link } => self.answered_elsewhere(by, link),
            Action::NotAQuestion => self.not_a_question(by),
            Action::Answered => self.asker_satisfied(by),
            Action::AskAgain { text } => self.ask_again(by, text.as_deref()),
            Action::Withdraw => self.withdraw(by),
            Action::Reassign { to } => self.reassign(by, to),
            Action::Close { why } => self.close(by, why),
            Action::Take
            | Action::HandBack
            | Action::AskPm { .. }
            | Action::Move { .. }
            | Action::AddDetail { .. }
            | Action::NotSolved { .. }
            | Action::Solved
            | Action::PickPlace { .. }
            | Action::Post { .. }
            | Action::Discard
            | Action::AskSmes
            | Action::AboutProduct { .. }
            | Action::UseSlot { .. }
            | Action::RedirectToSmes
            | Action::AskException { .. }
            | Action::ApproveException
            | Action::DeclineException { .. }
            | Action::ConfirmCall
            | Action::DeclineCall { .. }
            | Action::ProposeTime { .. }
            | Action::AcceptProposal
            | Action::MissingContext { .. }
            | Action::Reschedule { .. }
            | Action::CancelCall { .. }
            | Action::AddAgenda { .. } => Err(self.not_now()),
        }
    }

    fn press_seen(&mut self, by: &UserId) -> Result<Reply, Refusal> {
        self.only_pms(by)?;
        self.only_live()?;
        self.seen(by);
        Ok(Reply::Nothing)
    }

    fn wait_on_sme(&mut self, by: &UserId, why: &str) -> Result<Reply, Refusal> {
        self.only_pms(by)?;
        self.only_live()?;
        if why.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        let now = self.case.now;
        if let Some(clock) = &mut self.inquiry.clock
            && !reply_clock::pause(clock, by, why, now)
        {
            return Ok(Reply::Nothing);
        }
        self.redraw = true;
        let event = Event::Paused { why: why.to_owned() };
        self.note(now, Actor::Person(by.clone()), event, vec![pressed(Rule::B6, by)]);
        let asker = self.engagement.requester.clone();
        self.tell_thread(What::WaitingOnSme { asker, why: why.to_owned() });
        Ok(Reply::Nothing)
    }

    fn not_mine(&mut self, by: &UserId, to: &UserId) -> Result<Reply, Refusal> {
        self.only_pms(by)?;
        self.only_live()?;
        self.hand(by, to, Rule::A5)
    }

    fn reassign(&mut self, by: &UserId, to: &UserId) -> Result<Reply, Refusal> {
        self.only_overseers(by)?;
        self.only_live()?;
        self.hand(by, to, Rule::Roles)
    }

    /// To another PM, of this area or any: the clock runs on, recorded (A5).
    fn hand(&mut self, by: &UserId, to: &UserId, rule: Rule) -> Result<Reply, Refusal> {
        let policy = self.case.policy;
        if let Some(refusal) = absence::refusal_of(policy, to, self.case.now) {
            return Err(refusal);
        }
        let is_pm = policy.org.is_pm(to) || answers(policy, &self.engagement, to, self.case.now);
        if !is_pm || *to == self.engagement.requester || !is_on_duty(policy, to, self.case.now) {
            return Err(Refusal::CannotAnswer { engagement: self.engagement.id, user: to.clone() });
        }
        if self.engagement.owner.as_ref() != Some(to) {
            self.hand_to(to, by, pressed(rule, by));
        }
        Ok(Reply::Nothing)
    }

    fn answered_elsewhere(&mut self, by: &UserId, link: &str) -> Result<Reply, Refusal> {
        self.only_pms(by)?;
        self.only_live()?;
        let link = link.trim();
        if !is_link(link) {
            return Err(Refusal::NotALink);
        }
        self.answered(HowEnded::Elsewhere { link: link.to_owned() }, by, self.case.now);
        Ok(Reply::Nothing)
    }

    /// The asker's word is enough (B2). A PM replies in the thread, or says where they answered.
    fn asker_satisfied(&mut self, by: &UserId) -> Result<Reply, Refusal> {
        self.only_asker(by)?;
        self.only_live()?;
        self.answered(HowEnded::AskerSatisfied, by, self.case.now);
        Ok(Reply::Nothing)
    }

    fn not_a_question(&mut self, by: &UserId) -> Result<Reply, Refusal> {
        if *by != self.engagement.requester {
            self.only_pms(by)?;
        }
        self.only_live()?;
        let why = (None, pressed(Rule::B2, by));
        self.ended(State::Closed, HowEnded::NotAQuestion, Some(by), self.case.now, why);
        Ok(Reply::Nothing)
    }

    fn ask_again(&mut self, by: &UserId, text: Option<&str>) -> Result<Reply, Refusal> {
        self.only_asker(by)?;
        match self.engagement.state {
            State::Open | State::Taken | State::Answered | State::Closed => {}
            State::Draft
            | State::Withdrawn
            | State::Redirected
            | State::Declined
            | State::Lapsed
            | State::Deflected => return Err(self.not_now()),
        }
        if let Some(area) = self.area_not_on(by) {
            return Err(Refusal::ClockNotOn { area });
        }
        self.begin_round(by, self.case.now);
        if let Some(owner) = self.engagement.owner.clone() {
            let clock = self.inquiry.clock.as_ref();
            let due = clock.and_then(|clock| reply_clock::due_at(clock, &self.working()));
            let text = text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
            self.tell_thread(What::AskedAgain { owner, text, due });
        }
        Ok(Reply::Nothing)
    }

    fn withdraw(&mut self, by: &UserId) -> Result<Reply, Refusal> {
        self.only_asker(by)?;
        self.only_live()?;
        let why = (None, pressed(Rule::Roles, by));
        self.ended(State::Withdrawn, HowEnded::Withdrawn, Some(by), self.case.now, why);
        Ok(Reply::Done { engagement: self.engagement.id, done: Done::Withdrawn })
    }

    fn close(&mut self, by: &UserId, why: &str) -> Result<Reply, Refusal> {
        self.only_overseers(by)?;
        if !self.engagement.state.is_live() && self.engagement.state != State::Answered {
            return Err(self.not_now());
        }
        if why.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        let reason = (Some(why.to_owned()), pressed(Rule::Roles, by));
        self.ended(State::Closed, HowEnded::Withdrawn, Some(by), self.case.now, reason);
        if *by != self.engagement.requester {
            let change = Change::Closed { by: by.clone(), why: why.to_owned() };
            self.decision.tell_requester(&self.engagement, What::ChangedToRequester { change });
        }
        Ok(Reply::Done { engagement: self.engagement.id, done: Done::Closed })
    }

    fn only_pms(&self, by: &UserId) -> Result<(), Refusal> {
        if answers(self.case.policy, &self.engagement, by, self.case.now) {
            return Ok(());
        }
        Err(self.not_yours(Role::PmsOf(self.engagement.place.clone()), by))
    }

    fn only_asker(&self, by: &UserId) -> Result<(), Refusal> {
        if self.engagement.requester == *by { Ok(()) } else { Err(self.not_yours(Role::Requester, by)) }
    }

    fn only_overseers(&self, by: &UserId) -> Result<(), Refusal> {
        if self.case.policy.org.may_oversee(by, self.engagement.area.as_ref()) {
            return Ok(());
        }
        let role = self.engagement.area.clone().map_or(Role::Admins, |area: AreaKey| Role::LeadsOf(area));
        Err(self.not_yours(role, by))
    }

    fn only_live(&self) -> Result<(), Refusal> {
        if self.engagement.state.is_live() { Ok(()) } else { Err(self.not_now()) }
    }

    fn not_yours(&self, who: Role, by: &UserId) -> Refusal {
        let is_requester = self.engagement.requester == *by;
        Refusal::NotYours { engagement: self.engagement.id, who, is_requester }
    }

    fn not_now(&self) -> Refusal {
        Refusal::NotNow { engagement: self.engagement.id, state: self.engagement.state }
    }
}

fn pressed(rule: Rule, by: &UserId) -> Because {
    because(rule, Fact::Pressed { by: by.clone() })
}

/// Whether it can be followed: a web address with a host.
fn is_link(link: &str) -> bool {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    is_web
        && !link.contains(char::is_whitespace)
        && link.split('/').nth(2).is_some_and(|host| !host.is_empty())
}
