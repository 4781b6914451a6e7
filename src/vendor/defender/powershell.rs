//! The PowerShell script for Microsoft Defender Antivirus: `Set-DefenderExclusions.ps1`.
//!
//! It adds to lists with `Add-MpPreference`, sets settings with `Set-MpPreference` where they differ, verifies what is in
//! force, and takes back what it did: additions are removed, settings put back as they were. Everything but the lists and the
//! numbers of settings is constant and stands in `powershell.template.ps1` beside this file.
//!
//! Documented at <https://learn.microsoft.com/powershell/module/defender/add-mppreference> (the cmdlets) and in
//! *about_Quoting_Rules* (the literals). The five characters that PowerShell takes for a single quote are
//! `'` and U+2018 to U+201B: inside a single-quoted literal each is written twice, and nothing else means anything.
//!
//! Text from the input gets into the script by [`literal`] only, one literal a line: never into a comment, never into
//! a double-quoted string, never into a command.
//!
//! ```
//! use crosswalk::vendor::Entry;
//! use crosswalk::vendor::defender::powershell::{FILE, Stamp, literal, script};
//!
//! assert_eq!(literal(r"C:\Bob's $(files)").as_deref(), Some(r"'C:\Bob''s $(files)'"));
//! assert_eq!(literal("two\nlines"), None);
//!
//! let entries = [Entry::new(FILE, "ExclusionPath", r"C:\Data"), Entry::new(FILE, "DisableArchiveScanning", "0")];
//! let bytes = script(&entries, &Stamp { version: "1.0.0", input_sha256: "00" })?;
//! assert!(bytes.starts_with(b"\xEF\xBB\xBF#Requires -Version 5.1\r\n"));
//! # Ok::<(), crosswalk::vendor::defender::powershell::Refused>(())
//! ```

use std::{error, fmt};

/// Name of the artefact.
pub const FILE: &str = "Set-DefenderExclusions.ps1";

/// How to use the script, in order, for the technician who imports it.
pub const STEPS: &[&str] = &[
    "Remove the Kaspersky product and restart, so that Microsoft Defender Antivirus becomes the active antivirus. The script \
     checks this and stops otherwise; -Force goes past the check.",
    "Read the lists at the top of the script: each line is something that Defender will not scan, or a setting. Do not edit the file later; \
     undo needs the very same lists. Keep it where ordinary users cannot read it.",
    "If a security team watches these computers, tell them first: scripts that add exclusions raise alerts.",
    "Open 64-bit Windows PowerShell as administrator and look at the preview, which changes nothing: powershell.exe -NoProfile \
     -NonInteractive -ExecutionPolicy Bypass -File .\\Set-DefenderExclusions.ps1 -WhatIf",
    "Run the same command without -WhatIf. It adds what is missing to the lists, keeps what is there, sets the settings that \
     differ, and then checks what is in force.",
    "Check again at any time, for example after a restart or a policy update: the same command with -Mode Verify. It changes \
     nothing in Defender.",
    "Take it back: the same command with -Mode Undo. It removes what Apply added on this computer and nothing that was there \
     before, and puts settings back as they were. Without the record of that Apply it removes nothing and lists what is left for you to judge.",
    "For many computers give the file to your RMM tool: run as SYSTEM, in 64-bit PowerShell, with -File and not with -Command, \
     because -Command turns every exit code but 0 into 1. It never asks anything.",
    "Exit code 0: done, and checked. 1: wrong parameter or unexpected error. 2: not elevated. 3: Defender's cmdlets are not \
     usable here, or Defender hides its exclusions. 4: Defender is not the active antivirus. 5: Tamper Protection or a policy \
     seems to keep the change out. 6: some entries or settings could not be brought in, or not taken back. 7: Verify found missing entries or other settings. 8: no \
     usable record, or its folder is not safe.",
    "After code 5 bring the exclusions by the tool that manages Defender (Intune or Group Policy); lists that are set on the \
     computer itself have no effect there.",
    "The log is C:\\ProgramData\\Crosswalk\\DefenderExclusions.log, readable by administrators only; -LogPath names another.",
];

use super::{LISTS, windows};
use crate::vendor::{Artefact, Entry};

/// Whether the script has a place for a list or setting.
pub(super) fn carries(list: &str) -> bool {
    LISTS.contains(&list) || windows::find(list).is_some()
}

/// The script for the entries.
pub(super) fn write(entries: &[Entry], stamp: &crate::vendor::Stamp<'_>) -> Vec<Artefact> {
    let stamp = Stamp { version: crate::VERSION, input_sha256: stamp.input_sha256 };
    let bytes = script(entries, &stamp).ok();
    bytes.map(|bytes| Artefact { name: FILE.into(), bytes }).into_iter().collect()
}

