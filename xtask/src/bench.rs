//! `cargo xtask bench`: speed and memory of the engine, natively and in the browser, beside a bare quick-xml loop.
//!
//! `docs/bench.txt` is committed, so that a change shows in review. Numbers depend on the machine and on what else it
//! does: nothing fails because of them.

use std::fs;

use crate::debian::{self, CHROMIUM, NODE};
use crate::page::PUBLISHED;
use crate::place::Place;
use crate::tools::{self, WASM_BINDGEN};
use crate::{browser, page, run};

/// Measures, prints, and with `--bless` writes it down.
pub fn bench(place: &Place, words: &[&str]) -> Result<(), String> {
    let bless = match words {
        [] => false,
        ["--bless"] => true,
        _ => return Err(format!("bench knows --bless, not {}", words.join(" "))),
    };
    debian::prepare(place, &[&NODE, &CHROMIUM])?;
    page::build(place, PUBLISHED)?;
    browser::libraries(place)?;
    let text = format!("{}\n{}\n{}", native(place)?, masks(place)?, in_browser(place)?);
    println!("{text}");
    if bless {
        fs::write(place.root.join("docs/bench.txt"), text).map_err(|why| format!("docs/bench.txt: {why}"))?;
    }
    Ok(())
}

fn native(place: &Place) -> Result<String, String> {
    let build = ["build", "--locked", "--release", "--features", "bench", "--bin", "bench"];
    run::run(place.cargo().args(build))?;
    let program = place.target.join("release/bench");
    run::output(&mut place.command(&program.to_string_lossy()))
        .ok_or_else(|| "the measurement failed".to_owned())
}

/// Masks alone: reading, comparing, choosing, looking through lists.
fn masks(place: &Place) -> Result<String, String> {
    let mut cargo = place.cargo();
    cargo.args(["bench", "--locked", "--bench", "masks", "--", "--max-time", "3", "--color", "never"]);
    let table = run::output(&mut cargo).ok_or_else(|| "the measurement of the masks failed".to_owned())?;
    Ok(format!("Masks: time for a list of so many, natively\n{}\n", table.trim()))
}

fn in_browser(place: &Place) -> Result<String, String> {
    let build = "build --locked --target wasm32-unknown-unknown --no-default-features --features page,bench --bin bench_browser";
    let profile = ["--profile", page::PROFILE];
    run::run(place.cargo().args(build.split(' ')).args(profile))?;
    let module = place.target.join("wasm32-unknown-unknown").join(page::PROFILE).join("bench_browser.wasm");
    let folder = place.target.join("bench-browser");
    let mut bindgen = place.command("wasm-bindgen");
    bindgen.env("PATH", place.path_with(tools::folders(place, &[&WASM_BINDGEN])));
    run::run(bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(&module))?;
    let mut node = place.command("node");
    node.arg("bench.mjs")
        .arg(&folder)
        .current_dir(place.root.join("tests/browser"))
        .env("CROSSWALK_DIST", place.dist());
    run::output(&mut node).ok_or_else(|| "the measurement in the browser failed".to_owned())
}
