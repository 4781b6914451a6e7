//! Files of any bytes, all the way: read, interpreted, converted for every route of the system, reported. One target for
//! each reader; it looks at what its reader takes and leaves the rest to the others.
//!
//! | promise | checked |
//! |---|---|
//! | nothing panics | by running it |
//! | a refusal has a known code and says what to do | its code and its hint |
//! | every leaf stands in exactly one row | rows against the document, for each route |
//! | files and reports come out whatever the answers are | without answers, and with all of them and consent to everything |
//! | memory stays in proportion | the target measures: see [`most_memory`] |
//!
//! Archives go the same way, one file after the other. Their names are checked, too: they never climb, and customers get
//! folder names.

use std::collections::BTreeMap;

use crosswalk::columns::{Mapping, propose};
use crosswalk::intake::archive::{Archive, Piece, is_zip};
use crosswalk::intake::batch::{Brought, customers};
use crosswalk::options::{Answers, Confirmed, Options};
use crosswalk::watch::unwatched;
use crosswalk::{Conversion, Reading, Refusal, bundle, convert, finding, interpret, read, vendor};

/// A reader: the name of its target, and the formats that it reads.
pub struct Reader {
    /// Name of the fuzz target.
    pub target: &'static str,
    /// Ids of its formats; none: whatever is read.
    pub formats: &'static [&'static str],
}

/// KESL exports and task files.
pub const KESL: Reader = Reader { target: "read_kesl", formats: &["kesl-export", "kesl-task"] };
/// The same as JSON.
pub const JSON: Reader = Reader { target: "read_json", formats: &["kesl-json"] };
/// Answers of Security Center.
pub const OPENAPI: Reader = Reader { target: "read_openapi", formats: &["ksc-openapi"] };
/// KSWS and its family.
pub const KSWS: Reader = Reader { target: "read_ksws", formats: &["ksws-xml"] };
/// Lists of the local interface.
pub const LOCAL_LIST: Reader =
    Reader { target: "read_local_list", formats: &["local-exclusions", "local-trusted"] };
/// Console lists of KES for Windows.
pub const PROPERTIESMAP: Reader = Reader { target: "read_propertiesmap", formats: &["kes-console-list"] };
/// Tables and pasted rows.
pub const CSV: Reader = Reader { target: "read_csv", formats: &["rows"] };
/// Policy files of Security Center.
pub const KLP: Reader = Reader { target: "read_klp", formats: &["ksc-klp"] };
/// Archives of anything.
pub const ARCHIVE: Reader = Reader { target: "read_archive", formats: &[] };

/// All of them.
pub const ALL: [&Reader; 9] =
    [&KESL, &JSON, &OPENAPI, &KSWS, &LOCAL_LIST, &PROPERTIESMAP, &CSV, &KLP, &ARCHIVE];

/// How much memory an input of that many bytes may take at most: six times itself and 64 MiB.
pub fn most_memory(bytes: usize) -> usize {
    bytes.saturating_mul(6).saturating_add(64 << 20)
}

/// Checks one input. Gives how many bytes were read in all: for an archive, what came out of it, too.
pub fn check(reader: &Reader, bytes: &[u8]) -> usize {
    if reader.formats.is_empty() { archive(bytes) } else { file(reader.formats, bytes) }
}

fn file(formats: &[&str], bytes: &[u8]) -> usize {
    match read("input", bytes, &mut unwatched) {
        Ok(reading) if formats.is_empty() || formats.contains(&reading.format.id()) => whole(&reading),
        Ok(_) => {}
        Err(refusal) => says_why(&refusal),
    }
    bytes.len()
}

fn says_why(refusal: &Refusal) {
    assert!(!finding::meaning(refusal.code).is_empty(), "{refusal:?}");
    assert!(
        !refusal.hint.is_empty() && !refusal.message.is_empty() && !refusal.input.is_empty(),
        "{refusal:?}"
    );
}

