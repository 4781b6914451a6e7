//! Judges of what is written for Defender on Linux and macOS, for Huntress and as indicators: Microsoft's schema and samples,
//! Python's `plistlib`, the crates `roxmltree` and `csv`, and the rules of the reference written out once more. None of them
//! calls what writes the files. Each judge is also shown files that are damaged, and has to say no.
//!
//! Samples and schema lie in `../shared/conformance`; where they are missing those parts say so and pass.
#![cfg(not(target_arch = "wasm32"))]

mod common;
mod unix;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{accept_all, fixtures, generated, generous, reading, samples, shared};
use crosswalk::columns::Mapping;
use crosswalk::options::{Options, Recipe};
use crosswalk::vendor::Entry;
use crosswalk::{Reading, convert, interpret, vendor};
use proptest::prelude::*;
use serde_json::{Value, json};
use unix::indicators::{self, Said};
use unix::plist;
use unix::settings::{self, Schema};

/// What one conversion wrote.
struct Made {
    label: String,
    entries: Vec<Entry>,
    files: Vec<(String, Vec<u8>)>,
}

fn convert_to(label: &str, reading: &Reading, route: &str, options: &Options) -> Option<Made> {
    let policy = interpret(&[reading], &options.answers);
    let conversion = convert(&policy, vendor::find(route).expect("a route"), options);
    let files: Vec<_> = conversion.artefacts.iter().map(|a| (a.name.to_string(), a.bytes.clone())).collect();
    let entries = conversion.entries().cloned().collect();
    (!files.is_empty()).then(|| Made { label: label.to_owned(), entries, files })
}

fn told(answers: BTreeMap<String, String>, tables: Vec<Mapping>) -> Options {
    let answers = Recipe { crosswalk_recipe: 1, answers, tables }.told();
    accept_all(Options { answers, ..Options::default() })
}

/// Inputs of the suite with their own answers and columns, and all inputs with answers that let most rows through.
fn made(route: &str) -> Vec<Made> {
    let mut out = Vec::new();
    for given in fixtures().into_iter().chain(samples()) {
        let Ok(read) = reading(&given.name, &given.bytes) else { continue };
        let case = common::root().join("tests/suite").join(&given.label).with_file_name("case.json");
        let mut all = vec![generous(), accept_all(generous())];
        if let Ok(bytes) = std::fs::read(case) {
            let case: Value = serde_json::from_slice(&bytes).unwrap();
            let part = |key: &str| case.get(key).cloned();
            let answers = part("answers").map(|v| serde_json::from_value(v).unwrap()).unwrap_or_default();
            let tables = part("tables").map(|v| serde_json::from_value(v).unwrap()).unwrap_or_default();
            all.push(told(answers, tables));
        }
        out.extend(all.iter().filter_map(|options| convert_to(&given.label, &read, route, options)));
    }
    out
}

/// A list with confirmed columns: whose masks, what its rows are, and cells in the order of the columns.
fn list(
    route: &str,
    rows: &str,
    language: Option<&str>,
    columns: &[(&str, &str)],
    cells: &[Vec<String>],
) -> Option<Made> {
    let mut text = csv::Writer::from_writer(Vec::new());
    text.write_record(columns.iter().map(|(name, _)| name)).unwrap();
    for row in cells {
        text.write_record(row).unwrap();
    }
    let mut otherwise = json!({"enabled": "on"});
    if rows == "exclusion" {
        otherwise["components"] = json!("all");
        otherwise["subfolders"] = json!("on");
    }
    let columns: Vec<Value> =
        columns.iter().map(|(name, role)| json!({"name": name, "role": role})).collect();
    let mapping: Mapping = serde_json::from_value(json!({
        "source": "rows", "confirmed": true, "rows": rows, "language": language, "columns": columns, "otherwise": otherwise
    }))
    .unwrap();
    let read = reading("input.csv", &text.into_inner().unwrap()).ok()?;
    convert_to("a list", &read, route, &told(BTreeMap::new(), vec![mapping]))
}

