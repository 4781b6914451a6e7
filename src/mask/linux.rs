//! What all masks of Linux products have in common: bytes, one separator, and what no product takes.

use super::set::{Literal, Token};
use super::{MaskError, invalid, not_established};

/// Longest path that Linux has, in bytes; no mask needs more.
const LONGEST: usize = 4096;

/// Checks a mask that begins with a slash and gives its names, and whether a slash stood at its end.
pub(crate) fn split(text: &str) -> Result<(Vec<&str>, bool), MaskError> {
    let rest = text.strip_prefix('/').ok_or_else(|| invalid("the path does not begin with a slash"))?;
    plain(text)?;
    let ends = rest.ends_with('/') || rest.is_empty();
    let inner = rest.strip_suffix('/').unwrap_or(rest);
    let names: Vec<&str> = if inner.is_empty() { Vec::new() } else { inner.split('/').collect() };
    if names.iter().any(|n| n.is_empty()) {
        return Err(not_established("the path has an empty folder name"));
    }
    if names.iter().any(|n| *n == "." || *n == "..") {
        return Err(not_established("the path has a dot folder"));
    }
    Ok((names, ends))
}

/// What no mask of Linux may hold.
pub(crate) fn plain(text: &str) -> Result<(), MaskError> {
    match () {
        () if text.is_empty() => Err(invalid("the mask is empty")),
        () if text.len() > LONGEST => Err(invalid("the mask is longer than any path")),
        () if text.contains('\0') => Err(invalid("no path holds a zero byte")),
        () => Ok(()),
    }
}

/// Bytes of literal text.
pub(crate) fn literal(text: &str) -> impl Iterator<Item = Token> + '_ {
    text.bytes().map(|b| match b {
        b'/' => Token::Sep,
        b => Token::Unit(Literal { unit: u32::from(b), written: u16::from(b) }),
    })
}

/// Tokens of text with `*`, `?` and runs of two or more stars, which become `stars`.
pub(crate) fn tokens(text: &str, stars: &Token, out: &mut Vec<Token>) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '?']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.extend(literal(before));
        if let Some(tail) = after.strip_prefix('?') {
            out.push(Token::One);
            rest = tail;
        } else {
            let tail = after.trim_start_matches('*');
            out.push(if after.len() - tail.len() > 1 { stars.clone() } else { Token::Run });
            rest = tail;
        }
    }
    out.extend(literal(rest));
}
