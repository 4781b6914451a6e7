//! Golden cases. Each folder of `tests/suite` holds `input.*`, `case.json` (targets, answers, accepted codes) and, below
//! `expected`, every file that comes out. `CROSSWALK_BLESS=1 cargo test --test suite` writes the expected files; a
//! reviewer reads the difference.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crosswalk::columns::Mapping;
use crosswalk::options::{Decisions, Options, Recipe};
use crosswalk::watch::unwatched;
use crosswalk::{bundle, convert, interpret, read, vendor};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows, for the reader.
    #[allow(dead_code)]
    shows: String,
    targets: Vec<String>,
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// Confirmed columns, as in a recipe.
    #[serde(default)]
    tables: Vec<Mapping>,
    #[serde(default)]
    accept: BTreeSet<String>,
    /// What a machine has already.
    #[serde(default)]
    existing: Option<String>,
    #[serde(default)]
    decisions: Option<Decisions>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite")
}

fn cases() -> Vec<PathBuf> {
    let mut all: Vec<_> =
        fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

fn run(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let told: Case = serde_json::from_slice(&fs::read(case.join("case.json")).unwrap()).unwrap();
    let input = fs::read_dir(case)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.file_stem().is_some_and(|s| s == "input"))
        .unwrap();
    let name = input.file_name().unwrap().to_string_lossy().into_owned();
    let mut out = BTreeMap::new();
    let reading = match read(&name, &fs::read(&input).unwrap(), &mut unwatched) {
        Ok(reading) => reading,
        Err(refusal) => {
            out.insert("refusal.json".to_owned(), serde_json::to_vec_pretty(&refusal).unwrap());
            return out;
        }
    };
    out.insert("sanitised".to_owned(), bundle::sanitised(&reading).bytes);
    let options = Options {
        answers: Recipe { crosswalk_recipe: 1, answers: told.answers, tables: told.tables }.told(),
        decisions: told.decisions.unwrap_or_default(),
        accept: told.accept,
        date: None,
        existing: told.existing,
    };
    let policy = interpret(&[&reading], &options.answers);
    for target in told.targets {
        let conversion = convert(&policy, vendor::find(&target).unwrap(), &options);
        for file in bundle::files(&[&reading], &policy, &conversion) {
            out.insert(format!("{}/{}", target.replace('/', "-"), file.name), file.bytes);
        }
    }
    out
}

fn expected(folder: &Path, base: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            expected(&entry, base, into);
        } else {
            let name = entry.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/");
            into.insert(name, fs::read(&entry).unwrap());
        }
    }
}

#[test]
fn every_case_gives_its_expected_files() {
    let bless = std::env::var_os("CROSSWALK_BLESS").is_some();
    let cases = cases();
    assert!(cases.len() >= 4, "the cases are missing");
    let mut wrong = Vec::new();
    for case in cases {
        let place = case.join("expected");
        let got = run(&case);
        if bless {
            let _ = fs::remove_dir_all(&place);
            for (name, bytes) in &got {
                let path = place.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            continue;
        }
        let mut wanted = BTreeMap::new();
        expected(&place, &place, &mut wanted);
        let names: BTreeSet<_> = got.keys().chain(wanted.keys()).collect();
        for name in names {
            if got.get(name) != wanted.get(name) {
                wrong.push(format!("{}: {name}", case.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(wrong.is_empty(), "differs from what is expected (bless, then read the difference): {wrong:#?}");
}
