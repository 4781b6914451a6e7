//! Inputs drawn at random for every reader: hostile masks in exports, task files and lists, with some of the answers.
//! An input is kept as what it is made of, so that a smaller one can be made from it.

use std::fmt::Write;

use crosswalk::options::Options;

use crate::common;
use crate::draw::{self, Dice};
use crate::oracle::System;

use super::sheet::Sheet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    KeslExport,
    KeslTask,
    Ksws,
    Exclusions,
    Trusted,
    /// A CSV or pasted text with confirmed columns.
    Rows,
    /// A list of a console with confirmed columns.
    Console,
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::KeslExport,
        Kind::KeslTask,
        Kind::Ksws,
        Kind::Exclusions,
        Kind::Trusted,
        Kind::Rows,
        Kind::Console,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::KeslExport | Kind::KeslTask => "x.ini",
            Kind::Ksws | Kind::Console => "x.xml",
            Kind::Exclusions | Kind::Trusted | Kind::Rows => "x.csv",
        }
    }
}

/// A task of KESL: real-time or on demand, its list of name masks, its exclusions.
#[derive(Clone, Debug)]
struct Task {
    on_access: bool,
    off: bool,
    use_masks: bool,
    masks: Vec<String>,
    scopes: Vec<Scope>,
}

#[derive(Clone, Debug)]
struct Scope {
    on: bool,
    path: String,
    areas: Vec<String>,
}

/// A rule of a Windows product.
#[derive(Clone, Debug)]
struct Rule {
    on: bool,
    masks: Vec<String>,
    /// Real-time, on demand, scripts.
    parts: [bool; 3],
}

#[derive(Clone, Debug)]
pub struct Input {
    pub kind: Kind,
    tasks: Vec<Task>,
    rules: Vec<Rule>,
    /// A key of a task file that tells which task it is, or nothing.
    sure: &'static str,
    sheet: Option<Sheet>,
    pub answers: Vec<(&'static str, &'static str)>,
}

const NAMES: [&str; 22] = [
    "a", "b", "A", "Data", "data", "srv", "x.log", "a.b", "a.b.c", ".a", "ab", "Ä", "ß", "日本", "a b",
    "tmp~", "a+b", "(a)", "$a", "a'b", "core", "log",
];
const WILD: [&str; 16] = [
    "*", "*", "*", "**", "?", "a*", "*a", "*.b", "*.log", "*.*", "a?", "*b*", "?*", ".*", "a*.b", "*.tar.gz",
];
const STARTS: [&str; 22] = [
    r"C:\",
    r"C:\",
    r"C:\",
    r"C:\",
    r"D:\",
    r"d:\",
    "c:/",
    "",
    "",
    r"\\srv\data\",
    r"\\SRV\Data\",
    r"%ProgramFiles%\",
    r"%PROGRAMFILES(X86)%\",
    r"%SystemRoot%\",
    r"%windir%\",
    r"%SystemDrive%\",
    r"%ProgramData%\",
    r"%PUBLIC%\",
    r"%TEMP%\",
    r"%APPDATA%\",
    r"%USERPROFILE%\",
    r"%Own%\",
];

/// A mask as people write them, one of the odd ones now and then.
fn mask(system: System, dice: &mut Dice) -> String {
    let windows = system == System::Windows;
    if dice.once_in(4) {
        let language = if windows { "local-list" } else { "kesl" };
        return draw::mask(language, system, dice);
    }
    let (mut out, separator) = if windows {
        (dice.pick(&STARTS).to_owned(), if dice.once_in(24) { '/' } else { '\\' })
    } else {
        ("/".to_owned(), '/')
    };
    let count = dice.below(4) + usize::from(!out.is_empty());
    let wild = dice.below(4);
    for n in 0..count.max(1) {
        if n > 0 {
            out.push(separator);
        }
        let last = n + 1 >= count;
        out.push_str(if dice.below(4) < wild && (last || dice.once_in(2)) {
            dice.pick(&WILD)
        } else {
            dice.pick(&NAMES)
        });
    }
    if dice.once_in(3) {
        out.push(separator);
    }
    if dice.once_in(20) {
        out.push_str(if windows { r"\*.*" } else { "/**" });
    }
    out
}

