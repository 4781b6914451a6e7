//! Binary policy files of Kaspersky Security Center (`.klp`): the strings in them, and nothing else. The encoding is not
//! known (kaspersky-windows reference, section 7.1), so this is a harvest, not a reading: no order, no state, no nesting.
//!
//! ```text
//! 08 00 00 00 "kscpolfm" 6E 01 00 00      how the file begins
//! "ZLIB" <raw DEFLATE>                    a block, several may follow; a hit that does not inflate is none
//! "<!--KLPARBIN -->"                      a mark, inside and outside of blocks
//! 44 00 3A 00 5C 00 …                     UTF-16LE text at even or odd offsets, in blocks and beside them
//! ```
//!
//! A leaf is one occurrence of a string, named by where it stands: `offset 1234` in the file, `offset 20/128` at position
//! 128 of what was inflated from the block whose `ZLIB` stands at offset 20. A string is at least four characters of the
//! Latin or Cyrillic alphabets, digits, signs and general punctuation; what is shorter or written otherwise is not found.

use memchr::memmem;

use super::decode::slice;
use super::inflate::{End, inflate};
use super::secret;
use crate::finding::{self, Refusal};

/// The name of the form, as it stands at the beginning of a file.
const MAGIC: &[u8] = b"kscpolfm";
/// How far from the beginning the name may stand.
const MAGIC_WITHIN: usize = 32;
/// The mark of a section.
const MARK: &[u8] = b"<!--KLPARBIN -->";
/// The mark of a block.
const BLOCK: &[u8] = b"ZLIB";

/// Most bytes that one block is inflated to.
pub const MAX_BLOCK: usize = 2 << 20;
/// Most blocks that are tried, hits that do not inflate included.
pub const MAX_BLOCKS: usize = 1024;
/// Most bytes that all tries together are inflated to.
pub const MAX_INFLATED: usize = 32 << 20;
/// Most strings that are kept.
pub const MAX_STRINGS: usize = 1 << 17;
/// Most bytes of one string; the rest is a string of its own.
const MAX_STRING: usize = 32 << 10;
/// Fewest characters of a string.
const MIN_CHARS: usize = 4;

/// One occurrence of a string.
#[derive(Clone, Copy, Debug)]
struct Found {
    span: (u32, u32),
    secret: bool,
    /// Offset of the block in the file, plus one; 0 when the string stands beside the blocks.
    block: u32,
    at: u32,
}

/// What was harvested.
#[derive(Debug)]
pub struct KlpDoc {
    /// All strings, one after the other, each with a line end.
    text: String,
    found: Vec<Found>,
    /// Blocks that were inflated.
    pub blocks: usize,
    /// Blocks of which only a part came out: cut off, or longer than is read.
    pub cut_blocks: usize,
    /// A limit was reached, so there may be more.
    pub limited: bool,
}

/// Whether bytes begin like a policy file. That is asked before anything is decoded.
pub(crate) fn begins_like(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(MAGIC_WITHIN)).unwrap_or_default();
    memmem::find(head, MAGIC).is_some()
}

/// Whether bytes that are no text hold the marks of such a file: its section mark, or a block that inflates to text.
pub(crate) fn has_marks(bytes: &[u8]) -> bool {
    if memmem::find(bytes, MARK).is_some() {
        return true;
    }
    memmem::find_iter(bytes, BLOCK).take(16).any(|at| {
        let block = inflate(bytes.get(at + BLOCK.len()..).unwrap_or_default(), MAX_BLOCK / 8);
        let mut some = false;
        strings(&block.bytes, |_, _| {
            some = true;
            false
        });
        block.end != End::Broken && some
    })
}

impl KlpDoc {
    /// Harvests the strings of a file.
    pub(crate) fn harvest(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut doc =
            Self { text: String::new(), found: Vec::new(), blocks: 0, cut_blocks: 0, limited: false };
        let (mut from, mut tries, mut inflated) = (0, 0, 0);
        let mut search = 0;
        let finder = memmem::Finder::new(BLOCK);
        while let Some(hit) = bytes.get(search..).and_then(|rest| finder.find(rest)) {
            let at = search + hit;
            let start = at + BLOCK.len();
            search = start;
            if tries >= MAX_BLOCKS || inflated >= MAX_INFLATED {
                doc.limited = true;
                break;
            }
            tries += 1;
            let block =
                inflate(bytes.get(start..).unwrap_or_default(), MAX_BLOCK.min(MAX_INFLATED - inflated));
            inflated += block.bytes.len();
            if block.end == End::Broken || block.bytes.is_empty() {
                continue;
            }
            doc.take(bytes.get(from..at).unwrap_or_default(), 0, from);
            doc.take(&block.bytes, at as u32 + 1, 0);
            doc.blocks += 1;
            doc.cut_blocks += usize::from(block.end != End::Whole);
            // What was packed holds no text. A block that is cut may be no block at all: what follows is searched, too.
            search = if block.end == End::Whole { start + block.used } else { start };
            from = search;
        }
        doc.take(bytes.get(from..).unwrap_or_default(), 0, from);
        if doc.found.is_empty() {
            return Err(Refusal::new(
                finding::NO_STRINGS,
                "This looks like a policy file of Kaspersky Security Center (.klp), but no readable text was found in it",
                "Export the lists of the policy as XML in the console instead; the page tells how for each product",
            ));
        }
        Ok(doc)
    }

