//! What Defender for Endpoint on Linux and on macOS have in common (reference: defender, sections 7, 8, 13.4): exclusions of
//! the scope epp, and settings that both keep under nearly the same keys. The list of an entry is the key with its objects
//! before it, `antivirusEngine.scanArchives`; its value is the word, number or truth value that stands there.
//!
//! | source | entries |
//! |---|---|
//! | `/srv/db`: that file or everything below that folder | `excludedPath` twice, as folder and as file |
//! | `/srv/db/`, `/srv/db/**` | `excludedPath` as folder |
//! | `*.log` anywhere | `excludedFileExtension` |
//! | real-time protection, behaviour, archives on | `enforcementLevel`, `behaviorMonitoring`, `scanArchives` |
//! | unwanted programs detected | `threatTypeSettings`: block |
//! | cloud on; extended, standard | `cloudService.enabled`; `automaticSampleSubmissionConsent` safe, none, too |
//! | cloud off | `cloudService.enabled` false, by decision |
//! | a daily or weekly scan | macOS: `weeklyConfiguration`, full, its own day numbers; Linux: `dailyConfiguration`, by decision |
//!
//! Linux: no text says how `dayOfWeek` is numbered, so a weekly scan stays with a person; a daily one names no day, but nobody
//! says that it is a full one. What actions on threats, limits of processor time and network files become has no key.

use serde_json::{Map, Value, json};

use super::protection;
use crate::finding::{self as codes, Finding, Severity};
use crate::ledger::Fate;
use crate::mask::{self, Choice, Flags, Language, List, Memo, Parsed, Side, Spelling};
use crate::policy::{Cloud, Component, Exclusion, Meaning, Policy, Schedule, TrustedApplication};
use crate::review::Coverage;
use crate::vendor::{Entry, Verdict, choice, finding};

/// A folder with all it holds.
pub(super) const FOLDER: &str = "excludedPath folder";
/// One file.
pub(super) const SINGLE: &str = "excludedPath file";
/// An extension.
pub(super) const EXTENSION: &str = "excludedFileExtension";
/// A process, by its full path.
pub(super) const PROCESS: &str = "excludedFileName";
/// Whether Defender is passive, on demand, or in real time.
pub(super) const ENFORCEMENT: &str = "antivirusEngine.enforcementLevel";
const ARCHIVES: &str = "antivirusEngine.scanArchives";
const UNWANTED: &str = "antivirusEngine.threatTypeSettings.potentially_unwanted_application";
const CLOUD: &str = "cloudService.enabled";
const SAMPLES: &str = "cloudService.automaticSampleSubmissionConsent";
const DAILY_TIME: &str = "scheduledScan.dailyConfiguration.timeOfDay";
const WEEKLY_DAY: &str = "scheduledScan.weeklyConfiguration.dayOfWeek";
const WEEKLY_TIME: &str = "scheduledScan.weeklyConfiguration.timeOfDay";
const WEEKLY_TYPE: &str = "scheduledScan.weeklyConfiguration.scanType";

/// One of the two systems.
pub(super) struct Target {
    /// The file that entries stand in.
    pub(super) file: &'static str,
    /// Its name in sentences.
    pub(super) product: &'static str,
    /// Whose masks.
    pub(super) language: Language,
    /// Key of behaviour monitoring.
    pub(super) behaviour: &'static str,
    /// Key that switches scheduled scans on.
    pub(super) schedules: &'static str,
}

impl Target {
    fn mac(&self) -> bool {
        self.language == Language::MdeMacos
    }

    fn entry(&self, list: &'static str, value: impl Into<String>) -> Entry {
        Entry::new(self.file, list, value)
    }

    /// `enforcementLevel`, which is always written.
    pub(super) fn enforcement(&self, policy: &Policy) -> Entry {
        let off = policy.tasks.iter().any(|t| t.component == Component::OnAccess && !t.active);
        self.entry(ENFORCEMENT, if off { "on_demand" } else { "real_time" })
    }

