//! What is fuzzed: functions from bytes to nothing that panic when the engine breaks a promise. The targets of
//! cargo-fuzz call them, and so does `tests/fuzz_corpus.rs`, which replays the seeds and the regressions on stable.

pub mod long;
pub mod masks;
