//! ZIP archives: bytes to entries, one after the other, so that only one of them is in memory. Nothing is written to a
//! disk and a name is never used as a path; it is shown, and it says to which customer a file belongs (see [`super::batch`]).
//!
//! What an archive says about itself is not believed. Each entry that is not taken comes out as a refusal with a reason,
//! and the others are read all the same.
//!
//! | what an archive may do | what happens |
//! |---|---|
//! | announce or hold more than the limits below | that entry is refused; too many entries: the whole archive |
//! | unpack to more than it says, to other bytes than its check sum, leave packed bytes over | the entry is refused |
//! | let two entries share bytes, or an entry reach into the directory (bombs do) | all entries involved are refused |
//! | be encrypted, or use another method than *stored* and *deflate* | the entry is refused |
//! | name a drive, begin with `/`, climb with `..`, hold control characters | the entry is refused |
//! | name the same file twice | the second one is refused: which one is meant is not clear |
//! | hold a link, or an archive | the entry is refused; an archive inside an archive is not opened |
//! | hold what systems leave behind (`__MACOSX`, `.DS_Store`, `Thumbs.db`, hidden files) | left out, with a note |
//! | hold folders | they are no files; nothing is lost |
//!
//! Names are UTF-8 where the entry's flag says so, or where their bytes are; in any other name, each byte beyond ASCII is
//! shown by number, `[E4]`: which code page an old program used is not known. `\` separates like `/`, as some programs
//! write it against the rules.

use std::collections::BTreeSet;

use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use super::decode::MAX_BYTES;
use super::display_name;
use super::inflate::{End, inflate};
use super::refuse;
use crate::crc::crc32;
use crate::finding::{self, Finding, Place, Refusal, Severity};
use crate::text;

/// Most entries, folders included. A customer has a handful of exports; ten thousand are a batch of everything.
pub const MAX_ENTRIES: usize = 10_000;
/// Most bytes that all entries of an archive unpack to.
pub const MAX_PRODUCED: usize = MAX_BYTES;
/// Most bytes that an entry unpacks to: as many as a file may have.
pub const MAX_ENTRY: usize = MAX_BYTES;
/// How many times its packed size an entry may unpack to. Exports reach 20 to 60; DEFLATE ends at 1032.
pub const MAX_RATIO: u64 = 300;
/// Up to this many bytes the ratio does not count: a small file of one repeated line is no bomb.
pub const RATIO_FROM: u64 = 1 << 20;
/// Longest path, in bytes.
pub const MAX_PATH: usize = 1024;
/// Deepest path, in names.
pub const MAX_DEPTH: usize = 32;

/// What comes out of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A file.
    File {
        /// Its path in the archive, `/` between names. To be shown and grouped by, never to be opened.
        path: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// An entry that is not taken.
    Refused(Refusal),
    /// What is left out without loss.
    Left(Finding),
}

/// Whether bytes are a ZIP archive, by their first signature.
pub fn is_zip(bytes: &[u8]) -> bool {
    [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08"].iter().any(|sign| bytes.starts_with(sign))
}

/// The refusal for a ZIP that stands where a file is expected. Other archives are refused like every file that is none.
pub(crate) fn unopened(bytes: &[u8]) -> Option<Refusal> {
    let refusal = Refusal::new(
        finding::NOT_UNPACKED,
        "This is a ZIP archive where a file is expected; an archive inside another one is not opened",
        "Unpack it first, then drop the files or their folder",
    );
    is_zip(bytes).then_some(refusal)
}

/// The words for an entry in messages: the archive's name and the path.
fn inside(archive: &str, path: &str) -> String {
    let path: String = path.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    // A name made to fill the screen is no help.
    let short: String = path.chars().take(200).collect();
    let dots = if short.len() < path.len() { "…" } else { "" };
    text::owned(format!("{archive}/{short}{dots}"))
}

/// What the directory of the archive says about an entry that may be taken.
struct Planned {
    path: String,
    packed: (usize, usize),
    deflated: bool,
    size: usize,
    crc: u32,
}

enum Plan {
    Take(Planned),
    Say(Piece),
}

/// An archive that is open. It is an iterator over what comes out, in the order of its directory.
pub struct Archive<'z> {
    name: String,
    bytes: &'z [u8],
    plans: std::vec::IntoIter<Plan>,
    /// Bytes that came out.
    produced: usize,
}

