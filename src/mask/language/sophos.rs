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
use super::super::set::{PathSet, Tail, Token};
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid, not_established};
use super::{Read, anywhere};

const DOT: &str = "whether *.* takes names without a dot is not established";
const SHARES: &str = "whether shares are taken is not established";

const WILDCARDS: Wildcards = Wildcards { star: Meaning::InName, stars: Meaning::InName, question: true };

/// Reads a mask.
pub(super) fn parse(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::split(text, flags.machine)?;
    match mask.root {
        Root::AnyDrive => return Err(not_established("a wildcard for the drive is not established")),
        Root::Share(..) => read.note(SHARES),
        _ => {}
    }
    let first = mask.names.first().map_or("", String::as_str);
    let relative = mask.root == Root::None && (mask.names.len() > 1 || mask.ends_with_separator);
    if relative && !first.starts_with("**") {
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
            tokens.push(Token::Levels);
            continue;
        }
        one_name(name, at == 0 && mask.root == Root::None, ends, read, &mut tokens);
        if at < last {
            tokens.push(Token::Sep);
        }
    }
    let below = mask.ends_with_separator || mask.names.is_empty();
    if below && tokens.last() == Some(&Token::Levels) {
        // `C:\foo\**\`: whatever lies in a folder there.
        tokens.pop();
        tokens.pop();
    }
    let tail = if below { Tail::Below } else { Tail::Exact };
    let bare = mask.root == Root::None && !relative && !first.starts_with("**");
    Ok(PathSet::one(System::Windows, if bare { anywhere(tokens) } else { tokens }, tail))
}

/// One name; `starts` and `ends` say whether the mask does so with it.
fn one_name(name: &str, starts: bool, ends: bool, read: &mut Read, tokens: &mut Vec<Token>) {
    if ends && name == "*.*" {
        let any = read.open(DOT, false, true);
        return windows::name_tokens(if any { "*" } else { name }, WILDCARDS, tokens);
    }
    if ends && name == "*." {
        let no_dot = Token::Set(Box::new([(0, 0x2D), (0x2F, 0x5B), (0x5D, 0xFFFF)]));
        tokens.push(Token::Repeat(Box::new([no_dot])));
        return tokens.push(optional(dot()));
    }
    let mut middle = name;
    if starts && let Some(rest) = middle.strip_prefix("**") {
        tokens.push(Token::Cross);
        middle = rest.trim_start_matches('*');
    }
    let mut after = Vec::new();
    if ends {
        if let Some(rest) = middle.strip_suffix("**") {
            middle = rest.trim_end_matches('*');
            after.push(Token::Cross);
        } else if let Some(rest) = middle.strip_suffix('?') {
            middle = rest;
            after.push(optional(vec![Token::One]));
        } else if let Some(rest) = middle.strip_suffix('.') {
            middle = rest;
            after.push(optional(dot()));
        }
    }
    windows::name_tokens(middle, WILDCARDS, tokens);
    tokens.extend(after);
}

fn dot() -> Vec<Token> {
    windows::literal(".").collect()
}

fn optional(tokens: Vec<Token>) -> Token {
    Token::Alt(Box::new([tokens, Vec::new()]))
}
