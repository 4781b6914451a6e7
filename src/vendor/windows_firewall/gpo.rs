//! Group Policy: each rule is one text of \[MS-GPFAS\] 2.2.2.19 below `WindowsFirewall\FirewallRules` (reference: defender, 5.6).
//!
//! `v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=445|LPort2_10=135-139|RA4=192.0.2.0/255.255.255.0|Name=…|`, with the
//! rule's identifier as the name of the value. No `Profile=` is every profile. Only tokens of the reference are written; an
//! address is a range or, for IPv4, a subnet with its mask, because the grammar names these two. `PolicyVersion` is that of a
//! real backup. A value can hold no `|`, so names were cleaned before.

use core::net::{IpAddr, Ipv4Addr};

use super::{DEFAULT_IN, DEFAULT_OUT, RULES, icmp, protocol_number, values};
use crate::policy::AddressRange;
use crate::vendor::registry::{Value, files};
use crate::vendor::{Artefact, Entry, Stamp};

/// Names of the files: three forms of the same values.
pub const FILES: [&str; 3] = ["windows-firewall.pol", "windows-firewall.lgpo.txt", "windows-firewall.reg"];

/// How to import them.
pub const STEPS: &[&str] = &[
    "Read report.html first: it says which rules were rewritten, and which are left to you. The three files say the same; take one",
    "Keep a way back: on a test machine save what is there with: netsh advfirewall export C:\\firewall-before.wfw; reg.exe export HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall C:\\firewall-policy-before.reg",
    "One machine: as administrator run LGPO.exe /t windows-firewall.lgpo.txt (LGPO.exe is part of Microsoft's Security Compliance Toolkit), then gpupdate.exe /force",
    "A domain: make a new, unlinked group policy object, and copy windows-firewall.pol as Registry.pol into its folder Machine in SYSVOL only if you know how to raise the version of the object; otherwise make the rules on a reference machine and import them in the editor",
    "windows-firewall.reg writes the same values at once: reg.exe import windows-firewall.reg; group policy may take them away again",
    "Check: wf.msc, Monitoring, Firewall lists the rules whose names begin with Crosswalk; or Get-NetFirewallRule -PolicyStore ActiveStore -DisplayName 'Crosswalk*'. Then try what should be blocked and what should get through",
    "Undo: delete the values with the identifiers of the .reg file below HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules (or unlink the object), and run gpupdate.exe /force",
];

const KEY: &str = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";

/// The schema of rules that a real backup states.
const POLICY_VERSION: u32 = 538;

const PROFILES: [&str; 3] = ["DomainProfile", "PrivateProfile", "PublicProfile"];

/// The files.
pub(super) fn write(entries: &[Entry], _: &Stamp<'_>) -> Vec<Artefact> {
    let mut all = vec![Value::dword(KEY, "PolicyVersion", POLICY_VERSION)];
    for profile in PROFILES {
        for list in [DEFAULT_IN, DEFAULT_OUT] {
            if entries.iter().any(|e| e.list == list) {
                // 1 = block.
                all.push(Value::dword(format!("{KEY}\\{profile}"), list, 1));
            }
        }
    }
    for entry in entries.iter().filter(|e| e.list == RULES) {
        all.push(Value::text(format!("{KEY}\\FirewallRules"), entry.field("Name"), text(entry)));
    }
    files(&all, FILES)
}

/// A rule as its text.
fn text(entry: &Entry) -> String {
    let mut text = String::from("v2.10|");
    let mut push = |name: &str, value: &str| text.push_str(&format!("{name}={value}|"));
    push("Action", entry.field("Action"));
    push("Active", "TRUE");
    push("Dir", if entry.field("Direction") == "Inbound" { "In" } else { "Out" });
    let protocol = protocol_number(entry.field("Protocol"));
    if let Some(number) = protocol {
        push("Protocol", &number.to_string());
    }
    for (field, one, range) in [("LocalPort", "LPort", "LPort2_10"), ("RemotePort", "RPort", "RPort2_10")] {
        for value in values(entry, field) {
            push(if value.contains('-') { range } else { one }, value);
        }
    }
    for value in icmp(entry) {
        push(if protocol == Some(58) { "ICMP6" } else { "ICMP4" }, &value);
    }
    for (field, four, six) in [("LocalAddress", "LA4", "LA6"), ("RemoteAddress", "RA4", "RA6")] {
        for range in values(entry, field).into_iter().filter_map(|v| v.parse::<AddressRange>().ok()) {
            push(if range.first.is_ipv4() { four } else { six }, &address(&range));
        }
    }
    let name = entry.value.as_str();
    for (token, value) in
        [("App", entry.field("Program")), ("Name", name), ("Desc", entry.field("Description"))]
    {
        if !value.is_empty() {
            push(token, value);
        }
    }
    text
}

/// `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.1`, `2001:db8::-2001:db8::ff`.
fn address(range: &AddressRange) -> String {
    match (range.first, range.prefix()) {
        (IpAddr::V4(first), Some(prefix @ 1..=31)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            format!("{first}/{}", Ipv4Addr::from(mask))
        }
        _ => format!("{}-{}", range.first, range.last),
    }
}
