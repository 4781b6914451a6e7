//! A real full export, counted by plain splitting of lines: each of its sections and keys stands in exactly one row of
//! the ledger, and none of them is unknown. The export is no part of the project; where it is missing the test says so.

mod common;

use std::collections::BTreeMap;

use common::{convert_read, reading, report, routes, shared, text};
use crosswalk::options::Options;

const FOLDER: &str = "samples/kaspersky/linux";
const EXPORT: &str = "kesl-11.1.0.3013-export-settings.rendered.ini";

/// What SOURCES.md beside the export counts.
const KEYS: usize = 355;
const EMPTY_SECTIONS: usize = 4;

/// Paths of keys and of empty sections, with their lines.
fn count(body: &str) -> (BTreeMap<String, u64>, usize) {
    let mut paths = BTreeMap::new();
    let mut sections: Vec<(String, u64, usize)> = Vec::new();
    for (line, written) in (1..).zip(body.lines().map(str::trim)).filter(|(_, l)| !l.is_empty()) {
        if let Some(path) = written.strip_prefix('[') {
            sections.push((path.trim_end_matches(']').to_owned(), line, 0));
            continue;
        }
        let key = written.split('=').next().unwrap();
        let path = match sections.last_mut() {
            Some((section, _, keys)) => {
                *keys += 1;
                format!("{section}.{key}")
            }
            None => key.to_owned(),
        };
        assert!(paths.insert(path, line).is_none(), "line {line} repeats a key");
    }
    let empty: Vec<_> = sections.into_iter().filter(|(.., keys)| *keys == 0).collect();
    let keys = paths.len();
    assert_eq!(empty.len(), EMPTY_SECTIONS);
    paths.extend(empty.into_iter().map(|(path, line, _)| (path, line)));
    (paths, keys)
}

#[test]
fn each_key_of_a_real_export_is_accounted_for_and_known() {
    let Some(folder) = shared(FOLDER) else { return };
    let Ok(bytes) = std::fs::read(folder.join(EXPORT)) else {
        println!("skipped: {EXPORT} is not here");
        return;
    };
    let (paths, keys) = count(std::str::from_utf8(&bytes).unwrap());
    assert_eq!(keys, KEYS);
    let read = reading("export.ini", &bytes).unwrap();
    for route in routes() {
        let report = report(&convert_read(&read, route, &Options::default()));
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for row in report["settings"].as_array().unwrap() {
            assert_ne!(text(row, "fate"), "unread", "{route}: {row}");
            for leaf in row["origin"]["leaves"].as_array().unwrap() {
                *seen.entry(leaf.as_str().unwrap()).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), paths.len(), "{route}: as many leaves as keys and empty sections");
        for path in paths.keys() {
            assert_eq!(seen.get(path.as_str()), Some(&1), "{route}: {path} stands in one row");
        }
    }
}

/// Task files, schedules, and listings of the vendor's pages: nothing in them is unknown.
#[test]
fn no_key_of_a_sample_is_unknown() {
    let Some(folder) = shared(FOLDER) else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut read = 0;
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "ini")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(reading) = reading(&name, &std::fs::read(file).unwrap()) else { panic!("{name} is read") };
        for route in routes() {
            let report = report(&convert_read(&reading, route, &Options::default()));
            for row in report["settings"].as_array().unwrap() {
                assert_ne!(text(row, "fate"), "unread", "{name} to {route}: {row}");
            }
        }
        read += 1;
    }
    assert!(read >= 9, "{read} samples");
}

/// The count itself can fail.
#[test]
fn the_count_sees_what_is_there() {
    let body = "V=1\n[A]\na=1\nb=\n[B]\n[C]\n\n[D.item_0000]\nx=y=z\n[E]\n[F]\n";
    let (paths, keys) = count(body);
    assert_eq!(keys, 4);
    let expected = ["A.a", "A.b", "B", "C", "D.item_0000.x", "E", "F", "V"];
    assert_eq!(paths.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}
