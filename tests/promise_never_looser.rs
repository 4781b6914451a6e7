//! Promise: never looser by itself. An independent judge: what the source leaves unscanned is read from the input in
//! its narrowest sense, what the output leaves unscanned from the bytes of the vendor files in its widest sense, both by
//! plain matchers written from the mask rules. Without a decision no (component, path) may be unscanned in the output
//! that was scanned in the source.
//!
//! Two things are taken as settled although a still stricter reading exists: `{PathType:file}` takes files only
//! (Microsoft describes it in two ways, the finding CW0205 says so), and a bare `*.ext` of a local list is read as in
//! Kaspersky Endpoint Security.

mod common;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

use common::{
    Files, accept_all, answers, convert_read, decoded, fixtures, reading, report, routes, samples, text,
};
use crosswalk::options::{Confirmed, Options};
use judge::output::{Lists, lists};
use judge::source::{Kesl, KeslRule, Windows, WindowsRule, ini_of_json, kesl, ksws, local_list, task_of};
use judge::tables::{self, Table, of_linux, tables};
use judge::{ACCESS, Component, DEMAND, SCRIPT};
use proptest::prelude::*;
use regex::Regex;

// ---------------------------------------------------------------- plain matchers

/// Glob against text: `*` stops at separators, `**` does not (when `crossing`), `?` is one character and no separator.
fn glob(mask: &[char], text: &[char], separators: &[char], crossing: bool) -> bool {
    match mask {
        [] => text.is_empty(),
        ['*', '*', rest @ ..] if crossing => {
            (0..=text.len()).any(|n| glob(rest, &text[n..], separators, crossing))
        }
        ['*', rest @ ..] => {
            let stop = text.iter().position(|c| separators.contains(c)).unwrap_or(text.len());
            (0..=stop).any(|n| glob(rest, &text[n..], separators, crossing))
        }
        ['?', rest @ ..] => {
            matches!(text, [c, after @ ..] if !separators.contains(c) && glob(rest, after, separators, crossing))
        }
        [m, rest @ ..] => {
            matches!(text, [c, after @ ..] if c == m && glob(rest, after, separators, crossing))
        }
    }
}

fn matches(mask: &str, text: &str, separators: &[char], crossing: bool) -> bool {
    let (mask, text): (Vec<char>, Vec<char>) = (mask.chars().collect(), text.chars().collect());
    glob(&mask, &text, separators, crossing)
}

fn below(folder: &str, path: &str) -> bool {
    let folder = folder.trim_end_matches(['/', '\\']);
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(['/', '\\']) && rest.len() > 1)
}

fn wild(mask: &str) -> bool {
    mask.contains(['*', '?'])
}

/// The path and every folder above it.
fn with_ancestors(path: &str, separator: char) -> Vec<&str> {
    let mut out = vec![path];
    out.extend(path.match_indices(separator).map(|(at, _)| &path[..at]).filter(|p| !p.is_empty()));
    out
}

// ---------------------------------------------------------------- the source, in its narrowest sense

/// What a source leaves unscanned.
trait Source {
    fn unscanned(&self, component: Component, path: &str) -> bool;
    /// Masks and paths of the input, to make paths from.
    fn words(&self) -> Vec<String>;
}

impl KeslRule {
    fn takes(&self, path: &str) -> bool {
        let inside = match self.path.as_str() {
            "" => true,
            p if !p.starts_with('/') || p.matches("**").count() > 1 || p.split('/').any(|s| s == "..") => {
                false
            }
            p if wild(p) => matches(p, path, &['/'], true),
            p => path == p || below(p, path),
        };
        let name = path.rsplit('/').next().unwrap_or("");
        let fits = |m: &String| !m.contains(['[', ']', '\\', '/', '{']) && matches(m, name, &['/'], false);
        inside && !name.is_empty() && self.masks.iter().any(fits)
    }
}

impl Source for Kesl {
    fn unscanned(&self, component: Component, path: &str) -> bool {
        let mut tasks = self.tasks.iter().filter(|t| t.kind == component).peekable();
        tasks.peek().is_some() && tasks.all(|t| t.off || t.rules.iter().any(|r| r.takes(path)))
    }
    fn words(&self) -> Vec<String> {
        self.words.clone()
    }
}

impl Source for Windows {
    fn unscanned(&self, component: Component, path: &str) -> bool {
        let path = path.to_lowercase();
        self.rules
            .iter()
            .any(|rule| rule.components.contains(&component) && self.takes(&rule.mask.to_lowercase(), &path))
    }
    fn words(&self) -> Vec<String> {
        self.words.clone()
    }
}

impl Windows {
    fn takes(&self, mask: &str, path: &str) -> bool {
        let separators = ['\\', '/'];
        let mask = &mask.replace('/', "\\");
        let (folder, name) = path.rsplit_once('\\').unwrap_or(("", path));
        if mask.is_empty()
            || mask.contains("**")
            || !self.star_folders && mask.contains("\\*\\")
            || name.is_empty()
        {
            return false;
        }
        let rooted = mask.get(1..3) == Some(":\\") || mask.starts_with("\\\\") || mask.starts_with('%');
        if !rooted {
            return !mask.contains(separators) && matches(mask, name, &separators, false);
        }
        // The folders that a mask for a folder speaks of.
        let folders = if self.subfolders { with_ancestors(folder, '\\') } else { vec![folder] };
        match mask.rsplit_once('\\') {
            Some((place, "")) => folders.iter().any(|f| matches(place, f, &separators, false)),
            Some((place, last)) if wild(last) => {
                matches(last, name, &separators, false)
                    && folders.iter().any(|f| matches(place, f, &separators, false))
            }
            _ => matches(mask, path, &separators, false),
        }
    }
}

