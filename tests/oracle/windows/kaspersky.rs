//! Masks of the products that are left behind.

use super::super::glob::{Stars, Token, has_wildcard, segment, segments, then};
use super::{Part, Text};

const KES: Stars = |n| Some(if n == 1 { Token::Run } else { Token::Cross });
const ONE_STAR: Stars = |n| (n == 1).then_some(Token::Run);
/// That a star stays in its segment is common practice, and no more, in this family.
const CROSSING: Stars = |n| (n == 1).then_some(Token::Cross);

/// Scan exclusions and objects of rules.
pub fn exclusion(language: &str, mask: &str, flags: &[&str], wide: bool) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    let ksws = language == "ksws";
    let stars = match language {
        "kes" => KES,
        "ksws" if wide => CROSSING,
        _ => ONE_STAR,
    };
    let told = flags.contains(&"subfolders");
    let on = told || (wide && (ksws || !flags.contains(&"no-subfolders")));
    // Lists without a rule of their own are read as Kaspersky Endpoint Security reads its own; a share is a place.
    if text.is_bare() {
        let name = text.last();
        if ksws && wide {
            return Some(vec![Part::AnyFolder(if name == "*.*" {
                vec![Token::Cross]
            } else {
                segment(name, stars)?
            })]);
        }
        // Without a separator the mask is about a name, whatever its stars are elsewhere.
        let in_name: Stars = |_| Some(Token::Run);
        let name_stars = if language == "kes" { in_name } else { stars };
        return Some(vec![Part::Name(if wide && name == "*.*" {
            vec![Token::Run]
        } else {
            segment(name, name_stars)?
        })]);
    }
    // The folders, and what is taken of their files.
    let mut folders = text.names();
    let last = if text.slash { "*" } else { folders.pop().unwrap_or("") };
    if ksws && folders.contains(&"*") {
        return None;
    }
    let relative = text.root.is_none();
    if relative && language == "kes10" && folders.iter().any(|s| has_wildcard(s)) {
        return None;
    }
    let all_files = last == "*" || (last == "*.*" && (!ksws || wide));
    let name = if all_files { vec![Token::Run] } else { segment(last, stars)? };
    let folders = segments(&folders, stars)?;
    // The tick box is for folders. Whether it reaches masks for files nobody tells.
    let deep = if text.slash { on } else { wide && ((told && has_wildcard(last)) || (all_files && on)) };
    let pattern = if all_files && deep && !ksws {
        then(folders, &[Token::Cross])
    } else if if ksws { on && has_wildcard(last) } else { deep && !name.is_empty() } {
        then(folders, &[&[Token::Folders], name.as_slice()].concat())
    } else if name.is_empty() {
        folders
    } else {
        then(folders, &name)
    };
    let place = |pattern: Vec<Token>| match &text.root {
        Some(root) => Part::At(root.clone(), pattern),
        None if pattern.first() == Some(&Token::Cross) && !ksws => Part::Whole(pattern),
        None => Part::AnyFolder(pattern),
    };
    Some(vec![place(pattern)])
}

/// Trusted processes: full paths.
pub fn process(mask: &str, wide: bool) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    if text.slash || text.all.is_empty() {
        return None;
    }
    let pattern = segments(&text.names(), if wide { CROSSING } else { ONE_STAR })?;
    Some(vec![Part::At(text.root?, pattern)])
}
