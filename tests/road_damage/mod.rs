//! Damage to vendor files, each a thing that changes what the product would do: an entry less, one more, another letter,
//! another number, allow for block, one port further, two values exchanged, a key in other letters.

use serde_json::Value;

use crate::judge::readers::words;

type Mutants = Vec<(&'static str, Vec<u8>)>;

/// Every damage to a file that is tried.
pub fn mutants(name: &str, bytes: &[u8]) -> Mutants {
    let extension = name.rsplit('.').next().unwrap_or("");
    match extension {
        "pol" => pol(bytes),
        "json" => json(bytes),
        "plist" | "mobileconfig" => lines(bytes, plist_line),
        "csv" => lines(bytes, csv_line),
        "ps1" => script(bytes),
        "reg" => lines(bytes, reg_line),
        "txt" if name.contains("lgpo") => lgpo(bytes),
        _ => lines(bytes, |_, line| vec![("another entry", Some(format!("{line}x")))]),
    }
}

/// The first line that differs.
pub fn first(one: &[u8], other: &[u8]) -> String {
    let (one, other) =
        (String::from_utf8_lossy(one).into_owned(), String::from_utf8_lossy(other).into_owned());
    let mut pairs = one.lines().zip(other.lines());
    pairs.find(|(a, b)| a != b).map_or("at the end".to_owned(), |(a, b)| format!("{a}\n{b}"))
}

/// Bytes in the encoding of the original.
fn encoded(original: &[u8], text: &str) -> Vec<u8> {
    match original {
        [0xFF, 0xFE, ..] => crate::common::utf16le(text),
        [0xEF, 0xBB, 0xBF, ..] => crate::common::utf8_bom(text),
        _ => text.as_bytes().to_vec(),
    }
}

/// For each line what may become of it; `None`: it is gone. Every line that may be damaged may also be lost or doubled.
fn lines(bytes: &[u8], change: impl Fn(&[&str], &str) -> Vec<(&'static str, Option<String>)>) -> Mutants {
    let text = words::text(bytes).expect("text");
    let all: Vec<&str> = text.split('\n').collect();
    let mut out = Mutants::new();
    for (n, line) in all.iter().enumerate() {
        let (line, end) = line.strip_suffix('\r').map_or((*line, ""), |l| (l, "\r"));
        if line.trim().is_empty() {
            continue;
        }
        for (kind, changed) in change(&all[..n], line) {
            let mut new: Vec<String> = all.iter().map(|l| (*l).to_owned()).collect();
            match changed {
                Some(changed) => new[n] = format!("{changed}{end}"),
                None => drop(new.remove(n)),
            }
            out.push((kind, encoded(bytes, &new.join("\n"))));
        }
    }
    out
}

fn csv_line(before: &[&str], line: &str) -> Vec<(&'static str, Option<String>)> {
    if before.is_empty() {
        return vec![("a heading in other letters", Some(line.replace("Action", "action")))];
    }
    let cells: Vec<&str> = line.split(',').collect();
    let swapped = |a: usize, b: usize| {
        let mut cells = cells.clone();
        cells.swap(a, b);
        cells.join(",")
    };
    let flipped = if line.contains(",Allowed,") {
        line.replacen(",Allowed,", ",Block,", 1)
    } else {
        line.replacen(",Block,", ",Allowed,", 1)
    };
    vec![
        ("an entry less", None),
        ("an entry twice", Some(format!("{line}\n{line}"))),
        ("two fields exchanged", Some(swapped(0, 1))),
        ("two fields exchanged", Some(swapped(3, 4))),
        ("allow for block", Some(flipped)),
        ("another kind", Some(line.replacen("FileSha256", "FileSha1", 1).replacen("DomainName", "Url", 1))),
        ("a cell more", Some(format!("{line},"))),
    ]
}

fn plist_line(before: &[&str], line: &str) -> Vec<(&'static str, Option<String>)> {
    let key = |line: &str| {
        line.trim().strip_prefix("<key>").and_then(|k| k.strip_suffix("</key>")).map(str::to_owned)
    };
    let own = before.last().and_then(|l| key(l)).unwrap_or_default();
    let free = [
        "PayloadDescription",
        "PayloadDisplayName",
        "PayloadOrganization",
        "PayloadUUID",
        "PayloadIdentifier",
        "PayloadEnabled",
        "PayloadScope",
        "PayloadRemovalDisallowed",
    ];
    if free.contains(&own.as_str()) || key(line).is_some_and(|k| free.contains(&k.as_str())) {
        return Vec::new();
    }
    let trimmed = line.trim();
    if let Some(key) = key(line) {
        if key.starts_with("Payload") {
            return vec![("a key in other letters", Some(line.replace("Payload", "payload")))];
        }
        let mut upper = key.clone();
        let (at, c) = upper.char_indices().find(|(_, c)| c.is_ascii_lowercase()).expect("a letter");
        upper.replace_range(at..=at, &c.to_ascii_uppercase().to_string());
        return vec![("a key in other letters", Some(line.replace(&key, &upper)))];
    }
    if trimmed == "<true/>" || trimmed == "<false/>" {
        let other = if trimmed == "<true/>" { "<false/>" } else { "<true/>" };
        return vec![("on for off", Some(line.replace(trimmed, other)))];
    }
    if let Some(value) = trimmed.strip_prefix("<string>").and_then(|s| s.strip_suffix("</string>")) {
        return vec![
            ("another value", Some(format!("<string>{value}x</string>"))),
            ("a wider mask", Some(format!("<string>{value}*</string>"))),
            ("text for a number", Some(format!("<integer>{value}</integer>"))),
        ];
    }
    if let Some(value) = trimmed.strip_prefix("<integer>").and_then(|s| s.strip_suffix("</integer>")) {
        let number: i64 = value.parse().expect("a number");
        return vec![
            ("another number", Some(format!("<integer>{}</integer>", number + 1))),
            ("text for a number", Some(format!("<string>{value}</string>"))),
        ];
    }
    Vec::new()
}

fn reg_line(before: &[&str], line: &str) -> Vec<(&'static str, Option<String>)> {
    if before.is_empty() {
        return vec![("another heading", Some("REGEDIT4".to_owned()))];
    }
    if line.starts_with('[') {
        return vec![
            ("another key", Some(line.replace("Policies", "Policy"))),
            ("another hive", Some(line.replace("LOCAL_MACHINE", "CURRENT_USER"))),
            ("a key less", None),
        ];
    }
    let mut out = vec![
        ("an entry less", None),
        ("an entry more", Some(format!("{line}\r\n{}", line.replacen('"', "\"more ", 1)))),
        ("another entry", Some(line.replacen('"', "\"x", 1))),
        ("another type", Some(line.replace("dword:00000001", "\"1\"").replace("=\"0\"", "=dword:00000000"))),
        ("another number", Some(line.replace("dword:0000000", "dword:0000001"))),
    ];
    out.extend(rule(line));
    out
}

/// Damage to a rule of the firewall as the registry has it.
fn rule(line: &str) -> Vec<(&'static str, Option<String>)> {
    if !line.contains("v2.10|") {
        return Vec::new();
    }
    let exchanged = |a: &str, b: &str| match line.contains(a) {
        true => line.replacen(a, b, 1),
        false => line.replacen(b, a, 1),
    };
    let mut out = vec![
        ("allow for block", Some(exchanged("Action=Allow", "Action=Block"))),
        ("in for out", Some(exchanged("Dir=In", "Dir=Out"))),
        ("off for on", Some(line.replacen("Active=TRUE", "Active=FALSE", 1))),
        ("a field in other letters", Some(line.replacen("Action=", "action=", 1))),
        ("another version", Some(line.replacen("v2.10", "v2.33", 1))),
        ("no end", Some(line.replacen("|\"", "\"", 1))),
        ("one profile", Some(line.replacen("Dir=", "Profile=Domain|Dir=", 1))),
    ];
    if line.contains("Protocol=6|") {
        out.push(("another protocol", Some(line.replacen("Protocol=6|", "Protocol=17|", 1))));
    }
    for token in ["LPort=", "RPort=", "LPort2_10=", "RPort2_10="] {
        if let Some((head, tail)) = line.split_once(token) {
            let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
            let number: u32 = digits.parse().expect("a port");
            let next = if number == 0 { 1 } else { number - 1 };
            out.push(("one port further", Some(format!("{head}{token}{next}{}", &tail[digits.len()..]))));
            let other = if token.starts_with('L') {
                token.replacen('L', "R", 1)
            } else {
                token.replacen('R', "L", 1)
            };
            out.push(("two fields exchanged", Some(format!("{head}{other}{tail}"))));
        }
    }
    for token in ["RA4=", "RA6=", "LA4=", "LA6="] {
        if let Some((head, tail)) = line.split_once(token) {
            let (_, rest) = tail.split_once('|').expect("an end");
            out.push(("a wider address", Some(format!("{head}{rest}"))));
        }
    }
    out
}

fn lgpo(bytes: &[u8]) -> Mutants {
    let text = words::text(bytes).expect("text");
    let blocks: Vec<&str> = text.split("\r\n\r\n").filter(|b| !b.trim().is_empty()).collect();
    let mut out = Mutants::new();
    let mut push = |kind, blocks: &[String]| {
        out.push((kind, encoded(bytes, &(blocks.join("\r\n\r\n") + "\r\n"))));
    };
    let owned: Vec<String> = blocks.iter().map(|b| b.trim_end().to_owned()).collect();
    for (n, block) in owned.iter().enumerate() {
        let mut fewer = owned.clone();
        fewer.remove(n);
        push("an entry less", &fewer);
        let lines: Vec<&str> = block.split("\r\n").collect();
        let [who, key, name, action] = lines[..] else { continue };
        let mut changed = |kind, lines: [&str; 4]| {
            let mut all = owned.clone();
            all[n] = lines.join("\r\n");
            push(kind, &all);
        };
        changed("another owner", ["User", key, name, action]);
        changed("another key", [who, &key.replace("Policies", "Policy"), name, action]);
        changed("another entry", [who, key, &format!("x{name}"), action]);
        changed("a line less", [who, name, action, ""]);
        let other = match action {
            "DWORD:1" => "DWORD:0".to_owned(),
            "SZ:0" => "SZ:1".to_owned(),
            "DWORD:0" => "DWORD:1".to_owned(),
            other => other.replacen("Action=Allow", "Action=Block", 1),
        };
        changed("another value", [who, key, name, &other]);
        for (kind, line) in rule(action) {
            changed(kind, [who, key, name, &line.unwrap_or_default()]);
        }
    }
    out
}

fn pol(bytes: &[u8]) -> Mutants {
    // Records begin with `[` and end with `]`, each two bytes; the test knows where by reading the values.
    let mut ends = Vec::new();
    let mut at = 8;
    while at < bytes.len() {
        let text = |mut at: usize| {
            while bytes[at..at + 2] != [0, 0] {
                at += 2;
            }
            at + 2
        };
        let key = text(at + 2);
        let name = text(key + 2);
        let size_at = name + 2 + 4 + 2;
        let size = u32::from_le_bytes(bytes[size_at..size_at + 4].try_into().expect("four")) as usize;
        let end = size_at + 4 + 2 + size + 2;
        ends.push((at, key + 2, size_at, end));
        at = end;
    }
    let mut out = Mutants::new();
    for (start, name, size_at, end) in ends {
        let mut fewer = bytes.to_vec();
        fewer.drain(start..end);
        out.push(("an entry less", fewer));
        let mut twice = bytes.to_vec();
        twice.splice(end..end, bytes[start..end].iter().copied());
        out.push(("an entry twice", twice));
        let changed = |kind, at: usize, out: &mut Mutants| {
            let mut all = bytes.to_vec();
            all[at] = all[at].wrapping_add(1);
            out.push((kind, all));
        };
        changed("another key", start + 2, &mut out);
        changed("another entry", name, &mut out);
        changed("another type", size_at - 6, &mut out);
        changed("another size", size_at, &mut out);
        changed("another value", size_at + 6, &mut out);
        changed("no end", end - 2, &mut out);
    }
    let mut version = bytes.to_vec();
    version[4] = 2;
    out.push(("another version", version));
    out.push(("an end that is missing", bytes[..bytes.len() - 1].to_vec()));
    out
}

/// Lines of the data of a script.
fn script(bytes: &[u8]) -> Mutants {
    let text = words::text(bytes).expect("text");
    let start = text.find("# ---- Data").expect("data");
    let end = start + 11 + text[start + 11..].find("# ----").expect("an end");
    let data = text[start..end].to_owned();
    let inside = lines(data.as_bytes(), |before, line| {
        let trimmed = line.trim();
        if before.iter().rev().find(|l| l.contains("= @(")).is_some_and(|l| l.starts_with("$Group")) {
            return Vec::new();
        }
        if trimmed.starts_with('\'') {
            let inner = trimmed.trim_end_matches(',').trim_end_matches('\'');
            return vec![
                ("an entry less", None),
                ("an entry twice", Some(format!("{line}\n{line}"))),
                ("another entry", Some(format!("    {inner}x'"))),
                ("a wider mask", Some(format!("    {inner}*'"))),
                ("a literal that ends early", Some(format!("    {inner}' 'x'"))),
                ("a literal without an end", Some(format!("    {inner}"))),
            ];
        }
        if trimmed.starts_with("@{") {
            let exchanged = |a: &str, b: &str| match line.contains(a) {
                true => line.replacen(a, b, 1),
                false => line.replacen(b, a, 1),
            };
            return vec![
                ("a rule less", None),
                ("a rule twice", Some(format!("{line}\n{line}"))),
                ("allow for block", Some(exchanged("'Allow'", "'Block'"))),
                ("in for out", Some(exchanged("'Inbound'", "'Outbound'"))),
                ("another protocol", Some(exchanged("'TCP'", "'UDP'"))),
                ("two fields exchanged", Some(exchanged("LocalPort", "RemotePort"))),
                ("two fields exchanged", Some(exchanged("LocalAddress", "RemoteAddress"))),
                ("a field less", Some(line.replacen("; Protocol = 'TCP'", "", 1))),
            ];
        }
        match trimmed.split_once(" = ") {
            Some((name, number)) if number.parse::<i64>().is_ok() => vec![
                ("a setting less", None),
                ("another number", Some(format!("    {name} = {}", number.parse::<i64>().unwrap() + 1))),
                ("another setting", Some(format!("    X{name} = {number}"))),
            ],
            _ => Vec::new(),
        }
    });
    let whole = |part: Vec<u8>| {
        let part = String::from_utf8(part).expect("text");
        encoded(bytes, &format!("{}{part}{}", &text[..start], &text[end..]))
    };
    inside.into_iter().map(|(kind, part)| (kind, whole(part))).collect()
}

/// Keys whose values nobody obeys.
const FREE: [&str; 18] = [
    "name",
    "description",
    "createdDateTime",
    "lastModifiedDateTime",
    "@odata.context",
    "creationSource",
    "priorityMetaData",
    "roleScopeTagIds",
    "templateDisplayName",
    "templateDisplayVersion",
    "settingInstanceTemplateReference",
    "settingValueTemplateReference",
    "auditRuleInformation",
    "application",
    "expirationTime",
    "rbacGroupNames",
    "mergePolicy",
    "exclusionsMergePolicy",
];

fn json(bytes: &[u8]) -> Mutants {
    let text = words::text(bytes).expect("text");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let intune = value.get("settings").is_some();
    let mut changed = Vec::new();
    walk(&value, &mut changed, intune, 0);
    changed.into_iter().map(|(kind, value)| (kind, encoded(bytes, &value.to_string()))).collect()
}

/// Every value with one damage inside.
fn walk(value: &Value, out: &mut Vec<(&'static str, Value)>, intune: bool, depth: usize) {
    match value {
        Value::Object(map) => {
            // The remark of a rule, the id of the policy, types that the wrapper of a setting has.
            let of = value["settingDefinitionId"].as_str().unwrap_or("");
            if of.ends_with("_description") {
                return;
            }
            for (key, inner) in map {
                let process = key == "name" && !intune;
                let top = depth == 0 && key == "id";
                let wrapper = key == "@odata.type"
                    && (map.contains_key("settingInstance") || map.contains_key("children"));
                let no_more = ["technologies", "settingCount", "templateFamily"].contains(&key.as_str());
                if FREE.contains(&key.as_str()) && !process || top || wrapper || no_more {
                    continue;
                }
                let with = |inner: Value| {
                    let mut map = map.clone();
                    map.insert(key.clone(), inner);
                    Value::Object(map)
                };
                let mut inside = Vec::new();
                walk(inner, &mut inside, intune, depth + 1);
                out.extend(inside.into_iter().map(|(kind, inner)| (kind, with(inner))));
                let quiet = ["@odata.type", "id", "templateReference", "children"].contains(&key.as_str());
                if quiet {
                    continue;
                }
                let mut renamed = map.clone();
                let inner = renamed.remove(key).expect("the key");
                let first = key.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
                let mut other: Vec<char> = key.chars().collect();
                other[first] = match other[first] {
                    c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
                    c => c.to_ascii_lowercase(),
                };
                renamed.insert(other.into_iter().collect(), inner);
                out.push(("a key in other letters", Value::Object(renamed)));
            }
            let texts: Vec<&String> = map
                .iter()
                .filter(|(k, v)| v.is_string() && !FREE.contains(&k.as_str()))
                .map(|(k, _)| k)
                .collect();
            if let [one, other, ..] = texts[..] {
                let mut swapped = map.clone();
                let (a, b) = (map[one].clone(), map[other].clone());
                swapped.insert(one.clone(), b);
                swapped.insert(other.clone(), a);
                if swapped != *map {
                    out.push(("two fields exchanged", Value::Object(swapped)));
                }
            }
        }
        Value::Array(all) => {
            for n in 0..all.len() {
                let mut fewer = all.clone();
                fewer.remove(n);
                // Nobody obeys a remark, and no edge traversal is the same as none told.
                let of = all[n]["settingDefinitionId"].as_str().unwrap_or("");
                if !of.ends_with("_description") && !of.ends_with("_edgetraversal") {
                    out.push(("an entry less", Value::Array(fewer)));
                }
                let mut twice = all.clone();
                twice.push(all[n].clone());
                out.push(("an entry twice", Value::Array(twice)));
                let mut inside = Vec::new();
                walk(&all[n], &mut inside, intune, depth + 1);
                for (kind, inner) in inside {
                    let mut all = all.clone();
                    all[n] = inner;
                    out.push((kind, Value::Array(all)));
                }
            }
        }
        Value::String(text) => {
            out.push(("another value", Value::String(format!("{text}x"))));
            if let Some(head) = text.strip_suffix("_1") {
                out.push(("allow for block", Value::String(format!("{head}_0"))));
            }
            if let Some(head) = text.strip_suffix("_in") {
                out.push(("in for out", Value::String(format!("{head}_out"))));
            }
        }
        Value::Bool(on) => out.push(("on for off", Value::Bool(!on))),
        Value::Number(number) => {
            out.push(("another number", (number.as_i64().unwrap_or(0) + 1).into()));
            out.push(("text for a number", Value::String(number.to_string())));
        }
        Value::Null => {}
    }
}
