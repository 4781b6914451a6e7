//! The command line's contract (design, "Command line"): exit codes in their order, folder layout, options, and the
//! exact fields of `report.json`.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{Files, code, crosswalk, crosswalk_fed, fixtures, inputs, report, text, tree};
use serde_json::Value;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn at(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    /// Writes a file below the folder.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn tree(&self, name: &str) -> Files {
        tree(&self.path(name))
    }
}

const EXPORT: &str = "Version=11.1.0.3013\n[AppSettings]\nUseKSN=No\n[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\
    [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n\
    [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0001]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/rt\nAreaMask.item_0000=*\n\
    [OnDemandTask.item_0000]\nTaskName=Scan_My_Computer\nTaskType=ODS\n\
    [OnDemandTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n";

const LIST: &str = "1;D:\\a\\b.txt;*;*;1;0;1;c;1\r\n1;D:\\c\\;*;*;1;0;1;c;1\r\n";

fn errors(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn exit_codes_stand_in_their_order() {
    let place = Place::new();
    let good = place.file("good.ini", EXPORT);
    let bad = place.file("bad.ini", "hello");
    let missing = place.at("missing.ini");
    let recipe = place.file("recipe.json", "{\"crosswalk_recipe\":7}");
    let odd = place.file("odd.json", "nonsense");
    let taken = place.file("taken/clamd-crosswalk.conf", "mine");
    let list = place.file("list.csv", LIST);
    let out = place.at("out");
    let taken_folder = place.at("taken");
    let taken_more = place.at("taken more");
    place.file("taken more/index.json", "mine");
    let below_file = format!("{good}/out");
    let cases: Vec<(i32, Vec<&str>)> = vec![
        (0, vec!["formats"]),
        (0, vec!["targets", "--json"]),
        (0, vec!["--version"]),
        (0, vec!["--help"]),
        (2, vec![]),
        (2, vec!["nonsense"]),
        (2, vec!["convert", &good]),
        (2, vec!["convert", &good, "--to", "clamav"]),
        (2, vec!["convert", "--to", "clamav", "--out", &out]),
        (2, vec!["inspect"]),
        // 2 goes before everything.
        (2, vec!["convert", &missing, "--to", "nonsense", "--out", &out]),
        (2, vec!["convert", &bad, "--to", "clamav/nonsense", "--out", &out]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--accept", "CW9999"]),
        (2, vec!["convert", &missing, "--to", "clamav", "--out", &out, "--accept", "nonsense"]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--answer", "novalue"]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--date", "yesterday"]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--date", "2024-13-01"]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--recipe", &recipe]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--recipe", &odd]),
        (2, vec!["convert", &good, "--to", "clamav", "--out", &out, "--decisions", &odd]),
        (2, vec!["convert", &good, &list, "--merge", "--to", "clamav", "--out", &out]),
        // 1 goes before 3 and 4.
        (1, vec!["inspect", &missing]),
        (1, vec!["convert", &good, &missing, "--to", "clamav", "--out", &out]),
        (1, vec!["convert", &bad, &missing, "--strict", "--to", "clamav", "--out", &out]),
        (1, vec!["convert", &good, "--to", "clamav", "--out", &out, "--recipe", &missing]),
        (1, vec!["convert", &good, "--to", "clamav", "--out", &taken_folder]),
        (1, vec!["convert", &good, &bad, "--strict", "--to", "clamav", "--out", &taken_more]),
        (1, vec!["convert", &good, "--to", "clamav", "--out", &below_file]),
        // 3 goes before 4.
        (3, vec!["convert", &bad, "--to", "clamav", "--out", &out]),
        (3, vec!["inspect", &bad, &good, "--json"]),
    ];
    for (expected, arguments) in cases {
        let output = crosswalk(&arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", errors(&output));
        assert!(expected == 0 || !output.stderr.is_empty(), "{arguments:?} says why");
        assert!(!Path::new(&out).exists() || place.tree("out").is_empty(), "{arguments:?} writes nothing");
    }
    assert_eq!(std::fs::read(&taken).unwrap(), b"mine");
    let strict = crosswalk(&["convert", &good, "--strict", "--to", "clamav", "--out", &place.at("strict")]);
    assert_eq!(code(&strict), 4, "{}", errors(&strict));
    assert!(place.tree("strict").contains_key("clamd-crosswalk.conf"), "strict still writes");
    let both = crosswalk(&["convert", &good, &bad, "--strict", "--to", "clamav", "--out", &place.at("both")]);
    assert_eq!(code(&both), 3);
    let clean = place.file("clean.csv", "1;D:\\a\\b.txt;*;*;1;0;1;c;1\r\n");
    let answered = crosswalk(&[
        "convert",
        &clean,
        "--strict",
        "--to",
        "defender/intune",
        "--out",
        &place.at("clean"),
        "--answer",
        "local-list.product=consumer",
    ]);
    assert_eq!(code(&answered), 0, "nothing is left for a person: {}", errors(&answered));
}

#[test]
fn one_input_and_one_route_stand_at_the_top() {
    let place = Place::new();
    let good = place.file("good.ini", EXPORT);
    assert_eq!(code(&crosswalk(&["convert", &good, "--to", "clamav/conf", "--out", &place.at("out")])), 0);
    let files = place.tree("out");
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["IMPORT.txt", "clamd-crosswalk.conf", "report.csv", "report.html", "report.json"]
    );
    let stdin =
        crosswalk_fed(&["convert", "-", "--to", "clamav", "--out", &place.at("fed")], EXPORT.as_bytes());
    assert_eq!(code(&stdin), 0);
    assert_eq!(report(&place.tree("fed"))["inputs"][0]["name"], "stdin");
    assert_eq!(place.tree("fed")["clamd-crosswalk.conf"], files["clamd-crosswalk.conf"]);
}

#[test]
fn several_inputs_and_routes_stand_in_folders_with_an_index() {
    let place = Place::new();
    let a = place.file("a/export.ini", EXPORT);
    let b = place.file("b/export.ini", EXPORT.replace("/srv/db", "/srv/other"));
    let list = place.file("list.csv", LIST);
    assert_eq!(
        code(&crosswalk(&["convert", &a, &b, &list, "--to", "clamav,defender", "--out", &place.at("out")])),
        0
    );
    let files = place.tree("out");
    let folders: BTreeSet<String> =
        files.keys().filter_map(|f| f.rsplit_once('/')).map(|(d, _)| d.to_owned()).collect();
    let second = folders
        .iter()
        .find(|f| f.contains(" (2)"))
        .expect("the second input of the same name")
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let expected: BTreeSet<String> = [
        "export.ini/clamav-conf",
        "export.ini/defender-indicators",
        "export.ini/defender-linux",
        "list.csv/defender-gpo",
        "list.csv/defender-graph",
        "list.csv/defender-indicators",
        "list.csv/defender-intune",
        "list.csv/defender-powershell",
    ]
    .iter()
    .map(|s| (*s).to_owned())
    .chain(["clamav-conf", "defender-indicators", "defender-linux"].map(|r| format!("{second}/{r}")))
    .collect();
    assert_eq!(folders, expected, "a bare product means its routes that fit the system");
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    let mut listed = BTreeSet::new();
    for part in index["parts"].as_array().unwrap() {
        assert!(folders.contains(text(part, "folder")));
        for name in part["files"].as_array().unwrap() {
            listed.insert(name.as_str().unwrap().to_owned());
        }
    }
    let there: BTreeSet<String> = files.keys().filter(|f| *f != "index.json").cloned().collect();
    assert_eq!(listed, there, "the index lists every file");
    assert_ne!(
        files["export.ini/clamav-conf/clamd-crosswalk.conf"],
        files[&format!("{second}/clamav-conf/clamd-crosswalk.conf")]
    );
}

#[test]
fn a_route_for_another_system_says_so_and_writes_nothing() {
    let place = Place::new();
    let list = place.file("list.csv", LIST);
    let told = ["--answer", "local-list.product=consumer"];
    let out = place.at("out");
    let mut call = vec!["convert", &list, "--to", "clamav/conf", "--out", &out];
    call.extend(told);
    assert_eq!(code(&crosswalk(&call)), 0);
    let files = place.tree("out");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["IMPORT.txt", "report.csv", "report.html", "report.json"]);
    let report = report(&files);
    let platform = report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "CW0200").count();
    assert_eq!(platform, 1);
    assert!(
        report["settings"].as_array().unwrap().iter().all(|r| r["written"].as_array().unwrap().is_empty())
    );
}

