//! Kaspersky Endpoint Security for Linux: full exports and task files (reference: kaspersky-linux, sections 6–11).
//!
//! ```text
//! [MonitoringTask.item_0000]                                          the task: name, type, on or off
//! [MonitoringTask.item_0000.Settings]                                 its settings
//! [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000] one exclusion: path and file masks
//! ```
//!
//! A task file holds the same without the prefix and does not name its task. Exclusions belong to their task; nothing
//! is inherited. Tasks are found by name and type, never by number.

mod groups;
mod settings;
mod tasks;

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Part, Read, finding as note};
use crate::finding::{self, Severity};
use crate::intake::ini::{IniDoc, IniKind};
use crate::intake::{Document, Format, Reading};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, Meaning, State};
use tasks::Tasks;

/// A leaf with its path taken apart: a million of them stand in a large export, so the parts are found when asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'d> {
    /// Its number.
    leaf: u32,
    /// Which part of the export it is in.
    owner: Owner,
    /// What the section's path says behind the owner's prefix.
    section: &'d str,
    /// The key, or what of it stands behind the owner's prefix.
    key: &'d str,
    value: &'d str,
    nth: u32,
    /// The same path stands more than once; which of them the product takes is not established.
    repeated: bool,
}

/// The path of a key behind its owner's prefix, at most [`MAX_PARTS`] parts; no known setting has more than four.
struct Tail<'d> {
    parts: [&'d str; MAX_PARTS],
    len: usize,
}

const MAX_PARTS: usize = 8;

impl<'d> Tail<'d> {
    fn as_slice(&self) -> &[&'d str] {
        self.parts.get(..self.len).unwrap_or_default()
    }

    fn get(&self, at: usize) -> Option<&'d str> {
        self.as_slice().get(at).copied()
    }

    fn last(&self) -> &'d str {
        self.as_slice().last().copied().unwrap_or("")
    }
}

/// Parts of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    /// Before the first section of a full export.
    Top,
    /// `[AppSettings]`.
    App,
    /// `[NetSettings]`.
    Net,
    /// A task, by index in the table of tasks.
    Task(usize),
    /// A section that no task owns.
    Stray,
}

/// Several leaves that make up one list element: a scope, an exclusion, a rule.
#[derive(Debug, Default)]
pub(super) struct Group<'d> {
    keys: Vec<Key<'d>>,
    /// Leaves without meaning that stand in the same section.
    spoilt: bool,
}

/// Reads a full export or a task file.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let mut part = Part::new(reading);
    let Document::Ini(doc) = &reading.document else { return part.finish(|_| None) };
    let full = reading.format == Format::KeslExport;
    let tasks =
        if full { Tasks::of_export(doc) } else { Tasks::of_task_file(reading, doc, answers, &mut part.read) };
    part.read.product = "Kaspersky Endpoint Security for Linux".to_owned();
    let keys = take_apart(doc, &tasks, full);
    if full {
        version(&mut part, &keys);
    }
    part.read.tasks = tasks.list.iter().map(|t| t.task.clone()).collect();
    let switches = settings::Switches::new(&keys);
    convert(&mut part, doc, &tasks, &switches, keys);
    lines_without_settings(&mut part, doc);
    part.finish(|_| None)
}

fn take_apart<'d>(doc: &'d IniDoc, tasks: &Tasks, full: bool) -> Vec<Key<'d>> {
    let mut keys = Vec::with_capacity(doc.leaf_count() as usize);
    for leaf in 0..doc.leaf_count() {
        let pair = doc.kind(leaf) == IniKind::Pair;
        if !pair && doc.kind(leaf) != IniKind::EmptySection {
            continue;
        }
        let (mut section, mut key) = (doc.section(leaf), if pair { doc.key(leaf) } else { "" });
        let mut owner = Owner::Task(0);
        if full {
            let parts: Tail<'_> = split(section, key);
            let prefix;
            (owner, prefix) = tasks.owner(parts.as_slice());
            for _ in 0..prefix {
                let from = if section.is_empty() { &mut key } else { &mut section };
                *from = from.split_once('.').map_or("", |(_, rest)| rest);
            }
        }
        let value = if pair { doc.leaf_value(leaf) } else { "" };
        keys.push(Key { leaf, owner, section, key, value, nth: doc.nth(leaf), repeated: doc.nth(leaf) > 1 });
    }
    mark_first_of_repeats(&mut keys);
    keys
}

