//! The workbench without a browser: requests in, responses out, and bytes that equal those of the engine itself.

use std::collections::BTreeMap;

use super::*;
use crate::app::protocol::{ConfirmedColumns, Purpose};
use crate::options::{Choice, Decision};
use crate::watch::unwatched;

fn ask(bench: &mut Workbench, request: Request) -> Response {
    bench.handle(request, &[], &mut unwatched).0
}

fn sample(bench: &mut Workbench, id: InputId, name: &str, which: Sample) {
    let response = ask(bench, Request::Sample { id, name: name.into(), which });
    assert!(matches!(response, Response::Opened { .. }), "{response:?}");
}

fn open(id: InputId, path: &str) -> Request {
    Request::Open { id, root: id, path: path.into() }
}

/// The one input that was read.
fn only(response: Response) -> SheetView {
    match response {
        Response::Opened { mut pieces, .. } if pieces.len() == 1 => pieces.remove(0).outcome.unwrap(),
        other => panic!("{other:?}"),
    }
}

fn choices(targets: &[(&str, &str)]) -> Choices {
    let mut choices = Choices::default();
    for (platform, target) in targets {
        choices.targets.entry((*platform).into()).or_default().insert((*target).into());
    }
    choices
}

fn apply(bench: &mut Workbench, choices: &Choices) -> (Vec<RouteView>, BTreeMap<InputId, ResultView>) {
    match ask(bench, Request::Apply(choices.clone())) {
        Response::Applied { routes, results, .. } => (routes, results.into_iter().collect()),
        other => panic!("{other:?}"),
    }
}

fn take(bench: &mut Workbench, what: Parcel) -> (String, Vec<u8>) {
    match bench.handle(Request::Take { what, purpose: Purpose::Save }, &[], &mut unwatched) {
        (Response::Parcel { name, .. }, Some(bytes)) => (name, bytes),
        other => panic!("{other:?}"),
    }
}

fn linux() -> Workbench {
    let mut bench = Workbench::default();
    sample(&mut bench, 1, "kesl.ini", Sample::Linux);
    bench
}

fn way(target: &str) -> Way {
    Way { id: 1, target: target.into() }
}

