//! `cargo xtask size`: what the page weighs on the way to the visitor, beside what it weighed when last looked at.
//!
//! `docs/size.txt` is committed, so that a change of weight shows in review. It has one line for each file of the
//! page: its size, its size with brotli at the highest quality (what a web host sends), its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::debian::{self, NODE};
use crate::page::PUBLISHED;
use crate::place::Place;
use crate::{page, run};

/// What the page may weigh, brotli: the page itself, the engine and the glue between them.
const BUDGET: u64 = 170_000;

/// Growth beyond the committed weight, in percent, that has to be looked at and blessed.
const TOLERANCE: u64 = 2;

/// What a visitor waits for. Samples, icons and the like come later or never, and are listed only.
const WAITED_FOR: [&str; 5] = ["html", "css", "js", "wasm", "webmanifest"];

/// Prints size and compressed size of each file it is given.
const COMPRESS: &str = "
    const { readFileSync } = require('node:fs');
    const { brotliCompressSync, constants } = require('node:zlib');
    for (const file of process.argv.slice(1)) {
        const bytes = readFileSync(file);
        const params = {
            [constants.BROTLI_PARAM_QUALITY]: 11,
            [constants.BROTLI_PARAM_LGWIN]: 24,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        console.log(bytes.length, brotliCompressSync(bytes, { params }).length);
    }";

/// A file of the page, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    plain: u64,
    brotli: u64,
}

type Weights = BTreeMap<String, Weight>;

/// Builds the page, weighs it, and compares or blesses.
pub fn size(place: &Place, words: &[&str]) -> Result<(), String> {
    let bless = match words {
        [] => false,
        ["--bless"] => true,
        _ => return Err(format!("size knows --bless, not {}", words.join(" "))),
    };
    debian::prepare(place, &[&NODE])?;
    page::build(place, PUBLISHED)?;
    if bless {
        let found = weigh(place)?;
        fs::write(committed(place), table(&found)).map_err(|why| format!("docs/size.txt: {why}"))?;
        println!("Written to docs/size.txt:\n\n{}", table(&found));
        return Ok(());
    }
    check(place)
}

/// Compares the page that is built with what is committed.
pub fn check(place: &Place) -> Result<(), String> {
    let found = weigh(place)?;
    let before = fs::read_to_string(committed(place)).map(|text| parse(&text)).unwrap_or_default();
    println!("{}", comparison(&found, &before));
    if let Some(over) = over_budget(&found) {
        println!("The page is over its budget by {over} bytes.");
    }
    within_tolerance(&found, &before)
}

/// By how much the page is over its budget. That is said, not failed: what fails is growth that nobody looked at.
fn over_budget(found: &Weights) -> Option<u64> {
    counted(found).checked_sub(BUDGET).filter(|over| *over > 0)
}

fn within_tolerance(found: &Weights, before: &Weights) -> Result<(), String> {
    let (now, then) = (counted(found), counted(before));
    if then > 0 && now * 100 <= then * (100 + TOLERANCE) {
        return Ok(());
    }
    Err(format!(
        "the page weighs {now} bytes with brotli, docs/size.txt says {then}; if that is meant, \
         `cargo xtask size --bless` writes it down"
    ))
}

fn committed(place: &Place) -> PathBuf {
    place.root.join("docs/size.txt")
}

fn counted(weights: &Weights) -> u64 {
    let counts = |name: &str| WAITED_FOR.iter().any(|it| name.ends_with(&format!(".{it}")));
    weights.iter().filter(|(name, _)| counts(name)).map(|(_, weight)| weight.brotli).sum()
}

