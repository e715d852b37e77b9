//! The sweep: every fault of Slack's at every kind of call, for ten minutes of the story's time, then repaired. The table
//! below says how each ends; the tests play every field of it. Of Slack's own codes one or two of each class are here: which
//! belongs to which is the table in `slack::client::error`.

use std::collections::BTreeMap;

use switchboard::sandbox::{Fault, FaultRule};

use crate::scene::{DRIP, REGIONS, RUNNERS, ask, copies, impatient, not_sent, pass, settle, told_admins};
use crate::support::{Story, hours, minutes};

/// How each fault ends, by call.
///
/// | word | means |
/// |---|---|
/// | `found` | delivered once though the fault lasts: it had arrived, and was found, or counts as such |
/// | `kept` | nothing arrives while the fault lasts, nothing is lost; once after it is repaired |
/// | `moved` | the rules' next channel gets it, once; admins are told once |
/// | `parked` | given up with its reason; admins are told once |
/// | `dropped` | given up with its reason: it is never the only carrier of a promise |
/// | `shown` | somebody saw it, once, though we cannot know that |
/// | `again` | its author is asked, in time, to try again; it works when they do |
/// | `waits` | nothing is said before Slack lets us read it, within half an hour; then it goes on |
/// | `blind` | nothing is raised, admins are told once; it goes on after the repair |
const TABLE: &str = "
fault            | post   | update | to one  | by URL  | form  | thread
429 for 17 s     | kept   | kept   | kept    | kept    | again | waits
429 for 0 s      | kept   | kept   | kept    | kept    | again | waits
429, no time     | kept   | kept   | kept    | kept    | again | waits
500              | kept   | kept   | dropped | dropped | again | blind
503              | kept   | kept   | dropped | dropped | again | blind
web page         | kept   | kept   | dropped | dropped | again | blind
hang             | kept   | kept   | dropped | dropped | again | blind
hang after       | found  | kept   | shown   | shown   | again | blind
drip             | found  | kept   | shown   | shown   | again | blind
reset before     | kept   | kept   | dropped | dropped | again | blind
reset after      | found  | kept   | shown   | shown   | again | blind
reset amid       | found  | kept   | shown   | shown   | again | blind
half an answer   | found  | kept   | shown   | shown   | again | blind
internal after   | found  | kept   | shown   | shown   | again | blind
ratelimited      | kept   | kept   | kept    | kept    | again | waits
internal_error   | kept   | kept   | dropped | dropped | again | blind
service_unavailable | kept | kept  | kept    | kept    | again | blind
team_added_to_org | kept  | kept   | kept    | kept    | again | blind
channel_not_found | moved | parked | dropped | dropped | again | blind
is_archived      | moved  | parked | dropped | dropped | again | blind
invalid_blocks   | moved  | parked | dropped | dropped | again | blind
never_heard_of   | moved  | parked | dropped | dropped | again | blind
token_revoked    | kept   | kept   | kept    | kept    | again | blind
invalid_auth     | kept   | kept   | kept    | kept    | again | blind
missing_scope    | kept   | kept   | kept    | kept    | again | blind
";

/// Calls that ten minutes of one fault may lead to: whoever is told to wait does, and what fails is not asked on and on.
fn most_calls(fault: &Fault) -> usize {
    match fault {
        Fault::TooMany { retry_after: Some(wait) } => usize::try_from(600 / wait.max(&1)).unwrap() + 2,
        _ => 45,
    }
}

fn fault(name: &str) -> Fault {
    let too_many = |retry_after| Fault::TooMany { retry_after };
    match name {
        "429 for 17 s" => too_many(Some(17)),
        "429 for 0 s" => too_many(Some(0)),
        "429, no time" => too_many(None),
        "500" => Fault::Status(500),
        "503" => Fault::Status(503),
        "web page" => Fault::Html,
        "hang" => Fault::Hang,
        "hang after" => Fault::HangAfter,
        "drip" => DRIP,
        "reset before" => Fault::ResetBefore,
        "reset after" => Fault::ResetAfter,
        "reset amid" => Fault::ResetAmid,
        "half an answer" => Fault::HalfAnswer,
        "internal after" => Fault::InternalErrorAfter,
        code => Fault::error(code),
    }
}

