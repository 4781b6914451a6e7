//! Lists of the local interface (reference: kaspersky-windows, section 5): UTF-16LE text, `;` between cells, no header.
//!
//! ```text
//! exclusions : 1;<object>;<threat>;<components>;1;0;1;<comment>;1
//! trusted    : 1;<path>;
//! ```
//!
//! Read from a live export of the consumer line; that the business products write the same is inferred, so the product is
//! a question. The trusted list holds no check boxes: what was trusted is a question, too.

use super::{Part, Read, finding as note, machine};
use crate::finding::{self, Severity};
use crate::intake::list::ListDoc;
use crate::intake::{Document, Format, Reading};
use crate::mask::{Language, Machine};
use crate::options::Answers;
use crate::policy::{Certainty, Exclusion, Kind, PathMask, Reach, State, TrustedApplication};

/// Which product wrote the list.
pub const PRODUCT: &str = "local-list.product";
/// Whether the columns were compared with the console.
pub const COLUMNS: &str = "local-list.columns";
/// Whether folder masks take the folders below.
pub const SUBFOLDERS: &str = "local-list.subfolders";
/// Whether "do not scan opened files" was ticked.
pub const OPENED_FILES: &str = "trusted.opened-files";

const PRODUCTS: &[(&str, &str)] = &[
    ("consumer", "Kaspersky Standard, Plus or Premium"),
    ("kes", "Kaspersky Endpoint Security for Windows"),
    ("ksos", "Kaspersky Small Office Security"),
    ("unknown", "I do not know"),
];

/// Reads a list.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let Document::List(doc) = &reading.document else { return Read::default() };
    let mut part = Part::new(reading);
    let pick = |key: &str, options: &[&str]| part.answer(answers, key, options);
    let product = pick(PRODUCT, &["consumer", "kes", "ksos", "unknown"]);
    let columns = pick(COLUMNS, &["yes"]);
    let subfolders = pick(SUBFOLDERS, &["yes", "no"]);
    let opened = pick(OPENED_FILES, &["yes", "no"]);
    let about_machine = machine::told(&part, answers);
    let layout = match (product.as_deref(), &columns) {
        (None, _) => Some((PRODUCT, "Which product wrote the list is not known")),
        (Some("consumer"), _) | (_, Some(_)) => None,
        _ => Some((COLUMNS, "That this product writes the same columns is inferred; compare the rows first")),
    };
    part.read.product = PRODUCTS
        .iter()
        .find(|(key, _)| Some(*key) == product.as_deref() && *key != "unknown")
        .map_or_else(|| "Kaspersky for Windows, not told which".to_owned(), |(_, label)| (*label).to_owned());
    let exclusions = reading.format == Format::LocalExclusions;
    let width = if exclusions { 9 } else { 3 };
    let mut folders = subfolders.is_some();
    for range in doc.rows() {
        let line = doc.leaf_line(range.start);
        if range.len() != width || !exclusions && !doc.leaf_value(range.end - 1).is_empty() {
            bad_row(&mut part, doc, &range, width, line);
            continue;
        }
        let hidden: Vec<u32> = range.clone().filter(|l| doc.leaf_is_secret(*l)).collect();
        let cell = |column: u32| doc.leaf_value(range.start + column - 1);
        let (kind, mut state, source) = if exclusions {
            let (kind, source) =
                exclusion(&cell, subfolders.as_deref().map(|a| a == "yes"), about_machine.machine);
            folders |= cell(2).ends_with(['\\', '/']);
            (kind, row_state(&cell, subfolders.is_some()), source)
        } else {
            (
                trusted(&cell, opened.as_deref().map(|a| a == "yes"), about_machine.machine),
                trusted_state(&cell, opened.is_some()),
                format!("Trust {}", cell(2)),
            )
        };
        if hidden.iter().any(|l| l - range.start != 7) {
            state = State::ByHand {
                code: finding::RULE_INCOMPLETE,
                reason: "A cell of the row looks like a secret and was not read".to_owned(),
            };
        } else if let (Some((question, reason)), State::Active | State::Waits { .. }) = (layout, &state) {
            state = State::Waits { question, code: finding::WAITS, reason: reason.to_owned() };
        }
        let leaves = part.claim([range]);
        part.push(leaves, kind, state, Certainty::Confirmed, source);
    }
    questions(&mut part, exclusions, folders, (product, columns, subfolders, opened));
    about_machine.ask(&mut part);
    part.read.findings.push(note(
        reading,
        finding::PARTIAL_LIST,
        Severity::Info,
        0,
        "The list is the one of this computer; lists set by a policy, and rows that were not selected, are not in it",
        "Compare the number of rows with what the program shows",
    ));
    part.finish(|_| None)
}

