//! What a value looks like. Used to propose meanings, and as the signature of a column that has no name.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::intake::secret;
use crate::policy::AddressRange;

/// Looks, from the most special to the most general.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Nothing.
    Empty,
    /// `0`, `1`, `yes`, `off` …
    Switch,
    /// Digits.
    Number,
    /// Numbers with a dash or comma: ports.
    Ports,
    /// An IP address, subnet or range.
    Address,
    /// 32, 40 or 64 hexadecimal digits.
    Hash,
    /// A web address.
    Url,
    /// A path or file mask.
    Path,
    /// A threat name in the vendor's form.
    Threat,
    /// A value that was withheld.
    Secret,
    /// Anything else.
    Text,
}

impl Look {
    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Switch => "yes or no",
            Self::Number => "numbers",
            Self::Ports => "ports",
            Self::Address => "IP addresses",
            Self::Hash => "hashes",
            Self::Url => "web addresses",
            Self::Path => "paths or file masks",
            Self::Threat => "threat names",
            Self::Secret => "withheld",
            Self::Text => "text",
        }
    }
}

/// What a value looks like.
pub fn look(value: &str) -> Look {
    let value = value.trim();
    // A lone `*` is how lists write "any".
    if value.is_empty() || value == "*" {
        return Look::Empty;
    }
    if value == secret::MARKER {
        return Look::Secret;
    }
    if super::vocabulary::meaning_of(super::Role::Enabled, value).is_some() {
        return Look::Switch;
    }
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return Look::Number;
    }
    if value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b',' | b' ' | b';')) {
        return Look::Ports;
    }
    if value.parse::<AddressRange>().is_ok() || value.parse::<IpAddr>().is_ok() {
        return Look::Address;
    }
    if is_hash(value) {
        return Look::Hash;
    }
    if is_url(value) {
        return Look::Url;
    }
    if is_threat(value) {
        return Look::Threat;
    }
    if is_path(value) {
        return Look::Path;
    }
    Look::Text
}

/// MD5, SHA-1 or SHA-256 in hexadecimal.
pub fn is_hash(value: &str) -> bool {
    matches!(value.len(), 32 | 40 | 64) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_url(value: &str) -> bool {
    let rest = ["http://", "https://", "ftp://", "*://", "www."].iter().any(|p| value.starts_with(p));
    let domain = || {
        // `*.example.com/*`: names with dots, the last of letters that are no usual file extension.
        let host = value.trim_start_matches("*.").split('/').next().unwrap_or("");
        let parts: Vec<&str> = host.split('.').collect();
        let name = |p: &&str| !p.is_empty() && p.chars().all(|c| c.is_alphanumeric() || c == '-');
        parts.len() >= 2
            && parts.iter().all(name)
            && parts.last().is_some_and(|last| TOP.contains(last))
            && !value.contains('\\')
    };
    rest || domain()
}

/// Domains at the top that are not also extensions of files.
const TOP: &[&str] =
    &["net", "org", "info", "de", "ru", "fr", "eu", "uk", "us", "it", "es", "pl", "example", "local", "biz"];

/// Classes with which the vendor's names begin.
#[rustfmt::skip]
const CLASSES: [&str; 21] = [
    "Trojan", "Trojan-Downloader", "Trojan-Dropper", "Trojan-Ransom", "Trojan-Spy", "Trojan-PSW", "Trojan-Banker", "Virus",
    "Worm", "Net-Worm", "Email-Worm", "P2P-Worm", "Backdoor", "Exploit", "Rootkit", "HackTool", "Hoax", "AdWare", "RiskTool",
    "RemoteAdmin", "Packed",
];

/// What stands before a class.
const PREFIXES: [&str; 6] = ["HEUR:", "not-a-virus:", "PDM:", "UDS:", "VHO:", "MEM:"];

/// A threat name or mask in the vendor's form: `HEUR:…`, `not-a-virus:*`, `Trojan.Win32.Generic`.
pub fn is_threat(text: &str) -> bool {
    let rest = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix));
    let class = rest.unwrap_or(text).split_once('.');
    !text.contains([' ', '\\', '/'])
        && (rest.is_some_and(|r| !r.is_empty())
            || class.is_some_and(|(class, more)| !more.is_empty() && CLASSES.contains(&class))
            || text == "EICAR-Test-File")
}

