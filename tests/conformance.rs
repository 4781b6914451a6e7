//! What is written, held against real vendor exports, official samples and schemas. They lie in `../shared/conformance`
//! and are not part of the project; where they are missing the tests say so and pass.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{
    Files, accept_all, answers, convert_one, convert_read, fixtures, generous, reading, report, routes_for,
    samples, shared, text,
};
use serde_json::Value;

fn json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    let body = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The conversions of all inputs for one route that wrote a file of that name.
fn written(route: &str, file: &str) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for given in fixtures().into_iter().chain(samples()) {
        let Ok(read) = reading(&given.name, &given.bytes) else { continue };
        for (n, options) in [answers(&[]), generous(), accept_all(generous())].iter().enumerate() {
            let files: Files = convert_read(&read, route, options);
            if let Some(bytes) = files.get(file) {
                out.push((format!("{} {n}", given.label), serde_json::from_slice(bytes).unwrap()));
            }
        }
    }
    assert!(out.len() >= 3, "{route} wrote {} files", out.len());
    out
}

/// Shapes of the objects in real exports, by what they are: the instance type, or the place.
fn shapes(value: &Value, place: &str, out: &mut BTreeMap<String, Vec<BTreeSet<String>>>) {
    match value {
        Value::Object(map) => {
            let name = match map.get("@odata.type").and_then(Value::as_str) {
                Some(kind) => kind.to_owned(),
                None => place.to_owned(),
            };
            // Newer exports have this one more, older ones do not.
            let keys: BTreeSet<String> =
                map.keys().filter(|k| *k != "auditRuleInformation").cloned().collect();
            let known = out.entry(name).or_default();
            if !known.contains(&keys) {
                known.push(keys);
            }
            for (key, inner) in map {
                shapes(inner, key, out);
            }
        }
        Value::Array(all) => all.iter().for_each(|v| shapes(v, place, out)),
        _ => {}
    }
}

#[test]
fn intune_policies_have_the_shape_of_real_exports() {
    let Some(folder) = shared("conformance/defender/intune") else { return };
    let real = json(&folder.join("hotcakex/Microsoft_Defender.json"));
    let mut known = BTreeMap::new();
    shapes(&real, "policy", &mut known);
    // That export has no list of strings; the ones of the other exports show it.
    for other in [
        "hotcakex/Attack_Surface_Reduction_Rules.json",
        "ennbee/CIS_L1_Firewall_Windows_11_Intune_3.0.1.json",
        "graph_post_av_exclusions.json",
    ] {
        shapes(&json(&folder.join(other)), "other policy", &mut known);
    }
    let seen = std::fs::read_to_string(folder.join("setting_ids_seen.tsv")).unwrap();
    let seen: BTreeMap<&str, &str> = seen
        .lines()
        .skip(1)
        .filter_map(|l| l.split_once('\t'))
        .map(|(id, r)| (id, r.split('\t').next().unwrap()))
        .collect();
    for (label, policy) in written("defender/intune", "defender-exclusions.intune.json") {
        assert_eq!(keys(&policy), keys(&real), "{label}: keys of the policy");
        assert_eq!(keys(&policy["templateReference"]), keys(&real["templateReference"]), "{label}");
        assert_eq!(
            policy["templateReference"], real["templateReference"],
            "{label}: a settings catalog policy, as the import takes it"
        );
        for same in [
            "@odata.context",
            "platforms",
            "technologies",
            "roleScopeTagIds",
            "priorityMetaData",
            "creationSource",
        ] {
            assert_eq!(policy[same], real[same], "{label}: {same}");
        }
        let settings = policy["settings"].as_array().unwrap();
        assert_eq!(policy["settingCount"].as_u64().unwrap(), settings.len() as u64, "{label}");
        assert!(!settings.is_empty(), "{label}");
        for (n, setting) in settings.iter().enumerate() {
            assert_eq!(keys(setting), keys(&real["settings"][0]), "{label}");
            assert_eq!(text(setting, "id"), n.to_string(), "{label}");
            let instance = &setting["settingInstance"];
            let kind = text(instance, "@odata.type")
                .strip_prefix("#microsoft.graph.deviceManagementConfiguration")
                .unwrap();
            let id = text(instance, "settingDefinitionId");
            assert_eq!(seen.get(id), Some(&kind), "{label}: {id}");
        }
        let mut mine = BTreeMap::new();
        shapes(&policy, "policy", &mut mine);
        for (name, all) in mine {
            let theirs = known.get(&name).unwrap_or_else(|| panic!("{label}: no real export has {name}"));
            for keys in all {
                assert!(theirs.contains(&keys), "{label}: {name} has {keys:?}, real exports {theirs:?}");
            }
        }
        for stamp in ["createdDateTime", "lastModifiedDateTime"] {
            assert_eq!(text(&policy, stamp).len(), text(&real, stamp).len(), "{label}: {stamp}");
        }
    }
}

