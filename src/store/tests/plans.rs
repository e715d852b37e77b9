//! Hot statements rest on an index: the database's own plan says so.

use super::*;
use crate::store::{clocks, lookups, notes, outbox};

async fn plan(bench: &Bench, sql: &'static str) -> String {
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(explained).fetch_all(&bench.store.0.readers).await.unwrap();
    steps.into_iter().map(|step| step.3).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn hot_statements_scan_no_table() {
    let bench = Bench::new().await;
    for (sql, indexes) in [
        (clocks::DUE, &["clock_due"][..]),
        (clocks::NEXT_DUE, &["clock_due"]),
        (lookups::BY_ID, &["sqlite_autoindex_engagement_1"]),
        (lookups::BY_IDS, &["sqlite_autoindex_engagement_1"]),
        (
            lookups::BY_THREAD,
            &[
                "engagement_home_card",
                "engagement_home_thread",
                "engagement_origin_message",
                "engagement_origin_thread",
            ],
        ),
        (lookups::LIVE_OF, &["engagement_requester"]),
        (lookups::OWED_BY, &["engagement_owner"]),
        (lookups::CHILDREN, &["engagement_parent"]),
        (lookups::ASKS_SINCE, &["engagement_requester"]),
        (lookups::DUPLICATE_OF, &["engagement_requester"]),
        (lookups::ANSWERED_IN_AREA, &["engagement_requester"]),
        (lookups::LIVE_INQUIRIES, &["engagement_live"]),
        (lookups::COUNTS, &["engagement_live"]),
        (lookups::TIMELINE, &["PRIMARY KEY"]),
        (outbox::CLAIM, &["outbox_lane", "outbox_next"]),
        (outbox::NEXT, &["outbox_next"]),
        (notes::FORGET_KEYS, &["decided_at"]),
        (notes::FORGET_DELIVERED, &["outbox_settled"]),
    ] {
        let plan = plan(&bench, sql).await;
        for index in indexes {
            assert!(plan.contains(index), "{sql}\nuses no {index}:\n{plan}");
        }
        for table in ["engagement", "clock", "timeline", "outbox", "decided", "o", "head"] {
            let scans = plan.lines().any(|step| step.trim() == format!("SCAN {table}"));
            assert!(!scans, "{sql}\nscans {table}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn what_is_asked_in_order_is_not_sorted() {
    let bench = Bench::new().await;
    for sql in [clocks::DUE, clocks::NEXT_DUE, lookups::OWED_BY, lookups::ASKS_SINCE, lookups::TIMELINE] {
        let plan = plan(&bench, sql).await;
        assert!(!plan.contains("TEMP B-TREE"), "{sql}\nsorts:\n{plan}");
    }
}
