//! Who is a customer: many files at once, and none of them mixed with another's.
//!
//! The page and the command line hand over paths, each with the number of the thing that was dropped or named; what comes
//! back is the customer of each. An archive counts as a folder: the path of a file in it is `acme.zip/server/export.ini`.
//!
//! ```text
//! a file by itself                                     no customer: ""
//! a folder or an archive                               one customer, named after it
//! one that holds nothing but two or more folders
//! or archives (and no file beside them)                each of those is a customer
//! ```
//!
//! The rule looks one level down and no farther. It may keep apart what belongs together (a customer with a folder for
//! servers and one for workstations), and that costs nothing: only `--merge` puts inputs together, and only those of one
//! customer.
//!
//! Names are made different, without regard to case, since Windows and macOS do not regard it: a second `acme` becomes
//! `acme (2)`. What comes back is a folder name that every system takes.

use std::collections::{BTreeMap, BTreeSet};

use super::{display_name, unique_name};

/// A file that was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought<'p> {
    /// Which of the things that were dropped or named it came with, counted from 0.
    pub root: usize,
    /// Its path from there, the thing's own name first, `/` between names: `exports/acme.zip/task1.ini`; a file by
    /// itself has only its name.
    pub path: &'p str,
}

/// Names that the output itself uses.
const TAKEN: [&str; 2] = ["index.json", "crosswalk.zip"];

/// What a folder holds directly.
#[derive(Default)]
struct Holds<'p> {
    files: bool,
    folders: BTreeSet<&'p str>,
}

/// The customer of each file, in the same order; empty for a file by itself.
pub fn customers(brought: &[Brought<'_>]) -> Vec<String> {
    let mut tops: BTreeMap<(usize, &str), Holds<'_>> = BTreeMap::new();
    let parts: Vec<Vec<&str>> =
        brought.iter().map(|b| b.path.split('/').filter(|part| !part.is_empty()).collect()).collect();
    for (one, parts) in brought.iter().zip(&parts) {
        match parts.as_slice() {
            [top, _] => tops.entry((one.root, top)).or_default().files = true,
            [top, folder, ..] => {
                tops.entry((one.root, top)).or_default().folders.insert(folder);
            }
            _ => {}
        }
    }
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    // Files by themselves get folders beside those of the customers.
    let alone = parts.iter().filter(|parts| parts.len() < 2);
    for parts in alone {
        let name =
            unique_name(&display_name(parts.first().unwrap_or(&"")), |n| taken.contains(&n.to_lowercase()));
        taken.insert(name.to_lowercase());
    }
    let mut names: BTreeMap<(usize, &str, &str), String> = BTreeMap::new();
    let mut out = Vec::with_capacity(brought.len());
    for (one, parts) in brought.iter().zip(&parts) {
        let (top, second) = match parts.as_slice() {
            [top, second, _, ..] => (*top, *second),
            [top, _] => (*top, ""),
            _ => {
                out.push(String::new());
                continue;
            }
        };
        let holds = tops.get(&(one.root, top));
        let split = holds.is_some_and(|h| !h.files && h.folders.len() > 1);
        let folder = if split { second } else { "" };
        let name = names.entry((one.root, top, folder)).or_insert_with(|| {
            let name = display_name(stem(if split { second } else { top }));
            let name = unique_name(&name, |n| taken.contains(&n.to_lowercase()));
            taken.insert(name.to_lowercase());
            name
        });
        out.push(name.clone());
    }
    out
}

/// An archive without its ending.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("zip") && !stem.is_empty() => stem,
        _ => name,
    }
}

/// What a system left behind, in plain words: files that nobody exported. `None` for anything else.
pub fn leftover(path: &str) -> Option<&'static str> {
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        if part == "__MACOSX" {
            return Some("macOS keeps its own data about files here");
        }
        if parts.peek().is_none()
            && ["Thumbs.db", "desktop.ini"].iter().any(|name| name.eq_ignore_ascii_case(part))
        {
            return Some("Windows keeps how it shows a folder here");
        }
        if part == ".DS_Store" {
            return Some("macOS keeps how it shows a folder here");
        }
        if part.starts_with('.') && !part.bytes().all(|b| b == b'.') {
            return Some("a hidden file, or one in a hidden folder");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[(usize, &str, &str)]) {
        let brought: Vec<Brought<'_>> =
            given.iter().map(|(root, path, _)| Brought { root: *root, path }).collect();
        let expected: Vec<&str> = given.iter().map(|(_, _, customer)| *customer).collect();
        assert_eq!(customers(&brought), expected, "{given:?}");
    }

    #[test]
    fn one_customer_for_each_folder_or_archive() {
        check(&[(0, "a.ini", ""), (1, "b.ini", "")]);
        check(&[(0, "acme/a.ini", "acme"), (0, "acme/servers/b.ini", "acme"), (1, "b.ini", "")]);
        check(&[(0, "acme.zip/a.ini", "acme"), (1, "Beta.ZIP/x/y/b.ini", "Beta")]);
        // Nothing but folders and archives: a batch.
        check(&[
            (0, "all/acme/a.ini", "acme"),
            (0, "all/beta.zip/b.ini", "beta"),
            (0, "all/beta.zip/x/c.ini", "beta"),
        ]);
        // A file beside them: one customer.
        check(&[(0, "all/acme/a.ini", "all"), (0, "all/beta/b.ini", "all"), (0, "all/note.ini", "all")]);
        // One folder alone is no batch, and nobody looks deeper.
        check(&[(0, "acme.zip/acme/x/a.ini", "acme"), (0, "acme.zip/acme/y/b.ini", "acme")]);
    }

    #[test]
    fn customers_of_one_name_stay_apart() {
        check(&[(0, "acme/a.ini", "acme"), (1, "acme/a.ini", "acme (2)"), (0, "acme/b.ini", "acme")]);
        check(&[(0, "Acme/a.ini", "Acme"), (1, "acme.zip/a.ini", "acme (2)")]);
        check(&[(0, "all/a:b/x.ini", "a_b"), (0, "all/a?b/x.ini", "a_b (2)")]);
        check(&[(0, "a.ini", ""), (1, "a.ini/x.ini", "a.ini (2)"), (2, "index.json/x", "index.json (2)")]);
        check(&[(0, "../x/a.ini", "input (2)"), (1, "..", "")]);
    }

    #[test]
    fn what_systems_leave_behind() {
        for (path, left) in [
            ("a/.DS_Store", true),
            ("__MACOSX/a/._x.ini", true),
            ("a/thumbs.db", true),
            ("Thumbs.db/a.ini", false),
            (".git/config", true),
            ("a/b.ini", false),
            ("a../b", false),
        ] {
            assert_eq!(leftover(path).is_some(), left, "{path}");
        }
    }
}
