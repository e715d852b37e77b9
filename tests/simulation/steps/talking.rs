//! What people say to each other: in channels, in threads, with mentions; and what they change, delete and react to.

use switchboard::sandbox::NotPossible;

use crate::cast::{Given, Place, remark, words};
use crate::chance::Chance;
use crate::ledger::{Seen, Spot};
use crate::sim::Sim;

const EMOJI: [&str; 4] = ["white_check_mark", "eyes", "heavy_check_mark", "tada"];
const PLACES: [Place; 4] = [Place::Public, Place::Internal, Place::Shared, Place::Private];

/// Says something in a channel; often to us, often to a PM.
pub async fn say(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let kinds: &[Place] = if chance.percent(50) { &[Place::Internal] } else { &PLACES };
    let place = sim.cast.channel(chance, kinds);
    let workflow = place.starts_with("#sme-") && !place.ends_with("-internal") && chance.percent(30);
    let who = if workflow {
        (*chance.one(&["flowbot", "buildbot"]).expect("two bots")).to_owned()
    } else {
        sim.cast.somebody(chance, &place)
    };
    let mark = sim.mark(&who, &place, Given::Said);
    let text = format!("{} {}", mention(sim, chance, &place), words(chance, &mark));
    sim.tell(format!("{who} says in {place}: {text}"));
    sim.story.person(&who).say(&place, text.trim()).await.map(|_| ())
}

/// Us, somebody who belongs there, or nobody.
fn mention(sim: &Sim, chance: &mut Chance, place: &str) -> String {
    match chance.below(10) {
        0..=4 => "@switchboard".to_owned(),
        5..=7 => format!("@{}", sim.cast.somebody(chance, place)),
        _ => String::new(),
    }
}

/// Replies in a thread: mostly where SMEs and PMs are.
pub async fn reply(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let inside = chance.percent(60);
    let fits = |spot: &Spot, _: &Seen| {
        let (place, _, only) = spot;
        only.is_none() && (!inside || sim.cast.place(place) == Place::Internal)
    };
    let Some((spot, seen)) = pick(sim, chance, fits) else { return Ok(()) };
    let (place, ts, _) = spot;
    let who = match place.strip_prefix('@') {
        Some(one) => one.to_owned(),
        None if chance.percent(25) => sim.requester_of(&seen.body).unwrap_or_else(|| "ava".to_owned()),
        None => sim.cast.somebody(chance, &place),
    };
    let mark = sim.mark(&who, &place, Given::Said);
    let to = if chance.percent(25) { mention(sim, chance, &place) } else { String::new() };
    let text = format!("{to} {}", remark(chance, &mark)).trim().to_owned();
    let broadcast = place.starts_with('#') && chance.percent(15);
    sim.tell(format!("{who} replies in {place} (also to the channel: {broadcast}): {text}"));
    let person = sim.story.person(&who);
    let done = if place.starts_with('@') {
        person.dm_reply(&ts, &text).await
    } else if broadcast {
        person.reply_broadcast(&place, &ts, &text).await
    } else {
        person.reply(&place, &ts, &text).await
    };
    done.map(|_| ())
}

/// Somebody changes what they said.
pub async fn edit(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let Some((spot, seen)) = pick(sim, chance, said_by_people) else { return Ok(()) };
    let (place, ts, _) = spot;
    let mark = sim.mark(&seen.author, &place, Given::Said);
    let text = format!("{} {}", mention(sim, chance, &place), remark(chance, &mark));
    sim.tell(format!("{} edits in {place}: {} → {text}", seen.author, seen.body));
    sim.story.person(&seen.author).edit(&place, &ts, text.trim()).await
}

/// Somebody deletes what they said.
pub async fn delete(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let Some((spot, seen)) = pick(sim, chance, said_by_people) else { return Ok(()) };
    let (place, ts, _) = spot;
    sim.tell(format!("{} deletes in {place}: {}", seen.author, seen.body));
    sim.story.person(&seen.author).delete(&place, &ts).await
}

/// Somebody reacts, or takes a reaction away.
pub async fn react(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let fits = |(place, _, only): &Spot, _: &Seen| only.is_none() && place.starts_with('#');
    let Some((spot, seen)) = pick(sim, chance, fits) else { return Ok(()) };
    let (place, ts, _) = spot;
    let who = sim.cast.somebody(chance, &place);
    let emoji = chance.one(&EMOJI).copied().unwrap_or("eyes");
    let head = seen.body.lines().next().unwrap_or_default();
    sim.tell(format!("{who} reacts :{emoji}: in {place} to: {head}"));
    let person = sim.story.person(&who);
    if chance.percent(15) {
        return person.unreact(&place, &ts, emoji).await;
    }
    person.react(&place, &ts, emoji).await
}

fn said_by_people((place, ..): &Spot, seen: &Seen) -> bool {
    !seen.by_bot && place.starts_with('#') && !seen.author.ends_with("bot")
}

/// One of the last messages that fit, of a place that has any.
fn pick(sim: &Sim, chance: &mut Chance, fits: impl Fn(&Spot, &Seen) -> bool) -> Option<(Spot, Seen)> {
    let fitting: Vec<(&Spot, &Seen)> =
        sim.ledger.standing.iter().filter(|(spot, seen)| fits(spot, seen)).collect();
    let mut places: Vec<&String> = fitting.iter().map(|((place, ..), _)| place).collect();
    places.dedup();
    let place = *chance.one(&places)?;
    let here: Vec<_> = fitting.iter().filter(|((at, ..), _)| at == place).collect();
    let recent = &here[here.len().saturating_sub(8)..];
    chance.one(recent).map(|(spot, seen)| ((*spot).clone(), (*seen).clone()))
}
