//! The connection to Slack: TLS with the machine's roots, or plain HTTP to this very machine and nowhere else.
//!
//! The SDK's own connector offers HTTP/2 only and has no time limits; this one is given to it. What the SDK cannot do
//! (response headers, a POST without our token) goes over the same kind of connection by [`Raw`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use url::{Host, Url};

use super::error::{Again, SlackError, no_connection};

/// How long the other side may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// How long a connection may stay without a sign of life before it is given up, so that later calls get a fresh one.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer that is read outside the SDK, in bytes.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Why the client cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The address is none that we would send a token to.
    #[error(
        "Slack's API address must start with https://, or be http:// on this very machine (127.0.0.1, ::1, localhost)"
    )]
    Address,
    /// The machine has no certificates to trust.
    #[error("no trusted certificates on this machine (install ca-certificates): {0}")]
    Roots(String),
}

/// Whether an address is fit for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Encrypted, to anywhere.
    Tls,
    /// Plain, on this machine: tests, the demo and the sandbox.
    Loopback,
}

impl Reach {
    /// What an address allows, if it is fit at all.
    pub(super) fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        match url.scheme() {
            "https" if url.host().is_some() => Some(Self::Tls),
            "http" if Self::is_here(&url) => Some(Self::Loopback),
            _ => None,
        }
    }

    /// Whether that is this very machine.
    pub(super) fn is_here(url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        }
    }
}

/// Makes the connector for addresses of that reach.
pub(super) fn connector(reach: Reach) -> Result<HttpsConnector<HttpConnector>, SetupError> {
    let provider = Arc::new(ring::default_provider());
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    tcp.set_keepalive(Some(SILENCE_LIMIT * 3));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(SILENCE_LIMIT));
    let builder = HttpsConnectorBuilder::new();
    Ok(match reach {
        Reach::Tls => builder
            .with_provider_and_native_roots(provider)
            .map_err(|error| SetupError::Roots(error.to_string()))?
            .https_only()
            .enable_http1()
            .enable_http2()
            .wrap_connector(tcp),
        Reach::Loopback => {
            let config = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring speaks the default versions")
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            builder.with_tls_config(config).https_or_http().enable_http1().wrap_connector(tcp)
        }
    })
}

/// A bare POST, for what the SDK cannot do.
#[derive(Clone)]
pub(super) struct Raw {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What came back, read whole.
pub(super) struct Answer {
    /// HTTP's status.
    pub(super) status: StatusCode,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Bytes,
}

impl Answer {
    /// The wait that goes with a 429, in whole seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

impl Raw {
    /// Over that connector.
    pub(super) fn new(connector: HttpsConnector<HttpConnector>) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Posts `body` of that type, with our token if one is given.
    pub(super) async fn post(
        &self,
        address: &str,
        content_type: &str,
        token: Option<&str>,
        body: Bytes,
        again: Again,
    ) -> Result<Answer, SlackError> {
        let mut request = Request::post(address).header(CONTENT_TYPE, content_type);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .body(Full::new(body))
            .map_err(|_| SlackError::Permanent { code: "address_is_not_valid".to_owned() })?;
        let response = self.client.request(request).await.map_err(|error| {
            if error.is_connect() { no_connection() } else { again.unknown("the connection was lost") }
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER)
            .collect()
            .await
            .map_err(|_| again.unknown("the answer broke off"))?
            .to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        let table = [
            ("https://slack.com/api", Some(Reach::Tls)),
            ("https://slack-gov.com/api", Some(Reach::Tls)),
            ("http://127.0.0.1:9/api", Some(Reach::Loopback)),
            ("http://[::1]:9/api", Some(Reach::Loopback)),
            ("http://LOCALHOST:9/api", Some(Reach::Loopback)),
            ("http://slack.com/api", None),
            ("http://127.0.0.1.example.com/api", None),
            ("http://localhost.example.com/api", None),
            ("http://10.0.0.1/api", None),
            ("ftp://127.0.0.1/api", None),
            ("slack.com/api", None),
            ("", None),
        ];
        for (address, expected) in table {
            assert_eq!(Reach::of(address), expected, "{address}");
        }
    }
}
