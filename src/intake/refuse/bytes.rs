//! Kinds of file that their first bytes tell: an offset, what stands there, and what it is. A KSC policy (`.klp`) and a
//! plain ZIP are not here; they have readers of their own.

use super::Look;
use crate::finding::OTHER_FILE;

const PROGRAM: &str =
    "Settings stand in no program; export them from the Kaspersky product that is installed";
const UNPACK: &str = "Unpack it, and bring the exports inside";
const SHEET: &str = "Open it, save the sheet as CSV (UTF-8), and bring that";
const PICTURE: &str = "A picture holds no settings that can be read; export the list or policy itself";
const REGISTRY: &str = "Settings in the registry belong to the product's inner workings and are not read; export the lists or the policy from the product";

const fn file(looks: &'static str, instead: &'static str) -> Look {
    Look::new(OTHER_FILE, looks, instead)
}

/// Offset, bytes there, and what it is. A sign that is a word of ordinary letters needs a NUL byte near by, or it may be
/// the beginning of a text.
const SIGNS: &[(usize, &[u8], Look)] = &[
    (0, b"MZ", file("This is a Windows program or a part of one", PROGRAM)),
    (0, b"\x7FELF", file("This is a Linux program or a part of one", PROGRAM)),
    (0, b"\xCF\xFA\xED\xFE", file("This is a macOS program or a part of one", PROGRAM)),
    (0, b"\xCA\xFE\xBA\xBE", file("This is a macOS program or a Java class", PROGRAM)),
    (0, b"\0asm", file("This is a WebAssembly program", PROGRAM)),
    (0, b"\xED\xAB\xEE\xDB", file("This is an RPM package: a program to install", PROGRAM)),
    (0, b"!<arch>\ndebian", file("This is a Debian package: a program to install", PROGRAM)),
    (
        0,
        b"L\0\0\0\x01\x14\x02\0",
        file("This is a shortcut to a file, not the file", "Bring the file that the shortcut leads to"),
    ),
    (
        0,
        b"MDMP",
        file(
            "This is a memory dump of a program",
            "A memory dump may hold passwords: do not pass it on; export the settings from the product",
        ),
    ),
    (0, b"7z\xBC\xAF\x27\x1C", file("This is a 7z archive", UNPACK)),
    (0, b"Rar!\x1A\x07", file("This is a RAR archive", UNPACK)),
    (0, b"\x1F\x8B", file("This is a gzip archive", UNPACK)),
    (0, b"BZh91AY&SY", file("This is a bzip2 archive", UNPACK)),
    (0, b"\xFD7zXZ\0", file("This is an xz archive", UNPACK)),
    (0, b"\x28\xB5\x2F\xFD", file("This is a Zstandard archive", UNPACK)),
    (257, b"ustar", file("This is a tar archive", UNPACK)),
    (0, b"MSCF\0\0\0\0", file("This is a cabinet archive (.cab)", UNPACK)),
    (
        0,
        b"ElfFile\0",
        file(
            "This is a Windows event log (.evtx)",
            "Events say what happened, not what is set; export the lists or the policy from the product",
        ),
    ),
    (0, b"regf", file("This is a hive of the Windows registry", REGISTRY)),
    (
        0,
        b"SQLite format 3\0",
        file(
            "This is an SQLite database",
            "The product's own databases are not read; export the lists or the policy from the product",
        ),
    ),
    (
        0,
        b"bplist00",
        file(
            "This is a binary property list of macOS",
            "No export of Kaspersky Endpoint Security for Mac can be read yet: its format is not known",
        ),
    ),
    (
        0,
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        file(
            "This is an installer package (.msi) or an old Office document",
            "For a sheet: open it, save it as CSV (UTF-8), and bring that; an installer holds no settings",
        ),
    ),
    (
        0,
        b"%PDF-",
        file(
            "This is a PDF document",
            "A document is not read, for words may be missing or broken in it; export the list or policy itself",
        ),
    ),
    (0, b"\x89PNG\r\n", file("This is a picture (PNG)", PICTURE)),
    (0, b"\xFF\xD8\xFF", file("This is a picture (JPEG)", PICTURE)),
    (0, b"GIF8", file("This is a picture (GIF)", PICTURE)),
    (0, b"II*\0", file("This is a picture (TIFF)", PICTURE)),
    (0, b"MM\0*", file("This is a picture (TIFF)", PICTURE)),
    (8, b"WEBP", file("This is a picture (WebP)", PICTURE)),
];

/// What an Office document in a ZIP holds.
const OFFICE: &[(&[u8], Look)] = &[
    (b"xl/workbook.xml", file("This is an Excel workbook", SHEET)),
    (
        b"word/document.xml",
        file(
            "This is a Word document",
            "Copy the list out of it and paste it as text, one entry on each line",
        ),
    ),
    (b"ppt/presentation.xml", file("This is a presentation", PICTURE)),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", file("This is an OpenDocument sheet", SHEET)),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.text",
        file(
            "This is an OpenDocument text",
            "Copy the list out of it and paste it as text, one entry on each line",
        ),
    ),
];

/// How much is searched at each end of a ZIP: the names stand before each file and again at the end.
const EDGE: usize = 1 << 16;

pub(super) fn look(bytes: &[u8]) -> Option<&'static Look> {
    SIGNS
        .iter()
        .find(|(offset, sign, _)| {
            bytes.get(*offset..).is_some_and(|rest| rest.starts_with(sign)) && sure(sign, bytes)
        })
        .map(|(.., look)| look)
        .or_else(|| office(bytes))
}

/// Letters alone may begin a text; a NUL byte near by cannot.
fn sure(sign: &[u8], bytes: &[u8]) -> bool {
    let ordinary = sign.iter().all(|b| matches!(b, b' '..=b'~'));
    let telling = matches!(sign, b"%PDF-" | b"BZh91AY&SY");
    !ordinary || telling || bytes.iter().take(512).any(|b| *b == 0)
}

fn office(bytes: &[u8]) -> Option<&'static Look> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let first = bytes.get(..bytes.len().min(EDGE)).unwrap_or(bytes);
    let last = bytes.get(bytes.len().saturating_sub(EDGE)..).unwrap_or(bytes);
    let holds = |name: &[u8]| [first, last].iter().any(|part| memchr::memmem::find(part, name).is_some());
    let typed = holds(b"[Content_Types].xml");
    OFFICE
        .iter()
        .find(|(name, _)| (typed || name.starts_with(b"mimetype")) && holds(name))
        .map(|(_, look)| look)
}

#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Look> {
    SIGNS.iter().map(|(.., look)| look).chain(OFFICE.iter().map(|(_, look)| look))
}
