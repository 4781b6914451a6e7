//! What variables stand for. Where the answers leave it open, every machine is possible, so one is drawn: variables as
//! places of their own, or as folders of this or that drive. What holds must hold in each of them.

use crosswalk::options::Options;

use crate::draw::Dice;

/// Variables of the machine, and where they lead on a fresh Windows.
const MACHINE: [(&str, &str); 12] = [
    ("SYSTEMDRIVE", ""),
    ("SYSTEMROOT", r"\Windows"),
    ("WINDIR", r"\Windows"),
    ("PROGRAMFILES", r"\Program Files"),
    ("PROGRAMFILES(X86)", r"\Program Files (x86)"),
    ("PROGRAMW6432", r"\Program Files"),
    ("COMMONPROGRAMFILES", r"\Program Files\Common Files"),
    ("COMMONPROGRAMFILES(X86)", r"\Program Files (x86)\Common Files"),
    ("COMMONPROGRAMW6432", r"\Program Files\Common Files"),
    ("PROGRAMDATA", r"\ProgramData"),
    ("ALLUSERSPROFILE", r"\ProgramData"),
    ("PUBLIC", r"\Users\Public"),
];

/// Variables of an account: for the system's own, and for somebody's.
const ACCOUNT: [(&str, &str, &str); 5] = [
    ("USERPROFILE", r"\Windows\System32\config\systemprofile", r"\Users\u"),
    ("APPDATA", r"\Windows\System32\config\systemprofile\AppData\Roaming", r"\Users\u\AppData\Roaming"),
    ("LOCALAPPDATA", r"\Windows\System32\config\systemprofile\AppData\Local", r"\Users\u\AppData\Local"),
    ("TEMP", r"\Moved\Temp", r"\Users\u\AppData\Local\Temp"),
    ("TMP", r"\Moved\Temp", r"\Users\u\AppData\Local\Temp"),
];

/// One machine.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// The drive of Windows; `None`: variables are places of their own.
    drive: Option<char>,
    /// The source's variables were those of the system account, as the target's are.
    system: bool,
}

/// Whose mask it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

impl World {
    /// A machine that the answers allow.
    pub fn drawn(options: &Options, dice: &mut Dice) -> Self {
        let told = |key: &str| options.answers.given.get(key).map(String::as_str);
        let drawn = [None, Some('C'), Some('C'), Some('D')][dice.below(4)];
        World {
            drive: told("windows.drive").and_then(|d| d.chars().next()).or(drawn),
            system: told("windows.account") == Some("system"),
        }
    }

    /// The mask with its variable as this machine has it.
    pub fn resolved(&self, mask: &str, side: Side) -> String {
        let Some((name, rest)) = mask.strip_prefix('%').and_then(|m| m.split_once('%')) else {
            return mask.to_owned();
        };
        let upper = name.to_uppercase();
        let of_machine = MACHINE.iter().find(|(n, _)| *n == upper).map(|(_, folder)| *folder);
        let of_account = ACCOUNT.iter().find(|(n, ..)| *n == upper);
        // Variables that are not known here belong to an account, too: the target is told nothing of any other.
        let own = self.system || side == Side::Target;
        let folder = of_machine.or(of_account.map(|(_, system, user)| if own { *system } else { *user }));
        match (self.drive, folder) {
            (Some(drive), Some(folder)) if rest.is_empty() || rest.starts_with(['\\', '/']) => {
                format!("{drive}:{folder}{rest}")
            }
            _ => match (of_machine, of_account) {
                (Some(folder), _) => {
                    // Two names for one folder are one place.
                    let first = MACHINE.iter().find(|(_, f)| *f == folder).map_or(name, |(n, _)| n);
                    format!("%{first}%{rest}")
                }
                // The system account's folders lie in the folder of Windows.
                (None, Some((_, system, _))) if own => {
                    format!("%SYSTEMROOT%{}{rest}", system.trim_start_matches(r"\Windows"))
                }
                (None, None) if own => mask.to_owned(),
                _ => format!("%{name} of another%{rest}"),
            },
        }
    }

    /// Folders of variables, for paths that go into one or come out of one.
    pub fn folders(&self) -> Vec<String> {
        let all = MACHINE.iter().map(|(name, folder)| (name, *folder));
        let all = all.chain(ACCOUNT.iter().flat_map(|(name, system, user)| [(name, *system), (name, *user)]));
        let shown = |(name, folder): (&&str, &str)| match self.drive {
            Some(drive) => format!("{drive}:{folder}"),
            None => format!("%{name}%"),
        };
        all.map(shown).collect()
    }
}