fn name_mask(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => dice.pick(&NAMES).to_owned(),
        1 => draw::plain_mask("kesl-area", System::Linux, dice),
        2 => format!("*.{}", dice.pick(&["log", "LOG", "a", "tar.gz", "b~", "Ä", "a b", ""])),
        _ => dice.pick(&WILD).to_owned(),
    }
}

fn some<T>(dice: &mut Dice, least: usize, most: usize, one: impl Fn(&mut Dice) -> T) -> Vec<T> {
    (0..least + dice.below(most - least + 1)).map(|_| one(dice)).collect()
}

fn scope(dice: &mut Dice) -> Scope {
    let areas = match dice.below(4) {
        0 => some(dice, 1, 3, name_mask),
        1 if dice.once_in(6) => some(dice, 3, 9, name_mask),
        _ => vec!["*".to_owned()],
    };
    Scope { on: !dice.once_in(10), path: mask(System::Linux, dice), areas }
}

fn task(on_access: bool, dice: &mut Dice) -> Task {
    Task {
        on_access,
        off: on_access && dice.once_in(10),
        use_masks: !dice.once_in(4),
        masks: some(dice, 0, 3, name_mask),
        scopes: some(dice, 1, 5, scope),
    }
}

fn tasks(dice: &mut Dice) -> Vec<Task> {
    let first = task(!dice.once_in(8), dice);
    let mut all = vec![first.clone()];
    for _ in 0..1 + dice.below(3) {
        // Mostly the same as the first, for only what stands in all tasks is the same in a list for all scans.
        let mut next = match dice.below(6) {
            0 => task(false, dice),
            1 => {
                let mut next = first.clone();
                next.scopes.remove(0);
                next.masks.pop();
                next
            }
            _ => first.clone(),
        };
        (next.on_access, next.off) = (dice.once_in(8), false);
        all.push(next);
    }
    all
}

fn rule(dice: &mut Dice) -> Rule {
    let parts = match dice.below(3) {
        0 => [(); 3].map(|()| dice.once_in(2)),
        1 => [true, true, false],
        _ => [true; 3],
    };
    let most = if dice.once_in(4) { 3 } else { 1 };
    Rule { on: !dice.once_in(12), masks: some(dice, 1, most, |d| mask(System::Windows, d)), parts }
}

fn answers(kind: Kind, dice: &mut Dice) -> Vec<(&'static str, &'static str)> {
    let questions: &[(&str, &[&str])] = match kind {
        Kind::KeslExport => &[],
        Kind::KeslTask => &[(
            "kesl.task",
            &["File_Threat_Protection", "File_Threat_Protection", "Scan_My_Computer", "Container_Scan", ""],
        )],
        Kind::Ksws => &[
            ("ksws.product", &["ksws", "ksws", "ksws", "kess", "kics", ""]),
            ("ksws.subfolders", &["yes", "yes", "no", ""]),
            ("ksws.defaults", &["convert", "leave", ""]),
            ("windows.drive", &["C", "C", "D", ""]),
            ("windows.account", &["system", "other", ""]),
        ],
        Kind::Rows | Kind::Console => {
            &[("windows.drive", &["C", "C", "D", ""]), ("windows.account", &["system", "other", ""])]
        }
        Kind::Exclusions | Kind::Trusted => &[
            ("local-list.product", &["consumer", "consumer", "consumer", "kes", "ksos", "unknown", ""]),
            ("local-list.columns", &["yes", ""]),
            ("local-list.subfolders", &["yes", "yes", "no", ""]),
            ("trusted.opened-files", &["yes", "yes", "yes", "no", ""]),
            ("windows.drive", &["C", "C", "D", ""]),
            ("windows.account", &["system", "other", ""]),
        ],
    };
    let all = questions.iter().map(|(key, values)| (*key, values[dice.below(values.len())]));
    all.filter(|(_, value)| !value.is_empty()).collect()
}

