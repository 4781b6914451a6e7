//! One conversion, read from both ends: the input's bytes in their narrowest sense, the vendor files' bytes in their
//! widest, each mask by the independent matchers; and what the ledger claims about each row.

use std::collections::BTreeMap;

use crosswalk::ledger::{Fate, Row};
use crosswalk::options::Options;
use crosswalk::{Conversion, Reading};

use super::world::{Side, World};
use crate::judge::output::{Lists, lists};
use crate::judge::source::{Windows, kesl, ksws, local_list, task_of, trusted_list};
use crate::judge::tables::{self, Table, tables};
use crate::judge::{ACCESS, Component, DEMAND, PROCESS, SCRIPT};
use crate::oracle::{Mask, Point, System};

/// Components by number, for sets of them as bits.
const COMPONENTS: [Component; 4] = [ACCESS, DEMAND, SCRIPT, PROCESS];

fn bits(components: &[Component]) -> u8 {
    let at = |c: &Component| COMPONENTS.iter().position(|known| known == c).expect("a component");
    components.iter().fold(0, |all, c| all | 1 << at(c))
}

fn words(bits: u8) -> String {
    let names: Vec<&str> = (0..4).filter(|n| bits & 1 << n != 0).map(|n| COMPONENTS[n]).collect();
    names.join(", ")
}

/// What one rule of the source takes, and for which components that holds.
struct Object {
    mask: Option<Mask>,
    /// Its widest sense, of which an example may come.
    wider: Option<Mask>,
    components: u8,
    /// Components of which nothing is asked, since the source scans nothing there.
    idle: u8,
}

/// A task or a component: it leaves unscanned what one of its objects takes.
struct Group {
    component: u8,
    off: bool,
    objects: Vec<usize>,
}

#[derive(Default)]
struct Source {
    objects: Vec<Object>,
    groups: Vec<Group>,
    /// The object of each rule, by the leaf that names it.
    keys: BTreeMap<String, usize>,
    masks: Vec<String>,
    /// No row may write anything unless its rule is known here.
    strict: bool,
}

impl Source {
    /// Components that leave a path unscanned, given which objects take it.
    fn unscanned(&self, taken: &[bool]) -> u8 {
        let (mut named, mut scanned) = (0, 0);
        for group in &self.groups {
            named |= group.component;
            if !group.off && !group.objects.iter().any(|o| taken[*o]) {
                scanned |= group.component;
            }
        }
        named & !scanned
    }

    fn of_kesl(text: &str, task: Option<&str>) -> Self {
        let mut out = Source::default();
        let mut known: BTreeMap<(String, Vec<String>), usize> = BTreeMap::new();
        for task in kesl(text, task).tasks {
            let mut objects = Vec::new();
            for rule in task.rules {
                let mut masks = rule.masks.clone();
                masks.sort();
                masks.dedup();
                // Beside a star the other masks of an area add nothing.
                if masks.iter().any(|m| m == "*") {
                    masks = vec!["*".to_owned()];
                }
                let at = *known.entry((rule.path.clone(), masks.clone())).or_insert_with(|| {
                    let mask = match rule.path.as_str() {
                        "" => Mask::read("kesl-area", &masks[0], &[], false),
                        path => {
                            let flags: Vec<String> = masks.iter().map(|m| format!("area={m}")).collect();
                            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
                            Mask::read("kesl", path, &flags, false)
                        }
                    };
                    out.objects.push(Object { mask, wider: None, components: 0, idle: 0 });
                    out.objects.len() - 1
                });
                out.keys.insert(rule.key, at);
                objects.push(at);
                let whole = |m: &String| match rule.path.as_str() {
                    "" => m.clone(),
                    path => format!("{}/**/{m}", path.trim_end_matches('/')),
                };
                out.masks.push(if rule.path.is_empty() { masks[0].clone() } else { rule.path.clone() });
                out.masks.extend(masks.iter().filter(|m| *m != "*").map(whole));
            }
            out.groups.push(Group { component: bits(&[task.kind]), off: task.off, objects });
        }
        // What stands in every task of a component holds for the component.
        for (at, object) in out.objects.iter_mut().enumerate() {
            for component in [ACCESS, DEMAND].map(|c| bits(&[c])) {
                let mut groups = out.groups.iter().filter(|g| g.component == component).peekable();
                if groups.peek().is_none() {
                    continue;
                }
                if groups.clone().all(|g| g.off) {
                    object.idle |= component;
                } else if groups.all(|g| g.off || g.objects.contains(&at)) {
                    object.components |= component;
                }
            }
        }
        out
    }

