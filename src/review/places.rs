//! Places that should stay scanned, and places that users can write to: tables of folders, read as sets.
//!
//! Windows places are folders of the system drive; each is there with its drive, C unless the policy tells another one, and with the
//! variables that begin it, which are places of their own as long as the drive is not told. Facts from Microsoft's page
//! on common mistakes with exclusions (learn.microsoft.com, "Common mistakes to avoid when defining exclusions"), SentinelOne's
//! list of exclusions that it does not recommend, and the layout of the systems.
//!
//! A place that is a mere container, such as `C:\Users`, is meant with all below it; of others the files right in the folder
//! are enough.
//!
//! | exclusion | said |
//! |---|---|
//! | `C:\`, `%SystemRoot%\System32\*`, `C:\Windows\Temp\` with sub-folders | takes a place |
//! | `C:\Users\` without sub-folders | nothing: hardly a file stands right there |
//! | `C:\Program Files (x86)\Vendor\` | nothing |
//! | `C:\Users\Public\Vendor\` with sub-folders | users can write there |

use std::collections::BTreeMap;

use crate::mask::{Language, Machine, Outline, PathSet};
use crate::policy::PathMask;

/// How a place is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Take {
    /// The files right in the folder.
    Files,
    /// All below.
    Below,
}

use Take::{Below, Files};

/// Windows: folder of the system drive, how it is meant. Larger places stand first.
const WINDOWS: &[(&str, Take)] = &[
    ("Users", Below),
    ("Windows", Files),
    (r"Windows\System32", Files),
    (r"Windows\SysWOW64", Files),
    (r"Windows\System32\drivers", Files),
    (r"Windows\System32\spool", Below),
    (r"Windows\System32\spool\drivers", Below),
    (r"Windows\System32\CatRoot2", Files),
    (r"Windows\System32\Tasks", Files),
    (r"Windows\System32\WindowsPowerShell", Below),
    (r"Windows\Prefetch", Files),
    (r"Windows\Temp", Files),
    (r"Windows\Tasks", Files),
    ("Program Files", Below),
    ("Program Files (x86)", Below),
    (r"Program Files\Java", Below),
    (r"Program Files (x86)\Java", Below),
    ("ProgramData", Below),
    (r"ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp", Files),
    ("Temp", Files),
    ("Tmp", Files),
    (r"Users\*\AppData", Below),
    (r"Users\*\AppData\Local", Below),
    (r"Users\*\AppData\Roaming", Below),
    (r"Users\*\AppData\Local\Temp", Files),
    (r"Users\*\AppData\LocalLow\Temp", Files),
    (r"Users\*\Downloads", Files),
];

/// Folders of the system drive that are variables, and further variables that are places.
const VARIABLES: &[(&str, &str)] = &[
    ("%SystemRoot%", "Windows"),
    ("%ProgramFiles%", "Program Files"),
    ("%ProgramFiles(x86)%", "Program Files (x86)"),
    ("%ProgramW6432%", "Program Files"),
    ("%ProgramData%", "ProgramData"),
    ("%PUBLIC%", r"Users\Public"),
    ("%SystemDrive%", ""),
];

/// Variables of an account, and how they are meant.
const OF_ACCOUNT: &[(&str, Take)] = &[
    ("%TEMP%", Files),
    ("%TMP%", Files),
    ("%USERPROFILE%", Below),
    ("%APPDATA%", Below),
    ("%LOCALAPPDATA%", Below),
    (r"%LOCALAPPDATA%\Temp", Files),
    (r"%USERPROFILE%\Downloads", Files),
];

/// Linux: folder, how it is meant.
const LINUX: &[(&str, Take)] = &[
    ("/bin", Files),
    ("/sbin", Files),
    ("/lib", Below),
    ("/lib64", Below),
    ("/boot", Files),
    ("/etc", Files),
    ("/etc/cron.d", Files),
    ("/etc/init.d", Files),
    ("/etc/systemd/system", Files),
    ("/usr", Below),
    ("/usr/bin", Files),
    ("/usr/sbin", Files),
    ("/usr/lib", Below),
    ("/usr/lib64", Below),
    ("/usr/local", Below),
    ("/usr/local/bin", Files),
    ("/usr/local/sbin", Files),
    ("/opt", Below),
    ("/var", Below),
    ("/home", Below),
    ("/home/*", Below),
    ("/root", Files),
    ("/tmp", Files),
    ("/var/tmp", Files),
    ("/dev/shm", Files),
];

/// Folders that users can write to, with all below: the folder of Windows' system drive, and whether only partly. In
/// `C:\Users` and `/home` they write one level below.
const WRITABLE: &[(&str, bool)] = &[
    (r"Users\*", false),
    (r"Windows\Temp", false),
    (r"Windows\Tasks", false),
    (r"Windows\System32\spool\drivers\color", false),
    ("Temp", false),
    ("Tmp", false),
    ("ProgramData", true),
];

/// The same for variables that do not begin like those.
const WRITABLE_VARIABLES: &[&str] =
    &["%TEMP%", "%TMP%", "%USERPROFILE%", "%APPDATA%", "%LOCALAPPDATA%", "%PUBLIC%"];

/// The same for Linux.
const WRITABLE_LINUX: &[&str] = &["/tmp", "/var/tmp", "/dev/shm", "/home/*"];

/// A place as a set.
pub(super) struct Place {
    /// How it is written in a message.
    pub(super) name: String,
    pub(super) set: PathSet,
    pub(super) outline: Outline,
    /// A path in it, for looking.
    pub(super) sample: Vec<u8>,
    /// Only partly what the table says.
    pub(super) partly: bool,
}

