//! What is fuzzed: functions from bytes to nothing that panic when the engine breaks a promise. The targets of
//! cargo-fuzz call them, and so does `tests/fuzz_corpus.rs`, which replays the seeds and the regressions on stable.

pub mod long;
pub mod masks;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/oracle/posix.rs"]
mod posix;
