//! Kaspersky Endpoint Security for Linux: `kesl` for paths of scopes and programs, `kesl-area` for file names,
//! `kesl-mount` for mount points.
//!
//! | rule | certainty |
//! |---|---|
//! | `/srv/db`, no wildcard: that path, or everything below it | D |
//! | `/srv/db/`: everything below | I |
//! | `*` any run in one name; `?` one character, no slash | D |
//! | `**` any run, slashes too; once in a mask | D |
//! | wildcards: the whole path must match | D |
//! | `AllShared`, `Mounted:NFS` …: keywords, atoms here | C, D |
//! | `area=*.log`: files of that name inside the path; several are a union | D |
//! | `kesl-area`: shell style, `*` and `?`; several stars are one | D; brackets: not established |
//! | `kesl-mount`: `/dir/*` one level below, `/dir/**` every level below, not `/dir` | D |
//!
//! Not established, so not read: a slash at the end of a mask with wildcards, brackets and backslashes, empty and dot
//! folders, file masks beside a path with wildcards.

use super::super::flags::{Flags, List};
use super::super::linux;
use super::super::set::{Literal, PathSet, Pattern, Tail, Token};
use super::super::unit::{CLOSE, OPEN};
use super::super::{MaskError, System, invalid, not_established};
use super::anywhere;

/// Words in place of a path.
const KEYWORDS: &[&str] =
    &["AllShared", "AllRemoteMounted", "Mounted:NFS", "Mounted:SMB", "Shared:NFS", "Shared:SMB"];

/// Reads a `Path`.
pub(super) fn path(text: &str, flags: &Flags) -> Result<PathSet, MaskError> {
    let names: Vec<Vec<Token>> = match flags.area.iter().any(|mask| mask == "*") {
        true => Vec::new(),
        false => flags.area.iter().map(|mask| name(mask)).collect::<Result<_, _>>()?,
    };
    let mut pattern = pattern(text)?;
    // Where it is told what stands at the path.
    pattern.tail = match (pattern.tail, flags.list) {
        (Tail::Tree, Some(List::Folder)) => Tail::Below,
        (Tail::Tree, Some(List::File)) => Tail::Exact,
        (tail, _) => tail,
    };
    if !names.is_empty() {
        pattern.tail = match pattern.tail {
            _ if is_everything(text) => Tail::Exact,
            Tail::Exact => {
                return Err(not_established(
                    "how file masks go together with wildcards in the path is not established",
                ));
            }
            Tail::Below | Tail::Tree => Tail::Below,
        };
    }
    Ok(PathSet::new(System::Linux, vec![pattern]).named(names))
}

fn is_everything(text: &str) -> bool {
    matches!(text, "/" | "/**")
}

fn pattern(text: &str) -> Result<Pattern, MaskError> {
    if !text.starts_with('/') {
        return keyword(text);
    }
    let (names, ends) = linux::split(text)?;
    if text.contains(['[', ']', '{', '}', '\\']) {
        return Err(not_established("whether brackets and backslashes are wildcards is not established"));
    }
    two_stars_once(text)?;
    if is_everything(text) {
        return Ok(Pattern::everything());
    }
    let wild = text.contains(['*', '?']);
    if wild && ends {
        return Err(not_established("what a slash behind wildcards means is not established"));
    }
    let mut tokens = Vec::with_capacity(text.len());
    if names.last() == Some(&"**") && text.matches('*').count() == 2 && !text.contains('?') {
        tokens.extend(linux::literal(text.strip_suffix("/**").unwrap_or(text)));
        return Ok(Pattern::new(tokens, Tail::Below));
    }
    linux::tokens(text.strip_suffix('/').unwrap_or(text), &Token::Cross, &mut tokens);
    Ok(Pattern::new(
        tokens,
        if wild {
            Tail::Exact
        } else if ends {
            Tail::Below
        } else {
            Tail::Tree
        },
    ))
}

fn two_stars_once(text: &str) -> Result<(), MaskError> {
    if text.matches("**").count() > 1 || text.contains("***") {
        return Err(invalid("two stars may stand only once in a mask"));
    }
    Ok(())
}

/// A keyword in place of a path.
fn keyword(text: &str) -> Result<Pattern, MaskError> {
    if !KEYWORDS.contains(&text) {
        return Err(invalid("the path does not begin with a slash"));
    }
    let special = |unit| Token::Unit(Literal { unit, written: 0 });
    let tokens = std::iter::once(special(OPEN)).chain(linux::literal(text)).chain([special(CLOSE)]).collect();
    Ok(Pattern::new(tokens, Tail::Tree))
}

fn name(text: &str) -> Result<Vec<Token>, MaskError> {
    linux::plain(text)?;
    if text.contains('/') {
        return Err(invalid("a mask for file names holds no path"));
    }
    if text.contains(['[', ']', '{', '}', '\\']) {
        return Err(not_established("whether brackets are wildcards is not established"));
    }
    if text == "." || text == ".." {
        return Err(invalid("a dot folder is no file name"));
    }
    let mut tokens = Vec::with_capacity(text.len());
    linux::tokens(text, &Token::Run, &mut tokens);
    Ok(tokens)
}

/// Reads an `AreaMask`.
pub(super) fn area(text: &str) -> Result<PathSet, MaskError> {
    Ok(PathSet::one(System::Linux, anywhere(name(text)?), Tail::Exact))
}

/// Reads an `ExcludedMountPoint`: the set is one of mount points, not of files.
pub(super) fn mount(text: &str) -> Result<PathSet, MaskError> {
    if !text.starts_with('/') {
        let Pattern { tokens, .. } = keyword(text)?;
        return Ok(PathSet::one(System::Linux, tokens, Tail::Exact));
    }
    let (_, ends) = linux::split(text)?;
    if text.contains(['[', ']', '{', '}', '\\']) {
        return Err(not_established("whether brackets and backslashes are wildcards is not established"));
    }
    if ends && text != "/" {
        return Err(not_established("what a slash at the end of a mount point means is not established"));
    }
    two_stars_once(text)?;
    let mut tokens = Vec::with_capacity(text.len());
    linux::tokens(text.strip_suffix('/').unwrap_or(text), &Token::Cross, &mut tokens);
    Ok(PathSet::one(System::Linux, tokens, Tail::Exact))
}