#[test]
fn nothing_is_overwritten_without_force_and_files_appear_whole() {
    let place = Place::new();
    let good = place.file("good.ini", EXPORT);
    let out = place.at("out");
    place.file("out/report.csv", "mine");
    place.file("out/other.txt", "stays");
    let call = ["convert", &good, "--to", "clamav/conf", "--out", &out];
    assert_eq!(code(&crosswalk(&call)), 1);
    assert_eq!(place.tree("out").len(), 2, "nothing is written when one file is there");
    assert_eq!(place.tree("out")["report.csv"], b"mine");
    let forced: Vec<&str> = call.iter().copied().chain(["--force"]).collect();
    assert_eq!(code(&crosswalk(&forced)), 0);
    let files = place.tree("out");
    assert_ne!(files["report.csv"], b"mine");
    assert_eq!(files["other.txt"], b"stays");
    assert!(files.keys().all(|f| !f.contains(".part")), "{:?}", files.keys());
    // A folder stands where a file has to go.
    place.file("blocked/report.csv/x", "x");
    let blocked = place.at("blocked");
    let failed = crosswalk(&["convert", &good, "--to", "clamav/conf", "--out", &blocked, "--force"]);
    assert_eq!(code(&failed), 1);
    assert!(
        place.tree("blocked").keys().all(|f| !f.contains(".part")),
        "no halves are left: {:?}",
        place.tree("blocked").keys()
    );
}