impl<'z> Archive<'z> {
    /// Reads the directory of an archive. `name` is only shown.
    ///
    /// # Errors
    ///
    /// The archive is too large, holds too many entries, has no directory, or is a document of an office program.
    pub fn open(name: &str, bytes: &'z [u8]) -> Result<Self, Refusal> {
        let name = display_name(name);
        let refuse = |code, message: String, hint: &str| {
            let mut refusal = Refusal::new(code, message, hint);
            refusal.input.clone_from(&name);
            refusal
        };
        if bytes.len() > MAX_BYTES {
            return Err(refuse(
                finding::TOO_LARGE,
                format!("The archive has {} bytes; at most {MAX_BYTES} are read", bytes.len()),
                "Split it, one archive for each customer",
            ));
        }
        // Documents of office programs are ZIPs, too.
        if let Some(document) = refuse::by_bytes(bytes) {
            return Err(Refusal { input: name, ..document });
        }
        let broken =
            |what: &str| refuse(finding::ARCHIVE_BROKEN, format!("The ZIP cannot be opened: {what}"), AGAIN);
        let zip = ZipArchive::from_slice(bytes)
            .map_err(|_| broken("its directory is missing; it may have been cut off"))?;
        let mut records = Vec::new();
        let mut cut = false;
        let mut entries = zip.entries();
        loop {
            match entries.next_entry() {
                Ok(Some(record)) if records.len() < MAX_ENTRIES => records.push(record),
                Ok(Some(_)) => {
                    return Err(refuse(
                        finding::ARCHIVE_LIMIT,
                        format!("The archive holds more than {MAX_ENTRIES} entries"),
                        "Pack only the exports, one archive for each customer",
                    ));
                }
                Ok(None) => break,
                Err(_) => {
                    cut = true;
                    break;
                }
            }
        }
        if records.is_empty() {
            return Err(broken(if cut { "its directory is damaged" } else { "it holds no files" }));
        }
        let mut plans = plan(&name, &zip, &records);
        if cut || zip.entries_hint() != records.len() as u64 {
            plans.push(Plan::Say(Piece::Refused(refuse(
                finding::ARCHIVE_BROKEN,
                format!(
                    "The directory of the ZIP announces {} entries, {} can be read; some may be missing",
                    zip.entries_hint(),
                    records.len()
                ),
                AGAIN,
            ))));
        }
        Ok(Self { name, bytes, plans: plans.into_iter(), produced: 0 })
    }

    /// The name that is shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn unpack(&mut self, plan: Planned) -> Piece {
        let refused = |name: &str, path: &str, code, message: String, hint: &str| {
            let mut refusal = Refusal::new(code, message, hint);
            refusal.input = inside(name, path);
            Piece::Refused(refusal)
        };
        if plan.size > MAX_PRODUCED.saturating_sub(self.produced) {
            return refused(
                &self.name,
                &plan.path,
                finding::ARCHIVE_LIMIT,
                format!("The archive unpacks to more than {MAX_PRODUCED} bytes; this entry is beyond them"),
                "Split it, one archive for each customer",
            );
        }
        let packed = self.bytes.get(plan.packed.0..plan.packed.1).unwrap_or_default();
        let (bytes, whole) = if plan.deflated {
            let out = inflate(packed, plan.size);
            // Whoever packs leaves nothing over.
            let whole = out.end == End::Whole && out.used == packed.len();
            (out.bytes, whole)
        } else {
            (packed.to_vec(), true)
        };
        self.produced += bytes.len();
        if !whole || bytes.len() != plan.size || crc32(&bytes) != plan.crc {
            return refused(
                &self.name,
                &plan.path,
                finding::ENTRY_BROKEN,
                "What comes out of this entry is not what the archive announces".to_owned(),
                AGAIN,
            );
        }
        // A document of an office program is refused by what it is.
        if let Some(refusal) = refuse::by_bytes(&bytes).or_else(|| unopened(&bytes)) {
            return Piece::Refused(Refusal { input: inside(&self.name, &plan.path), ..refusal });
        }
        Piece::File { path: plan.path, bytes }
    }
}

