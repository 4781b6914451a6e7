//! Which task a setting belongs to. In a full export the sections tell; a task file does not name its task, so its keys
//! do, or the user.

use rustc_hash::FxHashMap;

use super::super::{Read, finding as note};
use super::Owner;
use crate::finding::{self, Severity};
use crate::intake::Reading;
use crate::intake::ini::{IniDoc, IniKind};
use crate::intake::recognise::TASK_KEYS;
use crate::options::Answers;
use crate::policy::{Component, Question, Task};

/// Key of the question that a task file leaves open.
pub(super) const TASK_QUESTION: &str = "kesl.task";

/// A task with the prefix of its sections.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) task: Task,
    /// `TaskType`.
    kind: String,
    /// Whether the task is certain.
    pub(super) certain: bool,
}

/// The tasks of one input.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    pub(super) list: Vec<Entry>,
    /// Index in the list by group and element: `MonitoringTask`, `item_0000`; the backup task has no element.
    index: FxHashMap<String, FxHashMap<String, usize>>, // lookups only
}

/// Task names and types with what they are (reference, section 9). Compared without case.
const KNOWN: &[(&str, &str, Component)] = &[
    ("File_Threat_Protection", "OAS", Component::OnAccess),
    ("Scan_My_Computer", "ODS", Component::OnDemand),
    ("Scan_File", "ODS", Component::OnDemand),
    ("Critical_Areas_Scan", "ODS", Component::OnDemand),
    ("Boot_Scan", "BootScan", Component::Boot),
    ("Memory_Scan", "MemoryScan", Component::Memory),
    ("Container_Scan", "ContainerScan", Component::Containers),
    ("Custom_Container_Scan", "ContainerScan", Component::Containers),
    ("Anti_Cryptor", "AntiCryptor", Component::AntiCryptor),
    ("System_Integrity_Monitoring", "OAFIM", Component::Integrity),
    ("", "ODFIM", Component::Integrity),
    ("Behavior_Detection", "BehaviorDetection", Component::Behaviour),
    ("Network_Threat_Protection", "NTP", Component::NetworkThreats),
    ("Removable_Drives_Scan", "RDS", Component::RemovableDrives),
];

/// What a task is, by type, else by name: users name their tasks as they like.
pub(super) fn component(name: &str, kind: &str) -> Component {
    let by_name = KNOWN.iter().find(|(n, ..)| !n.is_empty() && n.eq_ignore_ascii_case(name));
    let by_type = || KNOWN.iter().find(|(_, t, _)| t.eq_ignore_ascii_case(kind));
    by_type().or(by_name).map_or(Component::General, |(_, _, c)| *c)
}

impl Tasks {
    /// The tasks of a full export. The keys that name a task may stand anywhere in it.
    pub(super) fn of_export(doc: &IniDoc) -> Self {
        let mut tasks = Self::default();
        for leaf in 0..doc.leaf_count() {
            let Some(prefix) = prefix_of(doc.section(leaf)) else { continue };
            let next = tasks.list.len();
            let (group, item) = prefix.split_once('.').unwrap_or((prefix, ""));
            let known = tasks.index.get(group).and_then(|items| items.get(item)).copied();
            let at = known.unwrap_or(next);
            if at == next {
                tasks.index.entry(group.to_owned()).or_default().insert(item.to_owned(), next);
                let task = Task { name: prefix.to_owned(), component: Component::General, active: true };
                tasks.list.push(Entry { task, kind: String::new(), certain: true });
            }
            let Some(entry) = tasks.list.get_mut(at).filter(|_| doc.section(leaf) == prefix) else {
                continue;
            };
            let value = doc.leaf_value(leaf);
            match doc.key(leaf) {
                "TaskName" if !value.is_empty() => value.clone_into(&mut entry.task.name),
                "TaskType" => value.clone_into(&mut entry.kind),
                // Repeated and in disagreement: the task may be on.
                "Active" if doc.nth(leaf) > 1 => entry.task.active |= !value.eq_ignore_ascii_case("no"),
                "Active" => entry.task.active = !value.eq_ignore_ascii_case("no"),
                _ => {}
            }
        }
        for entry in &mut tasks.list {
            entry.task.component = component(&entry.task.name, &entry.kind);
        }
        tasks
    }

