//! Defender for Endpoint on Linux: `mdatp_managed.json` (reference: defender, section 7).
//!
//! Exclusions go to `exclusionSettings` with `"scopes": ["epp"]`: without scopes they would be global, and endpoint
//! detection would be blind, too. Entries of that list hold for every scan. `enforcementLevel` is always written, because
//! the product's own default is passive.
//!
//! | source | entries |
//! |---|---|
//! | `/srv/db`: that file or everything below that folder | `excludedPath` twice, as folder and as file |
//! | `/srv/db/`, `/srv/db/**` | `excludedPath` as folder |
//! | `*.log` anywhere | `excludedFileExtension` |

use serde_json::{Map, Value, json};

use crate::finding::{self as codes, Finding, Severity};
use crate::mask::{self, Choice, Language, List, Memo, Spelling};
use crate::policy::{Component, Exclusion, Item, Kind, Meaning, Platform, Policy};
use crate::review::Coverage;
use crate::vendor::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, choice, finding, settings};

/// `defender/linux`.
pub struct Mdatp;

const FILE: &str = "mdatp_managed.json";
const FOLDER: &str = "excludedPath folder";
const SINGLE: &str = "excludedPath file";
const EXTENSION: &str = "excludedFileExtension";
const ENFORCEMENT: &str = "antivirusEngine.enforcementLevel";
const BEHAVIOUR: &str = "antivirusEngine.behaviorMonitoring";
const ARCHIVES: &str = "antivirusEngine.scanArchives";

static INFO: RouteInfo = RouteInfo {
    id: "defender/linux",
    name: "Microsoft Defender for Endpoint on Linux, managed configuration",
    platforms: &[Platform::Linux],
    grade: "CONFIRMED keys: Microsoft's own sample files have them; the project has not run this file on a live system",
    files: &[FILE],
    steps: &[
        "Read report.html first: it says what was left out and why",
        "If /etc/opt/microsoft/mdatp/managed/mdatp_managed.json exists, make a copy and merge by hand: this file replaces it",
        "Copy mdatp_managed.json to /etc/opt/microsoft/mdatp/managed/ as root, mode 0644",
        "Look at what is in force: mdatp exclusion list, and mdatp health (real_time_protection_enabled must be true)",
        "To undo: put the copy back, or delete the file",
    ],
    carries: "folder, file and extension exclusions of all scans; real-time protection, behaviour monitoring, archives",
};