/// Every fault with its end at this call.
fn column(call: &str) -> BTreeMap<&'static str, &'static str> {
    let mut lines = TABLE.trim().lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let at = lines.next().unwrap().iter().position(|name| *name == call).expect("a column of the table");
    let ends: BTreeMap<_, _> = lines.map(|fields| (fields[0], fields[at])).collect();
    assert!(ends.len() > 20, "only {} faults", ends.len());
    ends
}

/// Plays a column: `play` gives, for a fault, how it ended.
async fn sweep<P: Future<Output = String> + Send + 'static>(
    call: &str,
    play: impl Fn(&'static str, Fault) -> P,
) {
    let mut wrong = Vec::new();
    let mut under_way = tokio::task::JoinSet::new();
    for (name, expected) in column(call) {
        let played = play(name, fault(name));
        under_way.spawn(async move { (name, expected, played.await) });
        while under_way.len() >= 2 {
            judge(under_way.join_next().await, &mut wrong);
        }
    }
    while !under_way.is_empty() {
        judge(under_way.join_next().await, &mut wrong);
    }
    assert!(wrong.is_empty(), "{call}:\n{}", wrong.join("\n"));
}

type Played = Result<(&'static str, &'static str, String), tokio::task::JoinError>;

fn judge(played: Option<Played>, wrong: &mut Vec<String>) {
    match played.expect("one is under way") {
        Ok((_, expected, ended)) if expected == ended => {}
        Ok((name, expected, ended)) => wrong.push(format!("{name}: not {expected}, but {ended}")),
        Err(error) => wrong.push(format!("it panicked: {error}")),
    }
}

/// Ten minutes of the fault, then none; nothing goes round and round. How many calls of the method there were meanwhile.
async fn endure(story: &Story, method: &str, fault: &Fault) -> usize {
    pass(story, minutes(10)).await;
    let calls = story.slack.calls_of(method).iter().filter(|call| call.fault.as_ref() == Some(fault)).count();
    assert!((1..=most_calls(fault)).contains(&calls), "{fault:?}: {calls} calls of {method} in ten minutes");
    calls
}

async fn repair(story: &Story) {
    story.slack.clear_faults();
    story.slack.release_hung();
    pass(story, minutes(12)).await;
}

