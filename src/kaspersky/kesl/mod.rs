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

//!
//! | file | what |
//! |---|---|
//! | this one | keys are taken apart and gathered; what holds for the whole file |
//! | `source` | INI and JSON as the same sections and keys |
//! | `tasks` | which task a key belongs to |
//! | `known` | tables of keys: where they stand, how they are read, how sure that is |
//! | `settings` | one key, one setting |
//! | `groups`, `elements` | list elements: exclusions, scopes, rules; ports, update sources, devices |
//! | `schedule` | when a task starts |
//!
//! Siblings (KICS, KESS, and Kaspersky for Linux at home) write the same and do not say which of them they are.

mod elements;
mod groups;
mod known;
mod schedule;
mod settings;
mod source;
mod tasks;

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Part, Read, finding as note};
use crate::finding::{self, Severity};
use crate::intake::ini::IniKind;
use crate::intake::recognise::has_kesl_envelope;
use crate::intake::{Document, Format, Reading};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, Meaning, Question, State};
use groups::Group;
use source::{Flat, Source};
use tasks::{TaskKind, Tasks};

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
    /// Not an empty section.
    pair: bool,
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

/// Product of every file that is read here: the bytes do not tell the siblings apart.
const PRODUCT: &str = "Kaspersky Endpoint Security for Linux or a sibling with the same export";

/// Key of the question whether JSON says what INI says.
const JSON_QUESTION: &str = "kesl.json";

/// Reads a full export or a task file.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let part = Part::new(reading);
    match &reading.document {
        Document::Ini(doc) => read_source(part, doc, reading.format == Format::KeslExport, answers),
        Document::Json(doc) => {
            let mut read = read_source(part, &Flat::new(doc), has_kesl_envelope(doc), answers);
            best_effort(&mut read, reading, answers);
            read
        }
        _ => part.finish(|_| None),
    }
}

fn read_source(mut part: Part<'_>, doc: &impl Source, full: bool, answers: &Answers) -> Read {
    let tasks = if full { Tasks::of_export(doc) } else { Tasks::of_task_file(doc, answers, &mut part) };
    part.read.product = PRODUCT.to_owned();
    let keys = Keys::new(doc, &tasks, full);
    let mut switches = settings::Switches::default();
    for key in keys.all() {
        switches.note(&key);
        if full {
            version(&mut part, &key);
            stray_task(&mut part, &key);
        }
    }
    part.read.tasks = tasks.list.iter().map(|t| t.task.clone()).collect();
    convert(&mut part, &keys, &switches, answers);
    lines_without_settings(&mut part, doc);
    part.finish(|_| None)
}

/// Nobody has shown the project a JSON export: until the user has compared it, nothing of it is converted.
fn best_effort(read: &mut Read, reading: &Reading, answers: &Answers) {
    const CONFIRMED: &str = "confirmed";
    let options = [
        (CONFIRMED, "Yes, I compared names and values with the INI export or the product"),
        ("no", "No, or not compared: nothing is converted"),
    ];
    let answer =
        answers.get(JSON_QUESTION, &reading.input.name).filter(|a| options.iter().any(|(o, _)| o == a));
    let question = Question {
        key: JSON_QUESTION,
        input: reading.input.name.clone(),
        text: "Does this JSON say what the export without --json says?".to_owned(),
        help: "The vendor's pages name --json and do not show what it writes. Compare some rows with `kesl-control --export-settings --file export.ini`, or hand in that file instead".to_owned(),
        options: options.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect(),
        answer: answer.map(str::to_owned),
    };
    read.questions.insert(0, question);
    read.findings.insert(
        0,
        note(
            reading,
            finding::BEST_EFFORT,
            Severity::Warning,
            0,
            "JSON exports are read on a best-effort basis: the project has seen no real one",
            "The export without --json is read with certainty: kesl-control --export-settings --file export.ini",
        ),
    );
    if answer == Some(CONFIRMED) {
        return;
    }
    // That a task is off is a reading, too.
    for task in &mut read.tasks {
        task.active = true;
    }
    for item in &mut read.items {
        let reads = !matches!(
            item.kind,
            Kind::Context | Kind::Withheld | Kind::Inventory | Kind::RuleNotRead(_) | Kind::Unread
        );
        if reads {
            item.certainty = Certainty::Inferred;
        }
        if reads && item.state == State::Active {
            item.state = State::Waits {
                question: JSON_QUESTION,
                code: finding::WAITS,
                reason: "Whether this JSON says the same as the INI export is not known".to_owned(),
            };
        }
    }
}

/// The keys of a document. They are taken apart when asked for: a million of them would not fit beside the policy.
struct Keys<'d, S> {
    doc: &'d S,
    tasks: &'d Tasks,
    full: bool,
    /// Paths that stand more than once.
    again: FxHashSet<(Owner, String)>, // lookups only
}

impl<'d, S: Source> Keys<'d, S> {
    fn new(doc: &'d S, tasks: &'d Tasks, full: bool) -> Self {
        let mut keys = Self { doc, tasks, full, again: FxHashSet::default() }; // lookups only
        // Later ones are known by their number; the first one is found by its path.
        let second = (0..doc.count()).filter(|leaf| doc.nth(*leaf) == 2).filter_map(|leaf| keys.get(leaf));
        keys.again = second.map(|key| key.path()).collect();
        keys
    }

