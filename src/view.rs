//! What a door shows: the page through its worker, the command line through `inspect --json`. Plain owned values,
//! so that they cross from the worker to the page and a page of a million rows never has to exist at once.

use serde::{Deserialize, Serialize};

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
    /// `windows` or `linux`.
    pub platform: String,
    /// How well it is proven.
    pub grade: String,
    /// Vendor files it writes.
    pub files: Vec<String>,
    /// How to import, step by step.
    pub steps: Vec<String>,
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
