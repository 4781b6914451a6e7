//! Microsoft Defender Antivirus on Windows: `def-path`, `def-ext`, `def-process`. Huntress uses the same.
//!
//! | rule | certainty |
//! |---|---|
//! | `C:\dir`: that path, or everything below it; `C:\dir\`: everything below | D |
//! | `*` in a folder: any run in one name; several in a row, one for each level | D |
//! | a wildcard in the last name: files of that folder only | D; wide also everything below a folder of that name |
//! | `X\*` | ambiguous: files of X, wide everything below X |
//! | `**` does not exist | D: not accepted |
//! | at most six wildcards in an entry; none for the drive; no `\|` | D: else not accepted |
//! | no drive and no share: not accepted here | D "use a fully qualified path" |
//! | `path\:{PathType:file}`: the file only; `{PathType:folder}`: below only | D, narrows (the page can be read otherwise) |
//! | `X\*\:{PathType:file}`: the files of X | I: wide everything below X |
//! | `ScanTrigger`, `ScanType`, `Process`: conditions beside the path | D |
//! | variables are those of the machine and of the system account; another page says they are not interpreted | D, disagree |
//! | `def-ext`: `.test` = `test`, any folder; wildcards are not established | D |
//! | `def-process`: bare image name in any folder, no wildcards; a path takes them | D |

use super::super::flags::Flags;
use super::super::flags::List;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::variables::Machine;
use super::super::windows::{self, Mask, Meaning, Root, Wildcards, is_wild};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, anywhere};

/// Most wildcards of an entry.
pub(crate) const MOST_WILDCARDS: usize = 6;

const LAST_NAME: &str =
    "whether a wildcard in the last name also takes what is below a folder of that name is not settled";
const STAR_FILE: &str = "that a file mark keeps X\\* to the files of X is inferred";
const VARIABLES: &str = "the vendor's pages disagree whether variables in an exclusion are interpreted";

/// What a context narrows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    File,
    Folder,
}

/// Reads a path entry, with its context if it has one.
pub(super) fn path(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let (path, mark) = match text.find("\\:{").and_then(|at| text.split_at_checked(at)) {
        Some((path, context)) => (path, context_mark(context, read)?),
        // Where it is told what stands at the path.
        None => match flags.list {
            Some(List::File) => (text, Mark::File),
            Some(_) => (text, Mark::Folder),
            None => (text, Mark::None),
        },
    };
    let mask = full_path(path, flags)?;
    if matches!(&mask.root, Root::Variable(_)) {
        read.note(VARIABLES);
    }
    let mut tokens = windows::root_tokens(&mask.root, true);
    if !mask.names.is_empty() {
        tokens.push(Token::Sep);
        windows::names_tokens(&mask.names, WILDCARDS, &mut tokens);
    }
    let wild_last = mask.names.last().is_some_and(|n| is_wild(n));
    let tail = match mark {
        Mark::File if mask.ends_with_separator => {
            return Err(invalid("a file does not end with a separator"));
        }
        Mark::File if mask.names.last().is_some_and(|n| n == "*") => {
            read.open(STAR_FILE, Tail::Exact, Tail::Tree)
        }
        Mark::File => Tail::Exact,
        Mark::Folder => Tail::Below,
        Mark::None if mask.names.is_empty() => Tail::Below,
        Mark::None if mask.ends_with_separator => Tail::Below,
        Mark::None if wild_last => read.open(LAST_NAME, Tail::Exact, Tail::Tree),
        Mark::None => Tail::Tree,
    };
    Ok(PathSet::one(System::Windows, tokens, tail))
}

fn full_path(path: &str, flags: &Flags) -> Result<Mask, MaskError> {
    if path.matches(['*', '?']).count() > MOST_WILDCARDS {
        return Err(invalid("an entry holds at most six wildcards"));
    }
    if path.contains("**") {
        return Err(invalid("** does not exist in this product"));
    }
    let mask = windows::split(path, of_system(flags))?;
    match mask.root {
        Root::AnyDrive => Err(invalid("a wildcard may not stand for the drive")),
        Root::None => Err(not_established("an entry without drive or share is not to be written")),
        _ => Ok(mask),
    }
}

/// Defender runs as the system account.
fn of_system(flags: &Flags) -> Machine {
    Machine { system_account: true, ..flags.machine }
}

const WILDCARDS: Wildcards = Wildcards { star: Meaning::InName, stars: Meaning::InName, question: true };

