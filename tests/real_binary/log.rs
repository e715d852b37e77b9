//! `switchboard log` as a process of its own: what admins did in Slack, for whoever has to show it, beside the running bot and
//! after it.

use serde_json::Value;

use super::*;

/// An admin types a command; what they are told.
async fn admin(site: &Site, words: &str) -> String {
    let admin = site.slack.person("admin");
    admin
        .slash_in("#field", &format!("/request-pm admin {words}"))
        .await
        .expect("an answer")
        .plain()
        .to_owned()
}

/// What the command writes, without its errors.
async fn exported(site: &Site, arguments: &[&str]) -> String {
    let output = site.run(arguments).await;
    let (out, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{errors}");
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_admins_did_is_exported_beside_the_bot_and_after_it() {
    let site = Site::begin().await;
    let running = site.serve().await;
    let nothing = site.run(&["log"]).await;
    assert!(said(&nothing).1.contains("Nothing is on the log since"), "{:?}", said(&nothing));
    let ava = site.slack.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    let id = id_in(answer.plain()).unwrap_or_else(|| panic!("{}", answer.plain()));
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    assert!(admin(&site, "pause ci for 2h").await.contains("are paused until"));
    assert!(admin(&site, "resume ci").await.contains("go on"));
    assert!(admin(&site, &format!("reassign {id} @sam")).await.contains(&id));
    assert!(admin(&site, &format!("close {id} Contoso, \"twice\"")).await.contains("is closed"));
    assert!(admin(&site, "mode security observe").await.contains("Application Security"));

    let csv = exported(&site, &["log", "--format", "csv"]).await;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "at,by,deed,what,outcome");
    let by = site.slack.person("admin").id().unwrap();
    let deeds: Vec<String> = lines[1..]
        .iter()
        .map(|line| line.splitn(3, ',').skip(1).collect::<Vec<_>>().join(","))
        .map(|line| line.replace(&by, "ADMIN"))
        .collect();
    let expected =
        ["ADMIN,pause,ci,", "ADMIN,resume,ci,", "ADMIN,reassign,", "ADMIN,close,", "ADMIN,mode,security,"];
    assert_eq!(deeds.len(), expected.len(), "{csv}");
    for (deed, expected) in deeds.iter().zip(expected) {
        assert!(deed.starts_with(expected), "{deed}: {csv}");
    }
    assert!(!csv.contains("Contoso") && !csv.contains("warm"), "nobody's words: {csv}");

    let json = exported(&site, &["log", "--format", "json"]).await;
    let rows: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), expected.len());
    assert_eq!((rows[3]["deed"].as_str(), rows[3]["what"].as_str()), (Some("close"), Some(id.as_str())));
    let text = exported(&site, &["log", "--since", "1d"]).await;
    assert_eq!(text.lines().count(), expected.len(), "{text}");

    assert_eq!(running.stop().await.1, Some(0));
    assert_eq!(exported(&site, &["log", "--format", "csv"]).await, csv, "the same without a bot");
    let later = site.run(&["log", "--since", "2999-01-01"]).await;
    assert!(said(&later).1.contains("Nothing is on the log since"), "{:?}", said(&later));
    assert_eq!(site.run(&["log", "--since", "soon"]).await.status.code(), Some(1));
}
