//! What all masks of Windows products have in common: both separators, drives, shares, variables, and what no product
//! takes: empty and dot folders, characters that no name can hold.
//!
//! | mask | root | rest |
//! |---|---|---|
//! | `C:\dir\*.exe` | drive C | `dir\*.exe` |
//! | `\\server\share\dir\` | share | `dir` and a separator at the end |
//! | `%ProgramFiles%\App` | variable | `App` |
//! | `*:\dir`, `?:\dir` | any drive | `dir` |
//! | `dir\x`, `*.exe` | none | the mask |

use super::set::{Literal, Token};
use super::unit::{CLOSE, OF_SYSTEM, OPEN, Unit, fold};
use super::variables::{self, Machine};
use super::{MaskError, invalid, not_established};

/// Longest path that Windows has, in units; no mask needs more.
const LONGEST: usize = 32_767;

/// Where a mask begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// A drive: its letter.
    Drive(char),
    /// `?:` or `*:`.
    AnyDrive,
    /// `\\server\share`: both names.
    Share(String, String),
    /// A variable: its name.
    Variable(String),
    /// Nowhere.
    None,
}

/// A mask taken apart: root, names between separators, and whether a separator stood at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    pub(crate) root: Root,
    pub(crate) names: Vec<String>,
    pub(crate) ends_with_separator: bool,
}

/// Takes a mask apart.
pub(crate) fn split(text: &str, machine: Machine) -> Result<Mask, MaskError> {
    if text.is_empty() {
        return Err(invalid("the mask is empty"));
    }
    if text.encode_utf16().count() > LONGEST {
        return Err(invalid("the mask is longer than any Windows path"));
    }
    let mut text = text.replace('/', "\\");
    if machine.system_account
        && let Some((name, rest)) = variables::leading(&text)
        && let Some(folder) = variables::of_system_account(name)
    {
        text = format!("{folder}{rest}");
    }
    if let Some((name, rest)) = variables::leading(&text)
        && let Some(folder) = variables::folder(name, machine)
    {
        text = format!("{folder}{rest}");
    }
    let (root, rest) = root(&text)?;
    if let Some(odd) = rest.chars().find(|c| c.is_control() || "<>\"|:".contains(*c)) {
        return Err(invalid(&format!("no Windows path holds {}", odd.escape_default())));
    }
    if text.starts_with("%%") || rest.split('\\').any(has_variable) {
        return Err(not_established("a variable inside a path is not established"));
    }
    // A drive alone, or with its separator.
    let ends_with_separator = if rest.is_empty() { text.ends_with('\\') } else { rest.ends_with('\\') };
    let inner = rest.strip_suffix('\\').unwrap_or(rest);
    let names: Vec<String> =
        if rest.is_empty() { Vec::new() } else { inner.split('\\').map(str::to_owned).collect() };
    if names.iter().any(String::is_empty) {
        return Err(invalid("the mask has an empty folder name"));
    }
    if names.iter().any(|n| n == "." || n == "..") {
        return Err(invalid("the mask has a dot folder"));
    }
    if root == Root::None && names.is_empty() {
        return Err(invalid("the mask names nothing"));
    }
    Ok(Mask { root, names, ends_with_separator })
}

/// Two percent signs with something between.
pub(crate) fn has_variable(name: &str) -> bool {
    let after = name.split_once('%').map(|(_, after)| after);
    after.is_some_and(|after| after.find('%').is_some_and(|at| at > 0))
}

/// Takes a mask apart whose product has no wildcard for the drive.
pub(crate) fn placed(text: &str, machine: Machine) -> Result<Mask, MaskError> {
    let mask = split(text, machine)?;
    match &mask.root {
        Root::AnyDrive => Err(not_established("a wildcard for the drive is not established")),
        Root::Drive(_) if mask.names.is_empty() && !mask.ends_with_separator => {
            Err(invalid("a drive is followed by a separator"))
        }
        _ => Ok(mask),
    }
}

/// `%SystemRoot%` and nothing behind it: in Kaspersky's lists a folder ends in a separator, else it is read as a file, and what
/// such a variable names is a folder.
pub(crate) fn no_bare_variable(mask: &Mask) -> Result<(), MaskError> {
    let bare = matches!(mask.root, Root::Variable(_)) && mask.names.is_empty() && !mask.ends_with_separator;
    if bare {
        Err(not_established("a variable alone names a folder, and a folder ends in a separator"))
    } else {
        Ok(())
    }
}

