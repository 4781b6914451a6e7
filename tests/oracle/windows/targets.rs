//! Masks of the products that come instead.

use super::super::glob::{Stars, Token, has_wildcard, segment, segments, then};
use super::{Part, Root, Text};

const ONE_STAR: Stars = |n| (n == 1).then_some(Token::Run);

/// Six wildcards are the most that Defender takes.
fn six_wildcards(mask: &str) -> Option<()> {
    (mask.chars().filter(|c| matches!(c, '*' | '?')).count() <= 6).then_some(())
}

/// Path list of Defender: a literal is the file, or the folder with everything below.
pub fn def_path(mask: &str, wide: bool) -> Option<Vec<Part>> {
    let (mask, kind) = match mask.split_once(r"\:{") {
        Some((mask, "PathType:file}")) => (mask, Some("file")),
        Some((mask, "PathType:folder}")) => (mask, Some("folder")),
        Some(_) => return None,
        None => (mask, None),
    };
    six_wildcards(mask)?;
    let text = Text::read(mask)?;
    let pattern = segments(&text.names(), ONE_STAR)?;
    let root = text.root.clone()?;
    let below = Part::At(root.clone(), then(pattern.clone(), &[Token::Cross]));
    let itself = Part::At(root, pattern);
    Some(match kind {
        Some("file") if text.slash => return None,
        // That the mark keeps a star alone to files is common practice, and no more.
        Some("file") if wide && text.last() == "*" => vec![itself, below],
        Some("file") => vec![itself],
        Some(_) => vec![below],
        None if text.slash => vec![below],
        None if has_wildcard(text.last()) && !wide => vec![itself],
        None => vec![itself, below],
    })
}

/// Extension list of Defender, with or without the dot.
pub fn def_ext(mask: &str) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    let ending = text.last().strip_prefix('.').unwrap_or(text.last());
    if !text.is_bare()
        || ending.is_empty()
        || has_wildcard(ending)
        || ending.starts_with(['.', ' '])
        || ending.ends_with(['.', ' '])
    {
        return None;
    }
    let mut pattern = vec![Token::Run, Token::Is('.')];
    pattern.extend(ending.chars().map(Token::Is));
    Some(vec![Part::Name(pattern)])
}

/// Process list of Defender: an image name, or a full path.
pub fn def_process(mask: &str) -> Option<Vec<Part>> {
    six_wildcards(mask)?;
    let text = Text::read(mask)?;
    if text.is_bare() {
        let literal = !has_wildcard(text.last());
        return literal.then_some(vec![Part::Name(segment(text.last(), ONE_STAR)?)]);
    }
    if text.slash || text.all.is_empty() {
        return None;
    }
    let pattern = segments(&text.names(), ONE_STAR)?;
    Some(vec![Part::At(text.root?, pattern)])
}

/// Variables that no user can change.
const OF_THE_SYSTEM: [&str; 10] = [
    "SYSTEMROOT",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "SYSTEMDRIVE",
    "WINDIR",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "COMMONPROGRAMFILES",
];

fn is_one_of(name: &[char], names: &[&str]) -> bool {
    let name: String = name.iter().collect();
    names.contains(&name.as_str())
}