    /// The verdict for a setting that the product has a key for.
    pub(super) fn setting(&self, task: Option<usize>, meaning: &Meaning, policy: &Policy) -> Option<Verdict> {
        let component = task.and_then(|t| policy.tasks.get(t)).map(|t| t.component);
        let one = |list, value: &str, reason: &str| Verdict::exact(vec![self.entry(list, value)], reason);
        Some(match (meaning, component) {
            (Meaning::Switch(true), Some(Component::OnAccess)) => {
                one(ENFORCEMENT, "real_time", "Real-time protection stays on")
            }
            (Meaning::Switch(true), Some(Component::Behaviour)) => {
                one(self.behaviour, "enabled", "Behaviour monitoring stays on")
            }
            (Meaning::Archives(true), _) => one(ARCHIVES, "true", "Archives are scanned"),
            (Meaning::UnwantedPrograms(true), _) => {
                one(UNWANTED, "block", "Unwanted programs are detected and blocked")
            }
            (Meaning::Cloud(Cloud::Extended), _) => Verdict::exact(
                vec![self.entry(CLOUD, "true"), self.entry(SAMPLES, "safe")],
                "Defender's cloud is asked, and gets samples that hold no personal data",
            ),
            (Meaning::Cloud(Cloud::Standard), _) => Verdict::exact(
                vec![self.entry(CLOUD, "true"), self.entry(SAMPLES, "none")],
                "Defender's cloud is asked, and gets no samples",
            ),
            (Meaning::Cloud(Cloud::On), _) => one(
                CLOUD,
                "true",
                "Defender's cloud is asked; the source does not say whether samples may go there, so that stays at Defender's own setting",
            ),
            (Meaning::Cloud(Cloud::Off), _) => protection::without_cloud(self.entry(CLOUD, "false")),
            (Meaning::Schedule(Some(schedule)), Some(Component::OnDemand)) => {
                return self.schedule(task, schedule, policy);
            }
            _ => return None,
        })
    }

    fn schedule(&self, task: Option<usize>, schedule: &Schedule, policy: &Policy) -> Option<Verdict> {
        let (day, minutes) = protection::day(schedule)?;
        if day != 0 && !self.mac() {
            return Some(Verdict::by_hand(
                codes::SET_BY_HAND,
                "A weekly scan: Microsoft does not say how Defender on Linux numbers the days of the week, so no day is written. Let cron start mdatp scan full on that day, or try dayOfWeek on one machine",
            ));
        }
        let keeps = if self.mac() { protection::keeps } else { is_daily };
        if !protection::is_first(task, policy, keeps) {
            return Some(Verdict::by_hand(
                codes::SET_BY_HAND,
                "Defender keeps one schedule of this kind; another task of this policy has taken it",
            ));
        }
        let on = self.entry(self.schedules, "enabled");
        if self.mac() {
            // Here 0 is never and 8 is every day; on Windows it is the other way round.
            let day = if day == 0 { 8 } else { day };
            let entries = vec![
                on,
                self.entry(WEEKLY_DAY, day.to_string()),
                self.entry(WEEKLY_TIME, minutes.to_string()),
                self.entry(WEEKLY_TYPE, "full"),
            ];
            return Some(Verdict::exact(entries, "").stricter(
                codes::SCOPE_WIDER,
                "The schedule is the same; Defender's scheduled scan is a full one, whatever the scope of the task was",
                "A folder outside the scope of the task is scanned, too",
            ));
        }
        let entries = vec![on, self.entry(DAILY_TIME, minutes.to_string())];
        Some(Verdict::exact(entries, "").looser(
            codes::QUICK_ONLY,
            "Every day at the same time, but a daily scan of Defender has no key that makes it a full one, so it may look at less than the task did. Scheduled scans on Linux are a preview",
            "A file in a folder of the task's scope that no quick scan visits",
        ))
    }

