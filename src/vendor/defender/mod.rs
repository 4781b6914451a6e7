//! Microsoft Defender Antivirus (reference: defender, sections 3, 4, 7, 13).
//!
//! | route | file | lists |
//! |---|---|---|
//! | [`WindowsRoute::POWERSHELL`] | script with `Add-MpPreference`, `Set-MpPreference` | [`LISTS`], settings |
//! | [`WindowsRoute::INTUNE`] | policies of the settings catalog | excludedpaths, excludedextensions, excludedprocesses, settings |
//! | [`WindowsRoute::GRAPH`] | policies of endpoint security, as bodies for Graph | the same, with the ids of templates |
//! | [`WindowsRoute::GPO`] | `Registry.pol`, LGPO text, `.reg` | Exclusions\\Paths, Extensions, Processes, IpAddresses, settings |
//! | [`linux::Mdatp`] | `mdatp_managed.json` | exclusionSettings, antivirusEngine |
//! | [`indicators::Indicators`] | tables for the portal, bodies for the API | hashes, addresses, sites |
//! | [`macos::Wdav`] | configuration profile and property list | antivirusEngine |
//!
//! The Windows routes share the verdicts; they differ in what they have a proven place for, and in how it is written. An exclusion of some components
//! becomes a contextual one: `<path>\:{PathType:folder,ScanTrigger:OnAccess}`; a path that is one file gets `PathType:file`, because a
//! plain path also takes everything below a folder of that name.

pub mod automatic;
mod epp;
pub mod gpo;
pub mod graph;
pub mod indicators;
pub mod intune;
pub mod linux;
pub mod macos;
pub mod powershell;
mod preference;
mod protection;
pub mod windows;

use super::existing::Compared;
use super::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, choice, finding, settings};
use crate::finding::{self as codes, Finding, Refusal, Severity};
use crate::ledger::Fate;
use crate::mask::{self, Choice, Language, List, Memo, Parsed, Side, Spelling};
use crate::policy::{
    Component, Exclusion, Item, Kind, PathMask, Platform, Policy, Reach, TrustedApplication,
};
use crate::review::Coverage;

/// List of paths.
pub const PATHS: &str = "ExclusionPath";
/// List of extensions.
pub const EXTENSIONS: &str = "ExclusionExtension";
/// List of processes.
pub const PROCESSES: &str = "ExclusionProcess";
/// List of addresses that network inspection leaves alone.
pub const ADDRESSES: &str = "ExclusionIpAddress";
/// List of files and folders that attack surface reduction leaves alone.
pub const ASR_ONLY: &str = "AttackSurfaceReductionOnlyExclusions";
/// List of programs that may write to protected folders.
pub const CFA_APPLICATIONS: &str = "ControlledFolderAccessAllowedApplications";

/// Where everything has a place.
const OTHER_ROUTES: &str = "defender/powershell and defender/gpo can write it";

/// Every list of Defender on Windows that a route may fill, by the name of its parameter.
pub const LISTS: &[&str] = &[PATHS, EXTENSIONS, PROCESSES, ADDRESSES, ASR_ONLY, CFA_APPLICATIONS];