fn rows(bench: &mut Workbench, fate: Option<&str>, offset: usize) -> Vec<view::RowView> {
    match ask(bench, Request::Rows { way: way("clamav/conf"), fate: fate.map(String::from), offset }) {
        Response::Rows { rows, .. } => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_samples_are_read() {
    for which in [Sample::Linux, Sample::Windows] {
        sample(&mut Workbench::default(), 1, words::sample_name(which), which);
    }
}

#[test]
fn the_archive_is_the_engine_s_to_the_byte() {
    for (which, platform, target) in [
        (Sample::Linux, "linux", "clamav/conf"),
        (Sample::Linux, "linux", "defender/linux"),
        (Sample::Windows, "windows", "defender/powershell"),
        (Sample::Windows, "windows", "defender/intune"),
    ] {
        let bytes = if which == Sample::Linux { LINUX } else { WINDOWS };
        let reading = crate::read("a.x", bytes, &mut unwatched).unwrap();
        let options = Options::default();
        let policy = crate::interpret(&[&reading], &options.answers);
        let conversion = crate::convert(&policy, vendor::find(target).unwrap(), &options);
        let expected = bundle::zip(&bundle::files(&[&reading], &policy, &conversion));

        let mut bench = Workbench::default();
        sample(&mut bench, 1, "a.x", which);
        apply(&mut bench, &choices(&[(platform, target)]));
        assert_eq!(
            take(&mut bench, Parcel::Zip { alone: true }),
            ("crosswalk-a.zip".into(), expected),
            "{target}"
        );
    }
}

#[test]
fn only_routes_of_the_same_system_are_offered() {
    let mut bench = linux();
    let (routes, results) = apply(&mut bench, &Choices::default());
    assert!(!routes.is_empty() && routes.iter().all(|r| r.target.platform == "linux"));
    assert!(results.is_empty());
    sample(&mut bench, 2, "ksws.xml", Sample::Windows);
    let (routes, _) = apply(&mut bench, &Choices::default());
    assert!(routes.iter().any(|r| r.target.platform == "windows" && r.inputs == 1));
}

#[test]
fn tallies_count_every_row_but_metadata_once() {
    let mut bench = linux();
    let (_, results) = apply(&mut bench, &choices(&[("linux", "clamav/conf")]));
    let result = &results[&1];
    let context = words::count(&result.view, Some("context"));
    let all: usize = result.tallies.iter().map(|t| t.all).sum();
    assert_eq!(all, result.view.rows - context);
    for tally in &result.tallies {
        assert!(tally.carried + tally.person + tally.off + tally.unread <= tally.all, "{tally:?}");
    }
}

#[test]
fn consent_and_decisions_reach_the_rows() {
    let mut bench = linux();
    let mut choice = choices(&[("linux", "clamav/conf")]);
    let (_, before) = apply(&mut bench, &choice);
    let offer = before[&1].view.offers[0].clone();
    assert!(!offer.accepted);
    let looser = rows(&mut bench, Some("looser"), 0);
    assert!(!looser.is_empty() && looser.iter().all(|r| r.written.is_empty() && r.example.is_some()));

    let codes = choice.accept.entry(1).or_default().entry("clamav/conf".into()).or_default();
    codes.insert(offer.code);
    let (_, after) = apply(&mut bench, &choice);
    assert!(after[&1].view.offers[0].accepted);
    assert!(rows(&mut bench, Some("looser"), 0).iter().any(|r| r.decision.as_deref() == Some("accepted")));

    let input = crate::read("kesl.ini", LINUX, &mut unwatched).unwrap().input.sha256;
    let exact = rows(&mut bench, Some("exact"), 0);
    let row = exact[0].id.clone();
    choice.decisions.push(Decision { input, target: "clamav/conf".into(), row, choice: Choice::Drop });
    apply(&mut bench, &choice);
    assert_eq!(rows(&mut bench, Some("dropped"), 0).len(), 1);
}

#[test]
fn answers_change_what_waits() {
    let mut bench = Workbench::default();
    let name = "ksws.xml";
    let response = ask(&mut bench, Request::Sample { id: 1, name: name.into(), which: Sample::Windows });
    let view = only(response).view;
    assert!(view.questions.iter().any(|q| q.rows > 0));
    let mut choice = choices(&[("windows", "defender/intune")]);
    let (_, before) = apply(&mut bench, &choice);
    for question in &view.questions {
        choice.answers.entry(1).or_default().insert(question.key.clone(), question.options[0].0.clone());
    }
    let (_, after) = apply(&mut bench, &choice);
    let waiting = |r: &BTreeMap<InputId, ResultView>| words::count(&r[&1].view, Some("unconfirmed"));
    assert!(waiting(&before) > waiting(&after));
}

#[test]
fn pages_of_rows_make_up_the_whole() {
    let mut text = String::from_utf8(LINUX.to_vec()).unwrap();
    for i in 100..400 {
        text.push_str(&format!(
            "\n[MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_{i:04}]\nUseScanArea=Yes\nPath=/srv/{i}\n\
             AreaMask.item_0000=*\n"
        ));
    }
    let mut bench = Workbench::default();
    bench.handle(open(1, "a.ini"), text.as_bytes(), &mut unwatched);
    let (_, results) = apply(&mut bench, &choices(&[("linux", "clamav/conf")]));
    let count = results[&1].view.rows;
    assert!(count > 300);
    let mut ids = Vec::new();
    for offset in (0..count).step_by(PAGE) {
        let page = rows(&mut bench, None, offset);
        assert!(page.len() <= PAGE);
        ids.extend(page.into_iter().map(|r| r.id));
    }
    assert_eq!(ids.len(), count);
}

#[test]
fn findings_are_held_to_what_a_person_can_look_at() {
    let finding = |severity: &str, n: usize| FindingView {
        code: "CW0001".into(),
        severity: severity.into(),
        input: "a".into(),
        line: 1,
        message: n.to_string(),
        hint: String::new(),
    };
    let mut few = vec![finding("info", 1), finding("error", 2), finding("warning", 3), finding("error", 4)];
    cap(&mut few);
    assert_eq!(few.iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), ["2", "4", "3", "1"]);
    let mut many: Vec<FindingView> = (0..FINDINGS + 7).map(|n| finding("warning", n)).collect();
    cap(&mut many);
    assert_eq!(many.len(), FINDINGS + 1);
    assert_eq!(many.last().unwrap().message, "There are 7 more");
}

#[test]
fn several_inputs_come_in_folders() {
    let mut bench = linux();
    sample(&mut bench, 2, "ksws.xml", Sample::Windows);
    apply(&mut bench, &choices(&[("linux", "clamav/conf"), ("windows", "defender/intune")]));
    let (name, bytes) = take(&mut bench, Parcel::Zip { alone: false });
    assert_eq!(name, "crosswalk.zip");
    let holds = |path: &str| bytes.windows(path.len()).any(|w| w == path.as_bytes());
    assert!(holds("kesl.ini/clamav-conf/report.json") && holds("ksws.xml/defender-intune/report.json"));
    assert!(holds("index.json"));
}

#[test]
fn several_products_come_in_folders_and_consent_belongs_to_one() {
    let mut bench = linux();
    let mut choice = choices(&[("linux", "clamav/conf"), ("linux", "defender/linux")]);
    let Response::Applied { results, .. } = ask(&mut bench, Request::Apply(choice.clone())) else { panic!() };
    assert_eq!(results.len(), 2);
    let (_, bytes) = take(&mut bench, Parcel::Zip { alone: true });
    let holds = |path: &str| bytes.windows(path.len()).any(|w| w == path.as_bytes());
    assert!(holds("kesl.ini/clamav-conf/report.json") && holds("kesl.ini/defender-linux/report.json"));
    assert!(holds("index.json"));

    // What is accepted for one product leaves the other as it was: only the first is told anew.
    let code = results[0].1.view.offers[0].code.clone();
    let target = results[0].1.view.target.id.clone();
    choice.accept.entry(1).or_default().entry(target.clone()).or_default().insert(code);
    let Response::Applied { results, converted, .. } = ask(&mut bench, Request::Apply(choice.clone())) else {
        panic!()
    };
    assert_eq!(converted.len(), 2);
    assert!(matches!(&results[..], [(1, one)] if one.view.target.id == target));

    choice.targets.get_mut("linux").unwrap().remove("defender/linux");
    let Response::Applied { converted, .. } = ask(&mut bench, Request::Apply(choice)) else { panic!() };
    assert_eq!(converted, [way("clamav/conf")]);
}

#[test]
fn single_files_are_those_of_the_list() {
    let mut bench = linux();
    let (_, results) = apply(&mut bench, &choices(&[("linux", "clamav/conf")]));
    for name in &results[&1].files {
        let (given, bytes) = take(&mut bench, Parcel::File { way: way("clamav/conf"), name: name.clone() });
        assert_eq!(&given, name);
        assert!(!bytes.is_empty());
    }
}

#[test]
fn what_cannot_be_had_is_said() {
    let mut bench = linux();
    let failed = |r: Response| matches!(r, Response::Failed { .. });
    let take = |what| Request::Take { what, purpose: Purpose::Save };
    assert!(failed(ask(&mut bench, take(Parcel::Zip { alone: true }))));
    assert!(failed(ask(&mut bench, take(Parcel::File { way: way("clamav/conf"), name: "no".into() }))));
    assert!(failed(ask(&mut bench, take(Parcel::Sanitised { id: 9 }))));
    let refused = bench.handle(open(2, "a.txt"), b"Buy milk\n", &mut unwatched).0;
    let Response::Opened { id: 2, pieces, .. } = refused else { panic!("{refused:?}") };
    assert!(matches!(&pieces[..], [Piece { id: 2, outcome: Err(refusal), .. }] if !refusal.hint.is_empty()));
    assert_eq!(ask(&mut bench, Request::Close { id: 1 }), Response::Closed { id: 1 });
    assert!(failed(ask(&mut bench, take(Parcel::Sanitised { id: 1 }))));
}

#[test]
fn a_secret_stays_in_the_workbench() {
    let mut bench = linux();
    let secret = b"Spring-Tide-41";
    let leaks = |bytes: &[u8]| bytes.windows(secret.len()).any(|w| w == secret);
    assert!(leaks(LINUX));
    apply(&mut bench, &choices(&[("linux", "clamav/conf")]));
    for what in [Parcel::Zip { alone: true }, Parcel::Sanitised { id: 1 }] {
        assert!(!leaks(&take(&mut bench, what).1));
    }
    let rows = Request::Rows { way: way("clamav/conf"), fate: None, offset: 0 };
    for request in [Request::Items { id: 1, offset: 0 }, rows] {
        assert!(!leaks(format!("{:?}", ask(&mut bench, request)).as_bytes()));
    }
}

const TRUSTED: &[u8] = include_bytes!("../../tests/suite/kes-trusted-applications/input.xml");
const TRUSTED_CASE: &str = include_str!("../../tests/suite/kes-trusted-applications-confirmed/case.json");

/// The columns of the confirmed golden case.
fn confirmed() -> crate::columns::Mapping {
    let case: serde_json::Value = serde_json::from_str(TRUSTED_CASE).unwrap();
    serde_json::from_value(case["tables"][0].clone()).unwrap()
}

fn bring(bench: &mut Workbench, id: InputId, path: &str, bytes: &[u8]) -> Response {
    bench.handle(open(id, path), bytes, &mut unwatched).0
}

/// A ZIP of these files, by another hand than the one that is tested.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let how = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(*name, how).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_list_is_converted_when_its_columns_are_confirmed_and_not_before() {
    let mut bench = Workbench::default();
    let sheet = only(bring(&mut bench, 1, "trusted.xml", TRUSTED));
    assert!(matches!(&sheet.tables[..], [table] if !table.applied && table.sample.len() <= 8));
    assert!(
        sheet.view.findings.iter().all(|f| f.code != crate::finding::COLUMNS_OPEN),
        "said beside the list"
    );
    let mut choice = choices(&[("windows", "defender/powershell")]);
    let (_, before) = apply(&mut bench, &choice);
    let read = |r: &ResultView| words::count(&r.view, Some("looser"));
    assert_eq!(read(&before[&1]), 0);

    let mapping = confirmed();
    let preview = ask(&mut bench, Request::Preview { id: 1, at: 0, mapping: mapping.clone() });
    let Response::Preview { outcome: Ok(rows), .. } = preview else { panic!("{preview:?}") };
    assert!(rows.iter().any(|r| r.state == "in force") && rows.iter().any(|r| r.state == "for a person"));

    choice.columns.push(ConfirmedColumns { input: Some(1), mapping });
    let (_, after) = apply(&mut bench, &choice);
    assert_eq!(read(&after[&1]), 2);
    // Taken back, it is as it was.
    choice.columns.clear();
    let (_, again) = apply(&mut bench, &choice);
    assert_eq!(again, before);
}

