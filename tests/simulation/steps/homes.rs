//! App Home: people open theirs, and press what they find there.

use switchboard::sandbox::NotPossible;

use super::forms;
use crate::chance::Chance;
use crate::ledger::labels_of;
use crate::sim::Sim;

/// Somebody opens their Home, and mostly presses a button of it.
pub async fn visit(sim: &mut Sim, chance: &mut Chance) -> Result<(), NotPossible> {
    let who = somebody(sim, chance);
    sim.tell(format!("{who} opens their Home"));
    let person = sim.story.person(&who);
    person.open_home().await?;
    sim.settle().await;
    let Some(home) = sim.story.slack.home_of(&who) else { return Ok(()) };
    let labels: Vec<String> = home.lines().filter(|line| line.starts_with('[')).flat_map(labels_of).collect();
    if chance.percent(30) {
        return Ok(());
    }
    let Some(label) = chance.one(&labels).cloned() else { return Ok(()) };
    sim.tell(format!("{who} presses [{label}] in their Home"));
    sim.count(&format!("Home [{label}]"));
    let answer = person.click_home(&label).await?;
    sim.answered(&who, &answer);
    if label == "Post" {
        super::pressing::release(sim, &who, words_before_post(&home));
    }
    forms::fill(sim, chance, &who, &format!("@{who}")).await
}

/// The words of the first draft that can be posted: the row above its button.
fn words_before_post(home: &str) -> &str {
    let before = home.split_once("[Post]").map_or("", |(before, _)| before).trim_end();
    before.rfind("\n> ").map_or("", |at| &before[at..])
}

/// Those who ask, and those who are asked.
fn somebody(sim: &Sim, chance: &mut Chance) -> String {
    if chance.percent(40) { sim.cast.requester(chance) } else { sim.cast.somebody(chance, "#sme-ci") }
}
