//! Windows paths, and what the masks of all Windows products share: roots, separators, letters without case.
//!
//! A root (drive, share, variable) is an atom: it is equal to itself only. A mask for any place takes what lies below
//! any root.

mod kaspersky;
mod targets;

use super::glob::{ROOT, SEPARATOR, Token, any_place, full, is_odd, name_at};

/// Where a path begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    Drive(char),
    Share(Vec<char>),
    Variable(Vec<char>),
}

/// One letter without its case, as a file system sees it: one character stays one character.
pub fn folded(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().map(folded).collect()
}

/// A path: its root, and what follows the first separator.
#[derive(Debug)]
pub struct Path {
    root: Root,
    rest: Vec<char>,
    /// The same with its share, or with [`ROOT`], in front.
    whole: Vec<char>,
}

impl Path {
    /// `None` if there can be no such path.
    pub fn read(text: &str) -> Option<Self> {
        let text = Text::read(text).filter(|t| !t.slash && !t.all.iter().any(|s| s.contains(['*', '?'])))?;
        Some(Path::new(text.root?, letters(&text.all.join("/"))))
    }

    fn new(root: Root, rest: Vec<char>) -> Self {
        let mut whole = match &root {
            // A server and a share look like folders.
            Root::Share(names) => [&[SEPARATOR, SEPARATOR], names.as_slice()].concat(),
            _ => vec![ROOT],
        };
        if !rest.is_empty() {
            whole.push(SEPARATOR);
            whole.extend(&rest);
        }
        Path { root, rest, whole }
    }
}

/// A mask cut at its separators.
#[derive(Debug)]
pub struct Text {
    root: Option<Root>,
    all: Vec<String>,
    /// A separator stands at the end.
    slash: bool,
}

impl Text {
    fn read(text: &str) -> Option<Self> {
        let text = text.replace('\\', "/");
        let (root, body) = root(&text)?;
        // Two separators have an empty name between them.
        if body.starts_with('/') {
            return None;
        }
        let at_root = root.is_some() && body.is_empty();
        let (body, slash) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
        let all: Vec<String> =
            if body.is_empty() { Vec::new() } else { body.split('/').map(str::to_owned).collect() };
        let slash = slash || (at_root && text.ends_with('/'));
        if all.iter().any(|s| is_odd(s) || has_bad_characters(s)) || (root.is_none() && all.is_empty()) {
            return None;
        }
        Some(Text { root, all, slash })
    }

    /// A name without any folder.
    fn is_bare(&self) -> bool {
        self.root.is_none() && self.all.len() == 1 && !self.slash
    }

    fn last(&self) -> &str {
        self.all.last().map_or("", String::as_str)
    }

    fn names(&self) -> Vec<&str> {
        self.all.iter().map(String::as_str).collect()
    }
}

/// What no file name holds; and variables anywhere but in front.
fn has_bad_characters(segment: &str) -> bool {
    segment.contains(['<', '>', '|', '"', ':'])
        || segment.chars().any(char::is_control)
        || segment.split_once('%').is_some_and(|(_, after)| after.find('%').is_some_and(|n| n > 0))
}

/// The root of a mask and what follows its separator.
fn root(text: &str) -> Option<(Option<Root>, &str)> {
    let after = |rest: &'_ str| rest.is_empty() || rest.starts_with('/');
    if let Some(rest) = text.strip_prefix("//") {
        let mut parts = rest.splitn(3, '/');
        let (server, share, body) = (parts.next()?, parts.next()?, parts.next().unwrap_or(""));
        let bad =
            |s: &str| is_odd(s) || s.starts_with('.') || s.contains(['*', '?']) || has_bad_characters(s);
        (!bad(server) && !bad(share)).then_some(())?;
        return Some((Some(Root::Share(letters(&format!("{server}/{share}")))), body));
    }
    let mut start = text.chars();
    if let (Some(drive), Some(':')) = (start.next().filter(char::is_ascii_alphabetic), start.next()) {
        let body = text[2..].strip_prefix('/')?;
        return Some((Some(Root::Drive(folded(drive))), body));
    }
    if let Some((name, rest)) = text.strip_prefix('%').and_then(|t| t.split_once('%'))
        && !name.contains('/')
    {
        (!name.is_empty() && !name.contains(['*', '?', ':']) && after(rest)).then_some(())?;
        return Some((Some(Root::Variable(letters(name))), rest.strip_prefix('/').unwrap_or("")));
    }
    (!text.starts_with('/')).then_some((None, text))
}

/// Where a pattern is laid on.
#[derive(Debug)]
enum Part {
    /// What follows this root.
    At(Root, Vec<Token>),
    /// What follows the root of any drive.
    AnyDrive(Vec<Token>),
    /// What follows any share.
    AnyShare(Vec<Token>),
    /// The whole path, its root as one character.
    Whole(Vec<Token>),
    /// The same where the root is a variable.
    Variable(Vec<Token>),
    /// What follows any folder, or any root.
    AnyFolder(Vec<Token>),
    Name(Vec<Token>),
}

/// Takes what one of its parts takes.
#[derive(Debug)]
pub struct Mask(Vec<Part>);

impl Mask {
    pub fn takes(&self, path: &Path) -> bool {
        self.0.iter().any(|part| match part {
            Part::At(root, pattern) => *root == path.root && full(pattern, &path.rest),
            Part::AnyDrive(pattern) => matches!(path.root, Root::Drive(_)) && full(pattern, &path.rest),
            Part::AnyShare(pattern) => matches!(path.root, Root::Share(_)) && full(pattern, &path.rest),
            Part::Whole(pattern) => full(pattern, &path.whole),
            Part::Variable(pattern) => matches!(path.root, Root::Variable(_)) && full(pattern, &path.whole),
            Part::AnyFolder(pattern) => {
                any_place(pattern, if path.whole[0] == SEPARATOR { &path.whole } else { &path.rest })
            }
            Part::Name(pattern) => full(pattern, &path.rest[name_at(&path.rest)..]),
        })
    }
}

/// The pattern with its letters as paths have them.
fn fold(pattern: Vec<Token>) -> Vec<Token> {
    pattern
        .into_iter()
        .map(|t| match t {
            Token::Is(c) => Token::Is(folded(c)),
            other => other,
        })
        .collect()
}

pub fn read(language: &str, mask: &str, flags: &[&str], wide: bool) -> Option<Mask> {
    let parts = match language {
        "kes" | "kes10" | "ksws" | "local-list" => kaspersky::exclusion(language, mask, flags, wide),
        "ksws-process" => kaspersky::process(mask, wide),
        "def-path" => targets::def_path(mask, wide),
        "def-ext" => targets::def_ext(mask),
        "def-process" => targets::def_process(mask),
        "sentinelone" => targets::sentinelone(mask, flags, wide),
        "sophos" => targets::sophos(mask, wide),
        "crowdstrike" => targets::crowdstrike(mask, wide),
        other => panic!("{other} is no language of this system"),
    }?;
    let fold = |part| match part {
        Part::At(root, pattern) => Part::At(root, fold(pattern)),
        Part::AnyDrive(pattern) => Part::AnyDrive(fold(pattern)),
        Part::AnyShare(pattern) => Part::AnyShare(fold(pattern)),
        Part::Whole(pattern) => Part::Whole(fold(pattern)),
        Part::Variable(pattern) => Part::Variable(fold(pattern)),
        Part::AnyFolder(pattern) => Part::AnyFolder(fold(pattern)),
        Part::Name(pattern) => Part::Name(fold(pattern)),
    };
    Some(Mask(parts.into_iter().map(fold).collect()))
}
