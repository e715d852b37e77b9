//! `switchboard.toml` and the environment → settings that cannot be wrong.
//!
//! Every default is the domain's own; every problem is noted, none stops the reading.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveTime;

use crate::domain::calendar::weekly::Weekly;
use crate::domain::directory::{ChannelRef, HolidayDates, HolidaySource, PersonRef};
use crate::domain::rules::{
    CallRules, ClockMode, DeliveryRules, EngagementRules, NoticeMode, PingRules, ReplyRules, ReportRules,
    Rules, SmeRules, StoredDuration, WorkingDays,
};

use super::duration::{Written, parse};
use super::node::{Node, Value};
use super::reader::{Fields, Reader, shown};
use super::secret::Secret;
use super::{Problem, Source, environment, ladder, toml_tree};

/// Everything that is configured beside the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The numbers of the rules.
    pub rules: Rules,
    /// The directory's files, relative to where we run; each is laid over those before it.
    pub directory_files: Vec<PathBuf>,
    /// Where admins are told of what needs a person.
    pub admin_channel: Option<ChannelRef>,
    /// Admins.
    pub admins: Vec<PersonRef>,
    /// How Slack is reached.
    pub slack: SlackSettings,
    /// The database's address; it may hold a password.
    pub database_url: Secret,
    /// Where we listen.
    pub listen: SocketAddr,
    /// Told again and again that all is well; whoever has the address can say so, too, so that it is a secret.
    pub heartbeat_url: Option<Secret>,
    /// What the calendars of holidays hold that `[hours]` names as files.
    pub holiday_dates: HolidayDates,
    /// A request for feedback without an answer for so long: the asker is reminded (F1).
    pub feedback_no_answer_after: StoredDuration,
}

/// How Slack is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackSettings {
    /// The bot's token.
    pub bot_token: Option<Secret>,
    /// Secrets with which Slack signs; several while rotating.
    pub signing_secrets: Vec<Secret>,
    /// The app's token, for Socket Mode.
    pub app_token: Option<Secret>,
    /// How many websockets are kept open in Socket Mode.
    pub sockets: usize,
    /// The Web API's address without a closing slash.
    pub api_url: String,
}

/// The tables of `switchboard.toml`, and where the directory is.
const TABLES: [&str; 18] = [
    "directory",
    "overlay",
    "slack",
    "reply",
    "sme",
    "pm",
    "engagement",
    "privacy",
    "call",
    "product_support",
    "feedback",
    "hours",
    "limits",
    "delivery",
    "pings",
    "admin",
    "handbook",
    "reports",
];

/// The most websockets that Slack lets an app have open at once.
const MOST_SOCKETS: u32 = 10;
/// Websockets in Socket Mode: while one is replaced, the other hears.
const SOCKETS: usize = 2;

/// Reads everything. With an error nothing is returned but the problems.
pub(super) fn load(source: &Source) -> Result<(Settings, Vec<Problem>), Vec<Problem>> {
    let mut reader = Reader::default();
    let mut tree = tree(source, &mut reader.problems);
    environment::refuse_secrets(&mut tree, &mut reader.problems);
    let settings = read(&mut reader, &tree, source);
    super::problem::sort(&mut reader.problems, source.file.as_ref().map_or("", |file| &file.name));
    if reader.problems.iter().any(Problem::is_error) {
        Err(reader.problems)
    } else {
        Ok((settings, reader.problems))
    }
}

/// Where the directory is, as far as that can be told from settings that may be wrong elsewhere.
pub(super) fn directory_files(source: &Source) -> Vec<PathBuf> {
    let mut reader = Reader::default();
    let tree = tree(source, &mut Vec::new());
    let top = reader.fields(Some(&tree), "The file", &TABLES);
    files_of(&mut reader, &top, source)
}

/// A relative path begins at the settings file.
fn beside(source: &Source, name: &str) -> PathBuf {
    let folder = source.file.as_ref().and_then(|file| Path::new(&file.name).parent());
    folder.unwrap_or(Path::new("")).join(name)
}

/// The directory's files, the overlay last.
fn files_of(reader: &mut Reader, top: &Fields<'_>, source: &Source) -> Vec<PathBuf> {
    let mut files = match top.get("directory") {
        Some(Node { value: Value::Scalar(_), .. }) => {
            reader.text(top.get("directory"), "directory").into_iter().collect()
        }
        node => reader.texts(node, "directory"),
    };
    if files.is_empty() {
        files.push("directory.yml".to_owned());
    }
    files.extend(reader.text(top.get("overlay"), "overlay"));
    files.iter().map(|file| beside(source, file)).collect()
}