/// Lists with confirmed columns.
impl Source for Vec<Table> {
    fn unscanned(&self, component: Component, path: &str) -> bool {
        let rules = self.iter().flat_map(|table| table.rules.iter().map(move |rule| (table, rule)));
        rules.filter(|(_, rule)| rule.components.contains(&component)).any(|(table, rule)| {
            let mask = rule.mask.clone();
            if table.language == "kesl" {
                // A folder without what is below it, nobody can say in the product for Linux.
                let rule_of_kesl = KeslRule { key: String::new(), path: mask, masks: vec!["*".to_owned()] };
                return rule.subfolders != Some(false) && rule_of_kesl.takes(path);
            }
            let one = Windows {
                rules: vec![WindowsRule { key: String::new(), mask, components: rule.components.clone() }],
                subfolders: rule.subfolders == Some(true),
                star_folders: table.language != "ksws",
                words: Vec::new(),
            };
            one.unscanned(component, path)
        })
    }
    fn words(&self) -> Vec<String> {
        self.iter().flat_map(|table| table.words.iter().cloned()).collect()
    }
}

// ---------------------------------------------------------------- the output, in its widest sense

/// What the vendor files leave unscanned: their entries, with the expressions made ready.
struct Output {
    lists: Lists,
    clam: Vec<Regex>,
    words: Vec<String>,
}

fn output(files: &Files) -> Output {
    let lists = lists(common::vendor_files(files).map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    let clam = lists.clam.iter().map(|pattern| Regex::new(pattern).unwrap()).collect();
    let plain = |pattern: &String| pattern.replace("(/|$)", "").replace(['^', '$', '\\'], "");
    let mut words: Vec<String> = lists.clam.iter().map(plain).collect();
    words.extend(lists.clam_access.iter().cloned());
    words.extend(lists.linux.iter().map(|(_, mask)| mask.clone()));
    words.extend(lists.mac.iter().map(|(_, mask)| mask.clone()));
    words.extend(lists.windows.iter().map(|entry| entry.mask.clone()));
    Output { lists, clam, words }
}

impl Output {
    fn entries(&self) -> usize {
        self.lists.clam.len()
            + self.lists.clam_access.len()
            + self.lists.linux.len()
            + self.lists.linux_extensions.len()
            + self.lists.mac.len()
            + self.lists.mac_extensions.len()
            + self.lists.unix_processes.len()
            + self.lists.windows.len()
            + self.lists.windows_extensions.len()
            + self.lists.processes.len()
            + self.lists.allowed.len()
    }

    fn unscanned(&self, component: Component, path: &str) -> bool {
        let name = path.rsplit(['/', '\\']).next().unwrap_or("");
        // A folder that matches is skipped whole, with and without its last separator.
        let clam = with_ancestors(path, '/').into_iter().any(|p| {
            let folder = p.len() < path.len();
            self.clam.iter().any(|r| r.is_match(p) || folder && r.is_match(&format!("{p}/")))
        });
        let clam_access = component == ACCESS && self.lists.clam_access.iter().any(|d| below(d, path));
        let linux = self.lists.linux.iter().any(|(folder, mask)| linux_takes(*folder, mask, path))
            || self.lists.linux_extensions.iter().any(|e| name.ends_with(&format!(".{e}")));
        let lower = path.to_lowercase();
        // Whether names on macOS distinguish case nobody tells.
        let mac = self
            .lists
            .mac
            .iter()
            .any(|(folder, mask)| mac_takes(*folder, &mask.to_lowercase(), &lower))
            || self.lists.mac_extensions.iter().any(|e| lower.ends_with(&format!(".{}", e.to_lowercase())));
        let windows = self.lists.windows.iter().any(|entry| {
            entry.components.contains(&component)
                && windows_takes(&entry.mask.to_lowercase(), entry.kind.as_deref(), &lower)
        });
        let extension =
            |e: &String| lower.ends_with(&format!(".{}", e.trim_start_matches('.').to_lowercase()));
        clam || clam_access || linux || mac || windows || self.lists.windows_extensions.iter().any(extension)
    }
}

fn linux_takes(folder: bool, mask: &str, path: &str) -> bool {
    let (body, tail) = match mask.strip_suffix('*') {
        Some(body) => (body.trim_end_matches('*'), true),
        None => (mask, false),
    };
    if tail {
        return (0..=path.len())
            .filter(|n| path.is_char_boundary(*n))
            .any(|n| matches(body, &path[..n], &['/'], false));
    }
    if folder || body.ends_with('/') {
        let place = body.trim_end_matches('/');
        return with_ancestors(path, '/').into_iter().skip(1).any(|p| matches(place, p, &['/'], false));
    }
    matches(body, path, &['/'], false)
}

/// As on Linux, but `X/*/` is X with everything below.
fn mac_takes(folder: bool, mask: &str, path: &str) -> bool {
    match mask.strip_suffix("/*/") {
        Some(place) => linux_takes(true, &format!("{place}/"), path),
        None => linux_takes(folder, mask, path),
    }
}

fn windows_takes(mask: &str, kind: Option<&str>, path: &str) -> bool {
    let separators = ['\\', '/'];
    let trimmed = mask.trim_end_matches('\\');
    let itself = !mask.ends_with('\\') && kind != Some("folder") && matches(mask, path, &separators, false);
    let below = kind != Some("file")
        && with_ancestors(path, '\\').into_iter().skip(1).any(|p| matches(trimmed, p, &separators, false));
    itself || below
}

// ---------------------------------------------------------------- the comparison

/// Paths around a mask: what it may take, and what lies just beside it.
fn around(word: &str, separator: char, out: &mut BTreeSet<String>) {
    let fills = ["", "x", "Ab.c"];
    let sub = format!("y{separator}z");
    let mut bodies = vec![String::new()];
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let options: Vec<String> = match c {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                fills.iter().map(|f| (*f).to_owned()).chain([sub.clone()]).collect()
            }
            '?' => vec!["q".to_owned(), separator.to_string(), String::new()],
            c => vec![c.to_string()],
        };
        bodies =
            bodies.iter().flat_map(|b| options.iter().map(move |o| format!("{b}{o}"))).take(256).collect();
    }
    for body in bodies {
        let body = if body.starts_with(['/', '\\', '%']) || body.get(1..2) == Some(":") {
            vec![body]
        } else if separator == '/' {
            vec![format!("/{body}"), format!("/srv/deep/{body}"), format!("/srv/db/{body}")]
        } else {
            vec![format!("C:\\{body}"), format!("D:\\Data\\deep\\{body}")]
        };
        for body in body {
            let trimmed = body.trim_end_matches(separator).to_owned();
            for tail in ["", "f.txt", "s{}f.txt", "x.log", "x.dbf", ".tmp"] {
                let tail = tail.replace("{}", &separator.to_string());
                out.insert(format!("{trimmed}{separator}{tail}").trim_end_matches(separator).to_owned());
                out.insert(format!("{trimmed}{tail}"));
            }
            out.insert(trimmed.to_uppercase());
            out.insert(trimmed.to_lowercase());
            out.insert(format!("{}{trimmed}", if separator == '/' { "/other" } else { "E:\\other\\" }));
            if let Some((above, name)) = trimmed.rsplit_once(separator) {
                out.insert(format!("{above}{separator}in{separator}{name}"));
                out.insert(format!("{above}{separator}other{name}"));
                out.insert(above.to_owned());
            }
        }
    }
    out.retain(|p| !p.is_empty() && !p.ends_with(separator));
}

