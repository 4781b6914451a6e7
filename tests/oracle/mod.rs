//! A second opinion on path masks: what each product makes of a mask, written from the rules by the plainest means,
//! backtracking over characters. It shares nothing with the engine, so that a mistake must be made twice to be missed.
//!
//! ```ignore
//! assert_eq!(oracle::matches("kes", r"C:\dir\*.exe", &[], false, r"c:\DIR\a.exe"), Verdict::Yes);
//! ```

#![allow(dead_code, reason = "each test file uses a part")]

pub mod glob;
pub mod linux;
pub mod posix;
pub mod windows;

/// What the product does with one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// The product refuses the mask, or nobody tells what it means.
    Invalid,
}

/// The system whose paths a language speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Windows,
    Linux,
}

/// Every language that is judged here.
pub const LANGUAGES: [(&str, System); 19] = [
    ("kes", System::Windows),
    ("kes10", System::Windows),
    ("ksws", System::Windows),
    ("ksws-process", System::Windows),
    ("local-list", System::Windows),
    ("def-path", System::Windows),
    ("def-ext", System::Windows),
    ("def-process", System::Windows),
    ("sentinelone", System::Windows),
    ("sophos", System::Windows),
    ("crowdstrike", System::Windows),
    ("kesl", System::Linux),
    ("kesl-area", System::Linux),
    ("kesl-mount", System::Linux),
    ("mde-linux", System::Linux),
    ("mde-macos", System::Linux),
    ("mac-path", System::Linux),
    ("clam-exclude", System::Linux),
    ("clam-onaccess", System::Linux),
];

/// A mask that was understood.
#[derive(Debug)]
pub enum Mask {
    Windows(windows::Mask),
    Linux(linux::Mask),
    Posix(posix::Expression),
}

impl Mask {
    /// `wide`: of the readings that the rules leave open the one that takes most, otherwise the one that takes least.
    pub fn read(language: &str, mask: &str, flags: &[&str], wide: bool) -> Option<Self> {
        let (_, system) = LANGUAGES.iter().find(|(id, _)| *id == language).expect("a language");
        match (language, system) {
            ("clam-exclude", _) => posix::Expression::read(mask).map(Mask::Posix),
            (_, System::Windows) => windows::read(language, mask, flags, wide).map(Mask::Windows),
            (_, System::Linux) => linux::read(language, mask, flags, wide).map(Mask::Linux),
        }
    }

    /// Whether the mask takes the path. A name alone is a file of that name in some folder.
    pub fn takes(&self, path: &str) -> bool {
        self.judges(path).unwrap_or_else(|| panic!("{path} is no path"))
    }

    /// The same for a path that was read.
    pub fn takes_point(&self, point: &Point) -> bool {
        match (self, point) {
            (Mask::Windows(mask), Point::Windows(path)) => mask.takes(path),
            (Mask::Linux(mask), Point::Linux(_, letters)) => mask.takes_letters(letters),
            (Mask::Posix(expression), Point::Linux(path, _)) => expression.takes(path),
            _ => panic!("a path of another system"),
        }
    }

    /// The same; `None` for what is no path.
    pub fn judges(&self, path: &str) -> Option<bool> {
        Some(match self {
            Mask::Windows(mask) => mask.takes(&windows::Path::read(&placed(System::Windows, path))?),
            Mask::Linux(mask) => mask.takes(linux::path(&placed(System::Linux, path))?),
            Mask::Posix(expression) => expression.takes(linux::path(&placed(System::Linux, path))?),
        })
    }
}

/// A path, read once for many masks of its system.
#[derive(Debug)]
pub enum Point {
    Windows(windows::Path),
    Linux(String, Vec<char>),
}

impl Point {
    /// `None` for what is no path.
    pub fn read(system: System, path: &str) -> Option<Self> {
        Some(match system {
            System::Windows => Point::Windows(windows::Path::read(path)?),
            System::Linux => Point::Linux(linux::path(path)?.to_owned(), linux::letters(path)),
        })
    }
}

/// A name alone gets a folder.
pub fn placed(system: System, path: &str) -> String {
    let root = match system {
        System::Windows if !path.contains(['\\', '/', '%']) => r"C:\x\",
        System::Linux if !path.contains('/') => "/x/",
        _ => "",
    };
    format!("{root}{path}")
}

/// One mask, one path.
pub fn matches(language: &str, mask: &str, flags: &[&str], wide: bool, path: &str) -> Verdict {
    match Mask::read(language, mask, flags, wide) {
        None => Verdict::Invalid,
        Some(mask) if mask.takes(path) => Verdict::Yes,
        Some(_) => Verdict::No,
    }
}
