//! The tour: five scenes, each looking at what it shows. A scene that shows something else ends the tour with its name.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, Utc};

use super::cast::Cast;
use super::stage::{Stage, monday};
use super::world::FIELD_CHANNEL;
use crate::sandbox::{Input, Person, Submission};
use crate::slack::vocabulary::SHORTCUT_REDIRECT;

/// Plays every scene.
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> anyhow::Result<()> {
    let mut tour = Tour { stage, cast };
    tour.experts_first().await.context("scene 1, the question to SMEs")?;
    let inquiry = tour.reply_clock().await.context("scene 2, the reply clock")?;
    tour.late_reply(&inquiry).await.context("scene 3, the late reply")?;
    tour.redirect().await.context("scene 4, the PM who is asked directly")?;
    tour.call_too_soon().await.context("scene 5, the call at 40 h")?;
    tour.call_in_time().await.context("scene 6, the call at 50 h")?;
    stage.screen.heading("That was the tour: every message above went through the bot's own HTTP port.");
    Ok(())
}

/// A tour that is being played.
struct Tour<'a> {
    stage: &'a mut Stage,
    cast: &'a Cast,
}

impl Tour<'_> {
    /// A1, A2: a question goes to SMEs, is taken, answered, confirmed.
    async fn experts_first(&mut self) -> anyhow::Result<()> {
        let (cast, sme) = (self.cast, self.cast.sme.clone());
        self.scene("1. A technical question goes to the experts first (A1, A2)", "No PM is involved.");
        self.slash("ava", &format!("/request-pm {}", cast.questions.technical)).await?;
        self.expect_seen(&cast.sme_channel, "nobody has taken it yet")?;
        self.expect_quiet(&cast.group_channel)?;
        self.later(Duration::minutes(5)).await?;
        self.click(&sme, &cast.sme_channel, "Take it").await?;
        self.expect_seen("@ava", "took")?;
        self.later(Duration::minutes(20)).await?;
        self.reply_to_last(&sme, &cast.sme_channel, "One in each region, and a small pool that stays up.")
            .await?;
        self.click(&sme, &cast.sme_channel, "Answered").await?;
        self.expect_seen("@ava", "answered")?;
        self.click_in_dm("ava", "That solves it").await?;
        Ok(())
    }

    /// B1, B3, B5: an SME asks the PM in the internal channel; nobody answers. Returns the thread.
    async fn reply_clock(&mut self) -> anyhow::Result<String> {
        let (cast, sme) = (self.cast, self.cast.sme.clone());
        self.scene(
            "2. An SME asks the PM in the internal channel: the four-hour clock (B1, B5)",
            "Nudges at 2 h and 3 h, the miss at 4 h, raised to the product leader at 8 h.",
        );
        self.slash("raj", &format!("/request-pm {}", cast.questions.hard)).await?;
        self.later(Duration::minutes(10)).await?;
        self.click(&sme, &cast.sme_channel, "Take it").await?;
        self.click(&sme, &cast.sme_channel, "Ask the PM").await?;
        self.submit(&sme).await?;
        self.expect_seen(&cast.internal_channel, &shown_name(&cast.pm))?;
        let inquiry = self.last_in(&cast.internal_channel)?;
        let asked = self.stage.now();
        for (hours, rule) in [
            (2, "the first nudge"),
            (3, "the second"),
            (4, "the promise is missed; the stage's PM is asked to help"),
            (8, "raised to the product leader"),
        ] {
            self.stage.begin_scene();
            self.stage.screen.time(&format!("{hours} h after the question: {rule}"));
            self.stage.pass_until(asked + Duration::hours(hours)).await?;
            self.expect_step(hours)?;
        }
        Ok(inquiry)
    }

    /// B6: an answer after the promise is recorded as late, and stays late.
    async fn late_reply(&mut self, inquiry: &str) -> anyhow::Result<()> {
        let (cast, pm) = (self.cast, self.cast.pm.clone());
        self.scene("3. The PM answers after nine hours: recorded as late (B6)", "A late answer stays late.");
        self.later(Duration::hours(1)).await?;
        let words = "It survives when both regions write; one that only reads does not take over.";
        self.stage.screen.act(&format!("{pm} in {}, in the thread: {words}", cast.internal_channel));
        self.person(&pm).reply(&cast.internal_channel, inquiry, words).await?;
        self.stage.settle().await?;
        self.expect_seen(&cast.internal_channel, "after the promised time")?;
        self.timeline(inquiry).await?;
        let sme = cast.sme.clone();
        self.reply_to_last(&sme, &cast.sme_channel, "It survives, when both regions write.").await?;
        self.click(&sme, &cast.sme_channel, "Answered").await?;
        self.expect_seen("@raj", "answered")
    }

    /// A5: a PM asked directly hands the question to SMEs with one click.
    async fn redirect(&mut self) -> anyhow::Result<()> {
        let (cast, pm) = (self.cast, self.cast.pm.clone());
        self.stage.pass_until(monday() + Duration::days(1)).await?;
        self.scene(
            "4. A PM who is asked directly redirects to SMEs (A5)",
            "One click on the message; whoever asked reads a kind fixed sentence, not the PM's own words.",
        );
        let words = format!("@{pm} {}", cast.questions.direct);
        self.stage.screen.act(&format!("cara in {FIELD_CHANNEL}: {words}"));
        let asked = self.person("cara").say(FIELD_CHANNEL, &words).await?;
        self.stage.settle().await?;
        self.stage.screen.act(&format!("{pm} uses “Redirect to SMEs” on that message"));
        self.person(&pm).message_shortcut(SHORTCUT_REDIRECT, FIELD_CHANNEL, &asked).await?;
        self.stage.settle().await?;
        self.expect_seen(&cast.sme_channel, "nobody has taken it yet")?;
        self.expect_seen(FIELD_CHANNEL, "SME")?;
        self.later(Duration::minutes(20)).await?;
        let card = self.last_in(&cast.sme_channel)?;
        self.stage.screen.act(&format!("{} reacts with ✅ to the card: that takes it (A8)", cast.sme));
        self.person(&cast.sme).react(&cast.sme_channel, &card, "white_check_mark").await?;
        self.stage.settle().await?;
        self.expect_seen(&cast.sme_channel, "Taken")?;
        self.click(&cast.sme, &cast.sme_channel, "Answered").await
    }

    /// C1: a call at 40 h is refused, with the earliest slot.
    async fn call_too_soon(&mut self) -> anyhow::Result<()> {
        self.stage.pass_until(monday() + Duration::days(1) + Duration::hours(5)).await?;
        self.scene(
            "5. A call in 40 h is too soon (C1)",
            "PMs are given 48 h; the refusal names the earliest slot in the PM's working hours.",
        );
        let asked = self.stage.now();
        self.fill_request(asked + Duration::hours(40), true).await?;
        self.submit("raj").await?;
        self.expect_seen(FIELD_CHANNEL, "40 h away")?;
        self.expect_seen(FIELD_CHANNEL, "The earliest is")?;
        self.expect_quiet(&self.cast.group_channel)
    }

    /// C1, C2, C6: at 50 h it is accepted and flagged; its agenda is missed at 24 h, then delivered.
    async fn call_in_time(&mut self) -> anyhow::Result<()> {
        let (cast, pm) = (self.cast, self.cast.pm.clone());
        self.later(Duration::minutes(15)).await?;
        self.scene(
            "6. A call in 50 h is accepted and flagged; its agenda comes late (C1, C2, C6)",
            "The agenda is due 24 h before. The requester is reminded first, then the PM is told.",
        );
        let start = self.stage.now() + Duration::hours(50);
        self.fill_request(start, false).await?;
        self.submit("raj").await?;
        self.expect_seen(&cast.group_channel, "on the second day")?;
        self.click(&pm, &cast.group_channel, "Confirm").await?;
        self.expect_seen(&cast.group_channel, "Confirmed")?;
        let due = start - Duration::hours(24);
        self.stage.screen.time("the next morning, some hours before the agenda is due");
        self.stage.pass_until(due - Duration::minutes(1)).await?;
        self.expect_seen("@raj", "agenda is due")?;
        self.stage.begin_scene();
        self.stage.screen.time("24 h before the call");
        self.stage.pass_until(due).await?;
        self.expect_seen(&cast.group_channel, "No agenda, 24 h before")?;
        self.later(Duration::minutes(40)).await?;
        self.click("raj", &cast.group_channel, "Add agenda").await?;
        self.fill("raj", "The agenda", "https://docs.example.com/agenda", true).await?;
        self.submit("raj").await?;
        self.expect_seen(&cast.group_channel, "from Raj")
    }

    /// Fills the request form for a customer's call; sent a second time it is told in one line.
    async fn fill_request(&mut self, start: DateTime<Utc>, in_detail: bool) -> anyhow::Result<()> {
        let cast = self.cast;
        let raj = self.person("raj");
        if in_detail {
            self.slash("raj", "/request-pm").await?;
        } else {
            let start = start.format("%a %H:%M");
            self.stage
                .screen
                .act(&format!("raj in {FIELD_CHANNEL}: /request-pm, the same with Start = {start} UTC"));
            raj.slash_in(FIELD_CHANNEL, "/request-pm").await?;
        }
        let offered = raj.type_ahead("Area", &cast.group).await?;
        let area = offered.into_iter().find(|offer| offer.ends_with(&cast.group_in_menu));
        let area = area.context("the area is not in the menu")?;
        let short = [
            ("What is it about?", "A PM in a customer meeting"),
            ("Area", area.as_str()),
            ("Your question", cast.questions.call.as_str()),
        ];
        let long = [
            ("Goal of the call", "Agree on the next step of their evaluation"),
            ("Who comes, in which role", "Their platform lead, their architect"),
        ];
        for (field, value) in short {
            self.fill("raj", field, value, in_detail).await?;
        }
        if raj.submit().await? != Submission::Updated {
            bail!("the form did not ask for what a call needs");
        }
        if in_detail {
            self.stage.screen.act("raj submits");
            self.stage.settle().await?;
            self.stage.screen.act(&format!("raj fills Start = {} UTC", start.format("%a %H:%M")));
        }
        raj.fill("Start", Input::At(start)).await?;
        for (field, value) in long {
            self.fill("raj", field, value, in_detail).await?;
        }
        if !in_detail {
            self.stage.skip_new();
        }
        Ok(())
    }

    // What people do.

    fn person(&self, name: &str) -> Person {
        self.stage.slack.person(name)
    }

    async fn slash(&mut self, who: &str, line: &str) -> anyhow::Result<()> {
        self.stage.screen.act(&format!("{who} in {FIELD_CHANNEL}: {line}"));
        let answer = self.person(who).slash_in(FIELD_CHANNEL, line).await?;
        if let Some(failed) = &answer.failed {
            bail!("the command failed: {failed}");
        }
        self.stage.settle().await
    }

    async fn click(&mut self, who: &str, channel: &str, label: &str) -> anyhow::Result<()> {
        self.stage.screen.act(&format!("{who} clicks [{label}] in {channel}"));
        self.person(who).click_in(channel, label).await?;
        self.stage.settle().await
    }

    async fn click_in_dm(&mut self, who: &str, label: &str) -> anyhow::Result<()> {
        self.stage.screen.act(&format!("{who} clicks [{label}]"));
        self.person(who).click_in_dm(label).await?;
        self.stage.settle().await
    }

    async fn fill(&mut self, who: &str, field: &str, value: &str, told: bool) -> anyhow::Result<()> {
        if told {
            self.stage.screen.act(&format!("{who} fills {field} = {value}"));
        }
        self.person(who).fill(field, value).await?;
        if told { self.stage.settle().await } else { Ok(()) }
    }

    async fn submit(&mut self, who: &str) -> anyhow::Result<Submission> {
        self.stage.screen.act(&format!("{who} submits"));
        let submission = self.person(who).submit().await?;
        if let Submission::Failed(why) = &submission {
            bail!("the form failed: {why}");
        }
        self.stage.settle().await?;
        Ok(submission)
    }

    async fn reply_to_last(&mut self, who: &str, channel: &str, words: &str) -> anyhow::Result<()> {
        let parent = self.last_in(channel)?;
        self.stage.screen.act(&format!("{who} in {channel}, in the thread: {words}"));
        self.person(who).reply(channel, &parent, words).await?;
        self.stage.settle().await
    }

    async fn later(&mut self, span: Duration) -> anyhow::Result<()> {
        let until = self.stage.now() + span;
        self.stage.pass_until(until).await
    }

    // What is looked at.

    fn scene(&mut self, title: &str, rule: &str) {
        self.stage.begin_scene();
        self.stage.screen.heading(title);
        self.stage.screen.text(rule);
    }

    fn last_in(&self, channel: &str) -> anyhow::Result<String> {
        let messages = self.stage.slack.messages(channel);
        messages.last().map(|message| message.ts.clone()).with_context(|| format!("{channel} is empty"))
    }

    fn expect_seen(&self, place: &str, words: &str) -> anyhow::Result<()> {
        if self.stage.was_seen(place, words) {
            return Ok(());
        }
        bail!("“{words}” was expected in {place} and did not land there")
    }

    /// The ladder's steps go to the thread; the last one to the leader directly where they are not in the channel (B8).
    fn expect_step(&self, hours: i64) -> anyhow::Result<()> {
        let (place, words) = match hours {
            2 | 3 => (&self.cast.internal_channel, format!("waited {hours} h")),
            4 => (&self.cast.internal_channel, format!("@{}", shown_name(&self.cast.stage_pm))),
            _ if self.stage.was_seen(&format!("@{}", self.cast.leader), "waited 8 h") => return Ok(()),
            _ => (&self.cast.internal_channel, format!("@{}", shown_name(&self.cast.leader))),
        };
        self.expect_seen(place, &words)
    }

    fn expect_quiet(&self, place: &str) -> anyhow::Result<()> {
        if self.stage.was_quiet(place) { Ok(()) } else { bail!("{place} was to stay quiet, and did not") }
    }

    /// What `switchboard explain` says about the ask whose card this is.
    async fn timeline(&self, card: &str) -> anyhow::Result<()> {
        let channel = &self.cast.internal_channel;
        let card = self.stage.slack.message(channel, card).context("the card is gone")?;
        let id = super::stage::engagement_of(&card).context("the card has no buttons")?;
        let lines = self.stage.explain(id).await?.context("the ask is gone")?;
        self.stage.screen.act(&format!("switchboard explain {id}"));
        for step in lines.iter().filter(|line| line.starts_with("20")) {
            let is_late = step.contains("after the promised time");
            let short = if is_late { step } else { step.split(", because").next().unwrap_or(step) };
            self.stage.screen.item(&short.replace(":00 UTC", ""));
        }
        for words in ["the promised time passed", "after the promised time"] {
            if !lines.iter().any(|line| line.contains(words)) {
                bail!("“{words}” is not on the timeline of {id}");
            }
        }
        Ok(())
    }
}

/// A handle as others see the person.
fn shown_name(handle: &str) -> String {
    let mut letters = handle.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