/// `\:{PathType:file,ScanTrigger:OnAccess}`.
fn context_mark(context: &str, read: &mut Read) -> Result<Mark, MaskError> {
    let inner = context.strip_prefix("\\:{").and_then(|c| c.strip_suffix('}'));
    let inner = inner.ok_or_else(|| invalid("a context ends with a closing brace"))?;
    let mut mark = Mark::None;
    for part in inner.split(',') {
        match part.split_once(':') {
            Some(("PathType", "file")) if mark == Mark::None => mark = Mark::File,
            Some(("PathType", "folder")) if mark == Mark::None => mark = Mark::Folder,
            Some(("ScanType", "quick" | "full")) | Some(("ScanTrigger", "OnDemand" | "OnAccess" | "BM")) => {
                read.conditions.push(part.to_owned())
            }
            Some(("Process", image)) if image.len() > 2 && image.starts_with('"') && image.ends_with('"') => {
                read.conditions.push(part.to_owned());
            }
            _ => return Err(invalid("the context holds something that Defender does not know")),
        }
    }
    Ok(mark)
}

/// Reads an extension.
pub(super) fn extension(text: &str) -> Result<PathSet, MaskError> {
    let extension = text.strip_prefix('.').unwrap_or(text);
    let odd = extension.starts_with(['.', ' '])
        || extension.ends_with(['.', ' '])
        || text.starts_with("%%")
        || windows::has_variable(text);
    if odd || extension.is_empty() || extension.chars().any(|c| c.is_control() || "\\/:*?\"<>|".contains(c)) {
        return Err(not_established("an extension is letters and digits, with or without a dot before them"));
    }
    let mut name = vec![Token::Run];
    name.extend(windows::literal("."));
    name.extend(windows::literal(extension));
    Ok(PathSet::one(System::Windows, anywhere(name), Tail::Exact))
}

/// Reads a process entry: a set of image paths.
pub(super) fn process(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::split(text, of_system(flags))?;
    if mask.root == Root::None && mask.names.len() == 1 && !mask.ends_with_separator {
        if is_wild(text) {
            return Err(invalid("a bare image name takes no wildcards"));
        }
        return Ok(PathSet::one(System::Windows, anywhere(windows::literal(text).collect()), Tail::Exact));
    }
    let mask = full_path(text, flags)?;
    if mask.ends_with_separator || mask.names.is_empty() {
        return Err(not_established("a process entry names a program, not a folder"));
    }
    if matches!(&mask.root, Root::Variable(_)) {
        read.note(VARIABLES);
    }
    let mut tokens = windows::root_tokens(&mask.root, true);
    tokens.push(Token::Sep);
    windows::names_tokens(&mask.names, WILDCARDS, &mut tokens);
    Ok(PathSet::one(System::Windows, tokens, Tail::Exact))
}

/// Spellings of a pattern as path entries.
pub(super) fn print_path(pattern: &Pattern) -> Vec<Spelling> {
    let mut all = Vec::new();
    for pattern in spell::depths(pattern) {
        let Some(text) = spell::text(System::Windows, &pattern.tokens) else { continue };
        let wild = spell::wild_last(&pattern.tokens);
        let mut add = |text: String, list| all.push(Spelling::new(text, list));
        match pattern.tail {
            Tail::Exact => add(text, Some(List::File)),
            Tail::Below if wild => add(text, Some(List::Folder)),
            Tail::Below => add(format!("{text}\\"), None),
            Tail::Tree if wild => {
                add(text.clone(), Some(List::Folder));
                add(text, Some(List::File));
            }
            Tail::Tree => add(text, None),
        }
    }
    all
}

/// The extension entry for `*.ext` in any folder.
pub(super) fn print_extension(pattern: &Pattern) -> Option<Spelling> {
    let extension = spell::extension(System::Windows, spell::name_anywhere(pattern)?)?;
    Some(Spelling::new(format!(".{extension}"), None))
}

/// Spellings of a pattern of image paths.
pub(super) fn print_process(pattern: &Pattern) -> Vec<Spelling> {
    if let Some(name) = spell::name_anywhere(pattern) {
        let text = spell::text(System::Windows, name).filter(|t| !is_wild(t));
        return text.map(|t| Spelling::new(t, None)).into_iter().collect();
    }
    if pattern.tail != Tail::Exact {
        return Vec::new();
    }
    let texts = spell::depths(pattern).into_iter().filter_map(|p| spell::text(System::Windows, &p.tokens));
    texts.map(|t| Spelling::new(t, None)).collect()
}