/// A route for Windows: the same lists and settings, written differently.
pub struct WindowsRoute {
    info: &'static RouteInfo,
    /// Whether its files have a proven place for a list or setting.
    carries: fn(&str) -> bool,
    /// Why they cannot hold this value of it, where they cannot: code and reason.
    refuses: fn(&Entry) -> Option<(&'static str, String)>,
    /// The file for settings, where they have one of their own.
    settings: Option<&'static str>,
    /// The files. `WindowsRoute::carried` keeps out values with a character that no file can hold.
    write: fn(&[Entry], &Stamp<'_>) -> Vec<Artefact>,
}

/// What the script and Group Policy carry: every list and setting.
const CARRIES: &str = "path, file, file-mask and extension exclusions; single addresses; trusted applications as process exclusions, or as exceptions from attack surface reduction and controlled folder access, by decision; settings of protection: real-time protection, behaviour monitoring, what is scanned, action on threats, schedule, limit of the processor, cloud, lock of the window";

static POWERSHELL: RouteInfo = RouteInfo {
    id: "defender/powershell",
    name: "Microsoft Defender Antivirus, PowerShell script",
    platforms: &[Platform::Windows],
    grade: "DOCUMENTED: cmdlets and parameters are checked against Microsoft's reference and the script's syntax by a parser; the project has not run it on Windows",
    files: &[powershell::FILE],
    steps: powershell::STEPS,
    carries: CARRIES,
};

const CARRIES_SETTINGS: &str = "path, file, file-mask and extension exclusions; trusted applications as process exclusions, by decision; settings of protection: real-time protection, behaviour monitoring, what is scanned, action on threats, schedule, limit of the processor, cloud, lock of the window";

static INTUNE: RouteInfo = RouteInfo {
    id: "defender/intune",
    name: "Microsoft Defender Antivirus, Intune settings catalog",
    platforms: &[Platform::Windows],
    grade: "Shape confirmed, this combination not yet tried: real exports have this shape, but nobody has imported this file",
    files: &[intune::FILE, intune::SETTINGS_FILE],
    steps: intune::STEPS,
    carries: CARRIES_SETTINGS,
};

static GRAPH: RouteInfo = RouteInfo {
    id: "defender/graph",
    name: "Microsoft Defender Antivirus, Intune endpoint security by Microsoft Graph",
    platforms: &[Platform::Windows],
    grade: "Shape confirmed, this combination not yet tried: a body that others post and exports of such policies have this shape and these ids, but nobody has sent this file",
    files: &[graph::FILE, graph::SETTINGS_FILE],
    steps: graph::STEPS,
    carries: "as the Intune settings catalog, but no schedule and no level of membership in the cloud: no id of the template is known for them",
};

static GPO: RouteInfo = RouteInfo {
    id: "defender/gpo",
    name: "Microsoft Defender Antivirus, Group Policy",
    platforms: &[Platform::Windows],
    grade: "Keys, names, types and ranges are those of Microsoft's policy template, and Registry.pol has the form of three real files; nobody has applied these files to a machine",
    files: &[gpo::POL, gpo::LGPO, gpo::REG],
    steps: gpo::STEPS,
    carries: CARRIES,
};

impl WindowsRoute {
    /// `defender/powershell`.
    pub const POWERSHELL: Self = Self::new(&POWERSHELL, powershell::carries, powershell::write);
    /// `defender/intune`.
    pub const INTUNE: Self = Self {
        refuses: intune::refuses,
        settings: Some(intune::SETTINGS_FILE),
        ..Self::new(&INTUNE, intune::carries, intune::write)
    };
    /// `defender/graph`.
    pub const GRAPH: Self = Self {
        refuses: graph::refuses,
        settings: Some(graph::SETTINGS_FILE),
        ..Self::new(&GRAPH, graph::carries, graph::write)
    };

    /// `defender/gpo`.
    pub const GPO: Self = Self { refuses: gpo::refuses, ..Self::new(&GPO, gpo::carries, gpo::write) };

    /// The file for a list or setting.
    fn file(&self, list: &str) -> &'static str {
        let first = self.info.files.first().copied().unwrap_or("");
        self.settings.filter(|_| windows::find(list).is_some()).unwrap_or(first)
    }

    /// A carrier of somebody else who drives Defender.
    pub(super) const fn new(
        info: &'static RouteInfo,
        carries: fn(&str) -> bool,
        write: fn(&[Entry], &Stamp<'_>) -> Vec<Artefact>,
    ) -> Self {
        Self { info, carries, refuses: |_| None, settings: None, write }
    }

    fn entry(&self, list: &'static str, value: String) -> Entry {
        Entry::new(self.file(list), list, value)
    }
}

impl Route for WindowsRoute {
    fn info(&self) -> &'static RouteInfo {
        self.info
    }

    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        let verdict = match (&item.kind, coverage) {
            (Kind::Exclusion(exclusion), Some(coverage)) => self.exclusion(exclusion, coverage, desk),
            (Kind::TrustedApplication(trusted), _) => self.trusted(trusted, &mut desk.memo),
            (Kind::NetworkAttackExclusion(address), _) => protection::address(address),
            (Kind::Setting { task, meaning }, _) => match protection::setting(*task, meaning, policy) {
                Some(verdict) => verdict,
                None => settings::common(item, "Microsoft Defender"),
            },
            _ => settings::common(item, "Microsoft Defender"),
        };
        self.placed(self.carried(verdict))
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        (self.write)(entries, stamp)
    }