    /// The key that a leaf is, if it is one or an empty section.
    fn get(&self, leaf: u32) -> Option<Key<'d>> {
        let doc = self.doc;
        let pair = match doc.kind(leaf) {
            IniKind::Pair => true,
            IniKind::EmptySection => false,
            _ => return None,
        };
        let (mut section, mut key) = (doc.section(leaf), if pair { doc.key(leaf) } else { "" });
        let mut owner = self.tasks.of_block(doc.block(leaf));
        if self.full {
            let parts: Tail<'_> = split(section, key);
            let prefix;
            (owner, prefix) = self.tasks.owner(parts.as_slice());
            for _ in 0..prefix {
                let from = if section.is_empty() { &mut key } else { &mut section };
                *from = from.split_once('.').map_or("", |(_, rest)| rest);
            }
        }
        let value = if pair { doc.value(leaf) } else { "" };
        let mut key = Key { leaf, owner, section, key, value, pair, repeated: doc.nth(leaf) > 1 };
        key.repeated |= !self.again.is_empty() && self.again.contains(&key.path());
        Some(key)
    }

    fn all(&self) -> impl Iterator<Item = Key<'d>> + '_ {
        (0..self.doc.count()).filter_map(|leaf| self.get(leaf))
    }

    /// What stands at the same place as a leaf may be spoilt by a broken line.
    fn place(&self, leaf: u32) -> (u32, &'d str) {
        (self.doc.block(leaf), self.doc.section(leaf))
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

fn version(part: &mut Part<'_>, key: &Key<'_>) {
    if key.owner != Owner::Top || key.key != "Version" || !part.read.version.is_empty() {
        return;
    }
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

/// Group names may change between versions; tasks in a group of another name must not pass unnoticed.
fn stray_task(part: &mut Part<'_>, key: &Key<'_>) {
    if key.owner == Owner::Stray && key.is("TaskName") {
        let line = part.reading.document.leaf_line(key.leaf);
        part.read.findings.push(note(
            part.reading,
            finding::STRAY_TASK,
            Severity::Warning,
            line,
            "A task stands in a group that Crosswalk does not know; none of its settings is read",
            "Export the task by itself: kesl-control --get-settings and its name, --file task.ini",
        ));
    }
}

/// A list element with the leaves that make it up.
struct Gathered<'d> {
    owner: Owner,
    name: groups::Name<'d>,
    leaves: Vec<u32>,
    spoilt: bool,
}

/// List elements are gathered first, since their keys may stand apart; everything else is a setting of its own.
fn convert<S: Source>(
    part: &mut Part<'_>,
    keys: &Keys<'_, S>,
    switches: &settings::Switches,
    answers: &Answers,
) {
    let (doc, tasks) = (keys.doc, keys.tasks);
    let spoilt: FxHashSet<(u32, &str)> = // lookups only
        (0..doc.count()).filter(|l| doc.kind(*l) == IniKind::Bad).map(|l| keys.place(l)).collect();
    let mut order: Vec<Gathered<'_>> = Vec::new();
    let mut index: FxHashMap<(Owner, groups::Name<'_>), usize> = FxHashMap::default(); // lookups only
    let mut single = Vec::new();
    for key in keys.all() {
        let of_schedule = schedule::is_schedule_key(tasks, &key).then_some((schedule::SCHEDULE, ""));
        // What is listed only has no lists that are read.
        let opaque = tasks.get(key.owner).is_some_and(|(_, t)| t.kind == TaskKind::Opaque);
        let gathered = || {
            groups::group_name(key.tail().as_slice())
                .filter(|(name, _)| !opaque || *name == schedule::SCHEDULE)
        };
        let Some(name) = of_schedule.or_else(gathered) else {
            single.push(key.leaf);
            continue;
        };
        let owner = key.owner;
        let at = *index.entry((owner, name)).or_insert_with(|| {
            order.push(Gathered { owner, name, leaves: Vec::new(), spoilt: false });
            order.len() - 1
        });
        if let Some(element) = order.get_mut(at) {
            element.spoilt |= spoilt.contains(&keys.place(key.leaf));
            element.leaves.push(key.leaf);
        }
    }
    drop(index);
    for Gathered { owner, name, leaves, spoilt } in order {
        let group = Group { keys: leaves.into_iter().filter_map(|leaf| keys.get(leaf)).collect(), spoilt };
        groups::convert(part, tasks, switches, owner, name, &group, answers);
    }
    for key in single.into_iter().filter_map(|leaf| keys.get(leaf)) {
        let spoilt = spoilt.contains(&keys.place(key.leaf));
        settings::convert(part, tasks, switches, &key, spoilt);
    }
}

fn lines_without_settings(part: &mut Part<'_>, doc: &impl Source) {
    for leaf in 0..doc.count() {
        match doc.kind(leaf) {
            IniKind::Comment | IniKind::TaskHeader => {
                let leaves = part.claim([one(leaf)]);
                let text = doc.value(leaf).to_owned();
                part.push(leaves, Kind::Context, State::Active, Certainty::Confirmed, text);
            }
            IniKind::Bad => {
                let line = part.reading.document.leaf_line(leaf);
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
            let line = part.reading.document.leaf_line(leaf);
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

    fn path(&self) -> (Owner, String) {
        (self.owner, self.tail().as_slice().join("."))
    }

    fn is_empty_section(&self) -> bool {
        !self.pair
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
