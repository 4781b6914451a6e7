//! Documents that are made from tables in the code: a stale one fails. `CROSSWALK_BLESS=1 cargo test --test docs` writes
//! them.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crosswalk::finding::CATALOGUE;
use crosswalk::intake::recognise::FORMATS;
use crosswalk::vendor;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn check(name: &str, wanted: &str) {
    let path = file(name);
    if std::env::var_os("CROSSWALK_BLESS").is_some() {
        fs::write(&path, wanted).unwrap();
        return;
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stands, wanted, "{name} is stale: CROSSWALK_BLESS=1 cargo test --test docs");
}

fn formats() -> String {
    let mut out =
        String::from("| read | system | what the reader promises | how to export |\n|---|---|---|---|\n");
    for (_, platform, f) in FORMATS {
        let _ = writeln!(
            out,
            "| {} (`{}`) | {} | {} | {} |",
            f.label,
            f.id,
            platform.word(),
            f.promise,
            f.export
        );
    }
    out
}

/// The schema of recipes: the words come from the tables that the page and the readers use.
fn recipe_schema() -> String {
    use crosswalk::columns::look::Look;
    use crosswalk::columns::mapping::LANGUAGES;
    use crosswalk::columns::role::{ROLES, ROWS};
    use crosswalk::columns::{Source, vocabulary};
    use serde_json::{Map, Value, json};
    let roles: Vec<&str> = ROLES.iter().map(|r| r.word).collect();
    let rows: Vec<&str> = ROWS.iter().map(|r| r.word).collect();
    let languages: Vec<&str> = LANGUAGES.iter().map(|(l, _)| l.id()).collect();
    let sources = [Source::PropertiesMap, Source::OpenApi, Source::Rows, Source::Strings]
        .map(|s| serde_json::to_value(s).unwrap());
    let looks = [
        Look::Empty,
        Look::Switch,
        Look::Number,
        Look::Ports,
        Look::Address,
        Look::Hash,
        Look::Url,
        Look::Path,
        Look::Threat,
        Look::Secret,
        Look::Text,
    ]
    .map(|l| serde_json::to_value(l).unwrap());
    let words = |role| vocabulary::meanings(role).iter().map(|m| m.word).collect::<Vec<_>>();
    let mut otherwise = Map::new();
    for role in ROLES.iter().filter(|r| !words(r.role).is_empty()) {
        let mut known = words(role.role);
        if role.word == "subfolders" {
            known.push("not-told");
        }
        otherwise.insert(role.word.into(), json!({"enum": known}));
    }
    let schema: Value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Recipe of Crosswalk, form 1",
        "description": "Answers and confirmed columns, kept from one customer for the next. It holds no policy data.",
        "type": "object",
        "required": ["crosswalk_recipe"],
        "additionalProperties": false,
        "properties": {
            "crosswalk_recipe": {"const": 1},
            "answers": {"description": "Answers by question key; a key with @ is for one input only", "type": "object", "additionalProperties": {"type": "string"}},
            "tables": {"type": "array", "items": {"$ref": "#/$defs/table"}}
        },
        "$defs": {
            "table": {
                "type": "object",
                "required": ["source", "confirmed", "rows", "columns"],
                "additionalProperties": false,
                "properties": {
                    "source": {"description": "What kind of export the list stands in", "enum": sources},
                    "list": {"description": "Which list of the export, by the names of its fields; absent when the export is one list", "type": "string"},
                    "confirmed": {"description": "false in a draft: nothing is converted by it", "type": "boolean"},
                    "rows": {"description": "What each row is", "enum": rows},
                    "language": {"description": "Whose rules the masks follow", "enum": languages},
                    "columns": {"description": "Every column of the list; another list is refused", "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/column"}},
                    "otherwise": {"description": "What no column says, by role", "type": "object", "additionalProperties": false, "properties": otherwise}
                }
            },
            "column": {
                "type": "object",
                "required": ["role"],
                "additionalProperties": false,
                "properties": {
                    "name": {"description": "Name of the column in the export; all columns have one, or none", "type": "string"},
                    "look": {"description": "What the values of a column without a name look like", "enum": looks},
                    "role": {"description": "What the column says", "enum": roles},
                    "values": {"description": "Words of the export and what they mean, such as {\"305\": \"on\"}", "type": "object", "additionalProperties": {"type": "string"}}
                }
            }
        }
    });
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