/// The root, and what follows it without the separator between.
fn root(text: &str) -> Result<(Root, &str), MaskError> {
    let bytes = text.as_bytes();
    if let Some(share) = text.strip_prefix("\\\\") {
        let mut parts = share.splitn(3, '\\');
        let (server, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        if server.is_empty()
            || name.is_empty()
            || server.starts_with('.')
            || name.starts_with('.')
            || server.contains(['?', '*', '.']) && server.len() == 1
        {
            return Err(not_established("a share is written \\\\server\\share\\…"));
        }
        if [server, name].iter().any(|n| n.contains(['*', '?', ':', '"', '<', '>', '|', '%'])) {
            return Err(not_established("wildcards in the name of a server or share are not established"));
        }
        return Ok((Root::Share(server.to_owned(), name.to_owned()), parts.next().unwrap_or("")));
    }
    if let Some((name, rest)) = variables::leading(text) {
        return Ok((Root::Variable(name.to_owned()), rest.strip_prefix('\\').unwrap_or("")));
    }
    if let [letter, b':', ..] = bytes {
        let rest = text.get(2..).unwrap_or("");
        let rest = match rest.strip_prefix('\\') {
            Some(rest) => rest,
            None if rest.is_empty() => "",
            None => return Err(invalid("a drive is followed by a separator")),
        };
        return match letter {
            b'?' | b'*' => Ok((Root::AnyDrive, rest)),
            letter if letter.is_ascii_alphabetic() => Ok((Root::Drive(char::from(*letter)), rest)),
            _ => Err(invalid("a drive is one letter")),
        };
    }
    if text.starts_with('\\') {
        return Err(not_established("what a separator at the beginning means is not established"));
    }
    Ok((Root::None, text))
}

/// A literal character.
pub(crate) fn literal(text: &str) -> impl Iterator<Item = Token> + '_ {
    text.encode_utf16().map(|u| Token::Unit(Literal { unit: Unit::from(fold(u)), written: u }))
}

fn special(unit: Unit) -> Token {
    Token::Unit(Literal { unit, written: 0 })
}

/// Tokens of a root, without a separator behind it. `None` has none.
pub(crate) fn root_tokens(root: &Root, of_system: bool) -> Vec<Token> {
    match root {
        Root::Drive(letter) => literal(&format!("{letter}:")).collect(),
        Root::AnyDrive => {
            vec![Token::Set(Box::new([(0x41, 0x5A)])), Token::Unit(Literal { unit: 0x3A, written: 0x3A })]
        }
        Root::Share(server, share) => [Token::Sep, Token::Sep]
            .into_iter()
            .chain(literal(server))
            .chain([Token::Sep])
            .chain(literal(share))
            .collect(),
        Root::Variable(name) => {
            // What depends on the account is another folder for another account.
            let of_system = of_system && !variables::of_machine(name);
            let name: Vec<Token> = literal(variables::canonical(name)).collect();
            std::iter::once(special(OPEN))
                .chain(name)
                .chain(of_system.then(|| special(OF_SYSTEM)))
                .chain([special(CLOSE)])
                .collect()
        }
        Root::None => Vec::new(),
    }
}

/// Any variable.
pub(crate) fn any_variable() -> Vec<Token> {
    vec![special(OPEN), Token::Cross, special(CLOSE)]
}

/// What wildcards mean in a language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wildcards {
    /// `*`.
    pub(crate) star: Meaning,
    /// `**`, and more stars.
    pub(crate) stars: Meaning,
    /// `?` is a wildcard.
    pub(crate) question: bool,
}

/// What stars mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Any run of characters in one name.
    InName,
    /// Any run of characters, separators too.
    Crosses,
}

impl Meaning {
    pub(crate) const fn token(self) -> Token {
        match self {
            Self::InName => Token::Run,
            Self::Crosses => Token::Cross,
        }
    }
}

/// Tokens of one name.
pub(crate) fn name_tokens(name: &str, wildcards: Wildcards, out: &mut Vec<Token>) {
    let mut rest = name;
    while let Some(at) = rest.find(['*', '?']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.extend(literal(before));
        if let Some(tail) = after.strip_prefix('?') {
            if wildcards.question {
                out.push(Token::One);
            } else {
                out.extend(literal("?"));
            }
            rest = tail;
        } else {
            let tail = after.trim_start_matches('*');
            let meaning = if after.len() - tail.len() > 1 { wildcards.stars } else { wildcards.star };
            out.push(meaning.token());
            rest = tail;
        }
    }
    out.extend(literal(rest));
}

/// Tokens of names with separators between them.
pub(crate) fn names_tokens(names: &[String], wildcards: Wildcards, out: &mut Vec<Token>) {
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push(Token::Sep);
        }
        name_tokens(name, wildcards, out);
    }
}

/// Whether a text has a wildcard.
pub(crate) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}
