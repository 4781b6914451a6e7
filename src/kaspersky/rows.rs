//! CSV files and pasted lists: what people copy out of a console, keep in a spreadsheet, or export as a report. Nothing about
//! them is documented, so the user confirms the columns ([`crate::columns`]); this reader finds the heading and the rows.
//!
//! ```text
//! File or folder;Include subfolders;Comment
//! D:\Data\Orders\;Yes;Order database
//! ```

use super::{Part, Read, confirmed, finding as note};
use crate::columns::{Column, Source, Table, look, vocabulary};
use crate::finding::{self, Severity};
use crate::intake::decode::Encoding;
use crate::intake::rows::RowsDoc;
use crate::intake::{Document, Reading};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, State};

/// Whether the first row is a heading.
pub const HEADER: &str = "rows.header";

/// Reads a list.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let Document::Rows(doc) = &reading.document else { return Read::default() };
    let mut part = Part::new(reading);
    part.read.product = String::new();
    let mut rows: Vec<_> = doc.rows().collect();
    if doc.announced && !rows.is_empty() {
        let range = rows.remove(0);
        let leaves = part.claim([range]);
        let source = "The separator, as the spreadsheet announces it";
        part.push(leaves, Kind::Context, State::Active, Certainty::Documented, source);
    }
    let header = header(&mut part, doc, rows.first().cloned(), answers);
    let mut names = Vec::new();
    if header && !rows.is_empty() {
        let range = rows.remove(0);
        names = range.clone().map(|leaf| doc.leaf_value(leaf).trim().to_owned()).collect();
        let leaves = part.claim([range]);
        let source = format!("Headings: {}", names.join(", "));
        part.push(leaves, Kind::Context, State::Active, Certainty::Told, source);
    }
    let width = width(&rows, doc, names.len());
    let rows = sound(&mut part, doc, rows, width);
    signs_of_a_spreadsheet(&mut part, doc);
    let columns = (0..width).map(|at| match names.get(at).filter(|n| !n.is_empty()) {
        Some(name) => Column::named(unique(name, names.get(..at).unwrap_or_default(), at)),
        None => Column::named(format!("column {}", at + 1)),
    });
    let table = Table::plain(Source::Rows, columns.collect(), header, rows);
    confirmed::read(&mut part, [table], answers);
    part.finish(|_| None)
}

fn unique(name: &str, before: &[String], at: usize) -> String {
    if before.iter().any(|b| b == name) { format!("{name} ({})", at + 1) } else { name.to_owned() }
}

/// Whether the first row is a heading: by its words, else by the user.
fn header(
    part: &mut Part<'_>,
    doc: &RowsDoc,
    first: Option<std::ops::Range<u32>>,
    answers: &Answers,
) -> bool {
    use look::Look::{Address, Hash, Path, Ports, Secret, Switch, Threat, Url};
    let Some(first) = first else { return false };
    let cells: Vec<&str> = first.map(|leaf| doc.leaf_value(leaf).trim()).filter(|c| !c.is_empty()).collect();
    let heading = |c: &&str| matches!(vocabulary::of_heading(c), Some((_, true)));
    let value = |c: &&str| {
        // `Enabled` and `Aktiv` head a column of yes and no more often than they stand in one.
        let word = heading(c) && c.chars().count() > 2;
        !word && matches!(look::look(c), Address | Hash | Path | Ports | Secret | Switch | Threat | Url)
    };
    let (values, headings) =
        (cells.iter().filter(|c| value(c)).count(), cells.iter().filter(|c| heading(c)).count());
    if values == 0 && headings * 2 >= cells.len() && headings > 0 {
        return true;
    }
    if values > 0 && headings == 0 {
        return false;
    }
    let answer = part.answer(answers, HEADER, &["yes", "no"]);
    part.ask(
        HEADER,
        "Is the first row a heading?",
        "A heading names the columns and is no row of the list",
        &[("yes", "Yes, it names the columns"), ("no", "No, it is a row like the others")],
        answer.clone(),
    );
    answer.as_deref() == Some("yes")
}