#[test]
fn the_schema_of_recipes_is_that_of_the_tables() {
    check("docs/recipe.schema.json", &recipe_schema());
}

fn targets() -> String {
    let mut out = String::from(
        "| target | system | carries | how well it is proven | files |\n|---|---|---|---|---|\n",
    );
    for route in vendor::all() {
        let i = route.info();
        let files: Vec<String> = i.files.iter().map(|f| format!("`{f}`")).collect();
        let _ = writeln!(
            out,
            "| {} (`{}`) | {} | {} | {} | {} |",
            i.name,
            i.id,
            i.systems(),
            i.carries,
            i.grade,
            files.join(", ")
        );
    }
    out
}

#[test]
fn the_catalogue_of_codes_is_current() {
    let mut out = String::from(
        "# Codes\n\nMade from `src/finding.rs`. CW0… are findings and refusals, CW1… reasons of rows; those of looser forms can be given to `--accept`.\n\n| code | meaning |\n|---|---|\n",
    );
    for (code, meaning) in CATALOGUE {
        let _ = writeln!(out, "| {code} | {meaning} |");
    }
    check("docs/codes.md", &out);
}

#[test]
fn the_support_matrix_in_the_readme_is_current() {
    const BEGIN: &str = "<!-- made by tests/docs.rs: begin -->\n";
    const END: &str = "<!-- made by tests/docs.rs: end -->\n";
    let readme = fs::read_to_string(file("README.md")).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has the mark where the matrix begins");
    let (_, after) = rest.split_once(END).expect("the README has the mark where the matrix ends");
    check("README.md", &format!("{before}{BEGIN}\n{}\n{}\n{END}{after}", formats(), targets()));
}

#[test]
fn the_page_on_exporting_is_current() {
    let mut out = String::from(
        "# How to export\n\nMade from `src/kaspersky/howto.rs`. Certainty: CONFIRMED was seen with a real export or a tool that runs on real ones, DOCUMENTED is what a page of the vendor says, INFERRED is nobody's word.\n",
    );
    let mut product = "";
    for way in crosswalk::HOW_TO {
        if way.product != product {
            product = way.product;
            let _ = write!(out, "\n## {product}\n");
        }
        let _ = write!(out, "\n### {}: {}\n\n", way.what, way.console);
        for (n, step) in way.steps.iter().enumerate() {
            let _ = writeln!(out, "{}. {}", n + 1, step.replace('<', "\\<"));
        }
        let file = if way.file.is_empty() { "no file that is read" } else { way.file };
        let format = if way.format.is_empty() { String::new() } else { format!(" (`{}`)", way.format) };
        let _ = writeln!(
            out,
            "\nYou get: {file}. Promise: {}{format}. Certainty: {}, {}.",
            way.promise, way.certainty, way.source
        );
    }
    check("docs/export.md", &out);
}

#[test]
fn the_matrix_of_formats_is_current() {
    let mut out = String::from(
        "# Formats\n\nMade from the tables in `src/intake/recognise.rs` and `src/kaspersky/howto.rs`; the steps are in [export.md](export.md). A file is recognised by its content, never by its name.\n\n| format | what it is | system | what is promised | how to export |\n|---|---|---|---|---|\n",
    );
    for (_, platform, f) in FORMATS {
        let ways: Vec<String> = crosswalk::kaspersky::howto::ways(f.id)
            .map(|w| format!("{}, {}: {}", w.product, w.console, w.what))
            .collect();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            f.id,
            f.label,
            platform.word(),
            f.promise,
            ways.join("<br>")
        );
    }
    check("docs/formats.md", &out);
}

/// ARCHITECTURE.md names the test of each invariant; a test that was renamed or lost is found here.
#[test]
fn every_invariant_names_a_test_that_exists() {
    let text = fs::read_to_string(file("ARCHITECTURE.md")).unwrap();
    let mut sources = String::new();
    for folder in ["tests", "tests/browser", "src", "src/app", "src/intake", "src/mask/language", "xtask/src"]
    {
        for entry in fs::read_dir(file(folder)).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "rs" || e == "mjs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut named = 0;
    for part in text.split("test: `").skip(1) {
        let name = part.split('`').next().unwrap();
        assert!(sources.contains(name), "ARCHITECTURE.md names {name}, which is no test");
        named += 1;
    }
    assert!(named >= 8, "only {named} invariants name a test");
}