impl Place {
    pub(super) fn of(name: &str, set: PathSet, partly: bool) -> Option<Self> {
        let outline = set.outline()?;
        Some(Self { name: name.to_owned(), set, sample: outline.sample(), outline, partly })
    }

    fn windows(folder: &str, take: Take, partly: bool) -> Option<Self> {
        let text = format!("{folder}\\");
        let set = read(Language::Kes, text, Some(take == Below), &[])?;
        Self::of(folder, set, partly)
    }

    fn linux(folder: &str, take: Take) -> Option<Self> {
        let wild = folder.contains('*');
        let text = match take {
            Files => format!("{folder}/*"),
            Below if wild => format!("{folder}/**"),
            Below => format!("{folder}/"),
        };
        Self::of(folder, read(Language::Kesl, text, None, &[])?, false)
    }
}

/// A set from a mask of the tables.
pub(super) fn read(
    language: Language,
    text: String,
    subfolders: Option<bool>,
    names: &[String],
) -> Option<PathSet> {
    let mask = PathMask { language, text, subfolders, machine: Machine::default() };
    mask.parse(names).ok().map(|parsed| parsed.set)
}

/// The spellings of a folder of the system drive: with the drive, and with each variable that begins it.
pub(super) fn spellings(drive: char, folder: &str) -> Vec<String> {
    let mut all = vec![format!("{drive}:\\{folder}")];
    for (variable, of) in VARIABLES {
        let rest = match of.is_empty() {
            true => Some(format!("\\{folder}")),
            false => folder
                .strip_prefix(of)
                .filter(|rest| rest.is_empty() || rest.starts_with('\\'))
                .map(str::to_owned),
        };
        all.extend(rest.map(|rest| format!("{variable}{rest}")));
    }
    all
}

/// The places of one system, or of one drive of Windows.
pub(super) struct Places {
    /// Should be scanned; larger ones first.
    pub(super) scanned: Vec<Place>,
    /// Users can write there.
    pub(super) writable: Vec<Place>,
}

impl Places {
    /// Those of Linux.
    pub(super) fn linux() -> Self {
        let everything = read(Language::Kesl, "/".to_owned(), None, &[]);
        let all = everything.and_then(|set| Place::of("/", set, false));
        let root = Place::linux("", Files).map(|p| Place { name: "the root folder".to_owned(), ..p });
        let table = LINUX.iter().filter_map(|(folder, take)| Place::linux(folder, *take));
        let writable = WRITABLE_LINUX.iter().filter_map(|folder| Place::linux(folder, Below));
        Self { scanned: all.into_iter().chain(root).chain(table).collect(), writable: writable.collect() }
    }

    /// Those of a drive of Windows; `system` when Windows is, or may be, on it.
    fn windows(drive: char, system: bool) -> Self {
        let everything = read(Language::Kes, "*".to_owned(), None, &[]);
        let mut scanned: Vec<Place> =
            everything.and_then(|set| Place::of("every drive", set, false)).into_iter().collect();
        let root = |take| Place::windows(&format!("{drive}:"), take, false);
        scanned.extend(root(Below).map(|p| Place { name: format!("{drive}:\\ with all below"), ..p }));
        let mut writable = Vec::new();
        if system {
            let drive_variable = Place::windows("%SystemDrive%", Below, false);
            scanned.extend(drive_variable);
            for (folder, take) in WINDOWS {
                let names = spellings(drive, folder);
                scanned.extend(names.iter().filter_map(|name| Place::windows(name, *take, false)));
            }
            scanned.extend(OF_ACCOUNT.iter().filter_map(|(name, take)| Place::windows(name, *take, false)));
            for (folder, partly) in WRITABLE {
                let names = spellings(drive, folder);
                writable.extend(names.iter().filter_map(|name| Place::windows(name, Below, *partly)));
            }
            writable.extend(WRITABLE_VARIABLES.iter().filter_map(|name| Place::windows(name, Below, false)));
        }
        scanned.extend(root(Files).map(|p| Place { name: format!("{drive}:\\"), ..p }));
        if system {
            scanned.extend(Place::windows("%SystemDrive%", Files, false));
        }
        Self { scanned, writable }
    }
}

/// The places of Windows by drive, made when they are asked for.
#[derive(Default)]
pub(super) struct Drives {
    made: BTreeMap<(char, bool), Places>,
}

impl Drives {
    /// The places for a mask that begins with this drive, or with none; `told` is the drive that Windows is on.
    pub(super) fn of(&mut self, drive: Option<char>, told: Option<char>) -> &Places {
        let told = told.map(|c| c.to_ascii_uppercase());
        let drive = drive.or(told).unwrap_or('C');
        let system = drive == 'C' || told == Some(drive);
        self.made.entry((drive, system)).or_insert_with(|| Places::windows(drive, system))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_a_set() {
        assert_eq!(Places::linux().scanned.len(), LINUX.len() + 2);
        assert_eq!(Places::linux().writable.len(), WRITABLE_LINUX.len());
        let c = Places::windows('C', true);
        let spelt: usize = WINDOWS.iter().map(|(folder, _)| spellings('C', folder).len()).sum();
        assert_eq!(c.scanned.len(), spelt + OF_ACCOUNT.len() + 5);
        assert_eq!(Places::windows('E', false).scanned.len(), 3);
        for place in c.scanned.iter().chain(&c.writable) {
            assert!(place.set.contains(&place.set.example().unwrap()), "{}", place.name);
        }
    }

    #[test]
    fn a_folder_has_the_spelling_of_its_variables() {
        assert_eq!(
            spellings('D', r"Windows\Temp"),
            [r"D:\Windows\Temp", r"%SystemRoot%\Temp", r"%SystemDrive%\Windows\Temp"]
        );
        assert_eq!(spellings('C', "Program Files (x86)").len(), 3);
    }
}
