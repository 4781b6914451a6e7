//! `mdatp_managed.json` of Defender on Linux, and the same settings as a property list or profile on macOS. The two
//! systems read masks by rules of their own, so which system it is stays with the entries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::{array, only, string};
use super::{Obeyed, Wrong};

/// What a file for Linux or macOS says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unix {
    /// Which system, when the file says anything.
    pub mac: bool,
    pub exclusions: Vec<Exclusion>,
    /// Every scalar by its path, as text: `antivirusEngine.scanArchives` is `true`.
    pub settings: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// `true`: a folder with all below.
    Path(bool, String),
    Extension(String),
    /// A process by its name or path.
    Process(String),
}

/// Words of settings that are known, `number a b` for a range.
const SETTINGS: &[(&str, &[&str])] = &[
    ("antivirusEngine.enforcementLevel", &["real_time", "on_demand", "passive"]),
    ("antivirusEngine.behaviorMonitoring", &["enabled", "disabled"]),
    ("antivirusEngine.scanArchives", &["true", "false"]),
    ("antivirusEngine.scanAfterDefinitionUpdate", &["true", "false"]),
    ("antivirusEngine.maximumOnDemandScanThreads", &["number", "1", "64"]),
    ("antivirusEngine.enableFileHashComputation", &["true", "false"]),
    ("antivirusEngine.exclusionsMergePolicy", &["merge", "admin_only"]),
    ("antivirusEngine.threatTypeSettingsMergePolicy", &["merge", "admin_only"]),
    ("antivirusEngine.scheduledScan", &["enabled", "disabled"]),
    ("antivirusEngine.threatTypeSettings.potentially_unwanted_application", &["audit", "block", "off"]),
    ("antivirusEngine.threatTypeSettings.archive_bomb", &["audit", "block", "off"]),
    ("exclusionSettings.mergePolicy", &["merge", "admin_only"]),
    ("cloudService.enabled", &["true", "false"]),
    ("cloudService.diagnosticLevel", &["optional", "required"]),
    ("cloudService.automaticSampleSubmissionConsent", &["none", "safe", "all"]),
    ("cloudService.automaticDefinitionUpdateEnabled", &["true", "false"]),
    ("cloudService.cloudBlockLevel", &["normal", "moderate", "high", "high_plus", "zero_tolerance"]),
    ("networkProtection.enforcementLevel", &["disabled", "audit", "block"]),
    ("features.scheduledScan", &["enabled", "disabled"]),
    ("features.behaviorMonitoring", &["enabled", "disabled"]),
    ("userInterface.hideStatusMenuIcon", &["true", "false"]),
    ("scheduledScan.weeklyConfiguration.dayOfWeek", &["number", "0", "8"]),
    ("scheduledScan.weeklyConfiguration.timeOfDay", &["number", "0", "1440"]),
    ("scheduledScan.weeklyConfiguration.scanType", &["full", "quick"]),
    ("scheduledScan.dailyConfiguration.timeOfDay", &["number", "0", "1440"]),
    ("scheduledScan.dailyConfiguration.interval", &["number", "0", "24"]),
    ("scheduledScan.runScanWhenIdle", &["true", "false"]),
    ("scheduledScan.lowPriorityScheduledScan", &["true", "false"]),
    ("scheduledScan.checkForDefinitionsUpdate", &["true", "false"]),
    ("scheduledScan.ignoreExclusions", &["true", "false"]),
    ("scheduledScan.randomizeScanStartTime", &["number", "0", "23"]),
];

/// Scalars that are text in the file; all others are what they look like.
fn setting(path: &str, value: &Value) -> Result<String, Wrong> {
    let (_, words) = SETTINGS
        .iter()
        .find(|(known, _)| *known == path)
        .ok_or_else(|| format!("nobody knows the setting {path}"))?;
    let wrong = || format!("{path} is {value}, known are {words:?}");
    let text = match (value, words) {
        (Value::Number(number), ["number", least, most]) => {
            let number = number.as_i64().ok_or_else(wrong)?;
            let bound = |text: &str| text.parse::<i64>().expect("a bound");
            if !(bound(least)..=bound(most)).contains(&number) {
                return Err(wrong());
            }
            return Ok(number.to_string());
        }
        (Value::Bool(on), ["true", "false"]) => on.to_string(),
        (Value::String(text), [first, ..]) if !["true", "number"].contains(first) => text.clone(),
        _ => return Err(wrong()),
    };
    if words.contains(&text.as_str()) { Ok(text) } else { Err(wrong()) }
}

