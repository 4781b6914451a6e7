//! A wall of short cases: what an action makes of the state, and which effects it asks for.

use super::*;
use crate::app::protocol::Tally;
use crate::columns::{ColumnMeaning, Confidence, Mapping, Role, Rows, Source};
use crate::options::Recipe;
use crate::view::{ColumnView, ConversionView, OfferView, PreviewView, TargetView};

fn view(name: &str, platform: &str) -> InputView {
    InputView {
        name: name.into(),
        sha256: format!("sha of {name}"),
        bytes: 10,
        format: "f".into(),
        label: "A format".into(),
        product: String::new(),
        version: String::new(),
        encoding: "utf-8".into(),
        platform: platform.into(),
        leaves: 3,
        items: 3,
        counts: Vec::new(),
        questions: Vec::new(),
        findings: Vec::new(),
    }
}

fn result(target: &str, looser: usize, exact: usize) -> ResultView {
    ResultView {
        view: ConversionView {
            target: TargetView {
                id: target.into(),
                name: target.into(),
                platform: "linux".into(),
                grade: String::new(),
                files: Vec::new(),
                steps: Vec::new(),
                prints_state: None,
            },
            rows: looser + exact,
            totals: vec![("exact".into(), exact), ("looser".into(), looser)],
            entries: exact,
            offers: Vec::<OfferView>::new(),
            findings: Vec::new(),
        },
        tallies: vec![Tally {
            kind: "setting".into(),
            all: looser + exact,
            carried: exact,
            person: looser,
            ..Tally::default()
        }],
        files: Vec::new(),
    }
}

fn told(state: &mut State, response: Response) -> Vec<Effect> {
    state.update(Action::Told(response))
}

fn sheet(name: &str, platform: &str) -> SheetView {
    SheetView { customer: String::new(), view: view(name, platform), tables: Vec::new() }
}

fn brought(files: &[(InputId, &str)]) -> Action {
    let files = files.iter().map(|(id, path)| Brought { id: *id, root: *id, path: (*path).into() });
    Action::Brought(files.collect())
}

fn piece(id: InputId, path: &str, outcome: Result<SheetView, RefusalView>) -> Piece {
    Piece { id, path: path.into(), outcome }
}

fn opened(state: &mut State, id: InputId, name: &str) -> Vec<Effect> {
    told(
        state,
        Response::Opened { id, pieces: vec![piece(id, name, Ok(sheet(name, "linux")))], left: vec![] },
    )
}

fn refusal(input: &str) -> RefusalView {
    RefusalView {
        code: "CW0001".into(),
        input: input.into(),
        line: 0,
        column: 0,
        message: "opaque".into(),
        hint: "export again".into(),
    }
}

fn applied(state: &mut State, results: Vec<(InputId, ResultView)>) -> Vec<Effect> {
    let way = |(id, r): &(InputId, ResultView)| Way { id: *id, target: r.view.target.id.clone() };
    let converted = results.iter().map(way).collect();
    told(state, Response::Applied { sheets: Vec::new(), routes: Vec::new(), converted, results })
}

/// A state with one input that was read and compared.
fn with_input() -> State {
    let mut state = State::default();
    told(&mut state, Response::Up);
    state.update(brought(&[(1, "a.ini")]));
    opened(&mut state, 1, "a.ini");
    applied(&mut state, Vec::new());
    state
}

fn way() -> Way {
    Way { id: 1, target: "clamav/conf".into() }
}

/// A state with one input that was converted; 250 exact rows and 2 looser ones.
fn converted() -> State {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into(), on: true });
    applied(&mut state, vec![(1, result("clamav/conf", 2, 250))]);
    told(&mut state, Response::Rows { way: way(), fate: Some("looser".into()), offset: 0, rows: Vec::new() });
    assert_eq!(state.work(), None);
    state
}

fn open_request(id: InputId, path: &str) -> Request {
    Request::Open { id, root: id, path: path.into() }
}

fn asks(effects: &[Effect]) -> Vec<&Request> {
    effects.iter().filter_map(|e| if let Effect::Ask(r) = e { Some(r) } else { None }).collect()
}

