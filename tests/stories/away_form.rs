//! Away, filled in in a form (B3): what it shows, what is refused at its fields, and what goes wrong around an absence.

use rusqlite::Connection;
use switchboard::domain::ids::UserId;
use switchboard::sandbox::{Fault, FaultRule, Submission};

use crate::support::{Story, hours, minutes};

const INSIDE: &str = "#sme-ci-internal";
const QUESTION: &str = "@switchboard can a fleet of runners scale to zero in one region only?";

/// Somebody opens the form by the command.
async fn opens(story: &Story, name: &str) {
    story.person(name).slash_in("#field", "/request-pm away").await.unwrap();
}

fn id(story: &Story, email: &str) -> UserId {
    let org = story.bot.app.policy();
    let found = org.org.people_called(email).next().expect("somebody");
    found.id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_sets_an_absence_to_the_minute_and_shows_it_the_next_time() {
    let story = Story::begin().await;
    let paul = story.person("paul");
    opens(&story, "paul").await;
    insta::assert_snapshot!(paul.open_view().unwrap().plain(), @r"
    == Away ==
    What waits for you goes on to others while you are away, and new questions go to them.
    From (optional): [… ▾]
      Empty: from now on.
    Back at: [… ▾]
      In your own time zone.
    Who covers (optional): [… ▾]
      Without one it goes to whoever covers for your group, or to the stage PM.
    (Save)
    ");
    paul.fill("Back at", story.clock.now() + hours(30)).await.unwrap();
    paul.fill("Who covers", "@tess").await.unwrap();
    assert_eq!(paul.submit().await.unwrap(), Submission::Cleared);
    insta::assert_snapshot!(story.told().await, @r"
    — #field, only @paul sees it
    You are away until Tue 17 Nov, 07:00; Tess covers. What waits for you goes on to Tess; `/request-pm back` ends it early.
    ");
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    assert!(story.told().await.contains("Tess covers for Paul"), "from now on");
    opens(&story, "paul").await;
    insta::assert_snapshot!(paul.open_view().unwrap().plain(), @r"
    == Away ==
    You are away now. /request-pm back ends it early.
    From (optional): [… ▾]
      Empty: from now on.
    Back at: [2026-11-17 07:00 ▾]
      In your own time zone.
    Who covers (optional): [@Tess ▾]
      Without one it goes to whoever covers for your group, or to the stage PM.
    (Save)
    ");
    // The minute they are back they are asked again.
    story.pass(hours(30)).await;
    story.told().await;
    assert!(story.bot.app.policy().org.away(&id(&story, "Paul"), story.clock.now()).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_said_at_its_field_and_the_form_stays() {
    let story = Story::begin().await;
    story.person("mei").slash_in("#field", "/request-pm away until 2026-12-20").await.unwrap();
    let paul = story.person("paul");
    opens(&story, "paul").await;
    let mut heard = Vec::new();
    for (from, until, cover) in
        [(0, -1, "@tess"), (5, 4, "@tess"), (0, 24 * 400, "@tess"), (0, 5, "@paul"), (0, 5, "@mei")]
    {
        paul.fill("From", story.clock.now() + hours(from)).await.unwrap();
        paul.fill("Back at", story.clock.now() + hours(until)).await.unwrap();
        paul.fill("Who covers", cover).await.unwrap();
        let Submission::Errors(errors) = paul.submit().await.unwrap() else {
            panic!("{from} {until} {cover}")
        };
        heard.extend(errors.into_iter().map(|(field, error)| format!("{field}: {error}")));
    }
    insta::assert_snapshot!(heard.join("\n"), @r"
    until: That time has passed. Choose a later one.
    until: You would be back before it begins. Choose a later time.
    until: That is more than 366 days ahead. An admin can take somebody out of the directory.
    cover: Nobody covers for themselves. Choose somebody else, or nobody.
    cover: Mei is away then, too. Choose somebody else, or nobody.
    ");
    paul.fill("Who covers", "@tess").await.unwrap();
    assert_eq!(paul.submit().await.unwrap(), Submission::Cleared, "nothing is typed twice");
    story.told().await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_is_asked_about_opens_it_for_other_days() {
    let story = Story::begin().await;
    story.slack.set_status("paul", ":palm_tree:", "", Some(story.clock.now() + hours(100)));
    story.told().await;
    let question = story.slack.dms_of("paul").pop().unwrap();
    let paul = story.person("paul");
    paul.click_on(&question, "Other days").await.unwrap();
    paul.fill("Back at", story.clock.now() + hours(50)).await.unwrap();
    assert_eq!(paul.submit().await.unwrap(), Submission::Cleared);
    let told = story.told().await;
    assert!(told.contains("— @paul, updated\nYou are away until Wed 18 Nov, "), "in its place: {told}");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cover_who_is_no_pm_answers_as_one_as_long_as_it_lasts() {
    let story = Story::begin().await;
    let asked = story.person("sam").say(INSIDE, QUESTION).await.unwrap();
    story.told().await;
    // It is Paul's, and stays so: Tess stands in for the stage PM.
    story.person("petra").slash_in("#field", "/request-pm away until 2026-11-20 cover @tess").await.unwrap();
    story.told().await;
    story.person("tess").reply(INSIDE, &asked, "Yes, per region.").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("*Answered*"), "her word is a PM's (B1): {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cover_who_leaves_meanwhile_is_passed_over() {
    let story = Story::begin().await;
    story.person("paul").slash_in("#field", "/request-pm away until 2026-12-24 cover @tess").await.unwrap();
    story.told().await;
    story.slack.deactivate("tess");
    story.told().await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Pavel covers for Paul"), "the group's cover: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_locked_nothing_is_set_and_the_same_form_sets_it_once() {
    let story = Story::begin().await;
    let paul = story.person("paul");
    opens(&story, "paul").await;
    paul.fill("Back at", story.clock.now() + hours(30)).await.unwrap();
    let other = Connection::open(story.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let Submission::Errors(errors) = paul.submit().await.unwrap() else { panic!("it was not saved") };
    assert!(errors["until"].contains("not saved") || errors["until"].contains("Saving takes"), "{errors:?}");
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert_eq!(paul.submit().await.unwrap(), Submission::Cleared);
    let told = story.told().await;
    assert_eq!(told.matches("You are away until").count(), 1, "{told}");
    // Typed twice, the second one takes the place of the first.
    for _ in 0..2 {
        paul.slash_in("#field", "/request-pm away until 2026-12-24").await.unwrap();
    }
    story.told().await;
    assert_eq!(story.bot.app.policy().org.absences().since(story.clock.now()).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_word_to_whoever_is_away_cannot_be_delivered_the_absence_stands() {
    let mut story = Story::begin().await;
    story.slack.fail(FaultRule::on("chat.postMessage", Fault::error("user_disabled")).in_channel("@paul"));
    story.person("lena").slash_in("#field", "/request-pm away @paul until 2026-12-24").await.unwrap();
    story.told().await;
    story.slack.clear_faults();
    story.restart_after(minutes(1)).await;
    story.person("ines").say(INSIDE, QUESTION).await.unwrap();
    let told = story.told().await;
    assert!(told.contains("Pavel covers for Paul"), "{told}");
}
