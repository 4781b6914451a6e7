//! Which task a setting belongs to. In a full export the sections tell, in the texts of a support bundle the headers;
//! a task file does not name its task, so its keys do, or the user.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::source::Source;
use super::{Owner, Part};
use crate::finding::{self, Severity};
use crate::intake::ini::IniKind;
use crate::intake::recognise::TASK_KEYS;
use crate::kaspersky::finding as note;
use crate::options::Answers;
use crate::policy::{Component, Task};

/// Key of the question that a task file leaves open.
pub(super) const TASK_QUESTION: &str = "kesl.task";

/// What a task is; it says which keys the task may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskKind {
    OnAccess,
    OnDemand,
    Boot,
    Memory,
    Containers,
    AntiCryptor,
    Integrity,
    Firewall,
    Web,
    Network,
    Devices,
    RemovableDrives,
    Behaviour,
    Update,
    Rollback,
    Backup,
    Inventory,
    /// Listed only: no page or export tells the keys.
    Opaque,
    /// A file with nothing but a schedule.
    Schedule,
    /// Not told.
    Unknown,
}

/// Task names and types with what they are (reference, section 9). Compared without case.
const KNOWN: &[(&str, &str, TaskKind)] = &[
    ("File_Threat_Protection", "OAS", TaskKind::OnAccess),
    ("Scan_My_Computer", "ODS", TaskKind::OnDemand),
    ("Scan_File", "ODS", TaskKind::OnDemand),
    ("Critical_Areas_Scan", "ODS", TaskKind::OnDemand),
    ("Boot_Scan", "BootScan", TaskKind::Boot),
    ("Memory_Scan", "MemoryScan", TaskKind::Memory),
    ("Container_Scan", "ContainerScan", TaskKind::Containers),
    ("Custom_Container_Scan", "ContainerScan", TaskKind::Containers),
    ("Anti_Cryptor", "AntiCryptor", TaskKind::AntiCryptor),
    ("System_Integrity_Monitoring", "OAFIM", TaskKind::Integrity),
    ("", "ODFIM", TaskKind::Integrity),
    ("Firewall_Management", "Firewall", TaskKind::Firewall),
    ("Web_Threat_Protection", "WTP", TaskKind::Web),
    ("Network_Threat_Protection", "NTP", TaskKind::Network),
    ("Device_Control", "DeviceControl", TaskKind::Devices),
    ("Removable_Drives_Scan", "RDS", TaskKind::RemovableDrives),
    ("Behavior_Detection", "BehaviorDetection", TaskKind::Behaviour),
    ("Update", "Update", TaskKind::Update),
    ("Rollback", "Rollback", TaskKind::Rollback),
    ("Backup", "Backup", TaskKind::Backup),
    ("License", "License", TaskKind::Opaque),
    ("Inventory_Scan", "", TaskKind::Inventory),
    ("Application_Control", "", TaskKind::Opaque),
    ("Web_Control", "", TaskKind::Opaque),
    ("Mail_Monitoring", "", TaskKind::Opaque),
    ("KATAEDR", "", TaskKind::Opaque),
    ("KATAEDR_Prevention", "", TaskKind::Opaque),
    ("EDRO_Prevention", "", TaskKind::Opaque),
    ("Standalone_Sandbox", "", TaskKind::Opaque),
    ("KUMA", "", TaskKind::Opaque),
    ("schedule", "", TaskKind::Schedule),
    (OTHER_TASK, "", TaskKind::Opaque),
];

/// What a task is, by type, else by name: users name their tasks as they like.
fn task_kind(name: &str, kind: &str) -> TaskKind {
    let by_type = || KNOWN.iter().find(|(_, t, _)| !t.is_empty() && t.eq_ignore_ascii_case(kind));
    let by_name = || KNOWN.iter().find(|(n, ..)| !n.is_empty() && n.eq_ignore_ascii_case(name));
    by_type().or_else(by_name).map_or(TaskKind::Unknown, |(_, _, k)| *k)
}

/// The policy's word for it.
const fn component(kind: TaskKind) -> Component {
    match kind {
        TaskKind::OnAccess => Component::OnAccess,
        TaskKind::OnDemand => Component::OnDemand,
        TaskKind::Boot => Component::Boot,
        TaskKind::Memory => Component::Memory,
        TaskKind::Containers => Component::Containers,
        TaskKind::AntiCryptor => Component::AntiCryptor,
        TaskKind::Integrity => Component::Integrity,
        TaskKind::Behaviour => Component::Behaviour,
        TaskKind::Network => Component::NetworkThreats,
        TaskKind::RemovableDrives => Component::RemovableDrives,
        _ => Component::General,
    }
}

/// A task with what is known about it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) task: Task,
    pub(super) kind: TaskKind,
    /// `TaskType`.
    type_name: String,
    /// Whether the task is certain.
    pub(super) certain: bool,
}

