//! The bot's side of the socket: made while the bot serves its database alone, gone when it stops.
//!
//! Only its owner may connect: the file is theirs alone, and whoever got in before it was is turned away by the name that
//! the system gives them. A stale socket of a bot that died is replaced. Nobody can hold it up: few at once, each in time.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Answer, LONGEST_LINE, MOST_IDS, Operator, Question, VERSION, WORK_WITHIN, is_too_long};

/// How many are served at once; others wait their turn.
const AT_ONCE: usize = 4;
/// Ours alone.
const PRIVATE: u32 = 0o600;
/// Who may do everything anyway.
const ROOT: u32 = 0;
/// How long it rests when the system gives no connection (too many open files).
const AFTER_FAILURE: std::time::Duration = std::time::Duration::from_secs(1);

/// Why there is no socket; the bot serves without.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Sockets have short names.
    #[error("the path {0} is too long for a socket; commands that change something need the bot stopped")]
    TooLong(PathBuf),
    /// The system refused.
    #[error("the socket {0} cannot be made: {1}; commands that change something need the bot stopped")]
    Refused(PathBuf, io::Error),
}

/// A socket that nobody answers yet.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    name: Name,
    owner: u32,
}

/// The file; it goes with the socket.
#[derive(Debug)]
struct Name(PathBuf);

impl Drop for Name {
    fn drop(&mut self) {
        // Where it cannot be removed, the next start replaces it.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Socket {
    /// Makes the socket. The caller serves the database alone, so that one which is there already is a dead bot's.
    pub fn open(path: &Path) -> Result<Self, SocketError> {
        let mut new = path.as_os_str().to_owned();
        new.push("~");
        let new = PathBuf::from(new);
        if is_too_long(&new) {
            return Err(SocketError::TooLong(path.to_owned()));
        }
        Self::bind(&new, path).map_err(|cause| SocketError::Refused(path.to_owned(), cause))
    }

    /// Made under another name, so that the one that people use has the right permissions from its first moment.
    fn bind(new: &Path, path: &Path) -> io::Result<Self> {
        match std::fs::remove_file(new) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            Err(_) | Ok(()) => {}
        }
        let listener = UnixListener::bind(new)?;
        let new_name = Name(new.to_owned());
        std::fs::set_permissions(new, Permissions::from_mode(PRIVATE))?;
        let owner = std::fs::symlink_metadata(new)?.uid();
        std::fs::rename(new, path)?;
        drop(new_name);
        Ok(Self { listener, name: Name(path.to_owned()), owner })
    }

    /// Answers until `stop` says so; what was begun is answered still.
    pub async fn serve(self, operator: Operator, mut stop: watch::Receiver<bool>) {
        let Self { listener, name, owner } = self;
        let operator = Arc::new(operator);
        let mut talks = JoinSet::new();
        loop {
            let connection = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = talks.join_next() => continue,
                connection = listener.accept(), if talks.len() < AT_ONCE => connection,
            };
            match connection {
                Ok((stream, _)) => {
                    let (operator, stop) = (Arc::clone(&operator), stop.clone());
                    talks.spawn(async move { talk(stream, owner, &operator, stop).await });
                }
                Err(error) => {
                    tracing::warn!(%error, "an operator's command could not connect");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
        drop((name, listener));
        while talks.join_next().await.is_some() {}
    }
}

async fn talk(mut stream: UnixStream, owner: u32, operator: &Operator, stop: watch::Receiver<bool>) {
    let is_theirs = stream.peer_cred().is_ok_and(|peer| [owner, ROOT].contains(&peer.uid()));
    if !is_theirs {
        tracing::warn!("somebody else's process wanted to operate the bot and was turned away");
        return;
    }
    let talked = tokio::time::timeout(WORK_WITHIN, answer(&mut stream, operator, stop)).await;
    let answer = talked.unwrap_or(Ok(Answer::TooLong));
    let said = match answer {
        Ok(answer) => tokio::time::timeout(WORK_WITHIN, say(&mut stream, &answer)).await,
        Err(error) => Ok(Err(error)),
    };
    if !matches!(said, Ok(Ok(()))) {
        tracing::debug!("an operator's command left before it was answered");
    }
}

async fn answer(
    stream: &mut UnixStream,
    operator: &Operator,
    mut stop: watch::Receiver<bool>,
) -> io::Result<Answer> {
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream.take(LONGEST_LINE));
    tokio::select! {
        read = reader.read_until(b'\n', &mut line) => read?,
        // Whoever has not asked yet does not hold up a stop.
        _ = stop.wait_for(|stop| *stop) => return Err(io::ErrorKind::Interrupted.into()),
    };
    let not_understood = Answer::NotUnderstood { version: VERSION };
    let Ok(question) = serde_json::from_slice::<Question>(&line) else { return Ok(not_understood) };
    if question.version != VERSION || question.ids.len() > MOST_IDS {
        return Ok(not_understood);
    }
    Ok(Answer::Done(operator.perform(&question.wish, &question.ids).await))
}

async fn say(stream: &mut UnixStream, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.shutdown().await
}
