//! App Home follows what changes beside asks: who is away, which areas are on, what the directory says. Only what shows something
//! else is drawn again. And a draft can be posted from there, once all of its words are shown.

use insta::assert_snapshot;
use switchboard::domain::directory::AreaMode;
use switchboard::domain::ids::AreaKey;
use switchboard::worker::names::Written;

use crate::home::{ask, look, shown};
use crate::support::{Story, example, hours, minutes};

/// Whose Homes Slack was told of since the last time, in alphabetical order.
fn drawn(story: &Story) -> Vec<String> {
    let ids =
        ["admin", "ava", "ines", "lena", "raj", "rosa"].map(|name| (story.person(name).id().unwrap(), name));
    let calls = story.slack.calls_of("views.publish");
    story.slack.clear_calls();
    let mut whose: Vec<String> = calls
        .iter()
        .map(|call| {
            let user = call.args["user_id"].as_str().unwrap_or_default();
            let known = ids.iter().find(|(id, _)| *id == user);
            known.map_or(user, |(_, name)| name).to_owned()
        })
        .collect();
    whose.sort();
    whose
}

/// Since when a Home rests, ten seconds must pass.
async fn open_all(story: &Story, names: &[&str]) {
    for name in names {
        look(story, name).await;
    }
    story.pass(minutes(1)).await;
    story.told().await;
    drawn(story);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_new_directory_or_a_switch_only_what_shows_it_is_drawn_again() {
    let story = Story::begin().await;
    open_all(&story, &["ava", "lena", "raj"]).await;
    story.bot.reload(story.written.clone()).await.unwrap();
    story.settle().await;
    assert_eq!(drawn(&story), Vec::<String>::new(), "the same once more");

    // Another name of Lena's area, which nobody else's Home names.
    let mut written = Written { directory: example(), ..story.written.clone() };
    written.directory.sme_areas[&AreaKey::from("ci")].name = "Builds".to_owned();
    story.bot.reload(written.clone()).await.unwrap();
    story.settle().await;
    assert_eq!(drawn(&story), ["lena"]);
    assert!(shown(&story, "lena").contains("*Builds*"), "{}", shown(&story, "lena"));

    // An area that is tried out is offered to everybody.
    written.directory.sme_areas[&AreaKey::from("ci")].mode = AreaMode::Pilot;
    story.bot.reload(written).await.unwrap();
    story.settle().await;
    assert_eq!(drawn(&story), ["ava", "lena", "raj"]);
    assert!(shown(&story, "ava").contains("Builds"), "{}", shown(&story, "ava"));
    // Switched in Slack, likewise.
    story.person("admin").slash_in("#field", "/request-pm admin mode ci on").await.unwrap();
    story.settle().await;
    assert_eq!(drawn(&story), ["ava", "lena", "raj"]);
    assert!(!shown(&story, "ava").contains("Builds"), "{}", shown(&story, "ava"));
    story.told().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sees_who_is_away_and_everybody_can_say_that_they_are() {
    let story = Story::begin().await;
    open_all(&story, &["ava", "ines", "lena"]).await;
    let ines = story.person("ines");
    ines.click_home("I am away").await.unwrap();
    story.settle().await;
    assert_snapshot!(ines.open_view().unwrap().plain(), @r"
    == Switchboard ==
    You are not away, as far as I know. `/request-pm away until 2026-12-24 cover @x` has others asked meanwhile; `until tomorrow` or `until Friday` work, too.
    ");
    ines.close().await.unwrap();
    let away = "/request-pm away from friday until 2026-12-01 cover @tess";
    ines.slash_in("#field", away).await.unwrap();
    story.person("lena").slash_in("#field", "/request-pm away @paul until 2026-12-24").await.unwrap();
    story.told().await;
    assert_eq!(drawn(&story), ["lena"], "an expert's Home does not tell it");
    assert_snapshot!(shown(&story, "lena"), @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · none
    *Today* · none
    *Away* · 2
    Paul is away until Thu 24 Dec
    Ines is away from Fri 20 Nov until Tue 1 Dec; Tess covers
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    // It begins, which the Home tells in other words.
    story.pass(hours(100)).await;
    assert!(
        shown(&story, "lena").contains("Ines is away until Tue 1 Dec; Tess covers"),
        "{}",
        shown(&story, "lena")
    );
    ines.click_home("I am away").await.unwrap();
    story.settle().await;
    assert_snapshot!(ines.open_view().unwrap().plain(), @r"
    == Switchboard ==
    You are away until Tue 1 Dec; Tess covers. `/request-pm away until 2026-12-24 cover @x` changes it.
    [I am back]
    ");
    ines.click_view("I am back").await.unwrap();
    story.settle().await;
    assert!(!shown(&story, "lena").contains("Ines is away"), "{}", shown(&story, "lena"));
    assert_snapshot!(story.told().await, @r"
    — @ines
    You are back, so you are asked again. What was handed on stays with whoever has it; they can hand it back.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_shows_all_of_its_words_and_is_posted_from_home() {
    let story = Story::begin().await;
    let words = format!("How do runners keep their cache? {}", "We have many regions. ".repeat(10));
    let ava = story.person("ava");
    ava.dm(words.trim()).await.unwrap();
    story.told().await;
    assert_snapshot!(look(&story, "ava").await, @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked* · 1
    *HFJ* · *Runner* · How do runners keep their cache? We have many regions. We have many regions.…
    ◌ *Draft*: not sent yet, it waits for the person who asked
    > How do runners keep their cache? We have many regions. We have many regions. We have many regions. We have many regions. We have many regions. We have many regions. We have many regions. We have many regions. We have many regions. We have many regions.
    [Post] [Edit] [Cancel]
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    ava.click_home("Post").await.unwrap();
    story.settle().await;
    assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Switchboard ==
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert!(story.last("#sme-ci").contains("How do runners keep their cache?"));
    assert!(shown(&story, "ava").contains("*Open*: nobody has taken it yet"), "{}", shown(&story, "ava"));
    assert!(!shown(&story, "ava").contains("[Post]"));
    story.told().await;

    // What cannot be posted as it is shows a few of its words, as ever.
    ask(&story, "something about zebras").await;
    let home = look(&story, "ava").await;
    assert!(home.contains("[Choose an area] [Drop it]") && !home.contains("[Post]"), "{home}");
    story.told().await;
    story.nothing_unread();
}
