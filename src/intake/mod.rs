//! Bytes to a document: decoding, recognition by content, parsing, numbering of leaves, withholding of secrets.
//! Knows shapes (tree, sections, rows, objects), not what the settings mean; that is `kaspersky`'s.

pub mod archive;
pub mod batch;
pub mod decode;
mod inflate;
pub mod ini;
pub mod json;
pub mod klp;
pub mod leaves;
pub mod list;
pub mod recognise;
mod refuse;
pub mod rows;
pub mod secret;
pub mod xml;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::{self, Refusal};
use crate::policy::Platform;
use crate::watch::Watch;
use decode::Encoding;
use ini::IniDoc;
use json::JsonDoc;
use klp::KlpDoc;
use list::ListDoc;
pub use recognise::Format;
use rows::RowsDoc;
use xml::XmlDoc;

/// What a report says about an input. Field order is that of `report.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputInfo {
    /// Last component of the file's name.
    pub name: String,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: usize,
    /// Format id.
    pub format: &'static str,
    /// Product, as far as the bytes or an answer tell; else empty.
    pub product: String,
    /// Version, as far as the bytes tell; else empty.
    pub version: String,
    /// Text encoding.
    pub encoding: &'static str,
    /// The system the settings are for.
    pub platform: Platform,
}

/// A parsed document.
#[derive(Debug)]
pub enum Document {
    /// A tree.
    Xml(XmlDoc),
    /// Sections of keys.
    Ini(IniDoc),
    /// Rows of cells, as the local interface writes them.
    List(ListDoc),
    /// Rows of cells with quotation marks: CSV, pasted text.
    Rows(RowsDoc),
    /// Objects and arrays.
    Json(JsonDoc),
    /// Strings of a binary file.
    Klp(KlpDoc),
}

macro_rules! each {
    ($self:ident, $doc:ident => $body:expr) => {
        match $self {
            Document::Xml($doc) => $body,
            Document::Ini($doc) => $body,
            Document::List($doc) => $body,
            Document::Rows($doc) => $body,
            Document::Json($doc) => $body,
            Document::Klp($doc) => $body,
        }
    };
}

impl Document {
    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        each!(self, doc => doc.leaf_count())
    }

    /// Path of a leaf, appended to `out`.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        each!(self, doc => doc.leaf_path(leaf, out));
    }

    /// Physical line of a leaf, 1-based.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        each!(self, doc => doc.leaf_line(leaf))
    }

    /// Value of a leaf, with a secret replaced by its marker.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        each!(self, doc => doc.leaf_value(leaf))
    }

    /// Whether a leaf's value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        each!(self, doc => doc.leaf_is_secret(leaf))
    }

    /// The whole text, for a sanitised copy only: it still holds the secrets.
    pub(crate) fn text(&self) -> &str {
        each!(self, doc => doc.text())
    }
}

/// An input that was recognised and parsed.
#[derive(Debug)]
pub struct Reading {
    /// What a report says about it. Product and version are filled in by the reader of the format.
    pub input: InputInfo,
    /// What it is.
    pub format: Format,
    /// Its content.
    pub document: Document,
    pub(crate) encoding: Encoding,
}

/// Reads one input. `name` is only shown; what the file is follows from its bytes.
pub fn read(name: &str, bytes: &[u8], watch: &mut Watch) -> Result<Reading, Refusal> {
    match refuse::by_bytes(bytes) {
        Some(refusal) => Err(Refusal { input: display_name(name), ..refusal }),
        None => read_known(name, bytes, watch).map_err(|refusal| refuse::explain(refusal, bytes)),
    }
}