impl Entry {
    fn new(name: &str, type_name: &str, certain: bool) -> Self {
        let kind = task_kind(name, type_name);
        let task = Task { name: name.to_owned(), component: component(kind), active: true };
        Self { task, kind, type_name: type_name.to_owned(), certain }
    }
}

/// The tasks of one input.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    pub(super) list: Vec<Entry>,
    /// Index in the list by group and element: `MonitoringTask`, `item_0000`; the backup task has no element.
    index: FxHashMap<String, FxHashMap<String, usize>>, // lookups only
    /// In files without sections of tasks: whose the settings under each header are.
    blocks: Vec<Owner>,
}

impl Tasks {
    /// The tasks of a full export. The keys that name a task may stand anywhere in it.
    pub(super) fn of_export(doc: &impl Source) -> Self {
        let mut tasks = Self::default();
        for leaf in 0..doc.count() {
            let Some(prefix) = prefix_of(doc.section(leaf)) else { continue };
            let next = tasks.list.len();
            let (group, item) = prefix.split_once('.').unwrap_or((prefix, ""));
            let known = tasks.index.get(group).and_then(|items| items.get(item)).copied();
            let at = known.unwrap_or(next);
            if at == next {
                tasks.index.entry(group.to_owned()).or_default().insert(item.to_owned(), next);
                tasks.list.push(Entry::new(prefix, "", true));
            }
            let Some(entry) = tasks.list.get_mut(at).filter(|_| doc.section(leaf) == prefix) else {
                continue;
            };
            let value = doc.value(leaf);
            match doc.key(leaf) {
                "TaskName" if !value.is_empty() => value.clone_into(&mut entry.task.name),
                "TaskType" => value.clone_into(&mut entry.type_name),
                // Repeated and in disagreement: the task may be on.
                "Active" if doc.nth(leaf) > 1 => entry.task.active |= !is_no(value),
                "Active" => entry.task.active = !is_no(value),
                _ => {}
            }
        }
        for entry in &mut tasks.list {
            entry.kind = task_kind(&entry.task.name, &entry.type_name);
            entry.task.component = component(entry.kind);
        }
        tasks
    }

    /// The tasks of a file without sections for them: named by headers, told by the keys, or by the user.
    pub(super) fn of_task_file(doc: &impl Source, answers: &Answers, part: &mut Part<'_>) -> Self {
        let mut tasks = Self::default();
        let names = doc.blocks();
        // Blocks stand one after the other.
        let mut ranges = vec![0..0; names.len() + 1];
        for leaf in 0..doc.count() {
            let Some(range) = ranges.get_mut(doc.block(leaf) as usize) else { continue };
            *range = if range.start == range.end { leaf..leaf + 1 } else { range.start..leaf + 1 };
        }
        let mut ranges = ranges.into_iter();
        let first = ranges.next().unwrap_or(0..0);
        let setting = |l: u32| matches!(doc.kind(l), IniKind::Pair | IniKind::EmptySection);
        // What stands before the first header is a file of its own.
        let owner = if names.is_empty() || first.clone().any(setting) {
            tasks.unnamed(doc, first, answers, part)
        } else {
            Owner::Stray
        };
        tasks.blocks.push(owner);
        // Twice under one name is one task whose settings stand twice.
        let mut known: FxHashMap<&str, Owner> = FxHashMap::default(); // lookups only
        for (range, name) in ranges.zip(names) {
            let owner = *known.entry(name).or_insert_with(|| tasks.named(doc, range, name));
            tasks.blocks.push(owner);
        }
        tasks
    }

    fn push(&mut self, entry: Entry) -> Owner {
        self.list.push(entry);
        Owner::Task(self.list.len() - 1)
    }

    /// The task of a header. A user's own task is what its keys say, if only one kind has them.
    fn named(&mut self, doc: &impl Source, leaves: Range<u32>, name: &str) -> Owner {
        let mut entry = Entry::new(name, "", true);
        if entry.kind == TaskKind::Unknown {
            entry.kind = match guess(doc, leaves.clone()).as_slice() {
                [ON_DEMAND] if has(doc, leaves, "ScanArchived") => TaskKind::OnDemand,
                [only] if *only != ON_DEMAND => task_kind(only, ""),
                CONTAINERS => TaskKind::Containers,
                _ => TaskKind::Unknown,
            };
            entry.task.component = component(entry.kind);
        }
        self.push(entry)
    }

