//! Policy files of Security Center (reference: kaspersky-windows, section 7.1): an inventory of the strings in them,
//! sorted into kinds by how they look.
//!
//! The encoding between the strings is not known. So nothing here is a setting: the list has no order, is not complete,
//! and does not say what is switched on or for whom. No item of it is converted, and every report says so.
//!
//! | kind | how it looks |
//! |---|---|
//! | path or mask | `D:\Data\*.mdf`, `\\server\share`, `%ProgramFiles%\x`, `/srv/db`, `*.mdf` |
//! | threat name | `HEUR:…`, `not-a-virus:…`, `Trojan.Win32.…` |
//! | address on the web | `https://…` |
//! | network address | `192.0.2.15`, `192.0.2.0/24`, `2001:db8::1` |
//! | version | `2.5.0.0` |
//! | name of a setting | `KLPOL_ACCEPT_PARENT`, `AntiCryptor`, `.core` |
//! | other text | anything else |
//!
//! File hashes cannot be told from keys, so they are withheld like secrets.

use core::net::IpAddr;

use rustc_hash::FxHashMap;

use super::{Part, Read, finding as note};
use crate::columns::apply::{Row, apply};
use crate::columns::{Rows, Source, Table, look};
use crate::finding::{self, Severity};
use crate::intake::klp::{KlpDoc, MAX_BLOCK, MAX_BLOCKS, MAX_STRINGS};
use crate::intake::{Document, Reading};
use crate::mask::Machine;
use crate::options::Answers;
use crate::policy::{Certainty, Kind, State};

/// A kind of strings: how it is called, and the test for it.
type Looks = (&'static str, fn(&str) -> bool);

/// All kinds; the first that fits counts.
const KINDS: [Looks; 7] = [
    ("an address on the web", is_url),
    ("a threat name", look::is_threat),
    ("a path or mask", is_path),
    ("a network address", is_address),
    ("a version", is_version),
    ("the name of a setting", is_name),
    ("other text", |_| true),
];

/// The last of the [`KINDS`] that are offered as lists.
const LAST_OFFERED: usize = 3;

/// Lists what was harvested.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let Document::Klp(doc) = &reading.document else { return Read::default() };
    let mut part = Part::new(reading);
    let groups = groups(doc);
    let mut counts = [0usize; KINDS.len()];
    let mut told = offer(&mut part, &groups, answers);
    for (text, leaves) in &groups {
        let (at, kind) = kind_of(text);
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
        let places = match leaves.len() {
            1 => String::new(),
            n => format!(" (in {n} places)"),
        };
        let confirmed = leaves.first().and_then(|first| told.remove(first));
        let leaves = part.claim(leaves.iter().map(|leaf| *leaf..leaf + 1));
        if let Some((kind, state, source)) = confirmed {
            part.push(leaves, kind, state, Certainty::Told, format!("{source}{places}"));
            continue;
        }
        part.push(
            leaves,
            Kind::Inventory,
            State::Active,
            Certainty::Inferred,
            format!("Looks like {kind}: {text}{places}"),
        );
    }
    let told: Vec<String> = KINDS
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|((kind, _), count)| format!("{kind} {count}"))
        .collect();
    part.read.findings.push(note(
        reading,
        finding::INVENTORY,
        Severity::Warning,
        0,
        format!(
            "This is a list of strings that stand in a binary file, no converted policy. It has no order, was not verified, is not complete, and does not say what is switched on. Different strings, by what they look like: {}",
            told.join(", ")
        ),
        "Use it to check that nothing was forgotten. Export the lists of the policy as XML in the console to convert them. Hashes are withheld: they look like keys",
    ));
    limits(&mut part, doc);
    part.finish(|_| None)
}

/// What confirmed strings are, by leaf.
type Told = FxHashMap<u32, (Kind, State, String)>; // lookups only

/// Strings that could be exclusions or rules are offered as lists of one column. What the user confirms says what they are, not
/// whether they are on or complete, so such rows make a worksheet and no import file.
fn offer(part: &mut Part<'_>, groups: &[(&str, Vec<u32>)], answers: &Answers) -> Told {
    let mut told = FxHashMap::default(); // lookups only
    for (at, (kind, _)) in KINDS.iter().enumerate().filter(|(at, _)| *at <= LAST_OFFERED) {
        let mut table = Table::new(Source::Strings, *kind, false);
        let column = table.column("column 1");
        for (_, leaves) in groups.iter().filter(|(text, _)| kind_of(text).0 == at) {
            if let Some(first) = leaves.first() {
                table.begin_row(*first..first + 1);
                table.cell(column, *first);
            }
        }
        if table.is_empty() {
            continue;
        }
        table.hint = Some((
            Rows::Listed,
            "The file does not say what these strings are for, or whether they are in use",
        ));
        let confirmed = answers.columns_for(&part.reading.input.name).map(|c| &c.mapping);
        let fitted =
            confirmed.filter(|m| m.confirmed).find_map(|m| m.fit(&table, &part.reading.document).ok());
        if let Some(fitted) = fitted.filter(|f| f.mapping.complete().is_ok()) {
            table.applied = true;
            for row in 0..table.len() {
                let document = &part.reading.document;
                let made = apply(&Row {
                    fitted: &fitted,
                    table: &table,
                    at: row,
                    document,
                    machine: Machine::default(),
                });
                let state = match made.state {
                    State::Active => State::ByHand {
                        code: finding::NOT_ESTABLISHED,
                        reason: "The file does not say whether this is in use: look it up in the console, then set it by hand".to_owned(),
                    },
                    other => other,
                };
                told.insert(table.leaves(row).start, (made.kind, state, made.source));
            }
        }
        part.read.tables.push(table);
    }
    told
}

