//! Bytes to text. Recognises UTF-8 and UTF-16 with and without a byte order mark by looking at the bytes; refuses
//! what is empty, too large or binary. A name or extension is never asked.

use std::borrow::Cow;

use yore::CodePage;
use yore::code_pages::{CP1251, CP1252};

use crate::finding::{self, Refusal};

/// Largest input that is taken, in bytes.
pub const MAX_BYTES: usize = 256 << 20;

/// The text of an input and how it was stored.
#[derive(Debug)]
pub struct Decoded {
    /// The text without a byte order mark.
    pub text: String,
    /// The encoding as it stands in the report.
    pub encoding: Encoding,
}

/// Encodings that exports come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (ASCII included).
    Utf8 {
        /// Starts with a byte order mark.
        bom: bool,
    },
    /// UTF-16, little-endian.
    Utf16Le {
        /// Starts with a byte order mark.
        bom: bool,
    },
    /// UTF-16, big-endian.
    Utf16Be {
        /// Starts with a byte order mark.
        bom: bool,
    },
    /// Windows-1251, Cyrillic: a guess.
    Windows1251,
    /// Windows-1252, Western: a guess.
    Windows1252,
    /// No text as a whole. A sanitised copy of it is UTF-8.
    Binary,
}

impl Encoding {
    /// The word of the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utf8 { bom: false } => "UTF-8",
            Self::Utf8 { bom: true } => "UTF-8 with BOM",
            Self::Utf16Le { bom: false } => "UTF-16LE",
            Self::Utf16Le { bom: true } => "UTF-16LE with BOM",
            Self::Utf16Be { bom: false } => "UTF-16BE",
            Self::Utf16Be { bom: true } => "UTF-16BE with BOM",
            Self::Windows1251 => "Windows-1251",
            Self::Windows1252 => "Windows-1252",
            Self::Binary => "binary",
        }
    }

    /// Text back into bytes, as the input was stored.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let wide = |bom: bool, bytes: fn(u16) -> [u8; 2]| {
            let mark = bom.then_some(0xFEFFu16);
            mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        match self {
            Self::Utf8 { bom: false } | Self::Binary => text.as_bytes().to_vec(),
            Self::Utf8 { bom: true } => ["\u{FEFF}".as_bytes(), text.as_bytes()].concat(),
            Self::Utf16Le { bom } => wide(bom, u16::to_le_bytes),
            Self::Utf16Be { bom } => wide(bom, u16::to_be_bytes),
            Self::Windows1251 => CP1251.encode_lossy(text, b'?').into_owned(),
            Self::Windows1252 => CP1252.encode_lossy(text, b'?').into_owned(),
        }
    }
}

const TEXT_HINT: &str =
    "Export again and drop the file as the product wrote it, without opening it in an editor";

/// Decodes an input.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(
            finding::EMPTY,
            "The file is empty",
            "Check that the export finished, then export again",
        ));
    }
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::new(
            finding::TOO_LARGE,
            format!("The file has {} bytes; at most {MAX_BYTES} are read", bytes.len()),
            "Export one policy, task or list at a time",
        ));
    }
    let (encoding, body) = sniff(bytes);
    let text = match encoding {
        Encoding::Utf16Le { .. } => utf16(body, u16::from_le_bytes)?,
        Encoding::Utf16Be { .. } => utf16(body, u16::from_be_bytes)?,
        _ => utf8(body)?,
    };
    refuse_binary(&text)?;
    if text.trim_matches(['\r', '\n', ' ', '\t']).is_empty() {
        return Err(Refusal::new(
            finding::EMPTY,
            "The file holds nothing but blank space",
            "Check that the export finished, then export again",
        ));
    }
    Ok(Decoded { text, encoding })
}

/// Text in a code page that came before Unicode: Windows-1251 where letters above ASCII stand beside each other, as in
/// Cyrillic words, Windows-1252 where they stand alone between others. `None` when it is neither.
pub fn code_page(bytes: &[u8]) -> Option<Decoded> {
    let high = |b: &u8| *b >= 0xC0;
    let pairs = bytes.windows(2).filter(|w| w.iter().all(high)).count();
    let (encoding, text) = if pairs * 3 >= bytes.iter().filter(|b| high(b)).count() * 2 {
        (Encoding::Windows1251, CP1251.decode(bytes).into_owned())
    } else {
        (Encoding::Windows1252, CP1252.decode_lossy(bytes).into_owned())
    };
    refuse_binary(&text).ok()?;
    Some(Decoded { text, encoding })
}

