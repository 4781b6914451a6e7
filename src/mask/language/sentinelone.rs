//! SentinelOne path exclusions on Windows.
//!
//! | rule | certainty |
//! |---|---|
//! | `*` is the only wildcard; whether it crosses folders is not established | D; narrow it stays, wide it crosses |
//! | `?` is no wildcard | D |
//! | `C:\App\` as folder: its files; with sub-folders: everything below | D; not told: narrow the former, wide the latter |
//! | `calc.exe`: everywhere | D |
//! | no drive: every drive | D |
//! | `\Device\HarddiskVolume*\`: any root disk | D |
//! | letter case does not count | D |
//! | only variables that users cannot change | D |

use super::super::flags::{Flags, List};
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, files_in};

const CROSSES: &str = "whether * crosses folders is not established";
const KIND: &str = "whether sub-folders are meant is not told";

const ANY_DISK: &str = "\\Device\\HarddiskVolume*\\";

/// Reads a mask.
pub(super) fn parse(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    if text.contains("**") {
        return Err(not_established("whether ** exists in this product is not established"));
    }
    let star = if text.contains('*') {
        read.open(CROSSES, Meaning::InName, Meaning::Crosses)
    } else {
        Meaning::InName
    };
    let wildcards = Wildcards { star, stars: star, question: false };
    let start = text.get(..ANY_DISK.len());
    let any_disk = start.is_some_and(|s| s.replace('/', "\\").eq_ignore_ascii_case(ANY_DISK));
    let text =
        if any_disk { format!("?:\\{}", text.get(ANY_DISK.len()..).unwrap_or("")) } else { text.to_owned() };
    let mask =
        if any_disk { windows::split(&text, flags.machine) } else { windows::placed(&text, flags.machine) }?;
    if any_disk && mask.names.is_empty() {
        return Err(not_established("a whole disk is not to be written"));
    }
    let folder = mask.ends_with_separator || mask.names.is_empty();
    match (folder, flags.list, flags.subfolders) {
        (true, Some(List::File), _) => return Err(invalid("a file does not end with a separator")),
        (false, Some(List::Folder), _) | (false, _, Some(true)) => {
            return Err(invalid("a folder ends with a separator"));
        }
        _ => {}
    }
    if let Root::Variable(name) = &mask.root
        && !super::super::variables::of_machine(name)
    {
        return Err(invalid("only variables that users cannot change are taken"));
    }
    let mut tokens = match mask.root {
        Root::None if mask.names.len() == 1 && !folder => vec![Token::Cross],
        Root::None => windows::root_tokens(&Root::AnyDrive, false),
        ref root => windows::root_tokens(root, false),
    };
    if !mask.names.is_empty() {
        tokens.push(Token::Sep);
        windows::names_tokens(&mask.names, wildcards, &mut tokens);
    }
    if !folder {
        return Ok(PathSet::one(System::Windows, tokens, Tail::Exact));
    }
    let below = match (flags.list, flags.subfolders) {
        (_, Some(told)) => told,
        (Some(_), None) => false,
        (None, None) => read.open(KIND, false, true),
    };
    let pattern = if below { Pattern::new(tokens, Tail::Below) } else { files_in(tokens) };
    Ok(PathSet::new(System::Windows, vec![pattern]))
}

/// Spellings of a pattern. A star may cross folders, so a mask with one is larger than its source.
pub(super) fn print(pattern: &Pattern) -> Vec<Spelling> {
    if let Some(name) = spell::name_anywhere(pattern) {
        let text = spell::text(System::Windows, name).filter(|t| !t.contains('?'));
        return text.map(|t| Spelling::new(t, None)).into_iter().collect();
    }
    let text = spell::text(System::Windows, &pattern.tokens).filter(|t| !t.contains('?'));
    let Some(text) = text else { return Vec::new() };
    let folder = format!("{text}\\");
    match pattern.tail {
        Tail::Below => vec![Spelling::new(folder, None)],
        Tail::Exact => match text.strip_suffix("\\*") {
            Some(parent) => vec![Spelling::new(format!("{parent}\\"), Some(List::Folder))],
            None => vec![Spelling::new(text, None)],
        },
        Tail::Tree => vec![Spelling::new(folder, None), Spelling::new(text, None)],
    }
}
