//! Microsoft Defender for Endpoint on Linux (`mde-linux`) and macOS (`mde-macos`), exclusions of scope epp.
//!
//! | rule | certainty |
//! |---|---|
//! | `/var/log/`, or the list of folders: everything below | D |
//! | the list of files: that path only | D |
//! | `/var/log` when the list is not told: the path, or everything below | D by example |
//! | `*` inside a path: any run in one name; whole, exactly one folder | D |
//! | `*` at the end: everything that follows, folders too | D |
//! | `/var/*/` on Linux: what lies in the sub-folders of /var, not in /var itself | D; one passage of the page disagrees |
//! | `/var/*/` on macOS: everything below /var | D |
//! | `?` one character | D |
//! | `**` | not established: not read |
//! | `file?.log`, `cat`: that name in any folder | D |
//! | extensions: in any folder | D; wildcards are not established |
//! | letter case | Linux: counts; macOS: not established, wide both cases |

use super::super::flags::{Flags, List};
use super::super::linux;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, anywhere};

/// The two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Linux,
    MacOs,
}

const SUBFOLDERS_ONLY: &str =
    "one passage of the vendor's page describes a folder that is only * with other words";
pub(super) const CASE: &str = "whether letter case counts on macOS is not established";

/// Reads a mask.
pub(super) fn parse(kind: Kind, text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let system = if kind == Kind::Linux { System::Linux } else { System::MacOs };
    linux::plain(text)?;
    let (tokens, tail) = tokens(kind, text, flags, read)?;
    let tokens =
        if kind == Kind::MacOs && read.open(CASE, false, true) { both_cases(tokens) } else { tokens };
    Ok(PathSet::one(system, tokens, tail))
}

fn tokens(kind: Kind, text: &str, flags: &Flags, read: &mut Read) -> Result<(Vec<Token>, Tail), MaskError> {
    if flags.list == Some(List::Extension) {
        let extension = text.strip_prefix('.').unwrap_or(text);
        if extension.is_empty()
            || extension.contains(['/', '*', '?'])
            || extension.starts_with('.')
            || extension.ends_with('.')
        {
            return Err(not_established(
                "an extension is letters and digits, with or without a dot before them",
            ));
        }
        let name = [Token::Run].into_iter().chain(linux::literal(".")).chain(linux::literal(extension));
        return Ok((anywhere(name.collect()), Tail::Exact));
    }
    if text.contains("**") {
        return Err(not_established("whether ** exists in this product is not established"));
    }
    let mut tokens = Vec::with_capacity(text.len());
    if !text.starts_with('/') {
        if text.contains('/') || flags.list == Some(List::Folder) {
            return Err(invalid("the path does not begin with a slash"));
        }
        if text == "." || text == ".." {
            return Err(invalid("a dot folder is no file name"));
        }
        linux::tokens(text, &Token::Run, &mut tokens);
        return Ok((anywhere(tokens), Tail::Exact));
    }
    let (names, ends) = linux::split(text)?;
    if ends && matches!(flags.list, Some(List::File | List::Process)) {
        return Err(invalid("a file does not end with a slash"));
    }
    let body = text.strip_suffix('/').unwrap_or(text);
    linux::tokens(body, &Token::Run, &mut tokens);
    if ends {
        if names.last() == Some(&"*") {
            if kind == Kind::MacOs {
                tokens.truncate(tokens.len().saturating_sub(2));
            } else {
                read.note(SUBFOLDERS_ONLY);
            }
        }
        return Ok((tokens, Tail::Below));
    }
    if text.ends_with('*') {
        // A star at the end takes whatever follows, in the folder and below.
        tokens.pop();
        tokens.push(Token::Cross);
        return Ok((tokens, Tail::Exact));
    }
    let tail = match flags.list {
        Some(List::Folder) => Tail::Below,
        Some(List::File | List::Process) => Tail::Exact,
        _ => Tail::Tree,
    };
    Ok((tokens, tail))
}

/// Letters in both cases; those whose other case is several letters stay as they are.
pub(super) fn both_cases(tokens: Vec<Token>) -> Vec<Token> {
    let is_byte = |t: &Token| matches!(t, Token::Unit(_));
    let mut out = Vec::with_capacity(tokens.len());
    for part in tokens.chunk_by(|a, b| is_byte(a) == is_byte(b)) {
        let letters = Some(part).filter(|p| p.first().is_some_and(is_byte));
        match letters.and_then(|p| spell::text(System::MacOs, p)) {
            Some(text) => out.extend(text.chars().map(either_case)),
            None => out.extend(part.iter().cloned()),
        }
    }
    out
}

fn either_case(letter: char) -> Token {
    let spelt = |c: char| linux::literal(c.encode_utf8(&mut [0; 4])).collect::<Vec<_>>();
    let mut ways = vec![spelt(letter)];
    let one = |mut others: Vec<char>| others.pop().filter(|_| others.is_empty());
    for other in [one(letter.to_uppercase().collect()), one(letter.to_lowercase().collect())] {
        ways.extend(other.map(spelt).filter(|way| *way != spelt(letter)));
    }
    Token::Alt(ways.into())
}

/// Spellings of a pattern.
pub(super) fn print(kind: Kind, pattern: &Pattern) -> Vec<Spelling> {
    let system = if kind == Kind::Linux { System::Linux } else { System::MacOs };
    if let Some(name) = spell::name_anywhere(pattern) {
        // A file name alone would be read as the name of a process.
        let extension = spell::extension(system, name);
        return extension.map(|e| Spelling::new(e, Some(List::Extension))).into_iter().collect();
    }
    let mut all = Vec::new();
    for pattern in spell::depths(pattern) {
        let Some(text) = spell::text(system, &pattern.tokens) else { continue };
        if pattern.tail != Tail::Exact {
            all.push(Spelling::new(format!("{text}/"), Some(List::Folder)));
        }
        if pattern.tail != Tail::Below {
            all.push(Spelling::new(text, Some(List::File)));
        }
    }
    all
}
