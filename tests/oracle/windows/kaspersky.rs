//! Masks of the products that are left behind.

use super::super::glob::{Stars, Token, has_wildcard, segment, segments, then};
use super::{Part, Root, Text};

const KES: Stars = |n| Some(if n == 1 { Token::Run } else { Token::Cross });
const ONE_STAR: Stars = |n| (n == 1).then_some(Token::Run);

/// Scan exclusions and objects of rules.
pub fn exclusion(language: &str, mask: &str, flags: &[&str], wide: bool) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    let ksws = language == "ksws";
    let stars = if matches!(language, "kes" | "local-list") { KES } else { ONE_STAR };
    let on = flags.contains(&"subfolders") || (wide && !flags.contains(&"no-subfolders"));
    match text.root {
        None if language == "local-list" => return None,
        Some(Root::Share(_)) => return None,
        Some(Root::Variable(_)) if !matches!(language, "kes" | "ksws") => return None,
        _ => {}
    }
    if text.is_bare() {
        let name = text.last();
        return Some(vec![Part::Name(if wide && name == "*.*" {
            vec![Token::Run]
        } else {
            segment(name, stars)?
        })]);
    }
    // The folders, and what is taken of their files.
    let mut folders = text.names();
    let last = if text.slash { "*" } else { folders.pop().unwrap_or("") };
    if text.slash && ksws && folders.last() == Some(&"*") {
        return None;
    }
    let relative = text.root.is_none();
    if relative && language == "kes10" && folders.iter().any(|s| has_wildcard(s)) {
        return None;
    }
    let all_files = last == "*" || (last == "*.*" && (!ksws || wide));
    let name = if all_files { vec![Token::Run] } else { segment(last, stars)? };
    let folders = segments(&folders, stars)?;
    let pattern = if all_files && on && !ksws {
        then(folders, &[Token::Cross])
    } else if ksws && on && (wide || has_wildcard(last)) {
        then(folders, &[&[Token::Folders], name.as_slice()].concat())
    } else if name.is_empty() {
        folders
    } else {
        then(folders, &name)
    };
    Some(vec![match text.root {
        Some(root) => Part::At(root, pattern),
        None if pattern.first() == Some(&Token::Cross) => Part::Whole(pattern),
        None => Part::AnyFolder(pattern),
    }])
}

/// Trusted processes: full paths.
pub fn process(mask: &str) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    if text.slash || matches!(text.root, Some(Root::Share(_))) {
        return None;
    }
    let pattern = segments(&text.names(), ONE_STAR)?;
    Some(vec![Part::At(text.root?, pattern)])
}
