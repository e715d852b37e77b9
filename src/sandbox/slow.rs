//! Answers that arrive badly: a byte at a time, or not to their end. Bodies only; which call gets one is `server`'s to say.
//! The pause between bytes is real time, as a client's time limit is.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// A body, as it arrives.
pub struct Answered {
    rest: Bytes,
    /// How long what the headers promise is, the part that never comes included.
    promised: u64,
    pace: Pace,
}

enum Pace {
    AtOnce,
    Drip { every: Duration, next: Pin<Box<Sleep>> },
}

impl Answered {
    /// All of it at once.
    pub fn whole(body: String) -> Self {
        let rest = Bytes::from(body);
        Self { promised: rest.len() as u64, rest, pace: Pace::AtOnce }
    }

    /// A byte, a pause, a byte.
    pub fn drip(body: String, every: Duration) -> Self {
        Self { pace: Pace::Drip { every, next: Box::pin(sleep(every)) }, ..Self::whole(body) }
    }

    /// Half of what its headers promise, and then the connection breaks.
    pub fn cut(body: String) -> Self {
        let mut whole = Self::whole(body);
        whole.rest.truncate(whole.rest.len() / 2);
        whole
    }

    fn is_cut(&self) -> bool {
        self.rest.is_empty() && self.promised > 0
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if this.rest.is_empty() {
            let broken = io::Error::new(io::ErrorKind::ConnectionReset, "the sandbox cuts this answer");
            return Poll::Ready(this.is_cut().then_some(Err(broken)));
        }
        let length = match &mut this.pace {
            Pace::AtOnce => this.rest.len(),
            Pace::Drip { every, next } => {
                ready!(next.as_mut().poll(context));
                next.as_mut().reset(Instant::now() + *every);
                1
            }
        };
        let part = this.rest.split_to(length);
        this.promised -= part.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.promised == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
