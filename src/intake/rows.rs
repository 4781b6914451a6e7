//! CSV files and pasted lists: any separator, quoted or not, as spreadsheets and consoles write them (RFC 4180 and what people do to it).
//!
//! | habit | what is done |
//! |---|---|
//! | `sep=;` in the first line | taken at its word; the line is a leaf of its own |
//! | separator `;` `,` tab or a bar | the one that cuts most rows into the same number of cells |
//! | no separator | each line is one cell |
//! | `"a;b"`, `"say ""yes"""`, line breaks in quotes | unquoted |
//! | a quotation mark that is never closed | quotation marks are ordinary characters, and a finding says so |
//! | `="00123"` | `00123`: how spreadsheets keep a number from being changed |
//! | rows of separators only | no leaves |
//! | more cells in a line than any list has columns | it is no table: each line is one cell |
//!
//! A leaf is a cell, named `row 3 column 2`; the row is the physical line on which the record begins.

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::decode::{Lines, slice};
use super::secret;
use crate::columns::look;

/// A quoted cell with more line breaks than this is a quotation mark that was never closed.
const LINES_IN_A_CELL: usize = 20;

/// How many rows are looked at to find the separator.
const SAMPLE: usize = 100;

/// Most cells of a row. Lists have tens of columns.
pub const MAX_CELLS: usize = crate::columns::table::MAX_COLUMNS;

/// Separators that are tried, the least ambiguous first.
const SEPARATORS: [char; 4] = ['\t', ';', '|', ','];

#[derive(Clone, Copy, Debug)]
struct Cell {
    line: u32,
    column: u16,
    secret: bool,
    start: u32,
    end: u32,
}

/// The rows of a text.
#[derive(Debug)]
pub struct RowsDoc {
    text: String,
    values: String,
    cells: Vec<Cell>,
    /// First cell of each row.
    rows: Vec<u32>,
    /// The separator; `None` when each line is one cell.
    pub separator: Option<char>,
    /// Whether a quotation mark was never closed, so that none was taken for one.
    pub unquoted: bool,
    /// The line `sep=` is the first row.
    pub announced: bool,
    /// A row has more cells than [`MAX_CELLS`].
    too_wide: bool,
}

impl RowsDoc {
    /// Splits a text into rows and cells.
    pub fn parse(text: String) -> Self {
        let announced = announced(&text);
        let separator = announced.or_else(|| separator(&text));
        let mut doc = Self {
            text,
            values: String::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            separator,
            unquoted: false,
            announced: announced.is_some(),
            too_wide: false,
        };
        // Marks that do not pair off would swallow what stands between them.
        let paired = memchr::memchr_iter(b'"', doc.text.as_bytes()).count().is_multiple_of(2);
        if !(paired && doc.split(true)) {
            doc.unquoted = true;
            doc.split(false);
        }
        if doc.too_wide {
            (doc.separator, doc.unquoted) = (None, false);
            doc.split(true);
        }
        doc.mark_secrets();
        doc
    }

    /// Fills in rows and cells; false when a quotation mark seems never to be closed.
    fn split(&mut self, quoting: bool) -> bool {
        (self.values, self.cells, self.rows) =
            (String::with_capacity(self.text.len()), Vec::new(), Vec::new());
        let lines = Lines::new(&self.text);
        let text = std::mem::take(&mut self.text);
        let mut good = true;
        each_record(&text, self.separator, quoting, |offset, fields| {
            if fields.iter().all(|f| f.trim().is_empty()) {
                return true;
            }
            good &= !quoting || fields.iter().all(|f| f.matches('\n').count() <= LINES_IN_A_CELL);
            if fields.len() > MAX_CELLS {
                self.too_wide = true;
                return false;
            }
            let line = lines.of(offset as u32);
            self.rows.push(self.cells.len() as u32);
            for (column, field) in (1u16..).zip(fields) {
                let field = field.strip_prefix("=\"").and_then(|f| f.strip_suffix('"')).unwrap_or(field);
                let start = self.values.len() as u32;
                self.values.push_str(field);
                let end = self.values.len() as u32;
                self.cells.push(Cell { line, column, secret: false, start, end });
            }
            good
        });
        self.text = text;
        good
    }

