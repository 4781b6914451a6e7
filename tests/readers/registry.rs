//! Policies in the registry: `Registry.pol` ([learn.microsoft.com] "registry policy file format"), the text of LGPO, `.reg`; and what
//! values of these keys mean to Defender and to Windows Firewall (ADMX, [MS-GPFAS]).

use super::{Obeyed, Wrong, rules, words};

/// A value of the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// Without the hive, which is that of the machine.
    pub key: String,
    pub name: String,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    Text(String),
    Number(u32),
}

// ---------------------------------------------------------------- Registry.pol

struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], Wrong> {
        if count > self.0.len() {
            return Err("the file ends early".to_owned());
        }
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        Ok(taken)
    }

    fn unit(&mut self) -> Result<u16, Wrong> {
        self.take(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn number(&mut self) -> Result<u32, Wrong> {
        self.take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn mark(&mut self, mark: char) -> Result<(), Wrong> {
        match self.unit()? {
            unit if u32::from(unit) == u32::from(mark) => Ok(()),
            other => Err(format!("{mark} was expected, {other:#06x} stands there")),
        }
    }

    /// Up to its NUL.
    fn text(&mut self) -> Result<String, Wrong> {
        let mut units = Vec::new();
        loop {
            match self.unit()? {
                0 => return String::from_utf16(&units).map_err(|e| e.to_string()),
                unit => units.push(unit),
            }
        }
    }
}

/// The values of a `Registry.pol`.
pub fn pol(bytes: &[u8]) -> Result<Vec<Value>, Wrong> {
    let mut at = Bytes(bytes);
    if at.take(4)? != b"PReg" || at.number()? != 1 {
        return Err("it does not begin as a policy file, version 1".to_owned());
    }
    let mut out = Vec::new();
    while !at.0.is_empty() {
        at.mark('[')?;
        let key = at.text()?;
        at.mark(';')?;
        let name = at.text()?;
        at.mark(';')?;
        let kind = at.number()?;
        at.mark(';')?;
        let size = at.number()? as usize;
        at.mark(';')?;
        let data = at.take(size)?.to_vec();
        at.mark(']')?;
        if name.starts_with("**") {
            return Err(format!("{name} changes what others have set"));
        }
        let data = match (kind, data.as_slice()) {
            (1, [text @ .., 0, 0]) => {
                let text = words::wide(text)?;
                if text.contains('\0') {
                    return Err(format!("{name}: text goes on behind its end"));
                }
                Data::Text(text)
            }
            (4, [a, b, c, d]) => Data::Number(u32::from_le_bytes([*a, *b, *c, *d])),
            _ => return Err(format!("{name}: type {kind} with {size} bytes")),
        };
        out.push(Value { key, name, data });
    }
    Ok(out)
}

// ---------------------------------------------------------------- LGPO text

/// The values of a text for LGPO. Keys and names are as they stand; data of `SZ` knows `\r`, `\n`, `\\`.
pub fn lgpo(bytes: &[u8]) -> Result<Vec<Value>, Wrong> {
    let text = match bytes {
        [0xFF, 0xFE, ..] => words::text(bytes)?,
        // Without a mark it is read in the code page of the machine.
        _ if bytes.is_ascii() => words::text(bytes)?,
        _ => return Err("characters beyond ASCII without a mark".to_owned()),
    };
    let mut out = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    let mut lines = text.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).peekable();
    while let Some(line) = lines.next() {
        // A comment or an empty line stands between entries only: within one it would be part of it.
        if block.is_empty() && (line.is_empty() || line.starts_with(';')) {
            continue;
        }
        block.push(line);
        if block.len() < 4 {
            continue;
        }
        let [who, key, name, action] = block[..] else { unreachable!("four lines") };
        if who != "Computer" {
            return Err(format!("{who} is not the machine"));
        }
        if lines.peek().is_some_and(|next| !next.is_empty() && !next.starts_with(';')) {
            return Err(format!("no empty line behind {name}"));
        }
        let data = match action.split_once(':') {
            Some(("SZ", data)) => Data::Text(unescaped(data)?),
            Some(("DWORD", number)) => {
                let parsed = match number.strip_prefix("0x") {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                Data::Number(parsed.map_err(|_| format!("{number} is no DWORD"))?)
            }
            _ => return Err(format!("{action} is nothing that sets a value")),
        };
        if name.is_empty() || name == "*" {
            return Err("a value without a name".to_owned());
        }
        out.push(Value { key: key.to_owned(), name: name.to_owned(), data });
        block.clear();
    }
    if !block.is_empty() {
        return Err(format!("an entry that ends early: {block:?}"));
    }
    Ok(out)
}

fn unescaped(data: &str) -> Result<String, Wrong> {
    let mut out = String::new();
    let mut chars = data.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\\') => out.push('\\'),
                Some('r') => out.push('\r'),
                Some('n') => out.push('\n'),
                other => return Err(format!("a backslash before {other:?} in {data}")),
            },
            c => out.push(c),
        }
    }
    Ok(out)
}

