//! From sets back to masks: the spellings in which a target language might say a set. A spelling is a proposal; whether it
//! says the same is proved by reading it again and comparing ([`super::choose()`]).
//!
//! | in the set | proposed |
//! |---|---|
//! | file names inside a folder | one pattern for each name: folder, any number of folders, name |
//! | `**`, any number of folders, in a language without them | one mask for each depth |
//! | the path and everything below | two entries where the language tells files from folders |

use super::flags::{Flags, List};
use super::set::{PathSet, Pattern, Tail, Token};
use super::{Language, System, unit};

/// Most entries for one row.
pub(crate) const MOST_ENTRIES: usize = 8;

/// A mask in a target language, with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    /// The mask, without marks.
    pub text: String,
    /// The list or mark that it needs.
    pub list: Option<List>,
}

impl Spelling {
    pub(crate) fn new(text: impl Into<String>, list: Option<List>) -> Self {
        Self { text: text.into(), list }
    }

    /// The text and flags with which the language reads it.
    pub(crate) fn read(&self, language: Language) -> (String, Flags) {
        match (language, self.list) {
            (Language::DefPath, Some(List::File)) => {
                (format!("{}\\:{{PathType:file}}", self.text), Flags::default())
            }
            (Language::DefPath, Some(List::Folder)) => {
                (format!("{}\\:{{PathType:folder}}", self.text), Flags::default())
            }
            (Language::MdeLinux | Language::MdeMacos | Language::SentinelOne, list) => {
                (self.text.clone(), Flags { list, ..Flags::default() })
            }
            _ => (self.text.clone(), Flags::default()),
        }
    }
}

/// Patterns that say the same without names beside them, and with `**` at their end as a tail.
pub(crate) fn without_names(set: &PathSet) -> Vec<Pattern> {
    if set.names.is_empty() {
        return set.patterns.iter().map(normal).collect();
    }
    let mut all = Vec::new();
    for pattern in &set.patterns {
        let pattern = normal(pattern);
        for name in &set.names {
            let mut tokens = pattern.tokens.clone();
            tokens.push(Token::Sep);
            // Behind `**` there are folders enough.
            if tokens.first() != Some(&Token::Cross) || tokens.len() > 2 {
                tokens.push(Token::Levels);
            }
            tokens.extend(name.iter().cloned());
            all.push(Pattern::new(tokens, Tail::Exact));
        }
    }
    all
}

/// `X/**` is everything below X; `X**` is X with any ending, or what is below that.
fn normal(pattern: &Pattern) -> Pattern {
    let mut tokens = pattern.tokens.clone();
    if pattern.tail != Tail::Exact || tokens.len() < 2 || tokens.last() != Some(&Token::Cross) {
        return pattern.clone();
    }
    tokens.pop();
    if tokens.last() == Some(&Token::Sep) {
        tokens.pop();
        return Pattern::new(tokens, Tail::Below);
    }
    tokens.push(Token::Run);
    Pattern::new(tokens, Tail::Tree)
}

/// The name that a pattern takes in any folder.
pub(crate) fn name_anywhere(pattern: &Pattern) -> Option<&[Token]> {
    match pattern.tokens.as_slice() {
        [Token::Cross, Token::Sep, name @ ..] if pattern.tail == Tail::Exact => {
            let plain = |t: &Token| matches!(t, Token::Unit(_) | Token::Run | Token::One);
            (!name.is_empty() && name.iter().all(plain)).then_some(name)
        }
        _ => None,
    }
}

/// The extension of `*.ext`, when a name is exactly that: letters, digits, `_`, `-`, `~`, no second dot.
pub(crate) fn extension(system: System, name: &[Token]) -> Option<String> {
    let [Token::Run, rest @ ..] = name else { return None };
    let text = text(system, rest)?;
    let extension = text.strip_prefix('.')?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '~');
    (!extension.is_empty() && extension.chars().all(plain)).then(|| extension.to_owned())
}

