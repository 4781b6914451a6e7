//! The PowerShell script for Windows Firewall: `Set-CrosswalkFirewall.ps1`.
//!
//! It adds rules with `New-NetFirewallRule`, compares them with what is there, and removes them again by their identifiers. All
//! but the data is constant and stands in `powershell.template.ps1` beside this file; text from the input gets into the script
//! as literals of [`literal`] only, one a line. Parameters go by splatting, so the names of the data are those of the cmdlet.

use super::{DEFAULT_IN, DEFAULT_OUT, RULES, values};
use crate::vendor::defender::powershell::literal;
use crate::vendor::{Artefact, Entry, Stamp};

/// Name of the artefact.
pub const FILE: &str = "Set-CrosswalkFirewall.ps1";

/// How to use the script.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says which rules were rewritten, and which are left to you. Then read the rules at the top of the script",
    "Keep a way back that does not need the network: have the console of the machine at hand, and save what is there with: netsh advfirewall export C:\\firewall-before.wfw",
    "Open 64-bit Windows PowerShell as administrator and look at the preview, which changes nothing: powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File .\\Set-CrosswalkFirewall.ps1 -WhatIf",
    "Run the same command without -WhatIf. It adds what is missing, blocks first, leaves every other rule alone, and then compares each rule with what is there",
    "Try what should be blocked and what should get through, from another machine",
    "Check again at any time: the same command with -Mode Verify. It changes nothing",
    "Take it back: the same command with -Mode Undo. It removes the rules of this file, by their identifiers, and sets default actions again as they were",
    "Exit code 0: done, and compared. 1: wrong parameter or unexpected error. 2: not elevated. 3: the firewall's cmdlets are not usable here. 5: the rules are there, but the firewall is off for a profile or a policy ignores local rules. 6: some rules could not be added or removed. 7: Verify found differences",
];

const TEMPLATE: &str = include_str!("powershell.template.ps1");

/// Parameters that take a list.
const LISTS: &[&str] = &["LocalPort", "RemotePort", "IcmpType", "LocalAddress", "RemoteAddress"];

/// The script: UTF-8 with a byte order mark, lines ended by CRLF.
pub(super) fn write(entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
    script(entries, stamp).map(|bytes| Artefact { name: FILE.into(), bytes }).into_iter().collect()
}

fn script(entries: &[Entry], stamp: &Stamp<'_>) -> Option<Vec<u8>> {
    let mut out = String::from("\u{FEFF}");
    let mut line = |text: &str| {
        out.push_str(text);
        out.push_str("\r\n");
    };
    let hash: String =
        stamp.input_sha256.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').collect();
    for text in TEMPLATE.lines() {
        match text.strip_prefix("# crosswalk:") {
            Some("stamp") => {
                line(&format!("# Made by Crosswalk {} from the input with SHA-256 {hash}", crate::VERSION));
            }
            Some("rules") => {
                for entry in entries.iter().filter(|e| e.list == RULES) {
                    rule(entry, &mut line)?;
                }
            }
            Some("defaults") => {
                for list in [DEFAULT_IN, DEFAULT_OUT] {
                    if entries.iter().any(|e| e.list == list) {
                        line(&format!("    {}", literal(list)?));
                    }
                }
            }
            Some("group") => {
                let short: String = hash.chars().take(12).collect();
                line(&format!("    {}", literal(format!("Crosswalk {short}").trim())?));
            }
            _ => line(text),
        }
    }
    Some(out.into_bytes())
}

fn rule(entry: &Entry, line: &mut impl FnMut(&str)) -> Option<()> {
    line("    @{");
    line(&format!("        DisplayName = {}", literal(&entry.value)?));
    for (name, value) in &entry.fields {
        if LISTS.contains(name) {
            let all: Option<Vec<String>> = values(entry, name).into_iter().map(literal).collect();
            line(&format!("        {name} = @({})", all?.join(", ")));
        } else {
            line(&format!("        {name} = {}", literal(value)?));
        }
    }
    line("    }");
    Some(())
}