#[test]
fn what_is_missing_is_said() {
    let mut bench = Workbench::default();
    bring(&mut bench, 1, "trusted.xml", TRUSTED);
    let mut mapping = confirmed();
    mapping.language = None;
    let Response::Preview { outcome: Err(why), .. } =
        ask(&mut bench, Request::Preview { id: 1, at: 0, mapping })
    else {
        panic!()
    };
    assert_eq!(why, "Say which product's masks these are");
}

#[test]
fn pasted_rows_are_a_list() {
    let mut bench = Workbench::default();
    let text = "Path;Comment\nC:\\Data\\*;books\nD:\\x.exe;agent\n";
    let sheet = only(bring(&mut bench, 1, "pasted.txt", text.as_bytes()));
    assert_eq!(sheet.view.name, "pasted.txt");
    assert_eq!(sheet.tables.len(), 1);
}

#[test]
fn only_the_first_rows_of_a_long_list_cross() {
    let mut text = String::from("Path;Comment\n");
    for n in 0..100_000 {
        text.push_str(&format!("C:\\Data\\{n}\\{};row {n}\n", "x".repeat(if n == 0 { 500 } else { 1 })));
    }
    let mut bench = Workbench::default();
    let sheet = only(bring(&mut bench, 1, "long.csv", text.as_bytes()));
    let table = &sheet.tables[0];
    assert_eq!((table.rows, table.sample.len()), (100_000, 8));
    assert!(table.sample[0][0].chars().count() <= CELL + 1);
    assert!(serde_json::to_vec(&sheet).unwrap().len() < 20_000);
}

