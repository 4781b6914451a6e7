//! The workbench: what the worker holds. It takes a [`Request`] and answers with a [`Response`]; bytes go in and out
//! beside them. It knows no browser, so all of it is tested natively.
//!
//! Everything heavy is here: the files as they were read, their policies, the conversions. What leaves is what a
//! person looks at, a page of rows at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::protocol::{
    Choices, InputId, PAGE, Parcel, Piece, RefusalView, Request, Response, ResultView, RouteView, Sample,
    SheetView, Tally, Way,
};
use super::{recipe, words};
use crate::bundle::{self, OutFile, Part};
use crate::collector;
use crate::convert::{Conversion, convert_at};
use crate::finding::Refusal;
use crate::intake::archive::{self, Archive, is_zip};
use crate::intake::batch::{Brought, customers};
use crate::intake::{Reading, display_name};
use crate::ledger::{Fate, Row};
use crate::options::{Answers, Confirmed, Decisions, Options};
use crate::policy::Policy;
use crate::text;
use crate::vendor::{self, Desk, existing};
use crate::view::{self, FindingView, TableView};
use crate::watch::{Watch, unwatched};

const LINUX: &[u8] = include_bytes!("../../www/samples/kesl-settings.ini");
const WINDOWS: &[u8] = include_bytes!("../../www/samples/ksws-trusted-zone.xml");

/// What stands beside the vendor's files in every bundle, what a person reads first going first.
const BESIDE: [&str; 4] = [bundle::STEPS, "report.html", "report.csv", "report.json"];

/// How many findings cross at once.
const FINDINGS: usize = 50;

/// How much of a cell of a list crosses: enough to know it by.
const CELL: usize = 160;

/// One input on the workbench.
struct Sheet {
    id: InputId,
    /// The file that it came in: itself, or an archive.
    file: InputId,
    /// Which of the things that were brought it came with, and its path from there.
    root: u32,
    path: String,
    customer: String,
    reading: Reading,
    policy: Policy,
    tables: Vec<TableView>,
    /// With what it was read and converted; what is accepted is told by route.
    options: Options,
    accept: BTreeMap<String, BTreeSet<String>>,
    /// How its settings fare, by route.
    tallies: BTreeMap<&'static str, Vec<Tally>>,
    /// What conversions found out about the policy.
    desk: Desk,
    /// For the chosen routes.
    done: BTreeMap<&'static str, Done>,
    /// What the page knows about it.
    told: Option<SheetView>,
}

/// A conversion.
struct Done {
    conversion: Conversion,
    /// What the page knows about it.
    told: Option<ResultView>,
}

impl Sheet {
    /// The options for one route: what is accepted belongs to it.
    fn options_for(&self, target: &str) -> Options {
        Options { accept: self.accept.get(target).cloned().unwrap_or_default(), ..self.options.clone() }
    }

    fn interpret(&mut self) {
        self.policy = crate::interpret(&[&self.reading], &self.options.answers);
        self.desk = Desk::default();
        self.tables();
    }

    /// Looks at the lists, which takes a while for long ones: only when they were read anew.
    fn tables(&mut self) {
        self.tables = view::tables(&self.reading, &self.policy, &self.options.answers);
        for cell in self.tables.iter_mut().flat_map(|t| t.sample.iter_mut().flatten()) {
            if let Some((at, _)) = cell.char_indices().nth(CELL) {
                cell.truncate(at);
                cell.push('…');
            }
        }
    }

    fn view(&self) -> SheetView {
        let mut view = view::input(&self.reading, &self.policy);
        // Said beside the table itself, with what to do there.
        view.findings.retain(|f| f.code != crate::finding::COLUMNS_OPEN);
        cap(&mut view.findings);
        SheetView { customer: self.customer.clone(), view, tables: self.tables.clone() }
    }
}

/// What the worker holds.
#[derive(Default)]
pub struct Workbench {
    sheets: Vec<Sheet>,
    choices: Choices,
    /// Inputs came or went since they were named and given to customers.
    moved: bool,
}

/// An answer, and the bytes that go beside it.
pub type Answer = (Response, Option<Vec<u8>>);

