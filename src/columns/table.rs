//! Rows and columns over the leaves of a document. The values stay in the document; a table only says where they are, so that
//! a list of a million rows costs little more than its text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::propose::Confidence;
use super::role::{Role, Rows};
use crate::intake::Document;
use crate::mask::Language;

/// Most columns of a table. Lists have tens; a million names would take the square of that to tell apart.
pub const MAX_COLUMNS: usize = 1024;

/// The column for everything beyond [`MAX_COLUMNS`].
const FURTHER: &str = "(further fields)";

/// What kind of export a table was found in. A recipe states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A console list of Kaspersky Endpoint Security for Windows.
    PropertiesMap,
    /// A branch of an answer of Kaspersky Security Center.
    OpenApi,
    /// A CSV file or pasted text.
    Rows,
    /// Strings of a policy file.
    Strings,
}

impl Source {
    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PropertiesMap => "list of the Administration Console",
            Self::OpenApi => "list in an answer of Kaspersky Security Center",
            Self::Rows => "rows of text",
            Self::Strings => "strings of a policy file",
        }
    }
}

/// What a reader knows about a column: more than a heading tells, less than a conversion needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Name of the column.
    pub name: &'static str,
    /// What it may say.
    pub role: Role,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why.
    pub reason: &'static str,
    /// Values that stand for "nothing here".
    pub blank: &'static [&'static str],
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the export; `column 1` when the export has none.
    pub name: String,
    /// What the reader knows about it.
    pub hint: Option<&'static Hint>,
}

impl Column {
    /// A column of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), hint: None }
    }
}

/// One cell: a column and where its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    column: u16,
    /// A leaf of the document, or an index into the table's own texts when [`MADE`] is set.
    at: u32,
}

/// Marks a value that a reader put together from several leaves.
const MADE: u32 = 1 << 31;

/// A list with columns to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Index of the input in the policy's inputs.
    pub input: usize,
    /// Which list of the input; empty when the input is one list.
    pub list: String,
    /// What it was found in.
    pub source: Source,
    /// Whether the names of the columns stand in the export.
    pub named: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// What the reader takes its rows for, and why.
    pub hint: Option<(Rows, &'static str)>,
    /// Mask language that the export implies, and why.
    pub language: Option<(Language, &'static str)>,
    /// Whether a confirmed mapping was applied.
    pub applied: bool,
    /// Leaves of each row.
    rows: Vec<Range<u32>>,
    /// Cells of rows that are not plain, and where each row's begin.
    cells: Vec<Cell>,
    starts: Vec<u32>,
    /// Values that a reader put together.
    made: Vec<String>,
}

impl Table {
    /// An empty table.
    pub fn new(source: Source, list: impl Into<String>, named: bool) -> Self {
        Self {
            input: 0,
            list: list.into(),
            source,
            named,
            columns: Vec::new(),
            hint: None,
            language: None,
            applied: false,
            rows: Vec::new(),
            cells: Vec::new(),
            starts: Vec::new(),
            made: Vec::new(),
        }
    }

    /// A table whose rows' leaves are its cells, one a column, in order.
    pub fn plain(source: Source, columns: Vec<Column>, named: bool, rows: Vec<Range<u32>>) -> Self {
        Self { columns, rows, ..Self::new(source, "", named) }
    }

    /// Index of a column, which is added if it is new. Beyond [`MAX_COLUMNS`] all share one that is named so that nobody
    /// takes it for one of theirs.
    pub fn column(&mut self, name: &str) -> u16 {
        let known = self.columns.iter().position(|c| c.name == name);
        let at = known.unwrap_or_else(|| {
            let name = if self.columns.len() + 1 < MAX_COLUMNS { name } else { FURTHER };
            if self.columns.len() < MAX_COLUMNS {
                self.columns.push(Column::named(name));
            }
            self.columns.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// Begins a row that accounts for these leaves.
    pub fn begin_row(&mut self, leaves: Range<u32>) {
        self.rows.push(leaves);
        self.starts.push(self.cells.len() as u32);
    }

    /// Adds a cell to the row that was begun last; a column may have several.
    pub fn cell(&mut self, column: u16, leaf: u32) {
        self.cells.push(Cell { column, at: leaf });
    }

    /// Adds a value that was put together.
    pub fn made_cell(&mut self, column: u16, value: String) {
        let at = self.made.len() as u32 | MADE;
        self.made.push(value);
        self.cells.push(Cell { column, at });
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The leaves of a row.
    pub fn leaves(&self, row: usize) -> Range<u32> {
        self.rows.get(row).cloned().unwrap_or(0..0)
    }

    /// Columns for which a row that ends early has no cell.
    pub fn missing(&self, row: usize) -> impl Iterator<Item = u16> + use<> {
        let cells = if self.starts.is_empty() { self.leaves(row).len() } else { usize::MAX };
        let end = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
        u16::try_from(cells).unwrap_or(end)..end
    }

    fn cells_of(&self, row: usize) -> &[Cell] {
        let start = self.starts.get(row).map_or(0, |s| *s as usize);
        let end = self.starts.get(row + 1).map_or(self.cells.len(), |s| *s as usize);
        self.cells.get(start..end).unwrap_or_default()
    }

    /// Values of a row, each with its column, in the order of the document; a secret is its marker.
    pub fn values<'t>(&'t self, row: usize, document: &'t Document) -> impl Iterator<Item = Value<'t>> + 't {
        let plain = self.starts.is_empty();
        let leaves = if plain { self.leaves(row) } else { 0..0 };
        let in_order = leaves.zip(0u16..).map(|(leaf, column)| Value {
            column,
            text: document.leaf_value(leaf),
            leaf: Some(leaf),
        });
        let listed = if plain { &[][..] } else { self.cells_of(row) };
        let listed = listed.iter().map(|cell| {
            if cell.at & MADE == 0 {
                Value { column: cell.column, text: document.leaf_value(cell.at), leaf: Some(cell.at) }
            } else {
                let text = self.made.get((cell.at & !MADE) as usize).map_or("", String::as_str);
                Value { column: cell.column, text, leaf: None }
            }
        });
        in_order.chain(listed)
    }

    /// The values of one column in a row, blanks around them removed and empty ones left out, `, ` between them.
    pub fn text(&self, row: usize, column: u16, document: &Document) -> String {
        let values = self.values(row, document).filter(|v| v.column == column);
        let values: Vec<&str> = values.map(|v| v.text.trim()).filter(|t| !t.is_empty()).collect();
        values.join(", ")
    }

    /// A row as it stands: values, with the names of their columns where the export has names.
    pub fn verbatim(&self, row: usize, document: &Document) -> String {
        let mut out = String::new();
        for value in self.values(row, document) {
            let text = value.text.trim();
            if text.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push_str(if self.named { ", " } else { "; " });
            }
            if let Some(column) = self.columns.get(usize::from(value.column)).filter(|_| self.named) {
                out.push_str(&column.name);
                out.push_str(" = ");
            }
            out.push_str(text);
        }
        if out.is_empty() { "An empty row".to_owned() } else { out }
    }
}

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'t> {
    /// Which column.
    pub column: u16,
    /// The value.
    pub text: &'t str,
    /// Its leaf, unless it was put together from several.
    pub leaf: Option<u32>,
}