    /// A program whose opened files are not scanned.
    pub(super) fn trusted(&self, trusted: &TrustedApplication) -> Option<Verdict> {
        if trusted.opened_files != Some(true) {
            return None;
        }
        if self.mac() {
            return Some(Verdict::by_hand(
                codes::NOT_ESTABLISHED,
                "What a process exclusion covers on macOS is not established; watch for alerts, then decide",
            ));
        }
        if !trusted.hashes.is_empty() {
            return Some(Verdict::by_hand(
                codes::CONDITION,
                "The program is trusted by its hash; a process exclusion would hold for any file of that path. defender/indicators can allow the file by its hash",
            ));
        }
        let image = trusted.image.text.as_str();
        // One program, written out in full: what wildcards take here besides processes is not established.
        let literal = image.starts_with('/') && !image.contains(['*', '?', '[', ']', '{', '}', '\\']);
        // A program has no sub-folders, whatever its list says about them.
        let read = || mask::parse(trusted.image.language, image, &Flags::default(), Side::Source);
        if !literal || image.ends_with('/') || read().is_err() {
            return Some(choice::by_hand("a process exclusion needs the full path of one program"));
        }
        if unprintable(image) {
            return Some(character());
        }
        Some(Verdict::exact(vec![self.entry(PROCESS, image)], "").looser(
            codes::PROCESS_AND_FILES,
            "The source leaves the files alone that the program opens. A process exclusion here covers the program and all files that it opens; whether scans on demand still look at them is not said anywhere",
            format!("{image}: the program itself, if malware replaces or infects it"),
        ))
    }

    /// The verdict for an exclusion without threat names.
    pub(super) fn exclusion(&self, exclusion: &Exclusion, coverage: Coverage, memo: &mut Memo) -> Verdict {
        let text = exclusion.path.as_ref().map_or("", |p| p.text.as_str());
        if unprintable(text) || exclusion.names.iter().any(|n| unprintable(n)) {
            return character();
        }
        let read = match super::objects(exclusion) {
            Ok(read) => read,
            Err(verdict) => return verdict,
        };
        let verdict = self.written(&read, memo);
        if verdict.entries.is_empty() {
            return verdict;
        }
        let product = self.product;
        match coverage {
            Coverage::All | Coverage::AllFiles => verdict,
            Coverage::RealTime => choice::one_list(
                verdict,
                &read,
                (codes::REALTIME_TO_ALL, codes::REALTIME_MASK_TO_ALL),
                &format!("Excluded from real-time scanning only. {product} has one list for all scans"),
                "would be skipped by scans on demand, too",
            ),
            Coverage::OnDemand | Coverage::Some => choice::one_list(
                verdict,
                &read,
                (codes::ONDEMAND_TO_ALL, codes::ONDEMAND_MASK_TO_ALL),
                &format!("Excluded from some scans only. {product} has one list for all scans"),
                "would be skipped by every scan",
            ),
            Coverage::Other(_) => Verdict::unsupported(
                codes::NO_COUNTERPART,
                format!("The exclusion belongs to a component that {product} does not have in this file"),
            ),
        }
    }

    fn written(&self, read: &Parsed, memo: &mut Memo) -> Verdict {
        let entries = |spellings: &[Spelling]| {
            spellings.iter().map(|s| self.entry(list(s), s.text.as_str())).collect::<Vec<_>>()
        };
        // Whether letter case counts on macOS is not established. Chosen as if it did; that it may not is said below.
        let side = if self.mac() { Side::Source } else { Side::Target };
        let choice = mask::choose_as(&read.set, self.language, side, memo);
        let wide = match &choice {
            Choice::Equal(all) | Choice::Stricter { entries: all, .. } if self.mac() => {
                mask::taken(all, self.language)
            }
            _ => None,
        };
        let verdict = match choice {
            Choice::Equal(spellings) => Verdict::exact(
                entries(&spellings),
                choice::noted("Excluded from every scan in the source, and here", read),
            ),
            other => choice::verdict(other, read, self.product, entries),
        };
        match wide.and_then(|wide| mask::more(&wide, &read.set, memo)) {
            Some(gained) => {
                let same = match verdict.fate {
                    Fate::Exact => choice::noted("The same path", read),
                    _ => verdict.reason.clone(),
                };
                let reason = format!(
                    "{same}. Whether Defender on macOS tells capital from small letters is not established; most Mac volumes do not"
                );
                verdict.looser(codes::CASE, reason, gained)
            }
            None => verdict,
        }
    }

