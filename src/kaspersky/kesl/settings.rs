//! Settings of KESL that are one key each, or a list of plain values. What a key means stands in the table [`KNOWN`];
//! a key that is not in it is left for the ledger as `unread`.

use std::ops::Range;

use super::groups::{is_item, of_task};
use super::tasks::Tasks;
use super::{Key, Owner, one, setting, yes};
use crate::finding;
use crate::kaspersky::Part;
use crate::policy::{Action, Certainty, Exclusion, Kind, Meaning, Reach, State};

/// How the value of a key is read.
#[derive(Clone, Copy, Debug)]
enum Reads {
    Switch,
    ListSwitch,
    First,
    Second,
    OnlyAction,
    Archives,
    Heuristics,
    HeuristicLevel,
    Size,
    Time,
    Cloud,
    FirewallDefault,
    Other,
    Context,
    ExcludeMask,
    ExcludeThreat,
    ExcludeAddress,
    MountPoint,
    Zone,
}

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Top,
    App,
    Task,
}

/// Key, place, how it is read, how sure that is (reference: kaspersky-linux, section 10 in the order of this table).
const KNOWN: &[(&str, Place, Reads, Certainty)] = &[
    ("Version", Place::Top, Reads::Context, Certainty::Confirmed),
    ("TaskName", Place::Task, Reads::Context, Certainty::Confirmed),
    ("TaskType", Place::Task, Reads::Context, Certainty::Confirmed),
    ("TaskId", Place::Task, Reads::Context, Certainty::Confirmed),
    ("AdminKitTaskName", Place::Task, Reads::Context, Certainty::Confirmed),
    ("Active", Place::Task, Reads::Switch, Certainty::Confirmed),
    ("ScanArchived", Place::Task, Reads::Archives, Certainty::Confirmed),
    ("ScanSfxArchived", Place::Task, Reads::Archives, Certainty::Confirmed),
    ("ScanMailBases", Place::Task, Reads::Archives, Certainty::Confirmed),
    ("ScanPlainMail", Place::Task, Reads::Archives, Certainty::Confirmed),
    ("SizeLimit", Place::Task, Reads::Size, Certainty::Confirmed),
    ("TimeLimit", Place::Task, Reads::Time, Certainty::Confirmed),
    ("FirstAction", Place::Task, Reads::First, Certainty::Confirmed),
    ("SecondAction", Place::Task, Reads::Second, Certainty::Confirmed),
    ("Action", Place::Task, Reads::OnlyAction, Certainty::Confirmed),
    ("ActionOnThreat", Place::Task, Reads::OnlyAction, Certainty::Documented),
    ("ActionOnDetect", Place::Task, Reads::Other, Certainty::Confirmed),
    ("UseHostBlocker", Place::Task, Reads::Other, Certainty::Confirmed),
    ("BlockTime", Place::Task, Reads::Other, Certainty::Confirmed),
    ("TaskMode", Place::Task, Reads::Other, Certainty::Documented),
    ("ContainerScanAction", Place::Task, Reads::Other, Certainty::Confirmed),
    ("ImageAction", Place::Task, Reads::Other, Certainty::Confirmed),
    ("UseAnalyzer", Place::Task, Reads::Heuristics, Certainty::Confirmed),
    ("HeuristicLevel", Place::Task, Reads::HeuristicLevel, Certainty::Confirmed),
    ("UseExcludeMasks", Place::Task, Reads::ListSwitch, Certainty::Confirmed),
    ("UseExcludeThreats", Place::Task, Reads::ListSwitch, Certainty::Confirmed),
    ("UseExcludeIPs", Place::Task, Reads::ListSwitch, Certainty::Confirmed),
    ("UseTrustedPrograms", Place::Task, Reads::ListSwitch, Certainty::Documented),
    ("ExcludeMasks", Place::Task, Reads::ExcludeMask, Certainty::Documented),
    ("ExcludeThreats", Place::Task, Reads::ExcludeThreat, Certainty::Inferred),
    ("ExcludeIPs", Place::Task, Reads::ExcludeAddress, Certainty::Documented),
    ("BlockAttackingHosts", Place::Task, Reads::Other, Certainty::Confirmed),
    ("BlockDurationMinutes", Place::Task, Reads::Other, Certainty::Confirmed),
    ("DefaultIncomingAction", Place::Task, Reads::FirewallDefault, Certainty::Confirmed),
    ("DefaultIncomingPacketAction", Place::Task, Reads::FirewallDefault, Certainty::Confirmed),
    ("OpenNagentPorts", Place::Task, Reads::FirewallDefault, Certainty::Confirmed),
    ("NetworkZonesTrusted", Place::Task, Reads::Zone, Certainty::Confirmed),
    ("NetworkZonesLocal", Place::Task, Reads::Zone, Certainty::Confirmed),
    ("NetworkZonesPublic", Place::Task, Reads::Zone, Certainty::Confirmed),
    ("UseKSN", Place::App, Reads::Cloud, Certainty::Confirmed),
    ("CloudMode", Place::App, Reads::Cloud, Certainty::Confirmed),
    ("InterceptorProtectionMode", Place::App, Reads::Other, Certainty::Confirmed),
    ("ContainerScanAction", Place::App, Reads::Other, Certainty::Confirmed),
    ("ExcludedMountPoint", Place::App, Reads::MountPoint, Certainty::Documented),
];

