//! Who is away: one row a person, kept over a restart; how far it was seen to belongs to the very absence.

use super::*;
use crate::domain::absence::{Absence, AbsenceChange};
use crate::store::Stage;

fn absence(who: &str, from: i64, until: i64, cover: Option<&str>) -> Absence {
    Absence {
        who: UserId::from(who),
        from: at(from),
        until: at(until),
        last_day: at(until - 1).date_naive(),
        cover: cover.map(UserId::from),
        set_by: UserId::from("ULENA"),
    }
}

async fn change(bench: &Bench, change: AbsenceChange, seconds: i64) {
    let decision = Decision { absences: vec![change], ..Decision::default() };
    let commit = Commit { now: at(seconds), ..bench.commit_of(decision) };
    assert_eq!(bench.store.commit(commit).await.unwrap(), Committed::Done);
}

#[tokio::test]
async fn an_absence_is_replaced_ended_and_forgotten_when_it_is_over() {
    let bench = Bench::new().await;
    let known = async |bench: &Bench| bench.store.absences(bench.installation).await.unwrap();
    let (first, second) = (absence("UPAUL", 5, 900, None), absence("UPAUL", 6, 500, Some("UINES")));
    change(&bench, AbsenceChange::Set(first), 1).await;
    let old = known(&bench).await.remove(0);
    change(&bench, AbsenceChange::Set(second.clone()), 2).await;
    change(&bench, AbsenceChange::Set(absence("USAM", 0, 300, None)), 3).await;
    let bench = bench.reopened().await;
    let all = known(&bench).await;
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0].absence, all[0].set_at, all[0].stage), (&second, at(2), Stage::Set));
    // What was seen to of the one before says nothing of the one in its place.
    let store = &bench.store;
    assert!(!store.absence_seen_to(bench.installation, &old, Stage::Begun).await.unwrap());
    assert!(store.absence_seen_to(bench.installation, &all[0], Stage::Told).await.unwrap());
    assert_eq!(known(&bench).await[0].stage, Stage::Told);
    // Half-open: at its end it is over.
    assert_eq!(store.forget_absences(bench.installation, at(299)).await.unwrap(), 0);
    assert_eq!(store.forget_absences(bench.installation, at(300)).await.unwrap(), 1);
    change(&bench, AbsenceChange::End { who: UserId::from("UPAUL") }, 301).await;
    change(&bench, AbsenceChange::End { who: UserId::from("UPAUL") }, 302).await;
    assert_eq!(known(&bench).await, []);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_leaves_the_others() {
    let bench = Bench::new().await;
    for who in ["UPAUL", "USAM"] {
        change(&bench, AbsenceChange::Set(absence(who, 0, 300, None)), 1).await;
    }
    bench.meddle("UPDATE absence SET last_day = 'soon' WHERE person = 'UPAUL'").await;
    let known = bench.store.absences(bench.installation).await.unwrap();
    assert_eq!(known.iter().map(|stored| stored.absence.who.as_str()).collect::<Vec<_>>(), ["USAM"]);
}
