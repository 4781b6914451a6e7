//! What an input leaves unscanned, read from its bytes: by each format's own grammar and by nothing of the engine. What
//! is off, broken or not understood is no rule here, so that nothing may be written for it.

use std::collections::{BTreeMap, BTreeSet};

use crosswalk::options::Options;

use super::{ACCESS, Component, DEMAND, PROCESS, SCRIPT};

/// One exclusion of a KESL task.
pub struct KeslRule {
    /// The leaf that names it.
    pub key: String,
    /// Empty: any place.
    pub path: String,
    /// Of which one has to fit the name.
    pub masks: Vec<String>,
}

pub struct KeslTask {
    pub kind: Component,
    /// Active=No: scans nothing.
    pub off: bool,
    pub rules: Vec<KeslRule>,
}

/// The tasks of one export, or the one of a task file.
pub struct Kesl {
    pub tasks: Vec<KeslTask>,
    /// What looks like a mask, understood or not.
    pub words: Vec<String>,
}

/// Sections of an INI text: path, keys with values, whether a broken line stands in it. Same names are put together.
type Sections = BTreeMap<String, (Vec<(String, String)>, bool)>;

fn sections(text: &str) -> Sections {
    let mut out = Sections::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', ';'])) {
        if let Some(path) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            open = path.trim().to_owned();
            out.entry(open.clone()).or_default();
            continue;
        }
        let section = out.entry(open.clone()).or_default();
        match line.split_once('=') {
            Some((key, value)) => {
                let value = value.trim();
                let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
                section.0.push((key.trim().to_owned(), value.to_owned()));
            }
            None => section.1 = true,
        }
    }
    out
}

fn get<'s>(sections: &'s Sections, path: &str, key: &str) -> Option<&'s str> {
    let found: Vec<&str> =
        sections.get(path)?.0.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect();
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

fn yes(value: Option<&str>) -> bool {
    value.is_some_and(|v| v.eq_ignore_ascii_case("yes"))
}

fn kesl_task(all: &Sections, prefix: &str, kind: Component, off: bool) -> KeslTask {
    let mut rules = Vec::new();
    let at = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    let scope = at("ExcludedFromScanScope.");
    for (name, (keys, broken)) in
        all.iter().filter(|(n, _)| n.strip_prefix(&scope).is_some_and(|rest| !rest.contains('.')))
    {
        let known = |k: &String| {
            ["AreaDesc", "UseScanArea", "Path"].contains(&k.as_str()) || k.starts_with("AreaMask.item_")
        };
        let names: BTreeSet<&String> = keys.iter().map(|(k, _)| k).collect();
        let off = keys.iter().any(|(k, v)| k == "UseScanArea" && !v.eq_ignore_ascii_case("yes"));
        if *broken || off || names.len() != keys.len() || !keys.iter().all(|(k, _)| known(k)) {
            continue;
        }
        let Some(path) = get(all, name, "Path").filter(|p| p.starts_with('/')) else { continue };
        let mut masks: Vec<String> =
            keys.iter().filter(|(k, _)| k.starts_with("AreaMask.")).map(|(_, v)| v.clone()).collect();
        if masks.is_empty() {
            masks.push("*".to_owned());
        }
        rules.push(KeslRule { key: format!("{name}.Path"), path: path.to_owned(), masks });
    }
    if yes(get(all, prefix, "UseExcludeMasks")) && !all[prefix].1 {
        let once = |key: &String| all[prefix].0.iter().filter(|(k, _)| k == key).count() == 1;
        let masks = all[prefix].0.iter().filter(|(k, _)| k.starts_with("ExcludeMasks.item_") && once(k));
        rules.extend(masks.map(|(key, mask)| KeslRule {
            key: at(key),
            path: String::new(),
            masks: vec![mask.clone()],
        }));
    }
    KeslTask { kind, off, rules }
}

