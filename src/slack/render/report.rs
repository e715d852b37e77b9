//! Numbers in words (A11): three lines an area, and the same as comma-separated values. Areas, never people, unless the report
//! names them.

use super::Scene;
use super::blocks::{context, message, section};
use super::line::{Line, line};
use super::times::{date, range, span};
use super::words;
use crate::domain::ids::AreaKey;
use crate::domain::notice::Downtime;
use crate::domain::numbers::{Calls, Compared, Exceptions, Numbers, Replies, Report, Spread};
use crate::domain::org::Org;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::COMMAND;

/// How many areas a paragraph lists, and how many a message.
const A_PARAGRAPH: usize = 12;
const LISTED: usize = 96;

/// The numbers that somebody asked for.
pub(super) fn numbers(report: &Report, scene: &Scene<'_>) -> Message {
    message_of(report, scene, None)
}

/// Whose numbers these are.
pub(super) fn not_yours(area: Option<&AreaKey>, scene: &Scene<'_>) -> Line {
    let opening = match area {
        Some(area) => {
            format!(
                "The numbers of {} are for its leads, its PMs and admins. ",
                words::area_name(area, scene.org)
            )
        }
        None => "Numbers are for the leads and PMs of an area, and for admins. ".to_owned(),
    };
    line![opening, Line::code(format!("{COMMAND} mine")), " lists what you asked."]
}

/// The numbers of a week.
pub(super) fn weekly(report: &Report, late: Option<&Downtime>, scene: &Scene<'_>) -> Message {
    message_of(report, scene, late)
}

fn message_of(report: &Report, scene: &Scene<'_>, late: Option<&Downtime>) -> Message {
    let parts = paragraphs(report, scene.org);
    let mut blocks: Vec<_> = parts.iter().map(section).collect();
    let small = match late {
        Some(late) => {
            line!["I was down from ", range(late.from, late.to), ", so this comes late. ", HOW_IT_IS_COUNTED]
        }
        None => Line::from(HOW_IT_IS_COUNTED),
    };
    blocks.push(context(&small));
    let mut fallback = parts;
    fallback.push(small);
    message(&fallback, blocks)
}

/// What everybody asks who reads numbers.
const HOW_IT_IS_COUNTED: &str =
    "Each question counts in the time in which it was asked, whatever became of it since.";

/// The same for a terminal.
pub fn report_lines(report: &Report, org: &Org) -> Vec<String> {
    let text = paragraphs(report, org).iter().map(Line::plain).collect::<Vec<_>>().join("\n");
    text.lines().map(ToOwned::to_owned).collect()
}

fn paragraphs(report: &Report, org: &Org) -> Vec<Line> {
    let when = line![" · ", date(report.period.from), " to ", date(report.period.to)];
    let (title, all) = match (&report.together, report.areas.as_slice()) {
        (None, [(area, numbers)]) => (area_name(area.as_ref(), org), *numbers),
        (together, _) => ("All areas".to_owned(), together.unwrap_or_default()),
    };
    let title = if report.areas.len() > 1 && report.together.is_some() && !is_everything(report, org) {
        "Your areas".to_owned()
    } else {
        title
    };
    let mut parts = vec![line![Line::bold(title), when, "\n", three_lines(&all)]];
    if report.together.is_some() {
        let busy: Vec<_> =
            report.areas.iter().filter(|(_, numbers)| !numbers.is_empty()).take(LISTED).collect();
        for some in busy.chunks(A_PARAGRAPH) {
            let mut part = Line::default();
            for (area, numbers) in some {
                let before = if part.is_empty() { "" } else { "\n" };
                part = line![part, before, Line::bold(area_name(area.as_ref(), org)), ": ", short(numbers)];
            }
            parts.push(part);
        }
    }
    if !report.people.is_empty() {
        let mut part = Line::bold("By PM");
        for (user, replies) in &report.people {
            let took = replies.elapsed.map_or_else(String::new, |took| format!(", {}", within(took)));
            let text = format!(
                "\n• {}: {} answered{took}, {} late",
                org.name_of(user),
                replies.answered,
                replies.missed_elapsed
            );
            part = part.then(text);
        }
        parts.push(part);
    }
    parts
}