    /// What both say before the import.
    pub(super) fn findings(&self, grade: &str, policy: &Policy, entries: &[Entry]) -> Vec<Finding> {
        let mut found = vec![finding(
            codes::NOT_TRIED,
            Severity::Info,
            grade,
            "Try it on one machine first, then look at what is in force",
        )];
        let level = entries.iter().find(|e| e.list == ENFORCEMENT).map_or("", |e| e.value.as_str());
        let why = if self.mac() {
            format!(
                "A profile of somebody else may hold Defender passive, so enforcementLevel {level} is written"
            )
        } else {
            format!(
                "Without a setting Defender on Linux stays passive, so enforcementLevel {level} is written"
            )
        };
        found.push(finding(
            codes::WEAKER_DEFAULT,
            Severity::Info,
            why,
            "Remove the old product before this file arrives: two products in real time disturb each other",
        ));
        if level == "on_demand" {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Warning,
                "Real-time protection was switched off in the source, so it is not switched on here",
                "Write real_time in its place if the machine can carry it",
            ));
        }
        let scans = policy.tasks.iter().any(|t| t.component == Component::OnDemand);
        if scans && !entries.iter().any(|e| e.list == self.schedules) {
            found.push(finding(
                codes::WEAKER_DEFAULT,
                Severity::Info,
                "Scheduled scans are not written",
                "Set them up with mdatp or cron if the source had a schedule",
            ));
        }
        found
    }
}

fn is_daily(schedule: &Schedule) -> bool {
    matches!(protection::day(schedule), Some((0, _)))
}

fn list(spelling: &Spelling) -> &'static str {
    match spelling.list {
        Some(List::Extension) => EXTENSION,
        Some(List::Folder) => FOLDER,
        _ => SINGLE,
    }
}

/// Characters that XML cannot hold, or that no line shows.
fn unprintable(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}'))
}

fn character() -> Verdict {
    Verdict::by_hand(codes::CHARACTER, "A control character or line separator cannot stand in an exclusion")
}

/// The exclusion that an entry is, if it is one.
fn exclusion(entry: &Entry) -> Option<Value> {
    let value = &entry.value;
    Some(match entry.list {
        FOLDER => json!({"$type": "excludedPath", "isDirectory": true, "path": value}),
        SINGLE => json!({"$type": "excludedPath", "isDirectory": false, "path": value}),
        EXTENSION => json!({"$type": "excludedFileExtension", "extension": value}),
        PROCESS => json!({"$type": "excludedFileName", "name": value}),
        _ => return None,
    })
}

/// The settings as one tree, and the exclusions.
pub(super) fn tree(entries: &[Entry]) -> (Map<String, Value>, Vec<Value>) {
    let mut root = Map::new();
    let mut exclusions = Vec::new();
    for entry in entries {
        match exclusion(entry) {
            Some(exclusion) => exclusions.push(exclusion),
            None => put(&mut root, entry.list, value(&entry.value)),
        }
    }
    (root, exclusions)
}

fn value(text: &str) -> Value {
    match (text, text.parse::<u32>()) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, Ok(number)) => Value::from(number),
        _ => Value::from(text),
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Value) {
    const TYPES: &str = "threatTypeSettings";
    match key.split_once('.') {
        None => {
            map.insert(key.to_owned(), value);
        }
        Some((TYPES, kind)) => {
            let all = map.entry(TYPES).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(all) = all {
                all.push(json!({"key": kind, "value": value}));
            }
        }
        Some((object, rest)) => {
            let inner = map.entry(object).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// The keys that the file sets, each once and in order, for somebody who has to merge it.
pub(super) fn keys(entries: &[Entry]) -> String {
    let mut keys: Vec<&str> = entries.iter().filter(|e| exclusion(e).is_none()).map(|e| e.list).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.join(", ")
}