/// What never may be left: something in flight, or waiting without an end.
fn nothing_waits(story: &Story) -> bool {
    not_sent(story).iter().all(|(state, _)| state != "sending" && state != "waiting")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_message() {
    sweep("post", |_, fault| async move {
        let story = impatient().await;
        story.slack.clear_calls();
        story.slack.fail(FaultRule::on("chat.postMessage", fault.clone()).in_channel("#sme-ci"));
        ask(&story, RUNNERS).await;
        settle(&story).await;
        endure(&story, "chat.postMessage", &fault).await;
        let during = copies(&story, "#sme-ci", REGIONS);
        repair(&story).await;
        let after = copies(&story, "#sme-ci", REGIONS);
        let elsewhere = copies(&story, "#subject-matter-experts", REGIONS);
        match (during, after, elsewhere, told_admins(&story), nothing_waits(&story)) {
            (1, 1, 0, 0, true) => "found".to_owned(),
            (0, 1, 0, 0, true) => "kept".to_owned(),
            (0, 0, 1, 1, true) => "moved".to_owned(),
            other => format!("{other:?} {:?}", not_sent(&story)),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_brought_up_to_date() {
    sweep("update", |_, fault| async move {
        let story = impatient().await;
        ask(&story, RUNNERS).await;
        settle(&story).await;
        story.slack.clear_calls();
        story.slack.fail(FaultRule::on("chat.update", fault.clone()));
        story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
        settle(&story).await;
        endure(&story, "chat.update", &fault).await;
        repair(&story).await;
        let is_taken = story.last("#sme-ci").contains("Ines has it");
        assert_eq!(copies(&story, "#sme-ci", REGIONS), 1, "never posted anew");
        let parked = not_sent(&story).iter().filter(|(state, _)| state == "parked").count();
        match (is_taken, parked, told_admins(&story), nothing_waits(&story)) {
            (true, 0, 0, true) => "kept".to_owned(),
            (false, 1, 1, true) => "parked".to_owned(),
            other => format!("{other:?} {:?}", not_sent(&story)),
        }
    })
    .await;
}

/// How something ends that reaches one person at most once.
fn at_most_once(story: &Story, seen: (usize, usize)) -> String {
    let dropped: Vec<String> =
        not_sent(story).into_iter().filter(|(state, _)| state == "dropped").map(|(_, why)| why).collect();
    match (seen, &dropped[..], nothing_waits(story)) {
        ((0, 1), [], true) => "kept".to_owned(),
        ((0, 0), [why], true) if !why.is_empty() => "dropped".to_owned(),
        ((1, 1), [why], true) if why.contains("may have been delivered") => "shown".to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_one_person_sees() {
    sweep("to one", |_, fault| async move {
        let story = impatient().await;
        story.slack.clear_calls();
        story.slack.fail(FaultRule::on("chat.postEphemeral", fault.clone()));
        story.person("raj").say("#field", "@switchboard status ZZZ").await.unwrap();
        settle(&story).await;
        endure(&story, "chat.postEphemeral", &fault).await;
        let during = story.slack.ephemerals_of("raj").len();
        repair(&story).await;
        at_most_once(&story, (during, story.slack.ephemerals_of("raj").len()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_by_the_url_of_a_click() {
    sweep("by URL", |_, fault| async move {
        let story = impatient().await;
        ask(&story, RUNNERS).await;
        settle(&story).await;
        story.slack.clear_calls();
        story.slack.fail(FaultRule::on("response_url", fault.clone()));
        // Not his to take, which he hears by the click's URL.
        story.person("raj").click_in("#sme-ci", "Take it").await.unwrap();
        settle(&story).await;
        endure(&story, "response_url", &fault).await;
        let during = story.slack.ephemerals_of("raj").len();
        repair(&story).await;
        at_most_once(&story, (during, story.slack.ephemerals_of("raj").len()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form() {
    sweep("form", |_, fault| async move {
        let story = impatient().await;
        story.slack.fail(FaultRule::on("views.open", fault.clone()));
        let ava = story.person("ava");
        let answer = ava.slash_in("#field", "/request-pm").await.unwrap();
        let said = answer.plain().to_owned();
        let is_open = ava.open_view().is_some();
        if !answer.ok() || !said.contains("again") || is_open != fault.takes_effect() {
            return format!("{:?} {said:?}, open: {is_open}", answer.failed);
        }
        ava.close_all().await.ok();
        story.slack.clear_faults();
        story.slack.release_hung();
        let answer = ava.slash_in("#field", "/request-pm").await.unwrap();
        if answer.ok() && ava.open_view().is_some() { "again".to_owned() } else { "never".to_owned() }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_a_thread_before_a_reminder() {
    sweep("thread", |_, fault| async move {
        let story = impatient().await;
        pass(&story, hours(3)).await;
        let inside = "#sme-ci-internal";
        let question = "@switchboard can runners scale to zero?";
        let ts = story.person("ines").say(inside, question).await.unwrap();
        settle(&story).await;
        let replies = || story.slack.thread(inside, &ts).len();
        pass(&story, hours(2) - minutes(1)).await;
        let before = replies();
        story.slack.clear_calls();
        story.slack.fail(FaultRule::on("conversations.replies", fault.clone()));
        pass(&story, minutes(1)).await;
        endure(&story, "conversations.replies", &fault).await;
        let (during, told) = (replies(), told_admins(&story));
        repair(&story).await;
        pass(&story, minutes(10)).await;
        match (during - before, replies() - before, told, told_admins(&story)) {
            // The step at two hours reminds the owner all the same; what is raised above them waits (B7).
            (0 | 1, 1, 1, 1) => "blind".to_owned(),
            (0, 1, 0, 0) => "waits".to_owned(),
            other => format!("{other:?}"),
        }
    })
    .await;
}