/// What belongs to no area is only in a report of everything.
fn is_everything(report: &Report, org: &Org) -> bool {
    report.areas.len() >= org.areas().len()
}

fn area_name(area: Option<&AreaKey>, org: &Org) -> String {
    area.map_or_else(|| "No area".to_owned(), |area| words::area_name(area, org))
}

fn three_lines(numbers: &Numbers) -> Line {
    let Numbers { asks, replies, calls, compared } = numbers;
    let mut questions = vec![
        format!("{} asked", asks.asked),
        format!("{} taken", asks.taken),
        format!("{} answered by SMEs alone", asks.answered_by_smes),
        format!("{} reached a PM", asks.reached_a_pm),
        format!("{} sent over by a PM", asks.redirected),
    ];
    if asks.no_sme_area > 0 {
        questions.push(format!("{} where no SMEs are known", asks.no_sme_area));
    }
    let calls = of_calls(calls);
    line![
        format!("• Questions: {}\n", questions.join(" · ")),
        format!("• SMEs asked PMs: {}\n", of_replies(replies)),
        format!("• Calls: {calls}\n"),
        format!("• {}", against(compared.as_ref()))
    ]
}

/// The calls that PMs got; apart from them what was asked below the notice, where anything was.
fn of_calls(calls: &Calls) -> String {
    let Exceptions { asked, approved, declined, lapsed } = calls.exceptions;
    let apart = match asked {
        0 => String::new(),
        1 => " · apart from these 1 exception".to_owned(),
        more => format!(" · apart from these {more} exceptions"),
    };
    let ended = if asked > 0 {
        format!(" asked for: {approved} approved, {declined} declined, {lapsed} lapsed")
    } else {
        String::new()
    };
    format!("{} asked for · {} at short notice{apart}{ended}", calls.asked, calls.short_notice)
}

/// Against the baseline, each as so much a week.
fn against(compared: Option<&Compared>) -> String {
    let Some(Compared { before, now, areas }) = compared else {
        return "Against before: no baseline was counted".to_owned();
    };
    let mut parts = vec![
        format!("PMs asked directly {}", changed(before.pm_pings_tenths, now.pm_pings_tenths)),
        format!("asks in SME channels {}", changed(before.sme_asks_tenths, now.sme_asks_tenths)),
    ];
    if let (Some(before), Some(now)) = (before.took, now.took) {
        parts.push(format!("half of the PMs' answers within {}, before {}", span(now.p50), span(before.p50)));
    }
    let of = if *areas > 1 { format!(" ({areas} areas)") } else { String::new() };
    format!("Against before{of}: {}", parts.join(" · "))
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// "12.5 a week, before 25 (−50 %)".
fn changed(before: i64, now: i64) -> String {
    let shown = |tenths: i64| match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    };
    // To the nearest, a half away from nothing.
    let percent = ((now - before) * 200 + (now - before).signum() * before) / (2 * before.max(1));
    let by = match percent {
        _ if before == 0 => String::new(),
        less @ ..0 => format!(" (−{} %)", -less),
        more => format!(" (+{more} %)"),
    };
    format!("{} a week, before {}{by}", shown(now), shown(before))
}

fn of_replies(replies: &Replies) -> String {
    let mut parts = vec![times(replies.asked), format!("{} answered", replies.answered)];
    if let (Some(elapsed), Some(working)) = (replies.elapsed, replies.working) {
        parts.push(format!("{} (working time: {})", within(elapsed), within(working)));
    }
    parts.push(format!("{} late ({} in working time)", replies.missed_elapsed, replies.missed_working));
    if replies.open > 0 {
        parts.push(format!("{} still waiting", replies.open));
    }
    if replies.cancelled > 0 {
        parts.push(format!("beside these {} cancelled", replies.cancelled));
    }
    parts.join(" · ")
}

