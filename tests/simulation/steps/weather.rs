//! What nobody chooses: time, outages, restarts, Slack's faults, events twice, and a company that changes.

use chrono::{DateTime, Duration, Timelike, Utc};
use switchboard::sandbox::{Fault, FaultRule};

use crate::cast::{ELSEWHERE, Place};
use crate::chance::Chance;
use crate::sim::{Health, Sim};

/// After a fault or an outage, messages may come late for so long.
pub const AFTERMATH: Duration = Duration::hours(3);
/// At most so many people leave.
const LEAVERS: usize = 2;

/// Time passes: minutes, hours, a night, days, a weekend.
pub async fn pass(sim: &mut Sim, chance: &mut Chance) {
    let span = match chance.below(12) {
        0..=3 => Duration::minutes(chance.between(1, 59)),
        4..=7 => Duration::minutes(chance.between(60, 5 * 60)),
        8 | 9 => to_morning(sim.now()),
        10 => Duration::hours(chance.between(12, 50)),
        _ => Duration::hours(chance.between(72, 15 * 24)),
    };
    sim.tell(format!("{} h {} min pass", span.num_hours(), span.num_minutes() % 60));
    sim.pass(span).await;
}

fn to_morning(now: DateTime<Utc>) -> Duration {
    let since_midnight = Duration::seconds(i64::from(now.num_seconds_from_midnight()));
    let nine = Duration::hours(9);
    if since_midnight < nine { nine - since_midnight } else { nine + Duration::hours(24) - since_midnight }
}

/// Slack delivers the last event once more.
pub async fn redeliver(sim: &mut Sim) {
    sim.tell("Slack delivers the last event once more");
    sim.story.slack.redeliver_last().await;
}

/// Something goes wrong at Slack, in one channel, once or twice; or all is well again.
pub fn fault(sim: &mut Sim, chance: &mut Chance) {
    sim.story.slack.clear_faults();
    if sim.faulty {
        sim.faulty = false;
        sim.trouble(AFTERMATH);
        return sim.tell("Slack is well again");
    }
    let methods = [
        "chat.postMessage",
        "chat.update",
        "conversations.replies",
        "conversations.history",
        "chat.postEphemeral",
    ];
    let faults = [
        Fault::TooMany { retry_after: Some(30) },
        Fault::TooMany { retry_after: None },
        Fault::Status(503),
        Fault::Html,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::InternalErrorAfter,
        Fault::Hang,
        Fault::HangAfter,
        Fault::error("ratelimited"),
        Fault::error("missing_scope"),
        Fault::error("is_archived"),
        Fault::error("service_unavailable"),
    ];
    let method = chance.one(&methods).copied().unwrap_or("chat.update");
    let fault = chance.one(&faults).cloned().unwrap_or(Fault::Html);
    let place = if chance.percent(20) {
        format!("@{}", sim.cast.requester(chance))
    } else {
        sim.cast.channel(chance, &[Place::Public, Place::Internal])
    };
    let times = if chance.percent(60) { 1 } else { 3 };
    sim.tell(format!("Slack will fail {times} times at {method} in {place}: {fault:?}"));
    sim.faulty = true;
    sim.trouble(AFTERMATH);
    let times = u32::try_from(times).expect("a few");
    sim.story.slack.fail(FaultRule::on(method, fault).in_channel(&place).times(times));
}

/// The bot goes away, in one of two ways, or comes back.
pub async fn outage(sim: &mut Sim, chance: &mut Chance) {
    sim.trouble(AFTERMATH);
    match sim.health {
        Health::Up if chance.percent(50) => {
            sim.tell("Slack does not reach the bot");
            sim.story.slack.disconnect_bot();
            sim.health = Health::Deaf;
        }
        Health::Up => {
            sim.tell("The bot stops");
            sim.story.stop().await;
            sim.health = Health::Down;
        }
        Health::Deaf | Health::Down => come_back(sim, chance.percent(50)).await,
    }
}

/// The bot is there again; what Slack still held back may be lost.
pub async fn come_back(sim: &mut Sim, lost: bool) {
    sim.tell(format!("The bot is back from {:?}; events lost: {lost}", sim.health));
    if lost {
        sim.story.slack.lose_pending();
    }
    match sim.health {
        Health::Up => {}
        Health::Deaf => sim.story.slack.connect_bot(&sim.story.url, crate::support::SECRET),
        Health::Down => sim.story.start_again().await,
    }
    sim.health = Health::Up;
    sim.trouble(AFTERMATH);
}

