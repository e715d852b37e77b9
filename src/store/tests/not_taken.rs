//! A database that takes no more: whoever writes hears so, nothing is half kept, and it goes on by itself.

use rusqlite::Connection;

use super::*;
use crate::store::StoreError;
use crate::store::writer::{Ending, Work};

/// Changes a setting of the writer's own connection: the only way to have the real thing happen to it.
struct Set(&'static str, i64);

impl Work for Set {
    type Output = i64;

    fn run(&self, db: &Connection) -> Result<Ending<i64>, StoreError> {
        let before = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        db.pragma_update(None, self.0, self.1)?;
        Ok(Ending::Keep(before))
    }
}

async fn set(store: &Store, pragma: &'static str, value: i64) -> i64 {
    store.0.writer.write(Set(pragma, value)).await.expect("a setting")
}

/// Notes that fill pages.
async fn keep_much(store: &Store, installation: InstallationId, from: usize) -> Result<(), StoreError> {
    for number in from..from + 40 {
        store.keep(installation, &format!("note {number}"), &"x".repeat(4_000)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_full_database_refuses_and_goes_on_when_there_is_room() {
    let Bench { store, installation, folder: _folder } = Bench::new().await;
    let pages = set(&store, "max_page_count", 1).await;
    assert!(pages > 1);
    let Err(StoreError::Unavailable(why)) = keep_much(&store, installation, 0).await else {
        panic!("there is no room for that");
    };
    assert!(why.contains("full"), "{why}");
    let health = store.check_health().await;
    assert!(matches!(health, Err(StoreError::Unavailable(_))), "{health:?}");
    assert!(why.contains("full"), "{why}");
    // A new connection, and with it room again. Many at once: whoever hears that it was not taken finds nothing of it.
    set(&store, "max_page_count", 1).await;
    let big = "y".repeat(20_000);
    let key = |number: usize| format!("big {number}");
    let all = (0..20).map(|number| {
        let (store, big) = (store.clone(), big.clone());
        tokio::spawn(async move { store.keep(installation, &key(number), &big).await })
    });
    let mut refused = 0;
    for (number, one) in all.collect::<Vec<_>>().into_iter().enumerate() {
        let ended = one.await.unwrap();
        refused += usize::from(ended.is_err());
        let kept = store.kept(installation, &key(number)).await.unwrap();
        assert_eq!(kept.is_some(), ended.is_ok(), "{ended:?}");
    }
    assert!(refused > 0, "the first of them find it full");
    keep_much(&store, installation, 100).await.unwrap();
    store.check_health().await.unwrap();
}