    fn take(&mut self, bytes: &[u8], block: u32, offset: usize) {
        let (text, found) = (&mut self.text, &mut self.found);
        let mut full = false;
        strings(bytes, |at, string| {
            full = found.len() >= MAX_STRINGS;
            if !full {
                let start = text.len() as u32;
                text.push_str(string);
                found.push(Found {
                    span: (start, text.len() as u32),
                    secret: secret::value_is_secret(string)
                        || secret::line_is_secret(string) && assigns(string),
                    block,
                    at: (offset + at) as u32,
                });
                text.push('\n');
            }
            !full
        });
        self.limited |= full;
    }

    fn leaf(&self, leaf: u32) -> Option<&Found> {
        self.found.get(leaf as usize)
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.found.len() as u32
    }

    /// Path of a leaf, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        if let Some(found) = self.leaf(leaf) {
            let _ = match found.block {
                0 => std::fmt::Write::write_fmt(out, format_args!("offset {}", found.at)),
                block => std::fmt::Write::write_fmt(out, format_args!("offset {}/{}", block - 1, found.at)),
            };
        }
    }

    /// The string, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        match self.leaf(leaf) {
            Some(found) if found.secret => secret::MARKER,
            Some(found) => slice(&self.text, found.span.0, found.span.1),
            None => "",
        }
    }

    /// Whether the string was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.leaf(leaf).is_some_and(|found| found.secret)
    }

    /// There are no lines in a binary file.
    pub const fn leaf_line(&self, _leaf: u32) -> u32 {
        0
    }

    /// The strings, one a line, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A telling word and something behind a sign: `Password: x`. Names of settings such as `PasswordProtection` stay.
fn assigns(text: &str) -> bool {
    text.contains(['=', ' ']) || text.contains(':') && !text.contains(['\\', '/'])
}

/// A unit that text of these files is made of. The alphabets are few on purpose: ASCII that is read one byte off looks
/// like Chinese, and binary data look like anything.
const fn is_text(unit: u16) -> bool {
    matches!(unit,
        // Not U+0100, U+0200, U+0400: small numbers in front of a string look like them.
        0x20..=0x7E | 0xA0..=0xFF | 0x101..=0x1FF | 0x201..=0x24F | 0x401..=0x4FF | 0x501..=0x52F
        // General punctuation with the marks that turn text, so that they are seen.
        | 0x200B..=0x2044 | 0x2066..=0x2069
        | 0x20AC | 0x2116)
}