    fn of_windows(language: &str, read: Windows, world: World) -> Self {
        let mut out = Source::default();
        for rule in &read.rules {
            let mask = world.resolved(&rule.mask, Side::Source);
            let flags: &[&str] = if read.subfolders { &["subfolders"] } else { &[] };
            out.keys.insert(rule.key.clone(), out.objects.len());
            out.objects.push(Object {
                mask: Mask::read(language, &mask, flags, false),
                wider: Mask::read(language, &mask, &["subfolders"], true),
                components: bits(&rule.components),
                idle: 0,
            });
            out.masks.push(mask);
        }
        out.grouped();
        out
    }

    /// One list for each component.
    fn grouped(&mut self) {
        for component in COMPONENTS.map(|c| bits(&[c])) {
            let objects: Vec<usize> =
                (0..self.objects.len()).filter(|o| self.objects[*o].components & component != 0).collect();
            if !objects.is_empty() {
                self.groups.push(Group { component, off: false, objects });
            }
        }
    }

    fn of_tables(read: Vec<Table>, world: World) -> Self {
        let mut out = Source { strict: true, ..Source::default() };
        for table in &read {
            let linux = table.language == "kesl";
            for rule in &table.rules {
                let mask = world.resolved(&rule.mask, Side::Source);
                let (narrow, wide): (&[&str], &[&str]) = match rule.subfolders {
                    Some(true) => (&["subfolders"], &["subfolders"]),
                    Some(false) => (&["no-subfolders"], &["no-subfolders"]),
                    None => (&[], &["subfolders"]),
                };
                // A folder without what is below it, nobody can say in the product for Linux.
                let flat = linux && rule.subfolders == Some(false);
                let (narrow, wide): (&[&str], &[&str]) = if linux { (&[], &[]) } else { (narrow, wide) };
                let all = bits(&rule.components);
                let object = Object {
                    mask: if flat { None } else { Mask::read(&table.language, &mask, narrow, false) },
                    wider: Mask::read(&table.language, &mask, wide, true),
                    components: if linux { all & bits(&[ACCESS, DEMAND]) } else { all },
                    idle: 0,
                };
                out.keys.insert(rule.key.clone(), out.objects.len());
                out.objects.push(object);
                out.masks.push(mask);
            }
        }
        out.grouped();
        out
    }

    fn read(format: &str, text: &str, options: &Options, world: World) -> Self {
        match format {
            "kesl-export" => Self::of_kesl(text, None),
            "kesl-task" => Self::of_kesl(text, task_of(text, options)),
            "ksws-xml" => Self::of_windows("ksws", ksws(text, options), world),
            "local-exclusions" => Self::of_windows("local-list", local_list(text, options), world),
            "local-trusted" => Self::of_windows("local-list", trusted_list(text, options), world),
            known if tables::FORMATS.contains(&known) => Self::of_tables(tables(known, text, options), world),
            other => panic!("the judge does not know {other}"),
        }
    }
}

/// One entry of a vendor file.
struct Entry {
    /// As the ledger shows it.
    shown: String,
    mask: Mask,
    components: u8,
    /// Only rows that the user accepted wrote it.
    accepted: bool,
}

