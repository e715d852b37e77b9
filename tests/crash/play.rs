//! People at work: each takes a case, does the next thing in it as a person in Slack would, and notes what they heard.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use switchboard::sandbox::{Answer, NotPossible, Person, Submission};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::book::Heard;
use crate::cases::{Act, Way};
use crate::chance::Chance;
use crate::deeds;
use crate::shown::Post;
use crate::world::{Case, Outcome, World};

/// A pause when nothing can be done.
const BREATH: Duration = Duration::from_millis(10);
/// What people are told whose request was not saved, or not yet: as good as no answer.
const NOT_SAVED: [&str; 2] = ["That was not saved", "Saving takes longer than usual"];

/// Starts so many who act at once, and Slack's repetitions; they end when `stop` says so.
pub fn start(world: &Arc<World>, at_once: usize, seed: u64, stop: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut people = JoinSet::new();
    for _ in 0..at_once {
        let (world, stop) = (Arc::clone(world), stop.clone());
        people.spawn(async move {
            while !*stop.borrow() {
                match world.take() {
                    Some((number, case)) => {
                        let outcome = go_on(&world, number, &case).await;
                        world.put_back(number, &outcome);
                    }
                    None => tokio::time::sleep(BREATH).await,
                }
            }
        });
    }
    for strand in 0..world.deeds().len() {
        let (world, stop) = (Arc::clone(world), stop.clone());
        people.spawn(async move { deeds::go_on(&world, strand, &stop).await });
    }
    let (world, stop) = (Arc::clone(world), stop.clone());
    people.spawn(async move { repeat(&world, Chance::part(seed, 7), &stop).await });
    people
}

/// Slack delivers some events again, long after they arrived, or right away.
async fn repeat(world: &World, mut chance: Chance, stop: &watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::time::sleep(Duration::from_millis(chance.within(5, 40))).await;
        match world.arrived(chance.next()) {
            Some(event) if !chance.one_in(3) => drop(world.slack.redeliver(&event).await),
            Some(_) | None => drop(world.slack.redeliver_last().await),
        }
    }
}

async fn go_on(world: &World, number: usize, case: &Case) -> Outcome {
    let asks = case.asks();
    if world.is_on_its_way(case) {
        return Outcome::NotYet;
    }
    let goes_away = case.plan.acts.iter().any(|act| matches!(act, Act::GoAway { .. }));
    if asks && goes_away && !world.may_be_away(number) {
        return Outcome::NotYet;
    }
    let who = if asks { case.plan.asker } else { case.plan.acts[case.next].who() };
    let hands = world.hands_of(who);
    let _one_thing_at_a_time = hands.lock().await;
    let turn = Turn { world, number, case, who, person: world.slack.person(who) };
    if asks { turn.ask().await } else { turn.act(case.plan.acts[case.next]).await }
}

/// A form that people fill in.
enum Form {
    Request,
    /// Why an exception is wanted, behind the button of the offer.
    Exception,
    /// One with a single text, behind a button of the card.
    Small {
        card: Post,
        label: &'static str,
        text: String,
    },
}

/// One person's turn in one case.
struct Turn<'a> {
    world: &'a World,
    number: usize,
    case: &'a Case,
    who: &'static str,
    person: Person,
}