    /// A heading with a telling word makes its column secret; a value that tells makes the cell one. A hash in a column that is
    /// named so is no secret.
    fn mark_secrets(&mut self) {
        let first = self.rows().nth(usize::from(self.announced)).unwrap_or(0..0);
        let headings: Vec<String> = first.clone().map(|leaf| self.leaf_value(leaf).to_owned()).collect();
        let hashes = |column: u16| {
            let heading = headings.get(usize::from(column).saturating_sub(1));
            heading
                .and_then(|h| crate::columns::vocabulary::of_heading(h))
                .is_some_and(|(role, _)| role == crate::columns::Role::Hash)
        };
        let telling: Vec<bool> = headings
            .iter()
            .map(|h| crate::columns::vocabulary::of_heading(h).is_none() && secret::key_is_secret(h))
            .collect();
        for at in 0..self.cells.len() {
            let Some(cell) = self.cells.get(at).copied() else { continue };
            let value = slice(&self.values, cell.start, cell.end);
            let heading = first.contains(&(at as u32));
            let by_column = !heading
                && !value.trim().is_empty()
                && telling.get(usize::from(cell.column).saturating_sub(1)).copied().unwrap_or(false);
            let by_value =
                secret::value_is_secret(value) && !(look::is_hash(value.trim()) && hashes(cell.column));
            if let Some(cell) = self.cells.get_mut(at) {
                cell.secret = by_column || by_value;
            }
        }
    }

    /// Ranges of leaves, one for each row.
    pub fn rows(&self) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let end = self.cells.len() as u32;
        let next = move |i: usize| self.rows.get(i + 1).copied().unwrap_or(end);
        self.rows.iter().enumerate().map(move |(i, first)| *first..next(i))
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.cells.len() as u32
    }

    /// Value of a cell, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        match self.cells.get(leaf as usize) {
            Some(cell) if cell.secret => secret::MARKER,
            Some(cell) => slice(&self.values, cell.start, cell.end),
            None => "",
        }
    }

    /// Whether the value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.cells.get(leaf as usize).is_some_and(|c| c.secret)
    }

    /// Line of a cell's row.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        self.cells.get(leaf as usize).map_or(0, |c| c.line)
    }

    /// Path of a cell, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        if let Some(cell) = self.cells.get(leaf as usize) {
            let _ = std::fmt::Write::write_fmt(out, format_args!("row {} column {}", cell.line, cell.column));
        }
    }

    /// The text, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Hands the fields of each record on, with the offset at which it begins, until told to stop.
fn each_record(
    text: &str,
    separator: Option<char>,
    quoting: bool,
    mut take: impl FnMut(usize, &[&str]) -> bool,
) {
    let Some(separator) = separator.and_then(|s| u8::try_from(s).ok()) else {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if !take(at, &[line.trim_end_matches(['\n', '\r'])]) {
                return;
            }
            at += line.len();
        }
        return;
    };
    let mut reader = ReaderBuilder::new().delimiter(separator).quoting(quoting).build();
    let bytes = text.as_bytes();
    let (mut at, mut begin) = (0, None);
    let (mut out, mut ends) = (vec![0; 1 << 12], vec![0; 64]);
    let (mut filled, mut fields) = (0, 0);
    loop {
        let input = bytes.get(at..).unwrap_or_default();
        let first =
            begin.unwrap_or_else(|| at + input.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count());
        let free = out.get_mut(filled..).unwrap_or_default();
        let (result, read, written, ended) =
            reader.read_record(input, free, ends.get_mut(fields..).unwrap_or_default());
        (at, filled, fields) = (at + read, filled + written, fields + ended);
        match result {
            ReadRecordResult::OutputFull => out.resize(out.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::End => return,
            ReadRecordResult::Record => {
                // Cut at separators and quotation marks only, so the pieces are still UTF-8.
                let record = std::str::from_utf8(out.get(..filled).unwrap_or_default()).unwrap_or("");
                let mut from = 0;
                let list = ends.get(..fields).unwrap_or_default().iter().map(|end| {
                    let field = record.get(from..*end).unwrap_or("");
                    from = *end;
                    field
                });
                let list: Vec<&str> = list.collect();
                if !take(first, &list) {
                    return;
                }
                (begin, filled, fields) = (None, 0, 0);
                continue;
            }
        }
        begin = Some(first);
    }
}

/// `sep=;` as spreadsheets write it.
fn announced(text: &str) -> Option<char> {
    let line = text.lines().next()?.trim();
    let rest =
        line.strip_prefix("sep=").or_else(|| line.strip_prefix("\"sep=").map(|r| r.trim_end_matches('"')))?;
    let mut chars = if rest.is_empty() { "\t".chars() } else { rest.chars() };
    chars.next().filter(|c| chars.next().is_none() && c.is_ascii())
}

