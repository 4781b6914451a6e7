//! What a door shows: the page through its worker, the command line through `inspect --json`. Plain owned values,
//! so that they cross from the worker to the page and a page of a million rows never has to exist at once.

mod table;

use serde::{Deserialize, Serialize};

use crate::convert::{Conversion, kind_word};
use crate::finding::{self, Finding};
use crate::intake::{InputInfo, Reading};
use crate::ledger::{Fate, Row};
use crate::options::Options;
use crate::policy::{Item, Kind, Platform, Policy, State};
use crate::vendor::Route;

pub use table::{ColumnView, PreviewView, TableView, preview, table, tables};

/// A finding, ready to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// Stable code.
    pub code: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// Input name.
    pub input: String,
    /// Line, 1-based; 0 = the whole file.
    pub line: u32,
    /// What was found.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A question with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionView {
    /// Key of the answer.
    pub key: String,
    /// Input it is about.
    pub input: String,
    /// The question.
    pub text: String,
    /// Why it is asked, where to look.
    pub help: String,
    /// Value and label of each possible answer.
    pub options: Vec<(String, String)>,
    /// The answer given.
    pub answer: Option<String>,
    /// Rows that wait for it.
    pub rows: usize,
}

/// One input, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputView {
    /// File name.
    pub name: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: usize,
    /// Format id.
    pub format: String,
    /// Format in plain words.
    pub label: String,
    /// Product, or empty.
    pub product: String,
    /// Version, or empty.
    pub version: String,
    /// Text encoding.
    pub encoding: String,
    /// `windows` or `linux`.
    pub platform: String,
    /// Leaves of the document.
    pub leaves: usize,
    /// Number of items.
    pub items: usize,
    /// Kind in plain words, and how many.
    pub counts: Vec<(String, usize)>,
    /// Questions that the bytes leave open.
    pub questions: Vec<QuestionView>,
    /// What to know about it.
    pub findings: Vec<FindingView>,
}

/// One item of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemView {
    /// Row id.
    pub id: String,
    /// Line of its first leaf.
    pub line: u32,
    /// Kind in plain words.
    pub kind: String,
    /// How it reads.
    pub source: String,
    /// `in force`, `switched off`, `waits for an answer`, `for a person`, `not read`.
    pub state: String,
    /// CONFIRMED, SHOWN, DOCUMENTED, INFERRED.
    pub certainty: String,
}

/// A target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetView {
    /// `product/route`.
    pub id: String,
    /// Name in plain words.
    pub name: String,
    /// `windows`, `linux` or `macos`.
    pub platform: String,
    /// How well it is proven.
    pub grade: String,
    /// Vendor files it writes.
    pub files: Vec<String>,
    /// How to import, step by step.
    pub steps: Vec<String>,
    /// The command that prints what a machine has, to compare with.
    pub prints_state: Option<String>,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowView {
    /// Row id.
    pub id: String,
    /// Line of its first leaf.
    pub line: u32,
    /// Kind in plain words.
    pub kind: String,
    /// How it reads.
    pub source: String,
    /// Fate.
    pub fate: String,
    /// Code of the reason.
    pub code: String,
    /// Reason.
    pub reason: String,
    /// Example that shows the difference.
    pub example: Option<String>,
    /// Decision, if any: `accepted` or `dropped`.
    pub decision: Option<String>,
    /// File and entry of what was written.
    pub written: Vec<(String, String)>,
}

/// Rows that one consent would cover: the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferView {
    /// Code of the reason: what `--accept` takes.
    pub code: String,
    /// Reason in plain words.
    pub meaning: String,
    /// How many rows.
    pub rows: usize,
    /// An example of what becomes unprotected.
    pub example: Option<String>,
    /// Whether consent was given.
    pub accepted: bool,
}

/// A conversion, without its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionView {
    /// The target.
    pub target: TargetView,
    /// Number of rows.
    pub rows: usize,
    /// Fate and how many rows have it, in the order of the report; zeros included.
    pub totals: Vec<(String, usize)>,
    /// Number of entries written.
    pub entries: usize,
    /// Looser forms that may be accepted.
    pub offers: Vec<OfferView>,
    /// What to know before the import.
    pub findings: Vec<FindingView>,
}

/// Findings, ready to show.
pub fn findings<'f>(all: impl IntoIterator<Item = &'f Finding>) -> Vec<FindingView> {
    all.into_iter()
        .map(|f| FindingView {
            code: f.code.to_owned(),
            severity: f.severity.word().to_owned(),
            input: f.origin.input.clone(),
            line: f.origin.line,
            message: f.message.clone(),
            hint: f.hint.clone(),
        })
        .collect()
}

/// Which input of the policy a reading is.
fn index_of(reading: &Reading, policy: &Policy) -> usize {
    let same = |i: &InputInfo| i.sha256 == reading.input.sha256 && i.name == reading.input.name;
    policy.inputs.iter().position(same).unwrap_or(0)
}

