//! Policies of Intune: the file of the Import button and bodies for Graph. Settings as a CSP integer stand in the last word
//! of a choice; many say the opposite of the cmdlet's parameter.

use serde_json::Value;

use super::rules::{self, WindowsRule};
use super::words::{array, only, string};
use super::{Obeyed, Wrong};

const MODEL: &str = "#microsoft.graph.deviceManagementConfiguration";
const DEFENDER: &str = "device_vendor_msft_policy_config_defender_";
const CSP: &str = "device_vendor_msft_defender_configuration_";
const RULES: &str = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}";
const STORE: &str = "vendor_msft_firewall_mdmstore_";

/// Choices: what follows the id of the policy, the parameter that says the same, whether 1 here is 0 there, known numbers.
const CHOICES: &[(&str, &str, bool, &[i64])] = &[
    ("cloudblocklevel", "CloudBlockLevel", false, &[0, 2, 4, 6]),
    ("enablenetworkprotection", "EnableNetworkProtection", false, &[0, 1, 2]),
    ("puaprotection", "PUAProtection", false, &[0, 1, 2]),
    ("realtimescandirection", "RealTimeScanDirection", false, &[0, 1, 2]),
    ("scanparameter", "ScanParameters", false, &[1, 2]),
    ("schedulescanday", "ScanScheduleDay", false, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ("submitsamplesconsent", "SubmitSamplesConsent", false, &[0, 1, 2, 3]),
    ("allowrealtimemonitoring", "DisableRealtimeMonitoring", true, &[0, 1]),
    ("allowbehaviormonitoring", "DisableBehaviorMonitoring", true, &[0, 1]),
    ("allowcloudprotection", "AllowCloudProtection", false, &[0, 1]),
    ("allowarchivescanning", "DisableArchiveScanning", true, &[0, 1]),
    ("allowemailscanning", "DisableEmailScanning", true, &[0, 1]),
    ("allowioavprotection", "DisableIOAVProtection", true, &[0, 1]),
    ("allowscriptscanning", "DisableScriptScanning", true, &[0, 1]),
    ("allowscanningnetworkfiles", "DisableScanningNetworkFiles", true, &[0, 1]),
    ("allowfullscanonmappednetworkdrives", "DisableScanningMappedNetworkDrivesForFullScan", true, &[0, 1]),
    ("allowfullscanremovabledrivescanning", "DisableRemovableDriveScanning", true, &[0, 1]),
    ("allowuseruiaccess", "UILockdown", true, &[0, 1]),
    ("disablecatchupfullscan", "DisableCatchupFullScan", false, &[0, 1]),
    ("disablecatchupquickscan", "DisableCatchupQuickScan", false, &[0, 1]),
    ("enablelowcpupriority", "EnableLowCpuPriority", false, &[0, 1]),
    ("checkforsignaturesbeforerunningscan", "CheckForSignaturesBeforeRunningScan", false, &[0, 1]),
];

/// Choices of the Defender CSP.
const CSP_CHOICES: &[(&str, &str)] = &[
    ("disablelocaladminmerge", "DisableLocalAdminMerge"),
    ("enablefilehashcomputation", "EnableFileHashComputation"),
    ("randomizescheduletasktimes", "RandomizeScheduleTaskTimes"),
];

/// Numbers with their least and most.
const NUMBERS: &[(&str, &str, i64, i64)] = &[
    ("avgcpuloadfactor", "ScanAvgCPULoadFactor", 0, 100),
    ("cloudextendedtimeout", "CloudExtendedTimeout", 0, 50),
    ("schedulescantime", "ScanScheduleTime", 0, 1380),
    ("schedulequickscantime", "ScanScheduleQuickScanTime", 0, 1380),
    ("daystoretaincleanedmalware", "QuarantinePurgeItemsAfterDelay", 0, 90),
];

/// Actions on threats, as words of the choice and as numbers of the cmdlet.
const ACTIONS: [(&str, i64); 6] =
    [("clean", 1), ("quarantine", 2), ("remove", 3), ("allow", 6), ("userdefined", 8), ("block", 10)];
const SEVERITIES: [(&str, &str); 4] = [
    ("lowseveritythreats", "LowThreatDefaultAction"),
    ("moderateseveritythreats", "ModerateThreatDefaultAction"),
    ("highseveritythreats", "HighThreatDefaultAction"),
    ("severethreats", "SevereThreatDefaultAction"),
];

/// Lists of text.
const LISTS: [(&str, &str); 3] = [
    ("excludedpaths", "ExclusionPath"),
    ("excludedextensions", "ExclusionExtension"),
    ("excludedprocesses", "ExclusionProcess"),
];

/// Templates and the policies they are for.
const TEMPLATES: [(&str, &str); 5] = [
    ("", "none"),
    ("804339ad-1553-4478-a742-138fb5807418_1", "endpointSecurityAntivirus"),
    ("45fea5e9-280d-4da1-9792-fb5736da0ca9_1", "endpointSecurityAntivirus"),
    ("6078910e-d808-4a9f-a51d-1b8a7bacb7c0_1", "endpointSecurityFirewall"),
    ("19c8aa67-f286-4861-9aa0-f23541d31680_1", "endpointSecurityFirewall"),
];

/// What a policy does.
pub fn obeyed(value: &Value) -> Result<Obeyed, Wrong> {
    let settings = array(value, "settings")?;
    if string(value, "platforms")? != "windows10" || !string(value, "technologies")?.starts_with("mdm") {
        return Err("a policy for something else than Windows".to_owned());
    }
    if string(value, "name")?.is_empty() {
        return Err("a policy without a name".to_owned());
    }
    if value.get("settingCount").is_some_and(|n| n.as_u64() != Some(settings.len() as u64)) {
        return Err(format!("{} settings are told, {} there", value["settingCount"], settings.len()));
    }
    let template = value.get("templateReference").ok_or("no template")?;
    let id = string(template, "templateId")?;
    let (_, family) = TEMPLATES.iter().find(|(known, _)| *known == id).ok_or(format!("template {id}"))?;
    if template.get("templateFamily").is_some_and(|f| f != family) {
        return Err(format!("template {template}"));
    }
    let mut out = Obeyed::default();
    for (n, setting) in settings.iter().enumerate() {
        if setting.get("id").is_some_and(|id| id.as_str() != Some(&n.to_string())) {
            return Err(format!("setting {n} has the number {}", setting["id"]));
        }
        let instance = setting.get("settingInstance").ok_or("a setting without a value")?;
        top(instance, &mut out)?;
    }
    Ok(out)
}

/// Type of an instance or value, without what all begin with; and whether the instance holds the key of its kind only.
fn kind(value: &Value) -> Result<&str, Wrong> {
    let kind = string(value, "@odata.type")?;
    kind.strip_prefix(MODEL).ok_or_else(|| format!("{kind} is none of the configuration"))
}

fn instance<'v>(value: &'v Value, wanted: &str, holds: &str) -> Result<&'v Value, Wrong> {
    only(
        value,
        &[
            "@odata.type",
            "settingDefinitionId",
            "settingInstanceTemplateReference",
            "auditRuleInformation",
            holds,
        ],
    )?;
    if kind(value)? != wanted {
        return Err(format!("{} is no {wanted}", value["settingDefinitionId"]));
    }
    value.get(holds).ok_or_else(|| format!("no {holds}"))
}

