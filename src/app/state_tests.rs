//! A wall of short cases: what an action makes of the state, and which effects it asks for.

use super::*;
use crate::app::protocol::Tally;
use crate::view::{ConversionView, OfferView, TargetView};

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

fn opened(state: &mut State, id: InputId, name: &str) -> Vec<Effect> {
    told(state, Response::Opened { id, view: Box::new(view(name, "linux")), items: Vec::new() })
}

fn applied(state: &mut State, ids: &[InputId], results: Vec<(InputId, ResultView)>) -> Vec<Effect> {
    let inputs = ids.iter().map(|&id| (id, state.view_of(id))).collect();
    told(state, Response::Applied { inputs, routes: Vec::new(), results })
}

impl State {
    fn view_of(&self, id: InputId) -> InputView {
        self.entries.iter().find(|e| e.id == id).and_then(Entry::view).cloned().unwrap()
    }
}

/// A state with one input that was read and compared.
fn with_input() -> State {
    let mut state = State::default();
    told(&mut state, Response::Up);
    state.update(Action::Brought(vec![(1, "a.ini".into())]));
    opened(&mut state, 1, "a.ini");
    applied(&mut state, &[1], Vec::new());
    told(&mut state, Response::Items { id: 1, offset: 0, items: Vec::new() });
    state
}

/// A state with one input that was converted; 250 exact rows and 2 looser ones.
fn converted() -> State {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into() });
    applied(&mut state, &[1], vec![(1, result("clamav/conf", 2, 250))]);
    told(&mut state, Response::Items { id: 1, offset: 0, items: Vec::new() });
    told(&mut state, Response::Rows { id: 1, fate: Some("looser".into()), offset: 0, rows: Vec::new() });
    assert_eq!(state.work(), None);
    state
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
    let effects = state.update(Action::Brought(vec![(1, "a.ini".into())]));
    assert_eq!(asks(&effects), [&Request::Open { id: 1, name: "a.ini".into() }]);
    assert_eq!(state.work().as_deref(), Some("Reading a.ini"));
    let effects = opened(&mut state, 1, "a.ini");
    assert_eq!(asks(&effects), [&Request::Apply(Choices::default())]);
    assert_eq!(state.work().as_deref(), Some("Comparing the products"));
    let effects = applied(&mut state, &[1], Vec::new());
    assert!(effects.contains(&Effect::Focus("understand")));
    assert_eq!(state.work(), None);
}

#[test]
fn several_files_are_compared_once() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "a.ini".into()), (2, "b.ini".into())]));
    assert_eq!(applies(&opened(&mut state, 1, "a.ini")), 0);
    assert_eq!(applies(&opened(&mut state, 2, "b.ini")), 1);
}

#[test]
fn names_are_last_components_and_unique() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "x/a.ini".into()), (2, "y/a.ini".into())]));
    let names: Vec<&str> = state.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["a.ini", "a.ini (2)"]);
}

#[test]
fn a_refused_file_is_said_and_forgotten() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "a.cfg".into())]));
    let refusal = RefusalView {
        code: "CW0001".into(),
        input: "a.cfg".into(),
        line: 0,
        column: 0,
        message: "opaque".into(),
        hint: "export again".into(),
    };
    let effects = told(&mut state, Response::Refused { id: 1, refusal });
    assert!(effects.contains(&Effect::Forget(1)));
    assert!(effects.contains(&Effect::Focus("brought")));
    assert_eq!(applies(&effects), 0);
    assert!(matches!(state.entries[0].stage, Stage::Refused(_)));
    // The same name again takes the place of the refusal.
    state.update(Action::Brought(vec![(2, "a.cfg".into())]));
    assert_eq!(state.entries.iter().map(|e| (e.id, e.name.as_str())).collect::<Vec<_>>(), [(2, "a.cfg")]);
}

#[test]
fn an_answer_is_bound_to_its_input_and_can_be_undone() {
    let mut state = with_input();
    let answer = Action::Answered { input: "a.ini".into(), key: "task".into(), value: "oas".into() };
    assert_eq!(applies(&state.update(answer.clone())), 1);
    assert_eq!(state.choices.answers.get("task@a.ini").map(String::as_str), Some("oas"));
    applied(&mut state, &[1], Vec::new());
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
    let answer =
        |value: &str| Action::Answered { input: "a.ini".into(), key: "task".into(), value: value.into() };
    assert_eq!(applies(&state.update(answer("1"))), 1);
    assert_eq!(applies(&state.update(answer("2"))), 0);
    assert_eq!(applies(&state.update(answer("3"))), 0);
    let effects = applied(&mut state, &[1], Vec::new());
    let last = asks(&effects)
        .into_iter()
        .find_map(|r| if let Request::Apply(c) = r { Some(c.clone()) } else { None });
    assert_eq!(last.unwrap().answers["task@a.ini"], "3");
}

#[test]
fn the_ledger_opens_at_what_needs_a_person() {
    let state = converted();
    let ledger = &state.ledgers[&1];
    assert_eq!((ledger.fate.as_deref(), ledger.count()), (Some("looser"), 2));
    assert_eq!(state.notice, "Converted: 250 of 252 settings are carried over; 2 need a person");
}

