//! People who ask at once, and what of it is in the database afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use switchboard::domain::ids::EngagementId;
use switchboard::store::Store;

use super::program::{Site, id_in};

/// Questions whose words no other question has, and the channel that each belongs in.
pub fn question(number: usize) -> (String, &'static str, String) {
    let mark = format!("case{number:04}");
    let (words, channel) = match number % 3 {
        0 => ("How do autoscaling runners behave in", "#sme-ci"),
        1 => ("How do swimlanes on boards behave in", "#sme-planning"),
        _ => ("Is there a SAST semgrep rule for", "#sme-security"),
    };
    (format!("{words} {mark}?"), channel, mark)
}

/// What was acknowledged: the question's number, and its id where the answer had one.
pub type Acknowledged = Arc<Mutex<Vec<(usize, Option<String>)>>>;

/// Two people type commands and one mentions the bot, until there are enough questions or nobody answers.
pub async fn load(site: &Site, numbers: &Arc<AtomicUsize>, until: usize, acknowledged: &Acknowledged) {
    let mut people = tokio::task::JoinSet::new();
    for name in ["ava", "raj", "cara"] {
        let (slack, person) = (site.slack.clone(), site.slack.person(name));
        let (numbers, acknowledged) = (Arc::clone(numbers), Arc::clone(acknowledged));
        people.spawn(async move {
            loop {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                if number >= until {
                    return;
                }
                let (words, _, _) = question(number);
                if name == "cara" {
                    let ts = person.say("#field", &format!("@switchboard {words}")).await.expect("said");
                    let is_it = |body: &str| body.contains(&ts);
                    let taken = slack.deliveries().iter().any(|event| event.arrived() && is_it(&event.body));
                    if taken {
                        acknowledged.lock().expect("a list").push((number, None));
                    }
                } else {
                    let answer =
                        person.slash_in("#field", &format!("/request-pm {words}")).await.expect("an answer");
                    if let Some(id) = id_in(answer.plain()) {
                        acknowledged.lock().expect("a list").push((number, Some(id)));
                    }
                }
            }
        });
    }
    people.join_all().await;
}

pub async fn in_the_database(site: &Site, acknowledged: &[(usize, Option<String>)]) {
    let store = Store::open_beside(&site.database()).await.expect("a database");
    let installation = store.installations().await.expect("an installation")[0];
    for id in acknowledged.iter().filter_map(|(_, id)| id.as_ref()) {
        let id: EngagementId = id.parse().expect("an id");
        let found = store.engagement(installation, id).await.expect("a look-up");
        assert!(found.is_some_and(|found| found.home.is_some_and(|home| home.card.is_some())), "{id}");
        assert!(!store.clocks_of(installation, id).await.expect("a look-up").is_empty(), "{id} has no clock");
    }
    store.close().await;
}