/// The separator that cuts most rows into the same number of cells, at least two.
fn separator(text: &str) -> Option<char> {
    let head = text.split_inclusive('\n').take(SAMPLE).map(str::len).sum();
    let head = text.get(..head).unwrap_or(text);
    let mut best = None;
    for separator in SEPARATORS {
        let mut widths: Vec<usize> = Vec::new();
        each_record(head, Some(separator), true, |_, fields| {
            if fields.iter().any(|f| !f.trim().is_empty()) {
                widths.push(fields.len());
            }
            true
        });
        let (width, same) = most_common(&widths);
        // A comma stands in file names and comments, too; a tab never does.
        let enough = if separator == ',' { widths.len() } else { (widths.len() * 4).div_ceil(5) };
        if width >= 2 && same >= enough.max(1) && best.is_none_or(|(_, most)| same > most) {
            best = Some((separator, same));
        }
    }
    best.map(|(separator, _)| separator)
}

/// The number that occurs most often, and how often.
fn most_common(numbers: &[usize]) -> (usize, usize) {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run.first().copied().unwrap_or(0), run.len()));
    runs.max_by_key(|(_, n)| *n).unwrap_or((0, 0))
}

/// Whether a text is rows of cells, or one path, address or name a line.
pub fn is_rows(text: &str) -> bool {
    if announced(text).is_some() || separator(text).is_some() {
        return true;
    }
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(SAMPLE);
    let telling = |line: &str| {
        use look::Look::{Address, Hash, Path, Threat, Url};
        matches!(look::look(line.trim_matches('"')), Address | Hash | Path | Threat | Url)
    };
    let (all, like) = lines.fold((0, 0), |(all, like), l| (all + 1, like + usize::from(telling(l))));
    like > 0 && like * 10 >= all * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let doc = RowsDoc::parse(text.to_owned());
        doc.rows().map(|row| row.map(|leaf| doc.leaf_value(leaf).to_owned()).collect()).collect()
    }

    #[test]
    fn separators_and_quotes() {
        for (text, expected) in [
            ("a;b\nc;d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\r\nc,d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a\tb; c\nd\te\n", vec![vec!["a", "b; c"], vec!["d", "e"]]),
            ("a|b\nc|d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("\"a;1\";b\n\"say \"\"x\"\"\";d\n", vec![vec!["a;1", "b"], vec!["say \"x\"", "d"]]),
            ("\"two\nlines\";b\nc;d\n", vec![vec!["two\nlines", "b"], vec!["c", "d"]]),
            ("=\"001\";b\nc;d\n", vec![vec!["001", "b"], vec!["c", "d"]]),
            ("a;b\n;;\n\n;\nc;d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("C:\\a, b\\x\nC:\\c\n", vec![vec!["C:\\a, b\\x"], vec!["C:\\c"]]),
            ("путь;да\nещё;нет\n", vec![vec!["путь", "да"], vec!["ещё", "нет"]]),
        ] {
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_swallows_nothing() {
        let mut text = "a;\"b\n".to_owned();
        for n in 0..40 {
            text.push_str(&format!("x{n};y\n"));
        }
        let doc = RowsDoc::parse(text);
        assert!(doc.unquoted);
        assert_eq!(doc.rows().count(), 41);
        assert_eq!(doc.leaf_value(1), "\"b");
    }

    #[test]
    fn rows_are_physical_lines() {
        let doc = RowsDoc::parse("sep=;\r\n\r\na;\"b\r\nc\"\r\nd;e\r\n".into());
        let lines: Vec<u32> = doc.rows().map(|r| doc.leaf_line(r.start)).collect();
        assert_eq!(lines, [1, 3, 5]);
        assert!(doc.announced);
    }

    #[test]
    fn secrets_by_heading_and_value_but_no_hashes() {
        let hash = "0d1f5e6a7b8c9d0e1f2a3b4c5d6e7f800d1f5e6a7b8c9d0e1f2a3b4c5d6e7f80";
        let all = cells(&format!("Path;SHA256;Proxy password\nD:\\x;{hash};Word1\nD:\\y;{hash};\n"));
        assert_eq!(all[1], ["D:\\x", hash, secret::MARKER]);
        assert_eq!(all[2], ["D:\\y", hash, ""]);
        assert_eq!(cells(&format!("{hash};x\n{hash};y\n"))[0][0], secret::MARKER);
    }

    #[test]
    fn what_is_no_rows() {
        for (text, expected) in [
            ("hello", false),
            ("C:\\Data\\\nD:\\x\n", true),
            ("a;b\n", true),
            ("just some words\nand more\n", false),
            ("sep=,\na,b\n", true),
        ] {
            assert_eq!(is_rows(text), expected, "{text}");
        }
    }
}