fn json_at(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    let body = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn schema() -> Option<Schema> {
    let folder = shared("conformance/defender/macos")?;
    Some(Schema::new(&json_at(&folder.join("mdatp-xplat_schema.json"))))
}

type Places = BTreeMap<String, BTreeSet<&'static str>>;

fn linux_places() -> Option<Places> {
    let folder = shared("conformance/defender/linux")?;
    let mut known = BTreeMap::new();
    for name in ["mdatp_managed.full_2026_docs.json", "mdatp_managed.xplat.json"] {
        settings::places(&json_at(&folder.join(name)), "", &mut known);
    }
    Some(known)
}

fn wanted(entries: &[Entry]) -> BTreeSet<(String, String)> {
    entries.iter().map(|e| (e.list.to_owned(), e.value.clone())).collect()
}

/// Strings that formats stumble over.
const HOSTILE: [&str; 44] = [
    "a", "B", "x y", "ä", "日", "\"", "'", "<", ">", "&", "]]>", "<!--", "&amp;", "&#0;", ",", ";", "=1+1",
    "+1", "-1", "@x", "\t", "\n", "\r\n", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "\u{202E}", "\u{200B}",
    "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", " ", ".", "..", "*", "?", "%", "$(x)", "`", "|", "#", "\\", "{}",
];

fn hostile() -> impl Strategy<Value = Vec<String>> {
    let part = proptest::collection::vec(0..HOSTILE.len(), 1..4);
    let name = part.prop_map(|parts| parts.into_iter().map(|n| HOSTILE[n]).collect::<String>());
    proptest::collection::vec(name, 4..16)
}

/// Runs a property over lists whose names are hostile, and tells how many entries were read back.
fn property(cases: u32, mut holds: impl FnMut(&[String]) -> usize) -> usize {
    let mut runner = proptest::test_runner::TestRunner::new(generated(cases));
    let count = std::cell::Cell::new(0);
    let holds = std::cell::RefCell::new(&mut holds);
    runner
        .run(&hostile(), |names| {
            count.set(count.get() + holds.borrow_mut()(&names));
            Ok(())
        })
        .unwrap();
    count.get()
}

// ---------------------------------------------------------------------------------------------------------------------
// Linux

fn check_linux(made: &Made, known: Option<&Places>) {
    let [(name, bytes)] = &made.files[..] else { panic!("{}: one file", made.label) };
    assert_eq!(name, "mdatp_managed.json");
    settings::linux(bytes, known).unwrap_or_else(|why| panic!("{}: {why}", made.label));
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    let exclusions = value["exclusionSettings"]["exclusions"].take();
    let mut said =
        settings::said(&json!({"exclusions": if exclusions.is_null() { json!([]) } else { exclusions }}));
    value.as_object_mut().unwrap().remove("exclusionSettings");
    said.extend(settings::said(&value));
    assert_eq!(said, wanted(&made.entries), "{}", made.label);
}

#[test]
fn managed_settings_of_linux_read_back_and_obey_the_rules() {
    let known = linux_places();
    let all = made("defender/linux");
    assert!(all.len() > 20, "{}", all.len());
    all.iter().for_each(|made| check_linux(made, known.as_ref()));
    let seen: BTreeSet<&str> = all.iter().flat_map(|m| m.entries.iter().map(|e| e.list)).collect();
    assert!(seen.len() >= 10, "only {seen:?}");
    println!("{} files of Linux, lists and keys: {seen:?}", all.len());
    let read = property(96, |names| {
        let cells: Vec<_> = names.iter().map(|n| vec![format!("/srv/{n}/x"), "yes".to_owned()]).collect();
        let columns = [("Path", "path"), ("Opened files", "opened-files")];
        let programs = list("defender/linux", "trusted-application", Some("kesl"), &columns, &cells);
        let folders: Vec<_> = names.iter().map(|n| vec![format!("/srv/{n}"), String::new()]).collect();
        let columns = [("Path", "path"), ("Comment", "comment")];
        let paths = list("defender/linux", "exclusion", Some("kesl"), &columns, &folders);
        let both = [programs, paths];
        both.iter().flatten().for_each(|made| check_linux(made, known.as_ref()));
        both.iter().flatten().map(|made| made.entries.len()).sum()
    });
    assert!(read > 200, "{read}");
    println!("{read} entries of hostile lists read back");
}

// ---------------------------------------------------------------------------------------------------------------------
// macOS

fn check_macos(made: &Made, schema: Option<&Schema>) {
    let label = &made.label;
    let names: Vec<&str> = made.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["com.microsoft.wdav.mobileconfig", "com.microsoft.wdav.plist"], "{label}");
    let lists: Vec<Value> =
        made.files.iter().map(|(_, b)| plist::read(b).unwrap_or_else(|e| panic!("{label}: {e}"))).collect();
    settings::profile(&lists[0]).unwrap_or_else(|why| panic!("{label}: {why}"));
    for list in &lists {
        settings::macos(list, schema).unwrap_or_else(|why| panic!("{label}: {why}"));
        let said = settings::said(&settings::payload(list).unwrap());
        assert_eq!(said, wanted(&made.entries), "{label}");
    }
}