/// The settings as written, the environment over the file.
fn tree(source: &Source, problems: &mut Vec<Problem>) -> Node {
    let mut tree = match &source.file {
        Some(file) => {
            let text = super::SourceText::new(&file.name, &file.text);
            toml_tree::parse(&text, &file.text, problems)
        }
        None => Node::empty_map(&super::SourceText::new("switchboard.toml", "")),
    };
    environment::override_settings(&source.env, &mut tree);
    tree
}

fn read(reader: &mut Reader, tree: &Node, source: &Source) -> Settings {
    let top = reader.fields(Some(tree), "The file", &TABLES);
    let defaults = Rules::default();
    let directory_files = files_of(reader, &top, source);
    let admin = reader.fields(top.get("admin"), "[admin]", &["channel", "people", "keep_log"]);
    let feedback = reader.fields(top.get("feedback"), "[feedback]", &["no_answer_after"]);
    let slack = reader.fields(top.get("slack"), "[slack]", &["sockets"]);
    let sockets = reader
        .number(slack.get("sockets"), "sockets", 1, MOST_SOCKETS)
        .map_or(SOCKETS, |number| number as usize);
    let mut rules = rules(reader, &top, defaults);
    if let Some(days) = reader.whole_days(admin.get("keep_log"), "keep_log") {
        rules.keep_admin_log_days = days;
    }
    for calendar in &mut rules.holidays.calendars {
        // Beside the settings, as the directory is.
        if let HolidaySource::Local(name) = calendar {
            *name = beside(source, name).display().to_string();
        }
    }
    let settings = Settings {
        rules,
        directory_files,
        holiday_dates: HolidayDates::new(),
        admin_channel: reader.channel(admin.get("channel"), "channel"),
        admins: reader.people(admin.get("people"), "people"),
        feedback_no_answer_after: reader
            .span(feedback.get("no_answer_after"), "no_answer_after")
            .unwrap_or(StoredDuration::hours(7 * 24)),
        slack: environment::slack(&source.env, source.purpose, sockets, &mut reader.problems),
        database_url: environment::database_url(&source.env, &mut reader.problems),
        listen: environment::listen(&source.env, &mut reader.problems),
        heartbeat_url: environment::heartbeat_url(&source.env, &mut reader.problems),
    };
    if admin.get("channel").is_none() && admin.get("people").is_none() {
        reader.problems.push(
            Problem::warning("nobody is told of what needs a person: [admin] has neither channel nor people")
                .help("Name a channel, or people, in [admin]"),
        );
    }
    settings
}

fn rules(reader: &mut Reader, top: &Fields<'_>, defaults: Rules) -> Rules {
    let pm = reader.fields(top.get("pm"), "[pm]", &["remind_after"]);
    let support = reader.fields(top.get("product_support"), "[product_support]", &["advice_due"]);
    let limits = reader.fields(top.get("limits"), "[limits]", &["engagements_per_person_per_hour"]);
    let handbook = reader.fields(top.get("handbook"), "[handbook]", &["base"]);
    let hours = reader.fields(top.get("hours"), "[hours]", &["hours", "days", "holidays"]);
    let privacy = reader.fields(top.get("privacy"), "[privacy]", &["keep_text"]);
    let asks = "engagements_per_person_per_hour";
    Rules {
        reply: reply(reader, top, defaults.reply),
        sme: sme(reader, top, &defaults.sme),
        pm_remind_after: reader
            .working_days(pm.get("remind_after"), "remind_after")
            .unwrap_or(defaults.pm_remind_after),
        engagement: engagement(reader, top, &defaults.engagement),
        call: call(reader, top, &defaults.call),
        advice_due: reader
            .working_days(support.get("advice_due"), "advice_due")
            .unwrap_or(defaults.advice_due),
        hours: reader.week(hours.get("hours"), hours.get("days"), &defaults.hours),
        holidays: reader.days_off(hours.get("holidays"), "holidays"),
        asks_per_person_per_hour: reader
            .number(limits.get(asks), asks, 0, 1_000)
            .unwrap_or(defaults.asks_per_person_per_hour),
        delivery: delivery(reader, top, defaults.delivery),
        keep_admin_log_days: defaults.keep_admin_log_days,
        pings: pings(reader, top, defaults.pings),
        handbook_base: reader
            .link(handbook.get("base"), "base")
            .map(|base| base.trim_end_matches('/').to_owned()),
        reports: reports(reader, top, &defaults.reports),
        keep_text_days: keep_text(reader, privacy.get("keep_text")).unwrap_or(defaults.keep_text_days),
    }
}

