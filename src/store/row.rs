//! Reads columns back into our types: what cannot be read is a named error (table, row, column), never a panic.

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// A row that is being read.
pub(super) struct Reading<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    key: &'static str,
}

impl<'r> Reading<'r> {
    /// Reads a row of that table; `key` is the column that names it in an error.
    pub(super) fn new(row: &'r Row<'r>, table: &'static str, key: &'static str) -> Self {
        Self { row, table, key }
    }

    /// A plain column.
    pub(super) fn get<T: FromSql>(&self, column: &'static str) -> Result<T, StoreError> {
        self.row.get(column).map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// A column of text, where it lies.
    fn text(&self, column: &'static str) -> Result<&str, StoreError> {
        let value = self.row.get_ref(column).map_err(|error| self.corrupt(column, error.to_string()))?;
        value.as_str().map_err(|error| self.corrupt(column, error.to_string()))
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
        serde_json::from_str(self.text(column)?).map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// A column that holds one of our names.
    pub(super) fn known<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        read(self.text(column)?).ok_or_else(|| self.corrupt(column, "the name is unknown".to_owned()))
    }

    /// The error for a column that cannot be read.
    pub(super) fn corrupt(&self, column: &'static str, reason: String) -> StoreError {
        let id = self.row.get(self.key).unwrap_or(Name("?".to_owned())).0;
        StoreError::Corrupt { table: self.table, id, column, reason }
    }
}

/// What a row is called, whatever its type.
struct Name(String);

impl FromSql for Name {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value {
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => "?".to_owned(),
        }))
    }
}

/// Every row of a statement that can be read; the others are reported and left out, so that one bad row never hides the rest.
pub(super) fn all<T>(
    db: &Connection,
    sql: &'static str,
    arguments: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(arguments)?;
    let mut good = Vec::new();
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(value) => good.push(value),
            Err(error) => tracing::error!(%error, "a row cannot be read and is left out of a list"),
        }
    }
    Ok(good)
}

/// The one row of a statement, if there is one.
pub(super) fn one<T>(
    db: &Connection,
    sql: &'static str,
    arguments: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(arguments)?;
    rows.next()?.map(read).transpose()
}

/// The JSON of one of our values.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our plain types always have a JSON form")
}
