//! The rules of engagement as tables and properties: the pure core alone, on the example directory.

#[path = "rules/deciding_table.rs"]
mod deciding_table;
#[path = "rules/modes.rs"]
mod modes;
#[path = "rules/proofs.rs"]
mod proofs;
#[path = "rules/properties.rs"]
mod properties;
#[path = "rules/who_may.rs"]
mod who_may;
#[path = "rules/world.rs"]
mod world;