/// All that is written for Macs: the inputs that are there, and lists with hostile names.
fn macs() -> Vec<Made> {
    let mut all: Vec<Made> = made("defender/macos");
    assert!(!all.is_empty());
    property(96, |names| {
        let cells: Vec<_> = names.iter().map(|n| vec![format!("/Volumes/{n}"), String::new()]).collect();
        let columns = [("Path", "path"), ("Comment", "comment")];
        all.extend(list("defender/macos", "exclusion", Some("mac-path"), &columns, &cells));
        0
    });
    all
}

#[test]
fn profiles_and_lists_of_macos_are_valid_and_read_back() {
    let schema = schema();
    let all = macs();
    all.iter().for_each(|made| check_macos(made, schema.as_ref()));
    let entries: usize = all.iter().map(|m| m.entries.len()).sum();
    assert!(all.len() > 40 && entries > 300, "{} files, {entries} entries", all.len());
    println!("{} profiles and as many lists, {entries} entries", all.len());
}

#[test]
fn python_reads_the_same_property_lists() {
    let files: Vec<Vec<u8>> = macs().into_iter().flat_map(|m| m.files).map(|(_, bytes)| bytes).collect();
    let Some(read) = plist::python(&files) else { return };
    for (bytes, theirs) in files.iter().zip(read) {
        assert_eq!(theirs, plist::read(bytes));
    }
    println!("{} property lists read by plistlib", files.len());
    let text = String::from_utf8(files[0].clone()).unwrap();
    for damaged in [
        text.replacen("</dict>", "", 1),
        text.replacen("<string>", "<string>&", 1),
        text.replacen("<true/>", "<yes/>", 1),
        text.replacen("<integer>1<", "<integer>one<", 1),
        text.replacen("<array>", "<array>\u{1}", 1),
    ] {
        assert_ne!(damaged, text);
        let read = plist::python(&[damaged.clone().into_bytes()]).unwrap();
        assert!(read[0].is_err(), "{damaged}");
        assert!(plist::read(damaged.as_bytes()).is_err(), "{damaged}");
    }
}

/// A schedule, the cloud and behaviour come from no list, so the settings are made here, and written by the route alone.
#[test]
fn every_key_for_macos_is_valid() {
    let Some(schema) = schema() else { return };
    let route = vendor::find("defender/macos").unwrap();
    let entry = |list, value: &str| Entry::new("com.microsoft.wdav.mobileconfig", list, value);
    let stamp = vendor::Stamp { input_sha256: "00", date: "2024-01-01" };
    let entries = [
        entry("antivirusEngine.enforcementLevel", "real_time"),
        entry("antivirusEngine.scanArchives", "true"),
        entry("antivirusEngine.threatTypeSettings.potentially_unwanted_application", "block"),
        entry("cloudService.enabled", "true"),
        entry("cloudService.automaticSampleSubmissionConsent", "safe"),
        entry("features.behaviorMonitoring", "enabled"),
        entry("features.scheduledScan", "enabled"),
        entry("scheduledScan.weeklyConfiguration.dayOfWeek", "8"),
        entry("scheduledScan.weeklyConfiguration.timeOfDay", "1360"),
        entry("scheduledScan.weeklyConfiguration.scanType", "full"),
        entry("excludedPath folder", "/Volumes/a/"),
        entry("excludedPath file", "/Volumes/a/b"),
    ];
    let files = route.write(&entries, &stamp).into_iter().map(|a| (a.name.into_owned(), a.bytes)).collect();
    let made = Made { label: "every key".into(), entries: entries.to_vec(), files };
    check_macos(&made, Some(&schema));
}

