//! A question to SMEs: asked, taken, answered, and whatever else happens to it (A1, A2, A8, A9).

use insta::assert_snapshot;

use crate::support::{Story, hours};

const WORDS: &str = "How do we keep autoscaling runners warm in two regions?";

async fn asked(story: &Story) {
    let command = format!("/request-pm {WORDS}");
    story.person("ava").slash_in("#field", &command).await.unwrap();
    story.hear().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_taken_and_answered() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]
    ");
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    @ava Switchboard:
    Ines took *HFJ*.
    ");
    story.person("sam").click_in("#sme-ci", "Hand back").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ✓ *Answered*: by Ines, today 09:00
    [Not solved] [… Why here]

    @ava Switchboard:
    Ines answered *HFJ*: ‹open›.
    [That solves it] [Not solved]
    ");
    story.pass(hours(71)).await;
    story.nothing_unread();
    story.pass(hours(1)).await;
    assert_snapshot!(story.read(), @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked Nov 16, 2026 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ✓ *Closed* today 09:00 · answered by Ines
    [Why here]
    ");
    story.person("ava").click_in_dm("Not solved").await.unwrap();
    story.person("ava").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked Nov 16, 2026 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since Nov 16, 2026 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci › thread Switchboard:
    @Ines: Ava says that *HFJ* is not solved yet, so it is open again.
    [notifies @ines]

    @ava (only @ava) switchboard:
    ‹HFJ› is open again, and whoever answered it is told.
    ");
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.hear().await;
    story.pass(hours(24 * 14)).await;
    story.read();
    story.person("ava").click_in_dm("Not solved").await.unwrap();
    story.person("ava").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava (only @ava) switchboard:
    *HFJ* was answered more than 14 days ago, so it stays closed. Please ask anew and name it.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_it() {
    let story = Story::begin().await;
    asked(&story).await;
    story.pass(hours(24)).await;
    assert_snapshot!(story.read(), @r"
    #sme-ci › thread Switchboard:
    @Lena: nobody has taken this for 24 h. Could you take it, or find somebody who can?
    [notifies @lena]
    ");
    story.pass(hours(24)).await;
    assert_snapshot!(story.read(), @r"
    #sme-ci › thread Switchboard:
    @Lena: 48 h now, and nobody has taken this. Who could answer it?
    [notifies @lena]

    #subject-matter-experts Switchboard:
    ‹HFJ› in #sme-ci, about Runner, has waited 48 h and nobody has taken it. Who could answer it there?
    ");
    story.pass(hours(200)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_and_silent_for_two_working_days() {
    let story = Story::begin().await;
    asked(&story).await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.hear().await;
    story.pass(hours(24 * 7)).await;
    assert_snapshot!(story.read(), @r"
    @ines Switchboard:
    @Ines: you took this 2 working days ago. Is it answered, or shall somebody else have it?
    [Answered] [Hand back]
    [notifies @ines]
    ");
    story.person("ines").click_in_dm("Hand back").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked Nov 16, 2026 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_area_is_moved_and_then_placed_by_the_lead() {
    let story = Story::begin().await;
    asked(&story).await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Wrong area").await.unwrap();
    assert_snapshot!(ines.open_view().unwrap().plain(), @r"
    == Wrong area ==
    HFJ · Runner: How do we keep autoscaling runners warm in two regions?
    Where it belongs: [… ▾]
      Type a stage, group or category.
    (Move)
    ");
    ines.fill("Where it belongs", "Secure › Code Scanning › SAST").await.unwrap();
    ines.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    → *Moved*: *HFJ* is with *SAST* now.

    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because Ines chose SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]

    @ava Switchboard:
    Ines moved *HFJ* to SAST, in #sme-security.
    ");
    let ada = story.person("ada");
    ada.click_in("#sme-security", "Wrong area").await.unwrap();
    ada.fill("Where it belongs", "Plan › Boards").await.unwrap();
    ada.submit().await.unwrap();
    story.hear().await;
    let mei = story.person("mei");
    mei.click_in("#sme-planning", "Wrong area").await.unwrap();
    mei.fill("Where it belongs", "Verify › Runner").await.unwrap();
    mei.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-planning › thread Switchboard:
    @Noor: *HFJ* has moved twice. Where does it belong?
    [Place it]
    [notifies @noor]

    #sme-planning (updated) Switchboard:
    *Boards* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because Ada chose Boards, whose SMEs answer first.
    ● *Open*: moved twice, so the area lead places it
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-planning (only @mei) switchboard:
    *HFJ* has moved twice already, so Noor places it now. You can say in its thread where it belongs.
    ");
    mei.click_in("#sme-planning", "Wrong area").await.unwrap();
    mei.fill("Where it belongs", "Verify › Runner").await.unwrap();
    mei.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-planning (only @mei) switchboard:
    *HFJ* has moved twice already, so Noor places it now. You can say in its thread where it belongs.
    ");
    let noor = story.person("noor");
    noor.click_in("#sme-planning", "Wrong area").await.unwrap();
    noor.fill("Where it belongs", "Verify › Runner").await.unwrap();
    noor.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because Noor chose Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]

    #sme-planning (updated) Switchboard:
    → *Moved*: *HFJ* is with *Runner* now.

    @ava Switchboard:
    Noor moved *HFJ* to Runner, in #sme-ci.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_mark_by_an_sme_takes_it() {
    let story = Story::begin().await;
    asked(&story).await;
    let card = story.slack.last_message("#sme-ci").ts.clone();
    story.person("raj").react("#sme-ci", &card, "white_check_mark").await.unwrap();
    story.settle().await;
    story.person("sam").react("#sme-ci", &card, "eyes").await.unwrap();
    assert_snapshot!(story.hear().await, @"");
    story.person("sam").react("#sme-ci", &card, "white_check_mark").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Sam has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    @ava Switchboard:
    Sam took *HFJ*.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_requester_adds_withdraws_and_says_solved() {
    let story = Story::begin().await;
    asked(&story).await;
    let ava = story.person("ava");
    ava.click_in("#sme-ci", "Add detail").await.unwrap();
    assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Add detail ==
    HFJ · Runner: How do we keep autoscaling runners warm in two regions?
    What to add: […]
      It goes into the question's thread.
    (Add)
    ");
    ava.fill("text", "They run <!channel> *kubernetes* & docker").await.unwrap();
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci › thread Switchboard:
    Ava adds:
    > They run <!channel> *kubernetes* & docker

    #sme-ci (only @ava) switchboard:
    Added to the thread of ‹HFJ›.
    ");
    ava.click_in("#sme-ci", "Withdraw").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ○ *Withdrawn* today 09:00
    [Why here]

    #sme-ci (only @ava) switchboard:
    ‹HFJ› is withdrawn. Its card says so.
    ");
    asked(&story).await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.hear().await;
    ava.click_in_dm("That solves it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *VQZ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ✓ *Closed* today 09:00 · answered by Ines
    [Why here]

    @ava (only @ava) switchboard:
    ‹VQZ› is closed.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_smes_press_at_once_and_one_has_it() {
    let story = Story::begin().await;
    asked(&story).await;
    let (ines, sam) = (story.person("ines"), story.person("sam"));
    let (first, second) =
        tokio::join!(ines.click_in("#sme-ci", "Take it"), sam.click_in("#sme-ci", "Take it"));
    assert!(first.unwrap().ok() && second.unwrap().ok());
    let heard = story.hear().await;
    assert_eq!(heard.matches("◐ *Taken*").count(), 1, "{heard}");
    assert_eq!(heard.matches("already. You can add to its thread.").count(), 1, "{heard}");
    assert_eq!(story.slack.dms_of("ava").len(), 1, "told once");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sme_asks_the_pm_from_the_card() {
    let story = Story::begin().await;
    asked(&story).await;
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Ask the PM").await.unwrap();
    assert_snapshot!(ines.open_view().unwrap().plain(), @r"
    == Ask the PM ==
    HFJ · Runner: How do we keep autoscaling runners warm in two regions?
    Your question to the PM: How do we keep autoscaling runners warm in two regions?
      Posted in your name, in the internal channel; without one, in the group's channel.
    (Ask)
    ");
    ines.fill("text", "Is a second region planned?").await.unwrap();
    ines.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00 · the PM is asked
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci (only @ines) switchboard:
    The PM is asked in #sme-ci-internal, as *VJC*.

    #sme-ci-internal Switchboard:
    *Runner* · a PM's answer · *VJC*
    > Is a second region planned?
    Ines · SME · for ‹HFJ› · asked today 09:00
    Here because Paul is on duty.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    [notifies @paul]

    @ava Switchboard:
    Ines took *HFJ*.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lead_closes_and_hands_over() {
    let story = Story::begin().await;
    asked(&story).await;
    let lena = story.person("lena");
    lena.click_in("#sme-ci", "Why here").await.unwrap();
    story.hear().await;
    lena.click_in("#sme-ci", "Give it to somebody").await.unwrap();
    lena.fill("person", "@sam").await.unwrap();
    lena.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Sam has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-ci › thread Switchboard:
    @Sam: Lena hands *HFJ* to you.
    [notifies @sam]
    ");
    lena.click_in("#sme-ci", "Close").await.unwrap();
    assert_snapshot!(lena.open_view().unwrap().plain(), @r"
    == Close ==
    HFJ · Runner: How do we keep autoscaling runners warm in two regions?
    Why: […]
      Kept with it.
    (Close it)
    ");
    lena.fill("text", "Answered in the docs").await.unwrap();
    lena.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ✓ *Closed* today 09:00
    [Why here]

    #sme-ci (only @lena) switchboard:
    ‹HFJ› is closed.

    @ava Switchboard:
    Lena closed *HFJ*:
    > Answered in the docs
    ");
    story.nothing_unread();
}
