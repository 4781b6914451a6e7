//! Recipes: what was confirmed for one list is applied to the next of the same shape and refused for another; nothing is
//! converted before; no policy data is in them.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::{convert_read, reading, report, root};
use crosswalk::columns::Mapping;
use crosswalk::options::{Confirmed, Options, Recipe};
use crosswalk::{Reading, interpret, view};
use serde_json::{Value, json};

const TARGET: &str = "defender/powershell";

fn mapping(value: Value) -> Mapping {
    serde_json::from_value(value).unwrap()
}

/// Path, on or off, remark.
fn three_columns() -> Mapping {
    mapping(json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes",
        "columns": [{"name": "Path", "role": "path"}, {"name": "State", "role": "enabled"}, {"name": "Note", "role": "comment"}],
        "otherwise": {"components": "all", "subfolders": "on"}}))
}

fn told(mapping: Mapping) -> Options {
    let mut options = Options::default();
    options.answers.columns.push(Confirmed { input: None, mapping });
    options
}

fn read(text: &str) -> Reading {
    reading("list.csv", text.as_bytes()).unwrap()
}

/// Fates, entries and codes of findings for one text.
fn outcome(text: &str, options: &Options) -> (Vec<String>, Vec<String>, Vec<String>) {
    let report = report(&convert_read(&read(text), TARGET, options));
    let rows = report["settings"].as_array().unwrap();
    let fates =
        rows.iter().map(|r| r["fate"].as_str().unwrap().to_owned()).filter(|f| f != "context").collect();
    let written = rows.iter().flat_map(|r| r["written"].as_array().unwrap());
    let written = written.map(|w| w["entry"].as_str().unwrap().to_owned()).collect();
    let codes = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["code"].as_str().unwrap().to_owned())
        .collect();
    (fates, written, codes)
}

const LIST: &str = "Path;State;Note\nD:\\Ledger\\;on;Ledger\nE:\\Old\\;off;\n";

#[test]
fn nothing_is_converted_before_the_columns_are_confirmed() {
    let (fates, written, codes) = outcome(LIST, &Options::default());
    assert_eq!((fates, written.len()), (vec!["unconfirmed".to_owned(); 2], 0));
    assert!(codes.contains(&"CW0140".to_owned()));
    // A draft is no confirmation.
    let draft = Mapping { confirmed: false, ..three_columns() };
    let (fates, written, codes) = outcome(LIST, &told(draft));
    assert_eq!((fates, written.len()), (vec!["unconfirmed".to_owned(); 2], 0));
    assert!(codes.contains(&"CW0142".to_owned()));
    let (fates, written, _) = outcome(LIST, &told(three_columns()));
    assert_eq!(
        (fates.join(" "), written),
        ("exact inactive".to_owned(), vec!["ExclusionPath D:\\Ledger\\".to_owned()])
    );
}

#[test]
fn another_shape_is_refused_and_says_why() {
    for (text, why) in [
        ("Path;State;Note;Only for\nD:\\Ledger\\;on;x;sql.exe\n", "Only for"),
        ("Path;State\nD:\\Ledger\\;on\n", "Note"),
        ("Path;State;Comment\nD:\\Ledger\\;on;x\n", "Comment"),
        ("D:\\Ledger\\;on;x\nE:\\x\\;on;y\n", "without names"),
    ] {
        let policy = interpret(&[&read(text)], &told(three_columns()).answers);
        let refused = policy.findings.iter().find(|f| f.code == "CW0141").unwrap_or_else(|| panic!("{text}"));
        assert!(refused.message.contains(why), "{}", refused.message);
        let (fates, written, _) = outcome(text, &told(three_columns()));
        assert!(written.is_empty() && fates.iter().all(|f| f == "unconfirmed"), "{text}: {fates:?}");
    }
    // The order of named columns does not matter.
    let (fates, ..) = outcome("Note;Path;State\nx;D:\\Ledger\\;on\n", &told(three_columns()));
    assert_eq!(fates, ["exact"]);
}

#[test]
fn columns_without_names_are_known_by_what_they_look_like() {
    let recipe = mapping(json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes",
        "columns": [{"look": "path", "role": "path"}, {"look": "switch", "role": "enabled"}],
        "otherwise": {"components": "all", "subfolders": "on"}}));
    let fates = |text: &str| outcome(text, &told(recipe.clone())).0.join(" ");
    assert_eq!(fates("D:\\Ledger\\;on\nE:\\Old\\;off\n"), "exact inactive");
    assert_eq!(fates("on;D:\\Ledger\\\noff;E:\\Old\\\n"), "unconfirmed unconfirmed");
    assert_eq!(fates("D:\\Ledger\\;on;1\nE:\\Old\\;off;0\n"), "unconfirmed unconfirmed");
    assert_eq!(fates("192.0.2.1;on\n192.0.2.2;off\n"), "unconfirmed unconfirmed");
}