fn applies(effects: &[Effect]) -> usize {
    asks(effects).iter().filter(|r| matches!(r, Request::Apply(_))).count()
}

#[test]
fn ready_when_the_worker_is_up() {
    let mut state = State::default();
    assert_eq!(state.phase, Phase::Starting);
    assert!(told(&mut state, Response::Up).is_empty());
    assert_eq!(state.phase, Phase::Ready);
}

#[test]
fn a_file_is_read_then_compared_then_the_focus_moves() {
    let mut state = State::default();
    let effects = state.update(brought(&[(1, "a.ini")]));
    assert_eq!(asks(&effects), [&open_request(1, "a.ini")]);
    assert_eq!(state.work().as_deref(), Some("Reading a.ini"));
    let effects = opened(&mut state, 1, "a.ini");
    assert_eq!(asks(&effects), [&Request::Apply(Choices::default())]);
    assert_eq!(state.work().as_deref(), Some("Comparing the products"));
    let effects = applied(&mut state, Vec::new());
    assert!(effects.contains(&Effect::Focus("understand".into())));
    assert_eq!(state.work(), None);
}

#[test]
fn several_files_are_compared_once() {
    let mut state = State::default();
    state.update(brought(&[(1, "a.ini"), (2, "b.ini")]));
    assert_eq!(applies(&opened(&mut state, 1, "a.ini")), 0);
    assert_eq!(applies(&opened(&mut state, 2, "b.ini")), 1);
}

#[test]
fn names_are_last_components_and_unique() {
    let mut state = State::default();
    state.update(brought(&[(1, "a.ini"), (2, "a.ini")]));
    let names: Vec<&str> = state.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["a.ini", "a.ini (2)"]);
}

#[test]
fn a_refused_file_is_said_and_forgotten() {
    let mut state = State::default();
    state.update(brought(&[(1, "a.cfg")]));
    let pieces = vec![piece(1, "a.cfg", Err(refusal("a.cfg")))];
    let effects = told(&mut state, Response::Opened { id: 1, pieces, left: Vec::new() });
    assert!(effects.contains(&Effect::Forget(1)));
    assert!(effects.contains(&Effect::Focus("brought".into())));
    assert_eq!(applies(&effects), 0);
    assert!(matches!(state.entries[0].stage, Stage::Refused(_)));
    // The same name again takes the place of the refusal.
    state.update(brought(&[(2, "a.cfg")]));
    assert_eq!(state.entries.iter().map(|e| (e.id, e.name.as_str())).collect::<Vec<_>>(), [(2, "a.cfg")]);
}

#[test]
fn an_answer_is_bound_to_its_input_and_can_be_undone() {
    let mut state = with_input();
    let answer = Action::Answered { id: 1, key: "task".into(), value: "oas".into() };
    assert_eq!(applies(&state.update(answer.clone())), 1);
    assert_eq!(state.choices.answers[&1].get("task").map(String::as_str), Some("oas"));
    applied(&mut state, Vec::new());
    // The same answer again changes nothing.
    assert!(state.update(answer).is_empty());
    assert!(state.can_undo());
    assert_eq!(applies(&state.update(Action::Undone)), 1);
    assert!(state.choices.answers.is_empty());
    assert!(!state.can_undo());
}

#[test]
fn changes_while_the_worker_works_are_sent_once_at_the_end() {
    let mut state = with_input();
    let answer = |value: &str| Action::Answered { id: 1, key: "task".into(), value: value.into() };
    assert_eq!(applies(&state.update(answer("1"))), 1);
    assert_eq!(applies(&state.update(answer("2"))), 0);
    assert_eq!(applies(&state.update(answer("3"))), 0);
    let effects = applied(&mut state, Vec::new());
    let last = asks(&effects)
        .into_iter()
        .find_map(|r| if let Request::Apply(c) = r { Some(c.clone()) } else { None });
    assert_eq!(last.unwrap().answers[&1]["task"], "3");
}

