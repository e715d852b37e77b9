//! Looks at everything after a step has settled: what landed, what is stored, and whether the rules hold between them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use switchboard::domain::engagement::{Body, Engagement, State};
use switchboard::domain::ids::{EngagementId, UserId};
use switchboard::domain::notice::What;
use switchboard::domain::org::Org;
use switchboard::sandbox::{Landed, LandedKind, Message};

use crate::cast::{Place, RENAMED, marks_in};
use crate::logs;
use crate::rows::{Clock, Sent};
use crate::rules::ladder::{Answer, Reminder};
use crate::rules::secrecy::{Readers, Shown};
use crate::rules::{Broken, cards, clocks, ladder, mentions, notice, outbox, secrecy};
use crate::sim::{Health, Sim};

/// Looks at what a step has led to.
pub fn look(sim: &mut Sim) {
    let landed = sim.ledger.look();
    let changed = sim.rows.refresh();
    keep_homes(sim, &changed);
    keep_transcript(sim, &landed);
    for one in &landed {
        if one.by_bot {
            see(sim, one);
        }
    }
    let mut waiting = std::mem::take(&mut sim.unexplained);
    waiting.extend(landed.into_iter().filter(|one| one.by_bot && one.kind == LandedKind::Posted));
    explain(sim, waiting);
    stored(sim, &changed);
    calls(sim);
}

/// Keeps what was seen. Lanes run side by side, so the order within a step is not the story's.
fn keep_transcript(sim: &mut Sim, landed: &[Landed]) {
    let mut lines: Vec<String> = landed
        .iter()
        .map(|one| {
            let (at, kind, place) = (one.at, one.kind, &one.place);
            format!(
                "{at} {kind:?} {place} {:?} {} {:?}\n{}",
                one.only_for, one.author, one.notified, one.body
            )
        })
        .collect();
    lines.sort();
    sim.transcript.extend(lines);
}

/// Counts where each engagement has been.
fn keep_homes(sim: &mut Sim, changed: &[EngagementId]) {
    for id in changed {
        let home = sim.rows.engagements.get(id).and_then(|engagement| engagement.home.clone());
        let Some(home) = home else { continue };
        let is_new = sim.homes.get(id) != Some(&home.channel);
        if is_new {
            sim.homes.insert(*id, home.channel.clone());
            *sim.came.entry((*id, home.channel)).or_default() += 1;
        }
    }
}

/// Checks what people can read of something of ours.
fn see(sim: &mut Sim, one: &Landed) {
    let is_message = matches!(one.kind, LandedKind::Posted | LandedKind::Updated);
    let raw = is_message.then(|| sim.story.slack.message(&one.channel, &one.ts)).flatten();
    let fallback = raw.as_ref().map(Message::fallback).unwrap_or_default();
    let text = format!("{}\n{fallback}", one.body);
    let what = sim.rows.by_message.get(&one.ts).map(|sent| &sent.notice.what);
    let shown = Shown {
        place: &one.place,
        kind: if one.place.is_empty() { Place::Direct } else { sim.cast.place(&one.place) },
        only_for: one.only_for.as_deref(),
        text: &text,
        is_message,
        is_stage_link: matches!(what, Some(What::StageLink { .. })),
        is_direct_raise: matches!(what, Some(What::Raise { direct: true, .. } | What::PmAwaited { .. })),
    };
    let found = secrecy::check(&shown, &sim.marks, &Present(sim));
    if shown.is_stage_link {
        for mark in marks_in(&text) {
            sim.marks.publish(mark);
        }
    }
    sim.broken.extend(found);
    if let Some(raw) = raw {
        let everybody = ["<!here", "<!channel", "<!everyone"];
        let whole = format!("{} {}", raw.text, parsed(&serde_json::Value::Array(raw.blocks)));
        if everybody.iter().any(|word| whole.contains(word)) {
            sim.broken.push(Broken::new("nobody is called all at once", whole));
        }
    }
}

/// All text of a message's blocks in which Slack looks for mentions.
fn parsed(block: &serde_json::Value) -> String {
    match block {
        serde_json::Value::Object(fields) if block["type"] == "broadcast" => {
            format!("<!{}>", fields["range"])
        }
        serde_json::Value::Object(fields) if block["type"] == "mrkdwn" => fields["text"].to_string(),
        serde_json::Value::Object(fields) => fields.values().map(parsed).collect(),
        serde_json::Value::Array(items) => items.iter().map(parsed).collect(),
        _ => String::new(),
    }
}