#[test]
fn answers_recipes_decisions_and_consent() {
    let place = Place::new();
    let list = place.file("list.csv", LIST);
    let recipe = place.file("recipe.json", "{\"crosswalk_recipe\":1,\"answers\":{\"local-list.product\":\"consumer\",\"local-list.subfolders\":\"yes\"}}");
    let run = |name: &str, more: &[&str]| {
        let out = place.at(name);
        let mut call = vec!["convert", &list, "--to", "defender/intune", "--out", &out];
        call.extend(more);
        let output = crosswalk(&call);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        report(&place.tree(name))
    };
    let written = |report: &Value| {
        report["settings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| !r["written"].as_array().unwrap().is_empty())
            .count()
    };
    assert_eq!(written(&run("plain", &[])), 0);
    assert_eq!(written(&run("answered", &["--answer", "local-list.product=consumer"])), 1);
    assert_eq!(written(&run("recipe", &["--recipe", &recipe])), 2);
    assert_eq!(
        written(&run("both", &["--recipe", &recipe, "--answer", "local-list.product=unknown"])),
        0,
        "--answer goes before the recipe"
    );
    assert_eq!(
        written(&run("named", &["--recipe", &recipe, "--answer", "local-list.product@list.csv=unknown"])),
        0,
        "the input's answer goes first"
    );
    assert_eq!(
        written(&run("other", &["--recipe", &recipe, "--answer", "local-list.product@other.csv=unknown"])),
        2
    );

    let good = place.file("good.ini", EXPORT);
    let run = |name: &str, more: &[&str]| {
        let out = place.at(name);
        let mut call = vec!["convert", &good, "--to", "defender/linux", "--out", &out];
        call.extend(more);
        assert_eq!(code(&crosswalk(&call)), 0);
        report(&place.tree(name))
    };
    let plain = run("k plain", &[]);
    let rows = plain["settings"].as_array().unwrap();
    let looser = rows.iter().find(|r| r["fate"] == "looser").expect("a looser row");
    assert!(
        looser["written"].as_array().unwrap().is_empty()
            && looser["decision"].is_null()
            && !looser["example"].is_null()
    );
    let exact = rows.iter().find(|r| r["fate"] == "exact" && r["kind"] == "exclusion").expect("an exact row");
    let (sha, row, kept) = (text(&plain["inputs"][0], "sha256"), text(looser, "id"), text(exact, "id"));
    let row_of = |report: &Value, id: &str| {
        report["settings"].as_array().unwrap().iter().find(|r| r["id"] == id).unwrap().clone()
    };
    let decisions = |sha: &str, target: &str| {
        format!(
            "{{\"crosswalk_decisions\":1,\"decisions\":[{{\"input\":\"{sha}\",\"target\":\"{target}\",\"row\":\"{row}\",\"choice\":\"accept\"}},\
             {{\"input\":\"{sha}\",\"target\":\"{target}\",\"row\":\"{kept}\",\"choice\":\"drop\"}}]}}"
        )
    };
    let file = place.file("decisions.json", decisions(sha, "defender/linux"));
    let decided = run("k decided", &["--decisions", &file]);
    assert_eq!(row_of(&decided, row)["decision"], "accepted");
    assert!(!row_of(&decided, row)["written"].as_array().unwrap().is_empty());
    assert_eq!(row_of(&decided, kept)["fate"], "dropped");
    assert!(row_of(&decided, kept)["written"].as_array().unwrap().is_empty());
    for (name, body) in
        [("k sha", decisions(&"0".repeat(64), "defender/linux")), ("k target", decisions(sha, "clamav/conf"))]
    {
        let file = place.file("foreign.json", body);
        assert_eq!(
            run(name, &["--decisions", &file])["settings"],
            plain["settings"],
            "decisions for another input or target do nothing"
        );
    }
    let accepted = run("k accepted", &["--accept", text(looser, "code")]);
    assert_eq!(row_of(&accepted, row)["decision"], "accepted");
    let other = run("k other", &["--accept", "CW1013"]);
    assert_eq!(other["settings"], plain["settings"]);
    let dated = place.at("dated");
    assert_eq!(
        code(&crosswalk(&[
            "convert",
            &list,
            "--to",
            "defender/intune",
            "--out",
            &dated,
            "--recipe",
            &recipe,
            "--date",
            "2030-04-05"
        ])),
        0
    );
    assert!(
        String::from_utf8_lossy(&place.tree("dated")["defender-exclusions.intune.json"])
            .contains("2030-04-05T")
    );
}

#[test]
fn merged_inputs_make_one_report() {
    let place = Place::new();
    let a = place.file("a.ini", "[ScanScope.item_0000]\nPath=/\nScanByAccessType=x\n");
    let b = place.file("b.ini", EXPORT);
    let out = place.at("out");
    assert_eq!(code(&crosswalk(&["convert", &a, &b, "--merge", "--to", "clamav/conf", "--out", &out])), 0);
    let files = place.tree("out");
    let reports: Vec<&String> = files.keys().filter(|f| f.ends_with("report.json")).collect();
    assert_eq!(reports.len(), 1, "{:?}", files.keys());
    let report: Value = serde_json::from_slice(&files[reports[0]]).unwrap();
    let names: Vec<&str> = report["inputs"].as_array().unwrap().iter().map(|i| text(i, "name")).collect();
    assert_eq!(names, ["a.ini", "b.ini"]);
    let origins: BTreeSet<&str> =
        report["settings"].as_array().unwrap().iter().map(|r| text(&r["origin"], "input")).collect();
    assert_eq!(origins.len(), 2);
}

fn csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let body = common::decoded(bytes);
    let mut rows = vec![Vec::new()];
    let mut chars = body.chars().peekable();
    let mut cell = String::new();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.next_if_eq(&'"').is_some() => cell.push('"'),
            (_, '"') => quoted = !quoted,
            (false, ',') => rows.last_mut().unwrap().push(std::mem::take(&mut cell)),
            (false, '\r') => {}
            (false, '\n') => {
                rows.last_mut().unwrap().push(std::mem::take(&mut cell));
                rows.push(Vec::new());
            }
            (_, c) => cell.push(c),
        }
    }
    assert!(!quoted && rows.pop().is_some_and(|r| r.is_empty()), "the table ends with a line end");
    rows
}

