//! List elements that are no exclusions: intercepted ports, update sources, rules for devices. Their keys are gathered,
//! and an element is one setting (reference: kaspersky-linux, sections 10.10, 10.15, 10.18).

use super::groups::{Group, Name, is_item, of_task};
use super::known::{SOURCE_TYPES, principals_of};
use super::tasks::{TaskKind, Tasks};
use super::{Key, Owner, one, setting, yes};
use crate::finding;
use crate::kaspersky::Part;
use crate::policy::{Certainty, Kind, Meaning, State};

/// Where a list may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Net,
    Task(TaskKind),
}

/// How the value of a key is checked.
#[derive(Clone, Copy)]
enum Check {
    /// Anything.
    Text,
    YesNo,
    Number,
    Words(&'static [&'static str]),
    /// The name of the key is inferred: whoever gives it is left to a person.
    Inferred,
}

/// A list with its keys; without keys, the whole list is inferred and listed only.
struct List {
    name: &'static str,
    home: Home,
    what: &'static str,
    /// The key that switches an element.
    switch: &'static str,
    keys: &'static [(&'static str, Check)],
    certainty: Certainty,
}

const LISTS: &[List] = &[
    List {
        name: "NetworkPorts",
        home: Home::Net,
        what: "intercepted port",
        switch: "",
        // A page speaks of intervals, whose spelling is not known.
        keys: &[("PortName", Check::Text), ("Port", Check::Number)],
        certainty: Certainty::Confirmed,
    },
    List {
        name: "Exclusions",
        home: Home::Net,
        what: "trusted domain",
        switch: "",
        keys: &[],
        certainty: Certainty::Inferred,
    },
    List {
        name: "CustomSources",
        home: Home::Task(TaskKind::Update),
        what: "update source",
        switch: "Enabled",
        keys: &[("URL", Check::Text), ("Enabled", Check::YesNo)],
        certainty: Certainty::Documented,
    },
    List {
        name: "Sources",
        home: Home::Task(TaskKind::Update),
        what: "update source",
        switch: "Enabled",
        keys: &[
            ("SourceType", Check::Words(SOURCE_TYPES)),
            ("Enabled", Check::YesNo),
            ("URL", Check::Inferred),
        ],
        certainty: Certainty::Documented,
    },
    List {
        name: "Schedules",
        home: Home::Task(TaskKind::Devices),
        what: "hours of device rules",
        switch: "",
        keys: &[("ScheduleName", Check::Text), ("DaysHours", Check::Words(&["All"]))],
        certainty: Certainty::Confirmed,
    },
    List {
        name: "TrustedDevices",
        home: Home::Task(TaskKind::Devices),
        what: "trusted device",
        switch: "",
        keys: &[],
        certainty: Certainty::Inferred,
    },
];

/// Rules for the users of a class of devices.
const PRINCIPALS: List = List {
    name: "",
    home: Home::Task(TaskKind::Devices),
    what: "device rule",
    switch: "",
    // How users and groups are written is not known.
    keys: &[("Principal", Check::Words(&["\\Everyone"]))],
    certainty: Certainty::Confirmed,
};

const ACCESS_RULE: &[(&str, Check)] = &[
    ("UseRule", Check::YesNo),
    ("ScheduleName", Check::Text),
    ("Access", Check::Words(&["Allow", "Block"])),
];

fn list_of(name: &str) -> Option<&'static List> {
    let rules = principals_of(name).map(|_| &PRINCIPALS);
    rules.or_else(|| LISTS.iter().find(|list| list.name == name))
}

/// Whether a list of that name is read here.
pub(super) fn is_list(name: &str) -> bool {
    list_of(name).is_some()
}

/// Turns an element into an item, or leaves it unclaimed where such a list is not known.
pub(super) fn convert(
    part: &mut Part<'_>,
    tasks: &Tasks,
    owner: Owner,
    (name, item): Name<'_>,
    group: &Group<'_>,
) {
    let task = tasks.get(owner);
    let home = match (owner, task) {
        (Owner::Net, _) => Home::Net,
        (_, Some((_, entry))) => Home::Task(entry.kind),
        _ => return,
    };
    let Some(list) = list_of(name).filter(|list| list.home == home) else { return };
    let owner_name = task.map_or("Encrypted connections", |(_, entry)| entry.task.name.as_str());
    let source = format!("{owner_name}: {} {name}.{item}: {}", list.what, words(&group.keys));
    let listed = list.keys.is_empty();
    let state = if listed { State::Active } else { state_of(part, list, group) };
    let state = match task {
        Some((_, entry)) => of_task(entry, state),
        None => state,
    };
    let kind = if listed { Kind::Inventory } else { setting(task.map(|(i, _)| i), Meaning::Other) };
    let mut ranges: Vec<_> = group.keys.iter().map(|k| one(k.leaf)).collect();
    ranges.sort_by_key(|r| r.start);
    let leaves = part.claim(ranges);
    part.push(leaves, kind, state, list.certainty, source);
}

/// `Port=8443, PortName=Order service`
fn words(keys: &[Key<'_>]) -> String {
    let pairs = keys.iter().map(|key| {
        let tail = key.tail();
        let below = tail.as_slice().get(2..).unwrap_or_default().join(".");
        format!("{below}={}", key.value)
    });
    pairs.collect::<Vec<_>>().join(", ")
}

fn state_of(part: &Part<'_>, list: &List, group: &Group<'_>) -> State {
    let by_hand = |code, reason: String| State::ByHand { code, reason };
    if group.spoilt {
        let reason = "A line in the same section could not be read";
        return by_hand(finding::RULE_INCOMPLETE, reason.to_owned());
    }
    for key in &group.keys {
        let tail = key.tail();
        let checks = match tail.as_slice().get(2..) {
            Some([_]) => list.keys,
            Some(["AccessRules", item, _]) if list.name.is_empty() && is_item(item) => ACCESS_RULE,
            // The section of an element without keys.
            Some([] | ["AccessRules", _]) => continue,
            _ => &[],
        };
        let name = tail.last();
        let Some((_, check)) = checks.iter().find(|(known, _)| *known == name) else {
            return by_hand(
                finding::RULE_INCOMPLETE,
                format!("{name} is a setting that Crosswalk does not know"),
            );
        };
        if key.repeated {
            return by_hand(finding::RULE_INCOMPLETE, format!("The setting {name} stands twice"));
        }
        if part.reading.document.leaf_is_secret(key.leaf) {
            return by_hand(
                finding::RULE_INCOMPLETE,
                format!("The value of {name} looks like a secret and was not read"),
            );
        }
        let established = match check {
            Check::Text => true,
            Check::YesNo => yes(key.value).is_some(),
            Check::Number => key.value.parse::<u64>().is_ok(),
            Check::Words(words) => words.iter().any(|w| w.eq_ignore_ascii_case(key.value)),
            Check::Inferred => false,
        };
        if !established {
            return by_hand(
                finding::NOT_ESTABLISHED,
                format!("What {name}={} means is not established", key.value),
            );
        }
    }
    let switch = group.keys.iter().find(|k| !list.switch.is_empty() && k.is(list.switch));
    match switch.and_then(|k| yes(k.value)) {
        Some(false) => State::Inactive(format!("{}=No: the row is switched off", list.switch)),
        _ => State::Active,
    }
}