fn weigh(place: &Place) -> Result<Weights, String> {
    let dist = place.dist();
    let mut files = Vec::new();
    collect(&dist, &mut files).map_err(|why| format!("{}: {why}", dist.display()))?;
    files.sort();
    let sizes = run::output(place.command("node").args(["-e", COMPRESS, "--"]).args(&files))
        .ok_or("node could not compress the page")?;
    let weights = files.iter().zip(sizes.lines()).filter_map(|(file, line)| {
        let name = file.strip_prefix(&dist).ok()?.to_string_lossy().replace('\\', "/");
        let (plain, brotli) = line.split_once(' ')?;
        Some((name, Weight { plain: plain.parse().ok()?, brotli: brotli.parse().ok()? }))
    });
    Ok(weights.collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The text of `docs/size.txt`.
fn table(weights: &Weights) -> String {
    let mut text = String::from("# What the page weighs, in bytes. Written by `cargo xtask size --bless`.\n");
    text += &format!("{:>9} {:>9}\n", "plain", "brotli");
    for (name, weight) in weights {
        text += &format!("{:>9} {:>9}  {name}\n", weight.plain, weight.brotli);
    }
    let plain: u64 = weights.values().map(|weight| weight.plain).sum();
    let brotli: u64 = weights.values().map(|weight| weight.brotli).sum();
    text += &format!("{plain:>9} {brotli:>9}  = all\n");
    text +=
        &format!("{:>9} {:>9}  = page, engine and glue ({})\n", "", counted(weights), WAITED_FOR.join(", "));
    text += &format!("{:>9} {BUDGET:>9}  = their budget\n", "");
    text
}

/// The files that `docs/size.txt` names; its sums are passed over.
fn parse(text: &str) -> Weights {
    let file = |line: &str| {
        let mut words = line.split_whitespace();
        let weight = Weight { plain: words.next()?.parse().ok()?, brotli: words.next()?.parse().ok()? };
        let name = words.collect::<Vec<_>>().join(" ");
        (!name.is_empty() && !name.starts_with('=')).then_some((name, weight))
    };
    text.lines().filter_map(file).collect()
}

/// Each file, and by how much its compressed size differs from before.
fn comparison(found: &Weights, before: &Weights) -> String {
    let mut text = table(found);
    let names: std::collections::BTreeSet<_> = found.keys().chain(before.keys()).collect();
    for name in names {
        match (found.get(name), before.get(name)) {
            (Some(now), Some(then)) if now.brotli != then.brotli => {
                let change = i128::from(now.brotli) - i128::from(then.brotli);
                text += &format!("{name}: {change:+} bytes since docs/size.txt\n");
            }
            (Some(_), None) => text += &format!("{name}: new since docs/size.txt\n"),
            (None, Some(_)) => text += &format!("{name}: gone since docs/size.txt\n"),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(wasm: u64) -> Weights {
        let weight = |plain, brotli| Weight { plain, brotli };
        let files = [("app_bg.wasm", weight(3 * wasm, wasm)), ("index.html", weight(900, 300))];
        let more = [("samples/a sample.xml", weight(90_000, 5_000))];
        files.into_iter().chain(more).map(|(name, weight)| (name.to_owned(), weight)).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(parse(&table(&page(1_000))), page(1_000));
    }

    #[test]
    fn samples_do_not_count() {
        assert_eq!(counted(&page(1_000)), 1_300);
    }

    #[test]
    fn a_page_over_budget_is_told() {
        assert_eq!(over_budget(&page(BUDGET - 300)), None);
        assert_eq!(over_budget(&page(BUDGET)), Some(300));
    }

    #[test]
    fn growth_has_to_be_blessed() {
        assert!(within_tolerance(&page(100_500), &page(100_000)).is_ok());
        assert!(within_tolerance(&page(50_000), &page(100_000)).is_ok());
        assert!(within_tolerance(&page(110_000), &page(100_000)).is_err());
        assert!(within_tolerance(&page(100_000), &Weights::new()).is_err());
    }

    #[test]
    fn changes_are_told() {
        let text = comparison(&page(900), &page(1_000));
        assert!(text.contains("app_bg.wasm: -100 bytes"), "{text}");
        assert!(!text.contains("index.html: "), "{text}");
    }
}
