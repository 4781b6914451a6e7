//! What an output leaves unscanned, read from the bytes of its vendor files, word for word. What is in a file and not
//! known here fails the test: an entry that nobody judged could hide anything.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::registry::{self, Data};
use super::{ACCESS, Component, DEMAND, SCRIPT};
use crate::common::{decoded, text};

/// The entries of the vendor files.
#[derive(Default)]
pub struct Lists {
    /// Expressions.
    pub clam: Vec<String>,
    /// Folders.
    pub clam_access: Vec<String>,
    /// Whether it is written as a folder, and the mask.
    pub linux: Vec<(bool, String)>,
    pub linux_extensions: Vec<String>,
    pub windows: Vec<WindowsEntry>,
    pub windows_extensions: Vec<String>,
    pub processes: Vec<String>,
    /// Values of indicators that allow.
    pub allowed: Vec<String>,
}

/// A path of Defender on Windows.
pub struct WindowsEntry {
    /// As it stands in the file.
    pub text: String,
    pub mask: String,
    /// `file` or `folder`, if it is marked.
    pub kind: Option<String>,
    pub components: Vec<Component>,
}

fn windows_entry(entry: &str) -> WindowsEntry {
    let text = entry.to_owned();
    let Some((mask, rest)) = entry.split_once("\\:{") else {
        let (mask, components) = (entry.to_owned(), vec![ACCESS, DEMAND, SCRIPT]);
        return WindowsEntry { text, mask, kind: None, components };
    };
    let conditions: BTreeMap<&str, &str> = rest
        .strip_suffix('}')
        .expect("a closed suffix")
        .split(',')
        .map(|c| c.split_once(':').expect("name:value"))
        .collect();
    let known = |k: &&&str| ["PathType", "ScanTrigger"].contains(k);
    assert_eq!(
        conditions.keys().filter(known).count(),
        conditions.len(),
        "{entry}: conditions the judge knows"
    );
    let components = match conditions.get("ScanTrigger") {
        Some(&"OnAccess") => vec![ACCESS],
        Some(&"OnDemand") => vec![DEMAND],
        None => vec![ACCESS, DEMAND, SCRIPT],
        other => panic!("{entry}: trigger {other:?}"),
    };
    let kind = conditions.get("PathType").map(|k| (*k).to_owned());
    WindowsEntry { text, mask: mask.to_owned(), kind, components }
}

/// Any of the marks that PowerShell takes for a single quotation mark.
fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201B}')
}

fn powershell_list(script: &str, name: &str) -> Vec<String> {
    let list = Regex::new(&format!(r"(?ms)^\[string\[\]\]\s*\${name}\s*=\s*@\((.*?)^\)")).unwrap();
    let body = list.captures(script).unwrap_or_else(|| panic!("the list {name}")).get(1).unwrap().as_str();
    let mut out = Vec::new();
    for line in body.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let line = line.trim_end_matches(',');
        let inner: Vec<char> = line
            .strip_prefix('\'')
            .and_then(|l| l.strip_suffix('\''))
            .expect("one literal on a line")
            .chars()
            .collect();
        let mut value = String::new();
        let mut n = 0;
        while n < inner.len() {
            if is_quote(inner[n]) {
                assert!(
                    inner.get(n + 1).is_some_and(|c| is_quote(*c)),
                    "{line}: a quotation mark ends the literal early"
                );
                n += 1;
            }
            value.push(inner[n]);
            n += 1;
        }
        out.push(value);
    }
    out
}