impl Turn<'_> {
    async fn ask(&self) -> Outcome {
        let plan = &self.case.plan;
        match plan.way {
            Way::Command => {
                match self.person.slash_in(plan.field, &format!("/request-pm {}", plan.words)).await {
                    Ok(answer) => of_command(&answer),
                    Err(error) => Outcome::Mistake(error.0),
                }
            }
            Way::Mention => self.mention(plan.field).await,
            Way::Inquiry => self.mention(plan.internal).await,
            Way::Roadmap | Way::Call | Way::Exception => self.form(&Form::Request).await,
        }
    }

    /// Types a command; what is acknowledged in those words, and what an earlier try had done.
    async fn types(&self, words: &str, yes: &str, already: &str) -> Outcome {
        let line = format!("/request-pm {words}");
        match self.person.slash_in(self.case.plan.field, &line).await {
            Ok(answer) => deeds::heard(&answer, &[yes], already),
            Err(error) => Outcome::Mistake(error.0),
        }
    }

    async fn mention(&self, channel: &str) -> Outcome {
        match self.person.say(channel, &format!("@switchboard {}", self.case.plan.words)).await {
            Ok(ts) => self.given("app_mention", ts),
            Err(error) => Outcome::Mistake(error.0),
        }
    }

    fn given(&self, kind: &'static str, ts: String) -> Outcome {
        match self.person.id() {
            Ok(user) => Outcome::Given((kind, ts, user)),
            Err(error) => Outcome::Mistake(error.0),
        }
    }

    /// Opens and fills a form; `false` where it did not open.
    async fn open(&self, form: &Form) -> Result<bool, NotPossible> {
        let plan = &self.case.plan;
        let pressed = match form {
            // Without a channel around it, so that its answers come by direct message.
            Form::Request if plan.way == Way::Exception => self.person.global_shortcut("request_pm").await?,
            Form::Request => self.person.slash_in(plan.field, "/request-pm").await?,
            Form::Exception => self.person.click_in_dm("Ask for an exception").await?,
            Form::Small { card, label, .. } => self.person.click(&card.channel, &card.ts, label).await?,
        };
        if !pressed.ok() || self.person.open_view().is_none() {
            return Ok(false);
        }
        match form {
            Form::Request => {
                let is_call = matches!(plan.way, Way::Call | Way::Exception);
                let reason = if is_call { "A PM in a customer meeting" } else { "Roadmap" };
                self.person.fill("What is it about?", reason).await?;
                self.person.fill("Area", plan.place).await?;
                self.person.fill("Your question", &plan.words).await?;
                if is_call {
                    self.person.fill("Customer", "Contoso").await?;
                }
            }
            Form::Exception => self.person.fill("Why it cannot wait", "Their board decides.").await?,
            Form::Small { text, .. } => self.person.fill("text", text).await?,
        }
        Ok(true)
    }

    /// Fills and sends a form. One that was sent without an answer is still open with all that was filled in, and is
    /// sent again.
    async fn form(&self, form: &Form) -> Outcome {
        let is_open = self.world.has_form(self.who, self.number);
        if !is_open {
            if !self.world.holds_form(self.who, self.number) {
                return Outcome::NotYet;
            }
            if !matches!(self.open(form).await, Ok(true)) {
                return self.give_up_form(Outcome::NotYet).await;
            }
        }
        for _ in 0..3 {
            match self.person.submit().await {
                Ok(Submission::Cleared | Submission::Closed) => return self.give_up_form(Outcome::Yes).await,
                Ok(Submission::Updated) if matches!(self.case.plan.way, Way::Call | Way::Exception) => {
                    if self.fill_call().await.is_err() {
                        return Outcome::NoAnswer;
                    }
                }
                Ok(Submission::Failed(_)) => return Outcome::NoAnswer,
                Ok(Submission::Errors(errors)) if errors.values().any(|error| is_not_saved(error)) => {
                    return Outcome::NoAnswer;
                }
                Ok(other) => return self.give_up_form(Outcome::Mistake(format!("{other:?}"))).await,
                Err(error) => return self.give_up_form(Outcome::Mistake(error.0)).await,
            }
        }
        self.give_up_form(Outcome::Mistake("the form does not end".to_owned())).await
    }

    async fn fill_call(&self) -> Result<(), NotPossible> {
        let hours = if self.case.plan.way == Way::Exception { 40 } else { 72 };
        let start = self.world.slack.clock().now() + TimeDelta::hours(hours);
        self.person.fill("Start", start).await?;
        self.person.fill("Goal of the call", "They decide whether to renew.").await?;
        self.person.fill("Who comes, in which role", "Head of platform").await
    }

    async fn give_up_form(&self, outcome: Outcome) -> Outcome {
        while self.person.open_view().is_some() && self.person.close_all().await.is_ok() {}
        self.world.lets_go_of_form(self.who);
        outcome
    }

    async fn act(&self, act: Act) -> Outcome {
        match act {
            Act::Press { label, .. } => match self.card() {
                Some(card) => self.press(&card, label).await,
                None => Outcome::NotYet,
            },
            Act::TakeByReaction { .. } => match self.card() {
                Some(card) => match self.person.react(&card.channel, &card.ts, "white_check_mark").await {
                    Ok(()) => self.given("reaction_added", card.ts),
                    Err(error) => Outcome::Mistake(error.0),
                },
                None => Outcome::NotYet,
            },
            Act::Solved { .. } => match self.answer_to_requester() {
                Some(post) => self.press(&post, "That solves it").await,
                None => Outcome::NotYet,
            },
            Act::AddDetail { .. } => match self.card() {
                Some(card) => {
                    let text = format!("One detail more for {}.", self.case.plan.mark);
                    self.form(&Form::Small { card, label: "Add detail", text }).await
                }
                None => Outcome::NotYet,
            },
            Act::AskPm { .. } => match self.card() {
                Some(card) => {
                    let text = format!("Will that change for {}?", self.case.plan.mark);
                    self.form(&Form::Small { card, label: "Ask the PM", text }).await
                }
                None => Outcome::NotYet,
            },
            Act::PmReplies { behind, .. } => self.reply(behind).await,
            Act::AskException { .. } => self.form(&Form::Exception).await,
            Act::Approve { .. } => match self.asked_for_exception() {
                Some(post) => self.press(&post, "Approve").await,
                None => Outcome::NotYet,
            },
            Act::AdminClose | Act::AdminReassign { .. } => match self.card().as_ref().and_then(id_of) {
                Some(id) if act == Act::AdminClose => {
                    self.types(&format!("admin close {id} asked twice"), "is closed", "is closed, so that")
                        .await
                }
                Some(id) => {
                    let Act::AdminReassign { to } = act else { return Outcome::NotYet };
                    self.types(&format!("admin reassign {id} @{to}"), &id, " already. You can add").await
                }
                None => Outcome::NotYet,
            },
            Act::GoAway { cover, .. } => {
                let until = (self.world.slack.clock().now() + TimeDelta::days(9)).format("%Y-%m-%d");
                self.types(&format!("away until {until} cover @{cover}"), "You are away until", "no such")
                    .await
            }
            Act::HandedOn { to } => match self.card() {
                Some(card) if card.body.to_lowercase().contains(&format!("{to} ")) => Outcome::Yes,
                Some(_) | None => Outcome::NotYet,
            },
            Act::Back { .. } => {
                let outcome = self.types("back", "You are back", "You are not away").await;
                if matches!(outcome, Outcome::Yes | Outcome::Already) {
                    self.world.nobody_is_away();
                }
                outcome
            }
        }
    }

    /// The direct message by which a PM is asked to approve.
    fn asked_for_exception(&self) -> Option<Post> {
        let board = self.world.shown.board();
        let mark = &self.case.plan.mark;
        board.find(|post| post.body.contains("asks for an exception") && post.body.contains(mark))
    }

    async fn press(&self, post: &Post, label: &str) -> Outcome {
        match self.person.click(&post.channel, &post.ts, label).await {
            Ok(answer) if answer.ok() => Outcome::Yes,
            Ok(_) => Outcome::NoAnswer,
            // An earlier try without an answer took effect: there is nothing left to press.
            Err(_) if self.case.heard[self.case.next] == Heard::NoAnswer => Outcome::Passed,
            Err(_) => Outcome::NotYet,
        }
    }

    async fn reply(&self, behind: bool) -> Outcome {
        let internal = self.case.plan.internal;
        let root = if behind {
            let Some(card) = self.inquiry_behind() else { return Outcome::NotYet };
            card.ts
        } else {
            let (Some(_), Some(root)) = (self.card(), &self.case.root) else { return Outcome::NotYet };
            root.clone()
        };
        let words = format!("Yes, as the page on {} says.", self.case.plan.mark);
        match self.person.reply(internal, &root, &words).await {
            Ok(ts) => self.given("message", ts),
            Err(error) => Outcome::Mistake(error.0),
        }
    }

    /// The ask's card, as it stands in Slack.
    fn card(&self) -> Option<Post> {
        let board = self.world.shown.board();
        if self.case.plan.way == Way::Inquiry {
            let root = self.case.root.as_ref()?;
            return board.find(|post| post.thread.as_ref() == Some(root) && id_of(post).is_some());
        }
        let is_it = |post: &Post| post.body.contains(&self.case.plan.mark) && !is_inquiry(post);
        board.find(|post| is_it(post) && id_of(post).is_some())
    }

    fn inquiry_behind(&self) -> Option<Post> {
        let board = self.world.shown.board();
        board.find(|post| is_inquiry(post) && post.body.contains(&self.case.plan.mark))
    }

    /// The message that tells whoever asked of the answer.
    fn answer_to_requester(&self) -> Option<Post> {
        let id = id_of(&self.card()?)?;
        let board = self.world.shown.board();
        board.find(|post| post.body.contains("[That solves it]") && post.body.contains(&id))
    }
}

/// What came of a slash command, from what its author reads.
fn of_command(answer: &Answer) -> Outcome {
    let shown = answer.plain();
    if !answer.ok() || is_not_saved(shown) {
        Outcome::NoAnswer
    } else if shown.starts_with("Sent to #") {
        Outcome::Yes
    } else if shown.starts_with("That was asked already") {
        Outcome::Already
    } else {
        Outcome::Mistake(shown.to_owned())
    }
}

pub fn is_not_saved(said: &str) -> bool {
    NOT_SAVED.iter().any(|sentence| said.contains(sentence))
}

fn is_inquiry(post: &Post) -> bool {
    post.body.lines().next().is_some_and(|first| first.contains(" · a PM's answer · "))
}

/// The id at the end of a card's first line.
fn id_of(post: &Post) -> Option<String> {
    let first = post.body.lines().next()?.trim_end();
    let id = first.strip_suffix('*')?.rsplit(" · *").next()?;
    (first.starts_with('*') && id.chars().all(|letter| letter.is_ascii_alphanumeric())).then(|| id.to_owned())
}
