//! SentinelOne path exclusions on Windows.
//!
//! | rule | certainty |
//! |---|---|
//! | `*` is the only wildcard; whether it crosses folders is not established | D; narrow it stays, wide it crosses |
//! | `?` is no wildcard | D |
//! | `C:\App\` as folder: its files; with sub-folders: everything below | D; not told: narrow the former, wide the latter |
//! | `calc.exe`: everywhere | D |
//! | no drive: every drive | D; narrow at the root, wide in any folder |
//! | `\Device\HarddiskVolume*\`: any root disk | D |
//! | letter case does not count | D |
//! | only variables that users cannot change | D |

use super::super::flags::{Flags, List};
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid};
use super::{Read, files_in};

const CROSSES: &str = "whether * crosses folders is not established";
const KIND: &str = "whether sub-folders are meant is not told";
const PLACE: &str = "where a path without a drive may begin is not established";

const ANY_DISK: &str = "\\Device\\HarddiskVolume*\\";

/// Reads a mask.
pub(super) fn parse(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
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
    let mask = windows::split(&text, flags.machine)?;
    let folder = mask.ends_with_separator || mask.names.is_empty();
    match (folder, flags.list, flags.subfolders) {
        (true, Some(List::File), _) => return Err(invalid("a file does not end with a separator")),
        (false, Some(List::Folder), _) | (false, _, Some(true)) => {
            return Err(invalid("a folder ends with a separator"));
        }
        _ => {}
    }
    let mut tokens = match mask.root {
        Root::None if mask.names.len() == 1 && !folder => vec![Token::Cross],
        Root::None => read.open(PLACE, windows::root_tokens(&Root::AnyDrive, false), vec![Token::Cross]),
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
