//! The asks that people make under load, and what each of them goes through: who does what, in which words.
//!
//! Invariant: a case is one person's ask with a word of its own, each of its steps happens once, and no two cases wait for
//! each other; so that what has to be there follows from what was acknowledged, whatever else went on.

use crate::chance::Chance;

/// Where experts of an area answer, and who they are.
pub struct Area {
    pub channel: &'static str,
    pub internal: &'static str,
    pub experts: [&'static str; 3],
    /// Words that lead there, before and after the case's own.
    pub words: &'static str,
    /// The PM whom those words lead to.
    pub pm: &'static str,
}

pub const AREAS: [Area; 3] = [
    Area {
        channel: "#sme-ci",
        internal: "#sme-ci-internal",
        experts: ["ines", "sam", "lena"],
        words: "How do autoscaling runners behave in",
        pm: "paul",
    },
    Area {
        channel: "#sme-planning",
        internal: "#sme-planning-internal",
        experts: ["oskar", "mei", "noor"],
        words: "How do swimlanes on boards behave in",
        pm: "bo",
    },
    Area {
        channel: "#sme-security",
        internal: "#sme-security-internal",
        experts: ["ada", "yusuf", "tomas"],
        words: "Is there a SAST semgrep rule for",
        pm: "stan",
    },
];

/// A group whose PM is asked: the form's words for it, its channel, its PM.
pub const GROUPS: [(&str, &str, &str); 9] = [
    ("Verify › Runner", "#g_runner", "paul"),
    ("Plan › Boards", "#g_boards", "bo"),
    ("Plan › Portfolios", "#g_portfolios", "pia"),
    ("Create › Source Code", "#g_source_code", "sven"),
    ("Create › Code Review", "#g_code_review", "cora"),
    ("Verify › Pipelines", "#g_pipelines", "pavel"),
    ("Verify › Testing", "#g_testing", "tess"),
    ("Release › Registry", "#g_registry", "rita"),
    ("Secure › Supply Chain", "#g_supply_chain", "suki"),
];

/// Who faces customers: three of the demo's cast, and more.
pub const REQUESTERS: [&str; 20] = [
    "ava", "raj", "cara", "abel", "bela", "cleo", "dana", "elia", "finn", "gwen", "hiro", "ivy", "juno",
    "kira", "liam", "maya", "nils", "olga", "pim", "quin",
];

/// Where they ask. Several: what is told in their threads goes out at one message a second and channel.
pub const FIELDS: [&str; 5] = ["#field", "#field-emea", "#field-apac", "#field-amer", "#field-partners"];

/// Who may do what admins do.
pub const ADMIN: &str = "admin";
/// A group of which the PM goes away now and then: as in [`GROUPS`], and who covers.
pub const AWAY: (&str, &str, &str, &str) = ("Plan › Reporting", "#g_reporting", "rui", "pia");

/// How an ask is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `/request-pm words`.
    Command,
    /// The bot is mentioned in the field's channel.
    Mention,
    /// The form, for a roadmap question to a PM.
    Roadmap,
    /// The form, for a PM on a customer call.
    Call,
    /// The same with too little notice, so that it needs an exception.
    Exception,
    /// An SME mentions the bot in the internal channel.
    Inquiry,
}

