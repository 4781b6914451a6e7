//! `cargo xtask ci`: the tests, and that they left the repository as they found it.

use std::process::ExitCode;

use crate::place::Place;
use crate::report::{Ran, Report};
use crate::{run, test};

/// A test that writes into the repository, or a generated file that is not committed as it is generated, shows as a
/// changed file.
pub fn ci(place: &Place) -> ExitCode {
    let mut report = Report::default();
    test::run(place, &mut report, None);
    report.step("no file changed", || {
        Ran::plain(match run::output(place.command("git").args(["status", "--porcelain"])) {
            Some(changed) if changed.is_empty() => Ok(()),
            Some(changed) => Err(format!("changed or new:\n{changed}")),
            None => Err("git could not tell".to_owned()),
        })
    });
    if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
