//! What can go wrong with the store, as its callers branch on it.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engagement changed since it was read, or the clock is no longer due: decide again.
    #[error("the engagement changed meanwhile")]
    Conflict,
    /// The commit could not start before its deadline, and was not started.
    #[error("not started before its deadline")]
    TooLate,
    /// The database does not answer, is full, locked or gone; nothing was kept.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row cannot be read back.
    #[error("table {table}, row {id}, column {column} cannot be read: {reason}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// Which column.
        column: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