/// The first pair that is unscanned in the output and was scanned in the source.
fn looser(source: &dyn Source, output: &Output, separator: char) -> Option<(Component, String)> {
    let mut paths = BTreeSet::new();
    for word in source.words().iter().chain(&output.words) {
        around(word, separator, &mut paths);
    }
    for extension in output.lists.linux_extensions.iter().chain(&output.lists.windows_extensions) {
        around(&format!("*.{}", extension.trim_start_matches('.')), separator, &mut paths);
    }
    let components: &[Component] =
        if separator == '/' { &[ACCESS, DEMAND] } else { &[ACCESS, DEMAND, SCRIPT] };
    for path in paths {
        for component in components {
            if output.unscanned(component, &path) && !source.unscanned(component, &path) {
                return Some((component, path));
            }
        }
    }
    None
}

/// The judge's own reading of an input.
fn source(format: &str, text: &str, options: &Options) -> Box<dyn Source> {
    match format {
        "kesl-export" => Box::new(kesl(text, None)),
        "kesl-json" if options.answers.given.get("kesl.json").is_some_and(|a| a == "confirmed") => {
            Box::new(kesl(&ini_of_json(text), None))
        }
        "kesl-task" => Box::new(kesl(text, task_of(text, options))),
        "ksws-xml" => Box::new(ksws(text, options)),
        "local-exclusions" => Box::new(local_list(text, options)),
        known if tables::FORMATS.contains(&known) => Box::new(tables(known, text, options)),
        // Nothing is known of these, so nothing may be written.
        _ => {
            Box::new(Windows { rules: Vec::new(), subfolders: false, star_folders: true, words: Vec::new() })
        }
    }
}

/// All answers that the judge asks each input for.
fn answer_sets() -> Vec<Options> {
    let mut sets = vec![Options::default()];
    for (product, list, subfolders) in [
        ("ksws", "consumer", "yes"),
        ("kess", "consumer", "no"),
        ("kics", "kes", "yes"),
        ("ksws", "unknown", "no"),
    ] {
        {
            let task = if list == "consumer" { "File_Threat_Protection" } else { "Scan_My_Computer" };
            sets.push(answers(&[
                ("ksws.product", product),
                ("ksws.subfolders", subfolders),
                ("local-list.product", list),
                ("local-list.subfolders", subfolders),
                ("trusted.opened-files", "yes"),
                ("kesl.task", task),
                ("kesl.json", if list == "consumer" { "confirmed" } else { "no" }),
            ]));
        }
    }
    sets.push(answers(&[("ksws.product", "ksws"), ("local-list.product", "consumer")]));
    sets
}

/// The answers and confirmed columns of a golden case, when it has columns.
fn of_case(given: &common::Given) -> Option<Options> {
    let case = common::root().join("tests/suite").join(&given.label).with_file_name("case.json");
    let case: serde_json::Value = serde_json::from_slice(&std::fs::read(case).ok()?).unwrap();
    let mut options = Options::default();
    // Where a variable leads the plain matchers do not know, so it stays a place of its own.
    let told = case["answers"].as_object().into_iter().flatten().filter(|(key, _)| *key != "windows.drive");
    for (key, value) in told {
        options.answers.given.insert(key.clone(), value.as_str().unwrap().to_owned());
    }
    for mapping in case["tables"].as_array()? {
        let mapping = serde_json::from_value(mapping.clone()).unwrap();
        options.answers.columns.push(Confirmed { input: None, mapping });
    }
    Some(options)
}

