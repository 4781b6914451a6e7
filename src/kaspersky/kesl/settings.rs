//! Settings of KESL that are one key each, or a list of plain values. What a key means stands in the tables of
//! [`super::known`].

use rustc_hash::FxHashMap;

use super::groups::{is_item, is_list, of_task};
use super::known::{self, Place, Reads};
use super::tasks::{Entry, TaskKind, Tasks};
use super::{Key, Owner, one, setting, yes};
use crate::finding::{self, Severity};
use crate::kaspersky::{Part, finding as note};
use crate::policy::{
    Action, Certainty, Cloud, Direction, Exclusion, FirewallDefault, Kind, Meaning, Reach, State,
};

/// The switches of lists, which may stand before or after the list: whether each is off. One that stands twice and
/// disagrees counts as off.
#[derive(Default)]
pub(super) struct Switches {
    off: FxHashMap<(Owner, String), bool>, // lookups only
}

impl Switches {
    /// Takes note of a key, if it is a switch.
    pub(super) fn note(&mut self, key: &Key<'_>) {
        if let ([name], Some(on)) = (key.tail().as_slice(), yes(key.value))
            && name.starts_with("Use")
        {
            *self.off.entry((key.owner, (*name).to_owned())).or_insert(false) |= !on;
        }
    }

    /// The lists have their switch off by default.
    pub(super) fn is_off(&self, owner: Owner, name: &str) -> bool {
        self.off.get(&(owner, name.to_owned())).copied().unwrap_or(true)
    }
}

/// Turns one key into an item, or leaves it unclaimed when it is not known.
/// `spoilt`: a line of the same section could not be read.
pub(super) fn convert(part: &mut Part<'_>, tasks: &Tasks, switches: &Switches, key: &Key<'_>, spoilt: bool) {
    let task = tasks.get(key.owner);
    let Some(place) = place(key.owner, task.map(|(_, entry)| entry)) else { return };
    if key.is_empty_section() && is_empty_of_known(place, key) {
        let leaves = part.claim([one(key.leaf)]);
        let what = format!("{}: nothing set", name_of(place, task.map(|(_, e)| e), key));
        return part.push(leaves, Kind::Context, State::Active, Certainty::Confirmed, what);
    }
    let Some((reads, certainty)) = known(place, key) else { return };
    let source = format!("{} = {}", name_of(place, task.map(|(_, e)| e), key), key.value);
    let index = task.map(|(i, _)| i);
    let value = value(reads, key.value);
    let state = of_key(reads, key, value.is_some(), spoilt);
    let (kind, state, certainty) = match reads {
        Reads::Context => (Kind::Context, state, certainty),
        Reads::Listed => (Kind::Inventory, state, Certainty::Inferred),
        Reads::ExcludeMask | Reads::ExcludeThreat | Reads::ExcludeAddress => {
            list_element(reads, key, switches, task, (state, certainty))
        }
        Reads::MountPoint => (Kind::MountPoint(key.value.to_owned()), state, certainty),
        Reads::Zone if key.tail().as_slice().len() > 1 => {
            let reason = "The name of this key is inferred; compare the zone with the product".to_owned();
            let state = State::ByHand { code: finding::NOT_ESTABLISHED, reason };
            (setting(index, Meaning::Zone), state, Certainty::Inferred)
        }
        Reads::Zone => (setting(index, Meaning::Zone), state, certainty),
        _ => {
            let housekeeping = known::is_housekeeping(key.tail().get(0).unwrap_or(""));
            let other = if housekeeping { Meaning::Housekeeping } else { Meaning::Other };
            let meaning = value.filter(|v| *v != Meaning::Other).unwrap_or(other);
            (setting(index, meaning), state, certainty)
        }
    };
    let state = match task {
        Some((_, entry)) => in_task(entry, &kind, key, state),
        None => state,
    };
    notice(part, key, task.map_or("General settings", |(_, e)| e.task.name.as_str()));
    let leaves = part.claim([one(key.leaf)]);
    part.push(leaves, kind, state, certainty, source);
}

fn place(owner: Owner, task: Option<&Entry>) -> Option<Place> {
    match owner {
        Owner::Top => Some(Place::Top),
        Owner::App => Some(Place::App),
        Owner::Net => Some(Place::Net),
        Owner::Task(_) => task.map(|entry| Place::Task(entry.kind)),
        Owner::Stray => None,
    }
}