/// Reads what a reader knows.
fn read_known(name: &str, bytes: &[u8], watch: &mut Watch) -> Result<Reading, Refusal> {
    let name = display_name(name);
    let named = |mut refusal: Refusal| {
        refusal.input.clone_from(&name);
        refusal
    };
    if let Some(refusal) = archive::unopened(bytes) {
        return Err(named(refusal));
    }
    if bytes.len() <= decode::MAX_BYTES && klp::begins_like(bytes) {
        return harvest(name, bytes);
    }
    let decoded = match decode::decode(bytes) {
        Err(refusal)
            if [finding::BINARY, finding::ENCODING].contains(&refusal.code) && klp::has_marks(bytes) =>
        {
            return harvest(name, bytes);
        }
        // Lists of people's own making still come in old code pages; exports do not.
        Err(refusal) if refusal.code == finding::ENCODING => match decode::code_page(bytes) {
            Some(old)
                if matches!(
                    recognise::recognise(&old.text),
                    Ok(recognise::Shape::Rows | recognise::Shape::List)
                ) =>
            {
                old
            }
            _ => return Err(named(refusal)),
        },
        decoded => decoded.map_err(named)?,
    };
    let recognised = recognise::recognise(&decoded.text).map_err(named)?;
    // Any text in columns could be a list, so what is known to be something else is refused first.
    if recognised == recognise::Shape::Rows
        && let Some(refusal) = refuse::by_text(&decoded.text)
    {
        return Err(named(refusal));
    }
    let document = match recognised {
        recognise::Shape::Xml => Document::Xml(XmlDoc::parse(decoded.text, watch).map_err(named)?),
        recognise::Shape::Ini => Document::Ini(IniDoc::parse(decoded.text).map_err(named)?),
        recognise::Shape::List => Document::List(ListDoc::parse(decoded.text)),
        recognise::Shape::Rows => Document::Rows(RowsDoc::parse(decoded.text)),
        recognise::Shape::Json => Document::Json(JsonDoc::parse(decoded.text, watch).map_err(named)?),
    };
    let format = recognise::format(&document).map_err(named)?;
    Ok(reading(name, bytes, format, document, decoded.encoding))
}

/// A policy file of Security Center: its strings.
fn harvest(name: String, bytes: &[u8]) -> Result<Reading, Refusal> {
    match KlpDoc::harvest(bytes) {
        Ok(doc) => Ok(reading(name, bytes, Format::KscKlp, Document::Klp(doc), Encoding::Binary)),
        Err(refusal) => Err(Refusal { input: name, ..refusal }),
    }
}

fn reading(name: String, bytes: &[u8], format: Format, document: Document, encoding: Encoding) -> Reading {
    let input = InputInfo {
        sha256: hex(&Sha256::digest(bytes)),
        bytes: bytes.len(),
        format: format.id(),
        product: String::new(),
        version: String::new(),
        encoding: encoding.word(),
        platform: format.platform(),
        name,
    };
    Reading { input, format, document, encoding }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = std::fmt::Write::write_fmt(&mut out, format_args!("{byte:02x}"));
    }
    out
}

/// Longest name of an input or a customer, in bytes: both become names of folders, and those end at 255.
pub const MAX_NAME: usize = 200;

/// Last component of a path in either system's spelling, without control characters; what nobody sees is shown by number,
/// and a name made to be long is cut.
pub fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("");
    let clean: String =
        last.chars().map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let clean = crate::text::shown(clean.trim_matches([' ', '.']));
    let fits =
        clean.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MAX_NAME).last();
    let clean = clean.get(..fits.unwrap_or(0)).unwrap_or("").trim_end_matches([' ', '.']);
    if clean.is_empty() { "input".to_owned() } else { clean.to_owned() }
}

/// Names of several inputs made unique as the file manager does it: `a.ini`, `a (2).ini` becomes `a.ini (2)`.
pub fn unique_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    (2u32..).map(|n| format!("{name} ({n})")).find(|candidate| !taken(candidate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_last_components_and_unique() {
        for (given, shown) in [
            ("a/b/c.ini", "c.ini"),
            (r"C:\x\y.xml", "y.xml"),
            ("..", "input"),
            ("a\nb", "a_b"),
            ("d/", "d"),
            ("", "input"),
            ("list\u{202E}vsc.exe", "list[U+202E]vsc.exe"),
        ] {
            assert_eq!(display_name(given), shown);
        }
        assert_eq!(display_name(&"ü".repeat(300)), "ü".repeat(100));
        assert_eq!(unique_name("a", |n| n == "a" || n == "a (2)"), "a (3)");
    }
}
