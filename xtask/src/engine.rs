//! Tests that ask a real engine what our output does to it.
//!
//! Their files ask the variable [`WISH`] whether the engine must be there, or is to be left alone; without it they use
//! what they find.

use crate::native::PROFILE;
use crate::place::Place;
use crate::report::{Ran, Report};
use crate::run;
use crate::tally::{self, Tally};

/// The files in `tests/` that ask an engine.
const TESTS: [&str; 2] = ["clamav", "clamav_masks"];

/// The variable that the tests ask.
pub const WISH: &str = "CROSSWALK_ENGINE";

/// All of them, with the engine.
pub fn engine(place: &Place, report: &mut Report) {
    report.step("engine tests", || {
        let mut cargo = place.cargo();
        cargo.args(["test", "--locked", "--no-fail-fast", "--profile", PROFILE]).env(WISH, "required");
        cargo.args(TESTS.iter().flat_map(|test| ["--test", test]));
        let mut tally = Tally::default();
        let outcome = run::listen(cargo, |line| tally += tally::rust(line).unwrap_or_default());
        Ran::counted(tally, outcome)
    });
}

/// Whether cargo's line `Running tests/clamav.rs (target/…)` opens such a test.
pub fn is_heading(line: &str) -> bool {
    let file = line.trim_start().strip_prefix("Running tests/").and_then(|rest| rest.split_once(".rs"));
    file.is_some_and(|(name, _)| TESTS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_engine_tests_are_known() {
        assert!(is_heading("     Running tests/clamav.rs (target/fast/deps/clamav-0)"));
        assert!(is_heading("     Running tests/clamav_masks.rs (target/fast/deps/clamav_masks-0)"));
        assert!(!is_heading("     Running tests/tidy.rs (target/fast/deps/tidy-0)"));
        assert!(!is_heading("     Running unittests src/lib.rs (target/fast/deps/crosswalk-0)"));
    }
}