#[test]
fn a_row_that_is_not_understood_stays_with_a_person() {
    let with = |column: Value, text: &str| {
        let recipe = mapping(
            json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes",
            "columns": [{"name": "Path", "role": "path"}, column], "otherwise": {"enabled": "on", "components": "all", "subfolders": "on"}}),
        );
        let (fates, written, _) = outcome(text, &told(recipe));
        (fates.join(" "), written.len())
    };
    let person = ("by-hand".to_owned(), 0);
    assert_eq!(with(json!({"name": "Odd", "role": "unknown"}), "Path;Odd\nD:\\x\\;7\n"), person);
    assert_eq!(
        with(json!({"name": "Odd", "role": "unknown"}), "Path;Odd\nD:\\x\\;\n"),
        ("exact".to_owned(), 1)
    );
    assert_eq!(
        with(json!({"name": "Odd", "role": "no-effect"}), "Path;Odd\nD:\\x\\;7\n"),
        ("exact".to_owned(), 1)
    );
    assert_eq!(with(json!({"name": "Odd", "role": "hash"}), "Path;Odd\nD:\\x\\;zz\n"), person);
    // A condition that the target cannot say is not dropped.
    assert_eq!(with(json!({"name": "Odd", "role": "process"}), "Path;Odd\nD:\\x\\;C:\\a.exe\n"), person);
    assert_eq!(with(json!({"name": "Odd", "role": "threat"}), "Path;Odd\nD:\\x\\;not-a-virus:*\n").1, 0);
    assert_eq!(with(json!({"name": "Odd", "role": "components"}), "Path;Odd\nD:\\x\\;Mail\n"), person);
    let known = json!({"name": "Odd", "role": "components", "values": {"Mail": "all"}});
    assert_eq!(with(known, "Path;Odd\nD:\\x\\;Mail\n"), ("exact".to_owned(), 1));
    assert_eq!(with(json!({"name": "Odd", "role": "comment"}), "Path;Odd\n\"D:\\x\\; E:\\y\\\";c\n"), person);
    assert_eq!(with(json!({"name": "Odd", "role": "comment"}), "Path;Odd\n;c\n"), person);
}

#[test]
fn what_a_list_of_people_may_hide() {
    let recipe = |columns: Value| {
        told(mapping(
            json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes", "columns": columns,
            "otherwise": {"enabled": "on", "components": "all", "subfolders": "on"}}),
        ))
    };
    let entries = |text: &str, columns: Value| outcome(text, &recipe(columns)).1;
    let threat = || json!([{"name": "Path", "role": "path"}, {"name": "Note", "role": "comment"}, {"name": "Threat", "role": "threat"}]);
    // A quotation mark that is never closed does not swallow the condition behind it, nor one that is closed rows later.
    let rows = "D:\\y\\;c;*\nD:\\z\\;c;*\nD:\\w\\;c;*\n";
    let open = entries(&format!("Path;Note;Threat\n{rows}C:\\x\\;\"o;EICAR-Test-File\n"), threat());
    assert!(open.iter().all(|e| !e.contains("C:\\x")), "{open:?}");
    let later = entries(
        &format!("Path;Note;Threat\n{rows}C:\\x\\;\"o;EICAR-Test-File\nC:\\v\\;p\";EICAR-Test-File\n"),
        threat(),
    );
    assert!(later.iter().all(|e| !e.contains("C:\\x") && !e.contains("C:\\v")), "{later:?}");
    // A row that ends before a condition.
    let short = entries(&format!("Path;Note;Threat\n{rows}C:\\x\\;c\n{rows}"), threat());
    assert!(short.len() == 3 && short.iter().all(|e| !e.contains("C:\\x")), "{short:?}");
    // A value that holds the separator pushes the rest aside, even when the last cell is empty.
    let good = "OK;D:\\a\\;x\n".repeat(6);
    let aside = json!([{"name": "Note", "role": "comment"}, {"name": "Path", "role": "path"}, {"name": "Owner", "role": "no-effect"}]);
    assert_eq!(
        entries(&format!("Note;Path;Owner\n{good}OK; D:\\y\\;C:\\x\\;\n"), aside),
        ["ExclusionPath D:\\a\\"]
    );
    // The word as it was confirmed goes before the same in another letter case.
    let state = |values: Value| json!([{"name": "Path", "role": "path"}, {"name": "State", "role": "enabled", "values": values}]);
    let list = "Path;State\nC:\\y\\;да\n";
    assert!(entries(list, state(json!({"да": "off", "Да": "on"}))).is_empty());
    assert!(entries(list, state(json!({"ДА": "off", "Да": "on"}))).is_empty());
    assert_eq!(entries(list, state(json!({"Да": "on"}))).len(), 1);
    // A variable alone is no folder with all it holds.
    assert!(entries("Path;Note;Threat\n%SystemRoot%;c;*\n", threat()).is_empty());
}

