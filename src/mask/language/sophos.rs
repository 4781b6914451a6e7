//! Sophos Central scanning exclusions on Windows.
//!
//! | rule | certainty |
//! |---|---|
//! | `*` any run in one name | D |
//! | `**` between separators, or at the start or end: any number of folders, none included; elsewhere as `*` | D |
//! | `?` one character; at the end of the mask one or none | D |
//! | `C:\App\`: everything below | D |
//! | `*.log`, `app.exe`: in any folder | D |
//! | folders only with a full path | D: else not accepted |
//! | `*.` files without extension; `foo.` is `foo` and `foo.` | D |
//! | `C:\App\*.*`: the files of that folder | I: narrow only names with a dot |
//! | letter case does not count | settled |
//! | shares | not established |

use super::super::flags::Flags;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid};
use super::{Read, anywhere};

const DOT: &str = "whether *.* takes names without a dot is not established";
const BESIDE: &str = "whether ** beside other characters, at the start or end of a mask, crosses folders can be read in two ways";
const DOTLESS: &str = "whether a star takes dots in a name that ends with a dot is not established";
const SHARES: &str = "whether shares are taken is not established";

const WILDCARDS: Wildcards = Wildcards { star: Meaning::InName, stars: Meaning::InName, question: true };

/// Reads a mask.
pub(super) fn parse(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::placed(text, flags.machine)?;
    if matches!(mask.root, Root::Share(..)) {
        read.note(SHARES);
    }
    let first = mask.names.first().map_or("", String::as_str);
    let relative = mask.root == Root::None && (mask.names.len() > 1 || mask.ends_with_separator);
    let any_folder =
        first == "**" || first.starts_with("**") && !first.starts_with("***") && !mask.ends_with_separator;
    if relative && !any_folder {
        return Err(invalid("a folder is given by its full path"));
    }
    let mut tokens = windows::root_tokens(&mask.root, false);
    if mask.root != Root::None && !mask.names.is_empty() {
        tokens.push(Token::Sep);
    }
    let last = mask.names.len().saturating_sub(1);
    for (at, name) in mask.names.iter().enumerate() {
        let ends = at == last && !mask.ends_with_separator;
        if name == "**" && !ends {
            // At the start it stands for a root and folders; a root is no name.
            if at == 0 && mask.root == Root::None {
                tokens.extend([Token::Cross, Token::Sep]);
            } else if tokens.last() != Some(&Token::Levels) {
                tokens.push(Token::Levels);
            }
            continue;
        }
        one_name(name, at == 0 && mask.root == Root::None, ends, read, &mut tokens);
        if at < last {
            tokens.push(Token::Sep);
        }
    }
    let below = mask.ends_with_separator || mask.names.is_empty();
    // `C:\foo\**\`: whatever lies below foo.
    while below && tokens.last() == Some(&Token::Levels) {
        tokens.pop();
    }
    if below && tokens.last() == Some(&Token::Sep) {
        tokens.pop();
    }
    let tail = if below { Tail::Below } else { Tail::Exact };
    let bare = mask.root == Root::None && !relative && tokens.first() != Some(&Token::Cross);
    Ok(PathSet::one(System::Windows, if bare { anywhere(tokens) } else { tokens }, tail))
}

/// One name; `starts` and `ends` say whether the mask does so with it.
fn one_name(name: &str, starts: bool, ends: bool, read: &mut Read, tokens: &mut Vec<Token>) {
    if ends && name == "*.*" {
        let any = read.open(DOT, false, true);
        return windows::name_tokens(if any { "*" } else { name }, WILDCARDS, tokens);
    }
    let mut middle = name;
    if starts && name.starts_with("**") && !name.starts_with("***") {
        if name == "**" {
            return tokens.push(Token::Cross);
        }
        if read.open(BESIDE, false, true) {
            tokens.push(Token::Cross);
            middle = name.strip_prefix("**").unwrap_or(name);
        }
    }
    let mut after = Vec::new();
    if ends {
        if middle == "**" {
            after.push(Token::Cross);
            middle = "";
        } else if middle.ends_with("**") && !middle.ends_with("***") {
            if read.open(BESIDE, false, true) {
                after.push(Token::Cross);
                middle = middle.strip_suffix("**").unwrap_or(middle);
            }
        } else if let Some(rest) = middle.strip_suffix('?') {
            middle = rest;
            after.push(optional(vec![Token::One]));
        } else if let Some(rest) = middle.strip_suffix('.') {
            middle = rest;
            after.push(optional(dot()));
        }
    }
    let from = tokens.len();
    windows::name_tokens(middle, WILDCARDS, tokens);
    // `*.` is a name without a dot; what a star takes in a longer name with a dot at its end is less sure.
    let dotless = ends
        && name.ends_with('.')
        && (name == "*." || name.contains('*') && !read.open(DOTLESS, false, true));
    if dotless {
        for token in tokens.iter_mut().skip(from).filter(|t| **t == Token::Run) {
            let no_dot = Token::Set(Box::new([(0, 0x2D), (0x2F, 0x5B), (0x5D, 0xFFFF)]));
            *token = Token::Repeat(Box::new([no_dot]));
        }
    }
    tokens.extend(after);
}

fn dot() -> Vec<Token> {
    windows::literal(".").collect()
}

fn optional(tokens: Vec<Token>) -> Token {
    Token::Alt(Box::new([tokens, Vec::new()]))
}

/// Spellings of a pattern.
pub(super) fn print(pattern: &Pattern) -> Vec<Spelling> {
    let text = |tokens: &[Token]| {
        let mut out = String::new();
        // Any number of folders is written as two stars between separators.
        for (at, part) in tokens.split(|t| *t == Token::Levels).enumerate() {
            if at > 0 {
                out.push_str("**\\");
            }
            out.push_str(&spell::text(System::Windows, part)?);
        }
        Some(out)
    };
    if let Some(name) = spell::name_anywhere(pattern) {
        return text(name).map(|t| Spelling::new(t, None)).into_iter().collect();
    }
    // `\**\` of the source is one folder or more: here one, then any number.
    let mut tokens = Vec::with_capacity(pattern.tokens.len());
    let mut rest = pattern.tokens.as_slice();
    while let [token, after @ ..] = rest {
        rest = after;
        match (token, tokens.last(), after.first()) {
            (Token::Cross, Some(Token::Sep), Some(Token::Sep)) => {
                tokens.extend([Token::Run, Token::Sep, Token::Levels]);
                rest = after.get(1..).unwrap_or_default();
            }
            _ => tokens.push(token.clone()),
        }
    }
    let Some(text) = text(&tokens) else { return Vec::new() };
    let below = format!("{text}\\");
    match pattern.tail {
        Tail::Exact => vec![Spelling::new(text, None)],
        Tail::Below => vec![Spelling::new(below, None)],
        Tail::Tree => vec![Spelling::new(below, None), Spelling::new(text, None)],
    }
}
