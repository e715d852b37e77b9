//! Stories of a call, one file a theme.

mod answering;
mod asking;
mod changing;
mod invariants;
mod reminding;
