//! Programs that run whatever they are given: shells, script hosts, interpreters, compilers, loaders. To trust one, or to exclude its
//! file, trusts every script and document that it opens. Names partly from Microsoft's page on common mistakes with exclusions and its
//! list of programs that get around application control (learn.microsoft.com).
//!
//! | entry | said |
//! |---|---|
//! | trusted `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe` | a script host |
//! | trusted `/usr/bin/python3` | a script host |
//! | trusted `C:\Tools\*.exe` | takes programs of any name, a script host too |
//! | excluded file `C:\Java\bin\java.exe` | a script host |
//! | trusted `/opt/vendor/agent` | nothing: that program, not what lies below it |
//!
//! A trusted program is looked at by the set of its images, which meets `**\powershell.exe`; a literal path means the program of
//! that path only.

use super::entry::Allowance;
use super::places::{Place, read};
use super::{Note, cut, shown};
use crate::finding::{self as codes, Severity};
use crate::mask::{Language, Outline, PathSet, System, compare};
use crate::policy::{Kind, PathMask, Policy, State};

/// Programs of Windows.
const WINDOWS: &[&str] = &[
    "powershell.exe",
    "powershell_ise.exe",
    "pwsh.exe",
    "cmd.exe",
    "wscript.exe",
    "cscript.exe",
    "mshta.exe",
    "rundll32.exe",
    "regsvr32.exe",
    "msbuild.exe",
    "csc.exe",
    "dotnet.exe",
    "dnx.exe",
    "csi.exe",
    "rcsi.exe",
    "fsi.exe",
    "fsiAnyCpu.exe",
    "installutil.exe",
    "regasm.exe",
    "regsvcs.exe",
    "addinprocess.exe",
    "addinprocess32.exe",
    "addinutil.exe",
    "bash.exe",
    "wsl.exe",
    "bginfo.exe",
    "bitsadmin.exe",
    "certutil.exe",
    "msiexec.exe",
    "wmic.exe",
    "schtasks.exe",
    "psexec.exe",
    "psexec64.exe",
    "cdb.exe",
    "kd.exe",
    "ntkd.exe",
    "ntsd.exe",
    "windbg.exe",
    "dbghost.exe",
    "dbgsvc.exe",
    "svchost.exe",
    "explorer.exe",
    "wuauclt.exe",
    "java.exe",
    "javaw.exe",
    "python.exe",
    "pythonw.exe",
    "py.exe",
    "node.exe",
    "php.exe",
    "perl.exe",
    "ruby.exe",
    "winword.exe",
    "excel.exe",
    "powerpnt.exe",
    "outlook.exe",
    "AcroRd32.exe",
    "iexplore.exe",
    "msedge.exe",
    "chrome.exe",
    "firefox.exe",
    "system.management.automation.dll",
    "lxssmanager.dll",
];

/// Programs of Linux; a star stands for a version.
const LINUX: &[&str] = &[
    "bash", "sh", "dash", "zsh", "ksh", "csh", "tcsh", "fish", "busybox", "python", "python2*", "python3*",
    "perl", "perl5*", "ruby", "php", "php7*", "php8*", "node", "nodejs", "lua", "java", "pwsh", "awk",
    "gawk", "mawk", "curl", "wget", "nc", "ncat", "socat",
];

const HINT: &str = "Trust the one script, folder or signer that needs it, not the program that runs it";

/// A name of the table.
struct Host {
    name: &'static str,
    anywhere: Place,
}

/// At most one note an item.
pub(super) fn notes(policy: &Policy, allowance: &mut Allowance) -> Vec<Note> {
    let (windows, linux) = (hosts(System::Windows), hosts(System::Linux));
    let mut notes = Vec::new();
    for (at, item) in policy.items.iter().enumerate().filter(|(_, item)| item.state == State::Active) {
        let (mask, names, trusted) = match &item.kind {
            Kind::TrustedApplication(trusted) => (&trusted.image, &[][..], true),
            Kind::Exclusion(e) if e.threats.is_empty() => match &e.path {
                Some(path) => (path, e.names.as_slice(), false),
                None => continue,
            },
            _ => continue,
        };
        let Some((set, outline)) = images(mask, names) else { continue };
        let hosts = if outline.system() == System::Windows { &windows } else { &linux };
        allowance.next_entry();
        let Some((host, example, named)) = meets(hosts, &set, &outline, trusted, allowance) else { continue };
        let what = match (trusted, named) {
            (true, true) => {
                format!("{host} runs whatever it is given, so trusting it trusts every script or document")
            }
            (true, false) => format!(
                "Programs of any name are trusted here, such as {host}, which runs whatever it is given"
            ),
            (false, _) => format!("{host} runs whatever it is given, and its file is not scanned"),
        };
        notes.push(Note {
            item: at,
            code: codes::SCRIPT_HOST,
            severity: Severity::Warning,
            message: format!("{what}: {} in {}", cut(&example), shown(item)),
            hint: HINT,
        });
    }
    notes
}

/// The programs that a mask names. A literal path is that program, not what may lie below a folder of its name.
fn images(mask: &PathMask, names: &[String]) -> Option<(PathSet, Outline)> {
    let set = mask.parse(names).ok()?.set;
    let set = set.without_trees();
    let outline = set.outline()?;
    Some((set, outline))
}

fn hosts(system: System) -> Vec<Host> {
    let (names, language) = match system {
        System::Windows => (WINDOWS, Language::Kes),
        System::Linux | System::MacOs => (LINUX, Language::Kesl),
    };
    let one = |name: &'static str| {
        let set = match system {
            System::Windows => read(language, name.to_owned(), None, &[]),
            System::Linux | System::MacOs => read(language, "/".to_owned(), None, &[name.to_owned()]),
        };
        Some(Host { name, anywhere: Place::of(name, set?, false)? })
    };
    names.iter().filter_map(|name| one(name)).collect()
}

/// A host that a set of images names, or meets: its name, an example, and whether all images are that host.
fn meets(
    hosts: &[Host],
    set: &PathSet,
    outline: &Outline,
    trusted: bool,
    allowance: &mut Allowance,
) -> Option<(&'static str, String, bool)> {
    let sample = outline.sample();
    if outline.names_files() {
        let host = hosts.iter().find(|host| host.anywhere.outline.takes(&sample))?;
        return Some((host.name, set.example()?, true));
    }
    if !trusted {
        return None;
    }
    hosts.iter().find_map(|host| {
        allowance.take()?;
        let both = compare(set, &host.anywhere.set).ok()?.both?;
        Some((host.name, both, false))
    })
}