/// Who is there now.
struct Present<'a>(&'a Sim);

impl Readers for Present<'_> {
    fn is_in(&self, person: &str, channel: &str) -> bool {
        let slack = &self.0.story.slack;
        let found =
            slack.find_channel(channel).or_else(|| slack.find_channel(&format!("{channel}{RENAMED}")));
        found.is_some_and(|id| slack.members_of(&id).iter().any(|member| member == person))
    }

    fn helps(&self, person: &str) -> bool {
        let policy = self.0.story.bot.app.policy();
        let user = self.0.user(person);
        let org = &policy.org;
        org.is_pm(&user)
            || org.is_admin(&user)
            || org.areas().iter().any(|area| org.is_sme(&user, &area.key))
            || self.0.rows.engagements.values().any(|one| one.owner.as_ref() == Some(&user))
    }

    fn asked(&self, person: &str, mark: usize) -> bool {
        let (user, mark) = (self.0.user(person), format!("zq{mark}q"));
        let own = self.0.rows.engagements.values().filter(|one| one.requester == user);
        own.into_iter().any(|one| format!("{one:?}").contains(&mark))
    }
}

/// Checks messages of ours by the notices that they are.
fn explain(sim: &mut Sim, posted: Vec<Landed>) {
    let policy = sim.story.bot.app.policy();
    for one in posted {
        match sim.rows.by_message.get(&one.ts).cloned() {
            Some(sent) => explained(sim, &one, &sent, &policy.org),
            None if sim.is_calm() => {
                let how = format!("{}: {}", one.place, one.body);
                sim.broken.push(Broken::new("what is said was decided", how));
            }
            None => sim.unexplained.push(one),
        }
    }
}

fn explained(sim: &mut Sim, one: &Landed, sent: &Sent, org: &Org) {
    let what = &sent.notice.what;
    let engagement = sent.notice.engagement.and_then(|id| sim.rows.engagements.get(&id)).cloned();
    let notified: BTreeSet<UserId> = one.notified.iter().map(|name| sim.user(name)).collect();
    let mut handle_again = false;
    if let (What::Card { .. }, Some(engagement)) = (what, &engagement) {
        count_card(sim, one, engagement);
        if let (Some(area), Body::Question(_), false) =
            (&engagement.area, &engagement.body, notified.is_empty())
        {
            handle_again = !sim.handles.insert((engagement.id, area.clone()));
        }
    }
    let posted = mentions::Posted {
        what,
        engagement: engagement.as_ref(),
        notified: &notified,
        at: if mentions::is_reminder(what) { one.at } else { sent.decided_at },
        handle_again,
    };
    let found = mentions::check(&posted, org);
    sim.broken.extend(found);
    let Some(engagement) = engagement else { return };
    let Some(reminder) = Reminder::of(what, one.at) else { return };
    let answers = answers(sim, &engagement, org);
    let before = sim.reminders.entry(engagement.id).or_default();
    sim.broken.extend(ladder::check(&reminder, &engagement, &answers, before));
    before.push(reminder);
    sim.count("reminders");
}

/// A card in a channel where the engagement was not to be is one too many, and so is a second one.
fn count_card(sim: &mut Sim, one: &Landed, engagement: &Engagement) {
    let key = (engagement.id, one.channel.as_str().into());
    let posted = sim.cards.entry(key.clone()).or_default();
    *posted += 1;
    let came = sim.came.get(&key).copied().unwrap_or(0);
    if sim.wounds.is_empty() {
        sim.broken.extend(cards::one_card(engagement.id, &one.place, *posted, came.max(1)));
    }
}

/// What PMs of the inquiry's area wrote in its thread.
fn answers(sim: &Sim, engagement: &Engagement, org: &Org) -> Vec<Answer> {
    let Some(home) = &engagement.home else { return Vec::new() };
    let Some(root) = home.root() else { return Vec::new() };
    let area = engagement.area.as_ref().and_then(|key| org.area(key));
    let in_thread = sim.ledger.standing.iter().filter(|((.., only), seen)| {
        only.is_none()
            && !seen.by_bot
            && seen.channel == home.channel.as_str()
            && seen.thread.as_deref() == Some(root.as_str())
    });
    in_thread
        .filter_map(|(_, seen)| sim.story.slack.find_user(&seen.author).map(|id| (UserId(id), seen.at)))
        .filter(|(user, _)| {
            *user != engagement.requester
                && (area.is_some_and(|area| org.answers_for(user, area))
                    || engagement.place.as_ref().is_some_and(|place| org.is_pm_of(user, place)))
        })
        .map(|(by, at)| Answer { by, at })
        .collect()
}