    fn prints_state(&self) -> Option<&'static str> {
        Some(preference::COMMAND)
    }

    fn compare(&self, entries: &[Entry], existing: &str) -> Option<Result<Vec<Compared>, Refusal>> {
        Some(preference::read(existing).map(|state| preference::compare(entries, &state)))
    }

    fn place(&self, entry: &Entry) -> Option<Entry> {
        // Entries of a list are names of values in Defender's registry, where letter case does not count.
        let value = if LISTS.contains(&entry.list) { mask::folded(&entry.value) } else { String::new() };
        Some(Entry { value, ..entry.clone() })
    }

    fn findings(&self, _policy: &Policy, entries: &[Entry], _desk: &mut Desk) -> Vec<Finding> {
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
        found
    }
}

/// The files of an exclusion, or why no list of exclusions takes it.
fn objects(exclusion: &Exclusion) -> Result<Parsed, Verdict> {
    choice::objects(exclusion).map_err(|mut verdict| {
        if !exclusion.hashes.is_empty() {
            verdict.reason.push_str(". defender/indicators can allow the file by its hash");
        }
        verdict
    })
}

/// What Defender excludes by itself, without an entry.
enum Own {
    /// All of this exclusion, for the same scans: by this mask.
    Always(&'static str),
    /// A part of it: what to know.
    Partly(String),
}

/// Defender's own exclusion that an exclusion of the source lies inside, in its widest sense.
fn automatic(exclusion: &Exclusion, coverage: Coverage, desk: &mut Desk) -> Option<Own> {
    let path = exclusion.path.as_ref()?;
    let set = path.parse_as(&exclusion.names, Side::Target).ok()?.set;
    let own = desk.automatics(path.machine).covers(&set)?;
    Some(match (own.role, coverage) {
        (None, Coverage::RealTime) => Own::Always(own.mask),
        (None, _) => Own::Partly(format!(". Defender leaves {} alone in real time by itself", own.mask)),
        (Some(role), _) => Own::Partly(format!(
            ". On a server with the role {role} Defender leaves {} alone in real time by itself",
            own.mask
        )),
    })
}

/// Whether a path is that of one file, written out.
fn is_one_file(path: &str) -> bool {
    let rooted = path.get(1..3) == Some(":\\") || path.starts_with("\\\\");
    rooted && !path.ends_with('\\') && !path.contains(['*', '?', '%'])
}

/// Scan triggers that an exclusion is limited to; none = all.
struct Triggers(&'static [&'static str]);

impl WindowsRoute {
    /// A verdict with a value that no script literal can hold goes to a person, on every route.
    fn carried(&self, verdict: Verdict) -> Verdict {
        if verdict.entries.iter().any(|e| powershell::literal(&e.value).is_none()) {
            return Verdict::by_hand(
                codes::CHARACTER,
                "A control character or line separator cannot stand in an exclusion",
            );
        }
        verdict
    }

    /// The verdict with its entries in this route's file; a person does it, where the file has no proven place for one.
    fn placed(&self, mut verdict: Verdict) -> Verdict {
        if let Some(entry) = verdict.entries.iter().find(|e| !(self.carries)(e.list)) {
            return Verdict::by_hand(
                codes::OTHER_ROUTE,
                format!(
                    "Not established for this route: {} has no proven place in its file. {OTHER_ROUTES}",
                    entry.list
                ),
            );
        }
        if let Some((code, reason)) = verdict.entries.iter().find_map(self.refuses) {
            return Verdict::by_hand(code, reason);
        }
        for entry in &mut verdict.entries {
            entry.file = self.file(entry.list);
        }
        verdict
    }