#[test]
fn intune_entries_hold_no_separator_and_at_most_six_wildcards() {
    for (label, policy) in written("defender/intune", "defender-exclusions.intune.json") {
        for setting in policy["settings"].as_array().unwrap() {
            let values = setting["settingInstance"]["simpleSettingCollectionValue"].as_array().unwrap();
            assert!(!values.is_empty(), "{label}: an empty list is no setting");
            let mut once = BTreeSet::new();
            for value in values {
                let value = text(value, "value");
                assert!(once.insert(value), "{label}: {value} stands twice");
                assert!(!value.contains(['|', '\n', '\r']) && !value.contains("**"), "{label}: {value}");
                assert!(value.chars().filter(|c| matches!(c, '*' | '?')).count() <= 6, "{label}: {value}");
            }
        }
    }
}

/// The type that a key has in the samples: so `scanArchives` cannot become a text.
fn types(value: &Value, place: String, out: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    out.entry(place.clone()).or_default().insert(kind);
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| types(v, format!("{place}/{k}"), out)),
        Value::Array(all) => all.iter().for_each(|v| types(v, format!("{place}[]"), out)),
        _ => {}
    }
}

#[test]
fn mdatp_managed_has_the_keys_of_the_official_samples() {
    let Some(folder) = shared("conformance/defender/linux") else { return };
    let mut known = BTreeMap::new();
    let mut marks = BTreeSet::new();
    for name in ["mdatp_managed.full_2026_docs.json", "mdatp_managed.xplat.json"] {
        let sample = json(&folder.join(name));
        types(&sample, String::new(), &mut known);
        for list in [&sample["exclusionSettings"]["exclusions"], &sample["antivirusEngine"]["exclusions"]] {
            marks.extend(
                list.as_array().into_iter().flatten().filter_map(|e| e["$type"].as_str().map(str::to_owned)),
            );
        }
    }
    assert!(marks.contains("excludedPath") && marks.contains("excludedFileExtension"), "{marks:?}");
    for (label, managed) in written("defender/linux", "mdatp_managed.json") {
        let mut mine = BTreeMap::new();
        types(&managed, String::new(), &mut mine);
        for (place, kinds) in mine {
            let theirs = known.get(&place).unwrap_or_else(|| panic!("{label}: no sample has {place}"));
            assert!(kinds.is_subset(theirs), "{label}: {place} is {kinds:?}, in the samples {theirs:?}");
        }
        for exclusion in managed["exclusionSettings"]["exclusions"].as_array().into_iter().flatten() {
            assert_eq!(
                exclusion["scopes"],
                serde_json::json!(["epp"]),
                "{label}: without a scope it would be global"
            );
            let kind = text(exclusion, "$type");
            assert!(marks.contains(kind), "{label}: {kind}");
            let expected: &[&str] = match kind {
                "excludedPath" => &["$type", "path", "isDirectory", "scopes"],
                "excludedFileExtension" => &["$type", "extension", "scopes"],
                "excludedFileName" => &["$type", "name", "scopes"],
                other => panic!("{label}: {other}"),
            };
            assert_eq!(keys(exclusion), expected.iter().copied().collect(), "{label}");
            if kind == "excludedPath" {
                assert!(text(exclusion, "path").starts_with('/'), "{label}");
            }
        }
        assert!(
            managed["antivirusEngine"].get("exclusions").is_none(),
            "{label}: exclusions stand in one place"
        );
    }
}