fn within(took: Spread) -> String {
    format!("half within {}, nine of ten within {}", span(took.p50), span(took.p90))
}

fn short(numbers: &Numbers) -> String {
    let Numbers { asks, replies, calls, compared: _ } = numbers;
    let took = replies.elapsed.map_or_else(String::new, |took| {
        format!(", half within {}, {} late", span(took.p50), replies.missed_elapsed)
    });
    let calls = if calls.asked > 0 { format!("; calls {}", calls.asked) } else { String::new() };
    format!(
        "{} asked, {} answered by SMEs alone, {} reached a PM; PMs answered {} of {}{took}{calls}",
        asks.asked, asks.answered_by_smes, asks.reached_a_pm, replies.answered, replies.asked
    )
}

/// The columns of [`report_csv`].
const COLUMNS: &str = "area,from,to,asked,taken,answered_by_smes,redirected,no_sme_area,reached_a_pm,pm_asked,pm_answered,\
pm_open,pm_cancelled,pm_p50_seconds,pm_p90_seconds,pm_p50_working_seconds,pm_p90_working_seconds,pm_missed,\
pm_missed_working,calls,calls_short_notice,exceptions,exceptions_approved,exceptions_declined,exceptions_lapsed,pm_pings_a_week,pm_pings_a_week_before,\
sme_asks_a_week,sme_asks_a_week_before,internal_p50_seconds,internal_p50_seconds_before,internal_p90_seconds,internal_p90_seconds_before";

/// A line an area, under a line of names; nobody's name is in it. The area is the directory's key, empty for none.
pub fn report_csv(report: &Report) -> String {
    let mut text = format!("{COLUMNS}\n");
    for (area, Numbers { asks, replies, calls, compared }) in &report.areas {
        let took = |spread: Option<Spread>, of: fn(Spread) -> i64| {
            spread.map_or_else(String::new, |spread| of(spread).to_string())
        };
        let fields = [
            quoted(area.as_ref().map_or("", AreaKey::as_str)),
            report.period.from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            report.period.to.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            asks.asked.to_string(),
            asks.taken.to_string(),
            asks.answered_by_smes.to_string(),
            asks.redirected.to_string(),
            asks.no_sme_area.to_string(),
            asks.reached_a_pm.to_string(),
            replies.asked.to_string(),
            replies.answered.to_string(),
            replies.open.to_string(),
            replies.cancelled.to_string(),
            took(replies.elapsed, |spread| spread.p50),
            took(replies.elapsed, |spread| spread.p90),
            took(replies.working, |spread| spread.p50),
            took(replies.working, |spread| spread.p90),
            replies.missed_elapsed.to_string(),
            replies.missed_working.to_string(),
            calls.asked.to_string(),
            calls.short_notice.to_string(),
            calls.exceptions.asked.to_string(),
            calls.exceptions.approved.to_string(),
            calls.exceptions.declined.to_string(),
            calls.exceptions.lapsed.to_string(),
            a_week(compared.map(|both| both.now.pm_pings_tenths)),
            a_week(compared.map(|both| both.before.pm_pings_tenths)),
            a_week(compared.map(|both| both.now.sme_asks_tenths)),
            a_week(compared.map(|both| both.before.sme_asks_tenths)),
            took(compared.and_then(|both| both.now.took), |spread| spread.p50),
            took(compared.and_then(|both| both.before.took), |spread| spread.p50),
            took(compared.and_then(|both| both.now.took), |spread| spread.p90),
            took(compared.and_then(|both| both.before.took), |spread| spread.p90),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

fn a_week(tenths: Option<i64>) -> String {
    tenths.map_or_else(String::new, |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}

/// A field that no spreadsheet takes for a formula or for two.
fn quoted(text: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "_-. ".contains(sign);
    if text.chars().all(is_plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("\"'{}\"", text.replace('"', "\"\""))
}