/// `task`: the answer for a task file.
pub fn kesl(text: &str, task: Option<&str>) -> Kesl {
    let all = sections(text);
    let words = all.values().flat_map(|(keys, _)| keys.iter().map(|(_, v)| v.clone()));
    let words = words.filter(|v| v.contains(['/', '*'])).collect();
    let mut tasks = Vec::new();
    for name in all.keys() {
        let kind = match (name.split('.').next(), get(&all, name, "TaskType")) {
            (Some("MonitoringTask"), Some("OAS")) => ACCESS,
            (Some("OnDemandTask"), Some("ODS")) => DEMAND,
            _ => continue,
        };
        let off = get(&all, name, "Active").is_some_and(|a| a.eq_ignore_ascii_case("no"));
        tasks.push(kesl_task(&all, &format!("{name}.Settings"), kind, off));
    }
    let told = match task {
        Some("File_Threat_Protection") => Some(ACCESS),
        Some("Scan_My_Computer") => Some(DEMAND),
        _ => None,
    };
    if !text.contains("[AppSettings]")
        && let Some(kind) = told
    {
        tasks.push(kesl_task(&all, "", kind, false));
    }
    Kesl { tasks, words }
}

/// The INI text that says what a JSON text says: lists as arrays, as objects of numbered elements, or as paths.
pub fn ini_of_json(text: &str) -> String {
    fn walk(value: &serde_json::Value, path: &[String], out: &mut String) {
        use serde_json::Value;
        let below =
            |name: &str| path.iter().cloned().chain(name.split('.').map(str::to_owned)).collect::<Vec<_>>();
        let scalar = match value {
            Value::Object(keys) => return keys.iter().for_each(|(key, value)| walk(value, &below(key), out)),
            Value::Array(all) => {
                return all
                    .iter()
                    .enumerate()
                    .for_each(|(n, v)| walk(v, &below(&format!("item_{n:04}")), out));
            }
            Value::Bool(on) => if *on { "Yes" } else { "No" }.to_owned(),
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
        };
        let numbered = path.last().is_some_and(|last| last.starts_with("item_"));
        let (section, key) = path.split_at(path.len() - if numbered { 2 } else { 1 });
        out.push_str(&format!("[{}]\n{}={scalar}\n", section.join("."), key.join(".")));
    }
    let mut out = String::from("[AppSettings]\n");
    walk(&serde_json::from_str(text).unwrap(), &[], &mut out);
    out
}

/// One exclusion of a Windows product.
pub struct WindowsRule {
    /// The leaf that holds the mask.
    pub key: String,
    pub mask: String,
    pub components: Vec<Component>,
}

/// Exclusions of a Windows product: lower case, since names do not distinguish case there.
pub struct Windows {
    pub rules: Vec<WindowsRule>,
    pub subfolders: bool,
    /// A folder that is only a star is read: in lists that are read as Kaspersky Endpoint Security reads its own.
    pub star_folders: bool,
    pub words: Vec<String>,
}

/// Where an element stands, as a ledger names it.
pub fn place(node: roxmltree::Node<'_, '_>) -> String {
    let name = |n: &roxmltree::Node<'_, '_>| n.tag_name().name().to_owned();
    let above = node.parent_element().map_or_else(String::new, place);
    let before = node.prev_siblings().skip(1).filter(|n| n.is_element() && name(n) == name(&node)).count();
    format!("{above}/{}[{}]", name(&node), before + 1)
}