fn walk(value: &Value, path: &str, out: &mut Unix) -> Result<(), Wrong> {
    let Value::Object(map) = value else {
        let text = setting(path, value)?;
        return match out.settings.insert(path.to_owned(), text) {
            None => Ok(()),
            Some(_) => Err(format!("{path} stands twice")),
        };
    };
    for (key, value) in map {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match path.as_str() {
            "exclusionSettings.exclusions" if !out.mac => {
                for one in value.as_array().ok_or("exclusions are no list")? {
                    out.exclusions.push(exclusion(one, true)?);
                }
            }
            "antivirusEngine.exclusions" => {
                for one in value.as_array().ok_or("exclusions are no list")? {
                    out.exclusions.push(exclusion(one, false)?);
                }
            }
            "antivirusEngine.threatTypeSettings" => {
                for one in value.as_array().ok_or("threat types are no list")? {
                    only(one, &["key", "value"])?;
                    walk(&one["value"], &format!("{path}.{}", string(one, "key")?), out)?;
                }
            }
            _ => walk(value, &path, out)?,
        }
    }
    Ok(())
}

/// One exclusion. Without a scope it would blind more than the antivirus, so the scope must be there.
fn exclusion(value: &Value, scoped: bool) -> Result<Exclusion, Wrong> {
    if scoped {
        let scopes = array(value, "scopes")?;
        if scopes.iter().map(Value::as_str).ne([Some("epp")]) {
            return Err(format!("another scope than the antivirus: {value}"));
        }
    }
    let keys = |own: &[&'static str]| {
        let more: &[&str] = if scoped { &["$type", "scopes"] } else { &["$type"] };
        only(value, &[own, more].concat())
    };
    let filled =
        |text: &str| if text.is_empty() { Err(format!("empty: {value}")) } else { Ok(text.to_owned()) };
    Ok(match string(value, "$type")? {
        "excludedPath" => {
            keys(&["path", "isDirectory"])?;
            let folder = value.get("isDirectory").and_then(Value::as_bool);
            let folder = folder.ok_or_else(|| format!("file or folder: {value}"))?;
            Exclusion::Path(folder, filled(string(value, "path")?)?)
        }
        "excludedFileExtension" => {
            keys(&["extension"])?;
            Exclusion::Extension(filled(string(value, "extension")?)?)
        }
        "excludedFileName" => {
            keys(&["name"])?;
            Exclusion::Process(filled(string(value, "name")?)?)
        }
        other => return Err(format!("nobody knows {other}")),
    })
}

/// `mdatp_managed.json`.
pub fn linux(value: &Value) -> Result<Obeyed, Wrong> {
    let mut out = Obeyed::default();
    walk(value, "", &mut out.unix)?;
    Ok(out)
}

/// The settings of macOS: alone, or in a profile.
pub fn mac(value: &Value, profile: bool) -> Result<Obeyed, Wrong> {
    let mut out = Obeyed::default();
    out.unix.mac = true;
    if !profile {
        walk(value, "", &mut out.unix)?;
        return Ok(out);
    }
    if string(value, "PayloadType")? != "Configuration" {
        return Err("no profile".to_owned());
    }
    let [payload] = array(value, "PayloadContent")?.as_slice() else {
        return Err("not exactly one payload".to_owned());
    };
    if string(payload, "PayloadType")? != "com.microsoft.wdav" {
        return Err("a payload of another product".to_owned());
    }
    let mut ids = Vec::new();
    for part in [value, payload] {
        ids.push(string(part, "PayloadUUID")?);
        string(part, "PayloadIdentifier")?;
        if part.get("PayloadVersion").and_then(Value::as_i64) != Some(1) {
            return Err("no version of the payload".to_owned());
        }
    }
    if ids[0].eq_ignore_ascii_case(ids[1]) {
        return Err("profile and payload have one id".to_owned());
    }
    let own = payload.as_object().ok_or("the payload is no dictionary")?;
    let about = own.iter().filter(|(key, _)| !key.starts_with("Payload"));
    let settings: serde_json::Map<String, Value> = about.map(|(k, v)| (k.clone(), v.clone())).collect();
    walk(&Value::Object(settings), "", &mut out.unix)?;
    Ok(out)
}