/// The bot restarts, at once or after a while.
pub async fn restart(sim: &mut Sim, chance: &mut Chance) {
    if sim.health != Health::Up {
        return come_back(sim, true).await;
    }
    let minutes = if chance.percent(50) { 0 } else { chance.between(1, 3 * 24 * 60) };
    sim.tell(format!("The bot restarts after {minutes} min"));
    sim.trouble(AFTERMATH + Duration::minutes(minutes));
    sim.story.restart_after(Duration::minutes(minutes)).await;
}

/// The names are read anew.
pub async fn read_names(sim: &mut Sim) {
    if sim.health == Health::Down {
        return;
    }
    sim.tell("The names are read");
    let read = sim.story.bot.read_names().await;
    if let Err(error) = read {
        return sim.tell(format!("   (they could not: {error})"));
    }
    for who in sim.leavers.clone() {
        let (user, now) = (sim.user(&who), sim.now());
        sim.left.entry(user).or_insert(now);
    }
}

/// The company changes: channels, members, zones, people who leave.
pub async fn change(sim: &mut Sim, chance: &mut Chance) {
    sim.trouble(AFTERMATH);
    match chance.below(6) {
        0 => archive(sim, chance),
        1 => rename(sim, chance),
        2 => put_out(sim, chance),
        3 => somebody_leaves(sim, chance),
        4 => {
            let who = chance.one(&sim.cast.everybody).cloned().unwrap_or_default();
            let zone = chance.one(&["Asia/Kolkata", "Pacific/Auckland", "America/New_York", "Europe/Berlin"]);
            let zone = zone.copied().unwrap_or("UTC");
            sim.tell(format!("{who} moves to {zone}"));
            sim.story.slack.set_time_zone(&who, zone);
        }
        _ => {
            let place = sim.cast.channel(chance, &[Place::Internal, Place::Public]);
            let who = sim.cast.somebody(chance, &place);
            sim.tell(format!("{who} leaves {place}"));
            let _ = sim.story.person(&who).leave(&place).await;
        }
    }
    if chance.percent(70) {
        sim.settle().await;
        read_names(sim).await;
    }
}

/// A channel that has a wound is mended; else one gets it.
fn mended(sim: &mut Sim) -> bool {
    let Some(wound) = sim.wounds.pop_first() else { return false };
    heal(sim, &wound);
    true
}

fn heal(sim: &mut Sim, wound: &str) {
    let slack = &sim.story.slack;
    let mut words = wound.split(' ');
    let (what, place) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match what {
        "archived" => slack.unarchive(place),
        "renamed" => slack.rename_channel(&format!("{place}-renamed"), place),
        _ => slack.invite_bot(place),
    }
    sim.trouble(AFTERMATH);
    sim.tell(format!("{place} is no longer {what}"));
}

fn target(sim: &Sim, chance: &mut Chance) -> String {
    loop {
        let place = sim.cast.channel(chance, &[Place::Public, Place::Internal]);
        if place != ELSEWHERE {
            return place;
        }
    }
}

fn archive(sim: &mut Sim, chance: &mut Chance) {
    let place = target(sim, chance);
    if mended(sim) {
        return;
    }
    sim.tell(format!("{place} is archived"));
    sim.story.slack.archive(&place);
    sim.wounds.insert(format!("archived {place}"));
}

fn rename(sim: &mut Sim, chance: &mut Chance) {
    let place = target(sim, chance);
    if mended(sim) {
        return;
    }
    sim.tell(format!("{place} is renamed"));
    sim.story.slack.rename_channel(&place, &format!("{place}-renamed"));
    sim.wounds.insert(format!("renamed {place}"));
}

fn put_out(sim: &mut Sim, chance: &mut Chance) {
    let place = target(sim, chance);
    if mended(sim) {
        return;
    }
    sim.tell(format!("We are removed from {place}"));
    sim.story.slack.remove_bot(&place);
    sim.wounds.insert(format!("without-us {place}"));
}

fn somebody_leaves(sim: &mut Sim, chance: &mut Chance) {
    let who = chance.one(&sim.cast.everybody).cloned().unwrap_or_default();
    if sim.leavers.len() >= LEAVERS || ["ava", "raj", "admin"].contains(&who.as_str()) {
        return;
    }
    sim.leavers.push(who.clone());
    sim.tell(format!("{who} leaves the company"));
    sim.story.slack.deactivate(&who);
}

/// Everything is well again, and a day passes.
pub async fn mend(sim: &mut Sim) {
    sim.story.slack.clear_faults();
    sim.faulty = false;
    if sim.health != Health::Up {
        come_back(sim, false).await;
    }
    while mended(sim) {}
    sim.settle().await;
    read_names(sim).await;
    sim.tell("Everything is well again, and a day passes");
    sim.pass(Duration::hours(25)).await;
    sim.settle().await;
}