#[test]
fn no_cell_of_the_table_is_a_formula_and_no_value_is_markup() {
    let place = Place::new();
    let wild =
        format!("{EXPORT}=HYPERLINK(\"http://x\")\n+1+1\n-2\n@SUM(1)\n;=1\nX=<script>alert(1)</script>\n");
    let good = place.file("=cmd.ini", wild);
    let list = place.file(
        "@list.csv",
        "1;D:\\a\\;*;*;1;0;1;c;1\r\n".repeat(5) + "=1+1;\"quoted\", and more\r\n\t=1\r\n@x;y\r\n",
    );
    for (n, input) in [good, list].iter().enumerate() {
        let out = place.at(&format!("out{n}"));
        assert_eq!(code(&crosswalk(&["convert", input, "--to", "clamav/conf", "--out", &out])), 0);
        let files = place.tree(&format!("out{n}"));
        let rows = csv(&files["report.csv"]);
        let report = report(&files);
        assert_eq!(rows.len(), report["settings"].as_array().unwrap().len() + 1, "one line for each row");
        let mut neutralised = 0;
        for row in &rows {
            assert_eq!(row.len(), rows[0].len());
            for cell in row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
                neutralised += usize::from(
                    cell.starts_with("'=")
                        || cell.starts_with("'+")
                        || cell.starts_with("'-")
                        || cell.starts_with("'@"),
                );
            }
        }
        assert!(neutralised >= 2, "{neutralised}");
        assert!(!String::from_utf8_lossy(&files["report.html"]).contains("<script>alert"));
    }
}

