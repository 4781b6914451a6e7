//! Entries that Microsoft advises against (common mistakes page), compared as text. They are written if the source had
//! them, and a warning names each.

use super::{Entry, finding};
use crate::finding::{self as codes, Finding, Severity};

const EXTENSIONS: &[&str] = &[
    "7z", "bat", "bin", "cab", "cmd", "com", "cpl", "dll", "exe", "fla", "gif", "gz", "hta", "inf", "java",
    "jar", "job", "jpeg", "jpg", "js", "ko", "ko.gz", "msi", "ocx", "png", "ps1", "py", "rar", "reg", "scr",
    "sys", "tar", "tmp", "url", "vbe", "vbs", "wsf", "zip",
];

const WINDOWS: &[&str] = &[
    "c:\\temp",
    "c:\\users",
    "c:\\windows",
    "c:\\windows\\temp",
    "c:\\windows\\prefetch",
    "c:\\windows\\system32",
    "c:\\windows\\system32\\spool",
    "c:\\windows\\system32\\catroot2",
    "c:\\program files",
    "c:\\program files (x86)",
    "c:\\program files\\java",
    "c:\\programdata",
    "%windir%",
    "%windir%\\temp",
    "%windir%\\prefetch",
    "%windir%\\system32",
    "%windir%\\system32\\spool",
    "%windir%\\system32\\catroot2",
    "%programfiles%",
    "%programfiles%\\java",
    "%programdata%",
    "%systemroot%",
    "%systemroot%\\temp",
    "%systemroot%\\prefetch",
    "%systemroot%\\system32",
    "%systemroot%\\system32\\spool",
];

const UNIX: &[&str] = &[
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/usr",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/etc",
    "/home",
    "/root",
    "/tmp",
    "/var/tmp",
];

/// Whether an extension, with or without its dot, stands for many or dangerous files.
pub(crate) fn extension(extension: &str) -> bool {
    EXTENSIONS.contains(&extension.trim_start_matches('.').to_lowercase().as_str())
}

/// Whether a folder of Windows holds much that is worth scanning.
pub(crate) fn windows_folder(path: &str) -> bool {
    let lower = path.to_lowercase();
    WINDOWS.contains(&lower.trim_end_matches('*').trim_end_matches('\\'))
}

/// The same for Linux.
pub(crate) fn unix_folder(path: &str) -> bool {
    UNIX.contains(&path.trim_end_matches('/'))
}

/// The warning about an entry.
pub(crate) fn warning(entry: &Entry) -> Finding {
    finding(
        codes::BROAD,
        Severity::Warning,
        format!("This exclusion is broad, and Microsoft advises against it: {}", entry.value),
        "It was in the old product, too. Consider a narrower one",
    )
}
