//! A command's side of the socket: asks the running bot once, and says apart what was certainly not done from what nobody
//! knows.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

use super::{ANSWER_WITHIN, Answer, Ended, Question, VERSION, is_too_long};

/// The longest answer.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// Why the running bot did not do it.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody is there: no bot runs, it is starting or stopping, or it is one that has no socket. Nothing was done.
    #[error("no bot answers at {0}")]
    Nobody(PathBuf),
    /// The path is too long for a socket. Nothing was done.
    #[error("the path {0} is too long for a socket")]
    TooLong(PathBuf),
    /// The bot is somebody else's. Nothing was done.
    #[error("{0} belongs to another user")]
    NotYours(PathBuf),
    /// The bot speaks another version. Nothing was done.
    #[error("the running bot is of another version of switchboard")]
    OtherVersion,
    /// The bot ended, or took too long. Nobody knows what was done.
    #[error("the running bot did not answer")]
    NoAnswer,
    /// The system refused. Nothing was done.
    #[error("{0} cannot be reached: {1}")]
    Refused(PathBuf, io::Error),
}

/// Asks the bot behind that socket; what became of each row, in the order of the question.
pub async fn ask(socket: &Path, question: &Question) -> Result<Vec<Ended>, AskError> {
    if is_too_long(socket) {
        return Err(AskError::TooLong(socket.to_owned()));
    }
    let stream = UnixStream::connect(socket).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::Nobody(socket.to_owned()),
        io::ErrorKind::PermissionDenied => AskError::NotYours(socket.to_owned()),
        _ => AskError::Refused(socket.to_owned(), cause),
    })?;
    let answer = tokio::time::timeout(ANSWER_WITHIN, talk(stream, question)).await;
    let Ok(Ok(line)) = answer else { return Err(AskError::NoAnswer) };
    if line.is_empty() {
        return Err(AskError::NoAnswer);
    }
    match serde_json::from_slice(&line) {
        Ok(Answer::Done(ended)) => Ok(ended),
        Ok(Answer::TooLong) => Err(AskError::NoAnswer),
        Ok(Answer::NotUnderstood { version: _ }) | Err(_) => Err(AskError::OtherVersion),
    }
}

/// The question this program asks.
pub fn question(wish: super::Wish, ids: Vec<i64>) -> Question {
    Question { version: VERSION, wish, ids }
}

async fn talk(mut stream: UnixStream, question: &Question) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(question)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = Vec::new();
    BufReader::new(stream.take(LONGEST_ANSWER)).read_until(b'\n', &mut answer).await?;
    Ok(answer)
}
