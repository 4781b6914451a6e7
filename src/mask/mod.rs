//! Path masks: what each product's masks mean, as sets of paths that can be compared exactly.
//!
//! The same text means different things to different products: `C:\dir\*` is the files of one folder here and everything
//! below it there. So every mask is read by its own [`Language`] into one common form, [`PathSet`], and two sets are
//! compared by walking over both at once ([`compare()`]): equal, inside, contains, overlap or disjoint, with the shortest
//! path that shows the difference.
//!
//! ```
//! use crosswalk::mask::{Flags, Language, Relation, Side, compare, parse};
//!
//! let source = parse(Language::Kes, r"C:\Data\*.mdf", &Flags::default(), Side::Source).unwrap();
//! let target = parse(Language::DefPath, r"C:\Data", &Flags::default(), Side::Target).unwrap();
//! let compared = compare(&source.set, &target.set).unwrap();
//! assert_eq!(compared.relation, Relation::Inside);
//! assert_eq!(compared.only_right.as_deref(), Some(r"C:\Data"));
//! ```
//!
//! # Rules that hold everywhere
//!
//! | rule | how it is here |
//! |---|---|
//! | Windows: letter case | does not count; each UTF-16 unit is folded by its simple upper-case mapping, as NTFS keeps it. `ß`, `ı`, `ſ`, `µ` stay themselves |
//! | Windows: separators | `/` in a mask is `\` |
//! | Windows: paths | `X:\…`, `\\server\share\…`, and `%VARIABLE%\…` |
//! | Linux | bytes; letter case counts; `?` is one UTF-8 character |
//! | `?` | never a separator |
//! | `*` | may match nothing |
//! | a variable, a keyword such as `Mounted:NFS` | an atom: equal to itself only. `drive=C` among the [`Flags`] turns machine variables into folders; `account=system` those of an account |
//! | variables of an account | another folder for another account; Defender's are those of the system account |
//!
//! # Two readings
//!
//! Where a rule is not established, or the vendor's own pages disagree, a language has two readings. A source is read in the
//! narrowest sense and a target in the widest ([`Side`]), so what is written never excludes more than the source did. Why
//! the readings differ stands in [`Parsed::uncertain`]. The rules of each language, with their certainty, open its file in
//! `mask/language/`; its wall of cases is in `language/wall_tests.rs`.
//!
//! | language | product | file |
//! |---|---|---|
//! | `kes`, `kes10`, `local-list` | Kaspersky Endpoint Security for Windows, lists of the local interface | `kes.rs` |
//! | `ksws`, `ksws-process` | Kaspersky Security for Windows Server, Embedded Systems Security, KICS for Nodes | `ksws.rs` |
//! | `kesl`, `kesl-area`, `kesl-mount` | Kaspersky Endpoint Security for Linux | `kesl.rs` |
//! | `mac-path` | lists of Kaspersky Endpoint Security for Mac: paths written out in full | `mac.rs` |
//! | `def-path`, `def-ext`, `def-process` | Microsoft Defender on Windows | `defender.rs` |
//! | `mde-linux`, `mde-macos` | Microsoft Defender for Endpoint | `mde.rs` |
//! | `clam-exclude`, `clam-onaccess` | ClamAV | `clamav.rs` |
//! | `sentinelone`, `sophos`, `crowdstrike` | as they say | |
//!
//! # Bounds
//!
//! Masks can be made whose comparison grows without measure. [`compare()`] counts its steps and answers [`TooComplex`]; a
//! writer leaves such a row to a person.

mod choose;
mod compare;
mod flags;
mod language;
mod linux;
mod nfa;
mod outline;
mod question;
mod set;
mod spell;
mod unit;
mod universe;
mod variables;
mod walk;
mod windows;

