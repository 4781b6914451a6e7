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
//! | `**` | not established: read as `*`, wide as crossing |
//! | `file?.log`, `cat`: that name in any folder | D |
//! | extensions: in any folder | D; wildcards are not established |
//! | letter case | Linux: counts; macOS: not established, wide both cases |

use super::super::flags::{Flags, List};
use super::super::linux;
use super::super::set::{PathSet, Tail, Token};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, anywhere};

/// The two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Linux,
    MacOs,
}

const STARS: &str = "whether ** exists in this product is not established";
const SUBFOLDERS_ONLY: &str =
    "one passage of the vendor's page describes a folder that is only * with other words";
const CASE: &str = "whether letter case counts on macOS is not established";

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
        if extension.is_empty() || extension.contains(['/', '*', '?']) {
            return Err(not_established(
                "an extension is letters and digits, with or without a dot before them",
            ));
        }
        let name = [Token::Run].into_iter().chain(linux::literal(".")).chain(linux::literal(extension));
        return Ok((anywhere(name.collect()), Tail::Exact));
    }
    let stars = if text.contains("**") { read.open(STARS, Token::Run, Token::Cross) } else { Token::Run };
    let mut tokens = Vec::with_capacity(text.len());
    if !text.starts_with('/') {
        if text.contains('/') {
            return Err(invalid("the path does not begin with a slash"));
        }
        linux::tokens(text, &stars, &mut tokens);
        return Ok((anywhere(tokens), Tail::Exact));
    }
    let (names, ends) = linux::split(text)?;
    let body = text.strip_suffix('/').unwrap_or(text);
    linux::tokens(body, &stars, &mut tokens);
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

/// Letters of ASCII in both cases.
fn both_cases(tokens: Vec<Token>) -> Vec<Token> {
    let both = |token| match token {
        Token::Unit(l) => match u8::try_from(l.unit) {
            Ok(byte) if byte.is_ascii_alphabetic() => {
                let (upper, lower) =
                    (u32::from(byte.to_ascii_uppercase()), u32::from(byte.to_ascii_lowercase()));
                Token::Set(Box::new([(upper, upper), (lower, lower)]))
            }
            _ => Token::Unit(l),
        },
        other => other,
    };
    tokens.into_iter().map(both).collect()
}