/// Later ones are known by their number; the first one is found by its path.
fn mark_first_of_repeats(keys: &mut [Key<'_>]) {
    let path = |k: &Key<'_>| (k.owner, split(k.section, k.key).as_slice().join("."));
    let again: FxHashSet<_> = keys.iter().filter(|k| k.nth == 2).map(path).collect(); // lookups only
    if again.is_empty() {
        return;
    }
    for key in keys.iter_mut().filter(|k| k.nth == 1) {
        key.repeated = again.contains(&path(key));
    }
}

fn split<'d>(section: &'d str, key: &'d str) -> Tail<'d> {
    let mut tail = Tail { parts: [""; MAX_PARTS], len: 0 };
    let all = section.split('.').chain(key.split('.')).filter(|p| !p.is_empty());
    for (place, part) in tail.parts.iter_mut().zip(all) {
        *place = part;
        tail.len += 1;
    }
    tail
}

fn version(part: &mut Part<'_>, keys: &[Key<'_>]) {
    let Some(key) = keys.iter().find(|k| k.owner == Owner::Top && k.key == "Version") else { return };
    part.read.version = key.value.to_owned();
    if !key.value.starts_with("11.1.") {
        let line = part.reading.document.leaf_line(key.leaf);
        let message = format!(
            "No full export of version {} was seen by the project; known keys are converted, every other key is listed",
            key.value
        );
        let hint = "Look through the rows that were not read; names may have changed between versions";
        part.read.findings.push(note(
            part.reading,
            finding::VERSION_UNSEEN,
            Severity::Info,
            line,
            message,
            hint,
        ));
    }
}

/// List elements are gathered first, since their keys may stand apart; everything else is a setting of its own.
fn convert(
    part: &mut Part<'_>,
    doc: &IniDoc,
    tasks: &Tasks,
    switches: &settings::Switches,
    keys: Vec<Key<'_>>,
) {
    let spoilt: FxHashSet<&str> = // lookups only
        (0..doc.leaf_count()).filter(|l| doc.kind(*l) == IniKind::Bad).map(|l| doc.section(l)).collect();
    let mut order: Vec<(Owner, groups::Name<'_>, Group<'_>)> = Vec::new();
    let mut index: FxHashMap<(Owner, groups::Name<'_>), usize> = FxHashMap::default(); // lookups only
    let mut single = Vec::new();
    for key in keys {
        let of_schedule = settings::is_schedule_key(tasks, &key).then_some((groups::SCHEDULE, ""));
        let Some(name) = of_schedule.or_else(|| groups::group_name(key.tail().as_slice())) else {
            single.push(key);
            continue;
        };
        let at = *index.entry((key.owner, name)).or_insert_with(|| {
            order.push((key.owner, name, Group::default()));
            order.len() - 1
        });
        if let Some((_, _, group)) = order.get_mut(at) {
            group.spoilt |= spoilt.contains(doc.section(key.leaf));
            group.keys.push(key);
        }
    }
    for (owner, name, group) in order {
        groups::convert(part, tasks, switches, owner, name, group);
    }
    for key in single {
        let spoilt = spoilt.contains(doc.section(key.leaf));
        settings::convert(part, tasks, switches, &key, spoilt);
    }
}

fn lines_without_settings(part: &mut Part<'_>, doc: &IniDoc) {
    for leaf in 0..doc.leaf_count() {
        match doc.kind(leaf) {
            IniKind::Comment | IniKind::TaskHeader => {
                let leaves = part.claim([one(leaf)]);
                let text = doc.leaf_value(leaf).to_owned();
                part.push(leaves, Kind::Context, State::Active, Certainty::Confirmed, text);
            }
            IniKind::Bad => {
                let line = doc.leaf_line(leaf);
                part.read.findings.push(note(
                    part.reading,
                    finding::BAD_LINE,
                    Severity::Warning,
                    line,
                    format!("Line {line} is neither a section nor key=value"),
                    "Compare it with the export on the machine; settings of the same section are left to you",
                ));
            }
            _ => {}
        }
        if doc.nth(leaf) > 1 {
            let line = doc.leaf_line(leaf);
            part.read.findings.push(note(
                part.reading,
                finding::REPEATED,
                Severity::Warning,
                line,
                format!("The key on line {line} stands more than once"),
                "Which one the product takes is not established; check it in the product",
            ));
        }
    }
}

fn one(leaf: u32) -> Range<u32> {
    leaf..leaf + 1
}

impl<'d> Key<'d> {
    fn tail(&self) -> Tail<'d> {
        split(self.section, self.key)
    }

    fn is(&self, name: &str) -> bool {
        self.tail().last() == name
    }
}

/// `Yes` or `No`, in any case; the numeric schedule writes 1 and 0.
fn yes(value: &str) -> Option<bool> {
    match value.trim() {
        v if v.eq_ignore_ascii_case("yes") || v == "1" => Some(true),
        v if v.eq_ignore_ascii_case("no") || v == "0" => Some(false),
        _ => None,
    }
}

/// A setting of the general kind.
fn setting(task: Option<usize>, meaning: Meaning) -> Kind {
    Kind::Setting { task, meaning }
}