/// One input of a policy, as it was read.
pub fn input(reading: &Reading, policy: &Policy) -> InputView {
    let index = index_of(reading, policy);
    let told = policy.inputs.get(index).unwrap_or(&reading.input);
    let items: Vec<&Item> = policy.items.iter().filter(|i| i.input == index).collect();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for item in &items {
        let word = kind_word(item);
        match counts.iter_mut().find(|(w, _)| w == word) {
            Some((_, n)) => *n += 1,
            None => counts.push((word.to_owned(), 1)),
        }
    }
    let waiting = |key: &str| {
        items.iter().filter(|i| matches!(&i.state, State::Waits { question, .. } if *question == key)).count()
    };
    let questions = policy.questions.iter().filter(|q| q.input == reading.input.name).map(|q| QuestionView {
        key: q.key.to_owned(),
        input: q.input.clone(),
        text: q.text.clone(),
        help: q.help.clone(),
        options: q.options.clone(),
        answer: q.answer.clone(),
        rows: waiting(q.key),
    });
    InputView {
        name: told.name.clone(),
        sha256: told.sha256.clone(),
        bytes: told.bytes,
        format: told.format.to_owned(),
        label: reading.format.label().to_owned(),
        product: told.product.clone(),
        version: told.version.clone(),
        encoding: told.encoding.to_owned(),
        platform: told.platform.word().to_owned(),
        leaves: reading.document.leaf_count() as usize,
        items: items.len(),
        counts,
        questions: questions.collect(),
        findings: findings(policy.findings.iter().filter(|f| f.origin.input == reading.input.name)),
    }
}

/// A page of the items of an input.
pub fn items(reading: &Reading, policy: &Policy, offset: usize, limit: usize) -> Vec<ItemView> {
    let index = index_of(reading, policy);
    let of_input = policy.items.iter().filter(|i| i.input == index);
    of_input
        .skip(offset)
        .take(limit)
        .map(|item| {
            let first = item.leaves.first().unwrap_or(0);
            let state = match (&item.kind, &item.state) {
                (Kind::Unread | Kind::Withheld, _) => "not read",
                (_, State::Inactive(_)) => "switched off",
                (_, State::Waits { .. }) => "waits for an answer",
                (Kind::Inventory | Kind::RuleNotRead(_), _) | (_, State::ByHand { .. }) => "for a person",
                (Kind::Context, _) => "description",
                _ => "in force",
            };
            ItemView {
                id: (first + 1).to_string(),
                line: reading.document.leaf_line(first),
                kind: kind_word(item).to_owned(),
                source: item.source.clone(),
                state: state.to_owned(),
                certainty: item.certainty.word().to_owned(),
            }
        })
        .collect()
}

/// A route, ready to show for one of its systems.
pub fn target(route: &dyn Route, platform: Platform) -> TargetView {
    let info = route.info();
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    TargetView {
        id: info.id.to_owned(),
        name: info.name.to_owned(),
        platform: platform.word().to_owned(),
        grade: info.grade.to_owned(),
        files: owned(info.files),
        steps: owned(info.steps),
        prints_state: route.prints_state().map(str::to_owned),
    }
}

/// A conversion without its rows.
pub fn conversion(conversion: &Conversion, options: &Options) -> ConversionView {
    let mut offers: Vec<OfferView> = Vec::new();
    for row in conversion.rows.iter().filter(|r| r.fate == Fate::Looser) {
        match offers.iter_mut().find(|o| o.code == row.code) {
            Some(offer) => offer.rows += 1,
            None => offers.push(OfferView {
                code: row.code.to_owned(),
                meaning: finding::meaning(row.code).to_owned(),
                rows: 1,
                example: row.example.clone(),
                accepted: options.accept.contains(row.code),
            }),
        }
    }
    ConversionView {
        target: target(conversion.route, conversion.platform),
        rows: conversion.rows.len(),
        totals: Fate::ALL.iter().zip(conversion.totals()).map(|(f, n)| (f.word().to_owned(), n)).collect(),
        entries: conversion.entries().count(),
        offers,
        findings: findings(&conversion.findings),
    }
}

/// A page of the ledger, of one fate or of all.
pub fn rows(
    readings: &[&Reading],
    conversion: &Conversion,
    fate: Option<&str>,
    offset: usize,
    limit: usize,
) -> Vec<RowView> {
    let line = |r: &Row| {
        let document = readings.get(r.input).map(|reading| &reading.document);
        document.zip(r.leaves.first()).map_or(0, |(d, leaf)| d.leaf_line(leaf))
    };
    let wanted = conversion.rows.iter().filter(|r| fate.is_none_or(|f| r.fate.word() == f));
    wanted
        .skip(offset)
        .take(limit)
        .map(|r| RowView {
            id: r.id.clone(),
            line: line(r),
            kind: r.kind.to_owned(),
            source: r.source.clone(),
            fate: r.fate.word().to_owned(),
            code: r.code.to_owned(),
            reason: r.reason.clone(),
            example: r.example.clone(),
            decision: r.decision.map(str::to_owned),
            written: r.written.iter().map(|w| (w.file.to_string(), w.entry.clone())).collect(),
        })
        .collect()
}