/// Reads every entry of the lists; complains of those that the product refuses.
fn entries(lists: &Lists, world: World, masks: &mut Vec<String>, wrong: &mut Vec<Complaint>) -> Vec<Entry> {
    // On Linux no product of these scans scripts as they run.
    let (all, files) = (bits(&[ACCESS, DEMAND, SCRIPT]), bits(&[ACCESS, DEMAND]));
    let mut out = Vec::new();
    let mut add = |list: &str, text: &str, language: &str, mask: &str, flags: &[&str], components: u8| {
        let shown = format!("{list} {text}");
        match Mask::read(language, mask, flags, true) {
            Some(mask) => out.push(Entry { shown, mask, components, accepted: false }),
            None => wrong.push(Complaint::new("an entry that the product refuses", shown)),
        }
    };
    for pattern in &lists.clam {
        add("ExcludePath", pattern, "clam-exclude", pattern, &[], files);
        masks.push(plain(pattern));
    }
    for folder in &lists.clam_access {
        add("OnAccessExcludePath", folder, "clam-onaccess", folder, &[], bits(&[ACCESS]));
        masks.push(folder.clone());
    }
    for (is_folder, mask) in &lists.linux {
        let kind = if *is_folder { "folder" } else { "file" };
        add(&format!("excludedPath {kind}"), mask, "mde-linux", mask, &[kind], files);
        masks.push(mask.clone());
    }
    for extension in &lists.linux_extensions {
        add("excludedFileExtension", extension, "mde-linux", extension, &["extension"], files);
        masks.push(format!("*.{}", extension.trim_start_matches('.')));
    }
    for (is_folder, mask) in &lists.mac {
        let kind = if *is_folder { "folder" } else { "file" };
        add(&format!("excludedPath {kind}"), mask, "mde-macos", mask, &[kind], files);
        masks.push(mask.clone());
    }
    for extension in &lists.mac_extensions {
        add("excludedFileExtension", extension, "mde-macos", extension, &["extension"], files);
        masks.push(format!("*.{}", extension.trim_start_matches('.')));
    }
    for process in &lists.unix_processes {
        add("excludedFileName", process, "mde-linux", process, &["process"], bits(&[PROCESS]));
        masks.push(process.clone());
    }
    for entry in &lists.windows {
        let mask = world.resolved(&entry.mask, Side::Target);
        let mark = entry.kind.as_ref().map_or(String::new(), |kind| format!(r"\:{{PathType:{kind}}}"));
        let components = bits(&entry.components);
        add("ExclusionPath", &entry.text, "def-path", &format!("{mask}{mark}"), &[], components);
        masks.push(mask);
    }
    for extension in &lists.windows_extensions {
        add("ExclusionExtension", extension, "def-ext", extension, &[], all);
        masks.push(format!("*.{}", extension.trim_start_matches('.')));
    }
    for process in &lists.processes {
        let mask = world.resolved(process, Side::Target);
        add("ExclusionProcess", process, "def-process", &mask, &[], bits(&[PROCESS]));
        masks.push(mask);
    }
    out
}

/// An expression as a mask, near enough to draw paths from.
fn plain(pattern: &str) -> String {
    let mut out = pattern.trim_start_matches('^').to_owned();
    for (from, to) in
        [("(/|$)", ""), ("(.*/)?", "**/"), ("[^/]*", "*"), ("[ -.0-~]", "?"), (".*", "**"), ("/.", "/a")]
    {
        // A dot that stands for itself has a backslash before it.
        out = out.replace(from, to);
    }
    out.replace(['\\', '$'], "")
}

/// What the ledger says of a row that wrote something.
struct Claim {
    id: String,
    source: String,
    fate: Fate,
    accepted: bool,
    object: Option<usize>,
    entries: Vec<usize>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    pub kind: String,
    pub detail: String,
}

impl Complaint {
    fn new(kind: impl Into<String>, detail: impl Into<String>) -> Self {
        Complaint { kind: kind.into(), detail: detail.into() }
    }
}

/// One conversion with all its masks read.
pub struct Case {
    source: Source,
    entries: Vec<Entry>,
    claims: Vec<Claim>,
    /// Masks of both ends, to draw paths from.
    pub masks: Vec<String>,
    /// What is wrong whatever the path.
    pub wrong: Vec<Complaint>,
    system: System,
    taken: (Vec<bool>, Vec<bool>),
}

