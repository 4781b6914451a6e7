//! Huntress Managed Antivirus: it drives Microsoft Defender and takes exclusions of paths, extensions and processes, one in a line
//! (reference: vendors, section 9).
//!
//! | file | rows |
//! |---|---|
//! | `huntress-paths.txt` | what would be `ExclusionPath` |
//! | `huntress-extensions.txt` | `ExclusionExtension` |
//! | `huntress-processes.txt` | `ExclusionProcess` |
//!
//! The verdicts are those of Defender on Windows. Two things are not the same: whether Huntress takes contextual exclusions
//! (`…\:{PathType:file}`) is not established, so a row that needs one is not written here; and Huntress sets Defender's own
//! settings itself. A line holds no line break, and no blank at its ends that a form would trim.

use super::defender::{EXTENSIONS, PATHS, PROCESSES, WindowsRoute};
use super::existing::Compared;
use super::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict};
use crate::finding::{self as codes, Finding, Refusal};
use crate::policy::{Item, Kind, Platform, Policy};
use crate::review::Coverage;

/// `huntress/lists`.
pub struct Lists;

/// List of Defender and the file for it.
const FILES: [(&str, &str); 3] = [
    (PATHS, "huntress-paths.txt"),
    (EXTENSIONS, "huntress-extensions.txt"),
    (PROCESSES, "huntress-processes.txt"),
];

static INFO: RouteInfo = RouteInfo {
    id: "huntress/lists",
    name: "Huntress Managed Antivirus, lists to paste",
    platforms: &[Platform::Windows],
    grade: "DOCUMENTED: Huntress takes one exclusion per line with Defender's wildcard rules; the project has not pasted these into a live account",
    files: &["huntress-paths.txt", "huntress-extensions.txt", "huntress-processes.txt"],
    steps: &[
        "Read report.html first: it says what was left out and why",
        "Huntress portal: choose the organisation (or one agent, to try it), Managed Antivirus, Exclusions",
        "Paste each file into its list: huntress-paths.txt into paths, huntress-extensions.txt into extensions, huntress-processes.txt into processes; a file that is not there has no entries",
        "On a test machine run Get-MpPreference as administrator and look for the entries",
        "To undo: remove the lines from the lists again; keep the three files, they are what to remove",
    ],
    carries: "folder and extension exclusions of all scans; trusted applications as process exclusions, by decision; what needs a contextual exclusion goes by defender/powershell",
};

static DEFENDER: WindowsRoute = WindowsRoute::new(&INFO, carries, write);

fn carries(list: &str) -> bool {
    FILES.iter().any(|(known, _)| *known == list)
}

impl Route for Lists {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        let mut verdict = DEFENDER.assess(item, policy, coverage, desk);
        if matches!(item.kind, Kind::Setting { .. })
            && (verdict.code == codes::OTHER_ROUTE || !verdict.entries.is_empty())
        {
            return Verdict::by_hand(
                codes::SET_BY_HAND,
                "Huntress sets Defender itself; compare this with the settings of Managed Antivirus in its portal",
            );
        }
        if verdict.entries.iter().any(|e| e.value.contains("\\:{")) {
            return Verdict::by_hand(
                codes::OTHER_ROUTE,
                "This needs a contextual exclusion of Defender (for one file, or for some scans only), and whether Huntress takes those is not established; without it the exclusion would be broader. defender/powershell can write it",
            );
        }
        if verdict.entries.iter().any(|e| e.value.trim() != e.value || e.value.contains(['\n', '\r'])) {
            return Verdict::by_hand(
                codes::CHARACTER,
                "The value begins or ends with a blank, which a list with one entry a line may lose. defender/powershell can write it",
            );
        }
        for entry in &mut verdict.entries {
            if let Some((_, file)) = FILES.iter().find(|(list, _)| *list == entry.list) {
                entry.file = file;
            }
        }
        verdict
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        DEFENDER.write(entries, stamp)
    }

    fn place(&self, entry: &Entry) -> Option<Entry> {
        DEFENDER.place(entry)
    }

    fn prints_state(&self) -> Option<&'static str> {
        DEFENDER.prints_state()
    }

    fn compare(&self, entries: &[Entry], existing: &str) -> Option<Result<Vec<Compared>, Refusal>> {
        DEFENDER.compare(entries, existing)
    }

    fn findings(&self, policy: &Policy, entries: &[Entry], desk: &mut Desk) -> Vec<Finding> {
        DEFENDER.findings(policy, entries, desk)
    }
}

/// One file for each list that has entries; every line ends as lines of Windows do.
fn write(entries: &[Entry], _stamp: &Stamp<'_>) -> Vec<Artefact> {
    FILES
        .iter()
        .filter_map(|(list, file)| {
            let text: String =
                entries.iter().filter(|e| e.list == *list).map(|e| format!("{}\r\n", e.value)).collect();
            (!text.is_empty()).then(|| Artefact { name: (*file).into(), bytes: text.into_bytes() })
        })
        .collect()
}
