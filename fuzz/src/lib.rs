//! What the fuzzer calls: the same plain functions that `tests/fuzz_corpus.rs` replays on a stable compiler.

pub mod targets;
