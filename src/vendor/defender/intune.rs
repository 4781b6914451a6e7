//! Intune: a Settings Catalog policy in the form that *Import policy* of the portal takes (reference: defender, 4.1, 4.2).
//!
//! Three settings, each a collection of strings: `device_vendor_msft_policy_config_defender_excludedpaths`,
//! `…_excludedextensions`, `…_excludedprocesses`. The shape is CONFIRMED by real exports; this combination was not tried.
//! A list without entries is left out. `settingCount` equals the number of settings. The identifier is a UUIDv5 of a fixed
//! name space and the input's hash; dates are a constant unless the user gives one.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{EXTENSIONS, PATHS, PROCESSES};
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

/// Name space for identifiers of Intune policies.
const NAME_SPACE: Uuid = Uuid::from_u128(0x8f1d_2c5b_6a3e_5d47_9b0c_71e4_c0a8_5521);

const PREFIX: &str = "device_vendor_msft_policy_config_defender_";
const TYPE: &str = "#microsoft.graph.deviceManagementConfiguration";

/// Whether the file has a proven place for a list or setting.
pub(super) fn carries(list: &str) -> bool {
    [PATHS, EXTENSIONS, PROCESSES].contains(&list)
}

/// The file for the entries.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    bytes(entries, stamp).map(|bytes| Artefact { name: FILE.into(), bytes }).into_iter().collect()
}

fn bytes(entries: &[Entry], stamp: &Stamp<'_>) -> Option<Vec<u8>> {
    let of = |list: &str| -> Vec<&str> {
        entries.iter().filter(|e| e.list == list).map(|e| e.value.as_str()).collect()
    };
    let settings: Vec<Value> = [
        ("excludedpaths", of(PATHS)),
        ("excludedextensions", of(EXTENSIONS)),
        ("excludedprocesses", of(PROCESSES)),
    ]
    .into_iter()
    .filter(|(_, values)| !values.is_empty())
    .enumerate()
    .map(|(id, (name, values))| setting(id, name, &values))
    .collect();
    let time = format!("{}T00:00:00.0000000Z", stamp.date);
    let policy = json!({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
        "createdDateTime": time,
        "creationSource": null,
        "description": format!("Written by Crosswalk {} from the input with SHA-256 {}", crate::VERSION, stamp.input_sha256),
        "lastModifiedDateTime": time,
        "name": "Crosswalk: Defender exclusions carried over",
        "platforms": "windows10",
        "priorityMetaData": null,
        "roleScopeTagIds": ["0"],
        "settingCount": settings.len(),
        "technologies": "mdm",
        "id": Uuid::new_v5(&NAME_SPACE, format!("defender/intune {}", stamp.input_sha256).as_bytes()).to_string(),
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null
        },
        "settings": settings
    });
    let mut bytes = serde_json::to_vec_pretty(&policy).ok()?;
    bytes.push(b'\n');
    Some(bytes)
}

fn setting(id: usize, name: &str, values: &[&str]) -> Value {
    let entry = |value: &&str| {
        json!({
            "@odata.type": format!("{TYPE}StringSettingValue"),
            "settingValueTemplateReference": null,
            "value": value
        })
    };
    json!({
        "id": id.to_string(),
        "settingInstance": {
            "@odata.type": format!("{TYPE}SimpleSettingCollectionInstance"),
            "settingDefinitionId": format!("{PREFIX}{name}"),
            "settingInstanceTemplateReference": null,
            "simpleSettingCollectionValue": values.iter().map(entry).collect::<Vec<_>>()
        }
    })
}