#[test]
fn the_ledger_opens_at_what_needs_a_person() {
    let state = converted();
    let ledger = &state.ledgers[&way()];
    assert_eq!((ledger.fate.as_deref(), ledger.count()), (Some("looser"), 2));
    assert_eq!(state.notice, "Converted: 250 of 252 settings are carried over; 2 need a person");
}

#[test]
fn the_focus_moves_to_the_result_when_a_product_is_chosen() {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into(), on: true });
    let effects = applied(&mut state, vec![(1, result("clamav/conf", 0, 1))]);
    assert!(effects.contains(&Effect::Focus("decide".into())));
}

#[test]
fn rows_come_a_page_at_a_time() {
    let mut state = converted();
    let rows =
        |fate: Option<&str>, offset| Request::Rows { way: way(), fate: fate.map(String::from), offset };
    assert_eq!(asks(&state.update(Action::Filtered(way(), Some("exact".into())))), [&rows(Some("exact"), 0)]);
    assert_eq!(asks(&state.update(Action::Turned(way(), 100))), [&rows(Some("exact"), 100)]);
    assert_eq!(asks(&state.update(Action::Turned(way(), 9_999))), [&rows(Some("exact"), 200)]);
    assert_eq!(asks(&state.update(Action::Filtered(way(), None))), [&rows(None, 0)]);
}

#[test]
fn late_rows_of_another_filter_are_not_shown() {
    let mut state = converted();
    state.update(Action::Filtered(way(), Some("exact".into())));
    let row = RowView {
        id: "7".into(),
        line: 7,
        kind: "k".into(),
        source: "s".into(),
        fate: "looser".into(),
        code: "CW1010".into(),
        reason: "r".into(),
        example: None,
        decision: None,
        written: Vec::new(),
    };
    let late = Response::Rows { way: way(), fate: Some("looser".into()), offset: 0, rows: vec![row] };
    assert!(told(&mut state, late).is_empty());
    assert!(state.ledgers[&way()].rows.is_empty());
}

#[test]
fn decisions_are_bound_to_input_target_and_row() {
    let mut state = converted();
    let decide = |choice| Action::Decided { way: way(), row: "7".into(), choice };
    assert_eq!(applies(&state.update(decide(Some(Choice::Accept)))), 1);
    let want = Decision {
        input: "sha of a.ini".into(),
        target: "clamav/conf".into(),
        row: "7".into(),
        choice: Choice::Accept,
    };
    assert_eq!(state.choices.decisions, std::slice::from_ref(&want));
    state.update(decide(Some(Choice::Drop)));
    assert_eq!(state.choices.decisions, [Decision { choice: Choice::Drop, ..want }]);
    state.update(decide(None));
    assert!(state.choices.decisions.is_empty());
    state.update(Action::Undone);
    assert_eq!(state.choices.decisions.len(), 1);
}

#[test]
fn consent_is_given_and_taken_back() {
    let mut state = converted();
    let accept = |on| Action::Accepted { way: way(), code: "CW1010".into(), on };
    assert_eq!(applies(&state.update(accept(true))), 1);
    assert!(state.choices.accept[&1]["clamav/conf"].contains("CW1010"));
    state.update(accept(false));
    assert!(state.choices.accept.is_empty());
}

#[test]
fn cancelling_a_reading_keeps_what_had_been_read() {
    let mut state = converted();
    state.update(brought(&[(2, "big.xml"), (3, "next.xml")]));
    let effects = state.update(Action::Cancelled);
    assert_eq!(effects[..3], [Effect::Forget(2), Effect::Forget(3), Effect::Restart]);
    assert_eq!(asks(&effects), [&open_request(1, "a.ini")]);
    assert_eq!(state.entries.len(), 1);
    // The fresh worker reads it and gets the same choices.
    let effects = opened(&mut state, 1, "a.ini");
    let [Request::Apply(choices)] = asks(&effects)[..] else { panic!("{effects:?}") };
    assert!(choices.targets["linux"].contains("clamav/conf"));
}

