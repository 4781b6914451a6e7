//! List elements of KESL: scopes, exclusions, trusted programs, packet rules. Their keys are gathered by task, list and
//! `item_` number; a key that is not known, stands twice, or shares its section with a broken line might narrow the rule,
//! so such an element is left to a person.

use super::schedule::SCHEDULE;
use super::settings::Switches;
use super::tasks::{Entry, TaskKind, Tasks};
use super::{Key, Owner, elements, one, schedule, setting, yes};
use crate::finding::{self, Severity};
use crate::kaspersky::{Part, finding as note};
use crate::mask::{Language, Machine};
use crate::options::Answers;
use crate::policy::{
    Addresses, Certainty, Direction, Exclusion, FirewallRule, Kind, Meaning, NotUnderstood, PathMask, Ports,
    Reach, RuleAction, RulePlace, State, TrustedApplication,
};

/// Lists whose elements are structs, with the keys that their elements may have.
const LISTS: &[(&str, &[&str])] = &[
    ("ScanScope", SCOPE_KEYS),
    ("ExcludedFromScanScope", SCOPE_KEYS),
    (
        "ExcludedForProgram",
        &["ProgramPath", "ApplyToDescendants", "AreaDesc", "UseExcludedForProgram", "AreaMask", "Path"],
    ),
    ("TrustedPrograms", &["ProgramPath", "ApplyToDescendants", "ProgramDesc", "UseTrustedProgram"]),
    (
        "PacketRules",
        &[
            "Name",
            "FirewallAction",
            "Protocol",
            "RemotePorts",
            "LocalPorts",
            "ICMPType",
            "ICMPCode",
            "Direction",
            "RemoteAddress",
            "LocalAddress",
            "LogAttempts",
        ],
    ),
];

const SCOPE_KEYS: &[&str] = &["AreaDesc", "UseScanArea", "Path", "AreaMask"];

/// Several leaves that make up one list element: a scope, an exclusion, a rule.
#[derive(Debug, Default)]
pub(super) struct Group<'d> {
    pub(super) keys: Vec<Key<'d>>,
    /// Leaves without meaning stand in the same section.
    pub(super) spoilt: bool,
}

/// Name of a list element: the list and the element in it, `("ScanScope", "item_0000")`.
pub(super) type Name<'d> = (&'d str, &'d str);

/// Name of the list element that a path belongs to, or that of the schedule.
pub(super) fn group_name<'d>(tail: &[&'d str]) -> Option<Name<'d>> {
    match tail {
        [SCHEDULE, ..] => Some((SCHEDULE, "")),
        [list, item, ..] if is_item(item) && is_list(list) => Some((list, item)),
        _ => None,
    }
}

/// Whether a list of that name has elements that are read.
pub(super) fn is_list(name: &str) -> bool {
    LISTS.iter().any(|(list, _)| *list == name) || elements::is_list(name)
}

/// `item_0000`.
pub(super) fn is_item(part: &str) -> bool {
    part.strip_prefix("item_").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The values of an element.
struct Element<'g, 'd> {
    keys: &'g [Key<'d>],
}

impl<'d> Element<'_, 'd> {
    fn get(&self, name: &str) -> Option<&'d str> {
        self.keys.iter().find(|k| k.tail().get(2) == Some(name)).map(|k| k.value)
    }

    /// `AreaMask.item_#` in ascending order of the number; an unnumbered key counts as the first.
    fn list(&self, name: &str) -> Vec<String> {
        let number = |k: &Key<'_>| {
            k.tail().get(3).and_then(|i| i.strip_prefix("item_")).and_then(|n| n.parse::<u64>().ok())
        };
        let mut found: Vec<_> = self.keys.iter().filter(|k| k.tail().get(2) == Some(name)).collect();
        found.sort_by_key(|k| number(k));
        found.iter().map(|k| k.value.to_owned()).collect()
    }
}