/// Without a drive: on every drive. A bare name: everywhere. Whether a star crosses separators nobody tells.
pub fn sentinelone(mask: &str, flags: &[&str], wide: bool) -> Option<Vec<Part>> {
    let device = mask.strip_prefix(r"\Device\HarddiskVolume*\");
    let text = Text::read(device.unwrap_or(mask))?;
    if device.is_some() && text.root.is_some() {
        return None;
    }
    let flag = |name: &str| flags.contains(&name);
    let is_file = flag("file");
    if text.slash == is_file || (!text.slash && (flag("folder") || flag("subfolders"))) {
        // A folder ends with a separator and a file does not; a kind that is not told is seen by that.
        if is_file || flag("folder") || flag("subfolders") {
            return None;
        }
    }
    match &text.root {
        Some(Root::Variable(name)) if !is_one_of(name, &OF_THE_SYSTEM) => return None,
        _ => {}
    }
    let stars: Stars =
        if wide { |n| (n == 1).then_some(Token::Cross) } else { |n| (n == 1).then_some(Token::Run) };
    let mut pattern = segments(&text.names(), stars)?;
    // No wildcard, and no name holds it.
    pattern.iter_mut().filter(|t| **t == Token::One).for_each(|t| *t = Token::Is('?'));
    if text.slash {
        let deep = flag("subfolders") || (wide && !flag("folder"));
        pattern = then(pattern, &[if deep { Token::Cross } else { Token::Run }]);
    }
    Some(vec![match &text.root {
        Some(root) => Part::At(root.clone(), pattern),
        None if device.is_none() && text.is_bare() => Part::AnyFolder(pattern),
        None => Part::AnyDrive(pattern),
    }])
}

/// Two stars cross where they are a segment of their own.
pub fn sophos(mask: &str, wide: bool) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    // A folder takes a full path.
    let any_folder = text
        .all
        .first()
        .is_some_and(|s| s == "**" || (s.starts_with("**") && !s.starts_with("***") && !text.slash));
    if text.root.is_none() && !text.is_bare() && !any_folder {
        return None;
    }
    let count = text.all.len();
    let mut pattern = Vec::new();
    for (n, name) in text.all.iter().enumerate() {
        let last = n + 1 == count;
        if name == "**" {
            pattern.push(if last { Token::Cross } else { Token::Folders });
        } else {
            let plain: Stars = |_| Some(Token::Run);
            let mut part = segment(name, plain)?;
            if wide && last && name.ends_with("**") && !name.ends_with("***") {
                part.pop();
                part.push(Token::Cross);
            }
            if wide && n == 0 && text.root.is_none() && name.starts_with("**") && !name.starts_with("***") {
                part[0] = Token::Cross;
            }
            if last && !text.slash {
                part = sophos_name(name, part, wide);
            }
            pattern.extend(part);
            if !last {
                pattern.push(Token::Is(super::SEPARATOR));
            }
        }
    }
    // A dot at the end of the name may be left out.
    let dotted = !text.slash && text.last().ends_with('.');
    if text.slash {
        // `**\` already reaches down.
        match text.last() {
            "**" => {}
            _ => pattern = then(pattern, &[Token::Cross]),
        }
    }
    let patterns = match pattern.split_last() {
        Some((_, without)) if dotted => vec![without.to_vec(), pattern.clone()],
        _ => vec![pattern],
    };
    let place = |pattern: Vec<Token>| match &text.root {
        Some(root) => Part::At(root.clone(), pattern),
        None if text.is_bare() && (!wide || pattern.first() != Some(&Token::Cross)) => {
            Part::AnyFolder(pattern)
        }
        None => Part::Whole(pattern),
    };
    Some(patterns.into_iter().map(place).collect())
}

/// What is special about the end of a name: `?`, `*.`, `*.*`.
fn sophos_name(name: &str, mut part: Vec<Token>, wide: bool) -> Vec<Token> {
    if wide && name == "*.*" {
        return vec![Token::Run];
    }
    if name.ends_with('?') {
        part.pop();
        part.push(Token::Perhaps);
    }
    let open = |t: &Token| *t == Token::Run;
    if name == "*." || (!wide && name.ends_with('.') && part.iter().any(open)) {
        part.iter_mut().filter(|t| open(t)).for_each(|t| *t = Token::Dotless);
    }
    part
}

/// No drive: the path begins with the first folder, on every volume.
pub fn crowdstrike(mask: &str, wide: bool) -> Option<Vec<Part>> {
    let text = Text::read(mask)?;
    if text.root.is_some() || text.slash || mask.contains('?') {
        return None;
    }
    let stars: Stars = |n| match n {
        1 => Some(Token::Run),
        2 => Some(Token::Cross),
        _ => None,
    };
    let pattern = segments(&text.names(), stars)?;
    let mut parts = vec![Part::AnyDrive(pattern.clone())];
    if wide {
        // Whether a share is a volume nobody tells.
        parts.push(Part::AnyShare(pattern.clone()));
    }
    if pattern.first() == Some(&Token::Cross) {
        // What lies below a variable lies in a folder of some volume.
        parts.push(Part::Variable(pattern.clone()));
        // Whether `**\x` reaches the first level: one sentence says anywhere, the other asks for a folder.
        if wide && pattern.get(1) == Some(&Token::Is(super::SEPARATOR)) {
            let anywhere = [&[Token::Folders], &pattern[2..]].concat();
            parts.push(Part::AnyDrive(anywhere.clone()));
            parts.push(Part::AnyShare(anywhere));
        }
    }
    Some(parts)
}