/// Checks what is stored, and what stands on the cards of what has changed.
fn stored(sim: &mut Sim, changed: &[EngagementId]) {
    let policy = sim.story.bot.app.policy();
    let (now, calm) = (sim.now(), sim.is_calm());
    let rows = &sim.rows;
    let mut broken = clocks::check(&rows.engagements, &rows.clocks, &rows.timelines, &policy.org, &sim.left);
    if sim.health == Health::Up && calm {
        broken.extend(clocks::overdue(&not_paused(sim, now), now));
    }
    if sim.health != Health::Down {
        broken.extend(outbox::waits(&rows.pending, now, calm));
    }
    if !sim.faulty && sim.wounds.is_empty() {
        // Nobody is there to read what is for somebody who has left.
        let leavers: Vec<String> = sim.leavers.iter().map(|who| sim.story.slack.user_id(who)).collect();
        let parked = rows.parked.iter().filter(|sent| !leavers.contains(&sent.lane));
        broken.extend(outbox::parked(parked, sim.troubled_until));
    }
    broken.extend(outbox::dead_letters(rows.dead_letters));
    broken.extend(cards::one_engagement_an_ask(&rows.engagements));
    broken.extend(cards::acknowledged(&sim.acknowledged, &rows.engagements));
    for id in changed {
        let empty = Vec::new();
        let timeline = rows.timelines.get(id).unwrap_or(&empty);
        broken.extend(rows.engagements.get(id).into_iter().flat_map(|one| notice::check(one, timeline)));
    }
    sim.stale.extend(sim.rows.parked.iter().filter_map(|sent| sent.notice.engagement));
    sim.rows.parked.clear();
    sim.broken.extend(broken);
    sim.acknowledged.clear();
    agree(sim, changed, calm);
}

/// The clocks whose reminders no admin has paused now: the others wait for the end of it.
fn not_paused(sim: &Sim, now: DateTime<Utc>) -> Vec<Clock> {
    let pauses = sim.story.bot.app.pauses();
    let waits = |clock: &&Clock| {
        let area = sim.rows.engagements.get(&clock.engagement).and_then(|one| one.area.as_ref());
        pauses.iter().any(|pause| {
            let is_over = pause.ended.is_some() || pause.until.is_some_and(|until| until <= now);
            !is_over && pause.from <= now && (pause.area.is_none() || pause.area.as_ref() == area)
        })
    };
    sim.rows.clocks.iter().filter(|clock| !waits(clock)).cloned().collect()
}

/// Checks the cards of what has changed.
fn agree(sim: &mut Sim, changed: &[EngagementId], calm: bool) {
    for id in changed {
        let Some(engagement) = sim.rows.engagements.get(id).cloned() else { continue };
        let Some(home) = engagement.home.as_ref().filter(|_| engagement.state != State::Draft) else {
            continue;
        };
        let is_waiting = sim.rows.pending.iter().any(|sent| sent.notice.engagement == Some(*id));
        if is_waiting || !calm || sim.stale.contains(id) {
            continue;
        }
        let body = home.card.as_ref().and_then(|ts| standing(sim, ts.as_str()));
        let found = cards::agrees(&engagement, body.as_deref());
        sim.broken.extend(found);
    }
}

/// The message with this timestamp, as it stands.
fn standing(sim: &Sim, ts: &str) -> Option<String> {
    let mut found = sim.ledger.standing.iter().filter(|((_, at, only), _)| at == ts && only.is_none());
    found.next().map(|(_, seen)| seen.body.clone())
}

/// Checks that Slack took what we sent, where nothing was played, and that nothing was logged as an error.
fn calls(sim: &mut Sim) {
    let calls = sim.story.slack.calls();
    sim.story.slack.clear_calls();
    let errors = logs::take();
    for call in
        calls.iter().filter(|call| call.fault.is_none() && !call.ok() && call.method != "response_url")
    {
        sim.count(&format!("{} → {}", call.method, call.error()));
        let malformed = call.error().starts_with("invalid") || call.error().starts_with("msg_");
        if malformed {
            let how = format!("{} {}: {} {:?}", call.method, call.error(), call.answer, call.args);
            sim.broken.push(Broken::new("Slack takes what we send", how));
        }
    }
    if sim.is_calm() {
        let loud = errors.into_iter().map(|error| Broken::new("no error without a fault", error));
        sim.broken.extend(loud);
    }
}
