//! ClamAV on Linux: a fragment of `clamd.conf` (reference: vendors, section 16).
//!
//! ```text
//! ExcludePath ^/srv/orders/db(/|$)
//! OnAccessExcludePath /srv/orders/db
//! ```
//!
//! `ExcludePath` is an extended regular expression, searched in the path of every file and folder that clamd walks; a
//! folder that matches is skipped with all it holds. The expressions written here are a stated subset: `^`, literal
//! characters with a backslash before anything special, `[^/]*` for `*`, `[ -.0-~]` for `?`, `.*` for `**`, `(/|$)`, `/.`,
//! `(.*/)?`, `$`. `OnAccessExcludePath` is a literal folder for the on-access client.
//!
//! Because a matching folder is skipped whole, a mask for file names also skips folders of such a name: looser, so it is
//! offered, not written.
//!
//! TESTED, with ClamAV 1.4.6 (`tests/clamav.rs`):
//!
//! - `clamdscan` obeys `ExcludePath` in each of its modes, also for a file that is named on its command line.
//! - Expressions see bytes: `[^/]` is one byte, half of an `ü`. `$` is the end of the path, a line break is a character
//!   like any other.
//! - A path is compared by its first 512 bytes, so `^P(/|$)` with 512 bytes in P takes every longer name, too.
//! - Where an expression ends with `/`, a slash is put behind the path first: `^P/` also takes a file P. `^P/.` does not.
//! - An expression that cannot be parsed matches nothing; clamd starts all the same.
//! - A value ends with its line. Blanks and tabs around it are lost; `#`, quotes inside, backslashes and letters outside
//!   ASCII stand for themselves. A quote as the first character would have to be closed.
//! - A line holds 1023 bytes. The rest of a longer one, comment or not, is read as a line of its own, and clamd may not
//!   start.
//! - `clamonacc` obeys `ExcludePath`, too. (With `--fdpass` or `--stream` it does not: tried by hand, not in the tests.)
//! - `OnAccessExcludePath` takes a folder that exists when `clamonacc` starts, written without a slash at the end, and not
//!   a file. (Where `OnAccessMountPath` watches, it did nothing: tried by hand, not in the tests.)
//! - An `OnAccessExcludePath` right inside one of an earlier line, or that is an `OnAccessIncludePath` itself, ends
//!   on-access scanning as a whole: "can't exclude" in the log, and the client runs on without watching anything. So
//!   deeper folders stand first.

use std::cmp::Reverse;

use super::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, choice, finding, settings};
use crate::finding::{self as codes, Finding, Severity};
use crate::ledger::Fate;
use crate::mask::{self, Choice, Language, Memo, PathSet, Spelling};
use crate::policy::{Component, Exclusion, Item, Kind, Meaning, Platform, Policy};
use crate::review::Coverage;

/// `clamav/conf`.
pub struct Clamd;

const FILE: &str = "clamd-crosswalk.conf";
const EXCLUDE: &str = "ExcludePath";
const ON_ACCESS: &str = "OnAccessExcludePath";

/// A line of `clamd.conf` is read into a buffer of 1024 bytes, with the line break and a zero.
const MAX_LINE: usize = 1000;

/// A path is compared by its first 512 bytes, and what follows the folder must be among them.
const MAX_PATH: usize = 510;

static INFO: RouteInfo = RouteInfo {
    id: "clamav/conf",
    name: "ClamAV on Linux, clamd.conf",
    platforms: &[Platform::Linux],
    grade: "TESTED: a real clamd and a real clamonacc (1.4.6), started with fragments of this form, skipped exactly the excluded files",
    files: &[FILE],
    steps: &[
        "Read report.html first: it says what was left out and why",
        "Make a copy of /etc/clamav/clamd.conf",
        "Append the fragment: cat clamd-crosswalk.conf >> /etc/clamav/clamd.conf",
        "Check it: clamconf | grep Exclude",
        "Restart the daemon: systemctl restart clamav-daemon (and clamav-clamonacc, if you use on-access scanning; its log must not say \"can't exclude\")",
        "Test: scan a folder that is excluded and one that is not, with clamdscan --fdpass",
        "To undo: put the copy back and restart",
    ],
    carries: "path and file-mask exclusions of scans; folder exclusions of on-access scanning",
};