/// Days: from a schedule of the policy to the numbers of either system.
#[test]
fn days_of_macos_are_numbered_the_other_way_round() {
    use crosswalk::policy::{
        Certainty, Clock, Component, Day, Item, Kind, Meaning, Platform, Policy, Rule, Schedule, State, Task,
    };
    let number = |rule, day, platform, route: &str| {
        let clock = Clock { date: None, time: (3, 15, 0) };
        let schedule = Schedule { start: Some(clock), day, ..Schedule::of(rule) };
        let task = Task { name: "Scan".into(), component: Component::OnDemand, active: true };
        let item = Item {
            input: 0,
            leaves: Default::default(),
            line: 1,
            kind: Kind::Setting { task: Some(0), meaning: Meaning::Schedule(Some(schedule)) },
            state: State::Active,
            certainty: Certainty::Confirmed,
            source: "a scan".into(),
        };
        let read = reading("a.csv", b"Path,Comment\n/a,b\n").unwrap();
        let mut policy: Policy = interpret(&[&read], &Default::default());
        (policy.platform, policy.tasks, policy.items) = (platform, vec![task], vec![item]);
        let options = accept_all(Options::default());
        let conversion = convert(&policy, vendor::find(route).unwrap(), &options);
        let found = conversion.entries().find(|e| e.list.ends_with("dayOfWeek"));
        found.map(|e| e.value.clone())
    };
    let on = |day| (Rule::Weekly, Some(Day::OfWeek(day)));
    // Monday is 1 in the policy; Sunday is 1 in Defender, and every day is 8 here and 0 on Windows.
    for ((rule, day), mac) in [(on(1), "2"), (on(6), "7"), (on(7), "1"), ((Rule::Daily, None), "8")] {
        assert_eq!(number(rule, day, Platform::MacOs, "defender/macos").as_deref(), Some(mac));
        assert_eq!(number(rule, day, Platform::Linux, "defender/linux"), None);
    }
}

/// The validator gives the answers that are written down for the files of others.
#[test]
fn the_validator_gives_the_expected_answers() {
    let (Some(folder), Some(schema)) = (shared("conformance/defender"), schema()) else { return };
    let expected = std::fs::read_to_string(folder.join("expected-validation.tsv")).unwrap();
    let mut seen = BTreeMap::new();
    for line in expected.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (file, answer) = (cells[0], cells[2]);
        if !file.starts_with("macos/") && !file.starts_with("linux/") || file.ends_with("schema.json") {
            continue;
        }
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let list = match file.ends_with(".json") {
            true => json_at(&folder.join(file)),
            false => plist::read(&bytes).unwrap(),
        };
        let found = match settings::payload(&list) {
            None => "no com.microsoft.wdav payload",
            Some(settings) => match schema.valid(&settings) {
                Ok(()) => "valid",
                Err(why) => {
                    let wanted = cells[3].split(':').next().unwrap();
                    assert!(why.trim_start_matches('/').starts_with(wanted), "{file}: {why}");
                    "invalid"
                }
            },
        };
        assert_eq!(found, answer, "{file}");
        *seen.entry(answer.to_owned()).or_insert(0) += 1;
    }
    println!("{seen:?}");
    assert_eq!(seen.values().sum::<i32>(), 14);
}

/// Frames of profiles: keys and their types as in Microsoft's own.
#[test]
fn profiles_have_the_frame_of_microsofts_samples() {
    let Some(folder) = shared("conformance/defender/macos/xplat") else { return };
    let mut known: Places = BTreeMap::new();
    for name in ["settings-data_loss_prevention", "settings-device_control"] {
        let bytes = std::fs::read(folder.join(format!("{name}-com.microsoft.wdav.mobileconfig"))).unwrap();
        settings::places(&plist::read(&bytes).unwrap(), "", &mut known);
    }
    let is_frame = |place: &str| place.rsplit('/').next().is_some_and(|key| key.starts_with("Payload"));
    known.retain(|place, _| is_frame(place));
    for made in made("defender/macos") {
        let mut mine: Places = BTreeMap::new();
        settings::places(&plist::read(&made.files[0].1).unwrap(), "", &mut mine);
        mine.retain(|place, _| is_frame(place));
        assert_eq!(mine, known, "{}", made.label);
    }
}