/// The switches of lists, which may stand before or after the list.
pub(super) struct Switches(Vec<(Owner, String, bool)>);

impl Switches {
    pub(super) fn new(keys: &[Key<'_>]) -> Self {
        let switch = |k: &Key<'_>| match (k.tail().as_slice(), yes(k.value)) {
            ([name], Some(on)) if name.starts_with("Use") => Some((k.owner, (*name).to_owned(), on)),
            _ => None,
        };
        Self(keys.iter().filter_map(switch).collect())
    }

    pub(super) fn is_off(&self, owner: Owner, name: &str) -> bool {
        // The lists have their switch off by default. A switch that stands twice and disagrees counts as off.
        let mut stands = self.0.iter().filter(|(o, n, _)| *o == owner && n == name).peekable();
        stands.peek().is_none() || stands.any(|(.., on)| !*on)
    }
}

/// Turns one key into an item, or leaves it unclaimed when it is not known.
/// `spoilt`: a line of the same section could not be read.
pub(super) fn convert(part: &mut Part<'_>, tasks: &Tasks, switches: &Switches, key: &Key<'_>, spoilt: bool) {
    let tail = key.tail();
    let Some(name) = tail.get(0) else { return };
    let place = match key.owner {
        Owner::Top => Place::Top,
        Owner::App => Place::App,
        Owner::Task(_) => Place::Task,
        Owner::Net | Owner::Stray => return,
    };
    // A task file may hold the general settings, which have no task.
    let general = tasks.get(key.owner).is_some_and(|(_, t)| t.task.name == "AppSettings");
    let fits = |p: Place| p == place || general && p == Place::App;
    let Some((_, _, reads, certainty)) = KNOWN.iter().find(|(k, p, ..)| *k == name && fits(*p)) else {
        return;
    };
    let is_list = matches!(
        reads,
        Reads::ExcludeMask | Reads::ExcludeThreat | Reads::ExcludeAddress | Reads::MountPoint | Reads::Zone
    );
    let shape_fits = match tail.as_slice().get(1..) {
        Some([]) => true,
        Some([item]) => is_list && is_item(item),
        _ => matches!(reads, Reads::Zone),
    };
    if !shape_fits {
        return;
    }
    let task = tasks.get(key.owner);
    let general_name = if place == Place::Top { "Export" } else { "General settings" };
    let task_name = task.map_or(general_name, |(_, t)| t.task.name.as_str());
    let index = task.map(|(i, _)| i);
    let source = format!("{task_name}: {} = {}", tail.as_slice().join("."), key.value);
    let value = value(*reads, key.value);
    let mut state = if key.repeated {
        State::ByHand { code: finding::RULE_INCOMPLETE, reason: format!("The setting {name} stands twice") }
    } else if spoilt && is_list {
        let reason =
            "A line in the same section could not be read; it may be the switch of the list".to_owned();
        State::ByHand { code: finding::RULE_INCOMPLETE, reason }
    } else if value.is_none() && !is_list {
        State::ByHand {
            code: finding::NOT_ESTABLISHED,
            reason: format!("What {name}={} means is not established", key.value),
        }
    } else {
        State::Active
    };
    let kind = match reads {
        Reads::Context => Kind::Context,
        Reads::ExcludeMask => {
            state = list_state(state, switches.is_off(key.owner, "UseExcludeMasks"), "UseExcludeMasks");
            let reach = Reach::Task(index.unwrap_or(0));
            Kind::Exclusion(Exclusion {
                path: None,
                names: vec![key.value.to_owned()],
                threats: Vec::new(),
                hashes: Vec::new(),
                processes: Vec::new(),
                reach,
            })
        }
        Reads::ExcludeThreat => {
            state = list_state(state, switches.is_off(key.owner, "UseExcludeThreats"), "UseExcludeThreats");
            let reach = Reach::Task(index.unwrap_or(0));
            Kind::Exclusion(Exclusion {
                path: None,
                names: Vec::new(),
                threats: vec![key.value.to_owned()],
                hashes: Vec::new(),
                processes: Vec::new(),
                reach,
            })
        }
        Reads::ExcludeAddress => {
            state = list_state(state, switches.is_off(key.owner, "UseExcludeIPs"), "UseExcludeIPs");
            Kind::NetworkAttackExclusion(key.value.to_owned())
        }
        Reads::MountPoint => Kind::MountPoint(key.value.to_owned()),
        Reads::Zone => setting(index, Meaning::Zone),
        _ => setting(index, value.unwrap_or(Meaning::Other)),
    };
    if let Some((_, entry)) = task {
        state = match kind {
            Kind::Exclusion(_) | Kind::NetworkAttackExclusion(_) => of_task(entry, state),
            // The switch of the task is no setting that it switches off.
            Kind::Setting { .. } if name != "Active" && state == State::Active && !entry.task.active => {
                State::Inactive(format!("{task_name} is switched off"))
            }
            _ => state,
        };
    }
    let leaves = part.claim([one(key.leaf)]);
    part.push(leaves, kind, state, *certainty, source);
}