/// Checks one input under one set of answers. Gives the number of entries written.
fn judge(name: &str, bytes: &[u8], options: &Options, label: &str) -> usize {
    let Ok(read) = reading(name, bytes) else { return 0 };
    let body = decoded(bytes);
    let linux = read.format.platform().word() == "linux" || of_linux(options);
    let separator = if linux { '/' } else { '\\' };
    let source = source(read.format.id(), &body, options);
    let mut entries = 0;
    // Routes that leave out the same: it is judged once.
    let mut judged = vec![Lists::default()];
    for route in routes() {
        let files = convert_read(&read, route, options);
        let output = output(&files);
        entries += output.entries();
        assert!(
            output.lists.processes.is_empty() && output.lists.unix_processes.is_empty(),
            "{label} to {route}: a process exclusion without a decision"
        );
        assert!(
            output.lists.allowed.is_empty(),
            "{label} to {route}: an indicator allows without a decision"
        );
        assert!(output.lists.weaker.is_empty(), "{label} to {route}: {:?}", output.lists.weaker);
        if !judged.contains(&output.lists)
            && let Some((component, path)) = looser(source.as_ref(), &output, separator)
        {
            panic!("{label} to {route}: {path} was scanned ({component}) and is not any more\n{body}");
        }
        let file_mark = output.lists.windows.iter().any(|e| e.kind.as_deref() == Some("file"));
        let told = report(&files)["findings"].as_array().unwrap().iter().any(|f| f["code"] == "CW0205");
        assert!(!file_mark || told, "{label} to {route}: the file mark is told");
        // Once for each answer set of a fixture, and for some of the generated inputs: it converts many times.
        if label != "generated" || bytes.len().is_multiple_of(4) {
            consent(&read, route, options, label);
        }
        judged.push(output.lists);
    }
    entries
}