/// The last word of a choice, and its children.
fn choice(value: &Value) -> Result<(String, &[Value]), Wrong> {
    let id = string(value, "settingDefinitionId")?;
    let chosen = instance(value, "ChoiceSettingInstance", "choiceSettingValue")?;
    chosen_word(chosen, id)
}

fn chosen_word<'v>(chosen: &'v Value, id: &str) -> Result<(String, &'v [Value]), Wrong> {
    only(chosen, &["@odata.type", "value", "children", "settingValueTemplateReference"])?;
    let text = string(chosen, "value")?;
    let word = text.strip_prefix(id).and_then(|w| w.strip_prefix('_'));
    let word = word.ok_or_else(|| format!("{text} is no choice of {id}"))?;
    let children = match chosen.get("children") {
        None => &[][..],
        Some(all) => all.as_array().ok_or("children are no list")?,
    };
    Ok((word.to_owned(), children))
}

fn no_children((word, children): (String, &[Value])) -> Result<String, Wrong> {
    if children.is_empty() { Ok(word) } else { Err(format!("{word} has children")) }
}

fn simple(value: &Value, integer: bool) -> Result<&Value, Wrong> {
    let held = instance(value, "SimpleSettingInstance", "simpleSettingValue")?;
    typed(held, integer)
}

fn typed(held: &Value, integer: bool) -> Result<&Value, Wrong> {
    only(held, &["@odata.type", "value", "settingValueTemplateReference"])?;
    let wanted = if integer { "IntegerSettingValue" } else { "StringSettingValue" };
    let fits = if integer { held["value"].is_i64() } else { held["value"].is_string() };
    if kind(held)? != wanted || !fits {
        return Err(format!("{held} is no {wanted}"));
    }
    Ok(&held["value"])
}