    fn unnamed(
        &mut self,
        doc: &impl Source,
        leaves: Range<u32>,
        answers: &Answers,
        part: &mut Part<'_>,
    ) -> Owner {
        let by_keys = guess(doc, leaves);
        let certain = match by_keys.as_slice() {
            [only] if *only != ON_DEMAND => Some(*only),
            // Which of the two container scans it is makes no difference to what the keys say.
            CONTAINERS => Some("Container_Scan"),
            [ON_DEMAND, INVENTORY] => Some(INVENTORY),
            _ => None,
        };
        if let Some(name) = certain {
            return self.called(name, true);
        }
        let options: &[(&str, &str)] = if by_keys == [ON_DEMAND] { ON_DEMAND_TASKS } else { ANY_TASK };
        let values: Vec<&str> = options.iter().map(|(value, _)| *value).collect();
        let answer = part.answer(answers, TASK_QUESTION, &values);
        part.ask(
            TASK_QUESTION,
            "Which task do these settings belong to?",
            "A task file does not name its task. `kesl-control --get-task-list` shows names and numbers",
            options,
            answer.clone(),
        );
        if answer.is_none() {
            part.read.findings.push(note(
                part.reading,
                finding::QUESTION,
                Severity::Warning,
                0,
                "The file does not say which task it belongs to; its exclusions wait for your answer",
                "Answer the question on the page, or give --answer kesl.task=File_Threat_Protection (or another task)",
            ));
        }
        match answer {
            Some(name) => self.called(&name, true),
            None => self.called("a task that is not named", false),
        }
    }

    /// The owner of that name; the general settings and those of encrypted connections are no tasks.
    fn called(&mut self, name: &str, certain: bool) -> Owner {
        match name {
            "AppSettings" => Owner::App,
            "NetSettings" => Owner::Net,
            OTHER => self.push(Entry::new(OTHER_TASK, "", certain)),
            OWN_SCAN => self.push(Entry::new("a scan task of your own", "ODS", certain)),
            "Container_Scan" => self.push(Entry::new("Container scan", "ContainerScan", certain)),
            name => self.push(Entry::new(name, "", certain)),
        }
    }

    /// Owner of what stands under a header of a task file, or in one without headers.
    pub(super) fn of_block(&self, block: u32) -> Owner {
        self.blocks.get(block as usize).copied().unwrap_or(Owner::Stray)
    }

    /// Owner of a path in a full export and the number of parts that its prefix takes.
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

fn is_no(value: &str) -> bool {
    super::yes(value) == Some(false)
}

/// What the keys of on-demand scans and of the inventory have in common.
const ON_DEMAND: &str = "on-demand";
const INVENTORY: &str = "Inventory_Scan";
const CONTAINERS: &[&str] = &["Container_Scan", ON_DEMAND];
const OWN_SCAN: &str = "own";
const OTHER: &str = "other";
const OTHER_TASK: &str = "another task";

/// Answers when the keys say that it is a scan.
const ON_DEMAND_TASKS: &[(&str, &str)] = &[
    ("Scan_My_Computer", "Scan My Computer"),
    ("Critical_Areas_Scan", "Critical Areas Scan"),
    ("Scan_File", "Scan File"),
    (OWN_SCAN, "A scan task that somebody made"),
    (INVENTORY, "Inventory Scan"),
];

/// Answers when the keys say nothing, or two things.
const ANY_TASK: &[(&str, &str)] = &[
    ("File_Threat_Protection", "File Threat Protection"),
    ("Scan_My_Computer", "Scan My Computer"),
    ("Critical_Areas_Scan", "Critical Areas Scan"),
    ("Scan_File", "Scan File"),
    (OWN_SCAN, "A scan task that somebody made"),
    ("Boot_Scan", "Boot Scan"),
    ("Memory_Scan", "Memory Scan"),
    ("Container_Scan", "Container Scan"),
    ("Anti_Cryptor", "Anti Cryptor"),
    ("System_Integrity_Monitoring", "System Integrity Monitoring"),
    ("Firewall_Management", "Firewall Management"),
    ("Web_Threat_Protection", "Web Threat Protection"),
    ("Network_Threat_Protection", "Network Threat Protection"),
    ("Device_Control", "Device Control"),
    ("Removable_Drives_Scan", "Removable Drives Scan"),
    ("Behavior_Detection", "Behavior Detection"),
    ("Update", "Update"),
    ("Backup", "Backup"),
    (INVENTORY, "Inventory Scan"),
    ("AppSettings", "General settings (no task)"),
    ("NetSettings", "Encrypted connections (no task)"),
    (OTHER, "Another task: its settings are listed only"),
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

/// The first part of a path of a task file.
fn head(doc: &impl Source, leaf: u32) -> &str {
    let section = doc.section(leaf);
    let path = if section.is_empty() { doc.key(leaf) } else { section };
    path.split('.').next().unwrap_or("")
}

fn has(doc: &impl Source, mut leaves: Range<u32>, key: &str) -> bool {
    leaves.any(|leaf| head(doc, leaf) == key)
}

/// The tasks whose telling keys occur, in the order of the table, without repeats.
fn guess(doc: &impl Source, leaves: Range<u32>) -> Vec<&'static str> {
    let mut found = vec![false; TASK_KEYS.len()];
    for leaf in leaves {
        let head = head(doc, leaf);
        for ((key, _), found) in TASK_KEYS.iter().zip(&mut found) {
            *found |= *key == head;
        }
    }
    let mut tasks = Vec::new();
    for ((_, task), _) in TASK_KEYS.iter().zip(found).filter(|(_, found)| *found) {
        if !tasks.contains(task) {
            tasks.push(*task);
        }
    }
    tasks
}
