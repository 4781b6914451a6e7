//! The workbench: what the worker holds. It takes a [`Request`] and answers with a [`Response`]; bytes go in and out
//! beside them. It knows no browser, so all of it is tested natively.
//!
//! Everything heavy is here: the files as they were read, their policies, the conversions. What leaves is what a
//! person looks at, a page of rows at a time.

use super::protocol::{
    Choices, InputId, PAGE, Parcel, RefusalView, Request, Response, ResultView, RouteView, Sample, Tally,
};
use super::words;
use crate::bundle::{self, OutFile, Part};
use crate::convert::Conversion;
use crate::finding::Refusal;
use crate::intake::Reading;
use crate::ledger::{Fate, Row};
use crate::options::{Answers, Decisions, Options};
use crate::policy::Policy;
use crate::vendor;
use crate::view::{self, FindingView, InputView};
use crate::watch::Watch;

const LINUX: &[u8] = include_bytes!("../../www/samples/kesl-settings.ini");
const WINDOWS: &[u8] = include_bytes!("../../www/samples/ksws-trusted-zone.xml");

/// What stands beside the vendor's files in every bundle, what a person reads first going first.
const BESIDE: [&str; 4] = [bundle::STEPS, "report.html", "report.csv", "report.json"];

/// How many findings cross at once.
const FINDINGS: usize = 50;

/// One input on the workbench.
struct Sheet {
    id: InputId,
    reading: Reading,
    policy: Policy,
    conversion: Option<Conversion>,
}

/// What the worker holds.
#[derive(Default)]
pub struct Workbench {
    sheets: Vec<Sheet>,
    choices: Choices,
}

/// An answer, and the bytes that go beside it.
pub type Answer = (Response, Option<Vec<u8>>);

impl Workbench {
    /// Answers a request. `bytes` are those of the file of [`Request::Open`], empty otherwise.
    pub fn handle(&mut self, request: Request, bytes: &[u8], watch: &mut Watch) -> Answer {
        match request {
            Request::Open { id, name } => (self.open(id, &name, bytes, watch), None),
            Request::Sample { id, name, which } => {
                let bytes = match which {
                    Sample::Linux => LINUX,
                    Sample::Windows => WINDOWS,
                };
                (self.open(id, &name, bytes, watch), None)
            }
            Request::Close { id } => {
                self.sheets.retain(|s| s.id != id);
                (Response::Closed { id }, None)
            }
            Request::Apply(choices) => (self.apply(choices), None),
            Request::Items { id, offset } => {
                let items = self.sheet(id).map(|s| view::items(&s.reading, &s.policy, offset, PAGE));
                (Response::Items { id, offset, items: items.unwrap_or_default() }, None)
            }
            Request::Rows { id, fate, offset } => {
                let rows = self.sheet(id).and_then(|s| {
                    let conversion = s.conversion.as_ref()?;
                    Some(view::rows(&[&s.reading], conversion, fate.as_deref(), offset, PAGE))
                });
                (Response::Rows { id, fate, offset, rows: rows.unwrap_or_default() }, None)
            }
            Request::Take { what, purpose } => match self.take(&what) {
                Some(file) => (Response::Parcel { name: file.name, purpose }, Some(file.bytes)),
                None => (Response::Failed { message: gone(&what) }, None),
            },
        }
    }

    fn sheet(&self, id: InputId) -> Option<&Sheet> {
        self.sheets.iter().find(|s| s.id == id)
    }

    fn open(&mut self, id: InputId, name: &str, bytes: &[u8], watch: &mut Watch) -> Response {
        self.sheets.retain(|s| s.id != id);
        match crate::read(name, bytes, watch) {
            Ok(reading) => {
                let policy = crate::interpret(&[&reading], &self.options().answers);
                let view = Box::new(input_view(&reading, &policy));
                let items = view::items(&reading, &policy, 0, PAGE);
                self.sheets.push(Sheet { id, reading, policy, conversion: None });
                Response::Opened { id, view, items }
            }
            Err(refusal) => Response::Refused { id, refusal: refused(refusal) },
        }
    }

    /// Applies the choices to every input.
    fn apply(&mut self, choices: Choices) -> Response {
        let answers_changed = choices.answers != self.choices.answers;
        self.choices = choices;
        let options = self.options();
        let mut inputs = Vec::new();
        for sheet in &mut self.sheets {
            if answers_changed || sheet.policy.inputs.is_empty() {
                sheet.policy = crate::interpret(&[&sheet.reading], &options.answers);
            }
            inputs.push((sheet.id, input_view(&sheet.reading, &sheet.policy)));
            sheet.conversion = None;
        }
        let mut routes = Vec::new();
        let mut results = Vec::new();
        for route in vendor::all().iter().copied() {
            let info = route.info();
            let chosen = self.choices.targets.get(info.platform.word()).is_some_and(|id| id == info.id);
            let mut tallies = Vec::new();
            let mut names = Vec::new();
            for sheet in self.sheets.iter_mut().filter(|s| s.policy.platform == info.platform) {
                let conversion = crate::convert(&sheet.policy, route, &options);
                let own = tally(&conversion.rows);
                names.push(sheet.reading.input.name.clone());
                if chosen {
                    let mut view = view::conversion(&conversion, &options);
                    cap(&mut view.findings);
                    let written = conversion.artefacts.iter().map(|a| a.name);
                    let files = written.chain(BESIDE).map(String::from).collect();
                    results.push((sheet.id, ResultView { view, tallies: own.clone(), files }));
                    sheet.conversion = Some(conversion);
                }
                merge(&mut tallies, own);
            }
            if !names.is_empty() {
                routes.push(RouteView { target: view::target(route), inputs: names, tallies });
            }
        }
        Response::Applied { inputs, routes, results }
    }

