//! Microsoft Defender Antivirus (reference: defender, sections 3, 4, 7, 13).
//!
//! | route | file | lists |
//! |---|---|---|
//! | [`WindowsRoute::POWERSHELL`] | script with `Add-MpPreference` | ExclusionPath, ExclusionExtension, ExclusionProcess |
//! | [`WindowsRoute::INTUNE`] | Settings Catalog policy | excludedpaths, excludedextensions, excludedprocesses |
//! | [`linux::Mdatp`] | `mdatp_managed.json` | exclusionSettings, antivirusEngine |
//!
//! The two Windows routes carry the same lists; they differ in how the lists are written. An exclusion of some components
//! becomes a contextual one: `<path>\:{PathType:folder,ScanTrigger:OnAccess}`; a path that is one file gets `PathType:file`, because a
//! plain path also takes everything below a folder of that name.

pub mod automatic;
pub mod intune;
pub mod linux;
pub mod powershell;

use super::{Artefact, Entry, Route, RouteInfo, Stamp, Verdict, broad, finding, settings};
use crate::finding::{self as codes, Finding, Severity};
use crate::mask::{self, Windows};
use crate::policy::{Component, Exclusion, Item, Kind, Platform, Policy, Reach, TrustedApplication};
use crate::review::Coverage;

/// List of paths.
pub const PATHS: &str = "ExclusionPath";
/// List of extensions.
pub const EXTENSIONS: &str = "ExclusionExtension";
/// List of processes.
pub const PROCESSES: &str = "ExclusionProcess";

/// A route for Windows: the same lists, written differently.
pub struct WindowsRoute {
    info: &'static RouteInfo,
    /// `None` when a value holds a character that the file cannot carry; [`carried`] keeps such values out.
    write: fn(&Lists<'_>, &Stamp<'_>) -> Option<Vec<u8>>,
}

/// What the Windows routes add, list by list, in order. Values are in Defender's own spelling, unquoted.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    /// For `-ExclusionPath`: files, folders, contextual exclusions.
    pub paths: &'a [String],
    /// For `-ExclusionExtension`, with or without the dot.
    pub extensions: &'a [String],
    /// For `-ExclusionProcess`.
    pub processes: &'a [String],
}

const CARRIES: &str =
    "path, file, file-mask and extension exclusions; trusted applications as process exclusions, by decision";

static POWERSHELL: RouteInfo = RouteInfo {
    id: "defender/powershell",
    name: "Microsoft Defender Antivirus, PowerShell script",
    platform: Platform::Windows,
    grade: "DOCUMENTED: cmdlets and parameters are checked against Microsoft's reference and the script's syntax by a parser; the project has not run it on Windows",
    files: &[powershell::FILE],
    steps: powershell::STEPS,
    carries: CARRIES,
};

static INTUNE: RouteInfo = RouteInfo {
    id: "defender/intune",
    name: "Microsoft Defender Antivirus, Intune settings catalog",
    platform: Platform::Windows,
    grade: "Shape confirmed, this combination not yet tried: real exports have this shape, but nobody has imported this file",
    files: &[intune::FILE],
    steps: intune::STEPS,
    carries: CARRIES,
};

impl WindowsRoute {
    /// `defender/powershell`.
    pub const POWERSHELL: Self = Self { info: &POWERSHELL, write: write_script };
    /// `defender/intune`.
    pub const INTUNE: Self = Self { info: &INTUNE, write: intune::bytes };

    fn entry(&self, list: &'static str, value: String) -> Entry {
        Entry { file: self.info.files.first().copied().unwrap_or(""), list, value }
    }
}