/// Where the script comes from, for its header. Only ASCII letters, digits and `.`, `+`, `-` get there.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Version of Crosswalk.
    pub version: &'a str,
    /// SHA-256 of the input, in hexadecimal.
    pub input_sha256: &'a str,
}

/// A value that cannot stand in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The parameter whose list or value it is.
    pub list: &'static str,
    /// Its position among those of that parameter, from 0.
    pub value_index: usize,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "entry {} of {} holds a control character or a line separator, or is no number where one is needed; remove it there",
            self.value_index.saturating_add(1),
            self.list
        )
    }
}

impl error::Error for Refused {}

const TEMPLATE: &str = include_str!("powershell.template.ps1");

/// Lines of the template that start so are replaced whole.
const MARK: &str = "# crosswalk:";

/// The value as a PowerShell single-quoted literal, or nothing if it holds a control character (C0, DEL, C1) or one of the
/// separators U+2028 and U+2029, which editors and logs take for the end of a line.
#[must_use]
pub fn literal(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len().saturating_add(2));
    push_literal(&mut text, value).then_some(text)
}

/// Appends the literal; false, with `out` in an unfinished state, if the value is refused.
fn push_literal(out: &mut String, value: &str) -> bool {
    out.push('\'');
    for c in value.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            return false;
        }
        if matches!(c, '\'' | '\u{2018}'..='\u{201B}') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    true
}

/// The script: UTF-8 with a byte order mark (without one, Windows PowerShell reads the ANSI code page), lines ended by CRLF.
/// Entries of [`LISTS`] and of [`windows::SETTINGS`], in order; others are left out.
///
/// # Errors
///
/// The first value that [`literal`] refuses, or that is no number where a setting needs one.
pub fn script(entries: &[Entry], stamp: &Stamp<'_>) -> Result<Vec<u8>, Refused> {
    let data: usize = entries.iter().map(|entry| entry.value.len().saturating_add(8)).sum();
    let mut out = String::with_capacity(TEMPLATE.len().saturating_add(data));
    out.push('\u{FEFF}');
    // One pass over the template: inserted text is never looked at again, so it may look like a marker.
    for line in TEMPLATE.lines() {
        match line.strip_prefix(MARK) {
            Some("stamp") => {
                out.push_str("# Made by Crosswalk ");
                out.extend(stamp.version.chars().filter(stampable));
                out.push_str(" from the input with SHA-256 ");
                out.extend(stamp.input_sha256.chars().filter(stampable));
                out.push_str("\r\n");
            }
            Some("settings") => push_settings(&mut out, entries)?,
            Some(list) => push_list(&mut out, list, entries)?,
            None => {
                out.push_str(line);
                out.push_str("\r\n");
            }
        }
    }
    Ok(out.into_bytes())
}

fn stampable(c: &char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-')
}

/// One literal a line, without commas: a line can be read, and compared, by itself.
fn push_list(out: &mut String, list: &str, entries: &[Entry]) -> Result<(), Refused> {
    for (value_index, entry) in entries.iter().filter(|e| e.list == list).enumerate() {
        out.push_str("    ");
        if !push_literal(out, &entry.value) {
            return Err(Refused { list: entry.list, value_index });
        }
        out.push_str("\r\n");
    }
    Ok(())
}

/// One setting a line, in the order of the table. A setting has one value: the last that was given.
fn push_settings(out: &mut String, entries: &[Entry]) -> Result<(), Refused> {
    for setting in windows::SETTINGS {
        let Some(entry) = entries.iter().rfind(|e| e.list == setting.name) else { continue };
        let number = setting.form.read(&entry.value);
        let Some(number) = number else { return Err(Refused { list: setting.name, value_index: 0 }) };
        out.push_str(&format!("    {} = {number}\r\n", setting.name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LISTS, MARK, TEMPLATE};

    #[test]
    fn template_has_each_marker_once_and_no_other() {
        let mut found: Vec<_> = TEMPLATE.lines().filter_map(|line| line.strip_prefix(MARK)).collect();
        found.sort_unstable();
        let mut expected: Vec<&str> = LISTS.iter().copied().chain(["settings", "stamp"]).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(
            TEMPLATE.matches("crosswalk:").count(),
            expected.len(),
            "a marker that does not start its line is not replaced"
        );
    }

    #[test]
    fn template_is_plain_ascii() {
        // Then only the values depend on the byte order mark.
        assert!(TEMPLATE.bytes().all(|b| b == b'\n' || b == b'\r' || (b' '..=b'~').contains(&b)));
    }
}
