//! The vendor-neutral policy: what the readers produce and the writers read. It knows neither Kaspersky's files nor
//! any replacement product.

mod firewall;

use crate::columns::Table;
use crate::finding::Finding;
use crate::intake::InputInfo;
use crate::intake::leaves::Leaves;
pub use firewall::{
    AddressRange, Addresses, Direction, FirewallRule, NotUnderstood, Ports, Protocol, RuleAction, RulePlace,
};

use crate::mask::{self, Flags, Language, Machine, MaskError, Parsed, PathSet, Side};

mod schedule;

pub use schedule::{Clock, Day, Rule, Schedule};

/// The operating system that a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Windows.
    Windows,
    /// Linux.
    Linux,
    /// macOS.
    MacOs,
}

impl Platform {
    /// The word of the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
            Self::MacOs => "macos",
        }
    }
}

/// How sure it is that a key or column means what the reader says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// A real export, or a tool that runs on real exports, shows it.
    Confirmed,
    /// A public tool's code or test data shows it, evidently made from real files.
    Shown,
    /// The vendor's own page states it.
    Documented,
    /// A reading of the evidence; nobody states it.
    Inferred,
    /// The user looked at the values and said what the column means.
    Told,
}

impl Certainty {
    /// The word of the references.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Shown => "SHOWN",
            Self::Documented => "DOCUMENTED",
            Self::Inferred => "INFERRED",
            Self::Told => "CONFIRMED BY YOU",
        }
    }
}

/// The part of a product that a setting belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Scanning of files as they are used.
    OnAccess,
    /// Scans that somebody or a schedule starts.
    OnDemand,
    /// Scanning of scripts as they run.
    Script,
    /// Scanning of network storage.
    NetworkStorage,
    /// Scanning for other servers over ICAP.
    Icap,
    /// Scanning of containers and images.
    Containers,
    /// Scanning of boot sectors.
    Boot,
    /// Scanning of process memory.
    Memory,
    /// Watching for encryption of shared folders.
    AntiCryptor,
    /// Watching for changes of files.
    Integrity,
    /// Watching what programs do.
    Behaviour,
    /// Watching network traffic for attacks.
    NetworkThreats,
    /// Scanning of removable drives.
    RemovableDrives,
    /// The product as a whole.
    General,
}

/// A scanning task, or a component with settings of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its name in the export.
    pub name: String,
    /// What it is.
    pub component: Component,
    /// Whether it is switched on; on-demand tasks have no switch.
    pub active: bool,
}

/// Where an exclusion holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One task of [`Policy::tasks`], by index.
    Task(usize),
    /// A list of components, as the rule states them.
    Components(Vec<Component>),
    /// Every component.
    Everything,
}

/// A path mask with what else the source says about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathMask {
    /// Whose rules apply.
    pub language: Language,
    /// The mask as it stands in the export.
    pub text: String,
    /// Whether folders below are meant too; `None` when the source does not say.
    pub subfolders: Option<bool>,
    /// What is known about the machine; for variables.
    pub machine: Machine,
}

impl PathMask {
    /// The paths that it denotes in its narrowest reading, inside them only files of these names if there are any.
    ///
    /// # Errors
    ///
    /// The product does not accept the mask, or what it means is not established.
    pub fn parse(&self, names: &[String]) -> Result<Parsed, MaskError> {
        self.parse_as(names, Side::Source)
    }

    /// The same in the reading of either side.
    ///
    /// # Errors
    ///
    /// As [`PathMask::parse`].
    pub fn parse_as(&self, names: &[String], side: Side) -> Result<Parsed, MaskError> {
        let flags =
            Flags { subfolders: self.subfolders, list: None, area: names.to_vec(), machine: self.machine };
        mask::parse(self.language, &self.text, &flags, side)
    }

    /// The paths that it denotes if sub-folders are meant, where that is not ruled out.
    pub fn with_subfolders(&self) -> Option<PathSet> {
        if self.subfolders == Some(false) {
            return None;
        }
        let side = if self.language == Language::Ksws { Side::Source } else { Side::Target };
        let flags = Flags { subfolders: Some(true), machine: self.machine, ..Flags::default() };
        mask::parse(self.language, &self.text, &flags, side).ok().map(|parsed| parsed.set)
    }