// ---------------------------------------------------------------- .reg

/// The values of a text for the registry editor.
pub fn reg(bytes: &[u8]) -> Result<Vec<Value>, Wrong> {
    if !bytes.starts_with(&[0xFF, 0xFE]) && !bytes.is_ascii() {
        return Err("characters beyond ASCII without a mark".to_owned());
    }
    let text = words::text(bytes)?;
    let mut lines = text.split("\r\n");
    if lines.next() != Some("Windows Registry Editor Version 5.00") {
        return Err("it does not begin as a file of the registry editor".to_owned());
    }
    let mut out = Vec::new();
    let mut key: Option<String> = None;
    for line in lines.filter(|l| !l.is_empty() && !l.starts_with(';')) {
        if line.contains(['\r', '\n']) {
            return Err(format!("a line end within a line: {line:?}"));
        }
        if let Some(path) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let path = path
                .strip_prefix("HKEY_LOCAL_MACHINE\\")
                .ok_or_else(|| format!("{path} is not of the machine"))?;
            key = Some(path.to_owned());
            continue;
        }
        let key = key.clone().ok_or("a value before its key")?;
        let (name, rest) = quoted(line)?;
        let rest = rest.strip_prefix('=').ok_or_else(|| format!("no = in {line}"))?;
        let data = match rest.strip_prefix("dword:") {
            Some(hex) if hex.len() == 8 => {
                Data::Number(u32::from_str_radix(hex, 16).map_err(|_| format!("{hex} is no DWORD"))?)
            }
            Some(hex) => return Err(format!("{hex} has not eight digits")),
            None => match quoted(rest)? {
                (text, "") => Data::Text(text),
                (_, more) => return Err(format!("{more} behind the value")),
            },
        };
        out.push(Value { key, name, data });
    }
    Ok(out)
}

/// What stands between quotation marks, and what comes behind.
fn quoted(text: &str) -> Result<(String, &str), Wrong> {
    let mut chars = text.strip_prefix('"').ok_or_else(|| format!("no quotation mark: {text}"))?.chars();
    let mut out = String::new();
    loop {
        match chars.next() {
            Some('"') => return Ok((out, chars.as_str())),
            Some('\\') => match chars.next() {
                Some(c @ ('"' | '\\')) => out.push(c),
                other => return Err(format!("a backslash before {other:?}")),
            },
            Some(c) => out.push(c),
            None => return Err(format!("no second quotation mark: {text}")),
        }
    }
}

// ---------------------------------------------------------------- what the values mean

const DEFENDER: &str = r"software\policies\microsoft\windows defender";
const FIREWALL: &str = r"software\policies\microsoft\windowsfirewall";

/// Lists: key below that of Defender, the switch beside it, the parameter of the same list.
const LISTS: &[(&str, &str, &str, &str)] = &[
    (r"exclusions\paths", "exclusions", "exclusions_paths", "ExclusionPath"),
    (r"exclusions\extensions", "exclusions", "exclusions_extensions", "ExclusionExtension"),
    (r"exclusions\processes", "exclusions", "exclusions_processes", "ExclusionProcess"),
    (r"exclusions\ipaddresses", "exclusions", "exclusions_ipaddresses", "ExclusionIpAddress"),
    (
        r"windows defender exploit guard\asr\asronlyexclusions",
        r"windows defender exploit guard\asr",
        "exploitguard_asr_asronlyexclusions",
        "AttackSurfaceReductionOnlyExclusions",
    ),
    (
        r"windows defender exploit guard\controlled folder access\allowedapplications",
        r"windows defender exploit guard\controlled folder access",
        "exploitguard_controlledfolderaccess_allowedapplications",
        "ControlledFolderAccessAllowedApplications",
    ),
    (
        r"windows defender exploit guard\controlled folder access\protectedfolders",
        r"windows defender exploit guard\controlled folder access",
        "exploitguard_controlledfolderaccess_protectedfolders",
        "ControlledFolderAccessProtectedFolders",
    ),
];

