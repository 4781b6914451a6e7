//! Intune: a Settings Catalog policy in the form that *Import policy* of the portal takes (reference: defender, 4.1, 4.2).
//!
//! Three settings, each a collection of strings: `device_vendor_msft_policy_config_defender_excludedpaths`,
//! `…_excludedextensions`, `…_excludedprocesses`. The shape is CONFIRMED by real exports; this combination was not tried.
//! A list without entries is left out. `settingCount` equals the number of settings. The identifier is a UUIDv5 of a fixed
//! name space and the input's hash; dates are a constant unless the user gives one.

use super::{EXTENSIONS, PATHS, PROCESSES};
use crate::vendor::settings_catalog::{self, Ids, Instance, Policy, Value};
use crate::vendor::{Artefact, Entry, Stamp};

/// Name of the file.
pub const FILE: &str = "defender-exclusions.intune.json";

/// How to import it.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says what was left out and why",
    "Intune admin centre: Devices, Configuration, Policies, Create, Import policy",
    "Choose defender-exclusions.intune.json, check the name, save; nothing is assigned yet",
    "Open the policy and compare the number of entries with report.html",
    "Assign it to one test group; on a test machine run Get-MpPreference as administrator and look for the entries",
    "Assign it to everybody. To undo: remove the assignment or delete the policy",
];

const PREFIX: &str = "device_vendor_msft_policy_config_defender_";

/// Whether the file has a proven place for a list or setting.
pub(super) fn carries(list: &str) -> bool {
    [PATHS, EXTENSIONS, PROCESSES].contains(&list)
}

/// The file for the entries.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    let settings = settings(entries);
    if settings.is_empty() {
        return Vec::new();
    }
    let policy = Policy {
        name: "Crosswalk: Defender exclusions carried over".to_owned(),
        description: settings_catalog::description(stamp),
        platforms: "windows10",
        technologies: "mdm",
        template: None,
        settings,
    };
    let id = settings_catalog::identifier(&format!("defender/intune {}", stamp.input_sha256));
    vec![Artefact { name: FILE.into(), bytes: settings_catalog::portal(&policy, stamp, &id) }]
}

fn settings(entries: &[Entry]) -> Vec<Instance> {
    [("excludedpaths", PATHS), ("excludedextensions", EXTENSIONS), ("excludedprocesses", PROCESSES)]
        .into_iter()
        .filter_map(|(name, list)| {
            let texts: Vec<String> =
                entries.iter().filter(|e| e.list == list).map(|e| e.value.clone()).collect();
            (!texts.is_empty()).then(|| Instance {
                definition: format!("{PREFIX}{name}"),
                ids: Ids::default(),
                value: Value::Texts(texts),
            })
        })
        .collect()
}