fn bad_row(part: &mut Part<'_>, doc: &ListDoc, range: &std::ops::Range<u32>, width: usize, line: u32) {
    part.read.findings.push(note(
        part.reading,
        finding::BAD_LINE,
        Severity::Warning,
        line,
        format!("Row {line} has {} cells, {width} are expected; a value may hold a semicolon", range.len()),
        "Rebuild this row by hand",
    ));
    let cells: Vec<&str> = range.clone().map(|l| doc.leaf_value(l)).collect();
    let leaves = part.claim([range.clone()]);
    part.push(leaves, Kind::Unread, State::Active, Certainty::Confirmed, cells.join(";"));
}

fn exclusion<'a>(
    cell: &impl Fn(u32) -> &'a str,
    subfolders: Option<bool>,
    machine: Machine,
) -> (Kind, String) {
    let (object, threat, comment) = (cell(2), cell(3), cell(8));
    let path = (!object.is_empty()).then(|| PathMask {
        language: Language::LocalList,
        text: object.to_owned(),
        subfolders,
        machine,
    });
    let threats = if threat == "*" || threat.is_empty() { Vec::new() } else { vec![threat.to_owned()] };
    let what = if object.is_empty() { "any file" } else { object };
    let only = if threats.is_empty() { String::new() } else { format!(", only threat {threat}") };
    let note = if comment.is_empty() { String::new() } else { format!(" ({comment})") };
    let kind = Kind::Exclusion(Exclusion {
        path,
        names: Vec::new(),
        threats,
        hashes: Vec::new(),
        processes: Vec::new(),
        reach: Reach::Everything,
    });
    (kind, format!("Do not scan {what}{only}{note}"))
}

fn row_state<'a>(cell: &impl Fn(u32) -> &'a str, subfolders_told: bool) -> State {
    let not_established = |reason: String| State::ByHand { code: finding::NOT_ESTABLISHED, reason };
    match (cell(1), cell(4)) {
        ("1", "*") => {}
        ("1", parts) => {
            return not_established(format!("How a choice of components is written is not known: {parts}"));
        }
        (other, _) => {
            return not_established(format!("What {other} in the first column means is not known; 1 is on"));
        }
    }
    if cell(3).is_empty() {
        return not_established("What an empty threat name means is not known; * is any".to_owned());
    }
    if [(5, "1"), (6, "0"), (7, "1"), (9, "1")].iter().any(|(column, usual)| cell(*column) != *usual) {
        return not_established(
            "A column that is always the same in known lists differs here and may narrow the row".to_owned(),
        );
    }
    if cell(2).ends_with(['\\', '/']) && !subfolders_told {
        return State::Waits {
            question: SUBFOLDERS,
            code: finding::WAITS,
            reason: "Whether the folder's sub-folders are meant is not established".to_owned(),
        };
    }
    State::Active
}

fn trusted<'a>(cell: &impl Fn(u32) -> &'a str, opened_files: Option<bool>, machine: Machine) -> Kind {
    let image =
        PathMask { language: Language::LocalList, text: cell(2).to_owned(), subfolders: None, machine };
    Kind::TrustedApplication(TrustedApplication { image, opened_files, children: None, hashes: Vec::new() })
}

fn trusted_state<'a>(cell: &impl Fn(u32) -> &'a str, told: bool) -> State {
    if cell(1) != "1" {
        return State::ByHand {
            code: finding::NOT_ESTABLISHED,
            reason: format!("What {} in the first column means is not known; 1 is on", cell(1)),
        };
    }
    if !told {
        return State::Waits {
            question: OPENED_FILES,
            code: finding::WAITS,
            reason: "What was trusted is not in the file: the check boxes are not exported".to_owned(),
        };
    }
    State::Active
}

type Given = (Option<String>, Option<String>, Option<String>, Option<String>);

fn questions(part: &mut Part<'_>, exclusions: bool, folders: bool, given: Given) {
    let (product, columns, subfolders, opened) = given;
    let business = product.as_deref().is_some_and(|p| p != "consumer");
    part.ask(
        PRODUCT,
        "Which product wrote this list?",
        "The file does not say. The columns are known from the home products; for the others you are asked to compare them",
        PRODUCTS,
        product,
    );
    if business {
        part.ask(
            COLUMNS,
            "Do the rows shown here say what the program shows?",
            "Open the list in the program and compare two or three rows: path, threat name, comment",
            &[("yes", "Yes, they agree")],
            columns,
        );
    }
    if exclusions && folders {
        part.ask(
            SUBFOLDERS,
            "Do excluded folders take the folders below, too?",
            "Open one folder exclusion in the program and look for \"Include subfolders\". The file does not hold it",
            &[("yes", "Yes, sub-folders are excluded, too"), ("no", "No, only the folder itself")],
            subfolders,
        );
    }
    if !exclusions {
        part.ask(
            OPENED_FILES,
            "Was \"Do not scan opened files\" ticked for these programs?",
            "The file holds paths only. Open a trusted application in the program and look at its check boxes; if they differ from program to program, answer No and set the others by hand",
            &[("yes", "Yes, for all of them"), ("no", "No, or not for all")],
            opened,
        );
    }
}