impl Input {
    pub fn drawn(dice: &mut Dice) -> Self {
        let kind = Kind::ALL[[0, 0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5, 5, 6, 6][dice.below(16)]];
        let answers = answers(kind, dice);
        let mut input = Input { kind, tasks: Vec::new(), rules: Vec::new(), sure: "", sheet: None, answers };
        match kind {
            Kind::KeslExport => input.tasks = tasks(dice),
            Kind::KeslTask => {
                input.tasks = vec![task(true, dice)];
                input.sure = dice.pick(&["", "", "ScanByAccessType=SmartCheck\n", "ScanPriority=Normal\n"]);
            }
            Kind::Rows | Kind::Console => {
                let console = kind == Kind::Console;
                let linux = dice.once_in(5);
                let system = if linux { System::Linux } else { System::Windows };
                let masks = some(dice, 2, 8, |d| mask(system, d));
                input.sheet = Some(Sheet::drawn(console, linux, masks, dice));
            }
            _ => input.rules = some(dice, 1, 6, rule),
        }
        input
    }

    /// The system that the masks speak of.
    pub fn system(&self) -> System {
        let linux = match (&self.sheet, self.kind) {
            (Some(sheet), _) => sheet.linux(),
            (None, kind) => matches!(kind, Kind::KeslExport | Kind::KeslTask),
        };
        if linux { System::Linux } else { System::Windows }
    }

    pub fn options(&self) -> Options {
        let mut options = common::answers(&self.answers);
        options.answers.columns.extend(self.sheet.as_ref().and_then(Sheet::confirmed));
        options
    }

    /// A name for the file, and its bytes.
    pub fn bytes(&self) -> (&'static str, Vec<u8>) {
        if let Some(sheet) = &self.sheet {
            return (sheet.name(), sheet.bytes());
        }
        let text = self.text();
        let wide = matches!(self.kind, Kind::Exclusions | Kind::Trusted);
        (self.kind.name(), if wide { common::utf16le(&text) } else { text.into_bytes() })
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        match self.kind {
            Kind::KeslExport => {
                out.push_str("Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n");
                for (n, task) in self.tasks.iter().enumerate() {
                    let (group, kind) =
                        if task.on_access { ("MonitoringTask", "OAS") } else { ("OnDemandTask", "ODS") };
                    let _ = write!(out, "[{group}.item_{n:04}]\nTaskName=Task{n}\nTaskType={kind}\n");
                    if task.on_access {
                        let _ = writeln!(out, "Active={}", if task.off { "No" } else { "Yes" });
                    }
                    let _ = writeln!(out, "[{group}.item_{n:04}.Settings]");
                    task.write(&format!("{group}.item_{n:04}.Settings."), &mut out);
                }
            }
            Kind::KeslTask => {
                out.push_str(self.sure);
                self.tasks.iter().for_each(|task| task.write("", &mut out));
            }
            Kind::Ksws => self.write_xml(&mut out),
            Kind::Rows | Kind::Console => {
                out.push_str(&self.sheet.as_ref().map_or_else(String::new, Sheet::text));
            }
            Kind::Exclusions => {
                for rule in &self.rules {
                    let on = u8::from(rule.on);
                    rule.masks.iter().for_each(|m| _ = write!(out, "{on};{m};*;*;1;0;1;c;1\r\n"));
                }
            }
            Kind::Trusted => {
                for rule in &self.rules {
                    let on = u8::from(rule.on);
                    rule.masks.iter().for_each(|m| _ = write!(out, "{on};{m};\r\n"));
                }
            }
        }
        out
    }

    fn write_xml(&self, out: &mut String) {
        out.push_str("<KAV-WSEE-Settings><Settings><TrustedZone><ExclutionRules>\n");
        for rule in &self.rules {
            let word = |yes: bool| if yes { "yes" } else { "no" };
            let _ =
                writeln!(out, "<element><Enabled>{}</Enabled><UseObjects>yes</UseObjects>", word(rule.on));
            out.push_str("<Objects>");
            for mask in &rule.masks {
                let mask = mask.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let _ = writeln!(out, "<element><Type>4</Type><Path>{mask}</Path></element>");
            }
            out.push_str("</Objects><UseThreatNameMasks>no</UseThreatNameMasks><ThreatNameMasks/>");
            let [access, demand, script] = rule.parts.map(word);
            let _ = writeln!(
                out,
                "<ApplyForFileMonitor>{access}</ApplyForFileMonitor><ApplyForOnDemandScan>{demand}</ApplyForOnDemandScan><ApplyForScriptChecker>{script}</ApplyForScriptChecker></element>"
            );
        }
        // Trusted programs: what is trusted of them the file does not tell.
        out.push_str("</ExclutionRules><TrustedProcesses><element><Path>C:\\a\\b.exe</Path></element></TrustedProcesses></TrustedZone></Settings></KAV-WSEE-Settings>\n");
    }