/// The same pattern for each depth, for languages in which no wildcard crosses folders. Shallow ones come first.
pub(crate) fn depths(pattern: &Pattern) -> Vec<Pattern> {
    let deep = |t: &Token| matches!(t, Token::Cross | Token::Levels);
    let places = pattern.tokens.iter().filter(|t| deep(t)).count();
    if places == 0 {
        return vec![pattern.clone()];
    }
    let mut all = Vec::new();
    for total in 0..MOST_ENTRIES {
        for spread in spreads(places, total, MOST_ENTRIES - all.len()) {
            let mut spread = spread.into_iter();
            let mut tokens = Vec::with_capacity(pattern.tokens.len() + 2 * total);
            for token in &pattern.tokens {
                let folders = if deep(token) { spread.next().unwrap_or(0) } else { 0 };
                match token {
                    Token::Cross => {
                        tokens.push(Token::Run);
                        tokens.extend(std::iter::repeat_n([Token::Sep, Token::Run], folders).flatten());
                    }
                    Token::Levels => {
                        tokens.extend(std::iter::repeat_n([Token::Run, Token::Sep], folders).flatten());
                    }
                    other => tokens.push(other.clone()),
                }
            }
            all.push(Pattern::new(tokens, pattern.tail));
        }
        if all.len() >= MOST_ENTRIES {
            break;
        }
    }
    all
}

/// Ways of spreading a number of folders over places, at most `most` of them.
fn spreads(places: usize, total: usize, most: usize) -> Vec<Vec<usize>> {
    if places <= 1 {
        return if places == 1 && most > 0 { vec![vec![total]] } else { Vec::new() };
    }
    let mut all = Vec::new();
    for first in 0..=total {
        for rest in spreads(places - 1, total - first, most.saturating_sub(all.len())) {
            all.push([vec![first], rest].concat());
        }
    }
    all
}

/// Tokens as text with `*` and `?`; `None` when they hold what such masks cannot say.
pub(crate) fn text(system: System, tokens: &[Token]) -> Option<String> {
    let mut units: Vec<u16> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    let mut out = String::with_capacity(tokens.len());
    if let [Token::Unit(open), after @ ..] = tokens
        && open.unit == unit::OPEN
    {
        let close = after.iter().position(|t| matches!(t, Token::Unit(l) if l.unit == unit::CLOSE))?;
        let name: Vec<u32> = after.get(..close)?.iter().map(unit_of).collect::<Option<_>>()?;
        if system != System::Windows {
            return None;
        }
        // Whose variable it is a mask does not say; the language that reads it decides.
        let name = name.strip_suffix(&[unit::OF_SYSTEM]).map_or(name.clone(), <[u32]>::to_vec);
        let whole: Vec<u32> = [vec![unit::OPEN], name, vec![unit::CLOSE]].concat();
        out.push_str(&unit::shown(system, &whole));
        rest = after.get(close + 1..)?;
    }
    for token in rest {
        units.push(match token {
            Token::Unit(literal) if literal.written != 0 => literal.written,
            Token::Sep => u16::try_from(unit::separator(system)).ok()?,
            Token::Run => 0x2A,
            Token::One => 0x3F,
            _ => return None,
        });
    }
    if system == System::Windows {
        out.push_str(&String::from_utf16(&units).ok()?);
    } else {
        let bytes: Vec<u8> = units.iter().map(|u| u8::try_from(*u).ok()).collect::<Option<_>>()?;
        out.push_str(&String::from_utf8(bytes).ok()?);
    }
    Some(out)
}

/// A path of a pattern with plain letters for wildcards; it may not be in the set.
pub(crate) fn plain_example(system: System, pattern: &Pattern) -> Option<String> {
    let (start, tokens) = match pattern.tokens.as_slice() {
        [Token::Cross, rest @ ..] if rest.first() == Some(&Token::Sep) => {
            (if system == System::Windows { "C:" } else { "" }, rest)
        }
        tokens => ("", tokens),
    };
    let filled: Vec<Token> = tokens
        .iter()
        .filter(|t| **t != Token::Levels)
        .map(|t| if *t == Token::Cross { Token::Run } else { t.clone() })
        .collect();
    let mut path = format!("{start}{}", text(system, &filled)?.replace(['*', '?'], "a"));
    if pattern.tail == Tail::Below {
        path.push_str(if system == System::Windows { "\\a" } else { "/a" });
    }
    Some(path)
}

fn unit_of(token: &Token) -> Option<u32> {
    match token {
        Token::Unit(literal) => Some(literal.unit),
        _ => None,
    }
}

/// Whether the last name has a wildcard.
pub(crate) fn wild_last(tokens: &[Token]) -> bool {
    tokens.iter().rev().take_while(|t| **t != Token::Sep).any(|t| !matches!(t, Token::Unit(_)))
}
