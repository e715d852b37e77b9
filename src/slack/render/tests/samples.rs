//! The samples of the voice, one snapshot each: what people see at each moment.

use super::super::{notice, reply};
use super::fixture::{World, call, hours, id, inquiry, now, place, pm_ask, question, runner, user};
use super::shown::plain;
use crate::domain::decision::Reply;
use crate::domain::engagement::{Body, Engagement, Pending, Question, State};
use crate::domain::ids::{AreaKey, ChannelId, Ts};
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::refusal::Refusal;

/// A question as people ask.
pub(super) const WORDS: &str = "How do we keep runners warm in two regions without paying for idle machines?";

/// What a notice shows in the thread in which the requester asked.
pub(super) fn in_thread(engagement: &Engagement, what: What) -> String {
    shown(engagement, what, Address::Thread { channel: ChannelId::from("CPRD"), ts: Ts::from("1.2") })
}

/// What a notice shows in a direct message.
pub(super) fn directly(engagement: &Engagement, what: What) -> String {
    shown(engagement, what, Address::Direct { user: user("UAVA") })
}

fn shown(engagement: &Engagement, what: What, to: Address) -> String {
    let mut world = World::new();
    world.related = vec![question(WORDS), inquiry("text of the internal channel")];
    let notice_of = Notice { to, what, engagement: Some(engagement.id), urgent: false };
    plain(&notice(&notice_of, &world.scene(engagement)))
}

/// What an answer shows.
pub(super) fn replied(engagement: &Engagement, answer: &Reply) -> String {
    let mut world = World::new();
    world.related = vec![inquiry("text of the internal channel"), pm_ask(WORDS)];
    plain(&reply(answer, &world.scene(engagement)).expect("something is said"))
}

fn asked(engagement: &Engagement) -> String {
    replied(engagement, &Reply::Asked { engagement: engagement.id })
}

fn refused(refusal: Refusal) -> String {
    replied(&question(WORDS), &Reply::Refused(refusal))
}

fn draft(pending: Pending, reason: Option<Reason>) -> String {
    let engagement = Engagement {
        state: State::Draft,
        home: None,
        reason,
        body: Body::Question(Question { pending: Some(pending), ..Question::default() }),
        because: vec![Because { rule: Rule::C1, fact: Fact::Notice { seconds: 144_000, second_day: false } }],
        ..question(WORDS)
    };
    replied(&engagement, &Reply::Draft { engagement: engagement.id })
}