/// Numbers: key below that of Defender, value, the parameter that sets the same, least and most.
const NUMBERS: &[(&str, &str, &str, u32, u32)] = &[
    ("", "DisableLocalAdminMerge", "DisableLocalAdminMerge", 0, 1),
    ("", "PUAProtection", "PUAProtection", 0, 2),
    ("", "RandomizeScheduleTaskTimes", "RandomizeScheduleTaskTimes", 0, 1),
    ("", "SchedulerRandomizationTime", "SchedulerRandomizationTime", 1, 23),
    ("exclusions", "DisableAutoExclusions", "DisableAutoExclusions", 0, 1),
    ("real-time protection", "DisableRealtimeMonitoring", "DisableRealtimeMonitoring", 0, 1),
    ("real-time protection", "DisableBehaviorMonitoring", "DisableBehaviorMonitoring", 0, 1),
    ("real-time protection", "DisableIOAVProtection", "DisableIOAVProtection", 0, 1),
    ("real-time protection", "DisableScriptScanning", "DisableScriptScanning", 0, 1),
    ("real-time protection", "RealtimeScanDirection", "RealTimeScanDirection", 0, 2),
    ("scan", "ScheduleDay", "ScanScheduleDay", 0, 8),
    ("scan", "ScheduleTime", "ScanScheduleTime", 0, 1440),
    ("scan", "ScheduleQuickScanTime", "ScanScheduleQuickScanTime", 0, 1440),
    ("scan", "ScanParameters", "ScanParameters", 1, 2),
    ("scan", "AvgCPULoadFactor", "ScanAvgCPULoadFactor", 0, 100),
    ("scan", "ScanOnlyIfIdle", "ScanOnlyIfIdleEnabled", 0, 1),
    ("scan", "CheckForSignaturesBeforeRunningScan", "CheckForSignaturesBeforeRunningScan", 0, 1),
    ("scan", "DisableArchiveScanning", "DisableArchiveScanning", 0, 1),
    ("scan", "DisableEmailScanning", "DisableEmailScanning", 0, 1),
    ("scan", "DisableRemovableDriveScanning", "DisableRemovableDriveScanning", 0, 1),
    ("scan", "DisableScanningNetworkFiles", "DisableScanningNetworkFiles", 0, 1),
    (
        "scan",
        "DisableScanningMappedNetworkDrivesForFullScan",
        "DisableScanningMappedNetworkDrivesForFullScan",
        0,
        1,
    ),
    ("scan", "DisableCatchupFullScan", "DisableCatchupFullScan", 0, 1),
    ("scan", "DisableCatchupQuickScan", "DisableCatchupQuickScan", 0, 1),
    ("scan", "LowCpuPriority", "EnableLowCpuPriority", 0, 1),
    ("spynet", "SpynetReporting", "MAPSReporting", 0, 2),
    ("spynet", "SubmitSamplesConsent", "SubmitSamplesConsent", 0, 3),
    ("spynet", "DisableBlockAtFirstSeen", "DisableBlockAtFirstSeen", 0, 1),
    ("mpengine", "MpCloudBlockLevel", "CloudBlockLevel", 0, 6),
    ("mpengine", "MpBafsExtendedTimeout", "CloudExtendedTimeout", 0, 50),
    ("mpengine", "EnableFileHashComputation", "EnableFileHashComputation", 0, 1),
    ("quarantine", "PurgeItemsAfterDelay", "QuarantinePurgeItemsAfterDelay", 0, 10000),
    ("ux configuration", "UILockdown", "UILockdown", 0, 1),
    (
        r"windows defender exploit guard\controlled folder access",
        "EnableControlledFolderAccess",
        "EnableControlledFolderAccess",
        0,
        4,
    ),
    (
        r"windows defender exploit guard\network protection",
        "EnableNetworkProtection",
        "EnableNetworkProtection",
        0,
        2,
    ),
];