impl Route for Clamd {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, _policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        match (&item.kind, coverage) {
            (Kind::Exclusion(exclusion), Some(coverage)) if exclusion.threats.is_empty() => {
                assess(exclusion, coverage, &mut desk.memo)
            }
            (Kind::Setting { meaning: Meaning::Archives(true), .. }, _) => Verdict::covered(
                codes::TARGET_DEFAULT,
                "clamd scans archives and mail unless ScanArchive or ScanMail is set to no",
            ),
            _ => settings::common(item, "ClamAV"),
        }
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        let mut text = format!(
            "# Exclusions for clamd, written by Crosswalk {}\n# Input SHA-256: {}\n",
            crate::VERSION,
            stamp.input_sha256.replace('+', "\n# Input SHA-256: ")
        );
        for (list, title) in [
            (EXCLUDE, "Not scanned by clamd: extended regular expressions on the whole path"),
            (ON_ACCESS, "Not scanned on access: literal folders with all they hold"),
        ] {
            let mut of_list: Vec<&Entry> = entries.iter().filter(|e| e.list == list).collect();
            if of_list.is_empty() {
                continue;
            }
            if list == ON_ACCESS {
                of_list.sort_by_key(|e| Reverse(e.value.matches('/').count()));
            }
            text.push_str(&format!("\n# {title}\n"));
            for entry in of_list {
                text.push_str(&format!("{list} {}\n", entry.value));
            }
        }
        vec![Artefact { name: FILE.into(), bytes: text.into_bytes() }]
    }

    fn findings(&self, policy: &Policy, entries: &[Entry], _desk: &mut Desk) -> Vec<Finding> {
        let mut found = Vec::new();
        if entries.iter().any(|e| e.list == ON_ACCESS) {
            found.push(finding(
                codes::BEFORE_IMPORT,
                Severity::Warning,
                "clamonacc stops watching anything, with no more than \"can't exclude\" in its log, if an OnAccessExcludePath stands after one of a folder that holds it, or is an OnAccessIncludePath itself",
                "Does clamd.conf have OnAccessExcludePath or OnAccessIncludePath lines of its own? Put the deeper folders first, include no folder that is excluded, and look for the words in clamonacc's log",
            ));
        }
        let active = |c: Component| policy.tasks.iter().any(|t| t.component == c && t.active);
        if active(Component::OnAccess) {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Warning,
                "The source scans files in real time; ClamAV does so only where clamonacc runs and OnAccessMountPath or OnAccessIncludePath is set, and blocks only with OnAccessPrevention yes",
                "Set up on-access scanning before you remove the old product, or accept scheduled scans only",
            ));
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Warning,
                "On access ClamAV leaves files over 5 MB alone (OnAccessMaxFileSize)",
                "Raise OnAccessMaxFileSize if larger files must be scanned when they are opened",
            ));
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Warning,
                "Where OnAccessIncludePath is set, ClamAV leaves its folder for temporary files alone on access: /tmp, unless TemporaryDirectory names another",
                "Set TemporaryDirectory to a folder of its own that only clamd may write to",
            ));
        }
        found.push(finding(
            codes::WEAKER_DEFAULT,
            Severity::Warning,
            "A scan of clamd goes 15 folders deep and no deeper (MaxDirectoryRecursion)",
            "Set MaxDirectoryRecursion to 0 if files in deeper folders must be scanned, or start scans further down",
        ));
        found.push(finding(
            codes::WEAKER_DEFAULT,
            Severity::Warning,
            "ClamAV does not scan files over 100 MB, nor more than 400 MB of one file's content (MaxFileSize, MaxScanSize)",
            "Raise both in clamd.conf if larger files must be scanned",
        ));
        found.push(finding(
            codes::WEAKER_DEFAULT,
            Severity::Warning,
            "clamd reports what it finds; it neither deletes nor moves files",
            "Decide what shall happen to a find: VirusEvent in clamd.conf, or clamdscan --move",
        ));
        if active(Component::OnDemand) {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Info,
                "clamd scans nothing by itself on a schedule",
                "Set up a timer or cron job that runs clamdscan, for every scan task of the source",
            ));
        }
        found
    }
}

