//! Variables in Windows paths, and keywords in place of Linux paths. Without an answer a variable is an atom. An answer
//! for the system drive turns machine variables into folders; variables of an account need to know which account, and
//! Defender always takes the one of the system.
//!
//! | variable | folder on the system drive |
//! |---|---|
//! | `%SystemDrive%` | the drive itself |
//! | `%SystemRoot%` = `%windir%` | `\Windows` |
//! | `%ProgramFiles%`, `%ProgramFiles(x86)%` | `\Program Files`, `\Program Files (x86)` |
//! | `%ProgramData%` = `%ALLUSERSPROFILE%` | `\ProgramData` |
//! | `%APPDATA%` of the system account | `%SystemRoot%\System32\config\systemprofile\AppData\Roaming` |
//! | `%TEMP%` | can be moved: stays a variable, that of the system account |

use super::System;

/// What is known about the machine that a mask was written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Machine {
    /// Letter of the drive that Windows is on; `None` = not told.
    pub drive: Option<char>,
    /// Variables of an account were those of the system account.
    pub system_account: bool,
}

/// Machine variables: the same for every account. Name as it is usually written, folder on the system drive.
const OF_MACHINE: &[(&str, &str)] = &[
    ("SystemDrive", ""),
    ("SystemRoot", "\\Windows"),
    ("ProgramFiles", "\\Program Files"),
    ("ProgramFiles(x86)", "\\Program Files (x86)"),
    ("ProgramW6432", "\\Program Files"),
    ("ProgramData", "\\ProgramData"),
    ("PUBLIC", "\\Users\\Public"),
    ("CommonProgramFiles", "\\Program Files\\Common Files"),
    ("CommonProgramFiles(x86)", "\\Program Files (x86)\\Common Files"),
];

/// Two names of one folder.
const ALIASES: &[(&str, &str)] = &[("windir", "SystemRoot"), ("ALLUSERSPROFILE", "ProgramData")];

/// Variables of an account, with the folder they are for the system account.
const OF_ACCOUNT: &[(&str, &str)] = &[
    ("USERPROFILE", "%SystemRoot%\\System32\\config\\systemprofile"),
    ("APPDATA", "%SystemRoot%\\System32\\config\\systemprofile\\AppData\\Roaming"),
    ("LOCALAPPDATA", "%SystemRoot%\\System32\\config\\systemprofile\\AppData\\Local"),
];

/// Variables of an account whose folder an administrator can move.
const MOVED: &[(&str, &str)] = &[("TEMP", ""), ("TMP", "")];

/// Name of a variable at the beginning of a path, and what follows it.
pub(crate) fn leading(path: &str) -> Option<(&str, &str)> {
    let (name, rest) = path.strip_prefix('%')?.split_once('%')?;
    let plain = !name.is_empty() && !name.contains(['\\', '/', '*', '?', ':', '<', '>', '"', '|']);
    (plain && (rest.is_empty() || rest.starts_with(['\\', '/']))).then_some((name, rest))
}

/// A variable at the beginning of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'p> {
    /// Its name.
    pub name: &'p str,
    /// It is the same for every account.
    pub of_machine: bool,
}

/// The variable at the beginning of a Windows path.
pub fn variable(path: &str) -> Option<Variable<'_>> {
    leading(path).map(|(name, _)| Variable { name, of_machine: of_machine(name) })
}

/// One name for each folder.
pub(crate) fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map_or(name, |(_, name)| name)
}

/// Whether a variable is the same for every account.
pub(crate) fn of_machine(name: &str) -> bool {
    let name = canonical(name);
    OF_MACHINE.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// The folder of a variable, if enough is known.
pub(crate) fn folder(name: &str, machine: Machine) -> Option<String> {
    let drive = machine.drive?;
    let name = canonical(name);
    let known = OF_MACHINE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(format!("{}:{}", drive.to_ascii_uppercase(), known.1))
}

/// The folder, by a variable of the machine, that a variable of an account is for the system account.
pub(crate) fn of_system_account(name: &str) -> Option<&'static str> {
    OF_ACCOUNT.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, folder)| *folder)
}

/// A folded name as it is usually written.
pub(crate) fn spelling(folded: &str, system: System) -> String {
    if system != System::Windows {
        return folded.to_owned();
    }
    let usual = OF_MACHINE
        .iter()
        .chain(OF_ACCOUNT)
        .chain(MOVED)
        .find(|(known, _)| known.eq_ignore_ascii_case(folded));
    format!("%{}%", usual.map_or(folded, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_need_answers() {
        let c = Machine { drive: Some('c'), system_account: false };
        assert_eq!(folder("programfiles", c).as_deref(), Some(r"C:\Program Files"));
        assert_eq!(folder("WINDIR", c).as_deref(), Some(r"C:\Windows"));
        assert_eq!(folder("TEMP", c), None);
        assert_eq!(of_system_account("temp"), None);
        assert!(of_system_account("appdata").is_some());
        assert_eq!(folder("windir", Machine::default()), None);
        assert_eq!(folder("KAV", c), None);
    }

    #[test]
    fn a_variable_stands_first() {
        assert_eq!(leading(r"%windir%\a"), Some(("windir", r"\a")));
        assert_eq!(leading("%windir%"), Some(("windir", "")));
        for other in [r"C:\%x%\a", "%a", "%%", r"%a\b%\c", "%a%b"] {
            assert_eq!(leading(other), None, "{other}");
        }
    }
}
