//! Defender for Endpoint on Linux: `mdatp_managed.json` (reference: defender, section 7).
//!
//! Exclusions go to `exclusionSettings` with `"scopes": ["epp"]`: without scopes they would be global, and endpoint
//! detection would be blind, too. Entries of that list hold for every scan. `enforcementLevel` is always written, because
//! the product's own default is passive. Which rows become what is in `epp.rs`.
//!
//! The file replaces one of the same name. What to do where there is one is said as a finding that names the keys: a program
//! that merges two such files would have to know whose exclusions win, and only the owner knows that.

use serde_json::{Value, json};

use super::epp;
use crate::finding::{self as codes, Finding, Severity};
use crate::mask::Language;
use crate::policy::{Item, Kind, Platform, Policy};
use crate::review::Coverage;
use crate::vendor::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, finding, settings};

/// `defender/linux`.
pub struct Mdatp;

const FILE: &str = "mdatp_managed.json";
const NAME: &str = "Microsoft Defender for Endpoint on Linux";

const TARGET: epp::Target = epp::Target {
    file: FILE,
    product: "Defender on Linux",
    language: Language::MdeLinux,
    behaviour: "antivirusEngine.behaviorMonitoring",
    schedules: "antivirusEngine.scheduledScan",
};

static INFO: RouteInfo = RouteInfo {
    id: "defender/linux",
    name: "Microsoft Defender for Endpoint on Linux, managed configuration",
    platforms: &[Platform::Linux],
    grade: "CONFIRMED keys: Microsoft's own sample files have them; the project has not run this file on a live system",
    files: &[FILE],
    steps: &[
        "Read report.html first: it says what was left out and why",
        "If /etc/opt/microsoft/mdatp/managed/mdatp_managed.json exists, make a copy and merge by hand: this file replaces it. The report lists the keys; entries of exclusionSettings.exclusions go behind those that are there, with their scopes; leave a mergePolicy that is there as it is",
        "Copy mdatp_managed.json to /etc/opt/microsoft/mdatp/managed/ as root, mode 0644",
        "Look at what is in force: mdatp exclusion list, and mdatp health (real_time_protection_enabled must be true)",
        "To undo: put the copy back, or delete the file",
    ],
    carries: "folder, file and extension exclusions of all scans; real-time protection, behaviour monitoring, archives, unwanted programs, cloud; a daily scan and programs whose opened files are not scanned, by decision",
};

impl Route for Mdatp {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        assess(&TARGET, NAME, item, policy, coverage, desk)
    }

    fn constants(&self, policy: &Policy) -> Vec<Entry> {
        vec![TARGET.enforcement(policy)]
    }

    fn write(&self, entries: &[Entry], _stamp: &Stamp<'_>) -> Vec<Artefact> {
        let (mut root, mut exclusions) = epp::tree(entries);
        for exclusion in &mut exclusions {
            if let Value::Object(exclusion) = exclusion {
                exclusion.insert("scopes".to_owned(), json!(["epp"]));
            }
        }
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

    fn findings(&self, policy: &Policy, entries: &[Entry], _desk: &mut Desk) -> Vec<Finding> {
        let mut found = TARGET.findings(INFO.grade, policy, entries);
        found.push(finding(
            codes::MERGE,
            Severity::Info,
            format!(
                "A mdatp_managed.json that is already on a machine is replaced by this one, not merged. Keys of this one: {}; entries of exclusionSettings.exclusions are added",
                epp::keys(entries)
            ),
            "Look at one machine of each kind first; where there is such a file, merge by hand and keep a copy",
        ));
        found
    }
}

/// The verdict of either system.
pub(super) fn assess(
    target: &epp::Target,
    name: &str,
    item: &Item,
    policy: &Policy,
    coverage: Option<Coverage>,
    desk: &mut Desk,
) -> Verdict {
    let verdict = match (&item.kind, coverage) {
        (Kind::Exclusion(exclusion), Some(coverage)) if exclusion.threats.is_empty() => {
            Some(target.exclusion(exclusion, coverage, &mut desk.memo))
        }
        (Kind::TrustedApplication(trusted), _) => target.trusted(trusted),
        (Kind::Setting { task, meaning }, _) => target.setting(*task, meaning, policy),
        _ => None,
    };
    verdict.unwrap_or_else(|| settings::common(item, name))
}
