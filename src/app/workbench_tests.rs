//! The workbench without a browser: requests in, responses out, and bytes that equal those of the engine itself.

use std::collections::BTreeMap;

use super::*;
use crate::app::protocol::Purpose;
use crate::options::{Choice, Decision};
use crate::watch::unwatched;

fn ask(bench: &mut Workbench, request: Request) -> Response {
    bench.handle(request, &[], &mut unwatched).0
}

fn sample(bench: &mut Workbench, id: InputId, name: &str, which: Sample) {
    let response = ask(bench, Request::Sample { id, name: name.into(), which });
    assert!(matches!(response, Response::Opened { .. }), "{response:?}");
}

fn choices(targets: &[(&str, &str)]) -> Choices {
    let targets = targets.iter().map(|(p, t)| ((*p).into(), (*t).into())).collect();
    Choices { targets, ..Choices::default() }
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

fn rows(bench: &mut Workbench, fate: Option<&str>, offset: usize) -> Vec<view::RowView> {
    match ask(bench, Request::Rows { id: 1, fate: fate.map(String::from), offset }) {
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
        assert_eq!(take(&mut bench, Parcel::Zip), ("crosswalk-a.zip".into(), expected), "{target}");
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
    assert!(routes.iter().any(|r| r.target.platform == "windows" && r.inputs == ["ksws.xml"]));
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

    choice.accept.insert(offer.code);
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
    let Response::Opened { view, .. } =
        ask(&mut bench, Request::Sample { id: 1, name: name.into(), which: Sample::Windows })
    else {
        panic!()
    };
    assert!(view.questions.iter().any(|q| q.rows > 0));
    let mut choice = choices(&[("windows", "defender/intune")]);
    let (_, before) = apply(&mut bench, &choice);
    for question in &view.questions {
        choice.answers.insert(format!("{}@{name}", question.key), question.options[0].0.clone());
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
    bench.handle(Request::Open { id: 1, name: "a.ini".into() }, text.as_bytes(), &mut unwatched);
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
    let (name, bytes) = take(&mut bench, Parcel::Zip);
    assert_eq!(name, "crosswalk.zip");
    let holds = |path: &str| bytes.windows(path.len()).any(|w| w == path.as_bytes());
    assert!(holds("kesl.ini/clamav-conf/report.json") && holds("ksws.xml/defender-intune/report.json"));
    assert!(holds("index.json"));
}

#[test]
fn single_files_are_those_of_the_list() {
    let mut bench = linux();
    let (_, results) = apply(&mut bench, &choices(&[("linux", "clamav/conf")]));
    for name in &results[&1].files {
        let (given, bytes) = take(&mut bench, Parcel::File { id: 1, name: name.clone() });
        assert_eq!(&given, name);
        assert!(!bytes.is_empty());
    }
}

#[test]
fn what_cannot_be_had_is_said() {
    let mut bench = linux();
    let failed = |r: Response| matches!(r, Response::Failed { .. });
    let take = |what| Request::Take { what, purpose: Purpose::Save };
    assert!(failed(ask(&mut bench, take(Parcel::Zip))));
    assert!(failed(ask(&mut bench, take(Parcel::File { id: 1, name: "no".into() }))));
    assert!(failed(ask(&mut bench, take(Parcel::Sanitised { id: 9 }))));
    let refused =
        bench.handle(Request::Open { id: 2, name: "a.txt".into() }, b"Buy milk\n", &mut unwatched).0;
    assert!(matches!(refused, Response::Refused { id: 2, refusal } if !refusal.hint.is_empty()));
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
    for what in [Parcel::Zip, Parcel::Sanitised { id: 1 }] {
        assert!(!leaks(&take(&mut bench, what).1));
    }
    for request in [Request::Items { id: 1, offset: 0 }, Request::Rows { id: 1, fate: None, offset: 0 }] {
        assert!(!leaks(format!("{:?}", ask(&mut bench, request)).as_bytes()));
    }
}
