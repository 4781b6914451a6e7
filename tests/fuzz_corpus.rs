//! The seeds and the regressions of the fuzz targets, through the functions that the targets call, on stable and without
//! a fuzzer. See CONTRIBUTING.md for the fuzzer itself.

#[path = "../fuzz/src/long.rs"]
mod long;
#[path = "../fuzz/src/masks.rs"]
mod masks;
#[allow(dead_code, reason = "each test file uses a part")]
#[path = "oracle/posix.rs"]
mod posix;
#[path = "../fuzz/src/readers.rs"]
mod readers;

use std::fs;
use std::path::Path;

use crosswalk::mask::{Flags, Language, List};

/// Memory that reading and comparing any masks may take: what `cargo xtask fuzz` allows, too.
const MOST_KILOBYTES: u64 = 2048 * 1024;

/// A file: its path from the root of the repository, and its bytes.
type File = (String, Vec<u8>);

/// Whether flags have something.
type Has = fn(&Flags) -> bool;

/// The files of a target in a folder of `fuzz`, in order of their names.
fn files(folder: &str, target: &str) -> Vec<File> {
    let place = format!("fuzz/{folder}/{target}");
    let Ok(entries) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&place)) else {
        return Vec::new();
    };
    let mut files: Vec<File> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (format!("{place}/{name}"), fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn replay(target: &str, check: fn(&[u8])) {
    let seeds = files("corpus", target);
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let all: Vec<File> = seeds.into_iter().chain(files("regressions", target)).collect();
    let failed = all.iter().filter(|(_, bytes)| std::panic::catch_unwind(|| check(bytes)).is_err());
    let failed: Vec<&str> = failed.map(|(name, _)| name.as_str()).collect();
    assert!(failed.is_empty(), "what is wrong stands above; the inputs:\n{}", failed.join("\n"));
}

#[test]
fn pairs_of_masks_keep_the_promises() {
    replay("mask_parse_compare", masks::check);
}

#[test]
fn long_masks_end() {
    replay("mask_long", long::check);
    // Linux tells how much memory there was at most; the tests of this file share it.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let most: u64 = most.map_or(0, |kilobytes| kilobytes.parse().unwrap());
    assert!(most < MOST_KILOBYTES, "{most} kB of memory");
}

/// The readers: the inputs of the golden cases, seeds of their own, and what was found before.
#[test]
fn files_keep_the_promises() {
    let suite: Vec<File> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite"))
        .unwrap()
        .flat_map(|case| fs::read_dir(case.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_stem().is_some_and(|stem| stem == "input"))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    assert!(suite.len() >= 4);
    let mut failed = Vec::new();
    for reader in readers::ALL {
        let own = files("corpus", reader.target).into_iter().chain(files("regressions", reader.target));
        for (name, bytes) in suite.iter().cloned().chain(own) {
            if std::panic::catch_unwind(|| readers::check(reader, &bytes)).is_err() {
                failed.push(format!("{}: {name}", reader.target));
            }
        }
    }
    assert!(failed.is_empty(), "what is wrong stands above; the inputs:\n{}", failed.join("\n"));
    // In proportion to the input, with a base that does not count.
    assert_eq!(readers::most_memory(1 << 20), 70 << 20);
}

/// Seeds that name what they are about: the words of languages and flags are the real ones, and all of them occur.
#[test]
fn every_language_and_every_flag_has_a_seed() {
    let seeds = files("corpus", "mask_parse_compare");
    let given: Vec<_> = seeds.iter().flat_map(|(_, bytes)| <[_; 2]>::from(masks::given(bytes))).collect();
    for language in Language::ALL {
        assert!(given.iter().any(|mask| mask.language == *language), "{} has no seed", language.id());
    }
    let flags: [(&str, Has); 9] = [
        ("subfolders", |f| f.subfolders == Some(true)),
        ("no-subfolders", |f| f.subfolders == Some(false)),
        ("folder", |f| f.list == Some(List::Folder)),
        ("file", |f| f.list == Some(List::File)),
        ("process", |f| f.list == Some(List::Process)),
        ("extension", |f| f.list == Some(List::Extension)),
        ("area", |f| !f.area.is_empty()),
        ("drive", |f| f.machine.drive.is_some()),
        ("account", |f| f.machine.system_account),
    ];
    for (word, has) in flags {
        assert!(given.iter().any(|mask| has(&mask.flags)), "{word} has no seed");
    }
}