/// Actions by severity.
const SEVERITIES: [(&str, &str); 4] = [
    ("1", "LowThreatDefaultAction"),
    ("2", "ModerateThreatDefaultAction"),
    ("4", "HighThreatDefaultAction"),
    ("5", "SevereThreatDefaultAction"),
];

/// What Defender and Windows Firewall make of the values.
pub fn obeyed(values: &[Value]) -> Result<Obeyed, Wrong> {
    let mut out = Obeyed::default();
    let mut switched: Vec<&str> = Vec::new();
    let mut used: Vec<&str> = Vec::new();
    let mut seen: Vec<(String, String)> = Vec::new();
    let (mut version, mut firewall) = (false, false);
    for value in values {
        let (key, name) = (value.key.to_lowercase(), value.name.to_lowercase());
        if seen.contains(&(key.clone(), name.clone())) {
            return Err(format!(r"{}\{} stands twice", value.key, value.name));
        }
        seen.push((key.clone(), name.clone()));
        let told = || format!("what {} {} = {:?} means is not known", value.key, value.name, value.data);
        if let Some(below) = below(&key, FIREWALL) {
            firewall = true;
            match (below, &value.data) {
                ("firewallrules", Data::Text(text)) => out.rules.push(rules::gpfas(&value.name, text)?),
                ("", Data::Number(538)) if name == "policyversion" => version = true,
                (profile, Data::Number(number)) => {
                    let profile = profile.strip_suffix("profile").ok_or_else(told)?;
                    out.defaults.set(profile, &name, i64::from(*number))?;
                }
                _ => return Err(told()),
            }
            continue;
        }
        let below = below(&key, DEFENDER).ok_or_else(told)?;
        if let Some((of, .., parameter)) = LISTS.iter().find(|(list, ..)| *list == below) {
            if value.data != Data::Text("0".to_owned()) {
                return Err(format!("{}: a list holds names with the text 0", value.name));
            }
            used.push(of);
            out.exclusions.list(parameter).expect("a list").push(value.name.clone());
        } else if let Some((list, ..)) = LISTS.iter().find(|(_, k, n, _)| *k == below && *n == name) {
            if value.data != Data::Number(1) {
                return Err(told());
            }
            switched.push(list);
        } else if below == r"threats\threatseveritydefaultaction" {
            let (_, parameter) = SEVERITIES.iter().find(|(n, _)| *n == name).ok_or_else(told)?;
            let action = match &value.data {
                Data::Text(text) if ["2", "3", "6"].contains(&text.as_str()) => {
                    text.parse().expect("a digit")
                }
                _ => return Err(told()),
            };
            used.push("threats");
            out.set(parameter, action)?;
        } else if (below, name.as_str()) == ("threats", "threats_threatseveritydefaultaction") {
            if value.data != Data::Number(1) {
                return Err(told());
            }
            switched.push("threats");
        } else {
            let fits = |(k, n, ..): &&(&str, &str, &str, u32, u32)| *k == below && n.to_lowercase() == name;
            let (_, _, parameter, least, most) = NUMBERS.iter().find(fits).ok_or_else(told)?;
            match &value.data {
                Data::Number(n) if (least..=most).contains(&n) => out.set(parameter, i64::from(*n))?,
                _ => return Err(told()),
            }
        }
    }
    used.sort_unstable();
    used.dedup();
    switched.sort_unstable();
    if firewall != version {
        return Err("the version of the firewall's policy is not told".to_owned());
    }
    // A list that is not switched on is not in force; one that is switched on and empty says that there are none.
    match used == switched {
        true => Ok(out),
        false => Err(format!("lists {used:?}, switched on {switched:?}")),
    }
}

/// What of a key lies below another.
fn below<'k>(key: &'k str, of: &str) -> Option<&'k str> {
    match key.strip_prefix(of)? {
        "" => Some(""),
        rest => rest.strip_prefix('\\'),
    }
}