#[test]
fn cancelling_a_conversion_waits_for_the_user() {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into(), on: true });
    assert_eq!(state.work().as_deref(), Some("Converting"));
    state.update(Action::Cancelled);
    assert!(state.held);
    assert_eq!(applies(&opened(&mut state, 1, "a.ini")), 0);
    assert_eq!(applies(&state.update(Action::Resumed)), 1);
    assert!(!state.held);
}

#[test]
fn a_dead_worker_is_replaced_and_the_user_is_told() {
    let mut state = converted();
    state.update(brought(&[(2, "bad.xml")]));
    let effects = state.update(Action::Broke("why".into()));
    assert!(effects.contains(&Effect::Restart));
    assert!(state.notice.ends_with("why"));
    assert_eq!(state.entries.len(), 1);
}

#[test]
fn workers_that_keep_dying_are_given_up() {
    let mut state = State::default();
    for _ in 0..FAILURES {
        assert!(state.update(Action::Broke("why".into())).contains(&Effect::Restart));
        told(&mut state, Response::Up);
    }
    assert!(state.update(Action::Broke("why".into())).is_empty());
    assert_eq!(state.notice, "The engine does not run in this browser. why");
}

#[test]
fn removing_the_last_input_leaves_nothing_behind() {
    let mut state = converted();
    state.update(Action::Answered { id: 1, key: "task".into(), value: "oas".into() });
    applied(&mut state, vec![(1, result("clamav/conf", 0, 1))]);
    told(&mut state, Response::Rows { way: way(), fate: None, offset: 0, rows: Vec::new() });
    let effects = state.update(Action::Removed(1));
    assert!(effects.contains(&Effect::Forget(1)));
    assert_eq!(asks(&effects), [&Request::Close { id: 1 }]);
    assert!(state.entries.is_empty() && state.ledgers.is_empty() && state.routes.is_empty());
    assert_eq!(*state.choices, Choices::default());
    assert!(!state.can_undo());
}

#[test]
fn samples_need_no_file() {
    let mut state = State::default();
    let effects = state.update(Action::Sampled(4, Sample::Linux));
    assert!(matches!(asks(&effects)[..], [Request::Sample { id: 4, which: Sample::Linux, .. }]));
}

#[test]
fn a_file_that_cannot_be_had_stays_as_not_read() {
    let mut state = State::default();
    state.update(brought(&[(1, "folder")]));
    let effects = told(&mut state, Response::Failed { message: "it is a folder".into() });
    assert_eq!(effects, [Effect::Forget(1)]);
    assert!(matches!(&state.entries[0].stage, Stage::Refused(why) if why.message == "it is a folder"));
    assert_eq!(state.notice, "it is a folder");
}

#[test]
fn progress_belongs_to_the_work_in_hand() {
    let mut state = State::default();
    state.update(brought(&[(1, "a.ini")]));
    told(&mut state, Response::Progress { done: 1, total: 2 });
    assert_eq!(state.progress, Some((1, 2)));
    opened(&mut state, 1, "a.ini");
    assert_eq!(state.progress, None);
}

#[test]
fn platforms_stand_once() {
    let mut state = State::default();
    state.update(brought(&[(1, "a"), (2, "b"), (3, "c")]));
    for (id, platform) in [(1, "linux"), (2, "windows"), (3, "linux")] {
        let pieces = vec![piece(id, "x", Ok(sheet("x", platform)))];
        told(&mut state, Response::Opened { id, pieces, left: Vec::new() });
    }
    assert_eq!(state.platforms(), ["linux", "windows"]);
}

/// An archive of two customers with a file that is not read and one that is left out.
fn with_archive() -> State {
    let mut state = State::default();
    told(&mut state, Response::Up);
    state.update(brought(&[(1, "all.zip"), (SPAN + 1, "b.ini")]));
    let left = vec![FindingView {
        code: "CW0130".into(),
        severity: "info".into(),
        input: "all.zip/.DS_Store".into(),
        line: 0,
        message: "Not read".into(),
        hint: String::new(),
    }];
    let pieces = vec![
        piece(2, "all.zip/acme/a.ini", Ok(sheet("a.ini", "linux"))),
        piece(3, "all.zip/beta/a.ini", Ok(sheet("a.ini", "linux"))),
        piece(4, "all.zip/beta/n.doc", Err(refusal("all.zip/beta/n.doc"))),
    ];
    told(&mut state, Response::Opened { id: 1, pieces, left });
    opened(&mut state, SPAN + 1, "b.ini");
    let of = |customer: &str| SheetView { customer: customer.into(), ..sheet("a.ini", "linux") };
    let sheets = vec![(2, of("acme")), (3, of("beta"))];
    told(&mut state, Response::Applied { sheets, routes: vec![], converted: vec![], results: vec![] });
    state
}

