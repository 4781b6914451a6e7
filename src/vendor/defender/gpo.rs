//! Group Policy: `Registry.pol`, LGPO text and a `.reg` file, three forms of the same values in the same order (reference:
//! defender, 5.1 to 5.5). Every key is below `Software\Policies\Microsoft\Windows Defender`.
//!
//! | what | values |
//! |---|---|
//! | a list | `Exclusions!Exclusions_Paths` DWORD 1 switches it on; `Exclusions\Paths` has a REG_SZ `0` for each entry, named by the entry |
//! | a setting | its DWORD, see [`super::windows`] |
//! | an action by severity | `Threats!Threats_ThreatSeverityDefaultAction` DWORD 1; `Threats\ThreatSeverityDefaultAction` has a REG_SZ by the number of the severity |
//!
//! Values are what Microsoft's template writes, never the state of a policy: many policies are worded positively and write the
//! inverse. Nothing is removed: there is no `**del.` in `Registry.pol`, as the template's lists are additive.
//!
//! Folders of a GPO backup are not written: which of the names and identifiers of a domain an import can do without is not
//! established.

use super::windows::{self, Registry};
use super::{ADDRESSES, ASR_ONLY, CFA_APPLICATIONS, EXTENSIONS, PATHS, PROCESSES};
use crate::finding as codes;
use crate::vendor::registry::{self, Value};
use crate::vendor::{Artefact, Entry, Stamp};

/// The values as group policy keeps them.
pub const POL: &str = "Registry.pol";
/// The values for `LGPO.exe /t`.
pub const LGPO: &str = "defender.lgpo.txt";
/// The values for `regedit.exe`.
pub const REG: &str = "defender.reg";

/// How to bring them to machines.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says what was left out and why. Registry.pol, defender.lgpo.txt and defender.reg hold the same \
     values; use one of them. defender.lgpo.txt is the one to read: each value is four lines.",
    "Take a test machine that has no other local policy, with Microsoft Defender Antivirus as the active antivirus. Get LGPO.exe \
     from Microsoft's Security Compliance Toolkit.",
    "Keep what is there, as administrator: mkdir C:\\Before, LGPO.exe /b C:\\Before, and \
     reg export \"HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\" C:\\Before\\defender.reg (it says so if there is no \
     such key).",
    "Apply it to that machine: LGPO.exe /m Registry.pol, or LGPO.exe /t defender.lgpo.txt. Both set these values and leave all \
     others. Then gpupdate /force.",
    "Check it: gpedit.msc, Computer Configuration, Administrative Templates, Windows Components, Microsoft Defender Antivirus, \
     Exclusions shows the lists; Get-MpPreference as administrator shows what is in force; MpCmdRun.exe -CheckExclusion -path \
     with a path asks about one path. If Tamper Protection keeps a setting out, Get-MpPreference shows the old value.",
    "For a domain: the management console cannot open a bare Registry.pol, and Crosswalk writes no GPO backup. Let the test \
     machine make one: mkdir C:\\Backup, then LGPO.exe /b C:\\Backup /n \"Defender exclusions\" saves its whole local policy, \
     so it must hold nothing else. In Group Policy Management create a new, unlinked GPO, choose Import Settings and that backup, and compare the report \
     of its settings with report.html. Do not copy Registry.pol into SYSVOL by hand: nothing would raise the version of the GPO.",
    "Link the GPO to a test organisational unit first; on a machine of it run gpupdate /force and the same checks, then link it \
     for everybody.",
    "For a single machine without LGPO.exe: reg import defender.reg as administrator, then restart. A group policy that sets the \
     same values writes over them at its next refresh, and gpedit.msc does not show them.",
    "To undo a GPO: remove its link or delete it, then gpupdate /force. To undo LGPO.exe: set the listed policies to Not \
     Configured in gpedit.msc, or LGPO.exe /g C:\\Before for values that were other ones before. To undo defender.reg: delete the \
     values that it names in regedit.exe, then import C:\\Before\\defender.reg if there is one.",
];

const BASE: &str = "Software\\Policies\\Microsoft\\Windows Defender";