/// Calls `found` with the offset and text of each string, in order, until it says no. Runs at even and at odd offsets that
/// share bytes are one string read twice: the longer one counts.
fn strings(bytes: &[u8], mut found: impl FnMut(usize, &str) -> bool) {
    let mut best: Option<(usize, usize)> = None;
    let mut text = String::new();
    let mut say = |(start, end): (usize, usize)| {
        text.clear();
        let units = bytes.get(start..end).unwrap_or_default().chunks_exact(2).map(|pair| match pair {
            [low, high] => u16::from_le_bytes([*low, *high]),
            _ => 0,
        });
        text.extend(char::decode_utf16(units).flatten());
        found(start, &text)
    };
    // The start of the run that is open at even and at odd offsets.
    let mut open: [Option<usize>; 2] = [None; 2];
    let mut at = 0;
    while at <= bytes.len() {
        let unit = match bytes.get(at..at + 2) {
            Some([low, high]) => u16::from_le_bytes([*low, *high]),
            _ => 0,
        };
        let [even, odd] = &mut open;
        let (run, other) = if at % 2 == 0 { (even, odd) } else { (odd, even) };
        let long = run.is_some_and(|start| at - start >= MAX_STRING);
        if is_text(unit) && !long {
            run.get_or_insert(at);
        } else if let Some(start) = run.take() {
            if is_text(unit) {
                *run = Some(at);
            }
            // A run that began earlier at the other offsets and goes on is longer.
            let inside = other.is_some_and(|earlier| earlier < start);
            if (at - start) / 2 >= MIN_CHARS && !inside {
                match best {
                    Some((_, end)) if end <= start => {
                        if best.is_some_and(|b| !say(b)) {
                            return;
                        }
                        best = Some((start, at));
                    }
                    Some((s, e)) if e - s >= at - start => {}
                    _ => best = Some((start, at)),
                }
            }
        }
        at += 1;
    }
    if let Some(last) = best {
        say(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        [BLOCK, &miniz_oxide::deflate::compress_to_vec(bytes, 6)].concat()
    }

    fn all(doc: &KlpDoc) -> Vec<(String, String)> {
        (0..doc.leaf_count())
            .map(|leaf| {
                let mut path = String::new();
                doc.leaf_path(leaf, &mut path);
                (path, doc.leaf_value(leaf).to_owned())
            })
            .collect()
    }

    fn check(bytes: &[u8], expected: &[(&str, &str)]) {
        let doc = KlpDoc::harvest(bytes).unwrap();
        let expected: Vec<_> = expected.iter().map(|(p, v)| ((*p).to_owned(), (*v).to_owned())).collect();
        assert_eq!(all(&doc), expected);
    }

    #[test]
    fn strings_stand_at_even_and_odd_offsets() {
        check(&wide("D:\\a\\*"), &[("offset 0", "D:\\a\\*")]);
        check(&[&[7][..], &wide("D:\\a\\*"), &[0, 0]].concat(), &[("offset 1", "D:\\a\\*")]);
        check(
            &[&wide("even"), &[0, 0, 9][..], &wide("нечёт"), &[0, 0], &wide("abc"), &[0, 0]].concat(),
            &[("offset 0", "even"), ("offset 11", "нечёт")],
        );
        // Which of two readings is meant is not clear: the longer one.
        check(&[4; 20], &[("offset 0", &"\u{404}".repeat(10))]);
    }

    #[test]
    fn blocks_are_inflated_and_false_hits_skipped() {
        let head = [&[8, 0, 0, 0][..], MAGIC, &[0x6E, 1, 0, 0]].concat();
        let block = packed(&[MARK, &wide("inside"), &[0, 0]].concat());
        let file = [&head[..], &block, b"ZLIB\xFF\xFF\xFF", &wide("beside"), &[0]].concat();
        let at = head.len();
        let beside = at + block.len() + 7;
        check(&file, &[(&format!("offset {at}/16"), "inside"), (&format!("offset {beside}"), "beside")]);
        let doc = KlpDoc::harvest(&file).unwrap();
        assert_eq!((doc.blocks, doc.cut_blocks, doc.limited), (1, 0, false));
        assert!(begins_like(&file) && has_marks(&packed(&wide("inside"))));
        assert!(!begins_like(b"text") && !has_marks(b"\x01\x02ZLIB and more") && has_marks(MARK));
    }

    #[test]
    fn limits_hold() {
        let flood = packed(&wide("a\u{0}").repeat(3 << 20));
        let doc = KlpDoc::harvest(&[&flood[..], &wide("text"), &[0, 0]].concat()).unwrap();
        assert_eq!((doc.blocks, doc.cut_blocks), (1, 1));
        let zeros = packed(&vec![0; MAX_BLOCK]).repeat(40);
        let doc = KlpDoc::harvest(&[&wide("text")[..], &[0, 0], &zeros].concat()).unwrap();
        assert!(doc.limited && doc.blocks == MAX_INFLATED / MAX_BLOCK, "{}", doc.blocks);
        let many = wide("text\u{0}").repeat(MAX_STRINGS + 5);
        let doc = KlpDoc::harvest(&many).unwrap();
        assert!(doc.limited && doc.found.len() == MAX_STRINGS);
        assert_eq!(KlpDoc::harvest(MARK).unwrap_err().code, finding::NO_STRINGS);
        let doc = KlpDoc::harvest(&wide(&"x".repeat(40_000))).unwrap();
        assert_eq!(doc.leaf_count(), 3, "a long run is several strings");
    }

    #[test]
    fn secrets_are_not_read() {
        let strings = ["Password: Word1", "http://anna:Word1@h/", "x /password=Word1", "PasswordProtection"];
        let bytes: Vec<u8> = strings.iter().flat_map(|s| [wide(s), vec![0, 0]].concat()).collect();
        let doc = KlpDoc::harvest(&bytes).unwrap();
        let all = format!("{:?}", all(&doc));
        assert!(!all.contains("Word1") && all.contains("PasswordProtection"), "{all}");
    }
}