/// Reads vendor files, by name.
pub fn lists<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Lists {
    let mut out = Lists::default();
    let mut policy = None;
    for (name, bytes) in files {
        // A firewall leaves no file out of a scan; `tests/windows_firewall.rs` judges these.
        if name.starts_with("windows-firewall") || name == "Set-CrosswalkFirewall.ps1" {
            continue;
        }
        let body = decoded(bytes);
        match name {
            "clamd-crosswalk.conf" => {
                for line in body.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
                    match line.split_once(' ').expect("name and value") {
                        ("ExcludePath", pattern) => out.clam.push(pattern.to_owned()),
                        ("OnAccessExcludePath", folder) => out.clam_access.push(folder.to_owned()),
                        (other, _) => panic!("the judge does not know {other}"),
                    }
                }
            }
            "mdatp_managed.json" => {
                let value: Value = serde_json::from_str(&body).unwrap();
                assert!(value["antivirusEngine"].get("exclusions").is_none());
                for e in value["exclusionSettings"]["exclusions"].as_array().unwrap_or(&Vec::new()) {
                    match text(e, "$type") {
                        "excludedPath" => {
                            out.linux.push((e["isDirectory"].as_bool().unwrap(), text(e, "path").to_owned()))
                        }
                        "excludedFileExtension" => out.linux_extensions.push(text(e, "extension").to_owned()),
                        // The program itself, and what it opens.
                        "excludedFileName" => {
                            out.linux.push((false, text(e, "name").to_owned()));
                            out.processes.push(text(e, "name").to_owned());
                        }
                        other => panic!("the judge does not know {other}"),
                    }
                }
            }
            "defender-exclusions.intune.json" | "defender-exclusions.graph.json" => {
                let value: Value = serde_json::from_str(&body).unwrap();
                for setting in value["settings"].as_array().unwrap() {
                    let instance = &setting["settingInstance"];
                    let values = instance["simpleSettingCollectionValue"].as_array().unwrap();
                    let values: Vec<String> = values.iter().map(|v| text(v, "value").to_owned()).collect();
                    match text(instance, "settingDefinitionId").rsplit('_').next().unwrap() {
                        "excludedpaths" => out.windows.extend(values.iter().map(|v| windows_entry(v))),
                        "excludedextensions" => out.windows_extensions.extend(values),
                        "excludedprocesses" => out.processes.extend(values),
                        other => panic!("the judge does not know {other}"),
                    }
                }
            }
            // Settings are no masks. None of them switches a part of the protection off; taking part in the cloud is by decision.
            "defender-antivirus.intune.json" | "defender-antivirus.graph.json" => {
                let off = body.lines().filter(|l| l.contains("_allow") && l.contains("_0\""));
                for line in off {
                    let known = ["_allowuseruiaccess_0\"", "_allowcloudprotection_0\""];
                    assert!(known.iter().any(|k| line.contains(k)), "{name}: {line}");
                }
            }
            "Set-DefenderExclusions.ps1" => {
                out.windows.extend(powershell_list(&body, "ExclusionPath").iter().map(|v| windows_entry(v)));
                out.windows_extensions.extend(powershell_list(&body, "ExclusionExtension"));
                out.processes.extend(powershell_list(&body, "ExclusionProcess"));
            }
            "Registry.pol" => {
                let values = registry::pol(bytes).unwrap();
                values.iter().for_each(|value| registry_value(value, &mut out));
                policy = Some(values);
            }
            "defender.lgpo.txt" => assert_eq!(registry::lgpo(bytes).ok(), policy, "the same values"),
            "defender.reg" => assert_eq!(registry::reg(bytes).ok(), policy, "the same values"),
            "huntress-paths.txt" => out.windows.extend(body.lines().map(windows_entry)),
            "huntress-extensions.txt" => out.windows_extensions.extend(body.lines().map(str::to_owned)),
            "huntress-processes.txt" => out.processes.extend(body.lines().map(str::to_owned)),
            // The bare list holds the same.
            "com.microsoft.wdav.plist" => {}
            "com.microsoft.wdav.mobileconfig" => {
                let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
                let document = roxmltree::Document::parse_with_options(&body, options).unwrap();
                let is_path = |n: &roxmltree::Node| n.has_tag_name("key") && n.text() == Some("path");
                for key in document.descendants().filter(is_path) {
                    let folder = key.parent().unwrap().children().any(|n| n.has_tag_name("true"));
                    let path = key.next_sibling_element().and_then(|n| n.text()).unwrap();
                    out.linux.push((folder, path.to_owned()));
                }
            }
            name if name.starts_with("indicators") && name.ends_with(".csv") => {
                let rows = body.lines().skip(1).map(|l| l.split(',').collect::<Vec<_>>());
                out.allowed.extend(rows.filter(|r| r[3] == "Allowed").map(|r| r[1].to_owned()));
            }
            // What the tables hold, and MD5 hashes.
            name if name.starts_with("indicators") && name.ends_with(".api.json") => {
                let value: Value = serde_json::from_str(&body).unwrap();
                let all = value["Indicators"].as_array().unwrap().iter();
                let md5 = all.filter(|i| i["indicatorType"] == "FileMd5" && i["action"] == "Allowed");
                out.allowed.extend(md5.map(|i| text(i, "indicatorValue").to_owned()));
            }
            other => panic!("the judge does not know {other}"),
        }
    }
    out
}

/// A value of Defender's policy: an entry of a list, or a setting that protects no less.
fn registry_value(value: &registry::Value, out: &mut Lists) {
    let key = value.key.strip_prefix("Software\\Policies\\Microsoft\\Windows Defender").unwrap();
    let name = value.name.as_str();
    match (key, &value.data) {
        ("\\Exclusions\\Paths", Data::Text(_)) => out.windows.push(windows_entry(name)),
        ("\\Exclusions\\Extensions", Data::Text(_)) => out.windows_extensions.push(name.to_owned()),
        ("\\Exclusions\\Processes", Data::Text(_)) => out.processes.push(name.to_owned()),
        // What network inspection leaves alone is no file.
        ("\\Exclusions\\IpAddresses", Data::Text(_)) => {}
        ("\\Exclusions" | "\\Threats", Data::Dword(1)) => {}
        ("\\Real-Time Protection" | "\\Scan", Data::Dword(0)) if name.starts_with("Disable") => {}
        ("\\Threats\\ThreatSeverityDefaultAction", Data::Text(action))
            if ["2", "3"].contains(&action.as_str()) => {}
        ("", Data::Dword(1)) if name == "PUAProtection" => {}
        ("\\Spynet", Data::Dword(_)) => {}
        ("\\Scan", Data::Dword(_)) if name.starts_with("Schedule") || name == "AvgCPULoadFactor" => {}
        ("\\Scan", Data::Dword(2)) if name == "ScanParameters" => {}
        ("\\UX Configuration", Data::Dword(1)) if name == "UILockdown" => {}
        _ => panic!("the judge does not know {value:?}"),
    }
}
