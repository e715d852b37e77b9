//! The trust boundary: a bounded body, a good signature over its raw bytes, and only then a look inside.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

use super::Edge;
use crate::domain::ids::UserId;
use crate::slack::parse::{self, Inbound};

impl Edge {
    /// Checks the signature and reads the request; a forged or stale one is never parsed.
    pub(super) fn read(&self, headers: &HeaderMap, body: &Bytes) -> Result<Inbound, StatusCode> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let timestamp = header("x-slack-request-timestamp");
        let signature = header("x-slack-signature");
        if let Err(rejection) = self.verifier.verify(timestamp, signature, body, self.app.now()) {
            tracing::warn!(%rejection, bytes = body.len(), "a request that is not Slack's was refused");
            return Err(StatusCode::UNAUTHORIZED);
        }
        let policy = self.app.policy();
        let names = |user: &UserId| policy.org.person(user).map(|person| person.name.clone());
        Ok(parse::request(header("content-type"), body, &names, policy.org.bot_user.as_ref()))
    }
}