#[test]
fn the_focus_moves_to_the_result_when_a_product_is_chosen() {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into() });
    let effects = applied(&mut state, &[1], vec![(1, result("clamav/conf", 0, 1))]);
    assert!(effects.contains(&Effect::Focus("decide")));
}

#[test]
fn rows_come_a_page_at_a_time() {
    let mut state = converted();
    let rows = |fate: Option<&str>, offset| Request::Rows { id: 1, fate: fate.map(String::from), offset };
    assert_eq!(asks(&state.update(Action::Filtered(1, Some("exact".into())))), [&rows(Some("exact"), 0)]);
    assert_eq!(asks(&state.update(Action::Turned(1, 100))), [&rows(Some("exact"), 100)]);
    assert_eq!(asks(&state.update(Action::Turned(1, 9_999))), [&rows(Some("exact"), 200)]);
    assert_eq!(asks(&state.update(Action::Filtered(1, None))), [&rows(None, 0)]);
}

#[test]
fn late_rows_of_another_filter_are_not_shown() {
    let mut state = converted();
    state.update(Action::Filtered(1, Some("exact".into())));
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
    let late = Response::Rows { id: 1, fate: Some("looser".into()), offset: 0, rows: vec![row] };
    assert!(told(&mut state, late).is_empty());
    assert!(state.ledgers[&1].rows.is_empty());
}

#[test]
fn decisions_are_bound_to_input_target_and_row() {
    let mut state = converted();
    let decide = |choice| Action::Decided { id: 1, row: "7".into(), choice };
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
    let accept = |on| Action::Accepted { code: "CW1010".into(), on };
    assert_eq!(applies(&state.update(accept(true))), 1);
    assert!(state.choices.accept.contains("CW1010"));
    state.update(accept(false));
    assert!(state.choices.accept.is_empty());
}

#[test]
fn cancelling_a_reading_keeps_what_had_been_read() {
    let mut state = converted();
    state.update(Action::Brought(vec![(2, "big.xml".into()), (3, "next.xml".into())]));
    let effects = state.update(Action::Cancelled);
    assert_eq!(effects[..3], [Effect::Forget(2), Effect::Forget(3), Effect::Restart]);
    assert_eq!(asks(&effects), [&Request::Open { id: 1, name: "a.ini".into() }]);
    assert_eq!(state.entries.len(), 1);
    // The fresh worker reads it and gets the same choices.
    let effects = opened(&mut state, 1, "a.ini");
    let [Request::Apply(choices)] = asks(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(choices.targets["linux"], "clamav/conf");
}

#[test]
fn cancelling_a_conversion_waits_for_the_user() {
    let mut state = with_input();
    state.update(Action::Chosen { platform: "linux".into(), target: "clamav/conf".into() });
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
    state.update(Action::Brought(vec![(2, "bad.xml".into())]));
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
    state.update(Action::Answered { input: "a.ini".into(), key: "task".into(), value: "oas".into() });
    applied(&mut state, &[1], vec![(1, result("clamav/conf", 0, 1))]);
    told(&mut state, Response::Items { id: 1, offset: 0, items: Vec::new() });
    told(&mut state, Response::Rows { id: 1, fate: None, offset: 0, rows: Vec::new() });
    let effects = state.update(Action::Removed(1));
    assert!(effects.contains(&Effect::Forget(1)));
    assert_eq!(asks(&effects), [&Request::Close { id: 1 }]);
    assert!(state.entries.is_empty() && state.ledgers.is_empty() && state.routes.is_empty());
    assert_eq!(state.choices, Choices::default());
    assert!(!state.can_undo());
}

#[test]
fn samples_need_no_file() {
    let mut state = State::default();
    let effects = state.update(Action::Sampled(4, Sample::Linux));
    assert!(matches!(asks(&effects)[..], [Request::Sample { id: 4, which: Sample::Linux, .. }]));
}

#[test]
fn a_request_that_fails_takes_its_entry_along() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "folder".into())]));
    let effects = told(&mut state, Response::Failed { message: "it is a folder".into() });
    assert_eq!(effects, [Effect::Forget(1)]);
    assert_eq!((state.entries.len(), state.notice.as_str()), (0, "it is a folder"));
}

#[test]
fn progress_belongs_to_the_work_in_hand() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "a.ini".into())]));
    told(&mut state, Response::Progress { done: 1, total: 2 });
    assert_eq!(state.progress, Some((1, 2)));
    opened(&mut state, 1, "a.ini");
    assert_eq!(state.progress, None);
}

#[test]
fn platforms_stand_once() {
    let mut state = State::default();
    state.update(Action::Brought(vec![(1, "a".into()), (2, "b".into()), (3, "c".into())]));
    for (id, platform) in [(1, "linux"), (2, "windows"), (3, "linux")] {
        told(&mut state, Response::Opened { id, view: Box::new(view("x", platform)), items: Vec::new() });
    }
    assert_eq!(state.platforms(), ["linux", "windows"]);
}
