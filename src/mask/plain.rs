//! Plain masks: the shapes of path masks that mean exactly the same in two products without further proof. Every
//! other mask is left to a person; comparing arbitrary masks is a subject of its own.
//!
//! Rules: `mask-rules`, rows `kesl`, `kesl-area`, `ksws`, `local-list`.
//!
//! | mask | shape |
//! |---|---|
//! | `/srv/db` (kesl, no wildcard) | [`Linux::Tree`]: that file, or everything below that folder |
//! | `/srv/db/`, `/srv/db/**` | [`Linux::Below`]: everything below |
//! | `/srv/*/db`, `/srv/x?.log` | [`Linux::Wild`]: full match |
//! | `AllShared`, `Mounted:NFS` | [`Linux::Keyword`] |
//! | `D:\Data\` | [`Windows::Folder`] |
//! | `D:\Data\a.mdf` | [`Windows::File`] |
//! | `D:\Data\*.mdf` | [`Windows::Files`]: a file mask in one folder |
//! | `*.mdf` | [`Windows::Extension`]: anywhere |

/// A mask of KESL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linux<'m> {
    /// The path itself, or everything below it; no trailing slash.
    Tree(&'m str),
    /// Everything below the folder, not the folder itself; no trailing slash.
    Below(&'m str),
    /// Wildcards that must match in full.
    Wild(&'m str),
    /// A keyword in place of a path.
    Keyword(&'m str),
    /// Everything.
    All,
    /// A mask that the product does not accept, or whose meaning is not established: why.
    Odd(&'static str),
}

/// Shape of a KESL `Path`.
pub fn linux(mask: &str) -> Linux<'_> {
    if !mask.starts_with('/') {
        return if mask.chars().all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '.') && !mask.is_empty()
        {
            Linux::Keyword(mask)
        } else {
            Linux::Odd("the path does not begin with a slash")
        };
    }
    if matches!(mask, "/" | "/*" | "/**") {
        return Linux::All;
    }
    if mask.contains("//") || mask.split('/').any(|s| s == "." || s == "..") {
        return Linux::Odd("the path has an empty or a dot segment");
    }
    if mask.contains(['[', ']', '{', '}', '\\']) {
        return Linux::Odd("whether brackets and backslashes are wildcards is not established");
    }
    if mask.matches("**").count() > 1 || mask.contains("***") {
        return Linux::Odd("two stars may stand only once in a mask");
    }
    let below = mask.strip_suffix("/**").or_else(|| mask.strip_suffix('/'));
    match below {
        Some(folder) if !folder.contains(['*', '?']) => Linux::Below(folder),
        Some(_) if !mask.ends_with("**") => {
            Linux::Odd("what wildcards with a slash at the end take is not established")
        }
        _ if mask.contains(['*', '?']) => Linux::Wild(mask),
        _ => Linux::Tree(mask),
    }
}

/// Whether a file-name mask uses nothing but `*` and `?`.
pub fn is_plain_name(mask: &str) -> bool {
    !mask.is_empty() && !mask.contains(['/', '[', ']', '{', '}', '\\'])
}

/// The extension of `*.ext`, when the mask is exactly that: letters, digits, `_`, `-` and `~`, no second dot.
pub fn extension(mask: &str) -> Option<&str> {
    let ext = mask.strip_prefix("*.")?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '~');
    (!ext.is_empty() && ext.chars().all(plain)).then_some(ext)
}

/// A mask of a Windows product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Windows {
    /// A folder; no trailing separator.
    Folder(String),
    /// One file.
    File(String),
    /// Files of a folder by mask: the whole path.
    Files(String),
    /// Files anywhere by extension, without dot.
    Extension(String),
    /// A whole drive, or everything.
    All,
    /// A path with a variable that depends on the account: its name.
    UserVariable(String),
    /// Left to a person: why.
    Odd(&'static str),
}

/// Variables that are the same for every account of a machine.
const MACHINE_VARIABLES: &[&str] = &[
    "SystemRoot",
    "windir",
    "SystemDrive",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramData",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
];

/// Shape of a Windows mask. Both separators are taken; the shape has backslashes.
pub fn windows(mask: &str) -> Windows {
    let path = mask.replace('/', "\\");
    if let Some(ext) = extension(&path) {
        return Windows::Extension(ext.to_owned());
    }
    if matches!(path.as_str(), "*" | "**" | "*.*" | "\\") {
        return Windows::All;
    }
    let Some(rest) = after_root(&path) else {
        return match variable(&path) {
            Some(name) => Windows::UserVariable(name.to_owned()),
            None => Windows::Odd("the mask has no drive, so it takes every folder or file of that name"),
        };
    };
    if rest.trim_matches('\\').is_empty() || matches!(rest.trim_matches('\\'), "*" | "**" | "*.*") {
        return Windows::All;
    }
    if rest.contains([':', '<', '>', '"', '|', '%']) {
        return Windows::Odd(
            "the path holds a character that no Windows path can have, or a second variable",
        );
    }
    let segments: Vec<&str> = rest.trim_matches('\\').split('\\').collect();
    if segments.iter().any(|s| s.is_empty() || *s == "." || *s == "..") {
        return Windows::Odd("the path has an empty or a dot segment");
    }
    if segments.iter().any(|s| s.ends_with([' ', '.']) && !s.contains(['*', '?'])) {
        return Windows::Odd("Windows drops a dot or blank at the end of a name");
    }
    let wild = |s: &str| s.contains(['*', '?']);
    let (last, folders) = segments.split_last().map_or(("", &[][..]), |(l, f)| (*l, f));
    let in_folders = folders.iter().any(|s| wild(s));
    match (path.ends_with('\\'), in_folders, wild(last)) {
        (_, true, _) | (true, _, true) => {
            Windows::Odd("wildcards in the name of a folder are read differently by the two products")
        }
        (true, false, false) => Windows::Folder(path.trim_end_matches('\\').to_owned()),
        (false, false, false) => Windows::File(path),
        (false, false, true) if last.contains("**") => Windows::Odd("two stars have no counterpart"),
        (false, false, true) if matches!(last, "*" | "*.*") => {
            Windows::Odd("a star alone in a folder is read in two ways by the target")
        }
        (false, false, true) => Windows::Files(path),
    }
}

/// What follows the drive, the server or a machine variable.
fn after_root(path: &str) -> Option<&str> {
    let mut chars = path.chars();
    if let (Some(drive), Some(':')) = (chars.next(), chars.next())
        && drive.is_ascii_alphabetic()
    {
        let rest = chars.as_str();
        return rest.starts_with('\\').then_some(rest);
    }
    if let Some(unc) = path.strip_prefix("\\\\") {
        let plain = !unc.starts_with(['?', '.', '\\', '*']);
        return unc
            .split_once('\\')
            .filter(|(server, _)| plain && !server.is_empty() && !server.contains(['*', '?']))
            .map(|(_, share)| share);
    }
    let name = variable(path)?;
    let known = MACHINE_VARIABLES.iter().any(|v| v.eq_ignore_ascii_case(name));
    let rest = path.get(name.len() + 2..)?;
    (known && rest.starts_with('\\')).then_some(rest)
}

fn variable(path: &str) -> Option<&str> {
    path.strip_prefix('%')?.split_once('%').map(|(name, _)| name).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_shapes() {
        for (mask, shape) in [
            ("/srv/db", Linux::Tree("/srv/db")),
            ("/srv/db/", Linux::Below("/srv/db")),
            ("/srv/db/**", Linux::Below("/srv/db")),
            ("/srv/*/db", Linux::Wild("/srv/*/db")),
            ("/srv/**/db", Linux::Wild("/srv/**/db")),
            ("/srv/*", Linux::Wild("/srv/*")),
            ("AllShared", Linux::Keyword("AllShared")),
            ("Mounted:NFS", Linux::Keyword("Mounted:NFS")),
            ("/", Linux::All),
            ("/**", Linux::All),
        ] {
            assert_eq!(linux(mask), shape, "{mask}");
        }
        for odd in ["srv/db", "", "/a//b", "/a/../b", "/a/**/**/b", "/a[1]", "/a\\b", "/a/*/", "/a/***"] {
            assert!(matches!(linux(odd), Linux::Odd(_)), "{odd}");
        }
    }

    #[test]
    fn windows_shapes() {
        let s = str::to_owned;
        for (mask, shape) in [
            (r"D:\Data\", Windows::Folder(s(r"D:\Data"))),
            (r"D:/Data/", Windows::Folder(s(r"D:\Data"))),
            (r"D:\Data\a.mdf", Windows::File(s(r"D:\Data\a.mdf"))),
            (r"D:\Data\*.mdf", Windows::Files(s(r"D:\Data\*.mdf"))),
            (r"D:\Data\db?.mdf", Windows::Files(s(r"D:\Data\db?.mdf"))),
            ("*.mdf", Windows::Extension(s("mdf"))),
            (r"\\srv\share\x\", Windows::Folder(s(r"\\srv\share\x"))),
            (r"%ProgramFiles%\A\a.exe", Windows::File(s(r"%ProgramFiles%\A\a.exe"))),
            (r"%TEMP%\a.exe", Windows::UserVariable(s("TEMP"))),
            (r"C:\", Windows::All),
            (r"C:\*", Windows::All),
            ("*", Windows::All),
            (r"%SystemDrive%\", Windows::All),
        ] {
            assert_eq!(windows(mask), shape, "{mask}");
        }
        for odd in [
            r"C:\a\*\b",
            r"C:\a\**\x.exe",
            r"C:\a\*",
            r"C:\a\*\",
            "test.exe",
            r"dir\x",
            r"C:\a|b",
            "*.tar.gz",
            r"C:a",
            r"?:\x\y",
            r"C:\a\..\b",
            r"\\?\C:\x",
            r"C:\a.\b",
            r"%ProgramFiles%\%x%\a",
            r"C:\a\*.*",
        ] {
            assert!(matches!(windows(odd), Windows::Odd(_)), "{odd} {:?}", windows(odd));
        }
    }

    #[test]
    fn extensions() {
        for (mask, ext) in [
            ("*.log", Some("log")),
            ("*.tar.gz", None),
            ("*log", None),
            ("*.*", None),
            ("*.l?g", None),
            ("*.", None),
        ] {
            assert_eq!(extension(mask), ext, "{mask}");
        }
    }
}
