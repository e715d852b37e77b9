//! Notices, one snapshot each: the requester's steps, reminders, threads, calls, admins.

use super::fixture::{call, downtime, hours, id, inquiry, now, pm_ask, question, runner, user};
use super::samples::{WORDS, directly, in_thread};
use crate::domain::ids::ChannelId;
use crate::domain::notice::{Change, What};

#[test]
fn the_requester_hears_each_step_once_and_is_mentioned_in_threads_only() {
    let engagement = question(WORDS);
    let by = user("UINES");
    insta::assert_snapshot!(in_thread(&engagement, What::TakenToRequester { by: by.clone() }), @"<@UAVA>: Ines took *K7Q*.");
    insta::assert_snapshot!(directly(&engagement, What::TakenToRequester { by: by.clone() }), @"Ines took *K7Q*.");
    insta::assert_snapshot!(in_thread(&engagement, What::AnsweredToRequester { by: by.clone() }), @r"
    <@UAVA>: Ines answered *K7Q*: <https://example.slack.com/archives/CSME/p1700000000000100|open>.
    [That solves it] [Not solved]
    ");
    insta::assert_snapshot!(directly(&engagement, What::MovedToRequester { to: runner(), by }), @"Ines moved *K7Q* to Runner, in <#CSME>.");
    insta::assert_snapshot!(directly(&engagement, What::PmAnsweredToRequester { sme: user("UINES") }), @"A PM answered what *K7Q* needed; Ines will tell you.");
}

#[test]
fn the_ladder_mentions_whom_the_table_names() {
    let engagement = inquiry(WORDS);
    let owner = user("UPAT");
    let due = now() + hours(2);
    let nudge = |late_because| What::Nudge { owner: owner.clone(), waited_seconds: 7_200, due, late_because };
    insta::assert_snapshot!(in_thread(&engagement, nudge(None)), @"<@UPAT>: Ines has waited 2 h for this; it is due Fri 20 Nov 16:10 UTC, in 2 h.");
    insta::assert_snapshot!(in_thread(&engagement, nudge(Some(downtime()))), @"<@UPAT>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: Ines has waited 2 h for this; it is due Fri 20 Nov 16:10 UTC, in 2 h.");
    let miss =
        |second| What::Miss { owner: owner.clone(), second, waited_seconds: 14_400, late_because: None };
    insta::assert_snapshot!(in_thread(&engagement, miss(Some(user("USAM")))), @"<@UPAT>: 4 h have passed. <@USAM>, could you or a colleague answer, or say who can?");
    insta::assert_snapshot!(in_thread(&engagement, miss(None)), @"<@UPAT>: 4 h have passed. Could you or a colleague answer, or say who can?");
    let raise = |direct| What::Raise {
        instead: None,
        leader: user("ULEE"),
        since: now() - hours(8),
        waited_seconds: 28_800,
        direct,
        late_because: None,
    };
    insta::assert_snapshot!(in_thread(&engagement, raise(false)), @"<@ULEE>: open for 8 h now, since Fri 20 Nov 06:10 UTC.");
    insta::assert_snapshot!(directly(&engagement, raise(true)), @"Ines has waited 8 h for a PM's answer in CI/CD, since Fri 20 Nov 06:10 UTC. It is in the area's internal channel, which you are not in; the area lead can invite you.");
}

#[test]
fn questions_that_nobody_takes_go_up() {
    let engagement = question(WORDS);
    let leads = vec![user("ULIN")];
    let not_taken = |again, hours| What::NotTaken { leads: leads.clone(), again, hours, late_because: None };
    insta::assert_snapshot!(in_thread(&engagement, not_taken(false, 24)), @"<@ULIN>: nobody has taken this for 24 h. Could you take it, or find somebody who can?");
    insta::assert_snapshot!(in_thread(&engagement, not_taken(true, 48)), @"<@ULIN>: 48 h now, and nobody has taken this. Who could answer it?");
    insta::assert_snapshot!(in_thread(&engagement, What::NotTakenAnywhere { hours: 48, late_because: None }), @"<https://example.slack.com/archives/CSME/p1700000000000100|K7Q> in <#CSME>, about Runner, has waited 48 h and nobody has taken it. Who could answer it there?");
    insta::assert_snapshot!(in_thread(&engagement, What::TakenSilent { taker: user("UINES"), days: 2, late_because: None }), @r"
    <@UINES>: you took this 2 working days ago. Is it answered, or shall somebody else have it?
    [Answered] [Hand back]
    ");
    insta::assert_snapshot!(in_thread(&engagement, What::LeadToPlace { leads: leads.clone() }), @r"
    <@ULIN>: *K7Q* has moved twice. Where does it belong?
    [Place it]
    ");
}

#[test]
fn threads_carry_details_and_hand_overs() {
    let engagement = inquiry(WORDS);
    let (ava, ines, pat) = (user("UAVA"), user("UINES"), user("UPAT"));
    insta::assert_snapshot!(in_thread(&question(WORDS), What::DetailAdded { by: ava.clone(), text: "it is on 17.4".to_owned() }), @r"
    Ava adds:
    > it is on 17.4
    ");
    insta::assert_snapshot!(in_thread(&question(WORDS), What::NotSolved { by: ava.clone(), why: Some("still idle".to_owned()), whom: Some(ines.clone()) }), @r"
    <@UINES>: Ava says that *K7Q* is not solved yet:
    > still idle
    ");
    insta::assert_snapshot!(in_thread(&question(WORDS), What::NotSolved { by: ava, why: None, whom: None }), @"Ava says that *K7Q* is not solved yet, so it is open again.");
    insta::assert_snapshot!(in_thread(&question(WORDS), What::RelayToSme { sme: ines.clone(), inquiry: id("N8V") }), @"<@UINES>: the PM answered <https://example.slack.com/archives/CINT/p1700000000000100|N8V>. Please tell Ava here what they can use.");
    insta::assert_snapshot!(in_thread(&pm_ask(WORDS), What::Redirected { to: id("K7Q") }), @"An SME is the faster way for this one: it is in <#CSME> now as *K7Q*, <https://example.slack.com/archives/CSME/p1700000000000100|open>.");
    insta::assert_snapshot!(in_thread(&engagement, What::OwnerChanged { to: user("USAM"), by: pat.clone() }), @"<@USAM>: Pat hands *N8V* to you. It is due Fri 20 Nov 18:10 UTC, in 4 h.");
    insta::assert_snapshot!(in_thread(&engagement, What::AskedAgain { owner: pat.clone(), text: Some("and on arm?".to_owned()), due: Some(now() + hours(4)) }), @r"
    <@UPAT>: Ines asks again; please reply here by Fri 20 Nov 18:10 UTC, in 4 h.
    > and on arm?
    ");
    insta::assert_snapshot!(in_thread(&engagement, What::AskedAgain { owner: pat, text: None, due: None }), @"<@UPAT>: Ines asks again; no clock runs for it.");
    insta::assert_snapshot!(in_thread(&engagement, What::WaitingOnSme { asker: ines, why: "which version?".to_owned() }), @r"
    <@UINES>: the PM waits on you. The clock rests until you write here.
    > which version?
    ");
}

#[test]
fn a_pms_ask_has_one_reminder() {
    let engagement = pm_ask(WORDS);
    let owner = user("UPAT");
    insta::assert_snapshot!(in_thread(&engagement, What::PmReminder { owner: owner.clone(), days: 2, late_because: None }), @"<@UPAT>: Ava asked this 2 working days ago. Could you answer, or say who can?");
    insta::assert_snapshot!(in_thread(&engagement, What::AdviceDue { owner: Some(owner), overdue: false, late_because: None }), @"<@UPAT>: the advice that Ava asked for is due now. Could you answer, or say who can?");
    insta::assert_snapshot!(in_thread(&engagement, What::AdviceDue { owner: None, overdue: true, late_because: None }), @"The advice that Ava asked for is overdue. Could you answer, or say who can?");
    insta::assert_snapshot!(in_thread(&engagement, What::StageLink { link: Some("https://issues.example/7".to_owned()) }), @"A customer escalation for Runner is in <#CGRP> as <https://example.slack.com/archives/CGRP/p1700000000000100|P4M>, with Pat: <https://issues.example/7|https://issues.example/7>.");
}

#[test]
fn calls_and_their_agenda() {
    let mut engagement = call(WORDS);
    engagement.customer = Some("Contoso's platform team".to_owned());
    let due = What::AgendaDue { start: now() + hours(30), due: now() + hours(6), late_because: None };
    insta::assert_snapshot!(directly(&engagement, due.clone()), @r"
    Your call with Contoso's platform team is Sat 21 Nov 20:10 UTC; its agenda is due in 6 h.
    [Add agenda]
    ");
    insta::assert_snapshot!(in_thread(&engagement, due), @r"
    <@UAVA>: Your call on Runner is Sat 21 Nov 20:10 UTC; its agenda is due in 6 h.
    [Add agenda]
    ");
    let missed = What::AgendaMissed { requester: user("UAVA"), pm: Some(user("UPAT")), late_because: None };
    insta::assert_snapshot!(in_thread(&engagement, missed), @r"
    <@UAVA>: No agenda, 24 h before. Pat may decline without it.
    [Add agenda]
    ");
}

#[test]
fn every_change_is_said() {
    let by = user("UPAT");
    let why = "no agenda yet".to_owned();
    let changes = [
        Change::Confirmed { by: by.clone() },
        Change::Declined { by: by.clone(), why: why.clone() },
        Change::Proposed { by: by.clone(), start: now() + hours(70) },
        Change::ContextMissing { by: by.clone(), what: why.clone() },
        Change::Rescheduled { by: by.clone(), from: now() + hours(50), to: now() + hours(70) },
        Change::Cancelled { by: by.clone(), why: why.clone() },
        Change::AgendaAdded { by: by.clone(), link: "https://docs.example/a".to_owned() },
        Change::Lapsed,
        Change::Redirected { by: by.clone(), to: id("K7Q") },
        Change::Handed { by: by.clone(), to: user("USAM") },
        Change::TriageProved,
        Change::TriageNotProved,
        Change::Rehomed { to: ChannelId::from("CSTG") },
        Change::Closed { by, why },
    ];
    let engagement = call(WORDS);
    let said: Vec<String> = changes
        .into_iter()
        .map(|change| directly(&engagement, What::ChangedToRequester { change }))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    Pat comes to the call *C5K*, Sun 22 Nov 16:10 UTC (08:10 for the PM).
    Pat declined *C5K*:
    > no agenda yet
    Pat would come to *C5K* at another time: Mon 23 Nov 12:10 UTC (04:10 for the PM).
    [Use that time] [Another time] [Cancel the call]
    Pat needs more context for *C5K*:
    > no agenda yet
    [Add detail]
    Pat moved the call *C5K* from Sun 22 Nov 16:10 UTC to Mon 23 Nov 12:10 UTC (04:10 for the PM).
    Pat cancelled the call *C5K*:
    > no agenda yet
    Pat added the <https://docs.example/a|agenda> of *C5K*.
    The start of the call *C5K* passed without a PM's word. `/request-pm` asks for a new time.
    Pat handed *C5K* to SMEs, who are faster here: it is in <#CSME> now as *K7Q*, <https://example.slack.com/archives/CSME/p1700000000000100|open>.
    Pat handed *C5K* to Sam.
    An SME looked at *C5K* first, so the PM is asked now.
    I found no SME's answer in the thread you gave for *C5K*. It is in <#CSME> now, where an SME looks at it first.
    I could not post *C5K* where it belongs; it is in <#CSTG> now.
    Pat closed *C5K*:
    > no agenda yet
    ");
    let mentioned =
        What::CallChanged { change: Change::Confirmed { by: user("UPAT") }, mention: Some(user("UAVA")) };
    insta::assert_snapshot!(in_thread(&engagement, mentioned), @"<@UAVA>: Pat comes to the call *C5K*, Sun 22 Nov 16:10 UTC (08:10 for the PM).");
}

#[test]
fn admins_hear_once() {
    let engagement = question(WORDS);
    let parked = |went_to: Option<&str>| What::Parked {
        channel: ChannelId::from("CGRP"),
        error: "is_archived".to_owned(),
        went_to: went_to.map(ChannelId::from),
    };
    insta::assert_snapshot!(in_thread(&engagement, parked(Some("CSTG"))), @"Could not post *K7Q* in <#CGRP>: the channel is archived. Sent to <#CSTG> instead; the directory wants a new channel.");
    insta::assert_snapshot!(in_thread(&engagement, parked(None)), @"Could not post *K7Q* in <#CGRP>: the channel is archived. It was not sent anywhere else; the directory wants a new channel.");
    insta::assert_snapshot!(in_thread(&engagement, What::Blind { channel: ChannelId::from("CINT") }), @"I cannot read the thread of *K7Q* in <#CINT>, so nothing is raised for it. If I was removed there, inviting me again mends that.");
    let unsearched =
        |error: &str| What::Unsearched { channel: ChannelId::from("CGRP"), error: error.to_owned() };
    insta::assert_snapshot!(in_thread(&engagement, unsearched("missing_scope")), @"Slack did not say whether *K7Q* arrived in <#CGRP>, and I cannot look there: the app was not given the scope for it. I sent it again, so it may be there twice.");
    insta::assert_snapshot!(in_thread(&engagement, unsearched("too_many_messages")), @"Slack did not say whether *K7Q* arrived in <#CGRP>, and I cannot look there: too much was written there since. I sent it again, so it may be there twice.");
    let unreadable =
        |table: &str, row: &str| What::UnreadableRow { table: table.to_owned(), row: row.to_owned() };
    insta::assert_snapshot!(in_thread(&engagement, unreadable("engagement", "1")), @"What the database keeps of *HFJ* cannot be read, so I leave it as it is. The log says what is wrong; it goes on once that is mended.");
    insta::assert_snapshot!(in_thread(&engagement, unreadable("clock", "7")), @"What the database keeps of row 7 of the table clock cannot be read, so I leave it as it is. The log says what is wrong; it goes on once that is mended.");
    let unknown = What::Unresolved { what: vec!["#gone".to_owned(), "pat@example.com".to_owned()] };
    insta::assert_snapshot!(in_thread(&engagement, unknown), @"Slack does not know these names of the directory: #gone and pat@example.com. I work around them until the directory is corrected.");
}

#[test]
fn text_of_the_internal_channel_stays_there() {
    let secret = "the merger is not public";
    let asker = inquiry(secret);
    let answered = directly(&question(WORDS), What::PmAnsweredToRequester { sme: user("UINES") });
    let raised = What::Raise {
        instead: None,
        leader: user("ULEE"),
        since: now(),
        waited_seconds: 28_800,
        direct: true,
        late_because: None,
    };
    let relayed = in_thread(&question(WORDS), What::RelayToSme { sme: user("UINES"), inquiry: id("N8V") });
    for shown in [answered, directly(&asker, raised), relayed] {
        assert!(!shown.contains(secret) && !shown.contains("text of the internal channel"), "{shown}");
    }
}

#[test]
fn a_private_channel_has_no_name_in_plain_text() {
    let line = crate::slack::render::words::channel_name(
        &ChannelId::from("CINT"),
        &super::fixture::World::new().org,
    );
    assert_eq!(line, "a private channel");
}

#[test]
fn what_comes_late_because_of_us_says_so_and_counts_the_time_that_passed() {
    let leads = vec![user("ULIN")];
    let late_because = Some(downtime());
    let engagement = question(WORDS);
    let not_taken = What::NotTaken { leads, again: false, hours: 72, late_because: late_because.clone() };
    insta::assert_snapshot!(in_thread(&engagement, not_taken), @"<@ULIN>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: nobody has taken this for 72 h. Could you take it, or find somebody who can?");
    let anywhere = What::NotTakenAnywhere { hours: 72, late_because: late_because.clone() };
    insta::assert_snapshot!(in_thread(&engagement, anywhere), @"I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> in <#CSME>, about Runner, has waited 72 h and nobody has taken it. Who could answer it there?");
    let silent = What::TakenSilent { taker: user("UINES"), days: 2, late_because: late_because.clone() };
    insta::assert_snapshot!(in_thread(&engagement, silent), @r"
    <@UINES>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: you took this 2 working days ago. Is it answered, or shall somebody else have it?
    [Answered] [Hand back]
    ");
    let asked = pm_ask(WORDS);
    let owner = user("UPAT");
    let reminder = What::PmReminder { owner: owner.clone(), days: 2, late_because: late_because.clone() };
    insta::assert_snapshot!(in_thread(&asked, reminder), @"<@UPAT>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: Ava asked this Fri 20 Nov 14:10 UTC. Could you answer, or say who can?");
    let advice = What::AdviceDue { owner: None, overdue: true, late_because: late_because.clone() };
    insta::assert_snapshot!(in_thread(&asked, advice), @"I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: the advice that Ava asked for is overdue. Could you answer, or say who can?");
    let call = call(WORDS);
    let due = What::AgendaDue {
        start: now() + hours(30),
        due: now() + hours(6),
        late_because: late_because.clone(),
    };
    insta::assert_snapshot!(in_thread(&call, due), @r"
    <@UAVA>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: your call on Runner is Sat 21 Nov 20:10 UTC; its agenda is due in 6 h.
    [Add agenda]
    ");
    let missed = What::AgendaMissed { requester: user("UAVA"), pm: Some(owner), late_because };
    insta::assert_snapshot!(in_thread(&call, missed), @r"
    <@UAVA>: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so this comes late: no agenda, and the call is in 50 h. Pat may decline without it.
    [Add agenda]
    ");
}