/// How one path is seen from both ends.
#[derive(Default)]
pub struct Seen {
    pub in_source: bool,
    pub in_output: bool,
    pub wrong: Vec<Complaint>,
}

impl Case {
    pub fn read(
        reading: &Reading,
        text: &str,
        options: &Options,
        conversion: &Conversion,
        world: World,
    ) -> Self {
        let linux = reading.format.platform().word() == "linux" || tables::of_linux(options);
        let source = Source::read(reading.format.id(), text, options, world);
        let files = conversion.artefacts.iter().map(|a| (a.name.as_ref(), a.bytes.as_slice()));
        let (mut masks, mut wrong) = (source.masks.clone(), Vec::new());
        let mut entries = entries(&lists(files), world, &mut masks, &mut wrong);
        let rows: Vec<&Row> = conversion
            .rows
            .iter()
            .filter(|r| ["exclusion", "trusted application"].contains(&r.kind) && !r.written.is_empty())
            .filter(|r| {
                // Trust in behaviour, by decision: no scan leaves anything out because of these lists.
                let lists =
                    ["AttackSurfaceReductionOnlyExclusions ", "ControlledFolderAccessAllowedApplications "];
                let other = r.written.iter().all(|w| lists.iter().any(|list| w.entry.starts_with(list)));
                !(other && r.code == "CW1049" && r.decision == Some("accepted"))
            })
            .collect();
        let key = |row: &Row| {
            let paths = row.leaves.iter().map(|leaf| {
                let mut path = String::new();
                reading.document.leaf_path(leaf, &mut path);
                path
            });
            paths.into_iter().find_map(|p| source.keys.get(&p).copied())
        };
        let mut claims = Vec::new();
        for row in &rows {
            let mut of_row = Vec::new();
            for written in &row.written {
                match entries.iter().position(|e| e.shown == written.entry) {
                    Some(at) => of_row.push(at),
                    None if wrong.iter().any(|w| w.detail == written.entry) => {}
                    None => wrong.push(Complaint::new("the ledger names what no file has", &written.entry)),
                }
            }
            let object = key(row);
            if source.strict && object.is_none() {
                let what = format!("{}: {:?}", row.source, row.written);
                wrong.push(Complaint::new("a row that excludes nothing is written", what));
            }
            claims.push(Claim {
                id: row.id.clone(),
                source: row.source.clone(),
                fate: row.fate,
                accepted: row.fate == Fate::Looser && row.decision == Some("accepted"),
                object,
                entries: of_row,
            });
        }
        for (at, entry) in entries.iter_mut().enumerate() {
            let mut owners = claims.iter().filter(|c| c.entries.contains(&at)).peekable();
            if owners.peek().is_none() {
                wrong.push(Complaint::new("a file has what the ledger does not name", &entry.shown));
            }
            entry.accepted = owners.peek().is_some() && owners.all(|c| c.accepted);
        }
        let taken = (vec![false; source.objects.len()], vec![false; entries.len()]);
        let system = if linux { System::Linux } else { System::Windows };
        let mut case = Case { source, entries, claims, masks, wrong, system, taken };
        for (n, row) in rows.iter().enumerate() {
            let found = case.example(n, row, world);
            case.wrong.extend(found);
        }
        case
    }

    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// Judges one path; `None` if there can be no such path.
    pub fn judge(&mut self, path: &str) -> Option<Seen> {
        let point = Point::read(self.system, path)?;
        let (of_source, of_output) = &mut self.taken;
        for (taken, object) in of_source.iter_mut().zip(&self.source.objects) {
            *taken = object.mask.as_ref().is_some_and(|m| m.takes_point(&point));
        }
        let (mut settled, mut all) = (0, 0);
        for (taken, entry) in of_output.iter_mut().zip(&self.entries) {
            *taken = entry.mask.takes_point(&point);
            if *taken {
                all |= entry.components;
                settled |= if entry.accepted { 0 } else { entry.components };
            }
        }
        let unscanned = self.source.unscanned(of_source);
        let mut seen = Seen { in_source: unscanned != 0, in_output: all != 0, wrong: Vec::new() };
        if settled & !unscanned != 0 {
            let by = self
                .entries
                .iter()
                .zip(&*of_output)
                .find(|(e, taken)| **taken && !e.accepted && e.components & !unscanned != 0);
            let what = format!(
                "{path} was scanned ({}) and is not any more, because of {}",
                words(settled & !unscanned),
                by.map_or("", |(e, _)| e.shown.as_str())
            );
            seen.wrong.push(Complaint::new("looser without a decision", what));
        }
        for claim in self.claims.iter().filter(|c| !c.accepted) {
            let Some(object) = claim.object else { continue };
            let told = |words: String| format!("{path} {words}; row {}: {}", claim.id, claim.source);
            let (taken, object) = (of_source[object], &self.source.objects[object]);
            let gone = if taken { object.components } else { 0 };
            let out = claim.entries.iter().filter(|e| of_output[**e]);
            let out = out.fold(0, |all, e| all | self.entries[*e].components);
            let (gained, lost) = (out & !gone & !object.idle, gone & !out & !object.idle);
            if gained != 0 {
                let kind = format!("a row called {} takes more", claim.fate.word());
                seen.wrong.push(Complaint::new(kind, told(format!("is gained ({})", words(gained)))));
            }
            if claim.fate == Fate::Exact && lost != 0 {
                let what = told(format!("is lost ({})", words(lost)));
                seen.wrong.push(Complaint::new("a row called exact takes less", what));
            }
        }
        Some(seen)
    }

