//! What an operator's commands want done, said to the one process that may write: the running bot, over a socket beside the
//! database that only its owner can reach; or the command itself, while no bot runs, through the same code.
//!
//! One line of JSON asks, one answers, both bounded and in time; then the connection ends. It carries ids and outcomes, never
//! what anybody wrote. Everything that can be wanted may be wanted twice.

pub mod client;
mod operator;
pub mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::Reloaded;
use crate::store::{NoticeWish, Purged};

pub use operator::Operator;

/// Which form of questions and answers this is; both sides have the same, or nothing is done.
pub const VERSION: u32 = 1;
/// The most rows that one question may name.
pub const MOST_IDS: usize = 50;
/// The longest line.
const LONGEST_LINE: u64 = 64 * 1024;
/// How long the bot takes for a question, at most.
const WORK_WITHIN: Duration = Duration::from_secs(10);
/// How long whoever asks waits for the answer: longer than the bot may take for it.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// See [`VERSION`].
    pub version: u32,
    /// What is wanted.
    pub wish: Wish,
    /// Of which rows.
    pub ids: Vec<i64>,
}

/// What can be wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Parked notices wait again.
    RetryNotices,
    /// Notices that were not delivered are dropped.
    DropNotices {
        /// Why, in the operator's words.
        why: Option<String>,
    },
    /// Dead letters are heard again.
    RetryDeadLetters,
    /// Dead letters are thrown away.
    DropDeadLetters,
    /// Directory and settings are read anew; of no row.
    Reload,
    /// People's words from before then are forgotten, as many as can be in one answer; names no rows.
    Purge {
        /// The first instant that is kept.
        before: DateTime<Utc>,
    },
}

impl Wish {
    /// Its name, for the log.
    fn name(&self) -> &'static str {
        match self {
            Self::RetryNotices => "retry a notice",
            Self::DropNotices { why: _ } => "drop a notice",
            Self::RetryDeadLetters => "hear a dead letter again",
            Self::DropDeadLetters => "drop a dead letter",
            Self::Reload => "read the directory anew",
            Self::Purge { before: _ } => "forget words",
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What became of each row, in the order of the question.
    Done(Vec<Ended>),
    /// Nothing was done: the question is none of ours. With our own version.
    NotUnderstood {
        /// See [`VERSION`].
        version: u32,
    },
    /// It took too long; what was begun is done or not, row by row.
    TooLong,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub id: i64,
    /// How.
    pub end: End,
}

/// How a wish ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// A notice's.
    Notice(NoticeWish),
    /// A dead letter's.
    Letter(LetterWish),
    /// Directory and settings.
    Reloaded(Reloaded),
    /// What was forgotten.
    Purged(Purged),
    /// The database did not do it; nothing changed.
    Failed {
        /// Why.
        why: String,
    },
}

/// What became of a wish for a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterWish {
    /// It was understood, and what it asks for was done; it is gone.
    Understood,
    /// It was understood, and asks for nothing that could still be done; it is gone.
    NothingToDo,
    /// It was thrown away.
    Dropped,
    /// It is still not understood, and stays.
    Stays {
        /// Why.
        reason: String,
    },
    /// Refused: it was begun to be heard so long ago that nobody can tell any more whether it was done.
    Doubtful,
    /// Refused: there is no such letter.
    Unknown,
}

impl End {
    /// Whether what was wanted is not so.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Notice(wish) => wish.is_refused(),
            Self::Letter(LetterWish::Understood | LetterWish::NothingToDo | LetterWish::Dropped)
            | Self::Purged(_)
            | Self::Reloaded(Reloaded::Used { .. }) => false,
            Self::Letter(LetterWish::Stays { .. } | LetterWish::Doubtful | LetterWish::Unknown)
            | Self::Reloaded(Reloaded::Broken { .. } | Reloaded::NotHere)
            | Self::Failed { .. } => true,
        }
    }
}

/// Where the socket of a database is.
pub fn socket_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// Whether the system takes a path of that length for a socket.
pub fn is_too_long(socket: &Path) -> bool {
    std::os::unix::net::SocketAddr::from_pathname(socket).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_stay_what_this_version_calls_them() {
        let said = |wish, ids| {
            serde_json::to_string(&Question { version: VERSION, wish, ids })
                .expect("plain types have a JSON form")
        };
        assert_eq!(
            said(Wish::RetryNotices, vec![7, 8]),
            r#"{"version":1,"wish":"retry_notices","ids":[7,8]}"#
        );
        let why = Some("gone".to_owned());
        assert_eq!(
            said(Wish::DropNotices { why }, vec![7]),
            r#"{"version":1,"wish":{"drop_notices":{"why":"gone"}},"ids":[7]}"#
        );
        let ends = [
            End::Notice(NoticeWish::WasSo),
            End::Letter(LetterWish::Stays { reason: "an event of type zebra".to_owned() }),
            End::Failed { why: "the disk is full".to_owned() },
        ];
        let answer = Answer::Done(ends.map(|end| Ended { id: 7, end }).to_vec());
        let line = serde_json::to_string(&answer).expect("plain types have a JSON form");
        assert_eq!(
            line,
            r#"{"done":[{"id":7,"end":{"notice":"was_so"}},{"id":7,"end":{"letter":{"stays":{"reason":"an event of type zebra"}}}},{"id":7,"end":{"failed":{"why":"the disk is full"}}}]}"#
        );
        assert_eq!(serde_json::from_str::<Answer>(&line).expect("our own line"), answer);
    }

    #[test]
    fn a_socket_stands_beside_its_database_where_its_name_is_short_enough() {
        let socket = socket_of(Path::new("data/switchboard.db"));
        assert_eq!(socket, Path::new("data/switchboard.db.sock"));
        assert!(!is_too_long(&socket));
        assert!(is_too_long(&socket_of(Path::new(&"long/".repeat(30)))));
    }
}