    /// The keyword that stands in place of a path, such as `Mounted:NFS`.
    pub fn keyword(&self) -> Option<&str> {
        let keyword = self.language == Language::Kesl && !self.text.starts_with('/');
        (keyword && self.parse(&[]).is_ok()).then_some(self.text.as_str())
    }

    /// The variable that it begins with, where no answer says what it stands for.
    pub fn open_variable(&self) -> Option<&str> {
        let variable = mask::variable(&self.text)?;
        (!variable.of_machine && !self.machine.system_account).then_some(variable.name)
    }
}

/// Objects that are not scanned. Conditions narrow each other; several names are a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Path mask; `None` = anywhere.
    pub path: Option<PathMask>,
    /// File-name masks inside the path; empty = every file.
    pub names: Vec<String>,
    /// Threat-name masks; empty = every threat.
    pub threats: Vec<String>,
    /// Hashes of the files, lower-case hexadecimal; empty = any content.
    pub hashes: Vec<String>,
    /// Programs that touch the files; empty = every program.
    pub processes: Vec<PathMask>,
    /// Where it holds.
    pub reach: Reach,
}

impl Exclusion {
    /// The files that it denotes in its narrowest reading, whatever their threats; `None` when it names none.
    ///
    /// # Errors
    ///
    /// The product does not accept a mask, or what it means is not established.
    pub fn objects(&self) -> Option<Result<Parsed, MaskError>> {
        self.objects_as(Side::Source)
    }

    /// The same in the reading of either side.
    ///
    /// # Errors
    ///
    /// As [`Exclusion::objects`].
    pub fn objects_as(&self, side: Side) -> Option<Result<Parsed, MaskError>> {
        match &self.path {
            Some(path) => Some(path.parse_as(&self.names, side)),
            None if self.names.is_empty() => None,
            None => {
                let flags = Flags { area: self.names.clone(), ..Flags::default() };
                Some(mask::parse(Language::Kesl, "/", &flags, side))
            }
        }
    }
}

/// A program whose actions are trusted. This is not an exclusion of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedApplication {
    /// Image path mask.
    pub image: PathMask,
    /// Whether files it opens are not scanned; `None` = the source does not say.
    pub opened_files: Option<bool>,
    /// Whether its child processes are trusted too; `None` = the source does not say.
    pub children: Option<bool>,
    /// Hashes of the program that it is limited to, lower-case hexadecimal; empty = any content.
    pub hashes: Vec<String>,
}

/// Addresses of the web that are allowed or blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRule {
    /// Its name.
    pub name: String,
    /// Allowed or blocked.
    pub allow: bool,
    /// Addresses or masks of addresses, in the source's words.
    pub addresses: Vec<String>,
}

/// A device, or a class of devices, that is allowed or blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRule {
    /// Its name.
    pub name: String,
    /// Allowed or blocked.
    pub allow: bool,
    /// Ids or masks of ids, in the source's words.
    pub devices: Vec<String>,
    /// Users or groups it is limited to, in the source's words; empty = everybody.
    pub users: Vec<String>,
}

/// Action when a threat is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// What the vendor recommends.
    Recommended,
    /// Disinfect.
    Disinfect,
    /// Delete.
    Delete,
    /// Block access.
    Block,
    /// Report only.
    Report,
}

/// How far a machine takes part in the vendor's cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Not at all.
    Off,
    /// It asks about files, programs and addresses.
    Standard,
    /// It also sends what the vendor wants to look at.
    Extended,
    /// It takes part; how far is not said.
    On,
}

/// What happens to traffic that no rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirewallDefault {
    /// Which traffic.
    pub direction: Direction,
    /// Whether it is let through.
    pub allow: bool,
}

