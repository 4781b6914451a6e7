//! The account of a test run: what ran, how long it took, what came out.

use std::time::{Duration, Instant};

use crate::tally::Tally;

/// What became of a step.
pub enum Ran {
    /// It passed; a test runner counted this much.
    Passed(Tally),
    /// It could not run here, for this reason.
    Skipped(String),
    /// It failed, for this reason; a test runner counted this much.
    Failed(Tally, String),
}

impl Ran {
    /// Of a step without a test runner.
    pub fn plain(outcome: Result<(), String>) -> Self {
        match outcome {
            Ok(()) => Self::Passed(Tally::default()),
            Err(why) => Self::Failed(Tally::default(), why),
        }
    }

    /// Of a test runner that has counted `tally`. One that counts nothing has not tested anything.
    pub fn counted(tally: Tally, outcome: Result<(), String>) -> Self {
        match outcome {
            Ok(()) if tally == Tally::default() => Self::Failed(tally, "no test was counted".to_owned()),
            Ok(()) if tally.failed == 0 => Self::Passed(tally),
            Ok(()) => Self::Failed(tally, "tests failed".to_owned()),
            Err(why) => Self::Failed(tally, why),
        }
    }
}

struct Row {
    name: &'static str,
    took: Duration,
    ran: Ran,
}

/// The steps so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Runs a step; whether it passed.
    pub fn step(&mut self, name: &'static str, step: impl FnOnce() -> Ran) -> bool {
        println!("\n== {name}");
        let started = Instant::now();
        let ran = step();
        let took = started.elapsed();
        let passed = matches!(ran, Ran::Passed(_));
        let word = match &ran {
            Ran::Passed(_) => "passed".to_owned(),
            Ran::Skipped(why) => format!("skipped: {why}"),
            Ran::Failed(_, why) => format!("FAILED: {why}"),
        };
        println!("== {name}: {word} ({})", seconds(took));
        self.rows.push(Row { name, took, ran });
        passed
    }

    /// A failed or skipped step counts as one test where no runner has counted.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for row in &self.rows {
            total += match &row.ran {
                Ran::Passed(tally) => *tally,
                Ran::Skipped(_) => Tally { skipped: 1, ..Tally::default() },
                Ran::Failed(tally, _) => Tally { failed: tally.failed.max(1), ..*tally },
            };
        }
        total
    }

    /// Prints the table and, as the very last line, the sum. Whether all is well.
    pub fn close(&self) -> bool {
        let wide = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        println!("\n{:wide$}  {:>9}  result", "step", "time");
        for Row { name, took, ran } in &self.rows {
            let result = match ran {
                Ran::Passed(tally) if *tally == Tally::default() => "passed".to_owned(),
                Ran::Passed(tally) => tally.to_string(),
                Ran::Skipped(why) => format!("skipped: {why}"),
                Ran::Failed(tally, why) if *tally == Tally::default() => format!("FAILED: {why}"),
                Ran::Failed(tally, why) => format!("FAILED ({tally}): {why}"),
            };
            let result = result.lines().next().unwrap_or_default();
            println!("{name:wide$}  {:>9}  {result}", seconds(*took));
        }
        let all: Duration = self.rows.iter().map(|row| row.took).sum();
        println!("{:wide$}  {:>9}", "all", seconds(all));
        let total = self.total();
        println!("\n{total}");
        total.failed == 0
    }
}

fn seconds(took: Duration) -> String {
    match took.as_secs() {
        0..60 => format!("{:.1} s", took.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_counts_at_least_one_failure() {
        let mut report = Report::default();
        report.step("format", || Ran::plain(Err("not formatted".to_owned())));
        report.step("tests", || Ran::plain(Ok(())));
        report.step("more", || Ran::Passed(Tally { passed: 5, failed: 0, skipped: 1 }));
        report.step("engine", || Ran::Skipped("no engine".to_owned()));
        assert_eq!(report.total(), Tally { passed: 5, failed: 1, skipped: 2 });
        assert!(!report.close());
    }

    #[test]
    fn a_runner_that_counts_a_failure_has_failed_whatever_it_returns() {
        let tally = Tally { passed: 1, failed: 2, skipped: 0 };
        assert!(matches!(Ran::counted(tally, Ok(())), Ran::Failed(..)));
        assert!(matches!(Ran::counted(Tally::default(), Ok(())), Ran::Failed(..)));
    }
}