/// What is done with an ask, once it has a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An expert presses a button, or a PM, or whoever asked.
    Press { who: &'static str, label: &'static str, event: &'static str },
    /// An expert sets the mark that takes it.
    TakeByReaction { who: &'static str },
    /// Whoever asked says that it is solved, under the message that says so.
    Solved { who: &'static str },
    /// Whoever asked adds something, by a form.
    AddDetail { who: &'static str },
    /// The expert asks the PM, by a form.
    AskPm { who: &'static str },
    /// The PM answers in the thread of the inquiry's card, which stops its clock.
    PmReplies { who: &'static str, behind: bool },
    /// Whoever asked for a call wants an exception, by a form.
    AskException { who: &'static str },
    /// Who was asked for it approves, in a direct message.
    Approve { who: &'static str },
    /// An admin closes the ask, by a command.
    AdminClose,
    /// An admin gives it to another expert.
    AdminReassign { to: &'static str },
    /// Its PM goes away and says who covers.
    GoAway { who: &'static str, cover: &'static str },
    /// Everybody sees on the card that it was handed on.
    HandedOn { to: &'static str },
    /// Its PM is back.
    Back { who: &'static str },
}

impl Act {
    /// What the timeline calls it (nothing, where it has no line), and whether that stands on the inquiry behind the ask.
    pub fn event(self) -> (&'static str, bool) {
        match self {
            Self::Press { event, .. } => (event, false),
            Self::TakeByReaction { .. } => ("taken", false),
            Self::Solved { .. } | Self::AdminClose => ("ended", false),
            Self::AddDetail { .. } => ("detail_added", false),
            Self::AskPm { .. } => ("inquiry_opened", false),
            Self::PmReplies { behind, .. } => ("answered", behind),
            Self::AskException { .. } => ("exception_asked", false),
            Self::Approve { .. } => ("exception_approved", false),
            Self::AdminReassign { .. } | Self::HandedOn { .. } => ("handed", false),
            Self::GoAway { .. } | Self::Back { .. } => ("", false),
        }
    }

    /// What the admins' log calls it, where it is on it.
    pub fn deed(self) -> Option<&'static str> {
        if self == Self::AdminClose {
            return Some("close");
        }
        matches!(self, Self::AdminReassign { .. }).then_some("reassign")
    }

    pub fn who(self) -> &'static str {
        match self {
            Self::Press { who, .. }
            | Self::TakeByReaction { who }
            | Self::Solved { who }
            | Self::AddDetail { who }
            | Self::AskPm { who }
            | Self::PmReplies { who, .. }
            | Self::AskException { who }
            | Self::Approve { who }
            | Self::GoAway { who, .. }
            | Self::Back { who }
            | Self::HandedOn { to: who } => who,
            Self::AdminClose | Self::AdminReassign { .. } => ADMIN,
        }
    }
}

/// One ask, as it is planned.
#[derive(Debug, Clone)]
pub struct Plan {
    pub mark: String,
    pub way: Way,
    pub asker: &'static str,
    /// Where it is asked.
    pub field: &'static str,
    /// Where its card goes.
    pub channel: &'static str,
    /// The area's internal channel.
    pub internal: &'static str,
    /// What is said or typed.
    pub words: String,
    /// The form's area.
    pub place: &'static str,
    pub acts: Vec<Act>,
}

/// Who takes part in a case.
struct Cast {
    asker: &'static str,
    expert: &'static str,
    other_expert: &'static str,
    group_pm: &'static str,
    area_pm: &'static str,
}

fn press(who: &'static str, label: &'static str, event: &'static str) -> Act {
    Act::Press { who, label, event }
}

/// How many ways there are.
const COURSES: u64 = 15;

/// How an ask is made, and what becomes of it.
fn course(choice: u64, cast: &Cast) -> (Way, Vec<Act>) {
    let Cast { asker, expert, other_expert, group_pm, area_pm } = *cast;
    let (take, answered) = (press(expert, "Take it", "taken"), press(expert, "Answered", "answered"));
    let solved = Act::Solved { who: asker };
    match choice {
        0 | 1 => (Way::Command, vec![take, answered, solved]),
        2 => (Way::Mention, vec![Act::TakeByReaction { who: expert }, answered]),
        3 => (Way::Mention, vec![take, answered, solved]),
        4 => (Way::Command, vec![press(asker, "Withdraw", "ended")]),
        5 => {
            let answered = press(group_pm, "Answered", "answered");
            (Way::Roadmap, vec![press(group_pm, "Seen", "seen"), answered, solved])
        }
        6 => (Way::Inquiry, vec![Act::PmReplies { who: area_pm, behind: false }]),
        7 => {
            let replies = Act::PmReplies { who: area_pm, behind: true };
            (Way::Command, vec![take, Act::AskPm { who: expert }, replies, answered])
        }
        8 => (Way::Call, vec![press(group_pm, "Confirm", "call_confirmed")]),
        9 | 10 => {
            let (asks, approves) = (Act::AskException { who: asker }, Act::Approve { who: group_pm });
            (Way::Exception, vec![asks, approves, press(group_pm, "Confirm", "call_confirmed")])
        }
        11 => (Way::Command, vec![take, Act::AdminClose]),
        12 => {
            let by_other = press(other_expert, "Answered", "answered");
            (Way::Mention, vec![take, Act::AdminReassign { to: other_expert }, by_other, solved])
        }
        13 => {
            let (_, _, who, to) = AWAY;
            let away = vec![Act::GoAway { who, cover: to }, Act::HandedOn { to }, Act::Back { who }];
            (Way::Roadmap, [away, vec![press(to, "Answered", "answered"), solved]].concat())
        }
        _ => (Way::Command, vec![Act::AddDetail { who: asker }, take]),
    }
}

/// Somebody who asks only once.
fn caller(number: usize) -> &'static str {
    Box::leak(format!("caller{number:05}").into_boxed_str())
}

/// The case of that number.
pub fn plan(number: usize, chance: &mut Chance) -> Plan {
    let mark = format!("case{number:05}");
    let area = chance.pick(&AREAS);
    let (place, group, group_pm) = *chance.pick(&GROUPS);
    let field = *chance.pick(&FIELDS);
    let (asker, expert) = (*chance.pick(&REQUESTERS), *chance.pick(&area.experts));
    let other_expert = *area.experts.iter().find(|one| **one != expert).expect("another expert");
    let cast = Cast { asker, expert, other_expert, group_pm, area_pm: area.pm };
    let choice = chance.within(0, COURSES);
    // Whoever wants an exception is offered it by direct message, among which nobody could tell two offers apart.
    let alone: &'static str = if matches!(choice, 9 | 10) { caller(number) } else { asker };
    let cast = Cast { asker: alone, ..cast };
    let (way, acts) = course(choice, &cast);
    let asker = alone;
    let goes_away = acts.iter().any(|act| matches!(act, Act::GoAway { .. }));
    let (place, group) = if goes_away { (AWAY.0, AWAY.1) } else { (place, group) };
    let (asker, channel) = match way {
        Way::Command | Way::Mention => (asker, area.channel),
        Way::Roadmap | Way::Call | Way::Exception => (asker, group),
        Way::Inquiry => (expert, area.internal),
    };
    let words = match way {
        Way::Command | Way::Mention | Way::Inquiry => format!("{} {mark}?", area.words),
        Way::Roadmap => format!("Where does it go in {mark}?"),
        Way::Call | Way::Exception => format!("What comes next year, {mark}"),
    };
    Plan { mark, way, asker, field, channel, internal: area.internal, words, place, acts }
}
