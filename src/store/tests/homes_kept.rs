//! Homes: opened, shown, forgotten; what is live in an area.

use super::*;
use crate::domain::ids::UserId;

fn user(id: &str) -> UserId {
    UserId::from(id)
}

#[tokio::test]
async fn a_home_is_kept_from_its_opening_until_it_is_forgotten() {
    let bench = Bench::new().await;
    let (store, installation) = (&bench.store, bench.installation);
    store.home_opened(installation, &user("UA"), false, at(1)).await.unwrap();
    store.home_opened(installation, &user("UB"), true, at(2)).await.unwrap();
    assert!(store.home_shown(installation, &user("UA"), "mark").await.unwrap());
    assert!(!store.home_shown(installation, &user("UX"), "mark").await.unwrap(), "nobody opened it");
    let bench = bench.reopened().await;
    let (store, installation) = (&bench.store, bench.installation);
    let shown = |homes: Vec<crate::store::OpenHome>| -> Vec<(String, Option<String>)> {
        homes.into_iter().map(|home| (home.user.as_str().to_owned(), home.shown)).collect()
    };
    let mark = |mark: &str| Some(mark.to_owned());
    let all = store.open_homes(installation, at(0), 9).await.unwrap();
    assert_eq!(shown(all), [("UB".to_owned(), None), ("UA".to_owned(), mark("mark"))]);
    store.home_opened(installation, &user("UA"), true, at(3)).await.unwrap();
    let first = store.open_homes(installation, at(0), 1).await.unwrap();
    assert_eq!(shown(first), [("UA".to_owned(), mark("mark"))], "Slack has it still");
    store.home_opened(installation, &user("UA"), false, at(4)).await.unwrap();
    let since = store.open_homes(installation, at(3), 9).await.unwrap();
    assert_eq!(shown(since), [("UA".to_owned(), None)], "Slack has lost it");
    assert_eq!(store.forget_homes(installation, at(3)).await.unwrap(), 1);
    store.forget_home(installation, &user("UA")).await.unwrap();
    assert!(store.open_homes(installation, at(0), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_live_in_an_area_is_read_oldest_first_and_no_further_than_asked() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for (number, (area, state)) in [
        (Some("ci"), State::Open),
        (Some("ci"), State::Taken),
        (Some("planning"), State::Open),
        (Some("ci"), State::Draft),
        (Some("ci"), State::Answered),
        (Some("ci"), State::Closed),
        (None, State::Open),
    ]
    .into_iter()
    .enumerate()
    {
        let id = bench.store.next_id(bench.installation).await.unwrap();
        let asked_at = at(100 - i64::try_from(number).unwrap());
        let area = area.map(crate::domain::ids::AreaKey::from);
        let mut decision = Decision::default();
        decision.begin(Engagement { state, area, asked_at, ..question(id, "C1") });
        bench.commit(decision).await;
        ids.push(id);
    }
    // Another workspace has an area of the same name.
    let other = bench.store.installation("T2").await.unwrap();
    let id = bench.store.next_id(other).await.unwrap();
    let mut decision = Decision::default();
    decision.begin(Engagement { area: Some("ci".into()), ..question(id, "C1") });
    let commit = Commit { installation: other, ..bench.commit_of(decision) };
    assert_eq!(bench.store.commit(commit).await.unwrap(), Committed::Done);
    let live = async |area: &'static str, limit| -> Vec<EngagementId> {
        let found = bench.store.read(bench.installation, move |view| view.live_in_area(&area.into(), limit));
        found.await.unwrap().into_iter().map(|engagement| engagement.id).collect()
    };
    assert_eq!(live("ci", 9).await, [ids[3], ids[1], ids[0]]);
    assert_eq!(live("ci", 2).await, [ids[3], ids[1]]);
    assert_eq!(live("planning", 9).await, [ids[2]]);
    assert_eq!(live("none", 9).await, []);
}
