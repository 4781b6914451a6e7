//! Microsoft Graph: bodies for `POST /beta/deviceManagement/configurationPolicies`, which makes policies of *Endpoint security*,
//! *Antivirus* (reference: defender, 4.3, 4.4). The lists and settings are those of [`super::intune`]; what is different is the
//! template that a policy is made from, and its ids beside each setting. Crosswalk sends nothing: a person posts the file.
//!
//! | file | template |
//! |---|---|
//! | `defender-exclusions.graph.json` | Microsoft Defender Antivirus exclusions |
//! | `defender-antivirus.graph.json` | Microsoft Defender Antivirus |
//!
//! Only ids that real policies of these templates show stand here; a setting without one is left to another route.

use super::intune;
use super::windows;
use crate::finding as codes;
use crate::vendor::settings_catalog::{self, Ids, Instance, Policy, Template, TemplateWords};
use crate::vendor::{Artefact, Entry, Stamp};

/// Name of the file of exclusions.
pub const FILE: &str = "defender-exclusions.graph.json";
/// Name of the file of settings.
pub const SETTINGS_FILE: &str = "defender-antivirus.graph.json";

/// How to send them.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says what was left out and why. Read the file, too: what you send is what you see in it",
    "You need an account that may write Intune's device configuration (permission DeviceManagementConfiguration.ReadWrite.All, for example the role Intune Administrator)",
    "By Graph Explorer (https://developer.microsoft.com/graph/graph-explorer): sign in, choose POST and beta, address https://graph.microsoft.com/beta/deviceManagement/configurationPolicies, paste the whole of defender-exclusions.graph.json as request body, run; the answer is 201 Created with the policy's id",
    "Or by PowerShell: Connect-MgGraph -Scopes DeviceManagementConfiguration.ReadWrite.All, then Invoke-MgGraphRequest -Method POST -Uri https://graph.microsoft.com/beta/deviceManagement/configurationPolicies -ContentType application/json -InputFilePath .\\defender-exclusions.graph.json. The IntuneManagement tool imports such a body, too",
    "If there is a defender-antivirus.graph.json, send it the same way: it holds the settings of protection",
    "Send each file once: a second time makes a second policy. The Import button of the portal does not take these files; defender/intune is for it",
    "Intune admin centre: Endpoint security, Antivirus. Open the new policy and compare it with report.html: the number of entries, the value of each setting. Nothing is assigned yet",
    "Assign it to one test group; on a test machine run Get-MpPreference as administrator and look for the entries; look at the policy's report for conflicts with other policies",
    "Assign it to everybody. To undo: remove the assignment, or delete the policy there, or send DELETE to the same address with /ID behind it",
];

const FAMILY: &str = "endpointSecurityAntivirus";

const EXCLUSIONS: Template = Template {
    id: "45fea5e9-280d-4da1-9792-fb5736da0ca9_1",
    words: Some(TemplateWords {
        family: FAMILY,
        name: "Microsoft Defender Antivirus exclusions",
        version: "Version 1",
    }),
};

const ANTIVIRUS: Template = Template {
    id: "804339ad-1553-4478-a742-138fb5807418_1",
    words: Some(TemplateWords { family: FAMILY, name: "Microsoft Defender Antivirus", version: "Version 1" }),
};

