//! Which exclusion holds another one, without comparing every pair.
//!
//! The exclusions in force stand on one shelf for each reach, sorted by what all their paths begin with; those that begin
//! alike are sorted by what their paths end with, read backwards. A sample of the asked entry is a path that every holder
//! takes, so a holder's literal beginning is a beginning of the sample, and its literal end an end of it: `*.log` is found by
//! its end, `/srv/db/` by its beginning, and ten thousand `*.ext` are not looked at for `x.log`.
//!
//! | entry | stands under | found for the sample `/srv/db/x.log` |
//! |---|---|---|
//! | `/srv/` | `/srv` | yes |
//! | `/srv/*/x.log` | `/srv/`, then `gol.x/` | yes |
//! | `/ with *.log` | nothing, then `gol.` | yes |
//! | `/srv/dba/` | `/srv/dba` | no |
//!
//! Entries with the same outlines, reach and threats are one here, the first of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::entry::{Allowance, Entry, Role, Span};
use super::nest::Nest;
use crate::mask::Relation;

/// Entries that are looked at for one entry.
const PROBES: usize = 512;

/// Groups larger than this are sorted by the ends of their paths.
const SMALL: usize = 8;

/// The exclusions in force, ready to be asked.
pub(super) struct Index<'e, 'p> {
    pub(super) entries: &'e [Entry<'p>],
    /// The first exclusion in force that says the same, for each entry.
    first: Vec<Option<usize>>,
    shelves: BTreeMap<&'e Span, Shelf<'e>>,
}

struct Shelf<'e> {
    beginnings: Nest<'e>,
    groups: Vec<Group>,
}

/// What a tape begins with, its entry, and which of the entry's tapes it is.
type Listed<'e> = (&'e [u8], usize, usize);

/// Entries that begin alike.
enum Group {
    Few(Vec<usize>),
    Many(Nest<'static>, Vec<Vec<usize>>),
}

impl<'e, 'p> Index<'e, 'p> {
    /// Sorts entries.
    pub(super) fn over(entries: &'e [Entry<'p>]) -> Self {
        let first = first_of_each(entries);
        let mut listed: BTreeMap<&Span, Vec<Listed<'_>>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.role == Role::Active && first.get(at) == Some(&Some(at)) {
                let shelf = listed.entry(&entry.span).or_default();
                shelf.extend(entry.narrow.tapes().iter().enumerate().map(|(n, tape)| (tape.prefix(), at, n)));
            }
        }
        let shelves = listed.into_iter().map(|(span, list)| (span, Shelf::of(entries, list))).collect();
        Self { entries, first, shelves }
    }

    /// The shelves of exclusions that reach at least as far. There may be a shelf for each task, so they are not searched.
    fn reaching(&self, span: &'e Span) -> Vec<&Shelf<'e>> {
        match span {
            Span::Task(_) => [span, &Span::Everything].iter().filter_map(|s| self.shelves.get(s)).collect(),
            _ => {
                // Tasks stand before all others.
                let lists =
                    self.shelves.iter().rev().take_while(|(other, _)| !matches!(other, Span::Task(_)));
                lists.filter(|(other, _)| other.holds(span)).map(|(_, shelf)| shelf).collect()
            }
        }
    }

    /// The first exclusion in force with the same outlines, reach and threats; perhaps the entry itself.
    pub(super) fn same(&self, entry: usize) -> Option<usize> {
        self.first.get(entry).copied().flatten()
    }

    /// Exclusions in force that hold an entry, the nearest first: all that are equal up to the first one that holds more.
    pub(super) fn holders(&self, asked: usize, allowance: &mut Allowance) -> Vec<(usize, Relation)> {
        allowance.next_entry();
        let mut found = Vec::new();
        let Some(entry) = self.entries.get(asked) else { return found };
        let sample = entry.narrow.sample();
        let mut seen: Vec<usize> = Vec::new();
        let mut probes = PROBES;
        let shelves = self.reaching(&entry.span).into_iter();
        for candidate in shelves.flat_map(|shelf| shelf.candidates(&sample)) {
            if candidate == asked || seen.contains(&candidate) {
                continue;
            }
            let Some(left) = usize::checked_sub(probes, 1) else { break };
            probes = left;
            seen.push(candidate);
            let Some(other) = self.entries.get(candidate) else { continue };
            if !other.holds_threats(entry) || !other.narrow.takes(&sample) {
                continue;
            }
            let Some(relation) = entry.lies_in(other, allowance) else { continue };
            if relation == Relation::Equal && other.span == entry.span && other.threats == entry.threats {
                found.push((candidate, Relation::Equal));
            } else {
                found.push((candidate, Relation::Inside));
                break;
            }
        }
        found
    }
}

