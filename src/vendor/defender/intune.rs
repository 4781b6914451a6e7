//! Intune: policies of the settings catalog in the form that *Import policy* of the portal takes (reference: defender, 4.1,
//! 4.2, 4.4). One file for the exclusions, and one for settings of protection when there are any: each is imported, assigned
//! and taken back by itself.
//!
//! | entry | setting, behind `device_vendor_msft_policy_config_` |
//! |---|---|
//! | `ExclusionPath`, `ExclusionExtension`, `ExclusionProcess` | `defender_excludedpaths`, `…extensions`, `…processes`: lists of texts |
//! | a setting with a place in [`super::windows`] | `defender_<name>`: a choice or a number |
//! | the action for a severity | a child of the group `defender_threatseveritydefaultaction` |
//! | `MAPSReporting` 0 | `defender_allowcloudprotection` 0 |
//! | `MAPSReporting` 2 | `admx_microsoftdefenderantivirus_spynetreporting`, as a real export has it; nothing seen says 1 |
//!
//! The shape is CONFIRMED by real exports; this combination was not tried. What is empty is left out. `super::graph` writes the
//! same settings with the ids of templates.

use super::windows::{self, Intune, Setting};
use super::{EXTENSIONS, PATHS, PROCESSES};
use crate::finding as codes;
use crate::vendor::settings_catalog::{self, Ids, Instance, Policy, Value};
use crate::vendor::{Artefact, Entry, Stamp};

/// Name of the file of exclusions.
pub const FILE: &str = "defender-exclusions.intune.json";
/// Name of the file of settings.
pub const SETTINGS_FILE: &str = "defender-antivirus.intune.json";

/// How to import them.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says what was left out and why",
    "Intune admin centre: Devices, Configuration, Policies, Create, Import policy",
    "Choose defender-exclusions.intune.json, check the name, save; nothing is assigned yet. If there is a defender-antivirus.intune.json, import it the same way: it holds the settings of protection",
    "Open each policy and compare it with report.html: the number of entries, the value of each setting",
    "Assign it to one test group; on a test machine run Get-MpPreference as administrator and look for the entries",
    "Look at the policy's report for conflicts: where another policy sets the same setting to something else, change one of the two",
    "Assign it to everybody. To undo: remove the assignment or delete the policy",
];

const PREFIX: &str = "device_vendor_msft_policy_config_defender_";
const MEMBERSHIP: &str = "device_vendor_msft_policy_config_admx_microsoftdefenderantivirus_spynetreporting";
const SEVERITIES: &str = "threatseveritydefaultaction";

/// What holds without an entry.
pub(super) const CLOUD_IS_ON: &str = "Defender asks its cloud unless a policy forbids it";

/// The lists, in the order of the file.
const LISTS: [(&str, &str); 3] =
    [(PATHS, "excludedpaths"), (EXTENSIONS, "excludedextensions"), (PROCESSES, "excludedprocesses")];

/// Whether the files have a proven place for a list or setting.
pub(super) fn carries(list: &str) -> bool {
    is_list(list) || windows::find(list).is_some_and(|s| s.intune.is_some())
}

/// Whether it is one of the lists of exclusions.
pub(super) fn is_list(list: &str) -> bool {
    LISTS.iter().any(|(name, _)| *name == list)
}

/// Why the files cannot hold this value of a list or setting that they carry: code and reason.
pub(super) fn refuses(entry: &Entry) -> Option<(&'static str, String)> {
    match windows::find(entry.list) {
        Some(setting) => placed(setting, &entry.value)
            .err()
            .map(|why| (codes::OTHER_ROUTE, format!("{why}. {}", super::OTHER_ROUTES))),
        None => entry.value.contains('|').then(|| {
            (
                codes::CHARACTER,
                "Intune joins the entries of a list with |, so no entry may hold one".to_owned(),
            )
        }),
    }
}

/// The files for the entries.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    let plain = |_: &str| Ids::default();
    let file = |name: &'static str, title: &str, of: &str, settings: Vec<Instance>| {
        let policy = Policy {
            name: title.to_owned(),
            description: stamp.description(),
            platforms: "windows10",
            technologies: "mdm",
            template: None,
            settings,
        };
        let id = settings_catalog::identifier(&format!("{of} {}", stamp.input_sha256));
        let bytes = settings_catalog::portal(&policy, stamp, &id);
        (!policy.settings.is_empty()).then(|| Artefact { name: name.into(), bytes })
    };
    let lists =
        file(FILE, "Crosswalk: Defender exclusions carried over", "defender/intune", lists(entries, plain));
    let settings = file(
        SETTINGS_FILE,
        "Crosswalk: Defender settings carried over",
        "defender/intune settings",
        settings(entries, plain),
    );
    lists.into_iter().chain(settings).collect()
}