fn keys(value: &Value, expected: &[&str], what: &str) {
    let there: BTreeSet<&str> = value
        .as_object()
        .unwrap_or_else(|| panic!("{what} is an object"))
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(there, expected.iter().copied().collect(), "{what}");
}

/// The schema of the design, field by field.
fn check_report(report: &Value, files: &Files) {
    keys(report, &["tool", "inputs", "target", "files", "totals", "settings", "findings"], "report");
    keys(&report["tool"], &["name", "version"], "tool");
    keys(&report["target"], &["id", "name", "grade"], "target");
    let fates = [
        "exact",
        "stricter",
        "looser",
        "unconfirmed",
        "by-hand",
        "unsupported",
        "covered",
        "inactive",
        "dropped",
        "context",
        "withheld",
        "unread",
    ];
    keys(&report["totals"], &fates, "totals");
    for input in report["inputs"].as_array().unwrap() {
        keys(
            input,
            &["name", "sha256", "bytes", "format", "product", "version", "encoding", "platform"],
            "input",
        );
        assert!(text(input, "sha256").len() == 64 && input["bytes"].is_u64());
        assert!(["windows", "linux", "macos"].contains(&text(input, "platform")));
    }
    for file in report["files"].as_array().unwrap() {
        keys(file, &["name", "bytes", "sha256", "import"], "file");
        let bytes = &files[text(file, "name")];
        assert_eq!(file["bytes"].as_u64().unwrap(), bytes.len() as u64);
        assert_eq!(text(file, "sha256"), sha256(bytes));
    }
    assert_eq!(report["files"].as_array().unwrap().len(), common::vendor_files(files).count());
    for row in report["settings"].as_array().unwrap() {
        keys(
            row,
            &["id", "origin", "kind", "source", "fate", "code", "reason", "example", "decision", "written"],
            "setting",
        );
        keys(&row["origin"], &["input", "line", "leaves"], "origin");
        // A binary file has no lines.
        let lines = report["inputs"][0]["encoding"] != "binary";
        assert_eq!(row["origin"]["line"].as_u64().unwrap() >= 1, lines);
        assert!(fates.contains(&text(row, "fate")));
        assert!(text(row, "code").len() == 6 && text(row, "code").starts_with("CW"), "{row}");
        assert!(
            !text(row, "reason").is_empty()
                && !text(row, "kind").is_empty()
                && !text(row, "source").is_empty()
        );
        assert!(row["example"].is_null() || row["example"].is_string());
        assert!(row["decision"].is_null() || row["decision"].is_string());
        assert!(
            !["stricter", "looser"].contains(&text(row, "fate")) || row["example"].is_string(),
            "an example is attached: {row}"
        );
        let written = row["written"].as_array().unwrap();
        for entry in written {
            keys(entry, &["file", "entry"], "written");
            assert!(files.contains_key(text(entry, "file")));
        }
        match text(row, "fate") {
            "exact" | "stricter" => assert!(!written.is_empty(), "{row}"),
            "looser" => assert_eq!(written.is_empty(), row["decision"].is_null(), "{row}"),
            _ => assert!(written.is_empty(), "{row}"),
        }
    }
    for finding in report["findings"].as_array().unwrap() {
        keys(finding, &["code", "severity", "origin", "message", "hint"], "finding");
        assert!(["info", "warning", "error"].contains(&text(finding, "severity")));
        assert!(text(finding, "code").len() == 6 && text(finding, "code").starts_with("CW"));
        assert!(!text(finding, "hint").is_empty());
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn report_json_has_exactly_the_fields_of_the_design() {
    let mut seen = 0;
    for given in inputs() {
        let Ok(read) = common::reading(&given.name, &given.bytes) else { continue };
        for route in common::routes() {
            for options in [common::answers(&[]), common::generous(), common::accept_all(common::generous())]
            {
                let files = common::convert_read(&read, route, &options);
                let report = report(&files);
                check_report(&report, &files);
                assert_eq!(report["inputs"][0]["sha256"], sha256(&given.bytes));
                seen += 1;
            }
        }
    }
    assert!(seen >= 48);
}

#[test]
fn json_outputs_are_json() {
    let place = Place::new();
    let good = place.file("good.ini", EXPORT);
    let bad = place.file("bad.ini", "hello");
    for arguments in [
        vec!["formats", "--json"],
        vec!["targets", "--json"],
        vec!["inspect", &good, "--json"],
        vec!["inspect", &good, &bad, "--json"],
        vec!["compare", &good, "--json"],
        vec!["compare", &good, &bad, "--json"],
    ] {
        let output = crosswalk(&arguments);
        let parsed: Result<Value, _> = serde_json::from_slice(&output.stdout);
        assert!(parsed.is_ok(), "{arguments:?}: {parsed:?}");
        assert!(output.stdout.ends_with(b"\n"));
    }
    let copy = crosswalk(&["sanitise", &good]);
    assert!(copy.stdout.starts_with(b"Version="));
    assert!(fixtures().len() >= 4);
}

/// Left language, mask, right language, mask, flags of both; relation, only left, only right, both (`-` = null).
const MASKS: &[[&str; 10]] = &[
    ["kes", r"C:\Vault\", "def-path", r"C:\Vault\", "subfolders", "", "equal", "-", "-", r"C:\Vault\a"],
    [
        "kes",
        r"C:\Vault\*.raw",
        "def-path",
        r"C:\Vault\",
        "",
        "",
        "inside",
        "-",
        r"C:\Vault\a",
        r"C:\Vault\.raw",
    ],
    ["kesl", "/pool", "mde-linux", "/pool/", "", "", "contains", "/pool", "-", "/pool/a"],
    [
        "kesl",
        "/pool/*.log",
        "mde-linux",
        "/pool/a*",
        "",
        "",
        "overlap",
        "/pool/.log",
        "/pool/a",
        "/pool/a.log",
    ],
    ["kesl", "/pool", "clam-exclude", "^/tank(/|$)", "", "", "disjoint", "/pool", "/tank", "-"],
    [
        "kesl",
        "/pool",
        "clam-exclude",
        r"^/pool/(.*/)?[^/]*\.log$",
        "area=*.log",
        "",
        "inside",
        "-",
        "/pool/.log/a",
        "/pool/.log",
    ],
    ["ksws", "*.raw", "def-ext", "RAW", "", "", "equal", "-", "-", r"A:\.raw"],
    [
        "kes",
        r"%ProgramFiles%\a.exe",
        "def-process",
        r"D:\Program Files\a.exe",
        "drive=D",
        "",
        "equal",
        "-",
        "-",
        r"D:\Program Files\a.exe",
    ],
    [
        "local-list",
        r"C:\Vault\",
        "sentinelone",
        r"C:\Vault\",
        "subfolders",
        "subfolders",
        "equal",
        "-",
        "-",
        r"C:\Vault\a",
    ],
    [
        "kes",
        r"C:\Vault\**\x.log",
        "sophos",
        r"C:\Vault\**\x.log",
        "",
        "",
        "inside",
        "-",
        r"C:\Vault\x.log",
        r"C:\Vault\a\x.log",
    ],
];

#[test]
fn masks_are_compared_as_the_contract_says() {
    for [left, a, right, b, left_flags, right_flags, relation, only_left, only_right, both] in MASKS {
        let flags = ["--left-flags", left_flags, "--right-flags", right_flags, "--json"];
        let output = crosswalk(&[&["mask", left, a, right, b], &flags[..]].concat());
        assert!(output.status.success(), "{a}: {}", errors(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        keys(&answer, &["relation", "only_left", "only_right", "both", "uncertain"], "an answer");
        let shown = |key: &str| answer[key].as_str().unwrap_or("-").to_owned();
        let found = ["relation", "only_left", "only_right", "both"].map(shown);
        assert_eq!(found, [*relation, *only_left, *only_right, *both], "{left} {a} {right} {b}");
    }
    for (call, why) in [
        (["kes", r"C:\a", "def-path", r"?:\a"], "not accepted"),
        (["kesl", "/a/**/**/b", "mde-linux", "/a"], "not accepted"),
        (["ksws", r"C:\a\*\b", "def-path", r"C:\a"], "not established"),
        (["kesl", "/a", "def-path", r"C:\a"], "different systems"),
        (["kess", "/a", "def-path", r"C:\a"], "no mask language"),
    ] {
        let output = crosswalk(&[&["mask"], &call[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        assert!(errors(&output).contains(why), "{call:?}: {}", errors(&output));
        assert!(output.stdout.is_empty());
    }
    let output = crosswalk(&["mask", "kes", r"C:\a", "def-path", r"C:\a", "--left-flags", "ticked"]);
    assert_eq!(output.status.code(), Some(2));
    // Where two readings differ, the answer says so.
    let output = crosswalk(&["mask", "ksws", r"C:\a\", "def-path", r"C:\a\", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["uncertain"].as_str().unwrap().contains("sub-folders"));
}

#[test]
fn masks_made_to_be_slow_are_answered_all_the_same() {
    let stars = "*a".repeat(400);
    let ones = format!("*a{}", "?".repeat(60));
    let calls = [
        (format!(r"C:\{stars}"), format!(r"C:\{stars}b")),
        (format!(r"C:\{ones}"), format!(r"C:\*b{ones}")),
        (format!(r"C:\{}", r"**\a\".repeat(200)), format!(r"C:\{}b", "*?".repeat(300))),
    ];
    for (left, right) in &calls {
        let output = crosswalk(&["mask", "kes", left, "sophos", right]);
        match output.status.code() {
            Some(0) => assert!(!output.stdout.is_empty()),
            code => {
                assert_eq!(code, Some(2));
                assert!(errors(&output).contains("CW0109"), "{}", errors(&output));
            }
        }
    }
}