/// Ids of the settings in their template: of the instance, and of its value. Lists and groups have none for a value.
#[rustfmt::skip]
const IDS: &[(&str, &str, &str)] = &[
    ("excludedpaths", "aaf04adc-c639-464f-b4a7-152e784092e8", ""),
    ("excludedextensions", "c203725b-17dc-427b-9470-673a2ce9cd5e", ""),
    ("excludedprocesses", "96b046ed-f138-4250-9ae0-b0772a93d16f", ""),
    ("allowrealtimemonitoring", "f0790e28-9231-4d37-8f44-84bb47ca1b3e", "0492c452-1069-4b91-9363-93b8e006ab12"),
    ("allowbehaviormonitoring", "8eef615a-1aa0-46f4-a25a-12cbe65de5ab", "905921da-95e2-4a10-9e30-fe5540002ce1"),
    ("allowarchivescanning", "7c5c9cde-f74d-4d11-904f-de4c27f72d89", "9ead75d4-6f30-4bc5-8cc5-ab0f999d79f0"),
    ("allowscanningnetworkfiles", "f8f28442-0a6b-4b52-b42c-d31d9687c1cf", "7b8c858c-a17d-4623-9e20-f34b851670ce"),
    ("allowfullscanremovabledrivescanning", "fb36e70b-5bc9-488a-a949-8ea3ac1634d5", "366c5727-629b-4a81-b50b-52f90282fa2c"),
    ("puaprotection", "c0135c2a-f802-44f4-9b71-b0b976411b8c", "2d790211-18cb-4e32-b8cc-97407e2c0b45"),
    ("allowcloudprotection", "7da139f1-9b7e-407d-853a-c2e5037cdc70", "16fe8afd-67be-4c50-8619-d535451a500c"),
    ("submitsamplesconsent", "bc47ce7d-a251-4cae-a8a2-6e8384904ab7", "826ed4b6-e04f-4975-9d23-6f0904b0d87e"),
    ("cloudblocklevel", "c7a37009-c16e-4145-84c8-89a8c121fb15", "517b4e84-e933-42b9-b92f-00e640b1a82d"),
    ("threatseveritydefaultaction", "f6394bc5-6486-4728-b510-555f5c161f2b", ""),
    ("schedulequickscantime", "784a4af1-33fa-45f2-b945-138b7ff3bcb6", "5d5c55c8-1a4e-4272-830d-8dc64cd3ac03"),
    ("disablecatchupfullscan", "f881b08c-f047-40d2-b7d9-3dde7ce9ef64", "1b26092f-48c4-447b-99d4-e9c501542f1c"),
    ("disablecatchupquickscan", "dabf6781-9d5d-42da-822a-d4327aa2bdd1", "d263ced7-0d23-4095-9326-99c8b3f5d35b"),
    ("avgcpuloadfactor", "816cc03e-8f96-4cba-b14f-2658d031a79a", "37195fb1-3743-4c8e-a0ce-b6fae6fa3acd"),
    ("allowuseruiaccess", "0170a900-b0bc-4ccc-b7ce-dda9be49189b", "4b6c9739-4449-4006-8e5f-3049136470ea"),
];

/// The ids of a setting; none, where no policy of the template shows them.
fn ids(name: &str) -> Ids {
    let given = |id: &'static str| (!id.is_empty()).then_some(id);
    let row = IDS.iter().find(|(known, _, _)| *known == name);
    row.map_or(Ids::default(), |(_, instance, value)| Ids { instance: given(instance), value: given(value) })
}

/// Whether the files have a proven place for some value of a list or setting.
pub(super) fn carries(list: &str) -> bool {
    let place = windows::find(list).and_then(|s| s.intune);
    intune::is_list(list) || place.is_some_and(|place| ids(intune::name(place)).instance.is_some())
}

/// Why the files cannot hold this value of a list or setting that they carry: code and reason.
pub(super) fn refuses(entry: &Entry) -> Option<(&'static str, String)> {
    if let Some(refusal) = intune::refuses(entry) {
        return Some(refusal);
    }
    let (name, _) = intune::placed(windows::find(entry.list)?, &entry.value).ok()?;
    ids(name).instance.is_none().then(|| {
        let reason = format!(
            "Not established for this route: the template turns Defender's cloud on or off and has no known place for how much it gets. {}. {}; so can defender/intune",
            intune::CLOUD_IS_ON, super::OTHER_ROUTES
        );
        (codes::OTHER_ROUTE, reason)
    })
}

/// The files for the entries.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    let file = |name: &'static str, title: &str, template: Template, settings: Vec<Instance>| {
        let policy = Policy {
            name: title.to_owned(),
            description: stamp.description(),
            platforms: "windows10",
            technologies: "mdm,microsoftSense",
            template: Some(template),
            settings,
        };
        let bytes = settings_catalog::graph(&policy);
        (!policy.settings.is_empty()).then(|| Artefact { name: name.into(), bytes })
    };
    let exclusions =
        file(FILE, "Crosswalk: Defender exclusions carried over", EXCLUSIONS, intune::lists(entries, ids));
    let settings = file(
        SETTINGS_FILE,
        "Crosswalk: Defender settings carried over",
        ANTIVIRUS,
        intune::settings(entries, ids),
    );
    exclusions.into_iter().chain(settings).collect()
}