/// Turns an element into an item.
pub(super) fn convert(
    part: &mut Part<'_>,
    tasks: &Tasks,
    switches: &Switches,
    owner: Owner,
    name: Name<'_>,
    group: &Group<'_>,
    answers: &Answers,
) {
    let (list, item) = name;
    if list == SCHEDULE {
        return schedule::convert(part, tasks, owner, group, answers);
    }
    if elements::is_list(list) {
        return elements::convert(part, tasks, owner, name, group);
    }
    let mut ranges: Vec<_> = group.keys.iter().map(|k| one(k.leaf)).collect();
    ranges.sort_by_key(|r| r.start);
    let line = group.keys.first().map_or(0, |k| part.reading.document.leaf_line(k.leaf));
    let Some((index, entry)) = tasks.get(owner) else { return };
    let element = Element { keys: &group.keys };
    let broken = incomplete(part, list, group);
    let (kind, state, certainty, source) = match list {
        "ScanScope" => scan_scope(index, entry, &element),
        "ExcludedFromScanScope" => exclusion(part, index, entry, &element, line),
        "ExcludedForProgram" => by_program(entry, &element),
        "TrustedPrograms" => trusted(entry, switches, owner, &element),
        _ => packet_rule(entry, u32::try_from(index).unwrap_or(u32::MAX), item, &element),
    };
    let state = match (broken, state) {
        (Some(reason), State::Active | State::Waits { .. }) => {
            State::ByHand { code: finding::RULE_INCOMPLETE, reason }
        }
        (_, state) => state,
    };
    let leaves = part.claim(ranges);
    part.push(leaves, kind, state, certainty, source);
}

/// Why an element may say more than was read.
fn incomplete(part: &Part<'_>, list: &str, group: &Group<'_>) -> Option<String> {
    let known = LISTS.iter().find(|(name, _)| *name == list).map_or(&[][..], |(_, keys)| keys);
    if group.spoilt {
        return Some("A line in the same section could not be read; it may narrow the rule".to_owned());
    }
    for key in &group.keys {
        let tail = key.tail();
        let name = tail.get(2).unwrap_or("");
        let comment = name == "AreaDesc" || name == "ProgramDesc" || name == "Name";
        let shape = match (name, tail.as_slice().get(3..)) {
            ("AreaMask", Some([item])) => is_item(item),
            (_, Some(rest)) => rest.is_empty(),
            (_, None) => true,
        };
        if !name.is_empty() && (!known.contains(&name) || !shape) {
            return Some(format!(
                "The rule has a setting that Crosswalk does not know and that may narrow it: {name}"
            ));
        }
        if key.repeated {
            return Some(format!("The setting {name} stands twice in the rule"));
        }
        if !comment && part.reading.document.leaf_is_secret(key.leaf) {
            return Some(format!("The value of {name} looks like a secret and was not read"));
        }
    }
    None
}

fn kesl_path(text: String) -> PathMask {
    PathMask { language: Language::Kesl, text, subfolders: None, machine: Machine::default() }
}

type Made = (Kind, State, Certainty, String);