/// The number of columns: that of the heading, else of most rows; empty ones at the end are left out.
fn width(rows: &[std::ops::Range<u32>], doc: &RowsDoc, named: usize) -> usize {
    if named > 0 {
        return named;
    }
    let most = usual(rows);
    let used = |column: usize| {
        rows.iter().any(|row| {
            let leaf = row.clone().nth(column);
            leaf.is_some_and(|leaf| !doc.leaf_value(leaf).trim().is_empty())
        })
    };
    (0..most).rev().find(|column| used(*column)).map_or(most, |last| last + 1)
}

/// The number of cells that most rows have.
fn usual(rows: &[std::ops::Range<u32>]) -> usize {
    let mut widths: Vec<usize> = rows.iter().map(|r| r.len()).collect();
    widths.sort_unstable();
    let most = widths.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    most.and_then(|run| run.first()).copied().unwrap_or(0)
}

/// Rows that have the columns of the list; another number of cells goes to a person, except empty ones at the end.
fn sound(
    part: &mut Part<'_>,
    doc: &RowsDoc,
    rows: Vec<std::ops::Range<u32>>,
    width: usize,
) -> Vec<std::ops::Range<u32>> {
    let mut good = Vec::with_capacity(rows.len());
    // Empty cells at the end are usual where all rows have them; in one row alone a value may hold the separator.
    let most = usual(&rows).max(width);
    for range in rows {
        let extra = range.len() > most
            || range.clone().skip(width).any(|leaf| !doc.leaf_value(leaf).trim().is_empty());
        // A quotation mark that was closed rows later holds them all.
        let swallowed = range.clone().any(|leaf| {
            let value = doc.leaf_value(leaf);
            value.contains('\n') && doc.separator.is_some_and(|s| value.contains(s))
        });
        if !extra && !swallowed {
            good.push(range);
            continue;
        }
        let line = doc.leaf_line(range.start);
        part.read.findings.push(note(
            part.reading,
            finding::BAD_LINE,
            Severity::Warning,
            line,
            if extra {
                format!(
                    "Row {line} has {} cells, the list has {width} columns; a value may hold the separator",
                    range.len()
                )
            } else {
                format!("Row {line} has line breaks and separators inside of quotation marks; it may be several rows")
            },
            "Put the value in quotation marks, or rebuild this row by hand",
        ));
        let cells: Vec<&str> = range.clone().map(|l| doc.leaf_value(l)).collect();
        let source = cells.join(" | ");
        let leaves = part.claim([range]);
        part.push(leaves, Kind::Unread, State::Active, Certainty::Told, source);
    }
    good
}

/// Values that a spreadsheet changed when it opened or saved the list.
fn signs_of_a_spreadsheet(part: &mut Part<'_>, doc: &RowsDoc) {
    let error = |v: &str| v.starts_with('#') && v.ends_with(['!', '?', '#']) || v == "#N/A";
    let power = |v: &str| {
        let digits = v.replace([',', '.'], "");
        digits
            .split_once("E+")
            .is_some_and(|(a, b)| !a.is_empty() && a.bytes().chain(b.bytes()).all(|c| c.is_ascii_digit()))
    };
    let changed = |leaf: &u32| {
        let value = doc.leaf_value(*leaf).trim();
        value.len() < 32 && (error(value) || power(value))
    };
    let found: Vec<u32> = (0..doc.leaf_count()).filter(changed).collect();
    if let Some(first) = found.first() {
        let count = found.len();
        part.read.findings.push(note(
            part.reading,
            finding::SPREADSHEET,
            Severity::Warning,
            doc.leaf_line(*first),
            format!(
                "{count} {} such as {}",
                if count == 1 { "value looks" } else { "values look" },
                doc.leaf_value(*first).trim()
            ),
            "Export the list again and drop the file without opening it in a spreadsheet",
        ));
    }
    if matches!(part.reading.encoding, Encoding::Windows1251 | Encoding::Windows1252) {
        part.read.findings.push(note(
            part.reading,
            finding::CODE_PAGE,
            Severity::Warning,
            0,
            format!("The list is in an old code page and was read as {}", part.reading.encoding.word()),
            "If letters look wrong, save the list as UTF-8 and drop it again",
        ));
    }
    if doc.unquoted {
        part.read.findings.push(note(
            part.reading,
            finding::BAD_LINE,
            Severity::Warning,
            0,
            "A quotation mark is never closed, so quotation marks are read as ordinary characters",
            "Look at the rows that hold one",
        ));
    }
}
