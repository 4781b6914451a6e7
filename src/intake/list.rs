//! Lists of the local interface: one row a line, cells separated by `;`, no header. Quoting of `;` inside a value is
//! not established, so a row with another number of cells is kept as it stands and goes to a person.
//!
//! A leaf is a cell, named `row 3 column 2`; row and column are physical and 1-based. Blank lines hold nothing.

use super::decode::slice;
use super::secret;

#[derive(Clone, Copy, Debug)]
struct Cell {
    row: u32,
    column: u32,
    secret: bool,
    span: (u32, u32),
}

/// The rows of a list.
#[derive(Debug)]
pub struct ListDoc {
    text: String,
    cells: Vec<Cell>,
    /// First cell of each row.
    rows: Vec<u32>,
}

impl ListDoc {
    /// Splits a text into cells.
    pub fn parse(text: String) -> Self {
        let mut cells = Vec::with_capacity(text.len() / 8);
        let mut rows = Vec::new();
        let mut at = 0usize;
        for (index, line) in text.split('\n').enumerate() {
            let start = at;
            at += line.len() + 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.trim().is_empty() {
                continue;
            }
            rows.push(cells.len() as u32);
            let whole_row_secret = secret::value_is_secret(line);
            // In a row that is none, a separator may have cut a secret off from the word that tells.
            let width = line.matches(';').count() + 1;
            let doubtful = width != 3 && width != 9 && secret::line_is_secret(line);
            let mut from = start;
            for (column, cell) in line.split(';').enumerate() {
                cells.push(Cell {
                    row: index as u32 + 1,
                    column: column as u32 + 1,
                    // A secret that the separator cut in two is still one.
                    secret: doubtful
                        || secret::value_is_secret(cell)
                        || whole_row_secret && secret::line_is_secret(cell),
                    span: (from as u32, (from + cell.len()) as u32),
                });
                from += cell.len() + 1;
            }
        }
        Self { text, cells, rows }
    }

    /// Ranges of leaves, one for each row.
    pub fn rows(&self) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let end = self.cells.len() as u32;
        self.rows
            .iter()
            .enumerate()
            .map(move |(i, &first)| first..self.rows.get(i + 1).copied().unwrap_or(end))
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.cells.len() as u32
    }

    /// Value of a cell, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        match self.cells.get(leaf as usize) {
            Some(cell) if cell.secret => secret::MARKER,
            Some(cell) => slice(&self.text, cell.span.0, cell.span.1),
            None => "",
        }
    }

    /// Whether the value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.cells.get(leaf as usize).is_some_and(|c| c.secret)
    }

    /// Line of a cell.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        self.cells.get(leaf as usize).map_or(0, |c| c.row)
    }

    /// Path of a cell, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        if let Some(cell) = self.cells.get(leaf as usize) {
            let _ = std::fmt::Write::write_fmt(out, format_args!("row {} column {}", cell.row, cell.column));
        }
    }

    /// The text, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_physical_rows_and_columns() {
        let doc = ListDoc::parse("1;a;\r\n\r\n1;;b\r\n".into());
        let all: Vec<_> = (0..doc.leaf_count())
            .map(|leaf| {
                let mut path = String::new();
                doc.leaf_path(leaf, &mut path);
                (path, doc.leaf_value(leaf))
            })
            .collect();
        let expected = [
            ("row 1 column 1", "1"),
            ("row 1 column 2", "a"),
            ("row 1 column 3", ""),
            ("row 3 column 1", "1"),
            ("row 3 column 2", ""),
            ("row 3 column 3", "b"),
        ];
        assert_eq!(all, expected.map(|(p, v)| (p.to_owned(), v)));
        assert_eq!(doc.rows().collect::<Vec<_>>(), [0..3, 3..6]);
    }
}
