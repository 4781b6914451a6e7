//! Sectioned `key=value` text, the grammar of every KESL export (kaspersky-linux reference, section 6).
//!
//! ```text
//! file     := { scalar } { section }
//! section  := '[' path ']' { scalar }
//! scalar   := key '=' [ value ]
//! value    := '"' text '"' | text            outer spaces and tabs stripped
//! ```
//!
//! `[A.item_0000]` with `K=v` is the same thing as the dotted key `A.item_0000.K=v`, so a leaf is named by section and
//! key joined with a dot. An empty section is a leaf, named by its path. A line that is none of these (a comment, the
//! header of a support bundle, a broken line) is a leaf too, named `line 17`. A name that stands twice gets `#2`.
//!
//! In the texts of a support bundle the settings of several tasks follow one another, each under a header
//! `TaskID 2 Scan_My_Computer configuration:`. It ends the section before it, and the leaves below it are named with
//! its task: `Scan_My_Computer.ScanScope.item_0000.Path`.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::decode::slice;
use super::secret;
use super::xml::{MAX_DEPTH, MAX_PATH};
use crate::finding::{self, Refusal};

/// Longest line that is read, in bytes.
const MAX_LINE: usize = 1 << 20;

/// What a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IniKind {
    /// `key=value`.
    Pair,
    /// A section without keys.
    EmptySection,
    /// A comment.
    Comment,
    /// `TaskID <n> <Name> configuration:` of a support bundle.
    TaskHeader,
    /// A line without meaning.
    Bad,
}

#[derive(Clone, Copy, Debug)]
struct Leaf {
    kind: IniKind,
    secret: bool,
    /// The value was quoted.
    quoted: bool,
    section: u32,
    line: u32,
    /// Which of several leaves of the same path, 1-based.
    nth: u32,
    key: (u32, u32),
    value: (u32, u32),
}

/// The path of a section, and under which task header it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    path: (u32, u32),
    /// 0 before the first header.
    block: u32,
}

/// The lines of a document that say something.
#[derive(Debug)]
pub struct IniDoc {
    text: String,
    sections: Vec<Section>,
    /// Where the names of the tasks stand, in the order of their headers.
    blocks: Vec<(u32, u32)>,
    leaves: Vec<Leaf>,
}

/// Which names say that a value is secret: asked once for each name.
#[derive(Default)]
struct Telling<'t> {
    section: bool,
    known: FxHashMap<&'t str, bool>, // lookups only
}

impl<'t> Telling<'t> {
    fn key(&mut self, key: &'t str) -> bool {
        *self.known.entry(key).or_insert_with(|| key.split('.').any(secret::key_is_secret))
    }
}

struct Header {
    section: u32,
    line: u32,
    span: (u32, u32),
    /// Number of leaves before the section.
    before: usize,
    keys: usize,
}