fn list_state(state: State, off: bool, switch: &str) -> State {
    match state {
        State::Active if off => State::Inactive(format!("The list is switched off ({switch})")),
        other => other,
    }
}

/// The meaning of a value; `None` when it is none of the known ones.
fn value(reads: Reads, text: &str) -> Option<Meaning> {
    let number = || text.parse::<u64>().ok();
    match reads {
        Reads::Switch => yes(text).map(Meaning::Switch),
        Reads::ListSwitch => yes(text).map(Meaning::ListSwitch),
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
        Reads::Cloud => match text {
            t if t.eq_ignore_ascii_case("basic") || t.eq_ignore_ascii_case("extended") => {
                Some(Meaning::Cloud(true))
            }
            t => yes(t).map(Meaning::Cloud),
        },
        Reads::FirewallDefault => Some(Meaning::FirewallDefault),
        Reads::Zone => Some(Meaning::Zone),
        Reads::Other => Some(Meaning::Other),
        Reads::Context
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

const SCHEDULE_KEYS: &[&str] = &[
    "RuleType",
    "StartTime",
    "RandomInterval",
    "RunMissedStartRules",
    "UseWorkingTimeout",
    "WorkingTimeout",
];

/// Whether a key belongs to a schedule file, where the keys stand at the top level.
pub(super) fn is_schedule_key(tasks: &Tasks, key: &Key<'_>) -> bool {
    let known = matches!(key.tail().as_slice(), [name] if SCHEDULE_KEYS.contains(name));
    known && tasks.get(key.owner).is_some_and(|(_, t)| t.task.name == "schedule")
}

/// The schedule of a task. `RuleType=6` in a full export and `Manual` elsewhere mean: started by a person. No other
/// number is interpreted.
pub(super) fn schedule(
    part: &mut Part<'_>,
    tasks: &Tasks,
    owner: Owner,
    keys: &[Key<'_>],
    ranges: Vec<Range<u32>>,
) {
    let Some((index, entry)) = tasks.get(owner) else { return };
    if keys.iter().any(|k| !SCHEDULE_KEYS.contains(&k.tail().last())) {
        return;
    }
    let rule = keys.iter().find(|k| k.is("RuleType")).map_or("", |k| k.value);
    let manual = rule == "6" || rule.eq_ignore_ascii_case("manual");
    let text: Vec<String> = keys.iter().map(|k| format!("{}={}", k.tail().last(), k.value)).collect();
    let source = format!("{}: schedule {}", entry.task.name, text.join(", "));
    let certainty =
        if rule.bytes().all(|b| b.is_ascii_digit()) { Certainty::Inferred } else { Certainty::Documented };
    let leaves = part.claim(ranges);
    part.push(leaves, setting(Some(index), Meaning::Schedule { manual }), State::Active, certainty, source);
}