const SPAN: InputId = crate::app::protocol::SPAN;

#[test]
fn an_archive_becomes_its_inputs_in_its_place() {
    let state = with_archive();
    let names: Vec<(InputId, &str)> = state.entries.iter().map(|e| (e.id, e.name.as_str())).collect();
    assert_eq!(names, [(2, "a.ini"), (3, "a.ini"), (4, "all.zip/beta/n.doc"), (SPAN + 1, "b.ini")]);
    let customers: Vec<(&str, usize)> = state.customers().iter().map(|(c, own)| (*c, own.len())).collect();
    assert_eq!(customers, [("acme", 1), ("beta", 1), ("", 1)]);
    assert_eq!(state.notice, "3 inputs of 2 customers read; 1 file cannot be read");
    assert_eq!(state.left.len(), 1);
    assert!(!state.alone());
    assert!(const { SPAN as usize > crate::intake::archive::MAX_ENTRIES });
}

#[test]
fn a_removed_input_of_an_archive_stays_away_after_a_restart() {
    let mut state = with_archive();
    let effects = state.update(Action::Removed(2));
    assert_eq!(asks(&effects)[0], &Request::Close { id: 2 });
    assert!(!effects.iter().any(|e| matches!(e, Effect::Forget(_))), "its neighbours need the archive");
    told(&mut state, Response::Closed { id: 2 });
    let effects = state.update(Action::Cancelled);
    // The archive is opened once, however many inputs it holds.
    assert_eq!(asks(&effects), [&open_request(1, "all.zip"), &open_request(SPAN + 1, "b.ini")]);
    let pieces = vec![
        piece(2, "all.zip/acme/a.ini", Ok(sheet("a.ini", "linux"))),
        piece(3, "all.zip/beta/a.ini", Ok(sheet("a.ini", "linux"))),
    ];
    let effects = told(&mut state, Response::Opened { id: 1, pieces, left: Vec::new() });
    assert_eq!(asks(&effects), [&Request::Close { id: 2 }]);
    assert!(state.entry(2).is_none() && state.entry(3).is_some());
}

#[test]
fn a_customer_is_removed_with_all_inputs() {
    let mut state = with_archive();
    let effects = state.update(Action::Dismissed("beta".into()));
    assert_eq!(asks(&effects)[0], &Request::Close { id: 3 });
    assert_eq!(state.customers().iter().map(|(c, _)| *c).collect::<Vec<_>>(), ["acme", ""]);
    // What was not read is nobody's and stays in view.
    assert!(state.entry(4).is_some());
}

#[test]
fn what_systems_leave_behind_is_left_out_of_folders() {
    let mut state = State::default();
    let effects = state.update(brought(&[(1, "acme/.DS_Store"), (2, "acme/a.ini"), (3, "Thumbs.db")]));
    assert_eq!(asks(&effects), [&open_request(2, "acme/a.ini"), &open_request(3, "Thumbs.db")]);
    assert_eq!(effects[0], Effect::Forget(1));
    assert_eq!(state.left[0].1.input, "acme/.DS_Store");
}

#[test]
fn a_folder_of_one_file_is_not_a_file_alone() {
    let alone = |path: &str| {
        let mut state = State::default();
        state.update(brought(&[(1, path)]));
        opened(&mut state, 1, path);
        state.alone()
    };
    assert!(alone("a.ini"));
    assert!(!alone("acme/a.ini"));
}