/// At least a day: what is asked now has to be kept until it is answered.
fn keep_text(reader: &mut Reader, node: Option<&Node>) -> Option<i64> {
    let days = reader.whole_days(node, "keep_text")?;
    if days > 0 {
        return Some(days);
    }
    reader.error(node?, "keep_text is less than a day", "Write it as \"30 days\"");
    None
}

fn reports(reader: &mut Reader, top: &Fields<'_>, defaults: &ReportRules) -> ReportRules {
    let known = ["channel", "weekly", "zone", "per_person"];
    let fields = reader.fields(top.get("reports"), "[reports]", &known);
    ReportRules {
        channel: reader.channel(fields.get("channel"), "channel"),
        weekly: weekly(reader, fields.get("weekly"), defaults.weekly),
        zone: reader.time_zone(fields.get("zone"), "zone").unwrap_or(defaults.zone),
        per_person: reader.truth(fields.get("per_person"), "per_person").unwrap_or(defaults.per_person),
    }
}

/// A time of the week, or `never`.
fn weekly(reader: &mut Reader, node: Option<&Node>, usual: Option<Weekly>) -> Option<Weekly> {
    let (Some(written), Some(text)) = (node, reader.text(node, "weekly")) else { return usual };
    if text.eq_ignore_ascii_case("never") {
        return None;
    }
    let parts =
        text.split_once(' ').map(|(day, at)| (day.parse(), NaiveTime::parse_from_str(at.trim(), "%H:%M")));
    if let Some((Ok(day), Ok(at))) = parts {
        return Some(Weekly { day, at });
    }
    let help = "Write it as \"mon 09:00\", or \"never\"";
    reader.error(written, format!("weekly is {}, not a time of the week", shown(&text)), help);
    usual
}

fn reply(reader: &mut Reader, top: &Fields<'_>, defaults: ReplyRules) -> ReplyRules {
    let fields = reader.fields(top.get("reply"), "[reply]", &["within", "clock", "ladder"]);
    let clocks = [("elapsed", ClockMode::Elapsed), ("working", ClockMode::Working)];
    let within = reader.span(fields.get("within"), "within");
    // A ladder is judged against a promise that could be read, or not at all.
    let ladder = match (within, fields.get("within")) {
        (None, Some(_)) => defaults.ladder,
        (within, _) => ladder::read(reader, fields.get("ladder"), within.unwrap_or(defaults.within)),
    };
    ReplyRules {
        within: within.unwrap_or(defaults.within),
        clock: reader.word(fields.get("clock"), "clock", &clocks).unwrap_or(defaults.clock),
        ladder,
    }
}

fn sme(reader: &mut Reader, top: &Fields<'_>, defaults: &SmeRules) -> SmeRules {
    let known = ["take_within", "raise_again", "taken_silent", "proof_max_age"];
    let fields = reader.fields(top.get("sme"), "[sme]", &known);
    let rules = SmeRules {
        take_within: reader.span(fields.get("take_within"), "take_within").unwrap_or(defaults.take_within),
        raise_again: reader.span(fields.get("raise_again"), "raise_again").unwrap_or(defaults.raise_again),
        taken_silent: reader
            .working_days(fields.get("taken_silent"), "taken_silent")
            .unwrap_or(defaults.taken_silent),
        proof_max_age_days: reader
            .whole_days(fields.get("proof_max_age"), "proof_max_age")
            .unwrap_or(defaults.proof_max_age_days),
    };
    if rules.raise_again <= rules.take_within
        && let Some(node) = fields.get("raise_again").or(fields.get("take_within"))
    {
        reader.error(
            node,
            "raise_again is not later than take_within",
            "It is the second reminder: give it more time",
        );
    }
    rules
}

