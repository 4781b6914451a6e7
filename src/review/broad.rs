//! Exclusions that open more than they should: a place that should be scanned, an extension that malware uses, a folder that
//! users can write to. At most one of these is said of an exclusion, the gravest.
//!
//! | exclusion | said |
//! |---|---|
//! | takes every file of a place | CW0304 |
//! | takes every `.exe` anywhere, or below a large place | CW0305 |
//! | takes every file of a folder inside a folder that users can write to, or of folders anywhere of some name | CW0306 |
//! | names neither files nor threats | CW0304 |
//! | for some threats only | nothing |
//!
//! All three are questions about sets: does the exclusion hold the set of the place, does it lie inside it?

use super::entry::{Allowance, Entry, Role, lies_in};
use super::extensions::{self, EXTENSIONS};
use super::places::{Drives, Place, Places, read, spellings};
use super::{Note, cut, shown};
use crate::finding::{self as codes, Severity};
use crate::mask::{Language, PathSet, Side, System, compare, packed};
use crate::policy::{Exclusion, Item, Kind, Policy, State};

const NARROWER: &str = "Consider a narrower one: the one file or folder that the program needs";

/// At most one note an exclusion.
pub(super) fn notes(policy: &Policy, entries: &[Entry<'_>], allowance: &mut Allowance) -> Vec<Note> {
    let mut tables = Tables { drives: Drives::default(), linux: Places::linux(), extensions: Vec::new() };
    let mut notes: Vec<Note> = policy.items.iter().enumerate().filter_map(of_no_file).collect();
    for entry in entries.iter().filter(|e| e.role == Role::Active && e.threats.is_empty()) {
        let Some(item) = policy.items.get(entry.item) else { continue };
        let Kind::Exclusion(exclusion) = &item.kind else { continue };
        allowance.next_entry();
        let found = tables.place(exclusion, entry, allowance);
        let found = found.or_else(|| tables.extension(exclusion, entry, allowance));
        let Some(found) = found.or_else(|| tables.writable(exclusion, entry)) else { continue };
        notes.push(Note {
            item: entry.item,
            code: found.code,
            severity: found.severity,
            message: format!("{}, such as {}: {}", found.what, cut(&found.example), shown(item)),
            hint: found.hint,
        });
    }
    notes
}

/// An exclusion that names neither files nor threats nor the content of files.
fn of_no_file((at, item): (usize, &Item)) -> Option<Note> {
    let (Kind::Exclusion(e), State::Active) = (&item.kind, &item.state) else { return None };
    (e.path.is_none() && e.names.is_empty() && e.threats.is_empty() && e.hashes.is_empty()).then(|| Note {
        item: at,
        code: codes::BROAD_PLACE,
        severity: Severity::Warning,
        message: format!(
            "This exclusion names neither a file nor a threat; if the product takes that for every file, nothing is scanned: {}",
            shown(item)
        ),
        hint: "Look at the entry in the old product, and remove it if nobody needs it",
    })
}

struct Found {
    code: &'static str,
    severity: Severity,
    what: String,
    example: String,
    hint: &'static str,
}

/// Every file of an extension somewhere.
struct Everywhere {
    extension: &'static str,
    end: Vec<u8>,
    places: Vec<Place>,
}

struct Tables {
    drives: Drives,
    linux: Places,
    /// By system and system drive.
    extensions: Vec<((System, char), Vec<Everywhere>)>,
}

/// The drive that a mask begins with, and the one that Windows is told to be on.
fn drives(exclusion: &Exclusion) -> (Option<char>, Option<char>) {
    let Some(path) = &exclusion.path else { return (None, None) };
    let mut letters = path.text.chars();
    let (letter, colon) = (letters.next(), letters.next());
    let own =
        letter.filter(|c| c.is_ascii_alphabetic() && colon == Some(':')).map(|c| c.to_ascii_uppercase());
    (own, path.machine.drive.map(|c| c.to_ascii_uppercase()))
}

impl Tables {
    fn places(&mut self, exclusion: &Exclusion, entry: &Entry<'_>) -> &Places {
        match (entry.narrow.system(), drives(exclusion)) {
            (System::Windows, (own, told)) => self.drives.of(own, told),
            _ => &self.linux,
        }
    }

    /// The largest place that it takes.
    fn place(
        &mut self,
        exclusion: &Exclusion,
        entry: &Entry<'_>,
        allowance: &mut Allowance,
    ) -> Option<Found> {
        let places = self.places(exclusion, entry);
        let place = places.scanned.iter().find(|place| holds(entry, place, allowance))?;
        Some(Found {
            code: codes::BROAD_PLACE,
            severity: Severity::Warning,
            what: format!("This exclusion takes every file of {}", place.name),
            example: place.set.example().unwrap_or_default(),
            hint: NARROWER,
        })
    }

    /// An extension of which it takes every file anywhere, or below a large place.
    fn extension(
        &mut self,
        exclusion: &Exclusion,
        entry: &Entry<'_>,
        allowance: &mut Allowance,
    ) -> Option<Found> {
        if entry.narrow.is_one_path() || entry.narrow.folder().is_some() {
            return None;
        }
        let system = entry.narrow.system();
        let drive = drives(exclusion).1.unwrap_or('C');
        let key = (system, drive);
        let at = match self.extensions.iter().position(|(k, _)| *k == key) {
            Some(at) => at,
            None => {
                self.extensions.push((key, everywhere(system, drive)));
                self.extensions.len() - 1
            }
        };
        let (_, table) = self.extensions.get(at)?;
        let (every, place) =
            table.iter().filter(|e| entry.narrow.may_end_with(&e.end)).find_map(|every| {
                every.places.iter().find(|place| holds(entry, place, allowance)).map(|place| (every, place))
            })?;
        Some(Found {
            code: codes::BROAD_EXTENSION,
            severity: Severity::Warning,
            what: format!("This exclusion takes every .{} file {}", every.extension, place.name),
            example: place.set.example().unwrap_or_default(),
            hint: "Consider a narrower one: the folder in which the program needs it",
        })
    }

    /// A folder that users can write to.
    fn writable(&mut self, exclusion: &Exclusion, entry: &Entry<'_>) -> Option<Found> {
        if !entry.narrow.takes_folders() {
            return None;
        }
        let places = self.places(exclusion, entry);
        places.writable.iter().find_map(|place| {
            let example = meets(entry, place)?;
            let (severity, what) = match place.partly {
                true => (Severity::Info, "can partly write to"),
                false => (Severity::Warning, "can write to"),
            };
            Some(Found {
                code: codes::USER_WRITABLE,
                severity,
                what: format!("This exclusion takes every file of a folder that users {what} ({})", place.name),
                example,
                hint: "Whoever can put a file there puts it out of the scanner's sight; name the one file, or move the folder",
            })
        })
    }
}

/// Whether an exclusion takes all of a place.
fn holds(entry: &Entry<'_>, place: &Place, allowance: &mut Allowance) -> bool {
    let sets = || Some((place.set.clone(), entry.set(Side::Source)?));
    entry.narrow.takes(&place.sample) && lies_in(&place.outline, &entry.narrow, sets, allowance).is_some()
}

/// A file that an exclusion of folders takes inside a place.
fn meets(entry: &Entry<'_>, place: &Place) -> Option<String> {
    let inside = match place.outline.folder() {
        Some(folder) => entry.narrow.lies_in(folder),
        // One folder of any name, with all below.
        None => entry.narrow.folder().is_some() && place.outline.takes(&entry.narrow.sample()),
    };
    if inside {
        // What lies below says more than the path itself.
        let below = match (entry.narrow.folder(), entry.narrow.system()) {
            (Some((_, false)) | None, _) => "",
            (_, System::Windows) => "\\a",
            _ => "/a",
        };
        return Some(entry.example() + below);
    }
    if !entry.narrow.begins_like(&place.outline) {
        return None;
    }
    compare(&entry.set(Side::Source)?, &place.set).ok()?.both
}

/// Every file of each extension: anywhere, then below the large places.
fn everywhere(system: System, drive: char) -> Vec<Everywhere> {
    EXTENSIONS
        .iter()
        .map(|extension| Everywhere {
            extension,
            end: packed(system, &format!(".{extension}")),
            places: match system {
                System::Windows => on_windows(drive, extension),
                System::Linux | System::MacOs => on_linux(extension),
            },
        })
        .collect()
}

fn on_windows(drive: char, extension: &str) -> Vec<Place> {
    let mask = format!("*.{extension}");
    let anywhere = read(Language::Kes, mask.clone(), None, &[]);
    let folders = extensions::WINDOWS.iter().flat_map(|folder| spellings(drive, folder));
    let below = folders.filter_map(|folder| {
        let folder = folder.trim_end_matches('\\');
        let set = read(Language::Ksws, format!("{folder}\\{mask}"), Some(true), &[])?;
        Place::of(&format!("below {folder}"), set, false)
    });
    anywhere.and_then(|set| Place::of("anywhere", set, false)).into_iter().chain(below).collect()
}

fn on_linux(extension: &str) -> Vec<Place> {
    let names = [format!("*.{extension}")];
    let one = |folder: &str, name: &str| {
        let set: PathSet = read(Language::Kesl, folder.to_owned(), None, &names)?;
        Place::of(name, set, false)
    };
    let below = extensions::LINUX.iter().filter_map(|folder| one(folder, &format!("below {folder}")));
    one("/", "anywhere").into_iter().chain(below).collect()
}