/// With a code accepted, only rows that were looser for that code change; others may at most be covered by one of them.
fn consent(read: &crosswalk::Reading, route: &str, options: &Options, label: &str) {
    let plain = report(&convert_read(read, route, options));
    let codes: BTreeSet<&str> = plain["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["fate"] == "looser")
        .map(|r| text(r, "code"))
        .collect();
    for code in codes {
        let mut accepting = options.clone();
        accepting.accept.insert(code.to_owned());
        let accepted = report(&convert_read(read, route, &accepting));
        for (before, after) in
            plain["settings"].as_array().unwrap().iter().zip(accepted["settings"].as_array().unwrap())
        {
            let meant = before["fate"] == "looser" && text(before, "code") == code;
            let covered = after["fate"] == "covered"
                && after["written"].as_array().unwrap().is_empty()
                && before["fate"] != "looser";
            if meant {
                assert!(after["decision"] == "accepted", "{label} to {route}: {after}");
            } else {
                assert!(
                    before == after || covered,
                    "{label} to {route}: --accept {code} changed\n{before}\n{after}"
                );
            }
        }
        for row in accepted["settings"].as_array().unwrap().iter().filter(|r| r["fate"] == "looser") {
            let written = !row["written"].as_array().unwrap().is_empty();
            assert_eq!(written, row["decision"] == "accepted", "{label} to {route}: {row}");
        }
    }
}

// ---------------------------------------------------------------- tests

#[test]
fn never_looser_in_fixtures_and_samples() {
    let mut entries = 0;
    let mut confirmed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for given in fixtures().into_iter().chain(samples()) {
        if let Some(options) = of_case(&given) {
            let format = reading(&given.name, &given.bytes).unwrap().format.id();
            *confirmed.entry(format).or_default() += judge(&given.name, &given.bytes, &options, &given.label);
        }
        // Several cases have one input.
        if !seen.insert(given.bytes.clone()) {
            continue;
        }
        for options in answer_sets() {
            entries += judge(&given.name, &given.bytes, &options, &given.label);
        }
    }
    assert!(entries > 100, "the judge saw entries");
    println!("entries of lists with confirmed columns: {confirmed:?}");
    for format in ["rows", "ksc-openapi"] {
        assert!(confirmed[format] > 0, "the judge saw entries of {format}");
    }
}

fn kesl_export(tasks: &[(&str, &str, &str)]) -> String {
    let mut out = String::from("Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n");
    for (n, (kind, extra, rules)) in tasks.iter().enumerate() {
        let group = if *kind == "OAS" { "MonitoringTask" } else { "OnDemandTask" };
        out.push_str(&format!("[{group}.item_{n:04}]\nTaskName=Task{n}\nTaskType={kind}\n"));
        if *kind == "OAS" {
            out.push_str("Active=Yes\n");
        }
        out.push_str(&format!("[{group}.item_{n:04}.Settings]\n{extra}"));
        for (m, rule) in rules.split("--\n").filter(|r| !r.is_empty()).enumerate() {
            out.push_str(&format!(
                "[{group}.item_{n:04}.Settings.ExcludedFromScanScope.item_{m:04}]\n{rule}"
            ));
        }
    }
    out
}

/// Entries over all routes.
fn entries(name: &str, body: &str, options: &Options) -> usize {
    let read = reading(name, body.as_bytes()).unwrap_or_else(|r| panic!("{r:?}\n{body}"));
    routes().into_iter().map(|route| output(&convert_read(&read, route, options)).entries()).sum()
}

#[test]
fn what_is_off_or_unknown_writes_nothing_from_kesl() {
    let good = "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n";
    let both = |rule: &str| kesl_export(&[("OAS", "", rule), ("ODS", "", rule)]);
    assert!(entries("x.ini", &both(good), &Options::default()) >= 3, "the case would write");
    for rule in [
        "UseScanArea=No\nPath=/srv/db\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\nOnlyForOwner=x\n",
        "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\nbroken line\n",
        "UseScanArea=Yes\nPath=/srv/db\nPath=/srv/narrow\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nUseScanArea=No\nPath=/srv/db\nAreaMask.item_0000=*\n",
        "UseScanArea=Maybe\nPath=/srv/db\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/**\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=//\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/./\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/srv/../etc\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=AllShared\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=Mounted:NFS\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=/a/**/b/**\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=relative\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nPath=\nAreaMask.item_0000=*\n",
        "UseScanArea=Yes\nAreaMask.item_0000=*\n",
    ] {
        assert_eq!(entries("x.ini", &both(rule), &Options::default()), 0, "{rule}");
    }
    let masks = |switch: &str| kesl_export(&[("OAS", switch, ""), ("ODS", switch, "")]);
    assert!(
        entries("x.ini", &masks("UseExcludeMasks=Yes\nExcludeMasks.item_0000=*.swp\n"), &Options::default())
            > 0
    );
    for switch in [
        "UseExcludeMasks=No\nExcludeMasks.item_0000=*.swp\n",
        "ExcludeMasks.item_0000=*.swp\n",
        "UseExcludeMasks=Yes\nExcludeMasks.item_0000=*\n",
        "UseExcludeMasks=Yes\nUseExcludeMasks=No\nExcludeMasks.item_0000=*.swp\n",
        "UseExcludeMasks=No\nUseExcludeMasks=Yes\nExcludeMasks.item_0000=*.swp\n",
        "UseExcludeMasks=Yes\nExcludeMasks.item_0000=*.swp\nExcludeMasks.item_0000=*.tmp\n",
        "UseExcludeMasks=Yes\nbroken line\nExcludeMasks.item_0000=*.swp\n",
        "UseExcludeThreats=Yes\nExcludeThreats.item_0000=EICAR\n",
    ] {
        assert_eq!(entries("x.ini", &masks(switch), &Options::default()), 0, "{switch}");
    }
    // The same element in its other spelling: a dotted key belongs to the section of its path.
    let dotted = |extra: &str| {
        both(good).replace(
            "TaskType=ODS\n[OnDemandTask.item_0001.Settings]\n",
            &format!("TaskType=ODS\n[OnDemandTask.item_0001.Settings]\n{extra}\n"),
        )
    };
    for extra in [
        "ExcludedFromScanScope.item_0000.UseScanArea=No",
        "ExcludedFromScanScope.item_0000.OnlyForOwner=x",
        "ExcludedFromScanScope.item_0000.AreaMask.item_0000=*.log",
        "ExcludedFromScanScope.item_0000.Path=/srv/narrow",
    ] {
        let body = dotted(extra);
        assert!(body.contains(extra));
        let read = reading("x.ini", body.as_bytes()).unwrap();
        assert_eq!(
            output(&convert_read(&read, "defender/linux", &Options::default())).entries(),
            0,
            "{extra}"
        );
    }
    let mount = "Version=12.1.0.1\n[AppSettings]\nExcludedMountPoint.item_0000=/mnt/a\n";
    assert_eq!(entries("x.ini", mount, &Options::default()), 0);
    let program = kesl_export(&[("OAS", "", ""), ("ODS", "", "")])
        + "[MonitoringTask.item_0000.Settings.ExcludedForProgram.item_0000]\nProgramPath=/opt/x\nUseExcludedForProgram=Yes\nPath=/srv\nAreaMask.item_0000=*\n";
    assert_eq!(entries("x.ini", &program, &Options::default()), 0);
    let task = "[ExcludedFromScanScope.item_0000]\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n";
    assert_eq!(entries("x.ini", task, &Options::default()), 0, "which task is not answered");
    assert_eq!(entries("x.ini", task, &answers(&[("kesl.task", "Container_Scan")])), 0);
    assert_eq!(entries("x.ini", task, &answers(&[("kesl.task", "Anti_Cryptor")])), 0);
}

fn ksws_file(rule: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><KAV-WSEE-Settings><Settings><TrustedZone><ExclutionRules>{rule}</ExclutionRules></TrustedZone></Settings></KAV-WSEE-Settings>"
    )
}

const RULE: &str = "<element><Enabled>yes</Enabled><UseObjects>yes</UseObjects><Objects><element><Type>4</Type><Path>D:\\Orders\\a.mdf</Path></element></Objects>\
                    <UseThreatNameMasks>no</UseThreatNameMasks><ThreatNameMasks/><ApplyForFileMonitor>yes</ApplyForFileMonitor>\
                    <ApplyForOnDemandScan>yes</ApplyForOnDemandScan><ApplyForScriptChecker>yes</ApplyForScriptChecker><Description>d</Description>\
                    <ApplyForNetAppMonitor>no</ApplyForNetAppMonitor><ApplyForICAPScanner>no</ApplyForICAPScanner></element>";

