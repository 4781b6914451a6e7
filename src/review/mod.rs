//! What follows from the input itself, whatever the target: how far an exclusion reaches ([`coverage()`]), and what a person
//! should look at before the move ([`findings`]). An old list holds entries that nobody needs any more, entries that
//! contradict each other and entries that open too much; a move is the moment to see them.
//!
//! | code | what | file |
//! |---|---|---|
//! | CW0300 | an exclusion inside another one | `redundant.rs` |
//! | CW0301 | the same exclusion twice | `redundant.rs` |
//! | CW0302 | the same exclusion once in force, once switched off | `contradict.rs` |
//! | CW0303 | a scan scope inside an exclusion of its task | `contradict.rs` |
//! | CW0304 | every file of a place that should be scanned | `broad.rs`, places in `places.rs` |
//! | CW0305 | every file of an extension that malware uses | `broad.rs`, `extensions.rs` |
//! | CW0306 | every file of a folder that users can write to | `broad.rs`, places in `places.rs` |
//! | CW0307 | a trusted or excluded program that runs whatever it is given | `hosts.rs` |
//!
//! All of it compares sets of paths, never text ([`crate::mask`]). A source is read in its narrowest sense; that one entry lies
//! inside another is said only if it does so in the widest sense, too. Nothing here changes what is written.
//!
//! # Bounds
//!
//! | what | bound |
//! |---|---|
//! | entries looked at for one entry, by their outlines | 512 |
//! | pairs compared in full for one entry | 32 |
//! | pairs compared in full for a list of n entries | 2 n + 10 000 |
//!
//! Pairs of a folder with anything, and of one path with anything, need no full comparison and are most of every list. What
//! lies beyond the bounds is not reported.

mod broad;
mod contradict;
mod coverage;
mod entry;
mod extensions;
mod hosts;
mod index;
mod nest;
mod places;
mod redundant;
#[cfg(test)]
mod tests;

pub use coverage::{Coverage, coverage};

use crate::finding::{Finding, Place, Severity};
use crate::policy::{Item, Policy};
use entry::Allowance;
use index::Index;

/// What a person should look at, in the order of the items.
pub fn findings(policy: &Policy) -> Vec<Finding> {
    let entries = entry::all(policy);
    let index = Index::over(&entries);
    let mut allowance = Allowance::of(entries.len());
    let mut noted = redundant::notes(policy, &index, &mut allowance);
    noted.extend(contradict::notes(policy, &index, &mut allowance));
    let mut allowance = Allowance::of(entries.len());
    noted.extend(broad::notes(policy, &entries, &mut allowance));
    noted.extend(hosts::notes(policy, &mut allowance));
    noted.sort_by_key(|note| note.item);
    noted.into_iter().filter_map(|note| note.finding(policy)).collect()
}

/// A finding about an item.
struct Note {
    item: usize,
    code: &'static str,
    severity: Severity,
    message: String,
    hint: &'static str,
}

impl Note {
    fn finding(self, policy: &Policy) -> Option<Finding> {
        let item = policy.items.get(self.item)?;
        let input = policy.inputs.get(item.input).map(|i| i.name.clone()).unwrap_or_default();
        Some(Finding {
            code: self.code,
            severity: self.severity,
            origin: Place { input, line: item.line },
            message: crate::text::owned(self.message),
            hint: self.hint.to_owned(),
        })
    }
}

/// Most characters of an entry that a message repeats.
const SHOWN: usize = 200;

/// How an item reads, cut when it is long.
fn shown(item: &Item) -> String {
    cut(&item.source)
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Where an item stands, seen from another one.
fn place_of(policy: &Policy, item: &Item, from: &Item) -> String {
    match policy.inputs.get(item.input) {
        Some(input) if item.input != from.input => format!("line {} of {}", item.line, input.name),
        _ => format!("line {}", item.line),
    }
}