impl Workbench {
    /// Answers a request. `bytes` are those of the file of [`Request::Open`], empty otherwise.
    pub fn handle(&mut self, request: Request, bytes: &[u8], watch: &mut Watch) -> Answer {
        match request {
            Request::Open { id, root, path } => (self.open(id, root, &path, bytes, watch), None),
            Request::Sample { id, name, which } => {
                let bytes = match which {
                    Sample::Linux => LINUX,
                    Sample::Windows => WINDOWS,
                };
                (self.open(id, id, &name, bytes, watch), None)
            }
            Request::Close { id } => {
                self.sheets.retain(|s| s.id != id);
                self.moved = true;
                (Response::Closed { id }, None)
            }
            Request::Apply(choices) => (self.apply(choices), None),
            Request::Preview { id, at, mapping } => {
                let seen = self.sheet(id).and_then(|s| {
                    let table = view::table(&s.reading, &s.policy, at)?;
                    Some(view::preview(&s.reading, table, &mapping))
                });
                let outcome = seen.unwrap_or_else(|| Err("This list is not here any more".into()));
                (Response::Preview { id, at, outcome }, None)
            }
            Request::Items { id, offset } => {
                let items = self.sheet(id).map(|s| view::items(&s.reading, &s.policy, offset, PAGE));
                (Response::Items { id, offset, items: items.unwrap_or_default() }, None)
            }
            Request::Rows { way, fate, offset } => {
                let rows = self.converted(&way).map(|(sheet, conversion)| {
                    view::rows(&[&sheet.reading], conversion, fate.as_deref(), offset, PAGE)
                });
                (Response::Rows { way, fate, offset, rows: rows.unwrap_or_default() }, None)
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

    fn converted(&self, way: &Way) -> Option<(&Sheet, &Conversion)> {
        let sheet = self.sheet(way.id)?;
        let done = sheet.done.get(way.target.as_str())?;
        Some((sheet, &done.conversion))
    }

    /// Reads a file, or each file of an archive, as the command line does; a recipe is told from an export by content.
    fn open(&mut self, id: InputId, root: u32, path: &str, bytes: &[u8], watch: &mut Watch) -> Response {
        self.sheets.retain(|s| s.file != id);
        self.moved = true;
        let mut left = Vec::new();
        let mut pieces = Vec::new();
        if !is_zip(bytes) {
            match recipe::read(path, bytes) {
                Some(Ok(kept)) if !path.contains('/') => return Response::Recipe { id, kept },
                Some(Err(refusal)) if !path.contains('/') => {
                    pieces.push(Piece { id, path: path.to_owned(), outcome: Err(refusal) });
                }
                _ => pieces.push(self.read(id, id, root, path, bytes, watch)),
            }
            return Response::Opened { id, pieces, left };
        }
        match Archive::open(path, bytes) {
            Err(refusal) => pieces.push(refused_piece(id, path, refusal)),
            Ok(archive) => {
                for (next, piece) in (id + 1..).zip(archive) {
                    match piece {
                        archive::Piece::File { path: inner, bytes } => {
                            let inner = format!("{path}/{inner}");
                            pieces.push(self.read(next, id, root, &inner, &bytes, &mut unwatched));
                        }
                        archive::Piece::Refused(refusal) => {
                            let path = refusal.input.clone();
                            pieces.push(refused_piece(next, &path, refusal));
                        }
                        archive::Piece::Left(note) => left.extend(view::findings([&note])),
                    }
                }
            }
        }
        Response::Opened { id, pieces, left }
    }

    fn read(
        &mut self,
        id: InputId,
        file: InputId,
        root: u32,
        path: &str,
        bytes: &[u8],
        watch: &mut Watch,
    ) -> Piece {
        let reading = match crate::read(path, bytes, watch) {
            Ok(reading) => reading,
            Err(refusal) => {
                let mut piece = refused_piece(id, path, refusal);
                if recipe::read(path, bytes).is_some() {
                    piece.outcome = Err(recipe::not_by_itself(path));
                }
                return piece;
            }
        };
        let options = options(&self.choices, id, &reading);
        let mut sheet = Sheet {
            id,
            file,
            root,
            path: path.to_owned(),
            customer: String::new(),
            policy: crate::interpret(&[&reading], &options.answers),
            reading,
            tables: Vec::new(),
            options,
            tallies: BTreeMap::new(),
            accept: BTreeMap::new(),
            desk: Desk::default(),
            done: BTreeMap::new(),
            told: None,
        };
        sheet.tables();
        let view = sheet.view();
        sheet.told = Some(view.clone());
        self.sheets.push(sheet);
        Piece { id, path: path.to_owned(), outcome: Ok(view) }
    }

    /// Gives each input its customer and a name of its own among the customer's inputs, as the command line does.
    fn arrange(&mut self) {
        if !std::mem::take(&mut self.moved) {
            return;
        }
        let brought: Vec<Brought<'_>> =
            self.sheets.iter().map(|s| Brought { root: s.root as usize, path: &s.path }).collect();
        let customers = customers(&brought);
        let mut groups: BTreeMap<String, Vec<&mut Reading>> = BTreeMap::new();
        for (sheet, customer) in self.sheets.iter_mut().zip(customers) {
            sheet.reading.input.name = display_name(&sheet.path);
            sheet.customer.clone_from(&customer);
            groups.entry(customer).or_default().push(&mut sheet.reading);
        }
        for readings in groups.into_values() {
            bundle::name_inputs(readings.into_iter());
        }
    }

    /// Applies the choices to every input. What did not change is neither done nor told again.
    fn apply(&mut self, choices: Choices) -> Response {
        self.choices = choices;
        self.arrange();
        let mut sheets = Vec::new();
        for sheet in &mut self.sheets {
            let options = options(&self.choices, sheet.id, &sheet.reading);
            let named = sheet.policy.inputs.first().is_some_and(|i| i.name == sheet.reading.input.name);
            let read = named && options.answers == sheet.options.answers;
            if !read || options != sheet.options {
                sheet.options = options;
                sheet.tallies.clear();
                sheet.done.clear();
            }
            let accept = self.choices.accept.get(&sheet.id).cloned().unwrap_or_default();
            for target in sheet.accept.keys().chain(accept.keys()) {
                if sheet.accept.get(target) != accept.get(target) {
                    sheet.tallies.remove(target.as_str());
                    sheet.done.remove(target.as_str());
                }
            }
            sheet.accept = accept;
            if !read {
                sheet.interpret();
            }
            let view = sheet.view();
            if sheet.told.as_ref() != Some(&view) {
                sheet.told = Some(view.clone());
                sheets.push((sheet.id, view));
            }
        }
        let mut routes = Vec::new();
        let mut converted = Vec::new();
        let mut results = Vec::new();
        let fitting = vendor::all()
            .iter()
            .copied()
            .flat_map(|route| route.info().platforms.iter().map(move |platform| (route, *platform)));
        for (route, platform) in fitting {
            let info = route.info();
            let chosen = self.choices.targets.get(platform.word()).is_some_and(|ids| ids.contains(info.id));
            let mut view = RouteView {
                target: view::target(route, platform),
                inputs: 0,
                tallies: Vec::new(),
                customers: Vec::new(),
            };
            for sheet in self.sheets.iter_mut().filter(|s| s.policy.platform == platform) {
                if !sheet.tallies.contains_key(info.id) || chosen && !sheet.done.contains_key(info.id) {
                    let options = sheet.options_for(info.id);
                    let conversion = convert_at(&sheet.policy, route, &options, &mut sheet.desk);
                    sheet.tallies.insert(info.id, tally(&conversion.rows));
                    if chosen {
                        sheet.done.insert(info.id, Done { conversion, told: None });
                    }
                }
                if !chosen {
                    sheet.done.remove(info.id);
                }
                let own = sheet.tallies.get(info.id).cloned().unwrap_or_default();
                view.inputs += 1;
                by_customer(&mut view.customers, &sheet.customer, &own);
                // The options are a copy: made only for what is converted.
                let options = sheet.done.contains_key(info.id).then(|| sheet.options_for(info.id));
                if let (Some(options), Some(done)) = (options, sheet.done.get_mut(info.id)) {
                    converted.push(Way { id: sheet.id, target: info.id.to_owned() });
                    let result = result(&done.conversion, &options, own.clone());
                    if done.told.as_ref() != Some(&result) {
                        done.told = Some(result.clone());
                        results.push((sheet.id, result));
                    }
                }
                merge(&mut view.tallies, own);
            }
            if view.inputs > 0 {
                routes.push(view);
            }
        }
        Response::Applied { sheets, routes, converted, results }
    }

    /// Makes something to take away.
    fn take(&self, what: &Parcel) -> Option<OutFile> {
        match what {
            Parcel::Zip { alone } => self.zip(*alone),
            Parcel::File { way, name } => {
                let (sheet, conversion) = self.converted(way)?;
                let files = bundle::files(&[&sheet.reading], &sheet.policy, conversion);
                files.into_iter().find(|f| f.name == *name)
            }
            Parcel::Sanitised { id } => self.sheet(*id).map(|s| bundle::sanitised(&s.reading)),
            Parcel::Recipe => {
                let mut bytes = serde_json::to_vec_pretty(&recipe::of(&self.choices)).ok()?;
                bytes.push(b'\n');
                Some(OutFile { name: recipe::FILE.into(), bytes })
            }
            Parcel::Collector => {
                Some(OutFile { name: collector::FILE.into(), bytes: collector::SCRIPT.into() })
            }
        }
    }

    fn zip(&self, alone: bool) -> Option<OutFile> {
        let mut parts = Vec::new();
        for sheet in &self.sheets {
            // In the order of the catalogue, as the command line does.
            let done = vendor::all().iter().filter_map(|r| sheet.done.get(r.info().id));
            for Done { conversion, .. } in done {
                let files = bundle::files(&[&sheet.reading], &sheet.policy, conversion);
                let input = sheet.reading.input.name.clone();
                parts.push((
                    sheet.customer.clone(),
                    Part { input, target: conversion.route.info().id, files },
                ));
            }
        }
        let name = match parts.as_slice() {
            [] => return None,
            [(_, part), ..] if self.sheets.len() == 1 => {
                format!("crosswalk-{}.zip", words::stem(&part.input))
            }
            _ => "crosswalk.zip".into(),
        };
        let single = alone && parts.len() == 1;
        Some(OutFile { name, bytes: bundle::zip(&bundle::forest(parts, single)) })
    }
}

/// What the choices say about one input. Its name in the engine is unique among the inputs of its customer only, so
/// answers and columns of other inputs are left out here.
fn options(choices: &Choices, id: InputId, reading: &Reading) -> Options {
    let name = &reading.input.name;
    let mut answers = Answers::default();
    for (key, value) in choices.recipes.iter().flat_map(|k| &k.recipe.answers) {
        answers.given.entry(key.clone()).or_insert_with(|| value.clone());
    }
    for (key, value) in choices.answers.get(&id).into_iter().flatten() {
        answers.given.insert(format!("{key}@{name}"), value.clone());
    }
    let here = choices.columns.iter().filter(|c| c.input.is_none_or(|own| own == id)).map(|c| {
        let input = c.input.map(|_| name.clone());
        Confirmed { input, mapping: c.mapping.clone() }
    });
    let kept = choices.recipes.iter().flat_map(|k| &k.recipe.tables);
    let kept = kept.map(|mapping| Confirmed { input: None, mapping: mapping.clone() });
    answers.columns = here.chain(kept).collect();
    let own = choices.decisions.iter().filter(|d| d.input == reading.input.sha256);
    Options {
        answers,
        decisions: Decisions { crosswalk_decisions: 1, decisions: own.cloned().collect() },
        accept: BTreeSet::new(),
        date: None,
        existing: choices.existing.get(&id).cloned(),
    }
}

fn result(conversion: &Conversion, options: &Options, tallies: Vec<Tally>) -> ResultView {
    let mut view = view::conversion(conversion, options);
    cap(&mut view.findings);
    let written = conversion.artefacts.iter().map(|a| a.name.as_ref());
    let compared = (!conversion.compared.is_empty()).then_some(existing::FILE);
    let files = written.chain(BESIDE).chain(compared).map(String::from).collect();
    ResultView { view, tallies, files }
}

/// Adds the sum of an input to that of its customer.
fn by_customer(sums: &mut Vec<(String, Tally)>, customer: &str, own: &[Tally]) {
    let own = words::sum(own.iter(), "setting");
    match sums.iter_mut().rev().find(|(name, _)| name == customer) {
        Some((_, sum)) => *sum = words::sum([&*sum, &own].into_iter(), "setting"),
        None => sums.push((customer.to_owned(), own)),
    }
}

fn refused_piece(id: InputId, path: &str, refusal: Refusal) -> Piece {
    let mut refusal = refused(refusal);
    // In a batch, a name alone does not say which file it is.
    if path.contains('/') {
        refusal.input = text::owned(path);
    }
    Piece { id, path: path.to_owned(), outcome: Err(refusal) }
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
        Parcel::Zip { .. } => "There is nothing to take away yet: choose a product first".into(),
        Parcel::File { name, .. } => format!("{name} is not part of this conversion any more"),
        Parcel::Sanitised { .. } => "This input is not here any more: bring it again".into(),
        Parcel::Recipe | Parcel::Collector => "The file could not be made".into(),
    }
}

#[cfg(test)]
#[path = "workbench_tests.rs"]
mod tests;