#[test]
fn what_is_off_or_unknown_writes_nothing_from_ksws() {
    let told = answers(&[("ksws.product", "ksws"), ("ksws.subfolders", "yes")]);
    assert!(entries("x.xml", &ksws_file(RULE), &told) >= 2, "the case would write");
    assert_eq!(entries("x.xml", &ksws_file(RULE), &Options::default()), 0, "the product is not answered");
    assert_eq!(entries("x.xml", &ksws_file(RULE), &answers(&[("ksws.product", "nonsense")])), 0);
    for (what, by) in [
        ("<Enabled>yes", "<Enabled>no"),
        ("<Enabled>yes", "<Enabled>perhaps"),
        ("<Enabled>yes</Enabled>", ""),
        ("<Enabled>yes</Enabled>", "<Enabled>yes</Enabled><Enabled>no</Enabled>"),
        ("<UseObjects>yes", "<UseObjects>no"),
        ("<UseObjects>yes</UseObjects>", ""),
        ("<Type>4", "<Type>2"),
        ("<Type>4</Type>", ""),
        ("<Type>4</Type>", "<Type>4</Type><Type>2</Type>"),
        ("<Type>4</Type>", "<Type>4</Type><OnlyWhen>x</OnlyWhen>"),
        ("<Path>", "<Path kind='narrow'>"),
        ("<element><Enabled>", "<element only='x'><Enabled>"),
        ("<Description>d</Description>", "<Description>d</Description><OnlyForUser>x</OnlyForUser>"),
        ("<Description>d</Description>", "only for users<Description>d</Description>"),
        ("<UseThreatNameMasks>no", "<UseThreatNameMasks>yes"),
        (
            "<UseThreatNameMasks>no</UseThreatNameMasks><ThreatNameMasks/>",
            "<UseThreatNameMasks>yes</UseThreatNameMasks><ThreatNameMasks><element>a</element></ThreatNameMasks>",
        ),
        ("D:\\Orders\\a.mdf", "C:\\"),
        ("D:\\Orders\\a.mdf", "C:"),
        ("D:\\Orders\\a.mdf", "*"),
        ("D:\\Orders\\a.mdf", "*.*"),
        ("D:\\Orders\\a.mdf", "**"),
        ("D:\\Orders\\a.mdf", "?:\\Data\\"),
        ("D:\\Orders\\a.mdf", "dir\\*\\"),
        ("D:\\Orders\\a.mdf", ""),
        ("D:\\Orders\\a.mdf", "%TEMP%\\a.tmp"),
        ("D:\\Orders\\a.mdf", "D:\\a|b.txt"),
        ("D:\\Orders\\a.mdf", "D:\\a&#10;D:\\b.txt"),
        ("D:\\Orders\\a.mdf", "D:\\Orders\\..\\..\\Windows\\"),
    ] {
        let changed = RULE.replacen(what, by, 1);
        assert_ne!(changed, RULE);
        assert_eq!(entries("x.xml", &ksws_file(&changed), &told), 0, "{what} -> {by}");
    }
}

#[test]
fn what_is_off_or_unknown_writes_nothing_from_local_lists() {
    let told = answers(&[
        ("local-list.product", "consumer"),
        ("local-list.subfolders", "yes"),
        ("trusted.opened-files", "yes"),
    ]);
    assert!(entries("x.csv", "1;D:\\a\\;*;*;1;0;1;;1\r\n", &told) >= 2, "the case would write");
    assert_eq!(entries("x.csv", "1;D:\\a\\;*;*;1;0;1;;1\r\n", &Options::default()), 0);
    assert_eq!(
        entries("x.csv", "1;D:\\a\\;*;*;1;0;1;;1\r\n", &answers(&[("local-list.product", "unknown")])),
        0
    );
    for row in [
        "0;D:\\a\\;*;*;1;0;1;;1",
        "2;D:\\a\\;*;*;1;0;1;;1",
        ";D:\\a\\;*;*;1;0;1;;1",
        "1;D:\\a\\;HEUR:x;*;1;0;1;;1",
        "1;;*;*;1;0;1;;1",
        "1;D:\\a\\;*;FileAV;1;0;1;;1",
        "1;D:\\a\\;*;;1;0;1;;1",
        "1;D:\\a\\;;*;1;0;1;;1",
        "1;D:\\a\\;*;*;0;0;1;;1",
        "1;D:\\a\\;*;*;1;1;1;;1",
        "1;D:\\a\\;*;*;1;0;0;;1",
        "1;D:\\a\\;*;*;1;0;1;;0",
        "1;C:\\;*;*;1;0;1;;1",
        "1;*;*;*;1;0;1;;1",
        "1;D:\\a;b\\;*;*;1;0;1;;1",
    ] {
        let other = "1;;PDM:x;*;1;0;1;;1\r\n".repeat(2);
        let list = format!("{other}{row}\r\n");
        assert_eq!(entries("x.csv", &list, &told), 0, "{row}");
    }
    assert_eq!(entries("x.xml", "1;C:\\a.exe;\r\n", &told), 0, "a trusted application waits for a decision");
}

