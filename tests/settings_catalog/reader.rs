//! Reads a policy back into what it does on a machine: lists of exclusions, and parameters of `Set-MpPreference`. Written from
//! Microsoft's names and the definitions' words for each option, not from the writer's table.

use serde_json::Value;

use super::TYPE;

/// Lists in the order of their values, and parameters with their number.
pub type Told = Vec<(String, String)>;

const P: &str = "device_vendor_msft_policy_config_defender_";
const ADMX: &str = "device_vendor_msft_policy_config_admx_microsoftdefenderantivirus_";

const LISTS: [(&str, &str); 3] = [
    ("excludedpaths", "ExclusionPath"),
    ("excludedextensions", "ExclusionExtension"),
    ("excludedprocesses", "ExclusionProcess"),
];

/// "Allowed" means that what `Disable…` would switch off stays on.
const ALLOWED: [(&str, &str); 5] = [
    ("allowrealtimemonitoring", "DisableRealtimeMonitoring"),
    ("allowbehaviormonitoring", "DisableBehaviorMonitoring"),
    ("allowarchivescanning", "DisableArchiveScanning"),
    ("allowscanningnetworkfiles", "DisableScanningNetworkFiles"),
    ("allowfullscanremovabledrivescanning", "DisableRemovableDriveScanning"),
];

const SAME: [(&str, &str); 10] = [
    ("puaprotection", "PUAProtection"),
    ("submitsamplesconsent", "SubmitSamplesConsent"),
    ("cloudblocklevel", "CloudBlockLevel"),
    ("scanparameter", "ScanParameters"),
    ("schedulescanday", "ScanScheduleDay"),
    ("schedulescantime", "ScanScheduleTime"),
    ("schedulequickscantime", "ScanScheduleQuickScanTime"),
    ("disablecatchupfullscan", "DisableCatchupFullScan"),
    ("disablecatchupquickscan", "DisableCatchupQuickScan"),
    ("avgcpuloadfactor", "ScanAvgCPULoadFactor"),
];

const SEVERITIES: [(&str, &str); 4] = [
    ("lowseveritythreats", "LowThreatDefaultAction"),
    ("moderateseveritythreats", "ModerateThreatDefaultAction"),
    ("highseveritythreats", "HighThreatDefaultAction"),
    ("severethreats", "SevereThreatDefaultAction"),
];

const ACTIONS: [(&str, &str); 6] = [
    ("clean", "1"),
    ("quarantine", "2"),
    ("remove", "3"),
    ("allow", "6"),
    ("userdefined", "8"),
    ("block", "10"),
];

fn find(table: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
}

/// What the policy says; a setting that this reader does not know is an error.
pub fn told(policy: &Value) -> Result<Told, String> {
    let mut out = Vec::new();
    for setting in policy["settings"].as_array().ok_or("no settings")? {
        instance(&setting["settingInstance"], &mut out)?;
    }
    Ok(out)
}

fn option<'a>(instance: &'a Value, id: &str) -> Result<&'a str, String> {
    let value = instance["choiceSettingValue"]["value"].as_str().ok_or(format!("{id}: no choice"))?;
    value.strip_prefix(id).and_then(|v| v.strip_prefix('_')).ok_or(format!("{id}: option {value}"))
}

fn instance(of: &Value, out: &mut Told) -> Result<(), String> {
    let id = of["settingDefinitionId"].as_str().ok_or("no id")?;
    let kind = of["@odata.type"].as_str().and_then(|k| k.strip_prefix(TYPE)).ok_or("no type")?;
    let unknown = || format!("{id} of {kind} is not known");
    let mut say = |name: &str, value: &str| out.push((name.to_owned(), value.to_owned()));
    if let Some(rest) = id.strip_prefix(ADMX) {
        let on = rest == "spynetreporting" && option(of, id)? == "1";
        let level = &of["choiceSettingValue"]["children"][0];
        let element = format!("{id}_spynetreporting");
        if !on || level["settingDefinitionId"] != element {
            return Err(unknown());
        }
        say("MAPSReporting", option(level, &element)?);
        return Ok(());
    }
    let name = id.strip_prefix(P).ok_or_else(unknown)?;
    match kind {
        "SimpleSettingCollectionInstance" => {
            let list = find(&LISTS, name).ok_or_else(unknown)?;
            for value in of["simpleSettingCollectionValue"].as_array().ok_or_else(unknown)? {
                say(list, value["value"].as_str().ok_or_else(unknown)?);
            }
        }
        "ChoiceSettingInstance" => {
            let option = option(of, id)?;
            if let Some(parameter) = find(&ALLOWED, name) {
                say(parameter, find(&[("0", "1"), ("1", "0")], option).ok_or_else(unknown)?);
            } else if name == "allowuseruiaccess" {
                say("UILockdown", find(&[("0", "1"), ("1", "0")], option).ok_or_else(unknown)?);
            } else if name == "allowcloudprotection" && option == "0" {
                say("MAPSReporting", "0");
            } else {
                say(find(&SAME, name).ok_or_else(unknown)?, option);
            }
        }
        "SimpleSettingInstance" => {
            let number = of["simpleSettingValue"]["value"].as_u64().ok_or_else(unknown)?;
            say(find(&SAME, name).ok_or_else(unknown)?, &number.to_string());
        }
        "GroupSettingCollectionInstance" if name == "threatseveritydefaultaction" => {
            for child in super::children(of) {
                let child_id = child["settingDefinitionId"].as_str().ok_or_else(unknown)?;
                let severity = child_id.strip_prefix(id).and_then(|c| c.strip_prefix('_'));
                let parameter = severity.and_then(|s| find(&SEVERITIES, s)).ok_or_else(unknown)?;
                say(parameter, find(&ACTIONS, option(child, child_id)?).ok_or_else(unknown)?);
            }
        }
        _ => return Err(unknown()),
    }
    Ok(())
}