    /// The one task of a task file: named by a support bundle's header, by its keys, or by the user.
    pub(super) fn of_task_file(reading: &Reading, doc: &IniDoc, answers: &Answers, read: &mut Read) -> Self {
        let header = (0..doc.leaf_count()).find(|l| doc.kind(*l) == IniKind::TaskHeader);
        let named = header.and_then(|l| doc.leaf_value(l).split_ascii_whitespace().nth(2)).map(str::to_owned);
        let by_keys = guess(doc);
        let certain = named.or_else(|| match by_keys.as_slice() {
            [only] if *only != "on-demand" => Some((*only).to_owned()),
            ["Container_Scan", "on-demand"] => Some("Container_Scan".to_owned()),
            _ => None,
        });
        let task = |name: &str, certain| Self {
            list: vec![Entry {
                task: Task { name: name.to_owned(), component: component(name, ""), active: true },
                kind: String::new(),
                certain,
            }],
            index: FxHashMap::default(), // lookups only
        };
        if let Some(name) = certain {
            return task(&name, true);
        }
        let options: &[&str] = if by_keys == ["on-demand"] {
            &["Scan_My_Computer", "Critical_Areas_Scan", "Scan_File", "Inventory_Scan"]
        } else {
            ANY_TASK
        };
        let answer = answers.get(TASK_QUESTION, &reading.input.name).filter(|a| options.contains(a));
        read.questions.push(Question {
            key: TASK_QUESTION,
            input: reading.input.name.clone(),
            text: "Which task do these settings belong to?".to_owned(),
            help:
                "A task file does not name its task. `kesl-control --get-task-list` shows names and numbers"
                    .to_owned(),
            options: options.iter().map(|o| ((*o).to_owned(), o.replace('_', " "))).collect(),
            answer: answer.map(str::to_owned),
        });
        if answer.is_none() {
            read.findings.push(note(
                reading,
                finding::QUESTION,
                Severity::Warning,
                0,
                "The file does not say which task it belongs to; its exclusions wait for your answer",
                "Answer the question on the page, or give --answer kesl.task=File_Threat_Protection (or another task)",
            ));
        }
        task(answer.unwrap_or("a task that is not named"), answer.is_some())
    }

    /// Owner of a path and the number of parts that its prefix takes.
    pub(super) fn owner(&self, parts: &[&str]) -> (Owner, usize) {
        match parts {
            ["AppSettings", ..] => return (Owner::App, 1),
            ["NetSettings", ..] => return (Owner::Net, 1),
            [_] => return (Owner::Top, 0),
            _ => {}
        }
        let (length, found) = match parts {
            ["BackupTask", ..] => (1, self.index.get("BackupTask").and_then(|items| items.get(""))),
            [group, item, ..] => (2, self.index.get(*group).and_then(|items| items.get(*item))),
            _ => (0, None),
        };
        let Some(&index) = found else { return (Owner::Stray, 0) };
        // `.Settings.` is part of the envelope, not of the setting's name.
        let settings = usize::from(parts.get(length) == Some(&"Settings"));
        (Owner::Task(index), length + settings)
    }

    /// A task's entry.
    pub(super) fn get(&self, owner: Owner) -> Option<(usize, &Entry)> {
        match owner {
            Owner::Task(index) => self.list.get(index).map(|t| (index, t)),
            _ => None,
        }
    }
}

const ANY_TASK: &[&str] = &[
    "File_Threat_Protection",
    "Scan_My_Computer",
    "Critical_Areas_Scan",
    "Scan_File",
    "Container_Scan",
    "Anti_Cryptor",
    "System_Integrity_Monitoring",
    "Inventory_Scan",
];

/// `MonitoringTask.item_0000` of a section path.
fn prefix_of(section: &str) -> Option<&str> {
    let mut dots = section.match_indices('.').map(|(at, _)| at);
    match section.split('.').next() {
        Some("BackupTask") => Some("BackupTask"),
        Some("MonitoringTask" | "OnDemandTask") => {
            let end = dots.nth(1).unwrap_or(section.len());
            section.get(..end).filter(|p| p.contains('.'))
        }
        _ => None,
    }
}

/// The tasks whose telling keys occur, in the order of the table, without repeats.
fn guess(doc: &IniDoc) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (key, task) in TASK_KEYS {
        let occurs = (0..doc.leaf_count()).any(|leaf| {
            let section = doc.section(leaf);
            let head = if section.is_empty() { doc.key(leaf) } else { section };
            head.split('.').next() == Some(*key)
        });
        if occurs && !found.contains(task) {
            found.push(*task);
        }
    }
    found
}