#[test]
fn what_is_drafted_does_not_swallow_conditions() {
    let draft = |text: &str| -> Vec<String> {
        let reading = read(text);
        let policy = interpret(&[&reading], &Options::default().answers);
        let tables = view::tables(&reading, &policy, &Options::default().answers);
        tables[0].mapping.columns.iter().map(|c| c.role.word().to_owned()).collect()
    };
    // Empty here, a condition at the next customer's.
    assert_eq!(draft("Path;Valid only for;Status\nC:\\a\\;;On\n")[1], "unknown");
    // A heading does not make a threat name a remark.
    assert_eq!(draft("Path;Name\nC:\\a\\;EICAR-Test-File\nC:\\b\\;not-a-virus:X\n")[1], "threat");
    // Without a heading nothing says that a sentence is a remark.
    assert_eq!(draft("C:\\a\\;disabled since 2021\nC:\\b\\;not used\n")[1], "unknown");
    assert_eq!(draft("Path\tSubfolders\tEnabled\nC:\\a\\\tYes\tNo\n"), ["path", "subfolders", "enabled"]);
    // Two columns that look the same: a recipe cannot tell them apart, the confirmation of this one list can.
    let mapping = mapping(
        json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes",
        "columns": [{"look": "path", "role": "path"}, {"look": "switch", "role": "subfolders"}, {"look": "switch", "role": "enabled"}],
        "otherwise": {"components": "all"}}),
    );
    let text = "D:\\y\\;No;Yes\nD:\\z\\;Yes;Yes\n";
    let (fates, written, codes) = outcome(text, &told(mapping.clone()));
    assert!(
        written.is_empty()
            && fates.iter().all(|f| f == "unconfirmed")
            && codes.contains(&"CW0142".to_owned())
    );
    let mut options = Options::default();
    options.answers.columns.push(Confirmed { input: Some("list.csv".to_owned()), mapping });
    assert_eq!(outcome(text, &options).1.len(), 1);
}

#[test]
fn what_variables_stand_for_is_asked_once_for_all_lists() {
    let row =
        |n: usize| format!("<key name=\"000{n}\"><tSTRING name=\"Mask\">%TEMP%\\x{n}.tmp</tSTRING></key>");
    let list = |name: &str| format!("<key name=\"{name}\">{}{}</key>", row(0), row(1));
    let text = format!("<propertiesmap>{}{}</propertiesmap>", list("First"), list("Second"));
    let mut options = Options::default();
    for name in ["First", "Second"] {
        let mapping = mapping(
            json!({"source": "propertiesmap", "list": name, "confirmed": true, "rows": "exclusion", "language": "kes",
            "columns": [{"name": "(position)", "role": "no-effect"}, {"name": "Mask", "role": "path"}],
            "otherwise": {"enabled": "on", "components": "all"}}),
        );
        options.answers.columns.push(Confirmed { input: None, mapping });
    }
    let policy = interpret(&[&reading("list.xml", text.as_bytes()).unwrap()], &options.answers);
    let keys: Vec<&str> = policy.questions.iter().map(|q| q.key).collect();
    assert_eq!(keys, ["windows.drive", "windows.account"]);
}

#[test]
fn a_mapping_that_lacks_something_is_not_applied() {
    for (change, what) in [
        (
            json!({"columns": [{"name": "Path", "role": "comment"}, {"name": "State", "role": "enabled"}, {"name": "Note", "role": "comment"}]}),
            "No column",
        ),
        (
            json!({"columns": [{"name": "Path", "role": "path"}, {"name": "State", "role": "path"}, {"name": "Note", "role": "comment"}]}),
            "Two columns",
        ),
        (
            json!({"columns": [{"name": "Path", "role": "path"}, {"name": "State", "role": "protocol"}, {"name": "Note", "role": "comment"}]}),
            "do not have a column",
        ),
        (json!({"language": null}), "masks"),
        (json!({"language": "def-path"}), "masks"),
    ] {
        let mut value = serde_json::to_value(three_columns()).unwrap();
        for (key, new) in change.as_object().unwrap() {
            value[key] = new.clone();
        }
        let policy = interpret(&[&read(LIST)], &told(mapping(value)).answers);
        let found = policy.findings.iter().find(|f| f.code == "CW0142").unwrap_or_else(|| panic!("{what}"));
        assert!(found.message.contains(what), "{}", found.message);
    }
}