/// The table's word for a key, if it stands as the table says.
fn known(place: Place, key: &Key<'_>) -> Option<(Reads, Certainty)> {
    let tail = key.tail();
    let parts = tail.as_slice();
    let (name, below) = parts.split_first()?;
    let found = match (known::look_up(place, name), below) {
        (Some((reads, certainty)), below) => {
            let fits = match below {
                [] => true,
                [item] => reads.is_list() && is_item(item),
                _ => false,
            };
            (fits || matches!(reads, Reads::Zone | Reads::Listed)).then_some((reads, certainty))
        }
        (None, [own]) if place == Place::Task(TaskKind::Devices) => known::look_up_in(name, own),
        _ => None,
    };
    // What is listed only may look like anything.
    let opaque = place == Place::Task(TaskKind::Opaque);
    found.or_else(|| opaque.then_some((Reads::Listed, Certainty::Inferred)))
}

/// An empty section of the envelope, or a list without elements.
fn is_empty_of_known(place: Place, key: &Key<'_>) -> bool {
    match key.tail().as_slice() {
        [] => true,
        [name] => is_list(name) || known::look_up(place, name).is_some_and(|(reads, _)| reads != Reads::Zone),
        _ => false,
    }
}

/// `File_Threat_Protection: ScanArchived`.
fn name_of(place: Place, task: Option<&Entry>, key: &Key<'_>) -> String {
    let owner = match (place, task) {
        (_, Some(entry)) => entry.task.name.as_str(),
        (Place::Top, _) => "Export",
        (Place::Net, _) => "Encrypted connections",
        _ => "General settings",
    };
    let parts = key.tail().as_slice().join(".");
    if parts.is_empty() { owner.to_owned() } else { format!("{owner}: {parts}") }
}

/// What follows from the key and its value alone.
fn of_key(reads: Reads, key: &Key<'_>, established: bool, spoilt: bool) -> State {
    let tail = key.tail();
    let name = tail.get(0).unwrap_or("");
    let by_hand = |code, reason: String| State::ByHand { code, reason };
    if matches!(reads, Reads::Context | Reads::Listed) {
        State::Active
    } else if key.repeated {
        by_hand(finding::RULE_INCOMPLETE, format!("The setting {name} stands twice"))
    } else if spoilt && reads.is_list() {
        let reason = "A line in the same section could not be read; it may be the switch of the list";
        by_hand(finding::RULE_INCOMPLETE, reason.to_owned())
    } else if !established {
        by_hand(
            finding::NOT_ESTABLISHED,
            format!("What {}={} means is not established", tail.last(), key.value),
        )
    } else {
        State::Active
    }
}

/// One name of a list of exclusions.
fn list_element(
    reads: Reads,
    key: &Key<'_>,
    switches: &Switches,
    task: Option<(usize, &Entry)>,
    (state, certainty): (State, Certainty),
) -> (Kind, State, Certainty) {
    let switch = match reads {
        Reads::ExcludeMask => "UseExcludeMasks",
        Reads::ExcludeThreat => "UseExcludeThreats",
        _ => "UseExcludeIPs",
    };
    let inferred = |reason: &str| State::ByHand { code: finding::NOT_ESTABLISHED, reason: reason.to_owned() };
    let state = match state {
        State::Active if switches.is_off(key.owner, switch) => {
            State::Inactive(format!("The list is switched off ({switch})"))
        }
        State::Active if reads == Reads::ExcludeThreat => {
            inferred("The name of this key is inferred; compare the list with the product")
        }
        State::Active if task.is_some_and(|(_, e)| e.kind == TaskKind::Integrity) => {
            inferred("That this task has such a list is inferred; compare it with the product")
        }
        other => other,
    };
    let reach = Reach::Task(task.map_or(0, |(index, _)| index));
    let text = || vec![key.value.to_owned()];
    let (hashes, processes) = (Vec::new(), Vec::new());
    let exclusion =
        |names, threats| Kind::Exclusion(Exclusion { path: None, names, threats, hashes, processes, reach });
    let kind = match reads {
        Reads::ExcludeMask => exclusion(text(), Vec::new()),
        Reads::ExcludeThreat => exclusion(Vec::new(), text()),
        _ => Kind::NetworkAttackExclusion(key.value.to_owned()),
    };
    (kind, state, certainty)
}

