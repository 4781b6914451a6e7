//! What an output leaves unscanned, read from the bytes of its vendor files, word for word. What is in a file and not
//! known here fails the test: an entry that nobody judged could hide anything.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

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
                        other => panic!("the judge does not know {other}"),
                    }
                }
            }
            "defender-exclusions.intune.json" => {
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
            "Set-DefenderExclusions.ps1" => {
                out.windows.extend(powershell_list(&body, "ExclusionPath").iter().map(|v| windows_entry(v)));
                out.windows_extensions.extend(powershell_list(&body, "ExclusionExtension"));
                out.processes.extend(powershell_list(&body, "ExclusionProcess"));
            }
            other => panic!("the judge does not know {other}"),
        }
    }
    out
}
