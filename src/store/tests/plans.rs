//! Hot statements rest on an index: the database's own plan says so.

use rusqlite::Connection;

use super::*;
use crate::store::{
    absences, admin_log, asked, audit, baseline, claim, clocks, homes, merge, notes, numbers, outbox, owners,
    pauses, purge, settle, steps, switches, told, view,
};

async fn plan(bench: &Bench, sql: &'static str) -> String {
    let explain = move |db: &Connection| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let steps = statement.raw_query().mapped(|row| row.get(3)).collect::<Result<Vec<String>, _>>()?;
        Ok(steps.join("\n"))
    };
    bench.store.0.readers.read(explain).await.unwrap()
}

#[tokio::test]
async fn hot_statements_scan_no_table() {
    let bench = Bench::new().await;
    for (sql, indexes) in [
        (clocks::DUE, &["clock_plain (installation_id=? AND due<?)"][..]),
        (clocks::DUE_ERRANDS, &["clock_errand (installation_id=? AND due<?)"]),
        (clocks::NEXT, &["clock_plain"]),
        (clocks::NEXT_ERRAND, &["clock_errand (installation_id=? AND due>?)"]),
        (audit::LIVE_PAGE, &["engagement_live (installation_id=? AND kind=? AND state=? AND rowid>?)"]),
        (audit::ANSWERED_PAGE, &["engagement_answered (installation_id=? AND answered_at<?)"]),
        (
            audit::OVERDUE,
            &["clock_plain (installation_id=? AND due<?)", "clock_errand (installation_id=? AND due<?)"],
        ),
        (owners::OWNED, &["engagement_owner"]),
        (owners::REQUESTERS, &["engagement_live"]),
        (owners::ASKED_BY, &["engagement_requester (installation_id=? AND requester=?)"]),
        (absences::ABSENCES, &["PRIMARY KEY (installation_id=?)"]),
        (pauses::PAUSES, &["pause_ended (installation_id=?"]),
        (pauses::RELEASE, &["clock_held (installation_id=?)"]),
        (pauses::HELD, &["clock_held (installation_id=?)"]),
        (admin_log::SINCE, &["admin_log_at (installation_id=? AND at>?)"]),
        (admin_log::FORGET, &["admin_log_at (installation_id=? AND at<?)"]),
        (told::ANY_LIKE, &["PRIMARY KEY (installation_id=? AND topic>? AND topic<?)"]),
        (view::WAS_TOLD, &["PRIMARY KEY"]),
        (told::FORGET_LIKE, &["PRIMARY KEY (installation_id=? AND topic>? AND topic<?)"]),
        (steps::MOVE_OUTBOX, &["outbox_"]),
        (steps::MOVE_HOLDS, &["PRIMARY KEY (installation_id=?)"]),
        (steps::END_HOLDS, &["PRIMARY KEY (installation_id=?)"]),
        (steps::HURRY_ERRANDS, &["clock_errand (installation_id=? AND due>? AND due<?)"]),
        (view::DECIDED, &["PRIMARY KEY"]),
        (view::BY_ID, &["sqlite_autoindex_engagement_1"]),
        (view::BY_IDS, &["sqlite_autoindex_engagement_1"]),
        (
            view::BY_THREAD,
            &[
                "engagement_home_card",
                "engagement_home_thread",
                "engagement_origin_message",
                "engagement_origin_thread",
            ],
        ),
        (view::CARD_ON_ITS_WAY, &["outbox_lane", "sqlite_autoindex_engagement_1"]),
        (view::LIVE_OF, &["engagement_requester"]),
        (view::OWED_BY, &["engagement_owner"]),
        (owners::OWNERS, &["engagement_owner"]),
        (owners::OWNED, &["engagement_owner"]),
        (view::CHILDREN, &["engagement_parent"]),
        (view::ASKS_SINCE, &["engagement_requester"]),
        (view::DUPLICATE_OF, &["engagement_requester"]),
        (
            view::ANSWERED_IN_AREA,
            &["engagement_answered_in_area (installation_id=? AND requester=? AND area=? AND answered_at>?)"],
        ),
        (view::LIVE_INQUIRIES, &["engagement_live"]),
        (view::COUNTS, &["engagement_live"]),
        (view::TIMELINE, &["PRIMARY KEY"]),
        (claim::LANES, &["outbox_lane", "outbox_next", "sqlite_autoindex_engagement_1"]),
        (claim::BEHIND, &["outbox_lane"]),
        (merge::UNTRIED, &["outbox_lane"]),
        (merge::WITHDRAW, &["INTEGER PRIMARY KEY"]),
        (merge::WITHDRAW_FLYING, &["INTEGER PRIMARY KEY"]),
        (settle::END, &["INTEGER PRIMARY KEY"]),
        (settle::BACK, &["INTEGER PRIMARY KEY"]),
        (settle::DEFER, &["INTEGER PRIMARY KEY"]),
        (settle::ASIDE, &["INTEGER PRIMARY KEY"]),
        (settle::MERGE, &["INTEGER PRIMARY KEY", "outbox_card"]),
        (settle::DROP_MERGED, &["outbox_card"]),
        (settle::SET_CARD, &["sqlite_autoindex_engagement_1"]),
        (settle::HOME, &["sqlite_autoindex_engagement_1"]),
        (outbox::NEXT, &["outbox_next"]),
        (outbox::BACKLOG, &["COVERING INDEX outbox_lane (installation_id=?)"]),
        (
            outbox::OLDEST,
            &[
                "outbox_lane (installation_id=? AND lane=? AND state=? AND urgent=?)",
                "outbox_lane (installation_id=? AND lane>?)",
            ],
        ),
        (homes::OPEN_HOMES, &["home_opened (installation_id=? AND opened_at>?)"]),
        (homes::SHOWN, &["PRIMARY KEY (installation_id=? AND user_id=?)"]),
        (homes::FORGET_HOME, &["PRIMARY KEY (installation_id=? AND user_id=?)"]),
        (homes::FORGET_HOMES, &["home_opened (installation_id=? AND opened_at<?)"]),
        (homes::LIVE_IN_AREA, &["engagement_area (installation_id=? AND area=?)"]),
        (homes::EVER_ASKED, &["engagement_requester (installation_id=? AND requester=?)"]),
        (
            numbers::ASKS,
            &["COVERING INDEX engagement_asked (installation_id=? AND asked_at>? AND asked_at<?)"],
        ),
        (
            numbers::REACHED,
            &["engagement_reached (installation_id=? AND asked_at>?)", "sqlite_autoindex_engagement_1"],
        ),
        (numbers::ROUNDS, &["reply_round_started (installation_id=? AND started_at>? AND started_at<?)"]),
        (numbers::APART, &["engagement_apart (installation_id=? AND asked_at>? AND asked_at<?)"]),
        (
            numbers::EXCEPTIONS,
            &["INDEX engagement_exceptions (installation_id=? AND asked_at>? AND asked_at<?)"],
        ),
        (asked::ASKED, &["INDEX outbox_asked (installation_id=? AND <expr>=?)"]),
        (numbers::CALLS, &["INDEX engagement_calls (installation_id=? AND asked_at>? AND asked_at<?)"]),
        (numbers::ENFORCED, &["PRIMARY KEY (installation_id=? AND topic>? AND topic<?)"]),
        (numbers::FIRST_DAY, &["PRIMARY KEY (installation_id=? AND area=? AND day>? AND day<?)"]),
        (purge::OLD, &["engagement_unpurged (installation_id=? AND asked_at<?)"]),
        (purge::FORGET_MESSAGES, &["outbox_settled"]),
        (purge::FORGET_LETTERS, &["dead_letter_at"]),
        (notes::FORGET_KEYS, &["decided_at"]),
        (notes::FORGET_DELIVERED, &["outbox_settled"]),
        (switches::MODES, &["PRIMARY KEY (installation_id=?)"]),
        (switches::PILOTS, &["PRIMARY KEY (installation_id=?)"]),
        (baseline::FIND_THREAD, &["PRIMARY KEY (installation_id=? AND kind=?"]),
        (baseline::FORGET_THREADS, &["counted_thread_at"]),
        (baseline::COUNTED, &["PRIMARY KEY (installation_id=? AND area=? AND day>? AND day<?)"]),
        (baseline::REPLIES, &["baseline_reply_day (installation_id=? AND area=? AND day>? AND day<?)"]),
    ] {
        let plan = plan(&bench, sql).await;
        for index in indexes {
            assert!(plan.contains(index), "{sql}\nuses no {index}:\n{plan}");
        }
        for table in [
            "engagement",
            "clock",
            "timeline",
            "outbox",
            "decided",
            "home",
            "counted_thread",
            "o",
            "head",
            "e",
        ] {
            let scans = plan.lines().any(|step| step.trim() == format!("SCAN {table}"));
            assert!(!scans, "{sql}\nscans {table}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn what_is_asked_in_order_is_not_sorted() {
    let bench = Bench::new().await;
    let clocks = [clocks::DUE, clocks::DUE_ERRANDS, clocks::NEXT, clocks::NEXT_ERRAND];
    let audit = [audit::LIVE_PAGE, audit::ANSWERED_PAGE];
    let views = [
        view::OWED_BY,
        view::ASKS_SINCE,
        view::ANSWERED_IN_AREA,
        view::TIMELINE,
        homes::LIVE_IN_AREA,
        homes::OPEN_HOMES,
    ];
    for sql in clocks.into_iter().chain(audit).chain(views) {
        let plan = plan(&bench, sql).await;
        assert!(!plan.contains("TEMP B-TREE"), "{sql}\nsorts:\n{plan}");
    }
}

/// Somebody's asks of years are passed by without a look at their rows: what tells them apart stands in the index.
#[tokio::test]
async fn what_is_over_is_passed_by_in_the_index() {
    let bench = Bench::new().await;
    let is_in = "state IN ('draft', 'open', 'taken', 'answered')";
    assert!(view::LIVE_OF.contains(is_in));
    let told_apart = "SELECT asked_at FROM engagement WHERE installation_id = ? AND requester = ? \
        AND state IN ('draft', 'open', 'taken', 'answered') ORDER BY asked_at DESC";
    let plan = plan(&bench, told_apart).await;
    assert!(plan.contains("COVERING INDEX engagement_requester"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}