/// The lists of exclusions that have entries; `ids` knows the template's ids by the name of a setting.
pub(super) fn lists(entries: &[Entry], ids: fn(&str) -> Ids) -> Vec<Instance> {
    let instance = |(list, name): (&str, &str)| {
        let texts: Vec<String> = entries.iter().filter(|e| e.list == list).map(|e| e.value.clone()).collect();
        let definition = format!("{PREFIX}{name}");
        (!texts.is_empty()).then(|| Instance { definition, ids: ids(name), value: Value::Texts(texts) })
    };
    LISTS.into_iter().filter_map(instance).collect()
}

/// The settings that have entries, in the order of the table.
pub(super) fn settings(entries: &[Entry], ids: fn(&str) -> Ids) -> Vec<Instance> {
    let mut out: Vec<Instance> = Vec::new();
    let mut severities: Vec<Instance> = Vec::new();
    for setting in windows::SETTINGS {
        let entry = entries.iter().find(|e| e.list == setting.name);
        let Some(Ok((name, mut instance))) = entry.map(|e| placed(setting, &e.value)) else { continue };
        if name == SEVERITIES {
            severities.push(instance);
        } else {
            instance.ids = ids(name);
            out.push(instance);
        }
    }
    if !severities.is_empty() {
        out.push(Instance {
            definition: format!("{PREFIX}{SEVERITIES}"),
            ids: ids(SEVERITIES),
            value: Value::Groups(vec![severities]),
        });
    }
    out
}

/// The name by which a template knows the place of a setting.
pub(super) const fn name(place: Intune) -> &'static str {
    match place {
        Intune::Choice(name) | Intune::Inverse(name) | Intune::Integer(name, _) => name,
        Intune::Severity(_) => SEVERITIES,
        Intune::Membership => "allowcloudprotection",
    }
}

/// The setting with this value, under the name by which a template knows it; or why there is no place for it.
pub(super) fn placed(setting: &Setting, value: &str) -> Result<(&'static str, Instance), String> {
    let unknown = || format!("{value} is no value of {} that is known in Intune", setting.name);
    let number = setting.form.read(value).ok_or_else(unknown)?;
    let choice = |suffix: &str| Value::Choice(suffix.to_owned(), Vec::new());
    let place = setting.intune.ok_or_else(unknown)?;
    let own = |value: Value| {
        let definition = format!("{PREFIX}{}", name(place));
        Ok((name(place), Instance { definition, ids: Ids::default(), value }))
    };
    match place {
        Intune::Choice(_) => own(choice(value)),
        Intune::Inverse(_) => own(choice(if number == 0 { "1" } else { "0" })),
        Intune::Integer(_, most) if number <= most => own(Value::Integer(number.into())),
        Intune::Integer(_, most) => Err(too_much(setting, number, most)),
        Intune::Severity(child) => {
            let word = match number {
                2 => "quarantine",
                3 => "remove",
                _ => return Err(unknown()),
            };
            let definition = format!("{PREFIX}{SEVERITIES}{child}");
            Ok((SEVERITIES, Instance { definition, ids: Ids::default(), value: choice(word) }))
        }
        Intune::Membership => match number {
            0 => own(choice("0")),
            2 => Ok((MEMBERSHIP, advanced_membership())),
            _ => Err(format!(
                "Not established for this route: Intune turns Defender's cloud on or off, and no policy was seen that chooses basic membership. {CLOUD_IS_ON}"
            )),
        },
    }
}

fn too_much(setting: &Setting, value: u32, most: u32) -> String {
    let shown = |n| windows::shown(setting.form, n);
    format!("Intune takes no more than {} for {}, and this is {}", shown(most), setting.name, shown(value))
}

/// The policy of the template for Group Policy, switched on, with the level as its element.
fn advanced_membership() -> Instance {
    let level = Instance {
        definition: format!("{MEMBERSHIP}_spynetreporting"),
        ids: Ids::default(),
        value: Value::Choice("2".to_owned(), Vec::new()),
    };
    Instance {
        definition: MEMBERSHIP.to_owned(),
        ids: Ids::default(),
        value: Value::Choice("1".to_owned(), vec![level]),
    }
}