/// For each entry the first exclusion in force that says the same.
fn first_of_each(entries: &[Entry<'_>]) -> Vec<Option<usize>> {
    let says = |e: &'_ Entry<'_>, other: &Entry<'_>| {
        let of_files = e.narrow.cmp(&other.narrow).then_with(|| e.wide.cmp(&other.wide));
        of_files.then_with(|| e.span.cmp(&other.span)).then_with(|| e.threats.cmp(&other.threats))
    };
    let mut order: Vec<(usize, &Entry<'_>)> = entries.iter().enumerate().collect();
    order.sort_by(|a, b| says(a.1, b.1).then(a.0.cmp(&b.0)));
    let mut first = vec![None; entries.len()];
    for same in order.chunk_by(|a, b| says(a.1, b.1).is_eq()) {
        let active = same.iter().find(|(_, e)| e.role == Role::Active).map(|(at, _)| *at);
        for (at, _) in same {
            if let Some(slot) = first.get_mut(*at) {
                *slot = active;
            }
        }
    }
    first
}

impl<'e> Shelf<'e> {
    fn of(entries: &'e [Entry<'_>], mut list: Vec<Listed<'e>>) -> Self {
        list.sort_unstable();
        let (mut keys, mut groups) = (Vec::new(), Vec::new());
        for group in list.chunk_by(|a, b| a.0 == b.0) {
            keys.extend(group.first().map(|(prefix, ..)| Cow::Borrowed(*prefix)));
            groups.push(Group::of(entries, group));
        }
        Self { beginnings: Nest::of(keys), groups }
    }

    fn candidates<'s>(&'s self, sample: &[u8]) -> impl Iterator<Item = usize> + use<'s> {
        let backwards: Vec<u8> = sample.iter().rev().copied().collect();
        let groups: Vec<&Group> =
            self.beginnings.beginnings(sample, PROBES).filter_map(|at| self.groups.get(at)).collect();
        groups.into_iter().flat_map(move |group| group.ending_like(&backwards))
    }
}

impl Group {
    fn of(entries: &[Entry<'_>], list: &[Listed<'_>]) -> Self {
        if list.len() <= SMALL {
            return Self::Few(list.iter().map(|(_, entry, _)| *entry).collect());
        }
        let mut by_end: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (_, entry, tape) in list {
            let tape = entries.get(*entry).and_then(|e| e.narrow.tapes().get(*tape));
            let end = tape.map(|t| t.suffix().iter().rev().copied().collect()).unwrap_or_default();
            by_end.entry(end).or_default().push(*entry);
        }
        let (keys, groups) = by_end.into_iter().map(|(end, group)| (Cow::Owned(end), group)).unzip();
        Self::Many(Nest::of(keys), groups)
    }

    fn ending_like(&self, backwards: &[u8]) -> Vec<usize> {
        match self {
            Self::Few(all) => all.clone(),
            Self::Many(ends, groups) => {
                let groups = ends.beginnings(backwards, PROBES).filter_map(|at| groups.get(at));
                groups.flatten().copied().take(PROBES).collect()
            }
        }
    }
}
