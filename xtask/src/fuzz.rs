//! `cargo xtask fuzz`: hands masks and files that a fuzzer makes up to the functions in `fuzz/`, until one breaks a promise.
//!
//! Not a part of the tests: it takes a nightly Rust, and finds something else each time. What `cargo xtask test` replays
//! are the seeds in `fuzz/corpus` and what was found before, in `fuzz/regressions`. The seeds of the readers are the inputs
//! of the golden cases as they are when the fuzzer runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::place::Place;
use crate::run;

/// A target: its name, whether it reads files, and how long an input may be, in bytes.
struct Target {
    name: &'static str,
    reads: bool,
    longest: u32,
}

/// The targets.
const TARGETS: [Target; 11] = [
    Target { name: "mask_parse_compare", reads: false, longest: 400 },
    Target { name: "mask_long", reads: false, longest: 400 },
    Target { name: "read_kesl", reads: true, longest: 16384 },
    Target { name: "read_json", reads: true, longest: 16384 },
    Target { name: "read_openapi", reads: true, longest: 16384 },
    Target { name: "read_propertiesmap", reads: true, longest: 16384 },
    Target { name: "read_csv", reads: true, longest: 8192 },
    Target { name: "read_ksws", reads: true, longest: 16384 },
    Target { name: "read_local_list", reads: true, longest: 8192 },
    Target { name: "read_klp", reads: true, longest: 16384 },
    Target { name: "read_archive", reads: true, longest: 16384 },
];

/// How long, when nothing is said.
const SECONDS: u32 = 300;

/// Bounds of one input: its time in seconds, the memory of the whole in megabytes.
const BOUNDS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

const MISSING: &str = "\
fuzzing needs cargo-fuzz and a nightly Rust. To install them:
  rustup toolchain install nightly --profile minimal
  cargo install cargo-fuzz --version ^0.13 --locked";

/// Runs one target for some time.
pub fn fuzz(place: &Place, words: &[&str]) -> Result<(), String> {
    let (Target { name: target, reads, longest }, seconds) = wish(words)?;
    if run::output(place.command("cargo").args(["+nightly", "fuzz", "--version"])).is_none() {
        return Err(MISSING.to_owned());
    }
    // Inputs that reach something new go here; the seeds stay what they are.
    let found = place.target.join("fuzz-found").join(target);
    let cases = place.target.join("fuzz-cases").join(target);
    for folder in [&found, &cases] {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let seeds = if *reads { Some(seeds(place, target)?) } else { None };
    let corpus = place.root.join("fuzz/corpus").join(target);
    let dictionary = if *reads { "fuzz/readers.dict" } else { "fuzz/masks.dict" };
    let mut fuzz = place.command("cargo");
    // The sanitizer looks for what only unsafe code can do, and there is none.
    fuzz.args(["+nightly", "fuzz", "run", "--sanitizer", "none", "--target-dir"])
        .arg(place.target.join("fuzz"))
        .arg(target)
        .arg(&found)
        .args(seeds)
        .args(corpus.is_dir().then_some(&corpus))
        .arg("--")
        .args(BOUNDS)
        .arg(format!("-max_len={longest}"))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-dict={}", place.root.join(dictionary).display()))
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

/// The inputs of the golden cases in a folder of their own.
fn seeds(place: &Place, target: &str) -> Result<PathBuf, String> {
    let failed = |path: &Path, why: std::io::Error| format!("{}: {why}", path.display());
    let folder = place.target.join("fuzz-seeds").join(target);
    fs::create_dir_all(&folder).map_err(|why| failed(&folder, why))?;
    let suite = place.root.join("tests/suite");
    for case in fs::read_dir(&suite).map_err(|why| failed(&suite, why))?.flatten() {
        for file in fs::read_dir(case.path()).into_iter().flatten().flatten() {
            if file.path().file_stem().is_some_and(|stem| stem == "input") {
                let seed = folder.join(case.file_name());
                fs::copy(file.path(), &seed).map_err(|why| failed(&seed, why))?;
            }
        }
    }
    Ok(folder)
}

/// The target and the seconds that `words` ask for.
fn wish(words: &[&str]) -> Result<(&'static Target, u32), String> {
    let (target, seconds) = match words {
        [] => (TARGETS[0].name, None),
        [target] => (*target, None),
        [target, seconds] => (*target, Some(*seconds)),
        _ => return Err("fuzz takes a target and a number of seconds".to_owned()),
    };
    let Some(target) = TARGETS.iter().find(|known| known.name == target) else {
        let known: Vec<&str> = TARGETS.iter().map(|known| known.name).collect();
        return Err(format!("fuzz knows the targets {}, not {target}", known.join(", ")));
    };
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
        let wish = |words: &[&str]| super::wish(words).map(|(target, seconds)| (target.name, seconds));
        assert_eq!(wish(&[]), Ok(("mask_parse_compare", SECONDS)));
        assert_eq!(wish(&["mask_long", "60"]), Ok(("mask_long", 60)));
        assert_eq!(wish(&["read_klp"]), Ok(("read_klp", SECONDS)));
        for wrong in [&["mask"][..], &["mask_long", "0"], &["mask_long", "1m"], &["mask_long", "1", "2"]] {
            assert!(wish(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_target_has_seeds_and_a_binary() {
        let root = Place::find().root;
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        for target in TARGETS {
            let name = target.name;
            assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
            assert!(target.reads || root.join("fuzz/corpus").join(name).is_dir(), "{name}");
        }
    }
}
