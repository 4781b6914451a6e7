//! Tests that drive the built page in Chromium: `tests/browser/*.spec.mjs`.

use std::fs;
use std::path::Path;

use crate::page::PUBLISHED;
use crate::place::Place;
use crate::report::{Ran, Report};
use crate::tally::{self, Tally};
use crate::{native, page, run, size, tools};

/// Builds what they need, weighs the page, and runs them.
pub fn browser(place: &Place, report: &mut Report) {
    let built = report.step("tools of the page", || Ran::plain(tools::prepare_page(place)))
        && report.step("page", || Ran::plain(page::build(place, PUBLISHED)));
    if built {
        report.step("size of the page", || Ran::plain(size::check(place)));
    }
    report.step("browser tests", || {
        if !built {
            return Ran::Skipped("the page was not built".to_owned());
        }
        match native::command_line(place).and_then(|cli| Ok((cli, libraries(place)?))) {
            Ok((cli, ())) => specs(place, &cli),
            Err(why) => Ran::plain(Err(why)),
        }
    });
}

fn specs(place: &Place, cli: &Path) -> Ran {
    let mut playwright = place.command("node");
    playwright
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .current_dir(place.root.join("tests/browser"))
        .env("CROSSWALK_DIST", place.dist())
        .env("CROSSWALK_CLI", cli);
    let mut tally = Tally::default();
    let outcome = run::listen(playwright, |line| tally += tally::playwright(line).unwrap_or_default());
    Ran::counted(tally, outcome)
}

/// Installs the libraries of the lock file, unless it is done. No browser is downloaded, and no script of a library
/// is run.
pub fn libraries(place: &Place) -> Result<(), String> {
    let folder = place.root.join("tests/browser");
    let wanted =
        fs::read(folder.join("package-lock.json")).map_err(|why| format!("package-lock.json: {why}"))?;
    // A copy of the lock file that was installed.
    let stamp = folder.join("node_modules/.installed.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = place.command("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    run::run(&mut npm)?;
    fs::write(&stamp, wanted).map_err(|why| format!("{}: {why}", stamp.display()))
}