#[test]
fn what_is_folded_is_not_asked_for() {
    let mut state = State::default();
    let files: Vec<(InputId, String)> = (0..9).map(|n| (n * SPAN + 1, format!("acme/{n}.ini"))).collect();
    let named: Vec<(InputId, &str)> = files.iter().map(|(id, name)| (*id, name.as_str())).collect();
    state.update(brought(&named));
    for (id, name) in &named {
        opened(&mut state, *id, name);
    }
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into(), on: true });
    applied(&mut state, Vec::new());
    let results = named.iter().map(|(id, _)| (*id, result("clamav/conf", 1, 1))).collect();
    assert_eq!(asks(&applied(&mut state, results)), Vec::<&Request>::new());
    assert!(!state.unfolded(&Fold::Customer(Step::Decide, String::new())));
    let fold = Fold::Input(Step::Decide, 1);
    let effects = state.update(Action::Folded(fold.clone(), true));
    assert!(matches!(asks(&effects)[..], [Request::Rows { way: Way { id: 1, .. }, .. }]));
    assert!(state.unfolded(&fold));
    let effects = state.update(Action::Folded(Fold::Items(1), true));
    assert_eq!(asks(&effects), [&Request::Items { id: 1, offset: 0 }]);
}

fn table(name: &str, applied: bool) -> TableView {
    let names = ["Path", "Triggers"];
    let roles = [Role::Path, Role::Unknown];
    let columns = names.iter().map(|n| ColumnView {
        name: (*n).into(),
        confidence: Confidence::High,
        reason: "so".into(),
        look: "text".into(),
        values: Vec::new(),
    });
    let meanings = names.iter().zip(roles).map(|(n, role)| ColumnMeaning {
        name: Some((*n).into()),
        look: None,
        role,
        values: BTreeMap::new(),
    });
    TableView {
        at: 0,
        input: name.into(),
        list: String::new(),
        source: Source::PropertiesMap,
        named: true,
        applied,
        rows: 3,
        confidence: Confidence::High,
        reason: "so".into(),
        language_reason: String::new(),
        columns: columns.collect(),
        sample: vec![vec!["a".into(), "305".into()]],
        mapping: Mapping {
            source: Source::PropertiesMap,
            list: String::new(),
            confirmed: applied,
            rows: Rows::TrustedApplication,
            language: Some("kes".into()),
            columns: meanings.collect(),
            otherwise: BTreeMap::new(),
        },
    }
}

fn listed(name: &str, applied: bool) -> SheetView {
    SheetView { tables: vec![table(name, applied)], ..sheet(name, "windows") }
}

/// Two inputs with a list of the same shape each, looked at.
fn with_lists() -> State {
    let mut state = State::default();
    told(&mut state, Response::Up);
    let two = SPAN + 1;
    state.update(brought(&[(1, "a.xml"), (two, "b.xml")]));
    for (id, name) in [(1, "a.xml"), (two, "b.xml")] {
        let pieces = vec![piece(id, name, Ok(listed(name, false)))];
        told(&mut state, Response::Opened { id, pieces, left: Vec::new() });
    }
    let effects = applied(&mut state, Vec::new());
    assert!(matches!(asks(&effects)[..], [Request::Preview { id: 1, .. }, Request::Preview { .. }]));
    for id in [1, two] {
        told(&mut state, Response::Preview { id, at: 0, outcome: Ok(Vec::new()) });
    }
    assert_eq!((state.work(), state.jobs.len()), (None, 0));
    state
}

fn columns(effects: &[Effect]) -> Option<Vec<ConfirmedColumns>> {
    asks(effects).iter().find_map(|r| if let Request::Apply(c) = r { Some(c.columns.clone()) } else { None })
}