impl Iterator for Archive<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match self.plans.next()? {
            Plan::Take(plan) => Some(self.unpack(plan)),
            Plan::Say(piece) => Some(piece),
        }
    }
}

const AGAIN: &str = "Pack the files again, or drop them without an archive";

/// Decides about every entry, from the directory alone.
fn plan(name: &str, zip: &ZipSliceArchive<&[u8]>, records: &[ZipFileHeaderRecord<'_>]) -> Vec<Plan> {
    let places: Vec<Option<(usize, usize, usize)>> = records.iter().map(|r| place(zip, r)).collect();
    let shared = overlaps(&places, zip.directory_offset());
    let mut seen = BTreeSet::new();
    let mut plans = Vec::with_capacity(records.len());
    for ((record, place), shared) in records.iter().zip(&places).zip(shared) {
        let (path, fine) = path_of(record);
        let refuse = |code, message: &str, hint: &str| {
            let mut refusal = Refusal::new(code, message, hint);
            refusal.input = inside(name, &path);
            Plan::Say(Piece::Refused(refusal))
        };
        let bad_name =
            |message: &str| refuse(finding::ENTRY_NAME, message, "Rename the file, then pack it again");
        plans.push(match fine {
            Err(what) => bad_name(what),
            Ok(()) if record.is_dir() || path.is_empty() => continue,
            Ok(()) => match super::batch::leftover(&path) {
                Some(what) => Plan::Say(Piece::Left(left(name, &path, what))),
                None => match entry(record, *place, shared) {
                    Err((code, message, hint)) => refuse(code, message, hint),
                    Ok(_) if !seen.insert(path.clone()) => {
                        bad_name("The archive names this file twice; which one is meant is not clear")
                    }
                    Ok(planned) => Plan::Take(Planned { path, ..planned }),
                },
            },
        });
    }
    plans
}

/// The note about something that is left out.
fn left(name: &str, path: &str, what: &str) -> Finding {
    Finding {
        code: finding::LEFT_OUT,
        severity: Severity::Info,
        origin: Place { input: inside(name, path), line: 0 },
        message: format!("Not read: {what}"),
        hint: "Nothing to do; bring it by itself if it is an export all the same".to_owned(),
    }
}

/// Where the bytes of an entry stand: its header, its data, its end.
fn place(zip: &ZipSliceArchive<&[u8]>, record: &ZipFileHeaderRecord<'_>) -> Option<(usize, usize, usize)> {
    let entry = zip.get_entry(record.wayfinder()).ok()?;
    let (start, end) = entry.compressed_data_range();
    Some((
        usize::try_from(record.local_header_offset()).ok()?,
        usize::try_from(start).ok()?,
        usize::try_from(end).ok()?,
    ))
}

/// Which entries share bytes with another one, or with the directory.
fn overlaps(places: &[Option<(usize, usize, usize)>], directory: u64) -> Vec<bool> {
    let mut shared = vec![false; places.len()];
    let mut order: Vec<(usize, usize, usize)> = places
        .iter()
        .enumerate()
        .filter_map(|(index, place)| place.map(|(header, _, end)| (header, end, index)))
        .collect();
    order.sort_unstable();
    // The entry that reaches farthest so far.
    let mut reach: Option<(usize, usize)> = None;
    for (header, end, index) in order {
        let mut mark = |index: usize| {
            if let Some(shared) = shared.get_mut(index) {
                *shared = true;
            }
        };
        if end as u64 > directory {
            mark(index);
        }
        match reach {
            Some((before, owner)) => {
                if header < before {
                    mark(index);
                    mark(owner);
                }
                if end > before {
                    reach = Some((end, index));
                }
            }
            None => reach = Some((end, index)),
        }
    }
    shared
}

type Why = (&'static str, &'static str, &'static str);

/// Whether an entry can be taken, from what the directory says.
fn entry(
    record: &ZipFileHeaderRecord<'_>,
    place: Option<(usize, usize, usize)>,
    shared: bool,
) -> Result<Planned, Why> {
    if record.mode().is_symlink() {
        return Err((
            finding::NOT_A_FILE,
            "This is a link to another place, no file",
            "Put the file itself into the archive",
        ));
    }
    let flags = record.flags();
    if flags.is_encrypted() || flags.has_strong_encryption() || flags.is_masked() {
        return Err((
            finding::ENTRY_PACKED,
            "The entry is encrypted; Crosswalk never asks for a password",
            "Unpack it with your own program, then drop the files",
        ));
    }
    let method = record.compression_method();
    let deflated = method == CompressionMethod::DEFLATE;
    if !deflated && method != CompressionMethod::STORE {
        return Err((
            finding::ENTRY_PACKED,
            "The entry is packed by a method that is not read; stored and deflate are",
            "Pack it as an ordinary ZIP, or drop the files without an archive",
        ));
    }
    let Some((_, start, end)) = place else {
        return Err((finding::ENTRY_BROKEN, "The bytes of this entry are not in the archive", AGAIN));
    };
    if shared {
        return Err((
            finding::ENTRY_BROKEN,
            "The entry shares its bytes with another one, as archives do that are made to flood",
            AGAIN,
        ));
    }
    let (packed, size) = ((end - start) as u64, record.uncompressed_size_hint());
    if !deflated && packed != size {
        return Err((finding::ENTRY_BROKEN, "The archive announces another size than the entry has", AGAIN));
    }
    if size > MAX_ENTRY as u64 {
        return Err((
            finding::ARCHIVE_LIMIT,
            "The entry unpacks to more than 256 MiB",
            "Export one policy, task or list at a time",
        ));
    }
    if size > RATIO_FROM && size / packed.max(1) > MAX_RATIO {
        return Err((
            finding::ARCHIVE_LIMIT,
            "The entry unpacks to more than 300 times its size, as archives do that are made to flood",
            "If it is an export all the same, drop the file without an archive",
        ));
    }
    // At most MAX_ENTRY, so it fits.
    let size = usize::try_from(size).unwrap_or(MAX_ENTRY);
    Ok(Planned { path: String::new(), packed: (start, end), deflated, size, crc: record.crc32() })
}

/// The path of an entry as text, and whether it may be used.
fn path_of(record: &ZipFileHeaderRecord<'_>) -> (String, Result<(), &'static str>) {
    let raw = record.file_path().as_bytes();
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => raw
            .iter()
            .map(|b| if b.is_ascii() { char::from(*b).to_string() } else { format!("[{b:02X}]") })
            .collect(),
    };
    if record.flags().is_utf8() && std::str::from_utf8(raw).is_err() {
        return (text, Err("The name is announced as UTF-8 and is not"));
    }
    if text.chars().any(char::is_control) {
        return (text, Err("The name holds a control character"));
    }
    let text = text.replace('\\', "/");
    if raw.len() > MAX_PATH {
        return (text, Err("The name is longer than 1024 bytes"));
    }
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if text.starts_with('/') || drive {
        return (
            text,
            Err("The name leads to a place outside the archive: it begins with a drive or a separator"),
        );
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return (text, Err("The name leads to a place outside the archive: it climbs out of it"));
    }
    if parts.len() > MAX_DEPTH {
        return (text, Err("The name is more than 32 folders deep"));
    }
    let path = parts.join("/");
    (path, Ok(()))
}