impl IniDoc {
    /// Splits a text into leaves. Nothing is refused but what nests too deep.
    pub fn parse(text: String) -> Result<Self, Refusal> {
        let mut sections = vec![Section::default()];
        let mut blocks: Vec<(u32, u32)> = Vec::new();
        let mut top = 0;
        let mut leaves = Vec::with_capacity(text.len() / 24);
        let mut header: Option<Header> = None;
        let mut telling = Telling::default();
        let mut line_no = 0u32;
        let mut at = 0usize;
        for raw in text.split('\n') {
            line_no += 1;
            let start = at;
            at += raw.len() + 1;
            let trimmed = raw.trim_matches([' ', '\t', '\r']);
            if trimmed.is_empty() {
                continue;
            }
            let offset = (start + (raw.len() - raw.trim_start_matches([' ', '\t', '\r']).len())) as u32;
            let span = (offset, offset + trimmed.len() as u32);
            if let Some(path) = section_path(trimmed) {
                close(&mut header, &mut leaves);
                if path.split('.').count() > MAX_DEPTH {
                    return Err(Refusal::new(
                        finding::TOO_DEEP,
                        format!("A section is nested more than {MAX_DEPTH} levels deep"),
                        "No Kaspersky export is so deep; export the file again",
                    )
                    .at(line_no, 1));
                }
                if path.len() > MAX_PATH {
                    return Err(Refusal::new(
                        finding::TOO_DEEP,
                        format!("The name of a section is longer than {MAX_PATH} bytes"),
                        "No Kaspersky export has such names; export the file again",
                    )
                    .at(line_no, 1));
                }
                sections.push(Section { path: (span.0 + 1, span.1 - 1), block: blocks.len() as u32 });
                telling.section = path.split('.').any(|part| !part.starts_with("item_") && telling.key(part));
                header = Some(Header {
                    section: sections.len() as u32 - 1,
                    line: line_no,
                    span,
                    before: leaves.len(),
                    keys: 0,
                });
                continue;
            }
            if let Some(name) = task_header(trimmed) {
                close(&mut header, &mut leaves);
                telling.section = false;
                let start = span.0 + (name.as_ptr() as usize - trimmed.as_ptr() as usize) as u32;
                blocks.push((start, start + name.len() as u32));
                sections.push(Section { path: (0, 0), block: blocks.len() as u32 });
                top = sections.len() as u32 - 1;
                leaves
                    .push(Leaf { secret: false, ..plain(IniKind::TaskHeader, trimmed, span, top, line_no) });
                continue;
            }
            let section = header.as_ref().map_or(top, |h| h.section);
            if leaves.is_empty() && header.is_none() && trimmed.ends_with(':') && !trimmed.contains('=') {
                // What the script of a support bundle writes above the settings.
                leaves.push(plain(IniKind::Comment, trimmed, span, section, line_no));
                continue;
            }
            let leaf = scalar(trimmed, span, section, &mut telling, line_no);
            if let Some(h) = &mut header
                && leaf.kind == IniKind::Pair
            {
                h.keys += 1;
            }
            leaves.push(leaf);
        }
        close(&mut header, &mut leaves);
        let mut doc = Self { text, sections, blocks, leaves };
        doc.number_repeats();
        Ok(doc)
    }

    /// Numbers leaves of the same path. The paths are hashed, not kept; where two different paths have the same hash
    /// (which nobody has seen), the second one is only named `#2` for nothing.
    fn number_repeats(&mut self) {
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default(); // lookups only
        seen.reserve(self.leaves.len());
        let mut numbers = Vec::with_capacity(self.leaves.len());
        let mut path = String::new();
        for leaf in 0..self.leaf_count() {
            path.clear();
            self.plain_path(leaf, &mut path);
            let n = seen.entry(FxBuildHasher.hash_one(&path)).or_insert(0);
            *n += 1;
            numbers.push(*n);
        }
        for (leaf, nth) in self.leaves.iter_mut().zip(numbers) {
            leaf.nth = nth;
        }
    }

    fn leaf(&self, leaf: u32) -> Option<&Leaf> {
        self.leaves.get(leaf as usize)
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.leaves.len() as u32
    }

    /// What a leaf is.
    pub fn kind(&self, leaf: u32) -> IniKind {
        self.leaf(leaf).map_or(IniKind::Bad, |l| l.kind)
    }

    /// Section path of a leaf; empty before the first section.
    pub fn section(&self, leaf: u32) -> &str {
        self.section_of(leaf).map_or("", |s| slice(&self.text, s.path.0, s.path.1).trim())
    }

    fn section_of(&self, leaf: u32) -> Option<&Section> {
        self.leaf(leaf).and_then(|l| self.sections.get(l.section as usize))
    }

    /// The task header that a leaf stands under: 0 for none, 1 for the first.
    pub fn block(&self, leaf: u32) -> u32 {
        self.section_of(leaf).map_or(0, |s| s.block)
    }

