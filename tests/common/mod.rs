//! What the tests of the promises share: the inputs, a conversion in one call, the command line as a program.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod leaves;
pub mod zips;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crosswalk::options::Options;
use crosswalk::watch::unwatched;
use crosswalk::{Reading, Refusal, bundle, convert, interpret, read, vendor};
use serde_json::Value;

/// Every route that exists.
pub fn routes() -> Vec<&'static str> {
    vendor::all().iter().map(|r| r.info().id).collect()
}

/// Routes of one system.
pub fn routes_for(platform: &str) -> Vec<&'static str> {
    vendor::all()
        .iter()
        .map(|r| r.info())
        .filter(|i| i.platforms.iter().any(|p| p.word() == platform))
        .map(|i| i.id)
        .collect()
}

/// How many inputs are made. The same ones each time, so that a change is what makes a test fail; `PROPTEST_CASES` and
/// `PROPTEST_RNG_SEED` make more and others.
pub fn generated(cases: u32) -> proptest::test_runner::Config {
    use proptest::test_runner::{Config, RngSeed};
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    Config {
        cases: number("PROPTEST_CASES").map_or(cases, |n| n as u32),
        rng_seed: RngSeed::Fixed(number("PROPTEST_RNG_SEED").unwrap_or(20260302)),
        failure_persistence: None,
        ..Config::default()
    }
}

/// An input with a short name for messages.
#[derive(Clone, Debug)]
pub struct Given {
    pub label: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of the shared material, when it is there.
pub fn shared(part: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared/{part} is not here");
    None
}

fn below(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            below(&path, out);
        } else {
            out.push(path);
        }
    }
}

fn given(path: &Path, from: &Path) -> Given {
    Given {
        label: path.strip_prefix(from).unwrap().to_string_lossy().replace('\\', "/"),
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        bytes: std::fs::read(path).unwrap(),
    }
}

/// The inputs of `tests/suite`.
pub fn fixtures() -> Vec<Given> {
    let suite = root().join("tests/suite");
    let mut paths = Vec::new();
    below(&suite, &mut paths);
    let wanted = |p: &&PathBuf| p.file_stem().is_some_and(|s| s == "input");
    let found: Vec<Given> = paths.iter().filter(wanted).map(|p| given(p, &suite)).collect();
    assert!(found.len() >= 4, "tests/suite has inputs");
    found
}

/// The shared samples.
pub fn samples() -> Vec<Given> {
    let Some(folder) = shared("samples/kaspersky") else { return Vec::new() };
    let mut paths = Vec::new();
    below(&folder, &mut paths);
    paths.iter().filter(|p| p.extension().is_none_or(|e| e != "md")).map(|p| given(p, &folder)).collect()
}

/// Fixtures and samples together.
pub fn inputs() -> Vec<Given> {
    let mut all = fixtures();
    all.extend(samples());
    all
}

/// The answers that exist, one value for each question.
pub fn answers(pairs: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (key, value) in pairs {
        options.answers.given.insert((*key).to_owned(), (*value).to_owned());
    }
    options
}

/// Answers that let most rows through.
pub fn generous() -> Options {
    answers(&[
        ("ksws.product", "ksws"),
        ("ksws.subfolders", "yes"),
        ("ksws.defaults", "mine"),
        ("local-list.product", "consumer"),
        ("local-list.subfolders", "yes"),
        ("local-list.columns", "confirmed"),
        ("trusted.opened-files", "yes"),
        ("kesl.task", "File_Threat_Protection"),
        ("kesl.schedule", "confirmed"),
        ("kesl.json", "confirmed"),
    ])
}

/// Every code of the catalogue accepted.
pub fn accept_all(mut options: Options) -> Options {
    options.accept = crosswalk::finding::CATALOGUE.iter().map(|(code, _)| (*code).to_owned()).collect();
    options
}

pub fn reading(name: &str, bytes: &[u8]) -> Result<Reading, Refusal> {
    read(name, bytes, &mut unwatched)
}

/// Files of one conversion, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Reads and converts; a refusal stays a refusal.
pub fn convert_one(name: &str, bytes: &[u8], route: &str, options: &Options) -> Result<Files, Refusal> {
    let reading = reading(name, bytes)?;
    Ok(convert_read(&reading, route, options))
}

pub fn convert_read(reading: &Reading, route: &str, options: &Options) -> Files {
    let policy = interpret(&[reading], &options.answers);
    let route = vendor::find(route).expect("a route");
    let conversion = convert(&policy, route, options);
    bundle::files(&[reading], &policy, &conversion).into_iter().map(|f| (f.name, f.bytes)).collect()
}

pub fn report(files: &Files) -> Value {
    serde_json::from_slice(&files["report.json"]).expect("report.json is JSON")
}

/// Vendor files of a conversion: what is neither report nor steps.
pub fn vendor_files(files: &Files) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    files.iter().filter(|(name, _)| !name.starts_with("report.") && *name != "IMPORT.txt")
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is text in {value}"))
}

/// UTF-16LE with a byte order mark.
pub fn utf16le(text: &str) -> Vec<u8> {
    let mut out = vec![0xFF, 0xFE];
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    out
}

/// UTF-16BE with a byte order mark.
pub fn utf16be(text: &str) -> Vec<u8> {
    let mut out = vec![0xFE, 0xFF];
    out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    out
}

/// UTF-8 with a byte order mark.
pub fn utf8_bom(text: &str) -> Vec<u8> {
    let mut out = vec![0xEF, 0xBB, 0xBF];
    out.extend(text.as_bytes());
    out
}

/// Own decoding, by mark only.
pub fn decoded(bytes: &[u8]) -> String {
    let words = |rest: &[u8], one: fn([u8; 2]) -> u16| -> String {
        let words: Vec<u16> = rest.chunks_exact(2).map(|c| one([c[0], c[1]])).collect();
        String::from_utf16(&words).unwrap()
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => words(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => words(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).unwrap(),
        // Registry.pol is made of units, but is no text.
        [b'P', b'R', b'e', b'g', _, _, _, _, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        // A policy file of Security Center is no text.
        [8, 0, 0, 0, ..] => String::from_utf8_lossy(bytes).into_owned(),
        all => String::from_utf8(all.to_vec()).unwrap(),
    }
}

/// The command line.
pub fn crosswalk(arguments: &[&str]) -> Output {
    crosswalk_fed(arguments, b"")
}

/// The command line with something on its standard input.
pub fn crosswalk_fed(arguments: &[&str], input: &[u8]) -> Output {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_crosswalk"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// All files below a folder, by relative path.
pub fn tree(folder: &Path) -> Files {
    let mut paths = Vec::new();
    if folder.is_dir() {
        below(folder, &mut paths);
    }
    paths
        .into_iter()
        .map(|p| {
            (p.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"), std::fs::read(&p).unwrap())
        })
        .collect()
}
