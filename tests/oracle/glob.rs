//! Matching of a pattern by trying: what all languages but the regular expressions come down to.

/// Between two segments, in patterns and in paths.
pub const SEPARATOR: char = '/';

/// Stands in a path for its root (drive, share, variable). No wildcard that stays in a segment takes it.
pub const ROOT: char = '\u{F8FF}';

/// One part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Is(char),
    /// One character of a name.
    One,
    /// One character of a name, or none.
    Perhaps,
    /// Any characters of a name.
    Run,
    /// Any characters of a name that are no dots.
    Dotless,
    /// Any characters.
    Cross,
    /// Nothing, or anything that ends with a separator.
    Folders,
}

/// Whether the pattern takes the whole text.
pub fn full(pattern: &[Token], text: &[char]) -> bool {
    let Some((token, pattern)) = pattern.split_first() else { return text.is_empty() };
    let name = |c: &char| *c != SEPARATOR && *c != ROOT;
    let one = || text.first().is_some_and(name) && full(pattern, &text[1..]);
    let run = |takes: &dyn Fn(&char) -> bool| {
        let most = text.iter().take_while(|c| takes(c)).count();
        (0..=most).any(|n| full(pattern, &text[n..]))
    };
    match token {
        Token::Is(c) => text.first() == Some(c) && full(pattern, &text[1..]),
        Token::One => one(),
        Token::Perhaps => full(pattern, text) || one(),
        Token::Run => run(&name),
        Token::Dotless => run(&|c| name(c) && *c != '.'),
        Token::Cross => run(&|_| true),
        Token::Folders => {
            full(pattern, text)
                || (0..text.len()).any(|n| text[n] == SEPARATOR && full(pattern, &text[n + 1..]))
        }
    }
}

/// Where the last segment begins.
pub fn name_at(text: &[char]) -> usize {
    text.iter().rposition(|c| *c == SEPARATOR).map_or(0, |n| n + 1)
}

/// Whether the pattern takes everything from the beginning of some segment on.
pub fn any_place(pattern: &[Token], text: &[char]) -> bool {
    full(pattern, text) || (0..text.len()).any(|n| text[n] == SEPARATOR && full(pattern, &text[n + 1..]))
}

/// What a row of stars means, by their number; `None`: not allowed.
pub type Stars = fn(usize) -> Option<Token>;

/// One segment of a mask, where `?` is one character.
pub fn segment(text: &str, stars: Stars) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '*' {
            let after = rest.trim_start_matches('*');
            out.push(stars(rest.len() - after.len())?);
            rest = after;
            continue;
        }
        out.push(if c == '?' { Token::One } else { Token::Is(c) });
        rest = &rest[c.len_utf8()..];
    }
    Some(out)
}

/// Segments with separators between them.
pub fn segments(all: &[&str], stars: Stars) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    for (n, text) in all.iter().enumerate() {
        if n > 0 {
            out.push(Token::Is(SEPARATOR));
        }
        out.extend(segment(text, stars)?);
    }
    Some(out)
}

/// The pattern, then a separator if something stands before it, then more.
pub fn then(mut pattern: Vec<Token>, more: &[Token]) -> Vec<Token> {
    if !pattern.is_empty() {
        pattern.push(Token::Is(SEPARATOR));
    }
    pattern.extend(more);
    pattern
}

/// A segment that no path has.
pub fn is_odd(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

pub fn has_wildcard(segment: &str) -> bool {
    segment.contains(['*', '?'])
}
