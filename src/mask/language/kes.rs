//! Kaspersky Endpoint Security for Windows: `kes` (11, 12), `kes10` (8, 10), and the lists of the local interface,
//! `local-list`.
//!
//! | rule | kes | kes10 | local-list |
//! |---|---|---|---|
//! | `*` any run in one name | D | I | as kes, I |
//! | `**` any run, separators too; in a bare name as `*` | D | does not exist: not accepted | not established: not read |
//! | `?` one character, no separator | D | D | as kes, I |
//! | `*.exe`, `test`: in any folder | D | D | I |
//! | `dir\x`: in every folder of that name | I | D, wildcards in the last name only | I |
//! | `C:\dir\` = `C:\dir\*` = `C:\dir\*.*`: files of the folder | D | I | I |
//! | the same with "Include subfolders" on: all below | I | D | I |
//! | `C:\dir`: the file of that name | D | D | C |
//! | `< > " \|` are not accepted | D | D | I |
//!
//! Two readings: a folder whose tick box is not told is one folder narrow, all below wide; a file mask whose tick box is
//! on takes one folder narrow, the folders below wide. Whether `C:\**\x` is accepted the vendor's pages disagree;
//! it is read, and said.

use super::super::flags::{Flags, List};
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::windows::{self, Mask, Meaning, Root, Wildcards, is_wild};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, files_in};

/// Products of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Kes,
    Kes10,
    LocalList,
}

const TICK_BOX: &str = "whether sub-folders are meant is not told";
const TICKED_MASK: &str = "whether the tick box for sub-folders counts for file masks is not established";
const RELATIVE: &str = "that a mask without a drive holds in every folder of that name is inferred";
const FIRST_LEVEL: &str = "the vendor's pages disagree whether ** may stand right behind the drive";
const DOT: &str = "whether *.* takes names without a dot is not established";

/// Reads a mask.
pub(super) fn parse(
    dialect: Dialect,
    text: &str,
    flags: &Flags,
    read: &mut Read,
) -> Result<PathSet, MaskError> {
    let mask = windows::placed(text, flags.machine)?;
    windows::no_bare_variable(&mask)?;
    if text.contains("**") {
        match dialect {
            Dialect::Kes => {}
            Dialect::Kes10 => return Err(invalid("** does not exist in this product")),
            Dialect::LocalList => {
                return Err(not_established("whether ** exists in these lists is not established"));
            }
        }
    }
    let bare = mask.root == Root::None && mask.names.len() == 1 && !mask.ends_with_separator;
    let stars = if bare { Meaning::InName } else { Meaning::Crosses };
    let wildcards = Wildcards { star: Meaning::InName, stars, question: true };
    let mut base = base(dialect, &mask, flags.machine.system_account, read)?;
    let (last, folders) = mask.names.split_last().map_or((None, &[][..]), |(l, f)| (Some(l.as_str()), f));
    let in_folder = mask.root != Root::None || !folders.is_empty();
    let folder_of_list = flags.list == Some(List::Folder);
    if mask.ends_with_separator || mask.names.is_empty() || folder_of_list {
        windows::names_tokens(&mask.names, wildcards, &mut base);
        let tokens = without_separator(base, &mask);
        let below = match flags.subfolders {
            Some(told) => told,
            None => read.open(TICK_BOX, false, true),
        };
        let pattern = if below { Pattern::new(tokens, Tail::Below) } else { files_in(tokens) };
        return Ok(PathSet::new(System::Windows, vec![pattern]));
    }
    let last = last.unwrap_or("");
    if in_folder && matches!(last, "*" | "*.*") {
        windows::names_tokens(folders, wildcards, &mut base);
        let tokens = without_separator(base, &Mask { names: folders.to_vec(), ..mask });
        let below = match flags.subfolders {
            Some(false) => false,
            Some(true) => read.open(TICKED_MASK, false, true),
            None => read.open(TICK_BOX, false, true),
        };
        let pattern = if below { Pattern::new(tokens, Tail::Below) } else { files_in(tokens) };
        return Ok(PathSet::new(System::Windows, vec![pattern]));
    }
    let ticked =
        flags.subfolders == Some(true) && in_folder && is_wild(last) && read.open(TICKED_MASK, false, true);
    windows::names_tokens(folders, wildcards, &mut base);
    if !folders.is_empty() {
        base.push(Token::Sep);
    }
    if ticked {
        base.push(Token::Levels);
    }
    if last == "*.*" {
        let any = read.open(DOT, false, true);
        windows::name_tokens(if any { "*" } else { last }, wildcards, &mut base);
    } else {
        windows::name_tokens(last, wildcards, &mut base);
    }
    Ok(PathSet::one(System::Windows, base, Tail::Exact))
}

/// What stands before the names: the root and a separator, or any folder.
fn base(dialect: Dialect, mask: &Mask, of_system: bool, read: &mut Read) -> Result<Vec<Token>, MaskError> {
    let first = mask.names.first().map_or("", String::as_str);
    if mask.root == Root::None {
        if mask.names.len() > 1 || mask.ends_with_separator {
            let folders = mask.names.split_last().map_or(&[][..], |(_, folders)| folders);
            if dialect == Dialect::Kes10 {
                let named = if mask.ends_with_separator { mask.names.as_slice() } else { folders };
                if named.iter().any(|f| is_wild(f)) {
                    return Err(invalid("wildcards in the middle of a path need a drive in this product"));
                }
            } else if !first.starts_with("**") {
                read.note(RELATIVE);
            }
        }
        let bare = mask.names.len() == 1 && !mask.ends_with_separator;
        if dialect != Dialect::Kes10 && first.starts_with("**") && !bare {
            return Ok(Vec::new());
        }
        return Ok(vec![Token::Cross, Token::Sep]);
    }
    if first == "**" {
        read.note(FIRST_LEVEL);
    }
    let mut tokens = windows::root_tokens(&mask.root, of_system);
    tokens.push(Token::Sep);
    Ok(tokens)
}

/// A root alone ends with its separator; patterns of folders end before it.
fn without_separator(mut tokens: Vec<Token>, mask: &Mask) -> Vec<Token> {
    if mask.names.is_empty() && tokens.last() == Some(&Token::Sep) {
        tokens.pop();
    }
    tokens
}
