//! Readers of vendor files, written from the descriptions of the formats: each turns a file back into what the product
//! would obey. They share nothing with the writers. What a reader does not know it refuses: an entry that nobody read
//! could hide anything.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod indicators;
pub mod intune;
pub mod plist;
pub mod powershell;
pub mod registry;
pub mod rules;
pub mod unix;
pub mod words;

use std::collections::BTreeMap;

pub use indicators::Indicator;
pub use rules::{Defaults, WindowsRule};
pub use unix::Unix;

/// Why a file was not read.
pub type Wrong = String;

/// Lists of Defender on Windows, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusions {
    pub paths: Vec<String>,
    pub extensions: Vec<String>,
    pub processes: Vec<String>,
    /// Left alone by network inspection.
    pub addresses: Vec<String>,
    /// Left alone by rules that reduce the attack surface.
    pub asr_only: Vec<String>,
    /// Programs that may write into protected folders.
    pub cfa_applications: Vec<String>,
    /// Protected folders.
    pub cfa_folders: Vec<String>,
}

impl Exclusions {
    /// Every entry with the name of its list, which is that of the parameter of `Add-MpPreference`.
    pub fn shown(&self) -> Vec<String> {
        self.lists().iter().flat_map(|(list, all)| all.iter().map(move |v| format!("{list} {v}"))).collect()
    }

    pub fn lists(&self) -> [(&'static str, &Vec<String>); 7] {
        [
            ("ExclusionPath", &self.paths),
            ("ExclusionExtension", &self.extensions),
            ("ExclusionProcess", &self.processes),
            ("ExclusionIpAddress", &self.addresses),
            ("AttackSurfaceReductionOnlyExclusions", &self.asr_only),
            ("ControlledFolderAccessAllowedApplications", &self.cfa_applications),
            ("ControlledFolderAccessProtectedFolders", &self.cfa_folders),
        ]
    }

    /// The list of a parameter.
    pub fn list(&mut self, parameter: &str) -> Option<&mut Vec<String>> {
        Some(match parameter {
            "ExclusionPath" => &mut self.paths,
            "ExclusionExtension" => &mut self.extensions,
            "ExclusionProcess" => &mut self.processes,
            "ExclusionIpAddress" => &mut self.addresses,
            "AttackSurfaceReductionOnlyExclusions" => &mut self.asr_only,
            "ControlledFolderAccessAllowedApplications" => &mut self.cfa_applications,
            "ControlledFolderAccessProtectedFolders" => &mut self.cfa_folders,
            _ => return None,
        })
    }
}

/// Settings by the name that `Set-MpPreference` has for them.
pub type Settings = BTreeMap<String, i64>;

/// What one vendor file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obeyed {
    pub exclusions: Exclusions,
    pub settings: Settings,
    pub rules: Vec<WindowsRule>,
    pub defaults: Defaults,
    pub indicators: Vec<Indicator>,
    /// Linux and macOS.
    pub unix: Unix,
}

impl Obeyed {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many single things it holds.
    pub fn count(&self) -> usize {
        self.exclusions.shown().len()
            + self.settings.len()
            + self.rules.len()
            + self.indicators.len()
            + self.unix.exclusions.len()
            + self.unix.settings.len()
            + self.defaults.count()
    }

    /// Adds a setting; twice the same is a mistake of the file.
    pub fn set(&mut self, name: &str, value: i64) -> Result<(), Wrong> {
        match self.settings.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(format!("{name} stands twice")),
        }
    }
}

/// Reads a vendor file by its name and bytes.
pub fn read(name: &str, bytes: &[u8]) -> Result<Obeyed, Wrong> {
    let lower = name.to_lowercase();
    let ends = |ending: &str| lower.ends_with(ending);
    if ends(".pol") {
        return registry::obeyed(&registry::pol(bytes)?);
    }
    if ends(".reg") {
        return registry::obeyed(&registry::reg(bytes)?);
    }
    if lower.contains("lgpo") && ends(".txt") {
        return registry::obeyed(&registry::lgpo(bytes)?);
    }
    if ends(".ps1") {
        return powershell::obeyed(&words::text(bytes)?);
    }
    if ends(".plist") || ends(".mobileconfig") {
        return unix::mac(&plist::read(&words::text(bytes)?)?, ends(".mobileconfig"));
    }
    if ends(".csv") {
        return indicators::csv(&words::text(bytes)?);
    }
    if ends(".json") {
        let value = words::json(&words::text(bytes)?)?;
        if value.get("Indicators").is_some() {
            return indicators::api(&value);
        }
        if value.get("settings").is_some() {
            return intune::obeyed(&value);
        }
        return unix::linux(&value);
    }
    if ends(".txt") && lower.contains("huntress") {
        return words::plain_list(&lower, &words::text(bytes)?);
    }
    Err(format!("no reader for {name}"))
}
