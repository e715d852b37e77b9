//! Reads columns back into our types: what cannot be read is a named error (table, row, column), never a panic.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use super::StoreError;

/// A row that is being read.
pub(super) struct Reading<'r> {
    row: &'r SqliteRow,
    table: &'static str,
    id: String,
}

impl<'r> Reading<'r> {
    /// Reads a row of that table; `key` is the column that names it in an error.
    pub(super) fn new(row: &'r SqliteRow, table: &'static str, key: &str) -> Self {
        let id = row
            .try_get::<i64, _>(key)
            .map(|id| id.to_string())
            .or_else(|_| row.try_get::<String, _>(key))
            .unwrap_or_else(|_| "?".to_owned());
        Self { row, table, id }
    }

    /// A plain column.
    pub(super) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// An instant.
    pub(super) fn at(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        self.instant(column, self.get(column)?)
    }

    /// An instant that may be missing.
    pub(super) fn at_if_any(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.get::<Option<i64>>(column)?.map(|micros| self.instant(column, micros)).transpose()
    }

    fn instant(&self, column: &'static str, micros: i64) -> Result<DateTime<Utc>, StoreError> {
        DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| self.corrupt(column, format!("{micros} is no instant")))
    }

    /// A column of JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: &str = self.get(column)?;
        serde_json::from_str(text).map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// A column that holds one of our names.
    pub(super) fn known<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let name: &str = self.get(column)?;
        read(name).ok_or_else(|| self.corrupt(column, "the name is unknown".to_owned()))
    }

    /// The error for a column that cannot be read.
    pub(super) fn corrupt(&self, column: &'static str, reason: String) -> StoreError {
        StoreError::Corrupt { table: self.table, id: self.id.clone(), column, reason }
    }
}

/// The rows that can be read; the others are reported and left out, so that one bad row never hides the rest.
pub(super) fn readable<T>(rows: &[SqliteRow], read: impl Fn(&SqliteRow) -> Result<T, StoreError>) -> Vec<T> {
    let mut good = Vec::with_capacity(rows.len());
    for row in rows {
        match read(row) {
            Ok(value) => good.push(value),
            Err(error) => tracing::error!(%error, "a row cannot be read and is left out of a list"),
        }
    }
    good
}

/// The JSON of one of our values.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our plain types always have a JSON form")
}