    /// Inputs with one thing less: a task, a rule, a mask, an answer, a letter.
    pub fn smaller(&self) -> Vec<Input> {
        let mut out = Vec::new();
        let mut with = |change: &dyn Fn(&mut Input)| {
            let mut next = self.clone();
            change(&mut next);
            out.push(next);
        };
        for sheet in self.sheet.iter().flat_map(Sheet::smaller) {
            with(&|i| i.sheet = Some(sheet.clone()));
        }
        for t in 0..self.tasks.len() {
            if self.tasks.len() > 1 {
                with(&|i| _ = i.tasks.remove(t));
            }
            let task = &self.tasks[t];
            (0..task.scopes.len()).for_each(|s| with(&|i| _ = i.tasks[t].scopes.remove(s)));
            (0..task.masks.len()).for_each(|m| with(&|i| _ = i.tasks[t].masks.remove(m)));
        }
        (0..self.rules.len()).for_each(|r| with(&|i| _ = i.rules.remove(r)));
        (0..self.answers.len()).for_each(|a| with(&|i| _ = i.answers.remove(a)));
        for (r, rule) in self.rules.iter().enumerate() {
            if rule.masks.len() > 1 {
                (0..rule.masks.len()).for_each(|m| with(&|i| _ = i.rules[r].masks.remove(m)));
            }
            for (m, mask) in rule.masks.iter().enumerate() {
                shorter(mask).into_iter().for_each(|s| with(&|i| i.rules[r].masks[m] = s.clone()));
            }
        }
        // The same change in every task, so that they stay the same.
        for (text, part) in self.tasks.iter().flat_map(Task::texts) {
            if part == Part::Area {
                with(&|i| i.without_area(&text));
            }
            for s in shorter(&text) {
                with(&|i| i.replace(&text, part, &s));
            }
        }
        out
    }

    fn without_area(&mut self, text: &str) {
        for scope in self.tasks.iter_mut().flat_map(|t| &mut t.scopes).filter(|s| s.areas.len() > 1) {
            scope.areas.retain(|a| a != text);
        }
    }

    fn replace(&mut self, text: &str, part: Part, by: &str) {
        for task in &mut self.tasks {
            let all: Vec<&mut String> = match part {
                Part::Path => task.scopes.iter_mut().map(|s| &mut s.path).collect(),
                Part::Area => task.scopes.iter_mut().flat_map(|s| &mut s.areas).collect(),
                Part::Name => task.masks.iter_mut().collect(),
            };
            all.into_iter().filter(|t| *t == text).for_each(|t| by.clone_into(t));
        }
    }
}

/// Where a text of a task stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Path,
    Area,
    Name,
}

impl Task {
    fn texts(&self) -> impl Iterator<Item = (String, Part)> {
        let paths = self.scopes.iter().map(|s| (s.path.clone(), Part::Path));
        let areas = self.scopes.iter().flat_map(|s| s.areas.iter().map(|a| (a.clone(), Part::Area)));
        paths.chain(areas).chain(self.masks.iter().map(|m| (m.clone(), Part::Name)))
    }

    fn write(&self, prefix: &str, out: &mut String) {
        let _ = writeln!(out, "UseExcludeMasks={}", if self.use_masks { "Yes" } else { "No" });
        for (n, mask) in self.masks.iter().enumerate() {
            let _ = writeln!(out, "ExcludeMasks.item_{n:04}={mask}");
        }
        for (n, scope) in self.scopes.iter().enumerate() {
            let on = if scope.on { "Yes" } else { "No" };
            let _ = writeln!(out, "[{prefix}ExcludedFromScanScope.item_{n:04}]");
            let _ = writeln!(out, "AreaDesc=d\nUseScanArea={on}\nPath={}", scope.path);
            for (m, area) in scope.areas.iter().enumerate() {
                let _ = writeln!(out, "AreaMask.item_{m:04}={area}");
            }
        }
    }
}

/// The text without one of its characters.
pub fn shorter(text: &str) -> Vec<String> {
    let cut = |(at, c): (usize, char)| format!("{}{}", &text[..at], &text[at + c.len_utf8()..]);
    text.char_indices().map(cut).filter(|s| !s.is_empty()).collect()
}
