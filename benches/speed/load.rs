//! The load: kept-alive connections over loopback, each with one request under way (a closed loop), or with requests sent
//! at given instants (an open one). Raw HTTP/1.1, so that it costs little beside what it measures.
//!
//! A closed loop hides queueing: with c connections the median is about c through the rate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::numbers::{of, quantile};

/// After so long a request counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is sent, and how.
#[derive(Clone)]
pub struct Plan {
    /// To whom.
    pub to: SocketAddr,
    /// The requests, whole, in order.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// Over so many connections.
    pub connections: usize,
    /// Requests a second, whatever the answers; `None`: as fast as they are answered.
    pub rate: Option<f64>,
    /// Stops sending after so long.
    pub for_at_most: Duration,
}

impl Plan {
    /// As fast as they are answered, to the last one.
    pub fn closed(to: SocketAddr, requests: Vec<Vec<u8>>, connections: usize) -> Self {
        let requests = Arc::new(requests);
        Self { to, requests, connections, rate: None, for_at_most: Duration::from_mins(5) }
    }
}

/// What came back for one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which request.
    pub index: usize,
    /// When it was sent (an open loop: was to be sent), since the start.
    pub sent: Duration,
    /// When the answer was there, since the start.
    pub answered: Duration,
    /// The HTTP status; 0 where nothing came.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Answer {
    /// How long it took, in milliseconds.
    pub fn millis(&self) -> f64 {
        self.answered.saturating_sub(self.sent).as_secs_f64() * 1_000.0
    }
}

/// A run.
pub struct Report {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Every answer, in the order of the requests.
    pub answers: Vec<Answer>,
}

impl Report {
    /// Answers a second, only those that are as they should be.
    pub fn rate(&self, is_good: impl Fn(&Answer) -> bool) -> f64 {
        of(self.good(is_good)) / self.seconds
    }

    /// How many are as they should be.
    pub fn good(&self, is_good: impl Fn(&Answer) -> bool) -> usize {
        self.answers.iter().filter(|answer| is_good(answer)).count()
    }

    /// So much of them took no longer, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.answers.iter().map(Answer::millis).collect::<Vec<_>>(), share)
    }

    /// The first that is not as it should be, for whoever has to find out.
    pub fn complaint(&self, is_good: impl Fn(&Answer) -> bool) -> Option<String> {
        let odd = self.answers.iter().find(|answer| !is_good(answer))?;
        Some(format!("status {}: {}", odd.status, odd.body.chars().take(160).collect::<String>()))
    }
}

/// Sends it all from a thread of its own, and waits for the end.
pub fn run(plan: Plan) -> Result<Report> {
    let sender = std::thread::Builder::new().name("load".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(send(plan))
    })?;
    sender.join().map_err(|_| anyhow::anyhow!("the load ended badly"))?
}

async fn send(plan: Plan) -> Result<Report> {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut lines = tokio::task::JoinSet::new();
    for _ in 0..plan.connections {
        lines.spawn(line(plan.clone(), Arc::clone(&next), start));
    }
    let mut answers: Vec<Answer> = lines.join_all().await.into_iter().flatten().collect();
    let seconds = start.elapsed().as_secs_f64();
    answers.sort_by_key(|answer| answer.index);
    Ok(Report { seconds, answers })
}

/// One connection's share.
async fn line(plan: Plan, next: Arc<AtomicUsize>, start: Instant) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut connection = None;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = plan.requests.get(index) else { return answers };
        let sent = match plan.rate {
            None => start.elapsed(),
            Some(rate) => Duration::from_secs_f64(of(index) / rate),
        };
        if sent > plan.for_at_most {
            return answers;
        }
        tokio::time::sleep_until((start + sent).into()).await;
        let exchange = tokio::time::timeout(PATIENCE, exchange(&mut connection, plan.to, request)).await;
        let (status, body) = match exchange {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => (0, error.to_string()),
            Err(_) => (0, "no answer".to_owned()),
        };
        if status == 0 {
            connection = None;
            // Whoever is down is not asked in a busy loop.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        answers.push(Answer { index, sent, answered: start.elapsed(), status, body });
    }
}

/// One request and its answer; the connection stays for the next.
pub async fn exchange(
    connection: &mut Option<TcpStream>,
    to: SocketAddr,
    request: &[u8],
) -> Result<(u16, String)> {
    let stream = if let Some(stream) = connection {
        stream
    } else {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        connection.insert(stream)
    };
    stream.write_all(request).await?;
    let mut read = Vec::with_capacity(2_048);
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            bail!("the connection was closed");
        }
        if let Some(answer) = whole(&read)? {
            return Ok(answer);
        }
    }
}

/// Status and body, once all of it is there. Our servers always say how long a body is.
fn whole(read: &[u8]) -> Result<Option<(u16, String)>> {
    let Some(head) = read.windows(4).position(|signs| signs == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&read[..head]).context("a head that is no text")?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let body = &read[head + 4..];
    if body.len() < length.unwrap_or(0) {
        return Ok(None);
    }
    Ok(Some((status, String::from_utf8_lossy(body).into_owned())))
}
