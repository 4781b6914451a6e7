//! Tests that run on this machine: unit tests, golden cases, tidy rules, examples in the documentation; and the
//! command line, of the same build.

use std::path::PathBuf;

use crate::place::Place;
use crate::report::{Ran, Report};
use crate::tally::{self, Tally};
use crate::{engine, python, run};

/// The profile of everything that is tested: one compilation serves the tests and the command line.
pub const PROFILE: &str = "fast";

/// All of them.
pub fn native(place: &Place, report: &mut Report) {
    let judges = report.step("judges in Python", || Ran::plain(python::install(place)));
    report.step("native tests", || {
        let mut cargo = place.cargo();
        cargo.args(["test", "--locked", "--workspace", "--no-fail-fast", "--profile", PROFILE]);
        let mut tally = Tally::default();
        // Tests that ask an engine are a part of their own, and are counted there.
        cargo.env(engine::WISH, "skip");
        if judges {
            cargo.env(python::WISH, "required");
        }
        let mut at_engine = false;
        let outcome = run::listen(cargo, |line| {
            if line.trim_start().starts_with("Running ") || line.trim_start().starts_with("Doc-tests ") {
                at_engine = engine::is_heading(line);
            }
            if let Some(counted) = tally::rust(line).filter(|_| !at_engine) {
                tally += counted;
            }
        });
        Ran::counted(tally, outcome)
    });
}

/// Builds the command line; where it is.
pub fn command_line(place: &Place) -> Result<PathBuf, String> {
    run::run(place.cargo().args(["build", "--locked", "--profile", PROFILE, "--bin", "crosswalk"]))?;
    Ok(place.target.join(PROFILE).join(format!("crosswalk{}", std::env::consts::EXE_SUFFIX)))
}
