//! Bytes to a document: decoding, recognition by content, parsing, numbering of leaves, withholding of secrets.
//! Knows shapes (tree, sections, rows, objects), not what the settings mean; that is `kaspersky`'s.

pub mod decode;
pub mod ini;
pub mod json;
pub mod leaves;
pub mod list;
pub mod recognise;
pub mod secret;
pub mod xml;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::Refusal;
use crate::policy::Platform;
use crate::watch::Watch;
use decode::Encoding;
use ini::IniDoc;
use json::JsonDoc;
use list::ListDoc;
pub use recognise::Format;
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
    /// Rows of cells.
    List(ListDoc),
    /// Objects and arrays.
    Json(JsonDoc),
}

macro_rules! each {
    ($self:ident, $doc:ident => $body:expr) => {
        match $self {
            Document::Xml($doc) => $body,
            Document::Ini($doc) => $body,
            Document::List($doc) => $body,
            Document::Json($doc) => $body,
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
    let name = display_name(name);
    let named = |mut refusal: Refusal| {
        refusal.input.clone_from(&name);
        refusal
    };
    let decoded = decode::decode(bytes).map_err(named)?;
    let recognised = recognise::recognise(&decoded.text).map_err(named)?;
    let document = match recognised {
        recognise::Shape::Xml => Document::Xml(XmlDoc::parse(decoded.text, watch).map_err(named)?),
        recognise::Shape::Ini => Document::Ini(IniDoc::parse(decoded.text).map_err(named)?),
        recognise::Shape::List => Document::List(ListDoc::parse(decoded.text)),
        recognise::Shape::Json => Document::Json(JsonDoc::parse(decoded.text, watch).map_err(named)?),
    };
    let format = recognise::format(&document).map_err(named)?;
    let input = InputInfo {
        sha256: hex(&Sha256::digest(bytes)),
        bytes: bytes.len(),
        format: format.id(),
        product: String::new(),
        version: String::new(),
        encoding: decoded.encoding.word(),
        platform: format.platform(),
        name,
    };
    Ok(Reading { input, format, document, encoding: decoded.encoding })
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = std::fmt::Write::write_fmt(&mut out, format_args!("{byte:02x}"));
    }
    out
}

/// Last component of a path in either system's spelling, without control characters.
pub fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("");
    let clean: String =
        last.chars().map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let clean = clean.trim_matches([' ', '.']);
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
        ] {
            assert_eq!(display_name(given), shown);
        }
        assert_eq!(unique_name("a", |n| n == "a" || n == "a (2)"), "a (3)");
    }
}