#[test]
fn columns_are_said_previewed_and_confirmed() {
    let mut state = with_lists();
    let change = Change::Role { column: 1, role: Role::OpenedFiles };
    let effects = state.update(Action::Columns(1, 0, change));
    assert!(matches!(asks(&effects)[..], [Request::Preview { id: 1, at: 0, .. }]));
    let rows = vec![PreviewView { source: "s".into(), state: "for a person".into(), reason: "r".into() }];
    told(&mut state, Response::Preview { id: 1, at: 0, outcome: Ok(rows) });
    assert_eq!(state.notice, "Read with these meanings: 0 of the first 1 row; 1 stays with a person");

    let effects = state.update(Action::Confirmed(1, 0));
    let [confirmed] = &columns(&effects).unwrap()[..] else { panic!("{effects:?}") };
    assert_eq!((confirmed.input, confirmed.mapping.confirmed), (Some(1), true));
    assert_eq!(confirmed.mapping.columns[1].role, Role::OpenedFiles);
    let response = Response::Applied {
        sheets: vec![(1, listed("a.xml", true))],
        routes: vec![],
        converted: vec![],
        results: vec![],
    };
    let effects = told(&mut state, response);
    assert!(effects.contains(&Effect::Focus(place(1, 0))));
    assert_eq!(state.notice, "The columns are confirmed");
    assert_eq!(state.by(1, &table("a.xml", true)), Some(By::Here));
    assert_eq!(state.by(SPAN + 1, &table("b.xml", true)), None);
    assert!(state.has_recipe());

    // Undone, the choices are where the user left them.
    let effects = state.update(Action::Undone);
    assert_eq!(columns(&effects), Some(Vec::new()));
    assert_eq!(state.draft(1, 0).unwrap().mapping.columns[1].role, Role::OpenedFiles);
}

#[test]
fn what_lacks_something_is_not_confirmed() {
    let mut state = with_lists();
    state.update(Action::Columns(1, 0, Change::Role { column: 0, role: Role::Name }));
    let effects = state.update(Action::Confirmed(1, 0));
    assert!(columns(&effects).is_none());
    assert!(state.notice.starts_with("Not confirmed. No column is marked as"));
    assert!(effects.contains(&Effect::Focus(format!("{}-outcome", place(1, 0)))));
}

#[test]
fn one_confirmation_for_every_list_of_the_shape() {
    let mut state = with_lists();
    assert_eq!(state.of_this_shape(1, &table("a.xml", false)), 1);
    state.update(Action::Columns(1, 0, Change::Everywhere(true)));
    let effects = state.update(Action::Confirmed(1, 0));
    assert_eq!(columns(&effects).unwrap()[0].input, None);
    assert_eq!(state.by(SPAN + 1, &table("b.xml", true)), Some(By::Shape));
    let sheets = vec![(1, listed("a.xml", true)), (SPAN + 1, listed("b.xml", true))];
    told(&mut state, Response::Applied { sheets, routes: vec![], converted: vec![], results: vec![] });
    // One of them is changed by itself: that goes before.
    state.update(Action::Reopened(SPAN + 1, 0));
    told(&mut state, Response::Preview { id: SPAN + 1, at: 0, outcome: Ok(Vec::new()) });
    let effects = state.update(Action::Confirmed(SPAN + 1, 0));
    let inputs: Vec<_> = columns(&effects).unwrap().iter().map(|c| c.input).collect();
    assert_eq!(inputs, [None, Some(SPAN + 1)]);
    assert_eq!(state.by(SPAN + 1, &table("b.xml", true)), Some(By::Here));
    applied(&mut state, Vec::new());
    // Taken back, what holds for all lists holds again.
    let effects = state.update(Action::Unconfirmed(SPAN + 1, 0));
    assert_eq!(columns(&effects).unwrap().iter().map(|c| c.input).collect::<Vec<_>>(), [None]);
}

#[test]
fn a_preview_of_older_meanings_is_not_shown() {
    let mut state = with_lists();
    state.update(Action::Columns(1, 0, Change::Role { column: 1, role: Role::Comment }));
    state.update(Action::Columns(1, 0, Change::Role { column: 1, role: Role::NoEffect }));
    told(&mut state, Response::Preview { id: 1, at: 0, outcome: Err("old".into()) });
    assert_eq!(state.draft(1, 0).unwrap().preview, None);
    told(&mut state, Response::Preview { id: 1, at: 0, outcome: Err("new".into()) });
    assert_eq!(state.draft(1, 0).unwrap().preview, Some(Err("new".into())));
    assert_eq!(state.notice, "Not complete. new");
}

