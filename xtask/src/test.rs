//! `cargo xtask test`: every check of the repository, or one part of them.

use std::process::ExitCode;

use crate::debian::{self, CHROMIUM, CLAMAV, FONTS, NODE, Need, PIP, PYTHON};
use crate::place::Place;
use crate::report::{Ran, Report};
use crate::{browser, engine, lint, native, usage};

/// A part: its name, what it needs of the distribution, and how it runs.
struct Part {
    name: &'static str,
    needs: &'static [&'static Need],
    run: fn(&Place, &mut Report),
}

const PARTS: [Part; 4] = [
    Part { name: "lint", needs: &[], run: lint::lint },
    Part { name: "native", needs: &[&PYTHON, &PIP], run: native::native },
    Part { name: "browser", needs: &[&NODE, &CHROMIUM, &FONTS], run: browser::browser },
    Part { name: "engine", needs: &[&CLAMAV], run: engine::engine },
];

/// Runs the part that `words` names, or all.
pub fn test(place: &Place, words: &[&str]) -> ExitCode {
    let wanted = match words {
        [] => None,
        [name] if PARTS.iter().any(|part| part.name == *name) => Some(*name),
        _ => {
            let names = PARTS.map(|part| part.name).join(", ");
            return usage(&format!("test knows the parts {names}, not {}", words.join(" ")));
        }
    };
    let mut report = Report::default();
    run(place, &mut report, wanted);
    if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one part or all, each to its end whatever came of the ones before.
pub fn run(place: &Place, report: &mut Report, wanted: Option<&str>) {
    let parts: Vec<&Part> = PARTS.iter().filter(|part| wanted.is_none_or(|name| part.name == name)).collect();
    let needs: Vec<&Need> = parts.iter().flat_map(|part| part.needs).copied().collect();
    if !needs.is_empty() && !report.step("preparation", || Ran::plain(debian::prepare(place, &needs))) {
        return;
    }
    for part in parts {
        (part.run)(place, report);
    }
}
