//! Where somebody was asked for an exception: the message that says later how it ended. Only reads; the outbox keeps what was
//! sent far longer than an exception is open.

use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::open::Store;
use super::row::one;
use crate::domain::ids::{EngagementId, InstallationId, Ts, UserId};

/// Along the index of these few. People's words have their quotes escaped there.
pub(super) const ASKED: &str = "SELECT ts FROM outbox WHERE installation_id = ? AND state = 'sent' \
    AND instr(notice, '\"exception_asked\":{') AND json_extract(notice, '$.engagement') = ? AND lane = ? \
    AND ts IS NOT NULL ORDER BY id DESC LIMIT 1";

impl Store {
    /// The last direct message in which this person was asked for an exception, where Slack has one.
    pub async fn asked_in(
        &self,
        installation: InstallationId,
        engagement: EngagementId,
        user: &UserId,
    ) -> Result<Option<Ts>, StoreError> {
        let user = user.clone();
        let ts = |row: &Row<'_>| Ok(Ts(row.get(0)?));
        let read =
            move |db: &Connection| one(db, ASKED, params![installation.0, engagement.0, user.as_str()], ts);
        self.0.readers.read(read).await
    }
}