fn is_path(value: &str) -> bool {
    let bytes = value.as_bytes();
    let drive = bytes.get(1) == Some(&b':') && bytes.first().is_some_and(u8::is_ascii_alphabetic);
    let variable = value.strip_prefix('%').is_some_and(|rest| rest.contains('%'));
    let mask = value.contains('*') && value.contains('.');
    let device = ["USBSTOR\\", "USB\\", "PCI\\", "HID\\", "ACPI\\", "SCSI\\", "BTHENUM\\"];
    if device.iter().any(|d| value.get(..d.len()).is_some_and(|start| start.eq_ignore_ascii_case(d))) {
        return false;
    }
    drive && !matches!(bytes.get(2), Some(c) if !matches!(c, b'\\' | b'/'))
        || variable
        || value.contains('\\')
        || value.starts_with('/')
        || mask
        || bare_file(value)
}

/// `orders.exe`: one name and a usual extension.
fn bare_file(value: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "exe", "dll", "sys", "com", "bat", "cmd", "ps1", "vbs", "js", "msi", "tmp", "log", "mdf", "ldf",
        "ndf", "edb", "pst", "dat", "db", "bak", "zip", "vhd", "vhdx", "vmdk", "jar",
    ];
    let Some((name, extension)) = value.rsplit_once('.') else { return false };
    !name.is_empty()
        && !name.contains(char::is_whitespace)
        && EXTENSIONS.iter().any(|e| e.eq_ignore_ascii_case(extension))
}

/// What most values look like: the look and its share of those that are not empty, in percent.
pub fn of_most<'v>(values: impl Iterator<Item = &'v str>) -> (Look, u32) {
    let mut counts: Vec<(Look, u32)> = Vec::new();
    let mut all = 0;
    for found in values.map(look).filter(|l| *l != Look::Empty) {
        all += 1;
        match counts.iter_mut().find(|(l, _)| *l == found) {
            Some((_, n)) => *n += 1,
            None => counts.push((found, 1)),
        }
    }
    // A column of 0, 1 and 7 holds numbers.
    let count = |wanted: Look| counts.iter().find(|(l, _)| *l == wanted).map_or(0, |(_, n)| *n);
    let numbers = count(Look::Number) + count(Look::Ports);
    if numbers > 0 && numbers + count(Look::Switch) == all {
        let look = if count(Look::Ports) > 0 { Look::Ports } else { Look::Number };
        return (look, 100);
    }
    counts.sort_by_key(|(look, n)| (u32::MAX - n, *look));
    counts.first().map_or((Look::Empty, 100), |(look, n)| (*look, n * 100 / all.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        for (value, expected) in [
            ("", Look::Empty),
            ("1", Look::Switch),
            ("Да", Look::Switch),
            ("443", Look::Number),
            ("80, 443", Look::Ports),
            ("8000-8100", Look::Ports),
            ("192.0.2.0/24", Look::Address),
            ("2001:db8::1", Look::Address),
            ("https://orders.example/x", Look::Url),
            ("*.example.org/*", Look::Url),
            (r"D:\Data\", Look::Path),
            (r"\\server\share", Look::Path),
            ("%ProgramFiles%\\x", Look::Path),
            ("/srv/db", Look::Path),
            ("*.mdf", Look::Path),
            ("orders.exe", Look::Path),
            ("not-a-virus:*", Look::Threat),
            ("Trojan.Win32.Generic", Look::Threat),
            ("HEUR:Trojan.Script.Generic", Look::Threat),
            ("Order database", Look::Text),
            ("D:x", Look::Text),
            ("0123456789abcdef0123456789abcdef", Look::Hash),
        ] {
            assert_eq!(look(value), expected, "{value}");
        }
        assert_eq!(of_most(["0", "1", "305", ""].into_iter()), (Look::Number, 100));
        assert_eq!(of_most(["1", "0"].into_iter()), (Look::Switch, 100));
        assert_eq!(of_most(["", ""].into_iter()), (Look::Empty, 100));
    }
}