/// The macOS schema has the keys that both systems share.
#[test]
fn mdatp_managed_fits_the_schema_for_shared_keys() {
    let Some(folder) = shared("conformance/defender/macos") else { return };
    let schema = json(&folder.join("mdatp-xplat_schema.json"));
    let shared_keys = schema["properties"].as_object().unwrap();
    let mut checked = 0;
    for (label, managed) in written("defender/linux", "mdatp_managed.json") {
        for (object, values) in managed.as_object().unwrap() {
            let Some(properties) = shared_keys.get(object).and_then(|o| o["properties"].as_object()) else {
                continue;
            };
            for (key, value) in values.as_object().unwrap() {
                let Some(rule) = properties.get(key) else { continue };
                let validator = jsonschema::validator_for(rule).expect("a schema");
                assert!(validator.is_valid(value), "{label}: {object}.{key} = {value}");
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
    let rule = &shared_keys["antivirusEngine"]["properties"]["enforcementLevel"];
    assert!(
        !jsonschema::validator_for(rule).unwrap().is_valid(&Value::from("real-time")),
        "the schema can say no"
    );
}

#[test]
fn clamd_options_are_those_of_the_sample() {
    let Some(folder) = shared("conformance/vendors/clamav") else { return };
    let sample = std::fs::read_to_string(folder.join("clamd.conf.sample")).unwrap();
    let known: BTreeSet<&str> = sample
        .lines()
        .filter_map(|l| l.strip_prefix('#').or(Some(l)))
        .filter_map(|l| l.split_once(' '))
        .map(|(k, _)| k)
        .collect();
    let mut lines = 0;
    for given in fixtures().into_iter().chain(samples()) {
        let Ok(read) = reading(&given.name, &given.bytes) else { continue };
        let files = convert_read(&read, "clamav/conf", &accept_all(generous()));
        let Some(bytes) = files.get("clamd-crosswalk.conf") else { continue };
        for line in
            std::str::from_utf8(bytes).unwrap().lines().filter(|l| !l.starts_with('#') && !l.is_empty())
        {
            let (option, value) = line.split_once(' ').unwrap();
            assert!(known.contains(option), "{}: {option}", given.label);
            assert!(!value.is_empty() && value.trim() == value, "{line:?}");
            lines += 1;
        }
    }
    assert!(lines > 10);
}

/// Whether nothing was written for the row of an entry, or a warning names what was.
fn held(files: &Files, entry: &str) -> bool {
    let report = report(files);
    let rows: Vec<&Value> = report["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| !r["written"].as_array().unwrap().is_empty() && r["kind"] == "exclusion")
        .collect();
    // The warning stands at the line of the row and says which place or extension it opens.
    let warned = |row: &&&Value| {
        report["findings"].as_array().unwrap().iter().any(|f| {
            ["CW0304", "CW0305"].contains(&text(f, "code"))
                && f["severity"] == "warning"
                && f["origin"]["line"] == row["origin"]["line"]
        })
    };
    let silent: Vec<&&Value> = rows.iter().filter(|row| !warned(row)).collect();
    for row in &silent {
        println!("{entry}: written {} without a warning", row["written"]);
    }
    silent.is_empty()
}

#[test]
fn dangerous_exclusions_are_warned_about_or_left_to_a_person() {
    let Some(folder) = shared("conformance/defender/semantics") else { return };
    let table = std::fs::read_to_string(folder.join("dangerous-exclusions.tsv")).unwrap();
    let told = answers(&[
        ("local-list.product", "consumer"),
        ("local-list.subfolders", "yes"),
        ("ksws.product", "ksws"),
        ("ksws.subfolders", "yes"),
        ("trusted.opened-files", "yes"),
    ]);
    let mut bad = Vec::new();
    let mut seen = 0;
    let rows = table.lines().skip(1).map(|l| l.split('\t').collect::<Vec<_>>());
    // What is for all systems is tried on both.
    let rows = rows.flat_map(|c| {
        if c[1] == "all" {
            vec![(c[0], "Windows", c[2]), (c[0], "Linux", c[2])]
        } else {
            vec![(c[0], c[1], c[2])]
        }
    });
    for (kind, platform, entry) in rows {
        // An example of Microsoft's page, not a folder that anybody has.
        if entry.contains("Contoso") || entry.contains('<') {
            continue;
        }
        let mut inputs: Vec<(String, String, &str)> = Vec::new();
        match (kind, platform) {
            ("folder", "Windows") => {
                let folder = if entry.ends_with('*') {
                    entry.to_owned()
                } else {
                    format!("{}\\", entry.trim_end_matches('\\'))
                };
                inputs.push(("x.csv".to_owned(), format!("1;{folder};*;*;1;0;1;c;1\r\n"), "windows"));
                inputs.push((
                    "x.csv".to_owned(),
                    format!("1;{};*;*;1;0;1;c;1\r\n", folder.to_uppercase()),
                    "windows",
                ));
            }
            ("extension", "Windows") => inputs.push((
                "x.csv".to_owned(),
                format!("1;*.{};*;*;1;0;1;c;1\r\n", entry.trim_start_matches('.')),
                "windows",
            )),
            ("process", "Windows") => {
                let path =
                    if entry.contains('\\') { entry.to_owned() } else { format!("C:\\Tools\\{entry}") };
                inputs.push(("x.xml".to_owned(), format!("1;{path};\r\n"), "windows"));
            }
            ("folder", _) | ("extension", _) => {
                let rule = if kind == "folder" { entry.to_owned() } else { "/srv/never".to_owned() };
                let masks = if kind == "extension" {
                    format!(
                        "UseExcludeMasks=Yes\nExcludeMasks.item_0000=*.{}\n",
                        entry.trim_start_matches('.')
                    )
                } else {
                    String::new()
                };
                let task = |group: &str, task: &str| {
                    format!(
                        "[{group}.item_0000]\nTaskName=T\nTaskType={task}\n[{group}.item_0000.Settings]\n{masks}[{group}.item_0000.Settings.ExcludedFromScanScope.item_0000]\nUseScanArea={}\nPath={rule}\nAreaMask.item_0000=*\n",
                        if kind == "folder" { "Yes" } else { "No" }
                    )
                };
                let body = format!(
                    "Version=12.1.0.1\n[AppSettings]\n{}{}",
                    task("MonitoringTask", "OAS"),
                    task("OnDemandTask", "ODS")
                );
                inputs.push(("x.ini".to_owned(), body, "linux"));
            }
            _ => continue,
        }
        for (name, body, system) in inputs {
            for route in routes_for(system) {
                let files = convert_one(&name, body.as_bytes(), route, &told).unwrap();
                if !held(&files, entry) {
                    bad.push(format!("{kind} {entry} to {route}"));
                }
                if kind == "process" {
                    let report = report(&files);
                    assert!(
                        report["settings"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .all(|r| r["written"].as_array().unwrap().is_empty()),
                        "{entry}"
                    );
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 100);
    assert!(bad.is_empty(), "{} dangerous entries pass without a word: {bad:#?}", bad.len());
}

/// Every attribute of the one real answer that is known is in a row, with its value as serde_json reads it.
#[test]
fn a_real_list_of_policies_is_read_in_full() {
    let Some(folder) = shared("samples/kaspersky/windows/real") else { return };
    let path = folder.join("ksc-openapi-policies_list_response.json");
    let bytes = std::fs::read(&path).unwrap();
    let read = reading("answer.json", &bytes).unwrap();
    assert_eq!(read.format.id(), "ksc-openapi");
    let real = json(&path);
    let report = report(&convert_read(&read, "defender/powershell", &answers(&[])));
    let rows = report["settings"].as_array().unwrap();
    let mut leaves = 0;
    for (n, policy) in real["PxgRetVal"].as_array().unwrap().iter().enumerate() {
        leaves += 1;
        for (key, value) in policy["value"].as_object().unwrap() {
            let (below, value) = match value.get("value") {
                Some(inner) => (".value", inner),
                None => ("", value),
            };
            leaves += if below.is_empty() { 1 } else { 2 };
            let place = format!("PxgRetVal.{n}.value.{key}{below}");
            let row = rows
                .iter()
                .find(|r| r["origin"]["leaves"].as_array().unwrap().iter().any(|l| l == place.as_str()))
                .unwrap_or_else(|| panic!("{place} stands in no row"));
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert!(text(row, "source").contains(&format!("= {shown}")), "{place}: {row}");
            assert_eq!(row["fate"], "context", "{place}");
        }
    }
    let held: usize = rows.iter().map(|r| r["origin"]["leaves"].as_array().unwrap().len()).sum();
    assert_eq!(held, leaves);
    let input = &report["inputs"][0];
    // KLPOL_VERSION is 11.0.0.0 there, and the product was 11.5: so no version is told.
    assert_eq!(text(input, "version"), "");
    assert!(text(input, "product").contains("Kaspersky Endpoint Security for Windows"));
    let codes: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|f| text(f, "code")).collect();
    assert!(codes.contains(&"CW0120") && codes.contains(&"CW0123"), "{codes:?}");
}
