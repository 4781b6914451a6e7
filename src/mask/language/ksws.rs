//! Kaspersky Security for Windows Server, Embedded Systems Security, KICS for Nodes: `ksws` for exclusion objects,
//! `ksws-process` for trusted processes.
//!
//! | rule | certainty |
//! |---|---|
//! | `*` any run in one name | D that it is a wildcard, I that it stays in the name: wide it crosses |
//! | `?` one character | D for processes, taken for objects |
//! | `*.exe`, `test`: in any folder | D |
//! | `dir\`, `dir\*`, `dir\test*.*`: in every folder of that name | D |
//! | `C:\dir\`, `C:\dir\*.exe`: the older text says with sub-folders, the newer one only with "Use in subfolders" | D, disagree |
//! | `dir\*\`, a folder that is only `*` | D, disagree: not interpreted for objects |
//! | `**` | not established: not read |
//! | `c:\dir1\dir?\fil?.exe` as a process | D |
//!
//! So without the tick box, or when it is not told, a mask is one folder narrow and all below wide; with it, all below.

use super::super::flags::Flags;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::windows::{self, Meaning, Root, Wildcards, is_wild};
use super::super::{MaskError, System, not_established};
use super::{Read, files_in};

const OLDER: &str =
    "the older text of this product includes sub-folders always, the newer one only with the tick box";
const CROSSES: &str = "that * stays within a name is inferred";
const STARS: &str = "whether ** exists in this product is not established";
const DOT: &str = "whether *.* takes names without a dot is not established";

/// Reads the mask of an exclusion object.
pub(super) fn objects(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::placed(text, flags.machine)?;
    windows::no_bare_variable(&mask)?;
    // In any folder a star at the beginning may stay or cross: the same names.
    let bare = text.strip_prefix('*').filter(|rest| !rest.contains(['\\', '/', '*']));
    let wildcards = wildcards(bare.unwrap_or(text), read);
    let (last, folders) = mask.names.split_last().map_or(("", &[][..]), |(l, f)| (l.as_str(), f));
    let folders_named = if mask.ends_with_separator { mask.names.as_slice() } else { folders };
    if folders_named.iter().any(|name| name == "*") {
        return Err(not_established("the vendor's pages disagree about a folder that is only *"));
    }
    if text.contains("**") {
        return Err(not_established(STARS));
    }
    let anywhere = mask.root == Root::None;
    let mut tokens = if anywhere {
        vec![Token::Cross]
    } else {
        windows::root_tokens(&mask.root, flags.machine.system_account)
    };
    if !anywhere || !mask.names.is_empty() {
        tokens.push(Token::Sep);
    }
    if anywhere && folders.is_empty() && !mask.ends_with_separator {
        name(last, wildcards, read, &mut tokens);
        return Ok(PathSet::one(System::Windows, tokens, Tail::Exact));
    }
    let whole = mask.ends_with_separator || mask.names.is_empty() || last == "*";
    let below = match flags.subfolders {
        Some(true) => true,
        _ => (whole || is_wild(last)) && read.open(OLDER, false, true),
    };
    let names = if mask.ends_with_separator { mask.names.as_slice() } else { folders };
    windows::names_tokens(names, wildcards, &mut tokens);
    if whole {
        if names.is_empty() {
            tokens.pop();
        }
        let pattern = if below { Pattern::new(tokens, Tail::Below) } else { files_in(tokens) };
        return Ok(PathSet::new(System::Windows, vec![pattern]));
    }
    if !folders.is_empty() {
        tokens.push(Token::Sep);
    }
    if below && is_wild(last) {
        tokens.push(Token::Levels);
    }
    name(last, wildcards, read, &mut tokens);
    Ok(PathSet::one(System::Windows, tokens, Tail::Exact))
}

/// Reads the path of a trusted process.
pub(super) fn process(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::placed(text, flags.machine)?;
    windows::no_bare_variable(&mask)?;
    if mask.root == Root::None || mask.names.is_empty() || mask.ends_with_separator {
        return Err(not_established("a trusted process is named by its full path"));
    }
    if text.contains("**") {
        return Err(not_established(STARS));
    }
    let wildcards = wildcards(text, read);
    let mut tokens = windows::root_tokens(&mask.root, flags.machine.system_account);
    tokens.push(Token::Sep);
    windows::names_tokens(&mask.names, wildcards, &mut tokens);
    Ok(PathSet::one(System::Windows, tokens, Tail::Exact))
}

fn wildcards(text: &str, read: &mut Read) -> Wildcards {
    let star = if text.contains('*') {
        read.open(CROSSES, Meaning::InName, Meaning::Crosses)
    } else {
        Meaning::InName
    };
    Wildcards { star, stars: star, question: true }
}

fn name(last: &str, wildcards: Wildcards, read: &mut Read, tokens: &mut Vec<Token>) {
    let any = last == "*.*" && read.open(DOT, false, true);
    windows::name_tokens(if any { "*" } else { last }, wildcards, tokens);
}
