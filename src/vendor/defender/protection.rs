//! What a policy says about protection itself, as settings of [`super::windows`].
//!
//! A setting is only ever written towards more protection, or where the source says so and protection is not at stake
//! (a schedule, the processor's time). What the source leaves off and the target does anyway stays on: `covered`.
//!
//! | policy | settings |
//! |---|---|
//! | real-time protection, behaviour on | `DisableRealtimeMonitoring`, `DisableBehaviorMonitoring` 0 |
//! | archives, network files, removable drives scanned | the `Disable…` of each 0 |
//! | action on threats of real-time protection: disinfect or block, delete | the four severities: 2 quarantine, 3 remove |
//! | first daily or weekly scan | `ScanScheduleDay`, `ScanScheduleTime`, `ScanParameters` |
//! | cloud standard, extended | `MAPSReporting` 1, 2; `SubmitSamplesConsent` 2, 1 |

use super::super::{Entry, Verdict};
use crate::finding as codes;
use crate::policy::{Action, Cloud, Component, Day, Item, Kind, Meaning, Policy, Rule, Schedule, State};

fn entry(name: &'static str, value: impl ToString) -> Entry {
    Entry::new("", name, value.to_string())
}

fn on(name: &'static str, reason: &str) -> Verdict {
    Verdict::exact(vec![entry(name, 0)], reason)
}

/// The verdict for a setting that Defender on Windows has a word for.
pub(super) fn setting(task: Option<usize>, meaning: &Meaning, policy: &Policy) -> Option<Verdict> {
    let component = task.and_then(|t| policy.tasks.get(t)).map(|t| t.component);
    Some(match (meaning, component) {
        (Meaning::Switch(true), Some(Component::OnAccess)) => {
            on("DisableRealtimeMonitoring", "Real-time protection stays on")
        }
        (Meaning::Switch(true), Some(Component::Behaviour)) => {
            on("DisableBehaviorMonitoring", "Behaviour monitoring stays on")
        }
        (Meaning::Archives(true), _) => on("DisableArchiveScanning", "Archives are scanned"),
        (Meaning::NetworkFiles(true), _) => {
            on("DisableScanningNetworkFiles", "Files on network shares are scanned")
        }
        (Meaning::RemovableDrives(true), _) => {
            on("DisableRemovableDriveScanning", "Removable drives are scanned")
        }
        (Meaning::UnwantedPrograms(true), _) => {
            Verdict::exact(vec![entry("PUAProtection", 1)], "Unwanted programs are detected and blocked")
        }
        (Meaning::Action(action), Some(Component::OnAccess)) => return of_action(*action),
        (Meaning::Action(action), Some(Component::OnDemand)) => {
            let real_time = policy.items.iter().find_map(|item| real_time_action(item, policy));
            if real_time == Some(*action) {
                return of_action(*action);
            }
            Verdict::by_hand(
                codes::SET_BY_HAND,
                "Defender has one action for all scans, and it follows real-time protection; compare them",
            )
        }
        (Meaning::Schedule(Some(schedule)), Some(Component::OnDemand)) => {
            return of_schedule(task, schedule, policy);
        }
        (Meaning::ProcessorLimit(percent), _) => {
            let kept = (*percent).clamp(5, 100);
            let verdict = Verdict::exact(
                vec![entry("ScanAvgCPULoadFactor", kept)],
                "The processor's time of scheduled scans is limited to the same percentage, as a guidance",
            );
            if kept == *percent {
                return Some(verdict);
            }
            verdict.stricter(
                codes::SET_BY_HAND,
                "Defender takes 5 percent and more",
                format!("{percent} percent in the source, {kept} here"),
            )
        }
        (Meaning::Cloud(Cloud::Extended), _) => Verdict::exact(
            vec![entry("MAPSReporting", 2), entry("SubmitSamplesConsent", 1)],
            "Defender's cloud is asked, and gets samples that hold no personal data",
        ),
        (Meaning::Cloud(Cloud::Standard), _) => Verdict::exact(
            vec![entry("MAPSReporting", 1), entry("SubmitSamplesConsent", 2)],
            "Defender's cloud is asked, and gets no samples",
        ),
        (Meaning::Cloud(Cloud::Off), _) => without_cloud(entry("MAPSReporting", 0)),
        (Meaning::InterfaceLock(true), _) => Verdict::exact(
            vec![entry("UILockdown", 1)],
            "Users cannot open Defender's window. One sentence of Microsoft's page on this parameter says the opposite; its policy template says this",
        ),
        _ => return None,
    })
}

