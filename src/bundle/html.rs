//! The report for the customer's file: one page that loads nothing, runs nothing and prints well.

use super::report::Report;
use crate::ledger::Fate;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b2430;background:#fff}\
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.25rem 0}\
table{border-collapse:collapse;width:100%;font-size:.875rem}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #d8dee6;overflow-wrap:break-word;max-width:24rem}\
.ledger td:nth-child(4),.ledger td:nth-child(6),code{overflow-wrap:anywhere}.ledger td:nth-child(4){min-width:14rem}.ledger td:nth-child(6){min-width:20rem}\
th{background:#f3f5f8}caption{text-align:left;font-weight:600;padding:.5rem 0}code{font-family:ui-monospace,monospace;font-size:.85em}\
.muted{color:#566273}.warning,.error{font-weight:600}@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}";

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::with_capacity(report.rows.len() * 400 + 8192);
    out.push_str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.push_str("<title>Crosswalk report</title><style>");
    out.push_str(STYLE);
    out.push_str("</style></head><body>\n<h1>What became of every setting</h1>\n");
    paragraph(&mut out, &format!("Target: {}", report.target.name));
    paragraph(&mut out, &format!("How well this is proven: {}", report.target.grade));
    summary(&mut out, report);
    inputs(&mut out, report);
    findings(&mut out, report);
    settings(&mut out, report);
    out.push_str("<p class=\"muted\">Written by Crosswalk ");
    text(&mut out, crate::VERSION);
    out.push_str(". Crosswalk is not affiliated with any vendor named here.</p>\n</body></html>\n");
    out
}

/// Numbers for people are explained.
fn summary(out: &mut String, report: &Report<'_>) {
    out.push_str("<h2>Summary</h2>\n<table><caption>Rows by what became of them</caption><thead><tr><th scope=\"col\">Rows</th><th scope=\"col\">Fate</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
    for (fate, count) in Fate::ALL.iter().zip(report.totals).filter(|(_, n)| *n > 0) {
        row(out, &[&count.to_string(), fate.word(), meaning(*fate)]);
    }
    out.push_str("</tbody></table>\n");
    let exclusions = report.rows.iter().filter(|r| r.kind == "exclusion");
    let (mut all, mut done, mut person) = (0, 0, 0);
    for r in exclusions {
        all += 1;
        done += usize::from(!r.written.is_empty() || r.fate == Fate::Covered);
        person += usize::from(r.fate.needs_person() && r.written.is_empty());
    }
    if all > 0 {
        paragraph(out, &format!("{done} of {all} exclusion rows are carried over; {person} need a person."));
    }
}

/// What a fate means for the reader of a report.
pub(crate) const fn meaning(fate: Fate) -> &'static str {
    match fate {
        Fate::Exact => "Written; the target says the same",
        Fate::Stricter => "Written; the target protects more, the example shows where",
        Fate::Looser => "The target would protect less; written only where you decided so",
        Fate::Unconfirmed => "Waits for an answer; not written",
        Fate::ByHand => "A person must do or judge it; not written",
        Fate::Unsupported => "The target has no such thing",
        Fate::Covered => "Another row or the target itself already does it",
        Fate::Inactive => "Switched off in the source",
        Fate::Dropped => "Left out by your decision",
        Fate::Context => "Describes the file, carries no setting",
        Fate::Withheld => "Looks like a secret; not read",
        Fate::Unread => "Not known to Crosswalk; listed word for word",
    }
}

fn inputs(out: &mut String, report: &Report<'_>) {
    out.push_str("<h2>Inputs and files</h2>\n<table><caption>Inputs</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Format</th><th scope=\"col\">Product</th><th scope=\"col\">Version</th><th scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
    for i in report.inputs {
        row(out, &[&i.name, i.format, &i.product, &i.version, &i.sha256]);
    }
    out.push_str("</tbody></table>\n<table><caption>Files written</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Bytes</th><th scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
    for f in &report.files {
        row(out, &[&f.name, &f.bytes.to_string(), &f.sha256]);
    }
    out.push_str("</tbody></table>\n");
}

fn findings(out: &mut String, report: &Report<'_>) {
    if report.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>\n<table><caption>What to know before the import</caption><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Weight</th><th scope=\"col\">Where</th><th scope=\"col\">What</th><th scope=\"col\">What to do</th></tr></thead><tbody>\n");
    for f in report.findings {
        let place = match (f.origin.input.as_str(), f.origin.line) {
            ("", _) => String::new(),
            (input, 0) => input.to_owned(),
            (input, line) => format!("{input}, line {line}"),
        };
        row(out, &[f.code, f.severity.word(), &place, &f.message, &f.hint]);
    }
    out.push_str("</tbody></table>\n");
}

fn settings(out: &mut String, report: &Report<'_>) {
    out.push_str("<h2>Every setting</h2>\n<table class=\"ledger\"><caption>The ledger, in the order of the input</caption><thead><tr><th scope=\"col\">Row</th><th scope=\"col\">Line</th><th scope=\"col\">Kind</th><th scope=\"col\">Setting</th><th scope=\"col\">Fate</th><th scope=\"col\">Why, with an example, and what was written</th></tr></thead><tbody>\n");
    for r in report.rows {
        let fate = match r.decision {
            Some(decision) => format!("{} ({decision})", r.fate.word()),
            None => r.fate.word().to_owned(),
        };
        let line = report.line(r).to_string();
        out.push_str("<tr>");
        cells(out, &[&r.id, &line, r.kind, &r.source, &fate]);
        out.push_str("<td>");
        text(out, &format!("{} [{}]", r.reason, r.code));
        if let Some(example) = &r.example {
            labelled(out, "Example", example);
        }
        for written in &r.written {
            labelled(out, "Written", &written.entry);
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

fn labelled(out: &mut String, label: &str, what: &str) {
    out.push_str("<br><b>");
    text(out, label);
    out.push_str(":</b> <code>");
    text(out, what);
    out.push_str("</code>");
}

fn paragraph(out: &mut String, what: &str) {
    out.push_str("<p>");
    text(out, what);
    out.push_str("</p>\n");
}

fn row(out: &mut String, of: &[&str]) {
    out.push_str("<tr>");
    cells(out, of);
    out.push_str("</tr>\n");
}

fn cells(out: &mut String, of: &[&str]) {
    for cell in of {
        out.push_str("<td>");
        text(out, cell);
        out.push_str("</td>");
    }
}

/// Text with everything that HTML reads escaped; characters that nobody sees or that turn text are shown by number.
fn text(out: &mut String, what: &str) {
    for c in what.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if crate::text::unseen(c) => {
                let _ = std::fmt::Write::write_fmt(out, format_args!("[U+{:04X}]", c as u32));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_the_input_is_markup() {
        let mut out = String::new();
        super::text(&mut out, "<script>\"&'\u{202E}x");
        assert_eq!(out, "&lt;script&gt;&quot;&amp;&#39;[U+202E]x");
    }
}
