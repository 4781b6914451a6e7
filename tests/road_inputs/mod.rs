//! Inputs for the kinds of settings that lists of masks do not have: protection, schedules, hashes, addresses of the web, programs,
//! Macs, packet rules. Values are hostile now and then; some lists are longer than one file may be.

use std::collections::BTreeMap;

use crosswalk::options::{Confirmed, Options};
use crosswalk::vendor::Entry;
use serde_json::json;

use crate::common::generous;
use crate::draw::Dice;
use crate::judge::readers::rules::{self, WindowsRule};

const NAMES: [&str; 16] = [
    "Orders",
    "a b",
    "O'Brien",
    "Ä ß 東京",
    "x;y",
    "a,b",
    "=1+1",
    "\"q\"",
    "$(x)",
    "`n",
    "%d",
    "{0}",
    "a|b",
    "[x]",
    "<b>&",
    "\u{2019}",
];

/// Name, text, options.
pub fn drawn(dice: &mut Dice) -> (&'static str, String, Options) {
    match dice.below(8) {
        0..=2 => ("x.ini", kesl(dice), generous()),
        3 => table(
            dice,
            "exclusion",
            "kes",
            &[("Path", "path"), ("Hash", "hash"), ("Comment", "comment")],
            hashes,
        ),
        4 => table(dice, "web-rule", "", &[("Name", "name"), ("Action", "action"), ("Address", "url")], web),
        5 => {
            let columns = [("Path", "path"), ("Include subfolders", "subfolders"), ("Comment", "comment")];
            table(dice, "exclusion", "mac-path", &columns, |dice| {
                vec![mac_path(dice), ["yes", "no", ""][dice.below(3)].to_owned(), word(dice)]
            })
        }
        6 => {
            let language = ["kes", "kesl"][dice.below(2)];
            let columns = [("Program", "path"), ("Opened files", "opened-files"), ("Children", "children")];
            table(dice, "trusted-application", language, &columns, move |dice| {
                let place = if language == "kes" { r"C:\Tools\" } else { "/opt/tools/" };
                let switch = |dice: &mut Dice| ["yes", "no"][dice.below(2)].to_owned();
                vec![format!("{place}{}", word(dice)), switch(dice), switch(dice)]
            })
        }
        _ => table(dice, "network-attack-exclusion", "", &[("Address", "remote-address")], |dice| {
            vec![
                [
                    "192.0.2.77",
                    "10.0.0.0/8",
                    "2001:db8::1",
                    "192.0.2.1-192.0.2.9",
                    "host",
                    "192.0.2.77, 192.0.2.78",
                ][dice.below(6)]
                .to_owned(),
            ]
        }),
    }
}

fn word(dice: &mut Dice) -> String {
    let one = dice.pick(&NAMES).to_owned();
    if dice.once_in(3) { format!("{one} {}", dice.below(50)) } else { one }
}

fn mac_path(dice: &mut Dice) -> String {
    let place =
        dice.pick(&["/Library/", "/Volumes/Vault/", "/", "/opt/*/", "relative/", "/Users/u/"]).to_owned();
    let end = ["", "/", "*"][dice.below(3)];
    format!("{place}{}{end}", word(dice))
}

/// Digits that differ from row to row.
fn digits(dice: &mut Dice, count: usize) -> String {
    let letters: Vec<char> = "0123456789abcdef".chars().collect();
    let mut out: String = (0..count).map(|_| letters[dice.below(16)]).collect();
    if dice.once_in(4) {
        out.make_ascii_uppercase();
    }
    out
}

fn hashes(dice: &mut Dice) -> Vec<String> {
    let count = [64, 64, 64, 40, 32, 31][dice.below(6)];
    let hash = if dice.once_in(12) { "a".repeat(64) } else { digits(dice, count) };
    let path = if dice.once_in(3) { format!(r"C:\Data\{}.exe", word(dice)) } else { String::new() };
    vec![path, hash, word(dice)]
}

fn web(dice: &mut Dice) -> Vec<String> {
    let host =
        format!("{}{}.example", ["shop", "www.portal", "a-b", "münchen"][dice.below(4)], dice.below(400));
    let address = match dice.below(12) {
        0 => format!("https://{host}/"),
        1 => format!("https://{host}/login"),
        2 => format!("http://{host}/a?b=c,d"),
        3 => format!("*.{host}"),
        4 => format!("203.0.113.{}", dice.below(256)),
        5 => "10.1.2.3".to_owned(),
        6 => format!("http://{host}:8080/"),
        7 => format!("2001:db8::{}", dice.below(99)),
        8 => format!("{host}/path"),
        9 => host.to_uppercase(),
        _ => host,
    };
    vec![word(dice), ["Allow", "Block"][dice.below(2)].to_owned(), address]
}

type Columns<'c> = &'c [(&'c str, &'c str)];

/// A list with confirmed columns, as a CSV.
fn table(
    dice: &mut Dice,
    rows: &str,
    language: &str,
    columns: Columns<'_>,
    row: impl Fn(&mut Dice) -> Vec<String>,
) -> (&'static str, String, Options) {
    let count = if dice.once_in(12) { 480 + dice.below(600) } else { 1 + dice.below(12) };
    let quoted = |text: &String| match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.clone(),
    };
    let mut text = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",") + "\n";
    for _ in 0..count {
        let cells: Vec<String> = row(dice).iter().map(quoted).collect();
        text.push_str(&(cells.join(",") + "\n"));
    }
    let named: Vec<_> = columns.iter().map(|(name, role)| json!({"name": name, "role": role})).collect();
    let mut otherwise = serde_json::Map::new();
    otherwise.insert("enabled".to_owned(), json!("on"));
    if rows == "exclusion" {
        otherwise.insert("components".to_owned(), json!("all"));
        if columns.iter().all(|(_, role)| *role != "subfolders") {
            otherwise.insert("subfolders".to_owned(), json!("on"));
        }
    }
    let mut mapping =
        json!({"source": "rows", "confirmed": true, "rows": rows, "columns": named, "otherwise": otherwise});
    if !language.is_empty() {
        mapping["language"] = json!(language);
    }
    let mut options = generous();
    match serde_json::from_value(mapping) {
        Ok(mapping) => options.answers.columns.push(Confirmed { input: None, mapping }),
        Err(wrong) => panic!("{rows} {language}: {wrong}"),
    }
    ("x.csv", text, options)
}