    fn exclusion(&self, exclusion: &Exclusion, coverage: Coverage, desk: &mut Desk) -> Verdict {
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
        let read = match objects(exclusion) {
            Ok(read) => read,
            Err(verdict) => return verdict,
        };
        let automatic = automatic(exclusion, coverage, desk);
        if let Some(Own::Always(mask)) = automatic {
            return Verdict::covered(
                codes::AUTOMATIC,
                format!(
                    "Defender leaves this alone in real time by itself ({mask}), unless DisableAutoExclusions is set"
                ),
            );
        }
        if let Choice::Equal(extensions) = mask::choose(&read.set, Language::DefExt, &mut desk.memo) {
            return self.extension(&extensions, &triggers, &read);
        }
        let mut verdict = self.path(exclusion.path.as_ref(), &read, &triggers, &mut desk.memo);
        if let Some(Own::Partly(note)) = automatic {
            verdict.reason.push_str(&note);
        }
        if lost_script && matches!(verdict.fate, Fate::Exact | Fate::Stricter) {
            let example = format!("{} as a script that runs", read.set.example().unwrap_or_default());
            return verdict.stricter(
                codes::PARTS_TO_ALL,
                "The same for files; scripts are scanned as they run",
                example,
            );
        }
        verdict
    }

    /// A path, as near as Defender's masks come to it.
    fn path(&self, path: Option<&PathMask>, read: &Parsed, triggers: &Triggers, memo: &mut Memo) -> Verdict {
        let entries = |spellings: &[Spelling]| -> Vec<Entry> {
            spellings.iter().flat_map(|s| self.spelled(s, triggers)).collect()
        };
        match mask::choose(&read.set, Language::DefPath, memo) {
            Choice::Equal(spellings) => {
                let folder = matches!(spellings.as_slice(), [one] if one.text.ends_with('\\'));
                let same = if folder {
                    "The folder with all it holds, for the same scans"
                } else {
                    "The same files, for the same scans"
                };
                let verdict = Verdict::exact(entries(&spellings), choice::noted(same, read));
                // Where sub-folders may be meant, too, what is written is the smaller reading.
                let lost = path
                    .and_then(PathMask::with_subfolders)
                    .and_then(|wide| mask::more(&wide, &read.set, memo));
                match lost {
                    Some(lost) => verdict.stricter(
                        codes::ONE_LEVEL,
                        "Written for the folder itself; if the source also took the folders below, they are scanned now",
                        lost,
                    ),
                    None => verdict,
                }
            }
            other => choice::verdict(other, read, "Defender", entries),
        }
    }

    fn extension(&self, extensions: &[Spelling], triggers: &Triggers, read: &Parsed) -> Verdict {
        let entries = extensions.iter().map(|s| self.entry(EXTENSIONS, s.text.clone())).collect();
        let example = read.set.example().unwrap_or_default();
        let verdict =
            Verdict::exact(entries, choice::noted("Files of that extension anywhere, for every scan", read));
        match triggers.0 {
            [] => verdict,
            ["OnAccess"] => verdict.looser(
                codes::REALTIME_TO_ALL,
                "Excluded from real-time scanning only; Defender's list of extensions is for all scans",
                format!("{example} would be skipped by scans on demand, too"),
            ),
            ["OnDemand"] => verdict.looser(
                codes::ONDEMAND_TO_ALL,
                "Excluded from scans on demand only; Defender's list of extensions is for all scans",
                format!("{example} would be skipped by real-time scanning, too"),
            ),
            _ => verdict.looser(
                codes::PARTS_TO_ALL,
                "Excluded for files, not for scripts as they run; Defender's list of extensions does not tell them apart",
                format!("{example} as a script that runs"),
            ),
        }
    }

