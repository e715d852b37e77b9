//! A bare GET of a small text from an address that an operator wrote. The address may hold a secret: it is never shown, not in
//! an error either. Nothing of ours is sent along.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::header::{LOCATION, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;
use url::Url;

use super::transport::{Reach, connector};

/// How long all of it may take.
const WITHIN: Duration = Duration::from_secs(15);
/// How often it may be sent elsewhere.
const MOST_MOVES: usize = 3;

/// Why a text could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It cannot be called, or sends us where we do not go.
    #[error("the address, or one that it leads to, is not https://")]
    Address,
    /// Nobody answered, or not in time.
    #[error("nobody answered in time")]
    NoAnswer,
    /// It was refused.
    #[error("the answer was HTTP {0}")]
    Refused(u16),
    /// There was more than we read.
    #[error("the text is too large")]
    TooLarge,
    /// It leads from one address to the next.
    #[error("it leads from one address to the next")]
    Moves,
}

/// The text at that address, of at most so many bytes: over https, or plain http on this very machine.
pub async fn page(address: &str, most: usize) -> Result<String, PageError> {
    timeout(WITHIN, read(address, most)).await.unwrap_or(Err(PageError::NoAnswer))
}

async fn read(address: &str, most: usize) -> Result<String, PageError> {
    let mut url = Url::parse(address).map_err(|_| PageError::Address)?;
    let first = Reach::of(address).ok_or(PageError::Address)?;
    let client = Client::builder(TokioExecutor::new())
        .build::<_, Empty<Bytes>>(connector(first).map_err(|_| PageError::NoAnswer)?);
    for _ in 0..=MOST_MOVES {
        let request = Request::get(url.as_str())
            .header(USER_AGENT, "switchboard")
            .body(Empty::new())
            .map_err(|_| PageError::Address)?;
        let answer = client.request(request).await.map_err(|_| PageError::NoAnswer)?;
        if answer.status().is_redirection() && answer.status() != StatusCode::NOT_MODIFIED {
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            url = to.and_then(|to| url.join(to).ok()).ok_or(PageError::Address)?;
            // From the web nothing leads to this machine, nor to where others could read along.
            if Reach::of(url.as_str()) != Some(first) {
                return Err(PageError::Address);
            }
            continue;
        }
        if !answer.status().is_success() {
            return Err(PageError::Refused(answer.status().as_u16()));
        }
        let body = Limited::new(answer.into_body(), most).collect().await;
        let body = body.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                PageError::TooLarge
            } else {
                PageError::NoAnswer
            }
        })?;
        return Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned());
    }
    Err(PageError::Moves)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn only_a_small_text_that_is_given_freely_is_read() {
        let router = Router::new()
            .route("/text", get(|| async { "twelve bytes" }))
            .route("/there", get(|| async { Redirect::permanent("/text") }))
            .route("/round", get(|| async { Redirect::temporary("/round") }))
            .route("/plain", get(|| async { Redirect::temporary("http://example.com/text") }))
            .route("/web", get(|| async { Redirect::temporary("https://example.com/text") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        for (path, most, expected) in [
            ("/text", 12, Ok("twelve bytes".to_owned())),
            ("/there", 12, Ok("twelve bytes".to_owned())),
            ("/text", 11, Err(PageError::TooLarge)),
            ("/none", 12, Err(PageError::Refused(404))),
            ("/round", 12, Err(PageError::Moves)),
            ("/plain", 12, Err(PageError::Address)),
            ("/web", 12, Err(PageError::Address)),
        ] {
            assert_eq!(page(&format!("{here}{path}"), most).await, expected, "{path}");
        }
        for address in ["http://example.com/text", "file:///etc/passwd", "webcal://example.com", "text"] {
            assert_eq!(page(address, 12).await, Err(PageError::Address), "{address}");
        }
    }
}
