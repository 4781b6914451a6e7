//! Counting: what the test runners say at the end of a run, added up.

use std::ops::AddAssign;

/// How many tests passed, failed, and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// A summary line of Rust's test runner:
/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
pub fn rust(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for count in counts.split("; ") {
        match number_and_word(count) {
            Some((n, "passed")) => tally.passed += n,
            Some((n, "failed")) => tally.failed += n,
            Some((n, "ignored")) => tally.skipped += n,
            _ => {}
        }
    }
    Some(tally)
}

/// A summary line of Playwright: `  12 passed (3.4s)`, `  1 failed`, `  2 skipped`, `  1 did not run`.
pub fn playwright(line: &str) -> Option<Tally> {
    let counted = line.split(" (").next().unwrap_or(line);
    let (n, word) = number_and_word(counted)?;
    match word {
        "passed" | "flaky" => Some(Tally { passed: n, ..Tally::default() }),
        "failed" | "interrupted" => Some(Tally { failed: n, ..Tally::default() }),
        "skipped" | "did not run" => Some(Tally { skipped: n, ..Tally::default() }),
        _ => None,
    }
}

fn number_and_word(text: &str) -> Option<(usize, &str)> {
    let (number, word) = text.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: Option<Tally>, passed: usize, failed: usize, skipped: usize) {
        assert_eq!(found, Some(Tally { passed, failed, skipped }));
    }

    #[test]
    fn rust_summaries_are_read() {
        check(rust("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"), 3, 0, 1);
        check(
            rust("test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out"),
            7,
            2,
            0,
        );
        assert_eq!(rust("test mask::tests::star ... ok"), None);
        assert_eq!(rust("12 passed"), None);
    }

    #[test]
    fn playwright_summaries_are_read() {
        check(playwright("  12 passed (3.4s)"), 12, 0, 0);
        check(playwright("  1 failed"), 0, 1, 0);
        check(playwright("  2 skipped"), 0, 0, 2);
        check(playwright("  3 did not run"), 0, 0, 3);
        assert_eq!(playwright("  ✓  1 x.spec.mjs:4:1 › loads (1.8s)"), None);
        assert_eq!(playwright("Running 2 tests using 2 workers"), None);
    }
}
