//! `switchboard report` and `switchboard purge` as processes of their own: with something to count and to forget, beside the
//! running bot and without one, and what they say when they do nothing.

use rusqlite::Connection;

use crate::WORDS;
use crate::program::{Running, Site, cards, eventually, id_in, said};

/// Exit code, what it said, and what it said of errors.
async fn run(site: &Site, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = site.run(arguments).await;
    let (out, errors) = said(&output);
    (output.status.code(), out, errors)
}

fn open(site: &Site) -> Connection {
    Connection::open(site.file("switchboard.db")).expect("a database")
}

/// Everything in it happened thirty days earlier.
fn a_month_ago(site: &Site) {
    let month = 30_i64 * 86_400 * 1_000_000;
    let db = open(site);
    db.execute("UPDATE engagement SET asked_at = asked_at - ?1, taken_at = taken_at - ?1", [month])
        .expect("moved");
    db.execute("UPDATE outbox SET decided_at = decided_at - ?1, settled_at = settled_at - ?1", [month])
        .expect("moved");
}

fn holds(site: &Site, words: &str) -> bool {
    let sql = "SELECT (SELECT COUNT(*) FROM engagement WHERE instr(text || body || details, ?1)) \
        + (SELECT COUNT(*) FROM outbox WHERE instr(notice, ?1))";
    open(site).query_row(sql, [words], |row| row.get::<_, i64>(0)).expect("a count") > 0
}

/// A question that Ines has taken; its id.
async fn a_question(site: &Site) -> (Running, String) {
    let (running, before) = (site.serve().await, cards(site, "#sme-ci", "warm for Contoso"));
    let answer = site
        .slack
        .person("ava")
        .slash_in("#field", &format!("/request-pm {WORDS}"))
        .await
        .expect("an answer");
    let id = id_in(answer.plain()).unwrap_or_else(|| panic!("{}", answer.plain()));
    eventually("the card", async || cards(site, "#sme-ci", "warm for Contoso") > before).await;
    site.slack.person("ines").click_in("#sme-ci", "Take it").await.expect("a card");
    let is_empty = async || running.get("/metrics").await.contains("\nswitchboard_outbox_waiting 0\n");
    eventually("delivered", is_empty).await;
    (running, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_told_beside_the_bot_in_words_and_as_values() {
    let site = Site::begin().await;
    let (code, out, errors) = run(&site, &["report"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{errors}");
    assert!(
        errors.starts_with("switchboard: nothing can be counted: the database cannot be opened."),
        "{errors}"
    );
    let (running, _) = a_question(&site).await;

    let (code, out, errors) = run(&site, &["report"]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("All areas · "), "{out}");
    insta::assert_snapshot!(lines[1..].join("\n"), @r"
    • Questions: 1 asked · 1 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM
    • SMEs asked PMs: 0 times · 0 answered · 0 late (0 in working time)
    • Calls: 0 asked for · 0 at short notice
    • Against before: no baseline was counted
    CI/CD and Runner: 1 asked, 0 answered by SMEs alone, 0 reached a PM; PMs answered 0 of 0
    ");
    let (code, out, errors) = run(&site, &["report", "--area", "planning", "--days", "30"]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.contains("Planning and Portfolios · ") && out.contains("0 asked"), "{out}");

    let (code, out, errors) = run(&site, &["report", "--csv"]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let values: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    assert!(values.iter().all(|line| line.len() == values[0].len()), "{out}");
    let ci = values.iter().find(|line| line[0] == "ci").expect("the area");
    let column = |name: &str| ci[values[0].iter().position(|one| *one == name).expect("a column")];
    assert_eq!((column("asked"), column("taken"), column("exceptions")), ("1", "1", "0"));
    assert_eq!(values.len(), 5, "a line of names, and one for each area: {out}");

    for (arguments, why) in [
        (&["report", "--area", "zebras"][..], "switchboard: the directory has no SME area zebras\n"),
        (&["report", "--days", "0"], "switchboard: --days takes 1 to 3660\n"),
        (
            &["report", "--since", "2026-03-02", "--until", "2026-03-02"],
            "switchboard: --until 2026-03-02 is not after --since 2026-03-02\n",
        ),
    ] {
        assert_eq!(run(&site, arguments).await, (Some(1), String::new(), why.to_owned()));
    }
    let (code, _, errors) = run(&site, &["report", "--since", "2026-03-02"]).await;
    assert_eq!(code, Some(2), "half a period: {errors}");
    assert_eq!(running.stop().await.1, Some(0));
}

/// Words are forgotten by the bot while it runs and by the command while none does; numbers stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_from_before_a_day_are_purged_beside_the_bot_and_without_it() {
    let site = Site::begin().await;
    let (code, out, errors) = run(&site, &["purge", "--before", "2026-01-01"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        errors.starts_with("switchboard: the database cannot be looked at. Has the bot run here?"),
        "{errors}"
    );
    let (running, id) = a_question(&site).await;
    let (code, out, errors) = run(&site, &["purge", "--before", "2999-01-01", "--yes"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_eq!(errors, "switchboard: 2999-01-01 has not come yet, so nothing is forgotten\n");
    assert_eq!(running.stop().await.1, Some(0));
    a_month_ago(&site);

    let running = site.serve().await;
    let today = site.slack.clock().now().format("%Y-%m-%d").to_string();
    let (code, out, errors) = run(&site, &["purge", "--before", &today]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.starts_with("Would forget the words of 1 ask, "), "{out}");
    assert!(out.contains("Nothing was changed; `--yes` does it"), "{out}");
    assert!(holds(&site, "Contoso"), "nothing was changed");
    let (code, out, errors) = run(&site, &["purge", "--before", &today, "--yes"]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.starts_with("Forgot the words of 1 ask, "), "{out}");
    assert!(!holds(&site, "Contoso"), "it is forgotten");
    let (_, out, _) = run(&site, &["explain", &id]).await;
    assert!(out.contains(&id), "times, people and states stay: {out}");
    let (code, out, _) = run(&site, &["purge", "--before", &today, "--yes"]).await;
    assert!(code == Some(0) && out.starts_with("Forgot the words of 0 asks, "), "once: {out}");
    assert_eq!(running.stop().await.1, Some(0));

    let (running, _) = a_question(&site).await;
    assert_eq!(running.stop().await.1, Some(0));
    a_month_ago(&site);
    let (code, out, errors) = run(&site, &["purge", "--before", &today, "--yes"]).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""), "no bot runs");
    assert!(out.starts_with("Forgot the words of 1 ask, ") && !holds(&site, "Contoso"), "{out}");
    let (_, out, errors) = run(&site, &["report", "--days", "90"]).await;
    assert!(out.contains("Questions: 2 asked"), "numbers stay: {out}{errors}");
}
