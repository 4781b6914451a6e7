//! Lists whose columns the user confirms, ready to show: what was proposed and why, the values that matter, the first rows, and how
//! rows would be read.

use serde::{Deserialize, Serialize};

use super::index_of;
use crate::columns::apply::{self, Row};
use crate::columns::{Confidence, Mapping, Source, Table, look, propose};
use crate::intake::Reading;
use crate::mask::Machine;
use crate::options::Answers;
use crate::policy::{Policy, State};

/// Rows that are shown of a list.
pub const SHOWN: usize = 8;

/// A column with more different values than this is no list of words.
pub const WORDS: usize = 12;

/// One list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableView {
    /// Number of the list among those of its input, 0-based.
    pub at: usize,
    /// Name of the input.
    pub input: String,
    /// Which list of the input; empty when the input is one list.
    pub list: String,
    /// What it was found in.
    pub source: Source,
    /// Whether the names of the columns stand in the export.
    pub named: bool,
    /// Whether confirmed columns were applied.
    pub applied: bool,
    /// Number of rows.
    pub rows: usize,
    /// How sure the kind of rows is, and why.
    pub confidence: Confidence,
    /// Why.
    pub reason: String,
    /// Why this mask language; empty when none is proposed.
    pub language_reason: String,
    /// The columns.
    pub columns: Vec<ColumnView>,
    /// The first rows, cell by cell.
    pub sample: Vec<Vec<String>>,
    /// What holds: the confirmed meanings, else the proposal as a draft.
    pub mapping: Mapping,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnView {
    /// Its name, or `column 1`.
    pub name: String,
    /// How sure the proposed meaning is.
    pub confidence: Confidence,
    /// Why.
    pub reason: String,
    /// What most values look like, for people.
    pub look: String,
    /// Different values and how many rows have each, when there are few.
    pub values: Vec<(String, usize)>,
}

/// How one row would be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewView {
    /// The row in words.
    pub source: String,
    /// `in force`, `switched off` or `for a person`.
    pub state: String,
    /// Why, where it is not in force.
    pub reason: String,
}

/// The lists of one input.
pub fn tables(reading: &Reading, policy: &Policy, answers: &Answers) -> Vec<TableView> {
    let index = index_of(reading, policy);
    let of_input = policy.tables.iter().filter(|t| t.input == index).enumerate();
    of_input.map(|(at, table)| view(at, table, reading, answers)).collect()
}

/// One list of an input, by its number.
pub fn table<'p>(reading: &Reading, policy: &'p Policy, at: usize) -> Option<&'p Table> {
    let index = index_of(reading, policy);
    policy.tables.iter().filter(|t| t.input == index).nth(at)
}

fn view(at: usize, table: &Table, reading: &Reading, answers: &Answers) -> TableView {
    let document = &reading.document;
    let proposal = propose(table, document);
    let confirmed = answers
        .columns_for(&reading.input.name)
        .map(|c| &c.mapping)
        .find(|m| table.applied && m.fit(table, document).is_ok());
    let mapping = confirmed.cloned().unwrap_or_else(|| proposal.draft(table));
    let words = words(table, reading);
    let columns =
        table.columns.iter().zip(proposal.columns).zip(words).map(|((column, proposal), values)| {
            ColumnView {
                name: column.name.clone(),
                confidence: proposal.confidence,
                reason: proposal.reason,
                look: look::Look::label(proposal.look).to_owned(),
                values,
            }
        });
    let sample = (0..table.len().min(SHOWN)).map(|row| {
        (0u16..).zip(&table.columns).map(|(column, _)| table.text(row, column, document)).collect()
    });
    TableView {
        at,
        input: reading.input.name.clone(),
        list: table.list.clone(),
        source: table.source,
        named: table.named,
        applied: table.applied,
        rows: table.len(),
        confidence: proposal.confidence,
        reason: proposal.reason,
        language_reason: proposal.language.map_or_else(String::new, |(_, why)| why.to_owned()),
        columns: columns.collect(),
        sample: sample.collect(),
        mapping,
    }
}

/// Different values of each column with their counts; none for a column with many.
fn words(table: &Table, reading: &Reading) -> Vec<Vec<(String, usize)>> {
    let mut all: Vec<Option<Vec<(String, usize)>>> = vec![Some(Vec::new()); table.columns.len()];
    for row in 0..table.len() {
        for value in table.values(row, &reading.document) {
            let Some(slot) = all.get_mut(usize::from(value.column)) else { continue };
            let Some(seen) = slot else { continue };
            let text = value.text.trim();
            let full = seen.len() >= WORDS;
            match seen.iter_mut().find(|(v, _)| v == text) {
                Some((_, n)) => *n += 1,
                None if !full => seen.push((text.to_owned(), 1)),
                None => *slot = None,
            }
        }
    }
    all.into_iter().map(Option::unwrap_or_default).collect()
}

/// How the first rows of a list would be read with these meanings, or why they cannot be confirmed as they are.
///
/// # Errors
///
/// What to do first.
pub fn preview(reading: &Reading, table: &Table, mapping: &Mapping) -> Result<Vec<PreviewView>, String> {
    let fitted = mapping.fit(table, &reading.document)?;
    mapping.complete()?;
    let read = |at: usize| {
        let row =
            Row { fitted: &fitted, table, at, document: &reading.document, machine: Machine::default() };
        let made = apply::apply(&row);
        let (state, reason) = match made.state {
            State::Active => ("in force", String::new()),
            State::Inactive(why) => ("switched off", why),
            State::Waits { reason, .. } | State::ByHand { reason, .. } => ("for a person", reason),
        };
        PreviewView { source: made.source, state: state.to_owned(), reason }
    };
    Ok((0..table.len().min(SHOWN)).map(read).collect())
}