fn strings(value: &Value) -> Result<Vec<String>, Wrong> {
    let all = instance(value, "SimpleSettingCollectionInstance", "simpleSettingCollectionValue")?;
    let all = all.as_array().ok_or("no list")?;
    if all.is_empty() {
        return Err("a list without entries".to_owned());
    }
    all.iter().map(|v| Ok(typed(v, false)?.as_str().unwrap_or_default().to_owned())).collect()
}

fn groups(value: &Value) -> Result<Vec<&[Value]>, Wrong> {
    let all = instance(value, "GroupSettingCollectionInstance", "groupSettingCollectionValue")?;
    let all = all.as_array().ok_or("no list")?;
    all.iter()
        .map(|group| {
            only(group, &["@odata.type", "children", "settingValueTemplateReference"])?;
            Ok(array(group, "children")?.as_slice())
        })
        .collect()
}

/// A setting of the policy itself.
fn top(value: &Value, out: &mut Obeyed) -> Result<(), Wrong> {
    let id = string(value, "settingDefinitionId")?;
    let unknown = || format!("nobody knows the setting {id}");
    if id == RULES {
        let all = groups(value)?;
        if all.is_empty() || all.len() > 100 {
            return Err(format!("{} rules in one policy", all.len()));
        }
        for children in all {
            let rule = rule(children)?;
            if out.rules.iter().any(|r| r.name == rule.name) {
                return Err(format!("two rules are called {}", rule.name));
            }
            out.rules.push(rule);
        }
        return Ok(());
    }
    if let Some(profile) = id.strip_prefix(STORE).and_then(|p| p.strip_suffix("profile_enablefirewall")) {
        let (word, children) = choice(value)?;
        out.defaults.set(profile, "enablefirewall", i64::from(truth(&word)?))?;
        for child in children {
            let id = string(child, "settingDefinitionId")?;
            let of = format!("{STORE}{profile}profile_");
            let name = id.strip_prefix(&of).ok_or_else(|| format!("{id} under {profile}"))?;
            let word = no_children(choice(child)?)?;
            let number = if name.starts_with("default") { number(&word)? } else { i64::from(truth(&word)?) };
            out.defaults.set(profile, name, number)?;
        }
        return Ok(());
    }
    if let Some(name) = id.strip_prefix(CSP) {
        let (_, parameter) = CSP_CHOICES.iter().find(|(n, _)| *n == name).ok_or_else(unknown)?;
        let word = number(&no_children(choice(value)?)?)?;
        return if (0..=1).contains(&word) { out.set(parameter, word) } else { Err(unknown()) };
    }
    let name = id.strip_prefix(DEFENDER).ok_or_else(unknown)?;
    if name == "threatseveritydefaultaction" {
        let all = groups(value)?;
        let [children] = all.as_slice() else { return Err("not one group of actions".to_owned()) };
        for child in *children {
            let own = string(child, "settingDefinitionId")?;
            let severity = own.strip_prefix(id).and_then(|s| s.strip_prefix('_')).ok_or_else(unknown)?;
            let (_, parameter) = SEVERITIES.iter().find(|(s, _)| *s == severity).ok_or_else(unknown)?;
            let word = no_children(choice(child)?)?;
            let (_, action) = ACTIONS.iter().find(|(w, _)| *w == word).ok_or_else(unknown)?;
            out.set(parameter, *action)?;
        }
        return Ok(());
    }
    if let Some((_, list)) = LISTS.iter().find(|(n, _)| *n == name) {
        let entries = strings(value)?;
        if entries.iter().any(|e| e.is_empty() || e.contains('|')) {
            return Err(format!("an entry that cannot be told from two: {entries:?}"));
        }
        let list = out.exclusions.list(list).expect("a list");
        if !list.is_empty() {
            return Err(format!("{name} stands twice"));
        }
        *list = entries;
        return Ok(());
    }
    if let Some((_, parameter, opposite, known)) = CHOICES.iter().find(|(n, ..)| *n == name) {
        let word = number(&no_children(choice(value)?)?)?;
        if !known.contains(&word) {
            return Err(format!("{id} has no choice {word}"));
        }
        return out.set(parameter, if *opposite { 1 - word } else { word });
    }
    let (_, parameter, least, most) = NUMBERS.iter().find(|(n, ..)| *n == name).ok_or_else(unknown)?;
    let number = simple(value, true)?.as_i64().unwrap_or(-1);
    if !(least..=most).contains(&&number) {
        return Err(format!("{id} is {number}"));
    }
    out.set(parameter, number)
}