    /// The names of the tasks in the headers, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &str> + '_ {
        self.blocks.iter().map(|b| slice(&self.text, b.0, b.1))
    }

    /// Key of a pair; empty for other leaves.
    pub fn key(&self, leaf: u32) -> &str {
        self.leaf(leaf).map_or("", |l| slice(&self.text, l.key.0, l.key.1))
    }

    /// Value of a leaf, unquoted, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        match self.leaf(leaf) {
            Some(l) if l.secret => secret::MARKER,
            Some(l) => slice(&self.text, l.value.0, l.value.1),
            None => "",
        }
    }

    /// Whether the value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.leaf(leaf).is_some_and(|l| l.secret)
    }

    /// Which of several leaves of the same path, 1-based.
    pub fn nth(&self, leaf: u32) -> u32 {
        self.leaf(leaf).map_or(1, |l| l.nth)
    }

    /// Whether the value stood in quotation marks.
    pub fn was_quoted(&self, leaf: u32) -> bool {
        self.leaf(leaf).is_some_and(|l| l.quoted)
    }

    /// Line of a leaf.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        self.leaf(leaf).map_or(0, |l| l.line)
    }

    fn plain_path(&self, leaf: u32, out: &mut String) {
        let block = self.block(leaf).checked_sub(1).and_then(|b| self.blocks.get(b as usize));
        if let Some(block) = block
            && matches!(self.kind(leaf), IniKind::Pair | IniKind::EmptySection)
        {
            out.push_str(slice(&self.text, block.0, block.1));
            out.push('.');
        }
        match self.kind(leaf) {
            IniKind::Pair => {
                let section = self.section(leaf);
                if !section.is_empty() {
                    out.push_str(section);
                    out.push('.');
                }
                out.push_str(self.key(leaf));
            }
            IniKind::EmptySection => out.push_str(self.section(leaf)),
            _ => {
                let _ = std::fmt::Write::write_fmt(out, format_args!("line {}", self.leaf_line(leaf)));
            }
        }
    }

    /// Path of a leaf, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        self.plain_path(leaf, out);
        let nth = self.leaf(leaf).map_or(1, |l| l.nth);
        if nth > 1 {
            let _ = std::fmt::Write::write_fmt(out, format_args!("#{nth}"));
        }
    }

    /// The text, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The path of a section line. One that holds anything but names and dots is no section: it may hold a value.
fn section_path(line: &str) -> Option<&str> {
    let path = line.strip_prefix('[')?.strip_suffix(']')?;
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ' | '\t' | ':');
    path.chars().all(name).then_some(path)
}

fn close(header: &mut Option<Header>, leaves: &mut Vec<Leaf>) {
    if let Some(h) = header.take()
        && h.keys == 0
    {
        let empty = Leaf {
            kind: IniKind::EmptySection,
            secret: false,
            quoted: false,
            section: h.section,
            line: h.line,
            nth: 1,
            key: (0, 0),
            value: (h.span.1, h.span.1),
        };
        // Comments and broken lines may have followed the header.
        leaves.insert(h.before, empty);
    }
}

/// A line that is no setting.
fn plain(kind: IniKind, line: &str, span: (u32, u32), section: u32, number: u32) -> Leaf {
    Leaf {
        kind,
        secret: secret::line_is_secret(line),
        quoted: false,
        section,
        line: number,
        nth: 1,
        key: (0, 0),
        value: span,
    }
}

fn scalar<'t>(line: &'t str, span: (u32, u32), section: u32, telling: &mut Telling<'t>, number: u32) -> Leaf {
    let plain = |kind| plain(kind, line, span, section, number);
    let Some((key, value)) = line.split_once('=') else {
        return plain(if line.starts_with(['#', ';']) { IniKind::Comment } else { IniKind::Bad });
    };
    if line.starts_with(['#', ';']) {
        return plain(IniKind::Comment);
    }
    let key = key.trim_end_matches([' ', '\t']);
    if key.is_empty()
        || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ' | ':'))
        || line.len() > MAX_LINE
    {
        return plain(IniKind::Bad);
    }
    let trimmed = value.trim_start_matches([' ', '\t']);
    let mut from = span.1 - trimmed.len() as u32;
    let mut to = span.1;
    let quotes = trimmed.starts_with('"') as u8 + (trimmed.len() > 1 && trimmed.ends_with('"')) as u8;
    if quotes == 1 {
        // "A single quotation mark at the start or end of a string is an error."
        return plain(IniKind::Bad);
    }
    let quoted = quotes == 2;
    if quoted {
        from += 1;
        to -= 1;
    }
    let harmless = ["", "yes", "no", "none", "0", "1"].iter().any(|w| trimmed.eq_ignore_ascii_case(w));
    let telling = telling.section || telling.key(key);
    Leaf {
        kind: IniKind::Pair,
        secret: !harmless && telling || secret::value_is_secret(trimmed),
        quoted,
        section,
        line: number,
        nth: 1,
        key: (span.0, span.0 + key.len() as u32),
        value: (from, to),
    }
}

