//! A bare GET to an address of the operator's own, which may hold a secret: it is never shown, not in an error either.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::transport::{Reach, SetupError, connector};

/// How long an answer may take.
const WITHIN: Duration = Duration::from_secs(10);

/// An address that is told of our good health.
#[derive(Clone)]
pub struct Beacon {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: String,
}

/// Why nobody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// It cannot be called.
    #[error("the address cannot be called")]
    Address,
    /// Nobody answered.
    #[error("nobody answered")]
    NoAnswer,
    /// It was refused.
    #[error("the answer was HTTP {0}")]
    Refused(u16),
}

impl fmt::Debug for Beacon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Beacon(…)")
    }
}

impl Beacon {
    /// For that address: https, or plain http on this very machine.
    pub fn new(address: &str) -> Result<Self, SetupError> {
        let reach = Reach::of(address).ok_or(SetupError::Address)?;
        let client = Client::builder(TokioExecutor::new()).build(connector(reach)?);
        Ok(Self { client, address: address.to_owned() })
    }

    /// Tells it.
    pub async fn light(&self) -> Result<(), BeaconError> {
        let request = Request::get(&self.address).body(Full::default()).map_err(|_| BeaconError::Address)?;
        let answer = timeout(WITHIN, self.client.request(request)).await;
        let status = answer.map_err(|_| BeaconError::NoAnswer)?.map_err(|_| BeaconError::NoAnswer)?.status();
        if status.is_success() { Ok(()) } else { Err(BeaconError::Refused(status.as_u16())) }
    }
}
