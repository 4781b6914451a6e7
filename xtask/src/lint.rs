//! Checks that read the source: format, clippy for both sides of the house, documentation, licences.

use crate::place::Place;
use crate::report::{Ran, Report};
use crate::run;
use crate::tools::{self, DENY};

/// All of them.
pub fn lint(place: &Place, report: &mut Report) {
    report.step("format", || {
        let ready = tools::rust_components(place);
        Ran::plain(ready.and_then(|()| run::run(place.cargo().args(["fmt", "--all", "--check"]))))
    });
    report.step("clippy, engine and command line", || {
        let native = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
        Ran::plain(run::run(place.cargo().args(native)))
    });
    report.step("clippy, page", || {
        let page = "clippy --locked --target wasm32-unknown-unknown --no-default-features --features page \
                    --lib --bin app -- -D warnings";
        let ready = tools::rust_target(place);
        Ran::plain(ready.and_then(|()| run::run(place.cargo().args(page.split_whitespace()))))
    });
    report.step("documentation", || {
        let mut doc = place.cargo();
        doc.args(["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
        Ran::plain(run::run(doc.env("RUSTDOCFLAGS", "-D warnings")))
    });
    report.step("licences and sources of crates", || licences(place));
}

/// The list of known vulnerabilities comes from elsewhere and changes by the day: not part of the tests.
fn licences(place: &Place) -> Ran {
    if let Err(why) = tools::install(place, &[&DENY]) {
        return Ran::Skipped(format!("cargo-deny could not be installed: {why}"));
    }
    let mut deny = place.command("cargo-deny");
    deny.env("PATH", place.path_with(tools::folders(place, &[&DENY])));
    Ran::plain(run::run(deny.args([
        "--workspace",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ])))
}