impl Route for Mdatp {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        let component = |task: &Option<usize>| task.and_then(|t| policy.tasks.get(t)).map(|t| t.component);
        match (&item.kind, coverage) {
            (Kind::Exclusion(exclusion), Some(coverage)) if exclusion.threats.is_empty() => {
                assess(exclusion, coverage, &mut desk.memo)
            }
            (Kind::Setting { task, meaning: Meaning::Switch(on) }, _) => match (component(task), on) {
                (Some(Component::OnAccess), true) => {
                    Verdict::exact(vec![key(ENFORCEMENT, "real_time")], "Real-time protection stays on")
                }
                (Some(Component::Behaviour), true) => {
                    Verdict::exact(vec![key(BEHAVIOUR, "enabled")], "Behaviour monitoring stays on")
                }
                _ => settings::common(item, NAME),
            },
            (Kind::Setting { meaning: Meaning::Archives(true), .. }, _) => {
                Verdict::exact(vec![key(ARCHIVES, "true")], "Archives are scanned")
            }
            _ => settings::common(item, NAME),
        }
    }

    fn constants(&self, policy: &Policy) -> Vec<Entry> {
        let off = policy.tasks.iter().any(|t| t.component == Component::OnAccess && !t.active);
        vec![key(ENFORCEMENT, if off { "on_demand" } else { "real_time" })]
    }

    fn write(&self, entries: &[Entry], _stamp: &Stamp<'_>) -> Vec<Artefact> {
        let mut engine = Map::new();
        let mut exclusions = Vec::new();
        for entry in entries {
            let value = &entry.value;
            match entry.list {
                FOLDER => exclusions.push(
                    json!({"$type": "excludedPath", "isDirectory": true, "path": value, "scopes": ["epp"]}),
                ),
                SINGLE => exclusions.push(
                    json!({"$type": "excludedPath", "isDirectory": false, "path": value, "scopes": ["epp"]}),
                ),
                EXTENSION => exclusions
                    .push(json!({"$type": "excludedFileExtension", "extension": value, "scopes": ["epp"]})),
                list => {
                    let name = list.rsplit('.').next().unwrap_or(list);
                    let value =
                        if value == "true" { Value::Bool(true) } else { Value::String(value.clone()) };
                    engine.insert(name.to_owned(), value);
                }
            }
        }
        let mut root = Map::new();
        root.insert("antivirusEngine".to_owned(), Value::Object(engine));
        if !exclusions.is_empty() {
            root.insert(
                "exclusionSettings".to_owned(),
                json!({"exclusions": exclusions, "mergePolicy": "merge"}),
            );
        }
        let mut bytes = serde_json::to_vec_pretty(&Value::Object(root)).unwrap_or_default();
        bytes.push(b'\n');
        vec![Artefact { name: FILE.into(), bytes }]
    }

    fn findings(&self, policy: &Policy, entries: &[Entry]) -> Vec<Finding> {
        let mut found = vec![finding(
            codes::NOT_TRIED,
            Severity::Info,
            INFO.grade,
            "Try it on one machine first, then look at what is in force",
        )];
        let level = entries.iter().find(|e| e.list == ENFORCEMENT).map_or("", |e| e.value.as_str());
        found.push(finding(
            codes::WEAKER_DEFAULT,
            Severity::Info,
            format!(
                "Without a setting Defender on Linux stays passive, so enforcementLevel {level} is written"
            ),
            "Remove the old product before this file arrives: two products in real time disturb each other",
        ));
        if level == "on_demand" {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Warning,
                "Real-time protection was switched off in the source, so it is not switched on here",
                "Write real_time in its place if the machine can carry it",
            ));
        }
        if policy.tasks.iter().any(|t| t.component == Component::OnDemand) {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Info,
                "Scheduled scans are not written",
                "Set them up with mdatp or cron if the source had a schedule",
            ));
        }
        found
    }
}

const NAME: &str = "Microsoft Defender for Endpoint on Linux";

fn key(list: &'static str, value: &str) -> Entry {
    Entry::new(FILE, list, value)
}

fn assess(exclusion: &Exclusion, coverage: Coverage, memo: &mut Memo) -> Verdict {
    let text = exclusion.path.as_ref().map_or("", |p| p.text.as_str());
    if text.chars().chain(exclusion.names.iter().flat_map(|n| n.chars())).any(char::is_control) {
        return Verdict::by_hand(codes::CHARACTER, "A control character cannot stand in an exclusion");
    }
    let read = match choice::objects(exclusion) {
        Ok(read) => read,
        Err(verdict) => return verdict,
    };
    let list = |spelling: &Spelling| match spelling.list {
        Some(List::Extension) => EXTENSION,
        Some(List::Folder) => FOLDER,
        _ => SINGLE,
    };
    let verdict = match mask::choose(&read.set, Language::MdeLinux, memo) {
        Choice::Equal(spellings) => Verdict::exact(
            spellings.iter().map(|s| key(list(s), &s.text)).collect(),
            choice::noted("Excluded from every scan in the source, and here", &read),
        ),
        other => choice::verdict(other, &read, "Defender on Linux", |spellings| {
            spellings.iter().map(|s| key(list(s), &s.text)).collect()
        }),
    };
    if verdict.entries.is_empty() {
        return verdict;
    }
    match coverage {
        Coverage::All | Coverage::AllFiles => verdict,
        Coverage::RealTime => choice::one_list(
            verdict,
            &read,
            (codes::REALTIME_TO_ALL, codes::REALTIME_MASK_TO_ALL),
            "Excluded from real-time scanning only. Defender on Linux has one list for all scans",
            "would be skipped by scans on demand, too",
        ),
        Coverage::OnDemand | Coverage::Some => choice::one_list(
            verdict,
            &read,
            (codes::ONDEMAND_TO_ALL, codes::ONDEMAND_MASK_TO_ALL),
            "Excluded from some scans only. Defender on Linux has one list for all scans",
            "would be skipped by every scan",
        ),
        Coverage::Other(_) => Verdict::unsupported(
            codes::NO_COUNTERPART,
            "The exclusion belongs to a component that Defender on Linux does not have in this file",
        ),
    }
}