fn assess(exclusion: &Exclusion, coverage: Coverage, memo: &mut Memo) -> Verdict {
    let text = exclusion.path.as_ref().map_or("", |p| p.text.as_str());
    if text.chars().chain(exclusion.names.iter().flat_map(|n| n.chars())).any(char::is_control) {
        return Verdict::by_hand(codes::CHARACTER, "A control character cannot stand in clamd.conf");
    }
    if text.len() > MAX_PATH {
        return Verdict::by_hand(
            codes::CHARACTER,
            format!("ClamAV compares the first 512 bytes of a path, and this one is longer than {MAX_PATH}"),
        );
    }
    let read = match choice::objects(exclusion) {
        Ok(read) => read,
        Err(verdict) => return verdict,
    };
    let entries = |list: &'static str, spellings: &[Spelling]| -> Vec<Entry> {
        spellings.iter().map(|s| Entry::new(FILE, list, s.text.clone())).collect()
    };
    let on_access = on_access(&read.set, memo);
    if coverage == Coverage::RealTime
        && let Some((folder, lost)) = &on_access
    {
        return Verdict::exact(entries(ON_ACCESS, folder), "").stricter(
            codes::FOLDER_ONLY,
            "Excluded from real-time scanning in the source, and here if it is a folder that exists when clamonacc starts",
            lost.clone().or_else(|| read.set.example()).unwrap_or_default(),
        );
    }
    let scans = match mask::choose(&read.set, Language::ClamExclude, memo) {
        Choice::Equal(spellings) => {
            Verdict::exact(entries(EXCLUDE, &spellings), "Excluded from every scan in the source, and here")
        }
        other => choice::verdict(other, &read, "ClamAV", |spellings| entries(EXCLUDE, spellings)),
    };
    if scans.entries.is_empty() {
        return scans;
    }
    if scans.entries.iter().any(|e| e.value.len() + EXCLUDE.len() > MAX_LINE) {
        return Verdict::by_hand(
            codes::CHARACTER,
            format!("The line would be longer than {MAX_LINE} bytes, which clamd does not read"),
        );
    }
    let question = text.contains('?') || exclusion.names.iter().any(|n| n.contains('?'));
    let scans = if scans.fate == Fate::Looser { with_limits(scans, question) } else { scans };
    match coverage {
        Coverage::All | Coverage::AllFiles => {
            let mut verdict = scans;
            verdict.entries.extend(on_access.into_iter().flat_map(|(folder, _)| entries(ON_ACCESS, &folder)));
            verdict
        }
        Coverage::RealTime => choice::one_list(
            scans,
            &read,
            (codes::REALTIME_TO_ALL, codes::REALTIME_MASK_TO_ALL),
            "Excluded from real-time scanning only. ClamAV takes file masks only in its list for all scans",
            "would be skipped by scans on demand, too",
        ),
        Coverage::OnDemand | Coverage::Some => choice::one_list(
            scans,
            &read,
            (codes::ONDEMAND_TO_ALL, codes::ONDEMAND_MASK_TO_ALL),
            "Excluded from some scans only. ClamAV has one list for all of them",
            "would be skipped by every scan",
        ),
        Coverage::Other(_) => Verdict::unsupported(
            codes::NO_COUNTERPART,
            "The exclusion belongs to a component that ClamAV does not have",
        ),
    }
}

/// What else ClamAV does with wildcards.
fn with_limits(verdict: Verdict, question: bool) -> Verdict {
    let letters = if question {
        ", and takes letters, digits and signs of ASCII for a question mark, nothing else"
    } else {
        ""
    };
    let reason =
        format!("{}. Of a path over 512 bytes it compares the beginning only{letters}", verdict.reason);
    Verdict { reason, ..verdict }
}

/// The set as a folder of the on-access client, with what that leaves out.
fn on_access(set: &PathSet, memo: &mut Memo) -> Option<(Vec<Spelling>, Option<String>)> {
    let (folder, lost) = match mask::choose(set, Language::ClamOnAccess, memo) {
        Choice::Equal(folder) => (folder, None),
        Choice::Stricter { entries, lost, .. } => (entries, Some(lost)),
        Choice::Looser { .. } | Choice::None(_) => return None,
    };
    folder.iter().all(|f| on_access_holds(&f.text)).then_some((folder, lost))
}

/// A folder that `OnAccessExcludePath` can hold: the value ends at the line's end, blanks at its ends are lost.
fn on_access_holds(folder: &str) -> bool {
    folder.len() + ON_ACCESS.len() <= MAX_LINE && folder.trim() == folder
}