/// Every list of the fixtures and samples, with its input.
fn lists() -> Vec<(String, Reading)> {
    let read = |g: common::Given| reading(&g.name, &g.bytes).ok().map(|r| (g.name, r));
    common::inputs().into_iter().filter_map(read).collect()
}

#[test]
fn a_recipe_holds_no_policy_data() {
    let mut seen = 0;
    for (name, reading) in lists() {
        let policy = interpret(&[&reading], &Options::default().answers);
        for table in view::tables(&reading, &policy, &Options::default().answers) {
            seen += 1;
            let names: BTreeSet<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let recipe =
                Recipe { crosswalk_recipe: 1, tables: vec![table.mapping.clone()], ..Recipe::default() };
            let text = serde_json::to_string(&recipe).unwrap().replace("\\\\", "\\");
            for cell in table.sample.iter().flatten().filter(|c| {
                c.len() >= 4 && !names.contains(c.as_str()) && !["true", "false"].contains(&c.as_str())
            }) {
                assert!(!text.contains(cell.as_str()), "{name}: {cell} stands in {text}");
            }
        }
    }
    assert!(seen >= 10, "{seen} lists");
}

#[test]
fn recipes_follow_their_schema() {
    let schema: Value =
        serde_json::from_slice(&fs::read(root().join("docs/recipe.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut checked = 0;
    for (name, reading) in lists() {
        let policy = interpret(&[&reading], &Options::default().answers);
        for table in view::tables(&reading, &policy, &Options::default().answers) {
            let recipe = Recipe { crosswalk_recipe: 1, tables: vec![table.mapping], ..Recipe::default() };
            let value = serde_json::to_value(&recipe).unwrap();
            assert!(schema.is_valid(&value), "{name}: {value:#}");
            assert_eq!(serde_json::from_value::<Recipe>(value).unwrap(), recipe);
            checked += 1;
        }
    }
    assert!(checked >= 10);
    for bad in [
        json!({"crosswalk_recipe": 2}),
        json!({"crosswalk_recipe": 1, "more": 1}),
        json!({"crosswalk_recipe": 1, "tables": [{}]}),
        json!({"crosswalk_recipe": 1, "tables": [{"source": "rows", "confirmed": true, "rows": "exclusion", "columns": []}]}),
        json!({"crosswalk_recipe": 1, "tables": [{"source": "rows", "confirmed": true, "rows": "x", "columns": [{"role": "path"}]}]}),
        json!({"crosswalk_recipe": 1, "tables": [{"source": "rows", "confirmed": true, "rows": "exclusion", "columns": [{"role": "x"}]}]}),
    ] {
        assert!(!schema.is_valid(&bad), "{bad}");
    }
    // The example of the page about recipes.
    let page = fs::read_to_string(root().join("docs/recipes.md")).unwrap();
    let example = page.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let value: Value = serde_json::from_str(example).unwrap();
    assert!(schema.is_valid(&value));
    assert!(serde_json::from_value::<Recipe>(value).is_ok());
}

#[test]
fn the_program_drafts_a_recipe_and_applies_it_when_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("list.csv"), LIST).unwrap();
    let run = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_crosswalk"))
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let draft = run(&["recipe", "list.csv"]);
    fs::write(at("draft.json"), &draft).unwrap();
    fs::write(
        at("recipe.json"),
        draft.replace("\"confirmed\": false", "\"confirmed\": true").replace("not-told", "on"),
    )
    .unwrap();
    run(&["convert", "list.csv", "--to", TARGET, "--out", "a", "--recipe", "draft.json"]);
    assert!(!at("a/crosswalk-defender.ps1").exists());
    run(&["convert", "list.csv", "--to", TARGET, "--out", "b", "--recipe", "recipe.json"]);
    let script = fs::read_dir(at("b"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "ps1"));
    assert!(fs::read_to_string(script.unwrap()).unwrap().contains("D:\\Ledger"));
    let shown = run(&["inspect", "list.csv"]);
    assert!(
        shown.contains("nothing is converted before you confirm") && shown.contains("The heading says so"),
        "{shown}"
    );
    // What is confirmed is kept; what is not stays a draft.
    assert!(run(&["recipe", "list.csv", "--recipe", "recipe.json"]).contains("\"confirmed\": true"));
}