#[test]
fn damaged_settings_are_noticed() {
    let linux_files = made("defender/linux");
    let known = linux_places();
    let rich = |made: &&Made| {
        ["excludedPath folder", "excludedPath file", "excludedFileExtension"]
            .iter()
            .all(|l| made.entries.iter().any(|e| e.list == *l))
    };
    let one = linux_files.iter().find(rich).expect("a file with all kinds of exclusions");
    let good: Value = serde_json::from_slice(&one.files[0].1).unwrap();
    let changes: &[(&str, fn(&mut Value))] = &[
        ("no scope", |v| {
            drop(v["exclusionSettings"]["exclusions"][0].as_object_mut().unwrap().remove("scopes"))
        }),
        ("global", |v| v["exclusionSettings"]["exclusions"][0]["scopes"] = json!(["epp", "global"])),
        ("no level", |v| drop(v["antivirusEngine"].as_object_mut().unwrap().remove("enforcementLevel"))),
        ("passive", |v| v["antivirusEngine"]["enforcementLevel"] = json!("passive")),
        ("admin_only", |v| v["exclusionSettings"]["mergePolicy"] = json!("admin_only")),
        ("a word for a truth value", |v| {
            v["exclusionSettings"]["exclusions"][0]["isDirectory"] = json!("true")
        }),
        ("a kind that is none", |v| {
            v["exclusionSettings"]["exclusions"][0]["$type"] = json!("excludedFolder")
        }),
        ("everything", |v| v["exclusionSettings"]["exclusions"][0]["path"] = json!("/")),
        ("twice", |v| {
            let first = v["exclusionSettings"]["exclusions"][0].clone();
            v["exclusionSettings"]["exclusions"].as_array_mut().unwrap().push(first);
        }),
        ("a day", |v| {
            v["scheduledScan"]["weeklyConfiguration"] =
                json!({"dayOfWeek": 1, "timeOfDay": 5, "scanType": "full"})
        }),
        ("a time", |v| v["scheduledScan"]["dailyConfiguration"] = json!({"timeOfDay": 1440})),
    ];
    let judge = |value: &Value| settings::linux(value.to_string().as_bytes(), known.as_ref());
    judge(&good).unwrap();
    for (what, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(judge(&bad).is_err(), "{what} passes");
    }
    if known.is_some() {
        let mut bad = good.clone();
        bad["antivirusEngine"]["scanArchive"] = json!(true);
        assert!(judge(&bad).is_err(), "a misspelt key passes");
    }

    let all = made("defender/macos");
    let one = all.iter().max_by_key(|m| m.entries.len()).unwrap();
    let good = plist::read(&one.files[0].1).unwrap();
    let schema = schema();
    let judge = |list: &Value| settings::profile(list).and_then(|()| settings::macos(list, schema.as_ref()));
    judge(&good).unwrap();
    let changes: &[(&str, fn(&mut Value))] = &[
        ("another payload", |v| v["PayloadContent"][0]["PayloadType"] = json!("com.microsoft.wdav.ext")),
        ("one identifier", |v| v["PayloadContent"][0]["PayloadUUID"] = v["PayloadUUID"].clone()),
        ("a number in text", |v| v["PayloadVersion"] = json!("1")),
        ("two payloads", |v| {
            let first = v["PayloadContent"][0].clone();
            v["PayloadContent"].as_array_mut().unwrap().push(first);
        }),
        ("a user's profile", |v| v["PayloadScope"] = json!("User")),
        ("never", |v| {
            v["PayloadContent"][0]["features"] = json!({"scheduledScan": "enabled"});
            v["PayloadContent"][0]["scheduledScan"] =
                json!({"weeklyConfiguration": {"dayOfWeek": 0, "timeOfDay": 5, "scanType": "full"}});
        }),
        ("exclusions of Linux", |v| v["PayloadContent"][0]["exclusionSettings"] = json!({"exclusions": []})),
        ("scopes of Linux", |v| {
            v["PayloadContent"][0]["antivirusEngine"]["exclusions"][0]["scopes"] = json!(["epp"]);
        }),
        ("real-time", |v| v["PayloadContent"][0]["antivirusEngine"]["enforcementLevel"] = json!("real-time")),
    ];
    for (what, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(judge(&bad).is_err(), "{what} passes");
    }
    if schema.is_some() {
        for (what, key, value) in [
            ("a misspelt key", "scanArchive", json!(true)),
            ("a number in text", "scanResultsRetentionDays", json!("90")),
            ("a number out of range", "scanResultsRetentionDays", json!(0)),
        ] {
            let mut bad = good.clone();
            bad["PayloadContent"][0]["antivirusEngine"][key] = value;
            assert!(judge(&bad).is_err(), "{what} passes");
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Huntress

fn lines(files: &[(String, Vec<u8>)]) -> Result<BTreeSet<(String, String)>, String> {
    let mut out = BTreeSet::new();
    for (name, bytes) in files {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let list = match name.as_str() {
            "huntress-paths.txt" => "ExclusionPath",
            "huntress-extensions.txt" => "ExclusionExtension",
            "huntress-processes.txt" => "ExclusionProcess",
            other => return Err(format!("no list takes {other}")),
        };
        for line in text.strip_suffix("\r\n").ok_or("the last line does not end")?.split("\r\n") {
            let hidden = line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
            if line.is_empty() || line.trim() != line || hidden || line.contains("\\:{") {
                return Err(format!("{line:?}"));
            }
            if list == "ExclusionPath" && line.matches(['*', '?']).count() > 6 || line.contains("**") {
                return Err(format!("wildcards of {line:?}"));
            }
            if !out.insert((list.to_owned(), line.to_owned())) {
                return Err(format!("{line:?} stands twice"));
            }
        }
    }
    Ok(out)
}

#[test]
fn lists_for_huntress_hold_one_entry_a_line() {
    let all = made("huntress/lists");
    for made in &all {
        assert_eq!(lines(&made.files).as_ref(), Ok(&wanted(&made.entries)), "{}", made.label);
        for entry in &made.entries {
            let end = format!("{}s.txt", entry.list.trim_start_matches("Exclusion").to_lowercase());
            assert!(entry.file.ends_with(&end.replace("processs", "processes")), "{entry:?}");
        }
    }
    let seen: BTreeSet<&str> = all.iter().flat_map(|m| m.files.iter().map(|(n, _)| n.as_str())).collect();
    assert_eq!(seen.len(), 3, "{seen:?}");
    let mut files = all.len();
    let read = property(64, |names| {
        let cells: Vec<_> = names.iter().map(|n| vec![format!("C:\\{n}\\"), String::new()]).collect();
        let columns = [("Path", "path"), ("Comment", "comment")];
        let Some(made) = list("huntress/lists", "exclusion", Some("kes"), &columns, &cells) else { return 0 };
        assert_eq!(lines(&made.files).as_ref(), Ok(&wanted(&made.entries)));
        files += 1;
        made.entries.len()
    });
    assert!(read > 50, "{read}");
    println!("{files} conversions for Huntress; {read} entries of hostile lists");
    let file = |name: &str, text: &str| vec![(name.to_owned(), text.as_bytes().to_vec())];
    assert!(lines(&file("huntress-paths.txt", "C:\\a\\\r\n")).is_ok());
    for bad in [
        "C:\\a\\",
        "C:\\a\\ \r\n",
        "C:\\a\n\r\n",
        "\r\n",
        "C:\\a\\:{PathType:file}\r\n",
        "C:\\a\\\r\nC:\\a\\\r\n",
        "C:\\**\\a\r\n",
        "\u{2028}\r\n",
    ] {
        assert!(lines(&file("huntress-paths.txt", bad)).is_err(), "{bad:?}");
    }
    assert!(lines(&file("huntress.txt", "C:\\a\\\r\n")).is_err());
}

/// What Huntress cannot take is left by hand, and the same row goes through where Defender's own script takes it.
#[test]
fn contextual_entries_are_not_given_to_huntress() {
    let cells = [vec!["C:\\a\\b.exe".to_owned(), String::new()], vec!["C:\\a\\".to_owned(), String::new()]];
    let columns = [("Path", "path"), ("Comment", "comment")];
    let of = |route| list(route, "exclusion", Some("kes"), &columns, &cells).unwrap().entries;
    let own = of("defender/powershell");
    assert!(own.iter().any(|e| e.value.contains("PathType:file")), "{own:?}");
    let values: Vec<String> = of("huntress/lists").into_iter().map(|e| e.value).collect();
    assert_eq!(values, ["C:\\a\\"]);
}

// ---------------------------------------------------------------------------------------------------------------------
// Indicators

fn official() -> Option<(String, BTreeSet<String>)> {
    let folder = shared("conformance/defender/indicators")?;
    let sample = std::fs::read_to_string(folder.join("official_sample_rows.csv")).unwrap();
    let example = json_at(&folder.join("import_api_example.json"));
    let keys = example["Indicators"][0].as_object().unwrap().keys().cloned().collect();
    Some((sample.lines().next().unwrap().trim_start_matches('\u{FEFF}').trim_end().to_owned(), keys))
}

fn check_indicators(made: &Made, keys: Option<&BTreeSet<String>>) -> usize {
    let label = &made.label;
    let (mut tables, mut bodies): (Vec<Said>, Vec<Said>) = Default::default();
    for (name, bytes) in &made.files {
        let read = match name.ends_with(".json") {
            true => indicators::body(bytes, keys).map(|all| bodies.extend(all)),
            false => indicators::table(name, bytes).map(|all| tables.extend(all)),
        };
        read.unwrap_or_else(|why| panic!("{label}: {name}: {why}"));
    }
    let said = |e: &Entry| -> Said {
        [e.list, &e.value, e.field("Action"), e.field("Title")].map(str::to_owned).into()
    };
    let set = |all: Vec<Said>| -> BTreeSet<Said> {
        let (count, set) = (all.len(), all.into_iter().collect::<BTreeSet<_>>());
        assert_eq!(set.len(), count, "{label}: one stands twice");
        set
    };
    let wanted = set(made.entries.iter().map(said).collect());
    assert_eq!(set(bodies), wanted, "{label}: bodies");
    let portal = wanted.iter().filter(|(kind, ..)| kind != "FileMd5").cloned().collect();
    assert_eq!(set(tables), portal, "{label}: tables");
    wanted.len()
}

#[test]
fn indicators_read_back_and_obey_the_rules() {
    let official = official();
    let keys = official.as_ref().map(|(_, keys)| keys);
    if let Some((head, _)) = &official {
        assert_eq!(head, indicators::HEAD);
    }
    let all = made("defender/indicators");
    let rows: usize = all.iter().map(|made| check_indicators(made, keys)).sum();
    let seen: BTreeSet<&str> = all.iter().flat_map(|m| m.entries.iter().map(|e| e.list)).collect();
    assert!(seen.len() >= 6, "only {seen:?}");
    println!("{} conversions with {rows} indicators: {seen:?}", all.len());
    let read = property(64, |names| {
        let mut cells = Vec::new();
        for (n, name) in names.iter().enumerate() {
            let action = if n % 2 == 0 { "Allow" } else { "Block" };
            for address in [
                format!("{name}.example"),
                format!("http://shop.example/{name}"),
                name.clone(),
                format!("198.51.100.{n}"),
            ] {
                cells.push(vec![name.clone(), action.to_owned(), address]);
            }
        }
        let columns = [("Name", "name"), ("Action", "action"), ("Address", "url")];
        list("defender/indicators", "web-rule", None, &columns, &cells)
            .map_or(0, |made| check_indicators(&made, keys))
    });
    assert!(read > 100, "{read}");
    println!("{read} indicators of hostile lists");
}

#[test]
fn no_file_holds_more_than_its_limit_and_the_ledger_names_the_right_one() {
    let hash = |n: usize, length: usize| format!("{n:0length$x}");
    let cells: Vec<_> = (0..1201)
        .map(|n| vec![hash(n, 64), String::new()])
        .chain((0..503).map(|n| vec![hash(n, 32), String::new()]))
        .collect();
    let columns = [("Hash", "hash"), ("Comment", "comment")];
    let made = list("defender/indicators", "exclusion", None, &columns, &cells).unwrap();
    let names: Vec<&str> = made.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "indicators-files.csv",
            "indicators-files-2.csv",
            "indicators-files-3.csv",
            "indicators.api.json",
            "indicators-2.api.json",
            "indicators-3.api.json",
            "indicators-4.api.json"
        ]
    );
    check_indicators(&made, None);
}

#[test]
fn damaged_indicators_are_noticed() {
    let columns = [("Name", "name"), ("Action", "action"), ("Address", "url")];
    let cells = [["a", "Block", "shop.example"], ["b", "Allow", "https://shop.example/x"]]
        .map(|row| row.map(str::to_owned).to_vec());
    let made = list("defender/indicators", "web-rule", None, &columns, &cells).unwrap();
    let file = |name: &str| {
        let (_, bytes) = made.files.iter().find(|(n, _)| n == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let good = file("indicators-urls.csv");
    let judge = |text: &str| indicators::table("indicators-urls.csv", text.as_bytes());
    assert_eq!(judge(&good).unwrap().len(), 2);
    let row = good.lines().nth(1).unwrap();
    let changes = [
        ("another header", good.replacen("IndicatorType,IndicatorValue", "IndicatorValue,IndicatorType", 1)),
        ("a mark at the beginning", format!("\u{FEFF}{good}")),
        ("other ends of lines", good.replace("\r\n", "\n")),
        ("a cell less", good.replacen(",false", "", 1)),
        ("a cell more", good.replacen(",false", ",false,", 1)),
        ("no title", good.replacen("Crosswalk: block shop.example", "", 1)),
        ("an action for files", good.replacen(",Block,", ",BlockAndRemediate,", 1)),
        ("a severity that is none", good.replacen("Informational", "Info", 1)),
        ("a network", good.replacen("DomainName,shop.example", "IpAddress,203.0.113.0/24", 1)),
        ("a mask", good.replacen("DomainName,shop", "DomainName,*.shop", 1)),
        (
            "a file on the tab of sites",
            good.replacen("DomainName,shop.example", &format!("FileSha256,{}", "a".repeat(64)), 1),
        ),
        ("a formula", good.replacen("Crosswalk: block", "=Crosswalk: block", 1)),
        ("501 rows", format!("{}\r\n{}", indicators::HEAD, format!("{row}\r\n").repeat(501))),
        ("no rows", format!("{}\r\n", indicators::HEAD)),
    ];
    for (what, bad) in changes {
        assert_ne!(bad, good, "{what}");
        assert!(judge(&bad).is_err(), "{what} passes");
    }
    let addresses = |value: &str| {
        let row = row.replacen("DomainName,shop.example", &format!("IpAddress,{value}"), 1);
        indicators::table("indicators-addresses.csv", format!("{}\r\n{row}\r\n", indicators::HEAD).as_bytes())
    };
    addresses("203.0.113.9").unwrap();
    for inside in ["10.1.2.3", "192.168.1.1", "127.0.0.1", "172.20.0.1", "fe80::1", "203.0.113.0/24"] {
        assert!(addresses(inside).is_err(), "{inside}");
    }
    let good: Value = serde_json::from_str(&file("indicators.api.json")).unwrap();
    let keys = good["Indicators"][0].as_object().unwrap().keys().cloned().collect();
    let judge = |value: &Value| indicators::body(value.to_string().as_bytes(), Some(&keys));
    judge(&good).unwrap();
    let changes: &[(&str, fn(&mut Value))] = &[
        ("a key less", |v| drop(v["Indicators"][0].as_object_mut().unwrap().remove("application"))),
        ("an older action", |v| v["Indicators"][0]["action"] = json!("Alert")),
        ("an end", |v| v["Indicators"][0]["expirationTime"] = json!("2021-12-12T00:00:00Z")),
        ("a hash that is short", |v| {
            v["Indicators"][0]["indicatorType"] = json!("FileMd5");
            v["Indicators"][0]["indicatorValue"] = json!("ab");
        }),
        ("501", |v| {
            let first = v["Indicators"][0].clone();
            v["Indicators"] = Value::Array(vec![first; 501]);
        }),
        ("another key beside", |v| v["indicators"] = json!([])),
    ];
    for (what, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(judge(&bad).is_err(), "{what} passes");
    }
}

/// Only what is single, external and certain becomes an indicator, and all of it waits for a decision.
#[test]
fn nothing_becomes_an_indicator_without_a_decision() {
    for (rows, columns, cells) in [
        ("web-rule", [("Action", "action"), ("Address", "url")], ["Block", "shop.example"]),
        (
            "exclusion",
            [("Comment", "comment"), ("Hash", "hash")],
            ["x", "ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12"],
        ),
        (
            "network-attack-exclusion",
            [("Comment", "comment"), ("Address", "remote-address")],
            ["x", "203.0.113.9"],
        ),
    ] {
        let made = list("defender/indicators", rows, None, &columns, &[cells.map(str::to_owned).to_vec()]);
        assert_eq!(made.expect(rows).entries.len(), 1, "{rows}");
        let text = format!("{},{}\n{},{}\n", columns[0].0, columns[1].0, cells[0], cells[1]);
        let read = reading("input.csv", text.as_bytes()).unwrap();
        let columns: Vec<Value> = columns.iter().map(|(n, r)| json!({"name": n, "role": r})).collect();
        let mapping: Mapping = serde_json::from_value(json!({
            "source": "rows", "confirmed": true, "rows": rows, "columns": columns,
            "otherwise": if rows == "exclusion" { json!({"enabled": "on", "components": "all"}) } else { json!({"enabled": "on"}) }
        }))
        .unwrap();
        let mut options = told(BTreeMap::new(), vec![mapping]);
        options.accept.clear();
        assert!(convert_to(rows, &read, "defender/indicators", &options).is_none(), "{rows}");
    }
}
