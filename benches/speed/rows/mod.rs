//! The rows, a family a file. Each sets up its own place, so that any of them can be run alone.

mod asks;
mod at_once;
mod lateness;
mod locked;
mod memory;
mod messages;
mod next_due;
mod overdue;
mod repeats;
mod replies;
mod reports;
mod settled;
mod stalled;
mod start;
mod type_ahead;
mod year;

use anyhow::Result;

use crate::Bench;
use crate::table::Row;

/// A family of rows.
type Family = fn(&Bench) -> Result<Vec<Row>>;

/// Every family, in the order of the table.
pub const FAMILIES: &[(&str, Family)] = &[
    ("asks", asks::run),
    ("replies", replies::run),
    ("messages", messages::unrelated),
    ("forged", messages::forged),
    ("repeats", repeats::run),
    ("type-ahead", type_ahead::run),
    ("next-due", next_due::run),
    ("lateness", lateness::run),
    ("at-once", at_once::run),
    ("overdue", overdue::run),
    ("settled", settled::run),
    ("locked", locked::run),
    ("stalled", stalled::run),
    ("memory", memory::run),
    ("start", start::run),
    ("year", year::run),
    ("reports", reports::run),
];