#[test]
fn an_archive_is_opened_and_its_customers_kept_apart() {
    let zip = packed(&[
        ("acme/trusted.xml", TRUSTED),
        ("beta/trusted.xml", TRUSTED),
        ("beta/.DS_Store", b"x"),
        ("gamma/ksws.xml", WINDOWS),
        ("gamma/notes.txt", b"Buy milk\n"),
        ("gamma/recipe.json", br#"{"crosswalk_recipe":1}"#),
    ]);
    let mut bench = Workbench::default();
    let Response::Opened { pieces, left, .. } = bring(&mut bench, 1, "all.zip", &zip) else { panic!() };
    let shown: Vec<(InputId, &str, bool)> =
        pieces.iter().map(|p| (p.id, p.path.as_str(), p.outcome.is_ok())).collect();
    assert_eq!(shown.iter().filter(|(.., read)| *read).count(), 3);
    assert!(shown.contains(&(2, "all.zip/acme/trusted.xml", true)));
    assert_eq!(left[0].input, "all.zip/beta/.DS_Store");
    let refused: Vec<&RefusalView> = pieces.iter().filter_map(|p| p.outcome.as_ref().err()).collect();
    assert!(refused.iter().any(|r| r.input == "all.zip/gamma/notes.txt"));
    assert!(refused.iter().any(|r| r.input.ends_with("recipe.json") && r.hint.contains("by itself")));

    let mut choice = choices(&[("windows", "defender/powershell")]);
    // Two customers have a file of this name; what is confirmed for one is not confirmed for the other.
    choice.columns.push(ConfirmedColumns { input: Some(2), mapping: confirmed() });
    let response = ask(&mut bench, Request::Apply(choice.clone()));
    let Response::Applied { sheets, results, routes, .. } = response else { panic!() };
    let customers: BTreeMap<InputId, &str> =
        sheets.iter().map(|(id, s)| (*id, s.customer.as_str())).collect();
    assert_eq!(customers.values().copied().collect::<Vec<_>>(), ["acme", "beta", "gamma"]);
    let results: BTreeMap<_, _> = results.into_iter().collect();
    let read = |id: InputId| words::count(&results[&id].view, Some("looser"));
    assert_eq!((read(2), read(3)), (2, 0));
    assert_eq!(routes[0].customers.len(), 3);

    let (_, bytes) = take(&mut bench, Parcel::Zip { alone: false });
    let holds = |path: &str| bytes.windows(path.len()).any(|w| w == path.as_bytes());
    for path in ["acme/trusted.xml/", "beta/trusted.xml/", "gamma/ksws.xml/"] {
        assert!(holds(&format!("{path}defender-powershell/report.json")), "{path}");
    }

    // What did not change is not told again.
    let Response::Applied { sheets, results, converted, .. } = ask(&mut bench, Request::Apply(choice)) else {
        panic!()
    };
    assert_eq!((sheets.len(), results.len(), converted.len()), (0, 0, 3));
}

#[test]
fn a_recipe_is_kept_and_applied_to_the_next_customer() {
    let mut bench = Workbench::default();
    bring(&mut bench, 1, "trusted.xml", TRUSTED);
    let mut choice = choices(&[("windows", "defender/powershell")]);
    choice.columns.push(ConfirmedColumns { input: Some(1), mapping: confirmed() });
    choice.answers.entry(1).or_default().insert("windows.drive".into(), "C".into());
    let (_, by_hand) = apply(&mut bench, &choice);
    let (name, bytes) = take(&mut bench, Parcel::Recipe);
    assert_eq!(name, "recipe.json");
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(
        text.contains("\"windows.drive\": \"C\"")
            && !text.contains("Ledger")
            && !text.contains("trusted.xml")
    );

    let mut fresh = Workbench::default();
    let Response::Recipe { id: 7, kept } = bring(&mut fresh, 7, "any name.json", &bytes) else { panic!() };
    bring(&mut fresh, 9, "trusted.xml", TRUSTED);
    let mut choice = choices(&[("windows", "defender/powershell")]);
    choice.recipes.push(kept);
    let (_, by_recipe) = apply(&mut fresh, &choice);
    assert_eq!(by_recipe[&9], by_hand[&1]);

    let refused = bring(&mut fresh, 8, "new.json", br#"{"crosswalk_recipe":2}"#);
    let Response::Opened { pieces, .. } = refused else { panic!() };
    assert!(pieces[0].outcome.as_ref().is_err_and(|r| r.message.contains("form 2")));
}

#[test]
fn the_collector_is_handed_out() {
    let (name, bytes) = take(&mut Workbench::default(), Parcel::Collector);
    assert_eq!((name.as_str(), bytes.as_slice()), (collector::FILE, collector::SCRIPT.as_bytes()));
}