/// What a setting of a component says, where the policy has a word for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The component is switched on or off.
    Switch(bool),
    /// First or only action on a threat.
    Action(Action),
    /// What to do when the first action fails.
    Fallback(Action),
    /// Archives are scanned.
    Archives(bool),
    /// Files on network shares are scanned.
    NetworkFiles(bool),
    /// Removable drives are scanned.
    RemovableDrives(bool),
    /// Programs that are unwanted rather than malicious (adware and the like) are detected.
    UnwantedPrograms(bool),
    /// Most of the processor's time that a scan takes, in percent.
    ProcessorLimit(u8),
    /// Users cannot open the product's window.
    InterfaceLock(bool),
    /// Heuristic analysis is on.
    Heuristics(bool),
    /// Level of heuristic analysis, in the source's word.
    HeuristicLevel(String),
    /// Largest object that is scanned, in megabytes; 0 = no limit.
    SizeLimit(u64),
    /// Longest time for one object, in seconds; 0 = no limit.
    TimeLimit(u64),
    /// Takes part in the vendor's cloud.
    Cloud(Cloud),
    /// A list is switched on or off; the rows of the list carry the effect.
    ListSwitch(bool),
    /// A scope that is scanned: path, masks, and whether that is everything.
    Scope {
        /// Everything is in scope.
        everything: bool,
        /// Where it begins.
        path: PathMask,
        /// File-name masks inside the path; empty = every file.
        names: Vec<String>,
    },
    /// When a task starts by itself; `None` when that is not established.
    Schedule(Option<Schedule>),
    /// A default of a packet filter: what happens to traffic that no rule is for, where the source says it so.
    FirewallDefault(Option<FirewallDefault>),
    /// A network zone's address list.
    Zone,
    /// How the source product runs itself: its logs, reports, caches, the places of its files.
    Housekeeping,
    /// Known key of one of these areas, for which the policy has no closer word.
    Other,
}

/// One item of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not scanned.
    Exclusion(Exclusion),
    /// Trusted program.
    TrustedApplication(TrustedApplication),
    /// Packet rule.
    FirewallRule(FirewallRule),
    /// A packet rule that could not be read; it stands in the order of the others and may match anything.
    RuleNotRead(RulePlace),
    /// Web addresses.
    WebRule(WebRule),
    /// Devices.
    DeviceRule(DeviceRule),
    /// Address that network threat protection leaves alone.
    NetworkAttackExclusion(String),
    /// Mount point that is left out of interception.
    MountPoint(String),
    /// A setting of a task or component.
    Setting {
        /// The task, by index, when it belongs to one.
        task: Option<usize>,
        /// What it says.
        meaning: Meaning,
    },
    /// Version stamps, names, descriptions.
    Context,
    /// A secret.
    Withheld,
    /// Known to exist, content not interpreted.
    Inventory,
    /// Not known to the reader.
    Unread,
}

/// Whether an item may be converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// In force and read.
    Active,
    /// Switched off in the source: why.
    Inactive(String),
    /// Waits for the answer to a question; key and reason.
    Waits {
        /// Question key.
        question: &'static str,
        /// Code of the reason.
        code: &'static str,
        /// Reason.
        reason: String,
    },
    /// Left to a person whatever the target: code and reason.
    ByHand {
        /// Code of the reason.
        code: &'static str,
        /// Reason.
        reason: String,
    },
}

/// One item with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Index of the input in [`Policy::inputs`].
    pub input: usize,
    /// The leaves it accounts for.
    pub leaves: Leaves,
    /// Physical line of the first of them, 1-based.
    pub line: u32,
    /// What it is.
    pub kind: Kind,
    /// Whether it may be converted.
    pub state: State,
    /// How sure its grammar is.
    pub certainty: Certainty,
    /// How it reads in one line.
    pub source: String,
}

/// A question that the bytes leave open.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Question {
    /// Key for `--answer KEY=VALUE`.
    pub key: &'static str,
    /// Name of the input it is about.
    pub input: String,
    /// The question in plain words.
    pub text: String,
    /// Why it is asked and where to look.
    pub help: String,
    /// Possible answers: value and label.
    pub options: Vec<(String, String)>,
    /// The answer that was given, if it is one of the options.
    pub answer: Option<String>,
}

/// What one or more exports of one machine or one policy say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The inputs, in the order given.
    pub inputs: Vec<InputInfo>,
    /// The system it is for.
    pub platform: Platform,
    /// Tasks and components with settings of their own.
    pub tasks: Vec<Task>,
    /// Everything that was read, in the order of the document.
    pub items: Vec<Item>,
    /// Open and answered questions.
    pub questions: Vec<Question>,
    /// Lists whose columns the user confirms.
    pub tables: Vec<Table>,
    /// What a person should know about the input.
    pub findings: Vec<Finding>,
}