/// What follows from the task: switched off, or not certain.
fn in_task(entry: &Entry, kind: &Kind, key: &Key<'_>, state: State) -> State {
    match kind {
        Kind::Exclusion(_) | Kind::NetworkAttackExclusion(_) | Kind::Inventory => of_task(entry, state),
        // The switch of the task is no setting that it switches off.
        Kind::Setting { .. } if !key.is("Active") => of_task(entry, state),
        _ => state,
    }
}

/// What a person should know about a setting.
fn notice(part: &mut Part<'_>, key: &Key<'_>, task: &str) {
    let line = part.reading.document.leaf_line(key.leaf);
    let (code, severity, message, hint) = match key.tail().as_slice() {
        [name] if *name == known::MISSPELT.0 => (
            finding::MISSPELT,
            Severity::Info,
            format!("{task}: {} is read as {}, the spelling of the vendor's pages", known::MISSPELT.0, known::MISSPELT.1),
            "Check in the product whether the setting is in force",
        ),
        ["InterceptorProtectionMode"] if key.value.eq_ignore_ascii_case("notify") => (
            finding::REPORTS_ONLY,
            Severity::Warning,
            "The source only reports what it finds on access (InterceptorProtectionMode=Notify); its action on threats has no effect".to_owned(),
            "The target will block or remove; try it on one machine and look at what it finds",
        ),
        _ => return,
    };
    part.read.findings.push(note(part.reading, code, severity, line, message, hint));
}

/// The meaning of a value; `None` when it is none of the known ones.
fn value(reads: Reads, text: &str) -> Option<Meaning> {
    let number = || text.parse::<u64>().ok();
    let one_of = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
    match reads {
        Reads::Switch => yes(text).map(Meaning::Switch),
        Reads::ListSwitch => yes(text).map(Meaning::ListSwitch),
        Reads::YesNo => yes(text).map(|_| Meaning::Other),
        Reads::Number => number().map(|_| Meaning::Other),
        Reads::Words(words) => one_of(words).then_some(Meaning::Other),
        Reads::Archives => yes(text).map(Meaning::Archives),
        Reads::Heuristics => yes(text).map(Meaning::Heuristics),
        Reads::HeuristicLevel => ["Light", "Medium", "Deep", "Recommended"]
            .iter()
            .find(|l| l.eq_ignore_ascii_case(text))
            .map(|l| Meaning::HeuristicLevel((*l).to_owned())),
        Reads::Size => number().map(Meaning::SizeLimit),
        Reads::Time => number().map(Meaning::TimeLimit),
        Reads::First | Reads::OnlyAction => action(text).map(Meaning::Action),
        Reads::Second => action(text).map(Meaning::Fallback),
        Reads::Cloud => one_of(&["No"]).then_some(Meaning::Cloud(Cloud::Off)),
        Reads::CloudSwitch => yes(text).map(|on| Meaning::Cloud(if on { Cloud::On } else { Cloud::Off })),
        Reads::FirewallDefault { packets } => one_of(&["Allow", "Block"]).then(|| {
            let direction = Direction { inbound: true, outbound: false, packets };
            Meaning::FirewallDefault(Some(FirewallDefault { direction, allow: one_of(&["Allow"]) }))
        }),
        Reads::Unwanted => yes(text).map(Meaning::UnwantedPrograms),
        Reads::FirewallSwitch => yes(text).map(|_| Meaning::FirewallDefault(None)),
        Reads::Zone => Some(Meaning::Zone),
        Reads::Text
        | Reads::Context
        | Reads::Listed
        | Reads::ListText
        | Reads::ExcludeMask
        | Reads::ExcludeThreat
        | Reads::ExcludeAddress
        | Reads::MountPoint => Some(Meaning::Other),
    }
}

/// Actions of the reference, section 11; the combined names are those of 12.3.
fn action(text: &str) -> Option<Action> {
    const ACTIONS: &[(&str, Action)] = &[
        ("Recommended", Action::Recommended),
        ("Disinfect", Action::Disinfect),
        ("Remove", Action::Delete),
        ("Block", Action::Block),
        ("Skip", Action::Report),
        ("DisinfectDeleteIfNotPossible", Action::Disinfect),
        ("DisinfectBlockIfNotPossible", Action::Disinfect),
    ];
    ACTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, a)| *a)
}
