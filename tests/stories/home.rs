//! App Home, by role: what each sees, what the buttons do, and where a refusal is shown.

use insta::assert_snapshot;
use switchboard::sandbox::{Fault, FaultRule};

use crate::calls;
use crate::support::{Story, hours, minutes, seconds};

/// Somebody opens their Home, and looks at it once it is drawn.
pub async fn look(story: &Story, name: &str) -> String {
    story.person(name).open_home().await.expect("a Home tab");
    story.settle().await;
    shown(story, name)
}

/// What their Home shows, without opening it.
pub fn shown(story: &Story, name: &str) -> String {
    story.slack.home_of(name).unwrap_or_default()
}

/// A question of Ava's.
pub async fn ask(story: &Story, text: &str) {
    story.person("ava").slash_in("#field", &format!("/request-pm {text}")).await.expect("an answer");
    story.hear().await;
}

/// Somebody presses in their Home, and what follows happens.
async fn press(story: &Story, name: &str, label: &str) {
    story.person(name).click_home(label).await.expect("a button");
    story.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_new_is_told_how_to_begin() {
    let story = Story::begin().await;
    assert_snapshot!(look(&story, "ava").await, @r"
    Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps.
    `/request-pm` opens the form in any channel, `/request-pm your question` sends it right away. You see here where it stands and why.
    SMEs are asked to take a question within 24 h; a PM needs 48 h of notice for a call.
    [Ask a question] [I am away]
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    press(&story, "ava", "Ask a question").await;
    let form = story.person("ava").open_view().expect("the form");
    assert_eq!(form.callback_id, "request");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_and_somebody_unknown_are_told_what_this_is_and_nothing_else() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    story.slack.add_user("gil").guest();
    let unknown = look(&story, "gil").await;
    story.bot.read_names().await.expect("names");
    assert_eq!(look(&story, "gil").await, unknown);
    assert_snapshot!(unknown, @r"
    Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps.
    `/request-pm` opens the form in any channel, `/request-pm your question` sends it right away. You see here where it stands and why.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expert_takes_and_answers_from_home() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    assert_snapshot!(look(&story, "ines").await, @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · 1
    ‹HFJ› · *Runner* · how do runners scale?
    Ava, asked today 04:00
    [Take it] [Wrong area] [… Why here]
    *At risk* · none
    *Today* · none
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    press(&story, "ines", "Take it").await;
    assert_snapshot!(shown(&story, "ines"), @r"
    [Ask a question] [I am away]
    *You owe* · 1
    ‹HFJ› · *Runner* · how do runners scale?
    You took it today 04:00; Ava waits for your answer
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · none
    *Today* · none
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > how do runners scale?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    @ava Switchboard:
    Ines took *HFJ*.
    ");
    press(&story, "ines", "Answered").await;
    assert!(shown(&story, "ines").contains("*You owe* nothing"), "{}", shown(&story, "ines"));
    assert!(story.hear().await.contains("✓ *Answered*: by Ines"));
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_shown_over_the_home_and_by_direct_message_where_that_fails() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    look(&story, "sam").await;
    // Sam's Home is behind: Slack takes none for a while.
    story.slack.fail(FaultRule::on("views.publish", Fault::Status(500)));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.hear().await;
    press(&story, "sam", "Take it").await;
    assert_snapshot!(story.person("sam").open_view().unwrap().plain(), @r"
    == Switchboard ==
    Ines has *HFJ* already. You can add to its thread.
    ");
    story.person("sam").close().await.unwrap();
    story.slack.fail(FaultRule::on("views.open", Fault::error("trigger_expired")).times(1));
    press(&story, "sam", "Take it").await;
    assert!(story.person("sam").open_view().is_none());
    assert_eq!(story.last_dm("sam"), "Ines has *HFJ* already. You can add to its thread.");
    story.slack.clear_faults();
    story.pass(minutes(6)).await;
    assert!(shown(&story, "sam").contains("*Nobody has taken* · none"), "{}", shown(&story, "sam"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_sees_whose_answer_is_due_when_and_a_lead_what_is_at_risk() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    let words = "Do secret customers get this?";
    story.press_and_fill("ines", ("#sme-ci", "Ask the PM"), "Your question to the PM", words).await;
    story.hear().await;
    assert_snapshot!(look(&story, "paul").await, @r"
    [Ask a question] [I am away]
    *You owe* · 1
    ‹HN6› · *Runner* · a PM's answer
    Ines waits for your answer, due today 05:00
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · none
    *Today* · none
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    look(&story, "lena").await;
    look(&story, "ines").await;
    press(&story, "paul", "Seen").await;
    // At risk begins with the time alone.
    story.pass(hours(2) - seconds(1)).await;
    assert!(shown(&story, "lena").contains("*At risk* · none"));
    story.pass(minutes(1)).await;
    assert_snapshot!(shown(&story, "lena"), @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · 1
    ‹HN6› · *Runner* · a PM's answer · with Paul, due today 14:00
    *Today* · none
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    story.pass(hours(2)).await;
    assert!(shown(&story, "paul").contains("it was due today"), "{}", shown(&story, "paul"));
    // Text of an internal channel stays there (Confidentiality).
    for name in ["paul", "lena", "ines", "ava", "admin", "petra"] {
        let home = look(&story, name).await;
        assert!(!home.contains("secret"), "{name}: {home}");
    }
    // A PM's answer is a message, or a link; only the asker says it without one (B2).
    press(&story, "paul", "Answered").await;
    assert!(story.person("paul").open_view().is_some(), "refused, over the Home");
    story.person("ines").click_in("#sme-ci-internal", "Answered").await.unwrap();
    story.settle().await;
    assert!(shown(&story, "paul").contains("*You owe* nothing"));
    assert!(shown(&story, "lena").contains("*At risk* · none"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asked_sees_where_it_stands_and_says_whether_it_helped() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    ask(&story, "something about zebras").await;
    assert_snapshot!(look(&story, "ava").await, @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked* · 2
    *VJC* · *no area yet* · something about zebras
    ◌ *Draft*: not sent yet, it waits for the person who asked
    [Choose an area] [Drop it]
    ‹HFJ› · *Runner* · how do runners scale?
    ● *Open*: nobody has taken it yet
    [Why there] [Add detail] [Withdraw]
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    press(&story, "ava", "Drop it").await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.settle().await;
    assert_snapshot!(shown(&story, "ava"), @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked* · 1
    ‹HFJ› · *Runner* · how do runners scale?
    ✓ *Answered*: by Ines, today 10:00
    [Solved] [Not solved] [… Why there]
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    press(&story, "ava", "Not solved").await;
    let ava = story.person("ava");
    assert_eq!(ava.open_view().unwrap().callback_id, "not_solved");
    ava.submit().await.unwrap();
    story.settle().await;
    press(&story, "ava", "Withdraw").await;
    assert!(shown(&story, "ava").contains("nothing of yours is open"), "{}", shown(&story, "ava"));
    assert!(story.last("#sme-ci").contains("Withdrawn"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_confirmed_and_its_agenda_given_from_home() {
    let story = Story::begin().await;
    calls::asked(&story).await;
    assert_snapshot!(look(&story, "paul").await, @r"
    [Ask a question] [I am away]
    *You owe* · 1
    ‹HFJ› · *Runner* · PM on a customer call
    Ava asks whether you come to the call, it starts Nov 19, 2026 01:00
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [… Missing context · Add detail · Reschedule · Cancel · Why here]
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · none
    *Today* · none
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    assert_snapshot!(look(&story, "ava").await, @r"
    [Ask a question] [I am away]
    *You owe* · 1
    ‹HFJ› · *Runner* · PM on a customer call
    The agenda of your call is due Nov 18, 2026 10:00
    [Add agenda] [Add detail] [Reschedule] [… Show briefing · Cancel]
    *You asked* · 1
    ‹HFJ› · *Runner* · PM on a customer call
    ● *Open*: Paul is asked
    [Why there] [Add detail] [Cancel the call]
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
    press(&story, "paul", "Confirm").await;
    assert!(story.last(calls::GROUP).contains("*Confirmed*: Paul comes"));
    assert!(shown(&story, "paul").contains("*You owe* nothing"));
    press(&story, "ava", "Add agenda").await;
    story.person("ava").fill("The agenda", "https://docs.example.com/agenda").await.unwrap();
    story.person("ava").submit().await.unwrap();
    story.settle().await;
    assert!(shown(&story, "ava").contains("*You owe* nothing"), "{}", shown(&story, "ava"));
    // On its day it is on the lead's list.
    look(&story, "lena").await;
    assert!(shown(&story, "lena").contains("*Today* · none"));
    story.pass(hours(66)).await;
    assert_snapshot!(look(&story, "lena").await, @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked*: nothing of yours is open.
    ---
    *CI/CD and Runner*
    *Nobody has taken* · none
    *At risk* · none
    *Today* · 1
    ‹HFJ› · *Runner* · PM on a customer call · starts today 10:00
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_a_few_are_shown_and_the_rest_over_the_home() {
    let story = Story::begin().await;
    for number in 0..7 {
        ask(&story, &format!("how do runners scale to {number} regions?")).await;
        story.pass(minutes(1)).await;
    }
    let home = look(&story, "lena").await;
    assert!(home.contains("*Nobody has taken* · 7") && home.contains("and 2 more\n[Show all]"), "{home}");
    assert!(home.contains("0 regions") && !home.contains("5 regions"), "the oldest first: {home}");
    press(&story, "lena", "Show all").await;
    let all = story.person("lena").open_view().unwrap();
    assert_eq!(all.plain().matches("regions?").count(), 7, "{}", all.plain());
    story.person("lena").close().await.unwrap();
    // A list that does not open says so where it can.
    story.slack.fail(FaultRule::on("views.open", Fault::error("trigger_expired")).times(2));
    press(&story, "lena", "Show all").await;
    assert_snapshot!(story.last_dm("lena"), @"Slack was too slow to open the form. Please try again; nothing was sent.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_sees_how_much_is_open_and_takes_part_in_a_pilot() {
    let story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    assert_snapshot!(look(&story, "admin").await, @r"
    [Ask a question] [I am away]
    *You owe* nothing: nobody waits for you.
    *You asked*: nothing of yours is open.
    Storage and Self-Managed: tried out so far, by those who take part.
    [Take part]
    Open in all areas: 1 question, 0 asks of PMs, 0 questions of SMEs to PMs, 0 calls.
    ");
    press(&story, "admin", "Take part").await;
    assert!(shown(&story, "admin").contains("and you take part.\n[Stop taking part]"));
    press(&story, "admin", "Stop taking part").await;
    assert!(shown(&story, "admin").contains("[Take part]"));
    assert!(story.person("admin").open_view().is_none(), "the Home says it");
    story.nothing_unread();
}