fn number(word: &str) -> Result<i64, Wrong> {
    word.parse().map_err(|_| format!("{word} is no number"))
}

fn truth(word: &str) -> Result<bool, Wrong> {
    match word {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("{other} is neither true nor false")),
    }
}

/// One rule of the firewall. What it leaves out: a rule is on, for what goes out, allows, in all profiles.
fn rule(children: &[Value]) -> Result<WindowsRule, Wrong> {
    let mut rule = WindowsRule { inbound: false, ..WindowsRule::blank() };
    let mut seen: Vec<&str> = Vec::new();
    let mut messages = Vec::new();
    for child in children {
        let id = string(child, "settingDefinitionId")?;
        let name = id.strip_prefix(RULES).ok_or_else(|| format!("{id} in a rule"))?;
        if seen.contains(&name) {
            return Err(format!("{name} stands twice in a rule"));
        }
        seen.push(name);
        let text = |v: &Value| Ok::<_, Wrong>(simple(v, false)?.as_str().unwrap_or_default().to_owned());
        let word = || no_children(choice(child)?);
        match name {
            "_name" => {
                rule.name = text(child)?;
                if rule.name.contains('/') {
                    return Err(format!("a name with a slash: {}", rule.name));
                }
                rule.id = rule.name.clone();
            }
            "_description" => rule.description = text(child)?,
            "_enabled" => rule.enabled = bit(&word()?)?,
            "_direction" => {
                rule.inbound = match word()?.as_str() {
                    "in" => true,
                    "out" => false,
                    other => return Err(format!("direction {other}")),
                }
            }
            "_action_type" => rule.allow = bit(&word()?)?,
            "_edgetraversal" => {
                if bit(&word()?)? {
                    return Err("edge traversal".to_owned());
                }
            }
            "_profiles" => {
                rule.profiles = 0;
                for word in words(child)? {
                    let bits = match word.as_str() {
                        "1" => rules::DOMAIN,
                        "2" => rules::PRIVATE,
                        "4" => rules::PUBLIC,
                        "2147483647" => rules::EVERY,
                        other => return Err(format!("profile {other}")),
                    };
                    if rule.profiles & bits != 0 {
                        return Err(format!("profile {word} twice"));
                    }
                    rule.profiles |= bits;
                }
            }
            "_interfacetypes" => {
                if words(child)? != ["all"] {
                    return Err("only some kinds of network".to_owned());
                }
            }
            "_protocol" => {
                let number = simple(child, true)?.as_i64().unwrap_or(-1);
                rule.protocol = Some(u8::try_from(number).map_err(|_| format!("protocol {number}"))?);
            }
            "_localportranges" => rule.local_ports = each(child, rules::port)?,
            "_remoteportranges" => rule.remote_ports = each(child, rules::port)?,
            "_localaddressranges" => rule.local = each(child, rules::address)?,
            "_remoteaddressranges" => rule.remote = each(child, rules::address)?,
            "_icmptypesandcodes" => messages = each(child, |t| rules::icmp(t, false))?,
            "_app_filepath" => rule.program = Some(rules::program(&text(child)?)?),
            other => return Err(format!("nobody knows {other} of a rule")),
        }
    }
    rule.icmp = messages;
    // What the portal, the CSP and the cmdlet take for granted differs, so all of it is said.
    for needed in ["_name", "_enabled", "_direction", "_action_type", "_profiles", "_interfacetypes"] {
        if !seen.contains(&needed) {
            return Err(format!("{}: nothing is said about {needed}", rule.name));
        }
    }
    rule.check()
}

fn bit(word: &str) -> Result<bool, Wrong> {
    match word {
        "1" => Ok(true),
        "0" => Ok(false),
        other => Err(format!("{other} is neither 0 nor 1")),
    }
}

fn words(value: &Value) -> Result<Vec<String>, Wrong> {
    let id = string(value, "settingDefinitionId")?;
    let all = instance(value, "ChoiceSettingCollectionInstance", "choiceSettingCollectionValue")?;
    let all = all.as_array().ok_or("no list")?;
    all.iter().map(|chosen| no_children(chosen_word(chosen, id)?)).collect()
}

fn each<T>(value: &Value, read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    strings(value)?.iter().map(|text| read(text)).collect()
}