/// An export with settings of protection, in some of the values that they have.
fn kesl(dice: &mut Dice) -> String {
    let yes = |dice: &mut Dice| ["Yes", "No", "Yes", "No", "Perhaps"][dice.below(5)];
    let mut out = String::from("Version=12.1.0.1274\n[AppSettings]\n");
    for key in ["UseKSN", "CloudMode", "DetectOtherObjects", "UseProxy"] {
        if dice.once_in(2) {
            let value = match key {
                "UseKSN" => ["No", "Basic", "Extended", "Yes"][dice.below(4)],
                _ => yes(dice),
            };
            out.push_str(&format!("{key}={value}\n"));
        }
    }
    let mut number = 0;
    for (name, kind) in [
        ("File_Threat_Protection", "OAS"),
        ("Behavior_Detection", "BehaviorDetection"),
        ("Network_Threat_Protection", "NTP"),
        ("Firewall_Management", "Firewall"),
        ("Web_Threat_Protection", "WTP"),
    ] {
        if dice.once_in(4) {
            continue;
        }
        let at = format!("MonitoringTask.item_{number:04}");
        number += 1;
        out.push_str(&format!("[{at}]\nTaskName={name}\nTaskType={kind}\nActive={}\n", yes(dice)));
        out.push_str(&format!("[{at}.Settings]\n{}", settings(kind, dice)));
        if kind == "OAS" && dice.once_in(2) {
            out.push_str(&format!(
                "[{at}.Settings.ScanScope.item_0000]\nAreaDesc=All\nUseScanArea=Yes\nPath={}\nAreaMask.item_0000=*\n",
                ["/", "/home", "Shared:SMB", "AllRemoteMounted"][dice.below(4)]
            ));
        }
        if kind == "NTP" && dice.once_in(2) {
            out.push_str("ExcludeIPs.item_0000=192.0.2.15\nExcludeIPs.item_0001=198.51.100.0/24\n");
        }
        if kind == "Firewall" {
            for n in 0..dice.below(5) {
                let spec = ["TCP", "UDP", "ICMP", "Any"][dice.below(4)];
                out.push_str(&format!(
                    "[{at}.Settings.PacketRules.item_{n:04}]\nName={}\nFirewallAction={}\nProtocol={spec}\nDirection={}\nRemoteAddress={}\n",
                    word(dice),
                    ["Allow", "Block"][dice.below(2)],
                    ["In", "Out", "InOut"][dice.below(3)],
                    ["Any", "192.0.2.15", "198.51.100.0/24", "2001:db8::/32"][dice.below(4)],
                ));
                if spec == "TCP" {
                    out.push_str(&format!("LocalPorts={}\n", ["Any", "443", "80"][dice.below(3)]));
                }
            }
        }
    }
    for n in 0..dice.below(4) {
        let at = format!("OnDemandTask.item_{n:04}");
        let name = ["Scan_My_Computer", "Critical_Areas_Scan", "Night scan", "Quay"][dice.below(4)];
        out.push_str(&format!("[{at}]\nTaskName={name}\nTaskType=ODS\nTaskId={}\n", n + 2));
        out.push_str(&format!("[{at}.Settings]\n{}", settings("ODS", dice)));
        let rule = ["1", "2", "3", "4", "6", "Weekly", "Daily", "Manual", "Hourly"][dice.below(9)];
        let start = [
            "03:15:00;Sunday;1",
            "22:40:00;1",
            "2026/April/12 04:20:00;Sunday;2",
            "00:00:00;Monday;1",
            "23:59:00;1",
            "24:00:00;1",
        ][dice.below(6)];
        out.push_str(&format!(
            "[{at}.Schedule]\nRuleType={rule}\nStartTime={start}\nRandomInterval={}\nRunMissedStartRules={}\n",
            dice.below(30),
            dice.below(2)
        ));
    }
    out
}

