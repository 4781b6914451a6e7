//! CrowdStrike Falcon, machine-learning and sensor-visibility exclusions on Windows.
//!
//! | rule | certainty |
//! |---|---|
//! | no drive letter, no device, no separator at the start: begins with the root folder of every volume | T |
//! | `*` any run in one name; `**` any run, separators too | T |
//! | `App\*` files of the folder, `App\**` everything below | T |
//! | `**\app.exe` anywhere | T: narrow in some folder, wide at the root, too |
//! | `?` | not established: do not write |
//! | letters do not distinguish case | T |
//! | whether shares are volumes | not established: wide they are |

use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::variables::Machine;
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid, not_established};
use super::Read;

const SHARES: &str = "whether an exclusion without a drive also holds on shares is not established";
const ROOT: &str = "whether ** at the beginning also takes files of the root folder is not established";

const WILDCARDS: Wildcards = Wildcards { star: Meaning::InName, stars: Meaning::Crosses, question: true };

/// Reads a mask.
pub(super) fn parse(text: &str, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::split(text, Machine::default())?;
    if mask.root != Root::None {
        return Err(invalid("a mask begins with the root folder, without drive, device or variable"));
    }
    if text.contains('?') {
        return Err(not_established("what ? means is not established"));
    }
    if text.contains("***") {
        return Err(not_established("what three stars mean is not established"));
    }
    if mask.ends_with_separator {
        return Err(not_established("what a separator at the end means is not established"));
    }
    let crosses = mask.names.first().is_some_and(|first| first.starts_with("**"));
    let mut roots = vec![windows::root_tokens(&Root::AnyDrive, false)];
    if read.open(SHARES, false, true) {
        roots.push(vec![Token::Sep, Token::Sep, Token::Run, Token::Sep, Token::Run]);
    }
    if crosses {
        // What lies below a variable lies in a folder of some volume.
        roots.push(windows::any_variable());
    }
    let (start, names) = match mask.names.as_slice() {
        [first, rest @ ..] if first == "**" && !rest.is_empty() => (true, rest),
        names => (false, names),
    };
    if start {
        let at_root = read.open(ROOT, false, true);
        for root in &mut roots {
            let variable = matches!(root.first(), Some(Token::Unit(_)));
            root.push(Token::Sep);
            root.extend(if at_root || variable {
                vec![Token::Levels]
            } else {
                vec![Token::Cross, Token::Sep]
            });
        }
    } else {
        roots.iter_mut().for_each(|root| root.push(Token::Sep));
    }
    let mut tokens = match roots.pop() {
        Some(only) if roots.is_empty() => only,
        last => {
            roots.extend(last);
            vec![Token::Alt(roots.into())]
        }
    };
    windows::names_tokens(names, WILDCARDS, &mut tokens);
    Ok(PathSet::one(System::Windows, tokens, Tail::Exact))
}

/// Spellings of a pattern. A mask of one drive becomes a mask of every drive, which is larger.
pub(super) fn print(pattern: &Pattern) -> Vec<Spelling> {
    let mut tokens = match pattern.tokens.as_slice() {
        [Token::Cross, Token::Sep, ..] => [Token::Cross, Token::Cross]
            .iter()
            .chain(pattern.tokens.get(1..).unwrap_or_default())
            .cloned()
            .collect(),
        [_, Token::Unit(colon), Token::Sep, rest @ ..] if colon.unit == 0x3A => rest.to_vec(),
        _ => return Vec::new(),
    };
    let mut all = Vec::new();
    let mut add = |tokens: &[Token]| all.extend(stars(tokens).map(|t| Spelling::new(t, None)));
    if pattern.tail != Tail::Below {
        add(&tokens);
    }
    if pattern.tail != Tail::Exact {
        tokens.extend([Token::Sep, Token::Cross]);
        add(&tokens);
    }
    all
}

/// Tokens as text, with `**` for what crosses folders.
fn stars(tokens: &[Token]) -> Option<String> {
    let mut out = String::new();
    for part in tokens.chunk_by(|a, b| (*a == Token::Cross) == (*b == Token::Cross)) {
        match part {
            [Token::Cross, ..] => out.push_str("**"),
            part => out.push_str(&spell::text(System::Windows, part)?),
        }
    }
    Some(out)
}
