//! Intune: bodies of `POST /beta/deviceManagement/configurationPolicies` with firewall rules (reference: defender, 4.4, 4.5).
//!
//! One body is one policy of the template for firewall rules, with at most 100 rules: one setting, a collection of groups, a group
//! for each rule. What Microsoft would fill in by itself is written all the same (enabled, direction, action, profiles,
//! interfaces), because its defaults are outgoing and allow.
//!
//! Template ids: the public sample has one rule, with ids. A public tool writes the ids of values on the first rule only and none
//! on later ones, and nothing shows what Graph demands; so does this file. The id for ICMP types was never seen and is left out.
//!
//! Default actions stand in a policy of the settings catalog of their own, which the portal imports: real exports show the
//! switch of a profile with its default actions below it. The portal does not take rules in this way.

use super::{DEFAULT_IN, DEFAULT_OUT, RULES, icmp, protocol_number, values};
use crate::vendor::settings_catalog::{Ids, Instance, Policy, Template, Value, graph, identifier, portal};
use crate::vendor::{Artefact, Entry, Stamp, numbered};

/// Bodies with rules.
pub const RULES_FILE: &str = "windows-firewall-rules.graph.json";
/// The policy with default actions.
pub const PROFILES_FILE: &str = "windows-firewall-defaults.intune.json";

/// Most rules in one policy.
pub const MOST_RULES: usize = 100;

/// How to bring them in.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says which rules were rewritten, and which are left to you",
    "The button Import policy of the portal does not take firewall rules. Open Graph Explorer (https://developer.microsoft.com/graph/graph-explorer), sign in, and consent to DeviceManagementConfiguration.ReadWrite.All",
    "POST https://graph.microsoft.com/beta/deviceManagement/configurationPolicies with the content of windows-firewall-rules.graph.json as the body. The answer 201 holds the id of the new policy; nothing is assigned yet. Do the same with each further file (…-2.graph.json)",
    "windows-firewall-defaults.intune.json, if it is there, is for the portal: Devices, Configuration, Policies, Create, Import policy. It turns the firewall on for all profiles and sets default actions",
    "In the admin centre open Endpoint security, Firewall: compare the number of rules with report.html, and look at two or three of them",
    "Assign it to one test group. On a test machine run Get-NetFirewallRule -PolicyStore ActiveStore -DisplayName 'Crosswalk*', then try what should be blocked and what should get through",
    "Assign it to everybody. To undo: remove the assignment or delete the policies",
];

/// The template of firewall rules.
const TEMPLATE: Template = Template { id: "19c8aa67-f286-4861-9aa0-f23541d31680_1", words: None };

const PREFIX: &str = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}";

/// Suffix of a setting, template id of the setting and of its value.
const SETTINGS: &[(&str, &str, Option<&str>)] = &[
    ("_enabled", "4e150e1a-6a10-49b2-a20c-911bf44ea767", Some("7562f243-f281-4f6f-b7e6-ecdb76dc1f1b")),
    ("_name", "116a696a-3270-493e-9938-c336cf05ea98", Some("12994a33-6185-4c3d-a0e8-69316f6293ea")),
    ("_description", "6c85987f-3adb-4f8d-93e1-4f23e238121b", Some("18ab9c3a-b6be-4995-9438-289c34eee294")),
    ("_direction", "2114ad3d-157c-47d3-b646-60fcf50949c7", Some("8b45e13b-952d-4164-bbac-37f4e97b7985")),
    ("_action_type", "0565cfd1-21c2-4965-b87f-6bde2b8d2cbd", Some("419773d8-bffe-4d6f-a91f-286871963f5c")),
    ("_profiles", "7dc9b243-cdd2-4359-b5f5-0c48edb8fd34", None),
    ("_interfacetypes", "406b5410-e52e-4df3-933f-1ee6e550a5c8", None),
    ("_protocol", "b8f45398-674f-40c3-ab18-e002aa8e589b", Some("27d0d86c-d87d-473b-a41c-eef503d8baec")),
    ("_localportranges", "b57dc83e-5bf3-439a-b923-4c3e49ac9e2d", None),
    ("_remoteportranges", "de5d058e-ab1d-4772-81f5-32b6a35b4587", None),
    ("_localaddressranges", "8b5de251-c683-4440-91d6-3b679b0aa5aa", None),
    ("_remoteaddressranges", "bf9855fc-f2c0-4241-94cf-94cf823f1c1c", None),
    ("_app_filepath", "dd825fa0-961b-4fcc-a6b3-4d2dc0419d4e", Some("8c94fefa-67e5-40b5-8d97-6fca4f0c1e98")),
];