fn comment(element: &Element<'_, '_>) -> String {
    let text = element.get("AreaDesc").or_else(|| element.get("ProgramDesc")).unwrap_or("");
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

fn masks_text(masks: &[String]) -> String {
    if masks.iter().all(|m| m == "*") { String::new() } else { format!(", files {}", masks.join(" ")) }
}

/// On, off, or a value that is neither.
fn switched(element: &Element<'_, '_>, key: &str, list_off: bool) -> State {
    match element.get(key).map(yes) {
        Some(Some(false)) => State::Inactive(format!("{key}=No: the row is switched off")),
        Some(None) => {
            State::ByHand { code: finding::RULE_INCOMPLETE, reason: format!("{key} is neither Yes nor No") }
        }
        _ if list_off => State::Inactive("The list is switched off".to_owned()),
        _ => State::Active,
    }
}

/// What follows from the task: switched off, or not certain.
pub(super) fn of_task(entry: &Entry, state: State) -> State {
    match state {
        State::Active if !entry.task.active => {
            State::Inactive(format!("{} is switched off", entry.task.name))
        }
        State::Active if !entry.certain => State::Waits {
            question: super::tasks::TASK_QUESTION,
            code: finding::WAITS,
            reason: "Which task the settings belong to is not known".to_owned(),
        },
        other => other,
    }
}

fn scan_scope(index: usize, entry: &Entry, element: &Element<'_, '_>) -> Made {
    let path = element.get("Path").unwrap_or("");
    let masks = element.list("AreaMask");
    let everything = path == "/" && masks.iter().all(|m| m == "*");
    let state = of_task(entry, switched(element, "UseScanArea", false));
    let source = format!("{}: scan {path}{}{}", entry.task.name, masks_text(&masks), comment(element));
    let names = if masks.iter().any(|m| m == "*") { Vec::new() } else { masks };
    let meaning = Meaning::Scope { everything, path: kesl_path(path.to_owned()), names };
    (setting(Some(index), meaning), state, Certainty::Confirmed, source)
}

fn exclusion(part: &mut Part<'_>, index: usize, entry: &Entry, element: &Element<'_, '_>, line: u32) -> Made {
    let path = element.get("Path").unwrap_or("").to_owned();
    let masks = element.list("AreaMask");
    let all_files = masks.is_empty() || masks.iter().any(|m| m == "*");
    let source = format!("{}: do not scan {path}{}{}", entry.task.name, masks_text(&masks), comment(element));
    let mut state = of_task(entry, switched(element, "UseScanArea", false));
    if entry.kind == TaskKind::Integrity && state == State::Active {
        state = State::ByHand {
            code: finding::NOT_ESTABLISHED,
            reason: "That this task has such a list is inferred; compare it with the product".to_owned(),
        };
    }
    if path.is_empty() && state == State::Active {
        state =
            State::ByHand { code: finding::RULE_INCOMPLETE, reason: "The exclusion has no path".to_owned() };
    }
    if all_files && matches!(path.as_str(), "/" | "/*" | "/**" | "*" | "**") && state == State::Active {
        state = State::ByHand {
            code: finding::ALL_BY_HAND,
            reason: "This row excludes everything; check whether it is meant".to_owned(),
        };
        part.read.findings.push(note(
            part.reading,
            finding::EXCLUDES_ALL,
            Severity::Warning,
            line,
            format!("{} excludes everything (path {path}, every file)", entry.task.name),
            "Nothing is written for it. Remove the row in the old product, or decide by hand",
        ));
    }
    if entry.task.name.eq_ignore_ascii_case("Scan_File")
        && !part.read.findings.iter().any(|f| f.code == finding::SCAN_FILE_SCOPES)
    {
        part.read.findings.push(note(
            part.reading,
            finding::SCAN_FILE_SCOPES,
            Severity::Info,
            line,
            "Exclusions of Scan_File are ignored by kesl-control --scan-file",
            "A file that somebody scans by name was scanned in spite of them; the target may skip it",
        ));
    }
    let kind = Kind::Exclusion(Exclusion {
        path: Some(kesl_path(path)),
        names: if all_files { Vec::new() } else { masks },
        threats: Vec::new(),
        hashes: Vec::new(),
        processes: Vec::new(),
        reach: Reach::Task(index),
    });
    (kind, state, Certainty::Documented, source)
}

fn by_program(entry: &Entry, element: &Element<'_, '_>) -> Made {
    let program = element.get("ProgramPath").unwrap_or("");
    let path = element.get("Path").unwrap_or("");
    let state = match of_task(entry, switched(element, "UseExcludedForProgram", false)) {
        State::Active => State::ByHand {
            code: finding::NOT_ESTABLISHED,
            reason:
                "The names of these keys are inferred; compare the row with the product before you rebuild it"
                    .to_owned(),
        },
        other => other,
    };
    let source =
        format!("{}: do not scan what {program} uses in {path}{}", entry.task.name, comment(element));
    (Kind::Inventory, state, Certainty::Inferred, source)
}

fn trusted(entry: &Entry, switches: &Switches, owner: Owner, element: &Element<'_, '_>) -> Made {
    let program = element.get("ProgramPath").unwrap_or("").to_owned();
    let off = switches.is_off(owner, "UseTrustedPrograms");
    let state = of_task(entry, switched(element, "UseTrustedProgram", off));
    let children = element.get("ApplyToDescendants").and_then(yes);
    let source = format!("{}: trust {program}{}", entry.task.name, comment(element));
    let kind = Kind::TrustedApplication(TrustedApplication {
        image: kesl_path(program),
        opened_files: Some(false),
        children,
        hashes: Vec::new(),
    });
    (kind, state, Certainty::Documented, source)
}

/// Directions in both spellings of the reference.
const DIRECTIONS: &[(&str, &str, Direction)] = &[
    ("IncomingOutgoing", "InOut", Direction::BOTH),
    ("Incoming", "In", way(true, false, false)),
    ("Outgoing", "Out", way(false, true, false)),
    ("IncomingPacket", "InPacket", way(true, false, true)),
    ("OutgoingPacket", "OutPacket", way(false, true, true)),
    ("IncomingOutgoingPacket", "InOutPacket", way(true, true, true)),
];

const fn way(inbound: bool, outbound: bool, packets: bool) -> Direction {
    Direction { inbound, outbound, packets }
}

fn packet_rule(entry: &Entry, list: u32, item: &str, element: &Element<'_, '_>) -> Made {
    let text = |key: &str, default: &str| element.get(key).unwrap_or(default).trim().to_owned();
    let known = format!(
        "Packet rule {}: {} {} {} local {} remote {} from {}",
        text("Name", ""),
        text("FirewallAction", "Allow"),
        text("Protocol", "Any"),
        text("Direction", "IncomingOutgoing"),
        text("LocalPorts", "Any"),
        text("RemotePorts", "Any"),
        text("RemoteAddress", "Any")
    );
    match rule(list, item, &text) {
        Ok(rule) => {
            let state = match interval(&rule.local_ports).or_else(|| interval(&rule.remote_ports)) {
                Some(text) => {
                    not_established(format!("How an interval of ports is spelt is not established: {text}"))
                }
                None => of_task(entry, State::Active),
            };
            let source = format!("Packet rule {}: {rule}", rule.name);
            (Kind::FirewallRule(rule), state, Certainty::Documented, source)
        }
        Err(reason) => {
            let place = RulePlace { list, order: order(item) };
            (Kind::RuleNotRead(place), not_established(reason), Certainty::Documented, known)
        }
    }
}

fn not_established(reason: String) -> State {
    State::ByHand { code: finding::NOT_ESTABLISHED, reason }
}

fn interval(ports: &Ports) -> Option<String> {
    match ports {
        Ports::Ranges(ranges) if ranges.iter().any(|(first, last)| first != last) => Some(ports.to_string()),
        _ => None,
    }
}

/// The position of a rule, which is the number of its group.
fn order(item: &str) -> Option<usize> {
    item.strip_prefix("item_").and_then(|n| n.parse().ok())
}

/// The rule in the field's terms, or which of its values is not understood.
fn rule(list: u32, item: &str, text: &impl Fn(&str, &str) -> String) -> Result<FirewallRule, String> {
    let not = |key: &'static str, what: &'static str| move |NotUnderstood(_)| format!("{key} is not {what}");
    let number = |key: &str| match text(key, "Any") {
        any if any.eq_ignore_ascii_case("any") || any.is_empty() => Ok(None),
        other => other.parse().map(Some).map_err(|_| format!("{key} is no number")),
    };
    let action = match text("FirewallAction", "Allow").to_ascii_lowercase().as_str() {
        "allow" => RuleAction::Allow,
        "block" => RuleAction::Block,
        _ => return Err("FirewallAction is neither Allow nor Block".to_owned()),
    };
    let given = text("Direction", "IncomingOutgoing");
    let same = |word: &str| word.eq_ignore_ascii_case(&given);
    let direction = DIRECTIONS.iter().find(|(long, short, _)| same(long) || same(short));
    let direction = direction.map(|(.., d)| *d).ok_or("Direction is none of the documented ones")?;
    // What is neither an address nor `Any` is the name of a zone.
    let addresses = |key: &str| {
        let given = text(key, "Any");
        given.parse().unwrap_or(Addresses::Zone(given))
    };
    Ok(FirewallRule {
        name: text("Name", ""),
        list,
        order: order(item).ok_or("The rule has no number")?,
        action,
        direction,
        protocol: text("Protocol", "Any").parse().map_err(not("Protocol", "a protocol"))?,
        icmp_type: number("ICMPType")?,
        icmp_code: number("ICMPCode")?,
        local_ports: text("LocalPorts", "Any").parse().map_err(not("LocalPorts", "a port"))?,
        remote_ports: text("RemotePorts", "Any").parse().map_err(not("RemotePorts", "a port"))?,
        local: addresses("LocalAddress"),
        remote: addresses("RemoteAddress"),
        program: None,
        log: yes(&text("LogAttempts", "")),
    })
}
