//! Stories of a call, one file a theme.

mod answering;
mod asking;
mod changing;
mod exceptions;
mod invariants;
mod reminding;