impl Route for WindowsRoute {
    fn info(&self) -> &'static RouteInfo {
        self.info
    }

    fn assess(&self, item: &Item, _policy: &Policy, coverage: Option<Coverage>) -> Verdict {
        carried(match (&item.kind, coverage) {
            (Kind::Exclusion(exclusion), Some(coverage)) => self.exclusion(exclusion, coverage),
            (Kind::TrustedApplication(trusted), _) => self.trusted(trusted),
            _ => settings::common(item, "Microsoft Defender"),
        })
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        let of = |list| -> Vec<String> {
            entries.iter().filter(|e| e.list == list).map(|e| e.value.clone()).collect()
        };
        let (paths, extensions, processes) = (of(PATHS), of(EXTENSIONS), of(PROCESSES));
        let lists = Lists { paths: &paths, extensions: &extensions, processes: &processes };
        let name = self.info.files.first().copied().unwrap_or("");
        (self.write)(&lists, stamp).map(|bytes| Artefact { name, bytes }).into_iter().collect()
    }

    fn findings(&self, _policy: &Policy, entries: &[Entry]) -> Vec<Finding> {
        let mut found = vec![finding(
            codes::NOT_TRIED,
            Severity::Info,
            self.info.grade,
            "Try it on one machine first, then look at what is in force",
        )];
        if entries.iter().any(|e| e.value.contains("PathType:file")) {
            found.push(finding(
                codes::FILE_MARK,
                Severity::Info,
                "Single files are written with PathType:file, so that a folder of the same name is not excluded; one sentence of Microsoft's page can be read otherwise",
                "Nothing to do, unless a folder may one day stand where such a file stands now",
            ));
        }
        if entries.iter().any(|e| e.value.contains("\\:{")) {
            found.push(finding(
                codes::BEFORE_IMPORT,
                Severity::Warning,
                "Some entries are contextual (\\:{…}); they need platform 4.18.2205.7 or later, older ones do not exclude anything by them. Whether every portal page accepts them is not established",
                "Bring Defender's platform up to date first, and check one contextual entry with MpCmdRun -CheckExclusion",
            ));
        }
        found.extend(entries.iter().filter_map(broad_warning));
        found
    }
}

fn write_script(lists: &Lists<'_>, stamp: &Stamp<'_>) -> Option<Vec<u8>> {
    powershell::script(
        lists,
        &powershell::Stamp { version: crate::VERSION, input_sha256: stamp.input_sha256 },
    )
    .ok()
}

/// A verdict whose values no script literal can hold goes to a person, on both routes.
fn carried(verdict: Verdict) -> Verdict {
    match verdict.entries.iter().find(|e| powershell::literal(&e.value).is_none()) {
        Some(_) => Verdict::by_hand(
            codes::CHARACTER,
            "A control character or line separator cannot stand in an exclusion",
        ),
        None => verdict,
    }
}

fn broad_warning(entry: &Entry) -> Option<Finding> {
    let path = entry.value.split_once("\\:{").map_or(entry.value.as_str(), |(path, _)| path);
    let hit = match entry.list {
        EXTENSIONS => broad::extension(&entry.value),
        PATHS => broad::windows_folder(path),
        _ => false,
    };
    hit.then(|| broad::warning(entry))
}

/// Scan triggers that an exclusion is limited to; none = all.
struct Triggers(&'static [&'static str]);

impl WindowsRoute {
    fn exclusion(&self, exclusion: &Exclusion, coverage: Coverage) -> Verdict {
        if !exclusion.threats.is_empty() {
            return Verdict::unsupported(
                codes::THREAT_NAMES,
                if exclusion.path.is_some() {
                    "The exclusion is limited to a threat name, and Defender knows threats by other names; without that condition it would be broader"
                } else {
                    "Defender on Windows cannot exclude a threat by name, and its names differ; allow the file by its hash if it is detected again"
                },
            );
        }
        let Some(path) = &exclusion.path else {
            return Verdict::by_hand(codes::MASK_BY_HAND, "The exclusion names neither a path nor a threat");
        };
        let triggers = match coverage {
            Coverage::All => Triggers(&[]),
            Coverage::AllFiles => Triggers(&["OnAccess", "OnDemand"]),
            Coverage::RealTime => Triggers(&["OnAccess"]),
            Coverage::OnDemand | Coverage::Some => Triggers(&["OnDemand"]),
            Coverage::Other(_) => {
                return Verdict::unsupported(
                    codes::NO_COUNTERPART,
                    "The exclusion belongs to a component that Defender does not have",
                );
            }
        };
        let lost_script = matches!(&exclusion.reach, Reach::Components(c) if c.contains(&Component::Script))
            && !triggers.0.is_empty();
        let verdict = match mask::windows(&path.text) {
            Windows::Odd(why) => return Verdict::by_hand(codes::MASK_BY_HAND, format!("Not written: {why}")),
            Windows::All => {
                return Verdict::by_hand(
                    codes::ALL_BY_HAND,
                    "This row excludes a whole drive or everything; nothing converts that silently",
                );
            }
            Windows::UserVariable(name) => {
                return Verdict::by_hand(
                    codes::VARIABLE,
                    format!(
                        "%{name}% may be another folder for Defender, which runs as SYSTEM; write the folder in full"
                    ),
                );
            }
            Windows::Extension(ext) => return self.extension(&ext, &triggers),
            Windows::Folder(folder) if path.subfolders == Some(false) => {
                return Verdict::by_hand(
                    codes::MASK_BY_HAND,
                    format!("Defender cannot exclude a folder without the folders below: {folder}"),
                );
            }
            Windows::Folder(folder) => Verdict::exact(
                self.paths(&folder, None, &triggers),
                "The folder with all it holds, for the same scans",
            ),
            Windows::File(file) => Verdict::exact(
                self.paths(&file, Some("file"), &triggers),
                "The same file, for the same scans",
            ),
            Windows::Files(files) => self.files(&files, path.subfolders, &triggers),
        };
        if lost_script {
            let example = format!("{} as a script that runs", path.text);
            return verdict.stricter(
                codes::PARTS_TO_ALL,
                "The same for files; scripts are scanned as they run",
                example,
            );
        }
        verdict
    }