/// The cloud is off in the source: only by decision, on every system.
pub(super) fn without_cloud(entry: Entry) -> Verdict {
    Verdict::exact(vec![entry], "").looser(
        codes::CLOUD_OFF,
        "The source does not ask its vendor's cloud. Defender asks its own by default, and detects new threats mostly by it: without it Defender protects less than it could, though not less than the source's own cloud did",
        "A new malware file that Microsoft's cloud knows and the signatures on the machine do not know yet",
    )
}

/// The action on threats of real-time protection.
fn real_time_action(item: &Item, policy: &Policy) -> Option<Action> {
    match (&item.kind, &item.state) {
        (Kind::Setting { task: Some(task), meaning: Meaning::Action(action) }, State::Active) => {
            let task = policy.tasks.get(*task)?;
            (task.component == Component::OnAccess && task.active).then_some(*action)
        }
        _ => None,
    }
}

/// By severity; the source's actions are per component.
fn of_action(action: Action) -> Option<Verdict> {
    let all = |number: u32| {
        [
            "LowThreatDefaultAction",
            "ModerateThreatDefaultAction",
            "HighThreatDefaultAction",
            "SevereThreatDefaultAction",
        ]
        .into_iter()
        .map(|name| entry(name, number))
        .collect()
    };
    Some(match action {
        Action::Delete => Verdict::exact(all(3), "Threats of every severity are removed"),
        Action::Disinfect | Action::Block => Verdict::exact(
            all(2),
            "Threats of every severity are quarantined, from where a file can be brought back; Defender disinfects by itself where it can",
        ),
        Action::Recommended => Verdict::covered(
            codes::TARGET_DEFAULT,
            "Microsoft Defender chooses the action by the threat, unless told otherwise",
        ),
        Action::Report => return None,
    })
}

/// Whether this task is the first with a schedule that the target keeps.
pub(super) fn is_first(task: Option<usize>, policy: &Policy, keeps: fn(&Schedule) -> bool) -> bool {
    let first = policy.items.iter().find_map(|item| match (&item.kind, &item.state) {
        (Kind::Setting { task, meaning: Meaning::Schedule(Some(schedule)) }, State::Active) => {
            let task = (*task)?;
            let of_files = policy.tasks.get(task).is_some_and(|t| t.component == Component::OnDemand);
            (of_files && keeps(schedule)).then_some(task)
        }
        _ => None,
    });
    first == task
}

/// Whether Defender on Windows has words for a schedule.
pub(super) fn keeps(schedule: &Schedule) -> bool {
    day(schedule).is_some()
}

/// Day of Defender (0 every day, 1 Sunday to 7 Saturday) and minutes after midnight.
pub(super) fn day(schedule: &Schedule) -> Option<(u32, u32)> {
    let clock = schedule.start?;
    let (hour, minute, _) = clock.time;
    let minutes = u32::from(hour) * 60 + u32::from(minute);
    let every = schedule.period.unwrap_or(1);
    match (schedule.rule, schedule.day) {
        (Rule::Daily, None) if every == 1 => Some((0, minutes)),
        // 1 is Monday in a policy and Sunday in Defender.
        (Rule::Weekly, Some(Day::OfWeek(day))) if every == 1 && (1..=7).contains(&day) => {
            Some((u32::from(day) % 7 + 1, minutes))
        }
        _ => None,
    }
}

fn of_schedule(task: Option<usize>, schedule: &Schedule, policy: &Policy) -> Option<Verdict> {
    let (day, minutes) = day(schedule)?;
    if !is_first(task, policy, keeps) {
        return Some(Verdict::by_hand(
            codes::SET_BY_HAND,
            "Defender keeps one schedule for full scans; another task of this policy has taken it",
        ));
    }
    let mut entries =
        vec![entry("ScanParameters", 2), entry("ScanScheduleDay", day), entry("ScanScheduleTime", minutes)];
    if schedule.run_missed == Some(true) {
        entries.push(entry("DisableCatchupFullScan", 0));
    }
    Some(Verdict::exact(entries, "").stricter(
        codes::SCOPE_WIDER,
        "The schedule is the same; Defender's scheduled scan is a full one, whatever the scope of the task was",
        "Folders outside the task's scope are scanned, too",
    ))
}

/// An address that network protection leaves alone.
pub(super) fn address(text: &str) -> Verdict {
    use std::str::FromStr as _;
    let single: Option<Vec<_>> = text
        .split(',')
        .map(|part| crate::policy::AddressRange::from_str(part).ok().filter(|r| r.first == r.last))
        .collect();
    match single {
        Some(ranges) => Verdict::exact(
            ranges.iter().map(|r| entry(super::ADDRESSES, r.first)).collect(),
            "Network inspection leaves the address alone, as in the source",
        ),
        None => Verdict::by_hand(
            codes::NOT_ESTABLISHED,
            "Whether Defender's list takes subnets and ranges of addresses is not established; write single addresses",
        ),
    }
}
