//! What an output leaves unscanned, read from the bytes of its vendor files, word for word. What is in a file and not
//! known here fails the test: an entry that nobody judged could hide anything.

use std::collections::BTreeMap;

use super::readers::{self, unix::Exclusion};
use super::{ACCESS, Component, DEMAND, SCRIPT};
use crate::common::decoded;

/// The entries of the vendor files.
#[derive(Default, PartialEq)]
pub struct Lists {
    /// Expressions.
    pub clam: Vec<String>,
    /// Folders.
    pub clam_access: Vec<String>,
    /// Whether it is written as a folder, and the mask.
    pub linux: Vec<(bool, String)>,
    pub linux_extensions: Vec<String>,
    /// The same on macOS.
    pub mac: Vec<(bool, String)>,
    pub mac_extensions: Vec<String>,
    /// Programs of both, which are left alone with all that they open.
    pub unix_processes: Vec<String>,
    /// What indicators let through.
    pub allowed: Vec<String>,
    /// Settings that switch a part of the protection off, and so must not be there without a decision.
    pub weaker: Vec<String>,
    pub windows: Vec<WindowsEntry>,
    pub windows_extensions: Vec<String>,
    pub processes: Vec<String>,
}

/// A path of Defender on Windows.
#[derive(PartialEq)]
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

/// Adds what is not there yet: several files may say the same in several forms.
fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// Reads vendor files, by name.
pub fn lists<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Lists {
    let mut out = Lists::default();
    for (name, bytes) in files {
        if name == "clamd-crosswalk.conf" {
            let body = decoded(bytes);
            for line in body.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
                match line.split_once(' ').expect("name and value") {
                    ("ExcludePath", pattern) => out.clam.push(pattern.to_owned()),
                    ("OnAccessExcludePath", folder) => out.clam_access.push(folder.to_owned()),
                    (other, _) => panic!("the judge does not know {other}"),
                }
            }
            continue;
        }
        let read = readers::read(name, bytes).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        for path in &read.exclusions.paths {
            if !out.windows.iter().any(|e| e.text == *path) {
                out.windows.push(windows_entry(path));
            }
        }
        read.exclusions.extensions.into_iter().for_each(|e| add(&mut out.windows_extensions, e));
        read.exclusions.processes.into_iter().for_each(|e| add(&mut out.processes, e));
        let mac = read.unix.mac;
        for exclusion in read.unix.exclusions {
            match exclusion {
                Exclusion::Path(folder, path) if mac => add(&mut out.mac, (folder, path)),
                Exclusion::Path(folder, path) => add(&mut out.linux, (folder, path)),
                Exclusion::Extension(ending) if mac => add(&mut out.mac_extensions, ending),
                Exclusion::Extension(ending) => add(&mut out.linux_extensions, ending),
                Exclusion::Process(process) => {
                    // The program itself, too.
                    add(if mac { &mut out.mac } else { &mut out.linux }, (false, process.clone()));
                    add(&mut out.unix_processes, process);
                }
            }
        }
        let indicators = read.indicators.into_iter().filter(|i| i.action == "Allowed");
        indicators.for_each(|i| add(&mut out.allowed, i.value));
        for (setting, value) in read.settings {
            let off = setting.starts_with("Disable") && !setting.starts_with("DisableCatchup") && value != 0;
            let action = setting.ends_with("ThreatDefaultAction") && ![0, 1, 2, 3, 10].contains(&value);
            let switch =
                ["PUAProtection", "EnableNetworkProtection"].contains(&setting.as_str()) && value != 1;
            if off || action || switch {
                add(&mut out.weaker, format!("{setting} {value}"));
            }
        }
    }
    out
}