pub use choose::{Choice, choose, more, names_nothing};
pub(crate) use choose::{choose_as, taken};
pub use compare::{Comparison, Memo, Relation, TooComplex, compare};
pub use flags::{Flags, List};
pub(crate) use outline::{Outline, packed};
pub use question::{Asked, NoAnswer, ask};
pub use set::PathSet;
pub use spell::Spelling;
pub(crate) use unit::folded;
pub use unit::visible;
pub use variables::{Machine, Variable, variable};

/// The system whose paths a mask is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// UTF-16 units, letter case does not count.
    Windows,
    /// Bytes.
    Linux,
    /// Bytes.
    MacOs,
}

macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $system:ident;)*) => {
        /// A mask language: one row of the references' table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Language {
            $($(#[$doc])* $name,)*
        }

        impl Language {
            /// Every language.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its id.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// The system whose paths it is about.
            pub const fn system(self) -> System {
                match self {
                    $(Self::$name => System::$system,)*
                }
            }
        }
    };
}

languages! {
    /// Kaspersky Endpoint Security for Windows 11 and 12.
    Kes = "kes", Windows;
    /// Kaspersky Endpoint Security for Windows 8 and 10.
    Kes10 = "kes10", Windows;
    /// Objects of exclusion rules in KSWS, KESS, KICS for Nodes.
    Ksws = "ksws", Windows;
    /// Trusted processes of the same.
    KswsProcess = "ksws-process", Windows;
    /// `Path` of Kaspersky Endpoint Security for Linux.
    Kesl = "kesl", Linux;
    /// `AreaMask` and `ExcludeMasks` of the same: file names.
    KeslArea = "kesl-area", Linux;
    /// `ExcludedMountPoint` of the same: mount points.
    KeslMount = "kesl-mount", Linux;
    /// Paths in lists of Kaspersky Endpoint Security for Mac.
    MacPath = "mac-path", MacOs;
    /// Lists of the local interface.
    LocalList = "local-list", Windows;
    /// Paths of Microsoft Defender Antivirus.
    DefPath = "def-path", Windows;
    /// Extensions of the same.
    DefExt = "def-ext", Windows;
    /// Processes of the same.
    DefProcess = "def-process", Windows;
    /// Microsoft Defender for Endpoint on Linux.
    MdeLinux = "mde-linux", Linux;
    /// Microsoft Defender for Endpoint on macOS.
    MdeMacos = "mde-macos", MacOs;
    /// SentinelOne.
    SentinelOne = "sentinelone", Windows;
    /// Sophos Central.
    Sophos = "sophos", Windows;
    /// CrowdStrike Falcon.
    CrowdStrike = "crowdstrike", Windows;
    /// `ExcludePath` of ClamAV.
    ClamExclude = "clam-exclude", Linux;
    /// `OnAccessExcludePath` of ClamAV.
    ClamOnAccess = "clam-onaccess", Linux;
}

impl Language {
    /// The language of an id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|l| l.id() == id)
    }
}

/// Which of two readings is taken where a rule is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The narrowest.
    Source,
    /// The widest.
    Target,
}

/// A mask as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What it denotes.
    pub set: PathSet,
    /// Why another reading is possible.
    pub uncertain: Vec<&'static str>,
    /// Conditions beside the path, as written; all of them narrow.
    pub conditions: Vec<String>,
}

/// Why a mask is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaskError {
    /// The product does not accept it.
    Invalid(String),
    /// Nobody says what it means.
    NotEstablished(String),
}

impl MaskError {
    /// The reason.
    pub fn reason(&self) -> &str {
        match self {
            Self::Invalid(reason) | Self::NotEstablished(reason) => reason,
        }
    }
}

fn invalid(reason: &str) -> MaskError {
    MaskError::Invalid(reason.to_owned())
}

fn not_established(reason: &str) -> MaskError {
    MaskError::NotEstablished(reason.to_owned())
}

/// Reads a mask in one of its two readings.
///
/// # Errors
///
/// The product does not accept the mask, or what it means is not established.
pub fn parse(language: Language, text: &str, flags: &Flags, side: Side) -> Result<Parsed, MaskError> {
    language::parse(language, text, flags, side)
}