fn settings(kind: &str, dice: &mut Dice) -> String {
    let values: &[(&str, &[&str])] = match kind {
        "OAS" | "ODS" => &[
            ("ScanArchived", &["Yes", "No"]),
            ("ScanMailBases", &["Yes", "No"]),
            ("FirstAction", &["Disinfect", "Remove", "Recommended", "Block"]),
            ("SecondAction", &["Disinfect", "Remove", "Recommended", "Block", "Skip"]),
            ("UseAnalyzer", &["Yes", "No"]),
            ("HeuristicLevel", &["Light", "Medium", "Deep", "Recommended"]),
            ("SizeLimit", &["0", "100"]),
            ("TimeLimit", &["0", "60"]),
            ("ScanPriority", &["Idle", "Normal", "High"]),
            ("UseExcludeMasks", &["Yes", "No"]),
            ("ExcludeMasks.item_0000", &["*.swp", "*.tmp"]),
        ],
        "NTP" => &[("BlockAttackingHosts", &["Yes", "No"]), ("UseExcludeIPs", &["Yes", "No"])],
        "Firewall" => &[
            ("DefaultIncomingAction", &["Allow", "Block"]),
            ("DefaultIncomingPacketAction", &["Allow", "Block"]),
            ("OpenNagentPorts", &["Yes", "No"]),
        ],
        "WTP" => &[("ActionOnDetect", &["Block", "Notify"]), ("CheckMalicious", &["Yes", "No"])],
        _ => &[("UseTrustedPrograms", &["Yes", "No"]), ("TaskMode", &["Block", "Notify"])],
    };
    let mut out = String::new();
    for (key, words) in values {
        if dice.once_in(2) {
            out.push_str(&format!("{key}={}\n", words[dice.below(words.len())]));
        }
    }
    out
}

/// The rules that entries speak of, and the defaults: names in lower case, 1 for block, for all profiles.
pub fn rules_of(entries: &[&Entry]) -> Result<(Vec<WindowsRule>, BTreeMap<String, i64>), String> {
    let (mut rules, mut defaults) = (Vec::new(), BTreeMap::new());
    for entry in entries {
        if entry.list != "New-NetFirewallRule" {
            let (name, value) = default_of(entry)?;
            defaults.insert(name, value);
            continue;
        }
        let mut rule = WindowsRule { name: entry.value.clone(), ..WindowsRule::blank() };
        for (name, value) in &entry.fields {
            let parts = || value.split(',');
            match (*name, value.as_str()) {
                ("Name", id) => rule.id = id.to_lowercase(),
                ("Direction", "Inbound") => rule.inbound = true,
                ("Direction", "Outbound") => rule.inbound = false,
                ("Action", "Allow") => rule.allow = true,
                ("Action", "Block") => rule.allow = false,
                ("Protocol", "Any") => rule.protocol = None,
                ("Protocol", "TCP") => rule.protocol = Some(6),
                ("Protocol", "UDP") => rule.protocol = Some(17),
                ("Protocol", "ICMPv4") => rule.protocol = Some(1),
                ("Protocol", "ICMPv6") => rule.protocol = Some(58),
                ("Protocol", number) => rule.protocol = Some(number.parse().map_err(|_| number.to_owned())?),
                ("LocalPort", _) => rule.local_ports = parts().map(rules::port).collect::<Result<_, _>>()?,
                ("RemotePort", _) => {
                    rule.remote_ports = parts().map(rules::port).collect::<Result<_, _>>()?
                }
                ("LocalAddress", _) => rule.local = parts().map(rules::address).collect::<Result<_, _>>()?,
                ("RemoteAddress", _) => {
                    rule.remote = parts().map(rules::address).collect::<Result<_, _>>()?
                }
                ("IcmpType", _) => {
                    rule.icmp = parts().map(|p| rules::icmp(p, true)).collect::<Result<_, _>>()?
                }
                ("Program", path) => rule.program = Some(path.to_lowercase()),
                other => return Err(format!("a field that is not known: {other:?}")),
            }
        }
        rules.push(rule);
    }
    Ok((rules, defaults))
}

/// A default of every profile.
fn default_of(entry: &Entry) -> Result<(String, i64), String> {
    let known = ["DefaultInboundAction", "DefaultOutboundAction"];
    match (known.contains(&entry.list), entry.value.as_str(), entry.fields.as_slice()) {
        (true, "Block", []) => Ok((entry.list.to_lowercase(), 1)),
        (true, "Allow", []) => Ok((entry.list.to_lowercase(), 0)),
        _ => Err(format!("no rule and no default: {entry:?}")),
    }
}