    /// Whether the example of a row shows what it is there for.
    fn example(&self, n: usize, row: &Row, world: World) -> Option<Complaint> {
        let claim = &self.claims[n];
        if claim.fate == Fate::Exact {
            return None;
        }
        let told = |what: &str| {
            let shown = row.example.as_deref().unwrap_or("no example");
            Some(Complaint::new(what, format!("{} {}: {shown}; {}", row.fate.word(), row.code, row.source)))
        };
        let Some(example) = row.example.as_deref().filter(|e| !e.is_empty()) else {
            return told("a row without an example");
        };
        // A process exclusion: what else goes with it is no path.
        if row.code == "CW1013" || (self.system == System::Linux && example.contains(r"\x")) {
            return None;
        }
        let (first, second) =
            example.split_once("; so would ").map_or((example, None), |(f, s)| (f, Some(s)));
        let first = [" would be skipped by ", " as a script that runs"]
            .iter()
            .fold(first, |text, words| text.split(words).next().unwrap_or(text));
        let object = claim.object.map(|o| &self.source.objects[o]);
        let seen = |path: &str, side: Side| {
            let point = Point::read(self.system, &world.resolved(path, side))?;
            let takes = |mask: Option<&Mask>| mask.is_some_and(|m| m.takes_point(&point));
            let (narrow, wider) = (
                object.map_or(0, |o| if takes(o.mask.as_ref()) { o.components } else { 0 }),
                object.map_or(0, |o| if takes(o.wider.as_ref()) { o.components } else { 0 }),
            );
            let out = claim.entries.iter().map(|e| &self.entries[*e]).filter(|e| takes(Some(&e.mask)));
            Some((narrow, narrow | wider, out.fold(0, |all, e| all | e.components)))
        };
        if claim.fate == Fate::Stricter {
            let Some((narrow, wider, out)) = seen(first, Side::Source) else {
                return told("an example that is no path");
            };
            // The list for folders that exist: no path tells that apart. Sub-folders that may be meant are the source's
            // wider sense.
            let lost = match row.code {
                "CW1018" => narrow,
                "CW1014" => wider & !out,
                _ => narrow & !out,
            };
            return if lost == 0 { told("an example that shows nothing lost") } else { None };
        }
        for path in [Some(first), second].into_iter().flatten() {
            let Some((narrow, _, out)) = seen(path, Side::Target) else {
                return told("an example that is no path");
            };
            if out & !narrow == 0 {
                return told("an example that shows nothing gained");
            }
        }
        None
    }
}
