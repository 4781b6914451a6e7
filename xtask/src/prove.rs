//! `cargo xtask prove`: the tests about masks and about whole conversions, with far more paths than CI takes.
//!
//! They run on every core. What they count is printed again at the end, in a form that can be put into a note.

use std::thread;
use std::time::Instant;

use crate::native::PROFILE;
use crate::place::Place;
use crate::run;

/// How many paths, unless the command line says another number.
const PATHS: u64 = 100_000_000;

/// What is proved: the test file, the variable for how much, and what that counts; the last one takes a tenth, since its
/// other half compares as many pairs of masks.
const PROOFS: [(&str, &str, &str, u64); 2] = [
    ("promise_never_looser_borders", "CROSSWALK_PATHS", "paths near the borders of whole conversions", 1),
    ("masks", "CROSSWALK_CASES", "pairs of a mask and a path", 10),
];

/// Runs the long forms and prints their numbers.
pub fn prove(place: &Place, words: &[&str]) -> Result<(), String> {
    let paths = match words {
        [] => PATHS,
        [number] => number
            .replace('_', "")
            .parse()
            .map_err(|_| format!("prove takes a number of paths, such as 1_000_000, not {number}"))?,
        _ => return Err(format!("prove takes one number of paths, not {}", words.join(" "))),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (mut summary, mut failed) = (String::new(), Vec::new());
    for (test, variable, counted, share) in PROOFS {
        let paths = paths / share;
        let begun = Instant::now();
        let mut cargo = place.cargo();
        cargo.args(["test", "--locked", "--profile", PROFILE, "--test", test, "--", "--nocapture"]);
        cargo.env(variable, paths.to_string()).env("CROSSWALK_THREADS", threads.to_string());
        summary.push_str(&format!("\n{test}: {paths} {counted}\n"));
        let mut tests_begun = false;
        let outcome = run::listen(cargo, |line| {
            tests_begun |= line.starts_with("running ");
            if tests_begun && is_told(line) {
                summary.push_str(&format!("  {line}\n"));
            }
        });
        let verdict = if outcome.is_ok() { "holds" } else { "DOES NOT HOLD" };
        summary.push_str(&format!("  {verdict}, {} s\n", begun.elapsed().as_secs()));
        failed.extend(outcome.err());
    }
    println!("{summary}");
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// A line with numbers of the tests themselves, not of what runs them.
fn is_told(line: &str) -> bool {
    let of_runner = ["running ", "test ", "thread ", "failures:", "stack backtrace", "note: ", "error: "];
    let told = line.trim_start();
    !told.is_empty()
        && !of_runner.iter().any(|start| told.starts_with(start))
        && [" judged in ", " conversions (", "rows: ", " pairs", " masks, "]
            .iter()
            .any(|part| told.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_and_the_runner_is_not() {
        for line in ["7 paths judged in 1 inputs (0 refused), 0.1 s", "kes: 1 masks, 2 pairs, 1 taken"] {
            assert!(is_told(line), "{line}");
        }
        for line in
            ["running 2 tests", "test pairs ... ok", "", "  10: core::ops::function", "test result: ok."]
        {
            assert!(!is_told(line), "{line}");
        }
    }
}