/// One list for all scans takes an entry only when every scanning task has it.
#[test]
fn never_looser_when_one_task_has_no_such_exclusion() {
    let rule = "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n";
    for tasks in [
        vec![("OAS", "", rule)],
        vec![("ODS", "", rule)],
        vec![("OAS", "", rule), ("ODS", "", "")],
        vec![("OAS", "", ""), ("ODS", "", rule)],
        vec![("OAS", "", rule), ("ODS", "", rule), ("ODS", "", "")],
        vec![("OAS", "", rule), ("ODS", "", "UseScanArea=Yes\nPath=/srv/db/sub\nAreaMask.item_0000=*\n")],
        vec![("OAS", "", rule), ("ODS", "", "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*.dbf\n")],
        vec![
            ("OAS", "UseExcludeMasks=Yes\nExcludeMasks.item_0000=*.swp\n", ""),
            ("ODS", "UseExcludeMasks=No\nExcludeMasks.item_0000=*.swp\n", ""),
        ],
        vec![("OAS", "", rule), ("OAS", "", ""), ("ODS", "", rule)],
        vec![("OAS", "", rule), ("ODS", "", rule), ("ODS\nTaskName=Container_Scan", "", "")],
        vec![("OAS", "", rule), ("ODS", "", rule), ("ODS\nTaskName=Boot_Scan", "", "")],
    ] {
        let body = kesl_export(&tasks);
        judge("x.ini", body.as_bytes(), &Options::default(), "per task");
        let read = reading("x.ini", body.as_bytes()).unwrap();
        assert_eq!(
            output(&convert_read(&read, "defender/linux", &Options::default())).entries(),
            0,
            "{body}"
        );
    }
    let off = kesl_export(&[("OAS", "", ""), ("ODS", "", rule)]).replace("Active=Yes", "Active=No");
    judge("x.ini", off.as_bytes(), &Options::default(), "real-time off");
    for active in ["Active=No\nActive=Yes", "Active=Yes\nActive=No"] {
        let twice = off.replace("Active=No", active);
        judge("x.ini", twice.as_bytes(), &Options::default(), "real-time on or off");
    }
}

#[test]
fn the_judge_can_say_no() {
    let body =
        kesl_export(&[("OAS", "", "UseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n"), ("ODS", "", "")]);
    let read = reading("x.ini", body.as_bytes()).unwrap();
    let accepted = accept_all(Options::default());
    let out = output(&convert_read(&read, "defender/linux", &accepted));
    let found = looser(&kesl(&body, None), &out, '/');
    assert_eq!(found.map(|(c, _)| c), Some(DEMAND), "an accepted row is looser, and the judge sees it");
    let told = answers(&[("ksws.product", "ksws"), ("ksws.subfolders", "yes")]);
    let body = ksws_file(&RULE.replace("a.mdf", ""));
    let read = reading("x.xml", body.as_bytes()).unwrap();
    let out = output(&convert_read(&read, "defender/intune", &told));
    assert!(looser(&ksws(&body, &told), &out, '\\').is_none());
    assert!(
        looser(&ksws(&body, &answers(&[("ksws.product", "ksws")])), &out, '\\').is_some(),
        "sub-folders not answered"
    );
}

fn kesl_rule() -> impl Strategy<Value = String> {
    let paths = vec![
        "/srv/db",
        "/srv/db/",
        "/srv/a+b(c)",
        "/srv/a.b",
        "/srv/$x#1",
        "/srv/[x]",
        "/srv/{x}",
        "/srv/x|y",
        "/srv/^a",
        "/srv/with blank",
        "/srv/Ä",
        "/srv/*",
        "/srv/**",
        "/srv/*/tmp",
        "/srv/d*",
        "/srv/**/tmp",
        "/srv/f?le",
        "/srv/db/*.log",
        "/",
        "/**",
        "/*",
        "//srv//db",
        "/srv/./db",
        "/srv/db\\x",
        "/srv/'q'",
        "/srv/\"q",
        "AllShared",
        "srv",
        "/srv/db/**",
        "/a",
        "/srv/.hidden",
        "/srv/**.bak",
        "/tmp/-",
        "/srv/db,x",
        "/srv/\u{2019}",
        "/srv/tab\tx",
        "/srv/db*/",
    ];
    let masks = vec![
        "*", "*", "*", "*.dbf", "*.log", "core.*", "?", "*.", ".*", "*.*", "[ab]*", "name", "*~", "*.tar.gz",
        "*x*", "a+b", "**", "*.LOG", "*/x", "",
    ];
    (
        prop::sample::select(paths),
        prop::collection::vec(prop::sample::select(masks), 0..3),
        prop::sample::select(vec!["Yes", "Yes", "Yes", "yes", "No", ""]),
        0u8..12,
    )
        .prop_map(|(path, masks, on, odd)| {
            let mut out = format!("AreaDesc=d\nPath={path}\n");
            if !on.is_empty() {
                out.push_str(&format!("UseScanArea={on}\n"));
            }
            for (n, mask) in masks.iter().enumerate() {
                out.push_str(&format!("AreaMask.item_{n:04}={mask}\n"));
            }
            match odd {
                0 => out.push_str("Strange=1\n"),
                1 => out.push_str("broken\n"),
                _ => {}
            }
            out
        })
}

fn kesl_task_text() -> impl Strategy<Value = (Vec<usize>, bool, Vec<&'static str>)> {
    let masks =
        vec!["*.swp", "*.tmp", "core.*", "*", "a?b", "x", "*.tar.gz", "*.[ch]", "*.Log", "*~", ".*", "*.a b"];
    (
        prop::collection::vec(0usize..6, 0..6),
        any::<bool>(),
        prop::collection::vec(prop::sample::select(masks), 0..3),
    )
}

