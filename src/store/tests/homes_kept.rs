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