/// Answers to every question: the first option that is neither *no* nor *unknown*. Columns are confirmed as proposed.
fn answered(reading: &Reading) -> Options {
    let mut options = Options::default();
    // An answer may raise the next question.
    for _ in 0..4 {
        let policy = interpret(&[reading], &options.answers);
        let mut answers: BTreeMap<String, String> = options.answers.given.clone();
        for question in &policy.questions {
            let yes = question.options.iter().find(|(value, _)| value != "no" && value != "unknown");
            if let Some((value, _)) = yes {
                answers.entry(question.key.to_owned()).or_insert_with(|| value.clone());
            }
        }
        let columns: Vec<Confirmed> = policy
            .tables
            .iter()
            .map(|table| {
                let draft = propose(table, &reading.document).draft(table);
                Confirmed { input: None, mapping: Mapping { confirmed: true, ..draft } }
            })
            .collect();
        let told = Answers { given: answers, columns, ..Answers::default() };
        if told == options.answers {
            break;
        }
        options.answers = told;
    }
    options.accept = finding::CATALOGUE.iter().map(|(code, _)| (*code).to_owned()).collect();
    options
}

fn whole(reading: &Reading) {
    for options in [Options::default(), answered(reading)] {
        let policy = interpret(&[reading], &options.answers);
        for route in vendor::all().iter().filter(|r| r.info().fits(policy.platform)) {
            let conversion = convert(&policy, *route, &options);
            each_leaf_once(reading, &conversion);
            let files = bundle::files(&[reading], &policy, &conversion);
            assert!(files.iter().any(|f| f.name == "report.json" && f.bytes.ends_with(b"}\n")));
        }
    }
    let _ = bundle::sanitised(reading);
}

fn each_leaf_once(reading: &Reading, conversion: &Conversion) {
    let mut seen = vec![false; reading.document.leaf_count() as usize];
    for leaf in conversion.rows.iter().flat_map(|row| row.leaves.iter()) {
        let seen = seen.get_mut(leaf as usize).expect("a row names leaves of the document");
        assert!(!*seen, "leaf {leaf} stands in two rows");
        *seen = true;
    }
    let lost = seen.iter().position(|seen| !seen);
    assert_eq!(lost, None, "a leaf stands in no row");
}

/// Bytes that begin like a ZIP are one. Others become one: names and contents in turn, with `FF` between them.
fn archive(bytes: &[u8]) -> usize {
    let made;
    let bytes = if is_zip(bytes) {
        bytes
    } else {
        let parts: Vec<&[u8]> = bytes.split(|b| *b == 0xFF).collect();
        let files: Vec<bundle::OutFile> = parts
            .chunks(2)
            .map(|pair| bundle::OutFile {
                name: String::from_utf8_lossy(pair.first().copied().unwrap_or_default()).into_owned(),
                bytes: pair.last().copied().unwrap_or_default().to_vec(),
            })
            .collect();
        made = bundle::zip(&files);
        &made
    };
    let archive = match Archive::open("box.zip", bytes) {
        Ok(archive) => archive,
        Err(refusal) => {
            says_why(&refusal);
            return bytes.len();
        }
    };
    let mut produced = bytes.len();
    let mut paths = Vec::new();
    for piece in archive {
        match piece {
            Piece::File { path, bytes } => {
                let climbs = path.split('/').any(|part| matches!(part, "" | "." | ".."));
                assert!(!climbs && !path.contains(['\\', '\0']), "{path:?}");
                produced += bytes.len();
                // A few are enough: the readers have targets of their own.
                if paths.len() < 8 {
                    file(&[], &bytes);
                }
                paths.push(format!("box.zip/{path}"));
            }
            Piece::Refused(refusal) => says_why(&refusal),
            Piece::Left(note) => assert!(!note.message.is_empty() && !note.origin.input.is_empty()),
        }
    }
    let brought: Vec<Brought<'_>> = paths.iter().map(|path| Brought { root: 0, path }).collect();
    for customer in customers(&brought) {
        assert!(
            !customer.is_empty() && !customer.contains(['/', '\\', '\0']) && customer != "..",
            "{customer:?}"
        );
    }
    produced
}