fn windows_mask() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "D:\\a\\",
        "D:\\a\\b.txt",
        "D:\\a\\*.log",
        "D:\\a\\*",
        "D:\\a\\*.*",
        "D:\\a",
        "D:\\a\\?.txt",
        "D:\\*\\x\\",
        "D:\\a*\\",
        "*.bak",
        "*.tar.gz",
        "*.",
        "*",
        "a.exe",
        "?.exe",
        "*.ex?",
        "dir\\",
        "dir\\x",
        "D:\\a\\**\\b",
        "**\\a\\",
        "\\\\s\\share\\",
        "\\\\s\\share\\a.txt",
        "%ProgramFiles%\\a\\",
        "%SystemRoot%\\a.exe",
        "%x%\\a",
        "D:\\",
        "D:\\*",
        "?:\\a\\",
        "*:\\a\\",
        "D:\\a'b\\",
        "D:\\a\u{2019}b.txt",
        "D:\\a;b",
        "D:\\a|b",
        "D:\\a{b}\\",
        "D:\\a\\:{PathType:file}",
        "d:/a/b.txt",
        "d:/a/",
        "D:\\Ä\\ß.txt",
        "D:\\a\\*\\*\\*\\*\\*\\*\\*\\b.txt",
        "D:\\a\\ b\\",
        "D:\\a.\\",
        "D:\\a\\..\\b\\",
        "D:\\a\\*b*c*.txt",
        "D:\\$(x)\\`n\\",
        "D:\\a\\.txt",
        ".bak",
        "*.b k",
        "D:\\a\\*.log ",
        "D:\\a\\*.",
        "C:\\Users\\*\\a.txt",
        "D:\\a\\b\\",
        "D:\\a\\b",
        "x:y",
        "*.\\a",
        "D:a.txt",
        "\\a\\b.txt",
        "\\\\?\\D:\\a\\",
        "D:\\a\\\\b\\",
    ])
}

proptest! {
    #![proptest_config(common::generated(24))]

    #[test]
    fn never_looser_in_generated_kesl(
        pool in prop::collection::vec(kesl_rule(), 6),
        tasks in prop::collection::vec(kesl_task_text(), 1..4),
        same: bool,
        off: bool,
    ) {
        let first = tasks[0].clone();
        let mut body = Vec::new();
        for (n, task) in tasks.iter().enumerate() {
            let (rules, on, masks) = if same { &first } else { task };
            let mut extra = format!("UseExcludeMasks={}\n", if *on { "Yes" } else { "No" });
            for (m, mask) in masks.iter().enumerate() {
                extra.push_str(&format!("ExcludeMasks.item_{m:04}={mask}\n"));
            }
            let rules: Vec<&str> = rules.iter().map(|r| pool[*r].as_str()).collect();
            body.push((if n == 0 { "OAS" } else { "ODS" }, extra, rules.join("--\n")));
        }
        let body: Vec<(&str, &str, &str)> = body.iter().map(|(k, e, r)| (*k, e.as_str(), r.as_str())).collect();
        let mut text = kesl_export(&body);
        if off {
            text = text.replace("Active=Yes", "Active=No");
        }
        judge("g.ini", text.as_bytes(), &Options::default(), "generated");
    }

    #[test]
    fn never_looser_in_generated_ksws(
        rules in prop::collection::vec((windows_mask(), any::<[bool; 3]>(), prop::sample::select(vec!["yes", "yes", "yes", "no"]), 0u8..10), 1..6),
        which in 0usize..10,
    ) {
        let word = |b: bool| if b { "yes" } else { "no" };
        let rules: String = rules
            .iter()
            .map(|(mask, [a, d, s], enabled, odd)| {
                let mask = mask.replace('&', "&amp;").replace('<', "&lt;");
                let rule = RULE
                    .replace("D:\\Orders\\a.mdf", &mask)
                    .replace("<ApplyForFileMonitor>yes", &format!("<ApplyForFileMonitor>{}", word(*a)))
                    .replace("<ApplyForOnDemandScan>yes", &format!("<ApplyForOnDemandScan>{}", word(*d)))
                    .replace("<ApplyForScriptChecker>yes", &format!("<ApplyForScriptChecker>{}", word(*s)))
                    .replace("<Enabled>yes", &format!("<Enabled>{enabled}"));
                match odd {
                    0 => rule.replace("<Type>4", "<Type>3"),
                    1 => rule.replace("<UseThreatNameMasks>no", "<UseThreatNameMasks>yes"),
                    2 => rule.replace("<Description>", "<Odd>1</Odd><Description>"),
                    _ => rule,
                }
            })
            .collect();
        let sets = answer_sets();
        judge("g.xml", ksws_file(&rules).as_bytes(), &sets[which % sets.len()], "generated");
    }

    #[test]
    fn never_looser_in_generated_local_lists(
        rows in prop::collection::vec((windows_mask(), prop::sample::select(vec!["1", "1", "1", "0", "2"]), prop::sample::select(vec!["*", "*", "*", "x"])), 1..6),
        which in 0usize..10,
    ) {
        let rows: Vec<String> = rows.iter().map(|(mask, on, threat)| format!("{on};{mask};{threat};*;1;0;1;c;1")).collect();
        let sets = answer_sets();
        judge("g.csv", common::utf16le(&rows.join("\r\n")).as_slice(), &sets[which % sets.len()], "generated");
    }
}