/// The group of a rule.
const GROUP: &str = "76c7a8be-67d2-44bf-81a5-38c94926b1a1";

/// The files.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    let mut artefacts = Vec::new();
    let rules: Vec<&Entry> = entries.iter().filter(|e| e.list == RULES).collect();
    for (n, chunk) in rules.chunks(MOST_RULES).enumerate() {
        let groups = chunk.iter().enumerate().map(|(at, entry)| rule(entry, at == 0)).collect();
        let number = if n == 0 { String::new() } else { format!(" ({})", n + 1) };
        let policy = Policy {
            name: format!("Crosswalk: firewall rules carried over{number}"),
            description: stamp.description(),
            platforms: "windows10",
            technologies: "mdm,microsoftSense",
            template: Some(TEMPLATE),
            settings: vec![Instance {
                definition: PREFIX.to_owned(),
                ids: Ids { instance: Some(GROUP), value: None },
                value: Value::Groups(groups),
            }],
        };
        artefacts.push(Artefact { name: numbered(RULES_FILE, n), bytes: graph(&policy) });
    }
    let defaults = defaults(entries);
    if !defaults.is_empty() {
        let policy = Policy {
            name: "Crosswalk: firewall default actions carried over".to_owned(),
            description: stamp.description(),
            platforms: "windows10",
            technologies: "mdm",
            template: None,
            settings: defaults,
        };
        let id = identifier(&format!("windows-firewall/graph {}", stamp.input_sha256));
        artefacts.push(Artefact { name: PROFILES_FILE.into(), bytes: portal(&policy, stamp, &id) });
    }
    artefacts
}

/// The settings of a rule; values refer to the template on the first one of a policy.
fn rule(entry: &Entry, first: bool) -> Vec<Instance> {
    let mut settings = Vec::new();
    let mut push = |suffix: &str, value: Value| {
        let known = SETTINGS.iter().find(|(s, ..)| *s == suffix).filter(|_| first);
        let ids = Ids { instance: known.map(|(_, id, _)| *id), value: known.and_then(|(.., id)| *id) };
        settings.push(Instance { definition: format!("{PREFIX}{suffix}"), ids, value });
    };
    let option = |suffix: &str| Value::Choice(suffix.to_owned(), Vec::new());
    push("_enabled", option("1"));
    push("_name", Value::Text(entry.value.clone()));
    if !entry.field("Description").is_empty() {
        push("_description", Value::Text(entry.field("Description").to_owned()));
    }
    push("_direction", option(if entry.field("Direction") == "Inbound" { "in" } else { "out" }));
    push("_action_type", option(if entry.field("Action") == "Allow" { "1" } else { "0" }));
    push("_profiles", Value::Choices(vec!["2147483647".to_owned()]));
    push("_interfacetypes", Value::Choices(vec!["all".to_owned()]));
    if let Some(number) = protocol_number(entry.field("Protocol")) {
        push("_protocol", Value::Integer(i64::from(number)));
    }
    for (field, suffix) in [
        ("LocalPort", "_localportranges"),
        ("RemotePort", "_remoteportranges"),
        ("LocalAddress", "_localaddressranges"),
        ("RemoteAddress", "_remoteaddressranges"),
    ] {
        let texts: Vec<String> = values(entry, field).into_iter().map(str::to_owned).collect();
        if !texts.is_empty() {
            push(suffix, Value::Texts(texts));
        }
    }
    let icmp = icmp(entry);
    if !icmp.is_empty() {
        push("_icmptypesandcodes", Value::Texts(icmp));
    }
    if !entry.field("Program").is_empty() {
        push("_app_filepath", Value::Text(entry.field("Program").to_owned()));
    }
    settings
}

/// The switches of the three profiles with their default actions.
fn defaults(entries: &[Entry]) -> Vec<Instance> {
    let given = [(DEFAULT_IN, "defaultinboundaction"), (DEFAULT_OUT, "defaultoutboundaction")];
    let given: Vec<&str> =
        given.iter().filter(|(list, _)| entries.iter().any(|e| e.list == *list)).map(|(_, id)| *id).collect();
    if given.is_empty() {
        return Vec::new();
    }
    let instance = |profile: &str, name: &str, value: Value| Instance {
        definition: format!("vendor_msft_firewall_mdmstore_{profile}profile_{name}"),
        ids: Ids::default(),
        value,
    };
    let one = |profile: &&str| {
        let block = |name: &&str| instance(profile, name, Value::Choice("1".to_owned(), Vec::new()));
        let below = given.iter().map(block).collect();
        instance(profile, "enablefirewall", Value::Choice("true".to_owned(), below))
    };
    ["domain", "private", "public"].iter().map(one).collect()
}