/// A byte order mark decides; without one, NUL bytes in every second place of the first bytes do.
fn sniff(bytes: &[u8]) -> (Encoding, &[u8]) {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return (Encoding::Utf8 { bom: true }, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return (Encoding::Utf16Le { bom: true }, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return (Encoding::Utf16Be { bom: true }, rest);
    }
    let head = bytes.get(..bytes.len().min(256)).unwrap_or(bytes);
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = head.len() / 2;
    if pairs >= 2 && odd * 2 > pairs && even * 8 < pairs {
        (Encoding::Utf16Le { bom: false }, bytes)
    } else if pairs >= 2 && even * 2 > pairs && odd * 8 < pairs {
        (Encoding::Utf16Be { bom: false }, bytes)
    } else {
        (Encoding::Utf8 { bom: false }, bytes)
    }
}

fn utf8(bytes: &[u8]) -> Result<String, Refusal> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let (line, column) = position(&String::from_utf8_lossy(good), usize::MAX);
            let binary = bytes.iter().take(4096).filter(|b| **b == 0).count() > 0;
            if binary {
                return Err(binary_refusal().at(line, column));
            }
            Err(Refusal::new(
                finding::ENCODING,
                "The file is neither UTF-8 nor UTF-16: a byte here belongs to another encoding",
                TEXT_HINT,
            )
            .at(line, column))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Refusal> {
    let mut text = String::with_capacity(bytes.len() / 2 + 16);
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0,
    });
    let broken = |text: &str, what: &str| {
        let (line, column) = position(text, usize::MAX);
        Refusal::new(finding::ENCODING, format!("The file looks like UTF-16, but {what}"), TEXT_HINT)
            .at(line, column)
    };
    for c in char::decode_utf16(units) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(broken(&text, "holds half a character here")),
        }
    }
    if !bytes.len().is_multiple_of(2) {
        return Err(broken(&text, "ends in the middle of a character"));
    }
    Ok(text)
}

fn binary_refusal() -> Refusal {
    Refusal::new(
        finding::BINARY,
        "The file is binary: it may be a .cfg, .dat, .klprof or .klt file",
        "Export the list or policy as XML or text instead; the page tells how for each product",
    )
}

/// Control characters other than tab, line feed, carriage return and form feed do not occur in text exports.
fn refuse_binary(text: &str) -> Result<(), Refusal> {
    let control = |b: u8| (b < 0x20) & !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C) | (b == 0x7F);
    // Whole blocks without an early way out: the compiler makes wide instructions of this.
    let clean =
        text.as_bytes().chunks(1 << 12).all(|block| !block.iter().fold(false, |any, b| any | control(*b)));
    if clean {
        return Ok(());
    }
    match text.bytes().position(control) {
        None => Ok(()),
        Some(at) => {
            let (line, column) = position(text, at);
            Err(binary_refusal().at(line, column))
        }
    }
}

/// Line and column, both 1-based, of a byte offset; the column counts characters.
pub fn position(text: &str, offset: usize) -> (u32, u32) {
    let before = text.as_bytes().get(..offset.min(text.len())).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before).count() as u32 + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let tail = before.get(start..).unwrap_or_default();
    (line, String::from_utf8_lossy(tail).chars().count() as u32 + 1)
}

/// Where each line starts, for many look-ups.
#[derive(Debug)]
pub struct Lines(Vec<u32>);

impl Lines {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32).collect())
    }

    /// The 1-based line of a byte offset.
    pub fn of(&self, offset: u32) -> u32 {
        self.0.partition_point(|&end| end < offset) as u32 + 1
    }
}

/// A slice of text by byte offsets, empty when they do not fit.
pub fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// Text that is borrowed when it needs no change.
pub type Text<'a> = Cow<'a, str>;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (&'static str, u32, u32) {
        let r = decode(bytes).unwrap_err();
        (r.code, r.line, r.column)
    }

    #[test]
    fn every_accepted_encoding_gives_the_same_text_and_goes_back() {
        let text = "a=1\r\n[Б]\r\nk=\u{1F600}\r\n";
        for encoding in [
            Encoding::Utf8 { bom: false },
            Encoding::Utf8 { bom: true },
            Encoding::Utf16Le { bom: true },
            Encoding::Utf16Le { bom: false },
            Encoding::Utf16Be { bom: true },
            Encoding::Utf16Be { bom: false },
        ] {
            let decoded = decode(&encoding.encode(text)).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        }
    }

    #[test]
    fn old_code_pages_are_told_apart() {
        for (text, encoding) in
            [("D:\\Данные\\;да", Encoding::Windows1251), ("D:\\Größe\\;für Müller", Encoding::Windows1252)]
        {
            let decoded = code_page(&encoding.encode(text)).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        }
        assert!(code_page(b"\xE0\x00").is_none());
    }

    #[test]
    fn refusals_name_the_place() {
        assert_eq!(refused(b""), (finding::EMPTY, 0, 0));
        assert_eq!(refused(b" \r\n\t"), (finding::EMPTY, 0, 0));
        assert_eq!(refused(b"a=1\nb=\x00"), (finding::BINARY, 2, 3));
        assert_eq!(refused(b"a=1\nbc\xFF\xFFd"), (finding::ENCODING, 2, 3));
        assert_eq!(refused(b"\xFF\xFEa\0\n\0\x00\xD8b\0"), (finding::ENCODING, 2, 1));
        assert_eq!(refused(b"\xFF\xFEa\0b"), (finding::ENCODING, 1, 2));
        assert_eq!(refused(b"MZ\x90\x00\x03\x00\x00\x00"), (finding::BINARY, 1, 3));
    }

    #[test]
    fn line_index_agrees_with_position() {
        let text = "a\nbb\n\nc";
        let lines = Lines::new(text);
        for offset in 0..=text.len() {
            assert_eq!(lines.of(offset as u32), position(text, offset).0, "{offset}");
        }
    }
}
