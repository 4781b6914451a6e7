//! What variables in Windows paths stand for: the system drive, and the account whose variables they were. The bytes do not
//! tell, so both are questions, asked when a path begins with a variable. Without answers a variable stays a variable.

use super::Part;
use crate::mask::{Machine, variable};
use crate::options::Answers;
use crate::policy::{Kind, PathMask};

/// The drive that Windows is on.
pub const DRIVE: &str = "windows.drive";
/// Whose variables they were.
pub const ACCOUNT: &str = "windows.account";

const DRIVES: &[(&str, &str)] = &[("C", "C:"), ("D", "D:"), ("E", "E:")];

/// What was told about the machine.
pub(crate) struct Told {
    pub(crate) machine: Machine,
    drive: Option<String>,
    account: Option<String>,
}

/// Takes the answers.
pub(crate) fn told(part: &Part<'_>, answers: &Answers) -> Told {
    let drive = part.answer(answers, DRIVE, &["C", "D", "E"]);
    let account = part.answer(answers, ACCOUNT, &["system", "other"]);
    let machine = Machine {
        drive: drive.as_deref().and_then(|d| d.chars().next()),
        system_account: account.as_deref() == Some("system"),
    };
    Told { machine, drive, account }
}

impl Told {
    /// Asks, if a path begins with a variable.
    pub(crate) fn ask(self, part: &mut Part<'_>) {
        let (mut any, mut of_account) = (false, false);
        for item in &part.read.items {
            if let Some(found) = path(&item.kind).and_then(|p| variable(&p.text)) {
                any = true;
                of_account |= !found.of_machine;
            }
        }
        if any {
            part.ask(
                DRIVE,
                "Which drive is Windows on?",
                "Paths begin with variables such as %ProgramFiles%. With the drive they become folders, which every product reads in the same way",
                DRIVES,
                self.drive,
            );
        }
        if of_account {
            part.ask(
                ACCOUNT,
                "Whose variables are %TEMP%, %APPDATA% and the like?",
                "They are another folder for each account. Scan tasks run as the system account unless somebody set another one in the task's properties",
                &[
                    ("system", "The system account's"),
                    ("other", "A user's, or I do not know: these rows stay with a person"),
                ],
                self.account,
            );
        }
    }
}

fn path(kind: &Kind) -> Option<&PathMask> {
    match kind {
        Kind::Exclusion(exclusion) => exclusion.path.as_ref(),
        Kind::TrustedApplication(trusted) => Some(&trusted.image),
        _ => None,
    }
}