    fn options(&self) -> Options {
        Options {
            answers: Answers::from(self.choices.answers.clone()),
            decisions: Decisions { crosswalk_decisions: 1, decisions: self.choices.decisions.clone() },
            accept: self.choices.accept.clone(),
            date: None,
        }
    }

    /// Makes something to take away.
    fn take(&self, what: &Parcel) -> Option<OutFile> {
        match what {
            Parcel::Zip => self.zip(),
            Parcel::File { id, name } => {
                let sheet = self.sheet(*id)?;
                let conversion = sheet.conversion.as_ref()?;
                let files = bundle::files(&[&sheet.reading], &sheet.policy, conversion);
                files.into_iter().find(|f| f.name == *name)
            }
            Parcel::Sanitised { id } => self.sheet(*id).map(|s| bundle::sanitised(&s.reading)),
        }
    }

    fn zip(&self) -> Option<OutFile> {
        let mut parts = Vec::new();
        let mut stem = None;
        for sheet in &self.sheets {
            let Some(conversion) = &sheet.conversion else { continue };
            let name = &sheet.reading.input.name;
            stem = if parts.is_empty() { Some(words::stem(name)) } else { None };
            let files = bundle::files(&[&sheet.reading], &sheet.policy, conversion);
            parts.push(Part { input: name.clone(), target: conversion.route.info().id, files });
        }
        if parts.is_empty() {
            return None;
        }
        let name = match stem {
            Some(stem) => format!("crosswalk-{stem}.zip"),
            None => "crosswalk.zip".into(),
        };
        let single = parts.len() == 1;
        Some(OutFile { name, bytes: bundle::zip(&bundle::tree(parts, single)) })
    }
}

fn input_view(reading: &Reading, policy: &Policy) -> InputView {
    let mut view = view::input(reading, policy);
    cap(&mut view.findings);
    view
}

/// Holds a list of findings to what a person can look at, the worst first; all of them stand in the report.
fn cap(findings: &mut Vec<FindingView>) {
    findings.sort_by_key(|f| ["error", "warning", "info"].iter().position(|s| *s == f.severity));
    let more = findings.len().saturating_sub(FINDINGS);
    if more > 0 {
        findings.truncate(FINDINGS);
        findings.push(FindingView {
            code: String::new(),
            severity: "info".into(),
            input: String::new(),
            line: 0,
            message: format!("There are {more} more"),
            hint: "The report lists all of them".into(),
        });
    }
}

/// How each kind of setting fares. Metadata is no setting and is left out.
fn tally(rows: &[Row]) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for row in rows {
        if row.fate == Fate::Context {
            continue;
        }
        let at = match tallies.iter().position(|t| t.kind == row.kind) {
            Some(at) => at,
            None => {
                tallies.push(Tally { kind: row.kind.into(), ..Tally::default() });
                tallies.len() - 1
            }
        };
        let Some(tally) = tallies.get_mut(at) else { continue };
        tally.all += 1;
        match row.fate {
            Fate::Exact | Fate::Stricter | Fate::Covered => tally.carried += 1,
            Fate::Looser if !row.written.is_empty() => tally.carried += 1,
            Fate::Looser | Fate::Unconfirmed | Fate::ByHand => tally.person += 1,
            Fate::Inactive | Fate::Dropped => tally.off += 1,
            Fate::Withheld | Fate::Unread => tally.unread += 1,
            Fate::Unsupported | Fate::Context => {}
        }
    }
    tallies.sort_by_key(|t| words::rank(&t.kind));
    tallies
}

fn merge(into: &mut Vec<Tally>, own: Vec<Tally>) {
    for tally in own {
        match into.iter_mut().find(|t| t.kind == tally.kind) {
            Some(sum) => *sum = words::sum([&*sum, &tally].into_iter(), &tally.kind),
            None => into.push(tally),
        }
    }
    into.sort_by_key(|t| words::rank(&t.kind));
}

fn refused(refusal: Refusal) -> RefusalView {
    RefusalView {
        code: refusal.code.into(),
        input: refusal.input,
        line: refusal.line,
        column: refusal.column,
        message: refusal.message,
        hint: refusal.hint,
    }
}

fn gone(what: &Parcel) -> String {
    match what {
        Parcel::Zip => "There is nothing to take away yet: choose a product first".into(),
        Parcel::File { name, .. } => format!("{name} is not part of this conversion any more"),
        Parcel::Sanitised { .. } => "This input is not here any more: bring it again".into(),
    }
}

#[cfg(test)]
#[path = "workbench_tests.rs"]
mod tests;