fn engagement(reader: &mut Reader, top: &Fields<'_>, defaults: &EngagementRules) -> EngagementRules {
    let known = ["close_after", "reopen_within", "duplicate_within"];
    let fields = reader.fields(top.get("engagement"), "[engagement]", &known);
    EngagementRules {
        close_after: reader.span(fields.get("close_after"), "close_after").unwrap_or(defaults.close_after),
        reopen_within_days: reader
            .whole_days(fields.get("reopen_within"), "reopen_within")
            .unwrap_or(defaults.reopen_within_days),
        duplicate_within: reader
            .span(fields.get("duplicate_within"), "duplicate_within")
            .unwrap_or(defaults.duplicate_within),
    }
}

fn call(reader: &mut Reader, top: &Fields<'_>, defaults: &CallRules) -> CallRules {
    let known = ["notice", "mode", "agenda_before", "recommended"];
    let fields = reader.fields(top.get("call"), "[call]", &known);
    let modes = [
        ("elapsed", NoticeMode::Elapsed),
        ("weekdays", NoticeMode::Weekdays),
        ("third_day", NoticeMode::ThirdDay),
    ];
    let rules = CallRules {
        notice: reader.span(fields.get("notice"), "notice").unwrap_or(defaults.notice),
        mode: reader.word(fields.get("mode"), "mode", &modes).unwrap_or(defaults.mode),
        agenda_before: reader
            .span(fields.get("agenda_before"), "agenda_before")
            .unwrap_or(defaults.agenda_before),
        recommended: reader
            .working_days(fields.get("recommended"), "recommended")
            .unwrap_or(defaults.recommended),
    };
    if rules.agenda_before >= rules.notice
        && let Some(node) = fields.get("agenda_before").or(fields.get("notice"))
    {
        reader.error(
            node,
            "agenda_before is not shorter than notice",
            "The agenda would be due before a call can even be asked for",
        );
    }
    rules
}

fn delivery(reader: &mut Reader, top: &Fields<'_>, defaults: DeliveryRules) -> DeliveryRules {
    let (messages, updates) = ("messages_per_minute", "updates_per_minute");
    let fields = reader.fields(top.get("delivery"), "[delivery]", &[messages, updates]);
    let mut number = |what, usual| reader.number(fields.get(what), what, 0, 100_000).unwrap_or(usual);
    DeliveryRules {
        messages_per_minute: number(messages, defaults.messages_per_minute),
        updates_per_minute: number(updates, defaults.updates_per_minute),
    }
}

fn pings(reader: &mut Reader, top: &Fields<'_>, defaults: PingRules) -> PingRules {
    let (group, stage) = ("in_group_channels", "in_stage_channels");
    let fields = reader.fields(top.get("pings"), "[pings]", &[group, stage]);
    let words = [("true", true), ("false", false)];
    let mut is = |what, usual| reader.word(fields.get(what), what, &words).unwrap_or(usual);
    PingRules {
        in_group_channels: is(group, defaults.in_group_channels),
        in_stage_channels: is(stage, defaults.in_stage_channels),
    }
}

impl Reader {
    fn duration(&mut self, node: Option<&Node>, what: &str) -> Option<Written> {
        let node = node?;
        let text = self.text(Some(node), what)?;
        match parse(&text) {
            Ok(written) => Some(written),
            Err(wrong) => {
                let help = "Write it as \"90s\", \"4h\", \"30 days\" or \"2 working days\"";
                self.error(node, format!("{what} is {}: {wrong}", shown(&text)), help);
                None
            }
        }
    }

    /// A span of time.
    pub(super) fn span(&mut self, node: Option<&Node>, what: &str) -> Option<StoredDuration> {
        match self.duration(node, what)? {
            Written::Span(span) => Some(span),
            Written::Working(_) => {
                self.error(
                    node?,
                    format!("{what} counts working days, but is a span of time"),
                    "Write it as \"48h\"",
                );
                None
            }
        }
    }

    /// Days on which people work.
    fn working_days(&mut self, node: Option<&Node>, what: &str) -> Option<WorkingDays> {
        match self.duration(node, what)? {
            Written::Working(days) => Some(days),
            Written::Span(_) => {
                self.error(
                    node?,
                    format!("{what} is a span of time, but counts working days"),
                    "Write it as \"2 working days\"",
                );
                None
            }
        }
    }

    /// Whole days.
    fn whole_days(&mut self, node: Option<&Node>, what: &str) -> Option<i64> {
        let span = self.span(node, what)?;
        if span.0 % 86_400 == 0 {
            return Some(span.0 / 86_400);
        }
        self.error(node?, format!("{what} is not a number of whole days"), "Write it as \"30 days\"");
        None
    }
}

#[cfg(test)]
mod tests;
