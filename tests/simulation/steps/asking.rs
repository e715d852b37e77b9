//! The ways to ask: command, form, direct message, message shortcut; and the questions about what was asked.

use chrono::Duration;
use switchboard::sandbox::NotPossible;

use super::forms;
use crate::cast::{FIELD, Given, Place, words};
use crate::chance::Chance;
use crate::sim::Sim;

const ANYWHERE: [Place; 4] = [Place::Public, Place::Private, Place::Internal, Place::Shared];

/// Where a requester types: mostly in the field's channel.
fn where_typed(sim: &Sim, chance: &mut Chance) -> String {
    if chance.percent(60) { FIELD.to_owned() } else { sim.cast.channel(chance, &ANYWHERE) }
}

/// `/request-pm` with text.
pub async fn slash(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let who = sim.cast.requester(chance);
    let is_direct = chance.percent(12);
    let place = if is_direct { format!("@{who}") } else { where_typed(sim, chance) };
    let mark = sim.mark(&who, &place, Given::Question);
    let line = format!("/request-pm {}", words(chance, &mark));
    sim.tell(format!("{who} types in {place}: {line}"));
    let person = sim.story.person(&who);
    let answer =
        if is_direct { person.slash_in_dm(&line).await? } else { person.slash_in(&place, &line).await? };
    sim.answered(&who, &answer);
    forms::fill(sim, chance, &who, &place).await
}

/// `/request-pm` alone opens the form.
pub async fn form(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let who = sim.cast.requester(chance);
    let place = where_typed(sim, chance);
    sim.tell(format!("{who} opens the form in {place}"));
    let person = sim.story.person(&who);
    let answer = person.slash_in(&place, "/request-pm").await?;
    sim.answered(&who, &answer);
    forms::fill(sim, chance, &who, &place).await
}

/// A direct message to us.
pub async fn direct(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let who = sim.cast.requester(chance);
    let place = format!("@{who}");
    let mark = sim.mark(&who, &place, Given::Question);
    let text = words(chance, &mark);
    sim.tell(format!("{who} writes to us: {text}"));
    sim.story.person(&who).dm(&text).await.map(|_| ())
}

/// A message shortcut on something that somebody said.
pub async fn shortcut(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let said: Vec<((String, String), String)> = sim
        .ledger
        .standing
        .iter()
        .filter(|((place, _, only), seen)| !seen.by_bot && only.is_none() && place.starts_with('#'))
        .map(|((place, ts, _), seen)| ((place.clone(), ts.clone()), seen.body.clone()))
        .collect();
    let Some(((place, ts), body)) = chance.one(&said).cloned() else { return Ok(()) };
    let who = sim.cast.somebody(chance, &place);
    let shortcut = if chance.percent(50) { "ask_expert" } else { "redirect_to_smes" };
    sim.tell(format!("{who} uses {shortcut} in {place} on: {body}"));
    let answer = sim.story.person(&who).message_shortcut(shortcut, &place, &ts).await?;
    sim.answered(&who, &answer);
    forms::fill(sim, chance, &who, &place).await
}

/// Help, a list, or an engagement by its id: whoever asks, and whatever the id.
pub async fn query(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let who = sim.cast.requester(chance);
    let id = sim.some_engagement(chance).map_or("K7Q".to_owned(), |engagement| engagement.id.to_string());
    let asked = ["help", "mine", "status", id.as_str(), "why"];
    let line = match chance.one(&asked).copied().unwrap_or("help") {
        "status" => format!("/request-pm status {id}"),
        "why" => format!("/request-pm why {id}"),
        word => format!("/request-pm {word}"),
    };
    sim.tell(format!("{who} types in {FIELD}: {line}"));
    let answer = sim.story.person(&who).slash_in(FIELD, &line).await?;
    sim.answered(&who, &answer);
    let _ = sim.story.person(&who).close_all().await;
    Ok(())
}

/// An area is switched by an admin, or by somebody who is none; or somebody tries the bot out. Mostly it is on: elsewhere
/// little happens.
pub async fn switch(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let asker = sim.cast.requester(chance);
    let mode = *chance.one(&["on", "on", "on", "clear", "pilot", "observe"]).expect("some modes");
    let area = *chance.one(&["ci", "planning", "security", "storage", "nothing"]).expect("some areas");
    let (who, line) = match chance.below(10) {
        0..=2 => (asker, "/request-pm pilot on".to_owned()),
        3 => (asker, "/request-pm pilot off".to_owned()),
        4 => (asker, format!("/request-pm admin mode {area} {mode}")),
        _ => ("admin".to_owned(), format!("/request-pm admin mode {area} {mode}")),
    };
    sim.tell(format!("{who} types in {FIELD}: {line}"));
    let answer = sim.story.person(&who).slash_in(FIELD, &line).await?;
    sim.answered(&who, &answer);
    Ok(())
}

/// Somebody says that they are away, who covers for them, or that they are back.
pub async fn away(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let [who, cover] = [(); 2].map(|()| chance.one(&sim.cast.everybody).expect("somebody is here").clone());
    let days = chance.between(1, 9);
    let until = (sim.now() + Duration::days(days)).format("%Y-%m-%d");
    let line = match chance.below(10) {
        0..=4 => format!("/request-pm away until {until} cover @{cover}"),
        5..=7 => format!("/request-pm away until {until}"),
        _ => "/request-pm back".to_owned(),
    };
    says(sim, &who, &line).await
}

/// An admin, or somebody who is none, pauses the reminders of an area, or lets them go on.
pub async fn pause(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let area = *chance.one(&["ci", "planning", "security", ""]).expect("some areas");
    let who = if chance.percent(80) { "admin".to_owned() } else { sim.cast.requester(chance) };
    let line = if chance.percent(50) {
        format!("/request-pm admin pause {area} for {}h", chance.between(1, 12))
    } else {
        format!("/request-pm admin resume {area}")
    };
    says(sim, &who, &line).await
}

async fn says(sim: &mut Sim, who: &str, line: &str) -> Result<(), NotPossible> {
    sim.tell(format!("{who} types in {FIELD}: {line}"));
    let answer = sim.story.person(who).slash_in(FIELD, line).await?;
    sim.tell(format!("   {}", answer.plain()));
    sim.answered(who, &answer);
    Ok(())
}
