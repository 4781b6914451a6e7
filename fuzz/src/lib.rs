//! What is fuzzed: functions from bytes to nothing that panic when the engine breaks a promise. The targets of
//! cargo-fuzz call them, and so does `tests/fuzz_corpus.rs`, which replays the seeds and the regressions on stable.

pub mod long;
pub mod masks;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/oracle/posix.rs"]
mod posix;
pub mod readers;

/// Counts what is allocated, so that [`measured`] can tell how much there was at most.
#[global_allocator]
static COUNTED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Checks one input with a reader, and that it took no more memory than it may.
pub fn measured(reader: &readers::Reader, bytes: &[u8]) {
    COUNTED.reset_peak_usage();
    let before = COUNTED.current_usage();
    let produced = readers::check(reader, bytes);
    let peak = COUNTED.peak_usage().saturating_sub(before);
    let most = readers::most_memory(produced);
    assert!(peak <= most, "{peak} bytes of memory for {produced} bytes, {most} are allowed");
}