#[test]
fn asked_says_where_and_until_when() {
    insta::assert_snapshot!(asked(&question(WORDS)), @r"
    Sent to <#CSME> as *K7Q*. If nobody takes it by Sat 21 Nov 14:10 UTC, I ask the area lead.
    · There because “autoscaling” is Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    insta::assert_snapshot!(asked(&pm_ask(WORDS)), @r"
    Sent to <#CGRP> as *P4M*, for Pat. No time is promised; I remind Pat after 2 working days.
    · There because roadmap questions go to the PM.
    [Why there] [Add detail] [Withdraw]
    ");
    insta::assert_snapshot!(asked(&inquiry(WORDS)), @r"
    Sent to <#CINT> as *N8V*, for Pat. The answer is due Fri 20 Nov 18:10 UTC, in 4 h; I remind Pat before.
    · There because Pat is on duty.
    [Why there] [Withdraw]
    ");
    insta::assert_snapshot!(asked(&call(WORDS)), @r"
    Sent to <#CGRP> as *C5K*, for Pat. The agenda is due Sat 21 Nov 16:10 UTC; I ask you for it before. Short notice: 3 working days are recommended.
    · There because customer calls with a PM are asked in the group's channel.
    [Why there] [Add detail] [Cancel the call]
    ");
}

#[test]
fn asked_without_smes_says_so() {
    let engagement = Engagement {
        body: Body::Question(Question { no_sme_area: true, ..Question::default() }),
        because: vec![Because { rule: Rule::Table, fact: Fact::NoSmeArea { place: runner() } }],
        ..question(WORDS)
    };
    insta::assert_snapshot!(asked(&engagement), @r"
    Sent to <#CSME> as *K7Q*, where nobody is called by name.
    · There because Runner has no SMEs to ask yet.
    [Why there] [Add detail] [Withdraw]
    ");
}

#[test]
fn smes_come_first() {
    insta::assert_snapshot!(draft(Pending::SmeFirst, Some(Reason::BestPractice)), @r"
    Best-practice questions go to SMEs first; PMs come in for roadmap, direction and gaps. I can ask <#CSME> now.
    [Ask SMEs] [It is about the roadmap] [Drop it]
    ");
    insta::assert_snapshot!(draft(Pending::SmeFirst, None), @r"
    Questions go to SMEs first; PMs come in for roadmap, direction and gaps. I can ask <#CSME> now.
    [Ask SMEs] [It is about the roadmap] [Drop it]
    ");
}

#[test]
fn proof_is_missing_or_checked() {
    insta::assert_snapshot!(draft(Pending::SmeFirst, Some(Reason::Evaluation)), @r"
    For an evaluation a PM needs an SME's triage first. Ask again with the thread where an SME answered, or I ask <#CSME>.
    [Ask SMEs] [Drop it]
    ");
    insta::assert_snapshot!(draft(Pending::Proof, Some(Reason::Evaluation)), @r"
    I am checking the thread where an SME answered; then *K7Q* goes on by itself.
    [Ask SMEs] [Drop it]
    ");
}

#[test]
fn unclear_offers_places() {
    let candidates = vec![runner(), place("group/verify/pipeline_execution")];
    insta::assert_snapshot!(draft(Pending::Place { candidates }, None), @r"
    That could be *Runner* or *Pipeline Execution*. Which fits?
    [Runner] [Pipeline Execution] [Something else] [Drop it]
    ");
    insta::assert_snapshot!(draft(Pending::Place { candidates: Vec::new() }, None), @r"
    I cannot tell which area that is for. Which one fits?
    [Choose an area] [Drop it]
    ");
}

#[test]
fn private_words_are_shown_first() {
    insta::assert_snapshot!(draft(Pending::Preview, None), @r"
    This was said in a private place. It would go to <#CSME> in these words:
    > How do we keep runners warm in two regions without paying for idle machines?
    [Post] [Edit] [Cancel]
    ");
    insta::assert_snapshot!(draft(Pending::Preview, Some(Reason::Roadmap)), @r"
    This was said in a private place. It would go to <#CGRP> in these words:
    > How do we keep runners warm in two regions without paying for idle machines?
    [Post] [Edit] [Cancel]
    ");
    insta::assert_snapshot!(draft(Pending::Root, None), @r"
    I am reading the thread to see what *K7Q* is about, then I say where it goes.
    [Drop it]
    ");
}

#[test]
fn a_call_too_soon_offers_the_earliest_start_in_both_zones() {
    let mut too_soon = call(WORDS);
    too_soon.state = State::Draft;
    let Body::Call(body) = &mut too_soon.body else { panic!("a call") };
    (body.start, body.notice_seconds) = (now() + hours(40), 144_000);
    body.earliest = Some(now() + hours(52));
    insta::assert_snapshot!(
        replied(&too_soon, &Reply::Draft { engagement: too_soon.id }), @r"
        Sun 22 Nov 06:10 UTC is 40 h away and PMs need 48 h. The earliest is Sun 22 Nov 18:10 UTC (10:10 for the PM).
        [Use that time] [Ask an SME instead] [Ask for an exception] [Drop it]
        ");
    insta::assert_snapshot!(refused(Refusal::TooSoon {
        start: now() + hours(40),
        notice_seconds: 144_000,
        earliest: now() + hours(52),
        pm_zone: Some(chrono_tz::America::Los_Angeles),
    }), @"Sun 22 Nov 06:10 UTC is 40 h away and PMs need 48 h. The earliest is Sun 22 Nov 18:10 UTC (10:10 for the PM).");
}

#[test]
fn refusals_say_who_can_and_what_now() {
    let not_yours = |is_requester| Refusal::NotYours {
        engagement: id("K7Q"),
        who: Role::SmesOf(AreaKey::from("ci")),
        is_requester,
    };
    insta::assert_snapshot!(refused(not_yours(true)), @r"
    Only SMEs of CI/CD can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    ");
    insta::assert_snapshot!(refused(not_yours(false)), @"Only SMEs of CI/CD can do that with *K7Q*; you can write in its thread.");
    insta::assert_snapshot!(refused(Refusal::StillSaving), @"Saving takes longer than usual. I tell you here how it ends.");
    insta::assert_snapshot!(refused(Refusal::NotSaved), @"That was not saved and nothing was sent. Please try again.");
    insta::assert_snapshot!(refused(Refusal::NotUnderstood), @"I know `/request-pm`, `/request-pm your question`, `mine`, `status K7Q`, `away until 2026-12-24 cover @x`, `back`, `help`.");
}

#[test]
fn every_refusal_is_said() {
    let said: Vec<String> = super::facts::refusals("words").into_iter().map(refused).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    I know no question “words”. `/request-pm mine` lists yours.
    Ines has *K7Q* already. You can add to its thread.
    Somebody has *K7Q* already. You can add to its thread.
    You have asked 20 times within an hour, which is as much as I take. I can take the next one Fri 20 Nov 15:10 UTC.
    The numbers of words are for its leads, its PMs and admins. `/request-pm mine` lists what you asked.
    Numbers are for the leads and PMs of an area, and for admins. `/request-pm mine` lists what you asked.
    There was no question in it, so nothing was sent. Please add a sentence.
    That is longer than the 3000 characters that fit, so nothing was sent. Please shorten it and link to the rest.
    This is shared with another organisation, so I do not post here and took nothing from here. You can ask in your own words with `/request-pm`, which only you see.
    [Ask in a form]
    Slack takes no commands in a thread, so that was only a message. Please mention me here, or use *Ask an expert* on the message that asks.
    [Ask in a form]
    I am not switched on for CI/CD yet. Please ask in <#CSME> yourself; its SMEs answer there.
    I am not switched on for words yet. Please ask its SMEs yourself.
    I have no channel to post in for words, so nothing was sent. An admin can add one to the directory.
    No PM is known for *K7Q*, so nobody was asked. The area lead can say who it is.
    Ines cannot answer *K7Q*, so nothing was changed. Please choose a PM.
    There is no internal channel to ask the PM in for *K7Q*, so nobody was asked. The area lead can name one to an admin.
    The PM is asked already, as <https://example.slack.com/archives/CINT/p1700000000000100|N8V>. You can add to its thread.
    *K7Q* has moved twice already, so Lin places it now. You can say in its thread where it belongs.
    It is with Runner already, so nothing moved. Please choose another area.
    *K7Q* was answered more than 14 days ago, so it stays closed. Please ask anew and name it.
    That is no link, so nothing was changed. Please paste one that starts with https://.
    Sun 22 Nov 06:10 UTC is 40 h away and PMs need 48 h. The earliest is Sun 22 Nov 14:10 UTC (06:10 for the PM).
    I know nobody who could approve an exception for words, so nobody was asked. The earliest time and an SME are still open.
    I know nobody who could approve an exception, so nobody was asked. The earliest time and an SME are still open.
    That time is past, so nothing was changed. Please choose a later one.
    Technical questions go to SMEs, not to PMs of Runner. `/request-pm your question` asks them.
    What is said in an internal channel stays there, so nothing was sent. You can ask in your own words with `/request-pm`.
    [Ask in a form]
    SMEs put a message to the PM in their internal channel, so nothing was sent. *Ask an expert* takes it to SMEs, and `/request-pm` reaches a PM for roadmap, direction or a gap.
    [Ask in a form]
    There is nobody to ask for behind that message, so nothing was sent. It works on a question that a colleague wrote.
    Only admins can do that: Lin.
    The directory and settings do not hold as they are now, so I keep to the last ones:
    • words
    • words
    • words
    • words
    • words
    and 4 more
    I cannot read the directory anew here; it is read when I start.
    I know `/request-pm`, `/request-pm your question`, `mine`, `status K7Q`, `away until 2026-12-24 cover @x`, `back`, `help`.
    That was not saved and nothing was sent. Please try again.
    Saving takes longer than usual. I tell you here how it ends.
    Slack was too slow to open the form. Please try again; nothing was sent.
    I only work for members of this organisation. Please ask your contact here.
    Only admins can do that, so nothing was changed.
    I know no SME area “words”, so nothing was changed. The areas are ci (on).
    Please name an area and a mode: `/request-pm admin mode AREA pilot`. The areas are ci (on).
    “words” is no mode, so nothing was changed. It can be `observe`, `pilot` or `on`; `clear` goes back to the directory.
    words is not in the directory. It can be `observe`, `pilot` or `on`; `clear` goes back to the directory.
    I am not switched on for CI/CD yet, so no reply time runs. Please ask the PM yourself.
    Ines is away until Thu 24 Dec, so nothing was changed. Please choose somebody else.
    I do not know which day “words” is, so nothing was changed. For example: `/request-pm away until 2026-12-24 cover @x`.
    Until when? Nothing was changed. For example: `/request-pm away until 2026-12-24 cover @x`.
    Thu 24 Dec is past, so nothing was changed. Please name a later day.
    It would end on Thu 24 Dec, before it begins on Thu 24 Dec, so nothing was changed.
    That is more than 366 days ahead, so nothing was changed. An admin can take somebody out of the directory.
    Nobody covers for themselves. Please name somebody else, or leave the cover out.
    Pat is away until Thu 24 Dec, too. Please name somebody else, or leave the cover out.
    Pat cannot cover: it has to be a full member of this workspace. Please name somebody else, or leave the cover out.
    I know no one person called “words”, so nothing was changed. Please choose them from what Slack suggests after @.
    Only Pat, the leads of their area and admins can say that. You can ask one of them.
    Area leads and admins see who is away. `/request-pm away` shows what is set for you.
    You are not away, as far as I know, so nothing was changed.
    Pat is not away, as far as I know, so nothing was changed.
    *K7Q* is not sent yet. Please post it or drop it first.
    *K7Q* is still open, so that does not apply now. Its card shows what can be done.
    *K7Q* is taken, so that does not apply now. Its card shows what can be done.
    *K7Q* is answered, so that does not apply now. Its card shows what can be done.
    *K7Q* is closed, so that does not apply now. Its card shows what can be done.
    *K7Q* was withdrawn, so that does not apply now. Its card shows what can be done.
    *K7Q* went on to SMEs, so that does not apply now. Its card shows what can be done.
    *K7Q* was declined, so that does not apply now. Its card shows what can be done.
    *K7Q* waited too long and has lapsed, so nothing was sent. Please ask again.
    *K7Q* was dropped, so nothing was sent. Please ask again.
    Pat is asked for the exception of *K7Q* already; I tell you what they say.
    Somebody is asked for the exception of *K7Q* already; I tell you what they say.
    Pat has approved the exception for *K7Q* already, and the call is asked for.
    Somebody has approved the exception for *K7Q* already, and the call is asked for.
    Pat has declined the exception for *K7Q* already. Another start or an SME is open.
    Somebody has declined the exception for *K7Q* already. Another start or an SME is open.
    The exception for *K7Q* is no longer asked for, so there is nothing to decide.
    The exception for *K7Q* is no longer asked for, so there is nothing to decide.
    The start of *K7Q* has passed, so there is nothing to decide.
    The start of *K7Q* has passed, so there is nothing to decide.
    Only the PM asked, the stage PM or the product leader of Runner can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only the PM asked, the stage PM or the product leader of Runner can do that with *K7Q*; you can write in its thread.
    Only the PM asked, the stage PM or the product leader can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only the PM asked, the stage PM or the product leader can do that with *K7Q*; you can write in its thread.
    Only SMEs of CI/CD can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only SMEs of CI/CD can do that with *K7Q*; you can write in its thread.
    Only the area lead of CI/CD and admins can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only the area lead of CI/CD and admins can do that with *K7Q*; you can write in its thread.
    Only PMs of Runner can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only PMs of Runner can do that with *K7Q*; you can write in its thread.
    Only PMs of the area can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only PMs of the area can do that with *K7Q*; you can write in its thread.
    Only the person who asked can do that with *K7Q*; you can write in its thread.
    Only the person who asked can do that with *K7Q*; you can write in its thread.
    Only colleagues of the person who asked can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only colleagues of the person who asked can do that with *K7Q*; you can write in its thread.
    Only admins can do that with *K7Q*; you can add detail or withdraw it.
    [Add detail] [Withdraw]
    Only admins can do that with *K7Q*; you can write in its thread.
    ");
}

#[test]
fn help_lists_and_states() {
    let engagement = question(WORDS);
    let mine = Reply::Mine { asked: vec![engagement.id, id("P4M")], owed: vec![id("N8V")] };
    insta::assert_snapshot!(replied(&engagement, &Reply::Help), @r"
    Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps.
    • `/request-pm` opens a form: choose what it is about, also for a PM on a customer call
    • `/request-pm your question` sends it to SMEs
    • `/request-pm mine` lists what you asked and what you owe
    • `/request-pm status K7Q` says where a question stands and why
    • `/request-pm away until 2026-12-24 cover @x` has others asked while you are away; `/request-pm back` ends it early
    • `/request-pm report` tells leads and PMs the numbers of their areas
    • Mention me in a thread, or use *Ask an expert* on a message
    · SMEs are asked to take a question within 24 h; a PM answers SMEs within 4 h; a PM needs 48 h of notice for a call.
    · Office hours: <https://meet.example/ci|CI/CD Tuesdays at 16:00>
    ");
    insta::assert_snapshot!(replied(&engagement, &mine), @r"
    *You asked*
    • <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> · Runner · ● *Open*: nobody has taken it yet · asked just now
    • <https://example.slack.com/archives/CGRP/p1700000000000100|P4M> · Runner · ● *Open*: with Pat · asked just now
    *Others wait for you*
    • <https://example.slack.com/archives/CINT/p1700000000000100|N8V> · Runner · ● *Open*: with Pat, due Fri 20 Nov 18:10 UTC (in 4 h) · asked just now
    ");
    insta::assert_snapshot!(replied(&engagement, &Reply::Mine { asked: Vec::new(), owed: Vec::new() }), @"Nothing of yours is open, and nobody waits for you. `/request-pm` asks something.");
    insta::assert_snapshot!(replied(&engagement, &Reply::Status { engagement: engagement.id, forgotten: None }), @r"
    *Runner* · technical question · *K7Q*
    · Ava · asked Fri 20 Nov 14:10 UTC · <https://example.slack.com/archives/CSME/p1700000000000100|open>
    · There because “autoscaling” is Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Why there] [Add detail] [Withdraw]
    ");
    insta::assert_snapshot!(replied(&engagement, &Reply::Status { engagement: id("N8V"), forgotten: None }), @r"
    *Runner* · *N8V*
    · Ines · asked Fri 20 Nov 14:10 UTC · <https://example.slack.com/archives/CINT/p1700000000000100|open>
    · There because Pat is on duty.
    ● *Open*: with Pat, due Fri 20 Nov 18:10 UTC (in 4 h)
    [Why there] [Withdraw]
    ");
    insta::assert_snapshot!(replied(&engagement, &Reply::Duplicate { engagement: engagement.id }), @r"
    That was asked already Fri 20 Nov 14:10 UTC: it is *K7Q*, <https://example.slack.com/archives/CSME/p1700000000000100|open>. You can add to it instead.
    [Why there] [Add detail] [Withdraw]
    ");
}

#[test]
fn what_was_done_is_said() {
    use crate::domain::decision::Done;
    let engagement = question(WORDS);
    let done = [
        Done::Discarded,
        Done::Withdrawn,
        Done::DetailAdded,
        Done::Reopened,
        Done::Closed,
        Done::PmAsked,
        Done::Redirected,
        Done::AgendaAdded,
        Done::ShownToAuthor,
        Done::ExceptionApproved,
        Done::ExceptionDeclined,
        Done::Noted,
    ];
    let said: Vec<String> = done
        .into_iter()
        .map(|done| replied(&engagement, &Reply::Done { engagement: engagement.id, done }))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    Dropped; nothing was sent.
    <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> is withdrawn. Its card says so.
    Added to the thread of <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> is open again, and whoever answered it is told.
    <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> is closed.
    The PM is asked in <#CSME>, as *K7Q*.
    SMEs have it now, as <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    The agenda is on the card of <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    Ava sees it first, and decides whether it is posted.
    Approved. *K7Q* is asked now in <#CSME>.
    Declined. Ava is told, with the earliest time for *K7Q*.
    Noted for <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    ");
}

#[test]
fn the_fallback_text_stands_alone() {
    let engagement = question(WORDS);
    let world = World::new();
    let card = super::super::card::card(&engagement, &world.scene(&engagement), true);
    insta::assert_snapshot!(card.text, @r"
    Runner · technical question · K7Q
    How do we keep runners warm in two regions without paying for idle machines?
    Ava · asked Fri 20 Nov 14:10 UTC
    ● Open: nobody has taken it yet · for SMEs of CI/CD
    ");
    let sent = reply(&Reply::Asked { engagement: engagement.id }, &world.scene(&engagement))
        .expect("something is said");
    insta::assert_snapshot!(sent.text, @"Sent to #sme-ci as K7Q. If nobody takes it by Sat 21 Nov 14:10 UTC, I ask the area lead.");
    let what = What::AnsweredToRequester { by: user("UINES") };
    let to = Address::Direct { user: user("UAVA") };
    let notice_of = Notice { to, what, engagement: Some(engagement.id), urgent: false };
    insta::assert_snapshot!(notice(&notice_of, &world.scene(&engagement)).text, @"Ines answered K7Q.");
}