/// Where a list is: the key of its switch, the name of its switch, the key of its entries behind that.
const LISTS: &[(&str, [&str; 3])] = &[
    (PATHS, ["Exclusions", "Exclusions_Paths", "Paths"]),
    (EXTENSIONS, ["Exclusions", "Exclusions_Extensions", "Extensions"]),
    (PROCESSES, ["Exclusions", "Exclusions_Processes", "Processes"]),
    (ADDRESSES, ["Exclusions", "Exclusions_IpAddresses", "IpAddresses"]),
    (
        ASR_ONLY,
        ["Windows Defender Exploit Guard\\ASR", "ExploitGuard_ASR_ASROnlyExclusions", "ASROnlyExclusions"],
    ),
    (
        CFA_APPLICATIONS,
        [
            "Windows Defender Exploit Guard\\Controlled Folder Access",
            "ExploitGuard_ControlledFolderAccess_AllowedApplications",
            "AllowedApplications",
        ],
    ),
];

/// Where the actions by severity are, in the same words.
const SEVERITIES: [&str; 3] =
    ["Threats", "Threats_ThreatSeverityDefaultAction", "ThreatSeverityDefaultAction"];

/// Whether the files have a proven place for a list or setting.
pub(super) fn carries(list: &str) -> bool {
    LISTS.iter().any(|(name, _)| *name == list)
        || windows::find(list).is_some_and(|setting| setting.registry.is_some())
}

/// Why no file can hold a value. The entry of a list is the name of a value in the registry.
pub(super) fn refuses(entry: &Entry) -> Option<(&'static str, String)> {
    let why = registry::name_fault(&entry.value)?;
    Some((
        codes::CHARACTER,
        format!("Not written: an entry is the name of a value in the registry, and {why}"),
    ))
}

/// The files; none, should an entry have no place or hold what the files cannot, which [`carries`] and [`refuses`] keep out.
pub(super) fn write(entries: &[Entry], _stamp: &Stamp<'_>) -> Vec<Artefact> {
    let of = |list: &'static str| entries.iter().filter(move |e| e.list == list);
    let mut values = Vec::with_capacity(entries.len().saturating_add(LISTS.len()));
    let mut placed: usize = 0;
    for (list, place) in LISTS {
        let from = values.len();
        values.extend(of(list).map(|e| Value::text(below(place), e.value.as_str(), "0")));
        placed = placed.saturating_add(values.len().saturating_sub(from));
        switch(&mut values, from, place);
    }
    let severities = values.len();
    for setting in windows::SETTINGS {
        if let Some(Registry::Severity(number)) = setting.registry {
            let actions = of(setting.name).filter(|e| setting.form.read(&e.value).is_some());
            values.extend(actions.map(|e| Value::text(below(&SEVERITIES), number, e.value.as_str())));
        }
    }
    placed = placed.saturating_add(values.len().saturating_sub(severities));
    switch(&mut values, severities, &SEVERITIES);
    for setting in windows::SETTINGS {
        if let Some(Registry::Dword(place, name)) = setting.registry {
            let numbers = of(setting.name).filter_map(|e| setting.form.read(&e.value));
            let from = values.len();
            values.extend(numbers.map(|number| Value::dword(key(place), name, number)));
            placed = placed.saturating_add(values.len().saturating_sub(from));
        }
    }
    if placed != entries.len() {
        return Vec::new();
    }
    // One key after the other, as a `.reg` file and people like it. Entries of a list stay in their order.
    values.sort_by(|a, b| a.key.cmp(&b.key));
    registry::files(&values, [POL, LGPO, REG])
}

/// Puts the switch of a list before its values, if there are any.
fn switch(values: &mut Vec<Value>, from: usize, [place, name, _]: &[&str; 3]) {
    if values.len() > from {
        values.insert(from, Value::dword(key(place), *name, 1));
    }
}

fn key(place: &str) -> String {
    if place.is_empty() { BASE.to_owned() } else { format!("{BASE}\\{place}") }
}

fn below([place, _, entries]: &[&str; 3]) -> String {
    format!("{BASE}\\{place}\\{entries}")
}
