//! Filling whatever form is open, from what it really holds: every field by its kind, mostly well, sometimes badly.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use switchboard::sandbox::{Input, NotPossible, OpenView, Submission};

use crate::cast::{Given, RENAMED, marks_in, remark, words};
use crate::chance::Chance;
use crate::sim::Sim;

/// The reason for a PM on a customer call.
const CALL: &str = "A PM in a customer meeting";

/// What people type to find a place.
const SEARCHES: [&str; 10] =
    ["runner", "boards", "sast", "replic", "package", "ver", "secure", "kube", "sizing", "web"];

/// Fills and sends the form that this person has open, if any; what they began in `place`.
pub async fn fill(sim: &mut Sim, chance: &mut Chance, who: &str, place: &str) -> Result<(), NotPossible> {
    let person = sim.story.person(who);
    let mut filled: Vec<String> = Vec::new();
    for _ in 0..4 {
        let Some(view) = person.open_view() else { return Ok(()) };
        if chance.percent(4) {
            sim.tell(format!("   {who} closes “{}”", view.title));
            break;
        }
        let fields: Vec<Value> =
            view.blocks.iter().filter(|block| block["type"] == "input").cloned().collect();
        for block in fields {
            let id = block["block_id"].as_str().unwrap_or_default().to_owned();
            if filled.contains(&id) || (block["optional"] == true && chance.percent(50)) {
                continue;
            }
            if let Some(input) = value(sim, chance, who, place, &view, &block).await {
                sim.tell(format!("   {who} fills {id}: {input:?}"));
                person.fill(&id, input).await?;
                filled.push(id);
            }
        }
        let sent = person.open_view().map(|view| view.plain).unwrap_or_default();
        let submission = person.submit().await?;
        sim.tell(format!("   {who} sends “{}”: {submission:?}", view.title));
        match submission {
            Submission::Closed | Submission::Cleared => {
                agree(sim, who, &view, &sent);
                break;
            }
            Submission::Updated | Submission::Pushed => {}
            Submission::Errors(errors) => filled.retain(|id| !errors.contains_key(id)),
            Submission::Failed(why) => {
                if sim.is_calm() {
                    let how = format!("{who} sent “{}”: {why}", view.title);
                    sim.broken.push(crate::rules::Broken::new("Slack is answered in time", how));
                }
                break;
            }
        }
    }
    let _ = person.close_all().await;
    Ok(())
}

/// Whoever edits a draft and sends it has agreed that it is posted.
fn agree(sim: &mut Sim, who: &str, view: &OpenView, sent: &str) {
    if view.callback_id != "edit_draft" {
        return;
    }
    for mark in marks_in(sent) {
        if sim.marks.source(mark).is_some_and(|source| source.author == who) {
            sim.marks.release(mark);
        }
    }
}

/// What goes into a field.
async fn value(
    sim: &mut Sim,
    chance: &mut Chance,
    who: &str,
    place: &str,
    view: &OpenView,
    block: &Value,
) -> Option<Input> {
    let element = &block["element"];
    let id = block["block_id"].as_str().unwrap_or_default();
    match element["type"].as_str().unwrap_or_default() {
        "static_select" | "checkboxes" => option(chance, element),
        "external_select" => {
            let search = chance.one(&SEARCHES).copied().unwrap_or("runner");
            let offered = sim.story.person(who).type_ahead(id, search).await.ok()?;
            let picked = chance.one(&offered)?;
            // What is offered for a word is offered for its whole name too.
            Some(Input::Text(picked.clone()))
        }
        "users_select" => {
            let somebody = chance.one(&sim.cast.everybody)?.clone();
            Some(Input::Text(format!("@{somebody}")))
        }
        "datetimepicker" => Some(Input::At(instant(sim, chance))),
        "plain_text_input" => Some(Input::Text(text(sim, chance, who, (place, view, id)))),
        _ => None,
    }
}

/// One option of a menu, or the box.
fn option(chance: &mut Chance, element: &Value) -> Option<Input> {
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
    let options = element["options"].as_array().into_iter().flatten().chain(grouped);
    let texts: Vec<&str> = options.filter_map(|option| option["text"]["text"].as_str()).collect();
    // Calls have the most rules.
    if texts.contains(&CALL) && chance.percent(25) {
        return Some(CALL.into());
    }
    chance.one(&texts).map(|text| Input::Text((*text).to_owned()))
}

/// A time: around the 48 hours of notice, days ahead, too soon, or past.
fn instant(sim: &Sim, chance: &mut Chance) -> DateTime<Utc> {
    let minutes = match chance.below(10) {
        0..=3 => 48 * 60 + chance.between(-3, 3),
        4 | 5 => chance.between(1, 47 * 60),
        6 => -chance.between(1, 600),
        _ => chance.between(49 * 60, 12 * 24 * 60),
    };
    sim.now() + Duration::minutes(minutes)
}

/// Words for a text field, marked by what they are.
fn text(sim: &mut Sim, chance: &mut Chance, who: &str, (place, view, id): (&str, &OpenView, &str)) -> String {
    if id == "triage" {
        return triage(sim, chance);
    }
    let given = match id {
        "question" => Given::Form,
        "proof_link" => Given::Proof,
        "text" | "link" if view.callback_id == "edit_draft" => Given::Form,
        "text" => Given::Note,
        _ => Given::Briefing,
    };
    let mark = sim.mark(who, place, given);
    let link = format!("https://tracker.example.com/{mark}");
    match id {
        "link" | "proof_link" | "briefing_link" | "agenda" if chance.percent(92) => link,
        "links" => link,
        "question" => words(chance, &mark),
        _ => remark(chance, &mark),
    }
}

/// Where an SME answered: an id of ours, a link to a thread, or nonsense.
fn triage(sim: &Sim, chance: &mut Chance) -> String {
    let threads: Vec<(&str, &str)> = sim
        .ledger
        .standing
        .keys()
        .filter(|(place, _, only)| place.starts_with("#sme-") && only.is_none())
        .map(|(place, ts, _)| (place.as_str(), ts.as_str()))
        .collect();
    match chance.below(5) {
        0 | 1 => sim.some_engagement(chance).map_or("K7Q".to_owned(), |engagement| engagement.id.to_string()),
        2 | 3 => match chance.one(&threads) {
            Some((place, ts)) => {
                // It may have another name by now than when it was seen.
                let home = place.trim_end_matches(RENAMED);
                let now_called = [home.to_owned(), format!("{home}{RENAMED}")];
                let id = now_called.iter().find_map(|name| sim.story.slack.find_channel(name));
                let id = id.unwrap_or_else(|| "C0".to_owned());
                format!("https://acme.slack.com/archives/{id}/p{}", ts.replace('.', ""))
            }
            None => "https://acme.slack.com/archives/C0/p1".to_owned(),
        },
        _ => "somebody said so".to_owned(),
    }
}