#[test]
fn a_recipe_is_no_input_and_outlives_the_inputs() {
    let mut state = State::default();
    let mut recipe = Recipe { crosswalk_recipe: 1, ..Recipe::default() };
    recipe.tables.push(Mapping { confirmed: true, ..table("x", true).mapping });
    let kept = Kept { name: "recipe.json".into(), recipe };
    state.update(brought(&[(1, "recipe.json")]));
    told(&mut state, Response::Recipe { id: 1, kept: kept.clone() });
    assert!(state.entries.is_empty());
    assert_eq!(state.notice, "recipe.json is applied to all inputs: the columns of 1 list");
    let effects = {
        state.update(brought(&[(2, "a.xml")]));
        opened(&mut state, 2, "a.xml")
    };
    let Some(Request::Apply(choices)) = asks(&effects).last().copied() else { panic!("{effects:?}") };
    assert_eq!(choices.recipes, std::slice::from_ref(&kept));
    assert_eq!(state.by(2, &table("a.xml", true)), Some(By::Recipe("recipe.json".into())));
    applied(&mut state, Vec::new());
    state.update(Action::Removed(2));
    told(&mut state, Response::Closed { id: 2 });
    assert_eq!(state.choices.recipes.len(), 1);
    state.update(Action::RecipeRemoved(0));
    assert!(state.choices.recipes.is_empty());
}

#[test]
fn one_answer_for_all_that_ask() {
    let mut state = with_archive();
    let ask = |name: &str, customer: &str| {
        let mut sheet = SheetView { customer: customer.into(), ..sheet(name, "linux") };
        sheet.view.questions.push(crate::view::QuestionView {
            key: "task".into(),
            input: name.into(),
            text: String::new(),
            help: String::new(),
            options: Vec::new(),
            answer: None,
            rows: 1,
        });
        sheet
    };
    let sheets = vec![(2, ask("a.ini", "acme")), (3, ask("a.ini", "beta"))];
    state.stale = true;
    state.update(Action::Noted(String::new()));
    told(&mut state, Response::Applied { sheets, routes: vec![], converted: vec![], results: vec![] });
    state.update(Action::Answered { id: 2, key: "task".into(), value: "oas".into() });
    // Two customers have a file of this name: the answer is for one.
    assert_eq!(state.choices.answers.keys().copied().collect::<Vec<_>>(), [2]);
    assert_eq!(state.asking("task", Some(2)), [3]);
    state.update(Action::AnsweredAll { key: "task".into(), value: "oas".into() });
    assert_eq!(state.choices.answers[&3]["task"], "oas");
    assert!(state.asking("task", None).is_empty());
}

#[test]
fn several_products_go_together_and_each_has_its_own_consent() {
    let mut state = converted();
    let chosen = |on| Action::Chosen { platform: "linux".into(), target: "defender/linux".into(), on };
    assert_eq!(applies(&state.update(chosen(true))), 1);
    applied(&mut state, vec![(1, result("clamav/conf", 2, 250)), (1, result("defender/linux", 1, 3))]);
    let names =
        |state: &State| -> Vec<String> { state.ledgers_of(1).map(|(way, _)| way.target.clone()).collect() };
    assert_eq!(names(&state), ["clamav/conf", "defender/linux"]);
    while state.work().is_some() || !state.jobs.is_empty() {
        let Some(Request::Rows { way, fate, offset }) = state.jobs.front().cloned() else { break };
        told(&mut state, Response::Rows { way, fate, offset, rows: Vec::new() });
    }
    state.update(Action::Accepted { way: way(), code: "CW1010".into(), on: true });
    assert!(!state.choices.accept[&1].contains_key("defender/linux"));
    state.update(chosen(false));
    assert_eq!(state.choices.targets["linux"].len(), 1);
    applied(&mut state, vec![(1, result("clamav/conf", 2, 250))]);
    assert_eq!(names(&state), ["clamav/conf"]);
}