pub fn ksws(text: &str, options: &Options) -> Windows {
    let document = roxmltree::Document::parse(text).unwrap();
    let is = |n: &roxmltree::Node<'_, '_>, name: &str| n.tag_name().name().eq_ignore_ascii_case(name);
    let told = options.answers.given.contains_key("ksws.product");
    let mut rules = Vec::new();
    let mut words = Vec::new();
    for list in document.descendants().filter(|n| is(n, "ExclutionRules")) {
        for rule in list.children().filter(|n| is(n, "element")) {
            let one = |name: &str| {
                let found: Vec<_> = rule.children().filter(|n| is(n, name)).collect();
                match found.as_slice() {
                    [node] => node.text().unwrap_or("").trim().to_owned(),
                    _ => String::new(),
                }
            };
            let known = [
                "__VersionInfo",
                "Enabled",
                "UseObjects",
                "Objects",
                "UseThreatNameMasks",
                "ThreatNameMasks",
                "Description",
                "ApplyForFileMonitor",
                "ApplyForOnDemandScan",
                "ApplyForScriptChecker",
                "ApplyForNetAppMonitor",
                "ApplyForICAPScanner",
            ];
            let strange = rule.children().any(|n| n.is_element() && !known.iter().any(|k| is(&n, k)))
                || rule.descendants().any(|n| n.attributes().len() > 0);
            for node in rule.descendants().filter(|n| is(n, "Path")) {
                words.push(node.text().unwrap_or("").trim().to_owned());
            }
            let in_force =
                one("Enabled") == "yes" && one("UseObjects") == "yes" && one("UseThreatNameMasks") == "no";
            if strange || !in_force || !told {
                continue;
            }
            let components: Vec<Component> = [
                ("ApplyForFileMonitor", ACCESS),
                ("ApplyForOnDemandScan", DEMAND),
                ("ApplyForScriptChecker", SCRIPT),
            ]
            .into_iter()
            .filter(|(tag, _)| one(tag) == "yes")
            .map(|(_, c)| c)
            .collect();
            for object in rule
                .children()
                .filter(|n| is(n, "Objects"))
                .flat_map(|n| n.children())
                .filter(|n| is(n, "element"))
            {
                let child = |name: &str| {
                    object
                        .children()
                        .find(|n| is(n, name))
                        .and_then(|n| n.text())
                        .unwrap_or("")
                        .trim()
                        .to_owned()
                };
                let strange = object
                    .children()
                    .any(|n| n.is_element() && !["__VersionInfo", "Type", "Path"].iter().any(|k| is(&n, k)));
                if child("Type") == "4" && !strange {
                    rules.push(WindowsRule {
                        key: object.children().find(|n| is(n, "Path")).map_or_else(String::new, place),
                        mask: child("Path"),
                        components: components.clone(),
                    });
                }
            }
        }
    }
    Windows {
        rules,
        subfolders: options.answers.given.get("ksws.subfolders").is_some_and(|a| a == "yes"),
        star_folders: false,
        words,
    }
}

/// Whether the answers settle which columns a local list has.
fn columns_told(options: &Options) -> bool {
    let told = |key: &str| options.answers.given.get(key).map(String::as_str);
    match told("local-list.product") {
        Some("consumer") => true,
        Some(_) => told("local-list.columns") == Some("yes"),
        None => false,
    }
}

pub fn local_list(text: &str, options: &Options) -> Windows {
    let mut rules = Vec::new();
    let mut words = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split(';').collect();
        words.extend(cells.iter().filter(|c| c.contains(['\\', '*'])).map(|c| (*c).to_owned()));
        if let ["1", mask, "*", "*", "1", "0", "1", _, "1"] = cells.as_slice()
            && columns_told(options)
        {
            rules.push(WindowsRule {
                key: format!("row {} column 2", n + 1),
                mask: (*mask).to_owned(),
                components: vec![ACCESS, DEMAND, SCRIPT],
            });
        }
    }
    Windows {
        star_folders: true,
        rules,
        subfolders: options.answers.given.get("local-list.subfolders").is_some_and(|a| a == "yes"),
        words,
    }
}

/// Programs whose files are left alone when they open them.
pub fn trusted_list(text: &str, options: &Options) -> Windows {
    let opened = options.answers.given.get("trusted.opened-files").is_some_and(|a| a == "yes");
    let mut rules = Vec::new();
    let mut words = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let ["1", mask, ""] = line.split(';').collect::<Vec<_>>()[..] else { continue };
        words.push(mask.to_owned());
        if columns_told(options) && opened {
            let key = format!("row {} column 2", n + 1);
            rules.push(WindowsRule { key, mask: mask.to_owned(), components: vec![PROCESS] });
        }
    }
    Windows { star_folders: true, rules, subfolders: false, words }
}

/// The task that a task file belongs to: by its own keys, or by the answer.
pub fn task_of<'o>(text: &str, options: &'o Options) -> Option<&'o str> {
    let sure = [("ScanByAccessType=", "File_Threat_Protection"), ("ScanPriority=", "Scan_My_Computer")];
    let told = options.answers.given.get("kesl.task").map(String::as_str);
    sure.iter().find(|(key, _)| text.contains(key)).map(|(_, task)| *task).or(told)
}
