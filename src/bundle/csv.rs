//! The report as a table for a spreadsheet: UTF-8 with a byte order mark, CRLF, every cell quoted. A cell that begins
//! like a formula (`=`, `+`, `-`, `@`, tab, carriage return) gets an apostrophe in front, so that no program runs it.

use super::report::Report;
use crate::vendor::existing::Compared;

const HEAD: [&str; 12] = [
    "id", "input", "line", "kind", "source", "fate", "code", "reason", "example", "decision", "written",
    "leaves",
];

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::with_capacity(report.rows.len() * 256 + 256);
    out.push('\u{FEFF}');
    line(&mut out, HEAD.iter().map(|h| (*h).to_owned()));
    for row in report.rows {
        let written: Vec<String> = row.written.iter().map(|w| format!("{}: {}", w.file, w.entry)).collect();
        line(
            &mut out,
            [
                row.id.clone(),
                report.input_name(row).to_owned(),
                report.line(row).to_string(),
                row.kind.to_owned(),
                row.source.clone(),
                row.fate.word().to_owned(),
                row.code.to_owned(),
                row.reason.clone(),
                row.example.clone().unwrap_or_default(),
                row.decision.unwrap_or_default().to_owned(),
                written.join("\n"),
                row.leaves.len().to_string(),
            ],
        );
    }
    out
}

/// What is written beside what a machine has.
pub(super) fn comparison(rows: &[Compared]) -> String {
    let mut out = String::from('\u{FEFF}');
    line(&mut out, ["list", "value", "standing", "there"].map(str::to_owned));
    for row in rows {
        let cells = [row.list, row.value.as_str(), row.standing.word(), row.there.as_str()];
        line(&mut out, cells.map(str::to_owned));
    }
    out
}

fn line(out: &mut String, cells: impl IntoIterator<Item = String>) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push('"');
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_quotes_doubled() {
        let mut out = String::new();
        line(&mut out, ["=1+1", "+1", "-1", "@x", "\tx", "a\"b", "a=b", ""].map(str::to_owned));
        assert_eq!(out, "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"a\"\"b\",\"a=b\",\"\"\r\n");
    }
}