    /// A file mask in one folder. Whether the source also meant the folders below may be open; then this is narrower.
    fn files(&self, files: &str, subfolders: Option<bool>, triggers: &Triggers) -> Verdict {
        let entries = self.paths(files, Some("file"), triggers);
        let six = files.chars().filter(|c| matches!(c, '*' | '?')).count() > 6;
        if six {
            return Verdict::by_hand(codes::MASK_BY_HAND, "Defender takes at most six wildcards in an entry");
        }
        let verdict = Verdict::exact(entries, "The same files of the same folder, for the same scans");
        if subfolders == Some(false) {
            return verdict;
        }
        let (folder, name) = files.rsplit_once('\\').unwrap_or(("", files));
        let below = format!("{folder}\\a\\{}", name.replace(['*', '?'], "x"));
        let reason = if subfolders == Some(true) {
            "The source also takes the folders below; Defender's mask covers one folder"
        } else {
            "Written for the folder itself; if the source also took the folders below, they are scanned now"
        };
        verdict.stricter(codes::ONE_LEVEL, reason, below)
    }

    fn extension(&self, ext: &str, triggers: &Triggers) -> Verdict {
        let entry = self.entry(EXTENSIONS, format!(".{ext}"));
        let verdict = Verdict::exact(vec![entry], "Files of that extension anywhere, for every scan");
        match triggers.0 {
            [] => verdict,
            ["OnAccess"] => verdict.looser(
                codes::REALTIME_TO_ALL,
                "Excluded from real-time scanning only; Defender's list of extensions is for all scans",
                format!("C:\\a.{ext} would be skipped by scans on demand, too"),
            ),
            ["OnDemand"] => verdict.looser(
                codes::ONDEMAND_TO_ALL,
                "Excluded from scans on demand only; Defender's list of extensions is for all scans",
                format!("C:\\a.{ext} would be skipped by real-time scanning, too"),
            ),
            _ => verdict.looser(
                codes::PARTS_TO_ALL,
                "Excluded for files, not for scripts as they run; Defender's list of extensions does not tell them apart",
                format!("C:\\a.{ext} as a script that runs"),
            ),
        }
    }

    /// A plain path, or one contextual entry for each trigger: two triggers in one set "cannot be true".
    fn paths(&self, path: &str, kind: Option<&str>, triggers: &Triggers) -> Vec<Entry> {
        let with = |trigger: Option<&str>| match (kind, trigger) {
            (None, None) => self.entry(PATHS, format!("{path}\\")),
            // A suffix takes the place of the last separator, so the mark has to say that it is a folder.
            (kind, trigger) => {
                let mark = format!("PathType:{}", kind.unwrap_or("folder"));
                let parts: Vec<String> =
                    std::iter::once(mark).chain(trigger.map(|t| format!("ScanTrigger:{t}"))).collect();
                self.entry(PATHS, format!("{path}\\:{{{}}}", parts.join(",")))
            }
        };
        if triggers.0.is_empty() {
            vec![with(None)]
        } else {
            triggers.0.iter().map(|t| with(Some(t))).collect()
        }
    }

    fn trusted(&self, trusted: &TrustedApplication) -> Verdict {
        match trusted.opened_files {
            Some(true) => {}
            _ => {
                return Verdict::by_hand(
                    codes::NO_COUNTERPART,
                    "Only \"Do not scan opened files\" has a counterpart; set what else was trusted by hand if alerts show a need",
                );
            }
        }
        match mask::windows(&trusted.image.text) {
            Windows::File(image) => {
                let example = format!(
                    "{image}: what it does on the network, and attack surface reduction rules for it"
                );
                Verdict::exact(vec![self.entry(PROCESSES, image)], "").looser(
                    codes::PROCESS_WIDER,
                    "Files that the program opens are not scanned in real time, as in the source; but network protection and attack surface reduction leave the process alone, too",
                    example,
                )
            }
            Windows::UserVariable(name) => Verdict::by_hand(
                codes::VARIABLE,
                format!("%{name}% may be another folder for Defender, which runs as SYSTEM"),
            ),
            _ => Verdict::by_hand(
                codes::MASK_BY_HAND,
                "Only a full path to one program becomes a process exclusion",
            ),
        }
    }
}