/// The name in `TaskID 1 File_Threat_Protection configuration:`.
pub fn task_header(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("TaskID")?.strip_suffix("configuration:")?;
    let (number, name) = rest.trim().split_once([' ', '\t'])?;
    let name = name.trim();
    let fits = rest.starts_with([' ', '\t']) && rest.ends_with([' ', '\t']) && !name.contains('=');
    (fits && !name.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<(String, String, IniKind)> {
        let doc = IniDoc::parse(text.to_owned()).unwrap();
        (0..doc.leaf_count())
            .map(|leaf| {
                let mut path = String::new();
                doc.leaf_path(leaf, &mut path);
                (path, doc.leaf_value(leaf).to_owned(), doc.kind(leaf))
            })
            .collect()
    }

    fn check(text: &str, expected: &[(&str, &str, IniKind)]) {
        let expected: Vec<_> =
            expected.iter().map(|(p, v, k)| ((*p).to_owned(), (*v).to_owned(), *k)).collect();
        assert_eq!(leaves(text), expected, "{text}");
    }

    #[test]
    fn grammar() {
        use IniKind::*;
        check("A=1", &[("A", "1", Pair)]);
        check(
            " A =\t1 \r\n\r\n[S.item_0000]\r\nB=x=y\r\n",
            &[("A", "1", Pair), ("S.item_0000.B", "x=y", Pair)],
        );
        check("[E]\n[F]\nA=", &[("E", "", EmptySection), ("F.A", "", Pair)]);
        check("[E]\n\n", &[("E", "", EmptySection)]);
        check(
            "[E]\n# c\nx\n[F]\n",
            &[
                ("E", "", EmptySection),
                ("line 2", "# c", Comment),
                ("line 3", "x", Bad),
                ("F", "", EmptySection),
            ],
        );
        check("D=\"a b\"", &[("D", "a b", Pair)]);
        check("D=\"a b", &[("line 1", "D=\"a b", Bad)]);
        check("D=\"", &[("line 1", "D=\"", Bad)]);
        check("A=1\nA=2\nA=3", &[("A", "1", Pair), ("A#2", "2", Pair), ("A#3", "3", Pair)]);
        check("M.item_0000=*\n[M]\nitem_0000=*", &[("M.item_0000", "*", Pair), ("M.item_0000#2", "*", Pair)]);
        check(
            "# hi\n;x=1\nwhat",
            &[("line 1", "# hi", Comment), ("line 2", ";x=1", Comment), ("line 3", "what", Bad)],
        );
        check(
            "TaskID 1 Name configuration:\nA=1",
            &[("line 1", "TaskID 1 Name configuration:", TaskHeader), ("Name.A", "1", Pair)],
        );
        check(
            "TaskID 1 A configuration:\nx=1\n[S]\ny=2\nTaskID 12 My scan configuration:\nx=1\nx=2\n[E]\nTaskID 3 A configuration:\nx=5",
            &[
                ("line 1", "TaskID 1 A configuration:", TaskHeader),
                ("A.x", "1", Pair),
                ("A.S.y", "2", Pair),
                ("line 5", "TaskID 12 My scan configuration:", TaskHeader),
                ("My scan.x", "1", Pair),
                ("My scan.x#2", "2", Pair),
                ("My scan.E", "", EmptySection),
                ("line 9", "TaskID 3 A configuration:", TaskHeader),
                ("A.x#2", "5", Pair),
            ],
        );
        check(
            "General settings:\nA=1\nB:",
            &[("line 1", "General settings:", Comment), ("A", "1", Pair), ("line 3", "B:", Bad)],
        );
        check("[a\n=x", &[("line 1", "[a", Bad), ("line 2", "=x", Bad)]);
        check("[Pass=Word]\nA=1", &[("line 1", secret::MARKER, Bad), ("A", "1", Pair)]);
        check("P=\\Everyone", &[("P", "\\Everyone", Pair)]);
    }

    #[test]
    fn nesting_is_limited() {
        assert!(IniDoc::parse(format!("[{}]", vec!["a"; 256].join("."))).is_ok());
        let refusal = IniDoc::parse(format!("\n[{}]", vec!["a"; 257].join("."))).unwrap_err();
        assert_eq!((refusal.code, refusal.line), (finding::TOO_DEEP, 2));
    }

    #[test]
    fn secrets_are_not_read() {
        let all = format!(
            "{:?}",
            leaves(
                "ProxyServer=anna:Word1@p:1\nXPassword=Word2\n[Credentials]\nV=Word3\n[S]\nUrl=http://u:Word4@h/\npassword Word5\nPassword=\"Word6\n# token Word7\nUsePassword=No"
            )
        );
        assert!(!all.contains("Word"), "{all}");
        assert!(all.contains("\"No\""));
    }
}