    /// A plain path, or one contextual entry for each trigger: two triggers in one set "cannot be true".
    fn spelled(&self, spelling: &Spelling, triggers: &Triggers) -> Vec<Entry> {
        let folder = spelling.text.strip_suffix('\\');
        let mark = match (spelling.list, folder) {
            (Some(List::File), _) => Some("PathType:file"),
            (Some(_), _) => Some("PathType:folder"),
            // A suffix takes the place of the last separator, so the mark has to say that it is a folder.
            (None, Some(_)) if !triggers.0.is_empty() => Some("PathType:folder"),
            (None, _) => None,
        };
        let with = |trigger: Option<&str>| {
            let trigger = trigger.map(|t| format!("ScanTrigger:{t}"));
            let parts: Vec<String> = mark.map(str::to_owned).into_iter().chain(trigger).collect();
            let value = if parts.is_empty() {
                spelling.text.clone()
            } else {
                format!("{}\\:{{{}}}", folder.unwrap_or(&spelling.text), parts.join(","))
            };
            self.entry(PATHS, value)
        };
        if triggers.0.is_empty() {
            vec![with(None)]
        } else {
            triggers.0.iter().map(|t| with(Some(t))).collect()
        }
    }

    fn trusted(&self, trusted: &TrustedApplication, memo: &mut Memo) -> Verdict {
        if !trusted.hashes.is_empty() {
            return Verdict::by_hand(
                codes::CONDITION,
                "The program is trusted by its hash; a process exclusion would hold for any file of that path. defender/indicators can allow the file by its hash",
            );
        }
        if let Some(name) = trusted.image.open_variable() {
            return Verdict::by_hand(
                codes::VARIABLE,
                format!("%{name}% may be another folder for Defender, which runs as SYSTEM"),
            );
        }
        let read = match trusted.image.parse(&[]) {
            Ok(read) => read,
            Err(error) => return choice::by_hand(error.reason()),
        };
        if mask::names_nothing(&read.set) {
            return choice::by_hand("the row trusts every program");
        }
        if trusted.opened_files != Some(true) {
            return self.behaviour(&read, memo);
        }
        let image = &trusted.image.text;
        let wider = "Files that the program opens are not scanned in real time, as in the source; but network protection and attack surface reduction leave the process alone, too";
        let entries = |spellings: &[Spelling]| {
            spellings.iter().map(|s| self.entry(PROCESSES, s.text.clone())).collect::<Vec<_>>()
        };
        let example =
            format!("{image}: what it does on the network, and attack surface reduction rules for it");
        match mask::choose(&read.set, Language::DefProcess, memo) {
            Choice::Equal(spellings) => Verdict::exact(entries(&spellings), "").looser(
                codes::PROCESS_WIDER,
                choice::noted(wider, &read),
                example,
            ),
            Choice::Stricter { entries: spellings, lost, .. } => Verdict::exact(entries(&spellings), "")
                .looser(
                    codes::PROCESS_WIDER,
                    format!("{wider}. Defender's masks take fewer programs: {lost} is left out"),
                    example,
                ),
            Choice::Looser { .. } | Choice::None(_) => {
                choice::by_hand("Defender has no mask for just these programs")
            }
        }
    }

    /// Trust in what a program does, of which Defender has no equal: what comes nearest, for one file.
    fn behaviour(&self, read: &Parsed, memo: &mut Memo) -> Verdict {
        let one = match mask::choose(&read.set, Language::DefProcess, memo) {
            Choice::Equal(spellings) => match spellings.as_slice() {
                [one] if is_one_file(&one.text) => one.text.clone(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        if one.is_empty() {
            return Verdict::by_hand(
                codes::NO_COUNTERPART,
                "Only \"Do not scan opened files\" has a counterpart; exceptions from attack surface reduction and controlled folder access need the path of one file",
            );
        }
        let example = format!(
            "{one} may write to protected folders, and attack surface reduction rules leave it alone"
        );
        let entries = [ASR_ONLY, CFA_APPLICATIONS].map(|list| self.entry(list, one.clone()));
        Verdict::exact(entries.to_vec(), "").looser(
            codes::TRUST_NEAREST,
            "What was trusted is not its opened files but what the program does, and Defender has no equal to that. What comes nearest: an exception from attack surface reduction rules, and leave to write to protected folders. Accept it only if alerts show a need",
            example,
        )
    }
}