/// Different strings with the leaves where they stand, in the order of their first appearance. Withheld ones are not
/// among them.
fn groups(doc: &KlpDoc) -> Vec<(&str, Vec<u32>)> {
    let mut groups: Vec<(&str, Vec<u32>)> = Vec::new();
    let mut known: FxHashMap<&str, usize> = FxHashMap::default(); // lookups only
    for leaf in (0..doc.leaf_count()).filter(|leaf| !doc.leaf_is_secret(*leaf)) {
        let text = doc.leaf_value(leaf);
        let index = *known.entry(text).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, leaves)) => leaves.push(leaf),
            None => groups.push((text, vec![leaf])),
        }
    }
    groups
}

/// Index and name of the kind that fits.
fn kind_of(text: &str) -> (usize, &'static str) {
    let all = KINDS.iter().enumerate();
    all.filter(|(_, (_, fits))| fits(text)).map(|(at, (kind, _))| (at, *kind)).next().unwrap_or((0, ""))
}

fn limits(part: &mut Part<'_>, doc: &KlpDoc) {
    let mut say = |message: String| {
        let hint = "What is not listed is not gone from the policy: look it up in the console";
        let found = note(part.reading, finding::INVENTORY_LIMIT, Severity::Warning, 0, message, hint);
        part.read.findings.push(found);
    };
    if doc.cut_blocks > 0 {
        say(format!(
            "Packed blocks of which only the beginning was read, as they are cut off or longer than {} MiB: {} of {}",
            MAX_BLOCK >> 20,
            doc.cut_blocks,
            doc.blocks
        ));
    }
    if doc.limited {
        say(format!(
            "The search stopped at a limit: {MAX_BLOCKS} packed blocks, 32 MiB unpacked, or {MAX_STRINGS} strings"
        ));
    }
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty() && !rest.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphabetic())
    })
}

fn is_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() || matches!(letter, b'?' | b'*'));
    let share = text.strip_prefix("\\\\").is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let variable =
        text.strip_prefix('%').and_then(|rest| rest.split_once('%')).is_some_and(|(name, rest)| {
            !name.is_empty() && !name.contains(' ') && (rest.is_empty() || rest.starts_with(['\\', '/']))
        });
    let unix =
        matches!(bytes, [b'/', next, ..] if next.is_ascii_alphanumeric() || matches!(next, b'*' | b'.'));
    let mask = text.contains('*') && text.contains(['.', '\\', '/']) && !text.contains(' ');
    drive || share || variable || unix || mask
}

fn is_address(text: &str) -> bool {
    let address = match text.split_once('/') {
        Some((address, length)) if length.parse::<u8>().is_ok_and(|n| n <= 128) => address,
        Some(_) => return false,
        None => text,
    };
    address.parse::<IpAddr>().is_ok() && !is_version_of_four_small(text)
}

/// `2.5.0.0` is an address, too; a version is likelier when it ends in zeros.
fn is_version_of_four_small(text: &str) -> bool {
    text.ends_with(".0.0") || text.starts_with("0.")
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    (2..=4).contains(&parts.len())
        && parts.iter().all(|p| (1..=5).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('.').unwrap_or(text);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && !name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_how_they_look() {
        for (text, kind) in [
            (r"D:\Data\Orders\", "a path or mask"),
            (r"\\server\share\x", "a path or mask"),
            (r"%ProgramFiles%\App\*.exe", "a path or mask"),
            ("%SystemRoot%", "a path or mask"),
            ("*.mdf", "a path or mask"),
            ("/srv/orders", "a path or mask"),
            ("HEUR:Trojan.Win32.Generic", "a threat name"),
            ("not-a-virus:AdWare.*", "a threat name"),
            ("Trojan-Ransom.Win32.Agent.a", "a threat name"),
            ("https://example.net/x", "an address on the web"),
            ("192.0.2.15", "a network address"),
            ("192.0.2.0/24", "a network address"),
            ("2001:db8::1", "a network address"),
            ("2.5.0.0", "a version"),
            ("11.1.0.3013", "a version"),
            ("KLPOL_ACCEPT_PARENT", "the name of a setting"),
            ("AntiCryptor", "the name of a setting"),
            (".core", "the name of a setting"),
            ("Order database, nightly", "other text"),
            ("100% sure", "other text"),
            ("// comment", "other text"),
        ] {
            assert_eq!(kind_of(text).1, kind, "{text}");
        }
    }
}
