//! `cargo xtask fuzz`: hands masks that a fuzzer makes up to the functions in `fuzz/`, until one breaks a promise.
//!
//! Not a part of the tests: it takes a nightly Rust, and finds something else each time. What `cargo xtask test` replays
//! are the seeds in `fuzz/corpus` and what was found before, in `fuzz/regressions`.

use std::fs;

use crate::place::Place;
use crate::run;

/// The targets.
const TARGETS: [&str; 2] = ["mask_parse_compare", "mask_long"];

/// How long, when nothing is said.
const SECONDS: u32 = 300;

/// Bounds of one input: its length in bytes, its time in seconds, the memory of the whole in megabytes.
const BOUNDS: [&str; 3] = ["-max_len=400", "-timeout=10", "-rss_limit_mb=2048"];

const MISSING: &str = "\
fuzzing needs cargo-fuzz and a nightly Rust. To install them:
  rustup toolchain install nightly --profile minimal
  cargo install cargo-fuzz --version ^0.13 --locked";

/// Runs one target for some time.
pub fn fuzz(place: &Place, words: &[&str]) -> Result<(), String> {
    let (target, seconds) = wish(words)?;
    if run::output(place.command("cargo").args(["+nightly", "fuzz", "--version"])).is_none() {
        return Err(MISSING.to_owned());
    }
    // Inputs that reach something new go here; the seeds stay what they are.
    let found = place.target.join("fuzz-found").join(target);
    let cases = place.target.join("fuzz-cases").join(target);
    for folder in [&found, &cases] {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let mut fuzz = place.command("cargo");
    // The sanitizer looks for what only unsafe code can do, and there is none.
    fuzz.args(["+nightly", "fuzz", "run", "--sanitizer", "none", "--target-dir"])
        .arg(place.target.join("fuzz"))
        .arg(target)
        .arg(&found)
        .arg(place.root.join("fuzz/corpus").join(target))
        .arg("--")
        .args(BOUNDS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-dict={}", place.root.join("fuzz/masks.dict").display()))
        .arg(format!("-artifact_prefix={}/", cases.display()))
        .env("RUST_BACKTRACE", "1");
    // Cargo tells a program that it starts which Rust is in use; nightly must be able to say something else.
    for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC", "RUSTDOC"] {
        fuzz.env_remove(name);
    }
    run::run(&mut fuzz).map_err(|why| {
        format!(
            "{why}\nAn input that failed is in {}. Keep it in fuzz/regressions/{target}, under a name that says what is \
             wrong: `cargo test --test fuzz_corpus` replays it",
            cases.display()
        )
    })
}

/// The target and the seconds that `words` ask for.
fn wish<'w>(words: &[&'w str]) -> Result<(&'w str, u32), String> {
    let (target, seconds) = match words {
        [] => (TARGETS[0], None),
        [target] => (*target, None),
        [target, seconds] => (*target, Some(*seconds)),
        _ => return Err("fuzz takes a target and a number of seconds".to_owned()),
    };
    if !TARGETS.contains(&target) {
        return Err(format!("fuzz knows the targets {}, not {target}", TARGETS.join(", ")));
    }
    let seconds = match seconds.map(str::parse) {
        None => SECONDS,
        // To libFuzzer, none at all means without end.
        Some(Ok(seconds)) if seconds > 0 => seconds,
        Some(_) => return Err("the number of seconds is a whole one, 1 or more".to_owned()),
    };
    Ok((target, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_a_target_and_seconds() {
        assert_eq!(wish(&[]), Ok(("mask_parse_compare", SECONDS)));
        assert_eq!(wish(&["mask_long", "60"]), Ok(("mask_long", 60)));
        for wrong in [&["mask"][..], &["mask_long", "0"], &["mask_long", "1m"], &["mask_long", "1", "2"]] {
            assert!(wish(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_target_has_seeds_and_a_binary() {
        let root = Place::find().root;
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        for target in TARGETS {
            assert!(manifest.contains(&format!("name = \"{target}\"\n")), "{target}");
            assert!(root.join("fuzz/corpus").join(target).is_dir(), "{target}");
        }
    }
}
