//! Tests that ask a real engine what our output does to it.
//!
//! They stand in `tests/engine_*.rs` and are marked `#[ignore = "needs …"]`, so that a plain `cargo test` passes on
//! a machine without the engine.

use std::fs;

use crate::native::PROFILE;
use crate::place::Place;
use crate::report::{Ran, Report};
use crate::run;
use crate::tally::{self, Tally};

const PREFIX: &str = "engine_";

/// All of them.
pub fn engine(place: &Place, report: &mut Report) {
    report.step("engine tests", || {
        if !exist(place) {
            return Ran::Skipped(format!("there is no tests/{PREFIX}*.rs"));
        }
        let mut cargo = place.cargo();
        cargo.args(["test", "--locked", "--no-fail-fast", "--profile", PROFILE]);
        cargo.args(["--test", &format!("{PREFIX}*"), "--", "--ignored"]);
        let mut tally = Tally::default();
        let outcome = run::listen(cargo, |line| tally += tally::rust(line).unwrap_or_default());
        Ran::counted(tally, outcome)
    });
}

/// Whether cargo's line `Running tests/engine_clamav.rs (target/…)` opens such a test.
pub fn is_heading(line: &str) -> bool {
    line.trim_start().strip_prefix("Running tests/").is_some_and(|file| file.starts_with(PREFIX))
}

fn exist(place: &Place) -> bool {
    let files = fs::read_dir(place.root.join("tests")).into_iter().flatten().flatten();
    files.map(|file| file.file_name()).any(|name| name.to_string_lossy().starts_with(PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_engine_tests_are_known() {
        assert!(is_heading("     Running tests/engine_clamav.rs (target/fast/deps/engine_clamav-0)"));
        assert!(!is_heading("     Running tests/tidy.rs (target/fast/deps/tidy-0)"));
        assert!(!is_heading("     Running unittests src/lib.rs (target/fast/deps/crosswalk-0)"));
    }
}
